"""Orders as law, by tables: which days a date may mean, when an order is in force, whom it binds and covers."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pandas as pd
import pytest

from mapper import terms
from mapper.analysis.days import first_day, last_day
from mapper.analysis.orders import (
    Order,
    binds,
    circles,
    concerns,
    covers,
    ended_as_written,
    is_opening_in_force,
    is_restriction_in_force,
    is_unconfirmed,
    last_confirmed,
    may_replace,
    opening_types,
    people,
    read_orders,
    unknown_order,
)
from mapper.errors import UsageError


def day(text: str) -> dt.date:
    """Return a day."""
    return dt.date.fromisoformat(text)


def orders_of(*rows: dict[str, Any]) -> dict[str, Order]:
    """Return orders by their id; the first is a ban that applies to all where nothing else is said."""
    return read_orders(pd.DataFrame(rows))


def one(**cells: Any) -> Order:  # noqa: ANN401 - any cell
    """Return one order."""
    return orders_of({"order_id": "a", "order_type": "ban", **cells})["a"]


# ------------------------------------------------------------------------------------------------ days


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2021-02-03", "2021-02-03", "2021-02-03"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2100-02", "2100-02-01", "2100-02-28"),
        ("2021-04", "2021-04-01", "2021-04-30"),
        ("2021-11", "2021-11-01", "2021-11-30"),
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_first_and_last_day(date: str, first: str, last: str) -> None:
    """A month and a year stand for all of their days, to the end of the calendar."""
    assert (first_day(date), last_day(date)) == (day(first), day(last))


@pytest.mark.parametrize("date", [None, "", pd.NA, float("nan"), "--02-01", "--02", "-"])
def test_a_date_without_a_year_means_no_day(date: object) -> None:
    """Nothing tells which year is meant."""
    assert (first_day(date), last_day(date)) == (None, None)


# ------------------------------------------------------------------------------------------------ in force


@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [
        # No end: from the first day that the beginning may mean, for ever.
        ({"effective_from": "2021-03-15"}, "2021-03-15", None),
        ({"effective_from": "2021-03"}, "2021-03-01", None),
        ({"effective_from": "2021"}, "2021-01-01", None),
        ({"issued_on": "2021-03-15"}, "2021-03-15", None),
        # The day it takes effect goes before the day it was issued, also where that was earlier or later.
        ({"issued_on": "2021-03-01", "effective_from": "2021-04-01"}, "2021-04-01", None),
        ({"issued_on": "2021-05-01", "effective_from": "2021-04-01"}, "2021-04-01", None),
        # A day without a year is as good as none, and gives way to the other one.
        # A beginning that is stated and cannot be used is not the day of issue: it may have been long before.
        ({"issued_on": "2021-03-01", "effective_from": "--04-01"}, None, None),
        ({"issued_on": "2021-03-01", "effective_from": "?"}, None, None),
        ({"effective_from": "2021-03-15", "effective_to": "?"}, "2021-03-15", None),
        ({"effective_from": "--04-01"}, None, None),
        ({}, None, None),
        # To the last day that the end may mean, that day included.
        ({"effective_from": "2021-03-15", "effective_to": "2021-04-10"}, "2021-03-15", "2021-04-10"),
        ({"effective_from": "2021-03-15", "effective_to": "2021-04"}, "2021-03-15", "2021-04-30"),
        ({"effective_from": "2021-03-15", "effective_to": "2022"}, "2021-03-15", "2022-12-31"),
        ({"effective_to": "2021-04-10"}, None, "2021-04-10"),
        ({"effective_from": "2021-03-15", "effective_to": "--04-10"}, "2021-03-15", None),
        # One day.
        ({"effective_from": "2021-03-15", "effective_to": "2021-03-15"}, "2021-03-15", "2021-03-15"),
        # An end in the month of the beginning does not lie before it: April may mean the 30th.
        ({"effective_from": "2021-04-15", "effective_to": "2021-04"}, "2021-04-15", "2021-04-30"),
        # An end that certainly lies before the beginning is none.
        ({"effective_from": "2021-04-15", "effective_to": "2021-03"}, "2021-04-15", None),
        ({"effective_from": "2021-04", "effective_to": "2021-03-31"}, "2021-04-01", None),
    ],
)
def test_in_force_as_a_restriction(cells: dict[str, str], first: str | None, last: str | None) -> None:
    """The first and the last day are in force, the days before and after are not."""
    order = one(**cells)
    one_day = dt.timedelta(days=1)
    begun = day(first) if first else dt.date(1900, 1, 1)
    ended = day(last) if last else dt.date(2100, 1, 1)
    expected = [(begun - one_day, not first), (begun, True), (ended, True), (ended + one_day, not last)]
    assert [is_restriction_in_force(order, on, {"a": order}) for on, _ in expected] == [right for _, right in expected]


@pytest.mark.parametrize(
    "cells",
    [
        {"issued_on": "2021-03", "effective_from": "--04-01"},
        {"issued_on": "2021-03", "effective_from": "?"},
        {"effective_from": "2021-03-15", "effective_to": "?"},
        {"effective_from": "2021-03-15", "effective_to": "--12-31"},
    ],
)
def test_an_opening_with_a_date_that_cannot_be_used_never_opens(cells: dict[str, str]) -> None:
    """It may not have begun, or may be over."""
    order = one(order_type="permit_rule", **cells)
    assert not any(
        is_opening_in_force(order, day(on), {"a": order}) for on in ("2021-04-02", "2022-06-01", "2030-01-01")
    )


@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [
        # From the last day that the beginning may mean.
        ({"effective_from": "2021-03-15"}, "2021-03-15", None),
        ({"effective_from": "2021-03"}, "2021-03-31", None),
        ({"effective_from": "2021"}, "2021-12-31", None),
        ({"issued_on": "2021-03"}, "2021-03-31", None),
        # To the first day that the end may mean, that day included.
        ({"effective_from": "2021-03-15", "effective_to": "2021-04-10"}, "2021-03-15", "2021-04-10"),
        ({"effective_from": "2021-03-15", "effective_to": "2021-04"}, "2021-03-15", "2021-04-01"),
        ({"effective_from": "2021-03-15", "effective_to": "2022"}, "2021-03-15", "2022-01-01"),
        ({"effective_from": "2021-03-15", "effective_to": "2021-03-15"}, "2021-03-15", "2021-03-15"),
    ],
)
def test_in_force_as_an_opening(cells: dict[str, str], first: str, last: str | None) -> None:
    """The first and the last day are in force, the days before and after are not."""
    order = one(order_type="permit_rule", **cells)
    one_day = dt.timedelta(days=1)
    ended = day(last) if last else dt.date(2100, 1, 1)
    expected = [(day(first) - one_day, False), (day(first), True), (ended, True), (ended + one_day, not last)]
    assert [is_opening_in_force(order, on, {"a": order}) for on, _ in expected] == [right for _, right in expected]


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"effective_from": "--03-01"},
        {"effective_to": "2021-04-10"},
        # The month may begin after it ended, or end before it began.
        {"effective_from": "2021-04-15", "effective_to": "2021-04"},
        {"effective_from": "2021-04", "effective_to": "2021-04-15"},
        # It contradicts itself.
        {"effective_from": "2021-04-15", "effective_to": "2021-03"},
        {"effective_from": "2021-04-15", "effective_to": "2021-04-14"},
    ],
)
def test_never_in_force_as_an_opening(cells: dict[str, str]) -> None:
    """On no day of three years does such an opening count."""
    order = one(order_type="opening_with_limit", **cells)
    days = pd.date_range("2020-01-01", "2022-12-31").date
    assert not any(is_opening_in_force(order, on, {"a": order}) for on in days)


ENDERS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    # What ends it; the last day as a restriction; the last day as an opening. None: it does not end; "": it is never in force.
    "dated": ({"effective_from": "2021-06-10"}, "2021-06-09", "2021-06-09"),
    "issued": ({"issued_on": "2021-06-10"}, "2021-06-09", "2021-06-09"),
    "month": ({"effective_from": "2021-06"}, "2021-06-29", "2021-05-31"),
    "year": ({"effective_from": "2022"}, "2022-12-30", "2021-12-31"),
    "undated": ({}, None, ""),
    "no year": ({"effective_from": "--06-10"}, None, ""),
    "ended itself": ({"effective_from": "2021-06-10", "effective_to": "2021-07-01"}, "2021-06-09", "2021-06-09"),
}


@pytest.mark.parametrize("how", ["superseded", "lifted"])
@pytest.mark.parametrize("case", ENDERS)
def test_superseded_and_lifted(case: str, how: str) -> None:
    """From the day of the later order the earlier one is over, as a restriction only when that has certainly come."""
    ender, last_restricting, last_open = ENDERS[case]
    if how == "superseded":
        names, later = {"superseded_by": "b"}, {"order_type": "ban"}
    else:
        names, later = {}, {"order_type": "lifted", "refers_to": "x; a"}
    for order_type, in_force, last in (
        ("ban", is_restriction_in_force, last_restricting),
        ("permit_rule", is_opening_in_force, last_open),
    ):
        orders = orders_of(
            {"order_id": "a", "order_type": order_type, "effective_from": "2021-01-10", **names},
            {"order_id": "b", **later, **ender},
        )
        ended = day(last) if last else day("2030-01-01")
        after = ended + dt.timedelta(days=1)
        assert in_force(orders["a"], ended, orders) is (last != "")
        assert in_force(orders["a"], after, orders) is (last is None)


def test_only_the_later_order_that_names_the_earlier_ends_it() -> None:
    """A warning, a relaxation or another ban that refers to an order leaves it in force, and so does a later ban."""
    for order_type in ("warning", "relaxation", "ban", "conduct_rules"):
        orders = orders_of(
            {"order_id": "a", "order_type": "ban", "effective_from": "2021-01-10"},
            {"order_id": "b", "order_type": order_type, "effective_from": "2021-06-10", "refers_to": "a"},
        )
        assert orders["a"].ended_by == ()
        assert is_restriction_in_force(orders["a"], day("2022-01-01"), orders)


def test_the_earliest_of_several_ends_counts() -> None:
    """Superseded in July, lifted in June: over from June on; a stated end goes before both for a restriction."""
    rows: list[dict[str, Any]] = [
        {"order_id": "a", "order_type": "ban", "effective_from": "2021-01-10", "superseded_by": "b;c"},
        {"order_id": "b", "order_type": "ban", "effective_from": "2021-07-10"},
        {"order_id": "c", "order_type": "ban", "effective_from": "2021-08-10"},
        {"order_id": "d", "order_type": "lifted", "effective_from": "2021-06-10", "refers_to": "a"},
    ]
    orders = orders_of(*rows)
    assert orders["a"].ended_by == ("b", "c", "d")
    assert [is_restriction_in_force(orders["a"], day(f"2021-06-{at}"), orders) for at in ("09", "10")] == [True, False]
    ended = orders_of(rows[0] | {"effective_to": "2021-12-31"}, *rows[1:])
    assert is_restriction_in_force(ended["a"], day("2021-12-31"), ended)
    # An opening ends by the earlier of both.
    opening = orders_of(rows[0] | {"effective_to": "2021-12-31", "order_type": "permit_rule"}, *rows[1:])
    last_day_open = [is_opening_in_force(opening["a"], day(f"2021-06-{at}"), opening) for at in ("09", "10")]
    assert last_day_open == [True, False]
    early = orders_of(rows[0] | {"effective_to": "2021-05-31", "order_type": "permit_rule"}, *rows[1:])
    assert [is_opening_in_force(early["a"], day(each), early) for each in ("2021-05-31", "2021-06-01")] == [True, False]


def test_an_unknown_later_order_ends_no_restriction_and_every_opening() -> None:
    """Nobody knows from when it was superseded."""
    named = {"order_id": "a", "effective_from": "2021-01-10", "superseded_by": "nobody-has-it"}
    ban, permit = (orders_of({**named, "order_type": each}) for each in ("ban", "permit_rule"))
    assert is_restriction_in_force(ban["a"], day("2030-01-01"), ban)
    assert not is_opening_in_force(permit["a"], day("2021-01-10"), permit)


@pytest.mark.parametrize(
    ("recorded_on", "known_by", "restricts", "opens"),
    [
        ("2021-03-15", "2021-03-14", False, False),
        ("2021-03-15", "2021-03-15", True, True),
        ("2021-03", "2021-02-28", False, False),
        ("2021-03", "2021-03-01", True, False),
        ("2021-03", "2021-03-30", True, False),
        ("2021-03", "2021-03-31", True, True),
        (None, "2021-03-31", False, False),
        ("2021-03-15", None, True, True),
        (None, None, True, True),
    ],
)
def test_known_by(recorded_on: str | None, known_by: str | None, restricts: bool, opens: bool) -> None:
    """As a restriction from the first day that it may have been recorded, as an opening from the last."""
    known = None if known_by is None else day(known_by)
    for order_type, in_force, right in (
        ("ban", is_restriction_in_force, restricts),
        ("permit_rule", is_opening_in_force, opens),
    ):
        order = one(order_type=order_type, effective_from="2020", recorded_on=recorded_on)
        assert in_force(order, day("2022-01-01"), {"a": order}, known) is right


def test_a_map_that_did_not_know_the_end_still_held_the_restriction() -> None:
    """The lifting of June was recorded in August: for a restriction surely known on the 31st, for an opening from the 1st."""
    for order_type, in_force, last_known in (
        ("ban", is_restriction_in_force, "2021-08-30"),
        ("permit_rule", is_opening_in_force, "2021-07-31"),
    ):
        orders = orders_of(
            {"order_id": "a", "order_type": order_type, "effective_from": "2020-05-01", "recorded_on": "2020-05-02"},
            {
                "order_id": "b",
                "order_type": "lifted",
                "issued_on": "2021-06-10",
                "refers_to": "a",
                "recorded_on": "2021-08",
            },
        )
        on, known = day("2022-01-01"), day(last_known)
        assert in_force(orders["a"], on, orders, known)
        assert not in_force(orders["a"], on, orders, known + dt.timedelta(days=1))


@pytest.mark.parametrize("order_type", [None, "", "decree", "BAN"])
def test_an_order_of_unknown_kind_is_a_ban_for_everyone_on_every_day(order_type: str | None) -> None:
    """Whatever dates, people and ends its row states."""
    orders = orders_of(
        {
            "order_id": "a",
            "order_type": order_type,
            "applies_to": "foreigners",
            "exempt": "citizens",
            "effective_from": "2021-01-10",
            "effective_to": "2021-02-10",
            "superseded_by": "b",
            "recorded_on": "2021-01-10",
            "source_ids": "s1",
        },
        {"order_id": "b", "order_type": "lifted", "effective_from": "2021-01-11", "refers_to": "a"},
    )
    order = orders["a"]
    assert (order.id, order.kind, order.restricts, order.opens) == ("a", "total_ban", True, False)
    assert order.verdict == "no_entry"
    assert order.record["source_ids"] == "s1"
    for on, known in product(("1990-01-01", "2021-01-20", "2030-01-01"), (None, day("1990-01-01"))):
        assert is_restriction_in_force(order, day(on), orders, known)
    assert all(binds(order, people(who)) for who in terms.codes("applies_to"))
    unknown = unknown_order("z")
    assert (unknown.id, unknown.restricts, is_restriction_in_force(unknown, day("1990-01-01"), {})) == ("z", True, True)


# ------------------------------------------------------------------------------------------------ circles


def test_orders_in_a_circle_do_not_end_one_another() -> None:
    """A → b → c → a is a circle; d leads into it and is ended, e ends a from outside."""
    dated = {"order_type": "ban", "effective_from": "2021-01-10"}
    rows = [
        {"order_id": "a", **dated, "superseded_by": "b;e"},
        {"order_id": "b", **dated, "superseded_by": "c"},
        {"order_id": "c", **dated, "superseded_by": "a"},
        {"order_id": "d", **dated, "superseded_by": "a"},
        {"order_id": "e", **dated, "effective_from": "2022-01-10"},
        {"order_id": "f", **dated, "superseded_by": "f"},
    ]
    written = ended_as_written(pd.DataFrame(rows))
    assert circles(written) == ["a", "b", "c", "f"]
    orders = orders_of(*rows)
    assert {key: order.ended_by for key, order in orders.items()} == {
        "a": ("e",),
        "b": (),
        "c": (),
        "d": ("a",),
        "e": (),
        "f": (),
    }
    on = day("2023-01-01")
    in_force = {key for key, order in orders.items() if is_restriction_in_force(order, on, orders)}
    assert in_force == {"b", "c", "e", "f"}


def test_a_circle_by_way_of_a_lifting() -> None:
    """A is superseded by b, which is a lifting that lifts itself and a: only b ends itself."""
    rows = [
        {"order_id": "a", "order_type": "ban", "superseded_by": "b"},
        {"order_id": "b", "order_type": "lifted", "refers_to": "b;a", "effective_from": "2021"},
    ]
    assert circles(ended_as_written(pd.DataFrame(rows))) == ["b"]
    orders = orders_of(*rows)
    # Named twice, it ends it once.
    assert (orders["a"].ended_by, orders["b"].ended_by) == (("b",), ())
    both = [rows[0] | {"order_type": "lifted", "refers_to": "b", "superseded_by": None}, rows[1] | {"refers_to": "a"}]
    assert circles(ended_as_written(pd.DataFrame(both))) == ["a", "b"]


# ------------------------------------------------------------------------------------------------ people

KINDS = terms.codes("applies_to")
CIVIL = (
    "all_civilians",
    "citizens",
    "residents",
    "foreigners",
    "media",
    "aid_workers",
    "contractors",
    "private_vehicles",
)
EXCLUDING = {
    frozenset(pair)
    for pair in (
        ("citizens", "foreigners"),
        ("media", "aid_workers"),
        ("media", "contractors"),
        ("media", "mine_action_operator"),
        ("aid_workers", "contractors"),
        ("aid_workers", "mine_action_operator"),
        ("contractors", "mine_action_operator"),
    )
}
"""All pairs of kinds of which nobody is both, written out."""


def test_the_kinds_of_people_are_these_nine() -> None:
    """The tables below are whole only as long as the vocabulary is."""
    assert set(KINDS) == {*CIVIL, "mine_action_operator"}


@pytest.mark.parametrize(("named", "who"), list(product(KINDS, KINDS)))
def test_concerns_binds_and_covers_for_every_pair_of_kinds(named: str, who: str) -> None:
    """A restriction binds whoever may be meant; an opening covers whoever certainly is."""
    meant = frozenset({named, who}) not in EXCLUDING
    assert concerns(people(named), people(who)) is meant
    assert binds(one(applies_to=named), people(who)) is meant
    certain = named == who or (named == "all_civilians" and who != "mine_action_operator")
    assert covers(one(order_type="permit_rule", applies_to=named), people(who)) is certain
    # Whoever is exempt is not bound, and not covered by an opening either.
    free = one(applies_to="all_civilians;mine_action_operator", exempt=named)
    assert binds(free, people(who)) is (named != who)
    assert covers(free, people(who)) is (named != who)


@pytest.mark.parametrize(
    ("applies_to", "who", "bound", "covered"),
    [
        (None, "all_civilians", True, False),
        ("", "mine_action_operator", True, False),
        ("citizens; foreigners", "all_civilians", True, False),
        ("citizens;foreigners", "foreigners", True, True),
        ("citizens+private_vehicles", "citizens", True, False),
        ("citizens+private_vehicles", "citizens+private_vehicles", True, True),
        ("citizens+private_vehicles", "foreigners+private_vehicles", False, False),
        ("citizens + private_vehicles", "private_vehicles", True, False),
        ("citizens", "citizens+media", True, True),
        ("media", "citizens+media", True, True),
        ("foreigners;media", "citizens+media", True, True),
        ("foreigners;aid_workers", "citizens+media", False, False),
        ("all_civilians+media", "media", True, True),
        ("all_civilians+media", "citizens", True, False),
        ("all_civilians", "citizens+mine_action_operator", True, False),
        ("all_civilians;mine_action_operator", "citizens+mine_action_operator", True, True),
    ],
)
def test_lists_of_people(applies_to: str | None, who: str, bound: bool, covered: bool) -> None:
    """One entry of the list is enough, and all of an entry hold at once."""
    order = one(applies_to=applies_to)
    assert (binds(order, people(who)), covers(order, people(who))) == (bound, covered)


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("tourists", "'tourists' is no kind of person"),
        ("", "'' is no kind of person"),
        ("citizens+", "'' is no kind of person"),
        ("citizens+foreigners", "nobody is 'citizens+foreigners' at once"),
        ("media+aid_workers", "nobody is 'media+aid_workers' at once"),
        ("citizens;media", "'citizens;media' is no kind of person"),
    ],
)
def test_nobody_is_of_such_a_kind(who: str, said: str) -> None:
    """One sentence, with the kinds there are."""
    with pytest.raises(UsageError, match=said.replace("+", r"\+")):
        people(who)


def test_people_are_read_with_spaces_and_in_any_order() -> None:
    """What a person types."""
    assert people(" citizens + media ") == people("media+citizens") == {"citizens", "media"}


# ------------------------------------------------------------------------------------------------ unconfirmed


@pytest.mark.parametrize(
    ("cells", "on", "newest", "unconfirmed"),
    [
        # 2021 has 365 days: on 1 January 2022 the newest word is 365 days old, on the 2nd 366.
        ({"issued_on": "2021-01-01"}, "2022-01-01", "2021-01-01", False),
        ({"issued_on": "2021-01-01"}, "2022-01-02", "2021-01-01", True),
        # A month may mean its last day: 31 January 2021 and 365 days are 31 January 2022.
        ({"issued_on": "2021-01"}, "2022-01-31", "2021-01-31", False),
        ({"issued_on": "2021-01"}, "2022-02-01", "2021-01-31", True),
        # ... but no day after the one that is asked about.
        ({"issued_on": "2021-01"}, "2021-01-10", "2021-01-10", False),
        ({"issued_on": "2021-01-01", "last_confirmed_on": "2021-06-01"}, "2022-06-01", "2021-06-01", False),
        ({"issued_on": "2021-01-01", "last_confirmed_on": "2021-06-01"}, "2022-06-02", "2021-06-01", True),
        ({"issued_on": "2021-01-01", "confirmed_on": "2021-06-01;2021-08-01"}, "2022-08-01", "2021-08-01", False),
        # A confirmation after the day confirms nothing on it.
        ({"issued_on": "2021-01-01", "last_confirmed_on": "2022-06-01"}, "2022-01-02", "2021-01-01", True),
        # With an end it needs no confirmation; before its beginning neither; undated it was never confirmed.
        ({"issued_on": "2021-01-01", "effective_to": "2030"}, "2025-01-02", "2021-01-01", False),
        ({"issued_on": "2021-01-01"}, "2020-12-31", None, False),
        ({}, "2022-01-02", None, True),
    ],
)
def test_unconfirmed_after_365_days(cells: dict[str, str], on: str, newest: str | None, unconfirmed: bool) -> None:
    """An order without an end that nobody has spoken of for more than 365 days."""
    order = one(**cells)
    assert last_confirmed(order, day(on)) == (None if newest is None else day(newest))
    assert is_unconfirmed(order, day(on), {order.id: order}) is unconfirmed


def test_what_refers_to_an_order_confirms_it_and_a_lifting_does_not() -> None:
    """A warning of June confirms by its day of issue, else by its beginning; one that ends it does not."""
    ban = {"order_id": "a", "order_type": "ban", "issued_on": "2021-01-01"}
    later = {"order_id": "b", "refers_to": "a", "issued_on": "2021-06-01", "effective_from": "2021-07-01"}
    for order_type, without, newest in (
        ("warning", None, "2021-06-01"),
        ("warning", "issued_on", "2021-07-01"),
        ("lifted", None, "2021-01-01"),
    ):
        row = {name: cell for name, cell in later.items() if name != without}
        orders = orders_of(ban, {**row, "order_type": order_type})
        assert last_confirmed(orders["a"], day("2022-01-01")) == day(newest)


# ------------------------------------------------------------------------------------------------ kinds


def test_every_type_of_order_has_the_effect_of_the_rule() -> None:
    """The rule's table of kinds, whole."""
    bans = {"ban", "site_closure", "curfew"}
    verdicts = {
        "permit_rule": "corridor_only",
        "permit_extension": "corridor_only",
        "opening_with_limit": "permit_only",
        "escorted_only": "corridor_only",
    }
    none = {"relaxation", "warning", "warning_with_sanctions", "conduct_rules", "lifted"}
    assert {*bans, *verdicts, *none} == set(terms.codes("order_type"))
    assert set(opening_types()) == set(verdicts)
    for order_type in terms.codes("order_type"):
        order = one(order_type=order_type)
        assert order.restricts is (order_type in bans)
        assert order.opens is (order_type in verdicts)
        assert order.verdict == ("no_entry" if order_type in bans else verdicts.get(order_type))


@pytest.mark.parametrize(
    ("ban", "opening", "replaces"),
    [
        # Not younger than the opening: the last day of the ban's beginning is on or before the first of the opening's.
        ({"effective_from": "2021-03-15"}, "2021-03-15", True),
        ({"effective_from": "2021-03-15"}, "2021-03-14", False),
        ({"effective_from": "2021-03"}, "2021-03-31", True),
        ({"effective_from": "2021-03"}, "2021-03-30", False),
        ({"effective_from": "2021-03-15"}, "2021-03", False),
        ({"effective_from": "2021-03-01"}, "2021-03", True),
        ({"effective_from": "2021"}, "2022", True),
        ({"effective_from": "2021"}, "2021", False),
        # Its beginning is not known, or it is no plain ban.
        ({}, "2021-03-15", False),
        ({"effective_from": "2021-03-15"}, None, False),
        ({"effective_from": "2021-03-15", "order_type": "site_closure"}, "2022-01-01", False),
        ({"effective_from": "2021-03-15", "order_type": "curfew"}, "2022-01-01", False),
        ({"effective_from": "2021-03-15", "order_type": None}, "2022-01-01", False),
    ],
)
def test_which_bans_an_opening_may_replace(ban: dict[str, Any], opening: str | None, replaces: bool) -> None:
    """Only a `ban` with a known beginning, and only one that is not younger."""
    assert may_replace(one(order_type="permit_rule", effective_from=opening), one(**ban)) is replaces


def test_a_row_is_read_as_written() -> None:
    """Each field of an order comes from its own column."""
    order = orders_of(
        {
            "order_id": "a",
            "order_type": "permit_rule",
            "applies_to": "citizens+private_vehicles;media",
            "exempt": "contractors;aid_workers",
            "issued_on": "2021-01",
            "effective_from": "2021-02",
            "effective_to": "2021-03",
            "superseded_by": "b; c",
            "refers_to": "d;e",
            "recorded_on": "2021-04",
            "confirmed_on": "2021-05;2021-06",
            "last_confirmed_on": "2021-07",
            "permit_rule": "apply in writing",
            "who": "",
        }
    )["a"]
    assert (order.id, order.type, order.kind) == ("a", "permit_rule", "corridor_only")
    assert order.applies_to == (frozenset({"citizens", "private_vehicles"}), frozenset({"media"}))
    assert order.exempt == (frozenset({"contractors"}), frozenset({"aid_workers"}))
    assert (order.start, order.end, order.recorded_on) == ("2021-02", "2021-03", "2021-04")
    assert (order.ended_by, order.refers_to) == (("b", "c"), ("d", "e"))
    assert set(order.confirmed) == {"2021-05", "2021-06", "2021-07"}
    assert order.never_opens is False
    # What the rule does not read is kept to be told; a blank is none.
    assert (order.record["permit_rule"], order.record["who"]) == ("apply in writing", None)
