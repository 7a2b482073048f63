"""Cumulative counts of one source against each other over time: they may not fall.

Counts of different sources are never compared here, and no counts are ever summed: they count different things, and their
contradictions are known (a ministry and a prosecutor differ by a victim on the same day). What a page says against itself
within one row is a check of that row (`mapper.intake.cells`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from mapper import schema
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
        source = _source(record)
        if source and date and not date.startswith("-"):
            key = (source, name_key(record["scope"]), _first_stated(record["period_start"]))
            series.setdefault(key, []).append(_Dated(date, int(row), record))
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


def _source(record: Mapping[Hashable, Any]) -> str:
    authority = name_key(record["issuing_authority"])
    return name_key(record["publisher"]) if not authority or authority.startswith(_NOBODY) else authority
