"""Checks across layers, on districts drawn for the test."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from mapper.analysis.consistency import district_disagreements, unknown_references

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


def test_each_unknown_reference_is_told_once_a_row() -> None:
    """Blanks and repeats are no references of their own."""
    frame = pd.DataFrame({"source_ids": ["a; b;a;", None, "c;c"]}, index=[2, 3, 4])
    found = unknown_references(frame, "source_ids", ["a"], "unknown_source")
    assert [(each.row, each.value, each.severity) for each in found] == [(2, "b", "warning"), (4, "c", "warning")]
