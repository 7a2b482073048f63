"""The ground that access questions are asked of: zones, orders, openings, hazards, accidents and coverage, prepared once.

All layers are brought into one plane, so that a question about a million places and one about a single place measure the same
distances and get the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs
from mapper.analysis.orders import Order, read_orders
from mapper.analysis.reach import Floats, Shapes, shapes_of
from mapper.errors import DataRefused
from mapper.names import name_key, units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pyproj import CRS

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "zones": ("zone_id", "name", "admin_units", "extent", "order_ids", "accuracy_m", "source_ids"),
    "corridors": ("corridor_id", "name", "order_ids", "width_m", "accuracy_m"),
    "hazards": (
        *("hazard_id", "name", "class", "status", "product", "closed_on", "accuracy_m", "recorded_on", "source_ids"),
        *("evidence_direct", "evidence_indirect"),
    ),
    "incidents": ("incident_id", "place", "uncertainty_m", "district", "date_start", "recorded_on", "source_ids"),
    "coverage": (
        "coverage_id",
        "name",
        "orders_state",
        "survey_state",
        "reporting_state",
        "period_start",
        "period_end",
    ),
}
"""What a question needs of each layer; a column that is missing counts as not stated."""
_NUMBERS = ("accuracy_m", "uncertainty_m", "width_m")


class Lost(NamedTuple):
    """How many records could not be used. One that is missing may be the one that forbids, so none of them is passed over.

    With any lost no ground counts as covered, on either axis; with an order lost no opening opens anything.
    """

    zones: int = 0
    orders: int = 0
    hazards: int = 0
    incidents: int = 0

    @property
    def legal(self) -> int:
        """Records that may forbid by law."""
        return self.zones + self.orders

    @property
    def physical(self) -> int:
        """Records that tell of what lies in the ground."""
        return self.hazards + self.incidents


@dataclass(frozen=True, slots=True)
class Part:
    """One layer: its records with a plain index from 0, and their shapes."""

    records: pd.DataFrame
    shapes: Shapes

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything an access question is asked of.

    `data_date` is the day that is asked about when none is named, `stale_after` the last day of which the data say anything.
    `lost` counts the records that could not be used.
    """

    zones: Part
    corridors: Part
    hazards: Part
    incidents: Part
    coverage: Part
    orders: Mapping[str, Order]
    data_date: dt.date | None
    stale_after: dt.date | None
    lost: Lost
    plane: CRS


def make_ground(
    layers: Mapping[str, gpd.GeoDataFrame],
    orders: pd.DataFrame | None = None,
    *,
    data_date: dt.date | None = None,
    stale_after: dt.date | None = None,
    lost: Lost = Lost(),  # noqa: B008 - nothing in it can change
) -> Ground:
    """Prepare layers for access questions.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        Any of `zones`, `corridors`, `hazards`, `incidents` (located) and `coverage`, with the columns of `COLUMNS` as far as
        they are known, valid shapes or None, and a CRS.
    orders : DataFrame, optional
        Columns of `mapper.schema.COLUMNS["orders"]`.
    data_date, stale_after, lost : optional
        See `Ground`.

    Returns
    -------
    Ground
        One record for each row given, in the same order.

    Raises
    ------
    DataRefused
        When a layer is none of those, or a polygon is not valid.
    UnknownCRS
        When a layer states no CRS.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[shapely.box(46, 40, 47, 41)], crs="EPSG:4326")
    >>> len(make_ground({"zones": zones}).zones)
    1
    """
    for kind in layers:
        if kind not in COLUMNS:
            raise DataRefused(f"'{kind}' takes no part in access questions", advice=f"Give {', '.join(COLUMNS)}.")
    stored = {kind: _stored(layers.get(kind), kind) for kind in COLUMNS}
    everything = np.concatenate([frame.geometry.to_numpy() for frame in stored.values()])
    plane = crs.working_crs(crs.lon_lat_bounds(everything) if _any_there(everything) else _ANYWHERE)
    parts = {kind: _part(frame, kind, plane) for kind, frame in stored.items()}
    return Ground(
        orders={} if orders is None else read_orders(_recorded(orders, data_date)),
        data_date=data_date,
        stale_after=stale_after,
        lost=lost,
        plane=plane,
        **parts,
    )


def _recorded(orders: pd.DataFrame, data_date: dt.date | None) -> pd.DataFrame:
    """Give orders of which nobody says when they were recorded the day of the data: the map knew them then."""
    stated = orders["recorded_on"] if "recorded_on" in orders else pd.Series(None, index=orders.index, dtype=object)
    known = None if data_date is None else data_date.isoformat()
    return orders.assign(recorded_on=stated.astype(object).where(stated.notna(), known))


def lost_records(
    zones: gpd.GeoDataFrame | None,
    districts: gpd.GeoDataFrame | None,
    hazards: gpd.GeoDataFrame | None,
    incidents: gpd.GeoDataFrame | None,
    *,
    refused: Lost,
) -> Lost:
    """Count the records that a verdict may rest on and cannot: those refused, and those that have no place.

    Parameters
    ----------
    zones, hazards, incidents : GeoDataFrame or None
        As they are placed. A zone without an outline is lost where it names no unit, or one that no layer of districts knows,
        which may be a slip; a hazard without an outline may lie anywhere, and so may an accident whose `place` is `none`.
    districts : GeoDataFrame or None
        `name`: a unit known to have no outline is no loss, as it is restricted by name.
    refused : Lost
        How many records of each kind the checks refused.
    """
    known = set() if districts is None else {name_key(name) for name in districts["name"]}
    cells = () if zones is None else zones["admin_units"][_without_place(zones)]
    return Lost(
        zones=refused.zones
        + sum(not units(cell) or any(name_key(unit) not in known for unit in units(cell)) for cell in cells),
        orders=refused.orders,
        hazards=refused.hazards + (0 if hazards is None else int(_without_place(hazards).sum())),
        incidents=refused.incidents + (0 if incidents is None else int(incidents["place"].eq("none").sum())),
    )


def _without_place(frame: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series(frame.geometry.isna() | frame.geometry.is_empty)


_ANYWHERE = (46.0, 39.0, 47.0, 40.0)
"""A plane is needed also where there is nothing to measure to."""


def _any_there(shapes: np.ndarray[Any, np.dtype[np.object_]]) -> bool:
    return bool((~(shapely.is_missing(shapes) | shapely.is_empty(shapes))).any())


def _stored(frame: gpd.GeoDataFrame | None, kind: str) -> gpd.GeoDataFrame:
    if frame is None:
        return gpd.GeoDataFrame({name: [] for name in COLUMNS[kind]}, geometry=[], crs=crs.STORAGE)
    stored = crs.to_storage(frame).reset_index(drop=True)
    shapes = stored.geometry.to_numpy()
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    if broken.any():
        raise DataRefused(
            f"{int(broken.sum())} of the {kind} have an invalid shape: {shapely.is_valid_reason(shapes[broken][0])}",
            column="geometry",
            advice="Check the layer first (`mapper check`); it mends outlines without freeing ground.",
        )
    return stored


def _part(frame: gpd.GeoDataFrame, kind: str, plane: CRS) -> Part:
    columns = {
        name: frame[name] if name in frame else pd.Series(None, frame.index, dtype=object) for name in COLUMNS[kind]
    }
    records = pd.DataFrame(columns, index=frame.index)
    for name in _NUMBERS:
        if name in records:
            records[name] = pd.to_numeric(records[name]).astype("float64")
    return Part(records, shapes_of(frame.geometry, _doubt_m(records, kind), plane))


def _doubt_m(records: pd.DataFrame, kind: str) -> Floats:
    """Return the accuracy of each line, or the radius of each accident's place; not stated counts as 0, as everywhere."""
    column = "uncertainty_m" if kind == "incidents" else "accuracy_m"
    if column not in records:
        return np.zeros(len(records))
    return np.asarray(records[column].fillna(0.0).to_numpy(dtype=np.float64))
