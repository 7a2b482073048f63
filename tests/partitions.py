"""Layers whose incidents come in part files, for the tests of both engines and for the benchmarks."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper.catalogue import bundled_layers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WEST, SOUTH, SIDE = 46.0, 39.0, 0.5
COLUMNS, ROWS = 3, 2

_CATALOGUE = """
[edition]
title = "Parts"
organisation = "Tests"
languages = ["en"]
area = [45.0, 38.0, 49.0, 42.0]
data_date = 2026-11-23

[[layer]]
name = "events"
kind = "incidents"
file = "events"
{precision}

[[layer]]
name = "zones"
kind = "zones"
file = "zones.geojson"
accuracy_m = {accuracy_m}

[[layer]]
name = "districts"
kind = "districts"
file = "districts.geojson"

[[layer]]
name = "orders"
kind = "orders"
file = "orders.csv"

[[layer]]
name = "sources"
kind = "sources"
file = "sources.csv"

[[layer]]
name = "counts"
kind = "casualty_counts"
file = "counts.csv"
"""
AS_PUBLISHED = 'precision = "as-published"\nprecision_reason = "Made up."'


def events(n: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Return records in and around six square zones: points, points exactly on lines and corners, discs, districts, bad ones."""
    draw = np.random.default_rng(seed)
    x = WEST + draw.uniform(-0.1, COLUMNS * SIDE + 0.1, n)
    y = SOUTH + draw.uniform(-0.1, ROWS * SIDE + 0.1, n)
    on_line = np.arange(n) % 10 == 3
    x[on_line] = WEST + SIDE * draw.integers(0, COLUMNS + 1, on_line.sum())
    corners = np.arange(n) % 50 == 3
    y[corners] = SOUTH + SIDE * draw.integers(0, ROWS + 1, corners.sum())
    kind = np.arange(n) % 7
    radius = np.where(kind == 1, "500", np.where(kind == 2, "2500", ""))
    level = np.where(kind == 4, "district", "measured_gnss")
    radius[kind == 4] = ""
    districts = np.array([f"District {number}" for number in range(COLUMNS * ROWS)], dtype=object)
    days = pd.to_datetime("2021-01-01") + pd.to_timedelta(draw.integers(0, 900, n), unit="D")
    frame = pd.DataFrame(
        {
            "incident_id": [f"e-{number}" for number in range(n)],
            "date_start": days.strftime("%Y-%m-%d"),
            "district": districts[draw.integers(0, COLUMNS * ROWS, n)],
            "location_level": level,
            "uncertainty_m": radius,
            "device_category": draw.choice(["ap_mine", "at_mine", "unknown"], n),
            "killed_civilian": draw.integers(0, 3, n).astype(str),
            "injured_civilian": draw.integers(0, 3, n).astype(str),
            "source_ids": np.where(np.arange(n) % 11 == 0, "nowhere", "s-1"),
            "note": np.where(np.arange(n) % 13 == 0, "His telephone is 050 123 45 67", "Told by a shepherd"),
        }
    )
    frame.loc[frame.index % 17 == 5, "date_start"] = "yesterday"
    frame.loc[frame.index % 19 == 6, "killed_civilian"] = "-1"
    frame.loc[frame.index % 29 == 8, "incident_id"] = None
    shapes = np.array(shapely.points(x, y), dtype=object)
    shapes[kind == 4] = None
    shapes[np.arange(n) % 23 == 7] = shapely.points(2.0, 2.0)  # outside the stated area
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=4326))


def with_repeats(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let the last tenth of records bear identifiers of the first, and some be told twice."""
    tenth = len(frame) // 10
    again = frame.copy()
    again.loc[again.index[-tenth:], "incident_id"] = frame["incident_id"].to_numpy()[:tenth]
    told = again.index[tenth : 2 * tenth]
    copied = ["date_start", "district", "device_category", "killed_civilian", "injured_civilian"]
    again.loc[again.index[-2 * tenth : -tenth], copied] = again.loc[told, copied].to_numpy()
    return again


def write_layers(
    folder: Path, parts: Sequence[gpd.GeoDataFrame], *, precision: str = AS_PUBLISHED, accuracy_m: float = 300
) -> Path:
    """Write a folder of layers whose incidents are these part files."""
    (folder / "events").mkdir(parents=True)
    for number, part in enumerate(parts):
        part.to_parquet(folder / "events" / f"part.{number}.parquet", index=False)
    squares = [
        shapely.box(WEST + SIDE * column, SOUTH + SIDE * row, WEST + SIDE * (column + 1), SOUTH + SIDE * (row + 1))
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    names = [f"District {number}" for number in range(len(squares))]
    zones = {"zone_id": [f"z-{number}" for number in range(len(squares))], "name": names, "admin_units": names}
    zones["order_ids"] = ["o-1", "o-1", "o-2", "o-1", "", "o-2"]
    gpd.GeoDataFrame(zones, geometry=squares, crs=4326).to_file(folder / "zones.geojson", driver="GeoJSON")
    districts = {"district_id": [f"d-{number}" for number in range(len(squares))], "name": names}
    gpd.GeoDataFrame(districts, geometry=squares, crs=4326).to_file(folder / "districts.geojson", driver="GeoJSON")
    (folder / "orders.csv").write_text(
        "order_id,order_type,authorities,issued_on,effective_from,source_ids\n"
        "o-1,ban,Made up,2020-11-28,2020-11-28,s-1\no-2,ban,Made up,2020-12-01,2020-12-01,s-1\n"
    )
    (folder / "sources.csv").write_text("source_id,publisher,published_on\ns-1,Made up,2022-06-30\n")
    (folder / "counts.csv").write_text(
        "count_id,publisher,as_of,period_start,period_end,victims_total\n"
        "c-1,Made up,2022-01-01,2021-01-01,2021-12-31,20\nc-2,Made up,2023-01-01,2021-01-01,2022-12-31,100000\n"
    )
    (folder / "layers.toml").write_text(_CATALOGUE.format(precision=precision, accuracy_m=accuracy_m))
    return folder


def bundled_in_parts(folder: Path, parts: int) -> Path:
    """Copy the bundled layers, their accidents as part files."""
    shutil.copytree(bundled_layers(), folder)
    accidents = pd.read_csv(folder / "accidents.csv", dtype="str", keep_default_na=False).replace("", None)
    placeless = gpd.GeoDataFrame(accidents, geometry=gpd.GeoSeries([None] * len(accidents), crs=4326))
    (folder / "accidents").mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(placeless)), parts)):
        placeless.iloc[rows].to_parquet(folder / "accidents" / f"part.{number}.parquet", index=False)
    catalogue = (folder / "layers.toml").read_text("utf-8")
    (folder / "layers.toml").write_text(re.sub(r'"accidents\.csv"', '"accidents"', catalogue, count=1), "utf-8")
    return folder
