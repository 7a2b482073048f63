"""What an edition publishes, as tables that every export writes: one list of tables, columns and types for all formats.

A table holds what the page holds (`mapper.output.block.TABLES` is the list), so no export can publish a column that the page
does not, and the formats cannot drift apart. What is kept for drawing alone is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from mapper import crs, schema, terms
from mapper.output.block import TABLES
from mapper.output.page import page_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.output.compose import Edition

ColumnKind = Literal["text", "code", "date", "count", "number"]
GeometryKind = Literal["Point", "MultiLineString", "MultiPolygon", "Geometry"]

_ID = MappingProxyType(
    {
        "incidents": "incident_id",
        "zones": "zone_id",
        "districts": "district_id",
        "hazards": "hazard_id",
        "orders": "order_id",
        "corridors": "corridor_id",
        "coverage": "coverage_id",
        "events": "event_id",
        "sources": "source_id",
        "casualty_counts": "count_id",
        "activities": "activity_id",
        "context": "context_id",
    }
)
_GEOMETRY: Mapping[str, GeometryKind] = MappingProxyType(
    {
        "incidents": "Point",
        "zones": "MultiPolygon",
        "districts": "MultiPolygon",
        "hazards": "MultiPolygon",
        "corridors": "Geometry",
        "coverage": "MultiPolygon",
        "context": "Geometry",
        "contours": "MultiPolygon",
        "hotspots": "MultiPolygon",
    }
)
_PUBLIC_NAME = MappingProxyType({"contours": "density"})
_WORKED_OUT = frozenset({"hotspots"})
"""Tables whose shapes the page works out from numbers, so that its block has none."""
_FOR_DRAWING = MappingProxyType({"settlements": ("sounds",)})
_UNIT_OF_ENDING = MappingProxyType(
    {"_per_km2": "1/km²", "_m2": "m²", "_km2": "km²", "_hectares": "ha", "_m": "m", "lon": "°", "lat": "°"}
)


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column: `kind` tells its type (`count` Int64, `number` float64, all others text), `unit` is "" where it has none.

    A `date` is ISO 8601 text of the precision that is known: day, month or year. `vocabulary` names the code list in
    `mapper.terms` of a `code` column; None where its codes are names.
    """

    name: str
    kind: ColumnKind
    unit: str
    vocabulary: str | None


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table of an edition.

    `frame` has the columns in the order of `columns` and, where `geometry` is not None, a geometry in WGS 84 longitude and
    latitude (a GeoDataFrame; None for a record whose place is not a point or whose outline is not known). `id_column` is None
    where the rows have no identifier. `licences` are those of the layers it was made from, and `lineage` says which.
    """

    name: str
    title: Mapping[str, str]
    frame: pd.DataFrame
    columns: tuple[PublishedColumn, ...]
    id_column: str | None
    geometry: GeometryKind | None
    licences: tuple[str, ...]
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """What every export states beside its tables.

    `titles` and `organisations` are by language; `language` is the one that words in a file are written in where a format has
    room for one. `caveats` are codes of the vocabulary `caveat`. `crs` is the authority code of the coordinates written.
    `marking` is None, or the text that every file and record of an internal export bears.
    """

    titles: Mapping[str, str]
    organisations: Mapping[str, str]
    contacts: tuple[str, ...]
    edition_id: str
    data_date: str | None
    stale_after: str | None
    caveats: tuple[str, ...]
    language: str = "en"
    crs: str = crs.STORAGE
    marking: str | None = None


def published_tables(edition: Edition) -> tuple[PublishedTable, ...]:
    """Return the tables of an edition.

    Returns
    -------
    tuple of PublishedTable
        Every kind that the edition has records of, in the order of `TABLES`; rows in the order of the edition. Incidents that
        are only counted have no table: an empty one would say that there are none.
    """
    inputs = [Input(entry.kind, entry.licence, entry.source or entry.path.name) for entry, _, _ in edition.layers]
    return tables_of(page_tables(edition), inputs)


class Input(NamedTuple):
    """One layer that an edition was made from: its kind, its licence, and what it is known by."""

    kind: str
    licence: str
    source: str


def tables_of(frames: Mapping[str, pd.DataFrame], inputs: Sequence[Input]) -> tuple[PublishedTable, ...]:
    """Return the tables of the frames of a page's block (`mapper.output.page.page_tables`) and of the layers they came from."""
    return tuple(_table(name, frames[name], inputs) for name in TABLES if len(frames[name]))


def _table(name: str, frame: pd.DataFrame, inputs: Sequence[Input]) -> PublishedTable:
    left_out = _FOR_DRAWING.get(name, ())
    types = {column: kind for column, kind in TABLES[name].items() if column not in left_out}
    columns = tuple(
        _column(name, column, kind) for column, kind in types.items() if kind not in ("position", "geometry")
    )
    worked_out = "geometry" if name in _WORKED_OUT else None
    at = next((column for column, kind in types.items() if kind in ("position", "geometry")), worked_out)
    plain = pd.DataFrame({column.name: _typed(frame[column.name], column.kind) for column in columns}).reset_index(
        drop=True
    )
    geometry = _GEOMETRY.get(name)
    shaped = plain if at is None else gpd.GeoDataFrame(plain, geometry=list(frame[at]), crs=crs.STORAGE)
    of_these = [each for each in inputs if each.kind in _KINDS_OF.get(name, (name,))]
    return PublishedTable(
        name=_PUBLIC_NAME.get(name, name),
        title=_title(name),
        frame=shaped,
        columns=columns,
        id_column=_ID.get(name),
        geometry=geometry if at is not None else None,
        licences=tuple(sorted({each.licence for each in of_these if each.licence})),
        lineage=tuple(sorted({each.source for each in of_these})),
    )


_KINDS_OF = MappingProxyType(
    {
        "contours": ("incidents", "zones", "districts"),
        "hotspots": ("incidents", "zones", "districts", "coverage"),
        "zones": ("zones", "districts"),
    }
)
"""Kinds of layers that a table is made from, where it is not its own kind alone: zones may take the outline of a district."""


def _column(table: str, name: str, stored: str) -> PublishedColumn:
    known = {column.name: column for column in schema.COLUMNS.get(table, ())}.get(name)
    vocabulary = known.vocabulary if known is not None else (name if name in terms.names() else None)
    kind: ColumnKind
    if stored == "i32":
        kind = "count"
    elif stored == "f64":
        kind = "number"
    elif known is not None and known.form == "date":
        kind = "date"
    else:
        kind = "code" if vocabulary is not None else "text"
    unit = next((unit for ending, unit in _UNIT_OF_ENDING.items() if name.endswith(ending)), "")
    return PublishedColumn(name, kind, unit if kind == "number" else "", vocabulary)


def _typed(column: pd.Series, kind: ColumnKind) -> pd.Series:
    if kind == "count":
        return column.astype("Int64")
    if kind == "number":
        return column.astype("Float64").astype("float64")
    return column.astype("str").where(column.notna() & (column != ""), None)


def _title(name: str) -> Mapping[str, str]:
    kinds, page = terms.vocabulary("layer_kind"), terms.vocabulary("page")
    code = {"contours": "layer.density", "hotspots": "layer.hotspots", "findings": "section.findings"}.get(name)
    return (page[code] if code is not None else kinds[name]).label
