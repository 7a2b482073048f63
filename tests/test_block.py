"""The page's data block, read by an independent decoder (`tests/block_decoder.py`)."""

from __future__ import annotations

import gzip
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
from mapper.output.packing import Body
from tests.block_decoder import Shape, decode, table_cells


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
DAY = st.one_of(st.none(), st.dates().map(str))


def eight(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Columns of eight rows."""
    return st.lists(cells, min_size=8, max_size=8)


def through(kinds: dict[str, str], **cells: list[Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Write one table of these columns and types and read it back: its description and its cells."""
    body = Body()
    described = block._table(pd.DataFrame(cells, dtype=object), kinds, body)
    return described["columns"], table_cells(b"".join(body.parts), described)


@given(cells=st.lists(TEXT))
def test_texts_and_codes_come_back_as_they_went_in(cells: list[str | None]) -> None:
    """Any text; an empty text is null, an empty code is itself."""
    told = through({"a": "text", "b": "code"}, a=cells, b=cells)[1]
    assert told == {"a": [cell or None for cell in cells], "b": cells}


@given(cells=eight(st.one_of(st.none(), st.integers(-(2**31) + 1, 2**31 - 1))))
def test_counts_come_back(cells: list[int | None]) -> None:
    """All of 32 bits."""
    assert through({"a": "i32"}, a=cells)[1] == {"a": cells}


@given(
    cells=eight(st.one_of(st.none(), st.floats(allow_nan=False), st.decimals(-10, 10, places=3).map(float))),
    times=st.sampled_from([1, 40]),
)
def test_numbers_come_back_to_the_last_bit(cells: list[float | None], times: int) -> None:
    """Infinities and a zero with a sign too; a whole number may come back without its point."""
    many = [cell and cell + row for row in range(times) for cell in cells]
    told = through({"a": "f64"}, a=many)[1]["a"]
    assert [cell is None or struct.pack("<d", cell) for cell in told] == [
        cell is None or struct.pack("<d", cell) for cell in many
    ]


@given(first=eight(DAY), second=eight(DAY))
def test_dates_come_back(first: list[str | None], second: list[str | None]) -> None:
    """Two columns of days, the second stored by its distance from the first where that is shorter."""
    assert through({"a": "text", "b": "text"}, a=first * 5, b=second * 5)[1] == {"a": first * 5, "b": second * 5}


def test_a_later_date_that_follows_an_earlier_is_stored_as_steps() -> None:
    """A thousand days, eight records each, reported one to three days later; one is not stated."""
    days = np.datetime64("2020-11-10") + np.arange(1000) * 7 % 1000
    first = [str(day) for day in days for _ in range(8)]
    second: list[str | None] = [str(day + 1 + late) for day in days for late in (0, 1, 2, 0) * 2]
    second[7] = None
    described, told = through({"a": "text", "b": "text"}, a=first, b=second)
    assert (described["b"]["as"], described["b"]["codes"]["since"], described["b"]["codes"]["bits"]) == ("days", "a", 2)
    assert told == {"a": first, "b": second}


@pytest.mark.parametrize("odd", ["2021-03", "2021-02-30", "--03-04", "2021-3-4", "?"])
def test_a_date_that_is_none_keeps_its_letters(odd: str) -> None:
    """One month among days is enough for the column to be texts."""
    cells = ["2021-03-04", odd, "2021-03-05"] * 4
    assert through({"a": "text"}, a=cells)[1] == {"a": cells}


IDS = {
    "running": [f"AZ-{number:07d}" for number in (3, 1, 999_999, 20)],
    "without zeros": [f"inc/{number}" for number in (9, 10, 11, 100)],
    "of a day and district": [
        "az-20201114-fuzuli-1",
        "az-20201114-fuzuli-2",
        "az-20201123-terter-1",
        "az-20201123-terter-12",
    ],
    "digits only": ["007", "008", "011", "999"],
    "leading zeros of odd widths": ["a-07", "a-8", "a-11", "a-100"],
    "long digits": ["a123456789012", "a123456789013", "a003456789012", "a000000000000"],
    "no pattern": ["a-1", "b", "c-2-3", "7"],
    "letters of other scripts": ["№1-я", "№2-я", "№33-я", "№4-я"],
    "digits of other scripts": ["a-١", "a-٢", "a-٣", "a-٤"],
    "uuids": ["6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "x", "y"],
    "a line break": ["a-1\n", "a-2\n", "a-3", "a-4"],
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS.keys())
def test_ids_come_back_letter_by_letter(ids: list[str]) -> None:
    """Whatever their pattern, and in a table of many rows as in one of few."""
    for times in (1, 20):
        assert through({"a": "text"}, a=ids * times)[1] == {"a": ids * times}


def test_ids_of_a_common_pattern_are_numbers() -> None:
    """10,000 ids that lean on the day and the district of their records take the running number and no more."""
    days = [f"2021-{month:02d}-{day:02d}" for month in range(1, 11) for day in range(1, 26)]
    rows = [
        (day, name, slug, n)
        for day in days
        for name, slug in (("Füzuli", "fuzuli"), ("Şuşa", "susa"))
        for n in range(1, 21)
    ]
    ids = [f"az-{day.replace('-', '')}-{slug}-{n}" for day, _, slug, n in rows]
    tables = with_cells(
        "incidents", incident_id=ids, date_start=[row[0] for row in rows], district=[row[1] for row in rows]
    )
    header, decoded = decode(encode(tables, {}, {}))
    told = header["tables"]["incidents"]["columns"]["incident_id"]
    assert decoded["incidents"]["incident_id"] == ids
    assert told["as"] == "ids"
    assert [part["codes"].get("by") for part in told["parts"]][1:3] == ["date_start", "district"]
    assert told["parts"][3]["codes"]["bits"] <= 8


KINDS = {"at": "position", "place": "code", "uncertainty_m": "f64", "incident_id": "text"}
POINTS = st.lists(
    st.one_of(st.none(), st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000))),
    max_size=12,
)


@given(points=POINTS, radii=st.lists(st.sampled_from([0.0, 5.0, None]), min_size=12, max_size=12))
def test_places_come_back_in_the_order_of_the_grid(
    points: list[tuple[int, int] | None], radii: list[float | None]
) -> None:
    """Every place to the unit, each with its own record; those without one last; equal marks beside each other."""
    twice = points * 2
    ids = [str(number) for number in range(len(twice))]
    at = [None if point is None else shapely.Point(point[0] / 1e6, point[1] / 1e6) for point in twice]
    given: dict[str, list[Any]] = {
        "incident_id": ids,
        "at": at,
        "uncertainty_m": (radii * 2)[: len(twice)],
        "place": ["point"] * len(twice),
    }
    described, told = through(KINDS, **given)
    assert sorted(map(int, told["incident_id"])) == list(range(len(twice)))
    assert [twice[int(number)] for number in told["incident_id"]] == told["at"]
    assert told["at"] == sorted(told["at"], key=lambda place: place is None)
    assert described["at"]["rounded_m"] == 0
    marks = list(zip(told["at"], told["uncertainty_m"], strict=True))
    assert (
        len(
            [
                mark
                for mark, before in zip(marks[1:], marks, strict=False)
                if mark != before and mark in marks[: marks.index(before)]
            ]
        )
        == 0
    )


def test_a_place_given_more_finely_is_rounded_and_the_block_says_so() -> None:
    """Half a unit of either is 5.6 cm; the two together 7.9 cm, told as 8 cm."""
    header, tables = decode(encode(with_cells("incidents", at=[shapely.Point(46.1234564, 39.00000049)]), {}, {}))
    assert tables["incidents"]["at"] == [(46_123_456, 39_000_000)]
    assert header["tables"]["incidents"]["columns"]["at"]["rounded_m"] == 0.08


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


def test_any_number_of_codes() -> None:
    """More than 16 bits hold."""
    values = [f"{number:05d}" for number in range(70_000)]
    packed = encode(with_cells("incidents", district=values), {}, {})
    assert decode(packed)[1]["incidents"]["district"] == values


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


def test_the_page_reads_the_tables_that_are_written() -> None:
    """`data.ts` declares each table with the same columns, types and order as `TABLES`."""
    source = (Path(__file__).parent.parent / "mapper" / "web" / "src" / "data.ts").read_text("utf-8")
    declared = {
        name.lower(): dict(re.findall(r"(\w+): \"(\w+)\",", body))
        for name, body in re.findall(r"export const ([A-Z_]+) = \{(.*?)\} as const;", source, re.DOTALL)
    }
    assert declared == {name: dict(columns) for name, columns in TABLES.items()}
