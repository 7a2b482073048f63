"""Cumulative counts may not fall within one source; the figures are those of DOMAIN's table and of plain hand-made rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from mapper.analysis.counts import count_falls
from mapper.schema import typed

MFA, PROSECUTOR = "Ministry of Foreign Affairs", "Prosecutor General"


def counts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make checked counts since 10 November 2020, rows from 2 on."""
    since = [{"period_start": "2020-11-10", "scope": "since the war", **row} for row in rows]
    text = pd.DataFrame(since, index=range(2, 2 + len(rows))).astype("str")
    return typed(text.assign(count_id=[f"c{row}" for row in text.index]), "casualty_counts")


def told(*rows: dict[str, Any]) -> list[tuple[int | None, str | None, str | None]]:
    """Row, column and value of each finding."""
    return [(each.row, each.column, each.value) for each in count_falls(counts(*rows))]


def test_the_military_killed_went_down_only_between_two_sources() -> None:
    """Foreign Ministry on 22 December 2020: 6 soldiers; prosecutor on 9 February 2021: 5. Two sources, no fall."""
    one = {"issuing_authority": MFA, "as_of": "2020-12-22", "killed_civilian": "6", "killed_military": "6"}
    other = {"issuing_authority": PROSECUTOR, "as_of": "2021-02-09", "killed_civilian": "9", "killed_military": "5"}
    assert told(one, other) == []


def test_a_fall_within_one_source_is_told_for_each_figure() -> None:
    """The same two figures, had one office given both."""
    one = {"issuing_authority": MFA, "as_of": "2020-12-22", "killed_civilian": "6", "killed_military": "6"}
    other = {"issuing_authority": MFA, "as_of": "2021-02-09", "killed_civilian": "9", "killed_military": "5"}
    assert told(other, one) == [(2, "killed_military", "5 as of 2021-02-09, 6 as of 2020-12-22")]


def test_the_one_before_is_the_last_that_states_the_figure() -> None:
    """A count in between without it hides nothing; and after a fall the lower figure is the one to compare with."""
    rows = [
        {"issuing_authority": MFA, "as_of": f"2021-0{month}-01", "victims_total": figure}
        for month, figure in ((1, "50"), (2, None), (3, "40"), (4, "45"), (5, "44"))
    ]
    assert told(*rows) == [
        (4, "victims_total", "40 as of 2021-03-01, 50 as of 2021-01-01"),
        (6, "victims_total", "44 as of 2021-05-01, 45 as of 2021-04-01"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"scope": "civilians only"},
        {"period_start": "2021-01-01"},
        {"issuing_authority": PROSECUTOR},
        {"issuing_authority": None, "publisher": "Azernews"},
        {"as_of": None},
        {"as_of": "--02-09"},
        {"as_of": "2021-01-28"},  # the same day: which came later is not known
        {"as_of": "2021"},  # the same year, for all that is stated
        {"as_of": "2020-12-31"},
    ],
)
def test_what_is_not_the_same_series_or_not_later_is_not_compared(other: dict[str, str | None]) -> None:
    """Another scope, start or source, or no later date."""
    first = {"issuing_authority": MFA, "publisher": "Trend", "as_of": "2021-01-28", "victims_total": "50"}
    assert told(first, {**first, "victims_total": "60" if other.get("as_of") == "2020-12-31" else "40", **other}) == (
        [(2, "victims_total", "50 as of 2021-01-28, 60 as of 2020-12-31")] if other.get("as_of") == "2020-12-31" else []
    )


@pytest.mark.parametrize("authority", [None, "not stated", "not stated (official)"])
def test_without_an_authority_the_publisher_is_the_source(authority: str | None) -> None:
    """Two outlets that name no authority are two sources; one outlet is one."""
    first = {"issuing_authority": authority, "publisher": "Trend", "as_of": "2021-01-28", "victims_total": "50"}
    later = {**first, "as_of": "2021-03-01", "victims_total": "40"}
    assert len(told(first, later)) == 1
    assert told(first, {**later, "publisher": "Azernews"}) == []


def test_one_authority_through_two_outlets_is_one_source() -> None:
    """The count is the prosecutor's, whoever prints it; the scope is the same but for its case."""
    first = {"issuing_authority": PROSECUTOR, "publisher": "Trend", "as_of": "2021-03-17", "injured_civilian": "21"}
    later = {
        **first,
        "publisher": "Azernews",
        "as_of": "2021-03-19",
        "injured_civilian": "16",
        "scope": "Since the War",
    }
    assert told(first, later) == [(3, "injured_civilian", "16 as of 2021-03-19, 21 as of 2021-03-17")]


def test_the_end_of_the_period_dates_a_count_without_a_day() -> None:
    """As good as the day it speaks of."""
    first = {"issuing_authority": MFA, "period_end": "2021-01-28", "victims_total": "50"}
    assert len(told(first, {**first, "period_end": "2021-02-28", "victims_total": "40"})) == 1


def test_no_source_at_all_is_no_series() -> None:
    """Two rows that name nobody have nobody in common; no row, no finding."""
    first = {"as_of": "2021-01-28", "victims_total": "50"}
    assert told(first, {"as_of": "2021-02-28", "victims_total": "40"}) == []
    assert count_falls(counts(first).iloc[:0]) == []
