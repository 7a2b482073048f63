"""How near places are to shapes: borders, corners, the antimeridian, the poles and far places, with metres worked out by hand.

On the equator a degree of longitude is 6,378,137 m * pi / 180 = 111,319.5 m, and at 40 N 85,393.9 m; at the pole a degree of
latitude is 111,694 m (radius of curvature 6,399,594 m).
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from mapper import crs
from mapper.analysis.access import access_frame, access_place, ask
from mapper.analysis.ground import Ground, make_ground
from mapper.analysis.reach import (
    INSIDE,
    NEAR,
    WITHIN_DOUBT,
    Places,
    Shapes,
    lies_along,
    lies_within,
    nearest_m,
    on_earth,
    pairs_near,
    places_of,
    shapes_of,
)
from mapper.analysis.routes import access_route
from mapper.errors import DataRefused
from tests.access_table import day_of

BEYOND_M = 1000.0
NAMES = {INSIDE: "inside", WITHIN_DOUBT: "within_doubt", NEAR: "near"}


def shapes_with(doubt_m: float, *shapes: shapely.Geometry | None) -> Shapes:
    """Return shapes in the plane made for them."""
    series = gpd.GeoSeries(list(shapes), crs="EPSG:4326")
    plane = crs.working_crs(crs.lon_lat_bounds(series.to_numpy()))
    return shapes_of(series, np.full(len(shapes), doubt_m), plane)


def points(*lon_lat: tuple[float, float], uncertainty_m: float = 0.0) -> Places:
    """Return points as places."""
    return places_of(np.array([shapely.Point(each) for each in lon_lat], dtype=object), uncertainty_m)


def relations(places: Places, shapes: Shapes) -> list[str | None]:
    """Return the relation of each place to the first shape."""
    pairs = pairs_near(places, shapes, BEYOND_M)
    found = {
        int(place): NAMES[int(level)]
        for place, shape, level in zip(pairs.place, pairs.shape, pairs.level, strict=True)
        if shape == 0
    }
    return [found.get(at) for at in range(len(places))]


# ------------------------------------------------------------------------------------------------ borders

HOLED = shapely.Polygon(
    [(46.1, 40.1), (46.3, 40.1), (46.3, 40.3), (46.1, 40.3)],
    [[(46.17, 40.17), (46.23, 40.17), (46.23, 40.23), (46.17, 40.23)]],
)


@pytest.mark.parametrize("doubt_m", [0.0, 300.0])
def test_lines_corners_and_the_line_of_a_hole_are_inside(doubt_m: float) -> None:
    """All positions are the numbers of the file, or lie on an edge that is straight in one of them."""
    on_it = [(46.1, 40.1), (46.3, 40.3), (46.1, 40.3), (46.3, 40.2), (46.2, 40.1), (46.17, 40.17), (46.2, 40.23)]
    shapes = shapes_with(doubt_m, HOLED)
    assert relations(points(*on_it), shapes) == ["inside"] * len(on_it)
    assert set(pairs_near(points(*on_it), shapes, BEYOND_M).level) == {INSIDE}


@pytest.mark.parametrize(
    ("at", "right"),
    [
        # East of the box, at its middle: 0.001 degrees are 85.2 m (40.2 N: 85,144 m a degree), and so on.
        ((46.3 + 1e-9, 40.2), "within_doubt"),
        ((46.303, 40.2), "within_doubt"),  # 255 m
        ((46.304, 40.2), "near"),  # 341 m
        ((46.315, 40.2), "near"),  # 1,277 m of 1,300
        ((46.3155, 40.2), None),  # 1,320 m
        # In the hole, 0.03 degrees from every side: 2,554 m and 3,331 m.
        ((46.2, 40.2), None),
        ((46.172, 40.2), "within_doubt"),  # 170 m
        ((46.18, 40.2), "near"),  # 851 m
        # Off the corner, on the diagonal: 0.002 degrees each way are 170.2 m and 222.1 m, together 279.8 m; 0.003: 419.7 m.
        ((46.302, 40.302), "within_doubt"),
        ((46.303, 40.303), "near"),
        # 0.009: 766 m and 999 m, together 1,259 m; 0.0095: 1,329 m.
        ((46.309, 40.309), "near"),
        ((46.3095, 40.3095), None),
    ],
)
def test_outside_a_box_with_300_m_of_doubt(at: tuple[float, float], right: str | None) -> None:
    """The doubt may be that of the line, that of the position, or both together."""
    assert relations(points(at), shapes_with(300.0, HOLED)) == [right]
    assert relations(points(at, uncertainty_m=300.0), shapes_with(0.0, HOLED)) == [right]
    assert relations(points(at, uncertainty_m=180.0), shapes_with(120.0, HOLED)) == [right]


def test_a_line_that_touches_a_corner_is_inside() -> None:
    """A diagonal through the corner (46.3, 40.3), and one 0.003 degrees off it."""
    lines = [
        shapely.LineString([(46.29, 40.31), (46.31, 40.29)]),
        shapely.LineString([(46.293, 40.313), (46.313, 40.293)]),
        shapely.LineString([(46.0, 40.2), (46.5, 40.2)]),
    ]
    found = places_of(np.array(lines, dtype=object))
    # The second runs 0.006 degrees of longitude from the corner along the parallel: 510 m and 666 m make 405 m across.
    assert relations(found, shapes_with(0.0, HOLED)) == ["inside", "near", "inside"]
    assert relations(found, shapes_with(500.0, HOLED)) == ["inside", "within_doubt", "inside"]


def test_each_pair_stands_alone() -> None:
    """Two shapes and three places, one missing shape between: a row for each pair within reach, by shapes, then places."""
    shapes = shapes_with(0.0, shapely.box(46, 40, 46.1, 40.1), None, shapely.box(46.1, 40, 46.2, 40.1))
    pairs = pairs_near(points((46.1, 40.05), (46.15, 40.05), (46.5, 40.05)), shapes, BEYOND_M)
    assert list(zip(pairs.place.tolist(), pairs.shape.tolist(), pairs.level.tolist(), strict=True)) == [
        (0, 0, INSIDE),
        (0, 2, INSIDE),
        (1, 2, INSIDE),
    ]
    nobody = pairs_near(points((0.0, 0.0)), shapes, BEYOND_M)
    assert [len(column) for column in nobody] == [0, 0, 0]


# ------------------------------------------------------------------------------------------------ within and along


def test_lies_within_a_box_made_smaller() -> None:
    """From the eastern side at 40.2 N: 0.001 degrees 85 m, 0.003 255 m; on the line only where nothing is taken off."""
    shapes = shapes_with(0.0, shapely.box(46.1, 40.1, 46.3, 40.3), None)
    at = [(46.3, 40.2), (46.299, 40.2), (46.297, 40.2), (46.301, 40.2)]
    for margin, right in (
        (0.0, [True, True, True, False]),
        (80.0, [False, True, True, False]),
        (250.0, [False, False, True, False]),
        (260.0, [False] * 4),
    ):
        assert lies_within(points(*at), shapes, 0, margin).tolist() == right
        assert lies_within(points(*at, uncertainty_m=margin), shapes, 0, 0.0).tolist() == right
        assert lies_within(points(*at, uncertainty_m=margin / 2), shapes, 0, margin / 2).tolist() == right
    area = places_of(np.array([shapely.box(46.15, 40.15, 46.297, 40.25), shapely.box(46.15, 40.15, 46.31, 40.25)]))
    assert lies_within(area, shapes, 0, 250.0).tolist() == [True, False]
    assert lies_within(area, shapes, 0, 260.0).tolist() == [False, False]
    assert not lies_within(points(*at), shapes, 1, 0.0).any()


def test_lies_along_a_line() -> None:
    """A line along the meridian 46.2: 0.001 degrees at 40.2 N are 85.1 m, 0.002 170.3 m."""
    shapes = shapes_with(0.0, shapely.LineString([(46.2, 40.1), (46.2, 40.3)]), None)
    at = points((46.2, 40.2), (46.201, 40.2), (46.198, 40.2), (46.2, 40.302))
    assert lies_along(at, shapes, 0, 100.0).tolist() == [True, True, False, False]
    assert lies_along(at, shapes, 0, 84.0).tolist() == [True, False, False, False]
    assert lies_along(at, shapes, 0, 172.0).tolist() == [True, True, True, False]
    assert lies_along(at, shapes, 0, 225.0).tolist() == [True, True, True, True]  # 0.002 degrees north: 222 m
    assert not lies_along(at, shapes, 0, -1.0).any()
    doubtful = points((46.2, 40.2), (46.201, 40.2), uncertainty_m=90.0)
    assert lies_along(doubtful, shapes, 0, 172.0).tolist() == [True, False]
    assert lies_along(doubtful, shapes, 0, 89.0).tolist() == [False, False]
    pieces = np.array(
        [shapely.LineString([(46.2, 40.15), (46.201, 40.2)]), shapely.LineString([(46.2, 40.15), (46.202, 40.2)])]
    )
    assert lies_along(places_of(pieces), shapes, 0, 100.0).tolist() == [True, False]
    assert not lies_along(at, shapes, 1, 100.0).any()


# ------------------------------------------------------------------------------------------------ antimeridian, poles, far

SEAM = shapely.MultiPolygon([shapely.box(179.9, -0.1, 180, 0.1), shapely.box(-180, -0.1, -179.9, 0.1)])


@pytest.mark.parametrize(
    ("lon", "right"),
    [
        (180.0, "inside"),
        (-180.0, "inside"),
        (179.95, "inside"),
        (-179.95, "inside"),
        (-179.895, "within_doubt"),  # 0.005 degrees: 557 m of 600
        (179.894, "near"),  # 668 m
        (-179.886, "near"),  # 1,558 m of 1,600
        (-179.885, None),  # 1,670 m
        (179.885, None),
    ],
)
def test_a_zone_across_the_antimeridian(lon: float, right: str | None) -> None:
    """It is written as two parts, as GeoJSON asks; the place may be written on either side."""
    assert relations(points((lon, 0.0)), shapes_with(600.0, SEAM)) == [right]


def test_a_zone_that_ends_at_the_antimeridian() -> None:
    """From the other side: 0.005 degrees 557 m, 0.013 1,447 m, 0.015 1,670 m."""
    east = shapes_with(600.0, shapely.box(179.9, -0.1, 180, 0.1))
    at = [(-180.0, 0.0), (-179.995, 0.0), (-179.987, 0.0), (-179.985, 0.0)]
    assert relations(points(*at), east) == ["inside", "within_doubt", "near", None]
    west = shapes_with(600.0, shapely.box(-180, -0.1, -179.9, 0.1))
    assert relations(points(*[(-lon, lat) for lon, lat in at]), west) == ["inside", "within_doubt", "near", None]
    lines = places_of(
        np.array([shapely.LineString([(-180, 0), (-179.99, 0)]), shapely.LineString([(-179.995, 0), (-179.9, 0)])])
    )
    assert relations(lines, east) == ["inside", "within_doubt"]


def test_around_the_pole() -> None:
    """A zone to 89.995 N, 559 m from the pole; what lies on the other side of the pole is as near as the way over it."""
    zone = shapely.box(10, 89.98, 20, 89.995)
    shapes = shapes_with(0.0, zone)
    over = [
        (15.0, 89.99),  # inside
        (0.0, 90.0),  # the pole: 559 m
        (-165.0, 89.9985),  # opposite, 168 m beyond the pole: 726 m
        (-165.0, 89.9975),  # 279 m beyond: 838 m
        (-165.0, 89.9955),  # 503 m beyond: 1,061 m
        (105.0, 89.998),  # at a right angle to the nearest corner's 85 degrees: 223 m and 559 m make 583 m
    ]
    assert relations(points(*over), shapes) == ["inside", "near", "near", "near", None, "near"]
    nearest, away = nearest_m(points(*over), shapes)
    assert nearest.tolist() == [0] * 6
    assert away[1:5] == pytest.approx([558.5, 726.0, 837.7, 1061.1], rel=0.003)


def test_far_places() -> None:
    """Beside, opposite and at both poles: near nothing, and the way there within 1 % of the geodesic."""
    shapes = shapes_with(5000.0, shapely.box(46, 40, 46.2, 40.2))
    at = [(47.0, 40.1), (0.0, 0.0), (0.0, 90.0), (-74.0, 40.7)]
    assert relations(points(*at), shapes) == [None] * 4
    _, away = nearest_m(points(*at), shapes)
    # By hand: 0.8 degrees at 40.1 N; to the pole along the meridian from 40.2 N: 10,001,966 m - 4,451,605 m.
    assert away[0] == pytest.approx(0.8 * 85_269, rel=0.003)
    assert away[2] == pytest.approx(10_001_966 - 4_451_605, rel=0.01)


def test_zones_a_thousand_kilometres_apart_keep_their_thresholds() -> None:
    """5,000 m of doubt around boxes at 40 N and 49 N: 4,980 m is within it and 5,020 m is not, north and south of each."""
    boxes = [shapely.box(46, 40, 46.2, 40.2), shapely.box(46, 49, 46.2, 49.2)]
    shapes = shapes_with(5000.0, *boxes)
    geod = crs._ELLIPSOID
    for number, box in enumerate(boxes):
        west, south, east, north = box.bounds
        for lat, azimuth in ((north, 0.0), (south, 180.0)):
            for length, right in ((4980.0, WITHIN_DOUBT), (5020.0, NEAR)):
                lon_at, lat_at, _ = geod.fwd((west + east) / 2, lat, azimuth, length)
                pairs = pairs_near(points((lon_at, lat_at)), shapes, BEYOND_M)
                assert (pairs.shape.tolist(), pairs.level.tolist()) == ([number], [right])


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("doubt", [-1.0, float("nan"), float("inf")])
def test_an_impossible_uncertainty_is_refused(doubt: float) -> None:
    """Of one among many too."""
    with pytest.raises(DataRefused, match="an uncertainty is negative or no number"):
        places_of(np.array([shapely.Point(46, 40)] * 2, dtype=object), np.array([0.0, doubt]))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (None, "a place has no geometry"),
        (shapely.Point(), "a place has no geometry"),
        (shapely.Polygon(), "a place has no geometry"),
        (shapely.Point(180.1, 0), "off the earth"),
        (shapely.Point(-180.1, 0), "off the earth"),
        (shapely.Point(0, 90.1), "off the earth"),
        (shapely.LineString([(0, 0), (0, -90.1)]), "off the earth"),
    ],
)
def test_a_place_that_is_none_is_refused(shape: shapely.Geometry, said: str) -> None:
    """One sentence; `on_earth` tells beforehand."""
    shapes = np.array([shapely.Point(46, 40), shape], dtype=object)
    assert on_earth(shapes).tolist() == [True, False]
    with pytest.raises(DataRefused, match=said):
        places_of(shapes)


def test_the_edges_of_the_earth_are_on_it() -> None:
    """180, -180, 90 and -90 degrees are places."""
    edges = np.array([shapely.Point(180, 90), shapely.Point(-180, -90)], dtype=object)
    assert on_earth(edges).all()
    assert len(places_of(edges)) == 2


# ------------------------------------------------------------------------------------------------ through the whole rule


def ground_of(*zones: shapely.Geometry) -> Ground:
    """Return a ground of zones that name no order, which are closed to all, with 600 m of doubt."""
    frame = gpd.GeoDataFrame(
        {"zone_id": [str(at) for at in range(len(zones))], "accuracy_m": 600.0}, geometry=list(zones), crs="EPSG:4326"
    )
    return make_ground({"zones": frame}, data_date=day_of("2026-01-01"))


def test_a_point_beside_an_area_in_one_frame_is_judged_as_alone() -> None:
    """5 mm outside a line of no doubt is outside (near); an area in the same frame does not make it inside."""
    zone = shapely.box(46, 40, 46.1, 40.1)
    frame = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[zone], crs="EPSG:4326")
    ground = make_ground({"zones": frame}, data_date=day_of("2026-01-01"))
    beside = shapely.Point(46.1 + 0.005 / 85_268, 40.05)
    asked = ask(ground)
    alone = access_place(beside, ground, asked)
    assert (alone.verdict, alone.basis) == ("near_restricted", "near")
    mixed = gpd.GeoDataFrame(geometry=[beside, shapely.box(47, 40, 47.1, 40.1)], crs="EPSG:4326")
    answered = access_frame(mixed, ground, asked)
    assert answered[["verdict", "basis"]].values.tolist() == [
        ["near_restricted", "near"],
        ["not_assessed", "not_covered"],
    ]


def test_a_route_across_the_antimeridian() -> None:
    """From 179.8 E to 179.8 W along the equator: 22.264 km to the middle; the zone from 179.9 E to 179.9 W, and its doubt."""
    ground = ground_of(SEAM)
    line = shapely.LineString([(179.8, 0), (-179.8, 0)])
    verdict = access_route(line, ground, ask(ground))
    assert verdict.length_km == pytest.approx(0.4 * 111.3195, abs=0.02)
    # To the zone 0.1 degrees, 11.132 km, less 600 m of doubt, less 1,000 m more for near.
    borders = [0.0, 11.132 - 1.6, 11.132 - 0.6, 3 * 11.132 + 0.6, 3 * 11.132 + 1.6, 4 * 11.132]
    told: list[Any] = [
        (each["verdict"], pytest.approx(each["from_km"], abs=0.02), pytest.approx(each["to_km"], abs=0.02))
        for each in verdict.segments
    ]
    names = ["not_assessed", "near_restricted", "no_entry", "near_restricted", "not_assessed"]
    assert told == list(zip(names, borders[:-1], borders[1:], strict=True))
    assert verdict.entry is not None
    assert verdict.entry["lon"] == pytest.approx(179.9 - 600 / 111_319.5, abs=2e-4)
