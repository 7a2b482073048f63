"""Orders as law: what kind each is, whom it binds, and whether it is in force on a day.

Every order is read twice, because the two readings doubt in opposite directions. As a *restriction* it counts on the first day
that its date may mean, for everyone it may concern, until it has certainly ended. As an *opening* it counts from the last day
that its date may mean, for those it certainly covers, until it may have ended. An order whose kind nobody states is taken for a
ban without dates.

People are sets of kinds ("citizens+private_vehicles"). Two kinds exclude each other only where nobody can be both: citizens and
foreigners, and the trades people work in. So a ban for residents binds whoever may be one, and an opening for citizens does
not cover "all civilians".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import terms
from mapper.analysis.days import first_day, last_day
from mapper.errors import UsageError
from mapper.names import units

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

Who = frozenset[str]

ALL_CIVILIANS = "all_civilians"
OPERATOR = "mine_action_operator"
UNCONFIRMED_AFTER_DAYS = 365
"""An order without an end that nothing has confirmed for so long is told as unconfirmed; it is in force all the same."""
_AXES = (frozenset({"citizens", "foreigners"}), frozenset({"media", "aid_workers", "contractors", OPERATOR}))
"""Kinds of which nobody is two at once."""
_RESTRICTING = ("total_ban", "curfew")
_NEVER, _ALWAYS = dt.date.max, dt.date.min


@dataclass(frozen=True, slots=True)
class Order:
    """One order as the verdict needs it.

    `kind` is a code of `restriction_kind`. `applies_to` holds sets of kinds of people: one set is enough, and all of a set hold
    at once. Dates are texts as given, None where not stated. `ended_by` names the orders that supersede or lift it,
    `refers_to` those that it names itself. One that states a date nobody can use, or an end before its beginning, never counts
    as an opening (`never_opens`); as a restriction it has always begun, or has no end.
    """

    id: str
    type: str | None
    kind: str
    applies_to: tuple[Who, ...]
    exempt: tuple[Who, ...]
    start: str | None
    end: str | None
    ended_by: tuple[str, ...]
    refers_to: tuple[str, ...]
    recorded_on: str | None
    confirmed: tuple[str, ...]
    record: Mapping[str, Any]
    never_opens: bool = False

    @property
    def restricts(self) -> bool:
        """Whether it forbids entry by itself."""
        return self.kind in _RESTRICTING

    @property
    def opens(self) -> bool:
        """Whether it lets somebody enter somewhere."""
        return bool(terms.vocabulary("restriction_kind")[self.kind].data["opening"])

    @property
    def verdict(self) -> str | None:
        """What it answers where it decides; None for an order without an effect of its own."""
        found = terms.vocabulary("restriction_kind")[self.kind].data["verdict"]
        return None if found is None else str(found)


_UNKNOWN_KIND = "total_ban"


def opening_types() -> tuple[str, ...]:
    """Return the codes of `order_type` that let somebody enter somewhere."""
    kinds = terms.vocabulary("restriction_kind")
    return tuple(
        code for code, term in terms.vocabulary("order_type").items() if kinds[term.data["kind"]].data["opening"]
    )


def unknown_order(order_id: str) -> Order:
    """Return what stands for an order that a zone names and no layer holds: a ban for everyone, on every day.

    Examples
    --------
    >>> order = unknown_order("or-9")
    >>> order.id, order.type, order.start
    ('or-9', None, None)
    """
    return Order(order_id, None, _UNKNOWN_KIND, (), (), None, None, (), (), None, (), MappingProxyType({}))


def read_orders(frame: pd.DataFrame) -> dict[str, Order]:
    """Return the orders of a table by their id.

    Parameters
    ----------
    frame : DataFrame
        Columns of `mapper.schema.COLUMNS["orders"]`, as far as there are; one row per order. Where there is a column
        `confirmed_on`, it holds further dates on which the order was spoken of, separated by ";".

    Returns
    -------
    dict of str to Order
        In the order of the table. Orders that supersede each other in a circle do not end each other, as nothing tells which
        was the last; an end before the beginning is none for a restriction, and an opening with one never begins.

    Examples
    --------
    >>> rows = [
    ...     {"order_id": "a", "order_type": "ban", "issued_on": "2021-01"},
    ...     {"order_id": "b", "order_type": "lifted", "refers_to": "a"},
    ... ]
    >>> orders = read_orders(pd.DataFrame(rows))
    >>> orders["a"].ended_by, is_restriction_in_force(orders["a"], dt.date(2021, 1, 5), orders)
    (('b',), True)
    """
    orders = ended_as_written(frame)
    circular = set(circles(orders))
    return {
        key: replace(order, ended_by=tuple(each for each in order.ended_by if each not in circular))
        if key in circular
        else order
        for key, order in orders.items()
    }


def ended_as_written(frame: pd.DataFrame) -> dict[str, Order]:
    """Return the orders of a table as they are written, also where they end each other in a circle."""
    records = [{str(name): _given(cell) for name, cell in row.items()} for row in frame.to_dict("records")]
    lifted: dict[str, list[str]] = {}
    confirmed: dict[str, list[str]] = {}
    for record in records:
        for named in units(record.get("refers_to")):
            if record.get("order_type") == "lifted":
                lifted.setdefault(named, []).append(str(record["order_id"]))
            elif (date := record.get("issued_on") or record.get("effective_from")) is not None:
                confirmed.setdefault(named, []).append(str(date))
    return {
        str(record["order_id"]): _order(
            record, lifted.get(str(record["order_id"]), []), confirmed.get(str(record["order_id"]), [])
        )
        for record in records
    }


def people(who: str) -> Who:
    """Read a kind of person, or several that hold at once, joined by "+".

    Raises
    ------
    UsageError
        When a kind is none of the vocabulary `applies_to`.

    Examples
    --------
    >>> sorted(people("citizens+private_vehicles"))
    ['citizens', 'private_vehicles']
    """
    kinds = frozenset(kind.strip() for kind in who.split("+"))
    known = terms.codes("applies_to")
    for kind in sorted(kinds - set(known)):
        raise UsageError(f"'{kind}' is no kind of person", advice=f"Give one of {', '.join(known)}.")
    if any(len(kinds & axis) > 1 for axis in _AXES):
        raise UsageError(f"nobody is '{who}' at once", advice="Name kinds that one person can be.")
    return kinds


def concerns(token: Who, who: Who) -> bool:
    """Tell whether a person of this kind may be one of those that are named.

    Examples
    --------
    >>> (
    ...     concerns(frozenset({"foreigners"}), frozenset({"all_civilians"})),
    ...     concerns(frozenset({"foreigners"}), frozenset({"citizens"})),
    ... )
    (True, False)
    """
    return not any(one != other and {one, other} <= axis for axis in _AXES for one in token for other in who)


def is_exempt(order: Order, who: Who) -> bool:
    """Tell whether an order exempts such a person: all kinds of one of its exemptions hold for them."""
    return any(token <= who for token in order.exempt)


def binds(order: Order, who: Who) -> bool:
    """Tell whether a restriction may bind such a person; one that names nobody binds everyone."""
    if is_exempt(order, who):
        return False
    return not order.applies_to or any(concerns(token, who) for token in order.applies_to)


def covers(order: Order, who: Who) -> bool:
    """Tell whether an opening certainly covers such a person; one that names nobody covers nobody."""
    civil = OPERATOR not in who
    return not is_exempt(order, who) and any(
        all(kind in who or (kind == ALL_CIVILIANS and civil) for kind in token) for token in order.applies_to
    )


def is_restriction_in_force(
    order: Order, on: dt.date, orders: Mapping[str, Order], known_by: dt.date | None = None
) -> bool:
    """Tell whether an order counts as a restriction on a day, for a map that knew what was recorded by `known_by`.

    It begins on the first day its date may mean (an undated one has always begun) and ends after the last day of its stated
    end, else before the day on which an order that ends it has certainly begun. Both days are included. An order of unknown kind
    is in force always.

    Parameters
    ----------
    order : Order
        The one that is asked about.
    on : date
        The day that is meant.
    orders : mapping of str to Order
        All orders by id, among them those that end it; one that is not there ends nothing.
    known_by : date, optional
        What a map made on that day would have known; all that is recorded when left out.
    """
    if order.type is None:
        return True
    begun = order.start is None or (first_day(order.start) or _ALWAYS) <= on
    if not begun or not _known(order, known_by, early=True):
        return False
    ends = ends_as_restriction(order, orders, known_by)
    return ends is None or on <= ends


def ends_as_restriction(order: Order, orders: Mapping[str, Order], known_by: dt.date | None = None) -> dt.date | None:
    """Return the last day on which an order can be in force as a restriction, None where no end is certain."""
    if order.end is not None:
        return last_day(order.end)
    enders = [orders[each] for each in order.ended_by if each in orders and _known(orders[each], known_by, early=False)]
    ends = [day - dt.timedelta(days=1) for ender in enders if (day := last_day(ender.start)) is not None]
    return min(ends, default=None)


def is_opening_in_force(
    order: Order, on: dt.date, orders: Mapping[str, Order], known_by: dt.date | None = None
) -> bool:
    """Tell whether an order certainly counts as an opening on a day.

    It begins on the last day its date may mean (an undated one never) and ends with the first day its stated end may mean, or
    before the first day on which an order that ends it may have begun, whichever is earlier.

    Parameters
    ----------
    order, on, orders, known_by
        As for `is_restriction_in_force`; here an order that should end it and is not there ends it.
    """
    begins = last_day(order.start)
    if begins is None or begins > on or order.never_opens or not _known(order, known_by, early=False):
        return False
    if order.end is not None and on > (first_day(order.end) or _ALWAYS):
        return False
    enders = [
        orders.get(each) for each in order.ended_by if each not in orders or _known(orders[each], known_by, early=True)
    ]
    return all(ender is not None and on < (first_day(ender.start) or _ALWAYS) for ender in enders)


def may_replace(opening: Order, ban: Order) -> bool:
    """Tell whether an opening is of a kind and a date to replace a ban: a `ban`, and not a younger one.

    A closure of a site or a curfew knows of the openings around it and stands, and so does a ban that may be younger than the
    opening: nothing says that its authority meant to except it.
    """
    ban_start, opening_start = last_day(ban.start), first_day(opening.start)
    return ban.type == "ban" and ban_start is not None and opening_start is not None and opening_start >= ban_start


def last_confirmed(order: Order, on: dt.date) -> dt.date | None:
    """Return the newest day, not after `on`, on which an order may have been issued, repeated or spoken of."""
    dates = [(first_day(date), last_day(date)) for date in (*order.confirmed, order.start)]
    return max((min(last, on) for first, last in dates if first and last and first <= on), default=None)


def is_unconfirmed(order: Order, on: dt.date, orders: Mapping[str, Order]) -> bool:
    """Tell whether an order that has begun has no end, and nothing has confirmed it for `UNCONFIRMED_AFTER_DAYS`."""
    if ends_as_restriction(order, orders) is not None or (first_day(order.start) or _ALWAYS) > on:
        return False
    newest = last_confirmed(order, on)
    return newest is None or (on - newest).days > UNCONFIRMED_AFTER_DAYS


def _order(record: Mapping[str, Any], lifted_by: list[str], confirmed: list[str]) -> Order:
    order_type = record.get("order_type")
    term = terms.vocabulary("order_type").get(str(order_type))
    if term is None:
        return replace(unknown_order(str(record["order_id"])), record=MappingProxyType(dict(record)))
    own = [record["last_confirmed_on"]] if record.get("last_confirmed_on") is not None else []
    stated_start = record.get("effective_from") or record.get("issued_on")
    start, end = _dated(stated_start), _dated(record.get("effective_to"))
    endless = record.get("effective_to") is not None and end is None  # it states an end, and nobody can tell which
    unusable = any(record.get(name) and not _dated(record.get(name)) for name in ("effective_from", "effective_to"))
    contradicts = start is not None and end is not None and (last_day(end) or _NEVER) < (first_day(start) or _ALWAYS)
    return Order(
        id=str(record["order_id"]),
        type=str(order_type),
        kind=str(term.data["kind"]),
        applies_to=tuple(_together(token) for token in units(record.get("applies_to"))),
        exempt=tuple(_together(token) for token in units(record.get("exempt"))),
        start=start,
        end=None if contradicts else end,
        never_opens=contradicts or unusable,
        ended_by=() if endless else tuple(dict.fromkeys([*units(record.get("superseded_by")), *lifted_by])),
        refers_to=tuple(units(record.get("refers_to"))),
        recorded_on=_dated(record.get("recorded_on")),
        confirmed=(*own, *units(record.get("confirmed_on")), *confirmed),
        record=MappingProxyType(dict(record)),
    )


def _together(token: str) -> Who:
    return frozenset(kind.strip() for kind in token.split("+"))


def _given(cell: Hashable) -> Any:  # noqa: ANN401 - whatever a cell holds
    return None if cell is None or pd.isna(cell) or cell == "" else cell  # type: ignore[call-overload] # scalars only


def _dated(date: Any) -> str | None:  # noqa: ANN401 - text or None
    """Return a date that states a year; any other is as good as none."""
    return None if date is None or first_day(date) is None else str(date)


def _known(order: Order, known_by: dt.date | None, *, early: bool) -> bool:
    """Tell whether the map knew of an order by a day; of one whose recording nobody dates it knew only from the end."""
    if known_by is None:
        return True
    recorded = first_day(order.recorded_on) if early else last_day(order.recorded_on)
    return recorded is not None and recorded <= known_by


def circles(orders: Mapping[str, Order]) -> list[str]:
    """Return the ids of the orders that supersede themselves by way of others, in the order of the table."""
    return [order.id for order in orders.values() if order.id in _reached(order, orders)]


def _reached(order: Order, orders: Mapping[str, Order]) -> set[str]:
    """Return all orders that end an order, or end one that does."""
    reached: set[str] = set()
    left = list(order.ended_by)
    while left:
        following = left.pop()
        if following in orders and following not in reached:
            reached.add(following)
            left += orders[following].ended_by
    return reached
