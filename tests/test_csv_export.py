"""CSV for spreadsheets and for programs, read by pandas, DuckDB and by hand."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.output.formats import csv_plain, tables_csv
from tests import office_tables as given
from tests.hostile import FORMULAS, MANY

if TYPE_CHECKING:
    from pathlib import Path

IDS = [f"az-{n}" for n in range(1, 6)]


def sheet(folder: Path, *tables: Any, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables, and any fact
    """Write the kind for spreadsheets."""
    folder.mkdir(exist_ok=True)
    return tables_csv.write(tables or given.all_tables(), folder, dataclasses.replace(given.FACTS, **facts))


def plain(folder: Path, *tables: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables
    """Write the kind for programs."""
    folder.mkdir(exist_ok=True)
    return csv_plain.write(tables or given.all_tables(), folder, given.FACTS)


@pytest.mark.parametrize(("language", "mark"), [("en", "."), ("az", ","), ("ru", ",")])
def test_a_spreadsheet_reads_the_values(tmp_path: Path, language: str, mark: str) -> None:
    """With its mark of UTF-8, `;` and the decimal mark of the language; nulls are empty."""
    sheet(tmp_path, language=language)
    assert (tmp_path / "incidents.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "incidents.csv", sep=";", decimal=mark, encoding="utf-8-sig")
    assert read["incident_id"].tolist() == IDS
    assert read["killed"].astype("Int64").fillna(-1).tolist() == [0, -1, 2, 1_000_000, 3]
    np.testing.assert_array_equal(read["uncertainty_m"], [15.5, 2000, np.nan, 1 / 3, 500])
    assert read["date_start"].tolist() == ["2021-03-04", "2021-03-04", "2021-03", "2021", "2021-03-01"]
    assert read["note"].fillna("").tolist() == [given.LETTERS, "", "x", "y", "z"]
    np.testing.assert_allclose(read["lon"], [46.123456789, 46.75, np.nan, -179.9999999, 47], atol=1e-6)
    np.testing.assert_allclose(read["lat"], [39.987654321, 39.5, np.nan, -0.0000001, 40], atol=1e-6)


def test_a_program_reads_the_values(tmp_path: Path) -> None:
    """UTF-8 without a mark, commas, LF, and outlines as well-known text."""
    assert plain(tmp_path) == ()
    raw = (tmp_path / "zones.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "zones.csv")
    assert read["name"].tolist() == ["Ağdam", "Füzuli", "Ağdərə"]
    np.testing.assert_array_equal(read["area_km2"], [1044.223344336561, 0.1, np.nan])
    shapes = [None if pd.isna(text) else shapely.from_wkt(text) for text in read["geometry_wkt"]]
    for found, of in zip(shapes, given.zones().frame.geometry, strict=True):
        assert (found is None) == (of is None)
        assert found is None or found.equals_exact(of, 1e-6)


def test_duckdb_reads_the_values(tmp_path: Path) -> None:
    """Another reader with rules of its own, asked for the types it finds by itself."""
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: its reading of CSV is not tried")
    plain(tmp_path)
    read = duckdb.read_csv(str(tmp_path / "incidents.csv"), header=True)
    rows = read.project("incident_id, uncertainty_m, killed, note, lon").fetchall()
    assert [row[0] for row in rows] == IDS
    assert [row[1] for row in rows] == [15.5, 2000.0, None, 1 / 3, 500.0]
    assert [row[2] for row in rows] == [0, None, 2, 1_000_000, 3]
    assert [row[3] for row in rows] == [given.LETTERS, None, "x", "y", "z"]
    assert rows[0][4] == pytest.approx(46.123456789, abs=1e-6)


def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    """Each hostile text is guarded by a `'` where a spreadsheet would run it, and is one cell of one row."""
    sheet(tmp_path, given.incidents(list(MANY)))
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "incidents.csv").read_text("utf-8-sig"), newline=""), delimiter=";")
    )
    notes = [row["note"] for row in rows]
    assert len(notes) == len(MANY) > 500
    for note, payload in zip(notes, MANY, strict=True):
        assert note in {payload, f"'{payload}"}
        assert not note.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert all(note.startswith("'") for note in notes[: len(FORMULAS)])


def test_a_program_gets_hostile_texts_as_they_are(tmp_path: Path) -> None:
    """With line ends, quotes and commas inside."""
    notes = [*MANY, 'a\nb\r\nc,"d"', ";", " x "]
    plain(tmp_path, given.incidents(notes))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "incidents.csv").read_bytes().decode(), newline="")))
    assert [row["note"] for row in rows] == notes


def test_negative_numbers_are_no_formulas(tmp_path: Path) -> None:
    """A longitude in the west stays a number."""
    sheet(tmp_path, given.incidents())
    assert ";-179.9999999;" in (tmp_path / "incidents.csv").read_text("utf-8-sig")


def test_outlines_too_long_for_a_cell_are_told(tmp_path: Path) -> None:
    """A spreadsheet would spill them over the next rows; the other kind has them."""
    table = given.zones()
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    many = shapely.Polygon(np.column_stack([46 + np.cos(angle), 39 + np.sin(angle)]))
    frame = gpd.GeoDataFrame(table.frame).set_geometry([many, given.SQUARE, None], crs="EPSG:4326")
    notices = sheet(tmp_path, dataclasses.replace(table, frame=frame))
    assert [notice for notice in notices if "outline" in notice] == [
        (
            "zones: 1 outline is longer than the 32,767 letters of a spreadsheet's cell and left out of geometry_wkt; "
            "csv-plain has them. Rows: z-1."
        )
    ]
    read = pd.read_csv(tmp_path / "zones.csv", sep=";", encoding="utf-8-sig")
    assert read["zone_id"].tolist() == ["z-1", "z-2", "z-3"]
    assert read["geometry_wkt"].isna().tolist() == [True, False, True]


def test_degrees_stand_beside_metres(tmp_path: Path) -> None:
    """In another CRS the text is in its metres, and longitude and latitude stay WGS 84."""
    table = given.incidents()
    moved = given.moved(dataclasses.replace(table, frame=table.frame.iloc[:2]), "EPSG:32638")
    plain(tmp_path, moved)
    read = pd.read_csv(tmp_path / "incidents.csv")
    np.testing.assert_allclose(read["lon"], [46.123456789, 46.75], atol=1e-6)
    points = shapely.from_wkt(read["geometry_wkt"].to_numpy(dtype=object))
    np.testing.assert_allclose(
        shapely.get_coordinates(points), shapely.get_coordinates(moved.frame.geometry), atol=1e-3
    )


@pytest.mark.parametrize("write", [sheet, plain])
def test_two_writes_are_byte_equal_and_say_what_they_are(tmp_path: Path, write: Any) -> None:  # noqa: ANN401 - one of two functions
    """A README beside the tables tells the licence, as a CSV has no room for words."""
    write(tmp_path / "a")
    write(tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    about = (tmp_path / "a" / "README.txt").read_text("utf-8")
    assert given.LICENCE in about
    assert "A blank area is not a cleared area." in about
