"""A density of parts is the density of the whole: while its places are exact, and when they are binned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.analysis import binning, gridded, mass_fields
from mapper.analysis.density import density, prepared

if TYPE_CHECKING:
    from mapper.model import Surface

WINDOW = shapely.MultiPolygon(
    [
        shapely.Polygon([(46.0, 39.0), (47.4, 39.1), (47.2, 40.0), (46.5, 39.6), (46.1, 40.1)]),
        shapely.box(47.5, 39.2, 47.9, 39.8),
    ]
)

BANDWIDTH_M = 24_000.0


def located(n: int, radii: list[float], seed: int = 3) -> gpd.GeoDataFrame:
    """Return records in and around the window, some at one place, some known by their district alone."""
    draw = np.random.default_rng(seed)
    points = shapely.points(draw.uniform(45.9, 48.0, n), draw.uniform(38.9, 40.2, n))
    points[n // 2 : n // 2 + 5] = points[0]
    frame = pd.DataFrame({"accident_type": "victim_activated", "place": "disc", "uncertainty_m": draw.choice(radii, n)})
    frame.loc[frame.index % 9 == 2, "place"] = "district"
    frame.loc[frame.index % 11 == 2, "accident_type"] = "demining_accident"
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326)


def of_parts(records: gpd.GeoDataFrame, pieces: int) -> tuple[Surface, binning.Part]:
    """Take the density of records in so many parts."""
    setting = prepared(WINDOW, BANDWIDTH_M)
    parts = [records.iloc[rows] for rows in np.array_split(np.arange(len(records)), pieces)]
    whole = binning.together([binning.gathered(part, setting) for part in parts], setting)
    bins = None
    if not whole.has_places:
        bins = binning.added([binning.deposited(part, setting, whole.radii) for part in parts])
    return binning.surface(whole, setting, bins), whole


def assert_same(found: Surface, expected: Surface) -> None:
    """Hold a surface to another, to the last digits of its peak."""
    assert found.to_dict()["left_out"] == expected.to_dict()["left_out"]
    assert (found.n, found.share_area_level, found.warnings) == (
        expected.n,
        expected.share_area_level,
        expected.warnings,
    )
    for name in ("intensity_per_km2", "standard_error_per_km2"):
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.nanmax(other))


@pytest.mark.parametrize("pieces", [1, 4])
def test_few_places_are_taken_exactly(pieces: int) -> None:
    """The estimate is the same one, from the same places: nothing differs."""
    records = located(400, [0.0, 500.0, 2000.0])
    found, whole = of_parts(records, pieces)
    assert whole.has_places
    expected = density(records, window=WINDOW, bandwidth_m=BANDWIDTH_M)
    np.testing.assert_array_equal(found.intensity_per_km2, expected.intensity_per_km2)


@pytest.mark.parametrize("radii", [[0.0], [0.0, 2000.0], list(np.linspace(0, 9000, 12))])
def test_many_places_are_binned_and_give_the_same(radii: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways bin as soon as one part's places are too many: points, a few radii, more radii than levels."""
    monkeypatch.setattr(binning, "MOST_BY_PLACE", 10)
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", 1e3)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 1e3)
    records = located(600, radii)
    found, whole = of_parts(records, 4)
    assert not whole.has_places
    assert_same(found, density(records, window=WINDOW, bandwidth_m=BANDWIDTH_M))


@pytest.mark.parametrize("limit", [0, 30, 100, 300, 1_000, 10_000])
def test_whether_places_are_known_does_not_depend_on_the_parts(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points alone may be too many where the same points and a disc are not: a part must not forget what the whole keeps.

    The limit is on about so many points. Where the places are kept the surfaces are equal to the last bit.
    """
    setting = prepared(WINDOW, BANDWIDTH_M)
    assert setting.lattice is not None
    monkeypatch.setattr(binning, "MOST_BY_PLACE", 10)
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", limit * setting.lattice.size)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 0)
    points, discs = located(600, [0.0]), located(20, [2000.0], seed=4)
    records = pd.concat([points, discs], ignore_index=True)
    alone = binning.gathered(records, setting)
    whole = binning.together([binning.gathered(part, setting) for part in (points, discs)], setting)
    assert whole.has_places == alone.has_places
    if alone.has_places:
        expected = density(records, window=WINDOW, bandwidth_m=BANDWIDTH_M)
        np.testing.assert_array_equal(binning.surface(whole, setting).intensity_per_km2, expected.intensity_per_km2)


def test_a_part_without_a_record_in_the_window_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of twelve parts lies south of it."""
    monkeypatch.setattr(binning, "MOST_BY_PLACE", 10)
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", 1e3)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 1e3)
    records = located(300, [0.0])
    records = pd.concat([records.cx[:, 39.0:], records.cx[:, :39.0]])  # the last lie south of the window
    found, _ = of_parts(records, 12)
    assert_same(found, density(records, window=WINDOW, bandwidth_m=BANDWIDTH_M))


def test_too_few_records_give_the_reason() -> None:
    """Word for word that of the whole."""
    found, _ = of_parts(located(12, [0.0]), 2)
    assert found.refused is not None
    assert found.refused == density(located(12, [0.0]), window=WINDOW, bandwidth_m=BANDWIDTH_M).refused
