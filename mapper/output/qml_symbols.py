"""Symbols in the XML of QGIS: fills with hatches, lines with dashes, marks and circles of metres on the ground.

Only what differs from QGIS's own defaults is written, as the `Option` maps that every QGIS since 3.18 reads. Lengths are
millimetres on paper or screen, so that a hatch stays a hatch in a printed map: a pixel of the page is 1/96 inch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from mapper.output.looks import Area, Mark, Stroke

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.output.looks import Sign

MM_PER_PX = 25.4 / 96
_TILE_PX = 10
"""The page's hatches repeat after so many pixels to the right and down."""
_LINE_PX = 1.3
_ANGLES: Mapping[str, tuple[int, ...]] = {
    "diagonal": (45,),
    "back_diagonal": (135,),
    "cross": (45, 135),
    "horizontal": (0,),
    "vertical": (90,),
    "grid": (0, 90),
}
"""Directions of the lines of a hatch, counter-clockwise from east."""


class _Spot(NamedTuple):
    """One of the marks that a hatch of spots repeats."""

    shape: str
    angle: str
    size_px: float
    line_px: float
    step_px: float


_SPOTS: Mapping[str, _Spot] = {
    "dots": _Spot("circle", "0", 2.4, 0, 14),
    "dashes": _Spot("line", "90", 5.4, 1, 18),
    "sparse_dashes": _Spot("line", "90", 7.2, 1, 30),
    "crosses": _Spot("cross2", "0", 5.4, 1, 26),
}


def symbol(name: str, sign: Sign, covers: str | None = None) -> ET.Element:
    """Return the symbol of a sign.

    Parameters
    ----------
    name : str
        What its renderer calls it.
    sign : Area, Stroke or Mark
        What it looks like.
    covers : str, optional
        For a mark of a size on the ground: a QGIS expression of the polygon that it covers.
    """
    if isinstance(sign, Area):
        return _symbol(name, "fill", *_area_layers(name, sign))
    if isinstance(sign, Stroke):
        return _symbol(name, "line", _line_layer(sign))
    if covers is None:
        return _symbol(name, "marker", _mark_layer(sign))
    return _symbol(name, "marker", _covering_layer(name, Area(sign.fill, sign.opacity, outline=sign.outline), covers))


def colour_text(colour: str, opacity: float = 1.0) -> str:
    """Return `#rrggbb` as QGIS writes colours: red, green, blue, opacity from 0 to 255.

    Examples
    --------
    >>> colour_text("#7B2D8B", 0.12)
    '123,45,139,31'
    """
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return ",".join(map(str, (*parts, round(opacity * 255))))


def options(values: Mapping[str, str]) -> ET.Element:
    """Return a map of texts."""
    made = ET.Element("Option", type="Map")
    for name, value in values.items():
        ET.SubElement(made, "Option", name=name, value=value, type="QString")
    return made


def _symbol(name: str, kind: str, *layers: ET.Element) -> ET.Element:
    made = ET.Element("symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    made.extend(layers)
    return made


def _layer(kind: str, values: Mapping[str, str], *inner: ET.Element) -> ET.Element:
    made = ET.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    made.append(options(values))
    made.extend(inner)
    return made


def _area_layers(name: str, area: Area) -> list[ET.Element]:
    layers: list[ET.Element] = []
    if area.colour is not None and area.tint > 0:
        fill = {"color": colour_text(area.colour, area.tint), "style": "solid", "outline_style": "no"}
        layers.append(_layer("SimpleFill", fill))
    if area.colour is not None and area.hatch is not None and area.hatch in _SPOTS:
        layers.append(_spots_layer(f"@{name}@{len(layers)}", area.colour, _SPOTS[area.hatch]))
    elif area.colour is not None and area.hatch is not None:
        for angle in _ANGLES[area.hatch]:
            layers.append(_lines_layer(f"@{name}@{len(layers)}", area.colour, angle))
    if area.outline is not None:
        layers.append(_line_layer(area.outline))
    return layers or [_layer("SimpleFill", {"style": "no", "outline_style": "no"})]


def _lines_layer(name: str, colour: str, angle: int) -> ET.Element:
    across = _TILE_PX * (math.sqrt(0.5) if angle % 90 else 1.0)
    values = {"angle": str(angle), "distance": mm(across), "distance_unit": "MM"}
    return _layer("LinePatternFill", values, _symbol(name, "line", _line_layer(Stroke(colour, _LINE_PX))))


def _spots_layer(name: str, colour: str, spot: _Spot) -> ET.Element:
    """Rows of spots, each second one moved by half a step."""
    step = mm(spot.step_px)
    values = {
        "distance_x": step,
        "distance_y": mm(spot.step_px / 2),
        "displacement_x": mm(spot.step_px / 2),
        **{f"{each}_unit": "MM" for each in ("distance_x", "distance_y", "displacement_x")},
    }
    mark = {
        "name": spot.shape,
        "angle": spot.angle,
        "color": colour_text(colour),
        "size": mm(spot.size_px),
        "size_unit": "MM",
        "outline_color": colour_text(colour),
        "outline_width": mm(spot.line_px),
        "outline_width_unit": "MM",
        "outline_style": "solid" if spot.line_px else "no",
    }
    return _layer("PointPatternFill", values, _symbol(name, "marker", _layer("SimpleMarker", mark)))


def _line_layer(stroke: Stroke) -> ET.Element:
    values = {
        "line_color": colour_text(stroke.colour, stroke.opacity),
        "line_style": "solid",
        "line_width": mm(stroke.width_px),
        "line_width_unit": "MM",
        "joinstyle": "round",
        "capstyle": "flat" if stroke.dash_px else "round",
    }
    if stroke.dash_px:
        dashes = ";".join(mm(length) for length in stroke.dash_px)
        values |= {"customdash": dashes, "customdash_unit": "MM", "use_custom_dash": "1"}
    return _layer("SimpleLine", values)


def _mark_layer(mark: Mark) -> ET.Element:
    values = {
        "name": "circle",
        "color": colour_text(mark.fill, mark.opacity),
        "size": mm(2 * mark.radius_px),
        "size_unit": "MM",
        "outline_color": colour_text(mark.outline.colour),
        "outline_width": mm(mark.outline.width_px),
        "outline_width_unit": "MM",
        "outline_style": "dash" if mark.outline.dash_px else "solid",
    }
    return _layer("SimpleMarker", values)


def _covering_layer(name: str, area: Area, expression: str) -> ET.Element:
    inside = _symbol(f"@{name}@0", "fill", *_area_layers("0", area))
    values = {"SymbolType": "Fill", "geometryModifier": expression, "units": "MapUnit"}
    return _layer("GeometryGenerator", values, inside)


def mm(px: float) -> str:
    """Return pixels as millimetres, in as many digits as a printer can tell."""
    return f"{px * MM_PER_PX:.4g}"
