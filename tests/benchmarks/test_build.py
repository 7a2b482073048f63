"""A whole edition beside the script that an analyst would write with geopandas, scipy and folium.

    .venv/bin/pytest tests/benchmarks/test_build.py --benchmark-enable -s

prints two tables: CPU seconds and peak memory of `mapper build` and of two such scripts at a thousand to a million records, and
the CPU seconds of each step of the build. To reach: the scripts take 20 times our time at a hundred thousand, and no step but
reading grows faster than the records. Without the option a few records are taken, nothing is timed, and both must agree on
how many records lie in a zone.

The records are as many as are asked for, in clusters, with a date, a device, casualties and a note, over the bundled districts,
zones and orders. Either script reads the same table, joins it with the zones by `sjoin`, sums casualties by zone, lays scipy's
`gaussian_kde` onto as many cells as ours has, writes the joined records as GeoJSON, and saves a folium map of zones, density and
records: `markers` by one marker with a popup for each record in a `MarkerCluster`, `geojson` by one `GeoJson` with a tooltip,
which is faster and what somebody would do who has waited for the markers once. Neither checks, locates, or says what it left out.

Each runs in a process of its own, imports included: CPU time is that of the process and of those it started and waited for,
memory the highest mark of its resident set. What takes too long is left out: both scripts above a hundred thousand records.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

ROOT = Path(__file__).parents[2]
COUNTS = (1_000, 10_000, 100_000, 1_000_000)
MOST = {"build": 1_000_000, "geojson": 100_000, "markers": 100_000}
FEW = 60
CELLS = 15_000
"""Cells of the analyst's grid: about what ours has at 2,500 m over these zones."""


def write_layers(folder: Path, count: int) -> Path:
    """Write the bundled layers with another table of incidents, and the zones as the file an analyst would have."""
    import geopandas as gpd

    shutil.copytree(ROOT / "layers", folder)
    districts = gpd.read_file(folder / "districts.geojson").set_index("name")
    zones = pd.read_csv(folder / "zones.csv", dtype=str)
    outlines = districts.geometry.reindex(zones["admin_units"]).to_numpy()
    drawn = gpd.GeoDataFrame(zones[["zone_id", "name"]], geometry=outlines, crs=districts.crs)
    drawn.dropna(subset="geometry").to_file(folder / "analyst.geojson", driver="GeoJSON")
    write_incidents(folder / "many.csv", count, drawn.total_bounds)
    text = (folder / "layers.toml").read_text("utf-8")
    before, rest = text.split('[[layer]]\nname = "accidents"', 1)
    after = rest[rest.index("[[layer]]\n") :]
    (folder / "layers.toml").write_text(before + ENTRY + after, "utf-8")
    return folder


ENTRY = """\
[[layer]]
name = "many"
kind = "incidents"
file = "many.csv"
title = "Generated"
crs = "EPSG:4326"
source = "Generated"
licence = "None"
date = 2026-11-23
precision = "as-published"
precision_reason = "No record is of a person."

"""


def write_incidents(path: Path, count: int, bounds: np.ndarray[Any, Any]) -> None:
    """Write clustered incidents with measured coordinates; the same at every run."""
    lot = np.random.default_rng(20201110)
    west, south, east, north = bounds
    centres = lot.uniform((west, south), (east, north), (40, 2))
    lon, lat = (centres[lot.integers(0, 40, count)] + lot.normal(0, 0.1, (count, 2))).T
    pd.DataFrame(
        {
            "incident_id": [f"A-{number}" for number in range(count)],
            "date_start": np.datetime_as_string(np.datetime64("2020-11-10") + lot.integers(0, 2200, count)),
            "lon": [f"{degrees:.5f}" for degrees in lon],
            "lat": [f"{degrees:.5f}" for degrees in lat],
            "location_level": "measured_gnss",
            "uncertainty_m": "10",
            "accident_type": "mine_accident",
            "device_category": lot.choice(["ap_mine", "av_mine", "uxo", "unknown"], count),
            "killed_civilian": lot.integers(0, 2, count).astype(str),
            "injured_civilian": lot.integers(0, 3, count).astype(str),
            "note": [f"ploughing, field {number % 977}" for number in range(count)],
        }
    ).to_csv(path, index=False)


# ------------------------------------------------------------------------------------------------ the ways


def build(folder: Path) -> dict[str, Any]:
    """Build the edition; return what became of the incidents, and the CPU seconds of each step."""
    from mapper import pipeline
    from mapper.output.manifest import FILE_NAME

    seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(name: str) -> Iterator[None]:
        start = cpu_s()
        yield
        seconds[name] = cpu_s() - start

    setattr(pipeline, "step", timed)  # noqa: B010 - it is imported there, and only here exchanged
    out = folder / "edition"
    told = pipeline.build(folder, out=out)
    assert (out / FILE_NAME).exists()
    return {"told": told["incidents"], "seconds": seconds}


def cpu_s() -> float:
    """Return the CPU seconds of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def analyst(folder: Path, add_records: Callable[[Any, Any, Any], None]) -> dict[str, Any]:
    """Make the map as an analyst would; return how many incidents lie in a zone."""
    import folium.plugins
    import geopandas as gpd
    from scipy.stats import gaussian_kde

    table = pd.read_csv(folder / "many.csv", parse_dates=["date_start"])
    incidents = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    zones = gpd.read_file(folder / "analyst.geojson")
    joined = gpd.sjoin(incidents, zones, predicate="intersects", how="left")
    sums = joined.groupby("zone_id")[["killed_civilian", "injured_civilian"]].sum()
    zones = zones.merge(sums, on="zone_id", how="left")
    west, south, east, north = zones.total_bounds
    side = int(CELLS**0.5)
    x, y = np.meshgrid(np.linspace(west, east, side), np.linspace(north, south, side))
    density = gaussian_kde(np.array([table["lon"], table["lat"]]))(np.array([x.ravel(), y.ravel()])).reshape(x.shape)
    shown = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=8)
    folium.GeoJson(zones, tooltip=folium.GeoJsonTooltip(["name", "killed_civilian"])).add_to(shown)  # noqa: TID251 - a peer
    folium.raster_layers.ImageOverlay(
        density / density.max(), [[south, west], [north, east]], opacity=0.5, colormap=lambda value: (1, 0, 0, value)
    ).add_to(shown)
    joined["date_start"] = joined["date_start"].astype(str)
    joined.to_file(folder / "joined.geojson", driver="GeoJSON")
    add_records(folium, shown, joined)
    folium.LayerControl().add_to(shown)  # noqa: TID251 - a peer
    shown.save(folder / "analyst.html")
    return {"inside": int(joined.loc[joined["zone_id"].notna(), "incident_id"].nunique())}


def by_markers(folium: Any, shown: Any, joined: Any) -> None:  # noqa: ANN401 - a module and its map
    """Draw a marker with a popup for each record."""
    cluster = folium.plugins.MarkerCluster().add_to(shown)
    for row in joined.itertuples():
        text = f"{row.incident_id} {row.date_start} {row.device_category}: {row.killed_civilian} killed. {row.note}"
        folium.Marker([row.lat, row.lon], popup=folium.Popup(text)).add_to(cluster)


def by_geojson(folium: Any, shown: Any, joined: Any) -> None:  # noqa: ANN401
    """Draw all records as one layer with a tooltip."""
    told = ["incident_id", "date_start", "device_category", "killed_civilian", "note", "name"]
    folium.GeoJson(
        joined[[*told, "geometry"]],
        marker=folium.CircleMarker(radius=3),
        tooltip=folium.GeoJsonTooltip(told),
    ).add_to(shown)


WAYS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "build": build,
    "markers": lambda folder: analyst(folder, by_markers),
    "geojson": lambda folder: analyst(folder, by_geojson),
}


def in_a_process(way: str, folder: Path) -> dict[str, Any]:
    """Run a way in a process of its own; add its CPU and wall seconds and its peak memory to what it answers."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, wall = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, way, str(folder)], check=True, capture_output=True, text=True, env=environment
    )
    after = os.times()
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {**answer, "cpu_s": cpu, "wall_s": time.perf_counter() - wall}


def peak_mb() -> float:
    """Return the highest resident set of this process, on Linux."""
    (line,) = (line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def test_a_whole_edition(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A few records without measuring: every record is in the edition, and all ways run."""
    if not request.config.getoption("benchmark_enable"):
        folder = write_layers(tmp_path / "few", FEW)
        assert sum(build(folder)["told"][part] for part in ("drawn", "district_level", "unplaced", "refused")) == FEW
        zones = shapely.union_all(shapely.from_geojson((folder / "analyst.geojson").read_text("utf-8")).geoms)
        table = pd.read_csv(folder / "many.csv")
        inside = int(shapely.intersects_xy(zones, table["lon"], table["lat"]).sum())
        assert WAYS["markers"](folder)["inside"] == WAYS["geojson"](folder)["inside"] == inside > 0
        return
    lines = [f"{'records':>10}{'way':>10}{'CPU s':>10}{'of ours':>9}{'wall s':>10}{'peak MB':>10}"]
    steps: dict[int, dict[str, float]] = {}
    for count in COUNTS:
        folder = write_layers(tmp_path / str(count), count)
        runs = {way: in_a_process(way, folder) for way in WAYS if count <= MOST[way]}
        steps[count] = runs["build"]["seconds"]
        for way, run in runs.items():
            ratio = run["cpu_s"] / runs["build"]["cpu_s"]
            lines.append(
                f"{count:>10,}{way:>10}{run['cpu_s']:10.2f}{ratio:9.1f}{run['wall_s']:10.2f}{run['peak_mb']:10.0f}"
            )
        shutil.rmtree(folder)
        with capsys.disabled():
            print("\n".join(lines[-len(runs) :]), file=sys.stderr)  # noqa: T201 - it takes long
    growth = "".join(f"{f'{count:,}':>12}" for count in COUNTS)
    lines += ["", f"CPU s of a step{'':26}{growth}   growth per tenfold"]
    for name in steps[COUNTS[0]]:
        taken = [steps[count][name] for count in COUNTS]
        grown = ", ".join(f"{more / max(less, 0.01):.1f}" for less, more in pairwise(taken))
        lines.append(f"{name:41}" + "".join(f"{each:12.2f}" for each in taken) + f"   {grown}")
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - the tables are what this is for


if __name__ == "__main__":
    answered = WAYS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({**answered, "peak_mb": peak_mb()}))  # noqa: T201 - its answer
