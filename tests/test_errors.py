"""Errors are sentences: what is wrong, where, what to do; and the exit code follows from the kind of error."""

from __future__ import annotations

import pytest

from mapper.errors import (
    DataRefused,
    LedgerBroken,
    MapperError,
    Stopped,
    UnknownCRS,
    Unreadable,
    Unwritable,
    UsageError,
)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({}, "it is broken."),
        ({"file": "a.csv"}, "a.csv: it is broken."),
        ({"file": "a.csv", "layer": "roads", "row": 0}, "a.csv, layer 'roads', row 0: it is broken."),
        ({"file": "a.csv", "layer": "a.csv", "column": "x"}, "a.csv, column 'x': it is broken."),
        ({"row": 3, "advice": "Mend it."}, "row 3: it is broken. Mend it."),
    ],
)
def test_the_sentence_names_every_known_part(parts: dict[str, object], sentence: str) -> None:
    """File, layer, row and column come first, the advice last; what is not known leaves no gap."""
    assert str(DataRefused("it is broken", **parts)) == sentence  # type: ignore[arg-type]


def test_a_final_stop_is_not_doubled() -> None:
    """A reason that already ends with a stop ends with one."""
    assert str(MapperError("it is broken.")) == "it is broken."


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2),
        (DataRefused, 1),
        (UnknownCRS, 1),
        (Unreadable, 3),
        (Unwritable, 3),
        (LedgerBroken, 3),
        (Stopped, 130),
    ],
)
def test_exit_codes_are_those_of_the_contract(kind: type[MapperError], code: int) -> None:
    """1 refused, 2 wrong usage, 3 cannot read or write, 130 stopped from the keyboard."""
    assert kind.exit_code == code
    assert issubclass(kind, MapperError)
