"""FlatGeobuf: a file with a spatial index for each table with places, and a CSV for each other table.

The index has no room for a record without a geometry. A table that has such records is written without an index rather than
without them, in the order of the edition; with an index records stand in its order and are told apart by their identifiers.
What is stated of a table is in the header: title, description, and the rest as metadata of the layer, lists as JSON. A full disk
is not always told by the library, so the records are counted again in the file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely

from mapper.errors import Unwritable
from mapper.output.exports import stated, table_files
from mapper.output.formats.arrow_tables import arrow_table, drawn
from mapper.output.published import marked
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

_MULTI = {
    "MultiPolygon": (shapely.multipolygons, "Polygon"),
    "MultiLineString": (shapely.multilinestrings, "LineString"),
}
_TYPE_OF_ANY = "Unknown"


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write `NAME.fgb` or `NAME.csv` for each table; nothing is left out.

    Raises
    ------
    Unwritable
        When a file does not hold as many records as its table.
    """
    plain = [table for table in tables if table.geometry is None]
    for name, content in table_files(plain, facts).items():
        (folder / name).write_bytes(content)
    placed = [table for table in tables if table.geometry is not None]
    unindexed = [table for table in placed if _write(table, folder / f"{table.name}.fgb", facts)]
    return tuple(Said.of("notice.no_index", vocabulary="export", file=f"{table.name}.fgb") for table in unindexed)


def _write(table: PublishedTable, file: Path, facts: ExportFacts) -> bool:
    """Write one file, and tell whether it has no index."""
    (whole,) = marked([table], facts)
    told = stated(whole, facts)
    shapes = _of_one_type(drawn(whole), whole.geometry)
    unindexed = bool(shapely.is_missing(shapes).any())
    pyogrio.write_arrow(
        arrow_table(whole, shapes),
        file,
        driver="FlatGeobuf",
        geometry_name="geometry",
        geometry_type=_TYPE_OF_ANY if whole.geometry == "Geometry" else whole.geometry,
        crs=facts.crs,
        layer=table.name,
        layer_metadata={key: value if isinstance(value, str) else _json(value) for key, value in told.items()},
        SPATIAL_INDEX="NO" if unindexed else "YES",
        TITLE=told["title"],
        DESCRIPTION=" ".join([*([facts.marking] if facts.marking else []), *told["caveats"], *told["licences"]]),
    )
    written = pyogrio.read_info(file, force_feature_count=True)["features"]
    if written != len(table.frame):
        raise Unwritable(
            f"'{file.name}' holds {written} of {len(table.frame)} records",
            advice="What was there before is unchanged. Check the free space, or choose another format.",
        )
    return unindexed


def _of_one_type(shapes: Any, kind: str | None) -> Any:  # noqa: ANN401 - arrays of geometries
    """Return shapes of which none is a single part where the others are several."""
    if kind not in _MULTI:
        return shapes
    several, single = _MULTI[kind]
    alone = shapely.get_type_id(shapes) == getattr(shapely.GeometryType, single.upper())
    given = shapes.copy()
    given[alone] = several(shapes[alone], indices=np.arange(int(alone.sum())))
    return given


def _json(value: Any) -> str:  # noqa: ANN401 - plain JSON values
    return json.dumps(value, ensure_ascii=False)
