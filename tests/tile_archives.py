"""PMTiles archives for the tests of the background map, written by the format's own library."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

EXTENT = 4096


def png(red: int, green: int, blue: int) -> bytes:
    """Return a picture of 256 x 256 in one colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + bytes((red, green, blue)) * 256) * 256
    header = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def water() -> bytes:
    """Return a vector tile that is one square of the layer `water`, as the MVT specification lays it out."""

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    def zigzag(value: int) -> bytes:
        value = value * 2 if value >= 0 else -value * 2 - 1
        out = b""
        while value > 127:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    ring = b"\x09" + zigzag(0) * 2 + b"\x1a"  # move to 0,0; three lines
    ring += zigzag(EXTENT) + zigzag(0) + zigzag(0) + zigzag(EXTENT) + zigzag(-EXTENT) + zigzag(0) + b"\x0f"
    feature = b"\x18\x03" + field(4, ring)  # a polygon
    layer = b"\x78\x02" + field(1, b"water") + field(2, feature) + b"\x28" + b"\x80\x20"  # version 2, extent 4096
    return field(3, layer)


def archive(content: bytes, kind: TileType, *, zooms: int = 8, attribution: str = "<b>Makers</b> &amp; co") -> bytes:
    """Return an archive with the same tile everywhere around Azerbaijan."""
    out = io.BytesIO()
    writer: Any = Writer(out)  # type: ignore[no-untyped-call] # the library has no types
    packing = Compression.GZIP if kind == TileType.MVT else Compression.NONE
    tile = gzip.compress(content, mtime=0) if kind == TileType.MVT else content
    ids = sorted(zxy_to_tileid(z, x, y) for z in range(zooms) for x in range(2**z) for y in range(2**z))
    for each in ids:
        writer.write_tile(each, tile)
    header: dict[str, Any] = {
        "tile_type": kind,
        "tile_compression": packing,
        "min_lon_e7": -1800000000,
        "min_lat_e7": -850000000,
        "max_lon_e7": 1800000000,
        "max_lat_e7": 850000000,
        "center_zoom": 5,
        "center_lon_e7": 467000000,
        "center_lat_e7": 400000000,
    }
    writer.finalize(header, {"name": "Test map", "attribution": attribution})
    return out.getvalue()
