"""Boxes around shapes: which records have a place, and where it lies against the area they are expected in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from mapper.model import LonLatBox


def is_placed(shapes: gpd.GeoSeries) -> pd.Series:
    """Tell which records have a shape, an empty one included (geopandas' own `notna` warns about those)."""
    return pd.Series(~shapely.is_missing(shapes.to_numpy()), index=shapes.index)


def shared_places(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which points have another on the same place to the last digit, or are no place at all.

    Examples
    --------
    >>> shared_places(shapely.points([[46.9, 40.1], [46.8, 40.1], [46.9, 40.1]]))
    array([ True, False,  True])
    """
    # One complex number a point: telling numbers apart is quicker than telling pairs apart.
    return np.asarray(pd.Series(shapely.get_x(shapes) + 1j * shapely.get_y(shapes)).duplicated(keep=False))


def as_text(bounds: pd.DataFrame) -> list[str]:
    """Write the box of each shape: a point as its two coordinates, else west, south, east, north."""
    return [
        f"{west:.10g} {south:.10g}" if (west, south) == (east, north) else f"{west:g} {south:g} {east:g} {north:g}"
        for west, south, east, north in bounds.itertuples(index=False)
    ]


def within(bounds: pd.DataFrame, area: LonLatBox) -> pd.Series:
    """Tell which boxes lie within the area; its border counts as within."""
    west, south, east, north = area
    if west <= east:
        along = (bounds["minx"] >= west) & (bounds["maxx"] <= east)
    else:
        along = ((bounds[["minx", "maxx"]] >= west) | (bounds[["minx", "maxx"]] <= east)).all(axis=1)
    return along & (bounds["miny"] >= south) & (bounds["maxy"] <= north)


def with_swapped_axes(bounds: pd.DataFrame) -> pd.DataFrame:
    """Return the boxes as they would be if longitude and latitude had been exchanged."""
    return bounds.set_axis(["miny", "minx", "maxy", "maxx"], axis="columns")


M_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of the earth's size: good to half a percent."""


def widths_m(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the mean width of polygons without parts: twice the area by the length of the outline, in metres.

    Parameters
    ----------
    polygons : array of Polygon
        In WGS 84 longitude/latitude.

    Examples
    --------
    >>> widths_m(np.array([shapely.box(46, 0, 47, 0.00001)])).round(2)
    array([1.11])
    """
    flat = on_the_ground(polygons)
    length = shapely.length(flat)
    return np.asarray(np.divide(2 * shapely.area(flat), length, out=np.zeros(len(flat)), where=length > 0))


def on_the_ground(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return polygons in metres from their own middle latitude, good to half a percent where they are smaller than a degree."""
    bounds = shapely.bounds(polygons)
    east = np.cos(np.radians(bounds[:, [1, 3]].mean(axis=1)))
    owner = np.repeat(np.arange(len(polygons)), shapely.get_num_coordinates(polygons))
    scale = np.column_stack([east[owner], np.ones(len(owner))]) * M_PER_DEGREE
    scaled: NDArray[np.object_] = shapely.transform(polygons, lambda lon_lat: lon_lat * scale)
    return scaled
