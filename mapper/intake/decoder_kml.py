"""KML inside the child: every placemark of every folder of every document, coordinates read strictly.

Read by ourselves: the common drivers open the first folder only, make POINT(0 0) of `46.9 40.0` and a height of `46,9,40`,
draw a picture's frame as a zone, lose the second outline of a polygon, and one of them dies of a Model in a MultiGeometry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper.errors import DataRefused
from mapper.intake.decoder_child import Doubt, Part, Refused, part
from mapper.intake.decoder_xml import (
    XY,
    BadRecord,
    Ring,
    cells_by_column,
    children,
    line,
    multi,
    number,
    parse,
    point,
    polygon,
    ring,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

_CONTAINERS = ("kml", "Document", "Folder")
_NO_SHAPES = {
    "GroundOverlay": "it is a picture laid on the ground, no shape",
    "PhotoOverlay": "it is a picture, no shape",
    "NetworkLink": "it points to another file, where its records are",
}
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_OTHER_SHAPES = ("Model", "Track", "MultiTrack")
_TEXTS = ("name", "description", "Snippet", "address", "phoneNumber")
_TIMES = ("when", "begin", "end")
_SMALLEST_LINE = 2
_DEEPEST = 50
_FIGURES = b"0123456789+-.eE, \t\r\n"
_FLAT, _HIGH = 2, 3


_Plain = Mapping["ET.Element", Ring]
"""The positions of those lists of coordinates that could be read at once."""


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read the documents that the option `documents` lists, as file name and the name to show (None: not shown).

    Raises
    ------
    DataRefused
        When a document is no KML, or the records are all elsewhere, behind network links.
    """
    rows: list[int] = []
    shapes: list[bytes | None] = []
    cells: list[dict[str, str | None]] = []
    refused: list[Refused] = []
    doubts: list[Doubt] = []
    kinds = set()
    counted = 0
    for name, shown in options["documents"]:
        document = parse(folder / name, "kml")
        plain = _plain_positions(document)
        for record, folders in _records(document, () if shown is None else (str(shown),)):
            counted += 1
            kinds.add(record.tag)
            told: list[str] = []
            try:
                shape, about = _shape(record, plain, told), _cells(record, folders)
            except BadRecord as bad:
                refused.append(Refused(counted, "geometry", str(bad)))
                continue
            rows.append(counted)
            shapes.append(shape)
            cells.append(about)
            doubts += [Doubt("second_outline", "warning", done, counted, "geometry") for done in told]
    if kinds == {"NetworkLink"}:
        raise DataRefused(
            "it holds only links to other files, where its records are",
            advice="Save the places themselves, not the link.",
        )
    crs = "EPSG:4326"  # KML has no other
    return [
        part("layer", rows, shapes, cells_by_column(cells), counted=counted, crs=crs, refused=refused, doubts=doubts)
    ]


def _records(element: ET.Element, folders: tuple[str, ...]) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    if element.tag == "Folder":
        name = next((text_of(child) for child in children(element, "name")), None)
        folders = (*folders, name or "unnamed")
    for child in element:
        kind = child.tag
        if kind in _CONTAINERS:
            yield from _records(child, folders)
        elif kind == "Placemark" or kind in _NO_SHAPES:
            yield child, folders


def _cells(placemark: ET.Element, folders: tuple[str, ...]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {"id": placemark.get("id"), "folder": " / ".join(folders) or None}
    cells["name"] = cells["description"] = None
    for child in placemark:
        if child.tag in _TEXTS:
            cells[child.tag] = text_of(child)
        elif child.tag in {"TimeStamp", "TimeSpan"}:
            cells |= {each.tag: text_of(each) for each in child if each.tag in _TIMES}
    given: dict[str, str | None] = {}
    for data in _data(placemark):
        name = (data.get("name") or "").strip()
        value = next(children(data, "value"), None) if data.tag == "Data" else data
        if not name or name in given:
            raise BadRecord(f"its data '{name}' stands there twice" if name else "one of its data has no name")
        given[name] = None if value is None else text_of(value)
    taken = {name for name in given if cells.get(name) not in {None, given[name]}}
    return {
        **cells,
        **{f"data_{name}" if name in taken or name == "geometry" else name: v for name, v in given.items()},
    }


def _data(placemark: ET.Element) -> Iterator[ET.Element]:
    """Give the extended data, written directly or by a schema."""
    for extended in children(placemark, "ExtendedData"):
        for child in extended:
            if child.tag == "Data":
                yield child
            elif child.tag == "SchemaData":
                yield from children(child, "SimpleData")


def _shape(placemark: ET.Element, plain: _Plain, told: list[str]) -> bytes | None:
    if placemark.tag in _NO_SHAPES:
        raise BadRecord(_NO_SHAPES[placemark.tag])
    given = [child for child in placemark if child.tag in _SHAPES + _OTHER_SHAPES]
    shapes = [shape for child in given for shape in _flat(child, plain, told, _DEEPEST)]
    if not shapes:
        return None
    return shapes[0] if len(shapes) == 1 else multi(shapes)


def _flat(element: ET.Element, plain: _Plain, told: list[str], depth: int) -> list[bytes]:
    """Return the simple shapes of a geometry; a MultiGeometry gives those of its members."""
    kind = element.tag
    if not depth:
        raise BadRecord("its geometry is nested too deep")
    if kind == "MultiGeometry":
        members = [child for child in element if child.tag in _SHAPES + _OTHER_SHAPES]
        return [shape for child in members for shape in _flat(child, plain, told, depth - 1)]
    if kind in _OTHER_SHAPES:
        raise BadRecord(f"its geometry is a {kind}, which is not read")
    if kind == "Polygon":
        return _polygons(element, plain, told)
    xys = _positions(element, plain)
    count = len(xys)
    if kind == "Point":
        if count != 1:
            raise BadRecord(f"its point has {count} positions")
        return [point(xys[0])]
    if count < _SMALLEST_LINE:
        raise BadRecord(f"its line has {count} positions")
    return [line(xys)]


def _polygons(element: ET.Element, plain: _Plain, told: list[str]) -> list[bytes]:
    outer = _rings(element, "outerBoundaryIs", plain)
    inner = _rings(element, "innerBoundaryIs", plain)
    if not outer:
        raise BadRecord("its polygon has no outline")
    if len(outer) == 1:
        return [polygon([*outer, *inner])]
    told.append("A polygon of several outlines was read as several polygons, without holes.")
    return [polygon([ring]) for ring in outer]


def _rings(element: ET.Element, boundary: str, plain: _Plain) -> list[Ring]:
    return [_positions(each, plain) for side in children(element, boundary) for each in children(side, "LinearRing")]


def _positions(element: ET.Element, plain: _Plain) -> Ring:
    """Read `lon,lat[,height]` triples; anything else is not a position, whatever other readers make of it."""
    given = list(children(element, "coordinates"))
    if len(given) != 1:
        raise BadRecord(f"its {element.tag} has {len(given)} lists of coordinates")
    found = plain.get(given[0])
    return ring(_position(each) for each in (text_of(given[0]) or "").split()) if found is None else found


def _plain_positions(document: ET.Element) -> _Plain:
    """Read all positions of a document that are written in plain figures, at once; the others are read one by one."""
    elements = [each for each in document.iter("coordinates") if each.text and not len(each)]
    texts = [str(each.text) for each in elements]
    together = "".join(texts)
    if not together.isascii() or together.encode().translate(None, _FIGURES):
        return {}
    lists = pc.ascii_split_whitespace(pc.ascii_trim_whitespace(pa.array(texts, pa.string())))
    parts = pc.split_pattern(lists.flatten(), ",")
    sizes = pc.list_value_length(parts).to_numpy()
    try:
        values = parts.flatten().cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return {}
    lon_at = np.cumsum(sizes) - sizes
    xys = np.stack([values[lon_at], values[np.minimum(lon_at + 1, len(values) - 1)]], axis=1) if len(values) else values
    bounds = lists.offsets.to_numpy()
    odd = np.concatenate([[0], np.cumsum((sizes != _FLAT) & (sizes != _HIGH))])
    plain = odd[bounds[1:]] == odd[bounds[:-1]]
    pairs = zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    return {
        each: xys[start:end] for each, is_plain, (start, end) in zip(elements, plain, pairs, strict=True) if is_plain
    }


def _position(text: str) -> XY:
    parts = text.split(",")
    if len(parts) not in {2, 3}:
        raise BadRecord(f"its position '{text[:40]}' is not longitude, latitude and perhaps height")
    lon, lat, *height = parts
    for each in height:
        number(each, "height")
    return number(lon, "longitude"), number(lat, "latitude")
