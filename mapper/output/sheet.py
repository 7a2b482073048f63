"""Where things lie on a static map: its plane, the part of it that is shown, a scale bar that is true, and where north is.

The plane is the equal-area one that everything here measures in, centred on what is shown: it has no seam, so a map across the
antimeridian is as any other. A scale is true at one place only. The bar is as long as its length on the ellipsoid in the
middle of the map, along the row, and not as a number of metres in the plane, so that it would stay true in any plane.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from mapper import crs
from mapper.errors import DataRefused

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    from mapper.model import LonLatBox

    Shapes = NDArray[np.object_]

_MARGIN = 0.04
_LEAST_M = 2_000.0
_LARGEST_SHARE = 0.3
_STEP_DEGREES = 0.01
_ROUNDS = 4


class ScaleBar(NamedTuple):
    """A bar that stands for `length_m` on the ground and is `units` wide in the plane."""

    length_m: float
    units: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of a plane that a map shows, in metres of the plane."""

    plane: CRS
    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """How high it is."""
        return self.north - self.south

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def place(self, shapes: object) -> Shapes:
        """Return WGS 84 shapes, row for row, in the plane; a missing or empty one, or one out of sight, is None.

        A shape is out of sight where its box does not meet the sheet's.
        """
        given = np.array(np.asarray(shapes, dtype=object), copy=True)
        there = np.array([shape is not None and not shape.is_empty for shape in given], dtype=bool)
        placed = np.full(len(given), None, dtype=object)
        if there.any():
            moved = np.asarray(crs.to_working(given[there], self.plane), dtype=object)
            box = shapely.box(self.west, self.south, self.east, self.north)
            near = shapely.intersects(shapely.envelope(moved), box)
            placed[np.flatnonzero(there)[near]] = moved[near]
        return placed


def sheet_around(shapes: object, area: LonLatBox | None = None, *, radii_m: ArrayLike = 0.0) -> Sheet | None:
    """Return the sheet that holds WGS 84 shapes with a margin, or exactly an area; None where nothing has a place.

    Parameters
    ----------
    shapes : array of geometries
        Missing and empty ones are passed over.
    area : tuple of float, optional
        West, south, east, north in degrees; west > east crosses the antimeridian.
    radii_m : float or array of float
        How far around each shape the sheet must reach.

    Raises
    ------
    DataRefused
        When the area is none.

    Examples
    --------
    >>> around = sheet_around([shapely.Point(46.9, 40.0)])
    >>> round(around.width), round(around.height), [round(number) for number in around.middle]
    (2000, 2000, [0, 0])
    """
    if area is not None:
        plane = crs.working_crs(area)
        return _around(plane, np.asarray(crs.to_working(_boxes(area), plane), dtype=object), margin=0.0)
    given = np.asarray(shapes, dtype=object)
    there = np.array([shape is not None and not shape.is_empty for shape in given], dtype=bool)
    if not there.any():
        return None
    drawn = given[there]
    plane = crs.working_crs(crs.lon_lat_bounds(drawn))
    reach = np.broadcast_to(np.asarray(radii_m, dtype=float), given.shape)[there]
    return _around(plane, np.asarray(crs.to_working(drawn, plane), dtype=object), margin=_MARGIN, reach=reach)


def _boxes(area: LonLatBox) -> Shapes:
    west, south, east, north = area
    if west == east or south == north:
        raise DataRefused("an area without width or height cannot be shown", advice="Give west, south, east, north.")
    spans = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    return np.array([shapely.box(start, south, end, north) for start, end in spans if start < end], dtype=object)


def _around(plane: CRS, moved: Shapes, margin: float, reach: NDArray[np.float64] | float = 0.0) -> Sheet:
    boxes = shapely.bounds(moved)
    west, south = (float(low) for low in (boxes[:, :2] - np.reshape(reach, (-1, 1))).min(axis=0))
    east, north = (float(high) for high in (boxes[:, 2:] + np.reshape(reach, (-1, 1))).max(axis=0))
    half_width = max((east - west) * (1 + 2 * margin), _LEAST_M) / 2
    half_height = max((north - south) * (1 + 2 * margin), _LEAST_M) / 2
    # Neither a band nor a needle: what is narrower than a third of the other side gets that.
    half_width, half_height = max(half_width, half_height / 3), max(half_height, half_width / 3)
    x, y = (west + east) / 2, (south + north) / 2
    return Sheet(plane, x - half_width, y - half_height, x + half_width, y + half_height)


def scale_bar(plane: CRS, middle: tuple[float, float], width: float) -> ScaleBar:
    """Return a bar of 1, 2 or 5 times a power of ten metres, at most three tenths of the map's width, true in its middle.

    Parameters
    ----------
    plane : pyproj.CRS
        A projected CRS; its unit is that of the other parameters.
    middle : (float, float)
        Easting and northing of the middle of the map.
    width : float
        How wide the map is.

    Examples
    --------
    At 60 degrees north a metre on the ground is about two in Web Mercator:

    >>> bar = scale_bar(crs.known_crs("EPSG:3857"), (0.0, 8399737.89), 100_000)
    >>> bar.length_m, round(bar.units / bar.length_m, 2)
    (10000.0, 1.99)
    """
    most_m = _on_ground(plane, middle, width * _LARGEST_SHARE)
    power = 10.0 ** math.floor(math.log10(most_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= most_m)
    units = width * _LARGEST_SHARE
    for _ in range(_ROUNDS):
        units *= length_m / _on_ground(plane, middle, units)
    return ScaleBar(length_m, units)


def _on_ground(plane: CRS, middle: tuple[float, float], units: float) -> float:
    """Return the length on the ellipsoid, in metres, of a stretch along the row around a place."""
    x, y = middle
    lon, lat = crs.transform_points([x - units / 2, x + units / 2], [y, y], plane)
    return float(crs.geodesic_distance_m(lon[0], lat[0], lon[1], lat[1]))


def north_of(plane: CRS, middle: tuple[float, float]) -> tuple[float, float]:
    """Return the direction of true north at a place of a plane: easting and northing of a step of length 1.

    Examples
    --------
    >>> plane = crs.working_crs((46.0, 39.0, 47.0, 40.0))
    >>> x, y = north_of(plane, (0.0, 0.0))
    >>> abs(round(x, 6)), round(y, 6)
    (0.0, 1.0)
    """
    (lon,), (lat,) = crs.transform_points([middle[0]], [middle[1]], plane)
    south, north = max(lat - _STEP_DEGREES, -90.0), min(lat + _STEP_DEGREES, 90.0)
    x, y = crs.transform_points([lon, lon], [south, north], crs.STORAGE, plane)
    length = math.hypot(x[1] - x[0], y[1] - y[0])
    return float((x[1] - x[0]) / length), float((y[1] - y[0]) / length)
