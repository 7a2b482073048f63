"""Verdicts for a million points against the bare spatial join of the same points, in the same run; ratios, not a gate.

`pytest tests/benchmarks/test_access.py --benchmark-enable -s` prints CPU seconds. Frames get no distances: one is measured only
where several zones of different accuracy are equally strict.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper.analysis.access import access_frame, access_place, ask
from mapper.analysis.ground import Ground, make_ground

if TYPE_CHECKING:
    import pytest

DOUBT_M = 30.0
AREA = (45.5, 38.8, 48.0, 41.0)


def points(count: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Return clustered points, as reports are."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    centres = lot.uniform((west, south), (east, north), (40, 2))
    lon, lat = (centres[lot.integers(0, len(centres), count)] + lot.normal(0, 0.15, (count, 2))).T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def zones(count: int, corners: int = 50, seed: int = 8) -> gpd.GeoDataFrame:
    """Return overlapping blobs of about 2 km with a doubt of 30 m, under twenty bans."""
    lot = np.random.default_rng(seed)
    west, south, east, north = AREA
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 1 + 0.3 * lot.random((count, corners))
    centre = lot.uniform((west, south), (east, north), (count, 2))
    x = centre[:, :1] + 0.02 * radius * np.cos(turn)
    y = centre[:, 1:] + 0.015 * radius * np.sin(turn)
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"z{number}" for number in range(count)],
            "order_ids": [f"o{number % 20}" for number in range(count)],
            "accuracy_m": DOUBT_M,
        },
        geometry=shapely.polygons(np.stack([x, y], axis=-1)),
        crs="EPSG:4326",
    )


def ground(count: int) -> Ground:
    """Return the zones with their orders, ready to be asked."""
    orders = pd.DataFrame(
        {"order_id": [f"o{number}" for number in range(20)], "order_type": "ban", "issued_on": "2021-01-01"}
    )
    return make_ground({"zones": zones(count)}, orders, data_date=dt.date(2026, 1, 1))


def test_verdicts_against_the_bare_join(request: pytest.FixtureRequest) -> None:
    """Print CPU seconds of both; without `--benchmark-enable` a small run checks that both tell the same points inside."""
    measured = bool(request.config.getoption("benchmark_enable"))
    count = 1_000_000 if measured else 2_000
    places, closed = points(count), ground(1_000)
    areas = zones(1_000)
    begun = time.process_time()
    pairs = gpd.sjoin(points(count), areas[["zone_id", "geometry"]], predicate="within")
    joined = time.process_time() - begun
    begun = time.process_time()
    verdicts = access_frame(places, closed, ask(closed))
    judged = time.process_time() - begun
    inside = verdicts["basis"].eq("inside")
    assert set(verdicts.index[inside]) == set(pairs.index)
    some = np.random.default_rng(1).choice(count, 200, replace=False)
    asked = ask(closed)
    for at in some:
        assert access_place(places.geometry.iloc[at], closed, asked).verdict == verdicts["verdict"].iloc[at]
    if measured:
        print(f"{count:,} points, 1,000 zones: verdicts against the bare join")  # noqa: T201 - a measurement is for reading
        print(f"CPU {judged:.2f} s v {joined:.2f} s, ratio {judged / joined:.2f}")  # noqa: T201 - the same
