"""Static maps: nothing missing, a true scale, words in three languages, text only ever text, and equal bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import io
import math
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.text import Text

from mapper import crs, terms
from mapper.analysis.density import density
from mapper.errors import DataRefused, UnknownCRS, UsageError
from mapper.output.plot import plot
from mapper.output.sheet import north_of, scale_bar
from mapper.pipeline import make_edition
from tests.hostile import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from mapper.output.compose import Edition

GEOD = pyproj.Geod(ellps="WGS84")
AGDAM = (46.93, 39.99)


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


def words(figure: Figure) -> str:
    """Return every text of a figure, lines put together."""
    texts = [str(text.get_text()) for text in figure.findobj(Text)]
    return " ".join(" ".join(texts).split())


def png(figure: Figure, kind: str = "png") -> bytes:
    """Return a figure as it is saved."""
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=40)
    return content.getvalue()


def frame(shapes: Sequence[Any], **columns: Sequence[object]) -> gpd.GeoDataFrame:
    """Return shapes in WGS 84 with columns."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326")


def patches(figure: Figure, kind: type) -> list[Any]:
    """Return the patches of the map itself, not those of the legend."""
    return [each for each in figure.axes[0].patches if type(each) is kind]


def areas(figure: Figure) -> list[PathPatch]:
    """Return what is drawn hatched."""
    return [each for each in patches(figure, PathPatch) if each.get_hatch()]


# ------------------------------------------------------------ scale and north
@pytest.mark.parametrize(
    ("name", "lon_lat", "factor"),
    [
        # Web Mercator stretches by about 1 / cos(latitude) on the ellipsoid: a / (N cos) with N at 60 degrees = 6,394,209 m,
        # so 6,378,137 / (6,394,209.2 x 0.5) = 1.99497.
        ("EPSG:3857", (10.0, 60.0), 1.99497),
        ("EPSG:3857", (0.0, 0.0), 1.0),
        # UTM is short by 0.9996 on its central meridian.
        ("EPSG:32638", (45.0, 40.0), 0.9996),
    ],
)
def test_a_bar_is_as_wide_as_the_plane_stretches(name: str, lon_lat: tuple[float, float], factor: float) -> None:
    """Known stretches of known planes."""
    plane = crs.known_crs(name)
    (x,), (y,) = crs.transform_points([lon_lat[0]], [lon_lat[1]], crs.STORAGE, plane)
    bar = scale_bar(plane, (x, y), 40_000)
    assert bar.units / bar.length_m == pytest.approx(factor, rel=1e-5)


@pytest.mark.parametrize("width", [2_000, 7_777, 123_456, 3_000_000])
def test_a_bar_is_true_in_the_middle(width: float) -> None:
    """Its two ends lie as far apart on the ellipsoid as it says, and it is 1, 2 or 5 times a power of ten."""
    plane = crs.working_crs((46, 39, 48, 41))
    middle = (20_000.0, -30_000.0)
    bar = scale_bar(plane, middle, width)
    to_degrees = pyproj.Transformer.from_crs(plane, 4326, always_xy=True)
    ends = [to_degrees.transform(middle[0] + side * bar.units / 2, middle[1]) for side in (-1, 1)]
    assert GEOD.inv(*ends[0], *ends[1])[2] == pytest.approx(bar.length_m, rel=1e-9)
    first = bar.length_m / 10 ** math.floor(math.log10(bar.length_m))
    assert first in {1.0, 2.0, 5.0}
    assert 0.1 * width < bar.units <= 0.31 * width


def test_the_drawn_bar_is_the_computed_one(edition: Edition) -> None:
    """Two halves of equal width; together they are as long on the ground as the words say: 50 km."""
    figure = plot(edition)
    halves = [each for each in patches(figure, Rectangle) if str(each.get_gid()).startswith("scale")]
    assert len(halves) == 2
    assert sum(half.get_width() for half in halves) == pytest.approx(50_000, rel=1e-3)
    assert "50 km (true at the middle of the map)" in words(figure)


def test_north_turns_with_the_meridians() -> None:
    """UTM's convergence by its series of the first order: 2 degrees east of the middle at 45 N, 2 x sin 45 = 1.414 degrees."""
    plane = crs.known_crs("EPSG:32638")
    (x,), (y,) = crs.transform_points([47.0], [45.0], crs.STORAGE, plane)
    east, north = north_of(plane, (x, y))
    # True north lies west of grid north east of the central meridian.
    assert math.degrees(math.atan2(-east, north)) == pytest.approx(1.414, abs=0.002)


# ------------------------------------------------------------ nothing is missing
def test_every_zone_with_an_outline_is_hatched_as_its_extent(edition: Edition) -> None:
    """Twelve of thirteen zones have an outline; the one without is named below the map."""
    figure = plot(edition)
    assert len(areas(figure)) == 12
    colours = {to_hex(each.get_hatchcolor()).upper() for each in areas(figure)}
    assert colours == {"#7B2D8B", "#B0529F", "#4A3F9F"}
    assert {each.get_hatch() for each in areas(figure)} == {"///", "\\\\\\", "xxx"}
    assert "Not in the picture, for want of an outline: Ağdərə" in words(figure)


def test_circles_are_as_wide_as_the_place_is_uncertain(edition: Edition) -> None:
    """One circle for each of the 83 located accidents, no dot in it; the others are numbers that sum to 31."""
    figure = plot(edition)
    circles = patches(figure, Circle)
    assert sorted(each.radius for each in circles) == sorted(
        edition.incidents.loc[edition.incidents["place"] == "disc", "uncertainty_m"]
    )
    assert len(circles) == 83
    numbers = [
        int(text.get_text()) for text in figure.axes[0].texts if text.get_bbox_patch() and text.get_text().isdigit()
    ]
    assert sum(numbers) == 31


def test_a_circle_lies_where_the_place_is() -> None:
    """A point 10 km north of another, by the geodesic: the circles lie 10 km apart in the plane (1 in 100,000)."""
    lon, lat, _ = GEOD.fwd(*AGDAM, 0, 10_000)
    places = frame([shapely.Point(*AGDAM), shapely.Point(lon, lat)], place=["disc"] * 2, uncertainty_m=[500.0, 700.0])
    one, other = patches(plot({"incidents": places}), Circle)
    assert (one.radius, other.radius) == (500.0, 700.0)
    assert math.dist(one.center, other.center) == pytest.approx(10_000, rel=1e-5)


def test_no_circle_is_cut_at_the_edge() -> None:
    """A lone circle of 20 km is 40 km wide, and so is its map, and a margin."""
    figure = plot({"incidents": frame([shapely.Point(*AGDAM)], place=["disc"], uncertainty_m=[20_000.0])})
    west, east = figure.axes[0].get_xlim()
    assert east - west == pytest.approx(40_000 * 1.08)


def test_a_hazard_too_small_to_be_seen_has_a_mark() -> None:
    """A field of 100 m on a map of 100 km, beside one of 20 km that has none."""
    small, large = shapely.box(46, 39, 46.001, 39.001), shapely.box(46.8, 39.6, 47, 39.8)
    hazards = frame([small, large], **{"hazard_id": ["a", "b"], "class": ["sha", "cha"], "status": ["open", "closed"]})
    figure = plot({"hazards": hazards})
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "s"]
    assert len(marks) == 1
    assert to_hex(marks[0].get_markeredgecolor()).upper() == "#F4A718"
    assert "Hazard area smaller than this mark" in words(figure)


def test_what_is_not_stated_looks_like_the_strictest() -> None:
    """A zone without an extent is hatched as a whole one, a hazard without a class as a confirmed one."""
    square = [shapely.box(46, 39, 47, 40)]
    zone, hazard = areas(plot({"zones": frame(square, zone_id=["z"]), "hazards": frame(square, hazard_id=["h"])}))
    assert to_hex(zone.get_hatchcolor()).upper() == "#7B2D8B"
    assert to_hex(hazard.get_hatchcolor()).upper() == "#FF0000"


def test_holes_stay_open() -> None:
    """A ring around a hole: the middle of the hole is not inside the path, the ring is."""
    ring = shapely.box(46, 39, 47, 40) - shapely.box(46.4, 39.4, 46.6, 39.6)
    (patch,) = areas(plot({"zones": frame([ring], zone_id=["z"])}))
    sizes = [shapely.Polygon(part).exterior.is_ccw for part in patch.get_path().to_polygons()]
    assert sizes.count(True) == sizes.count(False) == 1


def test_an_edition_without_records_is_a_map_of_its_districts(edition: Edition) -> None:
    """No zone, no accident: outlines, caveats, and no claim that nothing is there."""
    bare = dataclasses.replace(
        edition, zones=edition.zones.iloc[:0], incidents=edition.incidents.iloc[:0],
        districts=edition.districts.assign(incidents_district_level=0),
    )  # fmt: skip
    figure = plot(bare)
    assert len(patches(figure, PathPatch)) == edition.districts.geometry.notna().sum() > 70
    assert "A blank area is not a cleared area." in words(figure)
    assert png(figure)[:4] == b"\x89PNG"


def test_nothing_at_all_is_a_sentence() -> None:
    """Without a single place there is no scale either."""
    figure = plot({"incidents": frame([None], incident_id=["a"])})
    assert "Nothing in these layers has a place. That does not mean that there is nothing." in words(figure)
    assert "Accidents without a place in the picture: 1" in words(figure)
    assert png(figure)


def test_a_map_across_the_antimeridian_is_narrow() -> None:
    """Two halves of one zone, from 179.5 east to 179.5 west at 17 south: a degree is 106 km there, not 40,000."""
    halves = shapely.MultiPolygon([shapely.box(179.5, -17, 180, -16), shapely.box(-180, -17, -179.5, -16)])
    figure = plot({"zones": frame([halves], zone_id=["z"]), "incidents": frame([shapely.Point(-179.9, -16.5)])})
    west, east = figure.axes[0].get_xlim()
    expected = GEOD.inv(179.5, -16, -179.5, -16)[2] * 1.08
    assert east - west == pytest.approx(expected, rel=0.01)
    (zone,) = areas(figure)
    assert np.ptp(np.asarray(zone.get_path().vertices)[:, 0]) < 110_000
    assert png(figure)


def test_an_area_is_shown_exactly() -> None:
    """Two degrees by one at 40 north, drawn to its own edges; what lies outside is out of sight."""
    zones = frame([shapely.box(46, 39.5, 46.5, 40), shapely.box(60, 39.5, 61, 40)], zone_id=["a", "b"])
    figure = plot({"zones": zones}, area=(45.5, 39.5, 47.5, 40.5))
    west, east = figure.axes[0].get_xlim()
    # The southern edge is the longest.
    assert east - west == pytest.approx(GEOD.inv(45.5, 39.5, 47.5, 39.5)[2], rel=1e-3)
    assert len(areas(figure)) == 1


# ------------------------------------------------------------ density and hot spots
def test_density_is_drawn_when_asked_and_brings_its_caveat(edition: Edition) -> None:
    """Five classes, its method in words, and the sentence that it is of reports."""
    without, with_density = plot(edition), plot(edition, density=True)
    caveat = "Density is of reported accidents, not of mines."
    assert len(patches(with_density, PathPatch)) - len(patches(without, PathPatch)) == len(edition.surface.contours)
    assert (caveat in words(without), caveat in words(with_density)) == (False, True)
    assert "0.001 to 0.002" in words(with_density)
    assert "smoothed over 10,000 m (Gaussian)" in words(with_density)


def test_a_refused_density_says_why() -> None:
    """Nine accidents are too few for one."""
    points = frame(
        [shapely.Point(46.5, 39.5)] * 9, place=["point"] * 9, uncertainty_m=[0.0] * 9, accident_type=["mine"] * 9
    )
    surface = density(points, window=shapely.box(46, 39, 47, 40))
    assert surface.refused
    figure = plot({"density": surface, "incidents": points}, language="ru")
    assert "Плотность не показана" in words(figure) or "Плотность" in words(figure)
    assert "9" in words(figure)


def test_every_class_of_hot_spots_can_be_drawn(edition: Edition) -> None:
    """The cells of the bundled edition, each class in turn: those of more and of fewer reports have a hatch beside a colour."""
    assert edition.hotspots is not None
    codes = terms.codes("hotspot_class")
    units = edition.hotspots.units.head(len(codes)).assign(**{"class": list(codes)})
    figure = plot({"hotspots": dataclasses.replace(edition.hotspots, units=units), "zones": edition.zones})
    hatches = {patch.get_hatch() for patch in patches(figure, PathPatch)} & {"*", "**", "***", "o", "oo", "ooo"}
    assert len(hatches) == 6
    for code in codes:
        assert terms.label("hotspot_class", code, "en") in words(figure)


# ------------------------------------------------------------ words
@pytest.mark.parametrize("language", terms.LANGUAGES)
def test_every_word_is_in_the_language(edition: Edition, language: str) -> None:
    """Title, date, legend, caveats, the letter of north; az and ru hold no English sentence."""
    told = words(plot(edition, language=language, density=True))
    for vocabulary, code in [
        ("extent", "whole"), ("extent", "part"), ("page", "legend.disc"), ("page", "print.scale_note"),
        ("caveat", "caveat.navigation"), ("page", "legend.blank"), ("page", "legend.density"), ("page", "legend.zones_note"),
    ]:  # fmt: skip
        assert terms.label(vocabulary, code, language) in told
    assert edition.titles[language] in told
    assert "2026-11-23" in told
    assert f" {terms.label('page', 'print.north', language)} " in f" {told} "
    if language != "en":
        assert not {"accidents", "zones", "district", "the"} & set(told.split())


@pytest.mark.parametrize("text", [*PAYLOADS, "$x^2$", "$\\frac{", "_hidden", "a\x00b", "Ağdərə – Şuşa İ ı"])
def test_text_of_the_data_is_only_text(text: str) -> None:
    """No formula, no markup, no letter that stops the drawing; hidden labels are not hidden."""
    zones = frame([shapely.box(46, 39, 47, 40), None], zone_id=["z", "y"], name=[text, text], extent=[text, "whole"])
    figure = plot({"zones": zones}, title=text)
    assert png(figure)
    shown = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    assert words(figure).count(shown[:20].strip()) >= 2


def test_warnings_stand_above(edition: Edition) -> None:
    """An edition that lacks a zone says so in capitals; one of somebody's own files is not for publication."""
    figure = plot(dataclasses.replace(edition, undrawn_zones=1, private=True))
    assert "INCOMPLETE MAP: 1 zone or hazard area could not be drawn." in words(figure)
    assert "not for publication" in words(figure)


# ------------------------------------------------------------ matplotlib
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_equal_layers_give_equal_bytes(edition: Edition, kind: str) -> None:
    """Whatever the user's own settings are."""
    import matplotlib as mpl

    first = png(plot(edition), kind)
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 40, "hatch.linewidth": 9, "text.color": "red"}):
        assert png(plot(edition), kind) == first


def test_it_shows_itself_in_a_notebook_and_is_no_current_figure(edition: Edition) -> None:
    """A PNG for the notebook; pyplot is not even loaded."""
    shown: Any = plot(edition)
    assert shown._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    code = (
        "import sys, shapely, geopandas as gpd, mapper\n"
        "zone = gpd.GeoDataFrame({'zone_id': ['z']}, geometry=[shapely.box(46, 39, 47, 40)], crs=4326)\n"
        "mapper.plot({'zones': zone})._repr_png_()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, not an ImportError."""

    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match=r"Install hazard-mapper\[plot\]"):
        plot({})


# ------------------------------------------------------------ refusals
SQUARE = frame([shapely.box(46, 39, 47, 40)], zone_id=["z"])


@pytest.mark.parametrize(
    ("layers", "options", "error", "said"),
    [
        ({"minefields": SQUARE}, {}, UsageError, "'minefields' is no layer"),
        ({"zones": pd.DataFrame()}, {}, UsageError, "no GeoDataFrame"),
        ({"zones": SQUARE.set_crs(None, allow_override=True)}, {}, UnknownCRS, "state no coordinate reference system"),
        ({"incidents": SQUARE}, {}, DataRefused, "not a point"),
        ({"density": SQUARE}, {}, UsageError, "are not frames"),
        ({"zones": SQUARE}, {"language": "tr"}, UsageError, "no language of the map"),
        ({"zones": SQUARE}, {"width_cm": 3}, UsageError, "3 cm wide"),
        ({"zones": SQUARE}, {"area": (46, 39, 46, 40)}, DataRefused, "without width"),
        ({"zones": SQUARE}, {"area": (46, 95, 47, 96)}, DataRefused, "do not bound an area"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(
    layers: dict[str, Any], options: dict[str, Any], error: type[Exception], said: str
) -> None:
    """Each says what and what to do."""
    with pytest.raises(error, match=said):
        plot(layers, **options)


def test_an_edition_states_its_own_date(edition: Edition) -> None:
    """Another date would be a lie on paper."""
    with pytest.raises(UsageError, match="its own date"):
        plot(edition, data_date=dt.date(2026, 1, 1))


def test_layers_in_another_plane_lie_where_they_are() -> None:
    """A zone given in UTM is drawn where the same zone in degrees is (a metre on 100 km)."""
    (one,) = areas(plot({"zones": SQUARE}))
    (other,) = areas(plot({"zones": SQUARE.to_crs(32638)}))
    assert one.get_path().get_extents().bounds == pytest.approx(other.get_path().get_extents().bounds, abs=200)
