"""What the page's search knows of settlements, and what it must not learn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mapper.output.findable import findable_settlements
from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from mapper.output.compose import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


def test_towns_and_the_gazetteer_are_found_with_their_districts(edition: Edition) -> None:
    """Mərzili is a row of settlements.csv, Ağdam a bundled town and a village of Tovuz; a settlement's radius is 2,000 m."""
    frame = findable_settlements(edition)
    assert frame.columns.tolist() == ["name", "district", "sounds", "lon", "lat", "uncertainty_m"]
    assert frame.loc[frame["name"] == "Mərzili", ["district", "lon", "lat"]].to_numpy().tolist() == [
        ["Ağdam", 47.05716, 39.93335]
    ]
    assert sorted(frame.loc[frame["name"] == "Ağdam", "district"]) == ["Ağdam", "Tovuz"]
    assert frame.loc[frame["name"] == "Qərvənd", "lon"].isna().all()
    assert set(frame["uncertainty_m"]) == {2000.0}


def test_where_places_are_withheld_the_gazetteer_of_the_accidents_is_too(edition: Edition) -> None:
    """At month and district, a list of the settlements that the accidents name would say what the records do not."""
    layers = tuple(
        (replace(entry, precision="month-district") if entry.kind == "incidents" else entry, ledger, sha256)
        for entry, ledger, sha256 in edition.layers
    )
    frame = findable_settlements(replace(edition, layers=layers))
    assert "Mərzili" not in set(frame["name"])
    assert "Ağdam" in set(frame["name"])
