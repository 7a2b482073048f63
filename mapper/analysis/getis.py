"""Getis-Ord Gi* with binary weights, its p-values, and control of the false-discovery rate.

The planar core of hot spots: counts and neighbours in, numbers out. The choices behind it:

- *Not esda*: `G_Local` gives the same z (the tests compare), but it costs 65 MB of packages with scikit-learn under them
  and more than the whole of our other imports to load, and its p are those of the normal law, one-sided, or of random
  permutations. Neither serves here. Accidents are few and most units hold none: such sums are far from normal, in the upper
  tail by orders of magnitude. And 999 permutations cannot show a p below 0.001, which a thousand units need.
- *The permutation law exactly instead of by chance*: if every arrangement of the counts on the units is as likely as any
  other, the sum of a unit and its k - 1 neighbours is the sum of k counts drawn without replacement. That law is a product
  of small polynomials, one for each distinct count, so it is computed and not sampled: no seed, and any p can be told.
  Where the polynomials would grow too large (thousands of records in a unit) the normal law stands in, and the answer says so.
- *Two-sided*, twice the smaller tail: a hot spot and a cold spot are asked for at once.
- *Benjamini-Hochberg over all units*. Neighbouring units share records, and their dependence is positive, under which the
  procedure keeps its promise.

Formula: Getis and Ord 1992, Ord and Getis 1995; false discovery: Benjamini and Hochberg 1995, for maps of local statistics
Caldas de Castro and Singer 2006.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree
from scipy.special import erfc, gammaln

from mapper.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

MOST_PAIRS = 20_000_000
"""Pairs of neighbours that a run may hold (about 0.5 GB)."""
MOST_STEPS = 1_000_000_000
"""Multiplications that the exact law may cost, about a second or two."""

_LARGEST_DRAW = 300


@dataclass(frozen=True, slots=True)
class LocalG:
    """Gi* of each unit: `z`, its two-sided `p`, how many units its neighbourhood has (itself included).

    `p_from` says which law the p come from: "exact" (every arrangement equally likely) or "normal".
    """

    z: Floats
    p: Floats
    neighbours: Counts
    p_from: Literal["exact", "normal"]


def gi_star(counts: Counts, centres: Floats, neighbours_m: float) -> LocalG:
    """Return Gi* of counts on units, with weight 1 for every unit whose centre is within `neighbours_m`, itself included.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        Records in each unit.
    centres : ndarray, shape (n, 2)
        Of the units, in a plane.
    neighbours_m : float
        In the plane's unit; a centre exactly that far (to rounding) is a neighbour.

    Raises
    ------
    DataRefused
        When all counts are equal: nothing can stand out.
    UsageError
        When a unit would have all units as its neighbours, or there would be more than `MOST_PAIRS` pairs.

    Notes
    -----
    z = (sum of the neighbourhood - k m) / (s sqrt(k (n - k) / (n - 1))), where k is the number of units in it, m and s
    the mean and the standard deviation of all counts (over n).

    Examples
    --------
    Nine counts in a row, all records in the first two units:

    >>> row = np.column_stack([np.arange(9.0), np.zeros(9)])
    >>> found = gi_star(np.array([3, 3, 0, 0, 0, 0, 0, 0, 0]), row, 1.0)
    >>> found.z.round(3)[:3].tolist(), found.p.round(4)[:3].tolist()
    ([2.828, 2.138, 0.535], [0.0556, 0.1667, 1.0])
    """
    if len(counts) == 0 or counts.min() == counts.max():
        raise DataRefused("all units hold the same number of records, so none can stand out")
    near = _neighbours(centres, neighbours_m)
    k = near.sum(axis=1).astype(np.int64)
    n = len(counts)
    if k.max() >= n:
        raise UsageError(
            f"within {neighbours_m:g} m of some unit lie all {n} units, so there is nothing to compare it with",
            advice="Use a smaller neighbours_m.",
        )
    sums = near @ counts
    z = (sums - k * counts.mean()) / (counts.std() * np.sqrt(k * (n - k) / (n - 1)))
    if _cost(counts, int(k.max())) > MOST_STEPS:
        return LocalG(z, np.asarray(erfc(np.abs(z) / np.sqrt(2))), k, "normal")
    return LocalG(z, exact_p(counts, sums, k), k, "exact")


def _neighbours(centres: Floats, neighbours_m: float) -> csr_array:
    """Return the binary weights, the diagonal included."""
    tree = KDTree(centres)
    reach = neighbours_m * (1 + 1e-9)
    pairs = int(tree.count_neighbors(tree, reach))
    if pairs > MOST_PAIRS:
        raise UsageError(
            f"{neighbours_m:g} m would make {pairs:,} pairs of neighbours, more than {MOST_PAIRS:,}",
            advice="Use a smaller neighbours_m, or larger cells.",
        )
    one, other = tree.query_pairs(reach, output_type="ndarray").T
    itself = np.arange(len(centres))
    rows, columns = np.concatenate([one, other, itself]), np.concatenate([other, one, itself])
    return csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(len(centres), len(centres)))


def exact_p(counts: Counts, sums: Counts, drawn: Counts) -> Floats:
    """Return the two-sided p of sums of counts, if each were a draw without replacement from all counts.

    Parameters
    ----------
    counts : ndarray of int, shape (n,)
        All counts.
    sums, drawn : ndarray of int, shape (m,)
        Each sum, and how many counts it is of.

    Examples
    --------
    Of four units, one holds a record; it is one of two drawn in half of the cases:

    >>> exact_p(np.array([1, 0, 0, 0]), np.array([1, 0]), np.array([2, 2])).tolist()
    [1.0, 1.0]
    >>> exact_p(np.array([1, 0, 0, 0, 0, 0, 0, 0]), np.array([1]), np.array([1])).round(12).tolist()
    [0.25]
    """
    least, step = _steps_of(counts)
    law = _laws((counts - least) // step, int(drawn.max()))
    at = (sums - least * drawn) // step
    result = np.empty(len(sums))
    for k in np.unique(drawn):
        chance = law[k] / law[k].sum()
        below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
        rows = drawn == k
        result[rows] = 2 * np.minimum(below[at[rows]], above[at[rows]])
    return np.minimum(result, 1.0)


def _laws(counts: Counts, most: int) -> Floats:
    """Return, for draws of 0 to `most` counts, a row of weights by their sum: proportional to the chances.

    The coefficients of the product over distinct counts v, each held by m units, of sum_a C(m, a) u^a t^(a v). The factor
    (most / n)^a, the same for all of a row, keeps the numbers within range.
    """
    values, held = np.unique(counts, return_counts=True)
    widest = int(np.sort(counts)[-most:].sum())
    law = np.zeros((most + 1, widest + 1))
    law[0, 0] = 1.0
    log_scale = np.log(most / len(counts))
    for value, units in zip(values.tolist(), held.tolist(), strict=True):
        product = law.copy()
        for a in range(1, min(units, most) + 1):
            if a * value > widest:
                break
            ways = np.exp(gammaln(units + 1) - gammaln(a + 1) - gammaln(units - a + 1) + a * log_scale)
            product[a:, a * value :] += ways * law[: most + 1 - a, : widest + 1 - a * value]
        law = product
    return law


def _steps_of(counts: Counts) -> tuple[int, int]:
    """Return the least count, and the largest step in which all others lie above it: the law needs no finer one."""
    least = int(counts.min())
    return least, int(np.gcd.reduce(counts - least))


def _cost(counts: Counts, most: int) -> float:
    """Estimate what `_laws` would cost, in multiplications."""
    if most > _LARGEST_DRAW:
        return np.inf
    least, step = _steps_of(counts)
    held = np.unique(counts, return_counts=True)[1]
    widest = float(np.sort((counts - least) // step)[-most:].sum()) + 1
    return float(np.minimum(held, most).sum()) * (most + 1) * widest


def false_discovery(p: Floats) -> Floats:
    """Return q of each p by Benjamini and Hochberg: the least false-discovery rate at which it would be named.

    Examples
    --------
    The example of four tests, by hand: 0.01 x 4/1, 0.02 x 4/2, 0.03 x 4/3 and 0.5, each no larger than those after it.

    >>> false_discovery(np.array([0.5, 0.03, 0.01, 0.02])).round(12).tolist()
    [0.5, 0.04, 0.04, 0.04]
    """
    order = np.argsort(p, kind="stable")
    n = len(p)
    stepped = p[order] * (n / np.arange(1, n + 1))
    result = np.empty(n)
    result[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return result
