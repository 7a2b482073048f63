"""What counts in a density and for how much: filters, periods, weights, districts, and how sure the surface is."""

from __future__ import annotations

import datetime as dt
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.analysis.counted import Selection
from mapper.analysis.density import density
from mapper.analysis.estimate import mass_of_district
from mapper.analysis.kernel import masses
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, MapperError, UsageError
from mapper.output.rasters import geotiff
from tests.test_density import WINDOW, located, scattered

if TYPE_CHECKING:
    import geopandas as gpd

    from mapper.model import Edge

YEAR = Selection(since=dt.date(2021, 1, 1), until=dt.date(2021, 12, 31))
DISTRICT = shapely.box(46.5, 39.3, 46.8, 39.6)


def dated(dates: list[str | None]) -> gpd.GeoDataFrame:
    """Return located records with these dates, as precise as they are written."""
    frame = located(scattered(len(dates)))
    return frame.assign(date_start=pd.Series(dates, dtype="str"))


def with_districts(points: int, shapes: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    """Return located records, and records known by district."""
    frame = located([*scattered(points), *shapes])
    frame["place"] = ["disc"] * points + ["district"] * len(shapes)
    return frame


def test_a_period_tells_uncertain_dates_apart() -> None:
    """2021 is certain for 12 days and the year itself; a span over New Year and a record of no date are uncertain."""
    dates: list[str | None] = [*["2021-05-03"] * 12, "2020-12-31", "2021", "2020-12-30", None]
    frame = dated(dates)
    frame["date_end"] = pd.Series({14: "2021-01-02"}, dtype="str").reindex(range(16))
    surface = density(frame, window=WINDOW, selection=YEAR)
    assert surface.n == 13
    assert surface.left_out["outside_period"] == 1
    assert surface.left_out["uncertain_date"] == 2
    assert surface.n + sum(surface.left_out.values()) == len(frame)


def test_rates_are_per_year_of_the_period() -> None:
    """365 days are 365 / 365.2425 years; the rate is the intensity over that."""
    surface = density(dated([*["2021-05-03"] * 20]), window=WINDOW, selection=YEAR)
    assert surface.years == pytest.approx(365 / 365.2425)
    rates = surface.to_dict()["per_year"]
    assert rates["integral"] == pytest.approx(surface.integral * 365.2425 / 365)
    assert surface.intensity_per_km2_year is not None
    assert np.nanmax(surface.intensity_per_km2_year) == pytest.approx(rates["peak_per_km2"])
    assert density(located(scattered(20)), window=WINDOW).to_dict()["per_year"] is None


def test_devices_and_accident_types_filter() -> None:
    """Each record is left out under one reason; naming the type of demining accidents counts them."""
    frame = located(scattered(36)).assign(device_category=["ap_mine", "uxo", None] * 12)
    surface = density(frame, window=WINDOW, selection=Selection(devices=("ap_mine",)))
    assert (surface.n, surface.left_out["other_device"]) == (12, 24)
    frame["accident_type"] = ["demining_accident"] * 15 + ["unknown"] * 21
    only = density(frame, window=WINDOW, selection=Selection(accident_types=("demining_accident",)))
    assert (only.n, only.left_out["other_accident_type"]) == (15, 21)


def test_casualties_weigh() -> None:
    """Two persons each: the surface doubles, and sums to the persons; a record that states none is told apart."""
    frame = located(scattered(30)).assign(killed_civilian=1, injured_military=1)
    plain, weighed = (
        density(frame, window=WINDOW, selection=Selection(weights=by)) for by in ("accidents", "casualties")
    )
    np.testing.assert_allclose(weighed.intensity_per_km2, 2 * plain.intensity_per_km2, rtol=1e-12)
    assert weighed.peak_standard_error_per_km2 == pytest.approx(2 * (plain.peak_standard_error_per_km2 or 0), rel=1e-9)
    frame["killed_civilian"] = pd.Series([pd.NA] * 5 + [2] * 25, dtype="Int64")
    frame["injured_military"] = pd.Series([pd.NA] * 5 + [0] * 25, dtype="Int64")
    some = density(frame, window=WINDOW, selection=Selection(weights="casualties"), cell_m=500)
    assert some.left_out["casualties_not_stated"] == 5
    assert some.integral == pytest.approx(50, rel=1e-3)


def test_weights_that_are_given() -> None:
    """One number for each record; all zero is refused in a sentence."""
    frame = located(scattered(12))
    surface = density(frame, window=WINDOW, selection=Selection(weights=np.full(12, 0.5)), cell_m=500)
    assert surface.integral == pytest.approx(6, rel=1e-3)
    nothing = density(frame, window=WINDOW, selection=Selection(weights=np.zeros(12)))
    assert nothing.refused == "the weights of the located records sum to 0, so there is no density"


@pytest.mark.parametrize("edge", ["none", "uniform", "jones-diggle"])
def test_a_district_far_from_the_border_keeps_its_mass(edge: Edge) -> None:
    """A record spread over a district that is clipped to the window adds one to the total under Jones-Diggle."""
    frame = with_districts(20, [DISTRICT, DISTRICT, shapely.box(45.0, 39.0, 46.6, 40.0)])
    spread = density(frame, window=WINDOW, selection=Selection(spread_districts=True), edge=edge, cell_m=500)
    without = density(frame, window=WINDOW, edge=edge, cell_m=500)
    assert (spread.n, spread.spread, without.n, without.spread) == (23, 3, 20, 0)
    assert spread.share_area_level == without.share_area_level == pytest.approx(3 / 23)
    assert without.left_out["place_is_a_district"] == 3
    gained = spread.integral - without.integral
    if edge == "jones-diggle":
        assert gained == pytest.approx(3, rel=2e-4)
    else:
        assert abs(gained - 3) > 0.01


def test_districts_abroad_and_without_outline_stay_left_out() -> None:
    """Abroad is outside the window, also where only a border is shared; no outline is a district still."""
    frame = with_districts(12, [shapely.box(44, 41, 44.2, 41.2), None, DISTRICT])
    surface = density(frame, window=WINDOW, selection=Selection(spread_districts=True))
    assert surface.left_out["outside_window"] == 1
    assert surface.left_out["place_is_a_district"] == 1
    assert surface.spread == 1


def test_mass_of_a_district_is_the_mean_mass_of_its_points() -> None:
    """Against a Gauss rule over a box, with the boundary integral at each node."""
    window = plane_window(shapely.Polygon([(0, 0), (10, 1), (8, 9), (1, 7)]))
    part = shapely.box(2, 1.5, 5, 4)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    x, y = np.meshgrid(3.5 + 1.5 * nodes, 2.75 + 1.25 * nodes)
    share = np.outer(weights, weights).ravel() / 4
    expected = masses(x.ravel(), y.ravel(), np.full(x.size, 1.3), window) @ share
    assert mass_of_district(plane_window(part), 1.3, window) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("options", [{}, {"adaptive": True}, {"edge": "uniform"}])
def test_standard_error_of_records_at_one_place(options: dict[str, Any]) -> None:
    """N kernels at one place: the intensity is n k, its Poisson error sqrt(n) k, so their ratio is 1 / sqrt(n) everywhere."""
    surface = density(located([shapely.Point(46.9, 39.6)] * 16), window=WINDOW, **options)
    assert surface.standard_error_per_km2 is not None
    ratio = surface.standard_error_per_km2 / surface.intensity_per_km2
    np.testing.assert_allclose(ratio[np.isfinite(ratio)], 0.25, rtol=1e-6)


def test_standard_error_of_simulations() -> None:
    """Over 300 Poisson patterns the spread of the surface in the middle is its mean standard error, within a tenth."""
    rng = np.random.default_rng(20201119)
    box = shapely.box(46.2, 39.2, 47.2, 40.0)
    middle, errors = [], []
    for _ in range(300):
        xy = rng.uniform((46.2, 39.2), (47.2, 40.0), (rng.poisson(60), 2))
        surface = density(located(list(shapely.points(xy))), window=box, cell_m=10_000)
        row, column = (length // 2 for length in surface.intensity_per_km2.shape)
        assert surface.standard_error_per_km2 is not None
        middle.append(surface.intensity_per_km2[row, column])
        errors.append(surface.standard_error_per_km2[row, column] ** 2)
    assert np.var(middle) == pytest.approx(np.mean(errors), rel=0.25)


def test_bootstrap_is_seeded_and_near_the_standard_error() -> None:
    """Same seed, same bytes; the interval is about four standard errors wide where many records are, and never below 0."""
    frame = located(scattered(200))
    first, again, other = (
        density(frame, window=WINDOW, replicates=200, seed=seed, cell_m=10_000) for seed in (1, 1, 2)
    )
    assert first.interval_per_km2 is not None
    assert again.interval_per_km2 is not None
    assert other.interval_per_km2 is not None
    assert first.interval_per_km2.tobytes() == again.interval_per_km2.tobytes()
    assert first.interval_per_km2.tobytes() != other.interval_per_km2.tobytes()
    low, high = first.interval_per_km2
    inside = np.isfinite(first.intensity_per_km2)
    assert (low[inside] >= 0).all()
    assert first.standard_error_per_km2 is not None
    width = (high - low)[inside] / first.standard_error_per_km2[inside]
    assert np.median(width) == pytest.approx(2 * 1.96, rel=0.1)
    assert first.peak_interval_per_km2 is not None
    assert first.peak_interval_per_km2[0] < first.peak_per_km2 < first.peak_interval_per_km2[1]


def test_not_known_is_not_zero() -> None:
    """Outside the window every field is NaN; inside, none is."""
    surface = density(located(scattered(40)), window=WINDOW, replicates=20)
    outside = np.isnan(surface.intensity_per_km2)
    assert outside.any()
    for field in (
        surface.standard_error_per_km2,
        *(surface.interval_per_km2 if surface.interval_per_km2 is not None else ()),
    ):
        np.testing.assert_array_equal(np.isnan(field), outside)


def test_warnings_say_what_makes_a_surface_weak() -> None:
    """Fewer than 30, one place, a bandwidth wider than the window; 30 apart have none."""
    assert density(located(scattered(30)), window=WINDOW).warnings == ()
    weak = density(located([shapely.Point(46.9, 39.6)] * 12), window=WINDOW, bandwidth_m=500_000)
    assert [sentence.split()[0] for sentence in weak.warnings] == ["only", "all", "the"]
    assert weak.to_dict()["warnings"] == list(weak.warnings)


def test_a_rule_chooses_and_is_told() -> None:
    """The chosen value is in the answer; too few records choose none."""
    surface = density(located(scattered(40)), window=WINDOW, rule="scott")
    assert surface.to_dict()["bandwidth_rule"] == "scott"
    assert surface.bandwidth_m is not None
    assert 5_000 < surface.bandwidth_m < 50_000
    few = density(located(scattered(4)), window=WINDOW, rule="scott")
    assert few.refused is not None
    assert few.to_dict()["bandwidth_m"] is None


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"rule": "scott", "bandwidth_m": 100.0}, UsageError, "one of the two"),
        ({"rule": "silverman"}, UsageError, "not a rule"),
        ({"replicates": 3}, UsageError, "tells nothing"),
        ({"replicates": 1_000_000, "cell_m": 500}, UsageError, "does not fit in memory"),
        ({"selection": Selection(weights=[np.nan] * 12)}, DataRefused, "12 weights are not a number"),
        ({"selection": Selection(weights=[-1.0] * 12)}, DataRefused, "12 weights are not a number"),
        ({"selection": Selection(weights=[1.0])}, UsageError, "1 weights were given for 12 records"),
        ({"selection": Selection(weights="casualties")}, DataRefused, "no casualties"),
        ({"selection": Selection(devices=("uxo",))}, DataRefused, "no column device_category"),
        ({"selection": YEAR}, DataRefused, "no column date_start"),
    ],
)
def test_bad_choices_get_a_sentence(options: dict[str, Any], error: type[MapperError], words: str) -> None:
    """What cannot be meant, or cannot be done with these records."""
    with pytest.raises(error, match=words):
        density(located(scattered(12)), window=WINDOW, **options)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"devices": ("balloon",)}, "not a code of device_category"),
        ({"accident_types": ("balloon",)}, "not a code of accident_type"),
        ({"since": dt.date(2022, 1, 1), "until": dt.date(2021, 1, 1)}, "ends on 2021-01-01 before"),
        ({"weights": "persons"}, "not a weight"),
    ],
)
def test_selections_that_cannot_be_meant(given: dict[str, Any], words: str) -> None:
    """Said when the selection is made, before any record is read."""
    with pytest.raises(UsageError, match=words):
        Selection(**given)


def test_a_grid_without_rasterio_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence that names the extra."""
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(UsageError, match=r"hazard-mapper\[raster\]"):
        geotiff(density(located(scattered(12)), window=WINDOW))


def test_a_refused_density_has_no_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written that would look like a surface."""
    monkeypatch.setitem(sys.modules, "rasterio", ModuleType("rasterio"))
    with pytest.raises(UsageError, match="no grid to write: only 3 records"):
        geotiff(density(located(scattered(3)), window=WINDOW))
