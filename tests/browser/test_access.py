"""The shared table of questions asked of the built page: `window.mapper.verdict` over the layers of this repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import PageLog

TABLE = json.loads((Path(__file__).parent.parent / "access_questions.json").read_text("utf-8"))
# The page answers for places; routes, areas and names are asked of the same modules in mapper/web/test/access.test.ts.
QUESTIONS = [question for question in TABLE["questions"] if question["world"] == "bundled" and "at" in question["ask"]]
EXACT = ("verdict", "legal", "physical", "basis")
SHARE = 0.003
DETAILS = "#mapper-details"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the bundled layers once."""
    folder = tmp_path_factory.mktemp("edition")
    build(out=folder)
    return folder


@pytest.fixture(scope="module")
def answers(browser: Browser, edition: Path) -> dict[str, Any]:
    """Ask the page all questions at once; answers by the question's id."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    questions = {question["id"]: asked(question["ask"]) for question in QUESTIONS}
    told: dict[str, Any] = page.evaluate(
        "questions => Object.fromEntries(Object.entries(questions).map(([id, one]) => [id, window.mapper.verdict(one)]))",
        questions,
    )
    context.close()
    return told


@pytest.fixture
def opened(page: Page, page_log: PageLog, edition: Path) -> Iterator[Page]:
    """Open the page from disk and wait until it says that all is drawn."""
    page.goto((edition / "map.html").as_uri())
    page.evaluate("window.mapper.ready")
    yield page
    page_log.assert_quiet()


def asked(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question of the table in the page's form."""
    lon, lat = question["at"]
    return {"lon": lon, "lat": lat, **{key: value for key, value in question.items() if key != "at"}}


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_the_page_gives_the_agreed_answer(answers: dict[str, Any], question: dict[str, Any]) -> None:
    """Verdict, both axes and basis are the table's, with the orders and openings by id; metres within 0.3 %."""
    given, answer = answers[question["id"]], question["answer"]
    assert {key: given[key] for key in EXACT} == {key: answer[key] for key in EXACT}
    assert [order["id"] for order in given["orders"]] == answer["orders"]
    assert [opening["id"] for opening in given["openings"]] == answer["openings"]
    for key in ("doubt_m", "distance_m", "distance_hazard_m"):
        if key in answer and answer[key] is None:
            assert given[key] is None
        elif key in answer:
            assert given[key] == pytest.approx(answer[key], rel=SHARE), key


def test_nonsense_is_refused_with_a_sentence(opened: Page) -> None:
    """A slip in a key or a value must not be read as a milder question."""
    said = opened.evaluate(
        """questions => questions.map(question => {
            try { window.mapper.verdict(question); return null; } catch (failure) { return failure.message; }
        })""",
        [None, {"lon": 46}, {"lon": 46, "lat": 39, "uncertainty": 9}, {"lon": 46, "lat": 39, "on": "2021-02-30"}],
    )
    assert [("object" in said[0]), '"lat"' in said[1], '"uncertainty"' in said[2], '"on"' in said[3]] == [True] * 4


def test_the_panel_opens_with_the_verdict(opened: Page) -> None:
    """A press on a zone's label: the verdict in words, both axes, the doubt, and a control that asks again."""
    opened.locator("button.mapper-zone-label", has_text="Zəngilan").click()
    card = opened.locator(f"{DETAILS} .mapper-verdict")
    assert card.get_attribute("data-verdict") == "no_entry"
    text = " ".join(card.inner_text().split())
    for words in ("No entry", "By the orders", "By recorded hazards and accidents", "line 5,000 m", "Not surveyed"):
        assert words in text
    opened.locator(f"{DETAILS} .mapper-ask input").first.fill("2020-11-27")
    assert card.get_attribute("data-verdict") != "no_entry"
    opened.locator(f"{DETAILS} .mapper-ask input").first.fill("2020-11-28")
    assert card.get_attribute("data-verdict") == "no_entry"


def test_ground_that_nobody_listed_is_not_blank(opened: Page) -> None:
    """The hatch of what is not assessed is painted outside the coverage and nowhere inside it; the legend says both."""
    share = """() => {
        const {width, height} = document.querySelector('.leaflet-coverage-pane canvas');
        const copy = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
        copy.drawImage(document.querySelector('.leaflet-coverage-pane canvas'), 0, 0);
        const pixels = new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
        return pixels.filter(pixel => pixel >>> 24 > 0).length / pixels.length;
    }"""
    assert opened.evaluate(share) > 0.005
    legend = opened.inner_text("#mapper-legend")
    assert "Not assessed: no list of orders covers this ground" in legend
    assert "not surveyed / not known" in legend
    opened.locator("#mapper-map").press("Enter")
    for _ in range(8):
        opened.locator(".mapper-zoom button").first.click()
    assert opened.evaluate(share) == 0
