"""The frozen values between the steps: the ledger's law and the JSON forms."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.errors import LedgerBroken
from mapper.findings import finding
from mapper.model import Finding, Ledger

COUNT = st.integers(min_value=0, max_value=10**6)


@given(kept=COUNT, repaired=COUNT, rejected=COUNT)
def test_a_ledger_that_adds_up_stands(kept: int, repaired: int, rejected: int) -> None:
    """What goes on is what was kept or repaired, and no more."""
    ledger = Ledger(kept + repaired + rejected, kept, repaired, rejected)
    assert ledger.usable == ledger.counted - rejected


@given(kept=COUNT, repaired=COUNT, rejected=COUNT, lost=st.integers(-1000, 1000).filter(bool))
def test_a_ledger_that_does_not_add_up_cannot_be_made(kept: int, repaired: int, rejected: int, lost: int) -> None:
    """One record lost or won between two counts stops the run, with the numbers in the sentence."""
    counted = kept + repaired + rejected + lost
    with pytest.raises(LedgerBroken, match=rf"^{counted} records were counted"):
        Ledger(counted, kept, repaired, rejected)


def test_a_finding_tells_the_keys_of_the_contract() -> None:
    """CONTRACT.md names rule, severity, layer, row, column, value, done and advice; `file` was added."""
    told = finding("not_a_date", "warning", row=3, column="date_start", value="01.02.2021").to_dict()
    assert set(told) == {"rule", "severity", "layer", "row", "column", "value", "done", "advice", "file"}
    assert (told["rule"], told["row"], told["value"]) == ("not_a_date", 3, "01.02.2021")
    assert json.loads(json.dumps(told)) == told


def test_values_between_steps_cannot_be_changed() -> None:
    """A step cannot rewrite what an earlier one said."""
    said = Finding(rule="x", severity="info", done="", advice="")
    with pytest.raises(dataclasses.FrozenInstanceError):
        said.rule = "y"  # type: ignore[misc] # the point of the test
