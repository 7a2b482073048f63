"""May I enter? A table of questions answered by hand, and the laws of the rule.

The answers stand in `access_questions.json`, each with its arithmetic; the page's tests hold the same table.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest

from mapper.analysis.access import access_frame, access_named, access_place, ask
from mapper.analysis.in_force import VERDICTS
from mapper.analysis.routes import access_route
from mapper.model import Verdict
from mapper.questions import access
from tests.access_table import BUNDLED, QUESTIONS, bundled, day_of, ground_of, shape_of


def answered(question: dict[str, Any]) -> Verdict:
    """Ask one question of the table."""
    ground, said = ground_of(question["world"]), question["ask"]
    on, known_by, who = day_of(said.get("on")), day_of(said.get("known_by")), said.get("who", "all_civilians")
    doubt = said.get("uncertainty_m", 0.0)
    asked = ask(ground, on, known_by, who)
    if "place" in said and question["world"] == BUNDLED:
        verdict = access(said["place"], bundled(), on=on, known_by=known_by, who=who, uncertainty_m=doubt)
        assert isinstance(verdict, Verdict)
        return verdict
    if "place" in said:
        named = access_named(said["place"], ground, asked, uncertainty_m=doubt)
        return named or Verdict.unresolved(asked.on, known_by, who, "no zone of this name")
    if "route" in said:
        return access_route(shape_of(said), ground, asked, uncertainty_m=doubt)
    return access_place(shape_of(said), ground, asked, uncertainty_m=doubt)


@pytest.mark.parametrize("question", QUESTIONS, ids=[question["id"] for question in QUESTIONS])
def test_the_table(question: dict[str, Any]) -> None:
    """Every answer that was worked out by hand; distances within 0.3 %, kilometres within 20 m."""
    given, right = answered(question).to_dict(), question["answer"]
    for key in ("verdict", "legal", "physical", "basis"):
        assert (key, given[key]) == (key, right[key])
    for key in ("orders", "openings"):
        assert [each["id"] for each in given[key]] == right[key]
    if "doubt_m" in right:
        assert given["doubt_m"] == pytest.approx(right["doubt_m"], abs=0.01)
    if "distance_m" in right and right["distance_m"] is None:
        assert given["distance_m"] is None
    elif "distance_m" in right:
        assert given["distance_m"] == pytest.approx(right["distance_m"], rel=0.003, abs=0.5)
    if "segments" in right:
        assert [each["verdict"] for each in given["segments"]] == [each["verdict"] for each in right["segments"]]
        for mine, theirs in zip(given["segments"], right["segments"], strict=True):
            assert (mine["from_km"], mine["to_km"]) == pytest.approx((theirs["from_km"], theirs["to_km"]), abs=0.02)


def test_the_table_is_whole() -> None:
    """At least 60 questions; every verdict, every basis and every kind of place is asked for, and no id twice."""
    assert len(QUESTIONS) >= 60
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert {question["answer"]["verdict"] for question in QUESTIONS} == set(VERDICTS)
    assert {key for question in QUESTIONS for key in ("at", "place", "route", "area") if key in question["ask"]} == {
        *("at", "place", "route", "area")
    }


@pytest.mark.parametrize("world", sorted({question["world"] for question in QUESTIONS}))
def test_a_frame_of_places_gets_the_answers_of_each(world: str) -> None:
    """All points of a world that are asked about on one day by one person, at once and one by one."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for question in QUESTIONS:
        if question["world"] == world and "at" in question["ask"]:
            said = question["ask"]
            groups.setdefault((said.get("on"), said.get("known_by"), said.get("who", "all_civilians")), []).append(said)
    for (on, known_by, who), asks in groups.items():
        ground = ground_of(world)
        asked = ask(ground, day_of(on), day_of(known_by), who)
        frame = gpd.GeoDataFrame(
            {"uncertainty_m": [each.get("uncertainty_m", 0.0) for each in asks]},
            geometry=[shape_of(each) for each in asks],
            crs="EPSG:4326",
        )
        together = access_frame(frame, ground, asked)
        for at, said in enumerate(asks):
            alone = access_place(shape_of(said), ground, asked, uncertainty_m=said.get("uncertainty_m", 0.0))
            row = together.iloc[at]
            assert (row["verdict"], row["legal"], row["physical"], row["basis"]) == (
                *(alone.verdict, alone.legal, alone.physical),
                alone.basis,
            )
            assert row["doubt_m"] == alone.doubt_m
