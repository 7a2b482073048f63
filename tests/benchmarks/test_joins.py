"""Points in polygons beside what else joins them: geopandas' `sjoin` and SedonaDB, the same points in the same run.

    .venv/bin/pip install -e '.[benchmarks]'
    .venv/bin/pytest tests/benchmarks/test_joins.py --benchmark-enable -s

prints one table: CPU and wall seconds and peak memory of each, and how many times as much the peers take. A hundred thousand, a
million and ten million clustered points meet 13 districts of about 2,000 vertices, and 1,000 and 10,000 overlapping hazards
of 50, which together have about the ground of the area. To reach: geopandas takes 20, 7 and 4 times our time, SedonaDB twice
the CPU and 1.3 times the wall time, geopandas 6 times the memory at ten million. At a hundred thousand points less is to be
had (7, 3 and 2 times were seen): what is prepared once, rasters, tiles and GEOS's index of each polygon's border, then takes
most of our time, and testing without that index takes longer still. A peer that is not installed is passed over, and the
table says so. Without `--benchmark-enable` a few points are joined by each, and the pairs must be the same.

Each join runs in a process of its own; what it is given is made before the clock starts: coordinates for us, points in a frame
for geopandas, a table in memory for SedonaDB. geopandas is asked by `within`, its fast way, which leaves border points out;
there are none. Memory is the highest mark of the whole process, libraries and points included.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from mapper.analysis.point_in_polygons import pairs_inside

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]
    Join = Callable[[], tuple[npt.NDArray[Any], npt.NDArray[Any]]]

ROOT = Path(__file__).parents[2]
AREA = (45.5, 38.8, 48.0, 41.0)
COUNTS = (100_000, 1_000_000, 10_000_000)
ROUNDS = {100_000: 3, 1_000_000: 3, 10_000_000: 1}
FEW = 3_000


def points(count: int, seed: int = 7) -> tuple[Floats, Floats]:
    """Return clustered points, as reports are."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    centres = lot.uniform((west, south), (east, north), (40, 2))
    which = lot.integers(0, len(centres), count)
    lon, lat = (centres[which, axis] + lot.normal(0, 0.15, count) for axis in (0, 1))
    return lon, lat


def districts(count: int = 13, vertices: int = 2_000, seed: int = 9) -> Shapes:
    """Return districts that share their bent borders vertex by vertex."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    area = shapely.box(*AREA)
    middles = shapely.MultiPoint(lot.uniform((west, south), (east, north), (count, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(middles, extend_to=area)), area)
    borders = shapely.node(shapely.union_all(shapely.boundary(shapely.set_precision(cells, 1e-9))))
    pieces = shapely.segmentize(shapely.get_parts(borders), float(shapely.length(cells).sum()) / vertices / count)

    def bent(xy: Floats) -> Floats:
        x, y = xy.T
        waves = 3 * 2.0 ** np.arange(1, 7)
        return np.column_stack(
            [
                x + 0.09 * (np.sin(np.outer(y, waves)) / waves).sum(axis=1),
                y + 0.09 * (np.cos(np.outer(x, waves)) / waves).sum(axis=1),
            ]
        )

    return np.asarray(shapely.transform(shapely.get_parts(shapely.polygonize(pieces)), bent), dtype=object)


def hazards(count: int, corners: int = 50, seed: int = 8) -> Shapes:
    """Return overlapping blobs; the more there are, the smaller they are."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = (1 + 0.3 * lot.random((count, corners))) * (1_000 / count) ** 0.5
    centre = lot.uniform((west, south), (east, north), (count, 2))
    x, y = centre[:, :1] + 0.04 * radius * np.cos(turn), centre[:, 1:] + 0.03 * radius * np.sin(turn)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)


SCENES: dict[str, Callable[[], Shapes]] = {
    "13 districts": districts,
    "1,000 hazards": lambda: hazards(1_000),
    "10,000 hazards": lambda: hazards(10_000),
}


def ours(x: Floats, y: Floats, polygons: Shapes) -> Join:
    """Join coordinates."""

    def run() -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        pairs = pairs_inside(x, y, polygons)
        return pairs.point, pairs.polygon

    return run


def geopandas(x: Floats, y: Floats, polygons: Shapes, predicate: str = "within") -> Join:
    """Join a frame of points with a frame of polygons."""
    gpd = importlib.import_module("geopandas")
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    zones = gpd.GeoDataFrame(geometry=polygons, crs="EPSG:4326")

    def run() -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        joined = gpd.sjoin(places, zones, predicate=predicate)
        return joined.index.to_numpy(), joined["index_right"].to_numpy()

    return run


def sedonadb(x: Floats, y: Floats, polygons: Shapes) -> Join:
    """Join two tables in memory."""
    gpd, pa = importlib.import_module("geopandas"), importlib.import_module("pyarrow")
    database = importlib.import_module("sedonadb").connect()
    for name, shapes in (("places", gpd.points_from_xy(x, y)), ("zones", polygons)):
        frame = gpd.GeoDataFrame({"number": np.arange(len(shapes))}, geometry=shapes, crs="EPSG:4326")
        database.create_data_frame(frame).to_memtable().to_view(name)
    del frame, shapes
    gc.collect()
    query = (
        "SELECT places.number AS point, zones.number AS polygon FROM places JOIN zones "
        "ON ST_Intersects(places.geometry, zones.geometry)"
    )

    def run() -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        table = pa.table(database.sql(query))
        return table["point"].to_numpy(), table["polygon"].to_numpy()

    return run


WAYS: dict[str, Callable[[Floats, Floats, Shapes], Join]] = {
    "ours": ours,
    "geopandas": geopandas,
    "sedonadb": sedonadb,
}


def installed(way: str) -> bool:
    """Tell whether a way can be taken here."""
    return way == "ours" or find_spec(way) is not None


@pytest.mark.parametrize("scene", SCENES)
def test_all_give_the_same_pairs(scene: str) -> None:
    """A few points, some on vertices, where geopandas is asked by `intersects`; SedonaDB where it is installed."""
    polygons = SCENES[scene]()
    x, y = points(FEW)
    x[:30], y[:30] = shapely.get_coordinates(polygons)[:: len(polygons)][:30].T
    found = {
        way: set(zip(*(column.tolist() for column in join()), strict=True))
        for way, join in {
            "ours": ours(x, y, polygons),
            "geopandas": geopandas(x, y, polygons, predicate="intersects"),
            **({"sedonadb": sedonadb(x, y, polygons)} if installed("sedonadb") else {}),
        }.items()
    }
    assert len(found["ours"]) > FEW / 3
    assert all(pairs == found["ours"] for pairs in found.values())


def test_ratios(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    """Print the table; each way by turns, so that a busy machine slows all of them."""
    if not request.config.getoption("benchmark_enable"):
        assert measured("ours", "13 districts", FEW)["pairs"] > 0
        return
    peers = [way for way in WAYS if way != "ours" and installed(way)]
    lines = [f"{way} is not installed: pip install -e '.[benchmarks]'" for way in WAYS if not installed(way)]
    for count in COUNTS:
        for scene in SCENES:
            runs = [{way: in_a_process(way, scene, count) for way in ("ours", *peers)} for _ in range(ROUNDS[count])]
            assert all(run[way]["checksum"] == run["ours"]["checksum"] for run in runs for way in run)
            for what, unit in (("cpu_s", "CPU s"), ("wall_s", "wall s"), ("peak_mb", "peak MB")):
                middle = {way: statistics.median(run[way][what] for run in runs) for way in runs[0]}
                told = "".join(f"{middle[way]:12.2f}{middle[way] / middle['ours']:8.1f}" for way in peers)
                lines.append(f"{count:>10,} x {scene:15}{unit:8}{middle['ours']:10.2f}{told}")
            with capsys.disabled():
                print(f"{count:,} x {scene}: load {os.getloadavg()[0]:.1f}", file=sys.stderr)  # noqa: T201 - it takes long
    with capsys.disabled():
        print(f"\n{'':36}{'ours':>10}" + "".join(f"{way:>12}{'ratio':>8}" for way in peers))  # noqa: T201 - what it is for
        print("\n".join(lines))  # noqa: T201


def in_a_process(way: str, scene: str, count: int) -> dict[str, float]:
    """Measure a join in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, __file__, way, scene, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def measured(way: str, scene: str, count: int) -> dict[str, float]:
    """Join once, after a few points and other polygons that load the libraries; return figures and a sum over the pairs."""
    WAYS[way](*points(10), hazards(10))()
    join = WAYS[way](*points(count), SCENES[scene]())
    wall, cpu = time.perf_counter(), time.process_time()
    point, polygon = join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = peak_mb()
    mixed = (point.astype(np.uint64) * np.uint64(2_654_435_761)) ^ (polygon.astype(np.uint64) * np.uint64(40_503))
    checksum = int(mixed.sum() % np.uint64(2**31))
    return {"wall_s": wall, "cpu_s": cpu, "peak_mb": peak, "pairs": len(point), "checksum": checksum}


def peak_mb() -> float:
    """Return the highest resident set of this process: on Linux its own, since `ru_maxrss` counts that of its parent too."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201 - its answer
