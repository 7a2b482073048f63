"""A repair may add ground and never frees any: laws on random rings, and shapes worked out by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from mapper.intake.repair import crossings, is_tangled, repair_polygon, repair_polygons, why_refused

if TYPE_CHECKING:
    from numpy.typing import NDArray
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


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        (Polygon([(0, 0), (2, 0), (2, 2), (0, 2)], [[(0, 0), (2, 0), (2, 2), (0, 2)]]), "hole_is_shell"),
        (Polygon([(0, 0), (1, 1), (2, 2), (0, 0)]), "zero_area"),
        (Polygon([(1, 1), (1, 1), (1, 1), (1, 1)]), "too_few_vertices"),
        (Polygon([(1, 1), (2, 2), (1, 1), (2, 2)]), "too_few_vertices"),
    ],
    ids=["hole = shell", "a line", "a point", "two corners"],
)
def test_the_reason_of_a_refusal_is_named(shape: Polygon, rule: str) -> None:
    """Alone and in an array, where the others are mended all the same."""
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    assert why_refused(shape) == rule
    mended, reasons = repair_polygons(np.array([bow_tie, shape], dtype=object))
    assert (mended[1], reasons) == (None, ["", rule])
    assert mended[0].area == pytest.approx(2)


# ---------------------------------------------------------------- shapes that would take for ever
def star(corners: int) -> Polygon:
    """Join each of an odd number of corners of a circle to that nearly opposite: every side crosses all that share no corner."""
    angles = 2 * np.pi * (np.arange(corners) * (corners // 2) % corners) / corners
    return Polygon(np.column_stack([np.cos(angles), np.sin(angles)]))


@pytest.mark.parametrize("corners", [5, 7, 63, 65, 201])
def test_the_crossings_of_a_star_are_counted(corners: int) -> None:
    """Each of n sides crosses all but itself and its two neighbours: n (n - 3) / 2; few and many corners are counted apart."""
    assert crossings(star(corners), most=10**9) == (corners * (corners - 3) // 2, 0)


def test_crossings_of_parts_are_counted_apart() -> None:
    """Two bars that make a cross meet in four points; a count that has its answer stops."""
    cross = MultiPolygon([shapely.box(0, 1, 3, 2), shapely.box(1, 0, 2, 3)])
    assert crossings(cross, most=10) == (0, 4)
    assert crossings(star(1001), most=10)[0] > 10


def test_a_scribble_is_refused_at_once_and_says_so() -> None:
    """1,001 sides cross 1001 * 998 / 2 = 499,499 times; GEOS would need minutes. 199 sides cross 19,502 times: mended."""
    assert is_tangled(star(1001))
    assert repair_polygon(star(1001)) is None
    assert why_refused(star(1001)) == "too_many_crossings"
    assert not is_tangled(star(199))
    repaired = mended(star(199))
    assert repaired.covers(shapely.Point(0, 0))


def test_a_layer_of_scribbles_is_mended_up_to_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stars of 101 corners cross 4,949 times each: of 10,000 crossings two are paid; a smaller one after them still is."""
    monkeypatch.setattr("mapper.intake.repair._MOST_IN_ALL", 10_000)
    shapes = np.empty(4, dtype=object)
    shapes[:] = [star(101), star(101), star(101), star(5)]
    mended_ones, reasons = repair_polygons(shapes)
    assert reasons == ["", "", "too_many_crossings", ""]
    assert [shape is None for shape in mended_ones] == [False, False, True, False]


# ---------------------------------------------------------------- the law, on ten thousand
SHAPES = 10_000
SAMPLES = 80


def corners_of(random: np.random.Generator) -> NDArray[np.float64]:
    """Draw the corners of a ring: on a grid, where sides fall on each other, or anywhere; some with spikes or twice around."""
    count = int(random.integers(3, 11))
    corners = (
        random.integers(0, 9, (count, 2)).astype(float) if random.random() < 0.5 else random.random((count, 2)) * 9
    )
    odd = random.random()
    at = int(random.integers(0, count))
    if odd < 0.2:  # a spike: out and back
        spike = np.stack([random.random(2) * 12 - 1, corners[at]])
        corners = np.concatenate([corners[: at + 1], spike, corners[at + 1 :]])
    elif odd < 0.3:  # once more around, a little smaller
        corners = np.concatenate(
            [corners, corners.mean(axis=0) + (corners - corners.mean(axis=0)) * random.choice([1, 0.6])]
        )
    elif odd < 0.4:  # a corner twice
        corners = np.insert(corners, at, corners[at], axis=0)
    return np.concatenate([corners, corners[:1]])


def shape_of(random: np.random.Generator) -> tuple[BaseGeometry, list[NDArray[np.float64]]]:
    """Draw a polygon of one to three parts with up to two holes each, anywhere; return it with its rings."""
    parts, rings = [], []
    for _ in range(int(random.choice([1, 1, 2, 3]))):
        shell = corners_of(random)
        holes = [corners_of(random) * random.choice([1, 0.3]) for _ in range(int(random.choice([0, 0, 1, 2])))]
        if random.random() < 0.01:
            holes.append(shell[::-1])
        parts.append(Polygon(shell, holes))
        rings += [shell, *holes]
    return (parts[0] if len(parts) == 1 else MultiPolygon(parts)), rings


def turns(ring: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count how often a ring runs around each point: `winding`, for many points at once."""
    x, y = points[:, :1], points[:, 1:]
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    upward = (y0 <= y) & (y < y1) & (side > 0)
    downward = (y1 <= y) & (y < y0) & (side < 0)
    return np.asarray(upward.sum(axis=1) - downward.sum(axis=1))


def samples(rings: list[NDArray[np.float64]], random: np.random.Generator) -> NDArray[np.float64]:
    """Draw points all over, and close to either side of the middles of the sides, where a hair of ground would be lost."""
    middles = np.concatenate([(ring[:-1] + ring[1:]) / 2 for ring in rings])
    close = middles[random.integers(0, len(middles), SAMPLES // 2)] + (random.random((SAMPLES // 2, 2)) - 0.5) * 2e-3
    return np.concatenate([close, random.random((SAMPLES // 2, 2)) * 12 - 1])


def test_both_counts_of_turns_agree() -> None:
    """The one for many points is the one above for one."""
    random = np.random.default_rng(3)
    for _ in range(50):
        ring, points = corners_of(random), random.random((20, 2)) * 9
        plain = [(float(x), float(y)) for x, y in ring]
        assert turns(ring, points).tolist() == [winding(plain, *point) for point in points.tolist()]


@pytest.mark.slow
def test_ten_thousand_polygons_lose_no_sampled_point() -> None:
    """What any ring of a shape runs around is in the mended shape, or the shape is refused; both ways of mending agree."""
    random = np.random.default_rng(20_211_114)
    drawn = [shape_of(random) for _ in range(SHAPES)]
    shapes = np.empty(SHAPES, dtype=object)
    shapes[:] = [shape for shape, _ in drawn]
    together, reasons = repair_polygons(shapes)
    refused = 0
    for (shape, rings), mended_one, reason in zip(drawn, together, reasons, strict=True):
        points = samples(rings, random)
        inside = points[np.any([turns(ring, points) != 0 for ring in rings], axis=0)]
        if mended_one is None:
            assert reason == "hole_is_shell" or (reason in ("zero_area", "too_few_vertices") and not len(inside))
            refused += 1
            continue
        assert mended_one.is_valid
        assert shapely.intersects_xy(mended_one, inside[:, 0], inside[:, 1]).all(), shape.wkt
    assert sum(not shape.is_valid for shape, _ in drawn) > SHAPES / 2
    assert refused < SHAPES / 20
