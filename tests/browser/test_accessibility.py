"""The page for readers who see, hear or point otherwise: axe-core's rules for WCAG 2.2 A and AA, and the keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import PageLog

AXE = Path(__file__).parents[2] / "mapper" / "web" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LANGUAGES = ("en", "az", "ru")
DESKTOP, PHONE = (1440, 900), (412, 915)
SMALLEST = (320, 640)
ASKED = "ask=46.9,40.1,100"
FOUND = """levels => axe.run(document, {runOnly: levels, resultTypes: ["violations"]}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`)))"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the bundled layers once; the page's address on the disk."""
    folder = tmp_path_factory.mktemp("edition")
    build(out=folder)
    return (folder / "map.html").as_uri()


def opened(page: Page, address: str, state: str, size: tuple[int, int] = DESKTOP) -> Page:
    """Open the page in a state and wait until all is drawn."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}#{state}")
    page.evaluate("window.mapper.ready")
    return page


def unfold(page: Page) -> None:
    """Open every section, and the first card in each."""
    page.evaluate("document.querySelectorAll('.mapper-section').forEach(part => part.open = true)")
    page.locator("#mapper-section-incidents .mapper-incident").first.wait_for()
    page.evaluate(
        """document.querySelectorAll('.mapper-section').forEach(
            part => part.querySelector('details:not([open])')?.setAttribute('open', ''))"""
    )


def active(page: Page) -> str:
    """Return the name of the element that has the keyboard."""
    said: str = page.evaluate(
        "(e => e.getAttribute('aria-label') || (e.labels?.[0] ?? e).textContent.trim() || e.id)(document.activeElement)"
    )
    return said


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_of_wcag_is_broken(page: Page, page_log: PageLog, address: str, language: str, theme: str) -> None:
    """With the panel open on a place in a zone, and all sections unfolded; on a phone for one language, else on a desk."""
    size = PHONE if language == "az" else DESKTOP
    opened(page, address, f"lang={language}&theme={theme}&{ASKED}", size)
    unfold(page)
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(FOUND, LEVELS) == []
    page_log.assert_quiet()


def test_the_rules_can_find_something(page: Page, address: str) -> None:
    """A button without a name and grey on white are found, so that an empty list means something."""
    opened(page, address, "lang=en")
    page.evaluate(
        "document.querySelector('.mapper-zoom button').removeAttribute('aria-label');"
        "document.querySelector('.mapper-zoom button').textContent = '';"
        "document.querySelector('.mapper-zoom button').removeAttribute('title');"
        "document.querySelector('h1').style.color = '#cccccc'"
    )
    page.evaluate(AXE.read_text("utf-8"))
    found = " ".join(page.evaluate(FOUND, LEVELS))
    assert "button-name" in found
    assert "color-contrast" in found


def test_tab_reaches_everything_in_the_order_of_reading(page: Page, address: str) -> None:
    """Head line, search, map, one stop for all labels, the map's buttons, then the drawer from its first section on."""
    opened(page, address, "lang=en")
    names = []
    for _ in range(16):
        page.keyboard.press("Tab")
        names.append(active(page))
    label = page.locator("button.mapper-label[tabindex='0']")
    assert label.count() == 1
    wanted = [
        "Assumed, not stated: 1",
        "Language",
        "Colours as on the device. Press for light.",
        page.locator("#mapper-map").get_attribute("aria-label"),
        label.get_attribute("aria-label"),
        "Hide panel",
        "Nearer",
        "Farther",
        "Show the whole area",
        "What was assumed",
    ]
    assert [name for name in names if name in wanted] == wanted


def test_labels_are_reached_by_arrows_and_escape_gives_the_keyboard_back(page: Page, address: str) -> None:
    """From a label to its neighbour, Enter asks there, Escape closes the panel and returns to the label."""
    opened(page, address, "lang=en")
    page.locator("button.mapper-label[tabindex='0']").focus()
    first = active(page)
    page.keyboard.press("ArrowRight")
    second = active(page)
    assert second != first
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("#mapper-details").wait_for()
    assert active(page) == "What is recorded here"
    page.keyboard.press("Escape")
    assert page.locator("#mapper-details").is_hidden()
    assert page.evaluate("document.activeElement.matches('button.mapper-label')")


def test_the_map_is_moved_asked_and_left_by_keys(page: Page, address: str) -> None:
    """Arrows and plus move the map, Enter asks about its middle, Tab goes on to the answer's controls, Escape comes back."""
    opened(page, address, "lang=en")
    page.locator("#mapper-map").focus()
    page.keyboard.press("+")
    page.wait_for_function("location.hash.includes('map=')")
    zoomed = page.evaluate("location.hash")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("before => location.hash !== before", arg=zoomed)
    page.keyboard.press("Enter")
    page.locator("#mapper-details").wait_for()
    page.keyboard.press("Tab")
    assert active(page) == "Close"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "mapper-map"


def test_layers_language_theme_and_zoom_obey_the_keyboard(page: Page, address: str) -> None:
    """Space switches a layer, a key chooses a language, Enter presses the buttons; the keyboard stays where it was."""
    opened(page, address, "lang=en")
    page.locator("input[data-layer='zones']").focus()
    page.keyboard.press("Space")
    assert page.evaluate("window.mapper.shown().zones") == 0
    page.locator(".mapper-language").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("document.documentElement.lang === 'ru'")
    assert page.evaluate("document.activeElement.className") == "mapper-language"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('.mapper-frame').dataset.theme") == "dark"
    before = page.evaluate("location.hash")
    page.locator(".mapper-zoom button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.hash !== before", arg=before)
    page.locator(".mapper-toggle").focus()
    page.keyboard.press("Enter")
    assert page.locator("#mapper-drawer").is_hidden()


def test_escape_puts_the_sheet_of_a_phone_away(page: Page, address: str) -> None:
    """And the keyboard is at the button that opens it again."""
    opened(page, address, "lang=en", PHONE)
    page.locator(".mapper-toggle").click()
    page.locator("input[data-layer='zones']").focus()
    page.keyboard.press("Escape")
    assert page.locator("#mapper-drawer").is_hidden()
    assert active(page) == "Layers and lists"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [SMALLEST, (640, 512), PHONE], ids=str)
def test_nothing_scrolls_two_ways_or_is_cut(page: Page, address: str, language: str, size: tuple[int, int]) -> None:
    """320 px wide (WCAG 1.4.10), a laptop at 200 %, a phone: no sideways scroll, every control inside the window's width."""
    opened(page, address, f"lang={language}", size)
    if page.locator("#mapper-drawer").is_hidden():
        page.locator(".mapper-toggle").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    out = page.evaluate(
        """[...document.querySelectorAll('.mapper-frame button:not(.mapper-label), .mapper-frame select, .mapper-frame input,'
            + ' .mapper-frame summary')].filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()])
            .filter(([, {left, right}]) => left < -0.5 || right > innerWidth + 0.5).map(([e]) => e.outerHTML)"""
    )
    assert out == []


def test_fingers_find_large_targets(browser: Browser, address: str) -> None:
    """At least 44 px each way on a touch screen; labels on the map stand over the map, which is pressed itself."""
    context = browser.new_context(offline=True, has_touch=True, is_mobile=True)
    page = opened(context.new_page(), address, f"lang=ru&{ASKED}", PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll('.mapper-frame button:not(.mapper-label, .mapper-assumed), .mapper-frame select,'
            + ' .mapper-frame summary, .mapper-switch, .mapper-frame input[type=date]')].filter(e => e.checkVisibility())
            .map(e => [e.outerHTML, e.getBoundingClientRect()]).filter(([, {width, height}]) => width < 44 || height < 44)
            .map(([html]) => html)"""
    )
    assert small == []
    context.close()


@pytest.mark.parametrize("setting", [{"forced_colors": "active"}, {"contrast": "more"}, {"reduced_motion": "reduce"}])
def test_the_device_may_ask_for_more(browser: Browser, address: str, setting: dict[str, Any]) -> None:
    """With forced colours, more contrast or no motion the page breaks no rule either, and zones keep their hatches."""
    context = browser.new_context(offline=True, **setting)
    page = opened(context.new_page(), address, f"lang=en&{ASKED}")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(FOUND, LEVELS) == []
    assert page.evaluate("getComputedStyle(document.querySelector('path.mapper-zone')).fill").startswith("url(")
    context.close()


def test_paper_is_light(browser: Browser, address: str) -> None:
    """In print the dark page has dark words on a white card."""
    context = browser.new_context(offline=True, color_scheme="dark")
    page = opened(context.new_page(), address, "lang=en")
    ink = "getComputedStyle(document.querySelector('h1')).color"
    assert page.evaluate(ink) == "rgb(234, 231, 224)"
    page.emulate_media(media="print")
    assert page.evaluate(ink) == "rgb(28, 32, 36)"
    context.close()
