"""GeoParquet, inside the child, through pyarrow: GDAL's wheels have no Parquet driver.

The rows are those the footer counts. The stored bounding boxes are never used: a wrong one would hide records. Where a page
is damaged, the rows of its group are refused and the others kept.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.decoder_cells import as_cells, shapely_module, without_curves
from mapper.intake.decoder_child import Doubt, Part, Refused, part

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
    with pq.ParquetFile(path, page_checksum_verification=True) as source:
        counted = source.metadata.num_rows
        geometry, about = _geometry(source.metadata.metadata or {}, source.schema_arrow.names)
        table, rows, refused = _rows(source)
    doubts: list[Doubt] = []
    cells = as_cells(
        {name: table.column(name) for name in table.column_names if name not in (geometry, "bbox")}, doubts
    )
    wkb = table.column(geometry)
    if not (pa.types.is_binary(wkb.type) or pa.types.is_large_binary(wkb.type)):
        raise DataRefused("its geometry column is not binary", advice=_EXPORT)
    shapes, curved = without_curves(rows, wkb.cast(pa.binary()))
    # The parent parses the same bytes; what would break the parser breaks this process first.
    shapely_module().from_wkb(shapes if isinstance(shapes, list) else shapes.to_numpy(), on_invalid="fix")
    crs = _crs(about, options.get("crs"))
    refused += curved
    return [part("layer", rows, shapes, cells, counted=counted, crs=crs, refused=refused, doubts=doubts)]


def _rows(source: pq.ParquetFile) -> tuple[pa.Table, list[int], list[Refused]]:
    """Read all rows; where a part of the file is damaged, those of the row groups that are not."""
    footer = source.metadata
    try:
        return source.read(use_threads=False), list(range(1, footer.num_rows + 1)), []
    except (pa.ArrowException, OSError):
        tables: list[pa.Table] = []
        rows: list[int] = []
        refused: list[Refused] = []
    first = 1
    for group in range(footer.num_row_groups):
        numbers = range(first, first + footer.row_group(group).num_rows)
        first = numbers.stop
        try:
            tables.append(source.read_row_group(group, use_threads=False))
            rows += numbers
        except (pa.ArrowException, OSError):
            refused += [Refused(row, None, "its part of the file is damaged") for row in numbers]
    if not tables:
        raise DataRefused("it is damaged, and none of its records can be read", advice="Ask for it again.")
    return pa.concat_tables(tables), rows, refused


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
