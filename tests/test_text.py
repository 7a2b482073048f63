"""Encodings: found where only one gives words, stated whenever it is not UTF-8, and refused where two do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, MapperError
from mapper.intake.text import as_utf8, decode, eight_bit_encoding

ENTRY = layer_entry(Path("a.csv"), "incidents")
RUSSIAN = "id,district,note\n1,Агдам,взрыв мины на дороге — «ТМ-57»\n2,Физули,Ёж\n"
PLAIN_RUSSIAN = RUSSIAN.translate({ord("—"): "-", ord("«"): None, ord("»"): None})
TURKISH = "id,district,note\n1,Ağdam,İki mayın\n2,Şuşa,üç çoban\n3,Füzuli,öküz\n"


def told(content: bytes) -> list[tuple[str, str, str | None]]:
    """Return the rule, severity and value of each finding."""
    return [(found.rule, found.severity, found.value) for found in decode(ENTRY, content)[1]]


@pytest.mark.parametrize(
    ("text", "encoding", "severity", "value"),
    [
        (RUSSIAN, "utf-8", None, None),
        (RUSSIAN, "utf-8-sig", None, None),
        (RUSSIAN, "utf-16", "info", "utf-16"),
        (TURKISH, "utf-16-le", "warning", "utf-16-le"),
        (RUSSIAN, "utf-16-be", "warning", "utf-16-be"),
        ("id\n1\n", "utf-16-le", "warning", "utf-16-le"),
        (RUSSIAN, "cp1251", "warning", "windows-1251"),
        (RUSSIAN.lower(), "cp1251", "warning", "windows-1251"),
        (TURKISH, "cp1254", "warning", "windows-1254"),
        ("id,district\n1,Ağdam\n", "cp1254", "warning", "windows-1254"),
        ("id,note\n1,Müller\n", "latin-1", "warning", "windows-1254"),
    ],
)
def test_an_encoding_is_found_and_stated(text: str, encoding: str, severity: str | None, value: str | None) -> None:
    """A mark of byte order says it for certain; the rest is a doubt. ü is the same letter in Latin-1 and Windows-1254."""
    content = text.encode(encoding)
    assert decode(ENTRY, content)[0] == text
    assert as_utf8(ENTRY, content)[0].decode() == text
    assert told(content) == ([] if severity is None else [("assumed_encoding", severity, value)])


@pytest.mark.parametrize("order", ["le", "be"])
def test_a_mark_of_byte_order_is_no_part_of_the_text(order: str) -> None:
    """Excel's "Unicode text" begins with one."""
    mark = {"le": b"\xff\xfe", "be": b"\xfe\xff"}[order]
    assert decode(ENTRY, mark + "ə,1".encode(f"utf-16-{order}"))[0] == "ə,1"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (PLAIN_RUSSIAN.encode("koi8-r"), "not UTF-8"),
        ("взрыв мины у села".encode("koi8-r"), "not UTF-8"),
        ("ВЗРЫВ МИНЫ У СЕЛА".encode("koi8-r"), "not UTF-8"),
        (PLAIN_RUSSIAN.encode("cp866"), "not UTF-8"),
        (PLAIN_RUSSIAN.encode("iso8859-5"), "not UTF-8"),
        (b"id,note\n1,caf\xe9\n", "not UTF-8"),
        ("id,note\n1,čaša\n".encode("cp1250"), "not UTF-8"),
        ("юр".encode("cp1251"), "Windows-1251 as well as Windows-1254"),
        (b"\xff\xfe\x00\x00" + "id".encode("utf-32-le"), "UTF-32"),
        (b"\xff\xfei\x00d", "cut short"),
        (b"\xff\xfe\x00\xd8i\x00", "cannot be read"),
        (b"\x00\x01\x02\x00" * 9, "NUL"),
    ],
)
def test_what_could_become_other_words_is_refused(content: bytes, part: str) -> None:
    """KOI8-R read as Windows-1251 gives letters too, only not words; `юр` read as Windows-1254 is `şğ`."""
    with pytest.raises(DataRefused) as caught:
        decode(ENTRY, content)
    assert part in str(caught.value)


def test_the_line_of_the_first_bad_character_is_told() -> None:
    """Also beyond the first block that is looked at, and where a letter stands across two blocks."""
    content = b"id,note\n" + b"1,\xc9\x99\n" * 400_000 + b"2,caf\xe9\n"
    with pytest.raises(DataRefused) as caught:
        decode(ENTRY, content)
    assert caught.value.row == 400_002


def test_letters_that_windows_1254_does_not_have_are_missed() -> None:
    """Excel writes ? for ə: of four of this table three stand inside a word (a question may end with one)."""
    content = "id,district\n1,Ağd?r?\n2,T?rt?r\n3,Şuşa\n".encode("cp1254")
    assert told(content) == [
        ("assumed_encoding", "warning", "windows-1254"),
        ("mojibake", "warning", "3 question marks inside words: Windows-1254 has no ə"),
    ]


@pytest.mark.parametrize("text", [RUSSIAN, TURKISH])
@pytest.mark.parametrize("encoding", ["cp1251", "cp1254"])
def test_no_text_is_plausible_in_two_encodings(text: str, encoding: str) -> None:
    """The text of one is never words of the other."""
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        return
    assert len(eight_bit_encoding(content)) == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Both forms agree, and the UTF-8 of pyarrow is the UTF-8 of Python."""
    try:
        text = decode(ENTRY, content)[0]
    except MapperError:
        with pytest.raises(MapperError):
            as_utf8(ENTRY, content)
        return
    assert as_utf8(ENTRY, content)[0] == text.encode()
    if not any(byte in content for byte in (b"\x00", b"\xff\xfe", b"\xfe\xff")):
        assert told(content) or text == content.decode("utf-8-sig")
