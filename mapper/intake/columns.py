"""Which of the file's columns is which of ours.

Three ways, in this order: what the caller states, a name that is ours, a name in the table of common ones
(`column_names.json`, in English, Russian, Azerbaijani and Turkish, and those of field forms and incident databases). Nothing
is told from the values in a column. Two columns that could both be ours are refused: the wrong one of two latitudes, or of
two casualty counts, would be read without anybody noticing. The same goes for a total of casualties beside the casualties of
one status: read both, and the same victims count twice.

No common name leads to a free text, and in a file that no catalogue names even a column called exactly `note` is taken only
when the caller states it: a stranger's narrative may hold the names of victims. What a place or a device was called is
taken from a column with our name or one that says no more than that (`village`), not from `location` or `ordnance`.
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
from mapper.schema import CASUALTY_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

_NOT_A_LETTER = re.compile(r"[\W_]+")
_FREE_TEXT = frozenset({"note", "extent_note"})
"""Columns of ours that hold sentences."""
_ALL = "unknown"
"""The status of casualties under which a total is read that tells none apart."""


def map_columns(
    given: Sequence[str], kind: str, stated: Mapping[str, str], *, file: str | None = None, catalogued: bool = True
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
    catalogued : bool
        Whether a catalogue names the file; otherwise free text is taken only when stated.

    Returns
    -------
    dict of str to str
        Theirs to ours, in the file's order; columns that are none of ours are left out.

    Raises
    ------
    DataRefused
        When a stated column of ours or theirs does not exist, one of theirs is stated twice, two columns could both be one
        of ours, or a total of casualties and a part of it would both be read by a common name.

    Examples
    --------
    >>> map_columns(["Event ID", "Longitude", "широта", "colour"], "incidents", {})
    {'Event ID': 'incident_id', 'Longitude': 'lon', 'широта': 'lat'}
    """
    ours = {column.name for column in schema.COLUMNS[kind]}
    _sound_mapping(given, kind, ours, stated, file)
    found = {theirs: meant for meant, theirs in stated.items()}
    exact = ours - set(stated) - (frozenset() if catalogued else _FREE_TEXT)
    found |= {name: name for name in given if name in exact and name not in found}
    open_ones = ours - set(found.values()) - _FREE_TEXT
    for meant, names in _candidates(given, kind, open_ones, found).items():
        if len(names) > 1:
            raise DataRefused(
                f"{' and '.join(repr(name) for name in names)} could each be '{meant}'",
                file=file,
                row=1,
                advice=f"Say which with --column {meant}=NAME, or in [layer.columns].",
            )
        found[names[0]] = meant
    found = _casualties_once(found, stated, file)
    return {name: found[name] for name in given if name in found}


def _casualties_once(found: Mapping[str, str], stated: Mapping[str, str], file: str | None) -> dict[str, str]:
    """Keep a total of casualties and the casualties of one status from being read together by a common name."""
    once = dict(found)
    for outcome in ("killed", "injured"):
        theirs = {meant: name for name, meant in once.items()}
        total = {f"{outcome}_{_ALL}"} & theirs.keys()
        parts = {f"{outcome}_{status}" for status in CASUALTY_STATUS if status != _ALL} & theirs.keys()
        guessed = {meant for meant in total | parts if theirs[meant] != meant and meant not in stated}
        if not total or not parts or not guessed:
            continue
        dropped = guessed & ((parts if total & stated.keys() else set()) | (total if parts & stated.keys() else set()))
        if not (total - dropped and parts - dropped and guessed - dropped):
            once = {name: meant for name, meant in once.items() if meant not in dropped}
            continue
        whole, part = min(total), min(parts & guessed or parts)
        raise DataRefused(
            f"'{theirs[whole]}' and '{theirs[part]}' may count the same victims twice, once in all and once by status",
            file=file,
            row=1,
            advice=f"Say which is meant with --column {whole}='{theirs[whole]}' or --column {part}='{theirs[part]}', "
            "or in [layer.columns].",
        )
    return once


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
