"""FlatGeobuf, inside the child: the count of its header and the walk along its records against what is read.

fiona reads the first half of a file that was cut and says nothing; the header states how many records there must be.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused
from mapper.intake.decoder_child import Part, Refused, part
from mapper.intake.decoder_vectors import look, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DRIVER = "FlatGeobuf"
_FIELD_COUNT, _FIELD_NODE_SIZE = 8, 9
_NODE_BYTES = 40
_MAGIC_BYTES = 8
_DEFAULT_NODE_SIZE = 16


class _Header(NamedTuple):
    records: int
    node_size: int
    first_byte: int


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:  # noqa: ARG001 - the form all decoders have
    """Read the one layer of a FlatGeobuf file.

    Raises
    ------
    DataRefused
        When its header cannot be read, or it holds more records than its header says.
    """
    path = folder / "layer.fgb"
    content = path.read_bytes()
    try:
        header = _header(content)
        held = _walk(content, header)
    except (struct.error, ZeroDivisionError, IndexError):
        raise DataRefused("its header cannot be read", advice="It may be damaged; ask for it again.") from None
    if header.records and held > header.records:
        raise DataRefused(f"it holds {held} records, but its header says {header.records}", advice="Export it again.")
    counted = header.records or held
    look(path, _DRIVER)
    found = read(path, _DRIVER, None, counted)
    rows = found.rows if found.refused else [number + 1 for number in found.rows]
    known = {*rows, *(each.row for each in found.refused)}
    lost = [Refused(row, None, "the file is cut off before it") for row in range(1, counted + 1) if row not in known]
    return [
        part(
            "layer", rows, found.wkb, found.cells, counted=counted, crs=found.crs, refused=[*found.refused, *lost],
            doubts=found.doubts,
        )
    ]  # fmt: skip


def _header(content: bytes) -> _Header:
    """Read three numbers of the header, a flatbuffer: a table of offsets to its fields, absent where default."""
    (size,) = struct.unpack_from("<I", content, _MAGIC_BYTES)
    start = _MAGIC_BYTES + 4
    table = start + struct.unpack_from("<I", content, start)[0]
    offsets = table - struct.unpack_from("<i", content, table)[0]
    (offsets_bytes,) = struct.unpack_from("<H", content, offsets)

    def field(number: int, form: str, default: int) -> int:
        at = 4 + 2 * number
        offset = struct.unpack_from("<H", content, offsets + at)[0] if at < offsets_bytes else 0
        return int(struct.unpack_from(form, content, table + offset)[0]) if offset else default

    return _Header(field(_FIELD_COUNT, "<Q", 0), field(_FIELD_NODE_SIZE, "<H", _DEFAULT_NODE_SIZE), start + size)


def _walk(content: bytes, header: _Header) -> int:
    """Count the whole records behind the index, each of which states its own size."""
    at = header.first_byte + _index_bytes(header)
    held = 0
    while at + 4 <= len(content):
        (size,) = struct.unpack_from("<I", content, at)
        at += 4 + size
        held += at <= len(content)
    return held


def _index_bytes(header: _Header) -> int:
    if not header.records or not header.node_size:
        return 0
    nodes = level = header.records
    while level > 1:
        level = -(-level // max(header.node_size, 2))
        nodes += level
    return nodes * _NODE_BYTES
