"""What is in these files, and what is in this folder: the answers of `mapper check` and `mapper layers`.

A file that is refused as a whole still gets an answer, with the reason as its one finding, so that a script that checks
many files reads one shape of object for all of them. A file of several layers gets one answer as well: its counts add up over
the layers, and each finding says its layer. Layers that are given together are also checked against each other.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from mapper import schema
from mapper.analysis import consistency
from mapper.answers import File, Piece, answer_for, together
from mapper.asked import CHECKED_KINDS, Asked, usable_crs
from mapper.catalogue import FILE_NAME, bundled_layers, layer_entry, read_catalogue
from mapper.databases import Database
from mapper.errors import DataRefused, MapperError, Unreadable
from mapper.findings import finding
from mapper.intake import parts, whereabouts
from mapper.intake.checks import examine
from mapper.intake.files import read_bytes, read_layer, read_parts
from mapper.intake.folders import Skipped, list_folder
from mapper.intake.gazetteer_files import with_file
from mapper.intake.partitions import part_files, read_part
from mapper.intake.places import Gazetteer
from mapper.model import Findings
from mapper.progress import step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapper.model import Finding, Kind, Layer, LayerEntry, LonLatBox

_RESTRICTED = ("zones", "hazards")


def inspect(path: Path | Database, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of Asked
    """Check one file and answer as `mapper check --json` does, whatever is wrong with it.

    A file that the `layers.toml` beside it names is checked as that says, unless an option says otherwise.

    Parameters
    ----------
    path : Path or Database
        A file of any format that is read, or a table or query of a database (`mapper.databases.parse_address`).
    **asked
        The fields of `Asked`.

    Raises
    ------
    UsageError
        As `Asked`.
    """
    return _answers([_file(path)], Asked(**asked))[0]


def inspect_all(paths: Sequence[Path | Database], asked: Asked | None = None) -> dict[str, Any]:
    """Check files and folders as `mapper check` does: one answer for one file, else `together`.

    A folder with a `layers.toml` is checked as that says; of any other one every data file is, in all folders within it. What
    is there and was not read is in `skipped`.

    Raises
    ------
    UsageError
        As `Asked`.
    """
    files: list[File] = []
    skipped: list[Skipped] = []
    for path in paths:
        if isinstance(path, Path) and path.is_dir():
            found, left = _in_folder(path, prefix=f"{path.name}/" if len(paths) > 1 and path.name else "")
            files += found
            skipped += left
        else:
            files.append(_file(path))
    answers = _answers(files, asked or Asked())
    alone = len(paths) == 1 and not (isinstance(paths[0], Path) and paths[0].is_dir())
    return answers[0] if alone else together(answers, skipped)


def list_layers(folder: Path | None = None) -> dict[str, Any]:
    """Answer what a folder of layers holds, as `mapper layers --json` does."""
    catalogue = read_catalogue(folder or bundled_layers())
    return {
        "title": catalogue.title,
        "organisation": catalogue.organisation,
        "data_date": str(catalogue.data_date),
        "layers": [
            {
                "name": entry.name,
                "kind": entry.kind,
                "file": entry.stated,
                "title": entry.title,
                "records": sum(read_part(entry, path).counted for path in part_files(entry)),
                "crs": entry.crs,
                "accuracy_m": entry.accuracy_m,
                "source": entry.source,
                "licence": entry.licence,
                "date": entry.date.isoformat() if entry.date else None,
                "note": entry.note,
            }
            for entry in catalogue.layers
        ],
    }


def locate_text(
    text: str,
    *,
    area: LonLatBox | None = None,
    district: str | None = None,
    crs: str | None = None,
    gazetteer: Path | None = None,
) -> dict[str, Any]:
    """Read a coordinate or a place name and answer as `mapper locate --json` does.

    The gazetteer is that of the bundled layers; without an area, theirs is the area of interest. `gazetteer` adds the places
    of a file (`mapper.intake.gazetteer_files`).

    Raises
    ------
    UsageError
        When the CRS is not one that can be used.
    Unreadable, DataRefused
        When the file of places cannot be opened or is none.
    """
    usable_crs(crs)
    catalogue = read_catalogue(bundled_layers())
    entry = next(entry for entry in catalogue.layers if entry.kind == "settlements")
    places = Gazetteer.bundled().with_settlements(examine(read_layer(entry)).frame)
    area = area or catalogue.area
    if gazetteer is not None:
        places = with_file(places, gazetteer, area)
    return whereabouts.answer(text, area=area, district=district, gazetteer=places, crs=crs)


# ------------------------------------------------------------------ which files
def _in_folder(folder: Path, prefix: str) -> tuple[list[File], list[Skipped]]:
    """List the files of a folder that are checked, and those that are not."""
    try:
        listed = list_folder(folder)
        named, in_databases = _catalogued(folder), _in_databases(folder)
        if not listed.files and not in_databases:
            raise DataRefused("the folder holds no data file", file=folder.name, advice="Name the folder of the files.")
    except MapperError as refusal:
        told = folder.name or str(folder)
        return [File(folder, told, pieces=[Piece(layer_entry(folder, "incidents"), refusal=refusal)])], []
    skipped = list(listed.skipped)
    if named is not None:
        skipped += [
            Skipped(str(name), f"{FILE_NAME} does not name it") for name in listed.files if folder / name not in named
        ]
    files = [folder / name for name in listed.files] if named is None else named
    return (
        [
            *(File(path, prefix + path.relative_to(folder).as_posix()) for path in files),
            *(_of_database(entry, area) for entry, area in in_databases),
        ],
        [Skipped(prefix + name, why) for name, why in skipped],
    )


def _catalogued(folder: Path) -> list[Path] | None:
    """Return the files that the `layers.toml` of a folder names, each once, part files among them; None where it has none."""
    if not (folder / FILE_NAME).is_file():
        return None
    entries = (entry for entry in read_catalogue(folder).layers if entry.database is None)
    return list(dict.fromkeys(path for entry in entries for path in part_files(entry)))


def _in_databases(folder: Path) -> list[tuple[LayerEntry, LonLatBox | None]]:
    """Return the layers of a folder whose records are in a database, with the catalogue's area."""
    if not (folder / FILE_NAME).is_file():
        return []
    catalogue = read_catalogue(folder)
    return [
        (replace(entry, date=entry.date or catalogue.data_date), catalogue.area)
        for entry in catalogue.layers
        if entry.database is not None
    ]


def _of_database(entry: LayerEntry, area: LonLatBox | None) -> File:
    """Return what is to be answered for a catalogued layer in a database."""
    return File(entry.database or entry.path, entry.stated, pieces=[Piece(entry, area=area)])


def _file(source: Path | Database) -> File:
    return File(source, source.name or str(source) if isinstance(source, Path) else source.stated)


# ------------------------------------------------------------------ from files to answers
def _answers(files: Sequence[File], asked: Asked) -> list[dict[str, Any]]:
    for file in files:
        _read(file, asked)
    pieces = [piece for file in files for piece in file.pieces if piece.refusal is None]
    for piece in pieces:
        if piece.entry.kind in _RESTRICTED:
            _examine(piece, asked, None)
    near = _extent(pieces)
    for piece in pieces:
        if piece.entry.kind not in _RESTRICTED:
            _examine(piece, asked, near)
    found = _found_across(files)
    return [answer_for(file, found.get(number, ())) for number, file in enumerate(files)]


def _read(file: File, asked: Asked) -> None:
    """Read every layer of a file; a file that is refused as a whole has one piece that says why."""
    if isinstance(file.path, Database):
        _read_database(file, file.path, asked)
        return
    if file.pieces:
        return
    entry = layer_entry(file.path, "incidents", numbered=True)
    try:
        content = read_bytes(file.path)
        file.sha256 = hashlib.sha256(content).hexdigest()
        catalogued = _entries(file.path, asked.part)
        for known, area in catalogued:
            entry = _as_asked(known, asked)
            file.pieces.append(Piece(entry, parts.as_one(entry, read_parts(entry, content)), area))
        if not catalogued:
            entry = _as_asked(entry, asked)
            file.pieces = [_of_told_kind(layer, asked) for layer in parts.apart(entry, read_parts(entry, content))]
    except (DataRefused, Unreadable) as refusal:
        file.pieces = [Piece(entry, refusal=refusal)]


def _read_database(file: File, database: Database, asked: Asked) -> None:
    """Read the table or query that is meant; of a catalogued one the catalogue says which."""
    catalogued = next(iter(file.pieces), None)
    if catalogued is not None:
        entry = replace(_as_asked(catalogued.entry, asked), part="")
    else:
        entry = layer_entry(database, asked.kind or "incidents", numbered=True, part=asked.part or "", crs=asked.crs)
    file.name = entry.stated
    try:
        layer = read_layer(entry)
        file.sha256 = layer.sha256
        piece = _of_told_kind(layer, asked) if catalogued is None else Piece(entry, layer, catalogued.area)
    except (DataRefused, Unreadable) as refusal:
        piece = Piece(entry, refusal=refusal)
    file.pieces = [piece]


def _entries(path: Path, part: str | None) -> list[tuple[LayerEntry, LonLatBox | None]]:
    """Return what the `layers.toml` beside a file, or beside its folder of parts, says of it; nothing where it is not named."""
    named = [
        (replace(entry, path=path, date=entry.date or catalogue.data_date), catalogue.area)
        for folder, given in ((path.parent, path.name), (path.parent.parent, path.parent.name))
        if (folder / FILE_NAME).is_file()
        for catalogue in (read_catalogue(folder),)
        for entry in catalogue.layers
        if entry.path.name == given and entry.path.is_dir() == (given != path.name)
    ]
    return [(entry, area) for entry, area in named if part is None or entry.part in {"", part}]


def _as_asked(entry: LayerEntry, asked: Asked) -> LayerEntry:
    return replace(
        entry,
        kind=asked.kind or entry.kind,
        crs=asked.crs or entry.crs,
        part=asked.part or entry.part,
    )


def _of_told_kind(layer: Layer, asked: Asked) -> Piece:
    """Tell the kind of a layer from its columns where nobody says it, and say so."""
    if asked.kind is not None:
        return Piece(layer.entry, layer)
    try:
        kind = _told_kind(layer)
    except DataRefused as refusal:
        return Piece(layer.entry, layer, refusal=refusal)
    entry = replace(layer.entry, kind=kind)
    told = finding("assumed_kind", "info", f"It was checked as {kind}.", entry=entry, value=kind)
    return Piece(entry, replace(layer, entry=entry, findings=(*layer.findings, told)))


def _examine(piece: Piece, asked: Asked, near: LonLatBox | None) -> None:
    """Check a layer; without a stated area the extent of the zones and hazards given with it stands in."""
    if piece.layer is None:
        return
    area = asked.area or piece.area
    try:
        with step(f"checking {piece.entry.path.name}"):
            checked = examine(
                piece.layer,
                area=area or near,
                area_is_stated=area is not None or near is None,
                date_order=asked.date_order,
                on_invalid=asked.on_invalid,
            )
    except (DataRefused, Unreadable) as refusal:
        piece.refusal = refusal
        return
    piece.checked = replace(checked, findings=Findings(parts.told_by_part(piece.layer, checked.findings)))


def _extent(pieces: Iterable[Piece]) -> LonLatBox | None:
    """Return the box around all zones and hazards: where incidents are expected when nobody says."""
    frames = [
        piece.checked.frame.geometry.dropna()
        for piece in pieces
        if piece.checked is not None and piece.entry.kind in _RESTRICTED
    ]
    shapes = [shape for frame in frames for shape in frame if not shape.is_empty]
    if not shapes:
        return None
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(shapes))
    return (west, south, east, north)


def _found_across(files: Sequence[File]) -> dict[int, list[Finding]]:
    """Return what records show only against each other, within a layer and across layers, by the number of their file."""
    names = _distinct([file.name.replace("/", "\N{DIVISION SLASH}") for file in files])
    known = {
        (names[number], piece.entry.name): (number, piece.layer, piece.checked)
        for number, file in enumerate(files)
        for piece in file.pieces
        if piece.checked is not None and piece.layer is not None
    }
    # A finding tells its file by the last part of the path, which may be the same in two folders.
    layers = [
        replace(checked, entry=replace(checked.entry, path=checked.entry.path.with_name(name)))
        for (name, _), (_, _, checked) in known.items()
    ]
    found: dict[int, list[Finding]] = {}
    with step("checking the records against each other"):
        for each in consistency.across(layers) if layers else ():
            number, layer, _ = known[each.file or "", each.layer or ""]
            found.setdefault(number, []).extend(parts.told_by_part(layer, [each]))
    return found


def _distinct(names: Sequence[str]) -> list[str]:
    """Add its number to each name that came before.

    Examples
    --------
    >>> _distinct(["a.csv", "b.csv", "a.csv"])
    ['a.csv', 'b.csv', 'a.csv (3)']
    """
    first = {name: number for number, name in reversed(list(enumerate(names, start=1)))}
    return [name if first[name] == number else f"{name} ({number})" for number, name in enumerate(names, start=1)]


def _told_kind(layer: Layer) -> Kind:
    """Tell the kind from the columns; refuse where none or several fit."""
    columns = list(layer.frame.columns)
    fitting = [kind for kind in CHECKED_KINDS if not schema.missing_columns(columns, kind)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and isinstance(layer.frame, gpd.GeoDataFrame):
        types = set(layer.frame.geometry.dropna().geom_type)
        if types and types <= set(schema.GEOMETRY_OF_KIND["zones"]):
            return "zones"
    if not fitting:
        return "incidents"
    raise DataRefused(
        f"it could be {' or '.join(fitting)}", file=layer.entry.path.name, advice="Say which with --kind."
    )
