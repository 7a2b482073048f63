"""GeoJSON features read many at once: those in which nothing is amiss, which in a large file are nearly all.

A feature is plain when its members have the types they should have, its texts hold no odd character and its shape is finite,
closed and not empty. What is not plain is left to `mapper.intake.features`, one by one; both give the same record, and a test
holds them to it. Each question is put to a whole column or to all coordinates of a kind of geometry, in a call that loops in C.
"""

from __future__ import annotations

from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from mapper.intake.features import LONGEST_TEXT, BadFeature, column_name
from mapper.intake.json_text import Digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    _Cells = list[str | None]
    _Keys = tuple[tuple[str, ...], bool]
    """The keys of a feature's properties, and whether the feature itself has an id."""

_STRINGS = frozenset({str, Digits, type(None)})
_TEXTS = _STRINGS | {bool}
_LEVELS: Mapping[str, tuple[shapely.GeometryType, tuple[int, ...]]] = MappingProxyType(
    {
        "Point": (shapely.GeometryType.POINT, ()),
        "MultiPoint": (shapely.GeometryType.MULTIPOINT, (1,)),
        "LineString": (shapely.GeometryType.LINESTRING, (2,)),
        "MultiLineString": (shapely.GeometryType.MULTILINESTRING, (1, 2)),
        "Polygon": (shapely.GeometryType.POLYGON, (1, 4)),
        "MultiPolygon": (shapely.GeometryType.MULTIPOLYGON, (1, 1, 4)),
    }
)
"""For each kind of geometry the least length of its lists, from the outermost to that of positions."""
_RINGED = ("Polygon", "MultiPolygon")
_FLAT, _HIGH = 2, 3


class PlainFeatures(NamedTuple):
    """The plain features of a document: which they are (from 0), their cells by column, and their shapes.

    `first_of` says at which feature a column was met first. `given` holds the shapes with heights, None where there are none.
    """

    which: NDArray[np.int64]
    cells: dict[str, _Cells]
    first_of: dict[str, int]
    shapes: NDArray[np.object_]
    given: NDArray[np.object_]


def read_plain(features: Sequence[Any]) -> PlainFeatures:
    """Read what is plain.

    Parameters
    ----------
    features : sequence of JSON values
        As `mapper.intake.json_text.parse` gives them; none holds a key twice.

    Examples
    --------
    >>> from mapper.intake.json_text import parse
    >>> point = '{"type": "Feature", "properties": {"id": 1}, "geometry": {"type": "Point", "coordinates": [46, 40]}}'
    >>> found = read_plain(parse(f'[{point}, {{"type": "Featur"}}]', "a.json").value)
    >>> found.which.tolist(), found.cells, [str(shape) for shape in found.shapes]
    ([0], {'id': ['1']}, ['POINT (46 40)'])
    """
    usable = [at for at, feature in enumerate(features) if _has_members(feature)]
    shapes, given, sound = _shapes(features, usable)
    layouts: dict[_Keys, list[int]] = {}
    for at in usable:
        if sound[at]:
            feature = features[at]
            layouts.setdefault((tuple(feature.get("properties") or ()), "id" in feature), []).append(at)
    whole = _of_layouts(features, layouts)
    which = np.array(sorted(chain.from_iterable(layout.which for layout in whole)), dtype=np.int64)
    place = {number: position for position, number in enumerate(which.tolist())}
    cells: dict[str, _Cells] = {}
    first_of: dict[str, int] = {}
    for layout in whole:
        for name, texts in layout.cells.items():
            first_of[name] = min(first_of.get(name, len(features)), layout.which[0])
            if len(texts) == len(which):
                cells[name] = texts
                continue
            column = cells.setdefault(name, [None] * len(which))
            for number, text in zip(layout.which, texts, strict=True):
                column[place[number]] = text
    return PlainFeatures(which, cells, first_of, shapes[which], given[which])


def _has_members(feature: object) -> bool:
    return (
        type(feature) is dict
        and feature.get("type") == "Feature"
        and type(feature.get("properties")) in (dict, type(None))
        and "geometry" in feature
        and type(feature["geometry"]) in (dict, type(None))
    )


# ---------------------------------------------------------------- properties
class _Layout(NamedTuple):
    """Features with the same properties in the same order, and their cells."""

    which: list[int]
    cells: dict[str, _Cells]


def _of_layouts(features: Sequence[Any], layouts: Mapping[_Keys, list[int]]) -> list[_Layout]:
    found = []
    for (keys, has_id), at in layouts.items():
        names = _names(keys)
        if names is not None:
            found.append(_cells(features, at, names, with_id=has_id))
    return [layout for layout in found if layout.which]


def _names(keys: tuple[str, ...]) -> list[str] | None:
    """Return the columns of a layout; None where two are the same or one cannot be read."""
    try:
        names = [column_name(key) for key in keys]
    except BadFeature:
        return None
    return names if len(set(names)) == len(names) else None


def _cells(features: Sequence[Any], at: list[int], names: list[str], *, with_id: bool) -> _Layout:
    rows = [(features[each].get("properties") or {}).values() for each in at]
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if names else []
    if with_id and "id" not in names:
        names = [*names, "id"]
        columns.append([features[each]["id"] for each in at])
    odd: set[int] = set()
    texts = [_texts(column, odd) for column in columns]
    if odd:
        kept = [position for position in range(len(at)) if position not in odd]
        at, texts = [at[position] for position in kept], [[column[p] for p in kept] for column in texts]
    return _Layout(at, dict(zip(names, texts, strict=True)))


def _texts(column: Sequence[Any], odd: set[int]) -> _Cells:
    """Return the cells of a column as text, blank ones as None; positions of what is not plain are added to `odd`."""
    kinds = set(map(type, column))
    if not kinds <= _TEXTS:
        odd.update(position for position, value in enumerate(column) if type(value) not in _TEXTS)
    if kinds <= _STRINGS:
        texts = [(value.strip() or None) if value else None for value in column]
    else:
        texts = [_text(value) for value in column]
    filled = [text for text in texts if text]
    together = "".join(filled)
    if "\x00" in together or max(map(len, filled), default=0) > LONGEST_TEXT or not _is_whole(together):
        odd.update(position for position, text in enumerate(texts) if text and not _is_plain(text))
    return texts


def _text(value: object) -> str | None:
    if value is True or value is False:
        return "true" if value else "false"
    return value.strip() or None if isinstance(value, str) else None


def _is_plain(text: str) -> bool:
    return "\x00" not in text and len(text) <= LONGEST_TEXT and _is_whole(text)


def _is_whole(text: str) -> bool:
    """Tell whether a text holds no half of a character."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# ---------------------------------------------------------------- shapes
def _shapes(
    features: Sequence[Any], usable: Iterable[int]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.bool_]]:
    """Return shapes, shapes with heights, and which features have a shape that is plain, or null."""
    shapes, given = np.full(len(features), None, dtype=object), np.full(len(features), None, dtype=object)
    sound = np.zeros(len(features), dtype=bool)
    kinds: dict[str, list[int]] = {}
    for at in usable:
        geometry = features[at]["geometry"]
        if geometry is None:
            sound[at] = True
        elif type(geometry.get("type")) is str and geometry["type"] in _LEVELS:
            kinds.setdefault(geometry["type"], []).append(at)
    for kind, members in kinds.items():
        waiting = [members]
        while waiting:
            group = waiting.pop()
            built = _built(kind, [features[at]["geometry"].get("coordinates") for at in group])
            if built is not None:
                sound[group] = True
                shapes[group] = shapely.force_2d(built)
                given[group] = built if shapely.has_z(built).any() else None
            elif len(group) > 1:
                # Something in it is not plain: halves lead to it in fewer steps than single features.
                waiting += [group[: len(group) // 2], group[len(group) // 2 :]]
    return shapes, given, sound


def _built(kind: str, coordinates: list[Any]) -> NDArray[np.object_] | None:
    """Build shapes of one kind and as many dimensions from their coordinates; None where any is not plain."""
    geometry_type, least = _LEVELS[kind]
    level: list[Any] = coordinates
    offsets: list[NDArray[np.int64]] = []
    for shortest in least:
        if set(map(type, level)) != {list}:
            return None
        lengths = np.fromiter(map(len, level), dtype=np.int64, count=len(level))
        if lengths.min() < shortest:
            return None
        offsets.insert(0, np.concatenate([[0], np.cumsum(lengths)]))
        level = list(chain.from_iterable(level))
    positions = _positions(level)
    if positions is None or (kind in _RINGED and not _is_closed(positions, offsets[0])):
        return None
    built: NDArray[np.object_] = shapely.from_ragged_array(geometry_type, positions, tuple(offsets) or None)
    return built


def _positions(level: list[Any]) -> NDArray[np.float64] | None:
    """Return positions as rows of two or three finite numbers; None where they are anything else."""
    if set(map(type, level)) != {list}:
        return None
    sizes = set(map(len, level))
    if sizes not in ({_FLAT}, {_HIGH}) or set(map(type, chain.from_iterable(level))) != {Digits}:
        return None
    numbers = np.fromiter(map(float, chain.from_iterable(level)), dtype=np.float64, count=len(level) * max(sizes))
    return numbers.reshape(len(level), -1) if np.isfinite(numbers).all() else None


def _is_closed(positions: NDArray[np.float64], rings: NDArray[np.int64]) -> bool:
    return bool((positions[rings[:-1], :_FLAT] == positions[rings[1:] - 1, :_FLAT]).all())
