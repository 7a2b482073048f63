"""Classes of a density surface as polygons a GIS can open.

Class bounds are round numbers of a 1-2-5 series, the same for neighbouring editions, rather than quantiles of the
surface, which would move with every record. The classes reach down to a stated share of the peak; what lies below is
left undrawn, which says "few reports here", never "nothing here". Polygons are traced in the working plane on a grid
that goes past the window and are then cut by it, so that a class ends at the window's own line, not at a cell's corner.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import contourpy
import geopandas as gpd
import numpy as np
import shapely

from mapper import crs as systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from mapper.analysis.lattice import Lattice
    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]

LOWEST_SHARE_OF_PEAK = 0.02
"""The lowest class starts at the first round number above this share of the peak: about five classes."""
LON_LAT_STEP = 1e-6
"""Coordinates are rounded to six decimals of a degree, about 0.1 m."""

_SERIES = (1.0, 2.0, 5.0)


def class_bounds(peak: float) -> list[float]:
    """Return the bounds of the classes for a peak: ascending, the last one at or above the peak.

    Examples
    --------
    >>> class_bounds(0.037)
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]
    >>> class_bounds(0.0)
    []
    """
    if not peak > 0:
        return []
    first = math.floor(math.log10(peak * LOWEST_SHARE_OF_PEAK))
    last = math.ceil(math.log10(peak))
    series = [float(f"{step:g}e{power}") for power in range(first, last + 1) for step in _SERIES]
    above = [bound for bound in series if bound >= peak * LOWEST_SHARE_OF_PEAK]
    return above[: next(i for i, bound in enumerate(above) if bound >= peak) + 1]


def contours(intensity_per_km2: Floats, lattice: Lattice, window: Window, plane: CRS, peak: float) -> gpd.GeoDataFrame:
    """Return the classes of a surface: one row per class that has an area, from low to high, disjoint.

    Parameters
    ----------
    intensity_per_km2 : ndarray of shape (rows, columns)
        Finite everywhere on a lattice whose outermost places lie outside the window.
    window : Window
        In the same plane.
    plane : pyproj.CRS
        That plane's equal-area CRS.
    peak : float
        The highest intensity inside the window; of several surfaces that are compared, of all of them.

    Returns
    -------
    GeoDataFrame
        `lower_per_km2`, `upper_per_km2`, `area_km2` (geodesic) and a valid MultiPolygon in WGS 84, six decimals.
    """
    tracer = contourpy.contour_generator(
        lattice.x, lattice.y, intensity_per_km2, fill_type=contourpy.FillType.OuterOffset
    )
    classes = np.array(list(pairwise(class_bounds(peak)))).reshape(-1, 2)
    shapes = [shapely.intersection(_filled(tracer, lower, upper), window.polygon) for lower, upper in classes]
    stored = systems.to_storage(_objects(shapes), plane)
    rounded = _objects([_polygons_only(shape) for shape in shapely.set_precision(stored, LON_LAT_STEP)])
    drawn = ~shapely.is_empty(rounded)
    return _table(classes[drawn], rounded[drawn])


def no_contours() -> gpd.GeoDataFrame:
    """Return the table of `contours` without rows."""
    return _table(np.zeros((0, 2)), _objects([]))


def _table(classes: Floats, polygons: NDArray[np.object_]) -> gpd.GeoDataFrame:
    columns = {
        "lower_per_km2": classes[:, 0],
        "upper_per_km2": classes[:, 1],
        "area_km2": systems.geodesic_area_km2(polygons),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(polygons, crs=systems.STORAGE), crs=systems.STORAGE)


def _objects(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _filled(tracer: contourpy.ContourGenerator, lower: float, upper: float) -> BaseGeometry:
    polygons = []
    for vertices, starts in zip(*tracer.filled(lower, upper)[:2], strict=True):
        shell, *holes = np.split(np.asarray(vertices), np.asarray(starts)[1:-1])
        polygons.append(shapely.Polygon(shell, holes))
    # Rings of one class may touch at a grid point. This is drawing, cut from a surface: no ground is freed by it.
    return shapely.make_valid(shapely.MultiPolygon(polygons), method="structure")  # noqa: TID251


def _polygons_only(shape: BaseGeometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shape)
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.MultiPolygon([polygon for polygon in polygons if polygon.area > 0])
