"""The ledger: what publishers count, by source over time, beside what is mapped here of the same days.

Counts are set beside each other and never added: not across sources, which count different things, and not within one, whose
counts hold each other. The one arithmetic between a count and the map is a share, and it is taken of each count for itself.

**Mapped here** are the accidents of the edition whose days lie certainly within the period of a count. An accident whose day may
or may not lie in it is told apart and in no share. The scope of a count is words ("mine explosions in liberated lands"), so it is
shown and not applied: every accident of the period is compared, and a share is what it is, also above 1. Then the map holds
more than the count, which is a finding.

The total of a count is its `victims_total`; where that is not stated, its killed and injured together, if both are. A blank is
never zero: it is not stated, and how many of the accidents state no figure is told.

The **headline** is the newest count with a period and a total, of those that reach over at least half as many days as the longest
(so that a count of one month does not stand for a war); of two of one day the larger.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mapper import schema, terms
from mapper.analysis.clearance import Agency, clearance
from mapper.analysis.counts import source_key, source_name
from mapper.analysis.join import casualties
from mapper.analysis.periods import accident_days, periods
from mapper.findings import finding
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from mapper.model import Finding, LayerEntry

    Flags = npt.NDArray[np.bool_]
    Figures = npt.NDArray[np.float64]
    Sums = npt.NDArray[np.int64]

FINDINGS = (
    "count_falls",
    "counts_contradict",
    "counts_disagree",
    "counts_overlap",
    "more_mapped_than_counted",
    "possible_duplicate",
    "statements_overlap",
)
"""The rules whose findings belong to the ledger."""
LONG_ENOUGH = 0.5
"""A count that reaches over less than this part of the longest period is none to head the page with."""
_TEXTS = ("count_id", "publisher", "issuing_authority", "as_of", "period_start", "period_end", "scope")
_FIGURES = (*KILLED, *INJURED, "killed", "injured")
_COUNTED = tuple(column.name for column in schema.COLUMNS["casualty_counts"] if column.form == "count")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Casualties of a set of accidents, as far as they are stated.

    `killed` and `injured` are None where accidents are there and none of them states a figure; `killed_not_stated` and
    `injured_not_stated` say how many do not. `by_status` has the same by outcome and civil status (`KILLED`, `INJURED`).
    """

    accidents: int
    killed: int | None
    injured: int | None
    killed_not_stated: int
    injured_not_stated: int
    by_status: Mapping[str, int | None]

    @property
    def victims(self) -> int | None:
        """Killed and injured together, as far as stated."""
        stated = [figure for figure in (self.killed, self.injured) if figure is not None]
        return sum(stated) if stated else None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return {
            "accidents": self.accidents,
            "killed": self.killed,
            "injured": self.injured,
            "killed_not_stated": self.killed_not_stated,
            "injured_not_stated": self.injured_not_stated,
            "by_status": dict(self.by_status),
        }


@dataclass(frozen=True, slots=True)
class Count:
    """One count beside what is mapped of its days.

    `at` is its position in the table, `dated` the number of the day it is of (NaN: none is stated with a year), `days` how many
    days its period reaches over at least. `mapped` are the accidents that
    lie certainly in the period, `uncertain` those that may; both None where the period is not stated on both ends.
    """

    at: int
    record: Mapping[Hashable, Any]
    dated: float
    days: float
    mapped: Mapped | None
    uncertain: Mapped | None

    @property
    def stated(self) -> dict[str, int]:
        """The figures the count states, by column."""
        return {name: int(self.record[name]) for name in _COUNTED if not pd.isna(self.record[name])}

    @property
    def official(self) -> int | None:
        """All victims that the count speaks of; None where it does not say."""
        stated = self.stated
        if "victims_total" in stated:
            return stated["victims_total"]
        both = [stated.get("killed_total"), stated.get("injured_total")]
        return None if None in both else sum(figure or 0 for figure in both)

    @property
    def share(self) -> float | None:
        """Mapped victims per victim counted; None where either is not known or nobody was counted."""
        mapped = None if self.mapped is None else self.mapped.victims
        official = self.official
        return None if mapped is None or not official else mapped / official

    @property
    def percent(self) -> float | None:
        """The share in hundredths, to one decimal."""
        share = self.share
        return None if share is None else round(share * 100, 1)

    @property
    def date(self) -> str | None:
        """The date the count is of, as stated: its own, else the end of its period."""
        stated = [self.record[name] for name in ("as_of", "period_end") if not pd.isna(self.record[name])]
        with_year = [text for text in stated if not text.startswith("-")]
        return next(iter([*with_year, *stated]), None)

    def exceeded(self) -> list[tuple[str, int, int]]:
        """Return (column, mapped, counted) of each stated figure that is smaller than what is mapped of its days."""
        if self.mapped is None:
            return []
        here = {
            **self.mapped.by_status,
            "killed_total": self.mapped.killed,
            "injured_total": self.mapped.injured,
            "victims_total": self.mapped.victims,
        }
        return [
            (name, mapped, counted)
            for name, counted in self.stated.items()
            if (mapped := here[name]) is not None and mapped > counted
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the count as plain JSON values."""
        return {
            **{name: None if pd.isna(self.record[name]) else self.record[name] for name in _TEXTS},
            **{name: self.stated.get(name) for name in _COUNTED},
            "official": self.official,
            "mapped": self.mapped.to_dict() if self.mapped else None,
            "uncertain": self.uncertain.to_dict() if self.uncertain else None,
            "share": self.share,
            "percent": self.percent,
        }


@dataclass(frozen=True, slots=True)
class Source:
    """All counts of one source in order of time, those without a date last; `newest` is the one to compare with the map."""

    name: str | None
    counts: tuple[Count, ...]
    newest: Count | None

    def to_dict(self) -> dict[str, Any]:
        """Return the source's counts as plain JSON values."""
        return {
            "source": self.name,
            "newest": None if self.newest is None else self.newest.record["count_id"],
            "counts": [count.to_dict() for count in self.counts],
        }


@dataclass(frozen=True, slots=True)
class PublishedLedger:
    """What publishers count, side by side; nothing in it is added up across sources or across overlapping periods.

    `mapped` are all accidents of the edition, whatever their day.
    """

    as_of: dt.date | None
    mapped: Mapped
    headline: Count | None
    sources: tuple[Source, ...]
    clearance: tuple[Agency, ...]

    @property
    def over_time(self) -> tuple[Count, ...]:
        """The counts of all sources in order of time, those without a date last."""
        return tuple(sorted((count for source in self.sources for count in source.counts), key=_in_time))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper ledger --json`, without the findings."""
        return {
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "mapped": self.mapped.to_dict(),
            "headline": None
            if self.headline is None
            else {"source": source_name(self.headline.record), **self.headline.to_dict()},
            "sources": [source.to_dict() for source in self.sources],
            "clearance": [agency.to_dict() for agency in self.clearance],
            "sentence": sentence(self.headline),
        }


def ledger(
    incidents: pd.DataFrame, counts: pd.DataFrame, activities: pd.DataFrame, *, as_of: dt.date | None = None
) -> PublishedLedger:
    """Set all counts and clearance statements side by side, each count beside what is mapped of its days.

    Parameters
    ----------
    incidents : DataFrame
        Accidents, as checked: dates and casualties. Their places do not matter.
    counts : DataFrame
        Casualty counts, as checked.
    activities : DataFrame
        Clearance statements, as checked.
    as_of : date, optional
        The day the data speak of; it is told and compared with nothing.

    Returns
    -------
    PublishedLedger
        Each count under one source and each statement under one agency. The order of the rows never matters.

    Examples
    --------
    >>> frames = {
    ...     kind: schema.typed(pd.DataFrame(rows, dtype="str"), kind)
    ...     for kind, rows in {
    ...         "incidents": {"incident_id": ["a"], "date_start": ["2020-11-14"], "injured_deminer": ["1"]},
    ...         "casualty_counts": {
    ...             "count_id": ["c"],
    ...             "publisher": ["Trend"],
    ...             "as_of": ["2020-12-22"],
    ...             "period_start": ["2020-11-10"],
    ...             "victims_total": ["33"],
    ...         },
    ...         "activities": {"activity_id": []},
    ...     }.items()
    ... }
    >>> ledger(frames["incidents"], frames["casualty_counts"], frames["activities"]).to_dict()["sentence"]
    'Mapped here: an unstated number of killed, 1 injured of the 33 officially counted as of 2020-12-22 (3 %; Trend).'
    """
    return ledger_of(sums_beside(incidents, counts), counts, activities, as_of=as_of)


def ledger_of(
    sums: Sums, counts: pd.DataFrame, activities: pd.DataFrame, *, as_of: dt.date | None = None
) -> PublishedLedger:
    """Set counts side by side as `ledger` does, beside sums of accidents (`sums_beside`), which may be those of many parts."""
    compared = _compared(sums, counts)
    of_source: dict[str, list[Count]] = {}
    for count in compared:
        of_source.setdefault(source_key(count.record), []).append(count)
    return PublishedLedger(
        as_of=as_of,
        mapped=_mapped(sums[0]),
        headline=_headline(compared),
        sources=tuple(_source(of_source[key]) for key in sorted(of_source)),
        clearance=clearance(activities),
    )


def more_mapped_than_counted(
    incidents: pd.DataFrame, counts: pd.DataFrame, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find counts that are smaller than what is certainly mapped of their days.

    Parameters
    ----------
    incidents, counts : DataFrame
        As of `ledger`.
    entry : LayerEntry, optional
        The layer of the counts, to name its file.

    Returns
    -------
    list of Finding
        In row order, one for each figure, severity `warning`; the value gives both figures and the period.
    """
    return exceeded_counts(sums_beside(incidents, counts), counts, entry=entry)


def exceeded_counts(sums: Sums, counts: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find counts as `more_mapped_than_counted` does, by sums of accidents (`sums_beside`)."""
    found = [
        finding(
            "more_mapped_than_counted",
            "warning",
            entry=entry,
            row=counts.index[count.at],
            column=name,
            value=f"{mapped} mapped, {counted} counted from {count.record['period_start']} to {count.date}",
        )
        for count in _compared(sums, counts)
        for name, mapped, counted in count.exceeded()
    ]
    return sorted(found, key=lambda each: each.row or 0)


def sentence(headline: Count | None, language: str = "en") -> str:
    """Say what is mapped here of a count, in the words of the page.

    Examples
    --------
    >>> sentence(None)
    'No count that states its period and a total is among the layers, so nothing is compared with the map.'
    """
    if headline is None or headline.mapped is None:
        return terms.label("page", "ledger.none", language)
    say = partial(terms.sentence, "page", language=language)
    return say(
        "ledger.headline",
        killed=_or(headline.mapped.killed, say("ledger.unstated")),
        injured=_or(headline.mapped.injured, say("ledger.unstated")),
        official=_or(headline.official, say("ledger.unstated")),
        date=headline.date,
        share=say("ledger.no_share") if headline.percent is None else say("unit.percent", n=headline.percent),
        source=source_name(headline.record) or say("not_stated"),
    )


def _or(figure: int | None, unstated: str) -> int | str:
    return unstated if figure is None else figure


def _figures(incidents: pd.DataFrame) -> Figures:
    """Return one row per accident with its casualties as `_FIGURES` names them; NaN is a blank."""
    by_status = incidents.reindex(columns=[*KILLED, *INJURED])
    together = [casualties(incidents, KILLED), casualties(incidents, INJURED)]
    cells = [by_status[name].astype("Int64") for name in by_status] + together
    return np.column_stack([column.to_numpy(dtype="float64", na_value=np.nan) for column in cells])


def sums_beside(incidents: pd.DataFrame, counts: pd.DataFrame) -> Sums:
    """Add up accidents: all of them, and for each count those certainly in its period and those that may be.

    Returns
    -------
    ndarray of shape (1 + 2 * counts, 1 + 2 * figures)
        Of each set how many accidents, the sum of each figure, and how many state it. Sums of parts of the accidents add up to
        those of all.
    """
    figures, days = _figures(incidents), accident_days(incidents)
    bounds = periods(counts["period_start"], counts["period_end"], counts["as_of"])
    every = np.ones(len(incidents), dtype=bool)
    beside: dict[tuple[float, ...], tuple[Sums, Sums]] = {}
    rows = [_summed(figures, every)]
    for at in range(len(counts)):
        start_first, start_last, end_first, end_last = period = tuple(float(bound[at]) for bound in bounds)
        if period not in beside:
            inside = (days.first >= start_last) & (days.last <= end_first)
            may_be = (days.last >= start_first) & (days.first <= end_last) & ~inside
            beside[period] = (_summed(figures, inside), _summed(figures, may_be))
        rows += beside[period]
    return np.array(rows, dtype=np.int64)


def _summed(figures: Figures, chosen: Flags) -> Sums:
    rows = figures[chosen]
    return np.concatenate([[len(rows)], np.nansum(rows, axis=0), (~np.isnan(rows)).sum(axis=0)]).astype(np.int64)


def _mapped(sums: Sums) -> Mapped:
    """Tell the stated figures of some accidents: 0 where there is no accident, None where none states one."""
    accidents, totals, stated = int(sums[0]), *np.split(sums[1:], 2)
    told = {
        name: int(total) if number or not accidents else None
        for name, total, number in zip(_FIGURES, totals, stated, strict=True)
    }
    killed_stated, injured_stated = (int(stated[_FIGURES.index(outcome)]) for outcome in ("killed", "injured"))
    return Mapped(
        accidents=accidents,
        killed=told["killed"],
        injured=told["injured"],
        killed_not_stated=accidents - killed_stated,
        injured_not_stated=accidents - injured_stated,
        by_status={name: told[name] for name in (*KILLED, *INJURED)},
    )


def _compared(sums: Sums, counts: pd.DataFrame) -> list[Count]:
    """Return every count beside what is mapped of its days, in order of time."""
    bounds = periods(counts["period_start"], counts["period_end"], counts["as_of"])
    dates = periods(counts["as_of"], counts["period_end"])
    dated = np.where(np.isnan(dates.start_last), dates.end_last, dates.start_last)
    compared = []
    for at, record in enumerate(counts.to_dict("records")):
        certain, maybe = (_mapped(sums[row]) for row in (1 + 2 * at, 2 + 2 * at)) if bounds.known[at] else (None, None)
        certain_days = max(0.0, float(bounds.end_first[at] - bounds.start_last[at]) + 1)
        compared.append(Count(at, record, float(dated[at]), certain_days, certain, maybe))
    return sorted(compared, key=_in_time)


def _in_time(count: Count) -> tuple[float, int, str, int]:
    """Order by the date a count is of; those of one day by their total, those without a date last."""
    dated = np.inf if np.isnan(count.dated) else count.dated
    return (dated, count.official or 0, str(count.record["count_id"]), count.at)


def _source(counts: Sequence[Count]) -> Source:
    named = source_name(counts[-1].record)
    return Source(named, tuple(counts), None if named is None else _newest(counts))


def _newest(counts: Sequence[Count]) -> Count | None:
    """Return the newest count of which a share of the map can be told, the larger of one day."""
    whole = [count for count in counts if count.mapped is not None and count.official is not None]
    return max(whole, key=_in_time, default=None)


def _headline(counts: Sequence[Count]) -> Count | None:
    whole = [count for count in counts if count.mapped is not None and count.official is not None]
    longest = max((count.days for count in whole), default=0)
    return _newest([count for count in whole if count.days >= LONG_ENOUGH * longest])
