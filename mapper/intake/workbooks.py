"""Workbooks (XLSX, ODS) into frames of text cells: the sheet asked for, or every one that holds anything.

The archive is opened within limits here, its XML decoded and refused where it has a document type; the sheets themselves are
read in the child process (`mapper.intake.decoder_sheets` says why by ourselves). Rows keep the numbers the program shows.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mapper.errors import DataRefused, MapperError
from mapper.intake.archives import open_archive
from mapper.intake.decoded import layer_of
from mapper.intake.decoder import shared
from mapper.intake.markup import plain_xml
from mapper.model import FilePart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.model import Layer, LayerEntry

_JOBS: Mapping[str, str] = MappingProxyType({".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods"})
SUFFIXES = tuple(_JOBS)
"""The endings of the files that are read here."""
_SIGNATURE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_workbook(entry: LayerEntry, content: bytes, sha256: str) -> tuple[Layer, ...]:
    """Read the sheets of a workbook: one row per record, every cell as text, blank cells as NA.

    The first row of a sheet that holds text names the columns. Dates are ISO, numbers have all their digits, formulas give
    their stored value; a record with a formula that has none, or an error, is refused.

    Parameters
    ----------
    entry : LayerEntry
        Names the file, the CRS of its coordinates and, as `part`, the sheet to read.
    content : bytes
        The file.
    sha256 : str
        Of the content.

    Returns
    -------
    tuple of Layer
        One for each sheet that holds anything, with a finding where the sheet is hidden. The index is the row as the
        spreadsheet shows it; `len(frame) + unread == counted`.

    Raises
    ------
    DataRefused
        When it is no workbook, has no such sheet, or the columns of its only sheet have no or the same name.
    """
    name = entry.path.name
    if not content.startswith(_SIGNATURE):
        locked = content.startswith(_OLD_OFFICE)
        what = "it is locked with a password, or an old .xls workbook" if locked else "it is not what its name says"
        raise DataRefused(what, file=name, advice="Save it as XLSX without a password.")
    files: dict[str, bytes] = {}
    members: dict[str, str] = {}
    for number, (path, member) in enumerate(open_archive(content, name).items()):
        if path.endswith((".xml", ".rels")):
            members[path.lstrip("/")] = f"{number}.xml"
            files[f"{number}.xml"], _ = plain_xml(entry, member)
    try:
        job = _JOBS[entry.path.suffix.lower()]
        parts = shared().decode(job, files, {"members": members, "sheet": entry.part or None})
    except MapperError as refusal:
        refusal.file = refusal.file or name
        raise
    return tuple(
        replace(
            layer_of(entry if len(parts) == 1 else replace(entry, name=part.name), sha256, part),
            crs=entry.crs,
            parts=(FilePart(part.name),),
        )
        for part in parts
    )
