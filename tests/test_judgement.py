"""What counts on a day and which row decides: days at their limits, and lists that an answer rests on, by hand."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapper.analysis.access import access_named, access_place, ask
from mapper.analysis.ground import Ground, make_ground
from mapper.analysis.in_force import counting_hazards, known_accidents, read_rules, restricting_zones
from tests.access_table import day_of

if TYPE_CHECKING:
    from mapper.model import Verdict

HERE = shapely.Point(46.05, 40.05)
BOX = shapely.box(46, 40, 46.1, 40.1)
AROUND = shapely.box(45, 39, 47, 41)


def frame_of(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return rows as a frame; the box where no shape is named."""
    columns = pd.DataFrame([{name: cell for name, cell in row.items() if name != "shape"} for row in rows])
    return gpd.GeoDataFrame(columns, geometry=[row.get("shape", BOX) for row in rows], crs="EPSG:4326")


def ground_of(
    orders: list[dict[str, Any]] | None = None, *, stale_after: str | None = None, **layers: list[dict[str, Any]]
) -> Ground:
    """Return a ground whose data are of 1 June 2023.

    A corridor that no order has does nothing; as it is always there, all grounds lie in one plane, which is slow to make.
    """
    rows = {**layers, "corridors": [*layers.get("corridors", []), {"corridor_id": "frame", "shape": AROUND}]}
    return make_ground(
        {kind: frame_of(*each) for kind, each in rows.items()},
        pd.DataFrame(orders) if orders else None,
        data_date=day_of("2023-06-01"),
        stale_after=day_of(stale_after),
    )


def verdict_of(
    ground: Ground,
    on: str = "2023-06-01",
    known_by: str | None = None,
    who: str = "all_civilians",
    doubt_m: float = 0.0,
) -> Verdict:
    """Answer for the middle of the box."""
    return access_place(HERE, ground, ask(ground, day_of(on), day_of(known_by), who), uncertainty_m=doubt_m)


# ------------------------------------------------------------------------------------------------ hazards and accidents


@pytest.mark.parametrize(
    ("cells", "on", "known_by", "counts"),
    [
        # Open, worked on, suspended or blank: it counts, whatever product or day is written beside it.
        ({"status": "open", "product": "cleared", "closed_on": "2020-01-01"}, "2023-06-01", None, True),
        ({"status": "worked_on", "product": "cleared"}, "2023-06-01", None, True),
        ({"status": "suspended", "product": None, "closed_on": "2020-01-01"}, "2023-06-01", None, True),
        ({"status": None, "product": None, "closed_on": "2020-01-01"}, "2023-06-01", None, True),
        # Closed, or a product without a status: from the day it was closed, that day included.
        ({"status": "closed", "product": None, "closed_on": "2022-03-10"}, "2022-03-09", None, True),
        ({"status": "closed", "product": None, "closed_on": "2022-03-10"}, "2022-03-10", None, False),
        ({"status": "closed", "product": "cleared", "closed_on": "2022-03-10"}, "2022-03-10", None, False),
        ({"status": None, "product": "cancelled", "closed_on": "2022-03-10"}, "2022-03-10", None, False),
        ({"status": None, "product": "cancelled", "closed_on": "2022-03"}, "2022-03-30", None, True),
        ({"status": None, "product": "cancelled", "closed_on": "2022-03"}, "2022-03-31", None, False),
        # A closing that nobody dates is as old as the data.
        ({"status": "closed", "product": None}, "2023-05-31", None, True),
        ({"status": "closed", "product": None}, "2023-06-01", None, False),
        # A map of an earlier day did not know the closing.
        ({"status": "closed", "closed_on": "2022-03-10"}, "2023-06-01", "2022-03-09", True),
        ({"status": "closed", "closed_on": "2022-03-10"}, "2023-06-01", "2022-03-10", False),
        # What was recorded later lay there before, but the map did not know it.
        ({"status": "open", "recorded_on": "2022-03"}, "2021-01-01", None, True),
        ({"status": "open", "recorded_on": "2022-03"}, "2023-06-01", "2022-02-28", False),
        ({"status": "open", "recorded_on": "2022-03"}, "2023-06-01", "2022-03-01", True),
        ({"status": "open", "recorded_on": None}, "2023-06-01", "1990-01-01", True),
    ],
)
def test_which_hazards_count(cells: dict[str, Any], on: str, known_by: str | None, counts: bool) -> None:
    """Alone, and as the second of three with an open one before and behind."""
    hazard = {"hazard_id": "h", "class": "CHA", **cells}
    ground = ground_of(hazards=[hazard])
    asked = ask(ground, day_of(on), day_of(known_by))
    assert counting_hazards(ground, asked).tolist() == ([0] if counts else [])
    verdict = verdict_of(ground, on, known_by)
    assert verdict.physical == verdict.verdict == ("hazard_recorded" if counts else "not_assessed")
    assert [each["counts"] for each in verdict.hazards] == [counts]
    others = [{"hazard_id": "x", "status": "open"}, hazard, {"hazard_id": "y", "status": "open"}]
    three = ground_of(hazards=others)
    assert counting_hazards(three, asked).tolist() == ([0, 1, 2] if counts else [0, 2])


def test_a_release_that_neither_it_nor_the_data_date_has_always_been() -> None:
    """Without a day of the data a closing without a day counts on every day."""
    frame = frame_of({"hazard_id": "h", "status": "closed"})
    ground = make_ground({"hazards": frame})
    assert counting_hazards(ground, ask(ground, day_of("1990-01-01"))).tolist() == []


def test_which_accidents_the_map_knew() -> None:
    """Recorded in March 2022: known from its first day; undated always; and on any day that is asked about."""
    rows = [
        {"incident_id": "a", "place": "point", "recorded_on": "2022-03", "shape": HERE},
        {"incident_id": "b", "place": "point", "recorded_on": None, "shape": HERE},
    ]
    ground = ground_of(incidents=rows)
    for known_by, known in ((None, [0, 1]), ("2022-02-28", [1]), ("2022-03-01", [0, 1])):
        assert known_accidents(ground, ask(ground, day_of("1990-01-01"), day_of(known_by))).tolist() == known


# ------------------------------------------------------------------------------------------------ coverage


@pytest.mark.parametrize(
    ("cells", "on", "covered"),
    [
        ({}, "1990-01-01", True),
        ({"period_start": "2022-03-10"}, "2022-03-09", False),
        ({"period_start": "2022-03-10"}, "2022-03-10", True),
        ({"period_start": "2022-03"}, "2022-03-30", False),
        ({"period_start": "2022-03"}, "2022-03-31", True),
        ({"period_end": "2022-03-10"}, "2022-03-10", True),
        ({"period_end": "2022-03-10"}, "2022-03-11", False),
        ({"period_end": "2022-03"}, "2022-03-01", True),
        ({"period_end": "2022-03"}, "2022-03-02", False),
        ({"orders_state": "partly"}, "2022-03-01", False),
        ({"orders_state": "not_listed"}, "2022-03-01", False),
        ({"orders_state": "unknown"}, "2022-03-01", False),
        ({"orders_state": None}, "2022-03-01", False),
    ],
)
def test_when_ground_is_covered(cells: dict[str, Any], on: str, covered: bool) -> None:
    """One row alone; behind one that covers nothing; and before another."""
    row = {
        "coverage_id": "c",
        "orders_state": "listed",
        "period_start": None,
        "period_end": None,
        "shape": AROUND,
        **cells,
    }
    nothing = row | {"orders_state": "unknown"}
    for rows in ([row], [nothing, row], [row, nothing], [row | {"shape": shapely.box(46.2, 39, 47, 41)}, row]):
        verdict = verdict_of(ground_of(coverage=rows), on)
        assert verdict.verdict == verdict.legal == verdict.physical
        expected = ("no_restriction_recorded", "outside") if covered else ("not_assessed", "not_covered")
        assert (verdict.verdict, verdict.basis) == expected


def test_stale_data_cover_nothing_and_still_restrict() -> None:
    """The last day of which they say anything is 30 June."""
    coverage = [{"coverage_id": "c", "orders_state": "listed", "shape": AROUND}]
    ground = ground_of(coverage=coverage, stale_after="2023-06-30")
    told = [verdict_of(ground, on).verdict for on in ("2023-06-30", "2023-07-01")]
    assert told == ["no_restriction_recorded", "not_assessed"]
    closed = ground_of(coverage=coverage, stale_after="2023-06-30", zones=[{"zone_id": "z"}])
    assert verdict_of(closed, "2023-07-01").verdict == "no_entry"


# ------------------------------------------------------------------------------------------------ what decides

BAN = {"order_id": "ban", "order_type": "ban", "applies_to": "all_civilians", "effective_from": "2021-01-01"}
PERMIT = {
    "order_id": "permit",
    "order_type": "opening_with_limit",
    "applies_to": "all_civilians",
    "effective_from": "2021-06-01",
}
ROUTE = PERMIT | {"order_id": "route", "order_type": "permit_rule"}


def test_a_ban_that_two_openings_replace_acts_as_the_stricter() -> None:
    """A permit of the whole zone and a fixed route of it: the route's verdict; with one alone its own."""
    for openings, verdict in (
        ([PERMIT], "permit_only"),
        ([ROUTE], "corridor_only"),
        ([PERMIT, ROUTE], "corridor_only"),
        ([], "no_entry"),
    ):
        for order in permutations([BAN, *openings]):
            corridors = [{"corridor_id": each["order_id"], "order_ids": each["order_id"]} for each in openings]
            zones = [{"zone_id": "z", "order_ids": "ban"}]
            ground = ground_of(list(order), zones=zones, corridors=corridors)
            told = verdict_of(ground)
            assert (told.verdict, told.basis) == (verdict, "inside")
            assert [each["id"] for each in told.orders] == ["ban"]
            assert {each["id"]: each["applies"] for each in told.openings} == {
                each["order_id"]: True for each in openings
            }


def test_an_opening_replaces_only_its_ban() -> None:
    """A second ban of the zone, younger than the permit, stands; so does a closure, and the ban of another zone around it."""
    corridors = [{"corridor_id": "c", "order_ids": "permit"}]
    for second in (
        BAN | {"order_id": "other", "effective_from": "2022-01-01"},
        BAN | {"order_id": "other", "order_type": "site_closure"},
        BAN | {"order_id": "other", "effective_from": None},
    ):
        zones = [{"zone_id": "z", "order_ids": "ban;other"}]
        assert verdict_of(ground_of([BAN, PERMIT, second], zones=zones, corridors=corridors)).verdict == "no_entry"
        apart = [{"zone_id": "z", "order_ids": "ban"}, {"zone_id": "y", "order_ids": "other", "shape": AROUND}]
        assert verdict_of(ground_of([BAN, PERMIT, second], zones=apart, corridors=corridors)).verdict == "no_entry"


def test_a_zone_that_names_an_opening_is_closed_to_all_others() -> None:
    """The permit alone, for citizens: theirs is the permit, everybody else may not enter."""
    permit = PERMIT | {"applies_to": "citizens"}
    ground = ground_of([permit], zones=[{"zone_id": "z", "order_ids": "permit"}])
    told = {who: verdict_of(ground, who=who).verdict for who in ("citizens", "foreigners", "all_civilians")}
    assert told == {"citizens": "permit_only", "foreigners": "no_entry", "all_civilians": "no_entry"}
    assert verdict_of(ground, "2021-05-31", who="citizens").verdict == "not_assessed"


def test_the_strictest_row_decides_then_the_surest_then_the_nearest_then_the_least_certain() -> None:
    """The doubt that is told is that of the row that decides, in whatever order they stand."""
    here = {"zone_id": "a", "order_ids": "ban", "accuracy_m": 10.0}
    # East of the place by 0.06 degrees, 5.1 km: within the doubt of 6,000 m; and by 0.055 degrees, 4.7 km.
    beside = {"zone_id": "b", "order_ids": "ban", "accuracy_m": 6000.0, "shape": shapely.box(46.11, 40, 46.2, 40.1)}
    nearer = {"zone_id": "c", "order_ids": "ban", "accuracy_m": 5500.0, "shape": shapely.box(46.105, 40, 46.2, 40.1)}
    vaguer = nearer | {"zone_id": "d", "accuracy_m": 5600.0}
    part = here | {"zone_id": "e", "extent": "part", "accuracy_m": 20.0}
    for zones, basis, doubt in (
        ([here, beside], "inside", 10.0),
        ([here, part], "inside", 10.0),
        ([part, beside], "part_of_district", 20.0),
        ([beside, nearer], "within_doubt", 5500.0),
        ([beside, nearer, vaguer], "within_doubt", 5600.0),
    ):
        for order in permutations(zones):
            told = verdict_of(ground_of([BAN], zones=list(order)))
            assert (told.verdict, told.basis, told.doubt_m) == ("no_entry", basis, doubt)
    # A hazard is milder than a ban, and stricter than a permit.
    hazards = [{"hazard_id": "h", "status": "open", "accuracy_m": 33.0}]
    banned = verdict_of(ground_of([BAN], zones=[here], hazards=hazards))
    assert (banned.verdict, banned.legal, banned.physical, banned.doubt_m) == (
        *("no_entry", "no_entry", "hazard_recorded"),
        10.0,
    )
    permitted = verdict_of(ground_of([PERMIT], zones=[here | {"order_ids": "permit"}], hazards=hazards))
    assert (permitted.verdict, permitted.legal, permitted.physical, permitted.doubt_m) == (
        *("hazard_recorded", "permit_only", "hazard_recorded"),
        33.0,
    )


def test_with_nothing_near_the_doubt_is_that_of_the_nearest_zone() -> None:
    """A vague zone 17 km east, an exact one 25 km west; without any it is the position's own."""
    east = {"zone_id": "e", "order_ids": "ban", "accuracy_m": 300.0, "shape": shapely.box(46.25, 40, 46.3, 40.1)}
    west = {"zone_id": "w", "order_ids": "ban", "accuracy_m": 5.0, "shape": shapely.box(45.7, 40, 45.75, 40.1)}
    for zones in ([east, west], [west, east]):
        assert verdict_of(ground_of([BAN], zones=zones), doubt_m=7.0).doubt_m == 307.0
    # On a day before the ban no zone restricts.
    assert verdict_of(ground_of([BAN], zones=[east, west]), "2020-01-01", doubt_m=7.0).doubt_m == 7.0
    assert verdict_of(ground_of(coverage=[{"coverage_id": "c"}]), doubt_m=7.0).doubt_m == 7.0


# ------------------------------------------------------------------------------------------------ names


def test_a_name_means_each_of_its_zones_once() -> None:
    """A drawn zone acts by its outline, one without by its name, one under a warning alone not at all."""
    warning = {"order_id": "warning", "order_type": "warning", "effective_from": "2021-01-01"}
    drawn = {"zone_id": "drawn", "name": "A", "admin_units": "A;B", "order_ids": "ban"}
    hidden = {
        "zone_id": "hidden",
        "name": "B",
        "admin_units": None,
        "order_ids": "ban",
        "accuracy_m": 50.0,
        "shape": None,
    }
    warned = {"zone_id": "warned", "name": "C", "admin_units": None, "order_ids": "warning", "shape": None}
    ground = ground_of([BAN, warning], zones=[warned, drawn, hidden])
    asked = ask(ground)
    told = {name: access_named(name, ground, asked) for name in ("A", "B", "C", "b", "D", "")}
    assert told["D"] is told[""] is None
    found = {
        name: (each.verdict, each.basis, sorted(str(zone["id"]) for zone in each.zones), each.distance_m)
        for name, each in told.items()
        if each is not None
    }
    assert found["A"] == ("no_entry", "inside", ["drawn"], 0.0)
    assert found["B"] == found["b"] == ("no_entry", "inside", ["drawn", "hidden"], 0.0)
    assert found["C"] == ("not_assessed", "not_covered", [], None)
    alone = ground_of([BAN], zones=[hidden])
    answer = access_named("B", alone, ask(alone), uncertainty_m=5.0)
    assert answer is not None
    assert (answer.basis, answer.doubt_m, answer.physical) == ("no_geometry", 55.0, "not_assessed")


def test_accidents_of_a_district_that_is_only_a_name() -> None:
    """Those of its own name count as near, however it is written; those of other districts do not."""
    hidden = {"zone_id": "z", "name": "Ağdərə", "admin_units": "Ağdərə", "order_ids": "ban", "shape": None}
    for district, physical, known_by in (
        ("AĞDƏRƏ", "near_restricted", None),
        ("Tərtər", "not_assessed", None),
        ("AĞDƏRƏ", "not_assessed", "2021-12-31"),
    ):
        incident = {
            "incident_id": "i",
            "place": "district",
            "district": district,
            "recorded_on": "2022-01-01",
            "shape": None,
        }
        ground = ground_of([BAN | {"recorded_on": "2021-01-01"}], zones=[hidden], incidents=[incident])
        told = access_named("Ağdərə", ground, ask(ground, None, day_of(known_by)))
        assert told is not None
        assert (told.verdict, told.physical) == ("no_entry", physical)
        assert [each["id"] for each in told.accidents] == (["i"] if physical == "near_restricted" else [])


# ------------------------------------------------------------------------------------------------ the rules of a day


def test_the_effects_of_each_zone() -> None:
    """One effect for each order that acts, in the order of the table, unknown ones last; nothing for orders without effect."""
    late = BAN | {"order_id": "late", "effective_from": "2030-01-01"}
    foreign = BAN | {"order_id": "foreign", "applies_to": "foreigners"}
    named = ["ban;permit;late;foreign", "", "nobody;also-nobody;ban", "late", "permit"]
    zones = [
        {"zone_id": str(at), "order_ids": cell, "shape": None if at == 4 else BOX} for at, cell in enumerate(named)
    ]
    corridors: list[dict[str, Any]] = [
        {"corridor_id": "c", "order_ids": "permit"},
        {"corridor_id": "d", "order_ids": "x;permit", "shape": None},
    ]
    ground = ground_of([BAN, PERMIT, late, foreign], zones=zones, corridors=corridors)
    rules = read_rules(ground, ask(ground, None, None, "citizens"))
    effects = [[(each.order and each.order.id, each.rank, each.openings) for each in zone] for zone in rules.effects]
    assert effects == [
        [("ban", 6, (0,)), ("permit", 3, ())],
        [(None, 6, ())],
        [("ban", 6, (0,)), ("also-nobody", 6, ()), ("nobody", 6, ())],
        [],
        [("permit", 3, ())],
    ]
    assert [order.id for order in rules.openings] == ["permit"]
    assert rules.grounds == ((("corridors", 0), ("zones", 0)),)
    assert restricting_zones(ground, rules).tolist() == [0, 1, 2]
