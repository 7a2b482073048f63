"""Places known to a circle: the transform, the quadrature and a closed form of the disc under a Gaussian agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from scipy.stats import ncx2

from mapper.analysis import mass_fields
from mapper.analysis.disc import disc_nodes, disc_transform, expanded, expanded_size
from mapper.analysis.gridded import binned_sums, lattice_squares, lattice_sums, separable_sums
from mapper.analysis.kernel import Kernels, kernel_sums
from mapper.analysis.lattice import Lattice, lattice_over
from mapper.analysis.levels import levels
from mapper.analysis.mass_fields import kernel_masses, lattice_masses
from mapper.analysis.window import plane_window
from tests.test_gridded import WINDOW, H, error_over_peak, kernels, lattice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def profile(distance: Floats, sigma: float, radius: float) -> Floats:
    """Return a disc's kernel at a distance: the chance that a Gaussian about it falls into the disc, per area of the disc.

    The squared distance of a Gaussian point from elsewhere is non-central chi-squared: an independent closed form.
    """
    chance = ncx2.cdf((radius / sigma) ** 2, 2, (distance / sigma) ** 2)
    return np.asarray(chance / (np.pi * radius**2))


def discs(n: int, radius: Floats | float, largest: float = H) -> Kernels:
    """Return kernels in the window with radii."""
    some = kernels(n, largest)
    return Kernels(some.x, some.y, some.sigma, some.weight, np.broadcast_to(radius, n))


@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 2.0, 4.0, 10.0])
def test_quadrature_has_the_closed_form(ratio: float) -> None:
    """At every distance and direction, to 1e-9 of the peak, for circles far smaller and far larger than the bandwidth."""
    one = Kernels(np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), np.full(1, ratio))
    distance = np.linspace(0, ratio + 7, 120)
    exact = profile(distance, 1.0, ratio)
    for angle in (0.0, 0.3):
        found = kernel_sums(expanded(one)[0], distance * np.cos(angle), distance * np.sin(angle))
        assert error_over_peak(found, exact) < 1e-9


@pytest.mark.parametrize("ratio", [0.2, 1.0, 2.0, 4.0])
def test_a_wider_gaussian_is_no_disc(ratio: float) -> None:
    """What the module states of sigma^2 = h^2 + r^2 / 4: over 1 % of the peak off at r = h, over a tenth at 2 h."""
    distance = np.linspace(0, ratio + 6, 400)
    variance = 1 + ratio**2 / 4
    stand_in = np.exp(-0.5 * distance**2 / variance) / (2 * np.pi * variance)
    error = error_over_peak(stand_in, profile(distance, 1.0, ratio))
    assert {0.2: error < 1e-3, 1.0: 0.01 < error < 0.03, 2.0: error > 0.1, 4.0: error > 0.4}[ratio]


@pytest.mark.parametrize("ratio", [0.5, 2.0, 5.0])
def test_transform_has_the_closed_form(ratio: float) -> None:
    """One disc by FFT, at cells of a quarter and an eighth of the bandwidth: the error is the binning's, not the disc's."""
    one = Kernels(np.full(1, 0.37), np.full(1, 0.81), np.full(1, 4.0), np.ones(1), np.full(1, 4.0 * ratio))
    for step, bound in ((1.0, 5e-5), (0.5, 1e-6)):
        places = Lattice(-60.0, -60.0, step, int(120 / step), int(120 / step))
        x, y = np.meshgrid(places.x, places.y)
        exact = profile(np.hypot(x - 0.37, y - 0.81), 4.0, 4.0 * ratio)
        assert error_over_peak(binned_sums(one, places), exact) < bound


def test_both_ways_agree_for_many_records() -> None:
    """Transform against quadrature, 20,000 records with five radii: within 2e-6 of the peak."""
    some = discs(20_000, np.tile([0.0, 3.0, 10.0, 20.0], 5_000))
    few_places = lattice_over(WINDOW.polygon.bounds, H / 4, 1)
    assert error_over_peak(binned_sums(some, few_places), separable_sums(expanded(some)[0], few_places)) < 2e-6


@pytest.mark.parametrize("largest", [H, 4 * H])
def test_many_radii_become_levels(largest: float) -> None:
    """Radii and bandwidths that all differ: under 1e-4 of the peak, with the weight kept."""
    some = discs(3_000, np.random.default_rng(2).uniform(0, 3 * H, 3_000), largest)
    spread = levels(some)
    assert sum(level.kernels.weight.sum() for level in spread) == pytest.approx(3_000, rel=1e-9)
    places = lattice(H / 2)
    assert error_over_peak(binned_sums(some, places), separable_sums(expanded(some)[0], places)) < 1e-4


def test_the_transform_of_a_disc() -> None:
    """1 at frequency 0, and the mean of cos(k x) over the disc elsewhere."""
    x, _, weight = disc_nodes(20.0)
    wave = np.array([0.0, 0.5, 3.0, 9.0])
    np.testing.assert_allclose(disc_transform(wave), np.cos(np.outer(wave, x)) @ weight, atol=1e-9)


def test_size_is_told_before_anything_is_made() -> None:
    """The number of Gaussians is the number that is made."""
    some = discs(50, np.linspace(0, 30, 50))
    gaussians, owner = expanded(some)
    assert expanded_size(some) == len(gaussians) == len(owner)
    np.testing.assert_allclose(np.bincount(owner, weights=gaussians.weight), some.weight, rtol=1e-12)


@pytest.mark.parametrize("radius", [4.0, 15.0])
def test_masses_by_transform_and_by_quadrature(monkeypatch: pytest.MonkeyPatch, radius: float) -> None:
    """Read from a lattice, the mass of a disc is what its Gaussians have by boundary integrals: to 1e-6, border included."""
    some = discs(300, radius)
    exact = kernel_masses(some, WINDOW)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 1)
    np.testing.assert_allclose(kernel_masses(some, WINDOW), exact, rtol=1e-6)


def test_masses_of_many_radii(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interpolated between radii: to 1e-5."""
    some = discs(120, np.random.default_rng(8).uniform(0, 20, 120))
    exact = kernel_masses(some, WINDOW)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 1)
    np.testing.assert_allclose(kernel_masses(some, WINDOW), exact, rtol=1e-5)


def test_a_lattice_of_masses_may_be_coarse() -> None:
    """On cells wider than the bandwidth the disc's masses are those of the places themselves."""
    places = lattice(2 * H)
    x, y = (each.ravel() for each in np.meshgrid(places.x, places.y))
    each = Kernels(x, y, np.full(x.size, H), np.ones(x.size), np.full(x.size, 12.0))
    found = lattice_masses(places, H, WINDOW, 12.0)
    np.testing.assert_allclose(found.ravel(), kernel_masses(each, WINDOW), atol=1e-7)


def test_half_of_a_disc_on_a_straight_border_is_inside() -> None:
    """By symmetry, whatever the radius."""
    window = plane_window(shapely.box(0, -80, 80, 80))
    on_border = Kernels(np.zeros(2), np.zeros(2), np.ones(2), np.ones(2), np.array([0.5, 6.0]))
    np.testing.assert_allclose(kernel_masses(on_border, window), 0.5, atol=1e-9)


@pytest.mark.parametrize("radius", [0.0, 8.0])
def test_squares_are_the_squares(radius: float) -> None:
    """Of one kernel, the sum of squares is its square: to 1e-4 of the peak, discs included."""
    one = discs(1, radius)
    places = lattice(H / 8)
    assert error_over_peak(lattice_squares(one, places), lattice_sums(one, places) ** 2) < 1e-4
