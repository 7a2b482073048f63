"""What is written into a database, as tables of columns, keys, comments and rows, before anything is: pure, no connection.

    code lists, `edition`, `edition_tables` | the published tables

Rows leave here as lines of COPY's text format, some thousand at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from mapper import crs, terms

if TYPE_CHECKING:
    from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

MARK = "An edition of hazard-mapper."
"""How the comment of the table `edition_tables` begins: a schema with it is ours to write into."""
GEOMETRY, ROW = "geometry", "fid"
"""The columns of shapes, and of row numbers where a table has no identifier."""
_TYPES = MappingProxyType(
    {"text": "text", "code": "text", "date": "text", "count": "bigint", "number": "double precision"}
)
_DATE = r"^(\d{4}(-\d{2}(-\d{2})?)?|--\d{2}-\d{2}|\?)$"
"""What `mapper.schema.is_date` takes, and the mark of a date that was written and could not be read."""
_BATCH = 10_000
_MULTI = MappingProxyType(
    {"MultiPolygon": ("Polygon", shapely.multipolygons), "MultiLineString": ("LineString", shapely.multilinestrings)}
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in SQL, what its comment says, the code list that its cells are of."""

    name: str
    type: str
    comment: str = ""
    refers_to: str | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to be written: its columns, the one that is its key, its comment, its rows as text of COPY by batch."""

    name: str
    columns: tuple[Column, ...]
    key: str
    comment: str
    rows: int
    batches: Callable[[], Iterator[pa.Array]] = field(repr=False)
    shapes: int = 0


def sheets_of(tables: Sequence[PublishedTable], facts: ExportFacts, gis: str) -> tuple[list[Sheet], tuple[str, ...]]:
    """Return all tables in the order in which they can refer to each other, and what cannot be written as it is.

    Parameters
    ----------
    tables, facts
        As `mapper.output.postgis.write_postgis`.
    gis : str
        The schema of PostGIS, quoted.
    """
    notices: list[str] = []
    data = [_data(table, facts, gis, notices) for table in tables]
    used = sorted({column.refers_to for sheet in data for column in sheet.columns if column.refers_to})
    codes = [_code_list(vocabulary) for vocabulary in used]
    about = [_edition(facts), *_about_tables(tables, [*codes, *data], facts)]
    return [*codes, *about, *data], tuple(notices)


def _data(table: PublishedTable, facts: ExportFacts, gis: str, notices: list[str]) -> Sheet:
    frame = table.frame
    ids = None if table.id_column is None else frame[table.id_column]
    key = table.id_column
    if ids is not None and (ids.isna().any() or ids.duplicated().any()):
        notices.append(f"{table.name}: '{key}' is not different in every row, so the rows are numbered in '{ROW}'.")
        key = None
    columns = [_data_column(table, column, notices) for column in table.columns]
    if key is None:
        columns.insert(0, Column(ROW, "bigint", "Row number in this edition; another edition may number otherwise."))
    shapes = None
    if table.geometry is not None:
        shapes = _as_declared(frame.geometry.to_numpy(), table.geometry)
        srid = crs.known_crs(frame.geometry.crs).to_epsg() or 0
        columns.append(Column(GEOMETRY, f"{gis}.geometry({table.geometry},{srid})", f"Place, EPSG:{srid}."))
        shapes = shapely.set_srid(shapes, srid)
    cleaned = _without_nul(frame, table, notices)
    return Sheet(
        name=table.name,
        columns=tuple(columns),
        key=key or ROW,
        comment=_table_comment(table, facts),
        rows=len(frame),
        batches=lambda: _batches(cleaned, [column.name for column in table.columns], shapes, numbered=key is None),
        shapes=0 if shapes is None else int((~shapely.is_missing(shapes)).sum()),
    )


def _data_column(table: PublishedTable, column: PublishedColumn, notices: list[str]) -> Column:
    refers_to = None
    if column.kind == "code" and column.vocabulary is not None:
        strange = set(table.frame[column.name].dropna()) - set(terms.codes(column.vocabulary))
        if not strange:
            refers_to = column.vocabulary
        elif not all(set("+;") & set(each) for each in strange):
            notices.append(
                f"{table.name}: '{column.name}' holds other codes than its list, so it does not refer to it."
            )
    said = [f"Unit: {column.unit}." if column.unit else ""]
    if column.kind == "date":
        said.append("ISO 8601, as far as it is known: year, month or day.")
    if column.vocabulary is not None:
        said.append(f"Code list: {column.vocabulary}.")
    return Column(
        column.name,
        _TYPES[column.kind],
        " ".join(filter(None, said)),
        refers_to,
        _DATE if column.kind == "date" else None,
    )


def _as_declared(shapes: Any, kind: str) -> Any:  # noqa: ANN401 - arrays of shapes
    """Make each single shape one of several, where the column is of such."""
    if kind not in _MULTI:
        return shapes
    single, several = _MULTI[kind]
    return np.array(
        [several([each]) if each is not None and each.geom_type == single else each for each in shapes], dtype=object
    )


def _without_nul(frame: pd.DataFrame, table: PublishedTable, notices: list[str]) -> pd.DataFrame:
    """Put U+FFFD in the place of NUL, which no text of PostgreSQL holds, and say so."""
    changed = {}
    for column in table.columns:
        if column.kind in ("count", "number"):
            continue
        texts = frame[column.name]
        with_nul = texts.str.contains("\x00", regex=False, na=False)
        if with_nul.any():
            changed[column.name] = texts.str.replace("\x00", "\N{REPLACEMENT CHARACTER}", regex=False)
            notices.append(
                f"{table.name}: NUL characters in '{column.name}' became U+FFFD in {int(with_nul.sum())} rows."
            )
    return frame.assign(**changed) if changed else frame


def _table_comment(table: PublishedTable, facts: ExportFacts) -> str:
    said = [
        terms.in_language(table.title, facts.language) or table.name,
        facts.marking,
        f"Edition {facts.edition_id}, data of {facts.data_date}, stale after {facts.stale_after}.",
        *(terms.label("caveat", code, facts.language) for code in facts.caveats),
        f"Licences: {'; '.join(table.licences)}." if table.licences else None,
        f"Made from: {'; '.join(table.lineage)}." if table.lineage else None,
    ]
    return "\n".join(each for each in said if each)


def _plain(name: str, key: str, comment: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Sheet:
    """Make a small table of rows given here; its columns with what their comments say."""
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    kinds = {
        column: "bigint" if frame[column].map(lambda each: isinstance(each, int)).all() else "text" for column in frame
    }
    described = tuple(Column(column, kinds[column] if len(frame) else "text", said) for column, said in columns.items())
    return Sheet(
        name, described, key, comment, len(frame), lambda: _batches(frame, list(columns), None, numbered=False)
    )


def _code_list(vocabulary: str) -> Sheet:
    languages = terms.LANGUAGES
    columns = {
        "code": "As it stands in the tables.",
        **{f"label_{each}": f"Words for it in {each}." for each in languages},
        **{f"definition_{each}": f"What it means, in {each}." for each in languages},
    }
    rows = [
        [
            code,
            *(term.label.get(each) for each in languages),
            *(term.definition.get(each) for each in languages),
        ]
        for code, term in terms.vocabulary(vocabulary).items()
    ]
    return _plain(list_name(vocabulary), "code", f"Code list: {vocabulary}.", columns, rows)


def list_name(vocabulary: str) -> str:
    """Return the name of the table of a code list."""
    return f"code_{vocabulary}"


def _edition(facts: ExportFacts) -> Sheet:
    columns = {
        "language": "Of the words in this row.",
        "edition_id": "What the edition is called.",
        "title": "",
        "organisation": "Who publishes it.",
        "contacts": "Whom to call.",
        "data_date": "The date that the data are of.",
        "stale_after": "Do not use the data after this date.",
        "caveats": "What the data do not say.",
        "crs": "Of the coordinates.",
        "marking": "Filled where the records are not for publication.",
    }
    rows = [
        [
            language,
            facts.edition_id,
            terms.in_language(facts.titles, language),
            terms.in_language(facts.organisations, language),
            "; ".join(facts.contacts),
            facts.data_date,
            facts.stale_after,
            "\n".join(terms.label("caveat", code, language) for code in facts.caveats),
            facts.crs,
            facts.marking,
        ]
        for language in terms.LANGUAGES
    ]
    return _plain("edition", "language", "What the edition says of itself.", columns, rows)


def _about_tables(tables: Sequence[PublishedTable], sheets: Sequence[Sheet], facts: ExportFacts) -> list[Sheet]:
    """Return the table that lists all others, itself among them: what stands in it is what a later edition may replace."""
    columns = {
        "table_name": "In this schema.",
        "rows": "How many records it has.",
        **{f"title_{each}": f"What it shows, in {each}." for each in terms.LANGUAGES},
        "licences": "Of the layers it was made from; a share-alike licence holds for the table.",
        "lineage": "The layers it was made from.",
        "column_names": "Those of this program; others are left alone.",
    }
    published = {table.name: table for table in tables}
    rows = [
        [
            sheet.name,
            sheet.rows,
            *(
                terms.in_language(published[sheet.name].title, each) if sheet.name in published else ""
                for each in terms.LANGUAGES
            ),
            "; ".join(published[sheet.name].licences) if sheet.name in published else "",
            "; ".join(published[sheet.name].lineage) if sheet.name in published else "",
            "\n".join(column.name for column in sheet.columns),
        ]
        for sheet in sheets
    ]
    comment = f"{MARK} The tables that it wrote.\nEdition {facts.edition_id}."
    return [_plain("edition_tables", "table_name", comment, columns, rows)]


# ------------------------------------------------------------------ rows as COPY reads them
def _batches(frame: pd.DataFrame, columns: Sequence[str], shapes: Any, *, numbered: bool) -> Iterator[pa.Array]:  # noqa: ANN401 - arrays of shapes
    """Write some thousand rows at a time as lines of COPY's text format: no value can be taken for its neighbour or for NULL."""
    for start in range(0, len(frame), _BATCH):
        part = frame.iloc[start : start + _BATCH]
        cells = [_escaped(pa.array(part[column].to_numpy(dtype=object), from_pandas=True)) for column in columns]
        if numbered:
            cells.insert(0, pa.array(range(start + 1, start + len(part) + 1)).cast(pa.string()))
        if shapes is not None:
            wkb = shapely.to_wkb(shapes[start : start + _BATCH], hex=True, include_srid=True)
            cells.append(pc.fill_null(pa.array(wkb, type=pa.string(), from_pandas=True), r"\N"))
        yield pc.binary_join_element_wise(*cells, "\t")


def _escaped(cells: pa.Array) -> pa.Array:
    r"""Escape the marks of COPY's text format.

    Examples
    --------
    >>> _escaped(pa.array(["a\tb", None, "\\N", ""])).to_pylist()
    ['a\\tb', '\\N', '\\\\N', '']
    """
    text = cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
    for mark, written in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = pc.replace_substring(text, mark, written)
    return pc.fill_null(text, r"\N")
