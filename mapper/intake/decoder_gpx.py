"""GPX inside the child: waypoints, routes and tracks in one layer, each with what it is in the column `layer`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapper.intake.decoder_child import Part, Refused, part
from mapper.intake.decoder_xml import (
    XY,
    BadRecord,
    cells_by_column,
    children,
    line,
    multi,
    number,
    parse,
    point,
    ring,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree import ElementTree as ET

_LAYERS = {"wpt": "waypoints", "rte": "routes", "trk": "tracks"}
_TEXTS = ("name", "cmt", "desc", "src", "sym", "type", "time", "ele", "number")
_SMALLEST_LINE = 2


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:  # noqa: ARG001 - the form all decoders have
    """Read `layer.gpx`.

    Raises
    ------
    DataRefused
        When it is no GPX.
    """
    rows: list[int] = []
    shapes: list[bytes | None] = []
    cells: list[dict[str, str | None]] = []
    refused: list[Refused] = []
    records = [child for child in parse(folder / "layer.gpx", "gpx") if child.tag in _LAYERS]
    for row, record in enumerate(records, start=1):
        try:
            shape = _shape(record)
        except BadRecord as bad:
            refused.append(Refused(row, "geometry", str(bad)))
            continue
        rows.append(row)
        shapes.append(shape)
        cells.append(_cells(record))
    crs = "EPSG:4326"  # GPX has no other
    return [part("layer", rows, shapes, cells_by_column(cells), counted=len(records), crs=crs, refused=refused)]


def _cells(record: ET.Element) -> dict[str, str | None]:
    cells: dict[str, str | None] = {"layer": _LAYERS[record.tag]}
    cells |= {child.tag: text_of(child) for child in record if child.tag in _TEXTS}
    for extension in children(record, "extensions"):
        for leaf in extension.iter():
            if len(leaf) == 0 and leaf is not extension:
                cells.setdefault(leaf.tag, text_of(leaf))
    return cells


def _shape(record: ET.Element) -> bytes | None:
    match record.tag:
        case "wpt":
            return point(_position(record))
        case "rte":
            parts = [[_position(each) for each in children(record, "rtept")]]
        case _:
            parts = [[_position(each) for each in children(part, "trkpt")] for part in children(record, "trkseg")]
    parts = [each for each in parts if each]
    if not parts:
        return None
    if any(len(each) < _SMALLEST_LINE for each in parts):
        raise BadRecord("a part of it has a single position")
    lines = [line(ring(each)) for each in parts]
    return lines[0] if record.tag == "rte" else multi(lines)


def _position(element: ET.Element) -> XY:
    return number(element.get("lon"), "longitude"), number(element.get("lat"), "latitude")
