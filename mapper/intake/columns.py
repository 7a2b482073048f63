"""Which of the file's columns is which of ours.

Four ways, in this order: what the caller states, a tag of the HXL row (`mapper.intake.hxl`), a name that is ours, a name in
the table of common ones (`column_names.json`, in English, Russian, Azerbaijani and Turkish, and those of field forms and
incident databases). A field form puts the name of its question before "latitude" and "longitude", so those two are also told
by what they end with, as a pair; two such pairs are two places. Nothing is told from the values in a column.

Two columns that could both be ours are refused: the wrong one of two latitudes, or of two casualty counts, would be read
without anybody noticing. The same goes for a total of casualties beside the casualties of one status: read both, and the
same victims count twice.

Some exports say one thing in several columns by design (the deaths of UCDP in all and by side, the two identifiers of Kobo).
They are told by a set of columns that only they have, and only the one that holds the whole is read.

No common name leads to a free text, and in a file that no catalogue names even a column called exactly `note` is taken only
when the caller states it: a stranger's narrative may hold the names of victims. What a place or a device was called is
taken from a column with our name or one that says no more than that (`village`), not from `location` or `ordnance`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mapper import schema
from mapper.errors import DataRefused, UsageError
from mapper.intake.hxl import meaning
from mapper.schema import CASUALTY_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

_NOT_A_LETTER = re.compile(r"[\W_]+")
_FREE_TEXT = frozenset({"note", "extent_note"})
"""Columns of ours that hold sentences."""
_SHAPEFILE_LETTERS = 10
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PAIRED = re.compile(r"(?P<group>.+)_(?P<part>latitude|longitude|lat|lon|lng|altitude|precision|accuracy)")
_PARTS = {"latitude": "lat", "lat": "lat", "longitude": "lon", "lon": "lon", "lng": "lon"}
_ALL = "unknown"
"""The status of casualties under which a total is read that tells none apart."""


class Family(NamedTuple):
    """A known export: what it is called, and which of its columns repeat a part of another."""

    name: str
    repeated: tuple[str, ...]


def map_columns(
    given: Sequence[str],
    kind: str,
    stated: Mapping[str, str],
    *,
    file: str | None = None,
    catalogued: bool = True,
    cut: bool = False,
    tags: Mapping[str, str] = _NOTHING,
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
    cut : bool
        Whether names may have been cut after ten letters, as a shapefile does: `incident_i` is then `incident_id`.
    tags : mapping of str to str
        The HXL tag of each of the file's columns that has one; such a column is never matched by its name.

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
    repeated = {name for family in families(given) for name in family.repeated}
    by_name = [name for name in given if name not in tags and name not in repeated]
    exact = ours - set(stated) - (frozenset() if catalogued else _FREE_TEXT)
    tagged = _by_tag(tags, kind, exact, found)
    exact -= set(tagged)
    found |= {name: name for name in by_name if name in exact and name not in found}
    found |= _cut_names(by_name, exact, found) if cut else {}
    open_ones = ours - set(found.values()) - set(tagged) - _FREE_TEXT
    for meant, names in {**tagged, **_candidates(by_name, kind, open_ones, found)}.items():
        if len(names) > 1:
            raise DataRefused(
                f"{' and '.join(repr(name) for name in names)} could each be '{meant}'",
                file=file,
                row=1,
                advice=f"Say which with --column {meant}=NAME, or in [layer.columns].",
            )
        found[names[0]] = meant
    found |= _accuracy_of_pair(by_name, found, ours)
    found = _casualties_once(found, stated, file)
    return {name: found[name] for name in given if name in found}


def _cut_names(given: Sequence[str], exact: AbstractSet[str], found: Mapping[str, str]) -> dict[str, str]:
    """Return the columns whose names are the first ten letters of exactly one of ours, which none is read as yet."""
    meant_by = {
        name: [ours for ours in exact if len(ours) > _SHAPEFILE_LETTERS and ours.startswith(name.lower())]
        for name in given
        if len(name) == _SHAPEFILE_LETTERS and name not in found
    }
    once = Counter(ours for several in meant_by.values() for ours in several)
    return {
        name: several[0]
        for name, several in meant_by.items()
        if len(several) == 1 and once[several[0]] == 1 and several[0] not in found.values()
    }


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
    pairs = _pairs(given)
    for name in given:
        meant = common_names(kind).get(fold(name)) or pairs.get(name)
        if meant is not None and meant in wanted and name not in found:
            candidates.setdefault(meant, []).append(name)
    return candidates


def _by_tag(
    tags: Mapping[str, str], kind: str, wanted: AbstractSet[str], found: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return, for each of our columns still wanted, the columns of the file that are tagged so."""
    candidates: dict[str, list[str]] = {}
    for name, tag in tags.items():
        meant = meaning(tag, kind)
        if meant in wanted and name not in found:
            candidates.setdefault(str(meant), []).append(name)
    return candidates


def _pairs(given: Sequence[str]) -> dict[str, str]:
    """Return the columns that are one half of a latitude and a longitude of the same question."""
    halves: dict[str, dict[str, str]] = {}
    for name in given:
        found = _PAIRED.fullmatch(fold(name))
        if found and found["part"] in _PARTS:
            halves.setdefault(found["group"], {})[_PARTS[found["part"]]] = name
    return {name: axis for pair in halves.values() if len(pair) == len(("lat", "lon")) for axis, name in pair.items()}


def _accuracy_of_pair(given: Sequence[str], found: Mapping[str, str], ours: AbstractSet[str]) -> dict[str, str]:
    """Return the column in which a field form gives the accuracy of the pair that was taken."""
    latitude = next((name for name, meant in found.items() if meant == "lat"), "")
    pair = _PAIRED.fullmatch(fold(latitude))
    if not pair or "uncertainty_m" not in ours or "uncertainty_m" in found.values():
        return {}
    wanted = {f"{pair['group']}_{part}" for part in ("precision", "accuracy")}
    named = [name for name in given if fold(name) in wanted and name not in found]
    return {named[0]: "uncertainty_m"} if len(named) == 1 else {}


def is_height(name: str) -> bool:
    """Tell whether a column is the height beside a latitude and longitude of a field form.

    Examples
    --------
    >>> is_height("_gps_altitude"), is_height("altitude of the village")
    (True, False)
    """
    found = _PAIRED.fullmatch(fold(name))
    return found is not None and found["part"] == "altitude"


def families(given: Sequence[str]) -> list[Family]:
    """Return the known exports that a file's columns show it to be, with the columns that repeat others.

    Examples
    --------
    >>> families(["_id", "_uuid", "_submission_time", "GPS"])
    [Family(name='Kobo', repeated=('_id',))]
    """
    names = {name.strip().casefold(): name for name in given}
    return [
        Family(each["name"], tuple(names[other] for other in each["repeated"] if other in names))
        for each in _table()["families"]
        if set(each["signature"]) <= names.keys()
    ]


def crosswalk(theirs: str, ours: str) -> Mapping[str, str]:
    """Return what the codes of a known column of precision are among ours; empty where it is no such column.

    Where a code of theirs covers several of ours, it is the widest of them.

    Examples
    --------
    >>> crosswalk("geo_precision", "location_level")
    {'1': 'settlement', '2': 'district', '3': 'region'}
    """
    known: Mapping[str, str] = _table()["crosswalks"].get(ours, {}).get(fold(theirs), {})
    return known


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


def says_precision(name: str) -> bool:
    """Tell whether a column of another data set says in codes how exact its places or dates are.

    Examples
    --------
    >>> says_precision("geo_precision"), says_precision("precision_m")
    (True, False)
    """
    return any(fold(name) in known for known in _table()["crosswalks"].values())


@cache
def common_names(kind: str) -> Mapping[str, str]:
    """Return the folded common names of a kind, each with our column."""
    table: dict[str, dict[str, list[str]]] = _table()
    return {fold(name): ours for ours, names in {**table["any"], **table.get(kind, {})}.items() for name in names}


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((files("mapper.intake") / "column_names.json").read_text("utf-8"))
    return table
