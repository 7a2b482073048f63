"""The days that a published date names, for formats that have a type for a day.

A date is ISO 8601 text of the precision that is known. Only a whole day may become a day of a format: a month written as its
first day would say more than anybody knows.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_WITH_A_YEAR = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def whole_day(text: str | None) -> dt.date | None:
    """Return the day of a date that names one; None of a month, a year, a day without a year, and of what is no date.

    Examples
    --------
    >>> whole_day("2021-03-04"), whole_day("2021-03"), whole_day("--03-04"), whole_day("2021-02-30"), whole_day(None)
    (datetime.date(2021, 3, 4), None, None, None, None)
    """
    if text is None or _DAY.fullmatch(text) is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def only_whole_days(texts: Iterable[str | None]) -> bool:
    """Tell whether each date that is known names a day.

    Examples
    --------
    >>> only_whole_days(["2021-03-04", None]), only_whole_days(["2021-03-04", "2021"])
    (True, False)
    """
    return all(text is None or whole_day(text) is not None for text in texts)


@lru_cache(maxsize=4096)
def with_a_year(text: str | None) -> str | None:
    """Return a date that names a year, a month or a day as it is; None of everything else.

    Examples
    --------
    >>> with_a_year("2021-03"), with_a_year("--03-04"), with_a_year("not known")
    ('2021-03', None, None)
    """
    if text is None or _WITH_A_YEAR.fullmatch(text) is None:
        return None
    year, month, day = (int(part) for part in [*text.split("-"), "1", "1"][:3])
    try:
        dt.date(year, month, day)
    except ValueError:
        return None
    return text
