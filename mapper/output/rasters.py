"""A density surface as a Cloud-Optimised GeoTIFF, for a GIS that wants the grid and not the contours.

rasterio writes it and is an extra, since nothing else here needs GDAL's rasters. What is not known (outside the window) is
the no-data value NaN, never 0; the first row is the northernmost, as a GIS expects. The file says of itself what it shows. It
keeps the surface's own equal-area plane: to bring it into another would make new numbers of those that were computed. Overviews
take cells as they are, because a mean would spread numbers over ground of which nothing is known.
"""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper import extras
from mapper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from mapper.model import Surface

_SHOWS = "Density of reported accidents, not of mines. No data is outside the window: nothing is said of it."
_OPTIONS: Mapping[str, str] = MappingProxyType(
    {"compress": "DEFLATE", "overview_resampling": "NEAREST", "blocksize": "512"}
)


def raster_writer() -> Any:  # noqa: ANN401 - a module that need not be there
    """Return rasterio.

    Raises
    ------
    UsageError
        When it is not installed.
    """
    return extras.load("rasterio", library="rasterio", extra="raster", cannot="a grid cannot be written")


def geotiff(surface: Surface, tags: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Return the bytes of a GeoTIFF: bands of intensity per km2, its standard error, an interval, the rate per year.

    Parameters
    ----------
    surface : Surface
        The grid. Every value stands in the file as it is.
    tags : mapping of str to str, optional
        What the file states beside its own tags; `TIFFTAG_IMAGEDESCRIPTION` is put after what the file shows.

    Returns
    -------
    bytes
        A Cloud-Optimised GeoTIFF with a name, a unit and statistics (of the cells that are known) for each band.

    Raises
    ------
    UsageError
        When rasterio is not installed, or the density was refused, so that there is no grid.
    """
    rasterio = raster_writer()
    if surface.refused is not None:
        raise UsageError(f"there is no grid to write: {surface.refused}")
    bands = _bands(surface)
    rows, columns = surface.intensity_per_km2.shape
    west, north = surface.x_m[0] - surface.cell_m / 2, surface.y_m[-1] + surface.cell_m / 2
    with rasterio.io.MemoryFile() as plain, rasterio.io.MemoryFile(ext=".tif") as optimised:
        with plain.open(
            driver="GTiff",
            width=columns,
            height=rows,
            count=len(bands),
            dtype="float64",
            crs=surface.crs_wkt,
            transform=rasterio.transform.from_origin(west, north, surface.cell_m, surface.cell_m),
            nodata=np.nan,
        ) as raster:
            for number, (name, band) in enumerate(bands.items(), 1):
                raster.write(np.flipud(band), number)
                raster.set_band_description(number, name)
                raster.set_band_unit(number, "km-2 a-1" if name.endswith("year") else "km-2")
                raster.update_tags(number, **_statistics(band))
            raster.update_tags(**_tags(surface, tags))
        with plain.open() as raster:
            importlib.import_module("rasterio.shutil").copy(raster, optimised.name, driver="COG", **_OPTIONS)
        return bytes(optimised.read())


def _bands(surface: Surface) -> dict[str, npt.NDArray[np.float64]]:
    bands = {"reported accidents per km2": surface.intensity_per_km2}
    if surface.weights != "accidents":
        bands = {f"{surface.weights} per km2": surface.intensity_per_km2}
    if surface.standard_error_per_km2 is not None:
        bands["standard error per km2"] = surface.standard_error_per_km2
    if surface.interval_per_km2 is not None:
        bands["lower bound of 95 % per km2"], bands["upper bound of 95 % per km2"] = surface.interval_per_km2
    if surface.intensity_per_km2_year is not None:
        bands["per km2 and year"] = surface.intensity_per_km2_year
    return bands


def _statistics(band: npt.NDArray[np.float64]) -> dict[str, str]:
    """Return a band's statistics under the names that GDAL reads them by, of the cells that are known."""
    known = band[~np.isnan(band)]
    if not len(known):
        return {}
    return {
        "STATISTICS_MINIMUM": repr(float(known.min())),
        "STATISTICS_MAXIMUM": repr(float(known.max())),
        "STATISTICS_MEAN": repr(float(known.mean())),
        "STATISTICS_STDDEV": repr(float(known.std())),
        "STATISTICS_VALID_PERCENT": f"{100 * len(known) / band.size:.4g}",
    }


def _tags(surface: Surface, more: Mapping[str, str]) -> dict[str, str]:
    shows = " ".join([_SHOWS, *(text for name, text in more.items() if name == "TIFFTAG_IMAGEDESCRIPTION")])
    own = {
        "TIFFTAG_IMAGEDESCRIPTION": shows,
        "bandwidth_m": "" if surface.bandwidth_m is None else f"{surface.bandwidth_m:g}",
        "bandwidth_rule": surface.bandwidth_rule or "stated",
        "edge": surface.edge,
        "n": str(surface.n),
    }
    return {**more, **own}
