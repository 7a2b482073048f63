"""What each kind of layer must hold: columns, forms, code lists, and what becomes of a cell that fails.

Every layer is read as text and judged as text here, by a lazy pandera schema per column, so that all failures of a file
are told at once and no library guesses a type ("007", "NA", "1E05"). Only text that passed is turned into numbers. A layer
may have a million rows, so each different text of a column is judged once, and figures that one pass over the column finds
plain are not judged again.

A failing cell has one of two ends. Where the record cannot be used without it (its id, its coordinates), the record is
refused. Everywhere else the record stays and the cell becomes "not known", with the given value in a finding: an accident
whose device is misspelt is still an accident.

`COLUMNS` names every column of every kind once; the frames, the exports and the page use these names.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrors
from pandera.pandas import Check, SeriesSchema

from mapper import terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mapper.model import DateOrder

Form = Literal["id", "text", "date", "count", "number", "longitude", "latitude", "code", "codes", "place_text"]
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
        "corridors": ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
        "routes": ("LineString", "MultiLineString"),
    }
)
"""Kinds that have a place, with the geometry types that can be one. Kinds not named here are plain tables."""
LINE_KINDS = ("context", "corridors", "routes")
"""Kinds whose places may be lines."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind: its form, and whether the column must exist and each cell be filled.

    `vocabulary` names the code list of a `code` column, and of a `codes` column, whose cells hold several: ";" between those
    that stand beside each other, "+" between those that hold at once. `fatal` says that a failing cell refuses its record;
    `stand_in` is what a failing cell counts as where a blank would be the milder reading.
    """

    name: str
    form: Form = "text"
    vocabulary: str | None = None
    required: bool = False
    fatal: bool = False
    stand_in: str | None = None


UNUSABLE = "?"
"""What stands in a date cell that was filled and gives no day, where that must not pass for a blank one."""


def _id(name: str) -> Column:
    return Column(name, "id", required=True, fatal=True)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _dates(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "date") for name in names)


def _deciding_dates(*names: str) -> tuple[Column, ...]:
    """Return dates on which a verdict rests: one that cannot be read is not the same as none."""
    return tuple(Column(name, "date", stand_in=UNUSABLE) for name in names)


def _counts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "count") for name in names)


def _codes(**vocabulary_of: str) -> tuple[Column, ...]:
    return tuple(Column(name, "code", vocabulary) for name, vocabulary in vocabulary_of.items())


_SHAPE_TEXT = Column("shape_text", "place_text")
_POINT = (
    Column("lon", "longitude", fatal=True),
    Column("lat", "latitude", fatal=True),
    Column("lon_lat_text", "place_text"),
    Column("coordinates", "place_text"),
    _SHAPE_TEXT,
)
PLACE_COLUMNS = tuple(column.name for column in _POINT)
"""Columns that a record's geometry is read from; no frame has them once that is done (`mapper.intake.placement`).

`lon_lat_text` is made on reading, of latitudes and longitudes that are no plain decimals (`mapper.intake.coordinate_texts`).
"""

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
            *_POINT,
        ),
        "zones": (
            _id("zone_id"),
            *_texts("name", "admin_units", "extent_note", "order_ids", "source_ids", "note"),
            *_codes(extent="extent", geometry_basis="geometry_basis"),
            _SHAPE_TEXT,
        ),
        "hazards": (
            _id("hazard_id"),
            *_texts("name", "source_ids", "note"),
            Column("class", "code", "hazard_class"),
            Column("status", "code", "hazard_status", stand_in="open"),
            Column("product", "code", "land_product"),
            *_texts("contamination", "evidence_direct", "evidence_indirect", "marking", "organisation"),
            Column("boundary_basis", "code", "geometry_basis"),
            *_dates("established_on", "reported_on", "status_changed_on", "closed_on"),
            Column("reported_area_m2", "number"),
            _SHAPE_TEXT,
        ),
        "districts": (
            _id("district_id"),
            Column("name", required=True),
            *_texts("name_source", "kind", "note"),
            _SHAPE_TEXT,
        ),
        "settlements": (
            Column("settlement", required=True, fatal=True),
            *_texts("district", "geonames_id", "name_variants", "note"),
            *_POINT,
        ),
        "orders": (
            _id("order_id"),
            *_texts("title"),
            *_dates("issued_on"),
            *_deciding_dates("effective_from", "effective_to"),
            *_dates("recorded_on", "last_confirmed_on"),
            Column("authorities", required=True),
            *_texts("legal_ref"),
            Column("order_type", "code", "order_type", required=True),
            Column("applies_to", "codes", "applies_to"),
            Column("exempt", "codes", "applies_to"),
            *_texts("who", "where", "permit_rule", "permit_issuer", "permit_portal", "permit_valid_days"),
            *_texts("permit_max_persons", "permit_daily_quota"),
            Column("leave_route_allowed", "code", "leave_route_allowed"),
            *_texts("checkpoints", "superseded_by", "refers_to", "end_condition"),
            Column("geometry_basis", "code", "geometry_basis"),
            *_texts("key_phrase", "text_original", "text_language", "source_ids", "note"),
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
            *_codes(orders_state="orders_state", survey_state="survey_state", reporting_state="reporting_state"),
            *_deciding_dates("period_start", "period_end"),
            *_texts("name", "source_ids", "note"),
            _SHAPE_TEXT,
        ),
        "context": (_id("context_id"), Column("kind", "code", "context_kind"), *_texts("name"), _SHAPE_TEXT),
        "corridors": (
            _id("corridor_id"),
            *_texts("name", "order_ids"),
            Column("width_m", "number"),
            Column("geometry_basis", "code", "geometry_basis"),
            *_texts("source_ids", "note"),
            _SHAPE_TEXT,
        ),
        "events": (
            _id("event_id"),
            *_dates("date"),
            Column("kind", "code", "event_kind"),
            *_texts("title", "districts", "source_ids", "note"),
        ),
        "routes": (_id("route_id"), *_texts("name"), _SHAPE_TEXT),
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
    found = [
        failed for column in COLUMNS[kind] if column.name in frame for failed in _failing(frame[column.name], column)
    ]
    return sorted(found, key=lambda failed: (failed.index, failed.column.name))


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

    Columns of the kind that the file lacks are added, all NA, so that later steps need not ask; those that hold a place as
    text are not. The index and the row count stay; the order of columns is that of `COLUMNS[kind]`.
    """
    blank = pa.chunked_array([pa.nulls(len(frame), pa.large_string())])
    wanted = [column for column in COLUMNS[kind] if column.name in frame or column.form != "place_text"]
    text_of = {column.name: arrow_text(frame[column.name]) if column.name in frame else blank for column in wanted}
    columns = {column.name: _typed_column(text_of[column.name], column) for column in wanted}
    return pd.DataFrame(columns, index=frame.index, copy=False)


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


@lru_cache(maxsize=1 << 16)
def date_fault(text: str) -> str | None:
    """Name what keeps a text from being read as a date, as a rule of the vocabulary `rule`; None for a date.

    None of these is ever turned into a date here: 03/04/2021 is two days, 3/4/21 is six, and 44289 is a day in a workbook
    whose epoch nobody told.

    Examples
    --------
    >>> [date_fault(text) for text in ("2021-04-03", "03/04/2021", "3.4.21", "44289", "in April")]
    [None, 'undeclared_date_order', 'two_digit_year', 'serial_date', 'not_a_date']
    """
    if is_date(text):
        return None
    if _TWO_DIGIT_YEAR.fullmatch(text):
        return "two_digit_year"
    if _IN_SOME_ORDER.fullmatch(text):
        return "undeclared_date_order"
    if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) < _LAST_SERIAL:
        return "serial_date"
    return "not_a_date"


def is_later(first: str, second: str) -> bool:
    """Tell whether a date is certainly later than another: compared as far as both are stated, never without a year.

    What is no date is neither later nor earlier.

    Examples
    --------
    >>> is_later("2021-02-01", "2021-01-31"), is_later("2021-02-01", "2021-02"), is_later("--03-01", "2021-02")
    (True, False, False)
    """
    if not (first[:1].isdigit() and second[:1].isdigit()):
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
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}")
_IN_SOME_ORDER = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2}")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_416
"""Days in a spreadsheet from 18 May 1927 to the end of 2100; smaller numbers have fewer digits and may be anything."""
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_PLAIN_NUMBER = r"\A[+-]?(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)\z"
_COUNT = r"[0-9]{1,9}(?:\.0{1,9})?"


def arrow_text(cells: pd.Series) -> pa.ChunkedArray:
    """Return a column of text as Arrow holds it, without a copy where it is of pandas' own text type.

    Examples
    --------
    >>> arrow_text(pd.Series(["a", None], dtype="str")).to_pylist()
    ['a', None]
    """
    held = pa.array(cells if cells.dtype == "str" else cells.astype("str"), from_pandas=True)
    text = held if isinstance(held, pa.ChunkedArray) else pa.chunked_array([held])
    return text.cast(pa.large_string())  # a column without one filled cell has no type of its own


def _typed_column(text: pa.ChunkedArray, column: Column) -> Any:  # noqa: ANN401 - arrays of three libraries
    if column.form == "count":
        return pd.array(_whole(text).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get))
    if column.form in ("number", "longitude", "latitude"):
        return _decimal(text)
    return pd.array(text, dtype="str")


def _whole(text: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return pc.cast(text, pa.int64())
    except pa.ArrowInvalid:  # some are written 3.0
        return pc.cast(pc.cast(text, pa.float64()), pa.int64())


def _decimal(text: pa.ChunkedArray) -> np.ndarray:
    try:
        return np.asarray(pc.cast(text, pa.float64()).to_numpy())
    except pa.ArrowInvalid:  # some begin with a plus sign
        return np.asarray(text.to_pandas().astype("float64"))


def _failing(cells: pd.Series, column: Column) -> list[Failure]:
    """Judge one column: its different texts by pandera, then every row that bears a text which failed."""
    if column.form == "id":
        return _judged_by_row(cells, column)
    rules = _rules(column)
    if not rules:
        return []
    text = arrow_text(cells)
    different = pc.unique(_doubtful(text, column))
    rule_of = {value: rule for _, rule, value in _broken(pd.Series(pd.array(different, dtype="str")), column)}
    if not rule_of:
        return []
    bad = pc.is_in(text, value_set=pa.array(list(rule_of), text.type)).to_numpy()
    values = text.filter(pa.array(bad)).to_pylist()
    return [
        Failure(index, column, rule_of[value], value)
        for index, value in zip(cells.index[bad].tolist(), values, strict=True)
    ]


def _judged_by_row(cells: pd.Series, column: Column) -> list[Failure]:
    """Judge a column of ids: only where one is blank or repeated is there anything to tell, row by row."""
    text = arrow_text(cells)
    if not text.null_count and pc.count_distinct(text).as_py() == len(text):
        return []
    return [Failure(int(cells.index[at]), column, rule, value) for at, rule, value in _broken(cells, column)]


def _doubtful(text: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Leave out the figures that are certainly sound: plain digits with at most one point, few enough to be finite."""
    if column.form not in ("number", "longitude", "latitude"):
        return text
    sound = pc.match_substring_regex(text, _PLAIN_NUMBER)
    if column.form == "number":
        sound = pc.and_not(sound, pc.starts_with(text, "-"))
    return text.filter(pc.invert(sound))


def _broken(cells: pd.Series, column: Column) -> list[tuple[int, str, str | None]]:
    """Return, for each cell that fails, its position, the first rule that it breaks, and its text."""
    checks = [Check(rule, name=name, ignore_na=name != "missing_value") for name, rule in _rules(column).items()]
    schema = SeriesSchema(checks=checks, nullable=True)
    try:
        schema.validate(cells.reset_index(drop=True), lazy=True)
    except SchemaErrors as found:
        first = found.failure_cases.drop_duplicates("index")
        return [
            (int(at), str(rule), None if pd.isna(value) else str(value))
            for at, rule, value in zip(first["index"], first["check"], first["failure_case"], strict=True)
        ]
    return []


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
            faults = ("two_digit_year", "undeclared_date_order", "serial_date", "not_a_date")
            return {fault: _without_fault(fault) for fault in faults}
        case "count":
            return {
                "negative_count": lambda cells: ~cells.str.startswith("-"),
                "not_an_integer": lambda cells: cells.str.fullmatch(_COUNT),
            }
        case "number" | "longitude" | "latitude":
            not_below = {"negative_number": _not_below_zero} if column.form == "number" else {}
            return {"not_a_number": _finite_number, **not_below}
        case "code" | "codes":
            return {"not_in_code_list": _in_code_list(column)}
        case _:
            return {}


def _in_code_list(column: Column) -> Callable[[pd.Series], pd.Series]:
    known = frozenset(terms.codes(column.vocabulary or ""))
    if column.form == "code":
        return lambda cells: cells.isin(known)
    return lambda cells: cells.map(lambda cell: _codes_in(cell) <= known).astype(bool)


def _codes_in(cell: str) -> set[str]:
    """Return the codes of a cell that holds several.

    Examples
    --------
    >>> sorted(_codes_in("citizens+private_vehicles; foreigners"))
    ['citizens', 'foreigners', 'private_vehicles']
    """
    return {code.strip() for token in cell.split(";") for code in token.split("+")}


def _without_fault(fault: str) -> Callable[[pd.Series], pd.Series]:
    return lambda cells: cells.map(lambda text: date_fault(text) != fault).astype(bool)


def _not_below_zero(cells: pd.Series) -> pd.Series:
    return ~cells.str.startswith("-")


def _filled(cells: pd.Series) -> pd.Series:
    return cells.notna()


def _unique(cells: pd.Series) -> pd.Series:
    return ~cells.duplicated(keep="first") | cells.isna()


def _finite_number(cells: pd.Series) -> pd.Series:
    plain = cells.str.fullmatch(_NUMBER)
    return plain & cells.where(plain, "0").astype("float64").abs().lt(float("inf"))
