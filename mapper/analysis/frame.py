"""The window on the ground, as a polygon of a plane, and the grid that is laid over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from mapper import crs as systems
from mapper.analysis.lattice import Lattice, lattice_over
from mapper.analysis.window import Window, plane_window
from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

MOST_CELLS = 4_000_000
MOST_CELL_PER_BANDWIDTH = 2
"""A wider cell could hold a record of which its centre shows nothing."""

_CELLS_PER_BANDWIDTH = 4
_CELLS_PER_WINDOW = 20
_NEAT = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDEST_WINDOW_DEGREES = 60.0


def neat_above(length: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that is not below a length.

    Examples
    --------
    >>> neat_above(2250.0), neat_above(2500.0), neat_above(0.6)
    (2500.0, 2500.0, 1.0)
    """
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in _NEAT if step * power >= length * (1 - 1e-12))


def default_cell(window: Window, bandwidth: float) -> float:
    """Return a neat side of a cell: a quarter of the bandwidth, less where the window is small."""
    return neat_above(min(bandwidth / _CELLS_PER_BANDWIDTH, math.sqrt(window.polygon.area) / _CELLS_PER_WINDOW))


def ground_window(window: object) -> shapely.Polygon | shapely.MultiPolygon:
    """Unite the window's polygons, in WGS 84, and check that it is one that a plane can hold.

    Raises
    ------
    DataRefused
        When it is no polygon, is empty, or is too wide for one plane.
    UnknownCRS
        When a frame states no CRS.
    """
    if isinstance(window, gpd.GeoDataFrame | gpd.GeoSeries):
        window = _united(np.asarray(systems.to_storage(window).geometry.array, dtype=object))
    area = plane_window(window).polygon
    west, south, east, north = area.bounds
    if max(east - west, north - south) > _WIDEST_WINDOW_DEGREES:
        raise DataRefused(
            f"the window is {east - west:g} by {north - south:g} degrees wide, too wide for one plane",
            advice="Give the area where accidents would have been reported; split one that crosses the antimeridian.",
        )
    return area


def _united(shapes: NDArray[np.object_]) -> BaseGeometry:
    present = shapes[~shapely.is_missing(shapes)]
    broken = int(np.count_nonzero(~shapely.is_valid(present)))
    if broken:
        raise DataRefused(f"{broken} polygons of the window are not valid", advice="Repair their geometry.")
    return shapely.union_all(present)


def on_plane(shape: BaseGeometry, plane: CRS) -> BaseGeometry:
    """Return a polygon of WGS 84 in a plane, valid."""
    return _mended(systems.to_working(shape, plane))


def _mended(shape: BaseGeometry) -> BaseGeometry:
    """Undo what rounding may do to slivers between districts; ground wider than a rounding error is never lost."""
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)  # noqa: TID251


def grid_over(window: Window, cell: float, bandwidth: float | None = None) -> Lattice:
    """Lay the grid over the window, one cell wider on each side, so that contours reach its border.

    Raises
    ------
    UsageError
        When the grid would have more than `MOST_CELLS`, or a record of the bandwidth could vanish between the cells' centres.
    """
    west, south, east, north = window.polygon.bounds
    coarsest = MOST_CELL_PER_BANDWIDTH * (math.inf if bandwidth is None else bandwidth)
    cells = ((east - west) / cell + 3) * ((north - south) / cell + 3)
    if cells > MOST_CELLS:
        fits = neat_above(math.sqrt((east - west + 3 * cell) * (north - south + 3 * cell) / MOST_CELLS))
        wider = f", and bandwidth_m={fits / MOST_CELL_PER_BANDWIDTH:g} or more" if fits > coarsest else ""
        raise UsageError(
            f"cells of {cell:g} m would make a grid of about {cells:,.0f} cells, more than {MOST_CELLS:,}",
            advice=f"Use cell_m={fits:g} or more{wider}.",
        )
    if cell > coarsest:
        raise UsageError(
            f"cells of {cell:,g} m are too coarse for a bandwidth of {bandwidth:,g} m: records between their centres vanish",
            advice=f"Use cell_m={coarsest:g} or less, or a larger bandwidth.",
        )
    return lattice_over(window.polygon.bounds, cell, 1)
