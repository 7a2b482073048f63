"""The workbook read by openpyxl and by calamine: typed cells, nothing that runs, and all that is longer than Excel's cells."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zipfile
from typing import TYPE_CHECKING, Any

import defusedxml.ElementTree
import numpy as np
import openpyxl
import pandas as pd
import pytest

from mapper.output.formats import xlsx
from tests import office_tables as given
from tests.hostile import ALL, FORMULAS, MANY

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *tables: Any, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables, and any fact
    """Write the workbook and return the notices."""
    folder.mkdir(exist_ok=True)
    return xlsx.write(tables or given.all_tables(), folder, dataclasses.replace(given.FACTS, **facts))


def book(folder: Path) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Return the workbook as openpyxl reads it."""
    return openpyxl.load_workbook(folder / xlsx.FILE_NAME)


def column(sheet: Any, name: str) -> list[Any]:  # noqa: ANN401 - openpyxl has no types
    """Return the cells of a column below its head."""
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(name)] for row in sheet.iter_rows(min_row=2)]


def test_cells_are_typed(tmp_path: Path) -> None:
    """Counts and numbers are numbers, whole days are dates, months and years stay text, what is not known is empty."""
    written(tmp_path)
    sheet = book(tmp_path)["Incidents"]
    assert [cell.value for cell in column(sheet, "incident_id")] == [f"az-{n}" for n in range(1, 6)]
    assert [cell.value for cell in column(sheet, "killed")] == [0, None, 2, 1_000_000, 3]
    assert [cell.value for cell in column(sheet, "uncertainty_m")] == [15.5, 2000, None, 1 / 3, 500]
    dates = [cell.value for cell in column(sheet, "date_start")]
    assert dates == [dt.datetime(2021, 3, 4), dt.datetime(2021, 3, 4), "2021-03", "2021", dt.datetime(2021, 3, 1)]  # noqa: DTZ001
    assert [cell.value for cell in column(sheet, "note")] == [given.LETTERS, None, "x", "y", "z"]
    np.testing.assert_allclose(
        [cell.value or np.nan for cell in column(sheet, "lon")],
        [46.123456789, 46.75, np.nan, -179.9999999, 47],
        atol=1e-6,
    )
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:O6"  # 13 columns, lon and lat; 5 rows and the head


def test_calamine_reads_the_same(tmp_path: Path) -> None:
    """A reader that shares no code with the first, through pandas."""
    written(tmp_path)
    sheets = pd.read_excel(tmp_path / xlsx.FILE_NAME, sheet_name=None, engine="calamine")
    assert list(sheets) == [
        "About",
        "Incidents",
        "Zones",
        "Hazards",
        "Orders",
        "Context",
        "Density",
        "Columns",
        "Codes",
    ]
    zones = sheets["Zones"]
    assert zones["name"].tolist() == ["Ağdam", "Füzuli", "Ağdərə"]
    np.testing.assert_array_equal(zones["area_km2"], [1044.223344336561, 0.1, np.nan])
    assert zones["incidents_inside"].fillna(-1).tolist() == [19, 0, -1]
    assert sheets["Incidents"]["note"].fillna("").tolist() == [given.LETTERS, "", "x", "y", "z"]


@pytest.mark.parametrize("many", [10**9, 0])
def test_no_text_is_a_formula_or_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """Each hostile text comes back letter for letter as a text, in both ways of writing; formulas are marked as text."""
    monkeypatch.setattr(xlsx, "_MANY_CELLS", many)
    written(tmp_path, given.incidents(list(MANY)), titles={"en": ALL})
    opened = book(tmp_path)
    cells = column(opened["Incidents"], "note")
    assert [cell.value for cell in cells] == list(MANY)
    assert all(cell.data_type == "s" for cell in cells)
    assert all(cell.quotePrefix for cell in cells[: len(FORMULAS)])
    assert all(cell.hyperlink is None for sheet in opened for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(tmp_path / xlsx.FILE_NAME) as archive:
        names = archive.namelist()
        assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
        assert not [name for name in names if b"<f>" in archive.read(name)]


def test_control_characters_and_escapes_come_back(tmp_path: Path) -> None:
    """Also a text that looks like Excel's own way of writing one; what no XML holds is replaced."""
    notes = ["a\x01b", "_x0041_", "line\nend\ttab", "\ufffe", "_x000D_"]
    written(tmp_path, given.incidents(notes))
    with zipfile.ZipFile(tmp_path / xlsx.FILE_NAME) as archive:
        strings = defusedxml.ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    # ECMA-376, ST_Xstring: _xHHHH_ is the character of that number, and _x005F_ the underscore of a text that looks so.
    held = {
        re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), "".join(each.itertext())) for each in strings
    }
    assert {"a\x01b", "_x0041_", "line\nend\ttab", "\ufffd", "_x000D_"} <= held


@pytest.mark.parametrize("many", [10**9, 0])
def test_a_text_is_never_taken_for_xml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """XlsxWriter writes what begins and ends like its own rich text as it is, so such a text is given to it in two pieces."""
    monkeypatch.setattr(xlsx, "_MANY_CELLS", many)
    notes = ["<r></r>", "<r><t>x</t></r>", "<r></si><si><t>=1+1</t></r>", "<r>a\x01</r>", "<r>ə & <b></r>"]
    written(tmp_path, given.incidents(notes), titles={"en": "<r></sst></r>"})
    sheets = pd.read_excel(tmp_path / xlsx.FILE_NAME, sheet_name=None, engine="calamine", header=None)
    told = sheets["Incidents"].iloc[1:, sheets["Incidents"].iloc[0].tolist().index("note")].tolist()
    assert [text.replace("_x0001_", "\x01") for text in told] == notes
    assert [cell.value for cell in column(book(tmp_path)["Incidents"], "note")][:3] == notes[:3]
    assert "<r></sst></r>" in sheets["About"][1].tolist()


def test_a_text_longer_than_a_cell_stands_whole_on_its_sheet(tmp_path: Path) -> None:
    """32,767 letters as Excel counts them, where one beyond the basic plane counts twice."""
    fits, long = "a" * 32_767, "\U0001f4a3" * 20_000
    notices = written(tmp_path, given.incidents([fits, long, "c", "d", "e"]))
    opened = book(tmp_path)
    cells = [cell.value for cell in column(opened["Incidents"], "note")]
    assert cells[0] == fits
    assert cells[1].endswith("… [Long texts]")
    sheet = opened["Long texts"]
    assert [cell.value for cell in column(sheet, "Row")] == ["az-2", "az-2"]
    assert "".join(cell.value for cell in column(sheet, "Text")) == long
    assert any(
        "incidents, note: 1 text is longer than the 32,767 letters" in notice and "Rows: az-2." in notice
        for notice in notices
    )


def test_more_rows_than_a_sheet_go_on_in_further_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here with sheets of three rows: 5 records on 3 sheets with a head each."""
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 3)
    notices = written(tmp_path, given.incidents())
    opened = book(tmp_path)
    names = ["Incidents", "Incidents – 2", "Incidents – 3"]
    parts = [[cell.value for cell in column(opened[name], "incident_id")] for name in names]
    assert parts == [["az-1", "az-2"], ["az-3", "az-4"], ["az-5"]]
    assert any(
        "incidents: 5 rows are more than the 3 of a sheet; they are on 3 sheets." in notice for notice in notices
    )


def test_the_first_sheet_states_what_the_workbook_is(tmp_path: Path) -> None:
    """Title, dates, caveats, licences with the duty to share alike, and which sheet is which table."""
    written(tmp_path)
    opened = book(tmp_path)
    told = [(row[0].value, row[1].value) for row in opened.worksheets[0].iter_rows()]
    stated = dict(told)
    assert opened.worksheets[0].title == "About"
    assert stated["Title"] == "Accidents & zones <test>"
    assert stated["Data as of"] == "2024-02-29"
    assert stated["Out of date after"] == "2024-08-29"
    assert any(given.LICENCE in text for label, text in told if label == "Share alike")
    assert sum(label == "What this cannot tell" for label, _ in told) == 3
    assert ("Sheet", "Incidents: Incidents (incidents, 5)") in told


@pytest.mark.parametrize(("language", "first", "codes"), [("az", "Haqqında", "Kodlar"), ("ru", "О таблице", "Коды")])
def test_sheets_and_labels_are_in_the_language(tmp_path: Path, language: str, first: str, codes: str) -> None:
    """With the words for each code."""
    written(tmp_path, language=language)
    opened = book(tmp_path)
    assert opened.sheetnames[0] == first
    assert f"incidents ({language})" in opened.sheetnames
    rows = {(row[0].value, row[1].value): row[2].value for row in opened[codes].iter_rows(min_row=2)}
    assert rows[("context_kind", "river")] == {"az": "Çay", "ru": "Река"}[language]


def test_names_of_sheets_are_those_that_excel_takes() -> None:
    """At most 31 letters, never the same whatever the case, never Excel's own."""
    taken: set[str] = set()
    names = [
        xlsx.sheet_name(wanted, taken) for wanted in ("a" * 40, "A" * 40, "History", "[x]:*?/\\", "'", "", "ə" * 31)
    ]
    assert all(0 < len(name) <= 31 for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert "history" not in {name.lower() for name in names}
    assert not any(set(name) & set("[]:*?/\\") or name.startswith("'") for name in names)


def test_outlines_are_told_to_be_elsewhere(tmp_path: Path) -> None:
    """Their records are in the workbook."""
    notices = written(tmp_path)
    assert any("no lines and areas" in notice and "Zones, Hazards, Context, Density" in notice for notice in notices)


def test_two_writes_are_byte_equal(tmp_path: Path) -> None:
    """Dated by the data; no clock, no machine."""
    for name in ("a", "b"):
        written(tmp_path / name)
    assert (tmp_path / "a" / xlsx.FILE_NAME).read_bytes() == (tmp_path / "b" / xlsx.FILE_NAME).read_bytes()
    assert [path.name for path in (tmp_path / "a").iterdir()] == [xlsx.FILE_NAME]
    assert book(tmp_path / "a").properties.created == dt.datetime(2024, 2, 29)  # noqa: DTZ001


def test_each_record_of_an_internal_export_is_marked(tmp_path: Path) -> None:
    """In its first column, and on the first sheet."""
    written(tmp_path, given.hazards(), marking="INTERNAL")
    opened = book(tmp_path)
    assert [cell.value for cell in opened["Hazards"]["A"]] == ["export_marking", *["INTERNAL"] * 3]
    assert opened.worksheets[0]["B1"].value == "INTERNAL"
