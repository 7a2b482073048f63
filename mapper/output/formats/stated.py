"""What every exported file says of itself: whose it is, of when, what it cannot tell, under which licences it may be passed on.

A file is passed on without its folder, so the same sentences stand in each of them, in the way of its format: as a document's
description, as tags, as a first sheet, or, where a format has no room for words at all, as a README beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from mapper import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

README = "README.txt"
"""Of several tables; that of one alone bears its name too, as several such may stand in one folder."""

_SINGLE_CODE = re.compile(r"[^;+]+")
_SHARE_ALIKE = re.compile(r"\bBY-(NC-)?SA\b|\bODbL\b|share-?alike", re.IGNORECASE)


def say(code: str, language: str, vocabulary: str = "export", **values: object) -> str:
    """Return a sentence of the exports in a language, with values in their places.

    Examples
    --------
    >>> say("about.title", "en")
    'Title'
    """
    return terms.sentence(vocabulary, code, language, **values)


def told(code: str, **values: object) -> terms.Said:
    """Return a notice of the exports, which can be told in every language."""
    return terms.Said.of(code, vocabulary="export", **values)


def title_of(facts: ExportFacts) -> str:
    """Return the edition's title in the language of the export."""
    return terms.in_language(facts.titles, facts.language)


def column_title(column: PublishedColumn, language: str) -> str:
    """Return what a column is called in a language; its name where nobody gave it a title."""
    return terms.in_language(column.title, language) or column.name


def in_words(column: PublishedColumn, value: Any, language: str) -> str:  # noqa: ANN401 - any value of a cell
    """Return a value as people read it: the words for a code, or for each of several; nine digits of a number; with its unit."""
    unit = f" {column.unit}" if column.unit else ""
    if column.vocabulary is None:
        return f"{value:.9g}{unit}" if isinstance(value, float) else f"{value}{unit}"
    name = column.vocabulary
    if column.kind == "code":
        return terms.label(name, value, language)
    return _SINGLE_CODE.sub(lambda code: terms.label(name, code.group(), language), value)


def spoken(column: PublishedColumn, values: Sequence[Any], language: str) -> list[str | None]:
    """Return values as people read them, after what the column is called; None where nothing is known."""
    title = column_title(column, language)
    known = (
        value for value in dict.fromkeys(values) if value is not None
    )  # what is there often is put into words once
    words = {value: f"{title}: {in_words(column, value, language)}" for value in known}
    return [words.get(value) for value in values]


def statement(tables: Sequence[PublishedTable], facts: ExportFacts) -> tuple[tuple[str, str], ...]:
    """Return what a file states of itself.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Those that the file holds.
    facts : ExportFacts
        The edition's.

    Returns
    -------
    tuple of (str, str)
        Label and text, in the language of the export, in the order to be read: marking, title, publisher, edition, dates,
        caveats, licences (one entry for each licence, naming its tables), the duty to share alike where there is one, lineage.
    """
    language = facts.language
    unknown = say("not_stated", language, "page")
    marking = [] if facts.marking is None else [(say("about.marking", language), facts.marking)]
    return (
        *marking,
        (say("about.title", language), title_of(facts)),
        (say("about.organisation", language, "page"), terms.in_language(facts.organisations, language) or unknown),
        (say("about.contacts", language, "page"), "; ".join(facts.contacts) or unknown),
        (say("about.edition", language, "page"), facts.edition_id),
        (say("about.data_date", language, "page"), facts.data_date or unknown),
        (say("about.stale_after", language, "page"), facts.stale_after or unknown),
        *((say("about.caveat", language), each) for each in caveats(facts)),
        *_licences(tables, language),
        *_share_alike(tables, language),
        *(
            (say("about.lineage", language), f"{terms.in_language(each.title, language)}: {'; '.join(each.lineage)}")
            for each in tables
            if each.lineage
        ),
    )


def caveats(facts: ExportFacts) -> tuple[str, ...]:
    """Return the sentences that are said with every output, in the language of the export."""
    date = facts.data_date or say("not_stated", facts.language, "page")
    return tuple(say(code, facts.language, "caveat", data_date=date) for code in facts.caveats)


def paragraphs(tables: Sequence[PublishedTable], facts: ExportFacts, *more: str) -> str:
    """Return the statement as plain text, a line for each entry, and further sentences after it."""
    return "\n".join([*(f"{label}: {text}" for label, text in statement(tables, facts)), *more])


def beside(tables: Sequence[PublishedTable], name: str, stem: str = "") -> str:
    """Return the name of a file that stands beside tables: a table that is written alone has one of its own.

    Examples
    --------
    >>> beside([], "README.txt"), beside([], "cut.csv", "shapefile")
    ('README.txt', 'shapefile-cut.csv')
    """
    first = tables[0].name if len(tables) == 1 else stem
    return f"{first}-{name}" if first else name


def _licences(tables: Sequence[PublishedTable], language: str) -> list[tuple[str, str]]:
    label = say("about.licence", language, "page")
    return [(label, f"{licence} ({_named(holding, language)})") for licence, holding in _by_licence(tables).items()]


def _share_alike(tables: Sequence[PublishedTable], language: str) -> list[tuple[str, str]]:
    label = say("about.share_alike", language)
    return [
        (label, say("share_alike", language, licence=licence, tables=_named(holding, language)))
        for licence, holding in _by_licence(tables).items()
        if _SHARE_ALIKE.search(licence)
    ]


def _by_licence(tables: Sequence[PublishedTable]) -> dict[str, list[PublishedTable]]:
    licences = sorted({licence for table in tables for licence in table.licences})
    return {licence: [table for table in tables if licence in table.licences] for licence in licences}


def _named(tables: Iterable[PublishedTable], language: str) -> str:
    return ", ".join(terms.in_language(table.title, language) for table in tables)


def cells(table: PublishedTable, column: PublishedColumn) -> list[Any]:
    """Return the values of a column as Python's own: str, int or float, None where nothing is known."""
    series = table.frame[column.name]
    values = series.to_numpy(dtype=object, copy=True)
    values[series.isna().to_numpy()] = None
    listed: list[Any] = values.tolist()
    return listed


def ids(table: PublishedTable) -> list[str]:
    """Return what each row is named by: its identifier, or its number, from 1, where it has none."""
    numbers = [str(number) for number in range(1, len(table.frame) + 1)]
    if table.id_column is None:
        return numbers
    given = table.frame[table.id_column]
    return [str(value) if known else number for value, known, number in zip(given, given.notna(), numbers, strict=True)]


def shapes(table: PublishedTable) -> Any:  # noqa: ANN401 - an array of shapely's geometries
    """Return the geometries of a table as an array; what is empty is None."""
    if not isinstance(table.frame, gpd.GeoDataFrame):
        return None
    given = table.frame.geometry
    return given.where(~(given.isna() | given.is_empty), None).to_numpy()
