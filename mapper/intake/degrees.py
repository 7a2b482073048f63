"""Columns of numbers that are not what they are called: metres of a grid, minutes behind a point, northings under X.

Metres are told from their size, and each record is refused with the systems that its figures fit. Degrees and minutes
written as one number (39 59.4576 as 39.594576) cannot be told in one record: it lands some 50 km away, inside the country.
A whole column gives itself away, because its fractions never reach 0.60. Real places have such fractions only by chance or
because they lie close together, so a column is suspected only where it is long, and where its fractions fill all that minutes
can fill, or its places lie in several degrees. The suspicion changes nothing.

On Soviet sheets X is the northing, and columns called X and Y are read as programs mean them. Exchanged, a Gauss-Krüger pair
lies in the Atlantic, without an error; so a pair that fits its grid only the other way round is refused. So is a point far
from where the registry says that its system is used: SK-95 is Russia's, and the transformation itself answers for any place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper.intake.coordinates import read_column
from mapper.intake.extents import as_text
from mapper.intake.systems import PAST_LATITUDE_DEG, PAST_STATED_ZONE_DEG, prefix_of, system

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from mapper.intake.account import Account
    from mapper.model import LonLatBox

_LEAST_METRES = 10_000.0
"""Both figures of a plane pair are larger in any zone; no degrees are."""
_PREFIX_M = 1_000_000
_LEAST_PLACES = 10
_MINUTES, _LOW, _HIGH = 0.60, 0.10, 0.50
_FIRST_LOOK = 1000
_COARSE = 100.0
_TWO_DECIMALS = 0.5
"""Share of the numbers that must have more than two decimals: rounder ones are no minutes."""


def refuse_plane(frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> pd.Index[int]:
    """Refuse the records whose longitude and latitude are metres, each with what the figures look like.

    Parameters
    ----------
    frame : DataFrame
        `lon` and `lat` as numbers, stated to be degrees.
    area : tuple of float, optional
        Where the records are expected.

    Returns
    -------
    Index
        The rows that were refused.
    """
    metres = (frame["lon"].abs() >= _LEAST_METRES) & (frame["lat"].abs() >= _LEAST_METRES)
    rows = frame.index[metres]
    if len(rows):
        pairs = [f"{lon:.10g} {lat:.10g}" for lon, lat in frame.loc[rows, ["lon", "lat"]].itertuples(index=False)]
        account.refuse(rows, "plane_coordinates", "lon, lat", _looks_like(pairs, area))
    return rows


def refuse_off_grid(frame: pd.DataFrame, code: int | None, account: Account) -> pd.Index[int]:
    """Refuse the records whose easting and northing fit their grid only when exchanged, or are of another of its zones.

    Parameters
    ----------
    frame : DataFrame
        `lon` and `lat` as the easting and the northing of a grid.
    code : int, optional
        The EPSG code of the grid; without one nothing is known of its limits.

    Returns
    -------
    Index
        The rows that were refused.
    """
    known = None if code is None else system(code)
    if known is None:
        return frame.index[:0]
    west, south, east, north = known.box
    straight = frame["lon"].between(west, east) & frame["lat"].between(south, north)
    turned = frame["lat"].between(west, east) & frame["lon"].between(south, north)
    rows = frame.index[turned & ~straight]
    hint = f"easting and northing of EPSG:{code} are exchanged; map lon to the column of eastings"
    pairs = frame.loc[rows, ["lon", "lat"]].itertuples(index=False)
    account.refuse(rows, "swapped_axes", "lon, lat", (f"{x:.10g} {y:.10g}: {hint}" for x, y in pairs))
    return rows.union(_refuse_other_zone(frame.drop(index=rows), known.code, account))


def _refuse_other_zone(frame: pd.DataFrame, code: int, account: Account) -> pd.Index[int]:
    """Refuse the records whose easting begins with the number of another zone: read as this one they are 500 km away."""
    prefix = prefix_of(code)
    if prefix is None:
        return frame.index[:0]
    rows = frame.index[frame["lon"].notna() & (frame["lon"] // _PREFIX_M != prefix)]
    pairs = frame.loc[rows, ["lon", "lat"]].itertuples(index=False)
    hint = f"an easting of EPSG:{code} begins with {prefix}"
    account.refuse(rows, "outside_area", "lon, lat", (f"{x:.10g} {y:.10g}: {hint}" for x, y in pairs))
    return rows


def hold_to_use(stored: gpd.GeoDataFrame, code: int | None, account: Account, *, points: bool) -> pd.Index[int]:
    """Hold places to the area that the registry gives for the system they were in.

    Parameters
    ----------
    stored : GeoDataFrame
        The records in WGS 84.
    code : int, optional
        The EPSG code of the system they were in; without one nothing is known of its area.
    points : bool
        Whether they are points. A point far outside is refused, as one read from text is; an outline is doubted, because a
        zone that is lost is worse than one that is moved.

    Returns
    -------
    Index
        The rows that were refused.
    """
    known = None if code is None else system(code)
    nothing: pd.Index[int] = stored.index[:0]
    if known is None:
        return nothing
    west, south, east, north = known.area
    bounds = stored.bounds
    past_lon = np.maximum(_past(bounds["minx"], west, east), _past(bounds["maxx"], west, east))
    past_lat = np.maximum(np.maximum(south - bounds["miny"], bounds["maxy"] - north), 0)
    outside = (past_lon > 0) | (past_lat > 0)
    far = outside & ((past_lon > PAST_STATED_ZONE_DEG) | (past_lat > PAST_LATITUDE_DEG))
    refused: pd.Index[int] = stored.index[far] if points else nothing
    where = f"EPSG:{code} is used from {west:g} to {east:g} E and {south:g} to {north:g} N"
    account.refuse(
        refused, "outside_crs_area", "geometry", (f"{text}; {where}" for text in as_text(bounds.loc[refused]))
    )
    doubted = stored.index[outside].difference(refused)
    if len(doubted):
        value = f"{len(doubted)} records, first in row {doubted[0]}; {where}"
        account.doubt("outside_crs_area", None, "geometry", value, "They were read so, and kept.")
    return refused


def _past(lon: pd.Series, west: float, east: float) -> NDArray[np.float64]:
    """Return how many degrees a meridian lies past the limits, on the nearer side of the earth."""
    from_middle = np.abs((lon - (west + east) / 2 + 180) % 360 - 180)
    return np.asarray(np.maximum(from_middle - (east - west) / 2, 0), dtype=float)


def _looks_like(pairs: list[str], area: LonLatBox | None) -> list[str]:
    """Name the systems that plane pairs fit."""
    read = read_column(pairs, area=area)
    one = read["notation"] + " " + read["crs"]
    many = read["listed"].str.replace(r" -?[0-9.]+ -?[0-9.]+(?=;|$)", "", regex=True)
    what = one.fillna(many).fillna("no system that is known here")
    return [
        f"{pair}: looks like {' or '.join(dict.fromkeys(each.split('; ')))}"
        for pair, each in zip(pairs, what, strict=True)
    ]


def suspect_minutes(lon: NDArray[np.float64], lat: NDArray[np.float64], account: Account) -> None:
    """Doubt a layer in which the fractions of all degrees could be minutes.

    Parameters
    ----------
    lon, lat : array of float
        Degrees of the records that have both.
    """
    if _below_sixty(lon[:_FIRST_LOOK], lat[:_FIRST_LOOK]) and _is_suspect(lon, lat):
        low, high = min(lat.min(), lon.min()), max(lat.max(), lon.max())
        value = f"{len(lon)} records from {low:.6g} to {high:.6g}, and no fraction reaches 0.60"
        account.doubt("ddm_as_dd_suspected", None, "lon, lat", value, "Nothing was changed.")


def _below_sixty(*degrees: NDArray[np.float64]) -> bool:
    return not any(bool((np.modf(np.abs(each))[0] >= _MINUTES).any()) for each in degrees)


def _is_suspect(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bool:
    """Tell whether no fraction reaches 0.60 although nothing but minutes would keep it below.

    Examples
    --------
    >>> lon = np.array([46.5556, 47.0012, 46.3109, 47.4501, 46.1203, 46.5921, 47.2833, 46.0456, 47.5127, 46.2218])
    >>> lat = np.array([39.5945, 40.1026, 39.2340, 39.4412, 40.3107, 39.0519, 40.5230, 39.3303, 39.1814, 40.2711])
    >>> _is_suspect(lon, lat), _is_suspect(lon, lat + 0.2)
    (True, False)
    """
    if not _below_sixty(lon, lat):
        return False
    places = np.unique(np.column_stack([lon, lat]), axis=0)
    if len(places) < _LEAST_PLACES:
        return False
    fractions, degrees = np.modf(np.abs(places))
    hundredths = places * _COARSE
    fine = np.abs(hundredths - np.round(hundredths)) > 1e-6  # noqa: PLR2004 - well above the rounding of a float
    spread = (np.ptp(degrees, axis=0) >= 1) | ((fractions.min(axis=0) < _LOW) & (fractions.max(axis=0) > _HIGH))
    return bool(fine.mean() >= _TWO_DECIMALS and spread.any())
