"""The map as a still picture, for a browser without scripts: SVG that is light enough to travel with every page.

Outlines are simplified to fit, but only outwards: a shape is grown by more than the simplification may cut away, and what
comes out must cover the true shape, or less is simplified. Zones of one extent and hazards of one look are drawn together, so
that ten thousand of them stay as light as ten. The smallest is drawn as large as a symbol, so that none vanishes. Looks are
presentation attributes, since the page's content-security policy allows no styles of elements.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from mapper import terms
from mapper.markup import escape, tag
from mapper.names import name_key
from mapper.output.picture_marks import beside, circle, gathered, marks, names, square
from mapper.output.picture_shapes import Plane, at_least_a_symbol, outwards, path_of, plane_around, reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from mapper.output.compose import Edition

MOST_CHARACTERS = 24_000
"""Outlines are made coarser until the picture is no longer than this."""

_TOLERANCES = (2, 4, 8, 16, 32, 64)
_DASHES: Mapping[str, str] = MappingProxyType(
    {"part": "8 5", "interpreted": "1 5", "worked_on": "8 4", "suspended": "8 4 2 4", "closed": "2 4"}
)
_STROKES: Mapping[str, str] = MappingProxyType(
    {
        "diagonal": "M-2 2l4-4M0 10l10-10M8 12l4-4",
        "back_diagonal": "M-2 8l4 4M0 0l10 10M8-2l4 4",
        "cross": "M-2 2l4-4M0 10l10-10M8 12l4-4M-2 8l4 4M0 0l10 10M8-2l4 4",
        "grid": "M0 5h10M5 0v10",
        "horizontal": "M0 5h10",
        "vertical": "M5 0v10",
        "dots": "M4 5h2",
    }
)
"""Strokes of one tile of a hatch, as the page draws them."""
_VOCABULARIES: Mapping[str, str] = MappingProxyType(
    {"extent": "extent", "class": "hazard_class", "status": "hazard_status"}
)
_STRICTEST: Mapping[str, str] = MappingProxyType({"extent": "whole", "hazard_class": "cha", "hazard_status": "open"})
"""How a code that is not known, or not stated, looks."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing and what its legend must tell.

    `plane` tells where a place is in it, `extents`, `classes` and `statuses` are the codes that are drawn ("" where it is not
    stated), `rough_m` how far outside the true line a drawn one may be, `unplaced` how many accidents have no place in it.
    """

    svg: str
    plane: Plane
    extents: tuple[str, ...]
    classes: tuple[str, ...]
    statuses: tuple[str, ...]
    rough_m: float
    unplaced: int


def picture(edition: Edition) -> Picture | None:
    """Draw an edition; None where nothing in it has a place.

    Returns
    -------
    Picture or None
        The same for the same edition. Every zone and hazard with a geometry is in it, no smaller than it is.
    """
    zones = edition.zones[edition.zones.geometry.notna()]
    hazards = edition.tables["hazards"]
    hazards = hazards[hazards.geometry.notna()]
    is_located = edition.incidents["place"].isin(["point", "disc"]).to_numpy(dtype=bool)
    located = shapely.get_coordinates(edition.incidents.geometry.to_numpy()[is_located])
    counts = district_counts(edition)
    outlines = shapely.get_coordinates(np.concatenate([zones.geometry, hazards.geometry]))
    places = np.concatenate([outlines, located, counts[["lon", "lat"]]]).astype("float64")
    if not len(places):
        return None
    plane = plane_around(places)
    words = _numbers_and_names(plane, zones, located, counts)
    looks = [
        *_looks(plane, zones, fill="extent", line="extent"),
        *_looks(plane, hazards, fill="class", line="status"),
    ]
    lines = _district_lines(plane, edition)
    for tolerance in _TOLERANCES:
        areas = [tag("path", d=path_of(outwards(shape, tolerance)), **look) for shape, look in looks]
        svg = _drawing(plane, [_background(plane, lines, tolerance), *areas, words, _scale(plane)])
        if len(svg) <= MOST_CHARACTERS:
            break
    return Picture(
        svg=svg,
        plane=plane,
        extents=_codes(zones["extent"], "extent"),
        classes=_codes(hazards["class"], "hazard_class"),
        statuses=_codes(hazards["status"], "hazard_status"),
        rough_m=reach(tolerance) * plane.metres_per_unit,
        unplaced=len(edition.incidents) - len(located) - int(counts["n"].sum()),
    )


def fill_of(vocabulary: str, code: str) -> str:
    """Return the fill of a code, in the picture and in its legend; a code that is not known looks like the strictest."""
    return f"url(#{_hatch_id(vocabulary, code)})"


def outline_of(vocabulary: str, code: str) -> dict[str, Any]:
    """Return the attributes of the line around what has this code."""
    known = drawn_as(vocabulary, code)
    return {
        "stroke": terms.vocabulary(vocabulary)[known].colour,
        "stroke_width": 2,
        "stroke_dasharray": _DASHES.get(known),
    }


def _drawing(plane: Plane, layers: Iterable[str]) -> str:
    label = " · ".join(terms.label("page", "noscript.picture", language) for language in terms.LANGUAGES)
    fills = [_hatch(vocabulary, code) for vocabulary in ("extent", "hazard_class") for code in terms.codes(vocabulary)]
    return tag(
        "svg",
        tag("title", escape(label)),
        tag("defs", *fills),
        tag("rect", width=plane.width, height=plane.height, fill="#f6f4ee", stroke="#8b8577"),
        *layers,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {plane.width} {plane.height}",
        role="img",
        font_family="sans-serif",
    )


def _hatch_id(vocabulary: str, code: str) -> str:
    return f"mapper-{vocabulary}-{drawn_as(vocabulary, code)}"


def drawn_as(vocabulary: str, code: str) -> str:
    """Return the code that a code is drawn as: one that is not known, or not stated, looks like the strictest.

    Examples
    --------
    >>> drawn_as("hazard_class", "sha"), drawn_as("hazard_class", ""), drawn_as("extent", "some of it")
    ('sha', 'cha', 'whole')
    """
    return code if code in terms.vocabulary(vocabulary) else _STRICTEST[vocabulary]


def _codes(column: pd.Series, vocabulary: str) -> tuple[str, ...]:
    """Return the codes of a column in the order of the legend; those that no vocabulary has, and "", last."""
    present = set(column.fillna("").astype(str))
    known = [code for code in terms.codes(vocabulary) if code in present]
    return (*known, *sorted(present.difference(known)))


def _hatch(vocabulary: str, code: str) -> str:
    term = terms.vocabulary(vocabulary)[code]
    tint, dotted = (0.12, term.hatch == "dots") if vocabulary == "extent" else (0.3, term.hatch == "dots")
    strokes = _STROKES.get(term.hatch or "")
    line = [tag("path", d=strokes, stroke=term.colour, stroke_width=2.4 if dotted else 1.3)] if strokes else []
    return tag(
        "pattern",
        tag("rect", width=10, height=10, fill=term.colour, fill_opacity=tint),
        *line,
        id=_hatch_id(vocabulary, code),
        width=10,
        height=10,
        patternUnits="userSpaceOnUse",
    )


def _looks(
    plane: Plane, frame: gpd.GeoDataFrame, fill: str, line: str
) -> list[tuple[shapely.Geometry, dict[str, Any]]]:
    """Unite what looks alike by the codes of two columns, of which one decides the fill and the other the line."""
    fills, lines = (
        [drawn_as(_VOCABULARIES[column], code) for code in frame[column].fillna("").astype(str)]
        for column in (fill, line)
    )
    keys = list(zip(fills, lines, strict=True))
    shapes = at_least_a_symbol(plane.place(frame.geometry))
    return [
        (
            shapely.union_all(shapes[[each == key for each in keys]]),
            {
                "fill": fill_of(_VOCABULARIES[fill], key[0]),
                "fill_rule": "evenodd",
                **outline_of(_VOCABULARIES[line], key[1]),
            },
        )
        for key in sorted(set(keys))
    ]


def _district_lines(plane: Plane, edition: Edition) -> shapely.Geometry:
    """Return each line between districts once."""
    shapes = plane.place(edition.districts.geometry.dropna())
    near = shapes[shapely.intersects(shapes, shapely.box(0, 0, plane.width, plane.height))]
    return shapely.line_merge(shapely.union_all(shapely.boundary(near)))


def _background(plane: Plane, lines: shapely.Geometry, tolerance: float) -> str:
    """Draw lines simplified to and fro, as far as they are in the picture."""
    seen = shapely.clip_by_rect(shapely.simplify(lines, tolerance), 0, 0, plane.width, plane.height)
    return "" if shapely.is_empty(seen) else tag("path", d=path_of(seen), fill="none", stroke="#7d776b")


def district_counts(edition: Edition) -> pd.DataFrame:
    """Return `n`, `lon` and `lat` of each district that has accidents of which no more is known, and a place for a number."""
    districts = edition.districts
    n = districts["incidents_district_level"]
    counted = pd.DataFrame(
        {"n": n, "lon": districts["lon"], "lat": districts["lat"], "key": districts["name"].map(name_key)}
    )
    placed: pd.DataFrame = counted[(n > 0) & counted["lon"].notna()]
    return placed.drop_duplicates("key")


def _numbers_and_names(
    plane: Plane, zones: gpd.GeoDataFrame, located: npt.NDArray[np.float64], counts: pd.DataFrame
) -> str:
    circles = gathered(plane.units(located))
    taken = [place for place, _ in circles]
    points = plane.units(counts[["lon", "lat"]].to_numpy("float64"))
    squares = list(zip(beside(points, taken), counts["n"], strict=True))
    drawn = [*(circle(*each) for each in circles), *(square(place, int(n)) for place, n in squares)]
    inside = shapely.get_coordinates(shapely.point_on_surface(plane.place(zones.geometry)))
    labels = zip(zones["name"].fillna(zones["zone_id"]).astype(str), map(tuple, inside.tolist()), strict=True)
    return marks(drawn) + names(labels, [*taken, *(place for place, _ in squares)], plane.width)


def _scale(plane: Plane) -> str:
    """Draw a bar of 1, 2 or 5 times a power of ten kilometres, as long as a quarter of the picture at most."""
    most_km = plane.width / 4 * plane.metres_per_unit / 1_000
    power = 10.0 ** math.floor(math.log10(most_km))
    length_km = max(factor * power for factor in (1, 2, 5) if factor * power <= most_km)
    units, y = round(length_km * 1_000 / plane.metres_per_unit), plane.height - 12
    text = tag("text", f"{length_km:g} km", x=12 + units / 2, y=y - 8, font_size=17, text_anchor="middle")
    return tag("path", d=f"M12 {y - 6}v6h{units}v-6", fill="none", stroke="#1c2024", stroke_width=2) + text
