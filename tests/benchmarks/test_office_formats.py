"""Shapefile, CSV, workbook, KML and GPX beside what geopandas writes of the same frame through GDAL with Arrow.

    .venv/bin/pytest tests/benchmarks/test_office_formats.py --benchmark-enable -s

prints one table: seconds and peak memory of each, and how many times as much geopandas takes (above 1: we are faster). 100,000
accidents of 13 columns, with texts of some length, and 2,000 zones of 500 corners. To reach: 1 for each format. Ours holds more:
checks of each text's length, a README in the archive, names and balloons in KML, two sheets more. Without `--benchmark-enable`
some rows are written once by each.

Each writes in a process of its own; the tables are made before the clock starts. Memory is the highest mark of the whole process.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests import office_tables

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from mapper.output.published import PublishedTable

ROOT = Path(__file__).parents[2]
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "shapefile": (".shp.zip", {"driver": "ESRI Shapefile", "ENCODING": "UTF-8"}),
    "tables_csv": (".csv", {"driver": "CSV", "GEOMETRY": "AS_WKT", "SEPARATOR": "SEMICOLON", "WRITE_BOM": "YES"}),
    "csv_plain": (".csv", {"driver": "CSV", "GEOMETRY": "AS_WKT"}),
    "xlsx": (".xlsx", {}),
    "kml": (".kml", {"driver": "LIBKML"}),
    "gpx": (".gpx", {"driver": "GPX", "GPX_USE_EXTENSIONS": "YES"}),
}
"""The ending and the options of geopandas' file, by our module."""
ROWS, ZONES, FEW = 100_000, 2_000, 200


def accidents(rows: int) -> PublishedTable:
    """Return accidents with notes of some 60 letters, at places of their own."""
    made = office_tables.incidents([f"Şuşa yolunda hadisə, məlumat {n} sətir {n % 97}: ə ğ ı İ" for n in range(rows)])
    draw = np.random.default_rng(1)
    points = shapely.points(draw.uniform(45.5, 48, rows), draw.uniform(38.8, 41, rows))
    return office_tables.reshaped(made, points)


def many_zones(rows: int) -> PublishedTable:
    """Return zones of 500 corners."""
    draw = np.random.default_rng(2)
    angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    ring = 0.01 * np.column_stack([np.cos(angle), np.sin(angle)])
    middles = np.column_stack([draw.uniform(45.5, 48, rows), draw.uniform(38.8, 41, rows)])
    outlines = shapely.multipolygons(shapely.polygons(ring + middles[:, None, :]), indices=np.arange(rows))
    return office_tables.reshaped(office_tables.repeated(office_tables.zones(), rows), outlines)


def table_of(what: str, rows: int) -> PublishedTable:
    """Return what is written."""
    return accidents(rows) if what == "incidents" else many_zones(rows)


def measured(module: str, what: str, rows: int, writer: str) -> dict[str, float]:
    """Write once in this process; return seconds, the highest mark of its memory in MiB, and the bytes that came out."""
    table = table_of(what, rows)
    suffix, options = PEERS[module]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        if writer == "ours":
            importlib.import_module(f"mapper.output.formats.{module}").write([table], Path(folder), office_tables.FACTS)
        else:
            frame = gpd.GeoDataFrame(table.frame)
            path = Path(folder) / f"{what}{suffix}"
            if suffix == ".xlsx":  # GDAL's has no geometry, which geopandas does not allow: pandas writes it
                pd.DataFrame(frame).drop(columns="geometry").to_excel(path, engine="xlsxwriter", index=False)
            else:
                frame.to_file(path, engine="pyogrio", use_arrow=True, **options)
        seconds = time.perf_counter() - start
        written = sum(path.stat().st_size for path in Path(folder).iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mib": peak, "mb": written / 1e6}


def in_its_own_process(*of: Any) -> dict[str, float]:  # noqa: ANN401 - module, table, rows and writer
    """Measure in a fresh process; the best of three."""
    code = (
        "import json, sys, warnings; warnings.simplefilter('ignore')\n"
        "from tests.benchmarks.test_office_formats import measured\n"
        "print(json.dumps(measured(*json.loads(sys.argv[1]))))"
    )
    runs = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(of)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=600,
        )
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    best: dict[str, float] = min(runs, key=lambda run: run["seconds"])
    return best


@pytest.mark.parametrize(
    ("module", "what"),
    [(module, what) for module in PEERS for what in ("incidents", "zones") if (module, what) != ("gpx", "zones")],
)
@pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::RuntimeWarning"
)  # geopandas' own, of names and texts it cuts
def test_written(benchmark: BenchmarkFixture, module: str, what: str) -> None:
    """Ours and geopandas', each once; with the clock on, each at full size."""
    if benchmark.disabled:
        for writer in ("ours", "geopandas"):
            assert measured(module, what, FEW, writer)["mb"] > 0
        return
    rows = ROWS if what == "incidents" else ZONES
    ours, peer = (in_its_own_process(module, what, rows, writer) for writer in ("ours", "geopandas"))
    benchmark.extra_info.update(ours=ours, geopandas=peer)
    benchmark(lambda: None)
    ratio = peer["seconds"] / ours["seconds"]
    print(f"\n{module:>10} {what:<9} {rows:>7} rows: ours {told(ours)}, geopandas {told(peer)}: {ratio:.2f} times")  # noqa: T201 - the answer


def told(run: dict[str, float]) -> str:
    """Return a measurement in words."""
    return f"{run['seconds']:6.2f} s {run['peak_mib']:5.0f} MiB {run['mb']:6.1f} MB"
