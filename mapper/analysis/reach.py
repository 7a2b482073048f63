"""How near places are to shapes: every pair that touches, or may touch, or is near, and how far apart the two are.

Whether a place lies in a shape, or on its line, is decided in longitude and latitude, in the numbers of the file, where a
shared corner is exactly shared. Distances are taken in an equal-area plane made for the shapes, whose edges are densified first:
within 500 km of its middle a length there is true to 0.1 %. Only places whose box is near enough are brought into the plane,
so that it costs nothing to ask about a million places far from everything.

A place is a point, or a piece of a route, or an area; of the latter two the nearest point counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from mapper import crs
from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyproj import CRS

INSIDE, WITHIN_DOUBT, NEAR = 0, 1, 2
TOUCH_M = 0.1
"""Lines and areas nearer than this touch: in the plane a piece of an edge is a chord, as much as some centimetres beside it."""
_DEGREE_M = 110_000.0
"""A degree of latitude is nowhere shorter; of longitude, times the cosine of the latitude."""
_SMALLEST_COSINE = 1e-9
"""Not 0, so that at a pole every longitude is in reach."""
_MANY = 1_500
"""From so many points on it pays to grow a shape before asking."""
_QUARTER = 16
_BELT = (0.985, 1.025)
"""Shares of a distance: a shape grown by the first lies within it, one by the second reaches beyond it, also at its corners."""
_HALF_TURN, _POLE = 180.0, 90.0

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes to ask about, in WGS 84 and in a plane, with the doubt of each line in metres; a missing shape is near nothing."""

    lon_lat: Objects
    plane: Objects
    doubt_m: Floats
    plane_crs: CRS

    def taken(self, at: Positions | Sequence[int]) -> Shapes:
        """Return some of the shapes."""
        which = np.asarray(at, dtype=np.intp)
        return Shapes(self.lon_lat[which], self.plane[which], self.doubt_m[which], self.plane_crs)


@dataclass(frozen=True, slots=True)
class Places:
    """Places to ask about: points as two arrays, or other geometries, with the uncertainty of each in metres.

    Of other geometries `lon` and `lat` are their western and southern ends.
    """

    lon: Floats
    lat: Floats
    geometries: Objects | None
    uncertainty_m: Floats

    def __len__(self) -> int:
        return len(self.uncertainty_m)


class Pairs(NamedTuple):
    """One row per place and shape that are near: `level` is `INSIDE`, `WITHIN_DOUBT` or `NEAR`."""

    place: Positions
    shape: Positions
    level: npt.NDArray[np.int8]


def shapes_of(frame: gpd.GeoSeries, doubt_m: Floats, plane: CRS) -> Shapes:
    """Prepare shapes in WGS 84 for questions of distance.

    Raises
    ------
    UnknownCRS
        When the series states no CRS.
    """
    stored = crs.to_storage(frame)
    lon_lat = np.array(stored.to_numpy(), dtype=object)
    lon_lat[shapely.is_empty(lon_lat)] = None
    in_plane = np.full(len(lon_lat), None, dtype=object)
    there = ~shapely.is_missing(lon_lat)
    if there.any():
        in_plane[there] = crs.to_working(gpd.GeoSeries(lon_lat[there], crs=crs.STORAGE), plane).to_numpy()
    return Shapes(lon_lat, in_plane, np.nan_to_num(np.asarray(doubt_m, dtype=np.float64)), plane)


def places_of(geometries: Objects, uncertainty_m: float | Floats = 0.0) -> Places:
    """Take geometries in WGS 84 as places: arrays of numbers where all are points.

    Raises
    ------
    DataRefused
        When a place is missing or empty, lies off the earth, or its uncertainty is negative or no number.
    """
    given = np.asarray(geometries, dtype=object)
    doubt = np.broadcast_to(np.asarray(uncertainty_m, dtype=np.float64), (len(given),))
    if not ((doubt >= 0) & np.isfinite(doubt)).all():
        raise DataRefused(
            "an uncertainty is negative or no number", column="uncertainty_m", advice="Give 0 or a length in metres."
        )
    if shapely.is_missing(given).any() or shapely.is_empty(given).any():
        raise DataRefused("a place has no geometry", column="geometry", advice="Leave the records without a place out.")
    if not on_earth(given).all():
        raise DataRefused(
            "a place lies off the earth",
            column="geometry",
            advice="Give longitudes in -180..180, latitudes in -90..90.",
        )
    west, south = shapely.bounds(given).T[:2]
    points = bool((shapely.get_type_id(given) == shapely.GeometryType.POINT).all())
    return Places(west, south, None if points else given, np.asarray(doubt, dtype=np.float64))


def on_earth(geometries: Objects) -> Flags:
    """Tell which geometries have coordinates, all of them longitudes and latitudes."""
    west, south, east, north = shapely.bounds(geometries).T
    inside: Flags = (west >= -_HALF_TURN) & (east <= _HALF_TURN) & (south >= -_POLE) & (north <= _POLE)
    return inside


def pairs_near(places: Places, shapes: Shapes, beyond_m: float) -> Pairs:
    """Find every place that a shape reaches: within its doubt and the place's uncertainty, and `beyond_m` more.

    Returns
    -------
    Pairs
        In order of shapes, then places.
    """
    find = _pairs_of_points if places.geometries is None else _pairs_of_others
    found = list(find(places, shapes, beyond_m)) if len(places) and len(shapes.lon_lat) else []
    if not found:
        none = np.zeros(0, dtype=np.intp)
        return Pairs(none, none, np.zeros(0, dtype=np.int8))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def lies_within(places: Places, shapes: Shapes, at: int, margin_m: float) -> Flags:
    """Tell which places lie in one polygon with all of their uncertainty and a margin.

    A place on the line lies within where there is neither.
    """
    shape, line = shapes.lon_lat[at], shapely.boundary(shapes.plane[at])
    inside = np.zeros(len(places), dtype=bool)
    if shape is None:
        return inside
    shapely.prepare(shape)
    if places.geometries is None:
        inside |= _holds(shape, places.lon, places.lat)
    else:
        inside |= shapely.covers(shape, places.geometries)
    keep_off = margin_m + places.uncertainty_m
    asked = np.flatnonzero(inside & (keep_off > 0))
    if len(asked):
        inside[asked] = shapely.distance(line, _in_plane(places, asked, shapes.plane_crs)) >= keep_off[asked]
    return inside


def lies_along(places: Places, shapes: Shapes, at: int, half_width_m: float) -> Flags:
    """Tell which places lie, with all of their uncertainty, within a distance of one line."""
    near = np.zeros(len(places), dtype=bool)
    if shapes.plane[at] is None:
        return near
    room = half_width_m - places.uncertainty_m
    box = _box(shapes.lon_lat[at], max(half_width_m, 0.0))
    asked = np.flatnonzero((room >= 0) & _may_lie_in(places, box))
    if len(asked):
        there = _in_plane(places, asked, shapes.plane_crs)
        if places.geometries is None:
            near[asked] = shapely.distance(shapes.plane[at], there) <= room[asked]
        else:
            near[asked] = shapely.covers(shapely.buffer(shapes.plane[at], room[asked], quad_segs=32), there)
    return near


def nearest_m(places: Places, shapes: Shapes) -> tuple[Positions, Floats]:
    """Return for each place the nearest shape and its geodesic distance; -1 and NaN where there is no shape.

    The two nearest points are found in the plane and measured on the ellipsoid. Of shapes that are as near, as neighbours are
    at a corner they share, the one with the largest doubt counts, wherever it stands.
    """
    there = np.flatnonzero(~shapely.is_missing(shapes.plane))
    if not len(there) or not len(places):
        return np.full(len(places), -1, dtype=np.intp), np.full(len(places), np.nan)
    here = in_plane(places, shapes.plane_crs)
    place, shape = shapely.STRtree(shapes.plane[there]).query_nearest(here)
    nearest = np.full(len(places), -1, dtype=np.intp)
    # Of what is written twice to one place the last stays.
    by_doubt = np.argsort(shapes.doubt_m[there[shape]], kind="stable")
    nearest[place[by_doubt]] = there[shape[by_doubt]]
    return nearest, measured_m(here, shapes.plane[nearest], shapes.plane_crs)


def measured_m(one: Objects, other: Objects, plane: CRS) -> Floats:
    """Return the geodesic distance between geometries of a plane, pair by pair; 0 where they touch."""
    ends = shapely.get_coordinates(shapely.shortest_line(one, other)).reshape(-1, 2, 2)
    lon, lat = crs.transform_points(ends[:, :, 0], ends[:, :, 1], plane)
    apart = crs.geodesic_distance_m(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])
    touching: Floats = np.where(shapely.intersects(one, other), 0.0, apart)
    return touching


def in_plane(places: Places, plane: CRS) -> Objects:
    """Return the places as geometries of a plane."""
    return _in_plane(places, np.arange(len(places)), plane)


def _pairs_of_points(places: Places, shapes: Shapes, beyond_m: float) -> Iterator[Pairs]:
    order = np.argsort(places.lon, kind="stable")
    lon, lat = places.lon[order], places.lat[order]
    reach = shapes.doubt_m + float(places.uncertainty_m.max()) + beyond_m
    asked: list[tuple[int, Positions]] = []
    beside = np.zeros(len(places), dtype=bool)
    for at in np.flatnonzero(~shapely.is_missing(shapes.lon_lat)):
        near = _near_box(lon, lat, _box(shapes.lon_lat[at], float(reach[at])))
        if len(near):
            shapely.prepare(shapes.lon_lat[at])
            inside = _holds(shapes.lon_lat[at], lon[near], lat[near])
            yield _pairs_at(order[near[inside]], int(at), INSIDE)
            outside = order[near[~inside]]
            beside[outside] = True
            asked.append((int(at), outside))
    yield from _beside(places, shapes, beyond_m, asked, beside)


def _beside(
    places: Places, shapes: Shapes, beyond_m: float, asked: Sequence[tuple[int, Positions]], which: Flags
) -> Iterator[Pairs]:
    """Judge the places that are outside a shape, as far as they are within reach of it."""
    row_of = np.cumsum(which) - 1
    x, y = crs.transform_points(places.lon[which], places.lat[which], crs.STORAGE, shapes.plane_crs)
    for at, outside in asked:
        doubt = shapes.doubt_m[at] + places.uncertainty_m[outside]
        row = row_of[outside]
        near = _within(shapes.plane[at], x[row], y[row], doubt + beyond_m)
        place, row, doubt = outside[near], row[near], doubt[near]
        certain = _within(shapes.plane[at], x[row], y[row], doubt) & (doubt > 0)
        yield _pairs_at(place[certain], at, WITHIN_DOUBT)
        yield _pairs_at(place[~certain], at, NEAR)


def _pairs_at(place: Positions, shape: int, level: int) -> Pairs:
    return Pairs(place, np.full(len(place), shape, dtype=np.intp), np.full(len(place), level, dtype=np.int8))


def _within(shape: shapely.Geometry, x: Floats, y: Floats, limit_m: Floats) -> Flags:
    """Tell which points of the plane lie within a distance of a shape.

    Many points with one limit are told by two shapes grown a little too little and a little too much; only those between the
    two are measured. Growing a shape is exact to 1 % of the distance, as GEOS smooths what is finer than that.
    """
    within = np.zeros(len(x), dtype=bool)
    asked = np.arange(len(x))
    if len(x) > _MANY and limit_m[0] > 0 and (limit_m == limit_m[0]).all():
        surely, perhaps = (shapely.buffer(shape, factor * limit_m[0], quad_segs=_QUARTER) for factor in _BELT)
        shapely.prepare([surely, perhaps])
        within = shapely.intersects_xy(surely, x, y)
        asked = np.flatnonzero(~within)
        asked = asked[shapely.intersects_xy(perhaps, x[asked], y[asked])]
    shapely.prepare(shape)
    within[asked] = shapely.dwithin(shape, shapely.points(x[asked], y[asked]), limit_m[asked])
    return within


def _pairs_of_others(places: Places, shapes: Shapes, beyond_m: float) -> Iterator[Pairs]:
    geometries = places.geometries
    if geometries is None:
        return
    here = in_plane(places, shapes.plane_crs)
    tree = shapely.STRtree(here)
    for at in np.flatnonzero(~shapely.is_missing(shapes.plane)):
        limit = float(shapes.doubt_m[at] + places.uncertainty_m.max() + beyond_m)
        close = np.sort(tree.query(shapes.plane[at], predicate="dwithin", distance=limit + TOUCH_M)).astype(np.intp)
        apart = np.maximum(shapely.distance(shapes.plane[at], here[close]) - TOUCH_M, 0.0)
        shapely.prepare(shapes.lon_lat[at])
        apart[shapely.intersects(shapes.lon_lat[at], geometries[close])] = 0.0
        doubt = shapes.doubt_m[at] + places.uncertainty_m[close]
        level = np.select([apart == 0, apart <= doubt], [INSIDE, WITHIN_DOUBT], NEAR).astype(np.int8)
        kept = apart <= doubt + beyond_m
        yield Pairs(close[kept], np.full(int(kept.sum()), at, dtype=np.intp), level[kept])


def _holds(shape: shapely.Geometry, lon: Floats, lat: Floats) -> Flags:
    """Tell which points lie in a prepared shape or on its line; those on the antimeridian lie at 180 and at -180."""
    inside: Flags = shapely.intersects_xy(shape, lon, lat)
    seam = np.flatnonzero(np.abs(lon) == _HALF_TURN)
    if len(seam):
        inside[seam] |= shapely.intersects_xy(shape, -lon[seam], lat[seam])
    return inside


class _Box(NamedTuple):
    """A box in degrees: its windows of longitude, one or two of them, and its latitudes."""

    windows: tuple[tuple[float, float], ...]
    south: float
    north: float


def _box(shape: shapely.Geometry, reach_m: float) -> _Box:
    """Return a box that holds all that is within reach of a shape."""
    west, south, east, north = shape.bounds
    up = max(reach_m, TOUCH_M) / _DEGREE_M
    farthest = min(max(abs(south), abs(north)) + up, _POLE)
    aside = up / max(float(np.cos(np.radians(farthest))), _SMALLEST_COSINE)
    return _Box(_windows(west - aside, east + aside), south - up, north + up)


def _windows(west: float, east: float) -> tuple[tuple[float, float], ...]:
    """Cut a span of longitude that leaves -180..180 into windows that do not."""
    turn = 2 * _HALF_TURN
    if east - west >= turn:
        return ((-_HALF_TURN, _HALF_TURN),)
    if west < -_HALF_TURN:
        return ((-_HALF_TURN, east), (west + turn, _HALF_TURN))
    return ((west, _HALF_TURN), (-_HALF_TURN, east - turn)) if east > _HALF_TURN else ((west, east),)


def _near_box(lon: Floats, lat: Floats, box: _Box) -> Positions:
    """Return the positions, in points ordered by longitude, of those in a box."""
    spans = [np.searchsorted(lon, (west, np.nextafter(east, np.inf))) for west, east in box.windows]
    inside = [np.arange(first, last) for first, last in spans]
    at = inside[0] if len(inside) == 1 else np.unique(np.concatenate(inside))
    return at[(lat[at] >= box.south) & (lat[at] <= box.north)]


def _may_lie_in(places: Places, box: _Box) -> Flags:
    if places.geometries is not None:
        return np.ones(len(places), dtype=bool)
    in_window = np.zeros(len(places), dtype=bool)
    for west, east in box.windows:
        in_window |= (places.lon >= west) & (places.lon <= east)
    return in_window & (places.lat >= box.south) & (places.lat <= box.north)


def _in_plane(places: Places, at: Positions, plane: CRS) -> Objects:
    if places.geometries is None:
        x, y = crs.transform_points(places.lon[at], places.lat[at], crs.STORAGE, plane)
        return np.asarray(shapely.points(x, y), dtype=object).reshape(-1)
    return np.asarray(
        crs.to_working(gpd.GeoSeries(places.geometries[at], crs=crs.STORAGE), plane).to_numpy(), dtype=object
    )
