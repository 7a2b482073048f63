"""One server for all tests of databases, and a new database for each test.

Where it cannot be started the tests are skipped, with the reason; MAPPER_REQUIRE_POSTGIS=1 makes that a failure.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from tests.postgis.server import Connection, NoServer, Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start PostgreSQL with PostGIS, and a database `template_gis` that has the extension."""
    psycopg = pytest.importorskip("psycopg", reason="DATABASES ARE NOT TESTED: psycopg is not installed")
    try:
        running = Server()
    except NoServer as exc:
        if os.environ.get("MAPPER_REQUIRE_POSTGIS"):
            raise
        pytest.skip(f"DATABASES ARE NOT TESTED: {exc}")
    try:
        with psycopg.connect(running.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_gis")
        with psycopg.connect(running.url("template_gis"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield running
    finally:
        running.close()


@pytest.fixture
def url(server: Server) -> str:
    """Make a database with PostGIS and return its address, with the password of its superuser in it."""
    import psycopg

    name = f"gis_{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_gis")
    return server.url(name)


@pytest.fixture
def db(url: str) -> Iterator[Connection]:
    """Connect to the database of `url`, each statement a transaction of its own."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
