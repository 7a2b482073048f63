"""Checks across layers: what no single file, and no single row, can show.

Every check returns findings and moves nothing. The rules themselves stand by subject: `hazard_checks` (accidents in land
recorded as released), `positions` (points against lines and names), `duplicates`, `counts`, `ledger`, `clearance`,
`record_dates`. Here they are
put together, in two forms: `compare` for layers whose places are known, as the build has them, and `across` for layers as
they come from their checks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import schema
from mapper.analysis.clearance import statements_overlap
from mapper.analysis.counts import count_falls, counts_contradict, counts_overlap
from mapper.analysis.duplicates import possible_duplicates, repeated_ids
from mapper.analysis.hazard_checks import (
    IN_RELEASED_LAND,
    MAYBE_IN_RELEASED_LAND,
    accidents_in_released_land,
    closed_without_product,
)
from mapper.analysis.ledger import exceeded_counts, sums_beside
from mapper.analysis.locate import locate, place_zones
from mapper.analysis.order_checks import (
    circular_orders,
    corridors_without_width,
    orders_without_effect,
    zones_without_order,
)
from mapper.analysis.positions import district_disagreements, on_borders, suspected_centroids
from mapper.analysis.record_dates import dated_after_source, published, unconfirmed_orders
from mapper.findings import finding
from mapper.names import units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from mapper.analysis.ledger import Sums
    from mapper.model import Checked, Finding, LayerEntry

    Rows = Sequence[tuple[LayerEntry | None, Any]]
    Layers = Mapping[str, Rows]

ALARMS = (IN_RELEASED_LAND, MAYBE_IN_RELEASED_LAND)
"""Rules that come first wherever findings are listed, in this order; none of them is ever counted instead of told."""
MOST_TOLD = 1000
"""More findings of one rule in one layer are one finding with their number: nobody reads a thousand lines."""
_REFERENCES = (
    ("source_ids", "sources", "source_id", "unknown_source"),
    ("order_ids", "orders", "order_id", "unknown_order"),
)


def across(layers: Sequence[Checked], *, as_of: dt.date | None = None) -> list[Finding]:
    """Check any number of layers against each other; also what the rows of one layer show against each other.

    Parameters
    ----------
    layers : sequence of Checked
        As the checks of each layer give them; any kind may be missing.
    as_of : date, optional
        The day the data speak of; the newest date of a layer by default. Without any, no order can be told to be old.

    Returns
    -------
    list of Finding
        As `compare` finds them, and references to sources and orders where a layer of these is among the given. What
        locating the incidents finds is not repeated: it depends on layers of places that may not be among them.
    """
    given: dict[str, list[tuple[LayerEntry | None, Any]]] = {}
    for layer in layers:
        frame = layer.frame.assign(accuracy_m=pd.Series(layer.entry.accuracy_m, layer.frame.index, dtype="float64"))
        given.setdefault(layer.entry.kind, []).append((layer.entry, frame))
    districts, settlements = (_together(given.get(kind, ())) for kind in ("districts", "settlements"))
    placed: dict[str, Rows] = {
        **given,
        "incidents": [
            (entry, locate(frame, settlements=settlements, districts=districts).incidents)
            for entry, frame in given.get("incidents", ())
        ],
        "zones": [(entry, place_zones(frame, districts)) for entry, frame in given.get("zones", ())],
    }
    dates = [layer.entry.date for layer in layers if layer.entry.date is not None]
    return [*compare(placed, as_of=as_of or max(dates, default=None)), *_references(given)]


@dataclass(frozen=True, slots=True)
class OfIncidents:
    """What the checks say of incidents, which may have been looked at in parts.

    `one_by_one`: findings about single accidents, in layer order. `alike`: those about accidents that may be one. `dated`: about
    dates after their sources. `beside`: for each layer of casualty counts the sums of `mapper.analysis.ledger.sums_beside`.
    """

    one_by_one: Sequence[Finding]
    alike: Sequence[Finding]
    dated: Sequence[Finding]
    beside: Sequence[Sums]


def compare(layers: Layers, *, as_of: dt.date | None = None, of_incidents: OfIncidents | None = None) -> list[Finding]:
    """Run every check across layers whose places are known.

    Parameters
    ----------
    layers : mapping of kind to sequence of (entry, frame)
        Incidents located, zones placed, the others as checked; WGS 84. Any kind may be missing.
    as_of : date, optional
        The day the data speak of.
    of_incidents : OfIncidents, optional
        What is said of the incidents, where the layers are without them because they were looked at in parts.

    Returns
    -------
    list of Finding
        Accidents in released land first, then by rule and layer, in row order.
    """
    of_incidents = of_incidents or _of_incidents(layers)
    hazards, sources = (_together(layers.get(kind, ())) for kind in ("hazards", "sources"))
    found: list[Finding] = [*of_incidents.one_by_one, *of_incidents.alike]
    for kind in schema.COLUMNS:
        found += repeated_ids(layers.get(kind, ()), kind)
    for entry, frame in layers.get("hazards", ()):
        found += closed_without_product(frame, others=hazards, entry=entry)
    found += _of_the_ledger(layers, of_incidents.beside)
    found += of_incidents.dated
    dates = {} if sources is None else published(sources)
    for kind, rows in layers.items():
        for entry, frame in rows if kind != "incidents" else ():
            found += dated_after_source(frame, kind, dates, entry=entry)
    found += _of_orders(layers, dates, as_of)
    return alarms_first(_countable(found))


def _of_incidents(layers: Layers) -> OfIncidents:
    rows = layers.get("incidents", ())
    sources, incidents = (_together(layers.get(kind, ())) for kind in ("sources", "incidents"))
    dates = {} if sources is None else published(sources)
    none = pd.DataFrame(columns=[column.name for column in schema.COLUMNS["incidents"]])
    return OfIncidents(
        one_by_one=[
            each for entry, frame in rows for found in one_by_one(frame, layers, entry=entry) for each in found
        ],
        alike=possible_duplicates(rows),
        dated=[each for entry, frame in rows for each in dated_records(frame, dates, entry=entry)],
        beside=[
            sums_beside(none if incidents is None else incidents, counts)
            for _, counts in layers.get("casualty_counts", ())
        ],
    )


def one_by_one(
    incidents: gpd.GeoDataFrame, layers: Layers, *, entry: LayerEntry | None = None
) -> tuple[list[Finding], ...]:
    """Return what each check finds about single accidents against the other layers, each in row order.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents of one layer, or of a part of it.
    layers : mapping of kind to sequence of (entry, frame)
        As of `compare`; its incidents take no part.
    entry : LayerEntry, optional
        The incidents' layer, to name its file.
    """
    districts, settlements, zones, hazards = (
        _together(layers.get(kind, ())) for kind in ("districts", "settlements", "zones", "hazards")
    )
    found = (
        [] if hazards is None else accidents_in_released_land(incidents, hazards, entry=entry),
        [] if districts is None else district_disagreements(incidents, districts, entry=entry),
        suspected_centroids(incidents, districts, settlements, entry=entry),
        on_borders(incidents, zones, districts, entry=entry),
    )
    return tuple(in_row_order(each) for each in found)


def dated_records(
    incidents: pd.DataFrame, dates: Mapping[str, str], *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Return what is found about dates of incidents and their sources, in row order."""
    return in_row_order(dated_after_source(incidents, "incidents", dates, entry=entry))


def in_row_order(findings: Iterable[Finding]) -> list[Finding]:
    """Put findings of one layer in the order of its rows, so that those of its parts follow each other in it."""
    return sorted(findings, key=lambda found: found.row or 0)


def _of_orders(layers: Layers, dates: Mapping[str, str], as_of: dt.date | None) -> list[Finding]:
    """Check the orders, and the zones and corridors that name them; zones are not asked for orders where there are none."""
    found: list[Finding] = []
    for entry, frame in layers.get("orders", ()):
        found += [*circular_orders(frame, entry=entry), *orders_without_effect(frame, entry=entry)]
        found += [] if as_of is None else unconfirmed_orders(frame, dates, as_of, entry=entry)
    for entry, frame in layers.get("corridors", ()):
        found += corridors_without_width(frame, entry=entry)
    if any(len(frame) for _, frame in layers.get("orders", ())):
        found += [each for entry, frame in layers.get("zones", ()) for each in zones_without_order(frame, entry=entry)]
    return found


def alarms_first(findings: Iterable[Finding]) -> list[Finding]:
    """Put accidents in released land before everything else, and keep the order of the rest."""
    rank = {rule: number for number, rule in enumerate(ALARMS)}
    return sorted(findings, key=lambda found: rank.get(found.rule, len(rank)))


def unknown_references(
    frame: pd.DataFrame, column: str, known: Iterable[str], rule: str, *, entry: LayerEntry | None = None
) -> list[Finding]:
    """Find ids in a ";"-separated column that no record bears (a source or an order that is not in the layers).

    Returns
    -------
    list of Finding
        One per missing id and row, severity `warning`: a mark on the map could not be traced.
    """
    ids = set(known)
    return [
        finding(rule, "warning", entry=entry, row=row, column=column, value=reference)
        for row, cell in frame[column].dropna().items()
        for reference in dict.fromkeys(units(cell))
        if reference not in ids
    ]


def _of_the_ledger(layers: Layers, beside: Sequence[Sums]) -> list[Finding]:
    """Check counts against each other and against the accidents, and clearance statements against each other."""
    found: list[Finding] = []
    for (entry, counts), sums in zip(layers.get("casualty_counts", ()), beside, strict=True):
        for rule in (count_falls, counts_contradict, counts_overlap):
            found += rule(counts, entry=entry)
        found += exceeded_counts(sums, counts, entry=entry)
    for entry, activities in layers.get("activities", ()):
        found += statements_overlap(activities, entry=entry)
    return found


def _references(layers: Layers) -> list[Finding]:
    """Find references to sources and orders that no given layer holds, where a layer of them is given."""
    found: list[Finding] = []
    for column, kind, key, rule in _REFERENCES:
        known = _together(layers.get(kind, ()))
        if known is not None:
            found += [
                each
                for rows in layers.values()
                for entry, frame in rows
                if column in frame
                for each in unknown_references(frame, column, known[key], rule, entry=entry)
            ]
    return found


def _together(rows: Rows) -> Any:  # noqa: ANN401 - a GeoDataFrame where the kind has a place
    """Return the records of all layers of a kind, None where there are none."""
    frames = [frame for _, frame in rows if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else None


def _countable(findings: Sequence[Finding]) -> list[Finding]:
    """Let one finding with their number stand for more than `MOST_TOLD` of one rule and layer, save for alarms."""
    return told(folded((each, 1) for each in findings))


def folded(findings: Iterable[tuple[Finding, int]]) -> list[tuple[Finding, int]]:
    """Keep of more than `MOST_TOLD` findings of one rule and layer the first, with their number; alarms are all kept.

    Parameters
    ----------
    findings : iterable of (Finding, int)
        Each with the number of those that it stands for, so that what was folded may be folded again.
    """
    alike: dict[tuple[object, ...], list[tuple[Finding, int]]] = {}
    for found, number in findings:
        alike.setdefault((found.rule, found.severity, found.file, found.layer), []).append((found, number))
    return [each for group in alike.values() for each in _first_of(group)]


def _first_of(group: list[tuple[Finding, int]]) -> list[tuple[Finding, int]]:
    number = sum(each for _, each in group)
    return group if group[0][0].rule in ALARMS or number <= MOST_TOLD else [(group[0][0], number)]


def told(findings: Iterable[tuple[Finding, int]]) -> list[Finding]:
    """Return folded findings as they are listed: one that stands for many says so, and names the first."""
    return [
        found
        if number == 1
        else replace(found, row=None, value=f"{number} records; the first, row {found.row}: {found.value}")
        for found, number in findings
    ]
