"""GIS files into layers: GeoPackage, shapefile, KML, GPX, FlatGeobuf, GeoParquet, newline-delimited GeoJSON.

Each file is checked here for what its name says, then decoded in the child process (`mapper.intake.decoder`); what comes back is
records by number, shapes as well-known binary and cells as text (`mapper.intake.decoded` makes a layer of them).

Every layer of a file is read, or the file is refused: `read_geofile` gives them one by one, `read_geo_layer` together when
they have the same columns.
"""

from __future__ import annotations

import json
import re
import stat
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
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
from mapper.model import Finding, Layer, LayerEntry

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
        ".zip": b"PK\x03\x04",
    }
)
_SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")
_NEEDED_SIDE_FILES = (".shx", ".dbf")
_LARGEST_SIDE_FILE = 2 * 1024**3
_NOT_IN_TEXT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_KML_RECORDS = re.compile(r"<(?:[\w.-]+:)?(?:Placemark|GroundOverlay|PhotoOverlay|NetworkLink)(?=[\s/>])")
_GPX_RECORDS = re.compile(r"<(?:[\w.-]+:)?(?:wpt|rte|trk)(?=[\s/>])")
_WITHOUT_RECORDS = (
    ".txt",
    ".xml",
    ".qml",
    ".qmd",
    ".qpj",
    ".sld",
    ".lyr",
    ".sbn",
    ".sbx",
    ".qix",
    ".html",
    ".pdf",
    ".png",
)
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


def read_geo_layer(entry: LayerEntry, content: bytes, sha256: str) -> Layer:
    """Read a GIS file as one layer: its only one, or all of them when they have the same columns and CRS.

    Where there are several, the column `layer` says which one a record is from, and the records are numbered through.

    Raises
    ------
    DataRefused
        As `read_geofile`, and when its layers differ.
    """
    layers = read_geofile(entry, content, sha256)
    return layers[0] if len(layers) == 1 else _together(entry, layers)


def _geopackage(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    if _size(entry.path.with_name(f"{entry.path.name}-wal")):
        raise DataRefused(
            "a program still has it open: its last changes are in the file that ends in -wal",
            advice="Close the program, or export the layer to a new GeoPackage.",
        )
    plain = bytearray(content)
    if plain[_WAL_AT] == b"\x02\x02":
        plain[_WAL_AT] = _ROLLBACK_JOURNAL  # else SQLite would want to write beside it
    return _decoded(entry, sha256, "geopackage", {"layer.gpkg": bytes(plain)})


def _flatgeobuf(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    return _decoded(entry, sha256, "flatgeobuf", {"layer.fgb": content})


def _parquet(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    return _decoded(entry, sha256, "parquet", {"layer.parquet": content})


def _shapefile(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    beside = {suffix: _beside(entry.path, suffix) for suffix in _SIDE_FILES}
    parts = {suffix: side for suffix, side in beside.items() if side is not None}
    return _one_shapefile(entry, {".shp": content, **parts}, sha256)


def _one_shapefile(
    entry: LayerEntry, parts: Mapping[str, bytes], sha256: str, name: str = "layer"
) -> tuple[Layer, ...]:
    for suffix in _NEEDED_SIDE_FILES:
        if suffix not in parts:
            raise Unreadable(
                f"its {suffix} file is missing", advice="Ask for all of its files, best in one zip archive."
            )
    files = {f"layer{suffix}": parts[suffix] for suffix in (".shp", ".shx", ".prj") if suffix in parts}
    encoding = parts.get(".cpg", b"")[:40].decode("ascii", "replace").strip() or None
    return _decoded(
        entry, sha256, "shapefile", {**files, "attributes.dbf": parts[".dbf"]}, encoding=encoding, name=name
    )


def _zipped(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    """Read every shapefile of an archive; what else holds data there must not be passed over."""
    shapefiles: dict[str, dict[str, bytes]] = {}
    for name, member in open_archive(content, entry.path.name).items():
        path = PurePosixPath(name.replace("\\", "/"))
        suffix = path.suffix.lower()
        if path.parts[0] == "__MACOSX" or path.name.startswith("."):
            continue
        if suffix in {".shp", *_SIDE_FILES}:
            shapefiles.setdefault(str(path.with_suffix("")).casefold(), {"": path.stem.encode()})[suffix] = member
        elif suffix not in _WITHOUT_RECORDS:
            raise DataRefused(
                f"it also holds '{path.name}', which is not read from an archive",
                advice="Unpack it and give each file alone.",
            )
    whole = [parts for parts in shapefiles.values() if ".shp" in parts]
    if not whole or len(whole) < len(shapefiles):
        raise DataRefused("it holds no whole shapefile", advice="Ask for all of its files.")
    layers: list[Layer] = []
    for parts in whole:
        if not parts[".shp"].startswith(SIGNATURES[".shp"]):
            raise DataRefused("its .shp file is not what its name says", advice="Ask for it again.")
        name = parts.pop("").decode("utf-8", "replace")
        named = entry if len(whole) == 1 else replace(entry, name=name)
        layers += _one_shapefile(named, parts, sha256, name)
    return tuple(layers)


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
    return len(records.findall(_NOT_IN_TEXT.sub("", text.decode("utf-8"))))


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
    return (replace(layer, frame=frame, counted=counted, unread=unread, findings=tuple(findings)),)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


_LAYER_READERS: Mapping[str, LayersReader] = MappingProxyType(
    {
        ".gpkg": _geopackage,
        ".shp": _shapefile,
        ".zip": _zipped,
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
    if len(parts) == 1:
        return (layer_of(entry, sha256, parts[0]),)
    return tuple(layer_of(replace(entry, name=part.name), sha256, part) for part in parts)


def _together(entry: LayerEntry, layers: Sequence[Layer]) -> Layer:
    kinds = Counter((tuple(layer.frame.columns), layer.crs) for layer in layers)
    if len(kinds) > 1:
        names = ", ".join(f"'{layer.entry.name}'" for layer in layers)
        raise DataRefused(
            f"it holds several layers that differ: {names}",
            file=entry.path.name,
            advice="Save each layer as a file of its own.",
        )
    frames, findings, before = [], [], 0
    for layer in layers:
        named = layer.frame.assign(**{_free(layer.frame): layer.entry.name})
        frames.append(named.set_axis(layer.frame.index + before))
        findings += [each if each.row is None else replace(each, row=each.row + before) for each in layer.findings]
        before += layer.counted
    return replace(
        layers[0],
        entry=entry,
        frame=pd.concat(frames),
        counted=before,
        unread=sum(layer.unread for layer in layers),
        findings=tuple(findings),
    )


def _free(frame: pd.DataFrame) -> str:
    return "layer" if "layer" not in frame else "layer_of_file"
