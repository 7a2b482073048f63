"""Editions in a real PostGIS database: whole or not at all, what stands on their tables goes on working, nothing is changed."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper import crs, terms
from mapper.catalogue import layer_entry
from mapper.cli import main
from mapper.databases import parse_address
from mapper.errors import LedgerBroken, Unwritable, UsageError
from mapper.intake.files import read_layer
from mapper.output.postgis import write_postgis
from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable, published_tables
from mapper.pipeline import make_edition
from tests.hostile import FORMULAS, PAYLOADS
from tests.postgis.server import PASSWORD

if TYPE_CHECKING:
    from tests.postgis.server import Connection, Server

FACTS = ExportFacts(
    titles={"en": "Accidents", "az": "Hadisələr", "ru": "Происшествия"},
    organisations={"en": "Agency"},
    contacts=("+994 12 000 00 00",),
    edition_id="2026-11-23-abc",
    data_date="2026-11-23",
    stale_after="2027-05-22",
    caveats=terms.codes("caveat"),
)
COLUMNS = (
    PublishedColumn("zone_id", "text", "", None),
    PublishedColumn("name", "text", "", None),
    PublishedColumn("extent", "code", "", "extent"),
    PublishedColumn("since", "date", "", None),
    PublishedColumn("incidents_inside", "count", "", None),
    PublishedColumn("area_km2", "number", "km²", None),
)
SHAPE = shapely.box(46.123456789, 39.0, 47.0, 40.0)


def zones(*ids: str, columns: tuple[PublishedColumn, ...] = COLUMNS, **changed: Any) -> PublishedTable:  # noqa: ANN401 - cells
    """Make a table of zones, all alike but for their ids and what is changed."""
    cells = {
        "zone_id": list(ids),
        "name": ["Ağdərə, Şuşa: ə ğ ı İ Ə"] * len(ids),
        "extent": ["part"] * len(ids),
        "since": ["2021-02"] * len(ids),
        "incidents_inside": pd.array([3] * len(ids), dtype="Int64"),
        "area_km2": [0.1] * len(ids),
    } | changed
    frame = pd.DataFrame({column.name: cells[column.name] for column in columns})
    return PublishedTable(
        name="zones",
        title={"en": "Zones", "az": "Zonalar", "ru": "Зоны"},
        frame=gpd.GeoDataFrame(frame, geometry=[SHAPE] * len(ids), crs=crs.STORAGE),
        columns=columns,
        id_column="zone_id",
        geometry="MultiPolygon",
        licences=("CC BY-SA 3.0",),
        lineage=("districts.geojson",),
    )


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """Run the command and return its exit code."""
    monkeypatch.setattr("sys.argv", ["mapper", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def ids(db: Connection, schema: str = "mines") -> list[str]:
    """Return the ids that stand in the table of zones."""
    return [each for (each,) in db.execute(f"SELECT zone_id FROM {schema}.zones ORDER BY zone_id").fetchall()]


def test_a_table_has_types_key_index_comments_and_code_list(url: str, db: Connection) -> None:
    """What a GIS asks the database for: read from PostgreSQL's own catalogue."""
    assert write_postgis([zones("a", "b")], FACTS, url, "mines") == ()
    described = db.execute(
        "SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid = 'mines.zones'::regclass AND attnum > 0 ORDER BY attnum"
    ).fetchall()
    assert [row[:2] for row in described] == [
        ("zone_id", "text"),
        ("name", "text"),
        ("extent", "text"),
        ("since", "text"),
        ("incidents_inside", "bigint"),
        ("area_km2", "double precision"),
        ("geometry", "geometry(MultiPolygon,4326)"),
    ]
    assert described[5][2] == "Unit: km²."
    assert described[2][2] == "Code list: extent."
    (comment,) = db.execute("SELECT obj_description('mines.zones'::regclass)").fetchone()
    for said in ("Zones", "2026-11-23-abc", "2027-05-22", "CC BY-SA 3.0", "districts.geojson"):
        assert said in comment
    for code in terms.codes("caveat"):
        assert terms.label("caveat", code) in comment
    indexes = [row[0] for row in db.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'zones'").fetchall()]
    assert any("UNIQUE" in each and "(zone_id)" in each for each in indexes)
    assert any("USING gist (geometry)" in each for each in indexes)
    labels = dict(db.execute("SELECT code, label_az FROM mines.code_extent").fetchall())
    assert labels == {code: term.label["az"] for code, term in terms.vocabulary("extent").items()}
    with pytest.raises(Exception, match="zones_extent_code"):
        db.execute("UPDATE mines.zones SET extent = 'all'")
    with pytest.raises(Exception, match="zones_since_date"):
        db.execute("UPDATE mines.zones SET since = '02.2021'")
    titles = dict(db.execute("SELECT language, title FROM mines.edition").fetchall())
    assert titles == {"en": "Accidents", "az": "Hadisələr", "ru": "Происшествия"}
    listed = db.execute("SELECT rows, licences FROM mines.edition_tables WHERE table_name = 'zones'").fetchone()
    assert listed == (2, "CC BY-SA 3.0")


def test_values_come_back_as_they_were(url: str, db: Connection) -> None:
    """Hostile texts, the marks of COPY, empty beside missing, the limits of numbers; coordinates to the last bit."""
    texts = [*PAYLOADS, *FORMULAS, "n\x00n", "\\N", "\\.", "a\tb\nc\r\nd\\", "", None, "ə ğ ı İ Ə Ağdərə Şuşa"]
    names = [f"z{number:03}" for number in range(len(texts))]
    numbers = [0.1, -0.0, 1e-300, 1.7976931348623157e308, np.nan, *([2.5] * (len(texts) - 5))]
    counts = pd.array([2**31, None, *([0] * (len(texts) - 2))], dtype="Int64")
    table = zones(*names, name=texts, area_km2=numbers, incidents_inside=counts, since=[None] * len(names))
    write_postgis([table], FACTS, url, "mines")
    rows = db.execute(
        "SELECT zone_id, name, incidents_inside, area_km2, since FROM mines.zones ORDER BY zone_id"
    ).fetchall()
    assert [row[0] for row in rows] == names
    assert [row[1] for row in rows] == [text and text.replace("\x00", "\ufffd") for text in texts]
    assert [row[2] for row in rows][:3] == [2**31, None, 0]
    assert [row[3] for row in rows][:5] == [0.1, -0.0, 1e-300, 1.7976931348623157e308, None]
    assert {row[4] for row in rows} == {None}
    (hexadecimal,) = db.execute("SELECT geometry::text FROM mines.zones LIMIT 1").fetchone()
    assert shapely.from_wkb(hexadecimal).geoms[0].exterior.equals(SHAPE.exterior)
    assert db.execute("SELECT DISTINCT ST_SRID(geometry) FROM mines.zones").fetchall() == [(4326,)]


def test_an_edition_is_replaced_only_when_asked(url: str, db: Connection) -> None:
    """The second run is refused, the third takes away, changes and adds."""
    write_postgis([zones("a", "b")], FACTS, url, "mines")
    with pytest.raises(Unwritable, match=r"an edition is there.*Nothing was changed.*--overwrite"):
        write_postgis([zones("c")], FACTS, url, "mines")
    assert ids(db) == ["a", "b"]
    before = dict(db.execute("SELECT zone_id, xmin::text FROM mines.zones").fetchall())
    write_postgis([zones("b", "c", "d", area_km2=[0.1, 7.0, 8.0])], FACTS, url, "mines", overwrite=True)
    assert ids(db) == ["b", "c", "d"]
    after = dict(db.execute("SELECT zone_id, xmin::text FROM mines.zones").fetchall())
    assert after["b"] == before["b"]  # the same record: its row is the same row
    assert db.execute("SELECT rows FROM mines.edition_tables WHERE table_name = 'zones'").fetchone() == (3,)


def test_what_stands_on_the_tables_goes_on_working(url: str, db: Connection) -> None:
    """Views, a view on a view, grants, a reference from another table, a column of the user's own, a policy."""
    write_postgis([zones("a", "b")], FACTS, url, "mines")
    db.execute("DROP ROLE IF EXISTS gis_reader")
    db.execute("CREATE ROLE gis_reader; GRANT USAGE ON SCHEMA mines TO gis_reader")
    db.execute("GRANT SELECT ON mines.zones TO gis_reader; GRANT SELECT (code) ON mines.code_extent TO gis_reader")
    db.execute("CREATE VIEW public.of_zones AS SELECT zone_id, geometry FROM mines.zones")
    db.execute("CREATE VIEW public.of_view AS SELECT count(*) AS n FROM public.of_zones")
    db.execute("CREATE TABLE public.visits (zone_id text REFERENCES mines.zones ON DELETE RESTRICT, day date)")
    db.execute("INSERT INTO public.visits VALUES ('b', '2026-01-01')")
    db.execute("ALTER TABLE mines.zones ADD COLUMN reviewed boolean")
    db.execute("UPDATE mines.zones SET reviewed = true WHERE zone_id = 'b'")
    oid = db.execute("SELECT 'mines.zones'::regclass::oid").fetchone()
    write_postgis([zones("b", "c", name=["new", "new"])], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT 'mines.zones'::regclass::oid").fetchone() == oid
    assert db.execute("SELECT n FROM public.of_view").fetchone() == (2,)
    assert db.execute("SELECT zone_id FROM public.of_zones ORDER BY 1").fetchall() == [("b",), ("c",)]
    assert db.execute("SELECT has_table_privilege('gis_reader', 'mines.zones', 'SELECT')").fetchone() == (True,)
    granted = "SELECT has_column_privilege('gis_reader', 'mines.code_extent', 'code', 'SELECT')"
    assert db.execute(granted).fetchone() == (True,)
    assert db.execute("SELECT zone_id, reviewed, name FROM mines.zones ORDER BY 1").fetchall() == [
        ("b", True, "new"),
        ("c", None, "new"),
    ]
    assert db.execute("SELECT count(*) FROM public.visits").fetchone() == (1,)
    with pytest.raises(Unwritable, match=r"visits_zone_id_fkey.*Nothing was changed"):
        write_postgis([zones("c")], FACTS, url, "mines", overwrite=True)
    assert ids(db) == ["b", "c"]
    db.execute("DROP OWNED BY gis_reader; DROP ROLE gis_reader")


def test_columns_come_and_go_and_a_view_on_one_that_goes_stops_it(url: str, db: Connection) -> None:
    """A table is fitted to the new edition; what would break a view is refused with the view's name."""
    write_postgis([zones("a")], FACTS, url, "mines")
    db.execute("CREATE VIEW public.names AS SELECT name FROM mines.zones")
    more = (*COLUMNS, PublishedColumn("note", "text", "", None))
    write_postgis([zones("a", columns=more, note=["n"])], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT note FROM mines.zones").fetchone() == ("n",)
    write_postgis([zones("a")], FACTS, url, "mines", overwrite=True)
    with pytest.raises(Exception, match="note"):
        db.execute("SELECT note FROM mines.zones")
    fewer = tuple(column for column in COLUMNS if column.name != "name")
    with pytest.raises(Unwritable, match=r"view names depends on column name of table mines.zones"):
        write_postgis([zones("a", columns=fewer)], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT name FROM public.names").fetchall() == [("Ağdərə, Şuşa: ə ğ ı İ Ə",)]
    db.execute("DROP VIEW public.names")
    numbered = tuple(
        PublishedColumn("name", "number", "m", None) if column.name == "name" else column for column in COLUMNS
    )
    write_postgis([zones("a", columns=numbered, name=[1.5])], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT name FROM mines.zones").fetchall() == [(1.5,)]


def test_a_table_that_the_edition_no_longer_has_does_not_stay(url: str, db: Connection) -> None:
    """Old rows would be taken for new ones; but where a view stands on them, nothing is written."""
    other = zones("x")
    other = PublishedTable(**{name: getattr(other, name) for name in other.__slots__} | {"name": "hazards"})
    write_postgis([zones("a"), other], FACTS, url, "mines")
    db.execute("CREATE VIEW public.old AS SELECT * FROM mines.hazards")
    with pytest.raises(Unwritable, match=r"view old depends on table mines.hazards"):
        write_postgis([zones("b")], FACTS, url, "mines", overwrite=True)
    assert ids(db) == ["a"]
    db.execute("DROP VIEW public.old")
    write_postgis([zones("b")], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT to_regclass('mines.hazards')").fetchone() == (None,)


def test_what_is_another_programs_is_left_alone(url: str, db: Connection) -> None:
    """A table of that name is never written into, whatever is asked; others in the schema stay."""
    db.execute("CREATE SCHEMA mines; CREATE TABLE mines.notes AS SELECT 1 AS n; CREATE TABLE mines.zones (a integer)")
    with pytest.raises(Unwritable, match="holds 'zones', which is of another program"):
        write_postgis([zones("a")], FACTS, url, "mines", overwrite=True)
    db.execute("DROP TABLE mines.zones")
    write_postgis([zones("a")], FACTS, url, "mines")
    write_postgis([zones("b")], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT n FROM mines.notes").fetchone() == (1,)


@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE"])
def test_a_connection_cut_in_mid_write_leaves_the_old_edition(url: str, db: Connection, event: str) -> None:
    """The server ends the session at that very step; every table, comment and list is as it was, and a new run succeeds."""
    write_postgis([zones("a", "b")], FACTS, url, "mines")
    db.execute(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END'"
    )
    db.execute(f"CREATE TRIGGER cut BEFORE {event} ON mines.zones FOR EACH STATEMENT EXECUTE FUNCTION cut()")
    before = _everything(db)
    with pytest.raises(Unwritable, match=r"the connection to the database was cut.*Nothing was changed"):
        write_postgis([zones("b", "c", area_km2=[5.0, 6.0])], FACTS, url, "mines", overwrite=True)
    assert _everything(db) == before
    db.execute("DROP TRIGGER cut ON mines.zones")
    write_postgis([zones("b", "c", area_km2=[5.0, 6.0])], FACTS, url, "mines", overwrite=True)
    assert ids(db) == ["b", "c"]


def test_a_connection_cut_in_a_first_edition_leaves_nothing(url: str, db: Connection) -> None:
    """Cut from outside when all rows are in, while the writer waits to write a comment."""
    with _held(db, "LOCK TABLE pg_catalog.pg_description IN SHARE MODE"), _in_thread(url, "mines", "a") as run:
        _wait_for_lock(db)
        db.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    assert isinstance(run[0], Unwritable)
    assert db.execute("SELECT to_regnamespace('mines')").fetchone() == (None,)


def test_of_two_writers_at_once_one_is_refused(url: str, db: Connection) -> None:
    """While one is at work (held by a lock of the test) the other is turned away at once; the first then ends whole."""
    write_postgis([zones("a")], FACTS, url, "mines")
    with (
        _held(db, "LOCK TABLE mines.zones IN ACCESS EXCLUSIVE MODE") as release,
        _in_thread(url, "mines", "first") as run,
    ):
        _wait_for_lock(db)
        with pytest.raises(Unwritable, match="another run is writing into the schema"):
            write_postgis([zones("second")], FACTS, url, "mines", overwrite=True)
        write_postgis([zones("elsewhere")], FACTS, url, "other")
        release()
    assert run == [()]
    assert ids(db) == ["first"]
    assert ids(db, "other") == ["elsewhere"]


def test_readers_see_the_old_rows_until_the_new_ones(url: str, db: Connection) -> None:
    """A reader who began before the exchange neither waits for it nor stops it, and sees one whole edition."""
    import psycopg

    write_postgis([zones("a", "b")], FACTS, url, "mines")
    with psycopg.connect(url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert reader.execute("SELECT count(*) FROM mines.zones").fetchone() == (2,)
        write_postgis([zones("c")], FACTS, url, "mines", overwrite=True)
        assert reader.execute("SELECT zone_id FROM mines.zones ORDER BY 1").fetchall() == [("a",), ("b",)]
    assert ids(db) == ["c"]


def test_a_trigger_that_keeps_rows_out_stops_everything(url: str, db: Connection) -> None:
    """What stands in the table is counted before anybody sees it."""
    write_postgis([zones("a")], FACTS, url, "mines")
    db.execute("CREATE FUNCTION out_with_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    db.execute("CREATE TRIGGER t BEFORE INSERT ON mines.zones FOR EACH ROW EXECUTE FUNCTION out_with_it()")
    with pytest.raises(LedgerBroken, match="2 rows and 2 shapes were to be written to 'zones', and 1 and 1 are there"):
        write_postgis([zones("a", "b")], FACTS, url, "mines", overwrite=True)
    assert ids(db) == ["a"]


def test_what_cannot_be_kept_is_said(url: str, db: Connection) -> None:
    """Ids that are not different, codes that are in no list, NUL characters; no record is lost by it."""
    said = write_postgis([zones("a", "a", extent=["part", "strange"], name=["n\x00n", "ə"])], FACTS, url, "mines")
    assert len(said) == 3
    assert db.execute("SELECT fid, name, extent FROM mines.zones ORDER BY 1").fetchall() == [
        (1, "n\ufffdn", "part"),
        (2, "ə", "strange"),
    ]
    assert write_postgis([zones("a", "b")], FACTS, url, "mines", overwrite=True) == ()
    assert ids(db) == ["a", "b"]
    with pytest.raises(Exception, match="zones_extent_code"):
        db.execute("UPDATE mines.zones SET extent = 'strange'")


def test_refusals_are_sentences_without_credentials(url: str, db: Connection, server: Server) -> None:
    """No PostGIS, no right, no server, no name."""
    import psycopg

    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS plain")
        connection.execute("CREATE DATABASE plain")
    db.execute("DROP ROLE IF EXISTS guest")
    db.execute("CREATE ROLE guest LOGIN PASSWORD 'of-the-guest'")
    as_guest = server.url(url.rpartition("/")[2], "guest", "of-the-guest")
    for address, said in (
        (server.url("plain"), "the database has no PostGIS"),
        (as_guest, "permission denied for database"),
        ("postgresql://ali:of-the-guest@127.0.0.1:1/x", "the server cannot be reached"),
    ):
        with pytest.raises(Unwritable, match=said) as caught:
            write_postgis([zones("a")], FACTS, address, "mines")
        assert "of-the-guest" not in str(caught.value)
        assert PASSWORD not in str(caught.value)
    db.execute("DROP ROLE guest")
    for name in ("", "pg_mines", "ə" * 32):
        with pytest.raises(UsageError):
            write_postgis([zones("a")], FACTS, url, name)


def test_a_schema_of_any_name(url: str, db: Connection) -> None:
    """Quotation marks, letters of Azerbaijani, and what would be SQL."""
    name = 'Şuşa "x"; DROP SCHEMA public; --'
    write_postgis([zones("a")], FACTS, url, name)
    write_postgis([zones("b")], FACTS, url, name, overwrite=True)
    assert db.execute("SELECT nspname FROM pg_namespace WHERE nspname = %s", [name]).fetchone() == (name,)
    assert db.execute("SELECT to_regnamespace('public') IS NOT NULL").fetchone() == (True,)


@pytest.mark.slow
def test_the_bundled_edition_there_and_back(url: str, db: Connection) -> None:
    """Every table of the edition, read again by our own reader and by geopandas: the same rows, ids, nulls and shapes."""
    tables = published_tables(make_edition())
    write_postgis(tables, FACTS, url, "mines")
    write_postgis(tables, FACTS, url, "mines", overwrite=True)
    for table in tables:
        columns = [f'"{column.name}"' for column in table.columns]
        key = table.id_column or "fid"
        rows = db.execute(f"SELECT {', '.join(columns)} FROM mines.{table.name}").fetchall()
        there = pd.DataFrame(rows, columns=[column.name for column in table.columns], dtype=object)
        given = pd.DataFrame(table.frame[[column.name for column in table.columns]]).astype(object)
        plain = [frame.where(frame.notna(), None).map(repr) for frame in (there, given)]
        assert sorted(plain[0].itertuples(index=False)) == sorted(plain[1].itertuples(index=False))
        if table.geometry is not None:
            read = read_layer(layer_entry(parse_address(f"{url}#mines.{table.name}"), "zones"))
            assert (read.counted, len(read.frame)) == (len(table.frame), len(table.frame))
            by_key = gpd.GeoDataFrame(read.frame).set_index(key).geometry
            own = (
                table.frame.set_index(key)
                if table.id_column
                else table.frame.set_axis([str(each) for each in range(1, len(rows) + 1)])
            )
            for name, shape in own.geometry.items():
                assert shape is by_key[name] is None or shape.normalize().equals_exact(
                    _single(by_key[name], shape).normalize(), 1e-12
                )


@pytest.mark.slow
def test_a_hundred_thousand_rows_there_and_back(url: str, db: Connection) -> None:
    """Every row once, each value its own."""
    names = [f"z{number:06}" for number in range(100_000)]
    table = zones(*names, area_km2=np.arange(100_000) / 7)
    write_postgis([table], FACTS, url, "mines")
    read = read_layer(layer_entry(parse_address(f"{url}#mines.zones"), "zones"))
    assert read.counted == 100_000
    assert read.frame["zone_id"].tolist() == names
    assert read.frame["area_km2"].astype(float).tolist() == (np.arange(100_000) / 7).tolist()
    write_postgis([table], FACTS, url, "mines", overwrite=True)
    assert db.execute("SELECT count(*) FROM mines.zones").fetchone() == (100_000,)


def _single(shape: Any, like: Any) -> Any:  # noqa: ANN401 - shapes
    return (
        shape.geoms[0] if like.geom_type in {"Polygon", "LineString"} and shape.geom_type.startswith("Multi") else shape
    )


def _everything(db: Connection) -> str:
    """Return all rows, comments, rules and indexes of the schema as one text."""
    tables = [
        name
        for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'mines' ORDER BY 1").fetchall()
    ]
    rows = {name: db.execute(f"SELECT t::text FROM mines.{name} AS t ORDER BY 1").fetchall() for name in tables}
    about = db.execute(
        "SELECT c.relname, obj_description(c.oid), (SELECT array_agg(conname ORDER BY 1) FROM pg_constraint"
        " WHERE conrelid = c.oid) FROM pg_class c WHERE relnamespace = 'mines'::regnamespace ORDER BY 1"
    ).fetchall()
    return json.dumps([rows, about], default=str)


class _held:  # noqa: N801 - used as a function
    """Hold a lock in a transaction of another session until `release` is called or the block ends."""

    def __init__(self, db: Connection, statement: str) -> None:
        import psycopg

        self._session = psycopg.connect(db.info.dsn, password=PASSWORD)
        self._statement = statement

    def __enter__(self) -> Any:  # noqa: ANN401 - a function without arguments
        self._session.execute(self._statement)
        return self._session.rollback

    def __exit__(self, *exc: object) -> None:
        self._session.close()


class _in_thread:  # noqa: N801 - used as a function
    """Write zones of one id in a thread; its outcome is in the list once the block has ended."""

    def __init__(self, url: str, schema: str, name: str) -> None:
        self._outcome: list[Any] = []
        self._thread = threading.Thread(target=self._write, args=(url, schema, name))

    def _write(self, url: str, schema: str, name: str) -> None:
        try:
            self._outcome.append(write_postgis([zones(name)], FACTS, url, schema, overwrite=True))
        except Exception as exc:  # noqa: BLE001 - the test looks at it
            self._outcome.append(exc)

    def __enter__(self) -> list[Any]:
        self._thread.start()
        return self._outcome

    def __exit__(self, *exc: object) -> None:
        self._thread.join(timeout=60)


def _wait_for_lock(db: Connection) -> None:
    """Return when some session waits for a lock."""
    for _ in range(20_000):
        if db.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,):
            return
    raise AssertionError("nobody waits for a lock")


def test_the_command_writes_an_edition_into_a_schema(
    url: str, db: Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bundled layers: the counts of the answer are those of the database, and nothing says the password."""
    code = run(monkeypatch, "export", "--to", url, "--schema", "mines", "--lang", "az", "--json")
    out, err = capsys.readouterr()
    answer = json.loads(out.splitlines()[-1])
    assert (code, answer["files"], PASSWORD in out + err) == (0, {}, False)
    assert answer["tables"]["zones"] == 13
    for table, rows in answer["tables"].items():
        assert db.execute(f"SELECT count(*) FROM mines.{table}").fetchall() == [(rows,)]
    assert db.execute("SELECT name FROM mines.zones WHERE geometry IS NULL").fetchall() == [("Ağdərə",)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "needs the name of a schema"),
        (["--schema", "mines", "--format", "gpkg"], "are for files"),
        (["--schema", "mines", "--internal"], "are for files"),
    ],
)
def test_what_a_database_cannot_be_asked_is_told(
    url: str, options: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage, before anything is read; the password is not repeated."""
    code = run(monkeypatch, "export", "--to", url, *options)
    err = capsys.readouterr().err
    assert (code, said in err, PASSWORD in err) == (2, True, False)
