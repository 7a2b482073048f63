"""JSON text into Python values, with what other readers lose in silence kept visible.

Numbers stay as written, so that a long id loses no digit; NaN and Infinity, which are no JSON, are marked; and an object that
holds a key twice says so. Python's own parser does the work at C speed with a call for each number and each object: a second,
hand-written scan for repeated keys would have to agree with it on every escape.
"""

from __future__ import annotations

import contextlib
import gc
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator


class Digits(str):
    """A JSON number kept as it was written, so that a long id loses no digit."""

    __slots__ = ()


class NoNumber(str):
    """NaN, Infinity or -Infinity: written by some programs, and no JSON."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object that holds a key twice; no reader can know which of the two values is meant."""

    def __init__(self, members: dict[str, Any], key: str) -> None:
        super().__init__(members)
        self.key = key


class Parsed(NamedTuple):
    """A JSON value, and whether any object in it holds a key twice."""

    value: Any
    has_repeated: bool


def parse(text: str, name: str) -> Parsed:
    """Parse JSON text.

    Parameters
    ----------
    text : str
        The whole document.
    name : str
        Of the file, for the error.

    Raises
    ------
    DataRefused
        When it is no JSON, or is nested deeper than Python's stack.

    Examples
    --------
    >>> parse('{"id": 9007199254740993, "a": 1, "a": NaN}', "a.json")
    Parsed(value={'id': '9007199254740993', 'a': 'NaN'}, has_repeated=True)
    """
    repeated = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        repeated = True
        keys = [key for key, _ in pairs]
        return Repeated(found, next(key for key in keys if keys.count(key) > 1))

    try:
        value = json.loads(
            text, object_pairs_hook=members, parse_constant=NoNumber, parse_int=Digits, parse_float=Digits
        )
    except json.JSONDecodeError as exc:
        raise DataRefused(
            f"it is not valid JSON: {exc.msg} in line {exc.lineno}, character {exc.colno}",
            file=name,
            advice="The file may be cut short; export it again.",
        ) from None
    except RecursionError:
        raise DataRefused("it is nested too deep", file=name, advice="Export it again from its program.") from None
    return Parsed(value, repeated)


def repeated_key(value: object) -> str | None:
    """Return a key that an object anywhere inside a value holds twice, without recursion."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Repeated):
            return each.key
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list) and each and not isinstance(each[0], Digits):
            waiting.extend(each)
    return None


@contextlib.contextmanager
def nothing_to_collect() -> Iterator[None]:
    """Hold Python's search for garbage while many values are made that all stay: it would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
