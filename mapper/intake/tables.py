"""Delimited text (CSV, TSV) into a frame of text cells.

Read with the standard `csv` module in strict mode rather than pandas: a row with one cell too many or too few must be named
and refused, not shifted or padded, and no cell may be turned into a number, a date or a null by its looks. How many records
there are is counted beside it, from the line ends outside quotation marks.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pandas as pd

from mapper.errors import DataRefused
from mapper.findings import REFUSED
from mapper.intake.text import decode
from mapper.model import Finding, Layer, LayerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n|\n|\r")
_LARGEST_CELL = 1_000_000
_HEADER_ROW = 1


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
    text, assumed = decode(entry, content)
    delimiter = _delimiter(text, entry)
    header, rows = _parse(text, delimiter, entry.path.name)
    reasons = {number: reason for number, cells in rows if (reason := _unreadable(cells, len(header)))}
    good = [(number, cells) for number, cells in rows if number not in reasons]
    return Layer(
        entry=entry,
        frame=_frame(header, good),
        counted=count_records(text, delimiter),
        unread=len(reasons),
        sha256=sha256,
        crs=entry.crs,
        mapping={},
        findings=(*assumed, *(_refused(entry, number, reason) for number, reason in reasons.items())),
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
    for number, column in enumerate(names, start=1):
        if not column:
            raise DataRefused(f"its column {number} has no name", file=name, row=1, advice="Name every column.")
        if names.count(column) > 1:
            raise DataRefused(
                "two columns have the same name", file=name, row=1, column=column, advice="Rename or remove one."
            )
    return names


def _unreadable(cells: list[str], width: int) -> str | None:
    if len(cells) != width:
        return f"{len(cells)} cells where the header has {width}"
    return "it holds a NUL character" if any("\x00" in cell for cell in cells) else None


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


def _frame(header: list[str], rows: list[tuple[int, list[str]]]) -> pd.DataFrame:
    index = pd.Index([number for number, _ in rows], dtype="int64", name="row")
    columns = zip(*(cells for _, cells in rows), strict=True) if rows else [()] * len(header)
    texts = {
        name: pd.Series([cell.strip() or None for cell in cells], index=index, dtype="str")
        for name, cells in zip(header, columns, strict=True)
    }
    return pd.DataFrame(texts, index=index)
