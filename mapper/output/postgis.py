"""Write the published tables into a schema of a PostGIS database, in one transaction: all of them appear, or nothing changes.

The new rows are loaded beside (temporary tables, which are gone when the connection is), counted there, and only then exchanged
for the old ones. What is exchanged are the rows and not the tables: a table of an earlier edition stays the table it is, so that
views, grants, triggers and open projects of a GIS that stand on it go on working, and readers see the old rows until the
moment when they see the new ones, without waiting. Records are matched by their key: one that is the same is not touched. A table
swapped by renaming would need every view on it to be dropped and made again, by whoever may.

    code_*          the code lists, with labels in all languages; columns of codes refer to them
    edition         what the edition says of itself, one row a language; edition_tables what it says of each table
    zones, …        the published tables

What somebody else put into the schema is left alone, and a table of another program is never written into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mapper.databases import Database, parse_address
from mapper.errors import LedgerBroken, Unwritable, UsageError
from mapper.output.postgis_sheets import GEOMETRY, MARK, Column, Sheet, list_name, sheets_of
from mapper.progress import step
from mapper.sessions import run, writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from mapper.output.published import ExportFacts, PublishedTable

    Connection = psycopg.Connection[Any]

_LONGEST_NAME_BYTES = 63
_LOCK_WAIT = "30s"


def write_postgis(
    tables: Sequence[PublishedTable], facts: ExportFacts, url: str, schema: str, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write the published tables into a schema.

    Parameters
    ----------
    tables : sequence of PublishedTable
        In the CRS that their frames say.
    facts : ExportFacts
        What is stated beside them, in the table `edition` and in the comments.
    url : str
        The address of the database; credentials from it or from where libpq takes them.
    schema : str
        Made when missing. It may hold other things, but no other table of one of these names.
    overwrite : bool
        Whether an edition that is there may be replaced.

    Returns
    -------
    tuple of str
        Sentences about what a table could not be given.

    Raises
    ------
    UsageError
        When the address or the schema's name is none, or psycopg is not installed.
    Unwritable
        When the server refuses, an edition is there and may not be replaced, a table is another program's, a view stands on a
        column or table that this edition does not have, another run is writing into the schema, or the connection is cut.
        What was there is unchanged.

    Examples
    --------
    >>> write_postgis((), None, "zones.gpkg", "mines")
    Traceback (most recent call last):
    mapper.errors.UsageError: the address of the database is not written as one. Write ...
    """
    database = parse_address(url)
    _require_name(schema)
    with writing(database) as connection:
        target = _Target(connection, database, schema)
        target.lock()
        ours = target.require_free(overwrite=overwrite)
        with step(f"loading into {schema}"):
            sheets, notices = sheets_of(tables, facts, target.gis)
            target.require_not_of_others({sheet.name for sheet in sheets}, ours)
            for sheet in sheets:
                target.load(sheet)
        with step(f"writing into {schema}"):
            target.exchange(sheets, ours)
    return notices


# ------------------------------------------------------------------ where it is written
class _Target:
    """A schema of an open session, and every statement that is made of it."""

    def __init__(self, connection: Connection, database: Database, schema: str) -> None:
        from psycopg import sql  # noqa: PLC0415 - psycopg is an extra

        self._sql = sql
        self._connection = connection
        self._database = database
        self.schema = schema
        self.gis = self._home_of_postgis()

    def lock(self) -> None:
        """Keep every other run out of the schema until the end of this transaction."""
        run(
            self._connection,
            "SELECT set_config('lock_timeout', CASE current_setting('lock_timeout') WHEN '0' THEN %s"
            " ELSE current_setting('lock_timeout') END, true)",
            [_LOCK_WAIT],
        )
        alone = self._one("SELECT pg_try_advisory_xact_lock(hashtextextended('hazard-mapper:' || %s, 0))", self.schema)
        if not alone:
            raise self._refused("another run is writing into the schema", "Try again when that has ended.")

    def require_free(self, *, overwrite: bool) -> dict[str, tuple[str, ...]]:
        """Return the tables of the edition that is there, with their columns, when they may be replaced."""
        marked = self._one(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", f"{_quoted(self.schema)}.edition_tables"
        )
        if not str(marked or "").startswith(MARK):
            return {}
        if not overwrite:
            raise self._refused("an edition is there", "Add --overwrite, or name another schema.")
        rows = self._all("SELECT table_name, column_names FROM {table}", "edition_tables")
        listed = {str(name): tuple(str(columns).split("\n")) for name, columns in rows}
        return {**listed, **{name: self._columns_now(name) for name in ("edition", "edition_tables")}}

    def require_not_of_others(self, names: set[str], ours: Mapping[str, tuple[str, ...]]) -> None:
        """Refuse to write into what this program did not make."""
        there = self._all_of(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = ANY(%s) AND c.relkind::text <> 'i'",
            [self.schema, sorted(names - set(ours))],
        )
        if there:
            raise self._refused(
                f"the schema holds '{there[0][0]}', which is of another program", "Name another schema."
            )

    def load(self, sheet: Sheet) -> None:
        """Load the new rows beside, and count them there."""
        columns = self._sql.SQL(", ").join(self._declared(column) for column in sheet.columns)
        new = "CREATE TEMPORARY TABLE {new} ({columns}, PRIMARY KEY ({key})) ON COMMIT DROP"
        self._do(new, sheet.name, columns=columns, key=sheet.key)
        with self._connection.cursor() as cursor, cursor.copy(self._made("COPY {new} FROM STDIN", sheet.name)) as copy:
            for lines in sheet.batches():
                copy.write("".join(f"{line}\n" for line in lines.to_pylist()))
        self._do("ANALYZE {new} ({key})", sheet.name, key=sheet.key)
        self._require_whole(sheet, "SELECT count(*), {shapes} FROM {new}")

    def exchange(self, sheets: Sequence[Sheet], ours: Mapping[str, tuple[str, ...]]) -> None:
        """Put the new rows in the place of the old ones: what refers to others last, what others refer to removed last."""
        self._do("CREATE SCHEMA IF NOT EXISTS {schema}")
        for sheet in sheets:
            if sheet.name in ours and self._columns_now(sheet.name):
                self._fit(sheet, ours[sheet.name])
            else:
                self._create(sheet)
            self._take_over(sheet)
            # Else the server plans the next step for an empty table. The rest is its own housekeeping's, as shapes take it long.
            self._do("ANALYZE {table} ({key})", sheet.name, key=sheet.key)
        for sheet in reversed(sheets):
            self._do(
                "DELETE FROM {table} AS t WHERE NOT EXISTS (SELECT FROM {new} AS n WHERE n.{key} = t.{key})",
                sheet.name,
                key=sheet.key,
            )
        for name in sorted(set(ours) - {sheet.name for sheet in sheets}, key=lambda name: name.startswith("code_")):
            self._do("DROP TABLE IF EXISTS {table} RESTRICT", name)
        for sheet in sheets:
            self._finish(sheet)

    # -------------------------------------------------------------- one table
    def _create(self, sheet: Sheet) -> None:
        columns = self._sql.SQL(", ").join(self._declared(column) for column in sheet.columns)
        self._do("CREATE TABLE {table} ({columns}, PRIMARY KEY ({key}))", sheet.name, columns=columns, key=sheet.key)

    def _fit(self, sheet: Sheet, ours: Sequence[str]) -> None:
        """Give a table of an earlier edition the columns of this one; columns that somebody else added stay."""
        now, wanted = self._types_now(sheet.name, "{table}"), self._types_now(sheet.name, "{new}")
        others = {name for name in now if now[name] != wanted.get(name)}
        if any(name in wanted and name not in ours for name in others):
            raise self._refused(f"a column of '{sheet.name}' is of another program", "Rename that column.")
        if sheet.key in others or self._key_now(sheet.name) != sheet.key:
            self._do("DELETE FROM {table}", sheet.name)
            self._do("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}", sheet.name, name=f"{sheet.name}_pkey")
        for name in sorted(others & set(ours)):
            self._do("ALTER TABLE {table} DROP COLUMN {name} RESTRICT", sheet.name, name=name)
        for column in sheet.columns:
            if column.name not in now or column.name in others:
                self._do("ALTER TABLE {table} ADD COLUMN {declared}", sheet.name, declared=self._declared(column))
        if self._key_now(sheet.name) != sheet.key:
            self._do("ALTER TABLE {table} ADD PRIMARY KEY ({key})", sheet.name, key=sheet.key)
        wanted_rules = {name for name, _ in self._rules(sheet)}
        for name in sorted(self._rules_now(sheet, ours) - wanted_rules):
            self._do("ALTER TABLE {table} DROP CONSTRAINT {name}", sheet.name, name=name)

    def _take_over(self, sheet: Sheet) -> None:
        """Change the records that are others now, and add those that are new; one that is the same is not touched."""
        names = [column.name for column in sheet.columns]
        listed = self._sql.SQL(", ").join(map(self._sql.Identifier, names))
        as_text = {column.name for column in sheet.columns if column.name == GEOMETRY}
        old, new = (
            self._sql.SQL(", ").join(
                self._sql.SQL("{}.{}::text" if name in as_text else "{}.{}").format(
                    self._sql.Identifier(side), self._sql.Identifier(name)
                )
                for name in names
            )
            for side in ("t", "n")
        )
        changes = self._sql.SQL(", ").join(
            self._sql.SQL("{0} = n.{0}").format(self._sql.Identifier(name)) for name in names
        )
        self._do(
            "UPDATE {table} AS t SET {changes} FROM {new} AS n"
            " WHERE t.{key} = n.{key} AND ROW({old_values}) IS DISTINCT FROM ROW({new_values})",
            sheet.name, key=sheet.key, changes=changes, old_values=old, new_values=new,
        )  # fmt: skip
        self._do(
            "INSERT INTO {table} ({listed}) SELECT {listed} FROM {new} AS n"
            " WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE t.{key} = n.{key})",
            sheet.name, key=sheet.key, listed=listed,
        )  # fmt: skip

    def _finish(self, sheet: Sheet) -> None:
        """Add rules, index and comments, and count what stands in the table now."""
        there = self._rules_now(sheet, [column.name for column in sheet.columns])
        for name, rule in self._rules(sheet):
            if name not in there:
                self._do("ALTER TABLE {table} ADD CONSTRAINT {name} {rule}", sheet.name, name=name, rule=rule)
        if any(column.name == GEOMETRY for column in sheet.columns):
            index = f"{sheet.name}_{GEOMETRY}_idx"
            self._do(
                "CREATE INDEX IF NOT EXISTS {name} ON {table} USING gist ({column})",
                sheet.name,
                name=index,
                column=GEOMETRY,
            )
        self._do("COMMENT ON TABLE {table} IS {words}", sheet.name, words=self._sql.Literal(sheet.comment))
        for column in sheet.columns:
            words = self._sql.Literal(column.comment or None)
            self._do("COMMENT ON COLUMN {table}.{name} IS {words}", sheet.name, name=column.name, words=words)
        self._require_whole(sheet, "SELECT count(*), {shapes} FROM {table}")

    def _rules(self, sheet: Sheet) -> list[tuple[str, Any]]:
        """Return the rules of a table by name: codes are those of their list, dates are written as dates."""
        rules = []
        for column in sheet.columns:
            name = self._sql.Identifier(column.name)
            if column.refers_to is not None:
                into = self._sql.Identifier(self.schema, list_name(column.refers_to))
                rules.append(
                    (
                        f"{sheet.name}_{column.name}_code",
                        self._sql.SQL("FOREIGN KEY ({}) REFERENCES {}").format(name, into),
                    )
                )
            if column.check is not None:
                check = self._sql.SQL("CHECK ({} ~ {})").format(name, self._sql.Literal(column.check))
                rules.append((f"{sheet.name}_{column.name}_date", check))
        return rules

    def _rules_now(self, sheet: Sheet, columns: Sequence[str]) -> set[str]:
        """Return the rules of ours that the table has."""
        names = [f"{sheet.name}_{column}_{kind}" for column in columns for kind in ("code", "date")]
        rows = self._all_of(
            "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = ANY(%s)",
            [self._text("{table}", sheet.name), names],
        )
        return {str(name) for (name,) in rows}

    def _require_whole(self, sheet: Sheet, counting: str) -> None:
        """Stop everything unless all rows and all shapes are there."""
        shaped = any(column.name == GEOMETRY for column in sheet.columns)
        shapes = self._sql.SQL("count({})").format(self._sql.Identifier(GEOMETRY)) if shaped else self._sql.SQL("0")
        ((rows, with_shape),) = self._all(counting, sheet.name, shapes=shapes)
        if (rows, with_shape) != (sheet.rows, sheet.shapes):
            raise LedgerBroken(
                f"{sheet.rows} rows and {sheet.shapes} shapes were to be written to '{sheet.name}', and {rows} and "
                f"{with_shape} are there",
                advice="Nothing was changed. A trigger or a rule of the database may keep rows out.",
            )

    # -------------------------------------------------------------- what is there
    def _home_of_postgis(self) -> str:
        home = self._one(
            "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
            " WHERE e.extname = %s",
            "postgis",
        )
        if home is None:
            raise self._refused("the database has no PostGIS", "Have its owner run CREATE EXTENSION postgis.")
        return str(home)

    def _columns_now(self, name: str) -> tuple[str, ...]:
        return tuple(self._types_now(name, "{table}"))

    def _types_now(self, name: str, which: str) -> dict[str, str]:
        rows = self._all_of(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [self._text(which, name)],
        )
        return {str(column): str(kind) for column, kind in rows}

    def _key_now(self, name: str) -> str | None:
        rows = self._all_of(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
            " WHERE i.indrelid = to_regclass(%s) AND i.indisprimary",
            [self._text("{table}", name)],
        )
        return str(rows[0][0]) if len(rows) == 1 else None

    # -------------------------------------------------------------- statements
    def _declared(self, column: Column) -> Any:  # noqa: ANN401 - psycopg.sql.Composable
        return self._sql.SQL("{} {}").format(self._sql.Identifier(column.name), self._sql.SQL(cast("Any", column.type)))

    def _made(self, statement: str, of: str = "", /, **parts: Any) -> Any:  # noqa: ANN401 - psycopg.sql.Composable
        """Fill a statement that stands in this module; a part that is a text is a name."""
        named = {key: self._sql.Identifier(part) if isinstance(part, str) else part for key, part in parts.items()}
        return self._sql.SQL(cast("Any", statement)).format(
            table=self._sql.Identifier(self.schema, of),
            new=self._sql.Identifier("pg_temp", f"new_{of}"),
            schema=self._sql.Identifier(self.schema),
            **named,
        )

    def _text(self, which: str, name: str) -> str:
        return str(self._made(which, name).as_string(self._connection))

    def _do(self, statement: str, of: str = "", /, **parts: Any) -> None:  # noqa: ANN401 - as _made
        self._connection.execute(self._made(statement, of, **parts))

    def _all(self, statement: str, of: str, /, **parts: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - as _made
        return self._connection.execute(self._made(statement, of, **parts)).fetchall()

    def _all_of(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return run(self._connection, statement, values).fetchall()

    def _one(self, statement: str, value: str) -> Any:  # noqa: ANN401 - what the statement selects
        row = run(self._connection, statement, [value]).fetchone()
        return None if row is None else row[0]

    def _refused(self, what: str, advice: str) -> Unwritable:
        place = f"{self._database.server}, schema {self.schema}"
        return Unwritable(what, file=place, advice=f"Nothing was changed. {advice}")


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _require_name(schema: str) -> None:
    """Refuse a name that the server would cut, or keeps for itself."""
    if not schema.strip() or "\x00" in schema or len(schema.encode()) > _LONGEST_NAME_BYTES:
        raise UsageError("the schema has no usable name", advice=f"Name one of up to {_LONGEST_NAME_BYTES} bytes.")
    if schema.startswith("pg_") or schema == "information_schema":
        raise UsageError(f"the schema '{schema}' is the server's own", advice="Name another one.")
