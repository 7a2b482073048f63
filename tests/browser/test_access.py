"""The shared table of questions asked of the built page: `window.mapper.verdict` over the layers of this repository."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper import access, read_ground

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


def drawn_by_lot(number: int) -> list[dict[str, Any]]:
    """Return questions at places, on days and for people that nobody picked; the same on every run."""
    lot = random.Random(20201110)  # noqa: S311 - a lot, not a secret
    days = [
        None,
        "2020-11-15",
        "2020-12-01",
        "2021-01-01",
        "2022-01-31",
        "2024-01-01",
        "2025-08-01",
        "2026-12-31",
        "2028-01-01",
    ]
    people = ["all_civilians", "citizens", "foreigners", "media", "mine_action_operator", "citizens+private_vehicles"]
    return [
        {
            "lon": round(lot.uniform(45.3, 48.2), 6),
            "lat": round(lot.uniform(38.6, 40.9), 6),
            "uncertainty_m": lot.choice([0, 0, 30, 500, 4000]),
            "on": lot.choice(days),
            "known_by": lot.choice([None, None, None, "2021-03-01", "2024-06-30", "2026-11-23"]),
            "who": lot.choice(people),
        }
        for _ in range(number)
    ]


def core(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what both sides must say alike: the codes, the orders with relation and doubt, the openings with their reason."""
    return {
        **{key: answer[key] for key in EXACT},
        "orders": [(each["id"], each["relation"], each["unconfirmed"]) for each in answer["orders"]],
        "openings": [(each["id"], each["applies"], each["why_not"]) for each in answer["openings"]],
    }


def test_the_page_and_python_say_the_same_of_places_nobody_picked(opened: Page) -> None:
    """Two implementations, one in each language, by different ways of measuring."""
    questions = drawn_by_lot(400)
    told = opened.evaluate("questions => questions.map(each => window.mapper.verdict(each))", questions)
    known = read_ground()
    for question, given in zip(questions, told, strict=True):
        said = {key: value for key, value in question.items() if key not in ("lon", "lat")}
        mine = access((question["lon"], question["lat"]), known, **said).to_dict()
        assert (question, core(given)) == (question, core(mine))
        assert given["doubt_m"] == pytest.approx(mine["doubt_m"], abs=0.01)
        for key in ("distance_m", "distance_hazard_m"):
            assert (given[key] is None) == (mine[key] is None)
            if mine[key] is not None:
                assert given[key] == pytest.approx(mine[key], rel=SHARE, abs=1.0)


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
