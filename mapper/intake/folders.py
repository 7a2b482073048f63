"""Which files of a folder or an archive hold records: by their endings, every one that does not is told with the reason.

A file of a kind that is not read but may well hold records (a drawing, an old workbook, a table without its shapefile) counts as
a data file, so that its reader refuses it aloud. Only what certainly holds none (a style, a licence, what a system hides) is
left aside, and that is said too. Links are not followed: a folder received from somebody else must not lead elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mapper.catalogue import FILE_NAME
from mapper.errors import DataRefused, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_FILES = 10_000
_BESIDE_A_SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".fix", ".shp.xml", ".qpj", ".cst")
_TABLES = (".dbf",)
"""Of those, what holds records even when it stands alone."""
_WITHOUT_RECORDS = frozenset(
    {*_BESIDE_A_SHAPEFILE, ".txt", ".md", ".rst", ".toml", ".ini", ".py", ".sh", ".log", ".csvt", ".xml", ".xsd"}
    | {".qml", ".qmd", ".sld", ".lyr", ".lyrx", ".style", ".qgs", ".qgz", ".mxd", ".aprx"}
    | {".html", ".htm", ".css", ".js", ".pdf", ".png", ".jpg", ".jpeg", ".gif", ".svg"}
    | {".sha256", ".md5", ".sig", ".asc", ".minisig"}
) - set(_TABLES)
_OF_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
OF_A_SYSTEM = "an operating system made it"
_IN_USE = (".gpkg-wal", ".gpkg-shm", ".gpkg-journal")


class Skipped(NamedTuple):
    """A file, or a folder with all that is in it, that is not read: its name within the whole, and why as a clause."""

    name: str
    why: str


class Listing(NamedTuple):
    """The data files of a folder, by name within it and in that order, and what else is there."""

    files: tuple[PurePosixPath, ...]
    skipped: tuple[Skipped, ...]


def list_folder(folder: Path) -> Listing:
    """List the data files of a folder and of all folders in it.

    Raises
    ------
    Unreadable
        When a folder in it may not be opened: what is in there would be passed over.
    DataRefused
        When it holds more than 10,000 files: it is hardly the folder that is meant.
    """
    names: list[PurePosixPath] = []
    skipped: list[Skipped] = []
    for here, folders, files in os.walk(folder, onerror=_not_opened):
        place = PurePosixPath(Path(here).relative_to(folder).as_posix())
        for name in sorted(folders):
            why = "it is a link" if (Path(here) / name).is_symlink() else _of_system(name)
            if why:
                folders.remove(name)
                skipped.append(Skipped(f"{place / name}/", why))
        for name in sorted(files):
            if (Path(here) / name).is_symlink():
                skipped.append(Skipped(str(place / name), "it is a link"))
            else:
                names.append(place / name)
        if len(names) > MOST_FILES:
            raise DataRefused(
                f"it holds more than {MOST_FILES:,} files",
                file=folder.name,
                advice="Name the folder of the data files.",
            )
    listed = sort_out(names)
    return Listing(listed.files, (*skipped, *listed.skipped))


def sort_out(names: Iterable[PurePosixPath]) -> Listing:
    """Tell the data files among names, in order; what belongs to a shapefile goes with it and is not told.

    Examples
    --------
    >>> listed = sort_out(map(PurePosixPath, ["a.shp", "a.DBF", "b.dbf", "c.txt", ".d", "e.dwg"]))
    >>> [str(name) for name in listed.files]
    ['a.shp', 'b.dbf', 'e.dwg']
    >>> [name for name, _ in listed.skipped]
    ['.d', 'c.txt']
    """
    given = sorted(names)
    folded = {str(name).casefold() for name in given}
    files: list[PurePosixPath] = []
    skipped: list[Skipped] = []
    for name in given:
        if _belongs(name, folded):
            continue
        why = next((why for part in name.parts if (why := _of_system(part))), None) or _no_data(name)
        if why:
            skipped.append(Skipped(str(name), why))
        else:
            files.append(name)
    return Listing(tuple(files), tuple(skipped))


def _belongs(name: PurePosixPath, given: set[str]) -> bool:
    """Tell whether a file is a part of another one that is given: of a shapefile, or of an open GeoPackage."""
    text = str(name).casefold()
    shapefile = any(
        text.endswith(ending) and f"{text.removesuffix(ending)}.shp" in given for ending in _BESIDE_A_SHAPEFILE
    )
    return shapefile or (text.endswith(_IN_USE) and text.rpartition("-")[0] in given)


def _of_system(name: str) -> str | None:
    if name.casefold() in _OF_SYSTEMS:
        return OF_A_SYSTEM
    if name.startswith("~$"):
        return "a program has made it while the file is open"
    return "it is hidden" if name.startswith(".") else None


def _no_data(name: PurePosixPath) -> str | None:
    if name.name == FILE_NAME:
        return "it is the catalogue"
    return "files of its kind hold no records" if name.suffix.casefold() in _WITHOUT_RECORDS else None


def _not_opened(error: OSError) -> None:
    name = Path(error.filename).name if error.filename else None
    raise Unreadable(
        f"the folder cannot be opened: {error.strerror}", file=name, advice="Check your rights to it."
    ) from None
