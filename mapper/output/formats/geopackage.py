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
import pyarrow as pa
import pyogrio
import shapely

from mapper.errors import Unwritable
from mapper.output.formats.geopackage_extras import add_extras, stamp
from mapper.output.not_assessed import with_not_assessed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

FILE = "edition.gpkg"
GEOMETRY_COLUMN = "geom"
MARKING = "marking"
_CHANGE_COUNTERS = (24, 92)
_NUL_REPLACED = (
    "GeoPackage, table {table}: {n} cells hold the character NUL, at which most programs end a text; it is written as U+FFFD. "
    "Mend it in the layer."
)
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

    The ground that no list of orders reaches is a table of its own, `not_assessed`.

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
    tables = with_not_assessed(tables, facts)
    with _settings(facts):
        for table in tables:
            frame, replaced = _storable(table.frame)
            if replaced:
                notices.append(_NUL_REPLACED.format(table=table.name, n=replaced))
            _write_rows(table, frame if facts.marking is None else frame.assign(**{MARKING: facts.marking}), path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        add_extras(database, tables, facts)
        database.execute("COMMIT")
        _require_whole(database, tables)
    _set_change_counter(path)
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
    mended, replaced = {}, 0
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name]) and _may_hold_nul(frame[name]):
            held = frame[name].str.contains("\0", regex=False).fillna(value=False).astype(bool)
            replaced += int(held.sum())
            mended[name] = frame[name].str.replace("\0", "\ufffd", regex=False)
    return (frame.assign(**mended) if replaced else frame), replaced


def _may_hold_nul(texts: pd.Series) -> bool:
    """Look at all bytes of a column at once; a text is looked at by itself only where there is such a byte."""
    chunks = pa.chunked_array(pa.array(texts, from_pandas=True)).chunks
    held = (chunk.buffers()[-1] for chunk in chunks)
    return any(buffer is not None and bool((np.frombuffer(buffer, dtype=np.uint8) == 0).any()) for buffer in held)


@contextlib.contextmanager
def _settings(facts: ExportFacts) -> Iterator[None]:
    """Let GDAL tell the data date for the time of writing, and not wait for the disk: the last commit does so for all."""
    wanted = {"OGR_CURRENT_DATE": stamp(facts), "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _set_change_counter(path: Path) -> None:
    """Write 1 for the number of changes to the file: how many there were depends on how fast a thread of GDAL was.

    The two numbers of the header must be equal for SQLite to believe the file's size (SQLite's file format, 1.3.7 and 1.3.16).
    """
    with path.open("r+b") as file:
        for offset in _CHANGE_COUNTERS:
            file.seek(offset)
            file.write((1).to_bytes(4, "big"))


def _require_whole(database: sqlite3.Connection, tables: Sequence[PublishedTable]) -> None:
    """Count the rows that are in the file: a record that a library lost must not be missed in silence."""
    for table in tables:
        (found,) = database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - a name of ours
        if found != len(table.frame):
            raise Unwritable(
                f"the GeoPackage holds {found} of {len(table.frame)} rows of the table {table.name}",
                advice="Check the free space, or choose another format.",
            )
