"""A repair may add ground and never frees any: laws on random rings, and shapes worked out by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from mapper.intake.repair import repair_polygon

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Ring = list[tuple[float, float]]
POSITIONS = st.tuples(st.integers(0, 12), st.integers(0, 12))
RINGS = st.lists(POSITIONS, min_size=3, max_size=8, unique=True).map(lambda ring: [*ring, ring[0]])


def winding(ring: Ring, x: float, y: float) -> int:
    """Count how often a ring runs around a point (crossings of the ray to the right, upward less downward)."""
    turns = 0
    for (x0, y0), (x1, y1) in pairwise(ring):
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        if y0 <= y < y1 and side > 0:
            turns += 1
        elif y1 <= y < y0 and side < 0:
            turns -= 1
    return turns


def enclosed(rings: list[Ring]) -> list[tuple[float, float]]:
    """Return the points of a fine lattice, off every grid line, that at least one ring runs around."""
    lattice = [(i / 3 + 0.1234, j / 3 + 0.0789) for i in range(37) for j in range(37)]
    return [point for point in lattice if any(winding(ring, *point) for ring in rings)]


@given(st.lists(RINGS, min_size=1, max_size=3))
def test_a_repaired_shape_covers_every_sampled_point_of_every_filled_ring(rings: list[Ring]) -> None:
    """The winding number is counted here without shapely; what any ring encloses is in the repaired shape."""
    repaired = repair_polygon(MultiPolygon([Polygon(ring) for ring in rings]))
    inside = enclosed(rings)
    if repaired is None:
        assert not inside
        return
    assert repaired.is_valid
    assert repaired.geom_type in ("Polygon", "MultiPolygon")
    assert all(repaired.covers(shapely.Point(point)) for point in inside)


@given(RINGS, st.integers(1, 5))
def test_scale_and_place_change_nothing(ring: Ring, power: int) -> None:
    """The same ring in metres far from the origin is repaired to the same area (times the square of the scale)."""
    scale = 10.0**power
    near, far = (repair_polygon(Polygon([(x * k + d, y * k + d) for x, y in ring])) for k, d in ((1, 0), (scale, 4e6)))
    assert (near is None) == (far is None)
    if near is not None and far is not None:
        assert far.area / scale**2 == pytest.approx(near.area, rel=1e-6)


def mended(shape: Polygon | MultiPolygon) -> BaseGeometry:
    """Repair a shape that can be."""
    repaired = repair_polygon(shape)
    assert repaired is not None
    return repaired


def test_a_bow_tie_keeps_both_halves() -> None:
    """Two triangles of area 1 each meet in (1, 1); buffer(0) would drop one."""
    assert mended(Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])).area == pytest.approx(2)


def test_overlapping_parts_become_one_area_without_a_hole() -> None:
    """Two 2x2 squares that share a 1x1 corner cover 4 + 4 - 1 = 7; the default method leaves the shared corner free."""
    repaired = mended(MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]))
    assert repaired.area == pytest.approx(7)
    assert repaired.covers(shapely.Point(1.5, 1.5))


def test_a_ring_that_runs_twice_around_the_same_ground_keeps_it() -> None:
    """The inner 2x2 square is enclosed twice: even-odd counting would free it."""
    ring = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (3, 1), (3, 3), (1, 3), (1, 1), (0, 0)]
    assert mended(Polygon(ring)).covers(shapely.Point(2, 2))


def test_a_hole_outside_its_shell_counts_as_ground_of_the_zone() -> None:
    """A 1x1 hole beside a 2x2 shell may be a second area written wrongly: 4 + 1 = 5."""
    shape = Polygon([(0, 0), (2, 0), (2, 2), (0, 2)], [[(5, 5), (6, 5), (6, 6), (5, 6)]])
    assert mended(shape).area == pytest.approx(5)


def test_the_hole_of_a_shape_that_contradicts_itself_is_given_up() -> None:
    """The shell is a bow tie, so its hole proves nothing."""
    shape = Polygon([(0, 0), (4, 4), (4, 0), (0, 4)], [[(3.4, 1.8), (3.6, 1.8), (3.6, 2.2)]])
    assert mended(shape).covers(shapely.Point(3.55, 1.9))


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(0, 0), (2, 0), (2, 2), (0, 2)], [[(0, 0), (2, 0), (2, 2), (0, 2)]]),
        Polygon([(0, 0), (1, 1), (2, 2), (0, 0)]),
        Polygon([(1, 1), (1, 1), (1, 1), (1, 1)]),
        MultiPolygon(
            [
                shapely.box(8, 8, 9, 9),
                Polygon([(0, 0), (2, 0), (2, 2), (0, 2)], [[(0, 0), (2, 0), (2, 2), (0, 2)]]),
            ]
        ),
    ],
    ids=["hole = shell", "a line", "a point", "one part all hole"],
)
def test_what_has_no_ground_is_refused(shape: Polygon) -> None:
    """Nobody can say what was meant, so nothing is drawn in its place."""
    assert repair_polygon(shape) is None
