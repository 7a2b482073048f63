"""What of a foreign file may name or describe a person: columns told from their names, texts told from their letters.

Such a column is left out and none of its values is shown. The lists err towards leaving out: a place's column that is
lost can be mapped by hand in `layers.toml`, a victim's name that was published cannot be taken back.

A text that failed a check is shown only where it cannot be a name. A list of names to look for was the other choice; no
list is whole, and a column of counts or dates may hold anything.
"""

from __future__ import annotations

import re
import unicodedata

_ALWAYS = frozenset(
    {
        *("surname", "lastname", "firstname", "forename", "middlename", "fullname", "patronymic", "birth", "birthday"),
        *("birthdate", "dob", "born", "age", "phone", "telephone", "tel", "mobile", "email", "mail", "address"),
        *("passport", "fin", "fincode", "pin", "ssn", "kimlik", "tckn", "whatsapp", "telegram"),
        *("username", "phonenumber", "deviceid", "simserial", "simid", "subscriberid", "respondent", "enumerator"),
        *("interviewer", "interviewee", "submitter", "респондент", "анкетёр", "интервьюер", "respondentin", "anketör"),
        *("фамилия", "имя", "отчество", "фио", "рождения", "рождение", "возраст", "телефон", "тел", "мобильный"),
        *("почта", "адрес", "паспорт", "паспорта", "паспортные", "пин", "инн", "снилс", "фин"),
        *("soyad", "soyadı", "soyadi", "familiya", "doğum", "dogum", "təvəllüd", "tevellud", "yaş", "yaşı", "yas"),
        *("telefon", "mobil", "ünvan", "ünvanı", "unvan", "unvani", "pasport", "pasportu", "finkod", "poçt"),
        *("şəxsiyyət", "sexsiyyet", "vəsiqə", "vəsiqəsi", "vesiqe", "əlaqə", "elaqe"),
    }
)
"""Words that make a column personal wherever they stand in its name."""
_NAME = frozenset({"name", "names", "имена", "ad", "adı", "adi", "adlar"})
_PERSON = frozenset(
    {
        *(
            "first",
            "last",
            "middle",
            "family",
            "full",
            "given",
            "maiden",
            "father",
            "fathers",
            "mother",
            "mothers",
            "person",
            "victim",
        ),
        *("victims", "casualty", "patient", "injured", "killed", "owner", "contact", "informant", "reporter"),
        *("witness", "surveyor", "deminer"),
        *("пострадавший", "пострадавшего", "погибший", "погибшего", "раненый", "жертва", "жертвы", "человек"),
        *("fathers", "mothers"),
        *("zərərçəkənin", "qurbanın", "yaralının", "şahidin", "ölənin"),
        *("ata", "ana", "şəxs", "şəxsin", "sexs", "zərərçəkən", "qurban", "həlak", "yaralı", "şahid"),
    }
)
"""Words that make a word for "name" that of a person."""
_ALONE = frozenset(
    {"person", "victim", "patient", "informant", "witness", "contact", "пострадавший", "şəxs", "zərərçəkən"}
)
"""Words that as the whole name of a column say that it names a person."""
_WHO = re.compile(r"(?:submitted|entered|reported|recorded|collected|created|edited) by(?: name)?")
"""What a field form or a database calls the person who typed a record."""
_PAPERS = re.compile(r"\b(?:id numbers?|national id|identity (?:card|number)|ş v|s v nomresi)\b")
"""Words that together mean a person's papers."""
_CODE_WORD = re.compile(r"[a-z0-9_]{1,30}")
LONG_FIGURE = re.compile(r"(?<![0-9.,])[0-9]{9,}(?![0-9.,])|\+[0-9]{8,}")
"""Figures as long as those of telephones and identity cards."""
_SHOWN_CHARACTERS = "NPSZ"
"""First letters of the Unicode categories that may be shown: numbers, punctuation, signs and separators."""
_HEMISPHERES = re.compile(r"(?<![^\W\d_])[NSEW](?![^\W\d_])")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zа-яəığöüçş])(?=[A-ZА-ЯƏİIĞÖÜÇŞ])")


def is_personal(column: str, *, names_places: bool) -> bool:
    """Tell whether a column may hold personal data.

    Parameters
    ----------
    column : str
        Its name as the file gives it.
    names_places : bool
        Whether a bare "name" in this kind of layer is that of a place or an area, not of a person.

    Examples
    --------
    >>> [is_personal(name, names_places=True) for name in ("name", "victim_name", "FIN", "Дата рождения", "Soyadı")]
    [False, True, True, True, True]
    >>> is_personal("name", names_places=False)
    True
    """
    words = [_fold(word) for word in _WORD.findall(_CAMEL.sub(" ", unicodedata.normalize("NFC", column)))]
    named = any(word in _NAME for word in words)
    alone = len(words) == 1 and words[0] in (_ALONE if names_places else _ALONE | _NAME)
    said = " ".join(words)
    alone = alone or bool(_WHO.fullmatch(said) or _PAPERS.search(said))
    return alone or any(word in _ALWAYS for word in words) or (named and any(word in _PERSON for word in words))


def may_be_shown(text: str, form: str = "text") -> bool:
    """Tell whether a text that failed a check can be shown, because it cannot be a name.

    Parameters
    ----------
    text : str
        As the file gives it.
    form : str
        The form of its column (`mapper.schema.Form`): a code may be one short word, a coordinate may name its hemisphere.

    Examples
    --------
    >>> [may_be_shown(text) for text in ("28.01.2021", "-1", "1 203,5", "two", "Əliyev Vüqar", "4o.1")]
    [True, True, True, False, False, False]
    >>> may_be_shown("minne", "code"), may_be_shown("Ap mine", "code"), may_be_shown("46.9 E", "longitude")
    (True, False, True)
    """
    if form == "code" and _CODE_WORD.fullmatch(text):
        return True
    if form in ("count", "date", "longitude", "latitude") and LONG_FIGURE.search(text):
        return False
    if form in ("longitude", "latitude"):
        text = _HEMISPHERES.sub("", text)
    return all(unicodedata.category(letter)[0] in _SHOWN_CHARACTERS for letter in text)


def _fold(word: str) -> str:
    """Lower a word so that I, İ and ı of English and Azerbaijani columns all find their entry."""
    return word.replace("İ", "i").lower()
