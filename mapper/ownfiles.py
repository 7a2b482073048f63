"""The same line for anyone's files: a page, a join or a density straight from files that no catalogue names.

What a catalogue would state, the files often do not: the CRS, the columns, the accuracy of a line, the date of the data.
Nothing of that is guessed in silence. Each thing taken for granted becomes one sentence, and the sentences go into the
answer, the notebook frame (`frame.attrs["assumptions"]`) and the page.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs as reference
from mapper.analysis.density import DEFAULT_BANDWIDTH_M, Selection, density
from mapper.analysis.hotspots import Units, hotspots
from mapper.analysis.join import join
from mapper.analysis.locate import locate
from mapper.catalogue import layer_entry
from mapper.databases import Database, given_source
from mapper.errors import DataRefused, UnknownCRS, UsageError
from mapper.intake.checks import check
from mapper.intake.files import read_layer
from mapper.model import (
    BandwidthRule,
    Catalogue,
    Checked,
    DateOrder,
    Edge,
    Finding,
    HotSpots,
    Joined,
    Kind,
    Layer,
    LayerEntry,
    LonLatBox,
    OnInvalid,
)
from mapper.output.exports import CONTOUR_COLUMNS, HOTSPOT_COLUMNS, csv_table, geojson
from mapper.output.files import to_the_end, write_file
from mapper.output.manifest import answer
from mapper.output.notebook import HazardMap
from mapper.output.page import page_html
from mapper.output.published import columns_of
from mapper.output.rasters import geotiff, raster_writer
from mapper.pipeline import edition_of
from mapper.progress import step
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition

_STALE_AFTER_DAYS = 180
_WIDEST_M = 1_000_000
_OWN_TITLE = "Reported accidents and no-entry areas"


class DensityChoices(NamedTuple):
    """What a caller chooses of a density; see `mapper.density`, whose arguments these are."""

    bandwidth_m: float | None = None
    rule: BandwidthRule | None = None
    cell_m: float | None = None
    edge: Edge = "jones-diggle"
    include_demining: bool = False
    adaptive: bool = False
    selection: Selection = Selection()
    replicates: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller states about files: columns of the incidents (ours to theirs), CRS, area of interest.

    `crs` is that of the incidents, `zones_crs` that of zones, hazards and window: each file has its own. `part`, `zones_part`
    (also of the window) and `hazards_part` name the sheet or layer of each file that is meant. `near` stands in for the area
    where none is stated: the extent of the zones, good to tell a swap of coordinates.
    """

    columns: Mapping[str, str] | None = None
    crs: str | None = None
    zones_crs: str | None = None
    area: LonLatBox | None = None
    near: LonLatBox | None = None
    part: str = ""
    zones_part: str = ""
    hazards_part: str = ""
    date_order: DateOrder | None = None
    on_invalid: OnInvalid | None = None

    @property
    def of_zones(self) -> Options:
        """What is stated about the zones, or the window, of the same call."""
        return replace(self, columns=None, crs=self.zones_crs, part=self.zones_part, near=None)

    @property
    def of_hazards(self) -> Options:
        """What is stated about the hazards of the same call."""
        return replace(self.of_zones, part=self.hazards_part)


# ------------------------------------------------------------------ frames for notebooks
def read_incidents(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    area: LonLatBox | None = None,
    part: str = "",
    date_order: DateOrder | None = None,
    on_invalid: OnInvalid | None = None,
) -> gpd.GeoDataFrame:
    r"""Read and check a file of incidents.

    Parameters
    ----------
    path : Path or str
        A file of any format that is read, or the address of a database: postgresql://host/database#schema.table.
    columns : mapping of str to str, optional
        Our column names to the file's; others are told from a table of common names, and that is stated.
    crs : str, optional
        Authority code of the coordinates ("EPSG:32638"), where the file does not say.
    area : tuple of float, optional
        West, south, east, north in WGS 84 degrees: where the records are expected.
    part : str, optional
        The sheet, layer or archive member that is meant, where there are several that differ; of a database, the table or query.
    date_order : {"dmy", "mdy", "ymd"}, optional
        How dates such as 03/04/2021 are meant; else they count as not known, and a finding says so.
    on_invalid : {"raise", "reject", "repair"}, optional
        What becomes of a record that cannot be used or a shape that contradicts itself, as in `mapper.check`.

    Returns
    -------
    GeoDataFrame
        One row per usable record, WGS 84, all columns of `mapper.schema.COLUMNS["incidents"]`, indexed by row in the file.
        `attrs` holds `findings`, `assumptions` and `ledger` (counted, kept, repaired, rejected) as plain values.

    Raises
    ------
    Unreadable, DataRefused, UnknownCRS
        As sentences; a file of which some records are refused is read, and `attrs` says which.

    Examples
    --------
    The second latitude is none:

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "a.csv"
    ...     _ = table.write_text("incident_id,lon,lat,device_category\na,46.93,39.99,ap_mine\nb,46.93,95,uxo\n")
    ...     frame = read_incidents(table, crs="EPSG:4326")
    >>> frame["incident_id"].tolist(), frame.attrs["ledger"]
    (['a'], {'counted': 2, 'kept': 1, 'repaired': 0, 'rejected': 1})
    """
    options = Options(columns=columns, crs=crs, area=area, part=part, date_order=date_order, on_invalid=on_invalid)
    return _frame(_checked(path if isinstance(path, Path) else given_source(path), "incidents", options))


def read_zones(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    area: LonLatBox | None = None,
    part: str = "",
    date_order: DateOrder | None = None,
    on_invalid: OnInvalid | None = None,
) -> gpd.GeoDataFrame:
    """Read and check a file of zones that may not be entered; as `read_incidents`, with polygons.

    Parameters
    ----------
    path, columns, crs, area, part, date_order, on_invalid
        As of `read_incidents`.

    Returns
    -------
    GeoDataFrame
        One row per usable zone, WGS 84, all columns of `mapper.schema.COLUMNS["zones"]`. An invalid polygon was repaired
        so that it covers all ground it covered before, or its record was refused.

    Raises
    ------
    Unreadable, DataRefused, UnknownCRS
        As `read_incidents`.

    Examples
    --------
    >>> import tempfile
    >>> square = shapely.to_geojson(shapely.box(46, 39, 47, 40))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "z.geojson"
    ...     _ = file.write_text(f'{{"type": "Feature", "properties": {{"zone_id": "z"}}, "geometry": {square}}}')
    ...     zones = read_zones(file)
    >>> zones["zone_id"].tolist(), zones.geometry.iloc[0].bounds
    (['z'], (46.0, 39.0, 47.0, 40.0))
    """
    options = Options(columns=columns, crs=crs, area=area, part=part, date_order=date_order, on_invalid=on_invalid)
    return _frame(_checked(path if isinstance(path, Path) else given_source(path), "zones", options))


def make_map(
    incidents: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | None = None,
    *,
    hazards: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    title: str = _OWN_TITLE,
    data_date: dt.date | None = None,
    bandwidth_m: float | None = None,
) -> HazardMap:
    """Make an interactive map of frames: a `folium.Map` that shows itself and takes further folium layers.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` gives them, or any frame with `incident_id`, a geometry and a CRS.
    zones, hazards, districts : GeoDataFrame, optional
        With `zone_id`, `hazard_id`, `district_id` and `name`; any CRS.
    title : str
        Shown above the map.
    data_date : date, optional
        What date the data are of; the latest date among the incidents when not given, which is then stated.
    bandwidth_m : float, optional
        Bandwidth of the density in metres; 10,000 m when not given, which is then stated.

    Returns
    -------
    HazardMap

    Raises
    ------
    UnknownCRS, DataRefused
        When a frame states no CRS or lacks its column of ids, or none of its records can be used. Single records that
        cannot be used are listed on the map under "Findings", as those of a file would be.

    Examples
    --------
    >>> points = gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=gpd.points_from_xy([46.9], [40.0]), crs="EPSG:4326")
    >>> type(make_map(points, title="One accident")).__name__
    'HazardMap'
    """
    given: list[tuple[Kind, gpd.GeoDataFrame | None]] = [
        ("incidents", incidents),
        ("zones", zones),
        ("hazards", hazards),
        ("districts", districts),
    ]
    checked = [_from_frame(frame, kind) for kind, frame in given if frame is not None]
    return HazardMap(_edition(checked, title=title, data_date=data_date, bandwidth_m=bandwidth_m))


# ------------------------------------------------------------------ files for the command line
@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the page of somebody's own files says of itself, and the background map it may have."""

    title: str = _OWN_TITLE
    data_date: dt.date | None = None
    basemap: Basemap | None = None


def map_files(
    incidents: Path | Database,
    zones: Path | Database | None = None,
    *,
    hazards: Path | Database | None = None,
    out: Path,
    options: Options | None = None,
    page: OwnPage | None = None,
) -> dict[str, Any]:
    """Make one page from files and answer as `mapper map --json` does.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    options, page = options or Options(), page or OwnPage()
    _written_as(out, (".html", ".htm"))
    _keep_inputs([out], [incidents, zones, hazards])
    others: list[tuple[Path | Database | None, Kind, Options]] = [
        (zones, "zones", options.of_zones),
        (hazards, "hazards", options.of_hazards),
    ]
    restricted = [_checked(path, kind, stated) for path, kind, stated in others if path is not None]
    checked = [_checked(incidents, "incidents", replace(options, near=_extent(restricted))), *restricted]
    with step("joining, counting, taking the density"):
        edition = _edition(checked, title=page.title, data_date=page.data_date)
    with step(f"making {out.name}"):
        content = page_html(edition, page.basemap)
        told = {**answer(edition, {out.name: content}), "finding_list": [found.to_dict() for found in edition.findings]}
        write_file(out, content)
    return told


def join_files(
    incidents: Path | Database,
    zones: Path | Database,
    *,
    out: Path,
    summary: Path | None = None,
    accuracy_m: float | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Join a file of incidents with a file of zones, write the pairs, and answer as `mapper join --json` does.

    Raises
    ------
    UsageError
        When an output is neither .csv nor, for the summary, .geojson.
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    options = options or Options()
    _written_as(out, (".csv",))
    if summary is not None:
        _written_as(summary, (".csv", ".geojson"))
    _keep_inputs([out, summary], [incidents, zones])
    restricted = _checked(zones, "zones", options.of_zones)
    checked = _checked(incidents, "incidents", replace(options, near=_extent([restricted])))
    ground = _geo(restricted)
    undrawn = int(ground.geometry.isna().sum())
    if undrawn == len(ground):
        raise DataRefused(
            "none of its zones has a geometry, so no record can be told to lie outside them",
            file=zones.name,
            advice="Give polygons; zones that name districts are drawn by `mapper build`.",
        )
    with step("joining"):
        located = locate(_geo(checked), entry=checked.entry)
        joined = join(located.incidents, ground, accuracy_m=accuracy_m)
    contents = {out: csv_table(joined.pairs, mark=False)}
    if summary is not None:
        contents[summary] = _zone_summary(joined, summary)
    told = {
        **joined.to_dict(),
        "zones_without_geometry": undrawn,
        **_account([checked, restricted], located.findings),
        "assumptions": [*_assumptions([checked, restricted]), *_assumed_accuracy(accuracy_m, restricted)],
        **_named_file(out, contents[out]),
    }
    with step(f"writing {out.name}"), to_the_end():
        for path, content in contents.items():
            write_file(path, content)
    return told


def density_file(
    incidents: Path | Database,
    *,
    out: Path,
    window: Path | Database | None = None,
    grid: Path | None = None,
    choices: DensityChoices | None = None,
    options: Options | None = None,
) -> dict[str, Any]:
    """Write the density contours of a file of incidents, and its grid, and answer as `mapper density --json` does.

    Raises
    ------
    UsageError
        When the output is not .geojson or the grid not .tif, rasterio is needed and not installed, or bandwidth or cell are
        impossible.
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    options, choices = options or Options(), choices or DensityChoices()
    _written_as(out, (".geojson",))
    if grid is not None:
        _written_as(grid, (".tif", ".tiff"))
        raster_writer()
    _keep_inputs([out, grid], [incidents, window])
    _possible_bandwidth(choices.bandwidth_m)
    bounds = None if window is None else _checked(window, "zones", options.of_zones)
    checked = _checked(incidents, "incidents", replace(options, near=_extent([bounds]) if bounds else None))
    with step("taking the density"):
        placed = locate(_geo(checked), entry=checked.entry)
        located = placed.incidents
        reach_m = choices.bandwidth_m or DEFAULT_BANDWIDTH_M
        ground = _hull(located, reach_m) if bounds is None else _geo(bounds).geometry.dropna()
        surface = density(located, window=ground, **choices._asdict())
    contents = {out: geojson(surface.contours, CONTOUR_COLUMNS, None, "density")}
    if grid is not None and surface.refused is None:
        contents[grid] = geotiff(surface)
    said = [*_assumptions([checked]), *_assumed_density(choices, reach_m, stated_window=bounds is not None)]
    account = _account([checked, *([bounds] if bounds else [])], placed.findings)
    files = {path.name: _named_file(path, content)["files"][path.name] for path, content in contents.items()}
    told = {
        **surface.to_dict(),
        "refused_records": account["refused"],
        "findings": account["findings"],
        "assumptions": said,
        "files": files,
    }
    with to_the_end():
        for path, content in contents.items():
            write_file(path, content)
    return told


@dataclass(frozen=True, slots=True)
class SpotFiles:
    """The other files of a run of `mapper hotspots`: what a record could have been reported from, and what units there are."""

    window: Path | Database | None = None
    districts: Path | Database | None = None
    not_surveyed: Path | Database | None = None


def hotspots_file(
    incidents: Path | Database,
    *,
    out: Path,
    files: SpotFiles | None = None,
    units: Units | None = None,
    alpha: float = 0.05,
    include_demining: bool = False,
    options: Options | None = None,
) -> dict[str, Any]:
    """Write the units of ground with their classes and answer as `mapper hotspots --json` does.

    Raises
    ------
    UsageError
        When the output is not .geojson, or units, lengths or alpha are impossible.
    MapperError
        One of its kinds, as a sentence; then nothing was written.
    """
    options, files, units = options or Options(), files or SpotFiles(), units or Units()
    _written_as(out, (".geojson",))
    _keep_inputs([out], [incidents, files.window, files.districts, files.not_surveyed])
    given: list[tuple[Path | Database | None, Kind]] = [
        (files.window, "zones"),
        (files.districts, "districts"),
        (files.not_surveyed, "zones"),
    ]
    grounds = [None if path is None else _checked(path, kind, options.of_zones) for path, kind in given]
    near = [each for each in grounds[:2] if each is not None]
    checked = _checked(incidents, "incidents", replace(options, near=_extent(near)))
    window, districts, unseen = (None if each is None else _geo(each) for each in grounds)
    with step("looking for hot spots"):
        placed = locate(_geo(checked), districts=districts, entry=checked.entry)
        hull_m = units.cell_m or DEFAULT_BANDWIDTH_M
        found = hotspots(
            placed.incidents,
            window=_spot_window(window, placed.incidents, units, hull_m),
            districts=districts,
            units=units,
            alpha=alpha,
            include_demining=include_demining,
            not_surveyed=unseen,
        )
    content = geojson(found.units, HOTSPOT_COLUMNS, "unit_id", "hotspots")
    account = _account([checked, *(each for each in grounds if each is not None)], placed.findings)
    told = {
        **found.to_dict(),
        "refused_records": account["refused"],
        "findings": account["findings"],
        "assumptions": [*_assumptions([checked]), *_assumed_spots(found, units, files, hull_m)],
        **_named_file(out, content),
    }
    write_file(out, content)
    return told


def _spot_window(
    window: gpd.GeoDataFrame | None, located: gpd.GeoDataFrame, units: Units, hull_m: float
) -> gpd.GeoSeries | None:
    if window is not None:
        return window.geometry.dropna()
    return None if units.grid == "districts" else _hull(located, hull_m)


# ------------------------------------------------------------------ from a file or a frame to a checked layer
def _checked(path: Path | Database, kind: Kind, options: Options) -> Checked:
    named = {"name": options.part} if options.part else {}
    entry = layer_entry(
        path,
        kind,
        **named,
        columns=options.columns or {},
        crs=options.crs,
        part=options.part,
        date_order=options.date_order,
        numbered=True,
        precision="as-published",
    )
    layer = read_layer(entry)
    with step(f"checking {entry.path.name}"):
        return check(
            layer,
            area=options.area or options.near,
            area_is_stated=options.area is not None,
            on_invalid=options.on_invalid,
        )


def _frame(checked: Checked) -> gpd.GeoDataFrame:
    frame = _geo(checked).copy()
    frame.attrs = {
        "findings": [found.to_dict() for found in checked.findings],
        "assumptions": _assumptions([checked]),
        "ledger": {key: getattr(checked.ledger, key) for key in ("counted", "kept", "repaired", "rejected")},
    }
    return frame


def _geo(checked: Checked) -> gpd.GeoDataFrame:
    """Return the frame of a kind that has a place, with the accuracy of its layer."""
    return gpd.GeoDataFrame(checked.frame).assign(accuracy_m=checked.entry.accuracy_m or np.nan)


def _from_frame(frame: gpd.GeoDataFrame, kind: Kind) -> Checked:
    """Check a caller's frame as a file would be: cells as text, every rule, WGS 84."""
    if frame.crs is None:
        raise UnknownCRS(
            f"the {kind} state no coordinate reference system", advice="Set the CRS the data were made in."
        )
    index = pd.RangeIndex(1, len(frame) + 1, name="row")
    cells = pd.DataFrame(
        {str(name): _as_text(frame[name]) for name in frame.columns if name != frame.geometry.name}
    ).set_axis(index)
    shapes = gpd.GeoSeries(frame.geometry.to_numpy(), index=index, crs=frame.crs)
    as_read = gpd.GeoDataFrame(cells, geometry=shapes)
    layer = Layer(
        entry=LayerEntry(name=kind, kind=kind, path=Path(kind), may_be_empty=True, precision="as-published"),
        frame=as_read,
        counted=len(frame),
        unread=0,
        sha256=hashlib.sha256(as_read.to_wkb().to_csv().encode()).hexdigest(),
        crs=frame.crs.to_string(),
        mapping={},
    )
    return check(layer)


def _as_text(column: pd.Series) -> pd.Series:
    """Write each cell as a file would hold it; dates without their midnight, whole numbers without a point."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.date
    plain = column.astype(object).where(column.notna(), None)
    whole = [str(int(v)) if isinstance(v, float) and v.is_integer() else v for v in plain]
    return pd.Series(whole, index=column.index).map(str, na_action="ignore").astype("str")


def _edition(
    checked: Sequence[Checked], *, title: str, data_date: dt.date | None = None, bandwidth_m: float | None = None
) -> Edition:
    incidents = next(layer for layer in checked if layer.entry.kind == "incidents")
    told = data_date or _latest_date(incidents.frame)
    assumptions = [*_assumptions(checked), Said.of("assumed.own_precision")]
    if data_date is None:
        assumptions.append(Said.of("assumed.date", date=told) if told else Said.of("assumed.no_date"))
    catalogue = Catalogue(
        folder=Path(),
        title=title,
        organisation="",
        contacts=(),
        languages=("en", "az", "ru"),
        area=None,
        data_date=told,
        stale_after_days=_STALE_AFTER_DAYS,
        bandwidth_m=bandwidth_m,
        layers=tuple(layer.entry for layer in checked),
        sha256="",
    )
    return replace(edition_of(catalogue, checked, assumptions=assumptions), private=True)


def _latest_date(incidents: pd.DataFrame) -> dt.date | None:
    """Return the latest full date among the incidents; None when they have none."""
    columns = [incidents[name] for name in ("date_start", "date_end", "reported_on") if name in incidents]
    texts = pd.concat(columns).dropna().astype("str") if columns else pd.Series(dtype="str")
    full = texts[texts.str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    return dt.date.fromisoformat(full.max()) if len(full) else None


def _extent(checked: Sequence[Checked]) -> LonLatBox | None:
    """Return the box around all zones and hazards: where incidents are expected when nobody says."""
    shapes = [shape for layer in checked for shape in _geo(layer).geometry if shape is not None]
    if not shapes:
        return None
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(shapes))
    return (west, south, east, north)


def _hull(located: gpd.GeoDataFrame, reach_m: float) -> gpd.GeoSeries:
    """Return the convex hull of the located records grown by the bandwidth, as a window when none is given."""
    points = located.geometry[located["place"].isin(["point", "disc"])]
    if points.empty:
        raise DataRefused("no record has a place, so there is no density", advice="Check the coordinates.")
    plane = reference.working_crs(reference.lon_lat_bounds(points.to_numpy()))
    hull = shapely.buffer(
        shapely.convex_hull(shapely.union_all(reference.to_working(points, plane).to_numpy())), reach_m
    )
    return reference.to_storage(gpd.GeoSeries([hull], crs=plane))


# ------------------------------------------------------------------ what was assumed, in sentences
def _assumptions(checked: Sequence[Checked]) -> list[str]:
    return [sentence for layer in checked for sentence in _assumed_of(layer)]


def _assumed_of(checked: Checked) -> list[str]:
    name = checked.entry.path.name
    said: list[str] = []
    told = {theirs: ours for theirs, ours in checked.mapping.items() if checked.entry.columns.get(ours) != theirs}
    if told:
        pairs = ", ".join(f"'{theirs}' → {ours}" for theirs, ours in told.items())
        said.append(Said.of("assumed.columns", file=name, pairs=pairs))
    if any(found.rule == "assumed_ids" for found in checked.findings):
        said.append(Said.of("assumed.ids", file=name))
    if checked.crs is not None and checked.entry.crs is None and checked.entry.path.suffix:
        said.append(Said.of("assumed.crs", file=name, crs=checked.crs))
    return said


def _assumed_accuracy(accuracy_m: float | None, zones: Checked) -> list[str]:
    if accuracy_m is not None or zones.entry.accuracy_m is not None:
        return []
    return [f"{zones.entry.path.name}: the accuracy of its lines is not stated; 0 m is assumed."]


def _assumed_density(choices: DensityChoices, reach_m: float, *, stated_window: bool) -> list[str]:
    said = []
    if choices.bandwidth_m is None and choices.rule is None:
        said.append(f"No bandwidth is stated; {DEFAULT_BANDWIDTH_M:,.0f} m is used.")
    if not stated_window:
        grown = f"{reach_m:,.0f} m" if choices.rule else "the bandwidth"
        said.append(f"No window is stated; the convex hull of the records, grown by {grown}, is used.")
    return said


def _assumed_spots(found: HotSpots, units: Units, files: SpotFiles, hull_m: float) -> list[str]:
    sentences = {
        f"No window is stated; the convex hull of the records, grown by {hull_m:,.0f} m, is used.": files.window is None
        and units.grid != "districts",
        f"No cell is stated; {found.cell_m or 0:,.0f} m is used.": found.cell_m is not None and units.cell_m is None,
        f"Units whose centres lie within {found.neighbours_m:,.0f} m of each other count as neighbours; no distance is "
        "stated.": units.neighbours_m is None,
        f"{found.coarse} records are known to a circle wider than a cell; each counts at its middle.": found.coarse > 0,
    }
    return [sentence for sentence, holds in sentences.items() if holds]


# ------------------------------------------------------------------ outputs
def _keep_inputs(outputs: Sequence[Path | None], inputs: Sequence[Path | Database | None]) -> None:
    """Refuse to write over a file that is read, or two outputs into one."""
    taken = {path.resolve() for path in inputs if isinstance(path, Path)}
    for out in outputs:
        if out is None:
            continue
        if out.resolve() in taken:
            raise UsageError(
                f"'{out.name}' would be written over a file of this call", advice="Name another file for the output."
            )
        taken.add(out.resolve())


def _possible_bandwidth(bandwidth_m: float | None) -> None:
    if bandwidth_m is not None and not 0 < bandwidth_m <= _WIDEST_M:
        raise UsageError(
            f"a bandwidth of {bandwidth_m:g} m is not possible", advice=f"Give a length up to {_WIDEST_M:,} m."
        )


def _written_as(path: Path, endings: Sequence[str]) -> None:
    if path.suffix.lower() not in endings:
        raise UsageError(
            f"'{path.name}' cannot be written in that format",
            advice=f"Name a file that ends in {' or '.join(endings)}.",
        )


def _zone_summary(joined: Joined, path: Path) -> bytes:
    columns = [column.name for column in columns_of("zones") if column.name in joined.zones]
    if path.suffix.lower() == ".geojson":
        return geojson(joined.zones, columns, "zone_id", "zones")
    return csv_table(pd.DataFrame(joined.zones[columns]), mark=False)


def _named_file(path: Path, content: bytes) -> dict[str, Any]:
    return {"files": {path.name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}}


def _account(checked: Sequence[Checked], more: Sequence[Finding]) -> dict[str, Any]:
    """Return how many records were refused, and every finding with its reason."""
    findings = [found.to_dict() for found in (*(each for layer in checked for each in layer.findings), *more)]
    return {"refused": sum(layer.ledger.rejected for layer in checked), "findings": findings}
