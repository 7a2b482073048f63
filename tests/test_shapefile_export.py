"""Shapefiles written here and read by fiona and pyogrio: nothing is lost that is not told."""

from __future__ import annotations

import dataclasses
import zipfile
from typing import TYPE_CHECKING, Any

import fiona
import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import shape

from mapper import crs
from mapper.errors import UsageError
from mapper.output.formats import shapefile
from mapper.output.formats.dbf import short_names
from tests import office_tables as given
from tests.hostile import MANY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONG = "ə" * 200  # 400 bytes of UTF-8: 127 whole letters fit in 254 bytes


def written(folder: Path, *tables: Any, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables, and any fact
    """Write tables into a new folder and return the notices."""
    folder.mkdir(exist_ok=True)
    return shapefile.write(tables or given.all_tables(), folder, dataclasses.replace(given.FACTS, **facts))


def read(path: Path) -> tuple[Mapping[str, Any], list[Any]]:
    """Return schema and records as fiona reads them."""
    with fiona.open(path) as source:
        return source.schema, list(source)


def test_records_are_read_back_by_fiona(tmp_path: Path) -> None:
    """Rows, ids, types, nulls, whole days, letters and coordinates, by hand from the table."""
    written(tmp_path)
    schema, records = read(tmp_path / "incidents.shp.zip")
    assert schema["geometry"] == "Point"
    assert schema["properties"]["killed"].startswith("int")
    assert schema["properties"]["uncertai_m"].startswith("float")
    assert schema["properties"]["reporte_on"] == "date"
    assert schema["properties"]["date_start"].startswith("str")  # one of them is a month
    told = [dict(record["properties"]) for record in records]
    assert [each["inciden_id"] for each in told] == [f"az-{n}" for n in range(1, 6)]
    assert [each["killed"] for each in told] == [0, None, 2, 1_000_000, 3]
    np.testing.assert_allclose(
        [each["uncertai_m"] or np.nan for each in told], [15.5, 2000, np.nan, 1 / 3, 500], rtol=1e-12
    )
    assert [each["reporte_on"] for each in told] == ["2021-03-05", None, "2021-04-01", None, "1999-12-31"]
    assert [each["date_start"] for each in told] == ["2021-03-04", "2021-03-04", "2021-03", "2021", "2021-03-01"]
    assert [each["note"] for each in told] == [given.LETTERS, None, "x", "y", "z"]
    assert [each["district"] for each in told] == ["Ağdam", "Şuşa", "Ağdərə", None, "Xocavənd"]
    shapes = [None if record["geometry"] is None else shape(record["geometry"]) for record in records]
    assert shapes[2] is None
    for found, point in zip(shapes, given.incidents().frame.geometry, strict=True):
        assert found is None or found.distance(point) < 1e-6


def test_areas_and_the_crs_are_read_back_by_pyogrio(tmp_path: Path) -> None:
    """Holes, parts and the record without an outline; UTF-8 by the .cpg and the CRS by the .prj."""
    written(tmp_path)
    zones = pyogrio.read_dataframe(tmp_path / "zones.shp.zip")
    assert crs.known_crs(zones.crs).to_epsg() == 4326
    assert zones["name"].tolist() == ["Ağdam", "Füzuli", "Ağdərə"]
    assert zones["inci_insid"].tolist()[:2] == [19, 0]
    for read_back, of in zip(zones.geometry, given.zones().frame.geometry, strict=True):
        assert (read_back is None) == (of is None)
        assert of is None or read_back.normalize().equals_exact(
            shapely.normalize(of if of.geom_type == read_back.geom_type else shapely.get_geometry(of, 0)), 1e-9
        )
    with zipfile.ZipFile(tmp_path / "zones.shp.zip") as archive:
        assert archive.read("zones.cpg") == b"UTF-8"
        assert sorted(archive.namelist()) == sorted(
            ["README.txt", *(f"zones.{ending}" for ending in ("cpg", "dbf", "prj", "shp", "shx"))]
        )


def test_tables_without_a_geometry_are_dbf(tmp_path: Path) -> None:
    """With their letters, and dates as text where one of them is not a whole day."""
    written(tmp_path)
    orders = pyogrio.read_dataframe(tmp_path / "orders.dbf", read_geometry=False)
    assert orders["order_id"].tolist() == ["or-1", "or-2", "or-3"]
    assert orders["effec_from"].tolist() == ["2021-01-01", "2021-02", "--08-31"]
    assert orders["title"].fillna("-").tolist() == ["The ban", "-", "=1+1"]
    schema, _ = read(tmp_path / "orders.dbf")
    assert schema["geometry"] == "None"


def test_kinds_of_geometry_are_parted_and_told(tmp_path: Path) -> None:
    """A collection is in both files under its id; none of its parts is lost."""
    notices = written(tmp_path, given.context())
    lines = pyogrio.read_dataframe(tmp_path / "context_lines.shp.zip")
    areas = pyogrio.read_dataframe(tmp_path / "context_areas.shp.zip")
    assert lines["context_id"].tolist() == ["c-1", "c-3"]
    assert areas["context_id"].tolist() == ["c-2", "c-3"]
    assert areas.geometry.iloc[1].equals(given.SQUARE)
    assert lines.geometry.iloc[1].equals_exact(given.LINE, 1e-9)
    assert any("lines, areas" in notice for notice in notices)


def test_every_cut_text_is_told_and_stands_whole_beside(tmp_path: Path) -> None:
    """254 bytes end within a letter: it goes as a whole, and row, column and text are told."""
    notices = written(tmp_path, given.incidents(["short", LONG, None, f"x{LONG}", "a" * 254]))
    _, records = read(tmp_path / "incidents.shp.zip")
    assert [record["properties"]["note"] for record in records] == [
        "short",
        "ə" * 127,
        None,
        "x" + "ə" * 126,
        "a" * 254,
    ]
    (told,) = (notice for notice in notices if "cut" in notice)
    assert "incidents, note: 2 texts are longer than the 254 bytes" in told
    assert "Rows: az-2, az-4." in told
    beside = (tmp_path / "incidents-whole-texts.csv").read_text("utf-8-sig").splitlines()
    assert beside == ["table;row;column;text", f"incidents;az-2;note;{LONG}", f"incidents;az-4;note;x{LONG}"]


def test_every_shortened_name_is_told(tmp_path: Path) -> None:
    """In the notices and in the README beside the file: each name of more than 10 letters, and no other."""
    notices = written(tmp_path, given.zones())
    told = next(notice for notice in notices if "→" in notice)
    assert "incidents_inside → inci_insid, incidents_uncertain → inci_uncer" in told
    assert told.count("→") == 2
    with zipfile.ZipFile(tmp_path / "zones.shp.zip") as archive:
        assert "inci_insid = incidents_inside" in archive.read("README.txt").decode()


def test_short_names_never_meet() -> None:
    """Whatever their case: 200 names that begin alike stay apart, and a name that fits is kept for its owner."""
    names = [*(f"a_very_long_name_{n}" for n in range(200)), "A_VERY_LONG_NAME_7", "a_ve_lo_na"]
    short = short_names(names)
    assert len({each.lower() for each in short.values()}) == len(names)
    assert max(map(len, short.values())) <= 10
    assert short["a_ve_lo_na"] == "a_ve_lo_na"


def test_two_writes_are_byte_equal(tmp_path: Path) -> None:
    """The day in a .dbf is the data's, not the clock's."""
    written(tmp_path / "a")
    written(tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    # Bytes 1 to 3 of a dBASE file are its year less 1900, month and day: 29 February 2024.
    assert (tmp_path / "a" / "orders.dbf").read_bytes()[1:4] == bytes([124, 2, 29])


def test_the_readme_states_licence_and_caveats(tmp_path: Path) -> None:
    """Inside each archive, with the duty to share alike."""
    written(tmp_path)
    with zipfile.ZipFile(tmp_path / "zones.shp.zip") as archive:
        about = archive.read("README.txt").decode()
    assert given.LICENCE in about
    assert "Share alike: Zones: they hold or are made from data under CC BY-SA 3.0" in about
    assert "as of 2024-02-29. A blank area is not a cleared area." in about
    assert "Out of date after: 2024-08-29" in about


def test_hostile_texts_stay_what_they_are(tmp_path: Path) -> None:
    """Each payload is one value of one row, in a file that stays one table."""
    notices = written(tmp_path, given.incidents(list(MANY)))
    _, records = read(tmp_path / "incidents.shp.zip")
    assert [record["properties"]["note"] for record in records] == [text.rstrip(" ") for text in MANY]
    assert not any("cut" in notice for notice in notices)


def test_the_crs_of_the_frame_is_written(tmp_path: Path) -> None:
    """A table brought into UTM names that zone, and its coordinates are the given ones in metres."""
    table = given.zones()
    moved = given.moved(table, "EPSG:32638")
    written(tmp_path, moved, crs="EPSG:32638")
    read_back = pyogrio.read_dataframe(tmp_path / "zones.shp.zip")
    assert read_back.crs.to_epsg() == 32638
    np.testing.assert_allclose(read_back.geometry.iloc[0].bounds, moved.frame.geometry.iloc[0].bounds, atol=1e-3)


def test_each_record_of_an_internal_export_is_marked(tmp_path: Path) -> None:
    """Also where the table has a column of that name already: the ground's marking of a hazard stays."""
    written(tmp_path, given.hazards(), marking="INTERNAL")
    hazards = pyogrio.read_dataframe(tmp_path / "hazards.shp.zip")
    assert hazards["marking"].fillna("-").tolist() == ["red stones", "-", "-"]
    assert hazards["expo_marki"].tolist() == ["INTERNAL"] * 3


def test_a_table_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    """With its columns."""
    empty = dataclasses.replace(given.zones(), frame=given.zones().frame.iloc[:0])
    written(tmp_path, empty)
    schema, records = read(tmp_path / "zones.shp.zip")
    assert records == []
    assert "zone_id" in schema["properties"]


def test_what_no_shapefile_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 2 GiB, here made small."""
    monkeypatch.setattr(shapefile, "MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="the table 'incidents' needs"):
        written(tmp_path, given.incidents())
