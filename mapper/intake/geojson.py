"""GeoJSON into a frame of text cells and a geometry, read by ourselves.

The common readers drop what they do not understand without a word (a misspelt `"Featur"`, a coordinate that is text, the
first of two equal keys), round ids over 2^53, and let the content choose another driver. A GeoJSON is only JSON, so it is
parsed as JSON with those cases refused, and shapely builds the shapes from finite numbers.
"""

from __future__ import annotations

import json
import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from mapper import crs
from mapper.errors import DataRefused, UnknownCRS
from mapper.findings import BLANKED, CLOSED, REFUSED, finding
from mapper.intake.personal import may_be_shown
from mapper.intake.text import decode
from mapper.model import Layer, LayerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyproj
    from shapely.geometry.base import BaseGeometry

_LONGEST_VALUE = 80
_TYPE_WORD = re.compile(r"[A-Za-z]{1,30}")
_REPLACEMENT = "\ufffd"
_LONGEST_TEXT = 1_000_000
_DEEPEST = 50
"""How deep values inside one property, or collections inside one geometry, may be nested."""
_POSITION_SIZES = (2, 3)
_LARGEST_DEGREES = (180, 90, 180, 90)


class _Digits(str):
    """A JSON number kept as it was written, so that a long id loses no digit."""

    __slots__ = ()


class _NoNumber(str):
    """NaN, Infinity or -Infinity: written by some programs, and no JSON."""

    __slots__ = ()


class _Repeated(dict[str, Any]):
    """An object that holds a key twice; no reader can know which of the two values is meant."""

    def __init__(self, members: dict[str, Any], key: str) -> None:
        super().__init__(members)
        self.key = key


class _BadFeature(Exception):
    """One feature that cannot be read: the rule it broke, the reason as a clause, and the column."""

    def __init__(self, what: str, rule: str = "unreadable_row", column: str = "geometry") -> None:
        super().__init__(what)
        self.rule = rule
        self.column = column


class _Record(NamedTuple):
    """One feature as read, with what had to be changed to read it: rule, column, value and what was done."""

    number: int
    cells: dict[str, str | None]
    geometry: BaseGeometry | None
    doubts: list[tuple[str, str, str | None, str]]


def read_geojson(entry: LayerEntry, content: bytes, sha256: str) -> Layer:
    """Read a FeatureCollection or a single Feature: one row per feature, properties as text, geometry as given.

    `frame` is a GeoDataFrame whose index is the feature's number counted from 1. Numbers keep their digits, nested values
    stay JSON text, null and absent are NA. A property called `geometry` is renamed `geometry_property`. Third dimensions
    are dropped. A ring that is not closed is closed, with a finding.

    Raises
    ------
    DataRefused
        When its encoding cannot be told, it is not JSON, is nested too deep, or is no FeatureCollection.
    UnknownCRS
        When its `crs` member is null, a link or unknown, its coordinates cannot be degrees and no CRS is stated, or
        they look like degrees and the caller states a projected one.
    """
    name = entry.path.name
    text, assumed = decode(entry, content)
    document = _parse(text, name)
    features = _features(document, name)
    crs_text, reference = _crs(document, entry)
    findings = list(assumed)
    records: list[_Record] = []
    for number, feature in enumerate(features, start=1):
        try:
            records.append(_record(number, feature))
        except _BadFeature as bad:
            findings.append(
                finding(bad.rule, "error", REFUSED, entry=entry, row=number, column=bad.column, value=str(bad))
            )
    unread = len(features) - len(records)
    findings += [
        finding(rule, "warning", done, entry=entry, row=record.number, column=column, value=value)
        for record in records
        for rule, column, value, done in record.doubts
    ]
    frame = _frame(records, reference)
    if "crs" not in document:
        if entry.crs is None:
            _must_be_degrees(frame.geometry, name)
        else:
            _must_not_be_degrees(frame.geometry, reference, entry)
    return Layer(
        entry=entry,
        frame=frame,
        counted=len(features),
        unread=unread,
        sha256=sha256,
        crs=crs_text,
        mapping={},
        findings=tuple(findings),
    )


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_NoNumber, parse_int=_Digits, parse_float=_Digits
        )
    except json.JSONDecodeError as exc:
        raise DataRefused(
            f"it is not valid JSON: {exc.msg} in line {exc.lineno}, character {exc.colno}",
            file=name,
            advice="The file may be cut short; export it again.",
        ) from None
    except RecursionError:
        raise DataRefused("it is nested too deep", file=name, advice="Export it again from its program.") from None
    if not isinstance(document, dict):
        raise DataRefused("it is not a GeoJSON object", file=name, advice="Give a FeatureCollection.")
    twice = _repeated_key({key: value for key, value in document.items() if key != "features"})
    if isinstance(document, _Repeated) or twice is not None:
        raise DataRefused(
            "one object holds this key twice, and no reader can know which value is meant",
            file=name,
            column=document.key if isinstance(document, _Repeated) else twice,
            advice="Remove one of them.",
        )
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    keys = [key for key, _ in pairs]
    return _Repeated(members, next(key for key in keys if keys.count(key) > 1))


def _repeated_key(value: object) -> str | None:
    """Return a key that an object anywhere inside a value holds twice, without recursion."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, _Repeated):
            return each.key
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list) and each and not isinstance(each[0], _Digits):
            waiting.extend(each)
    return None


def _features(document: dict[str, Any], name: str) -> list[Any]:
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    features = document.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise DataRefused("it is not a GeoJSON FeatureCollection", file=name, advice="Export the layer as GeoJSON.")
    return features


def _crs(document: dict[str, Any], entry: LayerEntry) -> tuple[str, pyproj.CRS]:
    """Return what names the CRS, and the CRS: the file's own member, else the caller's, else that of RFC 7946."""
    name = entry.path.name
    if "crs" not in document:
        text = entry.crs or crs.STORAGE
        return text, _known(text, name)
    stated = _stated(document["crs"])
    if stated is None:
        raise UnknownCRS(
            "its 'crs' member names no coordinate reference system",
            file=name,
            advice="Ask the sender for the EPSG code; export as WGS 84.",
        )
    known = _known(stated, name)
    if entry.crs is not None and not known.equals(_known(entry.crs, name), ignore_axis_order=True):
        raise UnknownCRS(
            f"it says its CRS is '{stated}', but the caller says '{entry.crs}'",
            file=name,
            advice="Find out which is right and remove the other.",
        )
    return stated, known


def _stated(member: object) -> str | None:
    if not isinstance(member, dict) or member.get("type") != "name":
        return None
    properties = member.get("properties")
    stated = properties.get("name") if isinstance(properties, dict) else None
    return stated if isinstance(stated, str) and not isinstance(stated, _Digits) else None


def _known(text: str, name: str) -> pyproj.CRS:
    try:
        return crs.known_crs(text)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, file=name, advice=exc.advice) from None


def _record(number: int, feature: object) -> _Record:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _BadFeature("it is not a Feature", column="type")
    twice = _repeated_key(feature)
    if twice is not None:
        raise _BadFeature("one object holds this key twice", "duplicate_key", twice)
    if "geometry" not in feature:
        raise _BadFeature("it has no member 'geometry', which is null where there is none")
    doubts: list[tuple[str, str, str | None, str]] = []
    cells = _cells(feature, doubts)
    geometry = feature["geometry"]
    shape = None if geometry is None else _shape(geometry, _DEEPEST)
    if shape is not None and _has_open_ring(geometry):
        doubts.append(("unclosed_ring", "geometry", None, CLOSED))
    return _Record(number, cells, shape, doubts)


def _cells(feature: dict[str, Any], doubts: list[tuple[str, str, str | None, str]]) -> dict[str, str | None]:
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise _BadFeature("its properties are not an object", column="properties")
    given = {_column_name(key): value for key, value in (properties or {}).items()}
    if properties and len(given) != len(properties):
        raise _BadFeature("two of its properties have the same name", "duplicate_key", "properties")
    if "id" in feature:
        given.setdefault("id", feature["id"])
    cells: dict[str, str | None] = {}
    for column, value in given.items():
        text = None if isinstance(value, _NoNumber) else _cell(value, column)
        if isinstance(value, _NoNumber):
            doubts.append(("not_finite", column, str(value), BLANKED))
        elif text and "\x00" in text:
            text = text.replace("\x00", _REPLACEMENT)
            doubts.append(("nul_character", column, None, f"It was replaced by {_REPLACEMENT}; the record was kept."))
        cells[column] = text
    return cells


def _column_name(key: str) -> str:
    name = _sound(key, "properties").replace("\x00", _REPLACEMENT).strip()
    return "geometry_property" if name == "geometry" else name


def _cell(value: object, column: str) -> str | None:
    if value is None:
        return None
    text = str(value).strip() if isinstance(value, str) else _json_text(value, column, _DEEPEST)
    if len(text) > _LONGEST_TEXT:
        raise _BadFeature(f"its text is longer than {_LONGEST_TEXT:,} characters", column=column)
    return _sound(text, column) or None


def _sound(text: str, column: str) -> str:
    """Return a text that can be written as UTF-8; JSON can spell one half of a pair of code units, which cannot."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _BadFeature("its text holds half a character", column=_printable(column))
    return text


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _json_text(value: object, column: str, depth: int) -> str:
    """Write a nested value as JSON again, its numbers digit for digit."""
    if not depth:
        raise _BadFeature("its value is nested too deep", column=column)
    if isinstance(value, _Digits | _NoNumber):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_json_text(item, column, depth - 1) for item in value)}]"
    if isinstance(value, dict):
        members = (f"{json.dumps(k, ensure_ascii=False)}: {_json_text(v, column, depth - 1)}" for k, v in value.items())
        return f"{{{', '.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)


def _shape(geometry: object, depth: int) -> BaseGeometry:
    if not isinstance(geometry, dict):
        raise _BadFeature("its geometry is not an object")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([_shape(member, depth - 1) for member in _members(geometry, depth)])
    make = _MAKERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise _BadFeature(f"its geometry is of the unknown type {_short(kind)}")
    try:
        return make(geometry.get("coordinates"))
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        raise _BadFeature(f"its {kind} has too few coordinates") from None


def _members(collection: dict[str, Any], depth: int) -> Iterator[Any]:
    members = collection.get("geometries")
    if not isinstance(members, list):
        raise _BadFeature("its GeometryCollection has no list of geometries")
    if not depth:
        raise _BadFeature("its GeometryCollection is nested too deep")
    return iter(members)


def _point(value: object) -> BaseGeometry:
    return shapely.Point() if value == [] else shapely.Point(_position(value))


def _line(value: object) -> BaseGeometry:
    return shapely.LineString(_positions(value))


def _polygon(value: object) -> BaseGeometry:
    shell, *holes = [_positions(ring) for ring in _list(value)] or [[]]
    return shapely.Polygon(shell, holes)


_MAKERS: Mapping[str, Callable[[Any], BaseGeometry]] = MappingProxyType(
    {
        "Point": _point,
        "MultiPoint": lambda value: shapely.MultiPoint(_positions(value)),
        "LineString": _line,
        "MultiLineString": lambda value: shapely.MultiLineString([_line(part) for part in _list(value)]),
        "Polygon": _polygon,
        "MultiPolygon": lambda value: shapely.MultiPolygon([_polygon(part) for part in _list(value)]),
    }
)


def _positions(value: object) -> list[tuple[float, float]]:
    return [_position(item) for item in _list(value)]


def _position(value: object) -> tuple[float, float]:
    """Return easting and northing of a position; a height is checked and dropped."""
    numbers = [_number(item) for item in _list(value)]
    if len(numbers) not in _POSITION_SIZES:
        raise _BadFeature(f"a position has {len(numbers)} numbers where two or three must be")
    return numbers[0], numbers[1]


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _BadFeature(f"its coordinates hold {_short(value)} where a list must be")
    return value


def _number(value: object) -> float:
    if isinstance(value, _NoNumber):
        raise _BadFeature(f"its coordinates hold {value}", "not_finite")
    if not isinstance(value, _Digits):
        raise _BadFeature(f"its coordinates hold {_short(value)} where a number must be")
    number = float(value)
    if not math.isfinite(number):
        raise _BadFeature(f"its coordinate {_short(value)} is not finite", "not_finite")
    return number


def _has_open_ring(geometry: dict[str, Any]) -> bool:
    """Tell whether a ring of a geometry that could be read does not end where it starts."""
    match geometry["type"]:
        case "Polygon":
            polygons = [geometry["coordinates"]]
        case "MultiPolygon":
            polygons = geometry["coordinates"]
        case "GeometryCollection":
            return any(_has_open_ring(member) for member in geometry["geometries"])
        case _:
            return False
    return any(ring and _position(ring[0]) != _position(ring[-1]) for rings in polygons for ring in rings)


def _short(value: object) -> str:
    """Name a JSON value in a few words; a text that may be a name is not shown."""
    if (
        isinstance(value, str)
        and not isinstance(value, _Digits)
        and not (may_be_shown(value) or _TYPE_WORD.fullmatch(value))
    ):
        return "a text"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = str(value) if isinstance(value, _Digits) else _printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def _frame(records: list[_Record], reference: pyproj.CRS) -> gpd.GeoDataFrame:
    index = pd.Index([record.number for record in records], dtype="int64", name="row")
    names = dict.fromkeys(name for record in records for name in record.cells)
    cells = {
        name: pd.Series([record.cells.get(name) for record in records], index=index, dtype="str") for name in names
    }
    shapes = gpd.GeoSeries([record.geometry for record in records], index=index, crs=reference)
    return gpd.GeoDataFrame(pd.DataFrame(cells, index=index), geometry=shapes)


def _must_be_degrees(shapes: gpd.GeoSeries, name: str) -> None:
    if bool((abs(shapely.bounds(shapes.to_numpy())) > _LARGEST_DEGREES).any()):
        raise UnknownCRS(
            "its coordinates are too large to be degrees, and it states no CRS",
            file=name,
            advice="Ask the sender for the EPSG code and give it with --crs, or export as WGS 84.",
        )


def _must_not_be_degrees(shapes: gpd.GeoSeries, reference: pyproj.CRS, entry: LayerEntry) -> None:
    """Refuse a grid in metres for a file of degrees: it would put every record beside the grid's origin."""
    positions = abs(shapely.get_coordinates(shapes.to_numpy()))
    if reference.is_projected and len(positions) and bool((positions <= _LARGEST_DEGREES[:2]).all()):
        unit = reference.axis_info[0].unit_name
        raise UnknownCRS(
            f"its coordinates look like degrees, but {entry.crs} is in {'metres' if unit == 'metre' else unit}",
            file=entry.path.name,
            advice=f"Leave the CRS out if they are WGS 84, or give {crs.STORAGE}; else ask the sender for the EPSG code.",
        )
