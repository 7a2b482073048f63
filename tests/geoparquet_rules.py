"""The rules of GeoParquet 1.1.0 for the metadata of a file, written from the text of the specification and its JSON schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}
COLUMN_KEYS = {"encoding", "geometry_types", "crs", "orientation", "edges", "bbox", "epoch", "covering"}


def faults(file: Path) -> list[str]:
    """Return the rules that a file breaks; none for a sound one."""
    schema = pq.read_schema(file)
    if b"geo" not in (schema.metadata or {}):
        return ["no metadata `geo`"]
    return faults_of(json.loads(schema.metadata[b"geo"]), schema)


def faults_of(geo: dict[str, Any], schema: pa.Schema) -> list[str]:
    """Return the rules that metadata break beside the schema of their file."""
    found = [f"`{name}` is missing" for name in ("version", "primary_column", "columns") if name not in geo]
    if found:
        return found
    if geo["version"] != "1.1.0":
        found.append("the version is not 1.1.0")
    if geo["primary_column"] not in geo["columns"]:
        found.append("the primary column is not described")
    for name, column in geo["columns"].items():
        found += [f"{name}: {fault}" for fault in _of_column(name, column, schema)]
    return found


def _of_column(name: str, column: dict[str, Any], schema: pa.Schema) -> list[str]:
    found = []
    if name not in schema.names:
        return ["no such column"]
    if not {"encoding", "geometry_types"} <= set(column) <= COLUMN_KEYS:
        found.append("its keys are not those of the specification")
    if column.get("encoding") != "WKB" or not pa.types.is_binary(schema.field(name).type):
        found.append("the encoding is not WKB in a binary column")
    types = column.get("geometry_types")
    if (
        not isinstance(types, list)
        or len(set(types)) < len(types)
        or not {each.removesuffix(" Z") for each in types} <= TYPES
    ):
        found.append("geometry_types is no list of different types")
    crs = column.get("crs")
    if crs is not None and not (isinstance(crs, dict) and "type" in crs and "$schema" in crs):
        found.append("crs is no PROJJSON")
    if column.get("orientation", "counterclockwise") != "counterclockwise":
        found.append("orientation is not counterclockwise")
    if column.get("edges", "planar") not in ("planar", "spherical"):
        found.append("edges is neither planar nor spherical")
    if "bbox" in column and not (
        len(column["bbox"]) in (4, 6) and all(isinstance(each, float | int) for each in column["bbox"])
    ):
        found.append("bbox is not four or six numbers")
    return found + _of_covering(column.get("covering"), schema)


def _of_covering(covering: Any, schema: pa.Schema) -> list[str]:  # noqa: ANN401 - any JSON value
    if covering is None:
        return []
    box = covering.get("bbox", {})
    if not set(box) >= {"xmin", "ymin", "xmax", "ymax"}:
        return ["covering lacks a side of its box"]
    held = {path[0] for path in box.values()}
    if len(held) != 1 or any(len(path) != 2 or path[1] != side for side, path in box.items()):
        return ["covering names no field of one column for each side"]
    (column,) = held
    if column not in schema.names or not pa.types.is_struct(schema.field(column).type):
        return ["covering names no column of structs at the root"]
    fields = {field.name: field.type for field in schema.field(column).type}
    wrong = [side for side in box if fields.get(side) not in (pa.float32(), pa.float64())]
    return ["a side of the covering is no float or double"] if wrong or len(set(fields.values())) > 1 else []
