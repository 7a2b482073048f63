"""Numbers of accidents and names of zones in the still picture, none on top of another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from mapper.markup import escape, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_NAMES, _LINE, _LETTER = 40, 24, 12
"""Most names, and the height of a line and the width of a letter, in units of the picture."""
_BELOW = (0, -26, 26, -48, 48, -70, 70)
_MOST_MARKS, _APART, _HALF = 60, 38, 13
_BESIDE = sorted(
    ((down, right) for down in range(-3, 4) for right in range(-3, 4)), key=lambda to: (math.hypot(*to), to)
)

Place = tuple[float, float]


def gathered(points: npt.NDArray[np.float64]) -> list[tuple[Place, int]]:
    """Return where numbers of accidents stand, most first, and the numbers; they add up to the points.

    Parameters
    ----------
    points : array of float, shape (n, 2)
        Places in units of the picture.

    Returns
    -------
    list of ((x, y), number)
        At most sixty, none over another.
    """
    apart = _APART
    found = _gathered(points, apart)
    while len(found) > _MOST_MARKS:
        apart *= 2
        found = _gathered(points, apart)
    return found


def _gathered(points: npt.NDArray[np.float64], apart: float) -> list[tuple[Place, int]]:
    if not len(points):
        return []
    column, row = np.floor(points / apart * 2).astype(np.int64).T
    cell = (column - column.min()) * (int(np.ptp(row)) + 1) + row - row.min()
    sizes = np.bincount(cell)
    filled = np.flatnonzero(sizes)
    middles = [np.bincount(cell, weights=axis)[filled] / sizes[filled] for axis in points.T]
    most_first = np.argsort(-sizes[filled], kind="stable")
    found: list[tuple[Place, int]] = []
    for x, y, n in np.column_stack([*middles, sizes[filled]])[most_first].tolist():
        near = next((k for k, (other, _) in enumerate(found) if math.dist(other, (x, y)) < apart), None)
        if near is None:
            found.append(((x, y), int(n)))
            if len(found) > _MOST_MARKS:  # too near to each other: nobody looks at the rest
                break
        else:
            found[near] = (found[near][0], found[near][1] + int(n))
    return found


def beside(places: npt.NDArray[np.float64], taken: Sequence[Place]) -> list[Place]:
    """Return each place, or one near it where nothing taken would be covered; the place itself where all near ones are."""
    found: list[Place] = []
    for x, y in places:
        tries = [(float(x) + _APART * right, float(y) + _APART * down) for down, right in _BESIDE]
        free = (one for one in tries if all(math.dist(one, other) >= _APART for other in [*taken, *found]))
        found.append(next(free, tries[0]))
    return found


def circle(place: Place, n: int) -> str:
    """Draw a number in a circle."""
    x, y = map(round, place)
    return tag("circle", cx=x, cy=y, r=_HALF) + _number(x, y, n)


def square(place: Place, n: int) -> str:
    """Draw a number in a square."""
    x, y = map(round, place)
    return tag("rect", x=x - _HALF, y=y - _HALF, width=2 * _HALF, height=2 * _HALF, fill="#fff3c4") + _number(x, y, n)


def marks(drawn: Iterable[str]) -> str:
    """Give all numbers their common look."""
    look = {"fill": "#fff", "stroke": "#1f2933", "stroke_width": 2, "font_size": 17, "text_anchor": "middle"}
    return tag("g", *drawn, **look)


def _number(x: int, y: int, n: int) -> str:
    return tag("text", str(n), x=x, y=y + 6, stroke="none", fill="#1f2933")


def names(labels: Iterable[tuple[str, Place]], taken: Sequence[Place], width: int) -> str:
    """Write names near their places where there is room for them: all of them are in the list too."""
    rooms = [shapely.box(x - _HALF, y - _HALF, x + _HALF, y + _HALF) for x, y in taken]
    texts: list[str] = []
    for name, (at, y) in labels:
        half = len(name) * _LETTER / 2
        if 2 * half > width or len(texts) == _MOST_NAMES:
            continue
        x = min(max(at, half), width - half)
        tries = [shapely.box(x - half, y + by - _LINE / 2, x + half, y + by + _LINE / 2) for by in _BELOW]
        free = [(room, by) for room, by in zip(tries, _BELOW, strict=True) if not _meets(room, rooms)]
        if not free:
            continue
        rooms.append(free[0][0])
        texts.append(tag("text", escape(name), x=round(x), y=round(y) + free[0][1] + 7, unicode_bidi="isolate"))
    look = {"font_size": 19, "font_weight": "bold", "fill": "#4d1259", "text_anchor": "middle"}
    halo = {"stroke": "#fff", "stroke_width": 4, "paint_order": "stroke"}
    return tag("g", *texts, **look, **halo)


def _meets(room: shapely.Geometry, others: Sequence[shapely.Geometry]) -> bool:
    return any(room.intersects(other) for other in others)
