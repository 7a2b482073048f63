# ruff: noqa: E501 - a case stands on its own line, its file included
"""Traps of shapes and of GeoJSON: ground that a repair could free, features that readers drop, keys and numbers that change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from tests.traps.makers import (
    catalogued,
    collection,
    feature,
    flatgeobuf,
    gpkg,
    gpkg_shape,
    hazards,
    points,
    polygon,
    ring_wkb,
    square,
    zone_frame,
    zones,
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
    Trap,
    cells,
    covers,
    trap,
    zone,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = polygon(square())
OTHER = polygon(square(46.6))
BOW_TIE = polygon([[46.5, 39.5], [46.51, 39.51], [46.51, 39.5], [46.5, 39.51], [46.5, 39.5]])
HALVES = (
    shapely.Polygon([(46.5, 39.5), (46.505, 39.505), (46.5, 39.51)]),
    shapely.Polygon([(46.51, 39.5), (46.505, 39.505), (46.51, 39.51)]),
)
_LEFT, _RIGHT = square(46.5), square(46.505)
TWICE_ROUND = polygon([*square(46.5, 39.5, 0.01)[:-1], *square(46.5, 39.5, 0.004)])
KNOT = [[46.5, 39.5], [46.512, 39.5], [46.512, 39.508], [46.504, 39.508], [46.504, 39.504], [46.508, 39.504],
        [46.508, 39.512], [46.5, 39.512], [46.5, 39.5]]  # fmt: skip
"""A ring that crosses itself and goes round one part twice."""


def _box(west: float = 46.5, south: float = 39.5, side: float = 0.01) -> shapely.Polygon:
    return shapely.box(west, south, west + side, south + side)


def _million(path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_101)
    ring = np.column_stack([46.7 + 0.1 * np.cos(angle), 39.7 + 0.1 * np.sin(angle)])
    ring[-1] = ring[0]
    flatgeobuf(frame=zone_frame(1, shapely.Polygon(ring)))(path)


def _with_z(ring: list[list[float]], z: float = 512.0) -> list[list[float]]:
    return [[*position, z] for position in ring]


POLYGONS: Sequence[Trap] = (
    zone("one sound zone", zones(GOOD), ACCEPT, (1, 0, 0), look=covers(_box())),
    zone("a bow-tie", zones(BOW_TIE), DOUBT, (0, 1, 0), told="invalid_geometry", look=covers(*HALVES)),
    zone("a ring over itself", zones(polygon(KNOT)), DOUBT, (0, 1, 0), (0, 0, 1), look=lambda frame: frame.empty or covers(shapely.box(46.504, 39.504, 46.508, 39.508), shapely.box(46.5, 39.5, 46.504, 39.512))(frame)),
    zone("a ring that goes round twice", zones(TWICE_ROUND), DOUBT, (0, 1, 0), (0, 0, 1), look=lambda frame: frame.empty or covers(_box())(frame)),
    zone("overlapping parts", zones({"type": "MultiPolygon", "coordinates": [[_LEFT], [_RIGHT]]}), DOUBT, (0, 1, 0), told="overlap|invalid_geometry", look=covers(_box(46.5), _box(46.505))),
    zone("one part twice", zones({"type": "MultiPolygon", "coordinates": [[_LEFT], [_LEFT]]}), DOUBT, (0, 1, 0), told="overlap|invalid_geometry|duplicate", look=covers(_box())),
    zone("a part in the hole's place of another", zones({"type": "MultiPolygon", "coordinates": [[square()], [square(46.503, 39.503, 0.004)]]}), DOUBT, (0, 1, 0), look=covers(_box())),
    zone("parts that share an edge", zones({"type": "MultiPolygon", "coordinates": [[square()], [square(46.51)]]}), ANY_BUT_ACCEPT | ACCEPT, (0, 1, 0), (1, 0, 0), look=covers(_box(), _box(46.51))),
    zone("a hole that is the whole outline", zones(polygon(square(), square()), OTHER), DOUBT, (1, 0, 1), (1, 1, 0), rows=(), told="invalid_geometry|area|hole", look=lambda frame: len(frame) == 1 or covers(_box())(frame)),
    zone("a hole outside the outline", zones(polygon(square(), square(46.53, 39.5, 0.004))), DOUBT, (0, 1, 0), look=covers(_box(), _box(46.53, 39.5, 0.004))),
    zone("a hole across the outline", zones(polygon(square(), square(46.508, 39.503, 0.004))), DOUBT, (0, 1, 0), look=covers(_box(), _box(46.508, 39.503, 0.004))),
    zone("two holes that overlap", zones(polygon(square(), square(46.502, 39.502, 0.003), square(46.504, 39.503, 0.003))), DOUBT, (0, 1, 0)),
    zone("a sound hole stays", zones(polygon(square(), square(46.503, 39.503, 0.004))), ACCEPT, (1, 0, 0), look=lambda frame: not frame.geometry.iloc[0].contains(shapely.Point(46.505, 39.505))),
    zone("no area", zones(polygon([[46.5, 39.5], [46.51, 39.5], [46.505, 39.5], [46.5, 39.5]]), OTHER), DOUBT, (1, 0, 1), rows=(1,)),
    zone("one point as a zone", zones(polygon([[46.5, 39.5]] * 4), OTHER), DOUBT, (1, 0, 1), rows=(1,)),
    zone("two corners", zones(polygon([[46.5, 39.5], [46.51, 39.5], [46.5, 39.5]]), OTHER), DOUBT, (1, 0, 1), rows=(1,)),
    zone("no zone of any is usable", zones(polygon([[46.5, 39.5]] * 4)), REJECT, (0, 0, 1), rows=(1,)),
    zone("a part without area", zones({"type": "MultiPolygon", "coordinates": [[square()], [[[46.6, 39.5], [46.61, 39.5], [46.605, 39.5], [46.6, 39.5]]]]}), DOUBT, (0, 1, 0), (0, 0, 1), (1, 0, 0)),
    zone("a part that is empty", zones({"type": "MultiPolygon", "coordinates": [[square()], []]}), ANY, (0, 1, 0), (0, 0, 1), (1, 0, 0), look=covers(_box())),
    zone("a sliver", zones(polygon([[46.5, 39.5], [46.51, 39.5], [46.51, 39.5000001], [46.5, 39.5000001], [46.5, 39.5]])), SAID, (1, 0, 0), told="sliver|narrow|thin"),
    zone("a zone of centimetres", zones(polygon(square(side=1e-7))), SAID | REJECT, (1, 0, 0), (0, 0, 1), told="sliver|narrow|small|thin"),
    zone("one corner twice in a row", zones(polygon([[46.5, 39.5], [46.51, 39.5], [46.51, 39.5], [46.51, 39.51], [46.5, 39.51], [46.5, 39.5]])), SAID, (1, 0, 0), (0, 1, 0), told="vert(ex|ices)|twice|corner", look=covers(_box())),
    zone("the first corner three times", zones(polygon([*square(), [46.5, 39.5]])), SAID, (1, 0, 0), (0, 1, 0), told="vert(ex|ices)|twice|corner", look=covers(_box())),
    zone("the first corner again, a hair away", zones(polygon([*square()[:-1], [46.5000000001, 39.5], [46.5, 39.5]])), SAID, (1, 0, 0), (0, 1, 0), told="vert(ex|ices)|twice|corner", look=covers(_box())),
    zone("a spike", zones(polygon([[46.5, 39.5], [46.51, 39.5], [46.51, 39.505], [46.53, 39.505], [46.51, 39.505], [46.51, 39.51], [46.5, 39.51], [46.5, 39.5]])), DOUBT, (0, 1, 0), look=covers(_box())),
    zone("a ring that is not closed", zones(polygon(square()[:-1])), DOUBT, (0, 1, 0), told="clos", look=covers(_box())),
    zone("an inner ring that is not closed", zones(polygon(square(), square(46.503, 39.503, 0.004)[:-1])), DOUBT, (0, 1, 0), told="clos"),
    zone("rings that turn the other way", zones(polygon(square()[::-1])), READ | DOUBT, (1, 0, 0), (0, 1, 0), look=covers(_box())),
    zone("across the antimeridian", zones(polygon([[-179, 39], [179, 39], [179, 40], [-179, 40], [-179, 39]]), GOOD), DOUBT, (1, 0, 1), rows=(1,)),
    zone("across the antimeridian where no area is known", zones(polygon([[-179, 39], [179, 39], [179, 40], [-179, 40], [-179, 39]]), GOOD), DOUBT, (1, 0, 1), rows=(1,), area=None),
    zone("beyond 180 degrees", zones(polygon(square(179.995, 39.5, 0.01)), GOOD), REFUSED, (1, 0, 1), (2, 0, 0), (0, 0, 2), area=None),
    zone("more than a million corners", _million, SAID, (1, 0, 0), file="a.fgb", told="vert(ex|ices)|corner|1,?000,?000"),
    trap("corners more than 5 km apart", "a.geojson", hazards(polygon(square(side=0.2))), SAID, (1, 0, 0), kind="hazards", told="5[ ,.]?0?0?0?.?k?m|far apart"),
    trap("an area that is not the reported one", "a.geojson", hazards(polygon(square()), reported_area_m2=5000), SAID, (1, 0, 0), kind="hazards", told="reported_area|area"),
    trap("an area that is the reported one", "a.geojson", hazards(polygon(square()), reported_area_m2=955_000), ACCEPT, (1, 0, 0), kind="hazards"),
    trap("a closed hazard without released land", "a.geojson", hazards(polygon(square()), status="closed"), SAID, (1, 0, 0), kind="hazards", told="closed|released"),
    zone("two zones of one shape", zones(GOOD, GOOD), SAID, (2, 0, 0), told="duplicate|same"),
    zone("two zones of one shape, begun at another corner", zones(GOOD, polygon([[46.51, 39.5], [46.51, 39.51], [46.5, 39.51], [46.5, 39.5], [46.51, 39.5]])), SAID, (2, 0, 0), told="duplicate|same"),
    zone("one id for two zones", collection(feature(GOOD, zone_id="z"), feature(OTHER, zone_id="z")), DOUBT, (1, 0, 1), (0, 0, 2), (2, 0, 0), (1, 1, 0), told="duplicate_id"),
    zone("one id for two zones but for blanks", collection(feature(GOOD, zone_id="z"), feature(OTHER, zone_id=" z ")), DOUBT, (1, 0, 1), (0, 0, 2), (2, 0, 0), (1, 1, 0), told="duplicate_id"),
    zone("a point among zones", zones(GOOD, {"type": "Point", "coordinates": [46.5, 39.5]}), DOUBT, (1, 0, 1), rows=(2,), told="wrong_geometry"),
    zone("a line among zones", zones(GOOD, {"type": "LineString", "coordinates": square(46.6)}), DOUBT, (1, 0, 1), (1, 1, 0)),
    zone("a collection with a zone in it", zones({"type": "GeometryCollection", "geometries": [GOOD, {"type": "Point", "coordinates": [46.5, 39.5]}]}, OTHER), DOUBT, (1, 0, 1), (1, 1, 0),
         look=lambda frame: len(frame) == 1 or covers(_box())(frame)),
    zone("a zone without a shape", zones(GOOD, None), SAID, (2, 0, 0), told="empty_geometry"),
    zone("an empty shape", zones(GOOD, {"type": "Polygon", "coordinates": []}), DOUBT, (2, 0, 0), (1, 0, 1), told="empty_geometry|unreadable"),
    zone("one corner swapped", zones(polygon([[46.5, 39.5], [46.51, 39.5], [39.51, 46.51], [46.5, 39.51], [46.5, 39.5]])), REFUSED, (1, 0, 0), (0, 1, 0), (0, 0, 1), told="outside_area|swap"),
    zone("all swapped", zones(polygon([[y, x] for x, y in square()])), REJECT, (0, 0, 1), told="swap"),
    zone("one of two swapped", zones(GOOD, polygon([[y, x] for x, y in square()])), DOUBT, (1, 0, 1), rows=(2,), told="swap"),
    zone("heights", zones(polygon(_with_z(square()))), SAID, (1, 0, 0), (0, 1, 0), told="height|\\bz\\b"),
    zone("a height that is no number", zones(polygon(_with_z(square())), OTHER).replace("512.0", "NaN", 1), DOUBT, (1, 0, 1), rows=(1,)),
    zone("five numbers a corner", zones(polygon([[*each, 1.0, 2.0, 3.0] for each in square()]), OTHER), DOUBT, (1, 0, 1), rows=(1,)),
    trap("measures", "a.gpkg", gpkg(gpkg_shape(ring_wkb(*[(x, y, 7.0) for x, y in square()], kind=2003))), SAID, (3, 0, 0), (2, 1, 0), kind="zones", told="measure|\\bm\\b|height"),
    trap("a curve", "a.gpkg", gpkg(gpkg_shape(b"\x01\x0a\x00\x00\x00\x00\x00\x00\x00")), REFUSED, (2, 0, 1), (2, 1, 0), (3, 0, 0), kind="zones"),
    trap("a corner that is not finite", "a.gpkg", gpkg(gpkg_shape(ring_wkb(*square()[:2], (float("nan"), 39.5), *square()[2:]))), DOUBT, (2, 0, 1), kind="zones", rows=(1,), told="finite"),
    zone("left alone on request: a bow-tie", zones(BOW_TIE, OTHER), DOUBT, (1, 0, 1), on_invalid="reject", rows=(1,)),
    zone("mended on request: a bow-tie", zones(BOW_TIE, OTHER), DOUBT, (1, 1, 0), on_invalid="repair", look=covers(*HALVES)),
    zone("stopped on request: a bow-tie", zones(BOW_TIE, OTHER), REJECT, counted=2, on_invalid="raise", told="row 1|crosses|valid|intersect"),
    trap("a point is never mended", "a.geojson", points([46.91234, 40.01234], [40.02345, 46.81234]), DOUBT, (1, 0, 1), kind="incidents", on_invalid="repair", rows=(2,), told="swap"),
    trap("hazards as the catalogue says", "h.geojson", catalogued("hazards", hazards(BOW_TIE)), DOUBT, (0, 1, 0), look=covers(*HALVES)),
)  # fmt: skip


def _bad(name: str, bad: object, *, told: str = "", verdicts: frozenset[str] = DOUBT) -> Trap:
    """Write a case whose second feature must be refused, and named, between two good ones."""
    third = feature(OTHER, zone_id="third")
    return zone(name, collection(feature(GOOD, zone_id="first"), bad, third), verdicts, (2, 0, 1), rows=(2,), told=told)


def _as_text(document: dict[str, Any], old: str, new: str) -> str:
    return json.dumps(document).replace(old, new, 1)


def _crs(member: object) -> str:
    return zones(GOOD, crs=member)


def _name(text: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": text}}


_TEXT_FEATURE = '{"type":"Feature","properties":{"zone_id":"z1"%s},"geometry":%s}'
_TEXT = '{"type":"FeatureCollection","features":[' + _TEXT_FEATURE + "]}"
_GOOD_TEXT = json.dumps(GOOD)
_METRES = polygon([[664546, 4428532], [665546, 4428532], [665546, 4429532], [664546, 4428532]])

GEOJSON: Sequence[Trap] = (
    zone("a misspelt feature", collection({"type": "Featur", "properties": {}, "geometry": None}, None, "text", {"properties": {}, "geometry": None}, feature(GOOD, zone_id="z")),
         DOUBT, (1, 0, 4), rows=(1, 2, 3, 4)),
    _bad("a text for a feature", "x"),
    _bad("a null for a feature", None),
    _bad("a feature without geometry", {"type": "Feature", "properties": {"zone_id": "z"}}),
    _bad("a coordinate that is text", feature(_as_polygon := {"type": "Polygon", "coordinates": [[["46.5", "39.5"], *square()[1:]]]}, zone_id="z")),
    _bad("a coordinate that is null", feature({"type": "Polygon", "coordinates": [[[None, 39.5], *square()[1:]]]}, zone_id="z")),
    _bad("a coordinate that is true", feature({"type": "Polygon", "coordinates": [[[True, 39.5], *square()[1:]]]}, zone_id="z")),
    _bad("a misspelt type", feature({"type": "Polygone", "coordinates": [square()]}, zone_id="z")),
    _bad("a type of another nesting", feature({"type": "MultiPolygon", "coordinates": [square()]}, zone_id="z")),
    _bad("a corner of one number", feature({"type": "Polygon", "coordinates": [[[46.5], *square()[1:]]]}, zone_id="z")),
    _bad("coordinates that are an object", feature({"type": "Polygon", "coordinates": {"x": 1}}, zone_id="z")),
    _bad("a collection 5,000 deep", feature(json.loads('{"type":"GeometryCollection","geometries":[' * 300 + "]}" * 300), zone_id="z")),
    _bad("properties that are a list", {"type": "Feature", "properties": [1], "geometry": GOOD}),
    *(zone(f"{number} for a coordinate", zones(GOOD, OTHER).replace("46.6", number, 1), DOUBT, (1, 0, 1), rows=(2,), told="finite|number") for number in ("NaN", "Infinity", "-Infinity", "1e400", "-1e999")),
    zone("NaN in a property", _TEXT % (',"note":NaN', _GOOD_TEXT), DOUBT, (1, 0, 0), (0, 1, 0), (0, 0, 1), told="finite|NaN"),
    zone("one key twice", _TEXT % (',"status":"mined","status":"clear"', _GOOD_TEXT), REFUSED, (0, 0, 1), told="status", hidden=()),
    zone("one key twice in the shape", _TEXT % ("", _GOOD_TEXT[:-1] + ',"coordinates":[]}'), REJECT, (0, 0, 1), told="twice|coordinates"),
    zone("features twice", '{"type":"FeatureCollection","features":[' + _TEXT_FEATURE % ("", _GOOD_TEXT) + '],"features":[]}', REJECT, told="twice|features"),
    zone("ids beyond 2^53", collection(feature(GOOD, zone_id=9007199254740993), feature(OTHER, zone_id=9007199254740992)), ACCEPT, (2, 0, 0), look=cells("zone_id", "9007199254740993", "9007199254740992")),
    zone("ids beyond 2^64", collection(feature(GOOD, zone_id=12345678901234567890123), feature(OTHER, zone_id=12345678901234567890124)), ACCEPT, (2, 0, 0), look=cells("zone_id", "12345678901234567890123", "12345678901234567890124")),
    zone("an id of 10,000 digits", _TEXT.replace('"z1"', "9" * 10_000) % ("", _GOOD_TEXT), ANY, (1, 0, 0), (0, 0, 1)),
    zone("an id that is a number with a point", collection(feature(GOOD, zone_id=1.0), feature(OTHER, zone_id=1)), ANY, (2, 0, 0), (1, 0, 1)),
    zone("a coordinate of 10,000 digits", zones(GOOD, OTHER).replace("46.6", "46." + "6" * 10_000, 1), ANY, (2, 0, 0), (1, 0, 1), (1, 1, 0)),
    zone("NUL in a text", _TEXT % (',"name":"min\\u0000ed"', _GOOD_TEXT), DOUBT, (1, 0, 0), (0, 1, 0), told="nul"),
    zone("half a character", _TEXT % (',"name":"\\ud800"', _GOOD_TEXT), DOUBT | REJECT, (1, 0, 0), (0, 1, 0), (0, 0, 1)),
    zone("a text of 64 KB", _TEXT % (f',"name":"{"x" * 65_536}"', _GOOD_TEXT), ANY, (1, 0, 0), (0, 0, 1)),
    zone("a text of 10 MB", _TEXT % (f',"name":"{"x" * 10_000_000}"', _GOOD_TEXT), REJECT, (0, 0, 1)),
    zone("a property 5,000 deep", _TEXT % (',"more":' + "[" * 5_000 + "]" * 5_000, _GOOD_TEXT), SAID | REJECT, (0, 0, 1), (1, 0, 0), counted=1),
    zone("brackets 100,000 deep", "[" * 100_000, REJECT),
    zone("objects 100,000 deep", '{"type":' * 100_000, REJECT),
    zone("metres", zones(_METRES), REJECT, counted=1, told="degrees|reference system|metres"),
    zone("metres of one record only", zones(GOOD, _METRES), REFUSED, (1, 0, 1), counted=2),
    zone("metres with the system stated", zones(_METRES), SAID, (1, 0, 0), crs="EPSG:32638", look=lambda frame: bool(abs(frame.total_bounds[0] - 46.927) < 0.02)),
    zone("degrees with metres stated", zones(GOOD), REJECT, counted=1, crs="EPSG:32638"),
    zone("a reference system that is null", _crs(None), REJECT, counted=1, told="reference system"),
    zone("a reference system that is a link", _crs({"type": "link", "properties": {"href": "http://localhost/crs", "type": "proj4"}}), REJECT, counted=1, told="reference system"),
    zone("a reference system in words", _crs(_name("Pulkovo")), REJECT, counted=1, told="reference system"),
    zone("a reference system as a proj4 string", _crs(_name("+proj=longlat +ellps=krass +no_defs")), REJECT, counted=1, told="proj4"),
    zone("a reference system of longitude and latitude", _crs(_name("urn:ogc:def:crs:OGC:1.3:CRS84")), READ, (1, 0, 0)),
    zone("a reference system with the latitude first", zones(polygon([[y, x] for x, y in square()]), crs=_name("urn:ogc:def:crs:EPSG::4326")), REJECT, (0, 0, 1), told="swap"),
    zone("a reference system against the stated one", _crs(_name("EPSG:28408")), REJECT, counted=1, crs="EPSG:4326", told="28408"),
    zone("a file that is cut", zones(GOOD, OTHER)[:-40], REJECT),
    zone("two documents in one", zones(GOOD) + zones(OTHER), REJECT),
    zone("a list of features", json.dumps([feature(GOOD, zone_id="z")]), REJECT),
    zone("one feature", json.dumps(feature(GOOD, zone_id="z")), READ, (1, 0, 0)),
    zone("one shape", _GOOD_TEXT, REJECT | SAID),
    zone("no feature", collection(), REJECT | SAID, (0, 0, 0), told="no records|empty"),
    zone("features that are null", '{"type":"FeatureCollection","features":null}', REJECT),
    zone("a mark of byte order", "\ufeff" + zones(GOOD), READ, (1, 0, 0)),
    zone("Windows-1251", collection(feature(GOOD, zone_id="z", name="Опасная зона")).encode("cp1251"), DOUBT, (1, 0, 0), (0, 1, 0), told="1251", look=cells("name", "Опасная зона")),
    zone("UTF-16", zones(GOOD).encode("utf-16"), ANY_BUT_ACCEPT, counted=1),
    zone("mojibake", collection(feature(GOOD, zone_id="z", name="Şuşa".encode().decode("cp1252"))), DOUBT, (1, 0, 0), told="mojibake|encod"),
    zone("topology instead of features", '{"type":"Topology","objects":{},"arcs":[]}', REJECT),
    zone("JSON of another program", '{"displayFieldName":"","geometryType":"esriGeometryPoint","spatialReference":{"wkid":4326},"features":[{"attributes":{"zone_id":"z"},"geometry":{"x":46.5,"y":39.5}}]}', REJECT),
    zone("a JSON that names a pipeline", '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}', REJECT, hidden=("root:",)),
    zone("a virtual file", '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>', REJECT, hidden=("root:",)),
    zone("a web service", "<WFS><URL>http://127.0.0.1:9/wfs</URL></WFS>", REJECT),
    zone("an address", "http://127.0.0.1:9/zones.geojson", REJECT),
)  # fmt: skip

LINES: Sequence[Trap] = tuple(
    trap(name, "a.geojsonl", text, verdicts, *account, kind="zones", **more)
    for name, text, verdicts, account, more in (
        ("lines", "\n".join(_TEXT_FEATURE.replace("z1", f"z{n}") % ("", _GOOD_TEXT.replace("46.5", f"46.{n}5")) for n in (1, 2, 3)), ANY, [(3, 0, 0)], {}),
        ("a bad line", "\n".join([_TEXT_FEATURE % ("", _GOOD_TEXT), '{"type":"Feature","prop', _TEXT_FEATURE.replace("z1", "z3") % ("", json.dumps(OTHER))]), DOUBT, [(2, 0, 1)], {"rows": (2,)}),
        ("a last line that is cut", _TEXT_FEATURE % ("", _GOOD_TEXT) + "\n" + (_TEXT_FEATURE % ("", _GOOD_TEXT))[:-9], DOUBT, [(1, 0, 1)], {"rows": (2,)}),
        ("a line that is no feature", _TEXT_FEATURE % ("", _GOOD_TEXT) + "\n[1]\n", DOUBT, [(1, 0, 1)], {"rows": (2,)}),
        ("a line with a key twice", _TEXT_FEATURE % ("", _GOOD_TEXT) + "\n" + _TEXT_FEATURE % (',"status":"mined","status":"clear"', _GOOD_TEXT), DOUBT, [(1, 0, 1)], {"rows": (2,)}),
        ("a line with the latitude first", _TEXT_FEATURE % ("", _GOOD_TEXT) + "\n" + _TEXT_FEATURE.replace("z1", "z2") % ("", json.dumps(polygon([[y, x] for x, y in square()]))), DOUBT, [(1, 0, 1)], {"rows": (2,), "told": "swap"}),
        ("lines that are a virtual file", "<OGRVRTDataSource></OGRVRTDataSource>", REJECT, [], {}),
        ("lines of metres", _TEXT_FEATURE % ("", json.dumps(_METRES)), REJECT, [], {"counted": 1}),
    )
)  # fmt: skip
