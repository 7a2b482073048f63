"""The columns a join adds, against plain loops over its pairs; and names that many records and many zones share."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.analysis.join import join

UTM = "EPSG:32638"
EAST, NORTH = 500_000, 4_400_000

BOX = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 4), st.integers(1, 4))
NAMES = [None, "", "A", "b", "Ç"]
UNITS = [None, "a", "B; Ç", "Ç;ç;A"]
ORDERS = [None, "o1", "o2;o1", "o1; o3"]


def listed(cell: object) -> list[str]:
    """Return the names in a cell; a blank one is a missing number in a column of texts."""
    return [name.strip() for name in cell.split(";") if name.strip()] if isinstance(cell, str) else []


@st.composite
def some_zones(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Return boxes that overlap, with and without units and orders."""
    boxes = draw(st.lists(BOX, max_size=6))
    west, south, wide, high = np.array(boxes, dtype=float).reshape(-1, 4).T * 1000
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"z{number}" for number in range(len(boxes))],
            "admin_units": [draw(st.sampled_from(UNITS)) for _ in boxes],
            "order_ids": [draw(st.sampled_from(ORDERS)) for _ in boxes],
        },
        geometry=shapely.box(EAST + west, NORTH + south, EAST + west + wide, NORTH + south + high),
        crs=UTM,
    )


@st.composite
def some_incidents(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Return points, some with a radius, some without a place."""
    places = draw(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), max_size=12))
    shapes = [
        None if x + y == 5 else shapely.Point(EAST + 1000 * x, NORTH + 1000 * y)  # a few of them without
        for x, y in places
    ]
    return gpd.GeoDataFrame(
        {
            "incident_id": [f"i{number}" for number in range(len(places))],
            "district": [draw(st.sampled_from(NAMES)) for _ in places],
            "uncertainty_m": [draw(st.sampled_from([0.0, 0.0, 700.0])) for _ in places],
            "killed_civilian": pd.array([draw(st.sampled_from([None, 0, 2])) for _ in places], "Int64"),
        },
        geometry=gpd.GeoSeries(shapes, crs=UTM),
        crs=UTM,
    )


@settings(max_examples=max(20, settings().max_examples // 5))
@given(incidents=some_incidents(), zones=some_zones())
def test_the_columns_say_what_the_pairs_say(incidents: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> None:
    """Every text and every count, told again by loops over the pairs."""
    joined = join(incidents, zones)
    orders_of = dict(zip(zones["zone_id"], zones["order_ids"], strict=True))
    killed_of = dict(zip(incidents["incident_id"], incidents["killed_civilian"].fillna(0), strict=True))
    for record in joined.incidents.itertuples():
        own = joined.pairs[joined.pairs["incident_id"] == record.incident_id]
        assert record.zone_ids == ";".join(own["zone_id"])
        assert record.relations == ";".join(own["relation"])
        assert record.shares == ";".join(f"{share:.3f}" for share in own["share"])
        orders = [order for zone_id in own["zone_id"] for order in listed(orders_of[zone_id])]
        assert record.order_ids == ";".join(dict.fromkeys(orders))
    for zone in joined.zones.itertuples():
        own = joined.pairs[joined.pairs["zone_id"] == zone.zone_id]
        inside = own[own["relation"] == "inside"]["incident_id"]
        assert (zone.incidents_inside, zone.incidents_uncertain) == (len(inside), len(own) - len(inside))
        assert zone.killed_inside == sum(killed_of[each] for each in inside)
        here = {unit.lower() for unit in listed(zone.admin_units)}
        is_reported = [bool(here.intersection(map(str.lower, listed(name)))) for name in incidents["district"]]
        reported = incidents.loc[np.array(is_reported, dtype=bool)]
        assert zone.incidents_reported == len(reported)
        assert zone.killed_reported == reported["killed_civilian"].fillna(0).sum()


def test_a_name_that_many_records_and_many_zones_share_is_no_product() -> None:
    """20,000 records and 10,000 zones of one district: 200,000,000 pairs of names, counted without making them."""
    records, count = 20_000, 10_000
    corner = 1000.0 * np.arange(count)
    zones = gpd.GeoDataFrame(
        {"zone_id": np.arange(count), "admin_units": "A"},
        geometry=shapely.box(corner, 0, corner + 500, 500),
        crs=UTM,
    )
    incidents = gpd.GeoDataFrame(
        {"incident_id": np.arange(records), "district": "a", "killed_civilian": 1},
        geometry=gpd.points_from_xy(500.0 * np.arange(records) + 250, np.full(records, 250.0)),
        crs=UTM,
    )
    joined = join(incidents, zones)
    # Every second record lies in a zone of its own, the others between two.
    assert joined.pairs["incident_id"].tolist() == list(range(0, records, 2))
    assert joined.pairs["zone_id"].tolist() == list(range(count))
    assert set(joined.zones["incidents_reported"]) == set(joined.zones["killed_reported"]) == {records}


@settings(max_examples=max(20, settings().max_examples // 5))
@given(seed=st.integers(0, 2**32 - 1), zones=st.integers(1, 5))
def test_pairs_and_sums_are_those_of_a_spatial_join_by_intersects(seed: int, zones: int) -> None:
    """Half of the records stand on vertices or edges: geopandas' `intersects` and its group sums give the same, row by row."""
    lot = np.random.default_rng(seed)
    hulls = shapely.convex_hull(
        shapely.multipoints(lot.uniform((EAST, NORTH), (EAST + 9_000, NORTH + 9_000), (zones, 9, 2)))
    )
    rims = shapely.get_rings(hulls)
    corners = shapely.get_coordinates(rims)
    on = shapely.get_coordinates(shapely.line_interpolate_point(rims, lot.random(zones), normalized=True))
    xy = np.vstack([corners, on, lot.uniform((EAST, NORTH), (EAST + 9_000, NORTH + 9_000), (20, 2))])
    ground = gpd.GeoDataFrame({"zone_id": [f"z{number}" for number in range(zones)]}, geometry=hulls, crs=UTM)
    records = gpd.GeoDataFrame(
        {"incident_id": [f"i{number}" for number in range(len(xy))], "killed_civilian": lot.integers(0, 9, len(xy))},
        geometry=gpd.points_from_xy(*xy.T),
        crs=UTM,
    )
    found = join(records, ground)
    rival = gpd.sjoin(records, ground, predicate="intersects")
    pairs = set(zip(rival["incident_id"], rival["zone_id"], strict=True))
    assert set(zip(found.pairs["incident_id"], found.pairs["zone_id"], strict=True)) == pairs
    assert len(found.pairs) == len(rival) >= len(corners)
    sums = rival.groupby("zone_id")["killed_civilian"].agg(["size", "sum"]).reindex(ground["zone_id"], fill_value=0)
    assert found.zones["incidents_inside"].tolist() == sums["size"].tolist()
    np.testing.assert_allclose(found.zones["killed_inside"].to_numpy(), sums["sum"].to_numpy(), rtol=1e-12)
