"""Cells are judged as text, by rules worked out by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper import schema, terms

if TYPE_CHECKING:
    from mapper.model import DateOrder, Kind


def judged(column: str, *cells: str | None, kind: Kind = "incidents") -> list[str | None]:
    """Return the rule each cell broke, None where it passed."""
    frame = pd.DataFrame({column: list(cells)}, index=range(2, 2 + len(cells)), dtype="str")
    broken = {failed.index: failed.rule for failed in schema.failures(frame, kind)}
    return [broken.get(row) for row in frame.index]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("0", None),
        ("12", None),
        ("007", None),
        ("3.0", None),
        (None, None),
        ("-1", "negative_count"),
        ("2.5", "not_an_integer"),
        ("1E05", "not_an_integer"),
        ("two", "not_an_integer"),
        ("1,000", "not_an_integer"),
        ("٣", "not_an_integer"),
        ("1_0", "not_an_integer"),
        ("1234567890", "not_an_integer"),
    ],
)
def test_counts(cell: str | None, rule: str | None) -> None:
    """A blank is not known and passes; only plain digits are a count (some programs write a whole number as 3.0)."""
    assert judged("killed_civilian", cell) == [rule]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("46.9", None),
        ("-.5", None),
        ("4.69e1", None),
        ("46,9", "not_a_number"),
        ("46°54'", "not_a_number"),
        ("4_6.9", "not_a_number"),
        ("٤٦", "not_a_number"),
        ("4o.1", "not_a_number"),
        ("NaN", "not_a_number"),
        ("inf", "not_a_number"),
        ("1e400", "not_a_number"),
        ("0x2e", "not_a_number"),
        ("46.9 E", "not_a_number"),
    ],
)
def test_coordinates(cell: str, rule: str | None) -> None:
    """Python alone would take 4_6.9, Arabic digits, NaN and inf for numbers."""
    assert judged("lon", cell) == [rule]


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2021-01-28", None),
        ("2021-01", None),
        ("2021", None),
        ("--08-31", None),
        ("--02-29", None),
        ("2021-02-29", "not_a_date"),
        ("2021-13", "not_a_date"),
        ("28.01.2021", "undeclared_date_order"),
        ("03/04/2021", "undeclared_date_order"),
        ("3-4-2021", "undeclared_date_order"),
        ("2021/04/03", "undeclared_date_order"),
        ("03/04.2021", "not_a_date"),
        ("3/4/21", "two_digit_year"),
        ("28.01.21", "two_digit_year"),
        ("21-01-28", "two_digit_year"),
        ("44289", "serial_date"),
        ("44289.5", "serial_date"),
        ("73415", "serial_date"),
        ("73416", "not_a_date"),
        ("09999", "not_a_date"),
        ("4428", "not_a_date"),
        ("20210128", "not_a_date"),
        ("0000-01-01", "not_a_date"),
        ("0221-01-28", "not_a_date"),
        ("1899-12-31", "not_a_date"),
        ("1900-01-01", None),
        ("2100-12-31", None),
        ("2101", "not_a_date"),
        ("9999-12-31", "not_a_date"),
        ("2021-1-2", "not_a_date"),
        ("２０２１-01-02", "not_a_date"),
    ],
)
def test_dates(cell: str, rule: str | None) -> None:
    """No order of day and month is guessed, no serial number of a spreadsheet taken for a year.

    44289 days after 30 December 1899 is 3 April 2021, and 73415 the last day of 2100; 4428 is no year up to 2100.
    """
    assert judged("date_start", cell) == [rule]


def test_ids_are_filled_and_unique() -> None:
    """The first of two equal ids stands, the second is refused; a blank is no id."""
    assert judged("incident_id", "a", "b", "a", None, None) == [
        *(None, None, "duplicate_id", "missing_value", "missing_value")
    ]


def test_codes_are_those_of_the_vocabulary() -> None:
    """Letter for letter."""
    assert judged("device_category", "ap_mine", "AP mine", None) == [None, "not_in_code_list", None]


@pytest.mark.parametrize(
    ("column", "kind"), [("name", "districts"), ("authorities", "orders"), ("order_type", "orders")]
)
def test_a_required_cell_is_filled(column: str, kind: Kind) -> None:
    """Whatever its form; where nothing is required a blank passes."""
    assert judged(column, None, kind=kind) == ["missing_value"]
    assert judged("note", None, kind=kind) == [None]


def test_one_failure_a_cell() -> None:
    """A text that breaks two rules is told once."""
    frame = pd.DataFrame({"killed_civilian": pd.Series(["-x"], dtype="str")})
    assert [failed.rule for failed in schema.failures(frame, "incidents")] == ["negative_count"]


@pytest.mark.parametrize(
    ("text", "order", "written"),
    [
        ("28.01.2021", "dmy", "2021-01-28"),
        ("3/4/2021", "dmy", "2021-04-03"),
        ("3/4/2021", "mdy", "2021-03-04"),
        ("2021/4/3", "ymd", "2021-04-03"),
        ("2021-04-03", "dmy", "2021-04-03"),
        ("2021-04", "dmy", "2021-04"),
        ("3/4/21", "dmy", "3/4/21"),
        ("--08-31", "dmy", "--08-31"),
        ("31.02.2021", "dmy", "2021-02-31"),
    ],
)
def test_dates_in_a_told_order(text: str, order: DateOrder, written: str) -> None:
    """Only the seats change; whether such a day exists is judged afterwards."""
    assert schema.date_in_order(text, order) == written


@pytest.mark.parametrize(
    ("first", "second", "later"),
    [
        ("2021-02-01", "2021-01-31", True),
        ("2021-01-31", "2021-02-01", False),
        ("2021-01-31", "2021-01-31", False),
        ("2021-02", "2021-01-31", True),
        ("2021-02-27", "2021-02", False),
        ("2021", "2021-01-01", False),
        ("2022", "2021-12-31", True),
        ("--12-31", "2021-01-01", False),
    ],
)
def test_later_means_certainly_later(first: str, second: str, later: bool) -> None:
    """What is stated of both dates decides; a date without a year decides nothing."""
    assert schema.is_later(first, second) is later


def test_typed_columns_are_all_there() -> None:
    """A file with one column gives every column of the kind; blanks are NA, counts whole numbers, the index stays."""
    frame = schema.typed(pd.DataFrame({"killed_civilian": ["3.0", None]}, index=[7, 9], dtype="str"), "incidents")
    expected = [column.name for column in schema.COLUMNS["incidents"] if column.form != "place_text"]
    assert list(frame.columns) == expected
    assert frame.index.tolist() == [7, 9]
    assert frame["killed_civilian"].tolist() == [3, pd.NA]
    assert frame["incident_id"].isna().all()


def test_every_code_column_has_its_vocabulary() -> None:
    """And every other column has none."""
    for column in (column for columns in schema.COLUMNS.values() for column in columns):
        assert (column.vocabulary in terms.names()) == (column.form in ("code", "codes")), column


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["46.9", "-.5", "5.", "4.69e1"], [46.9, -0.5, 5.0, 46.9]),
        (["+46.9", "1", None], [46.9, 1.0, float("nan")]),
        (["0.1", "46.927360000000004", "5e-324"], [0.1, 46.927360000000004, 5e-324]),
    ],
)
def test_numbers_are_those_that_were_written(cells: list[str | None], numbers: list[float]) -> None:
    """To the last bit, as Python reads them."""
    frame = schema.typed(pd.DataFrame({"lon": cells}, dtype="str"), "incidents")
    assert frame["lon"].tolist() == pytest.approx(numbers, rel=0, abs=0, nan_ok=True)


@given(st.lists(st.text(st.sampled_from("0123456789+-.eE x_"), max_size=7), max_size=8))
def test_a_plain_number_is_a_number(cells: list[str]) -> None:
    """The quick pass leaves nothing out that the judge would have refused: a second judge, of Python's own grammar."""
    plain = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
    expected = [None if plain.fullmatch(cell) and abs(float(cell)) < float("inf") else "not_a_number" for cell in cells]
    assert judged("lon", *cells) == expected


def test_each_row_of_a_repeated_fault_is_told() -> None:
    """A text is judged once, and every row that bears it fails."""
    cells = ["two", "1", None, "two", "-1", "two"]
    assert judged("killed_civilian", *cells) == [
        "not_an_integer",
        None,
        None,
        "not_an_integer",
        "negative_count",
        "not_an_integer",
    ]


def test_columns_in_several_chunks_and_of_objects_are_judged_alike() -> None:
    """However a reader put its column together."""
    parts = [pd.DataFrame({"killed_civilian": cells}, dtype="str") for cells in (["1", "x"], ["y", None])]
    frame = pd.concat(parts, ignore_index=True)
    for given_frame in (frame, frame.astype(object)):
        assert [(failed.index, failed.value) for failed in schema.failures(given_frame, "incidents")] == [
            (1, "x"),
            (2, "y"),
        ]


def test_a_length_below_zero_is_told() -> None:
    """A radius of -5000 m is none; a longitude may be below zero."""
    assert judged("uncertainty_m", "-5000", "12.5") == ["negative_number", None]
    assert judged("lon", "-46.9") == [None]
