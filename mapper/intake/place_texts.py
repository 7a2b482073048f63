"""What a text says of a place: its name, and the district beside it, without the words for village, town and district.

"Tağıbəyli kəndi, Ağdam rayonu" and "Агдамский район, село Тагибейли" say the same. A text that names a district alone names
no place: the point of its town is not where the district is.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from mapper.intake.fold import sound_key
from mapper.names import name_key

_SEPARATORS = re.compile(r"[,;/()]")
_DISTRICT_WORDS = frozenset({"rayon", "rayonu", "rayonunun", "district", "район", "района", "районе", "ilçe", "ilçesi"})
_ADJECTIVE = re.compile(r"sk(?:i|oko|om)$")


@cache
def table() -> dict[str, Any]:
    """Return the bundled names with their sources (`place_names.json`)."""
    table: dict[str, Any] = json.loads((files("mapper.intake") / "place_names.json").read_text("utf-8"))
    return table


@cache
def _generic_words() -> frozenset[str]:
    return frozenset(name_key(word) for word in table()["generic_words"])


def district_of(text: str) -> str | None:
    """Return the district that a text names beside the place, None when it names none.

    Examples
    --------
    >>> district_of("Tağıbəyli kəndi, Ağdam rayonu"), district_of("Tağıbəyli")
    ('Ağdam', None)
    """
    return name_and_district(text)[1]


def same_district(known: str, said: str | None) -> bool:
    """Tell whether a text names a district, in any spelling, with or without a word for district.

    Examples
    --------
    >>> same_district("Ağdam", "Агдамский район"), same_district("Ağdam", "Ağdaş")
    (True, False)
    """
    if not said:
        return False
    said_sound = sound_key(_without_generic(said)[0] or said)
    return sound_key(known) in {said_sound, _ADJECTIVE.sub("", said_sound)}


def name_and_district(text: str) -> tuple[str, str | None]:
    """Take a text apart into the name of a place and that of its district; a district alone is no place."""
    parts = [_without_generic(part) for part in _SEPARATORS.split(text) if part.strip()]
    names = [name for name, is_district in parts if name and not is_district]
    districts = [name for name, is_district in parts if name and is_district]
    if districts:
        return (names[0] if names else ""), districts[0]
    return (names[0] if names else ""), (names[1] if len(names) > 1 else None)


def bare_name(name: str) -> str:
    """Return a name without the words for village, town or district in it.

    Examples
    --------
    >>> bare_name("Qaraçuxa kəndi"), bare_name("Sharur City"), bare_name("Kənd")
    ('Qaraçuxa', 'Sharur', 'Kənd')
    """
    return _without_generic(name)[0] or name


def _without_generic(part: str) -> tuple[str, bool]:
    """Return a name without words for village or district, and whether a word for district was there."""
    generic = _generic_words()
    words = part.replace("№", " ").split()
    kept = [word for word in words if name_key(word.rstrip(".")) not in generic]
    is_district = any(name_key(word.rstrip(".")) in _DISTRICT_WORDS for word in words)
    return " ".join(kept), is_district


def unqualified(sound: str) -> str:
    """Return a sound key without the qualifier before it."""
    first, _, rest = sound.partition(" ")
    return rest if rest and first in {sound_key(word) for word in table()["qualifiers"]} else sound
