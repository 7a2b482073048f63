"""MGRS references, read strictly: zone, band, 100 km square and an even number of digits must agree, or none is given.

Written here rather than taken from the `mgrs` package, because that accepts a wrong band with a warning, two letters of a
square that the zone does not have likewise, and a lost digit of the zone without a word; each moves the place by hundreds
or thousands of kilometres, and each is a slip of one key. What is left once those are checked is arithmetic: the square's
letters give a UTM easting and, with the band, a UTM northing, and PROJ does the rest.

The letters are those of the WGS 84 scheme; the older scheme for other ellipsoids has other rows and is not read. Polar
references (bands A, B, Y, Z) are refused. The reading is the *centre* of the cell; the cell's own corner, which many tools
give instead, lies half a diagonal to the south-west, within the stated precision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from mapper import crs
from mapper.intake.figures import Cells, Figure, FloatArray, IntArray

BANDS = "CDEFGHJKLMNPQRSTUVWX"
SOUTHERNMOST, BAND_HEIGHT, NORTHERNMOST = -80.0, 8.0, 84.0
_COLUMNS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")
"""The letters of the columns 100 to 800 km east, for zones 0, 1 and 2 modulo 3."""
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_ROW_SHIFT_EVEN_ZONES = 5
_SQUARE_M, _CYCLE_M, _CYCLES = 100_000, 2_000_000, 5
_MOST_DIGITS = 10
_LAST_ZONE = 60

_REFERENCE = re.compile(
    r"\s*(?:MGRS\s*:?\s*)?(?P<zone>99?)\s*(?P<band>[A-Z])\s*(?P<square>[A-Z]{2})\s*(?P<first>9*)(?:\s+(?P<second>9+))?\s*",
    re.IGNORECASE | re.ASCII,
)
_NO_ZONE = re.compile(r"\s*(?:MGRS\s*:?\s*)?[C-X]?[A-Z]{2}\s*9{2,5} ?9{2,5}\s*", re.IGNORECASE | re.ASCII)
_NO_BAND = re.compile(r"\s*(?:MGRS\s*:?\s*)?99?\s*[A-Z]{2}\s*9{2,5} ?9{2,5}\s*", re.IGNORECASE | re.ASCII)
_NO_SQUARE = re.compile(r"\s*(?:MGRS\s*:?\s*)?99?\s*[A-Z]\s*", re.IGNORECASE | re.ASCII)
_NO_REFERENCE = frozenset({"deg", "min", "sec"})


@dataclass(frozen=True, slots=True)
class Square:
    """One reference: its letters, and the figures of its zone and of its place in the 100 km square."""

    zone: Figure
    band: str
    letters: str
    easting: Figure
    northing: Figure

    @property
    def cell_m(self) -> int:
        """Side of the cell: 100,000 m without digits, 1 m with ten."""
        return int(_SQUARE_M // 10 ** len(self.easting.digits))


def parse(shape: str) -> Square | str | None:
    """Read the shape of a reference; a sentence when it is one that lacks a part, None when it is none.

    Examples
    --------
    >>> parse("99SPK 9999 9999").cell_m
    10
    >>> parse("99SPK999")
    'an MGRS reference has as many digits east as north: one is lost'
    """
    found = _REFERENCE.fullmatch(shape)
    if found is None or (found["band"] + found["square"]).casefold() in _NO_REFERENCE:
        return _missing_part(shape)
    band, letters = found["band"].upper(), found["square"].upper()
    first, second = found["first"], found["second"]
    if set(band + letters) & {"I", "O"}:
        return "MGRS does not use the letters I and O"
    if band not in BANDS:
        return "a polar MGRS reference is not read"
    half = len(first) // 2
    if (len(first) % 2 if second is None else len(first) != len(second)) or len(first + (second or "")) > _MOST_DIGITS:
        return "an MGRS reference has as many digits east as north: one is lost"
    zone = Figure(tuple(range(*found.span("zone"))))
    if second is not None:
        east, north = found.span("first"), found.span("second")
    else:
        start = found.start("first")
        east, north = (start, start + half), (start + half, start + 2 * half)
    return Square(zone, band, letters, Figure(tuple(range(*east))), Figure(tuple(range(*north))))


def _missing_part(shape: str) -> str | None:
    if _NO_BAND.fullmatch(shape):
        return "an MGRS reference without the letter of its band is not read"
    if _NO_ZONE.fullmatch(shape):
        return "an MGRS reference without its zone is not read"
    return "a zone alone is no place" if _NO_SQUARE.fullmatch(shape) else None


def utm(square: Square, cells: Cells) -> tuple[IntArray, FloatArray, FloatArray, list[str]]:
    """Return the zone, the UTM easting and northing of the cell's centre and the reason for refusing, for each row.

    The reason is "" where the letters agree. Whether the cell lies in its band is left to `band_of`, after PROJ.
    """
    zone = square.zone.values(cells).astype(np.int64)
    half_cell = square.cell_m / 2
    offsets = [figure.values(cells) * square.cell_m + half_cell for figure in (square.easting, square.northing)]
    easting, northing = np.full(len(zone), np.nan), np.full(len(zone), np.nan)
    reasons = [""] * len(zone)
    for each in np.unique(zone):
        rows = np.flatnonzero(zone == each)
        corner = _corner(int(each), square)
        if isinstance(corner, str):
            for row in rows:
                reasons[row] = corner
            continue
        easting[rows], northing[rows] = corner[0] + offsets[0][rows], corner[1] + offsets[1][rows]
    return zone, easting, northing, reasons


def _corner(zone: int, square: Square) -> tuple[float, float] | str:
    """Return the south-west corner of the 100 km square that lies nearest to the band's middle."""
    if not 1 <= zone <= _LAST_ZONE:
        return f"there is no zone {zone}"
    if square.band == "X" and zone in {32, 34, 36}:
        return f"there is no zone {zone}X"
    columns = _COLUMNS[zone % 3]
    column, row = square.letters[0], square.letters[1]
    if column not in columns or row not in _ROWS:
        return f"zone {zone} has no square {square.letters}"
    shift = 0 if zone % 2 else _ROW_SHIFT_EVEN_ZONES
    first = (_ROWS.index(row) - shift) % len(_ROWS) * _SQUARE_M
    south = SOUTHERNMOST + BAND_HEIGHT * BANDS.index(square.band)
    _, middle = crs.transform_points(
        [zone * 6 - 183], [south + BAND_HEIGHT / 2], crs.STORAGE, _utm_crs(zone, square.band)
    )
    choices = [first + _CYCLE_M * cycle for cycle in range(_CYCLES)]
    nearest = min(choices, key=lambda northing: abs(northing + _SQUARE_M / 2 - float(middle[0])))
    return (columns.index(column) + 1) * _SQUARE_M, nearest


def _utm_crs(zone: int, band: str) -> str:
    return f"EPSG:{(32600 if band >= 'N' else 32700) + zone}"


def band_of(latitude: float) -> str:
    """Return the letter of the band that a latitude lies in, "" beyond 80 S and 84 N.

    Examples
    --------
    >>> band_of(39.99), band_of(40.01), band_of(83.0), band_of(-85.0)
    ('S', 'T', 'X', '')
    """
    if not SOUTHERNMOST <= latitude <= NORTHERNMOST:
        return ""
    return BANDS[min(int((latitude - SOUTHERNMOST) // BAND_HEIGHT), len(BANDS) - 1)]


def zone_limits(zone: int, band: str) -> tuple[float, float]:
    """Return the western and eastern limit of a zone in a band, with the exceptions for Norway and Svalbard.

    Examples
    --------
    >>> zone_limits(38, "S"), zone_limits(32, "V")
    ((42.0, 48.0), (3.0, 12.0))
    """
    special = {(31, "V"): (0, 3), (32, "V"): (3, 12), (31, "X"): (0, 9), (33, "X"): (9, 21), (35, "X"): (21, 33)}
    special[37, "X"] = (33, 42)
    west, east = special.get((zone, band), (zone * 6 - 186, zone * 6 - 180))
    return float(west), float(east)
