"""The records that count, as places of a plane: points and discs that coincide are one place, districts are polygons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from mapper import crs as systems
from mapper.analysis.distinct import distinct_rows
from mapper.analysis.frame import on_plane
from mapper.analysis.kernel import Kernels
from mapper.analysis.window import Window, plane_window
from mapper.errors import DataRefused

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from mapper.analysis.counted import Counted

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """Records in a plane, sorted, so that their given order changes nothing.

    `at` holds the distinct places as rows x, y, radius; `districts` the distinct districts' parts in the window. `place` is
    for each record its place, districts numbered on after the places, and `weight` what it counts for.
    """

    at: Floats
    districts: tuple[Window, ...]
    place: NDArray[np.intp]
    weight: Floats

    @property
    def located(self) -> int:
        """How many records have a point or a disc."""
        return int(np.count_nonzero(self.place < len(self.at)))

    @property
    def spread(self) -> int:
        """How many records are spread over a district."""
        return len(self.place) - self.located

    @property
    def x(self) -> Floats:
        """Easting of each located record."""
        return np.asarray(self.at[self.place[: self.located], 0])

    @property
    def y(self) -> Floats:
        """Northing of each located record."""
        return np.asarray(self.at[self.place[: self.located], 1])

    @property
    def weights(self) -> tuple[Floats, Floats]:
        """What the records of each place, and of each district, count for together."""
        return self._summed(self.weight)

    @property
    def squares(self) -> tuple[Floats, Floats]:
        """The same of the squared weights."""
        return self._summed(self.weight**2)

    def _summed(self, weight: Floats) -> tuple[Floats, Floats]:
        total = np.asarray(
            np.bincount(self.place, weights=weight, minlength=len(self.at) + len(self.districts)), dtype=float
        )
        return total[: len(self.at)], total[len(self.at) :]

    def kernels(self, bandwidth: float) -> Kernels:
        """Return one kernel for each place."""
        x, y, radius = (np.ascontiguousarray(each) for each in self.at.T)
        return Kernels(x, y, np.full(len(self.at), bandwidth), self.weights[0], radius)


def place_records(incidents: gpd.GeoDataFrame, counted: Counted, plane: CRS, window: Window) -> Placed:
    """Put the records that count into the window's plane.

    Raises
    ------
    DataRefused
        When a located record has no radius of 0 or more.
    """
    counts = counted.reasons == ""
    area_level = (incidents["place"] == "district").to_numpy(dtype=bool)
    at, point_place = points(incidents[counts & ~area_level], plane)
    districts, district_place = _districts(incidents[counts & area_level], plane, window)
    place = np.concatenate([point_place, district_place + len(at)])
    weight = np.concatenate([counted.weight[counts & ~area_level], counted.weight[counts & area_level]])
    order = np.lexsort((weight, place))
    return Placed(at, districts, place[order], weight[order])


def points(incidents: gpd.GeoDataFrame, plane: CRS) -> tuple[Floats, NDArray[np.intp]]:
    """Return the distinct places of located records, rows x, y, radius, sorted; and for each record which it is.

    Raises
    ------
    DataRefused
        When a record has no radius of 0 or more.
    """
    radius = incidents["uncertainty_m"].to_numpy(dtype=float)
    unknown = int(np.count_nonzero(~(np.isfinite(radius) & (radius >= 0))))
    if unknown:
        raise DataRefused(
            f"{unknown} located records have no uncertainty_m of 0 or more",
            advice="State the radius in metres within which each place is known.",
        )
    places = systems.to_working(systems.to_storage(incidents.geometry), plane)
    xyr = np.column_stack([places.x.to_numpy(dtype=float), places.y.to_numpy(dtype=float), radius])
    return distinct_rows(xyr)


def _districts(incidents: gpd.GeoDataFrame, plane: CRS, window: Window) -> tuple[tuple[Window, ...], NDArray[np.intp]]:
    shapes = np.asarray(systems.to_storage(incidents.geometry).array, dtype=object)
    texts, first, place = np.unique(shapely.to_wkb(shapes).astype(bytes), return_index=True, return_inverse=True)
    parts = tuple(_part(shapes[row], plane, window) for row in first[: len(texts)])
    return parts, place.ravel()


def _part(shape: shapely.Geometry, plane: CRS, window: Window) -> Window:
    """Return the part of a district inside the window."""
    both = shapely.get_parts(shapely.intersection(on_plane(shape, plane), window.polygon))
    polygons = both[shapely.get_type_id(both) == shapely.GeometryType.POLYGON]
    return plane_window(shapely.MultiPolygon([polygon for polygon in polygons if polygon.area > 0]))
