"""Delimited text: every record is read as written or refused by its row, and none is lost."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, MapperError
from mapper.intake import tables
from mapper.intake.tables import count_records, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from mapper.model import Layer

HEADER = "incident_id,lat,lon\n"
CELLS = st.text(st.sampled_from("ab7 ,;\t\"\n\r'İə.-"), max_size=6)


def read(text: str | bytes, name: str = "a.csv") -> Layer:
    """Read a table given as text."""
    content = text if isinstance(text, bytes) else text.encode()
    return read_table(layer_entry(Path(name), "incidents"), content, "")


def refusal(text: str | bytes) -> str:
    """Return the sentence with which a table is refused."""
    with pytest.raises(DataRefused) as caught:
        read(text)
    return str(caught.value)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
def test_what_a_spreadsheet_writes_is_counted_and_read_back(rows: list[list[str]], end: str, quoted: bool) -> None:
    """The standard writer is the independent count: as many records as it wrote, each cell as it was, less outer blanks."""
    if not quoted:  # the writer quotes no line end but its own, which no reader can tell from the end of a record
        rows = [[cell.replace("\r", "").replace("\n", "") for cell in row] for row in rows]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerows([["one", "two"], *rows])
    layer = read(out.getvalue())
    assert layer.counted == len(rows) == len(layer.frame)
    expected = [[cell.strip() or None for cell in row] for row in rows]
    assert layer.frame.astype(object).where(layer.frame.notna(), None).to_numpy().tolist() == expected


@given(st.text(st.sampled_from('ab1,;\t"\n\r \x00"ə'), max_size=60))
def test_any_text_is_read_whole_or_refused_in_words(text: str) -> None:
    """No text loses a record: read + refused is the count, which is made without the reader."""
    try:
        layer = read(text)
    except MapperError as error:
        assert str(error).endswith(".")  # noqa: PT017 - text that can be read is as welcome
        return
    assert len(layer.frame) + layer.unread == layer.counted


@given(st.binary(max_size=80))
def test_any_bytes_are_read_whole_or_refused_in_words(content: bytes) -> None:
    """Bytes of any kind raise nothing but our own errors."""
    try:
        layer = read(content)
    except MapperError:
        return
    assert len(layer.frame) + layer.unread == layer.counted


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", 0),
        ("a,b\n", 0),
        ("a,b\n1,2", 1),
        ("a,b\r\n1,2\r\n3,4\r\n", 2),
        ("a,b\r1,2\r3,4", 2),
        ("\n\na,b\n\n1,2\n   \n\n3,4\n\n", 2),
        ('a,b\n1,"x\ny"\n', 1),
        ('a,b\n1,"say ""no""\n"\n2,x\n', 2),
        ('a,b\n5" mine,1\n6" shell,2\n', 2),
        ('a,b\n1,5" mine\n2,x\n', 2),
        ("a,b\n,\n", 1),
    ],
)
def test_records_are_counted_by_line_ends_outside_quoted_cells(text: str, records: int) -> None:
    """A quotation mark inside an unquoted cell is a letter (an inch); a blank line is no record, a row of blanks is one."""
    assert count_records(text, ",") == records


def test_text_stays_text() -> None:
    """Leading zeros, NA, exponents and long numbers are what the sender wrote."""
    cells = ["007", "NA", "1E05", "12345678901234567890", "nan", "None", "true"]
    frame = read("id\n" + "\n".join(cells) + "\n").frame
    assert frame["id"].tolist() == cells


def test_a_decimal_comma_without_quotes_does_not_shift_columns() -> None:
    """`40,01,46,93` makes five cells where three belong: that row is refused, the next one is read."""
    layer = read(HEADER + "a,40,01,46,93\nb,40.01,46.93\n")
    assert list(layer.frame.loc[3]) == ["b", "40.01", "46.93"]
    assert [(found.rule, found.row, found.value) for found in layer.findings] == [
        ("unreadable_row", 2, "5 cells where the header has 3")
    ]


@pytest.mark.parametrize("row", ["a,1", "a,1,2,3", "a"])
def test_a_row_with_another_number_of_cells_is_refused(row: str) -> None:
    """Neither padded nor shifted."""
    layer = read(f"{HEADER}{row}\n")
    assert (layer.counted, layer.unread, len(layer.frame)) == (1, 1, 0)


def test_a_nul_character_refuses_its_row_only() -> None:
    """GDAL would lose the rest of the row without a word."""
    layer = read(HEADER + "a\x00b,40,46\nc,40,46\n")
    assert [(found.row, found.value) for found in layer.findings] == [(2, "it holds a NUL character")]
    assert layer.frame["incident_id"].tolist() == ["c"]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    """The header is row 1; a cell of two lines is one row, a blank line is one too."""
    layer = read('incident_id,note\na,"two\nlines"\n\nb,x\n')
    assert layer.frame.index.tolist() == [2, 4]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_tabs_and_semicolons_are_told_from_the_header(name: str) -> None:
    """A table of a program with decimal commas uses one of them."""
    assert read("id\tlat\n1\t40,5\n", name).frame["lat"].tolist() == ["40,5"]
    if name == "a.csv":
        assert read("id;lat\n1;40,5\n").frame["lat"].tolist() == ["40,5"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("incident_id,lat,lat\na,1,2\n", ["row 1", "'lat'", "same name", "Rename"]),
        ("incident_id,,lat\na,1,2\n", ["row 1", "column 2 has no name", "Name every column"]),
        (HEADER + 'a,1,2\nb,"1,2\nc,1,2\n', ["row 3", "not closed", "quotation mark"]),
        ('incident_id,"lat\n', ["row 1", "not closed"]),
        ("\n\n", ["no header"]),
        (b"\x00" * 20 + b"incident_id\n1\n", ["NUL", "UTF-8"]),
        (b"incident_id,note\na,x\nb,caf\xe9\n", ["row 3", "not UTF-8", "Save it again"]),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused_in_a_sentence(text: str | bytes, parts: list[str]) -> None:
    """The sentence names the file, the row and what to do."""
    sentence = refusal(text)
    assert sentence.startswith("a.csv")
    assert all(part in sentence for part in parts), sentence


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    """Excel writes one."""
    assert list(read(b"\xef\xbb\xbfincident_id\na\n").frame.columns) == ["incident_id"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_a_table_in_another_encoding_is_read_and_said(encoding: str) -> None:
    """Which one is never silent; what each text may be is tested in tests/test_text.py."""
    layer = read("incident_id,district,note\na,Агдам,взрыв мины на дороге — «1»\n".encode(encoding))
    assert layer.frame["district"].tolist() == ["Агдам"]
    assert [found.rule for found in layer.findings] == ["assumed_encoding"]


def test_a_header_alone_is_no_record() -> None:
    """The frame has the columns and no row."""
    layer = read(HEADER)
    assert (layer.counted, list(layer.frame.columns), len(layer.frame)) == (0, ["incident_id", "lat", "lon"], 0)


PIECES = st.sampled_from(
    [
        *"ab,,,;\t \x00ə\x85\ufeff",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "  ",
        '"',
        '"x"',
        '"a,b"',
        '"u\nv"',
        '""',
        '"q""r"',
        '" "',
        "n,m\n",
    ]
)


def both(text: str) -> tuple[tables._Table | str | None, tables._Table | str | None]:
    """Return what the fast and the strict reader make of a text: a table, the sentence of a refusal, or nothing."""

    def outcome(reader: Callable[[], tables._Table | None]) -> tables._Table | str | None:
        try:
            return reader()
        except MapperError as error:
            return str(error)

    entry = layer_entry(Path("a.csv"), "incidents")
    return outcome(lambda: tables._read_in_bulk(entry, text.encode())), outcome(
        lambda: tables._read_strictly(entry, text)
    )


@settings(max_examples=1000)
@given(st.sampled_from(["h,k\n", "h,k\r\n", "h;k\n", '"h",k\n', "h,h\n", ""]), st.lists(PIECES, max_size=25))
def test_the_fast_reader_says_what_the_strict_one_says(header: str, pieces: list[str]) -> None:
    """Frame, row numbers, refusals and counts are equal wherever the fast reader does not step back."""
    fast, strict = both(header + "".join(pieces))
    if fast is None:
        return
    if isinstance(fast, str) or isinstance(strict, str):
        assert fast == strict
        return
    assert strict is not None
    assert (fast.header, fast.refused, fast.counted) == (strict.header, strict.refused, strict.counted)
    assert list(fast.refused) == list(strict.refused)
    pd.testing.assert_frame_equal(tables._frame(fast), tables._frame(strict))


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "a,40,46\n",
        HEADER.replace("\n", "\r\n") + "a,40,46\r\n\r\nb,40,46",
        HEADER + 'a,"40","4\n6"\n',
        HEADER + 'a,"40,0",46\n"b ""two""",,\n',
        HEADER + "a,1\nb,1,2,3\n   \nc,1,2\n",
        "incident_id;lat;lon\na;40,0;46,0\n",
        HEADER,
    ],
)
def test_plain_tables_are_read_fast(text: str) -> None:
    """What spreadsheets write needs no second reader, or the test above would compare nothing."""
    fast, _ = both(text)
    assert isinstance(fast, tables._Table)


@pytest.mark.parametrize(
    "text",
    [
        HEADER + 'a,"40"x,46\n',
        HEADER + 'a,5" mine,46\n',
        HEADER + 'a, "40",46\n',
        HEADER + 'a,"40,46\n',
        HEADER + "a,40\r,46\n",
        HEADER + "a\x00,40,46\n",
        "\n" + HEADER,
        "incident_id\na\n",
        HEADER + "\ufeffa,40,46\n",
        HEADER + "a,40," + "x" * 1_000_001 + "\n",
    ],
)
def test_odd_tables_are_left_to_the_strict_reader(text: str) -> None:
    """Each of these pyarrow would read otherwise, or without a word."""
    fast, _ = both(text)
    assert fast is None


def test_every_white_space_is_taken_from_the_ends_of_a_cell() -> None:
    """As Python's `str.strip` does; a no-break space or a thin one makes a name another name."""
    spaces = [chr(code) for code in range(1, 0x10000) if chr(code).isspace() and chr(code) not in "\r\n"]
    assert len(spaces) == 27  # 29 of Unicode in the basic plane (Python 3.11), less the two that end a line
    layer = read("h,k\n" + "".join(f"{space}x{space},{space}\n" for space in spaces))
    assert layer.frame["h"].tolist() == ["x"] * 27
    assert layer.frame["k"].isna().all()
