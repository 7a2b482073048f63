"""Styles that QGIS reads (QML): hatches, categories, labels and the words of codes, made from the vocabularies.

What is drawn is `mapper.output.looks`'s; here it becomes XML. One kind of renderer, by rules, serves every table: a hazard's fill
and its outline are two groups that it passes through, a code that no rule knows falls to the strictest look, and a density of
years waits switched off under its heading. A table that holds lines and areas has rules for both in one style, since QGIS opens
its parts as two layers and gives both the same one.

Everything that comes from data passes through two doors: `_literal` into an expression, the XML writer into the file. Labels are
plain text to QGIS, but what it shows when the pointer rests on a shape is HTML; so every layer gets a map tip in which
the marks of HTML are replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mapper import crs, terms
from mapper.markup import printable
from mapper.output.formats.stated import caveats
from mapper.output.looks import Alike, Coded, Field, Mark, looks_of
from mapper.output.qml_symbols import colour_text, mm, symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapper.output.looks import Comparison, Group, Label, LabelPart, Looks, Rule
    from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

_VERSION = "3.22.0"
"""The oldest QGIS that this is tested with."""
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_CATEGORIES = "Symbology|Labeling|Fields|Forms|MapTips"
_GEOMETRY_CODE = {0: "0", 1: "1", 2: "2"}
_METRES_PER_DEGREE = 110_574
"""Of latitude where it is shortest, so that no circle comes out smaller than it is."""
_HALO_PX = 3
_SAME_PLACE = "group_by:=geom_to_wkt($geometry, 6)"
_FONT = "Open Sans"
_HORIZONTAL, _ALONG, _AROUND = "4", "2", "0"


def qml_files(tables: Sequence[PublishedTable], facts: ExportFacts) -> dict[str, bytes]:
    """Return a style for each table with a geometry, named so that QGIS finds it beside `TABLE.geojson` by itself.

    Returns
    -------
    dict of str to bytes
        `TABLE.qml` to UTF-8; the same bytes for the same tables.
    """
    made = ((table.name, qml(table, facts)) for table in tables)
    return {f"{name}.qml": text.encode() for name, text in made if text is not None}


def qml(table: PublishedTable, facts: ExportFacts) -> str | None:
    """Return the style of a table; None where it has no geometry.

    Parameters
    ----------
    table : PublishedTable
        Its coordinates in `facts.crs`.
    facts : ExportFacts
        `language` is that of the legend, the labels and the words of codes.
    """
    looks = looks_of(table, facts)
    if looks is None:
        return None
    root = ET.Element("qgis", version=_VERSION, styleCategories=_CATEGORIES, labelsEnabled="1" if looks.labels else "0")
    root.append(_renderer(looks, facts))
    if looks.labels:
        root.append(_labeling(looks))
    root.append(_widgets(table, facts.language))
    root.append(_aliases(table.columns, facts.language))
    tip = ET.SubElement(root, "mapTip")
    tip.text = _map_tip(table, facts)
    preview = ET.SubElement(root, "previewExpression")
    preview.text = _display(table)
    if len(looks.dimensions) == 1:
        ET.SubElement(root, "layerGeometryType").text = _GEOMETRY_CODE[looks.dimensions[0]]
    ET.indent(root, " ")
    return _DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


# ------------------------------------------------------------ what is drawn


def _renderer(looks: Looks, facts: ExportFacts) -> ET.Element:
    inner = ET.Element("renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0", forceraster="0")
    rules, symbols = ET.SubElement(inner, "rules", key="{mapper}"), ET.SubElement(inner, "symbols")
    for group in looks.groups:
        parent = rules if len(looks.groups) == 1 else _heading(rules, group)
        for rule in group.rules:
            made = symbol(str(len(symbols)), rule.sign, _covers(rule, facts))
            _add_rule(parent, symbols, rule.label, _rule_filter(rule), made)
    return inner


def _heading(rules: ET.Element, group: Group) -> ET.Element:
    """Keep the rules of a group together: "ELSE" is what no rule beside it takes."""
    made = ET.SubElement(rules, "rule", key=f"{{mapper-group-{len(rules)}}}", label=printable(group.label))
    if group.where:
        made.set("filter", _filter(group.where))
    if not group.shown:
        made.set("checkstate", "0")
    return made


def _add_rule(parent: ET.Element, symbols: ET.Element, label: str, filtered: str, made: ET.Element) -> None:
    name = made.get("name", "")
    key = f"{{mapper-rule-{name}}}"
    ET.SubElement(parent, "rule", key=key, symbol=name, label=printable(label), filter=filtered)
    symbols.append(made)


def _rule_filter(rule: Rule) -> str:
    if rule.otherwise:
        return "ELSE"
    tests = [_filter(rule.where)] if rule.where else []
    if rule.any_of:
        tests.append("(" + " OR ".join(_comparison(test) for test in rule.any_of) + ")")
    return " AND ".join(tests)


def _filter(tests: Iterable[Comparison]) -> str:
    return " AND ".join(_comparison(test) for test in tests)


def _comparison(test: Comparison) -> str:
    column = _column(test.column)
    if test.operator in ("is null", "is not null"):
        return f"{column} {test.operator.upper()}"
    value = _literal(test.value) if isinstance(test.value, str) else f"{test.value:.12g}"
    return f"{column} {test.operator.upper()} {value}"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    r"""Return a text as a literal of an expression, in which a quote and a backslash stand for themselves.

    Examples
    --------
    >>> print(_literal("Xan's \\ house"))
    'Xan''s \\ house'
    """
    return "'" + printable(text).replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def _covers(rule: Rule, facts: ExportFacts) -> str | None:
    """Return the polygon that is drawn in the place of a geometry, None for the geometry itself."""
    if isinstance(rule.sign, Mark) and rule.sign.radius_column is not None:
        return _circle(_column(rule.sign.radius_column), facts)
    return None


def _circle(radius: str, facts: ExportFacts) -> str:
    """Return the circle around a point, of metres on the ground whatever the coordinates are measured in."""
    if not crs.known_crs(facts.crs).is_geographic:
        return f"buffer($geometry, {radius}, 24)"
    north = f"{radius} / {_METRES_PER_DEGREE}"
    east = f"{north} / max(cos(radians($y)), 0.01)"
    return f"make_ellipse($geometry, {north}, {east}, 0, 96)"


# ------------------------------------------------------------ labels


def _labeling(looks: Looks) -> ET.Element:
    made = ET.Element("labeling", type="rule-based")
    rules = ET.SubElement(made, "rules", key="{mapper-labels}")
    placement = {0: _AROUND, 1: _ALONG, 2: _HORIZONTAL}[looks.dimensions[0]]
    for number, label in enumerate(looks.labels):
        rule = ET.SubElement(rules, "rule", key=f"{{mapper-label-{number}}}")
        tests = [_comparison(test) for test in label.where]
        if any(isinstance(part, Alike) and part.counted for part in label.parts):
            tests.append(f"$id = minimum($id, {_SAME_PLACE})")
        if tests:
            rule.set("filter", " AND ".join(tests))
        if label.nearest is not None or label.farthest is not None:
            rule.set("scalemindenom", str(label.nearest or 0))
            rule.set("scalemaxdenom", str(label.farthest or 0))
        rule.append(_settings(label, placement))
    return made


def _settings(label: Label, placement: str) -> ET.Element:
    settings = ET.Element("settings", calloutType="simple")
    text = ET.SubElement(
        settings,
        "text-style",
        fieldName=_text_of(label.parts),
        isExpression="1",
        fontFamily=_FONT,
        namedStyle="Bold" if label.is_bold else "Regular",
        fontWeight="75" if label.is_bold else "50",
        fontSize=f"{label.size_pt:g}",
        fontSizeUnit="Point",
        textColor=colour_text(label.colour),
        textOpacity="1",
        allowHtml="0",
    )
    ET.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize=mm(_HALO_PX),
        bufferSizeUnits="MM",
        bufferColor=colour_text("#ffffff"),
        bufferOpacity="0.9",
        bufferNoFill="1",
        bufferJoinStyle="128",
    )
    ET.SubElement(settings, "text-format", multilineAlign="1", autoWrapLength="0", wrapChar="")
    ET.SubElement(
        settings,
        "placement",
        placement=placement,
        priority=str(label.priority),
        dist="1" if placement == _AROUND else "0",
        distUnits="MM",
        centroidWhole="0",
        centroidInside="1",
    )
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="0", labelPerPart="0", obstacle="1")
    return settings


def _text_of(parts: Sequence[LabelPart]) -> str:
    return "concat(" + ", ".join(_part(part) for part in parts) + ")"


def _part(part: LabelPart) -> str:
    if isinstance(part, str):
        return _literal(part)
    if isinstance(part, Field):
        columns = (part.column, *([part.else_column] if part.else_column else []))
        return f"coalesce({', '.join(map(_column, columns))}, '')"
    if isinstance(part, Coded):
        return _word(part)
    return _alike(part)


def _word(part: Coded) -> str:
    cases = " ".join(
        f"WHEN {_column(part.column)} = {_literal(code)} THEN {_literal(word)}" for code, word in part.words.items()
    )
    return f"CASE {cases} ELSE {_literal(part.other)} END"


def _alike(part: Alike) -> str:
    """Return a number and a word, "3 AP"; only the word for one, only the number where the codes differ."""
    if not part.counted:
        return _word(part.coded)
    number = f"count($id, {_SAME_PLACE})"
    kinds = f"count_distinct(coalesce({_column(part.coded.column)}, ''), {_SAME_PLACE})"
    told = (
        f"concat(CASE WHEN @n > 1 THEN @n ELSE '' END, ' ', CASE WHEN @kinds = 1 THEN {_word(part.coded)} ELSE '' END)"
    )
    return f"with_variable('n', {number}, with_variable('kinds', {kinds}, trim({told})))"


# ------------------------------------------------------------ words


def _widgets(table: PublishedTable, language: str) -> ET.Element:
    """Let the words of a code stand for it in the table and the form; codes that no list has stay as they are."""
    made = ET.Element("fieldConfiguration")
    for column in table.columns:
        field = ET.SubElement(made, "field", name=column.name)
        if not holds_only_codes(table, column):
            continue
        widget = ET.SubElement(field, "editWidget", type="ValueMap")
        config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
        listed = ET.SubElement(config, "Option", name="map", type="List")
        for code in terms.codes(column.vocabulary or ""):
            pair = ET.SubElement(listed, "Option", type="Map")
            word = terms.label(column.vocabulary or "", code, language)
            ET.SubElement(pair, "Option", name=word, value=code, type="QString")
    return made


def holds_only_codes(table: PublishedTable, column: PublishedColumn) -> bool:
    """Tell whether every cell of a column is a code of its list, or missing: a word for some would hide the others.

    A cell of several codes is none of the list.
    """
    if column.kind != "code" or column.vocabulary is None:
        return False
    return set(table.frame[column.name].dropna().unique()) <= set(terms.codes(column.vocabulary))


def _aliases(columns: Iterable[PublishedColumn], language: str) -> ET.Element:
    made = ET.Element("aliases")
    for index, column in enumerate(columns):
        title = terms.in_language(column.title, language)
        ET.SubElement(made, "alias", index=str(index), field=column.name, name=printable(title))
    return made


def _display(table: PublishedTable) -> str:
    names = [column.name for column in table.columns]
    chosen = [name for name in ("name", table.id_column) if name in names] or names[:1]
    return "coalesce(" + ", ".join(_column(str(name)) for name in chosen) + ", '')"


def _map_tip(table: PublishedTable, facts: ExportFacts) -> str:
    """Return what stands beside the pointer: what it is, and what the map cannot tell."""
    title = terms.in_language(table.title, facts.language) or table.name
    shown = f"[% {_escaped(_display(table))} %]"
    return f"<b>{printable(title)}</b><br>{shown}" + "".join(
        f"<br><i>{printable(said)}</i>" for said in caveats(facts)[:1]
    )


def _escaped(expression: str) -> str:
    """Return an expression whose text stays text in HTML."""
    for mark, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        expression = f"replace({expression}, {_literal(mark)}, {_literal(name)})"
    return expression
