"""GeoJSON: each feature is read as written or refused by its number; nothing is dropped, rounded or closed in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, MapperError, UnknownCRS
from mapper.intake import geojson as geojson_module
from mapper.intake.files import read_content
from mapper.intake.geojson import read_geojson
from mapper.intake.plain_features import PlainFeatures

if TYPE_CHECKING:
    from mapper.model import Layer

SQUARE: list[list[float]] = [[46, 40], [47, 40], [47, 41], [46, 41], [46, 40]]
POINT = '{"type":"Point","coordinates":[46.9,40]}'


def read(text: str | bytes, crs: str | None = None) -> Layer:
    """Read a GeoJSON given as text."""
    content = text if isinstance(text, bytes) else text.encode()
    return read_geojson(layer_entry(Path("a.geojson"), "zones", crs=crs), content, "")


def collection(*features: str, **members: Any) -> str:  # noqa: ANN401 - any JSON value
    """Write a FeatureCollection from features that are JSON text already."""
    more = "".join(f'"{key}":{json.dumps(value)},' for key, value in members.items())
    return f'{{"type":"FeatureCollection",{more}"features":[{",".join(features)}]}}'


def feature(geometry: str = POINT, properties: str = '{"zone_id":"a"}') -> str:
    """Write a feature from JSON text."""
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def polygon(*rings: list[list[float]]) -> str:
    """Write a polygon."""
    return json.dumps({"type": "Polygon", "coordinates": rings})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["Feature", "Point"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "geometry", "properties", "coordinates", "geometries", "id", "crs", "name", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
NUMBERS = st.integers(-180, 180) | st.floats(-80, 80)
GEOMETRIES = st.one_of(
    st.none(),
    st.builds(lambda xy: {"type": "Point", "coordinates": xy}, st.lists(NUMBERS | st.text(max_size=2), max_size=4)),
    st.builds(
        lambda rings: {"type": "Polygon", "coordinates": rings},
        st.lists(st.lists(st.lists(NUMBERS, min_size=2, max_size=2), max_size=5), max_size=2),
    ),
    st.builds(
        lambda kind, value: {"type": kind, "coordinates": value},
        st.sampled_from(
            ["MultiPoint", "LineString", "MultiLineString", "MultiPolygon", "Featur", "GeometryCollection"]
        ),
        JSON,
    ),
)
FEATURES = st.builds(
    lambda kind, properties, geometry: {"type": kind, "properties": properties, "geometry": geometry},
    st.sampled_from(["Feature", "Feature", "Feature", "Featur", None]),
    JSON,
    GEOMETRIES,
)


@given(st.lists(FEATURES | JSON, max_size=5))
def test_read_and_refused_add_up_to_the_features(features: list[Any]) -> None:
    """The count is that of the list the test wrote; a coordinate too large for degrees refuses the file in words."""
    try:
        layer = read(json.dumps({"type": "FeatureCollection", "features": features}))
    except UnknownCRS:
        return
    assert layer.counted == len(features) == len(layer.frame) + layer.unread
    assert layer.unread == sum(found.severity == "error" for found in layer.findings)


@given(JSON.map(json.dumps) | st.text(max_size=40), st.integers(0, 60))
def test_any_text_is_read_or_refused_in_words(text: str, cut: int) -> None:
    """Cut or not, as a whole document or as the features of one: nothing but our own errors."""
    for given_text in (text, text[:cut], f'{{"type":"FeatureCollection","features":{text}}}', collection(text)):
        try:
            read(given_text.encode("utf-8", "surrogatepass"))
        except MapperError as error:
            assert str(error).endswith(".")  # noqa: PT017 - text that can be read is as welcome


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    """Bytes of any kind raise nothing but our own errors."""
    for given_bytes in (content, collection(feature()).encode()[:60] + content):
        try:
            read(given_bytes)
        except MapperError:
            continue


@pytest.mark.parametrize(
    ("bad", "rule", "said"),
    [
        (feature().replace("Feature", "Featur"), "unreadable_row", "not a Feature"),
        ("null", "unreadable_row", "not a Feature"),
        ('"Feature"', "unreadable_row", "not a Feature"),
        ('{"properties":{},"geometry":null}', "unreadable_row", "not a Feature"),
        ('{"type":"Feature","properties":{}}', "unreadable_row", "no member 'geometry'"),
        (feature(properties="[1]"), "unreadable_row", "not an object"),
        (feature('{"type":"Point","coordinates":["46.9","40"]}'), "unreadable_row", '"46.9"'),
        (feature('{"type":"Point","coordinates":[null,40]}'), "unreadable_row", "null"),
        (feature('{"type":"Point","coordinates":[true,40]}'), "unreadable_row", "true"),
        (feature('{"type":"Point","coordinates":[46.9]}'), "unreadable_row", "1 numbers"),
        (feature('{"type":"Point","coordinates":[46,9,40,0]}'), "unreadable_row", "4 numbers"),
        (feature('{"type":"Point","coordinates":[1e400,40]}'), "not_finite", "1e400"),
        (feature('{"type":"Point","coordinates":[NaN,40]}'), "not_finite", "NaN"),
        (feature('{"type":"Point","coordinates":[46,-Infinity]}'), "not_finite", "-Infinity"),
        (feature('{"type":"Pointt","coordinates":[46,40]}'), "unreadable_row", "Pointt"),
        (feature('{"type":"Point"}'), "unreadable_row", "null"),
        (feature('{"type":"Polygon","coordinates":[[[46,40],[47,41]]]}'), "unreadable_row", "too few"),
        (feature('{"type":"GeometryCollection"}'), "unreadable_row", "no list"),
        (feature(properties='{"status":"confirmed","status":"cleared"}'), "duplicate_key", "twice"),
        (feature('{"type":"Point","coordinates":[46,40],"coordinates":[47,40]}'), "duplicate_key", "twice"),
        (feature(properties='{"a":{"b":[{"c":1,"c":2}]}}'), "duplicate_key", "twice"),
        (feature(properties='{"name":"\\ud800"}'), "unreadable_row", "half a character"),
        (feature(properties=f'{{"name":"{"x" * 1_000_001}"}}'), "unreadable_row", "longer than"),
        (feature(properties=f'{{"name":{"[" * 80}{"]" * 80}}}'), "unreadable_row", "too deep"),
    ],
)
def test_a_feature_that_cannot_be_read_is_refused_by_its_number(bad: str, rule: str, said: str) -> None:
    """The features before and after it are read."""
    layer = read(collection(feature(), bad, feature()))
    assert (layer.counted, layer.unread, layer.frame.index.tolist()) == (3, 1, [1, 3])
    assert [(found.rule, found.severity, found.row) for found in layer.findings] == [(rule, "error", 2)]
    assert said in (layer.findings[0].value or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "not a GeoJSON object"),
        ("{}", "not a GeoJSON FeatureCollection"),
        ('{"type":"FeatureCollection"}', "not a GeoJSON FeatureCollection"),
        ('{"type":"FeatureCollection","features":{}}', "not a GeoJSON FeatureCollection"),
        (POINT, "not a GeoJSON FeatureCollection"),
        ('{"displayFieldName":"","features":[{"attributes":{}}]}', "not a GeoJSON FeatureCollection"),
        ('{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read x"}', "not a GeoJSON"),
        ('{"type":"Topology","objects":{}}', "not a GeoJSON"),
        (collection(feature())[:-3], "cut short"),
        (collection(feature()) + "\n" + collection(feature()), "not valid JSON"),
        ("[" * 100_000 + "]" * 100_000, "too deep"),
        ('{"type":"FeatureCollection","features":[],"features":[]}', "this key twice"),
        ('{"type":"FeatureCollection","crs":{"type":"name","type":"name"},"features":[]}', "this key twice"),
        (collection(feature(properties='{"a":"café"}')).encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused_in_a_sentence(text: str | bytes, said: str) -> None:
    """Also where another library would open what the file points to."""
    with pytest.raises(DataRefused, match=said) as caught:
        read(text)
    assert str(caught.value).startswith("a.geojson")
    assert caught.value.advice


def test_depth_5000_is_refused() -> None:
    """Nested brackets must not end in a RecursionError, whatever limit this Python has."""
    deep = "[" * 5000 + "]" * 5000
    for text in (deep, collection(deep), collection(feature(properties=f'{{"a":{deep}}}'))):
        try:
            assert read(text).unread == 1
        except DataRefused as refused:
            assert "too deep" in str(refused) or "not a GeoJSON" in str(refused)  # noqa: PT017 - either end is right


def test_nested_collections_end_in_words() -> None:
    """A GeometryCollection in a GeometryCollection, 100 times."""
    text = '{"type":"GeometryCollection","geometries":[' * 100 + "]}" * 100
    assert read(collection(feature(text))).findings[0].value == "its GeometryCollection is nested too deep"


def test_long_ids_keep_every_digit_and_text_stays_text() -> None:
    """2^53 + 1 is the first whole number that a float cannot hold."""
    properties = (
        '{"zone_id":9007199254740993,"a":"007","b":"NA","c":1E05,"d":1.10,"e":null,"f":true,"g":[1.50,{"h":2}]}'
    )
    row = read(collection(feature(properties=properties))).frame.loc[1]
    assert [row[name] for name in ("zone_id", "a", "b", "c", "d", "f", "g")] == [
        *("9007199254740993", "007", "NA", "1E05", "1.10", "true", '[1.50, {"h": 2}]')
    ]
    assert row.isna()["e"]


def test_a_number_of_5000_digits_inside_a_list_is_text_too() -> None:
    """Python refuses to turn so many digits into a whole number."""
    digits = "9" * 5000
    assert read(collection(feature(properties=f'{{"a":[{digits}]}}'))).frame.loc[1, "a"] == f"[{digits}]"


def test_a_nan_property_is_not_known_and_said() -> None:
    """Some programs write NaN for a blank; the record stays."""
    layer = read(collection(feature(properties='{"zone_id":"a","killed":NaN}')))
    assert layer.frame["killed"].isna().all()
    assert [(found.rule, found.severity, found.column, found.value) for found in layer.findings] == [
        ("not_finite", "warning", "killed", "NaN")
    ]


def test_a_nul_character_is_shown_and_said() -> None:
    """Other programs cut the text there."""
    layer = read(collection(feature(properties='{"name":"mined\\u0000 not"}')))
    assert layer.frame["name"].tolist() == ["mined\ufffd not"]
    assert [(found.rule, found.severity) for found in layer.findings] == [("nul_character", "warning")]


def test_features_may_have_different_properties() -> None:
    """The columns are those of all features; the id of a feature is one where no property is called so."""
    layer = read(collection(feature(), '{"type":"Feature","id":7,"properties":{"name":"b"},"geometry":null}'))
    assert list(layer.frame.columns) == ["zone_id", "name", "id", "geometry"]
    assert list(layer.frame.loc[2, ["id", "name"]]) == ["7", "b"]
    assert layer.frame.geometry.isna().tolist() == [False, True]


def test_a_property_called_geometry_does_not_hide_the_shape() -> None:
    """It is read under another name."""
    frame = read(collection(feature(properties='{"geometry":"x"}'))).frame
    assert frame["geometry_property"].tolist() == ["x"]
    assert frame.geometry.iloc[0].coords[0] == (46.9, 40)


@pytest.mark.parametrize(
    "geometry",
    [
        polygon(SQUARE[:-1]),
        json.dumps({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE[:-1]]]}),
        polygon(SQUARE, [[46.2, 40.2], [46.4, 40.2], [46.4, 40.4]]),
        f'{{"type":"GeometryCollection","geometries":[{polygon(SQUARE[:-1])}]}}',
    ],
)
def test_an_unclosed_ring_is_closed_and_said(geometry: str) -> None:
    """Shell or hole: the finding is a warning, never silence."""
    layer = read(collection(feature(geometry), feature(polygon(SQUARE))))
    assert [(found.rule, found.severity, found.row) for found in layer.findings] == [("unclosed_ring", "warning", 1)]


def test_the_closed_ring_is_the_square() -> None:
    """Closing the three sides given gives the fourth: one square degree."""
    assert read(collection(feature(polygon(SQUARE[:-1])))).frame.geometry.iloc[0].area == 1


@pytest.mark.parametrize("kind", ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"])
def test_empty_coordinates_are_an_empty_shape(kind: str) -> None:
    """RFC 7946 allows them; they are no place."""
    assert read(collection(feature(f'{{"type":"{kind}","coordinates":[]}}'))).frame.geometry.iloc[0].is_empty


def test_heights_are_dropped_and_holes_kept() -> None:
    """A square degree less a hole of 0.04 square degrees."""
    hole = [[46.2, 40.2, 5], [46.4, 40.2, 5], [46.4, 40.4, 5], [46.2, 40.4, 5], [46.2, 40.2, 5]]
    shape = read(collection(feature(polygon(SQUARE, hole)))).frame.geometry.iloc[0]
    assert not shape.has_z
    assert shape.area == pytest.approx(0.96)


def test_metres_without_crs_are_refused() -> None:
    """RFC 7946 says degrees; 500 km east is none."""
    with pytest.raises(UnknownCRS, match="too large to be degrees"):
        read(collection(feature('{"type":"Point","coordinates":[493000,4427000]}')))


def test_degrees_under_a_stated_grid_are_refused() -> None:
    """Read as metres, 46.9 and 40 lie beside the grid's origin on the equator."""
    with pytest.raises(UnknownCRS) as caught:
        read(collection(feature()), crs="EPSG:32638")
    assert caught.value.what == "its coordinates look like degrees, but EPSG:32638 is in metres"
    assert str(caught.value).startswith("a.geojson")


def test_a_stated_grid_is_taken_for_metres_and_for_no_shapes() -> None:
    """Also where only one of the coordinates is too large for a degree."""
    metres = feature('{"type":"Point","coordinates":[100,4427000]}')
    assert read(collection(metres, feature()), crs="EPSG:32638").crs == "EPSG:32638"
    assert read(collection(feature("null")), crs="EPSG:32638").counted == 1
    assert read(collection(feature()), crs="EPSG:4284").crs == "EPSG:4284"


def test_a_text_in_the_place_of_a_number_is_not_shown() -> None:
    """It may be anything."""
    layer = read(collection(feature(), feature('{"type":"Point","coordinates":["Əliyev Vüqar",40]}')))
    assert layer.findings[0].value == "its coordinates hold a text where a number must be"


@pytest.mark.parametrize(
    "member",
    [
        None,
        {},
        [],
        "EPSG:4326",
        {"type": "link", "properties": {"href": "x"}},
        {"type": "name", "properties": None},
        {"type": "name", "properties": ["EPSG:4326"]},
        {"type": "name", "properties": {"name": None}},
        {"type": "name", "properties": {"name": 4326}},
        {"type": "name", "properties": {"name": "my own grid"}},
        {"type": "name", "properties": {"name": "+proj=longlat +ellps=krass"}},
        {"type": "name", "properties": {"name": "EPSG:99999"}},
    ],
)
def test_a_crs_member_that_names_nothing_usable_is_refused(member: object) -> None:
    """A null, a link, an unknown name: nobody can know what the numbers mean."""
    with pytest.raises(UnknownCRS) as caught:
        read(collection(feature(), crs=member))
    assert str(caught.value).startswith("a.geojson")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EPSG:28408", 28408),
        ("urn:ogc:def:crs:EPSG::28408", 28408),
        ("urn:ogc:def:crs:EPSG::4284", 4284),
        ("urn:ogc:def:crs:EPSG::4326", 4326),
    ],
)
def test_a_named_crs_is_honoured(name: str, code: int) -> None:
    """The old grids of the region included."""
    layer = read(collection(feature(), crs={"type": "name", "properties": {"name": name}}))
    assert layer.frame.crs.to_epsg() == code
    assert layer.crs == name


def test_the_name_of_wgs_84_in_geojson_agrees_with_the_catalogue() -> None:
    """CRS84 and EPSG:4326 differ in the order of axes only, which GeoJSON fixes."""
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read(collection(feature(), crs=member), crs="EPSG:4326").counted == 1


def test_two_opinions_on_the_crs_are_refused() -> None:
    """File and caller disagree: one of them is wrong."""
    member = {"type": "name", "properties": {"name": "EPSG:28408"}}
    with pytest.raises(UnknownCRS, match="the caller says 'EPSG:32638'"):
        read(collection(feature(), crs=member), crs="EPSG:32638")


def test_a_single_feature_is_a_layer_of_one() -> None:
    """Some programs export so."""
    assert read(feature()).counted == 1


def test_utf_16_is_read_as_other_texts_are() -> None:
    """With its mark of byte order, as some programs write it."""
    assert read(collection(feature()).encode("utf-16")).counted == 1


# ---------------------------------------------------------------- heights and open rings beside
def test_heights_are_kept_aside_and_said() -> None:
    """In a large layer once, not feature by feature; a height that some corners lack is no number there."""
    high = [[*position, 5] for position in SQUARE]
    mixed: list[list[float]] = [[46, 40, 5], [47, 40], [47, 41, 7], [46, 40, 5]]
    layer = read(collection(feature(polygon(high)), feature(polygon(SQUARE)), feature(polygon(mixed))))
    assert [(found.rule, found.severity, found.row, found.done) for found in layer.findings] == [
        ("height_left_out", "info", None, "The heights of 2 records were kept aside.")
    ]
    assert layer.originals is not None
    assert layer.originals.index.tolist() == [1, 3]
    assert shapely.get_coordinates(layer.originals[1], include_z=True).tolist() == high
    assert np.isnan(shapely.get_coordinates(layer.originals[3], include_z=True)[1, 2])
    assert not layer.frame.geometry.has_z.any()


def test_an_open_ring_is_kept_as_the_line_it_is() -> None:
    """A polygon could not hold it; the closed one beside it needs no copy."""
    layer = read(collection(feature(polygon(SQUARE)), feature(polygon(SQUARE[:-1]))))
    assert layer.originals is not None
    assert {row: shape.wkt for row, shape in layer.originals.items()} == {
        2: "MULTILINESTRING ((46 40, 47 40, 47 41, 46 41))"
    }


def test_a_layer_of_flat_closed_shapes_needs_no_copies() -> None:
    """Nothing was changed."""
    assert read(collection(feature(polygon(SQUARE)))).originals is None


# ---------------------------------------------------------------- many at once
def nothing_plain(_: object) -> PlainFeatures:
    """Read no feature together with others."""
    nothing = np.array([], dtype=object)
    return PlainFeatures(np.array([], dtype=np.int64), {}, {}, nothing, nothing)


def described(layer: Layer) -> dict[str, Any]:
    """Return all that a layer says, in values that can be compared."""
    originals = {} if layer.originals is None else {row: shape.wkt for row, shape in layer.originals.items()}
    cells = pd.DataFrame(layer.frame.drop(columns="geometry")).astype(object)
    return {
        "columns": list(layer.frame.columns),
        "cells": cells.where(cells.notna(), None).to_dict("index"),
        "shapes": [None if shape is None else shape.wkt for shape in layer.frame.geometry],
        "rows": layer.frame.index.tolist(),
        "counts": (layer.counted, layer.unread),
        "findings": sorted(map(repr, layer.findings)),
        "originals": originals,
    }


PLAIN_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.sampled_from([" a ", "", " ", "é", "\x00", "\ud800", "NaN", [1], {"a": 1}]),
)
PLAIN_PROPERTIES = st.dictionaries(
    st.sampled_from(["zone_id", "name", " name", "geometry", "id", "", "a\x00"]), PLAIN_VALUES
)
NEAR = st.sampled_from([46, 46.5, 47.25, 1e400, "46", None, True])
POSITION = st.lists(st.sampled_from([46, 46.5, 47.25, 39]), min_size=2, max_size=3) | st.lists(NEAR, max_size=4)
RING = st.lists(POSITION, max_size=5).map(lambda ring: [*ring, *ring[:1]]) | st.lists(POSITION, max_size=4)
SHAPED = st.one_of(
    st.none(),
    st.builds(lambda value: {"type": "Point", "coordinates": value}, POSITION),
    st.builds(lambda value: {"type": "Polygon", "coordinates": value}, st.lists(RING, max_size=2)),
    st.builds(
        lambda value: {"type": "MultiPolygon", "coordinates": value}, st.lists(st.lists(RING, max_size=2), max_size=2)
    ),
    st.builds(
        lambda kind, value: {"type": kind, "coordinates": value},
        st.sampled_from(["MultiPoint", "LineString", "MultiLineString", "Poly", None]),
        RING | st.lists(RING, max_size=2),
    ),
    st.just({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [46, 39]}]}),
)
NEARLY_PLAIN = st.builds(
    lambda properties, geometry, more: {"type": "Feature", "properties": properties, "geometry": geometry, **more},
    st.none() | PLAIN_PROPERTIES,
    SHAPED,
    st.sampled_from([{}, {}, {"id": 7}, {"id": "x "}, {"id": None}]),
)


@given(st.lists(NEARLY_PLAIN, max_size=6))
def test_many_at_once_and_one_by_one_say_the_same(features: list[Any]) -> None:
    """Records, columns in their order, refusals, doubts and originals: the quick way may not differ in anything."""
    text = json.dumps({"type": "FeatureCollection", "features": features})
    entry = layer_entry(Path("a.geojson"), "zones", crs="EPSG:4326")
    quick = described(read_geojson(entry, text.encode(), ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geojson_module, "read_plain", nothing_plain)
        assert quick == described(read_geojson(entry, text.encode(), ""))


def test_one_odd_feature_among_many_is_found() -> None:
    """In the middle of 1,001, of which every second is high: refused by its number, all others read in order."""
    points = [f'{{"type":"Point","coordinates":[46,{n / 100}{",5" if n % 2 else ""}]}}' for n in range(1_001)]
    features = [feature(each, f'{{"zone_id":{n}}}') for n, each in enumerate(points)]
    features[500] = feature('{"type":"Point","coordinates":[46,null]}')
    layer = read(collection(*features))
    assert (layer.counted, layer.unread) == (1_001, 1)
    assert layer.frame["zone_id"].tolist() == [str(n) for n in range(1_001) if n != 500]
    assert [shape.y for shape in layer.frame.geometry] == [n / 100 for n in range(1_001) if n != 500]
    assert layer.originals is not None
    assert len(layer.originals) == 500


def test_a_key_twice_anywhere_sends_all_features_the_careful_way() -> None:
    """One feature is refused; the others are read as ever."""
    layer = read(collection(feature(), feature(properties='{"a":1,"a":2}'), feature()))
    assert (layer.frame.index.tolist(), layer.unread) == ([1, 3], 1)


def test_a_file_of_ever_other_properties_is_refused() -> None:
    """2,001 features with a property of their own each would be a table of four million cells; 2,000 are taken."""
    features = [feature(properties=f'{{"p{n}":1}}') for n in range(2_001)]
    assert len(read(collection(*features[:-1])).frame.columns) == 2_001
    with pytest.raises(DataRefused, match="2,001 different properties"):
        read(collection(*features))


# ---------------------------------------------------------------- any file at all
WHOLE = collection(
    feature(polygon(SQUARE), '{"zone_id":"a","name":"Ağdam","n":1.50}'),
    feature(properties='{"zone_id":"b","more":{"x":[1,2]}}'),
    crs={"type": "name", "properties": {"name": "EPSG:4326"}},
).encode()


@given(st.data())
def test_a_file_with_bytes_changed_is_read_or_refused_in_words(data: st.DataObject) -> None:
    """Bytes put in, taken out or exchanged anywhere in a sound file; what is read is accounted for."""
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.sampled_from([0, 0, 1, 1, 8]))
        content[at : at + gone] = data.draw(st.sampled_from([b"", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"9" * 400])
                                            | st.binary(max_size=3))  # fmt: skip
    entry = layer_entry(Path("a.geojson"), "zones")
    try:
        layer = read_content(entry, bytes(content))
    except MapperError as error:
        assert str(error).endswith(".")  # noqa: PT017 - a file that can be read is as welcome
        return
    assert layer.counted == len(layer.frame) + layer.unread


@given(
    JSON,
    st.sampled_from([(), ("features",), ("features", 0), ("features", 0, "properties"), ("features", 0, "geometry")]),
)
def test_a_file_with_values_changed_is_read_or_refused_in_words(value: object, path: tuple[Any, ...]) -> None:
    """Any JSON value in the place of any part of a sound document."""
    document: Any = {"at": json.loads(WHOLE)}
    inner, last = document, "at"
    for key in path:
        inner, last = inner[last], key
    inner[last] = value
    entry = replace(layer_entry(Path("a.geojson"), "zones"), crs="EPSG:4326")
    try:
        read_content(entry, json.dumps(document["at"]).encode())
    except MapperError as error:
        assert str(error).endswith(".")  # noqa: PT017 - the same
