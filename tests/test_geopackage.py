"""The GeoPackage: read back by other readers, held against the standard's rules, equal bytes, and texts that stay texts."""

from __future__ import annotations

import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper import terms
from mapper.output.formats import geopackage
from tests import styled_tables
from tests.hostile import ALL, MANY
from tests.styled_tables import LICENCE, all_tables, facts

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.published import PublishedTable


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a GeoPackage of all made-up tables."""
    folder = tmp_path_factory.mktemp("geopackage")
    geopackage.write(all_tables(), folder, facts())
    made: Path = folder / geopackage.FILE
    return made


def query(path: Path, command: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - what SQLite takes
    """Return the rows of a query, of a file that is opened for reading alone."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(command, values).fetchall()


def parsed(text: str) -> ET.Element:
    """Return a text as XML."""
    return ET.fromstring(text)  # noqa: S314 - written by the code under test


def all_of(path: Path, columns: str, table: str) -> list[tuple[Any, ...]]:
    """Return columns of a whole table, each row as it stands."""
    return query(path, f'SELECT {columns} FROM "{table}"')  # noqa: S608 - names written in this module


def expected(table: PublishedTable) -> list[dict[str, Any]]:
    """Return the cells of a table as plain values, with the shape of each record as WKT."""
    rows = []
    for at in range(len(table.frame)):
        row: dict[str, Any] = {}
        for column in table.columns:
            cell = table.frame[column.name].iloc[at]
            row[column.name] = (
                None if pd.isna(cell) else cell.replace("\0", "\ufffd") if isinstance(cell, str) else cell
            )
        rows.append(row)
    return rows


@pytest.mark.parametrize("table", all_tables(), ids=lambda table: table.name)
def test_fiona_reads_the_same_records(path: Path, table: PublishedTable) -> None:
    """Rows, identifiers, types, nulls, letters and coordinates are those of the table, by an independent reader."""
    types = {"count": "int", "number": "float"}
    with fiona.open(path, layer=table.name) as layer:
        found = list(layer)
        told = dict(layer.schema["properties"])
    assert told == {column.name: types.get(column.kind, "str") for column in table.columns}
    wanted = expected(table)
    assert [dict(record["properties"]) for record in found] == wanted
    if table.geometry is None:
        return
    for record, shape in zip(found, table.frame.geometry, strict=True):
        assert (record.geometry is None) == (shape is None)
        if shape is not None:
            read = shapely.geometry.shape(record.geometry)
            assert shapely.equals(read, shape)
            assert shapely.hausdorff_distance(read, shape) < 1e-6


def test_sqlite_reads_numbers_nulls_and_letters(path: Path) -> None:
    """What any program finds that knows nothing of maps: numbers are numbers, nulls are nulls."""
    command = "SELECT name, typeof(accuracy_m), typeof(incidents_reported), incidents_reported FROM zones ORDER BY fid"
    names, accuracies, types, counts = zip(*query(path, command), strict=True)
    assert names == ("Ağdərə", "Şuşa", "İ ı ə ğ", None, "Without outline")
    assert accuracies == ("real", "real", "null", "real", "real")
    assert types == ("integer", "integer", "null", "integer", "integer")
    assert counts == (0, 2**40, None, 3, 4)


def test_duckdb_reads_the_same(path: Path) -> None:
    """A third reader, where its extension for SQLite is at hand."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    with duckdb.connect() as database:
        try:
            database.execute("LOAD sqlite")
        except duckdb.Error:
            pytest.skip("DuckDB's extension for SQLite is not installed, and tests do not download")
        database.execute(f"ATTACH '{path}' AS edition (TYPE sqlite, READ_ONLY)")
        assert database.sql("SELECT count(*), sum(incidents_reported) FROM edition.zones").fetchall() == [
            (5, 2**40 + 7)
        ]


def test_two_writings_give_equal_bytes(tmp_path: Path) -> None:
    """No clock, no chance and no order of threads is in the file."""
    contents = set()
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        geopackage.write(all_tables(), tmp_path / name, facts())
        contents.add((tmp_path / name / geopackage.FILE).read_bytes())
        assert [file.name for file in (tmp_path / name).iterdir()] == [geopackage.FILE]
    assert len(contents) == 1
    assert b"20" + b"26-" not in contents.pop()


def test_no_time_but_the_data_date(path: Path, tmp_path: Path) -> None:
    """`last_change` is the data date; without one the first day of 1970, never today."""
    assert query(path, "SELECT DISTINCT last_change FROM gpkg_contents") == [("2024-03-01T00:00:00.000Z",)]
    geopackage.write([styled_tables.zones()], tmp_path, facts(data_date=None))
    assert query(tmp_path / geopackage.FILE, "SELECT DISTINCT last_change FROM gpkg_contents") == [
        ("1970-01-01T00:00:00.000Z",)
    ]


# ------------------------------------------------------------ the standard, OGC 12-128r18 (1.3): requirement numbers in the tests


def test_header_and_integrity(path: Path) -> None:
    """Requirements 1 to 7: an SQLite file that says it is a GeoPackage 1.3 and is whole."""
    head = path.read_bytes()[:100]
    assert head[:16] == b"SQLite format 3\0"
    assert head[68:72] == b"GPKG"
    assert struct.unpack(">i", head[60:64]) == (10_300,)
    # SQLite trusts the number of pages only where both counters are equal (its file format, 1.3.7).
    assert head[24:28] == head[92:96]
    assert struct.unpack(">i", head[28:32])[0] * struct.unpack(">H", head[16:18])[0] == path.stat().st_size
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, "PRAGMA foreign_key_check") == []


def test_reference_systems(path: Path) -> None:
    """Requirements 10 to 12: the three systems that must be there, and every one that is used."""
    systems = {
        row[0]: row[1:]
        for row in query(path, "SELECT srs_id, organization, organization_coordsys_id FROM gpkg_spatial_ref_sys")
    }
    assert systems[4326] == ("EPSG", 4326)
    assert systems[-1] == ("NONE", -1)
    assert systems[0] == ("NONE", 0)
    used = query(
        path, "SELECT srs_id FROM gpkg_geometry_columns UNION SELECT srs_id FROM gpkg_contents WHERE srs_id IS NOT NULL"
    )
    assert {row[0] for row in used} <= set(systems)


def test_contents(path: Path) -> None:
    """Requirements 13 to 15, 21, 118: each table of users is listed, with a time in the one form that is allowed."""
    rows = query(path, "SELECT table_name, data_type, identifier, last_change, min_x, max_x, srs_id FROM gpkg_contents")
    spatial = {"not_assessed", *(table.name for table in all_tables() if table.geometry is not None)}
    assert {row[0] for row in rows if row[1] == "features"} == spatial
    assert {row[0] for row in rows if row[1] == "attributes"} == {"orders", "codes", "layer_styles"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row[3]) for row in rows)
    assert len({row[2] for row in rows}) == len(rows)
    assert next(row[4:] for row in rows if row[0] == "zones") == (40.0, 47.0, 4326)
    tables = {name for (name,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = {name for name in tables if not name.startswith(("gpkg_", "rtree_", "sqlite_"))}
    assert ours == {row[0] for row in rows}


def test_geometry_columns(path: Path) -> None:
    """Requirements 22 to 31, 146: one geometry column for each table of features, typed as its shapes are; an integer key."""
    rows = query(path, "SELECT table_name, column_name, geometry_type_name, z, m FROM gpkg_geometry_columns")
    types = {row[0]: row[2] for row in rows}
    assert types["incidents"] == "POINT"
    assert {types[name] for name in ("zones", "hazards", "coverage", "density", "not_assessed")} == {"MULTIPOLYGON"}
    assert types["corridors"] == types["context"] == "GEOMETRY"
    assert {row[3:] for row in rows} == {(0, 0)}
    for name, column, declared, *_ in rows:
        columns = {row[1]: row for row in query(path, f'PRAGMA table_info("{name}")')}
        assert columns[column][2].upper() == declared
        assert [row[1] for row in columns.values() if row[5]] == ["fid"]
        assert columns["fid"][2] == "INTEGER"


def test_geometry_blobs(path: Path) -> None:
    """Requirements 19, 20, 32: the header of every shape, and a shape of the type that the table declares."""
    codes = {"POINT": {1}, "MULTIPOLYGON": {6}, "GEOMETRY": {2, 3, 5, 6}}
    for name, declared in query(path, "SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"):
        blobs = [blob for (blob,) in all_of(path, "geom", name) if blob is not None]
        assert blobs
        for blob in blobs:
            assert blob[:3] == b"GP\0"
            flags = blob[3]
            assert flags & 0b0010_0000 == 0  # a standard geometry
            assert flags & 0b0001_0000 == 0  # not empty
            assert struct.unpack("<i" if flags & 1 else ">i", blob[4:8]) == (4326,)
            body = 8 + {0: 0, 1: 32}[flags >> 1 & 0b111]
            order = "<" if blob[body] else ">"
            assert struct.unpack(f"{order}I", blob[body + 1 : body + 5])[0] in codes[declared]


def test_extensions(path: Path) -> None:
    """Requirements 58 to 64: every extension that is used is registered, for tables that exist."""
    rows = query(path, "SELECT table_name, column_name, extension_name, scope FROM gpkg_extensions")
    tables = {name for (name,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {row[0] for row in rows} <= tables
    assert {row[2] for row in rows} == {"gpkg_rtree_index", "gpkg_metadata", "gpkg_schema"}
    assert {row[3] for row in rows if row[2] == "gpkg_rtree_index"} == {"write-only"}
    assert {row[3] for row in rows if row[2] != "gpkg_rtree_index"} == {"read-write"}
    assert {row[0] for row in rows if row[2] == "gpkg_metadata"} == {"gpkg_metadata", "gpkg_metadata_reference"}
    assert {row[0] for row in rows if row[2] == "gpkg_schema"} == {"gpkg_data_columns", "gpkg_data_column_constraints"}


def test_spatial_indexes(path: Path) -> None:
    """Requirements 75 to 77: an index of each table of features that holds the box of each shape, and that follows changes."""
    for table in all_tables():
        if table.geometry is None:
            continue
        found = {row[0]: row[1:] for row in all_of(path, "id, minx, maxx, miny, maxy", f"rtree_{table.name}_geom")}
        shapes = {at: shape for at, shape in enumerate(table.frame.geometry, start=1) if shape is not None}
        assert set(found) == set(shapes)
        for at, shape in shapes.items():
            west, south, east, north = shape.bounds
            # The index keeps 32 bits, rounded outwards.
            assert np.allclose(found[at], (west, east, south, north), atol=1e-5)
    triggers = query(path, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree_zones%'")
    assert len(triggers) >= 6


def test_schema_extension(path: Path) -> None:
    """Requirements 103 to 109: columns that exist, lists of values for those whose cells are all codes of the list."""
    columns = query(path, "SELECT table_name, column_name, constraint_name FROM gpkg_data_columns")
    for table in all_tables():
        there = {row[1] for row in query(path, f'PRAGMA table_info("{table.name}")')}
        assert {row[1] for row in columns if row[0] == table.name} <= there
    bound = {(row[0], row[1]): row[2] for row in columns}
    assert bound["zones", "extent"] == "extent"
    assert bound["hazards", "status"] == "hazard_status"
    assert bound["hazards", "class"] is None  # one cell is of another list
    assert bound["orders", "applies_to"] is None  # one cell holds two codes
    listed = all_of(
        path, "constraint_name, constraint_type, value, description, min, max", "gpkg_data_column_constraints"
    )
    assert {row[1] for row in listed} == {"enum"}
    assert {row[4:] for row in listed} == {(None, None)}
    assert {name for name in bound.values() if name} == {row[0] for row in listed}
    words = {row[2]: row[3] for row in listed if row[0] == "extent"}
    assert words == {code: term.label["en"] for code, term in terms.vocabulary("extent").items()}


def test_metadata_extension(path: Path) -> None:
    """Requirements 93 to 102: scopes and references hold together, and every text is XML."""
    rows = query(path, "SELECT id, md_scope, md_standard_uri, mime_type, metadata FROM gpkg_metadata")
    columns = "reference_scope, table_name, column_name, row_id_value, timestamp, md_file_id, md_parent_id"
    references = all_of(path, columns, "gpkg_metadata_reference")
    ids = {row[0] for row in rows}
    assert {row[5] for row in references} == ids
    assert {row[0] for row in references} == {"geopackage", "table"}
    assert all(row[6] is None or (row[6] in ids and row[6] != row[5]) for row in references)
    assert all((row[1] is None) == (row[0] == "geopackage") for row in references)
    assert {row[1] for row in rows} == {"dataset"}
    for row in rows:
        parsed(row[4])


# ------------------------------------------------------------ what it says


def test_iso_metadata_states_title_caveats_licence_and_lineage(path: Path) -> None:
    """A person who got the one file reads what it is and what may be done with it."""
    (text,) = query(
        path,
        "SELECT metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON id = md_file_id WHERE table_name = 'zones' "
        "AND md_standard_uri = 'http://www.isotc211.org/2005/gmd'",
    )[0]
    said = "\n".join(parsed(text).itertext())
    for wanted in (
        "The zones – A map",
        LICENCE,
        "made up",
        "An office",
        "A blank area is not a cleared area.",
        "2024-06-01",
    ):
        assert wanted in said
    assert "Not for navigation" in said


def test_words_are_in_the_language_asked_for(tmp_path: Path) -> None:
    """Titles, lists of values and descriptions are in Azerbaijani; the table of codes has all three languages."""
    geopackage.write(all_tables(), tmp_path, facts("az"))
    path = tmp_path / geopackage.FILE
    assert ("zones cədvəli",) in query(path, "SELECT identifier FROM gpkg_contents")
    listed = query(path, "SELECT description FROM gpkg_data_column_constraints WHERE constraint_name = 'extent'")
    assert ("Bütün rayon",) in listed
    (row,) = query(
        path,
        "SELECT label_en, label_az, label_ru, colour, hatch FROM codes WHERE vocabulary = 'extent' AND code = 'whole'",
    )
    assert row == ("Whole district", "Bütün rayon", "Весь район", "#7B2D8B", "diagonal")
    assert (
        "Xəritədəki boş sahə" in query(path, "SELECT description FROM gpkg_contents WHERE table_name = 'zones'")[0][0]
    )


def test_styles_are_where_qgis_looks(path: Path) -> None:
    """One default style for each table of features, with the columns that QGIS asks for."""
    columns = "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault, styleQML, styleSLD"
    rows = all_of(path, columns, "layer_styles")
    names = {"not_assessed", *(table.name for table in all_tables() if table.geometry is not None)}
    assert sorted(row[2] for row in rows) == sorted(names)
    assert {row[:2] + row[3:5] for row in rows} == {("", "", "geom", 1)}
    for row in rows:
        assert parsed(row[5]).tag == "qgis"
        assert parsed(row[6]).tag.endswith("StyledLayerDescriptor")


def test_identifiers_and_codes_are_indexed(path: Path) -> None:
    """SQLite uses the index when it is asked for a zone or for an extent."""
    for condition in ("zone_id = 'zone-1'", "extent = 'part'"):
        (plan,) = query(path, f"EXPLAIN QUERY PLAN SELECT * FROM zones WHERE {condition}")  # noqa: S608 - as above
        assert "USING INDEX idx_zones_" in plan[3]


def test_an_internal_export_is_marked(tmp_path: Path) -> None:
    """Every record of every table bears the marking, and the description begins with it."""
    marked = facts(marking="INTERNAL – do not pass on")
    geopackage.write(all_tables(), tmp_path, marked)
    path = tmp_path / geopackage.FILE
    for table in all_tables():
        assert all_of(path, "DISTINCT marking", table.name) == [(marked.marking,)]
    (said,) = query(path, "SELECT description FROM gpkg_contents WHERE table_name = 'zones'")[0]
    assert said.startswith("INTERNAL – do not pass on")


def test_another_reference_system(tmp_path: Path) -> None:
    """Metres are written as metres, and circles are then measured in metres."""
    tables = [
        replace(table, frame=gpd.GeoDataFrame(table.frame).to_crs("EPSG:32638"))
        for table in (styled_tables.incidents(), styled_tables.zones())
    ]
    geopackage.write(tables, tmp_path, facts(crs="EPSG:32638"))
    with fiona.open(tmp_path / geopackage.FILE, layer="zones") as layer:
        assert layer.crs.to_epsg() == 32638
        assert shapely.geometry.shape(next(iter(layer)).geometry).bounds[1] > 4e6
    (style,) = query(tmp_path / geopackage.FILE, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'incidents'")[
        0
    ]
    drawn = [option.get("value") for option in parsed(style).iter("Option") if option.get("name") == "geometryModifier"]
    assert set(drawn) == {'buffer($geometry, "uncertainty_m", 24)'}


def test_ground_that_is_not_assessed_is_a_shape(path: Path) -> None:
    """It holds the ground between the fields and that of a list which has ended, and none that is covered."""
    with fiona.open(path, layer="not_assessed") as layer:
        (record,) = list(layer)
    ground = shapely.geometry.shape(record.geometry)
    for place, covered in enumerate([True, True, True, True, False]):
        middle = styled_tables.field(place, styled_tables.COVERED).centroid
        assert shapely.contains(ground, middle) != covered
        assert shapely.contains(ground, shapely.Point(middle.x + 1, middle.y))
    # The records lie between 40 and 59 degrees east and 29 and 41 north; the ground reaches ten degrees further.
    assert ground.bounds == (30, 19, 69, 51)
    assert record["properties"]["note"].startswith("Not assessed")


# ------------------------------------------------------------ hostile texts


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """Markup, formulas, quotes, letters without a shape and control characters come back as they went in."""
    odd = ["'; DROP TABLE zones; --", '"', "\x01\x1f\x7f", "]]>", "&amp;", "\ud7ff", "a\tb\r\nc", *MANY[:300], ALL]
    given = styled_tables.table(
        "zones",
        {"zone_id": odd, "name": odd, "extent": odd},
        {"extent": ("code", "extent")},
        [None] * len(odd),
        "MultiPolygon",
    )
    hostile = replace(given, licences=(ALL,), lineage=(ALL, "\0"), title={"en": ALL})
    geopackage.write(
        [hostile], tmp_path, facts(titles={"en": ALL}, organisations={"en": "\x01"}, contacts=(ALL,), edition_id="'")
    )
    path = tmp_path / geopackage.FILE
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    with fiona.open(path, layer="zones") as layer:
        assert [record["properties"]["name"] for record in layer] == odd
    texts = [
        *all_of(path, "metadata", "gpkg_metadata"),
        *all_of(path, "styleQML", "layer_styles"),
        *all_of(path, "styleSLD", "layer_styles"),
    ]
    for (text,) in texts:
        parsed(text)


def test_nul_is_replaced_and_told(tmp_path: Path) -> None:
    """Most readers end a text at NUL: what follows would be lost in silence."""
    (notice,) = geopackage.write([styled_tables.orders()], tmp_path, facts())
    assert "orders" in notice
    assert "1 cells" in notice
    (cells,) = zip(*query(tmp_path / geopackage.FILE, 'SELECT "where" FROM orders'), strict=True)
    assert cells == ("\u2028 ü", "x\ufffdy")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """What cannot be written gives an error, not a file that lacks records."""
    with pytest.raises(Exception, match=r"gone|open|create"):
        geopackage.write([styled_tables.zones()], tmp_path / "gone", facts())
