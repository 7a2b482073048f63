"""The checker of GeoJSON itself: each rule of the RFC that it knows can be broken, and the RFC's own examples break none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rfc7946 import faults

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
EXAMPLES = {
    "1.5": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [102.0, 0.5]},
                "properties": {"prop0": "value0"},
            },
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [[102.0, 0.0], [103.0, 1.0], [104.0, 0.0]]},
                "properties": {"prop0": "value0", "prop1": 0.0},
            },
        ],
    },
    "3.1.9": {
        "type": "MultiLineString",
        "coordinates": [[[170.0, 45.0], [180.0, 45.0]], [[-180.0, 45.0], [-170.0, 45.0]]],
    },
    "5.2": {
        "type": "FeatureCollection",
        "bbox": [177.0, -20.0, -178.0, -16.0],
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-179.0, -17.0]}, "properties": None}
        ],
    },
    "A.3": {
        "type": "Polygon",
        "coordinates": [
            [[100, 0], [101, 0], [101, 1], [100, 1], [100, 0]],
            [[100.8, 0.8], [100.8, 0.2], [100.2, 0.2], [100.2, 0.8], [100.8, 0.8]],
        ],
    },
}


def feature(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Return a feature with members replaced."""
    return {"type": "Feature", "geometry": None, "properties": {}, **members}


def shape(kind: str, coordinates: Any) -> dict[str, Any]:  # noqa: ANN401 - nested as the geometry is
    """Return a geometry."""
    return {"type": kind, "coordinates": coordinates}


BROKEN = {
    "a text": ("[1]", "3:"),
    "an unknown type": ({"type": "feature"}, "1.4"),
    "a crs": ({**feature(), "crs": None}, "4: a crs"),
    "no features": ({"type": "FeatureCollection"}, "3.3"),
    "a geometry among features": ({"type": "FeatureCollection", "features": [shape("Point", [0, 0])]}, "3.3"),
    "no geometry": ({"type": "Feature", "properties": {}}, "3.2: geometry"),
    "no properties": ({"type": "Feature", "geometry": None}, "3.2: properties"),
    "a feature as geometry": (feature(geometry=feature()), "3.2: geometry is of no type"),
    "an id that is a list": (feature(id=[1]), "3.2: id"),
    "a member of another type": (feature(features=[]), "7.1"),
    "one number": (shape("Point", [0]), "3.1.1"),
    "a text for a number": (shape("Point", ["0", 0]), "3.1.1"),
    "a latitude first": (shape("Point", [40, 146]), "4: a position"),
    "seven decimals": ('{"type":"Point","coordinates":[1.1234567,0]}', "11.2"),
    "a short line": (shape("LineString", [[0, 0]]), "3.1.4"),
    "the long way round": (shape("LineString", [[179, 0], [-179, 0]]), "3.1.9"),
    "an open ring": (shape("Polygon", [SQUARE[:-1]]), "3.1.6: a ring is not closed"),
    "a clockwise ring": (shape("Polygon", [SQUARE[::-1]]), "right-hand"),
    "a counter-clockwise hole": (shape("MultiPolygon", [[SQUARE, SQUARE]]), "right-hand"),
    "a box of two": ({**shape("Point", [0, 0]), "bbox": [0, 0]}, "5: bbox is not four"),
    "a box upside down": ({**shape("Point", [0, 0]), "bbox": [0, 1, 0, -1]}, "5: bbox is no box"),
    "a box beside": ({**shape("Point", [0, 0]), "bbox": [1, 0, 2, 0]}, "5: bbox does not hold"),
    "a member twice": ('{"type":"Point","type":"Point","coordinates":[0,0]}', "RFC 8259"),
    "no number": ('{"type":"Point","coordinates":[NaN,0]}', "RFC 8259"),
    "a mark": ("\ufeff{}", "byte order mark"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_rfc_break_no_rule(name: str) -> None:
    """By the number of their section."""
    assert faults(json.dumps(EXAMPLES[name]).encode()) == []


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_can_be_broken(name: str) -> None:
    """One document for each rule, broken in one way."""
    document, told = BROKEN[name]
    content = document if isinstance(document, str) else json.dumps(document)
    found = faults(content.encode())
    assert any(told in fault for fault in found), found
