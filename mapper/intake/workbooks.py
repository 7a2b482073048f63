"""Workbooks (XLSX, ODS) into a frame of text cells: one sheet, the one named or the only one that holds anything.

The archive is opened within limits here, its XML decoded and refused where it has a document type; the sheet itself is read
in the child process (`mapper.intake.decoder_sheets` says why by ourselves). Rows keep the numbers the program shows.
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.model import Layer, LayerEntry

_JOBS: Mapping[str, str] = MappingProxyType({".xlsx": "xlsx", ".xlsm": "xlsx", ".ods": "ods"})
SUFFIXES = tuple(_JOBS)
"""The endings of the files that are read here."""
_SIGNATURE = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def read_workbook(entry: LayerEntry, content: bytes, sha256: str, *, sheet: str | None = None) -> Layer:
    """Read one sheet of a workbook: one row per record, every cell as text, blank cells as NA.

    The first row that holds text names the columns. Dates are ISO, numbers have all their digits, formulas give their
    stored value; a record with a formula that has none, or an error, is refused.

    Parameters
    ----------
    entry : LayerEntry
        Names the file and the CRS of its coordinates.
    content : bytes
        The file.
    sha256 : str
        Of the content.
    sheet : str, optional
        The sheet to read; not needed where only one holds anything and is not hidden.

    Returns
    -------
    Layer
        The index is the row as the spreadsheet shows it; `len(frame) + unread == counted`.

    Raises
    ------
    DataRefused
        When it is no workbook, it must be said which sheet to read, or columns have no or the same name.
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
        (part,) = shared().decode(job, files, {"members": members, "sheet": sheet})
    except MapperError as refusal:
        refusal.file = refusal.file or name
        raise
    return replace(layer_of(entry, sha256, part), crs=entry.crs)
