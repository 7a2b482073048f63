"""How tables are drawn: the looks against the page's own sources, the styles as XML, and texts that stay texts in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
import shapely

from mapper import terms
from mapper.output import looks
from mapper.output.looks import Area, density_classes, looks_of
from mapper.output.not_assessed import with_not_assessed
from mapper.output.published import table_of
from mapper.output.sld import sld, sld_files
from mapper.output.styles import qml, qml_files
from tests import styled_tables
from tests.hostile import ALL, MANY
from tests.styled_tables import all_tables, facts

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(looks.__file__).parents[1] / "web" / "src"
SLD = "{http://www.opengis.net/sld}"
OGC = "{http://www.opengis.net/ogc}"


def parsed(text: str | bytes | None) -> ET.Element:
    """Return a style as XML."""
    assert text is not None
    return ET.fromstring(text)  # noqa: S314 - written by the code under test


def rules(style: ET.Element) -> Iterable[ET.Element]:
    """Return the rules of a renderer that draw something."""
    renderer = style.find("renderer-v2")
    assert renderer is not None
    return [rule for rule in renderer.iter("rule") if rule.get("symbol") is not None]


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("layers/density.ts", f"STOPS = {json.dumps(looks.DENSITY_RAMP)}"),
        ("layers/density.ts", f"DENSITY_OPACITY = {looks.DENSITY_OPACITY}"),
        ("layers/incidents.ts", f'PUBLIC_COLOUR = "{looks.PUBLIC_COLOUR}"'),
        ("layers/incidents.ts", f'DEMINING_COLOUR = "{looks.DEMINING_COLOUR}"'),
        ("layers/incidents.ts", 'PUBLIC_DASH = "6 4"'),
        ("layers/incidents.ts", 'DEMINING_DASH = "2 3"'),
        ("layers/incidents.ts", f"fillOpacity: {looks.DISC_OPACITY}"),
        ("layers/corridors.ts", f'tone("{looks.CORRIDOR_COLOUR}")'),
        ("layers/corridors.ts", 'CORRIDOR_DASH = "12 5 3 5"'),
        ("layers/districts.ts", f'tone("{looks.DISTRICT_COLOUR}")'),
        ("layers/districts.ts", 'DISTRICT_DASH = "7 2"'),
        ("layers/coverage.ts", f'NOT_ASSESSED_COLOUR = "{looks.NOT_ASSESSED_COLOUR}"'),
        ("hatch.ts", f'SURVEY_COLOUR = "{looks.SURVEY_COLOUR}"'),
        ("hatch.ts", 'not_surveyed: "dashes", partly: "sparse_dashes"'),
        ("hatch.ts", f"tint = {looks.ZONE_TINT}"),
        ("layers/hazards.ts", f"fill(look, {looks.HAZARD_TINT})"),
    ],
)
def test_exports_look_as_the_page(file: str, written: str) -> None:
    """What both sides hold as a constant is the same; what is in the vocabularies is one thing anyway."""
    assert written in (PAGE / file).read_text(encoding="utf-8")


def test_dashes_of_zones_are_those_of_the_page() -> None:
    """The vocabulary's outlines against the page's fallback looks."""
    source = (PAGE / "hatch.ts").read_text(encoding="utf-8")
    for code, term in terms.vocabulary("extent").items():
        found = re.search(rf'{code}: {{ colour: "#\w+", hatch: "(\w+)", dash: "([\d ]*)" }}', source)
        assert found is not None
        assert found.group(1) == term.hatch
        assert tuple(map(int, found.group(2).split())) == term.data["outline"]["dash_px"]


def test_no_style_holds_green() -> None:
    """Green is read as leave to enter: no colour of any style is more green than both others."""
    for text in qml_files(with_not_assessed(all_tables(), facts()), facts()).values():
        for red, green, blue in re.findall(rb'value="(\d+),(\d+),(\d+),\d+"', text):
            assert int(green) <= max(int(red), int(blue))


@pytest.mark.parametrize("table", ["zones", "hazards"])
def test_what_is_not_known_looks_like_the_strictest(table: str) -> None:
    """The rule for all other codes has the sign of the first term, which is the strictest."""
    made = looks_of({each.name: each for each in all_tables()}[table], facts())
    assert made is not None
    for group in made.groups:
        assert [rule.otherwise for rule in group.rules] == [False] * (len(group.rules) - 1) + [True]
        assert group.rules[-1].sign == group.rules[0].sign


def test_cells_of_hot_spots_have_the_colour_and_the_words_of_their_class() -> None:
    """No rule without the vocabulary's colour; what is more or fewer is written in the cell as well."""
    table = table_of(
        "hotspots",
        gpd.GeoDataFrame(
            {
                "hotspot_class": ["hot_95"],
                **{name: [1] for name in ("cell_column", "cell_row", "records", "neighbours", "z", "p", "q")},
            },
            geometry=[shapely.box(46, 39, 47, 40)],
            crs=4326,
        ),
    )
    made = looks_of(table, facts())
    assert made is not None
    signs = {rule.where[0].value: rule.sign for rule in made.groups[0].rules if rule.where}
    assert {code: getattr(sign, "colour", "") for code, sign in signs.items()} == {
        code: term.colour for code, term in terms.vocabulary("hotspot_class").items()
    }
    text = qml_files([table], facts())["hotspots.qml"].decode()
    assert all(word in text for word in ("▲ 99 %", "▲ 95 %", "▼ 90 %"))


def test_each_extent_and_class_has_a_sign_of_its_own() -> None:
    """No two fills of zones and hazards are alike, so a print in grey tells them apart by the hatch."""
    tables = {table.name: looks_of(table, facts()) for table in (styled_tables.zones(), styled_tables.hazards())}
    fills = [rule.sign for made in tables.values() if made for rule in made.groups[0].rules[:-1]]
    assert len({(sign.colour, sign.hatch) for sign in fills if isinstance(sign, Area)}) == len(fills) == 8
    assert len({sign.hatch for sign in fills if isinstance(sign, Area)}) == 8


@pytest.mark.parametrize(
    ("n", "stops"),
    # round(k · 5 / (n - 1)), halves up, as JavaScript rounds.
    [(1, [5]), (2, [0, 5]), (3, [0, 3, 5]), (4, [0, 2, 3, 5]), (5, [0, 1, 3, 4, 5]), (6, [0, 1, 2, 3, 4, 5])],
)
def test_density_classes_have_the_stops_of_the_page(n: int, stops: list[int]) -> None:
    """Worked out by hand from the page's formula."""
    lowers = [float(k) for k in range(n)]
    assert [colour for *_, colour in density_classes(lowers, lowers)] == [looks.DENSITY_RAMP[stop] for stop in stops]


@pytest.mark.parametrize(
    ("start", "end", "day", "holds"),
    [
        ("2020-11-10", None, "2020-11-10", True),
        ("2020-11-10", None, "2020-11-09", False),
        ("2020", None, "2020-12-30", False),  # 2020 may mean its last day
        (None, "2024-03", "2024-03-01", True),
        (None, "2024-03", "2024-03-02", False),  # March may mean its first day
        (None, None, None, True),
        ("2020-11-10", None, None, False),
        ("soon", None, "2024-01-01", False),
        (None, "later", "2024-01-01", False),
    ],
)
def test_a_list_of_orders_holds_only_when_it_surely_does(start: str, end: str, day: str, *, holds: bool) -> None:
    """As VERDICTS has it: a period that is stated and gives no day holds never."""
    frame = styled_tables.coverage(period_start=[start] * 5, period_end=[end] * 5).frame
    assert looks.listed_rows(frame, day).tolist() == [holds] * 5
    unlisted = styled_tables.coverage(orders_state=["partly", None, "unknown", "not_listed", "of_another_list"]).frame
    assert not looks.listed_rows(unlisted, "2024-03-01").any()


@pytest.mark.parametrize("language", terms.LANGUAGES)
def test_every_table_with_places_has_both_styles(language: str) -> None:
    """One file each, well-formed, the same bytes twice, with a legend in the language; none for a plain table."""
    tables = with_not_assessed(all_tables(), facts(language))
    spatial = [table.name for table in tables if table.geometry is not None]
    qmls, slds = qml_files(tables, facts(language)), sld_files(tables, facts(language))
    assert list(qmls) == [f"{name}.qml" for name in spatial]
    assert list(slds) == [f"{name}.sld" for name in spatial]
    assert qmls == qml_files(tables, facts(language))
    labels = [rule.get("label") for rule in rules(parsed(qmls["zones.qml"]))]
    assert labels[:3] == [term.label[language] for term in terms.vocabulary("extent").values()]
    for text in (*qmls.values(), *slds.values()):
        parsed(text)


def test_a_style_says_its_geometry_only_where_there_is_one_kind() -> None:
    """QGIS refuses a style of areas for lines; one that says nothing it takes for both."""
    said = {
        table.name: parsed(qml(table, facts())).findtext("layerGeometryType")
        for table in all_tables()
        if table.geometry
    }
    assert said["zones"] == "2"
    assert said["incidents"] == "0"
    assert said["corridors"] is None
    lines = styled_tables.lines_and_areas("corridors", {})
    only = replace(lines, frame=lines.frame.iloc[:1])
    assert parsed(qml(only, facts())).findtext("layerGeometryType") == "1"


def test_years_of_a_density_wait_switched_off() -> None:
    """All classes drawn over each other would be no density."""
    style = parsed(qml(styled_tables.density(), facts()))
    groups = style.findall("renderer-v2/rules/rule")
    assert [group.get("checkstate") for group in groups] == [None, "0"]
    assert [group.get("filter") for group in groups] == ['"frame" IS NULL', "\"frame\" = '2023'"]
    assert groups[0].findall("rule")[2].get("label") == "above 0.005"


def test_sld_of_hazards_has_fill_and_outline_apart() -> None:
    """Two styles over each other, each with a rule for all other codes."""
    style = parsed(sld(styled_tables.hazards(), facts()))
    styles = style.findall(f".//{SLD}FeatureTypeStyle")
    assert [len(each.findall(f"{SLD}Rule")) for each in styles[:2]] == [6, 5]
    assert [len(each.findall(f".//{SLD}ElseFilter")) for each in styles[:2]] == [1, 1]
    (first, *_) = styles[0].findall(f"{SLD}Rule")
    assert first.findtext(f".//{OGC}Literal") == "cha"
    assert first.findtext(f".//{SLD}WellKnownName") == "shape://vertline"


def test_hostile_texts_stay_texts() -> None:
    """A name of a code, a title or an identifier opens no element and ends no literal of an expression."""
    frame = styled_tables.coverage(
        coverage_id=["'", "\\", "' OR 1=1 --", "\\' OR ''='", "]]><x/>"], period_end=[None] * 5
    )
    style = parsed(qml(frame, facts(titles={"en": ALL}, organisations={"en": ALL})))
    (first, *_) = rules(style)
    # A quote and a backslash are written twice (QGIS's syntax of expressions).
    for literal in ("''''", "'\\\\'", "''' OR 1=1 --'", "'\\\\'' OR ''''='''", "']]><x/>'"):
        assert literal in (first.get("filter") or "")
    for text in [*MANY[:200], "\0\x01"]:
        zones = replace(styled_tables.zones([text] * 5), title={"en": text})
        parsed(qml(zones, facts()))
        parsed(sld(zones, facts()))


def test_map_tips_replace_the_marks_of_html() -> None:
    """QGIS shows a map tip as HTML; a name with tags must come out as the name."""
    tip = parsed(qml(styled_tables.zones(), facts())).findtext("mapTip") or ""
    for mark, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        assert f"'{mark}', '{name}'" in tip
    assert tip.index("'&', '&amp;'") < tip.index("'<', '&lt;'")
    assert "A blank area is not a cleared area." in tip


def test_words_stand_for_codes_only_where_all_cells_are_codes() -> None:
    """A column with one foreign code keeps its codes: half of it in words would hide the other."""
    fields = {
        table.name: {
            field.get("name"): field.find("editWidget") is not None
            for field in parsed(qml(table, facts())).iter("field")
        }
        for table in (styled_tables.zones(), styled_tables.hazards())
    }
    assert fields["zones"] == {
        "zone_id": False,
        "name": False,
        "extent": True,
        "accuracy_m": False,
        "incidents_reported": False,
    }
    assert (fields["hazards"]["class"], fields["hazards"]["status"]) == (False, True)
