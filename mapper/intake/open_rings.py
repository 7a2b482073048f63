"""The rings of a polygon's well-known binary as the lines they are: no polygon of GEOS can hold a ring that is open."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

_POLYGON, _MULTIPOLYGON = 3, 6
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000
"""Marks of EWKB; ISO adds 1000 for heights, 2000 for measures, 3000 for both."""
_FLAT, _HIGH = 2, 3


def as_lines(wkb: bytes) -> BaseGeometry | None:
    """Return the rings of a polygon or multipolygon, with their heights; None for any other shape.

    Parameters
    ----------
    wkb : bytes
        ISO or extended well-known binary that GEOS reads, if only by closing its rings. Measures are left out.

    Examples
    --------
    >>> corners = (46, 39, 47, 39, 47, 40)
    >>> as_lines(struct.pack("<BIII6d", 1, 3, 1, 3, *corners)).wkt
    'MULTILINESTRING ((46 39, 47 39, 47 40))'
    """
    lines = [shapely.LineString(ring) for ring, _ in _rings(wkb, 0) if ring is not None and len(ring) > 1]
    return shapely.MultiLineString(lines) if lines else None


def _rings(wkb: bytes, at: int) -> Iterator[tuple[Any, int]]:
    """Give the rings of the geometry that begins at a byte, then None with the byte at which it ends."""
    order = "<" if wkb[at] else ">"
    (code,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    at += 9 if code & _SRID else 5
    plain = code & ~(_Z | _M | _SRID)
    kind, iso = plain % 1000, plain // 1000
    has_z = bool(code & _Z) or iso in (1, 3)
    numbers = _FLAT + has_z + (bool(code & _M) or iso >= _FLAT)
    if kind not in (_POLYGON, _MULTIPOLYGON):
        return
    (count,) = struct.unpack_from(f"{order}I", wkb, at)
    at += 4
    for _ in range(count):
        if kind == _MULTIPOLYGON:
            for ring, end in _rings(wkb, at):
                if ring is not None:
                    yield ring, end
                at = end
            continue
        (length,) = struct.unpack_from(f"{order}I", wkb, at)
        flat = np.frombuffer(wkb, dtype=f"{order}f8", count=length * numbers, offset=at + 4)
        at += 4 + 8 * length * numbers
        yield flat.reshape(-1, numbers)[:, : _HIGH if has_z else _FLAT].astype(float), at
    yield None, at
