"""Where things lie in the still picture, and outlines that are light, whole-numbered and never smaller than the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

SIDE = 1_000
"""Units of the picture's longer side."""

_GROWN_ABOVE_TOLERANCE = 1.05
"""A buffer's arcs are chords; with four to a quarter they lie up to 2 % inside the circle."""
_GROWN_FOR_ROUNDING = 1.5
_LEAST_RADIUS = 7
_MARGIN = 0.04
_LEAST_DEGREES = 0.02
_METRES_PER_DEGREE = 111_195
_HALF_TURN = 180


@dataclass(frozen=True, slots=True)
class Plane:
    """Where longitude and latitude lie in the picture: degrees of longitude shortened as in the middle of its height.

    `onward` says that the picture lies across the antimeridian, so that western longitudes follow on the eastern ones.
    """

    west: float
    north: float
    units_per_lon: float
    units_per_lat: float
    width: int
    height: int
    onward: bool

    @property
    def metres_per_unit(self) -> float:
        """How many metres one unit of the picture is."""
        return _METRES_PER_DEGREE / self.units_per_lat

    def place(self, shapes: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Return shapes in longitude and latitude as shapes in units of the picture, right and down."""
        placed: npt.NDArray[np.object_] = shapely.transform(np.asarray(shapes, dtype=object), self.units)
        return placed

    def units(self, lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return places in longitude and latitude, shape (n, 2), in units of the picture, right and down."""
        lon = np.where(self.onward & (lon_lat[:, 0] < 0), lon_lat[:, 0] + 2 * _HALF_TURN, lon_lat[:, 0])
        return np.column_stack(
            [(lon - self.west) * self.units_per_lon, (self.north - lon_lat[:, 1]) * self.units_per_lat]
        )


def plane_around(lon_lat: npt.NDArray[np.float64]) -> Plane:
    """Return the plane that holds all places with a margin, the longer side being `SIDE`.

    Parameters
    ----------
    lon_lat : array of float, shape (n, 2)
        At least one place, in degrees.
    """
    lons = lon_lat[:, 0]
    turned = np.where(lons < 0, lons + 2 * _HALF_TURN, lons)
    onward = bool(np.ptp(turned) < np.ptp(lons))
    (west, south), (east, north) = (
        edge(np.column_stack([turned if onward else lons, lon_lat[:, 1]]), axis=0) for edge in (np.min, np.max)
    )
    wide = max(east - west, _LEAST_DEGREES) * (1 + 2 * _MARGIN)
    high = max(north - south, _LEAST_DEGREES) * (1 + 2 * _MARGIN)
    shortened = max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = SIDE / max(wide * shortened, high)
    return Plane(
        west=float((west + east) / 2 - wide / 2),
        north=float((south + north) / 2 + high / 2),
        units_per_lon=scale * shortened,
        units_per_lat=scale,
        width=math.ceil(wide * shortened * scale),
        height=math.ceil(high * scale),
        onward=onward,
    )


def outwards(shape: shapely.Geometry, tolerance: float) -> shapely.Geometry:
    """Return a simpler area on whole units that covers the shape; its line is at most `reach(tolerance)` outside.

    Examples
    --------
    >>> simple = outwards(shapely.box(0, 0, 50, 40), tolerance=2)
    >>> simple.covers(shapely.box(0, 0, 50, 40)), simple.within(shapely.box(-8, -8, 58, 48))
    (True, True)
    """
    for step in (tolerance, tolerance / 4, 0):
        grown = shapely.buffer(shape, _GROWN_ABOVE_TOLERANCE * step + _GROWN_FOR_ROUNDING, quad_segs=4)
        simple = shapely.set_precision(shapely.simplify(grown, step), 1)
        if shapely.covers(simple, shape):
            return simple
    west, north, east, south = shapely.bounds(shape)
    return shapely.box(math.floor(west), math.floor(north), math.ceil(east), math.ceil(south))


def reach(tolerance: float) -> float:
    """Return how many units a line made by `outwards` may lie outside the true one."""
    return (1 + _GROWN_ABOVE_TOLERANCE) * tolerance + 2 * _GROWN_FOR_ROUNDING


def at_least_a_symbol(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return each shape with a disc at one of its places where it would be smaller than that."""
    boxes = shapely.bounds(shapes)
    small = np.max(boxes[:, 2:] - boxes[:, :2], axis=1, initial=0) < 2 * _LEAST_RADIUS
    discs = shapely.buffer(shapely.point_on_surface(shapes), _LEAST_RADIUS)
    return np.where(small, shapely.union(shapes, discs), shapes)


def path_of(shape: shapely.Geometry) -> str:
    """Write rings or lines on whole units, every point after the first as a step."""
    lines = shapely.get_parts(shape)
    if shapely.get_dimensions(shape) == 2:  # noqa: PLR2004 - areas
        lines = np.concatenate([shapely.get_rings(part) for part in lines]) if len(lines) else lines
    return "".join(_line_path(line) for line in lines)


def _line_path(line: shapely.Geometry) -> str:
    points = np.rint(shapely.get_coordinates(line)).astype(int)
    steps = np.diff(points, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    closed = bool(np.all(points[0] == points[-1]))
    said = " ".join(str(number) for step in (steps[:-1] if closed else steps) for number in step).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{said}{'z' if closed else ''}" if said else ""
