"""Squares and hexagons: they cover, do not overlap, and each place is in the one that holds it."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mapper.analysis.tiles import TileKind, Tiles, tile_area_m2, tile_of, tiles_over
from mapper.errors import UsageError

KINDS: tuple[TileKind, ...] = get_args(TileKind)
BOUNDS = (-730.0, 210.0, 1410.0, 1790.0)


@pytest.mark.parametrize("kind", KINDS)
def test_tiles_cover_the_bounds_without_overlap(kind: TileKind) -> None:
    """Their areas sum to that of their union, and nothing of the bounds is left."""
    tiles = tiles_over(BOUNDS, 100.0, kind)
    together = shapely.union_all(tiles.shapes, grid_size=1e-6)
    assert shapely.area(tiles.shapes) == pytest.approx(tile_area_m2(kind, 100.0), rel=1e-12)
    assert together.area == pytest.approx(len(tiles) * tile_area_m2(kind, 100.0), rel=1e-6)
    assert shapely.box(*BOUNDS).difference(together).area < 1e-3
    assert len(set(tiles.ids)) == len(tiles)
    assert shapely.is_ccw(shapely.get_exterior_ring(tiles.shapes)).all()


@pytest.mark.parametrize("kind", KINDS)
@given(x=st.floats(-5000, 5000), y=st.floats(-5000, 5000), cell_m=st.floats(1, 3000))
def test_a_place_is_in_its_tile(kind: TileKind, x: float, y: float, cell_m: float) -> None:
    """The polygon holds it (to rounding), also west and south of the origin."""
    column, row = tile_of(np.array([x]), np.array([y]), cell_m, kind)
    shape = Tiles(kind, cell_m, column, row).shapes[0]
    assert shapely.distance(shape, shapely.Point(x, y)) <= 1e-9 * (abs(x) + abs(y) + cell_m)


def test_a_hexagon_has_six_neighbours_at_one_distance() -> None:
    """The next ones are sqrt(3) away: 1.5 cells part the two; of squares, eight touch within sqrt(2)."""
    for kind, touching in zip(KINDS, (6, 8), strict=True):
        tiles = tiles_over((0.0, 0.0, 900.0, 900.0), 100.0, kind)
        centres = tiles.centres
        middle = centres[np.argmin(np.hypot(*(centres - 450).T))]
        away = np.hypot(*(centres - middle).T)
        assert np.count_nonzero((away > 0) & (away <= 150)) == touching
    away = np.hypot(*(tiles_over((0.0, 0.0, 900.0, 900.0), 100.0, "hex").centres - [400, 0]).T)
    assert sorted(away.round(6))[1:4] == pytest.approx([100, 100, 100])
    assert min(distance for distance in away if distance > 150) == pytest.approx(100 * math.sqrt(3))


def test_shared_sides_have_one_owner() -> None:
    """A place on the side of two squares is in the eastern and northern one; on that of two hexagons in the western."""
    on = tile_of(np.array([100.0, 50.0]), np.array([50.0, 100.0]), 100.0, "square")
    assert (on[0].tolist(), on[1].tolist()) == ([1, 0], [0, 1])
    between = tile_of(np.array([50.0]), np.array([0.0]), 100.0, "hex")
    assert (between[0].tolist(), between[1].tolist()) == ([0], [0])


def test_too_many_tiles_are_refused_with_a_size_that_fits() -> None:
    """The size in the advice is accepted."""
    bounds = (0.0, 0.0, 1e6, 1e6)
    with pytest.raises(UsageError, match="make a grid of") as refused:
        tiles_over(bounds, 1.0, "hex")
    fits = float((refused.value.advice or "").split("cell_m=")[1].split()[0])
    assert len(tiles_over(bounds, fits, "hex")) > 50_000
