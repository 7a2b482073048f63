"""The full records of the incidents, in a file that says of itself that it is not for publication.

It is written beside the public files only when it is asked for, its name begins with INTERNAL, and so do its content and
every record in it: a file is passed on without its folder, and a record is copied out of its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper import schema
from mapper.output.exports import geojson
from mapper.output.published import published_column, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from mapper.output.published import PublishedTable

FILE_NAME = "INTERNAL-incidents.geojson"
MARKING = "INTERNAL – not for publication"
COLUMNS = (
    *(column.name for column in schema.COLUMNS["incidents"] if column.name not in schema.PLACE_COLUMNS),
    *("place", "layer"),
)


def internal_tables(tables: Sequence[PublishedTable], records: gpd.GeoDataFrame) -> tuple[PublishedTable, ...]:
    """Return published tables with the full records in the place of the incidents.

    Parameters
    ----------
    tables : sequence of PublishedTable
        As published.
    records : GeoDataFrame
        As of `internal_files`.

    Returns
    -------
    tuple of PublishedTable
        The incidents first, then the others in their order. Each format marks its files and records by `ExportFacts.marking`.
    """
    published = next((table for table in tables if table.name == "incidents"), None)
    full = table_of(
        "incidents",
        records,
        columns=[published_column("incidents", name) for name in COLUMNS],
        licences=() if published is None else published.licences,
        lineage=() if published is None else published.lineage,
    )
    others = [table for table in tables if table.name != "incidents"]
    return (*([full] if len(full.frame) else []), *others)


def internal_files(records: gpd.GeoDataFrame) -> dict[str, bytes]:
    """Write the full records as GeoJSON.

    Parameters
    ----------
    records : GeoDataFrame
        Located incidents of all layers as they were before the gate, with `layer`; a geometry only where it is a point.

    Returns
    -------
    dict of str to bytes
        `INTERNAL-incidents.geojson`: every column that incidents have; the collection and each feature bear the mark.
    """
    return {FILE_NAME: geojson(records, COLUMNS, "incident_id", "incidents in full", marking=MARKING)}
