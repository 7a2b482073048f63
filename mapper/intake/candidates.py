"""What a plan and the figures of its rows give: candidate places in a reference system, or the reason why there is none.

All rows of a shape are worked out together. Nothing is decided here that needs a place on the earth; `mapper.intake.coordinates`
transforms the candidates, drops those that no such system is used for, and tells one reading from several.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mapper.intake import mgrs
from mapper.intake.notations import Stated
from mapper.intake.systems import SK42, WGS84, is_utm, system, utm_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.intake.figures import Cells, FloatArray, IntArray
    from mapper.intake.notations import Angle, AnglePair, Refusal
    from mapper.intake.words import Axis

Words = NDArray[np.object_]
MINUTES = "minutes must be below 60"
SECONDS = "seconds must be below 60"
LIMIT = {
    "lat": (90.0, "a latitude lies between 90 S and 90 N"),
    "lon": (180.0, "a longitude lies between 180 W and 180 E"),
}
NULL_ISLAND = "0, 0 is what a missing coordinate looks like"
NOT_THE_DATUM = "the system that it names is not known"
GEODETIC = "B and L are taken as SK-42 (Pulkovo 1942); as WGS 84 they would be some 100 m away"
PACKED_DOUBT = (
    "if these are degrees and minutes with the point misplaced (39 59.4 written 39.594), the place is up to 60 km away"
)
GEOPOINT = "a geopoint of ODK or Kobo: the third number is a height and was left out, the fourth the accuracy given"
NOT_MEASURED = "a geopoint of ODK or Kobo with an accuracy of 0: it was set on a map, and nothing measured it"
TWO_PAIRS = "its four numbers may be two pairs of coordinates, such as the corners of a box"
_PACKED_DECIMALS = 4
_NEAR_DEG = 10.0
"""How near the second half of four numbers must lie to the first to be taken for a second pair of degrees."""


@dataclass(frozen=True, slots=True)
class Block:
    """Candidates of one plan: one row each, in the units of the system of their code; `reason` is "" where there is one.

    `given_m` is the accuracy that the text itself states, 0 where it states none; `stated` says that the text names its
    system. `band` must be that of the latitude ("" for any); `strict` refuses what lies outside its zone; `guessed` says that the
    zone is a supposition, `fallback` that it counts only when nothing else fits, `swappable` that the order of latitude
    and longitude was taken from custom.
    """

    rows: IntArray
    code: IntArray
    x: FloatArray
    y: FloatArray
    cell_x: float
    cell_y: float
    notation: str
    reason: Words
    note: Words
    band: str = ""
    strict: bool = False
    guessed: bool = False
    fallback: bool = False
    swappable: bool = False
    stated: bool = True
    given_m: FloatArray | None = None


def words(size: int, value: str = "") -> Words:
    """Return an array of one text."""
    return np.full(size, value, dtype=object)


def add(notes: Words, where: NDArray[np.bool_], note: str) -> None:
    """Add a note, or set a reason, where there is none yet."""
    notes[where & (notes == "")] = note


def refused(rows: IntArray, reason: str | Words) -> Block:
    """Return rows that have no candidate, with the reason."""
    nothing = np.full(len(rows), np.nan)
    reasons = words(len(rows), reason) if isinstance(reason, str) else reason
    code = np.zeros(len(rows), dtype=np.int64)
    return Block(rows, code, nothing, nothing, 0.0, 0.0, "", reasons, words(len(rows)))


def of_refusal(plan: Refusal, rows: IntArray, cells: Cells) -> Block:
    """Return the rows of a plan that refuses, after a look at what is wrong in the figures themselves."""
    reason = words(len(rows))
    if plan.angle:
        degrees(plan.angle, cells, plan.axis or "lon", reason)
    add(reason, np.ones(len(rows), dtype=bool), plan.reason)
    return refused(rows, reason)


def of_angles(plan: AnglePair, rows: IntArray, cells: Cells, given: int | None) -> Block:
    """Return latitude and longitude in the system that the text names, else in the given one, else in WGS 84."""
    reason, note = words(len(rows)), words(len(rows))
    lat = degrees(plan.lat, cells, "lat", reason)
    lon = degrees(plan.lon, cells, "lon", reason)
    add(reason, (lat == 0) & (lon == 0), NULL_ISLAND)
    code = stated_code(plan.stated, cells, reason)
    if code is None:
        geodetic = plan.geodetic and given in {None, WGS84}
        code = np.full(len(rows), SK42 if geodetic else given or WGS84, dtype=np.int64)
        if geodetic:
            add(note, np.ones(len(rows), dtype=bool), GEODETIC)
    elif given not in {None, WGS84}:
        add(reason, code != given, f"it names another system than EPSG:{given}, which was stated for it")
    for each in np.unique(code):
        known = system(int(each))
        if known is None or not known.is_geographic:
            why = "is not known" if known is None else "is a plane system, and the figures are degrees"
            add(reason, code == each, f"EPSG:{each} {why}")
    if plan.height and plan.accuracy:
        height, accuracy = plan.height.values(cells), plan.accuracy.values(cells)
        add(reason, (np.abs(height - lat) < _NEAR_DEG) & (np.abs(accuracy - lon) < _NEAR_DEG), TWO_PAIRS)
        add(reason, (np.abs(height - lon) < _NEAR_DEG) & (np.abs(accuracy - lat) < _NEAR_DEG), TWO_PAIRS)
        add(note, accuracy == 0, NOT_MEASURED)
        add(note, accuracy > 0, GEOPOINT)
    if plan.notation == "dd":
        add(note, _packed_doubt(plan.lat, cells) & _packed_doubt(plan.lon, cells), PACKED_DOUBT)
    return Block(
        rows,
        code,
        lon,
        lat,
        _cell(plan.lon),
        _cell(plan.lat),
        plan.notation,
        reason,
        note,
        swappable=not plan.ordered,
        stated=plan.geodetic or plan.stated != Stated(),
        given_m=plan.accuracy.values(cells) if plan.accuracy else None,
    )


def degrees(angle: Angle, cells: Cells, axis: Axis, reason: Words) -> FloatArray:
    """Return an angle in degrees, and say in `reason` which of its figures cannot be."""
    parts = [figure.values(cells) for figure in angle.figures]
    for part, sentence in zip(parts[1:], (MINUTES, SECONDS), strict=False):
        add(reason, part >= 60, sentence)  # noqa: PLR2004 - minutes and seconds
    value = sum((part / 60**at for at, part in enumerate(parts)), start=np.zeros(len(cells)))
    limit, sentence = LIMIT[axis]
    add(reason, value > limit, sentence)
    return np.asarray(value * angle.sign, dtype=float)


def _cell(angle: Angle) -> float:
    """Return the worth of an angle's last written digit in degrees."""
    return angle.figures[-1].step / float(60 ** (len(angle.figures) - 1))


def _packed_doubt(angle: Angle, cells: Cells) -> NDArray[np.bool_]:
    """Tell where decimals could be minutes and seconds: four or more, the first two and the next two both below 60."""
    figure = angle.figures[0]
    if figure.decimals < _PACKED_DECIMALS:
        return np.zeros(len(cells), dtype=bool)
    minutes = figure.part(figure.whole_digits, figure.whole_digits + 2).values(cells)
    return np.asarray(minutes < 60, dtype=bool)  # noqa: PLR2004


def stated_code(stated: Stated, cells: Cells, reason: Words) -> IntArray | None:
    """Return the code that each text names, None when the shape names no system."""
    if stated.datum_figure:
        figures = stated.datum_figure.values(cells)
        add(reason, ~np.isin(figures, stated.allowed), NOT_THE_DATUM)
    if stated.epsg:
        return stated.epsg.values(cells).astype(np.int64)
    return np.full(len(cells), SK42 if stated.datum == "sk42" else WGS84, dtype=np.int64) if stated.datum else None


def of_square(plan: mgrs.Square, rows: IntArray, cells: Cells, given: int | None) -> Block:
    """Return the centres of MGRS cells in their UTM zone."""
    zone, easting, northing, reasons = mgrs.utm(plan, cells)
    reason = np.array(reasons, dtype=object)
    code = np.array([utm_code(int(each), south=plan.band < "N") for each in zone], dtype=np.int64)
    if given is not None and given != WGS84:
        add(
            reason,
            (code != given) | (not is_utm(given)),
            f"it is an MGRS reference, and EPSG:{given} was stated for it",
        )
    half = plan.cell_m / 2
    note = words(
        len(rows), f"centre of a cell of {plan.cell_m:,} m; its south-west corner lies {half:,g} m south and west"
    )
    if len(plan.zone.digits) == 1:
        note = note + "; a zone of one digit may have lost its first"
    return Block(rows, code, easting, northing, plan.cell_m, plan.cell_m, "mgrs", reason, note, plan.band, strict=True)


def joined(blocks: Sequence[Block]) -> dict[str, Any]:
    """Return the columns of all blocks end to end, by the names of the fields of `Block`."""
    sizes = [len(block.rows) for block in blocks]
    columns: dict[str, Any] = {}
    for name in ("rows", "code", "x", "y", "reason", "note"):
        columns[name] = np.concatenate([getattr(block, name) for block in blocks])
    columns["given_m"] = np.concatenate(
        [np.zeros(size) if block.given_m is None else block.given_m for block, size in zip(blocks, sizes, strict=True)]
    )
    for name in ("cell_x", "cell_y", "notation", "band", "strict", "guessed", "fallback", "swappable", "stated"):
        values = [getattr(block, name) for block in blocks]
        kind = object if isinstance(values[0], str) else type(values[0])
        columns[name] = np.repeat(np.array(values, dtype=kind), sizes)
    return columns
