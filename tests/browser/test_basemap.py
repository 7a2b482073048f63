"""The background map on the page: embedded pictures and vector tiles without a network, a provider that cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pmtiles.tile import TileType

from mapper.output.basemap import OnlineTiles, read_pmtiles
from mapper.output.page import page_html
from mapper.pipeline import make_edition
from tests.tile_archives import archive, png, water

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition
    from tests.browser.conftest import PageLog

LOADED = ".leaflet-tile-pane .leaflet-tile-loaded"


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


def opened(page: Page, folder: Path, edition: Edition, basemap: Basemap) -> None:
    """Open the page over a background map."""
    path = folder / "map.html"
    path.write_bytes(page_html(edition, basemap))
    page.goto(path.as_uri())
    assert page.evaluate("window.mapper.ready")["complete"] is True


@pytest.mark.parametrize(("kind", "content"), [(TileType.PNG, png(200, 30, 30)), (TileType.MVT, water())])
def test_an_embedded_archive(  # one test for both kinds of tiles
    page: Page, page_log: PageLog, tmp_path: Path, edition: Edition, kind: TileType, content: bytes
) -> None:
    """It is drawn under our shapes without any network, names its makers in words, and can be put out."""
    path = tmp_path / "fon.pmtiles"
    path.write_bytes(archive(content, kind))
    opened(page, tmp_path, edition, read_pmtiles(path))
    page.locator(LOADED).first.wait_for()
    assert page.locator(".mapper-basemap").inner_text() == "Makers & co"
    assert page.locator("path.mapper-zone").count() == 12
    box = page.locator("[data-layer=basemap]")
    assert box.is_checked()
    box.uncheck()
    assert page.locator(LOADED).count() == 0
    assert page.locator(".mapper-basemap").is_hidden()
    page_log.assert_quiet()


def test_a_damaged_archive_is_told_and_hurts_nothing(page: Page, tmp_path: Path, edition: Edition) -> None:
    """Tiles that cannot be drawn: one sentence, and every shape of ours is there."""
    path = tmp_path / "fon.pmtiles"
    path.write_bytes(archive(b"no picture at all", TileType.PNG))
    opened(page, tmp_path, edition, read_pmtiles(path))
    page.locator(".mapper-basemap.mapper-failed").wait_for()
    assert "could not be loaded whole" in page.locator(".mapper-basemap").inner_text()
    assert page.locator("path.mapper-zone").count() == 12


def test_a_provider_is_asked_only_when_the_reader_says_so(
    page: Page, page_log: PageLog, tmp_path: Path, edition: Edition
) -> None:
    """Off at first, also by an address; on, it asks that host alone; out of reach, it is told and the map is whole."""
    tiles = OnlineTiles("Made up", "https://tiles.invalid/{z}/{x}/{y}.png", (), 17, "Made-up makers")
    opened(page, tmp_path, edition, tiles)
    page.goto(page.url + "#off=")
    page.evaluate("window.mapper.ready")
    assert not page.locator("[data-layer=basemap]").is_checked()
    assert page_log.requests == []
    page.locator("[data-layer=basemap]").check()
    page.locator(".mapper-basemap.mapper-failed").wait_for()
    assert page_log.requests
    assert all(request.startswith("GET https://tiles.invalid/") for request in page_log.requests)
    assert page.locator("path.mapper-zone").count() == 12
    assert page_log.errors == []
