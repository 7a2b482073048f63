"""What the digits of a coordinate say about how well its place is known, told from the text before it becomes a number.

`46, 40` is a point in a cell 85 km wide; as a number it looks as exact as any other. So a pair of whole degrees gets the
radius of its cell. One or two decimals may be a rounding or a true measurement that ends in noughts, so there nothing is
changed and it is told once. Eight decimals beside the name of a village are no measurement of anything, and do
no harm, because the level decides how the place is drawn.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from mapper import crs, schema, terms
from mapper.findings import KEPT
from mapper.intake.account import MOST_TOLD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.intake.account import Account

_LON_LAT = "lon, lat"
_FEW_DECIMALS = r"\A[+-]?[0-9]{1,3}(?:\.[0-9]{0,2})?\z"
_MANY_DECIMALS = r"\.[0-9]{8,}\z"
_WIDEST_LON, _WIDEST_LAT = 180, 90
_PLACE_NAME_LEVELS = frozenset({"settlement", "municipality", "district", "region", "country"})


def judge_precision(cells: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    """Widen places given in whole degrees, and doubt places given with fewer or more decimals than fit.

    Parameters
    ----------
    cells : DataFrame
        Text cells that passed; without `lon` and `lat`, or with others than degrees in them, nothing is done.
    kind : str
        The kind of layer. Records of a kind without `uncertainty_m` lose coordinates that are too coarse instead.

    Returns
    -------
    DataFrame
        The same rows, with `uncertainty_m` of at least the half diagonal of the cell where whole degrees are given.
    """
    if "lon" not in cells or "lat" not in cells:
        return cells
    _note_false_precision(cells, account)
    few = _with_few_decimals(cells)
    return _without_coarse(cells, few, kind, account) if len(few) else cells


def half_diagonal_m(lat: NDArray[np.float64], cell_deg: float) -> NDArray[np.float64]:
    """Return how far the farthest corner of a cell of degrees is from its centre: those towards the equator.

    Examples
    --------
    >>> half_diagonal_m(np.array([40.0]), 1.0).round(-2).tolist()
    [70100.0]
    """
    towards = np.abs(lat) - cell_deg / 2
    return crs.geodesic_distance_m(0.0, np.abs(lat), cell_deg / 2, np.maximum(towards, -90.0))


def _with_few_decimals(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of degrees written with at most two decimals: longitude, latitude and the decimals of the finer."""
    some = cells[_matches(cells["lon"], _FEW_DECIMALS)]
    some = some[_matches(some["lat"], _FEW_DECIMALS)]
    found = some[["lon", "lat"]].astype("float64")
    found = found.assign(decimals=np.maximum(_decimals(some["lon"]), _decimals(some["lat"])))
    are_degrees = found["lon"].abs().le(_WIDEST_LON) & found["lat"].abs().le(_WIDEST_LAT)
    return found[are_degrees & found[["lon", "lat"]].ne(0).any(axis=1)]


def _decimals(numbers: pd.Series) -> NDArray[np.int64]:
    """Return how many digits stand after the point of plain numbers."""
    text = schema.arrow_text(numbers)
    point, length = (each.to_numpy() for each in (pc.find_substring(text, "."), pc.binary_length(text)))
    return np.where(point < 0, 0, length - point - 1).astype(np.int64)


def _without_coarse(cells: pd.DataFrame, few: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    none = pd.Series(None, index=few.index, dtype="str")
    level = cells["location_level"].loc[few.index] if "location_level" in cells else none
    stated = (cells["uncertainty_m"].loc[few.index] if "uncertainty_m" in cells else none).astype("float64")
    has_radius = any(column.name == "uncertainty_m" for column in schema.COLUMNS[kind])
    whole = few[few["decimals"].eq(0) & ~level.isin(_areas())]
    radius_m = np.ceil(half_diagonal_m(whole["lat"].to_numpy(), 1.0))
    wider = ~(stated.loc[whole.index].to_numpy() >= radius_m)
    rows, radius_m = whole.index[wider], radius_m[wider]
    least_m = 0.0 if has_radius else float(terms.vocabulary("location_level")["settlement"].data["uncertainty_m"])
    _note_rounded(few[few["decimals"].gt(0) & stated.isna() & level.isna()], least_m, account)
    _tell_coarse(cells.loc[rows], radius_m, account, widened=has_radius)
    if not len(rows):
        return cells
    if not has_radius:
        changed = cells.copy()
        changed.loc[rows, ["lon", "lat"]] = pd.NA
        return changed
    changed = (
        cells if "uncertainty_m" in cells else cells.assign(uncertainty_m=pd.Series(index=cells.index, dtype="str"))
    )
    changed = changed.copy()
    changed.loc[rows, "uncertainty_m"] = [f"{radius:.0f}" for radius in radius_m]
    return changed


def _areas() -> list[str]:
    """Return the levels of records that are placed by an outline, so that no radius would be used."""
    levels = terms.vocabulary("location_level")
    return [code for code, level in levels.items() if level.data.get("uncertainty_m") is None and code != "unknown"]


def _tell_coarse(records: pd.DataFrame, radius_m: NDArray[np.float64], account: Account, *, widened: bool) -> None:
    what = "Its place counts as known to {:,.0f} m." if widened else "Its point is not used: it is known to {:,.0f} m."
    if len(records) > MOST_TOLD:
        first = " ".join(records[["lon", "lat"]].iloc[0])
        value = f"{len(records):,} times; first in row {records.index[0]}: {first}"
        account.doubt("coarse_coordinates", None, _LON_LAT, value, what.format(radius_m.max()))
        return
    for row, lon, lat, radius in zip(records.index, records["lon"], records["lat"], radius_m, strict=True):
        account.doubt("coarse_coordinates", row, _LON_LAT, f"{lon} {lat}", what.format(radius))


def _note_rounded(few: pd.DataFrame, least_m: float, account: Account) -> None:
    """Tell once of all pairs with one or two decimals that state neither radius nor level, if that is coarser than usual."""
    told = []
    for decimals in (1, 2):
        pairs = few[few["decimals"].eq(decimals)]
        radius_m = float(half_diagonal_m(pairs["lat"].to_numpy(), 10.0**-decimals).max(initial=0))
        if radius_m > least_m:
            written = "1 decimal" if decimals == 1 else f"{decimals} decimals"
            records = "1 record" if len(pairs) == 1 else f"{len(pairs)} records"
            told.append(f"{records} with {written}: {math.ceil(radius_m / 10) * 10:,} m")
    if told:
        account.note("coarse_coordinates", None, _LON_LAT, "; ".join(told), KEPT)


def _note_false_precision(cells: pd.DataFrame, account: Account) -> None:
    if "location_level" not in cells:
        return
    named = cells[cells["location_level"].isin(_PLACE_NAME_LEVELS)]
    named = named[_matches(named["lon"], _MANY_DECIMALS) | _matches(named["lat"], _MANY_DECIMALS)]
    values = [f"{lon} {lat}" for lon, lat in zip(named["lon"], named["lat"], strict=True)]
    account.each("false_precision", "info", list(named.index), values, _LON_LAT)


def _matches(cells: pd.Series, pattern: str) -> NDArray[np.bool_]:
    found = pc.match_substring_regex(schema.arrow_text(cells), pattern)
    return np.asarray(pc.fill_null(found, fill_value=False).to_numpy(), dtype=bool)
