"""Boxes around shapes: which records have a place, and where it lies against the area they are expected in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from mapper.model import LonLatBox


def is_placed(shapes: gpd.GeoSeries) -> pd.Series:
    """Tell which records have a shape, an empty one included (geopandas' own `notna` warns about those)."""
    return pd.Series(~shapely.is_missing(shapes.to_numpy()), index=shapes.index)


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
