"""Density of reported accidents: records with their places go in, an intensity surface over a stated window comes out.

What it is: a Gaussian kernel estimate of *reported accidents* per km2, on an equal-area plane, over the area where an
accident would have been reported. It is not a map of mines. The choices behind it:

- *Jones-Diggle correction by default*: the surface then integrates to the number of records, which is the total a
  reader checks. Kernels' masses in the window come from the polygon itself, never from a mask.
- *A bandwidth in metres, stated*, and the same for editions that are compared: no rule of thumb, since on clustered
  records they differ by a factor of six and the choice is the picture.
- *What is known of a place widens its kernel*: sigma^2 = h^2 + r^2 / 4 for a place known to a circle of radius r. That
  stands in well for the disc while r <= h / 2.
- *Who is left out is counted*, each record under one reason. Too few records give no surface but a reason.
- *How much the surface cannot show is said as one number*: `share_area_level` is the share of the records that would count
  (those of demining only where they are included) whose place is only a district, in the window or not.
- *Exact where it can be*: `kernel` is the planar core, `gridded` how it is put on a grid.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from mapper import crs as systems
from mapper.analysis import gridded
from mapper.analysis.contours import contours, no_contours
from mapper.analysis.kernel import (
    EDGES,
    Kernels,
    Window,
    abramson,
    intensity,
    kernel_sums,
    plane_window,
)
from mapper.errors import DataRefused, UsageError
from mapper.model import Edge, Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from mapper.analysis.gridded import Lattice

    Floats = NDArray[np.float64]

__all__ = ["DEFAULT_BANDWIDTH_M", "MOST_CELLS", "SMALLEST_N", "density", "intensity"]

DEFAULT_BANDWIDTH_M = 10_000.0
SMALLEST_N = 10
"""Fewer located records than this give no surface."""
MOST_CELLS = 4_000_000

_CELLS_PER_BANDWIDTH = 4
_CELLS_PER_WINDOW = 20
_NEAT = (1.0, 2.0, 2.5, 5.0, 10.0)
_M2_PER_KM2 = 1e6
_PILOT_DIRECT_LIMIT = 2_000
_WIDEST_WINDOW_DEGREES = 60.0
_DEMINING = "demining_accident"
_DISTRICT = "place_is_a_district"
_REASONS = (_DEMINING, "no_place", _DISTRICT, "outside_window")


def density(
    incidents: gpd.GeoDataFrame,
    *,
    window: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Polygon | shapely.MultiPolygon,
    bandwidth_m: float | None = None,
    cell_m: float | None = None,
    edge: Edge = "jones-diggle",
    include_demining: bool = False,
    adaptive: bool = False,
) -> Surface:
    """Return the density of reported accidents over a window.

    Parameters
    ----------
    incidents : GeoDataFrame
        One row per record, as `Located.incidents` holds it: `place`, `uncertainty_m`, `accident_type`, geometry.
    window : GeoDataFrame, GeoSeries, shapely.Polygon or shapely.MultiPolygon
        Where an accident would have been reported, WGS 84; several polygons are united.
    bandwidth_m : float, optional
        Standard deviation of the Gaussian (`DEFAULT_BANDWIDTH_M`); Abramson's h0 when `adaptive`.
    cell_m : float, optional
        Side of a grid cell. By default a quarter of the bandwidth, rounded up to a neat number; less for a window that
        is small against the bandwidth.
    edge : {"jones-diggle", "uniform", "none"}
        See `intensity`.
    include_demining : bool
        Count accidents during demining too. They happen where people search, so they are apart by default.
    adaptive : bool
        Abramson's bandwidths.

    Returns
    -------
    Surface
        `n` + the numbers in `left_out` = the rows of `incidents`. `share_area_level` = d / (`n` + d), where d is
        `left_out["place_is_a_district"]`; 0 where both are 0. With fewer than `SMALLEST_N` located records `refused`
        says so, and grid and contours are empty.

    Raises
    ------
    UsageError
        When a bandwidth or cell size is not a positive number, `edge` is unknown, the grid would have more than
        `MOST_CELLS` cells (the message names a cell size that fits; nothing is allocated before), or no cell has its
        centre in the window.
    DataRefused
        When a column is missing, a located record has no uncertainty, or the window is not a polygon with an area.
    UnknownCRS
        When a frame states no CRS.
    """
    bandwidth = _positive(DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m, "bandwidth_m")
    given_cell = None if cell_m is None else _positive(cell_m, "cell_m")
    if edge not in EDGES:
        raise UsageError(f"'{edge}' is not an edge correction", advice=f"Use one of {', '.join(EDGES)}.")
    area = _area(window)
    plane = systems.working_crs(area.bounds)
    frame = plane_window(_mended(systems.to_working(area, plane)))
    cell = given_cell or _default_cell(frame, bandwidth)
    lattice = _grid(frame, cell)
    reasons = _left_out(incidents, area, include_demining=include_demining)
    left_out = {reason: int((reasons == reason).sum()) for reason in _REASONS}
    kernels = _kernels(incidents[reasons == ""], plane, bandwidth)
    n = round(float(kernels.weight.sum()))
    empty = Surface(
        n=n,
        bandwidth_m=bandwidth,
        edge=edge,
        cell_m=cell,
        window_km2=float(frame.polygon.area) / _M2_PER_KM2,
        integral=0.0,
        peak_per_km2=0.0,
        share_area_level=_share(left_out[_DISTRICT], n),
        refused=f"only {n} records are located in the window; a density needs {SMALLEST_N}",
        x_m=np.zeros(0),
        y_m=np.zeros(0),
        intensity_per_km2=np.zeros((0, 0)),
        contours=no_contours(),
        crs_wkt=plane.to_wkt(),
        left_out=left_out,
    )
    if n < SMALLEST_N:
        return empty
    if adaptive:
        kernels = _adapted(kernels, frame, bandwidth)
    per_km2 = _on_grid(kernels, frame, lattice, edge, adaptive=adaptive) * _M2_PER_KM2
    return _filled(empty, per_km2, lattice, frame, plane)


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part else 0.0


def _filled(empty: Surface, per_km2: Floats, lattice: Lattice, window: Window, plane: CRS) -> Surface:
    """Complete a surface from its intensity on the whole lattice, places outside the window included."""
    east, north = np.meshgrid(lattice.x, lattice.y)
    inside = window.contains(east.ravel(), north.ravel()).reshape(per_km2.shape)
    if not inside.any():
        raise UsageError(
            f"no cell of {lattice.step:g} m has its centre in the window", advice="Use a smaller cell_m, or none."
        )
    peak = float(np.max(per_km2, where=inside, initial=0.0))
    return replace(
        empty,
        integral=float(np.sum(per_km2 * gridded.cell_areas(window, lattice))) / _M2_PER_KM2,
        peak_per_km2=peak,
        refused=None,
        x_m=lattice.x,
        y_m=lattice.y,
        intensity_per_km2=np.where(inside, per_km2, np.nan),
        contours=contours(per_km2, lattice, window, plane, peak),
    )


def neat_above(length: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that is not below a length.

    Examples
    --------
    >>> neat_above(2250.0), neat_above(2500.0), neat_above(0.6)
    (2500.0, 2500.0, 1.0)
    """
    power = 10.0 ** math.floor(math.log10(length))
    return next(step * power for step in _NEAT if step * power >= length * (1 - 1e-12))


def _default_cell(window: Window, bandwidth: float) -> float:
    return neat_above(min(bandwidth / _CELLS_PER_BANDWIDTH, math.sqrt(window.polygon.area) / _CELLS_PER_WINDOW))


def _positive(value: float, name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{name} is {value:g}, which is not a positive number of metres")
    return float(value)


def _area(window: object) -> shapely.Polygon | shapely.MultiPolygon:
    """Unite the window's polygons, in WGS 84, and check that it is one that a plane can hold."""
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


def _mended(shape: BaseGeometry) -> BaseGeometry:
    """Undo what rounding may do to slivers between districts; ground wider than a rounding error is never lost."""
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)  # noqa: TID251


def _grid(window: Window, cell: float) -> Lattice:
    """Lay the grid over the window, one cell wider on each side, so that contours reach its border."""
    west, south, east, north = window.polygon.bounds
    cells = ((east - west) / cell + 3) * ((north - south) / cell + 3)
    if cells > MOST_CELLS:
        fits = neat_above(math.sqrt((east - west + 3 * cell) * (north - south + 3 * cell) / MOST_CELLS))
        raise UsageError(
            f"cells of {cell:g} m would make a grid of about {cells:,.0f} cells, more than {MOST_CELLS:,}",
            advice=f"Use cell_m={fits:g} or more.",
        )
    return gridded.lattice_over(window.polygon.bounds, cell, 1)


def _left_out(incidents: gpd.GeoDataFrame, area: BaseGeometry, *, include_demining: bool) -> NDArray[np.object_]:
    """Return why each record gets no kernel, or "": one reason per record, the first of `_REASONS` that applies."""
    missing = {"place", "uncertainty_m", "accident_type"} - set(incidents.columns)
    if missing:
        raise DataRefused(f"the incidents have no column {', '.join(sorted(missing))}", advice="Locate them first.")
    place = incidents["place"].to_numpy(dtype=object)
    points = systems.to_storage(incidents.geometry)
    shapely.prepare(area)
    applies = {
        _DEMINING: np.asarray(incidents["accident_type"] == _DEMINING, dtype=bool) & (not include_demining),
        "no_place": ~np.isin(place.astype(str), ("point", "disc", "district")),
        _DISTRICT: place == "district",
        "outside_window": ~shapely.intersects(area, np.asarray(points.array, dtype=object)),
    }
    return np.select([applies[reason] for reason in _REASONS], list(_REASONS), default="").astype(object)


def _kernels(incidents: gpd.GeoDataFrame, plane: CRS, bandwidth: float) -> Kernels:
    """Make one kernel per distinct place and radius, its weight the number of records there."""
    radius = incidents["uncertainty_m"].to_numpy(dtype=float)
    unknown = int(np.count_nonzero(~(np.isfinite(radius) & (radius >= 0))))
    if unknown:
        raise DataRefused(
            f"{unknown} located records have no uncertainty_m of 0 or more",
            advice="State the radius in metres within which each place is known.",
        )
    places = systems.to_working(systems.to_storage(incidents.geometry), plane)
    xyr = np.column_stack([places.x.to_numpy(dtype=float), places.y.to_numpy(dtype=float), radius])
    distinct, count = np.unique(xyr, axis=0, return_counts=True)
    sigma = np.sqrt(bandwidth**2 + distinct[:, 2] ** 2 / 4)
    return Kernels(distinct[:, 0], distinct[:, 1], sigma, count.astype(float))


def _adapted(kernels: Kernels, window: Window, bandwidth: float) -> Kernels:
    """Exchange the common bandwidth h0 for Abramson's, keeping what the uncertainty of each place adds."""
    single = kernels.resized(np.full(len(kernels), bandwidth))
    if len(single) <= _PILOT_DIRECT_LIMIT:
        pilot = kernel_sums(single, single.x, single.y)
    else:
        fine = gridded.lattice_over(window.polygon.bounds, bandwidth / _CELLS_PER_BANDWIDTH, 16)
        pilot = gridded.read(gridded.lattice_sums(single, fine), fine, single.x, single.y)
    local = abramson(pilot / gridded.kernel_masses(single, window), kernels.weight, bandwidth)
    return kernels.resized(np.sqrt(local**2 + kernels.sigma**2 - bandwidth**2))


def _on_grid(kernels: Kernels, window: Window, lattice: Lattice, edge: Edge, *, adaptive: bool) -> Floats:
    """Return the corrected intensity per m2 on the whole lattice."""
    if edge == "uniform" and not adaptive:
        total = np.zeros((lattice.rows, lattice.columns))
        for sigma, level in gridded.levels(kernels):
            total += gridded.lattice_sums(level, lattice) / gridded.lattice_masses(lattice, sigma, window)
        return total
    if edge != "none":
        kernels = kernels.reweighted(kernels.weight / gridded.kernel_masses(kernels, window))
    return gridded.lattice_sums(kernels, lattice)
