"""The last stages of the checks: kinds of geometry, the expected area, and polygons that contradict themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from mapper import schema
from mapper.intake.extents import as_text, is_placed, with_swapped_axes, within
from mapper.intake.repair import repair_polygon

if TYPE_CHECKING:
    from mapper.intake.account import Account
    from mapper.model import LonLatBox

_POINT_KINDS = ("incidents", "settlements")
_DRAWN_KINDS = ("hazards", "coverage")
"""Kinds of which a record without a shape is missing on the map, and a reader must be warned."""
_REPAIRED = "The shape was made valid; it covers all ground it covered before."


def right_types(frame: gpd.GeoDataFrame, kind: str, account: Account) -> gpd.GeoDataFrame:
    """Refuse geometries of a kind that this layer does not hold; tell which records have none."""
    allowed = schema.GEOMETRY_OF_KIND[kind]
    shapes = frame.geometry
    placed, empty = is_placed(shapes), shapes.is_empty
    if bool(empty.any()):
        frame = frame.set_geometry(shapes.where(~empty, None), crs=frame.crs)
    for row in frame.index[empty | ~(placed | _placed_by_name(frame, kind))]:
        if kind in (*_DRAWN_KINDS, "zones"):
            account.doubt("empty_geometry", row, "geometry")
        else:
            account.note("empty_geometry", row, "geometry")
    wrong = frame.index[placed & ~empty & ~shapes.geom_type.isin(allowed)]
    account.refuse(wrong, "wrong_geometry", "geometry", shapes.loc[wrong].geom_type)
    return frame.drop(index=wrong)


def _placed_by_name(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Tell which records get their place from a name later (`mapper.analysis.locate`), which says what finds none."""
    if kind == "zones":
        return frame["admin_units"].notna()
    return pd.Series(kind == "incidents", index=frame.index)


def inside_area(
    frame: gpd.GeoDataFrame,
    area: LonLatBox | None,
    account: Account,
    area_is_stated: bool,  # noqa: FBT001 - passed on
) -> gpd.GeoDataFrame:
    """Refuse null island and swapped axes, doubt what is not within the expected area."""
    bounds = frame.bounds
    placed = is_placed(frame.geometry)
    null_island = frame.index[placed & (bounds == 0).all(axis=1)]
    account.refuse(null_island, "null_island", "geometry", ["0 0"] * len(null_island))
    if area is None:
        if bool(placed.any()):
            account.note("no_area", column="geometry")
        return frame.drop(index=null_island)
    outside = placed & ~within(bounds, area) & ~frame.index.isin(null_island)
    swapped = frame.index[outside & within(with_swapped_axes(bounds), area)]
    account.refuse(swapped, "swapped_axes", "geometry", as_text(bounds.loc[swapped]))
    doubtful = frame.index[outside].difference(swapped)
    if area_is_stated:
        for row, value in zip(doubtful, as_text(bounds.loc[doubtful]), strict=True):
            account.doubt("outside_area", row, "geometry", value)
    elif len(doubtful):
        account.note(
            "outside_area", column="geometry", value=f"{len(doubtful)} records outside the extent of the zones"
        )
    return frame.drop(index=null_island.union(swapped))


def sound_shapes(frame: gpd.GeoDataFrame, kind: str, account: Account) -> gpd.GeoDataFrame:
    """Mend invalid polygons without freeing ground; refuse those that cannot be mended or have no area."""
    shapes = frame.geometry
    if kind == "context" or kind in _POINT_KINDS:
        return frame
    invalid = frame.index[is_placed(shapes) & ~shapes.is_valid]
    mended = {row: repair_polygon(shapes.loc[row]) for row in invalid}
    broken = [row for row, shape in mended.items() if shape is None]
    account.refuse(broken, "invalid_geometry", "geometry", (shapely.is_valid_reason(shapes.loc[row]) for row in broken))
    for row in invalid.difference(broken):
        account.repaired.add(int(row))
        change = f"{shapely.is_valid_reason(shapes.loc[row])}; area × {_growth(shapes.loc[row], mended[row])}"
        account.doubt("invalid_geometry", row, "geometry", change, _REPAIRED)
    sound = pd.Series(shapes.to_numpy(), index=frame.index, dtype=object)
    for row, shape in mended.items():
        sound.loc[row] = shape
    frame = frame.set_geometry(gpd.GeoSeries(sound, crs=frame.crs), crs=frame.crs).drop(index=broken)
    flat = frame.index[is_placed(frame.geometry) & (shapely.area(frame.geometry.to_numpy()) == 0)]
    account.refuse(flat, "invalid_geometry", "geometry", ["it has no area"] * len(flat))
    return frame.drop(index=flat)


def _growth(before: shapely.Geometry, after: shapely.Geometry | None) -> str:
    if after is None or not before.area:
        return "?"
    return f"{after.area / abs(before.area):.4g}"
