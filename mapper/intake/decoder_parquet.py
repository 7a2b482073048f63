"""GeoParquet, inside the child, through pyarrow: GDAL's wheels have no Parquet driver.

The rows are those the footer counts. The stored bounding boxes are never used: a wrong one would hide records.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.decoder_child import Doubt, Part, part
from mapper.intake.decoder_vectors import as_cells, shapely_module

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DEFAULT_CRS = "OGC:CRS84"
_EXPORT = "Export it as GeoParquet, or as GeoJSON."


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read a GeoParquet file: its primary geometry, all other columns as text.

    Raises
    ------
    DataRefused
        When it is no GeoParquet, or its geometry is not well-known binary.
    UnknownCRS
        When its CRS is null and the caller states none.
    """
    path = folder / "layer.parquet"
    with pq.ParquetFile(path) as source:
        counted = source.metadata.num_rows
        geometry, about = _geometry(source.metadata.metadata or {}, source.schema_arrow.names)
        table = source.read(use_threads=False)
    doubts: list[Doubt] = []
    cells = as_cells(
        {name: table.column(name) for name in table.column_names if name not in (geometry, "bbox")}, doubts
    )
    wkb = table.column(geometry)
    if not (pa.types.is_binary(wkb.type) or pa.types.is_large_binary(wkb.type)):
        raise DataRefused("its geometry column is not binary", advice=_EXPORT)
    shapes = wkb.to_pylist()
    # The parent parses the same bytes; what would break the parser breaks this process first.
    shapely_module().from_wkb(shapes, on_invalid="fix")
    crs = _crs(about, options.get("crs"))
    return [part("layer", list(range(1, len(shapes) + 1)), shapes, cells, counted=counted, crs=crs, doubts=doubts)]


def _geometry(metadata: Mapping[bytes, bytes], columns: list[str]) -> tuple[str, Mapping[str, Any]]:
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
        encoding = about["encoding"]
    except (KeyError, TypeError, ValueError):
        raise DataRefused("it does not say which column holds the geometry", advice=_EXPORT) from None
    if name not in columns or encoding != "WKB":
        raise DataRefused(f"its geometry is written as {encoding}, which is not read", advice=_EXPORT)
    return str(name), about


def _crs(about: Mapping[str, Any], stated: str | None) -> str | None:
    """Return the file's CRS as text; absent means longitude and latitude, null means that nobody knows."""
    crs = about.get("crs", _DEFAULT_CRS)
    if crs is None and stated is None:
        raise UnknownCRS("its coordinate reference system is null", advice="Ask the sender, then give it with --crs.")
    return crs if crs is None or isinstance(crs, str) else json.dumps(crs)
