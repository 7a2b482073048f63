"""GPX 1.1 held to its schema and read by fiona and pyogrio; what is not in it is told."""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import fiona
import numpy as np
import pyogrio
from lxml import etree

from mapper.output.formats import gpx
from tests import office_tables as given
from tests.hostile import ALL, MANY

NS = {"g": "http://www.topografix.com/GPX/1/1"}
RULES = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "gpx11.xsd"))


def written(folder: Path, *tables: Any, **facts: Any) -> tuple[str, ...]:  # noqa: ANN401 - tables, and any fact
    """Write the waypoints and return the notices."""
    folder.mkdir(exist_ok=True)
    return gpx.write(tables or given.all_tables(), folder, dataclasses.replace(given.FACTS, **facts))


def document(folder: Path) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the document as lxml reads it, once it holds to the schema."""
    tree = etree.parse(folder / gpx.FILE_NAME)
    RULES.assertValid(tree)
    return tree


def test_waypoints_are_read_back_by_fiona(tmp_path: Path) -> None:
    """Those with a place, in order, named by their ids, with the sign for danger."""
    written(tmp_path)
    document(tmp_path)
    with fiona.open(tmp_path / gpx.FILE_NAME, layer="waypoints") as layer:
        records = list(layer)
    assert [record.properties["name"] for record in records] == ["az-1", "az-2", "az-4", "az-5"]
    assert {record.properties["sym"] for record in records} == {"Danger Area"}
    expected = [(46.123456789, 39.987654321), (46.75, 39.5), (-179.9999999, -0.0000001), (47.0, 40.0)]
    np.testing.assert_allclose([record.geometry.coordinates[:2] for record in records], expected, atol=1e-6)
    described = records[0].properties["desc"]
    assert given.LETTERS in described
    assert "district: Ağdam" in described


def test_a_time_is_given_only_where_one_whole_day_is_known(tmp_path: Path) -> None:
    """Of the four with a place: a day, an hour on a day, a year, a week. Read by pyogrio."""
    written(tmp_path)
    read = pyogrio.read_dataframe(tmp_path / gpx.FILE_NAME, layer="waypoints")
    assert read["time"].notna().tolist() == [True, True, False, False]
    stated = document(tmp_path).xpath("//g:time/text()", namespaces=NS)
    assert stated == ["2021-03-04T00:00:00Z"] * 2


def test_a_place_known_to_a_circle_says_so_first(tmp_path: Path) -> None:
    """No receiver may show the middle of a circle as a measured place."""
    written(tmp_path)
    (described,) = document(tmp_path).xpath("//g:wpt[2]/g:desc/text()", namespaces=NS)
    assert described.startswith("Not here exactly: somewhere within 2,000 m.")


def test_what_is_left_out_is_told_and_kept_beside(tmp_path: Path) -> None:
    """The accident without a place, by number and in a table; and the tables that GPX has no room for."""
    notices = written(tmp_path)
    assert notices[0] == "1 accident has no place and is not among the waypoints; it is in *-without-a-place.csv."
    assert "none of: Zones, Hazards, Orders, Context, Density" in notices[1]
    text = (tmp_path / gpx.LEFT_OUT).read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["incident_id"], row["district"], row["killed"]) == ("az-3", "Ağdərə", "2")


def test_without_accidents_there_is_no_file(tmp_path: Path) -> None:
    """An empty one would say that there are none."""
    notices = written(tmp_path, given.zones())
    assert list(tmp_path.iterdir()) == []
    assert notices[0] == "There are no accidents, so no GPX file is written."


def test_metadata_state_what_the_file_cannot_tell(tmp_path: Path) -> None:
    """Caveats, dates, how many are in it, and the box around them."""
    written(tmp_path)
    tree = document(tmp_path)
    stated = tree.findtext(".//g:metadata/g:desc", namespaces=NS)
    for text in (
        "Not for navigation",
        "as of 2024-02-29",
        "Out of date after: 2024-08-29",
        "4 accidents with a place; 1 without",
    ):
        assert text in stated
    (bounds,) = tree.xpath("//g:bounds", namespaces=NS)
    assert [float(bounds.get(name)) for name in ("minlon", "maxlon", "maxlat")] == [-179.9999999, 47.0, 40.0]


def test_hostile_texts_are_text(tmp_path: Path) -> None:
    """No markup, no entity, no document type."""
    written(tmp_path, given.incidents(list(MANY)), titles={"en": ALL})
    tree = defusedxml.ElementTree.parse(tmp_path / gpx.FILE_NAME, forbid_dtd=True)
    described = [element.text for element in tree.findall(".//g:wpt/g:desc", NS)]
    assert len(described) == len(MANY) - 1  # the third has no place
    placed = [*MANY[:2], *MANY[3:]]
    assert all(payload in text for payload, text in zip(placed, described, strict=True))
    document(tmp_path)


def test_two_writes_are_byte_equal(tmp_path: Path) -> None:
    """No clock is in it."""
    written(tmp_path / "a")
    written(tmp_path / "b")
    assert (tmp_path / "a" / gpx.FILE_NAME).read_bytes() == (tmp_path / "b" / gpx.FILE_NAME).read_bytes()
