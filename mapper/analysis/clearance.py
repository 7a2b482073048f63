"""Statements on clearance by agency and period, side by side; added up only where their periods certainly do not overlap.

Agencies tell of weeks, of months, and of everything since the war in one breath, so statements of one agency mostly hold the
same hectares and mines again. Those whose periods overlap, or are linked by others that do, are a *group*: a sum takes at most
one statement of each group, that of the longest period which states the figure. A statement whose period is not stated on both
ends, or without a year, may overlap with all others of its agency and is in no sum. A sum is therefore never more than what was
stated, and it says which statements it holds.

Nothing is added across agencies: they work together, and each may tell of the other's share. Personnel are people and not
land, and the same people are in many statements: they are never added.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from mapper.analysis.periods import periods
from mapper.findings import finding
from mapper.names import name_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from mapper.model import Finding, LayerEntry

ADDED = ("area_hectares", "ap_mines", "av_mines", "mines_unspecified", "uxo")
"""Figures of a statement that may be added where periods certainly do not overlap."""
_TEXTS = ("activity_id", "team", "reported_on", "period_start", "period_end", "district", "other_items")


class Statement(NamedTuple):
    """One statement: its position in the table, its figures as stated, and the bounds of its period (None: not known)."""

    at: int
    row: int
    record: Mapping[Hashable, Any]
    first: float | None
    last: float | None

    @property
    def name(self) -> str:
        """Its id."""
        return str(self.record["activity_id"])

    @property
    def days(self) -> float:
        """How many days its period may reach over."""
        return 0 if self.first is None or self.last is None else self.last - self.first + 1

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as plain JSON values."""
        return {
            **{name: _plain(self.record[name]) for name in _TEXTS},
            **{name: _plain(self.record[name]) for name in (*ADDED, "personnel")},
        }


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure added over statements whose periods certainly do not overlap, and which statements these are."""

    column: str
    total: float
    statements: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the sum as plain JSON values."""
        return {"column": self.column, "total": self.total, "statements": list(self.statements)}


@dataclass(frozen=True, slots=True)
class Agency:
    """What one agency stated, in the order of the periods.

    `groups` are the ids of statements whose periods overlap or are linked by others that do, `undated` those that may overlap
    with all others because their period is not known. `name` is None where nobody is named; then nothing is added.
    """

    name: str | None
    statements: tuple[Statement, ...]
    groups: tuple[tuple[str, ...], ...]
    undated: tuple[str, ...]
    sums: tuple[Sum, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the agency's statements as plain JSON values."""
        return {
            "agency": self.name,
            "statements": [statement.to_dict() for statement in self.statements],
            "groups": [list(group) for group in self.groups],
            "undated": list(self.undated),
            "sums": [each.to_dict() for each in self.sums],
        }


def clearance(activities: pd.DataFrame) -> tuple[Agency, ...]:
    """Put statements side by side by agency and period.

    Parameters
    ----------
    activities : DataFrame
        The columns of the kind `activities`, as checked.

    Returns
    -------
    tuple of Agency
        By name; each row in exactly one of them. The order of the rows never matters.

    Examples
    --------
    >>> from mapper import schema
    >>> weeks = schema.typed(
    ...     pd.DataFrame(
    ...         {
    ...             "activity_id": ["a", "b"],
    ...             "agency": ["ANAMA", "ANAMA"],
    ...             "period_start": ["2023-11-20", "2023-12-11"],
    ...             "period_end": ["2023-11-26", "2023-12-17"],
    ...             "ap_mines": ["64", "22"],
    ...         },
    ...         dtype="str",
    ...     ),
    ...     "activities",
    ... )
    >>> clearance(weeks)[0].sums
    (Sum(column='ap_mines', total=86, statements=('a', 'b')),)
    """
    given: dict[str, list[Statement]] = {}
    for statement in _statements(activities):
        given.setdefault(name_key(statement.record["agency"]), []).append(statement)
    return tuple(_agency(given[key], named=bool(key)) for key in sorted(given))


def naming(activities: pd.DataFrame, names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Tell which statements name a district, as a whole or with a remark in brackets behind it.

    A statement that names thirteen districts says nothing of how its hectares lie in them, so nothing but its being there is
    told. Names are compared by their key alone: of a name in another spelling, or inside a remark, nothing is guessed.

    Parameters
    ----------
    activities : DataFrame
        The columns of the kind `activities`, as checked.
    names : iterable of str
        The names of the districts.

    Returns
    -------
    dict of str to tuple of int
        By the key of the name (`mapper.names.name_key`), the positions of the statements, rising; named districts only.

    Examples
    --------
    >>> told = pd.DataFrame({"district": ["Laçın (north), Şuşa", "not stated (calls from Şuşa, Laçın)", "ŞUŞA", None]})
    >>> naming(told, ["Laçın", "Şuşa", "Ağdam"])
    {'laçın': (0,), 'şuşa': (0, 2)}
    """
    known = {name_key(name) for name in names} - {""}
    found: dict[str, list[int]] = {}
    for at, text in enumerate(activities["district"]):
        parts = [] if pd.isna(text) else _BETWEEN_NAMES.split(str(text))
        for key in dict.fromkeys(key for part in parts if (key := _known_key(part, known))):
            found.setdefault(key, []).append(at)
    return {key: tuple(found[key]) for key in sorted(found)}


def _known_key(part: str, known: set[str]) -> str | None:
    keys = (name_key(part), name_key(_REMARK.sub("", part)))
    return next((key for key in keys if key in known), None)


_BETWEEN_NAMES = re.compile(r"[,;](?![^(]*\))")
_REMARK = re.compile(r"\([^)]*\)\s*$")


def statements_overlap(activities: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find the agencies whose statements overlap in time, or may.

    Returns
    -------
    list of Finding
        One an agency, by the first of its rows, severity `info`; the value names the statements that are not added.
    """
    found = []
    for agency in clearance(activities):
        alike = [name for group in agency.groups for name in group] + list(agency.undated)
        if agency.name is not None and len(agency.statements) > 1 and alike:
            row = min(statement.row for statement in agency.statements)
            value = f"{agency.name}: {', '.join(sorted(alike))}"
            found.append(finding("statements_overlap", "info", entry=entry, row=row, value=value))
    return sorted(found, key=lambda each: each.row or 0)


def _statements(activities: pd.DataFrame) -> list[Statement]:
    """Return each row with the bounds of its period, in order of time; those of no known period last."""
    bounds = periods(activities["period_start"], activities["period_end"])
    rows = zip(activities.index, activities.to_dict("records"), bounds.known, strict=True)
    statements = [
        Statement(
            at,
            int(row),
            record,
            float(bounds.start_first[at]) if known else None,
            float(bounds.end_last[at]) if known else None,
        )
        for at, (row, record, known) in enumerate(rows)
    ]
    return sorted(statements, key=_in_time)


def _in_time(statement: Statement) -> tuple[float, float, str, str, int]:
    first = math.inf if statement.first is None else statement.first
    last = math.inf if statement.last is None else statement.last
    return (first, last, str(statement.record["reported_on"]), statement.name, statement.at)


def _agency(statements: Sequence[Statement], *, named: bool) -> Agency:
    groups = _groups([statement for statement in statements if statement.first is not None])
    return Agency(
        name=str(statements[-1].record["agency"]) if named else None,
        statements=tuple(statements),
        groups=tuple(tuple(each.name for each in group) for group in groups if len(group) > 1),
        undated=tuple(statement.name for statement in statements if statement.first is None),
        sums=tuple(each for column in ADDED if named and (each := _sum(groups, column)) is not None),
    )


def _groups(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Part statements in order of time where all before have certainly ended and all after have not begun."""
    groups: list[list[Statement]] = []
    reached = -math.inf
    for statement in statements:
        if statement.first is None or statement.last is None:
            continue
        if statement.first > reached:
            groups.append([])
        groups[-1].append(statement)
        reached = max(reached, statement.last)
    return groups


def _sum(groups: Sequence[Sequence[Statement]], column: str) -> Sum | None:
    """Add a figure over groups, of each the statement of the longest period that states it; None for fewer than two."""
    stating = [[each for each in group if not pd.isna(each.record[column])] for group in groups]
    chosen = [max(group, key=lambda each: (each.days, each.last or 0, each.name)) for group in stating if group]
    if len(chosen) < 2:  # noqa: PLR2004 - one statement is itself
        return None
    figures = [_plain(each.record[column]) for each in chosen]
    total = sum(figures) if all(isinstance(figure, int) for figure in figures) else math.fsum(figures)
    return Sum(column, total, tuple(each.name for each in chosen))


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell of any column
    """Return a cell as a JSON value; None where nothing is stated."""
    if pd.isna(cell):
        return None
    return cell.item() if hasattr(cell, "item") else cell
