"""The benchmark of the page, with a handful of records and without its peers that need a download: it still measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.output.page import page_html
from mapper.pipeline import make_edition
from tests.benchmarks.page import Row, built, edition_of, empty_page, geojson, measure, records, table

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_every_column_of_the_table_is_filled(browser: Browser, tmp_path: Path) -> None:
    """1,500 records, more than are painted as shapes: all are shown, and each page gets its times and its frames."""
    given = records(1_500)
    edition = edition_of(make_edition(), given)
    rows = [
        Row("empty", 0, *built(empty_page)),
        Row("ours", 1_500, *built(lambda: page_html(edition))),
        Row("folium", 20, *built(lambda: geojson(given[:20]))),
    ]
    for row in rows:
        measure(browser, row, tmp_path)
    assert [row.failure for row in rows] == ["", "", ""]
    assert rows[1].shown is not None
    assert rows[1].shown["points"] == 1_500
    assert all(len(times) == 1 for row in rows for times in (row.interactive_ms, row.pan_ms, row.zoom_ms))
    assert len(table(rows).splitlines()) == 4
