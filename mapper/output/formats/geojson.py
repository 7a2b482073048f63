"""GeoJSON: a file for each table with places, the very files of an edition, and a CSV for each other table.

Beside each GeoJSON stands its style for QGIS, which takes it by its name. Of several tables there is one more, the ground that no
list of orders reaches: in a GIS a blank would look like an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.output.exports import table_files
from mapper.output.not_assessed import with_not_assessed
from mapper.output.styles import qml_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write `NAME.geojson` with `NAME.qml`, or `NAME.csv`, for each table; nothing is left out."""
    told = with_not_assessed(tables, facts) if len(tables) > 1 else tuple(tables)
    for name, content in {**table_files(told, facts), **qml_files(told, facts)}.items():
        (folder / name).write_bytes(content)
    return ()
