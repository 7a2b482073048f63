"""A reader of GeoJSON that knows only RFC 7946 and says which of its rules a document breaks, by section.

Written from the text of the RFC; what it says SHOULD be is asked for as well as what it says MUST be.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
GEOMETRIES = {*POINTS, "GeometryCollection"}
FOREIGN = {
    "FeatureCollection": {"coordinates", "geometries", "geometry", "properties"},
    "Feature": {"coordinates", "geometries", "features"},
    **{kind: {"geometry", "properties", "features"} for kind in GEOMETRIES},
}


def faults(content: bytes, *, decimals: int | None = 6) -> list[str]:
    """Return the rules that a document breaks, each with its section; none for a sound one.

    `decimals` is the most that a coordinate may have (11.2), None for any number.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return ["RFC 8259, 8.1: a byte order mark"]
    try:
        document = json.loads(
            content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_refuse, parse_float=_Number
        )
    except (UnicodeDecodeError, ValueError) as exc:
        return [f"RFC 8259: {exc}"]
    return list(_of_object(document, decimals))


class _Number(float):
    """A number that remembers how it was written."""

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.text = text
        return made

    text: str


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a member is given twice")
    return dict(pairs)


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def _of_object(value: Any, decimals: int | None) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        yield "3: not an object with a type"
        return
    kind = value["type"]
    if "crs" in value:
        yield "4: a crs member"
    if kind == "FeatureCollection":
        yield from _of_collection(value, decimals)
    elif kind == "Feature":
        yield from _of_feature(value, decimals)
    elif kind in GEOMETRIES:
        yield from _of_geometry(value, decimals)
    else:
        yield f"1.4: '{kind}' is not a type"
    yield from _of_foreign(value)
    yield from _of_box(value)


def _of_foreign(value: dict[str, Any]) -> Iterator[str]:
    for name in FOREIGN.get(value["type"], set()) & set(value):
        yield f"7.1: a {value['type']} with a member '{name}'"


def _of_collection(value: dict[str, Any], decimals: int | None) -> Iterator[str]:
    if not isinstance(value.get("features"), list):
        yield "3.3: features is not an array"
        return
    for feature in value["features"]:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            yield "3.3: features holds what is no Feature"
        else:
            yield from _of_object(feature, decimals)


def _of_feature(value: dict[str, Any], decimals: int | None) -> Iterator[str]:
    if "geometry" not in value or not (value["geometry"] is None or isinstance(value["geometry"], dict)):
        yield "3.2: geometry is neither a geometry nor null"
    elif value["geometry"] is not None:
        if value["geometry"].get("type") not in GEOMETRIES:
            yield "3.2: geometry is of no type of geometries"
        yield from _of_object(value["geometry"], decimals)
    if "properties" not in value or not (value["properties"] is None or isinstance(value["properties"], dict)):
        yield "3.2: properties is neither an object nor null"
    if "id" in value and (isinstance(value["id"], bool) or not isinstance(value["id"], str | int | float)):
        yield "3.2: id is neither a text nor a number"


def _of_geometry(value: dict[str, Any], decimals: int | None) -> Iterator[str]:
    kind = value["type"]
    if kind == "GeometryCollection":
        if not isinstance(value.get("geometries"), list):
            yield "3.1.8: geometries is not an array"
            return
        for part in value["geometries"]:
            yield from _of_object(part, decimals)
        return
    if not isinstance(value.get("coordinates"), list):
        yield "3.1: coordinates is not an array"
        return
    for position in _at_depth(value["coordinates"], POINTS[kind]):
        yield from _of_position(position, decimals)
    for line in _lines(value):
        yield from _of_line(line, kind)
    if kind in ("Polygon", "MultiPolygon"):
        for polygon in _at_depth(value["coordinates"], POINTS[kind] - 2):
            yield from _of_polygon(polygon)


def _at_depth(value: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    if depth == 0:
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _at_depth(part, depth - 1)
    else:
        yield None


def _of_position(position: Any, decimals: int | None) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    sound = isinstance(position, list) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in position
    )
    if not sound or not 2 <= len(position) <= 3:
        yield "3.1.1: a position is not two or three numbers"
        return
    if not (-180 <= position[0] <= 180 and -90 <= position[1] <= 90):
        yield "4: a position is beyond the degrees of longitude and latitude"
    written = [getattr(each, "text", str(each)) for each in position]
    if decimals is not None and any(re.search(rf"\.[0-9]{{{decimals + 1}}}", text) for text in written):
        yield f"11.2: a coordinate of more than {decimals} decimals"


def _lines(value: dict[str, Any]) -> Iterator[list[Any]]:
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}.get(value["type"])
    if depth is not None:
        yield from (line for line in _at_depth(value["coordinates"], depth) if isinstance(line, list))


def _of_line(line: list[Any], kind: str) -> Iterator[str]:
    if kind in ("LineString", "MultiLineString") and len(line) < 2:
        yield "3.1.4: a line of less than two positions"
    if any(abs(one[0] - other[0]) > 180 for one, other in pairwise(line)):
        yield "3.1.9: an edge runs more than half around the earth; it should be cut at the antimeridian"


def _of_polygon(polygon: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if not isinstance(polygon, list) or not polygon:
        yield "3.1.6: a polygon is not an array of rings"
        return
    for number, ring in enumerate(polygon):
        if len(ring) < 4 or ring[0] != ring[-1]:
            yield "3.1.6: a ring is not closed, or has less than four positions"
        elif (_signed_area(ring) > 0) != (number == 0):
            yield "3.1.6: a ring does not follow the right-hand rule"


def _signed_area(ring: list[Any]) -> float:
    """Return twice the area by the shoelace formula, positive for a ring that runs counter-clockwise."""
    x0, y0 = ring[0][:2]
    return float(
        sum((one[0] - x0) * (other[1] - y0) - (other[0] - x0) * (one[1] - y0) for one, other in pairwise(ring))
    )


def _of_box(value: dict[str, Any]) -> Iterator[str]:
    if "bbox" not in value:
        return
    box = value["bbox"]
    if not isinstance(box, list) or len(box) != 4 or not all(isinstance(each, int | float) for each in box):
        yield "5: bbox is not four numbers"
        return
    west, south, east, north = box
    if south > north or not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        yield "5: bbox is no box of degrees"
    for lon, lat in _positions(value):
        around = west <= lon <= east if west <= east else lon >= west or lon <= east
        if not (around and south <= lat <= north):
            yield "5: bbox does not hold every position"
            return


def _positions(value: Any) -> Iterator[tuple[float, float]]:  # noqa: ANN401 - any JSON value
    if value.get("type") in POINTS:
        for position in _at_depth(value["coordinates"], POINTS[value["type"]]):
            yield position[0], position[1]
    for part in [*value.get("features", []), *value.get("geometries", []), value.get("geometry")]:
        if isinstance(part, dict):
            yield from _positions(part)
