"""Coordinate texts: DOMAIN 4.3 to its tolerances, a table of generated texts, each trap by name, and laws of reading."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import crs as reference_systems
from mapper.errors import UnknownCRS
from mapper.intake.coordinates import COLUMNS, Interpretation, interpret, read_column, readings, resolve
from tests.coordinate_strings import A_LAT, A_LON, AZERBAIJAN, KARABAKH, POINTS, Case, cases, gauss_kruger, mgrs, utm

TABLE = cases()


def metres(lon: float, lat: float, reading_lon: float, reading_lat: float) -> float:
    """Return the distance on the ellipsoid."""
    return float(reference_systems.geodesic_distance_m(lon, lat, reading_lon, reading_lat))


def located(text: str, area: tuple[float, float, float, float] | None = AZERBAIJAN) -> tuple[float, float]:
    """Return longitude and latitude of a text that must be resolved."""
    meant = interpret(text, area=area)
    assert meant.resolved is not None, (text, meant)
    found = meant.readings[meant.resolved]
    return found.lon, found.lat


def refused(text: str, area: tuple[float, float, float, float] | None = AZERBAIJAN) -> Interpretation:
    """Return the interpretation of a text that must not be resolved, and must say why."""
    meant = interpret(text, area=area)
    assert meant.resolved is None, (text, meant)
    assert meant.reason
    return meant


# ---------------------------------------------------------------- DOMAIN 4.3
@pytest.mark.parametrize(
    ("text", "tolerance_m"),
    [
        ("39.99096, 46.92736", 0.1),
        ("39,99096; 46,92736", 0.1),
        ("39°59′27.46″N 46°55′38.50″E", 0.2),
        ("N39 59 27.46 E46 55 38.50", 0.2),
        ("39°59'27,46\" с.ш. 46°55'38,50\" в.д.", 0.2),
        ("39°59.458′N 46°55.642′E", 1.0),
        ("38N 664546 4428533", 0.2),
        ("664546.03E 4428532.86N EPSG:32638", 0.01),
        ("38SPK6454628532", 1.0),
        ("38S PK 6454 2853", 7.1),
        ("38SPK645285", 71.0),
        ("38SPK6428", 707.2),
        ("X=4430395 Y=8664717", 0.5),
        ("8664717 4430395", 0.5),
        ("x 4 430 395, y 8 664 717", 0.5),
        ("X=4430395.18 Y=8664716.58", 0.01),
        ("X=4429163 Y=16408491", 0.5),
        ("X=4430395 Y=15664717", 0.5),
        ("B=39°59′27.77″ L=46°55′42.80″", 0.1),
    ],
)
@pytest.mark.parametrize("area", [AZERBAIJAN, KARABAKH, None])
def test_the_test_strings_of_the_domain_give_their_place(
    text: str, tolerance_m: float, area: tuple[float, float, float, float] | None
) -> None:
    """DOMAIN 4.3, with its tolerances; 38N without an area may be no other than the northern hemisphere's zone."""
    assert metres(A_LON, A_LAT, *located(text, area)) < tolerance_m


@pytest.mark.parametrize(
    ("text", "south_west", "centre"),
    [
        ("38S PK 6454 2853", (39.990935, 46.927289), (39.990980, 46.927348)),
        ("38SPK645285", (39.990673, 46.926813), (39.991114, 46.927411)),
        ("38SPK6428", (39.986268, 46.920833), (39.990673, 46.926813)),
    ],
)
def test_an_mgrs_reading_is_the_centre_and_its_corner_within_the_precision(
    text: str, south_west: tuple[float, float], centre: tuple[float, float]
) -> None:
    """DOMAIN 4.3 gives both; half the diagonal of the cell is the distance between them."""
    (found,) = readings(text, area=AZERBAIJAN)
    assert found.lat == pytest.approx(centre[0], abs=1e-6)
    assert found.lon == pytest.approx(centre[1], abs=1e-6)
    assert metres(found.lon, found.lat, south_west[1], south_west[0]) == pytest.approx(found.precision_m, rel=0.01)
    assert "south-west corner" in found.note


# ---------------------------------------------------------------- generated texts
def test_the_table_is_long_enough() -> None:
    """At least 400 different texts of known places."""
    assert len({case.text for case in TABLE}) >= 400


@pytest.mark.parametrize("case", TABLE, ids=[f"{at}-{case.notation}" for at, case in enumerate(TABLE)])
def test_a_text_of_a_known_place_gives_it(case: Case) -> None:
    """Each notation of each point is resolved, in its system, within half the diagonal of its written cell."""
    meant = interpret(case.text, area=case.area)
    assert meant.resolved is not None, meant
    found = meant.readings[meant.resolved]
    assert (found.crs, found.notation) == (case.crs, case.notation)
    assert metres(case.lon, case.lat, found.lon, found.lat) <= case.tolerance_m
    assert metres(case.lon, case.lat, found.lon, found.lat) <= found.precision_m * 1.01 + 0.005
    assert found.in_area


@pytest.mark.parametrize("point", POINTS)
def test_a_grid_pair_without_a_zone_comes_back_with_both_families(point: tuple[float, float]) -> None:
    """Gauss-Krüger without prefix could be UTM, 1.9 km off; both are given, and neither is chosen."""
    meridian = 45 if point[0] < 48 else 51
    y, x = gauss_kruger(*point, meridian)
    meant = refused(f"X={x:.0f} Y={y:.0f}", (point[0] - 0.5, point[1] - 0.5, point[0] + 0.5, point[1] + 0.5))
    there = [each for each in meant.readings if each.in_area]
    assert {each.notation for each in there} >= {"utm", "gauss_kruger"}
    assert min(metres(*point, each.lon, each.lat) for each in there) < 1
    assert 1500 < max(metres(*point, each.lon, each.lat) for each in there if each.notation == "utm") < 2500


def test_the_ambiguous_pair_of_the_domain_is_asked_about() -> None:
    """DOMAIN 4.3: 40.00770, 46.92983 as UTM 38N, point A as EPSG:2498; a stated system settles it."""
    text = "X=4430395 Y=664717"
    meant = refused(text, KARABAKH)
    by_system = {each.crs: each for each in meant.readings if each.in_area}
    assert set(by_system) == {"EPSG:32638", "EPSG:2498"}
    assert by_system["EPSG:32638"].lat == pytest.approx(40.00770, abs=1e-5)
    assert by_system["EPSG:32638"].lon == pytest.approx(46.92983, abs=1e-5)
    (settled,) = readings(text, area=KARABAKH, crs="EPSG:2498")
    assert metres(A_LON, A_LAT, settled.lon, settled.lat) < 0.5


# ---------------------------------------------------------------- what every reading carries
def test_a_reading_carries_its_operation_and_what_is_uncertain() -> None:
    """SK-42: EPSG:15865, 4.5 m by the registry; half the diagonal of a metre is 0.707 m; the two add up."""
    (found,) = readings("X=4430395 Y=8664717", area=AZERBAIJAN)
    assert (found.operation, found.operation_accuracy_m) == ("EPSG:15865", 4.5)
    assert found.precision_m == pytest.approx(0.7071, abs=1e-3)
    assert found.uncertainty_m == pytest.approx(5.2071, abs=1e-3)
    assert set(found.to_dict()) == {
        *("lon", "lat", "notation", "crs", "operation", "operation_accuracy_m", "precision_m", "uncertainty_m"),
        *("in_area", "note"),
    }


@pytest.mark.parametrize(
    ("text", "north_south_m", "east_west_m"),
    [
        ("40.00 N 46.93 E", 555, 427),
        ("40.000 N 46.930 E", 56, 43),
        ("40.0000 N 46.9300 E", 5.6, 4.3),
        ("40°00′N 46°56′E", 925, 712),
        ("40°00′00″N 46°56′00″E", 15.4, 11.9),
    ],
)
def test_the_precision_is_half_the_diagonal_of_the_written_cell(
    text: str, north_south_m: float, east_west_m: float
) -> None:
    """DOMAIN 4.2's half cells at 40 N."""
    (found,) = readings(text)
    assert found.precision_m == pytest.approx(np.hypot(north_south_m, east_west_m), rel=0.01)


# ---------------------------------------------------------------- traps
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text"),
        ("   ", "no text"),
        ("NaN", "no value"),
        ("nan, nan", "figures"),
        ("0, 0", "missing coordinate"),
        ("0 N 0 E", "missing coordinate"),
        ("N 91", "latitude lies between"),
        ("91.0 N 46.0 E", "latitude lies between"),
        ("99.9 S", "latitude lies between"),
        ("40.0 N 181.0 E", "longitude lies between"),
        ("61'", "minutes"),
        ("39°61′N 46°55′E", "minutes"),
        ("39°59′70″N 46°55′38″E", "seconds"),
        ("39°59′60″N 46°55′38″E", "seconds"),
        ("39.5°30′N 46°55′E", "no notation"),
        ("39.99096", "only one"),
        ("39,46", "decimal comma"),
        ("4_0, 46", "'_'"),
        ("4e1, 46", "no notation"),
        ("٤٠, ٤٦", "another script"),
        ("４０, ４６", "another script"),
        ("40², 46", "another script"),
        ("39.99 Ş 46.93 Ş", "Ş"),
        ("Ş 39.99, E 46.93", "Ş"),
        ("C 39.99 B 46.93", "languages"),
        ("N 39.99 B 46.93", "languages"),
        ("С 39.99 E 46.93", "languages"),
        ("39.99 N 46.93 N", "latitudes"),
        ("-39.99 N 46.93 E", "twice|both say"),
        ("-40 10 20 N, 46 50 10 E", "both say"),
        ("39.99 N, 46.93", "only one"),
        ("39.99 - 46.93", "dash"),
        ("39.99–46.93", "dash"),
        ("39 52.257, 48 0=3.597", "'='"),
        ("39,99999; 4650001", "no notation"),
        ("39°59′27″N 46°55′38″Ost", "'Ost'"),
        ("near 39.99 46.93", "'near'"),
        ("38TPK6454628533", "band S, not to band T"),
        ("38T 664546 4428533", "band S, not to band T"),
        ("38RPK6454628533", "not to band R"),
        ("38SAK6454628532", "no square AK"),
        ("38SPW6454628532", "no square PW"),
        ("38SIK6454628532", "I and O"),
        ("38SPK645462853", "one is lost"),
        ("38SPK 6454 285", "one is lost"),
        ("SPK6454628532", "without its zone"),
        ("38PK6454628532", "band is not read"),
        ("38S", "no place"),
        ("61SPK6454628532", "no zone 61"),
        ("00SPK6454628532", "no zone 0"),
        ("38SJK0000028532", "outside zone 38"),
        ("38ZPK6454628532", "polar"),
        ("38SРК6454628532", "does not belong"),
        ("8SPK6454628532", "no reading of it lies in the area"),
        ("39N 664546 4428533", "no reading of it lies in the area"),
        ("EPSG:28409 X=4430395 Y=8664717", "begins with 9"),
        ("EPSG:99999 664546 4428533", "EPSG:99999 is not known"),
        ("EPSG:4326 664546 4428533", "too large"),
        ("EPSG:32638 39.99096 46.92736", "plane system"),
        ("СК-63 X=4430395 Y=8664717", "not known"),
        ("EPSG:20008 X=4430395 Y=8664717", "not used|do not lie"),
        ("46.92736, 39.99096", "exchanged"),
        ("46.92736 39.99096 EPSG:4326", "exchanged"),
        ("-39.99096, 46.92736", "no reading of it lies in the area"),
        ("1" * 200, "longer"),
        ("9" * 40 + ", 46", "no notation"),
    ],
)
def test_a_trap_is_refused_with_its_reason(text: str, reason: str) -> None:
    """Nothing is repaired, and the sentence says what is wrong."""
    assert re.search(reason, str(refused(text).reason)), refused(text).reason


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("X=4430395 Y=15664717", "46.5 E"),
        ("X=8664717 Y=4430395", "X is read as the easting"),
        ("39.594576, 46.556416", "degrees and minutes"),
        ("EPSG:28468 X=4430395 Y=664717", "deprecated"),
        ("B=39°59′27.77″ L=46°55′42.80″", "SK-42"),
        ("8SPK6454628532", "one digit"),
    ],
)
def test_a_doubt_is_in_the_note_of_its_reading(text: str, note: str) -> None:
    """A reading that is right only if a custom was followed says which."""
    assert any(note in each.note for each in readings(text, area=AZERBAIJAN))


def test_a_swapped_pair_is_named_and_not_turned_round() -> None:
    """953 km away, in Russia: the reading stays where it was written; without an area the note says that nothing can tell."""
    (found,) = readings("46.92736, 39.99096", area=AZERBAIJAN)
    assert (found.lat, found.lon) == (46.92736, 39.99096)
    assert "exchanged" in found.note
    (alone,) = readings("46.92736, 39.99096")
    assert "cannot be told" in alone.note


def test_degrees_and_minutes_read_as_decimals_are_54_km_away_and_told() -> None:
    """DOMAIN 4.2: 39 59.4576 with the point misplaced lands beside Lachin, in the area: only the note can say it."""
    (found,) = readings("39.594576, 46.556416", area=AZERBAIJAN)
    assert metres(A_LON, A_LAT, found.lon, found.lat) == pytest.approx(54_300, rel=0.01)
    assert not any("degrees and minutes" in each.note for each in readings("39.99096, 46.92736"))


def test_a_comma_that_can_be_read_in_two_ways_gives_two_readings() -> None:
    """39,59,46,55 is 39.59 46.55 or 39°59′ 46°55′."""
    found = readings("39,59,46,55", area=AZERBAIJAN)
    assert {(round(each.lat, 4), round(each.lon, 4)) for each in found} == {(39.59, 46.55), (39.9833, 46.9167)}
    refused("39,59,46,55")


def test_a_zone_letter_s_is_a_band_or_the_southern_hemisphere() -> None:
    """Without an area both are given; in Azerbaijan it is the band."""
    assert {each.crs for each in readings("38S 664546 4428533")} == {"EPSG:32638", "EPSG:32738"}
    refused("38S 664546 4428533", None)
    assert metres(A_LON, A_LAT, *located("38S 664546 4428533")) < 0.5


def test_turkish_b_is_west_beside_k_and_latitude_beside_l() -> None:
    """The same letter: kuzey and batı, and the geodesist's B and L."""
    (west,) = readings("39.99 K 46.93 B")
    assert (west.lat, west.lon) == (39.99, -46.93)
    (geodetic,) = readings("B 39.99 L 46.93")
    assert (geodetic.crs, round(geodetic.lon)) == ("EPSG:4284", 47)


def test_a_stated_system_is_not_overruled() -> None:
    """A text that names another system than the caller has no reading; one that names none is read in the caller's."""
    assert not readings("664546 4428533 EPSG:32638", crs="EPSG:32639")
    assert not readings("38SPK6454628532", crs="EPSG:28408")
    assert readings("38SPK6454628532", crs="EPSG:4326")
    assert [each.crs for each in readings("39.99 46.93", crs="EPSG:4284")] == ["EPSG:4284"]
    assert not readings("39.99 46.93", crs="EPSG:28408")
    with pytest.raises(UnknownCRS):
        readings("39.99 46.93", crs="EPSG:99999")


@pytest.mark.parametrize("precision", range(6))
@pytest.mark.parametrize("lat", [39.9999, 40.0001])
def test_the_band_changes_at_40_north_at_every_precision(precision: int, lat: float) -> None:
    """A cell that touches the parallel may be written with either band; one that does not, with one."""
    right = mgrs(46.9, lat, precision)
    assert readings(right, area=AZERBAIJAN)
    other = right.replace("38S", "38?").replace("38T", "38S").replace("38?", "38T")
    if precision >= 4:
        assert "belongs to band" in str(refused(other).reason)


def test_the_exceptions_of_norway_and_svalbard_are_known() -> None:
    """Zone 31V ends at 3 E already, zone 31X at 9 E only, and there is no zone 32X."""
    assert "outside zone 31" in str(interpret("31VFH5000050000").reason)
    (svalbard,) = readings("31XFG1000050000")
    assert 6 < svalbard.lon < 9
    assert svalbard.note.startswith("centre")
    assert "no zone 32X" in str(interpret("32XNG0000050000").reason)


@pytest.mark.parametrize(
    ("text", "uncertainty_m", "note"),
    [
        ("39.990960 46.927360 350.0 4.5", 4.5, "the fourth the accuracy given"),
        ("39.990960 46.927360 350.0 0.01", 0.07, "the fourth the accuracy given"),
        ("39.990960 46.927360 0 0", 0.07, "nothing measured it"),
    ],
)
def test_a_geopoint_bears_the_larger_of_its_accuracy_and_its_cell(text: str, uncertainty_m: float, note: str) -> None:
    """ODK and Kobo write latitude, longitude, height, accuracy; half the diagonal of 1e-6 degree at 40 N is 0.07 m."""
    (found,) = readings(text, area=AZERBAIJAN)
    assert (found.lat, found.lon, found.notation, found.crs) == (A_LAT, A_LON, "geopoint", "EPSG:4326")
    assert found.uncertainty_m == pytest.approx(uncertainty_m, abs=0.005)
    assert note in found.note


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("46.92736 39.99096 350.0 4.5", "exchanged"),
        ("38.8 46.0 40.6 47.9", "two pairs"),
        ("39.99096 46.92736 46.5 39.5", "two pairs"),
        ("39 46 350 4", "no notation|reading|longitude"),
        ("39.99096 46.92736 350.0 -4.5", "no notation"),
        ("39.99096 46.92736 350.0 4.5 1", "no notation"),
        ("91.5 46.92736 350.0 4.5", "latitude lies between"),
        ("0.0 0.0 0.0 0.0", "missing coordinate"),
    ],
)
def test_four_numbers_that_are_no_geopoint_are_refused(text: str, reason: str) -> None:
    """A box, a swap, a sign, a fifth number; and the point that a form leaves where nobody stood."""
    assert re.search(reason, str(refused(text).reason)), refused(text).reason


def test_the_readings_of_an_open_text_are_listed_for_a_person_to_choose() -> None:
    """Those in the area where there are some, else all; latitude first, nothing for a text that is resolved or has none."""
    frame = read_column(["X=4430395 Y=664717", "39N 664546 4428533", "38SPK6454628532", "61'"], area=KARABAKH)
    listed = frame["listed"].astype(object).where(frame["listed"].notna(), None).tolist()
    assert [re.sub(r"(\.\d{3})\d+", r"\1", str(each)) for each in listed] == [
        "utm EPSG:32638 40.007 46.929; gauss_kruger EPSG:2498 39.990 46.927",
        "utm EPSG:32639 39.990 52.927",
        "None",
        "None",
    ]


def test_a_grid_names_its_conversion_by_code() -> None:
    """EPSG:16038 is UTM zone 38N; on WGS 84 it is all that leads to degrees."""
    (found,) = readings("38N 664546 4428533", area=AZERBAIJAN)
    assert (found.operation, found.operation_accuracy_m) == ("EPSG:16038", 0.0)


# ---------------------------------------------------------------- columns
def assert_columns_say_the_same(texts: list[str], area: tuple[float, float, float, float] | None) -> None:
    """Assert that a column gives for each text what the text alone gives."""
    frame = read_column(texts, area=area)
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.index) == list(range(len(texts)))
    rows: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for row, text in zip(rows, texts, strict=True):
        meant = interpret(text, area=area)
        assert row["readings"] == len(meant.readings), text
        assert row["reason"] == meant.reason, text
        assert meant.resolved == resolve(meant.readings, area)[0]
        if meant.resolved is None:
            assert row["lon"] is None, text
        else:
            alone = meant.readings[meant.resolved].to_dict()
            del alone["in_area"]
            assert {name: row[name] for name in alone} == alone, text


@pytest.mark.parametrize("area", [AZERBAIJAN, None])
def test_a_column_says_what_each_text_alone_says(area: tuple[float, float, float, float] | None) -> None:
    """Thousands of generated texts, shuffled, some of them spoilt: company changes nothing."""
    chance = random.Random(7)  # noqa: S311 - the same texts at every run
    texts = [case.text for case in TABLE]
    spoilt = []
    for text in texts * 2:
        at = chance.randrange(len(text))
        spoilt.append(text[:at] + chance.choice(["", "9", " ", ",", "S", "В", "-", "°", text[at] * 2]) + text[at + 1 :])
    every = [*texts, *spoilt, "", "NaN", "46.92736, 39.99096", "X=4430395 Y=664717", "a\nb", "39.99\n46.93"]
    chance.shuffle(every)
    assert_columns_say_the_same(every, area)


def test_an_empty_column_is_an_empty_frame() -> None:
    """No text, no row, all columns."""
    frame = read_column([], area=AZERBAIJAN)
    assert (len(frame), list(frame.columns)) == (0, list(COLUMNS))


def test_the_order_of_a_column_changes_no_row() -> None:
    """Reading the column backwards gives the same rows backwards."""
    texts = [case.text for case in TABLE[::7]]
    there, back = read_column(texts, area=AZERBAIJAN), read_column(texts[::-1], area=AZERBAIJAN)
    assert there.equals(back.iloc[::-1].reset_index(drop=True))


# ---------------------------------------------------------------- laws
SIGNS = st.sampled_from(
    [*"0123456789 .,;:°'\"′″-+NSEWСЮВЗKDGBŞXYLБ=/\n\t_٤", "EPSG:", "38SPK", "с.ш.", "zone ", "UTM "]
)


@given(st.one_of(st.text(), st.lists(SIGNS, max_size=30).map("".join)))
@settings(max_examples=600)
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises; one that is not resolved has a reason, and every reading is a place on the earth."""
    for area in (AZERBAIJAN, None):
        meant = interpret(text, area=area)
        assert (meant.resolved is None) == bool(meant.reason)
        for each in meant.readings:
            assert -180 <= each.lon <= 180
            assert -90 <= each.lat <= 90
            assert each.precision_m >= 0


@given(st.lists(st.lists(SIGNS, max_size=20).map("".join), max_size=12))
@settings(max_examples=100)
def test_any_column_says_what_each_text_alone_says(texts: list[str]) -> None:
    """The law of columns, on texts that nobody would write."""
    assert_columns_say_the_same(texts, AZERBAIJAN)


LETTERS = st.sampled_from(
    [
        (("N", "S"), ("E", "W")),
        (("K", "G"), ("D", "B")),
        (("С", "Ю"), ("В", "З")),
        (("с.ш.", "ю.ш."), ("в.д.", "з.д.")),
        (("kuzey", "güney"), ("doğu", "batı")),
        (("şimal", "cənub"), ("şərq", "qərb")),
        (("north", "south"), ("east", "west")),
    ]
)


@given(
    letters=LETTERS,
    south=st.booleans(),
    west=st.booleans(),
    lat=st.integers(1, 89_999),
    lon=st.integers(1, 179_999),
    first=st.booleans(),
    form=st.sampled_from(["dd", "ddm"]),
)
def test_a_hemisphere_letter_is_never_turned_round(
    letters: tuple[tuple[str, str], tuple[str, str]],
    south: bool,
    west: bool,
    lat: int,
    lon: int,
    first: bool,
    form: str,
) -> None:
    """In four languages, before or after the figures: what is written south is read south, west is read west."""

    def written(thousandths: int) -> str:
        whole, rest = divmod(thousandths, 1000)
        return f"{whole}.{rest:03d}" if form == "dd" else f"{whole}° {rest * 60 // 1000}'"

    halves = [(letters[0][south], written(lat)), (letters[1][west], written(lon))]
    text = "  ".join(f"{mark} {figure}" if first else f"{figure} {mark}" for mark, figure in halves)
    for each in readings(text):
        assert each.lat == 0 or (each.lat < 0) == south
        assert each.lon == 0 or (each.lon < 0) == west
        assert each.notation == form


@given(st.floats(45.0, 50.9), st.floats(38.3, 42.0))
@settings(max_examples=150)
def test_a_place_written_and_read_is_itself(lon: float, lat: float) -> None:
    """Out by the tests' own formulas and back by the product: within half the diagonal of the written cell."""
    zone = 38 if lon < 48 else 39
    easting, northing = utm(lon, lat, zone)
    y, x = gauss_kruger(lon, lat, 45 if zone == 38 else 51)
    texts = {
        f"{lat:.5f}, {lon:.5f}": 0.75,
        f"{zone}N {easting:.1f} {northing:.1f}": 0.08,
        mgrs(lon, lat, 5): 0.75,
        f"X={x:.1f} Y={8 if zone == 38 else 9}{y:.1f}": 0.08,
    }
    for text, near in texts.items():
        found = readings(text, area=AZERBAIJAN)
        assert min(metres(lon, lat, each.lon, each.lat) for each in found) < near, text
