"""What a GeoPackage says beside its rows: styles, metadata, code lists, descriptions of columns, indexes.

The tables are those of the OGC standard 12-128r18 (version 1.3) and its extensions `gpkg_metadata` and `gpkg_schema`;
`layer_styles` is QGIS's, which looks for it in every GeoPackage. A list of values binds a column only where every cell is one of
its codes: codes that a layer brought along are kept as they are, and a list that they contradict would make a strict reader
refuse them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapper import terms
from mapper.output.formats.geopackage_metadata import iso_metadata, qgis_metadata, statement
from mapper.output.sld import sld
from mapper.output.styles import holds_only_codes, qml

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

_NO_DAY = "1970-01-01"
_STYLE_NAME = "mapper"
_ISO, _QGIS = "http://www.isotc211.org/2005/gmd", "http://mrcc.com/qgis.dtd"
_CODES = "codes"
_TABLES = """
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT,
 f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
 description TEXT, owner TEXT, ui TEXT, update_time DATETIME);
CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
 md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
 timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
 CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
 CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
 mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
 CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
 min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
 CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE codes (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, vocabulary TEXT NOT NULL, code TEXT NOT NULL, label_en TEXT,
 label_az TEXT, label_ru TEXT, definition_en TEXT, definition_az TEXT, definition_ru TEXT, colour TEXT, hatch TEXT, symbol TEXT,
 source TEXT);
CREATE INDEX idx_codes_code ON codes (vocabulary, code);
"""
_EXTENSIONS = {
    ("gpkg_metadata", "gpkg_metadata_reference"): (
        "gpkg_metadata",
        "http://www.geopackage.org/spec121/#extension_metadata",
    ),
    ("gpkg_data_columns", "gpkg_data_column_constraints"): (
        "gpkg_schema",
        "http://www.geopackage.org/spec121/#extension_schema",
    ),
}


def add_extras(database: sqlite3.Connection, tables: Sequence[PublishedTable], facts: ExportFacts) -> None:
    """Add all that makes an export of a file of rows; nothing is written but through `database`, nor committed.

    Parameters
    ----------
    database : sqlite3.Connection
        A GeoPackage that holds the tables, in a transaction.
    tables, facts
        As for `mapper.output.formats.geopackage.write`.
    """
    for command in _TABLES.split(";\n"):
        database.execute(command)
    at = stamp(facts)
    _register(database)
    _add_extensions(database)
    _add_contents(database, tables, facts)
    _add_styles(database, tables, facts, at)
    _add_metadata(database, tables, facts, at)
    _add_columns(database, tables, facts)
    _add_codes(database, tables)
    _add_indexes(database, tables)
    database.execute("UPDATE gpkg_contents SET last_change = ?", (at,))


def stamp(facts: ExportFacts) -> str:
    """Return the data date as the time of the last change: no clock is in the file.

    Parameters
    ----------
    facts : ExportFacts
        Without a data date the stamp is the first day of 1970.
    """
    return f"{facts.data_date or _NO_DAY}T00:00:00.000Z"


def _insert(database: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    places = ", ".join("?" for _ in columns.split(","))
    command = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names written in this module
    database.executemany(command, rows)


def _register(database: sqlite3.Connection) -> None:
    """Make our two plain tables known, as the standard asks of every table that holds data of users."""
    titles = {_CODES: "Code lists", "layer_styles": "Styles"}
    rows = [(name, "attributes", name, titles[name], "") for name in titles]
    _insert(database, "gpkg_contents", "table_name, data_type, identifier, description, last_change", rows)


def _add_extensions(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
        "definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    rows = [(table, None, *said, "read-write") for tables, said in _EXTENSIONS.items() for table in tables]
    _insert(database, "gpkg_extensions", "table_name, column_name, extension_name, definition, scope", rows)


def _add_contents(database: sqlite3.Connection, tables: Sequence[PublishedTable], facts: ExportFacts) -> None:
    """Give each table its title, which must be one of a kind in the file, and say what it is and what it cannot tell."""
    taken: set[str] = set()
    for table in tables:
        title = terms.in_language(table.title, facts.language) or table.name
        identifier = f"{title} ({table.name})" if title in taken else title
        taken.add(identifier)
        database.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            (identifier, "\n".join(statement(table, facts)), table.name),
        )


def _add_styles(database: sqlite3.Connection, tables: Sequence[PublishedTable], facts: ExportFacts, at: str) -> None:
    rows = []
    for table in tables:
        style = qml(table, facts)
        if style is not None:
            title = terms.in_language(table.title, facts.language) or table.name
            rows.append(("", "", table.name, "geom", _STYLE_NAME, style, sld(table, facts), 1, title, "", None, at))
    columns = (
        "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, "
        "description, owner, ui, update_time"
    )
    _insert(database, "layer_styles", columns, rows)


def _add_metadata(database: sqlite3.Connection, tables: Sequence[PublishedTable], facts: ExportFacts, at: str) -> None:
    """Say of the whole file, and of each table under it, what it is, whose, of when, and under which licence."""
    texts: list[tuple[str, str]] = [(_ISO, iso_metadata(None, tables, facts))]
    references: list[tuple[str, str | None, str, int, int | None]] = [("geopackage", None, at, 1, None)]
    for table in tables:
        for standard, text in ((_ISO, iso_metadata(table, tables, facts)), (_QGIS, qgis_metadata(table, facts))):
            texts.append((standard, text))
            references.append(("table", table.name, at, len(texts), 1))
    rows = [(number, "dataset", standard, "text/xml", text) for number, (standard, text) in enumerate(texts, start=1)]
    _insert(database, "gpkg_metadata", "id, md_scope, md_standard_uri, mime_type, metadata", rows)
    columns = "reference_scope, table_name, timestamp, md_file_id, md_parent_id"
    _insert(database, "gpkg_metadata_reference", columns, references)


def _add_columns(database: sqlite3.Connection, tables: Sequence[PublishedTable], facts: ExportFacts) -> None:
    language = facts.language
    described: list[tuple[Any, ...]] = []
    bound: dict[str, None] = {}
    for table in tables:
        for column in table.columns:
            listed = column.vocabulary if holds_only_codes(table, column) else None
            if listed is not None:
                bound[listed] = None
            described.append((table.name, column.name, column.name, *_described(column, language), listed))
    columns = "table_name, column_name, name, title, description, constraint_name"
    _insert(database, "gpkg_data_columns", columns, described)
    rows = [
        (vocabulary, "enum", code, terms.label(vocabulary, code, language))
        for vocabulary in bound
        for code in terms.codes(vocabulary)
    ]
    _insert(database, "gpkg_data_column_constraints", "constraint_name, constraint_type, value, description", rows)


def _described(column: PublishedColumn, language: str) -> tuple[str, str | None]:
    """Return a column's title, and its description with the unit and the name of its code list."""
    title = terms.in_language(column.title, language) or column.name
    parts = [
        terms.in_language(column.description, language),
        f"[{column.unit}]" if column.unit else "",
        "ISO 8601" if column.kind == "date" else "",
        f"codes: {column.vocabulary}" if column.vocabulary else "",
    ]
    return title, " ".join(part for part in parts if part) or None


def _add_codes(database: sqlite3.Connection, tables: Sequence[PublishedTable]) -> None:
    used = {column.vocabulary for table in tables for column in table.columns if column.vocabulary}
    rows = [
        (
            *(name, term.code),
            *(term.label.get(language) for language in terms.LANGUAGES),
            *(term.definition.get(language) for language in terms.LANGUAGES),
            *(term.colour, term.hatch, term.symbol, term.source),
        )
        for name in sorted(used | {"caveat"})
        for term in terms.vocabulary(name).values()
    ]
    words = [f"{kind}_{language}" for kind in ("label", "definition") for language in terms.LANGUAGES]
    _insert(database, _CODES, ", ".join(["vocabulary", "code", *words, "colour", "hatch", "symbol", "source"]), rows)


def _add_indexes(database: sqlite3.Connection, tables: Sequence[PublishedTable]) -> None:
    """Index identifiers, and codes of which there is more than one: an index of one value finds nothing faster."""
    for table in tables:
        for column in table.columns:
            if column.name == table.id_column or (column.kind == "code" and table.frame[column.name].nunique() > 1):
                database.execute(f'CREATE INDEX "idx_{table.name}_{column.name}" ON "{table.name}" ("{column.name}")')
