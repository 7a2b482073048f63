"""A workbook: what it is and cannot tell on the first sheet, then a sheet for each table, the columns, the words for the codes.

Every text is written as a text, so that no cell is a formula or a link whatever it begins with; those that look like a formula
are marked as text for Excel too (its own `'`), because editing a cell would else run it. A day is a date only where the whole day
is known; a month or a year stays text. What is longer than Excel's cells and sheets hold goes on in further ones, and a notice
says so. The bytes hold no clock: the workbook is dated by its data.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import xlsxwriter

from mapper import crs, terms
from mapper.output.formats.days import whole_day
from mapper.output.formats.stated import (
    cells,
    column_title,
    ids,
    say,
    shapes,
    statement,
    title_of,
    told,
)
from mapper.output.formats.tables_csv import CELL_LETTERS, LAT, LON, guard, utf16_letters
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

FILE_NAME = "tables.xlsx"
SHEET_ROWS = 1_048_576
SHEET_NAME_LETTERS = 31

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_MANY_CELLS = 2_000_000
"""A workbook with more cells is written row by row, as all of them at once would take gigabytes of memory."""
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 200
_OLDEST = dt.date(1980, 1, 1)
_FIRST_YEAR = 1900
"""Excel's days begin with it."""
_HINT_TITLE, _HINT_LETTERS = 32, 255
_CUT_ROOM = 120
"""Letters kept free in a cell whose text goes on elsewhere, for the words that say where."""


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write all tables as sheets of `tables.xlsx`.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Points become `lon` and `lat` (WGS 84); lines and areas are not in a workbook.
    folder : Path
        An empty folder.
    facts : ExportFacts
        What the first sheet states, and the language of sheet names and labels.

    Returns
    -------
    tuple of str
        The tables without their outlines, those that take several sheets, and the texts that take several cells.
    """
    given = marked(tables, facts)
    count = sum(len(table.frame) * len(table.columns) for table in given)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": count <= _MANY_CELLS,
        "constant_memory": count > _MANY_CELLS,
        "tmpdir": str(folder),
    }
    book = xlsxwriter.Workbook(str(folder / FILE_NAME), options)
    try:
        return _Writing(book, facts).write(given)
    finally:
        book.close()


def sheet_name(wanted: str, taken: set[str], ending: str = "") -> str:
    r"""Return a name that Excel takes for a sheet: 31 letters, none of `[]:*?/\`, not used yet; `taken` learns of it.

    Examples
    --------
    >>> sheet_name("Casualties: killed/injured", set())
    'Casualties  killed injured'
    >>> sheet_name("x" * 40, {"x" * 31})
    'xxxxxxxxxxxxxxxxxxxxxxxxxxx (2)'
    """
    base = _NOT_IN_NAMES.sub(" ", wanted).strip("' ") or "-"
    if base.lower() == "history":  # Excel keeps it for itself
        base += "-"
    name, number = _fitted(base, ending), 1
    while name.casefold() in taken:
        number += 1
        name = _fitted(base, f"{ending} ({number})")
    taken.add(name.casefold())
    return name


def _fitted(base: str, ending: str) -> str:
    while utf16_letters(base + ending) > SHEET_NAME_LETTERS:
        base = base[:-1]
    return base.rstrip("' ") + ending


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as it stands on a sheet: its head, its values, and what writes one of them."""

    name: str
    kind: str
    values: Sequence[Any]


@dataclass(slots=True)
class _Writing:
    """One workbook while it is written."""

    book: Any
    facts: ExportFacts
    taken: set[str] = field(default_factory=set)
    notices: list[str] = field(default_factory=list)
    long: list[tuple[str, str, str, str]] = field(default_factory=list)
    formats: dict[str, Any] = field(default_factory=dict)

    def write(self, tables: Sequence[PublishedTable]) -> tuple[str, ...]:
        """Write the sheets in their order."""
        language = self.facts.language
        day = whole_day(self.facts.data_date) or _OLDEST
        self.book.set_properties(
            {
                "title": _clean(title_of(self.facts))[:255],
                "author": _clean(terms.in_language(self.facts.organisations, language))[:255],
                "comments": _clean(" ".join(text for _, text in statement(tables, self.facts)))[:CELL_LETTERS],
                "created": dt.datetime(day.year, day.month, day.day),  # noqa: DTZ001 - the format knows no zones
            }
        )
        for name, look in _LOOKS.items():
            self.formats[name] = self.book.add_format(look)
        outlined = [terms.in_language(t.title, language) for t in tables if t.geometry not in {None, "Point"}]
        if outlined:
            self.notices.append(told("notice.no_outlines", tables=", ".join(outlined)))
        about = sheet_name(say("sheet.about", language), self.taken)
        plans = [(table, self._columns(table)) for table in tables]
        placed = [(table, columns, self._sheet_names(table)) for table, columns in plans]
        self._about(about, tables, [(table, names) for table, _, names in placed])
        for table, columns, names in placed:
            self._table(table, columns, names)
        self._described(tables)
        self._codes(tables)
        self._long_texts()
        return tuple(self.notices)

    def _sheet_names(self, table: PublishedTable) -> list[str]:
        title = terms.in_language(table.title, self.facts.language) or table.name
        sheets = max(1, -(-len(table.frame) // (SHEET_ROWS - 1)))
        names = [sheet_name(title, self.taken, "" if part == 0 else f" – {part + 1}") for part in range(sheets)]
        if sheets > 1:
            self.notices.append(
                told("notice.more_sheets", table=table.name, n=len(table.frame), sheets=sheets, rows=SHEET_ROWS)
            )
        return names

    def _columns(self, table: PublishedTable) -> list[_Column]:
        columns = [_Column(column.name, column.kind, cells(table, column)) for column in table.columns]
        if table.geometry == "Point":
            points = np.asarray(shapes(table))
            if table.frame.crs != crs.STORAGE:
                points = np.asarray(crs.to_storage(table.frame).geometry)
            for name, of in ((LON, shapely.get_x(points)), (LAT, shapely.get_y(points))):
                columns.append(_Column(name, "number", [None if np.isnan(each) else each for each in of.tolist()]))
        return columns

    def _about(
        self, name: str, tables: Sequence[PublishedTable], placed: Sequence[tuple[PublishedTable, Sequence[str]]]
    ) -> None:
        language = self.facts.language
        lines = [*statement(tables, self.facts), (say("about.note", language), say("about.xlsx", language))]
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 110, self.formats["wrapped"])
        for row, (label, text) in enumerate(lines):
            self._text(sheet, row, 0, label, self.formats["head"])
            self._text(sheet, row, 1, self._within(text, "", label, ""), self.formats["wrapped"])
        label = say("about.sheets", language)
        listed = [(sheet_of, table) for table, names in placed for sheet_of in names]
        for row, (sheet_of, table) in enumerate(listed, len(lines)):
            self._text(sheet, row, 0, label, self.formats["head"])
            title = terms.in_language(table.title, language)
            self._text(
                sheet, row, 1, f"{sheet_of}: {title} ({table.name}, {len(table.frame)})", self.formats["wrapped"]
            )

    def _table(self, table: PublishedTable, columns: Sequence[_Column], names: Sequence[str]) -> None:
        rows, step = len(table.frame), SHEET_ROWS - 1
        identified = ids(table)
        for part, name in enumerate(names):
            sheet = self._sheet(name, [column.name for column in columns])
            self._hints(sheet, table)
            for at, column in enumerate(columns):
                sheet.set_column(at, at, _width(column))
            chosen = range(part * step, min(rows, (part + 1) * step))
            writers = [(column, self._writer(sheet, column.kind)) for column in columns]
            for row, number in enumerate(chosen, 1):
                for at, (column, put) in enumerate(writers):
                    value = column.values[number]
                    if value is not None:
                        if isinstance(value, str) and len(value) > CELL_LETTERS // 2:
                            value = self._within(value, table.name, identified[number], column.name)
                        put(row, at, value)
            sheet.autofilter(0, 0, len(chosen), len(columns) - 1)

    def _sheet(self, name: str, heads: Sequence[str]) -> Any:  # noqa: ANN401 - XlsxWriter's
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for at, head in enumerate(heads):
            self._text(sheet, 0, at, head, self.formats["head"])
        return sheet

    def _hints(self, sheet: Any, table: PublishedTable) -> None:  # noqa: ANN401 - XlsxWriter's
        """Have each head say in the language of the export what its column is, when it is chosen."""
        language = self.facts.language
        for at, column in enumerate(table.columns):
            told_of = terms.in_language(column.description, language)
            if told_of:
                title = _cut(column_title(column, language), _HINT_TITLE)
                hint = {"validate": "any", "input_title": title, "input_message": _cut(told_of, _HINT_LETTERS)}
                _written(sheet.data_validation(0, at, 0, at, hint))

    def _writer(self, sheet: Any, kind: str) -> Callable[[int, int, Any], None]:  # noqa: ANN401 - XlsxWriter's
        if kind in ("count", "number"):
            return lambda row, at, value: _written(sheet.write_number(row, at, value))
        if kind != "date":
            return lambda row, at, value: self._text(sheet, row, at, value)
        day_format = self.formats["day"]

        def put(row: int, at: int, value: str) -> None:
            day = whole_day(value)
            if day is None or day.year < _FIRST_YEAR:
                self._text(sheet, row, at, value)
            else:
                _written(sheet.write_datetime(row, at, day, day_format))

        return put

    def _text(self, sheet: Any, row: int, at: int, text: str, look: Any = None) -> None:  # noqa: ANN401 - XlsxWriter's
        if look is None and guard(text) is not text:
            look = self.formats["as_text"]
        clean = _clean(text)
        if clean.startswith(_RICH[0]) and clean.endswith(_RICH[1]):  # XlsxWriter would take it for XML of its own
            _written(
                sheet.write_rich_string(row, at, clean[:1], clean[1:2], clean[2:], *([] if look is None else [look]))
            )
        else:
            _written(sheet.write_string(row, at, clean, look))

    def _within(self, text: str, table: str, row: str, column: str) -> str:
        """Return what a cell holds of a text; where that is not all, it stands whole on a sheet of its own."""
        text = _clean(text)
        if utf16_letters(text) <= CELL_LETTERS:
            return text
        self.long.append((table, row, column, text))
        return _cut(text, CELL_LETTERS - _CUT_ROOM) + f" … [{say('sheet.long', self.facts.language)}]"

    def _described(self, tables: Sequence[PublishedTable]) -> None:
        language = self.facts.language
        heads = [
            say(f"head.{each}", language) for each in ("table", "column", "title", "meaning", "kind", "unit", "codes")
        ]
        sheet = self._sheet(sheet_name(say("sheet.columns", language), self.taken), heads)
        for at, width in enumerate((18, 26, 34, 80, 10, 8, 22)):
            sheet.set_column(at, at, width)
        listed = [(table, column) for table in tables for column in table.columns]
        for row, (table, column) in enumerate(listed, 1):
            meaning = terms.in_language(column.description, language)
            texts = (
                column.name,
                column_title(column, language),
                meaning,
                column.kind,
                column.unit,
                column.vocabulary or "",
            )
            for at, text in enumerate((table.name, *texts)):
                self._text(sheet, row, at, text)
        sheet.autofilter(0, 0, len(listed), len(heads) - 1)

    def _codes(self, tables: Sequence[PublishedTable]) -> None:
        language = self.facts.language
        heads = [say(f"head.{each}", language) for each in ("codes", "code", "label", "meaning")]
        sheet = self._sheet(sheet_name(say("sheet.codes", language), self.taken), heads)
        for at, width in enumerate((22, 24, 50, 100)):
            sheet.set_column(at, at, width)
        used = dict.fromkeys(c.vocabulary for table in tables for c in table.columns if c.vocabulary is not None)
        listed = [(name, term) for name in used for term in terms.vocabulary(name).values()]
        for row, (name, term) in enumerate(listed, 1):
            of_term = (term.code, terms.in_language(term.label, language), terms.in_language(term.definition, language))
            for at, text in enumerate((name, *of_term)):
                self._text(sheet, row, at, text)
        sheet.autofilter(0, 0, len(listed), len(heads) - 1)

    def _long_texts(self) -> None:
        if not self.long:
            return
        language = self.facts.language
        name = sheet_name(say("sheet.long", language), self.taken)
        heads = [say(f"head.{each}", language) for each in ("table", "row", "column", "part", "text")]
        sheet = self._sheet(name, heads)
        parts = [(each, number, part) for each in self.long for number, part in enumerate(_parts(each[3]), 1)]
        for row, (where, number, part) in enumerate(parts, 1):
            for at, text in enumerate(where[:3]):
                self._text(sheet, row, at, text)
            _written(sheet.write_number(row, 3, number))
            self._text(sheet, row, 4, part)
        for table, column in dict.fromkeys((table, column) for table, _, column, _ in self.long):
            rows = [row for of, row, at, _ in self.long if (of, at) == (table, column)]
            values = {
                "table": table,
                "column": column,
                "n": len(rows),
                "rows": ", ".join(rows),
                "letters": CELL_LETTERS,
            }
            self.notices.append(told("notice.long_texts", **values, sheet=name))


_RICH = ("<r>", "</r>")
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, "valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "day": {"num_format": "yyyy-mm-dd"},
    "as_text": {"quote_prefix": True},
}


def _written(code: int) -> None:
    """Fail where XlsxWriter says with a number that it wrote nothing, or less than it was given."""
    if code:
        raise RuntimeError(f"a cell was not written whole (XlsxWriter answers {code})")


def _clean(text: str) -> str:
    """Return a text with U+FFFD for what no XML holds; control characters are written by XlsxWriter as Excel does."""
    return text if text.isascii() else _NOT_IN_XML.sub("\ufffd", text)


def _cut(text: str, letters: int) -> str:
    """Return the beginning of a text, of at most that many units of UTF-16."""
    return text.encode("utf-16-le")[: 2 * letters].decode("utf-16-le", "ignore")


def _parts(text: str) -> Iterator[str]:
    while text:
        part = _cut(text, CELL_LETTERS)
        yield part
        text = text[len(part) :]


def _width(column: _Column) -> int:
    """Return a width for a column, from its head and its first values."""
    longest = max((len(str(value)) for value in column.values[:_LOOKED_AT] if value is not None), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, len(column.name) + 3) + 1))
