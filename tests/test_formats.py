"""The same records through every format, written by two libraries and read by three readers, give equal frames.

The records stand below, once, as text; each format is written by fiona and by pyogrio (GeoParquet by geopandas, which alone
writes it) and read by this package, by fiona and by pyogrio. What is expected is the table, never what a reader gave.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio.raw
import pyproj
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.decoder_dbf import attributes
from mapper.intake.files import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

Cells = dict[str, str | None]
Found = dict[str, tuple[Cells, "BaseGeometry | None"]]


class Record(NamedTuple):
    """One record as it must come back: its cells as text, None where nothing is stated."""

    key: str
    long_no: str
    label: str | None
    note: str | None
    day: str | None
    number: str | None


TEXTS = (
    Record("007", "9007199254740993", "Ağdam, Şuşa: ə ğ ı İ ö ş ç ü Ə", "Опасная зона № 1", "2021-04-03", "9007199254740993"),
    Record("A-1", "12345678901234567890", "a;b,\"c\" <d> & 'e'", None, None, None),
    Record("NA", "00000000000000000001", None, "Ё щ ъ ю", "1993-12-31", "-1"),
    Record("4", "1E05", "0", "yes", "2024-02-29", "0"),
)  # fmt: skip
PLACES: tuple[BaseGeometry, ...] = (
    Point(46.9275, 39.991111), Point(-0.5, 51.25), Point(46.000001, 39.999999), Point(179.5, -89.25)
)  # fmt: skip
HOLED = Polygon(
    [(46.5, 39.5), (46.75, 39.5), (46.75, 39.75), (46.5, 39.75)],
    [[(46.55, 39.55), (46.55, 39.6), (46.6, 39.6), (46.6, 39.55)]],
)
PARTS = MultiPolygon([HOLED, Polygon([(47.5, 40.5), (47.625, 40.5), (47.5, 40.625)])])
AREAS: tuple[BaseGeometry | None, ...] = (Polygon([(46, 39), (46.123456, 39), (46, 39.123456)]), HOLED, PARTS, None)
SHAPES = {"points": PLACES, "zones": AREAS}
DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".geojson": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".kml": "KML",
    ".gpx": "GPX",
}
COLUMNS = ("key", "long_no", "label", "note", "day", "number")
NAMED = {".kml": {"Name": "key", "Description": "label"}, ".gpx": {"name": "key", "desc": "label"}}
"""Formats that have columns of their own: theirs (in small letters or not, as each reader likes) and ours."""
WHAT = [
    (suffix, kind, crs)
    for suffix in DRIVERS
    for kind in SHAPES
    for crs in ("EPSG:4326", "EPSG:32638")
    if not (suffix == ".gpx" and kind == "zones")
    and not (crs == "EPSG:32638" and suffix in {".geojson", ".geojsonl", ".kml", ".gpx"})  # these have no other CRS
]


def shapes_of(suffix: str, kind: str) -> list[BaseGeometry | None]:
    """Return the shape of each record; GDAL drops a KML record without one, so that there each has one."""
    return [HOLED if shape is None and suffix == ".kml" else shape for shape in SHAPES[kind]]


def expected(suffix: str, kind: str) -> Found:
    """Return the cells and shape of each record by its key, as far as the format holds them."""
    kept = tuple(NAMED[suffix].values()) if suffix in NAMED else COLUMNS
    cells = [{name: getattr(record, name) for name in kept} for record in TEXTS]
    return {
        record.key: (each, shape) for record, each, shape in zip(TEXTS, cells, shapes_of(suffix, kind), strict=True)
    }


def frame(suffix: str, kind: str, crs: str) -> gpd.GeoDataFrame:
    """Make a frame with the types an agency's table has: text, a day, a whole number, nothing where nothing is stated."""
    table = pd.DataFrame(TEXTS)
    days = [None if each.day is None else dt.date.fromisoformat(each.day) for each in TEXTS]
    table["day"] = pd.Series(days, dtype="object")
    table["number"] = pd.array([None if each.number is None else int(each.number) for each in TEXTS], dtype="Int64")
    return gpd.GeoDataFrame(table, geometry=shapes_of(suffix, kind), crs=crs)


def by_pyogrio(path: Path, suffix: str, kind: str, crs: str) -> None:
    """Write with pyogrio."""
    made = frame(suffix, kind, crs)
    if suffix in NAMED:
        made = made.rename(columns={ours: theirs for theirs, ours in NAMED[suffix].items()})
        made = made[[*NAMED[suffix], "geometry"]]
    how: dict[str, Any] = {"encoding": "UTF-8"} if suffix == ".shp" else {}
    how |= {"layer": "waypoints"} if suffix == ".gpx" else {}
    how |= {"SPATIAL_INDEX": "NO"} if suffix == ".fgb" else {}  # with one, it takes no record without a shape
    made.to_file(path, driver=DRIVERS[suffix], engine="pyogrio", **how)


def by_fiona(path: Path, suffix: str, kind: str, crs: str) -> None:
    """Write with fiona, record by record."""
    types = {
        "key": "str:20",
        "long_no": "str:30",
        "label": "str:80",
        "note": "str:80",
        "day": "date",
        "number": "int:18",
    }
    names = NAMED.get(suffix, {name: name for name in COLUMNS})
    types |= {"day": "str"} if suffix == ".fgb" else {}  # fiona does not write days there
    if suffix in NAMED:
        types = dict.fromkeys(COLUMNS, "str")
    geometry = "Point" if kind == "points" else "Polygon" if suffix == ".shp" else "Unknown"
    schema = {"geometry": geometry, "properties": {theirs: types[ours] for theirs, ours in names.items()}}
    how: dict[str, Any] = {"encoding": "UTF-8"} if suffix == ".shp" else {}
    how |= {"layer": "waypoints"} if suffix == ".gpx" else {}
    how |= {"SPATIAL_INDEX": "NO"} if suffix == ".fgb" else {}
    with fiona.open(
        path, "w", driver=DRIVERS[suffix], schema=schema, crs=crs, allow_unsupported_drivers=True, **how
    ) as out:
        for record, shape in zip(TEXTS, shapes_of(suffix, kind), strict=True):
            cells = {theirs: getattr(record, ours) for theirs, ours in names.items()}
            if cells.get("number") is not None:
                cells["number"] = int(cells["number"])
            out.write({"geometry": None if shape is None else shapely.geometry.mapping(shape), "properties": cells})


def ours(path: Path, suffix: str) -> tuple[Found, pyproj.CRS]:
    """Read with this package."""
    layer = read_layer(layer_entry(path, "zones"))
    assert (layer.counted, layer.unread) == (len(TEXTS), 0)
    assert [found for found in layer.findings if found.severity == "error"] == []
    table = layer.frame.rename(columns={theirs.lower(): ours for theirs, ours in NAMED.get(suffix, {}).items()})
    rows = table[[name for name in COLUMNS if name in table]].to_dict("records")
    cells = [{str(name): None if pd.isna(value) else str(value) for name, value in row.items()} for row in rows]
    shapes = list(table.geometry.array)
    found: Found = {str(each["key"]): (each, shape) for each, shape in zip(cells, shapes, strict=True)}
    return found, pyproj.CRS(table.geometry.crs)


def fionas(path: Path, suffix: str) -> tuple[Found, pyproj.CRS]:
    """Read with fiona, record by record."""
    names = NAMED.get(suffix, {name: name for name in COLUMNS})
    layer = "waypoints" if suffix == ".gpx" else None
    found: Found = {}
    with fiona.open(path, layer=layer, enabled_drivers=[DRIVERS[suffix]], allow_unsupported_drivers=True) as source:
        crs = pyproj.CRS(source.crs.to_wkt())
        for each in source:
            cells = {ours: as_text(each.properties[theirs]) for theirs, ours in names.items()}
            shape = each.geometry and shapely.geometry.shape(each.geometry.__geo_interface__)
            found[str(cells["key"])] = (cells, shape)
    return found, crs


def pyogrios(path: Path, suffix: str) -> tuple[Found, pyproj.CRS]:
    """Read with pyogrio, through Arrow, which keeps whole numbers whole."""
    meta, table = pyogrio.raw.read_arrow(path, layer="waypoints" if suffix == ".gpx" else None, datetime_as_string=True)
    written = {name.lower(): name for name in table.column_names}
    names = {
        written[theirs.lower()]: ours for theirs, ours in NAMED.get(suffix, {name: name for name in COLUMNS}).items()
    }
    columns = {ours: [as_text(each) for each in table.column(theirs).to_pylist()] for theirs, ours in names.items()}
    shapes = shapely.from_wkb(np.array(table.column(meta["geometry_name"] or "wkb_geometry").to_pylist(), dtype=object))
    cells = [{name: values[at] for name, values in columns.items()} for at in range(table.num_rows)]
    return {str(each["key"]): (each, shape) for each, shape in zip(cells, shapes, strict=True)}, pyproj.CRS(meta["crs"])


def as_text(value: object) -> str | None:
    """Write a value of another reader as text; the formats that know no null for text give a blank."""
    return None if value is None or value == "" else str(value)


def same_shape(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    """Tell whether two shapes have the same vertices and cover the same ground; a part alone is its own multiple."""
    if one is None or other is None:
        return one is other
    vertices = [sorted(set(map(tuple, shapely.get_coordinates(each).tolist()))) for each in (one, other)]
    return bool(shapely.equals(one, other)) and vertices[0] == vertices[1]


def hold_equal(found: Found, given: Found) -> None:
    """Compare ids, cells and shapes."""
    assert found.keys() == given.keys()
    for key, (cells, shape) in given.items():
        assert found[key][0] == cells
        assert same_shape(found[key][1], shape), key


@pytest.fixture(autouse=True)
def without_a_known_fault() -> Iterator[None]:
    """FlatGeobuf's own Arrow stream breaks where the last shape is null: GDAL has another way, for pyogrio here too."""
    pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES"})
    yield
    pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": None})


@pytest.mark.parametrize(("suffix", "kind", "crs"), WHAT)
@pytest.mark.parametrize("write", [by_fiona, by_pyogrio])
def test_three_readers_give_equal_frames(
    tmp_path: Path, write: Callable[[Path, str, str, str], None], suffix: str, kind: str, crs: str
) -> None:
    """Ids, letters, days, long numbers, blanks, holes and parts, and the CRS: what was put in comes out, whoever reads."""
    path = tmp_path / f"records{suffix}"
    write(path, suffix, kind, crs)
    given = expected(suffix, kind)
    for reader in (ours, fionas, pyogrios):
        found, reference = reader(path, suffix)
        hold_equal(found, given)
        assert reference.equals(pyproj.CRS(crs), ignore_axis_order=True)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32638"])
def test_geoparquet_gives_the_same(tmp_path: Path, kind: str, crs: str) -> None:
    """Written and read by geopandas, and read by this package."""
    path = tmp_path / "records.parquet"
    frame(".parquet", kind, crs).to_parquet(path)
    given = expected(".parquet", kind)
    found, reference = ours(path, ".parquet")
    hold_equal(found, given)
    assert reference.equals(pyproj.CRS(crs), ignore_axis_order=True)
    theirs = gpd.read_parquet(path)
    assert theirs["key"].tolist() == list(given)
    assert all(
        same_shape(shape, given[key][1]) for key, shape in zip(theirs["key"], theirs.geometry.array, strict=True)
    )


# ------------------------------------------------------------ what one format has alone


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 + 7, 2**64 - 1])
def test_long_numbers_without_sign_keep_their_digits(tmp_path: Path, number: int) -> None:
    """FlatGeobuf has them and GDAL makes floating numbers of them.

    GDAL writes none, so the type of a column is changed here, from 7 to 8 in the header; pyogrio says when it is the right
    byte, as it then sees floating numbers.
    """
    path = tmp_path / "records.fgb"
    made = gpd.GeoDataFrame({"number": [1, 7_777_777_777, 3]}, geometry=[Point(46, 39)] * 3, crs="EPSG:4326")
    made.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    content = bytearray(path.read_bytes())
    (header,) = struct.unpack_from("<I", content, 8)
    struct.pack_into("<Q", content, content.index(struct.pack("<q", 7_777_777_777), header), number)
    for at in range(12, 12 + header):
        if content[at] == 7:
            changed = bytearray(content)
            changed[at] = 8
            path.write_bytes(bytes(changed))
            with contextlib.suppress(pyogrio.errors.DataSourceError):
                if pyogrio.read_info(path)["dtypes"].tolist() == ["float64"]:
                    break
    else:
        pytest.fail("no byte of the header is the type of the column")
    layer = read_layer(layer_entry(path, "zones"))
    assert layer.frame["number"].tolist() == ["1", str(number), "3"]


def dbf(fields: list[tuple[str, str, int]], rows: list[bytes], version: int = 3) -> bytes:
    """Write a dBASE table: a header, 32 bytes for each field, a mark, the rows with a blank before each."""
    width = 1 + sum(size for _, _, size in fields)
    head = struct.pack("<B3xIHH20x", version, len(rows), 32 + 32 * len(fields) + 1, width)
    listed = b"".join(struct.pack("<11sc4xB15x", name.encode(), kind.encode(), size) for name, kind, size in fields)
    return head + listed + b"\r" + b"".join(b" " + row for row in rows)


@pytest.mark.parametrize(
    ("kind", "size", "raw", "text", "rule"),
    [
        ("N", 6, b"   -12", "-12", None),
        ("N", 6, b" 1E+05", "1E+05", None),
        ("N", 6, b"******", None, "not_a_number"),  # so GDAL writes a null, and others a number that has no room
        ("N", 6, b"      ", None, None),
        ("N", 6, bytes(6), None, None),
        ("F", 8, b"40.12345", "40.12345", None),
        ("D", 8, b"20210403", "2021-04-03", None),
        ("D", 8, b"20210230", "2021-02-30", None),  # no such day: for the checks to say
        ("D", 8, b"03/04/21", "03/04/21", None),
        ("D", 8, b"00000000", None, None),
        ("D", 8, b"        ", None, None),
        ("L", 1, b"T", "true", None),
        ("L", 1, b"n", "false", None),
        ("L", 1, b"?", None, None),
        ("L", 1, b"x", "x", None),
        ("I", 4, struct.pack("<i", -(2**31)), "-2147483648", None),
        (
            "T",
            8,
            struct.pack("<2i", 2459308, 66_600_000),
            "2021-04-03T18:30:00",
            None,
        ),  # noon of that day is JD 2459308
        ("@", 8, struct.pack("<2i", 2459308, 0), "2021-04-03", None),
        ("T", 8, struct.pack("<2i", 2459308, 500), "2021-04-03T00:00:00.500000", None),
        ("T", 8, bytes(8), None, None),
        ("T", 8, b"        ", None, None),
        ("T", 8, struct.pack("<2i", 2459308, 86_400_000), None, "unreadable_row"),  # a day has one millisecond less
        ("T", 8, struct.pack("<2i", -5, 0), None, "unreadable_row"),
        ("C", 8, b"007 \0\0\0\0", "007", None),
        ("C", 8, "Şuşa".encode() + b"  ", "Şuşa", "assumed_encoding"),
        ("C", 8, b"a\0b     ", "a\ufffdb", "nul_character"),
        ("C", 8, b"ab\x1fc    ", "ab\x1fc", None),
    ],
)
def test_a_cell_of_a_dbase_table(kind: str, size: int, raw: bytes, text: str | None, rule: str | None) -> None:
    """Digits as they stand, days and moments as ISO; what cannot be read is left out and told."""
    found = attributes(dbf([("a", kind, size), ("b", "C", 2)], [raw + b"x ", raw + b"y "]), None)
    assert found.cells == {"a": [text, text], "b": ["x", "y"]}
    assert {doubt.rule for doubt in found.doubts} == ({rule} if rule else set())


def test_dbase_7_is_refused_as_what_it_is() -> None:
    """Its fields are described otherwise."""
    with pytest.raises(DataRefused, match="dBASE 7"):
        attributes(dbf([("a", "C", 2)], [b"ab"], version=4), None)


@pytest.mark.parametrize("shape", ["gx:Track", "gx:MultiTrack"])
def test_a_track_in_kml_is_a_refused_record(tmp_path: Path, shape: str) -> None:
    """Google's own element: positions with times, no shape of the standard."""
    path = tmp_path / "a.kml"
    track = f"<{shape}><when>2021-04-03</when><gx:coord>46 39 0</gx:coord></{shape}>"
    point = "<Placemark><name>b</name><Point><coordinates>46,39</coordinates></Point></Placemark>"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
        f"<Placemark><name>a</name>{track}</Placemark>{point}</Document></kml>",
        "utf-8",
    )
    layer = read_layer(layer_entry(path, "zones"))
    assert (layer.counted, layer.unread, list(layer.frame.index)) == (2, 1, [2])
    (found,) = layer.findings
    assert (found.row, found.severity, found.value) == (
        1, "error", f"its geometry is a {shape.removeprefix('gx:')}, which is not read",
    )  # fmt: skip


def test_the_digest_of_a_shapefile_is_that_of_all_its_files(tmp_path: Path) -> None:
    """Worked out here by the tool that users have; another .prj gives another digest, another .qix does not."""
    path = tmp_path / "records.shp"
    by_pyogrio(path, ".shp", "points", "EPSG:4326")
    kept = [path.with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    digests = [hashlib.sha256(each.read_bytes()).hexdigest() for each in kept]
    entry = layer_entry(path, "zones")
    whole = read_layer(entry).sha256
    assert whole == hashlib.sha256("".join(digests).encode()).hexdigest()
    path.with_suffix(".qix").write_bytes(b"an index of another program")
    assert read_layer(entry).sha256 == whole
    path.with_suffix(".prj").write_text(pyproj.CRS("EPSG:4284").to_wkt("WKT1_ESRI"))
    assert read_layer(entry).sha256 != whole
