"""A coordinate text cut into signs: figures, marks of degrees and minutes, words, separators.

A comma separates, or marks the decimals; a blank separates, or groups thousands. `ways` gives the signs for each of these
uses that the text allows, because no use can be told from the signs alone. A minus counts only where it stands directly
before a figure and after none: a dash between two figures is as often a separator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.intake.figures import Figure
from mapper.intake.words import AMBIGUOUS_NORTH_EAST, GEODETIC, GRID, KINDS, MARKS, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

DOUBTFUL_DASH, UNKNOWN = "!", "?"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its letter in a layout, and the figure or the word that it stands for.

    Letters: n whole figure, f figure with decimals, ° ' " marks, w word, + and - signs, "," separator, z zone, u UTM,
    k Gauss-Krüger, c central meridian, "!" a dash that may be a minus, "?" what is not known.
    """

    kind: str
    word: str = ""
    figure: Figure | None = None


_NUMBERS = {
    "point": r"9+(?:\.9+)?",
    "comma": r"9+(?:,9+)?",
    "thousands": r"9{1,3}(?:[ ]999)+(?!9)(?:[.,]9+)?|9{1,3}(?:,999)+(?!9)(?:\.9+)?|9+(?:[.,]9+)?",
}
_REST = (
    r"(?P<deg>°)|(?P<sec>''|\")|(?P<min>')|(?P<sign>[+-])|(?P<sep>[,;/|])"
    r"|(?P<word>[^\W\d_]+(?:\.[ ]?[^\W\d_]+)*\.?)|(?P<nothing>[ :()\[\]])|(?P<equals>=)|(?P<bad>.)"
)
_SCANNERS = {way: re.compile(f"(?P<num>{number})|{_REST}", re.DOTALL) for way, number in _NUMBERS.items()}
_LETTERS = {"deg": "°", "min": "'", "sec": '"', "sep": ",", "nothing": ""}
_GLUED = re.compile(r"[+-]9+(?:\.9+)?[+-]9+(?:\.9+)?/?")
"""ISO 6709, +39.99096+046.92736/: the one notation in which a sign directly follows a figure."""
_LIST = re.compile(r"[^,]*9(?:,(?! )[^,]+){3,}|[^,]*9(?:, [^,]+){3,}")
_DECIMALS = re.compile(r"[.,](9+)$")
_THOUSANDS = re.compile(r"9{1,3}(?:,999)+")


def ways(text: str) -> Iterator[tuple[Sign, ...]]:
    """Cut a text, each digit written as 9, into signs in every way that its commas and blanks allow.

    Examples
    --------
    >>> ["".join(sign.kind for sign in way) for way in ways("99,9; 99,9")]
    ['n,n,n,n', 'f,f']
    """
    yield _cut(text, "point")
    if re.search("9,9", text) and not re.search(r"9\.9", text):
        yield _cut(text, "comma")
    if _LIST.fullmatch(text.strip()):
        yield _cut(text.replace(",", " "), "point")
    if re.search("9[ ,]999(?!9)", text):
        yield _cut(text, "thousands")


def figure_at(start: int, written: str, *, thousands: bool = False, negative: bool = False) -> Figure:
    """Return the figure that is written at a place of a text."""
    digits = tuple(start + at for at, letter in enumerate(written) if letter == "9")
    mark = None if thousands and _THOUSANDS.fullmatch(written) else _DECIMALS.search(written)
    return Figure(digits, len(mark[1]) if mark else 0, negative)


def _cut(text: str, way: str) -> tuple[Sign, ...]:
    signs: list[Sign] = []
    glued = bool(_GLUED.fullmatch(text.strip()))
    for found in _SCANNERS[way].finditer(text):
        group, written = str(found.lastgroup), found.group()
        if group == "num":
            negative = bool(signs) and signs[-1].kind == "-"
            figure = figure_at(found.start(), written, thousands=way == "thousands", negative=negative)
            signs.append(Sign("f" if figure.decimals else "n", figure=figure))
        elif group == "sign":
            before, after = text[: found.start()][-1:], text[found.end() : found.end() + 1]
            alone = glued or not before or before in " ,;/|=:([" or before.isalpha()
            signs.append(Sign(written if after == "9" and alone else DOUBTFUL_DASH))
        elif group == "word":
            signs.append(_word(written))
        elif group == "bad" or (group == "equals" and not (signs and signs[-1].kind == "w")):
            signs.append(Sign(UNKNOWN, written))
        elif _LETTERS.get(group):
            signs.append(Sign(_LETTERS[group]))
    return tuple(sign for sign in signs if sign.kind)


def _word(written: str) -> Sign:
    """Look a word up; a single letter that is no word may still be the band of a zone."""
    folded = fold(written)
    if folded in KINDS:
        return Sign(KINDS[folded], folded)
    known = folded in MARKS or folded in GRID or folded in GEODETIC or folded == AMBIGUOUS_NORTH_EAST
    if known or (len(folded) == 1 and folded.isascii()):
        return Sign("w", folded)
    return Sign(UNKNOWN, written)
