"""How long a GeoPackage takes beside `geopandas.to_file`, which writes the rows and nothing else.

    .venv/bin/pytest tests/benchmarks/test_geopackage.py --benchmark-enable -s

prints both, and `to_file` with the same indexes made afterwards, as ratios of processor time and of the highest resident set;
each writer has a process of its own, and the three take turns. Under the ordinary tests each runs once on a few rows.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.output.formats import geopackage
from tests import styled_tables
from tests.benchmarks.test_intake import peak_mb

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_benchmark.fixture import BenchmarkFixture

    from mapper.output.published import PublishedTable

ROOT = Path(__file__).parents[2]
ROWS, FEW, ROUNDS = 200_000, 200, 3


def incidents(rows: int) -> PublishedTable:
    """Return many accidents, the same at every run."""
    table, random = styled_tables.incidents(), np.random.default_rng(20201110)
    frame = table.frame.iloc[random.integers(0, len(table.frame), rows)].reset_index(drop=True)
    frame["incident_id"] = pd.Series([f"i-{number}" for number in range(rows)], dtype="str")
    places = shapely.points(random.uniform(45, 48, rows), random.uniform(38, 41, rows))
    return replace(table, frame=gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=places, crs="EPSG:4326"))


def peer(table: PublishedTable, folder: Path) -> None:
    """Write the rows as anybody would."""
    gpd.GeoDataFrame(table.frame).to_file(
        folder / "rows.gpkg", layer=table.name, driver="GPKG", engine="pyogrio", use_arrow=True
    )


def peer_with_indexes(table: PublishedTable, folder: Path) -> None:
    """Write the rows, and the indexes of identifiers and codes."""
    peer(table, folder)
    with closing(sqlite3.connect(folder / "rows.gpkg")) as database:
        for column in table.columns:
            if column.kind == "code" or column.name == table.id_column:
                database.execute(f'CREATE INDEX "by_{column.name}" ON "{table.name}" ("{column.name}")')
        database.commit()


def ours(table: PublishedTable, folder: Path) -> None:
    """Write the export."""
    geopackage.write([table], folder, styled_tables.facts())


WRITERS: dict[str, Callable[[PublishedTable, Path], None]] = {
    "to_file": peer,
    "to_file and the indexes": peer_with_indexes,
    "the export": ours,
}


@pytest.mark.parametrize("name", WRITERS)
def test_writer(benchmark: BenchmarkFixture, tmp_path: Path, name: str) -> None:
    """Each writer holds every row."""
    rows = FEW if benchmark.disabled else ROWS
    benchmark.pedantic(WRITERS[name], args=(incidents(rows), tmp_path), rounds=1)  # type: ignore[no-untyped-call]
    (file,) = tmp_path.glob("*.gpkg")
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM incidents").fetchone() == (rows,)


def test_ratios(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what each takes, in a new process and by turns, so that a busy machine slows all."""
    if benchmark.disabled:
        benchmark(measured, "the export", FEW)
        return
    benchmark.pedantic(measured, args=("the export", FEW), rounds=1)  # type: ignore[no-untyped-call]
    runs = [{name: in_a_process(name) for name in WRITERS} for _ in range(ROUNDS)]
    with capsys.disabled():
        print(f"\n{ROWS:,} accidents as a GeoPackage")  # noqa: T201 - what it is for
        for what in ("cpu_s", "wall_s", "peak_mb"):
            medians = {name: statistics.median(run[name][what] for run in runs) for name in WRITERS}
            told = ", ".join(f"{name} {value:.2f}" for name, value in medians.items())
            print(f"{what}: {told}; ratio {medians['the export'] / medians['to_file']:.2f}")  # noqa: T201


def in_a_process(name: str) -> dict[str, float]:
    """Measure a writer in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True, env=environment)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def measured(name: str, rows: int) -> dict[str, float]:
    """Run a writer once, after a few rows that load its libraries; return seconds and the highest resident set."""
    with TemporaryDirectory() as folder:
        few, many = (Path(folder) / each for each in ("few", "many"))
        few.mkdir()
        many.mkdir()
        WRITERS[name](incidents(FEW), few)
        table = incidents(rows)
        wall, cpu = time.perf_counter(), time.process_time()
        WRITERS[name](table, many)
        return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "peak_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], ROWS)))  # noqa: T201 - its answer
