"""The second stage of the checks: each cell against the form of its column, dates and counts of a record against each other.

A cell that fails is blanked or refuses its record, as `mapper.schema` says; its text is shown only where it cannot be a name.
A refused record is always named. Of anything else that a column has more than a thousand times the first is shown, with the
number: a list that nobody can read to its end hides what stands in it.
"""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from mapper import schema, terms
from mapper.findings import BLANKED, REFUSED
from mapper.intake.account import MOST_TOLD, without
from mapper.intake.mojibake import doubt_mojibake
from mapper.intake.personal import may_be_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.intake.account import Account
    from mapper.model import DateOrder

LONGEST_TEXT = 32_767
"""How many characters a cell of a spreadsheet holds."""
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}"
    r"(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
"""A moment of ISO 8601, its day apart."""
_NOT_IN_CODES = re.compile(r"[\s_-]+")
_NOT_SHOWN = " Its text is not shown."
_PRECISION_COLUMNS = ("uncertainty_m", "location_level")
_ORDERED_DATES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
        "incidents": (
            ("date_start", "date_end", "date_order"),
            ("date_start", "reported_on", "date_after_report"),
            ("date_end", "reported_on", "date_after_report"),
        ),
        "orders": (("effective_from", "effective_to", "date_order"), ("issued_on", "effective_to", "date_order")),
        "casualty_counts": (("period_start", "period_end", "date_order"),),
        "activities": (("period_start", "period_end", "date_order"),),
        "coverage": (("period_start", "period_end", "date_order"),),
    }
)
"""Pairs of dates of which the first must not be later than the second, with the rule that says so."""


_SUMS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = MappingProxyType(
    {
        "casualty_counts": (
            ("killed_total", ("killed_civilian", "killed_military", "killed_deminer")),
            ("injured_total", ("injured_civilian", "injured_military", "injured_deminer")),
            ("victims_total", ("killed_total", "injured_total")),
        )
    }
)
"""Totals with the parts that must not be more, and must be as many where all are stated."""


def days_of_moments(cells: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    """Write moments such as 2021-01-28T10:00 as their day, in the time zone they are written in, and say so once a column."""
    days: dict[str, pd.Series] = {}
    for column in schema.COLUMNS[kind]:
        if column.form != "date" or column.name not in cells:
            continue
        moments = {
            text: found[1] for text in cells[column.name].dropna().unique() if (found := _MOMENT.fullmatch(text))
        }
        if moments:
            of_moments = cells[column.name].isin(list(moments))
            value = f"{int(of_moments.sum()):,} times; the first is {cells.loc[of_moments, column.name].iloc[0]}"
            account.note("time_left_out", None, column.name, value, "Its day was taken.")
            days[column.name] = cells[column.name].replace(moments).astype("str")
    return cells.assign(**days) if days else cells


def folded_codes(cells: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    """Read `Cleared` and `AP mine` as the codes they spell with other letters or blanks, and say so once a column."""
    folded: dict[str, pd.Series] = {}
    for column in schema.COLUMNS[kind]:
        if column.form != "code" or column.name not in cells:
            continue
        known = terms.codes(column.vocabulary or "")
        spelt = {text: _folded(text) for text in cells[column.name].dropna().unique() if text not in known}
        meant = {text: code for text, code in spelt.items() if code in known}
        if meant:
            account.note(
                "code_folded", None, column.name, ", ".join(sorted(set(meant.values()))), "The code was taken."
            )
            folded[column.name] = cells[column.name].replace(meant).astype("str")
    return cells.assign(**folded) if folded else cells


def _folded(text: str) -> str:
    return _NOT_IN_CODES.sub("_", text.strip().casefold())


def reordered_dates(cells: pd.DataFrame, kind: str, order: DateOrder | None) -> pd.DataFrame:
    """Write dates such as 28.01.2021 as 2021-01-28 where the caller told the order; others stay as given."""
    if order is None:
        return cells
    dates = [column.name for column in schema.COLUMNS[kind] if column.form == "date" and column.name in cells]
    written = {
        name: {text: schema.date_in_order(text, order) for text in cells[name].dropna().unique()} for name in dates
    }
    return cells.assign(**{name: cells[name].map(words).astype("str") for name, words in written.items()})


def refuse_repeated(repeated: Mapping[int, str], kind: str, account: Account) -> None:
    """Refuse rows whose identifier a record of an earlier part file bears, as `judge_cells` does within one file."""
    key = schema.COLUMNS[kind][0]
    for row, given in repeated.items():
        _tell(schema.Failure(row, key, "duplicate_id", given), _became(key), account)


def judge_cells(cells: pd.DataFrame, kind: str, account: Account) -> pd.DataFrame:
    """Blank the cells that fail, refuse the rows that cannot be used without them.

    A record whose place is known nobody can say how well any more is widened, so that it does not look exact.
    """
    doubt_mojibake(cells, account)
    _doubt_long_texts(cells, account)
    found = schema.failures(cells, kind)
    many = _repeated(found)
    judged = cells.copy()
    failed_rows: dict[str, list[int]] = {}
    for failed in found:
        failed_rows.setdefault(failed.column.name, []).append(failed.index)
    stand_in = {column.name: column.stand_in for column in schema.COLUMNS[kind]}
    for name, rows in failed_rows.items():
        judged.loc[rows, name] = stand_in[name] or pd.NA
    imprecise = {failed.index for failed in found if failed.column.name in _PRECISION_COLUMNS}
    records = judged.loc[sorted(imprecise)].to_dict("index")
    radii = {row: radius for row, record in records.items() if (radius := _widened_m(record)) is not None}
    for row, radius in radii.items():
        judged.loc[row, "uncertainty_m"] = f"{radius:.15g}"
    for failed in found:
        if failed.column.name in many.get(failed.rule, ()):
            continue
        radius = radii.get(failed.index) if failed.column.name in _PRECISION_COLUMNS else None
        told = _became(failed.column) if radius is None else f"Its place counts as known to {radius:,.0f} m."
        _tell(failed, told, account)
    for rule, columns in many.items():
        for name in columns:
            _tell_all([failed for failed in found if (failed.rule, failed.column.name) == (rule, name)], account)
    return without(judged, sorted(account.refused))


def _became(column: schema.Column) -> str:
    """Say what a cell that failed counts as."""
    if column.stand_in is None:
        return BLANKED
    if column.stand_in == schema.UNUSABLE:
        return "The date cannot be used, and every question about it is answered strictly; the record was kept."
    return f"It counts as '{column.stand_in}'; the record was kept."


def _doubt_long_texts(cells: pd.DataFrame, account: Account) -> None:
    """Tell of texts longer than a cell of a spreadsheet can be: other programs cut them, and few are meant."""
    for name in cells:
        length = pc.fill_null(pc.utf8_length(schema.arrow_text(cells[name])), 0).to_numpy()
        rows = cells.index[length > LONGEST_TEXT]
        values = [f"{count:,} characters" for count in length[length > LONGEST_TEXT]]
        account.each("long_text", "warning", list(rows), values, str(name))


def _repeated(found: list[schema.Failure]) -> dict[str, list[str]]:
    """Return, by rule, the columns in which it is broken too often to name each cell; refused records are all named."""
    times = Counter((failed.rule, failed.column.name) for failed in found if not failed.column.fatal)
    many: dict[str, list[str]] = {}
    for (rule, name), count in times.items():
        if count > MOST_TOLD:
            many.setdefault(rule, []).append(name)
    return many


def _tell_all(found: list[schema.Failure], account: Account) -> None:
    """Say once that many cells of a column failed alike."""
    first = found[0]
    shown = first.value is not None and may_be_shown(first.value, first.column.form)
    value = f"{len(found):,} times; first in row {first.index}" + (f": {first.value}" if shown else "")
    done = "These cells count as not known; the records were kept."
    if first.column.name in _PRECISION_COLUMNS:
        done = "Their places count as no better known than a settlement's, or less."
    account.doubt(first.rule, None, first.column.name, value, done)


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
        pairs = frame.loc[frame[first].notna() & frame[second].notna(), [first, second]]
        pairs = pairs[pairs[first] > pairs[second]]  # what is certainly later is greater as text too
        told = {
            row: f"{earlier}; {second} is {later}"
            for row, earlier, later in zip(pairs.index, pairs[first], pairs[second], strict=True)
            if schema.is_later(earlier, later)
        }
        account.each(rule, "warning", list(told), list(told.values()), first)


def judge_counts(frame: pd.DataFrame, kind: str, account: Account) -> None:
    """Doubt totals that their parts contradict; nothing is changed, because nobody can tell which one is wrong.

    A blank part is not known, not nobody: the other parts may then be fewer than the total, and never more.
    """
    for total, parts in _SUMS.get(kind, ()):
        stated = frame[list(parts)]
        parts_sum = stated.sum(axis=1, skipna=True)
        whole = stated.notna().all(axis=1) & parts_sum.lt(frame[total])
        odd = frame[(parts_sum.gt(frame[total]) | whole).fillna(value=False).astype(bool)]
        told = {row: "; ".join(f"{name} is {odd.loc[row, name]}" for name in (total, *parts)) for row in odd.index}
        values = [text.replace("<NA>", "blank") for text in told.values()]
        account.each("counts_disagree", "warning", list(told), values, total)
