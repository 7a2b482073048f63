"""Names in other alphabets and romanisations, folded to how they sound: for looking up, never for showing.

Azerbaijani has been written in four alphabets, and each romanisation of it leaves its own spelling: Ağdam, Aghdam, Agdam,
Агдам. `sound_key` takes a name through one explicit table to letters that all of them share (ə and a and e are one, so are
q, g, ğ, gh and k). Python's `lower`, `casefold` and NFKD are not used on these letters: they make i̇ of İ, keep ə and ı,
and lose ğ's tail only sometimes. The table merges more than any one romanisation does, so it finds homonyms that are
none; all of them are candidates, and nothing is chosen among them here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from mapper.names import name_key

if TYPE_CHECKING:
    from collections.abc import Mapping

_CYRILLIC = MappingProxyType(
    {
        **dict(zip("абвгғдеёжзийјкҝлмноөпрстуүфхһцчҹшщыэ", "abvggdeojziyykklmnooprstuufxhcccşşie", strict=True)),
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
        "қ": "g",
        "ў": "u",
        "ҳ": "h",
    }
)
_TOGETHER = (
    ("dzh", "c"),
    ("dj", "c"),
    ("dž", "c"),
    ("zh", "c"),
    ("tch", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("kh", "h"),
    ("gh", "k"),
)
"""Letters that stand for one sound in a romanisation, longest first."""
_ALONE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("əeäéèêëāâà", "a"),
        **dict.fromkeys("ıyíîï", "i"),
        **dict.fromkeys("öôóò", "o"),
        **dict.fromkeys("üûúù", "u"),
        **dict.fromkeys("ğqgǧ", "k"),
        **dict.fromkeys("şšś", "s"),
        **dict.fromkeys("çčcjž", "c"),
        "x": "h",
        "w": "v",
    }
)
_UNHEARD = re.compile(r"[ʼʻ’‘'`´′\-.]")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65_536)
def sound_key(name: str) -> str:
    """Return the key that all romanisations of an Azerbaijani name share; words are kept apart by single spaces.

    Letters of scripts that are not in the table stay as they are.

    Examples
    --------
    >>> {sound_key(name) for name in ("Tağıbəyli", "Taghibeyli", "Tagibayli", "Тагибейли", "TAĞIBƏYLİ")}
    {'takibaili'}
    >>> sound_key("Xocavənd") == sound_key("Khojavend"), sound_key("Ağdam") == sound_key("Ağdaş")
    (True, False)
    """
    text = "".join(_CYRILLIC.get(letter, letter) for letter in name_key(name))
    text = _UNHEARD.sub("", text)
    for several, one in _TOGETHER:
        text = text.replace(several, one)
    text = "".join(_ALONE.get(letter, letter) for letter in text)
    return _REPEATED.sub(r"\1", text)
