"""One GeoJSON feature into a record, with care: each thing that cannot be read as written is refused or told.

Most features of a large file hold nothing of the kind and are read many at once (`mapper.intake.plain_features`), to the same
result; what is here says what that result is.
"""

from __future__ import annotations

import json
import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely

from mapper.findings import BLANKED, CLOSED
from mapper.intake.json_text import Digits, NoNumber, repeated_key
from mapper.intake.personal import may_be_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

LONGEST_TEXT = 1_000_000
_REPLACEMENT = "\ufffd"
_LONGEST_VALUE = 80
_TYPE_WORD = re.compile(r"[A-Za-z]{1,30}")
_DEEPEST = 50
"""How deep values inside one property, or collections inside one geometry, may be nested."""
_FLAT, _HIGH = 2, 3


class BadFeature(Exception):
    """One feature that cannot be read: the rule it broke, the reason as a clause, and the column."""

    def __init__(self, what: str, rule: str = "unreadable_row", column: str = "geometry") -> None:
        super().__init__(what)
        self.rule = rule
        self.column = column


class Record(NamedTuple):
    """One feature as read, with what had to be changed to read it: rule, column, value and what was done.

    `given` is the shape as it stood in the file, where it is not the one that is used: with its heights, or as the lines
    that its open rings are. `high` says that it has heights.
    """

    number: int
    cells: dict[str, str | None]
    geometry: BaseGeometry | None
    doubts: list[tuple[str, str, str | None, str]]
    given: BaseGeometry | None
    high: bool


def read_feature(number: int, feature: object) -> Record:
    """Read one feature.

    Parameters
    ----------
    number : int
        Which it is in the file, from 1.
    feature : JSON value
        As `mapper.intake.json_text.parse` gives it.

    Raises
    ------
    BadFeature
        When it cannot be read as written.
    """
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise BadFeature("it is not a Feature", column="type")
    twice = repeated_key(feature)
    if twice is not None:
        raise BadFeature("one object holds this key twice", "duplicate_key", twice)
    if "geometry" not in feature:
        raise BadFeature("it has no member 'geometry', which is null where there is none")
    doubts: list[tuple[str, str, str | None, str]] = []
    cells = _cells(feature, doubts)
    geometry = feature["geometry"]
    if geometry is None:
        return Record(number, cells, None, doubts, None, high=False)
    shape = _shape(geometry, _DEEPEST)
    flat = shapely.force_2d(shape)
    given = shape if shape.has_z else None
    if _has_open_ring(geometry):
        doubts.append(("unclosed_ring", "geometry", None, CLOSED))
        given = _outlines(geometry)
    return Record(number, cells, flat, doubts, given, high=shape.has_z)


# ---------------------------------------------------------------- properties
def _cells(feature: dict[str, Any], doubts: list[tuple[str, str, str | None, str]]) -> dict[str, str | None]:
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise BadFeature("its properties are not an object", column="properties")
    given = {column_name(key): value for key, value in (properties or {}).items()}
    if properties and len(given) != len(properties):
        raise BadFeature("two of its properties have the same name", "duplicate_key", "properties")
    if "id" in feature:
        given.setdefault("id", feature["id"])
    cells: dict[str, str | None] = {}
    for column, value in given.items():
        text = None if isinstance(value, NoNumber) else _cell(value, column)
        if isinstance(value, NoNumber):
            doubts.append(("not_finite", column, str(value), BLANKED))
        elif text and "\x00" in text:
            text = text.replace("\x00", _REPLACEMENT)
            doubts.append(("nul_character", column, None, f"It was replaced by {_REPLACEMENT}; the record was kept."))
        cells[column] = text
    return cells


def column_name(key: str) -> str:
    """Return the column that a property becomes; the geometry keeps its own name for itself.

    Raises
    ------
    BadFeature
        When the key holds half a character.
    """
    name = _sound(key, "properties").replace("\x00", _REPLACEMENT).strip()
    return "geometry_property" if name == "geometry" else name


def _cell(value: object, column: str) -> str | None:
    if value is None:
        return None
    text = str(value).strip() if isinstance(value, str) else _json_text(value, column, _DEEPEST)
    if len(text) > LONGEST_TEXT:
        raise BadFeature(f"its text is longer than {LONGEST_TEXT:,} characters", column=column)
    return _sound(text, column) or None


def _sound(text: str, column: str) -> str:
    """Return a text that can be written as UTF-8; JSON can spell one half of a pair of code units, which cannot."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadFeature("its text holds half a character", column=_printable(column))
    return text


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _json_text(value: object, column: str, depth: int) -> str:
    """Write a nested value as JSON again, its numbers digit for digit."""
    if not depth:
        raise BadFeature("its value is nested too deep", column=column)
    if isinstance(value, Digits | NoNumber):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_json_text(item, column, depth - 1) for item in value)}]"
    if isinstance(value, dict):
        members = (f"{json.dumps(k, ensure_ascii=False)}: {_json_text(v, column, depth - 1)}" for k, v in value.items())
        return f"{{{', '.join(members)}}}"
    return json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- shapes
def _shape(geometry: object, depth: int) -> BaseGeometry:
    if not isinstance(geometry, dict):
        raise BadFeature("its geometry is not an object")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([_shape(member, depth - 1) for member in _members(geometry, depth)])
    make = _MAKERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise BadFeature(f"its geometry is of the unknown type {_short(kind)}")
    try:
        return make(geometry.get("coordinates"))
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        raise BadFeature(f"its {kind} has too few coordinates") from None


def _members(collection: dict[str, Any], depth: int) -> Iterator[Any]:
    members = collection.get("geometries")
    if not isinstance(members, list):
        raise BadFeature("its GeometryCollection has no list of geometries")
    if not depth:
        raise BadFeature("its GeometryCollection is nested too deep")
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


def _positions(value: object) -> list[tuple[float, ...]]:
    """Return positions that all have a height or none has; a height that is missing beside others is no number."""
    positions = [_position(item) for item in _list(value)]
    if len({len(position) for position in positions}) > 1:
        return [(*position, math.nan)[:_HIGH] for position in positions]
    return positions


def _position(value: object) -> tuple[float, ...]:
    """Return easting, northing and perhaps height of a position."""
    numbers = tuple(_number(item) for item in _list(value))
    if len(numbers) not in (_FLAT, _HIGH):
        raise BadFeature(f"a position has {len(numbers)} numbers where two or three must be")
    return numbers


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise BadFeature(f"its coordinates hold {_short(value)} where a list must be")
    return value


def _number(value: object) -> float:
    if isinstance(value, NoNumber):
        raise BadFeature(f"its coordinates hold {value}", "not_finite")
    if not isinstance(value, Digits):
        raise BadFeature(f"its coordinates hold {_short(value)} where a number must be")
    number = float(value)
    if not math.isfinite(number):
        raise BadFeature(f"its coordinate {_short(value)} is not finite", "not_finite")
    return number


def _has_open_ring(geometry: dict[str, Any]) -> bool:
    """Tell whether a ring of a geometry that could be read does not end where it starts."""
    return any(ring and _position(ring[0])[:_FLAT] != _position(ring[-1])[:_FLAT] for ring in _rings(geometry))


def _rings(geometry: dict[str, Any]) -> Iterator[Any]:
    match geometry["type"]:
        case "Polygon":
            yield from geometry["coordinates"]
        case "MultiPolygon":
            for rings in geometry["coordinates"]:
                yield from rings
        case "GeometryCollection":
            for member in geometry["geometries"]:
                yield from _rings(member)


def _outlines(geometry: dict[str, Any]) -> BaseGeometry:
    """Return the rings of a geometry as the lines they are: a polygon cannot hold an open one."""
    return shapely.MultiLineString([_positions(ring) for ring in _rings(geometry) if ring])


def _short(value: object) -> str:
    """Name a JSON value in a few words; a text that may be a name is not shown."""
    if (
        isinstance(value, str)
        and not isinstance(value, Digits)
        and not (may_be_shown(value) or _TYPE_WORD.fullmatch(value))
    ):
        return "a text"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = str(value) if isinstance(value, Digits) else _printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
