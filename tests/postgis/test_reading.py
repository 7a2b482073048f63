"""Tables and queries of a real PostGIS database as layers: the same checks as files, nothing changed, no credentials shown."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mapper.asked import Asked
from mapper.catalogue import layer_entry, read_catalogue
from mapper.cli import app
from mapper.databases import parse_address
from mapper.errors import DataRefused, MapperError, UnknownCRS, Unreadable, UsageError
from mapper.inspection import inspect, inspect_all, list_layers
from mapper.intake.files import read_layer
from mapper.pipeline import build
from tests.postgis.server import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.model import Layer
    from tests.postgis.server import Connection, Server

INCIDENTS = """
CREATE TABLE incidents (incident_id text PRIMARY KEY, date_start date, settlement text, killed_civilian integer,
                        note text, geom geometry(Point, 4326));
INSERT INTO incidents VALUES
  ('b', '2021-06-04', 'Susuzlug', 3, NULL, ST_SetSRID(ST_MakePoint(46.1, 40.1), 4326)),
  ('a', '2020-11-28', 'Ağdərə, İmişli ı ğ Ə', NULL, '', ST_SetSRID(ST_MakePoint(46.9, 39.9), 4326)),
  ('c', NULL, NULL, 0, ' = 1 ', NULL);
"""
ZONES = """
CREATE SCHEMA gis;
CREATE TABLE gis.zones (zone_id text PRIMARY KEY, name text, geom geometry(Polygon, 4326));
INSERT INTO gis.zones VALUES ('z', 'Şuşa', ST_MakeEnvelope(46, 39, 47, 40, 4326));
"""


def layer(url: str, part: str = "", **known: Any) -> Layer:  # noqa: ANN401 - the fields of LayerEntry
    """Read a table or query as incidents."""
    return read_layer(layer_entry(parse_address(url), "incidents", part=part, **known))


def test_a_table_is_read_as_text_in_the_order_of_its_key(url: str, db: Connection) -> None:
    """Rows by key a, b, c; each cell the text PostgreSQL writes; blank and NULL are both NA, as in files."""
    db.execute(INCIDENTS)
    read = layer(url, "incidents")
    assert (read.counted, read.unread, read.crs) == (3, 0, "EPSG:4326")
    assert list(read.frame["incident_id"]) == ["a", "b", "c"]
    assert list(read.frame.index) == [1, 2, 3]
    assert read.frame["settlement"][1] == "Ağdərə, İmişli ı ğ Ə"
    assert read.frame["date_start"][1] == "2020-11-28"
    assert read.frame["killed_civilian"][2] == "3"
    assert read.frame["note"].isna().tolist() == [True, True, False]
    assert read.frame["note"][3] == "= 1"
    assert (read.frame.geometry[1].x, read.frame.geometry[1].y) == (46.9, 39.9)
    assert read.frame.geometry[3] is None


def test_the_hash_is_that_of_the_rows_and_not_of_where_they_lie(url: str, db: Connection) -> None:
    """Worked out by hand from the definition: names as JSON, then each value after its length in eight bytes."""
    db.execute("CREATE TABLE t (incident_id text, n integer); INSERT INTO t VALUES ('b', NULL), ('ə', 1)")

    def framed(value: str) -> bytes:
        return len(value.encode()).to_bytes(8, "big") + value.encode()

    by_hand = b'["incident_id", "n"]' + framed("b") + b"\xff" * 8 + framed("ə") + framed("1")
    assert layer(url, "t").sha256 == hashlib.sha256(by_hand).hexdigest()
    db.execute("DELETE FROM t WHERE incident_id = 'b'; INSERT INTO t VALUES ('b', NULL)")  # now it lies last
    assert layer(url, "t").sha256 == hashlib.sha256(by_hand).hexdigest()
    assert layer(url, "SELECT * FROM t").sha256 == hashlib.sha256(by_hand).hexdigest()
    db.execute("UPDATE t SET n = 2 WHERE n = 1")
    assert layer(url, "t").sha256 != hashlib.sha256(by_hand).hexdigest()


def test_a_query_has_its_parameters_bound(url: str, db: Connection, tmp_path: Path) -> None:
    """A value that looks like SQL is a value."""
    db.execute(INCIDENTS)
    (tmp_path / "layers.toml").write_text(
        f"""
[edition]
title = "T"
organisation = "O"
data_date = 2021-07-01

[[layer]]
name = "accidents"
kind = "incidents"
file = "{url}"
query = "SELECT * FROM incidents WHERE date_start >= %(since)s AND settlement <> %(not)s -- all"
parameters = {{ since = 2020-11-10, not = "x'; DROP TABLE incidents; --" }}
""",
        encoding="utf-8",
    )
    (entry,) = read_catalogue(tmp_path).layers
    read = read_layer(entry)
    assert list(read.frame["incident_id"]) == ["a", "b"]
    assert db.execute("SELECT count(*) FROM incidents").fetchone() == (3,)
    assert list_layers(tmp_path)["layers"][0]["records"] == 2
    assert PASSWORD not in json.dumps(list_layers(tmp_path)) + repr(entry)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS a) AS layer; COMMIT; DELETE FROM incidents; SELECT * FROM (SELECT 1",
        "WITH gone AS (DELETE FROM incidents RETURNING *) SELECT * FROM gone",
        "SELECT setval('numbers', 99) AS a",
        "SELECT * FROM deleting()",
    ],
)
def test_a_query_cannot_change_anything(url: str, db: Connection, query: str) -> None:
    """Neither by several statements, nor by one that changes rows, a sequence, or calls what does."""
    db.execute(INCIDENTS)
    db.execute("CREATE SEQUENCE numbers")
    db.execute("CREATE FUNCTION deleting() RETURNS SETOF incidents LANGUAGE sql AS 'DELETE FROM incidents RETURNING *'")
    with pytest.raises(Unreadable):
        layer(url, query)
    assert db.execute("SELECT count(*) FROM incidents").fetchone() == (3,)
    assert db.execute("SELECT last_value, is_called FROM numbers").fetchone() == (1, False)


def test_the_crs_is_that_of_the_rows(url: str, db: Connection) -> None:
    """UTM zone 38 north: easting 500000 is its central meridian, 45 degrees east."""
    db.execute("CREATE TABLE t (incident_id text, geom geometry)")
    db.execute("INSERT INTO t VALUES ('a', ST_SetSRID(ST_MakePoint(500000, 4400000), 32638))")
    assert layer(url, "t").crs == "EPSG:32638"
    answer = inspect(parse_address(f"{url}#t"), kind="incidents")
    assert (answer["crs"], answer["kept"]) == ("EPSG:32638", 1)
    with pytest.raises(UnknownCRS, match="the caller says"):
        layer(url, "t", crs="EPSG:32639")


def test_srid_0_needs_a_stated_system(url: str, db: Connection) -> None:
    """No system is guessed; one that the caller states is taken."""
    db.execute("CREATE TABLE t (incident_id text, geom geometry)")
    db.execute("INSERT INTO t VALUES ('a', ST_MakePoint(46, 40))")
    answer = inspect(parse_address(f"{url}#t"), kind="incidents")
    assert answer["verdict"] == "reject"
    assert "coordinate reference system" in answer["findings"][0]["value"]
    assert inspect(parse_address(f"{url}#t"), kind="incidents", crs="EPSG:4326")["kept"] == 1


@pytest.mark.parametrize(
    ("srid", "x", "y"),
    [
        (4326, 500000, 4400000),  # metres that are called degrees
        (32638, 46.5, 40.1),  # degrees that are called metres
    ],
)
def test_a_srid_that_lies_is_found_as_in_a_file(
    url: str, db: Connection, srid: int, x: float, y: float, tmp_path: Path
) -> None:
    """The same rules find it as in a GeoJSON file of the same point: refused, or told as far from where records are expected."""
    db.execute("CREATE TABLE t (incident_id text, geom geometry)")
    db.execute(f"INSERT INTO t VALUES ('a', ST_SetSRID(ST_MakePoint({x}, {y}), {srid}))")
    told = inspect(parse_address(f"{url}#t"), kind="incidents", area=(44.5, 38.2, 51.0, 42.1))
    file = tmp_path / "t.geojson"
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{srid}"}}
    shape = {"type": "Point", "coordinates": [x, y]}
    feature = {"type": "Feature", "properties": {"incident_id": "a"}, "geometry": shape}
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    by_file = inspect(file, kind="incidents", area=(44.5, 38.2, 51.0, 42.1))
    assert told["verdict"] == by_file["verdict"]
    assert told["verdict"] in {"reject", "repair-with-warning"}
    assert {found["rule"] for found in told["findings"]} == {found["rule"] for found in by_file["findings"]}


def test_rows_of_two_systems_are_refused(url: str, db: Connection) -> None:
    """One of them would be placed by the other's numbers."""
    db.execute("CREATE TABLE t (incident_id text, geom geometry)")
    db.execute("INSERT INTO t VALUES ('a', 'SRID=4326;POINT(46 40)'), ('b', 'SRID=32638;POINT(500000 4400000)')")
    with pytest.raises(DataRefused, match="several reference systems: SRID 4326, 32638"):
        layer(url, "t")


def test_every_shape_arrives_or_its_record_is_refused(url: str, db: Connection) -> None:
    """Kept + refused = the server's count; arcs are refused, as chords could free ground; heights are kept aside."""
    db.execute("CREATE TABLE t (zone_id text PRIMARY KEY, geom geometry)")
    db.execute(
        "INSERT INTO t VALUES ('a', 'SRID=4326;POLYGON((46 39,47 39,47 40,46 39))'), ('b', 'SRID=4326;POLYGON EMPTY'),"
        "('c', 'SRID=4326;CURVEPOLYGON(CIRCULARSTRING(46 39,46.5 39.5,47 39,46.5 38.5,46 39))'),"
        "('d', 'SRID=4326;POLYGON Z((46 39 1,47 39 1,47 40 1,46 39 1))'), ('e', NULL),"
        "('f', 'SRID=4326;TIN(((46 39 0,47 39 0,47 40 0,46 39 0)))')"
    )
    read = read_layer(layer_entry(parse_address(f"{url}#t"), "zones"))
    assert (read.counted, len(read.frame), read.unread) == (6, 4, 2)
    assert sorted(found.row for found in read.findings if found.severity == "error") == [3, 6]  # type: ignore[type-var]
    assert read.originals is not None
    assert list(read.originals.index) == [4]


def test_geography_binary_columns_and_moments(url: str, db: Connection) -> None:
    """A photo is left out and told; a moment with a zone is told in UTC; a geography is WGS 84."""
    db.execute("CREATE TABLE t (incident_id text, date_start timestamptz, photo bytea, place geography(Point))")
    db.execute("INSERT INTO t VALUES ('a', '2021-04-05 10:00+04', '\\x00ff', 'POINT(46 40)')")
    read = layer(url, "t")
    assert list(read.frame.columns) == ["incident_id", "date_start", "geometry"]
    assert read.frame["date_start"][1] == "2021-04-05 06:00:00+00"
    assert read.crs == "EPSG:4326"
    assert [(found.rule, found.column) for found in read.findings] == [
        ("unknown_column", "photo"),
        ("time_left_out", "date_start"),
    ]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("", "no table of it is named.* gis.zones, public.incidents"),
        ("gis.nothing", "no such table.*Say which.*gis.zones"),
        ("SELECT nothing FROM incidents", 'column "nothing" does not exist'),
        ("SELECT incident_id, incident_id FROM incidents", "two columns have the same name"),
        ("SELECT geom, geom AS other FROM incidents", "several columns of shapes: geom, other"),
        ("SELECT note::integer AS n FROM incidents", "not what the query takes it for"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(url: str, db: Connection, part: str, said: str) -> None:
    """With what there is instead, and never with a value of a record or the password."""
    db.execute(INCIDENTS + ZONES)
    db.execute("UPDATE incidents SET note = 'Name of a victim'")
    with pytest.raises(MapperError, match=said) as caught:
        layer(url, part)
    assert PASSWORD not in str(caught.value) + repr(caught.value.__context__)
    assert "victim" not in str(caught.value)


def test_rows_that_are_hidden_refuse_the_table(url: str, db: Connection, server: Server) -> None:
    """A user who may see some rows only would read a map without the others."""
    db.execute(INCIDENTS)
    db.execute("DROP ROLE IF EXISTS reader")
    db.execute("CREATE ROLE reader LOGIN PASSWORD 'of the reader'; GRANT SELECT ON incidents TO reader")
    db.execute("ALTER TABLE incidents ENABLE ROW LEVEL SECURITY")
    db.execute("CREATE POLICY only_a ON incidents FOR SELECT USING (incident_id = 'a')")
    restricted = server.url(url.rpartition("/")[2], "reader", "of%20the%20reader")
    with pytest.raises(DataRefused, match="row-level security"):
        layer(restricted, "incidents")
    db.execute("ALTER TABLE incidents DISABLE ROW LEVEL SECURITY; REVOKE ALL ON incidents FROM reader")
    with pytest.raises(Unreadable, match="permission denied for table incidents"):
        layer(restricted, "incidents")
    db.execute("DROP ROLE reader")


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_is_not_there(host: str) -> None:
    """The sentence names the server and neither user nor password."""
    pytest.importorskip("psycopg")
    with pytest.raises(Unreadable, match=f"postgresql://{host}/mines#t: the server cannot be reached") as caught:
        layer(f"postgresql://farid:very-secret@{host}/mines", "t")
    assert "farid" not in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_credentials_from_the_usual_places(
    url: str, db: Connection, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGPASSWORD, PGPASSFILE and PGSERVICE, and none: then the server does not let the user in."""
    db.execute(INCIDENTS)
    name = url.rpartition("/")[2]
    bare = server.url(name, password=None)
    for variable in ("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Unreadable, match="does not let this user in"):
        layer(bare, "incidents")
    wrong = server.url(name, password="wrong-secret")
    with pytest.raises(Unreadable, match="does not let this user in") as caught:
        layer(wrong, "incidents")
    assert "wrong-secret" not in str(caught.value)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert layer(bare, "incidents").counted == 3
    monkeypatch.delenv("PGPASSWORD")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:{server.port}:*:postgres:{PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert layer(bare, "incidents").counted == 3
    monkeypatch.delenv("PGPASSFILE")
    services = tmp_path / "services.conf"
    services.write_text(
        f"[gis]\nhost=127.0.0.1\nport={server.port}\ndbname={name}\nuser=postgres\npassword={PASSWORD}\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGSERVICE", "gis")
    assert layer("postgresql://", "incidents").counted == 3


def test_the_command_line_checks_maps_and_joins_tables(url: str, db: Connection, tmp_path: Path) -> None:
    """`check`, `map` and `join` take an address where they take a file, and nothing that they write holds the password."""
    from typer.testing import CliRunner

    db.execute(INCIDENTS + ZONES)
    page, pairs = tmp_path / "map.html", tmp_path / "pairs.csv"
    runner = CliRunner()
    checked = runner.invoke(app, ["check", f"{url}#incidents", f"{url}#gis.zones", "--json"])
    answer = json.loads(checked.stdout.splitlines()[-1])
    stated = f"postgresql://127.0.0.1:{parse_address(url).server.rpartition(':')[2]}"
    assert [file["file"] for file in answer["files"]] == [f"{stated}#incidents", f"{stated}#gis.zones"]
    assert [file["counted"] for file in answer["files"]] == [3, 1]
    mapped = runner.invoke(app, ["map", f"{url}#incidents", f"{url}#gis.zones", "--out", str(page), "--json"])
    joined = runner.invoke(
        app, ["join", url, url, "--part", "incidents", "--zones-part", "gis.zones", "--out", str(pairs), "--json"]
    )
    counts = json.loads(joined.stdout.splitlines()[-1])
    # a lies at 46.9 39.9, in the box of 46-47, 39-40; b at 46.1 40.1, north of it; c nowhere
    assert (counts["inside_any"], counts["outside"], counts["unlocated"]) == (1, 1, 1)
    written = page.read_text() + pairs.read_text() + "".join(run.output for run in (checked, mapped, joined))
    assert PASSWORD not in written
    assert json.loads(mapped.stdout.splitlines()[-1])["incidents"]["counted"] == 3


def test_an_edition_is_built_from_tables_and_traces_them(url: str, db: Connection, tmp_path: Path) -> None:
    """The manifest has the address without credentials and the SHA-256 of the rows; two builds are the same bytes."""
    db.execute(INCIDENTS + ZONES)
    folder = tmp_path / "layers"
    folder.mkdir()
    (folder / "layers.toml").write_text(
        f"""
[edition]
title = "T"
organisation = "O"
data_date = 2021-07-01

[[layer]]
name = "accidents"
kind = "incidents"
file = "{url}"
table = "incidents"
licence = "ours"
precision = "as-published"
precision_reason = "a test"

[[layer]]
name = "areas"
kind = "zones"
file = "{url}#gis.zones"
licence = "ours"
""",
        encoding="utf-8",
    )
    build(folder, out=tmp_path / "one")
    build(folder, out=tmp_path / "two")
    for file in sorted((tmp_path / "one").iterdir()):
        assert PASSWORD.encode() not in file.read_bytes()
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    inputs = json.loads((tmp_path / "one" / "MANIFEST.json").read_bytes())["inputs"]
    told = {each["layer"]: each for each in inputs}
    assert told["areas"]["file"].endswith("#gis.zones")
    assert told["areas"]["file"].startswith("postgresql://127.0.0.1:")
    assert told["accidents"]["sha256"] == layer(url, "incidents").sha256
    answer = inspect_all([folder], Asked())
    assert [each["counted"] for each in answer["files"]] == [3, 1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('file = "{url}"', "either a table or a query"),
        ('file = "{url}"\ntable = "a"\nquery = "SELECT 1"', "either a table or a query"),
        ('file = "{url}#a"\ntable = "a"', "either a table or a query"),
        ('file = "{url}"\ntable = "a; DROP TABLE b"', "neither the name of a table nor a query"),
        ('file = "{url}"\ntable = "a"\nparameters = {{ b = 1 }}', "no query to bind them to"),
        ('file = "{url}"\nquery = "SELECT 1"\nparameters = {{ b = [1] }}', "no table of texts"),
        ('file = "a.csv"\ntable = "a"', "for databases"),
        ('file = "postgresql://u:top#secret@h/d"\ntable = "a"', "not written as one"),
        ('file = "postgresql://u:top/secret@h/d"\ntable = "a"', "not written as one"),
    ],
)
def test_a_catalogue_is_read_strictly(tmp_path: Path, lines: str, said: str) -> None:
    """What is wrong is told, and the address is never quoted."""
    head = '[edition]\ntitle = "T"\norganisation = "O"\ndata_date = 2021-07-01\n[[layer]]\nname = "a"\nkind = "zones"\n'
    text = lines.format(url="postgresql://u:secret@h/d")
    (tmp_path / "layers.toml").write_text(head + text)
    with pytest.raises(DataRefused, match=said) as caught:
        read_catalogue(tmp_path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("postgresql://ali:p%40ss@db.example:5433/mines#gis.zones", "postgresql://db.example:5433/mines#gis.zones"),
        ("postgres://ali@[::1]/mines?password=x#zones", "postgresql://[::1]/mines#zones"),
        ("postgresql:///mines?host=/var/run/postgresql&user=ali#zones", "postgresql:///mines#zones"),
        ("postgresql://?service=gis#SELECT a FROM b WHERE c LIKE 'x%'", "postgresql://#query"),
        ("postgresql://a,b:5433/mines", "postgresql://a,b:5433/mines"),
        ("postgresql://?host=db.example&port=5433&dbname=mines", "postgresql://db.example:5433/mines"),
    ],
)
def test_an_address_is_stated_without_credentials(text: str, stated: str) -> None:
    """Host, port, database and table; no user, no password, no option, no folder of this machine."""
    assert parse_address(text).stated == stated


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:pa@ss@host/db",
        "postgresql://u:pa/ss@host/db",
        "postgresql://u:pa#ss@host/db",
        "postgresql://u:pa?ss@host/db#t",
        "postgresql://u:12#ss@host/db",
        "postgresql:u:pass@host/db",
    ],
)
def test_a_password_that_is_not_escaped_is_refused_unquoted(text: str) -> None:
    """A part of it would else be taken for the host, and be shown."""
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert "pa" not in str(caught.value).replace("part", "").replace("password", "").replace("of the database", "")
    assert "ss@" not in str(caught.value)


_MEASURED = """
import os, resource
from mapper.catalogue import layer_entry
from mapper.databases import parse_address
from mapper.intake.files import read_layer
database = parse_address(os.environ["ADDRESS"])
read_layer(layer_entry(database.with_part("SELECT * FROM t LIMIT 100"), "incidents"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_layer(layer_entry(database, "incidents"))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""
"""How many bytes the process grows by while it reads the table, after it has loaded its libraries."""


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_all_read_within_bounds(url: str, db: Connection) -> None:
    """Every id once, in order; the process grows by less than what all rows as Python objects would take."""
    db.execute(
        "CREATE TABLE t AS SELECT 'i' || lpad(n::text, 6, '0') AS incident_id, date '2020-11-10' + n % 365 AS date_start,"
        " repeat('ə', 100) AS note, ST_SetSRID(ST_MakePoint(46 + n % 100 / 100.0, 39 + n % 77 / 100.0), 4326) AS geom"
        " FROM generate_series(1, 100000) AS n"
    )
    db.execute("ALTER TABLE t ADD PRIMARY KEY (incident_id)")
    read = layer(url, "t")
    assert (read.counted, read.unread, len(read.frame)) == (100_000, 0, 100_000)
    assert read.frame["incident_id"].tolist() == [f"i{n:06}" for n in range(1, 100_001)]
    assert set(read.frame["note"]) == {"ə" * 100}
    grown = subprocess.run(
        [sys.executable, "-c", _MEASURED],
        env={**os.environ, "ADDRESS": f"{url}#t"},
        capture_output=True,
        text=True,
        check=True,
    )
    # A row is 250 bytes as text and 180 as a shape. A client that holds what the server sends, then Python's objects of all of
    # it, then the frame, needs 1,500 bytes a row and more.
    assert int(grown.stdout) < 100_000 * 1_200
