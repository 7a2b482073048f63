"""Cumulative counts against each other over time: those of one source may not fall, and none are ever summed.

Counts of different sources, or of another scope, count different things, so a fall between them is told as a fact and not as
a doubt: a ministry that gave six and a prosecutor who gives five two months later contradict each other, and nobody here can
say who errs. It is told only where the periods begin on the same day and the one certainly ends no later than the other. What
a page says against itself within one row is a check of that row (`mapper.intake.cells`).

Two counts of one source whose periods share a day, and that differ in scope or in start, hold the same victims twice when
they are added (a year, and the war with that year in it). That too is told, once a source.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from mapper import schema
from mapper.analysis.periods import periods
from mapper.findings import finding
from mapper.names import name_key
from mapper.schema import is_later

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from mapper.model import Finding, LayerEntry

_COUNTED = tuple(column.name for column in schema.COLUMNS["casualty_counts"] if column.form == "count")
_NOBODY = "not stated"
"""How tables of press reports fill the cell of an authority that the page leaves open; it is no one authority."""


def count_falls(counts: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find counts that are lower than the one before of the same source, with the same scope and start.

    Parameters
    ----------
    counts : DataFrame
        `publisher`, `issuing_authority`, `as_of`, `period_start`, `period_end`, `scope` and counts. The source of a count
        is the authority that issued it; where none is stated, its publisher. A count without a date is not compared.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        In row order, one for each cell, severity `warning`; the value gives both figures with their dates.
    """
    series: dict[tuple[str, ...], list[_Dated]] = {}
    for row, record in zip(counts.index, counts.to_dict("records"), strict=True):
        date = _first_stated(record["as_of"], record["period_end"])
        source = source_key(record)
        if source and date and not date.startswith("-"):
            series.setdefault(_series(record), []).append(_Dated(date, int(row), record))
    found = [
        finding(
            "count_falls",
            "warning",
            entry=entry,
            row=after.row,
            column=name,
            value=f"{after.record[name]} as of {after.date}, {before.record[name]} as of {before.date}",
        )
        for counted in series.values()
        for name in _COUNTED
        for before, after in _falls(counted, name)
    ]
    return sorted(found, key=lambda each: each.row or 0)


def counts_contradict(counts: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find counts that are lower than one of another source or scope since the same day, which ends no later.

    Parameters
    ----------
    counts : DataFrame
        As of `count_falls`. A count is compared where its period begins on a stated day and its end is stated with a year.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        In row order, one for each cell, severity `info`; the value gives both figures with their dates, and the source of the
        highest that is contradicted.
    """
    since: dict[float, list[_Spanned]] = {}
    for count in _spanned(counts):
        if count.source and count.start_first == count.start_last:
            since.setdefault(count.start_first, []).append(count)
    found = [
        finding(
            "counts_contradict",
            "info",
            entry=entry,
            row=lower.row,
            column=name,
            value=f"{lower.record[name]} as of {lower.date}; {higher.record[name]} as of {higher.date} ({higher.told_by})",
        )
        for compared in since.values()
        for name in _COUNTED
        for higher, lower in _contradictions(compared, name)
    ]
    return sorted(found, key=lambda each: each.row or 0)


def counts_overlap(counts: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find the sources that have counts of different scope or start whose periods certainly share a day.

    Parameters
    ----------
    counts : DataFrame
        As of `count_falls`.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    list of Finding
        One a source, by the first of its rows, severity `info`; the value names the counts that hold some victims twice when
        they are added.
    """
    of_source: dict[str, list[_Spanned]] = {}
    for count in _spanned(counts):
        if count.source and count.start_last <= count.end_first:
            of_source.setdefault(count.source, []).append(count)
    shared = [_sharing_days(given) for given in of_source.values()]
    found = [
        finding(
            "counts_overlap",
            "info",
            entry=entry,
            row=min(count.row for count in given),
            value=f"{len(given)} counts: {', '.join(sorted(str(count.record['count_id']) for count in given))}",
        )
        for given in shared
        if given
    ]
    return sorted(found, key=lambda each: each.row or 0)


def source_key(record: Mapping[Hashable, Any]) -> str:
    """Return the key of a count's source: the authority that issued it, where none is stated its publisher, "" for none.

    Examples
    --------
    >>> source_key({"issuing_authority": "ANAMA", "publisher": "Trend"})
    'anama'
    >>> source_key({"issuing_authority": "not stated (official)", "publisher": "Trend"})
    'trend'
    """
    authority = name_key(record["issuing_authority"])
    return authority if _is_stated(authority) else name_key(record["publisher"])


def source_name(record: Mapping[Hashable, Any]) -> str | None:
    """Return the name of a count's source as given, None where nobody is named.

    Examples
    --------
    >>> source_name({"issuing_authority": "not stated", "publisher": "Trend"})
    'Trend'
    """
    cell = record["issuing_authority" if _is_stated(name_key(record["issuing_authority"])) else "publisher"]
    return None if not name_key(cell) else str(cell)


class _Spanned(NamedTuple):
    """A count with the bounds of its period (`mapper.analysis.periods`)."""

    start_first: float
    start_last: float
    end_first: float
    end_last: float
    source: str
    series: tuple[str, ...]
    row: int
    record: Mapping[Hashable, Any]

    @property
    def date(self) -> str:
        return _first_stated(self.record["as_of"], self.record["period_end"])

    @property
    def told_by(self) -> str:
        return source_name(self.record) or ""


def _spanned(counts: pd.DataFrame) -> list[_Spanned]:
    """Return the counts whose period has both ends, in an order that does not depend on that of the rows."""
    bounds = periods(counts["period_start"], counts["period_end"], counts["as_of"])
    rows = zip(counts.index, counts.to_dict("records"), bounds.known, zip(*bounds, strict=True), strict=True)
    spanned = [
        _Spanned(first, start_last, end_first, last, source_key(record), _series(record), int(row), record)
        for row, record, known, (first, start_last, end_first, last) in rows
        if known
    ]
    return sorted(spanned, key=lambda count: (count.end_last, str(count.record["count_id"]), count.row))


def _series(record: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return (source_key(record), name_key(record["scope"]), _first_stated(record["period_start"]))


class _Highest:
    """The highest figure so far and the highest of any other series, so that a count is never held against its own."""

    def __init__(self) -> None:
        self.best: tuple[float, _Spanned] | None = None
        self.other: tuple[float, _Spanned] | None = None

    def add(self, figure: float, count: _Spanned) -> None:
        given = (figure, count)
        if self.best is None or figure > self.best[0]:
            if self.best is not None and self.best[1].series != count.series:
                self.other = self.best
            self.best = given
        elif count.series != self.best[1].series and (self.other is None or figure > self.other[0]):
            self.other = given

    def beside(self, count: _Spanned) -> tuple[float, _Spanned] | None:
        """Return the highest of another series than that of a count."""
        return self.other if self.best is not None and self.best[1].series == count.series else self.best


def _contradictions(counts: Sequence[_Spanned], name: str) -> list[tuple[_Spanned, _Spanned]]:
    """Return (higher, lower) for each count that has a higher one of another series before it or on the same day."""
    stated = [count for count in counts if not pd.isna(count.record[name])]
    steps = [(count.end_last, True, count) for count in stated] + [(count.end_first, False, count) for count in stated]
    steps.sort(key=lambda step: (step[0], not step[1]))
    highest, found = _Highest(), []
    for _, enters, count in steps:
        if enters:
            highest.add(count.record[name], count)
        elif (held := highest.beside(count)) is not None and held[0] > count.record[name]:
            found.append((held[1], count))
    return found


def _sharing_days(counts: Sequence[_Spanned]) -> list[_Spanned]:
    """Return the counts whose period certainly shares a day with that of another series: more share one than of its own."""
    shared = _sharing(counts, counts)
    of_series: dict[tuple[str, ...], list[_Spanned]] = {}
    for count in counts:
        of_series.setdefault(count.series, []).append(count)
    own = {
        count.row: number
        for given in of_series.values()
        for count, number in zip(given, _sharing(given, given), strict=True)
    }
    return [count for count, number in zip(counts, shared, strict=True) if number > own[count.row]]


def _sharing(counts: Sequence[_Spanned], among: Sequence[_Spanned]) -> list[int]:
    """Return, for each count, how many share a day with it: those that began by its end less those that had ended before."""
    starts, ends = (np.sort([getattr(count, bound) for count in among]) for bound in ("start_last", "end_first"))
    begun = np.searchsorted(starts, [count.end_first for count in counts], side="right")
    ended = np.searchsorted(ends, [count.start_last for count in counts], side="left")
    return [int(number) for number in begun - ended]


class _Dated(NamedTuple):
    date: str
    row: int
    record: Mapping[Hashable, Any]


def _falls(counted: Sequence[_Dated], name: str) -> list[tuple[_Dated, _Dated]]:
    """Return each pair of counts that follow each other in time, the later being the lower."""
    stated = sorted((each for each in counted if not pd.isna(each.record[name])), key=lambda each: each.date)
    return [
        (before, after)
        for before, after in pairwise(stated)
        if after.record[name] < before.record[name] and is_later(after.date, before.date)
    ]


def _first_stated(*cells: Any) -> str:  # noqa: ANN401 - text, None or NA
    return next((str(cell) for cell in cells if not pd.isna(cell)), "")


def _is_stated(authority: str) -> bool:
    return bool(authority) and not authority.startswith(_NOBODY)
