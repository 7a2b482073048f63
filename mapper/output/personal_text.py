"""Personal data inside a text: an age becomes an age group, a name, a birth date, an address or a number becomes "[…]".

Notes, titles and quotations are written by people and hold what no column may. Nothing here knows who is who: the patterns
are those that ages, births and papers have in Azerbaijani, Russian, Turkish and English; those of names are
`mapper.output.person_names`. They err towards leaving out. The word for an age group is in the language of the age.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mapper import terms
from mapper.intake.personal import LONG_FIGURE
from mapper.output.person_names import MARK, without_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

KINDS = ("age", "birth_date", "name", "number", "address")
"""What is looked for, in the order in which findings tell of it."""
FIRST_ADULT_YEAR = 18
OLDEST_YEARS = 115
_NO_PLACES: frozenset[str] = frozenset()


class Masked(NamedTuple):
    """A text without personal data, and which of `KINDS` were in it."""

    text: str
    kinds: frozenset[str]


def masked(text: str, places: frozenset[str] = _NO_PLACES) -> Masked:
    """Take personal data out of a text.

    Parameters
    ----------
    text : str
        As somebody wrote it.
    places : frozenset of str
        Words that are names of places (`mapper.output.person_names.place_words`).

    Returns
    -------
    Masked
        The text with ages as groups and the rest as "[…]"; masking it again changes nothing.

    Examples
    --------
    >>> masked("A 38-year-old farmer stepped on a mine").text
    'A [adult] farmer stepped on a mine'
    >>> masked("Heydər Əliyev küçəsi").kinds
    frozenset()
    """
    kinds: set[str] = set()
    while True:
        before = text
        for kind, replace in _STEPS:
            changed = replace(text, places)
            if changed != text:
                kinds.add(kind)
                text = changed
        if text == before:  # each round takes figures or capital letters away, so the rounds end
            return Masked(text, frozenset(kinds))


def masked_texts(texts: Iterable[str], places: frozenset[str] = _NO_PLACES) -> dict[str, Masked]:
    """Mask many texts, and return those that held something.

    Parameters
    ----------
    texts : iterable of str
        May be many: one pass over them, that knows no more than words and endings, leaves few to be looked at closely.
    places : frozenset of str
        As for `masked`.

    Returns
    -------
    dict of str to Masked
        Of each different text that is not as it was.
    """
    different = pc.unique(pa.array(list(texts), pa.large_string()))
    looks = [pc.match_substring_regex(different, pattern).to_numpy(zero_copy_only=False) for pattern in _MAY_HOLD]
    doubtful = different.filter(pa.array(np.any(looks, axis=0)))
    return {text: made for text in doubtful.to_pylist() if (made := masked(text, places)).kinds}


def masked_address(url: str) -> Masked:
    """Cut an address of a page that tells an age or a year of birth down to its host.

    Examples
    --------
    >>> masked_address("https://example.org/news/38-yasli-kisi-minaya-dusdu-1").text
    'https://example.org/[…]'
    >>> masked_address("https://example.org/2021/01/28/mine-in-terter-202966").kinds
    frozenset()
    """
    said = re.sub(r"[-_/+]+", " ", unquote(url))
    told = {kind for kind, replace in (("age", _ages), ("birth_date", _births)) if replace(said, _NO_PLACES) != said}
    if not told:
        return Masked(url, frozenset())
    host = _HOST.match(url)
    return Masked(f"{host[0]}/{MARK}" if host else MARK, frozenset(told))


_HOST = re.compile(r"[a-z]+://[\w.-]+", re.IGNORECASE)


# ------------------------------------------------------------------ ages
_N = r"(?P<n>[0-9]{1,3})(?:\s?(?:[-–]|to|and|və|и|до)\s?(?P<m>[0-9]{1,3}))?"
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER_OF = {
    **{word: number for number, word in enumerate([*_ONES, *_TEENS], start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
}
_SPELT = rf"(?P<w>(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_ONES)}))?|{'|'.join([*_TEENS, *_ONES])})"
_NOT_IN_A_NUMBER = r"(?<![0-9.,])(?<![0-9]-)"
_AGES = tuple(
    (language, re.compile(pattern, re.IGNORECASE))
    for language, pattern in (
        ("en", rf"{_NOT_IN_A_NUMBER}{_N}[\s-]{{0,2}}(?:years?|yrs?)[\s-]{{0,2}}olds?\b"),
        ("en", rf"\b{_SPELT}[\s-]years?[\s-]olds?\b"),
        ("en", r"(?P<w>\b[0-9]{1,2})[\s-]?months?[\s-]old\b"),
        ("en", rf"\bage[ds]?(?:\s+of)?[\s:]{{1,2}}{_N}\b(?![.,]?[0-9]|\s?(?:%|km|m)\b)"),
        ("en", rf"{_NOT_IN_A_NUMBER}{_N}\s?y(?:/|\.\s?)?o\b\.?"),
        (
            "az",
            rf"{_NOT_IN_A_NUMBER}{_N}[\s-]?(?:yaş|yash|yas)(?:l[ıiuü]\w*|[ıi]n?\w{{0,6}}|da|dan|a(?:dək|dan)?)?\b",
        ),
        ("az", rf"\b(?:yaş|yas|yash)[ıi]?\s?[:–-]?\s?{_N}\b(?![.,]?[0-9])"),
        ("az", r"(?P<w>\b[0-9]{1,2})[\s-]?aylıq\b"),
        ("ru", rf"{_NOT_IN_A_NUMBER}{_N}\s?[-–]?\s?(?:ми|ти|и|х)?[-–]?\s?летн\w+"),
        ("ru", rf"\bвозраст\w*\W{{1,3}}(?:[^\W\d_]+\s)?{_N}(?:\s+(?:лет|год[а]?|года)\b)?"),
        ("ru", rf"\b(?:ему|ей|которому|которой)\s+(?:было\s+)?{_N}\s+(?:лет|год[а]?)\b"),
        ("ru", rf"{_NOT_IN_A_NUMBER}{_N}\s+лет\b(?!\s+(?:назад|спустя|подряд|войны|оккупации|независимости|после))"),
        ("en", rf"(?<=\[…\]),\s{_N}(?=\s?[,;)]|\s?\.(?![0-9])|$)"),  # "[a name], 38, was injured"
        ("en", rf"(?<=\[…\])\s?\({_N}\)"),  # "[a name] (38)"
    )
)
_LASTING = re.compile(
    r"\b(?:за|через|в течение|на протяжении|последни[ехй]|прошлы[ехй]|эти|прошло|спустя|почти)\s+$", re.IGNORECASE
)
"""Words that make of "30 лет" a time that passed, not somebody's age."""


def _ages(text: str, _: frozenset[str]) -> str:
    for language, pattern in _AGES:
        text = pattern.sub(lambda found, language=language: _group(found, language), text)  # type: ignore[misc]
    return text


def _group(found: re.Match[str], language: str) -> str:
    """Return the age group for an age; the text as it was for a number that is none."""
    years = _years(found.groupdict())
    if max(years) > OLDEST_YEARS or _LASTING.search(found.string[: found.start()]):
        return found[0]
    groups = {"adult_18_plus" if each >= FIRST_ADULT_YEAR else "child_0_17" for each in years}
    before = _lead(found[0])
    if len(groups) > 1:
        return f"{before}{MARK}"
    return f"{before}[{terms.label('age_group', groups.pop(), language).lower()}]"


def _lead(text: str) -> str:
    """Return what keeps a group or a mark apart from the mark before it."""
    return ", " if text.startswith(",") else " " if text[0].isspace() or text.startswith("(") else ""


def _years(found: dict[str, str | None]) -> list[int]:
    word = found.get("w")
    if word is None:
        return [int(each) for each in (found["n"], found.get("m")) if each]
    return [0 if word.isdigit() else sum(_NUMBER_OF[part] for part in re.split(r"[-\s]", word.lower()))]


# ------------------------------------------------------------------ birth dates, numbers, addresses
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_DAY = r"(?:[0-9]{1,2}[./\s-](?:[0-9]{1,2}|[^\W\d_]{3,9})[./\s-])?"
_ANY_DATE = r"[0-9]{1,4}[./\s-](?:[0-9]{1,2}|[^\W\d_]{3,9})[./\s-][0-9]{2,4}|[0-9]{4}"
_BIRTHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bborn\b[^;\n]{{0,25}}?\b{_YEAR}\b(?:-[0-9]{{2}}-[0-9]{{2}})?",
        rf"(?<!\w)b\.\s?{_YEAR}\b",
        (
            rf"(?<!\w)(?:dob|d\.o\.b\.?|date\sof\sbirth|birth\s?date|birthday|doğum\s+tarix\w*|дат[аеу]\s+рождения|д\.\s?р\.)"
            rf"\W{{0,3}}(?:{_ANY_DATE})"
        ),
        (
            rf"{_DAY}\b{_YEAR}\s?[-–]?\s?(?:c[ıiuü]|го)?(?:\s+il(?:də|in|lik)?)?\s+"
            r"(?:təvəllüd\w*|tevell[uü]d\w*|do[ğg]umlu\w*|do[ğg]ul\w*|anadan\s+ol\w*)"
        ),
        rf"\b(?:təvəllüd|tevell[uü]d)\w*\W{{0,3}}{_DAY}{_YEAR}\b",
        rf"{_DAY}\b{_YEAR}\s?(?:-?го)?\s?(?:г\.?\s?р\.|г\.?\s?р\b|г(?:\.|ода?|оду)\s*рождения)",
        rf"\bроди(?:лся|лась|вш\w+)\b[^;\n]{{0,25}}?\b{_YEAR}\b",
        rf"(?<=\[…\]),?\s?\(?[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-]{_YEAR}\)?",  # "[a name] (12.03.1983)"
    )
)
_NUMBERS = (
    re.compile(rf"(?<!\w)(?<!\w-)(?:{LONG_FIGURE.pattern})"),  # menafn-1107102978 is the number of an article
    re.compile(r"\+[0-9][0-9\s().-]{7,18}[0-9]"),
    re.compile(r"(?<![\w.,])\(?0[0-9]{2}\)?[\s-]?[0-9]{3}[\s-]?[0-9]{2}[\s-]?[0-9]{2}(?![\w.,]?[0-9])"),
    re.compile(r"\b(?:AZE|AA|AZ)\s?(?:№|No\.?)?\s?[0-9]{7,8}\b"),
    re.compile(r"\b(?:FİN|FIN|ФИН|ПИН|PIN)(?:[\s-]?(?:kod|code|код)\w*)?\W{1,3}[A-Z0-9]{7}\b"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]*\w"),
)
_HOUSE = r"[0-9]{1,4}[A-Za-zА-Яа-я]?\b"
_FLAT = rf"(?:,?\s*(?:m(?:ənzil|\.)|apt\.?|flat|кв\.?|квартира)\s*{_HOUSE})?"
_ADDRESSES = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?:[A-ZƏĞİÖŞÜÇ][\w.]*\s){{1,3}}(?:küçəsi|küç\.|prospekti|pr\.|döngəsi|sokağı|caddesi)\s*,?\s*"
            rf"(?:(?:ev|bina|no)\.?\s*)?{_HOUSE}{_FLAT}"
        ),
        (
            rf"(?i:\b(?:ул\.|улица|улице|улицы|проспект\w*|пр-т|переулок|пер\.))\s*[\w .-]{{2,40}}?,?\s*"
            rf"(?:д\.|дом)?\s*{_HOUSE}{_FLAT}"
        ),
        rf"\b[0-9]{{1,4}}\s(?:[A-ZƏĞİÖŞÜÇ][\w.]*\s){{1,3}}(?:Street|St\.|Avenue|Ave\.|Lane)(?!\w){_FLAT}",
        rf"(?:[A-ZƏĞİÖŞÜÇ][\w.]*\s){{1,3}}(?:Street|street|Avenue|avenue)\s*,?\s*(?:no\.?|house)?\s*{_HOUSE}{_FLAT}",
    )
)


def _births(text: str, _: frozenset[str]) -> str:
    return _without(_BIRTHS, text)


def _figures(text: str, _: frozenset[str]) -> str:
    return _without(_NUMBERS, text)


def _dwellings(text: str, _: frozenset[str]) -> str:
    return _without(_ADDRESSES, text)


def _without(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda found: _lead(found[0]) + MARK, text)
    return text


_STEPS: tuple[tuple[str, Callable[[str, frozenset[str]], str]], ...] = (
    ("birth_date", _births),
    ("address", _dwellings),
    ("name", without_names),
    ("number", _figures),
    ("age", _ages),
)

_MAY_HOLD = (
    r"(?i:(?:years?|yrs?|months?)\PL{0,3}old)|(?i:(?:^|\PL)(?:age[ds]?\PL|ему|ей|котор))|[0-9]\PL{0,3}[yY]\PL{0,3}[oO]",
    "(?i:ya[sş]|aylıq|лет|возраст)",
    r"(?i:born|birth|dob|d\.o\.b|təvəllüd|tevell|do[ğg]u|anadan|рожд|роди)|(?:^|\PL)[bB]\.|(?i:[дг]\PL{0,3}р)",
    r"(?:[0-9][^0-9]{0,3}){7}|@|[A-Z0-9]{7}",
    r"küç|prospekt|pr\.|döngə|sokağ|cadde|(?i:ул\.|улиц|проспект|пр-т|переулок|пер\.)|[Ss]t(?:reet|\.)|[Aa]ve|Lane",
    r"\p{Lu}[\pL\pM'’ʼ-]*(?i:[oeё]v|zad[əǝәae]|shvili|dze|ов|ев|ёв|зад[еа]|швили|дзе|o[ğg]h?lu|yan|ян|l[ıiİuü]|л[ыи])",
    "(?i:o[ğg]h?lu|[qk][ıiİ]z[ıiİ]|g[iİ]z[iİ]|gyzy|оглы|оглу|кызы|гызы)|…",
)
"""What a text that is masked holds, one of these; a test holds them against the patterns above. In one they are slower."""
MAY_TELL_AN_AGE = "|".join(_MAY_HOLD[:3])
"""What a text that tells an age or a birth holds, as a pattern of Arrow's."""
