"""Kernel sums on a lattice of places, and the sums of their squares, which a standard error needs.

Two ways to the same sums, chosen by cost alone:

- *Separable* (exact): a Gaussian is a product of two one-dimensional ones, so all kernels on all places are one matrix
  product of (rows x kernels) and (kernels x columns). Nothing above 1e-43 of a kernel's peak is cut off, every kernel may
  have its own bandwidth, and a disc is a hundred Gaussians (`disc`).
- *Binned* (for many kernels on many places): quartic B-spline weights on a lattice of at most a quarter of the bandwidth,
  real FFT with room so that nothing wraps, the spectrum divided by the spline's own transform (a variance correction
  instead leaves 1.8e-5 of the peak) and multiplied by that of the disc. Bandwidths and radii that differ are spread over
  `levels`, each binned no finer than it needs. Cubic weights leave 2e-5 of one kernel's peak, which many kernels average
  out only where they lie close: four to a squared bandwidth, a million of them, still leave 1.7e-6. Quartic ones leave a
  tenth of that for a fifth more time.

Points are binned in order of their row, some thousands at a time, so that a band of the lattice stays in the processor's
cache: three times as fast as all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.fft

from mapper.analysis.disc import disc_transform, expanded, expanded_size
from mapper.analysis.kernel import REACH, Kernels, kernel_sums
from mapper.analysis.lattice import lattice_over, read
from mapper.analysis.levels import Level, levels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from mapper.analysis.lattice import Lattice
    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]
    Complexes = NDArray[np.complex128]
    Shape = tuple[int, int]
    Transfer = Complexes | Floats

SEPARABLE_LIMIT = 5e8
"""Gaussians times places above which binning is much cheaper than the matrix product."""
DISC_SHARE = 1 / 20
"""Of a Gaussian that stands for a disc with others, against the limit: else a few hundred records would lose exactness.

Each kernel costs its own, whatever the others are: where the kernels of some records are too many, so are those of all.
"""
CHEAP_LIMIT = 2e7
"""The same where only processor time is looked at: binning is cheaper from here on, discs counted in full."""
LATTICE_LIMIT = 2**24
"""Most places of a working lattice (128 MiB of doubles)."""

_CHUNK = 4_000_000
_BAND = 8_192
_BINS_PER_SIGMA = 4
_STEPS_PER_SIGMA, _MARGIN = 4, 16
_DEGREE = 4
_TAPS = _DEGREE + 1
_VANISHES = -100.0
_TWO_BYTES = 2**16


class Blur(NamedTuple):
    """The form of a kernel: a Gaussian's bandwidth, and the radius of the disc that it is spread over."""

    sigma: float
    radius: float


def lattice_sums(kernels: Kernels, lattice: Lattice, *, cheapest: bool = False) -> Floats:
    """Return the weighted sum of the kernels' densities on a lattice: shape (rows, columns), weight per unit area.

    Exact (discs to 1e-9), or within 3e-6 of the peak for a single kernel and 5e-7 for 100,000 where binning is much cheaper;
    with `cheapest` where it is cheaper at all.
    """
    if is_separable(kernels, lattice, cheapest=cheapest):
        return separable_sums(expanded(kernels)[0], lattice)
    return binned_sums(kernels, lattice)


def sums_at(kernels: Kernels, window: Window, x: Floats, y: Floats, *, exact: bool) -> Floats:
    """Return kernel sums at places in the window, of Gaussians of one bandwidth: directly, or read from a lattice."""
    if exact:
        return kernel_sums(kernels, x, y)
    fine = lattice_over(window.polygon.bounds, float(kernels.sigma[0]) / _STEPS_PER_SIGMA, _MARGIN)
    return read(lattice_sums(kernels, fine), fine, x, y)


def is_separable(kernels: Kernels, lattice: Lattice, *, cheapest: bool = False) -> bool:
    """Tell whether the sums of kernels are cheap enough, or can only be had, by a matrix product."""
    gaussians, limit = float(expanded_size(kernels)), CHEAP_LIMIT
    if not cheapest:
        single = np.count_nonzero(kernels.radius == 0)
        gaussians, limit = single + (gaussians - single) * DISC_SHARE, SEPARABLE_LIMIT
    return gaussians * lattice.size <= limit or not bins_fit(kernels, lattice)


def lattice_squares(kernels: Kernels, lattice: Lattice, *, cheapest: bool = False) -> Floats:
    """Return the weighted sum of the squared densities on a lattice: shape (rows, columns).

    The square of a Gaussian is one of sigma / sqrt 2; that of a disc's kernel is squared on the lattice.
    """
    if kernels.radius.any() and bins_fit(kernels, lattice):
        return binned_sums(kernels, lattice, squared_transfer)
    # Too large a lattice for that: the disc's variance is good enough for a standard error.
    return lattice_sums(narrowed(kernels), lattice, cheapest=cheapest)


def narrowed(kernels: Kernels) -> Kernels:
    """Return Gaussians that are the squares of the kernels', of a disc the Gaussian's of its variance."""
    sigma = np.sqrt(kernels.sigma**2 + kernels.radius**2 / 4)
    return Kernels(kernels.x, kernels.y, sigma / np.sqrt(2), kernels.weight / (4 * np.pi * sigma**2))


def bins_fit(kernels: Kernels, lattice: Lattice) -> bool:
    """Say whether binning needs no more than `LATTICE_LIMIT` places, room for the widest kernel included."""
    small, large = float(kernels.sigma.min()), float(kernels.sigma.max())
    wide = lattice.refined(times_of(large, lattice))
    room = (REACH * large + float(kernels.radius.max())) / wide.step
    padded = (wide.rows + room) * (wide.columns + room)
    return max(padded, lattice.refined(times_of(small, lattice)).size) <= LATTICE_LIMIT


def separable_sums(kernels: Kernels, lattice: Lattice) -> Floats:
    """Return the sums of Gaussians by a matrix product: exact to rounding."""
    result = np.zeros((lattice.rows, lattice.columns))
    height = kernels.weight / (2 * np.pi * kernels.sigma**2)
    length = max(1, _CHUNK // (lattice.rows + lattice.columns))
    for start in range(0, len(kernels), length):
        each = slice(start, start + length)
        across = bells(lattice.x, kernels.x[each], kernels.sigma[each])
        along = bells(lattice.y, kernels.y[each], kernels.sigma[each])
        result += (along.T * height[each]) @ across
    return result


def bells(at: Floats, centre: Floats, sigma: Floats) -> Floats:
    """Return exp(-z^2 / 2), shape (centres, at); exactly 0 where it would only slow the product down."""
    exponent = at - centre[:, None]
    exponent *= exponent
    exponent *= (-0.5 / sigma**2)[:, None]
    vanishing = exponent < _VANISHES
    exponent[vanishing] = 0.0
    bell = np.exp(exponent, out=exponent)
    bell[vanishing] = 0.0
    return bell


def gaussian_transfer(blur: Blur, shape: Shape, step: float) -> Transfer:
    """Return the transform of a level's kernel, of mass 1, on the half plane of real FFT frequencies."""
    cycles_y, cycles_x = np.fft.fftfreq(shape[0]), np.fft.rfftfreq(shape[1])
    decay = -2 * (np.pi * blur.sigma / step) ** 2
    spectrum = np.exp(decay * cycles_y**2)[:, None] * np.exp(decay * cycles_x**2)
    if blur.radius:
        spectrum *= disc_transform(2 * np.pi * blur.radius / step * np.hypot(cycles_y[:, None], cycles_x))
    return np.asarray(spectrum)


def squared_transfer(blur: Blur, shape: Shape, step: float) -> Transfer:
    """Return the same of the squared kernel."""
    kernel = scipy.fft.irfft2(gaussian_transfer(blur, shape, step), s=shape) / step**2
    return np.asarray(scipy.fft.rfft2(kernel**2) * step**2)


def binned_sums(
    kernels: Kernels, lattice: Lattice, transfer: Callable[[Blur, Shape, float], Transfer] | None = None
) -> Floats:
    """Return the sums of `lattice_sums` by binning and FFT; kernels must lie within half a step of the lattice.

    Maximum error over peak, measured: 2.4e-6 for one kernel, 4e-7 for 100,000; some 1e-6 to 1e-5 more where bandwidths
    or radii differ.
    """
    by_times: dict[int, list[Level]] = {}
    for level in levels(kernels):
        by_times.setdefault(times_of(level.sigma, lattice), []).append(level)
    total = np.zeros((lattice.rows, lattice.columns))
    for times, group in by_times.items():
        bins = lattice.refined(times)
        shape = padded_shape(bins, times, [Blur(level.sigma, level.radius) for level in group])
        deposits = ((Blur(level.sigma, level.radius), deposit(level.kernels, bins, shape)) for level in group)
        total += convolved(deposits, bins, times, transfer or gaussian_transfer)
    return np.maximum(total, 0.0, out=total)


def padded_shape(bins: Lattice, times: int, blurs: Sequence[Blur]) -> Shape:
    """Return the shape of the bins of a lattice with so much room that no kernel's far end meets its near one."""
    reach = max(REACH * blur.sigma + blur.radius for blur in blurs)
    room = int(np.ceil(reach / bins.step)) + 2 * times + 4
    rows, columns = (scipy.fft.next_fast_len(length + room, real=True) for length in (bins.rows, bins.columns))
    return rows, columns


def convolved(
    deposits: Iterable[tuple[Blur, Floats]],
    bins: Lattice,
    times: int,
    transfer: Callable[[Blur, Shape, float], Transfer],
) -> Floats:
    """Return the sum of some deposits, each blurred, at every `times`-th place of their lattice; the deposits are used up."""
    spectrum, shape = None, (0, 0)
    for blur, field in deposits:
        shape = (field.shape[0], field.shape[1])
        part = scipy.fft.rfft2(field, overwrite_x=True)
        part *= transfer(blur, shape, bins.step)
        spectrum = part if spectrum is None else np.add(spectrum, part, out=spectrum)
    spectrum *= (np.sinc(np.fft.fftfreq(shape[0])) ** -float(_TAPS))[:, None]
    spectrum *= np.sinc(np.fft.rfftfreq(shape[1])) ** -float(_TAPS)
    smooth = scipy.fft.irfft2(spectrum, s=shape, overwrite_x=True)
    return np.asarray(smooth[: bins.rows : times, : bins.columns : times] / bins.step**2)


def times_of(sigma: float, lattice: Lattice) -> int:
    """Return into how many bins a step of the lattice is cut: the first of 1, 2, 3, 4, 6, 8, 12 ... that is enough."""
    needed = max(1.0, lattice.step * _BINS_PER_SIGMA / sigma - 1e-9)
    power: int = 2 ** int(np.floor(np.log2(needed)))
    return next(times for times in (power, power * 3 // 2, power * 2) if times >= needed)


def deposit(kernels: Kernels, bins: Lattice, shape: Shape) -> Floats:
    """Spread each kernel's weight over 5 x 5 bins by B-spline weights; bins beyond an end count from the other."""
    east, north = (kernels.x - bins.west) / bins.step, (kernels.y - bins.south) / bins.step
    row = np.mod(_first_bin(north), shape[0])
    order = np.argsort(row.astype(np.uint16) if shape[0] < _TWO_BYTES else row, kind="stable")
    width = shape[1] + _DEGREE
    field = np.zeros((shape[0] + _DEGREE, width))
    for start in range(0, len(order), _BAND):
        some = order[start : start + _BAND]
        low, high = row[some[0]], row[some[-1]] + _TAPS
        column, across = _first_bin(east[some]), _spline_weights(east[some])
        along = _spline_weights(north[some]) * kernels.weight[some]
        cells = (row[some] - low) * width + column % shape[1] + np.arange(_TAPS)[:, None]
        band = field[low:high].reshape(-1)
        for j in range(_TAPS):
            band += np.bincount((cells + j * width).ravel(), (along[j] * across).ravel(), minlength=band.size)
    field[:_DEGREE] += field[shape[0] :]
    field[:, :_DEGREE] += field[:, shape[1] :]
    return field[: shape[0], : shape[1]]


def _first_bin(position: Floats) -> NDArray[np.intp]:
    """Return the first of the five bins about each position."""
    return np.asarray(np.floor(position + 0.5).astype(np.intp) - _DEGREE // 2)


def _spline_weights(position: Floats) -> Floats:
    """Return the weights of the five bins about each position, which sum to 1: shape (5, n)."""
    t = position - np.floor(position + 0.5)
    square = t * t
    even, odd = 19 + square * (24 - 16 * square), t * (44 - 16 * square)
    low, high = (1 - 2 * t) ** 2, (1 + 2 * t) ** 2
    weights = np.array([low * low, 4 * (even - odd), 230 + square * (96 * square - 240), 4 * (even + odd), high * high])
    return weights / 384
