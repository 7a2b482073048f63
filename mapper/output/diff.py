"""Two editions told apart: which records one has and the other has not, which differ, and in what.

Records are matched by their identifiers, table by table; a table without identifiers is compared by whole rows. What is compared
is what an edition publishes (`mapper.output.published`), with coordinates on the page's grid of 1e-6 degree, so that an edition
read from its folder equals the one that was just made of the same layers. An outline that merely starts at another corner, or
runs the other way round, is the same outline.

A record that is gone is told as *no longer recorded* and never as gone: nothing here knows why it is. Restrictions and hazards
that are no longer recorded, ground that no outline holds any more and orders that are no longer in force are therefore kept
apart from everything else (`Diff.records_less`), and so are the reasons why the two may not be comparable at all (`doubts`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from mapper.analysis.orders import is_opening_in_force, is_restriction_in_force, read_orders
from mapper.errors import DataRefused
from mapper.output.outlines import Outline, Places, compared, ground, signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from mapper.analysis.orders import Order
    from mapper.output.compose import Edition
    from mapper.output.edition_folder import ReadEdition
    from mapper.output.published import ExportFacts, PublishedTable

    Flags = npt.NDArray[np.bool_]
    _Days = tuple[str | None, str | None]

RESTRICTIONS = ("orders", "zones", "hazards")
"""Tables whose records forbid or warn, in the order they are told."""
GROUND = ("zones", "hazards")
"""Tables whose outlines are also compared all together, as a zone may be cut in two under new names."""
_SAME = 1e-9
"""Numbers that differ by less, relatively, were computed by two versions of a library and not recorded otherwise."""
_COMPUTED = MappingProxyType(
    {
        "incidents": ("relation", "zone_ids", "relations", "shares", "order_ids", "near_districts"),
        "zones": ("area_km2", "incidents_inside", "incidents_uncertain"),
        "districts": ("lon", "lat", "zone_id", "incidents_district_level"),
        "hazards": ("area_m2",),
    }
)
"""Columns that follow from other records: a change in these alone is a change of those. Sums of reports come with it."""
_NAMES = ("name", "title")
_RECORDED = "recorded_on"
"""Where nobody states when a record became known, this is the day of the edition (`mapper.analysis.record_dates`), which differs
between any two; then it says nothing of the record and is passed over."""
_REPORTED = ("incidents_reported", "killed_reported", "injured_reported")


@dataclass(frozen=True, slots=True)
class Side:
    """One of two editions: its tables by name, what it states, and what keeps it from being compared whole.

    `refused` is how many records of each kind of layer were refused; `counts_only` says that incidents are counted and not held;
    `complete` is that of the edition.
    """

    tables: Mapping[str, PublishedTable]
    facts: ExportFacts
    refused: Mapping[str, int] = field(default_factory=dict)
    counts_only: bool = False
    complete: bool = True

    @classmethod
    def of_folder(cls, read: ReadEdition) -> Side:
        """Return an edition that was read from its folder."""
        tables = {table.name: table for table in read.tables}
        return cls(tables, read.facts, read.refused, read.counts_only, read.complete)

    @classmethod
    def of_edition(cls, edition: Edition, tables: Sequence[PublishedTable], facts: ExportFacts) -> Side:
        """Return an edition that was just made."""
        refused = Counter[str]()
        for entry, ledger, _ in edition.layers:
            refused[entry.kind] += ledger.rejected
        return cls({table.name: table for table in tables}, facts, +refused, edition.counts_only, edition.complete)


class Cell(NamedTuple):
    """One column of a record that differs: what it held and what it holds, None for nothing."""

    column: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """One record that both editions have and that differs; `outline` is None where its place is the same."""

    id: str
    cells: tuple[Cell, ...]
    outline: Outline | None
    is_computed: bool
    """Whether only what follows from other records differs."""


@dataclass(frozen=True, slots=True)
class TableDiff:
    """One table of two editions: records before and after, and the ids of those that one alone has, sorted.

    A table without identifiers has rows instead of ids: mappings of its columns, those that are null left out.
    """

    name: str
    before: int
    after: int
    added: tuple[Any, ...]
    removed: tuple[Any, ...]
    changed: tuple[Changed, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class InForce:
    """Orders that count on the day of one edition and not on that of the other; None where an edition states no day."""

    begun: tuple[Order, ...]
    ended: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why two editions may not be comparable: a code of the vocabulary `diff`, and the values of its sentence."""

    code: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diff:
    """What edition `b` records otherwise than edition `a`.

    `tables` has every table that one of them has. `ground` is, of zones and of hazards all together, the ground that lies in one
    edition's outlines alone. `orders` is None where an edition does not state its date.
    """

    a: Side
    b: Side
    tables: Mapping[str, TableDiff]
    ground: Mapping[str, Outline]
    orders: InForce | None
    doubts: tuple[Doubt, ...]

    @property
    def is_same(self) -> bool:
        """Whether both editions record the same; never of one whose accidents are only counted, as nobody knows."""
        known = not (self.a.counts_only or self.b.counts_only)
        return known and all(table.is_same for table in self.tables.values())

    @property
    def records_less(self) -> bool:
        """Whether `b` restricts or warns less than `a`: of a record, of its ground, or of an order in force."""
        gone = any(self.tables[name].removed for name in RESTRICTIONS if name in self.tables)
        shrunk = any(
            changed.outline is not None and changed.outline.is_less
            for name in GROUND
            if name in self.tables
            for changed in self.tables[name].changed
        )
        return gone or shrunk or bool(self.orders is not None and self.orders.ended)


def diff(a: Side, b: Side) -> Diff:
    """Tell two editions apart.

    Parameters
    ----------
    a, b : Side
        The edition before and the one after.

    Returns
    -------
    Diff
        The same for the same editions, whatever the order of their rows; of an edition and itself it is the same.

    Raises
    ------
    DataRefused
        When records of a table have no identifier.

    Notes
    -----
    Records of two layers may bear one identifier, except incidents and zones. They are numbered in their order ("h-1",
    "h-1 (2)"), and that is told as a doubt.
    """
    names = [*a.tables, *(name for name in b.tables if name not in a.tables)]
    held = [name for name in names if not (name == "incidents" and (a.counts_only or b.counts_only))]
    days = (a.facts.data_date, b.facts.data_date)
    tables = {name: _table(a.tables.get(name), b.tables.get(name), days) for name in sorted(held, key=_rank)}
    changed_ground = [name for name in GROUND if name in tables and _ground_may_differ(tables[name])]
    return Diff(
        a=a,
        b=b,
        tables=MappingProxyType(tables),
        ground=MappingProxyType({name: ground(_places(a, name), _places(b, name)) for name in changed_ground}),
        orders=_in_force(a, b),
        doubts=_doubts(a, b),
    )


def _rank(name: str) -> tuple[bool, int, str]:
    return (name not in RESTRICTIONS, RESTRICTIONS.index(name) if name in RESTRICTIONS else 0, name)


# ---------------------------------------------------------------- one table
def _table(before: PublishedTable | None, after: PublishedTable | None, days: _Days) -> TableDiff:
    either = before if before is not None else after
    if either is None:
        raise TypeError("one of the editions has the table")
    if either.id_column is None:
        return _rows(either.name, before, after)
    old, new = by_id(before), by_id(after)
    added, removed = (tuple(sorted(one.index.difference(other.index))) for one, other in ((new, old), (old, new)))
    both = old.index.intersection(new.index).sort_values()
    compare = before is not None and after is not None
    changed = _changed(either, old.loc[both], new.loc[both], days) if compare else ()
    return TableDiff(either.name, len(old), len(new), added, removed, changed)


def by_id(table: PublishedTable | None) -> pd.DataFrame:
    """Return the records of a table by their identifiers, none of a table that an edition lacks.

    Raises
    ------
    DataRefused
        When a record has no identifier.
    """
    if table is None or table.id_column is None:
        return pd.DataFrame(index=pd.Index([], dtype="str"))
    frame, id_column = pd.DataFrame(table.frame), table.id_column
    ids, times = frame[id_column], frame.groupby(id_column, dropna=False).cumcount()
    own = ids.where(times == 0, ids + " (" + (times + 1).astype("str") + ")")
    if own.hasnans or own.duplicated().any():
        raise DataRefused(
            "its records cannot be told apart by their identifiers",
            layer=table.name,
            advice="Give every record an identifier of its own and build again.",
        )
    return frame.set_index(pd.Index(own)).drop(columns=id_column)


def names(table: PublishedTable | None, records: pd.DataFrame) -> dict[str, str]:
    """Return what records are called, by identifier, without those that have no name."""
    columns = () if table is None else (each.name for each in table.columns)
    column = next((each for each in columns if each in _NAMES and each in records), None)
    called = pd.Series(dtype="str") if column is None else records[column].dropna()
    return dict(zip(called.index, called.astype("str"), strict=True))


def _changed(table: PublishedTable, old: pd.DataFrame, new: pd.DataFrame, days: _Days) -> tuple[Changed, ...]:
    """Compare records that both editions have, rows in the same order."""
    cells: dict[int, list[Cell]] = {}
    for column in (each for each in table.columns if each.name != table.id_column):
        before, after = old[column.name], new[column.name]
        differ = _differ(before, after, is_number=column.kind == "number")
        if column.name == _RECORDED:
            differ &= ~(_is_day(before, days[0]) & _is_day(after, days[1]))
        rows = np.flatnonzero(differ)
        found = zip(rows.tolist(), _plain(before.iloc[rows]), _plain(after.iloc[rows]), strict=True)
        for row, was, now in found:
            cells.setdefault(row, []).append(Cell(column.name, was, now))
    outlines = {} if table.geometry is None else compared(_shapes(old), _shapes(new))
    computed = computed_columns(table.name)
    ids = old.index.tolist()
    return tuple(
        Changed(
            id=ids[row],
            cells=tuple(cells.get(row, ())),
            outline=outlines.get(row),
            is_computed=row not in outlines and all(cell.column in computed for cell in cells[row]),
        )
        for row in sorted(cells.keys() | outlines.keys())
    )


def computed_columns(table: str) -> frozenset[str]:
    """Return the columns of a table that follow from other records.

    Examples
    --------
    >>> "area_km2" in computed_columns("zones"), "name" in computed_columns("zones")
    (True, False)
    """
    return frozenset({*_COMPUTED.get(table, ()), *_REPORTED})


def _differ(before: pd.Series, after: pd.Series, *, is_number: bool) -> Flags:
    absent = before.isna().to_numpy(), after.isna().to_numpy()
    if is_number:
        close = np.isclose(before.to_numpy(float), after.to_numpy(float), rtol=_SAME, atol=0.0)
        apart: Flags = ~(close | (absent[0] & absent[1]))
        return apart
    unlike = (before.reset_index(drop=True) != after.reset_index(drop=True)).fillna(value=True).to_numpy(dtype=bool)
    found: Flags = np.where(absent[0] | absent[1], absent[0] != absent[1], unlike)
    return found


def _is_day(cells: pd.Series, day: str | None) -> Flags:
    """Tell which cells are a day, or its month where they are cut to that."""
    days = [] if day is None else [day, day[: len("YYYY-MM")]]
    found: Flags = cells.isin(days).to_numpy(dtype=bool)
    return found


def _plain(cells: pd.Series) -> list[Any]:
    return [None if pd.isna(cell) else cell for cell in cells.tolist()]


def _shapes(frame: pd.DataFrame) -> Places:
    return np.asarray(frame["geometry"], dtype=object)


def _rows(name: str, before: PublishedTable | None, after: PublishedTable | None) -> TableDiff:
    """Compare tables whose records have no identifier: a row that differs is one less and one more."""
    old, new = (_counted(table) for table in (before, after))
    added, removed = ((one - other) for one, other in ((new, old), (old, new)))
    return TableDiff(name, old.total(), new.total(), _told(added), _told(removed))


def _counted(table: PublishedTable | None) -> Counter[tuple[Any, ...]]:
    if table is None:
        return Counter()
    columns: list[list[Any]] = [
        [(column.name, cell) for cell in _plain(table.frame[column.name])] for column in table.columns
    ]
    shapes = [] if table.geometry is None else [[("", each) for each in signature(_shapes(pd.DataFrame(table.frame)))]]
    return Counter(zip(*columns, *shapes, strict=True))


def _told(rows: Counter[tuple[Any, ...]]) -> tuple[Mapping[str, Any], ...]:
    listed = sorted(rows.elements(), key=repr)
    return tuple({name: cell for name, cell in row if name and cell is not None} for row in listed)


# ---------------------------------------------------------------- ground, orders, doubts
def _ground_may_differ(table: TableDiff) -> bool:
    return bool(table.added or table.removed or any(each.outline is not None for each in table.changed))


def _places(side: Side, name: str) -> Places:
    table = side.tables.get(name)
    return np.zeros(0, dtype=object) if table is None else _shapes(pd.DataFrame(table.frame))


def _in_force(a: Side, b: Side) -> InForce | None:
    days = [side.facts.data_date for side in (a, b)]
    if None in days:
        return None
    before, after = (_counting(side, dt.date.fromisoformat(str(day))) for side, day in zip((a, b), days, strict=True))
    recorded = [
        set() if "orders" not in side.tables else set(side.tables["orders"].frame["order_id"]) for side in (a, b)
    ]
    return InForce(
        begun=tuple(after[each] for each in sorted(after.keys() - before.keys())),
        ended=tuple(before[each] for each in sorted(before.keys() - after.keys()) if each in recorded[1]),
    )


def _counting(side: Side, on: dt.date) -> dict[str, Order]:
    """Return the orders that count on a day: an opening that certainly does, any other that may."""
    table = side.tables.get("orders")
    orders = {} if table is None else read_orders(pd.DataFrame(table.frame))
    return {
        key: order
        for key, order in orders.items()
        if (is_opening_in_force if order.opens else is_restriction_in_force)(order, on, orders)
    }


def _doubts(a: Side, b: Side) -> tuple[Doubt, ...]:
    days = (a.facts.data_date, b.facts.data_date)
    found = [Doubt("doubt.undated", {})] if None in days else []
    if None not in days and str(days[0]) > str(days[1]):
        found.append(Doubt("doubt.newer_first", {"date_a": days[0], "date_b": days[1]}))
    for side in (a, b):
        edition = side.facts.edition_id
        if side.counts_only:
            found.append(Doubt("doubt.counts_only", {"edition": edition}))
        if not side.complete:
            found.append(Doubt("doubt.incomplete", {"edition": edition}))
        found += [
            Doubt("doubt.refused", {"edition": edition, "n": number, "kind": kind})
            for kind, number in sorted(side.refused.items())
        ]
        found += [
            Doubt("doubt.same_id", {"edition": edition, "n": number, "kind": name})
            for name, table in sorted(side.tables.items())
            if table.id_column is not None and (number := int(table.frame[table.id_column].duplicated().sum()))
        ]
    return tuple(found)
