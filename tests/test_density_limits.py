"""What a density refuses or survives: cells and bandwidths that do not suit each other, one place, weights of 0, holes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS

from mapper import crs
from mapper.analysis import estimate
from mapper.analysis.density import Selection, density
from mapper.analysis.kernel import Kernels
from mapper.analysis.window import plane_window
from mapper.errors import UsageError
from tests.test_density import WINDOW, located, scattered


def test_cells_that_would_swallow_a_record_are_refused() -> None:
    """Between centres a kilometre apart kernels of 100 m are 0, which would read as no accident; and the named cell is taken."""
    frame = located(scattered(12))
    with pytest.raises(UsageError, match="records between their centres vanish") as refusal:
        density(frame, window=WINDOW, bandwidth_m=1_000.0, cell_m=5_000.0)
    named = float(str(refusal.value).split("cell_m=")[1].split()[0])
    assert density(frame, window=WINDOW, bandwidth_m=1_000.0, cell_m=named).integral == pytest.approx(12, rel=0.05)


def test_a_bandwidth_whose_grid_does_not_fit_names_one_that_does() -> None:
    """Cells of a quarter metre: the message names a cell and a bandwidth, and together they are taken."""
    frame = located(scattered(12))
    with pytest.raises(UsageError, match="more than 4,000,000") as refusal:
        density(frame, window=WINDOW, bandwidth_m=1.0)
    cell, bandwidth = (float(str(refusal.value).split(f"{name}=")[1].split()[0]) for name in ("cell_m", "bandwidth_m"))
    assert density(frame, window=WINDOW, cell_m=cell, bandwidth_m=bandwidth).n == 12


def test_kernels_that_do_not_fit_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide circles under a bandwidth that no lattice resolves, and a border cut into too many pieces."""
    frame = located(scattered(12), 50_000.0)
    with pytest.raises(UsageError, match="would not fit in memory") as refusal:
        density(frame, window=WINDOW, bandwidth_m=60.0, cell_m=100.0)
    named = float(str(refusal.value).split("bandwidth_m=")[1].split()[0])
    window = plane_window(crs.to_working(WINDOW, crs.working_crs(WINDOW.bounds)))
    at = np.zeros(12)
    estimate.possible(Kernels(at, at, np.full(12, named), np.ones(12), np.full(12, 50_000.0)), window)
    monkeypatch.setattr(estimate, "MOST_NODES", 100)
    with pytest.raises(UsageError, match="would not fit in memory"):
        density(located(scattered(12)), window=WINDOW)


@pytest.mark.parametrize("radius", [0.0, 2_000.0])
@pytest.mark.parametrize("adaptive", [False, True])
def test_a_bandwidth_far_larger_than_the_window_is_flat(radius: float, adaptive: bool) -> None:
    """Ten thousand kilometres: n / area everywhere, circles included, and no lattice as wide as the kernels."""
    surface = density(located(scattered(12), radius), window=WINDOW, bandwidth_m=1e7, adaptive=adaptive)
    inside = np.isfinite(surface.intensity_per_km2)
    np.testing.assert_allclose(surface.intensity_per_km2[inside], 12 / surface.window_km2, rtol=1e-3)


def test_records_at_one_place_have_an_adaptive_density() -> None:
    """One place has one bandwidth, which is then h0: the surface is the fixed one."""
    frame = located([shapely.Point(46.9, 39.6)] * 40, 2_000.0)
    fixed, adaptive = (density(frame, window=WINDOW, adaptive=each) for each in (False, True))
    np.testing.assert_allclose(adaptive.intensity_per_km2, fixed.intensity_per_km2, rtol=1e-9)


def test_a_record_of_weight_0_is_no_record_to_an_adaptive_density() -> None:
    """Alone and far from all others: the surface is that of the others, and finite."""
    points = [shapely.Point(46.25, 39.02), *[shapely.Point(47.0 + 0.001 * i, 39.8) for i in range(11)]]
    weights = np.r_[0.0, np.ones(11)]
    options: dict[str, Any] = {"window": WINDOW, "adaptive": True, "bandwidth_m": 2_000.0}
    with_it = density(located(points), selection=Selection(weights=weights), **options)
    without = density(located(points[1:]), **options)
    np.testing.assert_allclose(with_it.intensity_per_km2, without.intensity_per_km2, rtol=1e-9)


def test_a_part_that_was_not_surveyed_is_not_0() -> None:
    """A hole in the window is not known although records lie around it; far from all records in the window it is 0."""
    hole = shapely.Point(46.85, 39.45).buffer(0.1)
    points = [point for point in scattered(80) if point.y < 39.5 and not hole.buffer(1e-6).intersects(point)]
    surface = density(located(points), window=WINDOW.difference(hole), bandwidth_m=1_000.0, cell_m=1_000.0)
    x, y = np.meshgrid(surface.x_m, surface.y_m)
    plane = CRS.from_wkt(surface.crs_wkt)
    holed = shapely.contains_xy(crs.to_working(hole, plane), x, y)
    assert holed.any()
    assert np.isnan(surface.intensity_per_km2[holed]).all()
    empty = shapely.contains_xy(crs.to_working(WINDOW.intersection(shapely.box(46, 40, 47, 41)), plane), x, y)
    assert empty.any()
    np.testing.assert_allclose(surface.intensity_per_km2[empty], 0.0, atol=1e-12)
