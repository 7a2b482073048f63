"""Whole editions, the bundled one and one of hostile layers, in the office formats: every record of every table comes back."""

from __future__ import annotations

import csv
import dataclasses
import io
from typing import TYPE_CHECKING, Any

import fiona
import openpyxl
import pandas as pd
import pyogrio
import pytest
from lxml import etree

from mapper.output.formats import csv_plain, gpx, kml, shapefile, tables_csv, xlsx
from mapper.output.published import export_facts, published_tables
from mapper.pipeline import make_edition
from tests.hostile import MANY, hostile_layers
from tests.test_gpx_export import RULES as GPX_RULES
from tests.test_kml_export import NS, structure_faults

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

    Given = tuple[tuple[PublishedTable, ...], ExportFacts]


@pytest.fixture(scope="module", params=["bundled", pytest.param("hostile", marks=pytest.mark.slow)])
def given(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Return the tables and the facts of an edition."""
    layers = None if request.param == "bundled" else hostile_layers(tmp_path_factory.mktemp("hostile"), MANY)
    edition = make_edition(layers)
    return published_tables(edition), export_facts(edition, language="az")


def texts(table: PublishedTable, column: str) -> list[str]:
    """Return a column as text, "" where nothing is known."""
    return table.frame[column].fillna("").astype(str).tolist()


def named(tables: Sequence[PublishedTable]) -> list[tuple[PublishedTable, str]]:
    """Return each table with a column of text that tells its rows apart, or at least what they are."""
    return [(table, table.id_column or next(c.name for c in table.columns if c.kind != "number")) for table in tables]


def test_shapefiles(given: Given, tmp_path: Path) -> None:
    """Read by fiona and pyogrio, plain tables too; a cut text is no more than its beginning."""
    tables, facts = given
    shapefile.write(tables, tmp_path, facts)
    for table, column in named(tables):
        paths = [
            *tmp_path.glob(f"{table.name}.*zip"),
            *tmp_path.glob(f"{table.name}_*.zip"),
            *tmp_path.glob(f"{table.name}.dbf"),
        ]
        read = pd.concat([pyogrio.read_dataframe(path, read_geometry=False) for path in paths])
        assert len(read) == len(table.frame), table.name
        at = [each.name for each in table.columns].index(column)
        found = read.iloc[:, at].fillna("").astype(str).tolist()
        if len(paths) == 1:
            whole = texts(table, column)
            assert all(text.encode().startswith(cut.rstrip().encode()) for text, cut in zip(whole, found, strict=True))
        with fiona.open(paths[0]) as source:
            assert len(source.schema["properties"]) == len(table.columns)


def test_csv(given: Given, tmp_path: Path) -> None:
    """The plain kind letter for letter; the kind for spreadsheets with no cell that begins a formula."""
    tables, facts = given
    for name, write in (("sheet", tables_csv.write), ("plain", csv_plain.write)):
        (tmp_path / name).mkdir()
        write(tables, tmp_path / name, facts)
    for table in tables:
        plain = (tmp_path / "plain" / f"{table.name}.csv").read_bytes().decode()
        rows = list(csv.DictReader(io.StringIO(plain, newline="")))
        for column in table.columns:
            if column.kind not in {"count", "number"}:
                assert [row[column.name] for row in rows] == texts(table, column.name)
        guarded = (tmp_path / "sheet" / f"{table.name}.csv").read_bytes().decode("utf-8-sig")
        sheet = list(csv.DictReader(io.StringIO(guarded, newline=""), delimiter=";"))
        assert len(sheet) == len(table.frame)
        told = [row[column.name] for row in sheet for column in table.columns if column.kind in {"text", "code"}]
        assert not [cell for cell in told if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_workbook(given: Given, tmp_path: Path) -> None:
    """A sheet for each table, no formula and no link in any cell."""
    tables, facts = given
    xlsx.write(tables, tmp_path, facts)
    opened = openpyxl.load_workbook(tmp_path / xlsx.FILE_NAME)
    assert {cell.data_type for sheet in opened for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    for sheet, table in zip(opened.worksheets[1:], tables, strict=False):
        assert sheet.max_row - 1 == len(table.frame)
        heads = [cell.value for cell in sheet[1]]
        for column in table.columns:
            at = heads.index(column.name) + 1
            found = ["" if cell[0].value is None else str(cell[0].value) for cell in sheet.iter_rows(2, None, at, at)]
            if column.kind in {"text", "code"}:
                assert [each.replace("_x000D_", "\r") for each in found] == texts(table, column.name)


def test_kml(given: Given, tmp_path: Path) -> None:
    """A placemark for each record, by the rules of KML, and every text in its data."""
    tables, facts = given
    kml.write(tables, tmp_path, facts)
    tree = etree.parse(tmp_path / kml.FILE_NAME, etree.XMLParser(huge_tree=True))
    assert not structure_faults(tree)
    for table in tables:
        marks = tree.findall(f".//k:Folder[@id='table-{table.name}']/k:Placemark", NS)
        assert len(marks) == len(table.frame)
        for column in table.columns:
            if column.kind in {"text", "code"}:
                data = f"k:ExtendedData/k:SchemaData/k:SimpleData[@name='{column.name}']"
                assert [mark.findtext(data, "", NS) for mark in marks] == texts(table, column.name)


def test_gpx(given: Given, tmp_path: Path) -> None:
    """Waypoints and the table beside hold every accident once."""
    tables, facts = given
    gpx.write(tables, tmp_path, facts)
    tree = etree.parse(tmp_path / gpx.FILE_NAME)
    GPX_RULES.assertValid(tree)
    names: list[Any] = tree.xpath("//g:wpt/g:name/text()", namespaces={"g": "http://www.topografix.com/GPX/1/1"})
    beside = csv.DictReader(
        io.StringIO((tmp_path / gpx.LEFT_OUT).read_bytes().decode("utf-8-sig"), newline=""), delimiter=";"
    )
    left_out = [row["incident_id"] for row in beside]
    incidents = next(table for table in tables if table.name == "incidents")
    assert sorted([*names, *(each.removeprefix("'") for each in left_out)]) == sorted(
        each.removeprefix("'") for each in texts(incidents, "incident_id")
    )


def test_every_licence_is_in_every_file(given: Given, tmp_path: Path) -> None:
    """In the document, the first sheet, and the READMEs."""
    tables, facts = given
    licences = {licence for table in tables for licence in table.licences}
    tables_csv.write(tables, tmp_path, dataclasses.replace(facts, language="en"))
    about = (tmp_path / "README.txt").read_text("utf-8")
    assert all(licence in about for licence in licences)
