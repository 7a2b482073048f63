"""Gi*: by hand on small grids, against esda and against brute force, and the laws it obeys."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from esda.getisord import G_Local
from hypothesis import given
from hypothesis import strategies as st
from libpysal.graph import Graph

from mapper.analysis import getis
from mapper.analysis.getis import exact_p, false_discovery, gi_star
from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


def square_grid(side: int) -> Floats:
    """Return centres one apart, row by row."""
    east, north = np.meshgrid(np.arange(float(side)), np.arange(float(side)))
    return np.column_stack([east.ravel(), north.ravel()])


def some_counts(number: int, mean: float, seed: int) -> Counts:
    """Return counts of a Poisson law; the seed makes them the same at every run."""
    return np.random.default_rng(seed).poisson(mean, number)


def slow_z(counts: Counts, centres: Floats, reach: float) -> list[float]:
    """Gi* from the formula of Ord and Getis (1995, equation for G_i* with its own unit), one unit after the other."""
    n = len(counts)
    mean = sum(counts) / n
    spread = math.sqrt(sum(count**2 for count in counts) / n - mean**2)
    result = []
    for here in centres:
        weights = [1.0 if math.dist(here, there) <= reach else 0.0 for there in centres]
        total, squares = sum(weights), sum(weight**2 for weight in weights)
        above = sum(weight * count for weight, count in zip(weights, counts, strict=True)) - mean * total
        result.append(above / (spread * math.sqrt((n * squares - total**2) / (n - 1))))
    return result


def test_three_by_three_by_hand() -> None:
    """Nine records in the middle unit of nine; neighbours share a side.

    Mean 1, variance 81/9 - 1 = 8. Middle: k = 5, (9 - 5) / sqrt(8 x 5 x 4 / 8) = 4 / sqrt(20). Side: k = 4,
    (9 - 4) / sqrt(8 x 4 x 5 / 8) = 5 / sqrt(20). Corner: k = 3, (0 - 3) / sqrt(8 x 3 x 6 / 8) = -3 / sqrt(18).
    A draw of 5 holds the nine records in 5 of 9 cases, one of 4 in 4 of 9: twice that is over 1, and 8/9. A corner's draw
    of 3 is empty in 6 of 9 cases: over 1 again.
    """
    found = gi_star(np.array([0, 0, 0, 0, 9, 0, 0, 0, 0]), square_grid(3), 1.0)
    middle, side, corner = 4 / math.sqrt(20), 5 / math.sqrt(20), -3 / math.sqrt(18)
    expected = [corner, side, corner, side, middle, side, corner, side, corner]
    assert found.z == pytest.approx(expected, rel=1e-14)
    assert found.p == pytest.approx([1, 8 / 9, 1, 8 / 9, 1, 8 / 9, 1, 8 / 9, 1], rel=1e-12)
    assert found.neighbours.tolist() == [3, 4, 3, 4, 5, 4, 3, 4, 3]
    assert found.p_from == "exact"


def test_five_by_five_by_hand() -> None:
    """Two records in each of the 2 x 2 units of a corner; neighbours share a side or a corner.

    Mean 8/25, variance 16/25 - 64/625 = 336/625. The corner: k = 4, sum 8: (8 - 32/25) / sqrt(336/625 x 4 x 21 / 24).
    One way of C(25, 4) = 12,650 holds all four.
    """
    counts = np.zeros((5, 5), dtype=np.int64)
    counts[:2, :2] = 2
    found = gi_star(counts.ravel(), square_grid(5), 1.5)
    assert found.z[0] == pytest.approx((8 - 32 / 25) / math.sqrt(336 / 625 * 4 * 21 / 24), rel=1e-14)
    assert found.p[0] == pytest.approx(2 / 12_650, rel=1e-12)


def test_z_is_that_of_esda() -> None:
    """The kept library of the field, on a grid of 400 units with weights of our making."""
    counts, centres = some_counts(400, 0.7, 1), square_grid(20)
    links = {
        here: dict.fromkeys(np.flatnonzero(np.hypot(*(centres - centres[here]).T) <= 1.5), 1) for here in range(400)
    }
    theirs = G_Local(counts, Graph.from_weights_dict(links), transform="B", star=True, permutations=0)
    assert gi_star(counts, centres, 1.5).z == pytest.approx(theirs.Zs, rel=1e-10, abs=1e-12)


def test_z_is_that_of_the_formula() -> None:
    """Unit by unit, with places at random and a reach that leaves some unit alone."""
    centres = np.random.default_rng(2).uniform(0, 10, (60, 2))
    counts = some_counts(60, 2.0, 3)
    found = gi_star(counts, centres, 1.2)
    assert found.neighbours.min() == 1
    assert found.z == pytest.approx(slow_z(counts, centres, 1.2), rel=1e-11)


@given(st.lists(st.integers(0, 6), min_size=7, max_size=9).filter(lambda held: len(set(held)) > 1), st.integers(1, 6))
def test_p_is_that_of_all_draws(held: list[int], drawn: int) -> None:
    """Brute force: every subset of that size, each as likely."""
    counts = np.array(held)
    sums = [sum(each) for each in combinations(held, drawn)]
    asked = sorted(set(sums))
    expected = [
        min(1.0, 2 * min(sum(each >= total for each in sums), sum(each <= total for each in sums)) / len(sums))
        for total in asked
    ]
    assert exact_p(counts, np.array(asked), np.full(len(asked), drawn)) == pytest.approx(expected, rel=1e-12)


def test_no_level_is_passed_more_often_than_it_says() -> None:
    """Under its own law, p <= a has at most the chance a; the normal p of the same sums breaks that twentyfold.

    Twenty units of a thousand hold one record, nine are drawn. A sum of 2 has the chance of a hypergeometric law: 1 -
    P(0) - P(1) = 0.0129, and the normal law says 2 sd up: z = (2 - 0.18) / 0.418 = 4.4, p = 1.3e-5.
    """
    none = math.comb(980, 9) / math.comb(1000, 9)
    one = 20 * math.comb(980, 8) / math.comb(1000, 9)
    counts = np.repeat([1, 0], [20, 980])
    p = exact_p(counts, np.arange(3), np.full(3, 9))
    assert p == pytest.approx([1.0, 2 * (1 - none), 2 * (1 - none - one)], rel=1e-9)
    mean, spread = 0.02, math.sqrt(0.02 - 0.02**2)
    z = (2 - 9 * mean) / (spread * math.sqrt(9 * 991 / 999))
    assert p[2] / math.erfc(z / math.sqrt(2)) > 1000


@given(st.integers(1, 1000), st.integers(0, 50), st.integers(0, 10))
def test_scale_and_start_of_counts_do_not_matter(scale: int, start: int, seed: int) -> None:
    """Counting in other units, or from another zero, changes neither z nor p."""
    counts, centres = some_counts(49, 1.0, seed), square_grid(7)
    one, other = gi_star(counts, centres, 1.5), gi_star(counts * scale + start, centres, 1.5)
    assert other.z == pytest.approx(one.z, rel=1e-9, abs=1e-9)
    assert other.p == pytest.approx(one.p, rel=1e-12)


@given(st.permutations(range(36)), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_order_and_place_of_the_origin_do_not_matter(order: list[int], east: float, north: float) -> None:
    """The units in another order, moved together, give the same numbers in that order."""
    counts, centres = some_counts(36, 0.8, 5), square_grid(6)
    one, other = gi_star(counts, centres, 1.1), gi_star(counts[order], centres[order] + [east, north], 1.1)
    assert other.z == pytest.approx(one.z[order], rel=1e-12, abs=1e-12)
    assert other.p == pytest.approx(one.p[order], rel=1e-12)


def test_large_counts_fall_back_to_the_normal_law_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where both can be had for many records, they agree: 3,000 in each unit on average, 9 units together."""
    counts, centres = some_counts(100, 3000.0, 7), square_grid(10)
    monkeypatch.setattr(getis, "MOST_STEPS", 0)
    normal = gi_star(counts, centres, 1.5)
    monkeypatch.setattr(getis, "MOST_STEPS", 1e12)
    exact = gi_star(counts, centres, 1.5)
    assert (normal.p_from, exact.p_from) == ("normal", "exact")
    assert normal.z.tolist() == exact.z.tolist()
    assert np.abs(normal.p - exact.p).max() < 0.03


def test_equal_counts_and_too_wide_a_reach_are_refused() -> None:
    """Nothing can stand out, or there is nothing it could stand out from."""
    with pytest.raises(DataRefused, match="same number of records"):
        gi_star(np.full(9, 4), square_grid(3), 1.0)
    with pytest.raises(UsageError, match="lie all 9 units"):
        gi_star(np.arange(9), square_grid(3), 1.5)


def test_too_many_pairs_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """33 pairs on 3 x 3: nine with themselves, twelve sides there and back."""
    monkeypatch.setattr(getis, "MOST_PAIRS", 32)
    with pytest.raises(UsageError, match="33 pairs"):
        gi_star(np.arange(9), square_grid(3), 1.0)


def test_false_discovery_is_that_of_the_published_example() -> None:
    """Benjamini and Hochberg 1995, section 3.2: fifteen p-values, of which four are named at a rate of 0.05."""
    published = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    q = false_discovery(np.array(published))
    assert (q <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert q[-1] == 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_never_lowers_a_p_and_keeps_the_order(given_p: list[float]) -> None:
    """Q is at least p, at most n p, and a smaller p never has a larger q."""
    p = np.array(given_p)
    q = false_discovery(p)
    assert (q >= p).all()
    assert (q <= np.minimum(p * len(p), 1)).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
