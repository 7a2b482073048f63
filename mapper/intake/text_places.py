"""Places of records that a table gives as text, from every column that may hold one, held against each other.

A record may say its place several times: latitude and longitude, a grid reference beside them, the WKT of a database. The
first column that is one place gives it; another that is more than 100 m away (and farther than both are known) makes two
places of one record, which is refused with both. Nothing is averaged, and no column counts as the better one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from mapper import crs as reference_systems
from mapper import schema, terms
from mapper.errors import DataRefused, UnknownCRS
from mapper.findings import CLOSED
from mapper.intake.coordinate_texts import JOINED, WHOLE, Open, read_coordinates
from mapper.intake.shape_texts import WGS84_SRID, ShapeTexts, read_shape_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from mapper.intake.account import Account
    from mapper.model import LonLatBox

SHAPE = "shape_text"
INTERNAL: Mapping[str, str] = MappingProxyType(
    {"as_given": "str", "as_given_crs": "str", "operation": "str", "operation_accuracy_m": "float64"}
)
"""Columns of incidents that tell how a place was read from text; they are never published."""
_FARTHEST_APART_M = 100.0
_OWN_SHAPE = "shape"
_SHOWN_WKT = 80
_WORD = re.compile(r"[^\W\d_]+")
_WKT_WORDS = frozenset(
    {
        *("SRID", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "CURVEPOLYGON"),
        *("GEOMETRYCOLLECTION", "EMPTY", "Z", "M", "ZM", "NAN", "E"),
    }
)
_HEIGHTS = "The heights of {} records were left out."


@dataclass(slots=True)
class TextPlaces:
    """Places read from texts: frames by reference system, each with a geometry, `uncertainty_m` and `INTERNAL`.

    `points` holds what the next column is held against: WGS 84 `lon` and `lat`, `radius_m` and the `column` of each record
    that is placed at a point; `placed` all rows that have a place; `open` the texts that are none, by row. `shape_stands` says
    that the file has shapes of its own, which no text outdoes.
    """

    points: pd.DataFrame
    placed: pd.Index[int]
    shape_stands: bool
    frames: list[gpd.GeoDataFrame] = field(default_factory=list)
    open: dict[int, Open] = field(default_factory=dict)


def has_texts(frame: pd.DataFrame) -> bool:
    """Tell whether any record of a frame gives its place as text."""
    return any(bool(frame[name].notna().any()) for name in (JOINED, WHOLE, SHAPE) if name in frame)


def read_places(
    frame: pd.DataFrame,
    account: Account,
    *,
    crs: str | None,
    area: LonLatBox | None,
    points: pd.DataFrame,
    anyway: pd.Index[int],
    shape_stands: bool = False,
) -> TextPlaces:
    """Read the places that a frame gives as text, and refuse the records whose texts are none.

    Parameters
    ----------
    frame : DataFrame
        Typed records with some of the columns `lon_lat_text`, `coordinates` and `shape_text`.
    crs : str, optional
        The system that the caller or the file states.
    area : tuple of float, optional
        Where the records are expected.
    points : DataFrame
        `lon` and `lat` (WGS 84) of records with a text that have a place already.
    anyway : Index
        All records that have a place already; their texts are compared and not needed.
    shape_stands : bool
        Whether those places are shapes of the file, which stand against a text that contradicts them.

    Returns
    -------
    TextPlaces
        Each record at most once. A record with a text is in it, in `anyway`, or refused in the account.

    Raises
    ------
    UnknownCRS
        When neither a text nor anybody else says which system it is in.
    """
    given = points.assign(radius_m=0.0, column=_OWN_SHAPE if shape_stands else "lon, lat")
    found = TextPlaces(given, anyway, shape_stands)
    for column in (JOINED, WHOLE):
        if column in frame and bool(frame[column].notna().any()):
            read, open_ones = read_coordinates(
                frame[column].dropna(), column=column, crs=crs, area=area, account=account
            )
            _add(found, _as_points(read), column, account)
            _keep_open(found, open_ones, account)
    if SHAPE in frame and bool(frame[SHAPE].notna().any()):
        outlines = set(schema.GEOMETRY_OF_KIND[account.entry.kind]) == {"Polygon", "MultiPolygon"}
        for each in _shapes(frame[SHAPE].dropna(), crs, found, account, outlines=outlines):
            _add(found, each, SHAPE, account)
    _close(found, account)
    return found


def _close(found: TextPlaces, account: Account) -> None:
    """Refuse the records that no text placed, and doubt those that another column did."""
    placed, refused = set(found.placed), set(account.refused)
    alike: dict[tuple[str, str, str], list[tuple[int, str | None]]] = {}
    for row, why in found.open.items():
        if row in refused:
            continue
        if row in placed:
            account.doubt(why.rule, row, why.column, why.value, "Another of its columns gave its place.")
        else:
            alike.setdefault((why.rule, why.column, why.done), []).append((row, why.value))
    for (rule, column, done), records in alike.items():
        rows, values = zip(*records, strict=True)
        account.refuse(rows, rule, column, values, done)


def radius_m(frame: pd.DataFrame, read_m: pd.Series) -> pd.Series:
    """Return the radius of each record: the larger of what it states and what its text allows.

    Where it states a level and no radius, the usual radius of that level is what it states: eight decimals beside the name
    of a village do not make a measurement of it. An area has no radius.
    """
    levels = terms.vocabulary("location_level")
    usual_of = {code: term.data.get("uncertainty_m") for code, term in levels.items()}
    level = frame["location_level"]
    usual = pd.to_numeric(level.map(usual_of)).astype("float64")
    stated = frame["uncertainty_m"]
    wider = read_m > stated.fillna(usual)
    unknown = level.isna() | level.eq("unknown")
    return stated.where(~(wider | (stated.isna() & usual.isna() & unknown)), read_m)


def _add(found: TextPlaces, read: gpd.GeoDataFrame, column: str, account: Account) -> None:
    """Add the places of one column, holding each against the place that the record has already."""
    points = _points(read).assign(radius_m=read["uncertainty_m"].fillna(0.0), column=column)
    _hold_together(found, points.loc[points.index.intersection(found.points.index)], account)
    new = read.index.difference(found.placed, sort=False)
    found.frames.append(read.loc[new])
    found.placed = found.placed.append(new)
    found.points = pd.concat([found.points, points.loc[points.index.intersection(new)]])


def _hold_together(found: TextPlaces, points: pd.DataFrame, account: Account) -> None:
    """Refuse records whose two places lie apart; where one is a shape of the file, that stands and the doubt is told."""
    known = found.points.loc[points.index]
    apart_m = reference_systems.geodesic_distance_m(known["lon"], known["lat"], points["lon"], points["lat"])
    allowed_m = np.maximum(_FARTHEST_APART_M, known["radius_m"] + points["radius_m"])
    for row in points.index[~(apart_m <= allowed_m)]:
        one, other = known.loc[row], points.loc[row]
        value = "; ".join(f"{each['column']}: {each['lat']:.5f} {each['lon']:.5f}" for each in (one, other))
        if one["column"] == _OWN_SHAPE:
            account.doubt("coordinates_disagree", row, other["column"], value, "The shape stands.")
        else:
            account.refuse([row], "coordinates_disagree", other["column"], [value])


def _keep_open(found: TextPlaces, others: Mapping[int, Open], account: Account) -> None:
    """Keep why a text is no place; a record that has two such texts is told of both."""
    for row, why in others.items():
        if row in found.open:
            account.doubt(why.rule, row, why.column, why.value, "Another of its columns is no place either.")
        else:
            found.open[row] = why


def _points(read: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return WGS 84 longitude and latitude of the points of a frame."""
    single = read[read.geometry.geom_type.eq("Point") & ~read.geometry.is_empty]
    return stored_points(single.geometry.x, single.geometry.y, read.crs)


def stored_points(x: pd.Series, y: pd.Series, source: str | CRS | None) -> pd.DataFrame:
    """Return points in WGS 84 as `lon` and `lat`, none where one of them has no place there: that is told elsewhere."""
    nothing = pd.DataFrame({"lon": [], "lat": []}, index=x.index[:0], dtype="float64")
    if x.empty or source is None:
        return nothing
    reference = reference_systems.known_crs(source)
    if reference.equals(reference_systems.known_crs(reference_systems.STORAGE), ignore_axis_order=True):
        return pd.DataFrame({"lon": x, "lat": y})
    try:
        lon, lat = reference_systems.transform_points(x, y, reference)
    except DataRefused:
        return nothing
    return pd.DataFrame({"lon": lon, "lat": lat}, index=x.index)


def _as_points(read: pd.DataFrame) -> gpd.GeoDataFrame:
    facts = {
        "uncertainty_m": read["uncertainty_m"],
        "as_given": read["as_given"],
        "as_given_crs": read["crs"],
        "operation": read["operation"],
        "operation_accuracy_m": read["operation_accuracy_m"],
    }
    points = gpd.points_from_xy(read["lon"], read["lat"], crs=reference_systems.STORAGE)
    return gpd.GeoDataFrame(facts, geometry=points, index=read.index)


# ---------------------------------------------------------------- shapes
def _shapes(
    texts: pd.Series, crs: str | None, found: TextPlaces, account: Account, *, outlines: bool
) -> list[gpd.GeoDataFrame]:
    """Read shapes as text: one frame for each reference system that they are in."""
    read = read_shape_texts(texts.tolist(), outlines=outlines)
    stated = None if crs is None else reference_systems.known_crs(crs)
    frames = []
    codes = np.where(read.reason == "", read.srid, -1)
    for code in np.unique(codes[codes >= 0]):
        at = np.flatnonzero(codes == code)
        if not code and stated is None:
            raise UnknownCRS(
                "it has shapes as text but states no coordinate reference system",
                row=int(texts.index[at[0]]),
                column=SHAPE,
                advice="Ask the sender, then give it with --crs, or as crs in layers.toml: EPSG:4326 is WGS 84 in degrees.",
            )
        system = f"EPSG:{code}" if code else str(crs)
        why = _contradiction(int(code), stated)
        if why:
            read.reason[at] = why
            continue
        frames.append(_frame(texts, read, at, system))
    _tell_changed(texts, read, account)
    others = {
        row: Open(
            "shape_unreadable", SHAPE, f"{reason}: {text[:_SHOWN_WKT]}" if _is_plain(text) else reason, hidden=False
        )
        for row, text, reason in zip(texts.index.tolist(), texts.tolist(), read.reason.tolist(), strict=True)
        if reason
    }
    _keep_open(found, others, account)
    return frames


def _contradiction(code: int, stated: object) -> str:
    """Return why a shape's own system cannot be used beside the stated one.

    A field form's is always WGS 84; and WGS 84 stated for a file is what its other numbers are in, as for any text.
    """
    if not code or code == WGS84_SRID:
        return ""
    try:
        own = reference_systems.known_crs(f"EPSG:{code}")
    except UnknownCRS:
        return f"its SRID {code} is not known"
    storage = reference_systems.known_crs(reference_systems.STORAGE)
    if stated is not None and not any(each.equals(stated, ignore_axis_order=True) for each in (own, storage)):
        return f"its SRID is {code}, and another system was stated for it"
    return ""


def _frame(
    texts: pd.Series, read: ShapeTexts, at: np.ndarray[tuple[int], np.dtype[np.int64]], system: str
) -> gpd.GeoDataFrame:
    reference = reference_systems.known_crs(system)
    how = reference_systems.operation(reference)
    accuracy_m = np.nan if how.accuracy_m is None else how.accuracy_m
    index = texts.index[at]
    facts = pd.DataFrame(
        {
            "uncertainty_m": np.maximum(read.accuracy_m[at], np.nan_to_num(accuracy_m)),
            "as_given": texts.loc[index],
            "as_given_crs": system,
            "operation": how.code or how.name,
            "operation_accuracy_m": accuracy_m,
        },
        index=index,
    )
    facts.loc[facts["uncertainty_m"].eq(0), "uncertainty_m"] = np.nan
    return gpd.GeoDataFrame(facts, geometry=gpd.GeoSeries(read.shapes[at], index=index, crs=reference))


def _tell_changed(texts: pd.Series, read: ShapeTexts, account: Account) -> None:
    """Tell which rings were closed and that heights were left out."""
    for row in texts.index[read.closed & (read.reason == "")].tolist():
        account.repaired.add(row)
        account.doubt("unclosed_ring", row, SHAPE, None, CLOSED)
    high = int((read.high & (read.reason == "")).sum())
    if high:
        account.note("height_left_out", column=SHAPE, done=_HEIGHTS.format(high))


def _is_plain(text: str) -> bool:
    """Tell whether a text holds only figures, signs and words of WKT, so that it can be shown."""
    return all(word.upper() in _WKT_WORDS for word in _WORD.findall(text)) and text.isprintable()
