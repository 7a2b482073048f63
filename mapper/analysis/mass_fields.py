"""Masses of kernels inside the window, on lattices and, where there are many, read from lattices.

A mass at a place is the window blurred by the kernel, a smooth field. It is laid on a lattice exactly (boundary
integrals as one matrix product; a disc by its transform on top, which is exact where the lattice resolves the Gaussian, or by
quadrature where the Gaussian is so wide that a lattice on which it vanishes would not fit), then read by quintic splines.
A mask of the window, however exact its cell areas, leaves 1e-4 and more. Between bandwidths it is interpolated at
Chebyshev nodes of their logarithm, where a mass is much smoother than in h^2.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from scipy.ndimage import minimum_filter
from scipy.special import erf

from mapper.analysis.disc import disc_nodes, disc_transform, expanded, expanded_size
from mapper.analysis.gridded import LATTICE_LIMIT, bells, times_of
from mapper.analysis.kernel import REACH, Kernels, masses
from mapper.analysis.lattice import Lattice, lattice_over, read
from mapper.analysis.levels import FEW, radius_rungs, taps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]

DIRECT_MASS_LIMIT = 3e7
"""Gaussians times boundary nodes above which masses are read from lattices."""

_CHUNK = 4_000_000
_STEPS_PER_SIGMA = 4
_SPLINE_MARGIN = 16
_CHEBYSHEV_NODES = 12
_PANEL_OCTAVES = 2
_WHOLE = 1 - 1e-12


def lattice_masses(lattice: Lattice, sigma: float, window: Window, radius: float = 0.0) -> Floats:
    """Return the mass inside the window of a kernel at each place of a lattice: shape (rows, columns), error 2e-11."""
    if radius == 0:
        return _gaussian_masses(lattice, sigma, window)
    times = times_of(sigma, lattice)
    fine, skipped = _grown(lattice.refined(times), window, REACH * sigma + radius)
    if fine.size > LATTICE_LIMIT:
        return _displaced_masses(lattice, sigma, window, radius)
    field = _gaussian_masses(fine, sigma, window)
    shape = tuple(scipy.fft.next_fast_len(length, real=True) for length in field.shape)
    wave_y, wave_x = (
        2 * np.pi / fine.step * cycles for cycles in (np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1]))
    )
    spectrum = scipy.fft.rfft2(field, s=shape) * disc_transform(radius * np.hypot(wave_y[:, None], wave_x))
    rows, columns = (
        slice(skip, skip + (length - 1) * times + 1, times)
        for skip, length in zip(skipped, (lattice.rows, lattice.columns), strict=True)
    )
    return np.asarray(scipy.fft.irfft2(spectrum, s=shape)[rows, columns])


def _displaced_masses(lattice: Lattice, sigma: float, window: Window, radius: float) -> Floats:
    """Return the same as a mean over displaced Gaussians."""
    result = np.zeros((lattice.rows, lattice.columns))
    for u, v, share in zip(*disc_nodes(math.ceil(2 * radius / sigma) / 2), strict=True):
        moved = replace(lattice, west=lattice.west + radius * u, south=lattice.south + radius * v)
        result += share * _gaussian_masses(moved, sigma, window)
    return result


def _grown(lattice: Lattice, window: Window, reach: float) -> tuple[Lattice, tuple[int, int]]:
    """Lengthen a lattice until the blurred window vanishes at its ends; say how many rows and columns came before."""
    west, south, east, north = window.polygon.bounds
    ends = lattice.x[-1], lattice.y[-1]
    before = [
        math.ceil((max(0.0, start - bound) + reach) / lattice.step)
        for start, bound in ((lattice.south, south), (lattice.west, west))
    ]
    after = [
        math.ceil((max(0.0, bound - end) + reach) / lattice.step) for end, bound in ((ends[1], north), (ends[0], east))
    ]
    grown = Lattice(
        lattice.west - before[1] * lattice.step,
        lattice.south - before[0] * lattice.step,
        lattice.step,
        lattice.columns + before[1] + after[1],
        lattice.rows + before[0] + after[0],
    )
    return grown, (before[0], before[1])


def _gaussian_masses(lattice: Lattice, sigma: float, window: Window) -> Floats:
    node_x, node_y, weight = window.nodes(sigma)
    order = np.argsort(node_y, kind="stable")
    node_x, node_y, weight = node_x[order], node_y[order], weight[order]
    result = np.zeros((lattice.rows, lattice.columns))
    band = max(1, int(REACH * sigma / lattice.step))
    length = max(1, _CHUNK // (band + lattice.columns))
    for start in range(0, lattice.rows, band):
        rows = slice(start, start + band)
        y = lattice.y[rows]
        seen = np.searchsorted(node_y, (y[0] - REACH * sigma, y[-1] + REACH * sigma))
        for first in range(seen[0], seen[1], length):
            nodes = slice(first, min(first + length, seen[1]))
            across = erf((node_x[nodes, None] - lattice.x) / (sigma * np.sqrt(2)))
            along = bells(y, node_y[nodes], np.full(nodes.stop - first, sigma))
            result[rows] += (along.T * weight[nodes]) @ across
    return np.asarray(result / (2 * np.sqrt(2 * np.pi) * sigma))


def kernel_masses(kernels: Kernels, window: Window, direct_limit: float | None = None) -> Floats:
    """Return the mass of each kernel inside the window: shape (n,).

    Exact (Gaussians to 2e-11, discs to 1e-9) while Gaussians times boundary nodes are few, else read from lattices of exact
    masses: error about 3e-7, or 1e-6 where more than 8 bandwidths or radii occur. `direct_limit` says what is few.
    """
    smallest = float(kernels.sigma.min())
    few = expanded_size(kernels) * len(window.nodes(smallest)[0]) <= (direct_limit or DIRECT_MASS_LIMIT)
    if few or _lattice(window, smallest, float(kernels.radius.max())).size > LATTICE_LIMIT:
        gaussians, owner = expanded(kernels.reweighted(np.ones(len(kernels))))
        mass = masses(gaussians.x, gaussians.y, gaussians.sigma, window)
        return np.asarray(np.bincount(owner, weights=gaussians.weight * mass, minlength=len(kernels)), dtype=float)
    result = np.empty(len(kernels))
    panel = np.floor(np.log2(kernels.sigma / smallest) / _PANEL_OCTAVES)
    for each in np.unique(panel):
        rows = panel == each
        result[rows] = _masses_of_panel(kernels.chosen(rows), window)
    return result


def _masses_of_panel(kernels: Kernels, window: Window) -> Floats:
    """Go through the radii: each for itself while they are few, else by Lagrange weights in r^2."""
    distinct = np.unique(kernels.radius)
    if len(distinct) <= FEW:
        result = np.empty(len(kernels))
        for radius in distinct:
            rows = kernels.radius == radius
            result[rows] = _masses_of_radius(kernels.chosen(rows), float(radius), window)
        return result
    rungs = radius_rungs(kernels.radius, float(kernels.sigma.min()))
    first, weights = taps(kernels.radius, rungs)
    result = np.zeros(len(kernels))
    for number, radius in enumerate(rungs):
        rows = (first <= number) & (number < first + len(weights))
        if rows.any():
            share = weights[number - first[rows], np.flatnonzero(rows)]
            result[rows] += share * _masses_of_radius(kernels.chosen(rows), float(radius), window)
    return result


def _masses_of_radius(kernels: Kernels, radius: float, window: Window) -> Floats:
    distinct, which = np.unique(kernels.sigma, return_inverse=True)
    if len(distinct) > FEW:
        return _masses_between(kernels, radius, window)
    result = np.empty(len(kernels))
    for number, sigma in enumerate(distinct):
        rows = which == number
        result[rows] = _read_masses(kernels.x[rows], kernels.y[rows], float(sigma), radius, window)
    return result


def _masses_between(kernels: Kernels, radius: float, window: Window) -> Floats:
    """Interpolate masses between the Chebyshev nodes of the kernels' log bandwidths."""
    position = np.log(kernels.sigma)
    middle, half = (position.max() + position.min()) / 2, (position.max() - position.min()) / 2
    nodes = middle + half * np.cos(np.pi * (np.arange(_CHEBYSHEV_NODES) + 0.5) / _CHEBYSHEV_NODES)
    result = np.zeros(len(kernels))
    for j, node in enumerate(nodes):
        others = np.delete(nodes, j)
        weight = np.prod([(position - other) / (node - other) for other in others], axis=0)
        result += weight * _read_masses(kernels.x, kernels.y, math.exp(node), radius, window)
    return result


def _lattice(window: Window, sigma: float, radius: float) -> Lattice:
    return lattice_over(window.polygon.bounds, sigma / _STEPS_PER_SIGMA, _SPLINE_MARGIN + math.ceil(radius / sigma))


def _read_masses(x: Floats, y: Floats, sigma: float, radius: float, window: Window) -> Floats:
    """Read masses from a lattice; far inside the window they are 1, which is not read but seen."""
    lattice = _lattice(window, sigma, radius)
    field = lattice_masses(lattice, sigma, window, radius)
    whole = minimum_filter(field, 3) >= _WHOLE
    column, row = (
        np.clip(np.rint((at - start) / lattice.step).astype(np.intp), 0, length - 1)
        for at, start, length in ((x, lattice.west, lattice.columns), (y, lattice.south, lattice.rows))
    )
    result = np.ones(len(x))
    near = ~whole[row, column]
    result[near] = read(field, lattice, x[near], y[near])
    return result
