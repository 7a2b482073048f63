"""Incidents against zones: one row per record–zone pair.

Borders count as inside, and they are tested in the zones' own coordinates, where a shared vertex is exactly shared;
distances and shares are taken in an equal-area plane made for the area. Zones may overlap: a record then has two pairs
and still counts once. Nothing is dropped: a record in no zone and a record without a place are both in the result.

The accuracy of a layer's lines counts only at the *outer* line of all zones under the same orders (`order_ids`). Between
two districts of one ban the line decides nothing about entry, and the district a record was reported in stands. Between a
permit zone and a ban it decides everything: there each has an outer line of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapper import crs
from mapper.analysis.point_in_polygons import pairs_inside
from mapper.errors import DataRefused, UnknownCRS
from mapper.model import Joined
from mapper.names import SEPARATOR, name_key, units
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pandas.api.extensions import ExtensionArray
    from pyproj import CRS

WHOLE = 1 - 1e-6
"""A share from here on is the whole place: what is missing is rounding of the reprojected outlines."""
SLIVER_GAP_M = 2.0
"""A gap narrower than this between zones under the same orders is rounding, not ground between them."""
SLIVER_M2 = 0.01
"""Less common ground than this is a shared border. An area, not a share: a small hazard in a large disc is real."""
_CORNERS = 128
_FEW_VERTICES = 100
_MOST_HALVINGS = 12
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


class Reported(NamedTuple):
    """Records and zones by name: the name of each record, and which zones have which name, each once."""

    name_of: Positions
    name: Positions
    zone: Positions


def join(incidents: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, *, accuracy_m: float | None = None) -> Joined:
    """Relate every incident to every zone its place may touch.

    Parameters
    ----------
    incidents : GeoDataFrame
        `incident_id`, geometry (point, outline of a district-level place, or None), and where present `uncertainty_m`
        (the radius in metres around a point) and `district`.
    zones : GeoDataFrame
        `zone_id`, (Multi)Polygons or None; where present `admin_units`, `order_ids`, `accuracy_m`.
    accuracy_m : float, optional
        Accuracy in metres of the zones' outer line. Default: the largest `accuracy_m` of the zones, else 0.

    Returns
    -------
    Joined
        `pairs`: one row per record–zone pair, ordered by incident, then zone. `relation` is `inside` when the whole place
        lies in the zone, farther from the outer line than the accuracy, or the zone is that of the reported district
        and the whole place lies so in all zones under its orders; `uncertain` when a part of the place lies in the zone,
        or it lies outside all zones under the zone's orders but the doubt about their outer line reaches it. `share` is
        the part of the place that lies in the zone (0 when only the doubt does).
        `incidents` and `zones`: the given rows and index with summaries; joining again replaces them.

    Raises
    ------
    UnknownCRS
        When a frame states no CRS.
    DataRefused
        When ids are missing or occur twice, a radius or the accuracy is negative, an incident is neither a point nor a
        polygon, a zone is not a polygon, or a polygon is not valid.

    Notes
    -----
    Zones are under the same orders when they name the same set of `order_ids`, in any order; those that name none stand
    together. Points in another CRS are brought to that of the zones. Distances in the plane are good to 0.3 % where the zones
    together reach less than 1,000 km.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(
    ...     {"incident_id": ["a", "b"]}, geometry=gpd.points_from_xy([1, 3], [0.5, 0.5]), crs=4326
    ... )
    >>> square = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> join(points, square).pairs.to_dict("records")
    [{'incident_id': 'a', 'zone_id': 'z', 'relation': 'inside', 'share': 1.0}]
    """
    _require(incidents, "incident_id", "the incidents")
    _require(zones, "zone_id", "the zones")
    tolerance_m = _accuracy(zones, accuracy_m)
    ground = _sound(zones, "zones", _POLYGONS)
    places = _sound(incidents, "incidents", (shapely.GeometryType.POINT, *_POLYGONS))
    reported = _reported(incidents, zones)
    kinds = shapely.get_type_id(places.to_numpy())
    is_point, is_area = kinds == shapely.GeometryType.POINT, np.isin(kinds, _POLYGONS)
    pairs = _no_pairs()
    if bool(ground.notna().any()):
        found = [
            _point_pairs(places[is_point], _radii(incidents)[is_point], ground, _orders(zones), tolerance_m),
            _area_pairs(places[is_area], ground),
        ]
        pairs = _settled(pd.concat(found, ignore_index=True), reported, len(zones))
    named = pd.DataFrame(
        {
            "incident_id": _taken(incidents["incident_id"], pairs["incident"]),
            "zone_id": _taken(zones["zone_id"], pairs["zone"]),
            "relation": _texts(("uncertain", "inside"), pairs["inside"].to_numpy(dtype=np.intp)),
            "share": pairs["share"],
        }
    )
    return Joined(
        pairs=named,
        incidents=_summarise_incidents(incidents, zones, pairs, placed=is_point | is_area),
        zones=_summarise_zones(zones, incidents, pairs, reported),
        accuracy_m=tolerance_m,
    )


def _require(frame: gpd.GeoDataFrame, key: str, what: str) -> None:
    if frame.crs is None:
        raise UnknownCRS(f"{what} state no coordinate reference system", advice="Set the CRS the data were made in.")
    if key not in frame:
        raise DataRefused(f"{what} have no ids", column=key, advice=f"Name the id column '{key}'.")
    bad = frame[key].isna() | frame[key].duplicated()
    if bool(bad.any()):
        raise DataRefused(
            f"{what} need one id each; {int(bad.sum())} are missing or given twice",
            column=key,
            advice="Give every record its own id.",
        )


def _accuracy(zones: gpd.GeoDataFrame, given: float | None) -> float:
    if given is not None:
        if not 0 <= given < np.inf:
            raise DataRefused(f"an accuracy of {given} m is not possible", advice="Give 0 or a length in metres.")
        return float(given)
    stated = zones["accuracy_m"].dropna() if "accuracy_m" in zones else ()
    return _accuracy(zones, float(max(stated))) if len(stated) else 0.0


def _sound(frame: gpd.GeoDataFrame, what: str, types: tuple[shapely.GeometryType, ...]) -> gpd.GeoSeries:
    """Return the geometries by position, None for an empty one; refuse what no share could be computed of."""
    shapes = frame.geometry.to_numpy()
    shapes = np.where(shapely.is_empty(shapes), None, shapes)
    there = ~shapely.is_missing(shapes)
    wrong = there & ~np.isin(shapely.get_type_id(shapes), types)
    if wrong.any():
        raise DataRefused(
            f"{int(wrong.sum())} of the {what} have a geometry of the wrong kind ({shapes[wrong][0].geom_type})",
            column="geometry",
            advice="Incidents are points or the outline of a district, zones are polygons.",
        )
    invalid = _invalid(np.asarray(shapes, dtype=object))
    if invalid.any():
        reason = shapely.is_valid_reason(shapes[invalid][0])
        raise DataRefused(
            f"{int(invalid.sum())} of the {what} have an invalid outline: {reason}",
            column="geometry",
            advice="Check the layer first (`mapper check`); it mends outlines without freeing ground.",
        )
    return gpd.GeoSeries(shapes, crs=frame.crs)


def _invalid(shapes: Shapes) -> Flags:
    """Tell which shapes are not valid: a point is where both its coordinates are numbers."""
    invalid = np.zeros(len(shapes), dtype=bool)
    kinds = shapely.get_type_id(shapes)
    points, others = (np.flatnonzero(which) for which in (kinds == shapely.GeometryType.POINT, kinds > 0))
    x, y = shapely.get_coordinates(shapes[points]).T
    invalid[points] = ~(np.isfinite(x) & np.isfinite(y))
    distinct, which = _distinct(shapes[others])
    invalid[others] = ~shapely.is_valid(distinct)[which]
    return invalid


def _distinct(shapes: Shapes) -> tuple[Shapes, Positions]:
    """Return the distinct objects and which of them each row holds: one outline stands for all records of a district."""
    _, first, which = np.unique([id(shape) for shape in shapes], return_index=True, return_inverse=True)
    return shapes[first], which


def _radii(incidents: gpd.GeoDataFrame) -> Floats:
    """Radius of each record's place in metres; 0 where none is stated."""
    if "uncertainty_m" not in incidents:
        return np.zeros(len(incidents))
    radius = incidents["uncertainty_m"].astype("float64").fillna(0.0).to_numpy()
    odd = ~((radius >= 0) & np.isfinite(radius))
    if odd.any():
        raise DataRefused(
            f"an uncertainty of {radius[odd][0]:g} m is not possible",
            column="uncertainty_m",
            advice="Give 0 or a length in metres, or leave it blank.",
        )
    return np.asarray(radius, dtype=np.float64)


def _orders(zones: gpd.GeoDataFrame) -> Positions:
    """Return a number for each zone, the same for zones under the same orders; to name none is a set of its own."""
    named = [frozenset(units(cell)) for cell in zones.get("order_ids", [None] * len(zones))]
    number = {orders: count for count, orders in enumerate(dict.fromkeys(named))}
    return np.array([number[orders] for orders in named], dtype=np.intp)


def _point_pairs(
    places: gpd.GeoSeries, radius_m: Floats, ground: gpd.GeoSeries, orders: Positions, tolerance_m: float
) -> pd.DataFrame:
    """Pairs of points and discs; `inside_all` says that the place lies surely in the zones under the same orders."""
    if places.empty:
        return _no_pairs()
    here = places if places.crs == ground.crs else crs.to_working(places, crs.known_crs(ground.crs))
    covered = _covered(ground.to_numpy(), here.to_numpy())
    if not (tolerance_m > 0 or radius_m.any()):
        point, zone = np.divmod(covered, len(ground))
        return _pairs_frame(places.index.to_numpy()[point], zone, np.ones(len(point)), whole=True, inside_all=True)
    plane, zones_m = _in_plane(ground)
    points_m = crs.to_working(places, plane).to_numpy()
    codes = np.union1d(covered, _within(zones_m, points_m, radius_m + tolerance_m))
    is_covered = np.isin(codes, covered)
    point, zone = np.divmod(codes, len(ground))
    share = np.where(is_covered, 1.0, 0.0)
    discs = radius_m[point] > 0
    if discs.any():
        share[discs] = _disc_shares(points_m, radius_m, zones_m, codes[discs], is_covered[discs])
    lines = _outer_lines(zones_m, orders)
    under = point * len(lines) + orders[zone]
    in_some = np.isin(under, under[is_covered])
    clear = in_some & ~np.isin(under, _within(lines, points_m, radius_m + tolerance_m))
    # Without any doubt about the line, a disc that lies in one zone lies in it also where it touches the line.
    sure = in_some if tolerance_m == 0 else clear
    keep = is_covered | (share > 0) | ~in_some
    incident, whole = places.index.to_numpy()[point], sure & (share >= WHOLE)
    return _pairs_frame(incident, zone, share, whole=whole, inside_all=clear)[keep]


def _area_pairs(places: gpd.GeoSeries, ground: gpd.GeoSeries) -> pd.DataFrame:
    """Pairs of district-level places: the share of the district that lies in the zone.

    The accuracy of the line takes no part: both names mean the same ground, whatever line stands for it.
    """
    if places.empty:
        return _no_pairs()
    outlines, which = _distinct(places.to_numpy())
    plane, zones_m = _in_plane(ground)
    areas_m = crs.to_working(gpd.GeoSeries(outlines, crs=places.crs), plane).to_numpy()
    area, zone = shapely.STRtree(zones_m).query(areas_m, predicate="intersects")
    common_m2 = shapely.area(shapely.intersection(areas_m[area], zones_m[zone]))
    share = np.minimum(common_m2 / shapely.area(areas_m[area]), 1.0)
    found = pd.DataFrame({"area": area, "zone": zone, "share": share})[common_m2 > SLIVER_M2]
    records = pd.DataFrame({"incident": places.index, "area": which})
    pairs = records.merge(found, on="area", validate="m:m")
    whole = pairs["share"] >= WHOLE
    share_of = pairs["share"].mask(whole, 1.0)
    return _pairs_frame(pairs["incident"].to_numpy(), pairs["zone"].to_numpy(), share_of, whole=whole, inside_all=False)


def _settled(pairs: pd.DataFrame, reported: Reported, zones: int) -> pd.DataFrame:
    """Decide `inside`, where the reported district settles what the lines between zones cannot; in order of records."""
    inside = pairs["whole"].to_numpy(copy=True)
    asked = np.flatnonzero(~inside & pairs["inside_all"] & (pairs["share"] > 0))
    name = reported.name_of[pairs["incident"].to_numpy()[asked]]
    inside[asked] = np.isin(name * zones + pairs["zone"].to_numpy()[asked], reported.name * zones + reported.zone)
    order = np.argsort((pairs["incident"] * zones + pairs["zone"]).to_numpy(), kind="stable")
    return pairs.assign(inside=inside).iloc[order].reset_index(drop=True)


def _in_plane(ground: gpd.GeoSeries) -> tuple[CRS, Shapes]:
    """Return an equal-area plane made for the zones, and the zones in it, valid and with all their ground."""
    stored = crs.to_storage(ground)
    plane = crs.working_crs(crs.lon_lat_bounds(stored.to_numpy()))
    zones_m = crs.to_working(stored, plane).to_numpy()
    broken = ~shapely.is_missing(zones_m) & ~shapely.is_valid(zones_m)
    if broken.any():
        # Rounding may pinch a ring; this method keeps all ground of a ring that touches itself.
        zones_m[broken] = shapely.make_valid(zones_m[broken], method="structure", keep_collapsed=False)  # noqa: TID251
    return plane, np.asarray(zones_m, dtype=object)


def _covered(zones: Shapes, points: Shapes) -> Positions:
    """Return a sorted code, point * number of zones + zone, for each point in a zone or on its border."""
    x, y = shapely.get_coordinates(points).T
    pairs = pairs_inside(np.ascontiguousarray(x), np.ascontiguousarray(y), zones)
    return pairs.point.astype(np.intp) * len(zones) + pairs.polygon


def _within(zones: Shapes, points: Shapes, reach: Floats) -> Positions:
    """Return a sorted code, point * number of zones + zone, for each point within its own reach of a zone.

    A point without any reach has none: whether it lies on a line is asked where lines are exact, never in a plane, so that
    what is said of it does not depend on the records beside it. The tree holds the points and the zones are prepared, because
    there are many points and a zone has many vertices.
    """
    zone, point = shapely.STRtree(points).query(zones, predicate="dwithin", distance=float(reach.max()))
    shapely.prepare(zones)
    near = (reach[point] >= reach.max()) | shapely.dwithin(zones[zone], points[point], reach[point])
    near &= reach[point] > 0
    return np.sort(point[near] * len(zones) + zone[near])


def _outer_lines(zones_m: Shapes, orders: Positions) -> Shapes:
    """Return for each set of orders the outer line of all zones under it; None where none of them is drawn.

    Neighbours that share a line seldom share it to the last bit once they are rounded and reprojected, and the slivers
    between them would pass for an outer line in the middle of closed ground. So gaps of less than `SLIVER_GAP_M` are closed.
    """
    together = [shapely.union_all(zones_m[orders == number]) for number in range(int(orders.max()) + 1)]
    grown = shapely.buffer(np.array(together, dtype=object), SLIVER_GAP_M / 2, join_style="mitre")
    closed = shapely.buffer(grown, -SLIVER_GAP_M / 2, join_style="mitre")
    return np.array([shapely.boundary(ground) if not ground.is_empty else None for ground in closed], dtype=object)


def _disc_shares(points_m: Shapes, radius_m: Floats, zones_m: Shapes, codes: Positions, is_covered: Flags) -> Floats:
    """Share of each disc that lies in its zone; records at the same place share one computation.

    A disc that the zone's line does not reach is in the zone as its centre is. The others are cut from small pieces of the
    zone: a cut costs as much as the zone has vertices.
    """
    share = np.where(is_covered, 1.0, 0.0)
    x, y = shapely.get_coordinates(points_m).T
    place = pd.DataFrame({"x": x, "y": y, "r": radius_m}).groupby(["x", "y", "r"], sort=False).ngroup().to_numpy()
    cut = np.flatnonzero(np.isin(codes, _within(shapely.boundary(zones_m), points_m, radius_m)))
    point, zone = np.divmod(codes[cut], len(zones_m))
    pair, first, which = np.unique(place[point] * len(zones_m) + zone, return_index=True, return_inverse=True)
    cut_places, at = np.unique(place[point], return_index=True)
    discs = _discs(x[point[at]], y[point[at]], radius_m[point[at]])
    needed = np.unique(zone)
    pieces = [(piece, number) for number in needed for piece in _pieces(zones_m[number])]
    tree = shapely.STRtree([piece for piece, _ in pieces])
    disc, piece = tree.query(discs, predicate="intersects")
    owner = np.array([number for _, number in pieces], dtype=np.intp)
    code = cut_places[disc] * len(zones_m) + owner[piece]
    wanted = np.isin(code, pair)
    disc, piece, code = disc[wanted], piece[wanted], code[wanted]
    common_m2 = np.bincount(
        np.searchsorted(pair, code),
        weights=shapely.area(shapely.intersection(discs[disc], tree.geometries[piece])),
        minlength=len(pair),
    )
    part = common_m2 / shapely.area(discs[np.searchsorted(cut_places, place[point[first]])])
    share[cut] = np.select([common_m2 <= SLIVER_M2, part >= WHOLE], [0.0, 1.0], part)[which]
    return share


def _discs(x: Floats, y: Floats, radius_m: Floats) -> Shapes:
    """Polygons of as many corners as `_CORNERS` on each circle."""
    turn = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    corners = np.stack(
        [x[:, None] + radius_m[:, None] * np.cos(turn), y[:, None] + radius_m[:, None] * np.sin(turn)], -1
    )
    return np.asarray(shapely.polygons(corners), dtype=object)


def _pieces(shape: shapely.Geometry, depth: int = 0) -> list[shapely.Geometry]:
    """Halve a shape along its longer side until its pieces have few vertices; together they are the shape."""
    if shapely.get_num_coordinates(shape) <= _FEW_VERTICES or depth >= _MOST_HALVINGS:
        return [shape]
    west, south, east, north = shape.bounds
    if east - west > north - south:
        halves = [
            shapely.box(west, south, (west + east) / 2, north),
            shapely.box((west + east) / 2, south, east, north),
        ]
    else:
        halves = [
            shapely.box(west, south, east, (south + north) / 2),
            shapely.box(west, (south + north) / 2, east, north),
        ]
    return [piece for half in halves for piece in _pieces(shapely.intersection(shape, half), depth + 1)]


def _pairs_frame(
    incident: Positions,
    zone: Positions,
    share: Floats | pd.Series,
    *,
    whole: Flags | pd.Series | bool,
    inside_all: Flags | bool,
) -> pd.DataFrame:
    return pd.DataFrame(
        {"incident": incident, "zone": zone, "share": share, "whole": whole, "inside_all": inside_all}
    ).astype({"incident": "int64", "zone": "int64", "share": "float64", "whole": "bool", "inside_all": "bool"})


def _no_pairs() -> pd.DataFrame:
    none = np.zeros(0, dtype=np.intp)
    return _pairs_frame(none, none, np.zeros(0), whole=False, inside_all=False).assign(inside=np.zeros(0, dtype=bool))


def _reported(incidents: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> Reported:
    """Relate records and zones by name: the zone names the district the record was reported in."""
    nameless = pd.Series([None] * len(incidents), dtype="str")
    spelling, spelled = pd.factorize(incidents.get("district", nameless))
    # The last key is that of a record without a name, whose number is -1; no zone has it.
    number, keys = pd.factorize(np.array([*map(name_key, spelled), ""], dtype=object))
    numbers = {key: number for number, key in enumerate(keys)}
    cells = zones.get("admin_units", ())
    named = {(numbers.get(name_key(unit), -1), zone): None for zone, cell in enumerate(cells) for unit in units(cell)}
    name, zone = np.array([pair for pair in named if pair[0] >= 0], dtype=np.intp).reshape(-1, 2).T
    return Reported(number[spelling], name, zone)


def _summarise_incidents(
    incidents: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, pairs: pd.DataFrame, *, placed: Flags
) -> gpd.GeoDataFrame:
    """Add `zone_ids`, `relations`, `shares`, `order_ids` (";"-separated, same order) and one `relation` per record."""
    count = len(incidents)
    incident, zone, inside = (pairs[name].to_numpy() for name in ("incident", "zone", "inside"))
    pairs_of = np.bincount(incident, minlength=count)
    zone_ids = zones["zone_id"].astype("str").to_numpy()
    orders_of = [units(cell) for cell in zones.get("order_ids", [None] * len(zones))]
    share, shares = pd.factorize(pairs["share"].to_numpy())
    any_inside = np.bincount(incident[inside], minlength=count) > 0
    words = ("inside", "uncertain", "outside", "unlocated")
    return incidents.assign(
        zone_ids=_told(pairs_of, zone, lambda which: SEPARATOR.join(zone_ids[which])),
        relations=_told(pairs_of, (~inside).astype(np.int64), lambda which: SEPARATOR.join(words[at] for at in which)),
        shares=_told(pairs_of, share, lambda which: SEPARATOR.join(f"{each:.3f}" for each in shares[which])),
        order_ids=_told(
            pairs_of,
            zone,
            lambda which: SEPARATOR.join(dict.fromkeys(order for at in which for order in orders_of[at])),
        ),
        relation=_texts(words, np.select([any_inside, pairs_of > 0, placed], [0, 1, 2], 3)),
    )


def _told(count: Positions, codes: Positions, tell: Callable[[Positions], str]) -> ExtensionArray:
    """Return a text for each record that has so many of the codes, one record after another; "" for none.

    `tell` is asked once for each sequence of codes that occurs: a million records in thirteen districts have few of them.
    """
    texts, number = [""], np.zeros(len(count), dtype=np.intp)
    first = np.cumsum(count) - count
    for length in np.flatnonzero(np.bincount(count, minlength=1)[1:]) + 1:
        rows = np.flatnonzero(count == length)
        sequences = codes[first[rows, None] + np.arange(length)]
        which = np.zeros(len(rows), dtype=np.int64)
        for column in sequences.T:
            which, _ = pd.factorize(which * (codes.max() + 1) + column)
        example = np.zeros(which.max() + 1, dtype=np.intp)
        example[which] = np.arange(len(rows))
        number[rows] = which + len(texts)
        texts += [tell(sequence) for sequence in sequences[example]]
    return _texts(texts, number)


def _taken(ids: pd.Series, at: pd.Series) -> ExtensionArray | npt.NDArray[np.generic]:
    """Return the id of each row; texts stay as they are stored, which spares making each of them anew."""
    stored: ExtensionArray | npt.NDArray[np.generic] = ids.array if ids.dtype == "str" else ids.to_numpy()
    return stored[at.to_numpy()]


def _texts(words: Sequence[str], number: Positions) -> ExtensionArray:
    return pd.array(np.asarray(words, dtype=object), dtype="str").take(number)


def casualties(incidents: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Add up killed or injured over the statuses of each record; a blank is not stated and adds nothing.

    Returns
    -------
    Series of Int64
        The given index; NA where no status states a number.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"killed_civilian": pd.array([1, None], "Int64"), "killed_military": pd.array([2, None], "Int64")}
    ... )
    >>> casualties(frame, KILLED).tolist()
    [3, <NA>]
    """
    present = [column for column in columns if column in incidents]
    if not present:
        return pd.Series(pd.NA, index=incidents.index, dtype="Int64")
    return incidents[present].astype("Int64").sum(axis=1, min_count=1).astype("Int64")


def _summarise_zones(
    zones: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, pairs: pd.DataFrame, reported: Reported
) -> gpd.GeoDataFrame:
    """Add counts of distinct records and their casualties, and those reported in the zone's districts by name."""
    people = {"killed": casualties(incidents, KILLED), "injured": casualties(incidents, INJURED)}
    one_each = {name: number.fillna(0).to_numpy(dtype=np.int64) for name, number in people.items()}
    one_each["records"] = np.ones(len(incidents), dtype=np.int64)
    incident, zone, is_inside = (pairs[name].to_numpy() for name in ("incident", "zone", "inside"))
    inside = _added(one_each, incident[is_inside], zone[is_inside], len(zones))
    uncertain = _added(one_each, incident[~is_inside], zone[~is_inside], len(zones))
    # Over names first: a name has many records and may have many zones, and a record has one name.
    per_name = _added(one_each, np.arange(len(incidents)), reported.name_of, 1 + int(reported.name_of.max(initial=0)))
    by_name = _added(per_name, reported.name, reported.zone, len(zones))
    return zones.assign(
        incidents_inside=inside["records"],
        incidents_uncertain=uncertain["records"],
        killed_inside=inside["killed"],
        injured_inside=inside["injured"],
        incidents_reported=by_name["records"],
        killed_reported=by_name["killed"],
        injured_reported=by_name["injured"],
    )


def _added(numbers: Mapping[str, Positions], of: Positions, to: Positions, count: int) -> dict[str, Positions]:
    """Add numbers up, number `of[i]` to sum `to[i]`; whole ones, which the floats of the sums hold exactly up to 2^53."""
    return {
        name: np.bincount(to, weights=number[of], minlength=count).astype(np.int64) for name, number in numbers.items()
    }
