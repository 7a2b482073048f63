"""The notebook's map in the frame a notebook gives it, with a user's own layers, hostile data and damage."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pytest

from mapper.output.notebook import HazardMap
from mapper.output.page import page_html
from mapper.pipeline import make_edition
from tests.hostile import PAYLOADS, hostile_layers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Frame, Page

    from mapper.output.compose import Edition
    from tests.browser.conftest import PageLog

# folium's own layers stand for a user's; no text of an edition is given to them.
Marker, GeoJson, Popup = folium.Marker, folium.GeoJson, folium.Popup  # noqa: TID251
TRIANGLE = {"type": "Polygon", "coordinates": [[[46, 39], [46.5, 39], [46.5, 39.5], [46, 39]]]}
TILE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOTEBOOK = {"width": 800, "height": 640}


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


def opened(page: Page, folder: Path, shown: HazardMap) -> Frame:
    """Show the map as a notebook does, in its frame, and wait until all is drawn."""
    notebook = folder / "notebook.html"
    notebook.write_text(f"<!doctype html><meta charset=utf-8><body style='margin:0'>{shown._repr_html_()}", "utf-8")
    page.set_viewport_size(NOTEBOOK)  # type: ignore[arg-type] # a plain dict is what it takes
    page.goto(notebook.as_uri())
    frame = page.frames[1]
    frame.wait_for_function("window.mapper")
    return frame


def counts(frame: Frame) -> tuple[dict[str, Any], dict[str, int]]:
    """Return what the map says of itself."""
    return frame.evaluate("window.mapper.ready"), frame.evaluate("window.mapper.shown()")


def assert_all_drawn(frame: Frame) -> None:
    """12 zones, 83 circles and 31 in numbers of districts: the 114 accidents of the bundled layers."""
    ready, shown = counts(frame)
    assert ready["complete"] is True
    assert shown["zones"] == 12
    assert shown["discs"] + shown["points"] + shown["district_counts"] == 114
    assert frame.locator("path.mapper-zone").count() == 12
    assert frame.locator("#mapper-banner").count() == 0


def test_the_map_shows_itself_and_asks_for_nothing(
    page: Page, page_log: PageLog, tmp_path: Path, edition: Edition
) -> None:
    """In a frame of 800 x 600 the drawer starts closed, opens, and leaves the map half of the width."""
    frame = opened(page, tmp_path, HazardMap(edition))
    assert_all_drawn(frame)
    drawer = frame.locator("#mapper-drawer")
    assert not drawer.is_visible()
    frame.locator(".mapper-toggle").click()
    assert drawer.is_visible()
    assert frame.evaluate("document.querySelector('#mapper-map').clientWidth >= innerWidth / 2")
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame.locator("button.mapper-zone-label", has_text="Zəngilan").click()
    assert "temporarily prohibited from entering" in frame.locator("#mapper-details").inner_text()
    page_log.assert_quiet()


def test_a_users_layers_lie_beside_ours(page: Page, page_log: PageLog, tmp_path: Path, edition: Edition) -> None:
    """A marker with a pop-up, a shape, tiles under our shapes and a layer control: all are there and all work."""
    shown = HazardMap(edition)
    folium.TileLayer(TILE, attr="Tile makers", name="tiles").add_to(shown)
    Marker([40.0, 46.0], popup=Popup("<b>Our base</b>")).add_to(shown)
    GeoJson(TRIANGLE, name="mine").add_to(shown)
    mine = folium.FeatureGroup(name="group").add_to(shown)
    Marker([40.2, 46.0], popup="plain").add_to(mine)
    folium.LayerControl(collapsed=False).add_to(shown)  # noqa: TID251 - a user's
    frame = opened(page, tmp_path, shown)
    assert_all_drawn(frame)
    assert frame.locator(".leaflet-marker-icon").count() == 2
    assert frame.evaluate("[...document.querySelectorAll('.leaflet-marker-icon')].every(i => i.naturalWidth === 25)")
    assert frame.locator(".leaflet-tile-loaded").count() > 0
    assert frame.locator(".leaflet-control-attribution").inner_text() == "Tile makers"
    assert frame.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 1
    frame.locator(".leaflet-marker-icon").first.click()
    popup = frame.locator(".leaflet-popup-content")
    assert popup.inner_text() == "Our base"
    assert popup.locator("b").count() == 1
    assert not frame.locator("#mapper-details").is_visible()
    for _ in range(2):
        frame.locator(".leaflet-control-layers-overlays label", has_text="group").click()
    frame.locator(".leaflet-control-layers-overlays label", has_text="mine").click()
    assert frame.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 0
    assert frame.locator(".leaflet-marker-icon").count() == 2
    assert_all_drawn(frame)
    page_log.assert_quiet()


def test_only_a_users_tiles_are_asked_for(page: Page, page_log: PageLog, tmp_path: Path, edition: Edition) -> None:
    """Tiles that cannot be had leave our map whole; nothing else is asked for."""
    frame = opened(page, tmp_path, HazardMap(edition, tiles="https://tiles.invalid/{z}/{x}/{y}.png", attr="x"))
    assert_all_drawn(frame)
    assert page_log.requests
    assert all(request.startswith("GET https://tiles.invalid/") for request in page_log.requests)
    assert page_log.errors == []


def test_location_and_bounds(page: Page, tmp_path: Path, edition: Edition) -> None:
    """The map opens on the edition, unless a user names a place, or folium's `fit_bounds` does."""
    middle = "(() => { const m = Object.entries(window).find(([k]) => k.startsWith('map_') || k.startsWith('hazard_map_'))[1];"
    middle += " const c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; })()"
    bare = opened(page, tmp_path, HazardMap(edition)).evaluate(middle)
    assert bare[:2] == pytest.approx([39.75, 46.6], abs=0.5)
    placed = opened(page, tmp_path, HazardMap(edition, location=[10.5, 20.25], zoom_start=6)).evaluate(middle)
    assert placed == pytest.approx([10.5, 20.25, 6], abs=0.01)
    fitted = HazardMap(edition)
    fitted.fit_bounds([[50, 30], [52, 34]])
    assert opened(page, tmp_path, fitted).evaluate(middle)[:2] == pytest.approx([51, 32], abs=0.1)


def test_hostile_text_is_text(page: Page, page_log: PageLog, tmp_path: Path) -> None:
    """The hostile layers: all shapes drawn, every payload readable, nothing ran and nothing was asked for."""
    frame = opened(page, tmp_path, HazardMap(make_edition(hostile_layers(tmp_path))))
    assert_all_drawn(frame)
    frame.locator(".mapper-toggle").click()
    for _ in range(4):
        frame.evaluate("document.querySelectorAll('details:not([open])').forEach(d => d.open = true)")
    seen = frame.evaluate("document.body.textContent")
    assert [payload for payload in PAYLOADS if payload not in seen] == []
    assert "1337" not in re.sub(r"[0-9a-f]{64}", "", frame.locator("#mapper-drawer").inner_text())
    assert frame.evaluate("window.hacked") is None
    assert page.evaluate("window.hacked") is None
    assert frame.evaluate("document.querySelectorAll('.mapper-mounted :is(img, iframe, object, script)').length") == 0
    page_log.assert_quiet()


@pytest.mark.parametrize("damage", ["cut", "altered", "seal"])
def test_damage_shows_the_banner_and_no_shape(
    page: Page, page_log: PageLog, tmp_path: Path, edition: Edition, damage: str
) -> None:
    """A block that was cut or altered, or a seal of other data: the banner covers all, and a user's layer does no harm."""
    shown = HazardMap(edition)
    block = shown.block_base64
    half = len(block) // 2
    if damage == "cut":
        shown.block_base64 = block[:half]
    elif damage == "altered":
        shown.block_base64 = block[:half] + ("B" if block[half] == "A" else "A") + block[half + 1 :]
    else:
        shown.seal_base64 = HazardMap(replace(edition, title="Another")).seal_base64
    Marker([40, 46.9]).add_to(shown)
    frame = opened(page, tmp_path, shown)
    assert frame.evaluate("window.mapper.ready.then(() => 'drawn', (failure) => failure.code)") == "failure.altered"
    assert frame.locator("#mapper-banner").is_visible()
    assert "DO NOT USE" in frame.locator("#mapper-banner").inner_text()
    assert frame.evaluate("document.elementFromPoint(400, 300).closest('#mapper-banner') !== null")
    assert frame.locator("path.mapper-zone, .mapper-label").count() == 0
    assert frame.evaluate("window.mapper.shown()") == {}
    assert page_log.errors == []


def test_without_its_program_the_banner_stands(page: Page, tmp_path: Path, edition: Edition) -> None:
    """The banner is in the document itself, so a program that does not run leaves it in sight."""
    shown = HazardMap(edition)
    shown.program_base64 = ""
    notebook = tmp_path / "map.html"
    shown.save(notebook)
    page.goto(notebook.as_uri())
    assert "DO NOT USE" in page.locator("#mapper-banner").inner_text()


def many_points(edition: Edition, n: int = 100_000) -> Edition:
    """Return the edition with `n` points of unstated accuracy instead of its accidents."""
    random = np.random.default_rng(7)
    rows = edition.incidents.iloc[[0] * n].reset_index(drop=True)
    rows = rows.assign(
        incident_id=[f"p-{row}" for row in range(n)], place="point", location_level=None, settlement=None
    )
    places = gpd.points_from_xy(random.normal(46.9, 0.5, n), random.normal(39.8, 0.4, n), crs=4326)
    return replace(edition, incidents=rows.set_geometry(places))


@pytest.mark.slow
def test_a_hundred_thousand_points(page: Page, page_log: PageLog, tmp_path: Path, edition: Edition) -> None:
    """All are drawn; the canvas has their colour where they lie; the view can be moved and asked."""
    path = tmp_path / "map.html"
    path.write_bytes(page_html(many_points(edition)))
    page.goto(path.as_uri())
    ready, shown = page.evaluate("window.mapper.ready"), page.evaluate("window.mapper.shown()")
    assert shown["points"] == 100_000
    assert ready["records"] > 100_000
    painted = """() => {
        const canvas = document.querySelector('.leaflet-incidents-pane canvas');
        const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return pixels.filter(pixel => pixel >>> 24 > 0).length / pixels.length;
    }"""
    assert page.evaluate(painted) > 0.02
    for _ in range(14):  # half a zoom level each: few enough marks are left to be painted one by one
        page.locator(".mapper-zoom button").first.click()
    page.locator("#mapper-map").press("Enter")
    assert page.locator("#mapper-details").is_visible()
    page_log.assert_quiet()
