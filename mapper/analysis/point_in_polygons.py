"""Which points lie in which polygons: the kernel of every join, from coordinates alone.

A point on a border is in, exactly as GEOS decides it: every pair comes from `shapely.intersects_xy` on a prepared polygon, or
from a cell of which that is known as a whole. Other ways to know more cheaply (`contains`, a tree over points as objects, an
own crossing test) were left: the first loses borders, the second spends more time on making points than on the answer, and
the third would have to repeat the exact arithmetic that decides borders.

Two ways give the same pairs, and what they cost decides between them. *By raster* (`mapper.analysis.label_raster`): a million
points among districts need an exact test for one in fifty. *By boxes*: points are put in order of tiles, each polygon asks
those in the tiles of its box, and those in the box are tested; no raster has to pay off, so that few points are answered at
once. Both work through the points in pieces, and no piece makes more candidates at once than `_CANDIDATES` and one tile row.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from mapper.analysis.label_raster import borders_of, expanded, grid_over, make_raster, pairs_by_raster
from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mapper.analysis.label_raster import Borders, LabelRaster

SIDES = (128, 256, 512, 1024, 2048)
"""Rows and columns of the rasters to choose from."""
_TILES = 256
"""Rows and columns of tiles: the number of a tile fits 16 bits, which numpy sorts by radix."""
_CANDIDATES = 1 << 17
_RASTER_POINTS, _BOX_POINTS = 1 << 18, 1 << 19
"""Points worked through at once: few enough to bound memory, enough for each polygon to be asked about several in a row."""
_CROWDED = 32
"""From so many candidates per point and polygon on, tiles are made anew: some points or polygons lie far away from the rest."""
_COMPARED = 1 << 16
"""Points of a sample times boxes that are compared to choose a way."""
_LOOKED_AT = 256
"""Polygons of a sample whose borders are measured for that."""
_MOST_CELLS = 1 << 23
"""Cells of all polygons together that a raster may list: about 200 MB while it is made."""
_MOST = 1e150
"""Larger numbers, whose squares are infinite, are no coordinates."""
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

# Nanoseconds on one core of a small server; only their ratios matter.
_PER_POINT_RASTER, _PER_TEST_RASTER = 30, 300
_PER_PIECE, _PER_CELL, _PER_FULL_CELL = 450, 10, 25
_PER_POINT_BOXES, _PER_TEST_BOXES, _PER_BOX = 100, 200, 2_000
_TOUCHED_PER_PIECE = 1.25

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]
Tiles = npt.NDArray[np.uint16]


class PointPairs(NamedTuple):
    """One row for each point in a polygon or on its border, in order of points, then polygons; both by position."""

    point: Index
    polygon: Index


class Ranges(NamedTuple):
    """An order of points, and ranges of it with the polygon that asks them."""

    order: Codes
    first: Codes
    last: Codes
    polygon: Codes


def pairs_inside(x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.ArrayLike) -> PointPairs:
    """Find which points lie in which polygons, borders included.

    Parameters
    ----------
    x, y : array of float
        Coordinates of the points in any plane or in degrees; a point with a number missing lies nowhere.
    polygons : array of Polygon and MultiPolygon
        In the same coordinates; they may overlap. A missing or empty one holds nothing. They are prepared and stay so. Other
        geometries hold the points on them.

    Returns
    -------
    PointPairs
        The pairs that `shapely.STRtree(points).query(polygons, predicate="intersects")` gives, sorted.

    Raises
    ------
    DataRefused
        When there are not as many `x` as `y`, or a polygon reaches to infinity.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> pairs = pairs_inside([0.5, 1.0, 3.0], [0.5, 0.5, 0.5], squares)
    >>> pairs.point.tolist(), pairs.polygon.tolist()
    ([0, 1, 1], [0, 0, 1])
    """
    x, y, shapes, number = _given(x, y, polygons)
    return _found(x, y, shapes, _cheapest(x, y, shapes), number)


def inside_by_raster(x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.ArrayLike, side: int) -> PointPairs:
    """Find the same pairs with a raster of `side` rows and columns, wherever its cells are not too small for that.

    Raises
    ------
    DataRefused
        As `pairs_inside`.
    """
    x, y, shapes, number = _given(x, y, polygons)
    return _found(x, y, shapes, _raster(shapes, borders_of(shapes), side), number)


def inside_by_boxes(x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.ArrayLike) -> PointPairs:
    """Find the same pairs by the boxes of the polygons.

    Raises
    ------
    DataRefused
        As `pairs_inside`.
    """
    x, y, shapes, number = _given(x, y, polygons)
    return _found(x, y, shapes, None, number)


def _given(x: npt.ArrayLike, y: npt.ArrayLike, polygons: npt.ArrayLike) -> tuple[Floats, Floats, Shapes, Index]:
    """Return the coordinates, the polygons that have ground, and the position of each among all."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.shape != y.shape:
        raise DataRefused(f"{x.size} x and {y.size} y make no points", advice="Give one x and one y for each point.")
    shapes = np.asarray(polygons, dtype=object)
    number = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes))).astype(np.int32)
    shapes = shapes[number]
    if len(shapes) and not (np.abs(_whole(shapely.bounds(shapes))) < _MOST).all():
        raise DataRefused(
            "a polygon reaches to infinity", column="geometry", advice="Check the layer (`mapper check`)."
        )
    return x, y, shapes, number


def _whole(boxes: Floats) -> Floats:
    """Return the box around boxes."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _found(x: Floats, y: Floats, shapes: Shapes, raster: LabelRaster | None, number: Index) -> PointPairs:
    """Work through the points piece by piece."""
    point, polygon = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int32)]
    if len(shapes):
        shapely.prepare(shapes)
        find, size = partial(_pairs_by_boxes, shapes, shapely.bounds(shapes)), _BOX_POINTS
        if raster is not None:
            find, size = partial(pairs_by_raster, raster, shapes), _RASTER_POINTS
        for begin in range(0, len(x), size):
            at, which = np.divmod(find(x[begin : begin + size], y[begin : begin + size]), len(shapes))
            point.append((at + begin).astype(np.int32))
            polygon.append(number[which])
    return PointPairs(_poured(point), _poured(polygon))


def _poured(pieces: list[Index]) -> Index:
    """Join pieces and let go of them, before the next column does the same."""
    whole = np.concatenate(pieces)
    pieces.clear()
    return whole


# ------------------------------------------------------------------------------------------------ the choice


def _cheapest(x: Floats, y: Floats, shapes: Shapes) -> LabelRaster | None:
    """Return the raster that promises the least time, None where boxes promise less."""
    if not (len(x) and len(shapes) and np.isin(shapely.get_type_id(shapes), _POLYGONS).all()):
        return None
    boxes = shapely.bounds(shapes)
    hits = _hits(x, y, boxes)
    by_boxes = len(x) * (_PER_POINT_BOXES + hits * _PER_TEST_BOXES) + len(shapes) * _PER_BOX
    if by_boxes <= _PER_PIECE * int(shapely.get_num_coordinates(shapes).sum()):
        return None
    step = -(-len(shapes) // _LOOKED_AT)
    sample = borders_of(shapes[::step])
    costs = {side: _cost(len(x), hits, sample, boxes, side) for side in SIDES}
    side = min(costs, key=costs.__getitem__)
    if costs[side] >= by_boxes:
        return None
    return _raster(shapes, sample if step == 1 else borders_of(shapes), side)


def _hits(x: Floats, y: Floats, boxes: Floats) -> float:
    """Return in how many boxes a point lies on average, by a sample."""
    step = max(1, len(x) * len(boxes) // _COMPARED)
    some_x, some_y = x[::step, None], y[::step, None]
    west, south, east, north = boxes.T
    return float(((some_x >= west) & (some_x <= east) & (some_y >= south) & (some_y <= north)).sum(axis=1).mean())


def _cost(points: int, hits: float, sample: Borders, boxes: Floats, side: int) -> float:
    """Return nanoseconds, from the borders of some of the polygons; infinite where the raster would hold too many cells."""
    west, south, east, north = _whole(boxes)
    width, height = east - west, north - south
    if not min(width, height) > 0:
        return np.inf
    run, rise = np.abs(sample.end - sample.start).T
    reach = np.maximum(run / width, rise / height) * side
    times = len(boxes) / (int(sample.polygon[-1]) + 1)
    pieces = float(np.maximum(reach, 1).sum()) * times
    part = float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum()) / (width * height)
    full = part * side**2
    if not pieces + full <= _MOST_CELLS:
        return np.inf
    touched = _TOUCHED_PER_PIECE * float(reach.sum()) * times + 2 * len(boxes)
    # Points lie where polygons are: so many times as densely as if they were strewn over the whole box.
    denser = hits / part if part > 0 else np.inf
    tests = denser * touched / side**2
    made: float = pieces * _PER_PIECE + full * _PER_FULL_CELL + side**2 * _PER_CELL
    return made + points * (_PER_POINT_RASTER + tests * _PER_TEST_RASTER)


def _raster(shapes: Shapes, borders: Borders, side: int) -> LabelRaster | None:
    grid = grid_over(_whole(shapely.bounds(shapes)), side) if len(shapes) else None
    if grid is None or not np.isfinite(borders.start).all():
        return None
    shapely.prepare(shapes)
    return make_raster(shapes, borders, grid)


# ------------------------------------------------------------------------------------------------ by boxes


def _pairs_by_boxes(shapes: Shapes, boxes: Floats, x: Floats, y: Floats) -> Codes:
    """Return point * number of polygons + polygon for each point in a polygon or on its border, sorted."""
    west, south, east, north = _whole(boxes)
    at = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    x, y = x[at], y[at]
    ranges = _ranges(boxes, x, y, partial(_steps, west, east), partial(_steps, south, north))
    if len(at) and (ranges.last - ranges.first).sum() > _CROWDED * (len(at) + len(boxes)):
        ranges = _ranges(boxes, x, y, partial(_shares, np.sort(x)), partial(_shares, np.sort(y)))
    at, x, y = at[ranges.order], x[ranges.order], y[ranges.order]
    found = [np.zeros(0, dtype=np.int64)]
    for point, polygon in _candidates(ranges, boxes, x, y):
        inside = shapely.intersects_xy(shapes[polygon], x[point], y[point])
        found.append(at[point[inside]] * len(shapes) + polygon[inside])
    codes = np.concatenate(found)
    codes.sort()
    return codes


def _steps(low: float, high: float, values: Floats) -> Tiles:
    """Return the tile of each value; tiles are equally wide."""
    per_unit = _TILES / (high - low) if high > low else 0.0
    return np.clip((values - low) * per_unit, 0, _TILES - 1).astype(np.uint16)


def _shares(ordered: Floats, values: Floats) -> Tiles:
    """Return the tile of each value; each tile has as many of the ordered numbers, and where many are equal, only these."""
    edges = ordered[np.arange(1, _TILES) * len(ordered) // _TILES]
    return np.searchsorted(edges, values, side="right").astype(np.uint16)


def _ranges(
    boxes: Floats, x: Floats, y: Floats, column: Callable[[Floats], Tiles], row: Callable[[Floats], Tiles]
) -> Ranges:
    """Return the points of each row of tiles of each box.

    Whatever tiles are taken: as their numbers grow with the coordinate, no point of a box lies in another tile than the box's.
    """
    tile = row(y) * np.uint16(_TILES) + column(x)
    order = np.argsort(tile, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(tile, minlength=_TILES**2)))
    west, south, east, north = (
        to_tile(bound).astype(np.int64) for to_tile, bound in zip((column, row) * 2, boxes.T, strict=True)
    )
    rows, polygon = expanded(south, north + 1)
    first, last = starts[rows * _TILES + west[polygon]], starts[rows * _TILES + east[polygon] + 1]
    some = np.flatnonzero(last > first)
    return Ranges(order, first[some], last[some], polygon[some])


def _candidates(ranges: Ranges, boxes: Floats, x: Floats, y: Floats) -> Iterator[tuple[Codes, Codes]]:
    """Yield points with polygons whose box they lie in, so many at once as memory allows."""
    west, south, east, north = boxes.T.copy()
    first, last = ranges.first, ranges.last
    ends = np.cumsum(last - first)
    begin = 0
    while begin < len(first):
        end = max(begin + 1, int(np.searchsorted(ends, ends[begin] + _CANDIDATES)))
        point, which = expanded(first[begin:end], last[begin:end])
        polygon = ranges.polygon[begin:end][which]
        here_x, here_y = x[point], y[point]
        in_box = (here_x >= west[polygon]) & (here_x <= east[polygon])
        in_box &= (here_y >= south[polygon]) & (here_y <= north[polygon])
        yield point[in_box], polygon[in_box]
        begin = end
