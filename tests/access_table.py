"""The table of access questions (`access_questions.json`), which the page's tests read too, as grounds and questions."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from mapper.analysis.ground import Ground, make_ground
from mapper.questions import Known, read_ground

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "access_questions.json").read_text("utf-8"))
QUESTIONS: list[dict[str, Any]] = TABLE["questions"]
BUNDLED = "bundled"
_LAYERS = ("zones", "corridors", "hazards", "incidents", "coverage")


@cache
def bundled() -> Known:
    """Return the bundled layers, read once."""
    return read_ground()


@cache
def ground_of(world: str) -> Ground:
    """Return the ground of a world of the table."""
    if world == BUNDLED:
        return bundled().ground
    written = TABLE["worlds"][world]
    layers = {kind: frame_of(written[kind]) for kind in _LAYERS if written.get(kind)}
    orders = pd.DataFrame(written["orders"]) if written.get("orders") else None
    days = (day_of(written.get(name)) for name in ("data_date", "stale_after"))
    data_date, stale_after = days
    return make_ground(layers, orders, data_date=data_date, stale_after=stale_after)


def frame_of(records: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return records with GeoJSON geometries as a frame in WGS 84."""
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) if each.get("geometry") else None for each in records]
    columns = pd.DataFrame([{name: cell for name, cell in each.items() if name != "geometry"} for each in records])
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def day_of(text: str | None) -> dt.date | None:
    """Return a day of the table."""
    return None if text is None else dt.date.fromisoformat(text)


def shape_of(ask: dict[str, Any]) -> shapely.Geometry:
    """Return the point, line or polygon that a question asks about."""
    if "at" in ask:
        return shapely.Point(ask["at"])
    if "route" in ask:
        return shapely.LineString(ask["route"])
    return shapely.Polygon(ask["area"][0], ask["area"][1:])
