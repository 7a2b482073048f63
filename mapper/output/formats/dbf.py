"""dBASE tables, as the attributes of a Shapefile and as tables of their own.

Written here and not by GDAL: GDAL widens a column when it meets a longer text and then rewrites all that it had written, stamps
the day on which it runs, and cuts texts and names with a warning that names neither row nor value. The format holds 10 letters of
a column's name and 254 bytes of a text; what is shortened is handed back, so that it can be told.
"""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.output.formats.days import only_whole_days
from mapper.output.formats.stated import cells, ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from mapper.output.published import PublishedColumn, PublishedTable

NAME_LETTERS = 10
TEXT_BYTES = 254
MOST_BYTES = 2**31 - 1
"""Many readers count the bytes of a file in a signed 32-bit number."""

_DECIMALS, _NUMBER_WIDTH = 15, 24
_WHOLE_WIDTH = 9
_HEADER = struct.Struct("<BBBBIHH20x")
_FIELD = struct.Struct("<11sc4xBB14x")
_SPACE, _END = 0x20, b"\x1a"


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that is longer than the format holds: its row by identifier, its column, and all of it."""

    row: str
    column: str
    whole: str


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str
    width: int
    decimals: int
    values: npt.NDArray[np.bytes_]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name of at most 10 letters for each, all different, whatever the case of their letters.

    The longest of a name's words loses its last letter until it fits; a number tells apart what is then the same.

    Examples
    --------
    >>> list(short_names(["zone_id", "incidents_inside", "incidents_uncertain", "settlement_as_reported"]).values())
    ['zone_id', 'inci_insid', 'inci_uncer', 'set_as_rep']
    >>> short_names(["killed_civilian_a", "killed_civilian_b"])["killed_civilian_b"]
    'kil_civi_b'
    """
    short: dict[str, str] = {}
    taken: set[str] = set()
    given = list(names)
    for name in sorted(given, key=lambda each: len(each) > NAME_LETTERS):  # a name that fits keeps it
        made, number = _shortened(name, NAME_LETTERS), 1
        while made.lower() in taken:
            number += 1
            ending = f"_{number}"
            made = _shortened(name, NAME_LETTERS - len(ending)) + ending
        taken.add(made.lower())
        short[name] = made
    return {name: short[name] for name in given}


def _shortened(name: str, letters: int) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name).split("_")
    while len("_".join(words)) > letters:
        longest = max(range(len(words)), key=lambda at: (len(words[at]), -at))
        if len(words[longest]) <= 1:
            return "_".join(words)[:letters]
        words[longest] = words[longest][:-1]
    return "_".join(words)


def table_bytes(table: PublishedTable, names: Mapping[str, str], written: dt.date) -> tuple[bytes, tuple[Cut, ...]]:
    """Write the columns of a table as dBASE III in UTF-8.

    Parameters
    ----------
    table : PublishedTable
        Its geometry is passed over.
    names : mapping of str to str
        Column to its name in the file, of at most 10 letters.
    written : datetime.date
        The day of the last change that the file states; the clock is not read.

    Returns
    -------
    bytes, tuple of Cut
        The file, a row for each record in the same order; counts and numbers as N, dates as D where each is a whole day, all
        else as C; what is not known is blank. And the texts that were cut to 254 bytes.
    """
    cut: list[Cut] = []
    fields = [_field(table, column, names[column.name], cut) for column in table.columns]
    rows = len(table.frame)
    record = np.full((rows, 1 + sum(field.width for field in fields)), _SPACE, dtype=np.uint8)
    at = 1
    for field in fields:
        if rows:
            letters = field.values.view(np.uint8).reshape(rows, field.width)
            record[:, at : at + field.width] = np.where(letters == 0, _SPACE, letters)
        at += field.width
    described = b"".join(
        _FIELD.pack(field.name.encode("ascii"), field.kind.encode(), field.width, field.decimals) for field in fields
    )
    date = (written.year - 1900, written.month, written.day)
    head = _HEADER.pack(3, *date, rows, _HEADER.size + len(described) + 1, record.shape[1])
    return b"".join([head, described, b"\r", record.tobytes(), _END]), tuple(cut)


def _field(table: PublishedTable, column: PublishedColumn, name: str, cut: list[Cut]) -> _Field:
    values = cells(table, column)
    if column.kind == "count":
        written = [b"" if value is None else b"%d" % value for value in values]
        return _aligned(name, "N", max(_WHOLE_WIDTH, *map(len, written), 0), 0, written)
    if column.kind == "number":
        decimals = _decimals(np.array([value for value in values if value is not None], dtype="float64"))
        written = [b"" if value is None else f"{value:.{decimals}f}".encode() for value in values]
        return _aligned(name, "N", max(decimals + 2, *map(len, written), 0), decimals, written)
    if column.kind == "date" and any(value is not None for value in values) and only_whole_days(values):
        days = [b"" if value is None else value.replace("-", "").encode() for value in values]
        return _Field(name, "D", 8, 0, np.array(days, dtype="S8"))
    return _text(table, column, name, values, cut)


def _aligned(name: str, kind: str, width: int, decimals: int, values: Sequence[bytes]) -> _Field:
    return _Field(name, kind, width, decimals, np.array([value.rjust(width) for value in values], dtype=f"S{width}"))


def _decimals(known: npt.NDArray[np.float64]) -> int:
    """Return the fewest decimals, one at least, that keep every number; 15 at most, or what fits beside the largest."""
    largest = float(np.abs(known).max(initial=0.0))
    most = max(1, min(_DECIMALS, _NUMBER_WIDTH - len(f"-{largest:.0f}.")))
    return next((n for n in range(1, most) if np.array_equal(np.round(known, n), known)), most)


def _text(table: PublishedTable, column: PublishedColumn, name: str, values: Sequence[Any], cut: list[Cut]) -> _Field:
    encoded = [b"" if value is None else value.encode("utf-8", "replace") for value in values]
    long = [at for at, value in enumerate(encoded) if len(value) > TEXT_BYTES]
    if long:
        rows = ids(table)
        cut += [Cut(rows[at], column.name, values[at]) for at in long]
        for at in long:
            encoded[at] = encoded[at][:TEXT_BYTES].decode("utf-8", "ignore").encode()
    width = max(1, max(map(len, encoded), default=1))
    return _Field(name, "C", width, 0, np.array(encoded, dtype=f"S{width}"))
