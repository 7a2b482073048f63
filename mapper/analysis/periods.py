"""The days that stated dates may mean, as bounds: an earliest and a latest day, and never a guess between them.

A month is any of its days, a year any of its days, and a date without a year is no day at all. Whether an accident lies in a
period, or two periods overlap, is then told with certainty or not at all. Days are numbers (`date.toordinal`), open ends are
infinite, and what is not known is NaN, so that a comparison with it is never true.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper.analysis.days import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Callable

Days = npt.NDArray[np.float64]

_ON_A_DAY = ("minute", "hour", "part_of_day", "day", "week", "month", "year")
"""Precisions (`date_precision`) of which one date says all that is known; an interval needs its end as well."""
_DIGITS_OF = (("month", len("2021-01")), ("year", len("2021")))
_WEEK_DAYS = 7


class Bounds(NamedTuple):
    """Earliest and latest day of each row; infinite where an end is open."""

    first: Days
    last: Days


class Periods(NamedTuple):
    """Earliest and latest day of the start and of the end of each row; NaN where it is not stated with a year."""

    start_first: Days
    start_last: Days
    end_first: Days
    end_last: Days

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether both ends are stated, and in this order."""
        return self.start_first <= self.end_last


def accident_days(incidents: pd.DataFrame) -> Bounds:
    """Return the earliest and latest day of each accident.

    Parameters
    ----------
    incidents : DataFrame
        `date_start`, `date_end`, `reported_on`, `date_precision`, as checked.

    Returns
    -------
    Bounds
        One row per accident. Without a first date the beginning is open; without a last one it is the first where the
        precision is a day, week, month or year (or not stated), else the day of the report. Dates in the wrong order say nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> days = accident_days(
    ...     pd.DataFrame(
    ...         {"date_start": ["2021-02-03"], "date_end": None, "reported_on": None, "date_precision": "month"}
    ...     )
    ... )
    >>> [dt.date.fromordinal(int(day)).isoformat() for (day,) in days]
    ['2021-02-01', '2021-02-28']
    """
    precision = incidents["date_precision"]
    start, end = incidents["date_start"].astype("str"), incidents["date_end"].astype("str")
    for code, digits in _DIGITS_OF:
        rough = precision.eq(code).fillna(value=False).astype("bool")
        if rough.any():
            start, end = start.mask(rough, start.str[:digits]), end.mask(rough, end.str[:digits])
    first, last = _days(start, first_day), _days(end, last_day)
    alone = np.isnan(last) & (precision.isna() | precision.isin(_ON_A_DAY)).to_numpy(dtype="bool")
    last = np.where(alone, _days(start, last_day), last)
    last = np.where(np.isnan(last), _days(incidents["reported_on"], last_day), last)
    one_of_a_week = precision.eq("week").fillna(value=False).to_numpy(dtype="bool") & (first == last)
    doubt = np.where(one_of_a_week, _WEEK_DAYS - 1, 0)
    first, last = first - doubt, last + doubt
    odd = first > last
    return Bounds(
        np.where(odd | np.isnan(first), -np.inf, first),
        np.where(odd | np.isnan(last), np.inf, last),
    )


def periods(start: pd.Series, *ends: pd.Series) -> Periods:
    """Return the bounds of periods; of several columns of ends the earliest counts (a count ends no later than its date).

    Examples
    --------
    >>> import pandas as pd
    >>> found = periods(pd.Series(["2021-01-01"]), pd.Series(["2021-02"]), pd.Series([None]))
    >>> [dt.date.fromordinal(int(day)).isoformat() for (day,) in found]
    ['2021-01-01', '2021-01-01', '2021-02-01', '2021-02-28']
    """
    return Periods(
        _days(start, first_day),
        _days(start, last_day),
        np.fmin.reduce([_days(end, first_day) for end in ends]),
        np.fmin.reduce([_days(end, last_day) for end in ends]),
    )


def _days(cells: pd.Series, day_of: Callable[[str], dt.date | None]) -> Days:
    """Return each date as a number; NaN where there is none, or none with a year. Each different text is read once."""
    which, texts = pd.factorize(cells)
    days = [np.nan if (day := day_of(str(text))) is None else float(day.toordinal()) for text in texts]
    return np.array([*days, np.nan])[which]
