"""Look at a file's bytes, then hand it to the reader of its format.

The name of a file is only a claim: a GeoJSON name can hide a GDAL virtual file that opens other files or the network. So
the bytes are read once, here, from a plain local file; their first characters must fit the extension; and the readers get
bytes, never a path a library could interpret.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from mapper.catalogue import read_catalogue
from mapper.errors import DataRefused, Unreadable
from mapper.intake import geofiles, packed, parts, workbooks
from mapper.intake.geojson import read_geojson
from mapper.intake.hxl import untagged
from mapper.intake.postgis import read_database
from mapper.intake.tables import read_table
from mapper.model import Layer, LayerEntry
from mapper.progress import step, step_each

if TYPE_CHECKING:
    from pathlib import Path

Reader = Callable[[LayerEntry, bytes, str], "tuple[Layer, ...]"]
_SIGNATURES: Mapping[bytes, str] = MappingProxyType(
    {
        b"PK\x03\x04": "a zip archive or a spreadsheet",
        b"SQLite format 3": "a GeoPackage or another SQLite database",
        b"\xd0\xcf\x11\xe0": "an old Office document",
        b"\x1f\x8b": "a gzip archive",
        b"%PDF": "a PDF document",
        b"fgb\x03": "a FlatGeobuf file",
        b"PAR1\x15": "a Parquet file",
        b"\x00\x00\x27\x0a": "a shapefile",
        b"<": "XML or HTML",
    }
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # a Path keeps one of the two slashes
_PREFIXED = re.compile(r"[A-Za-z]\w+:")
LARGEST_FILE_BYTES = 2 * 1024**3


def read_layers(folder: Path) -> tuple[Layer, ...]:
    """Read every layer that the `layers.toml` of a folder names, in its order.

    Parameters
    ----------
    folder : Path
        A folder with a `layers.toml`.

    Returns
    -------
    tuple of Layer
        One per `[[layer]]`; every record of every file is in it or counted in its `unread`.

    Raises
    ------
    Unreadable, DataRefused
        As `mapper.catalogue.read_catalogue` and `read_layer`.

    Examples
    --------
    >>> from mapper.catalogue import bundled_layers
    >>> accidents = read_layers(bundled_layers())[0]
    >>> accidents.counted, len(accidents.frame)
    (114, 114)
    """
    return tuple(read_layer(entry) for entry in step_each("reading the layers", read_catalogue(folder).layers))


def read_layer(entry: LayerEntry) -> Layer:
    """Read one file, or a table or query of a database, as it is: text cells and geometries, every record accounted for.

    Of several sheets, layers or archive members all are read, as one layer; where they differ, the entry must say which.

    Parameters
    ----------
    entry : LayerEntry
        Names the file, its kind, columns, CRS and part.

    Returns
    -------
    Layer
        `len(frame) + unread == counted`, where `counted` was made without the reader.

    Raises
    ------
    Unreadable
        When the path is not a plain local file or cannot be opened.
    DataRefused
        When the bytes are not what the extension says, or the file cannot be trusted as a whole.
    UnknownCRS
        When the file names a CRS that cannot be used.

    Examples
    --------
    >>> from mapper.catalogue import bundled_layers
    >>> entry = read_catalogue(bundled_layers()).layers[0]
    >>> layer = read_layer(entry)
    >>> layer.counted, layer.unread, layer.frame.index.name
    (114, 0, 'row')
    """
    if entry.database is not None:
        return read_database(entry)
    return read_content(entry, read_bytes(entry.path))


def read_content(entry: LayerEntry, content: bytes) -> Layer:
    """Read the bytes of a file as `read_layer` does.

    Raises
    ------
    DataRefused, UnknownCRS
        As `read_layer`.
    """
    return parts.as_one(entry, read_parts(entry, content))


def read_parts(entry: LayerEntry, content: bytes) -> tuple[Layer, ...]:
    """Read the bytes of a file, every sheet, layer and archive member of it by itself.

    Returns
    -------
    tuple of Layer
        At least one; only the one that the entry's `part` names where it names one.

    Raises
    ------
    DataRefused, UnknownCRS
        As `read_layer`.
    """
    suffix = entry.path.suffix.lower()
    reader = _READERS.get(suffix)
    if suffix in geofiles.SIDE_FILES:
        raise DataRefused(
            "it is a part of a shapefile and cannot be read alone",
            file=entry.path.name,
            advice="Name the .shp file; ask for it where it is missing.",
        )
    if reader is None:
        raise DataRefused(
            f"files of the kind '{entry.path.suffix}' are not read",
            file=entry.path.name,
            advice=f"Give one of {', '.join(_READERS)}.",
        )
    _fits_its_name(content, entry.path.name)
    with step(f"reading {entry.path.name}"):
        return tuple(map(untagged, reader(entry, content, hashlib.sha256(content).hexdigest())))


def _alone(read: Callable[[LayerEntry, bytes, str], Layer]) -> Reader:
    """Make a reader of a format that has no parts; its name is the only one that can be asked for."""

    def reader(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
        if entry.part:
            parts.asked_for([entry.path.stem], entry)
        return (read(entry, content, sha256),)

    return reader


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        ".csv": _alone(read_table),
        ".tsv": _alone(read_table),
        ".geojson": _alone(read_geojson),
        ".json": _alone(read_geojson),
        **dict.fromkeys(geofiles.SUFFIXES, geofiles.read_geofile),
        **dict.fromkeys(workbooks.SUFFIXES, workbooks.read_workbook),
        ".zip": lambda entry, content, sha256: packed.read_archive(entry, content, sha256, read_parts),
    }
)
_CHECK_THEMSELVES = (*geofiles.SUFFIXES, *workbooks.SUFFIXES, ".zip")
"""Endings whose readers look at the first bytes themselves."""


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a plain local file.

    Raises
    ------
    Unreadable
        When there is none, it is a folder, a device or a pipe, it is larger than 2 GiB, or it may not be opened.
    """
    name = path.name or str(path)
    try:
        status = path.stat()
    except (OSError, ValueError) as exc:
        raise _not_there(path, name, exc) from None
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("it is a folder", file=name, advice="Name a data file in it, or check the folder as a whole.")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("it is a device, a pipe or a socket, not a file", file=name, advice="Name a data file.")
    if status.st_size > LARGEST_FILE_BYTES:
        raise Unreadable("it is larger than 2 GiB", file=name, advice="Split it into smaller files.")
    try:
        return path.read_bytes()
    except OSError as exc:
        raise Unreadable(f"it cannot be opened: {exc.strerror}", file=name, advice="Check its rights.") from None


def _not_there(path: Path, name: str, exc: OSError | ValueError) -> Unreadable:
    """Say why a path leads to no file: what other programs take for a source of data is not looked up here."""
    text = path.as_posix()
    if _ADDRESS.match(text):
        what, advice = "it is an address, not a file on this machine", "Fetch it first, then name the file."
    elif text.startswith("/vsi"):
        what, advice = "it is a name inside GDAL, not a file on this machine", "Name the file itself."
    elif _PREFIXED.match(text):
        what, advice = "there is no file of that name", "Name the file alone, without the name of a driver."
    elif isinstance(exc, FileNotFoundError):
        what, advice = "there is no such file", "Check the name and the folder."
    else:
        reason = exc.strerror if isinstance(exc, OSError) else "its name cannot be used"
        what, advice = f"it cannot be opened: {reason}", "Check the name and your rights to it."
    return Unreadable(what, file=name, advice=advice)


def _fits_its_name(content: bytes, name: str) -> None:
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n"):
        raise DataRefused("it is empty", file=name, advice="Export it again from its program.")
    if name.lower().endswith(_CHECK_THEMSELVES):
        return
    for signature, what in _SIGNATURES.items():
        if content.startswith(signature):
            raise DataRefused(
                f"it is {what}, not what its name says",
                file=name,
                advice="Give the file its right name, or convert it.",
            )
    looks_like_json = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    should_be_json = name.lower().endswith((".geojson", ".json"))
    if looks_like_json != should_be_json:
        what = "JSON" if looks_like_json else "no JSON"
        raise DataRefused(f"it holds {what}, which its name does not say", file=name, advice="Check the file.")
