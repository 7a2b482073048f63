"""Mend polygons without ever freeing ground.

`make_valid()` with its default method and `buffer(0)` both turn overlapping parts into holes, that is, into ground one may
enter. Here an invalid polygon becomes the union of its filled rings: each ring by the `structure` method, holes given up. A hole
of a shape that contradicts itself proves nothing, so it counts as restricted too, inside its shell or outside. The result
is then tested against every filled ring; a shape that fails the test is refused, never drawn smaller.

Mending takes longer than the crossings of a shape are many: a scribble of 2,000 corners, a file of 50 KB, keeps GEOS busy for
more than ten minutes and cannot be stopped. So the crossings are counted first, and a shape with too many of them is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    _Edges = NDArray[np.float64]
    _At = NDArray[np.intp]

MOST_CROSSINGS = 20_000
"""More than any outline drawn by a person or a receiver; half a second to mend."""
_MOST_IN_ALL = 200_000
"""The crossings of a whole layer that are mended; five to ten seconds."""
_SAME_LINE = 1e-13
"""Share of the largest coordinate within which two lines are one: rounding of the union, half a micrometre on the ground."""
_RINGS_ARE_QUICKER = 25
_MOST_PAIRS, _PAIRS_AT_ONCE = 10_000_000, 500_000
"""How many pairs of edges are listed and looked at in one go, so that the count itself stays within time and memory."""
_SHORT_RING = 24
"""Up to here a ring is mended without counting its crossings: they cannot be many enough to wait for."""
_MOST_LOOKED_AT = 10_000_000
"""Pairs of edges that are looked at for crossings; some ten seconds."""
_FEW_EDGES = 64
"""Up to here looking at every pair is quicker than an index, and no count of crossings is too large."""
_CORNERS_OF_A_RING = 3


def repair_polygon(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return a valid polygon that covers every filled ring of the given one, or None where there is none.

    Parameters
    ----------
    geometry : Polygon or MultiPolygon
        Invalid, in any CRS.

    Returns
    -------
    Polygon or MultiPolygon or None
        None when nothing with an area is left, a part is nothing but its own hole, it crosses itself more than
        `MOST_CROSSINGS` times, or the result would not cover what was given. `why_refused` says which.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    >>> repair_polygon(bow_tie).area
    2.0
    """
    return None if is_tangled(geometry) else _united(geometry)


def repair_polygons(geometries: NDArray[np.object_]) -> tuple[NDArray[np.object_], list[str]]:
    """Mend an array of invalid polygons as `repair_polygon` does each, as long as all their crossings can be waited for.

    Polygons of one short ring, which most invalid ones are, are mended together.

    Parameters
    ----------
    geometries : array of Polygon or MultiPolygon
        Invalid, in any CRS.

    Returns
    -------
    mended : array of geometries
        In the order given, None where there is no mended one.
    reasons : list of str
        The rule that a polygon broke which could not be mended, "" where it was.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    >>> line = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    >>> mended, reasons = repair_polygons(np.array([bow_tie, shapely.MultiPolygon([bow_tie]), line]))
    >>> [shape and shape.area for shape in mended], reasons
    ([2.0, 2.0, None], ['', '', 'zero_area'])
    """
    short = (shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(geometries) == 0
    )
    short &= shapely.get_num_coordinates(geometries) <= _SHORT_RING
    mended = np.full(len(geometries), None, dtype=object)
    mended[short] = _short_ones(geometries[short])
    reasons = [
        "" if shape is not None else why_refused(each) if is_short else ""
        for shape, each, is_short in zip(mended, geometries, short, strict=True)
    ]
    left = float(_MOST_IN_ALL)
    for at in np.flatnonzero(~short):
        cost = _cost(geometries[at])
        if cost > min(MOST_CROSSINGS, left):
            reasons[at] = "too_many_crossings"
            continue
        left -= cost
        mended[at] = _united(geometries[at])
        reasons[at] = "" if mended[at] is not None else why_refused(geometries[at])
    return mended, reasons


def _united(geometry: BaseGeometry) -> BaseGeometry | None:
    if any(_is_all_hole(part) for part in shapely.get_parts(geometry)):
        return None
    try:
        pieces = _pieces(_rings(geometry))
        whole = _polygons(shapely.union_all(pieces))
        if whole.is_empty or not whole.is_valid or _frees(whole, pieces):
            return None
    except shapely.errors.GEOSException:  # GEOS gives up on a few; what it cannot mend is refused
        return None
    return whole


def _pieces(rings: Any) -> Any:  # noqa: ANN401 - arrays of geometries
    """Return what rings enclose as single polygons.

    A ring comes out of `structure` as parts that are sound each, but that rounding has now and then laid over each other:
    united as one shape, such parts lose ground, while alone they lose none.
    """
    pieces = shapely.get_parts(_structured(shapely.polygons(rings)))
    pieces = pieces if shapely.is_valid(pieces).all() else shapely.get_parts(_structured(pieces))
    return pieces[~shapely.is_empty(pieces)]


def _short_ones(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Mend polygons of one ring: what the ring encloses is all there is to cover."""
    try:
        structured = _structured(geometries)
    except shapely.errors.GEOSException:  # one of them; each alone says which
        return _as_array(map(_united, geometries))
    plain = (shapely.get_type_id(structured) == shapely.GeometryType.POLYGON) & (shapely.area(structured) > 0)
    others = map(_polygons, structured[~plain])
    structured[~plain] = _as_array(None if each.is_empty else each for each in others)
    # A few come out with sides that rounding laid over each other; uniting them with themselves ends that.
    crossed = ~(shapely.is_valid(structured) | shapely.is_missing(structured))
    structured[crossed] = _as_array(map(_united, geometries[crossed]))
    return np.asarray(structured)


def _as_array(geometries: Iterable[BaseGeometry | None]) -> NDArray[np.object_]:
    """Make an array of geometries; numpy itself would take a shape of several parts apart."""
    listed = list(geometries)
    array = np.full(len(listed), None, dtype=object)
    array[:] = listed
    return array


def why_refused(geometry: BaseGeometry) -> str:
    """Name the rule that a polygon broke which `repair_polygon` could not mend.

    Examples
    --------
    >>> square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    >>> why_refused(shapely.Polygon(square, [square]))
    'hole_is_shell'
    >>> why_refused(shapely.Polygon([(0, 0), (1, 1), (2, 2)])), why_refused(shapely.Polygon([(0, 0), (1, 1), (0, 0)]))
    ('zero_area', 'too_few_vertices')
    """
    if max(corners_of_rings(geometry), default=0) < _CORNERS_OF_A_RING:
        return "too_few_vertices"
    if is_tangled(geometry):
        return "too_many_crossings"
    if not shapely.area(_structured(shapely.polygons(_rings(geometry)))).any():
        return "zero_area"
    if any(_is_all_hole(part) for part in shapely.get_parts(geometry)):
        return "hole_is_shell"
    return "invalid_geometry"


def corners_of_rings(geometry: BaseGeometry) -> list[int]:
    """Count the different corners of each ring of a polygon."""
    return [len(np.unique(shapely.get_coordinates(ring), axis=0)) for ring in _rings(geometry)]


def is_tangled(geometry: BaseGeometry) -> bool:
    """Tell whether a polygon crosses itself so often that mending it would not end in reasonable time."""
    return _cost(geometry) > MOST_CROSSINGS


def _cost(geometry: BaseGeometry) -> float:
    """Return what mending takes, in crossings of a ring with itself."""
    own, mutual = crossings(geometry, MOST_CROSSINGS)
    return own + mutual / _RINGS_ARE_QUICKER


def crossings(geometry: BaseGeometry, most: int) -> tuple[int, int]:
    """Count the crossings of edges: those of a ring with itself, and those of rings with each other.

    Edges that only touch do not cross. The count ends soon after the first number is larger than `most`, or the second
    larger than 25 times that: uniting rings takes a 25th of the time of mending one. Where more edges meet than can be looked
    at (thousands of parts in one place), there are too many, whatever they do.

    Examples
    --------
    >>> crossings(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)]), most=10)
    (1, 0)
    >>> crossings(shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)]), most=10)
    (0, 2)
    """
    edges, ring = _edges(geometry)
    found = np.zeros(2, dtype=np.int64)
    looked_at = 0
    for one, other in _near(edges):
        looked_at += len(one)
        if looked_at > _MOST_LOOKED_AT:
            return most + 1, int(found[1])
        crossing = _cross(edges[one], edges[other])
        alone = ring[one] == ring[other]
        found += [np.count_nonzero(crossing & alone), np.count_nonzero(crossing & ~alone)]
        if found[0] > most or found[1] > _RINGS_ARE_QUICKER * most:
            break
    return int(found[0]), int(found[1])


def _near(edges: _Edges) -> Iterator[tuple[_At, _At]]:
    """Give pairs of edges whose boxes meet, each pair once, a bounded number at a time."""
    if len(edges) < _FEW_EDGES:
        one, other = np.triu_indices(len(edges), k=1)
        yield one, other
        return
    lines = shapely.linestrings(edges)
    tree = shapely.STRtree(lines)
    step = max(1, _MOST_PAIRS // len(lines))
    held, size = [], 0
    for start in range(0, len(lines), step):
        found = tree.query(lines[start : start + step])
        found[0] += start
        held.append(found)
        size += found.shape[1]
        if size < _PAIRS_AT_ONCE and start + step < len(lines):
            continue
        one, other = np.concatenate(held, axis=1)
        held, size = [], 0
        one, other = one[other > one], other[other > one]
        for at in range(0, len(one), _PAIRS_AT_ONCE):
            yield one[at : at + _PAIRS_AT_ONCE], other[at : at + _PAIRS_AT_ONCE]


def _edges(geometry: BaseGeometry) -> tuple[_Edges, _At]:
    """Return the edges of all rings as an array of edges x 2 ends x 2 coordinates, and the ring of each."""
    positions, ring = shapely.get_coordinates(_rings(geometry), return_index=True)
    joined = ring[1:] == ring[:-1]
    return np.stack([positions[:-1][joined], positions[1:][joined]], axis=1), ring[1:][joined]


def _cross(first: _Edges, second: _Edges) -> NDArray[np.bool_]:
    across = _side(first, second[:, 0]) * _side(first, second[:, 1]) < 0
    back: NDArray[np.bool_] = _side(second, first[:, 0]) * _side(second, first[:, 1]) < 0
    return across & back


def _side(edge: _Edges, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell by its sign on which side of an edge a point lies."""
    along, to = edge[:, 1] - edge[:, 0], point - edge[:, 0]
    side: NDArray[np.float64] = np.sign(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0])
    return side


def _rings(geometry: BaseGeometry) -> Any:  # noqa: ANN401 - an array of rings; shapely has no types
    """Return every ring, the inner ones too: a hole outside its shell may be a second area written wrongly."""
    return shapely.get_rings(shapely.get_parts(geometry))


def _structured(polygons: Any) -> Any:  # noqa: ANN401 - one geometry or an array of them
    # `structure` keeps all that a ring encloses; the default method turns what it encloses twice into a hole.
    return shapely.make_valid(polygons, method="structure", keep_collapsed=False)  # noqa: TID251


def _is_all_hole(part: BaseGeometry) -> bool:
    return len(part.interiors) > 0 and _structured(shapely.Polygon(part.exterior)).area > 0 == _structured(part).area


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 0]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _frees(whole: BaseGeometry, pieces: Any) -> bool:  # noqa: ANN401 - an array of polygons
    """Tell whether a piece is not covered, by more than rounding; the quick test first, as there may be thousands of them."""
    shapely.prepare(whole)
    width = _SAME_LINE * max(map(abs, whole.bounds))
    return any(_freed(piece, whole, width) for piece in pieces[~shapely.covers(whole, pieces)])


def _freed(piece: BaseGeometry, whole: BaseGeometry, width: float) -> bool:
    """Tell whether ground of a piece lies outside.

    GEOS' difference is wrong, and by a lot, for three of 10,000 random shapes; so what it says is asked of `covers` again.
    """
    return bool(piece.difference(whole).area > width * piece.length and not whole.buffer(width).covers(piece))
