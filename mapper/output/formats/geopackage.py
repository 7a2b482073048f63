"""One GeoPackage 1.3 with every table, opened styled by QGIS and understood by any reader of SQLite.

The rows are written by GDAL from Arrow, which is as fast as anything; the rest is ours, through SQLite, in one transaction: the
styles (`layer_styles`, as QGIS looks for them), what each layer says of itself (`gpkg_metadata`, once in ISO 19139 for other
programs and once as QGIS reads it), the code lists (`gpkg_schema` lists of values for the columns, and a plain table `codes` with
words and definitions in three languages), and indexes on identifiers and codes. A record without a place is a row with a null
geometry.

Nothing in the file tells when it was written: `last_change` and the like are the data date, so equal tables give equal bytes. A
cell keeps all its characters but NUL, which ends a text for most readers of SQLite and is written as U+FFFD.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely

from mapper.errors import Unwritable
from mapper.output.formats.geopackage_extras import add_extras

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

FILE = "edition.gpkg"
GEOMETRY_COLUMN = "geom"
MARKING = "marking"
_APPLICATION_ID, _USER_VERSION = 0x47504B47, 10_300
_POINT, _LINE, _AREA = (
    (shapely.GeometryType.POINT,),
    (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING, shapely.GeometryType.MULTILINESTRING),
    (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
)
_TYPE_OF = {
    "Point": _POINT,
    "MultiPoint": (*_POINT, shapely.GeometryType.MULTIPOINT),
    "MultiLineString": _LINE,
    "MultiPolygon": _AREA,
}


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write all tables into one GeoPackage.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Their coordinates in `facts.crs`.
    folder : Path
        An empty folder, which gets `edition.gpkg`.
    facts : ExportFacts
        What the file states of itself; words are in `facts.language`, those of the table `codes` in all three languages.

    Returns
    -------
    tuple of str
        Sentences about what the format could not hold: characters that were replaced.

    Raises
    ------
    Unwritable
        When the file cannot be written, for instance because the disk is full.
    """
    path = folder / FILE
    notices: list[str] = []
    for table in tables:
        frame, replaced = _storable(table.frame)
        if replaced:
            notices.append(
                f"GeoPackage, table {table.name}: {replaced} cells hold the character NUL, at which most programs end a text; "
                "it is written as U+FFFD. Mend it in the layer."
            )
        _write_rows(table, frame if facts.marking is None else frame.assign(**{MARKING: facts.marking}), path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("BEGIN IMMEDIATE")
        add_extras(database, tables, facts)
        database.execute("COMMIT")
        _require_whole(database, tables)
    return tuple(notices)


def _write_rows(table: PublishedTable, frame: pd.DataFrame, path: Path) -> None:
    geometry = {} if table.geometry is None else {"geometry_type": _geometry_type(frame.geometry.to_numpy())}
    pyogrio.write_dataframe(
        frame,
        path,
        layer=table.name,
        driver="GPKG",
        use_arrow=True,
        promote_to_multi=geometry.get("geometry_type", "").startswith("Multi"),
        dataset_options={"VERSION": "1.3"},
        layer_options={"GEOMETRY_NAME": GEOMETRY_COLUMN, "SPATIAL_INDEX": "YES"} if geometry else {},
        **geometry,
    )


def _geometry_type(shapes: np.ndarray[Any, Any]) -> str:
    """Return the narrowest type that all shapes have; one that is missing has each."""
    kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {-1}
    return next((name for name, ids in _TYPE_OF.items() if kinds <= set(ids)), "Unknown")


def _storable(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the frame without NUL in any text, and how many cells held it."""
    texts = [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]
    held = {name: frame[name].str.contains("\0", regex=False).fillna(value=False).astype(bool) for name in texts}
    found = {name: cells for name, cells in held.items() if cells.any()}
    if not found:
        return frame, 0
    mended = frame.assign(**{name: frame[name].str.replace("\0", "\ufffd", regex=False) for name in found})
    return mended, sum(int(cells.sum()) for cells in found.values())


def _require_whole(database: sqlite3.Connection, tables: Sequence[PublishedTable]) -> None:
    """Count the rows that are in the file: a record that a library lost must not be missed in silence."""
    for table in tables:
        (found,) = database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - a name of ours
        if found != len(table.frame):
            raise Unwritable(
                f"the GeoPackage holds {found} of {len(table.frame)} rows of the table {table.name}",
                advice="Check the free space, or choose another format.",
            )
