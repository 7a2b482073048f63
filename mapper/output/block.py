"""The page's data as one compressed block of typed columns.

    gzip( header length, uint32 little-endian | header, JSON | zeros to a multiple of 8 | columns )

The block is written in base64, an alphabet in which no tag, quote or template mark exists, so no text from data can end a
script element or be taken for code. Columns instead of a list of objects, because a hundred thousand records compress to a
third and are decoded without building a hundred thousand objects. `mapper/web/src/block.ts` reads what this module writes;
`TABLES` is the list both sides hold (a test compares it with `mapper/web/src/data.ts`).

Column types: `f64` (NaN is null), `i32` (-2147483648 is null), `code` (uint16 into a list of values, 65535 is null), `text`
(UTF-8 and end offsets, empty is null), `geometry` (int32 of 1e-6 degree, every point after the first as a difference).
"""

from __future__ import annotations

import gzip
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapper.errors import DataRefused
from mapper.schema import COLUMNS, INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NULL_I32 = -(2**31)
NULL_CODE = 2**16 - 1
UNITS_PER_DEGREE = 1_000_000
_ALIGNMENT = 8
_POINT, _LINES, _POLYGONS = 1, 2, 3


def _columns(kind: str, **others: str) -> dict[str, str]:
    """Every column of a plain table: counts as i32, numbers as f64, the rest as text."""
    types = {"count": "i32", "number": "f64"}
    return {column.name: types.get(column.form, "text") for column in COLUMNS[kind]} | others


TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "incidents": {
            "incident_id": "text",
            "place": "code",
            "lon": "f64",
            "lat": "f64",
            "uncertainty_m": "f64",
            "district": "code",
            "settlement": "code",
            "settlement_as_reported": "text",
            "location_level": "code",
            "date_start": "text",
            "date_end": "text",
            "date_precision": "code",
            "reported_on": "text",
            "accident_type": "code",
            "device_category": "code",
            "device_as_reported": "text",
            "activation": "code",
            "activity": "code",
            **dict.fromkeys((*KILLED, *INJURED, "killed", "injured"), "i32"),
            "source_ids": "text",
            "note": "text",
            "recorded_on": "text",
            "relation": "code",
            "zone_ids": "text",
            "relations": "text",
            "shares": "text",
            "order_ids": "text",
            "near_districts": "text",
        },
        "zones": {
            "zone_id": "text",
            "name": "text",
            "admin_units": "text",
            "extent": "code",
            "extent_note": "text",
            "geometry_basis": "code",
            "order_ids": "text",
            "accuracy_m": "f64",
            "area_km2": "f64",
            "geometry": "geometry",
            "incidents_inside": "i32",
            "incidents_uncertain": "i32",
            "incidents_reported": "i32",
            "killed_reported": "i32",
            "injured_reported": "i32",
        },
        "districts": {
            "district_id": "text",
            "name": "text",
            "kind": "code",
            "geometry": "geometry",
            "lon": "f64",
            "lat": "f64",
            "zone_id": "text",
            "incidents_reported": "i32",
            "incidents_district_level": "i32",
            "killed_reported": "i32",
            "injured_reported": "i32",
        },
        "hazards": {
            "hazard_id": "text",
            "name": "text",
            "class": "code",
            "status": "code",
            "product": "code",
            "geometry": "geometry",
            "accuracy_m": "f64",
            "area_m2": "f64",
            "reported_on": "text",
            "closed_on": "text",
            "recorded_on": "text",
            **dict.fromkeys(
                ("evidence_direct", "evidence_indirect", "contamination", "marking", "organisation"), "text"
            ),
            "source_ids": "text",
            "note": "text",
        },
        "orders": _columns("orders", confirmed_on="text"),
        "corridors": {
            "corridor_id": "text",
            "name": "text",
            "order_ids": "text",
            "width_m": "f64",
            "accuracy_m": "f64",
            "geometry": "geometry",
        },
        "coverage": {
            "coverage_id": "text",
            "name": "text",
            "orders_state": "code",
            "survey_state": "code",
            "reporting_state": "code",
            "period_start": "text",
            "period_end": "text",
            "geometry": "geometry",
        },
        "events": {
            "event_id": "text",
            "date": "text",
            "kind": "code",
            "title": "text",
            "districts": "text",
            "source_ids": "text",
            "note": "text",
        },
        "sources": _columns("sources"),
        "casualty_counts": _columns("casualty_counts"),
        "activities": _columns("activities"),
        "findings": {
            "severity": "code",
            "rule": "code",
            "file": "code",
            "layer": "code",
            "row": "i32",
            "column": "code",
            "value": "text",
            "done": "code",
        },
        "settlements": {
            "name": "text",
            "district": "code",
            "sounds": "text",
            "lon": "f64",
            "lat": "f64",
            "uncertainty_m": "f64",
        },
        "context": {"context_id": "text", "kind": "code", "name": "text", "geometry": "geometry"},
        "contours": {"lower_per_km2": "f64", "upper_per_km2": "f64", "area_km2": "f64", "geometry": "geometry"},
    }
)


def encode(tables: Mapping[str, pd.DataFrame], meta: Mapping[str, Any], words: Mapping[str, Any]) -> bytes:
    """Encode frames, the page's facts and its words as one gzip block.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        One frame per name in `TABLES` with at least its columns; geometries in WGS 84 longitude/latitude.
    meta, words : mapping
        Plain JSON values.

    Returns
    -------
    bytes
        The same bytes for the same input.

    Raises
    ------
    DataRefused
        When a column has more than 65,535 different codes or a number that 32 bits cannot hold.
    """
    body = bytearray()
    described = {
        name: {
            "rows": len(tables[name]),
            "columns": {column: _ENCODERS[kind](tables[name][column], body) for column, kind in columns.items()},
        }
        for name, columns in TABLES.items()
    }
    header = json.dumps(
        {"meta": meta, "words": words, "tables": described},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()
    length = len(header).to_bytes(4, "little")
    padding = bytes(-(len(length) + len(header)) % _ALIGNMENT)
    return gzip.compress(length + header + padding + bytes(body), compresslevel=9, mtime=0)


def _append(body: bytearray, values: npt.NDArray[Any] | bytes) -> int:
    """Append values at the next multiple of 8 and return where they start."""
    body.extend(bytes(-len(body) % _ALIGNMENT))
    at = len(body)
    body.extend(values if isinstance(values, bytes) else values.tobytes())
    return at


def _f64(column: pd.Series, body: bytearray) -> dict[str, Any]:
    values = column.astype("float64").to_numpy(na_value=np.nan)
    return {"type": "f64", "at": _append(body, values.astype("<f8"))}


def _i32(column: pd.Series, body: bytearray) -> dict[str, Any]:
    values = column.astype("Int64").to_numpy(dtype="int64", na_value=NULL_I32)
    if len(values) and not NULL_I32 <= values.min() <= values.max() < -NULL_I32:
        raise DataRefused(
            "it holds a number too large for the page",
            column=str(column.name),
            advice="Check that the right column was mapped.",
        )
    return {"type": "i32", "at": _append(body, values.astype("<i4"))}


def _code(column: pd.Series, body: bytearray) -> dict[str, Any]:
    codes, values = pd.factorize(column.astype("str"), sort=True)
    if len(values) > NULL_CODE:
        raise DataRefused(
            f"it has {len(values):,} different values, more than the page can hold as codes",
            column=str(column.name),
            advice="Check that the right column was mapped.",
        )
    packed = np.where(codes < 0, NULL_CODE, codes).astype("<u2")
    return {"type": "code", "at": _append(body, packed), "values": [str(value) for value in values]}


def _text(column: pd.Series, body: bytearray) -> dict[str, Any]:
    texts = [text.encode() for text in column.astype("str").fillna("")]
    joined = b"".join(texts)
    ends = np.cumsum([len(text) for text in texts]).astype("<u4")
    return {"type": "text", "at": _append(body, joined), "bytes": len(joined), "ends_at": _append(body, ends)}


def _geometry(column: pd.Series, body: bytearray) -> dict[str, Any]:
    streams = [_stream(shape) for shape in column]
    ends = np.cumsum([len(stream) for stream in streams]).astype("<u4")
    joined = np.concatenate([np.zeros(0, dtype="<i4"), *streams]).astype("<i4")
    return {
        "type": "geometry",
        "at": _append(body, joined),
        "ends_at": _append(body, ends),
        "count": len(joined),
    }


_ENCODERS: Mapping[str, Callable[[pd.Series, bytearray], dict[str, Any]]] = MappingProxyType(
    {"f64": _f64, "i32": _i32, "code": _code, "text": _text, "geometry": _geometry}
)


def _stream(shape: shapely.Geometry | None) -> npt.NDArray[np.int32]:
    """One geometry as integers: kind, counts, and points as differences from the point before."""
    if shape is None or shape.is_empty:
        return np.zeros(0, dtype="<i4")
    units = np.rint(shapely.get_coordinates(shape) * UNITS_PER_DEGREE).astype(np.int64)
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).astype("<i4")
    if shape.geom_type == "Point":
        return np.array([_POINT, *steps[0]], dtype="<i4")
    parts = [
        list(shapely.get_rings(part)) if part.geom_type == "Polygon" else [part] for part in shapely.get_parts(shape)
    ]
    kind = _POLYGONS if "Polygon" in shape.geom_type else _LINES
    pieces: list[npt.NDArray[np.int32]] = [np.array([kind, len(parts)], dtype="<i4")]
    start = 0
    for rings in parts:
        if kind == _POLYGONS:
            pieces.append(np.array([len(rings)], dtype="<i4"))
        for ring in rings:
            points = shapely.get_num_coordinates(ring)
            pieces += [np.array([points], dtype="<i4"), steps[start : start + points].ravel()]
            start += points
    return np.concatenate(pieces)
