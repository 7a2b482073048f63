"""Published tables of a made-up country of square fields, in which every code of the drawn vocabularies occurs once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from mapper import terms
from mapper.output.published import ExportFacts, PublishedColumn, PublishedTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.output.published import ColumnKind, GeometryKind

LICENCE = "CC BY-SA 3.0; attribution: somebody"
ZONES, HAZARDS, COVERED = 40.0, 38.0, 36.0
"""Latitude of the fields of each table; the fields stand at longitude 40, 42, 44 and so on, one degree wide."""


def field(place: int, south: float) -> shapely.Polygon:
    """Return the field at a place of a row: one degree wide and high."""
    west = 40 + 2 * place
    return shapely.box(west, south, west + 1, south + 1)


def facts(language: str = "en", **changed: Any) -> ExportFacts:  # noqa: ANN401 - any field of the facts
    """Return the facts of an edition of 1 March 2024."""
    given: dict[str, Any] = {
        "titles": {"en": "A map", "az": "Xəritə", "ru": "Карта"},
        "organisations": {"en": "An office"},
        "contacts": ("map@office.invalid",),
        "edition_id": "20240301-abc",
        "data_date": "2024-03-01",
        "stale_after": "2024-06-01",
        "caveats": tuple(terms.codes("caveat")),
        "language": language,
    }
    return ExportFacts(**(given | changed))


def table(
    name: str,
    columns: Mapping[str, Sequence[Any]],
    kinds: Mapping[str, tuple[ColumnKind, str | None]],
    shapes: Sequence[Any] | None = None,
    geometry: GeometryKind | None = None,
) -> PublishedTable:
    """Return a table; columns that `kinds` does not name are texts, and the first column is its identifier."""
    made = {
        column: PublishedColumn(column, kinds.get(column, ("text", None))[0], "", kinds.get(column, ("text", None))[1])
        for column in columns
    }
    types = {"count": "Int64", "number": "float64"}
    frame = pd.DataFrame(
        {column: pd.Series(list(cells), dtype=types.get(made[column].kind, "str")) for column, cells in columns.items()}
    )
    if shapes is not None:
        frame = gpd.GeoDataFrame(frame, geometry=list(shapes), crs="EPSG:4326")
    title = {"en": f"The {name}", "az": f"{name} cədvəli", "ru": f"Таблица {name}"}
    return PublishedTable(
        name, title, frame, tuple(made.values()), next(iter(columns)), geometry, (LICENCE,), ("made up",)
    )


def zones(names: Sequence[str | None] = ("Ağdərə", "Şuşa", "İ ı ə ğ", None, "Without outline")) -> PublishedTable:
    """Return a zone of each extent, one whose extent is not stated, and one without an outline."""
    return table(
        "zones",
        {
            "zone_id": [f"zone-{k}" for k in range(5)],
            "name": names,
            "extent": ["whole", "part", "interpreted", None, "whole"],
            "accuracy_m": [5000.0, 0.1, float("nan"), 1e-9, -0.0],
            "incidents_reported": [0, 2**40, None, 3, 4],
        },
        {"extent": ("code", "extent"), "accuracy_m": ("number", None), "incidents_reported": ("count", None)},
        [*(field(k, ZONES) for k in range(3)), shapely.MultiPolygon([field(3, ZONES)]), None],
        "MultiPolygon",
    )


def hazards() -> PublishedTable:
    """Return a hazard of each class and then of each status, and one whose class and status nobody knows."""
    classes, statuses = list(terms.codes("hazard_class")), list(terms.codes("hazard_status"))
    n = len(classes) + len(statuses) + 1
    return table(
        "hazards",
        {
            "hazard_id": [f"h-{k}" for k in range(n)],
            "name": [f"Field {k}" for k in range(n)],
            "class": [*classes, *["eod_spot"] * len(statuses), "of_another_list"],
            "status": [*["closed"] * len(classes), *statuses, None],
        },
        {"class": ("code", "hazard_class"), "status": ("code", "hazard_status")},
        [field(k, HAZARDS) for k in range(n)],
        "MultiPolygon",
    )


def incidents() -> PublishedTable:
    """Return accidents of every kind of place: two discs at one place, one at demining work, points, and one of no place."""
    return table(
        "incidents",
        {
            "incident_id": [f"i-{k}" for k in range(7)],
            "place": ["disc", "disc", "disc", "point", "point", "disc", "district"],
            "uncertainty_m": [20000.0, 20000.0, 20000.0, 10.0, None, None, None],
            "location_level": ["settlement", "settlement", "settlement", "measured_gnss", None, None, "district"],
            "accident_type": ["mine", "mine", "demining_accident", None, "demining_accident", "mine", "mine"],
            "device_category": ["ap_mine", "ap_mine", "av_mine", "uxo", None, "unknown", "ap_mine"],
            "killed": [0, 1, None, 0, 0, 0, 2],
        },
        {
            "place": ("code", "place"),
            "uncertainty_m": ("number", None),
            "location_level": ("code", "location_level"),
            "accident_type": ("code", "accident_type"),
            "device_category": ("code", "device_category"),
            "killed": ("count", None),
        },
        [*(shapely.Point(lon, 34.5) for lon in (40.5, 40.5, 42.5, 44.5, 46.5, 48.5)), None],
        "Point",
    )


def districts() -> PublishedTable:
    """Return two districts, of which one has accidents of which no more is known."""
    return table(
        "districts",
        {
            "district_id": ["d-0", "d-1"],
            "name": ["Ağdam", "Ağdam's \\ other"],
            "zone_id": [None, "zone-1"],
            "incidents_district_level": [0, 3],
        },
        {"incidents_district_level": ("count", None)},
        [field(0, 32.0), field(1, 32.0)],
        "MultiPolygon",
    )


def coverage(**changed: Sequence[Any]) -> PublishedTable:
    """Return ground of each state of survey whose orders are listed, and ground whose list has ended."""
    n = 5
    cells: dict[str, Sequence[Any]] = {
        "coverage_id": [f"c'{k}" for k in range(n)],
        "orders_state": ["listed"] * n,
        "survey_state": ["surveyed", "partly", "not_surveyed", None, "surveyed"],
        "period_start": ["2020-11-10", "2020", None, "2024-03-01", "2020-11-10"],
        "period_end": [None, None, None, "2024-03", "2023-12-31"],
    }
    codes = ("orders_state", "survey_state")
    return table(
        "coverage",
        cells | changed,
        {code: ("code", code) for code in codes},
        [field(k, COVERED) for k in range(n)],
        "MultiPolygon",
    )


def lines_and_areas(name: str, codes: Mapping[str, Sequence[Any]]) -> PublishedTable:
    """Return a table of a line and an area, as corridors and context may be."""
    kinds: dict[str, tuple[ColumnKind, str | None]] = {"kind": ("code", "context_kind")}
    shapes = [shapely.LineString([(40, 31.2), (41, 31.8)]), field(1, 31.0)]
    return table(name, {f"{name}_id": ["a", "b"], "name": ["Araz", "<b>Kür</b>"], **codes}, kinds, shapes, "Geometry")


def density() -> PublishedTable:
    """Return the classes of all dates and of one year."""
    return table(
        "density",
        {
            "frame": [None, None, None, "2023"],
            "lower_per_km2": [0.001, 0.002, 0.005, 0.001],
            "upper_per_km2": [0.002, 0.005, None, 0.002],
        },
        {"lower_per_km2": ("number", None), "upper_per_km2": ("number", None)},
        [field(k, 29.0) for k in range(4)],
        "MultiPolygon",
    )


def orders() -> PublishedTable:
    """Return a table without places: cells of one code, of several, of none."""
    return table(
        "orders",
        {
            "order_id": ["o-1", "o-2"],
            "order_type": ["ban", "lifted"],
            "applies_to": ["citizens+private_vehicles", None],
            "issued_on": ["2021-01", "2021-03-04"],
            "where": ["\u2028 ü", "x\0y"],
        },
        {"order_type": ("code", "order_type"), "applies_to": ("code", "applies_to"), "issued_on": ("date", None)},
    )


def all_tables() -> tuple[PublishedTable, ...]:
    """Return every table of this module."""
    return (
        incidents(),
        zones(),
        districts(),
        hazards(),
        orders(),
        lines_and_areas("corridors", {}),
        coverage(),
        lines_and_areas("context", {"kind": ["river", "road"]}),
        density(),
    )
