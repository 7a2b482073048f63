"""How each column of the page's data block is stored: the list of ways, and their encoders.

`mapper/web/src/columns.ts` is the other half and reads exactly these. `packing.py` tells what ints and signed ints are.

A column whose cells can be numbered from 1 holds a *code* per row, 0 for null, and says how codes are turned into cells:

    words    "values": code k is the k-th of the list of texts, which is sorted, so that codes sort as texts do
    days     "base": code k is the day base + k - 1, counted from 1970-01-01, written YYYY-MM-DD
    numbers  "values": code k is the k-th of the list of numbers; or "base", "scale": the number (base + k - 1) / scale, exactly

The codes themselves are stored in one of four ways, whichever is smallest:

    {}                          all are 0
    {ints}                      one per row
    {ints, "by": column}        one for each code of another column of the table, which settles this one
    {ints, "since": column, "shift": s}   code = that column's code + s + n, and 0 where n is 0

The other ways, for cells that cannot be numbered:

    doubles  64-bit floats as eight byte planes, "at"; NaN is null
    texts    UTF-8 one after the other, "at" and "bytes"; "sizes": ints, 0 is null
    ids      texts of one pattern, as "parts" from left to right, each {"words": values, "codes"} or {"digits": width or 0,
             "base", "codes"}: the number base + code - 1, with leading zeros up to the width
    shapes   geometries as whole numbers, signed ints at "numbers"; "sizes": ints, how many of them each has
    places   points in whole 1e-6 degree in the order of the block's rows, which is that of the grid: "cell": edge of a cell in
             units as a power of two; "west", "south": the grid's corner; "rows": how far each filled cell's row lies above the
             one before; "columns"; "counts": rows in each cell; "north": a place's distance from its cell's south edge, as the
             step from the place before it in the cell; "east": its distance from the cell's west edge. "rounded_m": how far a
             place may lie from the one given, 0 when all are given in whole units. Rows after the last have no place.

Nothing but a place is rounded, and of a column that fits no clever way the cells are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from mapper.errors import DataRefused
from mapper.output.grid import UNITS_PER_DEGREE
from mapper.output.packing import MOST, Body, Described, Whole, entropy_bits, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mapper.output.grid import Grid

_POINT, _LINES, _POLYGONS = 1, 2, 3
_MOST_DECIMALS = 6
_MOST_DIGITS = 9
_MOST_DIGIT_RUNS = 6
_FEW_VALUES = 0.25
"""Texts of at most so many different values per cell are words, else they are kept one by one."""
_MANY_VALUES = 0.95
_SAMPLE = 2_000
_LISTED = 255
_EXACT_WHOLE = 2**52
_I32 = 2**31
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True)
class Coded:
    """A column as codes, 0 for null, and what tells cells from codes."""

    told: Described
    codes: Whole
    size: int
    """One more than the largest code."""


# ---------------------------------------------------------------- cells to codes
def _texts(column: pd.Series) -> pa.Array:
    """Return a column's cells as one Arrow array of texts."""
    texts = pa.chunked_array(pa.array(column.astype("str"), pa.large_string(), from_pandas=True))
    return texts.combine_chunks() if texts.num_chunks != 1 else texts.chunk(0)


def _words(encoded: pa.DictionaryArray) -> Coded:
    values = encoded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=values.__getitem__)
    rank = np.zeros(len(values) + 1, dtype=np.int64)
    rank[np.array(order, dtype=np.int64) + 1] = np.arange(1, len(values) + 1)
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded({"as": "words", "values": [values[index] for index in order]}, rank[indices + 1], len(values) + 1)


def _days(words: Coded) -> Coded | None:
    """Dates as days, where every value is a day of the calendar written in full."""
    values = pa.array(words.told["values"], pa.large_string())
    if not len(values) or not pc.all(pc.match_substring_regex(values, _DATE)).as_py():
        return None
    days = pd.to_datetime(values.to_pandas(), format="%Y-%m-%d", errors="coerce").astype(
        "datetime64[s]"
    )  # a count follows
    if days.isna().any() or (days.dt.strftime("%Y-%m-%d") != values.to_pandas()).any():
        return None
    numbers = days.to_numpy().astype("datetime64[D]").astype(np.int64)
    codes = np.concatenate([np.zeros(1, dtype=np.int64), numbers - numbers[0] + 1])
    return Coded({"as": "days", "base": int(numbers[0])}, codes[words.codes], int(codes[-1]) + 1)


def _numbers(values: npt.NDArray[np.float64]) -> Coded | None:
    """Numbers as codes: few different ones by a list, else decimals of few digits as whole numbers, where that is exact."""
    codes, unique = pd.factorize(values, sort=True)
    codes = codes.astype(np.int64) + 1
    if not np.isfinite(unique).all() or (np.signbit(unique) & (unique == 0)).any():
        return None
    if len(unique) <= _LISTED:
        listed = [int(value) if value.is_integer() else float(value) for value in unique]
        return Coded({"as": "numbers", "values": listed}, codes, len(unique) + 1)
    for decimals in range(_MOST_DECIMALS + 1):
        scale = 10**decimals
        whole = np.rint(unique * scale)
        if np.abs(whole).max() >= _EXACT_WHOLE:
            return None
        if (whole / scale == unique).all():
            base = int(whole[0])
            codes = np.concatenate([np.zeros(1, dtype=np.int64), whole.astype(np.int64) - base + 1])[codes]
            size = int(codes.max()) + 1
            return Coded({"as": "numbers", "base": base, "scale": scale}, codes, size) if size <= MOST else None
    return None


class TableEncoder:
    """Encodes the columns of one table one by one, in the order of its grid where it has one."""

    def __init__(self, body: Body, frame: pd.DataFrame, grid: Grid | None) -> None:
        self.body = body
        self.frame = frame
        self.grid = grid
        self.known: dict[str, Coded] = {}

    def column(self, name: str, kind: str) -> Described:
        """Encode one column of the frame and return its description."""
        return {"type": kind, **_ENCODERS[kind](self, name)}

    def ordered(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values in the order of the block's rows."""
        return values if self.grid is None else values[self.grid.order]

    # ------------------------------------------------------------ codes
    def is_blank(self, name: str) -> bool:
        """Whether no cell of a column is stated, as of most columns of most layers."""
        return bool(self.frame[name].isna().all())

    def blank(self, kind: str) -> Coded:
        """Return a column without a stated cell."""
        return Coded({"as": kind, "values": []}, np.zeros(len(self.frame), dtype=np.int64), 1)

    def coded(self, name: str, coded: Coded) -> Described:
        """Describe a coded column and let later ones lean on it."""
        described = {**coded.told, "codes": self.codes(coded)}
        self.known[name] = coded
        return described

    def codes(self, coded: Coded) -> Described:
        """Store codes in the smallest of the ways."""
        if not coded.codes.any():
            return {}
        for other, settling in self.known.items():
            by = _settled(coded, settling)
            if by is not None:
                return {**self.body.ints(by), "by": other}
        least, since = entropy_bits(coded.codes), None
        for other, before in self.known.items():
            steps = _steps(coded, before) if before.told["as"] == coded.told.get("as") == "days" else None
            if steps is not None and (bits := entropy_bits(steps[0])) < least:
                least, since = bits, (other, *steps)
        if since is None:
            return self.body.ints(coded.codes)
        other, steps_of, shift = since
        return {**self.body.ints(steps_of), "since": other, "shift": shift}

    # ------------------------------------------------------------ columns by type
    def code(self, name: str) -> Described:
        """Encode a column of codes: always words."""
        if self.is_blank(name):
            return self.coded(name, self.blank("words"))
        return self.coded(name, self.in_order(_words(_texts(self.frame[name]).dictionary_encode())))

    def text(self, name: str) -> Described:
        """Encode texts: days, words, ids of one pattern, or one by one. An empty text is null."""
        if self.is_blank(name):
            return self.coded(name, self.blank("words"))
        texts = _texts(self.frame[name])
        if pc.min(lengths := pc.binary_length(texts)).as_py() == 0:
            texts = pc.if_else(pc.equal(lengths, 0), pa.scalar(None, texts.type), texts)
        words = _few_words(texts)
        if words is not None:
            return self.coded(name, self.in_order(_days(words) or words))
        texts = texts if self.grid is None else texts.take(pa.array(self.grid.order))
        return self.ids(texts) or self.blob(texts)

    def in_order(self, coded: Coded) -> Coded:
        """Put its codes in the order of the block's rows."""
        return replace(coded, codes=self.ordered(coded.codes))

    def ids(self, texts: pa.Array) -> Described | None:
        """Texts that are all of one pattern of digits and other letters; None when they are not."""
        parts = _id_parts(texts)
        if parts is None:
            return None
        return {"as": "ids", "parts": [{**part.told, "codes": self.codes(part)} for part in parts]}

    def blob(self, texts: pa.Array) -> Described:
        """Texts one after the other."""
        filled = pc.fill_null(texts, "")
        joined = "".join(filled.to_pylist()).encode()
        sizes = pc.binary_length(filled).to_numpy(zero_copy_only=False)
        return {"as": "texts", "at": self.body.add(joined), "bytes": len(joined), "sizes": self.body.ints(sizes)}

    def f64(self, name: str) -> Described:
        """Encode numbers exactly."""
        if self.is_blank(name):
            return self.coded(name, self.blank("numbers"))
        values = self.ordered(self.frame[name].astype("float64").to_numpy(na_value=np.nan))
        coded = _numbers(values)
        if coded is not None:
            return self.coded(name, coded)
        planes = np.ascontiguousarray(values.astype("<f8").view(np.uint8).reshape(-1, 8).T)
        return {"as": "doubles", "at": self.body.add(planes.tobytes())}

    def i32(self, name: str) -> Described:
        """Encode counts."""
        if self.is_blank(name):
            return self.coded(name, self.blank("numbers"))
        values = self.ordered(self.frame[name].astype("Int64").to_numpy(dtype="float64", na_value=np.nan))
        coded = _numbers(values)
        if coded is None or (np.abs(values[~np.isnan(values)]) >= _I32).any():
            raise DataRefused(
                "it holds a number too large for the page",
                column=name,
                advice="Check that the right column was mapped.",
            )
        return self.coded(name, coded)

    def geometry(self, name: str) -> Described:
        """Encode geometries."""
        streams = [_stream(shape) for shape in self.ordered(np.asarray(self.frame[name], dtype=object))]
        numbers = np.concatenate([np.zeros(0, dtype=np.int64), *streams])
        sizes = np.array([len(stream) for stream in streams], dtype=np.int64)
        return {"as": "shapes", "numbers": self.body.ints(signed(numbers)), "sizes": self.body.ints(sizes)}

    def position(self, _name: str) -> Described:
        """Encode the places of the grid."""
        if self.grid is None:
            raise TypeError("A table with a position has a grid.")
        return {"as": "places", **self.grid.described(self.body)}


_ENCODERS: Mapping[str, Callable[[TableEncoder, str], Described]] = MappingProxyType(
    {
        "f64": TableEncoder.f64,
        "i32": TableEncoder.i32,
        "code": TableEncoder.code,
        "text": TableEncoder.text,
        "geometry": TableEncoder.geometry,
        "position": TableEncoder.position,
    }
)


def _few_words(texts: pa.Array) -> Coded | None:
    """Texts as words where many rows share one; a look at the first rows spares most columns of single texts the work."""
    some = texts[:_SAMPLE]
    if pc.count_distinct(some).as_py() > max(1, int((len(some) - some.null_count) * _MANY_VALUES)):
        return None
    encoded = texts.dictionary_encode()
    few = len(encoded.dictionary) <= max(1, int((len(texts) - texts.null_count) * _FEW_VALUES))
    return _words(encoded) if few else None


def _settled(coded: Coded, settling: Coded) -> Whole | None:
    """Return the code for each code of the other column, where that settles it."""
    if not 1 < settling.size <= max(2, len(coded.codes) // 4):
        return None
    for rows in (slice(_SAMPLE), slice(None)):
        by = np.zeros(settling.size, dtype=np.int64)
        by[settling.codes[rows]] = coded.codes[rows]
        if not np.array_equal(by[settling.codes[rows]], coded.codes[rows]):
            return None
    return by


def _steps(coded: Coded, before: Coded) -> tuple[Whole, int] | None:
    """Codes as steps from those of another column, where every one that is stated has one; and the shift."""
    stated = coded.codes > 0
    if not (before.codes[stated] > 0).all():
        return None
    apart = coded.codes - before.codes
    shift = int(apart[stated].min()) - 1
    steps = np.where(stated, apart - shift, 0)
    return (steps, shift) if int(steps.max()) <= MOST else None


# ---------------------------------------------------------------- ids
def _id_parts(texts: pa.Array) -> list[Coded] | None:
    """Texts as columns of letters and of digits, where putting those together again gives the very same texts."""
    if len(texts) == 0 or texts.null_count:
        return None
    runs = len(pc.split_pattern_regex(texts[:1], r"[0-9]{1,9}")[0].as_py()) - 1
    if not 0 < runs <= _MOST_DIGIT_RUNS:
        return None
    names = [f"{kind}{run}" for run in range(runs) for kind in ("letters", "digits")] + ["end"]
    pattern = "".join(
        rf"(?P<{name}>[0-9]{{1,{_MOST_DIGITS}}})" if name.startswith("digits") else rf"(?P<{name}>[^0-9]*)"
        for name in names
    )
    found = pc.extract_regex(texts, f"^{pattern}$")
    if found.null_count:
        return None
    pieces = [found.field(name) for name in names]
    parts = [
        _digits(piece) if name.startswith("digits") else _letters(piece)
        for name, piece in zip(names, pieces, strict=True)
    ]
    return None if any(part is None for part in parts) else [part for part in parts if part is not None and part.told]


def _letters(piece: pa.Array) -> Coded | None:
    words = _few_words(piece)
    if words is None:
        return None
    values = words.told["values"]
    return Coded({} if values == [""] else {"words": values}, words.codes, words.size)


def _digits(piece: pa.Array) -> Coded | None:
    """Digits of one width, or without leading zeros; None where neither is so."""
    lengths = pc.binary_length(piece).to_numpy(zero_copy_only=False).astype(np.int64)
    numbers = pc.cast(piece, pa.int64()).to_numpy(zero_copy_only=False)
    is_even = bool((lengths == lengths[0]).all())
    if not is_even and ((lengths > 1) & (numbers < 10 ** (lengths - 1))).any():
        return None
    base = int(numbers.min())
    codes = numbers - base + 1
    return Coded({"digits": int(lengths[0]) if is_even else 0, "base": base}, codes, int(codes.max()) + 1)


# ---------------------------------------------------------------- shapes
def _stream(shape: shapely.Geometry | None) -> Whole:
    """One geometry as whole numbers: kind, counts, and points as differences from the point before."""
    if shape is None or shape.is_empty:
        return np.zeros(0, dtype=np.int64)
    at = np.rint(shapely.get_coordinates(shape) * UNITS_PER_DEGREE).astype(np.int64)
    steps = np.diff(at, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    if shape.geom_type == "Point":
        return np.array([_POINT, *steps[0]], dtype=np.int64)
    return np.concatenate(list(_pieces(shape, steps)))


def _pieces(shape: shapely.Geometry, steps: Whole) -> Iterator[Whole]:
    parts = [
        list(shapely.get_rings(part)) if part.geom_type == "Polygon" else [part] for part in shapely.get_parts(shape)
    ]
    kind = _POLYGONS if "Polygon" in shape.geom_type else _LINES
    yield np.array([kind, len(parts)], dtype=np.int64)
    start = 0
    for rings in parts:
        if kind == _POLYGONS:
            yield np.array([len(rings)], dtype=np.int64)
        for ring in rings:
            points = shapely.get_num_coordinates(ring)
            yield np.array([points], dtype=np.int64)
            yield steps[start : start + points].ravel()
            start += points
