"""Exports opened and drawn by QGIS itself: the styles are found without being asked for, and the picture has hatches and colours.

Needs Debian's package python3-qgis, and the Python that it belongs to; without them the tests are skipped and say so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mapper import terms
from mapper.output.exports import geojson
from mapper.output.formats import geopackage
from mapper.output.looks import DENSITY_RAMP, NOT_ASSESSED_COLOUR, PUBLIC_COLOUR
from mapper.output.not_assessed import with_not_assessed
from mapper.output.styles import qml_files
from tests import styled_tables
from tests.styled_tables import COVERED, HAZARDS, ZONES

Picture = np.ndarray[Any, np.dtype[np.int64]]

PX = 120
"""Pixels to a degree."""
SCRIPT = Path(__file__).parent / "qgis_drawing.py"
MISSING = "QGIS is not installed, so nothing shows that the styles draw as they should: apt-get install python3-qgis"

pytestmark = pytest.mark.slow


@cache
def python_of_qgis() -> str | None:
    """Return the Python that can import QGIS."""
    for name in ("/usr/bin/python3", "python3"):
        found = shutil.which(name)
        if (
            found
            and subprocess.run([found, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0
        ):
            return found
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the made-up tables as one GeoPackage, and as GeoJSON with QML beside it."""
    if python_of_qgis() is None:
        pytest.skip(MISSING)
    made: Path = tmp_path_factory.mktemp("qgis")
    facts = styled_tables.facts()
    tables = with_not_assessed(styled_tables.all_tables(), facts)
    geopackage.write(styled_tables.all_tables(), made, facts)
    for name, style in qml_files(tables, facts).items():
        (made / name).write_bytes(style)
    for table in tables:
        if table.geometry is not None:
            names = [column.name for column in table.columns]
            (made / f"{table.name}.geojson").write_bytes(geojson(table.frame, names, table.id_column, table.name))
    return made


def run(tasks: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Have QGIS do tasks and return its answers."""
    python = python_of_qgis()
    if python is None:
        pytest.skip(MISSING)
    listed = folder / "tasks.json"
    listed.write_text(json.dumps(tasks), encoding="utf-8")
    done = subprocess.run(
        [python, str(SCRIPT), str(listed)], capture_output=True, text=True, check=False, timeout=300, cwd=folder
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(answers) == len(tasks), done.stderr[-2000:]
    return answers


Box = tuple[float, float, float, float]


def draw(folder: Path, uri: str, *box: float, **options: Any) -> tuple[dict[str, Any], Picture]:  # noqa: ANN401 - `labels`, `crs`
    """Return what QGIS says of a layer, and its picture of a box as red, green and blue, north row first."""
    west, south, east, north = box
    (drawn,) = draw_all(folder, uri, [(west, south, east, north)], **options)
    return drawn


def draw_all(folder: Path, uri: str, boxes: list[Box], **options: Any) -> list[tuple[dict[str, Any], Picture]]:  # noqa: ANN401
    """Return the same for several boxes, by one run of QGIS, which takes seconds to begin."""
    tasks = [
        {
            "uri": uri,
            "extent": [west, south, east, north],
            "size": [round((east - west) * PX), round((north - south) * PX)],
            "picture": str(folder / f"picture-{at}.ppm"),
        }
        for at, (west, south, east, north) in enumerate(boxes)
    ]
    told = run([task | options for task in tasks], folder)
    assert not [each for each in told if "error" in each]
    return [(each, read(Path(str(task["picture"])))) for each, task in zip(told, tasks, strict=True)]


def read(file: Path) -> Picture:
    """Return the pixels of a PPM."""
    head, _, pixels = file.read_bytes().partition(b"\n255\n")
    kind, wide, high = head.split()
    assert kind == b"P6"
    return np.frombuffer(pixels, dtype=np.uint8).reshape(int(high), int(wide), 3).astype(np.int64)


def uri_of(folder: Path, table: str, container: str, geometry: str = "") -> str:
    """Return how QGIS names a table of the GeoPackage or of the GeoJSON files."""
    kind = f"|geometrytype={geometry}" if geometry else ""
    return (
        f"{folder / f'{table}.geojson'}{kind}"
        if container == "geojson"
        else f"{folder / geopackage.FILE}|layername={table}{kind}"
    )


def inside(picture: Picture, place: int, margin: float = 0.1) -> Picture:
    """Return the middle of the field at a place of a row whose picture begins at longitude 40."""
    low, high = round((2 * place + margin) * PX), round((2 * place + 1 - margin) * PX)
    rows = picture.shape[0]
    return picture[round(margin * rows) : rows - round(margin * rows), low:high]


def is_colour(picture: Picture, colour: str | None) -> Picture:
    """Tell for each pixel whether it is just that colour."""
    assert colour is not None
    found: Picture = np.all(picture == [int(colour[at : at + 2], 16) for at in (1, 3, 5)], axis=2).astype(np.int64)
    return found


def tinted(colour: str | None, opacity: float) -> list[float]:
    """Return a colour laid on white paper."""
    assert colour is not None
    return [255 - (255 - int(colour[at : at + 2], 16)) * opacity for at in (1, 3, 5)]


def along(mask: Picture, right: int, down: int) -> float:
    """Return the share of the marked pixels whose neighbour so far right and down is marked as well."""
    rows, columns = mask.shape
    here = mask[: rows - down, max(0, -right) : columns - max(0, right)]
    there = mask[down:, max(0, right) : columns + min(0, right)]
    return float((here * there).sum() / max(here.sum(), 1))


DIRECTIONS = {
    # Which neighbours continue a line, which do not: one pixel right and down. "/" goes left as it goes down.
    "diagonal": ([(-1, 1)], [(1, 1)]),
    "back_diagonal": ([(1, 1)], [(-1, 1)]),
    "vertical": ([(0, 1)], []),
    "horizontal": ([(1, 0)], []),
}


def lines(part: Picture, colour: str | None, tint: float) -> Picture:
    """Return where a hatch's lines run; every pixel must be a mixture of the colour and the tinted paper.

    QGIS smooths the lines of a pattern whatever it is told, so few of their pixels have the very colour.
    """
    ground, full = np.array(tinted(colour, tint)), np.array(tinted(colour, 1))
    share = (part - ground) @ (full - ground) / ((full - ground) @ (full - ground))
    assert np.abs(part - ground - share[..., None] * (full - ground)).max() <= 5
    found: Picture = (share > 0.4).astype(np.int64)
    return found


def assert_hatched(part: Picture, colour: str | None, hatch: str | None, tint: float) -> None:
    """Hold a piece of the picture against a term: its colour in lines of the right direction, over its tint."""
    mask = lines(part, colour, tint)
    if hatch is None:
        assert mask.mean() == 0
    else:
        assert 0.02 < mask.mean() < 0.6, f"{hatch}: the share of the colour is {mask.mean()}"
    for right, down in DIRECTIONS.get(hatch or "", ([], []))[0]:
        assert along(mask, right, down) > 0.9, hatch
    for right, down in DIRECTIONS.get(hatch or "", ([], []))[1]:
        assert along(mask, right, down) < 0.6, hatch
    assert np.abs(np.median(part[mask == 0], axis=0) - tinted(colour, tint)).max() <= 2


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
def test_zones_are_hatched_by_their_extent(folder: Path, container: str) -> None:
    """Each extent has its own colour and hatch, and one that is not stated looks like the strictest."""
    told, picture = draw(folder, uri_of(folder, "zones", container), 40, ZONES, 48, ZONES + 1)
    extent = terms.vocabulary("extent")
    for place, code in enumerate(["whole", "part", "interpreted", "whole"]):
        assert_hatched(inside(picture, place), extent[code].colour, extent[code].hatch, 0.12)
    assert is_colour(picture[:, PX + 5 : 2 * PX - 5], "#ffffff").all()  # Between two fields there is paper.
    assert told["renderer"] == "RuleRenderer"
    assert told["legend"] == [*(term.label["en"] for term in extent.values()), "Extent not stated"]
    assert told["labels"]
    assert told["problems"] == []


def test_the_three_hatches_of_zones_differ(folder: Path) -> None:
    """Rising, falling, and both: told from the pixels, not from the file."""
    _, picture = draw(folder, uri_of(folder, "zones", "gpkg"), 40, ZONES, 48, ZONES + 1)
    extent = terms.vocabulary("extent")
    rising, falling, both = (
        lines(inside(picture, place), extent[code].colour, 0.12)
        for place, code in enumerate(("whole", "part", "interpreted"))
    )
    assert along(rising, -1, 1) > 0.9 > along(rising, 1, 1)
    assert along(falling, 1, 1) > 0.9 > along(falling, -1, 1)
    assert 0.4 < along(both, 1, 1) < 0.95
    assert 0.4 < along(both, -1, 1) < 0.95


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
def test_hazards_are_filled_by_class_and_outlined_by_status(folder: Path, container: str) -> None:
    """One drawing tells both, and a class that no list has looks like a confirmed area."""
    told, picture = draw(folder, uri_of(folder, "hazards", container), 39.9, HAZARDS - 0.1, 59.9, HAZARDS + 1.1)
    classes, statuses = terms.vocabulary("hazard_class"), terms.vocabulary("hazard_status")
    shifted = picture[:, round(0.1 * PX) :]
    for place, code in enumerate([*classes, *["eod_spot"] * 4, "cha"]):
        term = classes[code]
        assert_hatched(inside(shifted, place, 0.2), term.colour, term.hatch, 0.4)
    for place, code in enumerate([*["closed"] * 5, *statuses, "open"]):
        low = 2 * place * PX
        around = picture[:, low : low + round(1.2 * PX)]
        edge = np.concatenate([around[: round(0.15 * PX)], around[-round(0.15 * PX) :]])
        assert is_colour(edge, statuses[code].colour).sum() > 30, code
    assert told["legend"].count("Outline: Closed") == 1
    assert {*(term.label["en"] for term in classes.values()), "Outline: not stated"} <= set(told["legend"])


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
def test_accidents_are_circles_of_their_size_or_points(folder: Path, container: str) -> None:
    """A place known to 20 km is a ring of 20 km without a middle; a measured one is a small mark."""
    _, picture = draw(folder, uri_of(folder, "incidents", container), 40, 34, 50, 35)
    row = is_colour(picture, PUBLIC_COLOUR)[round(0.5 * PX), : round(1.2 * PX)]
    ring = np.flatnonzero(row)
    # 20 km are 20 / (111.32 cos 34.5°) = 0.218 degrees of longitude: the ring is 0.436 degrees wide, 52 pixels.
    column = np.flatnonzero(is_colour(picture, PUBLIC_COLOUR)[:, : round(1.2 * PX)].any(axis=1))
    assert ring.size == 0 or abs((ring.max() - ring.min()) - 0.436 * PX) <= 4
    # 20 km are 20 / 110.93 = 0.180 degrees of latitude.
    assert abs((column.max() - column.min()) - 0.361 * PX) <= 4
    middle = picture[round(0.45 * PX) : round(0.55 * PX), round(0.45 * PX) : round(0.55 * PX)]
    assert not is_colour(middle, PUBLIC_COLOUR).any()
    assert 200 < np.median(middle) < 255  # Two discs, each darkening the ground by 7 %.
    # The measured one stands at longitude 44.5 and is 10 px wide.
    wide = np.flatnonzero(is_colour(picture[:, 4 * PX : 5 * PX], PUBLIC_COLOUR).any(axis=0))
    assert 9 <= wide.max() - wide.min() <= 13
    # A circle whose size nobody knows is a larger ring, at longitude 48.5: it does not look as exact as a point.
    wide = np.flatnonzero(is_colour(picture[:, 8 * PX : 9 * PX], PUBLIC_COLOUR).any(axis=0))
    assert wide.max() - wide.min() > 25


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32638"])
def test_ground_that_is_not_assessed_is_dotted(folder: Path, container: str, crs: str) -> None:
    """Dots stand around the ground whose orders are listed, also where nothing else is in sight, in every projection."""
    uri = uri_of(folder, "not_assessed", container)
    covered = [(40.2 + 2 * place, COVERED + 0.2, 40.8 + 2 * place, COVERED + 0.8) for place in range(5)]
    between = [(41.2 + 2 * place, COVERED + 0.2, 41.8 + 2 * place, COVERED + 0.8) for place in range(5)]
    elsewhere = [(31, 45, 31.5, 45.5), (55, 25, 55.5, 25.5)]
    drawn = draw_all(folder, uri, [*covered, *between, *elsewhere], crs=crs)
    shares = [float(is_colour(picture, NOT_ASSESSED_COLOUR).mean()) for _, picture in drawn]
    assert shares[:4] == [0, 0, 0, 0]
    assert 0.01 < min(shares[4:]) <= max(shares[4:]) < 0.2


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
def test_covered_ground_shows_its_survey(folder: Path, container: str) -> None:
    """Each state has strokes of its own; only surveyed ground is plain; a list that ended is not assessed, and dotted."""
    told, picture = draw(folder, uri_of(folder, "coverage", container), 40, COVERED, 50, COVERED + 1)
    assert told["legend"][:4] == [
        f"Survey: {each}" for each in ("Surveyed", "Partly surveyed", "Not surveyed", "Not known")
    ]
    painted = [round(float((inside(picture, place) < 250).any(axis=2).mean()), 4) for place in range(5)]
    assert painted[0] == 0
    assert min(painted[1:]) > 0
    assert len(set(painted)) == 5
    dotted = [bool(is_colour(inside(picture, place), NOT_ASSESSED_COLOUR).any()) for place in range(5)]
    assert dotted == [False, False, False, False, True]


def test_density_shows_the_classes_of_all_dates_alone(folder: Path) -> None:
    """The colours are the page's ramp, laid on as thickly; a year waits to be switched on."""
    told, picture = draw(folder, uri_of(folder, "density", "gpkg"), 40, 29, 48, 30)
    for place, colour in enumerate((DENSITY_RAMP[0], DENSITY_RAMP[3], DENSITY_RAMP[5])):
        assert np.abs(np.median(inside(picture, place), axis=(0, 1)) - tinted(colour, 0.62)).max() <= 2
    assert is_colour(inside(picture, 3), "#ffffff").all()
    assert "Reported accidents per km² in 2023" in told["legend"]


@pytest.mark.parametrize("container", ["gpkg", "geojson"])
@pytest.mark.parametrize("table", ["corridors", "context"])
def test_lines_and_areas_of_one_table_are_both_styled(folder: Path, container: str, table: str) -> None:
    """QGIS opens them as two layers, and each draws its own."""
    colours = {"corridors": ("#2b1a6b",) * 2, "context": ("#3B7EA1", "#6B5B4B")}[table]
    for geometry, colour, west in (("LineString", colours[0], 39.8), ("Polygon", colours[1], 41.8)):
        told, picture = draw(folder, uri_of(folder, table, container, geometry), west, 30.8, west + 1.4, 32.2)
        assert told["renderer"] == "RuleRenderer"
        painted = picture[~is_colour(picture, "#ffffff").astype(bool)]
        opacity = 0.75 if table == "context" else 1
        assert len(painted) > 100
        assert np.abs(np.median(painted, axis=0) - tinted(colour, opacity)).max() <= 2


def test_labels_are_drawn_and_markup_is_text(folder: Path) -> None:
    """A name with tags is written as it is; QGIS draws more with labels than without."""
    arguments = (folder, uri_of(folder, "corridors", "gpkg", "Polygon"), 41.8, 30.8, 43.2, 32.2)
    _, without = draw(*arguments)
    _, labelled = draw(*arguments, labels=True)
    assert (labelled != without).any(axis=2).sum() > 100


def test_qgis_reads_metadata_and_words_of_codes(folder: Path) -> None:
    """Title, caveats, licence and the words for codes stand where a user of QGIS looks for them."""
    tasks = [{"uri": uri_of(folder, table, "gpkg"), "id": f"{table[:-1]}_id"} for table in ("zones", "incidents")]
    zones, incidents = run(tasks, folder)
    assert zones["title"] == "The zones"
    assert "A blank area is not a cleared area." in zones["abstract"]
    assert zones["licences"] == [styled_tables.LICENCE]
    assert zones["ids"] == [f"zone-{k}" for k in range(5)]
    assert incidents["features"] == 7
    words = {code: term.label["en"] for code, term in terms.vocabulary("accident_type").items()}
    assert incidents["widgets"]["accident_type"] == words


def test_both_containers_give_one_picture(folder: Path) -> None:
    """The style beside a GeoJSON file is that in the GeoPackage."""
    for table in ("zones", "hazards"):
        south = {"zones": ZONES, "hazards": HAZARDS}[table]
        _, one = draw(folder, uri_of(folder, table, "gpkg"), 40, south, 48, south + 1)
        _, other = draw(folder, uri_of(folder, table, "geojson"), 40, south, 48, south + 1)
        assert np.array_equal(one, other)
