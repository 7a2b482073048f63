# ruff: noqa: E501, S608 - a case stands on its own line, its file and its SQL included
"""Traps of the other formats: shapefile, GeoPackage, KML, GPX, FlatGeobuf, GeoParquet, archives of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from tests.traps.makers import (
    beside,
    cut,
    dbf_of,
    flatgeobuf,
    gpkg,
    gpkg_shape,
    gpx,
    kml,
    kml_point,
    kml_polygon,
    language_byte,
    linked,
    locked,
    parquet,
    placemark,
    shapefile,
    square,
    without,
    zipped,
    zipped_shapefiles,
    zone_frame,
)
from tests.traps.trap import (
    ACCEPT,
    ANY,
    ANY_BUT_ACCEPT,
    DOUBT,
    READ,
    REFUSED,
    REJECT,
    SAID,
    Make,
    Trap,
    cells,
    covers,
    trap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _zones(
    name: str, file: str, make: Make, verdicts: frozenset[str], *account: tuple[int, int, int], **more: object
) -> Trap:
    return trap(name, file, make, verdicts, *account, **{"kind": "zones", **more})  # type: ignore[arg-type]


def _places(
    name: str, file: str, make: Make, verdicts: frozenset[str], *account: tuple[int, int, int], **more: object
) -> Trap:
    return trap(name, file, make, verdicts, *account, **{"kind": "incidents", **more})  # type: ignore[arg-type]


_SWAPPED = zone_frame(1, shapely.box(39.5, 46.5, 39.51, 46.51), shapely.box(46.5, 39.5, 46.51, 39.51))
_RUSSIAN = zone_frame(3, name=["Опасная зона", "Село", "Дорога"])
_TURKISH = zone_frame(3, name=["Değirmen köyü", "Şıralı çeşme", "Yığılı taş"])
_LONG = zone_frame(3, a_column_of_a_long_name=["a", "b", "c"], a_column_of_another_name=["d", "e", "f"])


def _upper(path: Path) -> None:
    for suffix in (".shx", ".dbf", ".prj"):
        path.with_suffix(suffix).rename(path.with_suffix(suffix.upper()))


def _star(path: Path) -> None:
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    header, record = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    table[header + record] = ord("*")
    path.with_suffix(".dbf").write_bytes(bytes(table))


def _copied(path: Path) -> None:
    shutil.copy(path.with_suffix(".dbf"), path.with_suffix(".shx"))


SHAPEFILES: Sequence[Trap] = (
    _zones("sound", "a.shp", shapefile(), ACCEPT, (3, 0, 0)),
    _zones("sides in capitals", "a.shp", shapefile(_upper), READ, (3, 0, 0)),
    _zones("no prj", "a.shp", shapefile(without(".prj")), REJECT, counted=3, told="reference system|\\.prj"),
    _zones("no prj, but the caller knows", "a.shp", shapefile(without(".prj")), READ, (3, 0, 0), crs="EPSG:4326"),
    _zones("a prj against the caller", "a.shp", shapefile(), REJECT, counted=3, crs="EPSG:28408", told="says|reference system"),
    _zones("a prj of words", "a.shp", shapefile(beside(".prj", b"Pulkovo 1942")), REJECT, counted=3, told="reference system|\\.prj"),
    _zones("a prj without a datum", "a.shp", shapefile(beside(".prj", b'GEOGCS["unknown",DATUM["unknown",SPHEROID["Krassowsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]')), REFUSED, counted=3, told="datum|reference system|transform"),
    _zones("no shx", "a.shp", shapefile(without(".shx")), REJECT | SAID, counted=3, told="shx"),
    _zones("no dbf", "a.shp", shapefile(without(".dbf")), REJECT | SAID, counted=3, told="dbf"),
    _zones("half a shp", "a.shp", shapefile(cut(0.5)), DOUBT, (1, 0, 2), rows=(2, 3)),
    _zones("a shp without its last bytes", "a.shp", shapefile(cut(0.99)), DOUBT, (2, 0, 1), rows=(3,)),
    _zones("half a dbf", "a.shp", shapefile(lambda path: path.with_suffix(".dbf").write_bytes(path.with_suffix(".dbf").read_bytes()[:-100]) and None), REFUSED, counted=3),
    _zones("a dbf of another file", "a.shp", shapefile(dbf_of(2)), REJECT, counted=3),
    _zones("a longer dbf of another file", "a.shp", shapefile(dbf_of(4)), REJECT),
    _zones("half a shx", "a.shp", shapefile(cut(0.7, ".shx")), REFUSED, counted=3),
    _zones("a shx that is a dbf", "a.shp", shapefile(_copied), REFUSED, counted=3),
    _zones("a deleted record", "a.shp", shapefile(_star), READ | DOUBT, (2, 0, 0), (2, 0, 1)),
    _zones("Windows-1251 as the cpg says", "a.shp", shapefile(frame=_RUSSIAN, encoding="cp1251"), READ, (3, 0, 0), look=cells("name", "Опасная зона", "Село", "Дорога")),
    _zones("Windows-1251 without a cpg", "a.shp", shapefile(without(".cpg"), language_byte(0), frame=_RUSSIAN, encoding="cp1251"), DOUBT, (3, 0, 0), told="1251|encod", look=cells("name", "Опасная зона", "Село", "Дорога")),
    _zones("Windows-1254 as the cpg says", "a.shp", shapefile(frame=_TURKISH, encoding="cp1254"), READ, (3, 0, 0), look=cells("name", "Değirmen köyü", "Şıralı çeşme", "Yığılı taş")),
    _zones("a cpg that lies", "a.shp", shapefile(beside(".cpg", b"UTF-8"), language_byte(0), frame=_RUSSIAN, encoding="cp1251"), DOUBT | REJECT, (3, 0, 0), (0, 3, 0), (0, 0, 3), told="encod|utf-8|1251", look=cells("name", "Опасная зона", "Село", "Дорога")),
    _zones("a cpg that lies the other way", "a.shp", shapefile(beside(".cpg", b"1251"), language_byte(0), frame=_RUSSIAN), DOUBT | REJECT, (3, 0, 0), (0, 3, 0), (0, 0, 3), told="encod|utf-8|1251|mojibake"),
    _zones("a cpg of words", "a.shp", shapefile(beside(".cpg", b"whatever"), language_byte(0), frame=_RUSSIAN), DOUBT | REJECT, (3, 0, 0), (0, 0, 3), told="encod|utf-8"),
    _zones("swapped", "a.shp", shapefile(frame=_SWAPPED), DOUBT, (1, 0, 1), rows=(1,), told="swap"),
    _places("zones for accidents", "a.shp", shapefile(), REJECT, (0, 0, 3), counted=3, told="wrong_geometry|id|column"),
    _zones("a virtual file", "a.shp", b"<OGRVRTDataSource></OGRVRTDataSource>", REJECT),
    _zones("a sound archive", "a.zip", zipped_shapefiles("zones"), ACCEPT, (3, 0, 0)),
    _zones("an archive with a folder", "a.zip", zipped_shapefiles("zones", folder="Export 2021/"), READ, (3, 0, 0)),
    _zones("two shapefiles in an archive", "a.zip", zipped_shapefiles("north", "south"), READ | REFUSED, (6, 0, 0), (3, 0, 3), (0, 0, 6)),
    _zones("an archive without prj", "a.zip", zipped_shapefiles("zones", leave_out=".prj"), REJECT, counted=3, told="reference system|\\.prj"),
    _zones("an archive without dbf", "a.zip", zipped_shapefiles("zones", leave_out=".dbf"), REJECT, counted=3, told="dbf"),
)  # fmt: skip

_VIEW = ("ALTER TABLE zones RENAME TO hidden", "CREATE VIEW zones AS SELECT * FROM hidden WHERE fid < 3")
GEOPACKAGES: Sequence[Trap] = (
    _zones("sound", "a.gpkg", gpkg(), ACCEPT, (3, 0, 0)),
    *(_zones(f"a counter of {claimed}", "a.gpkg", gpkg(f"UPDATE gpkg_ogr_contents SET feature_count = {claimed}"), READ | DOUBT, (3, 0, 0)) for claimed in (0, 1, 99)),
    _zones("a garbage shape", "a.gpkg", gpkg("UPDATE zones SET geom = x'47500001' WHERE fid = 2"), DOUBT, (2, 0, 1), rows=(2,)),
    _zones("a shape that is text", "a.gpkg", gpkg("UPDATE zones SET geom = 'POLYGON ((46 39, 47 39, 47 40, 46 39))' WHERE fid = 2"), DOUBT, (2, 0, 1), rows=(2,)),
    _zones("a shape that is cut", "a.gpkg", gpkg("UPDATE zones SET geom = substr(geom, 1, length(geom) - 8) WHERE fid = 2"), DOUBT, (2, 0, 1), rows=(2,)),
    _zones("a shape that claims a billion corners", "a.gpkg", gpkg(gpkg_shape(b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\x7f")), DOUBT, (2, 0, 1), rows=(1,)),
    _zones("a null shape", "a.gpkg", gpkg("UPDATE zones SET geom = NULL WHERE fid = 2"), SAID, (3, 0, 0), told="empty_geometry"),
    _zones("a view that filters", "a.gpkg", gpkg(*_VIEW), REJECT, told="view"),
    _zones("a trigger", "a.gpkg", gpkg("CREATE TRIGGER t AFTER INSERT ON zones BEGIN DELETE FROM zones; END"), ANY, (3, 0, 0), (0, 0, 3)),
    _zones("a virtual table", "a.gpkg", gpkg("CREATE VIRTUAL TABLE more USING fts5(a)"), REJECT, told="virtual"),
    _zones("a reference system of 0", "a.gpkg", gpkg("UPDATE gpkg_geometry_columns SET srs_id = 0"), REJECT, counted=3, told="reference system"),
    _zones("a reference system of -1", "a.gpkg", gpkg("UPDATE gpkg_geometry_columns SET srs_id = -1"), REJECT, counted=3, told="reference system"),
    _zones("a reference system that is not listed", "a.gpkg", gpkg("UPDATE gpkg_geometry_columns SET srs_id = 77777"), REJECT, counted=3, told="reference system"),
    _zones("two layers of the same columns", "a.gpkg", gpkg(more=zone_frame(1, shapely.box(47, 39.5, 47.01, 39.51)).assign(zone_id="y1")), READ | REFUSED, (4, 0, 0), (0, 0, 4), counted=4),
    _zones("two layers that differ", "a.gpkg", gpkg(more=zone_frame(1).rename(columns={"zone_id": "other"})), REFUSED | SAID, (4, 0, 0), (3, 0, 1), (0, 0, 4), told=("zones", "more")),
    _zones("a table that is not listed", "a.gpkg", gpkg("CREATE TABLE quiet (fid INTEGER PRIMARY KEY, zone_id TEXT)", "INSERT INTO quiet VALUES (1, 'z9')"), REJECT | SAID, told="quiet|not listed"),
    _zones("a table that is listed and gone", "a.gpkg", gpkg("DROP TABLE zones"), REJECT),
    _zones("swapped", "a.gpkg", gpkg(frame=_SWAPPED), DOUBT, (1, 0, 1), rows=(1,), told="swap"),
    _zones("a last change not yet written", "a.gpkg", lambda path: (gpkg()(path), path.with_name("a.gpkg-wal").write_bytes(b"x"))[0], REFUSED, counted=3),
    _zones("half a file", "a.gpkg", lambda path: (gpkg()(path), cut(0.5)(path))[0], REFUSED),
    _zones("another database", "a.gpkg", b"SQLite format 3\x00" + bytes(4080), REJECT),
    _zones("an id that is a long number", "a.gpkg", gpkg(frame=zone_frame(1).assign(zone_id=[2**62 + 1])), ACCEPT, (1, 0, 0), look=cells("zone_id", "4611686018427387905")),
    _zones("NUL in a text", "a.gpkg", gpkg("UPDATE zones SET zone_id = 'z' || char(0) || '9' WHERE fid = 1"), REFUSED, (3, 0, 0), (2, 1, 0), (2, 0, 1), told="nul"),
)  # fmt: skip

_OUTER = ("outer", square())
_FOLDERS = "".join(
    f"<Folder><name>{name}</name>{kml_point(where, name)}</Folder>"
    for name, where in (("north", "46.91234,40.01234"), ("south", "46.81234,40.02345"))
)
_XXE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


def _kml_row(name: str, bad: str, told: str = "") -> Trap:
    """Write a case whose first record must be refused, and named, beside a good one."""
    return _places(name, "a.kml", kml(bad, kml_point("46.91234,40.01234")), DOUBT, (1, 0, 1), rows=(1,), told=told)


KML: Sequence[Trap] = (
    _zones("a zone", "a.kml", kml(placemark(kml_polygon(_OUTER))), SAID, (1, 0, 0), look=covers(shapely.box(46.5, 39.5, 46.51, 39.51))),
    _places("two folders", "a.kml", kml(_FOLDERS), SAID, (2, 0, 0)),
    _places("folders in folders", "a.kml", kml(f"<Folder><Folder>{_FOLDERS}</Folder>{kml_point('46.71234,40.03456')}</Folder>"), SAID, (3, 0, 0)),
    _places("two documents", "a.kmz", zipped({"doc.kml": kml(kml_point("46.91234,40.01234")), "files/b.kml": kml(kml_point("46.81234,40.02345"))}), SAID | REJECT, (2, 0, 0), (0, 0, 2)),
    _places("no document", "a.kmz", zipped({"files/icon.png": b"x"}), REJECT),
    _places("an archive in the archive", "a.kmz", zipped({"doc.kml": kml(kml_point("46.91234,40.01234")), "more.kmz": zipped({"doc.kml": kml(kml_point("46.81234,40.02345"))})}), REFUSED, told="archive|more\\.kmz"),
    _places("a link only", "a.kml", kml("<NetworkLink><Link><href>http://127.0.0.1:9/zones.kml</href></Link></NetworkLink>"), REJECT, told="link|elsewhere|points to"),
    _kml_row("a link beside a record", "<NetworkLink><Link><href>zones.kml</href></Link></NetworkLink>", "link|file"),
    _kml_row("a picture on the ground", "<GroundOverlay><Icon><href>map.png</href></Icon><LatLonBox><north>40</north><south>39</south><east>47</east><west>46</west></LatLonBox></GroundOverlay>", "picture|GroundOverlay|overlay"),
    _kml_row("a model", placemark("<MultiGeometry><Model><Location><longitude>46</longitude><latitude>40</latitude></Location></Model></MultiGeometry>"), "Model"),
    _kml_row("a blank for the comma", kml_point("46.91234 40.0")),
    _kml_row("decimal commas", kml_point("46,9,40,0")),
    _kml_row("blanks around the comma", kml_point("46.91234 , 40.0")),
    _kml_row("no coordinates", kml_point("")),
    _kml_row("letters", kml_point("46.91234E,40.0N")),
    _kml_row("swapped", kml_point("40.02345,46.81234"), "swap"),
    _kml_row("null island", kml_point("0,0,0"), "null_island"),
    _zones("two outlines of one zone", "a.kml", kml(placemark(kml_polygon(_OUTER, ("outer", square(46.6))))), DOUBT, (1, 0, 0), (0, 1, 0), (0, 0, 1), told="outline|outer|ring",
           look=lambda frame: frame.empty or covers(shapely.box(46.5, 39.5, 46.51, 39.51), shapely.box(46.6, 39.5, 46.61, 39.51))(frame)),
    _zones("two zones in one record", "a.kml", kml(placemark(f"<MultiGeometry>{kml_polygon(_OUTER)}{kml_polygon(('outer', square(46.6)))}</MultiGeometry>")), SAID, (1, 0, 0), look=covers(shapely.box(46.6, 39.5, 46.61, 39.51))),
    _zones("a ring that is not closed", "a.kml", kml(placemark(kml_polygon(("outer", square()[:-1])))), DOUBT, (0, 1, 0), told="clos"),
    _zones("a line beside a zone in one record", "a.kml", kml(placemark(f"<MultiGeometry>{kml_polygon(_OUTER)}<LineString><coordinates>46,39 47,40</coordinates></LineString></MultiGeometry>"), placemark(kml_polygon(("outer", square(46.6))))), DOUBT, (1, 0, 1), (1, 1, 0),
           look=lambda frame: len(frame) == 1 or covers(shapely.box(46.5, 39.5, 46.51, 39.51))(frame)),
    _zones("Windows-1251 as it says", "a.kml", kml(placemark(kml_polygon(_OUTER), "Опасная зона"), head='<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"), SAID, (1, 0, 0), look=cells("name", "Опасная зона")),
    _zones("Windows-1251 that says UTF-8", "a.kml", kml(placemark(kml_polygon(_OUTER), "Опасная зона"), head='<?xml version="1.0" encoding="UTF-8"?>').encode("cp1251"), DOUBT | REJECT, (1, 0, 0), (0, 0, 1), told="1251|utf-8|encod"),
    _places("a person's name in the data of a record", "a.kml", kml(placemark("<Point><coordinates>46.91234,40.01234</coordinates></Point>", "a", '<ExtendedData><Data name="victim_name"><value>Vüqar Səmədli</value></Data></ExtendedData>')),
            DOUBT, (1, 0, 0), told="personal", hidden=("Vüqar", "Səmədli")),
    _places("an entity that opens a file", "a.kml", kml(kml_point("46.91234,40.01234", "&x;"), head=_XXE), REJECT, hidden=(Path("/etc/hostname").read_text("utf-8").strip() or "localhost",)),
    _places("an entity in UTF-16", "a.kml", kml(kml_point("46.91234,40.01234", "&x;"), head=_XXE.replace('"1.0"', '"1.0" encoding="UTF-16"')).encode("utf-16"), REJECT),
    _places("entities without end", "a.kml", kml(kml_point("46.91234,40.01234", "&l9;"), head=_LAUGHS), REJECT),
    _places("entities without end in an archive", "a.kmz", zipped({"doc.kml": kml(kml_point("46.91234,40.01234", "&l9;"), head=_LAUGHS)}), REJECT),
    _places("folders 5,000 deep", "a.kml", kml("<Folder>" * 5_000 + kml_point("46.91234,40.01234") + "</Folder>" * 5_000), ANY_BUT_ACCEPT, counted=1),
    _places("a file that is cut", "a.kml", kml(_FOLDERS)[:-60], REFUSED),
    _places("a text under the name", "a.kml", "46.91234,40.01234", REJECT),
    _places("an empty document", "a.kml", kml(), REJECT, (0, 0, 0)),
    _places("a member that leads out", "a.kmz", zipped({"../doc.kml": kml(kml_point("46.91234,40.01234"))}), REJECT),
    _places("a link in the archive", "a.kmz", linked("doc.kml", "/etc/hostname"), REJECT),
)  # fmt: skip

_WPT = '<wpt lat="40.01234" lon="46.91234"><name>a</name></wpt>'
GPX: Sequence[Trap] = (
    _places("waypoints", "a.gpx", gpx(_WPT, _WPT.replace("40.01234", "40.02345")), SAID, (2, 0, 0)),
    _places("a swapped waypoint", "a.gpx", gpx(_WPT, '<wpt lat="46.81234" lon="40.02345"/>'), DOUBT, (1, 0, 1), rows=(2,), told="swap"),
    _places("a decimal comma", "a.gpx", gpx(_WPT, '<wpt lat="40,02" lon="46,8"/>'), DOUBT, (1, 0, 1), (2, 0, 0), (1, 1, 0)),
    _places("a waypoint without a longitude", "a.gpx", gpx(_WPT, '<wpt lat="40.02345"/>'), DOUBT, (1, 0, 1), rows=(2,)),
    _places("a track beside a waypoint", "a.gpx", gpx(_WPT, '<trk><trkseg><trkpt lat="40" lon="46"/><trkpt lat="41" lon="47"/></trkseg></trk>'), DOUBT, (1, 0, 1), rows=(2,)),
    _places("an entity that opens a file", "a.gpx", gpx('<wpt lat="40.01234" lon="46.91234"><name>&x;</name></wpt>', head=_XXE), REJECT),
    _places("a file that is cut", "a.gpx", gpx(_WPT, _WPT)[:-30], REFUSED),
)  # fmt: skip

OTHERS: Sequence[Trap] = (
    _zones("a sound FlatGeobuf", "a.fgb", flatgeobuf(count=3), ACCEPT, (3, 0, 0)),
    _zones("half a FlatGeobuf", "a.fgb", flatgeobuf(cut(0.5)), REFUSED, counted=20),
    _zones("a FlatGeobuf without its last bytes", "a.fgb", flatgeobuf(cut(0.995)), DOUBT | REJECT, (19, 0, 1), (0, 0, 20), counted=20),
    _zones("the signature of a FlatGeobuf", "a.fgb", b"fgb\x03fgb\x00", REJECT),
    _zones("a swapped FlatGeobuf", "a.fgb", flatgeobuf(frame=_SWAPPED), DOUBT, (1, 0, 1), rows=(1,), told="swap"),
    _zones("a sound GeoParquet", "a.parquet", parquet(), ACCEPT, (3, 0, 0)),
    _zones("a GeoParquet of no reference system", "a.parquet", parquet(crs=None), REJECT, counted=3, told="reference system|null"),
    _zones("a GeoParquet whose box lies", "a.parquet", parquet(bbox=[0, 0, 1, 1]), READ | DOUBT, (3, 0, 0)),
    _zones("a GeoParquet of another encoding", "a.parquet", parquet(encoding="point"), REJECT, counted=3),
    _zones("half a GeoParquet", "a.parquet", parquet(cut(0.5)), REJECT, counted=3),
    _zones("a GeoParquet without its last bytes", "a.parquet", parquet(cut(0.99)), REJECT, counted=3),
)  # fmt: skip


def _archive(name: str, make: Callable[[Path], object] | bytes, told: str = "") -> Trap:
    return _zones(name, "a.zip", make, REJECT, told=told)


def _members(**changed: bytes) -> Callable[[Path], object]:
    """Write an archive of a sound shapefile with members added."""

    def make(path: Path) -> None:
        shapefile()(path.with_name("zones.shp"))
        sound = {
            f"zones{suffix}": path.with_name(f"zones{suffix}").read_bytes()
            for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")
        }
        path.write_bytes(zipped({**sound, **changed}))

    return make


ARCHIVES: Sequence[Trap] = (
    _archive("a name that leads out", _members(**{"../zones.shp": b"x"})),
    _archive("a name from the root", _members(**{"/tmp/zones.shp": b"x"})),  # noqa: S108 - the name of a member, never opened
    _archive("a name of another drive", _members(**{"C:\\zones.shp": b"x"})),
    _archive("a link", linked("zones.shp", "/etc/hostname"), "link|harm"),
    _archive("one name twice but for case", _members(**{"ZONES.SHP": b"x"}), "same name"),
    _archive("a bomb", _members(**{"readme.txt": bytes(60_000_000)}), "unpack|times|size"),
    _archive("a bomb of blanks", _members(**{"zones.xml": b" " * 30_000_000}), "unpack|times|size"),
    _archive("a thousand and one members", zipped({f"{n}.txt": b"" for n in range(1_001)}), "1,000|members|files"),
    _archive("an archive in the archive", _members(**{"more.zip": zipped({"a": b"x"})}), "more\\.zip|archive"),
    _archive("another data file beside", _members(**{"more.gpkg": b"x"}), "more\\.gpkg"),
    _zones("a table beside", "a.zip", _members(**{"more.csv": b"zone_id\nz9\n"}), ANY, (4, 0, 0), (3, 0, 1), (0, 0, 4), told="more"),
    _archive("half a second shapefile", _members(**{"more.shp": b"x"})),
    _archive("a password", locked(zipped({"zones.shp": b"x"})), "password"),
    _archive("half an archive", zipped({"zones.shp": bytes(range(256))})[:100]),
    _archive("nothing inside", zipped({})),
    _archive("only a text", zipped({"readme.txt": b"x"})),
)  # fmt: skip
