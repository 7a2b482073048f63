"""A page whose data are large enough for a worker and for clusters: 100,000 records with all attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mapper.output.page import page_html
from mapper.pipeline import make_edition
from tests.benchmarks.page import edition_of, records

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog

COUNT = 100_000
pytestmark = pytest.mark.slow
UNDER_LABELS = """() => [...document.querySelectorAll('button.mapper-point')].map(label => {
    const at = label.getBoundingClientRect();
    const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    return [...document.querySelectorAll('.leaflet-incidents-pane canvas')].some(canvas => {
        const room = canvas.getBoundingClientRect();
        const shown = getComputedStyle(canvas.parentElement).visibility === 'visible';
        const {data} = canvas.getContext('2d').getImageData(x - room.x - 7, y - room.y - 7, 14, 14);
        return shown && new Uint32Array(data.buffer).some(pixel => pixel >>> 24 > 0);
    });
})"""
"""Of each label of a point: whether the tile under its middle has colour within the point's size."""


@pytest.fixture(scope="module")
def html() -> bytes:
    """Return the page."""
    return page_html(edition_of(make_edition(), records(COUNT)))


def opened(page: Page, folder: Path, content: bytes) -> None:
    """Open the page and wait until it has drawn all, or given up."""
    path = folder / "map.html"
    path.write_bytes(content)
    page.goto(path.as_uri())
    page.evaluate("window.mapper.ready.catch(() => null)")


def test_marks_stand_where_their_labels_stand(page: Page, tmp_path: Path) -> None:
    """40 points: where the page opens, after a drag, and after each turn of the wheel, nearer and farther."""
    opened(page, tmp_path, page_html(edition_of(make_edition(), records(40))))
    painted = page.evaluate(UNDER_LABELS)
    assert len(painted) > 10
    assert all(painted)
    page.mouse.move(500, 450)
    page.mouse.down()
    page.mouse.move(620, 380, steps=5)
    page.mouse.up()
    page.wait_for_function(f"({UNDER_LABELS})().every(Boolean)")
    for turn in (-240, -240, 240, 240):
        page.mouse.wheel(0, turn)
        page.wait_for_function(f"({UNDER_LABELS})().every(Boolean)")
    assert len(page.evaluate(UNDER_LABELS)) > 0


def test_it_is_unpacked_by_a_worker_and_drawn_whole(page: Page, page_log: PageLog, tmp_path: Path, html: bytes) -> None:
    """All records are counted and their marks have left colour on more than one tile; nothing is asked for."""
    workers: list[str] = []
    page.on("worker", lambda worker: workers.append(worker.url))
    opened(page, tmp_path, html)
    assert [url.startswith("blob:") for url in workers] == [True]
    assert page.evaluate("window.mapper.shown().points") == COUNT
    painted = """() => [...document.querySelectorAll('.leaflet-incidents-pane canvas')].map(canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Uint32Array(data.buffer).some(pixel => pixel >>> 24 > 0);
    })"""
    assert sum(page.evaluate(painted)) > 1
    page_log.assert_quiet()


def test_clusters_count_every_record_and_name_the_worst(page: Page, tmp_path: Path, html: bytes) -> None:
    """Where numbers do not hide one another they add up to all records in view; a press brings the map nearer."""
    opened(page, tmp_path, html)
    clusters = page.locator("button.mapper-cluster")
    assert clusters.count() > 5
    texts = clusters.all_inner_texts()
    assert all("◆" in text for text in texts if int(text.split()[0].replace(",", "")) > 500)
    assert "somebody was killed" in (clusters.first.get_attribute("aria-label") or "")
    assert 0 < sum(int(text.split()[0].replace(",", "")) for text in texts) <= COUNT
    before = page.evaluate("document.querySelector('.mapper-scale').textContent")
    clusters.first.evaluate("button => button.click()")
    assert page.evaluate("document.querySelector('.mapper-scale').textContent") != before


def test_without_workers_the_page_unpacks_by_itself(page: Page, tmp_path: Path, html: bytes) -> None:
    """An old browser, or one whose policy lets no worker run."""
    page.add_init_script("delete window.Worker")
    opened(page, tmp_path, html)
    assert page.evaluate("window.mapper.shown().points") == COUNT


def test_a_letter_changed_is_found_by_the_worker(page: Page, tmp_path: Path, html: bytes) -> None:
    """The banner stays, says why, and nothing is drawn."""
    at = html.index(b"id=mapper-block>") + 700_000
    changed = html[:at] + (b"B" if html[at : at + 1] == b"A" else b"A") + html[at + 1 :]
    opened(page, tmp_path, changed)
    assert page.is_visible("#mapper-banner-cause")
    assert "SHA-256" in page.inner_text("#mapper-banner-cause")
    assert page.locator("#mapper-root canvas").count() == 0
