"""The page beside what else shows records on a map: bytes, time to interactive, longest frames, cost of building, in one table.

    .venv/bin/python -m tests.benchmarks.page [--ours 1000,100000,1000000] [--folium 1000,10000,100000] [--rounds 5]

All pages show the same records and are opened by turns in one headless Chromium with the network cut, so that a busy machine
slows all of them: read the ratios, not the seconds. An empty Leaflet page is the unit. A record has an id of a common pattern,
dates, device, type, casualties, district, radius, and on every fifth a text of 60 letters. folium's GeoJson gets all of that,
its FastMarkerCluster positions alone, as is its way; the libraries that folium's pages name are answered from this machine, and
those that neither needs with nothing, which favours folium. FastMarkerCluster's own library is fetched by npm; where that cannot
be reached it is passed over, and the table says so.

Interactive: all scripts have run (ours: `window.mapper.ready`, when everything in view is drawn) and two frames have passed.
Longest frame: the largest gap between two animation frames while the mouse drags the map across the view, and while its wheel
turns, with a second after each to end what it began. Building: CPU seconds from the checked frames to the bytes of the page.
To reach: bundled layers under 600 KB and within 3 times an empty page; 100,000 records under 2.5 MB and 5 times; 1,000,000 under
16 MB, 10 times, 5 s of building, no frame over 100 ms when dragged nor over 300 ms when zoomed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from folium.plugins import FastMarkerCluster
from playwright.sync_api import Error, sync_playwright

from mapper.output.page import front_end, page_html
from mapper.pipeline import make_edition
from tests.browser.conftest import FLAGS, find_chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from playwright.sync_api import Browser, Page, Route

    from mapper.output.compose import Edition

WEB = Path(__file__).parents[2] / "mapper" / "web"
AREA = (45.5, 38.8, 48.0, 41.0)
VIEW = {"width": 1440, "height": 900}
DISTRICTS = {
    "Ağdam": "agdam",
    "Cəbrayıl": "cebrayil",
    "Füzuli": "fuzuli",
    "Kəlbəcər": "kelbecer",
    "Laçın": "lacin",
    "Qubadlı": "qubadli",
    "Tərtər": "terter",
    "Zəngilan": "zengilan",
}
WORDS = (
    *(
        "mine",
        "mina",
        "farmer",
        "field",
        "sahə",
        "road",
        "yol",
        "village",
        "kənd",
        "near",
        "yaxın",
        "tractor",
        "traktor",
    ),
    *(
        "exploded",
        "partladı",
        "injured",
        "yaralandı",
        "hospital",
        "grazing",
        "cattle",
        "unknown",
        "naməlum",
        "device",
        "qurğu",
    ),
    *("former", "contact", "line", "demining", "minatəmizləmə", "while", "zamanı", "reported", "bildirilib"),
)
GIVE_UP_MS = 90_000


def records(count: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Return clustered accidents with all attributes."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    which = lot.integers(0, 40, count)
    centres = lot.uniform((west, south), (east, north), (40, 2))
    lon, lat = (np.round(centres[which, axis] + lot.normal(0, 0.15, count), 6) for axis in (0, 1))
    days = np.datetime64("2020-11-10") + lot.integers(0, 2190, count)
    names = np.array(list(DISTRICTS))[which % len(DISTRICTS)]
    date = pd.Series(days.astype(str))
    of_day = date.str.replace("-", "") + "-" + pd.Series(names).map(DISTRICTS)
    texts = pd.Series([None] * count, dtype="str")
    texts[::5] = [" ".join(lot.choice(WORDS, 14))[:60] for _ in range(0, count, 5)]

    def some(values: Sequence[Any], shares: Sequence[float]) -> Any:  # noqa: ANN401 - of the values' type
        return lot.choice(np.array(values), count, p=shares)

    return gpd.GeoDataFrame(
        {
            "incident_id": "az-" + of_day + "-" + (of_day.groupby(of_day).cumcount() + 1).astype(str),
            "date_start": date,
            "date_end": date,
            "date_precision": "day",
            "reported_on": pd.Series((days + lot.integers(0, 20, count)).astype(str)),
            "district": names,
            "location_level": "measured_gnss",
            "place": "point",
            "uncertainty_m": some([5.0, 10.0, 30.0, 50.0], [0.4, 0.3, 0.2, 0.1]),
            "accident_type": some(["mine", "uxo", "demining_accident"], [0.8, 0.15, 0.05]),
            "device_category": some(["ap_mine", "av_mine", "uxo", "mine_unspecified"], [0.4, 0.3, 0.1, 0.2]),
            "killed_civilian": some([0, 1, 2], [0.8, 0.17, 0.03]),
            "injured_civilian": some([0, 1, 2, 3], [0.4, 0.4, 0.15, 0.05]),
            "note": texts,
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )


def edition_of(bundled: Edition, given: gpd.GeoDataFrame) -> Edition:
    """Return the edition of the bundled layers with other accidents."""
    given = given.assign(killed=given["killed_civilian"], injured=given["injured_civilian"])
    columns = {
        name: given[name].astype(kind) if name in given else pd.Series([None] * len(given)).astype(kind)
        for name, kind in bundled.incidents.dtypes.items()
        if name != "geometry"
    }
    return replace(bundled, incidents=gpd.GeoDataFrame(columns, geometry=given.geometry, crs=given.crs))


# ---------------------------------------------------------------- pages
def empty_page() -> bytes:
    """Return Leaflet and a map without a layer."""
    script, style = (
        (WEB / "node_modules" / "leaflet" / "dist" / name).read_text() for name in ("leaflet.js", "leaflet.css")
    )
    return (
        f"<!doctype html><meta charset=utf-8><style>{style} #map {{ position: absolute; inset: 0 }}</style><div id=map></div>"
        f"<script>{script}</script><script>L.map('map').setView([40, 47], 8)</script>"
    ).encode()


def _folium_map() -> folium.Map:
    return folium.Map(location=[40, 47], zoom_start=8, tiles=None, maxZoom=18)


def fast_marker_cluster(given: gpd.GeoDataFrame) -> bytes:
    """Return folium's page of clusters that are made from bare positions."""
    shown = _folium_map()
    positions = np.column_stack([given.geometry.y, given.geometry.x]).tolist()
    FastMarkerCluster(positions).add_to(shown)  # type: ignore[no-untyped-call] # it ships no types
    return bytes(shown.get_root().render().encode())


def geojson(given: gpd.GeoDataFrame) -> bytes:
    """Return folium's page of GeoJson with every attribute, as circles, its lighter marker."""
    shown = _folium_map()
    folium.GeoJson(given.to_json(), marker=folium.CircleMarker(radius=3)).add_to(shown)  # noqa: TID251 - what is measured
    return bytes(shown.get_root().render().encode())


def built(make: Callable[[], bytes]) -> tuple[bytes, float]:
    """Build a page and return it with the CPU seconds that took."""
    start = time.process_time()
    content = make()
    return content, time.process_time() - start


# ---------------------------------------------------------------- libraries of folium's pages
def fetch_markercluster(folder: Path) -> bool:
    """Fetch leaflet.markercluster by npm; False where it cannot be had."""
    spec = importlib.util.spec_from_file_location("hatch_build", WEB / "hatch_build.py")
    if spec is None or spec.loader is None:
        return False
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    try:
        hook.npm(
            folder,
            "install",
            "--prefix",
            str(folder),
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "leaflet.markercluster@1.5.3",
        )
    except SystemExit:
        return False
    return True


def answer(route: Route, folder: Path) -> None:
    """Answer what a folium page asks for: Leaflet and its clusters as they are, nothing for all else."""
    address = route.request.url
    if address.startswith(("file:", "data:", "blob:")):
        route.continue_()
        return
    name = address.rsplit("/", 1)[-1]
    known = (
        WEB / "node_modules" / "leaflet" / "dist" / name,
        folder / "node_modules" / "leaflet.markercluster" / "dist" / name,
    )
    if "awesome-markers.js" in name:
        route.fulfill(content_type="text/javascript", body="L.AwesomeMarkers = { icon: () => new L.Icon.Default() };")
    elif path := next((path for path in known if path.is_file()), None):
        route.fulfill(path=path)
    else:
        route.fulfill(content_type="text/css" if name.endswith(".css") else "text/javascript", body="")


# ---------------------------------------------------------------- measuring
INTERACTIVE = """async () => {
    while (document.readyState !== 'complete') await new Promise(go => setTimeout(go, 2));
    const ready = window.mapper ? await window.mapper.ready : null;
    await new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
    return {ms: performance.now(), ready, shown: window.mapper ? window.mapper.shown() : null};
}"""
WATCH = """() => {
    window.gaps = [];
    let last = performance.now();
    const tick = () => {
        const now = performance.now();
        window.gaps.push(now - last);
        last = now;
        window.watching = requestAnimationFrame(tick);
    };
    tick();
}"""
WATCHED = """async () => {
    await new Promise(go => setTimeout(go, 1000));
    cancelAnimationFrame(window.watching);
    return Math.max(...window.gaps);
}"""


@dataclass
class Row:
    """One line of the table: what was built, and what each round measured."""

    name: str
    count: int
    content: bytes
    cpu_s: float
    interactive_ms: list[float] = field(default_factory=list)
    pan_ms: list[float] = field(default_factory=list)
    zoom_ms: list[float] = field(default_factory=list)
    shown: Mapping[str, int] | None = None
    failure: str = ""


def longest_frame(page: Page, act: Callable[[], None]) -> float:
    """Return the longest gap between frames, in ms, while something is done."""
    page.evaluate(WATCH)
    act()
    return float(page.evaluate(WATCHED))


def drag(page: Page) -> None:
    """Drag the map by a third of the view, there and a little back."""
    x, y = VIEW["width"] // 3, VIEW["height"] // 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 300, y + 200, steps=30)
    page.mouse.move(x + 200, y - 100, steps=20)
    page.mouse.up()


def wheel(page: Page) -> None:
    """Turn the wheel nearer and farther again."""
    page.mouse.move(VIEW["width"] // 3, VIEW["height"] // 2)
    for step in (-240, -240, 240, 240):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(400)


def measure(browser: Browser, row: Row, folder: Path) -> None:
    """Open a page once and add what it took to its row."""
    context = browser.new_context(viewport=VIEW)  # type: ignore[arg-type] # a plain dict is what it takes
    page = context.new_page()
    page.set_default_timeout(GIVE_UP_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.route("**/*", lambda route: answer(route, folder))
    path = folder / "page.html"
    path.write_bytes(row.content)
    try:
        page.goto(path.as_uri(), wait_until="commit")
        found = page.evaluate(INTERACTIVE)
        row.interactive_ms.append(found["ms"])
        row.shown = found["shown"]
        row.pan_ms.append(longest_frame(page, lambda: drag(page)))
        row.zoom_ms.append(longest_frame(page, lambda: wheel(page)))
    except Error as failure:
        row.failure = "did not finish" if "imeout" in str(failure) else str(failure).splitlines()[0]
    finally:
        context.close()
    if errors:
        row.failure = errors[0]


def rows_of(ours: Sequence[int], others: Sequence[int], *, has_clusters: bool) -> list[Row]:
    """Build every page."""
    front_end()
    bundled = make_edition()
    rows = [Row("empty Leaflet page", 0, *built(empty_page))]
    rows.append(Row("ours, bundled layers", len(bundled.incidents), *built(lambda: page_html(bundled))))
    for count in ours:
        edition = edition_of(bundled, records(count))
        rows.append(Row("ours", count, *built(lambda edition=edition: page_html(edition))))  # type: ignore[misc] # it is an Edition
    for count in others:
        given = records(count)
        if has_clusters:
            rows.append(Row("folium FastMarkerCluster", count, *built(lambda given=given: fast_marker_cluster(given))))  # type: ignore[misc]
        rows.append(Row("folium GeoJson", count, *built(lambda given=given: geojson(given))))  # type: ignore[misc]
    return rows


def table(rows: Sequence[Row]) -> str:
    """Put the medians into one table."""
    unit = statistics.median(rows[0].interactive_ms)
    head = f"{'page':26}{'records':>10}{'MB':>8}{'build CPU s':>13}{'interactive s':>15}{'x empty':>9}{'pan ms':>8}{'zoom ms':>9}"
    lines = [head]
    for row in rows:
        line = f"{row.name:26}{row.count:>10,}{len(row.content) / 1e6:8.2f}{row.cpu_s:13.2f}"
        if row.failure or not row.interactive_ms:
            lines.append(f"{line}  {row.failure}")
            continue
        ms = statistics.median(row.interactive_ms)
        pan, zoom = statistics.median(row.pan_ms), statistics.median(row.zoom_ms)
        lines.append(f"{line}{ms / 1000:15.2f}{ms / unit:9.1f}{pan:8.0f}{zoom:9.0f}")
    return "\n".join(lines)


def run(browser: Browser, folder: Path, ours: Sequence[int], others: Sequence[int], rounds: int) -> list[Row]:
    """Measure all pages by turns; a page that did not finish is not opened again."""
    rows = rows_of(ours, others, has_clusters=fetch_markercluster(folder) if others else False)
    for number in range(rounds):
        for row in rows:
            if not row.failure:
                measure(browser, row, folder)
        print(f"round {number + 1}: load {os.getloadavg()[0]:.1f}", file=sys.stderr)  # noqa: T201 - it takes long
    return rows


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    numbers = lambda text: [int(part) for part in text.split(",") if part]  # noqa: E731 - a converter of one expression
    parser.add_argument("--ours", type=numbers, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--folium", type=numbers, default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        rows = run(browser, Path(folder), wanted.ours, wanted.folium, wanted.rounds)
        browser.close()
    if not any(row.name == "folium FastMarkerCluster" for row in rows) and wanted.folium:
        print("FastMarkerCluster is passed over: npm could not reach its library.")  # noqa: T201
    print(table(rows))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
