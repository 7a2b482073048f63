"""Plural forms, numbers and dates: the vocabulary's notation, and what Babel says of the three languages."""

from __future__ import annotations

import json
import re

import pytest

from mapper import terms
from tests import language_vectors

NUMBERED = re.compile(r"\{(\w+)\|([^{}]*)\}")
SENTENCES = [
    pytest.param(language, text, id=f"{name}:{code}:{language}")
    for name in terms.names()
    for code, term in terms.vocabulary(name).items()
    for part in (term.label, term.definition)
    for language, text in part.items()
    if "|" in text
]


def test_the_vectors_are_what_babel_says() -> None:
    """The page's tests read the file; `python tests/language_vectors.py` writes it anew."""
    assert json.loads(language_vectors.FILE.read_text("utf-8")) == language_vectors.vectors()


@pytest.mark.parametrize(("language", "text"), SENTENCES)
def test_every_sentence_has_all_forms_of_its_language(language: str, text: str) -> None:
    """`{n|…}` holds as many forms as the language has, none of them empty, beside a number of the same name."""
    found = NUMBERED.findall(text)
    assert text.count("|") == sum(forms.count("|") + 1 for _, forms in found)
    for name, forms in found:
        assert f"{{{name}}}" in text
        assert len(forms.split("|")) == len(terms.FORMS[language])
        assert all(form.strip() == form != "" for form in forms.split("|"))


@pytest.mark.parametrize(
    ("language", "n", "expected"),
    [
        ("en", 1, "1 zone or hazard area could"),
        ("en", 2, "2 zones or hazard areas could"),
        ("en", 0, "0 zones or hazard areas could"),
        ("ru", 1, "отобразить 1 зону или опасный район."),
        ("ru", 21, "отобразить 21 зону или опасный район."),
        ("ru", 3, "отобразить 3 зоны или опасных района."),
        ("ru", 11, "отобразить 11 зон или опасных районов."),
        ("ru", 1012, "отобразить 1\u00a0012 зон или опасных районов."),
        ("az", 5, "5 zona və ya təhlükəli ərazi çəkilə bilmədi"),
    ],
)
def test_words_fit_their_number(language: str, n: int, expected: str) -> None:
    """Forms and figures as a reader of the language writes them."""
    assert expected in terms.sentence("page", "bar.incomplete", language, n=n)


def test_a_decimal_takes_the_second_form_in_russian() -> None:
    """1,5 района, as 2 района: the genitive singular."""
    assert terms.filled("{n} {n|район|района|районов}", {"n": 1.5}, "ru") == "1,5 района"


def test_an_assumption_is_a_text_that_every_language_has() -> None:
    """It is English where it is told as any text, and the page takes the one of its reader."""
    said = terms.Said.of("assumed.window", n=12)
    assert said == "No window is stated; the density is taken over the 12 drawn zones together."
    assert said.in_languages()["en"] == said
    assert "по 12 показанным зонам вместе" in said.in_languages()["ru"]
    assert "12 zona" in said.in_languages()["az"]


def test_texts_are_put_in_as_they_are() -> None:
    """A value is never read again, a place without a value stays, and words after what is no number take the last form."""
    assert terms.filled("{a} {b} {c}", {"a": "{b}", "b": "|"}) == "{b} | {c}"
    assert terms.filled("{n} {n|zone|zones}", {"n": "many"}) == "many zones"
    assert terms.filled("{n|zone|zones}", {}) == "{n|zone|zones}"
