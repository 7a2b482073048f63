"""Coordinates as people write them: every plausible reading of a text, and one answer only when there is one.

The rule above all others is that nothing is chosen by likelihood. A text comes back with every reading that it allows;
it is resolved when exactly one of them lies in the area of interest, and without an area when there is exactly one at
all. Latitude and longitude are never exchanged: that they would fit the other way round is said, not done.

`uncertainty_m` is the radius of a circle that holds the place as far as the text can tell: half the diagonal of the cell
that was written, plus the registry's accuracy of the operation to WGS 84. The two are added, not squared and added,
because the radius is meant to hold the place and not to be its standard error. What the map sheet or the instrument adds
is not in it; where the registry does not know an accuracy, neither is there a sum.

One text is read as a column of one, so that `read_column` and `readings` cannot differ. The steps: `figures` groups texts
by shape, `notations` says what a shape can mean, `candidates` and `grids` work the figures out, `placing` puts them on the
earth. Our own strict grammar was chosen over geopy, lat_lon_parser and mgrs, which take 70 minutes, 95 degrees north, a
wrong band or a lost digit without a word.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mapper import crs as systems_of
from mapper.errors import UnknownCRS
from mapper.intake import candidates, grids, mgrs
from mapper.intake.figures import Shape, shapes
from mapper.intake.notations import AnglePair, GridPair, plans
from mapper.intake.placing import SWAP, Candidates, placed, within
from mapper.intake.systems import System, system

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from mapper.intake.candidates import Block
    from mapper.model import LonLatBox

COLUMNS = (
    *("lon", "lat", "notation", "crs", "operation", "operation_accuracy_m", "precision_m", "uncertainty_m", "note"),
    *("stated", "readings", "reason", "listed"),
)
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One plausible reading of a text.

    `lon`, `lat` are WGS 84 degrees; `crs` is the system that it was read in, `operation` the PROJ operation to WGS 84 by
    its EPSG code (by name where it has none) and `operation_accuracy_m` the registry's figure for it. `precision_m` is
    half the diagonal of the written cell, `uncertainty_m` the sum of both, or the accuracy that the text itself states where
    that is more. `in_area` is None where no area was given.
    """

    lon: float
    lat: float
    notation: str
    crs: str
    operation: str
    operation_accuracy_m: float | None
    precision_m: float
    uncertainty_m: float | None
    in_area: bool | None
    note: str

    def to_dict(self) -> dict[str, object]:
        """Return the reading as `mapper locate --json` gives it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """All that a text can mean: its readings, why other ways were refused, which reading is the one, or why none is."""

    text: str
    readings: tuple[Reading, ...]
    refusals: tuple[str, ...]
    resolved: int | None
    reason: str | None


def readings(text: str, *, area: LonLatBox | None = None, crs: str | CRS | None = None) -> tuple[Reading, ...]:
    """Return every plausible reading of a coordinate text; none when it is no coordinate.

    Parameters
    ----------
    text : str
        As it was written.
    area : tuple of float, optional
        West, south, east, north of the area of interest in WGS 84 degrees; readings outside are returned and marked.
    crs : str or pyproj.CRS, optional
        The system that the text is known to be in. A text that names another one has no reading.

    Raises
    ------
    UnknownCRS
        When `crs` is not known or has no EPSG code.

    Examples
    --------
    >>> [(each.crs, round(each.lat, 4)) for each in readings("X=4430395 Y=664717", area=(46, 39, 47, 41))]
    [('EPSG:32638', 40.0077), ('EPSG:2498', 39.991)]
    """
    return interpret(text, area=area, crs=crs).readings


def resolve(found: Sequence[Reading], area: LonLatBox | None) -> tuple[int | None, str | None]:
    """Return the number of the one reading in the area, or None and the reason.

    Examples
    --------
    >>> resolve(readings("39.99096, 46.92736"), (46, 39, 48, 41)), resolve((), None)
    ((0, None), (None, 'it has no plausible reading'))
    """
    places = np.array([(each.lon, each.lat) for each in found], dtype=float).reshape(-1, 2)
    plausible = np.ones(len(found), dtype=bool) if area is None else within(places[:, 0], places[:, 1], area)
    if plausible.sum() == 1:
        return int(np.flatnonzero(plausible)[0]), None
    names = tuple(f"{each.notation} {each.crs}" for each, there in zip(found, plausible, strict=True) if there)
    return None, _why_not(len(found), names, with_area=area is not None, swap=any(SWAP in each.note for each in found))


def interpret(text: str, *, area: LonLatBox | None = None, crs: str | CRS | None = None) -> Interpretation:
    """Return all that a text can mean; parameters and errors as in `readings`.

    Examples
    --------
    >>> interpret("39°61′00″N 46°55′38″E").reason
    'minutes must be below 60'
    """
    every = _candidates([text], area, crs)
    sound = every.reason == ""
    found = tuple(_reading(every, int(at)) for at in np.flatnonzero(sound))
    refusals = tuple(dict.fromkeys(str(reason) for reason in every.reason[~sound]))
    resolved, reason = resolve(found, area)
    if not found and refusals:
        reason = _joined(refusals)
    return Interpretation(text, found, refusals, resolved, reason)


def read_column(texts: Sequence[str], *, area: LonLatBox | None, crs: str | CRS | None = None) -> pd.DataFrame:
    """Read a column of coordinate texts: one row for each text, in order, resolved or with the reason.

    Parameters
    ----------
    texts : sequence of str
        Mixed notations are fine. Latitude and longitude in two columns are joined with "; " before.
    area, crs
        As in `readings`.

    Returns
    -------
    pandas.DataFrame
        Index 0..n-1; columns `COLUMNS`. `readings` counts the plausible readings; `lon`, `lat` and what belongs to the
        reading are missing where the text is not resolved, `reason` where it is. `stated` says whether the text names its
        own system; `listed` names the readings of a text that has some and is not resolved (those in the area, if any are),
        latitude first.

    Raises
    ------
    UnknownCRS
        As in `readings`.

    Examples
    --------
    >>> frame = read_column(["39°59.458′N 46°55.642′E", "61'"], area=(46, 39, 48, 41))
    >>> frame[["notation", "readings", "reason"]].astype(object).values.tolist()
    [['ddm', 1, nan], [nan, 0, 'minutes must be below 60']]
    """
    every = _candidates(texts, area, crs)
    sound = every.reason == ""
    plausible = sound if every.in_area is None else every.in_area
    count = np.bincount(every.rows[plausible], minlength=len(texts))
    which = np.flatnonzero(plausible & (count[every.rows] == 1))
    frame = _frame(every, which, len(texts))
    frame["readings"] = np.bincount(every.rows[sound], minlength=len(texts))
    frame["reason"] = _reasons(every, plausible, count != 1, area)
    frame["listed"] = _listed(every, count != 1)
    return frame[list(COLUMNS)]


def _candidates(texts: Sequence[str], area: LonLatBox | None, crs: str | CRS | None) -> Candidates:
    given = _epsg(crs)
    blocks = [block for shape in shapes(texts) for block in _blocks(shape, area, given)]
    nothing = candidates.refused(np.zeros(0, dtype=np.int64), "")
    return placed(blocks or [nothing], area)


def _epsg(given: str | CRS | None) -> int | None:
    if given is None:
        return None
    code = systems_of.known_crs(given).to_epsg()
    if code is None:
        raise UnknownCRS("the reference system of a coordinate text needs an EPSG code", advice="Name it by its code.")
    return int(code)


def _blocks(shape: Shape, area: LonLatBox | None, given: int | None) -> list[Block]:
    found: list[Block] = []
    for plan in plans(shape.text):
        if isinstance(plan, AnglePair):
            found.append(candidates.of_angles(plan, shape.rows, shape.cells, given))
        elif isinstance(plan, GridPair):
            found.extend(grids.of_grid(plan, shape.rows, shape.cells, given, area))
        elif isinstance(plan, mgrs.Square):
            found.append(candidates.of_square(plan, shape.rows, shape.cells, given))
        else:
            found.append(candidates.of_refusal(plan, shape.rows, shape.cells))
    return found


def _known(code: int) -> System:
    known = system(code)
    if known is None:
        raise UnknownCRS(f"EPSG:{code} is not known")
    return known


def _reading(every: Candidates, at: int) -> Reading:
    known = _known(int(every.code[at]))
    precision = float(every.precision_m[at])
    return Reading(
        lon=float(every.lon[at]),
        lat=float(every.lat[at]),
        notation=str(every.notation[at]),
        crs=f"EPSG:{known.code}",
        operation=known.operation,
        operation_accuracy_m=known.accuracy_m,
        precision_m=precision,
        uncertainty_m=None if known.accuracy_m is None else max(precision + known.accuracy_m, float(every.given_m[at])),
        in_area=None if every.in_area is None else bool(every.in_area[at]),
        note=str(every.note[at]),
    )


def _frame(every: Candidates, which: np.ndarray[tuple[int], np.dtype[np.int64]], size: int) -> pd.DataFrame:
    """Return the frame of the resolved rows; every other cell is missing."""
    rows, codes = every.rows[which], every.code[which]
    numbers = {
        name: np.full(size, np.nan) for name in ("lon", "lat", "operation_accuracy_m", "precision_m", "uncertainty_m")
    }
    texts = {name: np.full(size, None, dtype=object) for name in ("notation", "crs", "operation", "note")}
    for name in ("lon", "lat", "precision_m"):
        numbers[name][rows] = getattr(every, name)[which]
    for name in ("notation", "note"):
        texts[name][rows] = getattr(every, name)[which]
    for code in np.unique(codes):
        known, at = _known(int(code)), rows[codes == code]
        texts["crs"][at], texts["operation"][at] = f"EPSG:{known.code}", known.operation
        numbers["operation_accuracy_m"][at] = np.nan if known.accuracy_m is None else known.accuracy_m
    numbers["uncertainty_m"] = numbers["precision_m"] + numbers["operation_accuracy_m"]
    numbers["uncertainty_m"][rows] = np.maximum(numbers["uncertainty_m"][rows], every.given_m[which])
    stated = np.zeros(size, dtype=bool)
    stated[rows] = every.stated[which]
    columns = {name: pd.array(column, dtype="str") for name, column in texts.items()}
    return pd.DataFrame({**numbers, **columns, "stated": stated})


def _listed(
    every: Candidates, open_rows: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> pd.api.extensions.ExtensionArray:
    """Return the readings of each row that is not resolved, missing for the others and where it has none."""
    listed = np.full(len(open_rows), None, dtype=object)
    told = (every.reason == "") & open_rows[every.rows]
    if every.in_area is not None:
        some_inside = np.bincount(every.rows[every.in_area], minlength=len(open_rows)) > 0
        told &= every.in_area | ~some_inside[every.rows]
    which = np.flatnonzero(told)
    facts = (every.rows, every.notation, every.code, every.lat, every.lon)
    for row, notation, code, lat, lon in zip(*(fact[which].tolist() for fact in facts), strict=True):
        reading = f"{notation} EPSG:{code} {lat:.5f} {lon:.5f}"
        listed[row] = f"{listed[row]}; {reading}" if listed[row] else reading
    return pd.array(listed, dtype="str")


def _reasons(
    every: Candidates,
    plausible: np.ndarray[tuple[int], np.dtype[np.bool_]],
    open_rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    area: LonLatBox | None,
) -> pd.api.extensions.ExtensionArray:
    """Return the reason of each row that is not resolved, missing for the others."""
    reasons = np.full(len(open_rows), None, dtype=object)
    facts = list(
        zip(
            every.reason.tolist(),
            every.notation.tolist(),
            every.code.tolist(),
            plausible.tolist(),
            every.exchanged.tolist(),
            strict=True,
        )
    )
    bounds = np.searchsorted(every.rows, np.arange(len(open_rows) + 1)).tolist()
    for row in np.flatnonzero(open_rows).tolist():
        reasons[row] = _verdict(tuple(facts[bounds[row] : bounds[row + 1]]), area is not None)
    return pd.array(reasons, dtype="str")


@lru_cache(maxsize=4096)
def _verdict(facts: tuple[tuple[str, str, int, bool, bool], ...], with_area: bool) -> str:  # noqa: FBT001 - a cached key
    """Return why a row is not resolved; of each candidate its reason, notation, code, whether it is plausible, exchanged."""
    found = [fact for fact in facts if not fact[0]]
    if not found and facts:
        return _joined(tuple(dict.fromkeys(fact[0] for fact in facts)))
    names = tuple(f"{notation} EPSG:{code}" for _, notation, code, there, _ in found if there)
    return _why_not(len(found), names, with_area=with_area, swap=any(fact[4] for fact in found))


def _joined(refusals: tuple[str, ...]) -> str:
    telling = tuple(reason for reason in refusals if reason != grids.NO_ZONE) or refusals
    return "; ".join(telling[:_MOST_REASONS])


@lru_cache(maxsize=4096)
def _why_not(found: int, plausible: tuple[str, ...], *, with_area: bool, swap: bool) -> str:
    """Return why a text with some readings is not resolved."""
    if not found:
        return "it has no plausible reading"
    if plausible:
        where = "lie in the area" if with_area else "are plausible, and no area of interest tells which is meant"
        return f"{len(plausible)} readings {where}: {', '.join(plausible)}"
    return SWAP if swap else "no reading of it lies in the area of interest"
