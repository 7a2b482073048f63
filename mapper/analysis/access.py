"""May I enter? The verdict of the rule: which order applies here, to whom, on that day, and why.

Two axes are answered apart, `legal` (orders) and `physical` (recorded hazards and accidents), and the verdict is the stricter.
The questions stand here: for a frame, for one place, for a name; `mapper.analysis.routes` has that for a route. What counts on a
day is `in_force`, what reaches a place `reach`, which of it decides `judgement`, the answer in words and lists `telling`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from mapper import crs
from mapper.analysis.in_force import RANK, VERDICTS, Asked
from mapper.analysis.judgement import BASES, Named, judge
from mapper.analysis.orders import ALL_CIVILIANS, people
from mapper.analysis.reach import Places, on_earth, places_of
from mapper.analysis.telling import told, unresolved
from mapper.errors import UsageError
from mapper.names import name_key, units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import geopandas as gpd

    from mapper.analysis.ground import Ground
    from mapper.analysis.reach import Flags
    from mapper.model import Verdict


_STRICTNESS = pd.CategoricalDtype(list(VERDICTS), ordered=True)
_REASONS = pd.CategoricalDtype([*BASES, "unresolved"])


def ask(ground: Ground, on: dt.date | None = None, known_by: dt.date | None = None, who: str = ALL_CIVILIANS) -> Asked:
    """Complete a question: the day of the data when none is named.

    Parameters
    ----------
    ground : Ground
        What is asked; only its `data_date` counts here.
    on, known_by : date, optional
        The day that is meant; what a map made on that day would have known, all that is recorded when left out.
    who : str
        A kind of person of the vocabulary `applies_to`; several that hold at once are joined by `+`.

    Raises
    ------
    UsageError
        When a kind of person is not known, or neither the question nor the data name a day.
    """
    day = on or ground.data_date
    if day is None:
        raise UsageError("neither the question nor the data say which day is meant", advice="Name the day (`on`).")
    return Asked(day, known_by, people(who), who)


def access_frame(frame: gpd.GeoDataFrame, ground: Ground, asked: Asked) -> gpd.GeoDataFrame:
    """Answer for every row of a frame.

    Parameters
    ----------
    frame : GeoDataFrame
        Points, lines or polygons in any CRS; where present, `uncertainty_m` of each row in metres (blank counts as 0).
    ground : Ground
        See `mapper.analysis.ground.make_ground`.
    asked : Asked
        Day, knowledge and person (`ask`).

    Returns
    -------
    GeoDataFrame
        The given rows, index and columns, with `verdict`, `legal`, `physical` (ordered categories, the strictest last), `basis`
        (a category) and `doubt_m` (metres) added.
        A row without a geometry, or off the earth, gets `not_assessed`, `unresolved`.

    Raises
    ------
    UnknownCRS
        When the frame states no CRS.
    DataRefused
        When an uncertainty is negative or no number.
    """
    shapes = np.asarray(crs.to_storage(frame).geometry.to_numpy(), dtype=object)
    there = on_earth(shapes)
    stated = frame["uncertainty_m"] if "uncertainty_m" in frame else pd.Series(0.0, index=frame.index)
    doubt = np.asarray(stated.astype("float64").fillna(0.0).to_numpy(), dtype=np.float64)
    rank = {name: np.full(len(frame), RANK["not_assessed"], dtype=np.int8) for name in ("verdict", "legal", "physical")}
    basis = np.full(len(frame), len(BASES), dtype=np.int8)
    doubt_m = doubt.copy()
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    # Points apart from the others, so that each is measured as it would be alone.
    for rows in (there & is_point, there & ~is_point):
        if rows.any():
            judged = judge(places_of(shapes[rows], doubt[rows]), ground, asked)
            rank["verdict"][rows], rank["legal"][rows] = judged.rank, judged.legal
            rank["physical"][rows], basis[rows], doubt_m[rows] = judged.physical, judged.basis, judged.doubt_m
    return frame.assign(
        **{name: pd.Categorical.from_codes(codes, dtype=_STRICTNESS) for name, codes in rank.items()},
        basis=pd.Categorical.from_codes(basis, dtype=_REASONS),
        doubt_m=doubt_m,
    )


def access_place(geometry: shapely.Geometry, ground: Ground, asked: Asked, *, uncertainty_m: float = 0.0) -> Verdict:
    """Answer for one place in WGS 84: a point, or an area, of which the strictest of its points counts.

    Parameters
    ----------
    geometry : Point, Polygon or MultiPolygon
        In longitude and latitude, WGS 84 degrees.
    ground : Ground
        Zones, hazards, accidents, orders, openings and coverage.
    asked : Asked
        Day, knowledge and kind of person, as `ask` completes them.
    uncertainty_m : float
        How far the true place may be from the given one, in metres; added to the accuracy of each line.

    Raises
    ------
    DataRefused
        When the uncertainty is negative or no number.
    """
    if not on_earth(np.array([geometry], dtype=object))[0]:
        return unresolved(asked, "its coordinates are no longitude and latitude on earth")
    places = places_of(np.array([geometry], dtype=object), uncertainty_m)
    return told(places, judge(places, ground, asked), ground, asked)


def access_named(name: str, ground: Ground, asked: Asked, *, uncertainty_m: float = 0.0) -> Verdict | None:
    """Answer for the zones that bear a name or name a district so; None where none does.

    Zones without an outline act by their name alone; those with one are asked about as areas.

    Parameters
    ----------
    name : str
        Compared by `mapper.names.name_key`: without regard to case, as Azerbaijani has it, and to spaces.
    ground, asked, uncertainty_m
        As for `access_place`.
    """
    key = name_key(name)
    zones = ground.zones.records
    rows = [
        row
        for row, (zone, cell) in enumerate(zip(zones["name"], zones["admin_units"], strict=True))
        if key and key in {name_key(zone), *(name_key(unit) for unit in units(cell))}
    ]
    if not rows:
        return None
    drawn = [ground.zones.shapes.lon_lat[row] for row in rows if ground.zones.shapes.lon_lat[row] is not None]
    if drawn:
        area = shapely.union_all(np.array(drawn, dtype=object))
        places = places_of(np.array([area], dtype=object), uncertainty_m)
        named = Named(tuple(rows), _beside(area, rows, ground), drawn=True)
    else:
        none = np.zeros(1)
        places = Places(none, none, None, np.array([uncertainty_m], dtype=np.float64))
        named = Named(tuple(rows), np.zeros(len(ground.zones), dtype=bool), drawn=False)
    return told(places, judge(places, ground, asked, named), ground, asked, nowhere=not drawn)


def _beside(area: shapely.Geometry, named: Sequence[int], ground: Ground) -> Flags:
    """Tell which zones of other names share a line with an area and no ground: neighbours that it was not asked about."""
    beside: Flags = shapely.touches(ground.zones.shapes.lon_lat, area)
    beside[list(named)] = False
    return beside
