"""Names of persons inside a text: what reads as one, by the patterns of the region.

A name is a surname (-ov, -yeva, -zadə, -li, …) or a patronymic (oğlu, qızı, -ович, …) beside another word with a capital
letter. What is followed or preceded by a word for a street, a village or an airport is the name of a place and stays, and so
do the words by which the layers name settlements and districts: every second village ends in -li. The lists err towards
leaving out, because a sentence with a gap can be mended and a name that was published cannot be taken back.

A trained model of names was the other choice; it would be a second opinion that nobody can read, and differ by version.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mapper.names import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MARK = "[…]"
"""What stands where something was left out."""


def _listed(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_CASES = "ın|in|un|ün|nın|nin|nun|nün|a|ə|ya|yə|nı|ni|nu|nü|ı|i|u|ü|da|də|dan|dən|la|lə|gil"
_RU_CASES = "а|у|ым|е|ой|ы|ых|ами|ыми"
_SURNAME = re.compile(
    rf"[^\W\d_]{{2,}}(?:(?:[oeё]v|iy?ev|yev)a?(?:{_CASES})?|(?:zadə|zade|zada|shvili|dze)(?:{_CASES})?"
    rf"|(?:ов|ев|ёв)(?:{_RU_CASES})?|(?:заде|зада|швили|дзе)|o[ğg]lu(?:{_CASES})?)"
    rf"|[^\W\d_]{{3,}}(?:yan|ян(?:а|у|ом|е)?)"
)
_PATRONYMIC = re.compile(
    rf"[^\W\d_]{{2,}}(?:(?:ович|евич)(?:а|у|ем|е)?|(?:овна|евна|овны|евны|овну|евну|овной|евной)"
    rf"|(?:ovich|evich|ovi[çc]|ovna|evna)(?:{_CASES})?)"
)
_SON_OR_DAUGHTER = re.compile(
    rf"(?:oğlu|oglu|oghlu|qızı|qizi|gizi|gyzy|kızı)(?:{_CASES})?|оглы|оглу|кызы|гызы", re.IGNORECASE
)
_IN_LI = re.compile(rf"[^\W\d_]{{3,}}l[ıiuü](?:{_CASES})?")
_IN_LY = re.compile(r"[^\W\d_]{3,}л[ыи]")
_NO_SURNAME = _listed(
    "moldova geneva genova padova villanova casanova cordova kiev azov rostov saratov tambov pskov kharkov",
    "lvov mogilev alov girov buzov girovu alovu buzovu şahzadə shahzade kosova",
    "ростов саратов тамбов псков харьков львов киев азов могилев могилёв остров острова острове островы",
    "основа основе основы основу снова слова слове голова голове головы готов готова готовы здоров дрова",
    "часов россиян армян крестьян славян молдова молдове городов сапёров боёв",
    "районов домов дворов снарядов боеприпасов взрывов подрывов случаев людей гражданев",
    "daxili milli silahlı təhlükəli minalı yaralı yerli əsaslı azərbaycanlı ermənistanlı türkiyəli gürcüstanlı",
    "iranlı rusiyalı yaşlı ölümlü müxtəlifli israeli tripoli bengali somali nepali napoli honolulu fizuli fuzuli",
    "qubadli gubadli kubatli denizli dənizli təcili əvvəli aidiyyatlı bağlı görkəmli əlaqəli keçmişli güclü",
)
"""Words that end like a surname and are none: towns, countries, plural forms at the start of a sentence."""
_GIVEN = _listed(
    "али вугар гасан гусейн мамед ахмед рашад рашид фарид эльчин эльшан джейхун орхан эльнур эмин ильгар рамиль рамиз",
    "руслан рустам самир тофик фикрет халид юсиф заур айдын анар азер акиф вагиф намик натик",
)
"""Given names that tell a surname in -лы from a Russian plural."""
_PLACE_AFTER = re.compile(
    r"(?:küçəsi|küç\b|prospekti|adına|adı|meydanı|parkı|kəndi|rayonu|qəsəbəsi|şəhəri|hava|limanı|fondu|mərkəzi|muzeyi"
    r"|bulvarı|stadionu|körpüsü|döngəsi|sokağı|caddesi|köyü|ilçesi|street|avenue|prospect|square|park|village|settlement"
    r"|district|airport|international|foundation|cent(?:re|er)|bridge|museum|township|town\b|highway|road|region"
    r"|район|улиц|проспект|площад)",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"(?:ул|улиц[аеыу]|пр|проспект\w*|площад[ьи]|имени|им|сел[оеау]|пос|посёлк\w*|поселк\w*|посёлок|поселок|район\w*|город\w*"
    r"|аэропорт\w*|фонд\w*|деревн\w*|республик\w*|остров\w*)",
    re.IGNORECASE,
)
_NO_NAME = frozenset(
    word.replace("ı", "i")  # I of English is ı of Azerbaijani
    for word in _listed(
        "bir iki üç dörd beş onun öz böyük kiçik ata ana və the a an in on at of and his her two three one near from",
        "to by after aşağı yuxarı baş ayaq orta köhnə yeni birinci ikinci upper lower old new",
        "его её их два две три один одна и в на по с у",
    )
)
"""Words that stand beside a name, or before "oğlu" and "qızı", and are no part of one."""
_MOST_BESIDE = 2
_SHORTEST_IN_ID = 3
_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’ʼ][^\W\d_]{1,4}$")


class _Word(NamedTuple):
    """A word of a text with where it stands; `key` is its key without a possessive ending."""

    text: str
    start: int
    end: int
    key: str

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper()


def without_names(text: str, places: frozenset[str] = frozenset()) -> str:
    """Take names of persons out of a text.

    Parameters
    ----------
    text : str
        As somebody wrote it.
    places : frozenset of str
        Words that are names of places (`place_words`).

    Returns
    -------
    str
        The text with "[…]" for each name.

    Examples
    --------
    >>> without_names("Filankəs Uydurmayev yaralanıb"), without_names("Uydurmayev küçəsi")
    ('[…] yaralanıb', 'Uydurmayev küçəsi')
    """
    words = [_Word(found[0], found.start(), found.end(), _key(found[0])) for found in _TOKEN.finditer(text)]
    spans = list(_name_spans(text, words, places))
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MARK + text[end:]
    return text


def names_a_person(words: str) -> bool:
    """Tell whether words without capital letters or marks, as identifiers hold them, read as the name of a person.

    Examples
    --------
    >>> names_a_person("filankes uydurmayev"), names_a_person("az fuzuli"), names_a_person("mine marzili")
    (True, False, False)
    """
    split = [word for word in words.split() if len(word) >= _SHORTEST_IN_ID]
    text = " ".join(word[0].upper() + word[1:] for word in split)
    return (
        len(split) > 1
        and without_names(text, frozenset(key for key in map(_key, split) if _IN_LI.fullmatch(key))) != text
    )


def place_words(names: Iterable[str]) -> frozenset[str]:
    """Return the keys of words that are names of places, so that `masked` leaves them: of a name of several words those in -li.

    Examples
    --------
    >>> sorted(place_words(["Ağdam", "Aşağı Seyidəhmədli"]))
    ['ağdam', 'seyidəhmədli']
    """
    split = [name_key(name).split() for name in names]
    return frozenset(word for words in split for word in words if len(words) == 1 or _IN_LI.fullmatch(word))


def _name_spans(text: str, words: Sequence[_Word], places: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that read as the full name of a person, from left to right, none twice."""
    taken = -1
    for at, word in enumerate(words):
        if at <= taken or not _tells_a_name(word, at, words, text, places):
            continue
        first, last = at, at
        while first > max(taken + 1, at - _MOST_BESIDE - 1) and _goes_with(
            text, words[first - 1], words[first], places
        ):
            first -= 1
        while last + 1 < len(words) and (
            (last < at + _MOST_BESIDE and _goes_with(text, words[last + 1], words[last], places))
            or _continues(text, words, last)
        ):
            last += 1
        if first == last or _is_a_place(text, words, first, last):
            continue
        taken = last
        yield words[first].start, words[last].end + _dot_after_initial(text, words[last])


def _tells_a_name(word: _Word, at: int, words: Sequence[_Word], text: str, places: frozenset[str]) -> bool:
    """Tell whether a word is one by which a name is known: a surname, a patronymic, or "oğlu" after a name."""
    if _SON_OR_DAUGHTER.fullmatch(word.text):
        return at > 0 and words[at - 1].text[0].isupper()
    if not word.text[0].isupper() or _is_known_place(word, places) or word.key in _NO_SURNAME:
        return False
    if any(pattern.fullmatch(word.key) for pattern in (_SURNAME, _PATRONYMIC, _IN_LI)):
        return True
    beside = [words[each] for each in (at - 1, at + 1) if 0 <= each < len(words)]
    return bool(_IN_LY.fullmatch(word.key)) and any(each.key in _GIVEN and _touch(text, each, word) for each in beside)


def _goes_with(text: str, other: _Word, word: _Word, places: frozenset[str]) -> bool:
    """Tell whether a word beside a name is a part of it: a capital letter, no place, nothing but a blank between."""
    if not other.text[0].isupper() or other.key.replace("ı", "i") in _NO_NAME or _is_known_place(other, places):
        return False
    return _touch(text, other, word)


def _continues(text: str, words: Sequence[_Word], last: int) -> bool:
    """Tell whether "oğlu" or "qızı" follows, which is written small."""
    following = words[last + 1]
    return bool(_SON_OR_DAUGHTER.fullmatch(following.text)) and _touch(text, following, words[last])


def _touch(text: str, one: _Word, other: _Word) -> bool:
    left, right = sorted((one, other), key=lambda each: each.start)
    between = text[left.end : right.start]
    return between.isspace() or (left.is_initial and between.strip() == "." and len(between) <= len(". "))


def _dot_after_initial(text: str, word: _Word) -> int:
    return int(word.is_initial and text[word.end : word.end + 1] == ".")


def _is_a_place(text: str, words: Sequence[_Word], first: int, last: int) -> bool:
    after = words[last + 1] if last + 1 < len(words) else None
    before = words[first - 1] if first else None
    return bool(
        (after is not None and _PLACE_AFTER.match(after.text) and text[words[last].end : after.start].isspace())
        or _PLACE_AFTER.match(words[last].text)
        or (before is not None and _PLACE_BEFORE.fullmatch(before.text))
        or _PLACE_BEFORE.fullmatch(words[first].text)
    )


def _is_known_place(word: _Word, places: frozenset[str]) -> bool:
    """Tell whether a word is the name of a place, also with the ending of a case."""
    if word.key in places:
        return True
    ending = _ENDING.search(word.key)
    return ending is not None and any(word.key[:at] in places for at in range(ending.start(), len(word.key)))


_ENDING = re.compile(rf"(?:{_CASES}|{_RU_CASES})$")


@lru_cache(maxsize=65_536)
def _key(word: str) -> str:
    return name_key(_POSSESSIVE.sub("", word))
