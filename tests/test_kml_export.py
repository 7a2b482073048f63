"""KML held to the structure of OGC KML 2.2 and read by GDAL, lxml and defusedxml: every record, typed, and no text that runs."""

from __future__ import annotations

import dataclasses
import html
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import defusedxml.ElementTree
import fiona
import fiona.drvsupport
import numpy as np
import pyogrio
import pytest
import shapely
from lxml import etree

from mapper.crs import geodesic_circle, geodesic_distance_m
from mapper.output.formats import kml, kmz
from mapper.output.formats.kml_style import styles
from tests import office_tables as given
from tests.hostile import ALL, MANY

if TYPE_CHECKING:
    from collections.abc import Sequence

NS = {"k": "http://www.opengis.net/kml/2.2"}
RULES = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "kml22.xsd"))


def written(folder: Path, *tables: Any, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables, and any fact
    """Write the document and return the notices."""
    folder.mkdir(exist_ok=True)
    return kml.write(tables or given.all_tables(), folder, dataclasses.replace(given.FACTS, **facts))


def document(folder: Path) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the document as lxml reads it, once it holds to the rules."""
    tree = etree.parse(folder / kml.FILE_NAME)
    faults = structure_faults(tree)
    assert not faults, faults
    return tree


def structure_faults(tree: Any) -> list[str]:  # noqa: ANN401 - lxml has no types
    """Return what breaks a rule of KML 2.2: those of its schema, and those that only its text states."""
    RULES.validate(tree)
    faults = [str(error) for error in RULES.error_log]
    named = {f"#{name}" for name in tree.xpath("//@id")}
    faults += [
        f"nothing is {url}"
        for url in tree.xpath("//k:styleUrl/text() | //@schemaUrl", namespaces=NS)
        if url not in named
    ]
    fields = {
        (f"#{schema.get('id')}", field.get("name")): field.get("type")
        for schema in tree.iterfind(".//k:Schema", NS)
        for field in schema.iterfind("k:SimpleField", NS)
    }
    for data in tree.iterfind(".//k:SchemaData", NS):
        for value in data.iterfind("k:SimpleData", NS):
            kind = fields.get((data.get("schemaUrl"), value.get("name")))
            if kind is None:
                faults.append(f"{value.get('name')} is no field of {data.get('schemaUrl')}")
            elif kind in {"int", "double"}:
                {"int": int, "double": float}[kind](value.text)
    for text in tree.xpath("//k:coordinates/text()", namespaces=NS):
        pairs = [pair.split(",") for pair in text.split()]
        if {len(pair) for pair in pairs} != {2}:
            faults.append(f"not pairs: {text[:50]}")
            continue
        lon_lat = np.array(pairs, dtype=float)
        if (np.abs(lon_lat) > [180, 90]).any():
            faults.append(f"outside the earth: {text[:50]}")
    for ring in tree.xpath("//k:LinearRing/k:coordinates/text()", namespaces=NS):
        pairs = ring.split()
        if len(pairs) < 4 or pairs[0] != pairs[-1]:
            faults.append(f"a ring that is not closed: {ring[:50]}")
    return faults


def values(placemark: Any) -> dict[str, str]:  # noqa: ANN401 - lxml has no types
    """Return the typed values of a placemark as text."""
    return {each.get("name"): each.text or "" for each in placemark.iterfind(".//k:SimpleData", NS)}


def folder_of(tree: Any, name: str) -> Any:  # noqa: ANN401 - lxml has no types
    """Return a table's folder."""
    return tree.find(f".//k:Folder[@id='table-{name}']", NS)


def times(tree: Any, name: str) -> list[list[str]]:  # noqa: ANN401 - lxml has no types
    """Return the time of each placemark of a table: the texts of its elements in order."""
    path = "k:TimeStamp/k:when/text() | k:TimeSpan/k:begin/text() | k:TimeSpan/k:end/text()"
    return [mark.xpath(path, namespaces=NS) for mark in folder_of(tree, name).iterfind("k:Placemark", NS)]


def test_it_holds_to_the_structure_of_kml(tmp_path: Path) -> None:
    """Every table, in every language."""
    for language in ("en", "az", "ru"):
        written(tmp_path, language=language)
        document(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<open>1</open>", "<open>maybe</open>"),
        ("<styleUrl>#zones-whole</styleUrl>", "<styleUrl>#zones-hole</styleUrl>"),
        ("<when>2021-03-04</when>", "<when>04.03.2021</when>"),
        ("46.75,39.5", "39.5 46.75"),
        ("47.0,40.0", "247.0,40.0"),
        ('<SimpleData name="zone_id">', '<SimpleData name="zone">'),
    ],
)
def test_the_check_of_the_structure_can_fail(tmp_path: Path, old: str, new: str) -> None:
    """A document with one fault is found out."""
    written(tmp_path)
    text = (tmp_path / kml.FILE_NAME).read_text("utf-8")
    assert old in text
    assert structure_faults(etree.fromstring(text.replace(old, new).encode()).getroottree())


def test_every_record_is_read_back_by_gdal(tmp_path: Path) -> None:
    """A layer for each table, rows with and without a place, typed numbers, nulls, letters, coordinates."""
    written(tmp_path)
    layers = pyogrio.list_layers(tmp_path / kml.FILE_NAME)[:, 0].tolist()
    assert layers == [
        "Incidents",
        "Incidents: circles in which they lie",
        "Zones",
        "Hazards",
        "Orders",
        "Context",
        "Density",
    ]
    incidents = pyogrio.read_dataframe(tmp_path / kml.FILE_NAME, layer="Incidents", fid_as_index=False)
    assert incidents["incident_id"].tolist() == [f"az-{n}" for n in range(1, 6)]
    assert incidents["killed"].dtype.kind in "if"
    assert incidents["killed"].fillna(-1).tolist() == [0, -1, 2, 1_000_000, 3]
    np.testing.assert_array_equal(incidents["uncertainty_m"], [15.5, 2000, np.nan, 1 / 3, 500])
    assert incidents["note"].fillna("-").tolist() == [given.LETTERS, "-", "x", "y", "z"]
    assert incidents["date_start"].tolist() == ["2021-03-04", "2021-03-04", "2021-03", "2021", "2021-03-01"]
    for found, of in zip(incidents.geometry, given.incidents().frame.geometry, strict=True):
        assert (found is None) == (of is None)
        assert of is None or shapely.force_2d(found).distance(of) < 1e-6
    zones = pyogrio.read_dataframe(tmp_path / kml.FILE_NAME, layer="Zones")
    assert zones["zone_id"].tolist() == ["z-1", "z-2", "z-3"]
    assert zones.geometry.iloc[2] is None
    for found, of in list(zip(zones.geometry, given.zones().frame.geometry, strict=True))[:2]:
        assert shapely.symmetric_difference(found, of).area < 1e-9
    orders = pyogrio.read_dataframe(tmp_path / kml.FILE_NAME, layer="Orders", read_geometry=False)
    assert orders["order_id"].tolist() == ["or-1", "or-2", "or-3"]


def test_fiona_reads_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GDAL's older reader, which passes over the records without one."""
    monkeypatch.setitem(fiona.drvsupport.supported_drivers, "KML", "r")
    written(tmp_path)
    with fiona.open(tmp_path / kml.FILE_NAME, driver="KML", layer="Incidents") as layer:
        places = [record.geometry.coordinates[:2] for record in layer]
    expected = [(46.123456789, 39.987654321), (46.75, 39.5), (-179.9999999, -0.0000001), (47.0, 40.0)]
    np.testing.assert_allclose(places, expected, atol=1e-6)


def test_times_have_the_precision_that_is_known(tmp_path: Path) -> None:
    """A day, a month, a year as stamps, a week as a span; an open order has no end; a date without a year has no time."""
    written(tmp_path)
    tree = document(tmp_path)
    assert times(tree, "incidents") == [
        ["2021-03-04"],
        ["2021-03-04"],
        ["2021-03"],
        ["2021"],
        ["2021-03-01", "2021-03-07"],
    ]
    assert times(tree, "orders") == [["2021-01-01"], ["2021-02", "2022"], []]
    assert times(tree, "density") == [[], [], ["2021"]]
    (span,) = folder_of(tree, "orders").xpath("k:Placemark[1]/k:TimeSpan", namespaces=NS)
    assert span.find("k:end", NS) is None


def test_no_time_slider_can_hide_ground_that_is_closed(tmp_path: Path) -> None:
    """Zones and hazards have no time, and none of them is hidden at first."""
    written(tmp_path)
    tree = document(tmp_path)
    for name in ("zones", "hazards", "context"):
        assert times(tree, name) == [[]] * 3
        assert not folder_of(tree, name).xpath(".//k:visibility", namespaces=NS)


def test_names_say_what_a_hatch_would(tmp_path: Path) -> None:
    """The extent of a zone, the class of a hazard, how far a place is known; an unknown code looks like the strictest."""
    notices = written(tmp_path)
    tree = document(tmp_path)
    zones = folder_of(tree, "zones").xpath("k:Placemark", namespaces=NS)
    assert zones[0].findtext("k:name", namespaces=NS) == "Ağdam · Whole district"
    assert zones[2].findtext("k:styleUrl", namespaces=NS) == "#zones-whole"
    hazards = folder_of(tree, "hazards").xpath("k:Placemark", namespaces=NS)
    assert hazards[1].findtext("k:name", namespaces=NS) == "b · Suspected hazardous area (SHA) · Closed"
    assert hazards[2].findtext("k:styleUrl", namespaces=NS) == "#hazards-indication-open"
    assert folder_of(tree, "incidents").xpath("k:Placemark[2]/k:name/text()", namespaces=NS) == [
        "2021-03-04 · Şuşa · ± 2,000 m"
    ]
    hatches = "KML has no hatches"
    assert any(hatches in notice for notice in notices)
    assert hatches in tree.findtext(".//k:Document/k:description", namespaces=NS)


def test_colours_are_those_of_the_vocabulary() -> None:
    """In KML's order alpha, blue, green, red: #7B2D8B of a whole district, seen through, with its line in full."""
    look = dict(styles())["zones-whole"]
    assert "<LineStyle><color>ff8b2d7b</color>" in look
    assert "<PolyStyle><color>558b2d7b</color><fill>1</fill>" in look
    assert "href" not in "".join(content for _, content in styles())  # nothing is fetched


def test_a_place_known_to_a_circle_is_drawn_with_it(tmp_path: Path) -> None:
    """Three are, the measured one is not; that of the first is 2,000 m wide on the ellipsoid, never less, up to 0.3 % more."""
    written(tmp_path, given.incidents())
    circles = folder_of(document(tmp_path), "incidents-circles").xpath(".//k:coordinates/text()", namespaces=NS)
    assert len(circles) == 3
    ring = np.array([pair.split(",") for pair in circles[0].split()], dtype=float)
    middle = (ring[:-1] + ring[1:]) / 2
    for corners in (ring, middle):
        metres = geodesic_distance_m(46.75, 39.5, corners[:, 0], corners[:, 1])
        assert metres.min() > 1999.9
        assert metres.max() < 2006


@pytest.mark.parametrize("lat", [-70.0, 0.0, 39.5, 85.0])
def test_a_circle_covers_its_radius(lat: float) -> None:
    """At any latitude: sides touch the circle from outside (1 m of 10 km is left to rounding and the ellipsoid)."""
    (circle,) = geodesic_circle([20.0], [lat], [10_000.0])
    along = shapely.get_coordinates(shapely.segmentize(circle.exterior, 0.001))
    metres = geodesic_distance_m(20.0, lat, along[:, 0], along[:, 1])
    assert metres.min() > 9_999 - 12 * (abs(lat) > 80)  # straight lines of degrees bow near the pole
    assert metres.max() < 10_030


def test_hostile_texts_are_text(tmp_path: Path) -> None:
    """As data they come back letter for letter; in a balloon, which is read as HTML, they are no markup and fetch no field."""
    written(tmp_path, given.incidents(list(MANY)), titles={"en": ALL})
    tree = document(tmp_path)
    marks = folder_of(tree, "incidents").findall("k:Placemark", NS)
    assert [values(mark)["note"] for mark in marks] == [text.replace("\ufffe", "\ufffd") for text in MANY]
    for mark, payload in zip(marks, MANY, strict=True):
        balloon = mark.findtext("k:description", namespaces=NS)
        assert set(etree_tags(balloon)) <= {"br"}
        assert "$[" not in balloon
        assert payload in html.unescape(balloon.replace("<br/>", "\n"))
    assert tree.findtext(".//k:Document/k:name", namespaces=NS) == ALL
    assert set(etree_tags(tree.findtext(".//k:Document/k:description", namespaces=NS))) <= {"br"}


def etree_tags(markup: str) -> Sequence[str]:
    """Return every element that a reader of HTML finds in a text."""
    root = etree.fromstring(f"<body>{markup}</body>", etree.HTMLParser())
    return [element.tag for element in root.iter() if element.tag not in {"html", "body", "p"}]


def test_a_reader_that_trusts_nobody_takes_it(tmp_path: Path) -> None:
    """No document type, no entity, no address to fetch: defusedxml refuses each of them."""
    written(tmp_path, given.incidents([*MANY, "a\0b", "\ud800", "\x1b"]))
    tree = defusedxml.ElementTree.parse(tmp_path / kml.FILE_NAME, forbid_dtd=True)
    assert len(tree.findall(".//k:Folder[@id='table-incidents']/k:Placemark", NS)) == len(MANY) + 3


def test_characters_without_a_place_in_xml_are_told(tmp_path: Path) -> None:
    """They are replaced, and the number of such texts is told."""
    notices = written(tmp_path, given.incidents(["a\0b", "fine", "c\x1bd"]))
    assert any(notice.startswith("2 texts hold characters that XML cannot hold") for notice in notices)
    marks = folder_of(document(tmp_path), "incidents").findall("k:Placemark", NS)
    assert [values(mark)["note"] for mark in marks] == ["a\ufffdb", "fine", "c\ufffdd"]


def test_records_without_a_place_are_told(tmp_path: Path) -> None:
    """One accident, one zone, three orders: they are in the file, and some readers pass over them."""
    assert any(notice.startswith("5 records have no place") for notice in written(tmp_path))


def test_the_document_states_its_licence_and_its_caveats(tmp_path: Path) -> None:
    """With the dates and the duty to share alike."""
    written(tmp_path)
    about = html.unescape(document(tmp_path).findtext(".//k:Document/k:description", namespaces=NS))
    for stated in (
        given.LICENCE,
        "Share alike",
        "as of 2024-02-29",
        "Out of date after: 2024-08-29",
        "Not for navigation",
    ):
        assert stated in about


def test_two_writes_are_byte_equal(tmp_path: Path) -> None:
    """KMZ too, whose archive holds the very document, dated 1980."""
    for name in ("a", "b"):
        written(tmp_path / name)
        kmz.write(given.all_tables(), tmp_path / name, given.FACTS)
    for name in (kml.FILE_NAME, kmz.FILE_NAME):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with zipfile.ZipFile(tmp_path / "a" / kmz.FILE_NAME) as archive:
        (entry,) = archive.infolist()
        assert (entry.filename, entry.date_time) == ("doc.kml", (1980, 1, 1, 0, 0, 0))
        assert archive.read(entry) == (tmp_path / "a" / kml.FILE_NAME).read_bytes()


def test_each_record_of_an_internal_export_is_marked(tmp_path: Path) -> None:
    """In the data, in the balloon, and the document."""
    written(tmp_path, given.incidents(), marking="INTERNAL")
    tree = document(tmp_path)
    marks = folder_of(tree, "incidents").findall("k:Placemark", NS)
    assert [values(mark)["marking"] for mark in marks] == ["INTERNAL"] * 5
    assert all("INTERNAL" in mark.findtext("k:description", namespaces=NS) for mark in marks)
    assert "INTERNAL" in tree.findtext(".//k:Document/k:description", namespaces=NS)
