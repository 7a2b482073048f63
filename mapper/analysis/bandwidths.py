"""Choosing a bandwidth from the points: four rules of the literature, since on clustered records the choice is the picture.

Bandwidths are standard deviations of the isotropic Gaussian, in the unit of the coordinates. What each rule is:

- `scott`: n^(-1/6) times the geometric mean of the two axes' standard deviations. A normal reference: it oversmooths clusters.
- `likelihood`: leave-one-out likelihood cross-validation, each point's own kernel left out and Diggle's uniform edge
  correction in. Records at one place are left out together: a place that is named twice would else speak for a bandwidth
  of 0, and says nothing of how wide the next accident falls.
- `diggle`: Berman and Diggle's mean square error under a Cox process, from Ripley's K with the translation correction (the
  window's set covariance). K is a step function of h, so its minimum is at a distance between two points: those are tried,
  not a grid. spatstat's `bw.diggle` is this value rounded up to its grid.
- `cvl`: Cronie and van Lieshout: the h at which the inverse uncorrected intensities at the points sum to the window's area;
  that sum grows with h, so there is one.

Each is exact, by all pairs, up to `EXACT_PLACES` places. Of more places, `likelihood` and `cvl` look at `SAMPLED` records drawn
with a fixed seed under the kernels of all (gridded sums); `diggle` takes K from that many and the intensity of all, since
thinning leaves K as it is. The search goes from a quarter of the smallest distance to half the window's width; an optimum at
its lower end is refused, since then the records' rounding speaks, not their spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
import shapely
from scipy.interpolate import BarycentricInterpolator
from scipy.optimize import brentq, minimize_scalar
from scipy.spatial import cKDTree

from mapper.analysis.gridded import sums_at
from mapper.analysis.kernel import REACH, Kernels
from mapper.analysis.mass_fields import kernel_masses
from mapper.analysis.pair_distances import berman_diggle
from mapper.analysis.planar import plane_kernels
from mapper.analysis.window import Window, plane_window
from mapper.errors import DataRefused, UsageError
from mapper.model import BandwidthRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray
    from shapely import MultiPolygon, Polygon

    Floats = NDArray[np.float64]

RULES: tuple[BandwidthRule, ...] = get_args(BandwidthRule)
EXACT_PLACES = 2_000
"""Up to so many distinct places all pairs are taken."""
SAMPLED = 5_000
"""Records that are looked at where there are more places."""

_SEED = 20201119
_SCAN = 24
_CHEBYSHEV_NODES = 8
_STEPS_PER_SIGMA = 4
_TOLERANCE, _TOLERANCE_SAMPLED = 1e-10, 1e-4
_LATTICE_PLACES = 2**21
_WIDE_SHARE = 1 / 16
"""Of the window: from this bandwidth on a lattice of masses is cheap beside the boundary's nodes."""
_FEW_DIRECT = 2e6
_NEIGHBOURS = 33
_FAR = 6.0
"""In bandwidths: what lies beyond adds less than 2e-8 of a kernel's peak."""


def choose_bandwidth(x: ArrayLike, y: ArrayLike, window: Polygon | MultiPolygon | Window, rule: BandwidthRule) -> float:
    """Return the bandwidth that a rule chooses for points in a window.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        The points, inside the window, in any unit; the same place may occur several times.
    window : shapely.Polygon, shapely.MultiPolygon or Window
        Where a point would have been seen, in the same plane.
    rule : {"scott", "likelihood", "diggle", "cvl"}
        See the module.

    Returns
    -------
    float
        Standard deviation of the Gaussian, in the unit of the coordinates.

    Raises
    ------
    UsageError
        When the rule is unknown or x and y differ in length.
    DataRefused
        When there are fewer than two places, the points' rounding or repetition alone would decide, or points and window are
        none that `mapper.analysis.density.intensity` takes.

    Examples
    --------
    >>> import shapely
    >>> round(choose_bandwidth([0.0, 2.0], [1.0, 1.0], shapely.box(-99, -99, 99, 99), "likelihood"), 5)
    1.41421
    """
    if rule not in RULES:
        raise UsageError(f"'{rule}' is not a rule for bandwidths", advice=f"Use one of {', '.join(RULES)}.")
    points = _points(x, y, window)
    return {"scott": _scott, "likelihood": _likelihood, "diggle": _diggle, "cvl": _cronie_van_lieshout}[rule](points)


@dataclass(frozen=True, slots=True)
class _Points:
    """Points in a window, and their distinct places with the number of points at each."""

    x: Floats
    y: Floats
    places: Kernels
    window: Window

    @property
    def exact(self) -> bool:
        """Whether all pairs are few enough."""
        return len(self.places) <= EXACT_PLACES


def _points(x: ArrayLike, y: ArrayLike, window: Polygon | MultiPolygon | Window) -> _Points:
    frame = window if isinstance(window, Window) else plane_window(window)
    kernels = plane_kernels(x, y, 1.0, frame)
    distinct, counts = np.unique(np.column_stack([kernels.x, kernels.y]), axis=0, return_counts=True)
    if len(distinct) == 1:
        raise DataRefused(
            f"all {len(kernels)} points are at one place, which says nothing of a bandwidth",
            advice="State a bandwidth.",
        )
    places = Kernels(distinct[:, 0].copy(), distinct[:, 1].copy(), np.ones(len(distinct)), counts.astype(float))
    return _Points(kernels.x, kernels.y, places, frame)


def _scott(points: _Points) -> float:
    """Return the geometric mean of the axes' n^(-1/6) standard deviations (spatstat's `bw.scott.iso`)."""
    spread = float(np.std(points.x, ddof=1) * np.std(points.y, ddof=1))
    if not spread > 0:
        raise DataRefused(
            "the points lie on one line along an axis, of which Scott's rule makes 0", advice="State a bandwidth."
        )
    return float(len(points.x) ** (-1 / 6) * np.sqrt(spread))


def _likelihood(points: _Points) -> float:
    fields = _Fields(points)

    def cost(log_h: float, masses: Callable[[float], Floats]) -> float:
        seen = fields.others(float(np.exp(log_h)))
        if not (seen > 0).all():
            return np.inf
        return -float(np.average(np.log(seen / masses(log_h)), weights=fields.weight))

    low, high = _range(points)
    scan = np.linspace(np.log(low), np.log(high), _SCAN)
    costs = np.array([cost(float(each), lambda log_h: fields.masses(float(np.exp(log_h)))) for each in scan])
    best = int(np.argmin(costs))
    if not np.isfinite(costs[best]) or best == 0:
        raise _undecided("likelihood")
    bounds = (float(scan[best - 1]), float(scan[min(best + 1, _SCAN - 1)]))
    between = _interpolated(lambda log_h: fields.masses(float(np.exp(log_h))), *bounds)
    options = {"xatol": _TOLERANCE if points.exact else _TOLERANCE_SAMPLED}
    return float(np.exp(minimize_scalar(cost, bounds=bounds, method="bounded", args=(between,), options=options).x))


def _interpolated(function: Callable[[float], Floats], low: float, high: float) -> Callable[[float], Floats]:
    """Return the polynomial through a smooth function's values at Chebyshev nodes, so that those alone are worked out."""
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(_CHEBYSHEV_NODES) + 0.5) / _CHEBYSHEV_NODES)
    polynomial: Callable[[float], Floats] = BarycentricInterpolator(
        nodes, np.array([function(float(node)) for node in nodes])
    )
    return polynomial


def _cronie_van_lieshout(points: _Points) -> float:
    fields = _Fields(points)
    area = float(points.window.polygon.area)
    share = fields.weight * (len(points.x) / fields.weight.sum())

    def excess(log_h: float) -> float:
        return float(share @ (1 / fields.sums(float(np.exp(log_h))))) / area - 1

    low, high = (float(np.log(each)) for each in _range(points))
    if excess(low) > 0:
        raise _undecided("cvl")
    while excess(high) < 0:
        high += 1.0
    tolerance = _TOLERANCE if points.exact else _TOLERANCE_SAMPLED
    return float(np.exp(brentq(excess, low, high, xtol=tolerance, rtol=tolerance)))


def _diggle(points: _Points) -> float:
    rows = np.arange(len(points.x))
    if not points.exact:
        rows = np.random.default_rng(_SEED).permutation(rows)[:SAMPLED]
    chosen = berman_diggle(points.x[rows], points.y[rows], points.window, len(points.x))
    if chosen is None:
        raise _undecided("diggle")
    return chosen


def _undecided(rule: str) -> DataRefused:
    return DataRefused(
        f"the records speak for no bandwidth under the rule '{rule}': their rounding, or repeated places, would decide",
        advice="State a bandwidth, or use another rule.",
    )


def _range(points: _Points) -> tuple[float, float]:
    """Return the bandwidths between which an optimum is looked for."""
    west, south, east, north = points.window.polygon.bounds
    wide = max(east - west, north - south)
    place = np.column_stack([points.places.x, points.places.y])
    nearest = cKDTree(place).query(place, k=2)[0][:, 1]
    low = float(nearest.min()) / 4
    if not points.exact:
        # What a lattice of four steps to the bandwidth can hold.
        low = max(low, float(np.sqrt((east - west) * (north - south) / _LATTICE_PLACES)) * _STEPS_PER_SIGMA)
    return min(low, wide / 4), wide / 2


class _Fields:
    """Sums of the kernels of all points, at all places or at a sample of the points, for any bandwidth."""

    def __init__(self, points: _Points) -> None:
        self._points = points
        places = points.places
        rows = np.arange(len(places))
        self.weight = places.weight
        if not points.exact:
            records = np.repeat(rows, places.weight.astype(np.intp))
            drawn = np.random.default_rng(_SEED).permutation(records)[:SAMPLED]
            rows, times = np.unique(drawn, return_counts=True)
            self.weight = times.astype(float)
        self._at = places.chosen(rows)
        border = shapely.boundary(points.window.polygon)
        shapely.prepare(border)
        self._inland = shapely.distance(border, shapely.points(self._at.x, self._at.y))
        every = np.column_stack([places.x, places.y])
        neighbours = len(places) if points.exact else _NEIGHBOURS
        self._near, which = cKDTree(every).query(every[rows], k=neighbours)
        self._near_weight = np.where(which == rows[:, None], 0.0, places.weight[which])

    def sums(self, h: float) -> Floats:
        """Return the uncorrected intensity at each place that is looked at, its own records included."""
        kernels = self._points.places.resized(np.full(len(self._points.places), h))
        return sums_at(kernels, self._points.window, self._at.x, self._at.y, exact=self._points.exact)

    def others(self, h: float) -> Floats:
        """Return the same without the place's own records.

        Its neighbours are summed one by one where those that are known reach far enough: little would be left of a
        lattice's digits after the subtraction.
        """
        peak = 1 / (2 * np.pi * h * h)
        single = peak * np.sum(self._near_weight * np.exp(-0.5 * (self._near / h) ** 2), axis=1)
        if self._points.exact:
            return np.asarray(single)
        complete = self._near[:, -1] > _FAR * h
        return (
            np.asarray(single) if complete.all() else np.where(complete, single, self.sums(h) - peak * self._at.weight)
        )

    def masses(self, h: float) -> Floats:
        """Return the kernel's mass inside the window at each place: 1 far from the border, which is not worked out."""
        result = np.ones(len(self._at))
        near = self._inland < REACH * h
        kernels = self._at.chosen(near).resized(np.full(int(near.sum()), h))
        wide = h > _WIDE_SHARE * np.sqrt(self._points.window.polygon.envelope.area)
        if len(kernels):
            result[near] = kernel_masses(kernels, self._points.window, _FEW_DIRECT if wide else None)
        return result
