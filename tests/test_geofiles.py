# ruff: noqa: S608 - the SQL of the tests is written here
"""Every way a GIS file is known to lose, move or invent records, with the verdict it must get here.

The files are made by the tests: written by a library and then damaged byte by byte or by SQL, or written by hand. What is
expected is read off what was put in. fiona reads the sound ones as an independent second reader.
"""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.catalogue import bundled_layers, layer_entry
from mapper.errors import DataRefused, MapperError, UnknownCRS, Unreadable
from mapper.intake.decoder import shared
from mapper.intake.files import read_content, read_layer, read_parts
from mapper.intake.geofiles import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mapper.model import Layer

SQUARE = shapely.box(46.5, 39.5, 46.6, 39.6)
VRT = b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
WGS84_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
KML_HEAD = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
KML_TAIL = "</Document></kml>"
CRASHER = (
    "<kml><Placemark><MultiGeometry><Model><Location><longitude>46</longitude><latitude>40</latitude></Location></Model>"
    "</MultiGeometry></Placemark></kml>"
)
WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {
    ".gpkg": lambda frame, path: frame.to_file(path, driver="GPKG", layer="zones", SPATIAL_INDEX="NO"),
    ".fgb": lambda frame, path: frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO"),
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".geojsonl": lambda frame, path: frame.to_file(path, driver="GeoJSONSeq"),
    ".kml": lambda frame, path: frame.rename(columns={"label": "name"}).to_file(path, driver="KML"),
    ".shp": lambda frame, path: frame.to_file(path, driver="ESRI Shapefile", encoding="UTF-8"),
}


def zones(count: int = 5) -> gpd.GeoDataFrame:
    """Make as many squares in a row, named in Azerbaijani."""
    shapes = [shapely.box(46 + n / 100, 39, 46.005 + n / 100, 39.005) for n in range(count)]
    names = [f"Ağdam {n}" for n in range(1, count + 1)]
    cells = pd.DataFrame({"label": names, "number": range(1, count + 1)})
    return gpd.GeoDataFrame(cells, geometry=shapes, crs="EPSG:4326")


def written(folder: Path, suffix: str, frame: gpd.GeoDataFrame | None = None) -> Path:
    """Write zones in a format."""
    path = folder / f"zones{suffix}"
    WRITERS[suffix](zones() if frame is None else frame, path)
    return path


def read(path: Path, crs: str | None = None) -> Layer:
    """Read a file as one layer and hold the law of the ledger."""
    layer = read_content(layer_entry(path, "zones", crs=crs), path.read_bytes())
    assert len(layer.frame) + layer.unread == layer.counted
    assert layer.frame.index.is_unique
    return layer


def given_as(folder: Path, name: str, content: bytes | str, crs: str | None = None) -> Layer:
    """Write a file by hand and read it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, crs)


def kml(*placemarks: str) -> str:
    """Wrap placemarks as a document."""
    return KML_HEAD + "".join(placemarks) + KML_TAIL


def placemark(shape: str, about: str = "<name>a</name>") -> str:
    """Write one placemark."""
    return f"<Placemark>{about}{shape}</Placemark>"


def kml_point(coordinates: str) -> str:
    """Write a placemark that is a point."""
    return placemark(f"<Point><coordinates>{coordinates}</coordinates></Point>")


def ring(side: str, west: float = 46.0) -> str:
    """Write the boundary of a square as KML does, on a side: `outer` or `inner`."""
    east = west + 0.1
    corners = f"{west},39 {east},39 {east},39.1 {west},39.1 {west},39"
    return f"<{side}BoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing></{side}BoundaryIs>"


def execute(path: Path, *statements: str) -> None:
    """Change a GeoPackage by SQL, past every library."""
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def reasons(layer: Layer) -> list[tuple[int | None, str]]:
    """Return row and reason of each refused record."""
    return [(found.row, str(found.value)) for found in layer.findings if found.severity == "error"]


def doubts(layer: Layer) -> list[tuple[str, int | None, str | None]]:
    """Return rule, row and column of what was changed or is in doubt."""
    return [(found.rule, found.row, found.column) for found in layer.findings if found.severity != "error"]


# ------------------------------------------------------------ sound files


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_bundled_districts_come_back_equal(tmp_path: Path, suffix: str) -> None:
    """Ours, written by a library, read as ours again: every cell, every vertex, the one without an outline too."""
    ours = read_layer(layer_entry(bundled_layers() / "districts.geojson", "districts")).frame
    frame = ours.rename(columns={"district_id": "dist_id", "name_source": "source"})
    frame["note"] = frame["note"].str[:80]  # a shapefile's field ends at 254 bytes
    layer = read(written(tmp_path, suffix, frame.reset_index(drop=True)))
    back = layer.frame
    assert (layer.counted, layer.unread, layer.findings) == (len(ours), 0, ())
    assert list(back.index) == list(ours.index)
    for column in frame.columns.drop("geometry"):
        assert back[column].fillna("").tolist() == frame[column].str.strip().fillna("").tolist()
    same = [
        (a is None and b is None) or shapely.equals(a, b)
        for a, b in zip(back.geometry.array, ours.geometry.array, strict=True)
    ]
    assert all(same)


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".shp"])
def test_a_second_reader_gives_the_same(tmp_path: Path, suffix: str) -> None:
    """fiona, with a GDAL of its own, record by record."""
    path = written(tmp_path, suffix)
    layer = read(path)
    with fiona.open(path) as source:
        records = list(source)
    assert [str(each.properties["label"]) for each in records] == layer.frame["label"].tolist()
    assert [str(each.properties["number"]) for each in records] == layer.frame["number"].tolist()
    theirs = [shapely.geometry.shape(each.geometry.__geo_interface__) for each in records]
    assert all(shapely.equals(a, b) for a, b in zip(theirs, layer.frame.geometry.array, strict=True))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "content", [VRT, b"\x00", b'{"type":"FeatureCollection","features":[', b"SQLite format 3\x00", b"PK\x03\x04"]
)
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    """A virtual file that opens another, a byte, half a JSON, bare signatures: one sentence, under every ending."""
    with pytest.raises(MapperError) as caught:
        given_as(tmp_path, f"zones{suffix}", content)
    assert caught.value.file == f"zones{suffix}"
    assert "Traceback" not in str(caught.value)


@settings(max_examples=25)
@given(data=st.data())
def test_a_damaged_file_is_a_layer_or_a_sentence(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cut anywhere or with bytes changed anywhere: the law of the ledger holds, or the file is refused."""
    suffix = data.draw(st.sampled_from(sorted(WRITERS)))
    folder = tmp_path_factory.mktemp("damaged")
    path = written(folder, suffix, zones(20))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    try:
        read(path)
    except MapperError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - either outcome is right
    shutil.rmtree(folder)


# ------------------------------------------------------------ GeoPackage


@pytest.mark.parametrize("claimed", [0, 1, 4, 99])
def test_the_stored_counter_is_not_asked(tmp_path: Path, claimed: int) -> None:
    """Readers stop at it: 3 of 100 records, without a word."""
    path = written(tmp_path, ".gpkg")
    execute(path, f"UPDATE gpkg_ogr_contents SET feature_count = {claimed}")
    layer = read(path)
    assert (layer.counted, len(layer.frame)) == (5, 5)


def test_a_garbage_geometry_is_refused_by_number(tmp_path: Path) -> None:
    """GDAL gives it as a record without a geometry; a true null stays one."""
    path = written(tmp_path, ".gpkg")
    execute(path, "UPDATE zones SET geom = x'47500001' WHERE fid = 2", "UPDATE zones SET geom = NULL WHERE fid = 4")
    layer = read(path)
    assert reasons(layer) == [(2, "its geometry is damaged")]
    assert list(layer.frame.index) == [1, 3, 4, 5]
    assert layer.frame.geometry.isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (
            [
                "ALTER TABLE zones RENAME TO hidden",
                "CREATE VIEW zones AS SELECT * FROM hidden WHERE fid < 3",
            ],
            "view",
        ),
        (["CREATE VIRTUAL TABLE more USING fts5(a)"], "virtual"),
        (["CREATE TABLE more (fid INTEGER PRIMARY KEY, label TEXT)", "INSERT INTO more VALUES (1, 'b')"], "not listed"),
        (["UPDATE gpkg_contents SET table_name = 'gone'"], "not listed"),
        (["DELETE FROM gpkg_contents"], "not listed|no layer"),
        (["DELETE FROM gpkg_geometry_columns"], "no geometry column"),
        (["DROP TABLE gpkg_contents"], "no GeoPackage"),
        (["UPDATE gpkg_geometry_columns SET srs_id = 0"], "no coordinate reference system"),
        (["UPDATE gpkg_geometry_columns SET srs_id = -1"], "no coordinate reference system"),
        (["UPDATE gpkg_geometry_columns SET srs_id = 77777"], "no coordinate reference system"),
    ],
)
def test_a_database_that_can_hide_records_is_refused(tmp_path: Path, statements: list[str], said: str) -> None:
    """Views, virtual tables, unlisted tables, layers that are not there, no reference system."""
    path = written(tmp_path, ".gpkg")
    execute(path, "PRAGMA foreign_keys = OFF", *statements)
    with pytest.raises(DataRefused, match=said):
        read(path)


def test_a_trigger_never_runs(tmp_path: Path) -> None:
    """It could delete records; reading writes nothing, and the file stays as it is."""
    path = written(tmp_path, ".gpkg")
    execute(path, "CREATE TRIGGER t AFTER UPDATE ON gpkg_contents BEGIN DELETE FROM zones; END")
    before = path.read_bytes()
    assert read(path).counted == 5
    assert path.read_bytes() == before


def test_cells_that_gdal_would_change_are_read_as_stored(tmp_path: Path) -> None:
    """Text in a number column reads as 0 there, a date that is none as null, a text ends at its NUL, 2^63 - 1 stays."""
    frame = zones().assign(day="2021-04-03")
    frame["day"] = pd.to_datetime(frame["day"]).dt.date
    path = written(tmp_path, ".gpkg", frame)
    execute(
        path,
        "UPDATE zones SET number = 'many', day = '03/04/2021' WHERE fid = 1",
        "UPDATE zones SET number = 9223372036854775807, day = '2021-02-30' WHERE fid = 2",
        "UPDATE zones SET label = 'min' || char(0) || 'ed' WHERE fid = 3",
    )
    layer = read(path)
    assert layer.frame["number"].tolist() == ["many", "9223372036854775807", "3", "4", "5"]
    assert layer.frame["day"].tolist() == ["03/04/2021", "2021-02-30", "2021-04-03", "2021-04-03", "2021-04-03"]
    assert layer.frame.loc[3, "label"] == "min\ufffded"
    assert doubts(layer) == [("nul_character", 3, "label")]


def test_every_layer_of_a_geopackage_is_read(tmp_path: Path) -> None:
    """Two with the same columns become one, each record saying where it is from; one by one they are two."""
    path = written(tmp_path, ".gpkg")
    zones(2).to_file(path, driver="GPKG", layer="more", SPATIAL_INDEX="NO")
    layer = read(path)
    assert (layer.counted, list(layer.frame.index)) == (7, [1, 2, 3, 4, 5, 6, 7])
    assert layer.frame["layer"].tolist() == ["zones"] * 5 + ["more"] * 2
    layers = read_parts(layer_entry(path, "zones"), path.read_bytes())
    assert [(each.entry.name, each.counted) for each in layers] == [("zones", 5), ("more", 2)]


def test_layers_that_differ_are_not_mixed(tmp_path: Path) -> None:
    """Which of them is meant, only the sender knows."""
    path = written(tmp_path, ".gpkg")
    zones(2).drop(columns="number").to_file(path, driver="GPKG", layer="more", SPATIAL_INDEX="NO")
    with pytest.raises(DataRefused, match="several layers that differ: 'zones', 'more'"):
        read(path)


def test_a_spatial_index_and_styles_are_no_layers(tmp_path: Path) -> None:
    """What QGIS keeps in a GeoPackage beside the records."""
    path = tmp_path / "zones.gpkg"
    zones().to_file(path, driver="GPKG")
    execute(
        path,
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)",
        "INSERT INTO layer_styles VALUES (1, 'x')",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles')",
    )
    assert read(path).counted == 5


def test_changes_not_yet_written_are_not_passed_over(tmp_path: Path) -> None:
    """A program that has it open keeps its last changes in the file beside it; without one, such a file is read."""
    path = written(tmp_path, ".gpkg")
    execute(path, "PRAGMA journal_mode = WAL")
    assert read(path).counted == 5
    (tmp_path / "zones.gpkg-wal").write_bytes(b"x")
    with pytest.raises(DataRefused, match="still has it open"):
        read(path)


def test_a_stated_crs_fills_a_gap_and_never_overrules(tmp_path: Path) -> None:
    """28408 where the file says nothing; against 4326 it is refused."""
    path = written(tmp_path, ".gpkg")
    with pytest.raises(UnknownCRS, match="says its CRS is 'WGS 84'"):
        read(path, "EPSG:28408")
    assert read(path, "EPSG:4326").crs == "EPSG:4326"
    execute(path, "PRAGMA foreign_keys = OFF", "UPDATE gpkg_geometry_columns SET srs_id = 0")
    assert read(path, "EPSG:28408").frame.crs.to_epsg() == 28408


# ------------------------------------------------------------ shapes


def gpkg_blob(wkb: bytes) -> str:
    """Write a geometry as a GeoPackage stores it: `GP`, version, flags, reference system, then the binary."""
    return (b"GP\x00\x01" + struct.pack("<i", 4326) + wkb).hex()


def ring_wkb(*positions: tuple[float, float]) -> bytes:
    """Write a polygon of one ring, as given."""
    numbers = [number for position in positions for number in position]
    return struct.pack(f"<BIII{len(numbers)}d", 1, 3, 1, len(positions), *numbers)


@pytest.mark.parametrize(
    ("wkb", "rule", "kept"),
    [
        (ring_wkb((46, 39), (47, 39), (47, 40), (46, 40)), "unclosed_ring", True),
        (ring_wkb((46, 39), (47, 39), (47, float("nan")), (46, 39)), "not_finite", False),
        (ring_wkb((46, 39), (float("inf"), 39), (47, 40), (46, 39)), "not_finite", False),
        (ring_wkb((46, 39)), "unreadable_row", False),
        (shapely.to_wkb(shapely.Point(46, 39, 5), output_dimension=3, flavor="iso"), "height_left_out", True),
    ],
)
def test_shapes_that_are_not_plain(tmp_path: Path, wkb: bytes, rule: str, kept: bool) -> None:
    """Closed with a finding, refused where not finite or too short, laid flat where high."""
    path = written(tmp_path, ".gpkg")
    execute(path, f"UPDATE zones SET geom = x'{gpkg_blob(wkb)}' WHERE fid = 3")
    layer = read(path)
    assert [found.rule for found in layer.findings] == [rule]
    assert (3 in layer.frame.index) is kept
    if kept:
        shape = layer.frame.geometry[3]
        assert not shape.has_z
        assert shape.is_valid


# ------------------------------------------------------------ shapefile


def side(path: Path, suffix: str) -> Path:
    """Name a file of the shapefile."""
    return path.with_suffix(suffix)


def cut(path: Path, to: int) -> None:
    """Cut a file to its first bytes."""
    path.write_bytes(path.read_bytes()[:to])


def test_half_a_shp_gives_its_whole_records_and_names_the_rest(tmp_path: Path) -> None:
    """100 bytes of header, then records of 8 + 128 bytes: 3 whole ones in 100 + 3.5 x 136 bytes."""
    path = written(tmp_path, ".shp")
    cut(path, 100 + 3 * 136 + 68)
    layer = read(path)
    assert reasons(layer) == [(4, "its .shp file is cut off before it"), (5, "its .shp file is cut off before it")]
    assert list(layer.frame.index) == [1, 2, 3]
    assert not layer.frame.geometry.isna().any()


def test_half_a_dbf_gives_its_whole_records_and_names_the_rest(tmp_path: Path) -> None:
    """Its header still says five."""
    path = written(tmp_path, ".shp")
    content = side(path, ".dbf").read_bytes()
    header, record = struct.unpack_from("<HH", content, 8)
    cut(side(path, ".dbf"), header + 2 * record + 3)
    layer = read(path)
    assert [row for row, _ in reasons(layer)] == [3, 4, 5]
    assert layer.frame["label"].tolist() == ["Ağdam 1", "Ağdam 2"]


def test_a_dbf_of_another_file_is_refused(tmp_path: Path) -> None:
    """Three records of attributes for five shapes: all of them may be the wrong ones."""
    path = written(tmp_path, ".shp")
    (tmp_path / "other").mkdir()
    other = written(tmp_path / "other", ".shp", zones(3))
    shutil.copy(side(other, ".dbf"), side(path, ".dbf"))
    with pytest.raises(DataRefused, match=r"5 records, its \.dbf file 3"):
        read(path)


def test_a_half_index_is_refused(tmp_path: Path) -> None:
    """GDAL would read the records it lists."""
    path = written(tmp_path, ".shp")
    cut(side(path, ".shx"), 100 + 8 * 2)
    with pytest.raises(DataRefused, match=r"\.shx file is cut off"):
        read(path)


@pytest.mark.parametrize(("suffix", "error"), [(".shx", Unreadable), (".dbf", Unreadable), (".prj", UnknownCRS)])
def test_a_missing_file_of_a_shapefile_is_named(tmp_path: Path, suffix: str, error: type[MapperError]) -> None:
    """Without the .prj, the caller may state the reference system."""
    path = written(tmp_path, ".shp")
    side(path, suffix).unlink()
    with pytest.raises(error, match=rf"\{suffix} file"):
        read(path)
    if error is UnknownCRS:
        assert read(path, "EPSG:4326").crs == "EPSG:4326"


def dbf_in(path: Path, encoding: str, stated: str | None, language: int = 0) -> None:
    """Write the names again in Russian in an encoding, and state one, or none."""
    table = bytearray(side(path, ".dbf").read_bytes())
    table[29] = language
    header, record = struct.unpack_from("<HH", table, 8)
    for n in range(5):
        at = header + n * record + 1
        table[at : at + 40] = f"Агдам {n + 1}".encode(encoding).ljust(40)
    side(path, ".dbf").write_bytes(bytes(table))
    side(path, ".cpg").unlink(missing_ok=True)
    if stated:
        side(path, ".cpg").write_text(stated)


@pytest.mark.parametrize(
    ("encoding", "stated", "language", "told"),
    [
        ("utf-8", "UTF-8", 0, False),
        ("cp1251", "1251", 0, False),
        ("cp1251", "ANSI 1251", 0, False),
        ("cp1251", None, 0xC9, False),
        ("cp866", "866", 0, False),
        ("cp1251", None, 0, True),
        ("utf-8", None, 0, True),
        ("cp1251", "UTF-8", 0, True),  # a .cpg that lies
        ("utf-8", "1251", 0, True),
        ("cp1251", "nonsense", 0, True),
    ],
)
def test_the_encoding_is_honoured_or_the_guess_told(
    tmp_path: Path, encoding: str, stated: str | None, language: int, told: bool
) -> None:
    """The names read the same whatever the file says; a finding where it does not say so."""
    path = written(tmp_path, ".shp")
    dbf_in(path, encoding, stated, language)
    layer = read(path)
    assert layer.frame["label"].tolist() == [f"Агдам {n}" for n in range(1, 6)]
    assert [found.rule for found in layer.findings] == (["assumed_encoding"] if told else [])


def test_a_deleted_record_is_none(tmp_path: Path) -> None:
    """It is marked with a star and not counted; the others keep their numbers."""
    path = written(tmp_path, ".shp")
    table = bytearray(side(path, ".dbf").read_bytes())
    header, record = struct.unpack_from("<HH", table, 8)
    table[header + record] = ord("*")
    side(path, ".dbf").write_bytes(bytes(table))
    layer = read(path)
    assert (layer.counted, list(layer.frame.index)) == (4, [1, 3, 4, 5])


def test_a_longer_shp_than_its_header_says_is_told(tmp_path: Path) -> None:
    """Sixteen bytes behind the last record."""
    path = written(tmp_path, ".shp")
    path.write_bytes(path.read_bytes() + bytes(16))
    assert doubts(read(path)) == [("unreadable_row", None, None)]


def zipped(members: dict[str, bytes]) -> bytes:
    """Make an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def shapefile_members(folder: Path, name: str, frame: gpd.GeoDataFrame | None = None) -> dict[str, bytes]:
    """Write a shapefile and return its files by name."""
    (folder / name).mkdir()
    path = written(folder / name, ".shp", frame)
    return {f"{name}{each.suffix}": each.read_bytes() for each in path.parent.iterdir()}


def test_every_shapefile_of_an_archive_is_read(tmp_path: Path) -> None:
    """Others read the first; what a Mac adds is none."""
    members = shapefile_members(tmp_path, "north") | shapefile_members(tmp_path, "south", zones(2))
    one = {f"deep/{name}": content for name, content in members.items() if name.startswith("north")}
    assert given_as(tmp_path, "one.zip", zipped({**one, "__MACOSX/._north.shp": b"x"})).counted == 5
    layer = given_as(tmp_path, "two.zip", zipped(members))
    assert layer.counted == 7
    assert layer.frame["layer"].value_counts().to_dict() == {"north": 5, "south": 2}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more.gpkg": b"x"}, "layer 'more': 'more.gpkg' in it: it is not what its name says"),
        ({"more.dwg": b"x"}, r"kind '\.dwg' are not read"),
        ({"inner.zip": b"x"}, r"also holds 'inner\.zip'"),
        ({"south.dbf": b"x"}, "layer 'south': 'south.dbf' in it: it is a part of a shapefile"),
        ({"north.dbf": None}, r"\.dbf file is missing"),
        ({"north.shp": VRT}, "not what its name says"),
    ],
)
def test_an_archive_that_holds_more_or_less_is_refused(
    tmp_path: Path, change: dict[str, bytes | None], said: str
) -> None:
    """Another kind of data file, an archive in the archive, half a shapefile, a virtual file."""
    members: dict[str, bytes | None] = {**shapefile_members(tmp_path, "north"), **change}
    with pytest.raises(MapperError, match=said):
        given_as(tmp_path, "z.zip", zipped({name: content for name, content in members.items() if content is not None}))


# ------------------------------------------------------------ KML and KMZ


def test_every_folder_of_a_kml_is_read(tmp_path: Path) -> None:
    """Others read the first one; each record says which folder it is in."""
    folders = "".join(f"<Folder><name>{name}</name>{kml_point('46.9,40')}</Folder>" for name in ("north", "south"))
    layer = given_as(tmp_path, "a.kml", kml(folders, kml_point("46.8,40.1,12")))
    assert layer.frame["folder"].fillna("-").tolist() == ["north", "south", "-"]
    assert shapely.to_wkt(layer.frame.geometry.to_numpy(), trim=True).tolist() == [
        "POINT (46.9 40)",
        "POINT (46.9 40)",
        "POINT (46.8 40.1)",
    ]
    assert layer.findings == ()


def test_every_document_of_a_kmz_is_read(tmp_path: Path) -> None:
    """Others read doc.kml only."""
    members = {"doc.kml": kml(kml_point("46.9,40")).encode(), "files/b.kml": kml(kml_point("46,39")).encode()}
    layer = given_as(tmp_path, "a.kmz", zipped({**members, "files/icon.png": b"x"}))
    assert layer.frame["folder"].tolist() == ["doc.kml", "files/b.kml"]


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [
        ("46.9 40.0", "not longitude, latitude"),  # elsewhere POINT(0 0)
        ("46,9,40,0", "not longitude, latitude"),  # elsewhere POINT Z(46 9 40)
        ("46.9, 40.0", "not a number"),
        ("46.9;40.0", "not longitude, latitude"),
        ("nan,40", "not a number"),
        ("4_6,40", "not a number"),
        ("46.9,40,high", "not a number"),
        ("46.9,40 46.8,40", "2 positions"),
        ("", "0 positions"),
    ],
)
def test_coordinates_that_are_none_are_refused_by_record(tmp_path: Path, coordinates: str, said: str) -> None:
    """The record beside it is kept."""
    layer = given_as(tmp_path, "a.kml", kml(kml_point(coordinates), kml_point("46,39")))
    ((row, why),) = reasons(layer)
    assert row == 1
    assert said in why
    assert list(layer.frame.index) == [2]


def test_no_outline_is_lost(tmp_path: Path) -> None:
    """A polygon of two outlines becomes two, without its hole: no ground is freed."""
    shape = f"<Polygon>{ring('outer')}{ring('outer', 47.0)}{ring('inner', 46.02)}</Polygon>"
    layer = given_as(tmp_path, "a.kml", kml(placemark(shape)))
    (found,) = layer.frame.geometry
    assert found.geom_type == "MultiPolygon"
    assert found.covers(shapely.union_all([shapely.box(46, 39, 46.1, 39.1), shapely.box(47, 39, 47.1, 39.1)]))
    assert doubts(layer) == [("second_outline", 1, "geometry")]


def test_a_hole_is_a_hole_and_parts_are_parts(tmp_path: Path) -> None:
    """One outline and one hole; two polygons in one placemark, with and without a MultiGeometry; points beside lines."""
    inner = (
        ring("inner")
        .replace("46.1", "46.05")
        .replace("39.1", "39.05")
        .replace("46.0,", "46.01,")
        .replace(",39 ", ",39.01 ")
    )
    whole = f"<Polygon>{ring('outer')}{inner.replace(',39<', ',39.01<')}</Polygon>"
    two = f"<Polygon>{ring('outer')}</Polygon><Polygon>{ring('outer', 47.0)}</Polygon>"
    mixed = (
        "<Point><coordinates>46,39</coordinates></Point><LineString><coordinates>46,39 47,40</coordinates></LineString>"
    )
    shapes = (whole, two, f"<MultiGeometry>{two}</MultiGeometry>", f"<MultiGeometry>{mixed}</MultiGeometry>")
    layer = given_as(tmp_path, "a.kml", kml(*map(placemark, shapes)))
    found = layer.frame.geometry
    assert found.geom_type.tolist() == ["Polygon", "MultiPolygon", "MultiPolygon", "GeometryCollection"]
    assert shapely.get_num_interior_rings(found[1]) == 1
    assert shapely.equals(found[2], found[3])


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("<GroundOverlay><LatLonBox/></GroundOverlay>", "picture laid on the ground"),
        ("<NetworkLink><Link><href>http://localhost/a.kml</href></Link></NetworkLink>", "points to another file"),
        (placemark("<Model/>"), "Model"),
        (placemark("<MultiGeometry><Model/></MultiGeometry>"), "Model"),
        (placemark("<Polygon/>"), "no outline"),
        (placemark("<Point/>"), "0 lists of coordinates"),
        (placemark("", '<ExtendedData><Data name="a"/><Data name="a"/></ExtendedData>'), "twice"),
        (placemark("<MultiGeometry>" * 60 + "</MultiGeometry>" * 60), "too deep"),
    ],
)
def test_what_is_no_shape_is_a_refused_record(tmp_path: Path, record: str, said: str) -> None:
    """Counted and named, never a zone."""
    layer = given_as(tmp_path, "a.kml", kml(record, kml_point("46,39")))
    ((row, why),) = reasons(layer)
    assert (row, layer.counted) == (1, 2)
    assert said in why


def test_the_crasher_costs_nothing(tmp_path: Path) -> None:
    """The bytes that end a process that opens them with libkml: a refused record, and the child lives on."""
    given_as(tmp_path, "b.kml", kml(kml_point("46,39")))
    pid = shared().pid
    assert [row for row, _ in reasons(given_as(tmp_path, "a.kml", CRASHER))] == [1]
    assert shared().pid == pid


def test_a_kml_of_links_only_is_refused(tmp_path: Path) -> None:
    """An empty map would follow: the zones are elsewhere."""
    with pytest.raises(DataRefused, match="only links"):
        given_as(tmp_path, "a.kml", kml("<NetworkLink><Link><href>zones.kml</href></Link></NetworkLink>"))


def test_a_record_where_none_may_stand_is_not_lost(tmp_path: Path) -> None:
    """A placemark inside an element nobody reads is counted all the same."""
    with pytest.raises(DataRefused, match="2 records stand in it but 1"):
        given_as(tmp_path, "a.kml", kml(kml_point("46,39"), f"<Update><Create>{kml_point('47,40')}</Create></Update>"))


def test_a_name_in_a_comment_or_quotation_is_no_record(tmp_path: Path) -> None:
    """The count looks past comments and quoted text; a document type inside a quotation is only text."""
    about = "<description><![CDATA[<!DOCTYPE html><Placemark>]]></description>"
    layer = given_as(tmp_path, "a.kml", kml("<!-- <Placemark> -->", placemark("", about)))
    assert layer.frame["description"].tolist() == ["<!DOCTYPE html><Placemark>"]


@pytest.mark.parametrize("stated", ["windows-1251", None, "UTF-8"])
def test_russian_of_another_encoding_is_decoded_first(tmp_path: Path, stated: str | None) -> None:
    """Read as stated; where not stated, or stated wrongly, the guess is told."""
    head = f'<?xml version="1.0" encoding="{stated}"?>' if stated else ""
    text = head + kml(placemark("", "<name>Опасная зона</name>"))
    layer = given_as(tmp_path, "a.kml", text.encode("cp1251"))
    assert layer.frame["name"].tolist() == ["Опасная зона"]
    assert [found.rule for found in layer.findings] == ([] if stated == "windows-1251" else ["assumed_encoding"])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso8859-5"])
def test_other_encodings_that_a_document_states(tmp_path: Path, encoding: str) -> None:
    """By mark or by name."""
    stated = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding}"?>'
    layer = given_as(tmp_path, "a.kml", (stated + kml(placemark("", "<name>Зона</name>"))).encode(encoding))
    assert layer.frame["name"].tolist() == ["Зона"]


@pytest.mark.parametrize("suffix", [".kml", ".gpx", ".kmz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_any_parser(tmp_path: Path, suffix: str, encoding: str) -> None:
    """An entity that reads a file, in either encoding."""
    root = "gpx" if suffix == ".gpx" else "kml"
    text = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><{root}><name>&x;</name></{root}>'.encode(encoding)
    content = zipped({"doc.kml": text}) if suffix == ".kmz" else text
    with pytest.raises(DataRefused, match="document type"):
        given_as(tmp_path, f"a{suffix}", content)


def test_cells_of_a_placemark(tmp_path: Path) -> None:
    """Name, description, times and extended data of both kinds; a second `name` keeps its own column."""
    about = (
        "<name> Zone </name><description>two\nlines</description><TimeSpan><begin>2020</begin><end>2021</end></TimeSpan>"
        '<ExtendedData><Data name="name"><value>other</value></Data><SchemaData><SimpleData name="id_no">007</SimpleData>'
        '</SchemaData><Data name="geometry"><value>g</value></Data></ExtendedData>'
    )
    frame = given_as(tmp_path, "a.kml", kml(placemark("", about))).frame
    names = ["name", "description", "begin", "end", "data_name", "id_no", "data_geometry"]
    assert frame[names].to_numpy().tolist() == [[
        "Zone", "two\nlines", "2020", "2021", "other", "007", "g",
    ]]  # fmt: skip


# ------------------------------------------------------------ GPX


def test_waypoints_routes_and_tracks_are_all_read(tmp_path: Path) -> None:
    """Others read one of the three; a track without positions is a record without a place."""
    text = (
        '<gpx xmlns="http://www.topografix.com/GPX/1/1"><metadata/><wpt lat="40.0" lon="46.9"><name>007</name><ele>3</ele></wpt>'
        '<rte><name>r</name><rtept lat="40" lon="46"/><rtept lat="41" lon="47"/></rte>'
        '<trk><trkseg><trkpt lat="40" lon="46"/><trkpt lat="41" lon="47"/></trkseg><trkseg/></trk><trk/>'
        '<wpt lat="40,1" lon="46"/><trk><trkseg><trkpt lat="40" lon="46"/></trkseg></trk></gpx>'
    )
    layer = given_as(tmp_path, "a.gpx", text)
    assert layer.counted == 6
    assert layer.frame["layer"].tolist() == ["waypoints", "routes", "tracks", "tracks"]
    assert layer.frame["name"].fillna("-").tolist() == ["007", "r", "-", "-"]
    assert layer.frame.geometry.geom_type.fillna("-").tolist() == ["Point", "LineString", "MultiLineString", "-"]
    assert [row for row, _ in reasons(layer)] == [5, 6]


# ------------------------------------------------------------ FlatGeobuf


def test_a_cut_flatgeobuf_keeps_its_whole_records(tmp_path: Path) -> None:
    """The header says 50; what the file no longer holds is refused by number."""
    path = written(tmp_path, ".fgb", zones(50))
    size = path.stat().st_size
    for to in (size - 3, size // 2):
        cut(path, to)
        layer = read(path)
        assert layer.counted == 50
        assert 0 < layer.unread < 50
        assert layer.frame["label"].tolist() == [f"Ağdam {n}" for n in layer.frame.index]


def test_a_flatgeobuf_without_a_crs_is_refused(tmp_path: Path) -> None:
    """Unless the caller states one."""
    path = tmp_path / "zones.fgb"
    with pytest.warns(UserWarning, match="crs"):
        WRITERS[".fgb"](zones().set_crs(None, allow_override=True), path)
    with pytest.raises(UnknownCRS):
        read(path)
    assert read(path, "EPSG:4326").counted == 5


def test_an_indexed_flatgeobuf_is_counted_right(tmp_path: Path) -> None:
    """An index stands between header and records: 40 bytes for each node of its tree."""
    path = tmp_path / "zones.fgb"
    zones(300).to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="YES")
    layer = read(path)
    assert (layer.counted, layer.findings) == (300, ())
    assert set(layer.frame["number"]) == {str(n) for n in range(1, 301)}


# ------------------------------------------------------------ GeoParquet


def parquet_with(path: Path, **changes: object) -> None:
    """Change what a GeoParquet says of its geometry column."""
    table = pq.read_table(path)
    about = json.loads(table.schema.metadata[b"geo"])
    about["columns"]["geometry"] |= changes
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(about).encode()}), path)


def test_a_parquet_whose_crs_is_null_is_refused(tmp_path: Path) -> None:
    """Null means that nobody knows; absent means longitude and latitude."""
    path = written(tmp_path, ".parquet")
    parquet_with(path, crs=None)
    with pytest.raises(UnknownCRS, match="null"):
        read(path)
    assert read(path, "EPSG:4326").counted == 5


def test_a_bounding_box_that_lies_loses_nothing(tmp_path: Path) -> None:
    """It is never used."""
    path = written(tmp_path, ".parquet")
    parquet_with(path, bbox=[0, 0, 1, 1])
    assert read(path).counted == 5


def test_a_parquet_without_geometry_or_with_another_encoding_is_refused(tmp_path: Path) -> None:
    """A plain table; coordinates as lists."""
    path = written(tmp_path, ".parquet")
    parquet_with(path, encoding="point")
    with pytest.raises(DataRefused, match="written as point"):
        read(path)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(DataRefused, match="which column"):
        read(path)


def test_cells_of_a_parquet_keep_their_digits(tmp_path: Path) -> None:
    """Long ids, days, moments, lists; what is not finite or binary is told."""
    frame = zones(2).assign(
        long=[2**62 + 1, 2**53 + 1], share=[0.1, np.inf], raw=[b"x", b"y"], many=[[1, 2], None],
        day=pd.array([pd.Timestamp("2021-04-03")] * 2, dtype="datetime64[ms]"),
    )  # fmt: skip
    layer = read(written(tmp_path, ".parquet", frame))
    assert layer.frame["long"].tolist() == ["4611686018427387905", "9007199254740993"]
    assert layer.frame["share"].fillna("-").tolist() == ["0.1", "-"]
    assert layer.frame["many"].fillna("-").tolist() == ["[1, 2]", "-"]
    assert layer.frame["day"].str[:10].tolist() == ["2021-04-03"] * 2
    assert sorted(doubts(layer)) == [("not_finite", None, "share"), ("unknown_column", None, "raw")]


# ------------------------------------------------------------ newline-delimited GeoJSON


def test_a_bad_line_is_a_refused_record(tmp_path: Path) -> None:
    """GDAL passes over it; here the lines are counted, blank ones left out."""
    line = json.dumps({"type": "Feature", "properties": {"id": 1}, "geometry": None})
    twice = '{"type":"Feature","properties":{"status":"mined","status":"clear"},"geometry":null}'
    lines = [line, "", "\x1e" + line, line[:-4], "[1]", twice, "[" * 100_000, line]
    layer = given_as(tmp_path, "a.geojsonl", "\r\n".join(lines))
    assert layer.counted == 7
    assert list(layer.frame.index) == [1, 3, 8]
    assert sorted(row or 0 for row, _ in reasons(layer)) == [4, 5, 6, 7]


def test_lines_without_a_feature_are_refused(tmp_path: Path) -> None:
    """Not an empty layer."""
    with pytest.raises(DataRefused, match="none of its lines"):
        given_as(tmp_path, "a.ndjson", "one\ntwo\n")


def test_a_very_long_text_is_refused_by_record(tmp_path: Path) -> None:
    """Ten million letters in one cell."""
    frame = zones(2).assign(note=["x" * 10_000_000, "y"])
    layer = read(written(tmp_path, ".gpkg", frame))
    assert [row for row, _ in reasons(layer)] == [1]
