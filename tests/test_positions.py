"""Points against the lines and names around them, on districts drawn for the test."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from mapper.analysis.positions import district_disagreements, on_borders, suspected_centroids

WGS84 = "EPSG:4326"


def districts(accuracy_m: float | None = 5000.0) -> gpd.GeoDataFrame:
    """Two districts side by side and one without outline."""
    return gpd.GeoDataFrame(
        {"name": ["Ağdam", "Tərtər", "Ağdərə"], "accuracy_m": pd.array([accuracy_m] * 3, "float64")},
        geometry=[shapely.box(46, 39, 47, 40), shapely.box(47, 39, 48, 40), None],
        crs=WGS84,
    )


def incidents(*rows: tuple[str | None, float, float], place: str = "disc") -> gpd.GeoDataFrame:
    """Located incidents from (district, lon, lat)."""
    return gpd.GeoDataFrame(
        {"district": [row[0] for row in rows], "place": place},
        geometry=[shapely.Point(row[1:]) for row in rows],
        crs=WGS84,
        index=range(2, 2 + len(rows)),
    )


def test_only_points_outside_their_district_are_told_and_none_is_moved() -> None:
    """On the border counts as in; a district without outline and a record without district cannot disagree."""
    given = incidents(
        ("Ağdam", 46.5, 39.5),
        ("Ağdam", 47.0, 39.5),
        ("Ağdam", 47.01, 39.5),
        ("AĞDAM", 47.5, 39.5),
        ("Ağdərə", 47.5, 39.5),
        (None, 47.5, 39.5),
        ("Tərtər", 49.0, 39.5),
    )
    before = given.copy(deep=True)
    found = district_disagreements(given, districts())
    # 0.01° of longitude at 39.5 N is 860 m, within the line's 5,000 m; half a degree is 43 km.
    assert [(each.row, each.severity) for each in found] == [(4, "info"), (5, "warning"), (8, "warning")]
    assert [each.value.split(",")[1].strip() for each in found if each.value] == [
        "Tərtər by the polygons",
        "Tərtər by the polygons",
        "none by the polygons",
    ]
    assert given.equals(before)


@pytest.mark.parametrize(("lon", "lat", "corner"), [(47.2, 40.3, (47.0, 40.0)), (45.9, 38.7, (46.0, 39.0))])
def test_the_distance_is_that_on_the_ellipsoid(lon: float, lat: float, corner: tuple[float, float]) -> None:
    """Off a corner, the nearest point is the corner: its geodesic is the distance told, to 0.2 %."""
    expected_m = pyproj.Geod(ellps="WGS84").inv(lon, lat, *corner)[2]
    (found,) = district_disagreements(incidents(("Ağdam", lon, lat)), districts())
    told_m = float((found.value or "").split(", ")[-1].removesuffix(" m outside").replace(",", ""))
    assert told_m == pytest.approx(expected_m, rel=2e-3)


def test_a_line_of_unknown_accuracy_excuses_nothing() -> None:
    """Where no accuracy is stated, every disagreement is a warning."""
    (found,) = district_disagreements(incidents(("Ağdam", 47.01, 39.5)), districts(accuracy_m=None))
    assert found.severity == "warning"


def test_places_known_by_district_only_cannot_disagree() -> None:
    """Their place is the district itself."""
    assert district_disagreements(incidents(("Ağdam", 47.5, 39.5), place="district"), districts()) == []


def test_two_outlines_of_one_name_are_both_right() -> None:
    """A district and a city of one name: a point in either agrees."""
    both = districts().assign(name=["Şuşa", "Şuşa", "Ağdərə"])
    assert district_disagreements(incidents(("Şuşa", 46.5, 39.5), ("Şuşa", 47.5, 39.5)), both) == []


def test_nothing_to_compare_is_no_finding() -> None:
    """Empty frames go through."""
    assert district_disagreements(incidents().assign(district=None), districts()) == []
    assert district_disagreements(incidents(("Ağdam", 47.5, 39.5)), districts().iloc[:0]) == []


# ------------------------------------------------------------------------------------------------ suspected centroids
# An L of two boxes, 2 by 1 and 1 by 1 degrees: its centroid is the mean of theirs, weighted 2 to 1, and lies outside neither.
L = shapely.union(shapely.box(46, 39, 48, 40), shapely.box(46, 40, 47, 41))
L_CENTROID = ((2 * 47 + 1 * 46.5) / 3, (2 * 39.5 + 1 * 40.5) / 3)


def the_l() -> gpd.GeoDataFrame:
    """One district whose centroid, box middle and representative point are three places."""
    return gpd.GeoDataFrame({"name": ["Ağdam"]}, geometry=[L], crs=WGS84)


def seats() -> gpd.GeoDataFrame:
    """Two settlements, of which one bears the name of its district, and one without coordinates."""
    return gpd.GeoDataFrame(
        {"settlement": ["Ağdam", "Mərzili", "Qərvənd"]},
        geometry=[shapely.Point(46.93, 39.99), shapely.Point(47.05716, 39.93335), None],
        crs=WGS84,
    )


@pytest.mark.parametrize(
    ("lon_lat", "told"),
    [
        (L_CENTROID, "centroid of district Ağdam, 0.0 m away"),
        ((47.0, 40.0), "middle of the box of district Ağdam, 0.0 m away"),
        ((46.93, 39.99), "point of the settlement Ağdam, 0.0 m away"),
        # 0.00004° of latitude is 4.4 m (a degree at 40° N is 111,035 m), 0.0001° is 11.1 m.
        ((46.93, 39.99004), "point of the settlement Ağdam, 4.4 m away"),
        ((46.93, 39.9901), None),
        # 0.0001° of longitude at 39.99° N is 8.5 m: 111,320 m x cos(39.99°) = 85,290 m a degree.
        ((46.9301, 39.99), "point of the settlement Ağdam, 8.5 m away"),
        ((47.05716, 39.93335), "point of the settlement Mərzili, 0.0 m away"),
        ((46.5, 39.5), None),
    ],
)
def test_a_measured_point_on_a_middle_or_a_settlement_is_doubted(
    lon_lat: tuple[float, float], told: str | None
) -> None:
    """Within 10 m of what a program or a gazetteer would give for the name."""
    found = suspected_centroids(incidents(("Ağdam", *lon_lat), place="point"), the_l(), seats())
    assert [(each.row, each.severity, each.value) for each in found] == ([(2, "warning", told)] if told else [])


def test_the_representative_point_and_the_centroid_of_a_plane_are_doubted_too() -> None:
    """The first is what shapely gives; the second is the centroid in UTM 38, metres from the one in degrees."""
    inner = L.representative_point()
    to_utm = pyproj.Transformer.from_crs(4326, 32638, always_xy=True)
    # Edges of 0.01°, so that straight lines in degrees stay where they are in the plane.
    dense = shapely.transform(shapely.segmentize(L, 0.01), to_utm.transform, interleaved=False)
    lon, lat = to_utm.transform(dense.centroid.x, dense.centroid.y, direction="INVERSE")
    apart_m = pyproj.Geod(ellps="WGS84").inv(lon, lat, *L_CENTROID)[2]
    assert apart_m > 100
    (one,) = suspected_centroids(incidents(("Ağdam", inner.x, inner.y), place="point"), the_l())
    assert (one.value or "").startswith("representative point of district Ağdam")
    # UTM is no equal-area plane: its scale over these two degrees moves the centroid by some metres more than allowed here.
    (other,) = suspected_centroids(incidents(("Ağdam", *in_equal_area(dense)), place="point"), the_l())
    assert (other.value or "").startswith("centroid in a plane of district Ağdam")


def in_equal_area(utm_outline: shapely.Geometry) -> tuple[float, float]:
    """Centroid of an outline in Europe's equal-area projection moved to the Caucasus, in degrees."""
    plane = "+proj=aea +lat_1=39 +lat_2=41 +lon_0=47 +datum=WGS84"
    there = pyproj.Transformer.from_crs(32638, plane, always_xy=True)
    centre = shapely.transform(utm_outline, there.transform, interleaved=False).centroid
    lon, lat = pyproj.Transformer.from_crs(plane, 4326, always_xy=True).transform(centre.x, centre.y)
    return float(lon), float(lat)


@pytest.mark.parametrize("place", ["disc", "district", "none"])
def test_what_does_not_claim_to_be_measured_is_not_doubted(place: str) -> None:
    """A settlement's circle stands around the settlement's point by right."""
    given = incidents(("Ağdam", 46.93, 39.99), place=place)
    assert suspected_centroids(given, the_l(), seats()) == []


def test_a_point_on_two_spots_is_told_once_by_the_nearer() -> None:
    """Two settlements 5.6 m apart (0.00005° of latitude); each of two records is told."""
    near = gpd.GeoDataFrame(
        {"settlement": ["Farther", "Nearer"]}, geometry=gpd.points_from_xy([46.93, 46.93], [39.99005, 39.99]), crs=WGS84
    )
    found = suspected_centroids(incidents(*[("Ağdam", 46.93, 39.99)] * 2, place="point"), None, near)
    assert [(each.row, each.value) for each in found] == [
        (2, "point of the settlement Nearer, 0.0 m away"),
        (3, "point of the settlement Nearer, 0.0 m away"),
    ]


def test_nothing_to_lie_on_is_no_doubt() -> None:
    """No layers, or layers without geometry."""
    given = incidents(("Ağdam", 46.93, 39.99), place="point")
    assert suspected_centroids(given) == []
    assert suspected_centroids(given, districts().iloc[2:], seats().iloc[2:]) == []


# ------------------------------------------------------------------------------------------------ borders
def zones() -> gpd.GeoDataFrame:
    """One zone whose western side is the line between the two districts."""
    return gpd.GeoDataFrame({"zone_id": ["z-1", "z-2"]}, geometry=[shapely.box(47, 39, 47.5, 40), None], crs=WGS84)


@pytest.mark.parametrize(
    ("lon_lat", "told"),
    [
        ((47.0, 39.3), "zone z-1; district Ağdam; district Tərtər"),
        ((47.5, 39.5), "zone z-1"),
        ((46.0, 39.0), "district Ağdam"),  # a corner
        ((47.0 + 5e-10, 39.3), "zone z-1; district Ağdam; district Tərtər"),
        ((47.0 + 2e-9, 39.3), None),
        ((46.5, 39.5), None),
        ((45.0, 38.0), None),
    ],
)
@pytest.mark.parametrize("place", ["point", "disc"])
def test_a_point_exactly_on_a_line_is_told_with_its_lines(
    lon_lat: tuple[float, float], told: str | None, place: str
) -> None:
    """Nearer than a thousand-millionth of a degree; one finding however many lines meet there."""
    found = on_borders(incidents(("Ağdam", *lon_lat), place=place), zones(), districts())
    assert [(each.row, each.severity, each.value) for each in found] == ([(2, "info", told)] if told else [])


def test_a_hole_has_a_border_too() -> None:
    """Its line belongs to the zone."""
    ring = shapely.box(46, 39, 48, 41).difference(shapely.box(46.5, 39.5, 47.5, 40.5))
    holed = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[ring], crs=WGS84)
    assert [each.row for each in on_borders(incidents(("A", 46.5, 40.0), ("A", 47.0, 40.0)), holed)] == [2]


def test_districts_and_missing_places_have_no_border_of_their_own() -> None:
    """The outline of a district-level place lies on the border by its nature."""
    given = gpd.GeoDataFrame(
        {"district": ["Ağdam", None], "place": ["district", "none"]},
        geometry=[shapely.box(46, 39, 47, 40), None],
        crs=WGS84,
    )
    assert on_borders(given, zones(), districts()) == []
    assert on_borders(given.iloc[:0], zones(), districts()) == []
    assert on_borders(incidents(("Ağdam", 47.0, 39.3))) == []


def test_a_hundred_thousand_points_and_all_lines_take_seconds() -> None:
    """Random points are neither on a border nor on a middle, and none of them is lost or moved."""
    lon, lat = np.random.default_rng(4).uniform((46, 39), (48, 40), (100_000, 2)).T
    many = gpd.GeoDataFrame(
        {"district": ["Ağdam"] * len(lon), "place": "point"}, geometry=gpd.points_from_xy(lon, lat), crs=WGS84
    )
    assert on_borders(many, zones(), districts()) == []
    assert len(suspected_centroids(many, districts(), seats())) <= 1
