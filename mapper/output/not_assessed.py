"""Ground that no list of orders reaches, as a table: what the page dots, so that in a GIS a blank is no answer either.

A style cannot draw it: a GIS asks a layer only for the shapes in view, and where there is none nothing is drawn, which is just
the ground that must not look like an answer. So the ground is a shape: all around the published records, out to ten degrees,
without what is covered on the data date. It ends somewhere, because the whole earth has no place in the projections of maps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from mapper import crs, terms
from mapper.output.looks import listed_rows
from mapper.output.published import PublishedColumn, PublishedTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mapper.output.published import ExportFacts

NAME = "not_assessed"
_REACH_DEGREES, _REACH_M = 10, 1_000_000
_MOST_LON, _MOST_LAT = 180, 85
_STEPS = 20
"""An edge is given in so many pieces at least, so that it stays where it is in another projection."""


def with_not_assessed(tables: Sequence[PublishedTable], facts: ExportFacts) -> tuple[PublishedTable, ...]:
    """Return the tables and, as the last one, the ground that is not assessed.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Of one edition, their coordinates in `facts.crs`.
    facts : ExportFacts
        `data_date` is the day that a list of orders must hold on; `language` that of the words; where `lost_legal`, no ground
        is assessed.

    Returns
    -------
    tuple of PublishedTable
        As given where no table has a geometry: there is no ground to speak of. The new one has a single row.
    """
    shapes = [table.frame.geometry.to_numpy() for table in tables if table.geometry is not None]
    bounds = shapely.total_bounds(np.concatenate(shapes)) if shapes else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return tuple(tables)
    coverage = next((table for table in tables if table.name == "coverage"), None)
    ground = shapely.difference(_around(tuple(bounds.tolist()), facts), _covered(coverage, facts))
    label = terms.vocabulary("page")["legend.not_assessed"].label
    columns = tuple(PublishedColumn(name, "text", "", None) for name in ("ground_id", "note"))
    cells = {"ground_id": ["not-assessed"], "note": [label.get(facts.language, label["en"])]}
    made = PublishedTable(
        name=NAME,
        title=label,
        frame=gpd.GeoDataFrame(cells, geometry=[ground], crs=facts.crs).astype(dict.fromkeys(cells, "str")),
        columns=columns,
        id_column="ground_id",
        geometry="MultiPolygon",
        licences=() if coverage is None else coverage.licences,
        lineage=() if coverage is None else coverage.lineage,
    )
    return (*tables, made)


def _covered(coverage: PublishedTable | None, facts: ExportFacts) -> shapely.Geometry:
    if coverage is None or facts.lost_legal:
        return shapely.Polygon()
    shapes = coverage.frame.geometry.to_numpy()[listed_rows(coverage.frame, facts.data_date)]
    return shapely.union_all(shapes)


def _around(bounds: tuple[float, ...], facts: ExportFacts) -> shapely.Geometry:
    """Return a box that reaches beyond the bounds as far as maps of the area may show."""
    west, south, east, north = bounds
    if crs.known_crs(facts.crs).is_geographic:
        west, east = max(west - _REACH_DEGREES, -_MOST_LON), min(east + _REACH_DEGREES, _MOST_LON)
        south, north = max(south - _REACH_DEGREES, -_MOST_LAT), min(north + _REACH_DEGREES, _MOST_LAT)
    else:
        west, south, east, north = west - _REACH_M, south - _REACH_M, east + _REACH_M, north + _REACH_M
    return shapely.segmentize(shapely.box(west, south, east, north), min(east - west, north - south) / _STEPS)
