"""The planar core that is public: intensity of points in any unit, by direct evaluation, to hold against the literature.

Nothing here knows of metres, records or grids; `density` is what makes a map of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper.analysis.kernel import EDGES, Kernels, abramson, kernel_sums, masses
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from shapely import MultiPolygon, Polygon

    from mapper.analysis.window import Window
    from mapper.model import Edge

    Floats = NDArray[np.float64]

_ROUNDING = 1e-9
"""Of the window's extent: a point on the border may have been rotated or reprojected with it."""


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


def intensity(  # noqa: PLR0913 - points and window, and each choice of the formula by its name
    x: ArrayLike,
    y: ArrayLike,
    window: Polygon | MultiPolygon,
    sigma: ArrayLike,
    *,
    edge: Edge = "jones-diggle",
    at: ArrayLike | tuple[Floats, Floats] | None = None,
    adaptive: bool = False,
    weights: ArrayLike | None = None,
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
    weights : array-like of shape (n,), optional
        What each point counts for, 1 by default: a point of weight 2 is two points. Under `adaptive` in the pilot too.

    Returns
    -------
    ndarray of shape (m,)
        Points per unit area.

    Raises
    ------
    UsageError
        When a bandwidth is not positive, lengths differ, `edge` is unknown, or `adaptive` is given several bandwidths.
    DataRefused
        When there is no point, a coordinate is not finite, a point is outside the window, that is not a valid polygon with
        an area, or a weight is not a number of 0 or more, or all are 0.

    Examples
    --------
    >>> import shapely
    >>> corner = intensity([0.0], [0.0], shapely.box(0, 0, 40, 40), 1.0)
    >>> bool(np.isclose(corner[0], 4 / (2 * np.pi)))
    True
    """
    if edge not in EDGES:
        raise UsageError(f"'{edge}' is not an edge correction", advice=f"Use one of {', '.join(EDGES)}.")
    frame = plane_window(window)
    kernels = plane_kernels(x, y, sigma, frame)
    if weights is not None:
        kernels = kernels.reweighted(_weights(weights, len(kernels)))
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


def _weights(weights: ArrayLike, points: int) -> Floats:
    given = np.asarray(weights, dtype=float)
    if given.shape != (points,):
        raise UsageError(f"{given.size} weights were given for {points} points", advice="Give one for each.")
    bad = int(np.count_nonzero(~(np.isfinite(given) & (given >= 0))))
    if bad:
        raise DataRefused(f"{bad} weights are not a number of 0 or more", advice="Leave such points out.")
    if not given.any():
        raise DataRefused("all weights are 0, so there is no density", advice="Give some point a weight.")
    return given


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
