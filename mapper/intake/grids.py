"""Plane coordinates as written: UTM and SK-42 Gauss-Krüger, with a zone, with one in the easting, or with none.

X and Y are the trap. On Soviet maps and in minefield records X is the northing and Y the easting, in most programs the
other way round. So X and Y are read as the system means them, and the other way only where that gives no place at all;
without labels both ways are tried. With no zone, every zone near the area is tried, in both families: a pair without a
zone fits UTM and Gauss-Krüger alike, 1,870 m apart, and comes back with both readings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mapper.intake.candidates import Block, Words, add, refused, stated_code, words
from mapper.intake.systems import (
    SK42,
    WGS84,
    gauss_kruger_codes,
    is_gauss_kruger,
    is_utm,
    meridian_code,
    prefix_of,
    rewritten,
    system,
    utm_code,
    zones_near,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mapper.intake.figures import Cells, FloatArray, IntArray
    from mapper.intake.notations import GridPair

NO_ZONE = "its figures fit no zone of UTM or Gauss-Krüger that could be meant"
EXCHANGED = "X is read as the easting, because as the northing it gives no place"
SAME_MERIDIAN = "the 3-degree zone of the same meridian gives the same place"
REWRITTEN = "the code is deprecated and was read as its successor"
_MOST_NORTHING_M, _PREFIX_M = 10_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class _Order:
    """The pair in one order: eastings, northings, their written cells, and whether it is the second choice."""

    easting: FloatArray
    northing: FloatArray
    cell_x: float
    cell_y: float
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a plan, with the reasons that hold whatever the system is."""

    plan: GridPair
    rows: IntArray
    cells: Cells
    reason: Words


def of_grid(
    plan: GridPair, rows: IntArray, cells: Cells, given: int | None, area: tuple[float, float, float, float] | None
) -> Iterator[Block]:
    """Return the candidates of plane coordinates in every system that the text allows."""
    reason = words(len(rows))
    code = stated_code(plan.stated, cells, reason)
    every = _Rows(plan, rows, cells, reason)
    if code is not None and plan.stated.epsg:
        for each in np.unique(code):
            yield from _in_system(every, int(each), code == each, _conflict(int(each), given))
    elif plan.meridian:
        yield from _at_meridians(every, given)
    elif plan.zone:
        yield from _in_zones(every, given)
    elif given is not None and given != WGS84:
        yield from _in_system(every, given, np.ones(len(rows), dtype=bool), "")
    else:
        yield from _with_prefix(every)
        for each in zones_near(area):
            if _family_allows(plan, each):
                note = SAME_MERIDIAN if each - 2490 in range(4, 30) else ""
                yield from _fitting(every, each, guessed=True, note=note)
    yield refused(rows, np.where(reason == "", NO_ZONE, reason))


def _conflict(code: int, given: int | None) -> str:
    agrees = given is None or rewritten(given) == rewritten(code) or (given == WGS84)
    return "" if agrees else f"it names EPSG:{code}, and EPSG:{given} was stated for it"


def _family_allows(plan: GridPair, code: int) -> bool:
    """Tell whether what the text says of its grid or datum leaves room for a system."""
    utm = is_utm(code)
    if plan.stated.datum == "sk42" or plan.family == "gauss_kruger":
        return not utm
    return utm if plan.stated.datum == "wgs84" or plan.family == "utm" else True


def _orders(every: _Rows, code: int) -> Iterator[_Order]:
    """Return the pair as easting and northing, in each order that its labels allow in a system."""
    plan = every.plan
    first, second = plan.first.values(every.cells), plan.second.values(every.cells)
    straight = _Order(first, second, plan.first.step, plan.second.step)
    turned = _Order(second, first, plan.second.step, plan.first.step)
    if plan.labels == ("", ""):
        yield from (straight, turned)
        return
    if "E" in plan.labels:
        yield straight if plan.labels[0] == "E" else turned
        return
    x_first = plan.labels[0] == "X"
    meant, other = (turned, straight) if x_first == is_gauss_kruger(code) else (straight, turned)
    yield meant
    yield _Order(other.easting, other.northing, other.cell_x, other.cell_y, fallback=True)


def _fitting(
    every: _Rows,
    code: int,
    where: NDArray[np.bool_] | None = None,
    *,
    guessed: bool = False,
    note: str = "",
    band: str = "",
    conflict: str = "",
) -> Iterator[Block]:
    """Return the candidates whose figures can be of a system at all, by its box."""
    known = system(code)
    if known is None:
        return
    west, south, east, north = known.box
    for order in _orders(every, code):
        x, y = order.easting, order.northing
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        inside &= True if where is None else where
        inside &= _has_no_leading_zero(every) if guessed else True
        if not inside.any():
            continue
        reason = every.reason[inside].copy()
        add(reason, np.ones(len(reason), dtype=bool), conflict)
        notes = EXCHANGED if order.fallback and is_gauss_kruger(code) else note
        yield Block(
            every.rows[inside],
            np.full(len(reason), code, dtype=np.int64),
            x[inside],
            y[inside],
            order.cell_x,
            order.cell_y,
            _notation(code),
            reason,
            words(len(reason), notes),
            band=band,
            guessed=guessed,
            fallback=order.fallback,
        )


def _has_no_leading_zero(every: _Rows) -> NDArray[np.bool_]:
    """Tell where neither figure begins with a zero; packed degrees do, and receivers write 0664546 only beside a zone."""
    figures = (every.plan.first, every.plan.second)
    starts = [figure.values(every.cells) >= 10.0 ** (figure.whole_digits - 1) for figure in figures]
    return np.asarray(starts[0] & starts[1], dtype=bool)


def _notation(code: int) -> str:
    return "utm" if is_utm(code) else "gauss_kruger" if is_gauss_kruger(code) else "projected"


def _in_system(every: _Rows, named: int, where: NDArray[np.bool_], conflict: str) -> Iterator[Block]:
    """Return the candidates in one system that is named, or why its figures cannot be of it."""
    code = rewritten(named)
    known = system(code)
    why = ""
    if known is None:
        why = f"EPSG:{named} is not known"
    elif known.is_geographic:
        why = f"EPSG:{named} is a system of degrees, and the figures are too large"
    if why:
        yield refused(every.rows[where], why)
        return
    yield from _fitting(every, code, where, note=REWRITTEN if code != named else "", conflict=conflict)
    prefix = prefix_of(code)
    plain = f"its figures do not lie where EPSG:{named} is used"
    reason = words(len(every.rows), plain)
    if prefix is not None:
        for order in _orders(every, code):
            begins = (order.easting // _PREFIX_M).astype(np.int64)
            other = where & (begins != prefix) & (begins > 0) & (order.northing < _MOST_NORTHING_M)
            for each in np.unique(begins[other]):
                known_zone = gauss_kruger_codes(int(each), prefixed=True)
                if known_zone and (order.northing[other] > _PREFIX_M).all():
                    reason[other & (begins == each)] = f"{plain}: an easting of its zone begins with {prefix}"
    yield refused(every.rows[where], reason[where])


def _at_meridians(every: _Rows, given: int | None) -> Iterator[Block]:
    if every.plan.meridian is None:
        return
    meridians = every.plan.meridian.values(every.cells).astype(np.int64)
    for each in np.unique(meridians):
        code = meridian_code(int(each))
        where = meridians == each
        if code is None:
            yield refused(every.rows[where], f"SK-42 has no zone with the central meridian {each}")
        else:
            yield from _fitting(every, code, where, conflict=_conflict(code, given))


def _in_zones(every: _Rows, given: int | None) -> Iterator[Block]:
    """Return the candidates in a zone that is stated beside the pair, in every family that has zones of this number."""
    plan = every.plan
    if plan.zone is None:
        return
    zones = plan.zone.values(every.cells).astype(np.int64)
    for zone in np.unique(zones):
        where = zones == zone
        if not 1 <= zone <= 60:  # noqa: PLR2004 - the zones of UTM
            yield refused(every.rows[where], f"there is no zone {zone}")
            continue
        for code, band in _zone_codes(plan, int(zone)):
            if _family_allows(plan, code):
                yield from _fitting(every, code, where, band=band, conflict=_conflict(code, given))


def _zone_codes(plan: GridPair, zone: int) -> Iterator[tuple[int, str]]:
    """Return the systems of a zone number, each with the band that its places must lie in."""
    north, south = utm_code(zone), utm_code(zone, south=True)
    if plan.band == "S":
        yield from ((north, "S"), (south, ""))
    elif plan.band == "N":
        yield north, ""
    elif plan.band:
        yield (north if plan.band > "N" else south), plan.band
    else:
        yield from ((north, ""), (south, ""))
        for prefixed in (True, False):
            yield from ((code, "") for code in gauss_kruger_codes(zone, prefixed=prefixed))


def _with_prefix(every: _Rows) -> Iterator[Block]:
    """Return the candidates whose easting begins with the number of its SK-42 zone."""
    if not _family_allows(every.plan, SK42):
        return
    codes: dict[int, None] = {}
    for figure in (every.plan.first, every.plan.second):
        begins = (figure.values(every.cells) // _PREFIX_M).astype(np.int64)
        for zone in np.unique(begins[begins > 0]):
            codes |= dict.fromkeys(gauss_kruger_codes(int(zone), prefixed=True))
    for code in codes:
        yield from _fitting(every, code)
