"""GPX 1.1 for hand-held receivers: a waypoint for each accident with a place, and nothing else.

A waypoint warns of a place where an accident was reported; it says nothing of the ground between, and the file says so. Areas are
not in it: a receiver would draw their line as a track to walk. A place known only to a circle says so in the first words of its
description. The accidents without a place stand in a table beside, so that nobody takes the waypoints for all of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import shapely

from mapper import terms
from mapper.output.formats.days import whole_day
from mapper.output.formats.rounding import decimal, rounded
from mapper.output.formats.stated import (
    cells,
    ids,
    paragraphs,
    say,
    shapes,
    spoken,
    title_of,
    told,
)
from mapper.output.formats.tables_csv import spreadsheet_rows
from mapper.output.formats.xml_text import XmlText
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mapper.output.published import ExportFacts, PublishedTable

FILE_NAME = "incidents.gpx"
LEFT_OUT = "incidents-without-a-place.csv"
SYMBOL = "Danger Area"
"""A symbol that receivers know; "Mine" is a pit to them."""

_TOLD_APART = ("date_start", "date_end", "date_precision", "accident_type", "source_ids")
_TO_THE_DAY = frozenset({"minute", "hour", "part_of_day", "day", None})


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write the accidents with a place as `incidents.gpx`, those without as `incidents-without-a-place.csv`.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Points in WGS 84 longitude/latitude.
    folder : Path
        An empty folder.
    facts : ExportFacts
        What the file's metadata state, and the language of descriptions.

    Returns
    -------
    tuple of str
        How many accidents have no place and where they are told; which tables are not in the file.
    """
    text = XmlText()
    given = next((table for table in marked(tables, facts) if table.name == "incidents"), None)
    notices: list[str] = []
    others = [terms.in_language(table.title, facts.language) for table in tables if table.name != "incidents"]
    if others:
        notices.append(told("notice.gpx_others", tables=", ".join(others)))
    if given is None:
        return (told("notice.gpx_none"), *notices)
    placed = ~shapely.is_missing(shapes(given))
    waypoints = list(_waypoints(replace(given, frame=given.frame[placed]), facts.language, text))
    described = say("about.gpx", facts.language, n=len(waypoints), without=int((~placed).sum()))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="hazard-mapper">',
        _metadata(given, facts, described, text),
        *waypoints,
        "</gpx>\n",
    ]
    (folder / FILE_NAME).write_bytes("\n".join(lines).encode())
    if not placed.all():
        left_out = replace(given, frame=given.frame[~placed])
        columns = {column.name: cells(left_out, column) for column in left_out.columns}
        (folder / LEFT_OUT).write_bytes(spreadsheet_rows([list(columns), *zip(*columns.values(), strict=True)]))
        notices.insert(
            0, told("notice.gpx_without_place", n=int((~placed).sum()), file=f"*{LEFT_OUT.removeprefix('incidents')}")
        )
    if text.replaced:
        notices.append(told("notice.replaced_characters", n=text.replaced))
    return tuple(notices)


def _metadata(table: PublishedTable, facts: ExportFacts, described: str, text: XmlText) -> str:
    """Return the metadata in the order of GPX's schema; no time, as the clock is not read."""
    organisation = terms.in_language(facts.organisations, facts.language)
    author = f"<author><name>{text(organisation)}</name></author>" if organisation else ""
    points = shapes(table)
    known = points[~shapely.is_missing(points)]
    bounds = ""
    if len(known):
        west, south, east, north = map(decimal, shapely.total_bounds(rounded(known, geographic=True)).tolist())
        bounds = f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>'
    desc = text(paragraphs([table], facts, described))
    return f"<metadata><name>{text(title_of(facts))}</name><desc>{desc}</desc>{author}{bounds}</metadata>"


def _waypoints(table: PublishedTable, language: str, text: XmlText) -> Iterator[str]:
    values = {column.name: cells(table, column) for column in table.columns}
    lon_lat = shapely.get_coordinates(rounded(shapes(table), geographic=True)).tolist()
    described = _descriptions(table, values, language)
    told_of = zip(*(values.get(name, [None] * len(table.frame)) for name in _TOLD_APART), strict=True)
    for name, (lon, lat), desc, (*days, kind, sources) in zip(ids(table), lon_lat, described, told_of, strict=True):
        day = _day(*days)
        time = f"<time>{day}T00:00:00Z</time>" if day is not None else ""
        of_kind = f"<type>{text(terms.label('accident_type', kind, language))}</type>" if kind else ""
        source = f"<src>{text(sources)}</src>" if sources else ""
        yield (
            f'<wpt lat="{decimal(lat)}" lon="{decimal(lon)}">{time}<name>{text(name)}</name>'
            f"<desc>{text(desc)}</desc>{source}<sym>{SYMBOL}</sym>{of_kind}</wpt>"
        )


def _day(start: str | None, end: str | None, precision: str | None) -> str | None:
    """Return the day of an accident, where it is one whole day and known as such."""
    one_day = whole_day(start) is not None and end in {None, start} and precision in _TO_THE_DAY
    return start if one_day else None


def _descriptions(table: PublishedTable, values: Mapping[str, list[Any]], language: str) -> Iterator[str]:
    """Return what is known of each accident, a line for each value, how far its place is known first."""
    radii_m = values.get("uncertainty_m", [None] * len(table.frame))
    doubts = (_within(round(metres), language) if metres else None for metres in radii_m)
    columns = [column for column in table.columns if column.name != table.id_column]
    for row in zip(doubts, *(spoken(column, values[column.name], language) for column in columns), strict=True):
        yield "\n".join([line for line in row if line is not None])


@cache
def _within(metres: int, language: str) -> str:
    return say("gpx.within", language, n=metres)
