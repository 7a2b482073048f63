"""Berman and Diggle's mean square error of a bandwidth, from the distances between pairs of points.

For a Cox process of intensity lambda, observed in a window, the error of the naive estimate on discs of radius h is

    M(h) = (1 / lambda - 2 K(h)) / (pi h^2) + (integral of the lens area A(d, h) dK(d)) / (pi h^2)^2 + a constant,

where A(d, h) = 2 h^2 (acos(y) - y sqrt(1 - y^2)), y = d / 2h, is what two discs of radius h at distance d have in common
(Berman and Diggle 1989; spatstat's `bw.diggle`). The Gaussian with the disc's variance has the bandwidth h / 2. K takes
the translation correction, each pair weighted by the area that the window shares with itself moved by their difference; as in
spatstat, distances go up to a quarter of the window's shorter side, h to an eighth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from mapper.analysis.lattice import cell_areas, lattice_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]

MOST_DIRECT = 2_000
"""Up to so many distances every one of them is tried as h, each against all pairs; of more, distances are binned."""

_DISTANCE_BINS = 8_192
_TRIED = 1_024
_WIDEST_SHARE = 4
_COVARIANCE_CELLS = 256
_SAME = 1 + 1e-9


def berman_diggle(x: Floats, y: Floats, window: Window, n: int) -> float | None:
    """Return the Gaussian bandwidth of least mean square error; None where the smallest distance that is tried has it.

    Parameters
    ----------
    x, y : ndarray of shape (m,)
        The points, or a sample of them that K is taken from.
    window : Window
        In the same plane.
    n : int
        How many points there are in all: lambda is n over the window's area.
    """
    distance, weight = pair_weights(x, y, window)
    if not len(distance):
        return None
    if distance[0] == 0:
        # Pairs at one place make M fall without end as h goes to 0: they are repetition, not spread.
        weight, distance = weight[distance > 0], distance[distance > 0]
    most = _widest(window) / 2
    if len(distance) <= MOST_DIRECT:
        tried = np.unique(distance[distance <= most])
        lens_distance, lens_weight = distance, weight
    else:
        tried = np.linspace(0, most, _TRIED + 1)[1:]
        lens_distance, lens_weight = _binned(distance, weight)
    if not len(tried):
        return None
    area = float(window.polygon.area)
    total = np.concatenate([[0.0], np.cumsum(weight)])
    k = total[np.searchsorted(distance, tried * _SAME, side="right")]
    lens = np.array([lens_weight @ lens_area(lens_distance, h) for h in tried])
    disc = np.pi * tried**2
    error = (area / n - 2 * k) / disc + lens / disc**2
    return float(tried[np.argmin(error)]) / 2


def lens_area(distance: Floats, radius: float) -> Floats:
    """Return the area that two discs of one radius have in common.

    Examples
    --------
    >>> lens_area(np.array([0.0, 2.0, 5.0]), 1.0).round(9).tolist()
    [3.141592654, 0.0, 0.0]
    """
    y = np.minimum(distance / (2 * radius), 1.0)
    return np.asarray(2 * radius**2 * (np.arccos(y) - y * np.sqrt(1 - y * y)))


def pair_weights(x: Floats, y: Floats, window: Window) -> tuple[Floats, Floats]:
    """Return the distances of all pairs up to a quarter of the window's shorter side, ascending, and their parts of K."""
    pairs = cKDTree(np.column_stack([x, y])).query_pairs(_widest(window), output_type="ndarray")
    across, along = (each[pairs[:, 0]] - each[pairs[:, 1]] for each in (x, y))
    distance = np.hypot(across, along)
    order = np.argsort(distance, kind="stable")
    shared = set_covariance(window, across[order], along[order])
    area = float(window.polygon.area)
    return distance[order], 2 * area**2 / (len(x) * (len(x) - 1)) / shared


def _widest(window: Window) -> float:
    west, south, east, north = window.polygon.bounds
    return float(min(east - west, north - south)) / _WIDEST_SHARE


def set_covariance(window: Window, across: Floats, along: Floats) -> Floats:
    """Return the area that a window shares with itself when it is moved: shape (n,), relative error up to 4e-3.

    The window's exact areas in 256 cells to its longer side are correlated with themselves by FFT, and read bilinearly.
    """
    west, south, east, north = window.polygon.bounds
    lattice = lattice_over(window.polygon.bounds, max(east - west, north - south) / _COVARIANCE_CELLS, 1)
    shape = (2 * lattice.rows, 2 * lattice.columns)
    spectrum = scipy.fft.rfft2(cell_areas(window, lattice), s=shape)
    field = scipy.fft.irfft2(np.abs(spectrum) ** 2, s=shape) / lattice.step**2
    where = np.vstack([along / lattice.step % shape[0], across / lattice.step % shape[1]])
    return np.asarray(map_coordinates(field, where, order=1, mode="grid-wrap"))


def _binned(distance: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Put distances into bins, each between its two nearest by their closeness."""
    step = distance[-1] / (_DISTANCE_BINS - 1)
    first = np.minimum((distance / step).astype(np.intp), _DISTANCE_BINS - 2)
    part = distance / step - first
    bins = np.bincount(first, weights=weight * (1 - part), minlength=_DISTANCE_BINS)
    bins += np.bincount(first + 1, weights=weight * part, minlength=_DISTANCE_BINS)
    return step * np.arange(_DISTANCE_BINS), np.asarray(bins, dtype=float)
