"""Reference systems: published coordinates, closed forms on the ellipsoid, and what must be refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj.network
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mapper import crs
from mapper.errors import DataRefused, UnknownCRS

if TYPE_CHECKING:
    from mapper.model import LonLatBox

A_LON, A_LAT = 46.927360, 39.990960
"""DOMAIN 4.3's test number: GeoNames' centroid of Agdam."""
SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257223563
ECCENTRICITY = math.sqrt(FLATTENING * (2 - FLATTENING))


def band_area_km2(south: float, north: float, width: float) -> float:
    """Return the ellipsoid's area between two parallels over `width` degrees of longitude: the textbook closed form."""

    def q(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        logarithm = math.log((1 + ECCENTRICITY * s) / (1 - ECCENTRICITY * s))
        return s / (1 - (ECCENTRICITY * s) ** 2) + logarithm / (2 * ECCENTRICITY)

    semi_minor = SEMI_MAJOR_M * (1 - FLATTENING)
    return semi_minor**2 / 2 * math.radians(width) * (q(north) - q(south)) / 1e6


@pytest.mark.parametrize(
    ("source", "easting", "northing", "tolerance_m"),
    [
        ("EPSG:28408", 8664716.58, 4430395.18, 0.01),
        ("EPSG:28408", 8664717, 4430395, 0.5),
        ("EPSG:2498", 664716.58, 4430395.18, 0.01),
        ("EPSG:2532", 16408491, 4429163, 0.8),
        ("EPSG:2531", 15664717, 4430395, 0.5),
        ("EPSG:32638", 664546.03, 4428532.86, 0.01),
        ("EPSG:4284", 46 + 55 / 60 + 42.80 / 3600, 39 + 59 / 60 + 27.77 / 3600, 0.3),
    ],
)
def test_published_coordinates_reach_the_same_place(
    source: str, easting: float, northing: float, tolerance_m: float
) -> None:
    """DOMAIN 4.3: one place written in seven systems, each to the precision it was written with."""
    lon, lat = crs.transform_points(easting, northing, source)
    assert crs.geodesic_distance_m(lon, lat, A_LON, A_LAT) < tolerance_m


@pytest.mark.parametrize("area", [None, (46.0, 38.5, 48.0, 40.5)])
@pytest.mark.parametrize("source", ["EPSG:4284", "EPSG:28408", "EPSG:28409", "EPSG:2498", "EPSG:2532"])
def test_pulkovo_1942_uses_the_stated_operation(source: str, area: LonLatBox | None) -> None:
    """DOMAIN 4.2: EPSG:15865 with 4.5 m, with or without an area of interest."""
    assert crs.operation(source, area=area) == crs.Operation("Pulkovo 1942 to WGS 84 (16)", "EPSG:15865", 4.5)


def test_operation_without_a_datum_step() -> None:
    """UTM on WGS 84 is a projection only: no code, no loss."""
    assert crs.operation("EPSG:32638") == crs.Operation("Inverse of UTM zone 38N", None, 0.0)


def test_operation_into_the_working_plane_keeps_the_datum_step() -> None:
    """Going straight from SK-42 into the plane passes through the same shift."""
    plane = crs.working_crs((46.0, 38.5, 48.0, 40.5))
    assert crs.operation("EPSG:28408", plane).code == "EPSG:15865"


def test_no_network() -> None:
    """The answer must not depend on what can be downloaded."""
    crs.transform_points(46.0, 40.0, "EPSG:4284")
    assert not pyproj.network.is_network_enabled()  # type: ignore[attr-defined]  # missing in its stub


def test_pulkovo_read_as_wgs_84_would_be_100_m_off() -> None:
    """DOMAIN 4.1: the datum step moves Agdam by 102.6 m; if it got lost this would be 0."""
    lon, lat = crs.transform_points(A_LON, A_LAT, "EPSG:4284")
    assert crs.geodesic_distance_m(lon, lat, A_LON, A_LAT) == pytest.approx(102.6, abs=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:4326",
        " epsg:28408 ",
        "OGC:CRS84",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::28408",
        "http://www.opengis.net/def/crs/EPSG/0/4284",
        pyproj.CRS("EPSG:32638").to_wkt(),
        pyproj.CRS("EPSG:32638").to_wkt("WKT1_ESRI"),
        pyproj.CRS("EPSG:32638"),
    ],
)
def test_known_systems(text: str | pyproj.CRS) -> None:
    """Codes, URNs, OGC addresses and both kinds of WKT."""
    assert crs.known_crs(text).is_geographic or crs.known_crs(text).is_projected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no coordinate reference system is named"),
        ("  ", "no coordinate reference system is named"),
        ("+proj=longlat +datum=WGS84 +no_defs", "proj4 string"),
        ("+init=epsg:28408", "proj4 string"),
        ("28408", "does not name"),
        ("UTM 38N", "does not name"),
        ("EPSG:999999", "not a known"),
        ("PROJCS[", "not a known"),
        ("EPSG:5773", "neither a geographic nor a projected"),
        ("EPSG:4978", "neither a geographic nor a projected"),
    ],
)
def test_unknown_systems_are_refused(text: str, words: str) -> None:
    """Each with a sentence that says what to write."""
    with pytest.raises(UnknownCRS, match=words) as refusal:
        crs.known_crs(text)
    assert "EPSG:4326" in str(refusal.value)


def test_ballpark_operations_are_refused() -> None:
    """A local datum that the registry cannot tie to WGS 84 has no transformation, rather than a wrong one."""
    wkt = (
        'PROJCS["field sheet",GEOGCS["old",DATUM["unknown datum",SPHEROID["Krassowsky 1940",6378245,298.3]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",45],PARAMETER["scale_factor",1],'
        'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )
    with pytest.raises(UnknownCRS, match="no operation of known accuracy"):
        crs.transform_points(664717.0, 4430395.0, wkt)


@pytest.mark.parametrize(
    ("bounds", "lat", "lon"),
    [
        ((46.0, 38.0, 48.0, 40.0), 39.0, 47.0),
        ((46.123, 38.987, 47.456, 40.321), 39.65, 46.79),
        ((179.0, -18.0, -179.0, -16.0), -17.0, -180.0),
        ((170.0, -18.0, -178.0, -16.0), -17.0, 176.0),
        ((-180.0, -90.0, 180.0, 90.0), 0.0, 0.0),
        ((46.0, 39.0, 46.0, 39.0), 39.0, 46.0),
    ],
)
def test_working_plane_is_centred_on_its_area(bounds: LonLatBox, lat: float, lon: float) -> None:
    """Centre to 0.01 degree, across the antimeridian too, on the WGS 84 ellipsoid."""
    plane = crs.working_crs(bounds)
    assert plane.coordinate_operation is not None
    assert plane.ellipsoid is not None
    values = {each.name: float(each.value) for each in plane.coordinate_operation.params}
    assert values["Latitude of natural origin"] == pytest.approx(lat, abs=1e-9)
    assert (values["Longitude of natural origin"] - lon) % 360 == pytest.approx(0, abs=1e-9)
    assert plane.ellipsoid.name == "WGS 84"


@pytest.mark.parametrize(
    "bounds", [(46, 40, 47, 39), (46, 39, 190, 40), (46, -91, 47, 40), (math.nan, 39, 47, 40), (46, 39, math.inf, 40)]
)
def test_bounds_that_are_none_are_refused(bounds: LonLatBox) -> None:
    """South above north, degrees that do not exist, numbers that are none."""
    with pytest.raises(DataRefused, match="do not bound an area"):
        crs.working_crs(bounds)


@given(west=st.floats(-180, 178), south=st.floats(-80, 78), width=st.floats(0.05, 2), height=st.floats(0.05, 2))
@settings(max_examples=30, deadline=None)
def test_working_plane_keeps_areas(west: float, south: float, width: float, height: float) -> None:
    """Anywhere on earth a box has the area of the ellipsoid's closed form, and so says the geodesic area."""
    box = shapely.box(west, south, west + width, south + height)
    expected = band_area_km2(south, south + height, width)
    planar = crs.to_working(box, crs.working_crs(box.bounds)).area / 1e6
    assert planar == pytest.approx(expected, rel=1e-6)
    assert crs.geodesic_area_km2(box)[0] == pytest.approx(expected, rel=1e-6)


@given(lon=st.floats(-0.9, 0.9), lat=st.floats(-0.9, 0.9))
@settings(max_examples=50, deadline=None)
def test_there_and_back_moves_nothing(lon: float, lat: float) -> None:
    """Storage to plane to storage, on both sides of the antimeridian: within a millimetre (PROJ's own series)."""
    plane = crs.working_crs((179.0, 39.0, -179.0, 41.0))
    given_lon = (180 + lon + 180) % 360 - 180
    there = crs.to_working(shapely.Point(given_lon, 40 + lat), plane)
    assert abs(there.x) < 90_000
    back = crs.to_storage(there, plane)
    assert crs.geodesic_distance_m(back.x, back.y, given_lon, 40 + lat) < 1e-3


def test_edges_are_densified_before_they_bend() -> None:
    """RELIABILITY: the middle of a one-degree edge is 119 m off when only its ends are moved."""
    edge = shapely.LineString([(46.0, 40.0), (47.0, 40.0)])
    plane = crs.working_crs((46.0, 39.0, 47.0, 41.0))
    middle = crs.to_working(shapely.Point(46.5, 40.0), plane)
    assert crs.to_working(edge, plane).distance(middle) < 0.02
    assert crs.to_working(edge, plane, segment_limit=2.0).distance(middle) == pytest.approx(119, abs=2)


def test_frames_keep_index_columns_and_themselves() -> None:
    """Row for row, the geometry's own column name, nothing mutated, a missing geometry still missing."""
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"]},
        geometry=gpd.GeoSeries([shapely.Point(46.5, 39.5, 800.0), None], index=[7, 3], name="shape"),
        index=[7, 3],
        crs=crs.STORAGE,
    ).rename_geometry("shape")
    before = frame.copy()
    there = crs.to_working(frame, crs.working_crs((46.0, 39.0, 47.0, 40.0)))
    assert there.index.tolist() == [7, 3]
    assert list(there.columns) == list(frame.columns)
    assert there.geometry.name == "shape"
    assert there.geometry.iloc[1] is None
    assert not there.geometry.iloc[0].has_z
    assert frame.equals(before)
    assert crs.to_storage(there).crs == crs.STORAGE
    series = crs.to_working(frame.geometry, there.crs)
    assert series.index.tolist() == [7, 3]
    assert series.crs == there.crs


def test_a_frame_in_another_system_is_transformed_from_it() -> None:
    """A layer in SK-42 goes through the datum step on its way into the plane and into storage."""
    frame = gpd.GeoSeries([shapely.Point(8664716.58, 4430395.18)], crs="EPSG:28408")
    stored = crs.to_storage(frame)
    assert crs.geodesic_distance_m(stored.x, stored.y, A_LON, A_LAT).max() < 0.01
    plane = crs.working_crs((46.0, 39.0, 48.0, 41.0))
    both = [crs.to_working(each, plane).iloc[0] for each in (frame, stored)]
    assert both[0].distance(both[1]) < 1e-6


def test_a_frame_without_a_system_is_refused() -> None:
    """No default: the catalogue or the file must say."""
    frame = gpd.GeoSeries([shapely.Point(46.5, 39.5)])
    with pytest.raises(UnknownCRS, match="states no coordinate reference system"):
        crs.to_working(frame, crs.working_crs((46.0, 39.0, 47.0, 40.0)))
    with pytest.raises(UnknownCRS, match="states no coordinate reference system"):
        crs.to_storage(frame)
    assert crs.to_storage(frame, "EPSG:4284").crs == crs.STORAGE


def test_two_systems_that_contradict_each_other_are_refused() -> None:
    """The file says one thing, the catalogue another: a person decides."""
    frame = gpd.GeoSeries([shapely.Point(664546.0, 4428532.0)], crs="EPSG:32638")
    with pytest.raises(UnknownCRS, match="was named"):
        crs.to_storage(frame, "EPSG:2498")


@pytest.mark.parametrize("source", ["EPSG:4326", "EPSG:28408"])
def test_coordinates_that_go_nowhere_are_refused(source: str) -> None:
    """PROJ answers inf without an error; nothing infinite is handed on."""
    with pytest.raises(DataRefused, match="1 of 2 coordinates"):
        crs.to_storage(np.array([shapely.Point(46.5, 39.5), shapely.Point(math.inf, 39.5)]), source)


def test_swapping_twice_is_doing_nothing() -> None:
    """Every vertex of every kind of geometry."""
    shapes = np.array([shapely.Point(1, 2), shapely.box(0, 0, 3, 1), None], dtype=object)
    swapped = crs.swap_lon_lat(shapes)
    assert swapped[0].coords[0] == (2, 1)
    assert swapped[1].bounds == (0, 0, 1, 3)
    assert crs.swap_lon_lat(swapped)[1].equals(shapes[1])
    frame = gpd.GeoSeries(shapes, crs=crs.STORAGE)
    assert crs.swap_lon_lat(frame).crs == crs.STORAGE


def test_area_takes_holes_off_and_adds_parts() -> None:
    """One degree square with a tenth cut out, and a second square: the closed form of each, whatever the ring order."""
    hole = shapely.box(46.4, 39.4, 46.5, 39.5)
    holed = shapely.box(46, 39, 47, 40).difference(hole)
    expected = band_area_km2(39, 40, 1) - band_area_km2(39.4, 39.5, 0.1)
    both = shapely.MultiPolygon([holed, shapely.box(48, 39, 49, 40)])
    found = crs.geodesic_area_km2([holed, holed.reverse(), both, None, shapely.Point(46, 39)])
    np.testing.assert_allclose(found[:3], [expected, expected, expected + band_area_km2(39, 40, 1)], rtol=1e-6)
    np.testing.assert_array_equal(found[3:], 0)


def test_area_of_nothing() -> None:
    """No rows in, no rows out."""
    assert crs.geodesic_area_km2(np.zeros(0, dtype=object)).shape == (0,)


def test_distance_along_a_meridian_is_its_arc() -> None:
    """From 40 to 41 N: the integral of the meridian's radius of curvature."""
    arc, _ = quad(
        lambda t: SEMI_MAJOR_M * (1 - ECCENTRICITY**2) / (1 - (ECCENTRICITY * math.sin(t)) ** 2) ** 1.5,
        math.radians(40),
        math.radians(41),
    )
    found = crs.geodesic_distance_m(46.0, [40.0, 40.0], [46.0, 46.0], 41.0)
    np.testing.assert_allclose(found, arc, rtol=1e-9)


@pytest.mark.parametrize(
    ("wkt", "vertices"),
    [
        # edges of 1414.2, 1000, 1414.2 and 1000 m in pieces of at most 600 m: 3 + 2 + 3 + 2, and the first again
        ("POLYGON((0 0,1000 1000,1000 0,0 1000,0 0))", 11),
        ("MULTIPOLYGON(((0 0,1000 0,1000 1000,0 0)),((0 0,100 0,100 100,0 0)))", 2 + 2 + 3 + 1 + 4),
        ("POLYGON((0 0,1000 0,1000 500,0 500,0 0),(0 100,800 100,800 200,0 100))", 2 + 1 + 2 + 1 + 1 + 2 + 1 + 2 + 1),
        ("GEOMETRYCOLLECTION(POINT(1 1),POLYGON((0 0,1000 1000,1000 0,0 1000,0 0)))", 12),
        ("LINESTRING(0 0,1000 0)", 3),
        ("POLYGON EMPTY", 0),
    ],
)
def test_an_invalid_polygon_is_moved_as_it_is(wkt: str, vertices: int) -> None:
    """GEOS would give the `buffer(0)` of it while putting vertices into its edges: half of the bow-tie lost in silence."""
    given = shapely.from_wkt(wkt)
    there = crs.to_storage(gpd.GeoSeries([given, None], crs="EPSG:32638"), segment_limit=600)
    assert shapely.get_num_coordinates(there.iloc[0]) == vertices
    assert there.iloc[0].geom_type == given.geom_type
    assert there.iloc[1] is None
    back = crs.to_working(there, crs.known_crs("EPSG:32638")).iloc[0]
    assert shapely.hausdorff_distance(back, given) < 0.001 or given.is_empty
    assert shapely.get_num_interior_rings(given) == shapely.get_num_interior_rings(there.iloc[0])


def test_a_ring_that_is_a_single_point_has_no_area_and_no_edge() -> None:
    """GEOS fails on it; beside it the triangle keeps its half of a square."""
    hole = [(46.2, 40.1)] * 4
    polygon = shapely.Polygon([(46, 40), (47, 40), (46, 41), (46, 40)], [hole])
    whole = shapely.Polygon([(46, 40), (47, 40), (46, 41), (46, 40)])
    assert float(crs.geodesic_area_km2(polygon)[0]) == pytest.approx(float(crs.geodesic_area_km2(whole)[0]), rel=1e-12)
