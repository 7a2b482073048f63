"""Gaussian kernels on a plane with a window: masses, sums and Abramson's bandwidths, by direct evaluation.

This is the exact core: every other path (the grid, the FFT) is measured against it. The choices behind it:

- *The mass of a kernel inside the window is a boundary integral* (Green's theorem): the x-derivative of
  erf((x - cx) / (s sqrt 2)) / 2 * phi((y - cy) / s) / s is the kernel, so a polygon of any shape, with holes and parts,
  needs its edges only. 4-point Gauss on pieces of at most s / 2 leaves about 2e-11; a centre-in mask on a grid of
  s / 4 leaves 4e-2. The error function is taken odd (not the distribution function), so that bandwidths far larger
  than the window lose no digits.
- *Places are grouped*: records at one place are one kernel with a weight, since reports name settlements.
- *The plane's unit is the caller's*: nothing here knows of metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.special import erf

from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray
    from shapely import MultiPolygon, Polygon

    from mapper.model import Edge

    Floats = NDArray[np.float64]

EDGES = ("none", "uniform", "jones-diggle")
REACH = 9.0
"""In bandwidths: beyond it a kernel is under 3e-18 of its peak, below the last bit of a double."""

_PIECES_PER_SIGMA = 2
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)
_CHUNK = 2_000_000
_OCTAVE = 2.0


@dataclass(frozen=True, slots=True)
class Kernels:
    """Gaussian kernels in a plane: one entry per distinct place and bandwidth.

    `x`, `y`, `sigma` in the plane's unit; `weight` is how many records each stands for (any positive real).
    """

    x: Floats
    y: Floats
    sigma: Floats
    weight: Floats

    def __len__(self) -> int:
        """Count the kernels."""
        return len(self.x)

    def reweighted(self, weight: Floats) -> Kernels:
        """Return the same kernels with other weights."""
        return Kernels(self.x, self.y, self.sigma, weight)

    def resized(self, sigma: Floats) -> Kernels:
        """Return the same kernels with other bandwidths."""
        return Kernels(self.x, self.y, sigma, self.weight)


@dataclass(frozen=True)
class Window:
    """The area that is looked at: a polygon with area in the kernels' plane, its edges ready for boundary integrals."""

    polygon: Polygon | MultiPolygon

    @cached_property
    def edges(self) -> Floats:
        """Edges as rows x1, y1, x2, y2, the inside on the left: shells counter-clockwise, holes clockwise."""
        oriented = shapely.orient_polygons(self.polygon)
        rings = shapely.get_rings(shapely.get_parts(oriented))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same_ring = ring[1:] == ring[:-1]
        return np.asarray(np.hstack([xy[:-1], xy[1:]])[same_ring])

    def nodes(self, sigma: float) -> tuple[Floats, Floats, Floats]:
        """Return x, y and weight (a share of dy) of the boundary quadrature for bandwidths of at least `sigma`."""
        x1, y1, x2, y2 = self.edges[self.edges[:, 1] != self.edges[:, 3]].T
        pieces = np.maximum(np.ceil(np.hypot(x2 - x1, y2 - y1) * _PIECES_PER_SIGMA / sigma), 1).astype(int)
        edge = np.repeat(np.arange(len(pieces)), pieces)
        piece = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        along = ((piece[:, None] + (_GAUSS_NODES + 1) / 2) / pieces[edge, None]).ravel()
        weight = ((y2 - y1)[edge, None] / pieces[edge, None] * _GAUSS_WEIGHTS / 2).ravel()
        edge = np.repeat(edge, len(_GAUSS_NODES))
        return x1[edge] + along * (x2 - x1)[edge], y1[edge] + along * (y2 - y1)[edge], weight

    def contains(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Say which points lie in the window, its border included."""
        shapely.prepare(self.polygon)
        return np.asarray(shapely.intersects_xy(self.polygon, x, y), dtype=bool)

    def near(self, x: Floats, y: Floats, tolerance: float) -> NDArray[np.bool_]:
        """Say which points lie in the window or within `tolerance` of it."""
        near = self.contains(x, y)
        near[~near] = shapely.distance(self.polygon, shapely.points(x[~near], y[~near])) <= tolerance
        return near


def plane_window(polygon: object) -> Window:
    """Return the window for a polygon.

    Raises
    ------
    DataRefused
        When it is not a valid polygon with an area, or has a coordinate that is not finite.
    """
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise DataRefused("the window is not a polygon", advice="Give a polygon or multipolygon.")
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise DataRefused("the window has a coordinate that is not a finite number", advice="Repair its geometry.")
    if not polygon.is_valid:
        raise DataRefused(f"the window is not valid: {shapely.is_valid_reason(polygon)}", advice="Repair its geometry.")
    if not polygon.area > 0:
        raise DataRefused("the window has no area", advice="Give the area where a record could have been reported.")
    return Window(polygon)


def plane_kernels(x: ArrayLike, y: ArrayLike, sigma: ArrayLike, window: Window) -> Kernels:
    """Check points and bandwidths and return them as kernels of weight 1, in the given order.

    Raises
    ------
    UsageError
        When x and y differ in length, or a bandwidth is not a positive number, one for all or one per point.
    DataRefused
        When there is no point, a coordinate is not finite, or a point lies outside the window.
    """
    xs, ys = (np.asarray(each, dtype=float) for each in (x, y))
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise UsageError(f"x has shape {xs.shape} and y {ys.shape}", advice="Give two lists of equal length.")
    if not len(xs):
        raise DataRefused("there is no point, so there is no density")
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise DataRefused("a point has a coordinate that is not a finite number", advice="Leave such points out.")
    sigmas = np.asarray(sigma, dtype=float)
    if sigmas.shape not in ((), xs.shape):
        raise UsageError(
            f"{sigmas.size} bandwidths were given for {xs.size} points", advice="Give one for all or one per point."
        )
    if not (np.isfinite(sigmas).all() and (sigmas > 0).all()):
        raise UsageError("a bandwidth is not a positive number", advice="Give it in the unit of the coordinates.")
    extent = max(np.ptp(np.asarray(window.polygon.bounds).reshape(2, 2), axis=0))
    outside = int(np.count_nonzero(~window.near(xs, ys, _ROUNDING * extent)))
    if outside:
        raise DataRefused(
            f"{outside} of {xs.size} points lie outside the window",
            advice="Leave them out and count them, or widen the window.",
        )
    return Kernels(xs, ys, np.broadcast_to(sigmas, xs.shape), np.ones_like(xs))


_ROUNDING = 1e-9
"""Of the window's extent: a point on the border may have been rotated or reprojected with it."""


def masses(x: Floats, y: Floats, sigma: Floats, window: Window) -> Floats:
    """Return the mass inside the window of a Gaussian kernel at each point: shape (n,), between 0 and 1.

    Parameters
    ----------
    x, y, sigma : ndarray of shape (n,)
        Centres (inside or outside the window) and bandwidths.

    Notes
    -----
    Absolute error about 2e-11. Bandwidths are taken together by octaves, so that one small one does not make the
    boundary fine for all; time grows with points times boundary nodes, memory does not.

    Examples
    --------
    >>> half = plane_window(shapely.box(0, -50, 50, 50))
    >>> masses(np.array([0.0]), np.array([0.0]), np.array([1.0]), half).round(12).tolist()
    [0.5]
    """
    result = np.empty(len(x))
    octave = np.floor(np.log2(sigma))
    for each in np.unique(octave):
        chosen = np.flatnonzero(octave == each)
        nodes = _sorted_by_y(*window.nodes(_OCTAVE**each))
        order = chosen[np.argsort(y[chosen], kind="stable")]
        for rows in _chunks(order, len(nodes[0])):
            result[rows] = _masses_of_chunk(x[rows], y[rows], sigma[rows], nodes)
    return result


def _masses_of_chunk(x: Floats, y: Floats, sigma: Floats, nodes: tuple[Floats, Floats, Floats]) -> Floats:
    node_x, node_y, node_weight = nodes
    reach = REACH * sigma.max()
    seen = slice(np.searchsorted(node_y, y.min() - reach), np.searchsorted(node_y, y.max() + reach))
    u = (node_x[seen] - x[:, None]) / (sigma[:, None] * np.sqrt(2))
    v = (node_y[seen] - y[:, None]) / sigma[:, None]
    flux = erf(u) * np.exp(-0.5 * v * v) @ node_weight[seen]
    return np.asarray(flux / (2 * np.sqrt(2 * np.pi) * sigma))


def _sorted_by_y(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(y, kind="stable")
    return x[order], y[order], weight[order]


def _chunks(rows: NDArray[np.intp], width: int) -> Iterator[NDArray[np.intp]]:
    """Cut rows into pieces whose matrix against `width` columns stays within `_CHUNK` numbers."""
    length = max(1, _CHUNK // max(width, 1))
    return (rows[start : start + length] for start in range(0, len(rows), length))


def kernel_sums(kernels: Kernels, x: Floats, y: Floats) -> Floats:
    """Return the weighted sum of the kernels' densities at each point: shape (m,), weight per unit area.

    Examples
    --------
    >>> one = Kernels(*(np.array([each]) for each in (0.0, 0.0, 1.0, 1.0)))
    >>> bool(np.isclose(kernel_sums(one, np.array([0.0]), np.array([0.0]))[0], 1 / (2 * np.pi)))
    True
    """
    result = np.empty(len(x))
    height = kernels.weight / (2 * np.pi * kernels.sigma**2)
    precision = -0.5 / kernels.sigma**2
    for rows in _chunks(np.arange(len(x)), len(kernels)):
        squared = (x[rows, None] - kernels.x) ** 2 + (y[rows, None] - kernels.y) ** 2
        result[rows] = np.exp(squared * precision) @ height
    return result


def abramson(pilot: Floats, weight: Floats, sigma: float) -> Floats:
    """Return Abramson's bandwidths h0 f^-1/2 / gamma, gamma being the geometric mean of f^-1/2 over the records.

    Parameters
    ----------
    pilot : ndarray of shape (n,)
        The pilot intensity at each place, edge-corrected; its scale does not matter.
    weight : ndarray of shape (n,)
        Records at each place.
    sigma : float
        The global bandwidth h0, which the geometric mean of the result equals.

    Examples
    --------
    >>> abramson(np.array([1.0, 4.0]), np.ones(2), 2.0).round(6).tolist()
    [2.828427, 1.414214]
    """
    log_stretch = -0.5 * np.log(pilot)
    return np.asarray(sigma * np.exp(log_stretch - np.average(log_stretch, weights=weight)))


def uniform_sums(kernels: Kernels, x: Floats, y: Floats, window: Window) -> Floats:
    """Return kernel sums under Diggle's uniform correction: each kernel over the mass it would have at the point.

    Zero mass (a point many bandwidths outside the window) gives NaN.
    """
    result = np.zeros(len(x))
    for sigma in np.unique(kernels.sigma):
        chosen = kernels.sigma == sigma
        group = Kernels(*(each[chosen] for each in (kernels.x, kernels.y, kernels.sigma, kernels.weight)))
        mass = masses(x, y, np.full(len(x), sigma), window)
        result += np.divide(kernel_sums(group, x, y), mass, out=np.full(len(x), np.nan), where=mass > 0)
    return result


def adapted(kernels: Kernels, window: Window) -> Kernels:
    """Return the kernels with Abramson's bandwidths; their own bandwidth is the pilot's and must be one for all."""
    pilot = uniform_sums(kernels, kernels.x, kernels.y, window)
    return kernels.resized(abramson(pilot, kernels.weight, float(kernels.sigma[0])))


def intensity(
    x: ArrayLike,
    y: ArrayLike,
    window: Polygon | MultiPolygon,
    sigma: ArrayLike,
    *,
    edge: Edge = "jones-diggle",
    at: ArrayLike | tuple[Floats, Floats] | None = None,
    adaptive: bool = False,
) -> Floats:
    """Return the intensity of points in a plane, by direct evaluation.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        The points, inside the window (border included), in any unit.
    window : shapely.Polygon or shapely.MultiPolygon
        Where a point would have been seen, in the same plane.
    sigma : float or array-like of shape (n,)
        The standard deviation of the Gaussian, for all points or for each.
    edge : {"none", "uniform", "jones-diggle"}
        With e = 1 / (mass of the kernel inside the window): "uniform" (Diggle 1985) multiplies by e at the place of
        evaluation, which keeps a flat field flat; "jones-diggle" (1993) by e at the point, which makes the integral
        over the window the number of points.
    at : array-like of shape (m, 2), or a tuple of two arrays x and y, optional
        Where to evaluate; at the points themselves by default (each seeing itself). The formula is evaluated as it
        stands, outside the window too, where it means nothing.
    adaptive : bool
        Abramson's bandwidths h_i = sigma f(x_i)^-1/2 / gamma, gamma the geometric mean of f(x_i)^-1/2, the pilot f with
        `sigma` under the uniform correction. Each kernel is then divided by its own mass, unless `edge` is "none".

    Returns
    -------
    ndarray of shape (m,)
        Points per unit area.

    Raises
    ------
    UsageError
        When a bandwidth is not positive, lengths differ, `edge` is unknown, or `adaptive` is given several bandwidths.
    DataRefused
        When there is no point, a coordinate is not finite, a point is outside the window, or that is not a valid
        polygon with an area.

    Examples
    --------
    >>> corner = intensity([0.0], [0.0], shapely.box(0, 0, 40, 40), 1.0)
    >>> bool(np.isclose(corner[0], 4 / (2 * np.pi)))
    True
    """
    if edge not in EDGES:
        raise UsageError(f"'{edge}' is not an edge correction", advice=f"Use one of {', '.join(EDGES)}.")
    frame = plane_window(window)
    kernels = plane_kernels(x, y, sigma, frame)
    at_x, at_y = (kernels.x, kernels.y) if at is None else _places(at)
    if adaptive and np.ptp(kernels.sigma) > 0:
        raise UsageError("an adaptive density starts from one bandwidth", advice="Give a single number.")
    if adaptive:
        kernels = adapted(kernels, frame)
    if edge == "uniform" and not adaptive:
        return uniform_sums(kernels, at_x, at_y, frame)
    if edge != "none":
        kernels = kernels.reweighted(kernels.weight / masses(kernels.x, kernels.y, kernels.sigma, frame))
    return kernel_sums(kernels, at_x, at_y)


def _places(at: ArrayLike | tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    if isinstance(at, tuple) and len(at) == 2 and all(isinstance(each, np.ndarray) for each in at):  # noqa: PLR2004
        places = np.column_stack([np.asarray(each, dtype=float).ravel() for each in at])
    else:
        places = np.atleast_2d(np.asarray(at, dtype=float))
    if places.ndim != 2 or places.shape[1] != 2:  # noqa: PLR2004
        raise UsageError(f"the places to evaluate at have shape {places.shape}", advice="Give rows of x and y.")
    if not np.isfinite(places).all():
        raise DataRefused("a place to evaluate at is not finite", advice="Leave such places out.")
    return places[:, 0], places[:, 1]
