"""XLSX inside the child: cached values, dates of both epochs, formulas that were never calculated, hidden sheets.

Numbers keep the digits of the file; those shown as dates become ISO dates. Day 60 of the 1900 epoch, 29 February 1900, never was:
it is written so, and the checks refuse it.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused
from mapper.intake.decoder_sheets import Cell, Row, Sheet, SheetRows, column_number, plain_number, sheet_parts
from mapper.intake.decoder_xml import children, parse, stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from mapper.intake.decoder_child import Part

_ROW = re.compile(rb"<(?:\w+:)?row\b(?:[^>]*/>|.*?</(?:\w+:)?row>)", re.DOTALL)
_CONTENT = re.compile(rb"<(?:\w+:)?(?:v|is|f)\b")
_HOLD = frozenset({"v", "is", "f"})
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_IN_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_ELAPSED_FORMAT = 46
_LEAP_DAY_THAT_NEVER_WAS = 60
_LAST_DAY = 2_958_465
_SECONDS = 86_400
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_WORKBOOK = "xl/workbook.xml"
_BOOLEANS: Mapping[str, str] = MappingProxyType({"1": "true", "0": "false"})


class _Book(NamedTuple):
    shared: list[str]
    dates: frozenset[int]
    from_1904: bool


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read sheets; `members` names the files of the archive, `sheet` the one asked for (None: all that hold anything).

    Raises
    ------
    DataRefused
        When it is no XLSX workbook, or as `sheet_parts`.
    """
    members: Mapping[str, str] = options["members"]
    if _WORKBOOK not in members:
        raise DataRefused("it is no XLSX workbook", advice="Save it as XLSX or CSV.")
    workbook = parse(folder / members[_WORKBOOK], "workbook")
    listed = list(_sheets(folder, members, workbook))
    contents = [(folder / members[path]).read_bytes() for _, _, path in listed]
    sheets = [
        Sheet(name, shown, _CONTENT.search(content) is not None)
        for (name, shown, _), content in zip(listed, contents, strict=True)
    ]
    book = _Book(_shared(folder, members), _date_styles(folder, members), _is_1904(workbook))
    paths = [folder / members[path] for _, _, path in listed]
    return sheet_parts(sheets, options.get("sheet"), lambda at: _read(paths[at], contents[at], book))


def _read(path: Path, content: bytes, book: _Book) -> SheetRows:
    merged: list[tuple[int, str]] = []
    marked = sum(1 for row in _ROW.finditer(content) if _CONTENT.search(row[0]))
    return SheetRows(list(_rows(path, book, merged)), merged, marked)


def _sheets(folder: Path, members: Mapping[str, str], workbook: ET.Element) -> Iterator[tuple[str, bool, str]]:
    """Give name, whether it is shown, and path of each work sheet; other kinds of sheet hold no cells."""
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in members:
        raise DataRefused("it does not say where its sheets are", advice="Save it again from its program.")
    target = {each.get("Id"): each.get("Target", "") for each in parse(folder / members[relations], "Relationships")}
    for group in children(workbook, "sheets"):
        for sheet in children(group, "sheet"):
            given = target.get(sheet.get(_RELATION) or sheet.get(_RELATION_STRICT), "")
            path = posixpath.normpath(posixpath.join("/xl", given)).lstrip("/")
            if path not in members:
                raise DataRefused(
                    f"its sheet '{sheet.get('name')}' is missing", advice="Save it again from its program."
                )
            if "worksheets/" in path:
                yield sheet.get("name", ""), sheet.get("state", "visible") == "visible", path


def _is_1904(workbook: ET.Element) -> bool:
    return any(each.get("date1904") in {"1", "true"} for each in children(workbook, "workbookPr"))


def _shared(folder: Path, members: Mapping[str, str]) -> list[str]:
    path = members.get("xl/sharedStrings.xml")
    return [] if path is None else [_rich_text(each) for each in stream(folder / path, "sst", ("si",))]


def _rich_text(element: ET.Element) -> str:
    """Join the pieces of a text, without the reading aids of East Asian writing."""
    parts = [each.text or "" for child in element for each in _pieces(child)]
    return _unescaped("".join(parts))


def _pieces(element: ET.Element) -> Iterator[ET.Element]:
    if element.tag == "t":
        yield element
    elif element.tag == "r":
        yield from children(element, "t")


def _date_styles(folder: Path, members: Mapping[str, str]) -> frozenset[int]:
    """Return the numbers of the cell styles that show a date or a time of day."""
    path = members.get("xl/styles.xml")
    if path is None:
        return frozenset()
    styles = parse(folder / path, "styleSheet")
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter() if each.tag == "numFmt"}
    cells = [each for group in children(styles, "cellXfs") for each in children(group, "xf")]
    formats = [each.get("numFmtId", "0") for each in cells]
    return frozenset(
        number
        for number, code in enumerate(formats)
        if (_shows_date(own[code]) if code in own else _is_builtin_date(code))
    )


def _is_builtin_date(code: str) -> bool:
    return code.isdigit() and int(code) in _DATE_FORMATS and int(code) != _ELAPSED_FORMAT


def _shows_date(code: str) -> bool:
    first = _NOT_IN_FORMAT.sub("", code).split(";")[0]
    return not _ELAPSED.search(first) and re.search(r"[dmyhs]", first, re.IGNORECASE) is not None


def _rows(path: Path, book: _Book, merged: list[tuple[int, str]]) -> Iterator[Row]:
    number = 0
    for element in stream(path, "worksheet", ("row", "mergeCell")):
        if element.tag == "mergeCell":
            where = element.get("ref", "")
            found = _REFERENCE.match(where)
            merged.append((int(found[2]) if found else 1, where))
            continue
        number = int(element.get("r") or number + 1)
        cells: dict[int, Cell] = {}
        marked = False
        at = -1
        for cell in children(element, "c"):
            reference = _REFERENCE.fullmatch(cell.get("r", ""))
            at = column_number(reference[1]) if reference else at + 1
            parts = {child.tag: child for child in cell if child.tag in _HOLD}
            marked = marked or bool(parts)
            cells[at] = Cell(None, "one of its cells is there twice") if at in cells else _cell(cell, parts, book)
        yield Row(number, cells, marked)


def _cell(cell: ET.Element, parts: Mapping[str, ET.Element], book: _Book) -> Cell:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return Cell(_rich_text(parts["is"]).strip() or None) if "is" in parts else Cell(None)
    value = parts.get("v")
    if value is None or value.text is None:
        uncounted = "f" in parts and (value is None or kind != "str")
        return Cell(None, "its formula was never calculated" if uncounted else None)
    return _typed(kind, value.text, cell, book)


def _typed(kind: str, text: str, cell: ET.Element, book: _Book) -> Cell:
    if kind == "e":
        return Cell(None, f"its formula gives {text}")
    try:
        found = _stored(kind, text, cell, book)
    except (ValueError, IndexError, KeyError, ArithmeticError):
        return Cell(None, "its value cannot be read")
    return Cell(None, "it holds a NUL character") if "\0" in found else Cell(found.strip() or None)


def _stored(kind: str, text: str, cell: ET.Element, book: _Book) -> str:
    match kind:
        case "s":
            return book.shared[int(text)]
        case "str":
            return _unescaped(text)
        case "d":
            return text.strip().removesuffix("T00:00:00")
        case "b":
            return _BOOLEANS[text.strip()]
        case _ if int(cell.get("s", "0")) in book.dates:
            return _date(text.strip(), from_1904=book.from_1904)
        case _:
            return plain_number(text.strip())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date(text: str, *, from_1904: bool) -> str:
    """Turn a number of days into an ISO date, with the time where there is one.

    Examples
    --------
    >>> _date("44289", from_1904=False), _date("42827.5", from_1904=True), _date("59", from_1904=False)
    ('2021-04-03', '2021-04-03T12:00:00', '1900-02-28')
    """
    value = float(text)
    if not 0 <= value <= _LAST_DAY:
        return plain_number(text)
    days, seconds = divmod(round(value * _SECONDS), _SECONDS)
    time = dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()
    if not days and not from_1904:
        return time
    if days == _LEAP_DAY_THAT_NEVER_WAS and not from_1904:
        return "1900-02-29"
    start = dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 31 if days < _LEAP_DAY_THAT_NEVER_WAS else 30)
    day = (start + dt.timedelta(days=days)).isoformat()
    return f"{day}T{time}" if seconds else day
