"""Small worlds of boxes under orders, for laws of the rule: what hypothesis draws, and the ground that is made of it.

Boxes stand on a lattice of 0.01 degrees at 46 E 40 N, a step of 854 m by 1,110 m, so that corners and lines are shared exactly
and every relation (inside, on the line, within the doubt, near, none) comes up often.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import strategies as st

from mapper.analysis.access import ask
from mapper.analysis.ground import Ground, make_ground

if TYPE_CHECKING:
    from mapper.analysis.in_force import Asked

WEST, SOUTH, STEP = 46.0, 40.0, 0.01
SIZE = 8
"""Steps of the lattice that boxes may reach; places may lie further out by 2."""

GRID = [(x / 2, y / 2) for x in range(-3, 2 * SIZE + 4) for y in range(-3, 2 * SIZE + 4)]
"""Every half step of the lattice, and a step and a half around it."""

Box = tuple[int, int, int, int]
Row = dict[str, Any]


class Question(NamedTuple):
    """A day, what the map knew by which day, and who asks."""

    on: str
    known_by: str | None
    who: str

    def asked(self, ground: Ground) -> Asked:
        """Ask it of a ground."""
        known_by = None if self.known_by is None else dt.date.fromisoformat(self.known_by)
        return ask(ground, dt.date.fromisoformat(self.on), known_by, self.who)


_FRAME: Row = {"corridor_id": "frame", "boxes": [(-8, -8, SIZE + 8, SIZE + 8)]}


@dataclass(frozen=True)
class World:
    """Rows of each layer as plain dictionaries; `boxes` of a row are its shape together, `line` is a line."""

    zones: list[Row]
    orders: list[Row]
    corridors: list[Row]
    hazards: list[Row]
    incidents: list[Row]
    coverage: list[Row]
    stale_after: str | None = None

    def ground(self) -> Ground:
        """Make the ground of it."""
        # A corridor that no order has does nothing; as it holds everything, all worlds lie in one plane.
        rows = {kind: getattr(self, kind) for kind in ("zones", "hazards", "incidents", "coverage")}
        rows["corridors"] = [*self.corridors, _FRAME]
        layers = {kind: frame_of(each) for kind, each in rows.items() if each}
        return make_ground(
            layers,
            pd.DataFrame(self.orders) if self.orders else None,
            data_date=DATA_DATE,
            stale_after=None if self.stale_after is None else dt.date.fromisoformat(self.stale_after),
        )

    def openings(self) -> set[str]:
        """Return the ids of the orders that let somebody enter."""
        return {row["order_id"] for row in self.orders if row["order_type"] in OPENINGS}

    def with_rows(self, **rows: list[Row]) -> World:
        """Return the world with other rows."""
        return replace(self, **rows)  # type: ignore[arg-type] # lists of rows only


DATA_DATE = dt.date(2023, 6, 1)
OPENINGS = ("permit_rule", "permit_extension", "opening_with_limit", "escorted_only")
ORDER_TYPES = ("ban", "ban", "site_closure", "curfew", *OPENINGS, *OPENINGS, "warning", "relaxation", "lifted", None)
DATES = (None, None, "2020", "2021-03", "2021-03-15", "2022-01-01", "2022-06", "2023-06-01")
DAYS = ("2021-01-01", "2021-03-15", "2021-12-31", "2022-06-15", "2023-06-01")
PEOPLE = (
    "all_civilians",
    "all_civilians",
    "citizens",
    "foreigners",
    "citizens+media",
    "mine_action_operator",
    "residents",
)
NAMED = (
    None,
    "all_civilians",
    "all_civilians",
    "citizens",
    "foreigners;residents",
    "citizens+media",
    "mine_action_operator",
)
EXEMPT = (None, None, None, "mine_action_operator", "media")
ACCURACIES = (None, 0.0, 600.0, 1300.0)
UNCERTAINTIES = (0.0, 200.0, 900.0)


def lon_lat(x: float, y: float) -> tuple[float, float]:
    """Return the position of a point of the lattice, rounded as a file would hold it."""
    return round(WEST + STEP * x, 9), round(SOUTH + STEP * y, 9)


def shape_of(row: Row) -> shapely.Geometry | None:
    """Return the shape of a row: its boxes together, its line, its point, or none."""
    if row.get("boxes"):
        return shapely.union_all([shapely.box(*lon_lat(w, s), *lon_lat(e, n)) for w, s, e, n in row["boxes"]])
    if row.get("line"):
        return shapely.LineString([lon_lat(*corner) for corner in row["line"]])
    return shapely.Point(lon_lat(*row["at"])) if row.get("at") else None


def frame_of(rows: list[Row]) -> gpd.GeoDataFrame:
    """Return rows as a frame in WGS 84."""
    columns = pd.DataFrame([{name: cell for name, cell in row.items() if name not in _SHAPES} for row in rows])
    return gpd.GeoDataFrame(columns, geometry=[shape_of(row) for row in rows], crs="EPSG:4326")


_SHAPES = ("boxes", "line", "at")


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Draw a box of the lattice, 1 to 4 steps wide and high."""
    west, south = draw(st.integers(0, SIZE - 1)), draw(st.integers(0, SIZE - 1))
    return west, south, min(west + draw(st.integers(1, 4)), SIZE), min(south + draw(st.integers(1, 4)), SIZE)


def places(most: int = 6) -> st.SearchStrategy[list[tuple[float, float]]]:
    """Draw places at halves of the lattice's steps, a step or two around it too."""
    half = st.integers(-3, 2 * SIZE + 3).map(lambda each: each / 2)
    return st.lists(st.tuples(half, half), min_size=3, max_size=most)


def questions() -> st.SearchStrategy[Question]:
    """Draw a day, knowledge and a person."""
    return st.builds(
        Question,
        st.sampled_from(DAYS),
        st.sampled_from((None, None, "2022-01-01", "2023-06-01")),
        st.sampled_from(PEOPLE),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of up to 4 zones, 5 orders, 1 to 3 corridors, 2 hazards and an accident, with one or two boxes of coverage.

    The first order is a plain ban and the second a plain opening, now and then of the whole first zone, so that openings decide
    somewhere; the others are anything.
    """
    orders = [PLAIN_BAN, {**PLAIN_OPENING, "order_type": draw(st.sampled_from((*OPENINGS, "opening_with_limit")))}]
    orders += draw(st.lists(_ANY_ORDER, max_size=3))
    orders = [{**row, "order_id": f"o{number}"} for number, row in enumerate(orders)]
    naming = _NAMING[len(orders)]
    zones = draw(st.lists(st.builds(_joined, _ZONE, naming, _BOXES), min_size=1, max_size=4))
    corridors = draw(st.lists(st.builds(_joined, _CORRIDOR, naming, st.one_of(_BOXES, _LINE)), min_size=1, max_size=3))
    corridors[0]["order_ids"] = "o1"
    if draw(st.sampled_from((True, True, False))):
        corridors[0] = {**corridors[0], "line": None, "boxes": zones[0]["boxes"], "accuracy_m": None}
    hazards = draw(st.lists(st.builds(_joined, _HAZARD, _BOXES), max_size=2))
    incidents = draw(st.lists(st.builds(_joined, _RECORDED, st.one_of(_DISC, _DISTRICT)), max_size=1))
    coverage = [{**draw(_COVERAGE), "boxes": [(-2, -2, SIZE + 2, SIZE + 2)]}]
    coverage += draw(st.lists(st.builds(_joined, _COVERAGE, _BOXES), max_size=1))
    return World(
        [{**row, "name": row["zone_id"], "admin_units": row["zone_id"]} for row in _numbered(zones, "zone_id")],
        orders,
        _numbered(corridors, "corridor_id"),
        _numbered(hazards, "hazard_id"),
        _numbered(incidents, "incident_id"),
        _numbered(coverage, "coverage_id"),
        draw(st.sampled_from((None, None, None, "2022-12-31"))),
    )


def _joined(*parts: Row) -> Row:
    return {name: cell for part in parts for name, cell in part.items()}


def _numbered(rows: list[Row], name: str) -> list[Row]:
    return [{**row, name: f"{name[0]}{number}"} for number, row in enumerate(rows)]


def _rows(**cells: tuple[Any, ...]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({name: st.sampled_from(each) for name, each in cells.items()})


PLAIN_BAN: Row = dict.fromkeys(("exempt", "issued_on", "effective_to", "superseded_by", "refers_to")) | {
    "order_type": "ban",
    "applies_to": "all_civilians",
    "effective_from": "2020",
    "recorded_on": "2020",
}
PLAIN_OPENING: Row = PLAIN_BAN | {"effective_from": "2021-02", "recorded_on": "2021-02"}
_IDS = (None, None, None, *(f"o{number}" for number in range(5)))
_ANY_ORDER = _rows(
    order_type=ORDER_TYPES,
    applies_to=NAMED,
    exempt=EXEMPT,
    issued_on=DATES,
    effective_from=DATES,
    effective_to=(None, None, None, *DATES),
    superseded_by=_IDS,
    refers_to=_IDS,
    recorded_on=DATES,
)
_BOXES = boxes().map(lambda box: {"boxes": [box]})
_CORNER = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE))
_LINE = st.lists(_CORNER, min_size=2, max_size=3, unique=True).map(lambda line: {"line": line})
_DISC = st.builds(
    _joined, _rows(place=("point", "disc"), uncertainty_m=(None, 500.0, 1500.0)), _CORNER.map(lambda at: {"at": at})
)
_DISTRICT = _BOXES.map(lambda row: {**row, "place": "district"})
_RECORDED = _rows(recorded_on=DATES, district=(None,))
_ZONE = _rows(extent=(None, "whole", "part", "interpreted"), accuracy_m=ACCURACIES)
_CORRIDOR = _rows(width_m=(None, 400.0, 2500.0), accuracy_m=ACCURACIES)
_HAZARD = _rows(
    status=(None, "open", "worked_on", "suspended", "closed"),
    product=(None, None, "cleared", "cancelled"),
    closed_on=DATES,
    accuracy_m=ACCURACIES,
    recorded_on=DATES,
)
_COVERAGE = _rows(
    orders_state=("listed", "listed", "listed", "partly"),
    period_start=(None, None, "2021-03"),
    period_end=(None, None, None, "2022-06"),
)
_NAMING = {
    count: st.one_of(
        st.just("o0"),
        st.sampled_from(("o0", "o0;o1", "", "o-unknown")),
        st.lists(st.sampled_from([f"o{number}" for number in range(count)]), max_size=3, unique=True).map(";".join),
    ).map(lambda cell: {"order_ids": cell})
    for count in range(2, 6)
}
