"""Old browsers, plain http, and data at the edges of what a map can hold: a correct map or a sentence, never a blank page."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper import access, build, read_ground
from mapper.errors import DataRefused
from mapper.output.page import page_html
from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

PLAIN_HTTP = "http://map.example/map.html"
MISSING = {
    "no digest": "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined});",
    "no inflater": "delete window.DecompressionStream;",
    "no worker": "delete window.Worker;",
    "a worker that is refused": "window.Worker = class { constructor() { throw new DOMException('no', 'SecurityError'); } };",
}
"""What older browsers lack, or do not give to a page on plain http; the last entry of the parameters takes all away."""
CUT_ZONE: list[list[list[float]]] = [[[179.5, 180], [-17, -16]], [[-180, -179.5], [-17, -16]]]
"""A zone over the antimeridian as RFC 7946, 3.1.9 asks for it: [west, east], [south, north] of each part."""
EAST_ZONE: list[list[list[float]]] = [[[178.9, 179.4], [-16.5, -16]]]
INCIDENTS = {"west-1": (179.7, -16.5), "east-2": (-179.7, -16.6), "east-3": (-179.3, -16.4)}
EDITION = """
[edition]
title = "Edges"
organisation = "Made for a test"
languages = ["az", "ru", "en"]
data_date = 2026-11-01
"""
LAYER = """
[[layer]]
name = "{kind}"
kind = "{kind}"
file = "{file}"
title = "{kind}"
source = "made for a test"
licence = "none"
date = 2026-11-01
"""
PLACED = 'crs = "EPSG:4326"\n'
AS_GIVEN = 'precision = "as-published"\nprecision_reason = "made for a test"\n'
ORDERS = """\
order_id,issued_on,authorities,order_type,applies_to,who,key_phrase
o1,2021-01-01,Authority,ban,all_civilians,all,nobody may enter
"""


def ring(west: float, east: float, south: float, north: float) -> list[list[float]]:
    """Outline of a box, against the clock."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def zone(number: int, boxes: list[list[list[float]]]) -> dict[str, Any]:
    """Return a zone of boxes that order o1 closes."""
    told = {"zone_id": f"z{number}", "name": f"Zone {number}", "extent": "whole", "order_ids": "o1"}
    polygons = [[ring(*lon, *lat)] for lon, lat in boxes]
    return {"type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": polygons}}


def layers_of(folder: Path, incidents: dict[str, tuple[float, float]], zones: list[list[list[list[float]]]]) -> Path:
    """Write layers of these points and zones; a kind without records is left out, as a refusal of an empty file advises."""
    folder.mkdir()
    catalogue = EDITION + LAYER.format(kind="orders", file="orders.csv")
    (folder / "orders.csv").write_text(ORDERS, "utf-8")
    if incidents:
        rows = [f"{name},2025-03-01,{lon},{lat},100,ap_mine\n" for name, (lon, lat) in incidents.items()]
        head = "incident_id,date_start,lon,lat,uncertainty_m,device_category\n"
        (folder / "incidents.csv").write_text(head + "".join(rows), "utf-8")
        catalogue += LAYER.format(kind="incidents", file="incidents.csv") + PLACED + AS_GIVEN
    if zones:
        features = [zone(number, boxes) for number, boxes in enumerate(zones)]
        collection = {"type": "FeatureCollection", "features": features}
        (folder / "zones.geojson").write_text(json.dumps(collection), "utf-8")
        catalogue += LAYER.format(kind="zones", file="zones.geojson") + PLACED
    (folder / "layers.toml").write_text(catalogue, "utf-8")
    return folder


def opened(page: Page, edition: Path, state: str = "lang=en") -> dict[str, int]:
    """Open the page of an edition and return what is visible, by layer."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{(edition / 'map.html').as_uri()}#{state}")
    page.evaluate("window.mapper.ready")
    assert page.locator("#mapper-banner").count() == 0
    shown: dict[str, int] = page.evaluate("window.mapper.shown()")
    return shown


# ------------------------------------------------------------------ browsers
@pytest.fixture(scope="module")
def html() -> str:
    """Return the page of the bundled layers."""
    return page_html(make_edition()).decode()


@pytest.fixture(scope="module")
def large_html(html: str) -> str:
    """Return the same page with a block that is opened in a worker: a gzip header may hold a comment of any length."""
    head, block, tail = re.split(r"(?<=id=mapper-block>)([^<]*)", html, maxsplit=1)
    packed = base64.b64decode(block)
    assert (packed[:3], packed[3]) == (b"\x1f\x8b\x08", 0)
    commented = packed[:3] + b"\x10" + packed[4:10] + b"." * 1_000_000 + b"\0" + packed[10:]
    assert gzip.decompress(commented) == gzip.decompress(packed)
    sealed = head.replace(hashlib.sha256(packed).hexdigest(), hashlib.sha256(commented).hexdigest())
    return sealed + base64.b64encode(commented).decode() + tail


@pytest.mark.parametrize("missing", [*([name] for name in MISSING), list(MISSING)], ids=", ".join)
@pytest.mark.parametrize("size", ["small", "large"])
def test_what_a_browser_lacks_is_made_up_for(
    page: Page, page_log: PageLog, tmp_path: Path, html: str, large_html: str, size: str, missing: list[str]
) -> None:
    """Digest, inflater and worker are each done without: 12 zones and 114 accidents all the same, and no complaint."""
    for name in missing:
        page.add_init_script(MISSING[name])
    (tmp_path / "map.html").write_text(html if size == "small" else large_html, "utf-8")
    shown = opened(page, tmp_path)
    assert (shown["zones"], shown["discs"] + shown["points"] + shown["district_counts"]) == (12, 114)
    page_log.assert_quiet()


@pytest.mark.parametrize("size", ["small", "large"])
def test_served_over_plain_http(page: Page, page_log: PageLog, html: str, large_html: str, size: str) -> None:
    """There a browser gives no digest, no clipboard and no position; the page loads, and says what it cannot do."""
    body = html if size == "small" else large_html
    page.route(PLAIN_HTTP, lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{PLAIN_HTTP}#lang=en&ask=46.93,39.99,50")
    page.evaluate("window.mapper.ready")
    assert page.evaluate("[isSecureContext, typeof crypto.subtle, typeof navigator.clipboard]") == [
        False,
        "undefined",
        "undefined",
    ]
    assert page.evaluate("window.mapper.shown().zones") == 12
    assert page.get_attribute("#mapper-details .mapper-verdict", "data-verdict") == "no_entry"
    page.locator("#mapper-details summary", has_text="MGRS").click()
    page.get_by_role("button", name="Copy: MGRS").click()
    status = page.locator("#mapper-details [role=status]")
    status.get_by_text(re.compile("38S")).wait_for()
    page.locator(".mapper-locate").click()
    page.locator(".mapper-told").get_by_text(re.compile(r"\w")).wait_for()
    assert page_log.requests == [f"GET {PLAIN_HTTP}"]
    assert (page_log.console, page_log.errors) == ([], [])


@pytest.mark.parametrize("missing", [["no inflater"], ["no inflater", "no worker"]], ids=", ".join)
def test_damage_is_told_without_inflater_or_worker(
    page: Page, tmp_path: Path, large_html: str, missing: list[str]
) -> None:
    """The fallbacks notice it too."""
    for name in missing:
        page.add_init_script(MISSING[name])
    at = large_html.index("id=mapper-block>") + 1_000_100
    changed = large_html[:at] + ("B" if large_html[at] == "A" else "A") + large_html[at + 1 :]
    (tmp_path / "map.html").write_text(changed, "utf-8")
    page.goto((tmp_path / "map.html").as_uri())
    page.evaluate("window.mapper.ready.catch(() => null)")
    assert "DO NOT USE" in page.inner_text("#mapper-banner").upper()
    assert "SHA-256" in page.inner_text("#mapper-banner")
    assert page.locator("#mapper-root *").count() == 0


# ------------------------------------------------------------------ few records
def test_a_file_without_records_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """An empty export looks like "nothing happened"; it is told apart from a layer that is not there."""
    layers = layers_of(tmp_path / "layers", {"one": (46.2, 39.2)}, [])
    header = (layers / "incidents.csv").read_text("utf-8").splitlines()[0]
    (layers / "incidents.csv").write_text(f"{header}\n", "utf-8")
    with pytest.raises(DataRefused, match=r"holds no records\. Export it again, or leave the layer out"):
        build(layers, out=tmp_path / "edition")


def test_no_records(page: Page, page_log: PageLog, tmp_path: Path) -> None:
    """Orders alone: ground that is not assessed everywhere, every table and section opens, and nothing is called free."""
    build(layers_of(tmp_path / "layers", {}, []), out=tmp_path / "edition")
    assert set(opened(page, tmp_path / "edition").values()) == {0}
    assert "Not assessed" in page.inner_text("#mapper-legend")
    for _ in range(3):
        page.evaluate("document.querySelectorAll('details:not([open])').forEach(d => d.open = true)")
    assert page.evaluate("window.mapper.verdict({lon: 46, lat: 40, uncertainty_m: 10}).verdict") == "not_assessed"
    page.locator("#mapper-map").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("#mapper-details .mapper-verdict", "data-verdict") == "not_assessed"
    page.fill("[role=combobox]", "Agdam")
    page.fill("[role=combobox]", "anything")
    assert "this does not mean that nothing is there" in page.inner_text(".mapper-find-status")
    page.locator(".mapper-table-open").click()
    for kind in ("incidents", "zones", "hazards", "districts", "orders"):
        page.locator('[data-table="kind"]').select_option(kind)
        assert page.locator("#mapper-table tbody .mapper-record").count() == (1 if kind == "orders" else 0)
        assert page.inner_text("#mapper-table [role=status]") != ""
        with page.expect_download() as download:
            page.locator('[data-save="csv"]').click()
        rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
        assert len(rows) == (2 if kind == "orders" else 1)
    page_log.assert_quiet()
    assert len(page.pdf(prefer_css_page_size=True)) > 1000


def test_one_record(page: Page, page_log: PageLog, tmp_path: Path) -> None:
    """One accident in the middle of the map, in the panel, in the search and in the table."""
    build(layers_of(tmp_path / "layers", {"only-1": (46.2, 39.2)}, []), out=tmp_path / "edition")
    shown = opened(page, tmp_path / "edition")
    assert shown["discs"] + shown["points"] == sum(shown.values()) == 1
    box, room = (page.locator(each).bounding_box() for each in (".mapper-incident-label", "#mapper-map"))
    assert box is not None
    assert room is not None
    assert abs(box["x"] + box["width"] / 2 - room["x"] - room["width"] / 2) < 5
    page.locator(".mapper-incident-label").click()
    assert "Anti-personnel mine" in page.inner_text("#mapper-details")
    page.fill("[role=combobox]", "only-1")
    page.press("[role=combobox]", "Enter")
    assert "ask=46.2" in page.url
    page.locator(".mapper-table-open").click()
    assert page.inner_text("#mapper-table [role=status]").startswith("1 of 1 ")
    page_log.assert_quiet()


# ------------------------------------------------------------------ the antimeridian
@pytest.fixture(scope="module")
def fiji(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an edition whose zones and accidents lie on both sides of 180 degrees."""
    folder = tmp_path_factory.mktemp("fiji")
    answer = build(layers_of(folder / "layers", INCIDENTS, [CUT_ZONE, EAST_ZONE]), out=folder / "edition")
    assert answer["complete"] is True
    assert (answer["zones"]["drawn"], answer["incidents"]["drawn"]) == (2, 3)
    return folder / "edition"


def centres(page: Page, selector: str) -> list[float]:
    """Return how far right the middle of each element lies, in pixels of the map."""
    found: list[float] = page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].map((one) => {
            const [box, map] = [one, document.querySelector('#mapper-map')].map((each) => each.getBoundingClientRect());
            return box.left + box.width / 2 - map.left;
        })""",
        selector,
    )
    return found


def test_both_sides_lie_together(page: Page, page_log: PageLog, fiji: Path) -> None:
    """A map of 1.9 degrees, not of the whole world: zones and labels where Web Mercator puts them, side by side."""
    shown = opened(page, fiji)
    assert (shown["zones"], shown["discs"] + shown["points"]) == (2, 3)
    width = page.evaluate("document.querySelector('#mapper-map').clientWidth")
    labels = centres(page, ".mapper-incident-label")
    assert len(labels) == 3
    assert all(0 < at < width for at in labels)
    # 179.7, 180.3 and 180.7 E: the first two 0.6 degrees apart, the others 0.4
    first, second, third = sorted(labels)
    assert (second - first) / (third - second) == pytest.approx(1.5, abs=0.05)
    # the cut zone is 1 degree wide, its neighbour 0.5
    boxes = page.evaluate(
        "[...document.querySelectorAll('path.mapper-zone')].map((path) => path.getBBox().width).sort((a, b) => a - b)"
    )
    assert boxes[1] / boxes[0] == pytest.approx(2, abs=0.02)
    assert boxes[1] == pytest.approx((second - first) / 0.6, rel=0.02)
    page_log.assert_quiet()


@pytest.mark.parametrize("at", [(-179.7, -16.6), (179.7, -16.5), (180.0, -16.5), (-180.0, -16.5), (-179.9995, -16.5)])
def test_a_verdict_on_either_side(page: Page, fiji: Path, at: tuple[float, float]) -> None:
    """No entry in both parts of the zone and on their common line, in the panel as in Python."""
    lon, lat = at
    opened(page, fiji, f"lang=en&ask={lon},{lat},20")
    assert page.get_attribute("#mapper-details .mapper-verdict", "data-verdict") == "no_entry"
    assert "Zone 0" in page.inner_text("#mapper-details")
    assert access((lon, lat), read_ground(fiji.parent / "layers"), uncertainty_m=20).verdict == "no_entry"
    left, middle = centres(page, ".leaflet-pointer-pane path")[0], centres(page, "path.mapper-zone")[0]
    width = page.evaluate("document.querySelector('path.mapper-zone').getBBox().width")
    # Zone 0 is 1 degree wide, its middle the antimeridian.
    assert left - middle == pytest.approx((math.remainder(lon - 180, 360)) * width, abs=3)


def test_found_asked_and_read_back(page: Page, page_log: PageLog, fiji: Path) -> None:
    """Ids, coordinates and a press east of 180 degrees lead to western longitudes; the address keeps them."""
    opened(page, fiji)
    page.fill("[role=combobox]", "east-2")
    page.press("[role=combobox]", "Enter")
    assert "ask=-179.7,-16.6," in page.url
    assert "Zone 0" in page.inner_text(".mapper-zone-label")  # its own place is out of sight
    page.fill("[role=combobox]", "-16.5; -179.65")
    page.press("[role=combobox]", "Enter")
    assert "ask=-179.65,-16.5," in page.url
    page.fill("[role=combobox]", "z0")
    page.press("[role=combobox]", "Enter")
    assert "no_entry" in str(page.get_attribute("#mapper-details .mapper-verdict", "data-verdict"))
    page.locator(".mapper-zoom button").nth(2).click()
    right = max(centres(page, ".mapper-incident-label"))
    page.locator("#mapper-map").click(position={"x": right + 40, "y": 700})
    asked = re.search(r"ask=(-?[\d.]+),", page.url)
    assert asked
    assert -179.4 < float(asked[1]) < -178.8
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    page.evaluate("window.mapper.ready")
    assert len(centres(page, ".mapper-incident-label")) == 3
    page_log.assert_quiet()


def test_a_route_over_it(page: Page, page_log: PageLog, fiji: Path, tmp_path: Path) -> None:
    """From Zone 1 through the cut zone: 1.2 degrees at 16.5 S, as one line on the map and with the kilometres of the ground."""
    line = {"type": "LineString", "coordinates": [[179.3, -16.4], [-179.5, -16.4]]}
    (tmp_path / "route.geojson").write_text(json.dumps(line), "utf-8")
    opened(page, fiji)
    page.locator("#mapper-route > summary").click()
    page.set_input_files("#mapper-route input[type=file]", tmp_path / "route.geojson")
    page.locator(".mapper-route-table").wait_for()
    kilometres = page.evaluate(
        "[...document.querySelectorAll('.mapper-route-table tbody tr')].map((row) => parseFloat(row.cells[1].textContent))"
    )
    # 1.2 degrees of 111.32 km, shortened by cos 16.4 = 0.9593: 128.1 km
    assert max(kilometres) == pytest.approx(128.1, abs=0.5)
    assert page.get_attribute("#mapper-route .mapper-verdict", "data-verdict") == "no_entry"
    width = page.evaluate("document.querySelector('#mapper-map').clientWidth")
    assert all(0 < at < width for at in centres(page, ".leaflet-pointer-pane path"))
    page_log.assert_quiet()


def test_table_exports_and_print(page: Page, page_log: PageLog, fiji: Path) -> None:
    """A record's place is shown from the table; boxes of files cross (RFC 7946, 5.2); the sheet shows both sides."""
    opened(page, fiji, "lang=en&table=zones")
    with page.expect_download() as download:
        page.locator('[data-save="geojson"]').click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert saved["bbox"] == [178.9, -17, -179.5, -16]
    edition = json.loads((fiji / "zones.geojson").read_text("utf-8"))
    assert edition["bbox"] == [178.9, -17, -179.5, -16]
    page.locator("tbody tr", has_text="Zone 0").locator("[data-lead]").click()
    assert page.locator("path.mapper-zone").count() == 2
    width = page.evaluate("document.querySelector('#mapper-map').clientWidth")
    (whole,) = page.evaluate(
        "[Math.max(...[...document.querySelectorAll('path.mapper-zone')].map((path) => path.getBBox().width))]"
    )
    assert width / 3 < whole < width
    page.locator(".mapper-zoom button").nth(2).click()
    page.locator("#mapper-print > summary").click()
    page.pdf(prefer_css_page_size=True)
    west, _, east, _ = map(float, str(page.get_attribute("#mapper-sheet [data-bounds]", "data-bounds")).split(","))
    assert west < 178.9
    assert 180.7 < east < 185
    page_log.assert_quiet()
