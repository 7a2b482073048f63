"""Squares and hexagons of equal size that cover a plane, numbered by column and row from the plane's origin.

The numbers do not depend on the window, so the same plane and size give the same tiles whatever is looked at. A hexagon
stands on its tip and every second row is shifted by half a tile. `cell_m` is the distance between the centres of
neighbours in both: the side of a square, the width across flats of a hexagon.

Each place has exactly one tile: squares hold their west and south sides, a place between two hexagons has the southern or
western one. `tile_of` is arithmetic, not a search among polygons, so its cost does not grow with the tiles.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from mapper.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

TileKind = Literal["hex", "square"]
MOST_TILES = 100_000
"""More cannot be told apart on any map, and each is a polygon in the answer."""

_HEX_ROW = math.sqrt(3) / 2
_SQUARE_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
_HEX_TURNS = np.deg2rad(np.arange(-90, 270, 60))
_HEX_CORNERS = np.column_stack([np.cos(_HEX_TURNS), np.sin(_HEX_TURNS)]) / math.sqrt(3)
_CORNERS = {"hex": _HEX_CORNERS, "square": _SQUARE_CORNERS}


@dataclass(frozen=True, slots=True)
class Tiles:
    """Some tiles of a plane: their kind, the distance between centres, their columns and rows."""

    kind: TileKind
    cell_m: float
    column: Numbers
    row: Numbers

    def __len__(self) -> int:
        """Count the tiles."""
        return len(self.column)

    @property
    def centres(self) -> Floats:
        """Eastings and northings, shape (n, 2)."""
        if self.kind == "square":
            return np.asarray(np.column_stack([self.column + 0.5, self.row + 0.5]) * self.cell_m)
        east = self.column + 0.5 * (self.row % 2)
        return np.asarray(np.column_stack([east, self.row * _HEX_ROW]) * self.cell_m)

    def chosen(self, rows: NDArray[np.bool_]) -> Tiles:
        """Return some of the tiles."""
        return Tiles(self.kind, self.cell_m, self.column[rows], self.row[rows])

    @property
    def shapes(self) -> NDArray[np.object_]:
        """The polygons, corners counter-clockwise."""
        corners = self.centres[:, None, :] + _CORNERS[self.kind] * self.cell_m
        return np.asarray(shapely.polygons(corners), dtype=object)

    @property
    def ids(self) -> list[str]:
        """A name for each, the same for the same tile of the same plane."""
        return [f"{self.kind}-{column}-{row}" for column, row in zip(self.column, self.row, strict=True)]


def tile_numbers(ids: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return column and row of tiles by their names, as `Tiles.ids` gives them.

    Examples
    --------
    >>> [numbers.tolist() for numbers in tile_numbers(["hex-1--3", "hex--2-0"])]
    [[1, -2], [-3, 0]]
    """
    found = [re.fullmatch(r"[a-z]+-(-?\d+)-(-?\d+)", name) for name in ids]
    column, row = ([int(each[number]) for each in found if each] for number in (1, 2))
    return np.array(column, dtype=np.int64), np.array(row, dtype=np.int64)


def tile_area_m2(kind: TileKind, cell_m: float) -> float:
    """Return the area of one tile.

    Examples
    --------
    >>> tile_area_m2("square", 10.0), round(tile_area_m2("hex", 10.0), 3)
    (100.0, 86.603)
    """
    return cell_m**2 * (_HEX_ROW if kind == "hex" else 1.0)


def tiles_over(bounds: tuple[float, float, float, float], cell_m: float, kind: TileKind) -> Tiles:
    """Return tiles that cover the bounds, in order of rows from the south; a few may not touch them.

    Raises
    ------
    UsageError
        When there would be more than `MOST_TILES`; nothing is allocated before, and the message names a size that fits.

    Examples
    --------
    >>> tiles_over((0.0, 0.0, 1.5, 1.0), 1.0, "square").ids[:3]
    ['square-0-0', 'square-1-0', 'square-0-1']
    """
    west, south, east, north = bounds
    row_m = cell_m * (_HEX_ROW if kind == "hex" else 1.0)
    first_column, last_column = math.floor(west / cell_m) - (kind == "hex"), math.floor(east / cell_m)
    first_row, last_row = math.floor(south / row_m), math.floor(north / row_m) + (kind == "hex")
    count = (last_column - first_column + 1) * (last_row - first_row + 1)
    if count > MOST_TILES:
        fits = cell_m * math.sqrt(count / MOST_TILES) * 1.1
        raise UsageError(
            f"cells of {cell_m:g} m would make a grid of {count:,} cells, more than {MOST_TILES:,}",
            advice=f"Use cell_m={float(f'{fits:.2g}') + 10 ** (math.floor(math.log10(fits)) - 1):g} or more.",
        )
    columns, rows = np.arange(first_column, last_column + 1), np.arange(first_row, last_row + 1)
    return Tiles(kind, cell_m, np.tile(columns, len(rows)), np.repeat(rows, len(columns)))


def tile_of(x: Floats, y: Floats, cell_m: float, kind: TileKind) -> tuple[Numbers, Numbers]:
    """Return column and row of the tile that each place lies in.

    Examples
    --------
    >>> [int(number[0]) for number in tile_of(np.array([12.0]), np.array([-1.0]), 10.0, "square")]
    [1, -1]
    """
    if kind == "square":
        return np.floor(x / cell_m).astype(np.int64), np.floor(y / cell_m).astype(np.int64)
    # The nearest centre is less than a row away: it is in the row below or in the row above.
    below = np.floor(y / (cell_m * _HEX_ROW)).astype(np.int64)
    near = [_nearest_in_row(x, y, cell_m, row) for row in (below, below + 1)]
    upper = near[1][1] < near[0][1]
    return np.where(upper, near[1][0], near[0][0]), np.where(upper, below + 1, below)


def _nearest_in_row(x: Floats, y: Floats, cell_m: float, row: Numbers) -> tuple[Numbers, Floats]:
    """Return the column of the nearest hexagon in a row, the western of two, and its squared distance."""
    column = np.ceil(x / cell_m - 0.5 * (row % 2) - 0.5).astype(np.int64)
    centres = Tiles("hex", cell_m, column, row).centres
    return column, (x - centres[:, 0]) ** 2 + (y - centres[:, 1]) ** 2
