"""The second stage of the checks: each cell against the form of its column, and dates against each other.

A cell that fails is blanked or refuses its record, as `mapper.schema` says; its text is shown only where it cannot be a name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import schema, terms
from mapper.findings import BLANKED, REFUSED
from mapper.intake.personal import may_be_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.intake.account import Account
    from mapper.model import DateOrder

_NOT_SHOWN = " Its text is not shown."
_PRECISION_COLUMNS = ("uncertainty_m", "location_level")
_ORDERED_DATES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
        "incidents": (
            ("date_start", "date_end", "date_order"),
            ("date_start", "reported_on", "date_after_report"),
            ("date_end", "reported_on", "date_after_report"),
        ),
        "orders": (("effective_from", "effective_to", "date_order"),),
        "casualty_counts": (("period_start", "period_end", "date_order"),),
        "activities": (("period_start", "period_end", "date_order"),),
        "coverage": (("period_start", "period_end", "date_order"),),
    }
)
"""Pairs of dates of which the first must not be later than the second, with the rule that says so."""


def reordered_dates(cells: pd.DataFrame, kind: str, order: DateOrder | None) -> pd.DataFrame:
    """Write dates such as 28.01.2021 as 2021-01-28 where the caller told the order; others stay as given."""
    if order is None:
        return cells
    dates = [column.name for column in schema.COLUMNS[kind] if column.form == "date" and column.name in cells]
    told = {name: cells[name].map(lambda text: schema.date_in_order(text, order), na_action="ignore") for name in dates}
    return cells.assign(**told)


def judge_cells(cells: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    """Blank the cells that fail, refuse the rows that cannot be used without them.

    A record whose place is known nobody can say how well any more is widened, so that it does not look exact.
    """
    found = schema.failures(cells, kind)
    judged = cells.copy()
    failed_rows: dict[str, list[int]] = {}
    for failed in found:
        failed_rows.setdefault(failed.column.name, []).append(failed.index)
    for name, rows in failed_rows.items():
        judged.loc[rows, name] = pd.NA
    imprecise = {failed.index for failed in found if failed.column.name in _PRECISION_COLUMNS}
    records = judged.loc[sorted(imprecise)].to_dict("index")
    radii = {row: radius for row, record in records.items() if (radius := _widened_m(record)) is not None}
    for row, radius in radii.items():
        judged.loc[row, "uncertainty_m"] = f"{radius:.15g}"
    for failed in found:
        radius = radii.get(failed.index) if failed.column.name in _PRECISION_COLUMNS else None
        _tell(failed, BLANKED if radius is None else f"Its place counts as known to {radius:,.0f} m.", account)
    return judged.drop(index=sorted(account.refused))


def _widened_m(record: Mapping[Any, Any]) -> float | None:
    """Return the radius of a place whose own one cannot be read: at least that of a settlement, never less than stated.

    None where what is stated is an area: it is placed by its outline, which has no radius.
    """
    levels = terms.vocabulary("location_level")
    level, stated = record.get("location_level"), record.get("uncertainty_m")
    of_level = levels["settlement" if pd.isna(level) else str(level)].data.get("uncertainty_m")
    if not pd.isna(level) and of_level is None and level != "unknown":
        return None
    return max(
        float(levels["settlement"].data["uncertainty_m"]), float(of_level or 0), 0 if pd.isna(stated) else float(stated)
    )


def _tell(failed: schema.Failure, done: str, account: Account) -> None:
    """Say that a cell failed, with its text only where that cannot be a name."""
    shown = failed.value is None or may_be_shown(failed.value, failed.column.form)
    value, more = (failed.value, "") if shown else (None, _NOT_SHOWN)
    if failed.column.fatal:
        account.refuse([failed.index], failed.rule, failed.column.name, [value], REFUSED + more)
    else:
        account.doubt(failed.rule, failed.index, failed.column.name, value, done + more)


def judge_dates(frame: pd.DataFrame, kind: str, account: Account) -> None:
    """Doubt pairs of dates in the wrong order; both are kept, because nobody can tell which one is wrong."""
    for first, second, rule in _ORDERED_DATES.get(kind, ()):
        pairs = frame[[first, second]].dropna()
        for row, earlier, later in zip(pairs.index, pairs[first], pairs[second], strict=True):
            if schema.is_later(earlier, later):
                account.doubt(rule, row, first, f"{earlier}; {second} is {later}")
