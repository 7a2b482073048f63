"""The page's data as one compressed block of typed columns.

    gzip( header length, uint32 little-endian | header, JSON | body )

The block is written in base64, an alphabet in which no tag, quote or template mark exists, so no text from data can end a
script element or be taken for code. Columns instead of a list of objects, because a million records are then a dozen
megabytes that are read where they lie: nothing is built per record until it is asked for. `columns.py` tells how each column
is stored; `mapper/web/src/block.ts` and `columns.ts` read what is written here; `TABLES` is the list both sides hold (a test
compares it with `mapper/web/src/data.ts`).

Column types: `f64` and `i32` (numbers), `code` (one of a list of texts), `text` (empty is null), `geometry` and `position`
(points on a grid of 1e-6 degree). A table with a position stands in the order of its grid, which is the index that the map is
drawn by; records of one place, kind and radius are then neighbours and one mark. What a position is rounded by, 8 cm at most
and only where a place was given more finely, is told with it and added to the radius in the page's verdicts.
"""

from __future__ import annotations

import gzip
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mapper.output.columns import TableEncoder
from mapper.output.grid import Grid
from mapper.output.packing import Body
from mapper.schema import COLUMNS, INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Mapping

_SMALL_BYTES = 4_000_000
"""Up to here the block is compressed as well as can be; more would take seconds for some hundredths of its size."""
_BEST, _USUAL = 9, 5


def _columns(kind: str, **others: str) -> dict[str, str]:
    """Every column of a plain table: counts as i32, numbers as f64, the rest as text."""
    types = {"count": "i32", "number": "f64"}
    return {column.name: types.get(column.form, "text") for column in COLUMNS[kind]} | others


# A column may lean on those before it, so an id, which often holds the date and the district, stands after them.
TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "incidents": {
            "at": "position",
            "place": "code",
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
            "incident_id": "text",
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
            "killed_inside": "i32",
            "injured_inside": "i32",
            "incidents_reported": "i32",
            "killed_reported": "i32",
            "injured_reported": "i32",
        },
        "districts": {
            "district_id": "text",
            "name": "text",
            "name_source": "text",
            "kind": "code",
            "geometry": "geometry",
            "lon": "f64",
            "lat": "f64",
            "zone_id": "text",
            "incidents_reported": "i32",
            "incidents_district_level": "i32",
            "killed_reported": "i32",
            "injured_reported": "i32",
            "note": "text",
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
        "contours": {
            "frame": "code",
            "lower_per_km2": "f64",
            "upper_per_km2": "f64",
            "area_km2": "f64",
            "geometry": "geometry",
        },
        "hotspots": {
            "cell_column": "i32",
            "cell_row": "i32",
            "records": "i32",
            "neighbours": "i32",
            "z": "f64",
            "p": "f64",
            "q": "f64",
            "hotspot_class": "code",
        },
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
        When a count is too large for 32 bits.
    """
    body = Body()
    described = {name: _table(tables[name], columns, body) for name, columns in TABLES.items()}
    header = json.dumps(
        {"meta": meta, "words": words, "tables": described},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()
    plain = b"".join([len(header).to_bytes(4, "little"), header, *body.parts])
    return gzip.compress(plain, compresslevel=_BEST if len(plain) <= _SMALL_BYTES else _USUAL, mtime=0)


def _table(frame: pd.DataFrame, columns: Mapping[str, str], body: Body) -> dict[str, Any]:
    encoder = TableEncoder(body, frame, _grid(frame, columns))
    return {"rows": len(frame), "columns": {name: encoder.column(name, kind) for name, kind in columns.items()}}


def _grid(frame: pd.DataFrame, columns: Mapping[str, str]) -> Grid | None:
    """Return the grid of a table that has a position, with equal marks beside each other."""
    at = next((name for name, kind in columns.items() if kind == "position"), None)
    if at is None:
        return None
    radii_m = frame["uncertainty_m"].astype("float64").to_numpy(na_value=np.nan)
    return Grid.of(np.asarray(frame[at], dtype=object), pd.factorize(frame["place"])[0], radii_m)
