"""The page of the bundled layers, as a planner without a network opens it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 412, "height": 915}


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page from disk and wait until it says that all is drawn."""
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type] # a plain dict is what it takes
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def words_of(page: Page) -> str:
    """Unfold everything that can be unfolded and return all text of the page."""
    for _ in range(3):
        page.evaluate("document.querySelectorAll('details:not([open])').forEach(d => d.open = true)")
    return " ".join(page.inner_text("body").split())


def test_everything_is_drawn(opened: Page, edition: Path) -> None:
    """12 zones; each accident is drawn or counted in a district; the banner is gone; nothing was asked of any network."""
    ready: dict[str, Any] = opened.evaluate("window.mapper.ready")
    shown: dict[str, int] = opened.evaluate("window.mapper.shown()")
    incidents = json.loads((edition / "MANIFEST.json").read_text("utf-8"))["incidents"]
    assert ready["complete"] is True
    assert shown["zones"] == 12
    assert shown["discs"] + shown["points"] + shown["district_counts"] == 114
    assert (shown["discs"], shown["points"]) == (incidents["drawn"], 0)
    assert shown["district_counts"] == incidents["district_level"]
    assert opened.query_selector("#mapper-banner") is None
    assert not opened.title().startswith("NOT LOADED")


def test_the_first_report_is_on_the_page_with_its_sources(opened: Page) -> None:
    """The ban, the count of 22 December 2020 and the 136 sappers are on the page, each with its source."""
    text = words_of(opened)
    ban = "temporarily prohibited from entering those areas until safe travel is possible"
    assert ban in text
    assert "Ministry of Internal Affairs" in text
    assert "Ministry of Foreign Affairs of Azerbaijan" in text
    assert "136" in text
    assert "special mine detection and clearance team" in text
    assert "Azernews" in text


def accident_cards(page: Page) -> list[str]:
    """Unfold the list of accidents to its end and return what each card says."""
    page.locator("#mapper-section-incidents > summary").click()
    more = page.locator("#mapper-section-incidents .mapper-more")
    cards = page.locator("#mapper-section-incidents .mapper-incident")
    cards.first.wait_for()  # a fold is filled after the press that opens it
    while more.count():
        more.click()
    page.evaluate("document.querySelectorAll('#mapper-section-incidents details').forEach(d => d.open = true)")
    page.evaluate("document.querySelectorAll('#mapper-section-incidents details').forEach(d => d.open = true)")
    return [" ".join(text.split()) for text in cards.all_inner_texts()]


def test_the_two_accidents_are_listed_with_their_sources(opened: Page) -> None:
    """Tağıbəyli (deminer, reported 29 January 2021) and Qızıloba in Tərtər (farmer, 28 January 2021), with sources."""
    said = accident_cards(opened)
    assert len(said) == 114
    (demining,) = (text for text in said if "Tagibayli village" in text)
    assert "29 January 2021" in demining
    assert "Azernews via Today.az" in demining
    (ploughing,) = (text for text in said if "Qızıl oba" in text)
    assert "28 January 2021" in ploughing
    assert "buried anti-tank mine" in ploughing
    assert "Azernews via Today.az" in ploughing


def test_a_press_on_the_map_tells_zone_order_and_accidents(opened: Page) -> None:
    """The label of a zone opens its card: the zone, its extent, and both bans as quotations with their authorities."""
    opened.locator("button.mapper-zone-label", has_text="Zəngilan").click()
    opened.evaluate("document.querySelectorAll('#mapper-details details').forEach(d => d.open = true)")
    card = " ".join(opened.inner_text("#mapper-details").split())
    assert "Zəngilan" in card
    assert "temporarily prohibited from entering those areas" in card
    assert "mülki şəxslərin girişi qəti qadağandır" in card
    assert "Ministry of Internal Affairs; Mine Action Agency (ANAMA)" in card
    assert "1 January 2021" in card


def test_a_settlement_is_never_a_dot(opened: Page, edition: Path) -> None:
    """No record whose level is `settlement` is drawn as a point; each is a circle with a radius."""
    features = json.loads((edition / "incidents.geojson").read_text("utf-8"))["features"]
    settled = [f["properties"] for f in features if f["properties"]["location_level"] == "settlement"]
    assert len(settled) == 85
    assert {p["place"] for p in settled} == {"disc", "district"}
    assert all(p["uncertainty_m"] == 2000 for p in settled if p["place"] == "disc")
    assert opened.evaluate("window.mapper.shown().points") == 0


def test_marks_stand_where_their_labels_are(opened: Page) -> None:
    """Tiles of marks lie side by side, each moved from the same corner: one in the flow of text would put its marks elsewhere."""
    corners = opened.evaluate(
        "[...document.querySelectorAll('.mapper-tile')].map(tile => [tile.offsetLeft, tile.offsetTop])"
    )
    assert len(corners) > 1
    assert {tuple(corner) for corner in corners} == {(0, 0)}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_fits_the_screen(opened: Page, size: dict[str, int]) -> None:
    """Nothing makes the page scroll sideways, and the map keeps at least half of the height."""
    opened.set_viewport_size(size)  # type: ignore[arg-type] # a plain dict is what it takes
    opened.wait_for_function("document.documentElement.clientWidth === innerWidth")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate("document.querySelector('.leaflet-container').clientHeight * 2 >= innerHeight")


def test_the_page_never_calls_a_place_safe(opened: Page) -> None:
    """Our own words: quotations and texts of the records are left out."""
    words_of(opened)
    opened.evaluate("document.querySelectorAll('blockquote, .mapper-data').forEach(e => e.remove())")
    assert not re.search(r"\b(safe|mine-free|low risk)\b", " ".join(opened.inner_text("body").split()), re.IGNORECASE)


def test_without_scripts_the_orders_are_listed(edition: Path, browser: Any, page_log: PageLog) -> None:  # noqa: ANN401, ARG001
    """A browser without scripts shows its own warning in the banner's place, the caveats and every order."""
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    plain.goto((edition / "map.html").as_uri())
    text = plain.inner_text("body")
    assert "or-017" in text
    assert "or-001" in text
    assert "A blank area is not a cleared area." in text
    assert "Пустое место на карте не означает очищенную площадь." in text
    assert "Xəritədəki boş sahə təmizlənmiş sahə demək deyil." in text
    assert plain.is_visible(".mapper-noscript-warning")
    assert not plain.is_visible("#mapper-banner")
    context.close()
