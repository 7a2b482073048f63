"""GeoPackage, inside the child: SQLite says what is there, pyogrio reads it, and the two are compared.

The stored feature counter is never asked (readers stop at it), views, virtual tables and unlisted tables are refused (they
can hide or invent records), triggers cannot run (the file is opened read-only and nothing is written). Where GDAL would
turn a cell into something else without a word (text in a number column, a date that is none, a NUL character), the
column is taken from SQLite as it stands.
"""

# ruff: noqa: S608 - SQL cannot bind the names of tables and columns; each one here passes through `_quoted`

from __future__ import annotations

import contextlib
import re
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.decoder_child import Doubt, Part, Refused, part
from mapper.intake.decoder_vectors import Records, look, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
    found = read(path, _DRIVER, table.name, table.counted, geometry=table.geometry is not None)
    keys = [key for (key,) in database.execute(f"SELECT {_quoted(table.key)} FROM {_from(table)}")]
    # Salvaged records have no keys, but their order is that of the keys.
    given = [keys[number - 1] for number in found.rows] if found.refused else found.rows
    number_of = {key: number for number, key in enumerate(keys, start=1)}
    reached = set(given)
    if not reached <= set(number_of):
        raise DataRefused(f"two readers disagree on the records of its layer '{table.name}'", advice=_EXPORT)
    lost = [Refused(number_of[key], None, "no reader gives it") for key in keys if key not in reached]
    refused = {each.row: each for each in (*found.refused, *lost, *_garbage(database, table, found, given, number_of))}
    doubts = [*doubts, *found.doubts]
    cells = {**found.cells, **_as_stored(database, table, given, number_of, doubts)}
    rows = [number_of[key] for key in given]
    return part(
        table.name, rows, found.wkb, cells, counted=table.counted, crs=found.crs, refused=list(refused.values()),
        doubts=doubts,
    )  # fmt: skip


def _garbage(
    database: sqlite3.Connection, table: _Table, found: Records, given: list[int], number_of: Mapping[int, int]
) -> list[Refused]:
    """Name the records whose geometry is stored but comes out as none."""
    if table.geometry is None or found.wkb is None:
        return []
    column = _quoted(table.geometry)
    wkb = found.wkb if isinstance(found.wkb, list) else found.wkb.to_pylist()
    empty = {key for key, each in zip(given, wkb, strict=True) if each is None}
    if not empty:
        return []
    keys = database.execute(f"SELECT {_quoted(table.key)} FROM {_from(table, f'{column} NOT NULL')}")
    stored = {key for (key,) in keys}
    return [Refused(number_of[key], table.geometry, "its geometry is damaged") for key in sorted(stored & empty)]


def _as_stored(
    database: sqlite3.Connection, table: _Table, given: list[int], number_of: Mapping[int, int], doubts: list[Doubt]
) -> dict[str, list[str | None]]:
    """Return the columns that GDAL may change, as they are stored."""
    columns: dict[str, list[str | None]] = {}
    for name, declared in table.columns.items():
        if declared == "BLOB" or not _may_change(database, table, name, declared):
            continue
        sql = f"SELECT {_quoted(table.key)}, {_quoted(name)} FROM {_from(table)}"
        stored = dict(database.execute(sql).fetchall())
        columns[name] = [_cell(stored[key], name, number_of[key], doubts) for key in given]
    return columns


def _may_change(database: sqlite3.Connection, table: _Table, name: str, declared: str) -> bool:
    expected = next((kind for kind, words in _EXPECTED.items() if declared.startswith(words)), None)
    if expected is None:
        return True
    also = {"text": f"instr({_quoted(name)}, char(0)) = 0", "real": "1", "integer": "1"}[expected]
    kinds = "'real', 'integer'" if expected == "real" else f"'{expected}'"
    column = _quoted(name)
    odd = f"{column} NOT NULL AND NOT (typeof({column}) IN ({kinds}) AND {also})"
    return database.execute(f"SELECT 1 FROM {_quoted(table.name)} WHERE {odd} LIMIT 1").fetchone() is not None


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
    return text.strip() or None


def _from(table: _Table, where: str = "1") -> str:
    """Return the table with its records in the order of their keys, past any index that could be wrong."""
    return f"{_quoted(table.name)} NOT INDEXED WHERE {where} ORDER BY {_quoted(table.key)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
