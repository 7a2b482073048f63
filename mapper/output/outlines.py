"""Places of two editions compared: whether they are the same, and which ground lies in one of them alone.

Compared are coordinates in whole 1e-6 degree. Ground is cut in longitude and latitude, in which an edge of GeoJSON is straight,
and measured on the ellipsoid, so that what is added and what is taken away are the difference of the two areas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from mapper import crs
from mapper.output.grid import UNITS_PER_DEGREE

if TYPE_CHECKING:
    from collections.abc import Mapping

Places = npt.NDArray[np.object_]
_NOISE_DEGREES = 1e-9
"""A thousandth of the grid, 0.1 mm on the ground: no outline on the grid is so thin, unless it has no width at all."""


@dataclass(frozen=True, slots=True)
class Outline:
    """How the place of a record differs.

    `added` and `removed` are the ground of the later and of the earlier one alone, WGS 84, None where there is none. `moved_m` is
    the distance between two points. `appeared` and `vanished` say that only the later or only the earlier record has a place.
    """

    added: shapely.Geometry | None = None
    removed: shapely.Geometry | None = None
    added_km2: float = 0.0
    removed_km2: float = 0.0
    moved_m: float | None = None
    appeared: bool = False
    vanished: bool = False

    @property
    def is_less(self) -> bool:
        """Whether some ground, or the whole place, is in the earlier one alone."""
        return self.vanished or self.removed is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values."""
        return {
            "added_km2": self.added_km2,
            "removed_km2": self.removed_km2,
            "moved_m": self.moved_m,
            "appeared": self.appeared,
            "vanished": self.vanished,
        }


def compared(before: Places, after: Places) -> Mapping[int, Outline]:
    """Return the rows whose places differ, and how.

    Parameters
    ----------
    before, after : array of geometries
        WGS 84, of the same records in the same order; None or empty where a record has no place.

    Examples
    --------
    >>> old, new = shapely.box(46, 39, 47, 40), shapely.box(46, 39, 46.5, 40)
    >>> found = compared(np.array([old, old]), np.array([new, old]))
    >>> list(found), round(found[0].removed_km2), found[0].added
    ([0], 4775, None)
    """
    old, new = _on_grid(before), _on_grid(after)
    same = np.where(
        shapely.is_missing(old) | shapely.is_missing(new),
        shapely.is_missing(old) & shapely.is_missing(new),
        shapely.equals_exact(old, new, tolerance=0.0, normalize=True),
    )
    rows = np.flatnonzero(~same)
    points = rows[
        np.all([shapely.get_type_id(each[rows]) == shapely.GeometryType.POINT for each in (old, new)], axis=0)
    ]
    moved = dict(zip(points.tolist(), _apart_m(old[points], new[points]), strict=True))
    return {row: Outline(moved_m=moved[row]) if row in moved else _outline(old[row], new[row]) for row in rows.tolist()}


def signature(places: Places) -> list[bytes | None]:
    """Return for each place bytes that are equal for equal places."""
    shapes = _on_grid(places)
    listed: list[bytes | None] = shapely.to_wkb(shapely.normalize(shapes)).tolist()
    return listed


def ground(before: Places, after: Places) -> Outline:
    """Return the ground that lies in some of the later outlines and in none of the earlier ones, and the other way round."""
    old, new = (shapely.union_all(_sound(_areas(_on_grid(each)))) for each in (before, after))
    return _cut(old, new)


def _on_grid(places: Places) -> Places:
    """Return places on the grid, None for an empty one, and what consists of one part without its "Multi"."""
    whole = shapely.transform(places, lambda lon_lat: np.rint(lon_lat * UNITS_PER_DEGREE) / UNITS_PER_DEGREE + 0.0)
    shapes: Places = np.array(whole, dtype=object)
    shapes[shapely.is_empty(shapes)] = None
    single = (shapely.get_type_id(shapes) > shapely.GeometryType.POLYGON) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def _areas(shapes: Places) -> Places:
    there: Places = shapes[~shapely.is_missing(shapes)]
    areas: Places = there[shapely.get_dimensions(there) == 2]  # noqa: PLR2004 - an area has two dimensions
    return areas


def _sound(shapes: Places) -> Places:
    """Return areas that rounding has let cross themselves as areas again; nothing is drawn from these, they are only measured."""
    broken = ~shapely.is_valid(shapes)
    sound = shapes.copy()
    # "structure" fills what a line goes around twice, so no ground is freed.
    sound[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)  # noqa: TID251
    return sound


def _outline(old: shapely.Geometry | None, new: shapely.Geometry | None) -> Outline:
    pair = [np.array([each], dtype=object) for each in (old, new)]
    areas = [shapely.union_all(_sound(_areas(each))) for each in pair]
    return replace(_cut(*areas), appeared=old is None, vanished=new is None)


def _cut(old: shapely.Geometry, new: shapely.Geometry) -> Outline:
    added, removed = _ground_of(new.difference(old)), _ground_of(old.difference(new))
    return Outline(added, removed, _km2(added), _km2(removed))


def _ground_of(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the areas of a difference, without the lines and points in which two outlines touch, and without noise."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and _has_width(part)]
    if not parts:
        return None
    return shapely.normalize(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def _has_width(part: shapely.Polygon) -> bool:
    """Tell whether a part is wider than what the arithmetic of cutting leaves along a line that both outlines share."""
    return bool(part.area > _NOISE_DEGREES * part.length)


def _km2(shape: shapely.Geometry | None) -> float:
    return 0.0 if shape is None else float(crs.geodesic_area_km2(shape)[0])


def _apart_m(old: Places, new: Places) -> list[float]:
    ends = [axis(each) for each in (old, new) for axis in (shapely.get_x, shapely.get_y)]
    apart: list[float] = crs.geodesic_distance_m(*ends).tolist()
    return apart
