"""The one way of text into markup. What a browser shows without scripts is made of constants and of what passes here."""

from __future__ import annotations

import html
import re
from typing import Any

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: object) -> str:
    r"""Return text that stays text between tags and in a quoted attribute, in HTML and in XML.

    Signs that XML has no place for become U+FFFD, so that a picture with a hostile name is still a picture.

    Examples
    --------
    >>> escape("<b a='1'>"), escape("a\x00b") == "a\ufffdb"
    ('&lt;b a=&#x27;1&#x27;&gt;', True)
    """
    return html.escape(printable(text), quote=True)


def printable(text: object) -> str:
    r"""Return text with U+FFFD for each sign that XML has no place for, for a writer that escapes by itself.

    Examples
    --------
    >>> printable("<a\x00>") == "<a\ufffd>"
    True
    """
    return _NOT_IN_XML.sub("\ufffd", str(text))


def tag(name: str, *children: str, **attributes: Any) -> str:  # noqa: ANN401 - text and numbers
    """Return an element of SVG; a "_" in an attribute's name is a "-", and one without a value is left out."""
    written = "".join(
        f' {key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"
