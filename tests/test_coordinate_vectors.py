"""`coordinate_vectors.json`: places and texts that Python and the page read and write alike.

The places are worked out by the tests' own series and letters (`coordinate_strings`), not by the product. This file holds the
product's Python and pyproj against them, and `mapper/web/test/coordinates.test.ts` holds the page. `python -m
tests.test_coordinate_vectors` writes the file anew.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from pyproj.transformer import TransformerGroup

from mapper import crs
from mapper.intake.coordinates import interpret
from mapper.intake.systems import prefix_of, system
from tests.coordinate_strings import AZERBAIJAN, KARABAKH, POINTS, cases, gauss_kruger, mgrs, sk42, utm

FILE = Path(__file__).parent / "coordinate_vectors.json"
SK42_FILE = Path(__file__).parent.parent / "mapper" / "web" / "src" / "coordinates" / "sk42.json"
NOT_ON_THE_PAGE = re.compile(r"CM \d|EPSG:(249|257|258|259|284[67]|251|252)")
"""What the page refuses although Python reads it: a central meridian, SK-42 without a prefix by its code."""
ASKED = (
    *("X=4430395 Y=664717", "664717 4430395", "39,59,46,55", "46.92736, 39.99096", "39N 664546 4428533"),
    *("8SPK6454628532", "-39.99096, 46.92736", "40.4093, 149.8671"),
)
"""Texts with readings, of which none or more than one lies in the area."""
REFUSED = (
    *(
        "0, 0",
        "91.0 N 46.0 E",
        "40.0 N 181.0 E",
        "61'",
        "39°61′N 46°55′E",
        "39°59′70″N 46°55′38″E",
        "39.5°30′N 46°55′E",
    ),
    *("39,46", "4_0, 46", "4e1, 46", "٤٠, ٤٦", "40², 46", "39.99 Ş 46.93 Ş", "Ş 39.99, E 46.93", "C 39.99 B 46.93"),
    *("N 39.99 B 46.93", "С 39.99 E 46.93", "39.99 N 46.93 N", "-39.99 N 46.93 E", "39.99 N, 46.93", "39.99 - 46.93"),
    *("39.99–46.93", "39 52.257, 48 0=3.597", "39°59′27″N 46°55′38″Ost", "near 39.99 46.93", "38TPK6454628533"),
    *("38T 664546 4428533", "38RPK6454628533", "38SAK6454628532", "38SPW6454628532", "38SIK6454628532"),
    *("38SPK645462853", "38SPK 6454 285", "SPK6454628532", "38PK6454628532", "38S", "61SPK6454628532"),
    *("38SJK0000028532", "38ZPK6454628532", "38SРК6454628532", "EPSG:28409 X=4430395 Y=8664717", "39.99096"),
    *("EPSG:4326 664546 4428533", "EPSG:32638 39.99096 46.92736", "СК-63 X=4430395 Y=8664717", "39.99 46.93 45.1"),
)
"""Texts without a single reading."""


def places() -> list[dict[str, Any]]:
    """Return the places in every notation, by the tests' own formulas."""
    found = []
    for lon, lat in POINTS:
        zone = 38 if lon < 48 else 39
        length, b = sk42(lon, lat)
        prefix = int(length // 6) + 1
        easting, northing = gauss_kruger(lon, lat, prefix * 6 - 3)
        found.append(
            {
                "lon": lon,
                "lat": lat,
                "utm": [zone, *(round(value, 3) for value in utm(lon, lat, zone))],
                "mgrs": mgrs(lon, lat, 5),
                "sk42": [round(length, 8), round(b, 8)],
                "gauss_kruger": [28400 + prefix, round(prefix * 1_000_000 + easting, 3), round(northing, 3)],
            }
        )
    return found


def texts() -> list[dict[str, Any]]:
    """Return texts of known places, with how near a reading must come, and whether the page must read them."""
    return [
        {
            "text": case.text,
            "lon": case.lon,
            "lat": case.lat,
            "within_m": case.tolerance_m,
            "page": "packed" not in case.notation
            and case.notation != "geopoint"
            and not NOT_ON_THE_PAGE.search(case.text),
        }
        for case in cases()
        if (case.lon, case.lat) in POINTS[:3]
    ]


def spoilt(number: int, seed: int) -> list[str]:
    """Return texts of known places with one letter wrong: what a hand slips into."""
    lot = random.Random(seed)  # noqa: S311 - the same texts at every run
    table = [case.text for case in cases()]
    found = []
    for _ in range(number):
        text = lot.choice(table)
        at = lot.randrange(len(text))
        slip = lot.choice(["", "9", " ", ",", "S", "В", "-", "°", "'", ".", ";", "N", "E", "8", "X", text[at] * 2])
        found.append(text[:at] + slip + text[at + 1 :])
    return found


def outcomes(given: list[str]) -> list[list[Any]]:
    """Return each text with the place that Python reads in Azerbaijan, null where it reads none or asks."""
    found: list[list[Any]] = []
    for text in given:
        meant = interpret(text, area=AZERBAIJAN)
        one = None if meant.resolved is None else meant.readings[meant.resolved]
        found.append([text, None if one is None else [round(one.lon, 7), round(one.lat, 7)]])
    return found


def vectors() -> dict[str, Any]:
    """Return all that the file holds."""
    return {
        "area": AZERBAIJAN,
        "narrow_area": KARABAKH,
        "places": places(),
        "texts": texts(),
        "asked": ASKED,
        "refused": REFUSED,
        "spoilt": outcomes(spoilt(500, 11)),
    }


def as_json() -> str:
    """Return the file's text: one line for each place and text."""
    parts = []
    for name, value in vectors().items():
        rows = [json.dumps(each, ensure_ascii=False) for each in value]
        parts.append(f'  "{name}": [\n    ' + ",\n    ".join(rows) + "\n  ]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def test_the_file_is_what_the_formulas_say() -> None:
    """The file was not edited by hand, and Python still reads every spoilt text as it did."""
    assert FILE.read_text("utf-8") == as_json()


@pytest.mark.parametrize("place", places(), ids=lambda place: place["mgrs"])
def test_pyproj_agrees_with_the_places(place: dict[str, Any]) -> None:
    """UTM within 1 mm, SK-42 within 1 mm by the operation of `mapper.crs`, which knows nothing of the tests' series."""
    zone, *plane = place["utm"]
    at = (place["lon"], place["lat"])
    x, y = crs.transform_points([at[0]], [at[1]], crs.STORAGE, f"EPSG:{32600 + zone}")
    assert [float(x[0]), float(y[0])] == pytest.approx(plane, abs=1e-3)
    code, *grid = place["gauss_kruger"]
    lon, lat = crs.transform_points([grid[0]], [grid[1]], f"EPSG:{code}")
    assert crs.geodesic_distance_m(*at, lon[0], lat[0])[()] < 2e-3
    lon, lat = crs.transform_points([place["sk42"][0]], [place["sk42"][1]], "EPSG:4284")
    assert crs.geodesic_distance_m(*at, lon[0], lat[0])[()] < 2e-3


@pytest.mark.parametrize("text", ASKED)
def test_python_asks_about_the_texts_to_be_asked_about(text: str) -> None:
    """They have readings, and no single one in the area."""
    meant = interpret(text, area=AZERBAIJAN)
    assert meant.readings
    assert meant.resolved is None


@pytest.mark.parametrize("text", REFUSED)
def test_python_refuses_the_texts_to_be_refused(text: str) -> None:
    """They have no reading in the area, and a reason."""
    meant = interpret(text, area=AZERBAIJAN)
    assert meant.resolved is None
    assert meant.reason


def test_the_page_has_the_parameters_of_the_operation_in_use() -> None:
    """Seven parameters, ellipsoid, accuracy and zones: those that `mapper.crs` finds in the registry."""
    given = json.loads(SK42_FILE.read_text("utf-8"))
    (operation,) = (
        each
        for each in TransformerGroup("EPSG:4284", "EPSG:4326", always_xy=True).transformers[0].operations or ()
        if each.type_name == "Transformation"
    )
    assert operation.to_json_dict()["id"] == {"authority": "EPSG", "code": given["operation"]}
    assert operation.method_name == "Coordinate Frame rotation (geog2D domain)"
    values = [parameter.value for parameter in operation.params]
    frame = given["coordinate_frame"]
    assert values == [*frame["translation_m"], *frame["rotation_arcsec"], frame["scale_ppm"]]
    geographic = crs.known_crs(f"EPSG:{given['geographic']}")
    assert geographic.ellipsoid is not None
    assert geographic.ellipsoid.semi_major_metre == given["semi_major_m"]
    assert geographic.ellipsoid.inverse_flattening == given["inverse_flattening"]
    for code in (given["geographic"], *map(int, given["zones"])):
        step = crs.operation(f"EPSG:{code}")
        assert (step.code, step.accuracy_m) == (f"EPSG:{given['operation']}", given["accuracy_m"])
    whole = system(given["geographic"])
    assert whole is not None
    assert list(whole.area) == pytest.approx(given["area"])
    for code, zone in given["zones"].items():
        known = system(int(code))
        assert known is not None
        assert list(known.area) == zone["area"]
        assert prefix_of(int(code)) == zone["prefix"]
        projection = crs.known_crs(f"EPSG:{code}").coordinate_operation
        assert projection is not None
        facts: dict[str, Any] = {parameter.name: parameter.value for parameter in projection.params}
        assert facts["Longitude of natural origin"] == zone["meridian"]
        assert facts["False easting"] == zone["prefix"] * 1_000_000 + 500_000
        assert facts["Scale factor at natural origin"] == 1


if __name__ == "__main__":
    FILE.write_text(as_json(), "utf-8")
