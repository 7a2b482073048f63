"""The attribute table of a shapefile (dBASE), inside the child: text cells with the digits as they are written.

Read by ourselves, as the format is rows of fixed width: GDAL makes floating numbers of long ids, and one letter cut in two at
the end of a field makes pyogrio give up on the whole file. A column is decoded at once, and cell by cell only where that
cannot be done. A stated encoding is tried first; when it does not fit, or none is stated, the text is judged by
`mapper.intake.text` and the choice is told.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from mapper.errors import DataRefused
from mapper.intake.decoder_child import Doubt
from mapper.intake.text import eight_bit_encoding

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
_CODECS = {"windows-1251": "cp1251", "windows-1254": "cp1254"}
_LANGUAGES |= {0x6B: "cp857", 0x88: "cp857", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253"}
_EXPORT = "Export it again from its program, or as a GeoPackage."
_UNREAD_TYPES = "MGPBYVWQO0"
_VERSION, _DBASE_7 = 0b111, 4
_DATE = re.compile(r"\d{8}", re.ASCII)
_LONGEST_UTF8 = 4
_MOST_DAMAGED = 0.1
"""Share of the texts with letters beyond English that may not fit an encoding that the others do."""
_PADDING = b" \0"
_SEPARATOR = b"\x1f"
_DAY_MS = 86_400_000
_FIRST_DAY = 1_721_425
"""The Julian count of the day before 0001-01-01."""


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
    if content[0] & _VERSION == _DBASE_7:
        raise DataRefused("its .dbf file is of dBASE 7, which is not read", advice=_EXPORT)
    whole = max(min(counted, (len(content) - header_bytes) // record_bytes), 0)
    records = np.frombuffer(content, f"V{record_bytes}", whole, header_bytes) if whole else np.empty(0, "V1")
    texts = [[field.name for field in fields], *(_raw(records, each) for each in fields if each.kind == "C")]
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
        cells[name] = _column(field, name, _raw(records, field), encoding, doubts)
    marks = _raw(records, _Field(b"", "C", 0, 1))
    deleted = frozenset(row for row, mark in enumerate(marks, start=1) if mark == _DELETED)
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


def _raw(records: Any, field: _Field) -> list[bytes]:  # noqa: ANN401 - numpy
    """Return a field of every record, all of its bytes."""
    width = field.end - field.start
    if not len(records) or not width:
        return [b""] * len(records)
    parts = records.view("u1").reshape(len(records), -1)[:, field.start : field.end]
    raw: list[bytes] = np.ascontiguousarray(parts).view(f"V{width}")[:, 0].tolist()
    return raw


def _encoding(columns: list[list[bytes]], stated: str | None, language: int) -> tuple[str, list[Doubt]]:
    """Return the encoding that fits all texts, and what to tell where it is not the one stated."""
    if all(_SEPARATOR.join(texts).isascii() for texts in columns):
        return "ascii", []
    named = _codec(stated) or _LANGUAGES.get(language)
    if _fits(columns, "utf-8") or _mostly_fits(columns, "utf-8"):
        guess = "utf-8"
    elif named and named != "utf-8" and (_fits(columns, named) or _mostly_fits(columns, named)):
        return named, []
    else:
        held = b"\n".join(text.rstrip(_PADDING) for texts in columns for text in texts)
        likely = [_CODECS[each] for each in eight_bit_encoding(held)]
        if len(likely) != 1 or not _fits(columns, likely[0]):
            raise DataRefused("the encoding of its .dbf file cannot be told", advice="Add a .cpg file that names it.")
        (guess,) = likely
    if guess == named:
        return guess, []
    said = {"cp1251": "Windows-1251", "cp1254": "Windows-1254", "utf-8": "UTF-8"}[guess]
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


def _fits(columns: list[list[bytes]], encoding: str) -> bool:
    try:
        for texts in columns:
            if _at_once(texts, encoding) is None:
                for text in texts:
                    _decoded(text, encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _mostly_fits(columns: list[list[bytes]], encoding: str) -> bool:
    """Tell whether only few texts do not fit, as where some records are damaged."""
    odd = [text for texts in columns for text in texts if not text.isascii()]
    return sum(not _fits([[text]], encoding) for text in odd) <= _MOST_DAMAGED * len(odd)


def _at_once(texts: list[bytes], encoding: str) -> list[str] | None:
    """Decode a column in one go; None where a text in it does not fit, or holds the sign that keeps them apart."""
    try:
        found = _SEPARATOR.join(texts).decode(encoding).split(_SEPARATOR.decode())
    except UnicodeError:
        return None
    return found if len(found) == len(texts) else None


def _decoded(text: bytes, encoding: str) -> tuple[str, bool]:
    """Decode a field, leaving out a letter that its end cuts in two; the second value says that there was one."""
    text = text.rstrip(_PADDING)
    try:
        return text.decode(encoding), False
    except UnicodeDecodeError as exc:
        if encoding != "utf-8" or exc.reason != "unexpected end of data" or len(text) - exc.start >= _LONGEST_UTF8:
            raise
        return text[: exc.start].decode(encoding), True


def _column(field: _Field, name: str, raw: list[bytes], encoding: str, doubts: list[Doubt]) -> list[str | None]:
    if field.kind in _BINARY:
        return _binary(field.kind, name, raw, doubts)
    if field.kind != "C":
        make = _MAKERS.get(field.kind, _plain)
        cells = [text.strip(" \0") for text in _at_once(raw, "latin-1") or [_letters(each) for each in raw]]
        return _without_stars([make(text) for text in cells], name, doubts)
    quick = _at_once(raw, encoding)
    if quick is not None:
        stripped = [each.strip(" \0") for each in quick]
        if not any("\0" in each for each in stripped):
            return [each.strip() or None for each in stripped]
    texts: list[str | None] = []
    for row, value in enumerate(raw, start=1):
        try:
            text, cut = _decoded(value, encoding)
        except UnicodeError:
            text, cut = value.rstrip(_PADDING).decode(encoding, "replace"), False
            done = "Letters that cannot be read were replaced by \ufffd; the record was kept."
            doubts.append(Doubt("assumed_encoding", "warning", done, row, name))
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


def _without_stars(cells: list[str | None], name: str, doubts: list[Doubt]) -> list[str | None]:
    """Leave out what is only asterisks: so a number is written that is null, or that its field has no room for."""
    starred = [at for at, text in enumerate(cells) if text and not text.strip("*")]
    if starred:
        done = f"Asterisks stand in {len(starred)} cells: no number, or one too long. They count as not known."
        doubts.append(Doubt("not_a_number", "info", done, column=name))
    return [None if text and not text.strip("*") else text for text in cells] if starred else cells


def _letters(value: bytes) -> str:
    return value.decode("latin-1")


def _plain(text: str) -> str | None:
    return text or None


def _date(text: str) -> str | None:
    if not text.strip("0"):
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if _DATE.fullmatch(text) else text


def _logical(text: str) -> str | None:
    """Return true or false, None where it was never set (`?`), and anything else as it stands."""
    return None if text in {"", "?"} else _LOGICAL.get(text.upper(), text)


def _binary(kind: str, name: str, raw: list[bytes], doubts: list[Doubt]) -> list[str | None]:
    """Read numbers and moments that are stored as binary; one that makes no sense is left out and told."""
    texts: list[str | None] = []
    for row, value in enumerate(raw, start=1):
        try:
            texts.append(_BINARY[kind](value) if value.strip(_PADDING) else None)
        except (struct.error, OverflowError, ValueError):
            texts.append(None)
            done = "The cell was left out: it cannot be read as its column says."
            doubts.append(Doubt("unreadable_row", "warning", done, row, name))
    return texts


def _whole_number(value: bytes) -> str:
    return str(struct.unpack("<i", value)[0])


def _moment(value: bytes) -> str:
    """Read a moment: the day by the Julian count, then the milliseconds since midnight.

    Examples
    --------
    >>> _moment(struct.pack("<2i", 2459308, 66_600_000))
    '2021-04-03T18:30:00'
    """
    day, milliseconds = struct.unpack("<2i", value)
    if not 0 <= milliseconds < _DAY_MS:
        raise ValueError
    midnight = dt.datetime.combine(dt.date.fromordinal(day - _FIRST_DAY), dt.time())
    text = (midnight + dt.timedelta(milliseconds=milliseconds)).isoformat()
    return text.removesuffix("T00:00:00")


_LOGICAL: Mapping[str, str] = MappingProxyType({"T": "true", "Y": "true", "F": "false", "N": "false"})
_MAKERS: Mapping[str, Callable[[str], str | None]] = MappingProxyType({"D": _date, "L": _logical})
_BINARY: Mapping[str, Callable[[bytes], str]] = MappingProxyType(
    {"I": _whole_number, "+": _whole_number, "T": _moment, "@": _moment}
)
