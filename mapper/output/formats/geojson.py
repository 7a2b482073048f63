"""GeoJSON: a file for each table with places, the very files of an edition, and a CSV for each other table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.output.exports import table_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write `NAME.geojson` or `NAME.csv` for each table; nothing is left out."""
    for name, content in table_files(tables, facts).items():
        (folder / name).write_bytes(content)
    return ()
