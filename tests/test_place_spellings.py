"""`place_spellings.json`: what is one name in all alphabets, here and in `mapper/web/test/find.test.ts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapper.intake.fold import sound_key

SPELLINGS = json.loads((Path(__file__).parent / "place_spellings.json").read_text("utf-8"))


@pytest.mark.parametrize("names", SPELLINGS["same"], ids=lambda names: names[0])
def test_the_spellings_of_a_name_have_one_key(names: list[str]) -> None:
    """Latin, both Cyrillics, English and Russian romanisations, capitals."""
    assert {sound_key(name) for name in names} == {sound_key(names[0])}


@pytest.mark.parametrize("names", SPELLINGS["different"], ids="-".join)
def test_different_names_stay_apart(names: list[str]) -> None:
    """One letter that is heard keeps two places apart."""
    assert sound_key(names[0]) != sound_key(names[1])
