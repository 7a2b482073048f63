"""The last stages of the checks: kinds of geometry, the expected area, and polygons that contradict themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from mapper import crs, schema
from mapper.findings import CLOSED
from mapper.intake.account import without
from mapper.intake.extents import as_text, is_placed, widths_m, with_swapped_axes, within
from mapper.intake.repair import is_tangled, repair_polygons

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from mapper.intake.account import Account
    from mapper.model import LonLatBox

    _Shapes = NDArray[np.object_]

_POINT_KINDS = ("incidents", "settlements")
_DRAWN_KINDS = ("hazards", "coverage")
"""Kinds of which a record without a shape is missing on the map, and a reader must be warned."""
_UNMENDED_KINDS = ("context", "routes")
"""Kinds whose polygons, if any, are context: they are drawn as they are."""
_REPAIRED = "The shape was made valid; it covers all ground it covered before."
_CROSSES = "Self-intersection"
_POLYGONS_KEPT = "Its polygons were kept, its points and lines left out."
MOST_VERTICES = 5_000_000
"""A shape of more is refused: a million are a warning, and a country's coast at 1:25,000 has fewer."""
_LONG_TO_JUDGE = 100_000
"""Corners from which a shape that crosses itself everywhere keeps the test of validity busy for minutes."""
_NO_WIDTH_M = 1e-6
"""Narrower than a micrometre is rounding of one line."""
_M2_PER_KM2 = 1e6
_RULE_OF_REASON = (("Hole lies outside", "hole_outside_shell"),)
_LONG_NUMBER = re.compile(r"(\d\.\d{6})\d+")


# ---------------------------------------------------------------- kinds of geometry
def right_types(frame: gpd.GeoDataFrame, kind: str, account: Account) -> gpd.GeoDataFrame:
    """Refuse geometries of a kind that this layer does not hold; tell which records have none.

    A multipoint of one point is that point. Of a collection with polygons the polygons are kept, as ground must not be lost.
    """
    if kind not in _POINT_KINDS:
        account.given.append(frame.geometry)
    shapes = frame.geometry.to_numpy()
    placed, empty = ~shapely.is_missing(shapes), shapely.is_empty(shapes)
    for row in frame.index[empty | ~(placed | _placed_by_name(frame, kind))]:
        if kind in (*_DRAWN_KINDS, "zones"):
            account.doubt("empty_geometry", row, "geometry")
        else:
            account.note("empty_geometry", row, "geometry")
    read = _without_too_large(_blanked(shapes, empty), frame.index, account)
    read = _single_points(read, account) if kind in _POINT_KINDS else _polygons_of(read, frame.index, kind, account)
    allowed = [shapely.GeometryType[name.upper()] for name in schema.GEOMETRY_OF_KIND[kind]]
    wrong = frame.index[~shapely.is_missing(read) & ~np.isin(shapely.get_type_id(read), allowed)].difference(
        sorted(account.refused)
    )
    account.refuse(wrong, "wrong_geometry", "geometry", frame.geometry.loc[wrong].geom_type)
    frame = frame if read is shapes else frame.set_geometry(gpd.GeoSeries(read, index=frame.index, crs=frame.crs))
    return without(frame, frame.index[frame.index.isin(account.refused)]) if account.refused else frame


def _placed_by_name(frame: pd.DataFrame, kind: str) -> NDArray[np.bool_]:
    """Tell which records get their place from a name later (`mapper.analysis.locate`), which says what finds none."""
    if kind == "zones":
        return frame["admin_units"].notna().to_numpy(dtype=bool)
    return np.full(len(frame), kind == "incidents")


def _without_too_large(shapes: _Shapes, rows: pd.Index[int], account: Account) -> _Shapes:
    """Refuse shapes of so many corners that no later step could draw them."""
    corners = shapely.get_num_coordinates(shapes)
    large = corners > MOST_VERTICES
    account.refuse(rows[large], "many_vertices", "geometry", [f"{each:,} corners" for each in corners[large]])
    return _blanked(shapes, large)


def _blanked(shapes: _Shapes, at: NDArray[np.bool_]) -> _Shapes:
    """Return the shapes without some; the same array where there are none to take out."""
    if not at.any():
        return shapes
    left = shapes.copy()
    left[at] = None
    return left


def _single_points(shapes: _Shapes, account: Account) -> _Shapes:
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    if not single.any():
        return shapes
    value, done = "MultiPoint", f"{int(single.sum()):,} records that hold one point each were read as points."
    account.note("wrong_geometry", column="geometry", value=value, done=done)
    read = shapes.copy()
    read[single] = shapely.get_geometry(shapes[single], 0)
    return read


def _polygons_of(shapes: _Shapes, rows: pd.Index[int], kind: str, account: Account) -> _Shapes:
    """Keep the polygons of collections that hold other shapes too; collections without any stay what they are."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).tolist()
    if not mixed or kind in schema.LINE_KINDS:
        return shapes
    read = shapes.copy()
    for at in mixed:
        parts = [part for part in _leaves(shapes[at]) if not part.is_empty]
        polygons = [part for part in parts if part.geom_type == "Polygon"]
        if not polygons:
            continue
        kinds = ", ".join(sorted({part.geom_type for part in parts}))
        if account.on_invalid == "repair":
            account.changed.add(int(rows[at]))
            account.repaired.add(int(rows[at]))
            account.doubt("mixed_geometry", rows[at], "geometry", kinds, _POLYGONS_KEPT)
            read[at] = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
        else:
            account.refuse([rows[at]], "mixed_geometry", "geometry", [kinds])
    return read


def _leaves(geometry: shapely.Geometry) -> Iterable[shapely.Geometry]:
    """Give the single shapes of a collection, however deep they are nested."""
    waiting = [geometry]
    while waiting:
        each = waiting.pop()
        if isinstance(each, shapely.GeometryCollection | shapely.MultiPolygon):
            waiting.extend(reversed(each.geoms))
        else:
            yield each


# ---------------------------------------------------------------- the expected area
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
        return without(frame, null_island)
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
    return without(frame, null_island.union(swapped))


# ---------------------------------------------------------------- shapes that contradict themselves
def refuse_closed(frame: gpd.GeoDataFrame, account: Account) -> gpd.GeoDataFrame:
    """Refuse the records whose ring was closed on reading, where nothing is to be mended."""
    if account.on_invalid == "repair":
        return frame
    told = {found.row for found in account.findings if found.done == CLOSED}
    closed = frame.index[frame.index.isin(told)]
    account.findings[:] = [each for each in account.findings if each.done != CLOSED or each.row not in closed]
    account.refuse(closed, "unclosed_ring", "geometry")
    return without(frame, closed)


def sound_shapes(frame: gpd.GeoDataFrame, kind: str, account: Account) -> gpd.GeoDataFrame:
    """Mend invalid polygons without freeing ground; refuse those that cannot be mended or have no area.

    With `account.on_invalid` other than "repair" every invalid one is refused.
    """
    if kind in (*_UNMENDED_KINDS, *_POINT_KINDS):
        return frame
    shapes = frame.geometry.to_numpy()
    tangled = _tangled(shapes)
    invalid = ~(shapely.is_missing(shapes) | tangled) & ~shapely.is_valid(_blanked(shapes, tangled))
    rows = frame.index
    account.refuse(rows[tangled], "too_many_crossings", "geometry", [_CROSSES] * int(tangled.sum()))
    sound = _blanked(shapes, tangled)
    if invalid.any():
        mended, rules = np.full(int(invalid.sum()), None), [""] * int(invalid.sum())
        if account.on_invalid == "repair":
            mended, rules = repair_polygons(shapes[invalid])
        sound = sound.copy()
        sound[invalid] = mended
        _tell_broken(shapes[invalid], mended, rules, rows[invalid], account)
        frame = frame.set_geometry(gpd.GeoSeries(sound, index=frame.index, crs=frame.crs))
    flat = ~shapely.is_missing(sound) & (_narrowest_m(sound) < _NO_WIDTH_M)
    account.refuse(frame.index[flat], "zero_area", "geometry")
    account.repaired -= set(frame.index[flat])
    return without(frame, frame.index[frame.index.isin(account.refused)])


def _tangled(shapes: _Shapes) -> NDArray[np.bool_]:
    """Tell which long shapes cross themselves everywhere, so that GEOS must not even be asked whether they are valid."""
    tangled: NDArray[np.bool_] = shapely.get_num_coordinates(shapes) > _LONG_TO_JUDGE
    tangled[tangled] = [is_tangled(shape) for shape in shapes[tangled]]
    return tangled


def _narrowest_m(shapes: _Shapes) -> NDArray[np.float64]:
    """Return the mean width of the widest part of each shape, in metres; infinite where there is none."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    widest = np.zeros(len(shapes))
    np.maximum.at(widest, owner, widths_m(parts))
    return np.where(np.bincount(owner, minlength=len(shapes)) > 0, widest, np.inf)


def _tell_broken(shapes: _Shapes, mended: _Shapes, rules: Sequence[str], rows: pd.Index[int], account: Account) -> None:
    """Tell of each invalid shape what was wrong, and what became of it and of its area."""
    usable = ~shapely.is_missing(mended)
    before, after = (crs.geodesic_area_km2(_blanked(each, ~usable)) * _M2_PER_KM2 for each in (shapes, mended))
    for at, row in enumerate(rows):
        reason = _reason(shapes[at])
        if not usable[at]:
            account.refuse([row], rules[at] or _rule(reason), "geometry", [reason])
            continue
        account.repaired.add(int(row))
        account.changed.add(int(row))
        value = f"{reason}; {_change(before[at], after[at])}"
        account.doubt(_rule(reason), row, "geometry", value, _REPAIRED)


def _rule(reason: str) -> str:
    return next((rule for start, rule in _RULE_OF_REASON if reason.startswith(start)), "invalid_geometry")


def _reason(shape: shapely.Geometry) -> str:
    """Say what GEOS finds, with its place to a tenth of a metre."""
    return _LONG_NUMBER.sub(r"\1", str(shapely.is_valid_reason(shape)))


def _change(before_m2: float, after_m2: float) -> str:
    """Write the area as given (a hole taken off, parts added up, whatever overlaps) and as mended.

    Examples
    --------
    >>> _change(2_000_000.0, 2_500_000.0), _change(0.0, 12_345.6)
    ('2,000,000 m² became 2,500,000 m² (+25.0 %)', '0 m² became 12,346 m²')
    """
    share = f" ({after_m2 / before_m2 - 1:+.1%})".replace("%", " %") if before_m2 > 0 else ""
    return f"{before_m2:,.0f} m² became {after_m2:,.0f} m²{share}"
