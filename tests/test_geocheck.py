"""Doubts about shapes and records within one layer: each rule on either side of its limit, worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from mapper.catalogue import layer_entry
from mapper.intake.checks import examine
from mapper.intake.geojson import read_geojson
from mapper.intake.tables import read_table
from tests.test_shapes import AREA, account, check, framed, layer, only, polygon, told

if TYPE_CHECKING:
    from mapper.model import Checked, Finding, Kind

DEGREE_M = 111_030.0
"""A degree of latitude at 39.5 N on WGS 84: 111,132.95 - 559.85 cos 79° + 1.18 cos 158° = 111,025.0 m, to 0.01 %."""


def rules(checked: Checked) -> list[str]:
    """Return the rule of each finding."""
    return [found.rule for found in checked.findings]


def of(checked: Checked, rule: str) -> list[Finding]:
    """Return the findings of a rule."""
    return [found for found in checked.findings if found.rule == rule]


def table(text: str, kind: Kind = "incidents") -> Checked:
    """Check a CSV given as text."""
    return examine(read_table(layer_entry(Path("a.csv"), kind, crs="EPSG:4326"), text.encode(), ""), area=AREA)


# ---------------------------------------------------------------- corners
@pytest.mark.parametrize(("hair", "count"), [(0, 1), (1e-6, 1), (1.01e-6, 0)])
def test_a_corner_twice_in_a_row_is_told(hair: float, count: int) -> None:
    """Compared at a millionth of a degree, in longitude and latitude; the shape is not touched."""
    ring = [[46.5, 39.5], [46.51, 39.5], [46.51 + hair, 39.5], [46.51, 39.51], [46.5, 39.51], [46.5, 39.5]]
    checked = check(polygon(ring), kind="hazards")
    found = of(checked, "repeated_vertex")
    assert [(each.severity, each.row, each.value) for each in found] == [("info", 1, "1 corner")] * count
    assert account(checked) == (1, 0, 0)


def test_the_first_corner_stored_twice_at_the_end_is_told() -> None:
    """The ring closes with it once; the second and third time are too many."""
    ring = [[46.5, 39.5], [46.51, 39.5], [46.51, 39.51], [46.5, 39.5], [46.5, 39.5], [46.5, 39.5]]
    assert only(check(polygon(ring)), "repeated_vertex").value == "2 corners"


def test_in_metres_a_corner_within_eleven_centimetres_is_the_same() -> None:
    """A millionth of a degree of latitude is 0.111 m."""
    metres = [
        [6e5, 4.4e6],
        [6e5 + 0.11, 4.4e6],
        [6.001e5, 4.4e6],
        [6.001e5, 4.4001e6],
        [6.001e5 + 0.12, 4.4002e6],
        [6e5, 4.4e6],
    ]
    checked = examine(layer(polygon(metres), kind="hazards", crs="EPSG:32638"), area=AREA)
    assert only(checked, "repeated_vertex").value == "1 corner"


@pytest.mark.parametrize(("height_m", "is_told"), [(4_900, False), (5_010, True)])
def test_corners_more_than_five_kilometres_apart_are_doubted(height_m: float, is_told: bool) -> None:
    """Along a meridian, and beside it: sqrt(4,900² + 860²) = 4,975 m, sqrt(5,010² + 860²) = 5,083 m; for a hazard, each."""
    ring = [[46.5, 39.5], [46.51, 39.5], [46.5, 39.5 + height_m / DEGREE_M], [46.5, 39.5]]
    found = of(check(polygon(ring), kind="hazards"), "long_edge")
    assert [(each.severity, each.row) for each in found] == [("warning", 1)] * is_told
    assert all((each.value or "").startswith("2 sides, the longest 5,08") for each in found)


def test_long_sides_of_zones_are_one_fact_about_the_layer() -> None:
    """Three boxes of 0.1 degree: 11.1 km by 8.6 km, twelve sides; districts are not measured by their corners at all."""
    boxes = [box(46 + n / 5, 39, 46.1 + n / 5, 39.1) for n in range(3)]
    found = only(framed(*boxes, kind="zones"), "long_edge")
    assert (found.severity, found.row) == ("info", None)
    assert (found.value or "").startswith("12 sides of 3 records, the longest 11,10")
    assert rules(framed(*boxes, kind="districts")).count("long_edge") == 0


def test_long_sides_in_metres_are_measured_as_given() -> None:
    """Bringing a shape to WGS 84 puts a corner at every kilometre, which must not hide a side of 6,000 m."""
    metres = [[6e5, 4.4e6], [6.06e5, 4.4e6], [6.06e5, 4.401e6], [6e5, 4.401e6], [6e5, 4.4e6]]
    checked = examine(layer(polygon(metres), kind="hazards", crs="EPSG:32638"), area=AREA)
    assert only(checked, "long_edge").value == "2 sides, the longest 6,000 m"


def test_a_doubt_about_very_many_records_is_told_once() -> None:
    """1,001 boxes with 11-km sides: one finding with the number; 1,000 would be told each."""
    boxes = [box(45 + n / 1000, 39, 45.0005 + n / 1000, 39.1) for n in range(1_001)]
    found = only(framed(*boxes), "long_edge")
    assert (found.severity, found.row) == ("warning", None)
    assert (found.value or "").startswith("1,001 times; first in row 1: 2 sides, the longest 11,10")


# ---------------------------------------------------------------- slivers
@pytest.mark.parametrize(
    ("wide_m", "long_m", "is_told"),
    [(0.9, 100, True), (1.1, 100, False), (0.9, 3, False), (0.05, 0.05, True), (0.5, 0.5, False)],
    ids=["narrow and long", "a metre wide", "a small patch", "a speck", "half a metre square"],
)
def test_a_sliver_is_long_and_narrow_or_a_speck(wide_m: float, long_m: float, is_told: bool) -> None:
    """Mean width of a box w by l: w l / (w + l). Compactness of 0.9 by 3 is 4 pi 2.7 / 7.8² = 0.56, of 0.9 by 100: 0.03."""
    shape = box(46.5, 39.5, 46.5 + long_m / 85_900, 39.5 + wide_m / 111_195)
    assert ("sliver" in rules(framed(shape))) is is_told


def test_a_part_that_is_a_sliver_is_told_with_the_record() -> None:
    """A sound square beside a strip of 0.5 m by 1 km."""
    strip = box(46.6, 39.5, 46.6 + 1_000 / 85_900, 39.5 + 0.5 / 111_195)
    found = only(framed(MultiPolygon([box(46.5, 39.5, 46.51, 39.51), strip])), "sliver")
    assert (found.severity, found.value) == ("warning", "1 of 2 parts, the narrowest 0.5 m wide")


def test_what_encloses_nothing_but_rounding_is_refused() -> None:
    """Three corners on one line that no float can hold exactly."""
    checked = framed(Polygon([(46.1, 39.1), (46.2, 39.2), (46.3, 39.3)]), box(46.5, 39.5, 46.51, 39.51))
    assert [each for each in told(checked) if each[1] == "error"] == [("zero_area", "error", 1)]


# ---------------------------------------------------------------- common ground
@pytest.mark.parametrize(("shared", "is_told"), [(0.0089, False), (0.0091, True)])
def test_an_overlap_of_more_than_nine_thousandths_is_told(shared: float, is_told: bool) -> None:
    """Of the smaller of the two: a box of 0.01 by 0.01 degree beside one of 0.01 by 0.02."""
    small, large = box(46.5, 39.5, 46.51, 39.51), box(46.51 - 0.01 * shared, 39.5, 46.53, 39.51)
    checked = framed(large, small)
    assert [(each.severity, each.row) for each in of(checked, "overlapping_shapes")] == [("warning", 1)] * is_told
    if is_told:
        assert only(checked, "overlapping_shapes").value == "with row 2: 0.9 % of the smaller"


def test_overlapping_zones_are_a_fact() -> None:
    """Two orders may close the same ground."""
    checked = framed(box(46.5, 39.5, 46.52, 39.51), box(46.51, 39.5, 46.53, 39.51), kind="zones")
    assert told(checked) == [("overlapping_shapes", "info", 1)]
    assert only(checked, "overlapping_shapes").value == "with row 2: 50.0 % of the smaller"
    assert checked.verdict == "accept-with-findings"


def test_neighbours_do_not_overlap() -> None:
    """They share a side, or a corner."""
    boxes = [box(46.5 + n / 100, 39.5 + m / 100, 46.51 + n / 100, 39.51 + m / 100) for n in range(3) for m in range(3)]
    assert told(framed(*boxes)) == []


SQUARE = box(46.5, 39.5, 46.51, 39.51)


@pytest.mark.parametrize(
    ("other", "is_told"),
    [
        (SQUARE, True),
        (SQUARE.reverse(), True),
        (Polygon([(46.51, 39.5), (46.51, 39.51), (46.5, 39.51), (46.5, 39.5)]), True),
        (Polygon([(46.5, 39.5), (46.505, 39.5), (46.51, 39.5), (46.51, 39.51), (46.5, 39.51)]), True),
        (box(46.5, 39.5, 46.51 + 9e-7, 39.51 - 9e-7), True),
        (MultiPolygon([SQUARE]), True),
        (box(46.5, 39.5, 46.51002, 39.51), False),
        (Polygon([(46.5, 39.5), (46.51, 39.5), (46.51, 39.51), (46.505, 39.51002), (46.5, 39.51)]), False),
    ],
    ids=[
        "equal",
        "turned",
        "begun elsewhere",
        "a corner more",
        "a hair off",
        "as a part",
        "2 m wider",
        "2 m higher once",
    ],
)
def test_the_same_outline_under_another_id_is_told(other: object, is_told: bool) -> None:
    """At a millionth of a degree, wherever the ring begins and however many corners lie on its sides."""
    checked = framed(SQUARE, box(46.7, 39.5, 46.71, 39.51), other)
    assert [(each.severity, each.row, each.value) for each in of(checked, "duplicate_polygon")] == [
        ("warning", 3, "row 1 has the same")
    ] * is_told
    assert bool(of(checked, "overlapping_shapes")) is not is_told


def test_ten_copies_are_nine_findings() -> None:
    """Each names the first; none is told as an overlap as well."""
    checked = framed(*[SQUARE] * 10)
    assert [(each.row, each.value) for each in checked.findings] == [
        (row, "row 1 has the same") for row in range(2, 11)
    ]


@pytest.mark.slow
def test_a_pile_of_shapes_does_not_hang() -> None:
    """3,000 on one spot: their 4.5 million pairs are not all compared, and that is said."""
    pile = [shapely.Point(46.5 + n / 1e5, 39.5).buffer(0.1, quad_segs=2) for n in range(3_000)]
    found = of(framed(*pile), "overlapping_shapes")
    assert [each.row for each in found] == [None, None]
    assert found[-1].value == "only 200,000 pairs of shapes were compared"


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 3)), min_size=1, max_size=8))
def test_overlaps_are_those_that_the_grid_shows(squares: list[tuple[int, int, int]]) -> None:
    """Squares of whole cells: the pairs that share a cell, and the pairs that are equal, counted cell by cell."""
    shapes = [box(46 + x / 100, 39 + y / 100, 46 + (x + side) / 100, 39 + (y + side) / 100) for x, y, side in squares]
    cells = [{(x + i, y + j) for i in range(side) for j in range(side)} for x, y, side in squares]
    kept = [at for at, each in enumerate(cells) if each not in cells[:at]]
    pairs = {(a + 1, b + 1) for a in kept for b in kept if a < b and cells[a] & cells[b]}
    checked = framed(*shapes, kind="coverage")
    said = {(each.row, int((each.value or "").split()[2].rstrip(":"))) for each in of(checked, "overlapping_shapes")}
    assert said == pairs
    again = {each.row for each in of(checked, "duplicate_polygon")}
    assert again == {at + 1 for at in range(len(cells)) if at not in kept}


# ---------------------------------------------------------------- reported areas
@pytest.mark.parametrize(
    ("reported_m2", "is_told"),
    [
        (955_000, False),
        (800_000, False),
        (1_190_000, False),
        (790_000, True),
        (1_200_000, True),
        (5_000, True),
        (0, True),
    ],
)
def test_a_drawn_area_is_held_against_the_reported_one(reported_m2: float, is_told: bool) -> None:
    """A box of 0.01 degree at 39.5 N has 954,800 m²: within 20 % of 795,667 to 1,193,500."""
    features = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"hazard_id": "a", "reported_area_m2": reported_m2},
                "geometry": shapely.geometry.mapping(SQUARE),
            }
        ],
    }
    read = read_geojson(layer_entry(Path("a.geojson"), "hazards"), json.dumps(features).encode(), "")
    found = of(examine(read, area=AREA), "area_disagrees")
    assert [(each.severity, each.row, each.column) for each in found] == [("warning", 1, "reported_area_m2")] * is_told
    assert all((each.value or "").startswith(f"reported {reported_m2:,} m², drawn 954,") for each in found)


# ---------------------------------------------------------------- points and records
def test_several_accidents_at_one_coordinate_are_a_fact() -> None:
    """To the last digit; the place is told with their number."""
    text = "incident_id,lon,lat\n" + "".join(f"{n},46.91234,40.01234\n" for n in "abc") + "d,46.91234,40.01235\n"
    found = only(table(text), "duplicate_point")
    assert (found.severity, found.row, found.value) == ("info", 2, "46.91234 40.01234: 3 records")


def test_settlements_are_points_too_and_blank_places_are_none() -> None:
    """Records without a place do not share one."""
    text = "settlement,lon,lat\nA,46.91234,40.01234\nB,46.91234,40.01234\nC,,\nD,,\n"
    assert [(each.row, each.value) for each in of(table(text, "settlements"), "duplicate_point")] == [
        (2, "46.91234 40.01234: 2 records")
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_told"),
    [
        ("HA-1", "ha-1", True),
        ("HA 1", "HA  1", True),
        ("HA\u00a01", "ha 1", True),
        ("İ-1", "ı-1", True),
        ("a1", "a 1", False),
    ],
)
def test_ids_that_differ_in_blanks_or_capitals_are_doubted(first: str, second: str, is_told: bool) -> None:
    """Both records are kept; the id itself is not shown."""
    checked = table(f"incident_id,lon,lat\n{first},46.91234,40.01234\n{second},46.81234,40.01234\n")
    found = of(checked, "similar_id")
    assert [(each.severity, each.row, each.column, each.value) for each in found] == [
        ("warning", 3, "incident_id", "row 2 has nearly the same")
    ] * is_told
    assert checked.ledger.kept == 2


HEADER = "incident_id,lon,lat,date_start,killed_civilian\n"


@pytest.mark.parametrize(
    ("rows", "copies"),
    [
        (["a,46.91234,40.01234,2021-01-02,1", "b,46.91234,40.01234,2021-01-02,1"], [(3, "row 2 has the same cells")]),
        (["a,46.91234,40.01234,2021-01-02,1", "b,46.91234,40.01234,2021-01-03,1"], []),
        (["a,46.91234,40.01234,2021-01-02,1", "b,46.91235,40.01234,2021-01-02,1"], []),
        (["a,46.91234,40.01234,,", "b,46.91234,40.01234,,"], []),
        (["a,,,2021-01-02,1", "b,,,2021-01-02,1"], [(3, "row 2 has the same cells")]),
        (["a,,,,", "b,,,,"], []),
        (
            ["a,,,2021-01-02,1", "b,46.91234,40.01234,2021-01-02,1", "c,,,2021-01-02,1", "d,,,2021-01-02,1"],
            [(4, "row 2 has the same cells"), (5, "row 2 has the same cells")],
        ),
    ],
    ids=["copy", "another day", "another place", "only a place", "no place", "nothing stated", "three of four"],
)
def test_a_record_that_stands_twice_under_two_ids_is_doubted(rows: list[str], copies: list[tuple[int, str]]) -> None:
    """In every cell of the file; records of which nothing but a place is stated are no copies."""
    found = of(table(HEADER + "\n".join(rows) + "\n"), "duplicate_record")
    assert [(each.row, each.value) for each in found] == copies
    assert {each.severity for each in found} <= {"warning"}


def test_a_column_that_is_left_out_still_tells_two_records_apart() -> None:
    """Nobody knows the column, and it says that these are two."""
    text = "incident_id,lon,lat,date_start,page\na,,,2021-01-02,1\nb,,,2021-01-02,2\n"
    assert not of(table(text), "duplicate_record")


def test_shapes_that_are_equal_in_every_cell_are_told() -> None:
    """Two hazards of one outline and one name."""
    geometry = shapely.geometry.mapping(SQUARE)
    features = [
        {"type": "Feature", "properties": {"hazard_id": n, "name": "x"}, "geometry": geometry} for n in ("a", "b")
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    checked = examine(read_geojson(layer_entry(Path("a.geojson"), "hazards"), content, ""), area=AREA)
    assert [(each.rule, each.row) for each in checked.findings] == [("duplicate_record", 2), ("duplicate_polygon", 2)]


@pytest.mark.parametrize(("places", "findings"), [(1_000, 1_000), (1_001, 1)])
def test_very_many_common_places_are_told_once(places: int, findings: int) -> None:
    """So many places hold two accidents each; the first finding, or the only one, begins at the first of them."""
    lon_lat = np.random.default_rng(1).random((places, 2)) * [5, 2] + [45, 39]
    checked = framed(*shapely.points(np.concatenate([lon_lat, lon_lat])), kind="incidents")
    found = of(checked, "duplicate_point")
    assert (len(found), found[0].row) == (findings, 1 if findings > 1 else None)
