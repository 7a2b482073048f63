"""What a stated date may mean, in days: worked out on a calendar."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from mapper.analysis.days import first_day, last_day
from mapper.analysis.periods import accident_days, periods


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021-01-28", "2021-01-28", "2021-01-28"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),  # a leap year
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021", "2021-01-01", "2021-12-31"),
    ],
)
def test_a_date_is_any_day_it_may_mean(text: str, first: str, last: str) -> None:
    """A month is any of its days, a year any of its days."""
    assert (first_day(text), last_day(text)) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_a_date_without_a_year_is_no_day() -> None:
    """2 December of some year."""
    assert (first_day("--12-02"), last_day("--12-02")) == (None, None)


OPEN = "open"


@pytest.mark.parametrize(
    ("start", "end", "reported", "precision", "first", "last"),
    [
        ("2021-01-28", "2021-01-28", "2021-01-29", "part_of_day", "2021-01-28", "2021-01-28"),
        ("2021-01-28", None, None, None, "2021-01-28", "2021-01-28"),
        ("2021-02-04", "2021-02-07", None, "week", "2021-02-04", "2021-02-07"),
        # One day given for a week: six days to either side may be meant.
        ("2021-02-14", "2021-02-14", None, "week", "2021-02-08", "2021-02-20"),
        ("2021-02-14", None, None, "week", "2021-02-08", "2021-02-20"),
        ("2021-02-14", "2021-02-14", None, "month", "2021-02-01", "2021-02-28"),
        ("2021-02", None, None, None, "2021-02-01", "2021-02-28"),
        ("2021-02-14", None, None, "year", "2021-01-01", "2021-12-31"),
        # The day is not stated: no later than the report, and from nobody knows when.
        (None, "2021-01-29", "2021-01-29", "unknown", OPEN, "2021-01-29"),
        (None, None, "2021-01-29", "unknown", OPEN, "2021-01-29"),
        ("2021-01-20", None, "2021-01-29", "interval", "2021-01-20", "2021-01-29"),
        ("2021-01-20", None, None, "interval", "2021-01-20", OPEN),
        (None, None, None, None, OPEN, OPEN),
        ("--01-28", "--01-28", None, "day", OPEN, OPEN),
        ("2021-01-28", "2021-01-20", None, "day", OPEN, OPEN),  # in the wrong order they say nothing
    ],
)
def test_the_days_of_an_accident(
    start: str | None, end: str | None, reported: str | None, precision: str | None, first: str, last: str
) -> None:
    """Between these two days, ends included."""
    row = {"date_start": start, "date_end": end, "reported_on": reported, "date_precision": precision}
    days = accident_days(pd.DataFrame([row]).astype("str"))
    assert days.first[0] == (-np.inf if first == OPEN else dt.date.fromisoformat(first).toordinal())
    assert days.last[0] == (np.inf if last == OPEN else dt.date.fromisoformat(last).toordinal())


def test_a_period_ends_no_later_than_the_day_its_count_is_of() -> None:
    """The year 2023 as of June; and what lacks an end, a year or the order is not known."""
    frame = pd.DataFrame(
        {
            "start": ["2023-01-01", "2023-01-01", None, "--01-01", "2023-05-01"],
            "end": ["2023-12-31", None, "2023-12-31", "--01-31", "2023-04-30"],
            "as_of": ["2023-06-01", "2023-06", "2023-12-31", None, None],
        }
    ).astype("str")
    found = periods(frame["start"], frame["end"], frame["as_of"])
    assert found.known.tolist() == [True, True, False, False, False]
    june = dt.date(2023, 6, 1).toordinal()
    assert (found.end_first[0], found.end_last[0]) == (june, june)
    assert (found.end_first[1], found.end_last[1]) == (june, june + 29)
