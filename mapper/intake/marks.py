"""What the words beside the two figures of a pair say together: which is the latitude, and in which hemisphere.

Kept apart from the grammar because this is where a wrong answer is on the other side of the earth. Words that contradict
each other, or that mean different things in different languages, are refused with a sentence (`mapper.intake.words`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.intake.words import AMBIGUOUS_NORTH_EAST, GEODETIC, GRID, MARKS, Axis, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Words = Sequence[Sequence[str]]

NORTH_OR_EAST = "Ş alone is north (şimal) as well as east (şərq)"
OF_TWO_LANGUAGES = "a letter means different hemispheres in different languages, and its companion does not tell"
CONTRADICTION = "the words beside one figure contradict each other"


def marks_of(words: Words) -> tuple[Mark, Mark] | str | None:
    """Return what the words of the first and of the second figure say; a sentence when they are refused.

    None when some are no words of angles. Without words the latitude comes first, as is the custom; the sign is then 0.

    Examples
    --------
    >>> [mark.axis for mark in marks_of([["e"], ["n"]])]
    ['lon', 'lat']
    >>> marks_of([["n"], ["b"]])
    'a letter means different hemispheres in different languages, and its companion does not tell'
    """
    flat = [word for side in words for word in side]
    if AMBIGUOUS_NORTH_EAST in flat:
        return NORTH_OR_EAST
    axes = _by_convention(flat)
    if axes:
        return Mark(axes[0], 0, frozenset()), Mark(axes[1], 0, frozenset())
    return _by_meaning(words) if all(word in MARKS for word in flat) else None


def says_order(words: Words) -> bool:
    """Tell whether the words say which is the latitude; X and Y do by one convention of two."""
    flat = [word for side in words for word in side]
    return bool(flat) and not any(GRID.get(word) in {"X", "Y"} for word in flat)


def is_geodetic(words: Words) -> bool:
    """Tell whether the words are B and L, as Soviet geodesy writes latitude and longitude."""
    return sorted(GEODETIC.get(word, "") for side in words for word in side) == ["lat", "lon"]


def _by_convention(flat: Sequence[str]) -> tuple[Axis, Axis] | None:
    """Return the axes of a pair without words, of B and L, or of X and Y (X is the longitude, as programs write it)."""
    if not flat:
        return "lat", "lon"
    if is_geodetic([flat]):
        return GEODETIC[flat[0]], GEODETIC[flat[1]]
    labels = [GRID.get(word) for word in flat]
    if sorted(map(str, labels)) == ["X", "Y"]:
        return ("lon", "lat") if labels[0] == "X" else ("lat", "lon")
    return None


def _by_meaning(words: Words) -> tuple[Mark, Mark] | str:
    first, second = (_merged([MARKS[word] for word in side]) for side in words)
    if first is None or second is None:
        return CONTRADICTION
    if first.axis == second.axis:
        return f"both coordinates are called {'latitudes' if first.axis == 'lat' else 'longitudes'}"
    for mark, other in ((first, second), (second, first)):
        if mark.needs and mark.needs not in other.languages:
            return OF_TWO_LANGUAGES
    return first, second


def _merged(marks: Iterable[Mark]) -> Mark | None:
    """Return what several words say together, None when they disagree."""
    marks = list(marks)
    signs = {mark.sign for mark in marks} - {0}
    if len({mark.axis for mark in marks}) > 1 or len(signs) > 1:
        return None
    languages = frozenset.intersection(*(mark.languages for mark in marks))
    needs = "" if len(marks) > 1 else marks[0].needs
    return Mark(marks[0].axis, signs.pop() if signs else 0, languages, needs)
