"""Candidates become places: transformed, held against where their system is used, measured, freed of repetitions.

Every candidate of a column is in one set of arrays, so that PROJ is called once for each reference system and not once for
each row, and so that one text and a hundred thousand are read by the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mapper import crs
from mapper.intake import mgrs
from mapper.intake.candidates import Block, Words, joined
from mapper.intake.systems import PAST_GUESSED_ZONE_DEG, PAST_LATITUDE_DEG, PAST_STATED_ZONE_DEG, System, system

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.intake.figures import FloatArray, IntArray
    from mapper.model import LonLatBox

SWAP = "outside the area, and inside it when latitude and longitude are exchanged"
NO_AREA = "without an area of interest an exchange of latitude and longitude cannot be told"
_SEMI_MAJOR_M, _ECCENTRICITY_2 = 6_378_137.0, 0.0066943799901413165
_SAME_PLACE_DEG = 1e-9
_NOTHING = ""
_CODES = 10_000_000
"""More than any EPSG code, so that row and code make one number."""
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Candidates:
    """All candidates of a column, one element each; `reason` is "" for those that are readings. Sorted by row.

    The fields of `Block`, and what is worked out here: place (WGS 84 degrees), half the diagonal of the written cell (m),
    whether it lies in the area (None without an area), and whether only its exchange would.
    """

    rows: IntArray
    code: IntArray
    x: FloatArray
    y: FloatArray
    reason: Words
    note: Words
    cell_x: FloatArray
    cell_y: FloatArray
    notation: Words
    band: Words
    strict: Flags
    guessed: Flags
    fallback: Flags
    swappable: Flags
    stated: Flags
    given_m: FloatArray
    lon: FloatArray
    lat: FloatArray
    precision_m: FloatArray
    exchanged: Flags
    in_area: Flags | None

    def taken(self, which: IntArray | Flags) -> Candidates:
        """Return some of the candidates, in the order given."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        taken: dict[str, Any] = {name: None if each is None else each[which] for name, each in columns.items()}
        return Candidates(**taken)


def placed(blocks: Sequence[Block], area: LonLatBox | None) -> Candidates:
    """Return the candidates of all blocks with their places; what is not plausible has a reason, or is left out.

    A supposed zone that does not fit is left out without a word; so is a second choice where there is a first one, and a
    place that two ways of reading a text have in common.
    """
    columns = joined(blocks)
    nothing = np.full(len(columns["rows"]), np.nan)
    places = {name: nothing.copy() for name in ("lon", "lat", "precision_m")}
    every = Candidates(**columns, **places, exchanged=nothing < 0, in_area=None)
    kept = np.ones(len(every.rows), dtype=bool)
    for code in np.unique(every.code[every.reason == _NOTHING]):
        known = system(int(code))
        if known is not None:
            _place(every, np.flatnonzero((every.code == code) & (every.reason == _NOTHING)), known, kept)
    _hold_to_band(every)
    sound = every.reason == _NOTHING
    system_of_row = every.rows * _CODES + every.code
    kept &= ~(every.fallback & np.isin(system_of_row, system_of_row[sound & ~every.fallback & kept]))
    kept &= _first_of_each_place(every, sound)
    every = every.taken(kept)
    every = every.taken(np.argsort(every.rows, kind="stable"))
    _hold_to_area(every, area)
    return every


def _place(every: Candidates, at: IntArray, known: System, kept: Flags) -> None:
    """Transform the candidates of one system, and judge them by where it is used."""
    x, y = every.x[at], every.y[at]
    west, south, east, north = known.box
    in_box = known.is_geographic | ((x >= west) & (x <= east) & (y >= south) & (y <= north))
    _drop(every, at[~in_box], f"its figures do not lie where EPSG:{known.code} is used", kept)
    at = at[in_box]
    if not len(at):
        return
    if known.code == 4326:  # noqa: PLR2004 - WGS 84 itself
        every.lon[at], every.lat[at] = every.x[at], every.y[at]
    else:
        every.lon[at], every.lat[at] = crs.transform_points(every.x[at], every.y[at], f"EPSG:{known.code}")
    every.precision_m[at] = _half_diagonal(every, at, known)
    _hold_to_use(every, at, known, kept)


def _hold_to_use(every: Candidates, at: IntArray, known: System, kept: Flags) -> None:
    """Refuse what lies far outside the area that the registry gives for a system, and note what lies a little outside."""
    west, south, east, north = known.area
    past_lon = np.maximum(np.abs((every.lon[at] - (west + east) / 2 + 180) % 360 - 180) - (east - west) / 2, 0)
    past_lat = np.maximum(np.maximum(south - every.lat[at], every.lat[at] - north), 0)
    allowed = np.where(every.guessed[at], PAST_GUESSED_ZONE_DEG, PAST_STATED_ZONE_DEG)
    beyond = (past_lon > allowed) | (past_lat > PAST_LATITUDE_DEG)
    if known.code != 4326:  # noqa: PLR2004
        _drop(every, at[beyond], f"EPSG:{known.code} is not used where its figures lie", kept)
    limit = f"past the limits of its zone, {west:g} E to {east:g} E (EPSG:{known.code}): check the zone"
    outside = f"outside the area that the registry gives for EPSG:{known.code}"
    _note(every, at[(past_lon > 0) & ~beyond & ~every.strict[at]], limit if known.is_zone else outside)
    _note(every, at[(past_lat > 0) & (past_lon == 0) & ~beyond & (known.code != 4326)], outside)  # noqa: PLR2004
    strict = at[every.strict[at]]
    if len(strict):
        _hold_to_zone(every, strict, known)


def _hold_to_zone(every: Candidates, at: IntArray, known: System) -> None:
    """Refuse MGRS squares that lie outside their zone, in which the scheme has no such square."""
    zone = known.code % 100
    for band in np.unique(every.band[at].astype(str)):
        rows = at[every.band[at] == band]
        west, east = mgrs.zone_limits(zone, str(band))
        slack = every.cell_x[rows] / 2 / (111_320 * np.cos(np.radians(every.lat[rows]))) + 1e-9
        out = np.abs((every.lon[rows] - (west + east) / 2 + 180) % 360 - 180) > (east - west) / 2 + slack
        every.reason[rows[out]] = f"the square lies outside zone {zone} ({west:g} to {east:g} E)"


def _drop(every: Candidates, at: IntArray, reason: str, kept: Flags) -> None:
    every.reason[at] = reason
    kept[at[every.guessed[at]]] = False


def _note(every: Candidates, at: IntArray, note: str) -> None:
    bare = every.note[at] == _NOTHING
    every.note[at[bare]] = note
    for each in at[~bare]:
        every.note[each] = f"{every.note[each]}; {note}"


def _hold_to_band(every: Candidates) -> None:
    """Refuse a latitude outside the band that is written; a cell counts when any part of it lies in the band."""
    for band in np.unique(every.band[every.band != _NOTHING].astype(str)):
        rows = np.flatnonzero((every.band == band) & (every.reason == _NOTHING))
        south = mgrs.SOUTHERNMOST + mgrs.BAND_HEIGHT * mgrs.BANDS.index(str(band))
        north = mgrs.NORTHERNMOST if band == "X" else south + mgrs.BAND_HEIGHT
        slack = every.cell_y[rows] / 2 / 110_574 + 1e-9
        lat = every.lat[rows]
        for row in rows[(lat < south - slack) | (lat > north + slack)]:
            right = mgrs.band_of(float(every.lat[row])) or "none"
            every.reason[row] = f"its northing belongs to band {right}, not to band {band}"


def _half_diagonal(every: Candidates, at: IntArray, known: System) -> FloatArray:
    """Return half the diagonal of the written cell in metres; degrees by the radii of the WGS 84 ellipsoid."""
    if not known.is_geographic:
        return np.asarray(np.hypot(every.cell_x[at], every.cell_y[at]) / 2, dtype=float)
    latitude = np.radians(every.lat[at])
    w = 1 - _ECCENTRICITY_2 * np.sin(latitude) ** 2
    east_m = _SEMI_MAJOR_M / np.sqrt(w) * np.cos(latitude) * np.radians(every.cell_x[at])
    north_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / w**1.5 * np.radians(every.cell_y[at])
    return np.asarray(np.hypot(east_m, north_m) / 2, dtype=float)


def _first_of_each_place(every: Candidates, sound: Flags) -> Flags:
    """Tell which candidates are not a repetition of an earlier one of their row."""
    lon, lat = (
        np.nan_to_num(np.round(each / _SAME_PLACE_DEG), nan=-1).astype(np.int64) for each in (every.lon, every.lat)
    )
    order = np.lexsort((np.arange(len(lon)), lat, lon, every.code, every.rows))
    keys = np.column_stack([every.rows, every.code, lon, lat])[order]
    again = np.r_[False, (keys[1:] == keys[:-1]).all(axis=1)][: len(keys)]
    first = np.ones(len(lon), dtype=bool)
    first[order[again]] = False
    return first | ~sound


def _hold_to_area(every: Candidates, area: LonLatBox | None) -> None:
    sound = every.reason == _NOTHING
    if area is None:
        _note(every, np.flatnonzero(every.swappable & sound & (np.abs(every.lon) <= 90)), NO_AREA)  # noqa: PLR2004
        return
    every.in_area = within(every.lon, every.lat, area) & sound
    exchanged = every.swappable & ~every.in_area & sound & within(every.lat, every.lon, area)
    every.exchanged = exchanged
    _note(every, np.flatnonzero(exchanged), SWAP)


def within(lon: FloatArray, lat: FloatArray, area: LonLatBox) -> Flags:
    """Tell which places lie in an area or on its border; west > east crosses the antimeridian.

    Examples
    --------
    >>> within(np.array([46.9, 48.0]), np.array([40.0, 40.0]), (46.0, 39.0, 47.0, 41.0)).tolist()
    [True, False]
    """
    west, south, east, north = area
    across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    return np.asarray(across & (lat >= south) & (lat <= north), dtype=bool)
