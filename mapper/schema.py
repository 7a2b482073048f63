"""What each kind of layer must hold: columns, forms, code lists, and what becomes of a cell that fails.

Every layer is read as text and judged as text here, by one lazy pandera schema per kind, so that all failures of a file
are told at once and no library guesses a type ("007", "NA", "1E05"). Only text that passed is turned into numbers.

A failing cell has one of two ends. Where the record cannot be used without it (its id, its coordinates), the record is
refused. Everywhere else the record stays and the cell becomes "not known", with the given value in a finding: an accident
whose device is misspelt is still an accident.

`COLUMNS` names every column of every kind once; the frames, the exports and the page use these names.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from mapper import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mapper.model import DateOrder

Form = Literal["id", "text", "date", "count", "number", "longitude", "latitude", "code"]
CASUALTY_STATUS = ("civilian", "military", "deminer", "unknown")
KILLED = tuple(f"killed_{status}" for status in CASUALTY_STATUS)
INJURED = tuple(f"injured_{status}" for status in CASUALTY_STATUS)
GEOMETRY_OF_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "incidents": ("Point",),
        "settlements": ("Point",),
        "zones": ("Polygon", "MultiPolygon"),
        "hazards": ("Polygon", "MultiPolygon"),
        "districts": ("Polygon", "MultiPolygon"),
        "coverage": ("Polygon", "MultiPolygon"),
        "context": ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    }
)
"""Kinds that have a place, with the geometry types that can be one. Kinds not named here are plain tables."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind: its form, and whether the column must exist and each cell be filled.

    `vocabulary` names the code list of a `code` column. `fatal` says that a failing cell refuses its record.
    """

    name: str
    form: Form = "text"
    vocabulary: str | None = None
    required: bool = False
    fatal: bool = False


def _id(name: str) -> Column:
    return Column(name, "id", required=True, fatal=True)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _dates(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "date") for name in names)


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "count") for name in names)


def _codes(**vocabulary_of: str) -> tuple[Column, ...]:
    return tuple(Column(name, "code", vocabulary) for name, vocabulary in vocabulary_of.items())


_LON_LAT = (Column("lon", "longitude", fatal=True), Column("lat", "latitude", fatal=True))

COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "incidents": (
            _id("incident_id"),
            *_dates("date_start", "date_end", "reported_on"),
            *_texts("district", "settlement", "settlement_as_reported", "device_as_reported", "source_ids", "note"),
            *_codes(
                date_precision="date_precision",
                location_level="location_level",
                accident_type="accident_type",
                device_category="device_category",
                activation="activation",
                activity="activity",
            ),
            Column("uncertainty_m", "number"),
            *_counts(*KILLED, *INJURED),
            *_LON_LAT,
        ),
        "zones": (
            _id("zone_id"),
            *_texts("name", "admin_units", "extent_note", "order_ids", "source_ids", "note"),
            *_codes(extent="extent", geometry_basis="geometry_basis"),
        ),
        "hazards": (
            _id("hazard_id"),
            *_texts("name", "source_ids", "note"),
            Column("class", "code", "hazard_class"),
            Column("status", "code", "hazard_status"),
            *_dates("reported_on"),
            Column("reported_area_m2", "number"),
        ),
        "districts": (_id("district_id"), Column("name", required=True), *_texts("name_source", "kind", "note")),
        "settlements": (
            Column("settlement", required=True, fatal=True),
            *_texts("district", "geonames_id", "name_variants", "note"),
            *_LON_LAT,
        ),
        "orders": (
            _id("order_id"),
            *_dates("issued_on", "effective_from", "effective_to"),
            Column("authorities", required=True),
            Column("order_type", "code", "order_type", required=True),
            *_texts("who", "where", "permit_rule", "end_condition", "key_phrase", "source_ids", "note"),
        ),
        "casualty_counts": (
            _id("count_id"),
            *_texts("publisher", "issuing_authority", "scope", "source_ids", "note"),
            *_dates("as_of", "period_start", "period_end"),
            *_counts(
                *(
                    f"{outcome}_{who}"
                    for outcome in ("killed", "injured")
                    for who in ("total", "civilian", "military", "deminer")
                ),
                "victims_total",
            ),
        ),
        "activities": (
            _id("activity_id"),
            *_texts("agency", "team", "district", "other_items", "source_ids", "note"),
            *_dates("reported_on", "period_start", "period_end"),
            Column("area_hectares", "number"),
            *_counts("ap_mines", "av_mines", "mines_unspecified", "uxo", "personnel"),
        ),
        "sources": (_id("source_id"), *_texts("publisher", "title", "url", "language"), *_dates("published_on")),
        "coverage": (
            _id("coverage_id"),
            *_codes(survey_state="survey_state", reporting_state="reporting_state"),
            *_dates("period_start", "period_end"),
            *_texts("name", "source_ids", "note"),
        ),
        "context": (_id("context_id"), Column("kind", "code", "context_kind"), *_texts("name")),
    }
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One cell that did not pass: the index label of its row, its column, the rule it broke, the text given."""

    index: int
    column: Column
    rule: str
    value: str | None


def failures(frame: pd.DataFrame, kind: str) -> list[Failure]:
    """Judge a text frame against the schema of its kind and return every failing cell.

    Parameters
    ----------
    frame : DataFrame
        Text columns named as in `COLUMNS[kind]` (others are ignored), a unique integer index, blank cells as NA.
    kind : str
        A kind of layer.

    Returns
    -------
    list of Failure
        In row order; empty when all cells pass. At most one per cell.
    """
    present = [column for column in COLUMNS[kind] if column.name in frame]
    schema = pa.DataFrameSchema({column.name: _pandera_column(column) for column in present})
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        return _first_per_cell(found.failure_cases, {column.name: column for column in present})
    return []


def missing_columns(names: Iterable[str], kind: str) -> list[str]:
    """Name the required columns of a kind that `names` lacks.

    Examples
    --------
    >>> missing_columns(["name"], "districts")
    ['district_id']
    """
    given = set(names)
    return [column.name for column in COLUMNS[kind] if column.required and column.name not in given]


def typed(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Turn checked text into the types of the kind: counts to Int64, numbers to float64, the rest stays text.

    Columns of the kind that the file lacks are added, all NA, so that later steps need not ask. The index and the row
    count stay; the order of columns is that of `COLUMNS[kind]`.
    """
    columns = {column.name: _typed_column(frame, column) for column in COLUMNS[kind]}
    return pd.DataFrame(columns, index=frame.index)


def is_date(text: str) -> bool:
    """Tell whether a text is a date as this product writes them: YYYY-MM-DD, YYYY-MM, YYYY, or --MM-DD without a year.

    Years before 1900 and after 2100 are slips of the pen or serial numbers, not dates of what is mapped here.

    Examples
    --------
    >>> [is_date(text) for text in ("2021-01-28", "2021-02", "--08-31", "2021-02-30", "01.02.2021", "0221-01-28")]
    [True, True, True, False, False, False]
    """
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day = (
        int(part) if part else default for part, default in zip(found.groups(), (2000, 1, 1), strict=True)
    )
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return _FIRST_YEAR <= year <= _LAST_YEAR


def is_later(first: str, second: str) -> bool:
    """Tell whether a date is certainly later than another: compared as far as both are stated, never without a year.

    Examples
    --------
    >>> is_later("2021-02-01", "2021-01-31"), is_later("2021-02-01", "2021-02"), is_later("--03-01", "2021-02")
    (True, False, False)
    """
    if first.startswith("-") or second.startswith("-"):
        return False
    stated = min(len(first), len(second))
    return first[:stated] > second[:stated]


def date_in_order(text: str, order: DateOrder) -> str:
    """Write a date of three numbers in a told order as YYYY-MM-DD; any other text comes back as it is.

    Examples
    --------
    >>> date_in_order("03/04/2021", "dmy"), date_in_order("3.4.2021", "mdy"), date_in_order("spring 2021", "dmy")
    ('2021-04-03', '2021-03-04', 'spring 2021')
    """
    parts = text.replace("/", ".").replace("-", ".").split(".")
    digits = all(part.isascii() and part.isdigit() for part in parts)
    if len(parts) != len(order) or not digits:
        return text
    part_of = dict(zip(order, parts, strict=True))
    if len(part_of["y"]) != len("2021"):
        return text
    return f"{part_of['y']}-{part_of['m']:0>2}-{part_of['d']:0>2}"


_DATE = re.compile(r"(?:(\d{4})(?=$|-)|-(?=-\d{2}-\d{2}))(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_COUNT = r"[0-9]{1,9}(?:\.0{1,9})?"


def _typed_column(frame: pd.DataFrame, column: Column) -> pd.Series:
    given = frame.get(column.name, pd.Series(pd.NA, index=frame.index)).astype("str")
    if column.form == "count":
        return given.astype("Float64").astype("Int64")
    if column.form in ("number", "longitude", "latitude"):
        return given.astype("float64")
    return given


def _pandera_column(column: Column) -> pa.Column:
    return pa.Column(
        checks=[pa.Check(rule, name=name, ignore_na=name != "missing_value") for name, rule in _rules(column).items()],
        nullable=True,
    )


def _rules(column: Column) -> dict[str, Callable[[pd.Series], pd.Series]]:
    """Return the rules of one column: name to a function from a text series to a boolean series."""
    filled = {"missing_value": _filled} if column.required else {}
    return filled | _rules_of_form(column)


def _rules_of_form(column: Column) -> dict[str, Callable[[pd.Series], pd.Series]]:
    """Return the rules for cells that are filled."""
    match column.form:
        case "id":
            return {"duplicate_id": _unique}
        case "date":
            return {"not_a_date": lambda cells: cells.map(is_date).astype(bool)}
        case "count":
            return {
                "negative_count": lambda cells: ~cells.str.startswith("-"),
                "not_an_integer": lambda cells: cells.str.fullmatch(_COUNT),
            }
        case "number" | "longitude" | "latitude":
            return {"not_a_number": _finite_number}
        case "code":
            known = list(terms.codes(column.vocabulary or ""))
            return {"not_in_code_list": lambda cells: cells.isin(known)}
        case _:
            return {}


def _filled(cells: pd.Series) -> pd.Series:
    return cells.notna()


def _unique(cells: pd.Series) -> pd.Series:
    return ~cells.duplicated(keep="first") | cells.isna()


def _finite_number(cells: pd.Series) -> pd.Series:
    plain = cells.str.fullmatch(_NUMBER)
    return plain & cells.where(plain, "0").astype("float64").abs().lt(float("inf"))


def _first_per_cell(cases: pd.DataFrame, columns: Mapping[str, Column]) -> list[Failure]:
    first = cases.drop_duplicates(["index", "column"]).sort_values(["index", "column"], kind="stable")
    return [
        Failure(int(index), columns[name], str(rule), None if pd.isna(value) else str(value))
        for index, name, rule, value in zip(
            first["index"], first["column"], first["check"], first["failure_case"], strict=True
        )
    ]
