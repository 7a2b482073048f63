"""An edition's account: every record once, every casualty once, whatever layers there are."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from mapper import schema
from mapper.output.compose import empty_table
from mapper.pipeline import make_edition

if TYPE_CHECKING:
    from mapper.output.compose import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the bundled edition."""
    return make_edition()


def test_every_accident_is_in_one_place_of_the_account(edition: Edition) -> None:
    """114 rows of accidents.csv: 83 with a settlement whose point is known, 31 by district, none lost."""
    incidents = edition.counts["incidents"]
    assert incidents == {"counted": 114, "drawn": 83, "district_level": 31, "unplaced": 0, "refused": 0, "later": 0}
    assert incidents["counted"] == sum(number for key, number in incidents.items() if key != "counted")


def test_zones_and_casualties_are_those_of_the_files(edition: Edition) -> None:
    """13 zones, of which Ağdərə has no outline; 41 killed and 136 injured, each once although zones may repeat them."""
    assert edition.counts["zones"] == {"counted": 13, "drawn": 12, "without_geometry": 1, "refused": 0}
    assert edition.counts["casualties"] == {"killed": 41, "injured": 136}
    assert list(edition.zones.loc[edition.zones.geometry.isna(), "name"]) == ["Ağdərə"]
    assert edition.complete


def test_districts_count_what_was_reported_in_them(edition: Edition) -> None:
    """Over all districts each record and casualty once, as every record of the bundled layer names a district."""
    districts = edition.districts
    assert districts["incidents_reported"].sum() == 114
    assert districts["incidents_district_level"].sum() == 31
    assert (districts["killed_reported"].sum(), districts["injured_reported"].sum()) == (41, 136)
    by_name = districts.set_index("name")
    assert by_name.loc["Ağdərə", "incidents_reported"] == 4
    assert (by_name.loc["Şuşa", "zone_id"], by_name.loc["Şuşa şəhəri", "zone_id"]) == ("zone-susa", "zone-susa")
    assert by_name.loc["Bakı", "zone_id"] == ""


def test_labels_lie_in_their_districts(edition: Edition) -> None:
    """A label point is inside its outline; a district without outline has none."""
    for district in edition.districts.itertuples():
        if district.geometry is None:
            assert district.lon != district.lon
        else:
            assert district.geometry.bounds[0] < district.lon < district.geometry.bounds[2]
            assert district.geometry.bounds[1] < district.lat < district.geometry.bounds[3]


def test_the_edition_id_tells_inputs_apart(edition: Edition) -> None:
    """The same inputs give the same id, another date another one."""
    import datetime as dt

    assert make_edition().edition_id == edition.edition_id
    assert make_edition(as_of=dt.date(2021, 1, 31)).edition_id != edition.edition_id


def test_a_zone_that_could_not_be_drawn_makes_the_edition_incomplete(edition: Edition) -> None:
    """Refused zones and those that name an unknown unit; a district known to have no outline does not."""
    assert not dataclasses.replace(edition, undrawn_zones=1).complete
    layers = tuple(
        (entry, dataclasses.replace(ledger, counted=14, rejected=1) if entry.kind == "zones" else ledger, sha256)
        for entry, ledger, sha256 in edition.layers
    )
    spoilt = dataclasses.replace(edition, layers=layers)
    assert (spoilt.complete, spoilt.incomplete_zones, spoilt.counts["zones"]["refused"]) == (False, 1, 1)


@pytest.mark.parametrize("kind", schema.COLUMNS)
def test_an_empty_table_has_every_column_and_no_row(kind: str) -> None:
    """So that no later step need ask whether a layer was given."""
    table = empty_table(kind)
    expected = {column.name for column in schema.COLUMNS[kind]} - set(schema.PLACE_COLUMNS)
    assert len(table) == 0
    assert set(table.columns) - {"geometry"} == expected
    assert ("geometry" in table) == (kind in schema.GEOMETRY_OF_KIND)
