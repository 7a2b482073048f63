"""More than 500 hostile texts in every field that holds text: read as text where they are shown, copied, printed or saved."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapper import build
from tests.hostile import EXTRA_ROWS, FORMULAS, MANY, hostile_layers, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import PageLog

OURS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "body",
        "style",
        "noscript",
        "script",
        "div",
        "span",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "b",
    ),
    *(
        "button",
        "input",
        "select",
        "option",
        "label",
        "fieldset",
        "legend",
        "details",
        "summary",
        "section",
        "ul",
        "ol",
        "li",
    ),
    *(
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "blockquote",
        "code",
        "a",
        "time",
        "header",
    ),
    *(
        "aside",
        "main",
        "nav",
        "canvas",
        "br",
        "kbd",
        "optgroup",
        "strong",
        "q",
        "cite",
        "em",
        "small",
        "footer",
        "output",
        "article",
        "tfoot",
    ),
    *(
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "line",
        "text",
        "defs",
        "pattern",
        "clippath",
        "image",
        "tspan",
        "use",
        "datalist",
    ),
}
"""Every element that the page makes of its own; none of them can load or run anything by itself."""
FOREIGN = """ours => {
    const all = [...document.querySelectorAll('*')];
    const isOwnStyle = (a) => a.name === 'style' && a.ownerElement.style.cssText === a.value;
    const runs = (a) => /^on|^style$|^srcdoc$|^formaction$|^ping$/i.test(a.name) && !isOwnStyle(a);
    const leads = (a) => /^(href|src|action|data|xlink:href)$/i.test(a.name)
        && !/^(https?:|#|data:image\\/png;base64,|blob:)/.test(a.value);
    const loads = (a) => ['style', 'fill', 'mask'].includes(a.name) && /url\\((?!['"]?#)/i.test(a.value);
    const addresses = [...document.querySelectorAll('a')].map((a) => a.href);
    return [
        ...all.filter((e) => !ours.includes(e.localName.toLowerCase())).map((e) => e.localName),
        ...all.flatMap((e) => [...e.attributes]).filter((a) => runs(a) || leads(a) || loads(a))
            .map((a) => `${a.name}=${a.value}`),
        ...addresses.filter((to) => !/^https?:/.test(to) || new URL(to).hostname.endsWith('a.invalid')),
    ];
}"""
NAMES = """root => [...document.querySelectorAll(`${root} [title], ${root} [aria-label]`)]
    .map((e) => `${e.title} ${e.getAttribute('aria-label')}`).join(' ')"""
UNFOLD = """root => {
    for (let left = 40; left > 0; left--) {
        const folded = [...document.querySelectorAll(`${root} details:not([open])`)];
        const more = [...document.querySelectorAll(`${root} .mapper-list .mapper-more`)];
        if (folded.length + more.length === 0) return;
        for (const one of folded) one.open = true;
        for (const one of more) one.click();
        for (const one of folded) one.dispatchEvent(new Event('toggle'));
    }
}"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an edition of the hostile layers."""
    folder = tmp_path_factory.mktemp("hostile_fields")
    answer = build(hostile_layers(folder, MANY), out=folder / "edition")
    assert (answer["zones"]["drawn"], answer["incidents"]["counted"]) == (12, 114 + EXTRA_ROWS)
    return folder / "edition"


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page in English; at the end nothing ran, nothing was asked for, and every element is one of ours."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((edition / "map.html").as_uri() + "#lang=en")
    page.evaluate("window.mapper.ready")
    yield page
    assert_harmless(page)
    assert dialogs == []
    assert len(page.context.pages) == 1
    page_log.assert_quiet()


def assert_harmless(page: Page) -> None:
    """No script of the data ran, and no element, handler or address was made of its texts."""
    assert page.evaluate("window.hacked") is None
    assert sorted(set(page.evaluate(FOREIGN, sorted(OURS)))) == []
    assert (
        page.evaluate("document.querySelectorAll('script').length - document.querySelectorAll('body > script').length")
        == 0
    )


def missing(seen: str) -> list[str]:
    """Return the payloads that cannot be read in a text, blanks counted alike as they are when read."""
    plain = " ".join(seen.split())
    return [payload for payload in MANY if " ".join(payload.split()) not in plain]


def text_of(page: Page, selector: str) -> str:
    """Return all text of an element, what is out of sight included."""
    return str(page.evaluate("selector => document.querySelector(selector).textContent", selector))


def saved(page: Page, suffix: str) -> str:
    """Press the button and return the saved file's text."""
    with page.expect_download() as download:
        page.locator(f'[data-save="{suffix}"]').click()
    assert re.fullmatch(r"[\w-]+\.\w+", download.value.suggested_filename)
    return Path(download.value.path()).read_text("utf-8-sig")


def test_there_are_enough_and_no_two_are_alike() -> None:
    """Rows of a column together hold all of them."""
    assert len(set(MANY)) == len(MANY) >= 500
    assert not missing(" ".join(share(MANY, row, 13) for row in range(13)))


def test_what_runs_would_be_noticed(page: Page) -> None:
    """Markup, handlers, addresses and styles that a slip would let through are each reported."""
    page.set_content(
        "<p style='color: red' onclick=x></p><marquee></marquee><a href='javascript:x'>x</a><svg fill='url(//a)'></svg>"
    )
    reported = page.evaluate(FOREIGN, sorted(OURS))
    assert reported[0] == "marquee"
    assert {each.split("=")[0] for each in reported[1:]} >= {"onclick", "href", "fill"}


def test_lists_legend_and_labels(opened: Page) -> None:
    """Every section unfolded to its end, in all languages: each text is there, and no template counted 7 by 191."""
    for language in ("en", "az", "ru"):
        opened.locator(".mapper-language").select_option(language)
        opened.evaluate(UNFOLD, "#mapper-drawer")
        seen = text_of(opened, "#mapper-drawer")
        assert not missing(seen), language
        assert "1337" not in re.sub(r"[0-9a-f]{12,}", "", seen)
        assert_harmless(opened)
    names = opened.eval_on_selector_all(
        ".mapper-zone-label", "all => all.map((one) => one.getAttribute('aria-label')).join(' ')"
    )
    assert any(payload in names for payload in MANY)


def test_every_panel(opened: Page) -> None:
    """The panel of every label: zones with orders, accidents, districts."""
    seen = ""
    keys = opened.eval_on_selector_all("button[data-label]", "all => all.map((one) => one.dataset.label)")
    assert len([key for key in keys if key.startswith("zone")]) >= 5
    for key in keys:
        opened.evaluate(
            "key => [...document.querySelectorAll('button[data-label]')].find((b) => b.dataset.label === key)?.click()",
            key,
        )
        opened.evaluate(UNFOLD, "#mapper-details")
        seen += text_of(opened, "#mapper-details")
    assert len(MANY) - len(missing(seen)) >= 450  # records of no label in view have the others


@pytest.mark.parametrize("kind", ["incidents", "zones", "orders", "hazards", "districts"])
def test_tables_and_their_files(opened: Page, kind: str) -> None:
    """All rows opened; found by a hostile text; the CSV holds no cell that a spreadsheet would run, the GeoJSON every text."""
    opened.locator(".mapper-table-open").click()
    opened.locator('[data-table="kind"]').select_option(kind)
    comma, geo = saved(opened, "csv"), ""
    cells = [cell for row in csv.reader(io.StringIO(comma, newline="")) for cell in row]
    ran = [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell) and not re.fullmatch(r"[+-][\d.]+", cell)]
    assert ran == []
    if kind != "orders":
        geo = saved(opened, "geojson")
        assert isinstance(json.loads(geo)["features"], list)
    seen = ""
    while True:
        opened.evaluate("document.querySelectorAll('#mapper-table .mapper-record').forEach((one) => one.click())")
        opened.evaluate(UNFOLD, "#mapper-table")
        seen += text_of(opened, "#mapper-table")
        assert_harmless(opened)
        following = opened.locator('[data-page="next"]')
        if following.count() == 0 or following.is_disabled():
            break
        following.click()
    if kind in {"incidents", "orders"}:
        assert not missing(seen)
    if kind == "incidents":
        assert not missing(comma.replace('""', '"'))
        assert sum(cell.startswith(tuple(f"'{formula}" for formula in FORMULAS)) for cell in cells) >= len(FORMULAS)
        opened.locator('[data-table="query"]').fill(FORMULAS[0])
        opened.locator("#mapper-table [role=status]").get_by_text("of 134").wait_for()


def test_filters(opened: Page) -> None:
    """Codes that no list has are choices like others; each can be put out and in."""
    opened.locator("#mapper-filters > summary").click()
    opened.locator("#mapper-filters fieldset").first.wait_for()
    seen = text_of(opened, "#mapper-filters")
    assert any(payload in seen for payload in MANY)
    for name in ("None", "All"):
        for press in opened.locator("#mapper-filters").get_by_role("button", name=name, exact=True).all():
            press.click()
    assert_harmless(opened)
    hostile = opened.url
    opened.goto("about:blank")
    opened.goto(hostile)
    opened.evaluate("window.mapper.ready")


def test_found_by_a_hostile_name(opened: Page) -> None:
    """Names of zones, settlements and ids in the list of the search, and what is typed, stay text."""
    seen = ""
    for asked in ("zone-agdam", "Laçın", "az-20201114", *MANY[:40:3], *MANY[40::25]):
        opened.fill("[role=combobox]", "")
        opened.fill("[role=combobox]", asked)
        seen += text_of(opened, "[role=listbox]")
        assert_harmless(opened)
    assert any(payload in seen for payload in MANY)
    opened.fill("[role=combobox]", "zone-agdam")
    opened.locator("[role=option]").first.click()
    assert opened.locator("#mapper-details .mapper-verdict").count() == 1


def test_marks_of_the_time_bar(opened: Page) -> None:
    """What a mark is called, and what a step to it says."""
    opened.locator(".mapper-time-button").click()
    back = opened.get_by_role("button", name="To the order or event before")
    seen = ""
    for _ in range(12):
        back.click()
        seen += text_of(opened, ".mapper-time-room")
        seen += opened.evaluate(NAMES, ".mapper-time-room")
        assert_harmless(opened)
    assert any(payload in seen for payload in MANY)
    assert "1337" not in seen


def test_sheet_picture_and_route(opened: Page, tmp_path: Path) -> None:
    """The sheet, the pages after it and the PNG are made; a route through the zones names hostile orders in its file."""
    route = {
        "type": "Feature",
        "properties": {"name": MANY[0]},
        "geometry": {"type": "LineString", "coordinates": [[48.0, 40.6], [46.75, 39.8]]},
    }
    name = "<img src=x onerror=window.hacked=9>{{7*191}}.geojson"
    (tmp_path / name).write_text(json.dumps(route), "utf-8")
    opened.locator("#mapper-route > summary").click()
    opened.set_input_files("#mapper-route input[type=file]", tmp_path / name)
    opened.locator(".mapper-route-table").wait_for()
    assert name in text_of(opened, "#mapper-route")
    with opened.expect_download() as download:
        opened.get_by_role("button", name="Save as GeoJSON").click()
    assert json.loads(Path(download.value.path()).read_text("utf-8"))["features"]
    opened.evaluate("location.hash = 'lang=en&ask=46.25,39.68,50'")
    opened.locator("#mapper-print > summary").click()
    with opened.expect_download() as download:
        opened.locator("#mapper-print button").last.click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert len(opened.pdf(prefer_css_page_size=True)) > 10_000
    sheet = text_of(opened, "#mapper-sheet")
    assert "<img src=x" in sheet
    assert "1337" not in sheet
    assert_harmless(opened)


def test_what_is_copied_is_our_own(opened: Page) -> None:
    """A copied coordinate holds no text of the data."""
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.evaluate("location.hash = 'lang=en&ask=46.25,39.68,50'")
    opened.locator("#mapper-details summary", has_text="MGRS").click()
    for press in opened.locator("#mapper-details").get_by_role("button", name="Copy:").all():
        press.click()
        opened.locator("#mapper-details [role=status]").get_by_text("Copied").wait_for()
        assert re.fullmatch(r"[\w\s.,;:=°′″+\-()/]+", opened.evaluate("navigator.clipboard.readText()"))


def test_without_scripts(browser: Browser, edition: Path) -> None:
    """The lists and the picture of the page without scripts."""
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    asked: list[str] = []
    plain.on("request", lambda request: asked.append(request.url))
    plain.goto((edition / "map.html").as_uri())
    seen = plain.inner_text("body")
    assert sum(" ".join(payload.split()) in " ".join(seen.split()) for payload in MANY) >= 500
    assert (
        plain.locator(
            "img, iframe, object, embed, form, base, link, video, a, use, image, [style], noscript script"
        ).count()
        == 0
    )
    assert len(asked) == 1
    context.close()
