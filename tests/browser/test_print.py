"""The printed sheet and the saved picture: the whole map with all that explains it, and no address."""

from __future__ import annotations

import base64
import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import shapely.geometry

from mapper import build
from tests.hostile import hostile_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

MM_PER_POINT = 25.4 / 72
PAPERS_MM = {
    "A4, landscape": (297, 210),
    "A4, portrait": (210, 297),
    "A3, landscape": (420, 297),
    "A3, portrait": (297, 420),
}
HATCH = (0x7B, 0x2D, 0x8B)
"""Of a zone that is a whole district: `extent.json`."""
IN_LACIN = (46.25, 39.68)
"""In the Laçın zone, apart from its label."""

READ_PIXELS = """async ([picture, places]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const ctx = canvas.getContext('2d', {willReadFrequently: true});
    ctx.drawImage(image, 0, 0);
    return {
        size: [canvas.width, canvas.height],
        places: places.map(([x, y, w, h]) => [...ctx.getImageData(x, y, w, h).data]),
    };
}"""


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page in English at a part of the map, with the print section unfolded."""
    page.set_viewport_size({"width": 1280, "height": 900})
    open_at(page, edition, "lang=en&map=46.6,39.8,8.75")
    yield page
    page_log.assert_quiet()


def open_at(page: Page, edition: Path, state: str) -> None:
    """Open the page anew with this state in its address."""
    page.goto("about:blank")
    page.goto(f"{(edition / 'map.html').as_uri()}#{state}")
    page.evaluate("window.mapper.ready")
    page.locator("#mapper-print > summary").click()


def printed(page: Page) -> pypdfium2.PdfDocument:
    """Print as a browser's own key would, on the paper that the page names."""
    return pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))


def text_of(document: pypdfium2.PdfDocument, number: int) -> str:
    """All text of a page of the document, its blanks made one."""
    return " ".join(document[number].get_textpage().get_text_range().split())


def saved_picture(page: Page) -> bytes:
    """Press the button and return the saved file."""
    with page.expect_download() as download:
        page.locator("#mapper-print button").last.click()
    return Path(download.value.path()).read_bytes()


def pixels(page: Page, picture: bytes, *places: tuple[int, int, int, int]) -> dict[str, Any]:
    """Size of a PNG file, and for each place (left, top, width, height) its pixels as rows of red, green, blue, opacity."""
    reader = page.context.new_page()
    read: dict[str, Any] = reader.evaluate(READ_PIXELS, [base64.b64encode(picture).decode(), places])
    reader.close()
    read["places"] = [list(zip(*[iter(values)] * 4, strict=True)) for values in read["places"]]
    return read


def screen_bounds(page: Page, lon: float, lat: float, zoom: float) -> tuple[float, float, float, float]:
    """West, south, east, north of the map on the screen, by the formulas of Web Mercator."""
    width, height = page.evaluate(
        "(({clientWidth: w, clientHeight: h}) => [w, h])(document.querySelector('#mapper-map'))"
    )
    turn_px = 256 * 2**zoom
    half = width / 2 * 360 / turn_px
    y = math.asinh(math.tan(math.radians(lat)))
    south, north = (
        math.degrees(math.atan(math.sinh(y + sign * height / 2 * 2 * math.pi / turn_px))) for sign in (-1, 1)
    )
    return lon - half, south, lon + half, north


def sheet_bounds(page: Page) -> list[float]:
    """West, south, east, north of the map on the sheet that was printed last."""
    return [float(edge) for edge in page.get_attribute("#mapper-sheet [data-bounds]", "data-bounds").split(",")]  # type: ignore[union-attr] # the sheet stands


def places_of(page: Page) -> tuple[Callable[[float, float], tuple[float, float]], int]:
    """Where a place lies in the picture of the A4 landscape sheet that was printed last, and where its legend begins."""
    west, south, east, north = sheet_bounds(page)
    names = "['x', 'y', 'width', 'height']"
    x, y, width, height = page.evaluate(
        f"{names}.map((name) => Number(document.querySelector('#sheet-frame rect').getAttribute(name)))"
    )
    scale = 3508 / 2970

    def place(lon: float, lat: float) -> tuple[float, float]:
        at, low, high = (math.asinh(math.tan(math.radians(degrees))) for degrees in (lat, south, north))
        across, down = (lon - west) / (east - west), (high - at) / (high - low)
        return (x + across * width) * scale, (y + down * height) * scale

    return place, round((x + width + 70) * scale)


@pytest.mark.parametrize("paper", PAPERS_MM)
def test_one_sheet_of_each_paper(opened: Page, paper: str) -> None:
    """One page of the paper's size that says what the map says; all that the screen shows is inside its frame."""
    opened.select_option("[data-print=paper]", label=paper)
    document = printed(opened)
    assert len(document) == 1
    assert [round(points * MM_PER_POINT) for points in document[0].get_size()] == list(PAPERS_MM[paper])
    text = text_of(document, 0)
    for part in (
        "Mine and ordnance accidents and no-entry areas",
        "Data as of 23 November 2026",
        "out of date after 22 May 2027",
        "A blank area is not a cleared area.",
        "Not for navigation",
        "Whole district",
        "Anywhere in the circle",
        "Reported accidents per km²",
        "47°00′ E",
        "40°00′ N",
        "EPSG:3857",
        "EPSG:4326",
        "0 km",
        "true at the middle of the map",
        "Laçın",
    ):
        assert part in text, part
    assert opened.get_attribute("#mapper-sheet", "lang") == "en"
    assert "://" not in text
    assert "file:" not in text
    assert "map.html" not in text
    west, south, east, north = screen_bounds(opened, 46.6, 39.8, 8.75)
    sheet = sheet_bounds(opened)
    assert sheet[0] <= west < east <= sheet[2]
    assert sheet[1] <= south < north <= sheet[3]


def test_the_legend_on_paper_is_of_what_is_visible(opened: Page, edition: Path) -> None:
    """Layers that are put out are on the sheet neither as marks nor in the legend; the degrees always are."""
    open_at(opened, edition, "lang=en&off=density,incidents,district_counts,context")
    text = text_of(printed(opened), 0)
    assert "Whole district" in text
    assert "Degree grid" in text
    for absent in ("Reported accidents per km²", "Anywhere in the circle", "place in district not known", "River"):
        assert absent not in text, absent


def test_what_a_choice_hides_is_told_of_on_paper(opened: Page, edition: Path) -> None:
    """A sheet with some accidents left out says how many."""
    open_at(opened, edition, "lang=en&from=2021-01-01&to=2021-12-31")
    told = re.search(r"Hidden: (\d+) of 114 accidents", text_of(printed(opened), 0))
    assert told is not None
    shown = opened.evaluate("window.mapper.shown()")
    assert int(told[1]) == 114 - shown["discs"] - shown["points"] - shown["district_counts"]


def test_the_screen_is_as_before(opened: Page) -> None:
    """Neither printing nor a picture moves the map, changes the address, or leaves a trace on the screen."""
    opened.wait_for_function("document.querySelectorAll('.mapper-label').length > 0")
    look = """[...document.querySelectorAll('.mapper-label, .leaflet-zones-pane path')].map((shape) => {
        const { x, y, width, height } = shape.getBoundingClientRect();
        return [shape.textContent + shape.getAttribute('fill'), [x, y, width, height]];
    })"""
    before, address = opened.evaluate(look), opened.url
    printed(opened)
    saved_picture(opened)
    after = opened.evaluate(look)
    assert [name for name, _ in after] == [name for name, _ in before]
    for (_, box), (_, box_before) in zip(after, before, strict=True):
        assert box == pytest.approx(box_before, abs=1)  # half a pixel of an odd size
    assert opened.url == address
    assert opened.locator("#mapper-sheet").is_hidden()


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("az", ("23 noyabr 2026", "46°30′ ş. u.", "40°00′ şm. e.", "Xəritədəki boş sahə", "Bütün rayon")),
        ("ru", ("23 ноября 2026", "46°30′ в. д.", "40°00′ с. ш.", "Пустое место на карте", "Весь район")),
    ],
)
def test_the_sheet_speaks_the_language_of_the_page(
    opened: Page, edition: Path, language: str, parts: tuple[str, ...]
) -> None:
    """Dates, degrees, caveats and legend."""
    open_at(opened, edition, f"lang={language}&map=46.6,39.8,8.75")
    text = text_of(printed(opened), 0)
    for part in parts:
        assert part in text, part


def test_another_day_is_told_of_and_the_answer_follows_the_map(opened: Page, edition: Path) -> None:
    """The day asked about stands in the head; the open answer and the route come after the sheet, unless they are not wanted."""
    open_at(opened, edition, "lang=en&on=2021-03-01&ask=46.25,39.68,50")
    document = printed(opened)
    assert "On the day: 1 March 2021" in text_of(document, 0)
    assert "The place of the answer" in text_of(document, 0)
    assert len(document) > 1
    after = " ".join(text_of(document, number) for number in range(1, len(document)))
    assert "temporarily prohibited from entering those areas" in after
    assert "Close" not in after
    for number in range(1, len(document)):
        assert "Data as of 23 November 2026" in text_of(document, number)
    opened.locator("#mapper-print input[type=checkbox]").uncheck()
    assert len(printed(opened)) == 1


def test_the_route_is_printed_with_its_table(opened: Page, tmp_path: Path) -> None:
    """The legend names the verdicts of its stretches, and the table follows the map."""
    path = tmp_path / "way.geojson"
    path.write_text(
        json.dumps({"type": "LineString", "coordinates": [[48.0, 40.6], [46.9, 40.0], [46.75, 39.8]]}), "utf-8"
    )
    opened.locator("#mapper-route > summary").click()
    opened.set_input_files("#mapper-route input[type=file]", path)
    opened.locator(".mapper-route-table").wait_for()
    document = printed(opened)
    assert "Route: No entry" in text_of(document, 0)
    after = " ".join(text_of(document, number) for number in range(1, len(document)))
    assert opened.inner_text(".mapper-route-table caption") in after
    assert "No entry" in after


def test_the_button_prints_a_ready_sheet(opened: Page) -> None:
    """When the printer is called, the sheet stands and its pictures are unpacked."""
    opened.evaluate("""window.print = () => {
        window.dispatchEvent(new Event('beforeprint'));
        window.printed = document.querySelectorAll('#mapper-sheet svg').length;
    }""")
    opened.locator("#mapper-print button").first.click()
    opened.wait_for_function("window.printed > 0")


def test_a_browser_that_hides_what_was_painted_makes_no_sheet(page: Page, page_log: PageLog, edition: Path) -> None:
    """White instead of the accidents would hide the zones under them: a sentence, no file, and no sheet in print."""
    page.add_init_script("""CanvasRenderingContext2D.prototype.getImageData =
        (x, y, w, h) => new ImageData(new Uint8ClampedArray(w * h * 4).fill(255), w, h)""")
    open_at(page, edition, "lang=en")
    page.locator("#mapper-print button").last.click()
    page.get_by_text("does not let the page read its own drawing").wait_for()
    page.locator("#mapper-print button").first.click()
    page.get_by_text("does not let the page read its own drawing").wait_for()
    assert page.locator("#mapper-sheet svg").count() == 0
    page_log.assert_quiet()


def test_the_picture_shows_hatch_legend_and_accidents(opened: Page, edition: Path) -> None:
    """A4 landscape at 300 dots to the inch: white margin, letters where the legend is, the hatch of Laçın in Laçın."""
    zones = json.loads((edition / "zones.geojson").read_text("utf-8"))["features"]
    (lacin,) = (
        zone for zone in zones if "La" in zone["properties"]["name"] and zone["properties"]["name"].endswith("ın")
    )
    assert lacin["properties"]["extent"] == "whole"
    assert shapely.geometry.shape(lacin["geometry"]).contains(shapely.geometry.Point(IN_LACIN))
    opened.select_option("[data-print=paper]", label="A4, landscape")
    printed(opened)
    pixel, legend_left = places_of(opened)
    x, y = (round(at) for at in pixel(*IN_LACIN))
    read = pixels(
        opened, saved_picture(opened), (x - 30, y - 30, 60, 60), (legend_left, 300, 500, 1200), (0, 0, 3508, 60)
    )
    assert read["size"] == [3508, 2480]
    hatch, legend, margin = read["places"]
    ink = [pixel for pixel in hatch if math.dist(pixel[:3], HATCH) < 60]
    assert 0.05 < len(ink) / len(hatch) < 0.4
    dark = [pixel for pixel in legend if max(pixel[:3]) < 90]
    assert len(dark) / len(legend) > 0.01
    assert {pixel[:3] for pixel in margin} == {(255, 255, 255)}


def test_an_accident_stands_in_the_picture_where_it_was_reported(opened: Page, edition: Path) -> None:
    """The dashed circle of the loneliest settlement, 2 km around its place: half of it is stroke, in the colour of the legend."""
    features = json.loads((edition / "incidents.geojson").read_text("utf-8"))["features"]
    discs = [one for one in features if one["properties"]["place"] == "disc"]
    demining = {
        tuple(one["geometry"]["coordinates"])
        for one in discs
        if one["properties"]["accident_type"] == "demining_accident"
    }
    places = sorted({tuple(one["geometry"]["coordinates"]) for one in discs} - demining)
    every = [*places, *demining]
    lon, lat = max(places, key=lambda at: min(math.dist(at, other) for other in every if other != at))
    open_at(opened, edition, f"lang=en&map={lon},{lat},12&off=density,zones,coverage,districts,context,district_counts")
    opened.select_option("[data-print=paper]", label="A4, landscape")
    printed(opened)
    pixel, _ = places_of(opened)
    x, y = pixel(lon, lat)
    radius = y - pixel(lon, lat + math.degrees(2000 / 6_371_000))[1]
    half = round(radius) + 20
    (around,) = pixels(opened, saved_picture(opened), (round(x) - half, round(y) - half, 2 * half, 2 * half))["places"]

    def ink(degrees: int, reach: float) -> bool:
        """Whether a stroke passes within three pixels of the place on a circle of this reach."""
        column, row = (round(half + reach * turn(math.radians(degrees))) for turn in (math.cos, math.sin))
        near = (around[(row + dy) * 2 * half + column + dx] for dx in range(-3, 4) for dy in range(-3, 4))
        return any(max(value[:3]) < 110 for value in near)

    stroke = sum(ink(degrees, radius) for degrees in range(360)) / 360
    assert 0.5 < stroke < 0.98  # dashes of 6 and gaps of 4, seen three pixels wide
    assert sum(ink(degrees, radius * 0.8) for degrees in range(360)) / 360 < 0.15


def test_the_degree_grid_on_the_screen(opened: Page) -> None:
    """Put out at first; its switch draws lines and degrees, which follow the map, and the address keeps the choice."""
    assert opened.locator(".mapper-graticule").count() == 0
    opened.locator("input[data-layer=graticule]").check()
    labels = opened.locator(".leaflet-graticule-pane .mapper-graticule text")
    assert {"46°30′ E", "40°00′ N"} <= set(labels.all_text_contents())
    assert "off=" in opened.url
    assert text_of(printed(opened), 0).count("47°00′ E") == 2, "on paper they stand at the frame alone"
    opened.get_by_role("button", name="+", exact=True).or_(opened.locator(".mapper-zoom button").first).first.click()
    opened.wait_for_function(
        "[...document.querySelectorAll('.mapper-graticule text')].some((text) => text.textContent === '46°40′ E')"
    )


def test_hostile_text_is_printed_as_text(page: Page, page_log: PageLog, tmp_path: Path) -> None:
    """Sheet, pages after it and picture are made of hostile text; nothing runs, nothing is asked for."""
    build(hostile_layers(tmp_path), out=tmp_path / "edition")
    open_at(page, tmp_path / "edition", "lang=en&ask=46.25,39.68,50")
    document = printed(page)
    text = " ".join(text_of(document, number) for number in range(len(document)))
    assert "<img src=x" in text
    assert "1337" not in text
    assert saved_picture(page).startswith(b"\x89PNG")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed, foreignObject').length") == 0
    page_log.assert_quiet()
