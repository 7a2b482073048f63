"""The checks across layers put together: which come first, what stands for many, and what is told of whose file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from mapper.analysis.consistency import MOST_TOLD, across, alarms_first, compare, unknown_references
from mapper.findings import finding
from mapper.model import Checked, Findings, LayerEntry, Ledger
from mapper.schema import GEOMETRY_OF_KIND, typed

if TYPE_CHECKING:
    from mapper.model import Kind

SQUARE = shapely.box(46, 39, 47, 40)
HERE = shapely.Point(46.25, 39.25)
ACCIDENT = {"incident_id": "a", "date_start": "2021-01-28", "district": "Ağdam", "location_level": "measured_gnss"}
CLEARED = {"hazard_id": "h", "product": "cleared", "closed_on": "2020-12-01"}


def layer(kind: Kind, *rows: dict[str, Any], name: str = "", date: dt.date | None = None) -> Checked:
    """Make a checked layer of records given as text, with `geometry` beside; rows from 2 on."""
    index = range(2, 2 + len(rows))
    text = pd.DataFrame([{key: row[key] for key in row if key != "geometry"} for row in rows], index=index, dtype="str")
    frame = typed(text, kind)
    if kind in GEOMETRY_OF_KIND:
        shapes = gpd.GeoSeries([row.get("geometry") for row in rows], index=index, crs="EPSG:4326")
        frame = gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"], errors="ignore"), geometry=shapes)
    entry = LayerEntry(name=name or kind, kind=kind, path=Path(f"{name or kind}.csv"), date=date)
    ledger = Ledger(counted=len(rows), kept=len(rows))
    return Checked(entry, frame, ledger, sha256="", crs="EPSG:4326", mapping={}, findings=Findings())


def rules(*layers: Checked, as_of: dt.date | None = None) -> list[tuple[str, str | None, int | None]]:
    """Rule, file and row of each finding."""
    return [(each.rule, each.file, each.row) for each in across(layers, as_of=as_of)]


def test_an_accident_in_released_land_comes_first() -> None:
    """Before everything else that the same layers show."""
    accidents = layer("incidents", {**ACCIDENT, "source_ids": "x", "geometry": HERE})
    hazards = layer("hazards", {"hazard_id": "g", "status": "closed"}, {**CLEARED, "geometry": SQUARE})
    districts = layer("districts", {"district_id": "t", "name": "Ağdam", "geometry": shapely.box(48, 39, 49, 40)})
    sources = layer("sources", {"source_id": "s"})
    assert rules(districts, sources, hazards, accidents) == [
        ("accident_in_cleared_land", "incidents.csv", 2),
        ("district_disagrees", "incidents.csv", 2),
        ("closed_without_product", "hazards.csv", 2),
        ("unknown_source", "incidents.csv", 2),
    ]


def test_incidents_are_located_before_they_are_compared() -> None:
    """The accident names a settlement 1.1 km inside the released land: a circle of 2 km, of which some lies outside."""
    accidents = layer("incidents", {**ACCIDENT, "settlement": "Mərzili", "location_level": "settlement"})
    towns = layer("settlements", {"settlement": "Mərzili", "district": "Ağdam", "geometry": shapely.Point(46.5, 39.01)})
    land = layer("hazards", {**CLEARED, "geometry": SQUARE})
    assert rules(accidents, towns, land) == [("accident_may_be_in_cleared_land", "incidents.csv", 2)]


def test_zones_take_the_outline_of_their_districts() -> None:
    """A point on the line of the district is on that of the zone as well: one finding with both names."""
    accidents = layer("incidents", {**ACCIDENT, "geometry": shapely.Point(46, 39.25)})
    districts = layer("districts", {"district_id": "d", "name": "Ağdam", "geometry": SQUARE})
    zones = layer("zones", {"zone_id": "z", "admin_units": "Ağdam"})
    (found,) = across([accidents, districts, zones])
    assert (found.rule, found.value) == ("on_border", "zone z; district Ağdam")


def test_one_layer_alone_is_checked_as_well() -> None:
    """Rows of one table against each other: an accident twice, and a count that falls."""
    twice = {**ACCIDENT, "device_category": "ap_mine"}
    assert rules(layer("incidents", twice, {**twice, "incident_id": "b"})) == [
        ("possible_duplicate", "incidents.csv", 3)
    ]
    first = {"count_id": "c", "publisher": "P", "as_of": "2021-01-01", "killed_total": "9"}
    then = {"count_id": "d", "publisher": "P", "as_of": "2021-02-01", "killed_total": "8"}
    assert rules(layer("casualty_counts", first, then)) == [("count_falls", "casualty_counts.csv", 3)]


def test_one_id_in_two_layers_is_told_for_every_kind() -> None:
    """Sources too: two pages of one id cannot be told apart."""
    one, other = (layer("sources", {"source_id": "s"}, name=name) for name in ("ours", "theirs"))
    assert rules(one, other) == [("duplicate_id", "theirs.csv", 2)]


def test_an_order_is_old_only_against_a_day() -> None:
    """The given one, else the newest date of a layer; nobody's clock."""
    ban = {"order_id": "o", "order_type": "ban", "authorities": "Ministry", "issued_on": "2021-01-01"}
    assert rules(layer("orders", ban)) == []
    assert rules(layer("orders", ban), as_of=dt.date(2021, 6, 1)) == []
    assert rules(layer("orders", ban), as_of=dt.date(2026, 11, 23)) == [("unconfirmed_order", "orders.csv", 2)]
    assert rules(layer("orders", ban, date=dt.date(2026, 11, 23))) == [("unconfirmed_order", "orders.csv", 2)]


def test_references_are_checked_where_their_layer_is_given() -> None:
    """Without a layer of sources nobody can say that one is missing."""
    accidents = layer("incidents", {**ACCIDENT, "source_ids": "x;s", "geometry": HERE})
    assert rules(accidents) == []
    assert rules(accidents, layer("sources", {"source_id": "s"})) == [("unknown_source", "incidents.csv", 2)]


def test_no_layers_and_empty_layers_have_no_findings() -> None:
    """Also where every kind is there and none has a record."""
    assert across([]) == []
    assert compare({}) == []
    full = [
        layer("incidents", {**ACCIDENT, "geometry": HERE}),
        layer("hazards", {**CLEARED, "geometry": SQUARE}),
        layer("districts", {"district_id": "d", "name": "Ağdam", "geometry": SQUARE}),
        layer("orders", {"order_id": "o", "order_type": "ban", "authorities": "M"}),
        layer("casualty_counts", {"count_id": "c"}),
        layer("sources", {"source_id": "s"}),
    ]
    empty = [Checked(one.entry, one.frame.iloc[:0], Ledger(0, 0), "", None, {}, Findings()) for one in full]
    assert across(empty, as_of=dt.date(2026, 11, 23)) == []


def test_a_thousand_of_one_kind_are_told_and_more_are_counted() -> None:
    """Points on a border; alarms are told one by one, however many."""
    districts = layer("districts", {"district_id": "d", "name": "Ağdam", "geometry": SQUARE})
    land = layer("hazards", {**CLEARED, "geometry": SQUARE})
    for number, lines in ((MOST_TOLD, MOST_TOLD), (MOST_TOLD + 1, 1)):
        on_the_line = shapely.Point(46, 39.25)
        rows = ({**ACCIDENT, "incident_id": f"i{each}", "geometry": on_the_line} for each in range(number))
        found = across([layer("incidents", *rows), districts, land])
        told = [each for each in found if each.rule == "on_border"]
        assert len(told) == lines
        assert sum(each.rule.startswith("accident_") for each in found) == number
    assert (told[0].row, told[0].value) == (None, "1001 records; the first, row 2: district Ağdam")


def test_alarms_first_keeps_the_order_of_the_rest() -> None:
    """The certain before the possible, whatever else in its order."""
    given = ["date_order", "accident_may_be_in_cleared_land", "no_place", "accident_in_cleared_land", "date_order"]
    assert [each.rule for each in alarms_first(finding(rule, "warning") for rule in given)] == [
        "accident_in_cleared_land",
        "accident_may_be_in_cleared_land",
        "date_order",
        "no_place",
        "date_order",
    ]


def test_each_unknown_reference_is_told_once_a_row() -> None:
    """Blanks and repeats are no references of their own."""
    frame = pd.DataFrame({"source_ids": ["a; b;a;", None, "c;c"]}, index=[2, 3, 4])
    found = unknown_references(frame, "source_ids", ["a"], "unknown_source")
    assert [(each.row, each.value, each.severity) for each in found] == [(2, "b", "warning"), (4, "c", "warning")]
