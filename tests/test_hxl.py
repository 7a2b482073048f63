"""HXL: the row of tags maps the columns and is no record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.catalogue import layer_entry
from mapper.errors import DataRefused
from mapper.intake.checks import examine
from mapper.intake.columns import map_columns
from mapper.intake.files import read_layer
from mapper.intake.hxl import is_personal_tag, meaning, untagged
from mapper.model import Layer

if TYPE_CHECKING:
    from mapper.model import Checked

HEADER = "nömrə,gün,yer,a,b,dead,women,who\n"
TAGS = "#event+id,#date+start,#loc+name+az,#geo+lon,#geo+lat,#affected+killed,#affected+killed+f,#contact+name\n"
ROWS = "a,2021-01-28,Laçın,46.54977,39.63742,1,1,SECRET\nb,2021-01-29,Laçın,46.54977,39.63742,,,\n"
AREA = (44.5, 38.2, 51.0, 42.1)


def checked(folder: Path, text: str) -> Checked:
    """Write a CSV, read it and check it."""
    path = folder / "a.csv"
    path.write_text(text, "utf-8")
    return examine(read_layer(layer_entry(path, "incidents", crs="EPSG:4326")), area=AREA)


def test_columns_are_read_by_their_tags(tmp_path: Path) -> None:
    """Names that no table knows; the part of a total is left out, and the contact's name with its values."""
    found = checked(tmp_path, HEADER + TAGS + ROWS)
    assert found.mapping == {
        "nömrə": "incident_id",
        "gün": "date_start",
        "yer": "settlement",
        "a": "lon",
        "b": "lat",
        "dead": "killed_unknown",
    }
    told = {(each.rule, each.column) for each in found.findings}
    assert {("unknown_column", "women"), ("personal_column", "who"), ("assumed_columns", "dead")} <= told
    assert "SECRET" not in str(found.to_dict())


def test_the_row_of_tags_is_taken_out_openly(tmp_path: Path) -> None:
    """Three rows under the header: two are counted and kept, and a finding names the third by its row."""
    found = checked(tmp_path, HEADER + TAGS + ROWS)
    assert (found.ledger.counted, found.ledger.kept) == (2, 2)
    assert [(each.severity, each.row, each.done) for each in found.findings if each.rule == "hxl_tags"] == [
        ("info", 2, "It was left out of the count.")
    ]
    assert found.frame.index.tolist() == [3, 4]


def test_a_header_of_tags_takes_out_no_row(tmp_path: Path) -> None:
    """The tags are the names then."""
    found = checked(tmp_path, TAGS + ROWS)
    assert (found.ledger.counted, found.ledger.kept) == (2, 2)
    assert found.mapping["#geo+lat"] == "lat"


def test_a_tagged_column_is_never_read_by_its_name(tmp_path: Path) -> None:
    """A column called `killed` that is tagged as the women among them is not the number of killed."""
    text = "id,killed,lat,lon\n#event+id,#affected+killed+f,#geo+lat,#geo+lon\na,1,39.99096,46.92736\n"
    found = checked(tmp_path, text)
    assert found.frame["killed_unknown"].isna().all()
    assert ("unknown_column", "killed") in {(each.rule, each.column) for each in found.findings}


def test_two_columns_of_one_tag_are_refused() -> None:
    """As two latitudes by name are."""
    with pytest.raises(DataRefused, match="'x' and 'y' could each be 'lat'"):
        map_columns(["x", "y"], "incidents", {}, tags={"x": "#geo+lat", "y": "#geo +lat"})
    stated = map_columns(["x", "y"], "incidents", {"lat": "y"}, tags={"x": "#geo+lat", "y": "#geo+lat"})
    assert stated == {"y": "lat"}


@pytest.mark.parametrize(
    ("tag", "ours"),
    [
        ("#geo+lat", "lat"),
        ("#GEO + LAT", "lat"),
        ("#adm2+name", "district"),
        ("#adm2+name+v_unocha", "district"),
        ("#adm2+code", None),
        ("#adm1+name", None),
        ("#loc+name+i_en", "settlement"),
        ("#affected+killed+civilians", "killed_civilian"),
        ("#affected+killed+f", None),
        ("#affected", None),
        ("#geo+wkt", "shape_text"),
        ("#description", None),
    ],
)
def test_a_tag_counts_as_a_whole(tag: str, ours: str | None) -> None:
    """An attribute that narrows the meaning is not passed over; one of language or code list is."""
    assert meaning(tag, "incidents") == ours


@pytest.mark.parametrize("tag", ["#contact", "#contact+phone", "#respondee+name", "#beneficiary+age", "#meta+email"])
def test_tags_of_persons_are_personal(tag: str) -> None:
    """Their columns are left out whatever they are called."""
    assert is_personal_tag(tag)


@pytest.mark.parametrize(
    "row", ["#1,#geo+lat,46.9", "a,#geo+lat,#geo+lon", "#geo+lat,,", "# geo,#lat lon,#x", "46.9,40,a"]
)
def test_a_row_that_is_not_all_tags_is_a_record(row: str, tmp_path: Path) -> None:
    """One cell that is no tag, or a single tag, and the row stays in the count."""
    path = tmp_path / "a.csv"
    path.write_text(f"incident_id,lon,lat\n{row}\n", "utf-8")
    layer = read_layer(layer_entry(path, "incidents", crs="EPSG:4326"))
    assert (layer.counted, len(layer.frame), dict(layer.mapping)) == (1, 1, {})


def test_a_file_of_tags_alone_holds_no_records(tmp_path: Path) -> None:
    """The row of tags does not make a layer."""
    with pytest.raises(DataRefused, match="holds no records"):
        checked(tmp_path, HEADER + TAGS)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4), st.integers(0, 3))
def test_the_count_falls_by_the_row_taken_out(cells: list[str], more: int) -> None:
    """A law: frame and count lose the same rows, one or none, and doing it twice changes nothing."""
    names = [f"c{number}" for number in range(len(cells))]
    frame = pd.DataFrame(
        [[cell or None for cell in cells]] * (1 + more), columns=names, index=range(2, 3 + more), dtype="str"
    )
    layer = Layer(layer_entry(Path("a.csv"), "incidents"), frame, len(frame), 0, "", None, {})
    once = untagged(layer)
    assert layer.counted - once.counted == len(layer.frame) - len(once.frame) <= 1
    assert untagged(once) is once or more
