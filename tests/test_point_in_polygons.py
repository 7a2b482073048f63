"""Points in polygons: the same pairs as GEOS's tree of points gives, on either way, and laws that need no second program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis import label_raster, point_in_polygons
from mapper.analysis.label_raster import borders_of, grid_over, make_raster
from mapper.analysis.point_in_polygons import PointPairs, inside_by_boxes, inside_by_raster, pairs_inside
from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

WAYS: dict[str, Callable[..., PointPairs]] = {
    "chosen": pairs_inside,
    "boxes": inside_by_boxes,
    "raster 4": partial(inside_by_raster, side=4),
    "raster 32": partial(inside_by_raster, side=32),
    "raster 256": partial(inside_by_raster, side=256),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def told(pairs: PointPairs) -> list[tuple[int, int]]:
    """Return the pairs as they stand."""
    return list(zip(pairs.point.tolist(), pairs.polygon.tolist(), strict=True))


def of_geos(x: Floats, y: Floats, polygons: Shapes) -> list[tuple[int, int]]:
    """Return what GEOS's tree gives, sorted."""
    polygon, point = shapely.STRtree(shapely.points(x, y)).query(polygons, predicate="intersects")
    return sorted(zip(point.tolist(), polygon.tolist(), strict=True))


def shapes(*given_shapes: shapely.Geometry | None) -> Shapes:
    """Return an array of shapes."""
    array = np.empty(len(given_shapes), dtype=object)
    array[:] = given_shapes
    return array


# ------------------------------------------------------------------------------------------------ by hand


@every_way
def test_a_table_by_hand(way: Callable[..., PointPairs]) -> None:
    """A ring with a hole, two squares that share its corner (4, 4), a multipolygon over all, and nothing twice."""
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (3, 1), (3, 3), (1, 3)]])
    corner, beside = shapely.box(4, 4, 6, 6), shapely.box(4, 2, 6, 4)
    both = shapely.MultiPolygon([shapely.box(-1, -1, 0, 0), shapely.box(2, 2, 5, 5)])
    polygons = shapes(ring, None, corner, shapely.Polygon(), beside, both)
    expected = {
        (4, 4): [0, 2, 4, 5],  # the corner of three and inside the fourth
        (2, 2): [5],  # in the hole, on a corner of the multipolygon
        (1, 2): [0],  # on the hole's line
        (2, 1): [0],
        (0, 0): [0, 5],  # two corners touch
        (5, 4): [2, 4, 5],  # on a shared line, and on the multipolygon's
        (4, 3): [0, 4, 5],
        (2, 0.5): [0],
        (7, 7): [],
        (np.nan, 1): [],
        (1, np.nan): [],
        (np.inf, 2): [],
        (-np.inf, -np.inf): [],
        (1e308, 2): [],
    }
    x, y = np.array(list(expected)).T
    assert told(way(x, y, polygons)) == [
        (point, polygon) for point, listed in enumerate(expected.values()) for polygon in listed
    ]


@every_way
def test_nothing_on_either_side(way: Callable[..., PointPairs]) -> None:
    """No point, no polygon, or only missing ones: no pairs, of the same types."""
    none, one = np.zeros(0), np.ones(1)
    for x, polygons in (
        (none, shapes(shapely.box(0, 0, 1, 1))),
        (one, shapes()),
        (one, shapes(None, shapely.Polygon())),
    ):
        pairs = way(x, x, polygons)
        assert told(pairs) == []
        assert pairs.point.dtype == pairs.polygon.dtype == np.dtype(np.int32)


@every_way
def test_all_points_at_one_place(way: Callable[..., PointPairs]) -> None:
    """A thousand times a corner of two of three polygons."""
    polygons = shapes(shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(0, 1.5, 1, 2))
    pairs = way(np.ones(1_000), np.ones(1_000), polygons)
    assert told(pairs) == [(point, polygon) for point in range(1_000) for polygon in (0, 1)]


@every_way
def test_grounds_too_small_or_too_flat_for_a_raster(way: Callable[..., PointPairs]) -> None:
    """A few neighbouring numbers far from the origin, and a polygon that is a line: the numbers themselves decide."""
    far = 2.0**40
    step = np.spacing(far)
    flat = shapely.Polygon([(0, 0), (4, 0), (2, 0)])
    x = far + step * np.arange(-1.0, 5.0)
    assert told(way(x, x, shapes(shapely.box(far, far, far + 3 * step, far + 3 * step)))) == [
        (point, 0) for point in (1, 2, 3, 4)
    ]
    assert told(way([0.0, 3.0, 5.0, 3.0], [0.0, 0.0, 0.0, 0.1], shapes(flat))) == [(0, 0), (1, 0)]


@every_way
def test_what_cannot_be_answered_is_refused(way: Callable[..., PointPairs]) -> None:
    """Coordinates of different number, and a polygon without an end."""
    square = shapes(shapely.box(0, 0, 1, 1))
    with pytest.raises(DataRefused, match="2 x and 1 y make no points"):
        way([0.0, 1.0], [0.0], square)
    endless = shapes(shapely.Polygon([(0, 0), (np.inf, 0), (0, 1)]))
    with pytest.raises(DataRefused, match="reaches to infinity"):
        way([0.0], [0.0], endless)


def test_other_shapes_hold_the_points_on_them() -> None:
    """A line and a point among the polygons are answered too; no raster is laid over them."""
    mixed = shapes(shapely.LineString([(0, 0), (2, 2)]), shapely.Point(1, 1), shapely.box(1, 1, 2, 2))
    x = np.repeat([0.5, 1.0, 3.0], 20_000)
    counts = np.bincount(pairs_inside(x, x, mixed).polygon)
    assert counts.tolist() == [40_000, 20_000, 20_000]


def test_an_outlier_does_not_make_a_cartesian_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """A polygon in metres among thousands in degrees: all others fall into one tile, and tiles are made anew.

    300 boxes of 0.1 side by side, one point in the middle of each, and one of each at 1e7. With tiles of 40 km each box would
    have 300 candidates; with tiles of as many points each, it has few.
    """
    step = np.arange(300) * 0.125
    polygons = np.append(shapely.box(step, 0, step + 0.1, 0.1), shapely.box(1e7, 1e7, 1e7 + 1, 1e7 + 1))
    x, y = np.append(step + 0.05, 1e7), np.append(np.full(300, 0.05), 1e7)
    seen = []
    expanded = label_raster.expanded

    def counted(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> tuple[object, object]:
        seen.append(int((last - first).sum()))
        return expanded(first, last)

    monkeypatch.setattr(point_in_polygons, "expanded", counted)
    assert told(inside_by_boxes(x, y, polygons)) == [(number, number) for number in range(301)]
    assert seen[-1] < 5 * 301


def test_the_way_is_chosen_by_cost() -> None:
    """Districts with many points get a raster; few points, or more border than points, do not pay for one."""
    lot = np.random.default_rng(3)
    x, y = lot.uniform(0, 8, (2, 200_000))
    districts = shapely.segmentize(shapes(*(shapely.box(west, 0, west + 1, 8) for west in range(8))), 0.01)
    assert point_in_polygons._cheapest(x, y, districts) is not None
    assert point_in_polygons._cheapest(x[:100], y[:100], districts) is None
    small = shapely.buffer(shapely.points(lot.uniform(0, 8, (2_000, 2))), 0.02)
    assert point_in_polygons._cheapest(x[:20_000], y[:20_000], small) is None


# ------------------------------------------------------------------------------------------------ against GEOS


def coverage(lot: np.random.Generator) -> Shapes:
    """Return nine districts of a bent square with borders of many vertices, exactly shared."""
    cells = shapely.segmentize(
        np.array([shapely.box(west, south, west + 1, south + 1) for west in range(3) for south in range(3)]), 1 / 64
    )
    a, b = lot.uniform(0.5, 2, 2)

    def bent(xy: Floats) -> Floats:
        x, y = xy.T
        return np.column_stack([x + 0.05 * np.sin(9 * a * y), y + 0.05 * np.sin(11 * b * x)])

    return np.asarray(shapely.transform(cells, bent), dtype=object)


def hazards(lot: np.random.Generator, count: int, size: float) -> Shapes:
    """Return stars with a hole in some, that overlap each other."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = size * lot.uniform(0.4, 1, (count, 40))
    corners = np.stack([radius * np.cos(turn), radius * np.sin(turn)], -1) + lot.uniform(0, 3, (count, 1, 2))
    outlines = shapely.polygons(corners)
    holes = shapely.buffer(shapely.centroid(outlines), size * 0.2)
    return np.asarray(np.where(np.arange(count) % 3 == 0, shapely.difference(outlines, holes), outlines), dtype=object)


def slivers(lot: np.random.Generator, count: int) -> Shapes:
    """Return triangles thinner than any cell, at all slopes."""
    start, end = lot.uniform(0, 3, (2, count, 2))
    return np.asarray(shapely.polygons(np.stack([start, end, end + 1e-9], axis=1)), dtype=object)


def scattered(lot: np.random.Generator, polygons: Shapes, count: int) -> tuple[Floats, Floats]:
    """Return points in clusters, 1 % of them on vertices, 1 % on edges and 1 % one number beside a vertex."""
    x, y = (lot.uniform(-0.2, 3.2, (20, 2))[lot.integers(0, 20, count)] + lot.normal(0, 0.2, (count, 2))).T.copy()
    borders = borders_of(polygons)
    some = lot.permutation(count)[: 3 * (count // 100)].reshape(3, -1)
    edge = lot.integers(0, len(borders.start), some.shape)
    part = lot.random(some.shape[1])[:, None]
    vertex, on_edge, beside = borders.start[edge[0]], borders.start[edge[1]], borders.start[edge[2]]
    on_edge = on_edge + part * (borders.end[edge[1]] - on_edge)
    for row, place in zip(
        some, (vertex, on_edge, np.nextafter(beside, lot.choice([-9.0, 9.0], beside.shape))), strict=True
    ):
        x[row], y[row] = place.T
    x[:5], y[5:9] = np.nan, np.inf
    return x, y


SCENES: dict[str, Callable[[np.random.Generator], Shapes]] = {
    "districts": coverage,
    "large hazards": lambda lot: hazards(lot, 30, 1.0),
    "small hazards": lambda lot: hazards(lot, 400, 0.1),
    "slivers": lambda lot: slivers(lot, 60),
    "all": lambda lot: np.concatenate(
        [coverage(lot), hazards(lot, 50, 0.3), slivers(lot, 20), shapes(None, shapely.union_all(hazards(lot, 9, 0.3)))]
    ),
}


@every_way
@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_the_pairs_are_those_of_geos(
    way: Callable[..., PointPairs], scene: Callable[[np.random.Generator], Shapes]
) -> None:
    """20,000 points, 600 of them on a border or beside one by the last bit."""
    lot = np.random.default_rng(17)
    polygons = scene(lot)
    x, y = scattered(lot, polygons[~shapely.is_missing(polygons)], 20_000)
    assert told(way(x, y, polygons)) == of_geos(x, y, polygons)


@pytest.mark.parametrize("way", [inside_by_boxes, partial(inside_by_raster, side=64)])
@pytest.mark.parametrize("crowded", [0, 32])
def test_how_much_is_worked_at_once_does_not_matter(
    way: Callable[..., PointPairs], crowded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pieces of 700 points and 50 candidates, tiles equally wide or of as many points each."""
    lot = np.random.default_rng(18)
    polygons = np.concatenate([coverage(lot), hazards(lot, 50, 0.3)])
    x, y = scattered(lot, polygons, 5_000)
    for name, value in {"_RASTER_POINTS": 700, "_BOX_POINTS": 700, "_CANDIDATES": 50, "_CROWDED": crowded}.items():
        monkeypatch.setattr(point_in_polygons, name, value)
    assert told(way(x, y, polygons)) == of_geos(x, y, polygons)


def test_a_raster_tells_the_truth_of_every_cell() -> None:
    """Cells that hold a number or nothing: nine points of each, its corners with them, are tested by GEOS."""
    polygons = np.concatenate([coverage(np.random.default_rng(5)), hazards(np.random.default_rng(6), 20, 0.4)])
    shapely.prepare(polygons)
    bounds = np.asarray(shapely.total_bounds(polygons))
    grid = grid_over(bounds, 64)
    assert grid is not None
    raster = make_raster(polygons, borders_of(polygons), grid)
    row, column = np.divmod(np.flatnonzero(raster.label >= 0), grid.columns)
    label = raster.label[raster.label >= 0]
    assert (label > 0).any()
    for part_x in (0.0, 0.5, 1.0):
        for part_y in (0.0, 0.5, 1.0):
            x = bounds[0] + (column - 2 + part_x) * (bounds[2] - bounds[0]) / 64
            y = bounds[1] + (row - 2 + part_y) * (bounds[3] - bounds[1]) / 64
            inside = shapely.intersects_xy(polygons[:, None], x, y)
            assert (inside.sum(axis=0) == (label > 0)).all()
            assert inside[label[label > 0] - 1, np.flatnonzero(label > 0)].all()


# ------------------------------------------------------------------------------------------------ laws

# Whole numbers below 2^6, so that every sum with a power of two up to 2^40 is exact, and cells' lines run through vertices.
NUMBER = st.integers(0, 16)
BOX = st.tuples(NUMBER, NUMBER, st.integers(1, 8), st.integers(1, 8)).map(
    lambda box: shapely.box(box[0], box[1], box[0] + box[2], box[1] + box[3])
)
TRIANGLE = st.tuples(*[st.tuples(NUMBER, NUMBER)] * 3).map(shapely.Polygon).filter(lambda triangle: bool(triangle.area))
STEPPED = st.lists(BOX, min_size=1, max_size=5).map(shapely.union_all)
HOLED = st.tuples(STEPPED, STEPPED).map(lambda two: shapely.difference(*two)).filter(lambda shape: not shape.is_empty)
POLYGONS = st.lists(st.one_of(st.none(), BOX, TRIANGLE, STEPPED, HOLED), max_size=6).map(lambda some: shapes(*some))
POINTS = st.lists(st.tuples(st.integers(-2, 50), st.integers(-2, 50)), max_size=30).map(
    lambda points: (np.array(points, dtype=float).reshape(-1, 2) / 2).T
)
ANY_WAY = st.sampled_from(list(WAYS.values()))


@given(points=POINTS, polygons=POLYGONS)
def test_every_way_gives_the_pairs_of_geos(points: Floats, polygons: Shapes) -> None:
    """Vertices on lattice points, points on half of them: many lie on borders and on the raster's own lines."""
    x, y = points
    expected = of_geos(x, y, polygons)
    for way in WAYS.values():
        assert told(way(*points, polygons)) == expected


@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 12), count=st.integers(1, 6), scale=st.floats(1e-3, 1e6))
def test_every_way_gives_the_pairs_of_geos_on_vertices_and_edges(
    seed: int, corners: int, count: int, scale: float
) -> None:
    """Corners of any digits: points on each vertex, between two, and beside both by one bit, of stars that overlap."""
    lot = np.random.default_rng(seed)
    turn = np.sort(lot.uniform(0, 2 * np.pi, (count, corners)), axis=1)
    far = scale * lot.uniform(0.2, 1, (count, corners))
    xy = np.stack([far * np.cos(turn), far * np.sin(turn)], -1) + scale * lot.uniform(-1, 1, (count, 1, 2))
    stars = shapely.polygons(xy)
    polygons = shapes(*stars[shapely.is_valid(stars)], shapely.box(-scale, -scale, scale, scale))
    borders = borders_of(polygons)
    between = borders.start + lot.random((len(borders.start), 1)) * (borders.end - borders.start)
    on = np.concatenate([borders.start, between])
    x, y = np.concatenate([on, np.nextafter(on, lot.choice([-np.inf, np.inf], on.shape))]).T
    expected = of_geos(x, y, polygons)
    for way in WAYS.values():
        assert told(way(x, y, polygons)) == expected


@given(points=POINTS, polygons=POLYGONS, way=ANY_WAY, data=st.data())
def test_the_order_never_matters(
    points: Floats, polygons: Shapes, way: Callable[..., PointPairs], data: st.DataObject
) -> None:
    """Shuffled points and polygons give the same pairs under their new numbers."""
    rows = np.array(data.draw(st.permutations(range(points.shape[1]))), dtype=int)
    columns = np.array(data.draw(st.permutations(range(len(polygons)))), dtype=int)
    shuffled = way(*points[:, rows], polygons[columns])
    back = zip(rows[shuffled.point].tolist(), columns[shuffled.polygon].tolist(), strict=True)
    assert sorted(back) == told(way(*points, polygons))


@given(
    points=POINTS, polygons=POLYGONS, way=ANY_WAY, move=st.integers(-40, 40), sign=st.sampled_from([-1, 1]), grow=NUMBER
)
def test_moving_and_scaling_by_a_power_of_two_changes_nothing(
    points: Floats, polygons: Shapes, way: Callable[..., PointPairs], move: int, sign: int, grow: int
) -> None:
    """Both are exact in floats, so that a border stays a border."""
    factor, shift = 2.0 ** (grow - 8), sign * 2.0 ** max(move + grow - 8, grow - 20)
    moved = shapely.transform(polygons, lambda xy: xy * factor + shift)
    assert told(way(*(points * factor + shift), moved)) == told(way(*points, polygons))


@given(points=POINTS, shape=STEPPED, cut=st.integers(1, 23), way=ANY_WAY)
def test_a_polygon_cut_in_two_holds_what_it_held(
    points: Floats, shape: shapely.Geometry, cut: int, way: Callable[..., PointPairs]
) -> None:
    """The union of both parts' points is the whole's; the cut runs along lattice lines, so that nothing is rounded."""
    left, right = (
        shapely.intersection(shape, side) for side in (shapely.box(-1, -1, cut, 30), shapely.box(cut, -1, 30, 30))
    )
    parts = shapes(
        *(
            shapely.union_all(shapely.get_parts(part)[shapely.area(shapely.get_parts(part)) > 0])
            for part in (left, right)
        )
    )
    whole = {point for point, _ in told(way(*points, shapes(shape)))}
    assert {point for point, _ in told(way(*points, parts))} == whole


@given(points=POINTS, polygons=POLYGONS, way=ANY_WAY)
def test_more_polygons_never_change_a_pair(points: Floats, polygons: Shapes, way: Callable[..., PointPairs]) -> None:
    """Each polygon alone gives its own pairs of all."""
    alone = [
        (point, number)
        for number in range(len(polygons))
        for point, _ in told(way(*points, polygons[number : number + 1]))
    ]
    assert sorted(alone) == told(way(*points, polygons))
