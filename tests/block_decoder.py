"""A decoder of the page's data block, written from the format's description (`mapper/output/columns.py`, `packing.py`) alone.

Plain Python, one number at a time: slow, and nothing of the writer's in it.
"""

from __future__ import annotations

import gzip
import json
import math
import struct
from typing import Any

import numpy as np

Shape = tuple[Any, ...] | None


def decode(packed: bytes) -> tuple[dict[str, Any], dict[str, dict[str, list[Any]]]]:
    """Decode a block as the format says: header and the cells of every table, None for null. Plain Python."""
    raw = gzip.decompress(packed)
    (length,) = struct.unpack_from("<I", raw, 0)
    header = json.loads(raw[4 : 4 + length].decode("utf-8"))
    body = raw[4 + length :]
    return header, {name: table_cells(body, table) for name, table in header["tables"].items()}


def _ints(body: bytes, told: dict[str, Any]) -> list[int]:
    """Read packed whole numbers one by one."""
    at, bits, low, n = (told[key] for key in ("at", "bits", "low", "n"))
    if bits < 8:
        packed = int.from_bytes(body[at : at + -(-n * bits // 8)], "little")
        return [low + (packed >> (bits * index) & (2**bits - 1)) for index in range(n)]
    return [low + sum(body[at + plane * n + index] << 8 * plane for plane in range(bits // 8)) for index in range(n)]


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def table_cells(body: bytes, table: dict[str, Any]) -> dict[str, list[Any]]:
    """Read the columns in their order; `codes` are those of the columns so far, on which later ones may lean."""
    codes: dict[str, list[int]] = {}
    return {name: _cells(body, told, table["rows"], codes, name) for name, told in table["columns"].items()}


def _codes(body: bytes, told: dict[str, Any], rows: int, codes: dict[str, list[int]]) -> list[int]:
    if not told:
        return [0] * rows
    numbers = _ints(body, told)
    if "by" in told:
        return [numbers[code] for code in codes[told["by"]]]
    if "since" in told:
        return [step and code + told["shift"] + step for step, code in zip(numbers, codes[told["since"]], strict=True)]
    assert len(numbers) == rows
    return numbers


def _meaning(told: dict[str, Any], code: int) -> Any:  # noqa: ANN401 - a text or a number
    if code == 0:
        return None
    if "values" in told:
        return told["values"][code - 1]
    number = told["base"] + code - 1
    return str(np.datetime64(number, "D")) if told["as"] == "days" else number / told["scale"]


def _cells(body: bytes, told: dict[str, Any], rows: int, codes: dict[str, list[int]], name: str) -> list[Any]:
    way = told["as"]
    if way in {"words", "days", "numbers"}:
        codes[name] = _codes(body, told["codes"], rows, codes)
        return [_meaning(told, code) for code in codes[name]]
    if way == "ids":
        pieces = [_piece(part, _codes(body, part["codes"], rows, codes)) for part in told["parts"]]
        return ["".join(texts) for texts in zip(*pieces, strict=True)]
    if way == "doubles":
        planes = [body[told["at"] + plane * rows :][:rows] for plane in range(8)]
        numbers = [struct.unpack("<d", bytes(plane[row] for plane in planes))[0] for row in range(rows)]
        return [None if math.isnan(number) else number for number in numbers]
    if way == "places":
        return _places(body, told, rows)
    sizes = _ints(body, told["sizes"])
    ends = [sum(sizes[: row + 1]) for row in range(rows)]
    if way == "texts":
        texts = body[told["at"] : told["at"] + told["bytes"]]
        assert not rows or ends[-1] == told["bytes"]
        return [texts[end - size : end].decode() or None for end, size in zip(ends, sizes, strict=True)]
    assert way == "shapes"
    stream = [_signed(number) for number in _ints(body, told["numbers"])]
    return [_shape(stream[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _piece(part: dict[str, Any], codes: list[int]) -> list[str]:
    if "words" in part:
        return [part["words"][code - 1] for code in codes]
    return [str(part["base"] + code - 1).rjust(part["digits"], "0") for code in codes]


def _places(body: bytes, told: dict[str, Any], rows: int) -> list[tuple[int, int] | None]:
    """Return places in whole 1e-6 degree, None for the rows after the last of them."""
    parts = (iter(_ints(body, told[part])) for part in ("rows", "columns", "counts", "north", "east"))
    steps, columns, counts, north, east = parts
    found: list[tuple[int, int] | None] = []
    south = told["south"]
    for step, column, count in zip(steps, columns, counts, strict=True):
        south += step << told["cell"]
        y = south
        for _ in range(count):
            y += next(north)
            found.append((told["west"] + (column << told["cell"]) + next(east), y))
    assert next(north, None) is None
    return found + [None] * (rows - len(found))


def _shape(stream: list[int]) -> Shape:
    """Return ("point", (x, y)), ("lines", [points…]) or ("polygons", [[ring…]…]) in whole 1e-6 degrees, or None."""
    if not stream:
        return None
    numbers = iter(stream)
    here = [0, 0]

    def point() -> tuple[int, int]:
        here[0] += next(numbers)
        here[1] += next(numbers)
        return here[0], here[1]

    def points() -> list[tuple[int, int]]:
        return [point() for _ in range(next(numbers))]

    kind = next(numbers)
    shape: Shape
    if kind == 1:
        shape = ("point", point())
    elif kind == 2:
        shape = ("lines", [points() for _ in range(next(numbers))])
    else:
        assert kind == 3
        shape = ("polygons", [[points() for _ in range(next(numbers))] for _ in range(next(numbers))])
    assert next(numbers, None) is None
    return shape
