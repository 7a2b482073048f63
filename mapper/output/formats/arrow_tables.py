"""Published tables as Arrow holds them, for the formats that are written from it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import shapely

if TYPE_CHECKING:
    from mapper.output.published import PublishedTable

TYPES = MappingProxyType(
    {"count": pa.int64(), "number": pa.float64(), "date": pa.string(), "code": pa.string(), "text": pa.string()}
)
"""The type of each kind of column. A date keeps the precision that is known, which no type of a date could."""


_AREAL = 2


def arrow_table(table: PublishedTable, shapes: Any = None) -> pa.Table:  # noqa: ANN401 - an array of geometries
    """Return a published table as an Arrow table: its columns, and `geometry` as well-known binary where shapes are given.

    Returns
    -------
    pyarrow.Table
        Row for row; what is not known is null, NaN too.
    """
    columns = {
        column.name: pa.array(table.frame[column.name], type=TYPES[column.kind], from_pandas=True)
        for column in table.columns
    }
    if shapes is not None:
        columns["geometry"] = pa.array(shapely.to_wkb(shapes, output_dimension=2, byte_order=1), type=pa.binary())
    return pa.table(columns)


def drawn(table: PublishedTable) -> Any:  # noqa: ANN401 - an array of geometries
    """Return the geometries of a table with places, outer rings counter-clockwise; None for one that is empty."""
    shapes = table.frame.geometry.to_numpy().copy()
    areal = shapely.get_dimensions(shapes) == _AREAL  # to turn points and lines would cost as much as to write them
    shapes[areal] = shapely.orient_polygons(shapes[areal])
    shapes[shapely.is_empty(shapes)] = None
    return shapes
