"""The vocabularies, tested once per entry: whole, in three languages, drawable, and never calling a place safe."""

from __future__ import annotations

import colorsys
import importlib
import json
import re
import string
import subprocess
import sys
import unicodedata
from dataclasses import FrozenInstanceError
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from mapper import terms
from mapper.errors import UsageError

FOLDER = Path(terms.__file__).parent
CONTENT: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
ENTRIES = [
    pytest.param(name, entry, id=f"{name}:{entry['code']}")
    for name, content in CONTENT.items()
    for entry in content["terms"]
]

# The lists as the field and the project agreed on them, written here a second time on purpose.
CODES = {
    "accident_type": "demining_accident mine cluster uxo_axo ied stored_ammunition other unknown",
    "device_category": "ap_mine av_mine mine_unspecified improvised_mine other_ied submunition_cmr uxo axo "
    "erw_unspecified booby_trap other unknown",
    "activation": "victim_step vehicle agricultural_machine tripwire handling clearance_work command unknown",
    "activity": "ploughing_farming herding walking driving passenger collecting_wood_food collecting_scrap playing "
    "construction hunting_fishing demining military_duty police_duty tampering visiting_home_or_grave other unknown",
    "outcome": "killed injured unhurt unknown",
    "civil_status": "civilian military police_border deminer aid_worker unknown",
    "location_level": "measured_gnss map_reading site_named settlement municipality district region country unknown",
    "place": "point disc district none",
    "date_precision": "minute hour part_of_day day week month year interval unknown",
    "relation": "inside uncertain outside unlocated",
    "order_type": "ban site_closure permit_rule permit_extension opening_with_limit relaxation warning "
    "warning_with_sanctions conduct_rules escorted_only curfew lifted",
    "restriction_kind": "total_ban permit_only corridor_only escorted_only curfew advisory limit_change condition "
    "lifted",
    "extent": "whole part interpreted",
    "geometry_basis": "surveyed bearing_distance minefield_record coordinates_in_text named_admin_units "
    "named_territory_interpreted drawn_by_us buffer_of_point",
    "hazard_class": "indication sha cha ammunition_storage eod_spot",
    "hazard_status": "open worked_on suspended closed",
    "land_product": "cancelled reduced cleared",
    "activity_type": "nts ts clearance bac eod_spot road_assessment road_verification road_clearance "
    "stockpile_destruction marking eore qa_visit completion_report handover",
    "survey_state": "surveyed partly not_surveyed unknown",
    "reporting_state": "reported partly not_reported unknown",
    "verification": "unverified single_source corroborated official investigated retracted",
    "verdict": "no_entry hazard_recorded corridor_only permit_only near_restricted not_assessed "
    "no_restriction_recorded",
    "basis": "inside part_of_district within_doubt near no_geometry outside not_covered unresolved",
    "applies_to": "all_civilians residents citizens foreigners private_vehicles media aid_workers contractors "
    "mine_action_operator",
    "severity": "error warning info",
    "caveat": "caveat.blank caveat.density caveat.navigation",
    "layer_kind": "incidents zones hazards districts settlements orders casualty_counts activities coverage context "
    "sources corridors events routes",
    "orders_state": "listed partly not_listed unknown",
    "event_kind": "ceasefire handover order opening division other",
    "leave_route_allowed": "yes no unknown",
    "context_kind": "river road other",
    "district_kind": "district city",
    "edge": "none uniform jones-diggle",
    "hotspot_class": "hot_99 hot_95 hot_90 none cold_90 cold_95 cold_99 outside_window not_surveyed",
    "age_group": "child_0_17 adult_18_plus not_recorded",
    "diff": "heading same removed.order removed.zone removed.hazard outline.gone outline.less outline.more ground.less "
    "ground.more order.ended order.begun added record.changed count more end doubt.undated doubt.newer_first "
    "doubt.counts_only doubt.incomplete doubt.same_id doubt.refused",
}

# Words that would call a place harmless. The pattern for "cleared" is apart: it is a product of land release.
HARMLESS = {
    "en": r"\b(safe|safely|safer|clear|mine-?free|low[- ]risk|harmless)\b",
    "az": r"təhlükəsiz|\btəmiz(?!lə)|minasız|\b(aşağı|az) risk",
    "ru": r"безопас|\bчист|низк\w+ риск|\bбез мин\b|свобод\w+ от мин|\bразминированн",
}
CLEARED = {"en": r"\bcleared\b", "az": r"\btəmizlənmiş", "ru": r"\bочищенн"}
SAYS_CLEARED = {("land_product", "cleared"), ("caveat", "caveat.blank")}

LEGAL_HUES = (240, 320)


def placeholders(text: str) -> set[str]:
    """Return the names in braces; raises ValueError on a brace that is not closed."""
    fields = (field for _, field, _, _ in string.Formatter().parse(text) if field is not None)
    return {field.partition("|")[0] for field in fields}


def texts(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (language, text) of every label and definition of a term."""
    return [pair for part in ("label", "definition") for pair in entry[part].items()]


def rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def hue_degrees(colour: str) -> float:
    """Return the hue on the colour circle."""
    return colorsys.rgb_to_hsv(*rgb(colour))[0] * 360


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of WCAG 2.1, from its formula of relative luminance."""
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize("name", CONTENT)
def test_file_has_exactly_the_agreed_keys(name: str) -> None:
    """A file names itself, has a title in three languages, a source, and terms with unique codes."""
    content = CONTENT[name]
    assert set(content) == {"vocabulary", "title", "source", "terms"}
    assert content["vocabulary"] == name
    assert set(content["title"]) == {"en", "az", "ru"}
    assert all(text.strip() for text in content["title"].values())
    assert content["source"]
    found = [entry["code"] for entry in content["terms"]]
    assert len(found) == len(set(found)) > 0


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_term_has_exactly_the_agreed_keys(name: str, entry: dict[str, Any]) -> None:
    """A key misspelt in a JSON file is an error here and not a silent default later."""
    required = {"code", "label", "definition", "colour", "hatch", "symbol", "source"}
    assert required <= set(entry) <= required | {"data"}
    assert re.fullmatch(r"[a-z][a-z0-9_.-]*", entry["code"]), name
    assert entry["source"]
    assert "05.10" not in entry["source"]


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_term_is_worded_in_three_languages(name: str, entry: dict[str, Any]) -> None:
    """Every label and definition exists in en, az and ru, composed (NFC), trimmed, in the right alphabet."""
    assert set(entry["label"]) == set(entry["definition"]) == {"en", "az", "ru"}
    for language, text in texts(entry):
        assert text, (name, language)
        assert text == text.strip() == unicodedata.normalize("NFC", text)
        if language != "ru":
            assert not re.search("[а-яА-ЯёЁ]", text), f"a Cyrillic letter in {language}: {text}"


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_term_keeps_its_placeholders(name: str, entry: dict[str, Any]) -> None:
    """A translation that lost {data_date} would leave a sentence without its date."""
    for part in ("label", "definition"):
        found = [placeholders(text) for text in entry[part].values()]
        assert found.count(found[0]) == len(found), (name, part)


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_term_never_calls_a_place_harmless(name: str, entry: dict[str, Any]) -> None:
    """No sentence of ours says safe, clear, mine-free or low risk; "cleared" only names the land product."""
    for language, text in texts(entry):
        assert not re.search(HARMLESS[language], text, re.IGNORECASE), text
        if (name, entry["code"]) not in SAYS_CLEARED:
            assert not re.search(CLEARED[language], text, re.IGNORECASE), text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The road is safe."),
        ("en", "A clear area"),
        ("en", "mine-free"),
        ("en", "Low risk"),
        ("az", "Ərazi təhlükəsizdir"),
        ("az", "təmiz sahə"),
        ("ru", "Здесь безопасно"),
        ("ru", "чистая земля"),
        ("ru", "Низкий риск"),
    ],
)
def test_the_word_test_can_fail(language: str, text: str) -> None:
    """The patterns find what they are there to find."""
    assert re.search(HARMLESS[language], text, re.IGNORECASE)


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_term_can_be_drawn(name: str, entry: dict[str, Any]) -> None:
    """Colours are #rrggbb and never green, which is read as leave to enter; hatches are known; symbols are short."""
    colour, hatch, symbol = entry["colour"], entry["hatch"], entry["symbol"]
    lines = {"diagonal", "back_diagonal", "cross", "horizontal", "vertical", "grid", "dots"}
    marks = {f"{way}{times}" for way in ("up", "down") for times in ("", "_two", "_three")}
    assert hatch in {None, *lines, *marks}
    assert symbol is None or 1 <= len(symbol) <= 3
    if colour is None:
        assert hatch is None, name
        return
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", colour)
    hue, saturation, _ = colorsys.rgb_to_hsv(*rgb(colour))
    assert saturation < 0.2 or not 75 <= hue * 360 <= 165


@pytest.mark.parametrize(("name", "expected"), CODES.items(), ids=CODES)
def test_codes_are_the_agreed_ones(name: str, expected: str) -> None:
    """The lists hold the agreed codes, no more and no fewer."""
    assert set(terms.codes(name)) == set(expected.split())


def test_every_vocabulary_is_listed_and_expected() -> None:
    """`names()` finds each file; words of page, notebook, exports and columns, and the rules, have no list of codes above."""
    assert list(terms.names()) == sorted(CONTENT)
    assert set(CONTENT) - {"page", "notebook", "export", "column"} == set(CODES) | {"rule"}


@pytest.mark.parametrize("name", ["extent", "device_category", "hazard_class", "hazard_status", "accident_type"])
def test_signs_differ_within_a_vocabulary(name: str) -> None:
    """Two classes never share a colour, nor a hatch, nor a symbol where they have one."""
    if name != "device_category":  # devices are told apart by their letters
        colours = [term.colour for term in terms.vocabulary(name).values()]
        assert None not in colours
        assert len(set(colours)) == len(colours)
    for attribute in ("hatch", "symbol"):
        given = [value for term in terms.vocabulary(name).values() if (value := getattr(term, attribute)) is not None]
        assert len(set(given)) == len(given)


def test_extents_are_legal_distinct_and_visible() -> None:
    """Restricted areas are violet, hatched apart, visible on white (3:1, WCAG 1.4.11) and different from each other."""
    drawn = {term.hatch: term.colour or "" for term in terms.vocabulary("extent").values()}
    assert set(drawn) == {"diagonal", "back_diagonal", "cross"}
    for colour in drawn.values():
        assert contrast_with_white(colour) >= 3
        assert LEGAL_HUES[0] <= hue_degrees(colour) <= LEGAL_HUES[1]
    for one, other in combinations(drawn.values(), 2):
        assert sum((a - b) ** 2 for a, b in zip(rgb(one), rgb(other), strict=True)) ** 0.5 > 0.2


def test_legal_and_physical_never_share_a_fill() -> None:
    """An order and a hazard differ in hue and in hatch, so that they differ in black and white too."""
    hazards = terms.vocabulary("hazard_class").values()
    assert not {term.hatch for term in hazards} & {term.hatch for term in terms.vocabulary("extent").values()}
    assert not any(LEGAL_HUES[0] <= hue_degrees(term.colour or "") <= LEGAL_HUES[1] for term in hazards)


def test_hazard_fills_are_those_of_the_field() -> None:
    """SHA amber #F4A718 and CHA red #FF0000, as the IMSMA wiki gives them."""
    hazards = terms.vocabulary("hazard_class")
    assert (hazards["sha"].colour, hazards["cha"].colour) == ("#F4A718", "#FF0000")


@pytest.mark.parametrize("name", ["verdict", "severity"])
def test_text_colours_can_be_read(name: str) -> None:
    """Verdicts and severities are written in their colour: 4.5:1 on white (WCAG 1.4.3)."""
    assert all(contrast_with_white(term.colour or "#ffffff") >= 4.5 for term in terms.vocabulary(name).values())


def test_verdicts_are_strictly_ordered() -> None:
    """A higher rank is stricter, and the file lists the strictest first."""
    verdicts = terms.vocabulary("verdict")
    assert sorted(verdicts, key=lambda code: -verdicts[code].data["rank"]) == CODES["verdict"].split()
    assert list(verdicts) == CODES["verdict"].split()
    assert sorted(term.data["rank"] for term in verdicts.values()) == [0, 1, 2, 3, 4, 5, 6]


def test_the_mildest_verdict_promises_nothing() -> None:
    """The mildest answer says in each language that mines may be there all the same."""
    mildest = terms.vocabulary("verdict")["no_restriction_recorded"].definition
    assert "does not mean that there are no mines" in mildest["en"]
    assert "mina olmadığı demək deyil" in mildest["az"]
    assert "не значит, что мин там нет" in mildest["ru"]


def test_orders_have_the_agreed_kinds() -> None:
    """The table of orders, and each kind is itself a term."""
    assert {code: term.data["kind"] for code, term in terms.vocabulary("order_type").items()} == {
        "ban": "total_ban",
        "site_closure": "total_ban",
        "permit_rule": "corridor_only",
        "permit_extension": "corridor_only",
        "opening_with_limit": "permit_only",
        "relaxation": "limit_change",
        "warning": "advisory",
        "warning_with_sanctions": "advisory",
        "conduct_rules": "condition",
        "escorted_only": "escorted_only",
        "curfew": "curfew",
        "lifted": "lifted",
    }
    kinds = {term.data["kind"] for term in terms.vocabulary("order_type").values()}
    assert kinds == set(terms.codes("restriction_kind"))


def test_kinds_lead_to_the_agreed_verdicts() -> None:
    """(verdict, is it an opening?) of each kind of restriction; an escort counts as a route, a curfew as a ban."""
    kinds = terms.vocabulary("restriction_kind")
    assert {code: (term.data["verdict"], term.data["opening"]) for code, term in kinds.items()} == {
        "total_ban": ("no_entry", False),
        "permit_only": ("permit_only", True),
        "corridor_only": ("corridor_only", True),
        "escorted_only": ("corridor_only", True),
        "curfew": ("no_entry", False),
        "advisory": (None, False),
        "limit_change": (None, False),
        "condition": (None, False),
        "lifted": (None, False),
    }


def test_places_have_the_agreed_radius_with_its_reason() -> None:
    """Default radii in metres; a district and wider has none, because no point may be drawn for it."""
    levels = terms.vocabulary("location_level")
    assert {code: term.data["uncertainty_m"] for code, term in levels.items()} == {
        "measured_gnss": 10,
        "map_reading": 100,
        "site_named": 5000,
        "settlement": 2000,
        "municipality": 5000,
        "district": None,
        "region": None,
        "country": None,
        "unknown": None,
    }
    for term in levels.values():
        assert term.data["uncertainty_m"] is None or f"{term.data['uncertainty_m']:,} m" in term.definition["en"]


def test_hazard_outlines_can_be_told_apart() -> None:
    """Open is a continuous line; every other state has its own dashes."""
    outlines = {code: term.data["outline"] for code, term in terms.vocabulary("hazard_status").items()}
    assert outlines["open"]["dash_px"] == ()
    assert len({outline["dash_px"] for outline in outlines.values()}) == len(outlines)
    assert all(outline["width_px"] > 0 for outline in outlines.values())


@pytest.mark.parametrize(
    ("name", "code", "language", "expected"),
    [
        ("device_category", "ap_mine", "en", "Anti-personnel mine"),
        ("device_category", "ap_mine", "az", "Piyada əleyhinə mina"),
        ("device_category", "ap_mine", "ru", "Противопехотная мина"),
        ("device_category", "av_mine", "az", "Tank əleyhinə mina"),
        ("device_category", "av_mine", "ru", "Противотанковая мина"),
        ("device_category", "uxo", "az", "Partlamamış hərbi sursat"),
        ("device_category", "uxo", "ru", "Неразорвавшийся боеприпас"),
        ("verdict", "no_restriction_recorded", "en", "No restriction recorded"),
        ("verdict", "no_entry", "az", "Giriş qadağandır"),
        ("hazard_class", "sha", "en", "Suspected hazardous area (SHA)"),
        ("civil_status", "deminer", "az", "Minaaxtaran"),
        ("civil_status", "deminer", "ru", "Сапёр"),
        ("device_category", "ap_mine", "tr", "Anti-personnel mine"),  # a language we lack: English
        ("device_category", "no_such_code", "az", "no_such_code"),  # a code we lack: the code itself
    ],
)
def test_label(name: str, code: str, language: str, expected: str) -> None:
    """Words written by hand, and the two fallbacks."""
    assert terms.label(name, code, language) == expected


def test_the_fixed_sentences() -> None:
    """The three sentences every output carries, word for word."""
    assert [term.label["en"] for term in terms.vocabulary("caveat").values()] == [
        (
            "This map shows reported accidents, recorded areas and orders as of {data_date}. "
            "A blank area is not a cleared area."
        ),
        "Density is of reported accidents, not of mines. Reports depend on who was there and who reported.",
        "Not for navigation or for planning entry. Ground marking and the authorities outrank this map.",
    ]


@pytest.mark.parametrize("name", ["no_such_list", "../terms/verdict", ""])
def test_unknown_vocabulary_is_a_sentence(name: str) -> None:
    """A wrong name is answered with the right ones, and is never taken for a path."""
    with pytest.raises(UsageError, match=r"there is no vocabulary .*Use one of: .*verdict"):
        terms.vocabulary(name)


def test_terms_cannot_be_changed() -> None:
    """Neither a vocabulary, nor a term, nor anything inside one."""
    words: Any = terms.vocabulary("hazard_status")
    with pytest.raises(TypeError):
        words["open"] = None
    with pytest.raises(TypeError):
        words["open"].label["en"] = "x"
    with pytest.raises(TypeError):
        words["open"].data["outline"]["width_px"] = 9
    with pytest.raises(FrozenInstanceError):
        words["open"].colour = "#000000"


def test_python_and_the_words_agree_on_the_kinds_of_layers() -> None:
    """The kinds, severities and edges of the model's types are those of the vocabularies."""
    model = importlib.import_module("mapper.model")
    assert set(model.Kind.__args__) == set(terms.codes("layer_kind"))
    assert set(model.Severity.__args__) == set(terms.codes("severity"))
    assert set(model.Edge.__args__) == set(terms.codes("edge"))


def test_import_is_light_and_reads_nothing() -> None:
    """Importing the package loads no heavy library and opens no vocabulary."""
    code = (
        "import sys, mapper.terms as t; "
        "print([m for m in ('numpy', 'pandas', 'geopandas', 'shapely') if m in sys.modules], "
        "t.vocabulary.cache_info().currsize)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[] 0"
