"""The time bar and the filters on the bundled layers, by mouse and keys, and through the address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyproj import CRS

from mapper import crs
from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import PageLog


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page from disk."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def shown(page: Page) -> dict[str, int]:
    """Return what is visible now, by layer."""
    counts: dict[str, int] = page.evaluate("window.mapper.shown()")
    return counts


def accidents(page: Page) -> int:
    """Return how many accidents are visible, on the map or in a number of a district."""
    counts = shown(page)
    return counts["discs"] + counts["points"] + counts["district_counts"]


def hatched(page: Page) -> int:
    """Return how many zones are hatched."""
    count: int = page.evaluate(
        "[...document.querySelectorAll('path.mapper-zone')].filter(z => z.getAttribute('fill-opacity') !== '0').length"
    )
    return count


def test_days_by_keys_and_the_first_orders(opened: Page) -> None:
    """The end goes by keys to before the ban of 28 November 2020: no zone is hatched, all stay in sight, and it is said."""
    opened.get_by_role("button", name="Time").click()
    end = opened.get_by_role("slider", name="Last day")
    end.focus()
    opened.keyboard.press("Home")
    assert hatched(opened) == 0
    assert shown(opened)["zones"] == 12
    assert accidents(opened) < 114
    line = opened.locator(".mapper-chosen")
    assert "Orders are shown as of" in line.inner_text()
    opened.keyboard.press("End")
    assert hatched(opened) == 12
    assert accidents(opened) == 114
    assert line.is_hidden()


def test_from_mark_to_mark(opened: Page) -> None:
    """Going back from the last day stops at orders and events; the first ban is one, and its zones are hatched from then on."""
    opened.get_by_role("button", name="Time").click()
    back = opened.get_by_role("button", name="To the order or event before")
    days: list[str] = []
    for _ in range(60):
        back.click()
        day = opened.evaluate("new URLSearchParams(location.hash.slice(1)).get('on')")
        if days and day == days[-1]:
            break
        days.append(day)
    assert "2020-11-28" in days
    opened.goto(opened.url.split("#")[0] + "#on=2020-11-28&to=2020-11-28")
    opened.evaluate("window.mapper.ready")
    assert hatched(opened) > 0


def test_a_filter_and_its_address(opened: Page) -> None:
    """All devices but one are put out; the address opens the same; the verdict is the same with every record in it."""
    ask = "window.mapper.verdict({lon: 46.93, lat: 39.99, uncertainty_m: 10})"
    whole: dict[str, Any] = opened.evaluate(ask)
    opened.locator("#mapper-filters > summary").click()
    group = opened.locator("#mapper-filters fieldset", has_text="Device")
    group.get_by_role("button", name="None").click()
    assert accidents(opened) == 0
    group.get_by_label("Anti-personnel mine").check()
    some = accidents(opened)
    assert 0 < some < 114
    assert f"Hidden: {114 - some} of 114 accidents" in opened.locator(".mapper-chosen").inner_text()
    address = opened.url
    opened.goto("about:blank")
    opened.goto(address)
    opened.evaluate("window.mapper.ready")
    assert accidents(opened) == some
    filtered: dict[str, Any] = opened.evaluate(ask)
    assert filtered == whole
    opened.get_by_role("button", name="Show everything").click()
    assert accidents(opened) == 114


def test_the_density_of_a_year(opened: Page) -> None:
    """2021 has one, of fewer classes than all days have; days that are no whole year have none; its address opens it again."""
    whole = shown(opened)["contours"]
    opened.get_by_role("button", name="Time").click()
    years = opened.get_by_label("Year with a density")
    assert years.locator("option:not([hidden])").all_inner_texts() == ["All days", "2021", "2023", "2024"]
    years.select_option("2021")
    assert 0 < shown(opened)["contours"] < whole
    legend = opened.locator("#mapper-legend")
    assert "Reported accidents per km² in 2021" in legend.inner_text()
    assert "from 12 accidents certainly of that year" in legend.inner_text()
    opened.get_by_role("slider", name="First day").press("ArrowRight")
    assert shown(opened)["contours"] == 0
    line = opened.locator(".mapper-chosen").inner_text()
    assert "No density is drawn for these days" in line
    assert "2021, 2023, 2024" in line
    address = opened.url.replace("2021-01-02", "2021-01-01")
    opened.goto("about:blank")
    opened.goto(address)
    opened.evaluate("window.mapper.ready")
    assert "Reported accidents per km² in 2021" in legend.inner_text()
    opened.get_by_role("button", name="Show everything").click()
    assert shown(opened)["contours"] == whole


def test_the_value_of_the_density_at_a_place(opened: Page) -> None:
    """Asked about near a corner of the cell of the peak, the page finds that cell on the plane of the surface, and its value."""
    surface = make_edition().surface
    row, column = np.unravel_index(np.nanargmax(surface.intensity_per_km2), surface.intensity_per_km2.shape)
    aside = 0.45 * surface.cell_m
    plane, address = CRS.from_wkt(surface.crs_wkt), opened.url
    for side in (-aside, aside):
        lon, lat = crs.transform_points(surface.x_m[column] + side, surface.y_m[row] + side, plane, crs.STORAGE)
        opened.goto(f"{address}#lang=en&ask={float(lon):.6f},{float(lat):.6f},5")
        opened.evaluate("window.mapper.ready")
        told = re.search(
            r"this grid cell \(([^)]*) wide\): about ([\d.]+)\.", opened.locator("#mapper-details").inner_text()
        )
        assert told is not None
        assert told[1] == "2,500 m"
        assert float(told[2]) == pytest.approx(surface.peak_per_km2, rel=0.015 + 0.02)  # its step, and two digits
        opened.goto("about:blank")
