"""Coordinates that stand as text in the cells of a table: told from plain decimals, read, or refused with their readings.

A column of latitudes that holds "39°59′27″", "39,99096" or "39.99 N" is no column of numbers. Such cells are taken out of the
two columns, joined (latitude first) and read by `mapper.intake.coordinates`, as is a column that holds whole coordinates in
any notation. Plain decimals never come here: a million of them cost one pass over the column.

A text is a place only when it has one reading in the area. All others go to the findings with their readings, so that a
person can choose; that a second column would make one of them likely is no reason to take it.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mapper.crs import STORAGE
from mapper.errors import UnknownCRS
from mapper.findings import KEPT, REFUSED
from mapper.intake import candidates, grids
from mapper.intake.coordinates import read_column
from mapper.intake.placing import NO_AREA, SWAP
from mapper.intake.words import GEODETIC, GRID, KINDS, MARKS, fold
from mapper.schema import arrow_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.intake.account import Account
    from mapper.model import LonLatBox

JOINED, WHOLE = "lon_lat_text", "coordinates"
_PLAIN = r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\z"
_WORD = re.compile(r"[^\W\d_]+")
_DOTTED = re.compile(r"[^\W\d_]+(?:\. ?[^\W\d_]+)*")
_MGRS = re.compile(r"(?:MGRS\s*:?\s*)?[0-9]{0,2}\s*[A-Za-z]{1,3}(?:\s*[A-Za-z]{2})?\s*[0-9]+(?: [0-9]+)?")
_SYSTEM_WORDS = frozenset({"epsg", "wgs", "sk", "ск", "ck", "вгс", "pulkovo", "пулково", "utm", "mgrs"})
_SEVERAL = re.compile(r"\d+ readings ")
_MOST_ALONE = 1000
"""A doubt that more records share is told once for all of them."""
_NOT_SHOWN = " Its text is not shown."
_LONGEST_VALUE = 120
_HARMLESS = (
    "centre of a cell",
    "its south-west corner",
    candidates.GEOPOINT.split(";")[0],
    candidates.PACKED_DOUBT.split(";")[0],
    grids.SAME_MERIDIAN.split(";")[0],
    NO_AREA,
)
"""Beginnings of notes that are no doubt about one record; that decimals could be minutes is judged by the whole column."""


class Open(NamedTuple):
    """A text that is not one place: the rule that says so, what may be shown of it, and whether its words were kept back."""

    rule: str
    column: str
    value: str | None
    hidden: bool

    @property
    def done(self) -> str:
        """What became of a record that has no other place."""
        return REFUSED + (_NOT_SHOWN if self.hidden else "")


def joined_texts(cells: pd.DataFrame) -> pd.DataFrame:
    """Take latitudes and longitudes that are no plain decimals out of their columns and join them, latitude first.

    Parameters
    ----------
    cells : DataFrame
        Text cells under our names.

    Returns
    -------
    DataFrame
        The same where all cells of `lon` and `lat` are plain or blank; else with the column `lon_lat_text`, and both cells
        of such a row blank. A cell without a figure stays where it is, to be refused as no number.

    Examples
    --------
    >>> cells = pd.DataFrame({"lon": ["46.9", "46°55′"], "lat": ["40", "39°59′"]}, dtype="str")
    >>> joined_texts(cells).iloc[1].astype(object).tolist()
    [nan, nan, '39°59′; 46°55′']
    """
    if not {"lon", "lat"} <= set(cells.columns):
        return cells
    lon, lat = arrow_text(cells["lon"]), arrow_text(cells["lat"])
    if _all_numbers(lon) and _all_numbers(lat):
        return cells
    written = (_is_written(lon) | _is_written(lat)) & ~(_is_hopeless(lon) | _is_hopeless(lat))
    if not written.any():
        return cells
    both = cells["lat"].fillna("") + "; " + cells["lon"].fillna("")
    blanked = {name: cells[name].mask(written) for name in ("lon", "lat")}
    return cells.assign(**blanked, **{JOINED: both.where(written)})


def read_coordinates(
    texts: pd.Series, *, column: str, crs: str | None, area: LonLatBox | None, account: Account
) -> tuple[pd.DataFrame, dict[int, Open]]:
    """Read a column of coordinate texts of a layer.

    Parameters
    ----------
    texts : Series of str
        Without blanks, indexed by row.
    column : str
        `JOINED` or `WHOLE`.
    crs : str, optional
        The system that the caller or the file states.
    area : tuple of float, optional
        Where the records are expected.
    account : Account
        Gets the doubts about texts that were read.

    Returns
    -------
    DataFrame
        The rows that are one place, with the columns of `mapper.intake.coordinates.read_column` and `as_given`.
    dict of int to Open
        The other rows, each with its reason. Every row is in one of the two.

    Raises
    ------
    UnknownCRS
        When a text in degrees names no system and none is stated.
    """
    found = read_column(texts.tolist(), area=area, crs=crs).set_axis(texts.index)
    found = found.assign(as_given=texts)
    read = found["reason"].isna()
    places = found[read]
    if crs is None and bool((~places["stated"]).any()):
        row = places.index[~places["stated"]][0]
        raise UnknownCRS(
            "it has coordinates in degrees but states no coordinate reference system",
            row=int(row),
            advice="Ask the sender, then give it with --crs, or as crs in layers.toml: EPSG:4326 is WGS 84 in degrees.",
        )
    _tell_doubts(places, column, account)
    others = found[~read]
    facts = zip(others.index, others["as_given"], others["reason"], others["listed"].fillna(""), strict=True)
    return places, {int(row): _open(text, reason, readings, column) for row, text, reason, readings in facts}


def may_show(text: str) -> bool:
    """Tell whether all words of a text are words of coordinates, so that none of them is a name.

    Examples
    --------
    >>> may_show("39°59' şm.e., 46°55' ş.u."), may_show("38SPK 6454 2853"), may_show("by Vüqar's house 46.9")
    (True, True, False)
    """
    if _MGRS.fullmatch(text.strip()):
        return True
    known = all(_is_known(each) or all(map(_is_known, _WORD.findall(each))) for each in _DOTTED.findall(text))
    return known and text.isprintable()


def _is_known(word: str) -> bool:
    """Tell whether a word, or an abbreviation of several, is one of coordinates; a capital may be the letter of a zone."""
    folded = fold(word)
    is_letter = len(word) == 1 and word.isupper()
    return is_letter or any(folded in words for words in (MARKS, GRID, GEODETIC, KINDS, _SYSTEM_WORDS))


def _all_numbers(cells: pa.ChunkedArray) -> bool:
    """Tell in one pass whether every cell is a number to Arrow; what that lets through beside them is judged elsewhere."""
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _matching(cells: pa.ChunkedArray, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(pc.fill_null(pc.match_substring_regex(cells, pattern), fill_value=False).to_numpy(), dtype=bool)


def _is_written(cells: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which cells hold figures and are no plain decimal."""
    return _matching(cells, r"\pN") & ~_matching(cells, _PLAIN)


def _is_hopeless(cells: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which cells are filled and hold no figure at all."""
    filled: np.ndarray[tuple[int], np.dtype[np.bool_]] = ~np.asarray(cells.is_null().to_numpy(), dtype=bool)
    return ~_matching(cells, r"\pN") & filled


def _open(text: str, reason: str, readings: str, column: str) -> Open:
    """Return the rule and the value for a text that is not one place; `readings` is "" where it has none."""
    where = "lon, lat" if column == JOINED else column
    if _SEVERAL.match(reason):
        return Open("coordinate_ambiguous", where, _fitted(text, readings), hidden=False)
    if reason == SWAP:
        return Open("swapped_axes", where, text, hidden=False)
    if readings:
        return Open("outside_area", where, _fitted(text, readings), hidden=False)
    if reason == candidates.NULL_ISLAND:
        return Open("null_island", where, text, hidden=False)
    return _unreadable(text, reason, column)


def _unreadable(text: str, reason: str, column: str) -> Open:
    """Return what is told of a text without a reading; one with words that are none of coordinates is not shown."""
    if may_show(text):
        return Open(
            "coordinate_unreadable", "lon, lat" if column == JOINED else column, f"{text}: {reason}", hidden=False
        )
    if column == JOINED:
        lat, _, lon = text.partition("; ")
        return Open("not_a_number", "lat" if not may_show(lat) and may_show(lon) else "lon", None, hidden=True)
    return Open("coordinate_unreadable", column, None if "'" in reason else reason, hidden=True)


def _fitted(text: str, readings: str) -> str:
    """Put the text before its readings where both fit into a finding."""
    both = f"{text}: {readings}"
    return both if len(both) <= _LONGEST_VALUE else readings


def _tell_doubts(places: pd.DataFrame, column: str, account: Account) -> None:
    """Tell what the readings themselves doubt, and by which systems and operations the column was read."""
    notes = places["note"][places["note"].ne("")].map(_doubt)
    for note, rows in notes[notes.ne("")].groupby(notes).groups.items():
        if len(rows) > _MOST_ALONE:
            account.doubt("coordinate_doubtful", None, column, f"{len(rows)} records: {note}", _READ)
            continue
        for row in rows:
            account.doubt("coordinate_doubtful", row, column, f"{places['as_given'][row]}: {note}", _READ)
    ways = places.groupby(["notation", "crs", "operation", "operation_accuracy_m"], dropna=False)
    for _, alike in ways:
        first = alike.iloc[0]
        accuracy_m = first["operation_accuracy_m"]
        known = "accuracy not known" if pd.isna(accuracy_m) else f"accuracy {accuracy_m:g} m"
        how = "" if first["crs"] == STORAGE else f"; {first['operation']}, {known}"
        value = f"{len(alike)} × {first['notation']} in {first['crs']}{how}"
        account.note(
            "coordinates_read", column=column, value=value, done="They were brought to WGS 84." if how else KEPT
        )


_READ = "It was read so; the record was kept."
SHORT_NOTES: Mapping[str, str] = MappingProxyType({candidates.GEODETIC: "B and L were taken as SK-42 (Pulkovo 1942)"})


def _doubt(note: str) -> str:
    """Return what a note doubts, "" where it only explains."""
    note = SHORT_NOTES.get(note, note)
    return "; ".join(part for part in note.split("; ") if not part.startswith(_HARMLESS))
