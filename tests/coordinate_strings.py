"""Coordinate texts with the place that each must give: made from known points by formulas that are not the product's.

UTM and Gauss-Krüger are worked out here by Krüger's series (1912, sixth order in n), the step to SK-42 by the published
operation EPSG:15865 through pyproj, the letters of MGRS from the definition of the scheme, degrees by integer arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pyproj

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mapper.model import LonLatBox

AZERBAIJAN: LonLatBox = (44.5, 38.2, 51.0, 42.1)
KARABAKH: LonLatBox = (46.0, 38.8, 47.9, 40.6)
A_LON, A_LAT = 46.927360, 39.990960
"""DOMAIN 4.3's test number: GeoNames' centroid of Agdam, and no place of an accident."""
POINTS: tuple[tuple[float, float], ...] = (
    (A_LON, A_LAT),
    (46.93161, 40.34201),
    (47.14529, 39.60094),
    (46.65988, 39.08371),
    (46.00416, 40.00001),
    (46.50001, 39.99999),
    (47.99990, 40.30000),
    (48.00010, 40.30000),
    (48.05995, 39.87095),
    (48.47701, 40.00869),
    (49.86710, 40.40930),
    (45.01234, 41.05678),
)
WGS84 = (6_378_137.0, 298.257223563)
KRASSOVSKY = (6_378_245.0, 298.3)
BANDS = "CDEFGHJKLMNPQRSTUVWX"


@dataclass(frozen=True)
class Case:
    """A text, the place that it must give and how near, and the area that it is read in."""

    text: str
    lon: float
    lat: float
    tolerance_m: float
    crs: str
    notation: str
    area: LonLatBox | None = AZERBAIJAN


def transverse_mercator(
    lon: float, lat: float, meridian: float, scale: float, ellipsoid: tuple[float, float]
) -> tuple[float, float]:
    """Return easting (false 500 km) and northing by Krüger's series; errors below a nanometre inside a zone."""
    a, inverse_flattening = ellipsoid
    f = 1 / inverse_flattening
    n = f / (2 - f)
    big_a = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    phi, lam = math.radians(lat), math.radians(lon - meridian)
    e = 2 * math.sqrt(n) / (1 + n)
    t = math.sinh(math.atanh(math.sin(phi)) - e * math.atanh(e * math.sin(phi)))
    xi, eta = math.atan2(t, math.cos(lam)), math.atanh(math.sin(lam) / math.hypot(1, t))
    northing = xi + sum(c * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, c in enumerate(alpha, 1))
    easting = eta + sum(c * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, c in enumerate(alpha, 1))
    return 500_000 + scale * big_a * easting, scale * big_a * northing


def utm(lon: float, lat: float, zone: int) -> tuple[float, float]:
    """Return UTM easting and northing on WGS 84, north of the equator."""
    return transverse_mercator(lon, lat, zone * 6 - 183, 0.9996, WGS84)


_TO_WGS84 = pyproj.Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::15865")


def sk42(lon: float, lat: float) -> tuple[float, float]:
    """Return SK-42 longitude and latitude: EPSG:15865, whose own axes are latitude first, backwards."""
    b, length = _TO_WGS84.transform(lat, lon, direction="INVERSE")
    return float(length), float(b)


def gauss_kruger(lon: float, lat: float, meridian: float) -> tuple[float, float]:
    """Return SK-42 easting without prefix and northing."""
    return transverse_mercator(*sk42(lon, lat), meridian, 1.0, KRASSOVSKY)


def mgrs(lon: float, lat: float, digits: int) -> str:
    """Return the reference of the cell that a place lies in, by the definition of the letters."""
    zone = int((lon + 180) // 6) + 1
    easting, northing = (math.floor(value) for value in utm(lon, lat, zone))
    column = "ABCDEFGHJKLMNPQRSTUVWXYZ"[(zone - 1) % 3 * 8 + easting // 100_000 - 1]
    rows = "ABCDEFGHJKLMNPQRSTUV" if zone % 2 else "FGHJKLMNPQRSTUVABCDE"
    row = rows[northing // 100_000 % 20]
    figures = "".join(f"{value % 100_000:05d}"[:digits] for value in (easting, northing))
    return f"{zone}{BANDS[int((lat + 80) // 8)]}{column}{row}{figures}"


def sexagesimal(value: float, parts: int, decimals: int) -> tuple[str, ...]:
    """Return degrees, and minutes, and seconds; the last rounded, with a carry."""
    unit = 10**decimals
    total = round(Fraction(value) * 60 ** (parts - 1) * unit)
    whole, fraction = divmod(total, unit)
    figures = []
    for _ in range(parts - 1):
        whole, figure = divmod(whole, 60)
        figures.append(figure)
    last = f"{figures[0] if parts > 1 else whole:02d}" + (f".{fraction:0{decimals}d}" if decimals else "")
    middle = [f"{each:02d}" for each in reversed(figures[1:])]
    return (last,) if parts == 1 else (str(whole), *middle, last)


def _angles(lon: float, lat: float) -> Iterator[tuple[str, float, str]]:
    """Return texts in degrees with the half diagonal of their cell at these latitudes, as an upper bound."""
    d, e = sexagesimal(lat, 1, 5)[0], sexagesimal(lon, 1, 5)[0]
    yield f"{d}, {e}", 0.8, "dd"
    yield f"{d} {e}", 0.8, "dd"
    yield f"{d.replace('.', ',')}; {e.replace('.', ',')}", 0.8, "dd"
    yield f"{d}°N {e}°E", 0.8, "dd"
    yield f"E{e} N{d}", 0.8, "dd"
    yield f"lat={d} lon={e}", 0.8, "dd"
    yield f"K {d} D {e}", 0.8, "dd"
    yield f"широта {d}, долгота {e}", 0.8, "dd"
    yield f"+{d}+0{e}/", 0.8, "dd"
    d, e = sexagesimal(lat, 1, 6)[0], sexagesimal(lon, 1, 6)[0]
    yield f"{d} {e} 350.0 4.5", 0.08, "geopoint"
    yield f" {d}  {e} -28 0", 0.08, "geopoint"
    (d, m), (e, n) = sexagesimal(lat, 2, 3), sexagesimal(lon, 2, 3)
    yield f"{d}°{m}′N {e}°{n}′E", 1.3, "ddm"
    yield f"{d} {m}, {e} {n}", 1.3, "ddm"
    yield f"{d}° {m}' şm.e. {e}° {n}' ş.u.", 1.3, "ddm"
    yield f"{d}{m}N 0{e}{n}E", 1.3, "packed_ddm"
    (d, m, s), (e, n, t) = sexagesimal(lat, 3, 2), sexagesimal(lon, 3, 2)
    yield f"{d}°{m}′{s}″N {e}°{n}′{t}″E", 0.25, "dms"
    yield f"N{d} {m} {s} E{e} {n} {t}", 0.25, "dms"
    yield f"{d}°{m}'{s.replace('.', ',')}\" с.ш. {e}°{n}'{t.replace('.', ',')}\" в.д.", 0.25, "dms"
    yield f"С {d}°{m}'{s}'' В {e}°{n}'{t}''", 0.25, "dms"
    yield f"{d}:{m}:{s}N, {e}:{n}:{t}E", 0.25, "dms"
    yield f"{d}{m}{s}N0{e}{n}{t}E", 0.25, "packed_dms"
    yield f"{d}°{m}´{s}´´ kuzey {e}°{n}´{t}´´ doğu".replace("´´", '"'), 0.25, "dms"
    yield f"{d} deg {m} min {s} sec north, {e} deg {n} min {t} sec east", 0.25, "dms"
    yield f"{d} {m} {s} {e} {n} {t}", 0.25, "dms"
    yield f"ŞİMAL ENLİYİ {d}°{m}′{s}″, ŞƏRQ UZUNLUĞU {e}°{n}′{t}″", 0.25, "dms"


def cases() -> list[Case]:
    """Return the table: every notation for every point."""
    table = []
    for lon, lat in POINTS:
        table += [Case(text, lon, lat, near, "EPSG:4326", notation) for text, near, notation in _angles(lon, lat)]
        table += [*_of_utm(lon, lat), *_of_mgrs(lon, lat), *_of_sk42(lon, lat)]
    return table


def _of_utm(lon: float, lat: float) -> Iterator[Case]:
    zone = 38 if lon < 48 else 39
    band = BANDS[int((lat + 80) // 8)]
    e, n = utm(lon, lat, zone)
    for text, near in (
        (f"{zone}N {e:.0f} {n:.0f}", 0.8),
        (f"{zone}{band} {e:.0f} {n:.0f}", 0.8),
        (f"{zone} {band} 0{e:.0f} {n:.0f}", 0.8),
        (f"UTM {zone} {e:.1f} {n:.1f}", 0.1),
        (f"zone {zone}N E {e:.0f} N {n:.0f}", 0.8),
        (f"{e:.2f}E {n:.2f}N EPSG:326{zone}", 0.01),
        (f"EPSG:326{zone} {n:.2f} {e:.2f}", 0.01),
        (f"{e:,.2f}mE {n:,.2f}mN {zone}N", 0.01),
    ):
        yield Case(text, lon, lat, near, f"EPSG:326{zone}", "utm")


def _of_mgrs(lon: float, lat: float) -> Iterator[Case]:
    zone = 38 if lon < 48 else 39
    for digits in range(6):
        near = 100_000 / 10**digits * math.sqrt(0.5) + 0.01
        yield Case(mgrs(lon, lat, digits), lon, lat, near, f"EPSG:326{zone}", "mgrs")
    text = mgrs(lon, lat, 4)
    spaced = f"MGRS {text[:3]} {text[3:5]} {text[5:9]} {text[9:]}"
    yield Case(spaced, lon, lat, 7.1, f"EPSG:326{zone}", "mgrs")
    yield Case(text.lower(), lon, lat, 7.1, f"EPSG:326{zone}", "mgrs")


def _of_sk42(lon: float, lat: float) -> Iterator[Case]:
    length, b = sk42(lon, lat)
    zone = int(length // 6) + 1
    y, x = gauss_kruger(lon, lat, zone * 6 - 3)
    six = f"EPSG:{28400 + zone}"
    yield Case(f"X={x:.0f} Y={zone}{y:.0f}", lon, lat, 0.8, six, "gauss_kruger")
    yield Case(f"{zone}{y:.0f} {x:.0f}", lon, lat, 0.8, six, "gauss_kruger")
    yield Case(f"X={zone}{y:.2f} Y={x:.2f}", lon, lat, 0.01, six, "gauss_kruger")
    yield Case(f"Х {x:,.0f}, У {zone} {y:,.0f}".replace(",", " "), lon, lat, 0.8, six, "gauss_kruger")
    yield Case(f"СК-42 X={x:.2f} Y={zone}{y:.2f}", lon, lat, 0.01, six, "gauss_kruger")
    yield Case(f"{x:.2f} {zone}{y:.2f} {six}", lon, lat, 0.01, six, "gauss_kruger")
    plain = f"EPSG:{2490 + zone}"
    yield Case(f"{plain} X={x:.2f} Y={y:.2f}", lon, lat, 0.01, plain, "gauss_kruger")
    yield Case(f"X={x:.1f} Y={y:.1f} EPSG:{28460 + zone}", lon, lat, 0.1, plain, "gauss_kruger")
    yield Case(f"X={x:.0f} Y={y:.0f} CM {zone * 6 - 3}", lon, lat, 0.8, plain, "gauss_kruger")
    small = int((length + 1.5) // 3)
    y, x = gauss_kruger(lon, lat, small * 3)
    yield Case(f"X={x:.0f} Y={small}{y:.0f}", lon, lat, 0.8, f"EPSG:{2516 + small}", "gauss_kruger")
    yield Case(f"EPSG:{2575 + small} x={x:.1f} y={y:.1f}", lon, lat, 0.1, f"EPSG:{2575 + small}", "gauss_kruger")
    (d, m, s), (e, n, t) = sexagesimal(b, 3, 2), sexagesimal(length, 3, 2)
    yield Case(f"B={d}°{m}′{s}″ L={e}°{n}′{t}″", lon, lat, 0.25, "EPSG:4284", "dms")
    yield Case(f"В {d}°{m}'{s}\" L {e}°{n}'{t}\" СК-42", lon, lat, 0.25, "EPSG:4284", "dms")
    yield Case(f"EPSG:4284 {b:.6f} {length:.6f}", lon, lat, 0.1, "EPSG:4284", "dd")
