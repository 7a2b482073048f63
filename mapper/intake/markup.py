"""XML bytes into text before any parser sees them: the encoding found, document types refused.

A document type can name other files and make entities that grow without end; none of the formats read here needs one.
Parsers know few encodings, so Windows-1251 and its like are decoded here, by the name the document states or as
`mapper.intake.text` does.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from mapper.errors import DataRefused
from mapper.intake.text import as_utf8

if TYPE_CHECKING:
    from mapper.model import Finding, LayerEntry

_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*\?>")
_STATED = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BEFORE_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_KNOWN = re.compile(r"utf-8|utf-16(-[lb]e)?|ascii|cp125[0-8]|cp866|koi8-[ru]|iso8859-\d+|mac-cyrillic")
_MARKS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def plain_xml(entry: LayerEntry, content: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """Return a document as UTF-8 without its declaration, and what had to be assumed about its encoding.

    Raises
    ------
    DataRefused
        When it has a document type, its encoding is not known, or it is no text.
    """
    text, assumed = _text(entry, content)
    text = _DECLARATION.sub(b"", text, count=1)
    before = _BEFORE_ROOT.match(text)
    if text.startswith(b"<!DOCTYPE", before.end() if before else 0):
        raise DataRefused(
            "it has a document type, which can open other files and is not read",
            file=entry.path.name,
            advice="Remove the line with <!DOCTYPE, or export it again.",
        )
    return text, assumed


def _text(entry: LayerEntry, content: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    stated = _STATED.match(content)
    name = next((name for mark, name in _MARKS if content.startswith(mark)), None) or _codec(stated)
    if name in {None, "utf-8", "ascii"}:
        return as_utf8(entry, content)
    if not _KNOWN.fullmatch(str(name)):
        raise DataRefused(f"its encoding '{name}' is not read", file=entry.path.name, advice="Save it again as UTF-8.")
    try:
        return content.decode(str(name)).encode(), ()
    except UnicodeError:
        raise DataRefused(
            f"it says it is {name}, but cannot be read as that", file=entry.path.name, advice="Save it again as UTF-8."
        ) from None


def _codec(stated: re.Match[bytes] | None) -> str | None:
    if stated is None:
        return None
    given = stated[1].decode("ascii")
    try:
        return codecs.lookup(given).name
    except LookupError:
        return given
