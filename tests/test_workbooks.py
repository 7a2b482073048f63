"""Workbooks are read as they are stored: every digit, both epochs, no sheet passed over, no formula without a value.

The files are written here as XML by hand, as small as the formats allow; what is expected is read off them.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.files import read_content

if TYPE_CHECKING:
    from mapper.model import Layer

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="[h]:mm"/>'
    '<numFmt numFmtId="166" formatCode="0&quot; days&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/><xf numFmtId="20"/></cellXfs>'
)
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>value</t></is></c></row>'
)
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
ODF = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "table", "text", "style")) + (
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
ODS_HEADER = "<table:table-row>" + "".join(
    f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>' for name in ("id", "value")
) + "</table:table-row>"  # fmt: skip


def archive(**members: str) -> bytes:
    """Zip texts under names in which `__` stands for a slash and `_DOT_` for a point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/").replace("_DOT_", "."), text)
    return out.getvalue()


def xlsx(*sheets: tuple[str, str, str], epoch: str = "", shared: str = "", prolog: str = "") -> bytes:
    """Make a workbook of (name, state, what stands in `<sheetData>` and behind it)."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, (name, state, _) in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Target="worksheets/sheet{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    members = {
        "xl__workbook_DOT_xml": f'{prolog}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"{epoch}<sheets>{listed}</sheets></workbook>",
        "xl___rels__workbook_DOT_xml_DOT_rels": f"<Relationships>{targets}</Relationships>",
        "xl__styles_DOT_xml": f'<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>',
        "xl__sharedStrings_DOT_xml": f'<sst xmlns="{MAIN}">{shared}</sst>',
    }
    for n, (_, _, rows) in enumerate(sheets, 1):
        data = rows if "<sheetData>" in rows else f"<sheetData>{rows}</sheetData>"
        members[f"xl__worksheets__sheet{n}_DOT_xml"] = f'<worksheet xmlns="{MAIN}">{data}</worksheet>'
    return archive(**members)


def one(rows: str, **how: str) -> bytes:
    """Make a workbook of one sheet with the header `id`, `value`."""
    return xlsx(("data", "visible", HEADER + rows), **how)


def value_row(cell: str, row: int = 2) -> str:
    """Write a record `a` whose value is a cell."""
    return f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>a</t></is></c>{cell}</row>'


def ods(*sheets: tuple[str, str], styles: str = "") -> bytes:
    """Make a workbook of (attributes of the table, its rows)."""
    tables = "".join(f"<table:table {about}>{rows}</table:table>" for about, rows in sheets)
    return archive(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        content_DOT_xml=f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
    )


def ods_cell(about: str, inside: str = "") -> str:
    """Write a cell; its `value-type` is the office's own."""
    about = f" {about}".replace(" value-type", " office:value-type")
    return f"<table:table-cell{about}>{inside}</table:table-cell>"


def ods_one(cell: str, *, row: str = "") -> bytes:
    """Make an ODS workbook with one record `a` whose value is a cell; `row` holds attributes of its row."""
    key = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    return ods(('table:name="data"', f"{ODS_HEADER}<table:table-row {row}>{key}{cell}</table:table-row>"))


def read(content: bytes, name: str = "a.xlsx", sheet: str | None = None) -> Layer:
    """Read a workbook and hold the law of the ledger."""
    layer = read_content(layer_entry(Path(name), "incidents", part=sheet or ""), content)
    assert len(layer.frame) + layer.unread == layer.counted
    return layer


def value(layer: Layer) -> str | None:
    """Return the value of the one record."""
    (found,) = layer.frame["value"].astype(object).where(layer.frame["value"].notna(), None)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="B2"><v>12345678901234567890</v></c>', "12345678901234567890"),  # a float would round it
        ('<c r="B2"><v>40.1</v></c>', "40.1"),
        ('<c r="B2"><v>4.01E1</v></c>', "40.1"),
        ('<c r="B2"><v>1E-7</v></c>', "0.0000001"),
        ('<c r="B2" t="inlineStr"><is><t>007</t></is></c>', "007"),
        ('<c r="B2" t="s"><v>0</v></c>', "Ağdam"),
        ('<c r="B2" t="s"><v>1</v></c>', "bold plain"),
        ('<c r="B2" t="str"><f>A2</f><v>NA</v></c>', "NA"),
        ('<c r="B2"><f>1+1</f><v>2</v></c>', "2"),  # the stored value of a formula
        ('<c r="B2" t="str"><f>""</f><v></v></c>', None),
        ('<c r="B2" t="b"><v>1</v></c>', "true"),
        ('<c r="B2" t="d"><v>2021-04-03T00:00:00</v></c>', "2021-04-03"),
        ('<c r="B2" s="1"><v>44289</v></c>', "2021-04-03"),  # 44289 days after 1899-12-30
        ('<c r="B2" s="2"><v>44289</v></c>', "2021-04-03"),
        ('<c r="B2" s="3"><v>44289.75</v></c>', "2021-04-03T18:00:00"),
        ('<c r="B2" s="1"><v>59</v></c>', "1900-02-28"),
        ('<c r="B2" s="1"><v>60</v></c>', "1900-02-29"),  # a day that never was: no date, for the checks to refuse
        ('<c r="B2" s="1"><v>61</v></c>', "1900-03-01"),
        ('<c r="B2" s="6"><v>0.5</v></c>', "12:00:00"),
        ('<c r="B2" s="4"><v>1.5</v></c>', "1.5"),  # elapsed hours are no date
        ('<c r="B2" s="5"><v>44289</v></c>', "44289"),  # nor is a number of "days"
        ('<c r="B2" s="1"><v>-1</v></c>', "-1"),
        ('<c r="B2" s="0"><v>44289</v></c>', "44289"),
        ('<c r="B2"/>', None),
        ("", None),
        ("<c><v>7</v></c>", "7"),  # cells may leave out where they are
    ],
)
def test_a_stored_cell_is_read_as_its_text(cell: str, expected: str | None) -> None:
    """Each by the rules of the format, worked out by hand."""
    shared = (
        "<si><t>Ağdam</t></si><si><r><t>bold</t></r><r><t xml:space='preserve'> plain</t></r><rPh><t>no</t></rPh></si>"
    )
    layer = read(one(value_row(cell), shared=shared))
    assert value(layer) == expected
    assert layer.findings == ()
    assert list(layer.frame.index) == [2]


def test_the_other_epoch() -> None:
    """42827 days after 1904-01-01 is the same day."""
    layer = read(one(value_row('<c r="B2" s="1"><v>42827</v></c>'), epoch='<workbookPr date1904="1"/>'))
    assert value(layer) == "2021-04-03"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="B2"><f>A1</f></c>', "never calculated"),
        ('<c r="B2"><f>A1</f><v/></c>', "never calculated"),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="B2" t="s"><v>9</v></c>', "cannot be read"),
        ('<c r="B2"><v>forty</v></c>', "cannot be read"),
        ('<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>', "twice"),
        ('<c r="D2"><v>1</v></c>', "column without a name"),
    ],
)
def test_a_record_with_a_cell_that_says_nothing_is_refused(cell: str, said: str) -> None:
    """It is named by its row and column; the record beside it is kept."""
    layer = read(one(value_row(cell) + value_row('<c r="B3"><v>1</v></c>', 3)))
    (found,) = layer.findings
    assert (found.rule, found.severity, found.row, layer.unread) == ("unreadable_row", "error", 2, 1)
    assert said in str(found.value)
    assert found.column in {"value", "D"}
    assert list(layer.frame.index) == [3]


def test_several_sheets_are_listed_not_chosen() -> None:
    """The hidden one is named as hidden; a sheet that holds nothing needs no choice."""
    rows = HEADER + value_row('<c r="B2"><v>1</v></c>')
    book = xlsx(("A", "visible", rows), ("B", "hidden", rows), ("C", "visible", ""))
    with pytest.raises(DataRefused, match=r"'A', 'B' \(hidden\), and none is asked for"):
        read(book)
    assert value(read(book, sheet="B")) == "1"
    with pytest.raises(DataRefused, match="no sheet 'D'"):
        read(book, sheet="D")
    assert value(read(xlsx(("A", "visible", rows), ("C", "visible", "")))) == "1"


def test_the_only_sheet_may_not_be_a_hidden_one() -> None:
    """What the sender does not see is not read unasked."""
    with pytest.raises(DataRefused, match="hidden"):
        read(xlsx(("A", "veryHidden", HEADER + value_row("")), ("B", "visible", "")))


def test_merged_cells_are_a_finding() -> None:
    """The value stands in the first cell only; the others count as not known."""
    rows = HEADER + value_row('<c r="B2"><v>5</v></c>') + value_row('<c r="B3"/>', 3)
    layer = read(
        xlsx(("A", "visible", f'<sheetData>{rows}</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>'))
    )
    (found,) = layer.findings
    assert (found.rule, found.severity, found.row, found.value) == ("merged_cells", "warning", 2, "B2:B3")
    assert list(layer.frame["value"].fillna("-")) == ["5", "-"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0 old", "a.xlsx", "password"),
        (b"id,value\na,1\n", "a.xlsx", "not what its name says"),
        (b"PK\x03\x04", "a.ods", "not a whole zip"),
        (archive(content_DOT_xml="<a/>"), "a.xlsx", "no XLSX"),
        (archive(a_DOT_txt="a"), "a.ods", "no ODS"),
        (archive(content_DOT_xml="<a/>"), "a.ods", "not a document-content"),
        (archive(content_DOT_xml="<a"), "a.ods", "not well-formed"),
        (one("", prolog='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "a.xlsx", "document type"),
        (one("", prolog='<?xml version="1.0"?><!-- a --><!DOCTYPE a>'), "a.xlsx", "document type"),
        (xlsx(("A", "visible", "")), "a.xlsx", "none of its sheets"),
        (xlsx(("A", "visible", HEADER + HEADER)), "a.xlsx", "not in order"),
        (xlsx(("A", "visible", HEADER.replace("value", "id"))), "a.xlsx", "two columns"),
        (xlsx(("A", "visible", '<row r="1"><c r="A1"><f>B1</f></c></row>')), "a.xlsx", "never calculated"),
        (ods(('table:name="A"', "<table:table-row/>")), "a.ods", "none of its sheets"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content: bytes, name: str, said: str) -> None:
    """Old, locked, cut, something else, with a document type, without a header or with two like columns."""
    with pytest.raises(DataRefused, match=said) as caught:
        read(content, name)
    assert caught.value.file == name


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (ods_cell('value-type="float" office:value="12345678901234567890"'), "12345678901234567890"),
        (ods_cell('value-type="float" office:value="40.1"', "<text:p>40,1</text:p>"), "40.1"),
        (ods_cell('value-type="date" office:date-value="2021-04-03"', "<text:p>3/4</text:p>"), "2021-04-03"),
        (ods_cell('value-type="boolean" office:boolean-value="true"'), "true"),
        (ods_cell('value-type="string"', '<text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p>'), "a  b\nc"),
        (ods_cell('table:formula="of:=1+1" value-type="float" office:value="2"'), "2"),
        (
            ods_cell(
                'value-type="string"', "<office:annotation><text:p>no</text:p></office:annotation><text:p>yes</text:p>"
            ),
            "yes",
        ),
        ("<table:table-cell/>", None),
    ],
)
def test_a_cell_of_an_ods_sheet_is_its_stored_value(cell: str, expected: str | None) -> None:
    """Never what it happens to show, and never its comment."""
    assert value(read(ods_one(cell), "a.ods")) == expected


@pytest.mark.parametrize(
    "cell",
    [
        ods_cell('table:formula="of:=A1"'),
        ods_cell('table:formula="of:=1/0" value-type="string" calcext:value-type="error"', "<text:p>#DIV/0!</text:p>"),
        ods_cell('value-type="float" office:value="much"'),
    ],
)
def test_a_record_of_an_ods_sheet_without_a_value_is_refused(cell: str) -> None:
    """A formula never calculated, an error, a number that is none."""
    layer = read(ods_one(cell), "a.ods")
    assert (layer.counted, layer.unread, layer.findings[0].column) == (1, 1, "value")


def test_repeated_rows_are_records_and_repeated_blanks_are_not() -> None:
    """Three equal records; a million blank rows below them, as LibreOffice writes."""
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    content = ods_one(cell, row='table:number-rows-repeated="3"')
    layer = read(content, "a.ods")
    assert (layer.counted, list(layer.frame.index)) == (3, [2, 3, 4])
    blanks = '<table:table-cell table:number-columns-repeated="1024"/>'
    blank = f'<table:table-row table:number-rows-repeated="1048000">{blanks}</table:table-row>'
    assert read(ods(('table:name="A"', ODS_HEADER + blank)), "a.ods").counted == 0


def test_a_row_repeated_a_billion_times_is_refused() -> None:
    """40 bytes that stand for more cells than there is memory."""
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    with pytest.raises(DataRefused, match="more than 20,000,000 cells"):
        read(ods_one(cell, row='table:number-rows-repeated="1000000000"'), "a.ods")


def test_hidden_and_merged_in_ods() -> None:
    """A style hides the sheet; a span merges cells."""
    styles = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    wide = '<table:table-cell office:value-type="float" office:value="1" table:number-rows-spanned="2"/>'
    rows = f"{ODS_HEADER}<table:table-row>{wide}</table:table-row>"
    book = ods(('table:name="A"', rows), ('table:name="B" table:style-name="ta2"', rows), styles=styles)
    with pytest.raises(DataRefused, match=r"'A', 'B' \(hidden\)"):
        read(book, "a.ods")
    layer = read(book, "a.ods", sheet="B")
    assert [found.value for found in layer.findings] == ["A2:A3"]


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    """30 MB of spaces inside a sheet, in 30 kB."""
    with pytest.raises(DataRefused, match="200 times"):
        read(one(" " * 30_000_000))
