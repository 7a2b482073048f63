"""The same looks as OGC Styled Layer Descriptor 1.0, for programs that do not read QML.

SLD has no words for a circle of metres on the ground, which becomes a ring of one size; the style's abstract says so. Hatches are
marks named as GeoServer and GeoTools name them (`shape://slash`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mapper import terms
from mapper.markup import printable
from mapper.output.looks import QUIET_HATCHES, Area, Field, Mark, Stroke, looks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mapper.output.looks import Comparison, Group, Label, Looks, Rule, Sign
    from mapper.output.published import ExportFacts, PublishedTable

_SHAPES: Mapping[str, str] = {
    "diagonal": "shape://slash",
    "back_diagonal": "shape://backslash",
    "cross": "shape://times",
    "horizontal": "shape://horline",
    "vertical": "shape://vertline",
    "grid": "shape://plus",
    "dots": "shape://dot",
    "dashes": "shape://horline",
    "sparse_dashes": "shape://horline",
    "crosses": "shape://times",
}
_NAMES = {"=": "PropertyIsEqualTo", ">=": "PropertyIsGreaterThanOrEqualTo", "<=": "PropertyIsLessThanOrEqualTo"}
_SPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.0.0",
}
_TILE_PX, _QUIET_TILE_PX = 10, 26
_RING_PX = 24
_CIRCLES = "Circles of accidents are drawn in one size; their true radius in metres is the column uncertainty_m."
_PX_PER_PT = 96 / 72


def sld_files(tables: Sequence[PublishedTable], facts: ExportFacts) -> dict[str, bytes]:
    """Return a style for each table with a geometry: `TABLE.sld` to UTF-8, the same bytes for the same tables."""
    made = ((table.name, sld(table, facts)) for table in tables)
    return {f"{name}.sld": text.encode() for name, text in made if text is not None}


def sld(table: PublishedTable, facts: ExportFacts) -> str | None:
    """Return the style of a table; None where it has no geometry."""
    looks = looks_of(table, facts)
    if looks is None:
        return None
    root = ET.Element("StyledLayerDescriptor", _SPACES)
    layer = _child(root, "NamedLayer")
    _child(layer, "Name", table.name)
    style = _child(layer, "UserStyle")
    _child(style, "Name", table.name)
    _child(style, "Title", terms.in_language(table.title, facts.language) or table.name)
    notes = _notes(looks)
    if notes:
        _child(style, "Abstract", notes)
    for group in looks.groups:
        if group.shown:
            _add_group(_child(style, "FeatureTypeStyle"), group)
    for label in looks.labels:
        _add_label(style, label)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _notes(looks: Looks) -> str:
    signs = [rule.sign for group in looks.groups for rule in group.rules]
    return _CIRCLES if any(isinstance(sign, Mark) and sign.radius_column for sign in signs) else ""


def _add_group(style: ET.Element, group: Group) -> None:
    for rule in group.rules:
        made = _child(style, "Rule")
        _child(made, "Title", rule.label)
        _add_condition(made, group, rule)
        made.extend(_symbolizers(rule.sign))


def _add_condition(made: ET.Element, group: Group, rule: Rule) -> None:
    conditions = [_comparison(test) for test in (*group.where, *rule.where)]
    if rule.any_of:
        conditions.append(_joined("Or", [_comparison(test) for test in rule.any_of]))
    if conditions:
        _child(made, "ogc:Filter").append(_joined("And", conditions))
    elif rule.otherwise and len(group.rules) > 1:
        _child(made, "ElseFilter")


def _joined(how: str, conditions: Sequence[ET.Element]) -> ET.Element:
    if len(conditions) == 1:
        return conditions[0]
    made = ET.Element(f"ogc:{how}")
    made.extend(conditions)
    return made


def _comparison(test: Comparison) -> ET.Element:
    if test.operator == "is null":
        return _property(ET.Element("ogc:PropertyIsNull"), test)
    if test.operator == "is not null":
        return _not(_property(ET.Element("ogc:PropertyIsNull"), test))
    made = _property(ET.Element(f"ogc:{_NAMES.get(test.operator, _NAMES['='])}"), test)
    value = test.value if isinstance(test.value, str) else f"{test.value:.12g}"
    _child(made, "ogc:Literal", value)
    return (
        _joined("Or", [_property(ET.Element("ogc:PropertyIsNull"), test), _not(made)])
        if test.operator == "is not"
        else made
    )


def _not(condition: ET.Element) -> ET.Element:
    made = ET.Element("ogc:Not")
    made.append(condition)
    return made


def _property(made: ET.Element, test: Comparison) -> ET.Element:
    _child(made, "ogc:PropertyName", test.column)
    return made


def _symbolizers(sign: Sign) -> Iterable[ET.Element]:
    if isinstance(sign, Stroke):
        line = ET.Element("LineSymbolizer")
        line.append(_stroke(sign))
        return [line]
    if isinstance(sign, Mark):
        return [_point(sign)]
    return _areas(sign)


def _areas(area: Area) -> list[ET.Element]:
    made = []
    if area.colour is not None and area.tint > 0:
        tinted = ET.Element("PolygonSymbolizer")
        tinted.append(_fill(area.colour, area.tint))
        made.append(tinted)
    if area.colour is not None and area.hatch is not None:
        hatched = ET.Element("PolygonSymbolizer")
        hatched.append(_hatch(area.colour, area.hatch))
        made.append(hatched)
    if area.outline is not None:
        outlined = ET.Element("PolygonSymbolizer")
        outlined.append(_stroke(area.outline))
        made.append(outlined)
    return made


def _hatch(colour: str, hatch: str) -> ET.Element:
    fill = ET.Element("Fill")
    graphic = _child(_child(fill, "GraphicFill"), "Graphic")
    mark = _child(graphic, "Mark")
    _child(mark, "WellKnownName", _SHAPES[hatch])
    is_quiet = hatch in QUIET_HATCHES
    mark.append(_stroke(Stroke(colour, 0.6 if is_quiet else 2.4 if hatch == "dots" else 1.3)))
    _child(graphic, "Size", str(_QUIET_TILE_PX if is_quiet else _TILE_PX))
    return fill


def _point(mark: Mark) -> ET.Element:
    made = ET.Element("PointSymbolizer")
    graphic = _child(made, "Graphic")
    shape = _child(graphic, "Mark")
    _child(shape, "WellKnownName", "circle")
    shape.append(_fill(mark.fill, mark.opacity))
    shape.append(_stroke(mark.outline))
    _child(graphic, "Size", f"{_RING_PX if mark.radius_column else 2 * mark.radius_px:g}")
    return made


def _fill(colour: str, opacity: float) -> ET.Element:
    made = ET.Element("Fill")
    _parameters(made, {"fill": colour, "fill-opacity": f"{opacity:g}"})
    return made


def _stroke(stroke: Stroke) -> ET.Element:
    made = ET.Element("Stroke")
    values = {"stroke": stroke.colour, "stroke-width": f"{stroke.width_px:g}", "stroke-opacity": f"{stroke.opacity:g}"}
    if stroke.dash_px:
        values["stroke-dasharray"] = " ".join(f"{length:g}" for length in stroke.dash_px)
    _parameters(made, values)
    return made


def _parameters(parent: ET.Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, "CssParameter", name=name).text = value


def _add_label(style: ET.Element, label: Label) -> None:
    """Write what a column holds beside a shape; words for codes are more than this format can tell."""
    parts = [part for part in label.parts if isinstance(part, Field | str)]
    if not any(isinstance(part, Field) for part in parts):
        return
    rule = _child(_child(style, "FeatureTypeStyle"), "Rule")
    if label.where:
        _child(rule, "ogc:Filter").append(_joined("And", [_comparison(test) for test in label.where]))
    if label.farthest is not None:
        _child(rule, "MaxScaleDenominator", str(label.farthest))
    text = _child(rule, "TextSymbolizer")
    said = _child(text, "Label")
    for part in parts:
        if isinstance(part, Field):
            _child(said, "ogc:PropertyName", part.column)
        elif len(said):
            said[-1].tail = printable(part.strip("\n"))
        else:
            said.text = printable(part)
    font = _child(text, "Font")
    _parameters(
        font, {"font-size": f"{label.size_pt * _PX_PER_PT:.3g}", "font-weight": "bold" if label.is_bold else "normal"}
    )
    halo = _child(text, "Halo")
    _child(halo, "Radius", "1.5")
    halo.append(_fill("#ffffff", 0.9))
    text.append(_fill(label.colour, 1))


def _child(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    made = ET.SubElement(parent, name)
    if text is not None:
        made.text = printable(text)
    return made
