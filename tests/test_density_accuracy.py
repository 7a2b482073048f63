"""How near the gridded density comes to the exact one, at cells of a quarter bandwidth on a polygon, border included.

The mass of a kernel in the window is worked out anew here: with r the distance from the kernel's centre, the field
(1 - exp(-r^2 / 2 s^2)) / (2 pi r^2) (x, y) has the kernel as its divergence. The code integrates an error function instead.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from mapper.analysis import estimate, gridded, mass_fields
from mapper.analysis.density import intensity
from mapper.analysis.disc import expanded
from mapper.analysis.gridded import separable_sums
from mapper.analysis.kernel import Kernels, abramson, kernel_sums, masses
from mapper.analysis.lattice import Lattice, lattice_over
from mapper.analysis.planar import adapted, plane_kernels
from mapper.analysis.window import plane_window
from tests.test_kernel import triangle_quadrature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.estimate import Estimate
    from mapper.model import Edge

    Floats = NDArray[np.float64]

SHELL = [(0, 0), (90, 6), (130, 50), (95, 60), (128, 110), (60, 128), (50, 90), (10, 120), (28, 60)]
WINDOW = plane_window(shapely.Polygon(SHELL, [[(50, 40), (48, 62), (70, 66), (80, 45)]]))
H = 3.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the ways of many records for however few."""
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", 0)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 0.5)
    monkeypatch.setattr(estimate, "PILOT_DIRECT_LIMIT", 0)


def clustered(n: int, seed: int = 8) -> Kernels:
    """Return n records in the window: a third about a corner, on the border and at the hole, the others anywhere."""
    rng = np.random.default_rng(seed)
    rim = shapely.line_interpolate_point(shapely.boundary(WINDOW.polygon), rng.random(n) * WINDOW.polygon.length)
    near = np.vstack([rng.normal((128, 108), 4, (n, 2)), shapely.get_coordinates(rim) + rng.normal(0, 1e-3, (n, 2))])
    xy = rng.permutation(np.vstack([near, rng.uniform(0, 130, (8 * n, 2))]))
    xy = xy[shapely.contains_xy(WINDOW.polygon, *xy.T)][:n]
    assert len(xy) == n
    return Kernels(xy[:, 0].copy(), xy[:, 1].copy(), np.full(n, H), np.ones(n))


def grid(step: float = H / 4) -> Lattice:
    """Return cell centres over the window."""
    return lattice_over(WINDOW.polygon.bounds, step, 1)


def fitted(some: Kernels, edge: Edge = "jones-diggle", *, adaptive: bool = False) -> tuple[Estimate, Floats]:
    """Return the estimate of a density and its field."""
    found = estimate.estimate(some, [], H, WINDOW, grid(), edge=edge, adaptive=adaptive)
    return found, found.sums(some.weight, np.zeros(0))


def error_over_peak(found: Floats, exact: Floats) -> float:
    """Return the largest difference over the largest exact value."""
    return float(np.abs(found - exact).max() / exact.max())


def boundary_masses(some: Kernels, pieces_per_sigma: int = 2) -> Floats:
    """Return the mass of each kernel in the window by the field above, edge by edge: its cross product is one number."""
    rings = shapely.get_rings(shapely.orient_polygons(WINDOW.polygon))
    total = np.zeros(len(some))
    for ring in rings:
        corners = shapely.get_coordinates(shapely.segmentize(ring, H / pieces_per_sigma))
        for start, end in pairwise(corners):
            x, y = (
                start[axis] + (end - start)[axis] * (NODES + 1) / 2 - (some.x, some.y)[axis][:, None] for axis in (0, 1)
            )
            squared = x * x + y * y
            along = -np.expm1(-squared / (2 * some.sigma[:, None] ** 2)) / (2 * math.pi * squared)
            cross = (start[0] - some.x) * (end - start)[1] - (start[1] - some.y) * (end - start)[0]
            total += cross * (along @ WEIGHTS) / 2
    return total


def test_masses_have_the_other_boundary_integral() -> None:
    """Of records in a corner, on the border and beside the hole, to 1e-8."""
    some = clustered(300)
    np.testing.assert_allclose(masses(some.x, some.y, some.sigma, WINDOW), boundary_masses(some), rtol=1e-8)


@pytest.mark.usefixtures("fast")
def test_jones_diggle_of_the_grid_integrates_to_the_number_of_records() -> None:
    """Each kernel times its correction, which was read from a lattice, by the other boundary integral: n within 1e-6 n."""
    some = clustered(600)
    found, _ = fitted(some)
    assert (np.abs(found.correction * masses(some.x, some.y, some.sigma, WINDOW) - 1) > 1e-13).any()
    assert found.correction @ boundary_masses(some) == pytest.approx(600, rel=1e-6)


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize(
    ("n", "bound"),
    [(1, 5e-5), (2, 5e-5), (10, 5e-5), (1_000, 5e-5), pytest.param(100_000, 1e-6, marks=pytest.mark.slow)],
)
def test_the_grid_is_near_the_exact_sum(n: int, bound: float) -> None:
    """Jones-Diggle on the polygon, everywhere on the grid: maximum error over peak."""
    some = clustered(n)
    corrected = some.reweighted(1 / masses(some.x, some.y, some.sigma, WINDOW))
    assert error_over_peak(fitted(some)[1], separable_sums(corrected, grid())) < bound


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("n", [12, 1_000])
def test_levels_of_adaptive_bandwidths_are_near_the_exact_sum(n: int) -> None:
    """Abramson's bandwidths, of few records and of many, pilot included: 1e-4 of the peak."""
    some = clustered(n)
    exact = adapted(plane_kernels(some.x, some.y, H, WINDOW), WINDOW)
    exact = exact.reweighted(1 / masses(exact.x, exact.y, exact.sigma, WINDOW))
    assert error_over_peak(fitted(some, adaptive=True)[1], separable_sums(exact, grid())) < 1e-4


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize(("n", "adaptive"), [(12, False), (12, True), (200, False)])
def test_levels_of_uncertain_places_are_near_the_exact_sum(n: int, adaptive: bool) -> None:
    """Radii that all differ, up to three bandwidths; with adaptive bandwidths too: 1e-4 of the peak."""
    points = clustered(n)
    radius = np.random.default_rng(4).uniform(0, 3 * H, n)
    some = Kernels(points.x, points.y, points.sigma, points.weight, radius)
    found = fitted(some, adaptive=adaptive)[1]
    if adaptive:
        pilot = kernel_sums(points, points.x, points.y) / masses(points.x, points.y, points.sigma, WINDOW)
        some = some.resized(abramson(pilot, points.weight, H))
    gaussians, owner = expanded(some)
    mass = np.bincount(owner, weights=gaussians.weight * masses(gaussians.x, gaussians.y, gaussians.sigma, WINDOW))
    exact = separable_sums(gaussians.reweighted(gaussians.weight / mass[owner]), grid())
    assert error_over_peak(found, exact) < 1e-4


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("edge", ["uniform", "jones-diggle"])
def test_at_the_border_each_value_is_near_the_exact_one(edge: Edge) -> None:
    """Within a bandwidth of the border, hole included: 1e-4 of the value itself, not of the peak."""
    rng = np.random.default_rng(2)
    xy = rng.uniform(0, 130, (30_000, 2))
    xy = xy[shapely.contains_xy(WINDOW.polygon, *xy.T)]
    some = Kernels(xy[:, 0].copy(), xy[:, 1].copy(), np.full(len(xy), H), np.ones(len(xy)))
    field = fitted(some, edge)[1]
    x, y = (each.ravel() for each in np.meshgrid(grid().x, grid().y))
    points = shapely.points(x, y)
    near = shapely.contains_xy(WINDOW.polygon, x, y) & (shapely.distance(shapely.boundary(WINDOW.polygon), points) < H)
    near &= rng.random(len(x)) < 0.1
    assert near.sum() > 300
    at = Kernels(x[near], y[near], np.full(near.sum(), H), np.ones(near.sum()))
    if edge == "jones-diggle":
        some = some.reweighted(1 / masses(some.x, some.y, some.sigma, WINDOW))
    exact = kernel_sums(some, at.x, at.y)
    if edge == "uniform":
        exact /= boundary_masses(at)
    np.testing.assert_allclose(field.ravel()[near], exact, rtol=1e-4)


def test_simulated_flat_fields_have_no_bias_at_a_polygons_edge() -> None:
    """400 Poisson patterns of 400 records: on a vertex, in a reflex corner, on an edge and at the hole.

    The uniform correction averages the true intensity. Jones-Diggle has the expectation lambda * integral of k / mass over the
    window, here by triangles; uncorrected, lambda * mass. All within four standard errors.
    """
    rng = np.random.default_rng(20201119)
    sigma, truth = 12.0, 400 / WINDOW.polygon.area
    at = np.array([(130, 50), (95, 60), (45, 3), (59, 64), (60, 20)], dtype=float)
    runs: dict[Edge, list[Floats]] = {"none": [], "uniform": [], "jones-diggle": []}
    for _ in range(400):
        xy = rng.uniform(0, 130, (rng.poisson(truth * 130**2), 2))
        xy = xy[shapely.contains_xy(WINDOW.polygon, *xy.T)]
        for edge, found in runs.items():
            found.append(intensity(xy[:, 0], xy[:, 1], WINDOW.polygon, sigma, edge=edge, at=at))
    qx, qy, weight = triangle_quadrature(WINDOW.polygon)
    kernel = np.exp(-0.5 * ((qx - at[:, :1]) ** 2 + (qy - at[:, 1:]) ** 2) / sigma**2) / (2 * math.pi * sigma**2)
    expected = {
        "none": truth * (kernel @ weight),
        "uniform": np.full(len(at), truth),
        "jones-diggle": truth * (kernel / masses(qx, qy, np.full(len(qx), sigma), WINDOW) @ weight),
    }
    assert (expected["none"] < 0.8 * truth).sum() >= 4
    for edge, found in runs.items():
        error = np.std(found, axis=0) / math.sqrt(len(found))
        assert (np.abs(np.mean(found, axis=0) - expected[edge]) < 4 * error).all(), edge
