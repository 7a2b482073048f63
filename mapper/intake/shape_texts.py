"""Shapes that stand as text in a cell: WKT, EWKT with its SRID, and the traces and shapes of field forms.

A form of ODK or Kobo writes a line or an outline as "latitude longitude height accuracy;…"; it is an outline where the last
position is the first, and an open one where only outlines are wanted. Nothing else is taken for a shape: a list of positions
in any other order or notation has no mark of which number is which, and an outline in the wrong order is another area.

The text is held to the letters, digits and brackets of WKT before GEOS reads it, because GEOS also takes hexadecimal
numbers and NaN, and because collections could be nested until the machine gives up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

WGS84_SRID = 4326
NOT_FINITE = "a coordinate is not a finite number"
NO_SHAPE = "it is no WKT, and no trace or shape of a field form"
TOO_FEW = "an outline needs at least three different positions"
OFF_EARTH = "a latitude lies beyond 90 or a longitude beyond 180 degrees; a field form writes the latitude first"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_TYPES = "POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON"
_WKT = re.compile(
    rf"(?:SRID ?= ?(?P<srid>[0-9]{{4,6}}) ?; ?)?(?P<wkt>(?:{_TYPES}) ?(?:ZM|Z|M)? ?"
    rf"(?:EMPTY|\((?:[(), ]|{_NUMBER}(?=[ ,)])|EMPTY)*))",
    re.IGNORECASE,
)
_POSITION = rf" ?{_NUMBER}(?: {_NUMBER}){{1,3}} ?"
_TRACE = re.compile(rf"{_POSITION}(?:;{_POSITION})*;? ?")
"""Both for texts whose white space is single blanks, so that no pattern can go back and forth over a long run of it."""
_LEAST_RING, _HEIGHT, _ACCURACY, _PAIR = 4, 2, 3, 2
_LEAST_CORNERS = 3
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ShapeTexts:
    """The shapes of a column of texts, one for each, flat; None where there is a reason.

    `srid` is the EPSG code that the text itself names, 0 where it names none. `closed` says that a ring was closed,
    `high` that there were heights; `given` is the shape as written, where it was changed. `accuracy_m` is the largest
    accuracy that a field form gives, 0 where none is given.
    """

    shapes: NDArray[np.object_]
    given: NDArray[np.object_]
    srid: NDArray[np.int64]
    accuracy_m: NDArray[np.float64]
    closed: _Flags
    high: _Flags
    reason: NDArray[np.object_]


def read_shape_texts(texts: Sequence[str], *, outlines: bool = False) -> ShapeTexts:
    """Read a column of shapes as text.

    Parameters
    ----------
    texts : sequence of str
        WKT or EWKT (longitude first, as GIS programs write it), or the positions of a field form (latitude first, WGS 84).
    outlines : bool
        Whether only outlines are wanted: a trace that does not come back to its start is then closed like an open ring,
        because an area that is lost is worse than one with a straight side.

    Returns
    -------
    ShapeTexts
        One item for each text, in order; `reason` is "" where it is a shape.

    Examples
    --------
    >>> found = read_shape_texts(
    ...     ["SRID=4326;POINT(46.9 40)", "40 46.9 0 0;40 47 0 0;41 47 0 0;40 46.9 0 0", "POINT(46,9 40)"]
    ... )
    >>> [str(shape) for shape in found.shapes], found.srid.tolist()
    (['POINT (46.9 40)', 'POLYGON ((46.9 40, 47 40, 47 41, 46.9 40))', 'None'], [4326, 4326, 0])
    """
    size = len(texts)
    shapes, reason = np.full(size, None, dtype=object), np.full(size, "", dtype=object)
    srid, accuracy_m = np.zeros(size, dtype=np.int64), np.zeros(size)
    wkt, opened = np.full(size, None, dtype=object), np.zeros(size, dtype=bool)
    for at, text in enumerate(" ".join(each.split()) for each in texts):
        known = _WKT.fullmatch(text)
        if known:
            wkt[at], srid[at] = known["wkt"], int(known["srid"] or 0)
        elif _TRACE.fullmatch(text):
            srid[at] = WGS84_SRID
            shapes[at], reason[at], accuracy_m[at] = _trace(text)
            if outlines and reason[at] == "" and shapes[at].geom_type == "LineString":
                shapes[at], opened[at] = _closed(shapes[at])
        else:
            reason[at] = NO_SHAPE
    written = wkt != None  # noqa: E711 - compared item by item
    shapes[written], closed_ones = _of_wkt(wkt[written])
    closed = opened.copy()
    closed[written] = closed_ones
    reason[written & shapely.is_missing(shapes)] = "its WKT cannot be read"
    given = shapes.copy()
    positions, owners = shapely.get_coordinates(shapes, return_index=True)
    reason[owners[~np.isfinite(positions).all(axis=1)]] = NOT_FINITE
    shapes[reason != ""] = None
    high = shapely.has_z(shapes) | shapely.has_m(shapes)
    shapes = shapely.force_2d(shapes)
    return ShapeTexts(shapes, given, srid, accuracy_m, closed & (reason == ""), high, reason)


def _of_wkt(texts: NDArray[np.object_]) -> tuple[NDArray[np.object_], _Flags]:
    """Build shapes, closing open rings; None where GEOS sees none."""
    with np.errstate(over="ignore"):  # numbers that are too large are looked for afterwards
        read = shapely.from_wkt(texts, on_invalid="ignore")
        failed = shapely.is_missing(read)
        closed = shapely.from_wkt(np.where(failed, texts, np.array(None, dtype=object)), on_invalid="fix")
    mended = failed & ~shapely.is_missing(closed)
    return np.where(mended, closed, read), mended


def _closed(line: shapely.LineString) -> tuple[shapely.Geometry, bool]:
    """Return the outline that a line makes when it is led back to its start; the line itself where that is none."""
    positions = shapely.get_coordinates(line, include_z=line.has_z)
    return (
        (shapely.Polygon(positions), True)
        if len(np.unique(positions[:, :2], axis=0)) >= _LEAST_CORNERS
        else (line, False)
    )


def _trace(text: str) -> tuple[shapely.Geometry | None, str, float]:
    """Return the shape of a field form's positions, why it is none, and the largest accuracy among them."""
    positions = [[float(number) for number in each.split()] for each in text.split(";") if each.strip()]
    if any(abs(each[0]) > 90 or abs(each[1]) > 180 for each in positions):  # noqa: PLR2004 - degrees
        return None, OFF_EARTH, 0.0
    accuracy_m = max((each[_ACCURACY] for each in positions if len(each) > _ACCURACY), default=0.0)
    heights = all(len(each) > _HEIGHT for each in positions)
    lon_lat = [(each[1], each[0], *([each[_HEIGHT]] if heights else [])) for each in positions]
    if len(lon_lat) == 1:
        return shapely.Point(lon_lat[0]), "", accuracy_m
    if lon_lat[0][:2] != lon_lat[-1][:2] or len(lon_lat) == _PAIR:
        return shapely.LineString(lon_lat), "", accuracy_m
    if len(lon_lat) < _LEAST_RING:
        return None, TOO_FEW, 0.0
    return shapely.Polygon(lon_lat), "", accuracy_m
