"""The first stage of the checks: the file's columns become ours; what was matched, left out or made up is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mapper import schema
from mapper.errors import DataRefused
from mapper.intake.account import named
from mapper.intake.columns import map_columns
from mapper.intake.personal import is_personal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.intake.account import Account
    from mapper.model import Layer, LayerEntry


def our_columns(layer: Layer, account: Account) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Rename the file's columns to ours and leave out those no kind knows; say both."""
    entry = layer.entry
    given = [str(name) for name in layer.frame.columns if name != "geometry"]
    ours_of = map_columns(given, entry.kind, entry.columns, file=entry.path.name, catalogued=not entry.numbered)
    names_places = entry.kind == "settlements" or any(column.name == "name" for column in schema.COLUMNS[entry.kind])
    for name in given:
        told = name in ours_of and (ours_of[name] == name or ours_of[name] in entry.columns)
        if told:
            continue
        if is_personal(name, names_places=names_places):
            ours_of.pop(name, None)
            account.doubt("personal_column", None, name, done="The column was left out.")
        elif name in ours_of:
            account.note("assumed_columns", column=name, value=f"read as {ours_of[name]}")
        else:
            account.note("unknown_column", column=name)
    cells = pd.DataFrame(layer.frame[list(ours_of)]).rename(columns=ours_of)
    cells = _numbered(cells, entry, account) if entry.numbered else cells
    missing = schema.missing_columns(cells.columns, entry.kind)
    if missing and len(layer.frame):
        raise DataRefused(
            f"a layer of {entry.kind} needs this column, and it has none",
            **named(layer),
            row=1,
            column=missing[0],
            advice=f"Rename one of its columns ({', '.join(given) or 'it has none'}), or map it in layers.toml.",
        )
    return cells, {theirs: ours for theirs, ours in ours_of.items() if theirs != ours}


def _numbered(cells: pd.DataFrame, entry: LayerEntry, account: Account) -> pd.DataFrame:
    """Give records their row number as an id where the file has no column of ids."""
    key = schema.COLUMNS[entry.kind][0].name
    if key in cells:
        return cells
    account.doubt("assumed_ids", None, key, done="Each record bears its row number.")
    return cells.assign(**{key: pd.Series([f"row-{row}" for row in cells.index], index=cells.index, dtype="str")})
