"""GeoJSON into a frame of text cells and a geometry, read by ourselves.

The common readers drop what they do not understand without a word (a misspelt `"Featur"`, a coordinate that is text, the
first of two equal keys), round ids over 2^53, and let the content choose another driver. A GeoJSON is only JSON, so it is
parsed as JSON with those cases refused, and shapely builds the shapes from finite numbers.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs
from mapper.errors import DataRefused, UnknownCRS
from mapper.findings import REFUSED, finding
from mapper.intake.features import BadFeature, Record, read_feature
from mapper.intake.json_text import Digits, Repeated, nothing_to_collect, parse, repeated_key
from mapper.intake.plain_features import PlainFeatures, read_plain
from mapper.intake.text import decode
from mapper.model import Finding, Layer, LayerEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

_LARGEST_DEGREES = (180, 90, 180, 90)
_MOST_COLUMNS = 2_000
"""A file whose features all name their properties differently would else need as many columns as it has records."""


_DRAWN = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
"""Geometries that may be a whole file: a route or an area that somebody drew. A bare point has no record to it."""


def read_geojson(entry: LayerEntry, content: bytes, sha256: str) -> Layer:
    """Read a FeatureCollection, a Feature or a bare line or polygon: one row per feature, properties as text, geometry as given.

    `frame` is a GeoDataFrame whose index is the feature's number counted from 1. Numbers keep their digits, nested values
    stay JSON text, null and absent are NA. A property called `geometry` is renamed `geometry_property`. Heights are kept in
    `originals`, not in the frame. A ring that is not closed is closed, with a finding, and kept as the line it is in `originals`.

    Raises
    ------
    DataRefused
        When its encoding cannot be told, it is not JSON, is nested too deep, is none of these three, or names more than
        2,000 different properties.
    UnknownCRS
        When its `crs` member is null, a link or unknown, its coordinates cannot be degrees and no CRS is stated, or
        they look like degrees and the caller states a projected one.
    """
    name = entry.path.name
    text, assumed = decode(entry, content)
    with nothing_to_collect():
        document, has_repeated = parse(text, name)
        features = _features(document, name)
        crs_text, reference = _crs(document, entry)
        plain = read_plain([] if has_repeated else features)
        records, refused = _others(features, plain, entry)
        frame = _frame(plain, records, reference, name)
    unread = len(features) - len(frame)
    originals = _originals(plain, records, reference)
    if "crs" not in document:
        if entry.crs is None:
            _must_be_degrees(frame.geometry, name)
        else:
            _must_not_be_degrees(frame.geometry, reference, entry)
    return Layer(
        entry=entry,
        frame=frame,
        counted=len(features),
        unread=unread,
        sha256=sha256,
        crs=crs_text,
        mapping={},
        findings=(*assumed, *refused, *_doubts(plain, records, entry)),
        originals=originals,
    )


def _features(document: object, name: str) -> list[Any]:
    """Return the features of a document that says, once, that it has some."""
    if not isinstance(document, dict):
        raise DataRefused("it is not a GeoJSON object", file=name, advice="Give a FeatureCollection.")
    twice = repeated_key({key: value for key, value in document.items() if key != "features"})
    if isinstance(document, Repeated) or twice is not None:
        raise DataRefused(
            "one object holds this key twice, and no reader can know which value is meant",
            file=name,
            column=document.key if isinstance(document, Repeated) else twice,
            advice="Remove one of them.",
        )
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    if kind in _DRAWN:
        return [{"type": "Feature", "properties": None, "geometry": document}]
    features = document.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise DataRefused("it is not a GeoJSON FeatureCollection", file=name, advice="Export the layer as GeoJSON.")
    return features


def _crs(document: dict[str, Any], entry: LayerEntry) -> tuple[str, pyproj.CRS]:
    """Return what names the CRS, and the CRS: the file's own member, else the caller's, else that of RFC 7946."""
    name = entry.path.name
    if "crs" not in document:
        text = entry.crs or crs.STORAGE
        return text, _known(text, name)
    stated = _stated(document["crs"])
    if stated is None:
        raise UnknownCRS(
            "its 'crs' member names no coordinate reference system",
            file=name,
            advice="Ask the sender for the EPSG code; export as WGS 84.",
        )
    known = _known(stated, name)
    if entry.crs is not None and not known.equals(_known(entry.crs, name), ignore_axis_order=True):
        raise UnknownCRS(
            f"it says its CRS is '{stated}', but the caller says '{entry.crs}'",
            file=name,
            advice="Find out which is right and remove the other.",
        )
    return stated, known


def _stated(member: object) -> str | None:
    if not isinstance(member, dict) or member.get("type") != "name":
        return None
    properties = member.get("properties")
    stated = properties.get("name") if isinstance(properties, dict) else None
    return stated if isinstance(stated, str) and not isinstance(stated, Digits) else None


def _known(text: str, name: str) -> pyproj.CRS:
    try:
        return crs.known_crs(text)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, file=name, advice=exc.advice) from None


def _others(features: Sequence[Any], plain: PlainFeatures, entry: LayerEntry) -> tuple[list[Record], list[Finding]]:
    """Read the features that are not plain one by one, and refuse by number those that cannot be read."""
    records: list[Record] = []
    refused: list[Finding] = []
    others = np.ones(len(features), dtype=bool)
    others[plain.which] = False
    for at in np.flatnonzero(others).tolist():
        try:
            records.append(read_feature(at + 1, features[at]))
        except BadFeature as bad:
            told = finding(bad.rule, "error", REFUSED, entry=entry, row=at + 1, column=bad.column, value=str(bad))
            refused.append(told)
    return records, refused


def _doubts(plain: PlainFeatures, records: Sequence[Record], entry: LayerEntry) -> list[Finding]:
    """Tell what had to be changed to read the records, and once for all that there were heights."""
    doubts = [
        finding(rule, "warning", done, entry=entry, row=record.number, column=column, value=value)
        for record in records
        for rule, column, value, done in record.doubts
    ]
    high = int((~shapely.is_missing(plain.given)).sum()) + sum(record.high for record in records)
    if high:
        done = f"The heights of {high:,} records were kept aside."
        doubts.append(finding("height_left_out", "info", done, entry=entry, column="geometry"))
    return doubts


def _frame(plain: PlainFeatures, records: Sequence[Record], reference: pyproj.CRS, name: str) -> gpd.GeoDataFrame:
    """Put plain and other records together, in the order of the file; columns in the order they were met."""
    first_of = {column: (at, 0) for column, at in plain.first_of.items()}
    for record in records:
        for position, column in enumerate(record.cells):
            first_of[column] = min(first_of.get(column, (record.number, 0)), (record.number - 1, position))
    if len(first_of) > _MOST_COLUMNS:
        raise DataRefused(
            f"its features have {len(first_of):,} different properties",
            file=name,
            advice="Export it again with the same properties for each feature.",
        )
    numbers = np.concatenate([plain.which + 1, np.array([record.number for record in records], dtype=np.int64)])
    order = np.argsort(numbers, kind="stable")
    index = pd.Index(numbers[order], dtype="int64", name="row")
    blank: list[str | None] = [None] * len(plain.which)
    cells = {}
    for column in sorted(first_of, key=lambda column: first_of[column]):
        texts = [*plain.cells.get(column, blank), *(record.cells.get(column) for record in records)]
        texts = texts if not records else [texts[at] for at in order]
        cells[column] = pd.Series(texts, index=index, dtype="str")
    shapes = np.concatenate([plain.shapes, _as_array([record.geometry for record in records])])[order]
    return gpd.GeoDataFrame(
        pd.DataFrame(cells, index=index), geometry=gpd.GeoSeries(shapes, index=index, crs=reference)
    )


def _originals(plain: PlainFeatures, records: Sequence[Record], reference: pyproj.CRS) -> gpd.GeoSeries | None:
    """Return the shapes that stand otherwise in the file: with heights, or with rings that are open."""
    high = ~shapely.is_missing(plain.given)
    kept = [record for record in records if record.given is not None]
    if not high.any() and not kept:
        return None
    numbers = chain((plain.which[high] + 1).tolist(), (record.number for record in kept))
    shapes = np.concatenate([plain.given[high], _as_array([record.given for record in kept])])
    return gpd.GeoSeries(shapes, index=pd.Index(list(numbers), dtype="int64", name="row"), crs=reference).sort_index()


def _as_array(shapes: Sequence[object]) -> Any:  # noqa: ANN401 - an array of shapes
    array = np.full(len(shapes), None, dtype=object)
    array[:] = shapes
    return array


def _must_be_degrees(shapes: gpd.GeoSeries, name: str) -> None:
    if bool((abs(shapely.bounds(shapes.to_numpy())) > _LARGEST_DEGREES).any()):
        raise UnknownCRS(
            "its coordinates are too large to be degrees, and it states no CRS",
            file=name,
            advice="Ask the sender for the EPSG code and give it with --crs, or export as WGS 84.",
        )


def _must_not_be_degrees(shapes: gpd.GeoSeries, reference: pyproj.CRS, entry: LayerEntry) -> None:
    """Refuse a grid in metres for a file of degrees: it would put every record beside the grid's origin."""
    positions = abs(shapely.get_coordinates(shapes.to_numpy()))
    if reference.is_projected and len(positions) and bool((positions <= _LARGEST_DEGREES[:2]).all()):
        unit = reference.axis_info[0].unit_name
        raise UnknownCRS(
            f"its coordinates look like degrees, but {entry.crs} is in {'metres' if unit == 'metre' else unit}",
            file=entry.path.name,
            advice=f"Leave the CRS out if they are WGS 84, or give {crs.STORAGE}; else ask the sender for the EPSG code.",
        )
