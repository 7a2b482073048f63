"""The first report, worked out by hand: what it tells is in the edition, each part with a source that can be opened.

The report of 29 January 2021 holds two accidents, a ban, a count of 22 December 2020 and the 136 sappers of mid-December.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from mapper.output.compose import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


def row_of(frame: pd.DataFrame, column: str, value: str) -> dict[str, Any]:
    """Return the one row with that value."""
    (row,) = frame[frame[column] == value].to_dict("records")
    return {str(key): cell for key, cell in row.items()}


def assert_sources(edition: Edition, row: dict[str, Any]) -> None:
    """Each source named is in the list of sources, with publisher and address."""
    sources = edition.tables["sources"].set_index("source_id")
    named = str(row["source_ids"]).split(";")
    assert "seed-1" in named
    for source_id in named:
        assert sources.loc[source_id, "publisher"]
        assert str(sources.loc[source_id, "url"]).startswith("http")


def test_the_demining_accident(edition: Edition) -> None:
    """One deminer of ANAMA injured by an AP mine near Tağıbəyli, Ağdam; the day itself is not stated."""
    row = row_of(edition.incidents, "incident_id", "az-20210129-agdam-1")
    assert (row["district"], row["settlement"], row["place"], row["uncertainty_m"]) == (
        "Ağdam",
        "Tağıbəyli",
        "disc",
        2000,
    )
    assert (row["accident_type"], row["device_category"]) == ("demining_accident", "ap_mine")
    assert (row["killed"], row["injured"], row["injured_deminer"]) == (0, 1, 1) or (
        pd.isna(row["killed"]) and (row["injured"], row["injured_deminer"]) == (1, 1)
    )
    assert (pd.isna(row["date_start"]), row["reported_on"]) == (True, "2021-01-29")
    assert row["relation"] in {"inside", "uncertain"}
    assert "or-001" in row["order_ids"].split(";")
    assert_sources(edition, row)


def test_the_accident_with_the_tractor(edition: Edition) -> None:
    """28 January 2021, a farmer ploughing in Tərtər, an anti-tank mine, one civilian injured."""
    row = row_of(edition.incidents, "incident_id", "az-20210128-terter-1")
    assert (row["date_start"], row["district"]) == ("2021-01-28", "Tərtər")
    assert (row["accident_type"], row["device_category"], row["activity"]) == ("mine", "av_mine", "ploughing_farming")
    assert (row["injured"], row["injured_civilian"]) == (1, 1)
    assert row["place"] == "disc"
    assert_sources(edition, row)


def test_the_ban(edition: Edition) -> None:
    """or-001 of 1 January 2021 by two authorities for all citizens, until safe travel is possible; every zone has it."""
    row = row_of(edition.tables["orders"], "order_id", "or-001")
    assert (row["issued_on"], row["effective_from"], row["order_type"], row["who"]) == (
        "2021-01-01",
        "2021-01-01",
        "ban",
        "all citizens",
    )
    assert row["authorities"] == "Ministry of Internal Affairs; Mine Action Agency (ANAMA)"
    assert row["end_condition"] == "until safe travel is possible"
    assert_sources(edition, row)
    for orders in edition.zones["order_ids"]:
        assert orders.split(";") == ["or-017", "or-001"]


def test_the_earlier_ban(edition: Edition) -> None:
    """or-017: civilians are banned from 28 November 2020."""
    row = row_of(edition.tables["orders"], "order_id", "or-017")
    assert (row["order_type"], row["effective_from"] if pd.notna(row["effective_from"]) else row["issued_on"]) == (
        "ban",
        "2020-11-28",
    )
    known = set(edition.tables["sources"]["source_id"])
    assert set(row["source_ids"].split(";")) <= known


def test_the_count_of_22_december_2020(edition: Edition) -> None:
    """6 + 6 killed and 7 + 14 injured, civilians and soldiers, kept apart from the accidents."""
    row = row_of(edition.tables["casualty_counts"], "count_id", "cc-001")
    assert row["as_of"] == "2020-12-22"
    assert (row["killed_civilian"], row["killed_military"], row["killed_total"]) == (6, 6, 12)
    assert (row["injured_civilian"], row["injured_military"], row["injured_total"]) == (7, 14, 21)
    assert_sources(edition, row)


def test_the_136_sappers(edition: Edition) -> None:
    """People, not an area cleared: 136, and no hectares."""
    row = row_of(edition.tables["activities"], "activity_id", "cl-002")
    assert row["personnel"] == 136
    assert pd.isna(row["area_hectares"])
    assert_sources(edition, row)


def test_no_village_is_a_dot(edition: Edition) -> None:
    """Whatever is known by the name of a village or site is drawn as a disc with a radius, or as its district."""
    assert not edition.incidents["place"].eq("point").any()
    discs = edition.incidents[edition.incidents["place"] == "disc"]
    by_level = {"settlement": 2000.0, "site_named": 5000.0}
    assert list(discs["uncertainty_m"]) == [by_level[level] for level in discs["location_level"]]


def test_every_source_that_is_named_is_listed(edition: Edition) -> None:
    """No mark on the map, no order and no count without a source that can be opened."""
    known = set(edition.tables["sources"]["source_id"])
    for frame in (edition.incidents, *(edition.tables[kind] for kind in ("orders", "casualty_counts", "activities"))):
        for cell in frame["source_ids"]:
            assert set(cell.split(";")) <= known
