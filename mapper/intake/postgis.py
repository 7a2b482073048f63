"""A table or a query of a PostGIS database into a layer, through the same checks as a file.

Every value is read as the text that the server writes for it, every shape as its well-known binary with its SRID. All questions
are asked within one read-only transaction, so that the count, which is the server's own and independent of the reading,
speaks of the same rows. The rows come through a cursor that stays on the server, some thousand at a time.

A table has no order, so the rows are numbered in one that depends on nothing but their values: that of the primary key, else of
all columns as text. The same rows then bear the same numbers and the same SHA-256, wherever the server keeps them.

The reference system is what the rows themselves say (their SRID, looked up in `spatial_ref_sys`), not what a catalogue table says
of the column. Rows of several systems are refused, and rows of none (SRID 0) need one stated.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import pyarrow as pa

from mapper.databases import table_names
from mapper.errors import DataRefused, Unreadable
from mapper.intake.decoded import layer_of
from mapper.intake.decoder import Decoded
from mapper.intake.decoder_cells import without_curves
from mapper.intake.decoder_child import Refused
from mapper.progress import step
from mapper.sessions import reading, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg
    from psycopg.sql import Composable

    from mapper.databases import Database
    from mapper.model import Layer, LayerEntry

    Connection = psycopg.Connection[Any]

LARGEST_BYTES = 2 * 1024**3
"""As for files: more than that is no layer of records."""
BATCH = 5_000
"""Rows that are fetched at a time."""
_MOST_LISTED = 10
_SHAPES = ("geometry", "geography")
_BINARY = ("bytea", "raster")
_MOMENT = "timestamptz"
_SRID_FLAG = 0x20000000
_NULL = b"\xff" * 8
_READABLE_RELATIONS = ("r", "p", "v", "m", "f")


class _Column(NamedTuple):
    """A column as the server describes it; `at` is its place, `kind` the name of its type, `key` its place in the primary key."""

    at: int
    name: str
    kind: str
    key: int | None
    is_text: bool


@dataclass(frozen=True, slots=True)
class _Source:
    """What is read: a relation for a FROM clause, the values bound to it, its columns."""

    relation: Composable
    parameters: Any
    columns: tuple[_Column, ...]

    @property
    def cells(self) -> tuple[_Column, ...]:
        return tuple(each for each in self.columns if each.kind not in (*_SHAPES, *_BINARY))

    @property
    def shape(self) -> _Column | None:
        return next((each for each in self.columns if each.kind in _SHAPES), None)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was read: row numbers, cells as text (`c0`, …) and shapes (`wkb`); the SRIDs that occur; the SHA-256."""

    table: pa.Table
    srids: frozenset[int]
    sha256: str


def read_database(entry: LayerEntry) -> Layer:
    """Read the table or query that a layer's entry names.

    Parameters
    ----------
    entry : LayerEntry
        With its `database`; `crs` is what the caller states, which must not contradict the rows.

    Returns
    -------
    Layer
        One row per record, cells as text, blank ones as NA, a geometry in the rows' own CRS where there is one; the index is
        the record's number from 1. `sha256` is that of all rows in this order.

    Raises
    ------
    Unreadable
        When the server cannot be reached, the table is not there, or the connection is cut.
    DataRefused
        When no table is named, two columns have one name, there are several columns of shapes, rows of several reference
        systems or more than 2 GiB, or not all rows may be seen.
    UnknownCRS
        When there are shapes and nothing says in which system they are.
    UsageError
        When psycopg is not installed.
    """
    database = entry.database
    if database is None:
        raise Unreadable("it is no layer of a database", layer=entry.name)
    with step(f"reading {database.name}"), reading(database) as connection:
        source = _source(connection, database)
        counted = _count(connection, source)
        rows = _read(connection, source)
        crs = _reference(connection, rows.srids, database)
    return _layer(entry, source, rows, crs, counted)


def _layer(entry: LayerEntry, source: _Source, rows: _Rows, crs: str | None, counted: int) -> Layer:
    table, refused = rows.table, list[Refused]()
    numbers = table.column("row").to_pylist()
    if "wkb" in table.column_names:
        if table.column("wkb").null_count == len(table):
            table = table.drop_columns(["wkb"])
        else:
            shapes, refused = without_curves(numbers, table.column("wkb").to_pylist())
            wkb = pa.array(shapes, type=pa.binary())
            table = table.set_column(table.column_names.index("wkb"), "wkb", wkb)
    doubts = [
        ("unknown_column", "warning", "The column was left out: it holds binary data.", None, each.name, None)
        for each in source.columns
        if each.kind in _BINARY
    ]
    doubts += [
        ("time_left_out", "info", "Its moments are told in UTC.", None, each.name, None)
        for each in source.columns
        if each.kind == _MOMENT
    ]
    names = tuple(each.name for each in source.cells)
    told = tuple((each.row, each.column, each.why) for each in refused)
    return layer_of(entry, rows.sha256, Decoded(entry.name, table, names, counted, crs, told, tuple(doubts)))


# ------------------------------------------------------------------ what is read
def _source(connection: Connection, database: Database) -> _Source:
    if not database.query and not database.table:
        raise _nothing_asked(connection, database)
    if database.query:
        # On lines of its own, so that a comment at its end does not swallow what follows.
        text = cast("Any", database.query.strip().rstrip(";"))
        relation: Composable = _sql().SQL("(\n{}\n)").format(_sql().SQL(text))
        keys: dict[str, int] = {}
    else:
        relation, keys = _table(connection, database)
    parameters = database.parameters or None
    described = run(connection, _sql().SQL("SELECT * FROM {} AS layer LIMIT 0").format(relation), parameters)
    given = [(column.name, column.type_code) for column in described.description or ()]
    kinds = _kinds(connection, [code for _, code in given])
    columns = tuple(
        _Column(at, name, kinds[code][0], keys.get(name), kinds[code][1]) for at, (name, code) in enumerate(given)
    )
    _require_sound(columns, database)
    return _Source(relation, parameters, columns)


def _table(connection: Connection, database: Database) -> tuple[Composable, dict[str, int]]:
    """Return a table as the server knows it, and the place of each column in its primary key."""
    *schema, table = table_names(database.table)
    found = run(
        connection,
        "SELECT n.nspname, c.relname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relname = %s AND c.relkind::text = ANY(%s)"
        " AND CASE WHEN %s = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = %s END",
        [table, list(_READABLE_RELATIONS), *([*schema, ""][:1] * 2)],
    ).fetchone()
    if found is None:
        raise Unreadable(
            "there is no such table or view", file=database.stated, advice=_there_are(connection) or "Check its name."
        )
    keys = run(
        connection,
        "SELECT a.attname, k.place FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)"
        " JOIN pg_attribute a ON a.attnum = k.number WHERE i.indrelid = %s AND i.indisprimary AND a.attrelid = i.indrelid",
        [found[2]],
    ).fetchall()
    return _sql().SQL("{}").format(_sql().Identifier(found[0], found[1])), {name: int(place) for name, place in keys}


def _kinds(connection: Connection, codes: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Return by code the name of each type, and whether it is text, which has an order of letters."""
    rows = run(
        connection,
        "SELECT oid, typname, typcollation <> 0 FROM pg_type WHERE oid = ANY(%s)",
        [list(dict.fromkeys(codes))],
    ).fetchall()
    return {int(code): (str(name), bool(is_text)) for code, name, is_text in rows}


def _require_sound(columns: Sequence[_Column], database: Database) -> None:
    if not columns:
        raise DataRefused("it has no columns", file=database.stated, advice="Name another table, or mend the query.")
    names = [each.name for each in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataRefused(
            "two columns have the same name", file=database.stated, column=twice, advice="Rename one in the query."
        )
    shapes = [each.name for each in columns if each.kind in _SHAPES]
    if len(shapes) > 1:
        raise DataRefused(
            f"it has several columns of shapes: {', '.join(shapes)}",
            file=database.stated,
            advice="Give a query that selects one of them.",
        )


def _nothing_asked(connection: Connection, database: Database) -> DataRefused:
    return DataRefused(
        "it is a whole database, and no table of it is named",
        file=database.stated,
        advice=_there_are(connection) or "It holds none that this user may read.",
    )


def _there_are(connection: Connection) -> str:
    """List what may be read, as advice; blank where there is nothing."""
    rows = run(
        connection,
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind::text = ANY(%s) AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND n.nspname NOT LIKE 'pg\\_%%' AND has_table_privilege(c.oid, 'SELECT')"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
        " ORDER BY 1 LIMIT %s",
        [list(_READABLE_RELATIONS), _MOST_LISTED + 1],
    ).fetchall()
    names = [str(name) for (name,) in rows]
    if not names:
        return ""
    more = " and more" if len(names) > _MOST_LISTED else ""
    return f"Say which, after # or with --part: {', '.join(names[:_MOST_LISTED])}{more}."


# ------------------------------------------------------------------ the rows
def _count(connection: Connection, source: _Source) -> int:
    counted = run(
        connection, _sql().SQL("SELECT count(*) FROM {} AS layer").format(source.relation), source.parameters
    ).fetchone()
    return int(counted[0]) if counted else 0


def _read(connection: Connection, source: _Source) -> _Rows:
    cells, shape = source.cells, source.shape
    columns = [*cells, *([] if shape is None else [shape])]
    schema = pa.schema(
        [
            ("row", pa.int64()),
            *((f"c{at}", pa.string()) for at in range(len(cells))),
            *([] if shape is None else [("wkb", pa.binary())]),
        ]
    )
    digest = hashlib.sha256(json.dumps([each.name for each in columns], ensure_ascii=False).encode())
    batches, srids, before, size = [], set[int](), 0, 0
    for rows in _fetched(connection, _select(source, columns), source.parameters):
        content = b"".join(map(_framed, chain.from_iterable(rows)))
        digest.update(content)
        size += len(content)
        if size > LARGEST_BYTES:
            raise DataRefused("it is larger than 2 GiB", advice="Give a query that selects the records that are meant.")
        if shape is not None:
            srids |= {_srid(row[-1]) for row in rows if row[-1] is not None}
        values = [range(before + 1, before + len(rows) + 1), *zip(*rows, strict=True)]
        batches.append(
            pa.record_batch(
                [pa.array(each, type=kind) for each, kind in zip(values, schema.types, strict=True)], schema
            )
        )
        before += len(rows)
    return _Rows(pa.Table.from_batches(batches, schema), frozenset(srids), digest.hexdigest())


def _select(source: _Source, columns: Sequence[_Column]) -> Composable:
    """Select cells as text and the shape as it is, in an order that depends on the values alone."""
    sql = _sql()
    renamed = sql.SQL(", ").join(sql.Identifier(f"k{each.at}") for each in source.columns)
    chosen = sql.SQL(", ").join(
        sql.SQL("{}" if each.kind in _SHAPES else "{}::text").format(sql.Identifier(f"k{each.at}")) for each in columns
    )
    keys = sorted((each for each in source.columns if each.key is not None), key=lambda each: each.key or 0)
    if keys:
        forms = ['{} COLLATE "C"' if each.is_text else "{}" for each in keys]
    else:
        keys, forms = list(source.columns), ['{}::text COLLATE "C"'] * len(source.columns)
    order = sql.SQL(", ").join(
        sql.SQL(cast("Any", form)).format(sql.Identifier(f"k{each.at}")) for each, form in zip(keys, forms, strict=True)
    )
    statement = sql.SQL("SELECT {} FROM {} AS layer({}) ORDER BY {}")
    return cast("Composable", statement.format(chosen, source.relation, renamed, order))


def _fetched(connection: Connection, statement: Composable, parameters: Any) -> Iterator[list[tuple[Any, ...]]]:  # noqa: ANN401 - what the catalogue binds
    """Fetch rows some thousand at a time from a cursor on the server."""
    with connection.cursor("mapper_rows", binary=True) as cursor:
        cursor.execute(cast("Any", statement), parameters)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _framed(value: str | bytes | None) -> bytes:
    """Write a value so that no two rows of values are the same bytes: its length, then itself.

    Examples
    --------
    >>> _framed("ə")[:8].hex(), _framed("ə")[8:].decode()
    ('0000000000000002', 'ə')
    """
    if value is None:
        return _NULL
    content = value if isinstance(value, bytes) else value.encode()
    return len(content).to_bytes(8, "big") + content


def _srid(ewkb: bytes) -> int:
    """Return the SRID that a shape bears, 0 where it bears none.

    Examples
    --------
    >>> _srid(bytes.fromhex("0101000020e6100000") + bytes(16))
    4326
    """
    order: Literal["little", "big"] = "little" if ewkb[0] == 1 else "big"
    flagged = int.from_bytes(ewkb[1:5], order) & _SRID_FLAG
    return int.from_bytes(ewkb[5:9], order) if flagged else 0


def _reference(connection: Connection, srids: frozenset[int], database: Database) -> str | None:
    """Return the reference system of all shapes: an authority code, or well-known text; None where they state none."""
    if len(srids) > 1:
        raise DataRefused(
            f"its shapes are in several reference systems: SRID {', '.join(str(each) for each in sorted(srids))}",
            file=database.stated,
            advice="Give a query that selects those of one, or that transforms them.",
        )
    srid = next(iter(srids), 0)
    if not srid:
        return None
    known = run(
        connection,
        _sql().SQL("SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s").format(_spatial_ref_sys(connection)),
        [srid],
    ).fetchone()
    name, number, text = known or (None, None, None)
    if name and number and str(name).isalpha():
        return f"{name}:{number}"
    return str(text) if text else f"EPSG:{srid}"


def _spatial_ref_sys(connection: Connection) -> Composable:
    """Return the table of reference systems, which stands in whatever schema PostGIS was put into."""
    found = run(
        connection,
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'",
    ).fetchone()
    schema = found[0] if found else "public"
    return cast("Composable", _sql().Identifier(schema, "spatial_ref_sys"))


def _sql() -> Any:  # noqa: ANN401 - psycopg.sql, which is loaded when it is needed
    from psycopg import sql  # noqa: PLC0415 - psycopg is an extra

    return sql
