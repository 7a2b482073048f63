"""What reads as a person in a text, in four languages; all names are invented, and look it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.output.person_names import place_words, without_names
from mapper.output.personal_text import masked, masked_address, masked_texts

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = place_words(["Ağdam", "Füzuli", "Mərzili", "Aşağı Seyidəhmədli", "Qubadlı"])

FOUND = [
    # ages, in the language they are written in
    ("38-year-old man", "[adult] man", {"age"}),
    ("a 17 year old boy", "a [child] boy", {"age"}),
    ("two 12-year-olds", "two [child]", {"age"}),
    ("aged 38", "[adult]", {"age"}),
    ("at the age of 9", "at the [child]", {"age"}),
    ("38 years old", "[adult]", {"age"}),
    ("a thirty-eight-year-old", "a [adult]", {"age"}),
    ("aged 10 to 12", "[child]", {"age"}),
    ("aged 16 to 40", "[…]", {"age"}),  # of both groups
    ("38 yaşlı sakin", "[yetkin] sakin", {"age"}),
    ("38 yaşında", "[yetkin]", {"age"}),
    ("8-10 yaşlı uşaqlar", "[uşaq] uşaqlar", {"age"}),
    ("38-летний житель", "[взрослый] житель", {"age"}),
    ("12-летняя", "[ребёнок]", {"age"}),
    ("38-летнего", "[взрослый]", {"age"}),
    ("ему было 38 лет", "[взрослый]", {"age"}),
    ("пострадавший, 38 лет", "пострадавший, [взрослый]", {"age"}),
    ("17 years old", "[child]", {"age"}),
    ("18 years old", "[adult]", {"age"}),
    # births
    ("born in 1983", "[…]", {"birth_date"}),
    ("born on 12 March 1983", "[…]", {"birth_date"}),
    ("DOB: 12/03/1983", "[…]", {"birth_date"}),
    ("1983-cü il təvəllüdlü sakin", "[…] sakin", {"birth_date"}),
    ("12.03.1983 təvəllüdlü", "[…]", {"birth_date"}),
    ("1983-cü ildə anadan olub", "[…]", {"birth_date"}),
    ("1983 года рождения", "[…]", {"birth_date"}),
    ("1983 г.р.", "[…]", {"birth_date"}),
    ("родился 12 марта 1983", "[…]", {"birth_date"}),
    # numbers and addresses
    ("tel. +994 50 765 43 21", "tel. […]", {"number"}),
    ("050-765-43-21", "[…]", {"number"}),
    ("0507654321", "[…]", {"number"}),
    ("AZE 12345678", "[…]", {"number"}),
    ("a.b@example.org", "[…]", {"number"}),
    ("Uydurma küçəsi 41, mənzil 5", "[…]", {"address"}),
    ("ул. Выдуманная, д. 41, кв. 5", "[…]", {"address"}),
    ("41 Invented Street", "[…]", {"address"}),
    # names
    ("Filankəs Uydurmayev yaralanıb", "[…] yaralanıb", {"name"}),
    ("Uydurmayeva Filankəs", "[…]", {"name"}),
    ("FİLANKƏS UYDURMAYEV", "[…]", {"name"}),
    ("Filankəs Uydurmazadənin evi", "[…] evi", {"name"}),
    ("Filankəs Uydurmalı", "[…]", {"name"}),
    ("Uydurmayev Filankəs Behmən oğlu yaralanıb", "[…] yaralanıb", {"name"}),
    ("Behmən qızı", "[…]", {"name"}),
    ("F. Uydurmayev", "[…]", {"name"}),
    ("Uydurmayev F.B. yaralanıb", "[…] yaralanıb", {"name"}),
    ("Филанкес Выдумович Выдумов", "[…]", {"name"}),
    ("Выдумова Филанкес", "[…]", {"name"}),
    ("Филанкес оглы ранен", "[…] ранен", {"name"}),
    ("Ağdamda Filankəs Uydurmayev", "Ağdamda […]", {"name"}),  # the place stays
    ("Invented Uydurmayan", "[…]", {"name"}),
    # together
    ("Filankes Uydurmayev, 38, was injured", "[…], [adult], was injured", {"name", "age"}),
    ("Filankəs Uydurmayev (38) yaralanıb", "[…] [adult] yaralanıb", {"name", "age"}),
    ("Filankəs Uydurmayev, 12.03.1983", "[…], […]", {"name", "birth_date"}),
    ("Filankəs Uydurmayev (12.03.1983)", "[…] […]", {"name", "birth_date"}),
]
LEFT = (
    "An anti-vehicle mine of 1983 went off on 28 January 2021",
    "Page 38, 38 km of road, 2 injured and 1 killed",
    "3 yaşayış məntəqəsi",
    "30 лет назад",
    "за 30 лет",
    "100-летие",
    "150-year-old oak",  # nobody is
    "Uydurmayev küçəsi",
    "Filankəs Uydurmayev küçəsində",
    "Filankəs Uydurmayev adına park",
    "Filankes Uydurmayev International Airport",
    "улица Филанкеса Выдумова",
    "имени Выдумова",
    "Füzuli Alxanlı kəndi",
    "Yuxarı Filanlı",
    "Aşağı Seyidəhmədli",
    "Ağdam Mərzili",
    "Silahlı Qüvvələr, Daxili İşlər Nazirliyi, Milli Məclis",
    "Вооружённые Силы, Жители Агдама, Остров Пираллахи",
    "Republic of Moldova, Agenzia Nova, President of Russia",
    "Uydurmayev alone is not told from a village",
    "menafn-1107102978",
    "39.990960, 46.927360",
    "area 1234567 m2, 675,570 ha",
    "iki qızı yaralandı",
    "",
)


@pytest.mark.parametrize(("text", "left", "kinds"), FOUND)
def test_what_reads_as_a_person_is_taken_out(text: str, left: str, kinds: set[str]) -> None:
    """The sentence stays, with a gap or an age group in its language."""
    assert tuple(masked(text, PLACES)) == (left, kinds)


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_person_stays(text: str) -> None:
    """Days, lengths, streets, villages, ministries and times that passed."""
    assert tuple(masked(text, PLACES)) == (text, set())


PIECES = st.sampled_from([text for text, _, _ in FOUND] + list(LEFT) + ["[…]", "38", "Uydurmayev", ", ", "(", "1983"])


@given(st.lists(PIECES, max_size=5).map(" ".join))
def test_masking_again_changes_nothing(text: str) -> None:
    """Whatever stands beside each other."""
    once = masked(text, PLACES).text
    assert tuple(masked(once, PLACES)) == (once, set())


@given(st.lists(PIECES, max_size=4).map(" ".join), st.sampled_from([str, str.upper, str.lower, str.title]))
def test_many_texts_at_once_are_masked_as_each_alone(text: str, case: Callable[[str], str]) -> None:
    """The quick look never passes over a text that holds something."""
    alone = masked(case(text), PLACES)
    assert masked_texts([case(text)], PLACES) == ({case(text): alone} if alone.kinds else {})


@pytest.mark.parametrize(("text", "left", "kinds"), FOUND)
@pytest.mark.parametrize("case", [str, str.upper, str.lower, str.title])
def test_the_quick_look_finds_every_example(text: str, left: str, kinds: set[str], case: Callable[[str], str]) -> None:
    """Also in capitals, where I and İ are letters of their own."""
    made = masked_texts([case(text)], PLACES)
    assert bool(made) is bool(masked(case(text), PLACES).kinds)
    if case is str:
        assert tuple(made[text]) == (left, kinds)


@given(st.text())
def test_any_text_is_masked_without_an_error(text: str) -> None:
    """And a text in which nothing is found is the text that was given."""
    made = masked(text)
    assert made.kinds or made.text == text


@given(st.lists(st.sampled_from(["mine", "near", "the", "river", "и", "kənd", "12", "km"])).map(" ".join))
def test_small_words_are_no_names(text: str) -> None:
    """A name begins with a capital letter."""
    assert without_names(text) == text


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    """Half a million characters that begin like a birth, a name and a number, over and over."""
    text = "born Uydurmayev +1 (0 Küçə " * 20_000
    assert masked(text).text == text


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://example.org/news/38-yasli-coban-1", "https://example.org/[…]"),
        ("https://example.org/a/12-year-old-boy", "https://example.org/[…]"),
        ("https://example.org/38-%D0%BB%D0%B5%D1%82%D0%BD%D0%B8%D0%B9", "https://example.org/[…]"),
        ("38-yasli.html", "[…]"),
        ("https://example.org/2021/01/28/mina-202966", "https://example.org/2021/01/28/mina-202966"),
    ],
)
def test_an_address_that_tells_an_age_keeps_its_host(url: str, left: str) -> None:
    """The article cannot be named without the age."""
    assert masked_address(url).text == left
