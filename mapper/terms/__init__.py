"""The words of the product: one JSON file per code list, with labels in English, Azerbaijani and Russian.

Labels, colours, hatches and symbols are data and not code, so that a person of the field can read and mend them
without reading Python, and so that the page, the exports and the notebooks say the same. Every term names where its
wording or sign comes from; "our wording" means that no text was copied and no conformance is claimed. The order of a
file is the order of a legend.

Signs follow one rule: an order is *legal* and drawn in violet with diagonal hatches; a hazard is *physical* and drawn
in red, amber or brown with upright hatches, and never with the other's fill. Green is not used at all, because it is
read as leave to enter. `data` holds what a code means in numbers: the default radius of a place, the rank of a
verdict (a higher rank is stricter), the kind of an order, the dashes of an outline.

A sentence takes values in braces: `{n}`. Words that follow a number are written once for each form that the language has,
with `|` between them, beside the name of the number: `{n} {n|zone|zones}` in English, `{n} {n|зона|зоны|зон}` in Russian.
Azerbaijani keeps one form after a number, so its sentences seldom need any. `FORMS` names the forms in order; `sentence`
fills them, and the page does the same (`web/src/plural.ts`).

Files are read on first use and kept; importing this package reads nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from mapper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("en", "az", "ru")
"""The languages every label and definition is written in."""

FORMS: Final = MappingProxyType({"en": ("one", "other"), "az": ("one", "other"), "ru": ("one", "few", "many")})
"""The forms of a word after a number, in the order they are written: 1, 21 / 2, 3, 4 and decimals / 5, 11, 100 in Russian."""

HATCHES: Final = ("diagonal", "back_diagonal", "cross", "horizontal", "vertical", "grid", "dots")
"""Every hatch a term may name: `cross` is both diagonals, `grid` is horizontal and vertical."""


@dataclass(frozen=True, slots=True)
class Term:
    """One code of a vocabulary.

    `label` and `definition` map a language to text, `colour` is `#rrggbb`, `hatch` one of `HATCHES`, `symbol` a few
    characters for a mark on the map; each of the three is None where the code is not drawn by itself. All mappings are
    read-only, and so is what `data` holds.
    """

    code: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    colour: str | None
    hatch: str | None
    symbol: str | None
    source: str
    data: Mapping[str, Any]


@cache
def names() -> tuple[str, ...]:
    """Return the names of all vocabularies, sorted.

    Examples
    --------
    >>> "accident_type" in names()
    True
    """
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


@cache
def vocabulary(name: str) -> Mapping[str, Term]:
    """Return a vocabulary: its terms by code, in the order of its legend.

    Raises
    ------
    UsageError
        When there is no vocabulary of that name.

    Examples
    --------
    >>> vocabulary("device_category")["ap_mine"].symbol
    'AP'
    """
    if name not in names():
        raise UsageError(f"there is no vocabulary '{name}'", advice=f"Use one of: {', '.join(names())}.")
    content = json.loads(files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return MappingProxyType({entry["code"]: _term(entry) for entry in content["terms"]})


def codes(name: str) -> tuple[str, ...]:
    """Return the codes of a vocabulary, in the order of its legend.

    Raises
    ------
    UsageError
        When there is no vocabulary of that name.

    Examples
    --------
    >>> codes("land_product")
    ('cancelled', 'reduced', 'cleared')
    """
    return tuple(vocabulary(name))


def label(name: str, code: str, language: str = "en") -> str:
    """Return the words for a code; English where the language lacks them, the code itself where the code is not known.

    A code from a user's file must still be shown, so an unknown one is not an error here: the checks report it.

    Raises
    ------
    UsageError
        When there is no vocabulary of that name.

    Examples
    --------
    >>> label("device_category", "av_mine", "az")
    'Tank əleyhinə mina'
    >>> label("device_category", "balloon")
    'balloon'
    """
    term = vocabulary(name).get(code)
    if term is None:
        return code
    return term.label.get(language) or term.label.get("en") or code


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, else in English, else in any; "" where there is none.

    Examples
    --------
    >>> in_language({"az": "Rayonlar", "en": "Districts"}, "ru")
    'Districts'
    """
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def sentence(name: str, code: str, language: str = "en", **values: object) -> str:
    r"""Return the words for a code with values in their places: numbers as the language writes them, texts as they are.

    Parameters
    ----------
    name, code, language : str
        As for `label`.
    **values : object
        For the names in braces. A place without a value stays as it is. `{n|zone|zones}` chooses a word by the number `n`.

    Raises
    ------
    UsageError
        When there is no vocabulary of that name.

    Examples
    --------
    >>> sentence("page", "list.more", "ru", n=1200)
    'Показать ещё (осталось 1\xa0200)'
    >>> filled("{n} {n|зона|зоны|зон}", {"n": 22}, "ru")
    '22 зоны'
    """
    return filled(label(name, code, language), values, language)


def filled(text: str, values: Mapping[str, object], language: str = "en") -> str:
    """Return a sentence of a language with values in its places; see `sentence`."""

    def put(place: re.Match[str]) -> str:
        name, forms = place.groups()
        if name not in values:
            return place.group()
        return _told(values[name], language) if forms is None else _form(forms.split("|"), values[name], language)

    return _PLACE.sub(put, text)


class Said(str):
    """A sentence of the page or of the exports in English, as any text, that can be told in every language.

    Examples
    --------
    >>> said = Said.of("assumed.bandwidth", n=10_000)
    >>> str(said)
    'No bandwidth is stated; the density uses 10,000 m.'
    >>> said.in_languages()["az"]
    'Zolağın eni göstərilməyib; sıxlıq 10.000 m ilə hesablanır.'
    """

    __slots__ = ("code", "values", "vocabulary")
    code: str
    values: Mapping[str, object]
    vocabulary: str

    @classmethod
    def of(cls, code: str, *, vocabulary: str = "page", **values: object) -> Said:
        """Make the sentence of a code of a vocabulary; values as for `sentence`."""
        made = cls(filled(label(vocabulary, code), values))
        made.code, made.vocabulary, made.values = code, vocabulary, values
        return made

    def in_languages(self) -> dict[str, str]:
        """Return the sentence by language."""
        return {each: filled(label(self.vocabulary, self.code, each), self.values, each) for each in LANGUAGES}


_PLACE: Final = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")


def _told(value: object, language: str) -> str:
    if not isinstance(value, int | float):
        return str(value)
    from babel.numbers import format_decimal  # noqa: PLC0415 - most of what imports this package writes no number

    return format_decimal(value, locale=language)


def _form(forms: list[str], value: object, language: str) -> str:
    if not isinstance(value, int | float):
        return forms[-1]
    from babel import Locale  # noqa: PLC0415 - as above

    category = Locale.parse(language).plural_form(value)
    known = FORMS[language]
    return forms[known.index(category if category in known else "few")]


def _term(entry: Mapping[str, Any]) -> Term:
    return Term(
        code=entry["code"],
        label=MappingProxyType(entry["label"]),
        definition=MappingProxyType(entry["definition"]),
        colour=entry["colour"],
        hatch=entry["hatch"],
        symbol=entry["symbol"],
        source=entry["source"],
        data=_frozen(entry.get("data", {})),
    )


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any JSON value goes in and comes out
    """Return a JSON value that nobody can change: mappings read-only, lists as tuples."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
