"""The grid as a GeoTIFF, read back by rasterio: values, what is not known, where it lies and what it says of itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import CRS

from mapper import crs
from mapper.analysis.counted import Selection
from mapper.analysis.density import density
from mapper.output.rasters import geotiff
from tests.test_density import WINDOW, located, scattered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mapper.model import Surface

HOLE = shapely.Point(46.85, 39.45).buffer(0.1)


@pytest.fixture(scope="module")
def surface() -> Surface:
    """Return a surface over a window with a hole, with everything that has a band."""
    frame = located(scattered(40)).assign(date_start=pd.Series(["2021-05-03"] * 40, dtype="str"))
    frame = frame[~shapely.intersects(HOLE, np.asarray(frame.geometry.array))]
    year = Selection(since=dt.date(2021, 1, 1), until=dt.date(2021, 12, 31))
    return density(frame, window=WINDOW.difference(HOLE), selection=year, replicates=20, cell_m=5_000.0)


@pytest.fixture(scope="module")
def raster(surface: Surface) -> Iterator[Any]:
    """Open the file of that surface."""
    with rasterio.MemoryFile(geotiff(surface)) as memory, memory.open() as opened:
        yield opened


def test_each_value_stands_at_its_place(surface: Surface, raster: Any) -> None:  # noqa: ANN401 - rasterio has no types
    """Asked by coordinates, the file answers what the grid holds at that cell centre, in every band."""
    x, y = (each.ravel() for each in np.meshgrid(surface.x_m, surface.y_m))
    fields = [surface.intensity_per_km2, surface.standard_error_per_km2, surface.intensity_per_km2_year]
    assert surface.interval_per_km2 is not None
    fields[2:2] = list(surface.interval_per_km2)
    assert raster.count == len(fields) == 5
    sampled = np.array(list(raster.sample(np.column_stack([x, y]))))
    for band, field in enumerate(fields):
        assert field is not None
        np.testing.assert_array_equal(sampled[:, band], field.ravel())


def test_what_is_not_known_has_no_data_and_never_0(surface: Surface, raster: Any) -> None:  # noqa: ANN401
    """Outside the window and in its hole every band is masked; nothing else is, and no value there is a number."""
    outside = np.flipud(np.isnan(surface.intensity_per_km2))
    assert all(np.isnan(value) for value in raster.nodatavals)
    for band in range(1, raster.count + 1):
        np.testing.assert_array_equal(raster.read(band, masked=True).mask, outside)
    plane = CRS.from_wkt(surface.crs_wkt)
    (inside_hole,) = raster.sample([shapely.get_coordinates(crs.to_working(HOLE.centroid, plane))[0]], indexes=1)
    assert np.isnan(inside_hole).all()


def test_the_file_states_its_plane_and_its_cells(surface: Surface, raster: Any) -> None:  # noqa: ANN401
    """The plane is the surface's, cells are square and lie about the centres, north is up."""
    assert CRS.from_wkt(raster.crs.to_wkt()).equals(CRS.from_wkt(surface.crs_wkt), ignore_axis_order=True)
    assert raster.crs.linear_units == "metre"
    assert raster.res == (5_000.0, 5_000.0)
    assert raster.xy(raster.height - 1, 0) == (surface.x_m[0], surface.y_m[0])
    assert raster.xy(0, raster.width - 1) == (surface.x_m[-1], surface.y_m[-1])


def test_the_file_says_what_it_shows(surface: Surface, raster: Any) -> None:  # noqa: ANN401
    """Units in the band's name and as the band's unit, the bandwidth and the correction as tags, and what it is not."""
    assert raster.descriptions == (
        "reported accidents per km2",
        "standard error per km2",
        "lower bound of 95 % per km2",
        "upper bound of 95 % per km2",
        "per km2 and year",
    )
    assert raster.units == ("km-2", "km-2", "km-2", "km-2", "km-2 a-1")
    tags = raster.tags()
    assert "not of mines" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert (tags["bandwidth_m"], tags["edge"], tags["n"]) == ("10000", "jones-diggle", str(surface.n))


def test_equal_surfaces_give_equal_files(surface: Surface) -> None:
    """To the byte: no time of day is in it."""
    assert geotiff(surface) == geotiff(surface)


def test_casualties_are_named_as_such() -> None:
    """A grid that weighs persons does not call them accidents."""
    frame = located(scattered(20)).assign(killed_civilian=1)
    weighed = density(frame, window=WINDOW, selection=Selection(weights="casualties"))
    with rasterio.MemoryFile(geotiff(weighed)) as memory, memory.open() as opened:
        assert opened.descriptions[0] == "casualties per km2"
