"""Search, coordinates, own position and the keyboard, in the built page with the network cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mapper.crs import geodesic_distance_m
from tests.coordinate_strings import A_LAT, A_LON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import PageLog

BOX = "[role=combobox]"
OPTIONS = "[role=option]"
STATUS = ".mapper-find-status"
DETAILS = "#mapper-details"
NOT_FOUND = "Not found – this does not mean that nothing is there."
"""The bundled layers hold Agdam (a bundled town), Tağıbəyli and Çəmənli (settlements.csv)."""
TAGIBAYLI = (47.00204, 40.17103)


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page from disk; it must ask for nothing and complain of nothing."""
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def asked(page: Page) -> tuple[float, float, float]:
    """Return longitude, latitude and uncertainty of the place that the page tells of, from its address."""
    found = re.search(r"[#&]ask=(-?[\d.]+),(-?[\d.]+),([\d.]+)", page.url)
    assert found, page.url
    return float(found[1]), float(found[2]), float(found[3])


def metres(at: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance on the ellipsoid."""
    return float(geodesic_distance_m(*at, *other))


@pytest.mark.parametrize("spelling", ["Tağıbəyli", "Тагибейли", "TAGHIBEYLI"])
def test_a_settlement_is_found_in_every_alphabet(opened: Page, spelling: str) -> None:
    """The one settlement of that sound; the panel opens with the settlement's own radius, 2,000 m."""
    opened.fill(BOX, spelling)
    opened.press(BOX, "Enter")
    *at, uncertainty_m = asked(opened)
    assert metres((at[0], at[1]), TAGIBAYLI) < 1
    assert uncertainty_m == 2000
    assert opened.locator(f"{DETAILS} .mapper-verdict").get_attribute("data-verdict") == "no_entry"
    assert "position 2,000 m" in " ".join(opened.inner_text(DETAILS).split())


def test_homonyms_are_listed_and_none_is_taken(opened: Page) -> None:
    """The town of Ağdam and the village in Tovuz; the second is picked by the keyboard."""
    opened.fill(BOX, "Агдам")
    texts = opened.locator(OPTIONS).all_inner_texts()
    assert [" ".join(text.split()) for text in texts[:2]] == ["Ağdam Settlement · Ağdam", "Ağdam Settlement · Tovuz"]
    opened.press(BOX, "Enter")
    assert "ask=" not in opened.url
    opened.press(BOX, "ArrowDown")
    opened.press(BOX, "ArrowDown")
    opened.press(BOX, "Enter")
    assert metres(asked(opened)[:2], (45.55639, 40.90528)) < 1


@pytest.mark.parametrize(
    ("text", "within_m", "uncertainty_m"),
    [
        ("38S PK 6454 2853", 7.1, 7.07),
        ("X=4430395 Y=8664717", 0.8, 5.21),
        ("СК-42 X=4430395.18 Y=8664716.58", 0.1, 4.51),
        ("39°59'27,46\" с.ш. 46°55'38,50\" в.д.", 0.3, 0.2),
        ("38N 664546 4428533", 0.8, 0.71),
        ("39,99096; 46,92736", 0.8, 0.71),
    ],
)
def test_a_coordinate_leads_to_its_place(opened: Page, text: str, within_m: float, uncertainty_m: float) -> None:
    """Half the diagonal of the written cell, and 4.5 m for the step from SK-42; nothing is known to better than a metre."""
    opened.fill(BOX, text)
    opened.press(BOX, "Enter")
    lon, lat, radius = asked(opened)
    assert metres((lon, lat), (A_LON, A_LAT)) < within_m + 0.1
    assert radius == pytest.approx(max(uncertainty_m, 1), abs=0.1)
    assert opened.locator(DETAILS).is_visible()


def test_what_can_be_read_in_two_ways_is_asked_about(opened: Page) -> None:
    """A pair that is UTM as well as SK-42, 1.9 km apart: both stand in the list, and Enter takes neither."""
    opened.fill(BOX, "X=4430395 Y=664717")
    assert opened.locator(OPTIONS, has_text="UTM zone 38").count() == 1
    assert opened.locator(OPTIONS, has_text="SK-42, zone 8").count() == 1
    opened.press(BOX, "Enter")
    assert "ask=" not in opened.url
    opened.locator(OPTIONS, has_text="SK-42, zone 8").click()
    assert metres(asked(opened)[:2], (A_LON, A_LAT)) < 1


@pytest.mark.parametrize("text", ["Nowhereville", "zz-999", "39°61′N 46°55′E", "38SPK645462853"])
def test_what_is_not_found_means_nothing(opened: Page, text: str) -> None:
    """The sentence says so, and the map stays where it is."""
    before = opened.url
    opened.fill(BOX, text)
    assert NOT_FOUND in opened.inner_text(STATUS)
    opened.press(BOX, "Enter")
    assert opened.url == before


def test_records_and_orders_are_found_by_their_ids(opened: Page) -> None:
    """An accident with the radius of its settlement; an order at each of its zones, with the radius that holds the zone."""
    opened.fill(BOX, "AZ-20201114-fuzuli-1")
    opened.press(BOX, "Enter")
    assert metres(asked(opened)[:2], (47.38462, 39.60204)) < 1
    assert asked(opened)[2] == 2000
    opened.fill(BOX, "or-001")
    opened.locator(OPTIONS, has_text="Zəngilan").click()
    assert asked(opened)[2] > 10_000
    assert opened.locator(f"{DETAILS} .mapper-verdict").get_attribute("data-verdict") == "no_entry"


def test_a_notation_is_copied(context: BrowserContext, opened: Page) -> None:
    """What the button says is what the clipboard holds, and the page tells it."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.fill(BOX, "38SPK6454628532")
    opened.press(BOX, "Enter")
    opened.locator(f"{DETAILS} summary", has_text="MGRS").click()
    opened.get_by_role("button", name="Copy: MGRS").click()
    status = opened.locator(f"{DETAILS} [role=status]")
    status.get_by_text("Copied: 38SPK6454628532").wait_for()
    assert opened.evaluate("navigator.clipboard.readText()") == "38SPK6454628532"


def test_the_text_is_marked_where_it_may_not_be_copied(opened: Page) -> None:
    """A reader or a browser may forbid the clipboard: the text stands marked, ready for Ctrl+C."""
    opened.fill(BOX, "38SPK6454628532")
    opened.press(BOX, "Enter")
    opened.locator(f"{DETAILS} summary", has_text="MGRS").click()
    opened.get_by_role("button", name="Copy: MGRS").click()
    opened.locator(f"{DETAILS} [role=status]").get_by_text("38SPK6454628532").wait_for()
    said = opened.inner_text(f"{DETAILS} [role=status]")
    marked = opened.evaluate("String(getSelection())")
    assert said.startswith("Copied") or marked == "38SPK6454628532"


def test_the_own_position_is_asked_about_with_its_accuracy(context: BrowserContext, opened: Page) -> None:
    """The device's circle is the uncertainty of the question; the circle is drawn."""
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": A_LAT, "longitude": A_LON, "accuracy": 350})
    opened.locator(".mapper-locate").click()
    opened.get_by_text("You are here: ± 350 m").wait_for()
    lon, lat, radius = asked(opened)
    assert metres((lon, lat), (A_LON, A_LAT)) < 1
    assert radius == 350
    assert opened.locator(".leaflet-pointer-pane path").count() == 2
    assert "position 350 m" in " ".join(opened.inner_text(DETAILS).split())
    opened.locator(".mapper-close").click()
    assert opened.inner_text(".mapper-told") == ""


def test_a_position_that_is_refused_is_told(opened: Page) -> None:
    """Headless, nobody can be asked: the device refuses."""
    opened.locator(".mapper-locate").click()
    opened.get_by_text("may not tell its position").wait_for()
    assert "ask=" not in opened.url


def test_the_keyboard_alone_finds_and_asks(opened: Page) -> None:
    """`/` to the search, down and Enter; then the map's cross, moved by an arrow, asks at the middle; `?` lists the keys."""
    opened.keyboard.press("/")
    assert opened.evaluate("document.activeElement.getAttribute('role')") == "combobox"
    opened.keyboard.type("Tagib")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    assert metres(asked(opened)[:2], TAGIBAYLI) < 1
    opened.locator("#mapper-map").focus()
    opened.keyboard.press("ArrowRight")
    cross = opened.locator(".mapper-cross")
    cross.wait_for()
    at = opened.locator(".mapper-cursor-at")
    expect(at).to_contain_text("Middle of the map: ")
    expect(at).not_to_contain_text("47.00")
    opened.keyboard.press("Enter")
    assert 500 < metres(asked(opened)[:2], TAGIBAYLI) < 20_000
    opened.keyboard.press("?")
    assert opened.locator("#mapper-keys").is_visible()
    opened.keyboard.press("Escape")
    assert opened.locator("#mapper-keys").is_hidden()


def test_the_search_speaks_the_language_chosen(opened: Page) -> None:
    """After a switch the box is made anew in the other language and still finds."""
    opened.locator(".mapper-language").select_option("ru")
    opened.fill(BOX, "Nowhereville")
    assert "Не найдено" in opened.inner_text(STATUS)
    opened.fill(BOX, "Агдам")
    assert "Населённый пункт" in opened.locator(OPTIONS).first.inner_text()
