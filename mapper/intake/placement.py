"""The third stage of the checks: each record gets its geometry in WGS 84.

It is the file's own, a point from two columns of plain decimals, or what a text says (`mapper.intake.text_places`), in this
order. Plain decimals are placed all at once; a layer in which no place is text never comes near the reading of texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from mapper import crs, schema
from mapper.errors import DataRefused, UnknownCRS
from mapper.intake.account import named, without
from mapper.intake.degrees import hold_to_use, refuse_off_grid, refuse_plane, suspect_minutes
from mapper.intake.extents import as_text, is_placed, within
from mapper.intake.shapes import right_types
from mapper.intake.text_places import INTERNAL, has_texts, radius_m, read_places, stored_points

if TYPE_CHECKING:
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from mapper.intake.account import Account
    from mapper.model import Layer, LonLatBox

_WIDEST_DEGREES = 180
_FARTHEST_APART_M = 100
"""A geometry and coordinate columns that are farther apart are two places, not one place rounded twice."""
_EVERYWHERE: LonLatBox = (-180.0, -90.0, 180.0, 90.0)


def place_records(layer: Layer, frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Give each record its geometry in WGS 84: the file's own, a point from its two coordinate columns, or one from text.

    Incidents get the columns `mapper.intake.text_places.INTERNAL`, filled where the place was read from text.
    """
    kind = layer.entry.kind
    texts = _from_texts(layer, frame, account, area) if has_texts(frame) else []
    elsewhere = frame.index.isin([row for each in texts for row in each.index]) | frame.index.isin(
        list(account.refused)
    )
    own = frame[~elsewhere] if elsewhere.any() else frame
    shapes = _own_shapes(layer, own, account, area)
    own = own.drop(columns=[*schema.PLACE_COLUMNS], errors="ignore")
    own = own if len(own) == len(shapes) else own.loc[shapes.index]
    drawn = gpd.GeoDataFrame(own, geometry=shapes, crs=shapes.crs)
    stored = [_settled(each, kind, layer, account, area) for each in (drawn, *texts)]
    placed = (
        stored[0]
        if len(stored) == 1
        else gpd.GeoDataFrame(pd.concat([each for each in stored if len(each)] or stored[:1]))
    )
    placed = placed if not texts else placed.loc[frame.index[frame.index.isin(placed.index)]]
    return _with_internal(placed) if kind == "incidents" else placed


def _settled(
    drawn: gpd.GeoDataFrame, kind: str, layer: Layer, account: Account, area: LonLatBox | None
) -> gpd.GeoDataFrame:
    """Hold shapes to the kind's types and to the earth, and bring them to WGS 84."""
    return _stored(_on_earth(right_types(drawn, kind, account), account), layer, account, area)


def _own_shapes(layer: Layer, frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> gpd.GeoSeries:
    """Return the shapes of the file, or points from its columns of longitude and latitude, in their own system."""
    if isinstance(layer.frame, gpd.GeoDataFrame):
        shapes = gpd.GeoSeries(layer.frame.geometry).loc[frame.index]
        return _with_points(shapes, frame, account) if "lon" in frame else shapes
    if "lon" in frame and bool(frame[["lon", "lat"]].notna().any(axis=None)):
        return _points(layer, frame, account, area)
    return gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs.STORAGE)


# ---------------------------------------------------------------- texts
def _from_texts(layer: Layer, frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> list[gpd.GeoDataFrame]:
    """Return the records whose place is read from text, with all their columns, in the systems that they are in."""
    points, anyway, has_shapes = _other_places(layer, frame)
    stated = layer.crs if not has_shapes or _is_storage(layer.crs) else None
    try:
        found = read_places(
            frame, account, crs=stated, area=area, points=points, anyway=anyway, shape_stands=has_shapes
        )
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **named(layer), row=exc.row, column=exc.column, advice=exc.advice) from None
    records = frame.drop(columns=[*schema.PLACE_COLUMNS], errors="ignore")
    placed = []
    for read in found.frames:
        kept = read.drop(index=read.index.intersection(list(account.refused)))
        known = records.loc[kept.index]
        _tell_half(frame, kept.index, account)
        if "uncertainty_m" in known:
            known = known.assign(uncertainty_m=radius_m(known, kept["uncertainty_m"]))
        if layer.entry.kind == "incidents":
            known = known.assign(**{name: kept[name] for name in INTERNAL})
        if len(kept):
            placed.append(gpd.GeoDataFrame(known, geometry=kept.geometry, crs=kept.crs))
    return placed


def _tell_half(frame: pd.DataFrame, rows: pd.Index[int], account: Account) -> None:
    """Tell of records placed by a text beside which only one of longitude and latitude stands."""
    if "lon" in frame:
        for row in rows[frame.loc[rows, "lon"].notna() ^ frame.loc[rows, "lat"].notna()]:
            account.doubt("missing_value", row, "lon, lat", done="Another of its columns gave its place.")


def _other_places(layer: Layer, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Index[int], bool]:
    """Return the points (WGS 84) of records that have a text and another place too, all that have one, and if by a shape."""
    texts = frame[[name for name in schema.PLACE_COLUMNS[2:] if name in frame]].notna().any(axis=1)
    if isinstance(layer.frame, gpd.GeoDataFrame):
        shapes = gpd.GeoSeries(layer.frame.geometry).loc[frame.index]
        there = is_placed(shapes) & ~shapes.is_empty
        single = shapes[there & texts & shapes.geom_type.eq("Point")]
        return stored_points(single.x, single.y, layer.crs), frame.index[there], True
    if "lon" not in frame or layer.crs is None:
        nothing = frame.index[:0]
        return pd.DataFrame({"lon": [], "lat": []}, index=nothing, dtype="float64"), nothing, False
    both = frame["lon"].notna() & frame["lat"].notna()
    beside = frame[both & texts]
    return stored_points(beside["lon"], beside["lat"], layer.crs), frame.index[both], False


def _is_storage(source: str | CRS | None) -> bool:
    return source is not None and crs.known_crs(source).equals(crs.known_crs(crs.STORAGE), ignore_axis_order=True)


def _with_internal(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give incidents the columns that tell how a place was read, blank where it was not read from text."""
    blank = {
        "str": pd.array(pa.nulls(len(frame), pa.large_string()), dtype="str"),
        "float64": np.full(len(frame), np.nan),
    }
    columns = {
        name: frame[name].astype(kind) if name in frame else pd.Series(blank[kind], index=frame.index)
        for name, kind in INTERNAL.items()
    }
    return frame.assign(**columns)


def _with_points(shapes: gpd.GeoSeries, frame: pd.DataFrame, account: Account) -> gpd.GeoSeries:
    """Place records without a shape by their columns lon and lat, and doubt shapes that those contradict.

    The columns are read as WGS 84 degrees only where the shapes are in it: beside a grid nobody says what they are in.
    """
    shapeless = shapes.isna() | shapes.is_empty
    one, both = frame["lon"].notna() ^ frame["lat"].notna(), frame["lon"].notna() & frame["lat"].notna()
    for row in frame.index[shapeless & one]:
        account.doubt("missing_value", row, "lon, lat", done="It was not placed by them; the record was kept.")
    if not _is_storage(shapes.crs):
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


def _points(layer: Layer, frame: pd.DataFrame, account: Account, area: LonLatBox | None) -> gpd.GeoSeries:
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
    kept = without(frame, half)
    if reference.is_geographic:
        kept = without(kept, refuse_plane(kept, account, area))
    else:
        kept = without(kept, refuse_off_grid(kept, reference.to_epsg(), account))
    lon, lat = kept["lon"].to_numpy(), kept["lat"].to_numpy()
    there = ~np.isnan(lon)
    if reference.is_geographic:
        suspect_minutes(lon[there], lat[there], account)
    points = shapely.points(lon, lat)
    return gpd.GeoSeries(np.where(there, points, None), index=kept.index, crs=reference)


def _on_earth(frame: gpd.GeoDataFrame, account: Account) -> gpd.GeoDataFrame:
    """Refuse degrees beyond the earth, and shapes so wide that they should have been cut at the antimeridian."""
    if not frame.crs.is_geographic:
        return frame
    bounds = frame.bounds
    placed = is_placed(frame.geometry)
    off = frame.index[placed & ~within(bounds, _EVERYWHERE)]
    wide = frame.index[_part_widths(frame.geometry, bounds) > _WIDEST_DEGREES].difference(off)
    account.refuse(off, "outside_area", "geometry", as_text(bounds.loc[off]))
    account.refuse(wide, "invalid_geometry", "geometry", ["wider than 180°: it may cross the antimeridian"] * len(wide))
    return without(frame, off.union(wide))


def _part_widths(shapes: gpd.GeoSeries, bounds: pd.DataFrame) -> pd.Series[float]:
    """Return the width of each shape in degrees; of one cut at the antimeridian, as RFC 7946 asks, that of its widest part."""
    widths = bounds["maxx"] - bounds["minx"]
    for row in shapes.index[widths > _WIDEST_DEGREES]:
        west, _, east, _ = shapely.bounds(shapely.get_parts(shapes[row])).T
        widths[row] = (east - west).max()
    return widths


def _stored(frame: gpd.GeoDataFrame, layer: Layer, account: Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Bring the shapes to WGS 84, refusing records that have no place there, and say by which operation."""
    if _is_storage(frame.crs):
        return frame.to_crs(crs.STORAGE) if frame.crs != crs.STORAGE else frame
    try:
        how = crs.operation(frame.crs, area=area)
        stored = _without_lost(frame, account, area)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **named(layer), advice=exc.advice) from None
    accuracy = "accuracy not known" if how.accuracy_m is None else f"accuracy {how.accuracy_m:g} m"
    own = layer.crs is not None and crs.known_crs(layer.crs).equals(crs.known_crs(frame.crs), ignore_axis_order=True)
    name = layer.crs if own else frame.crs.to_string()
    account.note("reprojected", column="geometry", value=f"{name}: {how.name}, {accuracy}")
    points = layer.entry.kind in ("incidents", "settlements")
    return without(stored, hold_to_use(stored, crs.known_crs(frame.crs).to_epsg(), account, points=points))


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
