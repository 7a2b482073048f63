"""Hazard records against accidents and against each other: land that is recorded as released and may not be.

Land counts as released when its record names a product (cancelled, reduced, cleared) or is closed: whoever reads such a
record may take the land as open to enter. An accident there is the loudest finding of all. It is quietened by one thing
only, a date of release that is certainly later than the accident; where the date is not stated, the alarm stands. The
relation itself is that of `mapper.analysis.join`: borders are in, and places that are circles or districts touch by share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper.analysis.join import SLIVER_M2, WHOLE, join
from mapper.crs import geodesic_area_km2
from mapper.findings import finding
from mapper.names import name_key
from mapper.schema import is_later

if TYPE_CHECKING:
    from mapper.model import Finding, LayerEntry

IN_RELEASED_LAND = "accident_in_cleared_land"
MAYBE_IN_RELEASED_LAND = "accident_may_be_in_cleared_land"
BEFORE_RELEASE = "accident_before_clearance"


def released(hazards: gpd.GeoDataFrame) -> pd.Series:
    """Tell which records speak of released land: with a product, or closed.

    Examples
    --------
    >>> released(pd.DataFrame({"status": ["open", "closed", None], "product": [None, None, "reduced"]})).tolist()
    [False, True, True]
    """
    return pd.Series(hazards["product"].notna() | hazards["status"].isin(["closed"]))


def accidents_in_released_land(
    incidents: gpd.GeoDataFrame, hazards: gpd.GeoDataFrame, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find accidents that lie, or may lie, in land recorded as cleared, reduced, cancelled or closed.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents (`mapper.analysis.locate.locate`), WGS 84.
    hazards : GeoDataFrame
        `hazard_id`, `status`, `product`, `closed_on`, valid outlines and optionally `accuracy_m`, WGS 84.
    entry : LayerEntry, optional
        The incidents' layer, to name its file.

    Returns
    -------
    list of Finding
        At most one for each accident with a point, in row order: a `warning` where its whole place lies in one released
        area or a part of it may, `info` where every such area was released certainly later. Accidents known only by
        their district: one `info` for each district, as the place says no more. The value names the accident, its date,
        the area that holds most of its place, and that share.

    Raises
    ------
    DataRefused
        When a hazard's outline is not valid.
    """
    land = hazards[released(hazards) & hazards.geometry.notna()].reset_index(drop=True)
    placed = incidents[incidents["place"].ne("none") & incidents.geometry.notna()]
    if land.empty or placed.empty:
        return []
    pairs = _pairs(placed, land)
    pairs = pairs.assign(later=_released_later(pairs, placed, land))
    by_district = pairs["incident"].isin(np.flatnonzero(placed["place"].eq("district")))
    return [
        *_of_points(pairs[~by_district], placed, land, entry),
        *_of_districts(pairs[by_district & ~pairs["later"]], placed, entry),
    ]


def closed_without_product(
    hazards: gpd.GeoDataFrame, *, others: gpd.GeoDataFrame | None = None, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find hazards that are closed although no record says what was done to release the land.

    Parameters
    ----------
    hazards : GeoDataFrame
        `hazard_id`, `status`, `product` and outline, WGS 84.
    others : GeoDataFrame, optional
        All hazard records of the edition, those of other layers with them; `hazards` themselves by default. A closed
        hazard goes with a product where it names one, or shares ground with a record that does.

    Returns
    -------
    list of Finding
        In row order, severity `warning`: nothing shows that the hazard is gone.
    """
    every = hazards if others is None else others
    products = every.geometry[every["product"].notna() & every.geometry.notna()].to_numpy()
    closed = hazards[hazards["status"].isin(["closed"]) & hazards["product"].isna()]
    outlines = closed.geometry.to_numpy()
    one, other = shapely.STRtree(products).query(outlines, predicate="intersects")
    common_m2 = geodesic_area_km2(shapely.intersection(outlines[one], products[other])) * 1e6 if len(one) else one
    answered = np.isin(np.arange(len(closed)), one[common_m2 > SLIVER_M2])
    return [
        finding("closed_without_product", "warning", entry=entry, row=row, column="status", value=hazard_id)
        for row, hazard_id in closed["hazard_id"][~answered].items()
    ]


def _pairs(placed: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which places touch which areas and by what share, both by position: ids may repeat across layers."""
    places = gpd.GeoDataFrame(
        {"incident_id": np.arange(len(placed)), "uncertainty_m": placed["uncertainty_m"].to_numpy()},
        geometry=placed.geometry.to_numpy(),
        crs=placed.crs,
    )
    areas = gpd.GeoDataFrame({"zone_id": land.index}, geometry=land.geometry.to_numpy(), crs=land.crs)
    if "accuracy_m" in land:
        areas["accuracy_m"] = land["accuracy_m"].astype("float64").to_numpy()
    pairs = join(places, areas).pairs
    return pairs.rename(columns={"incident_id": "incident", "zone_id": "area"}).astype({"incident": int, "area": int})


def _released_later(pairs: pd.DataFrame, placed: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> list[bool]:
    """Tell of each pair whether the land was released certainly after the accident; one without a date may be later."""
    happened = placed["date_end"].fillna(placed["date_start"]).iloc[pairs["incident"]]
    closed_on = land["closed_on"].iloc[pairs["area"]]
    return [
        not pd.isna(accident) and not pd.isna(release) and is_later(release, accident)
        for accident, release in zip(happened, closed_on, strict=True)
    ]


def _of_points(
    pairs: pd.DataFrame, placed: gpd.GeoDataFrame, land: gpd.GeoDataFrame, entry: LayerEntry | None
) -> list[Finding]:
    """Tell each accident once, by the area that holds most of it; one released before it outweighs all released later."""
    ranked = pairs.sort_values(["incident", "later", "share"], ascending=[True, True, False], kind="stable")
    ranked = ranked.assign(several=ranked.groupby(["incident", "later"])["area"].transform("size"))
    first = ranked.drop_duplicates("incident")
    accidents = _named(placed, "incident_id", "date_start").iloc[first["incident"]]
    areas = _named(land, "hazard_id", "product", "closed_on").iloc[first["area"]]
    columns = (first[name].tolist() for name in ("later", "share", "several"))
    return [
        finding(
            _rule(share, later=later),
            "info" if later else "warning",
            entry=entry,
            row=row,
            column="geometry",
            value=f"{accident} in {area}: {_share(share)}" + (f", and in {several - 1} more" if several > 1 else ""),
        )
        for row, accident, area, later, share, several in zip(
            placed.index[first["incident"]], accidents, areas, *columns, strict=True
        )
    ]


def _of_districts(pairs: pd.DataFrame, placed: gpd.GeoDataFrame, entry: LayerEntry | None) -> list[Finding]:
    districts = pd.Series([name_key(name) for name in placed["district"].iloc[pairs["incident"]]], index=pairs.index)
    found = []
    for _, group in pairs.groupby(districts, sort=False):
        accidents = placed.iloc[group["incident"].unique()]
        areas = group.drop_duplicates("area")
        found.append(
            finding(
                MAYBE_IN_RELEASED_LAND,
                "info",
                entry=entry,
                row=accidents.index[0] if len(accidents) == 1 else None,
                column="district",
                value=f"{len(accidents)} known only by the district {accidents['district'].iloc[0]}; "
                f"{len(areas)} such areas in it, the largest {_share(areas['share'].max())}",
            )
        )
    return found


def _rule(share: float, *, later: bool) -> str:
    if later:
        return BEFORE_RELEASE
    return IN_RELEASED_LAND if share >= WHOLE else MAYBE_IN_RELEASED_LAND


def _named(frame: gpd.GeoDataFrame, key: str, *more: str) -> pd.Series:
    """Return each record's id with what else is to be said of it: "h-7 (cleared, 2021-03-01)"."""
    blank = {"product": "closed"}
    words = [frame[name].astype(object).fillna(blank.get(name, "date not stated")) for name in more]
    named = [f"{each} ({', '.join(said)})" for each, *said in zip(frame[key], *words, strict=True)]
    return pd.Series(named, index=frame.index, dtype=object)


def _share(share: float) -> str:
    if share >= WHOLE:
        return "the whole place"
    return "by the accuracy of its line" if share == 0 else f"{share:.1%} of the place"
