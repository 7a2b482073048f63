"""Kernels of many bandwidths and radii as a few levels, so that one FFT serves a whole level.

Both are interpolated where a kernel is smooth: by 4-point Lagrange weights in sigma^2 over geometric levels, and in r^2
over radii a quarter of the bandwidth apart (a disc's rim is as soft as the Gaussian, whatever its radius). Linear weights
leave a hundred times the error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.kernel import Kernels

    Floats = NDArray[np.float64]

FEW = 8
"""Up to so many distinct bandwidths, or radii, stay as they are: nothing is interpolated."""

_PER_OCTAVE = 16
_PER_BANDWIDTH = 4
_TAPS = 4


class Level(NamedTuple):
    """Kernels that are taken with one bandwidth and one radius."""

    sigma: float
    radius: float
    kernels: Kernels


def levels(kernels: Kernels, radii: Floats | None = None) -> list[Level]:
    """Sort kernels into levels, whose sum stands for the whole: error under 1e-4 of the peak of many kernels.

    Up to `FEW` distinct bandwidths, and radii in each of them, stay as they are. Weights, and the moments of sigma^2 up to the
    third, are kept. `radii` are the distinct radii to sort by where the kernels are a part of many: those of all, so that the
    levels of all parts are the same.
    """
    distinct = np.unique(kernels.sigma)
    if len(distinct) <= FEW:
        groups = [(float(sigma), kernels.chosen(kernels.sigma == sigma)) for sigma in distinct]
    else:
        octaves = np.log2(distinct[-1] / distinct[0])
        rungs = np.geomspace(distinct[0], distinct[-1], max(_TAPS, int(np.ceil(octaves * _PER_OCTAVE)) + 1))
        groups = _spread(kernels, kernels.sigma, rungs)
    return [Level(sigma, radius, part) for sigma, group in groups for radius, part in _by_radius(group, sigma, radii)]


def _by_radius(kernels: Kernels, sigma: float, radii: Floats | None) -> list[tuple[float, Kernels]]:
    distinct = np.unique(kernels.radius) if radii is None else radii
    if len(distinct) <= FEW:
        return [(float(radius), kernels.chosen(kernels.radius == radius)) for radius in distinct]
    return _spread(kernels, kernels.radius, radius_rungs(distinct, sigma))


def radius_rungs(radius: Floats, sigma: float) -> Floats:
    """Return radii from the smallest to the largest, a quarter of a bandwidth apart, four at least."""
    steps = int(np.ceil(np.ptp(radius) / sigma * _PER_BANDWIDTH))
    return np.linspace(radius.min(), radius.max(), max(_TAPS, steps + 1))


def _spread(kernels: Kernels, at: Floats, rungs: Floats) -> list[tuple[float, Kernels]]:
    """Give each kernel's weight to the four rungs about it, interpolating in the square."""
    first, weights = taps(at, rungs)
    order = np.argsort(first, kind="stable")
    kernels, first, weights = kernels.chosen(order), first[order], weights[:, order] * kernels.weight[order]
    starts = np.searchsorted(first, np.arange(len(rungs) + 1))
    spread = []
    for number, rung in enumerate(rungs):
        used = slice(starts[max(0, number - _TAPS + 1)], starts[number + 1])
        part = kernels.chosen(used)
        if len(part):
            tap = number - first[used]
            spread.append((float(rung), part.reweighted(weights[tap, np.arange(used.start, used.stop)])))
    return spread


def taps(at: Floats, rungs: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the first of the four rungs about each value, and their weights in the square: shapes (n,), (4, n)."""
    first = np.clip(np.searchsorted(rungs, at, side="right") - 2, 0, len(rungs) - _TAPS)
    return first, _lagrange(rungs**2, first, at**2)


def _lagrange(nodes: Floats, first: NDArray[np.intp], at: Floats) -> Floats:
    """Return the weights of nodes first..first+3 for interpolation at each place: shape (4, n)."""
    near = nodes[first + np.arange(_TAPS)[:, None]]
    weights = np.ones((_TAPS, len(at)))
    for j in range(_TAPS):
        for k in range(_TAPS):
            if k != j:
                weights[j] *= (at - near[k]) / (near[j] - near[k])
    return weights
