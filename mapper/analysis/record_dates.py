"""Records against the dates of the pages they were taken from, and orders against the day of the edition.

A page cannot tell of what happened after it was published. And an order that nobody has spoken of for long may have been
lifted: it still counts as in force, as every doubt does here, and the doubt is told.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import terms
from mapper.analysis.periods import last_day
from mapper.findings import finding
from mapper.names import units
from mapper.schema import is_later

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from mapper.model import Finding, LayerEntry

UNCONFIRMED_AFTER_DAYS = 365
"""An order without an end that no source has named for so long is told as unconfirmed."""
RESTRICTIONS = ("total_ban", "permit_only", "corridor_only", "escorted_only", "curfew")
"""Kinds of orders (`order_type`, data `kind`) that say where one may not go, or only how: advice has no force to confirm."""

_HAPPENED = MappingProxyType(
    {"incidents": ("date_start",), "casualty_counts": ("as_of",), "activities": ("period_end",)}
)
"""What a page tells of: no source of the record can be older."""
_FIRST_TOLD = MappingProxyType(
    {"incidents": ("reported_on",), "activities": ("reported_on",), "orders": ("issued_on",)}
)
"""When it was first told: a source that is older told it before."""


def published(sources: pd.DataFrame) -> dict[str, str]:
    """Return the date of each source that states one with a year, by its id.

    Examples
    --------
    >>> published(pd.DataFrame({"source_id": ["a", "b"], "published_on": ["2021-02", None]}))
    {'a': '2021-02'}
    """
    dated = sources[sources["source_id"].notna() & sources["published_on"].notna()]
    return {
        str(source): str(date)
        for source, date in zip(dated["source_id"], dated["published_on"], strict=True)
        if not str(date).startswith("-")
    }


def dated_after_source(
    frame: pd.DataFrame, kind: str, published_on: Mapping[str, str], *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find records dated certainly later than the pages they were taken from.

    Parameters
    ----------
    frame : DataFrame
        Records of a kind with `source_ids`.
    kind : str
        `incidents`, `casualty_counts`, `activities` or `orders`; of other kinds nothing is compared.
    published_on : mapping of str to str
        Date by source id (`published`).
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        By column, then in row order. What happened is a `warning` where it is later than any of its sources. The day of the
        report or issue is a `warning` where it is later than all of them, and `info` where an older source only means that
        it was told before.
    """
    if not published_on or "source_ids" not in frame:
        return []
    happened, told = _HAPPENED.get(kind, ()), _FIRST_TOLD.get(kind, ())
    return [
        found
        for name in (*happened, *told)
        if name in frame
        for found in _late(frame, name, published_on, entry, may_precede=name in told)
    ]


def unconfirmed_orders(
    orders: pd.DataFrame, published_on: Mapping[str, str], as_of: dt.date, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find restrictions in force without an end date that nothing has confirmed for `UNCONFIRMED_AFTER_DAYS`.

    Parameters
    ----------
    orders : DataFrame
        `order_id`, `order_type`, `issued_on`, `effective_from`, `effective_to`, `source_ids`.
    published_on : mapping of str to str
        Date by source id (`published`): the newest source of an order is its confirmation, or its own date if newer.
    as_of : date
        The day the edition speaks of.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        In row order, severity `info`: the order counts as in force.
    """
    kinds = {code: term.data.get("kind") for code, term in terms.vocabulary("order_type").items()}
    restricting = {code for code, kind in kinds.items() if kind in RESTRICTIONS}
    open_ended = orders[orders["effective_to"].isna() & orders["order_type"].isin(restricting)]
    newest = [_newest(order, published_on) for order in open_ended.to_dict("records")]
    return [
        finding(
            "unconfirmed_order",
            "info",
            "It counts as in force.",
            entry=entry,
            row=row,
            column="effective_to",
            value=f"{order_id}: "
            + (f"last named {day}, {(as_of - day).days} days before" if day else "no date is known"),
        )
        for (row, order_id), day in zip(open_ended["order_id"].items(), newest, strict=True)
        if day is None or (as_of - day).days > UNCONFIRMED_AFTER_DAYS
    ]


def _late(
    frame: pd.DataFrame, name: str, published_on: Mapping[str, str], entry: LayerEntry | None, *, may_precede: bool
) -> Iterable[Finding]:
    given = frame[[name, "source_ids"]].dropna()
    named = {cell: units(cell) for cell in given["source_ids"].unique()}
    dated = {cell: [source for source in sources if source in published_on] for cell, sources in named.items()}
    # Where a date is not later than the least of these texts, it is later than none of the dates.
    least = {cell: min((published_on[source] for source in sources), default="") for cell, sources in dated.items()}
    for row, date, cell in zip(given.index, given[name], given["source_ids"], strict=True):
        if not least[cell] or date <= least[cell]:
            continue
        older = [source for source in dated[cell] if is_later(date, published_on[source])]
        if older:
            oldest = min(older, key=lambda source: published_on[source])
            yield finding(
                "dated_after_source",
                "info" if may_precede and len(older) < len(named[cell]) else "warning",
                entry=entry,
                row=row,
                column=name,
                value=f"{date}; {oldest} was published {published_on[oldest]}",
            )


def _newest(order: Mapping[Hashable, Any], published_on: Mapping[str, str]) -> dt.date | None:
    """Return the newest day on which an order is known to have been spoken of."""
    own = [order[name] for name in ("issued_on", "effective_from") if not pd.isna(order[name])]
    known = [published_on[source] for source in units(order["source_ids"]) if source in published_on]
    return max((day for date in (*own, *known) if (day := last_day(date)) is not None), default=None)
