"""Classes of a surface as polygons: bounds by hand, areas against a closed form, and what a GIS needs of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from mapper import crs
from mapper.analysis.contours import LOWEST_SHARE_OF_PEAK, class_bounds, contours, no_contours
from mapper.analysis.lattice import lattice_over
from mapper.analysis.window import plane_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.lattice import Lattice
    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]

PLANE = crs.working_crs((46.0, 39.0, 47.0, 40.0))


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        (1.0, [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]),
        (0.037, [0.001, 0.002, 0.005, 0.01, 0.02, 0.05]),
        (2.4e-5, [5e-7, 1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5]),
        (999.0, [20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]),
        (0.0, []),
        (float("nan"), []),
    ],
)
def test_class_bounds(peak: float, expected: list[float]) -> None:
    """The 1-2-5 numbers from 2 % of the peak up to the first one that is not below it."""
    assert class_bounds(peak) == expected


def cone(window: Window, height: float = 1.0, radius: float = 40_000.0, step: float = 500.0) -> tuple[Lattice, Floats]:
    """Return a lattice over a window and a cone about the origin on it."""
    lattice = lattice_over(window.polygon.bounds, step, 1)
    x, y = np.meshgrid(lattice.x, lattice.y)
    return lattice, height * np.maximum(1 - np.hypot(x, y) / radius, 0)


def test_areas_of_a_cone_are_rings() -> None:
    """A cone of height 1 and radius 40 km is above v inside 40 (1 - v) km: class areas are differences of circles."""
    window = plane_window(shapely.box(-45_000, -45_000, 45_000, 45_000))
    lattice, field = cone(window)
    found = contours(field, lattice, window, PLANE, 1.0)
    lower, upper = found["lower_per_km2"], found["upper_per_km2"]
    assert lower.tolist() == [0.02, 0.05, 0.1, 0.2, 0.5]
    expected = np.pi * 40**2 * ((1 - lower) ** 2 - (1 - upper) ** 2)
    np.testing.assert_allclose(found["area_km2"], expected, rtol=2e-3)


def test_polygons_are_ready_for_a_gis() -> None:
    """Valid, six decimals, in WGS 84, disjoint, inside the window with its hole, none empty."""
    window = plane_window(shapely.Point(3_000, 0).buffer(30_000).difference(shapely.Point(12_000, 5_000).buffer(6_000)))
    lattice, field = cone(window)
    found = contours(field, lattice, window, PLANE, float(field.max()))
    shapes = found.geometry.to_numpy()
    assert found.crs == crs.STORAGE
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    assert set(found.geom_type) == {"MultiPolygon"}
    xy = shapely.get_coordinates(shapes)
    np.testing.assert_array_equal(xy, np.round(xy, 6))
    stored = crs.to_storage(window.polygon, PLANE)
    assert all(shape.difference(stored.buffer(2e-6)).is_empty for shape in shapes)
    overlaps = [a.intersection(b).area for i, a in enumerate(shapes) for b in shapes[:i]]
    assert max(overlaps) < 1e-7 * stored.area


def test_classes_cover_all_that_is_above_the_lowest() -> None:
    """Together the classes are the window, less what lies under 2 % of the peak: here nothing does."""
    window = plane_window(shapely.Point(0, 0).buffer(30_000, quad_segs=64))
    lattice, field = cone(window)
    assert field[np.hypot(*np.meshgrid(lattice.x, lattice.y)) < 30_500].min() > LOWEST_SHARE_OF_PEAK
    found = contours(field, lattice, window, PLANE, 1.0)
    assert found["area_km2"].sum() == pytest.approx(window.polygon.area / 1e6, rel=1e-5)


def test_a_flat_zero_has_no_classes() -> None:
    """No peak, no rows, the same columns."""
    window = plane_window(shapely.box(0, 0, 9_000, 9_000))
    lattice, field = cone(window, height=0.0)
    found = contours(field, lattice, window, PLANE, 0.0)
    assert len(found) == 0
    assert list(found.columns) == list(no_contours().columns)
