"""Which of the file's columns is which of ours.

Three ways, in this order: what the caller states, a name that is ours, a name in the table of common ones
(`column_names.json`, in English, Russian, Azerbaijani and Turkish, and those of field forms and incident databases). Nothing
is told from the values in a column. Two columns that could both be ours are refused: the wrong one of two latitudes, or of
two casualty counts, would be read without anybody noticing.

Free text is taken only from a column that is called `note` or stated by the caller, because a narrative of a stranger's file
may hold the names of victims.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from mapper import schema
from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

_NOT_A_LETTER = re.compile(r"[\W_]+")


def map_columns(
    given: Sequence[str], kind: str, stated: Mapping[str, str], *, file: str | None = None
) -> dict[str, str]:
    """Map the columns of a file to ours.

    Parameters
    ----------
    given : sequence of str
        The file's column names.
    kind : str
        The kind of layer.
    stated : mapping of str to str
        Ours to theirs, as the caller says.
    file : str, optional
        The file's name, for the error.

    Returns
    -------
    dict of str to str
        Theirs to ours, in the file's order; columns that are none of ours are left out.

    Raises
    ------
    DataRefused
        When a stated column of ours or theirs does not exist, one of theirs is stated twice, or two columns could both be
        one of ours.

    Examples
    --------
    >>> map_columns(["Event ID", "Longitude", "широта", "colour"], "incidents", {})
    {'Event ID': 'incident_id', 'Longitude': 'lon', 'широта': 'lat'}
    """
    ours = {column.name for column in schema.COLUMNS[kind]}
    _sound_mapping(given, kind, ours, stated, file)
    found = {theirs: meant for meant, theirs in stated.items()}
    found |= {name: name for name in given if name in ours - set(stated) and name not in found}
    open_ones = ours - set(found.values())
    for meant, names in _candidates(given, kind, open_ones, found).items():
        if len(names) > 1:
            raise DataRefused(
                f"{' and '.join(repr(name) for name in names)} could each be '{meant}'",
                file=file,
                row=1,
                advice=f"Say which with --column {meant}=NAME, or in [layer.columns].",
            )
        found[names[0]] = meant
    return {name: found[name] for name in given if name in found}


def _candidates(
    given: Sequence[str], kind: str, wanted: AbstractSet[str], found: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return, for each of our columns still wanted, the columns of the file that are commonly called so."""
    candidates: dict[str, list[str]] = {}
    for name in given:
        meant = common_names(kind).get(fold(name))
        if meant is not None and meant in wanted and name not in found:
            candidates.setdefault(meant, []).append(name)
    return candidates


def _sound_mapping(
    given: Sequence[str], kind: str, ours: AbstractSet[str], stated: Mapping[str, str], file: str | None
) -> None:
    for meant, theirs in stated.items():
        if meant not in ours:
            raise DataRefused(
                f"the mapping names '{meant}', which is no column of {kind}",
                file=file,
                advice=f"Its columns are {', '.join(sorted(ours))}.",
            )
        if theirs not in given:
            raise DataRefused(
                f"there is no column '{theirs}' to read '{meant}' from",
                file=file,
                column=theirs,
                advice=f"Its columns are {', '.join(given)}.",
            )
        if list(stated.values()).count(theirs) > 1:
            raise DataRefused(
                "the mapping reads two of our columns from it",
                file=file,
                column=theirs,
                advice="Map it to one of them.",
            )


def fold(name: str) -> str:
    """Fold a column name for matching: compatibility form, case folded, words joined with one underscore.

    Examples
    --------
    >>> fold(" Lat. (WGS-84) "), fold("İD"), fold("Date of accident")
    ('lat_wgs_84', 'id', 'date_of_accident')
    """
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub("_", letters).strip("_")


def parse_stated(pairs: Sequence[str]) -> dict[str, str]:
    """Read `ours=theirs` pairs as typed on the command line.

    Raises
    ------
    UsageError
        When a pair has no `=`, or names no column of any kind.

    Examples
    --------
    >>> parse_stated(["incident_id=ID_NO"])
    {'incident_id': 'ID_NO'}
    """
    known = {column.name for columns in schema.COLUMNS.values() for column in columns}
    stated = {}
    for pair in pairs:
        ours, mark, theirs = (part.strip() for part in pair.partition("="))
        if not mark or not theirs or ours not in known:
            raise UsageError(
                f"'{pair}' does not say which column is which",
                advice=f"Write --column ours=theirs, where ours is one of {', '.join(sorted(known))}.",
            )
        stated[ours] = theirs
    return stated


@cache
def common_names(kind: str) -> Mapping[str, str]:
    """Return the folded common names of a kind, each with our column."""
    table: dict[str, dict[str, list[str]]] = json.loads(
        (files("mapper.intake") / "column_names.json").read_text("utf-8")
    )
    return {fold(name): ours for ours, names in {**table["any"], **table.get(kind, {})}.items() for name in names}
