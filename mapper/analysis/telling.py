"""The answer in full: every order, opening, hazard and accident behind a verdict, with distances, sources and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from mapper import terms
from mapper.analysis.in_force import VERDICTS, Asked, Rules, counting_hazards, grounds_of, restricting_zones
from mapper.analysis.judgement import ACCIDENT, BASES, HAZARD, NEAR_M, ZONE, Items, Judged, covering
from mapper.analysis.orders import (
    Order,
    concerns,
    ends_as_restriction,
    is_opening_in_force,
    is_restriction_in_force,
    is_unconfirmed,
    last_confirmed,
)
from mapper.analysis.reach import (
    INSIDE,
    NEAR,
    WITHIN_DOUBT,
    Floats,
    Places,
    Positions,
    in_plane,
    lies_within,
    measured_m,
    nearest_m,
    pairs_near,
)
from mapper.model import Verdict
from mapper.names import units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from mapper.analysis.ground import Ground, Part

_RELATIONS = {INSIDE: "inside", WITHIN_DOUBT: "within_doubt", NEAR: "near"}


def told(
    places: Places,
    judged: Judged,
    ground: Ground,
    asked: Asked,
    *,
    nowhere: bool = False,
) -> Verdict:
    """Tell the answer for the one place in full: every order, opening, hazard and accident behind it, with distances."""
    rules, items = judged.rules, judged.items
    apart = np.zeros(len(items.place)) if nowhere else _measured(places, items, ground)
    of_zones = np.flatnonzero(items.what == ZONE)
    verdict = VERDICTS[judged.rank[0]]
    basis = BASES[judged.basis[0]]
    restricted = any(items.basis[at] != BASES.index("near") for at in of_zones)
    return Verdict(
        verdict=verdict,
        legal=VERDICTS[judged.legal[0]],
        physical=VERDICTS[judged.physical[0]],
        basis=basis,
        on=asked.on,
        known_by=asked.known_by,
        who=asked.said_who,
        orders=tuple(_orders_told(items, of_zones, rules, ground, asked)),
        openings=tuple(_openings_told(places, ground, asked, rules, judged, nowhere=nowhere)) if restricted else (),
        zones=tuple(_zones_told(items, of_zones, apart, ground)),
        hazards=tuple(_hazards_told(places, items, apart, ground, asked, nowhere=nowhere)),
        accidents=tuple(_accidents_told(items, apart, ground)),
        coverage=() if nowhere else tuple(_coverage_told(places, ground)),
        doubt_m=float(judged.doubt_m[0]),
        position_m=float(places.uncertainty_m[0]),
        distance_m=_nearest(places, ground.zones, restricting_zones(ground, rules), nowhere=nowhere),
        distance_hazard_m=_nearest(places, ground.hazards, counting_hazards(ground, asked), nowhere=nowhere),
        sentence=_sentence(verdict, basis, asked, float(judged.doubt_m[0])),
    )


def _measured(places: Places, items: Items, ground: Ground) -> Floats:
    """Return the geodesic distance of each row's record from its place; 0 inside."""
    if not len(items.place):
        return np.zeros(0)
    parts = (ground.zones, ground.hazards, ground.incidents)
    shapes = np.array(
        [parts[what].shapes.plane[record] for what, record in zip(items.what, items.record, strict=True)], dtype=object
    )
    here = in_plane(places, ground.plane)
    apart = np.zeros(len(shapes))
    outside = ~shapely.is_missing(shapes) & ~np.isin(
        items.basis, (BASES.index("inside"), BASES.index("part_of_district"))
    )
    if outside.any():
        apart[outside] = measured_m(here[items.place[outside]], shapes[outside], ground.plane)
    return apart


def _nearest(places: Places, part: Part, counting: Positions, *, nowhere: bool) -> float | None:
    """Return the geodesic distance to the nearest of some records: 0 inside; None where none has a shape."""
    if nowhere or not len(counting):
        return None
    shapes = part.shapes.taken(counting)
    if any(level == INSIDE for level in pairs_near(places, shapes, 0.0).level):
        return 0.0
    _, apart = nearest_m(places, shapes)
    return None if np.isnan(apart[0]) else round(float(apart[0]), 1)


def _orders_told(
    items: Items, of_zones: Positions, rules: Rules, ground: Ground, asked: Asked
) -> Iterable[dict[str, Any]]:
    """Tell each order once, with its nearest relation, in the order of the table."""
    relation: dict[str, int] = {}
    held: dict[str, Order] = {}
    for at in of_zones:
        for effect in rules.effects[items.record[at]]:
            if effect.order is not None:
                held[effect.order.id] = effect.order
                basis = int(items.basis[at])
                relation[effect.order.id] = min(relation.get(effect.order.id, basis), basis)
    listed = list(ground.orders)
    for key in sorted(held, key=lambda each: listed.index(each) if each in ground.orders else len(listed)):
        order = held[key]
        confirmed = last_confirmed(order, asked.on)
        yield {
            **_order_told(order, ends_as_restriction(order, ground.orders, asked.known_by)),
            "relation": _relation(relation[key]),
            "end_condition": order.record.get("end_condition"),
            "last_confirmed_on": confirmed.isoformat() if confirmed else None,
            "unconfirmed": is_unconfirmed(order, asked.on, ground.orders),
        }


def orders_by_place(judged: Judged) -> list[list[str]]:
    """Return for each place the ids of the orders that decide there, those of a place that is only near left out."""
    items = judged.items
    found: list[list[str]] = [[] for _ in judged.basis]
    for at in np.flatnonzero((items.what == ZONE) & (items.basis != BASES.index("near"))):
        found[items.place[at]] += [
            effect.order.id for effect in judged.rules.effects[items.record[at]] if effect.order is not None
        ]
    return found


def _relation(basis: int) -> str:
    """Return how a zone and a place lie to each other: a part of a district is inside it."""
    return "inside" if BASES[basis] == "part_of_district" else BASES[basis]


def _order_told(order: Order, ends: dt.date | None) -> dict[str, Any]:
    """Tell an order; its end as it is stated, else the day before it is superseded or lifted."""
    record = order.record
    end = order.end or (ends.isoformat() if ends else None)
    return {
        "id": order.id,
        "kind": order.kind,
        "type": order.type,
        "valid_from": order.start,
        "valid_to": end,
        "authorities": record.get("authorities"),
        "who": record.get("who"),
        "permit": record.get("permit_rule"),
        "quote": record.get("key_phrase"),
        "source": record.get("source_ids"),
    }


def _openings_told(
    places: Places, ground: Ground, asked: Asked, rules: Rules, judged: Judged, *, nowhere: bool
) -> Iterable[dict[str, Any]]:
    """Tell each opening that is in force and concerns the person, and why it does not open this place where it does not."""
    for order in () if ground.lost.orders else ground.orders.values():
        if not order.opens or not is_opening_in_force(order, asked.on, ground.orders, asked.known_by):
            continue
        if not any(concerns(token, asked.who) for token in order.applies_to):
            continue
        named = tuple(grounds_of(order.id, ground))
        if named and (nowhere or not _is_near(places, ground, named)):
            continue
        applies = False
        if not named:
            why: str | None = "no_geometry"
        elif order not in rules.openings:
            why = "not_for_this_person"
        else:
            applies = bool(judged.opened[0]) and bool(covering(places, np.array([0]), ground, named)[0])
            why = None if applies else "not_on_its_ground"
        conditions = [
            each.id
            for each in ground.orders.values()
            if order.id in each.refers_to
            and each.kind in ("condition", "limit_change")
            and is_restriction_in_force(each, asked.on, ground.orders, asked.known_by)
        ]
        ends = ends_as_restriction(order, ground.orders, asked.known_by)
        yield {**_order_told(order, ends), "applies": applies, "why_not": why, "conditions": conditions}


def _is_near(places: Places, ground: Ground, named: Sequence[tuple[str, int]]) -> bool:
    for kind, row in named:
        part: Part = getattr(ground, kind)
        if len(pairs_near(places, part.shapes.taken([row]), NEAR_M).place):
            return True
    return False


def _zones_told(items: Items, of_zones: Positions, apart: Floats, ground: Ground) -> Iterable[dict[str, Any]]:
    for at in _nearest_first(of_zones, apart):
        record = ground.zones.records.iloc[items.record[at]]
        yield {
            "id": _text(record["zone_id"]),
            "name": _text(record["name"]),
            "extent": _text(record["extent"]),
            "relation": _relation(int(items.basis[at])),
            "distance_m": round(float(apart[at]), 1),
            "accuracy_m": float(items.doubt_m[at]),
            "orders": units(record["order_ids"]),
        }


def _hazards_told(
    places: Places, items: Items, apart: Floats, ground: Ground, asked: Asked, *, nowhere: bool
) -> Iterable[dict[str, Any]]:
    """Tell the hazards that reach the place, and the land around it that is recorded as released."""
    rows = np.flatnonzero(items.what == HAZARD)
    told_of = {int(items.record[at]): (BASES[items.basis[at]], float(apart[at])) for at in _nearest_first(rows, apart)}
    if not nowhere:
        counting = set(counting_hazards(ground, asked).tolist())
        others = [row for row in range(len(ground.hazards)) if row not in counting]
        pairs = pairs_near(places, ground.hazards.shapes.taken(others), 0.0)
        here = in_plane(places, ground.plane)
        for shape, level in zip(pairs.shape, pairs.level, strict=True):
            outline = ground.hazards.shapes.plane[[others[shape]]]
            away = 0.0 if level == INSIDE else float(measured_m(here, outline, ground.plane)[0])
            told_of[others[shape]] = (_RELATIONS[int(level)], away)
    else:
        counting = set()
    for row, (relation, away) in told_of.items():
        record = ground.hazards.records.iloc[row]
        yield {
            "id": _text(record["hazard_id"]),
            **{name: _text(record[name]) for name in ("name", "class", "status", "product", "closed_on")},
            "relation": relation,
            "counts": row in counting,
            "distance_m": round(away, 1),
            "evidence": _text(record["evidence_direct"]) or _text(record["evidence_indirect"]),
            "source": _text(record["source_ids"]),
        }


def _accidents_told(items: Items, apart: Floats, ground: Ground) -> Iterable[dict[str, Any]]:
    rows = np.flatnonzero(items.what == ACCIDENT)
    for at in _nearest_first(rows, apart):
        record = ground.incidents.records.iloc[items.record[at]]
        radius = record["uncertainty_m"]
        yield {
            "id": _text(record["incident_id"]),
            "date": _text(record["date_start"]),
            "place": _text(record["place"]),
            "distance_m": None if record["place"] == "district" else round(float(apart[at]), 1),
            "uncertainty_m": None if pd.isna(radius) else float(radius),
            "source": _text(record["source_ids"]),
        }


def _coverage_told(places: Places, ground: Ground) -> Iterable[dict[str, Any]]:
    for row in range(len(ground.coverage)):
        if lies_within(places, ground.coverage.shapes, row, 0.0)[0]:
            record = ground.coverage.records.iloc[row]
            yield {str(name).removeprefix("coverage_"): _text(cell) for name, cell in record.items()}


def _nearest_first(rows: Positions, apart: Floats) -> Positions:
    return rows[np.argsort(apart[rows], kind="stable")]


def _text(cell: Any) -> str | None:  # noqa: ANN401 - a cell
    return None if cell is None or pd.isna(cell) else str(cell)


def _sentence(verdict: str, basis: str, asked: Asked, doubt_m: float) -> str:
    label = terms.label("verdict", verdict)
    why = terms.label("basis", basis)
    meaning = terms.vocabulary("verdict")[verdict].definition["en"]
    kinds = ", ".join(terms.label("applies_to", kind).lower() for kind in sorted(asked.who))
    return f"{label}. {why} (on {asked.on}, for {kinds}; doubt {doubt_m:,.0f} m). {meaning}"


def unresolved(asked: Asked, reason: str) -> Verdict:
    """Return the answer for a place that could not be told: not assessed, with the reason.

    Examples
    --------
    >>> import datetime as dt
    >>> asked = Asked(dt.date(2026, 1, 1), None, frozenset({"all_civilians"}), "all_civilians")
    >>> unresolved(asked, "no place of this name is known").basis
    'unresolved'
    """
    return Verdict.unresolved(asked.on, asked.known_by, asked.said_who, reason)
