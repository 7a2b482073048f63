"""The first stage of the checks: the file's columns become ours; what was matched, left out or made up is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from mapper import schema
from mapper.errors import DataRefused
from mapper.intake.account import named
from mapper.intake.columns import crosswalk, families, is_height, map_columns, says_precision
from mapper.intake.coordinate_texts import joined_texts
from mapper.intake.hxl import is_personal_tag
from mapper.intake.personal import is_personal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.intake.account import Account
    from mapper.model import Layer

_CUT_NAMES = (".shp", ".zip")
"""Shapefiles, plain and zipped, cut the names of columns."""


def our_columns(layer: Layer, account: Account) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Rename the file's columns to ours and leave out those no kind knows; say both.

    Returns
    -------
    DataFrame, mapping of str to str
        The same rows with the columns that are kept, and given name -> our name.

    Raises
    ------
    DataRefused
        When two columns could be the same one of ours, or a column that the catalogue names is not there.
    """
    entry, tags = layer.entry, layer.mapping
    shapes = "geometry" if isinstance(layer.frame, gpd.GeoDataFrame) else None
    given = [str(name) for name in layer.frame.columns if name != shapes]
    ours_of = map_columns(
        given,
        entry.kind,
        entry.columns,
        file=entry.path.name,
        catalogued=not entry.numbered,
        cut=entry.path.suffix.lower() in _CUT_NAMES,
        tags=tags,
    )
    names_places = entry.kind == "settlements" or any(column.name == "name" for column in schema.COLUMNS[entry.kind])
    for name in given:
        told = name in ours_of and (ours_of[name] == name or ours_of[name] in entry.columns)
        if told:
            continue
        if is_personal(name, names_places=names_places) or is_personal_tag(tags.get(name, "")):
            ours_of.pop(name, None)
            account.doubt("personal_column", None, name, done="The column was left out.")
        elif name in ours_of:
            by = f" by its tag {tags[name]}" if name in tags else ""
            account.note("assumed_columns", column=name, value=f"read as {ours_of[name]}{by}")
        elif says_precision(name):
            account.doubt("precision_left_out", None, name, done="The column was left out.")
        elif is_height(name):
            account.note("height_left_out", column=name, done="The column was left out.")
        else:
            account.note("unknown_column", column=name, value=tags.get(name), done="The column was left out.")
    _tell_families(given, ours_of, account)
    cells = pd.DataFrame(layer.frame[list(ours_of)]).rename(columns=ours_of)
    cells = _crosswalked(cells, ours_of, account)
    cells = joined_texts(_numbered(cells, layer, account) if entry.numbered else cells)
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


def _tell_families(given: list[str], ours_of: Mapping[str, str], account: Account) -> None:
    """Say as which known export a file was read, and which of its columns were left out as parts of another."""
    for family in families(given):
        left_out = [name for name in family.repeated if name not in ours_of]
        if left_out:
            value = f"an export of {family.name}; left out as repetitions: {', '.join(left_out)}"
            account.note("assumed_columns", value=value)


def _crosswalked(cells: pd.DataFrame, ours_of: Mapping[str, str], account: Account) -> pd.DataFrame:
    """Turn the precision codes of another data set into ours where the caller mapped their column; say which became which."""
    told = {}
    for theirs, ours in ours_of.items():
        known = crosswalk(theirs, ours)
        used = sorted({code for code in cells[ours].dropna().unique() if code in known}) if known else []
        if used:
            told[ours] = cells[ours].map(lambda code, known=known: known.get(code, code), na_action="ignore")
            value = ", ".join(f"{code} as {known[code]}" for code in used)
            account.note("precision_crosswalk", column=theirs, value=value, done=f"They were read as {ours}.")
    return cells.assign(**told)


def _numbered(cells: pd.DataFrame, layer: Layer, account: Account) -> pd.DataFrame:
    """Give records their row number as an id where the file has no ids: not where nothing else of it is known either."""
    key = schema.COLUMNS[layer.entry.kind][0].name
    nothing_known = not isinstance(layer.frame, gpd.GeoDataFrame) and cells.columns.difference([key]).empty
    if nothing_known or (key in cells and bool(cells[key].notna().any())):
        return cells
    account.doubt("assumed_ids", None, key, done="Each record bears its row number.")
    return cells.assign(**{key: pd.Series([f"row-{row}" for row in cells.index], index=cells.index, dtype="str")})
