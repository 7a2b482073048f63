"""The route check, used as a driver would: a file from the device, a line by mouse and by keyboard, the table, the saved file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from mapper import access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

ACROSS = [[48.0, 40.6], [46.9, 40.0], [46.75, 39.8]]
"""From beyond Zərdab through Ağdam to Xankəndi: over the line of the zones, and near it before."""


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page with the route section unfolded."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    page.locator("#mapper-route > summary").click()
    yield page
    page_log.assert_quiet()


def stretches(page: Page) -> list[dict[str, Any]]:
    """Return the rows of the table: verdict, from and to in kilometres, orders."""
    page.locator(".mapper-route-table").wait_for()
    found: list[dict[str, Any]] = page.evaluate("""
        [...document.querySelectorAll('.mapper-route-table tbody tr')].map((row) => ({
            verdict: row.dataset.verdict,
            km: [0, 1].map((at) => parseFloat(row.cells[at].textContent.replaceAll(',', ''))),
            orders: row.cells[4].textContent,
        }))""")
    return found


def test_a_file_is_judged_as_the_command_judges_it(opened: Page, tmp_path: Path) -> None:
    """The same stretches, to 20 m, as `mapper access --route` with the same uncertainty; the saved file holds them."""
    path = tmp_path / "yol ə.geojson"
    line = {"type": "LineString", "coordinates": ACROSS}
    path.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": line}), "utf-8")
    answer = access(shapely.LineString(ACROSS), uncertainty_m=10).to_dict()

    opened.set_input_files("#mapper-route input[type=file]", path)
    rows = stretches(opened)
    assert [row["verdict"] for row in rows] == [segment["verdict"] for segment in answer["segments"]]
    for row, segment in zip(rows, answer["segments"], strict=True):
        assert row["km"] == pytest.approx([segment["from_km"], segment["to_km"]], abs=0.02)
    assert opened.get_attribute("#mapper-route .mapper-verdict", "data-verdict") == answer["verdict"] == "no_entry"

    with opened.expect_download() as download:
        opened.get_by_role("button", name="Save as GeoJSON").click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [feature["properties"]["verdict"] for feature in saved["features"]] == [row["verdict"] for row in rows]
    joined = [tuple(place) for feature in saved["features"] for place in feature["geometry"]["coordinates"]]
    assert (joined[0], joined[-1]) == (tuple(ACROSS[0]), tuple(ACROSS[-1]))


def test_a_line_drawn_with_the_mouse(opened: Page) -> None:
    """Two presses and a button; while drawing, a press asks nothing."""
    opened.get_by_role("button", name="Draw a line on the map").click()
    for x, y in ((150, 300), (550, 320)):
        opened.mouse.click(x, y)
    assert opened.locator("#mapper-details").is_hidden()
    opened.get_by_role("button", name="Check this line").click()
    assert "no_entry" in [row["verdict"] for row in stretches(opened)]
    opened.get_by_role("button", name="Take the route away").click()
    assert opened.locator(".mapper-route-table").count() == 0


def test_a_file_that_is_no_route(opened: Page, tmp_path: Path) -> None:
    """One sentence that says what to do, and no answer."""
    path = tmp_path / "points.gpx"
    path.write_text('<gpx><wpt lat="40" lon="46"/></gpx>', "utf-8")
    opened.set_input_files("#mapper-route input[type=file]", path)
    warning = opened.locator("#mapper-route .mapper-warning")
    warning.wait_for()
    assert warning.inner_text() == "The file holds no line. Export a track or a route."
    assert opened.locator("#mapper-route .mapper-verdict").count() == 0
