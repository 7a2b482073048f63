"""The days that a date may mean.

A source may print a month or only a year. Where a rule must choose a day it takes the stricter one, so both ends are needed:
a restriction counts from the first day its date may mean, an opening only from the last. A date without a year means none.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import pandas as pd

_MONTHS = 12


def first_day(date: Any) -> dt.date | None:  # noqa: ANN401 - text, None or NA, as frames hold it
    """Return the first day a date may mean, None where no year is stated.

    Examples
    --------
    >>> first_day("2021-02"), first_day("2021"), first_day("2021-02-03"), first_day("--02-01"), first_day(None)
    (datetime.date(2021, 2, 1), datetime.date(2021, 1, 1), datetime.date(2021, 2, 3), None, None)
    """
    found = _parts(date)
    return None if found is None else dt.date(found[0], found[1] or 1, found[2] or 1)


def last_day(date: Any) -> dt.date | None:  # noqa: ANN401 - text, None or NA, as frames hold it
    """Return the last day a date may mean, None where no year is stated.

    Examples
    --------
    >>> last_day("2021-02"), last_day("2021"), last_day("2021-02-03"), last_day("--02-01")
    (datetime.date(2021, 2, 28), datetime.date(2021, 12, 31), datetime.date(2021, 2, 3), None)
    """
    found = _parts(date)
    if found is None:
        return None
    year, month = found[0], found[1] or _MONTHS
    return dt.date(year, month, found[2] or calendar.monthrange(year, month)[1])


def _parts(date: Any) -> tuple[int, int, int] | None:  # noqa: ANN401 - text, None or NA
    """Return year, month and day, 0 for what is not stated; None for what is no date with a year."""
    if date is None or pd.isna(date) or not str(date)[:1].isdigit():
        return None
    year, month, day = (int(part) for part in [*str(date).split("-"), "0", "0"][:3])
    return year, month, day
