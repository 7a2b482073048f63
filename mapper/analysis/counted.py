"""Which records a density counts, for how much, and why each of the others is left out.

Every record has one reason or none: counted + left out = the records that were given. What was not asked for comes first
(the kind of accident, the device, the period), then what is not known of the place. A record that may or may not lie in the
period is neither in nor out: it is told apart as `uncertain_date`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import shapely

from mapper import crs as systems
from mapper import terms
from mapper.analysis.periods import accident_days
from mapper.errors import DataRefused, UsageError
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Weight = Literal["accidents", "casualties"]
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
DISTRICT = "place_is_a_district"
DEMINING = "demining_accident"
ALWAYS = (DEMINING, "no_place", DISTRICT, "outside_window")
"""Reasons that are told also with 0; the others only where a record has them."""
ORDER = (
    DEMINING,
    "other_accident_type",
    "other_device",
    "outside_period",
    "uncertain_date",
    "no_place",
    DISTRICT,
    "outside_window",
    "casualties_not_stated",
)
DATE_COLUMNS = ("date_start", "date_end", "reported_on", "date_precision")
_DAYS_PER_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the records is asked for; everything, once each, when nothing is said.

    `devices` and `accident_types` are codes of their vocabularies; where accident types are named those count, and no others.
    `since` and `until` are the first and last day of the period; with both, rates per year are told. `weights` says what a
    record counts for: 1 (`accidents`), the persons killed and injured (`casualties`), or a number for each row. With
    `spread_districts` a record whose place is only a district is spread evenly over that district inside the window.

    Parameters
    ----------
    devices, accident_types : tuple of str, optional
        Codes of `device_category` and `accident_type`; all when empty.
    since, until : date, optional
        First and last day, both included.
    weights : {"accidents", "casualties"} or array of float, shape (rows,), optional
        What a record counts for; numbers of 0 or more, one for each row of the incidents.
    spread_districts : bool, optional
        Whether records known by their district only are in the surface.

    Raises
    ------
    UsageError
        When a code is none of its vocabulary, or the period ends before it begins.

    Examples
    --------
    A leap year is 366 days of 365.25:

    >>> import datetime as dt
    >>> chosen = Selection(devices=("ap_mine",), since=dt.date(2024, 1, 1), until=dt.date(2024, 12, 31))
    >>> round(chosen.years, 4)
    1.0021
    """

    devices: tuple[str, ...] = ()
    accident_types: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    weights: Weight | Sequence[float] | Floats = "accidents"
    spread_districts: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for given, vocabulary in ((self.devices, "device_category"), (self.accident_types, "accident_type")):
            for code in given:
                if code not in terms.codes(vocabulary):
                    known = ", ".join(terms.codes(vocabulary))
                    raise UsageError(f"'{code}' is not a code of {vocabulary}", advice=f"Use some of {known}.")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise UsageError(f"the period ends on {self.until} before it begins on {self.since}")
        if isinstance(self.weights, str) and self.weights not in WEIGHTS:
            raise UsageError(f"'{self.weights}' is not a weight", advice="Use accidents or casualties.")

    @property
    def years(self) -> float | None:
        """How long the period is, both days included; None unless both are stated."""
        if self.since is None or self.until is None:
            return None
        return ((self.until - self.since).days + 1) / _DAYS_PER_YEAR


class Counted(NamedTuple):
    """Per record: why it is left out ("" when it is not), and its weight; and how many were left out for what."""

    reasons: NDArray[np.object_]
    weight: Floats
    left_out: dict[str, int]


def count(
    incidents: gpd.GeoDataFrame, area: BaseGeometry, selection: Selection, *, include_demining: bool = False
) -> Counted:
    """Tell which records count in a window, WGS 84, and for how much.

    Parameters
    ----------
    incidents : GeoDataFrame
        With the `place`, `uncertainty_m` and `accident_type` that `mapper.locate` leaves, in any CRS that it states.
    area : Polygon or MultiPolygon
        The window, in WGS 84. Its border counts as inside.
    selection : Selection
        Which records are asked for, and what each counts for.
    include_demining : bool
        Whether accidents at demining work count.

    Returns
    -------
    Counted
        One reason, or none, for each row: counted and left out sum to the rows of the frame.

    Raises
    ------
    DataRefused
        When a column is missing, or a weight of a record that counts is not a finite number of 0 or more.
    UnknownCRS
        When the frame states no CRS.
    """
    _need(incidents, {"place", "uncertainty_m", "accident_type"})
    place = incidents["place"].to_numpy(dtype=object)
    shapes = np.asarray(systems.to_storage(incidents.geometry).array, dtype=object)
    shapely.prepare(area)
    drawn_district = (place == "district") & ~shapely.is_missing(shapes)
    weight, unstated = _weights(incidents, selection)
    applies = {
        **_not_asked_for(incidents, selection, include_demining=include_demining),
        "no_place": ~np.isin(place.astype(str), ("point", "disc", "district")),
        DISTRICT: (place == "district") & ~(drawn_district & selection.spread_districts),
        "outside_window": ~_in_window(area, shapes, drawn_district & selection.spread_districts),
        "casualties_not_stated": unstated,
    }
    told = [reason for reason in ORDER if reason in applies and (reason in ALWAYS or applies[reason].any())]
    reasons = np.select([applies[reason] for reason in told], told, default="").astype(object)
    bad = int(np.count_nonzero(~(np.isfinite(weight) & (weight >= 0)) & (reasons == "")))
    if bad:
        raise DataRefused(f"{bad} weights are not a number of 0 or more", advice="Leave such records out.")
    return Counted(reasons, weight, {reason: int((reasons == reason).sum()) for reason in told})


def _in_window(area: BaseGeometry, shapes: NDArray[np.object_], spread: Flags) -> Flags:
    """Say which points lie in the window, its border included, and which districts have a part in it."""
    result = np.asarray(shapely.intersects(area, shapes), dtype=bool)
    result[spread] = shapely.area(shapely.intersection(area, shapes[spread])) > 0
    return result


def _not_asked_for(incidents: gpd.GeoDataFrame, selection: Selection, *, include_demining: bool) -> dict[str, Flags]:
    kind = incidents["accident_type"]
    apart = not include_demining and not selection.accident_types
    result = {DEMINING: np.asarray(kind == DEMINING, dtype=bool) & apart}
    if selection.accident_types:
        result["other_accident_type"] = ~np.asarray(kind.isin(selection.accident_types), dtype=bool)
    if selection.devices:
        _need(incidents, {"device_category"})
        result["other_device"] = ~np.asarray(incidents["device_category"].isin(selection.devices), dtype=bool)
    if selection.since is not None or selection.until is not None:
        _need(incidents, {"date_start"})
        days = accident_days(incidents.reindex(columns=list(DATE_COLUMNS)))
        since = -np.inf if selection.since is None else selection.since.toordinal()
        until = np.inf if selection.until is None else selection.until.toordinal()
        result["outside_period"] = (days.last < since) | (days.first > until)
        within = (days.first >= since) & (days.last <= until) & (np.isfinite(days.first) | np.isfinite(days.last))
        result["uncertain_date"] = ~within
    return result


def _weights(incidents: gpd.GeoDataFrame, selection: Selection) -> tuple[Floats, Flags]:
    """Return the weight of each row, and whether it is not known."""
    none = np.zeros(len(incidents), dtype=bool)
    if isinstance(selection.weights, str):
        if selection.weights == "accidents":
            return np.ones(len(incidents)), none
        columns = [column for column in (*KILLED, *INJURED) if column in incidents]
        if not columns:
            raise DataRefused("the incidents state no casualties", advice="Name their columns, or count accidents.")
        counts = pd.DataFrame(incidents[columns]).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        unstated = np.isnan(counts).all(axis=1)
        return np.nansum(counts, axis=1), unstated
    weight = np.asarray(selection.weights, dtype=float)
    if weight.shape != (len(incidents),):
        raise UsageError(f"{weight.size} weights were given for {len(incidents)} records", advice="Give one for each.")
    return weight, none


def _need(incidents: gpd.GeoDataFrame, columns: set[str]) -> None:
    missing = columns - set(incidents.columns)
    if missing:
        raise DataRefused(f"the incidents have no column {', '.join(sorted(missing))}", advice="Locate them first.")
