"""Regularly spaced places in a plane: laying them over a window, reading a field between them, areas of their cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import map_coordinates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.window import Window

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lattice:
    """Regularly spaced places in a plane: `columns` x `rows`, the first in the south-west at (`west`, `south`)."""

    west: float
    south: float
    step: float
    columns: int
    rows: int

    @property
    def x(self) -> Floats:
        """Eastings, shape (columns,)."""
        return np.asarray(self.west + self.step * np.arange(self.columns), dtype=float)

    @property
    def y(self) -> Floats:
        """Northings, shape (rows,)."""
        return np.asarray(self.south + self.step * np.arange(self.rows), dtype=float)

    @property
    def size(self) -> int:
        """How many places."""
        return self.columns * self.rows

    def refined(self, times: int) -> Lattice:
        """Return the lattice with `times` as many steps in the same extent; every `times`-th place is one of this."""
        columns, rows = (self.columns - 1) * times + 1, (self.rows - 1) * times + 1
        return Lattice(self.west, self.south, self.step / times, columns, rows)


def lattice_over(bounds: tuple[float, float, float, float], step: float, margin: int) -> Lattice:
    """Return cell centres that cover the bounds, cell edges at multiples of `step`, `margin` cells more on each side.

    Examples
    --------
    >>> lattice_over((0.5, 0.0, 2.5, 1.0), 1.0, 0)
    Lattice(west=0.5, south=0.5, step=1.0, columns=3, rows=1)
    """
    west, south = (math.floor(bounds[i] / step) - margin for i in (0, 1))
    east, north = (math.ceil(bounds[i] / step) + margin for i in (2, 3))
    return Lattice((west + 0.5) * step, (south + 0.5) * step, step, east - west, north - south)


def read(field: Floats, lattice: Lattice, x: Floats, y: Floats) -> Floats:
    """Read a smooth field between the places of its lattice by quintic splines: shape (n,)."""
    where = np.vstack([(y - lattice.south) / lattice.step, (x - lattice.west) / lattice.step])
    return np.asarray(map_coordinates(field, where, order=5, mode="mirror"))


def cell_areas(window: Window, lattice: Lattice) -> Floats:
    """Return the area of the window in each lattice cell, exactly: shape (rows, columns), square units.

    The window must lie within the lattice's cells. Edges are cut at the cell borders; each piece gives its own cell the
    area to its left, and all cells further west a whole strip: a sum from the east puts the strips together.

    Examples
    --------
    >>> import shapely
    >>> from mapper.analysis.window import plane_window
    >>> cell_areas(plane_window(shapely.box(0.5, 0, 2, 1)), Lattice(0.5, 0.5, 1.0, 2, 1)).tolist()
    [[0.5, 1.0]]
    """
    corner = np.array([lattice.west, lattice.south] * 2) - lattice.step / 2
    x1, y1, x2, y2 = ((window.edges - corner) / lattice.step).T
    edges = np.arange(len(x1))
    cuts = [(edges, np.zeros(len(x1))), (edges, np.ones(len(x1))), _crossings(x1, x2), _crossings(y1, y2)]
    edge, along = (np.concatenate(each) for each in zip(*cuts, strict=True))
    order = np.lexsort((along, edge))
    edge, along = edge[order], along[order]
    within = edge[1:] == edge[:-1]
    edge, start, end = edge[:-1][within], along[:-1][within], along[1:][within]
    middle = (start + end) / 2
    x_middle = x1[edge] + middle * (x2 - x1)[edge]
    y_middle = y1[edge] + middle * (y2 - y1)[edge]
    rise = (end - start) * (y2 - y1)[edge]
    column = np.clip(np.floor(x_middle).astype(np.intp), 0, lattice.columns - 1)
    row = np.clip(np.floor(y_middle).astype(np.intp), 0, lattice.rows - 1)
    cell, shape = row * lattice.columns + column, (lattice.rows, lattice.columns)
    own = np.bincount(cell, weights=rise * (x_middle - column), minlength=lattice.size).reshape(shape)
    strip = np.bincount(cell, weights=rise, minlength=lattice.size).reshape(shape)
    from_east = np.cumsum(strip[:, ::-1], axis=1)[:, ::-1] - strip
    return np.asarray((own + from_east) * lattice.step**2)


def _crossings(start: Floats, end: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return, for each whole number strictly between start and end, the edge and how far along it lies (0 to 1)."""
    low, high = np.floor(np.minimum(start, end)) + 1, np.ceil(np.maximum(start, end)) - 1
    counts = np.maximum(high - low + 1, 0).astype(np.intp)
    edge = np.repeat(np.arange(len(start)), counts)
    number = low[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    return edge, (number - start[edge]) / (end - start)[edge]
