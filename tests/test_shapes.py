"""What becomes of shapes: kinds, policies for what contradicts itself, originals kept, areas told, and very large shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.checks import examine
from mapper.intake.files import read_content
from mapper.intake.geojson import read_geojson
from mapper.model import Layer

if TYPE_CHECKING:
    from mapper.model import Checked, Finding, Kind, OnInvalid

AREA = (44.5, 38.2, 51.0, 42.1)
BOW_TIE = [[46.5, 39.5], [46.51, 39.51], [46.51, 39.5], [46.5, 39.51], [46.5, 39.5]]
SQUARE = [[46.6, 39.5], [46.61, 39.5], [46.61, 39.51], [46.6, 39.51], [46.6, 39.5]]
OPEN = [[46.7, 39.5], [46.71, 39.5], [46.71, 39.51]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    """Return a polygon as GeoJSON."""
    return {"type": "Polygon", "coordinates": list(rings)}


def layer(*geometries: object, kind: Kind = "zones", crs: str | None = None) -> Layer:
    """Read a GeoJSON of these geometries, each with an id of its own."""
    features = [
        {"type": "Feature", "properties": {f"{kind[:-1]}_id": str(number)}, "geometry": geometry}
        for number, geometry in enumerate(geometries)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return read_geojson(layer_entry(Path("a.geojson"), kind, crs=crs), content, "")


def check(*geometries: object, kind: Kind = "zones", on_invalid: OnInvalid | None = None) -> Checked:
    """Check these geometries."""
    return examine(layer(*geometries, kind=kind), area=AREA, on_invalid=on_invalid)


def framed(*shapes: object, kind: Kind = "hazards") -> Checked:
    """Check shapes that no GeoJSON has to carry first."""
    index = pd.Index(range(1, len(shapes) + 1), name="row")
    array = np.full(len(shapes), None, dtype=object)
    array[:] = shapes
    name = "coverage_id" if kind == "coverage" else f"{kind[:-1]}_id"
    cells = {name: [str(number) for number in index], **({"name": "x"} if kind == "districts" else {})}
    frame = gpd.GeoDataFrame(
        pd.DataFrame(cells, index=index, dtype="str"), geometry=gpd.GeoSeries(array, index=index, crs=4326)
    )
    entry = layer_entry(Path("a.gpkg"), kind)
    return examine(Layer(entry, frame, len(frame), 0, "", "EPSG:4326", {}), area=AREA)


def told(checked: Checked) -> list[tuple[str, str, int | None]]:
    """Return rule, severity and row of each finding."""
    return [(found.rule, found.severity, found.row) for found in checked.findings]


def only(checked: Checked, rule: str) -> Finding:
    """Return the only finding of a rule."""
    (found,) = [found for found in checked.findings if found.rule == rule]
    return found


def account(checked: Checked) -> tuple[int, int, int]:
    """Return kept, repaired and rejected."""
    return checked.ledger.kept, checked.ledger.repaired, checked.ledger.rejected


# ---------------------------------------------------------------- policies
@pytest.mark.parametrize("kind", ["zones", "hazards", "coverage"])
@pytest.mark.parametrize("policy", [None, "repair"])
def test_ground_is_mended_unless_it_is_said_otherwise(kind: Kind, policy: OnInvalid | None) -> None:
    """The bow-tie and the open ring; the square stays as it is."""
    features = [
        {"type": "Feature", "properties": {"zone_id": n, "hazard_id": n, "coverage_id": n}, "geometry": polygon(ring)}
        for n, ring in (("a", BOW_TIE), ("b", SQUARE), ("c", OPEN))
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    read = read_geojson(layer_entry(Path("a.geojson"), kind), content, "")
    checked = examine(read, area=AREA, on_invalid=policy)
    assert account(checked) == (1, 2, 0)
    assert [each for each in told(checked) if each[1] != "info"] == [
        ("invalid_geometry", "warning", 1),
        ("unclosed_ring", "warning", 3),
    ]


def test_on_request_nothing_is_mended_or_closed() -> None:
    """Each is refused by its row, and no original is kept of what is not there."""
    checked = check(polygon(BOW_TIE), polygon(SQUARE), polygon(OPEN), on_invalid="reject")
    assert account(checked) == (1, 0, 2)
    assert told(checked) == [("invalid_geometry", "error", 1), ("unclosed_ring", "error", 3)]
    assert checked.originals is None


@pytest.mark.parametrize(
    ("geometries", "row", "said"),
    [
        ([polygon(SQUARE), polygon(BOW_TIE), polygon(OPEN)], 2, "crosses or touches itself"),
        ([polygon(SQUARE), polygon(OPEN), polygon(BOW_TIE)], 2, "does not end where it starts"),
        ([polygon(SQUARE), {"type": "Featur"}, polygon(BOW_TIE)], 2, "could not be read"),
        ([polygon(SQUARE), {"type": "Point", "coordinates": [46.5, 39.5]}], 2, "wrong kind"),
        ([polygon(SQUARE), {"type": "GeometryCollection", "geometries": [polygon(BOW_TIE)]}], 2, "several kinds"),
    ],
)
def test_on_request_the_first_of_them_stops_the_layer(geometries: list[object], row: int, said: str) -> None:
    """In the order of the file, whichever stage of the checks finds it; with file, layer, row and column."""
    with pytest.raises(DataRefused, match=said) as caught:
        check(*geometries, on_invalid="raise")
    assert (caught.value.file, caught.value.layer, caught.value.row, caught.value.column) == (
        "a.geojson",
        "a",
        row,
        "geometry",
    )
    assert caught.value.advice


def test_a_sound_layer_passes_every_policy() -> None:
    """Nothing is in doubt about one square."""
    policies: tuple[OnInvalid, ...] = ("raise", "reject", "repair")
    assert [account(check(polygon(SQUARE), on_invalid=policy)) for policy in policies] == [(1, 0, 0)] * 3


def test_a_point_is_never_mended() -> None:
    """It has no shape to mend; null island is refused under the mildest policy too."""
    checked = check({"type": "Point", "coordinates": [0, 0]}, kind="incidents", on_invalid="repair")
    assert told(checked) == [("null_island", "error", 1)]


# ---------------------------------------------------------------- originals
def test_what_was_mended_closed_or_laid_flat_is_kept_as_it_was() -> None:
    """The bow-tie with its corners in order, the open ring as the open line it is, the square with its heights."""
    high = [[*position, 512.0] for position in SQUARE]
    originals = check(polygon(BOW_TIE), polygon(OPEN), polygon(high), polygon(SQUARE[::-1])).originals
    assert originals is not None
    assert originals.index.tolist() == [1, 2, 3]
    assert originals.crs.to_epsg() == 4326
    assert shapely.get_coordinates(originals[1]).tolist() == BOW_TIE
    assert originals[2].geom_type == "MultiLineString"
    assert shapely.get_coordinates(originals[2]).tolist() == OPEN
    assert shapely.get_coordinates(originals[3], include_z=True).tolist() == high


def test_the_original_is_in_the_system_it_was_given_in() -> None:
    """UTM metres of a bow-tie; what is drawn is in degrees and has corners between those given."""
    metres = [[6e5, 4.4e6], [6.02e5, 4.402e6], [6.02e5, 4.4e6], [6e5, 4.402e6], [6e5, 4.4e6]]
    checked = examine(layer(polygon(metres), crs="EPSG:32638"), area=AREA)
    assert checked.originals is not None
    assert checked.originals.crs.to_epsg() == 32638
    assert shapely.get_coordinates(checked.originals[1]).tolist() == metres
    assert checked.frame.crs.to_epsg() == 4326


def test_nothing_changed_nothing_kept() -> None:
    """A layer of sound flat shapes needs no second copy."""
    assert check(polygon(SQUARE)).originals is None


def test_heights_and_measures_are_told_once() -> None:
    """Two of three records; a fact, as nothing that is drawn changes."""
    high = [[*position, 512.0] for position in SQUARE]
    shifted = [[lon + 0.05, lat, 7] for lon, lat in SQUARE]
    checked = check(polygon(high), polygon(shifted), polygon(BOW_TIE), on_invalid="repair")
    found = only(checked, "height_left_out")
    assert (found.severity, found.row, found.done) == ("info", None, "The heights of 2 records were kept aside.")


# ---------------------------------------------------------------- what is told of a mended shape
def test_the_change_of_area_is_told_in_square_metres_and_percent() -> None:
    """Two squares of 0.01 degree that share a half: 2 squares as given, 1.5 as mended, a quarter less.

    One at 39.5 N is 0.01 degree of latitude, 1,110.2 m, by 0.01 of longitude, 860.0 m (WGS 84): 954,800 m² within 0.1 %.
    """
    left, right = shapely.box(46.5, 39.5, 46.51, 39.51), shapely.box(46.505, 39.5, 46.515, 39.51)
    found = only(framed(shapely.MultiPolygon([left, right])), "invalid_geometry")
    assert found.value is not None
    assert found.value.endswith(" (-25.0 %)")
    before, after = (
        float(part.split(" m²")[0].replace(",", "")) for part in found.value.split("; ")[1].split(" became ")
    )
    assert before == pytest.approx(2 * 954_800, rel=1e-3)
    assert after == pytest.approx(1.5 * 954_800, rel=1e-3)


def test_a_share_of_nothing_is_not_told() -> None:
    """The two halves of a bow-tie turn opposite ways, so as given it has no area, and as mended that of two triangles."""
    value = only(check(polygon(BOW_TIE)), "invalid_geometry").value
    assert value is not None
    assert value.startswith("Self-intersection[46.505 39.505")
    assert "; 0 m² became " in value or "; 1 m² became " in value or "; 2 m² became " in value
    after = float(value.split(" became ")[1].split(" m²")[0].replace(",", ""))
    assert after == pytest.approx(954_800 / 2, rel=1e-3)


def test_a_hole_outside_its_outline_is_told_by_name_and_is_ground() -> None:
    """It may be a second area; both are drawn."""
    hole = [[46.63, 39.5], [46.634, 39.5], [46.634, 39.504], [46.63, 39.5]]
    checked = check(polygon(SQUARE, hole))
    assert told(checked) == [("hole_outside_shell", "warning", 1)]
    assert checked.frame.geometry.iloc[0].covers(shapely.Point(46.633, 39.502))


# ---------------------------------------------------------------- kinds
def test_the_polygons_of_a_mixed_record_are_kept() -> None:
    """A collection of a square, a nested one and a point: both squares are ground; a zone and a hazard alike."""
    other = [[lon + 0.1, lat] for lon, lat in SQUARE]
    nested = {"type": "GeometryCollection", "geometries": [polygon(other)]}
    collection = {
        "type": "GeometryCollection",
        "geometries": [polygon(SQUARE), nested, {"type": "Point", "coordinates": [46.6, 39.5]}],
    }
    checked = check(collection)
    found = only(checked, "mixed_geometry")
    assert (found.severity, found.row, found.value) == ("warning", 1, "Point, Polygon")
    assert account(checked) == (0, 1, 0)
    assert checked.frame.geometry.iloc[0].area == pytest.approx(2e-4)
    assert checked.originals is not None
    assert checked.originals[1].geom_type == "GeometryCollection"


def test_a_collection_without_polygons_is_no_zone() -> None:
    """There is no ground to keep."""
    collection = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [46.6, 39.5]}]}
    assert told(check(collection, polygon(SQUARE))) == [("wrong_geometry", "error", 1)]


def test_a_multipoint_of_one_point_is_that_point() -> None:
    """Some programs write all points so; of two nobody can say which is meant."""
    one, two = [[46.51234, 39.51234]], [[46.51234, 39.51234], [46.6, 39.6]]
    checked = check(
        {"type": "MultiPoint", "coordinates": one}, {"type": "MultiPoint", "coordinates": two}, kind="incidents"
    )
    assert told(checked) == [("wrong_geometry", "info", None), ("wrong_geometry", "error", 2)]
    assert checked.frame.geometry[1].coords[0] == (46.51234, 39.51234)


# ---------------------------------------------------------------- very large shapes
def ring_of(corners: int, radius: float = 0.1) -> np.ndarray:
    """Return a circle of so many corners around 46.7 E, 39.7 N, closed."""
    angles = np.linspace(0, 2 * np.pi, corners + 1)
    circle = np.column_stack([46.7 + radius * np.cos(angles), 39.7 + radius * np.sin(angles)])
    circle[-1] = circle[0]
    return circle


@pytest.mark.slow
def test_a_million_corners_are_a_warning_and_a_crossing_among_them_is_mended() -> None:
    """1,000,001 corners of which two are exchanged; nothing hangs."""
    circle = ring_of(1_000_001)
    circle[[500, 501]] = circle[[501, 500]]
    checked = framed(shapely.Polygon(circle))
    assert only(checked, "many_vertices").value == "1,000,002 corners"
    assert ("invalid_geometry", "warning", 1) in told(checked)
    assert account(checked) == (0, 1, 0)


@pytest.mark.slow
def test_more_than_five_million_corners_are_refused_in_a_sentence() -> None:
    """The square beside it stays."""
    checked = framed(shapely.Polygon(ring_of(5_000_001)), shapely.box(46.5, 39.5, 46.51, 39.51))
    assert told(checked) == [("many_vertices", "error", 1)]
    assert account(checked) == (1, 0, 1)


def test_a_long_shape_that_crosses_itself_everywhere_is_not_even_judged() -> None:
    """150,000 corners at random: GEOS would look for minutes; it is refused, and said why."""
    corners = np.random.default_rng(1).random((150_000, 2)) * 0.1 + [46.5, 39.5]
    checked = framed(shapely.Polygon(corners), shapely.box(46.5, 39.5, 46.51, 39.51))
    assert told(checked) == [("too_many_crossings", "error", 1)]


def test_originals_of_lines_bear_the_number_of_their_line() -> None:
    """Newline-delimited GeoJSON with a blank and a broken line before the open ring of line 4."""
    feature = '{"type":"Feature","properties":{"zone_id":"%s"},"geometry":%s}'
    lines = [feature % ("a", json.dumps(polygon(SQUARE))), "", "{", feature % ("b", json.dumps(polygon(OPEN)))]
    read = read_content(layer_entry(Path("a.geojsonl"), "zones"), "\n".join(lines).encode())
    originals = examine(read, area=AREA).originals
    assert originals is not None
    assert originals.index.tolist() == [4]
