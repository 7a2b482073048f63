"""CSV in two kinds: one that a spreadsheet opens by a double click, one that a program reads.

For a spreadsheet: UTF-8 with the mark that spreadsheets need to see it, `;` between cells, the decimal mark of the export's
language, and a `'` before a text that a spreadsheet would run as a formula. A program gets RFC 4180 with `,`, lines that end in
LF, and every value as it is. Both have the outlines as well-known text, and of points `lon` and `lat` beside it. A spreadsheet
takes 32,767 letters in a cell and spills the rest over the next rows, so a longer outline is left out of its file, and told.
"""

from __future__ import annotations

import csv
import io
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from mapper import crs, terms
from mapper.output.formats.rounding import rounded
from mapper.output.formats.stated import (
    README,
    beside,
    cells,
    column_title,
    ids,
    paragraphs,
    say,
    shapes,
    told,
)
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

CELL_LETTERS = 32_767
"""The letters that a cell of a spreadsheet holds, in the units of UTF-16."""
WKT, LON, LAT = "geometry_wkt", "lon", "lat"

_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_AFTER_A_LINE = re.compile("\n[" + re.escape("".join(_FORMULA_MARKS)) + "]")
_DECIMAL_MARK: Mapping[str, str] = MappingProxyType({"az": ",", "ru": ","})
_MOST_NAMED = 50


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write each table as `NAME.csv` for spreadsheets, and a README.txt.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Geometries in the CRS of their frame.
    folder : Path
        An empty folder.
    facts : ExportFacts
        What the README states; its language decides on the decimal mark: `,` in Azerbaijani and Russian, else `.`.

    Returns
    -------
    tuple of str
        The rows whose outline is too long for a cell, by table, and those whose text is.
    """
    notices: list[str] = []
    mark = _DECIMAL_MARK.get(facts.language, ".")
    for table in marked(tables, facts):
        columns, long = _fitting(table, table_columns(table))
        notices += long
        guarded = {name: _for_spreadsheet(values, mark) for name, values in columns.items()}
        rows = zip(*guarded.values(), strict=True)
        (folder / f"{table.name}.csv").write_bytes(_spreadsheet([[guard(name) for name in guarded], *rows]))
    _write_readme(tables, folder, facts, say("about.csv", facts.language, mark=mark))
    return tuple(notices)


def write_plain(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write each table as `NAME.csv` for programs, and a README.txt; nothing is left out, so no notice is given."""
    for table in marked(tables, facts):
        columns = table_columns(table)
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        (folder / f"{table.name}.csv").write_bytes(text.getvalue().encode("utf-8", "replace"))
    _write_readme(tables, folder, facts, say("about.csv_plain", facts.language))
    return ()


def table_columns(table: PublishedTable) -> dict[str, list[Any]]:
    """Return the values of a table by column, then its geometry as `geometry_wkt`, of points with `lon` and `lat` before it.

    `lon` and `lat` are WGS 84 whatever the CRS of the frame is; degrees have 7 decimals (1 cm), metres 3.
    """
    columns = {column.name: cells(table, column) for column in table.columns}
    geometries = shapes(table)
    if geometries is None:
        return columns
    geographic = bool(table.frame.crs.is_geographic)
    if table.geometry == "Point":
        degrees = geometries if table.frame.crs == crs.STORAGE else np.asarray(crs.to_storage(table.frame).geometry)
        lon_lat = rounded(degrees, geographic=True)
        columns |= {LON: _known(shapely.get_x(lon_lat)), LAT: _known(shapely.get_y(lon_lat))}
    columns[WKT] = [
        None if text is None else text for text in shapely.to_wkt(rounded(geometries, geographic=geographic), -1)
    ]
    return columns


def _known(numbers: Any) -> list[float | None]:  # noqa: ANN401 - an array of numbers
    return [None if np.isnan(number) else number for number in numbers.tolist()]


def spreadsheet_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows of texts as a CSV for spreadsheets: formulas guarded, UTF-8 with its mark, `;` between cells.

    Examples
    --------
    >>> spreadsheet_rows([("a", "b"), ("=1+1", None)]).decode("utf-8-sig").splitlines()
    ['a;b', "'=1+1;"]
    """
    return _spreadsheet([[guard(value) if isinstance(value, str) else value for value in row] for row in rows])


def guard(text: str) -> str:
    """Return a text that a spreadsheet shows and does not run.

    Examples
    --------
    >>> guard("=1+1"), guard("Ağdam")
    ("'=1+1", 'Ağdam')
    """
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text


def utf16_letters(text: str) -> int:
    """Return the length of a text as spreadsheets count it.

    Examples
    --------
    >>> utf16_letters("aə"), utf16_letters("\U0001f4a3")
    (2, 2)
    """
    return len(text) + sum(letter > "\uffff" for letter in text) if not text.isascii() else len(text)


def _too_long(values: Sequence[Any]) -> list[int]:
    """Return where the texts stand that no cell of a spreadsheet holds."""
    known = [value for value in values if value is not None]
    if not (known and isinstance(known[0], str)) or 2 * max(map(len, known)) <= CELL_LETTERS:
        return []
    return [at for at, value in enumerate(values) if value is not None and utf16_letters(value) > CELL_LETTERS]


def _for_spreadsheet(values: Iterable[Any], mark: str) -> list[Any]:
    listed = list(values)
    known = [value for value in listed if value is not None]
    if known and isinstance(known[0], str) and _AFTER_A_LINE.search("\n" + "\n".join(known)):  # most columns hold none
        return [value if value is None else guard(value) for value in listed]
    if known and isinstance(known[0], float) and mark != ".":
        return [None if value is None else repr(value).replace(".", mark) for value in listed]
    return listed


def _spreadsheet(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def _fitting(table: PublishedTable, columns: dict[str, list[Any]]) -> tuple[dict[str, list[Any]], list[str]]:
    """Leave out the outlines that no cell holds; a text that is too long stays. Both are told."""
    notices: list[str] = []
    for name, values in columns.items():
        long = _too_long(values)
        if long:
            rows = ids(table)
            named = ", ".join(rows[at] for at in long[:_MOST_NAMED]) + (", …" if len(long) > _MOST_NAMED else "")
            code = "notice.long_outlines" if name == WKT else "notice.long_cells"
            notices.append(told(code, table=table.name, column=name, n=len(long), rows=named, letters=CELL_LETTERS))
        if long and name == WKT:
            left_out = frozenset(long)
            columns = {**columns, WKT: [None if at in left_out else value for at, value in enumerate(values)]}
    return columns, notices


def _write_readme(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts, manner: str) -> None:
    described = [
        f"{table.name}.csv · {column.name}{f' ({column.unit})' if column.unit else ''}: "
        f"{terms.in_language(column.description, facts.language) or column_title(column, facts.language)}"
        for table in tables
        for column in table.columns
    ]
    heading = say("about.columns", facts.language) + ":"
    (folder / beside(tables, README)).write_text(
        paragraphs(tables, facts, manner, "", heading, *described) + "\n", "utf-8"
    )
