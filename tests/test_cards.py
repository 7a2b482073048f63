"""What a notebook shows of a verdict, findings and an edition: whole, escaped, small, and never calling a place harmless."""

from __future__ import annotations

import dataclasses
import html
import pickle
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from mapper import cards, terms
from mapper.model import Finding, Findings, Verdict
from mapper.pipeline import make_edition
from mapper.questions import access, read_ground
from tests.hostile import PAYLOADS

if TYPE_CHECKING:
    from mapper.output.compose import Edition
    from mapper.questions import Known

HARMLESS = r"\b(safe|safely|safer|clear|mine-?free|low[- ]risk|harmless)\b"
LARGEST = 20_000
"""Characters of a card."""


class Outline(HTMLParser):
    """Collects tags, attributes and text, and holds that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.texts.append(data)


def outline(card: str) -> Outline:
    """Parse a card; nothing in it may run, ask for anything, or stay open."""
    parsed = Outline()
    parsed.feed(card)
    assert parsed.open == []
    assert parsed.tags <= {
        "div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "span", "br", "bdi"
    }  # fmt: skip
    assert parsed.attributes <= {"style"}
    assert len(card) < LARGEST
    return parsed


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


@pytest.fixture(scope="module")
def known() -> Known:
    """Return the ground of the bundled layers."""
    return read_ground()


# ------------------------------------------------------------ verdicts
QUESTIONS = [
    ((46.93, 39.99), "No entry"),
    ("Ağdərə", "No entry"),
    ((49.87, 40.41), "Not assessed"),
    ("Narnia", "Not assessed"),
]


@pytest.mark.parametrize(("place", "answer"), QUESTIONS)
def test_a_verdict_says_its_answer_and_sentence(place: str | tuple[float, float], answer: str, known: Known) -> None:
    """The words of the verdict, its own sentence, the day, and the caveat, whatever the answer."""
    verdict = access(place, known)
    assert isinstance(verdict, Verdict)
    text = " ".join(outline(verdict._repr_html_()).texts)
    assert f"May I enter? {answer}" in text
    assert verdict.sentence in text
    assert verdict.on.isoformat() in text
    assert "Ground marking and the authorities outrank this map." in text
    assert "Where nothing is recorded, that is not surveyed or not known, never nothing." in text
    assert not re.search(HARMLESS, text, re.IGNORECASE)


def test_a_verdict_lists_what_it_rests_on(known: Known) -> None:
    """The orders by id with their first day; openings with the reason why they soften nothing."""
    verdict = access((46.93, 39.99), known)
    assert isinstance(verdict, Verdict)
    text = " ".join(outline(verdict._repr_html_()).texts)
    for order in ("or-001", "or-017"):
        assert order in text
    assert "from 2021-01-01" in text
    assert "It softens nothing here: its route or ground is not drawn in the data." in text


@pytest.mark.parametrize("language", terms.LANGUAGES)
@pytest.mark.parametrize("code", terms.codes("verdict"))
def test_every_verdict_has_a_card_in_every_language(code: str, language: str) -> None:
    """The label in the language, and the colour of the vocabulary at the edge alone."""
    card = cards.verdict_card({"verdict": code}, language)
    assert html.escape(terms.label("verdict", code, language)) in card
    assert card.count(str(terms.vocabulary("verdict")[code].colour)) == 1


def test_text_and_background_are_those_of_the_notebook(edition: Edition) -> None:
    """No colour of text and no background is set, so dark themes work; only bars at edges have a colour."""
    for card in (edition._repr_html_(), edition.findings._repr_html_(), cards.verdict_card({"verdict": "no_entry"})):
        assert "background:#" not in card
        assert not re.search(r"(?<![-\w])color:#", card)
        assert set(re.findall(r"([\w-]+):[^;<>'\"]*#[0-9A-Fa-f]{6}", card)) <= {"border-left"}


# ------------------------------------------------------------ findings
def test_findings_are_grouped_the_gravest_first() -> None:
    """Two of one rule are one row; a refusal stands above what is worth knowing; all are counted."""
    found = Findings(
        [
            Finding("empty_geometry", "info", "Nothing was changed.", "x", layer="a", row=1),
            Finding("empty_geometry", "info", "Nothing was changed.", "x", layer="a", row=2),
            Finding(
                "wrong_geometry", "error", "The record was refused.", "y", layer="a", row=3, column="g", value="Point"
            ),
        ]
    )
    text = " ".join(outline(found._repr_html_()).texts)
    assert "Findings: 3" in text
    assert text.index("Refused") < text.index("Worth knowing")
    assert "a, row 3: g = Point" in text
    assert found.of("error") == found[2:]
    assert found.to_frame()["row"].tolist() == [1, 2, 3]


def test_thousands_of_findings_stay_small() -> None:
    """Ten thousand rows of one rule name two places and how many more there are."""
    many = Findings(
        [Finding("empty_geometry", "info", "Nothing was changed.", "x", layer="a", row=n) for n in range(10_000)]
    )
    text = " ".join(outline(many._repr_html_()).texts)
    assert "a, row 1" in text
    assert "and 9,998 more" in text


def test_no_finding_promises_nothing() -> None:
    """An empty list says that it tells nothing of the ground."""
    assert "That tells nothing of the ground." in Findings()._repr_html_()


def test_findings_are_a_tuple_still() -> None:
    """Equal to the tuple, and themselves again after a process boundary."""
    one = Finding("empty_geometry", "info", "Nothing was changed.", "x")
    assert Findings([one]) == (one,)
    back = pickle.loads(pickle.dumps(Findings([one])))  # noqa: S301 - our own bytes
    assert (type(back), back) == (Findings, (one,))
    assert repr(Findings()) == "Findings()"


# ------------------------------------------------------------ editions
def test_an_edition_shows_its_counts_dates_and_caveats(edition: Edition) -> None:
    """The numbers of the bundled layers, and all three caveats."""
    text = " ".join(outline(edition._repr_html_()).texts)
    assert "114 counted: 83 drawn, 31 by district only, 0 without a place, 0 refused" in text
    assert "2026-11-23" in text
    assert "2027-05-22" in text
    for caveat in terms.vocabulary("caveat").values():
        assert caveat.label["en"].format(data_date="2026-11-23") in text


def test_an_edition_says_first_what_is_missing(edition: Edition) -> None:
    """Incomplete, and for nobody else."""
    card = dataclasses.replace(edition, undrawn_zones=2, private=True)._repr_html_()
    text = " ".join(outline(card).texts)
    assert "INCOMPLETE MAP: 2 zones or hazard areas could not be drawn." in text
    assert text.index("INCOMPLETE") < text.index("not for publication") < text.index("Accidents")


def test_it_speaks_the_edition_s_language(edition: Edition) -> None:
    """Azerbaijani title, rows and caveats, and no English sentence of ours."""
    text = " ".join(outline(dataclasses.replace(edition, language="az")._repr_html_()).texts)
    assert edition.titles["az"] in text
    assert "A blank area" not in text
    assert "təmizlənmiş sahə demək deyil" in text


# ------------------------------------------------------------ hostile text
@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_only_text(payload: str, edition: Edition) -> None:
    """In every text of a verdict, a finding and an edition: no tag, no attribute, and the words are there to be read."""
    hostile = dict.fromkeys(("id", "type", "kind", "authorities", "source", "valid_from", "class", "status"), payload)
    told = {
        "verdict": "no_entry", "sentence": payload, "reason": payload, "who": payload, "on": payload, "known_by": payload,
        "orders": [hostile], "openings": [{**hostile, "applies": True}], "hazards": [hostile],
        "segments": [{"from_km": 0.0, "to_km": 1.0, "verdict": payload}],
    }  # fmt: skip
    found = Finding(payload, "warning", payload, payload, payload, payload, 1, payload, payload)
    made = dataclasses.replace(edition, title=payload, titles={}, assumptions=(payload,), findings=Findings([found]))
    for card in (cards.verdict_card(told), made.findings._repr_html_(), made._repr_html_()):
        text = " ".join(outline(card).texts)
        assert payload.strip()[:15] in text
