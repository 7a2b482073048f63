"""The area that is looked at: a polygon with area, in the plane of the kernels, ready for boundary integrals.

A window is read by its edges alone, so a polygon of any shape, with holes and parts, is exact; no mask stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mapper.errors import DataRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    Floats = NDArray[np.float64]

_PIECES_PER_SIGMA = 2
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)


@dataclass(frozen=True)
class Window:
    """The area that is looked at: a polygon with area in the kernels' plane, its edges ready for boundary integrals."""

    polygon: Polygon | MultiPolygon

    @cached_property
    def edges(self) -> Floats:
        """Edges as rows x1, y1, x2, y2, the inside on the left: shells counter-clockwise, holes clockwise."""
        oriented = shapely.orient_polygons(self.polygon)
        rings = shapely.get_rings(shapely.get_parts(oriented))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        same_ring = ring[1:] == ring[:-1]
        return np.asarray(np.hstack([xy[:-1], xy[1:]])[same_ring])

    def nodes(self, sigma: float) -> tuple[Floats, Floats, Floats]:
        """Return x, y and weight (a share of dy) of the boundary quadrature for bandwidths of at least `sigma`."""
        x1, y1, x2, y2 = self.edges[self.edges[:, 1] != self.edges[:, 3]].T
        pieces = np.maximum(np.ceil(np.hypot(x2 - x1, y2 - y1) * _PIECES_PER_SIGMA / sigma), 1).astype(int)
        edge = np.repeat(np.arange(len(pieces)), pieces)
        piece = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        along = ((piece[:, None] + (_GAUSS_NODES + 1) / 2) / pieces[edge, None]).ravel()
        weight = ((y2 - y1)[edge, None] / pieces[edge, None] * _GAUSS_WEIGHTS / 2).ravel()
        edge = np.repeat(edge, len(_GAUSS_NODES))
        return x1[edge] + along * (x2 - x1)[edge], y1[edge] + along * (y2 - y1)[edge], weight

    def most_nodes(self, sigma: float) -> float:
        """Return about how many nodes there are for a small bandwidth, without making them."""
        return float(self.polygon.length * _PIECES_PER_SIGMA / sigma * len(_GAUSS_NODES))

    def contains(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Say which points lie in the window, its border included."""
        shapely.prepare(self.polygon)
        return np.asarray(shapely.intersects_xy(self.polygon, x, y), dtype=bool)

    def near(self, x: Floats, y: Floats, tolerance: float) -> NDArray[np.bool_]:
        """Say which points lie in the window or within `tolerance` of it."""
        near = self.contains(x, y)
        near[~near] = shapely.distance(self.polygon, shapely.points(x[~near], y[~near])) <= tolerance
        return near


def plane_window(polygon: object) -> Window:
    """Return the window for a polygon.

    Raises
    ------
    DataRefused
        When it is not a valid polygon with an area, or has a coordinate that is not finite.

    Examples
    --------
    >>> plane_window(shapely.box(0, 0, 2, 3)).polygon.area
    6.0
    """
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon):
        raise DataRefused("the window is not a polygon", advice="Give a polygon or multipolygon.")
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        raise DataRefused("the window has a coordinate that is not a finite number", advice="Repair its geometry.")
    if not polygon.is_valid:
        raise DataRefused(f"the window is not valid: {shapely.is_valid_reason(polygon)}", advice="Repair its geometry.")
    if not polygon.area > 0:
        raise DataRefused("the window has no area", advice="Give the area where a record could have been reported.")
    return Window(polygon)
