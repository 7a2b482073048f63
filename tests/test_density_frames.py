"""The density of single years: each is that of a selection, and no record is lost between the years."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.analysis import binning, gridded, mass_fields
from mapper.analysis.contours import class_bounds
from mapper.analysis.density import Selection, density, prepared
from mapper.output import density_grid
from mapper.output.page import page_meta, page_tables
from mapper.pipeline import make_edition, may_have_frames
from tests.partitions import AS_PUBLISHED, events, write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.model import DensityFrame, Surface

WINDOW = shapely.box(46.0, 39.0, 47.4, 40.0)
BANDWIDTH_M = 24_000.0
DATES = ("2021-03-04", "2021", "2022-05", "2022-12-31", "2023-01-01", "--05-01", None, "2019-06-30")


def records(n: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Return records of several years, some without a date, at demining work, known by district, or outside."""
    draw = np.random.default_rng(seed)
    points = shapely.points(draw.uniform(45.9, 47.6, n), draw.uniform(38.9, 40.1, n))
    points[n // 2 : n // 2 + 5] = points[0]
    frame = pd.DataFrame(
        {
            "accident_type": "mine",
            "place": "disc",
            "uncertainty_m": draw.choice([0.0, 500.0, 2000.0], n),
            "date_start": pd.array(draw.choice(np.array(DATES, dtype=object), n), dtype="str"),
            "date_end": pd.array([None] * n, dtype="str"),
            "reported_on": pd.array(draw.choice(np.array(["2022-06-01", None], dtype=object), n), dtype="str"),
            "date_precision": pd.array([None] * n, dtype="str"),
        }
    )
    over = frame.index % 13 == 5
    frame.loc[over, "date_start"], frame.loc[over, "date_end"] = "2021-12-30", "2022-01-02"
    frame.loc[frame.index % 9 == 2, "place"] = "district"
    frame.loc[frame.index % 10 == 3, "place"] = "none"
    frame.loc[frame.index % 11 == 2, "accident_type"] = "demining_accident"
    return gpd.GeoDataFrame(frame, geometry=points, crs=4326)


def frames_of(given: gpd.GeoDataFrame, pieces: int) -> tuple[tuple[DensityFrame, ...], Surface]:
    """Take the frames from so many parts of the records."""
    setting = prepared(WINDOW, BANDWIDTH_M)
    parts = [given.iloc[rows] for rows in np.array_split(np.arange(len(given)), pieces)]
    whole = binning.together([binning.gathered(part, setting) for part in parts], setting)
    of_all = density(given, window=WINDOW, bandwidth_m=BANDWIDTH_M)
    return binning.frames(whole, setting, of_all), of_all


@pytest.mark.parametrize("pieces", [1, 4])
def test_a_year_is_the_density_of_its_selection(pieces: int) -> None:
    """Every number of it and the grid, but for rounding; a year of too few records has the same reason."""
    given = records(400)
    found, _ = frames_of(given, pieces)
    assert [frame.year for frame in found] == [2019, 2021, 2022, 2023]
    for year, surface in ((frame.year, frame.surface) for frame in found):
        period = Selection(since=dt.date(year, 1, 1), until=dt.date(year, 12, 31))
        expected = density(given, window=WINDOW, bandwidth_m=BANDWIDTH_M, selection=period)
        told, meant = surface.to_dict(), expected.to_dict()
        assert told.pop("per_year") == pytest.approx(meant.pop("per_year"), rel=1e-12)
        figures = [name for name, value in meant.items() if isinstance(value, float)]
        assert [told.pop(name) for name in figures] == pytest.approx([meant.pop(name) for name in figures], rel=1e-12)
        assert told == meant
        assert list(surface.left_out) == list(expected.left_out)
        np.testing.assert_allclose(surface.intensity_per_km2, expected.intensity_per_km2, rtol=1e-12)
        error, meant_error = surface.standard_error_per_km2, expected.standard_error_per_km2
        assert error is not None
        assert meant_error is not None
        np.testing.assert_allclose(error, meant_error, rtol=1e-12)


def test_certain_unclear_and_outside_are_all_records() -> None:
    """And a record is certainly of one year at most: those of the years together are no more than those of all dates."""
    given = records(400)
    found, of_all = frames_of(given, 3)
    for frame in found:
        assert frame.surface.n + sum(frame.surface.left_out.values()) == len(given)
        assert frame.to_dict()["unclear"] == frame.surface.left_out["uncertain_date"] > 0
    assert 0 < sum(frame.surface.n for frame in found) < of_all.n


def test_the_classes_of_all_years_are_those_of_all_dates() -> None:
    """One colour is one density, whatever the year."""
    found, of_all = frames_of(records(400), 1)
    bounds = class_bounds(of_all.peak_per_km2)
    for frame in found:
        contours = frame.surface.contours
        assert len(contours)
        assert set(contours["lower_per_km2"]) | set(contours["upper_per_km2"]) <= set(bounds)


def test_a_year_of_nine_has_no_surface_and_says_so() -> None:
    """Ten are needed; the tenth may be of the last day of 2021 or of the first of 2022."""
    points = [shapely.Point(46.2 + 0.05 * number, 39.5) for number in range(20)]
    days = ["2021-02-03"] * 9 + ["2022-02-03"] * 10 + ["2021-12-31"]
    frame = pd.DataFrame({"accident_type": "mine", "place": "point", "uncertainty_m": 0.0, "date_start": days})
    frame["date_end"] = pd.array([None] * 19 + ["2022-01-01"], dtype="str")
    found, _ = frames_of(gpd.GeoDataFrame(frame, geometry=points, crs=4326), 1)
    told = [frame.to_dict() for frame in found]
    assert told == [
        {
            "from": "2021-01-01",
            "to": "2021-12-31",
            "n": 9,
            "unclear": 1,
            "refused": "only 9 records are located in the window; a density needs 10",
        },
        {"from": "2022-01-01", "to": "2022-12-31", "n": 10, "unclear": 1, "refused": None},
    ]
    assert found[0].surface.contours.empty


@pytest.mark.parametrize("seed", [7, 8])
def test_a_binned_year_is_near_the_exact_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within what is stated of binned kernels, 3e-6 of the peak for a single one, and masses that are read, 1e-6 each.

    The standard error is a root, so its square is held to the same.
    """
    given = records(400, seed)
    exact, of_all = frames_of(given, 1)
    monkeypatch.setattr(gridded, "CHEAP_LIMIT", 0)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", 0)
    binned, _ = frames_of(given, 1)
    assert [frame.year for frame in binned] == [frame.year for frame in exact]
    for one, other in zip(binned, exact, strict=True):
        found, expected = one.surface, other.surface
        assert not np.array_equal(found.intensity_per_km2, expected.intensity_per_km2)
        assert np.nanmax(np.abs(found.intensity_per_km2 - expected.intensity_per_km2)) < 4e-6 * expected.peak_per_km2
        assert found.standard_error_per_km2 is not None
        assert expected.standard_error_per_km2 is not None
        variance = expected.standard_error_per_km2**2
        assert np.nanmax(np.abs(found.standard_error_per_km2**2 - variance)) < 3e-5 * np.nanmax(variance)
    assert of_all.refused is None


@pytest.mark.parametrize("limit", [0, 1e3, 1e9])
def test_parts_give_the_very_years_of_the_whole(limit: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Binned or exact, however the records are cut and ordered: equal to the last bit, so that editions are equal bytes."""
    monkeypatch.setattr(gridded, "CHEAP_LIMIT", limit)
    monkeypatch.setattr(gridded, "SEPARABLE_LIMIT", limit)
    monkeypatch.setattr(mass_fields, "DIRECT_MASS_LIMIT", limit)
    given = records(400)
    alone, _ = frames_of(given, 1)
    parts, _ = frames_of(given.iloc[::-1], 5)
    assert len(alone) == 4
    for one, other in zip(alone, parts, strict=True):
        assert one.year == other.year
        assert one.surface.to_dict() == other.surface.to_dict()
        np.testing.assert_array_equal(one.surface.intensity_per_km2, other.surface.intensity_per_km2)
        np.testing.assert_array_equal(one.surface.contours.to_wkb(), other.surface.contours.to_wkb())


def test_too_large_a_lattice_has_no_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them would take as long as all dates together."""
    given = records(400)
    cells = frames_of(given, 1)[1].intensity_per_km2.size
    monkeypatch.setattr(binning, "MOST_YEAR_PLACES", 4 * cells)
    assert len(frames_of(given, 2)[0]) == 4
    monkeypatch.setattr(binning, "MOST_YEAR_PLACES", 4 * cells - 1)
    assert frames_of(given, 2)[0] == ()


@pytest.mark.parametrize("pieces", [1, 4])
def test_more_records_than_have_years_give_none(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However they are cut into parts: the limit is on all located records together."""
    given = records(400)
    located = density(given, window=WINDOW, bandwidth_m=BANDWIDTH_M).n
    monkeypatch.setattr(binning, "MOST_BY_PLACE", located)
    assert frames_of(given, pieces)[0]
    monkeypatch.setattr(binning, "MOST_BY_PLACE", located - 1)
    assert frames_of(given, pieces)[0] == ()


def test_a_refused_density_has_no_years() -> None:
    """Nothing is told year by year that could not be told together."""
    assert frames_of(records(9), 1)[0] == ()


def test_records_without_any_date_column_have_no_years() -> None:
    """They may be of any."""
    given = records(60).drop(columns=["date_start", "date_end", "reported_on", "date_precision"])
    assert frames_of(given, 2)[0] == ()


def test_a_generalised_layer_has_no_years(tmp_path: Path) -> None:
    """Where its records are told by month and district, a year's surface would tell more of a lonely one."""
    made = {
        name: make_edition(write_layers(tmp_path / name, [events(150)], precision=precision))
        for name, precision in (("public", AS_PUBLISHED), ("general", ""))
    }
    assert made["public"].frames
    assert not made["general"].frames
    assert made["general"].surface.refused is None
    assert may_have_frames([None])


def test_the_page_has_the_classes_of_all_dates_and_of_each_year() -> None:
    """The bundled accidents: three years have ten located ones or more."""
    edition = make_edition()
    meta, contours = page_meta(edition), page_tables(edition)["contours"]
    drawn = [frame["from"][:4] for frame in meta["density"]["frames"] if frame["refused"] is None]
    assert list(contours["frame"].unique()) == ["", *drawn]
    assert (contours["frame"] == "").sum() == len(edition.surface.contours)
    refused = [frame["refused"] for frame in meta["density"]["frames"] if frame["refused"] is not None]
    assert all(set(reason) == {"en", "az", "ru"} for reason in refused)
    without = replace(edition, frames=())
    assert page_meta(without)["density"]["frames"] == []
    assert set(page_tables(without)["contours"]["frame"]) == {""}


def test_the_grid_of_the_page_is_that_of_the_surfaces_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """To half a step of 3 %; what is outside the window is not known, and what is below the lowest class has no number.

    Where all cells are too many, those of all dates stay, unless they are too many themselves.
    """
    edition = make_edition()
    grid = density_grid.density_grid(edition)
    assert grid is not None
    surfaces = {"": edition.surface} | {f"{f.year}": f.surface for f in edition.frames if f.surface.refused is None}
    assert grid["values"].keys() == surfaces.keys()
    for name, surface in surfaces.items():
        told = np.frombuffer(base64.b64decode(grid["values"][name]), dtype=np.uint8)
        field = surface.intensity_per_km2.ravel()
        np.testing.assert_array_equal(told == 0, np.isnan(field))
        np.testing.assert_array_equal(told == 1, field < grid["lowest_per_km2"])
        known = told > 1
        found = grid["lowest_per_km2"] * 1.03 ** (told[known].astype(float) - 2)
        assert known.any()
        np.testing.assert_allclose(found, field[known], rtol=0.0151)
    cells = edition.surface.intensity_per_km2.size
    monkeypatch.setattr(density_grid, "MOST_CELLS", len(surfaces) * cells - 1)
    fewer = density_grid.density_grid(edition)
    assert fewer is not None
    assert fewer["values"] == {"": grid["values"][""]}
    monkeypatch.setattr(density_grid, "MOST_CELLS", cells - 1)
    assert density_grid.density_grid(edition) is None


def test_a_refused_density_has_no_grid() -> None:
    """There is nothing to be told."""
    edition = make_edition()
    refused = replace(edition.surface, refused="only 9 records are located in the window; a density needs 10")
    assert density_grid.density_grid(replace(edition, surface=refused, frames=())) is None
