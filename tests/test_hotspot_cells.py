"""The hot spots of an edition: what is taken, what is refused and told why, and what the page holds of the cells."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from scipy.stats import false_discovery_control

from mapper.output.hotspot_cells import hotspot_plane, hotspot_table
from mapper.output.page import page_block, page_meta, page_tables
from mapper.pipeline import make_edition
from mapper.terms import LANGUAGES
from tests.block_decoder import decode
from tests.partitions import events, write_layers

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.compose import Edition

NUMBERS = ("records", "neighbours", "z", "p", "q")


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


@pytest.fixture(scope="module")
def on_page(edition: Edition) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what the page is told of the hot spots, and its cells, read by another decoder."""
    header, tables = decode(page_block(edition)[0])
    return header["meta"]["hotspots"], tables["hotspots"]


def hexagon(meta: dict[str, Any], column: int, row: int) -> shapely.Polygon:
    """Lay a hexagon by column and row with PROJ: on its tip, every second row shifted by half a cell."""
    plane = f"+proj=laea +lat_0={meta['lat0_deg']} +lon_0={meta['lon0_deg']} +ellps=WGS84 +units=m"
    there = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    width, tip = meta["cell_m"], meta["cell_m"] / np.sqrt(3)
    x, y = (column + (row % 2) / 2) * width, row * tip * 1.5
    corners = [(0, -tip), (width / 2, -tip / 2), (width / 2, tip / 2), (0, tip), (-width / 2, tip / 2)]
    corners.append((-width / 2, -tip / 2))
    return shapely.Polygon([there.transform(x + east, y + north) for east, north in corners])


# ------------------------------------------------------------------ cells of the page
def test_each_cell_of_the_page_holds_the_accidents_that_lie_in_it(
    edition: Edition, on_page: tuple[dict[str, Any], dict[str, list[Any]]]
) -> None:
    """Counted again with polygons: accidents in the zones, none of them at demining work, each at the middle of its circle."""
    meta, cells = on_page
    records = edition.incidents
    counted = records["place"].isin(["point", "disc"]) & (records["accident_type"] != "demining_accident")
    places = records.geometry[counted].to_numpy()
    window = shapely.union_all(edition.zones.geometry.dropna().to_numpy())
    inside = places[shapely.intersects(window, places)]
    assert (meta["n"], meta["units"]) == (sum(filter(None, cells["records"])), sum(n is not None for n in cells["z"]))
    for column, row, held in zip(cells["cell_column"], cells["cell_row"], cells["records"], strict=True):
        if held is not None:
            assert held == int(shapely.contains(hexagon(meta, column, row), inside).sum()), (column, row)
    assert len(inside) == meta["n"] + sum(
        int(shapely.contains(hexagon(meta, column, row), inside).sum())
        for column, row, held in zip(cells["cell_column"], cells["cell_row"], cells["records"], strict=True)
        if held is None
    )
    assert meta["n"] + sum(meta["left_out"].values()) == len(records)


def test_z_and_q_of_the_page_are_those_of_the_formula(on_page: tuple[dict[str, Any], dict[str, list[Any]]]) -> None:
    """Getis and Ord's formula over a dense matrix of cells that touch; q as SciPy controls false discovery."""
    meta, cells = on_page
    analysed = np.array([z is not None for z in cells["z"]])
    column, row, counts, z, p, q = (
        np.array(cells[name], dtype=float)[analysed] for name in ("cell_column", "cell_row", "records", "z", "p", "q")
    )
    x, y = column + (row % 2) / 2, row * np.sqrt(3) / 2
    touching = np.hypot(x[:, None] - x, y[:, None] - y) <= 1.5
    k, n = touching.sum(axis=1), len(x)
    np.testing.assert_array_equal(k, np.array(cells["neighbours"], dtype=float)[analysed])
    expected = (touching @ counts - k * counts.mean()) / (counts.std() * np.sqrt(k * (n - k) / (n - 1)))
    np.testing.assert_allclose(z, expected, atol=0.0005001)
    # p is told in three digits, so q can be off by one in the third
    np.testing.assert_allclose(q, false_discovery_control(p), rtol=0.011)
    assert meta["neighbours_m"] == 1.5 * meta["cell_m"]


def test_classes_follow_q_and_the_side_of_z(on_page: tuple[dict[str, Any], dict[str, list[Any]]]) -> None:
    """99, 95 and 90 per cent are rates of false discovery of 0.01, 0.05 and 0.1; what was not analysed has no number."""
    _, cells = on_page
    for code, z, q in zip(cells["hotspot_class"], cells["z"], cells["q"], strict=True):
        if z is None:
            assert code in {"outside_window", "not_surveyed"}
        elif code == "none":
            assert q > 0.0995
        else:
            side, percent = code.split("_")
            assert side == ("hot" if z > 0 else "cold")
            assert q <= 1.005 * (100 - int(percent)) / 100
    assert {"hot_95", "none", "outside_window"} <= set(cells["hotspot_class"])
    for name in NUMBERS:
        blank = [value is None for value in cells[name]]
        assert blank == [value is None for value in cells["z"]]


def test_cells_weigh_little(edition: Edition) -> None:
    """The cells of the bundled edition are some hundreds of bytes of the page, not the shapes of their corners."""
    with_cells = len(page_block(edition)[0])
    without = len(page_block(_without_cells(edition))[0])
    assert 0 < with_cells - without < 2500


def _without_cells(edition: Edition) -> Edition:
    assert edition.hotspots is not None
    return replace(edition, hotspots=replace(edition.hotspots, units=edition.hotspots.units.iloc[:0]))


# ------------------------------------------------------------------ what is refused
def test_generalised_accidents_give_no_hot_spots_and_the_page_says_why(tmp_path: Path) -> None:
    """Their places are not told, so no cell may hold them; the reason names the layer in every language."""
    edition = make_edition(write_layers(tmp_path / "layers", [events(120)], precision=""))
    told = page_meta(edition)["hotspots"]
    assert set(told["refused"]) == set(LANGUAGES)
    assert all("events" in sentence for sentence in told["refused"].values())
    assert told["cell_m"] is None
    assert "lon0_deg" not in told
    assert len(page_tables(edition)["hotspots"]) == 0
    assert edition.to_dict()["hotspots"]["refused"].startswith("events is published by district")


def test_the_same_accidents_as_published_give_cells(tmp_path: Path) -> None:
    """What decides is the catalogue's precision and nothing else; every record is in a cell or told why not."""
    edition = make_edition(write_layers(tmp_path / "layers", [events(120)]))
    found = edition.to_dict()["hotspots"]
    assert found["refused"] is None
    assert found["n"] + sum(found["left_out"].values()) == len(edition.incidents)
    assert found["left_out"]["place_is_a_district"] > 0
    assert found["units"] >= 30


def test_without_zones_there_is_no_ground_to_look_on(tmp_path: Path) -> None:
    """A window cannot be guessed."""
    layers = write_layers(tmp_path / "layers", [events(120)])
    catalogue = (layers / "layers.toml").read_text()
    start = catalogue.index('[[layer]]\nname = "zones"')
    (layers / "layers.toml").write_text(
        catalogue[:start] + catalogue[catalogue.index('[[layer]]\nname = "districts"') :]
    )
    told = page_meta(make_edition(layers))["hotspots"]
    assert told["refused"]["en"] == "no zone is drawn, so there is no ground to look for them on"


def test_ground_that_nobody_reports_from_is_no_0(tmp_path: Path) -> None:
    """The western of three columns of zones is not reported from: a third of the cells, to one row on either side."""
    layers = write_layers(tmp_path / "layers", [events(120)])
    west = shapely.box(46.0, 39.0, 46.5, 40.0)
    feature = {
        "type": "Feature",
        "properties": {"coverage_id": "c-1", "reporting_state": "not_reported", "survey_state": "surveyed"},
        "geometry": shapely.geometry.mapping(west),
    }
    (layers / "coverage.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with (layers / "layers.toml").open("a") as catalogue:
        catalogue.write('\n[[layer]]\nname = "coverage"\nkind = "coverage"\nfile = "coverage.geojson"\n')
    edition = make_edition(layers)
    found = edition.hotspots
    assert found is not None
    silent = found.units[found.units["class"] == "not_surveyed"]
    assert 0.25 < len(silent) / (len(silent) + found.analysed) < 0.42
    assert silent["records"].isna().all()
    assert found.left_out["not_surveyed"] > 0
    assert shapely.intersects(west, silent.geometry.to_numpy()).all()


def test_none_and_refused_hot_spots_have_no_rows(edition: Edition) -> None:
    """A table without rows has the columns of the block all the same."""
    assert list(hotspot_table(None).columns) == list(page_tables(edition)["hotspots"].columns)
    assert edition.hotspots is not None
    assert set(hotspot_plane(edition.hotspots)) == {"lat0_deg", "lon0_deg"}
