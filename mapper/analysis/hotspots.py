"""Hot spots of reported accidents: records with their places go in, classes of units of ground come out.

A unit is a hexagon, a square or a district. Its class says whether more (or fewer) accidents were *reported* there and
around than chance explains, with its z, p and q. It says nothing of mines, and where few reports are, nothing of the ground.
The choices behind it:

- *Equal areas in a stated window.* Cells are laid in an equal-area plane. One belongs to the analysis when at least half of
  it lies in the window: a sliver would pass for a unit without accidents. The others, and those of which most was not
  surveyed, are in the answer with a class of their own and without a number. That is kept apart from 0.
- *Each record counts once, in one unit.* A place known to a circle counts at its middle; how many are known less exactly
  than a cell is wide is in the answer (`coarse`). What is known only by district counts in districts alone, by name, as the
  reported district stands before an outline; on cells such records are left out and told.
- *Refused* under 30 units (the normal and the false-discovery arguments both need them), and where all counts are equal.
- *Cells by default about 2 A / n in area*, the quadrat size of Greig-Smith, between 60 and 10,000 units; hexagons, as each of
  their neighbours is equally far. Neighbours are those that touch.
- The statistic, its law and why no library: `mapper.analysis.getis`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from mapper import crs as systems
from mapper.analysis.getis import false_discovery, gi_star
from mapper.analysis.locate import district_outlines
from mapper.analysis.tiles import tile_area_m2, tile_of, tiles_over
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, UsageError
from mapper.model import HotSpots, UnitKind
from mapper.names import name_key
from mapper.terms import Said

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from mapper.analysis.tiles import TileKind

    Ground: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | shapely.Polygon | shapely.MultiPolygon
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

SMALLEST_UNITS = 30
"""Fewer analysed units than this give no classes."""
LEVELS = (0.01, 0.05, 0.10)
"""False-discovery rates of the classes 99, 95 and 90."""
OUTSIDE, NOT_SURVEYED = "outside_window", "not_surveyed"
REASONS = ("demining_accident", "no_place", "place_is_a_district", "outside_window", "not_surveyed")
"""Why a record is in no analysed unit; the first that applies."""

_ALPHA = 0.05
_TOUCHING = 1.5
_FEWEST_BY_DEFAULT, _MOST_BY_DEFAULT = 60, 10_000
_HALF = 0.5
_SLIVER = 1e-4
"""A share up to this is a line in common, whose bend differs by centimetres, not ground in common."""
_PERCENT = (99, 95, 90)
_NEEDED = ("place", "uncertainty_m", "accident_type")


@dataclass(frozen=True, slots=True)
class Units:
    """What the ground is divided into, and which of it are neighbours.

    `cell_m` is the distance between the centres of neighbouring cells (not for districts). `neighbours_m` is how far the
    centre of a neighbour may lie: by default 1.5 cells, which is all cells that touch, and for districts the smallest distance
    at which each has a neighbour.

    Parameters
    ----------
    grid : {"hex", "square", "districts"}
        The kind of unit.
    cell_m, neighbours_m : float, optional
        Metres. Without `cell_m` cells are about twice the area that one record has on average.

    Raises
    ------
    Nothing by itself: `mapper.hotspots` refuses what cannot be meant.

    Examples
    --------
    >>> Units("square", cell_m=5_000)
    Units(grid='square', cell_m=5000, neighbours_m=None)
    """

    grid: UnitKind = "hex"
    cell_m: float | None = None
    neighbours_m: float | None = None


def hotspots(
    incidents: gpd.GeoDataFrame,
    *,
    window: Ground | None = None,
    districts: gpd.GeoDataFrame | None = None,
    units: Units | None = None,
    alpha: float = _ALPHA,
    include_demining: bool = False,
    not_surveyed: Ground | None = None,
) -> HotSpots:
    """Tell where more, or fewer, accidents were reported than chance explains.

    Parameters
    ----------
    incidents : GeoDataFrame
        One row per record, as `Located.incidents` holds it: `place`, `uncertainty_m`, `accident_type`, geometry; `district`
        where present.
    window : GeoDataFrame, GeoSeries, Polygon or MultiPolygon, optional
        Where an accident would have been reported, WGS 84; several polygons are united. Cells need one, districts do not.
    districts : GeoDataFrame, optional
        `name` and outline, for units of that kind.
    units : Units, optional
        Hexagons by default.
    alpha : float
        The false-discovery rate at which `to_dict()` counts hot and cold units.
    include_demining : bool
        Count accidents during demining too. They happen where people search, so they are apart by default.
    not_surveyed : like `window`, optional
        Ground that nobody looked at or reported from. A unit of which it takes at least half is no 0.

    Returns
    -------
    HotSpots
        `n` + the numbers in `left_out` = the rows of `incidents`. With fewer than `SMALLEST_UNITS` analysed units, or equal
        counts in all, `refused` says so and there are no classes.

    Raises
    ------
    UsageError
        When a length is not a positive number, `alpha` is not between 0 and 1, the kind of unit is unknown, cells have no
        window, districts are missing or were given a cell, there would be too many cells or pairs of neighbours, or a unit
        would have all others as neighbours.
    DataRefused
        When a column is missing, or the window is not a polygon with an area.
    UnknownCRS
        When a frame states no CRS.

    Examples
    --------
    Ten accidents in one square of 44. By chance it would be one of a given nine in every fifth case, so no class is named:

    >>> ground = shapely.box(46.0, 39.0, 46.5, 39.3)
    >>> place = {"place": "point", "uncertainty_m": 0.0, "accident_type": "mine"}
    >>> points = gpd.GeoDataFrame([place] * 10, geometry=[shapely.Point(46.21, 39.13)] * 10, crs=4326)
    >>> found = hotspots(points, window=ground, units=Units("square", cell_m=6000))
    >>> found.n, found.analysed, found.units.loc[found.units["records"] == 10, "class"].tolist()
    (10, 44, ['none'])
    """
    asked = _sound(units or Units(), window, districts)
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha:g}, which is not between 0 and 1")
    missing = sorted(set(_NEEDED) - set(incidents.columns))
    if missing:
        raise DataRefused(f"the incidents have no column {', '.join(missing)}", advice="Locate them first.")
    stored = systems.to_storage(incidents)
    ground = _ground(window, not_surveyed, districts)
    reason = _unplaceable(stored, include_demining=include_demining)
    if asked.grid == "districts":
        pieces = _districts(districts, ground)
        unit = _unit_by_name_or_point(stored, pieces)
    else:
        inside = _in_window(stored, ground) & (reason == "")
        pieces = _cells(asked, ground, int(inside.sum()))
        unit = _unit_by_cell(stored, inside, pieces)
    told = _told(stored, reason, unit, pieces)
    return _judged(pieces, unit, told, _coarse(stored, told, pieces), asked, alpha)


# ------------------------------------------------------------------ what was asked
def _sound(units: Units, window: object, districts: object) -> Units:
    if units.grid not in ("hex", "square", "districts"):
        raise UsageError(f"'{units.grid}' is no kind of unit", advice="Use hex, square or districts.")
    for name in ("cell_m", "neighbours_m"):
        value = getattr(units, name)
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UsageError(f"{name} is {value:g}, which is not a positive number of metres")
    if units.grid == "districts":
        if districts is None:
            raise UsageError("no districts are given", advice="Give their outlines, or use cells.")
        if units.cell_m is not None:
            raise UsageError("districts have no cell", advice="Leave cell_m out, or use cells.")
    elif window is None:
        raise UsageError("no window is given", advice="Say where accidents would have been reported.")
    return units


# ------------------------------------------------------------------ ground and units
@dataclass(frozen=True, slots=True)
class _Ground:
    """The window in its own coordinates and in the plane, and what of it was looked at; None where there is no window."""

    plane: CRS
    window: Any
    window_m: Any
    unseen_m: Any


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The units: names, keys to find them by, polygons in the plane, distance between neighbours, class where it has one."""

    ids: list[str]
    names: list[str | None]
    keys: pd.Index
    shapes_m: Shapes
    centres: Floats
    plane: CRS
    tile: TileKind | None
    cell_m: float | None
    share: Floats
    state: Shapes


def _ground(window: Ground | None, not_surveyed: Ground | None, districts: Any) -> _Ground:  # noqa: ANN401 - a frame where there is no window
    whole, unseen = _united(window), _united(not_surveyed)
    shapes = systems.to_storage(districts).geometry.dropna() if whole is None else [whole]
    plane = systems.working_crs(systems.lon_lat_bounds(np.asarray(shapes, dtype=object)))
    return _Ground(plane, whole, _flat(whole, plane), _flat(unseen, plane))


def _united(ground: object) -> Any:  # noqa: ANN401 - a polygon, or None where nothing is given
    """Unite the polygons of a window, in WGS 84, and check that they have an area."""
    if ground is None:
        return None
    if isinstance(ground, gpd.GeoDataFrame | gpd.GeoSeries):
        shapes = np.asarray(systems.to_storage(ground).geometry.array, dtype=object)
        present = shapes[~shapely.is_missing(shapes)]
        broken = int(np.count_nonzero(~shapely.is_valid(present)))
        if broken:
            raise DataRefused(f"{broken} polygons of the window are not valid", advice="Repair their geometry.")
        ground = shapely.union_all(present)
    return plane_window(ground).polygon


def _flat(shape: Any, plane: CRS) -> Any:  # noqa: ANN401 - the same
    if shape is None:
        return None
    # Rounding may pinch a ring; this method keeps all ground of a ring that touches itself.
    return shapely.make_valid(systems.to_working(shape, plane), method="structure", keep_collapsed=False)  # noqa: TID251


def _cells(asked: Units, ground: _Ground, records: int) -> _Pieces:
    kind: TileKind = "hex" if asked.grid == "hex" else "square"
    area_m2 = float(ground.window_m.area)
    cell_m = asked.cell_m or _default_cell_m(kind, area_m2, records)
    tiles = tiles_over(ground.window_m.bounds, cell_m, kind)
    share, state = _states(tiles.shapes, ground)
    touched = share > _SLIVER
    if not touched.any():
        raise DataRefused("the window has no area", advice="Give the area where a record could have been reported.")
    tiles = tiles.chosen(touched)
    return _Pieces(
        ids=tiles.ids,
        names=[None] * len(tiles),
        keys=pd.MultiIndex.from_arrays([tiles.column, tiles.row]),
        shapes_m=tiles.shapes,
        centres=tiles.centres,
        plane=ground.plane,
        tile=kind,
        cell_m=cell_m,
        share=share[touched],
        state=state[touched],
    )


def _default_cell_m(kind: TileKind, area_m2: float, records: int) -> float:
    """Return a size at which a unit holds two records on average, to two digits, but not too few or too many units."""
    units = min(max(records / 2, _FEWEST_BY_DEFAULT), _MOST_BY_DEFAULT)
    cell_m = float(np.sqrt(area_m2 / units / tile_area_m2(kind, 1.0)))
    digit = 10.0 ** (np.floor(np.log10(cell_m)) - 1)
    return float(np.floor(cell_m / digit) * digit)


def _districts(districts: gpd.GeoDataFrame | None, ground: _Ground) -> _Pieces:
    """Make one unit of each name that has an outline; districts of one name stand together."""
    outlines = {key: shape for key, shape in sorted(district_outlines(districts).items()) if shape is not None}
    if not outlines:
        raise DataRefused("no district has an outline", advice="Give polygons.")
    shown = {name_key(name): str(name) for name in districts["name"]} if districts is not None else {}
    shapes_m = np.array([_flat(shape, ground.plane) for shape in outlines.values()], dtype=object)
    share, state = _states(shapes_m, ground)
    return _Pieces(
        ids=list(outlines),
        names=[shown[key] for key in outlines],
        keys=pd.Index(list(outlines)),
        shapes_m=shapes_m,
        centres=shapely.get_coordinates(shapely.centroid(shapes_m)),
        plane=ground.plane,
        tile=None,
        cell_m=None,
        share=share,
        state=state,
    )


def _states(shapes_m: Shapes, ground: _Ground) -> tuple[Floats, Shapes]:
    """Return which share of each unit lies in the window, and why it is not analysed, or ""."""
    area_m2 = shapely.area(shapes_m)
    inside_m2 = area_m2 if ground.window_m is None else _common_m2(shapes_m, ground.window_m)
    share = inside_m2 / area_m2
    unseen = np.zeros(len(shapes_m))
    if ground.unseen_m is not None:
        within = ground.unseen_m if ground.window_m is None else shapely.intersection(ground.unseen_m, ground.window_m)
        unseen = _common_m2(shapes_m, within)
    state = np.select([share < _HALF, unseen >= _HALF * inside_m2], [OUTSIDE, NOT_SURVEYED], "")
    return share, np.asarray(state, dtype=object)


def _common_m2(shapes_m: Shapes, ground_m: shapely.Geometry) -> Floats:
    """Return the area of each shape that lies in the ground; only those that its line cuts are cut."""
    shapely.prepare(ground_m)
    whole = shapely.contains_properly(ground_m, shapes_m)
    result = np.where(whole, shapely.area(shapes_m), 0.0)
    cut = np.flatnonzero(~whole & shapely.intersects(ground_m, shapes_m))
    result[cut] = shapely.area(shapely.intersection(shapes_m[cut], ground_m))
    return result


# ------------------------------------------------------------------ which record is in which unit
def _unplaceable(incidents: gpd.GeoDataFrame, *, include_demining: bool) -> Shapes:
    demining = np.asarray(incidents["accident_type"] == "demining_accident", dtype=bool) & (not include_demining)
    return np.where(demining, "demining_accident", "").astype(object)


def _pointed(incidents: gpd.GeoDataFrame) -> Flags:
    return np.array(incidents["place"].isin(["point", "disc"]), dtype=bool)


def _keys(incidents: gpd.GeoDataFrame) -> list[str]:
    names = incidents["district"] if "district" in incidents else [None] * len(incidents)
    return [name_key(name) for name in names]


def _in_window(incidents: gpd.GeoDataFrame, ground: _Ground) -> Flags:
    pointed = _pointed(incidents)
    shapely.prepare(ground.window)
    pointed[pointed] = shapely.intersects(ground.window, incidents.geometry.to_numpy()[pointed])
    return pointed


def _unit_by_cell(incidents: gpd.GeoDataFrame, inside: Flags, pieces: _Pieces) -> Numbers:
    unit = np.full(len(incidents), -1)
    places = systems.to_working(incidents.geometry[inside], pieces.plane)
    x, y = (each.to_numpy(dtype=float) for each in (places.x, places.y))
    cells = tile_of(x, y, pieces.cell_m or 0.0, pieces.tile or "hex")
    unit[inside] = pieces.keys.get_indexer(pd.MultiIndex.from_arrays(cells))
    return unit


def _unit_by_name_or_point(incidents: gpd.GeoDataFrame, pieces: _Pieces) -> Numbers:
    """Return the district that was reported; without one the first by name that holds the point, its border included."""
    unit = np.asarray(pieces.keys.get_indexer(pd.Index(_keys(incidents), dtype="object")), dtype=np.int64)
    open_ = np.flatnonzero((unit < 0) & _pointed(incidents))
    places = np.asarray(systems.to_working(incidents.geometry.iloc[open_], pieces.plane), dtype=object)
    found, place = shapely.STRtree(places).query(pieces.shapes_m, predicate="intersects")
    order = np.lexsort((found, place))
    held, first = np.unique(place[order], return_index=True)
    unit[open_[held]] = found[order][first]
    return unit


def _told(incidents: gpd.GeoDataFrame, reason: Shapes, unit: Numbers, pieces: _Pieces) -> Shapes:
    """Return why each record is in no analysed unit, or ""."""
    by_district = ~_pointed(incidents) & np.array([key != "" for key in _keys(incidents)], dtype=bool)
    by_district |= np.asarray(incidents["place"] == "district", dtype=bool)
    nowhere = np.select([by_district, ~_pointed(incidents)], ["place_is_a_district", "no_place"], OUTSIDE)
    state = np.append(pieces.state, "")[unit]
    return np.select([reason != "", unit < 0], [reason, nowhere], state).astype(object)


def _coarse(incidents: gpd.GeoDataFrame, told: Shapes, pieces: _Pieces) -> int:
    """Count the records whose circle is wider than a cell: their unit is where its middle lies, no more."""
    if pieces.cell_m is None:
        return 0
    return int(((told == "") & (incidents["uncertainty_m"].to_numpy(dtype=float) > pieces.cell_m / 2)).sum())


# ------------------------------------------------------------------ judging
def _judged(pieces: _Pieces, unit: Numbers, told: Shapes, coarse: int, asked: Units, alpha: float) -> HotSpots:
    analysed = pieces.state == ""
    counts = np.bincount(unit[told == ""], minlength=len(pieces.ids))[analysed]
    neighbours_m = asked.neighbours_m or _default_neighbours_m(pieces, analysed)
    rows = pd.DataFrame({"records": pd.array(counts, dtype="Int64")}, index=np.flatnonzero(analysed))
    refused = _refusal(counts)
    local = None if refused else gi_star(counts, pieces.centres[analysed], neighbours_m)
    if local is not None:
        q = false_discovery(local.p)
        rows = rows.assign(neighbours=local.neighbours, z=local.z, p=local.p, q=q, **{"class": classes(local.z, q)})
    return HotSpots(
        n=int(counts.sum()),
        analysed=len(counts),
        grid=asked.grid,
        cell_m=pieces.cell_m,
        neighbours_m=neighbours_m,
        alpha=alpha,
        p_from=None if local is None else local.p_from,
        coarse=coarse,
        refused=refused,
        left_out={reason: int((told == reason).sum()) for reason in REASONS},
        units=_frame(pieces, rows),
        crs_wkt=pieces.plane.to_wkt(),
    )


def none_taken(reason: str, units: Units | None = None) -> HotSpots:
    """Return the answer where no hot spots can be taken, or may not be: no unit and no number, only why.

    Examples
    --------
    >>> none_taken("no zone is drawn").to_dict()["refused"]
    'no zone is drawn'
    """
    asked = units or Units()
    columns = ["unit_id", "name", "records", "neighbours", "z", "p", "q", "class", "share_in_window", "geometry"]
    return HotSpots(
        n=0,
        analysed=0,
        grid=asked.grid,
        cell_m=asked.cell_m,
        neighbours_m=asked.neighbours_m or 0.0,
        alpha=_ALPHA,
        p_from=None,
        coarse=0,
        refused=reason,
        left_out={},
        units=gpd.GeoDataFrame(columns=columns, geometry="geometry", crs=systems.STORAGE),
    )


def classes(z: Floats, q: Floats) -> Shapes:
    """Return the class of each unit by its q, hot where z is positive.

    Examples
    --------
    >>> classes(np.array([3.0, 3.0, -3.0, 3.0]), np.array([0.01, 0.02, 0.1, 0.11])).tolist()
    ['hot_99', 'hot_95', 'cold_90', 'none']
    """
    side = np.where(z > 0, "hot", "cold").astype(object)
    return np.select([q <= level for level in LEVELS], [side + f"_{percent}" for percent in _PERCENT], "none")


def _refusal(counts: Numbers) -> str | None:
    if len(counts) < SMALLEST_UNITS:
        return Said.of("refused.few_units", n=len(counts), least=SMALLEST_UNITS)
    if counts.min() == counts.max():
        return Said.of("refused.equal_units", n=len(counts), records=int(counts[0]))
    return None


def _default_neighbours_m(pieces: _Pieces, analysed: Flags) -> float:
    if pieces.cell_m is not None:
        return _TOUCHING * pieces.cell_m
    if np.count_nonzero(analysed) <= 1:
        return 0.0
    nearest = KDTree(pieces.centres[analysed]).query(pieces.centres[analysed], k=2)[0][:, 1]
    return float(np.ceil(nearest.max()))


def _frame(pieces: _Pieces, rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return one row per unit; those that were not analysed have their class and no number."""
    filled = rows.reindex(index=range(len(pieces.ids)), columns=["records", "neighbours", "z", "p", "q", "class"])
    stated = filled["class"].astype(object).where(pieces.state == "", pieces.state)
    shapes = systems.to_storage(gpd.GeoSeries(pieces.shapes_m, crs=pieces.plane))
    return gpd.GeoDataFrame(
        {
            "unit_id": pd.Series(pieces.ids, dtype="str"),
            "name": pd.Series(pieces.names, dtype="str"),
            "records": filled["records"].astype("Int64"),
            "neighbours": filled["neighbours"].astype("Int64"),
            **{name: filled[name].astype("float64") for name in ("z", "p", "q")},
            "class": stated.where(stated.notna(), None).astype("str"),
            "share_in_window": pieces.share,
        },
        geometry=shapes,
    )
