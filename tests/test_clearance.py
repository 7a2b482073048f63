"""Clearance statements by agency and period: figures of the bundled table worked out by hand, and laws of what is added."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis.clearance import ADDED, Agency, clearance, naming, statements_overlap
from mapper.catalogue import bundled_layers, read_catalogue
from mapper.intake.checks import check
from mapper.intake.files import read_layer
from mapper.schema import typed

WEEK = {"agency": "ANAMA", "period_start": "2023-11-20", "period_end": "2023-11-26"}
LATER = {"agency": "ANAMA", "period_start": "2023-12-11", "period_end": "2023-12-17"}


def statements(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make checked statements, rows from 2 on, with ids s2, s3, … where none is given."""
    text = pd.DataFrame(list(rows), index=range(2, 2 + len(rows))).astype("str")
    ids = text["activity_id"] if "activity_id" in text else [f"s{row}" for row in text.index]
    return typed(text.assign(activity_id=ids), "activities")


def bundled() -> dict[str | None, Agency]:
    """Return what the bundled table holds, by agency."""
    entry = next(entry for entry in read_catalogue(bundled_layers()).layers if entry.kind == "activities")
    return {agency.name: agency for agency in clearance(check(read_layer(entry)).frame)}


def test_the_bundled_statements_of_the_agency() -> None:
    """clearance.csv by hand.

    Two cumulative statements reach from 1 November 2020 to 25 May and 4 September 2023 and hold five more between; October
    2023, the weeks of November and December 2023 and August 2024 stand alone; nine state no period, or none with a year. The
    longest of the first group is cl-015, so 95,000 + 6,687.4 + 683.5 + 325.6 + 7,135.1 = 109,831.6 ha, and
    30,000 + 767 + 64 + 22 + 551 = 31,404 anti-personnel mines, 17,000 + 928 + 73 + 17 + 221 = 18,239 anti-vehicle mines,
    40,000 + 8,537 + 444 + 234 + 27,872 = 77,087 pieces of ordnance.
    """
    anama = bundled()["ANAMA"]
    assert len(anama.statements) == 20
    (group,) = anama.groups
    assert set(group) == {"cl-004", "cl-005", "cl-007", "cl-014", "cl-015", "cl-027", "cl-028"}
    assert set(anama.undated) == {f"cl-0{number}" for number in ("06", "08", "10", "11", "12", "23", "24", "25", "26")}
    chosen = ("cl-015", "cl-016", "cl-017", "cl-018", "cl-021")
    assert {each.statements for each in anama.sums} == {chosen}
    assert {each.column: each.total for each in anama.sums} == {
        "area_hectares": pytest.approx(109_831.6, abs=1e-6),
        "ap_mines": 31_404,
        "av_mines": 18_239,
        "uxo": 77_087,
    }


def test_the_sappers_are_people_and_in_no_sum() -> None:
    """136 specialists in December 2020; no agency has a sum of personnel, and the ministry's two days do not hold 558 ha."""
    agencies = bundled()
    sappers = agencies["Turkish Land Forces (Ministry of National Defence of Turkey)"]
    assert [statement.to_dict()["personnel"] for statement in sappers.statements] == [136]
    assert not sappers.sums
    ministry = agencies["Ministry of Defence"]  # 991 + 102 mines on two days; the highway since June 2021 has no end
    assert [each.to_dict() for each in ministry.sums] == [
        {"column": "ap_mines", "total": 1_093, "statements": ["cl-013", "cl-020"]}
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"period_start": "2023-11-26"},  # one day is shared
        {"period_start": "2023-01-01"},
        {"period_start": "2023-11"},
        {"period_start": None},
        {"period_end": None},
        {"period_start": "--12-11", "period_end": "--12-17"},
        {"period_start": "2023-12-18"},  # in the wrong order
        {"agency": "Ministry of Defence"},
        {"agency": None},
        {"ap_mines": None},
    ],
)
def test_what_may_overlap_or_is_not_of_one_agency_is_not_added(other: dict[str, str | None]) -> None:
    """One day in common, a month that may begin before, an end or a year that is not stated, another agency, a blank."""
    frame = statements({**WEEK, "ap_mines": "64"}, {**LATER, "ap_mines": "22", **other})
    assert [agency.sums for agency in clearance(frame)] == [()] * frame["agency"].nunique(dropna=False)


def test_nobody_s_statements_are_not_added() -> None:
    """Two rows that name no agency have nobody in common."""
    (agency,) = clearance(statements({**WEEK, "agency": None, "uxo": "1"}, {**LATER, "agency": None, "uxo": "2"}))
    assert (agency.name, agency.sums, len(agency.statements)) == (None, (), 2)


def test_of_a_group_the_longest_statement_that_states_the_figure_counts() -> None:
    """The month states no ordnance, so the week stands for it there: 5 + 7; mines are the month's: 100 + 3."""
    month = {"agency": "ANAMA", "period_start": "2023-11-01", "period_end": "2023-11-30", "ap_mines": "100"}
    (agency,) = clearance(
        statements(month, {**WEEK, "ap_mines": "64", "uxo": "5"}, {**LATER, "ap_mines": "3", "uxo": "7"})
    )
    assert {each.column: (each.total, each.statements) for each in agency.sums} == {
        "ap_mines": (103, ("s2", "s4")),
        "uxo": (12, ("s3", "s4")),
    }


def test_overlaps_are_told_once_an_agency() -> None:
    """By the first of its rows; a statement alone, or two apart, are nothing to tell."""
    frame = statements(LATER, WEEK, {**WEEK, "period_start": "2023-11-24"}, {**WEEK, "agency": "Army"})
    (found,) = statements_overlap(frame)
    assert (found.rule, found.severity, found.row, found.value) == ("statements_overlap", "info", 2, "ANAMA: s3, s4")
    assert statements_overlap(statements(WEEK, LATER)) == []
    assert statements_overlap(statements({"agency": "ANAMA"})) == []
    assert clearance(statements(WEEK).iloc[:0]) == ()


DAYS = st.one_of(
    st.none(),
    st.dates(dt.date(2023, 1, 1), dt.date(2023, 2, 20)).map(dt.date.isoformat),
    st.sampled_from(["2023-01", "2023", "--01-05"]),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "agency": st.sampled_from(["ANAMA", "anama", "Army", None]),
            "period_start": DAYS,
            "period_end": DAYS,
            "area_hectares": st.one_of(st.none(), st.integers(0, 99).map(str)),
            "uxo": st.one_of(st.none(), st.integers(0, 99).map(str)),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_laws_of_what_is_added(rows: list[dict[str, Any]], seed: Any) -> None:  # noqa: ANN401 - Hypothesis' own Random
    """Each row once; never two that share a day or may; the total is that of the named statements; order never matters."""
    named = [{**row, "activity_id": f"s{number:02}"} for number, row in enumerate(rows)]
    by_id = {row["activity_id"]: row for row in named}
    found = clearance(statements(*named))
    assert sorted(statement.name for agency in found for statement in agency.statements) == sorted(by_id)
    for agency in found:
        own = {statement.name for statement in agency.statements}
        for each in agency.sums:
            assert each.column in ADDED
            assert set(each.statements) <= own
            assert each.total == sum(int(by_id[name][each.column]) for name in each.statements)
            for one, other in combinations(each.statements, 2):
                assert certainly_apart(by_id[one], by_id[other])
    shuffled = seed.sample(named, len(named))
    assert told(clearance(statements(*shuffled))) == told(found)


def told(agencies: tuple[Agency, ...]) -> list[dict[str, Any]]:
    """Return everything but the spelling of the name, of which two are in use."""
    return [{**agency.to_dict(), "agency": (agency.name or "").lower()} for agency in agencies]


def certainly_apart(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell by the calendar whether two periods, taken as wide as they may be, share no day."""

    def widest(row: dict[str, Any]) -> tuple[str, str]:
        start, end = row["period_start"], row["period_end"]
        assert start is not None
        assert end is not None
        assert not start.startswith("-")
        return f"{start}-01-01"[:10], {"2023-01": "2023-01-31", "2023": "2023-12-31"}.get(end, end)

    (start, end), (other_start, other_end) = widest(one), widest(other)
    return end < other_start or other_end < start


# ------------------------------------------------------------------ which district a statement names
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tərtər, Ağdam", {"tərtər", "ağdam"}),
        ("AĞDAM; tərtər; Ağdam", {"tərtər", "ağdam"}),
        ("Laçın (north-west of Sarıbaba)", {"laçın"}),
        ("Lənkəran (2)", {"lənkəran (2)"}),  # a name of its own before a remark
        ("not stated (calls from Tərtər, Ağdam)", set()),
        ("Agdam", set()),  # another spelling is not guessed
        ("Ağdam district", set()),
        ("liberated territories", set()),
        (None, set()),
    ],
)
def test_a_statement_names_the_districts_that_stand_in_it(text: str | None, expected: set[str]) -> None:
    """As a whole name between commas, with a remark behind it or not; what stands inside a remark is none."""
    names = ["Tərtər", "Ağdam", "Laçın", "Lənkəran", "Lənkəran (2)"]
    assert set(naming(pd.DataFrame({"district": [text]}), names)) == expected


def test_positions_are_those_of_the_table_and_each_statement_counts_once() -> None:
    """The order of districts does not matter; a name twice in a statement is one."""
    told = pd.DataFrame({"district": ["Şuşa, Şuşa", "Laçın", "Laçın, Şuşa"]}, index=[7, 3, 5])
    assert naming(told, ["Şuşa", "Laçın"]) == naming(told, ["Laçın", "Şuşa"]) == {"laçın": (1, 2), "şuşa": (0, 2)}
