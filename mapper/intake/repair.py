"""Mend polygons without ever freeing ground.

`make_valid()` with its default method and `buffer(0)` both turn overlapping parts into holes, that is, into ground one may
enter. Here an invalid polygon becomes the union of its filled rings: each ring by the `structure` method, holes given up. A hole
of a shape that contradicts itself proves nothing, so it counts as restricted too, inside its shell or outside. The result
is then tested against every filled ring; a shape that fails the test is refused, never drawn smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_SAME_LINE = 1e-13
"""Share of the largest coordinate within which two lines are one: rounding of the union, half a micrometre on the ground."""


def repair_polygon(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return a valid polygon that covers every filled ring of the given one, or None where there is none.

    Parameters
    ----------
    geometry : Polygon or MultiPolygon
        Invalid, in any CRS.

    Returns
    -------
    Polygon or MultiPolygon or None
        None when nothing with an area is left, a part is nothing but its own hole, or the result would not cover what
        was given.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    >>> repair_polygon(bow_tie).area
    2.0
    """
    if any(_is_all_hole(part) for part in shapely.get_parts(geometry)):
        return None
    filled = _structured(shapely.polygons(_rings(geometry)))
    whole = _polygons(shapely.union_all(filled))
    if whole.is_empty or not whole.is_valid or any(_freed(ring, whole) for ring in filled):
        return None
    return whole


def _rings(geometry: BaseGeometry) -> Any:  # noqa: ANN401 - an array of rings; shapely has no types
    """Return every ring, the inner ones too: a hole outside its shell may be a second area written wrongly."""
    return shapely.get_rings(shapely.get_parts(geometry))


def _structured(polygons: Any) -> Any:  # noqa: ANN401 - one geometry or an array of them
    # `structure` keeps all that a ring encloses; the default method turns what it encloses twice into a hole.
    return shapely.make_valid(polygons, method="structure", keep_collapsed=False)  # noqa: TID251


def _is_all_hole(part: BaseGeometry) -> bool:
    return len(part.interiors) > 0 and _structured(shapely.Polygon(part.exterior)).area > 0 == _structured(part).area


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 0]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _freed(ring: BaseGeometry, whole: BaseGeometry) -> bool:
    band = _SAME_LINE * max(map(abs, whole.bounds))
    return bool(ring.difference(whole).area > band * ring.length)
