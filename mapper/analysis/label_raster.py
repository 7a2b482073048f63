"""A raster over polygons that says of most of its cells what lies there, so that few points need an exact test.

A cell that no border touches lies in a polygon as a whole or not at all. Borders are cut into pieces a little shorter than a
cell, and every cell that the box of a piece reaches, grown by `_ROUNDING`, counts as touched: two cells each way at most, and
hardly more than the piece itself reaches. (Pieces of half a cell, and all neighbours of their cells, are the usual way; that
has two to three times as many points tested.) Between two touched cells of a row all cells answer alike: the first of them is
tested by its middle. Before the first and after the last touched cell of a row there is no ground of the polygon.

A cell with one polygon and no border holds its number; all others have a list. So overlapping polygons, which is what hazards
are, cost no more than their own cells, and coverages, which is what districts are, hardly need the lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

_LONGEST = 0.99
"""The longest piece, in cells along either axis: with its rounding it reaches no third cell."""
_ROUNDING = 1e-6
"""In cells: many times the error of a piece's end, which is about 1e-12, and nothing beside a cell."""
_RIM = 2
"""Cells around the polygons; the outermost, where all that lies outside is counted, is touched by no border."""
_SMALLEST_CELL = 64
"""A cell is at least so many times as large as the spacing of numbers there, so that its middle lies in it."""
_FEW = 1 << 16

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


class Borders(NamedTuple):
    """Every straight piece of the borders: its two ends and the polygon it belongs to, in order of polygons."""

    start: Floats
    end: Floats
    polygon: Codes


@dataclass(frozen=True, slots=True)
class Grid:
    """As many rows as columns over a box, and a rim; `per_x` and `per_y` are cells per unit."""

    west: float
    south: float
    per_x: float
    per_y: float
    side: int

    @property
    def columns(self) -> int:
        """Cells of a row, with the rim."""
        return self.side + 2 * _RIM

    def u(self, x: Floats) -> Floats:
        """Return positions along a row, in cells from the rim's western end."""
        return (x - self.west) * self.per_x + _RIM

    def v(self, y: Floats) -> Floats:
        """Return positions along a column, in cells from the rim's southern end."""
        return (y - self.south) * self.per_y + _RIM

    def cells(self, x: Floats, y: Floats) -> npt.NDArray[np.intp]:
        """Return the cell of each point; one outside, and what is no number, is in the rim."""
        with np.errstate(over="ignore"):
            column, row = self.u(x), self.v(y)
        for number in (column, row):
            # Unlike `clip`, these two take the limit where there is no number.
            np.fmin(number, self.columns - 1, out=number)
            np.fmax(number, 0, out=number)
        cell = row.astype(np.intp)
        cell *= self.columns
        cell += column.astype(np.intp)
        return cell


@dataclass(frozen=True, slots=True)
class LabelRaster:
    """What lies in each cell: nothing (0), one polygon wholly (its number + 1), or list k (-1 - k).

    List k is `listed[starts[k]:starts[k + 1]]`, in order of polygons; `touched` tells whose border may touch the cell.
    """

    grid: Grid
    label: Index
    starts: Codes
    listed: Index
    touched: Flags


def borders_of(polygons: Shapes) -> Borders:
    """Return the straight pieces of the rings of polygons and multipolygons."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    along = np.flatnonzero(ring[1:] == ring[:-1])
    return Borders(corners[along], corners[along + 1], owner[part[ring[along]]])


def grid_over(bounds: Floats, side: int) -> Grid | None:
    """Return a grid over a box (west, south, east, north); None where its cells would be too small for the numbers."""
    west, south, east, north = (float(bound) for bound in bounds)
    width, height = east - west, north - south
    smallest = _SMALLEST_CELL * side * float(np.spacing(np.abs(bounds).max()))
    if not smallest <= min(width, height) <= max(width, height) < np.inf:
        return None
    return Grid(west, south, side / width, side / height, side)


def make_raster(polygons: Shapes, borders: Borders, grid: Grid) -> LabelRaster:
    """Lay polygons onto a grid.

    Parameters
    ----------
    polygons : array of Polygon and MultiPolygon
        Prepared, none missing or empty.
    borders : Borders
        Theirs.
    grid : Grid
        Over a box that holds all of them.
    """
    touched = _touched(borders, grid)
    polygon, cell = np.divmod(touched, grid.columns**2)
    full_polygon, full_cell = _filled(polygons, polygon, cell, grid)
    there = np.bincount(cell, minlength=grid.columns**2)
    there += np.bincount(full_cell, minlength=grid.columns**2)
    label = np.zeros(grid.columns**2, dtype=np.int32)
    free = there[full_cell] == 1
    label[full_cell[free]] = full_polygon[free] + 1
    # The rest goes into lists: sorted by cell, then polygon, with a last bit for the border.
    many = ~free
    codes = np.concatenate(
        [
            (cell * len(polygons) + polygon) * 2 + 1,
            (full_cell[many] * len(polygons) + full_polygon[many]) * 2,
        ]
    )
    codes.sort()
    cell_of, entry = np.divmod(codes, 2 * len(polygons))
    first = np.flatnonzero(np.diff(cell_of, prepend=-1))
    label[cell_of[first]] = -1 - np.arange(len(first))
    return LabelRaster(grid, label, np.append(first, len(codes)), (entry >> 1).astype(np.int32), (entry & 1) == 1)


def pairs_by_raster(raster: LabelRaster, polygons: Shapes, x: Floats, y: Floats) -> Codes:
    """Return point * number of polygons + polygon for each point in a polygon or on its border, sorted."""
    label = raster.label[raster.grid.cells(x, y)]
    alone = np.flatnonzero(label > 0)
    asked = np.flatnonzero(label < 0)
    number = -1 - label[asked]
    entry, row = expanded(raster.starts[number], raster.starts[number + 1])
    point, polygon = asked[row], raster.listed[entry]
    inside = ~raster.touched[entry]
    border = np.flatnonzero(raster.touched[entry])
    # One polygon after another: its index then stays in the processor's cache.
    border = border[np.argsort(_short(polygon[border], len(polygons)), kind="stable")]
    at = point[border]
    inside[border] = shapely.intersects_xy(polygons[polygon[border]], x[at], y[at])
    found = np.concatenate([alone * len(polygons) + (label[alone] - 1), (point * len(polygons) + polygon)[inside]])
    # Two sorted runs: the stable sort merges them in one pass.
    found.sort(kind="stable")
    return found


def expanded(first: npt.NDArray[np.integer], last: npt.NDArray[np.integer]) -> tuple[Codes, Codes]:
    """Return all numbers of some ranges, one range after another, and the range each is of.

    Examples
    --------
    >>> numbers, which = expanded(np.array([5, 0]), np.array([7, 1]))
    >>> numbers.tolist(), which.tolist()
    ([5, 6, 0], [0, 0, 1])
    """
    count = last - first
    which = np.repeat(np.arange(len(count)), count)
    numbers = np.arange(len(which)) + (first - (np.cumsum(count) - count))[which]
    return numbers, which


def _short(numbers: Index, limit: int) -> npt.NDArray[np.integer]:
    """Return numbers below a limit as 16 bits where they fit: numpy sorts those by radix, five times as fast."""
    return numbers.astype(np.uint16) if limit <= _FEW else numbers


def _touched(borders: Borders, grid: Grid) -> Codes:
    """Return polygon * cells + cell for each cell that the border of a polygon may touch, sorted."""
    u, v = (
        np.stack([to_cells(borders.start[:, axis]), to_cells(borders.end[:, axis])])
        for axis, to_cells in enumerate((grid.u, grid.v))
    )
    reach = np.maximum(np.abs(u[1] - u[0]), np.abs(v[1] - v[0]))
    pieces = np.maximum(np.ceil(reach / _LONGEST), 1).astype(np.intp)
    piece, edge = expanded(np.zeros_like(pieces), pieces)
    start, end = piece / pieces[edge], (piece + 1) / pieces[edge]
    low_u, high_u = _spans(u, edge, start, end)
    low_v, high_v = _spans(v, edge, start, end)
    base = borders.polygon[edge] * grid.columns**2
    wide, tall = high_u > low_u, high_v > low_v
    codes = [base + low_v * grid.columns + low_u]
    for which, row, column in ((wide, low_v, high_u), (tall, high_v, low_u), (wide & tall, high_v, high_u)):
        codes.append(base[which] + row[which] * grid.columns + column[which])
    reached = np.concatenate(codes)
    # Thirty times as fast as `np.unique`, which hashes numbers before it sorts them.
    reached.sort()
    distinct: Codes = reached[np.diff(reached, prepend=-1) != 0]
    return distinct


def _spans(ends: Floats, edge: Codes, start: Floats, end: Floats) -> tuple[Codes, Codes]:
    """Return the first and the last cell that each piece reaches along one axis."""
    origin, run = ends[0][edge], (ends[1] - ends[0])[edge]
    one, other = origin + start * run, origin + end * run
    low, high = np.minimum(one, other) - _ROUNDING, np.maximum(one, other) + _ROUNDING
    return low.astype(np.intp), high.astype(np.intp)


def _filled(polygons: Shapes, polygon: Codes, cell: Codes, grid: Grid) -> tuple[Codes, Codes]:
    """Return the free cells inside each polygon: those between two touched cells of a row whose first one is inside."""
    row = cell // grid.columns
    gap = np.flatnonzero((np.diff(polygon) == 0) & (np.diff(row) == 0) & (np.diff(cell) > 1))
    first, last, owner = cell[gap] + 1, cell[gap + 1], polygon[gap]
    middle_y, middle_x = np.divmod(first, grid.columns)
    x = grid.west + (middle_x + (0.5 - _RIM)) / grid.per_x
    y = grid.south + (middle_y + (0.5 - _RIM)) / grid.per_y
    inside = shapely.intersects_xy(polygons[owner], x, y)
    filled, run = expanded(first[inside], last[inside])
    return owner[inside][run], filled
