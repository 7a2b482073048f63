"""The density's grid as a Cloud-Optimised GeoTIFF; its contours are the table `density` of the other formats.

A raster of numbers cannot hold a colour table, so the page's palette stands beside it, as a colour map that QGIS loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper import crs
from mapper.output.formats.kml_style import palette
from mapper.output.formats.stated import caveats, paragraphs, say, told
from mapper.output.rasters import geotiff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.model import Surface
    from mapper.output.published import ExportFacts, PublishedTable

FILE_NAME = "density.tif"
COLOURS = "density-colours.txt"


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write the surface of the edition as `density.tif`, and its colours as `density-colours.txt`.

    Parameters
    ----------
    tables : sequence of PublishedTable
        The licences of `density` stand in the file.
    folder : Path
        An empty folder.
    facts : ExportFacts
        With the `surface`.

    Returns
    -------
    tuple of str
        Why there is no file, where there is none: the grid is not at hand (a folder of files has none), or the density was
        refused. Else that the grid keeps its own plane, where another one is asked for.

    Raises
    ------
    UsageError
        When rasterio is not installed.
    """
    surface = facts.surface
    if surface is None:
        return (told("notice.no_grid"),)
    if surface.refused is not None:
        return (told("notice.grid_refused", reason=surface.refused),)
    density = [table for table in tables if table.name == "density"]
    tags = {
        "TIFFTAG_IMAGEDESCRIPTION": paragraphs(density, facts, say("about.geotiff", facts.language)),
        "TIFFTAG_COPYRIGHT": "; ".join(licence for table in density for licence in table.licences),
        "edition": facts.edition_id,
        "data_date": facts.data_date or "",
        "stale_after": facts.stale_after or "",
        "caveats": " ".join(caveats(facts)),
        **({} if facts.marking is None else {"marking": facts.marking}),
    }
    (folder / FILE_NAME).write_bytes(geotiff(surface, tags))
    (folder / COLOURS).write_text(_colour_map(surface), "utf-8")
    return () if facts.crs == crs.STORAGE else (told("notice.grid_plane", crs=facts.crs),)


def _colour_map(surface: Surface) -> str:
    """Return the contours' classes and colours in the form that QGIS exports colour maps in: each colour up to its number."""
    bounds = surface.contours[["lower_per_km2", "upper_per_km2"]].drop_duplicates().sort_values("lower_per_km2")
    lower, upper = (bounds[name].tolist() for name in bounds.columns)
    rows = [f"{low:g},255,255,255,0,< {low:g}" for low in lower[:1]]
    for low, high, rgb in zip(lower, upper, palette(len(lower)), strict=True):
        last = high is None or np.isnan(high)
        colour = ",".join(str(int(rgb[at : at + 2], 16)) for at in (1, 3, 5))
        rows.append(f"{'inf' if last else f'{high:g}'},{colour},255,{f'> {low:g}' if last else f'{low:g} - {high:g}'}")
    return "\n".join(["# Density of reported accidents per km2, not of mines", "INTERPOLATION:DISCRETE", *rows, ""])
