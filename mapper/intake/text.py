"""Bytes into text, never by a silent guess.

UTF-8 is read as it is. Text that can only be Russian in Windows-1251, which the region's spreadsheets still write, is read
as such with a finding; any other encoding is refused, because a wrong guess turns place names into other words that no
later check can tell from real ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mapper.errors import DataRefused
from mapper.findings import finding

if TYPE_CHECKING:
    from mapper.model import Finding, LayerEntry

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_MOST_NULS = 0.1
"""Share of NUL bytes from which a file is no text with a stray NUL in it but another encoding, or binary."""
_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN = re.compile(r"[А-Яа-яЁё]+")
_SAVE_AGAIN = "Save it again as UTF-8."


def decode(entry: LayerEntry, content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a file and, where its encoding had to be assumed, the finding that says so.

    A mark of byte order at the start of UTF-8 text is left out.

    Raises
    ------
    DataRefused
        When it is UTF-16 or binary, or neither UTF-8 nor plainly Russian in Windows-1251; names the first bad line.
    """
    name = entry.path.name
    if content.startswith(_UTF_16):
        raise DataRefused("it is UTF-16 text, which is not read", file=name, advice=_SAVE_AGAIN)
    if content.count(b"\x00") > _MOST_NULS * len(content):
        raise DataRefused("it is full of NUL bytes, so it is no UTF-8 text", file=name, advice=_SAVE_AGAIN)
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as exc:
        text = _russian(content)
        if text is None:
            line = content.count(b"\n", 0, exc.start) + 1
            raise DataRefused(
                "it is not UTF-8 text: a character cannot be read", file=name, row=line, advice=_SAVE_AGAIN
            ) from None
    done = "It was read as Windows-1251."
    return text, (finding("assumed_encoding", "warning", done, entry=entry, value="windows-1251"),)


def _russian(content: bytes) -> str | None:
    """Read as Windows-1251 when that gives whole Russian words, mostly in small letters; None otherwise.

    Western text read so mixes Cyrillic letters into Latin words; KOI8-R turns small letters into capitals.
    """
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    letters = "".join(words)
    plausible = all(map(_RUSSIAN.fullmatch, words)) and sum(map(str.islower, letters)) > len(letters) / 2
    return text if plausible else None
