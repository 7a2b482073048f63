"""FlatGeobuf and GeoParquet: what was written is read back by another library, record by record, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from mapper.output.export import reprojected
from mapper.output.formats import flatgeobuf, geoparquet
from mapper.output.published import ExportFacts, PublishedTable, columns_of, table_of
from tests.geoparquet_rules import faults, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FACTS = ExportFacts(
    titles={"en": "Title", "az": "Başlıq"},
    organisations={"en": "Agency"},
    contacts=("+994 12 000",),
    edition_id="0123456789ab",
    data_date="2026-11-23",
    stale_after="2027-05-22",
    caveats=("caveat.blank", "caveat.density", "caveat.navigation"),
)
NAMES = ("Ağdərə", "Şuşa", "İmişli ə ğ ı İ Ə", "=1+1", "<b>&amp;]]>", "a\nb\tc", None)
PLACES = [shapely.Point(46.7654321, 39.8765432), None, shapely.Point(-0.000001, 0), *map(shapely.Point, [(1, 2)] * 4)]
SQUARES = [shapely.box(x, 39, x + 0.5, 39.5) for x in range(45, 51)] + [None]


def rows_of(name: str, shapes: list[Any], /, **values: list[Any]) -> PublishedTable:
    """Return a published table with values in some of its columns and nothing in the others."""
    empty = {column.name: [None] * len(shapes) for column in columns_of(name)}
    return table_of(
        name,
        gpd.GeoDataFrame({**empty, **values}, geometry=shapes, crs="EPSG:4326"),
        licences=["CC BY-SA 3.0"],
        lineage=["a survey"],
    )


def tables() -> list[PublishedTable]:
    """Return points, polygons among multipolygons, lines among polygons, and a table without places."""
    ids = [f"i{number}" for number in range(7)]
    incidents = rows_of(
        "incidents",
        PLACES,
        incident_id=ids,
        settlement=list(NAMES),
        killed=[1, None, 0, 2**31, 3, 4, 5],
        uncertainty_m=[0.1, None, 1e300, 5e-324, 2.0, -0.0, 7.5],
        date_start=["2021-01-28", "2021-02", "2021", None, "2021-01-28", "2021-01-28", "2021-01-28"],
        accident_type=["mine", None, "other", "mine", "mine", "mine", "mine"],
    )
    several = shapely.MultiPolygon([shapely.box(44, 39, 44.5, 39.5), shapely.box(43, 39, 43.5, 39.5)])
    zones = rows_of("zones", [*SQUARES[:5], several, None], zone_id=ids, name=list(NAMES))
    lines = [
        shapely.LineString([(46, 39), (47, 40)]),
        shapely.MultiLineString([[(46, 39), (47, 40)], [(1, 1), (2, 2)]]),
    ]
    context = rows_of("context", [*lines, *SQUARES[:5]], context_id=ids, kind=["road"] * 7, name=list(NAMES))
    frame = pd.DataFrame({column.name: [None] * 2 for column in columns_of("events")})
    events = table_of("events", frame.assign(event_id=["e1", "e2"], title=["Şuşa", "=1+1"]))
    return [incidents, zones, context, events]


def by_fiona(file: Path) -> list[dict[str, Any]]:
    """Read a file with fiona, whose GDAL is another than pyogrio's."""
    with fiona.open(file) as source:
        assert source.crs.to_epsg() == 4326
        return [
            {
                **feature["properties"],
                "geometry": shapely.geometry.shape(feature["geometry"]) if feature["geometry"] else None,
            }
            for feature in source
        ]


def by_geopandas(file: Path) -> list[dict[str, Any]]:
    """Read a file with geopandas' own reader of GeoParquet."""
    frame = gpd.read_parquet(file)
    assert frame.crs.to_epsg() == 4326
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def by_duckdb(file: Path) -> list[dict[str, Any]]:
    """Read a file with DuckDB, the geometry as well-known binary."""
    with duckdb.connect() as connection:
        found = connection.execute("select * from read_parquet(?)", [str(file)])
        names = [each[0] for each in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        shape = row["geometry"]
        row["geometry"] = (
            None
            if shape is None
            else shapely.from_wkb(bytes(shape))
            if isinstance(shape, bytes | bytearray | memoryview)
            else shapely.from_wkt(str(shape))
        )
    return rows


READERS: dict[str, tuple[Any, str, Callable[[Path], list[dict[str, Any]]]]] = {
    "flatgeobuf by fiona": (flatgeobuf, "fgb", by_fiona),
    "geoparquet by geopandas": (geoparquet, "parquet", by_geopandas),
    "geoparquet by duckdb": (geoparquet, "parquet", by_duckdb),
}


@pytest.mark.parametrize("how", READERS)
@pytest.mark.parametrize("number", range(3))
def test_another_reader_finds_the_same_records(how: str, number: int, tmp_path: Path) -> None:
    """Every record by its identifier, every cell with its type, nulls as nulls, coordinates to the last digit."""
    module, ending, read = READERS[how]
    table = tables()[number]
    module.write([table], tmp_path, FACTS)
    found = {row[str(table.id_column)]: row for row in read(tmp_path / f"{table.name}.{ending}")}
    assert len(found) == len(table.frame)
    # pandas has counts beside nulls as real numbers; in the file they are whole.
    kinds = {"count": int if "geopandas" not in how else (int, float), "number": float}
    for (_, expected), shape in zip(table.frame.iterrows(), table.frame.geometry, strict=True):
        row = found[expected[str(table.id_column)]]
        for column in table.columns:
            value = expected[column.name]
            if pd.isna(value):
                assert row[column.name] is None, column.name
            else:
                assert row[column.name] == value, column.name
                assert isinstance(row[column.name], kinds.get(column.kind, str))
        assert (row["geometry"] is None) == (shape is None)
        if shape is not None:
            assert row["geometry"].equals(shape)


def test_nothing_is_dropped_and_each_file_says_what_it_is(tmp_path: Path) -> None:
    """A record without a geometry keeps its row, which costs the index, and that is said; a plain table is a CSV."""
    notices = flatgeobuf.write(tables(), tmp_path, FACTS)
    assert [str(each).split()[0] for each in notices] == ["incidents.fgb", "zones.fgb"]
    assert {path.name for path in tmp_path.iterdir()} == {"incidents.fgb", "zones.fgb", "context.fgb", "events.csv"}
    told = pyogrio.read_info(tmp_path / "zones.fgb")
    assert told["geometry_type"] == "MultiPolygon"
    metadata = told["layer_metadata"]
    assert metadata["TITLE"] == "No-entry zones"
    assert "CC BY-SA 3.0" in metadata["DESCRIPTION"]
    assert (metadata["edition"], metadata["data_date"], metadata["stale_after"]) == (
        "0123456789ab",
        "2026-11-23",
        "2027-05-22",
    )
    assert "A blank area is not a cleared area" in json.loads(metadata["caveats"])[0]
    with fiona.open(tmp_path / "context.fgb") as source:
        assert [feature["properties"]["context_id"] for feature in source.filter(bbox=(45.9, 38.9, 46.1, 39.1))]


def test_the_metadata_follow_the_specification(tmp_path: Path) -> None:
    """GeoParquet 1.1, with the types that are there, and a covering box that encloses each geometry."""
    assert geoparquet.write(tables(), tmp_path, FACTS) == ()
    for name, types in {
        "incidents": ["Point"],
        "zones": ["MultiPolygon", "Polygon"],
        "context": ["LineString", "MultiLineString", "Polygon"],
    }.items():
        file = tmp_path / f"{name}.parquet"
        assert faults(file) == []
        geo = json.loads(pq.read_schema(file).metadata[b"geo"])
        assert geo["columns"]["geometry"]["geometry_types"] == types
        table = pq.read_table(file)
        shapes = shapely.from_wkb(table["geometry"].to_pylist())
        for box, shape in zip(table["bbox"].to_pylist(), shapes, strict=True):
            assert (box is None) == (shape is None)
            if shape is not None:
                assert tuple(box.values()) == shape.bounds
    events = pq.read_schema(tmp_path / "events.parquet")
    assert b"geo" not in events.metadata
    assert json.loads(events.metadata[b"mapper"])["edition"] == "0123456789ab"


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no version": lambda geo: geo.pop("version"),
    "another version": lambda geo: geo.update(version="1.0.0"),
    "no primary column": lambda geo: geo.update(primary_column="shape"),
    "an unknown key": lambda geo: geo["columns"]["geometry"].update(color="red"),
    "another encoding": lambda geo: geo["columns"]["geometry"].update(encoding="WKT"),
    "an unknown type": lambda geo: geo["columns"]["geometry"].update(geometry_types=["point"]),
    "a crs by name": lambda geo: geo["columns"]["geometry"].update(crs="EPSG:4326"),
    "clockwise": lambda geo: geo["columns"]["geometry"].update(orientation="clockwise"),
    "a box of two": lambda geo: geo["columns"]["geometry"].update(bbox=[1, 2]),
    "a covering of nothing": lambda geo: geo["columns"]["geometry"].update(
        covering={"bbox": {"xmin": ["bbox", "xmin"]}}
    ),
    "a covering of texts": lambda geo: geo["columns"]["geometry"]["covering"].update(
        bbox={side: ["name", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_check_of_the_metadata_can_fail(name: str, tmp_path: Path) -> None:
    """Each rule is broken once."""
    geoparquet.write(tables()[1:2], tmp_path, FACTS)
    schema = pq.read_schema(tmp_path / "zones.parquet")
    geo = json.loads(schema.metadata[b"geo"])
    assert faults_of(geo, schema) == []
    BROKEN[name](geo)
    assert faults_of(geo, schema) != []


@pytest.mark.parametrize("module", [flatgeobuf, geoparquet])
def test_the_same_tables_give_the_same_bytes(module: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a module
    """No clock, no order of chance, nothing of the folder."""
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        module.write(tables(), tmp_path / name, FACTS)
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


@pytest.mark.parametrize(("module", "ending"), [(flatgeobuf, "fgb"), (geoparquet, "parquet")])
def test_an_internal_export_bears_its_mark_in_file_and_record(module: Any, ending: str, tmp_path: Path) -> None:  # noqa: ANN401
    """In the header, and in each row."""
    module.write(tables()[2:3], tmp_path, replace(FACTS, marking="INTERNAL – ə"))
    file = tmp_path / f"context.{ending}"
    assert "INTERNAL – ə".encode() in file.read_bytes()[:200_000]
    rows = by_fiona(file) if ending == "fgb" else by_geopandas(file)
    assert {row["marking"] for row in rows} == {"INTERNAL – ə"}


def test_another_crs_is_written_and_named(tmp_path: Path) -> None:
    """On the equator the edge of a UTM zone, 3° west of its meridian, has the easting 166,021.4431 m."""
    table = rows_of("context", [shapely.Point(48, 0)], context_id=["a"])
    moved = reprojected([table], "EPSG:32639")
    assert moved[0].frame.geometry[0].x == pytest.approx(166_021.4431, abs=1e-3)
    facts = replace(FACTS, crs="EPSG:32639")
    flatgeobuf.write(moved, tmp_path, facts)
    geoparquet.write(moved, tmp_path, facts)
    assert faults(tmp_path / "context.parquet") == []
    for frame in (gpd.read_parquet(tmp_path / "context.parquet"), pyogrio.read_dataframe(tmp_path / "context.fgb")):
        assert frame.crs.to_epsg() == 32639
        np.testing.assert_allclose(frame.to_crs(4326).geometry[0].coords[0], (48, 0), atol=1e-6)
