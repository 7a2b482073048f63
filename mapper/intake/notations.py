"""The grammar of coordinates: what the shape of a text can mean, before a single figure of it is looked at.

The signs of a shape (`mapper.intake.signs`) make a layout, a word of one letter for each sign, and a regular expression
over it tells the notation: "39°59.458′N 46°55.642′E" is `n°f'wn°f'w`. Every layout that fits is kept, because a text that
can be read in two ways must come back with two readings.

The grammar is strict: a sign that it does not know is never skipped, because it may be the one that says "south".
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from mapper.intake import mgrs
from mapper.intake.marks import is_geodetic, marks_of, says_order
from mapper.intake.signs import DOUBTFUL_DASH, UNKNOWN, Sign, figure_at, ways
from mapper.intake.words import EPSG, GRID, MARKS, SYSTEMS, Axis, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mapper.intake.figures import Figure

LONGEST = 160
"""A longer text is a narrative, not a coordinate."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text says of its own system: an EPSG code, or a datum's name whose figures must be among the allowed."""

    epsg: Figure | None = None
    datum: str = ""
    datum_figure: Figure | None = None
    allowed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Angle:
    """One angle: one figure (degrees), two (and minutes) or three (and seconds), and the sign of its hemisphere."""

    figures: tuple[Figure, ...]
    sign: int = 1


@dataclass(frozen=True, slots=True)
class AnglePair:
    """Latitude and longitude. `ordered` says that letters or labels tell which is which; `geodetic`, that they are B, L.

    `height` and `accuracy` are the third and fourth number of a geopoint, in metres.
    """

    notation: str
    lat: Angle
    lon: Angle
    stated: Stated
    ordered: bool
    geodetic: bool
    height: Figure | None = None
    accuracy: Figure | None = None


@dataclass(frozen=True, slots=True)
class GridPair:
    """Two plane coordinates as written, with their labels ("" or E, N, X, Y) and the zone, as far as it is stated."""

    first: Figure
    second: Figure
    labels: tuple[str, str]
    stated: Stated
    zone: Figure | None = None
    band: str = ""
    meridian: Figure | None = None
    family: Literal["", "utm", "gauss_kruger"] = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a shape is no coordinate. A lone `angle` is looked at first: its figures may be wrong in themselves."""

    reason: str
    angle: Angle | None = None
    axis: Axis | None = None


Plan = AnglePair | GridPair | mgrs.Square | Refusal
_NO_VALUE = frozenset({"nan", "null", "none", "na", "n/a", "inf", "nil", "yox", "нет", "yok", "unknown"})
_LONE_COMMA = re.compile(r"[+-]?9+,9+")
_GEOPOINT = re.compile(
    r" *(?P<lat>[+-]?9{1,2}\.9+) +(?P<lon>[+-]?9{1,3}\.9+) +(?P<height>[+-]?9+(?:\.9+)?) +(?P<accuracy>9+(?:\.9+)?) *"
)
"""What a form of ODK or Kobo writes for a place: latitude, longitude, height, accuracy. The first two always have decimals."""


@lru_cache(maxsize=8192)
def plans(shape: str) -> tuple[Plan, ...]:
    """Return every way to read a shape: at least one plan, and only refusals when there is no way.

    Examples
    --------
    >>> [plan.notation for plan in plans("99,99,99,99")]
    ['dd', 'ddm']
    >>> plans("9_9")[0].reason
    "'_' does not belong in a coordinate"
    """
    refused = _unreadable(shape.strip())
    if refused:
        return (Refusal(refused),)
    point = _GEOPOINT.fullmatch(shape)
    square = mgrs.parse(shape)
    if point or isinstance(square, mgrs.Square):
        return (_geopoint(point) if point else square,)  # type: ignore[return-value]
    stated, rest = _stated(shape.rstrip(" /;,."))
    every = list(ways(rest))
    if any(sign.kind in {UNKNOWN, DOUBTFUL_DASH} for sign in every[0]):
        return (Refusal(square or _diagnosis(every[0])),)
    found = tuple(dict.fromkeys(plan for signs in every for plan in _of_signs(signs, stated)))
    sound = tuple(plan for plan in found if not isinstance(plan, Refusal))
    if sound:
        return sound
    if square:
        return (Refusal(square),)
    return found or (Refusal("its figures fit no notation"),)


def _unreadable(text: str) -> str:
    """Return why a text cannot be a coordinate in any notation, "" when it may be one."""
    if not text:
        return "there is no text"
    if len(text) > LONGEST:
        return f"the text is longer than {LONGEST} characters"
    if any(letter.isnumeric() and letter != "9" for letter in text):
        return "it has digits of another script"
    if text.casefold().strip("-+. ") in _NO_VALUE:
        return "it says that there is no value"
    if "9" not in text:
        return "it has no figures"
    return "it is one number with a decimal comma, or two whole degrees" if _LONE_COMMA.fullmatch(text) else ""


def _geopoint(found: re.Match[str]) -> AnglePair:
    """Return the pair of a geopoint; such a form knows no other system than WGS 84."""
    figures = {name: figure_at(found.start(name), found[name]) for name in found.groupdict()}
    lat, lon = (Angle((figures[name],), -1 if found[name].startswith("-") else 1) for name in ("lat", "lon"))
    height = replace(figures["height"], negative=found["height"].startswith("-"))
    stated = Stated(datum="wgs84")
    return AnglePair("geopoint", lat, lon, stated, False, False, height, figures["accuracy"])  # noqa: FBT003 - as in the class


def _diagnosis(signs: Sequence[Sign]) -> str:
    """Return what stands in the way of reading a text that no layout fits."""
    unknown = next((sign.word for sign in signs if sign.kind == UNKNOWN), "")
    return f"'{unknown}' does not belong in a coordinate" if unknown else "a dash may be a minus or a separator"


def _stated(shape: str) -> tuple[Stated, str]:
    """Cut the name of a system out of a shape, leaving blanks, so that every digit keeps its place."""
    stated, rest = Stated(), shape
    code = EPSG.search(rest)
    if code:
        stated = Stated(epsg=figure_at(code.start("figures"), code["figures"]))
        rest = _blanked(rest, code)
    for pattern, datum, allowed in SYSTEMS:
        named = pattern.search(rest)
        if named:
            figure = figure_at(named.start("figures"), named["figures"])
            stated = replace(stated, datum=datum, datum_figure=figure, allowed=allowed)
            rest = _blanked(rest, named)
    return stated, rest


def _blanked(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]


# ---------------------------------------------------------------- layouts
_FORMS = (r"[+-]?n°?n'?[nf]\"?", r"[+-]?n°?[nf]'?", r"[+-]?[nf]°?")
_HALF = f"(?:{'|'.join(_FORMS)})"
_WORDS = "w{1,3}"
_ANGLES = tuple(
    re.compile(layout)
    for layout in (
        *(f"(?P<a>{form})(?P<b>{form})" for form in _FORMS),
        f"(?P<a>{_HALF}),(?P<b>{_HALF})",
        f"(?P<pa>{_WORDS})(?P<a>{_HALF}),?(?P<pb>{_WORDS})(?P<b>{_HALF})",
        f"(?P<a>{_HALF})(?P<sa>{_WORDS}),?(?P<b>{_HALF})(?P<sb>{_WORDS})",
        f"(?P<pa>w)(?P<a>{_HALF})(?P<sa>w),?(?P<pb>w)(?P<b>{_HALF})(?P<sb>w)",
    )
)
_ONE_SIDED = re.compile(f"w{_HALF},?{_HALF}|{_HALF}w,?{_HALF}|{_HALF},?{_HALF}w|{_HALF},?w{_HALF}")
_SINGLE = re.compile(f"(?P<p>w{{0,3}})(?P<a>{_HALF}|n')(?P<s>w{{0,3}})")
_PLANE = (
    "(?:(?P<la>w)(?P<a>[nf]),?(?P<lb>w)(?P<b>[nf])|(?P<c>[nf])(?P<lc>w),?(?P<d>[nf])(?P<ld>w)|(?P<e>[nf]),?(?P<f>[nf]))"
)
_GRIDS = tuple(
    re.compile(layout)
    for layout in (
        f"(?P<u>u?)(?P<k>k*){_PLANE}",
        f"(?P<u>u?)(?P<k>k*)z?(?P<zone>n)(?P<band>w?){_PLANE}",
        f"(?P<u>u)z?(?P<zone>n)(?P<band>w?),{_PLANE}",
        f"(?P<k>k*)z(?P<zone>n)(?P<band>w?),{_PLANE}",
        f"(?P<zone>n)(?P<band>w),{_PLANE}",
        f"(?P<u>u?)(?P<k>k*){_PLANE},?(?P<u2>u?)z(?P<zone>n)(?P<band>w?)",
        f"(?P<u>u?)(?P<k>k*){_PLANE},?(?P<u2>u?)(?P<zone>n)(?P<band>w)",
        f"(?P<k>k*){_PLANE},?c(?P<meridian>n)",
        f"(?P<k>k*)c(?P<meridian>n),?{_PLANE}",
    )
)
_LETTERED_PACKED = {"lat": (4, 6), "lon": (4, 5, 6, 7)}
_SIGNED_PACKED = {"lat": (4, 6), "lon": (5, 7)}
_MOST_DEGREE_DIGITS, _MOST_ZONE_DIGITS = 3, 2
_PLANE_DIGITS = range(5, 9)
_BANDS = frozenset("CDEFGHJKLMNPQRSTUVWX")


def _of_signs(signs: Sequence[Sign], stated: Stated) -> Iterator[Plan]:
    layout = "".join(sign.kind for sign in signs)
    for found in (pattern.fullmatch(layout) for pattern in _ANGLES):
        pair = _angle_pair(found, signs, stated) if found else None
        if pair:
            yield pair
    for found in (pattern.fullmatch(layout) for pattern in _GRIDS):
        plane = _grid_pair(found, signs, stated) if found else None
        if plane:
            yield plane
    single = _SINGLE.fullmatch(layout)
    if single:
        yield from _single(single, signs)
    elif _ONE_SIDED.fullmatch(layout):
        yield Refusal("only one of the two coordinates has a mark of its hemisphere")


def _part(found: re.Match[str], group: str, signs: Sequence[Sign]) -> Sequence[Sign]:
    return signs[slice(*found.span(group))] if found.groupdict().get(group) else ()


def _angle_pair(found: re.Match[str], signs: Sequence[Sign], stated: Stated) -> AnglePair | Refusal | None:
    halves = [_part(found, side, signs) for side in "ab"]
    words = [
        [sign.word for sign in (*_part(found, f"p{side}", signs), *_part(found, f"s{side}", signs))] for side in "ab"
    ]
    marks = marks_of(words)
    if marks is None or isinstance(marks, str):
        return Refusal(marks) if marks else None
    if any(mark.sign and sign.kind in "+-" for mark, half in zip(marks, halves, strict=True) for sign in half):
        return Refusal("a sign and a letter both say the hemisphere")
    angles = [_angle(half, mark) for half, mark in zip(halves, marks, strict=True)]
    lat, lon = angles if marks[0].axis == "lat" else reversed(angles)
    if lat is None or lon is None:
        return None
    packed = len(lat.figures) + len(lon.figures) > sum(1 for half in halves for sign in half if sign.figure)
    if packed and len(lat.figures) != len(lon.figures):
        return None
    form = ("dd", "ddm", "dms")[max(len(lat.figures), len(lon.figures)) - 1]
    form = f"packed_{form}" if packed else form
    return AnglePair(form, lat, lon, stated, ordered=says_order(words), geodetic=is_geodetic(words))


def _angle(half: Sequence[Sign], mark: Mark) -> Angle | None:
    """Return the angle of a half, its packed digits taken apart; None when it has too many digits for one."""
    figures = tuple(sign.figure for sign in half if sign.figure)
    sign = mark.sign or (-1 if figures[0].negative else 1)
    figures = (replace(figures[0], negative=False), *figures[1:])
    signed = any(each.kind in "+-" for each in half)
    plain = len(figures) == 1 and half[-1].kind != "°"
    digits = figures[0].whole_digits
    if plain and digits in (_LETTERED_PACKED if mark.sign else _SIGNED_PACKED if signed else {}).get(mark.axis, ()):
        figures = _unpacked(figures[0])
    fits = figures[0].whole_digits <= _MOST_DEGREE_DIGITS and all(each.whole_digits <= 2 for each in figures[1:])  # noqa: PLR2004
    return Angle(figures, sign) if fits else None


def _unpacked(figure: Figure) -> tuple[Figure, ...]:
    """Take DDMM, DDDMM, DDMMSS or DDDMMSS apart; the decimals are the last part's."""
    degrees = {4: 2, 5: 3, 6: 2, 7: 3}[figure.whole_digits]
    cuts = [*range(degrees, figure.whole_digits, 2), len(figure.digits)]
    parts = [figure.part(0, degrees)]
    for start, stop in itertools.pairwise(cuts):
        last = stop == len(figure.digits)
        parts.append(figure.part(start, stop, decimals=figure.decimals if last else 0))
    return tuple(parts)


def _grid_pair(found: re.Match[str], signs: Sequence[Sign], stated: Stated) -> GridPair | None:
    parts = {group: _part(found, group, signs) for group in found.groupdict()}
    sides = next(side for side in (("a", "b"), ("c", "d"), ("e", "f")) if parts[side[0]])
    first, second = (parts[side][0].figure for side in sides)
    labels = tuple(GRID.get(parts[f"l{side}"][0].word, "?") if parts.get(f"l{side}") else "" for side in sides)
    zone, meridian = (parts[name][0].figure if parts.get(name) else None for name in ("zone", "meridian"))
    band = parts["band"][0].word[:1].upper() if parts.get("band") else ""
    if first is None or second is None or set(labels) not in ({""}, {"E", "N"}, {"X", "Y"}):
        return None
    if not {first.whole_digits, second.whole_digits} <= set(_PLANE_DIGITS) or (band and band not in _BANDS):
        return None
    if zone and (zone.whole_digits > _MOST_ZONE_DIGITS or (band and parts.get("k"))):
        return None
    family: Literal["", "utm", "gauss_kruger"] = "gauss_kruger" if parts.get("k") else ""
    family = "utm" if parts.get("u") or parts.get("u2") or band else family
    return GridPair(first, second, (labels[0], labels[1]), stated, zone, band, meridian, family)


def _single(found: re.Match[str], signs: Sequence[Sign]) -> Iterator[Refusal]:
    words = [sign.word for side in "ps" for sign in _part(found, side, signs)]
    axes = {MARKS[word].axis for word in words if word in MARKS}
    figures = tuple(replace(sign.figure, negative=False) for sign in _part(found, "a", signs) if sign.figure)
    if found["a"] == "n'":
        figures = (figures[0].part(0, 0), *figures)
    axis = axes.pop() if len(axes) == 1 else None
    yield Refusal("only one of the two coordinates is given", Angle(figures), axis)
