"""Places of records: plain decimals, coordinate texts and shapes as text, each read or refused with what it could be.

Expected places come from `tests.coordinate_strings` (formulas that are not the product's) or are worked out in a comment.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import crs as reference_systems
from mapper.catalogue import layer_entry
from mapper.errors import UnknownCRS
from mapper.intake.account import Account
from mapper.intake.checks import examine
from mapper.intake.coordinate_texts import joined_texts, may_show
from mapper.intake.degrees import suspect_minutes
from mapper.intake.placement import place_records
from mapper.intake.shape_texts import read_shape_texts
from mapper.intake.tables import read_table
from mapper.intake.text_places import INTERNAL, radius_m
from mapper.model import Layer
from tests.coordinate_strings import A_LAT, A_LON, AZERBAIJAN, cases, gauss_kruger, sexagesimal

if TYPE_CHECKING:
    from mapper.model import Checked, Kind, LonLatBox

A = f"{A_LON},{A_LAT}"
MIXTURES = settings(max_examples=40)
"""A whole check for each example: forty mixtures of eight records say as much as a hundred, in less than half the time."""
OURS = frozenset(
    {
        *("coordinate_unreadable", "coordinate_ambiguous", "coordinate_doubtful", "swapped_axes", "null_island"),
        *("outside_area", "not_a_number", "plane_coordinates", "ddm_as_dd_suspected", "shape_unreadable"),
        *("coordinates_disagree", "missing_value", "unclosed_ring"),
    }
)
"""Rules of placing; other checks may say more about the same records."""


def table(
    *rows: str,
    header: str = "incident_id,coordinates",
    kind: Kind = "incidents",
    area: LonLatBox | None = AZERBAIJAN,
    crs: str | None = "EPSG:4326",
    **known: Any,  # noqa: ANN401
) -> Checked:
    """Check a CSV of these rows."""
    text = "\n".join([header, *rows]) + "\n"
    return examine(read_table(layer_entry(Path("a.csv"), kind, crs=crs, **known), text.encode(), ""), area=area)


def told(checked: Checked) -> list[tuple[str, str, int | None]]:
    """Return rule, severity and row of each finding about a place."""
    return [(found.rule, found.severity, found.row) for found in checked.findings if found.rule in OURS]


def value(checked: Checked, rule: str) -> str:
    """Return what the one finding of a rule shows."""
    (found,) = (found for found in checked.findings if found.rule == rule)
    return str(found.value)


def quoted(text: str) -> str:
    """Write a cell of a CSV."""
    return '"' + text.replace('"', '""') + '"'


def metres_from_a(checked: Checked, row: int) -> float:
    """Return how far a record lies from the test place."""
    point = checked.frame.geometry.loc[row]
    return float(reference_systems.geodesic_distance_m(A_LON, A_LAT, point.x, point.y))


# ---------------------------------------------------------------- a column of coordinates
def test_every_text_of_the_table_is_placed_by_its_column() -> None:
    """More than 400 texts in one column: each at its known place, within the radius that its record then bears."""
    every = [case for case in cases() if case.area == AZERBAIJAN]
    assert len({case.text for case in every}) >= 400
    rows = [f"{number},{quoted(case.text)}" for number, case in enumerate(every)]
    checked = table(*rows)
    assert checked.ledger.kept == len(every)
    for row, case in enumerate(every, start=2):
        point = checked.frame.geometry.loc[row]
        away_m = float(reference_systems.geodesic_distance_m(case.lon, case.lat, point.x, point.y))
        assert away_m <= case.tolerance_m, case
        assert away_m <= float(checked.frame["uncertainty_m"][row]) + 0.005, case
        assert checked.frame.loc[row, "as_given_crs"] == case.crs
        assert checked.frame.loc[row, "as_given"] == case.text.strip()


def test_a_place_read_from_text_carries_how_it_was_read() -> None:
    """SK-42: EPSG:15865, 4.5 m; half the diagonal of a metre is 0.707 m. Records without a text have none of it."""
    checked = table("a,X=4430395 Y=8664717", "b,")
    first, second = (checked.frame.loc[row, [*INTERNAL]].to_dict() for row in (2, 3))
    assert first == {
        "as_given": "X=4430395 Y=8664717",
        "as_given_crs": "EPSG:28408",
        "operation": "EPSG:15865",
        "operation_accuracy_m": 4.5,
    }
    assert checked.frame.loc[2, "uncertainty_m"] == pytest.approx(4.5 + np.sqrt(0.5), abs=1e-6)
    assert pd.Series(second).isna().all()
    assert not {"lon", "lat", "coordinates", "shape_text", "lon_lat_text"} & set(checked.frame.columns)


@pytest.mark.parametrize(
    ("text", "rule", "says"),
    [
        ("46.92736, 39.99096", "swapped_axes", "46.92736, 39.99096"),
        ("X=4430395 Y=664717", "coordinate_ambiguous", "EPSG:32638 40.0076.* 46.9298.*EPSG:2498 39.9909.* 46.9273"),
        ("38TPK6454628533", "coordinate_unreadable", "northing belongs to band S, not to band T"),
        ("38SPK645462853", "coordinate_unreadable", "one is lost"),
        ("EPSG:28409 X=4430395 Y=8664717", "coordinate_unreadable", "begins with 9"),
        ("39°61′N 46°55′E", "coordinate_unreadable", "minutes must be below 60"),
        ("39N 664546 4428533", "outside_area", "EPSG:32639 39.99096 52.92736"),
        ("0, 0", "null_island", "0, 0"),
        ("39.99 Ş 46.93 Ş", "coordinate_unreadable", "north .* as well as east"),
        ("39,59,46,55", "coordinate_ambiguous", "dd EPSG:4326 39.59000 46.55000; ddm EPSG:4326 39.98333 46.91667"),
    ],
)
def test_a_text_that_is_not_one_place_is_refused_with_its_readings(text: str, rule: str, says: str) -> None:
    """The first readings of the ambiguous pair are DOMAIN 4.3's; nothing is chosen, and the other record stays."""
    checked = table(f"a,{quoted(text)}", "b,38SPK6454628532")
    assert told(checked) == [(rule, "error", 2)]
    assert re.search(says, value(checked, rule)), value(checked, rule)
    assert checked.frame.index.tolist() == [3]
    assert (checked.ledger.counted, checked.ledger.rejected) == (2, 1)


@pytest.mark.parametrize("text", ["at the house of Vüqar, 46", "46.9 40 Əliyev", "Aliyev 39.99 46.93"])
def test_words_that_may_be_a_name_are_not_shown(text: str) -> None:
    """The record is refused; the finding says that its text is kept back."""
    (found,) = (found for found in table(f"a,{quoted(text)}").findings if found.severity == "error")
    assert found.rule == "coordinate_unreadable"
    assert found.done.endswith("Its text is not shown.")
    assert not any(word in str(found.value) for word in ("Vüqar", "Əliyev", "Aliyev", "house"))
    assert not may_show(text)


def test_a_zone_past_its_limit_is_read_and_doubted() -> None:
    """DOMAIN 4.3: Y=15664717 is zone 15 (to 46.5 E), and the place lies at 46.93 E."""
    checked = table("a,X=4430395 Y=15664717")
    assert told(checked) == [("coordinate_doubtful", "warning", 2)]
    assert "past the limits of its zone, 43.5 E to 46.5 E" in value(checked, "coordinate_doubtful")
    assert metres_from_a(checked, 2) < 0.5


def test_a_doubt_that_a_thousand_records_share_is_told_once() -> None:
    """1,001 records of one doubt give one finding with their number."""
    checked = table(*(f"{number},X=4430395 Y=15664717" for number in range(1001)))
    assert told(checked) == [("coordinate_doubtful", "warning", None)]
    assert value(checked, "coordinate_doubtful").startswith("1001 records")


def test_the_stated_system_is_that_of_the_text() -> None:
    """The pair that could be UTM or Gauss-Krüger is settled by the caller; a text that names another system is not read."""
    settled = table("a,X=4430395 Y=664717", crs="EPSG:2498")
    assert told(settled) == []
    assert metres_from_a(settled, 2) < 0.5
    assert told(table("a,38SPK6454628532", crs="EPSG:2498")) == [("coordinate_unreadable", "error", 2)]


def test_degrees_without_a_system_are_not_read() -> None:
    """As for two columns of decimals: the same figures are 100 m apart in WGS 84 and SK-42. A grid reference says its own."""
    with pytest.raises(UnknownCRS, match="row 2: it has coordinates in degrees"):
        table('a,"39.99096, 46.92736"', crs=None)
    assert metres_from_a(table("a,38SPK6454628532", crs=None), 2) < 1
    assert metres_from_a(table('a,"39.99096, 46.92736 WGS 84"', crs=None), 2) < 1
    assert metres_from_a(table("a,39.99096 46.92736 350.0 4.5", crs=None), 2) < 1


def test_without_an_area_a_swap_cannot_be_told() -> None:
    """The text is read as it stands, and a finding says so."""
    checked = table('a,"46.92736, 39.99096"', area=None)
    assert (checked.frame.geometry.loc[2].y, checked.frame.geometry.loc[2].x) == (46.92736, 39.99096)
    assert "no_area" in {found.rule for found in checked.findings}


# ---------------------------------------------------------------- the radius
@pytest.mark.parametrize(
    ("level", "stated", "accuracy", "radius"),
    [
        ("", "", "4.5", 4.5),
        ("", "", "0", 0.7),
        ("", "50", "4.5", 50),
        ("", "2", "4.5", 4.5),
        ("settlement", "", "4.5", None),
        ("settlement", "", "2500", 2500),
        ("settlement", "100", "4.5", 100),
        ("measured_gnss", "", "4.5", None),
        ("measured_gnss", "", "40", 40),
        ("district", "", "40", None),
        ("unknown", "", "40", 40),
    ],
)
def test_the_radius_is_the_larger_of_what_is_stated_and_what_the_text_allows(
    level: str, stated: str, accuracy: str, radius: float | None
) -> None:
    """A level has a usual radius (settlement 2,000 m, measured 10 m), which many decimals do not shrink; an area has none.

    Five decimals at 40 N: half the diagonal of 1.11 m by 0.85 m is 0.70 m.
    """
    header = "incident_id,location_level,uncertainty_m,coordinates"
    checked = table(f"a,{level},{stated},39.99096 46.92736 350.0 {accuracy}", header=header)
    expected = np.nan if radius is None else radius
    assert checked.frame["uncertainty_m"].tolist() == [pytest.approx(expected, abs=0.01, nan_ok=True)]


def test_the_radius_of_a_frame_is_never_less_than_what_it_states() -> None:
    """For every level of the vocabulary, stated or not."""
    frame = pd.DataFrame(
        {"location_level": ["map_reading", pd.NA, "site_named"], "uncertainty_m": [np.nan, 30.0, 10.0]}
    )
    assert radius_m(frame, pd.Series([500.0, 1.0, 20.0])).tolist() == [500.0, 30.0, 20.0]


# ---------------------------------------------------------------- latitudes and longitudes that are no decimals
@pytest.mark.parametrize(
    ("lat", "lon", "tolerance_m"),
    [
        ("39°59′27.46″N", "46°55′38.50″E", 0.25),
        ("39,99096", "46,92736", 0.8),
        ("39.99096 N", "46.92736 E", 0.8),
        ("39°59.458′", "46°55.642′", 1.3),
        ("39 59 27.46", "46 55 38.50", 0.25),
        ("39.99096 с.ш.", "46.92736 в.д.", 0.8),
        ("39.99096 şm.e.", "46.92736 ş.u.", 0.8),
    ],
)
def test_two_columns_of_text_are_read_together(lat: str, lon: str, tolerance_m: float) -> None:
    """Whatever the order of the columns; a row of plain decimals beside them stays what it was."""
    orders = {
        "incident_id,lat,lon": (f"a,{quoted(lat)},{quoted(lon)}", f"b,{A_LAT},{A_LON}"),
        "incident_id,lon,lat": (f"a,{quoted(lon)},{quoted(lat)}", f"b,{A_LON},{A_LAT}"),
    }
    for header, rows in orders.items():
        checked = table(*rows, header=header)
        assert told(checked) == []
        assert metres_from_a(checked, 2) <= tolerance_m
        assert metres_from_a(checked, 3) == pytest.approx(0, abs=1e-6)
        assert checked.frame["as_given"].tolist() == [f"{lat}; {lon}", pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize(
    ("lat", "lon", "rule", "column"),
    [
        ("46,92736", "39,99096", "swapped_axes", "lon, lat"),
        ("39°61′", "46°55′", "coordinate_unreadable", "lon, lat"),
        ("39.99 N", "46.93 N", "coordinate_unreadable", "lon, lat"),
        ("39°59′", "", "coordinate_unreadable", "lon, lat"),
        ("40", "4o.1", "not_a_number", "lon"),
        ("4o.1", "46.9", "not_a_number", "lat"),
        ("nan", "46.9", "not_a_number", "lat"),
        ("40", "1e999", "not_a_number", "lon"),
        ("40", "", "missing_value", "lon, lat"),
    ],
)
def test_two_columns_that_are_no_place_are_refused(lat: str, lon: str, rule: str, column: str) -> None:
    """By the same rules, and a word that is none of coordinates as no number."""
    checked = table(f"a,{quoted(lat)},{quoted(lon)}", header="incident_id,lat,lon")
    assert [(found.rule, found.column) for found in checked.findings if found.severity == "error"] == [(rule, column)]


def test_a_frame_of_decimals_is_not_touched() -> None:
    """The very same frame comes back: a million rows cost one pass, and no code of texts runs."""
    cells = pd.DataFrame({"lon": ["46.9", None, "-1.5e1", "+3"], "lat": ["40", "", "1", "2."]}, dtype="str")
    cells["lat"] = cells["lat"].where(cells["lat"].ne(""), None)
    assert joined_texts(cells) is cells
    assert joined_texts(cells[["lon"]]).equals(cells[["lon"]])


# ---------------------------------------------------------------- shapes as text
def zones(*rows: str, crs: str | None = "EPSG:4326", area: LonLatBox | None = AZERBAIJAN) -> Checked:
    """Check a CSV of zones with their shapes as text."""
    return table(*rows, header="zone_id,shape_text", kind="zones", crs=crs, area=area)


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON((46 39,47 39,47 40,46 40,46 39))",
        "polygon ((46 39, 47 39, 47 40, 46 40, 46 39))",
        "SRID=4326;POLYGON((46 39,47 39,47 40,46 40,46 39))",
        "MULTIPOLYGON(((46 39,47 39,47 40,46 40,46 39)))",
        "POLYGON Z((46 39 5,47 39 5,47 40 5,46 40 5,46 39 5))",
        "39 46 0 0;39 47 0 0;40 47 0 0;40 46 0 0;39 46 0 0",
        "39.0 46.0 10.5 3.2; 39.0 47.0 10.5 3.2; 40.0 47.0 10.5 3.2; 40.0 46.0 10.5 3.2; 39.0 46.0 10.5 3.2;",
        "39 46;39 47;40 47;40 46;39 46",
    ],
)
def test_a_shape_as_text_is_a_zone(text: str) -> None:
    """WKT has the longitude first, a field form the latitude; all of these are the square from 46 to 47 E, 39 to 40 N."""
    checked = zones(f"a,{quoted(text)}")
    assert checked.frame.geometry.loc[2].equals(shapely.box(46, 39, 47, 40))
    assert checked.ledger.kept == 1
    heights = "height_left_out" in {found.rule for found in checked.findings}
    assert heights == (" Z" in text or text.count(" ") > 12)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("POLYGON((46 39,47 39,47 40,46 40,46 39)", "shape_unreadable"),
        ("POLYGON((46,0 39,0))", "shape_unreadable"),
        ("POLYGON((nan 39,47 39,47 40,nan 39))", "shape_unreadable"),
        ("POLYGON((1e999 39,47 39,47 40,1e999 39))", "shape_unreadable"),
        ("POLYGON((0x2e 39,47 39,47 40,0x2e 39))", "shape_unreadable"),
        ("GEOMETRYCOLLECTION(POINT(46 39))", "shape_unreadable"),
        ("CURVEPOLYGON((46 39,47 39,47 40,46 40,46 39))", "shape_unreadable"),
        ("0101000020E6100000", "shape_unreadable"),
        ("SRID=999999;POINT(46 39)", "shape_unreadable"),
        ("95 46;95 47;94 47;95 46", "shape_unreadable"),
        ("39 46;39 47;39 46", "shape_unreadable"),
        ("a place near Vüqar's house", "shape_unreadable"),
        ("POINT(46 39)", "wrong_geometry"),
        ("39 46 0 0;39 47 0 0", "wrong_geometry"),
        ("39 46 0 0", "wrong_geometry"),
    ],
)
def test_a_text_that_is_no_shape_of_the_kind_refuses_its_record(text: str, rule: str) -> None:
    """A trace of two positions is a line; numbers that only GEOS takes are no numbers."""
    checked = zones(f"a,{quoted(text)}", 'b,"POLYGON((46 39,47 39,47 40,46 39))"')
    assert [found.rule for found in checked.findings if found.severity == "error"] == [rule]
    assert checked.frame.index.tolist() == [3]
    assert "Vüqar" not in str([found.value for found in checked.findings])


@pytest.mark.parametrize("text", ["POLYGON((46 39,47 39,47 40,46 40))", "39 46 0 0;39 47 0 0;40 47 0 0;40 46 0 0"])
def test_an_open_ring_is_closed_and_told(text: str) -> None:
    """As in every other format: a zone that is lost is worse than one with a straight side."""
    checked = zones(f"a,{quoted(text)}")
    assert told(checked) == [("unclosed_ring", "warning", 2)]
    assert checked.frame.geometry.loc[2].equals(shapely.box(46, 39, 47, 40))
    assert checked.ledger.repaired == 1


def test_a_shape_in_its_own_system_is_brought_to_wgs_84() -> None:
    """Easting 500,000 in zone 38 is the meridian 45 E; the northing 4,427,757.2189 on it is 40 N (Snyder's series)."""
    text = "SRID=32638;POLYGON((500000 4427757.2189,510000 4427757.2189,510000 4437757,500000 4427757.2189))"
    for crs in (None, "EPSG:4326", "EPSG:32638"):
        checked = zones(f"a,{quoted(text)}", crs=crs)
        first = shapely.get_coordinates(checked.frame.geometry.loc[2])[0]
        assert first.tolist() == pytest.approx([45, 40], abs=1e-6)
        assert "reprojected" in {found.rule for found in checked.findings}
    plain = quoted(text.partition(";")[2])
    refused = zones(f"a,{quoted(text)}", f"b,{plain}", crs="EPSG:32637", area=None)
    assert [(found.rule, found.row) for found in refused.findings if found.severity == "error"] == [
        ("shape_unreadable", 2)
    ]


def test_a_shape_without_a_system_is_not_read() -> None:
    """A field form's is WGS 84 by its standard, WKT is in anything."""
    with pytest.raises(UnknownCRS, match="shapes as text"):
        zones('a,"POLYGON((46 39,47 39,47 40,46 39))"', crs=None)
    assert zones('a,"39 46;39 47;40 47;39 46"', crs=None).ledger.kept == 1


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON((" + "(" * 50_000,
        "POINT(" + " " * 200_000 + "x",
        "1 2;" * 50_000 + "x",
        "1 " + "1" * 100_000,
        " " * 200_000,
    ],
)
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    """No nesting reaches GEOS and no pattern goes back over what it has read: these took minutes before."""
    assert read_shape_texts([text]).reason[0]


@given(st.lists(st.tuples(st.integers(440_000, 510_000), st.integers(380_000, 420_000)), min_size=3, max_size=12))
def test_wkt_and_the_form_of_a_field_form_say_the_same(corners: list[tuple[int, int]]) -> None:
    """A law: the same positions, in either order of the axes, are the same outline; unequal ones are never made equal."""
    ring = [(lon / 10_000, lat / 10_000) for lon, lat in [*corners, corners[0]]]
    wkt = "POLYGON((" + ",".join(f"{lon} {lat}" for lon, lat in ring) + "))"
    form = ";".join(f"{lat} {lon} 0 0" for lon, lat in ring)
    one, other = read_shape_texts([wkt, form]).shapes
    assert one is not None
    assert other is not None
    assert (
        shapely.get_coordinates(one).tolist()
        == shapely.get_coordinates(other).tolist()
        == [list(each) for each in ring]
    )


# ---------------------------------------------------------------- several columns
EVERY = "incident_id,lat,lon,coordinates,shape_text"


def test_columns_that_agree_give_one_place() -> None:
    """Latitude and longitude, MGRS, WKT: the first stands, none is told."""
    checked = table(f"a,{A_LAT},{A_LON},38SPK6454628532,POINT({A_LON} {A_LAT})", header=EVERY)
    assert told(checked) == []
    assert metres_from_a(checked, 2) == pytest.approx(0, abs=1e-6)
    assert checked.frame["as_given"].isna()[2]


@pytest.mark.parametrize(
    "row",
    [
        f"a,{A_LAT},{A_LON},38SPK6554628532,",
        f"a,{A_LAT},{A_LON},,POINT(46.93736 39.99096)",
        "a,,,38SPK6554628532,POINT(46.92736 39.99096)",
        "a,39°59′27″N,46°55′38″E,38SPK6554628532,",
        f"a,{A_LAT},{A_LON},,POINT({A_LAT} {A_LON})",
    ],
)
def test_two_places_of_one_record_refuse_it(row: str) -> None:
    """A kilometre apart, or swapped in one of them: neither is chosen."""
    checked = table(row, header=EVERY)
    assert told(checked) == [("coordinates_disagree", "error", 2)]
    assert "39.99" in value(checked, "coordinates_disagree")


def test_a_coarse_reference_does_not_contradict_what_lies_in_its_cell() -> None:
    """A square of 100 km: 70.7 km is half its diagonal, and the point lies within."""
    assert told(table(f"a,{A_LAT},{A_LON},38SPK,", header=EVERY)) == []


def test_a_text_beside_a_place_that_cannot_be_read_is_a_doubt() -> None:
    """The record is placed by the other column, and the text is told."""
    checked = table(f"a,{A_LAT},{A_LON},38TPK6454628533,", "b,39.99,,38SPK6454628532,", header=EVERY)
    assert told(checked) == [("coordinate_unreadable", "warning", 2), ("missing_value", "warning", 3)]
    assert checked.ledger.kept == 2


def test_the_shape_of_a_file_stands_against_a_text() -> None:
    """Records of the file without a shape are placed by their text; a text far from a shape is a doubt."""
    cells = {"incident_id": ["a", "b", "c"], "coordinates": ["38SPK6554628532", "38SPK6454628532", None]}
    index = pd.RangeIndex(1, 4)
    shapes = gpd.GeoSeries([shapely.Point(A_LON, A_LAT), None, None], index=index, crs="EPSG:4326")
    frame = gpd.GeoDataFrame(pd.DataFrame(cells, index=index, dtype="str"), geometry=shapes)
    entry = layer_entry(Path("a.gpkg"), "incidents")
    checked = examine(Layer(entry, frame, 3, 0, "", "EPSG:4326", {}), area=AZERBAIJAN)
    assert told(checked) == [("coordinates_disagree", "warning", 1)]
    assert [metres_from_a(checked, row) < 1 for row in (1, 2)] == [True, True]
    assert checked.frame.geometry.loc[3] is None


# ---------------------------------------------------------------- numbers that are no degrees
@pytest.mark.parametrize(
    ("lon", "lat", "looks"),
    [
        ("8664717", "4430395", "gauss_kruger EPSG:28408"),
        ("4430395", "8664717", "gauss_kruger EPSG:28408"),
        ("664717", "4430395", "utm EPSG:32638 or .*gauss_kruger EPSG:2498"),
        ("123456789", "987654321", "no system"),
    ],
)
def test_metres_in_columns_of_degrees_are_refused_by_what_they_look_like(lon: str, lat: str, looks: str) -> None:
    """Magnitudes of a grid while the CRS says degrees."""
    checked = table(f"a,{lon},{lat}", f"b,{A}", header="incident_id,lon,lat")
    assert told(checked) == [("plane_coordinates", "error", 2)]
    assert re.search(looks, value(checked, "plane_coordinates"))


@pytest.mark.parametrize(
    ("x", "y", "crs", "rule", "says"),
    [
        ("8664716.58", "4430395.18", "EPSG:28408", None, ""),
        ("4430395.18", "8664716.58", "EPSG:28408", "swapped_axes", "easting and northing of EPSG:28408 are exchanged"),
        ("4428532.86", "664546.03", "EPSG:32638", "swapped_axes", "exchanged"),
        ("8664716.58", "4430395.18", "EPSG:28409", "outside_area", "an easting of EPSG:28409 begins with 9"),
    ],
)
def test_a_pair_that_is_not_of_its_grid_is_refused(x: str, y: str, crs: str, rule: str | None, says: str) -> None:
    """DOMAIN 4.2: exchanged it lies in the Atlantic, in the next zone in Turkey, both without an error of PROJ."""
    checked = table(f"a,{x},{y}", header="incident_id,lon,lat", crs=crs)
    assert told(checked) == ([(rule, "error", 2)] if rule else [])
    if rule:
        assert says in value(checked, rule)
    else:
        assert metres_from_a(checked, 2) < 0.01


@pytest.mark.parametrize(
    ("x", "y", "crs", "severity"),
    [
        ("8664716.58", "4430395.18", "EPSG:20008", "error"),
        ("920500", "4438000", "EPSG:32638", "warning"),
        ("1100000", "4450000", "EPSG:32638", "error"),
        ("664546.03", "4428532.86", "EPSG:32638", None),
    ],
)
def test_a_system_is_held_to_where_it_is_used(x: str, y: str, crs: str, severity: str | None) -> None:
    """SK-95 begins at 41.2 N; zone 38 ends at 48 E (easting 756 km at 40 N; 85.4 km are a degree).

    920.5 km lie some 1.9 degrees past it, 1,100 km four degrees: a sheet at the limit may, another country's may not.
    """
    checked = table(f"a,{x},{y}", header="incident_id,lon,lat", crs=crs)
    found = [each.severity for each in checked.findings if each.rule == "outside_crs_area"]
    assert found == ([severity] if severity else [])
    assert checked.ledger.rejected == (severity == "error")


def test_an_outline_where_its_system_is_not_used_is_kept_and_doubted() -> None:
    """Ground is never lost for a doubt about the system."""
    text = "POLYGON((8664716 4430395,8665716 4430395,8665716 4431395,8664716 4430395))"
    checked = zones(f"a,{quoted(text)}", crs="EPSG:20008")
    assert [each.severity for each in checked.findings if each.rule == "outside_crs_area"] == ["warning"]
    assert checked.ledger.kept == 1


def packed(degrees: float, decimals: int = 4) -> float:
    """Write degrees and minutes as one number: 39.990960 is 39° 59.4576′ and becomes 39.594576."""
    whole, minutes = sexagesimal(degrees, 2, decimals)
    return float(f"{whole}.{minutes.replace('.', '')}")


def test_minutes_behind_a_decimal_point_are_suspected_of_a_whole_column() -> None:
    """Twelve places between 39 and 41 N as DDM written as DD: all land inside the country, and only the column tells."""
    lon = np.linspace(46.02, 47.98, 12)
    lat = np.linspace(39.03, 40.97, 12)
    pairs = list(zip(lon, lat, strict=True))
    checked = table(*(f"{at},{packed(x)},{packed(y)}" for at, (x, y) in enumerate(pairs)), header="incident_id,lon,lat")
    assert told(checked) == [("ddm_as_dd_suspected", "warning", None)]
    assert checked.ledger.kept == 12
    right = table(*(f"{at},{x},{y}" for at, (x, y) in enumerate(pairs)), header="incident_id,lon,lat")
    assert told(right) == []


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (np.linspace(46.1111, 46.2222, 20), np.linspace(39.1111, 39.2222, 20)),
        (np.linspace(46.0, 47.5, 16), np.linspace(39.0, 40.5, 16)),
        (np.array([46.5, 47.5] * 10), np.array([39.5, 40.5] * 10)),
        (np.array([46.1234, 47.2345, 46.3456]), np.array([39.1234, 40.2345, 39.3456])),
        (np.array([46.12345] * 50), np.array([39.12345] * 50)),
    ],
)
def test_places_that_lie_close_or_are_few_or_round_are_not_suspected(lon: np.ndarray, lat: np.ndarray) -> None:
    """One valley, a grid with tenths above 0.6, halves of degrees, three places, one place fifty times."""
    account = Account(layer_entry(Path("a.csv"), "incidents"))
    suspect_minutes(lon, lat, account)
    assert account.findings == []


@given(st.integers(0, 2**32 - 1))
def test_uniform_decimals_are_not_suspected(seed: int) -> None:
    """Forty numbers that all stay below 0.60 happen once in 0.6**-40, some 7e8 columns."""
    random = np.random.default_rng(seed)
    account = Account(layer_entry(Path("a.csv"), "incidents"))
    suspect_minutes(random.uniform(46, 48, 20), random.uniform(39, 41, 20), account)
    assert account.findings == []


# ---------------------------------------------------------------- the account
TEXT = st.sampled_from(
    [
        *("", "39.99096, 46.92736", "46.92736, 39.99096", "38SPK6454628532", "X=4430395 Y=664717", "nonsense", "NaN"),
        *(
            "39°59′27″N 46°55′38″E",
            "39.99096 46.92736 350.0 4.5",
            "POINT(46.9 40)",
            "40 46.9;40 47;41 47;40 46.9",
            "0, 0",
        ),
        *(
            "46.9",
            "40",
            "39,99",
            "4o.1",
            "POLYGON((46 39,47 39,47 40,46 39))",
            "EPSG:99999 1 2",
            "SRID=1;POINT(1 2)",
            "٤٠",
        ),
    ]
)


@MIXTURES
@given(
    st.lists(st.lists(TEXT, min_size=4, max_size=4), min_size=1, max_size=8),
    st.sampled_from(["incidents", "settlements"]),
)
def test_the_account_of_any_mixture_adds_up(rows: list[list[str]], kind: Kind) -> None:
    """Every record is kept or refused with a finding of its own, whatever stands in its four columns."""
    key = {"incidents": "incident_id", "settlements": "settlement"}[kind]
    lines = [f"{number}," + ",".join(map(quoted, cells)) for number, cells in enumerate(rows)]
    checked = table(*lines, header=f"{key},lat,lon,coordinates,shape_text", kind=kind)
    assert checked.ledger.counted == len(rows)
    refused = {found.row for found in checked.findings if found.severity == "error"}
    assert len(refused) == checked.ledger.rejected
    assert refused | set(checked.frame.index) == set(range(2, len(rows) + 2))
    assert not refused & set(checked.frame.index)
    assert checked.frame.index.is_monotonic_increasing
    assert checked.frame.crs == "EPSG:4326"


@MIXTURES
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_placed_or_refused(coordinates: str, shape: str) -> None:
    """No text raises, and what is placed lies in the area."""
    index = pd.RangeIndex(2, 3)
    cells = {"incident_id": ["a"], "coordinates": [coordinates or None], "shape_text": [shape or None]}
    frame = pd.DataFrame(cells, index=index, dtype="str")
    layer = Layer(layer_entry(Path("a.csv"), "incidents", crs="EPSG:4326"), frame, 1, 0, "", "EPSG:4326", {})
    checked = examine(layer, area=AZERBAIJAN)
    assert checked.ledger.counted == 1


def test_a_frame_without_any_place_is_kept_without_one() -> None:
    """Incidents are placed by name later; the internal columns are there all the same, so that layers can be joined."""
    frame = pd.DataFrame({"incident_id": ["a"], "location_level": [pd.NA], "uncertainty_m": [np.nan]})
    layer = Layer(layer_entry(Path("a.csv"), "incidents"), frame[["incident_id"]], 1, 0, "", None, {})
    placed = place_records(layer, frame, Account(layer.entry), None)
    assert placed.geometry.isna().all()
    assert set(INTERNAL) <= set(placed.columns)


def test_gauss_kruger_texts_of_both_families_agree_with_their_formulas() -> None:
    """Krüger's series forward, the column back: within half the diagonal of the written metre."""
    rows = []
    for number, (lon, lat) in enumerate(((46.2, 39.1), (46.9, 40.3), (47.8, 38.9))):
        y, x = gauss_kruger(lon, lat, 45)
        rows.append((lon, lat, f"{number},X={x:.0f} Y=8{y:.0f}"))
    checked = table(*(row for _, _, row in rows))
    for row, (lon, lat, _) in enumerate(rows, start=2):
        point = checked.frame.geometry.loc[row]
        assert float(reference_systems.geodesic_distance_m(lon, lat, point.x, point.y)) < 0.8


@pytest.mark.parametrize(
    ("shape", "rules"),
    [
        # Cut at 180 degrees, as RFC 7946, 3.1.9 asks; then one ring that runs the long way around the earth.
        ("MULTIPOLYGON (((179 1, 180 1, 180 2, 179 2, 179 1)), ((-180 1, -179 1, -179 2, -180 2, -180 1)))", set()),
        ("POLYGON ((179 1, -179 1, -179 2, 179 2, 179 1))", {"invalid_geometry"}),
    ],
)
def test_a_shape_over_the_antimeridian_is_taken_when_it_is_cut(shape: str, rules: set[str]) -> None:
    """What is wide is each part, not all of them together."""
    checked = table(f'z,"{shape}"', header="zone_id,wkt", kind="zones", area=None)
    assert {finding.rule for finding in checked.findings if finding.severity == "error"} == rules
    assert len(checked.frame) == 1 - len(rules)
