"""Points in the order of a grid: the smallest way to store them, and the index that the page draws and searches by.

Sorted places need few bits each: a step from the one before, and a cell that some tens of them share. Of a million clustered
places that is 25 bits each after compression, where two 32-bit numbers would be 64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

if TYPE_CHECKING:
    from mapper.output.packing import Body, Described, Whole

UNITS_PER_DEGREE = 1_000_000
_ROWS_PER_CELL = 32
_LARGEST_CELL, _SMALLEST_CELL = 20, 8
_HALF_UNIT_M = 0.08
"""The way across half a unit of longitude and of latitude, at most: hypot(0.0557, 0.0559) m."""
_COLUMN_BITS = 31


@dataclass(frozen=True)
class Grid:
    """Places in whole 1e-6 degree, in the order of their cells; `order` are the rows they came from, those without one last."""

    order: Whole
    x: Whole
    y: Whole
    power: int
    is_exact: bool

    @classmethod
    def of(cls, points: npt.NDArray[Any], *then: npt.NDArray[Any]) -> Grid:
        """Sort points by cell, in it by latitude and longitude, then by the other keys, then as they came."""
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        there = np.isfinite(lon) & np.isfinite(lat)
        x, y = (np.rint(np.where(there, degrees, 0) * UNITS_PER_DEGREE).astype(np.int64) for degrees in (lon, lat))
        power = _cell_power(x[there], y[there])
        east, north = x - _least(x[there]), y - _least(y[there])
        inside, columns = (1 << power) - 1, (_most(east[there]) >> power) + 1
        cell = (north >> power) * columns + (east >> power)
        # A degree of a million units: both axes of the earth are 58 bits, however they are cut into cells.
        spot = (cell << 2 * power) + ((north & inside) << power) + (east & inside)
        order = np.lexsort((*reversed(then), spot, ~there)).astype(np.int64)
        placed = order[: int(there.sum())]
        return cls(
            order=order,
            x=x[placed],
            y=y[placed],
            power=power,
            is_exact=bool((there <= ((x / UNITS_PER_DEGREE == lon) & (y / UNITS_PER_DEGREE == lat))).all()),
        )

    def described(self, body: Body) -> Described:
        """Append the places to the body; `columns.py` tells what each part is."""
        west, south = _least(self.x), _least(self.y)
        column, row = (self.x - west) >> self.power, (self.y - south) >> self.power
        first = np.flatnonzero(np.diff((row << _COLUMN_BITS) + column, prepend=-1) != 0)
        north = self.y - south - (row << self.power)
        steps = np.diff(north, prepend=0)
        steps[first] = north[first]
        return {
            "cell": self.power,
            "west": west,
            "south": south,
            "rounded_m": 0 if self.is_exact else _HALF_UNIT_M,
            "rows": body.ints(np.diff(row[first], prepend=0)),
            "columns": body.ints(column[first]),
            "counts": body.ints(np.diff(first, append=len(self.x))),
            "north": body.ints(steps),
            "east": body.ints(self.x - west - (column << self.power)),
        }


def _least(values: Whole) -> int:
    return int(values.min()) if len(values) else 0


def _most(values: Whole) -> int:
    return int(values.max()) if len(values) else 0


def _cell_power(x: Whole, y: Whole) -> int:
    """Edge of the cells as a power of two, so that some tens of places share one."""
    for power in range(_LARGEST_CELL, _SMALLEST_CELL, -1):
        if len(x) <= _ROWS_PER_CELL * len(pd.unique(((y >> power) << 32) + (x >> power))):
            return power
    return _SMALLEST_CELL
