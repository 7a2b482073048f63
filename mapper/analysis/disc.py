"""A place known only to a circle: the Gaussian averaged over a disc, by its transform and by quadrature.

The true place is somewhere in the circle, so the kernel is the convolution of the Gaussian with a uniform disc of radius r.
A Gaussian with the disc's variance, sigma^2 = h^2 + r^2 / 4, is *not* taken in its stead anywhere: a single event's peak
is then off by 0.1 % at r = h / 2, 1.7 % at r = h and 60 % at r = 4 h, while the exact disc costs one factor in an FFT that is
taken anyhow. Two ways, held against each other:

- *transform*: that of a uniform disc is 2 J1(kr) / (kr); exact for any r on a lattice that resolves the Gaussian;
- *quadrature*: a disc is some hundred displaced Gaussians (Gauss in the radius, equal steps in the angle). It needs no
  lattice, so it serves single points, few kernels, and as the oracle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import j1

from mapper.analysis.kernel import Kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_RINGS, _RINGS_PER_RATIO = 4, 2
_SPOKES, _SPOKES_PER_RATIO = 10, 6


def disc_transform(wave: Floats) -> Floats:
    """Return the Fourier transform of a uniform disc of mass 1, at wave number times radius (radians).

    Examples
    --------
    >>> disc_transform(np.array([0.0, 3.8317059702])).round(9).tolist()
    [1.0, 0.0]
    """
    at = np.where(wave == 0, 1.0, wave)
    return np.asarray(np.where(wave == 0, 1.0, 2 * j1(at) / at))


def disc_nodes(ratio: float) -> tuple[Floats, Floats, Floats]:
    """Return places in the unit disc and their weights, of sum 1, that average a Gaussian `ratio` times smaller to 1e-9."""
    nodes, weights = np.polynomial.legendre.leggauss(_rings(ratio))
    far = (nodes + 1) / 2
    angle = 2 * np.pi * np.arange(_spokes(ratio)) / _spokes(ratio)
    x, y = (np.outer(far, turn(angle)).ravel() for turn in (np.cos, np.sin))
    return x, y, np.repeat(weights * far / len(angle), len(angle))


def _rings(ratio: float) -> int:
    return _RINGS + int(np.ceil(_RINGS_PER_RATIO * ratio))


def _spokes(ratio: float) -> int:
    return _SPOKES + int(np.ceil(_SPOKES_PER_RATIO * ratio))


def expanded_size(kernels: Kernels) -> int:
    """Return how many Gaussians `expanded` makes, without making them."""
    ratio = _whole_ratio(kernels)
    sizes, counts = np.unique(ratio, return_counts=True)
    return int(sum(_nodes_of(float(size)) * count for size, count in zip(sizes, counts, strict=True)))


def _nodes_of(ratio: float) -> int:
    return 1 if ratio == 0 else _rings(ratio) * _spokes(ratio)


def _whole_ratio(kernels: Kernels) -> Floats:
    """Return the ratio of radius to bandwidth, rounded up to halves, so that few rules of nodes occur."""
    return np.asarray(np.ceil(2 * kernels.radius / kernels.sigma) / 2)


def expanded(kernels: Kernels) -> tuple[Kernels, NDArray[np.intp]]:
    """Return Gaussians that stand for the kernels, and the kernel that each belongs to.

    The weights of one kernel's Gaussians sum to its own; a kernel of radius 0 stays one Gaussian.
    """
    ratio = _whole_ratio(kernels)
    parts, owners = [], []
    for each in np.unique(ratio):
        rows = np.flatnonzero(ratio == each)
        u, v, share = disc_nodes(float(each)) if each else (np.zeros(1), np.zeros(1), np.ones(1))
        some = kernels.chosen(rows)
        parts.append(
            [
                (some.x[:, None] + some.radius[:, None] * u).ravel(),
                (some.y[:, None] + some.radius[:, None] * v).ravel(),
                np.repeat(some.sigma, len(share)),
                np.outer(some.weight, share).ravel(),
            ]
        )
        owners.append(np.repeat(rows, len(share)))
    return Kernels(*(np.concatenate(each) for each in zip(*parts, strict=True))), np.concatenate(owners)
