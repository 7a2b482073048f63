"""Delimited text (CSV, TSV) into a frame of text cells.

What a table holds is what the standard `csv` module in strict mode says, rather than pandas: a row with one cell too many or
too few must be named and refused, not shifted or padded, and no cell may be turned into a number, a date or a null by its
looks. How many records there are is counted beside it, from the line ends outside quotation marks.

Tables that are plain (nearly all) are read to the same result by `mapper.intake.bulk_tables`, because a million rows are too
many for a list of Python strings each.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.errors import DataRefused
from mapper.findings import REFUSED
from mapper.intake import bulk_tables
from mapper.intake.text import as_utf8
from mapper.model import Finding, Layer, LayerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

_LINE_END = re.compile(r"\r\n|\n|\r")
MOST_COLUMNS = 5_000
"""More than that is no table of records, and looking at each column would take minutes."""
_LARGEST_CELL = 1_000_000
_HEADER_ROW = 1
_FEWEST_BULK_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class _Table:
    """The records of a table: row numbers, one column of text for each name, and why other rows were refused."""

    header: list[str]
    numbers: Sequence[int] | NDArray[np.int64]
    columns: Sequence[Any]
    refused: dict[int, str]
    counted: int


def read_table(entry: LayerEntry, content: bytes, sha256: str) -> Layer:
    """Read delimited text: one row per record, every cell as text, blank cells as NA.

    Cells lose white space at both ends. The index is each record's row as a spreadsheet numbers it (the header is row 1).
    Rows with too many or too few cells or a NUL character are refused one by one.

    Raises
    ------
    DataRefused
        When its encoding cannot be told, it has a header without names or with the same name twice, or an unclosed
        quotation mark.
    """
    content, assumed = as_utf8(entry, content)
    table = _read_in_bulk(entry, content) or _read_strictly(entry, content.decode())
    return Layer(
        entry=entry,
        frame=_frame(table),
        counted=table.counted,
        unread=len(table.refused),
        sha256=sha256,
        crs=entry.crs,
        mapping={},
        findings=(*assumed, *(_refused(entry, number, reason) for number, reason in table.refused.items())),
    )


def _read_in_bulk(entry: LayerEntry, content: bytes) -> _Table | None:
    """Read a plain table; None for every other."""
    delimiter = _delimiter(content[: content.find(b"\n") + 1 or None].decode(), entry)
    text = bulk_tables.plain(content, delimiter, _LARGEST_CELL)
    if text is None:
        return None
    header = next(_reader(text.first_line, delimiter))
    if len(header) < _FEWEST_BULK_COLUMNS:
        return None
    names = _names(header, entry.path.name)
    rows = bulk_tables.read_rows(text, len(header))
    if rows is None:
        return None
    refused = {number: _wrong_width(width, len(header)) for number, width in rows.widths.items()}
    return _Table(names, rows.numbers, rows.columns, refused, len(rows.numbers) + len(refused))


def _read_strictly(entry: LayerEntry, text: str) -> _Table:
    delimiter = _delimiter(text, entry)
    header, rows = _parse(text, delimiter, entry.path.name)
    refused = {number: reason for number, cells in rows if (reason := _unreadable(cells, len(header)))}
    good = [(number, cells) for number, cells in rows if number not in refused]
    columns = zip(*(cells for _, cells in good), strict=True) if good else [()] * len(header)
    return _Table(
        header,
        [number for number, _ in good],
        [[cell.strip() or None for cell in cells] for cells in columns],
        refused,
        count_records(text, delimiter),
    )


def count_records(text: str, delimiter: str) -> int:
    r"""Count the records of delimited text without parsing it: line ends outside quoted cells, blank lines left out.

    Examples
    --------
    >>> count_records('a,b\n1,"two\nlines"\n\n3,4\n', ",")
    2
    """
    quoted_cell = re.compile(rf'(^|[\r\n{delimiter}])"((?:[^"]|"")*)"')
    lines = _LINE_END.split(quoted_cell.sub(_stand_in, text))
    return max(sum(1 for line in lines if line.strip(" ") or delimiter in line) - _HEADER_ROW, 0)


def _stand_in(quoted_cell: re.Match[str]) -> str:
    before, content = quoted_cell.groups()
    return f"{before} " if content and not content.strip(" ") else f"{before}q"


def _delimiter(text: str, entry: LayerEntry) -> str:
    """Choose the separator from the header line: a tab in .tsv, else the one of `,` `;` tab that stands there most."""
    if entry.path.suffix.lower() == ".tsv":
        return "\t"
    header = _LINE_END.split(text.lstrip("\r\n"), maxsplit=1)[0]
    return max(",;\t", key=header.count)


def _parse(text: str, delimiter: str, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    csv.field_size_limit(_LARGEST_CELL)
    rows: list[tuple[int, list[str]]] = []
    number = _HEADER_ROW
    try:
        for number, cells in enumerate(_reader(text, delimiter), start=_HEADER_ROW):
            if cells and (len(cells) > 1 or not cells[0] or cells[0].strip(" ")):
                rows.append((number, cells))
    except csv.Error as exc:
        raise DataRefused(
            f"a quoted cell is not closed or holds too much ({exc})",
            file=name,
            row=number + 1 if rows else number,
            advice="Look for a quotation mark that is opened and not closed.",
        ) from None
    if not rows:
        raise DataRefused("it has no header", file=name, advice="Write the column names into the first row.")
    (_, header), *records = rows
    return _names(header, name), records


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _names(header: list[str], name: str) -> list[str]:
    names = [cell.strip() for cell in header]
    if len(names) > MOST_COLUMNS:
        raise DataRefused(
            f"it has {len(names):,} columns, more than {MOST_COLUMNS:,}",
            file=name,
            row=1,
            advice="Keep the columns that describe a record; a table of measurements has them in rows.",
        )
    times = Counter(names)
    for number, column in enumerate(names, start=1):
        if not column:
            raise DataRefused(f"its column {number} has no name", file=name, row=1, advice="Name every column.")
        if times[column] > 1:
            raise DataRefused(
                "two columns have the same name", file=name, row=1, column=column, advice="Rename or remove one."
            )
    return names


def _unreadable(cells: list[str], width: int) -> str | None:
    if len(cells) != width:
        return _wrong_width(len(cells), width)
    return "it holds a NUL character" if any("\x00" in cell for cell in cells) else None


def _wrong_width(cells: int, width: int) -> str:
    return f"{cells} cells where the header has {width}"


def _refused(entry: LayerEntry, number: int, reason: str) -> Finding:
    return Finding(
        rule="unreadable_row",
        severity="error",
        done=REFUSED,
        advice="Count the separators and the quotation marks of this row.",
        file=entry.path.name,
        layer=entry.name,
        row=number,
        value=reason,
    )


def _frame(table: _Table) -> pd.DataFrame:
    index = pd.Index(pd.Series(table.numbers, dtype="int64"), name="row")
    texts = {
        name: pd.Series(cells, index=index, dtype="str")
        for name, cells in zip(table.header, table.columns, strict=True)
    }
    return pd.DataFrame(texts, index=index)
