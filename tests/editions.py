"""Editions of a few records, made by hand: as sides of a comparison, and as folders of layers that `mapper build` takes.

Boxes are of whole hundredths of a degree from 46 E 40 N on: box (0, 0, 1, 1) is 46.00-46.01 E, 40.00-40.01 N.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from mapper.output.block import TABLES
from mapper.output.diff import Side
from mapper.output.published import ExportFacts, tables_of

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a box of hundredths of a degree."""
    return shapely.box(46 + west / 100, 40 + south / 100, 46 + east / 100, 40 + north / 100)


def frame_of(name: str, rows: list[Row]) -> pd.DataFrame:
    """Return rows as a table of the page's block, what they leave out being null."""
    columns = {column: [row.get(column) for row in rows] for column in TABLES[name]}
    made = pd.DataFrame({column: pd.Series(cells, dtype=object) for column, cells in columns.items()})
    numbers = [column for column, kind in TABLES[name].items() if kind in {"i32", "f64"}]
    return made.astype(dict.fromkeys(numbers, "float64"))


def side(edition: str = "aaaaaaaaaaaa", date: str | None = "2026-01-01", **tables: list[Row]) -> Side:
    """Return an edition of these records, by table."""
    frames = {name: frame_of(name, tables[name]) if name in tables else pd.DataFrame() for name in TABLES}
    facts = ExportFacts({"en": "A map"}, {"en": "Nobody"}, (), edition, date, None, ())
    return Side({table.name: table for table in tables_of(frames, [])}, facts)


def write_layers(folder: Path, date: str = "2026-01-01", **layers: list[Row]) -> Path:
    """Write a folder of layers: tables as CSV, kinds with a `geometry` as GeoJSON."""
    folder.mkdir(parents=True)
    head = (
        f'[edition]\ntitle = "A map"\norganisation = "Nobody"\ncontacts = []\nlanguages = ["en"]\ndata_date = {date}\n'
    )
    parts = [head + "stale_after_days = 180\narea = [44.5, 38.2, 51.0, 42.1]\n"]
    for kind, rows in layers.items():
        is_shape = any("geometry" in row for row in rows)
        name = f"{kind}.{'geojson' if is_shape else 'csv'}"
        (folder / name).write_text(_geojson(rows) if is_shape else _csv(rows), "utf-8")
        # Incidents here have a lon and a lat.
        crs = 'crs = "EPSG:4326"\n' if is_shape or kind == "incidents" else ""
        public = 'precision = "as-published"\nprecision_reason = "Made up."\n' if kind == "incidents" else ""
        parts.append(f'[[layer]]\nname = "{kind}"\nkind = "{kind}"\nfile = "{name}"\n{crs}licence = "CC0"\n{public}')
    (folder / "layers.toml").write_text("\n".join(parts), "utf-8")
    return folder


def _csv(rows: list[Row]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return "\n".join(
        [",".join(columns), *(",".join(str(row.get(column, "")) for column in columns) for row in rows), ""]
    )


def _geojson(rows: list[Row]) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {name: cell for name, cell in row.items() if name != "geometry"},
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})
