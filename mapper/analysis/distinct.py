"""Distinct rows of numbers, several times as fast as `numpy.unique` by axis, which sorts rows as opaque records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def distinct_rows(rows: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the distinct rows, sorted by their columns from the first on, and for each row which of them it is.

    Examples
    --------
    >>> found, which = distinct_rows(np.array([[2.0, 1.0], [1.0, 3.0], [2.0, 1.0]]))
    >>> found.tolist(), which.tolist()
    ([[1.0, 3.0], [2.0, 1.0]], [1, 0, 1])
    """
    order = np.lexsort(rows.T[::-1])
    in_order = rows[order]
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    which = np.empty(len(rows), dtype=np.intp)
    which[order] = np.cumsum(begins) - 1
    return in_order[begins], which
