"""What records tell the density of each calendar year: how many are at which place, by the years they may be of.

A record counts in a year when it certainly lies in it. One that may is told apart, as `counted` tells it for a period, which a
year is. So a year needs of a record no day but the first and the last year that it may be of, and records that share these, their
place and the reason why they are left out are one: parts of the records are added up without loss.

What a record tells is packed into one whole number, since a million of them are sorted by it: first and last year, reason, place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.analysis.counted import ALWAYS, DATE_COLUMNS, ORDER
from mapper.analysis.periods import accident_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from mapper.analysis.counted import Counted

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]
    Rows = NDArray[np.intp]

_REASONS = ("", *ORDER)
_EVER, _NEVER = 0, 10_000
"""Years before and after all others: where the first or the last one is open."""
_YEARS, _REASON_BITS, _PLACE_BITS = _NEVER + 1, 4, 32
_EPOCH, _EPOCH_DAY = 1970, 719_163
"""The year from whose first day numpy counts, and what `datetime.date.toordinal` calls that day."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Records by the years they may be of, the reason why they are left out whatever the period, and their place.

    `told` are distinct and sorted, see `_packed`; `records` is how many there are of each.
    """

    told: Numbers
    records: Floats


@dataclass(frozen=True, slots=True)
class OfYear:
    """The records of one year: how many are left out for what, and how many are at which of the places, in their order."""

    year: int
    left_out: dict[str, int]
    place: Rows
    records: Floats


def dated(incidents: gpd.GeoDataFrame, counted: Counted, place: Rows) -> Dated:
    """Return located records by year and place.

    Parameters
    ----------
    incidents : GeoDataFrame
        `DATE_COLUMNS`, of which any may be missing.
    counted : Counted
        Of any period, without districts that are spread.
    place : ndarray of intp
        For each record that counts the number of its place.
    """
    days = accident_days(incidents.reindex(columns=list(DATE_COLUMNS)))
    reason = np.zeros(len(incidents), dtype=np.int64)
    for number, name in enumerate(_REASONS):
        reason[counted.reasons == name] = number
    numbered = np.zeros(len(incidents), dtype=np.int64)
    numbered[reason == 0] = place + 1
    first, last = _years(days.first, _EVER), _years(days.last, _NEVER)
    return _added(_packed(first, last, reason, numbered), np.ones(len(incidents)))


def none_dated() -> Dated:
    """Return what no record tells."""
    return Dated(np.zeros(0, dtype=np.int64), np.zeros(0))


def all_dated(parts: Sequence[tuple[Dated, Rows]]) -> Dated:
    """Add up parts of the records, each with what the number of each of its places is among those of all."""
    told = [np.zeros(0, dtype=np.int64)]
    for part, renumbered in parts:
        spans, place = _spans_and_places(part.told)
        told.append((spans << _PLACE_BITS) + np.append(0, renumbered + 1)[place])
    return _added(np.concatenate(told), np.concatenate([np.zeros(0), *(part.records for part, _ in parts)]))


def by_year(records: Dated) -> list[OfYear]:
    """Return what counts in each year that some record is certainly of, and what does not, in the order of `counted`."""
    spans, place = _spans_and_places(records.told)
    starts = np.flatnonzero(np.diff(spans, prepend=-1))
    ends = np.append(starts[1:], len(spans))
    total = np.add.reduceat(records.records, starts) if len(starts) else np.zeros(0)
    years, number = np.divmod(spans[starts], 1 << _REASON_BITS)
    first, last = np.divmod(years, _YEARS)
    found = []
    for year in np.unique(first[first == last]):
        applies = {reason: number == at for at, reason in enumerate(_REASONS) if reason in ALWAYS}
        applies["outside_period"] = (last < year) | (first > year)
        applies["uncertain_date"] = ~((first == year) & (last == year))
        told = [reason for reason in ORDER if reason in applies and (reason in ALWAYS or applies[reason].any())]
        reasons = np.select([applies[reason] for reason in told], told, default="")
        rows = np.concatenate(
            [np.arange(0), *(np.arange(starts[at], ends[at]) for at in np.flatnonzero(reasons == ""))]
        )
        left_out = {reason: int(total[reasons == reason].sum()) for reason in told}
        found.append(OfYear(int(year), left_out, place[rows] - 1, records.records[rows]))
    return found


def _packed(first: Numbers, last: Numbers, reason: Numbers, place: Numbers) -> Numbers:
    """Put first and last year, the number of the reason (0: it counts) and that of the place, from 1 on, into one number."""
    return (((first * _YEARS + last) << _REASON_BITS) + reason << _PLACE_BITS) + place


def _spans_and_places(told: Numbers) -> tuple[Numbers, Numbers]:
    return told >> _PLACE_BITS, told & ((1 << _PLACE_BITS) - 1)


def _added(told: Numbers, records: Floats) -> Dated:
    distinct, which = np.unique(told, return_inverse=True)
    times = np.bincount(which.ravel(), weights=records, minlength=len(distinct))
    return Dated(distinct, np.asarray(times, dtype=float))


def _years(days: Floats, where_open: int) -> Numbers:
    """Return the year of each day; a day that no calendar of four digits has is of the last, or first, year that it has."""
    known = np.isfinite(days)
    since = np.where(known, days, _EPOCH_DAY).astype(np.int64) - _EPOCH_DAY
    years = since.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + _EPOCH
    return np.where(known, np.clip(years, _EVER + 1, _NEVER - 1), where_open)
