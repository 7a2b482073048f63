"""Which districts a record that is known only by its district may lie in, by the names that the layer of districts gives them.

A record that is cut to its district has no point to be told near, and a wrong "nothing here" can kill: so it is named near
each district that its full place touches, not only near the one it was reported in. That says less than the point did and
more than the district alone: a record near a line is known to lie near that line.

The page looks outlines up by their exact names, and people write one name in several ways; so names are matched by their key
(`mapper.names.name_key`) and written as the layer of districts writes them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from mapper import crs
from mapper.names import SEPARATOR, name_key, units

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

COLUMN = "near_districts"


def with_near_districts(incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Name the district of each record whose place is its district as the layer of districts does.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents (`mapper.analysis.locate.locate`).
    districts : GeoDataFrame or None
        `name` and outline.

    Returns
    -------
    GeoDataFrame
        The same rows and index, with `district` as the layer spells it and `near_districts`; blank for every other record, as
        its place says more than its district.
    """
    by_district = incidents["place"].isin(["district"])
    given = _stated(incidents)
    district = given.mask(by_district, spelt(given, districts)).astype("str")
    near = _listed(given.where(by_district), districts)
    return incidents.assign(**({"district": district} if "district" in incidents else {}), **{COLUMN: near})


def near_districts(incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> pd.Series:
    """Return the names of all districts that each record may lie in, as far as they are known.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents in full, WGS 84. Names in a column `near_districts` are kept.
    districts : GeoDataFrame or None
        `name` and outline, WGS 84.

    Returns
    -------
    Series of str
        The given index. Names between ";": first the stated district, then those whose outlines the point or its circle
        touches, borders included, in the order of their layer; NA where none is known.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoDataFrame(
    ...     {"name": ["Adistan", "Bedistan"]},
    ...     geometry=[shapely.box(46, 39, 47, 40), shapely.box(47, 39, 48, 40)],
    ...     crs=4326,
    ... )
    >>> there = gpd.GeoDataFrame(
    ...     {"district": ["ADİSTAN", None], "place": "point", "uncertainty_m": 10.0},
    ...     geometry=gpd.points_from_xy([47.5, 47.5], [39.5, 39.5]),
    ...     crs=4326,
    ... )
    >>> near_districts(there, squares).tolist()
    ['Adistan;Bedistan', 'Bedistan']
    """
    blank = pd.Series(pd.NA, index=incidents.index, dtype="str")
    columns = (incidents.get(COLUMN, blank), _listed(_stated(incidents), districts), _touched(incidents, districts))
    cells = [_together(*row) for row in zip(*(column.fillna("") for column in columns), strict=True)]
    return pd.Series(pd.array([cell or None for cell in cells], dtype="str"), index=incidents.index)


def spelt(given: pd.Series, districts: gpd.GeoDataFrame | None) -> pd.Series:
    """Return names of districts as their layer spells them; others as they are.

    Examples
    --------
    >>> spelt(pd.Series(["AĞDAM", "Filan"], dtype="str"), pd.DataFrame({"name": ["Ağdam"]})).tolist()
    ['Ağdam', 'Filan']
    """
    names = _names(districts)
    return _replaced(given, {key: first for key, (first, *_) in names.items()}, keep=True)


def _names(districts: pd.DataFrame | None) -> dict[str, list[str]]:
    """Return each name of the layer by its key; those of one key stand together, as nothing tells which is meant."""
    names: dict[str, list[str]] = {}
    for name in [] if districts is None else districts["name"].dropna().unique():
        names.setdefault(name_key(name), []).append(name)
    return names


def _stated(incidents: pd.DataFrame) -> pd.Series:
    return pd.Series(incidents.get("district", pd.Series(pd.NA, index=incidents.index))).astype("str")


def _listed(given: pd.Series, districts: gpd.GeoDataFrame | None) -> pd.Series:
    """Return the layer's spellings of each given name, between ";"; NA where the layer does not know it."""
    return _replaced(given, {key: SEPARATOR.join(names) for key, names in _names(districts).items()}, keep=False)


def _replaced(given: pd.Series, by_key: Mapping[str, str], *, keep: bool) -> pd.Series:
    different = given.dropna().unique()
    new = {name: by_key.get(name_key(name), name if keep else None) for name in different}
    return given.map(new).astype("str")


def _touched(incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> pd.Series:
    """Return the names of the districts whose outlines each point or circle touches, between ";"."""
    pointed = incidents["place"].isin(["point", "disc"]) & incidents.geometry.notna()
    blank = pd.Series(pd.NA, index=incidents.index, dtype="str")
    drawn = None if districts is None else districts[districts.geometry.notna() & districts["name"].notna()]
    if drawn is None or drawn.empty or not pointed.any():
        return blank
    points = incidents.geometry[pointed]
    outline, point = shapely.STRtree(points.to_numpy()).query(drawn.geometry.to_numpy(), predicate="intersects")
    radius_m = incidents["uncertainty_m"][pointed].fillna(0.0).to_numpy(dtype=float)
    near_outline, near_point = _within(drawn.geometry, points, radius_m)
    pairs = pd.DataFrame({"point": np.append(point, near_point), "outline": np.append(outline, near_outline)})
    ordered = pairs.drop_duplicates().sort_values(["point", "outline"])
    names = drawn["name"].to_numpy()[ordered["outline"]]
    cells: list[str | None] = [None] * len(points)
    for at, name in zip(ordered["point"], names, strict=True):  # a group of one costs pandas as much as one of many
        cells[at] = name if (before := cells[at]) is None else f"{before}{SEPARATOR}{name}"
    blank[pointed] = pd.array(cells, dtype="str")
    return blank


def _within(
    outlines: gpd.GeoSeries, points: gpd.GeoSeries, radius_m: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which outlines lie within the radius of which points, by position, in a plane made for the outlines."""
    plane = crs.working_crs(crs.lon_lat_bounds(outlines.to_numpy()))
    outlines_m, points_m = (crs.to_working(shapes, plane).to_numpy() for shapes in (outlines, points))
    outline, point = shapely.STRtree(points_m).query(outlines_m, predicate="dwithin", distance=float(radius_m.max()))
    shapely.prepare(outlines_m)
    near = radius_m[point] >= radius_m.max()
    near[~near] = shapely.dwithin(outlines_m[outline[~near]], points_m[point[~near]], radius_m[point[~near]])
    return outline[near], point[near]


@lru_cache(maxsize=65_536)
def _together(*cells: str) -> str:
    return SEPARATOR.join(dict.fromkeys(name for cell in cells for name in units(cell)))
