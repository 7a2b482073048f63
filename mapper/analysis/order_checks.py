"""Orders, zones and corridors against each other: what a verdict would have to take strictly because the records do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mapper.analysis.orders import circles, ended_as_written
from mapper.findings import finding
from mapper.names import units

if TYPE_CHECKING:
    import geopandas as gpd

    from mapper.model import Finding, LayerEntry


def circular_orders(orders: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find orders that supersede each other in a circle.

    Returns
    -------
    list of Finding
        One for each order of a circle, in row order, severity `warning`: none of them ends another.
    """
    columns = orders[[name for name in ("order_id", "order_type", "superseded_by", "refers_to") if name in orders]]
    circular = set(circles(ended_as_written(columns)))
    return [
        finding(
            "orders_in_a_circle",
            "warning",
            "All of them count as in force.",
            entry=entry,
            row=row,
            column="superseded_by",
            value=order_id,
        )
        for row, order_id in orders["order_id"].items()
        if str(order_id) in circular
    ]


def orders_without_effect(orders: pd.DataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find orders that were written to lift or to amend another and name none, or name one that no layer holds.

    Returns
    -------
    list of Finding
        In row order, severity `warning`: they end and change nothing.
    """
    known = set(orders["order_id"].astype("str"))
    found = []
    for column in ("superseded_by", "refers_to"):
        if column not in orders:
            continue
        for row, cell in orders[column].dropna().items():
            found += [
                finding("unknown_order", "warning", entry=entry, row=row, column=column, value=named)
                for named in units(cell)
                if named not in known
            ]
    lifting = orders[orders["order_type"].isin(["lifted"])]
    named = lifting["refers_to"] if "refers_to" in lifting else pd.Series(pd.NA, index=lifting.index)
    found += [
        finding(
            "lifts_nothing", "warning", "It ends nothing.", entry=entry, row=row, column="refers_to", value=order_id
        )
        for (row, order_id), cell in zip(lifting["order_id"].items(), named, strict=True)
        if not units(cell)
    ]
    return sorted(found, key=lambda each: each.row or 0)


def zones_without_order(zones: gpd.GeoDataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find zones that name no order.

    Returns
    -------
    list of Finding
        In row order, severity `warning`: such a zone is closed to everyone, on every day.
    """
    unnamed = [not units(cell) for cell in zones["order_ids"]]
    return [
        finding(
            "zone_without_order",
            "warning",
            "It counts as closed to everyone, on every day.",
            entry=entry,
            row=row,
            column="order_ids",
            value=zone_id,
        )
        for row, zone_id in zones["zone_id"][unnamed].items()
    ]


def corridors_without_width(corridors: gpd.GeoDataFrame, *, entry: LayerEntry | None = None) -> list[Finding]:
    """Find lines of openings whose width nobody states.

    Returns
    -------
    list of Finding
        In row order, severity `warning`: such a line opens nothing.
    """
    lines = corridors.geometry.geom_type.isin(["LineString", "MultiLineString"]) & corridors["width_m"].isna()
    return [
        finding(
            "corridor_without_width",
            "warning",
            "It opens nothing.",
            entry=entry,
            row=row,
            column="width_m",
            value=corridor_id,
        )
        for row, corridor_id in corridors["corridor_id"][lines].items()
    ]
