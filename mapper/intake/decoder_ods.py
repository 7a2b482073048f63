"""ODS inside the child: the stored values of its sheets, repeated rows and cells written out, comments left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mapper.errors import DataRefused
from mapper.intake.decoder_sheets import Cell, Row, Sheet, SheetRows, letters, plain_number, sheet_parts
from mapper.intake.decoder_xml import children, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from mapper.intake.decoder_child import Part

_TABLE = re.compile(rb"<table:table[\s>]")
_ROW = re.compile(rb"<table:table-row\b(?:([^>]*)/>|([^>]*[^/>])?>(.*?)</table:table-row>)", re.DOTALL)
_REPEATED = re.compile(rb'table:number-rows-repeated="(\d+)"')
_CONTENT = re.compile(rb"office:value-type=|table:formula=|<text:p\b")
_NUMBERS = ("float", "percentage", "currency")
_MOST_CELLS = 20_000_000
_MOST_COLUMNS = 16_384
_ROW_GROUPS = ("table-header-rows", "table-rows", "table-row-group")


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read sheets; `members` names the files of the archive, `sheet` the one asked for (None: all that hold anything).

    Raises
    ------
    DataRefused
        When it is no ODS workbook, or as `sheet_parts`.
    """
    members: Mapping[str, str] = options["members"]
    if "content.xml" not in members:
        raise DataRefused("it is no ODS workbook", advice="Save it as ODS or CSV.")
    path = folder / members["content.xml"]
    document = parse(path, "document-content")
    hidden = set(_hidden_styles(document))
    tables = [table for body in document.iter() if body.tag == "spreadsheet" for table in children(body, "table")]
    blocks = _TABLE.split(path.read_bytes())[1:]
    if len(blocks) != len(tables):
        raise DataRefused("its sheets cannot be told apart", advice="Save it again from its program.")
    sheets = [
        Sheet(_named(table, "name") or "", _named(table, "style-name") not in hidden, _marked(block) > 0)
        for table, block in zip(tables, blocks, strict=True)
    ]
    return sheet_parts(sheets, options.get("sheet"), lambda at: _read(tables[at], blocks[at]))


def _read(table: ET.Element, block: bytes) -> SheetRows:
    merged: list[tuple[int, str]] = []
    return SheetRows(list(_rows(table, merged)), merged, _marked(block))


def _named(element: ET.Element, name: str) -> str | None:
    """Return an attribute by its name without namespace; the office's own wins over that of an extension."""
    found = [(key, value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name]
    return next((value for key, value in found if "calcext" not in key), None)


def _hidden_styles(document: ET.Element) -> Iterator[str | None]:
    for style in document.iter():
        if style.tag == "style" and any(
            _named(each, "display") == "false" for each in children(style, "table-properties")
        ):
            yield _named(style, "name")


def _marked(block: bytes) -> int:
    """Count the rows of a sheet that hold anything, in the text of the file."""
    total = 0
    for row in _ROW.finditer(block):
        if row[3] and _CONTENT.search(row[3]):
            repeated = _REPEATED.search(row[2] or b"")
            total += int(repeated[1]) if repeated else 1
    return total


def _rows(table: ET.Element, merged: list[tuple[int, str]]) -> Iterator[Row]:
    number, made = 1, 0
    for element in _row_elements(table):
        repeated = _count(element, "number-rows-repeated")
        cells, marked = _cells(element, number, merged)
        if marked:
            made += repeated * max(len(cells), 1)
            if made > _MOST_CELLS:
                raise DataRefused(f"it has more than {_MOST_CELLS:,} cells", advice="Split it into smaller files.")
            yield from (Row(number + each, cells, marked=True) for each in range(repeated))
        number += repeated


def _row_elements(table: ET.Element) -> Iterator[ET.Element]:
    for child in table:
        if child.tag == "table-row":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _row_elements(child)


def _cells(row: ET.Element, number: int, merged: list[tuple[int, str]]) -> tuple[dict[int, Cell], bool]:
    cells: dict[int, Cell] = {}
    marked = False
    at = 0
    for element in row:
        if element.tag not in {"table-cell", "covered-table-cell"}:
            continue
        repeated = _count(element, "number-columns-repeated")
        holds = _named(element, "value-type") or _named(element, "formula") or any(e.tag == "p" for e in element.iter())
        wide, high = _count(element, "number-columns-spanned"), _count(element, "number-rows-spanned")
        if wide > 1 or high > 1:
            merged.append((number, f"{letters(at)}{number}:{letters(at + wide - 1)}{number + high - 1}"))
        if holds:
            marked = True
            if at + repeated > _MOST_COLUMNS:
                raise DataRefused("it has more columns than any spreadsheet", advice="Save it again from its program.")
            cells |= dict.fromkeys(range(at, at + repeated), _cell(element))
        at += repeated
    return cells, marked


def _count(element: ET.Element, name: str) -> int:
    text = _named(element, name) or "1"
    return int(text) if text.isdigit() else 1


def _cell(element: ET.Element) -> Cell:
    kind = _named(element, "value-type")
    shown = "\n".join(_paragraph(each) for each in children(element, "p"))
    if any(key.endswith("}value-type") and value == "error" for key, value in element.attrib.items()):
        return Cell(None, f"its formula gives {shown or 'an error'}")
    if _named(element, "formula") and kind is None and not shown:
        return Cell(None, "its formula was never calculated")
    try:
        if kind in _NUMBERS:
            return Cell(plain_number(_named(element, "value") or ""))
    except (ValueError, ArithmeticError):
        return Cell(None, "its value cannot be read")
    stored = {"date": "date-value", "boolean": "boolean-value", "string": "string-value"}.get(kind or "")
    text = (_named(element, stored) if stored else None) or shown
    return Cell(text.strip().removesuffix("T00:00:00") if kind == "date" else text.strip() or None)


def _paragraph(element: ET.Element) -> str:
    """Return the text of a paragraph; runs of spaces, tabs and line ends are elements of their own."""
    parts = [element.text or ""]
    for child in element:
        match child.tag:
            case "s":
                parts.append(" " * min(_count(child, "c"), 1000))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case "annotation":
                pass
            case _:
                parts.append(_paragraph(child))
        parts.append(child.tail or "")
    return "".join(parts)
