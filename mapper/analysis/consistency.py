"""Checks across layers: what no single file can show.

Every check returns findings and moves nothing. A point outside its stated district stays where it is: the reported
district stands, and the polygon is only a check on it, because district lines of different makers differ by kilometres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from mapper import crs
from mapper.findings import finding
from mapper.names import name_key, units

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from mapper.model import Finding, LayerEntry


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
    names, keys = outlined["name"].to_numpy(), np.array([name_key(name) for name in outlined["name"]], dtype=object)
    reported = np.array([name_key(name) for name in pointed["district"]], dtype=object)
    points = pointed.geometry.to_numpy()
    # The districts are prepared by the query, and there are few of them.
    district, point = shapely.STRtree(points).query(outlined.geometry.to_numpy(), predicate="intersects")
    agrees = np.isin(np.arange(len(points)), point[keys[district] == reported[point]])
    odd = np.flatnonzero(~agrees & np.isin(reported, keys))
    found_in: dict[int, list[str]] = {}
    for number, name in zip(point.tolist(), names[district], strict=True):
        found_in.setdefault(number, []).append(str(name))
    accuracy_m = _accuracy_m(outlined)
    distances_m = _distances_m(pointed.geometry.iloc[odd], reported[odd], outlined.geometry, keys)
    return [
        finding(
            "district_disagrees",
            "warning" if distance_m > accuracy_m else "info",
            entry=entry,
            row=pointed.index[number],
            column="district",
            value=(
                f"{pointed['district'].iloc[number]} as reported, {' or '.join(found_in.get(number, ['none']))} "
                f"by the polygons, {distance_m:,.0f} m outside"
            ),
        )
        for number, distance_m in zip(odd.tolist(), distances_m, strict=True)
    ]


def unknown_references(
    frame: pd.DataFrame, column: str, known: Iterable[str], rule: str, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find ids in a ";"-separated column that no record bears (a source or an order that is not in the layers).

    Returns
    -------
    list of Finding
        One per missing id and row, severity `warning`: a mark on the map could not be traced.
    """
    ids = set(known)
    return [
        finding(rule, "warning", entry=entry, row=row, column=column, value=reference)
        for row, cell in frame[column].dropna().items()
        for reference in dict.fromkeys(units(cell))
        if reference not in ids
    ]


def _accuracy_m(outlined: gpd.GeoDataFrame) -> float:
    stated = outlined["accuracy_m"].dropna() if "accuracy_m" in outlined else ()
    return float(max(stated)) if len(stated) else 0.0


def _distances_m(points: gpd.GeoSeries, reported: np.ndarray, outlines: gpd.GeoSeries, keys: np.ndarray) -> np.ndarray:
    """Distance of each point to the nearest outline that bears its district's name, in a plane made for the outlines."""
    plane = crs.working_crs(tuple(outlines.total_bounds))
    points_m = crs.to_working(points, plane).to_numpy()
    outlines_m = crs.to_working(outlines, plane).to_numpy()
    distances_m = np.full(len(points_m), np.inf)
    for key, outline_m in zip(keys, outlines_m, strict=True):
        mine = reported == key
        distances_m[mine] = np.minimum(distances_m[mine], shapely.distance(points_m[mine], outline_m))
    return distances_m
