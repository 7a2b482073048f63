"""A layer of incidents as a folder of part files, which programs write when one file would be too large.

Every part is checked by itself, as one file is, on whatever machine: that keeps the memory of a check that of one part. What
two parts have to be asked about together is one thing only, whether a record bears the identifier of an earlier one; it is
refused then, as within one file. Copies of whole records, identifiers that nearly agree and shared points are looked for within
each part. Of shapes as given none is kept, as an edition has no use for those of points. Rows are numbered through, in the order
of the parts' names, in which 10 comes after 9.

The parts of a layer have one set of columns and one reference system: a part that lacks a column would read as if nothing had
been stated. A part without records is told.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from mapper import schema
from mapper.errors import DataRefused, MapperError
from mapper.findings import finding
from mapper.intake.account import Account
from mapper.intake.checks import check, examine, require_usable
from mapper.intake.files import read_layer
from mapper.intake.folders import list_folder
from mapper.intake.mapping import our_columns
from mapper.model import Checked, Finding, Findings, Layer, LayerEntry, Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mapper.model import LonLatBox

SUFFIXES = (".parquet", ".geoparquet")


class Description(NamedTuple):
    """What has to be known of a part before the others can be checked: how many records, and of which form."""

    name: str
    counted: int
    columns: tuple[str, ...]
    crs: str | None
    sha256: str


def part_files(entry: LayerEntry) -> tuple[Path, ...]:
    """Return the files of a layer: its one file, or the part files of its folder in order.

    Raises
    ------
    DataRefused
        When the folder holds no part file, a data file of another kind, a folder in it, or a link: records may be behind each.
    Unreadable
        When the folder cannot be opened.
    """
    folder = entry.path
    if not folder.is_dir():
        return (folder,)
    listing = list_folder(folder)
    links = [name for name, why in listing.skipped if why == "it is a link"]
    others = [str(name) for name in listing.files if len(name.parts) > 1 or name.suffix.lower() not in SUFFIXES]
    if strange := [*links, *(name for name in others if not name.startswith("_"))]:
        raise DataRefused(
            f"'{strange[0]}' in it is no part file, and may hold records",
            file=folder.name,
            layer=entry.name,
            advice=f"Keep only {' and '.join(SUFFIXES)} files in the folder itself.",
        )
    files = [name for name in listing.files if name.suffix.lower() in SUFFIXES and not name.name.startswith("_")]
    if not files:
        raise DataRefused(
            "the folder holds no part files",
            file=folder.name,
            layer=entry.name,
            advice=f"Write {' or '.join(SUFFIXES)} files into it, or leave the layer out.",
        )
    return tuple(folder / name for name in sorted(files, key=lambda name: _in_order(name.name)))


def read_part(entry: LayerEntry, path: Path) -> Layer:
    """Read one part file, its rows numbered from 1.

    Raises
    ------
    MapperError
        As `mapper.intake.files.read_layer`, naming the part.
    """
    try:
        layer = read_layer(replace(entry, path=path))
    except MapperError as refusal:
        refusal.file, refusal.layer = path.name, entry.name
        raise
    found = tuple(replace(each, file=entry.path.name) for each in layer.findings)
    return replace(layer, entry=entry, findings=found, originals=None)


def numbered(layer: Layer, before: int) -> Layer:
    """Return a part with its rows numbered on after those before it."""
    found = (each if each.row is None else replace(each, row=each.row + before) for each in layer.findings)
    return replace(layer, frame=layer.frame.set_axis(layer.frame.index + before), findings=tuple(found))


def described(layer: Layer, path: Path) -> Description:
    """Return what the other parts must know of this one."""
    return Description(path.name, layer.counted, tuple(map(str, layer.frame.columns)), layer.crs, layer.sha256)


def given_ids(layer: Layer) -> pd.Series:
    """Return the first record of each identifier in a part: the identifiers by row, blanks left out."""
    cells, _ = our_columns(layer, Account(layer.entry))
    ids = cells[schema.COLUMNS[layer.entry.kind][0].name].dropna()
    return ids[~ids.duplicated()]


def repeated_rows(ids: Sequence[pd.Series]) -> list[dict[int, str]]:
    """Return for each part the rows whose identifier an earlier part holds, with that identifier.

    Examples
    --------
    >>> repeated_rows([pd.Series(["a", "b"], [1, 2]), pd.Series(["c", "a"], [3, 4])])
    [{}, {4: 'a'}]
    """
    stacked = pd.concat(ids, keys=range(len(ids)))
    again = stacked[stacked.duplicated()]
    found: list[dict[int, str]] = [{} for _ in ids]
    for (number, row), each in again.items():
        found[number][int(row)] = str(each)
    return found


def rows_before(parts: Sequence[Description]) -> list[int]:
    """Return how many records come before each part."""
    return [sum(part.counted for part in parts[:number]) for number in range(len(parts))]


def require_alike(entry: LayerEntry, parts: Sequence[Description]) -> None:
    """Refuse parts with records that differ in their columns or reference system.

    Raises
    ------
    DataRefused
        Naming the first part that differs and how.
    """
    held = [part for part in parts if part.counted]
    for part in held[1:]:
        first, one, other = held[0], set(held[0].columns), set(part.columns)
        differing = sorted(one ^ other)
        if differing:
            which = part.name if differing[0] in other else first.name
            raise DataRefused(
                f"its part files '{first.name}' and '{part.name}' have other columns: only '{which}' has '{differing[0]}'",
                file=entry.path.name,
                layer=entry.name,
                advice="Write all parts with the same columns, or make a layer of each.",
            )
        if part.crs != first.crs:
            raise DataRefused(
                f"its part files '{first.name}' and '{part.name}' are in different coordinate reference systems",
                file=entry.path.name,
                layer=entry.name,
                advice="Write all parts in one system, or make a layer of each.",
            )


def check_part(layer: Layer, area: LonLatBox | None, repeated: Mapping[int, str]) -> Checked:
    """Check one part with records, as `mapper.intake.checks.check` does one file; all of its records may be refused.

    Raises
    ------
    DataRefused, UnknownCRS, LedgerBroken
        As `mapper.intake.checks.examine`.
    """
    return examine(layer, area=area, repeated=repeated)


def as_one(entry: LayerEntry, parts: Sequence[Description], checked: Sequence[Checked]) -> Checked:
    """Return the account of a whole layer from those of its parts that hold records, and their rows together.

    Raises
    ------
    DataRefused
        When no record of the layer can be used.
    """
    ledgers = [each.ledger for each in checked]
    whole = replace(
        checked[0],
        frame=_stacked([each.frame for each in checked]),
        ledger=Ledger(
            counted=sum(ledger.counted for ledger in ledgers),
            kept=sum(ledger.kept for ledger in ledgers),
            repaired=sum(ledger.repaired for ledger in ledgers),
            rejected=sum(ledger.rejected for ledger in ledgers),
        ),
        sha256=hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest(),
        findings=Findings((*_empty(entry, parts), *(found for each in checked for found in each.findings))),
        originals=None,
    )
    require_usable(whole)
    return whole


def check_layer(entry: LayerEntry, area: LonLatBox | None = None) -> Checked:
    """Read and check a layer on this machine: its file, or all parts of its folder.

    Raises
    ------
    MapperError
        As `part_files`, `read_part`, `require_alike` and `mapper.intake.checks.check`.
    """
    if not entry.path.is_dir():
        return check(read_layer(entry), area=area)
    files = part_files(entry)
    layers = [read_part(entry, path) for path in files]
    parts = [described(layer, path) for layer, path in zip(layers, files, strict=True)]
    require_alike(entry, parts)
    rows = [numbered(layer, before) for layer, before in zip(layers, rows_before(parts), strict=True)]
    held = [layer for layer in rows if layer.counted] or rows[:1]
    repeated = repeated_rows([given_ids(layer) for layer in held])
    checked = [check_part(layer, area, again) for layer, again in zip(held, repeated, strict=True)]
    return as_one(entry, parts, checked)


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames)


def _empty(entry: LayerEntry, parts: Sequence[Description]) -> list[Finding]:
    if not any(part.counted for part in parts):
        return []
    done = "Nothing was read from it."
    return [finding("empty_layer", "info", done, entry=entry, value=part.name) for part in parts if not part.counted]


def _in_order(name: str) -> list[tuple[int, str]]:
    """Return a key by which part.10 comes after part.9."""
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in re.split(r"(\d+)", name)]
