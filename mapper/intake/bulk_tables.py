"""Delimited text in bulk: the plain nine tenths of all tables, read by pyarrow as text, or left to the strict reader.

The strict reader of `mapper.intake.tables` (the standard `csv` module) says what a table holds; this one is about thirty
times faster and must say the same. pyarrow guesses on where the strict reader refuses (a letter after a closing quotation
mark, a mark that is never closed), so the quotation marks and line ends are judged here first, from the bytes, and whatever
is not plain is not read here at all. The same positions give the count of records, which the reader's own must equal.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

if TYPE_CHECKING:
    from collections.abc import Sequence

Positions = NDArray[np.int64]
_BLOCK_BYTES = 4 << 20
_QUOTE, _LINE_FEED, _RETURN = b'"\n\r'


@dataclass(frozen=True, slots=True)
class Plain:
    """A text whose quotation marks and line ends are plain: where its marks are, and where each line starts and ends.

    `ends` are without the line end. `quotes` come in pairs; a line end between the two of a pair is part of a cell.
    """

    content: bytes
    delimiter: int
    quotes: Positions
    starts: Positions
    ends: Positions
    has_lines_in_cells: bool

    @property
    def first_line(self) -> str:
        """The header as it is written."""
        return self.content[self.starts[0] : self.ends[0]].decode()


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read: the row numbers of the records, a column of text for each name, and the rows of another width."""

    numbers: Positions
    columns: list[pa.ChunkedArray]
    widths: dict[int, int]


def plain(content: bytes, delimiter: str, longest_line: int) -> Plain | None:
    r"""Return where the lines of UTF-8 text are, or None where only the strict reader can tell.

    Examples
    --------
    >>> plain(b'a,b\n1,"x\ny"\n', ",", 100).starts.tolist()
    [0, 4]
    >>> plain(b'a,b\n1,"x"y\n', ",", 100) is None, plain(b'a,b\n1,"x\n', ",", 100) is None
    (True, True)
    """
    returns = content.count(b"\r") if b"\r" in content else 0
    lone_return = returns and returns != content.count(b"\r\n")
    if not content or content[0] in b"\r\n" or b"\x00" in content or lone_return:
        return None
    letters = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(letters == _QUOTE) if b'"' in content else np.zeros(0, dtype=np.int64)
    if not _are_plain(letters, quotes, ord(delimiter)):
        return None
    feeds = np.flatnonzero(letters == _LINE_FEED)
    outside = np.searchsorted(quotes, feeds) % 2 == 0
    ends = feeds[outside]
    if not len(ends) or ends[-1] != len(content) - 1:
        ends = np.append(ends, len(content))
    starts = np.concatenate([[0], ends[:-1] + 1])
    if returns:
        before = ends - (ends > 0)
        ends = ends - ((ends > starts) & (letters[before] == _RETURN))
    if int((ends - starts).max()) > longest_line:
        return None
    return Plain(content, ord(delimiter), quotes, starts, ends, has_lines_in_cells=not bool(outside.all()))


def _are_plain(letters: NDArray[np.uint8], quotes: Positions, delimiter: int) -> bool:
    """Tell whether each mark opens a cell at its start, closes it at its end, or is one of two inside it."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = closing[:-1] + 1 == opening[1:]
    before = letters[opening[opening > 0] - 1]
    starts_cell = np.concatenate([opening[:1] == 0, np.zeros(max(len(opening) - 1, 0), dtype=bool)])
    starts_cell[opening > 0] = (before == delimiter) | (before == _LINE_FEED)
    last = len(letters) - 1
    after = letters[np.minimum(closing + 1, last)]
    ends_cell = (closing == last) | (after == delimiter) | (after == _LINE_FEED) | (after == _RETURN)
    starts_cell[1:] |= doubled
    ends_cell[:-1] |= doubled
    return bool(starts_cell.all() and ends_cell.all())


def read_rows(text: Plain, width: int) -> Rows | None:
    """Read all records as text, cells trimmed and blank ones NA; None where the two counts of records differ.

    Parameters
    ----------
    text : Plain
        Its first line is the header.
    width : int
        How many cells a row has, at least two: in a single column a blank line cannot be told from a blank cell.
    """
    other: list[object] = []

    def put_aside(row: object) -> str:
        other.append(row)
        return "skip"

    names = [str(number) for number in range(width)]
    start = int(text.starts[1]) if len(text.starts) > 1 else len(text.content)
    if text.content.startswith(codecs.BOM_UTF8, start):  # pyarrow would take it for the mark of a file
        return None
    body = pa.py_buffer(text.content).slice(start)
    try:
        table = _parsed(body, names, text, put_aside) if body.size else _nothing(names)
    except pa.ArrowInvalid:
        return None
    number = np.arange(1, len(text.starts) + 1)
    is_record = text.ends > text.starts
    is_record[0] = False
    widths: dict[int, int] = {}
    if other:
        cells = _widths(text)
        is_record[_blank_lines(text, np.flatnonzero(cells == 1))] = False
        odd = is_record & (cells != width)
        widths = dict(zip(number[odd].tolist(), cells[odd].tolist(), strict=True))
        is_record &= ~odd
    if table.num_rows != int(is_record.sum()):
        return None
    return Rows(number[is_record], [_trimmed(table.column(name)) for name in names], widths)


def _parsed(body: pa.Buffer, names: Sequence[str], text: Plain, put_aside: object) -> pa.Table:
    longest = int((text.ends - text.starts).max())
    return arrow_csv.read_csv(
        body,
        read_options=arrow_csv.ReadOptions(
            column_names=names, use_threads=False, block_size=max(_BLOCK_BYTES, 2 * longest)
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=chr(text.delimiter),
            newlines_in_values=text.has_lines_in_cells,
            invalid_row_handler=put_aside,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
        ),
    )


def _nothing(names: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.large_string()) for name in names})


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take white space from both ends, as `str.strip` does, and make blank cells NA."""
    cells = pc.utf8_trim_whitespace(column)
    blank = pc.equal(pc.binary_length(cells), 0)
    return pc.if_else(blank, pa.scalar(None, cells.type), cells) if pc.any(blank).as_py() else cells


def _widths(text: Plain) -> Positions:
    """Count the cells of every line: the delimiters outside quotation marks, and one."""
    letters = np.frombuffer(text.content, dtype=np.uint8)
    delimiters = np.flatnonzero(letters == text.delimiter)
    outside = delimiters[np.searchsorted(text.quotes, delimiters) % 2 == 0]
    line = np.searchsorted(text.starts, outside, side="right") - 1
    return np.bincount(line, minlength=len(text.starts)) + 1


def _blank_lines(text: Plain, lines: Positions) -> list[int]:
    """Return those lines of one cell that hold only spaces; a pair of quotation marks with nothing in it is a cell."""
    written = (text.content[text.starts[line] : text.ends[line]].decode() for line in lines)
    cells = (cell[1:-1] if cell.startswith('"') else cell for cell in written)
    return [int(line) for line, cell in zip(lines, cells, strict=True) if cell and not cell.strip(" ")]
