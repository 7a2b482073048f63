"""How sure a surface is: its standard error, and an interval by bootstrap.

Both take the records as a Poisson process and the bandwidths as given. The variance of a sum of weight times kernel is then
the sum of their squares, where an edge correction is a factor of the kernel. The bootstrap draws each record a Poisson(1) number
of times, since how many accidents are reported is chance as well, and tells the 2.5 and 97.5 percent quantiles of each cell:
unlike a standard error they are not symmetric, and never below 0. Neither knows of places or bandwidths that are wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mapper.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.analysis.estimate import Estimate

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]

MOST_REPLICATED_CELLS = 2**27
"""Replicates times cells: one GiB of doubles."""
FEWEST_REPLICATES = 20

_QUANTILES = (0.025, 0.975)


def standard_error(fitted: Estimate, squares: Floats, district_squares: Floats) -> Floats:
    """Return the Poisson standard error on the lattice.

    Parameters
    ----------
    fitted : Estimate
        The surface's kernels and edge correction.
    squares, district_squares : array of float
        Sums of squared weights, one per place and one per district.

    Returns
    -------
    array of float
        The root of the sum of squared weighted kernels, in the unit of the surface.
    """
    return np.sqrt(np.maximum(fitted.squares(squares, district_squares), 0.0))


def bootstrap(fitted: Estimate, place: Rows, weight: Floats, replicates: int, seed: int) -> Floats:
    """Return the lower and upper bound of the 95 percent interval: shape (2, rows, columns).

    Parameters
    ----------
    fitted : Estimate
        What is estimated.
    place : ndarray of shape (n,)
        For each record its kernel, districts numbered on after the places.
    weight : ndarray of shape (n,)
        What each record counts for.
    replicates, seed : int
        How many surfaces are drawn, and the start of the random numbers: the same seed gives the same bytes.
    """
    kernels, districts = len(fitted.kernels), len(fitted.fields)
    draw = np.random.default_rng(seed)
    surfaces = np.empty((replicates, fitted.lattice.rows, fitted.lattice.columns))
    for number in range(replicates):
        times = weight * draw.poisson(1.0, len(place))
        drawn = np.asarray(np.bincount(place, weights=times, minlength=kernels + districts), dtype=float)
        surfaces[number] = fitted.sums(drawn[:kernels], drawn[kernels:])
    return np.asarray(np.quantile(surfaces, _QUANTILES, axis=0, overwrite_input=True))


def possible_bootstrap(replicates: int, cells: int) -> None:
    """Refuse a number of replicates that tells nothing, or does not fit, before anything is allocated.

    Raises
    ------
    UsageError
        When it is below `FEWEST_REPLICATES` (0 is none at all), or would fill more than `MOST_REPLICATED_CELLS`.
    """
    if replicates and replicates < FEWEST_REPLICATES:
        raise UsageError(f"a bootstrap of {replicates} tells nothing", advice=f"Use {FEWEST_REPLICATES} or more, or 0.")
    if replicates * cells > MOST_REPLICATED_CELLS:
        raise UsageError(
            f"a bootstrap of {replicates} surfaces of {cells:,} cells does not fit in memory",
            advice=f"Use {MOST_REPLICATED_CELLS // cells} or fewer, or a larger cell_m.",
        )
