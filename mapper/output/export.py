"""Write the published tables in any format, whole or not at all.

Each format is a module in `mapper.output.formats` with one function

    write(tables, folder, facts) -> notices

that writes its files into an empty folder. It is loaded when it is asked for, so that a format whose library is missing costs the
others nothing. Its files are moved into place here, all formats of a run together (`mapper.output.files`), and what a format
could not hold is told in its notices. Files of two formats that bear one name are one file where they hold the same bytes;
else the later format's bears its name too.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from mapper import crs, terms
from mapper.errors import MapperError, Unwritable, UsageError
from mapper.output.files import refuse_taken, writing_into
from mapper.progress import step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

INTERNAL_PREFIX = "INTERNAL-"
"""How the name of every file with full records begins."""


class Write(Protocol):
    """What a format's module offers as `write`.

    It writes one or more files into `folder`, which is empty, the same bytes for the same input wherever the format allows, and
    returns sentences about what the format could not hold.
    """

    def __call__(self, tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
        """Write the tables."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name: its module in `mapper.output.formats` and the endings of its files.

    `a_file_each` says that each table is a file of its own, named by the table. `only_wgs84`: the format knows no other CRS.
    `extra` is the extra of this package that brings its library, None where it needs none.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    a_file_each: bool = False
    only_wgs84: bool = False
    extra: str | None = None


_ALL = (
    Format("geojson", "geojson", (".geojson", ".json"), a_file_each=True, only_wgs84=True),
    Format("gpkg", "geopackage", (".gpkg",)),
    Format("flatgeobuf", "flatgeobuf", (".fgb",), a_file_each=True),
    Format("geoparquet", "geoparquet", (".parquet",), a_file_each=True),
    Format("shapefile", "shapefile", (".zip",), a_file_each=True),
    Format("kml", "kml", (".kml",), only_wgs84=True),
    Format("kmz", "kmz", (".kmz",), only_wgs84=True),
    Format("gpx", "gpx", (".gpx",), only_wgs84=True),
    Format("csv", "tables_csv", (".csv",), a_file_each=True),
    Format("csv-plain", "csv_plain", (), a_file_each=True),
    Format("xlsx", "xlsx", (".xlsx",)),
    Format("geotiff", "geotiff", (".tif", ".tiff"), extra="raster"),
    Format("contours", "contours", (), only_wgs84=True),
)
FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _ALL})
"""Every format by the name that `--format` takes."""

_OF_LIBRARIES = frozenset({"fiona", "pyarrow", "pyogrio", "rasterio", "sqlite3", "xlsxwriter", "zipfile"})
"""Libraries whose own errors in writing are told as a sentence; an error of ours is not hidden."""
_READ_AT_ONCE = 1 << 20
_PROBE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Exported:
    """What was made of an export: files written aside by name, with size, SHA-256 and format, and what is to be said."""

    paths: Mapping[str, Path]
    files: Mapping[str, Mapping[str, Any]]
    notices: tuple[str, ...]


def formats_named(names: Iterable[str]) -> tuple[Format, ...]:
    """Return formats by name, each once, in the order given; a name may hold several with commas between.

    Raises
    ------
    UsageError
        When one is not known.

    Examples
    --------
    >>> [each.name for each in formats_named(["gpkg,kml", "gpkg"])]
    ['gpkg', 'kml']
    """
    single = [name.strip() for several in names for name in several.split(",") if name.strip()]
    for name in single:
        if name not in FORMATS:
            raise UsageError(f"'{name}' is not a format", advice=f"Use one of {', '.join(FORMATS)}.")
    return tuple(FORMATS[name] for name in dict.fromkeys(single))


def format_of_file(file: Path) -> Format | None:
    """Return the format that a file's name ends in, None for a name without an ending of any.

    Examples
    --------
    >>> from pathlib import Path
    >>> format_of_file(Path("zones.fgb")).name, format_of_file(Path("2026.11"))
    ('flatgeobuf', None)
    """
    return next((each for each in _ALL if file.suffix.lower() in each.suffixes), None)


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes: a folder and formats, and with `file` the name of the one file that is asked for."""

    folder: Path
    formats: tuple[Format, ...]
    file: str | None = None
    overwrite: bool = False


def target(
    to: Path,
    formats: Sequence[Format] = (),
    *,
    to_crs: str = crs.STORAGE,
    internal: bool = False,
    overwrite: bool = False,
) -> Target:
    """Say where an export goes, once all is checked that can be before there is anything to write.

    Parameters
    ----------
    to : Path
        A folder, made when missing; or a file, if the name ends as those of a format do, which is then the format. What a
        format writes beside its file is placed beside it.
    formats : sequence of Format
        For a folder; GeoJSON when left out.
    to_crs : str
        Authority code of the CRS that is asked for.
    internal : bool
        Whether full records are written; the name of a file must say so.
    overwrite : bool
        Whether files that are there may be replaced.

    Raises
    ------
    UsageError
        When a format cannot hold what is asked for, is not here, or lacks a library, or the name of a file says nothing.
    Unwritable
        When the file is there and may not be replaced, or is a folder.
    """
    of_file = format_of_file(to)
    if of_file is None and to.suffix[1:].isalpha() and not to.exists():
        raise UsageError(
            f"'{to.name}' ends as a file, and '{to.suffix}' is the ending of no format",
            advice="Name a folder that is there, one without such an ending, or a file of a format in --format.",
        )
    wanted = tuple(formats) or (FORMATS["geojson"],) if of_file is None else _only(of_file, formats, to)
    for each in wanted:
        _require_crs(each, to_crs)
        _loaded(each)
    if of_file is None:
        return Target(to, wanted, overwrite=overwrite)
    if to.is_dir():
        raise Unwritable(f"'{to.name}' is a folder", advice="Name a file, or a folder without such an ending.")
    if internal and not to.name.startswith(INTERNAL_PREFIX):
        raise UsageError(
            f"'{to.name}' would hold full records, and its name does not say so",
            advice=f"Name it {INTERNAL_PREFIX}{to.name}.",
        )
    if not overwrite:
        refuse_taken(to.parent, [to.name])
    return Target(to.parent, wanted, to.name, overwrite)


def export_tables(tables: Sequence[PublishedTable], facts: ExportFacts, where: Target) -> dict[str, Any]:
    """Write tables in formats into a folder, or into one file, all files or none.

    Parameters
    ----------
    tables : sequence of PublishedTable
        As published, in WGS 84; brought into `facts.crs` here.
    facts : ExportFacts
        What every file states beside them.
    where : Target
        As `target` gives it.

    Returns
    -------
    dict
        The answer of `mapper export --json`: `edition`, `to`, `files` (name to `bytes`, `sha256` and `format`), `notices`
        (sentences), `tables` (name to rows).

    Raises
    ------
    UsageError
        When a file is named by no table where each is a file of its own.
    Unwritable
        When something is there and may not be replaced, or nothing can be written. What was there before is unchanged.
    """
    chosen = tuple(tables) if where.file is None else _for_file(tables, where.formats[0], where.file)
    with writing_into(where.folder) as writing:
        made = written_aside(chosen, facts, where.formats, writing.aside)
        if where.file is not None:
            made = _renamed(made, where.formats[0], where.file)
        writing.place(made.paths, overwrite=where.overwrite)
    return {
        "edition": facts.edition_id,
        "to": str(where.folder if where.file is None else where.folder / where.file),
        "files": {name: dict(told) for name, told in made.files.items()},
        "notices": list(made.notices),
        "tables": {table.name: len(table.frame) for table in chosen},
    }


def written_aside(
    tables: Sequence[PublishedTable],
    facts: ExportFacts,
    formats: Sequence[Format],
    aside: Path,
    *,
    taken: Mapping[str, bytes] | None = None,
) -> Exported:
    """Write tables in formats into a private folder, from which they can be placed.

    Parameters
    ----------
    tables, facts, formats
        As for `export_tables`.
    aside : Path
        `Writing.aside`: each format gets an empty folder in it.
    taken : mapping of str to bytes, optional
        Files that will stand in the same folder.

    Raises
    ------
    UsageError, Unwritable
        As `export_tables`.
    """
    for each in formats:
        _require_crs(each, facts.crs)
    projected = reprojected(tables, facts.crs)
    paths: dict[str, Path] = {}
    files: dict[str, dict[str, Any]] = {}
    hashes: dict[str, str] = {name: hashlib.sha256(content).hexdigest() for name, content in (taken or {}).items()}
    notices: list[str] = []
    for each in formats:
        with step(f"writing {each.name}"):
            folder = aside / f"of-{each.name}"
            folder.mkdir()
            notices += [_in_language(notice, facts.language) for notice in _write(each, projected, folder, facts)]
            _require_room(folder)
            for path in sorted(folder.iterdir()):
                sha256, name = sha256_of(path), _prefixed(path.name, facts)
                if hashes.get(name) == sha256:
                    continue
                if name in hashes:
                    name = _with_format(name, each)
                paths[name], hashes[name] = path, sha256
                files[name] = {"bytes": path.stat().st_size, "sha256": sha256, "format": each.name}
    return Exported(paths, files, tuple(dict.fromkeys(notices)))


def reprojected(tables: Sequence[PublishedTable], to_crs: str) -> tuple[PublishedTable, ...]:
    """Bring the geometries of published tables into a CRS; columns that hold degrees stay as they are.

    Raises
    ------
    UnknownCRS
        When the CRS is not known, or no operation better than a ballpark one leads there.
    DataRefused
        When a place cannot be told in that CRS.
    """
    if to_crs == crs.STORAGE:
        return tuple(tables)
    target = crs.known_crs(to_crs)
    shapes = [shape for table in tables if table.geometry for shape in table.frame.geometry if shape is not None]
    area = crs.lon_lat_bounds(np.array(shapes, dtype=object)) if shapes else None
    return tuple(
        replace(table, frame=crs.to_working(table.frame, target, area=area)) if table.geometry else table
        for table in tables
    )


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


def _write(wanted: Format, tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Have a format write its files, and tell what its libraries say as one sentence."""
    try:
        notices = _loaded(wanted)(tables, folder, facts)
    except ImportError as exc:
        raise _missing(wanted, exc) from exc
    except (MapperError, OSError):
        raise
    except Exception as exc:
        if type(exc).__module__.partition(".")[0] not in _OF_LIBRARIES:
            raise
        raise Unwritable(
            f"the {wanted.name} could not be written: {' '.join(str(exc).split())}",
            advice="What was there before is unchanged. Check the free space, or choose another format.",
        ) from exc
    if not any(folder.iterdir()) and not notices:
        raise Unwritable(f"the {wanted.name} came out without a file", advice="Choose another format.")
    return notices


def _loaded(wanted: Format) -> Write:
    """Load a format's module and return what writes it."""
    try:
        return cast("Write", importlib.import_module(f"mapper.output.formats.{wanted.module}").write)
    except ImportError as exc:
        raise _missing(wanted, exc) from exc


def _missing(wanted: Format, exc: ImportError) -> UsageError:
    """Say which library a format lacks, or that this installation does not have the format."""
    lacks = exc.name or str(exc)
    if lacks.startswith("mapper."):
        return UsageError(
            f"the format {wanted.name} is not part of this installation",
            advice="Install the package again, or choose another format.",
        )
    extra = f"`pip install 'hazard-mapper[{wanted.extra}]'`" if wanted.extra else "the package again"
    return UsageError(
        f"the format {wanted.name} needs '{lacks.partition('.')[0]}', which is not installed",
        advice=f"Install {extra}, or choose another format.",
    )


def _require_room(folder: Path) -> None:
    """Fail where the disk has no room left: a library may not have noticed that its last bytes were lost."""
    probe = folder.parent / "probe"
    with probe.open("wb") as file:
        file.write(bytes(_PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
    probe.unlink()


def _require_crs(wanted: Format, to_crs: str) -> None:
    if wanted.only_wgs84 and to_crs != crs.STORAGE:
        raise UsageError(
            f"{wanted.name} is always in WGS 84 ({crs.STORAGE}), and {to_crs} is asked for",
            advice="Leave --crs out, or choose gpkg, flatgeobuf, geoparquet or shapefile.",
        )


def _only(of_file: Format, formats: Sequence[Format], to: Path) -> tuple[Format, ...]:
    """Return the one format of a file; csv-plain, which has no ending of its own, may be asked for by name."""
    alike = FORMATS.get("csv-plain")
    if formats == (alike,) and of_file.name == "csv":
        return (FORMATS["csv-plain"],)
    if any(each != of_file for each in formats):
        raise UsageError(
            f"'{to.name}' is a file of {of_file.name}, and another format is asked for",
            advice="Name a folder, or leave --format out.",
        )
    return (of_file,)


def _for_file(tables: Sequence[PublishedTable], wanted: Format, file: str) -> tuple[PublishedTable, ...]:
    """Return the tables that a file holds: all, or the one that it is named by where each is a file of its own."""
    if not wanted.a_file_each:
        return tuple(tables)
    name, _, ending = file.removeprefix(INTERNAL_PREFIX).rpartition(".")
    chosen = tuple(table for table in tables if table.name == name)
    if not chosen:
        there = ", ".join(f"{table.name}.{ending}" for table in tables)
        raise UsageError(
            f"'{file}' is none of the tables, each of which is a file of its own in {wanted.name}",
            advice=f"Name one of {there}; or a folder, for all of them.",
        )
    return chosen


def _renamed(made: Exported, of_file: Format, file: str) -> Exported:
    """Give the file that was asked for its name, and what stands beside it the same beginning."""
    main = [name for name in made.paths if name.lower().endswith(of_file.suffixes)]
    if len(main) != 1:
        raise UsageError(
            f"{of_file.name} would write {len(main)} files, not one",
            advice="Name a folder instead of a file.",
        )
    old, new = main[0].rpartition(".")[0], file.rpartition(".")[0]
    names = {
        name: file if name == main[0] else f"{new}{name.removeprefix(old)}" if name.startswith(old) else name
        for name in made.paths
    }
    return replace(
        made,
        paths={names[name]: path for name, path in made.paths.items()},
        files={names[name]: told for name, told in made.files.items()},
    )


def _prefixed(name: str, facts: ExportFacts) -> str:
    return name if facts.marking is None or name.startswith(INTERNAL_PREFIX) else f"{INTERNAL_PREFIX}{name}"


def _with_format(name: str, wanted: Format) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{wanted.name}.{ending}"


def _in_language(notice: str, language: str) -> str:
    return notice.in_languages()[language] if isinstance(notice, terms.Said) else notice
