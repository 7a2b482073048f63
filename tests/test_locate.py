"""Places of incidents, against names and outlines made for the test and against the bundled records."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis.locate import locate, place_zones
from mapper.errors import DataRefused, UnknownCRS
from mapper.names import name_key, units
from mapper.pipeline import make_edition

WGS84 = "EPSG:4326"
# Three districts side by side: A is 46–47 E, B is 47–48 E, and C has no outline.
DISTRICTS = gpd.GeoDataFrame(
    {"name": ["Ağdam", "Bərdə", "Ağdərə"]},
    geometry=[shapely.box(46, 39, 47, 40), shapely.box(47, 39, 48, 40), None],
    crs=WGS84,
)
GAZETTEER = gpd.GeoDataFrame(
    {
        "settlement": ["Mərzili", "Sarıcalı", "Kənd", "Kənd", "Həsənqaya", "Boş", "Körpü", "Körpü"],
        "district": ["Ağdam", "Ağdam", "Ağdam", "Bərdə", "Bərdə", "Ağdam", "Ağdam", "Ağdam"],
        "name_variants": ["Marzili|Mirasali", None, None, None, "Margushevan", None, None, None],
    },
    geometry=gpd.GeoSeries(
        [
            shapely.Point(46.5, 39.5),
            None,
            shapely.Point(46.2, 39.2),
            shapely.Point(47.2, 39.2),
            shapely.Point(47.5, 39.5),
            shapely.Point(),
            shapely.Point(46.3, 39.3),
            shapely.Point(46.4, 39.3),
        ]
    ),
    crs=WGS84,
)


def incident(point: tuple[float, float] | None = None, **cells: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - any cell
    """One incident with the cells given, in WGS 84."""
    shape = shapely.Point(point) if point else None
    return gpd.GeoDataFrame({"incident_id": ["i"], **{k: [v] for k, v in cells.items()}}, geometry=[shape], crs=WGS84)


# cells, expected place, radius in metres, lon of the place's point (None: no point), rule of the finding
CASES: dict[str, tuple[dict[str, Any], str, float | None, float | None, str | None]] = {
    "measured": ({"point": (46.1, 39.1), "location_level": "measured_gnss"}, "point", 10, 46.1, None),
    "measured, stated": (
        {"point": (46.1, 39.1), "location_level": "measured_gnss", "uncertainty_m": 3.0},
        "point",
        3,
        46.1,
        None,
    ),
    "nothing stated": ({"point": (46.1, 39.1)}, "point", 0, 46.1, None),
    "radius only": ({"point": (46.1, 39.1), "uncertainty_m": 250.0}, "disc", 250, 46.1, None),
    "own point of a settlement": ({"point": (46.1, 39.1), "location_level": "settlement"}, "disc", 2000, 46.1, None),
    "level unknown": ({"point": (46.1, 39.1), "location_level": "unknown"}, "disc", 2000, 46.1, None),
    "read from a map": ({"point": (46.1, 39.1), "location_level": "map_reading"}, "point", 100, 46.1, None),
    "own point of a site": ({"point": (46.1, 39.1), "location_level": "site_named"}, "disc", 5000, 46.1, None),
    "own point of a settlement, in it": (
        {"point": (46.1, 39.1), "location_level": "settlement", "settlement": "Mərzili", "district": "Ağdam"},
        "disc",
        2000,
        46.1,
        None,
    ),
    "level of no vocabulary": ({"point": (46.1, 39.1), "location_level": "gps?"}, "disc", 2000, 46.1, None),
    "level unknown, radius stated": (
        {"point": (46.1, 39.1), "location_level": "unknown", "uncertainty_m": 300.0},
        "disc",
        300,
        46.1,
        None,
    ),
    "radius of 0 only": ({"point": (46.1, 39.1), "uncertainty_m": 0.0}, "point", 0, 46.1, None),
    "point for a district": (
        {"point": (46.1, 39.1), "location_level": "district", "district": "Ağdam"},
        "district",
        None,
        None,
        "point_for_an_area",
    ),
    "point for a region, no district": (
        {"point": (46.1, 39.1), "location_level": "region"},
        "none",
        None,
        None,
        "point_for_an_area",
    ),
    "settlement": (
        {"settlement": "Mərzili", "district": "Ağdam", "location_level": "settlement"},
        "disc",
        2000,
        46.5,
        None,
    ),
    "settlement by a variant, in capitals": (
        {"settlement": "MARZİLİ", "district": "AĞDAM", "location_level": "settlement"},
        "disc",
        2000,
        46.5,
        None,
    ),
    "settlement, radius stated": (
        {"settlement": "Mərzili", "district": "Ağdam", "location_level": "settlement", "uncertainty_m": 700.0},
        "disc",
        700,
        46.5,
        None,
    ),
    "site in a settlement": (
        {"settlement": "Mərzili", "district": "Ağdam", "location_level": "site_named"},
        "disc",
        5000,
        46.5,
        None,
    ),
    # The measurement is lost, so its 3 m say nothing about where in the settlement it was.
    "measured, coordinates lost": (
        {"settlement": "Mərzili", "district": "Ağdam", "location_level": "measured_gnss", "uncertainty_m": 3.0},
        "disc",
        2000,
        46.5,
        None,
    ),
    "two of a name, the district tells": (
        {"settlement": "Kənd", "district": "Bərdə", "location_level": "settlement"},
        "disc",
        2000,
        47.2,
        None,
    ),
    "two of a name, no district": (
        {"settlement": "Kənd", "location_level": "settlement"},
        "none",
        None,
        None,
        "place_ambiguous",
    ),
    "two of a name in one district": (
        {"settlement": "Körpü", "district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_ambiguous",
    ),
    "no coordinates chosen": (
        {"settlement": "Sarıcalı", "district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_ambiguous",
    ),
    "empty point in the gazetteer": (
        {"settlement": "Boş", "district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_ambiguous",
    ),
    "not in the gazetteer": (
        {"settlement": "Yoxdur", "district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_not_found",
    ),
    # Ağdərə has no outline that could speak against the one Həsənqaya there is.
    "listed under another district, no outline": (
        {"settlement": "Həsənqaya", "district": "Ağdərə", "location_level": "settlement"},
        "disc",
        2000,
        47.5,
        "listed_under_other_district",
    ),
    # The one Həsənqaya lies at 47.5 E, Ağdam ends at 47 E: it is another village of that name.
    "listed under another district, outline disagrees": (
        {"settlement": "Həsənqaya", "district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_not_found",
    ),
    "listed under another district, reported one not known": (
        {"settlement": "Həsənqaya", "district": "Agdam", "location_level": "settlement"},
        "none",
        None,
        None,
        "unknown_district",
    ),
    "only one anywhere, no district": (
        {"settlement": "Həsənqaya", "location_level": "settlement"},
        "disc",
        2000,
        47.5,
        "listed_under_other_district",
    ),
    "settlement level, none named": (
        {"district": "Ağdam", "location_level": "settlement"},
        "district",
        None,
        None,
        "place_not_found",
    ),
    "site, none named": (
        {"district": "Ağdam", "location_level": "site_named"},
        "district",
        None,
        None,
        "site_without_coordinates",
    ),
    "district": ({"district": "Ağdam", "location_level": "district"}, "district", None, None, None),
    "district without outline": (
        {"district": "Ağdərə", "location_level": "district"},
        "district",
        None,
        None,
        "no_outline",
    ),
    "district not known": (
        {"district": "Atlantis", "location_level": "district"},
        "none",
        None,
        None,
        "unknown_district",
    ),
    "nothing at all": ({}, "none", None, None, "no_place"),
    # No level says how well it is known, but a radius was meant: it is not exact.
    "own point, impossible radius, no level": (
        {"point": (46.1, 39.1), "uncertainty_m": -5.0},
        "disc",
        2000,
        46.1,
        "not_a_number",
    ),
    "impossible radius": (
        {"settlement": "Mərzili", "district": "Ağdam", "location_level": "settlement", "uncertainty_m": -5.0},
        "disc",
        2000,
        46.5,
        "not_a_number",
    ),
}


def test_records_placed_together_are_placed_as_alone() -> None:
    """Columns are worked at once; what stands in the next row changes nothing."""
    frames = [incident(**cells) for cells, *_ in CASES.values()]
    together = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=WGS84)
    placed = locate(together, settlements=GAZETTEER, districts=DISTRICTS).incidents
    for number, frame in enumerate(frames):
        alone = locate(frame, settlements=GAZETTEER, districts=DISTRICTS).incidents.iloc[0]
        record = placed.iloc[number]
        assert record["place"] == alone["place"]
        assert record["uncertainty_m"] == pytest.approx(alone["uncertainty_m"], abs=0, nan_ok=True)
        assert (record.geometry is None) == (alone.geometry is None)
        assert record.geometry is None or record.geometry.equals(alone.geometry)


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_place(case: str) -> None:
    """Place, radius, geometry and finding of one record, worked out by hand from the rules."""
    cells, place, radius_m, lon, rule = CASES[case]
    located = locate(incident(**cells), settlements=GAZETTEER, districts=DISTRICTS)
    row = located.incidents.loc[0]
    shape = located.incidents.geometry.iloc[0]
    assert row["place"] == place
    assert [found.rule for found in located.findings] == ([rule] if rule else [])
    if radius_m is None:
        assert np.isnan(row["uncertainty_m"])
        assert shape is None or shape.geom_type != "Point"
    else:
        assert row["uncertainty_m"] == radius_m
        assert shape.x == lon


@pytest.mark.parametrize("level", [pd.Series([None]), pd.Series([np.nan]), pd.Series([pd.NA], dtype="str")])
@pytest.mark.parametrize(
    ("radius", "place", "radius_m"),
    [
        (pd.Series([250.0]), "disc", 250.0),
        (pd.Series([250], dtype="Int64"), "disc", 250.0),
        (pd.Series([np.nan]), "point", 0.0),
        (pd.Series([pd.NA], dtype="Int64"), "point", 0.0),
    ],
)
def test_a_level_that_is_blank_is_not_stated(level: pd.Series, radius: pd.Series, place: str, radius_m: float) -> None:
    """Whatever stands for a blank cell: the radius alone makes a disc, and where it is blank too the point is exact."""
    given = incident(point=(46.1, 39.1)).assign(location_level=level, uncertainty_m=radius)
    row = locate(given).incidents.loc[0]
    assert (row["place"], row["uncertainty_m"]) == (place, radius_m)


def test_a_district_place_is_its_outline_and_no_centroid() -> None:
    """Nothing stands in for a district: its place is the whole outline."""
    located = locate(incident(district="Bərdə", location_level="district"), districts=DISTRICTS)
    assert located.incidents.geometry.iloc[0].equals(shapely.box(47, 39, 48, 40))


def test_two_districts_of_one_name_stand_together() -> None:
    """Where nothing tells which of two outlines is meant, the place is both; one without outline leaves none."""
    two = gpd.GeoDataFrame(
        {"name": ["Şuşa", "ŞUŞA"]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=WGS84
    )
    given = incident(district="Şuşa", location_level="district")
    assert locate(given, districts=two).incidents.geometry.iloc[0].equals(shapely.box(0, 0, 2, 1))
    half = two.set_geometry(gpd.GeoSeries([two.geometry.iloc[0], None], crs=WGS84))
    assert locate(given, districts=half).incidents.geometry.iloc[0] is None


def test_ids_rows_and_index_stay_and_the_input_is_not_changed() -> None:
    """Frame in, same index out, nothing mutated; also with an odd index and another geometry name."""
    given = pd.concat([incident(**cells) for cells, *_ in CASES.values()])
    given = gpd.GeoDataFrame(given.drop(columns="geometry"), geometry=given.geometry.to_numpy(), crs=WGS84)
    given = given.set_index(pd.Index(range(100, 100 - len(given), -1))).rename_geometry("where")
    before = given.copy(deep=True)
    located = locate(given, settlements=GAZETTEER, districts=DISTRICTS).incidents
    assert list(located.index) == list(given.index)
    assert list(located["incident_id"]) == list(given["incident_id"])
    assert located.crs == WGS84
    pd.testing.assert_frame_equal(pd.DataFrame(given), pd.DataFrame(before))


def test_points_in_another_crs_arrive_in_wgs84() -> None:
    """500 km east, on the equator of zone 38: longitude 45, latitude 0."""
    given = gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[shapely.Point(500_000, 0)], crs="EPSG:32638")
    place = locate(given).incidents.geometry.iloc[0]
    assert (round(place.x, 9), round(place.y, 9)) == (45, 0)


def test_what_cannot_be_located_is_refused_in_a_sentence() -> None:
    """No reference system, or a line for an incident."""
    with pytest.raises(UnknownCRS):
        locate(gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[shapely.Point(46, 39)]))
    line = gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=WGS84)
    with pytest.raises(DataRefused, match="not a point"):
        locate(line)


def test_no_record_is_a_record() -> None:
    """A layer without rows goes through."""
    assert locate(incident().iloc[:0], settlements=GAZETTEER, districts=DISTRICTS).incidents.empty


def test_zones_take_the_outlines_of_all_their_units_or_none() -> None:
    """A part drawn as the whole would say "nothing here" beside it."""
    zones = gpd.GeoDataFrame(
        {
            "zone_id": ["both", "half", "own", "nobody"],
            "admin_units": ["Ağdam; BƏRDƏ", "Ağdam;Ağdərə", "Bərdə", None],
        },
        geometry=[None, None, shapely.box(0, 0, 1, 1), None],
        crs=WGS84,
        index=[7, 8, 9, 10],
    )
    placed = place_zones(zones, DISTRICTS)
    assert list(placed.index) == [7, 8, 9, 10]
    assert placed.geometry[7].equals(shapely.box(46, 39, 48, 40))
    assert placed.geometry[8] is None
    assert placed.geometry[9].equals(shapely.box(0, 0, 1, 1))
    assert placed.geometry[10] is None
    assert zones.geometry.isna().sum() == 3


def test_zones_of_another_crs_and_units_in_degrees_do_not_mix() -> None:
    """A zone in UTM beside one named by its unit: both come out in WGS 84."""
    zones = gpd.GeoDataFrame(
        {"zone_id": ["utm", "named"], "admin_units": [None, "Ağdam"]},
        geometry=[shapely.box(500_000, 4_400_000, 510_000, 4_410_000), None],
        crs="EPSG:32638",
    )
    placed = place_zones(zones, DISTRICTS)
    assert placed.crs == WGS84
    assert placed.total_bounds[2] == pytest.approx(47)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ağdam", "AĞDAM"),
        ("QIZILOBA", "Qızıloba"),
        ("İstisu", "istisu"),
        ("I\u0307stisu", "İstisu"),
        ("Təpəkənd", "Tǝpǝkǝnd"),
        ("Təpəkənd", "Tәpәkәnd"),
        ("Baş\u00a0Qərvənd ", "Baş Qərvənd"),
        ("Şu\u200bşa", "Şuşa"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    """Case, composition, the four schwas and invisible characters make no other district."""
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Sarıcalı", "Saricali"), ("Qərvənd", "Baş Qərvənd"), ("Şuşa", "Susa")])
def test_names_that_are_not_one(one: str, other: str) -> None:
    """A letter more or less is another name: nothing is matched by likelihood."""
    assert name_key(one) != name_key(other)


@given(st.text())
def test_a_key_is_a_key_of_itself(name: str) -> None:
    """Folding twice changes nothing, so keys and names may be compared with one another."""
    assert name_key(name_key(name)) == name_key(name)


@given(st.lists(st.text("abcə ", min_size=1).map(str.strip).filter(bool)))
def test_lists_of_names_come_apart_as_they_were_joined(names: list[str]) -> None:
    """Blanks around names and at the ends mean nothing."""
    assert units(" ; ".join(names) + ";") == names


def test_the_bundled_records() -> None:
    """What the data's README says of them: four in Ağdərə under Tərtər, three that fit two villages."""
    edition = make_edition()
    incidents = edition.incidents
    agdere = incidents[incidents["district"] == "Ağdərə"]
    assert list(agdere["settlement"]) == ["Qızıloba", "Həsənqaya", "Şıxarx", "Qızıloba"]
    assert set(agdere["place"]) == {"disc"}
    # GeoNames 800956, as settlements.csv gives it.
    assert (agdere.geometry.iloc[0].x, agdere.geometry.iloc[0].y) == (46.94378, 40.26166)
    doubtful = incidents[incidents["settlement"].isin(["Sarıcalı", "Qərvənd"])]
    assert list(doubtful["place"]) == ["district"] * 3
    rules = [found.rule for found in edition.findings]
    assert (rules.count("place_ambiguous"), rules.count("listed_under_other_district")) == (3, 4)
    rows = {found.row for found in edition.findings if found.rule == "place_ambiguous"}
    assert rows == set(doubtful.index)


@pytest.mark.parametrize(("radius_m", "place"), [(10.0, "point"), (11.0, "disc"), (2000.0, "disc")])
def test_a_measured_point_with_a_wider_radius_than_measuring_has_is_a_disc(radius_m: float, place: str) -> None:
    """GNSS is good to 10 m; a radius stated or taken as wider says that the place is not known like that."""
    given = gpd.GeoDataFrame(
        {"incident_id": ["a"], "location_level": ["measured_gnss"], "uncertainty_m": [radius_m]},
        geometry=gpd.points_from_xy([46.9], [40.0]),
        crs="EPSG:4326",
    )
    assert locate(given).incidents.loc[0, "place"] == place
