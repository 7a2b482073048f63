# ruff: noqa: S608 - the SQL of the tests is written here
"""Of a damaged file the good records are kept and each bad one is named, or the file is refused in a sentence.

Each file is written whole by a library and then damaged here, byte by byte; how many records it held, and which was hit, is
known from that. No count comes from the reader.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.files import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mapper.model import Layer

COUNT = 20
BAD = 6
"""The record that is damaged, from 1, where only one is."""
GOOD = [row for row in range(1, COUNT + 1) if row != BAD]
FGB_INDEX = [False, True]
ARC = struct.pack("<BII6d", 1, 8, 3, 46.0, 39.0, 46.1, 39.1, 46.2, 39.0)
"""A circular string through three positions."""
ARCS = {
    "CircularString": ARC,
    "CompoundCurve": struct.pack("<BII", 1, 9, 1) + ARC,
    "CurvePolygon": struct.pack("<BII", 1, 10, 1) + ARC,
    "MultiCurve": struct.pack("<BII", 1, 11, 1) + ARC,
    "MultiSurface": struct.pack("<BII", 1, 12, 1) + struct.pack("<BII", 1, 10, 1) + ARC,
    "collection with a CircularString": struct.pack("<BII", 1, 7, 2) + shapely.to_wkb(shapely.Point(46, 39)) + ARC,
    "CurvePolygon, with heights": struct.pack("<BII", 1, 1010, 0),
    "CurvePolygon, the other way round": struct.pack(">BII", 0, 10, 0),
}


def zones(count: int = COUNT) -> gpd.GeoDataFrame:
    """Make as many squares in a row; the label says which is which."""
    shapes = [shapely.box(46 + n / 100, 39, 46.005 + n / 100, 39.005) for n in range(1, count + 1)]
    cells = pd.DataFrame({"label": [f"Ağdam {n}" for n in range(1, count + 1)], "number": range(1, count + 1)})
    return gpd.GeoDataFrame(cells, geometry=shapes, crs="EPSG:4326")


def read(path: Path) -> Layer:
    """Read a file and hold the law of the ledger; each kept record has the label and the shape it was given."""
    layer = read_layer(layer_entry(path, "zones"))
    assert len(layer.frame) + layer.unread == layer.counted
    return layer


def refused(layer: Layer) -> dict[int, str]:
    """Return why each refused record was, by row."""
    return {int(each.row or 0): str(each.value) for each in layer.findings if each.severity == "error"}


def hold(layer: Layer, kept: Iterable[int], bad: Iterable[int], counted: int = COUNT) -> None:
    """Hold that these records were kept, as they were given, and those refused by number."""
    assert layer.counted == counted
    assert list(layer.frame.index) == list(kept)
    assert sorted(refused(layer)) == list(bad)
    assert layer.frame["label"].tolist() == [f"Ağdam {row}" for row in layer.frame.index]
    given = zones(counted).geometry[[row - 1 for row in layer.frame.index]]
    assert shapely.equals(layer.frame.geometry.to_numpy(), given.to_numpy()).all()


# ------------------------------------------------------------ GeoPackage


def geopackage(folder: Path, *statements: str, count: int = COUNT) -> Path:
    """Write a GeoPackage and change it by SQL."""
    path = folder / "zones.gpkg"
    zones(count).to_file(path, driver="GPKG", layer="zones", SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def blob(wkb: bytes) -> str:
    """Write a geometry as a GeoPackage stores it."""
    return (b"GP\x00\x01" + struct.pack("<i", 4326) + wkb).hex()


@pytest.mark.parametrize(
    "value",
    [
        "x'00112233445566778899'",
        "x'47500001'",
        "'POINT (46 39)'",
        "5",
        f"x'{blob(bytes([255]))}'",
        f"x'{blob(struct.pack('<BIII', 1, 3, 1, 2**31 - 1))}'",  # a ring of two billion positions
        f"x'{blob(struct.pack('<BII', 1, 7, 1) * 2000)}'",  # a collection in a collection, two thousand deep
    ],
)
def test_a_garbage_shape_in_a_geopackage_costs_its_record(tmp_path: Path, value: str) -> None:
    """GDAL gives it as a record without a shape."""
    layer = read(geopackage(tmp_path, f"UPDATE zones SET geom = {value} WHERE fid = {BAD}"))
    hold(layer, GOOD, [BAD])


def test_a_page_of_a_geopackage_that_leads_nowhere_costs_its_record(tmp_path: Path) -> None:
    """A text of 9,000 letters goes on in other pages of 4,096 bytes; the number of the next page is made a wrong one.

    GDAL stops there and says nothing of the records behind it.
    """
    path = geopackage(tmp_path, f"UPDATE zones SET label = label || printf('%.*c', 9000, 'x') WHERE fid IN ({BAD}, 9)")
    content = bytearray(path.read_bytes())
    at = content.index(f"Ağdam {BAD}".encode()) + len(f"Ağdam {BAD}".encode())
    while content[at] == ord("x"):
        at += 1
    content[at : at + 4] = struct.pack(">I", 1_000_000)
    path.write_bytes(bytes(content))
    layer = read(path)
    assert refused(layer) == {BAD: "it is damaged"}
    assert list(layer.frame.index) == GOOD
    assert len(layer.frame["label"][9]) == len("Ağdam 9") + 9000


def test_letters_that_are_no_utf8_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """Windows-1251 bytes in a GeoPackage, which is UTF-8: other readers blank the cell without a word.

    Gaps in the keys and a key out of order must not shift shapes against cells.
    """
    path = geopackage(
        tmp_path,
        f"UPDATE zones SET label = CAST(x'c0e3e4e0ec' AS TEXT) WHERE fid = {BAD}",
        "DELETE FROM zones WHERE fid IN (2, 11)",
        "UPDATE zones SET fid = 99 WHERE fid = 3",
    )
    layer = read(path)
    assert (layer.counted, layer.unread) == (18, 0)
    numbers = [1, *range(4, 11), *range(12, 21), 3]  # by key: 3 has the last
    assert layer.frame["number"].tolist() == [str(number) for number in numbers]
    given = zones().geometry
    assert all(
        shapely.equals(shape, given[number - 1]) for number, shape in zip(numbers, layer.frame.geometry, strict=True)
    )
    (found,) = layer.findings
    assert (found.rule, found.severity, found.row, found.column) == ("assumed_encoding", "warning", 4, "label")
    assert layer.frame.loc[4, "label"] == "\ufffd" * 5


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_half_a_geopackage_is_refused(tmp_path: Path, share: float) -> None:
    """How many records it held cannot be told any more."""
    path = geopackage(tmp_path, count=2000)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataRefused, match="damaged") as caught:
        read(path)
    assert str(caught.value).startswith("zones.gpkg: ")


def test_a_page_of_records_that_is_garbage_costs_the_file(tmp_path: Path) -> None:
    """The number of records on the page is not known."""
    path = geopackage(tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index(f"Ağdam {BAD}".encode()) // 4096 * 4096] = 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(DataRefused, match="the database is damaged"):
        read(path)


@pytest.mark.parametrize("damaged_too", [False, True])
@pytest.mark.parametrize("name", ARCS)
def test_an_arc_is_refused_by_record(tmp_path: Path, name: str, damaged_too: bool) -> None:
    """Made of straight lines it would cover less ground; the file is read, also where fiona must salvage it."""
    spoilt = "UPDATE zones SET number = CAST(x'ff' AS TEXT) WHERE fid = 1"
    path = geopackage(
        tmp_path, f"UPDATE zones SET geom = x'{blob(ARCS[name])}' WHERE fid = {BAD}", *([spoilt] if damaged_too else [])
    )
    layer = read(path)
    hold(layer, GOOD, [BAD])
    assert name.partition(",")[0] in refused(layer)[BAD]
    assert "less ground" in refused(layer)[BAD]


# ------------------------------------------------------------ shapefile


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (8, 77),  # a kind of shape that does not exist
        (8 + 36, 2**30),  # a billion rings
        (8 + 40, 2**30),  # a billion positions
        (8 + 44, 99),  # a ring that starts behind the last position
        (0, 0),  # the number of the record
        (4, 0),  # its length
    ],
)
def test_a_garbage_record_in_a_shapefile_is_named(tmp_path: Path, at: int, value: int) -> None:
    """A header of 100 bytes, then records of 8 + 128 bytes: GDAL gives a record without a shape, which would be no zone."""
    path = tmp_path / "zones.shp"
    zones().to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
    content = bytearray(path.read_bytes())
    assert len(content) == 100 + COUNT * 136
    start = 100 + (BAD - 1) * 136 + at
    content[start : start + 4] = struct.pack("<i", value)
    path.write_bytes(bytes(content))
    hold(read(path), GOOD, [BAD])


def test_a_shape_that_says_it_is_none_is_none(tmp_path: Path) -> None:
    """A null shape is a record without a place, not a damaged one."""
    frame = zones()
    frame.loc[BAD - 1, "geometry"] = None
    frame.to_file(tmp_path / "zones.shp", driver="ESRI Shapefile", encoding="UTF-8")
    layer = read(tmp_path / "zones.shp")
    assert (layer.unread, layer.findings) == (0, ())
    assert layer.frame.index[layer.frame.geometry.isna()].tolist() == [BAD]


@pytest.mark.parametrize("stated", ["UTF-8", "", "1251"])
def test_a_garbage_letter_in_a_dbf_costs_a_letter(tmp_path: Path, stated: str) -> None:
    """One byte of twenty names is no UTF-8 any more; what a .cpg file says or does not changes nothing."""
    path = tmp_path / "zones.shp"
    zones().to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
    path.with_suffix(".cpg").write_text(stated)
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[content.index(f"Ağdam {BAD} ".encode()) + 1] = 0xFF
    table.write_bytes(bytes(content))
    layer = read(path)
    assert (layer.counted, layer.unread) == (COUNT, 0)
    names = [f"Ağdam {row}" for row in range(1, COUNT + 1)]
    names[BAD - 1] = f"A\ufffd\ufffddam {BAD}"  # the two bytes of ğ: the first is none, the second stands alone
    assert layer.frame["label"].tolist() == names
    assert [found.row for found in layer.findings if found.row] == [BAD]
    assert {found.rule for found in layer.findings} == {"assumed_encoding"}


# ------------------------------------------------------------ FlatGeobuf


def flatgeobuf(folder: Path, *, index: bool) -> tuple[Path, bytearray, list[int]]:
    """Write a FlatGeobuf and give its bytes and where each record starts, the size first.

    All of the records are of one size here, so the starts follow from the end of the file.
    """
    path = folder / "zones.fgb"
    frame = zones()
    frame["label"] = [f"Ağdam {n:02}" for n in range(1, COUNT + 1)]
    frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="YES" if index else "NO")
    content = bytearray(path.read_bytes())
    ends = [
        at + len("Ağdam 00".encode())
        for at in sorted(content.index(f"Ağdam {n:02}".encode()) for n in range(1, COUNT + 1))
    ]
    step = ends[1] - ends[0]
    assert all(b - a == step for a, b in pairwise(ends))
    starts = [len(content) - (COUNT - n) * step for n in range(COUNT)]
    assert all(struct.unpack_from("<I", content, at)[0] == step - 4 for at in starts)
    return path, content, starts


def labels(content: bytes, starts: list[int]) -> list[str]:
    """Read the label of each record off the file, in the order in which they stand."""
    return [content[at:].partition("Ağdam ".encode())[2][:2].decode() for at in starts]


@pytest.mark.parametrize("index", FGB_INDEX)
@pytest.mark.parametrize(
    ("at", "value"), [(4, b"\xff\xff\xff\x7f"), (8, b"\xff" * 16), (4, bytes(40)), (40, b"\xab" * 20)]
)
def test_a_garbage_record_in_a_flatgeobuf_is_named(tmp_path: Path, index: bool, at: int, value: bytes) -> None:
    """GDAL stops at it, through Arrow without a word; the sizes lead to the records behind it."""
    path, content, starts = flatgeobuf(tmp_path, index=index)
    names = labels(bytes(content), starts)
    content[starts[BAD - 1] + at : starts[BAD - 1] + at + len(value)] = value
    path.write_bytes(bytes(content))
    layer = read(path)
    assert refused(layer) == {BAD: "it is damaged"}
    assert list(layer.frame.index) == GOOD
    assert layer.frame["label"].tolist() == [f"Ağdam {names[row - 1]}" for row in GOOD]


@pytest.mark.parametrize("index", FGB_INDEX)
@pytest.mark.parametrize("lie", [-8, 8, 10**9])
def test_a_record_of_a_flatgeobuf_that_lies_about_its_size(tmp_path: Path, index: bool, lie: int) -> None:
    """The index says where the next one starts; without an index nobody knows, and all behind it are refused."""
    path, content, starts = flatgeobuf(tmp_path, index=index)
    names = labels(bytes(content), starts)
    (size,) = struct.unpack_from("<I", content, starts[BAD - 1])
    struct.pack_into("<I", content, starts[BAD - 1], size + lie)
    path.write_bytes(bytes(content))
    layer = read(path)
    assert layer.counted == COUNT
    if index:
        assert sorted(refused(layer)) == [BAD]
    else:
        assert max(refused(layer)) == COUNT
        assert set(layer.frame.index) <= set(range(1, BAD + 1))
        assert set(layer.frame.index) >= set(range(1, BAD))
    assert layer.frame["label"].tolist() == [f"Ağdam {names[row - 1]}" for row in layer.frame.index]


@pytest.mark.parametrize("index", FGB_INDEX)
def test_a_cut_flatgeobuf_names_what_it_lost(tmp_path: Path, index: bool) -> None:
    """Cut in the middle of a record; the header still says twenty."""
    path, content, starts = flatgeobuf(tmp_path, index=index)
    path.write_bytes(bytes(content[: starts[BAD - 1] + 30]))
    layer = read(path)
    assert layer.counted == COUNT
    assert refused(layer) == dict.fromkeys(range(BAD, COUNT + 1), "the file is cut off before it")
    assert list(layer.frame.index) == list(range(1, BAD))


def test_letters_that_are_no_utf8_cost_a_record_of_a_flatgeobuf(tmp_path: Path) -> None:
    """Fiona gives it with a blank, pyogrio stops: the others are looked for by halves."""
    path, content, starts = flatgeobuf(tmp_path, index=False)
    content[content.index("ğ".encode(), starts[BAD - 1])] = 0xFF
    path.write_bytes(bytes(content))
    layer = read(path)
    assert refused(layer) == {BAD: "it is damaged"}
    assert list(layer.frame.index) == GOOD


def test_many_garbage_records_are_each_named(tmp_path: Path) -> None:
    """Every third of 600, across the portions in which they are looked at."""
    path = tmp_path / "zones.fgb"
    zones(600).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    content = bytearray(path.read_bytes())
    starts = []
    at = 12 + struct.unpack_from("<I", content, 8)[0]  # behind magic bytes, size and header; there is no index
    while at < len(content):
        starts.append(at)
        at += 4 + struct.unpack_from("<I", content, at)[0]
    assert len(starts) == 600
    bad = list(range(3, 601, 3))
    for row in bad:
        content[starts[row - 1] + 4 : starts[row - 1] + 8] = b"\xff\xff\xff\x7f"
    path.write_bytes(bytes(content))
    hold(read(path), [row for row in range(1, 601) if row % 3], bad, 600)


def test_a_header_that_claims_more_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    """2^60 records in 2 kB."""
    path, content, _ = flatgeobuf(tmp_path, index=False)
    at = content.index(struct.pack("<Q", COUNT), 12)
    struct.pack_into("<Q", content, at, 2**60)
    path.write_bytes(bytes(content))
    with pytest.raises(DataRefused, match="header cannot be read"):
        read(path)


# ------------------------------------------------------------ GeoParquet


def test_a_damaged_part_of_a_parquet_costs_its_rows(tmp_path: Path) -> None:
    """Four groups of five rows; a byte of the second is changed, which its checksum shows."""
    whole = tmp_path / "whole.parquet"
    zones().to_parquet(whole)
    path = tmp_path / "zones.parquet"
    pq.write_table(pq.read_table(whole), path, row_group_size=5, write_page_checksum=True, compression="none")
    content = bytearray(path.read_bytes())
    content[content.index(f"Ağdam {BAD}".encode()) + len("Ağdam")] ^= 0xFF
    path.write_bytes(bytes(content))
    layer = read(path)
    hold(layer, [row for row in range(1, 21) if not 6 <= row <= 10], range(6, 11))
    assert set(refused(layer).values()) == {"its part of the file is damaged"}


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_cut_parquet_is_refused(tmp_path: Path, share: float) -> None:
    """What it holds stands at its end."""
    path = tmp_path / "zones.parquet"
    zones().to_parquet(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataRefused):
        read(path)


@pytest.mark.parametrize("name", ARCS)
def test_an_arc_in_a_parquet_is_refused_by_record(tmp_path: Path, name: str) -> None:
    """As in a GeoPackage."""
    path = tmp_path / "zones.parquet"
    zones().to_parquet(path)
    table = pq.read_table(path)
    shapes = table.column("geometry").to_pylist()
    shapes[BAD - 1] = ARCS[name]
    at = table.column_names.index("geometry")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(shapes, pa.binary())), path)
    layer = read(path)
    hold(layer, GOOD, [BAD])
    assert "less ground" in refused(layer)[BAD]


# ------------------------------------------------------------ text


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.kml", "<kml><Document>\n<Placemark><name>a</name></Placemark>\n<Placemark><na", 3),
        ("a.gpx", "<gpx>\n<wpt lat='40' lon='46'/>\n<wpt lat='41'", 3),
        ("a.kml", "<kml>\n<Placemark>\x01</Placemark></kml>", 2),
    ],
)
def test_half_an_xml_document_is_refused_with_its_line(tmp_path: Path, name: str, content: str, line: int) -> None:
    """What stands behind the fault has no place in the document; how many records there were, nobody can tell."""
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(DataRefused, match=f"not well-formed XML: line {line}"):
        read(path)
