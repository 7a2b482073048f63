"""The grid of the density as the page holds it, so that a click is answered with a value and not with a class alone.

One byte for each cell of each surface, in rows from the south-west: 0 is not known, 1 is below the lowest class, and 2 + k is the
lower bound of that class times `RATIO` to the k, rounded to the nearest k: a value is rounded by 1.5 % at most. The page
finds the cell by the surface's own plane, whose centre goes with the grid.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS

from mapper.analysis.contours import class_bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.output.compose import Edition

RATIO = 1.03
MOST_CELLS = 30_000
"""Cells of all surfaces together; a page grows by 30 kB for them at most. Where they are more, the years have classes alone."""
_NOT_KNOWN, _BELOW, _LOWEST = 0, 1, 2


def density_grid(edition: Edition) -> dict[str, Any] | None:
    """Return the surfaces of an edition as plain JSON values; None where there is none, or that of all dates is too large."""
    surface = edition.surface
    years = {f"{frame.year:04}": frame.surface for frame in edition.frames if frame.surface.refused is None}
    bounds = class_bounds(surface.peak_per_km2)
    cells = surface.intensity_per_km2.size
    if surface.refused is not None or not bounds or cells > MOST_CELLS:
        return None
    named = {"": surface, **(years if cells * (1 + len(years)) <= MOST_CELLS else {})}
    return {
        **plane_centre(surface.crs_wkt),
        "west_m": float(surface.x_m[0]) - surface.cell_m / 2,
        "south_m": float(surface.y_m[0]) - surface.cell_m / 2,
        "cell_m": surface.cell_m,
        "columns": len(surface.x_m),
        "lowest_per_km2": bounds[0],
        "ratio": RATIO,
        "values": {
            name: base64.b64encode(steps(each.intensity_per_km2, bounds[0]).tobytes()).decode("ascii")
            for name, each in named.items()
        },
    }


def steps(per_km2: NDArray[np.float64], lowest_per_km2: float) -> NDArray[np.uint8]:
    """Return values as bytes.

    Examples
    --------
    >>> steps(np.array([np.nan, 0.0, 0.001, 0.00103, 0.05]), 0.001).tolist()
    [0, 1, 2, 3, 134]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.rint(np.log(per_km2 / lowest_per_km2) / np.log(RATIO))
    told = np.where(per_km2 < lowest_per_km2, _BELOW, np.clip(k + _LOWEST, _LOWEST, np.iinfo(np.uint8).max))
    return np.where(np.isnan(per_km2), _NOT_KNOWN, told).astype(np.uint8)


def plane_centre(crs_wkt: str) -> dict[str, float]:
    """Return the centre of an equal-area plane of `mapper.crs.working_crs`, which has no false origin.

    Returns
    -------
    dict of str to float
        `lat0_deg` and `lon0_deg`, in degrees of WGS 84.

    Raises
    ------
    ValueError
        When the text describes another kind of plane.
    """
    conversion = CRS.from_wkt(crs_wkt).coordinate_operation
    if conversion is None or conversion.method_name != "Lambert Azimuthal Equal Area":
        raise ValueError("this is no plane of Lambert's azimuthal equal-area projection")
    of = {each.name: float(each.value) for each in conversion.params}
    return {"lat0_deg": of["Latitude of natural origin"], "lon0_deg": of["Longitude of natural origin"]}
