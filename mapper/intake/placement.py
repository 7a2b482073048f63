"""The third stage of the checks: each record gets its geometry in WGS 84, its own or one from columns of coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from mapper import crs
from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.account import named
from mapper.intake.extents import as_text, is_placed, within
from mapper.intake.shapes import right_types

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from mapper.intake.account import Account
    from mapper.model import Layer, LonLatBox

_WIDEST_DEGREES = 180
_FARTHEST_APART_M = 100
"""A geometry and coordinate columns that are farther apart are two places, not one place rounded twice."""
_EVERYWHERE: LonLatBox = (-180.0, -90.0, 180.0, 90.0)


def place_records(layer: Layer, frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Give each record its geometry in WGS 84: the file's own, or a point from its two coordinate columns."""
    if isinstance(layer.frame, gpd.GeoDataFrame):
        shapes = gpd.GeoSeries(layer.frame.geometry).loc[frame.index]
        shapes = _with_points(shapes, frame, account) if "lon" in frame else shapes
    elif "lon" in frame and bool(frame[["lon", "lat"]].notna().any(axis=None)):
        shapes = _points(layer, frame, account)
    else:
        shapes = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs.STORAGE)
    frame = frame.drop(columns=["lon", "lat"], errors="ignore").loc[shapes.index]
    drawn = gpd.GeoDataFrame(frame, geometry=shapes, crs=shapes.crs)
    drawn = right_types(drawn, layer.entry.kind, account)
    return _stored(_on_earth(drawn, account), layer, account, area)


def _with_points(shapes: gpd.GeoSeries, frame: pd.DataFrame, account: Account) -> gpd.GeoSeries:
    """Place records without a shape by their columns lon and lat, and doubt shapes that those contradict.

    The columns are read as WGS 84 degrees only where the shapes are in it: beside a grid nobody says what they are in.
    """
    shapeless = shapes.isna() | shapes.is_empty
    one, both = frame["lon"].notna() ^ frame["lat"].notna(), frame["lon"].notna() & frame["lat"].notna()
    for row in frame.index[shapeless & one]:
        account.doubt("missing_value", row, "lon, lat", done="It was not placed by them; the record was kept.")
    if not crs.known_crs(shapes.crs).equals(crs.known_crs(crs.STORAGE), ignore_axis_order=True):
        for row in frame.index[shapeless & both]:
            done = "Its columns lon and lat were not used, because the layer is not in WGS 84."
            account.doubt("empty_geometry", row, "geometry", done=done)
        return shapes
    by_columns = frame.index[shapeless & both]
    for row in by_columns:
        account.note("empty_geometry", row, "geometry", done="It was placed by its columns lon and lat.")
    _compare(shapes, frame[both & ~shapeless & shapes.geom_type.eq("Point")], account)
    points = shapely.points(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return gpd.GeoSeries(np.where(frame.index.isin(by_columns), points, shapes), index=shapes.index, crs=shapes.crs)


def _compare(shapes: gpd.GeoSeries, frame: pd.DataFrame, account: Account) -> None:
    points = shapes.loc[frame.index]
    apart_m = crs.geodesic_distance_m(points.x, points.y, frame["lon"], frame["lat"])
    for row, distance_m in zip(frame.index, apart_m, strict=True):
        if not distance_m <= _FARTHEST_APART_M:  # also where it is no number, beyond the earth
            lon, lat = frame.loc[row, ["lon", "lat"]]
            value = f"{points.x[row]:.10g} {points.y[row]:.10g}; lon and lat are {lon:.10g} {lat:.10g}"
            account.doubt("coordinates_disagree", row, "lon, lat", value, "The shape stands.")


def _points(layer: Layer, frame: pd.DataFrame, account: Account) -> gpd.GeoSeries:
    if layer.crs is None:
        raise UnknownCRS(
            "it has coordinates but states no coordinate reference system",
            **named(layer),
            advice="Ask the sender, then give it with --crs, or as crs in layers.toml: EPSG:4326 is WGS 84 in degrees.",
        )
    try:
        reference = crs.known_crs(layer.crs)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **named(layer), advice=exc.advice) from None
    half = frame.index[frame["lon"].isna() != frame["lat"].isna()]
    account.refuse(half, "missing_value", "lon, lat")
    kept = frame.drop(index=half)
    points = shapely.points(kept["lon"].to_numpy(), kept["lat"].to_numpy())
    return gpd.GeoSeries(np.where(kept["lon"].notna(), points, None), index=kept.index, crs=reference)


def _on_earth(frame: gpd.GeoDataFrame, account: Account) -> gpd.GeoDataFrame:
    """Refuse degrees beyond the earth, and shapes so wide that they must have been cut at the antimeridian."""
    if not frame.crs.is_geographic:
        return frame
    bounds = frame.bounds
    placed = is_placed(frame.geometry)
    off = frame.index[placed & ~within(bounds, _EVERYWHERE)]
    wide = frame.index[bounds["maxx"] - bounds["minx"] > _WIDEST_DEGREES].difference(off)
    account.refuse(off, "outside_area", "geometry", as_text(bounds.loc[off]))
    account.refuse(wide, "invalid_geometry", "geometry", ["wider than 180°: it may cross the antimeridian"] * len(wide))
    return frame.drop(index=off.union(wide))


def _stored(frame: gpd.GeoDataFrame, layer: Layer, account: Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Bring the shapes to WGS 84, refusing records that have no place there, and say by which operation."""
    if crs.known_crs(frame.crs).equals(crs.known_crs(crs.STORAGE), ignore_axis_order=True):
        return frame.to_crs(crs.STORAGE) if frame.crs != crs.STORAGE else frame
    try:
        how = crs.operation(frame.crs, area=area)
        stored = _without_lost(frame, account, area)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **named(layer), advice=exc.advice) from None
    accuracy = "accuracy not known" if how.accuracy_m is None else f"accuracy {how.accuracy_m:g} m"
    account.note("reprojected", column="geometry", value=f"{layer.crs}: {how.name}, {accuracy}")
    return stored


def _without_lost(frame: gpd.GeoDataFrame, account: Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Transform all records at once, and one by one only when some have no place in the target."""
    try:
        return crs.to_storage(frame, area=area)
    except UnknownCRS:
        raise
    except DataRefused:
        lost = [
            row for row, shape in frame.geometry.items() if shape is not None and not _has_place(shape, frame.crs, area)
        ]
    account.refuse(lost, "outside_area", "geometry", as_text(frame.bounds.loc[lost]))
    return crs.to_storage(frame.drop(index=lost), area=area)


def _has_place(shape: BaseGeometry, source: object, area: LonLatBox | None) -> bool:
    try:
        crs.to_storage(shape, str(source), area=area)
    except DataRefused:
        return False
    return True
