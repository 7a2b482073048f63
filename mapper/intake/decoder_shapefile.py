"""Shapefiles, inside the child: three files that must agree, or the file is refused.

GDAL gives null shapes for a .shp that was cut, and joins a .dbf of another file without a word. So the index (.shx) is
checked against the .shp byte by byte, and the number of records of .shp, .shx and .dbf must be the same. Only the shapes
come from GDAL, which is not shown the .dbf at all; where it gives none for a record that says it has one, the record is
refused.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.decoder_child import Doubt, Part, Refused, part
from mapper.intake.decoder_dbf import attributes
from mapper.intake.decoder_vectors import DAMAGED, look, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DRIVER = "ESRI Shapefile"
_HEADER_BYTES = 100
_WORD_BYTES = 2
_LENGTH_AT = 24
_RECORD_HEADER_BYTES = 8
_AGAIN = "Ask for all of its files again, or for a GeoPackage."


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read the one layer of a shapefile: `layer.shp`, `.shx`, perhaps `.prj`, and `attributes.dbf`.

    Options: `encoding` (what the .cpg file says), `crs` (what the caller states), `name`.

    Raises
    ------
    DataRefused
        When the three files do not hold the same number of records.
    UnknownCRS
        When there is no usable .prj file and the caller states no CRS.
    """
    path = folder / "layer.shp"
    shapes, index = path.read_bytes(), path.with_suffix(".shx").read_bytes()
    offsets, lengths = _index(index)
    table = attributes((folder / "attributes.dbf").read_bytes(), options.get("encoding"))
    if table.counted != len(offsets):
        raise DataRefused(
            f"its .shp file has {len(offsets)} records, its .dbf file {table.counted}: they are not of one layer",
            advice=_AGAIN,
        )
    refused = _broken(shapes, offsets, lengths)
    refused += [
        Refused(row, None, "its .dbf file is cut off before it") for row in range(table.whole + 1, table.counted + 1)
    ]
    look(path, _DRIVER)
    found = read(path, _DRIVER, None, range(table.counted))
    if found.crs is None and options.get("crs") is None:
        raise UnknownCRS(
            "it has no usable .prj file, so its coordinate reference system is not known",
            advice="Ask the sender for the EPSG code, then give it with --crs.",
        )
    shapes_read = found.wkb if isinstance(found.wkb, list) else found.wkb.to_pylist()
    shape_of = {fid + 1: shape for fid, shape in zip(found.fids, shapes_read, strict=True)}
    refused += [Refused(fid + 1, None, DAMAGED) for fid in found.damaged]
    refused += [
        Refused(int(row) + 1, "geometry", "its shape is damaged")
        for row in np.flatnonzero(~_is_null(shapes, offsets))
        if shape_of.get(int(row) + 1, b"") is None
    ]
    out = table.deleted | {each.row for each in refused}
    rows = [row for row in range(1, table.whole + 1) if row not in out and row in shape_of]
    lost = [row for row in range(1, table.whole + 1) if row not in out and row not in shape_of]
    refused += [Refused(row, None, "no reader gives it") for row in lost]
    cells = {name: [values[row - 1] for row in rows] for name, values in table.cells.items()}
    doubts = [*_length(shapes), *(each for each in table.doubts if each.row is None or each.row not in out)]
    by_row = {each.row: each for each in reversed(refused) if each.row not in table.deleted}  # the first reason stands
    return [
        part(
            str(options.get("name", "layer")), rows, [shape_of[row] for row in rows], cells,
            counted=table.counted - len(table.deleted), crs=found.crs, refused=list(by_row.values()), doubts=doubts,
        )
    ]  # fmt: skip


def _index(content: bytes) -> tuple[Any, Any]:
    """Return where each record starts in the .shp file and how long it is, in bytes."""
    if len(content) < _HEADER_BYTES or _stated_bytes(content) != len(content) or (len(content) - _HEADER_BYTES) % 8:
        raise DataRefused("its .shx file is cut off", advice=_AGAIN)
    pairs = np.frombuffer(content, ">i4", offset=_HEADER_BYTES).astype("int64").reshape(-1, 2) * _WORD_BYTES
    return pairs[:, 0], pairs[:, 1]


def _broken(shapes: bytes, offsets: Any, lengths: Any) -> list[Refused]:  # noqa: ANN401 - arrays of byte counts
    """Name the records that the .shp file does not hold where the index says."""
    ends = offsets + lengths + _RECORD_HEADER_BYTES
    inside = (offsets >= _HEADER_BYTES) & (lengths >= 4) & (ends <= len(shapes)) & (offsets % 4 == 0)  # noqa: PLR2004
    words = np.frombuffer(shapes[: len(shapes) // 4 * 4], ">i4")
    where = np.where(inside, offsets // 4, 0)
    stated = inside & (words[where] == np.arange(1, len(offsets) + 1)) & (words[where + 1] * _WORD_BYTES == lengths)
    return [
        Refused(int(row) + 1, None, "its shape is damaged" if inside[row] else "its .shp file is cut off before it")
        for row in np.flatnonzero(~stated)
    ]


def _is_null(shapes: bytes, offsets: Any) -> Any:  # noqa: ANN401 - arrays
    """Tell for each record whether it says itself that it has no shape."""
    words = np.frombuffer(shapes[: len(shapes) // 4 * 4], "<i4")
    at = offsets // 4 + _RECORD_HEADER_BYTES // 4
    inside = (offsets >= _HEADER_BYTES) & (at < len(words))
    return inside & (words[np.where(inside, at, 0)] == 0)


def _length(shapes: bytes) -> list[Doubt]:
    stated = _stated_bytes(shapes)
    if stated == len(shapes):
        return []
    value = f"the .shp file says {stated:,} bytes and has {len(shapes):,}"
    return [Doubt("unreadable_row", "warning", "The records that are whole were kept.", value=value)]


def _stated_bytes(content: bytes) -> int:
    return int(struct.unpack_from(">i", content, _LENGTH_AT)[0]) * _WORD_BYTES
