"""KML 2.2, for viewers such as Google Earth: a folder for each table, drawn in the colours of the map.

Every record is a placemark, also one without a place, with all its values typed by a schema; its name and description are for
people, in one language. A description is read as HTML by viewers, so all text in it is escaped twice. Dates become time stamps
and spans of the precision that is known, but only of what happened: zones and hazards have none, so that no time slider can hide
them. A place that is known only to a circle is drawn with it, in a folder of its own, so that its centre does not look measured.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from mapper import terms
from mapper.crs import geodesic_circle
from mapper.output.formats.days import with_a_year
from mapper.output.formats.kml_style import CIRCLE, style_ids, styles
from mapper.output.formats.rounding import decimal, rounded
from mapper.output.formats.stated import (
    cells,
    column_title,
    ids,
    say,
    shapes,
    spoken,
    statement,
    title_of,
    told,
)
from mapper.output.formats.xml_text import XmlText
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

FILE_NAME = "map.kml"

_TYPES: Mapping[str, str] = MappingProxyType({"count": "int", "number": "double"})
_SPANS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "incidents": ("date_start", "date_end"),
        "orders": ("effective_from", "effective_to"),
        "casualty_counts": ("period_start", "period_end"),
        "activities": ("period_start", "period_end"),
    }
)
_STAMPS: Mapping[str, str] = MappingProxyType(
    {"incidents": "date_start", "events": "date", "sources": "published_on", "density": "frame"}
)
_OPEN_ENDED = frozenset({"orders"})
"""Tables in which a missing end means that there is none."""
_NAMES = ("name", "title")
_LINE, _BREAK = "\n", "&lt;br/&gt;"


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write all tables as `map.kml`.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Geometries in WGS 84 longitude/latitude.
    folder : Path
        An empty folder.
    facts : ExportFacts
        What the document's description states, and the language of names and descriptions.

    Returns
    -------
    tuple of str
        That KML has no hatches; how many records have no place, which some readers pass over; how many texts held characters
        that XML does not know.
    """
    content, notices = document(tables, facts)
    (folder / FILE_NAME).write_bytes(content)
    return notices


def document(tables: Sequence[PublishedTable], facts: ExportFacts) -> tuple[bytes, tuple[str, ...]]:
    """Return the document, UTF-8, and what is to be told of it; parameters as of `write`."""
    text = XmlText()
    given = marked(tables, facts)
    folders = [part for table in given for part in _folder(table, facts, text)]
    head = _head(given, facts, text)
    schemas = [_schema(table, facts.language, text) for table in given]
    styled = [f'<Style id="{name}">{content}</Style>' for name, content in styles()]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2">',
        *("<Document>", *head, *styled, *schemas, *folders, "</Document>"),
        "</kml>\n",
    ]
    return "\n".join(lines).encode(), tuple(_notices(given, text))


def _notices(tables: Sequence[PublishedTable], text: XmlText) -> Iterator[str]:
    yield told("notice.kml_no_hatch")
    without = sum(len(table.frame) for table in tables if table.geometry is None)
    without += sum(int(shapely.is_missing(shapes(table)).sum()) for table in tables if table.geometry is not None)
    if without:
        yield told("notice.kml_without_place", n=without)
    if text.replaced:
        yield told("notice.replaced_characters", n=text.replaced)


def _head(tables: Sequence[PublishedTable], facts: ExportFacts, text: XmlText) -> list[str]:
    language = facts.language
    notes = [say("notice.kml_no_hatch", language), say("about.kml_time", language)]
    told_of = [f"{label}: {value}" for label, value in statement(tables, facts)] + notes
    return [
        f"<name>{text(title_of(facts))}</name>",
        "<open>1</open>",
        f"<description>{_BREAK.join(text.as_html(each) for each in told_of)}</description>",
    ]


def _schema(table: PublishedTable, language: str, text: XmlText) -> str:
    fields = "".join(
        f'<SimpleField type="{_TYPES.get(column.kind, "string")}" name="{text(column.name)}">'
        f"<displayName>{text(_with_unit(column, language))}</displayName></SimpleField>"
        for column in table.columns
    )
    return f'<Schema name="{text(table.name)}" id="schema-{text(table.name)}">{fields}</Schema>'


def _with_unit(column: PublishedColumn, language: str) -> str:
    return f"{column_title(column, language)}, {column.unit}" if column.unit else column_title(column, language)


def _folder(table: PublishedTable, facts: ExportFacts, text: XmlText) -> Iterator[str]:
    """Return the lines of a table's folder, and of that of the circles around its places."""
    values = {column.name: cells(table, column) for column in table.columns}
    names = _names(table, values, facts.language)
    looks = style_ids(table)
    geometries = shapes(table)
    drawn = [""] * len(table.frame) if geometries is None else kml_geometries(rounded(geometries, geographic=True))
    parts = zip(
        (f"<name>{text(name)}</name>" for name in names),
        _visibilities(table.name, values),
        _descriptions(table, values, facts.language, text),
        _times(table.name, values),
        ("" if look is None else f"<styleUrl>#{look}</styleUrl>" for look in looks),
        _data(table, values, text),
        drawn,
        strict=True,
    )
    title = terms.in_language(table.title, facts.language) or table.name
    yield f'<Folder id="table-{text(table.name)}"><name>{text(title)}</name>'
    yield from (f"<Placemark>{''.join(each)}</Placemark>" for each in parts)
    yield "</Folder>"
    if geometries is not None and "uncertainty_m" in values:
        yield from _circles(table, values, names, facts.language, text)


def _names(table: PublishedTable, values: Mapping[str, list[Any]], language: str) -> list[str]:
    """Return a name for each row, in words: what it is as well, where the look alone does not tell."""
    identified = ids(table)
    match table.name:
        case "incidents":
            where = [
                settlement or district
                for settlement, district in zip(values["settlement"], values["district"], strict=True)
            ]
            doubt = [None if metres is None else _within(round(metres), language) for metres in values["uncertainty_m"]]
            return _joined(identified, values["date_start"], where, doubt)
        case "zones":
            return _joined(identified, values["name"], [_label("extent", code, language) for code in values["extent"]])
        case "hazards":
            of_class = [_label("hazard_class", code, language) for code in values["class"]]
            return _joined(
                identified,
                values["name"],
                of_class,
                [_label("hazard_status", code, language) for code in values["status"]],
            )
        case "density":
            ranges = [
                None if low is None else f"{low:g}–{high:g} / km²" if high is not None else f"> {low:g} / km²"
                for low, high in zip(values["lower_per_km2"], values["upper_per_km2"], strict=True)
            ]
            return _joined(identified, ranges, values["frame"])
        case _:
            named = next((values[name] for name in _NAMES if name in values), identified)
            return [name or identifier for name, identifier in zip(named, identified, strict=True)]


@cache
def _within(metres: int, language: str) -> str:
    return f"± {terms.filled('{n}', {'n': metres}, language)} m"


def _joined(identified: Sequence[str], *parts: Sequence[str | None]) -> list[str]:
    rows = zip(identified, zip(*parts, strict=True), strict=True)
    return [" · ".join(part for part in of_row if part) or identifier for identifier, of_row in rows]


def _label(vocabulary: str, code: str | None, language: str) -> str | None:
    return None if code is None else terms.label(vocabulary, code, language)


def _visibilities(table: str, values: Mapping[str, list[Any]]) -> Iterable[str]:
    """Return what hides the densities of single years, which lie over that of all dates."""
    rows = len(next(iter(values.values()), []))
    if table != "density" or all(frame is not None for frame in values["frame"]):
        return [""] * rows
    return ["" if frame is None else "<visibility>0</visibility>" for frame in values["frame"]]


def _descriptions(
    table: PublishedTable, values: Mapping[str, list[Any]], language: str, text: XmlText
) -> Iterator[str]:
    """Return for each row its known values in words, a line for each, as HTML that holds no markup but line breaks."""
    described = [spoken(column, values[column.name], language) for column in table.columns]
    for row in zip(*described, strict=True):
        lines = text.as_html("\n".join([line.replace("\n", " ") for line in row if line is not None]))
        yield f"<description>{lines.replace(_LINE, _BREAK)}</description>"


def _times(table: str, values: Mapping[str, list[Any]]) -> list[str]:
    """Return the time of each row: a span where both ends are known, else a stamp; of the precision that is known."""
    rows = len(next(iter(values.values()), []))
    nothing: list[Any] = [None] * rows
    of_span = _SPANS.get(table)
    starts, ends = (values[name] for name in of_span) if of_span is not None else (nothing, nothing)
    stamps = values[_STAMPS[table]] if table in _STAMPS else nothing
    return [
        _time(*(with_a_year(each) for each in row), open_ended=table in _OPEN_ENDED)
        for row in zip(starts, ends, stamps, strict=True)
    ]


def _time(start: str | None, end: str | None, stamp: str | None, *, open_ended: bool) -> str:
    if start is not None and (open_ended or (end is not None and end != start)):
        until = "" if end is None else f"<end>{end}</end>"
        return f"<TimeSpan><begin>{start}</begin>{until}</TimeSpan>"
    when = stamp or start
    return "" if when is None else f"<TimeStamp><when>{when}</when></TimeStamp>"


def _data(table: PublishedTable, values: Mapping[str, list[Any]], text: XmlText) -> Iterator[str]:
    """Return the values of each row under the table's schema; what is not known is not there."""
    written = [
        (f'<SimpleData name="{text(column.name)}">', _plain(values[column.name], text)) for column in table.columns
    ]
    for row in range(len(table.frame)):
        held = "".join(f"{head}{plain}</SimpleData>" for head, of in written if (plain := of[row]) is not None)
        yield f'<ExtendedData><SchemaData schemaUrl="#schema-{text(table.name)}">{held}</SchemaData></ExtendedData>'


def _plain(values: Sequence[Any], text: XmlText) -> list[str | None]:
    known = (value for value in dict.fromkeys(values) if value is not None)
    written = {value: text(value) if isinstance(value, str) else repr(value) for value in known}
    return [written.get(value) for value in values]


def _circles(
    table: PublishedTable, values: Mapping[str, list[Any]], names: Sequence[str], language: str, text: XmlText
) -> Iterator[str]:
    """Return the folder of the circles in which the places lie that are not measured."""
    points, radii_m, places = shapes(table), values["uncertainty_m"], values.get("place")
    known = [
        at
        for at, radius in enumerate(radii_m)
        if radius and points[at] is not None and (places is None or places[at] != "point")
    ]
    if not known or table.geometry != "Point":
        return
    title = say("kml.circles", language, table=terms.in_language(table.title, language))
    lon_lat = shapely.get_coordinates(points[known])
    circles = geodesic_circle(lon_lat[:, 0], lon_lat[:, 1], np.array([radii_m[at] for at in known], dtype="float64"))
    yield f'<Folder id="table-{text(table.name)}-circles"><name>{text(title)}</name>'
    for at, circle in zip(known, kml_geometries(rounded(circles, geographic=True)), strict=True):
        yield f"<Placemark><name>{text(names[at])}</name><styleUrl>#{CIRCLE}</styleUrl>{circle}</Placemark>"
    yield "</Folder>"


def kml_geometries(shapes_: Any) -> list[str]:  # noqa: ANN401 - an array of shapely's geometries
    """Return the element of each geometry, "" of what is missing; outer rings run counter-clockwise, heights are left out.

    Examples
    --------
    >>> kml_geometries(np.array([shapely.Point(46.5, 40), None]))
    ['<Point><coordinates>46.5,40.0</coordinates></Point>', '']
    """
    given = np.asarray(shapes_, dtype=object)
    elements = np.full(len(given), "", dtype=object)
    points = shapely.get_type_id(given) == shapely.GeometryType.POINT
    elements[points] = [
        f"<Point><coordinates>{decimal(lon)},{decimal(lat)}</coordinates></Point>"
        for lon, lat in shapely.get_coordinates(given[points]).tolist()
    ]
    others = ~points & ~shapely.is_missing(given)
    elements[others] = [_element(shape) for shape in shapely.orient_polygons(given[others])]
    listed: list[str] = elements.tolist()
    return listed


def _element(shape: Any) -> str:  # noqa: ANN401 - shapely has no types
    match shape.geom_type:
        case "Point" | "LineString" | "LinearRing":
            return f"<{shape.geom_type}>{_coordinates(shape)}</{shape.geom_type}>"
        case "Polygon":
            inner = "".join(f"<innerBoundaryIs>{_element(ring)}</innerBoundaryIs>" for ring in shape.interiors)
            return f"<Polygon><outerBoundaryIs>{_element(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
        case _:
            return f"<MultiGeometry>{''.join(_element(part) for part in shape.geoms)}</MultiGeometry>"


def _coordinates(shape: Any) -> str:  # noqa: ANN401 - shapely has no types
    """Return the coordinates of a point, line or ring; GEOS writes them much faster, but a very small one with an exponent."""
    pairs = shapely.to_wkt(shape, rounding_precision=-1).partition("(")[2].rstrip(")")
    if "e" in pairs:
        lon_lat = shapely.get_coordinates(shape).tolist()
        return f"<coordinates>{' '.join(f'{decimal(lon)},{decimal(lat)}' for lon, lat in lon_lat)}</coordinates>"
    pairs = pairs.replace(", ", _LINE).replace(" ", ",").replace(_LINE, " ")
    return f"<coordinates>{pairs}</coordinates>"
