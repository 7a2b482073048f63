"""Hot spots and clearance on the page: off until they are put on, told in the legend, in the panel and in words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_accessibility import AXE, FOUND, LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

HARMLESS = re.compile(r"\b(safe|mine-free|low risk|clear)\b", re.IGNORECASE)


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page in English and wait until it says that all is drawn."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto((edition / "map.html").as_uri() + "#lang=en")
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def legend(page: Page) -> str:
    """Return what the legend says."""
    return page.locator("#mapper-legend").inner_text()


def test_hot_spots_are_off_until_they_are_put_on(opened: Page, edition: Path) -> None:
    """The switch draws the cells that were looked at, its legend comes and goes with them, and the address keeps it."""
    told = json.loads((edition / "MANIFEST.json").read_text("utf-8"))["hotspots"]
    switch = opened.locator("input[data-layer=hotspots]")
    assert not switch.is_checked()
    assert opened.evaluate("window.mapper.shown().hotspots") == 0
    assert opened.locator(".mapper-hotspots").count() == 0
    assert "hot spot" not in legend(opened).lower()
    switch.check()
    assert opened.evaluate("window.mapper.shown().hotspots") == told["units"]
    said = legend(opened)
    assert "No hot spot is not the absence of danger" in said
    assert "It tells of reports, not of mines." in said
    assert f"From {told['n']} accidents in {told['units']} cells" in said
    assert not HARMLESS.search(said)
    assert "off=clearance,graticule" in opened.url
    opened.reload()
    opened.evaluate("window.mapper.ready")
    assert opened.evaluate("window.mapper.shown().hotspots") == told["units"]
    opened.locator("input[data-layer=hotspots]").uncheck()
    assert opened.evaluate("window.mapper.shown().hotspots") == 0
    assert "hot spot" not in legend(opened).lower()


def test_a_press_on_a_hot_cell_tells_class_count_and_numbers(opened: Page) -> None:
    """The cell under the pointer is the one that is told; another language tells it too."""
    opened.locator("input[data-layer=hotspots]").check()
    hot = opened.locator("path.mapper-hotspots[fill^='url']").last
    box = hot.bounding_box()
    assert box is not None
    # The lower left of a hexagon on its tip lies outside it; a point right above its lowest corner does not.
    opened.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.93)
    card = opened.locator(".mapper-hotspot-card")
    card.wait_for()
    text = " ".join(card.inner_text().split())
    assert re.search(r"Cell hex-\d+-\d+: Hot spot \(9[059] %\)", text)
    assert re.search(
        r"Accidents counted in the cell \d+ .*z \(Gi\*\) \d\.\d+ p, two-sided 0\.\d+ q: p under control", text
    )
    assert "No hot spot is not the absence of danger" in text
    opened.locator(".mapper-language").select_option("az")
    assert "Çox bildirilən yer (9" in card.inner_text()
    opened.locator(".mapper-language").select_option("ru")
    assert "Скопление сообщений (9" in card.inner_text()
    opened.locator("input[data-layer=hotspots]").uncheck()
    assert card.count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_layers_keep_the_rules_for_all_readers(opened: Page, edition: Path, theme: str) -> None:
    """axe-core's rules for WCAG 2.2 A and AA, with both layers on, a cell told and the statements unfolded."""
    opened.goto("about:blank")
    opened.goto(f"{(edition / 'map.html').as_uri()}#lang=en&theme={theme}&off=graticule&ask=47,40.2,10")
    opened.evaluate("window.mapper.ready")
    opened.locator("#mapper-details .mapper-clearance summary").click()
    opened.locator("#mapper-details .mapper-clearance article").first.wait_for()
    opened.evaluate(AXE.read_text("utf-8"))
    assert opened.evaluate(FOUND, LEVELS) == []


def test_the_cells_are_a_table_too(opened: Page, edition: Path) -> None:
    """Every cell with its class in words, the surest first; its button leads to the map and asks about it."""
    told = json.loads((edition / "MANIFEST.json").read_text("utf-8"))["hotspots"]
    opened.locator(".mapper-table-open").click()
    opened.locator("[data-table=kind]").select_option("hotspots")
    cells = sum(told["classes"].values())
    assert opened.locator("#mapper-table [role=status]").inner_text() == f"{cells} of {cells} records shown"
    first = opened.locator("#mapper-table tbody tr").first
    assert "Hot spot (9" in first.inner_text()
    name = first.locator(".mapper-record").inner_text()
    first.locator("[data-lead]").click()
    opened.locator("input[data-layer=hotspots]").check()
    assert name in opened.locator(".mapper-hotspot-card h3").inner_text()


def test_clearance_tells_statements_by_district_and_gives_no_leave(opened: Page) -> None:
    """The bundled statements name districts and draw no ground: a number at each, which opens them."""
    opened.locator("input[data-layer=clearance]").check()
    # 13 districts are named, of which Ağdərə has no outline and no place for a number
    assert opened.evaluate("window.mapper.shown().clearance") == 12
    said = legend(opened)
    assert "None of it is leave to enter" in said
    assert not HARMLESS.search(said)
    opened.locator(".mapper-clearance-label").first.click()
    fold = opened.locator("#mapper-details .mapper-clearance")
    fold.locator("summary").click()
    fold.locator("article").first.wait_for()
    n = int(re.findall(r"\d+", fold.locator("summary").inner_text())[0])
    assert fold.locator("article").count() == n
    assert "None of it is leave to enter" in fold.inner_text()
