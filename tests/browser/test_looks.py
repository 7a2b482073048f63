"""How the legend and the answer look: order, words, shapes and colours, as a text that is compared with a committed one.

Pictures would differ with the fonts of a machine; colours, dashes, hatches and borders do not. A change that is meant is
written with `MAPPER_RENEW_LOOKS=1 pytest tests/browser/test_looks.py`; the difference is then read before it is committed.
"""

from __future__ import annotations

import base64
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import PageLog

EXPECTED = Path(__file__).parent / "expected"
LANGUAGES = ("en", "az", "ru")
THEMES = ("light", "dark")
IN_LACIN = "46.25,39.68,50"
LEAST_INK = 0.01
"""Share of a swatch that is not ground; seven dots are the least."""

DESCRIBE = (Path(__file__).parent / "look.js").read_text("utf-8")
READ_PIXELS = """async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const ctx = canvas.getContext('2d');
    ctx.drawImage(image, 0, 0);
    return [canvas.height, canvas.width, [...ctx.getImageData(0, 0, canvas.width, canvas.height).data]];
}"""


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open a page of the edition; `open_in` chooses language and theme."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((edition / "map.html").as_uri())
    yield page
    page_log.assert_quiet()


def open_in(page: Page, language: str, theme: str) -> None:
    """Open the page anew, asked about a place in a zone."""
    address = page.url.split("#")[0]
    page.goto("about:blank")
    page.goto(f"{address}#lang={language}&theme={theme}&ask={IN_LACIN}")
    page.evaluate("window.mapper.ready")
    page.mouse.move(5, 890)


def compare(name: str, found: str) -> None:
    """Compare with the committed text, or write it anew when that is asked for."""
    path = EXPECTED / name
    if os.environ.get("MAPPER_RENEW_LOOKS"):
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8"), f"{name} differs; how to renew it stands at the top of this file."


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_and_the_answer_look_as_before(opened: Page, language: str, theme: str) -> None:
    """Rows and parts in their order, each with its words, shape, hatch, dash and colours."""
    open_in(opened, language, theme)
    compare(f"legend.{language}.{theme}.txt", opened.evaluate(DESCRIBE, "#mapper-legend"))
    compare(f"verdict.{language}.{theme}.txt", opened.evaluate(DESCRIBE, "#mapper-details .mapper-enter"))


def pixels(swatch: Locator, reader: Page) -> NDArray[np.int_]:
    """Return what a swatch looks like on the screen, as rows of red, green and blue."""
    height, width, values = reader.evaluate(READ_PIXELS, base64.b64encode(swatch.screenshot()).decode())
    return np.array(values, dtype=int).reshape(height, width, 4)[:, :, :3]


@pytest.mark.parametrize("theme", THEMES)
def test_every_swatch_is_painted_and_none_is_like_another(opened: Page, theme: str) -> None:
    """Ink on each; and of every two of one size, pixels that differ by more than an eye would miss."""
    open_in(opened, "en", theme)
    reader = opened.context.new_page()
    swatches = {
        " ".join(row.inner_text().split()): pixels(row.locator("svg.mapper-swatch"), reader)
        for row in opened.locator("#mapper-legend li:has(svg.mapper-swatch)").all()
    }
    assert len(swatches) == opened.locator("#mapper-legend svg.mapper-swatch").count() > 10
    for name, seen in swatches.items():
        ink = np.abs(seen - seen[0, 0]).max(axis=2) > 24
        assert ink.mean() > LEAST_INK, name
    for (one, seen), (other, beside) in itertools.combinations(swatches.items(), 2):
        rows, columns = (min(a, b) for a, b in zip(seen.shape[:2], beside.shape[:2], strict=True))
        differs = np.abs(seen[:rows, :columns] - beside[:rows, :columns]).max(axis=2) > 12
        assert differs.mean() > 0.02, (one, other)
