"""What counts on a day: what the orders do to whoever stands in a zone, and which hazards and accidents are known.

Each zone acts through the orders that it names. One that forbids entry may give way to openings; which ones is settled here, and
where they lie is asked of each place (`mapper.analysis.judgement`). Where the rule is silent the stricter reading was taken:

- A ban gives way to an opening only where the opening is not older than the ban; a closure of a site or a curfew never does.
- A zone that names no order, or one that no layer holds, is closed on every day; a zone that names only an opening is closed to
  everybody else, as nobody may be there without that permit.
- While an order is lost no opening opens anything: the lost one may have ended it.
- Hazards and accidents count on every day asked about: what was found later lay there before. Of land recorded as released only
  a release on or before that day takes a hazard away, and one that nobody dates is as old as the data.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from mapper.analysis.days import first_day, last_day
from mapper.analysis.orders import (
    Order,
    Who,
    binds,
    covers,
    is_opening_in_force,
    is_restriction_in_force,
    may_replace,
    unknown_order,
)
from mapper.names import units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapper.analysis.ground import Ground
    from mapper.analysis.reach import Positions

VERDICTS = (
    "no_restriction_recorded",
    "not_assessed",
    "near_restricted",
    "permit_only",
    "corridor_only",
    "hazard_recorded",
    "no_entry",
)
"""From the mildest to the strictest; a verdict's rank is its place here."""
RANK = {code: rank for rank, code in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True)
class Asked:
    """The day, the knowledge and the person of a question."""

    on: dt.date
    known_by: dt.date | None
    who: Who
    said_who: str


class Effect(NamedTuple):
    """What one order does to whoever stands in a zone: its rank, and the openings that may replace it."""

    order: Order | None
    rank: int
    openings: tuple[int, ...]


class Rules(NamedTuple):
    """The orders of a ground, read for one question."""

    effects: tuple[tuple[Effect, ...], ...]
    openings: tuple[Order, ...]
    grounds: tuple[tuple[tuple[str, int], ...], ...]


def read_rules(ground: Ground, asked: Asked) -> Rules:
    """Read the orders for one question: what each zone does, and which openings there are."""
    orders = ground.orders
    openings = tuple(
        order
        for order in orders.values()
        if not ground.lost.orders
        and order.opens
        and is_opening_in_force(order, asked.on, orders, asked.known_by)
        and covers(order, asked.who)
    )
    grounds = tuple(tuple(grounds_of(opening.id, ground)) for opening in openings)
    usable = [number for number, named in enumerate(grounds) if named]
    effects: dict[object, tuple[Effect, ...]] = {}
    cells = [frozenset(units(cell)) for cell in ground.zones.records["order_ids"]]
    for cell in cells:
        if cell not in effects:
            effects[cell] = _effects(cell, ground, asked, openings, usable)
    return Rules(tuple(effects[cell] for cell in cells), openings, grounds)


def _effects(
    named: frozenset[str], ground: Ground, asked: Asked, openings: Sequence[Order], usable: Sequence[int]
) -> tuple[Effect, ...]:
    if not named:
        return (Effect(None, RANK["no_entry"], ()),)
    found = []
    listed = [order for key, order in ground.orders.items() if key in named]
    for order in [*listed, *(unknown_order(key) for key in sorted(named - set(ground.orders)))]:
        if not is_restriction_in_force(order, asked.on, ground.orders, asked.known_by):
            continue
        if order.restricts and binds(order, asked.who):
            replacing = tuple(number for number in usable if may_replace(openings[number], order))
            found.append(Effect(order, RANK["no_entry"], replacing))
        elif order.opens:
            admitted = order in openings
            found.append(Effect(order, RANK[order.verdict or "no_entry"] if admitted else RANK["no_entry"], ()))
    return tuple(found)


def grounds_of(order_id: str, ground: Ground) -> Iterable[tuple[str, int]]:
    """Return the corridors and zones with a shape that an opening names; a corridor line without a width is none."""
    for kind, part in (("corridors", ground.corridors), ("zones", ground.zones)):
        for row, cell in enumerate(part.records["order_ids"]):
            if order_id in units(cell) and part.shapes.lon_lat[row] is not None:
                yield kind, row


def counting_hazards(ground: Ground, asked: Asked) -> Positions:
    """Return the hazards, by position, that count on a day: all but those known by then to be released by then."""
    columns = ("status", "product", "closed_on", "recorded_on")
    rows = zip(*(ground.hazards.records[name] for name in columns), strict=True)
    return np.array(
        [
            row
            for row, record in enumerate(rows)
            if _known(record[3], asked) and not _released(record[0], record[1], record[2], ground, asked)
        ],
        dtype=np.intp,
    )


def _released(status: Any, product: Any, closed_on: Any, ground: Ground, asked: Asked) -> bool:  # noqa: ANN401 - cells
    """Tell whether land counts as released on a day; a release that nobody dates is as old as the data."""
    open_still = not pd.isna(status) and status != "closed"
    if open_still or (pd.isna(status) and pd.isna(product)):
        return False
    day = last_day(closed_on) or ground.data_date
    return day is None or (day <= asked.on and (asked.known_by is None or day <= asked.known_by))


def _known(recorded_on: Any, asked: Asked) -> bool:  # noqa: ANN401 - a cell
    day = first_day(recorded_on)
    return asked.known_by is None or day is None or day <= asked.known_by


def known_accidents(ground: Ground, asked: Asked) -> Positions:
    """Return the accidents, by position, that the map knew of."""
    dates = ground.incidents.records["recorded_on"]
    return np.array([row for row, date in enumerate(dates) if _known(date, asked)], dtype=np.intp)


def restricting_zones(ground: Ground, rules: Rules) -> Positions:
    """Return the zones with an outline, by position, that restrict the person asked about."""
    drawn = ~shapely.is_missing(ground.zones.shapes.lon_lat)
    return np.array([row for row, effects in enumerate(rules.effects) if effects and drawn[row]], dtype=np.intp)
