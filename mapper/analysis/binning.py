"""A density from parts: each says what it adds, the sums are smoothed once, and the surface is that of all records together.

Records that share a place are one kernel, so a part is told without loss by its distinct places and how many records are at each.
While the records of all parts together are no more than `MOST_BY_PLACE`, or few enough to be taken exactly, their places are
brought together, and the estimate is the very one of `density`, to the last digit. Where they are more, each part lays its
kernels, corrected for the edge, on the working lattice (a level for each radius, as in `gridded`), and what is added up is no
larger than the lattice, however many records there are.

Which of the two it is depends on all parts, so it is settled first, and so are the radii that make the levels: that takes one
look at each part (`gathered`, `together`); `deposited` is the second. Whatever makes a part forget its places makes all parts
together forget them. An edition's density: fixed bandwidth, Jones-Diggle.

While the places are known of no more than `MOST_BY_PLACE` records, the density of each calendar year can be had from them too
(`frames`). These are binned as soon as that is cheaper: twenty years cost little more than the density of all dates.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mapper.analysis import gridded
from mapper.analysis.counted import ALWAYS, DISTRICT, Selection, count
from mapper.analysis.dated import Dated, OfYear, all_dated, by_year, dated, none_dated
from mapper.analysis.density import SMALLEST_N, Setting, blank, drawn, warnings, within
from mapper.analysis.distinct import distinct_rows
from mapper.analysis.estimate import estimate, possible
from mapper.analysis.gridded import (
    Blur,
    convolved,
    deposit,
    gaussian_transfer,
    padded_shape,
    squared_transfer,
    times_of,
)
from mapper.analysis.kernel import Kernels
from mapper.analysis.levels import FEW, levels, radius_rungs
from mapper.analysis.mass_fields import are_few, kernel_masses
from mapper.analysis.placed import place_records, points
from mapper.analysis.uncertainty import standard_error
from mapper.model import DensityFrame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from mapper.analysis.lattice import Lattice
    from mapper.model import Surface

    Floats = NDArray[np.float64]

MOST_BY_PLACE = 1_000_000
"""Located records whose places are brought together, and of which each year has a density too: as many as a page can hold."""
MOST_YEAR_PLACES = 2**24
"""Places of the lattices of all years: beyond it they would take longer than all else in an edition."""


@dataclass(frozen=True, slots=True)
class Part:
    """What some of the records tell a density: how many are left out and located, and where.

    `at` holds their distinct places as rows x, y, radius, sorted, `records` how many there are at each, and `dated` the same by
    year; all are None once the records are too many, see `MOST_BY_PLACE`. `radii` are distinct, and of more than `levels.FEW`
    only some, the ends among them.
    """

    left_out: Mapping[str, int]
    located: int
    radii: Floats
    at: Floats | None
    records: Floats | None
    dated: Dated | None = None

    @property
    def has_places(self) -> bool:
        """Whether the places themselves are known."""
        return self.at is not None


@dataclass(frozen=True, slots=True)
class Bins:
    """Weights of kernels on the working lattices, by level: for the intensity, and for its variance."""

    intensity: Mapping[Blur, Floats]
    variance: Mapping[Blur, Floats]


def gathered(incidents: gpd.GeoDataFrame, setting: Setting) -> Part:
    """Return what located records tell a density.

    Raises
    ------
    DataRefused, UsageError
        As `mapper.analysis.density.density`.
    """
    counted = count(incidents, setting.area, Selection(), include_demining=False)
    at, place = points(incidents[counted.reasons == ""], setting.plane)
    records = np.asarray(np.bincount(place, minlength=len(at)), dtype=float)
    if len(place):
        possible(_kernels(at, records, setting), setting.window)
    part = _bounded(Part(counted.left_out, len(place), _some(at[:, 2]), at, records), setting)
    return replace(part, dated=dated(incidents, counted, place)) if part.located <= MOST_BY_PLACE else part


def nothing() -> Part:
    """Return what no record tells."""
    return Part(dict.fromkeys(ALWAYS, 0), 0, np.zeros(0), np.zeros((0, 3)), np.zeros(0), none_dated())


def together(parts: Sequence[Part], setting: Setting) -> Part:
    """Return what the records of several parts tell a density; in any order the same."""
    left_out = {reason: sum(part.left_out[reason] for part in parts) for reason in parts[0].left_out}
    whole = Part(
        left_out=left_out,
        located=sum(part.located for part in parts),
        radii=_some(np.concatenate([part.radii for part in parts])),
        at=None,
        records=None,
    )
    known = [(part.at, part.records) for part in parts if part.at is not None and part.records is not None]
    if len(known) < len(parts):
        return whole
    at, which = distinct_rows(np.concatenate([at for at, _ in known]))
    each = np.concatenate([records for _, records in known])
    records = np.asarray(np.bincount(which, weights=each, minlength=len(at)), dtype=float)
    renumbered = np.split(which, np.cumsum([len(at) for at, _ in known])[:-1])
    by_part = [(part.dated, new) for part, new in zip(parts, renumbered, strict=True) if part.dated is not None]
    has_years = len(by_part) == len(parts) and whole.located <= MOST_BY_PLACE
    return _bounded(replace(whole, at=at, records=records, dated=all_dated(by_part) if has_years else None), setting)


def deposited(incidents: gpd.GeoDataFrame, setting: Setting, radii: Floats) -> Bins:
    """Lay the kernels of located records on the working lattices of all parts, whose radii are given."""
    counted = count(incidents, setting.area, Selection(), include_demining=False)
    placed = place_records(incidents, counted, setting.plane, setting.window)
    kernels = _kernels(placed.at, placed.weights[0], setting)
    if not len(kernels):
        return Bins({}, {})
    correction = 1 / kernel_masses(kernels, setting.window, direct_limit=-1, radii=radii)
    return Bins(
        _on_lattice(kernels.reweighted(kernels.weight * correction), setting, radii),
        _on_lattice(
            _squared(kernels.reweighted(kernels.weight * correction**2), radii), setting, _squared_radii(radii)
        ),
    )


def added(bins: Sequence[Bins]) -> Bins:
    """Add up bins of the same lattices, in the order given."""
    return Bins(_sum([each.intensity for each in bins]), _sum([each.variance for each in bins]))


def surface(
    whole: Part, setting: Setting, bins: Bins | None = None, *, class_peak_per_km2: float | None = None
) -> Surface:
    """Return the density of all records, from their places or, where those are too many, from their bins.

    Its contours are in the classes of `class_peak_per_km2`, by default of its own peak.

    Raises
    ------
    UsageError
        When no cell of the grid has its centre in the window, or the bandwidth is too small for memory.
    """
    lattice, bandwidth = setting.lattice, setting.bandwidth
    empty = blank(setting, whole.located, whole.left_out, by_district=whole.left_out[DISTRICT])
    if whole.located < SMALLEST_N or lattice is None or bandwidth is None:
        return empty
    one_place = whole.at is not None and len(whole.at) == 1
    empty = replace(empty, warnings=warnings(setting, whole.located, one_place=one_place))
    if whole.at is not None and whole.records is not None:
        kernels, none = _kernels(whole.at, whole.records, setting), np.zeros(0)
        possible(kernels, setting.window)
        fitted = estimate(kernels, (), bandwidth, setting.window, lattice, edge="jones-diggle", adaptive=False)
        fields = fitted.sums(whole.records, none), standard_error(fitted, whole.records, none)
    elif bins is not None:
        blurred_disc = bool(whole.radii.any())
        variance = _smooth(bins.variance, lattice, squared=blurred_disc)
        fields = _smooth(bins.intensity, lattice, squared=False), np.sqrt(variance)
    else:
        raise ValueError("the places are not known, so the bins are needed")
    return within(drawn(empty, *fields), lattice, setting.window, setting.plane, class_peak_per_km2=class_peak_per_km2)


def frames(whole: Part, setting: Setting, of_all: Surface) -> tuple[DensityFrame, ...]:
    """Return the density of each calendar year that a record is certainly of, in the classes of that of all dates.

    Each is `density` with a `Selection` of that year, its contours aside, and binned as soon as that is cheaper (`lattice_sums`
    tells the error); a year of too few located records has its refusal. There is none where that of all dates was refused, none
    of more than `MOST_BY_PLACE` located records, and none where the lattices of all years have more than `MOST_YEAR_PLACES`.

    Raises
    ------
    UsageError
        As `surface`.
    """
    lattice, at, records = setting.lattice, whole.at, whole.records
    if whole.dated is None or at is None or records is None or lattice is None or of_all.refused is not None:
        return ()
    known, kernels = by_year(whole.dated), _kernels(at, records, setting)
    if not _fit(kernels, lattice, len(known)):
        return ()
    correction = 1 / kernel_masses(kernels, setting.window)
    return tuple(
        DensityFrame(each.year, _of_year(each, kernels, correction, setting, of_all.peak_per_km2)) for each in known
    )


def _fit(kernels: Kernels, lattice: Lattice, years: int) -> bool:
    return lattice.size * years <= MOST_YEAR_PLACES and gridded.bins_fit(kernels, lattice)


def _of_year(
    known: OfYear, kernels: Kernels, correction: Floats, setting: Setting, class_peak_per_km2: float
) -> Surface:
    """Return the density of one year; `kernels` and `correction` are of the places of all years."""
    located, lattice = int(known.records.sum()), setting.lattice
    period = Selection(since=dt.date(known.year, 1, 1), until=dt.date(known.year, 12, 31))
    empty = blank(setting, located, known.left_out, by_district=known.left_out[DISTRICT])
    empty = replace(empty, years=period.years)
    if located < SMALLEST_N or lattice is None:
        return empty
    own, factor = kernels.chosen(known.place), correction[known.place]
    intensity = gridded.lattice_sums(own.reweighted(known.records * factor), lattice, cheapest=True)
    variance = gridded.lattice_squares(own.reweighted(known.records * factor**2), lattice, cheapest=True)
    told = replace(empty, warnings=warnings(setting, located, one_place=len(own) == 1))
    whole = drawn(told, intensity, np.sqrt(np.maximum(variance, 0.0)))
    return within(whole, lattice, setting.window, setting.plane, class_peak_per_km2=class_peak_per_km2)


def _bounded(part: Part, setting: Setting) -> Part:
    """Forget the places of too many records where `density` would bin them: their bins are smaller, and give the same."""
    if part.at is None or part.records is None or part.located <= MOST_BY_PLACE or setting.lattice is None:
        return part
    kernels = _kernels(part.at, part.records, setting)
    ways = (
        gridded.is_separable(kernels, setting.lattice),
        gridded.is_separable(gridded.narrowed(kernels), setting.lattice),
    )
    exact = any(ways) or are_few(kernels, setting.window)
    return part if exact else replace(part, at=None, records=None, dated=None)


def _kernels(at: Floats, records: Floats, setting: Setting) -> Kernels:
    x, y, radius = (np.ascontiguousarray(each) for each in at.T)
    return Kernels(x, y, np.full(len(at), setting.bandwidth, dtype=float), records, radius)


def _some(radii: Floats) -> Floats:
    """Return the distinct radii; of too many to be levels themselves both ends and some more, which makes the same levels."""
    distinct = np.unique(radii)
    return distinct if len(distinct) <= FEW else np.append(distinct[:FEW], distinct[-1])


def _squared(kernels: Kernels, radii: Floats) -> Kernels:
    """Return kernels whose sums are the variance: the squares of Gaussians are Gaussians; a disc's is squared on the lattice."""
    return kernels if radii.any() else gridded.narrowed(kernels)


def _squared_radii(radii: Floats) -> Floats:
    return radii if radii.any() else np.zeros(1)


def _on_lattice(kernels: Kernels, setting: Setting, radii: Floats) -> dict[Blur, Floats]:
    lattice, sigma = setting.lattice, float(kernels.sigma[0])
    if lattice is None:
        return {}
    times = times_of(sigma, lattice)
    bins = lattice.refined(times)
    rungs = radii if len(radii) <= FEW else radius_rungs(radii, sigma)
    shape = padded_shape(bins, times, [Blur(sigma, float(radius)) for radius in rungs])
    return {Blur(level.sigma, level.radius): deposit(level.kernels, bins, shape) for level in levels(kernels, radii)}


def _sum(all_bins: Sequence[Mapping[Blur, Floats]]) -> dict[Blur, Floats]:
    total: dict[Blur, Floats] = {}
    for bins in all_bins:
        for blur, field in bins.items():
            total[blur] = total[blur] + field if blur in total else field
    return dict(sorted(total.items()))


def _smooth(bins: Mapping[Blur, Floats], lattice: Lattice, *, squared: bool) -> Floats:
    """Blur and add up the levels, once for all records."""
    times = times_of(next(iter(bins)).sigma, lattice)
    transfer = squared_transfer if squared else gaussian_transfer
    fields = ((blur, field.copy()) for blur, field in bins.items())
    return np.maximum(convolved(fields, lattice.refined(times), times, transfer), 0.0)
