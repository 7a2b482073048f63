"""Small published tables with everything that a format may stumble over, and the facts of an edition, for the tests of exports.

Letters of Azerbaijani, dates of every precision, numbers and counts that are not known, records without a place, every kind of
geometry, a text longer than a Shapefile or a cell holds, and every hostile text of `tests.hostile`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.output.published import ColumnKind, GeometryKind

LETTERS = "Ağdərə, Şuşa: ə ğ ı İ Ə ö ü ç – “x”"
LICENCE = "CC BY-SA 3.0; attribution: geoBoundaries (AZE ADM2)"
SQUARE = shapely.box(46.0, 39.0, 46.5, 39.5)
RING = SQUARE.difference(shapely.box(46.1, 39.1, 46.2, 39.2))
LINE = shapely.LineString([(46.0, 39.0), (46.123456789, 39.5)])

FACTS = ExportFacts(
    titles={"en": "Accidents & zones <test>", "az": "Hadisələr və zonalar", "ru": "Происшествия и зоны"},
    organisations={"en": "The maker", "az": "Hazırlayan", "ru": "Составитель"},
    contacts=("write to us",),
    edition_id="0123456789ab",
    data_date="2024-02-29",
    stale_after="2024-08-29",
    caveats=("caveat.blank", "caveat.density", "caveat.navigation"),
)


def table(
    name: str,
    columns: Mapping[str, tuple[ColumnKind, str | None, Sequence[Any]]],
    *,
    id_column: str | None = None,
    geometry: GeometryKind | None = None,
    shapes: Sequence[Any] = (),
    licences: tuple[str, ...] = ("Facts",),
) -> PublishedTable:
    """Return a table: of each column its kind, its vocabulary and its values."""
    types = {"count": "Int64", "number": "float64"}
    frame = pd.DataFrame(
        {
            column: pd.Series(list(values), dtype=types.get(kind, "object"))
            for column, (kind, _, values) in columns.items()
        }
    )
    return PublishedTable(
        name=name,
        title={"en": name.capitalize(), "az": f"{name} (az)", "ru": f"{name} (ru)"},
        frame=frame if geometry is None else gpd.GeoDataFrame(frame, geometry=list(shapes), crs="EPSG:4326"),
        columns=tuple(
            PublishedColumn(column, kind, "m" if column.endswith("_m") else "", vocabulary)
            for column, (kind, vocabulary, _) in columns.items()
        ),
        id_column=id_column,
        geometry=geometry,
        licences=licences,
        lineage=("the test",),
    )


def incidents(notes: Sequence[str | None] = (LETTERS, None, "x", "y", "z")) -> PublishedTable:
    """Return accidents, one for each note; of the first five a measured point, a disc, one without a place, a month, a week."""
    n = len(notes)

    def filled(values: Sequence[Any], usual: Any) -> list[Any]:  # noqa: ANN401 - any value of a cell
        return [*values, *[usual] * n][:n]

    points = [
        shapely.Point(46.123456789, 39.987654321),
        shapely.Point(46.75, 39.5),
        None,
        shapely.Point(-179.9999999, -0.0000001),
        shapely.Point(47.0, 40.0),
    ]
    return table(
        "incidents",
        {
            "incident_id": ("text", None, [f"az-{number}" for number in range(1, n + 1)]),
            "place": ("code", "place", filled(["point", "disc", "district", "disc", "disc"], "point")),
            "uncertainty_m": ("number", None, filled([15.5, 2000.0, None, 1 / 3, 500.0], 20.0)),
            "district": ("text", None, filled(["Ağdam", "Şuşa", "Ağdərə", None, "Xocavənd"], "Ağdam")),
            "settlement": ("text", None, filled([None, "Şuşa", None, None, "İstisu"], None)),
            "date_start": (
                "date",
                None,
                filled(["2021-03-04", "2021-03-04", "2021-03", "2021", "2021-03-01"], "2020-12-31"),
            ),
            "date_end": ("date", None, filled(["2021-03-04", None, "2021-03", "2021", "2021-03-07"], "2020-12-31")),
            "date_precision": ("code", "date_precision", filled(["day", "hour", "month", "year", "week"], "day")),
            "reported_on": ("date", None, filled(["2021-03-05", None, "2021-04-01", None, "1999-12-31"], None)),
            "accident_type": ("code", "accident_type", filled(["mine", None, "unheard of", "mine", "mine"], "mine")),
            "killed": ("count", None, filled([0, None, 2, 1_000_000, 3], 1)),
            "source_ids": ("text", None, filled(["s-1;s-2", None, "s-1", "s-1", "s-1"], "s-1")),
            "note": ("text", None, list(notes)),
        },
        id_column="incident_id",
        geometry="Point",
        shapes=filled(points, shapely.Point(46.5, 39.5)),
    )


def zones() -> PublishedTable:
    """Return zones: one with a hole, one of two parts, one without an outline."""
    return table(
        "zones",
        {
            "zone_id": ("text", None, ["z-1", "z-2", "z-3"]),
            "name": ("text", None, ["Ağdam", "Füzuli", "Ağdərə"]),
            "extent": ("code", "extent", ["whole", "part", "not heard of"]),
            "area_km2": ("number", None, [1044.223344336561, 0.1, None]),
            "incidents_inside": ("count", None, [19, 0, None]),
            "incidents_uncertain": ("count", None, [9, None, 1]),
        },
        id_column="zone_id",
        geometry="MultiPolygon",
        shapes=[RING, shapely.MultiPolygon([SQUARE, shapely.box(47, 40, 47.1, 40.1)]), None],
        licences=(LICENCE,),
    )


def hazards() -> PublishedTable:
    """Return a hazard of each class."""
    classes = ["cha", "sha", "indication"]
    return table(
        "hazards",
        {
            "hazard_id": ("text", None, ["h-1", "h-2", "h-3"]),
            "name": ("text", None, ["", "b", None]),
            "class": ("code", "hazard_class", classes),
            "status": ("code", "hazard_status", ["open", "closed", None]),
            "marking": ("text", None, ["red stones", None, None]),
        },
        id_column="hazard_id",
        geometry="MultiPolygon",
        shapes=[SQUARE] * 3,
    )


def context() -> PublishedTable:
    """Return lines, an area, and a collection of both."""
    collection = shapely.GeometryCollection([LINE, SQUARE])
    return table(
        "context",
        {
            "context_id": ("text", None, ["c-1", "c-2", "c-3"]),
            "kind": ("code", "context_kind", ["river", "road", "lake"]),
        },
        id_column="context_id",
        geometry="Geometry",
        shapes=[LINE, SQUARE, collection],
    )


def orders() -> PublishedTable:
    """Return orders, which have no geometry; dates that are not known, end never, or have no year."""
    return table(
        "orders",
        {
            "order_id": ("text", None, ["or-1", "or-2", "or-3"]),
            "title": ("text", None, ["The ban", None, "=1+1"]),
            "effective_from": ("date", None, ["2021-01-01", "2021-02", "--08-31"]),
            "effective_to": ("date", None, [None, "2022", None]),
            "order_type": ("code", "order_type", ["ban", "warning", None]),
        },
        id_column="order_id",
    )


def density() -> PublishedTable:
    """Return bands of density, of all dates and of a year; they have no identifier."""
    return table(
        "density",
        {
            "frame": ("text", None, [None, None, "2021"]),
            "lower_per_km2": ("number", None, [0.001, 0.002, 0.001]),
            "upper_per_km2": ("number", None, [0.002, None, None]),
        },
        geometry="MultiPolygon",
        shapes=[shapely.MultiPolygon([SQUARE])] * 3,
        licences=(LICENCE,),
    )


def all_tables() -> tuple[PublishedTable, ...]:
    """Return them all."""
    return (incidents(), zones(), hazards(), orders(), context(), density())


def moved(of: PublishedTable, crs: str) -> PublishedTable:
    """Return a table with its geometry in another CRS, as it is handed to a format that is asked for one."""
    return replace(of, frame=gpd.GeoDataFrame(of.frame).to_crs(crs))


def reshaped(of: PublishedTable, shapes: Sequence[Any]) -> PublishedTable:
    """Return a table with other geometries."""
    return replace(
        of, frame=gpd.GeoDataFrame(of.frame.drop(columns="geometry"), geometry=list(shapes), crs="EPSG:4326")
    )


def repeated(of: PublishedTable, rows: int) -> PublishedTable:
    """Return a table of so many rows, those of the given one again and again."""
    return replace(of, frame=of.frame.iloc[[row % len(of.frame) for row in range(rows)]].reset_index(drop=True))
