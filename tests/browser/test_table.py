"""The twin in words and the page without scripts, as a reader meets them in a browser."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapper.catalogue import bundled_layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import PageLog


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page in English."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((edition / "map.html").as_uri() + "#lang=en")
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def focused(page: Page) -> str:
    """Return what has the focus, as tag and text."""
    return str(page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.textContent"))


def test_by_keyboard_alone(opened: Page) -> None:
    """Open, sort, filter, open a record, go to its place, come back: no key but Tab, Enter, Space, letters, Escape."""
    opened.locator(".mapper-table-open").focus()
    opened.keyboard.press("Enter")
    assert focused(opened) == "H2 The map in words"
    table = opened.get_by_role("table", name="Reported accidents")
    assert table.get_by_role("row").count() == 101  # a page of 100 and the heads

    for _ in range(3):
        opened.keyboard.press("Tab")
    opened.keyboard.type("агдам")
    with (bundled_layers() / "accidents.csv").open(encoding="utf-8", newline="") as file:
        of_district = [row["id"] for row in csv.DictReader(file) if row["district"] == "Ağdam"]
    shown = opened.locator("tbody .mapper-record").all_inner_texts()
    assert set(of_district) <= set(shown)
    assert opened.locator("#mapper-table [role=status]").inner_text() == f"{len(shown)} of 114 records shown"

    head = opened.get_by_role("columnheader", name="Killed")
    head.get_by_role("button").focus()
    opened.keyboard.press("Enter")
    opened.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"

    first = opened.locator("tbody tr").first
    first.locator(".mapper-record").focus()
    opened.keyboard.press("Space")
    assert opened.locator(".mapper-record-row").inner_text() != ""
    opened.keyboard.press("Space")

    lead = opened.locator("[data-lead]").first
    lead.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("#mapper-table").is_hidden()
    assert focused(opened).startswith("H2 What is recorded here")
    assert "ask=" in opened.url
    assert "table=" not in opened.url

    opened.locator(".mapper-table-open").click()
    assert opened.locator('[data-table="query"]').input_value() == "агдам"
    opened.keyboard.press("Escape")
    assert focused(opened) == "BUTTON Table"


def test_what_is_under_it_is_out_of_reach(opened: Page) -> None:
    """While the table lies over the map, nothing of map or drawer can be tabbed to or pressed."""
    opened.locator(".mapper-table-open").click()
    assert opened.locator("#mapper-map").is_hidden()
    assert opened.locator("#mapper-drawer").is_hidden()
    box = opened.locator("#mapper-table").bounding_box()
    assert box is not None
    assert box["width"] == 1280
    opened.get_by_role("button", name="Back to the map").click()
    assert opened.locator("#mapper-map").is_visible()


def test_the_address_opens_it_in_another_language(page: Page, page_log: PageLog, edition: Path) -> None:
    """A link to the orders in Russian, opened on a phone: the table scrolls in itself, the page does not."""
    page.set_viewport_size({"width": 412, "height": 915})
    page.goto((edition / "map.html").as_uri() + "#lang=ru&table=orders")
    page.evaluate("window.mapper.ready")
    assert page.locator("#mapper-table tbody tr").count() == 17
    assert page.locator("#mapper-table h2").inner_text() == "Карта словами"
    assert page.evaluate("document.documentElement.scrollWidth") == 412
    assert page.evaluate("document.querySelector('#mapper-table').scrollWidth") <= 412
    page_log.assert_quiet()


def test_what_is_shown_is_saved(opened: Page) -> None:
    """The rows of one district: as many in the CSV as on the page, and in the GeoJSON all that have a place."""
    opened.locator(".mapper-table-open").click()
    opened.locator('[data-filter="district"]').select_option("=Füzuli")
    rows = opened.locator("tbody tr").count()
    with opened.expect_download() as download:
        opened.get_by_role("button", name="Save the shown records as CSV").click()
    name = download.value.suggested_filename
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert len(table) == rows > 1
    assert {row["district"] for row in table} == {"Füzuli"}
    assert {(row["edition"] in name, row["data_date"]) for row in table} == {(True, "2026-11-23")}
    assert all(row["caveat"].startswith("Not for planning entry") for row in table)

    with opened.expect_download() as download:
        opened.get_by_role("button", name="Save the shown records as GeoJSON").click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    placed = [row for row in table if row["place"] in {"point", "disc"}]
    assert [feature["id"] for feature in saved["features"]] == [row["incident_id"] for row in placed]
    assert saved["records_without_geometry"] == rows - len(placed) > 0
    told = opened.locator(".mapper-table-files .mapper-hint").inner_text()
    assert told.endswith(f": {rows - len(placed)}.")


def test_without_scripts_there_is_a_picture_and_the_orders(browser: Browser, edition: Path) -> None:
    """Nothing covers it; the picture stands in sight, all orders are listed, and the banner says what this is."""
    context = browser.new_context(java_script_enabled=False, offline=True, viewport={"width": 412, "height": 915})
    plain = context.new_page()
    complaints: list[str] = []
    plain.on("console", lambda message: complaints.append(message.text))
    plain.goto((edition / "map.html").as_uri())
    assert plain.locator("#mapper-banner").is_hidden()
    assert plain.locator(".mapper-noscript-warning").is_visible()
    warning = plain.inner_text(".mapper-noscript-warning")
    for words in ("REDUCED VERSION", "QISALDILMIŞ VARİANT", "СОКРАЩЁННАЯ ВЕРСИЯ"):
        assert words in warning
    picture = plain.locator(".mapper-noscript-picture svg").bounding_box()
    assert picture is not None
    assert 350 < picture["width"] <= 412 - picture["x"]  # whole: a picture cut on its right would show fewer zones
    assert plain.locator(".mapper-noscript-picture path[fill^='url(#mapper-extent']").count() == 3
    assert plain.locator("h2:has-text('Qərarlar') + ul > li").count() == 17
    assert plain.inner_text("body").rstrip().endswith("КОНЕЦ СТРАНИЦЫ")
    assert plain.title() == "NOT LOADED – DO NOT USE"
    assert complaints == []
    context.close()


def test_with_scripts_the_picture_costs_only_bytes(opened: Page) -> None:
    """A browser that runs scripts makes no element of it."""
    assert opened.locator(".mapper-noscript").count() == 0
