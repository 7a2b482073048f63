"""How long a density on a grid takes, and how exact it is, beside what others would use.

    .venv/bin/pytest tests/benchmarks/test_density.py --benchmark-enable -s

prints one table: a million points at cells of a quarter bandwidth on 512 x 512 and 2048 x 2048, against KDEpy's FFTKDE and
`scipy.signal.fftconvolve` of a histogram; adaptive bandwidths for 100,000 and 1,000,000 points. To reach: an error of at most a
thousandth of fftconvolve's in 4 times its time at 512 and about its time at 2048; adaptive within 25 times the fixed. Without
the option a few points are taken and the errors alone are held. KDEpy is an extra (`benchmarks`); without it its row is left out.

Errors are over the peak, against the exact sum at some rows of the grid. CPU time is the least of three; memory is the highest
mark of arrays that numpy allocates.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
import tracemalloc
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from scipy.signal import fftconvolve

from mapper.analysis.gridded import binned_sums, separable_sums
from mapper.analysis.kernel import REACH, Kernels, abramson
from mapper.analysis.lattice import Lattice, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

    Floats = NDArray[np.float64]

CELLS_PER_BANDWIDTH = 4
FEW = 2_000
ROUNDS = 3
ROWS_HELD = 3


class Setting(NamedTuple):
    """Points in the unit square, on a grid of so many cells to a side."""

    points: Kernels
    lattice: Lattice

    @property
    def sigma(self) -> float:
        """The common bandwidth."""
        return float(self.points.sigma[0])


def setting(n: int, cells: int) -> Setting:
    """Return clustered points, the same at every run, away from the border."""
    rng = np.random.default_rng(20201110)
    centres = rng.uniform(0.2, 0.8, (40, 2))
    near = centres[rng.integers(0, 40, n // 2)] + rng.normal(0, 0.03, (n // 2, 2))
    xy = np.clip(np.vstack([near, rng.uniform(0.1, 0.9, (n - n // 2, 2))]), 0.05, 0.95)
    sigma = np.full(n, CELLS_PER_BANDWIDTH / cells)
    points = Kernels(xy[:, 0].copy(), xy[:, 1].copy(), sigma, np.ones(n))
    return Setting(points, Lattice(0.5 / cells, 0.5 / cells, 1 / cells, cells, cells))


def ours(given: Setting) -> Floats:
    """Return the fixed density."""
    return binned_sums(given.points, given.lattice)


def adaptive(given: Setting) -> Floats:
    """Return Abramson's density, its pilot on the same grid; neither has an edge to correct here."""
    pilot = read(ours(given), given.lattice, given.points.x, given.points.y)
    local = abramson(np.maximum(pilot, 1e-9), given.points.weight, given.sigma)
    return binned_sums(given.points.resized(local), given.lattice)


def convolved(given: Setting) -> Floats:
    """Return a histogram convolved by scipy."""
    cells = given.lattice.columns
    counts = np.histogram2d(given.points.y, given.points.x, bins=cells, range=[[0, 1], [0, 1]])[0]
    reach = np.arange(-9 * CELLS_PER_BANDWIDTH, 9 * CELLS_PER_BANDWIDTH + 1)
    bell = np.exp(-0.5 * (reach / CELLS_PER_BANDWIDTH) ** 2)
    kernel = np.outer(bell, bell) / bell.sum() ** 2
    return np.asarray(fftconvolve(counts, kernel, mode="same") * cells**2)


def kdepy(given: Setting) -> Floats:
    """Return KDEpy's density, with linear binning."""
    fft_kde = importlib.import_module("KDEpy").FFTKDE
    x, y = np.meshgrid(given.lattice.x, given.lattice.y, indexing="ij")
    data = np.column_stack([given.points.x, given.points.y])
    # Its grid must hold all points and be sorted by x, then y.
    values = fft_kde(kernel="gaussian", bw=given.sigma).fit(data).evaluate(np.column_stack([x.ravel(), y.ravel()]))
    return np.asarray(values.reshape(x.shape).T * len(data))


WAYS: dict[str, Callable[[Setting], Floats]] = {"ours": ours, "fftconvolve": convolved}
if importlib.util.find_spec("KDEpy") is not None:
    WAYS["KDEpy"] = kdepy


def error_over_peak(found: Floats, given: Setting) -> float:
    """Return the largest difference from the exact sum at some rows, the peak's among them, over the peak."""
    peak_row = int(np.unravel_index(np.argmax(found), found.shape)[0])
    rows = np.unique([peak_row, *np.linspace(0, given.lattice.rows - 1, ROWS_HELD + 2).astype(int)[1:-1]])
    worst = 0.0
    for row in rows:
        line = Lattice(given.lattice.west, float(given.lattice.y[row]), given.lattice.step, given.lattice.columns, 1)
        near = given.points.chosen(np.abs(given.points.y - line.south) < REACH * given.sigma)
        worst = max(worst, float(np.abs(separable_sums(near, line)[0] - found[row]).max()))
    return worst / float(found.max())


def measured(way: Callable[[Setting], Floats], given: Setting) -> tuple[float, float]:
    """Return the least CPU time of some rounds in seconds, and the highest memory in MB."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        way(given)
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    way(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return min(seconds), peak / 1e6


def table(lines: list[tuple[object, ...]]) -> str:
    """Return lines as columns."""
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(str(cell).rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )


def test_fixed_and_adaptive(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """A few points without measuring: ours is within 3e-6 of the peak, and a hundredth of the histogram's error."""
    if benchmark.disabled:
        given = setting(FEW, 128)
        error = benchmark(lambda: error_over_peak(ours(given), given))
        assert error < 3e-6
        assert error < 1e-2 * error_over_peak(convolved(given), given)
        assert adaptive(given).sum() / 128**2 == pytest.approx(FEW, rel=5e-3)
        return
    lines: list[tuple[object, ...]] = [("points", "grid", "way", "CPU s", "of fftconvolve", "MB", "error / peak")]
    fixed = {}
    for cells in (512, 2048):
        given = setting(1_000_000, cells)
        base = measured(convolved, given)[0]
        for name, way in WAYS.items():
            seconds, memory = measured(way, given)
            fixed[name, cells] = seconds
            error = error_over_peak(way(given), given)
            row = (f"{seconds:.2f}", f"{seconds / base:.2f}", f"{memory:.0f}", f"{error:.1e}")
            lines.append((1_000_000, cells, name, *row))
    for n in (100_000, 1_000_000):
        given = setting(n, 512)
        seconds, memory = measured(adaptive, given)
        ratio = f"{seconds / measured(ours, given)[0]:.1f} of fixed"
        lines.append((n, 512, "adaptive", f"{seconds:.2f}", ratio, f"{memory:.0f}", ""))
    with capsys.disabled():
        print("\n" + table(lines))  # noqa: T201 - the table is what this is for
    benchmark(lambda: ours(setting(100_000, 512)))
