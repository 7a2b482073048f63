"""GeoPackage, inside the child: SQLite says what is there, pyogrio reads it, and the two are compared.

The stored feature counter is never asked (readers stop at it), views, virtual tables and unlisted tables are refused (they
can hide or invent records), triggers cannot run (the file is opened read-only and nothing is written). Where GDAL would
turn a cell into something else without a word (text in a number column, a date that is none, a NUL character, letters that
are no UTF-8), the column is taken from SQLite as it stands. Of a damaged file the records are kept that both fiona and
SQLite can read, one by one.
"""

# ruff: noqa: S608 - SQL cannot bind the names of tables and columns; each one here passes through `_quoted`

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.decoder_cells import without_curves
from mapper.intake.decoder_child import Doubt, Part, Refused, part
from mapper.intake.decoder_vectors import DAMAGED, Records, look, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRIVER = "GPKG"
_READ, _BESIDE = ("features", "attributes"), ("tiles", "2d-gridded-coverage")
_OWN_TABLES = re.compile(r"(gpkg|rtree|sqlite|idx|ogr)_.*|layer_styles|qgis_projects", re.IGNORECASE)
_EXPORT = "Export the layer to a new GeoPackage."
_EXPECTED = {
    "text": ("TEXT", "VARCHAR", "CHAR"),
    "integer": ("INT", "BOOL"),
    "real": ("REAL", "DOUBLE", "FLOAT", "NUMERIC", "DECIMAL"),
}
_REPLACEMENT = "\ufffd"
_BLOB_HEADER_BYTES = 8
_EXTENDED = 0b100000
_ENVELOPE_BYTES: Mapping[int, int] = MappingProxyType({0: 0, 1: 32, 2: 48, 3: 48, 4: 64})


class _Table(NamedTuple):
    name: str
    key: str
    geometry: str | None
    columns: Mapping[str, str]
    counted: int


def decode(folder: Path, options: Mapping[str, Any]) -> list[Part]:
    """Read every layer of a GeoPackage.

    Raises
    ------
    DataRefused
        When a layer is a view or a virtual table, a table is not listed, the database is damaged, or two counts differ.
    UnknownCRS
        When a layer has no reference system and the caller states none.
    """
    path = folder / "layer.gpkg"
    try:
        with contextlib.closing(_open(path)) as database:
            doubts = _only_plain_tables(database)
            tables = list(_tables(database, options.get("crs")))
            seen = look(path, _DRIVER)
            missing = [table.name for table in tables if table.name not in seen]
            if missing:
                raise DataRefused(f"its layer '{missing[0]}' cannot be opened", advice=_EXPORT)
            return [_part(path, database, table, doubts) for table in tables]
    except sqlite3.Error as exc:
        raise DataRefused(f"the database is damaged ({exc})", advice="Ask for it again.") from None


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return database


def _only_plain_tables(database: sqlite3.Connection) -> list[Doubt]:
    """Refuse what could show other records than those stored; tell of listed parts that hold none."""
    schema = {
        name.lower(): (kind, sql or "")
        for kind, name, sql in database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view')"
        )
    }
    if "gpkg_contents" not in schema:
        raise DataRefused("it is an SQLite database, but no GeoPackage", advice=_EXPORT)
    listed = dict(database.execute("SELECT lower(table_name), data_type FROM gpkg_contents"))
    for name in listed:
        if schema.get(name, ("", ""))[0] == "view":
            raise DataRefused(f"its layer '{name}' is a view, which can leave records out", advice=_EXPORT)
    for name, (kind, sql) in schema.items():
        virtual = bool(re.match(r"\s*CREATE\s+VIRTUAL", sql, re.IGNORECASE))
        if virtual and not (name.startswith("rtree_") and re.search(r"USING\s+rtree\b", sql, re.IGNORECASE)):
            raise DataRefused(f"its table '{name}' is virtual: its records are not in the file", advice=_EXPORT)
        unlisted = kind == "table" and name not in listed and not virtual and not _OWN_TABLES.fullmatch(name)
        if unlisted and database.execute(f"SELECT 1 FROM {_quoted(name)} LIMIT 1").fetchone():
            raise DataRefused(f"its table '{name}' holds records but is not listed as a layer", advice=_EXPORT)
    for name, kind in listed.items():
        if name not in schema or kind not in _READ + _BESIDE:
            raise DataRefused(f"its layer '{name}' is listed but cannot be read", advice=_EXPORT)
    done = "It holds pictures, no records; it was not read."
    return [Doubt("unread_part", "warning", done, value=name) for name, kind in listed.items() if kind in _BESIDE]


def _tables(database: sqlite3.Connection, stated_crs: str | None) -> Iterator[_Table]:
    contents = (
        "SELECT table_name, data_type FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY rowid"
    )
    found = [each for each in database.execute(contents).fetchall() if each[0].lower() != "layer_styles"]
    if not found:
        raise DataRefused("it holds no layer", advice=_EXPORT)
    for name, kind in found:
        geometry = None
        if kind == "features":
            row = database.execute(
                "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)", (name,)
            ).fetchone()
            if row is None:
                raise DataRefused(f"its layer '{name}' has no geometry column", advice=_EXPORT)
            geometry = str(row[0])
            _has_crs(database, name, row[1], stated_crs)
        about = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        key = next((each[1] for each in about if each[5] == 1 and each[2].upper() == "INTEGER"), "rowid")
        columns = {each[1]: each[2].upper() for each in about if each[1] not in {key, geometry}}
        (counted,) = database.execute(f"SELECT count(*) FROM {_quoted(name)} NOT INDEXED").fetchone()
        yield _Table(name, key, geometry, columns, counted)


def _has_crs(database: sqlite3.Connection, layer: str, srs_id: int | None, stated: str | None) -> None:
    known = database.execute("SELECT organization FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs_id,)).fetchone()
    if stated is None and (known is None or srs_id in {None, 0, -1} or known[0].upper() == "NONE"):
        raise UnknownCRS(
            f"its layer '{layer}' has no coordinate reference system",
            advice="Ask the sender for the EPSG code, then give it with --crs.",
        )


def _part(path: Path, database: sqlite3.Connection, table: _Table, doubts: list[Doubt]) -> Part:
    keys = [key for (key,) in database.execute(f"SELECT {_quoted(table.key)} FROM {_from(table)}")]
    number_of = {key: number for number, key in enumerate(keys, start=1)}
    found = read(path, _DRIVER, table.name, keys, geometry=table.geometry is not None)
    if not number_of.keys() >= set(found.fids):
        raise DataRefused(f"two readers disagree on the records of its layer '{table.name}'", advice=_EXPORT)
    stored = None if found.salvaged else _compared(database, table, found)
    if stored is None:
        found, stored = _one_by_one(database, table, found, keys)
    given = found.fids
    reached = set(given)
    refused = [
        Refused(number_of[key], None, DAMAGED if found.salvaged else "no reader gives it")
        for key in keys
        if key not in reached
    ]
    rows = [number_of[key] for key in given]
    wkb, curved = (None, []) if found.wkb is None else without_curves(rows, found.wkb)
    damaged = _garbage(database, table, found)
    refused += [*curved, *(Refused(number_of[key], table.geometry, "its geometry is damaged") for key in damaged)]
    told = [*doubts, *found.doubts]
    cells = dict(found.cells)
    for name, values in stored.items():
        if all(isinstance(value, bytes) for value in values.values() if value is not None) and name not in cells:
            told.append(
                Doubt("unknown_column", "warning", "The column was left out: it holds binary data.", None, name)
            )
        else:
            cells[name] = [_cell(values[key], name, number_of[key], told) for key in given]
    return part(table.name, rows, wkb, cells, counted=table.counted, crs=found.crs, refused=refused, doubts=told)


def _garbage(database: sqlite3.Connection, table: _Table, found: Records) -> list[int]:
    """Give the keys of the records whose geometry is stored but comes out as none."""
    if table.geometry is None or found.wkb is None:
        return []
    wkb = found.wkb if isinstance(found.wkb, list) else found.wkb.to_pylist()
    empty = {key for key, each in zip(found.fids, wkb, strict=True) if each is None}
    if not empty:
        return []
    keys = database.execute(f"SELECT {_quoted(table.key)} FROM {_from(table, f'{_quoted(table.geometry)} NOT NULL')}")
    return sorted(empty & {key for (key,) in keys})


_Stored = dict[str, dict[int, Any]]


def _compared(database: sqlite3.Connection, table: _Table, found: Records) -> _Stored | None:
    """Return the columns that GDAL may have changed, as they are stored; None where SQLite cannot read every record.

    All columns are looked at in one pass: each pass walks along every shape.
    """
    columns = {name: declared for name, declared in table.columns.items() if declared != "BLOB"}
    if not columns:
        return {}
    tests = [f"total({_is_odd(name, declared)}), count({_quoted(name)})" for name, declared in columns.items()]
    stored: _Stored = {}
    try:
        counts = database.execute(f"SELECT {', '.join(tests)} FROM {_quoted(table.name)} NOT INDEXED").fetchone()
        for at, name in enumerate(columns):
            odd, filled = counts[2 * at : 2 * at + 2]
            cells = found.cells.get(name)
            if odd or cells is None or filled != len(cells) - cells.null_count:
                sql = f"SELECT {_quoted(table.key)}, {_quoted(name)} FROM {_from(table)}"
                stored[name] = dict(database.execute(sql).fetchall())
    except sqlite3.Error:
        return None
    return stored


def _is_odd(name: str, declared: str) -> str:
    """Write the condition under which a cell is not of its column's type, or GDAL would cut it; where unknown, always."""
    expected = next((kind for kind, words in _EXPECTED.items() if declared.startswith(words)), None)
    column = _quoted(name)
    if expected is None:
        return "1"
    kinds = "'real', 'integer'" if expected == "real" else f"'{expected}'"
    whole = f" AND instr({column}, char(0)) = 0" if expected == "text" else ""
    return f"{column} NOT NULL AND NOT (typeof({column}) IN ({kinds}){whole})"


def _one_by_one(
    database: sqlite3.Connection, table: _Table, found: Records, keys: list[int]
) -> tuple[Records, _Stored]:
    """Keep of salvaged records those that SQLite can read as well, their cells and shapes as they are stored.

    The shapes are not taken from fiona, which makes straight lines of arcs without a word.
    """
    names = [name for name, declared in table.columns.items() if declared != "BLOB"]
    wanted = ", ".join(_quoted(name) for name in (table.geometry or table.key, *names))
    sql = f"SELECT {wanted} FROM {_quoted(table.name)} NOT INDEXED WHERE {_quoted(table.key)} = ?"
    records: dict[int, tuple[Any, ...]] = {}
    for key in keys:
        with contextlib.suppress(sqlite3.Error):
            records[key] = database.execute(sql, (key,)).fetchone()
    given = [key for key in found.fids if records.get(key)]
    if not given:
        raise DataRefused("it is damaged, and none of its records can be read", advice="Ask for it again.")
    wkb = None if table.geometry is None else [_wkb(records[key][0]) for key in given]
    stored = {name: {key: records[key][at] for key in given} for at, name in enumerate(names, start=1)}
    return found._replace(fids=given, wkb=wkb, cells={}, salvaged=True), stored


def _wkb(blob: object) -> bytes | None:
    """Take the well-known binary out of a geometry as a GeoPackage stores it: `GP`, version, flags, system, envelope."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) <= _BLOB_HEADER_BYTES or blob[3] & _EXTENDED:
        return None
    envelope = _ENVELOPE_BYTES.get(blob[3] >> 1 & 0b111)
    return None if envelope is None else blob[_BLOB_HEADER_BYTES + envelope :] or None


def _cell(value: object, column: str, row: int, doubts: list[Doubt]) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        doubts.append(Doubt("unreadable_row", "warning", "The cell was left out: it is binary.", row, column))
        return None
    text = repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
    if "\x00" in text:
        done = f"It was replaced by {_REPLACEMENT}; the record was kept."
        doubts.append(Doubt("nul_character", "warning", done, row, column))
        text = text.replace("\x00", _REPLACEMENT)
    elif _REPLACEMENT in text:
        done = f"What is no UTF-8 was replaced by {_REPLACEMENT}; the record was kept."
        doubts.append(Doubt("assumed_encoding", "warning", done, row, column))
    return text.strip() or None


def _from(table: _Table, where: str = "1") -> str:
    """Return the table with its records in the order of their keys, past any index that could be wrong."""
    return f"{_quoted(table.name)} NOT INDEXED WHERE {where} ORDER BY {_quoted(table.key)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
