"""KMZ: the KML document in a ZIP archive, which viewers open as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.output.formats.archives import write_zip
from mapper.output.formats.kml import document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

FILE_NAME = "map.kmz"
_MEMBER = "doc.kml"


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write all tables as `map.kmz`, which holds one document `doc.kml`; all else as `mapper.output.formats.kml.write`."""
    content, notices = document(tables, facts)
    write_zip(folder / FILE_NAME, {_MEMBER: content})
    return notices
