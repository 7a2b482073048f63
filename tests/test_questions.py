"""`mapper access` as a user meets it, and `mapper.access` in Python: what is asked in which form, and what comes back.

A small folder of layers has one closed box, 46–46.1 E and 40–40.1 N, whose line is good to 100 m, in covered ground from 45.5 to
46.6 E and 39.5 to 40.6 N. A degree of longitude at 40.05 N is 85,331 m there.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

import mapper
from mapper.errors import DataRefused, UsageError
from mapper.model import Verdict
from mapper.questions import Known, Question, ask_typed, read_ground
from tests.access_table import bundled

ROOT = Path(__file__).resolve().parent.parent
KEYS = {
    *("verdict", "legal", "physical", "basis", "on", "known_by", "who", "openings", "orders", "hazards", "doubt_m"),
    *("distance_m", "segments", "sentence"),
}
"""What scripts rely on: keys may be added, never taken away."""
DEGREE_M = 85_331
CATALOGUE = """[edition]
title = "Test"
organisation = "Test"
contacts = []
languages = ["en"]
area = [44.5, 38.2, 51.0, 42.1]
data_date = 2026-01-01
stale_after_days = 180
"""
ORDERS = "order_id,authorities,order_type,applies_to,effective_from\no1,Ministry,ban,all_civilians,2021-01-01\n"
OUTSIDE, INSIDE = (46.3, 40.05), (46.05, 40.05)


def feature(shape: shapely.Geometry | None, **properties: object) -> dict[str, Any]:
    """Return a feature of GeoJSON."""
    geometry = None if shape is None else shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict[str, Any]) -> str:
    """Return a file of GeoJSON."""
    return json.dumps({"type": "FeatureCollection", "features": features})


ZONE = feature(shapely.box(46, 40, 46.1, 40.1), zone_id="z1", name="Qapalı", admin_units="Qapalı", order_ids="o1")
COVERAGE = feature(
    shapely.box(45.5, 39.5, 46.6, 40.6),
    coverage_id="c1",
    name="All",
    orders_state="listed",
    survey_state="not_surveyed",
    reporting_state="partly",
)


def folder(path: Path, *zones: dict[str, Any], **others: str) -> Path:
    """Write a folder of layers with the closed box, further zones, and other layers as GeoJSON."""
    path.mkdir()
    files = {"zones": collection(ZONE, *zones), "coverage": collection(COVERAGE), **others}
    toml = CATALOGUE + '[[layer]]\nname = "orders"\nkind = "orders"\nfile = "orders.csv"\n'
    (path / "orders.csv").write_text(ORDERS, "utf-8")
    for name, content in files.items():
        (path / f"{name}.geojson").write_text(content, "utf-8")
        toml += f'[[layer]]\nname = "{name}"\nkind = "{name}"\nfile = "{name}.geojson"\n'
        toml += "accuracy_m = 100\n" if name == "zones" else ""
    (path / "layers.toml").write_text(toml, "utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small folder."""
    return folder(tmp_path_factory.mktemp("small") / "layers")


@pytest.fixture(scope="module")
def known(small: Path) -> Known:
    """Return the small folder, read once."""
    return read_ground(small)


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m mapper access` with this folder's package, in a locale without UTF-8."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "mapper", "access", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def last_object(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one object on the last line."""
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def one(answer: Verdict | gpd.GeoDataFrame) -> Verdict:
    """Return an answer about one place."""
    assert isinstance(answer, Verdict)
    return answer


# ------------------------------------------------------------------------------------------------ the command


def test_exit_0_only_for_the_mildest_answer(small: Path, tmp_path: Path) -> None:
    """0.2 degrees east of the box nothing is recorded; the object has the keys that scripts rely on."""
    done = run("--at", "46.3,40.05", "--layers", small, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = last_object(done)
    assert set(answer) >= KEYS
    assert (answer["verdict"], answer["basis"], answer["on"], answer["who"]) == (
        *("no_restriction_recorded", "outside"),
        *("2026-01-01", "all_civilians"),
    )
    assert answer["distance_m"] == pytest.approx(0.2 * DEGREE_M, rel=0.001)
    assert (answer["orders"], answer["segments"], answer["known_by"]) == ([], [], None)


def test_a_district_that_no_map_draws(tmp_path: Path) -> None:
    """Ağdərə by name, of the bundled layers: the order's verdict; exit code 1, and words on standard error."""
    done = run("--place", "Ağdərə", "--json", cwd=tmp_path)
    assert done.returncode == 1
    answer = last_object(done)
    assert set(answer) >= KEYS
    assert (answer["verdict"], answer["basis"]) == ("no_entry", "no_geometry")
    assert [order["id"] for order in answer["orders"]] == ["or-001", "or-017"]
    assert set(answer["orders"][0]) >= {"id", "kind", "valid_from", "valid_to", "authorities", "source"}
    assert "No entry" in done.stderr


GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
{}</trkseg></trk></gpx>"""


def gpx(*lon_lat: tuple[float, float]) -> str:
    """Return a track."""
    return GPX.format("".join(f'<trkpt lat="{lat}" lon="{lon}"></trkpt>\n' for lon, lat in lon_lat))


def test_a_route_in_a_file_of_gpx(small: Path, tmp_path: Path) -> None:
    """From 46.3 E west to 46.05 E along 40.05 N: 0.2 degrees to the zone, less 100 m and 1,100 m, and 0.05 degrees in it."""
    file = tmp_path / "iz.gpx"
    file.write_text(gpx(OUTSIDE, (46.2, 40.05), INSIDE), "utf-8")
    done = run("--route", file, "--layers", small, "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    answer = last_object(done)
    to_zone = 0.2 * DEGREE_M / 1000
    ends = [0.0, to_zone - 1.1, to_zone - 0.1, 0.25 * DEGREE_M / 1000]
    assert [each["verdict"] for each in answer["segments"]] == [
        "no_restriction_recorded",
        "near_restricted",
        "no_entry",
    ]
    told = [end for each in answer["segments"] for end in (each["from_km"], each["to_km"])]
    assert told == pytest.approx([ends[0], ends[1], ends[1], ends[2], ends[2], ends[3]], abs=0.02)
    assert [each["orders"] for each in answer["segments"]] == [[], [], ["o1"]]
    assert answer["verdict"] == "no_entry"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "46.3,40.05", "--on", "01.02.2021"], "'01.02.2021' is not a date"),
        (["--at", "46.3,40.05", "--place", "Qapalı"], "one place is asked about at a time"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str], said: str, small: Path, tmp_path: Path) -> None:
    """One sentence on standard error."""
    done = run(*arguments, "--layers", small, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_with_a_refused_zone_is_never_exit_0(tmp_path: Path) -> None:
    """A zone whose corners lie on one line is refused, and may have been here."""
    flat = feature(shapely.Polygon([(46.4, 40), (46.45, 40.05), (46.5, 40.1)]), zone_id="z2", name="X", order_ids="o1")
    done = run("--at", "46.3,40.05", "--layers", folder(tmp_path / "in", flat), "--json", cwd=tmp_path)
    assert done.returncode == 1
    answer = last_object(done)
    assert (answer["verdict"], answer["basis"]) == ("not_assessed", "not_covered")
    assert "could not be used" in answer["reason"]


# ------------------------------------------------------------------------------------------------ what is typed


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(), "one place is asked about"),
        (Question(at="46.3,40.05", place="Qapalı"), "one place is asked about"),
        (Question(place="Qapalı", area=Path("a.geojson")), "one place is asked about"),
        (Question(at="46.3,40.05", who="tourists"), "'tourists' is no kind of person"),
        (Question(at="46.3,40.05", who="citizens+foreigners"), "nobody is"),
        (Question(at="46.3,40.05", uncertainty_m=-1.0), "an uncertainty of -1 m is not possible"),
        (Question(at="46.3,40.05", uncertainty_m=float("nan")), "an uncertainty of nan m is not possible"),
        (Question(at="46.3,40.05", uncertainty_m=float("inf")), "an uncertainty of inf m is not possible"),
    ],
)
def test_wrong_usage(question: Question, said: str, known: Known) -> None:
    """What the command tells with exit code 2."""
    with pytest.raises(UsageError, match=said):
        ask_typed(question, known)


@pytest.mark.parametrize(
    "at",
    ["", "x", "46.3", "46.3;40.05", "46.3,40.05,7", "46,3,40,05", "nan,40", "181,40", "46,91", "4_6.3,40.05", "inf,1"],
)
def test_coordinates_that_are_none(at: str, known: Known) -> None:
    """Not assessed, with a sentence that shows how it is written."""
    verdict = ask_typed(Question(at=at), known)
    assert (verdict.verdict, verdict.legal, verdict.physical, verdict.basis) == (*["not_assessed"] * 3, "unresolved")
    assert f"'{at}' is no longitude and latitude" in str(verdict.reason)


def test_coordinates_in_the_wrong_order(known: Known) -> None:
    """40.05 E 46.05 N lies outside all; turned round it lies in the zone. What is far away both ways is no slip."""
    swapped = ask_typed(Question(at="40.05,46.05"), known)
    assert swapped.verdict == "not_assessed"
    assert "swapped" in str(swapped.reason)
    assert ask_typed(Question(at="0,0"), known).reason is None
    right = ask_typed(Question(at=" 46.05 , 40.05 "), known)
    assert (right.verdict, right.basis, right.reason) == ("no_entry", "inside", None)


def test_the_day_what_was_known_and_the_doubt_of_a_typed_question(known: Known) -> None:
    """The ban began in 2021 and was compiled with the data of 2026; 17.1 km from the zone 17,200 m of doubt reach it."""
    before = ask_typed(Question(at="46.05,40.05", on=dt.date(2020, 12, 31)), known)
    assert before.verdict == "no_restriction_recorded"
    unknown = ask_typed(Question(at="46.05,40.05", on=dt.date(2021, 6, 1), known_by=dt.date(2021, 6, 1)), known)
    assert unknown.verdict == "no_restriction_recorded"
    doubtful = ask_typed(Question(at="46.3,40.05", uncertainty_m=17_200.0), known)
    assert (doubtful.verdict, doubtful.basis, doubtful.doubt_m) == ("no_entry", "within_doubt", 17_300.0)
    operator = ask_typed(Question(at="46.05,40.05", who="mine_action_operator"), known)
    assert operator.verdict == "no_entry"  # no order of this folder exempts anybody


@pytest.mark.parametrize(
    ("name", "basis"),
    [
        ("Ağdərə", "no_geometry"),
        ("ağdərə", "no_geometry"),
        ("AĞDƏRƏ", "no_geometry"),
        ("Агдере", "no_geometry"),  # Russian
        ("Мардакерт", "no_geometry"),  # Armenian-time name, in Russian
        ("Martakert", "no_geometry"),
        ("Шуша", "part_of_district"),
        ("Stepanakert", "part_of_district"),
        ("Степанакерт", "part_of_district"),
        ("Лачын", "inside"),
        ("Karvachar", "inside"),
    ],
)
def test_names_in_any_alphabet_and_of_any_time(name: str, basis: str) -> None:
    """All of them are districts under the two orders."""
    verdict = one(mapper.access(name, bundled()))
    assert (verdict.verdict, verdict.legal, verdict.basis) == ("no_entry", "no_entry", basis)
    assert [order["id"] for order in verdict.orders] == ["or-001", "or-017"]


def test_a_name_that_several_places_bear() -> None:
    """Sarıcalı is two villages of one district: no answer but the reason. Ağdam is a zone, and a village elsewhere is told."""
    unclear = one(mapper.access("Sarıcalı", bundled()))
    assert (unclear.verdict, unclear.basis) == ("not_assessed", "unresolved")
    assert "2 places have this name" in str(unclear.reason)
    district = one(mapper.access("Ağdam", bundled()))
    assert district.verdict == "no_entry"
    assert "Tovuz" in str(district.reason)


@pytest.mark.parametrize("name", ["", " ", "Nowhere-at-all", "?", ";"])
def test_a_name_that_nothing_bears(name: str) -> None:
    """Not assessed, and the reason."""
    verdict = one(mapper.access(name, bundled()))
    assert (verdict.verdict, verdict.basis) == ("not_assessed", "unresolved")
    assert verdict.reason


# ------------------------------------------------------------------------------------------------ files


def test_a_route_in_geojson_is_the_route_in_gpx(known: Known, tmp_path: Path) -> None:
    """One line, and the same in two parts that follow each other."""
    half = (46.2, 40.05)
    files = {
        "a.gpx": gpx(OUTSIDE, half, INSIDE),
        "a.geojson": collection(feature(shapely.LineString([OUTSIDE, half, INSIDE]))),
        "b.geojson": collection(
            feature(shapely.LineString([OUTSIDE, half])), feature(shapely.LineString([half, INSIDE]))
        ),
    }
    told = []
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
        told.append(ask_typed(Question(route=tmp_path / name), known).segments)
    assert told[0] == told[1] == told[2]
    assert [each["verdict"] for each in told[0]] == ["no_restriction_recorded", "near_restricted", "no_entry"]


@pytest.mark.parametrize("name", ["one.gpx", "one.geojson", "same.geojson"])
def test_a_route_of_one_point_is_one_sentence(name: str, known: Known, tmp_path: Path) -> None:
    """It is no line, however it is written."""
    single = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [list(OUTSIDE)]}}
    same = {**single, "geometry": {"type": "LineString", "coordinates": [list(OUTSIDE)] * 2}}
    contents = {"one.gpx": gpx(OUTSIDE), "one.geojson": collection(single), "same.geojson": collection(same)}
    (tmp_path / name).write_text(contents[name], "utf-8")
    with pytest.raises(DataRefused) as refused:
        ask_typed(Question(route=tmp_path / name), known)
    sentence = str(refused.value)
    assert name in sentence or "single position" in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence


def test_an_area_in_a_file(known: Known, tmp_path: Path) -> None:
    """Of an area the strictest point counts: one that reaches into the zone, one 17 km off, one of both."""
    into, off = shapely.box(46.05, 40.02, 46.2, 40.08), shapely.box(46.3, 40.02, 46.4, 40.08)
    for shapes, verdict in (([into], "no_entry"), ([off], "no_restriction_recorded"), ([off, into], "no_entry")):
        (tmp_path / "a.geojson").write_text(collection(*(feature(shape) for shape in shapes)), "utf-8")
        assert ask_typed(Question(area=tmp_path / "a.geojson"), known).verdict == verdict
    broken = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [[[46.3, 40], [46.4, 40.1]]]},
    }
    (tmp_path / "a.geojson").write_text(collection(feature(off), broken), "utf-8")
    with pytest.raises(DataRefused):
        ask_typed(Question(area=tmp_path / "a.geojson"), known)


# ------------------------------------------------------------------------------------------------ what could not be used

_FLAT = shapely.Polygon([(46.4, 40), (46.45, 40.05), (46.5, 40.1)])
_BOX = shapely.box(46.4, 40, 46.5, 40.1)
LOST: dict[str, dict[str, Any]] = {
    "no ground": feature(_FLAT, zone_id="z2", name="X", admin_units="X", order_ids="o1"),
    "a point": feature(shapely.Point(46.4, 40), zone_id="z2", name="X", admin_units="X", order_ids="o1"),
    "no id": feature(_BOX, zone_id=None, name="X", admin_units="X", order_ids="o1"),
    "an id twice": feature(_BOX, zone_id="z1", name="X", admin_units="X", order_ids="o1"),
    "an unknown unit and no outline": feature(None, zone_id="z2", name="X", admin_units="X", order_ids="o1"),
    "neither unit nor outline": feature(None, zone_id="z2", name="X", admin_units=None, order_ids="o1"),
    "neither name nor outline": feature(None, zone_id="z2", name=None, admin_units=None, order_ids="o1"),
}


@pytest.mark.parametrize("case", LOST)
def test_a_zone_that_cannot_be_used_leaves_no_mildest_answer(case: str, tmp_path: Path) -> None:
    """Point, route, area and frame: every verdict, axis and segment that would be the mildest is "not assessed"."""
    known = read_ground(folder(tmp_path / "in", LOST[case]))
    line = shapely.LineString([(46.35, 40.05), INSIDE])
    for place in (
        OUTSIDE,
        shapely.Point(OUTSIDE),
        shapely.LineString([OUTSIDE, (46.25, 40.05)]),
        shapely.box(46.2, 40, 46.3, 40.1),
    ):
        told = one(mapper.access(place, known))
        assert (told.verdict, told.legal, told.physical) == ("not_assessed",) * 3
        assert "no_restriction_recorded" not in json.dumps(told.to_dict())
    route = one(mapper.access(line, known))
    assert [each["verdict"] for each in route.segments] == ["not_assessed", "near_restricted", "no_entry"]
    assert (route.verdict, route.legal, route.physical) == ("no_entry", "no_entry", "not_assessed")
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(OUTSIDE, INSIDE, strict=True)), crs="EPSG:4326")
    together = mapper.access(frame, known)
    assert isinstance(together, gpd.GeoDataFrame)
    for at, place in enumerate((OUTSIDE, INSIDE)):
        alone = one(mapper.access(place, known))
        names = ["verdict", "legal", "physical", "basis"]
        assert together.loc[at, names].tolist() == [getattr(alone, name) for name in names]


def test_segments_that_become_one_are_told_as_one(tmp_path: Path) -> None:
    """A route out of the covered ground, at 46.6 E: nothing is told apart where nothing is known of either side."""
    known = read_ground(folder(tmp_path / "in", LOST["no ground"]))
    route = one(mapper.access(shapely.LineString([(46.5, 40.05), (46.7, 40.05)]), known))
    length_km = pytest.approx(0.2 * DEGREE_M / 1000, abs=0.02)
    told = [(each["verdict"], each["from_km"], each["to_km"]) for each in route.segments]
    assert told == [("not_assessed", 0.0, length_km)]


def test_a_hazard_without_an_outline_may_lie_anywhere(tmp_path: Path) -> None:
    """Nothing tells where it is not."""
    hazard = feature(None, hazard_id="h1", **{"class": "CHA"}, status="open")
    known = read_ground(folder(tmp_path / "in", hazards=collection(hazard)))
    assert one(mapper.access(OUTSIDE, known)).verdict == "not_assessed"
    drawn = feature(shapely.box(46.25, 40, 46.35, 40.1), hazard_id="h1", **{"class": "CHA"}, status="open")
    known = read_ground(folder(tmp_path / "drawn", hazards=collection(drawn)))
    assert one(mapper.access(OUTSIDE, known)).verdict == "hazard_recorded"


# ------------------------------------------------------------------------------------------------ in Python


def test_every_form_of_place(known: Known) -> None:
    """A pair, a point, a line, an area and a frame in UTM zone 38, of the same ground."""
    for place, verdict in ((INSIDE, "no_entry"), (OUTSIDE, "no_restriction_recorded")):
        assert one(mapper.access(place, known)).verdict == verdict
        assert one(mapper.access(shapely.Point(place), known)).verdict == verdict
        assert one(mapper.access(shapely.Point(place).buffer(0.001), known)).verdict == verdict
    route = one(mapper.access(shapely.LineString([OUTSIDE, INSIDE]), known))
    assert (route.verdict, len(route.segments)) == ("no_entry", 3)
    frame = gpd.GeoDataFrame(
        {"note": ["in", "out", "none", "near"], "uncertainty_m": [0.0, None, None, 17_200.0]},
        geometry=[shapely.Point(INSIDE), shapely.Point(OUTSIDE), None, shapely.Point(OUTSIDE)],
        crs="EPSG:4326",
        index=[7, 5, 3, 1],
    )
    in_utm = frame.to_crs("EPSG:32638")
    answered = mapper.access(in_utm, known)
    assert isinstance(answered, gpd.GeoDataFrame)
    assert answered.crs == in_utm.crs
    assert answered.index.tolist() == [7, 5, 3, 1]
    assert answered["note"].tolist() == ["in", "out", "none", "near"]
    assert answered["verdict"].tolist() == ["no_entry", "no_restriction_recorded", "not_assessed", "no_entry"]
    assert answered["basis"].tolist() == ["inside", "outside", "unresolved", "within_doubt"]
    # Without a column of its own all rows are as uncertain as is said, and no column is added for it.
    bare = mapper.access(in_utm.drop(columns="uncertainty_m"), known, uncertainty_m=17_200.0)
    assert isinstance(bare, gpd.GeoDataFrame)
    assert bare["verdict"].tolist() == ["no_entry", "no_entry", "not_assessed", "no_entry"]
    assert "uncertainty_m" not in bare
    by_name = one(mapper.access("Qapalı", known))
    assert (by_name.verdict, by_name.basis) == ("no_entry", "inside")


def test_names_need_a_ground_that_knows_them(known: Known) -> None:
    """What `make_ground` gives has shapes alone."""
    assert one(mapper.access(INSIDE, known.ground)).verdict == "no_entry"
    with pytest.raises(UsageError, match="knows no names"):
        mapper.access("Qapalı", known.ground)


@pytest.mark.parametrize("place", [(181.0, 40.0), (46.0, 91.0), (float("nan"), 40.0)])
def test_a_pair_that_is_no_place_on_earth(place: tuple[float, float], known: Known) -> None:
    """Not assessed, with the reason."""
    verdict = one(mapper.access(place, known))
    assert (verdict.verdict, verdict.basis) == ("not_assessed", "unresolved")


@pytest.mark.parametrize("on", ["01.02.2021", "2021-02-30", "2021", "yesterday", "1700-01-01"])
def test_a_day_that_is_none(on: str, known: Known) -> None:
    """A wrong day is told, never guessed."""
    with pytest.raises(UsageError):
        mapper.access(INSIDE, known, on=on)
    with pytest.raises(UsageError):
        mapper.access(INSIDE, known, known_by=on)
