"""What a layer of a GeoPackage says of itself: as sentences, as ISO 19139 in short, and as QGIS reads it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from mapper import crs, terms
from mapper.markup import printable
from mapper.output.formats.stated import caveats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.output.published import ExportFacts, PublishedTable

_GMD, _GCO = "http://www.isotc211.org/2005/gmd", "http://www.isotc211.org/2005/gco"
_LISTS = "http://www.isotc211.org/2005/resources/Codelist/gmxCodelists.xml"
_QGIS_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_HALF_TURN = 180
_LANGUAGE_CODES = {"en": "eng", "az": "aze", "ru": "rus"}


def statement(table: PublishedTable | None, facts: ExportFacts) -> list[str]:
    """Return the sentences of an abstract: marking, caveats, edition, dates; licences where a table is named."""
    language = facts.language

    def said(code: str) -> str:
        return terms.label("page", code, language)

    lines = [
        *([facts.marking] if facts.marking is not None else []),
        *caveats(facts),
        f"{terms.in_language(facts.titles, language)} ({facts.edition_id})",
        f"{said('about.data_date')}: {facts.data_date or said('not_stated')}",
        f"{said('about.stale_after')}: {facts.stale_after or said('not_stated')}",
    ]
    licences = [] if table is None else [f"{said('about.licence')}: {licence}" for licence in table.licences]
    return [*lines, *licences]


def iso_metadata(table: PublishedTable | None, tables: Sequence[PublishedTable], facts: ExportFacts) -> str:
    """Return the metadata of a table, or of the whole file where none is named, as ISO 19139 in short."""
    of = tables if table is None else (table,)
    language = facts.language
    title = terms.in_language(facts.titles, language)
    if table is not None:
        title = f"{terms.in_language(table.title, language) or table.name} – {title}"
    root = ET.Element("gmd:MD_Metadata", {"xmlns:gmd": _GMD, "xmlns:gco": _GCO})
    name = facts.edition_id if table is None else f"{facts.edition_id}/{table.name}"
    _text(root, "fileIdentifier", name)
    _text(root, "language", _LANGUAGE_CODES[language])
    _code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    _code(root, "hierarchyLevel", "MD_ScopeCode", "dataset")
    _party(ET.SubElement(root, "gmd:contact"), facts)
    _date(root, "dateStamp", facts.data_date)
    _text(root, "metadataStandardName", "ISO 19115:2003/19139")
    found = ET.SubElement(ET.SubElement(root, "gmd:identificationInfo"), "gmd:MD_DataIdentification")
    citation = ET.SubElement(ET.SubElement(found, "gmd:citation"), "gmd:CI_Citation")
    _text(citation, "title", title)
    dated = ET.SubElement(ET.SubElement(citation, "gmd:date"), "gmd:CI_Date")
    _date(dated, "date", facts.data_date)
    _code(dated, "dateType", "CI_DateTypeCode", "revision")
    _text(found, "abstract", "\n".join(statement(table, facts)))
    for licence in _of_all([each.licences for each in of]):
        _constraint(found, licence)
    for said in [*([facts.marking] if facts.marking else []), *caveats(facts)]:
        _text(
            ET.SubElement(ET.SubElement(found, "gmd:resourceConstraints"), "gmd:MD_Constraints"), "useLimitation", said
        )
    _text(found, "language", _LANGUAGE_CODES[language])
    _extent(found, of)
    quality = ET.SubElement(ET.SubElement(root, "gmd:dataQualityInfo"), "gmd:DQ_DataQuality")
    scope = ET.SubElement(ET.SubElement(quality, "gmd:scope"), "gmd:DQ_Scope")
    _code(scope, "level", "MD_ScopeCode", "dataset")
    lineage = ET.SubElement(ET.SubElement(quality, "gmd:lineage"), "gmd:LI_Lineage")
    _text(lineage, "statement", "\n".join(_of_all([each.lineage for each in of])))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def qgis_metadata(table: PublishedTable, facts: ExportFacts) -> str:
    """Return the metadata of a table as QGIS shows them under the layer's properties."""
    language = facts.language
    root = ET.Element("qgis", version="3.22.0")

    def put(name: str, text: str | None, **attributes: str) -> None:
        ET.SubElement(root, name, attributes).text = printable(text or "")

    put("identifier", f"{facts.edition_id}/{table.name}")
    put("language", _LANGUAGE_CODES[language].upper())
    put("type", "dataset")
    put("title", terms.in_language(table.title, language) or table.name)
    put("abstract", "\n".join(statement(table, facts)))
    for line in table.lineage:
        put("history", line)
    for said in caveats(facts):
        put("constraints", said, type="use")
    for licence in table.licences:
        put("license", licence)
    contact = ET.SubElement(root, "contact")
    for name, text in (
        ("organization", terms.in_language(facts.organisations, language)),
        ("name", "; ".join(facts.contacts)),
        ("role", "publisher"),
    ):
        ET.SubElement(contact, name).text = printable(text)
    ET.indent(root, " ")
    return _QGIS_DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def _of_all(lists: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(each for texts in lists for each in texts))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, f"gmd:{name}"), "gco:CharacterString").text = printable(text)


def _code(parent: ET.Element, name: str, kind: str, value: str) -> None:
    where = {"codeList": f"{_LISTS}#{kind}", "codeListValue": value}
    ET.SubElement(ET.SubElement(parent, f"gmd:{name}"), f"gmd:{kind}", where).text = value


def _date(parent: ET.Element, name: str, date: str | None) -> None:
    made = ET.SubElement(parent, f"gmd:{name}")
    if date is None:
        made.set("gco:nilReason", "unknown")
    else:
        ET.SubElement(made, "gco:Date").text = printable(date)


def _party(parent: ET.Element, facts: ExportFacts) -> None:
    party = ET.SubElement(parent, "gmd:CI_ResponsibleParty")
    _text(party, "organisationName", terms.in_language(facts.organisations, facts.language))
    if facts.contacts:
        info = ET.SubElement(ET.SubElement(party, "gmd:contactInfo"), "gmd:CI_Contact")
        _text(info, "contactInstructions", "; ".join(facts.contacts))
    _code(party, "role", "CI_RoleCode", "publisher")


def _constraint(parent: ET.Element, licence: str) -> None:
    legal = ET.SubElement(ET.SubElement(parent, "gmd:resourceConstraints"), "gmd:MD_LegalConstraints")
    _code(legal, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
    _text(legal, "otherConstraints", licence)


def _extent(parent: ET.Element, tables: Sequence[PublishedTable]) -> None:
    """Say where the data lie, in longitude and latitude as ISO 19115 asks; nothing where they are in another system."""
    boxes = [box for table in tables for box in _boxes(table)]
    if not boxes:
        return
    west, south, east, north = crs.lon_lat_bounds(np.array(boxes, dtype=object))
    extent = ET.SubElement(ET.SubElement(parent, "gmd:extent"), "gmd:EX_Extent")
    box = ET.SubElement(ET.SubElement(extent, "gmd:geographicElement"), "gmd:EX_GeographicBoundingBox")
    sides = {"west": west, "east": east, "south": south, "north": north}
    for side, value in sides.items():
        kind = "Longitude" if side in ("west", "east") else "Latitude"
        name = f"gmd:{side}Bound{kind}"
        ET.SubElement(ET.SubElement(box, name), "gco:Decimal").text = f"{value:.6f}"


def _boxes(table: PublishedTable) -> list[shapely.Geometry]:
    """Return the box around a table's places in degrees; one for each shape where they may lie over the antimeridian."""
    if table.geometry is None or table.frame.crs != crs.STORAGE:
        return []
    shapes = table.frame.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    if not east - west > _HALF_TURN:
        return [] if math.isnan(west) else [shapely.box(west, south, east, north)]
    parts = shapely.bounds(shapely.get_parts(shapes))
    return list(shapely.box(*parts[~np.isnan(parts).any(axis=1)].T))
