"""The classes of the density alone, as GeoJSON: the same file as `density.geojson` of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.output.formats import geojson
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write `density.geojson`; a notice says so where the edition has no density."""
    density = [table for table in tables if table.name == "density"]
    if not density:
        return (Said.of("notice.no_density", vocabulary="export"),)
    return geojson.write(density, folder, facts)
