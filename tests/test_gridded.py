"""The fast paths against the exact one: sums, masses and cell areas on a lattice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from scipy.interpolate import BSpline

from mapper.analysis import gridded, mass_fields
from mapper.analysis.gridded import binned_sums, lattice_sums, separable_sums
from mapper.analysis.kernel import Kernels, kernel_sums, masses
from mapper.analysis.lattice import Lattice, cell_areas, lattice_over
from mapper.analysis.levels import levels
from mapper.analysis.mass_fields import kernel_masses, lattice_masses
from mapper.analysis.window import plane_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ANGLE = np.linspace(0, 2 * np.pi, 800, endpoint=False)
RADIUS = 100 * (1 + 0.3 * np.sin(3 * ANGLE) + 0.05 * np.sin(40 * ANGLE))
WINDOW = plane_window(
    shapely.Polygon(
        np.c_[RADIUS * np.cos(ANGLE), RADIUS * np.sin(ANGLE)], [shapely.Point(10, 10).buffer(20).exterior.coords]
    )
)
H = 10.0


def kernels(n: int, largest: float = H, seed: int = 5) -> Kernels:
    """Return n kernels in the window, a sixth of them crowded at one bay, bandwidths from H to `largest`."""
    rng = np.random.default_rng(seed)
    xy = np.vstack([rng.uniform(-135, 135, (6 * n, 2)), rng.normal((75, 5), 6, (n, 2))])
    xy = rng.permutation(xy[shapely.contains_xy(WINDOW.polygon, xy[:, 0], xy[:, 1])])[:n]
    return Kernels(xy[:, 0], xy[:, 1], rng.uniform(H, largest, n), np.ones(n))


def error_over_peak(found: Floats, exact: Floats) -> float:
    """Return the largest difference over the largest exact value."""
    return float(np.abs(found - exact).max() / exact.max())


def lattice(step: float = H / 4) -> Lattice:
    """Return cell centres over the window, one cell more on each side."""
    return lattice_over(WINDOW.polygon.bounds, step, 1)


@pytest.mark.parametrize("largest", [H, 5 * H])
def test_separable_sums_are_the_direct_ones(largest: float) -> None:
    """The matrix product and the plain sum over kernels differ by rounding only."""
    places, some = lattice(), kernels(300, largest)
    x, y = (each.ravel() for each in np.meshgrid(places.x, places.y))
    exact = kernel_sums(some, x, y).reshape(places.rows, places.columns)
    assert error_over_peak(separable_sums(some, places), exact) < 1e-13


@pytest.mark.parametrize(
    ("n", "largest", "bound"),
    [(1, H, 4e-6), (10, H, 4e-6), (1000, H, 1e-6), (20_000, H, 2e-7), (20_000, 4 * H, 2e-5), (20_000, 10 * H, 2e-5)],
)
def test_binned_sums_stay_within_their_bound(n: int, largest: float, bound: float) -> None:
    """Maximum error over peak at a cell of a quarter bandwidth; where bandwidths differ the levels add about 1e-5."""
    some = kernels(n, largest)
    assert error_over_peak(binned_sums(some, lattice()), separable_sums(some, lattice())) < bound


def test_binned_sums_refine_a_coarse_grid() -> None:
    """A cell as wide as the bandwidth is binned four times finer, so the error stays."""
    some = kernels(2000)
    assert error_over_peak(binned_sums(some, lattice(H)), separable_sums(some, lattice(H))) < 1e-5


def test_nothing_wraps_around() -> None:
    """A single kernel at one end leaves nothing at the other."""
    corner = Kernels(np.array([0.0]), np.array([0.0]), np.array([1.0]), np.array([1.0]))
    field = binned_sums(corner, Lattice(0.0, 0.0, 0.25, 61, 61))
    assert field[-20:, -20:].max() < 1e-7 * field.max()
    assert field[0, 0] == pytest.approx(1 / (2 * np.pi), rel=1e-4)


def test_the_path_is_chosen_by_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit binning is used, below it the exact product; both answer the same within the bound."""
    some = kernels(500)
    exact = lattice_sums(some, lattice())
    np.testing.assert_array_equal(exact, separable_sums(some, lattice()))
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", 1)
    np.testing.assert_array_equal(lattice_sums(some, lattice()), binned_sums(some, lattice()))


def test_few_bandwidths_stay_as_they_are() -> None:
    """Up to eight distinct bandwidths are their own levels: nothing is interpolated."""
    some = kernels(90).resized(np.tile([10.0, 10.05, 14.0], 30))
    assert [(level.sigma, len(level.kernels)) for level in levels(some)] == [(10.0, 30), (10.05, 30), (14.0, 30)]


def test_levels_keep_weight_and_variance() -> None:
    """Spreading over levels keeps each kernel's weight, and the first three moments of its variance."""
    some = kernels(400, 6 * H)
    spread = levels(some)
    for power in range(4):
        total = sum(level.kernels.weight.sum() * level.sigma ** (2 * power) for level in spread)
        assert total == pytest.approx(np.sum(some.sigma ** (2 * power)), rel=1e-10)


def test_masses_on_a_lattice_are_the_direct_ones() -> None:
    """The matrix product over boundary nodes equals the boundary integral place by place."""
    places = lattice(7.3)
    x, y = (each.ravel() for each in np.meshgrid(places.x, places.y))
    direct = masses(x, y, np.full(x.size, H), WINDOW).reshape(places.rows, places.columns)
    np.testing.assert_allclose(lattice_masses(places, H, WINDOW), direct, atol=1e-10)


@pytest.mark.parametrize(("largest", "bound"), [(H, 3e-7), (4 * H, 5e-6), (10 * H, 5e-6)])
def test_masses_read_from_lattices_stay_within_their_bound(
    monkeypatch: pytest.MonkeyPatch, largest: float, bound: float
) -> None:
    """Relative error of the mass, which is the relative error that Jones-Diggle weights get."""
    some = kernels(1500, largest)
    exact = kernel_masses(some, WINDOW)
    np.testing.assert_array_equal(exact, masses(some.x, some.y, some.sigma, WINDOW))
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 0)
    np.testing.assert_allclose(kernel_masses(some, WINDOW), exact, rtol=bound)


@pytest.mark.parametrize("step", [3.0, 10.0, 37.0, 400.0])
def test_cell_areas_are_the_clipped_polygons(step: float) -> None:
    """Each cell's area is what shapely's overlay of the window with that cell measures."""
    places = lattice_over(WINDOW.polygon.bounds, step, 1)
    x, y = np.meshgrid(places.x, places.y)
    half = step / 2
    expected = shapely.area(shapely.intersection(shapely.box(x - half, y - half, x + half, y + half), WINDOW.polygon))
    np.testing.assert_allclose(cell_areas(WINDOW, places), expected, atol=1e-9 * step**2)


def test_cell_areas_with_edges_on_the_grid_lines() -> None:
    """A 3 x 2 box on whole numbers in a 5 x 4 grid fills six cells exactly."""
    areas = cell_areas(plane_window(shapely.box(1, 1, 4, 3)), Lattice(0.5, 0.5, 1.0, 5, 4))
    expected = np.zeros((4, 5))
    expected[1:3, 1:4] = 1.0
    np.testing.assert_array_equal(areas, expected)


def test_bin_weights_are_the_spline() -> None:
    """Against scipy's B-spline of degree 4 on the knots -5/2 ... 5/2, and they sum to 1."""
    position = np.linspace(-3, 3, 121)
    spline = BSpline.basis_element(np.arange(-2.5, 3), extrapolate=False)
    expected = np.nan_to_num(spline(gridded._first_bin(position) + np.arange(5)[:, None] - position))
    np.testing.assert_allclose(gridded._spline_weights(position), expected, atol=1e-14)
    np.testing.assert_allclose(gridded._spline_weights(position).sum(axis=0), 1.0, rtol=1e-14)


def test_refined_lattice_keeps_its_places() -> None:
    """Every third place of a lattice refined three times is a place of the given one."""
    coarse = Lattice(-4.0, 2.0, 1.5, 5, 3)
    fine = coarse.refined(3)
    np.testing.assert_allclose(fine.x[::3], coarse.x)
    np.testing.assert_allclose(fine.y[::3], coarse.y)
