"""The planar core of density against published values, closed forms and an independent quadrature.

The redwood values come from R (spatstat's `densityfun`) and agree with a closed form for rectangles. The quadrature
here works on triangles of the window; the code works on its boundary: an error in one does not hide in the other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf
from shapely import affinity

from mapper.analysis.density import intensity
from mapper.analysis.kernel import Kernels, abramson, kernel_sums, masses
from mapper.analysis.planar import adapted, plane_kernels
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, MapperError, UsageError
from tests.redwood import SQUARE, X, Y

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from mapper.model import Edge

    Floats = NDArray[np.float64]

AT = np.array([(0.5, -0.5), (0.1, -0.1), (0.95, -0.95), (0.02, -0.98), (0.3, -0.7)])

SHAPES = {
    "triangle": shapely.Polygon([(0, 0), (3, 0.4), (1, 2.5)]),
    "bent": shapely.Polygon([(0, 0), (4, 0), (4, 3), (2, 1), (0, 3)]),
    "hole": shapely.Polygon(
        [(0, 0), (4, 0), (4, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2.2), (2, 1)], [(3, 1), (3.5, 1), (3, 2)]]
    ),
    "parts": shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.Polygon([(2, 0), (4, 1), (2, 2)])]),
    "round": shapely.Point(1, 1).buffer(1.3, quad_segs=64),
}
WINDOWS = pytest.mark.parametrize("window", SHAPES.values(), ids=SHAPES)


def triangle_quadrature(window: shapely.Geometry, order: int = 24) -> tuple[Floats, Floats, Floats]:
    """Return points and weights of a Gauss rule on the triangles of a polygon (squares collapsed onto triangles)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    u, v = np.meshgrid((nodes + 1) / 2, (nodes + 1) / 2)
    w = np.outer(weights, weights) / 4
    x, y, total = [], [], []
    for triangle in shapely.get_parts(shapely.constrained_delaunay_triangles(window)):
        a, b, c = shapely.get_coordinates(triangle)[:3]
        corner, across, along = a[:, None, None], (b - a)[:, None, None], (c - b)[:, None, None]
        place = corner + u * across + u * v * along
        x.append(place[0].ravel())
        y.append(place[1].ravel())
        total.append((w * u * 2 * triangle.area).ravel())
    return np.concatenate(x), np.concatenate(y), np.concatenate(total)


def scattered(window: shapely.Geometry, n: int, seed: int = 3) -> tuple[Floats, Floats]:
    """Return n points in the window, its first vertex (a place on the border) among them."""
    west, south, east, north = window.bounds
    xy = np.random.default_rng(seed).uniform((west, south), (east, north), (60 * n, 2))
    xy = xy[shapely.contains_xy(window, xy[:, 0], xy[:, 1])][: n - 1]
    first = shapely.get_coordinates(window)[0]
    return np.r_[first[0], xy[:, 0]], np.r_[first[1], xy[:, 1]]


@pytest.mark.parametrize(
    ("edge", "adaptive", "expected"),
    [
        ("none", False, [53.70725223, 1.045617285, 40.00819561, 2.028159369, 84.96453069]),
        ("uniform", False, [53.70731381, 1.477150616, 83.67808823, 6.044431134, 85.19438290]),
        ("jones-diggle", False, [53.78290361, 1.217901834, 73.59011262, 2.174080321, 88.64835634]),
        ("jones-diggle", True, [49.74393796, 2.58368110, 70.25307705, 2.59468119, 76.13092629]),
        ("uniform", True, [49.74393796, 2.58368110, 70.25307705, 2.59468119, 76.13092629]),
        ("none", True, [49.51747345, 2.01425566, 36.57082578, 2.39788847, 73.21503926]),
    ],
)
def test_redwood_has_the_published_values(edge: Edge, adaptive: bool, expected: list[float]) -> None:
    """DOMAIN 6.3: the published digits (10 of them at most) are met to half a unit of the last one."""
    found = intensity(X, Y, SQUARE, 0.1, edge=edge, at=AT, adaptive=adaptive)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=0)


def test_redwood_sees_itself() -> None:
    """At a point its own kernel counts: 60.3304332 is R's uniform value at the first point with self included."""
    assert intensity(X, Y, SQUARE, 0.1, edge="uniform")[0] == pytest.approx(60.3304332, rel=1e-8)


def test_redwood_has_the_published_adaptive_bandwidths() -> None:
    """Abramson's h: five values, the extremes, and a geometric mean that is h0 by definition."""
    window = plane_window(SQUARE)
    h = adapted(plane_kernels(X, Y, 0.1, window), window).sigma
    np.testing.assert_allclose(h[:5], [0.13256358, 0.11268441, 0.10965668, 0.1171713, 0.11243163], atol=5e-9)
    np.testing.assert_allclose([h.min(), h.max()], [0.08213130, 0.17015371], atol=5e-9)
    assert np.exp(np.log(h).mean()) == pytest.approx(0.1, rel=1e-12)


def integral_over_square(edge: Edge, sigma: float) -> float:
    """Return the integral over redwood's square by a Gauss rule on 8 x 8 squares that knows nothing of kernels."""
    nodes, weights = np.polynomial.legendre.leggauss(16)
    along = (np.arange(8)[:, None] + (nodes + 1) / 2).ravel() / 8
    share = np.tile(weights, 8) / 16
    x, y = np.meshgrid(along, along - 1)
    values = intensity(X, Y, SQUARE, sigma, edge=edge, at=np.c_[x.ravel(), y.ravel()])
    return float(values @ np.outer(share, share).ravel())


@pytest.mark.parametrize("sigma", [0.1, 0.05])
def test_redwood_integrals_have_their_closed_forms(sigma: float) -> None:
    """Uncorrected, the integral is the sum of each kernel's mass in the square; under Jones-Diggle it is n = 62."""
    root = sigma * math.sqrt(2)
    across, along = erf((1 - X) / root) + erf(X / root), erf(-Y / root) + erf((1 + Y) / root)
    assert integral_over_square("none", sigma) == pytest.approx((across * along).sum() / 4, rel=1e-10)
    assert integral_over_square("jones-diggle", sigma) == pytest.approx(62, rel=1e-10)


@pytest.mark.parametrize(
    ("edge", "sigma", "published"),
    [("none", 0.1, 55.7546), ("uniform", 0.1, 64.6624), ("none", 0.05, 60.3086), ("uniform", 0.05, 63.3370)],
)
def test_redwood_integrals_are_near_the_published_ones(edge: Edge, sigma: float, published: float) -> None:
    """Those were summed over pixels: they are off the closed form (55.77443951 and 60.26108267) by up to 0.15 %."""
    assert integral_over_square(edge, sigma) == pytest.approx(published, rel=2e-3)


@pytest.mark.parametrize("angle", [0, 13, 45, 77.7])
@pytest.mark.parametrize("sigma", [0.05, 0.3, 2.0, 500.0])
def test_mass_in_a_rotated_square_has_its_closed_form(angle: float, sigma: float) -> None:
    """In the square's own axes the mass is a product of two error functions, however it lies in the plane."""
    square = affinity.rotate(shapely.box(-1, -1, 1, 1), angle, origin=(0, 0))
    own_x, own_y = np.array([0.0, 0.9, 1.0, 1.4, -1.0]), np.array([0.0, -0.3, 0.2, 0.1, 1.0])
    turn = math.radians(angle)
    x = own_x * math.cos(turn) - own_y * math.sin(turn)
    y = own_x * math.sin(turn) + own_y * math.cos(turn)
    root = sigma * math.sqrt(2)
    expected = (
        (erf((1 - own_x) / root) + erf((1 + own_x) / root)) * (erf((1 - own_y) / root) + erf((1 + own_y) / root)) / 4
    )
    found = masses(x, y, np.full(5, sigma), plane_window(square))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=5e-11)


@WINDOWS
@pytest.mark.parametrize("sigma", [0.25, 1.0, 6.0])
def test_mass_agrees_with_quadrature_over_triangles(window: shapely.Geometry, sigma: float) -> None:
    """Holes, parts, bends and curves: the boundary integral equals the area integral of the kernel."""
    x, y = scattered(window, 12)
    qx, qy, weight = triangle_quadrature(window)
    squared = (qx - x[:, None]) ** 2 + (qy - y[:, None]) ** 2
    expected = np.exp(-0.5 * squared / sigma**2) @ weight / (2 * np.pi * sigma**2)
    found = masses(x, y, np.full(len(x), sigma), plane_window(window))
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


@WINDOWS
def test_direction_of_rings_does_not_matter(window: shapely.Geometry) -> None:
    """A window drawn clockwise is the same window."""
    x, y = scattered(window, 8)
    sigma = np.full(8, 0.4)
    np.testing.assert_allclose(
        masses(x, y, sigma, plane_window(window.reverse())), masses(x, y, sigma, plane_window(window)), rtol=1e-13
    )


@WINDOWS
@pytest.mark.parametrize("adaptive", [False, True])
def test_jones_diggle_integrates_to_the_number_of_points(window: shapely.Geometry, adaptive: bool) -> None:
    """Conservation of mass, within 1e-6 n, by the triangle quadrature."""
    x, y = scattered(window, 25)
    qx, qy, weight = triangle_quadrature(window)
    total = intensity(x, y, window, 0.5, at=(qx, qy), adaptive=adaptive) @ weight
    assert total == pytest.approx(25, rel=1e-6)


@WINDOWS
def test_uniform_correction_keeps_a_flat_field_flat(window: shapely.Geometry) -> None:
    """Points on a fine lattice are a flat field of 1 / step^2, and stay so up to the border."""
    step = 0.02
    west, south, east, north = window.bounds
    x, y = (each.ravel() for each in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)))
    inside = shapely.contains_xy(window, x, y)
    found = intensity(x[inside], y[inside], window, 0.3, edge="uniform", at=np.c_[scattered(window, 10)])
    np.testing.assert_allclose(found * step**2, 1.0, atol=0.06)


def test_own_bandwidth_for_each_point() -> None:
    """An array of bandwidths is the sum of the single kernels, each worked out from the formula."""
    sigma = np.array([0.1, 0.2])
    found = intensity([0.4, 0.6], [0.5, 0.5], shapely.box(0, 0, 1, 1), sigma, edge="none", at=[[0.5, 0.5]])
    expected = sum(math.exp(-0.5 * 0.01 / s**2) / (2 * math.pi * s**2) for s in sigma)
    assert found[0] == pytest.approx(expected, rel=1e-12)


def test_bandwidth_far_larger_than_the_window_gives_a_flat_field() -> None:
    """With a kernel 1,000 windows wide every corrected surface is n / area: 3 points on 12 square units."""
    window = shapely.box(0, 0, 4, 3)
    for edge in ("uniform", "jones-diggle"):
        found = intensity([1, 2, 3], [1, 1, 2], window, 4000.0, edge=edge, at=[[0, 0], [4, 3], [2, 1]])
        np.testing.assert_allclose(found, 3 / 12, rtol=1e-6)


@pytest.mark.parametrize("edge", ["none", "uniform", "jones-diggle"])
@given(
    east=st.floats(-1e5, 1e5),
    north=st.floats(-1e5, 1e5),
    angle=st.floats(-180, 180),
    unit=st.floats(1e-3, 1e4),
    adaptive=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_nothing_depends_on_where_north_is_or_on_the_unit(
    edge: Edge, east: float, north: float, angle: float, unit: float, adaptive: bool
) -> None:
    """Translation and rotation change nothing; a unit `unit` times smaller divides densities by its square."""
    window, sigma = SHAPES["hole"], 0.5
    x, y = scattered(window, 9)
    before = intensity(x, y, window, sigma, edge=edge, adaptive=adaptive)
    turn = math.radians(angle)
    a, b = unit * math.cos(turn), unit * math.sin(turn)
    moved = affinity.affine_transform(window, [a, -b, b, a, east, north])
    after = intensity(a * x - b * y + east, b * x + a * y + north, moved, sigma * unit, edge=edge, adaptive=adaptive)
    rounding = 1e-15 * max(abs(east), abs(north)) / unit
    np.testing.assert_allclose(after * unit**2, before, rtol=1e-8 + 1e3 * rounding)


@pytest.mark.parametrize("edge", ["none", "uniform", "jones-diggle"])
@given(cut=st.integers(1, 61), order=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_points_add_up_in_any_order(edge: Edge, cut: int, order: random.Random) -> None:
    """The surface of two sets of points is the sum of their surfaces, and order changes nothing."""
    rows = list(range(62))
    order.shuffle(rows)
    first, second = rows[:cut], rows[cut:]
    parts = sum(intensity(X[part], Y[part], SQUARE, 0.1, edge=edge, at=AT) for part in (first, second))
    np.testing.assert_allclose(parts, intensity(X, Y, SQUARE, 0.1, edge=edge, at=AT), rtol=1e-12)


def test_simulated_flat_fields_have_no_bias_at_the_edge() -> None:
    """Over 400 simulations of 50 points on a unit square both corrections average 50 at a corner; "none" loses 3/4."""
    rng = np.random.default_rng(20201119)
    window, corner = shapely.box(0, 0, 1, 1), [[0.0, 0.0]]
    means = {}
    for edge in ("none", "uniform", "jones-diggle"):
        fields = rng.uniform(size=(400, 2, 50))
        runs = [intensity(x, y, window, 0.15, edge=edge, at=corner)[0] for x, y in fields]
        means[edge] = np.mean(runs), np.std(runs) / math.sqrt(len(runs))
    assert means["none"][0] == pytest.approx(50 / 4, abs=4 * means["none"][1])
    assert means["uniform"][0] == pytest.approx(50, abs=4 * means["uniform"][1])
    # Jones-Diggle conserves the total, not flatness: at a corner E = 50 * integral of k / mass, here by quadrature.
    nodes, weights = np.polynomial.legendre.leggauss(200)
    t, w = (nodes + 1) / 2, weights / 2
    one_axis = np.exp(-0.5 * (t / 0.15) ** 2) / (0.15 * math.sqrt(2 * math.pi))
    one_axis /= (erf(t / 0.15 / math.sqrt(2)) + erf((1 - t) / 0.15 / math.sqrt(2))) / 2
    assert means["jones-diggle"][0] == pytest.approx(50 * (one_axis @ w) ** 2, abs=4 * means["jones-diggle"][1])


def test_abramson_does_not_see_the_scale_of_the_pilot() -> None:
    """Doubling the pilot everywhere changes no bandwidth."""
    pilot, weight = np.array([1.0, 2.0, 5.0]), np.array([1.0, 3.0, 1.0])
    np.testing.assert_allclose(abramson(2 * pilot, weight, 0.3), abramson(pilot, weight, 0.3), rtol=1e-14)


def test_weights_are_repeated_records() -> None:
    """A kernel of weight 3 is three kernels of weight 1."""
    place = np.zeros(1)
    one = Kernels(place, place, np.ones(1), np.full(1, 3.0))
    three = Kernels(np.zeros(3), np.zeros(3), np.ones(3), np.ones(3))
    np.testing.assert_allclose(kernel_sums(one, AT[:, 0], AT[:, 1]), kernel_sums(three, AT[:, 0], AT[:, 1]), rtol=1e-14)


@pytest.mark.parametrize("edge", ["none", "uniform", "jones-diggle"])
@pytest.mark.parametrize("adaptive", [False, True])
def test_weights_of_points(edge: Edge, adaptive: bool) -> None:
    """All of weight 2 are twice the surface; whole weights are points that occur so many times; a weight of 0 is no point."""
    plain = intensity(X, Y, SQUARE, 0.1, edge=edge, at=AT, adaptive=adaptive)
    twice = intensity(X, Y, SQUARE, 0.1, edge=edge, at=AT, adaptive=adaptive, weights=np.full(62, 2.0))
    np.testing.assert_allclose(twice, 2 * plain, rtol=1e-12)
    times = np.arange(62) % 4
    weighed = intensity(X, Y, SQUARE, 0.1, edge=edge, at=AT, adaptive=adaptive, weights=times)
    repeated = intensity(np.repeat(X, times), np.repeat(Y, times), SQUARE, 0.1, edge=edge, at=AT, adaptive=adaptive)
    np.testing.assert_allclose(weighed, repeated, rtol=1e-12)


def test_a_point_on_the_border_is_inside() -> None:
    """Even when rounding has pushed it out by the last bit; at a corner of a quarter plane e is 4."""
    found = intensity([-1e-12], [0.0], shapely.box(0, 0, 60, 60), 1.0)
    assert found[0] == pytest.approx(4 / (2 * math.pi), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"x": [], "y": []}, DataRefused, "no point"),
        ({"x": [0.5]}, UsageError, "equal length"),
        ({"x": [math.nan, 0.5]}, DataRefused, "not a finite"),
        ({"y": [0.5, math.inf]}, DataRefused, "not a finite"),
        ({"x": [0.5, 1.5]}, DataRefused, "1 of 2 points lie outside"),
        ({"sigma": 0.0}, UsageError, "positive"),
        ({"sigma": -1.0}, UsageError, "positive"),
        ({"sigma": math.nan}, UsageError, "positive"),
        ({"sigma": math.inf}, UsageError, "positive"),
        ({"sigma": [0.1, 0.2, 0.3]}, UsageError, "one for all or one per point"),
        ({"sigma": [0.1, 0.2], "adaptive": True}, UsageError, "one bandwidth"),
        ({"edge": "diggle"}, UsageError, "not an edge correction"),
        ({"weights": [1.0]}, UsageError, "1 weights were given for 2 points"),
        ({"weights": [1.0, math.nan]}, DataRefused, "1 weights are not a number of 0 or more"),
        ({"weights": [-1.0, -2.0]}, DataRefused, "2 weights are not a number of 0 or more"),
        ({"weights": [math.inf, 1.0]}, DataRefused, "1 weights are not a number of 0 or more"),
        ({"weights": [0.0, 0.0]}, DataRefused, "all weights are 0"),
        ({"at": [0.5, 0.5, 0.5]}, UsageError, "rows of x and y"),
        ({"at": [[0.5, math.nan]]}, DataRefused, "not finite"),
        ({"window": shapely.LineString([(0, 0), (1, 1)])}, DataRefused, "not a polygon"),
        ({"window": shapely.Polygon()}, DataRefused, "no area"),
        ({"window": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, DataRefused, "not valid"),
    ],
)
def test_bad_input_gets_a_sentence(change: dict[str, Any], error: type[MapperError], words: str) -> None:
    """Each refusal says what is wrong, in the tree of `mapper.errors`."""
    good = {"x": [0.4, 0.5], "y": [0.5, 0.5], "window": shapely.box(0, 0, 1, 1), "sigma": 0.1}
    with pytest.raises(error, match=words):
        intensity(**{**good, **change})


@pytest.mark.parametrize("n", [1, 2])
def test_one_and_two_points_have_a_surface(n: int) -> None:
    """The core refuses none for being few: that is a rule of the published map, not of the formula."""
    assert np.isfinite(intensity([0.5] * n, [0.5] * n, shapely.box(0, 0, 1, 1), 0.1, adaptive=True)).all()
