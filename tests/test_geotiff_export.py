"""The density's grid as an export: its own numbers, what the file says of itself, and why there is none where there is none."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio

from mapper.analysis.density import density
from mapper.output.formats import geotiff
from tests import office_tables as given
from tests.test_density import WINDOW, located, scattered

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.model import Surface


@pytest.fixture(scope="module")
def surface() -> Surface:
    """Return a surface with cells of 200 m, of more than one tile and one overview."""
    return density(located(scattered(40)), window=WINDOW, cell_m=200.0)


def written(folder: Path, surface: Surface | None, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - any fact
    """Write the grid and return the notices."""
    folder.mkdir(exist_ok=True)
    return geotiff.write(given.all_tables(), folder, dataclasses.replace(given.FACTS, surface=surface, **facts))


def test_the_grid_is_cloud_optimised_and_its_values_are_the_surface(tmp_path: Path, surface: Surface) -> None:
    """Tiles with overviews whose cells are cells of the grid; every value as it was computed."""
    assert written(tmp_path, surface) == ()
    with rasterio.open(tmp_path / geotiff.FILE_NAME) as raster:
        np.testing.assert_array_equal(raster.read(1), np.flipud(surface.intensity_per_km2))
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1)
        assert np.isnan(raster.nodata)
    with rasterio.open(tmp_path / geotiff.FILE_NAME, overview_level=0) as overview:
        coarse = overview.read(1)
    assert np.isin(coarse[~np.isnan(coarse)], surface.intensity_per_km2).all()


def test_statistics_are_those_of_the_known_cells(tmp_path: Path, surface: Surface) -> None:
    """In the file, so that a GIS need not write its own beside it."""
    written(tmp_path, surface)
    with rasterio.open(tmp_path / geotiff.FILE_NAME) as raster:
        tags = raster.tags(1)
        assert raster.units[0] == "km-2"
    known = surface.intensity_per_km2[~np.isnan(surface.intensity_per_km2)]
    assert float(tags["STATISTICS_MINIMUM"]) == known.min()
    assert float(tags["STATISTICS_MAXIMUM"]) == surface.peak_per_km2
    assert float(tags["STATISTICS_MEAN"]) == pytest.approx(known.mean())


def test_the_file_states_its_licence_and_its_caveats(tmp_path: Path, surface: Surface) -> None:
    """As tags, with the dates; the text that says what a density is not comes first."""
    written(tmp_path, surface, marking="INTERNAL")
    with rasterio.open(tmp_path / geotiff.FILE_NAME) as raster:
        tags = raster.tags()
    assert tags["TIFFTAG_COPYRIGHT"] == given.LICENCE
    assert tags["TIFFTAG_IMAGEDESCRIPTION"].startswith("Density of reported accidents, not of mines.")
    assert "A blank area is not a cleared area." in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert (tags["data_date"], tags["stale_after"], tags["edition"]) == ("2024-02-29", "2024-08-29", "0123456789ab")
    assert tags["marking"] == "INTERNAL"


def test_colours_stand_beside_it(tmp_path: Path, surface: Surface) -> None:
    """A colour for each class up to its upper bound; below the first class nothing is drawn, and the last is open."""
    written(tmp_path, surface)
    lines = (tmp_path / geotiff.COLOURS).read_text("utf-8").splitlines()
    bounds = sorted(set(surface.contours["lower_per_km2"]))
    rows = [line.split(",") for line in lines[2:]]
    assert lines[1] == "INTERPOLATION:DISCRETE"
    assert len(rows) == len(bounds) + 1
    assert float(rows[0][0]) == bounds[0]
    assert rows[0][4] == "0"
    assert all(float(low[0]) < float(high[0]) for low, high in itertools.pairwise(rows))


def test_two_writes_are_byte_equal(tmp_path: Path, surface: Surface) -> None:
    """No clock is in it."""
    written(tmp_path / "a", surface)
    written(tmp_path / "b", surface)
    assert (tmp_path / "a" / geotiff.FILE_NAME).read_bytes() == (tmp_path / "b" / geotiff.FILE_NAME).read_bytes()


def test_without_a_grid_there_is_no_file_but_a_reason(tmp_path: Path, surface: Surface) -> None:
    """From a folder of files, or where the density was refused."""
    assert written(tmp_path, None)[0].startswith("The density's grid is not at hand")
    refused = dataclasses.replace(surface, refused="too few records")
    assert written(tmp_path, refused)[0].endswith("too few records")
    assert list(tmp_path.iterdir()) == []


def test_another_crs_is_not_given_and_told(tmp_path: Path, surface: Surface) -> None:
    """The grid keeps its plane."""
    assert "EPSG:32638" in written(tmp_path, surface, crs="EPSG:32638")[0]
