"""Which of the file's columns is which of ours."""

import pytest

from mapper import schema
from mapper.errors import DataRefused, UsageError
from mapper.intake.columns import common_names, fold, map_columns, parse_stated


def test_a_stated_column_wins_over_a_name_that_is_ours() -> None:
    """What the caller says outranks how a column is called."""
    assert map_columns(["incident_id", "ID_NO"], "incidents", {"incident_id": "ID_NO"}) == {"ID_NO": "incident_id"}


def test_a_name_that_is_ours_wins_over_a_common_name() -> None:
    """`lat` is ours; `latitude` beside it is then an unknown column, not a rival."""
    assert map_columns(["lat", "latitude", "lon"], "incidents", {}) == {"lat": "lat", "lon": "lon"}


def test_two_common_names_for_one_column_are_refused() -> None:
    """Neither of two latitudes is chosen."""
    with pytest.raises(DataRefused, match="'Latitude' and 'lat_dd' could each be 'lat'") as refused:
        map_columns(["Latitude", "lat_dd", "lon"], "incidents", {}, file="a.csv")
    assert "--column lat=NAME" in str(refused.value)


def test_stating_one_of_two_settles_it() -> None:
    """The advice of the refusal works."""
    found = map_columns(["Latitude", "lat_dd", "lon"], "incidents", {"lat": "lat_dd"})
    assert found == {"lat_dd": "lat", "lon": "lon"}


def test_a_stated_column_that_is_missing_is_refused() -> None:
    """A typing error in --column is not passed over."""
    with pytest.raises(DataRefused, match="there is no column 'LATT' to read 'lat' from"):
        map_columns(["lat", "lon"], "incidents", {"lat": "LATT"})


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("Широта", "lat"), ("ENLİK", "lat"), ("Boylam", "lon"), ("Uzunluq", "lon"), ("Həlak olanlar", "killed_unknown")],
)
def test_names_in_other_languages(theirs: str, ours: str) -> None:
    """Capitals with and without a dot, and letters with marks, are folded alike."""
    assert map_columns([theirs], "incidents", {}) == {theirs: ours}


@pytest.mark.parametrize("name", ["description", "narrative", "notes", "comment", "victim name"])
def test_free_text_is_never_taken_by_its_name(name: str) -> None:
    """A stranger's narrative may hold names of victims, so it must be asked for."""
    assert map_columns([name], "incidents", {}) == {}


@pytest.mark.parametrize("name", ["location", "place", "where_coordinates", "ordnance", "munition"])
def test_words_that_may_head_a_sentence_are_not_taken(name: str) -> None:
    """`location` may hold "at the house of so-and-so"."""
    assert map_columns([name], "incidents", {}) == {}


def test_a_stranger_s_free_text_must_be_stated() -> None:
    """Under our very name too, and for zones as for accidents; places and devices with our name are taken."""
    ours = ["note", "settlement", "settlement_as_reported", "device_as_reported"]
    assert list(map_columns(ours, "incidents", {}, catalogued=False)) == ours[1:]
    assert list(map_columns(ours, "incidents", {})) == ours
    assert map_columns(["note"], "incidents", {"note": "note"}, catalogued=False) == {"note": "note"}
    assert map_columns(["note", "extent_note"], "zones", {}, catalogued=False) == {}


@pytest.mark.parametrize(
    ("names", "whole", "part"),
    [
        (["killed", "civilians killed"], "killed", "civilians killed"),
        (["best", "deaths_civilians"], "best", "deaths_civilians"),
        (["killed_civilian", "killed"], "killed", "killed_civilian"),
        (["killed_unknown", "soldiers killed"], "killed_unknown", "soldiers killed"),
        (["wounded", "injured_deminer"], "wounded", "injured_deminer"),
    ],
)
def test_victims_are_not_counted_twice(names: list[str], whole: str, part: str) -> None:
    """A total beside a part of it, at least one of them told by a common name: the caller must say which is meant."""
    with pytest.raises(DataRefused, match="count the same victims twice") as refused:
        map_columns(names, "incidents", {}, file="a.csv")
    outcome = "injured" if "injured" in part else "killed"
    assert f"'{whole}' and '{part}'" in refused.value.what
    assert f"--column {outcome}_unknown='{whole}'" in str(refused.value)


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ({"killed_unknown": "killed"}, {"killed": "killed_unknown"}),
        (
            {"killed_civilian": "civilians killed"},
            {"civilians killed": "killed_civilian", "soldiers killed": "killed_military"},
        ),
        (
            {"killed_unknown": "killed", "killed_civilian": "civilians killed"},
            {"killed": "killed_unknown", "civilians killed": "killed_civilian"},
        ),
    ],
)
def test_stating_the_casualties_that_are_meant_settles_it(stated: dict[str, str], read: dict[str, str]) -> None:
    """The other side is then left out where it was only guessed."""
    assert map_columns(["killed", "civilians killed", "soldiers killed"], "incidents", stated) == read


def test_casualties_that_are_no_rivals_are_all_read() -> None:
    """Our own names beside each other are meant so; the killed are not the injured."""
    own = ["killed_unknown", "killed_civilian"]
    assert list(map_columns(own, "incidents", {})) == own
    assert list(map_columns(["killed", "civilians injured"], "incidents", {})) == ["killed", "civilians injured"]


@pytest.mark.parametrize("kind", ["incidents", "zones", "hazards", "districts", "settlements"])
def test_the_table_names_only_columns_of_the_kind(kind: str) -> None:
    """Every target of the table is a column that the schema has (coordinates and sources: where the kind has them)."""
    columns = {column.name for column in schema.COLUMNS[kind]} | {"lon", "lat", "coordinates", "source_ids"}
    assert set(common_names(kind).values()) <= columns


@pytest.mark.parametrize("name", ["Lat.", " lat ", "LAT", "lat"])
def test_folding_ignores_case_marks_and_blanks(name: str) -> None:
    """Four spellings of one name."""
    assert fold(name) == "lat"


@pytest.mark.parametrize("pair", ["lat", "lat=", "=x", "latt=x"])
def test_a_bad_pair_is_a_usage_error(pair: str) -> None:
    """The sentence names what was typed."""
    with pytest.raises(UsageError, match="does not say which column is which"):
        parse_stated([pair])
