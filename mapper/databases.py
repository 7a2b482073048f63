"""The address of a database as a layer: which one, and which table or query of it is meant.

    postgresql://[user[:password]@][host[:port]][/database][?option=value][#schema.table or #SELECT …]

An address may hold a password, so it is kept out of every text that this package writes: `Database.stated` is what is shown and
stored, `repr` leaves the address out, and an address that cannot be read is refused without being quoted. The grammar is
stricter than libpq's: where a mark such as `@`, `/` or `#` in a password is not written as `%40`, `%2F` or `%23`, a part of the
password would stand in the place of the host, and would be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from mapper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEME = re.compile(r"postgres(?:ql)?:", re.IGNORECASE)
_HOST = r"(?:\[[0-9A-Fa-f:.%]*\]|[\w.-]*|%2F[\w.%-]*)(?::[0-9]*)?"
_ADDRESS = re.compile(
    rf"postgres(?:ql)?://(?:[^:@/?#\s]*(?::[^@/?#\s]*)?@)?(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?:/(?P<database>[^/?#@\s]*))?(?:\?(?P<options>[^#\s]*))?",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\s*(?:SELECT|WITH|TABLE|VALUES)\b", re.IGNORECASE)
_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"\x00]|"")+")'
_TABLE = re.compile(rf"(?:(?P<schema>{_NAME})\.)?(?P<table>{_NAME})")
_ADVICE = (
    "Write postgresql://host/database#schema.table; a mark such as @ : / ? # in a name or password is written "
    "%40 %3A %2F %3F %23."
)


@dataclass(frozen=True, slots=True)
class Database:
    """A database, and the table or query of it that is meant; both are blank where nobody has said.

    `url` is what the driver gets, with all that it holds. `server` is the address without user, password and options.
    `table` is `table` or `schema.table`, in quotation marks where a name needs them. `parameters` are bound to the placeholders
    `%(name)s` of the query, or in order to `%s`.
    """

    url: str = field(repr=False)
    server: str
    table: str = ""
    query: str = ""
    parameters: Mapping[str, object] | tuple[object, ...] | None = None

    @property
    def name(self) -> str:
        """What stands for a file's name: the table, or the word query, or the server's address."""
        return self.table or ("query" if self.query else "database")

    @property
    def stated(self) -> str:
        """The address as it is shown and stored: no user, no password, no options.

        Examples
        --------
        >>> parse_address("postgresql://ali:secret@db.example/mines?sslmode=require#gis.zones").stated
        'postgresql://db.example/mines#gis.zones'
        """
        return f"{self.server}#{self.name}" if self.table or self.query else self.server

    @property
    def path(self) -> Path:
        """A path that leads nowhere and ends in `name`, for what tells a layer by its file."""
        return Path("postgresql:", self.name.replace("/", "\N{DIVISION SLASH}"))

    def with_part(self, part: str) -> Database:
        """Return the same database with another table or query.

        Raises
        ------
        UsageError
            When the text is neither the name of a table nor a query.
        """
        if not part:
            return self
        if _QUERY.match(part):
            return replace(self, table="", query=part)
        table_names(part)
        return replace(self, table=part, query="", parameters=None)


def is_address(text: str) -> bool:
    """Tell whether a text is meant as the address of a database.

    Examples
    --------
    >>> is_address("postgresql:///mines"), is_address("zones.gpkg")
    (True, False)
    """
    return _SCHEME.match(text) is not None


def parse_address(text: str) -> Database:
    """Read the address of a database.

    Raises
    ------
    UsageError
        When it is not written as one; the text is not quoted, as it may hold a password.
    """
    address, _, part = text.partition("#")
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise UsageError("the address of the database is not written as one", advice=_ADVICE)
    options = dict(parse_qsl(found["options"] or "", keep_blank_values=True))
    hosts = found["hosts"] or _shown_host(options)
    name = unquote(found["database"] or "") or options.get("dbname", "")
    shown = "" if "%2f" in hosts.lower() else hosts
    database = Database(url=address, server=f"postgresql://{shown}/{name}" if name else f"postgresql://{shown}")
    return database.with_part(unquote(part) if "%" in part and not _QUERY.match(part) else part)


def given_source(text: str) -> Path | Database:
    """Return what a person typed as a source of records: the path of a file, or the address of a database.

    Raises
    ------
    UsageError
        As `parse_address`.

    Examples
    --------
    >>> given_source("zones.gpkg").name
    'zones.gpkg'
    >>> given_source("postgresql://db.example/mines#gis.zones").table
    'gis.zones'
    """
    return parse_address(text) if is_address(text) else Path(text)


def table_names(text: str) -> tuple[str, ...]:
    """Return a table's name, after that of its schema where it is given, without quotation marks.

    Names are folded as the server folds them: capital letters count only within quotation marks.

    Raises
    ------
    UsageError
        When the text is no such name; it is not quoted, as it may be part of an address.

    Examples
    --------
    >>> table_names('gis."No entry"'), table_names("Zones")
    (('gis', 'No entry'), ('zones',))
    """
    found = _TABLE.fullmatch(text)
    if found is None:
        raise UsageError(
            "what is asked for of the database is neither the name of a table nor a query",
            advice='Write schema.table, with "…" around a name that is not plain; or a query that begins with SELECT.',
        )
    return tuple(_plain(name) for name in (found["schema"], found["table"]) if name)


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _shown_host(options: Mapping[str, str]) -> str:
    """Return the host that the options name; a folder of this machine is not shown."""
    host, port = options.get("host", ""), options.get("port", "")
    if not re.fullmatch(r"[\w.,-]*", host) or not re.fullmatch(r"[0-9,]*", port):
        return ""
    return f"{host}:{port}" if port and host else host
