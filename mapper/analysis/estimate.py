"""The estimate on a grid, linear in what each place counts for, so that its errors come from the same kernels.

An intensity is a sum of weight times kernel. Once bandwidths and edge corrections stand, other weights give the standard
error (squared weights on squared kernels) and the replicates of a bootstrap.

- *A district is a kernel like any other*: even over its part in the window, blurred by the Gaussian. That is the mass field
  of this polygon, exact on any lattice. Its mass in the window is the sum, over a lattice, of the products of both polygons
  blurred by h / sqrt 2: a trapezoid rule on smooth fields that vanish, exact to 1e-10.
- *Adaptive bandwidths are the Gaussian's*: the pilot sees points, Abramson's rule changes h, and the disc stays what it is.
  Districts keep the common h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.analysis import gridded
from mapper.analysis.disc import expanded_size
from mapper.analysis.frame import neat_above
from mapper.analysis.kernel import REACH, Kernels, abramson
from mapper.analysis.lattice import Lattice, lattice_over
from mapper.analysis.levels import levels
from mapper.analysis.mass_fields import kernel_masses, lattice_masses
from mapper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mapper.analysis.window import Window
    from mapper.model import Edge

    Floats = NDArray[np.float64]

PILOT_DIRECT_LIMIT = 2_000
MOST_NODES = 2**23
"""Places on the window's border: 192 MiB of their coordinates and weights."""
MOST_GAUSSIANS = 2**22
"""Gaussians that stand for discs."""

_STEPS_PER_SIGMA = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """Kernels with their corrections, on a lattice over a window.

    `kernels` and `correction`: points and discs, and the factor of each. `fields`: shape (districts, rows, columns), the density
    of each district's kernel, of mass 1, corrected. `flat` says that sums are divided by the mass at the place (uniform).
    """

    kernels: Kernels
    correction: Floats
    fields: Floats
    window: Window
    lattice: Lattice
    flat: bool

    def sums(self, weight: Floats, district_weight: Floats) -> Floats:
        """Return the intensity for weights of the places and of the districts: shape (rows, columns), per unit area."""
        total = np.tensordot(district_weight, self.fields, axes=1)
        return total + self._of_points(self.kernels.reweighted(weight * self.correction), power=1)

    def squares(self, weight: Floats, district_weight: Floats) -> Floats:
        """Return the sum of squared kernels for sums of squared weights: the Poisson variance of the intensity."""
        total = np.tensordot(district_weight, self.fields**2, axes=1)
        return total + self._of_points(self.kernels.reweighted(weight * self.correction**2), power=2)

    def _of_points(self, kernels: Kernels, power: int) -> Floats:
        on_lattice = gridded.lattice_sums if power == 1 else gridded.lattice_squares
        total = np.zeros((self.lattice.rows, self.lattice.columns))
        if not self.flat:
            return on_lattice(kernels, self.lattice) if len(kernels) else total
        for sigma, radius, level in levels(kernels) if len(kernels) else ():
            mass = lattice_masses(self.lattice, sigma, self.window, radius) ** power
            total += _divided(on_lattice(level, self.lattice), mass)
        return total


def estimate(
    kernels: Kernels,
    districts: Sequence[Window],
    bandwidth: float,
    window: Window,
    lattice: Lattice,
    *,
    edge: Edge,
    adaptive: bool,
) -> Estimate:
    """Prepare an estimate.

    Parameters
    ----------
    kernels : Kernels
        Places with their radii, all of the common bandwidth; their weights decide adaptive bandwidths, and nothing else.
    districts : sequence of Window
        Parts of districts inside the window.
    bandwidth : float
        The common bandwidth.
    window, lattice
        Where, in the same plane.
    edge, adaptive
        As in `mapper.analysis.density.intensity`.
    """
    flat = edge == "uniform" and not adaptive
    if adaptive and len(kernels):
        kernels = adapted(kernels, window, bandwidth)
    correct = edge != "none" and not flat
    correction = 1 / kernel_masses(kernels, window) if correct and len(kernels) else np.ones(len(kernels))
    fields = np.zeros((len(districts), lattice.rows, lattice.columns))
    for number, part in enumerate(districts):
        fields[number] = lattice_masses(lattice, bandwidth, part) / part.polygon.area
        if correct:
            fields[number] /= mass_of_district(part, bandwidth, window)
        if flat:
            fields[number] = _divided(fields[number], lattice_masses(lattice, bandwidth, window))
    return Estimate(kernels, correction, fields, window, lattice, flat)


def _divided(sums: Floats, mass: Floats) -> Floats:
    """Return sums over masses, 0 where no mass is: so far outside the window nothing is shown."""
    return np.divide(sums, mass, out=np.zeros_like(sums), where=mass > 0)


def possible(kernels: Kernels, window: Window) -> None:
    """Refuse a bandwidth that is too small for memory, before anything is allocated.

    Raises
    ------
    UsageError
        When the window's border, or places known to discs where no lattice can resolve the bandwidth, would be cut into too
        many pieces. The message names a bandwidth that fits.
    """
    sigma = float(kernels.sigma.min())
    west, south, east, north = window.polygon.bounds
    # Half as many steps again as needed: `gridded.times_of` rounds up by so much.
    resolved = 1.5 * _STEPS_PER_SIGMA * math.sqrt((east - west) * (north - south) / gridded.LATTICE_LIMIT)
    bordered = sigma * window.most_nodes(sigma) / MOST_NODES
    if sigma < bordered or (sigma < resolved and expanded_size(kernels) > MOST_GAUSSIANS):
        raise UsageError(
            f"a bandwidth of {sigma:g} m is too small for a window {max(east - west, north - south):,.0f} m across: "
            "its kernels would not fit in memory",
            advice=f"Use bandwidth_m={neat_above(max(bordered, resolved)):g} or more, or a smaller window.",
        )


def mass_of_district(part: Window, bandwidth: float, window: Window) -> float:
    """Return the mass inside the window of a polygon's even kernel, blurred by a Gaussian."""
    half = bandwidth / np.sqrt(2)
    step = max(half / _STEPS_PER_SIGMA, np.sqrt(part.polygon.envelope.area / gridded.LATTICE_LIMIT))
    around = lattice_over(part.polygon.bounds, step, int(np.ceil(REACH * half / step)))
    both = lattice_masses(around, half, part) * lattice_masses(around, half, window)
    return float(both.sum() * step**2 / part.polygon.area)


def adapted(kernels: Kernels, window: Window, bandwidth: float) -> Kernels:
    """Exchange the common bandwidth h0 for Abramson's; the radii stay."""
    points = Kernels(kernels.x, kernels.y, np.full(len(kernels), bandwidth), kernels.weight)
    pilot = gridded.sums_at(points, window, points.x, points.y, exact=len(points) <= PILOT_DIRECT_LIMIT)
    pilot /= kernel_masses(points, window)
    return kernels.resized(abramson(pilot, kernels.weight, bandwidth))
