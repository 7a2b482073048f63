"""Several sheets, layers or archive members of one file: the one asked for, all of them together, or a question.

The first one is never taken for the whole. What holds no records is told and left; those that have the same columns and the same
reference system become one layer, whose records are numbered through; those that differ are listed, for a person to choose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from mapper.errors import DataRefused
from mapper.findings import finding
from mapper.model import FilePart, Finding, Layer, LayerEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HIDDEN = "hidden_sheet"
_SAY_WHICH = "Say which with --part NAME, or with `part` in layers.toml."


def asked_for(names: Sequence[str], entry: LayerEntry) -> str:
    """Return the one of some names that the entry's `part` asks for.

    Raises
    ------
    DataRefused
        When none has that name, or several have.

    Examples
    --------
    >>> from pathlib import Path
    >>> asked_for(["north", "south"], LayerEntry("a", "zones", Path("a.gpkg"), part="east"))
    Traceback (most recent call last):
    mapper.errors.DataRefused: a.gpkg: it has no sheet or layer 'east', but 'north', 'south'. Say which ...
    """
    if names.count(entry.part) == 1:
        return entry.part
    many = f"it has more than one sheet or layer '{entry.part}'"
    none = f"it has no sheet or layer '{entry.part}', but {_listed(names)}"
    raise DataRefused(many if entry.part in names else none, file=entry.path.name, advice=_SAY_WHICH)


def as_one(entry: LayerEntry, layers: Sequence[Layer]) -> Layer:
    """Return one layer for a file: its only one with records, or all of them when they have the same columns and CRS.

    Where there are several, the column `layer` says which one a record is from, and the records are numbered through.

    Raises
    ------
    DataRefused
        When several differ, or one is hidden and was not asked for.
    """
    held = _with_records(layers)
    if any(_is_hidden(layer) for layer in held) and not entry.part:
        raise DataRefused(
            f"it has the sheets {_names(held)}, and none is asked for", file=entry.path.name, advice=_SAY_WHICH
        )
    if len(held) == 1:
        return _alone(entry, held[0], layers)
    if not _alike(held):
        raise DataRefused(
            f"it holds several layers that differ: {_names(held)}", file=entry.path.name, advice=_SAY_WHICH
        )
    return _joined(entry, held, layers)


def apart(entry: LayerEntry, layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers of a file to be checked: as `as_one` where that can be, else each of those with records.

    A layer that is one of several bears its own name; a catalogued one keeps the catalogue's.
    """
    held = _with_records(layers)
    if len(held) > 1 and _alike(held) and not any(_is_hidden(layer) for layer in held):
        return (_joined(entry, held, layers),)
    if len(held) == 1:
        return (_alone(entry, held[0], layers),)
    first, *others = held
    return (_telling(first, _empty(entry, layers)), *others)


def told_by_part(layer: Layer, findings: Iterable[Finding]) -> list[Finding]:
    """Name the part, and the row in it, of each finding about records that were numbered through.

    Examples
    --------
    >>> from pathlib import Path
    >>> from mapper.model import FilePart
    >>> named = (FilePart("a"), FilePart("b", 5))
    >>> both = Layer(LayerEntry("a", "zones", Path("a.gpkg")), pd.DataFrame(), 7, 7, "", None, {}, parts=named)
    >>> told = told_by_part(both, [finding("not_finite", "error", row=7, entry=both.entry)])
    >>> told[0].layer, told[0].row
    ('b', 2)
    """
    if len(layer.parts) < 2:  # noqa: PLR2004 - one part keeps its own numbers
        return list(findings)
    return [_in_part(found, layer.parts) for found in findings]


def _in_part(found: Finding, parts: Sequence[FilePart]) -> Finding:
    if found.row is None:
        return found
    row = found.row
    name, before = next((part for part in reversed(parts) if part.before < row), parts[0])
    return replace(found, layer=name, row=row - before)


def _with_records(layers: Sequence[Layer]) -> list[Layer]:
    return [layer for layer in layers if layer.counted] or list(layers[:1])


def _alike(layers: Sequence[Layer]) -> bool:
    return len({(tuple(layer.frame.columns), layer.crs) for layer in layers}) == 1


def _alone(entry: LayerEntry, layer: Layer, layers: Sequence[Layer]) -> Layer:
    findings = [replace(each, layer=entry.name) for each in layer.findings]
    return replace(layer, entry=entry, findings=(*_empty(entry, layers), *findings))


def _empty(entry: LayerEntry, layers: Sequence[Layer]) -> list[Finding]:
    """Tell each layer that holds nothing beside one that does."""
    if not any(layer.counted for layer in layers):
        return []
    names = [_name(layer) for layer in layers if not layer.counted]
    return [finding("empty_layer", "info", "Nothing was read from it.", entry=entry, value=name) for name in names]


def _telling(layer: Layer, findings: Sequence[Finding]) -> Layer:
    return replace(layer, findings=(*findings, *layer.findings))


def _joined(entry: LayerEntry, held: Sequence[Layer], layers: Sequence[Layer]) -> Layer:
    frames, findings, originals, parts, before = [], _empty(entry, layers), [], [], 0
    for layer in held:
        parts.append(FilePart(_name(layer), before))
        frame = layer.frame.assign(**{_free(layer.frame): _name(layer)})
        frames.append(frame.set_axis(layer.frame.index + before))
        findings += [each if each.row is None else replace(each, row=each.row + before) for each in layer.findings]
        if layer.originals is not None:
            originals.append(layer.originals.set_axis(layer.originals.index + before))
        before += _last_row(layer)
    return replace(
        held[0],
        entry=entry,
        frame=pd.concat(frames),
        counted=sum(layer.counted for layer in held),
        unread=sum(layer.unread for layer in held),
        findings=tuple(findings),
        originals=gpd.GeoSeries(pd.concat(originals)) if originals else None,
        parts=tuple(parts),
    )


def _last_row(layer: Layer) -> int:
    """Return a number that no record of the layer exceeds: deleted and blank rows are numbered too, but not counted."""
    refused = [found.row for found in layer.findings if found.row is not None]
    return int(max(layer.counted, max(layer.frame.index, default=0), max(refused, default=0)))


def _is_hidden(layer: Layer) -> bool:
    return any(found.rule == _HIDDEN for found in layer.findings)


def _name(layer: Layer) -> str:
    return layer.parts[0].name if layer.parts else layer.entry.name


def _names(layers: Sequence[Layer]) -> str:
    return ", ".join(f"'{_name(layer)}'{' (hidden)' if _is_hidden(layer) else ''}" for layer in layers)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _free(frame: pd.DataFrame) -> str:
    return "layer" if "layer" not in frame else "layer_of_file"
