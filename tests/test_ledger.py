"""The ledger: counts beside the map. Figures of the bundled layers by hand from the files; laws for any layers."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import report, terms
from mapper.analysis.ledger import Count, PublishedLedger, ledger, more_mapped_than_counted, sentence
from mapper.output.page import page_meta
from mapper.pipeline import ledger as ledger_answer
from mapper.pipeline import make_edition
from mapper.schema import INJURED, KILLED, typed

if TYPE_CHECKING:
    from mapper.output.compose import Edition

ROOT = Path(__file__).resolve().parent.parent
MFA = "Ministry of Foreign Affairs of Azerbaijan"
UNTIL_DECEMBER = {"issuing_authority": MFA, "period_start": "2020-11-10", "as_of": "2020-12-22"}


def table(kind: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Make a checked frame, rows from 2 on, with ids a2, a3, … where none is given."""
    key = {"incidents": "incident_id", "casualty_counts": "count_id", "activities": "activity_id"}[kind]
    text = pd.DataFrame(list(rows), index=range(2, 2 + len(rows))).astype("str")
    ids = text[key] if key in text else [f"a{row}" for row in text.index]
    return typed(text.assign(**{key: ids}), kind)


def ledger_of(incidents: list[dict[str, Any]], counts: list[dict[str, Any]]) -> PublishedLedger:
    """Make the ledger of rows, without clearance statements."""
    return ledger(table("incidents", *incidents), table("casualty_counts", *counts), table("activities"))


def only(incidents: list[dict[str, Any]], count: dict[str, Any]) -> Count:
    """Return the one count of a ledger."""
    (source,) = ledger_of(incidents, [count]).sources
    (found,) = source.counts
    return found


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


def count_of(edition: Edition, count_id: str) -> Count:
    """Return one count of the bundled edition."""
    return next(count for count in edition.ledger.over_time if count.record["count_id"] == count_id)


# ------------------------------------------------------------------ the bundled layers
def test_the_ministry_s_count_of_22_december_2020(edition: Edition) -> None:
    """12 killed (6 civilians, 6 soldiers) and 21 injured (7, 14) since 10 November; from accidents.csv six of these days.

    14 November: a deminer injured; one civilian killed and one injured. 23 November: a soldier killed, one injured, four more
    of unstated status. 28 November: four civilians killed. 13 December: a civilian killed, a civilian and a soldier injured.
    17 December: a deminer killed. Killed 1 + 1 + 4 + 1 + 1 = 8 (civilians 1 + 4 + 1 = 6); injured 1 + 1 + (1 + 4) + 2 = 9.
    17 of 33 victims are 51.5 %. The 14 accidents without a stated day may lie anywhere before their report.
    """
    count = count_of(edition, "cc-001")
    assert (count.official, count.stated["killed_military"], count.stated["injured_military"]) == (33, 6, 14)
    assert count.mapped is not None
    assert count.uncertain is not None
    assert (count.mapped.accidents, count.mapped.killed, count.mapped.injured) == (6, 8, 9)
    # The first states no killed; the accidents of 28 November and 17 December no injured.
    assert (count.mapped.killed_not_stated, count.mapped.injured_not_stated) == (1, 2)
    assert dict(count.mapped.by_status) == {
        "killed_civilian": 6,
        "killed_military": 1,
        "killed_deminer": 1,
        "killed_unknown": None,
        "injured_civilian": 2,
        "injured_military": 2,
        "injured_deminer": 1,
        "injured_unknown": 4,
    }
    assert count.share == pytest.approx(17 / 33)
    assert count.percent == 51.5
    assert count.uncertain.accidents == 14
    assert count.exceeded() == []


def test_the_headline_is_the_newest_count_of_the_whole_time(edition: Edition) -> None:
    """415 victims as of 18 December 2025; 41 killed and 136 injured are mapped in all.

    Three accidents of 2026 (three injured) are later. Of 14 the day is not stated: one killed (15 November 2021), and injured
    1 + 1 + 1 + 4 + 1 + 1 + 1 + 1 + 3 + 1 = 15. So 114 - 3 - 14 = 97 accidents, 41 - 1 = 40 killed, 136 - 3 - 15 = 118 injured;
    158 of 415 are 38.1 %.
    """
    told = edition.ledger.to_dict()
    headline = told["headline"]
    assert (headline["count_id"], headline["official"], headline["percent"]) == ("cc-037", 415, 38.1)
    assert headline["share"] == pytest.approx(158 / 415)
    assert [headline["mapped"][key] for key in ("accidents", "killed", "injured")] == [97, 40, 118]
    assert [headline["uncertain"][key] for key in ("accidents", "killed", "injured")] == [14, 1, 15]
    assert [told["mapped"][key] for key in ("accidents", "killed", "injured")] == [114, 41, 136]
    assert told["sentence"] == (
        "Mapped here: 40 killed, 118 injured of the 415 officially counted as of 2025-12-18 "
        "(38.1 %; ANAMA (quoted by Azerbaijan Mine Victims Association))."
    )


@pytest.mark.parametrize(
    ("as_of", "count_id"),
    [
        # The newest is an association's count of November alone, 9 victims; the whole is 169 as of eight days before.
        ("2021-12-01", "cc-009"),
        # The newest is of five weeks, 11 victims; the whole is 266 as of 26 October.
        ("2022-11-10", "cc-018"),
        # Of one day: 58 of the year 2023, 342 since 2020.
        ("2024-01-26", "cc-031"),
        # Of one day: 314 and 315; the larger.
        ("2023-09-19", "cc-027"),
    ],
)
def test_a_count_of_a_month_heads_no_page(as_of: str, count_id: str) -> None:
    """The newest of those that reach over half of the longest time; of one day the larger."""
    headline = make_edition(as_of=dt.date.fromisoformat(as_of)).ledger.headline
    assert headline is not None
    assert headline.record["count_id"] == count_id


def test_each_source_has_its_counts_in_order_of_time(edition: Edition) -> None:
    """The ministry's six; the newest whole count of each is the one to compare, and one that nobody dated is none."""
    sources = {source.name: source for source in edition.ledger.sources}
    ministry = sources[MFA]
    assert [count.official for count in ministry.counts] == [33, 288, 337, 341, 346, 412]
    assert ministry.newest is ministry.counts[-1]
    prosecutor = sources["Prosecutor General’s Office"]
    assert [count.record["count_id"] for count in prosecutor.counts][-2:] == ["cc-022", "cc-008"]
    assert prosecutor.newest is prosecutor.counts[-2]
    undated = sources["Presidential Administration"]
    assert (undated.newest, undated.counts[0].mapped, undated.counts[0].official) == (None, None, 334)
    assert sum(len(source.counts) for source in edition.ledger.sources) == 43


def test_the_findings_of_the_bundled_counts(edition: Edition) -> None:
    """Each by hand from the table; the compilers' notes name most of them.

    65 + 288 is not 351 (row 35). 5 soldiers killed after 6 (rows 3, 4); 16 injured civilians after 21 (rows 6, 7); 61 killed,
    48 civilians and 314 victims against 62, 49 and 315 of one day (row 27). Of the days until 17 March 2021 eleven civilians
    are mapped as killed (1 + 4 + 1 in 2020, 1 January, 2 February, 4 to 7 February, 2 on 16 March), ten counted (row 5); from 11
    November 2022 to 6 January 2023 one killed and 4 + 3 + 2 injured are mapped, 8 injured of 9 victims counted (row 17).
    """
    assert told(edition, "counts_disagree") == [(35, "victims_total")]
    assert told(edition, "counts_contradict") == [
        *((row, "killed_military") for row in (3, 4)),
        *((row, "injured_civilian") for row in (6, 7)),
        *((27, column) for column in ("killed_total", "killed_civilian", "victims_total")),
    ]
    assert told(edition, "more_mapped_than_counted") == [
        (5, "killed_civilian"),
        (17, "injured_total"),
        (17, "victims_total"),
    ]
    # ANAMA's first row is 5 (cl-004); the ministry's highway (row 10) has no end.
    assert told(edition, "statements_overlap") == [(5, None), (10, None)]
    assert told(edition, "count_falls") == []


def told(edition: Edition, rule: str) -> list[tuple[int | None, str | None]]:
    """Row and column of each finding of a rule."""
    return [(found.row, found.column) for found in edition.findings if found.rule == rule]


# ------------------------------------------------------------------ one count
@pytest.mark.parametrize(
    ("accident", "where"),
    [
        ({"date_start": "2020-11-10"}, "mapped"),
        ({"date_start": "2020-12-22"}, "mapped"),
        ({"date_start": "2020-11-09"}, "outside"),
        ({"date_start": "2020-12-23"}, "outside"),
        ({"date_start": "2020-12-20", "date_end": "2020-12-25", "date_precision": "week"}, "uncertain"),
        ({"date_start": "2020-12"}, "uncertain"),
        ({"date_start": "2020"}, "uncertain"),
        ({"date_start": "2021"}, "outside"),
        ({"date_end": "2021-03-01", "date_precision": "unknown"}, "uncertain"),
        ({"date_end": "2020-11-09", "date_precision": "unknown"}, "outside"),
        ({"date_start": "--12-01"}, "uncertain"),
        ({}, "uncertain"),
    ],
)
def test_which_accidents_lie_in_a_count(accident: dict[str, str], where: str) -> None:
    """From 10 November to 22 December 2020, ends included; certainly, perhaps, or not."""
    count = only([{**accident, "killed_civilian": "2"}], {**UNTIL_DECEMBER, "victims_total": "33"})
    assert count.mapped is not None
    assert count.uncertain is not None
    found = {"mapped": count.mapped.killed, "uncertain": count.uncertain.killed}
    assert found == {"mapped": 0, "uncertain": 0} | ({} if where == "outside" else {where: 2})


def test_a_blank_is_not_zero() -> None:
    """Nobody states who was killed: not stated; no accident at all: none mapped."""
    blank = only([{"date_start": "2020-12-01", "injured_civilian": "1"}], {**UNTIL_DECEMBER, "victims_total": "33"})
    assert blank.mapped is not None
    assert (blank.mapped.killed, blank.mapped.killed_not_stated, blank.mapped.injured) == (None, 1, 1)
    assert blank.share == pytest.approx(1 / 33)
    nobody = only([{"date_start": "2020-12-01"}], {**UNTIL_DECEMBER, "victims_total": "33"})
    assert (nobody.share, nobody.percent) == (None, None)
    no_accident = only([{"date_start": "2019-12-01"}], {**UNTIL_DECEMBER, "victims_total": "33"})
    assert (no_accident.share, no_accident.mapped and no_accident.mapped.killed) == (0, 0)


@pytest.mark.parametrize(
    ("stated", "official"),
    [
        ({"victims_total": "345", "killed_total": "65", "injured_total": "278"}, 345),  # 65 + 278 = 343: as stated
        ({"killed_total": "65", "injured_total": "278"}, 343),
        ({"killed_total": "65"}, None),
        ({"killed_civilian": "9", "injured_civilian": "8"}, None),
        ({}, None),
        ({"victims_total": "0"}, 0),
    ],
)
def test_the_total_of_a_count(stated: dict[str, str], official: int | None) -> None:
    """Its own total, else its killed and injured; parts are no total, and of nobody there is no share."""
    count = only([{"date_start": "2020-12-01", "killed_civilian": "1"}], {**UNTIL_DECEMBER, **stated})
    assert count.official == official
    assert count.share == (1 / official if official else None)


def test_a_share_above_one_is_told_and_not_cut() -> None:
    """Three mapped, two counted, none injured among them: each figure that is smaller is a doubt."""
    accidents = [{"date_start": "2020-12-01", "killed_civilian": "2", "injured_military": "1"}]
    stated = {"killed_civilian": "2", "injured_military": "0", "injured_total": "0", "victims_total": "2"}
    count = only(accidents, {**UNTIL_DECEMBER, **stated})
    assert (count.share, count.percent) == (1.5, 150.0)
    found = more_mapped_than_counted(
        table("incidents", *accidents), table("casualty_counts", {**UNTIL_DECEMBER, **stated})
    )
    assert [(each.severity, each.row, each.column, each.value) for each in found] == [
        ("warning", 2, "injured_total", "1 mapped, 0 counted from 2020-11-10 to 2020-12-22"),
        ("warning", 2, "injured_military", "1 mapped, 0 counted from 2020-11-10 to 2020-12-22"),
        ("warning", 2, "victims_total", "3 mapped, 2 counted from 2020-11-10 to 2020-12-22"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"period_start": None},
        {"period_start": "--11-10"},
        {"as_of": None},
        {"as_of": "--12-22"},
        {"as_of": "2020-11-09"},
    ],
)
def test_a_count_of_unknown_days_is_compared_with_nothing(other: dict[str, str | None]) -> None:
    """No start, no end, no year, or the wrong order: no share, no headline, but it stands in the ledger."""
    made = ledger_of(
        [{"date_start": "2020-12-01", "killed_civilian": "9"}], [{**UNTIL_DECEMBER, "victims_total": "1", **other}]
    )
    (count,) = made.over_time
    assert (count.mapped, count.uncertain, count.share, count.exceeded()) == (None, None, None, [])
    assert (made.headline, made.sources[0].newest) == (None, None)
    assert made.to_dict()["sentence"].startswith("No count that states its period and a total")


def test_a_count_of_one_month_as_a_month_holds_no_accident_for_certain() -> None:
    """From February to February: its first day may be the last."""
    month = {**UNTIL_DECEMBER, "period_start": "2021-02", "as_of": "2021-02", "victims_total": "3"}
    count = only([{"date_start": "2021-02-14", "killed_civilian": "1"}], month)
    assert count.mapped is not None
    assert count.uncertain is not None
    assert (count.mapped.accidents, count.uncertain.accidents) == (0, 1)
    assert ledger_of([], [month]).headline is not None


def test_no_layers_are_an_empty_ledger() -> None:
    """Zero accidents state zero casualties; there is nothing to compare."""
    made = ledger_of([], [])
    assert (made.sources, made.clearance, made.headline, made.mapped.killed) == ((), (), None, 0)
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False))["as_of"] is None
    assert more_mapped_than_counted(table("incidents"), table("casualty_counts")) == []


def test_counts_without_any_name_have_no_source_in_common() -> None:
    """They are listed together under nobody, and none is the newest of a source."""
    nameless = {**UNTIL_DECEMBER, "issuing_authority": None, "victims_total": "3"}
    (source,) = ledger_of([], [nameless, {**nameless, "as_of": "2020-12-23"}]).sources
    assert (source.name, source.newest, len(source.counts)) == (None, None, 2)


@pytest.mark.parametrize("language", terms.LANGUAGES)
def test_the_sentence_in_every_language(edition: Edition, language: str) -> None:
    """All figures, no brace left; without a count another sentence."""
    said = sentence(edition.ledger.headline, language)
    assert all(part in said for part in ("40", "118", "415", "2025-12-18", "38.1" if language == "en" else "38,1"))
    assert "{" not in said
    assert sentence(None, language) == terms.label("page", "ledger.none", language)


# ------------------------------------------------------------------ laws
LAW = settings(max_examples=max(40, settings().max_examples // 3))
DAY = st.dates(dt.date(2020, 11, 1), dt.date(2021, 2, 28)).map(dt.date.isoformat)
FIGURE = st.one_of(st.none(), st.integers(0, 5).map(str))
INCIDENTS = st.lists(
    st.fixed_dictionaries(
        {
            "date_start": st.one_of(st.none(), DAY, st.sampled_from(["2020-12", "2021", "--01-05"])),
            "date_precision": st.sampled_from([None, "day", "unknown", "week"]),
            "reported_on": st.one_of(st.none(), DAY),
            **dict.fromkeys((*KILLED, *INJURED), FIGURE),
        }
    ),
    max_size=8,
)
COUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "publisher": st.sampled_from(["Trend", "TREND", None]),
            "issuing_authority": st.sampled_from(["ANAMA", "not stated", None]),
            "period_start": st.one_of(st.none(), DAY, st.just("2020-11")),
            "as_of": st.one_of(st.none(), DAY, st.sampled_from(["2021-01", "--01-05"])),
            "killed_total": FIGURE,
            "injured_total": FIGURE,
            "victims_total": FIGURE,
        }
    ),
    max_size=6,
)


@LAW
@given(incidents=INCIDENTS, counts=COUNTS, seed=st.randoms(use_true_random=False))
def test_laws_of_the_ledger(incidents: list[dict[str, Any]], counts: list[dict[str, Any]], seed: Any) -> None:  # noqa: ANN401 - Hypothesis' own Random
    """Each count once; nothing in it but its own figures; mapped and uncertain are never more than all; order never matters."""
    incidents = [{**row, "incident_id": f"i{number}"} for number, row in enumerate(incidents)]
    counts = [{**row, "count_id": f"c{number}"} for number, row in enumerate(counts)]
    made = ledger_of(incidents, counts)
    given_rows = {row["count_id"]: row for row in counts}
    assert sorted(count.record["count_id"] for count in made.over_time) == sorted(given_rows)
    for count in made.over_time:
        own = given_rows[count.record["count_id"]]
        both = [own["killed_total"], own["injured_total"]]
        total = own["victims_total"] or (None if None in both else sum(map(int, both)))
        assert count.official == (None if total is None else int(total))
        if count.mapped is not None and count.uncertain is not None:
            assert count.mapped.accidents + count.uncertain.accidents <= len(incidents)
            for outcome in ("killed", "injured"):
                here = sum(getattr(each, outcome) or 0 for each in (count.mapped, count.uncertain))
                assert here <= (getattr(made.mapped, outcome) or 0)
    shuffled = ledger_of(seed.sample(incidents, len(incidents)), seed.sample(counts, len(counts)))
    assert folded(shuffled) == folded(made)


def folded(made: PublishedLedger) -> str:
    """Return everything but the case of names, of which two spellings are in use."""
    return json.dumps(made.to_dict(), allow_nan=False, sort_keys=True).lower()


@LAW
@given(
    days=st.lists(st.tuples(DAY, st.integers(0, 5)), max_size=12),
    period=st.tuples(DAY, DAY).map(sorted),
)
def test_accidents_of_a_stated_day_are_those_between_the_dates(days: list[tuple[str, int]], period: list[str]) -> None:
    """Dates written year first compare as text: an independent count."""
    start, end = period
    incidents = [{"date_start": day, "date_precision": "day", "injured_civilian": str(number)} for day, number in days]
    count = only(incidents, {"publisher": "P", "period_start": start, "as_of": end, "victims_total": "1"})
    assert count.mapped is not None
    assert count.mapped.accidents == sum(start <= day <= end for day, _ in days)
    assert count.mapped.injured == sum(number for day, number in days if start <= day <= end)
    assert count.uncertain is not None
    assert count.uncertain.accidents == 0


# ------------------------------------------------------------------ the command and the page
def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m mapper` as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "mapper", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_answers_with_one_object() -> None:
    """Words on standard error, the keys that README names on the last line of standard output; exit code 0."""
    done = run("ledger", "--as-of", "2021-01-31", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert list(answer) == ["as_of", "mapped", "headline", "sources", "clearance", "sentence", "findings"]
    assert (answer["as_of"], answer["headline"]["count_id"]) == ("2021-01-31", "cc-001")
    # One count is dated before; the three that nobody dated stay in, as they may be of before.
    assert [count["count_id"] for source in answer["sources"] for count in source["counts"] if count["as_of"]] == [
        "cc-001"
    ]
    assert "Mapped here: 8 killed, 9 injured of the 33 officially counted as of 2020-12-22 (51.5 %" in done.stderr
    assert {found["rule"] for found in answer["findings"]} <= {"statements_overlap", "counts_disagree"}


def test_the_command_refuses_a_date_it_cannot_read() -> None:
    """Wrong usage is exit code 2 and one sentence."""
    done = run("ledger", "--as-of", "22.12.2020")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Write it as 2021-01-28" in done.stderr


def test_a_folder_without_counts_is_answered_too(tmp_path: Path) -> None:
    """A new folder of templates has no count and no statement; an area without counts is no error."""
    (tmp_path / "layers.toml").write_text(
        '[edition]\ntitle = "t"\norganisation = "o"\ncontacts = []\nlanguages = ["en"]\ndata_date = 2026-01-01\n'
        'stale_after_days = 30\n[[layer]]\nname = "a"\nkind = "incidents"\nfile = "a.csv"\ncrs = "EPSG:4326"\n',
        encoding="utf-8",
    )
    (tmp_path / "a.csv").write_text("incident_id,lon,lat,date_start\na,46.9,40.1,2021-01-28\n", encoding="utf-8")
    answer = ledger_answer(tmp_path)
    assert (answer["headline"], answer["sources"], answer["clearance"], answer["findings"]) == (None, [], [], [])
    assert (answer["mapped"]["accidents"], answer["mapped"]["killed"]) == (1, None)
    assert "nothing is compared with the map" in report.ledger(answer)


def test_the_page_points_into_its_own_tables(edition: Edition) -> None:
    """Each row of counts and of statements once, in order of time; the headline is one of them."""
    shown = page_meta(edition)["ledger"]
    counts, activities = edition.tables["casualty_counts"], edition.tables["activities"]
    assert sorted(count["at"] for count in shown["over_time"]) == list(range(len(counts)))
    assert sorted(at for source in shown["sources"] for at in source["counts"]) == list(range(len(counts)))
    assert sorted(at for agency in shown["clearance"] for at in agency["statements"]) == list(range(len(activities)))
    assert counts["count_id"].iloc[shown["headline"]] == "cc-037"
    dates = [count["date"] for count in shown["over_time"] if count["date"]]
    assert dates == sorted(dates)
    assert [count["date"] for count in shown["over_time"]][len(dates) :] == [None] * 3
