"""A density surface as a GeoTIFF, for a GIS that wants the grid and not the contours.

rasterio writes it and is an extra, since nothing else here needs GDAL's rasters. What is not known (outside the window) is
the no-data value NaN, never 0; the first row is the northernmost, as a GIS expects. The file says of itself what it shows.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.errors import UsageError

if TYPE_CHECKING:
    from mapper.model import Surface

_SHOWS = "Density of reported accidents, not of mines. No data is outside the window: nothing is said of it."


def raster_writer() -> Any:  # noqa: ANN401 - a module that need not be there
    """Return rasterio.

    Raises
    ------
    UsageError
        When it is not installed.
    """
    try:
        return importlib.import_module("rasterio")
    except ImportError as exc:
        raise UsageError(
            "a grid cannot be written: rasterio is not installed", advice="Install hazard-mapper[raster]."
        ) from exc


def geotiff(surface: Surface) -> bytes:
    """Return the bytes of a GeoTIFF: bands of intensity per km2, its standard error, an interval, the rate per year.

    Raises
    ------
    UsageError
        When rasterio is not installed, or the density was refused, so that there is no grid.
    """
    rasterio = raster_writer()
    if surface.refused is not None:
        raise UsageError(f"there is no grid to write: {surface.refused}")
    bands = {"reported accidents per km2": surface.intensity_per_km2}
    if surface.weights != "accidents":
        bands = {f"{surface.weights} per km2": surface.intensity_per_km2}
    if surface.standard_error_per_km2 is not None:
        bands["standard error per km2"] = surface.standard_error_per_km2
    if surface.interval_per_km2 is not None:
        bands["lower bound of 95 % per km2"], bands["upper bound of 95 % per km2"] = surface.interval_per_km2
    if surface.intensity_per_km2_year is not None:
        bands["per km2 and year"] = surface.intensity_per_km2_year
    rows, columns = surface.intensity_per_km2.shape
    west, north = surface.x_m[0] - surface.cell_m / 2, surface.y_m[-1] + surface.cell_m / 2
    with rasterio.io.MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=columns,
            height=rows,
            count=len(bands),
            dtype="float64",
            crs=surface.crs_wkt,
            transform=rasterio.transform.from_origin(west, north, surface.cell_m, surface.cell_m),
            nodata=np.nan,
            compress="deflate",
        ) as raster:
            for number, (name, band) in enumerate(bands.items(), 1):
                raster.write(np.flipud(band), number)
                raster.set_band_description(number, name)
                raster.set_band_unit(number, "km-2 a-1" if name.endswith("year") else "km-2")
            bandwidth = "" if surface.bandwidth_m is None else f"{surface.bandwidth_m:g}"
            raster.update_tags(
                TIFFTAG_IMAGEDESCRIPTION=_SHOWS,
                bandwidth_m=bandwidth,
                bandwidth_rule=surface.bandwidth_rule or "stated",
                edge=surface.edge,
                n=str(surface.n),
            )
        return bytes(memory.read())
