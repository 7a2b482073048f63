"""The attribute table of a shapefile (dBASE), inside the child: text cells with the digits as they are written.

Read by ourselves, as the format is rows of fixed width: GDAL makes floating numbers of long ids, and one letter cut in two at
the end of a field makes pyogrio give up on the whole file. A stated encoding is tried first; when it does not fit,
or none is stated, the text is judged by `mapper.intake.text` and the choice is told.
"""

from __future__ import annotations

import codecs
import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused
from mapper.intake.decoder_child import Doubt
from mapper.intake.text import decode
from mapper.model import LayerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HEADER_BYTES, _FIELD_BYTES = 32, 32
_FIELDS_END = 0x0D
_DELETED = b"*"
_LANGUAGE_AT = 29
_LANGUAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x26: "cp866",
    0x65: "cp866",
    0x57: "cp1252",
    0x58: "cp1252",
}
_LANGUAGES |= {0x6B: "cp857", 0x88: "cp857", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253"}
_EXPORT = "Export it again from its program, or as a GeoPackage."
_UNREAD_TYPES = "MGPBYV0"
_DATE = re.compile(rb"\d{8}")
_LONGEST_UTF8 = 4


class _Field(NamedTuple):
    name: bytes
    kind: str
    start: int
    end: int


class Attributes(NamedTuple):
    """The cells by column, one for each physical record; `deleted` are the records (from 1) that are marked as removed."""

    cells: dict[str, list[str | None]]
    counted: int
    whole: int
    deleted: frozenset[int]
    doubts: list[Doubt]


def attributes(content: bytes, stated: str | None) -> Attributes:
    """Read a .dbf file.

    Parameters
    ----------
    content : bytes
        The file.
    stated : str, optional
        The encoding its .cpg file names.

    Raises
    ------
    DataRefused
        When its header is damaged, two columns have the same name, or its encoding cannot be told.
    """
    try:
        counted, header_bytes, record_bytes = struct.unpack_from("<IHH", content, 4)
        fields = _fields(content[:header_bytes], record_bytes)
    except (struct.error, IndexError, ValueError):
        raise DataRefused("the header of its .dbf file is damaged", advice=_EXPORT) from None
    whole = min(counted, (len(content) - header_bytes) // record_bytes)
    records = [content[header_bytes + i * record_bytes : header_bytes + (i + 1) * record_bytes] for i in range(whole)]
    texts = [field.name for field in fields]
    texts += [record[f.start : f.end].rstrip(b" \0") for f in fields if f.kind == "C" for record in records]
    encoding, doubts = _encoding(texts, stated, content[_LANGUAGE_AT])
    cells: dict[str, list[str | None]] = {}
    for field in fields:
        name = field.name.decode(encoding, "replace").strip()
        if not name or name in cells:
            raise DataRefused("two of its columns have the same name, or one has none", column=name, advice=_EXPORT)
        if field.kind in _UNREAD_TYPES:
            done = "The column was left out: it holds binary data or refers to another file."
            doubts.append(Doubt("unknown_column", "warning", done, column=name))
            continue
        cells[name] = _column(field, name, records, encoding, doubts)
    deleted = frozenset(row for row, record in enumerate(records, start=1) if record[:1] == _DELETED)
    return Attributes(cells, counted, whole, deleted, doubts)


def _fields(header: bytes, record_bytes: int) -> list[_Field]:
    fields = []
    at, start = _HEADER_BYTES, 1
    while header[at] != _FIELDS_END:
        name, kind, width, decimals = struct.unpack_from("<11sc4xBB", header, at)
        width += decimals * 256 if kind == b"C" else 0
        fields.append(_Field(name.split(b"\0")[0], kind.decode("ascii"), start, start + width))
        at, start = at + _FIELD_BYTES, start + width
    if start != record_bytes:
        raise ValueError
    return fields


def _encoding(texts: list[bytes], stated: str | None, language: int) -> tuple[str, list[Doubt]]:
    """Return the encoding that fits all texts, and what to tell where it is not the one stated."""
    if all(text.isascii() for text in texts):
        return "ascii", []
    named = _codec(stated) or _LANGUAGES.get(language)
    if _fits(texts, "utf-8"):
        guess = "utf-8"
    elif named and named != "utf-8" and _fits(texts, named):
        return named, []
    else:
        guess = "cp1251"
        decode(
            LayerEntry("dbf", "zones", Path("its .dbf file")), b"\n".join(texts)
        )  # refuses what is not plainly Russian
    if guess == named:
        return guess, []
    said = {"cp1251": "Windows-1251", "utf-8": "UTF-8"}[guess]
    why = f"no .cpg file; read as {said}" if named is None else f"stated {stated or named}; read as {said}"
    return guess, [Doubt("assumed_encoding", "warning", f"It was read as {said}.", value=why)]


def _codec(stated: str | None) -> str | None:
    """Return Python's name of what a .cpg file holds, such as `UTF-8`, `1251`, `ANSI 1254` or `88595`."""
    if not stated:
        return None
    text = stated.strip().upper()
    number = re.sub(r"^(ANSI|CP|WINDOWS|OEM|LDID)[ /_-]*", "", text)
    latin = re.fullmatch(r"8859[_-]?(\d{1,2})", number)
    for name in (f"iso8859-{latin[1]}" if latin else "", f"cp{number}" if number.isdigit() else "", number, text):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def _fits(texts: list[bytes], encoding: str) -> bool:
    try:
        for text in texts:
            _decoded(text, encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _decoded(text: bytes, encoding: str) -> tuple[str, bool]:
    """Decode a field, leaving out a letter that its end cuts in two; the second value says that there was one."""
    try:
        return text.decode(encoding), False
    except UnicodeDecodeError as exc:
        if encoding != "utf-8" or exc.reason != "unexpected end of data" or len(text) - exc.start >= _LONGEST_UTF8:
            raise
        return text[: exc.start].decode(encoding), True


def _column(field: _Field, name: str, records: list[bytes], encoding: str, doubts: list[Doubt]) -> list[str | None]:
    raw = [record[field.start : field.end] for record in records]
    if field.kind != "C":
        make = _MAKERS.get(field.kind, _digits)
        return [make(value) for value in raw]
    texts: list[str | None] = []
    for row, value in enumerate(raw, start=1):
        text, cut = _decoded(value.rstrip(b" \0"), encoding)
        if cut:
            done = "The last letter was left out: the end of the field cuts it in two."
            doubts.append(Doubt("assumed_encoding", "warning", done, row, name))
        if "\0" in text:
            doubts.append(
                Doubt("nul_character", "warning", "It was replaced by \ufffd; the record was kept.", row, name)
            )
            text = text.replace("\0", "\ufffd")
        texts.append(text.strip() or None)
    return texts


def _digits(value: bytes) -> str | None:
    return value.decode("ascii", "replace").strip(" \0") or None


def _date(value: bytes) -> str | None:
    text = _digits(value)
    if text is None or not text.strip("0"):
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if _DATE.fullmatch(value) else text


def _logical(value: bytes) -> str | None:
    return {"T": "true", "Y": "true", "F": "false", "N": "false"}.get(value.decode("ascii", "replace").upper())


def _unpacked(form: str) -> Callable[[bytes], str | None]:
    def make(value: bytes) -> str | None:
        return repr(struct.unpack(form, value)[0]).removesuffix(".0") if len(value) == struct.calcsize(form) else None

    return make


_MAKERS: Mapping[str, Callable[[bytes], Any]] = {
    "D": _date,
    "L": _logical,
    "I": _unpacked("<i"),
    "+": _unpacked("<i"),
    "O": _unpacked("<d"),
    "@": lambda _: None,
    "T": lambda _: None,
}
