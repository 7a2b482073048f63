"""One accident recorded twice, and one id borne twice: told, never merged."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from mapper.analysis.duplicates import possible_duplicates, repeated_ids
from mapper.model import LayerEntry
from mapper.schema import INJURED, KILLED

HERE, FAR = shapely.Point(46.9, 40.0), shapely.Point(47.1, 40.0)  # 17 km apart


def accident(incident_id: str, **more: object) -> dict[str, object]:
    """One accident of 28 January 2021 in Tərtər: an anti-vehicle mine, one civilian injured, nothing said of the others."""
    return {
        "incident_id": incident_id,
        "date_start": "2021-01-28",
        "date_end": None,
        "district": "Tərtər",
        "device_category": "av_mine",
        "source_ids": "s1",
        "place": "district",
        "uncertainty_m": np.nan,
        "geometry": None,
        **dict.fromkeys([*KILLED, *INJURED]),
        "injured_civilian": 1,
        **more,
    }


def layer(*rows: dict[str, object], name: str = "accidents") -> tuple[LayerEntry, gpd.GeoDataFrame]:
    """Make a layer as it comes from its checks: counts as Int64, rows from 2 on."""
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=4326, index=range(2, 2 + len(rows)))
    typed = frame.astype({**dict.fromkeys([*KILLED, *INJURED], "Int64"), "date_end": "str", "source_ids": "str"})
    return LayerEntry(name=name, kind="incidents", path=Path(f"{name}.csv")), typed


def found_in(*layers: tuple[LayerEntry, gpd.GeoDataFrame]) -> list[tuple[str | None, int | None, str, str | None]]:
    """Layer, row, severity and value of each finding."""
    return [(each.layer, each.row, each.severity, each.value) for each in possible_duplicates(layers)]


def test_two_outlets_of_one_layer() -> None:
    """The first report's own case: the same day, district, device and casualty."""
    assert found_in(layer(accident("a"), accident("b", source_ids="s2"))) == [
        ("accidents", 3, "warning", "b as a (row 2); no source in common")
    ]


def test_two_layers() -> None:
    """The other place is named with its file."""
    ours, theirs = layer(accident("a")), layer(accident("x", date_start="2021-02-01"), accident("b"), name="agency")
    assert found_in(ours, theirs) == [("agency", 3, "warning", "b as a (row 2 of accidents.csv); a source in common")]


def test_three_are_one_finding() -> None:
    """At the last of them."""
    assert found_in(layer(accident("a"), accident("b"), accident("c", source_ids=None))) == [
        ("accidents", 4, "warning", "c as a (row 2), b (row 3); source not stated")
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"date_start": "2021-01-29"},
        {"date_end": "2021-01-30"},
        {"district": "Ağdam"},
        {"device_category": "ap_mine"},
        {"injured_civilian": 2},
        {"injured_civilian": None, "injured_military": 1},
        {"killed_civilian": 1},
    ],
)
def test_one_difference_is_enough(other: dict[str, object]) -> None:
    """Each part of the key decides by itself."""
    assert found_in(layer(accident("a"), accident("b", **other))) == []


@pytest.mark.parametrize(
    "other",
    [
        {"date_end": "2021-01-28"},  # the end of one day is that day
        {"district": "TƏRTƏR "},
        {"killed_civilian": 0},  # "nobody killed" against a page that says nothing of the killed
        {"settlement": "Suqovuşan"},
    ],
)
def test_the_same_in_other_words(other: dict[str, object]) -> None:
    """Spelling of the district, and what one outlet leaves out."""
    assert len(found_in(layer(accident("a"), accident("b", **other)))) == 1


@pytest.mark.parametrize(
    "shared",
    [
        {"date_start": "2021-01"},
        {"date_start": "--01-28"},
        {"date_start": None},
        {"district": None},
        {"device_category": None, "injured_civilian": None},
        {"device_category": "unknown", "injured_civilian": None},
    ],
)
def test_what_says_too_little_is_not_compared(shared: dict[str, object]) -> None:
    """Two accidents of one month, or of no district, device and casualty, are alike in nothing that counts."""
    assert found_in(layer(accident("a", **shared), accident("b", **shared))) == []


def test_a_day_not_later_than() -> None:
    """Where only the end is stated ("reported on the 28th"), it is the day; it is no other record's whole day."""
    until = {"date_start": None, "date_end": "2021-01-28"}
    assert len(found_in(layer(accident("a", **until), accident("b", **until)))) == 1
    assert found_in(layer(accident("a", **until), accident("b"))) == []


def test_records_without_a_district_are_compared_by_their_points() -> None:
    """To 1 m (five decimals of a degree)."""
    pointed = {"district": None, "place": "point", "uncertainty_m": 0.0}
    here = accident("a", geometry=shapely.Point(46.912341, 40.012341), **pointed)
    same = accident("b", geometry=shapely.Point(46.912342, 40.012342), **pointed)
    near = accident("c", geometry=shapely.Point(46.912442, 40.012342), **pointed)
    assert [row for _, row, *_ in found_in(layer(here, same, near))] == [3]


@pytest.mark.parametrize(
    ("place", "radius_m", "at", "severity"),
    [
        ("point", 10.0, FAR, "info"),
        ("point", 10.0, HERE, "warning"),
        ("disc", 2000.0, FAR, "info"),
        ("disc", 9000.0, FAR, "warning"),
        ("district", np.nan, None, "warning"),
    ],
)
def test_places_that_cannot_be_one_are_less_of_a_doubt(
    place: str, radius_m: float, at: shapely.Point | None, severity: str
) -> None:
    """17 km lie between the two points; circles of 9 km meet, those of 2 km do not; a district may hold any point."""
    radius = 10.0 if np.isnan(radius_m) else radius_m
    one = accident("a", place="point" if place == "district" else place, uncertainty_m=radius, geometry=HERE)
    other = accident("b", place=place, uncertainty_m=radius_m, geometry=at)
    ((_, _, told, _),) = found_in(layer(one, other))
    assert told == severity


def test_every_pair_alike_is_in_one_finding() -> None:
    """Three layers of 60 records of few values, against a comparison of each with each."""
    random = np.random.default_rng(3)
    rows = [
        accident(
            f"i{number}",
            date_start=f"2021-01-{random.integers(1, 4):02d}",
            district=["Tərtər", "Ağdam"][random.integers(2)],
            device_category=["av_mine", "ap_mine", None][random.integers(3)],
            injured_civilian=[0, 1, None][random.integers(3)],
        )
        for number in range(60)
    ]
    seen = ("date_start", "district", "device_category")

    def says(row: dict[str, object]) -> tuple[object, ...]:
        return (*(row[name] for name in seen), row["injured_civilian"] or 0)

    def enough(row: dict[str, object]) -> bool:
        return row["device_category"] is not None or row["injured_civilian"] is not None

    alike: dict[tuple[object, ...], list[object]] = {}
    for row in filter(enough, rows):
        alike.setdefault(says(row), []).append(row["incident_id"])
    layers = [layer(*rows[start : start + 20], name=f"layer{start}") for start in (0, 20, 40)]
    values = [value or "" for *_, value in found_in(*layers)]
    lasts = {ids[-1]: set(ids) for ids in alike.values() if len(ids) > 1}
    assert {value.split(" as ")[0] for value in values} == set(lasts)
    assert len(values) == len(lasts)


def test_nothing_is_merged_and_nothing_moved() -> None:
    """The frames are as they were."""
    entry, frame = layer(accident("a"), accident("b"))
    before = frame.copy(deep=True)
    possible_duplicates([(entry, frame)])
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_no_layer_and_an_empty_layer() -> None:
    """Nothing to compare."""
    entry, frame = layer(accident("a"))
    assert possible_duplicates([]) == []
    assert possible_duplicates([(entry, frame.iloc[:0])]) == []
    assert possible_duplicates([(entry, frame.iloc[:0]), (entry, frame)]) == []


@pytest.mark.slow
def test_a_hundred_thousand_records_take_a_second() -> None:
    """50,000 different days and places, each twice: 50,000 findings."""
    number = 100_000
    each = np.arange(number) // 2
    frame = gpd.GeoDataFrame(
        {
            "incident_id": [f"i{count}" for count in range(number)],
            "date_start": np.char.add("2021-01-", np.char.zfill((each % 28 + 1).astype(str), 2)),
            "date_end": None,
            "district": np.char.add("d", (each // 28).astype(str)),
            "device_category": "av_mine",
            "source_ids": "s1",
            "place": "district",
            "uncertainty_m": np.nan,
            **{name: pd.array([None] * number, "Int64") for name in (*KILLED, *INJURED)},
        },
        geometry=[None] * number,
        crs=4326,
    )
    start = time.perf_counter()
    found = possible_duplicates([(None, frame)])
    took_s = time.perf_counter() - start
    assert len(found) == 50_000
    assert took_s < 5, took_s


# ------------------------------------------------------------------------------------------------ ids
def ids(*values: str, name: str = "accidents", numbered: bool = False) -> tuple[LayerEntry, pd.DataFrame]:
    """Make a layer of ids alone."""
    entry = LayerEntry(name=name, kind="incidents", path=Path(f"{name}.csv"), numbered=numbered)
    return entry, pd.DataFrame({"incident_id": pd.array(values, "str")}, index=range(2, 2 + len(values)))


def test_one_id_in_two_layers_is_told_at_its_later_place() -> None:
    """With its first one."""
    found = repeated_ids([ids("a", "b"), ids("c", "b", name="agency")], "incidents")
    assert [(each.rule, each.severity, each.layer, each.row, each.column, each.value) for each in found] == [
        ("duplicate_id", "warning", "agency", 3, "incident_id", "b, as row 3 of accidents.csv")
    ]


def test_row_numbers_that_stand_in_for_ids_are_no_ids() -> None:
    """Two files without ids both have a row 2; a file that really says row-2 is told."""
    numbered = [ids("row-2", numbered=True), ids("row-2", name="agency", numbered=True)]
    assert repeated_ids(numbered, "incidents") == []
    assert len(repeated_ids([ids("row-2"), ids("row-2", name="agency")], "incidents")) == 1


def test_one_layer_has_nothing_to_repeat_and_settlements_have_no_ids() -> None:
    """Within a layer the checks of that layer tell of it; two gazetteers name the same towns."""
    assert repeated_ids([ids("a", "b")], "incidents") == []
    towns = pd.DataFrame({"settlement": ["Ağdam"]})
    assert repeated_ids([(None, towns), (None, towns)], "settlements") == []
