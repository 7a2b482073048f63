"""Accidents in land recorded as released, and hazards closed without a word on how."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.analysis.hazard_checks import accidents_in_released_land, closed_without_product, released

WGS84 = "EPSG:4326"
LAND = shapely.box(46.5, 39.5, 47.0, 40.0)
IN, MAY, BEFORE = "accident_in_cleared_land", "accident_may_be_in_cleared_land", "accident_before_clearance"


def accident(**more: object) -> dict[str, object]:
    """One accident measured in the middle of the land, on 28 January 2021."""
    return {
        "incident_id": "a",
        "date_start": "2021-01-28",
        "date_end": None,
        "district": "Ağdam",
        "place": "point",
        "uncertainty_m": 0.0,
        "geometry": shapely.Point(46.75, 39.75),
        **more,
    }


def hazard(**more: object) -> dict[str, object]:
    """One area recorded as cleared, without a date."""
    return {"hazard_id": "h", "status": None, "product": "cleared", "closed_on": None, "geometry": LAND, **more}


def frame(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    """Make records as rows from 2 on, as in a file with a header."""
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=WGS84, index=range(2, 2 + len(rows)))


def told(incidents: gpd.GeoDataFrame, hazards: gpd.GeoDataFrame) -> list[tuple[str, str, int | None, str | None]]:
    """Return what was found, without the words of the rule."""
    found = accidents_in_released_land(incidents, hazards)
    return [(each.rule, each.severity, each.row, each.value) for each in found]


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"product": "cleared"}, "cleared"),
        ({"product": "reduced"}, "reduced"),
        ({"product": "cancelled"}, "cancelled"),
        ({"product": None, "status": "closed"}, "closed"),
        ({"product": "cleared", "status": "open"}, "cleared"),
        ({"product": None, "status": "open"}, None),
        ({"product": None, "status": "worked_on"}, None),
        ({"product": None, "status": "suspended"}, None),
        ({"product": None, "status": None}, None),
    ],
)
def test_land_is_released_by_a_product_or_by_being_closed(record: dict[str, str | None], word: str | None) -> None:
    """Each product counts; what stands open is a hazard, where an accident is no surprise."""
    expected = [(IN, "warning", 2, f"a (2021-01-28) in h ({word}, date not stated): the whole place")]
    assert told(frame(accident()), frame(hazard(**record))) == (expected if word else [])


@pytest.mark.parametrize(
    ("lon_lat", "inside"),
    [((46.5, 39.75), True), ((46.5, 39.5), True), ((46.4999, 39.75), False), ((47.0, 40.0), True)],
)
def test_the_border_and_the_corners_belong_to_the_land(lon_lat: tuple[float, float], *, inside: bool) -> None:
    """9 m outside (0.0001° of longitude) is outside, as the accuracy of the line is not stated."""
    found = told(frame(accident(geometry=shapely.Point(lon_lat))), frame(hazard()))
    assert [rule for rule, *_ in found] == ([IN] if inside else [])


@pytest.mark.parametrize(
    ("accident_dates", "closed_on", "rule"),
    [
        (("2021-01-28", None), "2021-01-27", IN),
        (("2021-01-28", None), "2021-01-28", IN),  # on the day itself nobody can tell which came first
        (("2021-01-28", None), "2021-01-29", BEFORE),
        (("2021-01-28", "2021-02-03"), "2021-01-29", IN),  # it may have happened until 3 February
        (("2021-01-28", "2021-02-03"), "2021-02-04", BEFORE),
        (("2021-01", None), "2021-01-29", IN),  # 30 January is possible
        (("2021-01", None), "2021-02-01", BEFORE),
        (("2021-01-28", None), "2021", IN),  # the release may have been in early January
        (("2021-01-28", None), "2022", BEFORE),
        ((None, None), "2021-01-29", IN),
        (("--01-28", None), "2022-01-29", IN),  # the year of the accident is not stated
        (("2021-01-28", None), None, IN),
    ],
)
def test_only_a_release_certainly_later_quietens_the_alarm(
    accident_dates: tuple[str | None, str | None], closed_on: str | None, rule: str
) -> None:
    """Every doubt about the order of the two leaves the alarm."""
    given = accident(date_start=accident_dates[0], date_end=accident_dates[1])
    ((found, severity, *_),) = told(frame(given), frame(hazard(closed_on=closed_on)))
    assert (found, severity) == (rule, "info" if rule == BEFORE else "warning")


def test_the_report_of_the_hazard_does_not_date_its_release() -> None:
    """`reported_on` may be the day the minefield was found, or that of a report long after the release."""
    ((rule, *_),) = told(frame(accident()), frame(hazard(reported_on="2025-01-01")))
    assert rule == IN


def test_one_area_released_before_outweighs_those_released_later() -> None:
    """The accident is told once, by the area that makes it an alarm."""
    areas = frame(hazard(hazard_id="later", closed_on="2022-01-01"), hazard(hazard_id="sooner", closed_on="2020-01-01"))
    assert told(frame(accident()), areas) == [
        (IN, "warning", 2, "a (2021-01-28) in sooner (cleared, 2020-01-01): the whole place")
    ]


def test_a_circle_is_told_with_its_share() -> None:
    """Centred on a straight side: half of the circle. Wholly inside: all of it. 3 km off: none."""
    records = [
        accident(incident_id="half", place="disc", uncertainty_m=2000.0, geometry=shapely.Point(46.5, 39.75)),
        accident(incident_id="all", place="disc", uncertainty_m=2000.0),
        # 0.035° of longitude at 39.75° N is 3.0 km.
        accident(incident_id="none", place="disc", uncertainty_m=2000.0, geometry=shapely.Point(46.465, 39.75)),
    ]
    assert told(frame(*records), frame(hazard())) == [
        (MAY, "warning", 2, "half (2021-01-28) in h (cleared, date not stated): 50.0% of the place"),
        (IN, "warning", 3, "all (2021-01-28) in h (cleared, date not stated): the whole place"),
    ]


def test_a_small_area_inside_a_large_circle_is_told() -> None:
    """100 m by 100 m in a circle of 2 km: 10,000 m² of 12.57 km² is 0.08 %, and still it may be there."""
    # 0.0009° of latitude is 99.9 m; 0.001168° of longitude at 39.75° N is 100.1 m.
    field = shapely.box(46.75, 39.75, 46.751168, 39.7509)
    found = told(frame(accident(place="disc", uncertainty_m=2000.0)), frame(hazard(geometry=field)))
    assert found == [(MAY, "warning", 2, "a (2021-01-28) in h (cleared, date not stated): 0.1% of the place")]


def test_the_accuracy_of_the_line_may_bring_an_accident_in() -> None:
    """86 m outside (0.001° of longitude) a line good to 100 m."""
    outside = accident(geometry=shapely.Point(46.499, 39.75))
    found = told(frame(outside), frame(hazard()).assign(accuracy_m=100.0))
    assert found == [(MAY, "warning", 2, "a (2021-01-28) in h (cleared, date not stated): by the accuracy of its line")]
    assert told(frame(outside), frame(hazard()).assign(accuracy_m=50.0)) == []


def test_several_areas_are_one_finding_by_the_largest_share() -> None:
    """Two of them hold the point."""
    areas = frame(
        hazard(hazard_id="h-1"), hazard(hazard_id="h-2"), hazard(hazard_id="far", geometry=shapely.box(0, 0, 1, 1))
    )
    assert told(frame(accident()), areas) == [
        (IN, "warning", 2, "a (2021-01-28) in h-1 (cleared, date not stated): the whole place, and in 1 more")
    ]


def test_accidents_known_by_district_are_one_line_a_district() -> None:
    """The district is 1° by 1°, the land its south-eastern quarter; a district without an accident is not named."""
    district = shapely.box(46.0, 39.5, 47.0, 40.5)
    by_district = {"place": "district", "uncertainty_m": float("nan"), "geometry": district}
    records = [
        accident(incident_id="a", **by_district),
        accident(incident_id="b", **by_district),
        accident(incident_id="c", **by_district | {"district": "Tərtər", "geometry": shapely.box(50, 39, 51, 40)}),
        accident(incident_id="d", date_start="2019-01-01", **by_district),
        accident(incident_id="e", place="none", geometry=None),
    ]
    # d happened before the release. Half the width, and (sin 40° - sin 39.5°) / (sin 40.5° - sin 39.5°) = 0.5018 of the height.
    found = told(frame(*records), frame(hazard(closed_on="2020-01-01")))
    assert found == [
        (MAY, "info", None, "2 known only by the district Ağdam; 1 such areas in it, the largest 25.1% of the place")
    ]


def test_no_accident_in_released_land_goes_untold() -> None:
    """2,000 points against 60 boxes of which some are open and some overlap: told are those between the sides of one."""
    random = np.random.default_rng(7)
    west, south = random.uniform((46, 39), (47, 40), (60, 2)).T.round(3)
    is_released = random.random(60) < 0.7
    boxes = [
        hazard(
            hazard_id=f"h{number}",
            product="reduced" if is_released[number] else None,
            status="open",
            geometry=shapely.box(west[number], south[number], west[number] + 0.05, south[number] + 0.05),
        )
        for number in range(60)
    ]
    lon, lat = random.uniform((46, 39), (47, 40), (2000, 2)).T
    accidents = [accident(incident_id=f"i{n}", geometry=shapely.Point(lon[n], lat[n])) for n in range(2000)]
    between = (
        (west <= lon[:, None])
        & (lon[:, None] <= west + 0.05)
        & (south <= lat[:, None])
        & (lat[:, None] <= south + 0.05)
    )
    expected = [int(number) + 2 for number in np.flatnonzero((between & is_released).any(axis=1))]
    found = told(frame(*accidents), frame(*boxes))
    assert [(rule, row) for rule, _, row, _ in found] == [(IN, row) for row in expected]
    assert 50 < len(expected) < 1000


def test_ids_may_repeat_across_layers() -> None:
    """Two accidents and two areas of one id each: both accidents are told, each at its row."""
    found = told(frame(accident(), accident()), frame(hazard(), hazard()))
    assert [(rule, row) for rule, _, row, _ in found] == [(IN, 2), (IN, 3)]


def test_nothing_is_moved() -> None:
    """Neither the accidents nor the hazards."""
    incidents, hazards = frame(accident()), frame(hazard())
    before = incidents.copy(deep=True), hazards.copy(deep=True)
    told(incidents, hazards)
    assert incidents.equals(before[0])
    assert hazards.equals(before[1])


def test_no_released_land_or_no_accident_is_no_finding() -> None:
    """Empty frames, and hazards without an outline."""
    assert told(frame(accident()), frame(hazard()).iloc[:0]) == []
    assert told(frame(accident()).iloc[:0], frame(hazard())) == []
    assert told(frame(accident()), frame(hazard(geometry=None), hazard(product=None))) == []


def test_released_needs_no_geometry() -> None:
    """A table of codes will do, and blanks are not released."""
    codes = pd.DataFrame({"status": pd.array(["closed", None, "open"], "str"), "product": pd.array([None] * 3, "str")})
    assert released(codes).tolist() == [True, False, False]


# ------------------------------------------------------------------------------------------------ closed, and how?
@pytest.mark.parametrize(
    ("record", "doubted"),
    [
        ({"status": "closed", "product": None}, True),
        ({"status": "closed", "product": "cancelled"}, False),
        ({"status": "open", "product": None}, False),
        ({"status": None, "product": None}, False),
        ({"status": "closed", "product": None, "geometry": None}, True),
    ],
)
def test_a_closed_hazard_needs_a_product(record: dict[str, object], *, doubted: bool) -> None:
    """Its own one is enough."""
    found = closed_without_product(frame(hazard(**record)))
    assert [(each.rule, each.severity, each.row, each.value) for each in found] == (
        [("closed_without_product", "warning", 2, "h")] if doubted else []
    )


@pytest.mark.parametrize(
    ("other", "answers"),
    [
        (shapely.box(46.9, 39.9, 47.1, 40.1), True),
        (shapely.box(47.0, 39.5, 47.5, 40.0), False),  # only a side in common
        (shapely.box(47.0, 40.0, 47.5, 40.5), False),  # only a corner
        (shapely.box(48.0, 39.5, 48.5, 40.0), False),
    ],
)
def test_a_released_area_on_its_ground_answers_for_it(other: shapely.Geometry, *, answers: bool) -> None:
    """The product may stand in a record of its own, also in another layer."""
    closed = frame(hazard(status="closed", product=None))
    every = frame(hazard(status="closed", product=None), hazard(hazard_id="p", geometry=other))
    assert [each.row for each in closed_without_product(closed, others=every)] == ([] if answers else [2])
