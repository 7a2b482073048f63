"""How long a large table and a column of coordinate texts take beside what anybody would write with pandas.

    .venv/bin/pytest tests/benchmarks/test_intake.py --benchmark-enable -s

prints both and a table of ratios: a million rows are to be read, checked and placed within four times `pandas.read_csv` with
`geopandas.points_from_xy`, in at most twice its memory; a hundred thousand mixed texts within eight times the same places in
decimal degrees. Under the ordinary tests each runs once on a few rows and is not timed.

Memory is that of a process of its own, with its imports, as the highest mark of its resident set.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from mapper.analysis.locate import locate
from mapper.catalogue import layer_entry
from mapper.intake.checks import check
from mapper.intake.coordinates import read_column
from mapper.intake.files import read_layer

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

AREA = (44.5, 38.2, 51.0, 42.1)
ROOT = Path(__file__).parents[2]
TABLE_ROWS, TEXT_ROWS = 1_000_000, 100_000
FEW = 200
ROUNDS = 3


def write_table(path: Path, rows: int) -> Path:
    """Write incidents with decimal coordinates, quoted notes and Azerbaijani names; the same rows at every run."""
    random = np.random.default_rng(20201110)
    numbers = range(rows)
    table = pd.DataFrame(
        {
            "incident_id": [f"A-{number}" for number in numbers],
            "date_start": np.datetime_as_string(np.datetime64("2020-11-10") + random.integers(0, 2200, rows)),
            "lon": [f"{lon:.5f}" for lon in random.uniform(46.0, 48.4, rows)],
            "lat": [f"{lat:.5f}" for lat in random.uniform(38.5, 40.9, rows)],
            "device_category": random.choice(["ap_mine", "av_mine", "uxo", "unknown", ""], rows),
            "killed_civilian": random.integers(0, 3, rows).astype(str),
            "district": random.choice(["Ağdam", "Füzuli", "Tərtər", "Cəbrayıl", "Qubadlı"], rows),
            "note": [
                f'ploughing, "field {number % 977}"' if number % 2 else f"on a track {number}" for number in numbers
            ],
        }
    )
    table.to_csv(path, index=False)
    return path


def peer(path: Path) -> int:
    """Read a table as anybody would; return how many points there are."""
    table = pd.read_csv(path)
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return len(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326"))


def ours(path: Path) -> int:
    """Read, check and place a table; return how many incidents have their place."""
    entry = replace(layer_entry(path, "incidents"), crs="EPSG:4326")
    checked = check(read_layer(entry), area=AREA)
    return len(locate(checked.frame, entry=checked.entry).incidents)


READERS: dict[str, Callable[[Path], int]] = {"pandas and points_from_xy": peer, "read, checked and placed": ours}


def texts(rows: int) -> dict[str, list[str]]:
    """Return the same places in decimal degrees and in four notations by turns."""
    from tests.coordinate_strings import gauss_kruger, mgrs, sexagesimal, utm

    def of_notation(number: int, lon: float, lat: float) -> str:
        match number % 4:
            case 0:
                (a, b, c), (d, e, f) = sexagesimal(lat, 3, 2), sexagesimal(lon, 3, 2)
                return f"{a}°{b}′{c}″N {d}°{e}′{f}″E"
            case 1:
                return mgrs(lon, lat, 5)
            case 2:
                easting, northing = utm(lon, lat, 38)
                return f"38N {easting:.0f} {northing:.0f}"
            case _:
                easting, northing = gauss_kruger(lon, lat, 45)
                return f"X={northing:.0f} Y=8{easting:.0f}"

    random = np.random.default_rng(4)
    places = list(
        zip(random.uniform(46.0, 47.9, rows).tolist(), random.uniform(38.9, 40.5, rows).tolist(), strict=True)
    )
    return {
        "decimal degrees": [f"{lat:.5f}, {lon:.5f}" for lon, lat in places],
        "mixed notations": [of_notation(number, *place) for number, place in enumerate(places)],
    }


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Write the table once, large only where it is measured."""
    rows = TABLE_ROWS if request.config.getoption("benchmark_enable") else FEW
    return write_table(tmp_path_factory.mktemp("intake") / "incidents.csv", rows)


@pytest.mark.parametrize("name", READERS)
def test_table(benchmark: BenchmarkFixture, table: Path, name: str) -> None:
    """A large table in this process."""
    rows = benchmark.pedantic(READERS[name], args=(table,), rounds=ROUNDS)  # type: ignore[no-untyped-call] # it ships no types
    assert rows == (FEW if benchmark.disabled else TABLE_ROWS)


@pytest.mark.parametrize("name", ["decimal degrees", "mixed notations"])
def test_texts(benchmark: BenchmarkFixture, name: str) -> None:
    """A column of coordinate texts; every one of them is resolved."""
    column = texts(FEW if benchmark.disabled else TEXT_ROWS)[name]
    frame = benchmark.pedantic(  # type: ignore[no-untyped-call] # it ships no types
        read_column, args=(column,), kwargs={"area": AREA}, rounds=ROUNDS
    )
    assert frame["lon"].notna().all(), frame.loc[frame["lon"].isna(), "reason"].unique()


def test_ratios(benchmark: BenchmarkFixture, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Print the ratios, each reader in a new process and by turns, so that a busy machine slows both."""
    if benchmark.disabled:
        benchmark(measured, "peer", table)
        return
    benchmark.pedantic(measured, args=("peer", table), rounds=1)  # type: ignore[no-untyped-call]
    runs = [{name: in_a_process(name, table) for name in ("peer", "ours")} for _ in range(ROUNDS)]
    columns = texts(TEXT_ROWS)
    figures = [
        (f"{TABLE_ROWS:,} rows of CSV, {what}", [run[name][what] for run in runs for name in ("peer", "ours")])
        for what in ("cpu_s", "wall_s", "peak_mb")
    ]
    seconds = [cpu_s(partial(read_column, column, area=AREA)) for _ in range(ROUNDS) for column in columns.values()]
    figures.append((f"{TEXT_ROWS:,} mixed texts beside decimal ones, cpu_s", seconds))
    with capsys.disabled():
        print(f"\n{'':52}{'peer':>8}{'ours':>8}{'ratio':>7}")  # noqa: T201 - what it is for
        for what, values in figures:
            theirs, our_own = statistics.median(values[0::2]), statistics.median(values[1::2])
            print(f"{what:52}{theirs:8.2f}{our_own:8.2f}{our_own / theirs:7.2f}")  # noqa: T201


def cpu_s(work: Callable[[], object]) -> float:
    """Return the processor time that something takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def in_a_process(name: str, table: Path) -> dict[str, float]:
    """Measure a reader in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, __file__, name, str(table)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def measured(name: str, table: Path) -> dict[str, float]:
    """Run a reader once here, after a few rows that load its libraries; return seconds and the highest resident set."""
    reader = {"peer": peer, "ours": ours}[name]
    with TemporaryDirectory() as folder:
        reader(write_table(Path(folder) / "few.csv", FEW))
    wall, cpu = time.perf_counter(), time.process_time()
    reader(table)
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """Return the highest resident set of this process: on Linux its own, since `ru_maxrss` counts that of its parent too."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201 - its answer
