"""The straight line: read -> check -> locate -> gate -> join -> density -> compose -> page / exports.

This module alone knows the order of the steps. Each is one public function that a notebook can call by hand. The checks
across layers run before the gate (`mapper.output.publication`), on the full records; all that is published is computed after it.
Only identifiers are replaced first of all, because findings name records by them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mapper import schema
from mapper.analysis.consistency import alarms_first, compare, unknown_references
from mapper.analysis.contours import no_contours
from mapper.analysis.density import DEFAULT_BANDWIDTH_M, density
from mapper.analysis.duplicates import repeated_ids
from mapper.analysis.join import join
from mapper.analysis.ledger import FINDINGS as LEDGER_RULES
from mapper.analysis.locate import locate, place_zones
from mapper.analysis.orders import opening_types
from mapper.analysis.record_dates import orders_as_known, published, recorded
from mapper.catalogue import bundled_layers, read_catalogue
from mapper.errors import DataRefused, UsageError
from mapper.findings import finding
from mapper.intake.checks import check
from mapper.intake.files import read_layer
from mapper.model import Surface
from mapper.names import name_key, units
from mapper.output.catalogue_texts import public_catalogue
from mapper.output.compose import TABLES, Edition, Results, compose, empty_table
from mapper.output.exports import export_files
from mapper.output.files import write_files
from mapper.output.identifiers import is_generalised, with_public_ids
from mapper.output.internal import internal_files
from mapper.output.manifest import FILE_NAME as MANIFEST
from mapper.output.manifest import answer, listed_files, manifest
from mapper.output.page import page_html
from mapper.output.publication import density_refusal, gate, in_cells, known_places, public_findings
from mapper.progress import step
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from mapper.model import Catalogue, Checked, Finding, Joined, LayerEntry
    from mapper.output.basemap import Basemap

    Rows = Sequence[tuple[LayerEntry | None, Any]]

PAGE = "map.html"


def build(
    layers: Path | None = None,
    *,
    out: Path,
    as_of: dt.date | None = None,
    internal: bool = False,
    basemap: Basemap | None = None,
) -> dict[str, Any]:
    """Build an edition from a folder of layers and write it.

    Parameters
    ----------
    layers : Path, optional
        A folder with a `layers.toml`; the bundled layers by default.
    out : Path
        The folder to write to. Files of an earlier edition are replaced, all together or not at all; those that this
        edition does not have are removed.
    as_of : date, optional
        The date the edition speaks of; incidents later than that are left out and counted.
    internal : bool
        Also write the full records of all incidents into a file that is marked as internal. An edition built later without
        it removes that file.
    basemap : Basemap, optional
        A background map for the page: of `read_pmtiles` or `online` in `mapper.output.basemap`.

    Returns
    -------
    dict
        The answer of `mapper build --json`.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    catalogue, checked = _checked_layers(layers, as_of)
    with step("joining, counting, taking the density"):
        edition, records = _walked(catalogue, checked, as_of)
    with step("making the page and the files"):
        contents = edition_files(edition, internal_files(records) if internal else {}, basemap)
        _keep_inputs(edition, out, contents)
        told = answer(edition, {name: content for name, content in contents.items() if name != MANIFEST})
    with step("writing the files"):
        write_files(out, contents, superseded=listed_files(out))
    return told


def edition_files(
    edition: Edition, others: Mapping[str, bytes] | None = None, basemap: Basemap | None = None
) -> dict[str, bytes]:
    """Return every file of an edition by name, `others` among them, the manifest last."""
    contents = {PAGE: page_html(edition, basemap), **export_files(edition), **(others or {})}
    return {**contents, MANIFEST: manifest(edition, contents, basemap)}


def make_edition(layers: Path | None = None, *, as_of: dt.date | None = None) -> Edition:
    """Walk the line from a folder of layers to an edition, writing nothing.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence.
    """
    catalogue, checked = _checked_layers(layers, as_of)
    with step("joining, counting, taking the density"):
        return edition_of(catalogue, checked, as_of)


def _checked_layers(layers: Path | None, as_of: dt.date | None) -> tuple[Catalogue, list[Checked]]:
    catalogue = read_catalogue(layers or bundled_layers())
    if as_of is not None and catalogue.data_date is not None and as_of > catalogue.data_date:
        raise UsageError(
            f"the layers were compiled on {catalogue.data_date}, so nothing can be said as of {as_of}",
            advice="Give an earlier date, or newer layers with a newer data_date.",
        )
    with step("checking the layers"):
        return catalogue, [check(read_layer(entry), area=catalogue.area) for entry in catalogue.layers]


def ledger(layers: Path | None = None, *, as_of: dt.date | None = None) -> dict[str, Any]:
    """Set what publishers count side by side, as `mapper ledger --json` does, writing nothing.

    Parameters
    ----------
    layers, as_of
        As in `build`; counts and statements later than the date are left out too.

    Returns
    -------
    dict
        `PublishedLedger.to_dict()`, and `findings`: those of the edition that tell of counts, or of one accident twice.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence.
    """
    edition = make_edition(layers, as_of=as_of)
    found = [each.to_dict() for each in edition.findings if each.rule in LEDGER_RULES]
    return {**edition.ledger.to_dict(), "findings": found}


def edition_of(
    catalogue: Catalogue, checked: Sequence[Checked], as_of: dt.date | None = None, *, assumptions: Sequence[str] = ()
) -> Edition:
    """Walk the line from checked layers to an edition.

    Parameters
    ----------
    catalogue : Catalogue
        As read, or made for files that no catalogue names.
    checked : sequence of Checked
        Every layer of the edition; any kind may be missing.
    as_of : date, optional
        As in `build`.
    assumptions : sequence of str
        What was assumed on the way to the checked layers; what this walk assumes is added.

    Returns
    -------
    Edition
        Every counted record is drawn, counted in a district, unplaced, refused or later than the edition.
    """
    return _walked(catalogue, checked, as_of, assumptions=assumptions)[0]


def _walked(
    catalogue: Catalogue, checked: Sequence[Checked], as_of: dt.date | None, *, assumptions: Sequence[str] = ()
) -> tuple[Edition, gpd.GeoDataFrame]:
    """Return the edition, and the full records of its incidents, which no page and no export may hold."""
    as_given = {layer.entry.name: layer.frame for layer in checked if layer.entry.kind == "incidents"}
    named = with_public_ids(checked)
    checked = named.checked
    layers = {kind: _layers(checked, kind) for kind in schema.COLUMNS}
    settlements, districts = _together(layers["settlements"]), _together(layers["districts"])
    incidents, records, zones, found = [], [], [], []
    later = 0
    for entry, frame in layers["incidents"]:
        kept, left_out = _until(frame, as_of, entry)
        located = locate(kept, settlements=settlements, districts=districts, entry=entry)
        later += len(left_out)
        found += [*left_out, *located.findings]
        incidents.append((entry, located.incidents))
        records.append((entry, _records(kept if entry is None else as_given[entry.name], located.incidents)))
    for entry, frame in layers["zones"]:
        placed = place_zones(frame, districts)
        found += _zones_without_outline(placed, districts, entry)
        zones.append((entry, placed))
    for kind in TABLES:
        known = [(entry, *_issued_until(frame, kind, as_of, entry)) for entry, frame in layers[kind]]
        found += [each for _, _, left_out in known for each in left_out]
        layers[kind] = [(entry, kept) for entry, kept, _ in known]
    layers |= {"incidents": incidents, "zones": zones}
    _require_own_ids(layers)
    public = gate(layers)
    dates = published(_together(layers["sources"]))
    tables = {kind: _together(public.layers[kind]) for kind in TABLES}
    tables["orders"] = orders_as_known(tables["orders"], dates, catalogue.data_date)
    tables["hazards"] = tables["hazards"].assign(recorded_on=recorded(tables["hazards"], dates, catalogue.data_date))
    told = [(entry, _as_known(frame, dates, catalogue, entry)) for entry, frame in public.layers["incidents"]]
    joined = join(_together(told), _together(public.layers["zones"]))
    findings = [
        *(each for layer in checked for each in layer.findings),
        *found,
        *compare(layers, as_of=as_of or catalogue.data_date),
        *_broken_references(checked, tables),
    ]
    said = public_catalogue(catalogue, checked, known_places(layers))
    results = Results(
        joined=joined,
        districts=_together(public.layers["districts"]),
        tables=tables,
        surface=_surface(layers, joined.zones.geometry.dropna(), catalogue.bandwidth_m),
        findings=tuple(
            alarms_first([*public_findings(findings, layers), *public.findings, *named.findings, *said.findings])
        ),
        later=later,
        undrawn_zones=sum(each.rule == "unknown_district" and each.column == "admin_units" for each in found),
    )
    assumed = [*assumptions, *_assumed(joined, catalogue)]
    return compose(said.catalogue, said.checked, results, as_of=as_of, assumptions=assumed), _together(records)


def _as_known(
    incidents: gpd.GeoDataFrame, dates: Mapping[str, str], catalogue: Catalogue, entry: LayerEntry | None
) -> gpd.GeoDataFrame:
    """Say when each accident was first known; of generalised records only the month, as a report tells the day."""
    known = recorded(incidents, dates, catalogue.data_date)
    cut = known.str[: len("2021-01")] if is_generalised(entry) else known
    return incidents.assign(recorded_on=cut)


def _layers(checked: Sequence[Checked], kind: str) -> list[tuple[LayerEntry | None, Any]]:
    """Return each layer of a kind with its entry and the accuracy of its lines; one empty layer where there is none."""
    return [
        (layer.entry, layer.frame.assign(accuracy_m=layer.entry.accuracy_m, layer=layer.entry.name).astype(_ADDED))
        for layer in checked
        if layer.entry.kind == kind
    ] or [(None, empty_table(kind).assign(accuracy_m=None, layer=None).astype(_ADDED))]


_ADDED = {"accuracy_m": "float64", "layer": "str"}


def _records(given: gpd.GeoDataFrame, located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the records with the ids and points of the file; a point that only a settlement's name gave where there is none."""
    kept = given.loc[located.index]
    pointed = located.geometry.where(located["place"].isin(["point", "disc"]), None)
    own = kept.geometry.where(kept.geometry.notna(), pointed)
    return located.assign(incident_id=kept["incident_id"], source_ids=kept["source_ids"]).set_geometry(own)


def _together(layers: Sequence[tuple[LayerEntry | None, Any]]) -> Any:  # noqa: ANN401 - a GeoDataFrame where the kind has a place
    frames = [frame for _, frame in layers]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _require_own_ids(layers: Mapping[str, Rows]) -> None:
    """Refuse incidents and zones of two layers that bear one id: they could not be told apart in any pair."""
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


def _surface(layers: Mapping[str, Rows], window: gpd.GeoSeries, bandwidth_m: float | None) -> Surface:
    """Return the density over the zones together, or its refusal: an edition without one is still an edition."""
    reach_m = DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m
    refused = density_refusal(layers, reach_m)
    if window.empty:
        refused = Said.of("refused.no_zone")
    if refused is not None:
        return _no_surface(_together(layers["incidents"]), bandwidth_m, refused)
    incidents = _together(
        [
            (entry, in_cells(frame, reach_m, window) if is_generalised(entry) else frame)
            for entry, frame in layers["incidents"]
        ]
    )
    try:
        return density(incidents, window=window, bandwidth_m=bandwidth_m)
    except (DataRefused, UsageError) as exc:
        return _no_surface(incidents, bandwidth_m, str(exc))


def _no_surface(incidents: gpd.GeoDataFrame, bandwidth_m: float | None, reason: str) -> Surface:
    return Surface(
        n=0,
        bandwidth_m=DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m,
        edge="jones-diggle",
        cell_m=0.0,
        window_km2=0.0,
        integral=0.0,
        peak_per_km2=0.0,
        share_area_level=0.0,
        refused=reason,
        x_m=np.zeros(0),
        y_m=np.zeros(0),
        intensity_per_km2=np.zeros((0, 0)),
        contours=no_contours(),
        crs_wkt="",
        left_out={"demining_accident": 0, "no_place": 0, "place_is_a_district": 0, "outside_window": len(incidents)},
    )


def _assumed(joined: Joined, catalogue: Catalogue) -> list[str]:
    """Say what this walk took for granted because no layer and no option states it."""
    incidents = joined.incidents
    unstated = incidents["location_level"].isna() & incidents["uncertainty_m"].eq(0)
    exact = int((incidents["place"].eq("point") & unstated).sum())
    drawn = int(joined.zones.geometry.notna().sum())
    sentences = {
        Said.of("assumed.exact", n=exact): exact > 0,
        Said.of("assumed.zone_accuracy"): drawn > 0 and joined.accuracy_m == 0,
        Said.of("assumed.bandwidth", n=DEFAULT_BANDWIDTH_M): catalogue.bandwidth_m is None,
        Said.of("assumed.window", n=drawn): drawn > 0,
    }
    return [sentence for sentence, holds in sentences.items() if holds]


def _keep_inputs(edition: Edition, out: Path, names: Iterable[str]) -> None:
    """Refuse to write an edition over the layers it was made from."""
    outputs = {(out / name).resolve() for name in names}
    for entry, _, _ in edition.layers:
        if entry.path.resolve() in outputs:
            raise UsageError(
                f"the edition would overwrite the layer '{entry.path.name}' it is made from",
                advice="Name another folder with --out.",
            )


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


def _broken_references(checked: Sequence[Checked], tables: dict[str, pd.DataFrame]) -> list[Finding]:
    """Find sources and orders that a record names and no layer holds."""
    known = {
        "source_ids": (tables["sources"]["source_id"], "unknown_source"),
        "order_ids": (tables["orders"]["order_id"], "unknown_order"),
    }
    return [
        found
        for layer in checked
        for column, (ids, rule) in known.items()
        if column in layer.frame
        for found in unknown_references(layer.frame, column, ids, rule, entry=layer.entry)
    ]
