"""The hot spots as the page holds them: a row of numbers for each cell, and the plane that the cells lie in.

A cell is told by its column and row, from which the page lays its corners (`mapper/web/src/hotspots.ts`): six places each
would be most of the block. Its z is rounded to three decimals, and p and q to three digits, which is more than a reader is
told; the class was decided before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from mapper import crs
from mapper.analysis.tiles import Tiles, tile_numbers
from mapper.output.density_grid import plane_centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from mapper.model import HotSpots

_DECIMALS = 3
_DIGITS = 3


def hotspot_table(found: HotSpots | None) -> gpd.GeoDataFrame:
    """Return the cells as the page's table `hotspots`: none where hot spots were refused.

    Returns
    -------
    GeoDataFrame
        One row per cell, in their order: `cell_column`, `cell_row`, `records`, `neighbours` (with itself), `z`, `p`, `q`,
        `hotspot_class`, and the hexagon in WGS 84, which exports write and the page works out. Cells that were not analysed
        have a class and no numbers.
    """
    if found is None or found.refused is not None:
        return gpd.GeoDataFrame({name: [] for name in COLUMNS}, geometry="geometry", crs=crs.STORAGE)
    units = found.units
    column, row = tile_numbers(units["unit_id"].tolist())
    return gpd.GeoDataFrame(
        {
            "cell_column": column,
            "cell_row": row,
            "records": units["records"],
            "neighbours": units["neighbours"],
            "z": units["z"].round(_DECIMALS),
            "p": to_digits(units["p"].to_numpy(dtype=float)),
            "q": to_digits(units["q"].to_numpy(dtype=float)),
            "hotspot_class": units["class"],
        },
        geometry=units.geometry,
    )


def with_outlines(table: pd.DataFrame, told: Mapping[str, Any]) -> pd.DataFrame:
    """Return the cells of a page's block with the hexagons that it leaves to be worked out, in a column `geometry`.

    Parameters
    ----------
    table : DataFrame
        `cell_column` and `cell_row`.
    told : mapping
        What the page's facts say of its hot spots: `cell_m`, `lat0_deg`, `lon0_deg`.
    """
    if table.empty:
        return table.assign(geometry=None)
    lon, lat = float(told["lon0_deg"]), float(told["lat0_deg"])
    tiles = Tiles("hex", float(told["cell_m"]), *(table[name].to_numpy(dtype=np.int64) for name in COLUMNS[:2]))
    shapes = crs.to_storage(gpd.GeoSeries(tiles.shapes, crs=crs.working_crs((lon, lat, lon, lat))))
    return table.assign(geometry=np.asarray(shapes, dtype=object))


COLUMNS = ("cell_column", "cell_row", "records", "neighbours", "z", "p", "q", "hotspot_class", "geometry")


def hotspot_plane(found: HotSpots) -> dict[str, float]:
    """Return the centre of the plane of the cells in degrees; nothing where hot spots were refused."""
    return plane_centre(found.crs_wkt) if found.refused is None else {}


def to_digits(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Round to three significant digits.

    Examples
    --------
    >>> to_digits(np.array([0.0168942, 1.0, np.nan])).tolist()
    [0.0169, 1.0, nan]
    """
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values])
