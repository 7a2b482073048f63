"""Sessions with a PostgreSQL server, through psycopg; the only module that knows the driver's errors.

Credentials come from where libpq takes them (the address, PGPASSWORD, PGPASSFILE, PGSERVICE). No error of the driver is passed
on: its text may hold the user's name, a part of a password that was not written as it should be, or a value from a record.
What a sentence here repeats of the server are names of tables and columns.

psycopg is an extra, as most people have files only; it is loaded when an address is opened.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from mapper import extras
from mapper.errors import DataRefused, MapperError, Unreadable, Unwritable, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import psycopg

    from mapper.databases import Database

_CONNECT_S = "10"
_HOW_TO_LOG_IN = "Put the password into a password file (PGPASSFILE) or a service file (PGSERVICE), and check the user."
_ASK_PSQL = "psql with the same address shows what the server answers."
_SETTINGS = {
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": None,
}
"""How values are written as text, whatever the server or the user's account say; the search path stays."""


def driver() -> Any:  # noqa: ANN401 - a module that need not be there
    """Return psycopg.

    Raises
    ------
    UsageError
        When it is not installed.
    """
    return extras.load("psycopg", library="psycopg", extra="postgis", cannot="a database cannot be opened")


@contextlib.contextmanager
def reading(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Open a session that cannot change anything, and see one state of the database from its first question to its last.

    Row-level security is off in the sense of PostgreSQL: a table of which the user may see only some rows is an error,
    because the rows that are hidden would read as if there were none.

    Raises
    ------
    Unreadable, DataRefused
        When the server cannot be reached, does not let the user in, or refuses a question; no credentials are in the sentence.
    """
    module = driver()
    with _told(database, Unreadable), _connected(module, database) as connection:
        connection.read_only = True
        connection.isolation_level = module.IsolationLevel.REPEATABLE_READ
        _settle(connection, {**_SETTINGS, "row_security": "off"})
        yield connection
        connection.rollback()


@contextlib.contextmanager
def writing(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Open a session of one transaction: all that is written in it appears at its end, or nothing.

    Raises
    ------
    Unwritable
        When the server cannot be reached or refuses; what was there is then unchanged. Where the connection is cut at the very
        end, the sentence says that the outcome is not known.
    """
    module = driver()
    with _told(database, Unwritable), _connected(module, database) as connection:
        _settle(connection, _SETTINGS)
        yield connection
        try:
            connection.commit()
        except module.OperationalError as exc:
            if exc.sqlstate is None:
                raise Unwritable(
                    "the connection was cut while the last step was confirmed, so it is not known whether it was written",
                    file=database.server,
                    advice="Look into the table 'edition' of the schema, then write again with --overwrite.",
                ) from None
            raise


def run(connection: psycopg.Connection[Any], statement: Any, parameters: Any = None) -> psycopg.Cursor[Any]:  # noqa: ANN401 - as the driver types them
    """Run one statement, and only one: a text that holds several is refused, as it could end the transaction."""
    return connection.execute(statement, parameters, binary=True)


@contextlib.contextmanager
def _connected(module: Any, database: Database) -> Iterator[psycopg.Connection[Any]]:  # noqa: ANN401 - psycopg
    try:
        known = module.conninfo.conninfo_to_dict(database.url)
    except module.Error:
        raise UsageError(
            "the options of the database's address cannot be read",
            advice="Options are those of libpq, such as ?sslmode=require.",
        ) from None
    more = {} if "connect_timeout" in known or "PGCONNECT_TIMEOUT" in os.environ else {"connect_timeout": _CONNECT_S}
    connection = module.connect(database.url, client_encoding="UTF8", fallback_application_name="mapper", **more)
    try:
        yield connection
    finally:
        connection.close()


def _settle(connection: psycopg.Connection[Any], settings: Mapping[str, str | None]) -> None:
    given = {name: value for name, value in settings.items() if value is not None}
    calls = ", ".join(["set_config(%s, %s, true)"] * len(given))
    connection.execute(f"SELECT {calls}", [each for pair in given.items() for each in pair])


@contextlib.contextmanager
def _told(database: Database, failing: type[Unreadable | Unwritable]) -> Iterator[None]:
    """Turn an error of the driver into a sentence of ours."""
    module = driver()
    try:
        yield
    except module.Error as exc:
        raise _sentence(exc, database, failing) from None
    except UnicodeDecodeError:
        raise DataRefused(
            "it holds text that is not UTF-8",
            file=database.stated,
            advice="Ask the owner of the database to declare the encoding that its texts are in.",
        ) from None


def _sentence(exc: Any, database: Database, failing: type[Unreadable | Unwritable]) -> MapperError:  # noqa: ANN401 - psycopg.Error
    state = exc.sqlstate or ""
    kind, what, advice = failing, *_what(state, exc)
    if "row-level security" in (exc.diag.message_primary or ""):
        kind = DataRefused  # type: ignore[assignment] # the data are there, and not all of them would be seen
        what = (
            "the user may see only some of its rows (row-level security), and the others would read as if they were not"
        )
        advice = "Ask for a user that sees all rows, or for a view of those that are meant."
    if failing is Unwritable:
        advice = f"Nothing was changed. {advice}"
    return kind(what, file=database.stated, advice=advice)


def _what(state: str, exc: Any) -> tuple[str, str]:  # noqa: ANN401 - psycopg.Error
    """Return what happened and what to do, by the code of the server's answer."""
    if not state:
        said = str(exc).lower()
        return next(told for words, told in _BY_WORDS if not words or any(word in said for word in words))
    found = next((told for code, told in _BY_CODE.items() if state.startswith(code)), None)
    if found is not None:
        return found
    if state.startswith("42") or state == "2BP01":  # of these the server's words name tables and columns only
        parts = [exc.diag.message_primary or "", (exc.diag.message_detail or "").partition("\n")[0]]
        said = ": ".join(part.rstrip(".") for part in parts if part)
        return f"the server refuses: {said}", _ADVICE.get(state, "Mend the name or the query.")
    if state.startswith("23") and exc.diag.constraint_name:
        told = f"the rule '{exc.diag.constraint_name}' of the table does not hold"
        return told, "Remove the rule, or write into another schema."
    return f"the server refuses (SQLSTATE {state})", _ASK_PSQL


_CUT = ("the connection to the database was cut", "Try again.")
_NOT_LET_IN = ("the server does not let this user in", _HOW_TO_LOG_IN)
_NO_DATABASE = ("there is no database of that name", "Check the address.")
_BY_CODE = {
    "08": _CUT,
    "22": ("a value in it is not what the query takes it for", "Mend the query."),
    "25006": ("the query would change the database", "Give one that only reads."),
    "28": _NOT_LET_IN,
    "3D000": _NO_DATABASE,
    "53": ("the server has no room left", "Ask its administrator."),
    "55P03": ("another program holds it locked", "Try again when that has ended."),
    "57014": ("the server stopped it, as it took too long", "Ask for less, or raise statement_timeout."),
    "57P": _CUT,
}
"""By how the code of the server's answer begins."""
_ADVICE = {
    "2BP01": "Remove what depends on it, or write into another schema.",
    "42501": "Ask the owner of the database for the right to it.",
}
_BY_WORDS: tuple[tuple[tuple[str, ...], tuple[str, str]], ...] = (
    (("password", "authentication", "peer", "role"), _NOT_LET_IN),
    (("does not exist",), _NO_DATABASE),
    (("ssl", "certificate"), ("the server and this machine agree on no encryption", "See sslmode in its manual.")),
    (("definition of service", "service file"), ("there is no such service", "Check PGSERVICE and the service file.")),
    (("closed", "terminat", "lost"), _CUT),
    ((), ("the server cannot be reached", f"Check host, port and network. {_ASK_PSQL}")),
)
"""Errors of a connection have words and no code."""
