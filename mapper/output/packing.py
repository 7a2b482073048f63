"""Whole numbers as bytes that gzip makes small, and the body of the page's data block as it grows.

ints     n whole numbers of 0 to 2^32 - 1. Those below 16 take 1, 2 or 4 bits each, the first in the lowest bits of a byte.
         Larger ones are byte planes: all lowest bytes, then all second bytes, as many as the largest number needs, because
         bytes of one weight look alike. Numbers that are all 0 take nothing.
         Described as {"at": first byte in the body, "bits": 0, 1, 2, 4, 8, 16, 24 or 32, "n": numbers}.
signed   whole numbers as ints: 0, -1, 1, -2, 2 … are 0, 1, 2, 3, 4 …
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Described = dict[str, Any]

MOST = 2**32 - 1
_PACKED_BITS = (0, 1, 2, 4)
_BYTE = 8


@dataclass
class Body:
    """The bytes behind the header, as they grow."""

    parts: list[bytes] = field(default_factory=list)
    length: int = 0

    def add(self, content: bytes) -> int:
        """Append bytes and return where they start."""
        at = self.length
        self.parts.append(content)
        self.length += len(content)
        return at

    def ints(self, values: npt.NDArray[Any]) -> Described:
        """Append whole numbers."""
        low = int(values.min()) if len(values) else 0
        rests = values - low
        bits = _bits(rests)
        return {"at": self.add(_packed(rests, bits)), "bits": bits, "low": low, "n": len(values)}


def signed(values: npt.NDArray[Any]) -> Whole:
    """Whole numbers of either sign as ints."""
    wide = values.astype(np.int64)
    return np.where(wide < 0, -2 * wide - 1, 2 * wide)


def _bits(values: npt.NDArray[Any]) -> int:
    most = int(values.max()) if len(values) else 0
    if most > MOST:
        raise OverflowError(f"The number {most} does not fit into 32 bits.")
    needed = most.bit_length()
    return next((bits for bits in _PACKED_BITS if needed <= bits), (needed + _BYTE - 1) // _BYTE * _BYTE)


def _packed(values: npt.NDArray[Any], bits: int) -> bytes:
    if bits == 0:
        return b""
    if bits >= _BYTE:
        return b"".join(plane.tobytes() for plane in _planes(values, bits))
    each = _BYTE // bits
    filled = np.zeros(-(-len(values) // each) * each, dtype=np.uint8)
    filled[: len(values)] = values
    shifts = np.arange(each, dtype=np.uint8) * bits
    return bytes(np.bitwise_or.reduce(filled.reshape(-1, each) << shifts, axis=1).astype(np.uint8).tobytes())


def _planes(values: npt.NDArray[Any], bits: int) -> list[npt.NDArray[np.uint8]]:
    lanes = values.astype("<u4").view(np.uint8).reshape(-1, 4)
    return [lanes[:, plane] for plane in range(-(-bits // _BYTE))]


def entropy_bits(values: npt.NDArray[Any]) -> float:
    """About how many bits the numbers take after compression: the entropy of their bytes, plane by plane."""
    total = 0.0
    for plane in _planes(values, _bits(values)):
        counts = np.bincount(plane, minlength=256)
        counts = counts[counts > 0]
        total += float((counts * (np.log2(len(values)) - np.log2(counts))).sum())
    return total
