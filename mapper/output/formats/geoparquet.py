"""GeoParquet 1.1: a file for each table, with a covering box of each geometry; tables without places are plain Parquet.

Written by Arrow with metadata of our own: that of `geo` follows the specification (version 1.1.0), what is stated of the table
stands under `mapper` as JSON, and the title and unit of a column beside its name. Nothing of pandas is kept, so that the bytes
do not change with its version. Columns keep their types, rows the order of the edition.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from mapper import crs
from mapper.errors import Unwritable
from mapper.output.exports import stated
from mapper.output.formats.arrow_tables import arrow_table, drawn
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

VERSION = "1.1.0"
GEOMETRY, BOX = "geometry", "bbox"
_SIDES = ("xmin", "ymin", "xmax", "ymax")
_ROWS_IN_A_GROUP = 65_536
_HALF_TURN = 180
_TYPES = {
    shapely.GeometryType.POINT: "Point",
    shapely.GeometryType.LINESTRING: "LineString",
    shapely.GeometryType.POLYGON: "Polygon",
    shapely.GeometryType.MULTIPOINT: "MultiPoint",
    shapely.GeometryType.MULTILINESTRING: "MultiLineString",
    shapely.GeometryType.MULTIPOLYGON: "MultiPolygon",
    shapely.GeometryType.GEOMETRYCOLLECTION: "GeometryCollection",
}


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write `NAME.parquet` for each table; nothing is left out.

    Raises
    ------
    Unwritable
        When a file does not hold as many records as its table.
    """
    for table in marked(tables, facts):
        _write(table, folder / f"{table.name}.parquet", facts)
    return ()


def _write(table: PublishedTable, file: Path, facts: ExportFacts) -> None:
    told = stated(table, facts)
    metadata = {"mapper": json.dumps(told, ensure_ascii=False)}
    if table.geometry is None:
        written = arrow_table(table)
    else:
        shapes = drawn(table)
        written = arrow_table(table, shapes).append_column(BOX, _boxes(shapes))
        metadata["geo"] = json.dumps(geo_metadata(shapes, facts.crs), ensure_ascii=False)
    fields = [_described(written.schema.field(each["name"]), each) for each in told["columns"]]
    others = [field for field in written.schema if field.name in (GEOMETRY, BOX) and table.geometry is not None]
    schema = pa.schema([*fields, *others], metadata=metadata)
    pq.write_table(written.cast(schema), file, compression="zstd", row_group_size=_ROWS_IN_A_GROUP)
    rows = pq.read_metadata(file).num_rows
    if rows != len(table.frame):
        raise Unwritable(
            f"'{file.name}' holds {rows} of {len(table.frame)} records",
            advice="What was there before is unchanged. Check the free space, or choose another format.",
        )


def geo_metadata(shapes: Any, to_crs: str) -> dict[str, Any]:  # noqa: ANN401 - an array of geometries
    """Return the metadata `geo` of GeoParquet 1.1 for a column of geometries.

    Parameters
    ----------
    shapes : array of geometries
        Polygons with outer rings counter-clockwise; None where there is no geometry.
    to_crs : str
        Authority code of their CRS. Coordinates are always x (east) before y, as the specification asks.
    """
    known = shapes[~shapely.is_missing(shapes)]
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(_TYPES[kind] for kind in np.unique(shapely.get_type_id(known))),
        "crs": crs.known_crs(to_crs).to_json_dict(),
        "orientation": "counterclockwise",
        "edges": "planar",
        **({"bbox": _around(known, to_crs)} if len(known) else {}),
        "covering": {BOX: {side: [BOX, side] for side in _SIDES}},
    }
    return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _around(shapes: Any, to_crs: str) -> list[float]:  # noqa: ANN401 - an array of geometries
    """Return the box around all; in degrees its west may lie above its east, over the antimeridian."""
    west, _, east, _ = box = shapely.total_bounds(shapes)
    if east - west > _HALF_TURN and crs.known_crs(to_crs).is_geographic:
        box = np.array(crs.lon_lat_bounds(shapes))
    return [float(side) for side in box]


def _boxes(shapes: Any) -> pa.StructArray:  # noqa: ANN401 - an array of geometries
    bounds = shapely.bounds(shapes)
    missing = np.isnan(bounds[:, 0])
    return pa.StructArray.from_arrays(
        [pa.array(bounds[:, side], pa.float64()) for side in range(len(_SIDES))],
        names=list(_SIDES),
        mask=pa.array(missing),
    )


def _described(field: pa.Field, told: dict[str, Any]) -> pa.Field:
    words = {key: told[key] for key in ("title", "description", "unit") if told[key]}
    return field.with_metadata(words)
