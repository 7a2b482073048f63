"""Text as columns of digits: what makes it possible to read a whole column of coordinates by its few shapes.

A *shape* is a text with every digit written as 9: "39.99096, 46.92736" and "40.17103, 47.00204" have one. All that the
grammar asks (where a number starts, how many decimals it was written with, which letters stand beside it) is in the
shape, so it is asked once for each shape and not once for each row; and because all rows of a shape have their digits at
the same places, their numbers are read by slicing an array. A number is made from its digits as an integer divided by a
power of ten, which gives the same float as Python's own reading up to 15 digits.

This was chosen over a regular expression for each row, which is ten times slower and needs a second grammar beside it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Cells = NDArray[np.uint32]
"""One row for each text of a shape, one column for each character, as code points."""

_ZERO, _NINE, _BREAK, _GONE = ord("0"), ord("9"), ord("\n"), 0
_WRITTEN_AS = {
    "'": "′’‘´`ʹʼʻ‵＇",
    '"': "″”“ʺ„〃",
    "°": "º˚",
    "-": "−‐‑‒–—",
    " ": "\t\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029",
}
_MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One written number: the places of its digits in the text, how many of them are decimals, and its sign."""

    digits: tuple[int, ...]
    decimals: int = 0
    negative: bool = False

    @property
    def whole_digits(self) -> int:
        """How many digits stand before the point."""
        return len(self.digits) - self.decimals

    @property
    def step(self) -> float:
        """The worth of the last written digit; finer than 1e-12 counts as 1e-12."""
        return float(10.0 ** -min(self.decimals, _MOST_DECIMALS))

    def values(self, cells: Cells) -> FloatArray:
        """Return the number in each row.

        Examples
        --------
        >>> next(iter(shapes(["4.25"]))).cells.shape
        (1, 4)
        >>> Figure((0, 2, 3), 2).values(next(iter(shapes(["4.25"]))).cells).tolist()
        [4.25]
        """
        decimals = min(self.decimals, _MOST_DECIMALS)
        used = list(self.digits[: self.whole_digits + decimals])
        powers = 10 ** np.arange(len(used) - 1, -1, -1, dtype=np.int64)
        whole = (cells[:, used].astype(np.int64) - _ZERO) @ powers
        numbers = whole / float(10**decimals)
        return np.asarray(-numbers if self.negative else numbers, dtype=float)

    def part(self, start: int, stop: int, *, decimals: int = 0) -> Figure:
        """Return the number that some of the digits make: the minutes out of packed degrees and minutes."""
        return replace(self, digits=self.digits[start:stop], decimals=decimals, negative=False)


@dataclass(frozen=True, slots=True)
class Shape:
    """The texts of one shape: their row numbers and their characters."""

    text: str
    rows: IntArray
    cells: Cells


def shapes(texts: Sequence[str]) -> Iterator[Shape]:
    """Group texts by shape; each row is in exactly one group.

    Examples
    --------
    >>> [(shape.text, shape.rows.tolist()) for shape in shapes(["39°59′", "40.5", "41°12'"])]
    [("99°99'", [0, 2]), ('99.9', [1])]
    """
    if not texts:
        return
    codes = _code_points(texts)
    ends = np.append(np.flatnonzero(codes == _BREAK), len(codes))
    starts = np.append(0, ends[:-1] + 1)
    masked = np.where((codes >= _ZERO) & (codes <= _NINE), np.uint32(_NINE), codes).astype("<u4")
    written = masked.tobytes().decode("utf-32-le", "surrogatepass").split("\n")
    of_row, unique = pd.factorize(np.array(written, dtype=object))
    order = np.argsort(of_row, kind="stable")
    bounds = np.searchsorted(of_row[order], np.arange(len(unique) + 1))
    for number, shape in enumerate(unique):
        rows = order[bounds[number] : bounds[number + 1]]
        yield Shape(shape, rows, codes[starts[rows][:, None] + np.arange(len(shape))])


def _code_points(texts: Sequence[str]) -> Cells:
    """Return all texts as one row of code points, line breaks between them; each written sign in one form."""
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1:
        joined = "\n".join(text.replace("\n", " ") for text in texts)
    if not unicodedata.is_normalized("NFC", joined):
        joined = unicodedata.normalize("NFC", joined)
    given = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes: Cells = _one_form()[given]
    return codes[codes != _GONE] if bool((codes == _GONE).any()) else codes


@cache
def _one_form() -> Cells:
    table = np.arange(0x110000, dtype=np.uint32)
    for form, variants in _WRITTEN_AS.items():
        table[[ord(variant) for variant in variants]] = ord(form)
    for code in range(0x3001):
        category = unicodedata.category(chr(code))
        if category == "Zs":
            table[code] = ord(" ")
        elif category == "Cf":
            table[code] = _GONE
    table[0xFEFF] = _GONE
    table[0] = 1  # a NUL is no sign of being gone: it is a character that no coordinate has
    return table
