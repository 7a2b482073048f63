"""Names that were read in a wrong encoding before they came to us: `AÄŸdam`, `РђРіРґР°Рј`, `A�dam`.

Such a name is found in no gazetteer and no list of districts. It is told from pairs of letters that UTF-8 gives when it is
read as Windows-1251, 1252 or 1254 and that no word has. Turning the text back was the other choice: parts of it are often
lost on the way, and a name that was almost right is worse than one that is plainly wrong. So it is told and left as it is.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from mapper import schema
from mapper.findings import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from mapper.intake.account import Account

_TURKIC = "əƏğĞıİşŞçÇöÖüÜâ"
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ"
_LATIN_CODECS, _CYRILLIC_CODEC = ("cp1252", "cp1254", "latin-1"), "cp1251"
_ENDS_OF_WORDS = frozenset("–—‘’‚“”„…«»‹›•\xa0\xad" + string.punctuation)
"""Signs that may follow a letter in a sound text, so that a pair which ends in one proves nothing."""
_REPLACED = "\ufffd"


def _pairs(letters: str, codec: str) -> set[str]:
    """Return what each letter becomes when its UTF-8 bytes are read in another encoding, where that has such letters."""
    return {letter.encode().decode(codec, "replace") for letter in letters} - {""}


def _telling() -> str:
    """Return the pattern of letters that tell: pairs that no word has, and Cyrillic ones in rows or inside Latin words."""
    latin = {pair for codec in _LATIN_CODECS for pair in _pairs(_TURKIC + _RUSSIAN, codec)}
    cyrillic = {pair for pair in _pairs(_TURKIC + _RUSSIAN, _CYRILLIC_CODEC) if _REPLACED not in pair}
    alone = {pair for pair in latin | cyrillic if _is_telling(pair) and (pair in latin or not pair[1].isalpha())}
    inside = _any_of({pair for pair in cyrillic if _is_telling(pair)})
    return "|".join([_REPLACED, _any_of(alone), f"{_any_of(cyrillic)}{{2}}", f"[A-Za-z]{inside}", f"{inside}[A-Za-z]"])


def _any_of(pairs: set[str]) -> str:
    return f"(?:{'|'.join(sorted(re.escape(pair) for pair in pairs))})"


def _is_telling(pair: str) -> bool:
    return len(pair) > 1 and _REPLACED not in pair and pair[1] not in _ENDS_OF_WORDS


_TELLING = _telling()
_FIRST = re.compile(_TELLING)


def doubt_names(names: Iterable[object], account: Account) -> None:
    """Doubt each name of a column in which letters seem to have been read in a wrong encoding."""
    for name in map(str, names):
        found = _FIRST.search(name)
        if found:
            shown = None if found[0] == _REPLACED else f"its name holds {found[0]!r}"
            account.doubt("mojibake", None, name, shown, KEPT)


def doubt_mojibake(cells: pd.DataFrame, account: Account) -> None:
    """Doubt each column of text in which letters seem to have been read in a wrong encoding, once, with its first row."""
    for name in cells.columns:
        text = schema.arrow_text(cells[name])
        if _is_ascii(text):
            continue
        bad = pc.fill_null(pc.match_substring_regex(text, _TELLING), fill_value=False)
        count = pc.sum(bad).as_py() or 0
        if count:
            first = bad.index(pa.scalar(value=True)).as_py()
            found = _FIRST.search(text[first].as_py())
            shown = f", such as {found[0]!r}" if found and found[0] != _REPLACED else ""
            records = "1 cell" if count == 1 else f"{count} cells"
            account.doubt("mojibake", int(cells.index[first]), str(name), f"{records}{shown}", KEPT)


def _is_ascii(text: pa.ChunkedArray) -> bool:
    return all(pc.all(pc.string_is_ascii(chunk)).as_py() is not False for chunk in text.chunks)
