"""Hostile text in every field is seen as text: nothing runs, nothing is asked for, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mapper import build
from tests.hostile import PAYLOADS, hostile_layers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an edition of the hostile layers."""
    folder = tmp_path_factory.mktemp("hostile")
    build(hostile_layers(folder), out=folder / "edition")
    return folder / "edition" / "map.html"


def test_hostile_text_is_seen_as_text(page: Page, page_log: PageLog, hostile_page: Path) -> None:
    """All shapes are drawn, all payloads are readable, no script ran, no element was made of them."""
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto(hostile_page.as_uri())
    ready = page.evaluate("window.mapper.ready")
    shown = page.evaluate("window.mapper.shown()")
    assert ready["complete"] is True
    assert shown["zones"] == 12
    assert shown["discs"] + shown["district_counts"] == 114
    seen = ""
    for _ in range(4):
        page.evaluate("document.querySelectorAll('details:not([open])').forEach(d => d.open = true)")
    # Base64 is no text that is seen, and may hold any four digits.
    seen += page.evaluate(
        "[...document.body.children].filter(e => e.tagName !== 'SCRIPT').map(e => e.textContent).join()"
    )
    for key in page.eval_on_selector_all("button[data-label]", "all => all.map(each => each.dataset.label)"):
        page.evaluate(
            "key => [...document.querySelectorAll('button[data-label]')].find(b => b.dataset.label === key)?.click()",
            key,
        )
        page.evaluate("document.querySelectorAll('#mapper-details details:not([open])').forEach(d => d.open = true)")
        seen += page.evaluate("document.querySelector('#mapper-details').textContent")
    for payload in PAYLOADS:
        assert payload in seen, payload
    assert page.evaluate("window.hacked") is None
    assert "1337" not in seen
    assert page.evaluate("document.querySelectorAll('img, iframe, object, embed').length") == 0
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every(e => ![...e.attributes].some(a => /^on/i.test(a.name)))"
    )
    assert page.evaluate("[...document.querySelectorAll('a')].every(a => /^https?:/.test(a.href))")
    page_log.assert_quiet()


def test_without_scripts_hostile_text_is_text_too(browser, hostile_page: Path) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - pytest-playwright's
    """What is written into the markup itself, lists and a picture, goes through an escape."""
    context = browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    plain.goto(hostile_page.as_uri())
    text = plain.inner_text("body")
    assert '<img src=x onerror="window.hacked=1">' in text
    assert "{{ 7*191 }}" in text
    assert plain.locator("img, iframe, object, embed, [onload], [onerror]").count() == 0
    assert plain.locator("noscript script").count() == 0
    assert plain.locator("svg text").count() > 0
    context.close()


def test_hostile_text_in_the_tables_is_text(page: Page, page_log: PageLog, hostile_page: Path) -> None:
    """Every kind of record with its first records opened, searched for by a payload, and saved: nothing but text."""
    page.goto(hostile_page.as_uri() + "#table=incidents")
    page.evaluate("window.mapper.ready")
    seen = ""
    for kind in ("zones", "hazards", "orders", "districts", "incidents"):
        page.locator('[data-table="kind"]').select_option(kind)
        page.evaluate("[...document.querySelectorAll('.mapper-record')].slice(0, 5).forEach(each => each.click())")
        seen += page.evaluate("document.querySelector('#mapper-table').textContent")
    for payload in PAYLOADS:
        assert payload in seen, payload
    page.locator('[data-table="query"]').fill(PAYLOADS[0])
    with page.expect_download() as download:
        page.locator('[data-save="csv"]').click()
    assert download.value.path().stat().st_size > 0
    assert page.evaluate("window.hacked") is None
    assert page.locator("#mapper-table").locator("img, iframe, object, embed, script").count() == 0
    page_log.assert_quiet()
