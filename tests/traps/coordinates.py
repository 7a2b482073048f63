# ruff: noqa: E501 - a case stands on its own line, its file included
"""Traps of coordinates: swapped, in another system, in another notation, with a digit lost."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tests.traps.makers import catalogued, collection, feature, hazards, points, polygon, square
from tests.traps.tables import HEAD
from tests.traps.trap import (
    A_LAT,
    A_LON,
    ACCEPT,
    ANY_BUT_ACCEPT,
    DOUBT,
    READ,
    REFUSED,
    REJECT,
    SAID,
    TOLD,
    Trap,
    all_of,
    at,
    never_at,
    point,
    trap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DISTRICT = collection(feature(polygon(square(46.8, 38.9, 0.2)), district_id="1", name="Zəngilan"))
GOOD_ROW = "a,46.91234,40.01234\n"
TEXT_HEAD = "incident_id;coordinates\n"


def _bad_row(name: str, row: str, told: str = "") -> Trap:
    """Write a case whose second record must be refused, and named, beside a good one."""
    return point(name, HEAD + GOOD_ROW + row + "\n", DOUBT, (1, 0, 1), rows=(3,), told=told)


def _text(
    name: str,
    verdicts: frozenset[str],
    *texts: str,
    placed: int | None = None,
    told: str = "",
    avoid: tuple[float, float] | None = None,
) -> Trap:
    """Write a case of a column of coordinates as text; `placed` of them are at the test point, the others nowhere."""
    count = len(texts)
    placed = count if placed is None else placed
    looks = [
        lambda frame: int(frame.geometry.notna().sum()) == placed,
        lambda frame: at(within_m=75)(frame[frame.geometry.notna()]),
    ]
    if avoid is not None:
        looks = [never_at(*avoid)]
    accounts = [(kept, 0, count - kept) for kept in range(count, min(placed, count) - 1, -1)]
    content = TEXT_HEAD + "".join(f'a{n};"{text.replace(chr(34), chr(34) * 2)}"\n' for n, text in enumerate(texts, 1))
    return trap(
        name,
        "a.csv",
        content,
        verdicts,
        *accounts,
        told=told,
        kind="incidents",
        crs="EPSG:4326",
        look=all_of(*looks),
    )


COLUMNS: Sequence[Trap] = (
    _bad_row("swapped in one row", "b,40.02345,46.81234", "swap"),
    point("swapped in all rows", HEAD + "a,40.01234,46.91234\nb,40.02345,46.81234\n", REJECT, (0, 0, 2), rows=(2, 3), told="swap"),
    point("swapped and no area is known", HEAD + "a,40.01234,46.91234\n", TOLD, (1, 0, 0), area=None, told="swap|area"),
    _bad_row("null island", "b,0,0", "null_island"),
    _bad_row("null island in long", "b,0.000000,-0.0", "null_island"),
    _bad_row("one coordinate missing", "b,46.91234,", "lat"),
    _bad_row("70 minutes", 'b,46.91234,"40°70\'10""N"'),
    _bad_row("99 seconds", 'b,46.91234,"40°10\'99""N"'),
    _bad_row("a sign against its hemisphere", 'b,46.91234,"-40 10 20 N"'),
    _bad_row("95 degrees north", "b,46.91234,95"),
    _bad_row("95 degrees north, said so", "b,46.91234,95°N"),
    _bad_row("200 degrees east", "b,200,40.01234"),
    _bad_row("a mark that is north and east", "b,46.91234,40.01234 Ş"),
    _bad_row("an underscore in a number", "b,46.91234,4_0.01"),
    _bad_row("letters in a number", "b,46.91234,4o.01"),
    _bad_row("NaN", "b,nan,40.01234"),
    _bad_row("infinity", "b,inf,40.01234"),
    _bad_row("1e400", "b,1e400,40.01234"),
    _bad_row("hexadecimal", "b,0x2E,40.01234"),
    point("arabic digits", HEAD + GOOD_ROW + "b,46.91234,٤٠.٠١\n", DOUBT, (1, 0, 1), (2, 0, 0), (1, 1, 0), told="digit|number|٤"),
    point("a full-width digit", HEAD + GOOD_ROW + "b,46.91234,４０.01\n", DOUBT, (1, 0, 1), (2, 0, 0), (1, 1, 0)),
    point("whole degrees", HEAD + "a,47,40\n", REFUSED | TOLD, (1, 0, 0), (0, 1, 0), (0, 0, 1), told="precis|round|whole|uncertain"),
    point("outside the area", HEAD + GOOD_ROW + "b,10.5,52.5\n", DOUBT, (2, 0, 0), (1, 0, 1), told="outside_area"),
    point("exactly on the edge of the area", HEAD + "a,44.50000,40.01234\nb,51.00000,42.10000\n", ACCEPT, (2, 0, 0)),
    point("a comma for a point in one row only", "incident_id;lon;lat\na;46.92736;39.99096\nb;46,92736;39,99096\n", READ | DOUBT, (2, 0, 0), (1, 1, 0), look=at()),
    point("a thousands separator", "incident_id;x;y\na;664 546,03;4 428 532,86\n", SAID | REJECT, (1, 0, 0), (0, 1, 0), (0, 0, 1), crs="EPSG:32638", look=at()),
    point("degrees in words of a cell", 'incident_id,lon,lat\na,"46°55\'38.50""E","39°59\'27.46""N"\n', SAID | REJECT | ACCEPT, (1, 0, 0), (0, 1, 0), (0, 0, 1), look=at()),
    point("hemispheres in the wrong columns", "incident_id,lon,lat\na,39.99096 N,46.92736 E\n", SAID | REJECT, (1, 0, 0), (0, 1, 0), (0, 0, 1), look=at()),
    point("coordinates of another point in a second pair", "incident_id,lon,lat,easting,northing\na,46.92736,39.99096,664546,4400000\n", ANY_BUT_ACCEPT, counted=1),
    point("eight digits for a village", "incident_id,location_level,lon,lat\na,settlement,46.92736123,39.99096123\n", SAID, (1, 0, 0), told="precis|digit"),
    trap("a point on the middle of a town", "a.csv", catalogued("incidents", f"incident_id,location_level,lon,lat\na,measured_gnss,{A_LON},{A_LAT}\n",
         ("settlements", "s.csv", f"settlement,district,lon,lat\nAğdam,Ağdam,{A_LON},{A_LAT}\n")), SAID, (1, 0, 0), told="cent(re|roid|er)|settlement", beside=("s.csv",)),
    trap("a point outside its stated district", "a.csv", catalogued("incidents", "incident_id,district,lon,lat\na,Ağdam,46.61,39.11\n",
         ("districts", "d.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"district_id":"1","name":"Ağdam"},"geometry":{"type":"Polygon","coordinates":[[[46.81234,39.9],[47.0,39.9],[47.0,40.1],[46.81234,40.1],[46.81234,39.9]]]}}]}')),
         SAID, (1, 0, 0), told="district", beside=("d.geojson",)),
    *(trap(f"a point outside its district, {how}", "a.csv", catalogued("incidents", f"incident_id,district,lon,lat\na,{name},46.61234,39.11234\n", ("districts", "d.geojson", DISTRICT)),
           SAID, (1, 0, 0), told="district_disagrees|outside|unknown_district", beside=("d.geojson",))
      for how, name in (("in capitals", "ZƏNGİLAN"), ("in decomposed letters", unicodedata.normalize("NFD", "Zəngilan")), ("with a hard blank", "Zəngilan\u00a0"), ("with a letter that looks alike", "Zəngilаn"))),
    trap("an accident in land that is closed", "a.csv", catalogued("incidents", "incident_id,date_start,location_level,lon,lat\na,2022-01-28,measured_gnss,46.50512,39.50512\n", ("hazards", "h.geojson", hazards(polygon(square()), status="closed", reported_on="2021-03-01"))),
         DOUBT, (1, 0, 0), told="cleared|closed", beside=("h.geojson",)),
    trap("one event in two files", "a.csv", catalogued("incidents", "incident_id,date_start,district,device_category,injured_civilian\na,2021-01-28,Tərtər,av_mine,1\n",
         ("incidents", "b.csv", "incident_id,date_start,district,device_category,injured_civilian\nx7,2021-01-28,Tərtər,av_mine,1\n")), ACCEPT | SAID, (1, 0, 0), told="duplicate|same", beside=("b.csv",)),
    trap("a point on the border of a zone", "a.csv", catalogued("incidents", "incident_id,lon,lat\na,46.81234,40.0\n",
         ("zones", "z.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"zone_id":"z"},"geometry":{"type":"Polygon","coordinates":[[[46.81234,39.9],[47.0,39.9],[47.0,40.1],[46.81234,40.1],[46.81234,39.9]]]}}]}')),
         SAID, (1, 0, 0), told="border|edge", beside=("z.geojson",)),
)  # fmt: skip

SYSTEMS: Sequence[Trap] = (
    point("no reference system", HEAD + "a,46.92736,39.99096\n", REFUSED, counted=1, crs=None, told="reference system|WGS 84"),
    point("metres without a reference system", "incident_id,x,y\na,664546.03,4428532.86\n", REJECT, counted=1, crs=None, told="reference system"),
    point("metres said to be degrees", "incident_id,x,y\na,664546.03,4428532.86\n", REJECT, (0, 0, 1)),
    point("degrees said to be metres", HEAD + "a,46.92736,39.99096\n", REFUSED, counted=1, crs="EPSG:32638", told="outside_area|degrees"),
    point("UTM", "incident_id,easting,northing\na,664546.03,4428532.86\n", SAID, (1, 0, 0), crs="EPSG:32638", look=at(within_m=0.5)),
    point("UTM of the next zone", "incident_id,easting,northing\na,664546.03,4428532.86\n", REFUSED, (1, 0, 0), (0, 0, 1), crs="EPSG:32639", told="outside_area"),
    point("UTM with easting and northing swapped", "incident_id,easting,northing\na,4428532.86,664546.03\n", REFUSED, (1, 0, 0), (0, 0, 1), crs="EPSG:32638", told="outside_area|swap"),
    point("SK-42 geographic", "incident_id,lon,lat\na,46.92855556,39.99104722\n", SAID, (1, 0, 0), crs="EPSG:4284", told="accuracy", look=at(within_m=1)),
    point("SK-42 grid of zone 8", "incident_id,easting,northing\na,8664716.58,4430395.18\n", SAID, (1, 0, 0), crs="EPSG:28408", told="accuracy", look=at(within_m=1)),
    point("SK-42 grid, X northing and Y easting", "incident_id,x,y\na,4430395.18,8664716.58\n", SAID | REJECT, (1, 0, 0), (0, 1, 0), (0, 0, 1), crs="EPSG:28408", told="outside_area|swap|northing|easting|axes", look=lambda frame: at(within_m=1)(frame) or never_at(-28.0, 54.0)(frame)),
    point("SK-42 grid of zone 8 said to be zone 9", "incident_id,easting,northing\na,8664716.58,4430395.18\n", REFUSED, (1, 0, 0), (0, 0, 1), crs="EPSG:28409", told="outside_area|zone"),
    point("SK-42 grid without its zone said to have one", "incident_id,easting,northing\na,664716.58,4430395.18\n", REFUSED, (1, 0, 0), (0, 0, 1), crs="EPSG:28408", told="outside_area|zone|finite"),
    point("SK-42 grid with its zone said to have none", "incident_id,easting,northing\na,8664716.58,4430395.18\n", REFUSED, (1, 0, 0), (0, 0, 1), crs="EPSG:2498", told="outside_area|zone|finite"),
    point("SK-42 grid without its zone", "incident_id,easting,northing\na,664716.58,4430395.18\n", SAID, (1, 0, 0), crs="EPSG:2498", look=at(within_m=1)),
    point("a deprecated code", "incident_id,easting,northing\na,664716.58,4430395.18\n", SAID, (1, 0, 0), crs="EPSG:28468", look=at(within_m=1)),
    point("a system of another country", "incident_id,easting,northing\na,8664716.58,4430395.18\n", REFUSED, counted=1, crs="EPSG:20008", told="20008|1995|area"),
    point("a coordinate that has no place", "incident_id,easting,northing\na,664546.03,4428532.86\nb,1e30,1e30\n", DOUBT, (1, 0, 1), crs="EPSG:32638", rows=(3,)),
    trap("a GeoJSON in SK-42 as the file says", "a.geojson", points([8664716.58, 4430395.18]).replace('"features"', '"crs":{"type":"name","properties":{"name":"EPSG:28408"}},"features"', 1),
         SAID, (1, 0, 0), kind="incidents", told="accuracy", look=at(within_m=1)),
    trap("a GeoJSON in SK-42 degrees as the file says", "a.geojson", points([46.92855556, 39.99104722]).replace('"features"', '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4284"}},"features"', 1),
         SAID, (1, 0, 0), kind="incidents", told="accuracy", look=at(within_m=1)),
)  # fmt: skip

TEXTS: Sequence[Trap] = (
    _text("every notation in one column", SAID, "39.99096, 46.92736", "39,99096; 46,92736", "39°59′27.46″N 46°55′38.50″E", "N39 59 27.46 E46 55 38.50", "39°59'27,46\" с.ш. 46°55'38,50\" в.д.",
          "39°59.458′N 46°55.642′E", "38N 664546 4428533", "664546.03E 4428532.86N EPSG:32638", "38SPK6454628532", "38S PK 6454 2853", "X=4430395 Y=8664717", "B=39°59′27.77″ L=46°55′42.80″"),
    _text("a column of MGRS", SAID, "38SPK6454628532", "38SPK6454228529"),
    _text("MGRS of the wrong band", ANY_BUT_ACCEPT, "38SPK6454628532", "38TPK6454628532", placed=1, told="band|38T"),
    _text("MGRS that lost a digit", ANY_BUT_ACCEPT, "38SPK6454628532", "8SPK6454628532", "38SPK645462853", placed=1),
    point("MGRS of a square of 100 km", TEXT_HEAD + "a;38SPK\n", ANY_BUT_ACCEPT, (1, 0, 0), (0, 0, 1), look=lambda frame: bool(frame.geometry.isna().all() or (frame["uncertainty_m"] >= 70_000).all())),
    _text("MGRS with letters that are not used", ANY_BUT_ACCEPT, "38SPK6454628532", "38SIO6454628532", placed=1),
    _text("a grid pair without its zone", ANY_BUT_ACCEPT, "39.99096, 46.92736", "X=4430395 Y=664717", placed=1, told="28408|2498|32638|reading"),
    _text("a swapped pair", ANY_BUT_ACCEPT, "39.99096, 46.92736", "46.92736, 39.99096", placed=1, told="swap"),
    _text("degrees and minutes read as degrees", ANY_BUT_ACCEPT | ACCEPT, "39 59.4576, 46 55.6416", avoid=(46.556416, 39.594576), placed=1),
    point("pairs that are cut", TEXT_HEAD + f"a;{A_LAT}, {A_LON}\nb;{A_LAT}, 46.\nc;{A_LAT}\n", DOUBT, (1, 0, 2), (2, 0, 1), (3, 0, 0),
          look=lambda frame: all(shape is None or at(within_m=75)(frame.loc[[row]]) or frame.loc[row, "uncertainty_m"] > 40_000 for row, shape in frame.geometry.items())),
    _text("words for a place", ANY_BUT_ACCEPT, "39.99096, 46.92736", "north of the bridge", placed=1),
    _text("two places in one cell", ANY_BUT_ACCEPT, "39.99096, 46.92736", "39.99096, 46.92736; 39.49096, 46.42736", placed=1),
    _text("70 minutes in a text", ANY_BUT_ACCEPT, "39.99096, 46.92736", "39°70′27.46″N 46°55′38.50″E", placed=1),
    _text("two norths", ANY_BUT_ACCEPT, "39.99096, 46.92736", "39°59′27.46″N 46°55′38.50″N", placed=1),
)  # fmt: skip
