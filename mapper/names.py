"""Names of places as keys: what counts as the same name when layers are matched.

A key is for comparing only; what is shown is always the name as given. Case is folded the Azerbaijani way (I is the capital
of ı, and İ of i), because Python's own folding would make two districts of one. Dots are kept: Sarıcalı and Saricali stay
apart, and a name that does not match is told, never matched by likelihood. Looser folding, for looking a name up that was
written in another alphabet, is `mapper.intake.fold`'s, and its answers are candidates, not matches.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

SEPARATOR = ";"
_SAME_LETTER = str.maketrans({"ǝ": "ə", "Ǝ": "Ə", "ә": "ə", "Ә": "Ə"})
_CAPITALS = MappingProxyType({ord("I"): "ı", ord("İ"): "i"})


def name_key(name: Any) -> str:  # noqa: ANN401 - text, None or NA
    """Return the key of a name: NFC, one schwa of the four in use, lower case, single spaces; "" for no name.

    Examples
    --------
    >>> name_key("  AĞDƏRƏ ") == name_key("Ağdǝrǝ"), name_key("QIZILOBA"), name_key(None)
    (True, 'qızıloba', '')
    """
    return "" if name is None or pd.isna(name) else _folded(str(name))


def name_keys(names: pd.Series) -> npt.NDArray[np.object_]:
    """Return the key of each name of a column, each different name folded once.

    Examples
    --------
    >>> name_keys(pd.Series(["Ağdam", None, "AĞDAM"])).tolist()
    ['ağdam', '', 'ağdam']
    """
    which, different = pd.factorize(names)
    return np.array([*map(name_key, different), ""], dtype=object)[which]


def units(cell: Any) -> list[str]:  # noqa: ANN401 - text, None or NA
    """Return the names in a ";"-separated cell, in order.

    Examples
    --------
    >>> units("Şuşa; Şuşa şəhəri;"), units(None)
    (['Şuşa', 'Şuşa şəhəri'], [])
    """
    if cell is None or pd.isna(cell):
        return []
    return [name.strip() for name in str(cell).split(SEPARATOR) if name.strip()]


@lru_cache(maxsize=65_536)
def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFC", name).translate(_SAME_LETTER).translate(_CAPITALS).lower()
    visible = "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())
