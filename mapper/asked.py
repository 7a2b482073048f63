"""What the caller of `mapper check` says of the files, and how what was typed becomes it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TypeVar, get_args

from mapper.catalogue import DATE_ORDERS, checked_area
from mapper.crs import known_crs
from mapper.errors import DataRefused, UnknownCRS, UsageError
from mapper.model import DateOrder, Kind, LonLatBox, OnInvalid

FIRST_YEAR, LAST_YEAR = 1900, 2100
CHECKED_KINDS: tuple[Kind, ...] = ("incidents", "zones", "hazards", "districts")
ON_INVALID: tuple[OnInvalid, ...] = get_args(OnInvalid)
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]*)?")
_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller says of all files to be checked; None where nothing is said.

    `kind` is one of `CHECKED_KINDS` (told from the columns when not given, which is then a finding), `crs` an authority code,
    `area` west, south, east, north in WGS 84 degrees, `date_order` how 03/04/2021 is meant, `part` the sheet or layer of each
    file that is meant, `on_invalid` what becomes of a shape that contradicts itself (`mapper.intake.checks.check`).

    Raises
    ------
    UsageError
        When the kind, the CRS, the order of dates or the policy is none that can be used.
    """

    kind: Kind | None = None
    crs: str | None = None
    area: LonLatBox | None = None
    date_order: DateOrder | None = None
    part: str | None = None
    on_invalid: OnInvalid | None = None

    def __post_init__(self) -> None:
        choice(self.kind, CHECKED_KINDS)
        choice(self.date_order, DATE_ORDERS)
        choice(self.on_invalid, ON_INVALID)
        usable_crs(self.crs)


def parse_area(text: str | None) -> LonLatBox | None:
    """Read `W,S,E,N` in degrees as typed on the command line.

    Raises
    ------
    UsageError
        When it is not four numbers that make a box on earth.

    Examples
    --------
    >>> parse_area("44.5,38.2,51,42.1")
    (44.5, 38.2, 51.0, 42.1)
    """
    if text is None:
        return None
    advice = "Write --area W,S,E,N in degrees, for instance 44.5,38.2,51,42.1."
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != len(("w", "s", "e", "n")) or not all(_DEGREES.fullmatch(part) for part in parts):
        raise UsageError(f"'{text}' is not four numbers", advice=advice)
    west, south, east, north = map(float, parts)
    try:
        return checked_area((west, south, east, north), f"'{text}'", advice)
    except DataRefused as exc:
        raise UsageError(exc.what, advice=advice) from None


def parse_date_order(text: str | None) -> DateOrder | None:
    """Read how dates are meant, as typed on the command line.

    Raises
    ------
    UsageError
        When it is none of `DATE_ORDERS`.

    Examples
    --------
    >>> parse_date_order("dmy"), parse_date_order(None)
    ('dmy', None)
    """
    return choice(text, DATE_ORDERS)


def parse_on_invalid(text: str | None) -> OnInvalid | None:
    """Read what becomes of a shape that contradicts itself, as typed on the command line.

    Raises
    ------
    UsageError
        When it is none of `ON_INVALID`.

    Examples
    --------
    >>> parse_on_invalid("reject"), parse_on_invalid(None)
    ('reject', None)
    """
    return choice(text, ON_INVALID)


def choice(given: str | None, choices: tuple[_Choice, ...]) -> _Choice | None:
    """Return the choice that was typed, None when nothing was.

    Raises
    ------
    UsageError
        When it is none of them.

    Examples
    --------
    >>> choice("zones", CHECKED_KINDS)
    'zones'
    """
    if given is None:
        return None
    found = next((choice for choice in choices if choice == given), None)
    if found is None:
        raise UsageError(f"'{given}' is none of the choices", advice=f"Say {', '.join(choices)}.")
    return found


def usable_crs(text: str | None) -> str | None:
    """Return the authority code of a CRS when it is one that can be used.

    Raises
    ------
    UsageError
        When it is not.

    Examples
    --------
    >>> usable_crs("EPSG:32638")
    'EPSG:32638'
    """
    if text is None:
        return None
    try:
        known_crs(text)
    except UnknownCRS as exc:
        raise UsageError(exc.what, advice=exc.advice) from None
    return text


def as_date(text: str) -> dt.date:
    """Read a date that a person typed as YYYY-MM-DD.

    Raises
    ------
    UsageError
        When it is written in any other order (01.02.2021 may be January or February), or no year from 1900 to 2100.

    Examples
    --------
    >>> as_date("2021-02-01").isoformat()
    '2021-02-01'
    >>> as_date("01.02.2021")
    Traceback (most recent call last):
    mapper.errors.UsageError: '01.02.2021' is not a date. ...
    """
    advice = "Write it as 2021-01-28 (year-month-day)."
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date", advice=advice) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UsageError(f"the year of '{text}' is not from {FIRST_YEAR} to {LAST_YEAR}", advice=advice)
    return day
