"""The picture at the top of README: the page of an edition as Chromium shows it, in few colours.

    python -m mapper build --out edition
    python -m tests.browser.readme_picture edition/map.html .readme/page.png

Needs Pillow beside what the browser tests need; matplotlib brings it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, find_chromium

WIDTH, HEIGHT = 1200, 760
COLOURS = 96


def shown(page: Path) -> bytes:
    """Return the page in English, as PNG, once it has loaded whole and has drawn its tiles."""
    with sync_playwright() as play, play.chromium.launch(executable_path=find_chromium(), args=FLAGS) as browser:
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        tab.goto(f"{page.resolve().as_uri()}#lang=en")
        tab.evaluate("window.mapper.ready")
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return tab.screenshot(animations="disabled")


def reduced(png: bytes) -> bytes:
    """Return the picture as PNG with a palette instead of colours pixel by pixel."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    made = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(made, format="PNG", optimize=True)
    return made.getvalue()


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(reduced(shown(source)))
