"""Coordinates as text: as many decimals as a place can be known to, and no shape spoilt by leaving the others out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

_DEGREE_DECIMALS, _METRE_DECIMALS = 7, 3


def decimal(number: float) -> str:
    """Return a rounded coordinate as digits alone: a small one in Python's own way has an exponent, which GPX does not allow.

    Examples
    --------
    >>> decimal(46.75), decimal(-1e-07), decimal(40.0)
    ('46.75', '-0.0000001', '40.0')
    """
    text = repr(number)
    return f"{number:.{_DEGREE_DECIMALS}f}" if "e" in text else text


def rounded(shapes: npt.NDArray[np.object_], *, geographic: bool) -> npt.NDArray[np.object_]:
    """Round coordinates to 7 decimals of a degree (1 cm) or 3 of a metre; a shape that would then be invalid stays as it is.

    Examples
    --------
    >>> rounded(np.array([shapely.Point(46.123456789, 40), None]), geographic=True).tolist()
    [<POINT (46.123 40)>, None]
    """
    return to_decimals(shapes, _DEGREE_DECIMALS if geographic else _METRE_DECIMALS)


def to_decimals(shapes: npt.NDArray[np.object_], decimals: int) -> npt.NDArray[np.object_]:
    """Round coordinates; a shape that would then be invalid stays as it is."""
    made = shapely.transform(shapes, lambda xy: np.round(xy, decimals))
    spoilt = shapely.is_valid(shapes) & ~shapely.is_valid(made)
    return np.where(spoilt, shapes, made)
