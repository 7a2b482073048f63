"""A zip archive of data files: every member is read as if it had been given alone, or the archive is refused.

Nothing is unpacked to disk. A member is handed to the reader of its format as bytes, a shapefile with the files that belong to
it. Archives inside are not opened; workbooks and KMZ documents, which are archives too, count against one limit all together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mapper.errors import DataRefused, MapperError
from mapper.findings import finding
from mapper.intake.archives import ArchiveLimits, open_archive, unpacked_bytes
from mapper.intake.folders import OF_A_SYSTEM, Listing, sort_out
from mapper.intake.geofiles import SIDE_FILES, read_shapefile
from mapper.intake.parts import asked_for
from mapper.model import FilePart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mapper.model import Layer, LayerEntry

    Read = Callable[[LayerEntry, bytes], tuple[Layer, ...]]

MOST_UNPACKED_BYTES = ArchiveLimits().total_bytes
"""How much the workbooks and KMZ documents of one archive may unpack to, all together."""
_SIGNATURE = b"PK\x03\x04"
_PACKED = (".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")
_PACKED_DOCUMENTS = (".kmz", ".xlsx", ".xlsm", ".ods")


def read_archive(entry: LayerEntry, content: bytes, sha256: str, read: Read) -> tuple[Layer, ...]:
    """Read every data file of a zip archive.

    Parameters
    ----------
    entry : LayerEntry
        Names the archive; its `part` is a member's name (without its ending where that is plain), or member/layer.
    content : bytes
        The archive.
    sha256 : str
        Of the content.
    read : function
        Reads one file from its entry and bytes: `mapper.intake.files.read_parts`.

    Returns
    -------
    tuple of Layer
        Each named after its member; what certainly holds no records is told in a finding of the first.

    Raises
    ------
    DataRefused, UnknownCRS, Unreadable
        When the archive or one of its members is refused, or it holds no data file or another archive.
    """
    name = entry.path.name
    if not content.startswith(_SIGNATURE):
        raise DataRefused("it is not what its name says", file=name, advice="Give the file its right name.")
    members = {PurePosixPath(given.replace("\\", "/")): held for given, held in open_archive(content, name).items()}
    listed = sort_out(members)
    _readable(listed, members, name)
    names = _plain_names(listed.files)
    layers: list[Layer] = []
    for path, part in _wanted(entry, names).items():
        member = replace(entry, name=names[path], path=entry.path / path, part=part)
        try:
            found = _read_member(member, path, members, read)
        except MapperError as refusal:
            refusal.file, refusal.layer = name, refusal.layer or names[path]
            refusal.what = f"'{path.name}' in it: {refusal.what}"
            raise
        layers += [_of_archive(entry, layer, names[path], one=len(found) == 1) for layer in found]
    told = [
        finding("file_skipped", "info", "It was left out.", entry=entry, value=f"{skipped}: {why}")
        for skipped, why in listed.skipped
        if why != OF_A_SYSTEM
    ]
    first, *others = (replace(layer, sha256=sha256) for layer in layers)
    return (replace(first, findings=(*told, *first.findings)), *others)


def _read_member(
    entry: LayerEntry, path: PurePosixPath, members: Mapping[PurePosixPath, bytes], read: Read
) -> tuple[Layer, ...]:
    if path.suffix.lower() != ".shp":
        return read(entry, members[path])
    stem = str(path.with_suffix("")).casefold()
    folded = {str(each).casefold(): held for each, held in members.items()}
    beside = {ending: folded[f"{stem}{ending}"] for ending in SIDE_FILES if f"{stem}{ending}" in folded}
    return read_shapefile(entry, members[path], "", beside)


def _of_archive(entry: LayerEntry, layer: Layer, member: str, *, one: bool) -> Layer:
    """Name a layer of a member as a layer of the archive."""
    part = member if one else f"{member}/{layer.parts[0].name}"
    findings = tuple(replace(each, file=entry.path.name, layer=part) for each in layer.findings)
    return replace(layer, entry=replace(entry, name=part), findings=findings, parts=(FilePart(part),))


def _readable(listed: Listing, members: Mapping[PurePosixPath, bytes], name: str) -> None:
    """Refuse an archive that is not to be opened as a whole."""
    inner = next((path for path in members if path.suffix.lower() in _PACKED), None)
    if inner is not None:
        raise DataRefused(f"it also holds '{inner.name}', an archive in the archive", file=name, advice="Unpack it.")
    if not listed.files:
        raise DataRefused("it holds no data file", file=name, advice="Ask the sender for the files themselves.")
    documents = [path for path in listed.files if path.suffix.lower() in _PACKED_DOCUMENTS]
    if sum(unpacked_bytes(members[path]) for path in documents) > MOST_UNPACKED_BYTES:
        raise DataRefused("its workbooks unpack to too much", file=name, advice="Unpack it and give each file alone.")


def _plain_names(paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    """Name each data file as shortly as tells it apart: without folder and ending, else whole."""
    stems = Counter(path.stem.casefold() for path in paths)
    return {path: path.stem if stems[path.stem.casefold()] == 1 else str(path) for path in paths}


def _wanted(entry: LayerEntry, names: Mapping[PurePosixPath, str]) -> dict[PurePosixPath, str]:
    """Return the members to read, each with the part of it that is asked for."""
    if not entry.part:
        return dict.fromkeys(names, "")
    inside = {path: entry.part.removeprefix(f"{name}/") for path, name in names.items()}
    found = {path: part for path, part in inside.items() if part != entry.part}
    if found:
        return found
    name = asked_for(list(names.values()), entry)
    return {path: "" for path, given in names.items() if given == name}
