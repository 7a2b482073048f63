"""The words and letters that stand beside the figures of a coordinate, in English, Russian, Azerbaijani and Turkish.

Several of them are traps, and the choice each time is to refuse rather than to lean to one language:

- Azerbaijani şimal (north) and şərq (east) both begin with ş: a Ş alone says nothing. "ş.e." and "ş.u." do, by enlik
  (latitude) and uzunluq (longitude).
- A Latin B is batı (west) in Turkish, В (восток, east) typed on the wrong keyboard in Russian, and the latitude in the
  geodesist's "B, L". It is west only beside another Turkish letter, and latitude only beside L.
- A Latin C is cənub (south) in Azerbaijani and looks like С (север, north) in Russian. С and В count only with each other
  or with their own alphabet: a letter that could be of two languages needs a companion of one.

Words are compared by `fold`, never by Python's own lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mapper.names import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

Axis = Literal["lat", "lon"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a word says of the figures beside it: their axis, and the hemisphere's sign (0 when it does not say).

    `needs` is the language that the other mark of the pair must be of, "" where the word is of one language only.
    """

    axis: Axis
    sign: int
    languages: frozenset[str]
    needs: str = ""


def fold(word: str) -> str:
    """Fold a word for looking it up: Azerbaijani lower case, letters only, both i's as one.

    Examples
    --------
    >>> fold("с. ш."), fold("ŞİMAL"), fold("Latitude")
    ('сш', 'şimal', 'latitude')
    """
    return "".join(letter for letter in name_key(word) if letter.isalpha()).replace("ı", "i")


_HEMISPHERES: Mapping[tuple[Axis, int], Mapping[str, str]] = {
    ("lat", +1): {
        "en": "n north northern",
        "ru": "с сш сев север северная северной северный",
        "az": "şm şme şe şimal shimal simal",
        "tr": "k kuzey",
    },
    ("lat", -1): {
        "en": "s south southern",
        "ru": "ю юш юж юг южная южной южный",
        "az": "c cm cme ce cənub cenub janub",
        "tr": "g güney guney",
    },
    ("lon", +1): {
        "en": "e east eastern",
        "ru": "в вд вост восток восточная восточной восточный",
        "az": "şu şrq şərq serq sherq",
        "tr": "d doğu dogu",
    },
    ("lon", -1): {
        "en": "w west western",
        "ru": "з зд зап запад западная западной западный",
        "az": "q qu qərb qerb",
        "tr": "b bati",
    },
}
_AXES: Mapping[Axis, str] = {
    "lat": "lat latitude широта широты шир ш enlik enliyi enlem enlemi",
    "lon": "lon long lng longitude долгота долготы долг д uzunluq uzunluğu uzunlugu boylam boylami",
}
_NEEDS_COMPANION = {"b": "tr", "c": "az", "с": "ru", "в": "ru"}
_LOOKALIKES = {"е": "e"}
"""A Cyrillic Е between figures stands for no Russian word: it is the Latin letter, typed on the other keyboard."""


def _marks() -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    for (axis, sign), words_of in _HEMISPHERES.items():
        for language, words in words_of.items():
            for word in words.split():
                marks[word] = Mark(axis, sign, frozenset({language}), _NEEDS_COMPANION.get(word, ""))
    every = frozenset({"en", "ru", "az", "tr"})
    marks |= {word: Mark(axis, 0, every) for axis, words in _AXES.items() for word in words.split()}
    return marks | {alike: marks[letter] for alike, letter in _LOOKALIKES.items()}


MARKS: Mapping[str, Mark] = MappingProxyType(_marks())
AMBIGUOUS_NORTH_EAST = "ş"
GEODETIC: Mapping[str, Axis] = MappingProxyType({"b": "lat", "в": "lat", "l": "lon", "л": "lon"})
"""Soviet B (широта) and L (долгота); they count only when both are there."""
GRID: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("x", "х"), "X"),
        **dict.fromkeys(("y", "у"), "Y"),
        **dict.fromkeys(("e", "me", "easting", "east", "е"), "E"),
        **dict.fromkeys(("n", "mn", "northing", "north"), "N"),
    }
)
"""Labels of plane coordinates. X and Y have two conventions, E and N have one."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ["deg", "degree", "degrees", "град", "градус", "градуса", "градусов", "derece", "dərəcə", "der"], "°"
        ),
        **dict.fromkeys(
            ["min", "minute", "minutes", "мин", "минута", "минуты", "минут", "dakika", "dəqiqə", "dəq", "dk"], "'"
        ),
        **dict.fromkeys(
            ["sec", "second", "seconds", "сек", "секунда", "секунды", "секунд", "saniyə", "saniye", "san", "sn"], '"'
        ),
        **dict.fromkeys(["zone", "zona", "зона", "зоны"], "z"),
        **dict.fromkeys(["utm"], "u"),
        **dict.fromkeys(["gk", "гк", "gauss", "krüger", "kruger", "krueger", "гаусса", "крюгера"], "k"),
        **dict.fromkeys(["cm", "цм"], "c"),
        **dict.fromkeys(["and", "və", "ve", "и"], ","),
        **dict.fromkeys(
            ["m", "м", "mgrs", "coordinate", "coordinates", "coords", "координаты", "koordinat", "koordinatlar", "gps"],
            "",
        ),
    }
)
"""Words that are a mark of a unit, a separator, the name of a grid, or nothing."""

_START = r"(?<![^\W\d_])"
SYSTEMS: tuple[tuple[re.Pattern[str], str, tuple[int, ...]], ...] = (
    (re.compile(_START + r"(?:SK|СК|CK)[ -]?(?P<figures>99)(?!9)", re.IGNORECASE), "sk42", (42,)),
    (
        re.compile(_START + r"(?:Pulkovo|Пулково)[ -]?(?P<figures>9999|99)(?!9)", re.IGNORECASE),
        "sk42",
        (42, 1942),
    ),
    (
        re.compile(_START + r"(?:WGS|ВГС)[ _-]?(?P<figures>9999|99)(?!9)", re.IGNORECASE),
        "wgs84",
        (84, 1984),
    ),
)
"""Names of a datum, with every digit as 9 (`mapper.intake.figures`), and the figures that it must have."""
EPSG = re.compile(_START + r"EPSG\s*:{0,2}\s*(?P<figures>9{4,6})(?!9)", re.IGNORECASE)
