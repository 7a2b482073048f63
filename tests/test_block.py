"""The page's data block, read by a decoder written from the description of the format and nothing else."""

from __future__ import annotations

import gzip
import json
import math
import re
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.errors import DataRefused
from mapper.output import block
from mapper.output.block import TABLES, encode

Shape = tuple[Any, ...] | None


def decode(packed: bytes) -> tuple[dict[str, Any], dict[str, dict[str, list[Any]]]]:
    """Decode a block as the format says: header and the cells of every table, None for null. Plain Python."""
    raw = gzip.decompress(packed)
    (length,) = struct.unpack_from("<I", raw, 0)
    header = json.loads(raw[4 : 4 + length].decode("utf-8"))
    start = (4 + length + 7) // 8 * 8
    assert set(raw[4 + length : start]) <= {0}
    body = raw[start:]
    tables = {
        name: {column: _cells(body, described, table["rows"]) for column, described in table["columns"].items()}
        for name, table in header["tables"].items()
    }
    return header, tables


def _numbers(body: bytes, form: str, at: int, count: int) -> list[Any]:
    assert at % 8 == 0
    return list(struct.unpack_from(f"<{count}{form}", body, at))


def _cells(body: bytes, described: dict[str, Any], rows: int) -> list[Any]:
    kind, at = described["type"], described["at"]
    if kind == "f64":
        return [None if math.isnan(number) else number for number in _numbers(body, "d", at, rows)]
    if kind == "i32":
        return [None if number == -2147483648 else number for number in _numbers(body, "i", at, rows)]
    if kind == "code":
        return [None if code == 65535 else described["values"][code] for code in _numbers(body, "H", at, rows)]
    ends = _numbers(body, "I", described["ends_at"], rows)
    spans = list(zip([0, *ends[:-1]], ends, strict=True)) if rows else []
    if kind == "text":
        assert not rows or ends[-1] == described["bytes"]
        return [body[at + first : at + last].decode("utf-8") or None for first, last in spans]
    assert kind == "geometry"
    stream = _numbers(body, "i", at, described["count"])
    return [_shape(stream[first:last]) for first, last in spans]


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


def described(shape: shapely.Geometry | None) -> Shape:
    """Return what the decoder should give for a geometry, from its parts one by one."""
    if shape is None or shape.is_empty:
        return None

    def whole(line: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - shapely's line
        return [(round(x * 1_000_000), round(y * 1_000_000)) for x, y in line.coords]

    parts = list(getattr(shape, "geoms", [shape]))
    if shape.geom_type == "Point":
        return ("point", whole(shape)[0])
    if "Polygon" in shape.geom_type:
        return ("polygons", [[whole(ring) for ring in (part.exterior, *part.interiors)] for part in parts])
    return ("lines", [whole(part) for part in parts])


def empty_tables() -> dict[str, pd.DataFrame]:
    """Return every table of the block without a row."""
    return {name: pd.DataFrame({column: [] for column in columns}, dtype=object) for name, columns in TABLES.items()}


def with_cells(name: str, **cells: list[Any]) -> dict[str, pd.DataFrame]:
    """Return empty tables but for one, whose other cells are all null."""
    rows = len(next(iter(cells.values())))
    columns = {column: cells.get(column, [None] * rows) for column in TABLES[name]}
    return {**empty_tables(), name: pd.DataFrame(columns, dtype=object)}


TEXT = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))


@given(
    texts=st.lists(TEXT, min_size=1, max_size=8),
    counts=st.lists(st.one_of(st.none(), st.integers(-(2**31) + 1, 2**31 - 1)), min_size=8, max_size=8),
    numbers=st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=8, max_size=8),
    codes=st.lists(TEXT, min_size=8, max_size=8),
)
def test_cells_come_back_as_they_went_in(
    texts: list[str | None], counts: list[int | None], numbers: list[float | None], codes: list[str | None]
) -> None:
    """Any text, 32-bit count and float; an empty text is null, everything else is itself to the last bit."""
    rows = len(texts)
    tables = with_cells("incidents", note=texts, killed=counts[:rows], lon=numbers[:rows], district=codes[:rows])
    incidents = decode(encode(tables, {}, {}))[1]["incidents"]
    assert incidents["note"] == [text or None for text in texts]
    assert incidents["killed"] == counts[:rows]
    assert incidents["lon"] == numbers[:rows]
    assert incidents["district"] == codes[:rows]


RING = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]
HOLE = [(1, 1), (1, 2), (2, 2), (2, 1), (1, 1)]
SHAPES = [
    None,
    shapely.Polygon(),
    shapely.Polygon(RING),
    shapely.Polygon(RING, [HOLE, [(x + 3, y + 3) for x, y in HOLE]]),
    shapely.MultiPolygon(
        [(RING, [HOLE]), ([(-179.999999, -89.5), (-170.25, -89.5), (-170, -80), (-179.999999, -89.5)], [])]
    ),
    shapely.LineString([(46.123456, 39.654321), (-180, 90), (180, -90)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (4, 4), (3, 3.0000006)]]),
    shapely.Point(46.92736, -39.99096),
]


@pytest.mark.parametrize("order", [1, -1])
def test_geometries_come_back_ring_by_ring(order: int) -> None:
    """Every kind, holes, several parts, the corners of the world, no geometry first, between and last."""
    shapes = SHAPES[::order]
    tables = with_cells("zones", geometry=shapes)
    assert decode(encode(tables, {}, {}))[1]["zones"]["geometry"] == [described(shape) for shape in shapes]


def test_only_what_is_listed_is_there_and_in_that_type() -> None:
    """The header tells every table and column of `TABLES`, with its type, also when nothing is in them."""
    header, tables = decode(encode(empty_tables(), {"title": "Ə"}, {"page": {}}))
    assert {
        name: {column: each["type"] for column, each in table["columns"].items()}
        for name, table in header["tables"].items()
    } == {name: dict(columns) for name, columns in TABLES.items()}
    assert header["meta"] == {"title": "Ə"}
    assert header["words"] == {"page": {}}
    assert all(cells == [] for table in tables.values() for cells in table.values())


def test_further_columns_of_a_frame_do_not_travel() -> None:
    """A column that somebody added to a layer is not published by accident."""
    tables = with_cells("sources", source_id=["s"])
    tables["sources"]["name_of_victim"] = ["secret-text"]
    assert b"secret-text" not in gzip.decompress(encode(tables, {}, {}))


def test_the_same_input_gives_the_same_bytes() -> None:
    """No clock in the gzip header, no order of sets in the codes."""
    tables = with_cells("incidents", district=["Şuşa", "Ağdam", "Şuşa", None], note=["a", None, "", "b"])
    assert encode(tables, {"a": 1}, {}) == encode({name: frame.copy() for name, frame in tables.items()}, {"a": 1}, {})


def test_as_many_codes_as_the_format_holds_and_no_more() -> None:
    """65,535 is null, so 0 to 65,534 are codes: 65,535 of them."""
    values = [f"{number:05d}" for number in range(65_535)]
    packed = encode(with_cells("incidents", district=values), {}, {})
    assert decode(packed)[1]["incidents"]["district"] == values
    with pytest.raises(DataRefused, match="column 'district': it has 65,536 different values"):
        encode(with_cells("incidents", district=[*values, "one more"]), {}, {})


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 4 * 999_999_999])
def test_a_number_too_large_is_refused_and_not_wrapped(number: int) -> None:
    """Four counts of nine digits add up to more than 32 bits hold; wrapped, they would read as a small number."""
    with pytest.raises(DataRefused, match="too large"):
        encode(with_cells("incidents", killed=[number]), {}, {})


def test_numpy_and_pandas_types_are_taken() -> None:
    """The frames of the line: Int64, float64, str and a GeoDataFrame."""
    tables = empty_tables()
    tables["zones"] = gpd.GeoDataFrame(
        {
            **{column: pd.array([pd.NA], "str") for column in TABLES["zones"] if column != "geometry"},
            "accuracy_m": np.array([np.nan]),
            "area_km2": np.array([1.5]),
            **{column: pd.array([pd.NA], "Int64") for column, kind in TABLES["zones"].items() if kind == "i32"},
        },
        geometry=[shapely.box(0, 0, 1, 1)],
        crs="EPSG:4326",
    )
    zones = decode(encode(tables, {}, {}))[1]["zones"]
    assert (zones["accuracy_m"], zones["area_km2"], zones["killed_reported"]) == ([None], [1.5], [None])


def test_nulls_are_the_ones_both_sides_know() -> None:
    """CONTRACT of the block: the numbers that stand for null."""
    assert (block.NULL_I32, block.NULL_CODE) == (-2147483648, 65535)


def test_the_page_reads_the_tables_that_are_written() -> None:
    """`data.ts` declares each table with the same columns, types and order as `TABLES`."""
    source = (Path(__file__).parent.parent / "mapper" / "web" / "src" / "data.ts").read_text("utf-8")
    declared = {
        name.lower(): dict(re.findall(r"(\w+): \"(\w+)\",", body))
        for name, body in re.findall(r"export const ([A-Z_]+) = \{(.*?)\} as const;", source, re.DOTALL)
    }
    assert declared == {name: dict(columns) for name, columns in TABLES.items()}
