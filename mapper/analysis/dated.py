"""What records tell the density of each calendar year: their distinct places, by the years they may be of.

A record counts in a year when it certainly lies in it. One that may is told apart, as `counted` tells it for a period, which a
year is. So a year needs of a record no day but the first and the last year that it may be of, and records that share these, their
place and the reason why they are left out are one row: parts of the records are added up without loss.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.analysis.counted import ALWAYS, DATE_COLUMNS, ORDER
from mapper.analysis.periods import accident_days
from mapper.analysis.placed import points

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from mapper.analysis.counted import Counted

    Floats = NDArray[np.float64]

_REASONS = ("", *ORDER)
_FIRST_DAY, _LAST_DAY = dt.date.min.toordinal(), dt.date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Dated:
    """Records by the years they may be of, and by their places.

    `rows` are distinct and sorted: first and last year (infinite where it is open), the number of the reason why the record is
    left out whatever the period (0: it counts), and x, y, radius of its place (0 of a record that does not count). `records` is
    how many there are of each.
    """

    rows: Floats
    records: Floats

    @property
    def years(self) -> list[int]:
        """Calendar years that some record is certainly of, in order."""
        first, last = self.rows[:, 0], self.rows[:, 1]
        return [int(year) for year in np.unique(first[first == last])]


@dataclass(frozen=True, slots=True)
class OfYear:
    """The records of one year: how many are left out for what, and how many are at which place (x, y, radius)."""

    left_out: dict[str, int]
    at: Floats
    records: Floats


def dated(incidents: gpd.GeoDataFrame, counted: Counted, plane: CRS) -> Dated:
    """Return located records by year and place; `counted` is of any period, without districts that are spread."""
    days = accident_days(incidents.reindex(columns=list(DATE_COLUMNS)))
    counts = counted.reasons == ""
    at, place = points(incidents[counts], plane)
    rows = np.zeros((len(incidents), 6))
    rows[:, 0], rows[:, 1] = _years(days.first), _years(days.last)
    rows[:, 2] = [_REASONS.index(reason) for reason in counted.reasons]
    rows[counts, 3:] = at[place]
    return _distinct(rows, np.ones(len(rows)))


def none_dated() -> Dated:
    """Return what no record tells."""
    return Dated(np.zeros((0, 6)), np.zeros(0))


def all_dated(parts: Sequence[Dated]) -> Dated:
    """Add up parts of the records; in any order the same."""
    return _distinct(np.concatenate([part.rows for part in parts]), np.concatenate([part.records for part in parts]))


def of_year(records: Dated, year: int) -> OfYear:
    """Return what counts in a year, and what does not, in the words and the order of `counted`."""
    first, last, number = records.rows[:, :3].T
    applies = {reason: number == at for at, reason in enumerate(_REASONS) if reason in ALWAYS}
    applies["outside_period"] = (last < year) | (first > year)
    applies["uncertain_date"] = ~((first == year) & (last == year))
    told = [reason for reason in ORDER if reason in applies and (reason in ALWAYS or applies[reason].any())]
    reasons = np.select([applies[reason] for reason in told], told, default="")
    left_out = {reason: int(records.records[reasons == reason].sum()) for reason in told}
    places = _distinct(records.rows[reasons == "", 3:], records.records[reasons == ""])
    return OfYear(left_out, places.rows, places.records)


def _distinct(rows: Floats, records: Floats) -> Dated:
    distinct, which = np.unique(rows, axis=0, return_inverse=True)
    times = np.bincount(which.ravel(), weights=records, minlength=len(distinct))
    return Dated(distinct, np.asarray(times, dtype=float))


def _years(days: Floats) -> Floats:
    distinct, which = np.unique(days, return_inverse=True)
    years = [_year(day) if np.isfinite(day) else day for day in distinct]
    return np.asarray(years, dtype=float)[which.ravel()]


def _year(day: float) -> int:
    return dt.date.fromordinal(int(np.clip(day, _FIRST_DAY, _LAST_DAY))).year
