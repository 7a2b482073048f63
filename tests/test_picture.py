"""The still picture and the lists for a browser without scripts: nothing missing, nothing smaller, and text only ever text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from functools import reduce
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper import terms
from mapper.markup import escape, tag
from mapper.output.compose import empty_table
from mapper.output.page import page_html
from mapper.output.picture import MOST_CHARACTERS, Picture, picture
from mapper.output.picture_marks import beside, gathered, names
from mapper.output.picture_shapes import SIDE, at_least_a_symbol, outwards, path_of, plane_around, reach
from mapper.output.plain import without_scripts
from mapper.pipeline import make_edition
from tests.hostile import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.output.compose import Edition

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


def with_hazards(edition: Edition, shapes: list[shapely.Geometry], **columns: Sequence[str | None]) -> Edition:
    """Return the edition with these hazard areas, named h-0, h-1, …."""
    given_columns = {"hazard_id": [f"h-{row}" for row in range(len(shapes))], **columns}
    frame = gpd.GeoDataFrame(given_columns, geometry=shapes, crs="EPSG:4326")
    missing = [column for column in empty_table("hazards").columns if column not in frame]
    hazards = frame.assign(**dict.fromkeys(missing, None), area_m2=0.0)
    return dataclasses.replace(edition, tables={**edition.tables, "hazards": hazards})


def drawn(edition: Edition) -> Picture:
    """Return the picture of an edition that has one."""
    made = picture(edition)
    assert made is not None
    return made


def area(path: str) -> shapely.Geometry:
    """Read a path back: rings of steps on whole units, filled by the even-odd rule."""
    rings = []
    for x, y, steps in re.findall(r"M(-?\d+) (-?\d+)l([-\d ]*)z", path):
        numbers = np.array(re.findall(r"-?\d+", steps), dtype=int).reshape(-1, 2)
        rings.append(shapely.Polygon(np.cumsum([(int(x), int(y)), *numbers], axis=0)))
    assert "".join(re.findall(r"M-?\d+ -?\d+l[-\d ]*z", path)) == path
    return reduce(shapely.symmetric_difference, rings)


def areas(svg: str, fill: str) -> list[shapely.Geometry]:
    """Return the areas that are filled so."""
    return [area(path.attrib["d"]) for path in ET.fromstring(svg).iter(f"{SVG}path") if path.get("fill") == fill]  # noqa: S314 - our own picture


# ------------------------------------------------------------------ outlines
def test_every_zone_is_in_the_picture_no_smaller_than_it_is(edition: Edition) -> None:
    """The union of what is drawn for an extent covers each zone of that extent, and is not much larger than all of them."""
    made = drawn(edition)
    zones = edition.zones[edition.zones.geometry.notna()]
    assert len(zones) == 12
    for extent, those in zones.groupby("extent"):
        (shown,) = areas(made.svg, f"url(#mapper-extent-{extent})")
        true = made.plane.place(those.geometry)
        assert all(shapely.covers(shown, true))
        assert shown.within(shapely.buffer(shapely.union_all(true), made.rough_m / made.plane.metres_per_unit))
    assert made.extents == ("whole", "part", "interpreted")
    assert made.unplaced == 0


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=3, max_size=40),
    st.sampled_from([0.3, 2, 8, 64]),
    st.booleans(),
)
def test_simplifying_never_takes_ground_away(points: list[tuple[int, int]], tolerance: float, hollow: bool) -> None:
    """Of spiky, thin, touching and hollow shapes, cut from random outlines: covered, and reached beyond no further than told."""
    ring = np.array([*points, points[0]], dtype="float64") + 0.37
    shape = shapely.union_all(shapely.get_parts(shapely.polygonize([shapely.node(shapely.LineString(ring))])))
    if hollow:
        shape = shapely.difference(shape, shapely.box(300.1, 300.2, 420.3, 380.4))
    if shape.is_empty:
        return
    simple = outwards(shape, tolerance)
    assert simple.covers(shape)
    assert area(path_of(simple)).covers(shape)
    assert shapely.within(simple, shapely.buffer(shape, reach(tolerance), quad_segs=32))


def test_the_smallest_hazard_is_as_large_as_a_symbol(edition: Edition) -> None:
    """A hazard of ten metres, and one that is a point, are at least 14 units across, on their own places."""
    tiny = [shapely.box(46.8, 39.9, 46.8001, 39.9001), shapely.Point(47.1, 39.5)]
    made = drawn(with_hazards(edition, tiny, **{"class": ["cha", "cha"], "status": ["open", "closed"]}))
    shown = areas(made.svg, "url(#mapper-hazard_class-cha)")
    assert len(shown) == 2  # one path for each status
    together = shapely.union_all(shown)
    for place in made.plane.place(tiny):
        assert together.covers(shapely.buffer(place.centroid, 6.5))
    assert (made.classes, made.statuses) == (("cha",), ("open", "closed"))
    large = shapely.box(0, 0, 30, 1)
    assert at_least_a_symbol(np.array([large]))[0] == large


def test_what_is_not_known_looks_like_the_strictest(edition: Edition) -> None:
    """A class and a status that no vocabulary has, and blanks, are drawn as a confirmed open hazard and named as given."""
    shapes = [shapely.box(46.8, 39.9, 46.9, 40), shapely.box(47.1, 39.5, 47.2, 39.6)]
    made = drawn(with_hazards(edition, shapes, **{"class": ["swamp", None], "status": [None, "odd"]}))
    (shown,) = areas(made.svg, "url(#mapper-hazard_class-cha)")
    assert all(shapely.covers(shown, made.plane.place(shapes)))
    assert (made.classes, made.statuses) == (("", "swamp"), ("", "odd"))


def test_ten_thousand_hazards_are_as_light_as_ten(edition: Edition) -> None:
    """All are covered and the picture stays within its length."""
    corners = np.random.default_rng(7).uniform((46, 39), (48, 40.5), (10_000, 2))
    shapes = list(shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 0.002, corners[:, 1] + 0.002))
    classes = ["cha", "sha"] * 5_000
    made = drawn(with_hazards(edition, shapes, **{"class": classes, "status": ["open"] * 10_000}))
    assert len(made.svg) <= MOST_CHARACTERS
    for code in ("cha", "sha"):
        (shown,) = areas(made.svg, f"url(#mapper-hazard_class-{code})")
        shapely.prepare(shown)
        of_class = [shape for shape, each in zip(shapes, classes, strict=True) if each == code]
        assert all(shapely.covers(shown, made.plane.place(of_class)))


def test_nothing_with_a_place_makes_no_picture(edition: Edition) -> None:
    """No zone, hazard or accident: the lists stand alone."""
    bare = dataclasses.replace(
        with_hazards(edition, []),
        zones=edition.zones.iloc[:0],
        incidents=edition.incidents.iloc[:0],
        districts=edition.districts.iloc[:0],
    )
    assert picture(bare) is None
    assert "<svg" not in without_scripts(bare)


# ------------------------------------------------------------------ the plane
def test_a_degree_is_as_long_as_it_should_be() -> None:
    """At 60 degrees north a degree of longitude is half one of latitude: cos 60 = 1/2."""
    plane = plane_around(np.array([[10, 59], [14, 61]], dtype="float64"))
    assert plane.units_per_lon / plane.units_per_lat == pytest.approx(0.5)
    assert (plane.width, plane.height) == (SIDE, SIDE)
    assert plane.metres_per_unit == pytest.approx(2 * 1.08 * 111_195 / SIDE)
    corner, middle = plane.place([shapely.Point(10, 61), shapely.Point(12, 60)])
    assert (middle.x, middle.y) == pytest.approx((SIDE / 2, SIDE / 2))
    assert corner.x == pytest.approx(SIDE * 0.04 / 1.08)


def test_places_on_both_sides_of_the_antimeridian_are_near() -> None:
    """Fiji: 178 east and 179 west are three degrees apart, not 357."""
    plane = plane_around(np.array([[178, -18], [-179, -16]], dtype="float64"))
    west, east = plane.place([shapely.Point(178, -17), shapely.Point(-179, -17)])
    assert 0 < west.x < east.x < plane.width
    assert (east.x - west.x) / plane.units_per_lon == pytest.approx(3)


def test_a_single_place_has_a_picture() -> None:
    """One point: a picture of 0.02 degrees and the margin around it."""
    plane = plane_around(np.array([[47, 40]], dtype="float64"))
    (middle,) = plane.place([shapely.Point(47, 40)])
    assert (middle.x, middle.y) == pytest.approx((plane.width / 2, plane.height / 2), abs=1)


# ------------------------------------------------------------------ numbers and names
def test_the_numbers_add_up_to_the_accidents(edition: Edition) -> None:
    """83 in circles and 31 in squares, by the account of the bundled layers."""
    root = ET.fromstring(drawn(edition).svg)  # noqa: S314 - our own picture
    group = next(group for group in root.iter(f"{SVG}g") if group.find(f"{SVG}circle") is not None)
    kinds = [child.tag.removeprefix(SVG) for child in group]
    told = [int(group[at + 1].text or "") for at in range(0, len(group), 2)]
    totals = {
        kind: sum(n for n, one in zip(told, kinds[::2], strict=True) if one == kind) for kind in ("circle", "rect")
    }
    assert totals == {"circle": 83, "rect": 31}


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), max_size=300))
def test_no_number_lies_on_another_and_none_is_lost(points: list[tuple[float, float]]) -> None:
    """At most sixty, at least 38 units apart, adding up to the points."""
    found = gathered(np.array(points, dtype="float64").reshape(-1, 2))
    places = [place for place, _ in found]
    assert sum(n for _, n in found) == len(points)
    assert len(found) <= 60
    assert all(np.hypot(a[0] - b[0], a[1] - b[1]) >= 38 for at, a in enumerate(places) for b in places[:at])


def test_a_mark_steps_aside() -> None:
    """Beside what is there already; on its own place where there is room."""
    first, second = beside(np.array([[100.0, 100.0], [500.0, 500.0]]), [(100.0, 100.0)])
    assert np.hypot(first[0] - 100, first[1] - 100) == pytest.approx(38)
    assert second == (500.0, 500.0)


def test_names_do_not_cover_each_other_or_a_number() -> None:
    """Three names on one place: each on a line of its own, none over the number; a name wider than the picture is left out."""
    labels = [(name, (500.0, 500.0)) for name in ("Ağdam", "Füzuli", "x" * 200, "Laçın")]
    texts = ET.fromstring(names(labels, [(500.0, 500.0)], SIDE)).findall("text")  # noqa: S314 - our own picture
    assert [text.text for text in texts] == ["Ağdam", "Füzuli", "Laçın"]
    lines = [int(text.attrib["y"]) for text in texts]
    assert all(abs(a - b) >= 19 for at, a in enumerate([*lines, 507]) for b in lines[:at])


# ------------------------------------------------------------------ text
class Elements(HTMLParser):
    """Count elements and attributes, and keep the text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep names."""
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


def test_hostile_names_are_text(edition: Edition) -> None:
    """Names full of markup make no element and no attribute, in the picture and in the lists, and are read as they are."""
    hostile = pd.array([*PAYLOADS, "a\x00b\x0b\ufffe"], dtype="str")
    assert len(hostile) == len(edition.zones) == 13
    poisoned = dataclasses.replace(
        edition,
        titles=dict.fromkeys(edition.titles, " ".join(PAYLOADS)),
        zones=edition.zones.assign(name=hostile),
    )
    root = ET.fromstring(drawn(poisoned).svg)  # noqa: S314 - our own picture
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        "svg", "title", "defs", "pattern", "rect", "path", "g", "circle", "text",
    }  # fmt: skip
    shown = [text.text for text in root.iter(f"{SVG}text")]
    assert set(shown) & set(PAYLOADS)  # the others have no room
    plain, before = Elements(), Elements()
    plain.feed(without_scripts(poisoned))
    before.feed(without_scripts(edition))
    assert (plain.found, plain.attributes) == (before.found, before.attributes)
    assert not [name for name in plain.attributes if name.startswith("on") or name == "style"]
    for payload in PAYLOADS:
        assert plain.text.count(payload) >= 2  # in the title and in the list


@given(st.text())
def test_any_text_can_stand_in_an_attribute_and_between_tags(text: str) -> None:
    """XML reads back what it can hold (line ends become spaces in an attribute); the rest is U+FFFD."""
    element = ET.fromstring(tag("text", escape(text), x=text))  # noqa: S314 - our own element
    kept = re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    assert (element.text or "") == kept.replace("\r\n", "\n").replace("\r", "\n")
    assert re.sub(r"\s", "", element.attrib["x"]) == re.sub(r"\s", "", kept)


# ------------------------------------------------------------------ words
def test_every_heading_and_warning_is_in_all_languages(edition: Edition) -> None:
    """Orders, zones, hazards, the warning, the caveats, the end: each in English, Azerbaijani and Russian."""
    plain = Elements()
    plain.feed(without_scripts(edition))
    page, caveats = terms.vocabulary("page"), terms.vocabulary("caveat")
    for language in terms.LANGUAGES:
        for code in ("reduced", "orders", "zones", "hazards", "accidents", "rest", "end"):
            assert page[f"noscript.{code}"].label[language] in plain.text
        assert page["table.empty"].label[language] in plain.text  # of hazard areas
        assert caveats["caveat.navigation"].label[language] in plain.text
        assert terms.label("extent", "part", language) in plain.text
    assert "2026-11-23" in plain.text
    assert "2027-05-22" in plain.text
    assert [f"or-{number:03}" in plain.text for number in range(1, 18)] == [True] * 17
    ends = " · ".join(page["noscript.end"].label[language] for language in terms.LANGUAGES)
    assert ends in plain.text  # the beginning names the end
    assert plain.text.endswith("".join(page["noscript.end"].label[language] for language in terms.LANGUAGES))


def test_doubts_are_told(edition: Edition) -> None:
    """No dates, a private map, zones lost: each has its sentence before anything else."""
    doubtful = dataclasses.replace(edition, data_date=None, stale_after=None, private=True, undrawn_zones=2)
    text = without_scripts(doubtful)
    page = terms.vocabulary("page")
    for code in ("bar.private", "head.no_data_date", "head.no_stale_after"):
        assert escape(page[code].label["az"]) in text
    assert "INCOMPLETE MAP: 2 " in text
    assert text.index("INCOMPLETE") < text.index("<h1")
    assert "INCOMPLETE" not in without_scripts(dataclasses.replace(edition, data_date=dt.date(2026, 1, 1)))


def test_it_weighs_little(edition: Edition) -> None:
    """Less than 40 KB of the bundled page."""
    page = page_html(edition)
    inside = page[page.index(b"<noscript>") : page.index(b"</noscript>")]
    assert len(inside) < 40_000
