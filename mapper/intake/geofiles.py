"""GIS files into layers: GeoPackage, shapefile, KML, GPX, FlatGeobuf, GeoParquet, newline-delimited GeoJSON.

Each file is checked here for what its name says, then decoded in the child process (`mapper.intake.decoder`); what comes back is
records by number, shapes as well-known binary and cells as text (`mapper.intake.decoded` makes a layer of them).

Every layer of a file is read, or the file is refused. What becomes of several is decided in `mapper.intake.parts`.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper.errors import DataRefused, MapperError, Unreadable
from mapper.findings import REFUSED, finding
from mapper.intake.archives import open_archive
from mapper.intake.decoded import layer_of
from mapper.intake.decoder import shared
from mapper.intake.geojson import read_geojson
from mapper.intake.markup import plain_xml
from mapper.intake.parts import asked_for
from mapper.model import FilePart, Finding, Layer, LayerEntry

if TYPE_CHECKING:
    from pathlib import Path

LayersReader = Callable[[LayerEntry, bytes, str], "tuple[Layer, ...]"]
SIGNATURES: Mapping[str, bytes] = MappingProxyType(
    {
        ".gpkg": b"SQLite format 3\x00",
        ".shp": b"\x00\x00\x27\x0a",
        ".fgb": b"fgb\x03fgb",
        ".parquet": b"PAR1",
        ".geoparquet": b"PAR1",
        ".kmz": b"PK\x03\x04",
    }
)
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")
"""What belongs to a shapefile and is read with it."""
_NEEDED_SIDE_FILES = (".shx", ".dbf")
_LARGEST_SIDE_FILE = 2 * 1024**3
_NOT_IN_TEXT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_KML_RECORDS = re.compile(r"<(?:[\w.-]+:)?(?:Placemark|GroundOverlay|PhotoOverlay|NetworkLink)(?=[\s/>])")
_GPX_RECORDS = re.compile(r"<(?:[\w.-]+:)?(?:wpt|rte|trk)(?=[\s/>])")
_WAL_AT = slice(18, 20)
_ROLLBACK_JOURNAL = b"\x01\x01"


def read_geofile(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    """Read every layer of a GIS file.

    Parameters
    ----------
    entry : LayerEntry
        Names the file; `crs` is what the caller states, which must not contradict the file.
    content : bytes
        The file; what lies beside a shapefile is read from there.
    sha256 : str
        Of the content.

    Returns
    -------
    tuple of Layer
        Each with text cells and, where the layer has shapes, a geometry; the index is the record's number from 1;
        `len(frame) + unread == counted`.

    Raises
    ------
    DataRefused, UnknownCRS
        When the file is not what its name says, is damaged as a whole, holds something that is not read, or its reference
        system is not known.
    Unreadable
        When a file that belongs to a shapefile is missing.
    """
    suffix = entry.path.suffix.lower()
    signature = SIGNATURES.get(suffix, b"")
    if not content.startswith(signature):
        raise DataRefused("it is not what its name says", file=entry.path.name, advice="Give the file its right name.")
    try:
        return _LAYER_READERS[suffix](entry, content, sha256)
    except MapperError as refusal:
        refusal.file = refusal.file or entry.path.name
        raise


def _geopackage(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    if _size(entry.path.with_name(f"{entry.path.name}-wal")):
        raise DataRefused(
            "a program still has it open: its last changes are in the file that ends in -wal",
            advice="Close the program, or export the layer to a new GeoPackage.",
        )
    if content[_WAL_AT] == b"\x02\x02":  # else SQLite would want to write beside it
        content = content[: _WAL_AT.start] + _ROLLBACK_JOURNAL + content[_WAL_AT.stop :]
    return _decoded(entry, sha256, "geopackage", {"layer.gpkg": content})


def _flatgeobuf(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    return _decoded(entry, sha256, "flatgeobuf", {"layer.fgb": content})


def _parquet(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    return _decoded(entry, sha256, "parquet", {"layer.parquet": content})


def _shapefile(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    beside = {suffix: side for suffix in SIDE_FILES if (side := _beside(entry.path, suffix)) is not None}
    return read_shapefile(entry, content, _sha256_of_all(sha256, beside), beside)


def _sha256_of_all(sha256: str, beside: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the hexadecimal SHA-256s of .shp, .shx, .dbf, .prj and .cpg, as far as they are there.

    So that another .prj, which moves everything, is another layer.
    """
    digests = [sha256, *(hashlib.sha256(beside[suffix]).hexdigest() for suffix in SIDE_FILES if suffix in beside)]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def read_shapefile(entry: LayerEntry, content: bytes, sha256: str, beside: Mapping[str, bytes]) -> tuple[Layer, ...]:
    """Read a shapefile of which all files are given, by ending, as `read_geofile` does.

    Raises
    ------
    DataRefused, UnknownCRS, Unreadable
        As `read_geofile`.
    """
    if not content.startswith(SIGNATURES[".shp"]):
        raise DataRefused("its .shp file is not what its name says", advice="Ask for it again.")
    for suffix in _NEEDED_SIDE_FILES:
        if suffix not in beside:
            raise Unreadable(
                f"its {suffix} file is missing", advice="Ask for all of its files, best in one zip archive."
            )
    files = {f"layer{suffix}": beside[suffix] for suffix in (".shx", ".prj") if suffix in beside}
    files |= {"layer.shp": content, "attributes.dbf": beside[".dbf"]}
    encoding = beside.get(".cpg", b"")[:40].decode("ascii", "replace").strip() or None
    return _decoded(entry, sha256, "shapefile", files, encoding=encoding, name=entry.path.stem)


def _kml(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    return _kml_documents(entry, {"": content}, sha256)


def _kmz(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    members = open_archive(content, entry.path.name)
    documents = {name: member for name, member in members.items() if name.lower().endswith(".kml")}
    inner = [name for name in members if name.lower().endswith((".kmz", ".zip"))]
    if not documents or inner:
        what = f"it holds the archive '{inner[0]}'" if inner else "it holds no KML document"
        raise DataRefused(what, advice="Unpack it and give the KML documents.")
    return _kml_documents(entry, documents, sha256)


def _kml_documents(entry: LayerEntry, documents: Mapping[str, bytes], sha256: str) -> tuple[Layer, ...]:
    files: dict[str, bytes] = {}
    assumed: list[Finding] = []
    for number, document in enumerate(documents.values()):
        files[f"{number}.kml"], told = plain_xml(entry, document)
        assumed += told
    shown = [(f"{number}.kml", name if len(documents) > 1 else None) for number, name in enumerate(documents)]
    counted = sum(_count(_KML_RECORDS, text) for text in files.values())
    layers = _decoded(entry, sha256, "kml", files, documents=shown)
    return _agreed(layers, counted, assumed)


def _gpx(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    text, assumed = plain_xml(entry, content)
    return _agreed(_decoded(entry, sha256, "gpx", {"layer.gpx": text}), _count(_GPX_RECORDS, text), assumed)


def _count(records: re.Pattern[str], text: bytes) -> int:
    """Count the records of a document without parsing it."""
    plain = text.decode("utf-8")
    return len(records.findall(_NOT_IN_TEXT.sub("", plain) if "<!" in plain else plain))


def _agreed(layers: tuple[Layer, ...], counted: int, assumed: Sequence[Finding]) -> tuple[Layer, ...]:
    (layer,) = layers
    if layer.counted != counted:
        raise DataRefused(
            f"{counted} records stand in it but {layer.counted} can be reached",
            advice="Export it again from its program.",
        )
    return (replace(layer, findings=(*assumed, *layer.findings)),)


def _lines(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    """Read GeoJSON with one feature a line: the lines that are JSON together, the others refused by number."""
    lines = [line.strip(b"\x1e \t\r\xef\xbb\xbf") for line in content.split(b"\n")]
    held = [(number, line) for number, line in enumerate(lines, start=1) if line]
    good = [number for number, line in held if _is_object(line)]
    document = b'{"type":"FeatureCollection","features":[' + b",\n".join(lines[number - 1] for number in good) + b"]}"
    if not good:
        raise DataRefused("none of its lines is a feature", advice="Export it as GeoJSON.")
    layer = read_geojson(entry, document, sha256)
    frame = layer.frame.set_axis(pd.Index([good[row - 1] for row in layer.frame.index], dtype="int64", name="row"))
    findings = [each if each.row is None else replace(each, row=good[each.row - 1]) for each in layer.findings]
    bad = sorted({number for number, _ in held} - set(good))
    findings += [
        finding("unreadable_row", "error", REFUSED, entry=entry, row=row, value="the line is no JSON object")
        for row in bad
    ]
    counted, unread = len(held), layer.unread + len(bad)
    originals = layer.originals
    if originals is not None:
        originals = originals.set_axis(pd.Index([good[row - 1] for row in originals.index], dtype="int64", name="row"))
    return (replace(layer, frame=frame, counted=counted, unread=unread, findings=tuple(findings), originals=originals),)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


_LAYER_READERS: Mapping[str, LayersReader] = MappingProxyType(
    {
        ".gpkg": _geopackage,
        ".shp": _shapefile,
        ".kml": _kml,
        ".kmz": _kmz,
        ".gpx": _gpx,
        ".fgb": _flatgeobuf,
        ".parquet": _parquet,
        ".geoparquet": _parquet,
        ".geojsonl": _lines,
        ".geojsons": _lines,
        ".ndjson": _lines,
        ".jsonl": _lines,
    }
)
SUFFIXES = tuple(_LAYER_READERS)
"""The endings of the files that are read here."""


def _beside(path: Path, suffix: str) -> bytes | None:
    """Return the file of the same name with another ending, in small or capital letters; None when there is none."""
    for name in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if _size(name):
            try:
                return name.read_bytes()
            except OSError as exc:
                raise Unreadable(
                    f"its {suffix} file cannot be opened: {exc.strerror}", advice="Check its rights."
                ) from None
    return None


def _size(path: Path) -> int:
    """Return how large a plain file is, 0 when there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_SIDE_FILE:
        raise Unreadable(f"'{path.name}' is not a plain file of usable size", advice="Give the files alone.")
    return status.st_size


def _decoded(entry: LayerEntry, sha256: str, job: str, files: Mapping[str, bytes], **options: Any) -> tuple[Layer, ...]:  # noqa: ANN401 - JSON values
    parts = shared().decode(job, files, {"crs": entry.crs, **options})
    if entry.part:
        name = asked_for([part.name for part in parts], entry)
        parts = tuple(part for part in parts if part.name == name)
    if len(parts) == 1:
        return (replace(layer_of(entry, sha256, parts[0]), parts=(FilePart(parts[0].name),)),)
    return tuple(
        replace(layer_of(replace(entry, name=part.name), sha256, part), parts=(FilePart(part.name),)) for part in parts
    )
