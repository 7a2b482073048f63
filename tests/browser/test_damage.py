"""A page that was cut or altered shows its banner and no shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mapper.output.page import page_html
from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

PLACES = 40
SHAPES = "#mapper-root path, #mapper-root canvas, #mapper-root .mapper-label"


@pytest.fixture(scope="module")
def html() -> bytes:
    """Return the page of the bundled layers."""
    return page_html(make_edition())


def open_damaged(page: Page, folder: Path, content: bytes) -> str:
    """Open damaged bytes and return what is to be seen, once the page has given up."""
    path = folder / "damaged.html"
    path.write_bytes(content)
    page.goto(path.as_uri())
    page.evaluate("window.mapper ? window.mapper.ready.catch(() => null) : null")
    assert page.locator(SHAPES).count() == 0
    return page.title() + (page.inner_text("body") if page.locator("body").count() else "")


def test_cut_anywhere(page: Page, tmp_path: Path, html: bytes) -> None:
    """At 40 places, evenly over the file and at its last bytes: the title or the banner says not to use it."""
    cuts = [len(html) * place // PLACES for place in range(1, PLACES)] + [len(html) - 1]
    for cut in cuts:
        assert "DO NOT USE" in open_damaged(page, tmp_path, html[:cut]).upper(), cut


@pytest.mark.parametrize("part", ["mapper-block", "mapper-program", "boot"])
def test_altered_anywhere(page: Page, tmp_path: Path, html: bytes, part: str) -> None:
    """One letter changed at 20 places of the data block, of the packed program, or of what unpacks it: the banner stays."""
    marker = b"<script>" if part == "boot" else b"=%b>" % part.encode()
    start = html.rindex(marker) + len(marker)
    end = html.index(b"</script>", start)
    for place in range(PLACES // 2):
        at = start + (end - start) * place // (PLACES // 2)
        while not re.match(rb"[A-Za-z]", html[at : at + 1]):
            at += 1
        changed = html[:at] + (b"B" if html[at : at + 1] == b"A" else b"A") + html[at + 1 :]
        open_damaged(page, tmp_path, changed)
        assert page.is_visible("#mapper-banner"), at
        assert "DO NOT USE" in page.inner_text("#mapper-banner").upper(), at


def test_a_seal_for_other_data_is_not_enough(page: Page, tmp_path: Path, html: bytes) -> None:
    """A record count that does not fit the block is damage too."""
    changed = re.sub(rb'"records":\d+', b'"records":1', html, count=1)
    open_damaged(page, tmp_path, changed)
    assert page.is_visible("#mapper-banner")
