"""A second implementation of the rule for points, in plain loops, that shares no code with the program.

It reads rows as `tests.worlds` draws them: every shape is one box, a point, or a line through lattice points. Whether a point
lies in a box is told by comparing numbers; a distance is the least geodesic distance (pyproj.Geod) to points along its edges,
ever closer around the nearest. A comparison too close to call raises `TooClose`, and the question is left out.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pyproj

if TYPE_CHECKING:
    from tests.worlds import Question, Row, World

GEOD = pyproj.Geod(ellps="WGS84")
SCALE = [
    *("no_restriction_recorded", "not_assessed", "near_restricted", "permit_only", "corridor_only", "hazard_recorded"),
    "no_entry",
]
BASES = ["inside", "part_of_district", "within_doubt", "no_geometry", "near"]
OPENS = {
    "permit_rule": "corridor_only",
    "permit_extension": "corridor_only",
    "opening_with_limit": "permit_only",
    "escorted_only": "corridor_only",
}
FORBIDS = ("ban", "site_closure", "curfew")
BEFORE_ALL, AFTER_ALL = dt.date(1, 1, 1), dt.date(9999, 12, 31)


class TooClose(Exception):
    """Two lengths that differ by less than the two implementations may."""


def at_most(length_m: float, limit_m: float) -> bool:
    """Compare a measured length with a limit."""
    if abs(length_m - limit_m) < 1 + 0.003 * max(length_m, limit_m):
        raise TooClose
    return length_m <= limit_m


# ------------------------------------------------------------------ dates
def first(date: str | None) -> dt.date | None:
    """Return the first day of a date."""
    if not date:
        return None
    return dt.date.fromisoformat(
        date + "-01-01"[: 10 - len(date)] if len(date) == 4 else date + "-01"[: 10 - len(date)]
    )


def last(date: str | None) -> dt.date | None:
    """Return the last day of a date."""
    if not date:
        return None
    if len(date) == 4:
        return dt.date(int(date), 12, 31)
    if len(date) == 7:
        year, month = int(date[:4]), int(date[5:])
        return dt.date(year, month, calendar.monthrange(year, month)[1])
    return dt.date.fromisoformat(date)


def listed(cell: str | None) -> list[str]:
    """Return the entries of a list in a cell."""
    return [] if not cell else [each.strip() for each in cell.split(";") if each.strip()]


# ------------------------------------------------------------------ people
def apart(one: str, other: str) -> bool:
    """Tell whether nobody is of both kinds."""
    for axis in (("citizens", "foreigners"), ("media", "aid_workers", "contractors", "mine_action_operator")):
        if one in axis and other in axis and one != other:
            return True
    return False


def concerns(token: str, who: str) -> bool:
    """Tell whether a named kind may be the person."""
    return not any(apart(one, other) for one in token.split("+") for other in who.split("+"))


def covers(token: str, who: str) -> bool:
    """Tell whether a named kind certainly is the person."""
    mine = who.split("+")
    for kind in token.split("+"):
        if kind not in mine and not (kind == "all_civilians" and "mine_action_operator" not in mine):
            return False
    return True


# ------------------------------------------------------------------ orders in time
class Law:
    """The orders of a world on the day of a question."""

    def __init__(self, world: World, question: Question, data_date: dt.date) -> None:
        self.rows = {row["order_id"]: row for row in world.orders}
        self.question, self.on = question, dt.date.fromisoformat(question.on)
        self.known_by = None if question.known_by is None else dt.date.fromisoformat(question.known_by)
        self.data_date = data_date
        written = {key: self._enders_written(row) for key, row in self.rows.items()}
        circular = {key for key in self.rows if self._leads(key, key, written)}
        self.enders = {
            key: [each for each in named if not (key in circular and each in circular)]
            for key, named in written.items()
        }

    def _enders_written(self, row: Row) -> list[str]:
        lifting = [
            each["order_id"]
            for each in self.rows.values()
            if each["order_type"] == "lifted" and row["order_id"] in listed(each["refers_to"])
        ]
        return listed(row["superseded_by"]) + lifting if row["order_type"] is not None else []

    def _leads(self, start: str, goal: str, written: dict[str, list[str]]) -> bool:
        seen, left = set(), list(written.get(start, []))
        while left:
            each = left.pop()
            if each == goal:
                return True
            if each not in seen:
                seen.add(each)
                left.extend(written.get(each, []))
        return False

    def start(self, row: Row) -> str | None:
        """Return when an order begins, as written."""
        start: str | None = row["effective_from"] or row["issued_on"]
        return start

    def contradicts(self, row: Row) -> bool:
        """Tell whether the end certainly lies before the start."""
        end, start = last(row["effective_to"]), first(self.start(row))
        return end is not None and start is not None and end < start

    def known(self, row: Row, *, early: bool) -> bool:
        """Tell whether the map knew of an order."""
        if self.known_by is None:
            return True
        if not row["recorded_on"]:
            return self.known_by >= self.data_date
        day = first(row["recorded_on"]) if early else last(row["recorded_on"])
        return day is not None and day <= self.known_by

    def restricts_today(self, row: Row) -> bool:
        """Tell whether an order is in force, read as a restriction."""
        if row["order_type"] is None:
            return True
        begun = first(self.start(row))
        if (begun is not None and begun > self.on) or not self.known(row, early=True):
            return False
        if row["effective_to"] and not self.contradicts(row):
            return self.on <= (last(row["effective_to"]) or AFTER_ALL)
        for ender in self.enders[row["order_id"]]:
            if ender in self.rows and self.known(self.rows[ender], early=False):
                day = last(self.start(self.rows[ender]))
                if day is not None and self.on >= day:
                    return False
        return True

    def opens_today(self, row: Row) -> bool:
        """Tell whether an order is in force, read as an opening."""
        begun = last(self.start(row))
        if begun is None or begun > self.on or self.contradicts(row) or not self.known(row, early=False):
            return False
        if row["effective_to"] and self.on > (first(row["effective_to"]) or BEFORE_ALL):
            return False
        for ender in self.enders[row["order_id"]]:
            if ender in self.rows and self.known(self.rows[ender], early=True):
                day = first(self.start(self.rows[ender]))
                if day is None or self.on >= day:
                    return False
        return True

    def binds(self, row: Row) -> bool:
        """Tell whether a restriction binds the person."""
        if row["order_type"] is None:
            return True
        if set(self.question.who.split("+")) & set(listed(row["exempt"])):
            return False
        named = listed(row["applies_to"])
        return not named or any(concerns(token, self.question.who) for token in named)

    def admits(self, row: Row) -> bool:
        """Tell whether an opening is in force and certainly covers the person."""
        if set(self.question.who.split("+")) & set(listed(row["exempt"])):
            return False
        return self.opens_today(row) and any(covers(token, self.question.who) for token in listed(row["applies_to"]))


# ------------------------------------------------------------------ distances
def _nearest_on(at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the distance to an edge that is straight in degrees, by looking ever closer around the nearest of 41 points."""
    low, high, least = 0.0, 1.0, float("inf")
    for _ in range(4):
        shares = [low + (high - low) * number / 40 for number in range(41)]
        lons = [start[0] + share * (end[0] - start[0]) for share in shares]
        lats = [start[1] + share * (end[1] - start[1]) for share in shares]
        _, _, found = GEOD.inv([at[0]] * 41, [at[1]] * 41, lons, lats)
        nearest = min(range(41), key=lambda number: found[number])
        least = min(least, float(found[nearest]))
        low, high = shares[max(nearest - 1, 0)], shares[min(nearest + 1, 40)]
    return least


def edges(row: Row, lon_lat: Any) -> list[tuple[tuple[float, float], tuple[float, float]]]:  # noqa: ANN401 - a function
    """Return the edges of a row's box or line."""
    if row.get("boxes"):
        west, south, east, north = row["boxes"][0]
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    elif row.get("line"):
        corners = list(row["line"])
    else:
        corners = [row["at"], row["at"]]
    positions = [lon_lat(*corner) for corner in corners]
    return list(itertools.pairwise(positions))


def holds(row: Row, at: tuple[float, float]) -> bool:
    """Tell whether a point, in steps of the lattice, lies in a box or on its line."""
    if not row.get("boxes"):
        return False
    west, south, east, north = row["boxes"][0]
    return bool(west <= at[0] <= east and south <= at[1] <= north)


class Here:
    """One place of the lattice, and how far things are from it."""

    def __init__(self, at: tuple[float, float], uncertainty_m: float, lon_lat: Any) -> None:  # noqa: ANN401 - a function
        self.at, self.u, self.lon_lat = at, uncertainty_m, lon_lat

    def to_line(self, row: Row) -> float:
        """Return the distance to the line of a row's shape."""
        return min(_nearest_on(self.lon_lat(*self.at), *edge) for edge in edges(row, self.lon_lat))

    def to(self, row: Row) -> float:
        """Return the distance to a row's shape, 0 inside."""
        return 0.0 if holds(row, self.at) else self.to_line(row)

    def lies_in(self, row: Row, margin_m: float) -> bool:
        """Tell whether the place lies in a box with its uncertainty and a margin."""
        if not holds(row, self.at):
            return False
        return margin_m + self.u == 0 or not at_most(self.to_line(row), margin_m + self.u)

    def reached(self, row: Row, accuracy_m: float) -> tuple[str, float] | None:
        """Return the basis and the distance at which a shape reaches the place."""
        if holds(row, self.at):
            return "inside", 0.0
        away, doubt = self.to_line(row), accuracy_m + self.u
        if doubt and at_most(away, doubt):
            return "within_doubt", away
        return ("near", away) if at_most(away, doubt + 1000) else None


# ------------------------------------------------------------------ the verdict
def on_ground_of(opening: str, world: World, here: Here) -> bool:
    """Tell whether a place lies on ground that an opening names."""
    found = False
    for row in [*world.corridors, *world.zones]:
        if opening not in listed(row["order_ids"]):
            continue
        accuracy = row["accuracy_m"] or 0.0
        if row.get("boxes"):
            found |= here.lies_in(row, accuracy)
        elif row["width_m"] is not None and row["width_m"] / 2 - accuracy - here.u >= 0:
            found |= at_most(here.to_line(row), row["width_m"] / 2 - accuracy - here.u)
    return found


def does(zone: Row, law: Law, world: World, here: Here | None) -> str | None:
    """Return what a zone answers to whoever stands in it, None where nothing is in force; without a place nothing is replaced."""
    if not listed(zone["order_ids"]):
        return "no_entry"
    found = []
    for named in listed(zone["order_ids"]):
        row = law.rows.get(named)
        if row is None or row["order_type"] is None:
            found.append("no_entry")
        elif row["order_type"] in FORBIDS and law.restricts_today(row) and law.binds(row):
            found.append("no_entry" if here is None else _replaced(row, law, world, here))
        elif row["order_type"] in OPENS and law.restricts_today(row):
            found.append(OPENS[row["order_type"]] if law.admits(row) else "no_entry")
    return max(found, key=SCALE.index, default=None)


def _replaced(ban: Row, law: Law, world: World, here: Here) -> str:
    begun = last(law.start(ban))
    if ban["order_type"] != "ban" or begun is None:
        return "no_entry"
    by = []
    for row in law.rows.values():
        if row["order_type"] in OPENS and law.admits(row):
            opened = first(law.start(row))
            if opened is not None and opened >= begun and on_ground_of(row["order_id"], world, here):
                by.append(OPENS[row["order_type"]])
    return max(by, key=SCALE.index, default="no_entry")


def is_released(row: Row, law: Law) -> bool:
    """Tell whether a hazard counts as released."""
    if not (row["status"] == "closed" or (row["product"] is not None and row["status"] is None)):
        return False
    day = last(row["closed_on"]) or law.data_date
    return day <= law.on and (law.known_by is None or day <= law.known_by)


def was_recorded(row: Row, law: Law) -> bool:
    """Tell whether the map knew of a hazard or an accident."""
    day = first(row["recorded_on"])
    return law.known_by is None or day is None or day <= law.known_by


def is_covered(world: World, law: Law, here: Here) -> bool:
    """Tell whether the orders are listed for all of the place on that day."""
    if world.stale_after is not None and law.on > dt.date.fromisoformat(world.stale_after):
        return False
    found = False
    for row in world.coverage:
        begun, ended = last(row["period_start"]), first(row["period_end"])
        in_time = (begun is None or begun <= law.on) and (ended is None or law.on <= ended)
        if row["orders_state"] == "listed" and in_time:
            found |= here.lies_in(row, 0.0)
    return found


def answer(world: World, question: Question, here: Here, data_date: dt.date) -> dict[str, Any]:
    """Return verdict, legal, physical and basis, and the doubts in metres that may decide (several where lines are as near)."""
    law = Law(world, question, data_date)
    mildest = "no_restriction_recorded" if is_covered(world, law, here) else "not_assessed"
    items = [*_legal(world, law, here), *_physical(world, law, here)]
    axes = {
        axis: max([mildest, *(item[0] for item in items if item[1] == axis)], key=SCALE.index)
        for axis in ("legal", "physical")
    }
    strictest = max(axes.values(), key=SCALE.index)
    if items:
        ordered = sorted(
            items, key=lambda item: (-SCALE.index(item[0]), item[1], BASES.index(item[2]), item[3], -item[4])
        )
        best = ordered[0]
        doubts = {item[4] for item in ordered if item[:3] == best[:3] and item[3] - best[3] < 1}
        basis = best[2]
    else:
        near = [(here.to(zone), zone["accuracy_m"] or 0.0) for zone in world.zones if does(zone, law, world, None)]
        least = min((away for away, _ in near), default=0.0)
        doubts = {accuracy for away, accuracy in near if away - least < 1 + 0.003 * least} or {0.0}
        basis = "outside" if mildest == "no_restriction_recorded" else "not_covered"
    return {
        "verdict": strictest,
        **axes,
        "basis": basis,
        "doubts_m": {doubt + here.u for doubt in doubts},
    }


Item = tuple[str, str, str, float, float]
"""Verdict, axis, basis, distance and accuracy of what reaches a place."""


def _legal(world: World, law: Law, here: Here) -> list[Item]:
    items: list[Item] = []
    for zone in world.zones:
        reach = here.reached(zone, zone["accuracy_m"] or 0.0)
        if reach is None or does(zone, law, world, None) is None:
            continue
        basis, away = reach
        verdict = "near_restricted" if basis == "near" else does(zone, law, world, here)
        if basis == "inside" and zone["extent"] in ("part", "interpreted"):
            basis = "part_of_district"
        items.append((str(verdict), "legal", basis, away, zone["accuracy_m"] or 0.0))
    return items


def _physical(world: World, law: Law, here: Here) -> list[Item]:
    items: list[Item] = []
    for row in world.hazards:
        reach = (
            None if is_released(row, law) or not was_recorded(row, law) else here.reached(row, row["accuracy_m"] or 0.0)
        )
        if reach is not None:
            verdict = "near_restricted" if reach[0] == "near" else "hazard_recorded"
            items.append((verdict, "physical", *reach, row["accuracy_m"] or 0.0))
    for row in world.incidents:
        if was_recorded(row, law):
            radius = row.get("uncertainty_m") or 0.0
            away = here.to(row)
            if away == 0 or at_most(away, radius + here.u + 1000):
                items.append(("near_restricted", "physical", "near", max(away - radius, 0.0), radius))
    return items
