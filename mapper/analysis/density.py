"""Density of reported accidents: records with their places go in, an intensity surface over a stated window comes out.

What it is: a Gaussian kernel estimate of *reported accidents* per km2, on an equal-area plane, over the area where an
accident would have been reported. It is not a map of mines. The choices behind it:

- *Jones-Diggle correction by default*: the surface then integrates to the number of records, which is the total a
  reader checks. Kernels' masses in the window come from the polygon itself, never from a mask.
- *A bandwidth in metres, stated*, and the same for editions that are compared. A rule of `bandwidths` may choose it instead;
  on clustered records they differ by a factor of six, so which one did, and what it chose, is part of the answer.
- *What is known of a place widens its kernel* by the disc that holds it, exactly (`disc`). A record whose place is only a
  district is left out and counted, unless it is asked to be spread over the district (`estimate`).
- *Who is left out is counted*, each record under one reason (`counted`). Too few records give no surface but a reason.
- *How much the surface cannot show is said as one number*: `share_area_level` is the share of the records that would count
  (those of demining only where they are included) whose place is only a district, in the window or not, spread or not.
- *How sure it is stands beside it* (`uncertainty`): the Poisson standard error always, an interval where it is asked for.
- *What is not known is NaN*: outside the window nothing is said, which is not 0.
- *Exact where it can be*: `planar` is the core for single points, `gridded` how it is put on a grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from mapper import crs as systems
from mapper.analysis.contours import contours, no_contours
from mapper.analysis.counted import DISTRICT, Selection, count
from mapper.analysis.estimate import estimate, possible
from mapper.analysis.frame import MOST_CELLS, default_cell, grid_over, ground_window, on_plane
from mapper.analysis.kernel import EDGES
from mapper.analysis.lattice import cell_areas
from mapper.analysis.placed import place_records
from mapper.analysis.planar import intensity
from mapper.analysis.uncertainty import bootstrap, possible_bootstrap, standard_error
from mapper.analysis.window import plane_window
from mapper.errors import UsageError
from mapper.model import BandwidthRule, Surface
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import shapely
    from numpy.typing import NDArray
    from pyproj import CRS

    from mapper.analysis.lattice import Lattice
    from mapper.analysis.placed import Placed
    from mapper.analysis.window import Window
    from mapper.model import Edge

    Floats = NDArray[np.float64]

__all__ = ["DEFAULT_BANDWIDTH_M", "MOST_CELLS", "SMALLEST_N", "Selection", "density", "intensity"]

DEFAULT_BANDWIDTH_M = 10_000.0
SMALLEST_N = 10
"""Fewer located records than this give no surface."""
FEW_N = 30
"""Fewer located records than this give a surface with a warning."""
MOST_DISTRICT_CELLS = 2**27
"""Districts times cells, where records are spread over districts: one GiB of doubles."""

_RULES = get_args(BandwidthRule)
_M2_PER_KM2 = 1e6
_ALL = Selection()


def density(  # noqa: PLR0913 - each is a choice that is told with the surface, and all but the records have a default
    incidents: gpd.GeoDataFrame,
    *,
    window: gpd.GeoDataFrame | gpd.GeoSeries | shapely.Polygon | shapely.MultiPolygon,
    bandwidth_m: float | None = None,
    rule: BandwidthRule | None = None,
    cell_m: float | None = None,
    edge: Edge = "jones-diggle",
    include_demining: bool = False,
    adaptive: bool = False,
    selection: Selection = _ALL,
    replicates: int = 0,
    seed: int = 0,
) -> Surface:
    """Return the density of reported accidents over a window.

    Parameters
    ----------
    incidents : GeoDataFrame
        One row per record, as `Located.incidents` holds it: `place`, `uncertainty_m`, `accident_type`, geometry; and what the
        selection looks at.
    window : GeoDataFrame, GeoSeries, shapely.Polygon or shapely.MultiPolygon
        Where an accident would have been reported, WGS 84; several polygons are united.
    bandwidth_m : float, optional
        Standard deviation of the Gaussian (`DEFAULT_BANDWIDTH_M`); Abramson's h0 when `adaptive`.
    rule : {"scott", "likelihood", "diggle", "cvl"}, optional
        Choose the bandwidth from the located records instead: see `mapper.analysis.bandwidths`.
    cell_m : float, optional
        Side of a grid cell. By default a quarter of the bandwidth, rounded up to a neat number; less for a window that
        is small against the bandwidth.
    edge : {"jones-diggle", "uniform", "none"}
        See `intensity`.
    include_demining : bool
        Count accidents during demining too. They happen where people search, so they are apart by default.
    adaptive : bool
        Abramson's bandwidths.
    selection : Selection
        Which devices, accident types and period, and what a record counts for.
    replicates, seed : int
        Surfaces of a bootstrap, for `interval_per_km2`; none by default.

    Returns
    -------
    Surface
        `n` + the numbers in `left_out` = the rows of `incidents`. `share_area_level` = d / (located + d), where d is how many
        would count and are known by district only; 0 where both are 0. With fewer than `SMALLEST_N` located records `refused`
        says so, and grids and contours are empty; fewer than `FEW_N` are a warning.

    Raises
    ------
    UsageError
        When a bandwidth or cell size is not a positive number, or a bandwidth and a rule are given, `edge` or `rule` is unknown,
        a cell is wider than two bandwidths, grids, kernels or replicates would not fit (the message names a cell size or
        bandwidth that fits; nothing is allocated before), or no cell has its centre in the window.
    DataRefused
        When a column is missing, a located record has no uncertainty, a weight is not a number of 0 or more, the rule finds no
        bandwidth, or the window is not a polygon with an area.
    UnknownCRS
        When a frame states no CRS.

    Notes
    -----
    The estimate and its correction: Jones (1993) and Diggle (1985), as `mapper.analysis.planar` writes them out; adaptive
    bandwidths: Abramson (1982); rules: `mapper.analysis.bandwidths`.

    Examples
    --------
    Twenty accidents in a square of half a degree: the surface sums to twenty, and nine would be too few for one.

    >>> import geopandas as gpd
    >>> import shapely
    >>> square = shapely.box(46.0, 39.0, 46.5, 39.5)
    >>> place = {"place": "point", "uncertainty_m": 0.0, "accident_type": "mine"}
    >>> at = [shapely.Point(46.1 + 0.015 * n, 39.25) for n in range(20)]
    >>> points = gpd.GeoDataFrame([place] * 20, geometry=at, crs=4326)
    >>> surface = density(points, window=square, bandwidth_m=5_000)
    >>> surface.n, round(surface.integral), surface.intensity_per_km2.shape == (len(surface.y_m), len(surface.x_m))
    (20, 20, True)
    >>> density(points[:9], window=square).refused
    'only 9 records are located in the window; a density needs 10'
    """
    _possible(edge, rule, bandwidth_m)
    setting = prepared(window, None if rule else bandwidth_m, cell_m)
    area, plane, frame = setting.area, setting.plane, setting.window
    counted = count(incidents, area, selection, include_demining=include_demining)
    placed = place_records(incidents, counted, plane, frame)
    if rule is not None:
        enough = placed.located >= SMALLEST_N
        setting = _chosen(setting, _by_rule(placed, frame, rule) if enough else None, cell_m)
    bandwidth, lattice = setting.bandwidth, setting.lattice
    empty = replace(
        blank(setting, placed.located, counted.left_out, by_district=counted.left_out[DISTRICT] + placed.spread),
        n=len(placed.weight),
        bandwidth_rule=rule,
        adaptive=adaptive,
        edge=edge,
        weights=selection.weights if isinstance(selection.weights, str) else "given",
        years=selection.years,
        spread=placed.spread,
    )
    if placed.located < SMALLEST_N or bandwidth is None or lattice is None:
        return empty
    if not placed.weight.sum() > 0:
        return replace(empty, refused=Said.of("refused.weights"))
    _fits(replicates, len(placed.districts), lattice)
    possible(placed.kernels(bandwidth), frame)
    fitted = estimate(
        placed.kernels(bandwidth), placed.districts, bandwidth, frame, lattice, edge=edge, adaptive=adaptive
    )
    surface = drawn(
        replace(empty, warnings=warnings(setting, placed.located, one_place=len(placed.at) == 1)),
        fitted.sums(*placed.weights),
        standard_error(fitted, *placed.squares),
    )
    if replicates:
        interval = bootstrap(fitted, placed.place, placed.weight, replicates, seed) * _M2_PER_KM2
        surface = replace(surface, interval_per_km2=interval)
    return within(surface, lattice, frame, plane)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a density is taken and how finely: the same for all records, however they are brought to it.

    `area` is the window in WGS 84, `window` in the `plane`. Without a bandwidth there is no lattice.
    """

    area: shapely.Polygon | shapely.MultiPolygon
    plane: CRS
    window: Window
    bandwidth: float | None
    cell: float
    lattice: Lattice | None


def prepared(window: object, bandwidth_m: float | None = None, cell_m: float | None = None) -> Setting:
    """Return the setting of a density over a window, whose parameters and errors are those of `density`."""
    stated = _positive(DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m, "bandwidth_m")
    given_cell = None if cell_m is None else _positive(cell_m, "cell_m")
    area = ground_window(window)
    plane = systems.working_crs(area.bounds)
    return _chosen(Setting(area, plane, plane_window(on_plane(area, plane)), None, 0.0, None), stated, given_cell)


def _by_rule(placed: Placed, window: Window, rule: BandwidthRule) -> float:
    from mapper.analysis.bandwidths import choose_bandwidth  # noqa: PLC0415 - half a second of optimisers, which no edition needs

    return choose_bandwidth(placed.x, placed.y, window, rule)


def _chosen(setting: Setting, bandwidth: float | None, given_cell: float | None) -> Setting:
    """Give a setting its bandwidth, and the grid that fits it."""
    cell = given_cell or (0.0 if bandwidth is None else default_cell(setting.window, bandwidth))
    return replace(
        setting, bandwidth=bandwidth, cell=cell, lattice=grid_over(setting.window, cell, bandwidth) if cell else None
    )


def blank(setting: Setting, located: int, left_out: Mapping[str, int], *, by_district: int) -> Surface:
    """Return the answer where too few records are located: each counted, and no grid."""
    return Surface(
        n=located,
        bandwidth_m=setting.bandwidth,
        edge="jones-diggle",
        cell_m=setting.cell,
        window_km2=float(setting.window.polygon.area) / _M2_PER_KM2,
        integral=0.0,
        peak_per_km2=0.0,
        share_area_level=_share(by_district, located),
        refused=Said.of("refused.few", n=located, least=SMALLEST_N),
        x_m=np.zeros(0),
        y_m=np.zeros(0),
        intensity_per_km2=np.zeros((0, 0)),
        contours=no_contours(),
        crs_wkt=setting.plane.to_wkt(),
        left_out=left_out,
    )


def drawn(empty: Surface, per_m2: Floats, error_per_m2: Floats) -> Surface:
    """Put an intensity and its standard error, on the whole lattice, into an answer."""
    return replace(
        empty,
        refused=None,
        intensity_per_km2=per_m2 * _M2_PER_KM2,
        standard_error_per_km2=error_per_m2 * _M2_PER_KM2,
    )


def _possible(edge: str, rule: str | None, bandwidth_m: float | None) -> None:
    if edge not in EDGES:
        raise UsageError(f"'{edge}' is not an edge correction", advice=f"Use one of {', '.join(EDGES)}.")
    if rule is not None and rule not in _RULES:
        raise UsageError(f"'{rule}' is not a rule for bandwidths", advice=f"Use one of {', '.join(_RULES)}.")
    if rule is not None and bandwidth_m is not None:
        raise UsageError("a bandwidth is stated and a rule is to choose it", advice="Give one of the two.")


def _positive(value: float, name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{name} is {value:g}, which is not a positive number of metres")
    return float(value)


def _fits(replicates: int, districts: int, lattice: Lattice) -> None:
    possible_bootstrap(replicates, lattice.size)
    if districts * lattice.size > MOST_DISTRICT_CELLS:
        raise UsageError(
            f"{districts} districts on {lattice.size:,} cells do not fit in memory", advice="Use a larger cell_m."
        )


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part else 0.0


def warnings(setting: Setting, located: int, *, one_place: bool) -> tuple[str, ...]:
    """Say what makes a surface weak although there is one."""
    west, south, east, north = setting.window.polygon.bounds
    wide, bandwidth = max(east - west, north - south), setting.bandwidth or 0.0
    told = {
        f"only {located} records are located in the window; a density of fewer than {FEW_N} is rough": located < FEW_N,
        "all located records are at one place: the surface is one kernel": one_place,
        f"the bandwidth of {bandwidth:,.0f} m is larger than the window, {wide:,.0f} m across: the surface is flat": (
            bandwidth > wide
        ),
    }
    return tuple(sentence for sentence, applies in told.items() if applies)


def within(
    whole: Surface, lattice: Lattice, window: Window, plane: CRS, *, class_peak_per_km2: float | None = None
) -> Surface:
    """Complete a surface whose fields are on the whole lattice: what lies outside the window becomes not known.

    Parameters
    ----------
    whole : Surface
        Fields in accidents (or casualties) per km² on every node of the lattice.
    lattice : Lattice
        Nodes in metres of `plane`, an equal-area one.
    window : Window
        In the same plane; a node outside it becomes NaN, which is not 0.
    plane : CRS
        The plane of lattice and window; the contours are brought from it into WGS 84.
    class_peak_per_km2 : float, optional
        The peak whose classes the contours are in; the surface's own by default.

    Raises
    ------
    UsageError
        When no node lies in the window.
    """
    per_km2 = whole.intensity_per_km2
    east, north = np.meshgrid(lattice.x, lattice.y)
    inside = window.contains(east.ravel(), north.ravel()).reshape(per_km2.shape)
    if not inside.any():
        raise UsageError(
            f"no cell of {lattice.step:g} m has its centre in the window", advice="Use a smaller cell_m, or none."
        )
    at = np.argmax(np.where(inside, per_km2, -1.0))
    peak = float(per_km2.flat[at])
    error, interval = (
        None if field is None else np.where(inside, field, np.nan)
        for field in (whole.standard_error_per_km2, whole.interval_per_km2)
    )
    return replace(
        whole,
        integral=float(np.sum(per_km2 * cell_areas(window, lattice))) / _M2_PER_KM2,
        peak_per_km2=peak,
        peak_standard_error_per_km2=None if error is None else float(error.flat[at]),
        peak_interval_per_km2=None if interval is None else (float(interval[0].flat[at]), float(interval[1].flat[at])),
        x_m=lattice.x,
        y_m=lattice.y,
        intensity_per_km2=np.where(inside, per_km2, np.nan),
        standard_error_per_km2=error,
        interval_per_km2=interval,
        contours=contours(per_km2, lattice, window, plane, peak if class_peak_per_km2 is None else class_peak_per_km2),
    )
