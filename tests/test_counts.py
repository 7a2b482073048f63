"""Cumulative counts may not fall within one source; the figures are those of DOMAIN's table and of plain hand-made rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis.counts import count_falls, counts_contradict, counts_overlap
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


# ------------------------------------------------------------------ against other sources and scopes
def contradictions(*rows: dict[str, Any]) -> list[tuple[int | None, str | None, str | None]]:
    """Row, column and value of each contradiction, all of severity `info`."""
    found = counts_contradict(counts(*rows))
    assert {each.severity for each in found} <= {"info"}
    return [(each.row, each.column, each.value) for each in found]


def test_a_lower_figure_of_another_source_is_told_as_a_fact() -> None:
    """6 soldiers by the ministry in December, 5 by the prosecutor in February: DOMAIN's first two rows."""
    one = {"issuing_authority": MFA, "as_of": "2020-12-22", "killed_civilian": "6", "killed_military": "6"}
    other = {"issuing_authority": PROSECUTOR, "as_of": "2021-02-09", "killed_civilian": "9", "killed_military": "5"}
    expected = [(3, "killed_military", f"5 as of 2021-02-09; 6 as of 2020-12-22 ({MFA})")]
    assert contradictions(one, other) == expected


def test_one_source_with_another_scope_contradicts_itself() -> None:
    """21 injured civilians on 17 March, 16 on the 19th, said of other things; of the same things it is a fall."""
    first = {"issuing_authority": PROSECUTOR, "as_of": "2021-03-17", "injured_civilian": "21"}
    later = {**first, "as_of": "2021-03-19", "injured_civilian": "16"}
    assert contradictions(first, later) == []
    assert len(contradictions(first, {**later, "scope": "15 explosions"})) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"period_start": "2021-01-01"},  # a part of the time may well have fewer
        {"period_start": "2020-11"},
        {"period_start": None},
        {"as_of": "2020-12-21"},  # it ends before
        {"as_of": "2020-12"},  # it may
        {"as_of": None},
        {"as_of": "--02-09"},
        {"killed_military": None},
        {"killed_military": "6"},
        {"issuing_authority": None},
    ],
)
def test_what_cannot_be_told_to_contradict_is_not(other: dict[str, str | None]) -> None:
    """Another start, an end that may lie before, no figure, as many, nobody who says it."""
    one = {"issuing_authority": MFA, "as_of": "2020-12-22", "killed_military": "6"}
    later = {"issuing_authority": PROSECUTOR, "as_of": "2021-02-09", "killed_military": "5"}
    assert contradictions(one, {**later, **other}) == []


def overlaps(*rows: dict[str, Any]) -> list[tuple[int | None, str | None]]:
    """Row and value of each overlap."""
    return [(each.row, each.value) for each in counts_overlap(counts(*rows))]


def test_a_year_within_the_whole_is_a_double_count_if_added() -> None:
    """58 victims of the year 2023 are among the 342 since 2020; the two of one series are not told."""
    whole = {"issuing_authority": PROSECUTOR, "as_of": "2024-01-26", "victims_total": "342"}
    year = {**whole, "period_start": "2023-01-01", "period_end": "2023-12-31", "victims_total": "58"}
    assert overlaps(whole, {**whole, "as_of": "2023-06-01"}) == []
    assert overlaps(year, whole) == [(2, "2 counts: c2, c3")]
    assert overlaps(year, {**whole, "issuing_authority": MFA}) == []
    assert overlaps(year, {**whole, "as_of": "2022-12-31"}) == []


COUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "issuing_authority": st.sampled_from(["A", "B", None]),
            "scope": st.sampled_from(["war", "roads"]),
            "period_start": st.sampled_from(["2020-11-10", "2021-01-01", "2021", None]),
            "as_of": st.sampled_from(["2021-02-01", "2021-02-02", "2021-03", "2021-06-01", "--03-01", None]),
            "victims_total": st.sampled_from([None, "1", "2", "3"]),
        }
    ),
    min_size=1,
    max_size=9,
)
START = {"2020-11-10": ("2020-11-10",) * 2, "2021-01-01": ("2021-01-01",) * 2, "2021": ("2021-01-01", "2021-12-31")}
END = {day: (day, day) for day in ("2021-02-01", "2021-02-02", "2021-06-01")} | {
    "2021-03": ("2021-03-01", "2021-03-31")
}


@given(rows=COUNTS)
def test_contradictions_and_overlaps_are_those_of_every_pair(rows: list[dict[str, Any]]) -> None:
    """A second way to find them: look at all pairs, with the days of each date written out."""

    def series(row: dict[str, Any]) -> tuple[Any, ...]:
        return (row["issuing_authority"], row["scope"], row["period_start"])

    dated = {
        number: row
        for number, row in enumerate(rows, start=2)
        if row["issuing_authority"] and row["period_start"] in START and row["as_of"] in END
    }
    lower = {
        number
        for number, row in dated.items()
        for other in dated.values()
        if row["victims_total"] and other["victims_total"] and other["victims_total"] > row["victims_total"]
        if series(other) != series(row) and other["period_start"] == row["period_start"] != "2021"
        if END[other["as_of"]][1] <= END[row["as_of"]][0]
    }
    sharing = {
        (row["issuing_authority"], number)
        for number, row in dated.items()
        for other in dated.values()
        if other["issuing_authority"] == row["issuing_authority"] and series(other) != series(row)
        if max(START[row["period_start"]][1], START[other["period_start"]][1])
        <= min(END[row["as_of"]][0], END[other["as_of"]][0])
    }
    assert [each.row for each in counts_contradict(counts(*rows))] == sorted(lower)
    expected = {
        authority: sorted(f"c{number}" for name, number in sharing if name == authority) for authority, _ in sharing
    }
    found = [each.value or "" for each in counts_overlap(counts(*rows))]
    assert sorted(found) == sorted(f"{len(ids)} counts: {', '.join(ids)}" for ids in expected.values())
