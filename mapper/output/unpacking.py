"""The page's data block read back: what `block.py` writes, as frames.

`columns.py` and `packing.py` describe the format; this is its third reader, beside the page's own and the slow one of the tests.
It works on whole columns, as a million records are too many to touch one by one; only shapes, of which there are few, are made
one by one. Nothing that contradicts itself is read as far as it goes: it is refused.
"""

from __future__ import annotations

import json
import struct
import zlib
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from mapper.errors import DataRefused
from mapper.output.grid import UNITS_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mapper.output.packing import Described, Whole

_MOST_BYTES = 2**31
"""A block that unpacks to more than this is none that a page could hold."""
_MOST_NUMBERS = 2**27
_PACKED_BITS = (1, 2, 4)
_PLANE_BITS = (8, 16, 24, 32)
_BYTE = 8
_POINT, _LINES, _POLYGONS = 1, 2, 3
_DAMAGE = (
    *(ArithmeticError, EOFError, LookupError, RecursionError, TypeError, ValueError),
    *(struct.error, zlib.error, pa.ArrowException, shapely.errors.ShapelyError),
)


class Block(NamedTuple):
    """A block as read: the facts of the edition, and a frame for each table, its places as shapely geometries."""

    meta: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def read_block(packed: bytes) -> Block:
    """Read a data block.

    Parameters
    ----------
    packed : bytes
        What `mapper.output.block.encode` gives.

    Returns
    -------
    Block
        `meta` as it was given. Each table has the columns of `mapper.output.block.TABLES`: texts as text (missing where they
        were null), numbers and counts as float64 (NaN where null), places in WGS 84 longitude/latitude as geometries (None where
        there is none), rounded to 1e-6 degree. An area or a line of one part comes back without the "Multi". Rows stand in the
        order of the block: that of its grid where a table has a position, else as they were given.

    Raises
    ------
    DataRefused
        When it is no such block, or a part of it contradicts another.
    """
    try:
        return _read(packed)
    except _DAMAGE as exc:
        raise DataRefused(
            f"its data block cannot be read ({type(exc).__name__})",
            file="map.html",
            advice="It is damaged, or written by another version. Build the edition again or get a whole copy.",
        ) from None


def _read(packed: bytes) -> Block:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = inflater.decompress(packed, _MOST_BYTES)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("the block is cut, too large, or followed by something else")
    (length,) = struct.unpack_from("<I", plain)
    header = json.loads(plain[4 : 4 + length].decode("utf-8"))
    body = memoryview(plain)[4 + length :]
    tables = {str(name): TableDecoder(body, table["rows"]).frame(table) for name, table in header["tables"].items()}
    if not isinstance(header["meta"], dict):
        raise TypeError("the facts are no object")
    return Block(header["meta"], tables)


class TableDecoder:
    """Decodes the columns of one table in their order, as later ones may lean on the codes of earlier ones."""

    def __init__(self, body: memoryview, rows: int) -> None:
        self.body = body
        self.rows = _count(rows)
        self.known: dict[str, Whole] = {}

    def frame(self, table: Mapping[str, Any]) -> pd.DataFrame:
        """Decode all columns of a table."""
        columns = {str(name): self.column(str(name), told) for name, told in table["columns"].items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.rows))

    def column(self, name: str, told: Described) -> pd.Series:
        """Decode one column."""
        cells = _DECODERS[told["as"]](self, name, told)
        if len(cells) != self.rows:
            raise ValueError("a column is not as long as its table")
        return cells

    # ------------------------------------------------------------ whole numbers
    def ints(self, told: Described) -> Whole:
        """Read packed whole numbers."""
        at, bits, low, n = (told[key] for key in ("at", "bits", "low", "n"))
        numbers = np.zeros(_count(n), dtype=np.int64) if bits == 0 else self._rests(_count(at), bits, _count(n))
        return numbers + int(low)

    def _rests(self, at: int, bits: int, n: int) -> Whole:
        if bits in _PACKED_BITS:
            each = _BYTE // bits
            bytes_of = np.frombuffer(self.part(at, -(-n // each)), dtype=np.uint8)
            shifts = np.arange(each, dtype=np.uint8) * np.uint8(bits)
            return (((bytes_of[:, None] >> shifts) & np.uint8(2**bits - 1)).ravel()[:n]).astype(np.int64)
        planes = _PLANE_BITS.index(bits) + 1
        lanes = np.frombuffer(self.part(at, planes * n), dtype=np.uint8).reshape(planes, n)
        numbers = np.zeros(n, dtype=np.int64)
        for plane in range(planes):
            numbers |= lanes[plane].astype(np.int64) << (_BYTE * plane)
        return numbers

    def part(self, at: int, length: int) -> memoryview:
        """Return a stretch of the body, which must hold all of it."""
        if at + length > len(self.body):
            raise EOFError("the body ends too early")
        return self.body[at : at + length]

    def codes(self, told: Described) -> Whole:
        """Read the codes of a column, one per row."""
        if not told:
            return np.zeros(self.rows, dtype=np.int64)
        numbers = self.ints(told)
        if "by" in told:
            numbers = _looked_up(numbers, self.known[told["by"]])
        elif "since" in told:
            stepped = self.known[told["since"]] + int(told["shift"]) + numbers
            numbers = np.where(numbers > 0, stepped, 0)
        if len(numbers) != self.rows or (numbers < 0).any():
            raise ValueError("codes are missing or below zero")
        return numbers

    # ------------------------------------------------------------ ways of a column
    def words(self, name: str, told: Described) -> pd.Series:
        """Texts of a list."""
        self.known[name] = codes = self.codes(told["codes"])
        return _as_texts(_of_list(told["values"], codes))

    def days(self, name: str, told: Described) -> pd.Series:
        """Days of the calendar."""
        self.known[name] = codes = self.codes(told["codes"])
        distinct, which = np.unique(codes, return_inverse=True)
        days = np.datetime_as_string((distinct + (int(told["base"]) - 1)).astype("datetime64[D]"))
        return _as_texts(pa.array(days, mask=distinct == 0).take(pa.array(which.ravel())))

    def numbers(self, name: str, told: Described) -> pd.Series:
        """Numbers, NaN where null."""
        self.known[name] = codes = self.codes(told["codes"])
        if "values" in told:
            return pd.Series(_looked_up(np.array([np.nan, *told["values"]], dtype=np.float64), codes))
        values = (codes + (int(told["base"]) - 1)) / told["scale"]
        return pd.Series(np.where(codes == 0, np.nan, values))

    def ids(self, _name: str, told: Described) -> pd.Series:
        """Texts of one pattern, put together from their parts."""
        pieces = [self._piece(part, self.codes(part["codes"])) for part in told["parts"]]
        return _as_texts(pc.binary_join_element_wise(*pieces, pa.scalar("", pa.large_string())))

    def _piece(self, part: Described, codes: Whole) -> pa.Array:
        if "words" in part:
            return _of_list(part["words"], codes)
        digits = pa.array(codes + (int(part["base"]) - 1)).cast(pa.large_string())
        return pc.utf8_lpad(digits, width=int(part["digits"]), padding="0")

    def doubles(self, _name: str, told: Described) -> pd.Series:
        """Numbers as eight byte planes."""
        planes = np.frombuffer(self.part(_count(told["at"]), 8 * self.rows), dtype=np.uint8).reshape(8, self.rows)
        return pd.Series(np.ascontiguousarray(planes.T).view("<f8").ravel())

    def texts(self, _name: str, told: Described) -> pd.Series:
        """Texts one after the other; an empty one is null."""
        sizes = self.ints(told["sizes"])
        ends = _ends(sizes, told["bytes"])
        joined = self.part(_count(told["at"]), _count(told["bytes"]))
        there = pa.array(sizes > 0).buffers()[1]
        found = pa.LargeStringArray.from_buffers(len(sizes), pa.py_buffer(ends), pa.py_buffer(joined), there)
        found.validate(full=True)
        return _as_texts(found)

    def shapes(self, _name: str, told: Described) -> pd.Series:
        """Geometries in longitude/latitude."""
        zigzag, sizes = self.ints(told["numbers"]), self.ints(told["sizes"])
        ends = _ends(sizes, len(zigzag))
        stream = np.where(zigzag & 1, -((zigzag + 1) >> 1), zigzag >> 1)
        found = [_shape(stream[start:end]) for start, end in pairwise(ends.tolist())]
        return _as_objects(found)

    def places(self, _name: str, told: Described) -> pd.Series:
        """Points on the block's grid; rows after the last have none."""
        steps, columns, counts, north, east = (
            self.ints(told[part]) for part in ("rows", "columns", "counts", "north", "east")
        )
        starts = np.cumsum(counts) - counts
        if not len(steps) == len(columns) == len(counts) or (counts < 1).any() or int(counts.sum()) != len(north):
            raise ValueError("the cells of the grid do not hold its places")
        risen = np.cumsum(north)
        before = (risen - north)[starts]
        edge = 1 << _count(told["cell"])
        y = int(told["south"]) + np.repeat(np.cumsum(steps) * edge - before, counts) + risen
        x = int(told["west"]) + np.repeat(columns * edge, counts) + east
        points = np.full(self.rows, None, dtype=object)
        points[: len(x)] = shapely.points(_degrees(x), _degrees(y))
        return _as_objects(points)


_DECODERS: Mapping[str, Callable[[TableDecoder, str, Described], pd.Series]] = MappingProxyType(
    {
        "words": TableDecoder.words,
        "days": TableDecoder.days,
        "numbers": TableDecoder.numbers,
        "ids": TableDecoder.ids,
        "doubles": TableDecoder.doubles,
        "texts": TableDecoder.texts,
        "shapes": TableDecoder.shapes,
        "places": TableDecoder.places,
    }
)


def _count(number: Any) -> int:  # noqa: ANN401 - anything a forged header may hold
    """Return a count or a position, which no sound block has below zero or beyond memory."""
    if not isinstance(number, int) or not 0 <= number <= _MOST_BYTES:
        raise ValueError("a count is none")
    if number > _MOST_NUMBERS * _BYTE:
        raise ValueError("a count is beyond memory")
    return number


def _looked_up(values: npt.NDArray[Any], codes: Whole) -> npt.NDArray[Any]:
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(values):
        raise IndexError("a code has no meaning")
    return values[codes]


def _of_list(values: list[str], codes: Whole) -> pa.Array:
    """Return the text of each code, 0 being null."""
    listed = pa.array([None, *values], pa.large_string())
    if len(codes) and not 0 <= int(codes.min()) <= int(codes.max()) < len(listed):
        raise IndexError("a code has no meaning")
    return listed.take(pa.array(codes))


def _ends(sizes: Whole, total: int) -> Whole:
    """Return where each of the pieces of a whole starts, and where the last one ends."""
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    if (sizes < 0).any() or int(ends[-1]) != total:
        raise ValueError("pieces do not make up their whole")
    return ends


def _as_texts(texts: pa.Array) -> pd.Series:
    return pd.Series(pd.array(texts.cast(pa.large_string()), dtype="str"))


def _as_objects(shapes: object) -> pd.Series:
    listed = list(shapes)  # type: ignore[call-overload] # an array or a list of geometries
    cells = np.empty(len(listed), dtype=object)
    cells[:] = listed
    return pd.Series(cells, dtype=object)


def _degrees(units: Whole) -> npt.NDArray[np.float64]:
    degrees: npt.NDArray[np.float64] = units / UNITS_PER_DEGREE
    return degrees


# ---------------------------------------------------------------- shapes
def _shape(stream: Whole) -> shapely.Geometry | None:
    """Return one geometry of its whole numbers: kind, counts, and points as steps from the point before."""
    if not len(stream):
        return None
    kind = int(stream[0])
    if kind == _POINT:
        lon, lat = _degrees(stream[1:])
        return shapely.Point(lon, lat)
    if kind not in {_LINES, _POLYGONS}:
        raise ValueError("a shape is of no known kind")
    steps, lengths, rings = _taken_apart(stream, is_rings=kind == _POLYGONS)
    points = _degrees(np.cumsum(steps.reshape(-1, 2), axis=0))
    pieces = np.split(points, np.cumsum(lengths)[:-1])
    if kind == _LINES:
        lines = [shapely.LineString(piece) for piece in pieces]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    of_parts = np.cumsum([0, *rings])
    parts = [shapely.Polygon(pieces[start], pieces[start + 1 : end]) for start, end in pairwise(of_parts.tolist())]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _taken_apart(stream: Whole, *, is_rings: bool) -> tuple[Whole, list[int], list[int]]:
    """Return the steps of all points, the points of each piece, and the pieces of each part (rings of a polygon)."""
    steps, lengths, rings, at = [], [], [], 2
    for _ in range(_count(int(stream[1]))):
        pieces = 1
        if is_rings:
            pieces, at = _count(int(stream[at])), at + 1
            if not pieces:
                raise ValueError("a polygon has no ring")
        rings.append(pieces)
        for _ in range(pieces):
            points = _count(int(stream[at]))
            steps.append(stream[at + 1 : at + 1 + 2 * points])
            lengths.append(points)
            at += 1 + 2 * points
    if at != len(stream) or not steps:
        raise ValueError("a shape ends too early or too late")
    return np.concatenate(steps), lengths, rings
