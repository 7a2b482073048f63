"""The field's own list of doubts about outlines and points, within one layer; nothing is changed here.

The list is that of GICHD's `geocheck`, with its figures: corners more than 5,000 m apart, overlaps of more than 0.9 % of the
smaller shape, corners compared at a millionth of a degree. To it come slivers, shapes of very many corners, and drawn areas
that differ from the reported ones. What makes a shape unusable (no area, too few corners, crossings) is in
`mapper.intake.shapes`; identifiers and whole records that occur twice are in `mapper.intake.repeats`. Of the list only tables of
vertices and of devices have no rule, because no kind of layer holds such tables.

Corners are looked at in the shapes as given: bringing a shape to WGS 84 adds corners, and mending one removes some.

Two zones of one ground may be two orders, so an overlap is a fact about zones and a doubt about hazards, whose areas are
added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from mapper import crs, schema
from mapper.intake.extents import M_PER_DEGREE, on_the_ground, shared_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from mapper.intake.account import Account
    from mapper.model import Severity

    _Shapes = NDArray[np.object_]
    _Rows = NDArray[np.int64]

SAME_DEGREES = 1e-6
"""Corners no farther apart than this in longitude and latitude are one corner; 11 cm."""
FARTHEST_APART_M = 5_000.0
LARGEST_OVERLAP = 0.009
LARGEST_DIFFERENCE = 0.20
"""Of the drawn area from the reported one, as a share of the reported one."""
MANY_VERTICES = 1_000_000
SLIVER_WIDTH_M = 1.0
SLIVER_COMPACTNESS = 0.1
"""Area by that of a circle with as long an outline: a strip ten times as long as wide has 0.26, one of 30 times has 0.1."""
SPECK_WIDTH_M = 0.1
"""A shape as narrow as this is a slip, however round it is."""
_MOST_COST, _CORNERS_PER_CROSSING = 1e7, 200.0
"""What measuring the pairs of a layer may take, in corners; some ten seconds."""
_MOST_PAIRS = 200_000
"""Pairs of shapes whose common ground is measured; what is not measured is said."""
_AT_ONCE = 256
_M2_PER_KM2 = 1e6
_SAME_M = SAME_DEGREES * M_PER_DEGREE
POINTS = ("incidents", "settlements")
_MEASURED = ("hazards",)
"""Kinds whose outlines are walked and measured corner by corner."""
_DRAWN = ("zones", "coverage")
"""Kinds whose outlines are drawn over an area, with long sides where the area is large."""


def geocheck(frame: gpd.GeoDataFrame, kind: str, account: Account, shared: NDArray[np.bool_] | None = None) -> None:
    """Tell what is doubtful about the shapes of the records that were kept.

    Parameters
    ----------
    frame : GeoDataFrame
        Kept records in WGS 84, their polygons valid.
    kind : str
        Of the layer; of kinds that hold lines nothing is told.
    account : Account
        Takes the findings; `given` holds the shapes before they were brought to WGS 84 and mended.
    shared : array of bool, optional
        Of points: `mapper.intake.extents.shared_places`, where it is known already.
    """
    if kind in POINTS:
        _same_places(frame, shared_places(frame.geometry.to_numpy()) if shared is None else shared, account)
    elif kind not in schema.LINE_KINDS:
        for given in account.given:
            shapes = given.loc[given.index.isin(frame.index)]
            _many_corners(shapes, account)
            _corners(shapes, kind, account)
        polygons = frame.geometry[~shapely.is_missing(frame.geometry.to_numpy())]
        _slivers(polygons, account)
        _same_ground(polygons, kind, account)
        _areas(frame, account)


# ---------------------------------------------------------------- points
def _same_places(frame: gpd.GeoDataFrame, shared: NDArray[np.bool_], account: Account) -> None:
    """Tell of coordinates that several records have to the last digit."""
    points = frame.geometry.to_numpy()[shared]
    places = {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    again = pd.DataFrame(places, index=frame.index[shared]).dropna()
    if again.empty:
        return
    groups = again.reset_index(names="row").groupby(["lon", "lat"], sort=False, as_index=False)["row"]
    found = groups.agg(first="first", size="size")
    sizes = zip(found["lon"], found["lat"], found["size"], strict=True)
    values = [f"{lon:.10g} {lat:.10g}: {size:,} records" for lon, lat, size in sizes]
    account.each("duplicate_point", "info", found["first"].tolist(), values)


# ---------------------------------------------------------------- corners
def _many_corners(given: gpd.GeoSeries, account: Account) -> None:
    counts = shapely.get_num_coordinates(given.to_numpy())
    many = np.flatnonzero(counts > MANY_VERTICES)
    account.each("many_vertices", "warning", given.index[many].tolist(), [f"{each:,} corners" for each in counts[many]])


def _corners(given: gpd.GeoSeries, kind: str, account: Account) -> None:
    """Tell of corners stored twice in a row, and of neighbours that are too far apart."""
    sides = _sides(given)
    rows = given.index.to_numpy()
    twice = sides.record[sides.is_none]
    records, counts = np.unique(twice, return_counts=True)
    values = [f"{count:,} corner{'s' if count > 1 else ''}" for count in counts]
    account.each("repeated_vertex", "info", rows[records].tolist(), values)
    if kind not in (*_MEASURED, *_DRAWN):
        return
    long = sides.length_m > FARTHEST_APART_M
    records, counts = np.unique(sides.record[long], return_counts=True)
    if not len(records):
        return
    longest_m = np.zeros(len(given))
    np.maximum.at(longest_m, sides.record, sides.length_m)
    if kind in _MEASURED:
        sizes = zip(counts, longest_m[records], strict=True)
        values = [f"{count:,} side{'s' if count > 1 else ''}, the longest {size:,.0f} m" for count, size in sizes]
        account.each("long_edge", "warning", rows[records].tolist(), values)
    else:
        value = f"{counts.sum():,} sides of {len(records):,} records, the longest {longest_m.max():,.0f} m"
        account.note("long_edge", column="geometry", value=value)


class _Sides(NamedTuple):
    """The sides of all rings of a layer: whose they are, how long, and which are no side because their ends are one corner."""

    record: _Rows
    length_m: NDArray[np.float64]
    is_none: NDArray[np.bool_]


def _sides(given: gpd.GeoSeries) -> _Sides:
    parts, record = shapely.get_parts(given.to_numpy(), return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(parts[polygons], return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    start, end = corners[:-1][joined], corners[1:][joined]
    owner = record[polygons][part[ring[1:][joined]]]
    reference = crs.known_crs(given.crs)
    if reference.is_geographic:
        degrees = np.degrees(reference.axis_info[0].unit_conversion_factor)
        start, end = start * degrees, end * degrees
        is_none = (np.abs(end - start) <= SAME_DEGREES * _ROUNDING).all(axis=1)
        return _Sides(owner, _lengths_m(start, end), is_none)
    metres = reference.axis_info[0].unit_conversion_factor
    length_m = np.hypot(*(end - start).T) * metres
    return _Sides(owner, length_m, length_m <= _SAME_M)


_ROUNDING = 1 + 1e-6
"""46.000001 - 46 is a little more than a millionth."""
_NEARLY = 0.95


def _lengths_m(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lengths on a sphere, and on the ellipsoid where it matters: near the limit and beyond it."""
    lon, lat = np.radians(end - start).T
    mean = np.radians((start[:, 1] + end[:, 1]) / 2)
    length_m = np.degrees(2 * np.arcsin(np.minimum(1, np.sqrt(_haversine(lat, lon, mean))))) * M_PER_DEGREE
    near = np.flatnonzero(length_m > _NEARLY * FARTHEST_APART_M)
    one, other = start[near], end[near]
    length_m[near] = crs.geodesic_distance_m(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    return np.asarray(length_m)


def _haversine(
    lat: NDArray[np.float64], lon: NDArray[np.float64], mean_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    along = np.sin(lat / 2) ** 2
    cosines = np.cos(mean_lat) ** 2 - along  # cos(a) cos(b), from the mean of a and b and half their difference
    return np.asarray(along + cosines * np.sin(lon / 2) ** 2)


# ---------------------------------------------------------------- slivers
def _slivers(polygons: gpd.GeoSeries, account: Account) -> None:
    """Tell of shapes with a part that is long and narrow, or no larger than a hand."""
    parts, record = shapely.get_parts(polygons.to_numpy(), return_index=True)
    if not len(parts):
        return
    flat = on_the_ground(parts)
    area, length = shapely.area(flat), shapely.length(flat)
    compactness, width_m = 4 * np.pi * area / length**2, 2 * area / length
    thin = ((width_m < SLIVER_WIDTH_M) & (compactness < SLIVER_COMPACTNESS)) | (width_m < SPECK_WIDTH_M)
    records, counts = np.unique(record[thin], return_counts=True)
    narrowest = np.full(len(polygons), np.inf)
    np.minimum.at(narrowest, record[thin], width_m[thin])
    total = np.bincount(record, minlength=len(polygons))
    values = [
        f"{width:.2g} m wide"
        if total[at] == 1
        else f"{count:,} of {total[at]:,} parts, the narrowest {width:.2g} m wide"
        for at, count, width in zip(records, counts, narrowest[records], strict=True)
    ]
    account.each("sliver", "warning", polygons.index[records].tolist(), values)


# ---------------------------------------------------------------- common ground
def _same_ground(polygons: gpd.GeoSeries, kind: str, account: Account) -> None:
    """Tell of outlines that stand twice, and of shapes that overlap by more than a line's doubt."""
    shapes, rows = polygons.to_numpy(), polygons.index.to_numpy()
    first = _first_of_equals(shapes)
    single = np.flatnonzero(first == np.arange(len(shapes)))
    pairs, all_measured = _overlaps(shapes[single])
    one, other = single[pairs.one], single[pairs.other]
    same = pairs.apart <= np.sqrt(2) * SAME_DEGREES
    same[same] = [_is_same(shapes[a], shapes[b]) for a, b in zip(one[same], other[same], strict=True)]
    again = np.concatenate([np.flatnonzero(first != np.arange(len(shapes))), other[same]])
    of = np.concatenate([first[first != np.arange(len(shapes))], one[same]])
    order = np.argsort(again, kind="stable")
    values = [f"row {rows[at]} has the same" for at in of[order]]
    account.each("duplicate_polygon", "warning", rows[again[order]].tolist(), values)
    severity: Severity = "warning" if kind in _MEASURED else "info"
    over = ~same & (pairs.share > LARGEST_OVERLAP)
    shared = zip(rows[other[over]], pairs.share[over], strict=True)
    values = [f"with row {row}: {share:.1%} of the smaller".replace("%", " %") for row, share in shared]
    account.each("overlapping_shapes", severity, rows[one[over]].tolist(), values)
    if not all_measured:
        value = f"only {len(pairs.one):,} pairs of shapes were compared"
        account.doubt("overlapping_shapes", None, "geometry", value)


def _first_of_equals(shapes: _Shapes) -> NDArray[np.intp]:
    """Return for each shape the position of the first one with the same corners at a millionth of a degree."""
    rounded = shapely.transform(shapes, lambda lon_lat: np.round(lon_lat / SAME_DEGREES) + 0.0)
    texts = pd.Series(shapely.to_wkb(shapely.normalize(rounded)), dtype=object)
    codes, _ = pd.factorize(texts)
    _, firsts = np.unique(codes, return_index=True)
    return firsts[codes]


def _is_same(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether each corner of either shape lies on the outline of the other, wherever the two outlines begin."""
    return _lies_on(one, other.boundary) and _lies_on(other, one.boundary)


def _lies_on(shape: shapely.Geometry, line: shapely.Geometry) -> bool:
    shapely.prepare(line)
    return bool(shapely.dwithin(shapely.points(shapely.get_coordinates(shape)), line, np.sqrt(2) * SAME_DEGREES).all())


class _Pairs(NamedTuple):
    """Pairs of shapes with common ground: which, its share of the smaller, and how far apart the two outlines are on average."""

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    share: NDArray[np.float64]
    apart: NDArray[np.float64]


def _overlaps(shapes: _Shapes) -> tuple[_Pairs, bool]:
    """Measure the common ground of all pairs whose boxes share enough of it; False where there are too many such pairs."""
    one, other, all_listed = _candidates(shapes)
    kept = _affordable(shapes, one, other)
    all_listed = all_listed and kept == len(one)
    one, other = one[:kept], other[:kept]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    area, length = shapely.area(shapes), shapely.length(shapes)
    smaller = np.minimum(area[one], area[other])
    lost = area[one] + area[other] - 2 * common
    return _Pairs(one, other, common / smaller, lost / np.maximum(length[one], length[other])), all_listed


def _affordable(shapes: _Shapes, one: NDArray[np.intp], other: NDArray[np.intp]) -> int:
    """Return how many of the pairs can be measured: corners cost, and where both shapes have many, crossings too."""
    corners = shapely.get_num_coordinates(shapes).astype(float)
    cost = corners[one] + corners[other] + corners[one] * corners[other] / _CORNERS_PER_CROSSING
    return int(np.searchsorted(np.cumsum(cost), _MOST_COST, side="right"))


def _candidates(shapes: _Shapes) -> tuple[NDArray[np.intp], NDArray[np.intp], bool]:
    """List the pairs whose boxes overlap by enough for the shapes to; each pair once, the earlier shape first."""
    tree, bounds, area = shapely.STRtree(shapes), shapely.bounds(shapes), shapely.area(shapes)
    found: list[NDArray[np.intp]] = []
    listed = 0
    for start in range(0, len(shapes), _AT_ONCE):
        one, other = tree.query(shapes[start : start + _AT_ONCE])
        one, other = one[other > one + start] + start, other[other > one + start]
        wide = np.minimum(bounds[one, 2:], bounds[other, 2:]) - np.maximum(bounds[one, :2], bounds[other, :2])
        enough = wide.clip(min=0).prod(axis=1) > LARGEST_OVERLAP * np.minimum(area[one], area[other])
        found.append(np.stack([one[enough], other[enough]]))
        listed += int(enough.sum())
        if listed > _MOST_PAIRS:
            break
    pairs = np.concatenate([*found, np.zeros((2, 0), dtype=np.intp)], axis=1)
    return pairs[0, :_MOST_PAIRS], pairs[1, :_MOST_PAIRS], listed <= _MOST_PAIRS


# ---------------------------------------------------------------- reported areas
def _areas(frame: gpd.GeoDataFrame, account: Account) -> None:
    """Tell of drawn areas that differ from the reported ones."""
    if "reported_area_m2" not in frame:
        return
    stated = frame[frame["reported_area_m2"].notna() & ~shapely.is_missing(frame.geometry.to_numpy())]
    reported = stated["reported_area_m2"].to_numpy(dtype=float)
    drawn = crs.geodesic_area_km2(stated) * _M2_PER_KM2
    off = np.abs(drawn - reported) > LARGEST_DIFFERENCE * np.abs(reported)
    sizes = zip(reported[off], drawn[off], strict=True)
    values = [f"reported {one:,.0f} m², drawn {other:,.0f} m²" for one, other in sizes]
    account.each("area_disagrees", "warning", stated.index[off].tolist(), values, "reported_area_m2")
