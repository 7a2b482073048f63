"""Bytes into text, never by a silent guess.

UTF-8 is read as it is, and so is UTF-16 that says so in its first two bytes. Everything else is told from the words that it
gives: UTF-16 without a mark, Windows-1251 (Russian) and Windows-1254 (Turkish, and Azerbaijani but for ə, which it lacks).
These are what the region's spreadsheets write. An encoding is assumed, with a finding, only when its words are words and no
other's are; otherwise the file is refused, because a wrong guess turns place names into other words that no later check can
tell from real ones. A statistical detector was the other choice; it always answers, and names of villages are what it has
never seen.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mapper.errors import DataRefused
from mapper.findings import KEPT, finding

if TYPE_CHECKING:
    from mapper.model import Finding, LayerEntry

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MOST_NULS = 0.1
"""Share of NUL bytes from which a file is no text with a stray NUL in it but another encoding, or binary."""
_SAMPLE_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20
_PLAIN = re.compile("[\t\r\n -~\u00a0-\u052f\u2000-\u206f\u20a0-\u20bf\u2100-\u214f]+")
"""Latin and Cyrillic letters with the signs beside them: what UTF-16 read in the wrong byte order does not give."""
_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN = re.compile(r"[А-Яа-яЁё]+")
_TURKISH = re.compile(r"[A-Za-zÇĞİÖŞÜçğıöşü]+")
_VOWELS = frozenset("аеёиоуыэюя")
_FEWEST_VOWELS = 1 / 3
_NEVER_FIRST = frozenset("ъыьЪЫЬ")
"""Letters that no Russian word begins with; other Cyrillic encodings read as Windows-1251 do."""
_CAPITALS_TO_MIXED = 20
"""Words with one capital that must stand beside each word that mixes small letters and capitals (кВт)."""
_LOST_LETTER = re.compile(r"[^\W\d_]\?[^\W\d_]")
_SAVE_AGAIN = "Save it again as UTF-8."
_NAMES = {
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "windows-1251": "Windows-1251",
    "windows-1254": "Windows-1254",
}


def decode(entry: LayerEntry, content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a file and, where its encoding is not UTF-8, the finding that says so.

    A mark of byte order at the start of the text is left out.

    Raises
    ------
    DataRefused
        When its encoding cannot be told; names the first bad line.
    """
    encoding = _encoding(entry, content)
    text = content.decode(encoding)
    return text, _told(entry, encoding, text)


def as_utf8(entry: LayerEntry, content: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """Return the same as `decode`, as UTF-8 bytes: text that is UTF-8 already is not copied into a string.

    Raises
    ------
    DataRefused
        As `decode`.
    """
    encoding = _encoding(entry, content)
    if encoding == "utf-8-sig":
        return content.removeprefix(codecs.BOM_UTF8), ()
    text = content.decode(encoding)
    return text.encode(), _told(entry, encoding, text)


def eight_bit_encoding(content: bytes) -> list[str]:
    """Return the encodings of one byte a letter in which all words of a text can be words: none, one, or more.

    Examples
    --------
    >>> eight_bit_encoding("Агдам, взрыв".encode("cp1251")), eight_bit_encoding("Ağdam, Şuşa".encode("cp1254"))
    (['windows-1251'], ['windows-1254'])
    >>> eight_bit_encoding("Агдам, взрыв".encode("koi8-r")), eight_bit_encoding("café".encode("latin-1"))
    ([], [])
    """
    return [
        name
        for name, is_plausible in (("windows-1251", _is_russian), ("windows-1254", _is_turkish))
        if is_plausible(content)
    ]


def _encoding(entry: LayerEntry, content: bytes) -> str:
    """Return Python's name of the encoding in which the whole content can be read."""
    name = entry.path.name
    if content.startswith(_UTF_32):
        raise DataRefused("it is UTF-32 text, which is not read", file=name, advice=_SAVE_AGAIN)
    if content.startswith(_UTF_16):
        return _readable(content, "utf-16", name)
    nuls = content.count(b"\x00")
    if nuls and (wide := _plain_utf_16(content)):
        return _readable(content, wide, name)
    if nuls > _MOST_NULS * len(content):
        raise DataRefused("it is full of NUL bytes, so it is no UTF-8 text", file=name, advice=_SAVE_AGAIN)
    bad_line = _first_line_not_utf8(content)
    if bad_line is None:
        return "utf-8-sig"
    found = eight_bit_encoding(content)
    if len(found) == 1:
        return found[0]
    either = f", and its words could be {' as well as '.join(_NAMES[each] for each in found)}" if found else ""
    raise DataRefused(
        f"it is not UTF-8 text: a character cannot be read{either}", file=name, row=bad_line, advice=_SAVE_AGAIN
    )


def _readable(content: bytes, encoding: str, name: str) -> str:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        raise DataRefused(
            "it is UTF-16 text in which a character cannot be read; it may be cut short", file=name, advice=_SAVE_AGAIN
        ) from None
    return encoding


def _plain_utf_16(content: bytes) -> str | None:
    """Return the one byte order in which a text without a mark is plain UTF-16."""
    if len(content) % 2:
        return None
    sample = content[:_SAMPLE_BYTES]
    plain = [name for name in ("utf-16-le", "utf-16-be") if _PLAIN.fullmatch(sample.decode(name, "replace"))]
    return plain[0] if len(plain) == 1 else None


def _first_line_not_utf8(content: bytes) -> int | None:
    """Return the line of the first byte that is no UTF-8, None where all is; no second copy of the text is held."""
    if _is_utf8(content):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    for start in range(0, len(content), _BLOCK_BYTES):
        try:
            decoder.decode(view[start : start + _BLOCK_BYTES], final=start + _BLOCK_BYTES >= len(content))
        except UnicodeDecodeError as exc:
            kept_back = len(exc.object) - len(view[start : start + _BLOCK_BYTES])
            return content.count(b"\n", 0, start - kept_back + exc.start) + 1
    return None


def _is_utf8(content: bytes) -> bool:
    """Tell whether bytes are UTF-8, which pyarrow does six times faster than Python; both refuse the same bytes."""
    whole = np.array([0, len(content)], dtype=np.int64)
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, pa.py_buffer(whole), pa.py_buffer(content)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _told(entry: LayerEntry, encoding: str, text: str) -> tuple[Finding, ...]:
    if encoding == "utf-8-sig":
        return ()
    if encoding == "utf-16":
        return (finding("assumed_encoding", "info", "It was read as UTF-16, as it says.", entry=entry, value=encoding),)
    assumed = finding("assumed_encoding", "warning", f"It was read as {_NAMES[encoding]}.", entry=entry, value=encoding)
    lost = len(_LOST_LETTER.findall(text)) if encoding == "windows-1254" else 0
    if not lost:
        return (assumed,)
    value = f"{'1 question mark' if lost == 1 else f'{lost} question marks'} inside words: Windows-1254 has no ə"
    return (assumed, finding("mojibake", "warning", KEPT, entry=entry, value=value))


def _foreign_words(content: bytes, codec: str) -> set[str] | None:
    """Return the different words that are not plain ASCII; None when the bytes cannot be read so."""
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    return {word for word in _WORD.findall(text) if not word.isascii()}


def _is_cased(word: str) -> bool:
    """Tell whether a word is in small letters, in capitals, or begins with one; text in other encodings mixes them."""
    return word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())


def _is_russian(content: bytes) -> bool:
    """Tell whether Windows-1251 gives whole Russian words.

    Western and Turkish text read so mixes Cyrillic letters into Latin words; KOI8-R exchanges small letters and capitals,
    which shows in every word with one capital. Where there is none, the share of vowels must speak for Windows-1251.
    """
    words = _foreign_words(content, "cp1251")
    if not words or not all(_RUSSIAN.fullmatch(word) for word in words):
        return False
    if any(word[0] in _NEVER_FIRST for word in words):
        return False
    mixed = sum(not _is_cased(word) for word in words)
    with_capital = sum(len(word) > 1 and word[0].isupper() and word[1:].islower() for word in words)
    if mixed or with_capital:
        return with_capital >= max(1, mixed * _CAPITALS_TO_MIXED)
    others = _foreign_words(content, "koi8-r") or set()
    return _vowels(words) >= max(_FEWEST_VOWELS, _vowels(others) + 0.01)


def _vowels(words: set[str]) -> float:
    letters = "".join(words).lower()
    return sum(letter in _VOWELS for letter in letters) / max(len(letters), 1)


def _is_turkish(content: bytes) -> bool:
    """Tell whether Windows-1254 gives whole words in Turkish (or Azerbaijani) letters; Russian text read so has others."""
    words = _foreign_words(content, "cp1254")
    return bool(words) and all(_TURKISH.fullmatch(word) and _is_cased(word) for word in words or ())
