"""How much memory a worker takes, and how long an edition, by the size of the parts and of the whole.

    .venv/bin/pytest tests/benchmarks/test_partitioned.py --benchmark-enable -s

prints a table: the peak of a worker should grow with the records of a part and not with the number of parts; that of the process
that puts the parts together with neither, once the incidents are more than a page holds. Under the ordinary tests two small parts
are built once.

A worker's memory is the highest mark of its resident set, with that of its decoder of binary files.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper import partitioned
from tests.partitions import write_layers

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

SIZES = [(2, 100_000), (1, 1_000_000), (10, 100_000), (2, 1_000_000)]
"""Parts, and records of each."""


def sound_events(n: int, first: int) -> gpd.GeoDataFrame:
    """Return measured points in and around the zones, as most files are: with few doubts."""
    draw = np.random.default_rng(first)
    days = np.datetime64("2021-01-01") + draw.integers(0, 1500, n)
    frame = pd.DataFrame(
        {
            "incident_id": [f"e-{first + number}" for number in range(n)],
            "date_start": np.datetime_as_string(days),
            "location_level": "measured_gnss",
            "uncertainty_m": "50",
            "device_category": draw.choice(["ap_mine", "at_mine", "uxo"], n),
            "injured_civilian": draw.integers(0, 30, n).astype(str),
            "killed_civilian": draw.integers(0, 30, n).astype(str),
            "source_ids": "s-1",
        }
    )
    points = shapely.points(draw.uniform(45.9, 47.6, n), draw.uniform(38.9, 40.1, n))
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326)


def cpu_s() -> float:
    """Return the processor's time of this process and of those it has started, in seconds."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = sum(
        sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13])) for each in _children()
    )
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def peak_mib() -> float:
    """Return the highest mark of this process and of the largest it has started, in MiB."""
    child = max((_high_mark(each) for each in _children()), default=0)
    return (_high_mark(os.getpid()) + max(child, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)) / 1024


def _children() -> list[int]:
    listed = Path("/proc/self/task").glob("*/children")
    return [int(number) for path in listed for number in path.read_text().split()]


def _high_mark(process: int) -> int:
    rows = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(row for row in rows if row.startswith("VmHWM")).split()[1])


def built(folder: Path) -> tuple[float, ...]:
    """Build an edition on a scheduler with one worker; return wall time, CPU time and peak of the worker, and peak here."""
    with partitioned.workers(None, processes=1) as client:
        started_s = time.perf_counter()
        partitioned.build(folder, out=folder / "edition", scheduler=client.scheduler.address)
        seconds = time.perf_counter() - started_s
        (of_worker,) = client.run(peak_mib).values()
        (work_s,) = client.run(cpu_s).values()
    return seconds, work_s, of_worker, _high_mark(os.getpid()) / 1024


if __name__ == "__main__":
    print(*built(Path(sys.argv[1])))  # noqa: T201 - read by the benchmark


@pytest.mark.slow
def test_memory_of_a_worker(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    """A process of its own for each size, so that no peak is that of another."""
    print("\nparts    records of each   seconds   worker CPU   records/CPU s   worker MiB   own MiB")  # noqa: T201 - the table
    for parts, size in SIZES if benchmark.enabled else [(2, 200)]:
        folder = write_layers(
            tmp_path / f"{parts}-{size}", [sound_events(size, first=number * size) for number in range(parts)]
        )
        command = [sys.executable, "-m", "tests.benchmarks.test_partitioned", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
        seconds, work_s, worker, own = map(float, done.stdout.split()[-4:])
        row = f"{parts:5d} {size:18,d} {seconds:9.1f} {work_s:12.1f} {parts * size / work_s:15,.0f} {worker:12,.0f} {own:9,.0f}"
        print(row, flush=True)  # noqa: T201 - the table
    benchmark(lambda: None)
