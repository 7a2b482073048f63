"""Points against the lines and names around them: wrong district, exact border, suspected centroid.

Nothing is moved. A point outside its stated district stays where it is: the reported district stands, and the polygon is
only a check on it, because district lines of different makers differ by kilometres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs
from mapper.findings import finding
from mapper.names import name_key, name_keys

if TYPE_CHECKING:
    from mapper.model import Finding, LayerEntry

ON_BORDER_DEGREES = 1e-9
"""0.1 mm: nearer than that, a coordinate written with nine decimals cannot be told from the line."""
SAME_SPOT_M = 10.0
"""Nearer than that to the middle of a district or the point of a settlement, a "measured" point was hardly measured."""
_SAME_SPOT_DEGREES = 3e-4  # wider than SAME_SPOT_M on either axis up to 70° of latitude


def district_disagreements(
    incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find located incidents whose point lies outside the outline of the district they were reported in.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents (`mapper.analysis.locate.locate`), WGS 84.
    districts : GeoDataFrame
        `name`, outline and optionally `accuracy_m` of its lines, WGS 84. Where two bear one name, either will do.
    entry : LayerEntry, optional
        The incidents' layer, to name its file.

    Returns
    -------
    list of Finding
        In row order; `warning` where the point is farther from its district than the accuracy of the line, or that
        accuracy is not stated, else `info`. The value names the distance and the district the polygon would put it in.
    """
    pointed = incidents[incidents["place"].isin(["point", "disc"]) & incidents["district"].notna()]
    outlined = districts[districts.geometry.notna()]
    if pointed.empty or outlined.empty:
        return []
    unknown = _unknown_districts(pointed, districts, entry)
    names, keys = outlined["name"].to_numpy(), np.array([name_key(name) for name in outlined["name"]], dtype=object)
    reported = name_keys(pointed["district"])
    points = pointed.geometry.to_numpy()
    # The districts are prepared by the query, and there are few of them.
    outline, point = shapely.STRtree(points).query(outlined.geometry.to_numpy(), predicate="intersects")
    agrees = np.isin(np.arange(len(points)), point[keys[outline] == reported[point]])
    odd = np.flatnonzero(~agrees & np.isin(reported, keys))
    found_in: dict[int, list[str]] = {}
    for number, name in zip(point.tolist(), names[outline], strict=True):
        found_in.setdefault(number, []).append(str(name))
    accuracy_m = _accuracy_m(outlined)
    distances_m = _distances_m(pointed.geometry.iloc[odd], reported[odd], outlined.geometry, keys)
    as_reported = pointed["district"].iloc[odd].tolist()
    return unknown + [
        finding(
            "district_disagrees",
            "warning" if distance_m > accuracy_m else "info",
            entry=entry,
            row=row,
            column="district",
            value=(
                f"{district} as reported, {' or '.join(found_in.get(number, ['none']))} "
                f"by the polygons, {distance_m:,.0f} m outside"
            ),
        )
        for number, row, district, distance_m in zip(
            odd.tolist(), pointed.index[odd], as_reported, distances_m.tolist(), strict=True
        )
    ]


def _unknown_districts(
    pointed: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, entry: LayerEntry | None
) -> list[Finding]:
    """Tell of points whose stated district no district is called by: nothing can be checked against its outline."""
    known = {name_key(name) for name in districts["name"].dropna()}
    keys = {name: name_key(name) for name in pointed["district"].unique()}
    odd = pointed["district"].map(keys)
    return [
        finding("unknown_district", "warning", "Its point was not checked against a district.", entry=entry, row=row,
                column="district", value=district)
        for row, district in pointed.loc[~odd.isin(known), "district"].items()
    ]  # fmt: skip


def suspected_centroids(
    incidents: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    *,
    entry: LayerEntry | None = None,
) -> list[Finding]:
    """Find points that claim to be measured and lie on the middle of a district or on the point of a settlement.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents, WGS 84. Only `place` = `point` claims to be measured; a circle says what it does not know.
    districts : GeoDataFrame, optional
        `name` and outline. The middle is its centroid (in degrees and in an equal-area plane), its representative point
        and the middle of its box: each is what some program gives for "the centre".
    settlements : GeoDataFrame, optional
        `settlement` and point; the seat of a district is one that bears its name.
    entry : LayerEntry, optional
        The incidents' layer, to name its file.

    Returns
    -------
    list of Finding
        In row order, one for each point, severity `warning`; the value names what the point coincides with.
    """
    pointed = incidents[incidents["place"].eq("point")]
    if pointed.empty:
        return []
    spots = pd.concat([_middles(districts), _settlement_points(settlements)], ignore_index=True)
    if spots.empty:
        return []
    points, there = pointed.geometry.to_numpy(), np.asarray(spots["geometry"], dtype=object)
    spot, point = shapely.STRtree(points).query(there, predicate="dwithin", distance=_SAME_SPOT_DEGREES)
    apart_m = crs.geodesic_distance_m(
        shapely.get_x(points[point]),
        shapely.get_y(points[point]),
        shapely.get_x(there[spot]),
        shapely.get_y(there[spot]),
    )
    near = pd.DataFrame({"point": point, "spot": spot, "apart_m": apart_m})[apart_m <= SAME_SPOT_M]
    nearest = near.sort_values(["point", "apart_m", "spot"]).drop_duplicates("point")
    return [
        finding(
            "suspected_centroid",
            "warning",
            entry=entry,
            row=row,
            column="geometry",
            value=f"{what}, {apart_m:.1f} m away",
        )
        for row, what, apart_m in zip(
            pointed.index[nearest["point"]], spots["what"].iloc[nearest["spot"]], nearest["apart_m"], strict=True
        )
    ]


def on_borders(
    incidents: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    *,
    entry: LayerEntry | None = None,
) -> list[Finding]:
    """Find points and centres of circles that lie exactly on the line of a zone or district, where they count as inside.

    Returns
    -------
    list of Finding
        In row order, one for each point, severity `info`; the value names the zones and districts, each once.
    """
    pointed = incidents[incidents["place"].isin(["point", "disc"])]
    lines = pd.concat(
        [_outlines(zones, "zone_id", "zone"), _outlines(districts, "name", "district")], ignore_index=True
    )
    if pointed.empty or lines.empty:
        return []
    line, point = shapely.STRtree(pointed.geometry.to_numpy()).query(
        shapely.boundary(np.asarray(lines["geometry"], dtype=object)), predicate="dwithin", distance=ON_BORDER_DEGREES
    )
    touched = pd.DataFrame({"point": point, "what": lines["what"].to_numpy()[line]}).drop_duplicates()
    return [
        finding("on_border", "info", entry=entry, row=pointed.index[number], column="geometry", value="; ".join(what))
        for number, what in touched.groupby("point")["what"]
    ]


def _outlines(frame: gpd.GeoDataFrame | None, name: str, kind: str) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame({"what": [], "geometry": []}, dtype=object)
    drawn = frame[frame.geometry.notna()]
    return pd.DataFrame({"what": [f"{kind} {each}" for each in drawn[name]], "geometry": drawn.geometry.to_numpy()})


def _middles(districts: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return what a program may give for the centre of each district, as rows of `what` and a point."""
    drawn = _outlines(districts, "name", "district")
    if drawn.empty:
        return drawn
    outlines = gpd.GeoSeries(drawn["geometry"].to_numpy(), crs=crs.STORAGE)
    plane = crs.working_crs(crs.lon_lat_bounds(outlines.to_numpy()))
    in_plane = shapely.centroid(crs.to_working(outlines, plane).to_numpy())
    kinds = {
        "centroid": shapely.centroid(outlines.to_numpy()),
        "centroid in a plane": crs.to_storage(gpd.GeoSeries(in_plane, crs=plane)).to_numpy(),
        "representative point": shapely.point_on_surface(outlines.to_numpy()),
        "middle of the box": shapely.centroid(shapely.envelope(outlines.to_numpy())),
    }
    return pd.concat(
        [
            pd.DataFrame({"what": [f"{kind} of {each}" for each in drawn["what"]], "geometry": points})
            for kind, points in kinds.items()
        ],
        ignore_index=True,
    )


def _settlement_points(settlements: gpd.GeoDataFrame | None) -> pd.DataFrame:
    points = _outlines(settlements, "settlement", "settlement")
    return points.assign(what=[f"point of the {each}" for each in points["what"]])


def _accuracy_m(outlined: gpd.GeoDataFrame) -> float:
    stated = outlined["accuracy_m"].dropna() if "accuracy_m" in outlined else ()
    return float(max(stated)) if len(stated) else 0.0


def _distances_m(points: gpd.GeoSeries, reported: np.ndarray, outlines: gpd.GeoSeries, keys: np.ndarray) -> np.ndarray:
    """Distance of each point to the nearest outline that bears its district's name, in a plane made for the outlines."""
    plane = crs.working_crs(crs.lon_lat_bounds(outlines.to_numpy()))
    points_m = crs.to_working(points, plane).to_numpy()
    outlines_m = crs.to_working(outlines, plane).to_numpy()
    distances_m = np.full(len(points_m), np.inf)
    for key, outline_m in zip(keys, outlines_m, strict=True):
        mine = reported == key
        distances_m[mine] = np.minimum(distances_m[mine], shapely.distance(points_m[mine], outline_m))
    return distances_m
