"""The exported files: RFC 7946, read again by two libraries and by hand, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.output.antimeridian import cut_at_antimeridian
from mapper.output.exports import csv_table, export_files, geojson, geojson_table, table_files
from mapper.output.published import columns_of, export_facts, published_tables, table_of
from mapper.pipeline import make_edition
from tests.rfc7946 import faults

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.compose import Edition

PLACED = (
    "incidents.geojson",
    "zones.geojson",
    "districts.geojson",
    "coverage.geojson",
    "context.geojson",
    "density.geojson",
    "hotspots.geojson",
)
TABLES = ("orders.csv", "events.csv", "sources.csv", "casualty_counts.csv", "activities.csv")
IDS = {
    "incidents.geojson": "incident_id",
    "zones.geojson": "zone_id",
    "districts.geojson": "district_id",
    "coverage.geojson": "coverage_id",
    "context.geojson": "context_id",
}
HOSTILE = (
    '<img src=x onerror="a()">',
    "</script>",
    "${a}",
    "{{ 7*191 }}",
    "{% a %}",
    "{#",
    "`",
    "a\u2028b\u2029c",
    "=1+1",
    "\\",
    '"',
    "a\nb\r\nc",
    "\u202eabc",
    "ə ğ ı İ Ə Ğ I i ş ç ö ü",
    "\0",
)


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


@pytest.fixture(scope="module")
def exports(edition: Edition) -> dict[str, bytes]:
    """Return its exports."""
    return export_files(edition)


def test_two_exports_are_byte_equal(exports: dict[str, bytes]) -> None:
    """From a second walk of the whole line."""
    assert export_files(make_edition()) == exports


@pytest.mark.parametrize("name", PLACED)
def test_files_follow_rfc_7946(exports: dict[str, bytes], name: str) -> None:
    """By a checker written from the RFC; every feature has every key of its table, in one order, and its identifier."""
    collection = json.loads(exports[name])
    assert faults(exports[name]) == []
    assert "bbox" in collection
    columns = [column.name for column in columns_of(name.removesuffix(".geojson"))]
    assert [column["name"] for column in collection["columns"]] == columns
    for feature in collection["features"]:
        assert list(feature["properties"]) == columns
        if name in IDS:
            assert feature["id"] == feature["properties"][IDS[name]]
    assert all(44 < lon < 51 and 38 < lat < 42 for lon, lat in (collection["bbox"][:2], collection["bbox"][2:]))


def test_every_table_of_the_edition_is_a_file(edition: Edition, exports: dict[str, bytes]) -> None:
    """Tables with places as GeoJSON, the others as CSV; the bundled layers hold no hazards and no corridors."""
    assert set(exports) == {*PLACED, *TABLES, "findings.csv", "settlements.csv"}
    for name in TABLES:
        rows = list(csv.DictReader(io.StringIO(exports[name].decode("utf-8-sig"), newline="")))
        assert len(rows) == len(edition.tables[name.removesuffix(".csv")])


@pytest.mark.parametrize("name", PLACED)
def test_each_file_says_whose_it_is_of_when_and_under_which_licence(exports: dict[str, bytes], name: str) -> None:
    """A file is passed on without its folder; what is made of district outlines is under their share-alike licence."""
    collection = json.loads(exports[name])
    assert (collection["data_date"], collection["stale_after"]) == ("2026-11-23", "2027-05-22")
    assert collection["edition"]
    assert collection["organisation"] == "Compiled from public reports"
    assert len(collection["caveats"]) == 3
    assert "as of 2026-11-23. A blank area is not a cleared area." in collection["caveats"][0]
    if name in ("zones.geojson", "districts.geojson", "density.geojson", "hotspots.geojson"):
        assert any("CC BY-SA 3.0" in licence for licence in collection["licences"])


@pytest.mark.parametrize("language", ["az", "ru"])
def test_words_are_in_the_language_that_is_asked_for(edition: Edition, language: str) -> None:
    """Titles of tables and columns and the caveats; names and codes of the data stay."""
    facts = replace(export_facts(edition), language=language)
    zones = next(table for table in published_tables(edition) if table.name == "zones")
    collection = json.loads(geojson_table(zones, facts))
    assert collection["title"] == {"az": "Girişi qadağan olunmuş zonalar", "ru": "Зоны запрета входа"}[language]
    (area,) = (column for column in collection["columns"] if column["name"] == "area_km2")
    assert (area["title"], area["unit"]) == ({"az": "Sahə", "ru": "Площадь"}[language], "km²")
    assert collection["features"][0]["properties"]["extent"] in {"whole", "part", "interpreted"}


@pytest.mark.parametrize("name", PLACED)
def test_gdal_types_each_column_as_it_is_meant(exports: dict[str, bytes], name: str, tmp_path: Path) -> None:
    """GDAL looks at all features, not at the first: counts are whole numbers, numbers real; a column all null tells nothing."""
    path = tmp_path / name
    path.write_bytes(exports[name])
    info = pyogrio.read_info(path)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    features = json.loads(exports[name])["features"]
    for column in columns_of(name.removesuffix(".geojson")):
        known = [feature["properties"][column.name] for feature in features]
        if any(value is not None for value in known):
            expected = {"count": {"OFTInteger"}, "number": {"OFTReal"}, "date": {"OFTDate", "OFTString"}}
            assert types[column.name] in expected.get(column.kind, {"OFTString"}), column.name


def test_hazards_and_corridors_are_files_too(edition: Edition) -> None:
    """A hazard keeps its own column `marking` beside the mark of an internal export."""
    frame = gpd.GeoDataFrame(
        {column.name: [None] for column in columns_of("hazards")}, geometry=[shapely.box(46, 39, 46.1, 39.1)], crs=4326
    )
    hazards = table_of("hazards", frame.assign(hazard_id="h1", marking="red skulls", area_m2=2.5, accuracy_m=None))
    line = gpd.GeoDataFrame(
        {column.name: [None] for column in columns_of("corridors")},
        geometry=[shapely.LineString([(46, 39), (47, 39)])],
        crs=4326,
    )
    corridors = table_of("corridors", line.assign(corridor_id="c1", width_m=8.0))
    files = table_files([hazards, corridors], replace(export_facts(edition), marking="INTERNAL"))
    assert all(faults(content) == [] for content in files.values())
    collection = json.loads(files["hazards.geojson"])
    told = collection["features"][0]["properties"]
    assert (collection["marking"], told["export_marking"], told["marking"]) == ("INTERNAL", "INTERNAL", "red skulls")
    assert json.loads(files["corridors.geojson"])["features"][0]["properties"]["marking"] == "INTERNAL"


def test_places_known_by_district_have_no_geometry(edition: Edition, exports: dict[str, bytes]) -> None:
    """A point there would look measured: 83 points, 31 without."""
    features = json.loads(exports["incidents.geojson"])["features"]
    for feature, place in zip(features, edition.incidents["place"], strict=True):
        kind = feature["geometry"]["type"] if feature["geometry"] else None
        assert kind == {"disc": "Point", "point": "Point"}.get(place)
    assert sum(feature["geometry"] is None for feature in features) == 31


@pytest.mark.parametrize("name", ["incidents.geojson", "zones.geojson", "districts.geojson", "density.geojson"])
def test_shapes_stay_valid_and_where_they_were(edition: Edition, exports: dict[str, bytes], name: str) -> None:
    """Every polygon is valid after rounding, and no vertex moved by more than half the last decimal."""
    frames = {
        "incidents.geojson": edition.incidents[edition.incidents["place"] == "disc"],
        "zones.geojson": edition.zones,
        "districts.geojson": edition.districts,
        "density.geojson": next(table.frame for table in published_tables(edition) if table.name == "density"),
    }
    read = [
        shapely.geometry.shape(feature["geometry"])
        for feature in json.loads(exports[name])["features"]
        if feature["geometry"]
    ]
    given = frames[name].geometry.dropna().to_numpy()
    assert shapely.is_valid(read).all()
    moved = shapely.hausdorff_distance(np.array(read), given)
    assert moved.max() <= 0.5e-6 * 2**0.5 * 1.0001


@pytest.mark.parametrize("name", PLACED)
def test_two_libraries_read_what_was_written(exports: dict[str, bytes], name: str, tmp_path: Path) -> None:
    """Read with pyogrio and fiona: both agree with the JSON itself, record by record, cell by cell, letters included."""
    path = tmp_path / name
    path.write_bytes(exports[name])
    features = json.loads(exports[name])["features"]
    by_pyogrio = pyogrio.read_dataframe(path)
    with fiona.open(path, encoding="utf-8") as source:
        by_fiona = list(source)
        assert source.crs.to_epsg() == 4326
    assert by_pyogrio.crs.to_epsg() == 4326
    assert len(features) == len(by_pyogrio) == len(by_fiona)
    for feature, (_, row), other in zip(features, by_pyogrio.iterrows(), by_fiona, strict=True):
        for key, value in feature["properties"].items():
            assert _same(row[key], value), key
            assert _same(other["properties"][key], value), key
        expected = shapely.geometry.shape(feature["geometry"]) if feature["geometry"] else None
        found = shapely.geometry.shape(other["geometry"]) if other["geometry"] else None
        assert (row["geometry"] is None) == (found is None) == (expected is None)
        if expected is not None and found is not None:
            assert row["geometry"].equals(expected)
            assert found.equals(expected)


def _same(read: Any, written: Any) -> bool:  # noqa: ANN401 - cells
    if written is None or isinstance(written, str):
        text = None if pd.isna(read) else str(read)[:10] if isinstance(read, pd.Timestamp) else str(read)
        return bool(text == written) or (written == "" and text is None)
    return bool(read == pytest.approx(written, rel=1e-12))


def test_every_letter_of_the_names_is_there(exports: dict[str, bytes]) -> None:
    """Names as they are written, not as escapes, so that a person can search the file."""
    text = exports["districts.geojson"].decode("utf-8")
    for name in ("Ağdərə", "Şuşa", "Qubadlı", "Kəlbəcər", "Xankəndi"):
        assert f'"{name}"' in text


def frame_of(texts: list[str | None], shapes: list[shapely.Geometry | None] | None = None) -> gpd.GeoDataFrame:
    """Return a frame with an id and a text."""
    shapes = shapes or [None] * len(texts)
    ids = [f"r{number}" for number in range(len(texts))]
    return gpd.GeoDataFrame({"id": ids, "text": texts, "secret": "private"}, geometry=shapes, crs="EPSG:4326")


@given(st.lists(st.one_of(st.none(), st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"])))))
def test_any_text_survives_as_text(texts: list[str | None]) -> None:
    """What goes into a GeoJSON comes out of a JSON parser letter for letter, and nothing unlisted with it."""
    content = geojson(frame_of(texts), ["id", "text"], "id", "x")
    assert [feature["properties"]["text"] for feature in json.loads(content)["features"]] == texts
    assert b"private" not in content
    assert len(content.splitlines()) >= len(texts)


def test_missing_values_and_numpy_numbers_are_plain_json() -> None:
    """NA, NaN and None are null; integers stay integers; small and large numbers keep nine digits."""
    frame = gpd.GeoDataFrame(
        {
            "a": pd.array([1, None], "Int64"),
            "b": [np.nan, 1234.56789012],
            "c": pd.array([None, "x"], "str"),
            "d": [0.0000000123456, 1e21],
        },
        geometry=[None, shapely.Point(1.23456789, -0.00000049)],
        crs="EPSG:4326",
    )
    features = json.loads(geojson(frame, "abcd", None, "x"))["features"]
    assert features[0]["properties"] == {"a": 1, "b": None, "c": None, "d": 1.23456e-8}
    assert features[1]["properties"] == {"a": None, "b": 1234.56789, "c": "x", "d": 1e21}
    assert features[1]["geometry"]["coordinates"] == [1.234568, 0.0]
    assert "id" not in features[0]


def test_values_that_are_equal_but_not_the_same_stay_what_they_are() -> None:
    """True, 1 and 1.0 in one column, a name with a percent sign, and each kind of geometry, in the order of rows."""
    shapes = [
        shapely.Point(1, 2),
        None,
        shapely.MultiPoint([(0, 0), (3, 4)]),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.Point(),
    ]
    frame = gpd.GeoDataFrame(
        {"100 %s": pd.Series([True, 1, 1.0, "1", None], dtype=object)}, geometry=shapes, crs="EPSG:4326"
    )
    features = json.loads(geojson(frame, ["100 %s"], "100 %s", "x", marking="5 % off"))["features"]
    values = [feature["properties"]["100 %s"] for feature in features]
    assert [(type(value), value) for value in values] == [
        (bool, True),
        (int, 1),
        (float, 1.0),
        (str, "1"),
        (type(None), None),
    ]
    assert [feature["id"] for feature in features] == values
    assert {feature["properties"]["marking"] for feature in features} == {"5 % off"}
    assert [feature["geometry"] and feature["geometry"]["coordinates"] for feature in features] == [
        [1.0, 2.0],
        None,
        [[0.0, 0.0], [3.0, 4.0]],
        [[0.0, 0.0], [1.0, 1.0]],
        None,
    ]


def test_a_polygon_that_rounding_would_spoil_keeps_its_decimals() -> None:
    """A spike 1e-7 wide collapses onto itself at six decimals: it stays as it was given."""
    spike = shapely.Polygon(
        [(0, 0), (1, 0), (1, 1), (0.5000001, 1), (0.5000001, 9), (0.4999999, 9), (0.4999999, 1), (0, 1)]
    )
    plain = shapely.box(0.12345678, 0, 1, 1)
    features = json.loads(geojson(frame_of(["a", "b"], [spike, plain]), ["id"], "id", "x"))["features"]
    assert shapely.geometry.shape(features[0]["geometry"]).equals(spike)
    assert shapely.geometry.shape(features[1]["geometry"]).bounds == (0.123457, 0, 1, 1)


def test_nothing_to_export_is_an_empty_collection() -> None:
    """No features, no box, and both libraries could say so."""
    assert json.loads(geojson(frame_of([]), ["id"], "id", "x")) == {
        "type": "FeatureCollection",
        "name": "x",
        "features": [],
    }


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_cell_of_a_csv_is_a_formula(start: str) -> None:
    """A text that a spreadsheet would run gets a quotation mark before it; a number stays one."""
    frame = pd.DataFrame({"text": [f"{start}1+cmd|' /C calc'!A0"], "row": pd.array([-5], "Int64"), "share": [-0.25]})
    rows = list(csv.reader(io.StringIO(csv_table(frame).decode("utf-8-sig"), newline="")))
    assert rows[1] == [f"'{start}1+cmd|' /C calc'!A0", "-5", "-0.25"]


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * 2), min_size=1))
def test_a_csv_keeps_its_rows_and_cells(rows: list[tuple[str, str]]) -> None:
    """Commas, quotes and line ends inside a cell never make another cell or row; only the guard is added."""
    text = csv_table(pd.DataFrame(rows, columns=["a", "b"], dtype=object)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


def test_the_findings_are_told_with_row_and_advice(edition: Edition, exports: dict[str, bytes]) -> None:
    """One row a finding, in order, readable by the csv module."""
    rows = list(csv.DictReader(io.StringIO(exports["findings.csv"].decode("utf-8-sig"), newline="")))
    assert [(row["rule"], row["row"], row["value"]) for row in rows] == [
        (found.rule, "" if found.row is None else str(found.row), found.value or "") for found in edition.findings
    ]


CROSSINGS = {
    "a line": (
        shapely.LineString([(170, 45), (-170, 45)]),
        shapely.MultiLineString([[(170, 45), (180, 45)], [(-180, 45), (-170, 45)]]),
    ),
    "a square that counts on": (
        shapely.box(170, 40, 190, 50),
        shapely.union_all([shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)]),
    ),
    "a square in degrees": (
        shapely.Polygon([(170, 40), (-170, 40), (-170, 50), (170, 50)]),
        shapely.union_all([shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)]),
    ),
    "a square with a hole on the line": (
        shapely.Polygon(shapely.box(170, 40, 190, 50).exterior, [[(178, 44), (182, 44), (182, 46), (178, 46)]]),
        shapely.union_all(
            [
                shapely.box(170, 40, 180, 50) - shapely.box(178, 44, 180, 46),
                shapely.box(-180, 40, -170, 50) - shapely.box(-180, 44, -178, 46),
            ]
        ),
    ),
    "one that is cut already": (
        shapely.MultiPolygon([shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)]),
        shapely.MultiPolygon([shapely.box(170, 40, 180, 50), shapely.box(-180, 40, -170, 50)]),
    ),
    "one that stays within": (shapely.box(46, 39, 47, 40), shapely.box(46, 39, 47, 40)),
    "two points": (shapely.MultiPoint([(179, 1), (-179, 1)]), shapely.MultiPoint([(179, 1), (-179, 1)])),
}


@pytest.mark.parametrize("name", CROSSINGS)
def test_shapes_are_cut_at_the_antimeridian(name: str) -> None:
    """RFC 7946, 3.1.9: the line of its example, and squares of 20 degrees cut in two of 10 by hand."""
    given, expected = CROSSINGS[name]
    content = geojson(frame_of(["a"], [given]), ["id"], "id", "x")
    assert faults(content) == []
    found = shapely.geometry.shape(json.loads(content)["features"][0]["geometry"])
    assert found.equals(expected), found.wkt


@given(
    st.floats(-180, 180), st.floats(0.001, 179), st.lists(st.floats(-1, 1), min_size=6, max_size=6), st.floats(-80, 80)
)
def test_cutting_keeps_every_square_degree(west: float, width: float, bend: list[float], south: float) -> None:
    """The area in degrees is that of the shape before it was cut, and no part runs past the antimeridian."""
    xs = west + width * np.array([0, 0.5, 1, 1, 0.5, 0])
    ys = south + np.array([0, 0, 0, 3, 3, 3]) + np.array(bend)
    whole = shapely.Polygon(np.column_stack([xs, ys]))
    wrapped = shapely.Polygon(np.column_stack([(xs + 180) % 360 - 180, ys]))
    for given_shape in (whole, wrapped):
        (found,) = cut_at_antimeridian(np.array([given_shape], dtype=object))
        assert found.area == pytest.approx(whole.area, rel=1e-9)
        assert -180 <= found.bounds[0] <= found.bounds[2] <= 180


def test_a_shape_around_a_pole_stays_as_it_is() -> None:
    """It has no two ends to be cut at."""
    cap = shapely.Polygon([(0, 80), (120, 80), (-120, 80)])
    assert cut_at_antimeridian(np.array([cap], dtype=object))[0] is cap
