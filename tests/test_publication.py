"""The gate before page and exports: what is cut, what stays, and that nothing of the rest is in any file.

All persons and villages here are invented, and look it.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from mapper import ownfiles, walk
from mapper.catalogue import bundled_layers, read_catalogue
from mapper.errors import DataRefused
from mapper.intake.checks import check
from mapper.intake.files import read_layer
from mapper.model import Checked, Findings, LayerEntry, Ledger
from mapper.output.block import TABLES
from mapper.output.identifiers import ID_OF, public_ids, with_public_ids
from mapper.output.internal import FILE_NAME, MARKING
from mapper.output.near_districts import with_near_districts
from mapper.output.page import page_block, page_meta
from mapper.output.publication import DATES, density_refusal, generalised, in_cells, without_persons
from mapper.output.published import columns_of, table_names
from mapper.pipeline import build, edition_files, edition_of, make_edition
from tests.block_decoder import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.output.compose import Edition

COARSE = LayerEntry(name="own", kind="incidents", path=Path("own.csv"))
PUBLIC = replace(COARSE, precision="as-published", precision_reason="invented")

HEAD = """
[edition]
title = "Test"
organisation = "Test"
contacts = []
languages = ["en"]
area = [44.5, 38.2, 51.0, 42.1]
data_date = 2026-11-23
"""
AS_PUBLISHED = 'precision = "as-published"\nprecision_reason = "invented"\n'
RULES = (
    *("generalised_date", "generalised_place", "district_from_outline", "withheld_cell", "replaced_id"),
    *("generalised_age", "withheld_birth_date", "withheld_name", "withheld_number", "withheld_address"),
)


def square(west: float, south: float, side: float = 1.0) -> dict[str, Any]:
    """Return a square as GeoJSON."""
    return json.loads(shapely.to_geojson(shapely.box(west, south, west + side, south + side)))  # type: ignore[no-any-return]


def collection(*features: tuple[dict[str, Any], dict[str, Any] | None]) -> str:
    """Return a GeoJSON of properties and shapes."""
    listed = [{"type": "Feature", "properties": properties, "geometry": shape} for properties, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": listed})


DISTRICTS = collection(
    ({"district_id": "A", "name": "Adistan"}, square(46, 39)),
    ({"district_id": "B", "name": "Bedistan"}, square(47, 39)),
    ({"district_id": "C", "name": "Cedistan"}, None),
)


def folder_of(path: Path, incidents: str, precision: str = "", density: str = "", **files: str) -> Path:
    """Write a folder with a table of incidents and other layers as GeoJSON."""
    path.mkdir()
    toml = HEAD + density
    for name, content in {"incidents": incidents, "districts": DISTRICTS, **files}.items():
        suffix = "geojson" if content.startswith("{") else "csv"
        (path / f"{name}.{suffix}").write_text(content, "utf-8")
        more = f'crs = "EPSG:4326"\n{precision}' if name == "incidents" else ""
        toml += f'[[layer]]\nname = "{name}"\nkind = "{name.split("_")[0]}"\nfile = "{name}.{suffix}"\n{more}'
    (path / "layers.toml").write_text(toml, "utf-8")
    return path


def located(**columns: list[Any]) -> gpd.GeoDataFrame:
    """Return located incidents; `at` holds a point or None."""
    at = columns.pop("at")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(2, len(at) + 2))
    places = ["none" if point is None else "point" for point in at]
    points = [None if point is None else shapely.Point(point) for point in at]
    return gpd.GeoDataFrame(
        frame.assign(place=pd.array(places, dtype="str"), uncertainty_m=10.0), geometry=points, crs="EPSG:4326"
    )


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    """Return the three districts, one of them without an outline."""
    return gpd.GeoDataFrame.from_features(json.loads(DISTRICTS), crs="EPSG:4326")


def everything(files: Mapping[str, bytes], edition: Edition) -> str:
    """Return all that an edition's files say of the data: the page without its program, its packed data unpacked."""
    header, tables = decode(page_block(edition)[0])
    block = json.dumps([header["meta"], header["words"], tables], ensure_ascii=False).encode()
    without_script = files["map.html"].partition(b"<noscript>")[2].partition(b"<script")[0]
    others = (content for name, content in files.items() if name != "map.html")
    return "\n".join(content.decode("utf-8", "replace") for content in (without_script, block, *others))


def told(edition: Edition) -> set[tuple[str, str | None, str | None]]:
    """Return rule, column and value of what the gate did."""
    return {(found.rule, found.column, found.value) for found in edition.findings if found.rule in RULES}


# ------------------------------------------------------------------ month
@pytest.mark.parametrize(
    ("day", "precision", "month", "coarse"),
    [
        ("2021-01-28", "day", "2021-01", "month"),
        ("2021-01-28", "part_of_day", "2021-01", "month"),
        ("2021-01-28", None, "2021-01", "month"),
        ("2021-01-28", "interval", "2021-01", "interval"),
        ("2021-01", "month", "2021-01", "month"),
        ("2021", "year", "2021", "year"),
        ("2021", "day", "2021", "year"),  # a slip: no day is there to be precise
        ("--01-28", "day", None, None),  # the month alone is no date, and the day tells too much
        (None, "unknown", None, "unknown"),
        (None, None, None, None),
    ],
)
def test_days_end_with_the_month(day: str | None, precision: str | None, month: str | None, coarse: str | None) -> None:
    """By hand, from the forms a date may have."""
    frame = located(
        at=[None],
        date_start=pd.array([day], dtype="str"),  # type: ignore[arg-type]
        date_precision=pd.array([precision], dtype="str"),  # type: ignore[arg-type]
    )
    made = generalised(frame, None, COARSE).frame
    assert [None if pd.isna(cell) else cell for cell in made.loc[2, ["date_start", "date_precision"]]] == [
        month,
        coarse,
    ]


def test_all_three_dates_are_cut_and_counted_once_a_record() -> None:
    """Two records of three have a day somewhere."""
    days = ["2021-01-28", None, "2021"]
    frame = located(
        at=[None] * 3,
        date_start=pd.array(days, dtype="str"),  # type: ignore[arg-type]
        date_end=pd.array(["2021-02-03", None, None], dtype="str"),  # type: ignore[arg-type]
        reported_on=pd.array([None, "2021-02-05", None], dtype="str"),  # type: ignore[arg-type]
    )
    made = generalised(frame, None, COARSE)
    assert made.frame["date_end"].tolist()[0] == "2021-02"
    assert made.frame["reported_on"].tolist()[1] == "2021-02"
    (found,) = made.findings
    assert (found.rule, found.severity, found.column, found.value) == (
        "generalised_date",
        "info",
        "date_start, date_end, reported_on",
        "2 records",
    )


# ------------------------------------------------------------------ district
@pytest.mark.parametrize(
    ("district", "at", "named", "place", "level"),
    [
        ("Adistan", (46.5, 39.5), "Adistan", "district", "district"),
        ("Adistan", (47.5, 39.5), "Adistan", "district", "district"),  # as reported, not as drawn
        ("Cedistan", (46.5, 39.5), "Cedistan", "district", "district"),  # known, without an outline
        (None, (46.5, 39.5), "Adistan", "district", "district"),
        (None, (47.0, 39.5), None, "none", "unknown"),  # on the line of both
        (None, (50.0, 39.5), None, "none", "unknown"),  # in none
        (None, None, None, "none", "unknown"),
        ("Gizlikənd", (46.5, 39.5), "Adistan", "district", "district"),  # no layer knows it: it may be a village
        ("Gizlikənd", (50.0, 39.5), None, "none", "unknown"),
    ],
)
def test_a_place_becomes_its_district(
    districts: gpd.GeoDataFrame,
    district: str | None,
    at: tuple[float, float] | None,
    named: str | None,
    place: str,
    level: str,
) -> None:
    """By hand: two squares side by side, and a district that cannot be drawn."""
    frame = located(
        at=[at],
        district=pd.array([district], dtype="str"),  # type: ignore[arg-type]
        location_level=pd.array(["measured_gnss"], dtype="str"),  # type: ignore[arg-type]
    )
    made = generalised(frame, districts, COARSE).frame
    (row,) = made.to_dict("records")
    assert (None if pd.isna(row["district"]) else row["district"], row["place"], row["location_level"]) == (
        named,
        place,
        level,
    )
    assert np.isnan(row["uncertainty_m"])
    outline = None if named in {None, "Cedistan"} else districts.set_index("name").geometry[named]
    assert row["geometry"] is outline or row["geometry"].equals(outline)


def test_a_wider_level_stays_and_no_district_is_needed() -> None:
    """Without a layer of districts the name as given is all there is to say."""
    frame = located(
        at=[(46.5, 39.5), None],
        district=pd.array(["Adistan", "Adistan"], dtype="str"),  # type: ignore[arg-type]
        location_level=pd.array(["settlement", "region"], dtype="str"),  # type: ignore[arg-type]
    )
    made = generalised(frame, None, COARSE).frame
    assert made["location_level"].tolist() == ["district", "region"]
    assert made["district"].tolist() == ["Adistan", "Adistan"]
    assert made["place"].tolist() == ["none", "none"]
    assert made.geometry.isna().all()


def test_cells_that_say_more_are_withheld_and_casualties_stay(districts: gpd.GeoDataFrame) -> None:
    """One finding a column, with the number of records."""
    frame = located(
        at=[(46.5, 39.5)] * 2,
        district=pd.array(["Adistan"] * 2, dtype="str"),  # type: ignore[arg-type]
        settlement=pd.array(["Gizlikənd", None], dtype="str"),  # type: ignore[arg-type]
        note=pd.array(["by the well", "at the bridge"], dtype="str"),  # type: ignore[arg-type]
        killed_civilian=pd.array([1, None], dtype="Int64"),  # type: ignore[arg-type]
    )
    made = generalised(frame, districts, COARSE)
    assert made.frame[["settlement", "note"]].isna().all(axis=None)
    assert made.frame["killed_civilian"].tolist() == [1, pd.NA]
    assert [(found.rule, found.column, found.value, found.row) for found in made.findings] == [
        ("generalised_place", "geometry", "2 records", None),
        ("withheld_cell", "settlement", "1 record", None),
        ("withheld_cell", "note", "2 records", None),
    ]


@pytest.mark.parametrize(
    ("district", "at", "radius_m", "near"),
    [
        ("Adistan", (46.5, 39.5), 10, "Adistan"),
        ("ADİSTAN", (46.5, 39.5), 10, "Adistan"),  # as the layer spells it
        ("Adistan", (47.5, 39.5), 10, "Adistan;Bedistan"),  # reported in one, lying in the other
        ("Cedistan", (46.5, 39.5), 10, "Cedistan;Adistan"),  # known, without an outline
        ("Adistan", (46.99, 39.5), 2000, "Adistan;Bedistan"),  # 859 m from the line
        ("Adistan", (46.97, 39.5), 2000, "Adistan"),  # 2,578 m from it
        (None, (46.99, 39.5), 2000, "Adistan;Bedistan"),
        (None, (47.0, 39.5), 0, "Adistan;Bedistan"),  # on the line of both
        (None, (50.0, 39.5), 10, None),
        (None, None, 10, None),
        ("Bedistan", None, 10, "Bedistan"),
        ("Gizlikənd", (46.5, 39.5), 10, "Adistan"),  # no layer knows it
        ("Gizlikənd", None, 10, None),
    ],
)
def test_a_cut_record_names_every_district_it_may_lie_in(
    districts: gpd.GeoDataFrame, district: str | None, at: tuple[float, float] | None, radius_m: float, near: str | None
) -> None:
    """By hand: 0.01 degree of longitude at 39.5 degrees is 111,320 m x 0.01 x cos 39.5 = 859 m."""
    frame = located(at=[at], district=pd.array([district], dtype="str")).assign(uncertainty_m=radius_m)  # type: ignore[arg-type]
    made = generalised(frame, districts, COARSE).frame["near_districts"]
    assert made.index.equals(frame.index)
    assert [None if pd.isna(cell) else cell for cell in made] == [near]
    assert generalised(frame, None, COARSE).frame["near_districts"].isna().all()


def test_a_public_record_known_by_its_district_names_it_as_the_layer_does(districts: gpd.GeoDataFrame) -> None:
    """Of two rows that the layer has for one name both spellings are told; a point says more than its district."""
    frame = located(at=[None, (46.5, 39.5), None], district=pd.array(["ADİSTAN"] * 2 + ["Filan"], dtype="str"))  # type: ignore[arg-type]
    frame["place"] = ["district", "point", "none"]
    made = with_near_districts(frame, districts)
    assert made["district"].tolist() == ["Adistan", "ADİSTAN", "Filan"]
    assert [None if pd.isna(cell) else cell for cell in made["near_districts"]] == ["Adistan", None, None]
    twice = pd.concat([districts, districts.assign(name=["ADİSTAN", "B", "C"])], ignore_index=True)
    assert with_near_districts(frame, twice)["near_districts"].tolist()[0] == "Adistan;ADİSTAN"


# ------------------------------------------------------------------ laws
TEXT = st.one_of(st.none(), st.sampled_from(["Gizlikənd", "by the well", "", "28 yaşlı"]))
DAYS = st.one_of(st.none(), st.sampled_from(["2021-01-28", "2021-01", "2021", "--01-28", "2020-02-29"]))
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "date_start": DAYS,
            "date_end": DAYS,
            "reported_on": DAYS,
            "date_precision": st.sampled_from([None, "day", "month", "year", "interval", "unknown", "minute"]),
            "district": st.sampled_from([None, "Adistan", "ADİSTAN", "Cedistan", "Gizlikənd"]),
            "location_level": st.sampled_from([None, "measured_gnss", "settlement", "district", "region", "unknown"]),
            "settlement": TEXT,
            "note": TEXT,
            "at": st.sampled_from([None, (46.5, 39.5), (47.0, 39.5), (47.5, 39.2), (50.0, 40.0)]),
        }
    ),
    max_size=6,
)


def frame_of(records: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return located incidents from plain records."""
    names = (
        "date_start",
        "date_end",
        "reported_on",
        "date_precision",
        "district",
        "location_level",
        "settlement",
        "note",
    )
    columns: dict[str, Any] = {name: pd.array([each[name] for each in records], dtype="str") for name in names}
    return located(at=[each["at"] for each in records], **columns)


@given(RECORDS)
def test_no_day_and_no_point_is_left_and_every_record_counts(
    districts: gpd.GeoDataFrame, records: list[dict[str, Any]]
) -> None:
    """Whatever the records were."""
    frame = frame_of(records)
    made = generalised(frame, districts, COARSE).frame
    assert made.index.equals(frame.index)
    assert (pd.concat([made[name] for name in DATES]).dropna().str.len() <= len("2021-01")).all()
    assert set(made["place"]) <= {"district", "none"}
    assert not (made.geometry.geom_type == "Point").any()
    assert set(made["district"].dropna().str.lower()) <= {"adistan", "adi̇stan", "bedistan", "cedistan"}


@given(RECORDS)
def test_the_gate_twice_is_the_gate_once(districts: gpd.GeoDataFrame, records: list[dict[str, Any]]) -> None:
    """Nothing is left to cut, so nothing is told."""
    once = generalised(frame_of(records), districts, COARSE).frame
    again = generalised(once, districts, COARSE)
    assert_geodataframe_equal(once, again.frame)
    assert again.findings == ()


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    districts: gpd.GeoDataFrame,
    records: list[dict[str, Any]],
    random: Any,  # noqa: ANN401 - hypothesis' own
) -> None:
    """Each record is cut by itself."""
    frame = frame_of(records)
    order = list(frame.index)
    random.shuffle(order)
    one, other = generalised(frame, districts, COARSE), generalised(frame.loc[order], districts, COARSE)
    assert_geodataframe_equal(one.frame.loc[order], other.frame)
    assert one.findings == other.findings


# ------------------------------------------------------------------ identifiers
@pytest.mark.parametrize(
    ("given_id", "in_public", "in_coarse"),
    [
        ("i7", False, False),
        ("mine-000123", False, False),
        ("123456789", False, False),  # a field form numbers its records so
        ("550e8400-e29b-41d4-a716-446655440000", False, False),
        ("az-20210128-7", False, True),
        ("2021-01-28/3", False, True),
        ("28.01.2021-3", False, True),
        ("gizlikend-3", False, True),  # its record's own settlement, without its letters
        ("Uydurmayev Filankəs", True, True),
        ("filankes_uydurmayev_1", True, True),
        ("0501234567", True, True),
        ("+994501234567", True, True),
        ("filankes@example.org", True, True),
        ("az-37-yasli-coban", True, True),
        ("case-born-1983-2", True, True),
    ],
)
def test_identifiers_that_tell_too_much_are_replaced(given_id: str, *, in_public: bool, in_coarse: bool) -> None:
    """By layer and row; others stay as they are, so that a record is found again."""
    frame = located(
        at=[None],
        incident_id=pd.array([given_id], dtype="str"),  # type: ignore[arg-type]
        settlement=pd.array(["Gizlikənd"], dtype="str"),  # type: ignore[arg-type]
    )
    for entry, replaced in ((PUBLIC, in_public), (COARSE, in_coarse)):
        made = public_ids(frame, entry)
        assert made.frame["incident_id"].tolist() == (["own-row-2"] if replaced else [given_id])
        assert [found.value for found in made.findings] == (["1 record"] if replaced else [])


def test_a_new_identifier_is_never_one_that_is_taken() -> None:
    """Row 2 bears a day, and row 3 is called as row 2 would be."""
    ids: Any = pd.array(["2021-01-28", "own-row-2"], dtype="str")
    frame = located(at=[None, None], incident_id=ids, settlement=pd.array([None, None], dtype="str"))  # type: ignore[arg-type]
    assert public_ids(frame, COARSE).frame["incident_id"].tolist() == ["own-row-2-", "own-row-2"]


def checked_layer(kind: str, name: str, **columns: list[str]) -> Checked:
    """Return a table as its checks would give it, its first row being row 2 of the file."""
    frame = pd.DataFrame({key: pd.array(cells, dtype="str") for key, cells in columns.items()})
    entry = LayerEntry(name=name, kind=kind, path=Path(f"{name}.csv"))  # type: ignore[arg-type]
    rows = len(frame)
    return Checked(entry, frame.set_axis(pd.RangeIndex(2, rows + 2)), Ledger(rows, rows), "", None, {}, Findings())


def test_a_source_of_two_layers_keeps_one_identifier() -> None:
    """Nothing tells which of the two is meant, so the reference means both, as it did before; others stay as written."""
    made = with_public_ids(
        [
            checked_layer("sources", "one", source_id=["s1", "filankes_uydurmayev"]),
            checked_layer("sources", "two", source_id=["filankes_uydurmayev", "one-row-4"]),
            checked_layer(
                "hazards",
                "own",
                hazard_id=["h1", "h2", "h3"],
                source_ids=["s1; filankes_uydurmayev", "s1; s9", "uydurmayev filankes;s1"],
            ),
        ]
    )
    one, two, own = (layer.frame for layer in made.checked)
    assert one["source_id"].tolist() == ["s1", "one-row-3"]
    assert two["source_id"].tolist() == ["one-row-3", "one-row-4"]
    assert own["source_ids"].tolist() == ["s1;one-row-3", "s1; s9", "[…];s1"]
    assert [(found.layer, found.column, found.value) for found in made.findings] == [
        ("one", "source_id", "1 record"),
        ("two", "source_id", "1 record"),
        ("own", "source_ids", "1 record"),
    ]


# ------------------------------------------------------------------ a whole edition
OWN_ROWS = (
    "incident_id,date_start,date_precision,reported_on,district,settlement,settlement_as_reported,location_level,lon,lat,"
    "device_category,device_as_reported,injured_civilian,note\n"
    "az-20210128-gizlikend-1,2021-01-28,day,2021-01-29,Adistan,Gizlikənd,Gizlikənd kəndi,measured_gnss,46.51234,39.51234,"
    "av_mine,tractor over TM-57,1,ploughing by the well\n"
    "q2,2021-01-28,day,2021-01-29,Adistan,Gizlikənd,,measured_gnss,46.51237,39.51231,av_mine,,1,\n"
    "q3,--01-28,day,,,,,measured_gnss,47.51234,39.61234,,,2,twins\n"
    "q4,2021-03-28,day,2021-03-27,Bedistan,,,measured_gnss,46.41234,39.41234,ap_mine,,1,on the wrong side\n"
)
UNTOLD = (
    *("20210128", "2021-01-28", "2021-01-29", "2021-03-28", "2021-03-27", "--01-28", "izlikənd", "izlikend"),
    *("46.5123", "39.5123", "47.5123", "46.4123", "TM-57", "the well", "twins", "wrong side"),
)
SMALL_ZONE = collection(({"zone_id": "z", "name": "Small", "order_ids": ""}, square(46.505, 39.505, 0.01)))
RELEASED = collection(
    (
        {"hazard_id": "h1", "class": "cha", "status": "closed", "product": "cleared", "closed_on": "2020-06-05"},
        square(46.505, 39.505, 0.01),
    )
)


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Edition]:
    """Return a folder of a user's own records and the edition of it."""
    folder = folder_of(tmp_path_factory.mktemp("own") / "in", OWN_ROWS, zones=SMALL_ZONE, hazards=RELEASED)
    return folder, make_edition(folder)


def test_nothing_finer_than_month_and_district_is_in_any_file(secret: tuple[Path, Edition]) -> None:
    """Days, village, coordinates, notes and the identifier that holds them, looked for in every output."""
    _, edition = secret
    said = everything(edition_files(edition), edition)
    assert [each for each in UNTOLD if each in said] == []
    # The search does find such texts where they are published.
    assert "2021-01" in said
    assert "Adistan" in said


def test_what_was_cut_is_told_by_layer_and_thing(secret: tuple[Path, Edition]) -> None:
    """Counted by hand from the four rows."""
    assert told(secret[1]) == {
        ("replaced_id", "incident_id", "1 record"),
        ("generalised_date", "date_start, reported_on", "4 records"),
        ("generalised_place", "geometry", "4 records"),
        ("district_from_outline", "district", "1 record"),
        ("withheld_cell", "settlement", "2 records"),
        ("withheld_cell", "settlement_as_reported", "1 record"),
        ("withheld_cell", "device_as_reported", "1 record"),
        ("withheld_cell", "note", "3 records"),
    }


def test_records_are_published_by_district_and_all_are_counted(secret: tuple[Path, Edition]) -> None:
    """Two in Adistan, two in Bedistan; five injured; the small zone tells of none of them that it is inside."""
    edition = secret[1]
    features = json.loads(edition_files(edition)["incidents.geojson"])["features"]
    assert [feature["geometry"] for feature in features] == [None] * 4
    assert [feature["properties"]["date_start"] for feature in features] == ["2021-01", "2021-01", None, "2021-03"]
    assert edition.counts["incidents"] == {
        "counted": 4,
        "drawn": 0,
        "district_level": 4,
        "unplaced": 0,
        "refused": 0,
        "later": 0,
    }
    assert edition.counts["casualties"]["injured"] == 5
    assert edition.districts["incidents_reported"].tolist() == [2, 2, 0]
    assert edition.zones["incidents_inside"].tolist() == [0]
    assert edition.incidents["relation"].tolist() == ["uncertain", "uncertain", "outside", "outside"]


def test_an_edition_says_which_districts_its_cut_records_may_lie_in(secret: tuple[Path, Edition]) -> None:
    """The third states none and lies in Bedistan; the fourth is reported there and lies in Adistan."""
    edition = secret[1]
    assert edition.incidents["near_districts"].tolist() == ["Adistan", "Adistan", "Bedistan", "Bedistan;Adistan"]
    assert edition.lost.incidents == 0


def test_records_without_any_place_are_counted(tmp_path: Path) -> None:
    """One in no district, one in a place that no layer knows; of a point and a district alone the place is known."""
    rows = (
        "incident_id,date_start,district,lon,lat\na,2021,,50,40\nb,2021,Filan,,\nc,2021,Cedistan,,\nd,2021,,46.5,39.5\n"
    )
    cut = make_edition(folder_of(tmp_path / "cut", rows))
    assert cut.lost.incidents == 2
    assert cut.incidents["near_districts"].fillna("").tolist() == ["", "", "Cedistan", "Adistan"]
    public = make_edition(folder_of(tmp_path / "public", rows, AS_PUBLISHED))
    assert public.lost.incidents == 1
    assert public.incidents["near_districts"].fillna("").tolist() == ["", "", "Cedistan", ""]


def test_the_alarm_is_raised_on_the_full_record_and_names_no_day(secret: tuple[Path, Edition]) -> None:
    """Both points lie in the land released in June 2020; without their points only the district could be told."""
    alarms = [found for found in secret[1].findings if found.rule == "accident_in_cleared_land"]
    assert secret[1].findings[: len(alarms)] == tuple(alarms)
    assert [(found.row, found.value) for found in alarms] == [
        (2, "incidents-row-2 (2021-01) in h1 (cleared, 2020-06)"),
        (3, "q2 (2021-01) in h1 (cleared, 2020-06)"),
    ]


def test_other_findings_keep_their_row_and_lose_what_names_a_place(secret: tuple[Path, Edition]) -> None:
    """The point on the wrong side of the line, the two alike, and the report before its accident."""
    found = {each.rule: each for each in secret[1].findings if each.layer == "incidents"}
    assert (found["district_disagrees"].row, found["district_disagrees"].value) == (5, None)
    assert found["possible_duplicate"].value == "q2 as incidents-row-2 (row 2); source not stated"
    assert found["date_after_report"].value == "2021-03; reported_on is 2021-03"


def test_a_public_layer_does_not_tell_of_one_that_is_cut(tmp_path: Path) -> None:
    """The same accident in both: the finding stands, without the row it is like."""
    twin = "incident_id,date_start,district,device_category,injured_civilian\np1,2021-01-28,Adistan,av_mine,1\n"
    folder = folder_of(tmp_path / "in", OWN_ROWS, incidents_2=twin)
    toml = folder / "layers.toml"
    toml.write_text(toml.read_text("utf-8") + AS_PUBLISHED, "utf-8")
    edition = make_edition(folder)
    (found,) = (
        each for each in edition.findings if each.file == "incidents_2.csv" and each.rule == "possible_duplicate"
    )
    assert found.value is None
    assert edition.incidents["date_start"].iloc[-1] == "2021-01-28"


def test_as_published_keeps_day_and_point(tmp_path: Path) -> None:
    """The same table, said to be public: nothing is cut, and the identifiers stay."""
    edition = make_edition(folder_of(tmp_path / "in", OWN_ROWS, AS_PUBLISHED))
    assert told(edition) == set()
    assert edition.counts["incidents"]["drawn"] == 4
    assert edition.incidents["date_start"].tolist()[0] == "2021-01-28"


def test_the_edition_is_another_one_when_the_precision_is() -> None:
    """Its id is a hash of all that decides what it shows."""
    catalogue = read_catalogue(bundled_layers())
    layers = [check(read_layer(entry)) for entry in catalogue.layers if entry.kind in {"incidents", "districts"}]
    cut = [replace(each, entry=replace(each.entry, precision="month-district", precision_reason="")) for each in layers]
    assert edition_of(catalogue, layers).edition_id != edition_of(catalogue, cut).edition_id


def test_the_bundled_layers_pass_untouched() -> None:
    """They are public and hold no person: no date, place or text is changed."""
    edition = make_edition()
    assert told(edition) == set()
    assert edition.incidents["date_start"].dropna().str.len().max() == len("2021-01-28")
    by_district = edition.incidents["place"].eq("district")
    near = edition.incidents["near_districts"]
    assert near.notna().tolist() == by_district.tolist()
    assert near[by_district].tolist() == edition.incidents["district"][by_district].tolist()
    assert near[by_district].isin(edition.districts["name"]).all()
    assert not edition.private


# ------------------------------------------------------------------ persons
PERSONS = (
    "id,date,district,lon,lat,Age,Sex,Victim name,Date of birth,Address,injured_civilian,note,device_as_reported\n"
    "a,2021-01-28,Adistan,46.5,39.5,37,heykişi,Filankəs Uydurmayev,1983-07-19,Uydurma küçəsi 41,1,"
    '"Filankəs Uydurmayev, 37, born in 1983, of Uydurma küçəsi 41, +994 50 765 43 21",an AP mine\n'
)
PERSONAL = re.compile(r"heykişi|Filankəs|Uydurma|(?<!\d)1983(?!\d)|07-19|765 43|küçəsi 41|(?<![\w.])37(?![\w.])")


@pytest.mark.parametrize("precision", ["", AS_PUBLISHED])
def test_no_column_and_no_text_of_persons_is_in_any_file(tmp_path: Path, precision: str) -> None:
    """Age, sex, name, birth date and address, in columns and in a note, looked for in every output."""
    columns = '[layer.columns]\nincident_id = "id"\ndate_start = "date"\n'
    folder = folder_of(tmp_path / "in", PERSONS, precision + columns)
    edition = make_edition(folder)
    said = everything(edition_files(edition), edition)
    assert PERSONAL.findall(said) == []
    if precision:
        assert edition.incidents["note"].tolist() == ["[…], [adult], […], of […], […]"]
        assert told(edition) == {
            (rule, "note", "1 record")
            for rule in (
                "generalised_age",
                "withheld_birth_date",
                "withheld_name",
                "withheld_number",
                "withheld_address",
            )
        }


def test_no_output_has_a_column_of_age_or_sex() -> None:
    """So no cell of persons by sex, age and place exists that could be smaller than three."""
    columns = {column.name for name in table_names() for column in columns_of(name)}
    columns |= {name for table in TABLES.values() for name in table}
    assert {name for name in columns if {"age", "sex", "gender", "birth"} & set(name.split("_"))} == set()


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("sources", "title"),
        ("orders", "key_phrase"),
        ("orders", "note"),
        ("casualty_counts", "note"),
        ("activities", "note"),
        ("hazards", "note"),
        ("zones", "note"),
        ("coverage", "note"),
        ("incidents", "settlement_as_reported"),
        ("incidents", "source_ids"),
    ],
)
def test_texts_of_every_kind_are_scanned(kind: str, column: str) -> None:
    """Two rows of one text, one of another, one blank."""
    texts = ["A 12-year-old herder", "nothing", "A 12-year-old herder", None]
    frame = pd.DataFrame({column: pd.array(texts, dtype="str")})
    made = without_persons(frame, kind)
    assert made.frame[column].dropna().tolist() == ["A [child] herder", "nothing", "A [child] herder"]
    assert [(found.rule, found.column, found.value) for found in made.findings] == [
        ("generalised_age", column, "2 records")
    ]


def test_a_unit_that_no_layer_knows_is_scanned_and_one_that_is_known_stays() -> None:
    """A district may be called like a person; a unit without a layer that holds it may be one."""
    units: Any = pd.array(["Filankəs Uydurmayev; Adistan", "Adistan; Bedistan"], dtype="str")
    frame = pd.DataFrame({"admin_units": units})
    made = without_persons(frame, "zones")
    assert made.frame["admin_units"].tolist() == ["[…];Adistan", "Adistan; Bedistan"]
    assert [(found.rule, found.value) for found in made.findings] == [("withheld_name", "1 record")]
    kept = without_persons(frame, "zones", known={"admin_units": lambda _: True})
    assert kept.frame["admin_units"].tolist() == units.tolist()
    assert kept.findings == ()


PLANTED = {
    "incidents.csv": (
        "incident_id,date_start,district,lon,lat,source_ids\n"
        "a,2021-01-28,Adistan,46.5,39.5,filankes_uydurmayev;123456789;uydurmayev_filankes\n"
    ),
    "districts.geojson": collection(
        (
            {
                "district_id": "filankes_uydurmayev_d",
                "name": "Adistan",
                "kind": "Filankəs Uydurmayev",
                "name_source": "Filankəs Uydurmayev",
            },
            square(46, 39),
        )
    ),
    "zones.geojson": collection(
        (
            {
                "zone_id": "filankes-uydurmayev-z",
                "admin_units": "Adistan;Filankəs Uydurmayev",
                "order_ids": "ban_filankes_uydurmayev;o2",
            },
            square(46, 39),
        )
    ),
    "hazards.geojson": collection(
        (
            {"hazard_id": "filankes.uydurmayev.h", "source_ids": "filankes_uydurmayev"},
            {"type": "Polygon", "coordinates": [[[46, 39], [46.2, 39.2], [46.2, 39], [46, 39.2], [46, 39]]]},
        )
    ),
    "orders.csv": (
        "order_id,authorities,order_type,refers_to\n"
        "ban_filankes_uydurmayev,a ministry,ban,\no2,a ministry,warning,ban_filankes_uydurmayev\n"
    ),
    "sources.csv": "source_id,language\nfilankes_uydurmayev,Filankəs Uydurmayev\n123456789,az\n",
    "coverage.geojson": collection(({"coverage_id": "filankes_uydurmayev_c"}, square(46, 39))),
    "corridors.geojson": collection(
        ({"corridor_id": "filankes_uydurmayev_k", "order_ids": "ban_filankes_uydurmayev"}, square(46, 39))
    ),
    "context.geojson": collection(({"context_id": "filankes_uydurmayev_x"}, square(46, 39))),
    "casualty_counts.csv": "count_id,publisher\nfilankes_uydurmayev_n,a paper\n",
    "activities.csv": "activity_id,agency\nfilankes_uydurmayev_a,an agency\n",
    "events.csv": "event_id,title\nfilankes_uydurmayev_e,an event\n",
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """Return an edition of layers that hold one invented name wherever a text or an identifier can stand."""
    path = tmp_path_factory.mktemp("planted")
    name = "Filankəs Uydurmayev"
    toml = HEAD.replace('title = "Test"', f'title = "By {name}"').replace(
        'organisation = "Test"', f'organisation = {{ az = "{name}, 37 yaşlı", ru = "{name}" }}'
    )
    for file, content in PLANTED.items():
        (path / file).write_text(content, "utf-8")
        kind, _, suffix = file.partition(".")
        toml += f'[[layer]]\nname = "{kind}"\nkind = "{kind}"\nfile = "{file}"\n'
        toml += 'crs = "EPSG:4326"\n' if suffix == "geojson" or kind == "incidents" else ""
        if kind == "incidents":
            toml += f'precision = "as-published"\nprecision_reason = "{name} said so"\n'
        if kind == "zones":
            toml += f'title = "Of {name}"\nsource = "{name}"\nlicence = "{name}"\n'
            toml += f'note = {{ az = "{name} deyib", ru = "по словам {name}, 37 лет" }}\n'
    (path / "layers.toml").write_text(toml, "utf-8")
    return make_edition(path)


def test_a_name_planted_in_every_layer_is_in_no_file(planted: Edition) -> None:
    """Also the shape as given of the mended hazard is told by an identifier; contacts alone are meant to be public."""
    said = everything(edition_files(planted), planted)
    assert re.findall(r"(?i)[\w ]*(?:filank|uydurma)[\w ]*", said) == []
    assert planted.originals["id"].tolist() == ["hazards-row-1"]
    assert (planted.title, planted.organisation) == ("By […]", "[…], [yetkin]")
    assert planted.organisations == {"az": "[…], [yetkin]", "ru": "[…]"}


def test_identifiers_of_all_kinds_are_replaced_and_references_follow(planted: Edition) -> None:
    """By layer and row: the first row of a table is row 2, the first feature of a GeoJSON row 1."""
    tables = {**planted.tables, "zones": planted.zones, "districts": planted.districts}
    ids = {kind: tables[kind][ID_OF[kind]].tolist() for kind in tables if kind in ID_OF}
    assert ids == {
        "orders": ["orders-row-2", "o2"],
        "sources": ["sources-row-2", "123456789"],
        **{kind: [f"{kind}-row-2"] for kind in ("casualty_counts", "activities", "events")},
        **{kind: [f"{kind}-row-1"] for kind in ("context", "hazards", "coverage", "corridors", "zones", "districts")},
    }
    assert planted.incidents["source_ids"].tolist() == ["sources-row-2;123456789;[…]"]
    assert planted.incidents["order_ids"].tolist() == ["orders-row-2;o2"]
    assert planted.zones["order_ids"].tolist() == ["orders-row-2;o2"]
    assert tables["orders"]["refers_to"].dropna().tolist() == ["orders-row-2"]
    assert tables["corridors"]["order_ids"].tolist() == ["orders-row-2"]
    assert tables["hazards"]["source_ids"].tolist() == ["sources-row-2"]
    assert planted.zones["admin_units"].tolist() == ["Adistan;[…]"]
    assert [found.value for found in planted.findings if found.rule == "unknown_source"] == ["[…]"]


def test_all_that_was_left_out_of_planted_layers_is_told(planted: Edition) -> None:
    """One finding for each identifier and text; those of the catalogue name its file."""
    of_areas = ("zone_id", "hazard_id", "district_id", "coverage_id", "corridor_id", "context_id")
    ids = (*of_areas, "order_id", "source_id", "count_id", "activity_id", "event_id", "source_ids")
    assert told(planted) == {
        *(("replaced_id", column, "1 record") for column in ids),
        *(("withheld_name", column, "1 record") for column in ("language", "admin_units", "kind", "name_source")),
        *(
            ("withheld_name", column, None)
            for column in (
                "title",
                "organisation.az",
                "organisation.ru",
                "source",
                "licence",
                "note.az",
                "note.ru",
                "precision_reason",
            )
        ),
        ("generalised_age", "organisation.az", None),
        ("generalised_age", "note.ru", None),
    }
    of_catalogue = {(each.layer, each.column) for each in planted.findings if each.file == "layers.toml"}
    assert of_catalogue == {
        (None, "title"),
        (None, "organisation.az"),
        (None, "organisation.ru"),
        ("incidents", "precision_reason"),
        *(("zones", column) for column in ("title", "source", "licence", "note.az", "note.ru")),
    }


def test_an_address_of_a_page_that_tells_an_age_is_cut_to_its_host() -> None:
    """What the compilers of the bundled layers did by hand."""
    urls: Any = pd.array(
        ["https://example.org/news/37-yasli-coban-minaya-dusdu", "https://example.org/2021/a-37"], dtype="str"
    )
    made = without_persons(pd.DataFrame({"url": urls}), "sources")
    assert made.frame["url"].tolist() == ["https://example.org/[…]", "https://example.org/2021/a-37"]


def test_a_name_in_a_finding_is_not_told(tmp_path: Path) -> None:
    """A settlement that is no place is told with its row, without its text."""
    rows = "incident_id,district,settlement,location_level\na,Adistan,Filankəs Uydurmayev evi,settlement\n"
    edition = make_edition(folder_of(tmp_path / "in", rows, AS_PUBLISHED))
    (found,) = (each for each in edition.findings if each.rule == "place_not_found")
    assert (found.row, found.value) == (2, None)


# ------------------------------------------------------------------ the density
def test_a_small_bandwidth_is_refused_for_what_is_cut(tmp_path: Path) -> None:
    """At 1,999 m and not at 2,000 m; never for a public layer, which has another reason not to be one."""
    reasons = {}
    for number, (metres, precision) in enumerate(((1999, ""), (2000, ""), (1999, AS_PUBLISHED))):
        folder = folder_of(
            tmp_path / str(number), OWN_ROWS, precision, f"[density]\nbandwidth_m = {metres}\n", zones=SMALL_ZONE
        )
        reasons[metres, bool(precision)] = make_edition(folder).surface.refused or ""
    assert reasons[1999, False] == (
        "a bandwidth of 1,999 m would show single places, and incidents is published by district; it needs 2,000 m"
    )
    assert reasons[2000, False] == "only 2 records are located in the window; a density needs 10"
    assert reasons[1999, True] == "only 2 records are located in the window; a density needs 10"


def test_nothing_to_refuse_without_records() -> None:
    """An empty layer shows no place."""
    assert density_refusal({"incidents": [(COARSE, located(at=[]))]}, 1.0) is None


@given(st.lists(st.tuples(st.floats(46, 47), st.floats(39, 40)), min_size=1, max_size=8))
def test_points_of_a_density_stand_in_the_middle_of_a_cell(points: list[tuple[float, float]]) -> None:
    """No record leaves its cell of 10 km (diagonal 14,143 m), nor the window; doing it again moves nothing."""
    window = gpd.GeoSeries([shapely.box(46, 39, 47, 40)], crs="EPSG:4326")
    frame = located(at=list(points))
    once = in_cells(frame, 10_000, window)
    plane = window.estimate_utm_crs()
    apart_m = frame.geometry.to_crs(plane).distance(once.geometry.to_crs(plane))
    assert apart_m.max() < 14_143 * 1.001
    assert once.intersects(window[0]).tolist() == frame.intersects(window[0]).tolist()
    again = in_cells(once, 10_000, window)
    assert once.geometry.to_crs(plane).distance(again.geometry.to_crs(plane)).max() < 0.01


def test_neighbours_stand_at_one_place_in_a_density() -> None:
    """Two points 300 m apart inside one small window, and one outside it that stays where it is."""
    window = gpd.GeoSeries([shapely.box(46.5, 39.5, 46.51, 39.51)], crs="EPSG:4326")
    made = in_cells(located(at=[(46.502, 39.503), (46.505, 39.504), (46.6, 39.6)]), 10_000, window)
    one, two, outside = made.geometry
    assert one.equals(two)
    assert window[0].contains(one)
    assert outside.equals(shapely.Point(46.6, 39.6))


# ------------------------------------------------------------------ the internal file
def test_the_internal_file_holds_the_full_record_and_says_so(secret: tuple[Path, Edition], tmp_path: Path) -> None:
    """Marked in its name, at its start and in every record; in the answer and the manifest; gone after the next build."""
    folder, _ = secret
    answer = build(folder, out=tmp_path, internal=True)
    content = (tmp_path / FILE_NAME).read_bytes()
    assert FILE_NAME.startswith("INTERNAL")
    assert content.decode().startswith('{"marking":"INTERNAL – not for publication"')
    assert FILE_NAME in answer["files"]
    assert FILE_NAME in json.loads((tmp_path / "MANIFEST.json").read_bytes())["files"]
    first, *others = json.loads(content)["features"]
    assert all(feature["properties"]["marking"] == MARKING for feature in (first, *others))
    assert first["geometry"]["coordinates"] == [46.51234, 39.51234]
    assert first["id"] == "az-20210128-gizlikend-1"
    kept = ("date_start", "settlement", "note", "device_as_reported", "layer")
    assert [first["properties"][name] for name in kept] == [
        "2021-01-28",
        "Gizlikənd",
        "ploughing by the well",
        "tractor over TM-57",
        "incidents",
    ]
    with_it = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    build(folder, out=tmp_path)
    assert not (tmp_path / FILE_NAME).exists()
    without = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {name: content for name, content in with_it.items() if name not in {FILE_NAME, "MANIFEST.json"}} == {
        name: content for name, content in without.items() if name != "MANIFEST.json"
    }


def test_the_internal_file_refers_to_sources_as_the_file_does() -> None:
    """The identifiers of the record and of its source as they were given, beside those that are published."""
    given = located(at=[(46.5, 39.5)], incident_id=["filankes_uydurmayev_1"], source_ids=["uydurmayev_filankes"])
    public = given.assign(incident_id="own-row-2", source_ids="sources-row-2")
    full = walk.full_records(given, public)
    assert full[["incident_id", "source_ids"]].to_numpy().tolist() == [["filankes_uydurmayev_1", "uydurmayev_filankes"]]


# ------------------------------------------------------------------ a look at one's own data
def test_a_page_of_own_files_says_that_it_is_not_for_publication(tmp_path: Path) -> None:
    """Day and point as in the file; a name and an age in a text are left out there as well."""
    table = tmp_path / "own.csv"
    table.write_text(
        "incident_id,lon,lat,date_start,note\na,46.51234,39.5,2021-01-28,Filankəs Uydurmayev (37) of the well\n",
        "utf-8",
    )
    stated = ownfiles.Options(crs="EPSG:4326", columns={"note": "note"})
    checked = [ownfiles._checked(table, "incidents", stated)]
    edition = ownfiles._edition(checked, title="Own")
    assert any("not for publication" in sentence for sentence in edition.assumptions)
    assert page_meta(edition)["private"] is True
    assert edition.incidents["date_start"].tolist() == ["2021-01-28"]
    assert edition.incidents["place"].tolist() == ["point"]
    assert edition.incidents["note"].tolist() == ["[…] [adult] of the well"]


def test_a_map_in_a_notebook_is_private_and_an_edition_of_a_folder_is_not(secret: tuple[Path, Edition]) -> None:
    """Both as the page is told it."""
    points = gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[shapely.Point(46.5, 39.5)], crs="EPSG:4326")
    shown = ownfiles.make_map(points)
    assert b'"private":true' in gzip.decompress(base64.b64decode(shown.block_base64))
    assert page_meta(secret[1])["private"] is False


# ------------------------------------------------------------------ the catalogue
@pytest.mark.parametrize(
    ("kind", "stated", "sentence"),
    [
        ("incidents", 'precision = "as-published"\n', "as precisely as its file has it, and no reason is given"),
        (
            "incidents",
            'precision = "as-published"\nprecision_reason = "  "\n',
            "as precisely as its file has it, and no reason is given",
        ),
        ("incidents", 'precision = "exact"\n', "'precision' of layer 'x' is none of month-district, as-published"),
        ("incidents", "precision = 3\n", "'precision' of layer 'x' is none of month-district, as-published"),
        ("incidents", 'precision = "as-published"\nprecision_reason = 3\n', "needs a text 'precision_reason'"),
        ("zones", AS_PUBLISHED, "'precision' of layer 'x' is for incidents only, and it is of the kind 'zones'"),
        ("zones", 'precision_reason = "why"\n', "'precision_reason' of layer 'x' is for incidents only"),
    ],
)
def test_a_precision_that_cannot_be_meant_is_one_sentence(
    tmp_path: Path, kind: str, stated: str, sentence: str
) -> None:
    """Refused before any file is read, with the line to write."""
    (tmp_path / "a.csv").write_text("incident_id\na\n", "utf-8")
    layer = f'[[layer]]\nname = "x"\nkind = "{kind}"\nfile = "a.csv"\n{stated}'
    (tmp_path / "layers.toml").write_text(HEAD + layer, "utf-8")
    with pytest.raises(DataRefused, match=sentence) as refused:
        read_catalogue(tmp_path)
    assert refused.value.advice
    assert "\n" not in str(refused.value)


def test_the_precision_is_read(tmp_path: Path) -> None:
    """Month and district where nothing is said."""
    (tmp_path / "a.csv").write_text("incident_id\na\n", "utf-8")
    layer = '[[layer]]\nname = "{}"\nkind = "incidents"\nfile = "a.csv"\n{}'
    toml = (
        HEAD
        + layer.format("x", "")
        + layer.format("y", AS_PUBLISHED)
        + layer.format("z", 'precision = "month-district"\n')
    )
    (tmp_path / "layers.toml").write_text(toml, "utf-8")
    assert [(entry.precision, entry.precision_reason) for entry in read_catalogue(tmp_path).layers] == [
        ("month-district", ""),
        ("as-published", "invented"),
        ("month-district", ""),
    ]
