"""Kernel sums, kernel masses and cell areas on a lattice of places.

Two ways to the same sums, chosen by cost alone:

- *Separable* (exact): a Gaussian is a product of two one-dimensional ones, so all kernels on all places are one matrix
  product of (rows x kernels) and (kernels x columns). Nothing above 1e-43 of a kernel's peak is cut off, and every
  kernel may have its own bandwidth. The masses on a lattice are the same product over the window's boundary nodes.
- *Binned* (for many kernels on many places): cubic B-spline weights on a lattice of at most a quarter of the smallest
  bandwidth, real FFT with room so that nothing wraps, the spectrum divided by the spline's own transform (a
  variance correction instead leaves 1.8e-5 of the peak). Bandwidths that differ are spread over geometric levels,
  cubic in h^2.

Masses at many points are read from lattices of exact masses by quintic splines (a mask of the window, however exact its
cell areas, leaves 1e-4 and more), and between bandwidths by Chebyshev interpolation in their logarithm, where a mass is
much smoother than in h^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from scipy.ndimage import map_coordinates
from scipy.special import erf

from mapper.analysis.kernel import REACH, Kernels, Window, masses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEPARABLE_LIMIT = 5e8
"""Kernels times places above which binning is much cheaper than the matrix product."""
DIRECT_MASS_LIMIT = 3e7
"""Points times boundary nodes above which masses are read from lattices."""
LATTICE_LIMIT = 2**24
"""Most places of a working lattice (128 MiB of doubles)."""

_CHUNK = 4_000_000
_FEW_BANDWIDTHS = 8
_LEVELS_PER_OCTAVE = 16
_BINS_PER_SIGMA = 4
_MASS_STEPS_PER_SIGMA = 4
_SPLINE_MARGIN = 16
_CHEBYSHEV_NODES = 12
_PANEL_OCTAVES = 2
_VANISHES = -100.0


@dataclass(frozen=True, slots=True)
class Lattice:
    """Regularly spaced places in a plane: `columns` x `rows`, the first in the south-west at (`west`, `south`)."""

    west: float
    south: float
    step: float
    columns: int
    rows: int

    @property
    def x(self) -> Floats:
        """Eastings, shape (columns,)."""
        return np.asarray(self.west + self.step * np.arange(self.columns), dtype=float)

    @property
    def y(self) -> Floats:
        """Northings, shape (rows,)."""
        return np.asarray(self.south + self.step * np.arange(self.rows), dtype=float)

    @property
    def size(self) -> int:
        """How many places."""
        return self.columns * self.rows

    def refined(self, times: int) -> Lattice:
        """Return the lattice with `times` as many steps in the same extent; every `times`-th place is one of this."""
        columns, rows = (self.columns - 1) * times + 1, (self.rows - 1) * times + 1
        return Lattice(self.west, self.south, self.step / times, columns, rows)


def lattice_over(bounds: tuple[float, float, float, float], step: float, margin: int) -> Lattice:
    """Return cell centres that cover the bounds, cell edges at multiples of `step`, `margin` cells more on each side.

    Examples
    --------
    >>> lattice_over((0.5, 0.0, 2.5, 1.0), 1.0, 0)
    Lattice(west=0.5, south=0.5, step=1.0, columns=3, rows=1)
    """
    west, south = (math.floor(bounds[i] / step) - margin for i in (0, 1))
    east, north = (math.ceil(bounds[i] / step) + margin for i in (2, 3))
    return Lattice((west + 0.5) * step, (south + 0.5) * step, step, east - west, north - south)


def lattice_sums(kernels: Kernels, lattice: Lattice) -> Floats:
    """Return the weighted sum of the kernels' densities on a lattice: shape (rows, columns), weight per unit area.

    Exact, or within 1e-4 of the peak for a single kernel and 1e-6 for many where binning is cheaper.
    """
    if len(kernels) * lattice.size <= SEPARABLE_LIMIT or _bins(kernels, lattice).size > LATTICE_LIMIT:
        return separable_sums(kernels, lattice)
    return binned_sums(kernels, lattice)


def separable_sums(kernels: Kernels, lattice: Lattice) -> Floats:
    """Return the sums of `lattice_sums` by a matrix product: exact to rounding."""
    result = np.zeros((lattice.rows, lattice.columns))
    height = kernels.weight / (2 * np.pi * kernels.sigma**2)
    length = max(1, _CHUNK // (lattice.rows + lattice.columns))
    for start in range(0, len(kernels), length):
        each = slice(start, start + length)
        across = _bell(lattice.x, kernels.x[each], kernels.sigma[each])
        along = _bell(lattice.y, kernels.y[each], kernels.sigma[each])
        result += (along.T * height[each]) @ across
    return result


def _bell(at: Floats, centre: Floats, sigma: Floats) -> Floats:
    """Return exp(-z^2 / 2), shape (centres, at); exactly 0 where it would only slow the product down."""
    exponent = at - centre[:, None]
    exponent *= exponent
    exponent *= (-0.5 / sigma**2)[:, None]
    vanishing = exponent < _VANISHES
    exponent[vanishing] = 0.0
    bell = np.exp(exponent, out=exponent)
    bell[vanishing] = 0.0
    return bell


def binned_sums(kernels: Kernels, lattice: Lattice) -> Floats:
    """Return the sums of `lattice_sums` by binning and FFT; kernels must lie within half a step of the lattice.

    Maximum error over peak, measured: 2e-5 for one kernel, 8e-7 for 100,000; some 1e-6 to 1e-5 more where bandwidths
    differ.
    """
    bins = _bins(kernels, lattice)
    times = round(lattice.step / bins.step)
    room = int(np.ceil(REACH * kernels.sigma.max() / bins.step)) + 2 * times + 4
    shape = tuple(scipy.fft.next_fast_len(length + room, real=True) for length in (bins.rows, bins.columns))
    cycles_y, cycles_x = np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1])
    spectrum = np.zeros((shape[0], len(cycles_x)), dtype=complex)
    for sigma, level in levels(kernels):
        decay = -2 * (np.pi * sigma / bins.step) ** 2
        blur = np.exp(decay * cycles_y**2)[:, None] * np.exp(decay * cycles_x**2)
        spectrum += scipy.fft.rfft2(_deposit(level, bins, shape)) * blur
    spectrum /= (np.sinc(cycles_y)[:, None] * np.sinc(cycles_x)) ** 4
    field = scipy.fft.irfft2(spectrum, s=shape)[: bins.rows : times, : bins.columns : times]
    return np.asarray(np.maximum(field, 0.0) / bins.step**2)


def _bins(kernels: Kernels, lattice: Lattice) -> Lattice:
    return lattice.refined(max(1, int(np.ceil(lattice.step * _BINS_PER_SIGMA / kernels.sigma.min() - 1e-9))))


def _deposit(kernels: Kernels, bins: Lattice, shape: tuple[int, ...]) -> Floats:
    """Spread each kernel's weight over 4 x 4 bins by B-spline weights; bins beyond an end count from the other."""
    column, across = _spline_weights((kernels.x - bins.west) / bins.step)
    row, along = _spline_weights((kernels.y - bins.south) / bins.step)
    result = np.zeros(shape[0] * shape[1])
    columns = (column + np.arange(4)[:, None]) % shape[1]
    for j in range(4):
        cells = ((row + j) % shape[0] * shape[1] + columns).ravel()
        result += np.bincount(cells, weights=(kernels.weight * along[j] * across).ravel(), minlength=result.size)
    return result.reshape(shape)


def _spline_weights(position: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the first of four bins per position, and the four cubic B-spline weights, which sum to 1: shape (4, n)."""
    whole = np.floor(position)
    t = position - whole
    weights = np.array([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3])
    return whole.astype(np.intp) - 1, weights / 6


def levels(kernels: Kernels) -> list[tuple[float, Kernels]]:
    """Sort kernels into few bandwidths: (sigma, kernels to be taken with it), whose sum stands for the whole.

    Up to 8 distinct bandwidths stay as they are. More are spread over geometric levels, 16 to an octave, by 4-point
    Lagrange weights in sigma^2 (a Gaussian is smooth in its variance, and moments up to the third are kept).
    """
    distinct = np.unique(kernels.sigma)
    if len(distinct) <= _FEW_BANDWIDTHS:
        return [(float(sigma), _chosen(kernels, kernels.sigma == sigma)) for sigma in distinct]
    octaves = np.log2(distinct[-1] / distinct[0])
    ladder = np.geomspace(distinct[0], distinct[-1], max(4, int(np.ceil(octaves * _LEVELS_PER_OCTAVE)) + 1))
    first = np.clip(np.searchsorted(ladder, kernels.sigma, side="right") - 2, 0, len(ladder) - 4)
    weights = _lagrange(ladder**2, first, kernels.sigma**2) * kernels.weight
    spread = []
    for level, sigma in enumerate(ladder):
        tap = level - first
        used = (tap >= 0) & (tap < 4)  # noqa: PLR2004
        part = _chosen(kernels, used)
        if len(part):
            spread.append((float(sigma), part.reweighted(weights[tap[used], np.flatnonzero(used)])))
    return spread


def _lagrange(nodes: Floats, first: NDArray[np.intp], at: Floats) -> Floats:
    """Return the weights of nodes first..first+3 for interpolation at each place: shape (4, n)."""
    near = nodes[first + np.arange(4)[:, None]]
    weights = np.ones((4, len(at)))
    for j in range(4):
        for k in range(4):
            if k != j:
                weights[j] *= (at - near[k]) / (near[j] - near[k])
    return weights


def _chosen(kernels: Kernels, rows: NDArray[np.bool_]) -> Kernels:
    return Kernels(*(each[rows] for each in (kernels.x, kernels.y, kernels.sigma, kernels.weight)))


def lattice_masses(lattice: Lattice, sigma: float, window: Window) -> Floats:
    """Return the mass inside the window of a kernel at each place of a lattice: shape (rows, columns), error 2e-11."""
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
            along = _bell(y, node_y[nodes], np.full(nodes.stop - first, sigma))
            result[rows] += (along.T * weight[nodes]) @ across
    return np.asarray(result / (2 * np.sqrt(2 * np.pi) * sigma))


def kernel_masses(kernels: Kernels, window: Window) -> Floats:
    """Return the mass of each kernel inside the window: shape (n,).

    Exact to 2e-11 while points times boundary nodes are few, else read from lattices of exact masses (error about 1e-7,
    or 1e-6 where more than 8 bandwidths occur).
    """
    smallest = float(kernels.sigma.min())
    few = len(kernels) * len(window.nodes(smallest)[0]) <= DIRECT_MASS_LIMIT
    if few or _mass_lattice(window, smallest).size > LATTICE_LIMIT:
        return masses(kernels.x, kernels.y, kernels.sigma, window)
    result = np.empty(len(kernels))
    panel = np.floor(np.log2(kernels.sigma / smallest) / _PANEL_OCTAVES)
    for each in np.unique(panel):
        rows = panel == each
        result[rows] = _masses_of_panel(_chosen(kernels, rows), window)
    return result


def _masses_of_panel(kernels: Kernels, window: Window) -> Floats:
    distinct, which = np.unique(kernels.sigma, return_inverse=True)
    if len(distinct) > _FEW_BANDWIDTHS:
        return _masses_between(kernels, window)
    result = np.empty(len(kernels))
    for number, sigma in enumerate(distinct):
        rows = which == number
        result[rows] = _read_masses(kernels.x[rows], kernels.y[rows], float(sigma), window)
    return result


def _masses_between(kernels: Kernels, window: Window) -> Floats:
    """Interpolate masses between the Chebyshev nodes of the kernels' log bandwidths."""
    position = np.log(kernels.sigma)
    middle, half = (position.max() + position.min()) / 2, (position.max() - position.min()) / 2
    nodes = middle + half * np.cos(np.pi * (np.arange(_CHEBYSHEV_NODES) + 0.5) / _CHEBYSHEV_NODES)
    result = np.zeros(len(kernels))
    for j, node in enumerate(nodes):
        others = np.delete(nodes, j)
        weight = np.prod([(position - other) / (node - other) for other in others], axis=0)
        result += weight * _read_masses(kernels.x, kernels.y, math.exp(node), window)
    return result


def _mass_lattice(window: Window, sigma: float) -> Lattice:
    return lattice_over(window.polygon.bounds, sigma / _MASS_STEPS_PER_SIGMA, _SPLINE_MARGIN)


def _read_masses(x: Floats, y: Floats, sigma: float, window: Window) -> Floats:
    lattice = _mass_lattice(window, sigma)
    return read(lattice_masses(lattice, sigma, window), lattice, x, y)


def read(field: Floats, lattice: Lattice, x: Floats, y: Floats) -> Floats:
    """Read a smooth field between the places of its lattice by quintic splines: shape (n,)."""
    where = np.vstack([(y - lattice.south) / lattice.step, (x - lattice.west) / lattice.step])
    return np.asarray(map_coordinates(field, where, order=5, mode="mirror"))


def cell_areas(window: Window, lattice: Lattice) -> Floats:
    """Return the area of the window in each lattice cell, exactly: shape (rows, columns), square units.

    The window must lie within the lattice's cells. Edges are cut at the cell borders; each piece gives its own cell the
    area to its left, and all cells further west a whole strip: a sum from the east puts the strips together.

    Examples
    --------
    >>> import shapely
    >>> from mapper.analysis.kernel import plane_window
    >>> cell_areas(plane_window(shapely.box(0.5, 0, 2, 1)), Lattice(0.5, 0.5, 1.0, 2, 1)).tolist()
    [[0.5, 1.0]]
    """
    corner = np.array([lattice.west, lattice.south] * 2) - lattice.step / 2
    x1, y1, x2, y2 = ((window.edges - corner) / lattice.step).T
    edges = np.arange(len(x1))
    cuts = [(edges, np.zeros(len(x1))), (edges, np.ones(len(x1))), _crossings(x1, x2), _crossings(y1, y2)]
    edge, along = (np.concatenate(each) for each in zip(*cuts, strict=True))
    order = np.lexsort((along, edge))
    edge, along = edge[order], along[order]
    within = edge[1:] == edge[:-1]
    edge, start, end = edge[:-1][within], along[:-1][within], along[1:][within]
    middle = (start + end) / 2
    x_middle = x1[edge] + middle * (x2 - x1)[edge]
    y_middle = y1[edge] + middle * (y2 - y1)[edge]
    rise = (end - start) * (y2 - y1)[edge]
    column = np.clip(np.floor(x_middle).astype(np.intp), 0, lattice.columns - 1)
    row = np.clip(np.floor(y_middle).astype(np.intp), 0, lattice.rows - 1)
    cell, shape = row * lattice.columns + column, (lattice.rows, lattice.columns)
    own = np.bincount(cell, weights=rise * (x_middle - column), minlength=lattice.size).reshape(shape)
    strip = np.bincount(cell, weights=rise, minlength=lattice.size).reshape(shape)
    from_east = np.cumsum(strip[:, ::-1], axis=1)[:, ::-1] - strip
    return np.asarray((own + from_east) * lattice.step**2)


def _crossings(start: Floats, end: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return, for each whole number strictly between start and end, the edge and how far along it lies (0 to 1)."""
    low, high = np.floor(np.minimum(start, end)) + 1, np.ceil(np.maximum(start, end)) - 1
    counts = np.maximum(high - low + 1, 0).astype(np.intp)
    edge = np.repeat(np.arange(len(start)), counts)
    number = low[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    return edge, (number - start[edge]) / (end - start)[edge]
