"""Records against the dates of the pages they were taken from, and orders against the day of the edition.

A page cannot tell of what happened after it was published. And an order that nobody has spoken of for long may have been
lifted: it still counts as in force, as every doubt does here, and the doubt is told.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.analysis.days import first_day, last_day
from mapper.analysis.orders import is_unconfirmed, last_confirmed, opening_types, read_orders
from mapper.findings import finding
from mapper.names import SEPARATOR, units
from mapper.schema import is_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mapper.model import Finding, LayerEntry

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


def recorded(
    frame: pd.DataFrame, published_on: Mapping[str, str], compiled: dt.date | None, *, openings: Iterable[str] = ()
) -> pd.Series:
    """Return for each record the date on which the map's makers could first know it, as text.

    Parameters
    ----------
    frame : DataFrame
        With `source_ids`, and where present `recorded_on`, which stands where it is filled, and `order_type`.
    published_on : mapping of str to str
        Date by source id (`published`).
    compiled : date or None
        The day the list was compiled: for records of which no source is dated.
    openings : iterable of str
        Codes of `order_type` for which the latest reading of a month counts; for all others the earliest.

    Returns
    -------
    Series of str
        The given index; NA where nothing is known.
    """
    stated = frame["recorded_on"] if "recorded_on" in frame else pd.Series(pd.NA, index=frame.index)
    types = frame["order_type"] if "order_type" in frame else pd.Series(pd.NA, index=frame.index)
    late = types.isin(set(openings))

    # Many records name the same sources.
    @cache
    def told(sources: object, is_late: bool) -> str | None:  # noqa: FBT001 - a key of the cache
        return _first_told(units(sources), published_on, compiled, last_day if is_late else first_day)

    cells = [
        given if not is_missing else told(sources, is_late)
        for given, is_missing, sources, is_late in zip(stated, stated.isna(), frame["source_ids"], late, strict=True)
    ]
    return pd.Series(pd.array(cells, dtype="str"), index=frame.index)


def orders_as_known(orders: pd.DataFrame, published_on: Mapping[str, str], compiled: dt.date | None) -> pd.DataFrame:
    """Return orders with `recorded_on` and `confirmed_on` filled from the dates of their sources; the same rows and index."""
    return orders.assign(
        recorded_on=recorded(orders, published_on, compiled, openings=opening_types()),
        confirmed_on=confirmed(orders, published_on),
    )


def confirmed(frame: pd.DataFrame, published_on: Mapping[str, str]) -> pd.Series:
    """Return for each record the dates of its sources, separated by ";": each time somebody spoke of it.

    Examples
    --------
    >>> confirmed(pd.DataFrame({"source_ids": ["a;b;c"]}), {"a": "2021-02", "c": "2022-01-05"}).tolist()
    ['2021-02;2022-01-05']
    """
    cells = [
        SEPARATOR.join(published_on[source] for source in units(sources) if source in published_on)
        for sources in frame["source_ids"]
    ]
    return pd.Series(pd.array(cells, dtype="str"), index=frame.index)


def unconfirmed_orders(
    orders: pd.DataFrame, published_on: Mapping[str, str], as_of: dt.date, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find restrictions and openings in force without an end date that nothing has confirmed for `UNCONFIRMED_AFTER_DAYS`.

    Parameters
    ----------
    orders : DataFrame
        `order_id`, `order_type`, `issued_on`, `effective_from`, `effective_to`, `source_ids`, and where present `refers_to`: an
        order that names another, such as a warning that repeats a ban, confirms it.
    published_on : mapping of str to str
        Date by source id (`published`): each source of an order confirms it.
    as_of : date
        The day the edition speaks of.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        In row order, severity `info`: the order counts as in force.
    """
    read = read_orders(orders.assign(confirmed_on=confirmed(orders, published_on)))
    found = []
    for row, order_id in orders["order_id"].items():
        order = read[str(order_id)]
        if not (order.restricts or order.opens) or not is_unconfirmed(order, as_of, read):
            continue
        day = last_confirmed(order, as_of)
        told = f"last named {day}, {(as_of - day).days} days before" if day else "no date is known"
        found.append(
            finding(
                "unconfirmed_order",
                "info",
                "It counts as in force.",
                entry=entry,
                row=row,
                column="effective_to",
                value=f"{order_id}: {told}",
            )
        )
    return found


def _first_told(
    sources: Iterable[str],
    published_on: Mapping[str, str],
    compiled: dt.date | None,
    reading: Callable[[Any], dt.date | None],
) -> str | None:
    dated = [
        (day, published_on[source]) for source in sources if (day := reading(published_on.get(source))) is not None
    ]
    if dated:
        return min(dated)[1]
    return None if compiled is None else compiled.isoformat()


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
