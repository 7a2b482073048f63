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


@pytest.mark.parametrize("kind", ["incidents", "zones", "hazards", "districts", "settlements"])
def test_the_table_names_only_columns_of_the_kind(kind: str) -> None:
    """Every target of the table is a column that the schema has (coordinates and sources: where the kind has them)."""
    columns = {column.name for column in schema.COLUMNS[kind]} | {"lon", "lat", "source_ids"}
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
