"""Records that may tell of one accident twice: two outlets, two layers, or one row typed again. Told, never merged.

Two records are alike when day, place, device and every casualty count are the same. That is a question to a person, not an
answer: two mines may well injure one civilian each in one district on one day, so the records stay two. A count that one
page does not state counts here as nobody, because an outlet that says "one injured" seldom adds "nobody killed".
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from mapper import schema
from mapper.crs import geodesic_distance_m
from mapper.findings import finding
from mapper.names import name_keys, units
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mapper.model import Finding, LayerEntry

    Rows = Sequence[tuple[LayerEntry | None, Any]]
    _Place = tuple[int, int]

_DAY = r"\d{4}-\d{2}-\d{2}"
_PLACES = 5
"""Decimals of a degree, about 1 m, at which two points of records without a district are the same place."""
_MOST_COMPARED = 30
"""Records alike beyond that are not compared pair by pair; they count as able to be one."""


class _Record(NamedTuple):
    layer: int
    row: int
    id: str
    sources: str | None

    @property
    def place(self) -> _Place:
        return self.layer, self.row


def possible_duplicates(layers: Rows) -> list[Finding]:
    """Find accidents that may be recorded twice, within a layer and across layers.

    Parameters
    ----------
    layers : sequence of (entry, GeoDataFrame)
        Located incidents of each layer, WGS 84. Compared are those with a whole day (that of the end, where the start is
        not stated), a place (the district; the point where none is stated), and a device or any count of casualties.

    Returns
    -------
    list of Finding
        One for each set of records alike, at the last of them; the value names the others, and whether they have a source
        in common. `warning`; `info` where the circles of their places do not meet, so that they cannot be one place.
    """
    if not layers:
        return []
    entries = [entry for entry, _ in layers]
    stacked = _stacked(layers)
    keys = _keys(stacked)
    alike = keys[keys.duplicated(keep=False)]
    records = stacked.loc[alike.index].assign(alike=alike.groupby(list(alike.columns), sort=False).ngroup())
    apart = _apart(records)
    found = [_told(group, entries, apart=number in apart) for number, group in _groups(records)]
    return [each for _, each in sorted(found, key=lambda placed: placed[0])]


def alike_keys(incidents: pd.DataFrame) -> pd.Series:
    """Return a number for each record that can be compared, the same for records alike, by row.

    Other records may have the number of one by chance: it tells which records need not be compared.
    """
    stacked = _stacked([(None, incidents)])
    keys = _keys(stacked)
    return pd.util.hash_pandas_object(keys, index=False).set_axis(stacked.loc[keys.index, "row"])


def repeated_ids(layers: Rows, kind: str) -> list[Finding]:
    """Find ids that a record of a later layer of the same kind bears again.

    Parameters
    ----------
    layers : sequence of (entry, DataFrame)
        The layers of one kind; within each of them ids are unique (`mapper.intake.checks`).
    kind : str
        Their kind, whose first column is the id.

    Returns
    -------
    list of Finding
        One for each repeated id, severity `warning`, at its later place; the value names the id and its first place.
    """
    key = schema.COLUMNS[kind][0]
    entries = [entry for entry, frame in layers if key.name in frame]
    ids = [frame[key.name] for _, frame in layers if key.name in frame]
    if key.form != "id" or len(ids) < len(("one", "other")):
        return []
    stacked = pd.concat(ids, keys=range(len(ids)), names=["layer", "row"]).dropna()
    again = stacked.duplicated()
    repeats = stacked[again]
    first = stacked[stacked.isin(repeats) & ~again]
    place_of: dict[str, _Place] = dict(zip(first.tolist(), first.index.tolist(), strict=True))
    return [
        finding(
            "duplicate_id",
            "warning",
            entry=entries[layer],
            row=row,
            column=key.name,
            value=f"{each}, as {_place(place_of[each], entries)}",
        )
        for (layer, row), each in zip(repeats.index.tolist(), repeats.tolist(), strict=True)
        if not _is_numbered(each, row, entries[layer])
    ]


def _is_numbered(each: str, row: int, entry: LayerEntry | None) -> bool:
    """Tell whether an id is only the row number that stands in for one: two files have a second row each."""
    return entry is not None and entry.numbered and each == f"row-{row}"


def _stacked(layers: Rows) -> pd.DataFrame:
    """Return the records of all layers, with the number of their layer and their row in it."""
    frames = [
        pd.DataFrame(frame).reindex(columns=[*COMPARED]).assign(layer=number, row=frame.index)
        for number, (_, frame) in enumerate(layers)
    ]
    return pd.concat(frames, ignore_index=True)


COMPARED = (
    *("incident_id", "date_start", "date_end", "district", "device_category", "source_ids"),
    *("place", "uncertainty_m", "geometry", *KILLED, *INJURED),
)
"""The columns by which records are compared."""


def _keys(stacked: pd.DataFrame) -> pd.DataFrame:
    """Return what has to be the same, for the records that can be compared at all; the index is a part of theirs."""
    counts = stacked[[*KILLED, *INJURED]]
    device = stacked["device_category"].fillna("").replace("unknown", "")
    day = stacked["date_start"].fillna(stacked["date_end"]).astype("str")
    usable = day.str.fullmatch(_DAY, na=False).astype(bool)
    usable &= counts.notna().any(axis=1) | device.ne("")
    used = stacked[usable]
    place = _place_keys(used)
    keys = pd.DataFrame(
        {
            "from": used["date_start"].fillna("").astype("str"),
            "to": used["date_end"].fillna(used["date_start"]).astype("str"),
            "place": place,
            "device": device[usable].astype("str"),
            **{name: used[name].fillna(0).astype("int64") for name in (*KILLED, *INJURED)},
        },
        index=used.index,
    )
    return keys[place.ne("")]


def _place_keys(used: pd.DataFrame) -> pd.Series:
    """Return the district as a key; for a record without one its point; "" where it has neither."""
    keys = pd.Series(name_keys(used["district"]), index=used.index, dtype=object)
    pointed = keys.eq("") & used["place"].isin(["point", "disc"])
    points = used["geometry"][pointed]
    at = zip(shapely.get_x(points), shapely.get_y(points), strict=True)
    spots = pd.Series([f"{lon:.{_PLACES}f} {lat:.{_PLACES}f}" for lon, lat in at], index=points.index, dtype=object)
    return keys.where(~pointed, spots)


def _groups(records: pd.DataFrame) -> Iterator[tuple[int, list[_Record]]]:
    """Return the records alike, group by group, each group in the order of layers and rows."""
    ordered = records.sort_values(["alike", "layer", "row"])
    columns = (ordered[name].tolist() for name in ("layer", "row", "incident_id", "source_ids"))
    pairs = zip(ordered["alike"].tolist(), (_Record(*record) for record in zip(*columns, strict=True)), strict=True)
    for number, group in groupby(pairs, key=itemgetter(0)):
        yield number, [record for _, record in group]


def _told(group: Sequence[_Record], entries: Sequence[LayerEntry | None], *, apart: bool) -> tuple[_Place, Finding]:
    """Return the finding for records that are alike, with the place of the last of them."""
    *others, last = group
    as_others = ", ".join(f"{each.id} ({_place(each.place, entries, beside=last.layer)})" for each in others)
    found = finding(
        "possible_duplicate",
        "info" if apart else "warning",
        entry=entries[last.layer],
        row=last.row,
        column="incident_id",
        value=f"{last.id} as {as_others}; {_sources(group)}",
    )
    return last.place, found


def _place(where: _Place, entries: Sequence[LayerEntry | None], beside: int | None = None) -> str:
    layer, row = where
    entry = entries[layer]
    return f"row {row}" if entry is None or layer == beside else f"row {row} of {entry.path.name}"


def _sources(group: Sequence[_Record]) -> str:
    named = [set(units(each.sources)) for each in group]
    if not all(named):
        return "source not stated"
    return "a source in common" if len(set().union(*named)) < sum(map(len, named)) else "no source in common"


def _apart(records: pd.DataFrame) -> set[int]:
    """Return the groups of which no two records can be at one place: points or circles that do not meet."""
    size = records.groupby("alike")["alike"].transform("size")
    compared = records[size <= _MOST_COMPARED]
    pointed = compared["place"].isin(["point", "disc"])
    points = compared["geometry"].where(pointed, None).to_numpy(dtype=object)
    ends = pd.DataFrame(
        {
            "alike": compared["alike"].to_numpy(),
            "number": np.arange(len(compared)),
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
            "radius_m": compared["uncertainty_m"].astype("float64").fillna(0).to_numpy(),
        }
    )
    pairs = ends.merge(ends, on="alike", suffixes=("", "_b"))
    pairs = pairs[pairs["number"] < pairs["number_b"]]
    known = pairs[["lon", "lon_b"]].notna().all(axis=1)
    near = pairs.loc[known, "alike"][
        geodesic_distance_m(*(pairs.loc[known, name].to_numpy() for name in ("lon", "lat", "lon_b", "lat_b")))
        <= pairs.loc[known, "radius_m"] + pairs.loc[known, "radius_m_b"]
    ]
    return set(pairs["alike"]) - set(pairs["alike"][~known]) - set(near)
