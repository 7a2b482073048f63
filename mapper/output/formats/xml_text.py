"""Text and values inside XML: nothing in them is markup, and what XML cannot hold is replaced and counted."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = re.compile("[&<>\"'\r]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\r": "&#13;"}


class XmlText:
    r"""Writes texts into one file; `replaced` counts the different ones that held characters which XML has no way to write.

    Examples
    --------
    >>> text = XmlText()
    >>> text("<b> & ]]>"), text("a\0b"), text.replaced
    ('&lt;b&gt; &amp; ]]&gt;', 'a\ufffdb', 1)
    """

    def __init__(self) -> None:
        self._replaced: set[str] = set()

    @property
    def replaced(self) -> int:
        """How many different texts held what XML cannot write."""
        return len(self._replaced)

    def __call__(self, text: str) -> str:
        """Return a text as it stands in an element or an attribute."""
        return self._escaped(self._held(text))

    def as_html(self, text: str) -> str:
        """Return a text for an element whose content is read as HTML: escaped for HTML, and that for XML.

        A `$` is escaped too, since Google Earth puts other fields of the record, unescaped, in the place of `$[name]`.

        Examples
        --------
        >>> XmlText().as_html("<b>$[note]")
        '&amp;lt;b&amp;gt;&amp;#36;[note]'
        """
        held = text if text.isprintable() else _NOT_IN_XML.sub("\ufffd", text)
        return self._escaped(self._escaped(held).replace("$", "&#36;"))

    def _held(self, text: str) -> str:
        if text.isprintable():  # which none of the characters is that XML cannot hold
            return text
        held = _NOT_IN_XML.sub("\ufffd", text)
        if held != text:
            self._replaced.add(text)
        return held

    @staticmethod
    def _escaped(text: str) -> str:
        return text if _MARKUP.search(text) is None else _MARKUP.sub(lambda found: _ESCAPES[found.group()], text)
