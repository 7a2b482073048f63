"""What two editions record otherwise, as an answer in JSON and in words.

What is no longer recorded comes first: orders, zones, hazards, then ground that lies in no outline any more, then orders that are
no longer in force. Each is told as a doubt, since a record that is gone says nothing of what is there. The words are those of the
vocabulary `diff`; names of columns and values stand as they are in the tables.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mapper import terms
from mapper.output.diff import GROUND, RESTRICTIONS, by_id, computed_columns, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mapper.analysis.orders import Order
    from mapper.output.diff import Changed, Diff, Doubt, Side, TableDiff

_VOCABULARY = "diff"
_MOST_LINES = 20
_IN_WORDS = (*RESTRICTIONS, "corridors", "coverage")
"""Tables of which every changed record is told; of the others only how many there are."""
_REMOVED = MappingProxyType({"orders": "removed.order", "zones": "removed.zone", "hazards": "removed.hazard"})


def answer(found: Diff, language: str = "en") -> dict[str, Any]:
    """Return the answer of `mapper diff --json`, with its sentences in a language."""
    return {
        "a": _side(found.a),
        "b": _side(found.b),
        "same": found.is_same,
        "records_less": found.records_less,
        "no_longer_recorded": {name: list(found.tables[name].removed) for name in RESTRICTIONS if name in found.tables},
        "ground": {name: outline.to_dict() for name, outline in found.ground.items()},
        "orders": None
        if found.orders is None
        else {
            "begun": [_order(order) for order in found.orders.begun],
            "ended": [_order(order) for order in found.orders.ended],
            "changed": [each.id for each in found.tables["orders"].changed] if "orders" in found.tables else [],
        },
        "tables": {name: _table(table) for name, table in found.tables.items()},
        "doubts": [_doubt(each, language) for each in found.doubts],
        "language": language,
        "sentences": sentences(found, language),
    }


def sentences(found: Diff, language: str = "en") -> list[str]:
    """Tell what `b` records otherwise than `a`, one sentence for each thing, what is no longer recorded first."""
    say = _Sayer(found, language)
    if found.is_same and not found.doubts and not (found.orders and (found.orders.begun or found.orders.ended)):
        return [say.of("same"), say.of("end")]
    parts: list[Iterable[str]] = [
        say.removed(),
        say.less_ground(),
        say.orders_ended(),
        say.doubts(),
        say.orders_begun(),
        say.added(),
        say.changed(),
        say.counts(),
    ]
    return [say.of("heading"), *(line for part in parts for line in say.cut(list(part))), say.of("end")]


class _Sayer:
    """Makes the sentences of one difference in one language."""

    def __init__(self, found: Diff, language: str) -> None:
        self.found = found
        self.language = language
        self.called: dict[str, dict[str, str]] = {}
        self.edition = {
            "a": found.a.facts.edition_id,
            "b": found.b.facts.edition_id,
            "date_a": found.a.facts.data_date or "?",
            "date_b": found.b.facts.data_date or "?",
        }

    def of(self, code: str, **values: object) -> str:
        """Say one sentence."""
        return terms.sentence(_VOCABULARY, code, self.language, **self.edition, **values)

    def cut(self, lines: list[str]) -> list[str]:
        """Cut a list that nobody would read to its end."""
        rest = len(lines) - _MOST_LINES
        return lines if rest <= 0 else [*lines[:_MOST_LINES], self.of("more", n=rest)]

    def removed(self) -> Iterator[str]:
        """Say which restrictions and hazards are no longer recorded."""
        for name in RESTRICTIONS:
            for each in self._of(name).removed if name in self.found.tables else ():
                yield self.of(_REMOVED[name], named=self._named(name, each))

    def less_ground(self) -> Iterator[str]:
        """Say which ground is in no outline any more: of one record, and of all together."""
        for name in (name for name in GROUND if name in self.found.tables):
            for each in self._of(name).changed:
                if each.outline is not None and each.outline.vanished:
                    yield self.of("outline.gone", **self._record(name, each.id))
                elif each.outline is not None and each.outline.removed is not None:
                    yield self.of("outline.less", km2=_km2(each.outline.removed_km2), **self._record(name, each.id))
            ground = self.found.ground.get(name)
            if ground is not None and ground.removed is not None:
                yield self.of("ground.less", table=self._title(name), km2=_km2(ground.removed_km2))

    def orders_ended(self) -> Iterator[str]:
        """Say which orders are no longer in force."""
        for order in () if self.found.orders is None else self.found.orders.ended:
            yield self.of("order.ended", order=self._order(order))

    def orders_begun(self) -> Iterator[str]:
        """Say which orders are in force that were not."""
        for order in () if self.found.orders is None else self.found.orders.begun:
            yield self.of("order.begun", order=self._order(order))

    def doubts(self) -> Iterator[str]:
        """Say why the two may not be comparable."""
        return (_doubt(each, self.language)["sentence"] for each in self.found.doubts)

    def added(self) -> Iterator[str]:
        """Say which records of restrictions, hazards, corridors and coverage are new, and which ground is."""
        for name in (name for name in _IN_WORDS if name in self.found.tables):
            for each in self._of(name).added:
                yield self.of("added", **self._record(name, each))
            ground = self.found.ground.get(name)
            if ground is not None and ground.added is not None:
                yield self.of("ground.more", table=self._title(name), km2=_km2(ground.added_km2))

    def changed(self) -> Iterator[str]:
        """Say what differs in records of restrictions, hazards, corridors and coverage."""
        for name in (name for name in _IN_WORDS if name in self.found.tables):
            for each in self._of(name).changed:
                if each.is_computed:
                    continue
                if each.outline is not None and each.outline.added is not None:
                    yield self.of("outline.more", km2=_km2(each.outline.added_km2), **self._record(name, each.id))
                cells = [cell for cell in each.cells if cell.column not in computed_columns(name)]
                if cells:
                    told = "; ".join(f"{cell.column}: {_cell(cell.old)} → {_cell(cell.new)}" for cell in cells)
                    yield self.of("record.changed", cells=told, **self._record(name, each.id))

    def counts(self) -> Iterator[str]:
        """Count what differs in each table."""
        for name, table in self.found.tables.items():
            if not table.is_same:
                yield self.of(
                    "count",
                    table=self._title(name),
                    before=table.before,
                    after=table.after,
                    added=len(table.added),
                    removed=len(table.removed),
                    changed=len(table.changed),
                    computed=sum(each.is_computed for each in table.changed),
                )

    def _of(self, name: str) -> TableDiff:
        return self.found.tables[name]

    def _title(self, name: str) -> str:
        table = self.found.b.tables.get(name) or self.found.a.tables[name]
        return str(table.title.get(self.language) or table.title["en"])

    def _record(self, name: str, record_id: str) -> dict[str, str]:
        return {"table": self._title(name), "named": self._named(name, record_id)}

    def _named(self, table: str, record_id: str) -> str:
        """Return an identifier with the name that the later edition, or else the earlier one, gives the record."""
        if table not in self.called:
            sides = (side.tables.get(table) for side in (self.found.a, self.found.b))
            self.called[table] = {key: name for each in sides for key, name in names(each, by_id(each)).items()}
        name = self.called[table].get(record_id, record_id)
        return record_id if name == record_id else f"{record_id} ({name})"

    def _order(self, order: Order) -> str:
        return f"{order.id} ({terms.label('order_type', order.type or '?', self.language)})"


def _km2(area: float) -> str:
    """Write an area with as many digits as tell it from nothing."""
    return f"{area:.2f}" if area >= 0.01 else f"{area:.2g}"  # noqa: PLR2004 - one hectare


def _cell(value: object) -> str:
    return "–" if value is None else str(value)


def _side(side: Side) -> dict[str, Any]:
    facts = side.facts
    return {
        "edition": facts.edition_id,
        "data_date": facts.data_date,
        "stale_after": facts.stale_after,
        "titles": dict(facts.titles),
        "complete": side.complete,
        "refused": dict(side.refused),
    }


def _order(order: Order) -> dict[str, Any]:
    return {"id": order.id, "kind": order.kind, "type": order.type, "from": order.start, "to": order.end}


def _table(table: TableDiff) -> dict[str, Any]:
    return {
        "before": table.before,
        "after": table.after,
        "added": [dict(each) if not isinstance(each, str) else each for each in table.added],
        "removed": [dict(each) if not isinstance(each, str) else each for each in table.removed],
        "changed": [_changed(each) for each in table.changed],
    }


def _changed(changed: Changed) -> dict[str, Any]:
    return {
        "id": changed.id,
        "columns": [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in changed.cells],
        "outline": None if changed.outline is None else changed.outline.to_dict(),
        "computed_only": changed.is_computed,
    }


def _doubt(doubt: Doubt, language: str) -> dict[str, str]:
    values = dict(doubt.values)
    if "kind" in values:
        values["kind"] = terms.label("layer_kind", values["kind"], language)
    return {"code": doubt.code, "sentence": terms.sentence(_VOCABULARY, doubt.code, language, **values)}
