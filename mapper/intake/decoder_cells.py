"""Arrow columns into text cells, inside the child: what every binary format shares, whoever read it.

Numbers keep their digits, as ids are text; what is no text (binary columns, numbers that are not finite) is told.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import struct
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from mapper.findings import BLANKED
from mapper.intake.decoder_child import WITHOUT_FRAMES, Doubt, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CURVED: Mapping[int, str] = MappingProxyType(
    {8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface"}
)
_COLLECTION = 7
_POINT, _LINE, _POLYGON = 1, 2, 3
_OF_OTHERS = frozenset({4, 5, 6, _COLLECTION})
_SHORTEST_WKB = 5
_HAS_Z, _HAS_M, _HAS_SRID = 0x80000000, 0x40000000, 0x20000000
_FLAGS = 0x1FFFFFFF
_PER_DIMENSION = 1000


def as_cells(columns: Mapping[str, Any], doubts: list[Doubt]) -> dict[str, Any]:
    """Return every column as text, numbers digit for digit; binary columns are left out and told."""
    cells = {}
    for name, column in columns.items():
        text = _text(column)
        if text is None:
            done = "The column was left out: it holds binary data."
            doubts.append(Doubt("unknown_column", "warning", done, column=name))
            continue
        if pa.types.is_floating(column.type):
            text = _finite(text, column, name, doubts)
        cells[name] = text
    return cells


def _text(column: Any) -> Any:  # noqa: ANN401 - pyarrow ships no types
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return None
    if pa.types.is_nested(kind):
        values = [
            None if each is None else json.dumps(each, ensure_ascii=False, default=str) for each in column.to_pylist()
        ]
        return pa.array(values, type=pa.string())
    return column if pa.types.is_string(kind) else column.cast(pa.string())


def _finite(text: Any, column: Any, name: str, doubts: list[Doubt]) -> Any:  # noqa: ANN401 - pyarrow ships no types
    values = column.cast(pa.float64()).to_numpy()  # null becomes NaN
    if int(np.isfinite(values).sum()) + column.null_count == len(values):
        return text
    doubts.append(Doubt("not_finite", "warning", BLANKED, column=name))
    finite = np.isfinite(values)
    return pa.array([each if ok else None for each, ok in zip(text.to_pylist(), finite, strict=True)], type=pa.string())


def without_curves(rows: Sequence[int], wkb: Any) -> tuple[Any, list[Refused]]:  # noqa: ANN401 - Arrow or a list
    """Take out the shapes that have arcs, and refuse their records: a chord in place of an arc can free ground.

    Parameters
    ----------
    rows : sequence of int
        The number of each record.
    wkb : list or pyarrow array of bytes
        Its shape; null where there is none.
    """
    curved = {at: name for at, code in _odd_kinds(wkb) if (name := _curve(wkb, at, code))}
    if not curved:
        return wkb, []
    shapes = wkb if isinstance(wkb, list) else wkb.to_pylist()
    why = "its geometry is a {}: made of straight lines, it could cover less ground"
    refused = [Refused(rows[at], "geometry", why.format(name)) for at, name in curved.items()]
    return [None if at in curved else shape for at, shape in enumerate(shapes)], refused


def _odd_kinds(wkb: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - Arrow or a list
    """Give the places of shapes that are no plain point, line or polygon, with their kind."""
    column = pa.array(wkb, type=pa.binary()) if isinstance(wkb, list) else wkb
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    found: list[tuple[int, int]] = []
    before = 0
    for chunk in chunks:
        kinds = _kinds(chunk)
        found += [(before + int(at), int(kinds[at])) for at in np.flatnonzero(kinds >= _COLLECTION)]
        before += len(chunk)
    return found


def _kinds(chunk: Any) -> Any:  # noqa: ANN401 - pyarrow and numpy
    """Return the kind of each shape, a number of well-known binary without its flags of height; 0 where there is none."""
    _, at, data = chunk.buffers()
    if data is None or not len(chunk):
        return np.zeros(len(chunk), dtype="int64")
    ends = np.frombuffer(at, "<i4")[chunk.offset : chunk.offset + len(chunk) + 1]
    content = np.frombuffer(data, "u1")
    whole = np.flatnonzero(np.diff(ends) >= _SHORTEST_WKB)
    kinds = np.zeros(len(chunk), dtype="int64")
    head = content[ends[whole][:, None] + np.arange(_SHORTEST_WKB)]
    little, big = (np.ascontiguousarray(head[:, 1:]).view(form)[:, 0].astype("int64") for form in ("<u4", ">u4"))
    kinds[whole] = (np.where(head[:, 0] == 1, little, big) & _FLAGS) % _PER_DIMENSION
    return kinds


def _curve(wkb: Any, at: int, kind: int) -> str | None:  # noqa: ANN401 - Arrow or a list
    if kind != _COLLECTION:
        return _CURVED.get(kind)
    shape = wkb[at] if isinstance(wkb, list) else wkb[at].as_py()
    try:
        inside = _kinds_inside(shape)
    except (struct.error, IndexError):
        return None  # it is no shape at all, which whoever builds it finds
    return next((f"collection with a {_CURVED[each]}" for each in inside if each in _CURVED), None)


def _kinds_inside(wkb: bytes) -> list[int]:
    """Return the kinds of all shapes of a collection, however deep; they stand one behind the other."""
    kinds: list[int] = []
    at, left = 0, 1
    while left:
        order = "<" if wkb[at] == 1 else ">"
        (code,) = struct.unpack_from(f"{order}I", wkb, at + 1)
        kind = (code & _FLAGS) % _PER_DIMENSION
        higher = (code & _FLAGS) // _PER_DIMENSION
        numbers = 2 + (higher in {1, 3} or bool(code & _HAS_Z)) + (higher in {2, 3} or bool(code & _HAS_M))
        at += _SHORTEST_WKB + (4 if code & _HAS_SRID else 0)
        kinds.append(kind)
        left -= 1
        if kind == _POINT:
            at += 8 * numbers
            continue
        (count,) = struct.unpack_from(f"{order}I", wkb, at)
        at += 4
        if kind == _LINE:
            at += 8 * numbers * count
        elif kind == _POLYGON:
            for _ in range(count):
                at += 4 + 8 * numbers * struct.unpack_from(f"{order}I", wkb, at)[0]
        elif kind in _OF_OTHERS:
            left += count
        else:
            break
    return kinds


def shapely_module() -> Any:  # noqa: ANN401 - a module without types
    """Load shapely after all: it is kept from loading for the sake of the start."""
    with contextlib.suppress(ValueError):
        sys.meta_path.remove(WITHOUT_FRAMES)
    return importlib.import_module("shapely")
