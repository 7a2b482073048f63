"""How long a foreign file takes through the child process beside the same decoding in this process, and beside its peer.

    .venv/bin/pytest tests/benchmarks/test_decoder.py --benchmark-enable --benchmark-group-by=param:name

prints, for each format, `child` (the whole of `read_layer`, the child warm), `in-process` (the same code without a child) and
`peer` (geopandas, which has neither limits nor checks): the child should take less than twice each. `start` is a child that
is started for one file, which happens once a run: below 0.5 s. Under the ordinary tests the files are small and each runs once.
"""

from __future__ import annotations

import importlib
import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pytest
import shapely

from mapper.catalogue import layer_entry
from mapper.intake import geofiles, workbooks
from mapper.intake.decoder import Decoded, Decoder
from mapper.intake.decoder_child import JOBS
from mapper.intake.files import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from pytest_benchmark.fixture import BenchmarkFixture

    from mapper.model import Layer

POSITIONS = 40
RECORDS = {
    ".gpkg": 11_500,
    ".fgb": 11_500,
    ".shp": 11_500,
    ".parquet": 11_500,
    ".kml": 2_600,
    ".gpx": 9_000,
    ".xlsx": 40_000,
}
"""From which files of 10 MB, a KML of 5 MB and an XLSX of 2 MB come (11 MB unpacked)."""
FEW = 50
SMALL = {"gpx": {"layer.gpx": b"<gpx><wpt lat='40' lon='47'/></gpx>"}}


class InProcess:
    """Decodes as the child does, in this process."""

    def decode(self, job: str, files: Mapping[str, bytes], options: Mapping[str, Any]) -> tuple[Decoded, ...]:
        """Decode the files of one layer file."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            parts = importlib.import_module(JOBS[job]).decode(Path(folder), options)
        return tuple(
            Decoded(
                each.name,
                each.table,
                tuple(each.columns),
                each.counted,
                each.crs,
                tuple(each.refused),
                tuple(each.doubts),
            )
            for each in parts
        )


def zones(count: int) -> gpd.GeoDataFrame:
    """Make polygons of forty corners with an agency's usual columns."""
    random = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, POSITIONS)
    west, south = random.uniform(46, 48, count), random.uniform(39, 40, count)
    rings = np.stack([west[:, None] + 0.001 * np.cos(angle), south[:, None] + 0.001 * np.sin(angle)], axis=-1)
    cells = {
        "zone_id": [f"Z{n:06}" for n in range(count)],
        "name": [f"Ağdam rayonu {n}" for n in range(count)],
        "status": "no entry",
        "area_m2": random.uniform(1, 1e6, count),
        "number": random.integers(0, 2**40, count),
    }
    return gpd.GeoDataFrame(cells, geometry=shapely.polygons(rings), crs="EPSG:4326")


def written(folder: Path, suffix: str, count: int) -> Path:
    """Write a file of a format."""
    path = folder / f"zones{suffix}"
    frame = zones(count)
    match suffix:
        case ".xlsx":
            path.write_bytes(workbook(frame.drop(columns="geometry")))
        case ".parquet":
            frame.to_parquet(path)
        case ".gpx":
            frame.set_geometry(frame.geometry.representative_point())[["name", "geometry"]].to_file(path, driver="GPX")
        case _:
            frame.to_file(path, driver="KML" if suffix == ".kml" else None)
    return path


def workbook(table: pd.DataFrame) -> bytes:
    """Write a workbook of one sheet, its texts in the cells."""
    rows = [table.columns.tolist(), *table.to_numpy().tolist()]
    lines = "".join(f'<row r="{n}">{"".join(map(cell, row))}</row>' for n, row in enumerate(rows, start=1))
    members = {
        "xl/workbook.xml": '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/></Relationships>',
        "xl/worksheets/a.xml": f"<worksheet><sheetData>{lines}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def cell(value: object) -> str:
    """Write a cell."""
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def child(path: Path) -> Callable[[], Layer]:
    """Give what reads a file through the child, which is started already."""
    entry = layer_entry(path, "zones")
    read_layer(entry)
    return lambda: read_layer(entry)


def in_process(path: Path) -> Callable[[], Layer]:
    """Give what reads a file with the same code in this process."""
    return lambda: read_layer(layer_entry(path, "zones"))


def peer(path: Path) -> Callable[[], object]:
    """Give what reads a file with geopandas."""
    if path.suffix == ".parquet":
        return lambda: gpd.read_parquet(path)
    return lambda: gpd.read_file(path, layer="waypoints" if path.suffix == ".gpx" else None)


@pytest.mark.parametrize("way", [child, in_process, peer], ids=["child", "in-process", "peer"])
@pytest.mark.parametrize("name", RECORDS)
def test_reading(
    benchmark: BenchmarkFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    way: Callable[[Path], Callable[[], object]],
) -> None:
    """Read the same file again and again; the peer of XLSX would be another package."""
    if name == ".xlsx" and way is peer:
        pytest.skip("geopandas reads no workbooks")
    if way is in_process:
        monkeypatch.setattr(geofiles, "shared", InProcess)
        monkeypatch.setattr(workbooks, "shared", InProcess)
    count = RECORDS[name] if benchmark.enabled else FEW
    path = written(tmp_path, name, count)
    benchmark.extra_info["megabytes"] = round(path.stat().st_size / 1e6, 1)
    table: Any = benchmark.pedantic(  # type: ignore[no-untyped-call] # it ships no types
        way(path), rounds=7, warmup_rounds=1
    )
    assert len(getattr(table, "frame", table)) == count


@pytest.mark.parametrize("name", ["gpx", "geopackage"])
def test_start(benchmark: BenchmarkFixture, tmp_path: Path, name: str) -> None:
    """Start a child for one small file; a GeoPackage needs both copies of GDAL."""
    small = SMALL.get(name) or {"layer.gpkg": written(tmp_path, ".gpkg", 1).read_bytes()}

    def once() -> None:
        with Decoder() as made:
            made.decode(name, small, {})

    benchmark.pedantic(once, rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call] # it ships no types
