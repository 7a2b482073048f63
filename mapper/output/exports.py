"""The edition as files a GIS opens: RFC 7946 GeoJSON and CSV.

Columns are published by an allow-list, so that a column added to a layer is not published by accident. GeoJSON is
written by ourselves: WGS 84 without a `crs` member, six decimals (0.1 m), every feature with every key, the same bytes
for the same edition. No geometry is simplified; one that rounding would make invalid keeps all its decimals. A record
whose place is only a district has a null geometry: a point there would look measured.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import mapping

from mapper import findings as findings_table
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from mapper.output.compose import Edition

_DECIMALS = 6
_SIGNIFICANT_DIGITS = 9
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")

INCIDENT_COLUMNS = (
    "incident_id",
    "date_start",
    "date_end",
    "date_precision",
    "reported_on",
    "district",
    "settlement",
    "settlement_as_reported",
    "location_level",
    "place",
    "uncertainty_m",
    "accident_type",
    "device_category",
    "device_as_reported",
    "activation",
    "activity",
    *KILLED,
    *INJURED,
    "killed",
    "injured",
    "relation",
    "zone_ids",
    "relations",
    "shares",
    "order_ids",
    "source_ids",
    "note",
)
ZONE_COLUMNS = (
    "zone_id",
    "name",
    "extent",
    "extent_note",
    "geometry_basis",
    "accuracy_m",
    "area_km2",
    "order_ids",
    "incidents_inside",
    "incidents_uncertain",
    "killed_inside",
    "injured_inside",
    "incidents_reported",
    "killed_reported",
    "injured_reported",
)
DISTRICT_COLUMNS = (
    "district_id",
    "name",
    "name_source",
    "kind",
    "zone_id",
    "incidents_reported",
    "incidents_district_level",
    "killed_reported",
    "injured_reported",
    "note",
)
CONTOUR_COLUMNS = ("lower_per_km2", "upper_per_km2", "area_km2")
HOTSPOT_COLUMNS = ("unit_id", "name", "records", "class", "z", "p", "q", "neighbours", "share_in_window")


def export_files(edition: Edition) -> dict[str, bytes]:
    """Write the edition's data files.

    Returns
    -------
    dict of str to bytes
        `incidents.geojson`, `zones.geojson`, `districts.geojson` (one feature per record, also those without geometry),
        `density.geojson` (one feature per class, none when the density was refused), `findings.csv` (one row per finding);
        `original_shapes.csv` (one row per area whose shape was changed, as it was given) where there are any. An edition that
        only counts its incidents has no `incidents.geojson`: an empty one would say that there are none.
    """
    incidents = edition.incidents
    points = incidents.geometry.where(incidents["place"].isin(["point", "disc"]), None)
    by_itself = {
        "incidents.geojson": geojson(incidents.set_geometry(points), INCIDENT_COLUMNS, "incident_id", "incidents")
    }
    return {
        **({} if edition.counts_only else by_itself),
        "zones.geojson": geojson(edition.zones, ZONE_COLUMNS, "zone_id", "zones"),
        "districts.geojson": geojson(edition.districts, DISTRICT_COLUMNS, "district_id", "districts"),
        "density.geojson": geojson(edition.surface.contours, CONTOUR_COLUMNS, None, "density"),
        "findings.csv": csv_table(findings_table.as_frame(edition.findings)),
        **({} if edition.originals.empty else {"original_shapes.csv": csv_table(edition.originals)}),
    }


def geojson(
    frame: gpd.GeoDataFrame, columns: Iterable[str], id_column: str | None, name: str, *, marking: str | None = None
) -> bytes:
    """Write a frame in WGS 84 as a GeoJSON FeatureCollection: one feature per row, in order.

    Parameters
    ----------
    frame : GeoDataFrame
        Longitude/latitude, WGS 84.
    columns : iterable of str
        The properties to publish, all of which each feature has; missing values are null.
    id_column : str or None
        The column that becomes the feature's `id`.
    name : str
        A name for the collection.
    marking : str, optional
        A text that the collection bears as its first member and each feature as a property.

    Returns
    -------
    bytes
        UTF-8, one feature per line, outer rings counter-clockwise, coordinates at six decimals, the box around all of
        them as `bbox` (left out where nothing has a geometry).
    """
    cells = pd.DataFrame({column: frame[column].to_numpy() for column in columns})
    plain = cells.astype(object).where(cells.notna(), None).to_dict("records")
    marked = {} if marking is None else {"marking": marking}
    shapes = _rounded(shapely.orient_polygons(frame.geometry.to_numpy()))
    features = [
        _dumps(
            {
                "type": "Feature",
                **({} if id_column is None else {"id": properties[id_column]}),
                "properties": {**marked, **{key: _plain(value) for key, value in properties.items()}},
                "geometry": None if shape is None or shape.is_empty else mapping(shape),
            }
        )
        for properties, shape in zip(plain, shapes, strict=True)
    ]
    drawn = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    box = f'"bbox":{_dumps(shapely.total_bounds(drawn).tolist())},' if len(drawn) else ""
    first = f'"marking":{_dumps(marking)},' if marking is not None else ""
    head = f'{{{first}"type":"FeatureCollection","name":{_dumps(name)},{box}"features":['
    return (head + "\n" + ",\n".join(features) + ("\n" if features else "") + "]}\n").encode()


def csv_table(frame: pd.DataFrame, *, mark: bool = True) -> bytes:
    """Write a frame as CSV that a spreadsheet opens without running anything: UTF-8, formulas quoted.

    `mark` puts the byte-order mark in front that spreadsheets need to see UTF-8, and that other programs do not expect.

    Examples
    --------
    >>> csv_table(pd.DataFrame({"value": ["=1+1", None]})).decode("utf-8-sig").splitlines()
    ['value', "'=1+1", '""']
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows([_guarded(value) for value in row] for row in frame.itertuples(index=False))
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _guarded(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload] # a scalar cell
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_MARKS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    """Tell a signed number, which a spreadsheet shows, from a formula, which it runs."""
    return text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit() and text[0] in "+-"


def _dumps(value: Any) -> str:  # noqa: ANN401 - plain JSON values
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Turn numpy scalars into Python's, and numbers into a length that says no more than is known."""
    if isinstance(value, np.generic):
        value = value.item()
    return float(f"{value:.{_SIGNIFICANT_DIGITS}g}") if isinstance(value, float) else value


def _rounded(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Round coordinates to six decimals, except of a shape that would be valid no more."""
    rounded = shapely.transform(shapes, lambda lon_lat: np.round(lon_lat, _DECIMALS))
    spoilt = shapely.is_valid(shapes) & ~shapely.is_valid(rounded)
    return np.where(spoilt, shapes, rounded)
