"""Identifiers and records that occur twice within one layer, in a way that no reader of the table sees at once.

Two records of exactly one identifier never get here: the second is refused (`mapper.intake.cells`). The same accident told by
two sources is no copy, and is looked for across layers (`mapper.analysis`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from mapper import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.intake.account import Account
    from mapper.model import Layer

_PLACE = ("lon", "lat", "geometry")


def similar_ids(frame: pd.DataFrame, kind: str, account: Account) -> None:
    """Tell of identifiers that differ only in blanks or capital letters; both records are kept."""
    key = schema.COLUMNS[kind][0]
    if key.form != "id":
        return
    if _are_folded(frame[key.name]):
        return
    folded = fold_ids(frame[key.name])
    if pc.count_distinct(folded, mode="only_valid").as_py() == len(folded) - folded.null_count:
        return
    keys = folded.to_pandas().set_axis(frame.index).dropna()
    alike = keys[keys.duplicated(keep=False)]
    first = alike.index.to_series().groupby(alike.to_numpy(), sort=False).transform("first")
    later = first[first != first.index]
    account.each(
        "similar_id", "warning", later.index.tolist(), [f"row {row} has nearly the same" for row in later], key.name
    )


def _are_folded(ids: pd.Series) -> bool:
    """Tell whether identifiers, which differ, must differ folded too: ASCII without blanks, all in capitals or in none."""
    text = schema.arrow_text(ids)
    small, capital, other = (
        bool(pc.any(pc.match_substring_regex(text, pattern)).as_py()) for pattern in ("[a-z]", "[A-Z]", r"[^!-~]")
    )
    return not other and not (small and capital)


def fold_ids(ids: pd.Series) -> pa.Array:
    """Return identifiers without capital letters and with single blanks between their words.

    The three letters that I and i are in Azerbaijani are one here: what is asked is whether a person may take two ids for one.

    Examples
    --------
    >>> fold_ids(pd.Series(["HA  1", "ha 1", "İ-7", "I-7", "ı-7"])).to_pylist()
    ['ha 1', 'ha 1', 'i-7', 'i-7', 'i-7']
    """
    folded = pa.array(ids.astype("str"), type=pa.large_string())
    if pc.all(pc.string_is_ascii(folded)).as_py() is False:
        folded = pc.utf8_normalize(folded, form="NFC")
        for letter in "İı":
            folded = pc.replace_substring(folded, letter, "i")
    folded = pc.utf8_lower(folded)
    if pc.any(pc.match_substring_regex(folded, r"\s|[^\x00-\x7F]")).as_py():
        folded = pa.array([each and " ".join(each.split()) for each in folded.to_pylist()], type=pa.large_string())
    return folded


def copied_records(layer: Layer, rows: pd.Index[int], mapping: Mapping[str, str], account: Account) -> None:
    """Tell of records that agree in every cell of the file but the identifier, and in their shape.

    `rows` are those to be compared: the kept ones, less those that are known to share their place with no other.
    Where nothing but a place is stated, a second record at it is no copy of the first (`duplicate_point` tells of it), unless
    the records have no identifiers at all.
    """
    frame = layer.frame
    key = schema.COLUMNS[layer.entry.kind][0].name
    ours = {name: mapping.get(name, name) for name in map(str, frame.columns)}
    compared = [name for name in map(str, frame.columns) if ours[name] != key]
    numbered = len(compared) == frame.shape[1]
    telling = [name for name in compared if ours[name] not in _PLACE]
    # The place first: it tells most records apart, and what is left to compare is little.
    for name in sorted(compared, key=lambda name: ours[name] not in _PLACE):
        if rows.empty:
            return
        rows = _alike(frame, rows, name)
    if not numbered:
        rows = rows[frame.loc[rows, telling].notna().any(axis=1).to_numpy()] if telling else rows[:0]
    if len(rows) and compared:
        _tell_copies(pd.DataFrame({name: _comparable(frame[name].loc[rows]) for name in compared}), account)


def _alike(frame: pd.DataFrame, rows: pd.Index[int], name: str) -> pd.Index[int]:
    cells = frame[name] if len(rows) == len(frame) else frame[name].loc[rows]
    return rows[_comparable(cells).duplicated(keep=False).to_numpy()]


def _comparable(cells: pd.Series) -> pd.Series:
    """Return cells that can be compared: a shape as its bytes."""
    if cells.name != "geometry":
        return cells
    shapes = np.asarray(cells.to_numpy(), dtype=object)
    return pd.Series(shapely.to_wkb(shapes), index=cells.index, dtype=object)


def _tell_copies(records: pd.DataFrame, account: Account) -> None:
    groups = records.groupby(list(records.columns), sort=False, dropna=False).ngroup()
    first: dict[int, int] = {}
    rows: list[int] = []
    of: list[int] = []
    for row, group in zip(map(int, records.index), groups.tolist(), strict=True):
        if first.setdefault(group, row) != row:
            rows.append(row)
            of.append(first[group])
    _tell(rows, of, account)


def _tell(rows: Sequence[int], of: Sequence[int], account: Account) -> None:
    account.each("duplicate_record", "warning", rows, [f"row {row} has the same cells" for row in of], None)
