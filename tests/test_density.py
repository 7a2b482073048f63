"""The published density: who is counted, who is left out, and what the surface sums to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from mapper import crs
from mapper.analysis import estimate, gridded, mass_fields
from mapper.analysis.density import DEFAULT_BANDWIDTH_M, density, intensity
from mapper.analysis.frame import grid_over, neat_above
from mapper.analysis.window import plane_window
from mapper.errors import DataRefused, MapperError, UnknownCRS, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

WINDOW = shapely.Polygon([(46.2, 39.0), (47.0, 39.1), (47.3, 39.8), (46.9, 40.3), (46.3, 40.1), (46.6, 39.6)])
ABROAD = shapely.Point(44.0, 41.0)


def located(
    points: Sequence[shapely.Geometry | None], uncertainty_m: ArrayLike = 0.0, **columns: object
) -> gpd.GeoDataFrame:
    """Return located incidents at given points, all discs of one radius or of given radii."""
    n = len(points)
    frame = gpd.GeoDataFrame(
        {"place": ["disc"] * n, "uncertainty_m": np.broadcast_to(float_array(uncertainty_m), n)},
        geometry=list(points),
        crs=crs.STORAGE,
    )
    return frame.assign(accident_type="mine_accident", **columns)


def float_array(values: ArrayLike) -> Floats:
    """Return numbers as an array of floats."""
    return np.asarray(values, dtype=float)


def scattered(n: int, seed: int = 11) -> list[shapely.Point]:
    """Return n points in the window, more of them in the south-east."""
    rng = np.random.default_rng(seed)
    xy = np.vstack([rng.uniform((46.2, 39.0), (47.3, 40.3), (20 * n, 2)), rng.normal((46.9, 39.2), 0.05, (n, 2))])
    xy = rng.permutation(xy[shapely.contains_xy(WINDOW, xy[:, 0], xy[:, 1])])[:n]
    return list(shapely.points(xy))


def test_surface_is_the_planar_core_on_a_grid() -> None:
    """At every cell centre: the core's value, from the same points in the surface's own plane, per km2."""
    points = scattered(40)
    surface = density(located(points), window=WINDOW, cell_m=10_000.0)
    plane = CRS.from_wkt(surface.crs_wkt)
    here = crs.to_working(np.array(points), plane)
    x, y = np.meshgrid(surface.x_m, surface.y_m)
    inside = np.isfinite(surface.intensity_per_km2)
    at, ground = np.c_[x[inside], y[inside]], crs.to_working(WINDOW, plane)
    expected = intensity(shapely.get_x(here), shapely.get_y(here), ground, DEFAULT_BANDWIDTH_M, at=at)
    np.testing.assert_allclose(surface.intensity_per_km2[inside], expected * 1e6, rtol=1e-9)


@pytest.mark.parametrize("adaptive", [False, True])
def test_integral_is_the_number_of_records(adaptive: bool) -> None:
    """Jones-Diggle conserves n; cells of a quarter bandwidth sum it to 1e-3, finer ones to 1e-4."""
    frame = located(scattered(60), 2_000.0)
    assert density(frame, window=WINDOW, adaptive=adaptive).integral == pytest.approx(60, rel=1e-3)
    assert density(frame, window=WINDOW, adaptive=adaptive, cell_m=500).integral == pytest.approx(60, rel=1e-4)


def test_edges_differ_as_they_should() -> None:
    """Uncorrected mass is lost over the border; the uniform correction does not conserve the total."""
    frame = located(scattered(60), 2_000.0)
    integrals = {edge: density(frame, window=WINDOW, edge=edge).integral for edge in ("none", "uniform")}
    assert integrals["none"] < 57
    assert abs(integrals["uniform"] - 60) > 0.05


def test_uncertainty_flattens() -> None:
    """A disc of 10 km around each place spreads its kernel: the peak is the disc's mean of it, (1 - exp(-1/2)) / (pi r^2)."""
    points = [shapely.Point(46.9, 39.6)] * 10
    sharp, wide = (density(located(points, r), window=WINDOW, edge="none", cell_m=500) for r in (0.0, 10_000.0))
    assert sharp.peak_per_km2 == pytest.approx(10 / (2 * math.pi * 100), rel=1e-3)
    assert wide.peak_per_km2 == pytest.approx(10 * (1 - math.exp(-0.5)) / (math.pi * 100), rel=1e-3)


def test_each_record_is_counted_once() -> None:
    """16 records: 10 located, and one or two under each reason; a deminer abroad is left out as a deminer."""
    district = shapely.box(46.5, 39.5, 46.8, 39.8)
    frame = located([*scattered(10), district, None, None, ABROAD, scattered(1)[0], ABROAD])
    frame["place"] = ["disc"] * 10 + ["district", "district", "none", "point", "disc", "disc"]
    frame["accident_type"] = ["mine_accident"] * 14 + ["demining_accident"] * 2
    frame.loc[10:12, "uncertainty_m"] = math.nan
    surface = density(frame, window=WINDOW)
    assert surface.n == 10
    assert surface.refused is None
    assert surface.left_out == {
        "demining_accident": 2,
        "no_place": 1,
        "place_is_a_district": 2,
        "outside_window": 1,
    }
    with_deminers = density(frame, window=WINDOW, include_demining=True)
    assert with_deminers.n == 11
    assert with_deminers.left_out["demining_accident"] == 0
    assert with_deminers.left_out["outside_window"] == 2


def test_the_share_known_by_district_only() -> None:
    """10 located and 2 in a district (one abroad, one never drawn): 2 of 12. A deminer's district counts with deminers."""
    here, abroad = shapely.box(46.5, 39.5, 46.8, 39.8), shapely.box(44, 41, 44.2, 41.2)
    frame = located([*scattered(10), abroad, None, here, None])
    frame["place"] = ["disc"] * 10 + ["district"] * 3 + ["none"]
    frame["accident_type"] = ["mine_accident"] * 12 + ["demining_accident", "mine_accident"]
    assert density(frame, window=WINDOW).share_area_level == pytest.approx(2 / 12)
    assert density(frame, window=WINDOW, include_demining=True).share_area_level == pytest.approx(3 / 13)


def test_a_refusal_states_the_share_too() -> None:
    """Three districts and one point: three of four; nobody at all: 0, not a division by it."""
    frame = located([scattered(1)[0], *[shapely.box(46.5, 39.5, 46.8, 39.8)] * 3])
    frame["place"] = ["disc", "district", "district", "district"]
    surface = density(frame, window=WINDOW)
    assert surface.refused is not None
    assert surface.to_dict()["share_area_level"] == pytest.approx(0.75)
    assert density(frame.iloc[1:], window=WINDOW).share_area_level == 1.0
    assert density(frame.iloc[:0], window=WINDOW).share_area_level == 0.0


def test_a_record_on_the_border_is_inside() -> None:
    """Two of the window's own corners count."""
    corners = shapely.Point(46.2, 39.0), shapely.Point(47.3, 39.8)
    surface = density(located([*corners, *scattered(10)]), window=WINDOW)
    assert surface.n == 12


@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_too_few_records_are_refused_with_a_reason(n: int) -> None:
    """Under ten there is no surface, and the answer says how many there were."""
    surface = density(located(scattered(n)), window=WINDOW)
    records = "record is" if n == 1 else "records are"
    assert surface.refused == f"only {n} {records} located in the window; a density needs 10"
    assert surface.n == n
    assert surface.intensity_per_km2.size == 0
    assert len(surface.contours) == 0
    assert surface.to_dict()["refused"] == surface.refused


def test_all_records_at_one_place() -> None:
    """Forty reports from one settlement are one kernel of weight 40."""
    surface = density(located([shapely.Point(46.9, 39.6)] * 40, 2_000.0), window=WINDOW, cell_m=500)
    assert surface.n == 40
    assert surface.integral == pytest.approx(40, rel=1e-4)


def test_order_of_records_changes_nothing() -> None:
    """Places are sorted before they are summed, so the bytes are equal."""
    frame = located(scattered(50), np.tile([0.0, 2_000.0], 25))
    forwards, backwards = density(frame, window=WINDOW), density(frame.iloc[::-1], window=WINDOW)
    assert forwards.intensity_per_km2.tobytes() == backwards.intensity_per_km2.tobytes()


@pytest.mark.parametrize("options", [{}, {"adaptive": True}, {"edge": "uniform"}])
def test_two_runs_are_equal_to_the_byte(options: dict[str, Any]) -> None:
    """Grid, integral and contours, text included."""
    frame = located(scattered(200), 2_000.0)
    first, second = (density(frame, window=WINDOW, **options) for _ in range(2))
    assert first.intensity_per_km2.tobytes() == second.intensity_per_km2.tobytes()
    assert first.contours.to_json() == second.contours.to_json()
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize("adaptive", [False, True])
def test_the_fast_path_agrees_with_the_exact_one(monkeypatch: pytest.MonkeyPatch, adaptive: bool) -> None:
    """Binned sums and masses read from lattices: within 1e-4 of the peak on a grid of many records."""
    frame = located(scattered(1500), np.tile([0.0, 1_000.0, 2_000.0], 500))
    exact = density(frame, window=WINDOW, adaptive=adaptive)
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", 1)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 1)
    monkeypatch.setattr(estimate, "PILOT_DIRECT_LIMIT", 1)
    fast = density(frame, window=WINDOW, adaptive=adaptive)
    difference = np.nanmax(np.abs(fast.intensity_per_km2 - exact.intensity_per_km2))
    assert 0 < difference < 1e-4 * exact.peak_per_km2


def test_contours_belong_to_the_surface() -> None:
    """Every cell centre lies in the class of its own value, as far as a straight line between centres can tell."""
    surface = density(located(scattered(80), 2_000.0), window=WINDOW, cell_m=1_000)
    x, y = np.meshgrid(surface.x_m, surface.y_m)
    inside = np.isfinite(surface.intensity_per_km2)
    lon_lat = crs.to_storage(shapely.points(x[inside], y[inside]), CRS.from_wkt(surface.crs_wkt))
    values = surface.intensity_per_km2[inside]
    for row in surface.contours.itertuples():
        well_inside = (values > row.lower_per_km2 * 1.01) & (values < row.upper_per_km2 * 0.99)
        assert shapely.intersects(row.geometry, lon_lat[well_inside]).all()
    assert surface.contours["upper_per_km2"].iloc[-1] >= surface.peak_per_km2
    assert surface.contours["area_km2"].sum() < surface.window_km2 * (1 + 1e-7)


def test_window_is_the_union_of_its_parts() -> None:
    """Two polygons that touch, as a frame, are the same window as their union."""
    frame = located(scattered(30))
    halves = shapely.box(46, 38, 46.8, 41), shapely.box(46.8, 38, 48, 41)
    parts = gpd.GeoSeries([WINDOW.intersection(half) for half in halves], crs=crs.STORAGE)
    split = density(frame, window=parts.to_frame("geometry"))
    whole = density(frame, window=WINDOW)
    assert split.window_km2 == pytest.approx(whole.window_km2, rel=1e-7)
    np.testing.assert_allclose(split.intensity_per_km2, whole.intensity_per_km2, rtol=1e-5)


def test_window_area_is_the_geodesic_one() -> None:
    """The plane is equal-area, so the planar area is the ellipsoid's."""
    surface = density(located(scattered(10)), window=WINDOW)
    assert surface.window_km2 == pytest.approx(crs.geodesic_area_km2(WINDOW)[0], rel=1e-6)


def test_bandwidth_larger_than_the_window() -> None:
    """A window of 2 km and a bandwidth of 10 km: flat, n / area, on a grid that still resolves the window."""
    points = [shapely.Point(46.501 + 0.001 * i, 39.505) for i in range(10)]
    window = shapely.box(46.49, 39.49, 46.52, 39.51)
    surface = density(located(points), window=window)
    values = surface.intensity_per_km2[np.isfinite(surface.intensity_per_km2)]
    assert len(values) > 100
    np.testing.assert_allclose(values, 10 / surface.window_km2, rtol=0.02)
    assert surface.integral == pytest.approx(10, rel=1e-3)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(2250, 2500), (2500, 2500), (2501, 5000), (1000, 1000), (0.3, 0.5), (7e-5, 1e-4), (99_999, 100_000)],
)
def test_neat_lengths(length: float, expected: float) -> None:
    """The next of 1, 2, 2.5, 5 times a power of ten, the number itself where it is one."""
    assert neat_above(length) == pytest.approx(expected, rel=1e-12)


def test_a_grid_too_large_names_a_cell_that_fits() -> None:
    """Said before anything is allocated; and the named size does fit."""
    frame = located(scattered(10))
    with pytest.raises(UsageError, match="more than 4,000,000") as refusal:
        density(frame, window=WINDOW, cell_m=1.0)
    fits = float(str(refusal.value).split("cell_m=")[1].split()[0])
    assert fits < 200
    grid_over(plane_window(crs.to_working(WINDOW, crs.working_crs(WINDOW.bounds))), fits)


def test_coarse_cells_that_miss_the_window_are_refused() -> None:
    """A surface without a cell would have peak 0, which is no answer."""
    sliver = shapely.box(46.5, 39.5, 46.502, 39.502)
    points = [shapely.Point(46.501, 39.501)] * 10
    with pytest.raises(UsageError, match="centre in the window"):
        density(located(points), window=sliver, cell_m=300_000.0, bandwidth_m=300_000.0)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"bandwidth_m": 0}, UsageError, "bandwidth_m is 0"),
        ({"bandwidth_m": -5.0}, UsageError, "bandwidth_m is -5"),
        ({"bandwidth_m": math.nan}, UsageError, "bandwidth_m is nan"),
        ({"cell_m": 0}, UsageError, "cell_m is 0"),
        ({"cell_m": math.inf}, UsageError, "cell_m is inf"),
        ({"edge": "diggle"}, UsageError, "not an edge correction"),
        ({"window": shapely.LineString([(46, 39), (47, 40)])}, DataRefused, "not a polygon"),
        ({"window": shapely.Polygon()}, DataRefused, "no area"),
        ({"window": gpd.GeoSeries([None], crs=4326)}, DataRefused, "not a polygon"),
        ({"window": gpd.GeoSeries([WINDOW])}, UnknownCRS, "states no coordinate reference system"),
        (
            {"window": gpd.GeoSeries([shapely.Polygon([(46, 39), (47, 40), (47, 39), (46, 40)])], crs=4326)},
            DataRefused,
            "not valid",
        ),
        ({"window": shapely.box(-179, -10, 179, 10)}, DataRefused, "antimeridian"),
    ],
)
def test_bad_options_get_a_sentence(options: dict[str, Any], error: type[MapperError], words: str) -> None:
    """Bandwidths, cells, edges and windows that cannot be used."""
    with pytest.raises(error, match=words):
        density(located(scattered(12)), **{"window": WINDOW, **options})


@pytest.mark.parametrize("radius", [math.nan, -1.0, math.inf])
def test_a_located_record_must_state_its_uncertainty(radius: float) -> None:
    """Not taken as 0: a place of unknown accuracy is not a measured point."""
    with pytest.raises(DataRefused, match="1 located records have no uncertainty_m"):
        density(located(scattered(12), [0.0] * 11 + [radius]), window=WINDOW)


def test_incidents_must_have_been_located() -> None:
    """Without `place` nothing is guessed."""
    with pytest.raises(DataRefused, match="no column place"):
        density(located(scattered(12)).drop(columns="place"), window=WINDOW)


def test_nothing_given_is_changed() -> None:
    """The frame handed in is the frame that comes back to the caller."""
    frame = located(scattered(15), 2_000.0)
    before = frame.copy()
    density(frame, window=WINDOW, adaptive=True)
    assert frame.equals(before)
    assert frame.crs == before.crs
