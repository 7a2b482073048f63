"""One table for every place: what reaches it, how strict that is there, and which row decides.

Every zone, hazard and accident that reaches a place becomes one row: how strict it is there, by what relation, at what distance,
with what doubt. The strictest row decides. The same table answers for one place and for a million.

Where the rule is silent the stricter reading was taken:

- The ground of an opening is each corridor or polygon by itself, made smaller by the doubt; grounds are not put together.
- An accident known only by its district is near everywhere in that district.
- Ground is covered only as long as the data are not stale and none of their records is lost, and with all of the place's
  uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mapper.analysis.days import first_day, last_day
from mapper.analysis.in_force import (
    RANK,
    Asked,
    Effect,
    Rules,
    counting_hazards,
    known_accidents,
    read_rules,
    restricting_zones,
)
from mapper.analysis.reach import (
    INSIDE,
    NEAR,
    WITHIN_DOUBT,
    Flags,
    Floats,
    Pairs,
    Places,
    Positions,
    in_plane,
    lies_along,
    lies_within,
    nearest_m,
    pairs_near,
)
from mapper.names import name_key, units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.analysis.ground import Ground, Part

NEAR_M = 1_000.0
"""Beyond the doubt, by no more than this, is near."""
BASES = ("inside", "part_of_district", "within_doubt", "no_geometry", "near", "outside", "not_covered")
_INSIDE, _PART, _DOUBT, _NO_GEOMETRY, _NEAR, _OUTSIDE, _NOT_COVERED = range(len(BASES))
_PARTIAL = ("part", "interpreted")
_LEGAL, _PHYSICAL = 0, 1
ZONE, HAZARD, ACCIDENT = 0, 1, 2


class Items(NamedTuple):
    """One row for each zone, hazard or accident that reaches a place; `doubt_m` is that of its line, `record` its position."""

    place: Positions
    axis: npt.NDArray[np.int8]
    rank: npt.NDArray[np.int8]
    basis: npt.NDArray[np.int8]
    doubt_m: Floats
    what: npt.NDArray[np.int8]
    record: Positions


@dataclass(frozen=True, slots=True)
class Judged:
    """The answers for places, by position: ranks, basis, doubt in metres, the rows they rest on, the orders as they were read."""

    legal: npt.NDArray[np.int8]
    physical: npt.NDArray[np.int8]
    basis: npt.NDArray[np.int8]
    doubt_m: Floats
    items: Items
    opened: Flags
    rules: Rules

    @property
    def rank(self) -> npt.NDArray[np.int8]:
        """The stricter of the two axes."""
        return np.maximum(self.legal, self.physical)


class Named(NamedTuple):
    """A place asked about by a name: the zones that bear it, their neighbours that are not meant, whether any is drawn."""

    zones: tuple[int, ...]
    beside: Flags
    drawn: bool


def judge(places: Places, ground: Ground, asked: Asked, named: Named | None = None) -> Judged:
    """Judge places, all by the same table of what reaches them.

    Parameters
    ----------
    places : Places
        Points, or other geometries, in WGS 84.
    ground : Ground
        What is asked of.
    asked : Asked
        Day, knowledge and person.
    named : Named, optional
        What the one place is named after: zones without an outline reach it by that name.

    Returns
    -------
    Judged
        One answer for each place, in the given order.
    """
    rules = read_rules(ground, asked)
    nowhere = named is not None and not named.drawn
    rows = [] if named is None else [_named_zones(ground, rules, named.zones)]
    opened = np.zeros(len(places), dtype=bool)
    if named is not None and nowhere:
        rows.append(_accidents_by_name(ground, asked, named.zones))
    else:
        legal, opened = _zones(places, ground, rules, None if named is None else named.beside)
        rows += [legal, _hazards(places, ground, asked), _accidents(places, ground, asked)]
    items = Items(*(np.concatenate(column) for column in zip(*rows, strict=True)))
    covered = np.zeros(len(places), dtype=bool) if nowhere else _covered(places, ground, asked)
    mildest = np.where(covered, RANK["no_restriction_recorded"], RANK["not_assessed"]).astype(np.int8)
    legal_rank, physical_rank = mildest.copy(), mildest.copy()
    for axis, ranks in ((_LEGAL, legal_rank), (_PHYSICAL, physical_rank)):
        on_axis = items.axis == axis
        np.maximum.at(ranks, items.place[on_axis], items.rank[on_axis])
    basis = np.where(covered, _OUTSIDE, _NOT_COVERED).astype(np.int8)
    first = _deciding(items, places, ground)
    basis[items.place[first]] = items.basis[first]
    doubt = places.uncertainty_m.copy()
    alone = np.ones(len(places), dtype=bool)
    alone[items.place[first]] = False
    doubt[items.place[first]] += items.doubt_m[first]
    if not nowhere and alone.any():
        doubt[alone] += _doubt_of_nearest(places, alone, ground, rules)
    return Judged(legal_rank, physical_rank, basis, doubt, items, opened, rules)


def _zones(places: Places, ground: Ground, rules: Rules, beside: Flags | None) -> tuple[Items, Flags]:
    """Return what the zones do to the places near them, and the places where an opening replaces a ban."""
    left_out = np.zeros(len(rules.effects), dtype=bool) if beside is None else beside
    acting = np.array(
        [row for row, effects in enumerate(rules.effects) if effects and not left_out[row]], dtype=np.intp
    )
    pairs = pairs_near(places, ground.zones.shapes.taken(acting), NEAR_M)
    zone = acting[pairs.shape] if len(acting) else pairs.shape
    strictest = np.array([max((each.rank for each in effects), default=0) for effects in rules.effects], dtype=np.int8)
    rank = strictest[zone] if len(strictest) else np.zeros(0, dtype=np.int8)
    opened = np.zeros(len(places), dtype=bool)
    asked_for = sorted({number for effects in rules.effects for each in effects for number in each.openings})
    if asked_for and len(zone):
        reached = np.unique(pairs.place[pairs.level < NEAR])
        covered = {number: covering(places, reached, ground, rules.grounds[number]) for number in asked_for}
        rank, opened = _replaced(rank, pairs, zone, rules, covered)
    partial = ground.zones.records["extent"].isin(_PARTIAL).to_numpy()[zone]
    basis = np.select(
        [pairs.level == NEAR, pairs.level == WITHIN_DOUBT, partial], [_NEAR, _DOUBT, _PART], _INSIDE
    ).astype(np.int8)
    rank = np.where(pairs.level == NEAR, RANK["near_restricted"], rank).astype(np.int8)
    return _items(pairs, zone, rank, basis, ground.zones.shapes.doubt_m[zone], ZONE), opened


def covering(places: Places, reached: Positions, ground: Ground, named: Sequence[tuple[str, int]]) -> Flags:
    """Tell which places lie on ground of an opening, made smaller by the doubt."""
    here = _some(places, reached)
    found = np.zeros(len(reached), dtype=bool)
    for kind, row in named:
        part: Part = getattr(ground, kind)
        accuracy = float(part.shapes.doubt_m[row])
        if part.shapes.lon_lat[row].geom_type in ("LineString", "MultiLineString"):
            width = part.records["width_m"].iloc[row]
            if not pd.isna(width):
                found |= lies_along(here, part.shapes, row, float(width) / 2 - accuracy)
        else:
            found |= lies_within(here, part.shapes, row, accuracy)
    all_places = np.zeros(len(places), dtype=bool)
    all_places[reached] = found
    return all_places


def _some(places: Places, at: Positions) -> Places:
    geometries = None if places.geometries is None else places.geometries[at]
    return Places(places.lon[at], places.lat[at], geometries, places.uncertainty_m[at])


def _replaced(
    rank: npt.NDArray[np.int8], pairs: Pairs, zone: Positions, rules: Rules, covering: Mapping[int, Flags]
) -> tuple[npt.NDArray[np.int8], Flags]:
    """Take the openings into account wherever one covers a place that a ban reaches."""
    opened = np.zeros(len(next(iter(covering.values()))), dtype=bool)
    ranks = rank.copy()
    any_cover = np.logical_or.reduce(list(covering.values()))
    for at in np.flatnonzero(any_cover[pairs.place] & (pairs.level < NEAR)):
        here = {number for number, flags in covering.items() if flags[pairs.place[at]]}
        left = [_rank_under(effect, here, rules) for effect in rules.effects[zone[at]]]
        opened[pairs.place[at]] |= any(here & set(effect.openings) for effect in rules.effects[zone[at]])
        ranks[at] = max(left)
    return ranks, opened


def _rank_under(effect: Effect, here: set[int], rules: Rules) -> int:
    """Return how strict an order is where these openings cover the place: the strictest of those that replace it."""
    replacing = [RANK[rules.openings[number].verdict or "no_entry"] for number in effect.openings if number in here]
    return max(replacing) if replacing else effect.rank


def _hazards(places: Places, ground: Ground, asked: Asked) -> Items:
    counting = counting_hazards(ground, asked)
    pairs = pairs_near(places, ground.hazards.shapes.taken(counting), NEAR_M)
    record = counting[pairs.shape] if len(counting) else pairs.shape
    near = pairs.level == NEAR
    rank = np.where(near, RANK["near_restricted"], RANK["hazard_recorded"]).astype(np.int8)
    basis = np.select([near, pairs.level == WITHIN_DOUBT], [_NEAR, _DOUBT], _INSIDE).astype(np.int8)
    return _items(pairs, record, rank, basis, ground.hazards.shapes.doubt_m[record], HAZARD)


def _accidents(places: Places, ground: Ground, asked: Asked) -> Items:
    known = known_accidents(ground, asked)
    pairs = pairs_near(places, ground.incidents.shapes.taken(known), NEAR_M)
    record = known[pairs.shape] if len(known) else pairs.shape
    rank = np.full(len(record), RANK["near_restricted"], dtype=np.int8)
    basis = np.full(len(record), _NEAR, dtype=np.int8)
    doubt = ground.incidents.shapes.doubt_m[record]
    return _items(pairs, record, rank, basis, doubt, ACCIDENT)


def _accidents_by_name(ground: Ground, asked: Asked, named: Sequence[int]) -> Items:
    """Return the accidents of the districts that zones name, for a place that is only a name."""
    keys = {name_key(unit) for row in named for unit in units(ground.zones.records["admin_units"].iloc[row])}
    districts = ground.incidents.records["district"]
    rows = np.array(
        [row for row in known_accidents(ground, asked) if name_key(districts.iloc[row]) in keys], dtype=np.intp
    )
    pairs = Pairs(np.zeros_like(rows), rows, np.full(len(rows), NEAR, dtype=np.int8))
    rank = np.full(len(rows), RANK["near_restricted"], dtype=np.int8)
    return _items(pairs, rows, rank, np.full(len(rows), _NEAR, dtype=np.int8), np.zeros(len(rows)), ACCIDENT)


def _named_zones(ground: Ground, rules: Rules, named: Sequence[int]) -> Items:
    rows = np.array(
        [row for row in named if ground.zones.shapes.lon_lat[row] is None and rules.effects[row]], dtype=np.intp
    )
    pairs = Pairs(np.zeros_like(rows), rows, np.full(len(rows), INSIDE, dtype=np.int8))
    rank = np.array([max(each.rank for each in rules.effects[row]) for row in rows], dtype=np.int8)
    basis = np.full(len(rows), _NO_GEOMETRY, dtype=np.int8)
    return _items(pairs, rows, rank, basis, ground.zones.shapes.doubt_m[rows], ZONE)


def _items(
    pairs: Pairs,
    record: Positions,
    rank: npt.NDArray[np.int8],
    basis: npt.NDArray[np.int8],
    doubt_m: Floats,
    what: int,
) -> Items:
    count = len(record)
    axis = _LEGAL if what == ZONE else _PHYSICAL
    return Items(
        pairs.place,
        np.full(count, axis, dtype=np.int8),
        rank,
        basis,
        doubt_m,
        np.full(count, what, dtype=np.int8),
        record,
    )


def _deciding(items: Items, places: Places, ground: Ground) -> Positions:
    """Return the row that decides for each place that has any: strictest, legal, by basis, nearest, of the largest doubt.

    Distances are measured only where a place has several rows that differ in nothing else but their doubt.
    """
    best = np.full(len(places), -1, dtype=np.intp)
    best[items.place] = np.arange(len(items.place))
    crowded = np.flatnonzero(np.bincount(items.place, minlength=len(places))[items.place] > 1)
    keys = (items.basis[crowded], items.axis[crowded], -items.rank[crowded], items.place[crowded])
    same = crowded[np.lexsort(keys)]
    first = same[np.flatnonzero(np.diff(items.place[same], prepend=-1))]
    best[items.place[first]] = first
    leader = best[items.place[crowded]]
    tied = crowded[
        (items.rank[crowded] == items.rank[leader])
        & (items.axis[crowded] == items.axis[leader])
        & (items.basis[crowded] == items.basis[leader])
    ]
    several = tied[np.bincount(items.place[tied], minlength=len(places))[items.place[tied]] > 1]
    distance = _distances(several, items, places, ground)
    order = several[np.lexsort((items.record[several], -items.doubt_m[several], distance, items.place[several]))]
    nearest = order[np.flatnonzero(np.diff(items.place[order], prepend=-1))]
    best[items.place[nearest]] = nearest
    return best[best >= 0]


def _distances(rows: Positions, items: Items, places: Places, ground: Ground) -> Floats:
    """Return how far the records of some rows are from their places, in the plane: 0 inside, or within an accident's circle."""
    apart = np.zeros(len(rows))
    outside = np.flatnonzero(~np.isin(items.basis[rows], (_INSIDE, _PART, _NO_GEOMETRY)))
    if not len(outside):
        return apart
    asked = rows[outside]
    shapes = np.array([None] * len(asked), dtype=object)
    for what, part in ((ZONE, ground.zones), (HAZARD, ground.hazards), (ACCIDENT, ground.incidents)):
        of_kind = np.flatnonzero(items.what[asked] == what)
        shapes[of_kind] = part.shapes.plane[items.record[asked[of_kind]]]
    which, at = np.unique(items.place[asked], return_inverse=True)
    here = in_plane(_some(places, which), ground.plane)
    found = np.nan_to_num(shapely.distance(shapes, here[at]))
    radius = np.where(items.what[asked] == ACCIDENT, items.doubt_m[asked], 0.0)
    apart[outside] = np.maximum(found - radius, 0.0)
    return apart


def _covered(places: Places, ground: Ground, asked: Asked) -> Flags:
    covered = np.zeros(len(places), dtype=bool)
    if any(ground.lost) or (ground.stale_after is not None and asked.on > ground.stale_after):
        return covered
    for row, record in enumerate(ground.coverage.records.itertuples(index=False)):
        if record.orders_state == "listed" and in_period(record.period_start, record.period_end, asked):
            left = np.flatnonzero(~covered)
            covered[left] = lies_within(_some(places, left), ground.coverage.shapes, row, 0.0)
    return covered


def in_period(start: Any, end: Any, asked: Asked) -> bool:  # noqa: ANN401 - cells
    """Tell whether the day that is asked about, and that of the map's knowledge, surely lie in a period of coverage.

    A bound that is not stated is open; one that is stated and cannot be used bounds everything out.
    """
    first, last = last_day(start), first_day(end)
    unusable = (not pd.isna(start) and first is None) or (not pd.isna(end) and last is None)
    begun = first is None or (first <= asked.on and (asked.known_by is None or first <= asked.known_by))
    return not unusable and begun and (last is None or asked.on <= last)


def _doubt_of_nearest(places: Places, alone: Flags, ground: Ground, rules: Rules) -> Floats | float:
    """Return the accuracy of the nearest zone that restricts anybody asked about, for places that nothing reaches."""
    acting = restricting_zones(ground, rules)
    doubts = ground.zones.shapes.doubt_m[acting]
    if not len(doubts) or (doubts == doubts[0]).all():
        return float(doubts[0]) if len(doubts) else 0.0
    nearest, _ = nearest_m(_some(places, np.flatnonzero(alone)), ground.zones.shapes.taken(acting))
    return doubts[nearest]
