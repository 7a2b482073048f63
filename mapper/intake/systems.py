"""The reference systems that a coordinate text may be in, by EPSG code: where each is used and what it costs to leave it.

The registry's area of use is what tells a plausible reading from an impossible one: plane coordinates carry no sign of
their zone, and the transformation itself answers for any figures (SK-42 northing and easting exchanged give a place in
the Atlantic without an error). A zone is read a little past its limit, because map sheets at a limit were, and says so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj.exceptions import CRSError

from mapper import crs
from mapper.errors import DataRefused, UnknownCRS

if TYPE_CHECKING:
    from pyproj import CRS

    from mapper.model import LonLatBox

WGS84, SK42 = 4326, 4284
PAST_STATED_ZONE_DEG, PAST_GUESSED_ZONE_DEG, PAST_LATITUDE_DEG = 3.0, 0.25, 1.0
"""How far past the registry's limits a place is believed: when the text states the zone, when it does not, and north-south."""
WIDEST_ZONE_DEG = 6.5
_UTM_NORTH, _UTM_SOUTH = 32600, 32700
_GK6_PREFIXED, _GK6_PLAIN, _GK3_PREFIXED, _GK3_PLAIN = 28400, 2490, 2516, 2575
_GK6_ZONES, _GK3_ZONES = range(4, 30), range(7, 60)
_DEPRECATED_PLAIN = 28460
HOME: LonLatBox = (42.0, 36.0, 54.0, 44.0)
"""Where the zone of a pair without one is looked for when no area is given: both sides of the Caspian limit at 48 E."""


@dataclass(frozen=True, slots=True)
class System:
    """A reference system: its registered area in degrees, the same with margins in its own units, and its operation."""

    code: int
    is_geographic: bool
    area: LonLatBox
    box: LonLatBox
    operation: str
    accuracy_m: float | None

    @property
    def is_zone(self) -> bool:
        """Whether the system is one of a family that divides the earth by meridians."""
        return not self.is_geographic and self.area[2] - self.area[0] <= WIDEST_ZONE_DEG


@lru_cache(maxsize=16_384)
def system(code: int) -> System | None:
    """Return the system of an EPSG code, None when there is none that a place can be read in.

    Examples
    --------
    >>> system(28408).operation, system(28408).accuracy_m, system(99999)
    ('EPSG:15865', 4.5, None)
    """
    try:
        with warnings.catch_warnings():
            # PROJ warns that a better operation needs a grid; the accuracy that is told is that of the one in use.
            warnings.simplefilter("ignore", UserWarning)
            reference = crs.known_crs(f"EPSG:{code}")
            step = crs.operation(reference)
            use = reference.area_of_use
            if use is None:
                return None
            area = (use.west, use.south, use.east if use.east >= use.west else use.east + 360, use.north)
            box = _expanded(area) if reference.is_geographic else _projected(reference, _expanded(area))
    except (UnknownCRS, DataRefused, CRSError):
        return None
    operation = step.code or _conversion(reference) or step.name
    return System(code, bool(reference.is_geographic), area, box, operation, step.accuracy_m)


def _conversion(reference: CRS) -> str:
    """Return the code of a projection on WGS 84 itself, which is all that leads from its zones to degrees."""
    conversion = reference.coordinate_operation
    known = (conversion.to_json_dict().get("id") or {}) if conversion else {}
    return f"{known['authority']}:{known['code']}" if known else ""


def _expanded(area: LonLatBox) -> LonLatBox:
    west, south, east, north = area
    return (
        west - PAST_STATED_ZONE_DEG,
        max(south - PAST_LATITUDE_DEG, -89.9),
        east + PAST_STATED_ZONE_DEG,
        min(north + PAST_LATITUDE_DEG, 89.9),
    )


def _projected(reference: CRS, area: LonLatBox) -> LonLatBox:
    """Return the smallest box in the system's units that holds an area of degrees."""
    west, south, east, north = area
    if east - west >= 360:  # noqa: PLR2004 - the whole circle
        west, east = -180.0, 180.0
    lon, lat = np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 61))
    x, y = crs.transform_points(lon.ravel(), lat.ravel(), crs.STORAGE, reference)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def utm_code(zone: int, *, south: bool = False) -> int:
    """Return the code of a UTM zone on WGS 84.

    Examples
    --------
    >>> utm_code(38), utm_code(38, south=True)
    (32638, 32738)
    """
    return (_UTM_SOUTH if south else _UTM_NORTH) + zone


def gauss_kruger_codes(zone: int, *, prefixed: bool) -> list[int]:
    """Return the codes of the 6-degree and the 3-degree SK-42 zone of a number, as far as the registry has them.

    Examples
    --------
    >>> (
    ...     gauss_kruger_codes(8, prefixed=True),
    ...     gauss_kruger_codes(16, prefixed=True),
    ...     gauss_kruger_codes(16, prefixed=False),
    ... )
    ([28408, 2524], [28416, 2532], [2506, 2591])
    """
    six, three = (_GK6_PREFIXED, _GK3_PREFIXED) if prefixed else (_GK6_PLAIN, _GK3_PLAIN)
    return [six + zone] * (zone in _GK6_ZONES) + [three + zone] * (zone in _GK3_ZONES)


def meridian_code(meridian: int) -> int | None:
    """Return the code of the SK-42 system without prefix for a central meridian: 6-degree where there is one.

    Examples
    --------
    >>> meridian_code(45), meridian_code(48), meridian_code(46)
    (2498, 2591, None)
    """
    if (meridian + 3) % 6 == 0 and (meridian + 3) // 6 in _GK6_ZONES:
        return _GK6_PLAIN + (meridian + 3) // 6
    return _GK3_PLAIN + meridian // 3 if meridian % 3 == 0 and meridian // 3 in _GK3_ZONES else None


def rewritten(code: int) -> int:
    """Return the code in force for a deprecated one: 28468, SK-42 zone 8 without prefix, is 2498 today.

    Examples
    --------
    >>> rewritten(28468), rewritten(28408)
    (2498, 28408)
    """
    return _GK6_PLAIN + code - _DEPRECATED_PLAIN if code - _DEPRECATED_PLAIN in _GK6_ZONES else code


def prefix_of(code: int) -> int | None:
    """Return the number that the eastings of an SK-42 system begin with; None when they begin with none.

    Examples
    --------
    >>> prefix_of(28408), prefix_of(2498), prefix_of(32638)
    (8, None, None)
    """
    if code - _GK6_PREFIXED in _GK6_ZONES:
        return code - _GK6_PREFIXED
    return code - _GK3_PREFIXED if code - _GK3_PREFIXED in _GK3_ZONES else None


def is_gauss_kruger(code: int) -> bool:
    """Tell whether a code is one of the SK-42 plane systems, in which X is the northing.

    Examples
    --------
    >>> is_gauss_kruger(28408), is_gauss_kruger(32638)
    (True, False)
    """
    plain = code - _GK6_PLAIN in _GK6_ZONES or code - _GK3_PLAIN in _GK3_ZONES
    return plain or prefix_of(code) is not None


def is_utm(code: int) -> bool:
    """Tell whether a code is a UTM zone on WGS 84.

    Examples
    --------
    >>> is_utm(32638), is_utm(28408)
    (True, False)
    """
    return 1 <= code - _UTM_NORTH <= 60 or 1 <= code - _UTM_SOUTH <= 60  # noqa: PLR2004 - the zones of UTM


@lru_cache(maxsize=64)
def zones_near(area: LonLatBox | None) -> tuple[int, ...]:
    """Return the systems that a plane pair without a zone may be in: UTM, SK-42 6-degree, then 3-degree without prefix.

    A 3-degree zone whose meridian is also that of a 6-degree zone gives the same places and is left out.

    Examples
    --------
    >>> zones_near((46.2, 38.8, 47.4, 40.5))
    (32638, 2498, 2591)
    """
    west, south, east, north = area or HOME
    west, east = west - PAST_GUESSED_ZONE_DEG, (east if east >= west else east + 360) + PAST_GUESSED_ZONE_DEG
    numbers = range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2)
    wrapped = dict.fromkeys((number - 1) % 60 + 1 for number in numbers)
    utm = [
        utm_code(zone, south=sign)
        for sign, there in ((False, north >= 0), (True, south < 0))
        if there
        for zone in wrapped
    ]
    six = [_GK6_PLAIN + zone - 30 for zone in wrapped if zone - 30 in _GK6_ZONES]
    three = range(int((west + 1.5) // 3), int((east + 1.5) // 3) + 1)
    own = [_GK3_PLAIN + zone for zone in three if zone in _GK3_ZONES and zone % 2 == 0]
    return (*utm, *six, *own)
