"""Cut shapes where they cross the antimeridian, as RFC 7946 (3.1.9) asks, so that none runs the long way around the earth.

Between neighbouring vertices whose longitudes differ by more than half a turn the short way is meant: a shape that wide cannot
come in (`mapper.intake.placement`), so a wide one was made so by a projection. Such a shape is first laid out in one piece, with
longitudes that count on past 180, then cut at every odd multiple of 180 and put back into -180 to 180.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

_HALF_TURN, _TURN = 180.0, 360.0


def cut_at_antimeridian(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the shapes in longitudes from -180 to 180, those that cross the antimeridian in parts.

    Parameters
    ----------
    shapes : array of geometries
        Longitude and latitude; missing ones stay missing. A shape that goes around a pole stays as it is: it cannot be cut so.

    Returns
    -------
    array of geometries
        One for each; a cut line is a MultiLineString, a cut polygon a MultiPolygon.

    Examples
    --------
    >>> crossing = shapely.LineString([(179, 50), (-179, 52)])
    >>> cut_at_antimeridian(np.array([crossing]))[0].wkt
    'MULTILINESTRING ((179 50, 180 51), (-180 51, -179 52))'
    """
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        doubtful = (
            (bounds[:, 2] - bounds[:, 0] > _HALF_TURN) | (bounds[:, 0] < -_HALF_TURN) | (bounds[:, 2] > _HALF_TURN)
        )
    if not doubtful.any():
        return shapes
    cut = shapes.copy()
    for at in np.flatnonzero(doubtful):
        cut[at] = _cut(shapes[at])
    return cut


def _cut(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [_laid_out(part) for part in shapely.get_parts(shape)]
    if any(part is None for part in parts):
        return shape
    pieces = [piece for part in parts for piece in _pieces(part)]
    if len(pieces) == 1 and len(parts) == 1 and shapely.get_num_geometries(shape) == 1:
        return shapely.multipolygons(pieces) if shape.geom_type == "MultiPolygon" else pieces[0]
    if isinstance(pieces[0], shapely.Polygon):
        return shapely.multipolygons(pieces)
    return (
        shapely.multilinestrings(pieces) if isinstance(pieces[0], shapely.LineString) else shapely.multipoints(pieces)
    )


def _laid_out(part: shapely.Geometry) -> shapely.Geometry | None:
    """Return a part with longitudes that count on; None where its outline does not come back, as around a pole."""
    if not isinstance(part, shapely.Polygon):
        return shapely.transform(part, _counted_on)
    rings = [_counted_on(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)]
    if any(abs(ring[0, 0] - ring[-1, 0]) > _HALF_TURN for ring in rings):
        return None
    for ring in rings:
        ring[-1] = ring[0]
    outer, *holes = (shapely.LinearRing(ring) for ring in rings)
    middle = (outer.bounds[0] + outer.bounds[2]) / 2
    return shapely.Polygon(outer, [_near(hole, middle) for hole in holes])


def _counted_on(lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    turns = np.round(np.diff(lon_lat[:, 0], prepend=lon_lat[:1, 0]) / _TURN)
    return np.column_stack([lon_lat[:, 0] - _TURN * np.cumsum(turns), lon_lat[:, 1]])


def _near(ring: shapely.LinearRing, middle: float) -> shapely.LinearRing:
    """Move a hole by whole turns to where its outline was laid out."""
    turns = round((middle - (ring.bounds[0] + ring.bounds[2]) / 2) / _TURN)
    return shapely.transform(ring, lambda lon_lat: lon_lat + np.array([_TURN * turns, 0.0]))


def _pieces(part: shapely.Geometry) -> list[shapely.Geometry]:
    """Cut a part that is laid out into pieces of one turn each, in -180 to 180."""
    west, south, east, north = part.bounds
    first, last = (int(np.floor((edge + _HALF_TURN) / _TURN)) for edge in (west, np.nextafter(east, -np.inf)))
    pieces = []
    for turn in range(first, max(first, last) + 1):
        box = shapely.box(turn * _TURN - _HALF_TURN, south - 1, turn * _TURN + _HALF_TURN, north + 1)
        inside = part if first >= last else part.intersection(box)
        kept = [piece for piece in shapely.get_parts(inside) if piece.geom_type == part.geom_type]
        pieces += [_shifted(piece, turn) for piece in kept]
    return pieces


def _shifted(piece: shapely.Geometry, turn: int) -> shapely.Geometry:
    """Put a piece back into -180 to 180, which the last digit of a difference may pass."""
    limits = np.array([_HALF_TURN, np.inf])
    return shapely.transform(piece, lambda lon_lat: np.clip(lon_lat - np.array([_TURN * turn, 0.0]), -limits, limits))
