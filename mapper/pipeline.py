"""The straight line: read -> check -> locate -> gate -> join -> density -> compose -> page / exports.

This module alone knows the order of the steps. Each is one public function that a notebook can call by hand. The checks
across layers run before the gate (`mapper.output.publication`), on the full records; all that is published is computed after it.
Only identifiers are replaced first of all, because findings name records by them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.analysis import binning
from mapper.analysis.consistency import compare
from mapper.analysis.contours import no_contours
from mapper.analysis.density import DEFAULT_BANDWIDTH_M, density, prepared
from mapper.analysis.join import join
from mapper.analysis.ledger import FINDINGS as LEDGER_RULES
from mapper.catalogue import bundled_layers, read_catalogue
from mapper.errors import DataRefused, UsageError
from mapper.intake.partitions import check_layer
from mapper.model import Surface
from mapper.output.export import written_aside
from mapper.output.exports import export_files
from mapper.output.files import writing_into
from mapper.output.identifiers import is_generalised, with_public_ids
from mapper.output.internal import internal_files
from mapper.output.manifest import FILE_NAME as MANIFEST
from mapper.output.manifest import answer, described, listed_files, manifest
from mapper.output.page import page_html
from mapper.output.publication import density_refusal, in_cells, known_places
from mapper.output.published import export_facts, published_tables
from mapper.progress import step, step_each
from mapper.terms import Said
from mapper.walk import (
    Found,
    Made,
    as_known,
    broken_references,
    by_layer,
    drawn_zones,
    edition_from,
    full_records,
    layers_of,
    opened,
    placed_incidents,
    require_own_ids,
    surroundings,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from mapper.model import Catalogue, Checked, DensityFrame, LayerEntry
    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition
    from mapper.output.export import Format

    Rows = Sequence[tuple[LayerEntry | None, Any]]

PAGE = "map.html"


def build(
    layers: Path | None = None,
    *,
    out: Path,
    as_of: dt.date | None = None,
    internal: bool = False,
    basemap: Basemap | None = None,
    exports: Sequence[Format] = (),
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
    exports : sequence of Format
        Formats of `mapper.output.export` that are written beside the page, in WGS 84.

    Returns
    -------
    dict
        The answer of `mapper build --json`.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence; then nothing was written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     told = build(out=Path(folder) / "edition")
    >>> told["complete"], told["incidents"]["counted"], "map.html" in told["files"]
    (True, 114, True)
    """
    edition, records = make_edition_and_records(layers, as_of=as_of)
    return write_edition(edition, out, records if internal else None, basemap, exports)


def write_edition(
    edition: Edition,
    out: Path,
    records: gpd.GeoDataFrame | None = None,
    basemap: Basemap | None = None,
    exports: Sequence[Format] = (),
) -> dict[str, Any]:
    """Write an edition into a folder, with the full records where they are given, and return the answer of `mapper build`."""
    with step("making the page and the files"):
        contents = edition_files(edition, {} if records is None else internal_files(records), basemap)
    _keep_inputs(edition, out, (*contents, MANIFEST))
    with writing_into(out) as writing:
        tables = published_tables(edition) if exports else ()
        exported = written_aside(tables, export_facts(edition), exports, writing.aside, taken=contents)
        _keep_inputs(edition, out, exported.paths)
        files = {**described(contents), **exported.files}
        told = answer(edition, files)
        if exports:
            told["notices"] = list(exported.notices)
        with step("writing the files"):
            writing.place(
                {**contents, **exported.paths, MANIFEST: manifest(edition, files, basemap)},
                superseded=listed_files(out),
            )
    return told


def edition_files(
    edition: Edition, others: Mapping[str, bytes] | None = None, basemap: Basemap | None = None
) -> dict[str, bytes]:
    """Return every file of an edition by name, `others` among them, without its manifest."""
    return {PAGE: page_html(edition, basemap), **export_files(edition), **(others or {})}


def make_edition(layers: Path | None = None, *, as_of: dt.date | None = None) -> Edition:
    """Walk the line from a folder of layers to an edition, writing nothing.

    Parameters
    ----------
    layers : Path, optional
        A folder with a `layers.toml`; the bundled layers by default.
    as_of : date, optional
        The date the edition speaks of, no later than the data's own; later incidents are left out and counted.

    Returns
    -------
    Edition
        `incidents` has one row per published record, `zones` one per zone, `districts` one per district, all in WGS 84
        longitude and latitude, `pairs` one per record–zone pair; areas are km², lengths metres. Every counted record is drawn,
        counted in a district, unplaced, refused or later than the edition. A notebook shows it as a card.

    Raises
    ------
    UsageError
        When the date is later than the layers.
    MapperError
        One of its other kinds, as a sentence.

    Examples
    --------
    >>> edition = make_edition()
    >>> edition.counts["zones"]
    {'counted': 13, 'drawn': 12, 'without_geometry': 1, 'refused': 0}
    """
    return make_edition_and_records(layers, as_of=as_of)[0]


def make_edition_and_records(
    layers: Path | None = None, *, as_of: dt.date | None = None
) -> tuple[Edition, gpd.GeoDataFrame]:
    """Walk the line as `make_edition`; return the full records of the incidents too, which only internal files may hold."""
    catalogue = catalogue_for(layers, as_of)
    checked = check_layers(catalogue)
    with step("joining, counting, taking the density"):
        return _walked(catalogue, checked, as_of)


def catalogue_for(layers: Path | None, as_of: dt.date | None) -> Catalogue:
    """Read the catalogue of a folder of layers, which must be able to speak of the date.

    Raises
    ------
    UsageError
        When the date is later than the layers.
    MapperError
        As `mapper.catalogue.read_catalogue`.
    """
    catalogue = read_catalogue(layers or bundled_layers())
    if as_of is not None and catalogue.data_date is not None and as_of > catalogue.data_date:
        raise UsageError(
            f"the layers were compiled on {catalogue.data_date}, so nothing can be said as of {as_of}",
            advice="Give an earlier date, or newer layers with a newer data_date.",
        )
    return catalogue


def check_layers(catalogue: Catalogue) -> list[Checked]:
    """Read and check every layer of a catalogue."""
    return [check_layer(entry, catalogue.area) for entry in step_each("checking the layers", catalogue.layers)]


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
    around = surroundings(catalogue, [layer for layer in named.checked if layer.entry.kind != "incidents"], as_of)
    placed = [placed_incidents(entry, frame, around) for entry, frame in layers_of(named.checked, "incidents")]
    layers = {"incidents": [(each.entry, each.frame) for each in placed], **around.layers}
    require_own_ids(layers)
    public = opened(around, known_places(layers))
    gated = [public.gate.through(each.frame, "incidents", each.entry) for each in placed]
    told = [
        (each.entry, as_known(passed.frame, public, each.entry)) for each, passed in zip(placed, gated, strict=True)
    ]
    joined = join(together(told), public.zones)
    broken = [broken_references(layer, public.tables) for layer in named.checked]
    findings = Found(
        checked=[each for layer in named.checked for each in layer.findings],
        placed=[found for each in placed for found in (*each.left_out, *each.doubts)],
        compared=compare(layers, as_of=as_of or catalogue.data_date),
        references=[found for each in broken for found in each],
        gated=[found for each in gated for found in each.findings],
        named=by_layer(named.findings, named.checked),
    )
    surface, frames = _surfaces(layers, drawn_zones(public), catalogue.bandwidth_m)
    made = Made(joined, surface, frames, findings, later=sum(each.later for each in placed))
    edition = edition_from(around, public, named.checked, made, assumptions)
    records = [
        (each.entry, full_records(each.kept if each.entry is None else as_given[each.entry.name], each.frame))
        for each in placed
    ]
    return edition, together(records)


def _surfaces(
    layers: Mapping[str, Rows], window: gpd.GeoSeries, bandwidth_m: float | None
) -> tuple[Surface, tuple[DensityFrame, ...]]:
    """Return the density over the zones together and of single years, or its refusal, with which an edition is still one."""
    refused = no_density(layers, window, bandwidth_m)
    if refused is not None:
        return no_surface(sum(len(frame) for _, frame in layers["incidents"]), bandwidth_m, refused), ()
    incidents = together(
        [(entry, density_places(frame, entry, window, bandwidth_m)) for entry, frame in layers["incidents"]]
    )
    try:
        setting = prepared(window, bandwidth_m)
        whole = binning.gathered(incidents, setting)
        if not whole.has_places:
            return density(incidents, window=window, bandwidth_m=bandwidth_m), ()
        surface = binning.surface(whole, setting)
        has_frames = may_have_frames(entry for entry, _ in layers["incidents"])
        return surface, binning.frames(whole, setting, surface) if has_frames else ()
    except (DataRefused, UsageError) as exc:
        return no_surface(len(incidents), bandwidth_m, str(exc)), ()


def may_have_frames(entries: Iterable[LayerEntry | None]) -> bool:
    """Tell whether the density of these layers may be published year by year.

    That of a generalised layer may not: fewer records are in each, and a lonely one's cell would be told with its year.
    """
    return not any(is_generalised(entry) for entry in entries)


def no_density(layers: Mapping[str, Rows], window: gpd.GeoSeries, bandwidth_m: float | None) -> str | None:
    """Say why no density of these incidents can be published, None where one can."""
    if window.empty:
        return Said.of("refused.no_zone")
    return density_refusal(layers, DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m)


def density_places(
    incidents: gpd.GeoDataFrame, entry: LayerEntry | None, window: gpd.GeoSeries, bandwidth_m: float | None
) -> gpd.GeoDataFrame:
    """Return located incidents as a published density may see them: those of a generalised layer in cells."""
    reach_m = DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m
    return in_cells(incidents, reach_m, window) if is_generalised(entry) else incidents


def no_surface(incidents: int, bandwidth_m: float | None, reason: str) -> Surface:
    """Return the answer of a density that cannot be published."""
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
        left_out={"demining_accident": 0, "no_place": 0, "place_is_a_district": 0, "outside_window": incidents},
    )


def _keep_inputs(edition: Edition, out: Path, names: Iterable[str]) -> None:
    """Refuse to write an edition over the layers it was made from."""
    outputs = {(out / name).resolve() for name in names}
    for entry, _, _ in edition.layers:
        if entry.path.resolve() in outputs:
            raise UsageError(
                f"the edition would overwrite the layer '{entry.path.name}' it is made from",
                advice="Name another folder with --out.",
            )
