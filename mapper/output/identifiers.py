"""Identifiers that would tell what the gate leaves out (`mapper.output.publication`).

Identifiers are kept, because a record must be found again, unless they read like the name of a person or a telephone; of a
layer that is published at month and district also those that hold a day or the name of the record's own settlement. Such a
record is called by its layer and row. A figure of nine digits alone stays: field forms number their records so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from mapper import schema
from mapper.findings import finding
from mapper.intake.fold import sound_key
from mapper.output.person_names import names_a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from mapper.model import Finding, LayerEntry


@dataclass(frozen=True, slots=True)
class Gated:
    """What leaves the gate of one layer: its rows with the same index, and what was done to them."""

    frame: Any
    findings: tuple[Finding, ...] = ()


def is_generalised(entry: LayerEntry | None) -> bool:
    """Tell whether the incidents of a layer are published at month and district."""
    return entry is not None and entry.kind == "incidents" and entry.precision != "as-published"


def public_ids(incidents: gpd.GeoDataFrame, entry: LayerEntry | None) -> Gated:
    """Replace identifiers that may tell a person; of a generalised layer also those that tell a day or a settlement.

    Parameters
    ----------
    incidents : GeoDataFrame
        Checked incidents, indexed by their row in the file.
    entry : LayerEntry or None
        Their layer; nothing is replaced without one.

    Returns
    -------
    Gated
        The same rows, such identifiers as "LAYER-row-7"; one finding with their number.
    """
    if entry is None or incidents.empty:
        return Gated(incidents)
    ids = incidents["incident_id"]
    telling = _matches(ids, _TELEPHONE) | _by_shape(ids, names_a_person)
    if is_generalised(entry):
        telling |= _matches(ids, _DAY_IN_ID) | _name_their_settlement(ids, incidents["settlement"])
    if not telling.any():
        return Gated(incidents)
    taken = set(ids[~telling])
    new = ids.copy()
    new[telling] = [_free(f"{entry.name}-row-{row}", taken) for row in ids.index[telling]]
    done = "They are called by their layer and row."
    return Gated(
        incidents.assign(incident_id=new), (counted("replaced_id", entry, "incident_id", int(telling.sum()), done),)
    )


def counted(rule: str, entry: LayerEntry | None, column: str, n: int, done: str) -> Finding:
    """Tell of one thing that was left out of a layer, with the number of records."""
    return finding(rule, "info", done, entry=entry, column=column, value=f"{n} record{'s' if n > 1 else ''}")


_TELEPHONE = r"\+[0-9]{8}|(?:^|[^0-9])(?:994[0-9]{9}|0[0-9]{9})(?:$|[^0-9])"
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_DAY_IN_ID = (
    rf"(?:^|[^0-9])(?:(?:19|20)[0-9]{{2}}[-_./ ]?{_MONTH}[-_./ ]?{_DAY}|{_DAY}[-_./ ]?{_MONTH}[-_./ ]?(?:19|20)[0-9]{{2}})"
    r"(?:$|[^0-9])"
)
_SHORTEST_NAME = 3


def _matches(ids: pd.Series, pattern: str) -> pd.Series:
    return pd.Series(pc.match_substring_regex(schema.arrow_text(ids), pattern).to_numpy(), index=ids.index, dtype=bool)


def _by_shape(ids: pd.Series, judge: Callable[[str], bool]) -> pd.Series:
    """Judge identifiers by their letters alone: a million numbered records have one shape."""
    shapes = _shapes(ids)
    return pd.Series(shapes.isin([shape for shape in shapes.dropna().unique() if judge(shape)]))


def _shapes(ids: pd.Series) -> pd.Series:
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(schema.arrow_text(ids), r"[^\p{L}]+", " "))
    return pd.Series(pd.array(words, dtype="str"), index=ids.index)


def _name_their_settlement(ids: pd.Series, settlements: pd.Series) -> pd.Series:
    """Tell which identifiers hold the name of their own record's settlement, however it is spelt."""
    named = pd.DataFrame({"shape": _shapes(ids), "settlement": settlements})
    pairs = named.dropna().drop_duplicates()
    telling = {
        (shape, settlement)
        for shape, settlement in zip(pairs["shape"], pairs["settlement"], strict=True)
        if len(key := sound_key(settlement).replace(" ", "")) >= _SHORTEST_NAME
        and key in sound_key(shape).replace(" ", "")
    }
    each = zip(named["shape"], named["settlement"], strict=True)
    return pd.Series([pair in telling for pair in each], index=ids.index, dtype=bool)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-"
    taken.add(name)
    return name
