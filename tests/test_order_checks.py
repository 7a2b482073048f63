"""Orders, zones and corridors against each other: one finding for what a verdict would have to take strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapper.analysis.order_checks import (
    circular_orders,
    corridors_without_width,
    orders_without_effect,
    zones_without_order,
)

if TYPE_CHECKING:
    from mapper.model import Finding

SQUARE = shapely.box(46, 40, 46.1, 40.1)
LINE = shapely.LineString([(46, 40), (46.1, 40.1)])


def orders_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return orders as a table whose rows are numbered as in a file, from 1."""
    frame = pd.DataFrame(rows)
    return frame.set_index(pd.RangeIndex(1, len(frame) + 1))


def told(findings: list[Finding]) -> list[tuple[Any, ...]]:
    """Return what a finding says, by position."""
    return [(each.rule, each.severity, each.row, each.column, each.value) for each in findings]


def test_orders_in_a_circle() -> None:
    """2 and 4 supersede each other by way of 5; 1 is superseded once, 3 leads into the circle."""
    orders = orders_of(
        {"order_id": "a", "order_type": "ban", "superseded_by": "c"},
        {"order_id": "b", "order_type": "ban", "superseded_by": "d"},
        {"order_id": "c", "order_type": "ban", "superseded_by": "b"},
        {"order_id": "d", "order_type": "ban", "superseded_by": "e"},
        {"order_id": "e", "order_type": "ban", "superseded_by": "b"},
    )
    found = circular_orders(orders)
    assert told(found) == [
        ("orders_in_a_circle", "warning", row, "superseded_by", value) for row, value in ((2, "b"), (4, "d"), (5, "e"))
    ]
    assert {each.done for each in found} == {"All of them count as in force."}


def test_an_order_in_a_circle_with_itself_and_none_without() -> None:
    """One row each; a table without such columns has no circle."""
    assert told(circular_orders(orders_of({"order_id": "a", "order_type": "ban", "superseded_by": "a"}))) == [
        ("orders_in_a_circle", "warning", 1, "superseded_by", "a")
    ]
    lifting = orders_of(
        {"order_id": "a", "order_type": "lifted", "refers_to": "b"},
        {"order_id": "b", "order_type": "lifted", "refers_to": "a"},
    )
    assert [each[2] for each in told(circular_orders(lifting))] == [1, 2]
    assert circular_orders(orders_of({"order_id": "a", "order_type": "ban"})) == []
    plain = orders_of(
        {"order_id": "a", "order_type": "ban", "superseded_by": "b"}, {"order_id": "b", "order_type": "ban"}
    )
    assert circular_orders(plain) == []


@pytest.mark.parametrize("cell", [None, "", " ; "])
def test_a_lifting_that_names_nothing(cell: str | None) -> None:
    """Only the lifting is told; a ban needs to name nobody."""
    orders = orders_of(
        {"order_id": "a", "order_type": "ban", "refers_to": None},
        {"order_id": "b", "order_type": "lifted", "refers_to": cell},
    )
    assert told(orders_without_effect(orders)) == [("lifts_nothing", "warning", 2, "refers_to", "b")]
    without = orders.drop(columns="refers_to")
    assert told(orders_without_effect(without)) == [("lifts_nothing", "warning", 2, "refers_to", "b")]


@pytest.mark.parametrize("column", ["superseded_by", "refers_to"])
def test_an_order_that_no_layer_holds(column: str) -> None:
    """One finding for each unknown id, at the row and column that names it, with the id as its value."""
    orders = orders_of(
        {"order_id": "a", "order_type": "ban", column: "b"},
        {"order_id": "b", "order_type": "lifted", "refers_to": "a"}
        | {column: "a; x;y" if column == "refers_to" else "x;y"},
    )
    assert told(orders_without_effect(orders)) == [
        ("unknown_order", "warning", 2, column, "x"),
        ("unknown_order", "warning", 2, column, "y"),
    ]


def test_findings_are_in_row_order() -> None:
    """Whatever the column or the rule."""
    orders = orders_of(
        {"order_id": "a", "order_type": "lifted", "superseded_by": None, "refers_to": None},
        {"order_id": "b", "order_type": "ban", "superseded_by": None, "refers_to": "x"},
        {"order_id": "c", "order_type": "ban", "superseded_by": "y", "refers_to": None},
    )
    assert [each[2:] for each in told(orders_without_effect(orders))] == [
        (1, "refers_to", "a"),
        (2, "refers_to", "x"),
        (3, "superseded_by", "y"),
    ]


def test_a_zone_that_names_no_order() -> None:
    """Blank in any form; one that names an unknown order is another matter."""
    zones = gpd.GeoDataFrame(
        {"zone_id": ["a", "b", "c", "d"], "order_ids": ["o1", None, " ; ", "nobody"]},
        geometry=[SQUARE] * 4,
        crs=4326,
        index=[1, 2, 3, 4],
    )
    assert told(zones_without_order(zones)) == [
        ("zone_without_order", "warning", 2, "order_ids", "b"),
        ("zone_without_order", "warning", 3, "order_ids", "c"),
    ]


def test_a_corridor_without_a_width() -> None:
    """Lines alone: a polygon is its own width, and a row without a shape opens nothing anyway."""
    corridors = gpd.GeoDataFrame(
        {"corridor_id": ["a", "b", "c", "d", "e"], "width_m": [None, None, None, 20.0, None]},
        geometry=[LINE, SQUARE, shapely.MultiLineString([LINE]), LINE, None],
        crs=4326,
        index=[1, 2, 3, 4, 5],
    )
    assert told(corridors_without_width(corridors)) == [
        ("corridor_without_width", "warning", 1, "width_m", "a"),
        ("corridor_without_width", "warning", 3, "width_m", "c"),
    ]
