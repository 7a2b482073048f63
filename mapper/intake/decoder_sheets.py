"""A sheet of a workbook into records, inside the child: what XLSX and ODS share.

Read by ourselves, through the XML: calamine gives a formula that was never calculated as a blank cell and a long id as a rounded
number, openpyxl tells merged cells and formulas only when the whole workbook is loaded twice.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from mapper.errors import DataRefused
from mapper.intake.decoder_child import Doubt, Part, Refused, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_MOST_RANGES = 1_000
_LETTERS = 26


class Cell(NamedTuple):
    """The text of a cell, or why it has none that can be used."""

    text: str | None
    why: str | None = None


class Row(NamedTuple):
    """One row: its number as the program shows it, and its cells by column from 0; `marked`: anything stands there."""

    number: int
    cells: Mapping[int, Cell]
    marked: bool


class Sheet(NamedTuple):
    """A sheet of a workbook as listed: its name, whether it is shown, whether any cell holds anything."""

    name: str
    shown: bool
    filled: bool


class SheetRows(NamedTuple):
    """What `sheet_part` makes records of, beside the name."""

    rows: Sequence[Row]
    merged: Sequence[tuple[int, str]]
    marked: int


def choose(sheets: Sequence[Sheet], asked: str | None) -> list[int]:
    """Return the places of the sheets to read: the one asked for, or every one that holds anything, hidden ones too.

    Raises
    ------
    DataRefused
        When the one asked for is not there, or none holds anything.
    """
    if asked is not None:
        found = [number for number, each in enumerate(sheets) if each.name == asked]
        if not found:
            listed = ", ".join(f"'{each.name}'{'' if each.shown else ' (hidden)'}" for each in sheets)
            raise DataRefused(f"it has no sheet '{asked}', but {listed}", advice="Name one of these sheets.")
        return found[:1]
    filled = [number for number, each in enumerate(sheets) if each.filled]
    if not filled:
        raise DataRefused("none of its sheets holds anything", advice="Export it again from its program.")
    return filled


def sheet_parts(sheets: Sequence[Sheet], asked: str | None, rows_of: Callable[[int], SheetRows]) -> list[Part]:
    """Make a part of the sheet asked for, or of every one that holds anything; say which the sender does not see.

    Where several are read, one that is no table has all of its rows refused, and the others are read.

    Raises
    ------
    DataRefused
        As `choose`, and as `sheet_part` where there is one sheet.
    """
    chosen = choose(sheets, asked)
    make = sheet_part if len(chosen) == 1 else _one_of_several
    parts = []
    for at in chosen:
        made = make(sheets[at].name, *rows_of(at))
        hidden = not sheets[at].shown and asked is None
        told = [Doubt("hidden_sheet", "warning", "It was read as any other.", None, None, sheets[at].name)]
        parts.append(made._replace(doubts=[*told, *made.doubts]) if hidden else made)
    return parts


def _one_of_several(name: str, rows: Sequence[Row], merged: Sequence[tuple[int, str]], marked: int) -> Part:
    try:
        return sheet_part(name, rows, merged, marked)
    except DataRefused as refusal:
        records = [row for row in rows if row.marked][1:]
        refused = [Refused(row.number, None, refusal.what) for row in records]
        return part(name, [], None, {}, counted=len(records), refused=refused)


def sheet_part(name: str, rows: Iterable[Row], merged: Sequence[tuple[int, str]], marked: int) -> Part:
    """Make records of rows: the first that holds text names the columns, every cell is text, rows keep their numbers.

    Parameters
    ----------
    name : str
        The sheet's.
    rows : iterable of Row
        In order.
    merged : sequence of (int, str)
        First row and range of each group of merged cells.
    marked : int
        How many rows hold anything, counted without the reader.

    Raises
    ------
    DataRefused
        When there is no header, a column that is used has no name, two have the same, or the two counts differ.
    """
    given = [row for row in rows if row.marked]
    if len(given) != marked:
        raise DataRefused(f"it has {marked} rows but {len(given)} were read", advice="Save it again from its program.")
    numbers = [row.number for row in given]
    if numbers != sorted(set(numbers)):
        raise DataRefused("its rows are not in order", advice="Save it again from its program.")
    filled = [row for row in given if any(cell.text or cell.why for cell in row.cells.values())]
    if not filled:
        raise DataRefused("it has no header", advice="Write the column names into the first row.")
    header, *records = filled
    names = _names(header)
    refused: list[Refused] = []
    good: list[Row] = []
    for row in records:
        bad = _unusable(row, names)
        if bad is None:
            good.append(row)
        else:
            refused.append(bad)
    cells = {column: [row.cells[at].text if at in row.cells else None for row in good] for at, column in names.items()}
    done = "Only the first of the merged cells holds the value; the others count as not known."
    doubts = [Doubt("merged_cells", "warning", done, row, None, where) for row, where in merged[:_MOST_RANGES]]
    rows_kept = [row.number for row in good]
    return part(name, rows_kept, None, cells, counted=len(records), refused=refused, doubts=doubts)


def _names(header: Row) -> dict[int, str]:
    names: dict[int, str] = {}
    for at, cell in sorted(header.cells.items()):
        if cell.why:
            raise DataRefused(f"a column has no name: {cell.why}", row=header.number, advice="Write the names as text.")
        if cell.text and cell.text in names.values():
            raise DataRefused(
                f"two columns have the name '{cell.text}'", row=header.number, advice="Rename or remove one."
            )
        if cell.text:
            names[at] = cell.text
    return names


def _unusable(row: Row, names: Mapping[int, str]) -> Refused | None:
    for at, cell in row.cells.items():
        if cell.why:
            return Refused(row.number, names.get(at, letters(at)), cell.why)
        if cell.text and at not in names:
            return Refused(row.number, letters(at), "it stands in a column without a name")
    return None


def plain_number(text: str) -> str:
    """Return a stored number as a person would write it: all digits of a whole number, no exponent.

    Examples
    --------
    >>> plain_number("12345678901234567890"), plain_number("0.30000000000000004"), plain_number("4.0E1")
    ('12345678901234567890', '0.30000000000000004', '40')
    """
    if _INTEGER.fullmatch(text):
        return text
    return format(Decimal(repr(float(text))), "f").removesuffix(".0")


def letters(column: int) -> str:
    """Name a column as spreadsheets do.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def column_number(name: str) -> int:
    """Return the place, from 0, of a column that a spreadsheet calls by letters.

    Examples
    --------
    >>> column_number("A"), column_number("AB")
    (0, 27)
    """
    number = 0
    for letter in name:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number - 1
