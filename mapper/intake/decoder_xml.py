"""XML inside the child: elements by their plain names, without document types.

The parent has already decoded the text and refused a DOCTYPE (`mapper.intake.markup`), so no entity can be declared; the
standard parser then has nothing to expand.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(1, 8)
_MULTI = {_POINT: _MULTIPOINT, _LINE: _MULTILINE, _POLYGON: _MULTIPOLYGON}

XY = tuple[float, float]
Ring = NDArray[np.float64]
"""Positions: one row each, longitude and latitude."""
_NUMBERS = np.dtype("<f8")  # as well-known binary writes them


class BadRecord(Exception):
    """One record that cannot be read; the text says why, as a clause."""


def parse(path: Path, root: str) -> ET.Element:
    """Return the root element of a document; all names in it are without their namespaces.

    Raises
    ------
    DataRefused
        When it is not well-formed, or its root has another name.
    """
    try:
        top = ET.parse(path).getroot()  # noqa: S314 - see the docstring of the module
    except ET.ParseError as exc:
        raise _not_well_formed(exc) from None
    _must_be(top, root)
    plain: dict[str, str] = {}
    for element in top.iter():
        given = element.tag
        element.tag = plain.get(given) or plain.setdefault(given, _plain(given))
    return top


def stream(path: Path, root: str, names: Iterable[str]) -> Iterator[ET.Element]:
    """Give the elements of some names, as `parse` names them, when each ends; empty it then, so that memory stays small.

    Raises
    ------
    DataRefused
        As `parse`.
    """
    wanted = frozenset(names)
    plain: dict[str, str] = {}
    try:
        _, top = next(ET.iterparse(path, ("start",)))  # noqa: S314 - see the docstring of the module
        _must_be(top, root)
        for _, element in ET.iterparse(path, ("end",)):  # noqa: S314 - the same
            given = element.tag
            element.tag = plain.get(given) or plain.setdefault(given, _plain(given))
            if element.tag in wanted:
                yield element
                element.clear()
    except ET.ParseError as exc:
        raise _not_well_formed(exc) from None


def _must_be(top: ET.Element, root: str) -> None:
    if _plain(top.tag) != root:
        raise DataRefused(f"it is not a {root} document", advice="Give the file its right name.")


def _not_well_formed(exc: ET.ParseError) -> DataRefused:
    line_number, column = exc.position
    return DataRefused(
        f"it is not well-formed XML: line {line_number}, character {column + 1}",
        advice="The file may be cut short; export it again.",
    )


def children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """Give the direct children of a name."""
    return (child for child in element if child.tag == name)


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def text_of(element: ET.Element) -> str | None:
    """Return all text inside an element, None when there is none."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return text.strip() or None


def number(text: str | None, what: str) -> float:
    """Read a plain decimal number; nothing else, as `float` takes `4_0` and `nan`.

    Raises
    ------
    BadRecord
        When there is no text, or it is no such number; `what` says in the sentence which number was meant.

    Examples
    --------
    >>> number(" 46.90 ", "longitude")
    46.9
    """
    if text is None or not _NUMBER.fullmatch(text.strip()):
        shown = "nothing" if not text else f"'{text.strip()[:40]}'"
        raise BadRecord(f"its {what} is {shown}, which is not a number")
    return float(text)


def ring(xys: Iterable[XY]) -> Ring:
    """Put positions together as the writers below take them.

    Examples
    --------
    >>> ring([(46.0, 40.0), (47.0, 41.0)])
    array([[46., 40.],
           [47., 41.]])
    """
    return np.array([*xys], dtype=_NUMBERS).reshape(-1, 2)


def point(xy: Ring | XY) -> bytes:
    """Write a point as well-known binary."""
    return _head(_POINT) + np.asarray(xy, dtype=_NUMBERS).tobytes()


def line(xys: Ring) -> bytes:
    """Write a line as well-known binary."""
    return _head(_LINE) + _ring(xys)


def polygon(rings: Sequence[Ring]) -> bytes:
    """Write a polygon as well-known binary: its outer ring, then its holes, closed or not."""
    return _head(_POLYGON) + struct.pack("<I", len(rings)) + b"".join(map(_ring, rings))


def multi(shapes: Sequence[bytes]) -> bytes:
    """Write several shapes as one: of one kind as that kind's multiple, of several as a collection."""
    kinds = {int.from_bytes(shape[1:5], "little") for shape in shapes}
    kind = _MULTI.get(min(kinds, default=0), _COLLECTION) if len(kinds) == 1 else _COLLECTION
    return _head(kind) + struct.pack("<I", len(shapes)) + b"".join(shapes)


def cells_by_column(records: Iterable[dict[str, str | None]]) -> dict[str, list[str | None]]:
    """Turn records into columns, in the order in which the names first come."""
    records = list(records)
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in names}


def _head(kind: int) -> bytes:
    return struct.pack("<BI", 1, kind)


def _ring(xys: Ring) -> bytes:
    return struct.pack("<I", len(xys)) + np.asarray(xys, dtype=_NUMBERS).tobytes()
