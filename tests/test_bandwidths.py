"""Bandwidths that rules choose, against published values of the redwood set and against laws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from mapper.analysis import bandwidths
from mapper.analysis.bandwidths import RULES, choose_bandwidth
from mapper.analysis.pair_distances import lens_area, set_covariance
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, UsageError
from tests.redwood import SQUARE, X, Y

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.model import BandwidthRule

    Floats = NDArray[np.float64]

ROUND = shapely.Point(0, 0).buffer(1.0, quad_segs=32)


def clustered(n: int, seed: int = 4) -> tuple[Floats, Floats]:
    """Return n points in the round window, half of them about eight centres."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-0.6, 0.6, (8, 2))
    xy = np.vstack([centres[rng.integers(0, 8, n)] + rng.normal(0, 0.08, (n, 2)), rng.uniform(-1, 1, (2 * n, 2))])
    xy = rng.permutation(xy[shapely.contains_xy(ROUND, xy[:, 0], xy[:, 1])])[:n]
    return xy[:, 0], xy[:, 1]


@pytest.mark.parametrize(
    ("rule", "published", "digits"),
    [("scott", 0.1370298739, 6e-11), ("likelihood", 0.04586757, 6e-9), ("cvl", 0.14448499, 6e-9)],
)
def test_redwood_has_the_published_bandwidths(rule: BandwidthRule, published: float, digits: float) -> None:
    """DOMAIN 6.3, to half a unit of the last digit: Scott's isotropic, the continuous edge-corrected likelihood, exact CvL."""
    assert choose_bandwidth(X, Y, SQUARE, rule) == pytest.approx(published, abs=digits)


@pytest.mark.parametrize(("steps", "published"), [(512, 0.02250489237), (2048, 0.0224108)])
def test_redwood_has_spatstats_diggle_on_its_grid(steps: int, published: float) -> None:
    """Spatstat looks at h = r / 2 on `steps` radii up to 0.25: ours, rounded up to that grid, is its value.

    So the two differ by less than a step of its grid, 0.25 / 511 / 2 = 2.4e-4 for the usual 512.
    """
    step = 0.25 / (steps - 1) / 2
    assert math.ceil(choose_bandwidth(X, Y, SQUARE, "diggle") / step) * step == pytest.approx(published, rel=3e-6)


@pytest.mark.parametrize("rule", RULES)
def test_the_unit_is_the_callers(rule: BandwidthRule) -> None:
    """Coordinates a thousand times as large, elsewhere, give a bandwidth a thousand times as large."""
    x, y = clustered(60)
    here = choose_bandwidth(x, y, ROUND, rule)
    moved = shapely.affinity.affine_transform(ROUND, [1000, 0, 0, 1000, 5e4, -3e4])
    there = choose_bandwidth(1000 * x + 5e4, 1000 * y - 3e4, moved, rule)
    assert there == pytest.approx(1000 * here, rel=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_order_and_windows_as_objects_change_nothing(rule: BandwidthRule) -> None:
    """Points backwards, and the window ready-made."""
    x, y = clustered(40)
    assert choose_bandwidth(x[::-1], y[::-1], plane_window(ROUND), rule) == pytest.approx(
        choose_bandwidth(x, y, ROUND, rule), rel=1e-6
    )


def test_likelihood_is_at_an_optimum() -> None:
    """The leave-one-out likelihood, written out anew without any correction far from a border, is lower on both sides."""
    x, y = clustered(80)
    wide = shapely.box(-40, -40, 40, 40)
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2

    def log_likelihood(h: float) -> float:
        kernel = np.exp(-0.5 * squared / h**2) / (2 * np.pi * h**2)
        return float(np.log(kernel.sum(axis=1) - np.diag(kernel)).sum())

    h = choose_bandwidth(x, y, wide, "likelihood")
    assert log_likelihood(h) > max(log_likelihood(h * 0.99), log_likelihood(h * 1.01))


def test_repeated_places_do_not_speak_for_a_bandwidth_of_nothing() -> None:
    """Each place named twice: the likelihood by place is that of the places alone, since both leave the place out."""
    x, y = clustered(50)
    once = choose_bandwidth(x, y, ROUND, "likelihood")
    assert choose_bandwidth(np.tile(x, 2), np.tile(y, 2), ROUND, "likelihood") == pytest.approx(once, rel=1e-6)


def test_cvl_meets_its_own_equation() -> None:
    """The inverse intensities, summed by hand, are the window's area."""
    x, y = clustered(70)
    h = choose_bandwidth(x, y, ROUND, "cvl")
    squared = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    seen = (np.exp(-0.5 * squared / h**2) / (2 * np.pi * h**2)).sum(axis=1)
    assert (1 / seen).sum() == pytest.approx(ROUND.area, rel=1e-8)


@pytest.mark.parametrize("rule", ["likelihood", "cvl", "diggle"])
def test_gridded_sums_choose_as_all_pairs_do(monkeypatch: pytest.MonkeyPatch, rule: BandwidthRule) -> None:
    """With a sample of everything the way of many points differs from the exact one by its own tolerance only."""
    x, y = clustered(400)
    exact = choose_bandwidth(x, y, ROUND, rule)
    monkeypatch.setattr(bandwidths, "EXACT_PLACES", 100)
    assert choose_bandwidth(x, y, ROUND, rule) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("rule", ["likelihood", "cvl"])
def test_a_sample_comes_near(monkeypatch: pytest.MonkeyPatch, rule: BandwidthRule) -> None:
    """Half of the points, looked at under the kernels of all, choose within a quarter; and twice the same."""
    x, y = clustered(400)
    exact = choose_bandwidth(x, y, ROUND, rule)
    monkeypatch.setattr(bandwidths, "EXACT_PLACES", 100)
    monkeypatch.setattr(bandwidths, "SAMPLED", 200)
    sampled = choose_bandwidth(x, y, ROUND, rule)
    assert sampled == choose_bandwidth(x, y, ROUND, rule)
    assert sampled == pytest.approx(exact, rel=0.25)


def test_set_covariance_of_a_box_has_its_closed_form() -> None:
    """A box of 3 x 2 moved by (u, v) shares (3 - |u|)(2 - |v|) with itself."""
    across, along = np.array([0.0, 0.5, -0.4, 0.02]), np.array([0.0, -0.3, 0.5, 0.4])
    found = set_covariance(plane_window(shapely.box(10, 10, 13, 12)), across, along)
    np.testing.assert_allclose(found, (3 - np.abs(across)) * (2 - np.abs(along)), rtol=4e-3)


def test_lens_area_is_what_two_discs_share() -> None:
    """Against shapely's overlay of two round polygons."""
    for distance in (0.1, 0.9, 1.7):
        one = shapely.Point(0, 0).buffer(1.0, quad_segs=256)
        other = shapely.Point(distance, 0).buffer(1.0, quad_segs=256)
        assert lens_area(np.array([distance]), 1.0)[0] == pytest.approx(one.intersection(other).area, rel=1e-4)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("n", [1, 2, 12])
def test_one_place_says_nothing_of_a_bandwidth(rule: BandwidthRule, n: int) -> None:
    """One point, or several at one place."""
    with pytest.raises(DataRefused, match="at one place"):
        choose_bandwidth([0.1] * n, [0.2] * n, ROUND, rule)


def test_points_on_a_line_along_an_axis_have_no_scott() -> None:
    """The geometric mean of the two spreads would be 0."""
    with pytest.raises(DataRefused, match="one line"):
        choose_bandwidth([0.1, 0.2, 0.3], [0.0, 0.0, 0.0], ROUND, "scott")


def test_points_too_far_apart_have_no_diggle() -> None:
    """No pair within a quarter of the window: K says nothing."""
    with pytest.raises(DataRefused, match="no bandwidth under the rule 'diggle'"):
        choose_bandwidth([-0.9, 0.9], [0.0, 0.0], ROUND, "diggle")


def test_no_points_and_unknown_rules_get_a_sentence() -> None:
    """As in `intensity`."""
    with pytest.raises(DataRefused, match="no point"):
        choose_bandwidth([], [], ROUND, "scott")
    with pytest.raises(UsageError, match="not a rule"):
        choose_bandwidth([0.1, 0.2], [0.1, 0.2], ROUND, "silverman")  # type: ignore[arg-type]
