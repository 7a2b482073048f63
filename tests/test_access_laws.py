"""Laws of the rule "may I enter?" on random small worlds, and a second implementation that must agree."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.ops
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mapper.analysis.access import access_frame, access_place
from mapper.analysis.in_force import RANK, VERDICTS
from mapper.analysis.judgement import BASES, judge
from mapper.analysis.reach import places_of
from mapper.analysis.routes import access_route
from tests import second_reading, worlds
from tests.worlds import Box, Question, World, boxes, lon_lat, places, questions

AXES = {"verdict": "rank", "legal": "legal", "physical": "physical"}
COLUMNS = ["verdict", "legal", "physical", "basis", "doubt_m"]
Spots = list[tuple[float, float]]
few = settings(max_examples=settings().max_examples // 5)
"""A world takes long to make; the profile `long` asks for many more of them."""


def answers(world: World, question: Question, uncertainty_m: float = 0.0, spots: Spots = worlds.GRID) -> pd.DataFrame:
    """Return the answers for points of the lattice, without the frame around them."""
    ground = world.ground()
    points = shapely.points(np.array([lon_lat(*spot) for spot in spots]))
    judged = judge(places_of(points, uncertainty_m), ground, question.asked(ground))
    codes = {name: [VERDICTS[rank] for rank in getattr(judged, at)] for name, at in AXES.items()}
    return pd.DataFrame({**codes, "basis": [BASES[basis] for basis in judged.basis], "doubt_m": judged.doubt_m})


def ranks(answered: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return how strict each answer is: verdict, legal and physical."""
    return answered[["verdict", "legal", "physical"]].map(RANK.__getitem__).to_numpy(dtype=np.int64)


def never_milder(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Require that no answer, on neither axis, became milder."""
    assert (ranks(after) >= ranks(before)).all(), (before, after)


def restricting(world: World) -> list[int]:
    """Return the zones that name no opening: they restrict and open nothing."""
    openings = world.openings()
    return [at for at, zone in enumerate(world.zones) if not openings & set(zone["order_ids"].split(";"))]


def with_one(rows: list[dict[str, Any]], at: int, **cells: object) -> list[dict[str, Any]]:
    """Return the rows with some cells of one of them changed."""
    return [{**row, **cells} if number == at else row for number, row in enumerate(rows)]


# ------------------------------------------------------------------------------------------------ never milder


@few
@given(worlds.worlds(), questions(), boxes(), st.integers(0, 3), st.sampled_from(worlds.UNCERTAINTIES))
def test_growing_a_restricting_zone(world: World, question: Question, more: Box, which: int, doubt: float) -> None:
    """A zone that names no opening gets one box more."""
    zones = restricting(world)
    assume(zones)
    at = zones[which % len(zones)]
    grown = world.with_rows(zones=with_one(world.zones, at, boxes=[*world.zones[at]["boxes"], more]))
    never_milder(answers(world, question, doubt), answers(grown, question, doubt))


@few
@given(worlds.worlds(), questions(), st.integers(0, 3), st.sampled_from((1.0, 400.0, 5000.0)))
def test_growing_the_accuracy_of_a_restricting_zone(
    world: World, question: Question, which: int, more_m: float
) -> None:
    """The same line, known less well."""
    zones = restricting(world)
    assume(zones)
    at = zones[which % len(zones)]
    accuracy = (world.zones[at]["accuracy_m"] or 0.0) + more_m
    grown = world.with_rows(zones=with_one(world.zones, at, accuracy_m=accuracy))
    never_milder(answers(world, question), answers(grown, question))


@few
@given(worlds.worlds(), questions(), st.sampled_from(worlds.UNCERTAINTIES), st.sampled_from((1.0, 300.0, 4000.0)))
def test_growing_the_uncertainty_of_the_position(
    world: World, question: Question, doubt_m: float, more_m: float
) -> None:
    """The same point, known less well."""
    never_milder(answers(world, question, doubt_m), answers(world, question, doubt_m + more_m))


@few
@given(worlds.worlds(), questions(), boxes(), st.sampled_from((0.0, 350.0)))
def test_growing_a_hazard(world: World, question: Question, more: Box, more_m: float) -> None:
    """Each hazard gets one box more and a worse line; and a hazard that was not there before."""
    grown = [
        {**row, "boxes": [*row["boxes"], more], "accuracy_m": (row["accuracy_m"] or 0.0) + more_m}
        for row in world.hazards
    ]
    fresh = {"hazard_id": "new", "class": "SHA", "status": "open", "boxes": [more]}
    before = answers(world, question)
    never_milder(before, answers(world.with_rows(hazards=grown), question))
    never_milder(before, answers(world.with_rows(hazards=[*world.hazards, fresh]), question))


@few
@given(worlds.worlds(), questions(), boxes(), st.sampled_from(("cut", "narrow", "unknown", "worse", "gone")))
def test_shrinking_the_ground_of_an_opening(world: World, question: Question, kept: Box, how: str) -> None:
    """Each corridor cut to what lies in a box, made narrower, of unknown width, with a worse line, or taken away."""
    if how == "cut":
        shrunk = [
            {**row, "boxes": [common] if (common := _common(row["boxes"][0], kept)) else None}
            if row.get("boxes")
            else {**row, "line": row["line"][:2]}
            for row in world.corridors
        ]
    elif how == "narrow":
        shrunk = [{**row, "width_m": row["width_m"] and row["width_m"] / 2} for row in world.corridors]
    elif how == "unknown":
        shrunk = [{**row, "width_m": None} for row in world.corridors]
    elif how == "worse":
        shrunk = [{**row, "accuracy_m": (row["accuracy_m"] or 0.0) + 150} for row in world.corridors]
    else:
        shrunk = []
    never_milder(answers(world, question), answers(world.with_rows(corridors=shrunk), question))


def _common(one: Box, other: Box) -> Box | None:
    box = max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    return box if box[0] < box[2] and box[1] < box[3] else None


@few
@given(worlds.worlds(), questions(), boxes(), st.sampled_from(worlds.UNCERTAINTIES))
def test_shrinking_the_coverage(world: World, question: Question, kept: Box, doubt: float) -> None:
    """What is covered cut to a box, or its first row gone, or its orders no longer all listed."""
    before = answers(world, question, doubt)
    cut = [{**row, "boxes": [common]} for row in world.coverage if (common := _common(row["boxes"][0], kept))]
    partly = [{**row, "orders_state": "partly"} for row in world.coverage]
    for coverage in (cut, world.coverage[1:], partly):
        never_milder(before, answers(world.with_rows(coverage=coverage), question, doubt))


# ------------------------------------------------------------------------------------------------ nothing changes


@few
@given(worlds.worlds(), places(), questions(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(world: World, spots: Spots, question: Question, random: Any) -> None:  # noqa: ANN401 - hypothesis
    """All layers shuffled: the same answers, the same doubt, and the same orders, openings and hazards are told."""
    kinds = ("zones", "orders", "corridors", "hazards", "incidents", "coverage")
    shuffled = world.with_rows(
        **{kind: random.sample(getattr(world, kind), len(getattr(world, kind))) for kind in kinds}
    )
    pd.testing.assert_frame_equal(answers(world, question), answers(shuffled, question))
    told = []
    for each in (world, shuffled):
        ground = each.ground()
        verdict = access_place(shapely.Point(lon_lat(*spots[0])), ground, question.asked(ground)).to_dict()
        told.append(
            {
                **{key: verdict[key] for key in ("distance_m", "distance_hazard_m", "sentence", *COLUMNS)},
                **{
                    kind: sorted(repr(sorted(row.items())) for row in verdict[kind] if kind != "zones" or row)
                    for kind in ("openings", "hazards", "accidents")
                },
                "orders": sorted(row["id"] for row in verdict["orders"]),
                "zones": sorted((row["id"], row["relation"], row["distance_m"]) for row in verdict["zones"]),
            }
        )
    assert told[0] == told[1]


@few
@given(worlds.worlds(), places(), questions(), st.sampled_from(worlds.UNCERTAINTIES), boxes())
def test_one_place_alone_and_in_a_frame_of_many(
    world: World, spots: Spots, question: Question, doubt: float, area: Box
) -> None:
    """Points, a line and an area in one frame, each with an uncertainty of its own; and the verdict is the stricter axis."""
    ground = world.ground()
    asked = question.asked(ground)
    shapes = [shapely.Point(lon_lat(*spot)) for spot in spots]
    shapes += [
        shapely.box(*lon_lat(*area[:2]), *lon_lat(*area[2:])),
        shapely.LineString([lon_lat(0, 0), lon_lat(*area[2:])]),
    ]
    doubts = [doubt if at % 2 else 0.0 for at in range(len(shapes))]
    frame = gpd.GeoDataFrame({"uncertainty_m": doubts}, geometry=shapes, crs="EPSG:4326")
    together = access_frame(frame, ground, asked)
    for at, shape in enumerate(shapes):
        alone = access_place(shape, ground, asked, uncertainty_m=doubts[at])
        assert together.loc[at, COLUMNS].tolist() == [getattr(alone, name) for name in COLUMNS]
        assert RANK[alone.verdict] == max(RANK[alone.legal], RANK[alone.physical])


@few
@given(worlds.worlds(), questions(), st.integers(0, 3), st.integers(1, 9), st.booleans())
def test_a_zone_cut_in_two_is_still_one(
    world: World, question: Question, which: int, share: int, upright: bool
) -> None:
    """A zone that names no opening becomes two that share a line, under the same orders and as well known."""
    zones = restricting(world)
    assume(zones)
    at = zones[which % len(zones)]
    west, south, east, north = world.zones[at]["boxes"][0]
    if upright:
        middle = west + (east - west) * share / 10
        parts = [(west, south, middle, north), (middle, south, east, north)]
    else:
        middle = south + (north - south) * share / 10
        parts = [(west, south, east, middle), (west, middle, east, north)]
    halves = [{**world.zones[at], "zone_id": f"half{n}", "boxes": [part]} for n, part in enumerate(parts)]
    cut = world.with_rows(zones=[*world.zones[:at], *halves, *world.zones[at + 1 :]])
    # A place on the new line is asked about as well.
    spots = [*worlds.GRID, (middle, (south + north) / 2) if upright else ((west + east) / 2, middle)]
    pd.testing.assert_frame_equal(answers(world, question, spots=spots), answers(cut, question, spots=spots))


# ------------------------------------------------------------------------------------------------ routes


def routes() -> st.SearchStrategy[Spots]:
    """Draw a route through halves of the lattice's steps."""
    half = st.integers(-2, 2 * worlds.SIZE + 2).map(lambda each: each / 2)
    return st.lists(st.tuples(half, half), min_size=2, max_size=4, unique=True)


@few
@given(
    worlds.worlds(), routes(), questions(), st.sampled_from(worlds.UNCERTAINTIES), st.lists(st.floats(0, 1), max_size=8)
)
def test_a_route_is_as_strict_as_each_of_its_points(
    world: World, corners: Spots, question: Question, doubt: float, shares: list[float]
) -> None:
    """Corners and points anywhere on the line; segments follow each other from 0 to the length and hold the verdict."""
    ground = world.ground()
    asked = question.asked(ground)
    line = shapely.LineString([lon_lat(*corner) for corner in corners])
    route = access_route(line, ground, asked, uncertainty_m=doubt)
    on_it = [shapely.Point(xy) for xy in line.coords] + [line.interpolate(share, normalized=True) for share in shares]
    frame = gpd.GeoDataFrame({"uncertainty_m": [doubt] * len(on_it)}, geometry=on_it, crs="EPSG:4326")
    points = access_frame(frame, ground, asked)
    for name in ("verdict", "legal", "physical"):
        assert RANK[getattr(route, name)] >= points[name].map(RANK.__getitem__).max()
    segments = route.segments
    assert route.length_km == pytest.approx(second_reading.GEOD.line_length(*_densely(line)) / 1000, rel=1e-3)
    assert segments[0]["from_km"] == 0
    assert segments[-1]["to_km"] == route.length_km
    assert all(each["from_km"] <= each["to_km"] for each in segments)
    assert all(one["to_km"] == other["from_km"] for one, other in pairwise(segments))
    assert all(one["verdict"] != other["verdict"] for one, other in pairwise(segments))
    assert max((each["verdict"] for each in segments), key=RANK.__getitem__) == route.verdict


def _densely(line: shapely.LineString) -> tuple[list[float], list[float]]:
    lon, lat = shapely.get_coordinates(shapely.segmentize(line, 0.005)).T
    return lon.tolist(), lat.tolist()


@few
@given(worlds.worlds(), routes(), questions(), st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_segment_is_as_strict_as_each_of_its_points(
    world: World, corners: Spots, question: Question, shares: list[float]
) -> None:
    """A point 2 m and more from the ends of its segment, which are told to the metre."""
    ground = world.ground()
    asked = question.asked(ground)
    line = shapely.LineString([lon_lat(*corner) for corner in corners])
    segments = access_route(line, ground, asked).segments
    for share in shares:
        point = line.interpolate(share, normalized=True)
        behind = shapely.ops.substring(line, 0, share, normalized=True)
        at_km = second_reading.GEOD.line_length(*_densely(behind)) / 1000 if behind.length else 0.0
        strict = RANK[access_place(point, ground, asked).verdict]
        held = [each for each in segments if each["from_km"] + 0.002 <= at_km <= each["to_km"] - 0.002]
        assert all(RANK[each["verdict"]] >= strict for each in held), (at_km, segments)


@few
@given(worlds.worlds(), routes(), questions())
def test_a_route_walked_back_has_the_mirrored_segments(world: World, corners: Spots, question: Question) -> None:
    """The same verdicts in reverse order, with ends that differ by less than 20 m."""
    ground = world.ground()
    asked = question.asked(ground)
    there, back = (
        access_route(shapely.LineString([lon_lat(*corner) for corner in each]), ground, asked)
        for each in (corners, corners[::-1])
    )
    length = there.length_km
    assert length == back.length_km
    assert [each["verdict"] for each in there.segments] == [each["verdict"] for each in back.segments[::-1]]
    for one, other in zip(there.segments, back.segments[::-1], strict=True):
        assert one["from_km"] == pytest.approx(length - other["to_km"], abs=0.02)
        assert one["to_km"] == pytest.approx(length - other["from_km"], abs=0.02)
        assert one["orders"] == other["orders"] or set(one["orders"]) == set(other["orders"])
    assert (there.legal, there.physical, there.basis, there.doubt_m) == (
        *(back.legal, back.physical, back.basis),
        back.doubt_m,
    )
    assert there.restricted_km == pytest.approx(back.restricted_km, abs=0.02)


def test_where_two_corridors_overlap_segments_still_follow_each_other() -> None:
    """Corridors to 46.0505 and from 46.0501 in a closed zone, 34 m of both: no piece of 50 m across their ends lies in one alone.

    Every point lies on ground of one of them, but grounds are looked at one by one, and so the piece stays closed whole.
    """
    ban = worlds.PLAIN_BAN | {"order_id": "o0"}
    permit = worlds.PLAIN_OPENING | {"order_id": "o1", "order_type": "opening_with_limit"}
    zone = {"zone_id": "z", "name": "Z", "admin_units": "Z", "order_ids": "o0", "boxes": [(0, 0, 10, 10)]}
    for first, last in ((5.05, 5.01), (5.049, 5.046), (5.02, 5.0)):
        corridors = [
            {"corridor_id": "west", "order_ids": "o1", "boxes": [(1, 1, first, 9)]},
            {"corridor_id": "east", "order_ids": "o1", "boxes": [(last, 1, 9, 9)]},
        ]
        world = World([zone], [ban, permit], corridors, [], [], [])
        ground = world.ground()
        asked = Question("2023-06-01", None, "all_civilians").asked(ground)
        route = access_route(shapely.LineString([lon_lat(2, 5), lon_lat(8, 5)]), ground, asked)
        ends = [(each["from_km"], each["to_km"]) for each in route.segments]
        assert all(start <= end for start, end in ends)
        assert all(one[1] == other[0] for one, other in pairwise(ends))
        assert route.verdict == max((each["verdict"] for each in route.segments), key=RANK.__getitem__)
        closed = sum(each["to_km"] - each["from_km"] for each in route.segments if each["verdict"] == "no_entry")
        assert 0 <= closed <= 0.051


# ------------------------------------------------------------------------------------------------ a second implementation


@settings(max_examples=settings().max_examples // 2)
@given(worlds.worlds(), places(5), questions(), st.sampled_from(worlds.UNCERTAINTIES))
def test_a_second_implementation_agrees(world: World, spots: Spots, question: Question, doubt: float) -> None:
    """Plain loops and geodesic distances to points along every edge; what lies at a threshold is left out."""
    answered = answers(world, question, doubt, spots)
    for at, spot in enumerate(spots):
        here = second_reading.Here(spot, doubt, lon_lat)
        try:
            expected = second_reading.answer(world, question, here, worlds.DATA_DATE)
        except second_reading.TooClose:
            continue
        given_here = answered.loc[at]
        for name in ("verdict", "legal", "physical", "basis"):
            assert (name, given_here[name]) == (name, expected[name])
        assert given_here["doubt_m"] in expected["doubts_m"]


def test_the_worlds_ask_for_every_verdict() -> None:
    """The laws would hold of nothing: among the drawn answers is each verdict, and each basis that a point can have."""
    seen: set[str] = set()

    @settings(max_examples=40, database=None)
    @given(worlds.worlds(), questions())
    def look(world: World, question: Question) -> None:
        answered = answers(world, question)
        seen.update(answered["verdict"], answered["basis"])

    look()
    assert seen == {*VERDICTS, "inside", "part_of_district", "within_doubt", "near", "outside", "not_covered"}
