"""The full records of the incidents, in a file that says of itself that it is not for publication.

It is written beside the public files only when it is asked for, its name begins with INTERNAL, and so do its content and
every record in it: a file is passed on without its folder, and a record is copied out of its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper import schema
from mapper.output.exports import geojson

if TYPE_CHECKING:
    import geopandas as gpd

FILE_NAME = "INTERNAL-incidents.geojson"
MARKING = "INTERNAL – not for publication"
COLUMNS = (
    *(column.name for column in schema.COLUMNS["incidents"] if column.name not in schema.PLACE_COLUMNS),
    *("place", "layer"),
)


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
