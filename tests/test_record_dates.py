"""Records against the dates of their pages, and orders that nobody has confirmed for long."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from mapper.analysis.orders import UNCONFIRMED_AFTER_DAYS
from mapper.analysis.record_dates import dated_after_source, published, unconfirmed_orders

DATES = {"old": "2021-01-27", "day": "2021-01-28", "new": "2021-01-30", "month": "2021-01"}
TODAY = dt.date(2026, 11, 23)


def records(column: str, date: str | None, source_ids: str | None) -> pd.DataFrame:
    """One record in row 2."""
    return pd.DataFrame({column: [date], "source_ids": [source_ids]}, index=[2], dtype="str")


@pytest.mark.parametrize(
    ("date", "source_ids", "value"),
    [
        ("2021-01-28", "day", None),
        ("2021-01-28", "new;day", None),
        ("2021-01-28", "old", "2021-01-28; old was published 2021-01-27"),
        ("2021-01-28", "new; old", "2021-01-28; old was published 2021-01-27"),
        ("2021-01-31", "new;day;old", "2021-01-31; old was published 2021-01-27"),
        ("2021-01-31", "month", None),
        ("2021-02-01", "month", "2021-02-01; month was published 2021-01"),
        ("2021-01", "old", None),
        ("--01-31", "old", None),
        ("2021-01-31", "unknown", None),
        ("2021-01-31", None, None),
        (None, "old", None),
    ],
)
def test_an_accident_is_not_later_than_any_of_its_pages(
    date: str | None, source_ids: str | None, value: str | None
) -> None:
    """One older page is enough: it cannot tell of what came after it."""
    found = dated_after_source(records("date_start", date, source_ids), "incidents", DATES)
    assert [(each.rule, each.severity, each.row, each.column, each.value) for each in found] == (
        [("dated_after_source", "warning", 2, "date_start", value)] if value else []
    )


@pytest.mark.parametrize(
    ("date", "source_ids", "severity"),
    [
        ("2021-01-28", "old", "warning"),
        ("2021-01-31", "old;new", "warning"),
        ("2021-01-28", "old;new", "info"),
        ("2021-01-28", "old;unknown", "info"),
        ("2021-01-28", "day;new", None),
    ],
)
@pytest.mark.parametrize(
    ("kind", "column"), [("incidents", "reported_on"), ("activities", "reported_on"), ("orders", "issued_on")]
)
def test_a_report_is_not_later_than_all_of_its_pages(
    kind: str, column: str, date: str, source_ids: str, severity: str | None
) -> None:
    """One older page among newer ones, or among those without a date, only means that it was told before."""
    found = dated_after_source(records(column, date, source_ids), kind, DATES)
    assert [each.severity for each in found] == ([severity] if severity else [])


@pytest.mark.parametrize(("kind", "column"), [("casualty_counts", "as_of"), ("activities", "period_end")])
def test_counts_and_statements_do_not_reach_beyond_their_pages(kind: str, column: str) -> None:
    """A page of 27 January cannot count up to 28 January."""
    assert len(dated_after_source(records(column, "2021-01-28", "old"), kind, DATES)) == 1


def test_other_kinds_and_columns_have_no_such_date() -> None:
    """An order may well take effect after it was told of."""
    assert dated_after_source(records("effective_from", "2021-03-01", "old"), "orders", DATES) == []
    assert dated_after_source(records("date_start", "2021-03-01", "old"), "zones", DATES) == []
    assert dated_after_source(records("date_start", "2021-03-01", "old"), "incidents", {}) == []
    assert dated_after_source(pd.DataFrame({"date_start": ["2021-03-01"]}), "incidents", DATES) == []


def test_only_dates_with_a_year_date_a_source() -> None:
    """`--01-28` says nothing of the order of two days."""
    sources = pd.DataFrame(
        {"source_id": ["a", "b", "c", None], "published_on": ["2021", "--01-28", None, "2021-01-28"]}, dtype="str"
    )
    assert published(sources) == {"a": "2021"}


# ------------------------------------------------------------------------------------------------ orders
def orders(**more: str | None) -> pd.DataFrame:
    """One ban of 1 January 2021 without an end, in row 2."""
    order = {
        "order_id": "o",
        "order_type": "ban",
        "issued_on": "2021-01-01",
        "effective_from": None,
        "effective_to": None,
        "source_ids": None,
        **more,
    }
    return pd.DataFrame([order], index=[2], dtype="str")


def test_the_term_is_a_year() -> None:
    """The tests below count with it."""
    assert UNCONFIRMED_AFTER_DAYS == 365


@pytest.mark.parametrize(
    ("more", "confirmed", "told"),
    [
        # From 1 January 2021 to 23 November 2026: 5 years with one leap day, 1,826 days, and 326 days of 2026.
        ({}, {}, "last named 2021-01-01, 2152 days before"),
        ({"effective_from": "2022-01-01"}, {}, "last named 2022-01-01, 1787 days before"),
        ({"source_ids": "s"}, {"s": "2025-11-23"}, None),  # 365 days before
        ({"source_ids": "s"}, {"s": "2025-11-22"}, "last named 2025-11-22, 366 days before"),
        ({"source_ids": "s;t"}, {"s": "2021-01-05", "t": "2026-01-01"}, None),
        ({"source_ids": "s"}, {"s": "2025-11"}, None),  # 30 November is possible
        ({"source_ids": "s"}, {"s": "2025-10"}, "last named 2025-10-31, 388 days before"),
        ({"source_ids": "s"}, {"s": "2025"}, None),  # 31 December is possible
        ({"source_ids": "s"}, {}, "last named 2021-01-01, 2152 days before"),
        ({"issued_on": None}, {}, "no date is known"),
        ({"issued_on": "--01-01"}, {}, "no date is known"),
        ({"effective_to": "2021-12-31"}, {}, None),
        ({"issued_on": "2026-12-31"}, {}, None),
    ],
)
def test_an_order_is_told_when_nobody_has_named_it_for_a_year(
    more: dict[str, str | None], confirmed: dict[str, str], told: str | None
) -> None:
    """Its newest source, or its own date, confirms it; it stays in force in any case."""
    found = unconfirmed_orders(orders(**more), confirmed, TODAY)
    assert [(each.rule, each.severity, each.row, each.done, each.value) for each in found] == (
        [("unconfirmed_order", "info", 2, "It counts as in force.", f"o: {told}")] if told else []
    )


@pytest.mark.parametrize(
    ("order_type", "told"),
    [
        ("ban", True),
        ("site_closure", True),
        ("permit_rule", True),
        ("permit_extension", True),
        ("opening_with_limit", True),
        ("escorted_only", True),
        ("curfew", True),
        ("warning", False),
        ("warning_with_sanctions", False),
        ("conduct_rules", False),
        ("relaxation", False),
        ("lifted", False),
    ],
)
def test_only_what_says_where_one_may_not_go_needs_confirmation(order_type: str, *, told: bool) -> None:
    """Advice is not in force, so it cannot lapse."""
    assert bool(unconfirmed_orders(orders(order_type=order_type), {}, TODAY)) is told
