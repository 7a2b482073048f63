"""The steps of the line that an edition is made by, each for all records or for a part of them.

    surroundings -> placed_incidents -> opened -> as_known -> edition_from

What is not an incident is small and is prepared once, whole: `Around` before the gate, `Public` after it. Incidents may come in
any number of parts: each step takes some of them and says what it found, and nothing that it says depends on the others. The
order of the steps, and what becomes of the parts, is the business of `mapper.pipeline` and `mapper.partwise`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import schema
from mapper.analysis.consistency import alarms_first, in_row_order, unknown_references
from mapper.analysis.density import DEFAULT_BANDWIDTH_M
from mapper.analysis.duplicates import repeated_ids
from mapper.analysis.hotspots import hotspots, none_taken
from mapper.analysis.locate import locate, place_zones
from mapper.analysis.orders import opening_types
from mapper.analysis.record_dates import orders_as_known, published, recorded
from mapper.errors import DataRefused, UsageError
from mapper.findings import finding
from mapper.names import name_key, units
from mapper.output.catalogue_texts import public_catalogue
from mapper.output.compose import TABLES, Edition, Results, compose, empty_table
from mapper.output.identifiers import is_generalised, summed
from mapper.output.publication import Gate, gate, gate_of, public_findings
from mapper.output.tally import Tally, tally
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from mapper.model import Catalogue, Checked, DensityFrame, Finding, HotSpots, Joined, LayerEntry, Surface

    Rows = Sequence[tuple[LayerEntry | None, Any]]


@dataclass(frozen=True, slots=True)
class Around:
    """All layers but the incidents, before the gate: public identifiers, zones placed, nothing later than the edition."""

    catalogue: Catalogue
    as_of: dt.date | None
    layers: Mapping[str, Rows]
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    findings: tuple[Finding, ...]

    @property
    def undrawn_zones(self) -> int:
        """How many zones name a unit that no layer of districts knows."""
        return sum(each.rule == "unknown_district" and each.column == "admin_units" for each in self.findings)


@dataclass(frozen=True, slots=True)
class PlacedIncidents:
    """Incidents of one layer, or of a part of it, with their places: `kept` as checked and no later than the edition."""

    entry: LayerEntry | None
    kept: gpd.GeoDataFrame
    frame: gpd.GeoDataFrame
    left_out: tuple[Finding, ...]
    doubts: tuple[Finding, ...]

    @property
    def later(self) -> int:
        """How many incidents are later than the edition."""
        return len(self.left_out)


@dataclass(frozen=True, slots=True)
class Public:
    """All layers but the incidents after the gate, and the gate itself; `dates` are those of the sources."""

    catalogue: Catalogue
    gate: Gate
    zones: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    tables: Mapping[str, Any]
    dates: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What each step found, as it is told; of the gate what it did to incidents."""

    checked: Sequence[Finding]
    placed: Sequence[Finding]
    compared: Sequence[Finding]
    references: Sequence[Finding]
    gated: Sequence[Finding]
    named: Sequence[Finding]


def surroundings(catalogue: Catalogue, checked: Sequence[Checked], as_of: dt.date | None) -> Around:
    """Prepare all layers but the incidents, whose identifiers are public already.

    Raises
    ------
    DataRefused
        When zones of two layers bear one id.
    """
    layers = {kind: layers_of(checked, kind) for kind in schema.COLUMNS if kind != "incidents"}
    settlements, districts = together(layers["settlements"]), together(layers["districts"])
    zones, found = [], []
    for entry, frame in layers["zones"]:
        placed = place_zones(frame, districts)
        found += _zones_without_outline(placed, districts, entry)
        zones.append((entry, placed))
    for kind in TABLES:
        known = [(entry, *_issued_until(frame, kind, as_of, entry)) for entry, frame in layers[kind]]
        found += [each for _, _, left_out in known for each in left_out]
        layers[kind] = [(entry, kept) for entry, kept, _ in known]
    return Around(catalogue, as_of, {**layers, "zones": zones}, settlements, districts, tuple(found))


def placed_incidents(entry: LayerEntry | None, frame: gpd.GeoDataFrame, around: Around) -> PlacedIncidents:
    """Leave out what is later than the edition, and give the others their place; findings are in row order."""
    kept, later = _until(frame, around.as_of, entry)
    located = locate(kept, settlements=around.settlements, districts=around.districts, entry=entry)
    left_out, doubts = (tuple(in_row_order(each)) for each in (later, located.findings))
    return PlacedIncidents(entry, kept, located.incidents, left_out, doubts)


def opened(around: Around, places: frozenset[str]) -> Public:
    """Let all layers but the incidents through the gate; `places` are the names of places in all layers."""
    catalogue, through = around.catalogue, gate_of(around.layers, places)
    public = gate(around.layers, through)
    dates = published(together(around.layers["sources"]))
    tables = {kind: together(public.layers[kind]) for kind in TABLES}
    tables["orders"] = orders_as_known(tables["orders"], dates, catalogue.data_date)
    tables["hazards"] = tables["hazards"].assign(recorded_on=recorded(tables["hazards"], dates, catalogue.data_date))
    return Public(
        catalogue=catalogue,
        gate=through,
        zones=together(public.layers["zones"]),
        districts=together(public.layers["districts"]),
        tables=tables,
        dates=dates,
        findings=public.findings,
    )


def as_known(incidents: gpd.GeoDataFrame, public: Public, entry: LayerEntry | None) -> gpd.GeoDataFrame:
    """Say when each accident was first known; of generalised records only the month, as a report tells the day."""
    known = recorded(incidents, public.dates, public.catalogue.data_date)
    cut = known.str[: len("2021-01")] if is_generalised(entry) else known
    return incidents.assign(recorded_on=cut)


def drawn_zones(public: Public) -> gpd.GeoSeries:
    """Return the outlines of the zones, which are the window of the density."""
    return public.zones.geometry.dropna()


@dataclass(frozen=True, slots=True)
class Made:
    """What the steps made of all incidents: `later` were left out; `counted`, where given, need not be in `joined`."""

    joined: Joined
    surface: Surface
    frames: tuple[DensityFrame, ...]
    found: Found
    later: int
    counted: Tally | None = None


def edition_from(
    around: Around, public: Public, checked: Sequence[Checked], made: Made, assumptions: Sequence[str] = ()
) -> Edition:
    """Put what the steps made together as an edition.

    Parameters
    ----------
    around, public
        All layers but the incidents.
    checked : sequence of Checked
        All layers with public identifiers; of the incidents only the accounts are used.
    made : Made
        Of the incidents.
    assumptions : sequence of str
        What was assumed before; what these steps assume is added.
    """
    catalogue, as_of, places = around.catalogue, around.as_of, public.gate.places
    found, joined = made.found, made.joined
    said = public_catalogue(catalogue, checked, places)
    findings = [*found.checked, *found.placed, *around.findings, *found.compared, *found.references]
    entries = [(layer.entry, layer.frame) for layer in checked if layer.entry.kind == "incidents"]
    told = public_findings(findings, {"incidents": entries}, places)
    counted = made.counted or tally(joined.incidents, public.tables["casualty_counts"])
    results = Results(
        joined=joined,
        districts=public.districts,
        tables=public.tables,
        surface=made.surface,
        frames=made.frames,
        hotspots=_hotspots(joined, public, [layer.entry for layer in checked], counted),
        findings=tuple(alarms_first([*told, *found.gated, *public.findings, *found.named, *said.findings])),
        later=made.later,
        undrawn_zones=around.undrawn_zones,
        tally=counted,
    )
    assumed = [*assumptions, *_assumed(joined, catalogue, counted)]
    return compose(said.catalogue, said.checked, results, as_of=as_of, assumptions=assumed)


def by_layer(findings: Iterable[Finding], checked: Sequence[Checked]) -> list[Finding]:
    """Return what was done to identifiers, in the order of the layers, parts of a layer added up."""
    given = list(findings)
    return [each for layer in checked for each in summed(found for found in given if found.layer == layer.entry.name)]


def layers_of(checked: Sequence[Checked], kind: str) -> list[tuple[LayerEntry | None, Any]]:
    """Return each layer of a kind with its entry and the accuracy of its lines; one empty layer where there is none."""
    return [
        (layer.entry, layer.frame.assign(accuracy_m=layer.entry.accuracy_m, layer=layer.entry.name).astype(_ADDED))
        for layer in checked
        if layer.entry.kind == kind
    ] or [(None, empty_table(kind).assign(accuracy_m=None, layer=None).astype(_ADDED))]


_ADDED = {"accuracy_m": "float64", "layer": "str"}


def full_records(given: gpd.GeoDataFrame, located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the records with the ids and points of the file; a point that only a settlement's name gave where there is none."""
    kept = given.loc[located.index]
    pointed = located.geometry.where(located["place"].isin(["point", "disc"]), None)
    own = kept.geometry.where(kept.geometry.notna(), pointed)
    return located.assign(incident_id=kept["incident_id"], source_ids=kept["source_ids"]).set_geometry(own)


def together(layers: Sequence[tuple[LayerEntry | None, Any]]) -> Any:  # noqa: ANN401 - a GeoDataFrame where the kind has a place
    """Return the records of all layers of a kind."""
    frames = [frame for _, frame in layers]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def require_own_ids(layers: Mapping[str, Rows]) -> None:
    """Refuse incidents and zones of two layers that bear one id: they could not be told apart in any pair.

    Raises
    ------
    DataRefused
        When an id is given twice, with the file and row of the later one.
    """
    for kind in ("incidents", "zones"):
        for found in repeated_ids(layers[kind], kind):
            raise DataRefused(
                f"records of all layers need one id each, and this one is given twice: {found.value}",
                file=found.file,
                layer=found.layer,
                row=found.row,
                column=found.column,
                advice="Give every record its own id, for instance with a short name of its layer before it.",
            )


def _assumed(joined: Joined, catalogue: Catalogue, counted: Tally) -> list[str]:
    """Say what this walk took for granted because no layer and no option states it."""
    exact = counted.exact
    drawn = int(joined.zones.geometry.notna().sum())
    sentences = {
        Said.of("assumed.exact", n=exact): exact > 0,
        Said.of("assumed.zone_accuracy"): drawn > 0 and joined.accuracy_m == 0,
        Said.of("assumed.bandwidth", n=DEFAULT_BANDWIDTH_M): catalogue.bandwidth_m is None,
        Said.of("assumed.window", n=drawn): drawn > 0,
    }
    return [sentence for sentence, holds in sentences.items() if holds]


def _hotspots(joined: Joined, public: Public, entries: Iterable[LayerEntry], counted: Tally) -> HotSpots:
    """Return the hot spots over the zones together, or why there are none, with which an edition is still one.

    They are taken from the records as published: a generalised one has no place, and counting the others alone would show
    where layers differ in what they tell. Ground that nobody reports from is no 0.
    """
    window, coverage = drawn_zones(public), public.tables["coverage"]
    generalised = [entry.name for entry in entries if entry.kind == "incidents" and is_generalised(entry)]
    if window.empty:
        return none_taken(Said.of("refused.no_zone_spots"))
    if generalised:
        return none_taken(Said.of("refused.generalised", layers=", ".join(generalised)))
    if counted.records > len(joined.incidents):
        return none_taken(Said.of("refused.counted_only"))
    silent = coverage.geometry[coverage["reporting_state"].eq("not_reported")].dropna()
    try:
        return hotspots(joined.incidents, window=window, not_surveyed=None if silent.empty else silent)
    except (DataRefused, UsageError) as exc:
        return none_taken(str(exc))


def _until(
    incidents: gpd.GeoDataFrame, as_of: dt.date | None, entry: LayerEntry | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out the incidents that are certainly later than the edition's date, each with a finding.

    An incident without a usable date stays in: it may have happened before.
    """
    if as_of is None:
        return incidents, []
    first = incidents["date_start"].fillna(incidents["date_end"]).fillna(incidents["reported_on"])
    later = first.notna() & ~first.str.startswith("--", na=False) & (first > as_of.isoformat())
    findings = [
        finding("later_than_edition", "info", "It is not in this edition.", entry=entry, row=row, value=first.loc[row])
        for row in incidents.index[later]
    ]
    return incidents[~later], findings


def _issued_until(
    frame: pd.DataFrame, kind: str, as_of: dt.date | None, entry: LayerEntry | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out orders, counts and statements later than the edition's date.

    Of the orders only those that loosen are left out: a ban stays, and so does what ends an opening.
    """
    columns = _DATES_OF.get(kind)
    if as_of is None or columns is None:
        return frame, []
    first, second = columns
    known = frame[first].fillna(frame[second]).astype("str")
    later = known.str.fullmatch(r"\d.*", na=False) & (known > as_of.isoformat())
    if kind == "orders":
        later &= _loosens(frame)
    findings = [
        finding("later_than_edition", "info", "It is not in this edition.", entry=entry, row=row, value=known.loc[row])
        for row in frame.index[later]
    ]
    return frame[~later], findings


def _loosens(orders: pd.DataFrame) -> pd.Series:
    """Tell which orders make nothing stricter: openings and what belongs to them, warnings, and lifts of restrictions alone."""
    opens = orders["order_type"].isin(opening_types())
    openings = set(orders["order_id"][opens])
    lifts_opening = orders["order_type"].eq("lifted") & orders["refers_to"].map(
        lambda cell: not openings.isdisjoint(units(cell))
    ).astype(bool)
    return ~orders["order_type"].isin(_STRICT) & ~lifts_opening


_STRICT = ("ban", "site_closure", "curfew")


_DATES_OF = {
    "orders": ("effective_from", "issued_on"),
    "casualty_counts": ("as_of", "period_end"),
    "activities": ("reported_on", "period_end"),
}


def _zones_without_outline(
    zones: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, entry: LayerEntry | None
) -> list[Finding]:
    """Tell each zone that cannot be drawn, and whether it names a unit that no layer knows, which may be a slip."""
    known = {name_key(name) for name in districts["name"]}
    findings = []
    for row in zones.index[zones.geometry.isna()]:
        unknown = [unit for unit in units(zones.loc[row, "admin_units"]) if name_key(unit) not in known]
        rule, column = ("unknown_district", "admin_units") if unknown else ("no_outline", "geometry")
        value = "; ".join(unknown) if unknown else zones.loc[row, "name"]
        findings.append(finding(rule, "warning", _NOT_DRAWN, entry=entry, row=row, column=column, value=value))
    return findings


_NOT_DRAWN = "It is listed as restricted by name and cannot be drawn."


def broken_references(layer: Checked, tables: Mapping[str, Any]) -> list[Finding]:
    """Find sources and orders that a record names and no layer holds, in row order."""
    known = {
        "source_ids": (tables["sources"]["source_id"], "unknown_source"),
        "order_ids": (tables["orders"]["order_id"], "unknown_order"),
    }
    return in_row_order(
        found
        for column, (ids, rule) in known.items()
        if column in layer.frame
        for found in unknown_references(layer.frame, column, ids, rule, entry=layer.entry)
    )
