"""What an edition publishes, as tables that every export writes: one list of tables, columns and types for all formats.

A table holds what the page holds (`mapper.output.block.TABLES` is the list), so no export can publish a column that the page
does not, and the formats cannot drift apart. What is kept for drawing alone is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from mapper import crs, schema, terms
from mapper.output.block import TABLES
from mapper.output.compose import CAVEATS
from mapper.output.page import page_tables

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from mapper.model import Surface
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
        "density": "MultiPolygon",
        "hotspots": "MultiPolygon",
    }
)
_PUBLIC_NAME = MappingProxyType({"contours": "density"})
_WORKED_OUT = frozenset({"hotspots"})
"""Tables whose shapes the page works out from numbers, so that its block has none."""
_FOR_DRAWING = MappingProxyType({"settlements": ("sounds",)})
_TOLD_BY_VOCABULARY: Mapping[str, Mapping[str, str]] = MappingProxyType({"findings": {"advice": "text"}})
"""Columns that the page has no need of, as it carries the vocabulary `rule`."""
_PLACES = ("position", "geometry")
_DATES = ("recorded_on",)
"""Dates that no layer gives: they are taken from the sources."""
_UNIT_OF_ENDING = MappingProxyType(
    {"_per_km2": "1/km²", "_m2": "m²", "_km2": "km²", "_hectares": "ha", "_m": "m", "lon": "°", "lat": "°"}
)


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column: `kind` tells its type (`count` Int64, `number` float64, all others text), `unit` is "" where it has none.

    A `date` is ISO 8601 text of the precision that is known: day, month or year. `vocabulary` names the code list in
    `mapper.terms` of a `code` column, and of a text column whose cells hold several codes (";" between those that stand beside
    each other, "+" between those that hold at once); None where codes are names. `title` and `description` are by language,
    from the vocabulary `column`.
    """

    name: str
    kind: ColumnKind
    unit: str
    vocabulary: str | None
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)


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
    `marking` is None, or the text that every file and record of an internal export bears. `surface` is the density on its grid,
    None where it is not at hand. `lost_legal` says that records which may forbid could not be read: no ground counts as assessed.
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
    surface: Surface | None = None
    lost_legal: bool = False

    @property
    def caveat_texts(self) -> tuple[str, ...]:
        """The caveats in the export's language."""
        return tuple(
            terms.sentence("caveat", code, self.language, data_date=self.data_date or "?") for code in self.caveats
        )


def export_facts(edition: Edition, *, language: str = "en", marking: str | None = None) -> ExportFacts:
    """Return what every export of an edition states beside its tables."""
    return ExportFacts(
        titles=dict(edition.titles) or {edition.language: edition.title},
        organisations=dict(edition.organisations) or {edition.language: edition.organisation},
        contacts=edition.contacts,
        edition_id=edition.edition_id,
        data_date=edition.data_date.isoformat() if edition.data_date else None,
        stale_after=edition.stale_after.isoformat() if edition.stale_after else None,
        caveats=CAVEATS,
        language=language,
        marking=marking,
        surface=edition.surface,
        lost_legal=edition.lost.legal > 0,
    )


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
    return tuple(_published(name, frames[name], inputs) for name in TABLES if len(frames[name]))


def marked(tables: Iterable[PublishedTable], facts: ExportFacts) -> tuple[PublishedTable, ...]:
    """Return tables with the mark of an internal export in every row; as they are where there is none.

    Returns
    -------
    tuple of PublishedTable
        The mark is the first column: `marking`, or `export_marking` where a table has a column of that name.
    """
    return tuple(tables) if facts.marking is None else tuple(_marked(table, facts.marking) for table in tables)


def _marked(table: PublishedTable, marking: str) -> PublishedTable:
    name = marking_column([column.name for column in table.columns])
    frame = table.frame.copy(deep=False)
    frame.insert(0, name, pd.Series([marking] * len(frame), index=frame.index, dtype="str"))
    return replace(table, frame=frame, columns=(published_column(table.name, name, "text"), *table.columns))


def marking_column(columns: Collection[str]) -> str:
    """Return the name of the column that marks each record of an internal export, beside columns of other names.

    Examples
    --------
    >>> marking_column(["hazard_id", "marking"])
    'export_marking'
    """
    return "marking" if "marking" not in columns else "export_marking"


def table_names() -> tuple[str, ...]:
    """Return the names of all tables that an edition may publish, in their order.

    Examples
    --------
    >>> table_names()[:3]
    ('incidents', 'zones', 'districts')
    """
    return tuple(_PUBLIC_NAME.get(name, name) for name in TABLES)


def table_of(
    name: str,
    frame: pd.DataFrame,
    *,
    columns: Sequence[PublishedColumn] | None = None,
    licences: Iterable[str] = (),
    lineage: Iterable[str] = (),
) -> PublishedTable:
    """Make a published table of a frame.

    Parameters
    ----------
    name : str
        One of `table_names()`.
    frame : DataFrame
        At least the table's columns; with a geometry column a GeoDataFrame in WGS 84.
    columns : sequence of PublishedColumn, optional
        Those of `columns_of(name)` by default.
    licences, lineage : iterable of str
        Of the layers that it was made from.

    Returns
    -------
    PublishedTable
        The same rows in the same order, index 0 to n - 1, each column in the type of its kind.

    Raises
    ------
    KeyError
        When there is no such table, or a column is missing.
    """
    chosen = columns_of(name) if columns is None else tuple(columns)
    plain = pd.DataFrame({column.name: _typed(frame[column.name], column.kind) for column in chosen}).reset_index(
        drop=True
    )
    geometry = _GEOMETRY.get(name)
    if geometry is not None:
        plain = gpd.GeoDataFrame(plain, geometry=list(frame.geometry), crs=crs.STORAGE)
    return PublishedTable(
        name=name,
        title=_title(name),
        frame=plain,
        columns=chosen,
        id_column=_ID.get(name),
        geometry=geometry,
        licences=tuple(sorted(set(licences))),
        lineage=tuple(sorted(set(lineage))),
    )


def columns_of(name: str) -> tuple[PublishedColumn, ...]:
    """Return the columns of a table: its identifier first, where it has one.

    Raises
    ------
    KeyError
        When there is no such table.

    Examples
    --------
    >>> [column.name for column in columns_of("context")]
    ['context_id', 'kind', 'name']
    """
    stored = {public: each for each, public in _PUBLIC_NAME.items()}.get(name, name)
    left_out = (*_FOR_DRAWING.get(name, ()), *_PLACES)
    types = {**TABLES[stored], **_TOLD_BY_VOCABULARY.get(name, {})}
    kept = [column for column in types if types[column] not in _PLACES and column not in left_out]
    kept.sort(key=lambda column: column != _ID.get(name))
    return tuple(published_column(name, column, types[column]) for column in kept)


def _published(stored: str, frame: pd.DataFrame, inputs: Sequence[Input]) -> PublishedTable:
    name = _PUBLIC_NAME.get(stored, stored)
    worked_out = "geometry" if stored in _WORKED_OUT else None
    at = next((column for column, kind in TABLES[stored].items() if kind in _PLACES), worked_out)
    of_these = [each for each in inputs if each.kind in _KINDS_OF.get(name, (name,))]
    if name == "findings":
        frame = frame.assign(advice=_advice(frame["rule"]))
    return table_of(
        name,
        frame if at is None else gpd.GeoDataFrame(frame, geometry=list(frame[at]), crs=crs.STORAGE),
        licences=(each.licence for each in of_these if each.licence),
        lineage=(each.source for each in of_these),
    )


def _advice(rules: pd.Series) -> pd.Series:
    known = {code: term.definition["en"] for code, term in terms.vocabulary("rule").items()}
    return rules.astype("str").map(known)


_KINDS_OF = MappingProxyType(
    {
        "density": ("incidents", "zones", "districts"),
        "hotspots": ("incidents", "zones", "districts", "coverage"),
        "zones": ("zones", "districts"),
    }
)
"""Kinds of layers that a table is made from, where it is not its own kind alone: zones may take the outline of a district."""


def published_column(table: str, name: str, stored: str | None = None) -> PublishedColumn:
    """Return a column of a table with its title and description.

    Parameters
    ----------
    table : str
        The table's name, or the kind of layer.
    name : str
        The column's name.
    stored : {"i32", "f64", "code", "text"}, optional
        How the page stores it; by default as its layer holds it (`mapper.schema`).
    """
    known = {column.name: column for column in schema.COLUMNS.get(table, ())}.get(name)
    vocabulary = known.vocabulary if known is not None else (name if name in terms.names() else None)
    form = known.form if known is not None else "date" if name in _DATES else "text"
    kind: ColumnKind
    if stored == "i32" or (stored is None and form == "count"):
        kind = "count"
    elif stored == "f64" or (stored is None and form == "number"):
        kind = "number"
    elif form == "date":
        kind = "date"
    else:
        kind = "code" if vocabulary is not None and form != "codes" else "text"
    unit = next((unit for ending, unit in _UNIT_OF_ENDING.items() if name.endswith(ending)), "")
    term = _term(table, name)
    return PublishedColumn(
        name=name,
        kind=kind,
        unit=unit if kind == "number" else "",
        vocabulary=vocabulary,
        title=term.label if term is not None else dict.fromkeys(terms.LANGUAGES, name),
        description=term.definition if term is not None else {},
    )


def _term(table: str, column: str) -> terms.Term | None:
    """Return the words for a column: those of this table, else those of all tables that have such a column."""
    words = terms.vocabulary("column")
    return words.get(f"{table}.{column}") or words.get(column)


def _typed(column: pd.Series, kind: ColumnKind) -> pd.Series:
    if kind == "count":
        return column.astype("Int64")
    if kind == "number":
        return column.astype("Float64").astype("float64")
    return column.astype("str").where(column.notna() & (column != ""), None)


def _title(name: str) -> Mapping[str, str]:
    kinds, page = terms.vocabulary("layer_kind"), terms.vocabulary("page")
    code = {"density": "layer.density", "hotspots": "layer.hotspots", "findings": "section.findings"}.get(name)
    return (page[code] if code is not None else kinds[name]).label
