"""Two editions told apart: by hand where the difference is known, and by laws on random editions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import terms
from mapper.output.diff import Diff, Side, diff
from mapper.output.diff_geojson import COLUMNS, diff_geojson
from mapper.output.diff_told import answer, sentences
from mapper.output.outlines import compared
from tests.editions import Row, box, side

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONES: list[Row] = [
    {"zone_id": "z-1", "name": "Ağdərə", "order_ids": "o-1", "geometry": box(0, 0, 2, 1)},
    {"zone_id": "z-2", "name": "Şuşa", "order_ids": "o-1", "geometry": box(5, 5, 6, 6)},
]
HAZARDS: list[Row] = [{"hazard_id": "h-1", "class": "sha", "status": "open", "geometry": box(0, 0, 1, 1)}]
ORDERS: list[Row] = [
    {"order_id": "o-1", "order_type": "ban", "issued_on": "2021-01-01", "authorities": "x"},
    {"order_id": "o-2", "order_type": "curfew", "issued_on": "2022", "authorities": "x"},
]
INCIDENTS: list[Row] = [
    {"incident_id": "i-1", "date_start": "2021-02-03", "killed": 1, "at": shapely.Point(46.5, 40.5), "place": "point"},
    {"incident_id": "i-2", "date_start": "2021-02", "killed": 0, "at": None, "place": "district"},
]

# The area of a box of 0.01 x 0.01 degrees at 40.00-40.01 N on WGS 84: a² (1-e²) Δλ ∫cosφ/(1-e² sin²φ)² dφ
# = 6378137² · 0.99330562 · 1.7453293e-4 · 1.7453293e-4 · cos(40.005°) / (1 - 0.00669438·sin²(40.005°))² = 0.948 km².
BOX_KM2 = 6378.137**2 * 0.99330562 * 1.7453293e-4**2 * 0.76598834 / (1 - 0.00669438 * 0.41326187) ** 2


def whole(**changes: list[Row]) -> Side:
    """Return an edition of all the records above, but for some tables."""
    tables = {"zones": ZONES, "hazards": HAZARDS, "orders": ORDERS, "incidents": INCIDENTS, **changes}
    return side("bbbbbbbbbbbb", "2026-01-01", **tables)


def changed(rows: list[Row], row_at: int, /, **cells: Any) -> list[Row]:  # noqa: ANN401 - cells of a record
    """Return rows of which one has other cells."""
    return [{**row, **cells} if number == row_at else row for number, row in enumerate(rows)]


def features(found: Diff) -> list[dict[str, Any]]:
    """Return the features of a difference."""
    listed: list[dict[str, Any]] = json.loads(diff_geojson(found))["features"]
    return listed


def test_an_edition_does_not_differ_from_itself() -> None:
    """Nothing in any table, and one sentence that says so beside the one that always stands there."""
    found = diff(whole(), whole())
    assert found.is_same
    assert not found.records_less
    assert not found.doubts
    assert features(found) == []
    assert len(sentences(found)) == 2


def test_a_zone_that_is_gone_is_no_longer_recorded() -> None:
    """It comes first, with its ground, and as a doubt."""
    found = diff(whole(), whole(zones=ZONES[:1]))
    assert (found.tables["zones"].removed, found.tables["zones"].added) == (("z-2",), ())
    assert found.records_less
    assert not found.is_same
    first = sentences(found)[1]
    assert first == "No longer recorded: no-entry zone z-2 (Şuşa). That does not say that anybody may enter there."
    assert [(each["properties"]["change"], each["id"]) for each in features(found)] == [
        ("removed", "zones:z-2:removed")
    ]
    assert shapely.geometry.shape(features(found)[0]["geometry"]).equals(box(5, 5, 6, 6))


@pytest.mark.parametrize("language", terms.LANGUAGES)
def test_what_is_gone_comes_first_and_is_doubted_in_every_language(language: str) -> None:
    """Order, zone and hazard, in this order, each with its "that does not say"; never a word of safety."""
    said = sentences(diff(whole(), side(incidents=INCIDENTS)), language)
    doubts = {"en": "That does not say", "az": "Bu, ", "ru": "Это не значит"}
    first = said[1:6]
    assert [next(key for key in ("o-1", "o-2", "z-1", "z-2", "h-1") if key in line) for line in first] == [
        *("o-1", "o-2", "z-1", "z-2", "h-1")
    ]
    assert all(doubts[language] in line for line in first)
    assert said[-1] == terms.label("diff", "end", language)


def test_an_outline_that_shrank_tells_the_ground_it_lost() -> None:
    """Half of a box of two: one box of 0.948 km² by the formula of the ellipsoid."""
    found = diff(whole(), whole(zones=changed(ZONES, 0, geometry=box(0, 0, 1, 1))))
    (only,) = found.tables["zones"].changed
    assert only.outline is not None
    assert only.outline.removed_km2 == pytest.approx(BOX_KM2, rel=1e-5)
    assert (only.outline.added_km2, only.outline.added) == (0.0, None)
    assert only.outline.removed is not None
    assert only.outline.removed.equals(box(1, 0, 2, 1))
    assert found.ground["zones"].removed_km2 == pytest.approx(BOX_KM2, rel=1e-5)
    assert found.records_less
    assert "0.95 km² lie no longer inside the outline of z-1 (Ağdərə)" in sentences(found)[1]
    assert [each["properties"]["change"] for each in features(found)] == ["ground_removed", "changed"]
    assert features(found)[0]["properties"]["area_km2"] == pytest.approx(BOX_KM2, rel=1e-5)


def test_an_outline_that_moved_gains_and_loses() -> None:
    """By half a box to the east."""
    found = diff(whole(), whole(hazards=changed(HAZARDS, 0, geometry=box(0.5, 0, 1.5, 1))))
    (only,) = found.tables["hazards"].changed
    assert only.outline is not None
    assert only.outline.added_km2 == pytest.approx(BOX_KM2 / 2, rel=1e-5)
    assert only.outline.removed_km2 == pytest.approx(BOX_KM2 / 2, rel=1e-5)


def test_a_zone_cut_in_two_loses_no_ground() -> None:
    """Under new names one is gone and two are new, but all together nothing lies outside that lay inside."""
    halves = [{"zone_id": "z-1a", "geometry": box(0, 0, 1, 1)}, {"zone_id": "z-1b", "geometry": box(1, 0, 2, 1)}]
    found = diff(whole(), whole(zones=[*halves, ZONES[1]]))
    assert found.tables["zones"].removed == ("z-1",)
    assert found.ground["zones"].removed is None
    assert found.ground["zones"].added is None
    assert not any("all together" in line for line in sentences(found))


def test_an_outline_that_is_no_longer_known_is_less() -> None:
    """A zone that is only a name now, and the other way round more."""
    bare = whole(zones=changed(ZONES, 1, geometry=None))
    found = diff(whole(), bare)
    (only,) = found.tables["zones"].changed
    assert only.outline is not None
    assert (only.outline.vanished, only.outline.appeared) == (True, False)
    assert "the outline of z-2 (Şuşa) is no longer recorded" in sentences(found)[1]
    assert found.records_less
    assert not diff(bare, whole()).records_less


def test_the_same_outline_from_another_corner_is_the_same() -> None:
    """Turned round, started elsewhere, or as the only part of a multipolygon."""
    ring = list(box(0, 0, 2, 1).exterior.coords)[:-1]
    for points in (ring[::-1], ring[2:] + ring[:2]):
        other = shapely.MultiPolygon([shapely.Polygon(points)])
        assert diff(whole(), whole(zones=changed(ZONES, 0, geometry=other))).is_same


def test_a_coordinate_finer_than_the_grid_is_the_same() -> None:
    """4e-7 of a degree are no difference, 6e-7 are one step of the grid: 0.07 m."""
    nearly = whole(incidents=changed(INCIDENTS, 0, at=shapely.Point(46.5000004, 40.5)))
    assert diff(whole(), nearly).is_same
    moved = whole(incidents=changed(INCIDENTS, 0, at=shapely.Point(46.5000006, 40.5)))
    (only,) = diff(whole(), moved).tables["incidents"].changed
    # A thousand-thousandth of a degree of longitude at 40.5 N: 111,320 m · cos(40.5°) · 1e-6 and a little for the ellipsoid.
    assert only.outline is not None
    assert only.outline.moved_m == pytest.approx(0.0848, abs=0.0005)


def test_cells_that_changed_are_told_with_both_values() -> None:
    """A number, a text that was null, a count."""
    after = changed(INCIDENTS, 1, date_start="2021-02-07", killed=2, note="told later")
    found = diff(whole(), whole(incidents=after))
    (only,) = found.tables["incidents"].changed
    assert (only.id, only.outline, only.is_computed) == ("i-2", None, False)
    assert {tuple(cell) for cell in only.cells} == {
        ("date_start", "2021-02", "2021-02-07"),
        ("killed", 0, 2),
        ("note", None, "told later"),
    }
    (feature,) = features(found)
    assert feature["geometry"] is None
    assert set(feature["properties"]) == set(COLUMNS)
    assert {"column": "killed", "old": 0, "new": 2} in json.loads(feature["properties"]["columns"])


def test_a_change_that_follows_from_others_is_told_apart() -> None:
    """The relation of an accident to zones changes because a zone did."""
    found = diff(whole(), whole(incidents=changed(INCIDENTS, 0, relation="inside", zone_ids="z-1")))
    (only,) = found.tables["incidents"].changed
    assert only.is_computed
    assert "1 changed (1 of them only in what is computed from others)" in sentences(found)[-2]


def test_the_day_of_the_edition_is_no_change_of_a_record() -> None:
    """Where nobody states when a record became known it is the edition's own day; a stated one that changes is told."""
    unstated = [{**ORDERS[0], "recorded_on": "2025-01-01"}], [{**ORDERS[0], "recorded_on": "2026-01-01"}]
    first, second = (
        side(date=day, orders=rows) for day, rows in zip(("2025-01-01", "2026-01-01"), unstated, strict=True)
    )
    assert diff(first, second).is_same
    stated = side(date="2026-01-01", orders=[{**ORDERS[0], "recorded_on": "2025-06-01"}])
    assert [cell.new for cell in diff(first, stated).tables["orders"].changed[0].cells] == ["2025-06-01"]


def test_orders_that_begin_and_end() -> None:
    """One gets an end before the day of the edition, one is new; the third is no longer recorded, which is no end."""
    third = {"order_id": "o-3", "order_type": "ban", "issued_on": "2025-05-01", "authorities": "x"}
    before = side(date="2025-01-01", orders=ORDERS)
    after = side("cccccccccccc", "2026-01-01", orders=[{**ORDERS[0], "effective_to": "2025-06-30"}, third])
    found = diff(before, after)
    assert found.orders is not None
    assert [order.id for order in found.orders.begun] == ["o-3"]
    assert [order.id for order in found.orders.ended] == ["o-1"]
    assert found.tables["orders"].removed == ("o-2",)
    assert [each.id for each in found.tables["orders"].changed] == ["o-1"]
    told = answer(found)
    assert told["orders"]["ended"] == [
        {"id": "o-1", "kind": "total_ban", "type": "ban", "from": "2021-01-01", "to": None}
    ]
    assert told["no_longer_recorded"]["orders"] == ["o-2"]
    lines = sentences(found)
    assert lines[1].startswith("No longer recorded: order o-2.")
    assert lines[2].startswith("Order o-1 (Ban on entry): in edition aaaaaaaaaaaa it is in force on 2025-01-01")


def test_an_order_ends_by_the_day_alone() -> None:
    """The same record on two days: its end lies between them, and nothing else differs."""
    orders = [{**ORDERS[0], "effective_to": "2025-06-30"}]
    found = diff(side(date="2025-06-30", orders=orders), side(date="2025-07-01", orders=orders))
    assert found.is_same
    assert found.records_less
    assert found.orders is not None
    assert [order.id for order in found.orders.ended] == ["o-1"]
    assert any("o-1" in line for line in sentences(found))


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (side(date=None), "doubt.undated"),
        (side(date="2025-12-31"), "doubt.newer_first"),
        (Side(side().tables, side().facts, counts_only=True), "doubt.counts_only"),
        (Side(side().tables, side().facts, complete=False), "doubt.incomplete"),
        (Side(side().tables, side().facts, refused={"hazards": 3}), "doubt.refused"),
        (side(hazards=[*HAZARDS, *HAZARDS]), "doubt.same_id"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_keeps_two_editions_from_being_compared_is_said(after: Side, code: str) -> None:
    """Each by its code, and in every language as a sentence with its values in it."""
    found = diff(side(date="2026-01-01"), after)
    assert code in [each.code for each in found.doubts]
    for language in terms.LANGUAGES:
        told = next(each["sentence"] for each in answer(found, language)["doubts"] if each["code"] == code)
        assert told in sentences(found, language)
        assert "{" not in told


def test_accidents_that_are_only_counted_are_not_told_as_gone() -> None:
    """Their table is absent, and absent is not removed."""
    after = Side({}, side().facts, counts_only=True)
    found = diff(side(incidents=INCIDENTS), after)
    assert "incidents" not in found.tables
    assert not found.is_same


def test_records_of_one_identifier_are_numbered() -> None:
    """Two layers of hazards may both have an h-1; the second that is gone is told as the second."""
    twice = [*HAZARDS, {**HAZARDS[0], "class": "cha"}]
    found = diff(side(hazards=twice), side(hazards=HAZARDS))
    assert found.tables["hazards"].removed == ("h-1 (2)",)
    assert [each["id"] for each in features(found)] == ["hazards:h-1 (2):removed"]


def test_rows_without_an_identifier_are_compared_whole() -> None:
    """A finding that changed is one less and one more, and twice the same is two."""
    one = {"severity": "info", "rule": "date_order", "file": "a.csv", "row": 3}
    found = diff(side(findings=[one, one]), side(findings=[one, {**one, "row": 4}]))
    told = {**one, "advice": terms.vocabulary("rule")["date_order"].definition["en"]}
    assert found.tables["findings"].removed == (told,)
    assert found.tables["findings"].added == ({**told, "row": 4},)


def test_what_is_removed_stands_before_all_else_in_the_file() -> None:
    """Orders, zones and hazards that are gone, ground that is gone, then the rest."""
    after = whole(zones=changed(ZONES[:1], 0, geometry=box(1, 0, 3, 1)), orders=ORDERS[:1], incidents=[])
    found = [(each["properties"]["change"], each["properties"]["record_id"]) for each in features(diff(whole(), after))]
    assert found == [
        *(("removed", key) for key in ("o-2", "z-2", "i-1", "i-2")),
        *(("ground_removed", "z-1"), ("changed", "z-1"), ("ground_added", "z-1")),
    ]


def test_the_file_bears_both_editions_the_caveats_and_the_licences() -> None:
    """As the first members of the collection; nothing in it is markup or a formula."""
    document = json.loads(diff_geojson(diff(whole(), side("cccccccccccc"))))
    assert (document["a"]["edition"], document["b"]["edition"]) == ("bbbbbbbbbbbb", "cccccccccccc")
    assert document["licences"] == []
    assert document["caveats"][-1] == terms.label("diff", "end")
    assert "{" not in "".join(document["caveats"])


def test_noise_along_a_shared_line_is_no_ground() -> None:
    """Two boxes instead of one, joined along a line that no whole number of digits can state."""
    third = 1 / 3
    parts = [
        {"zone_id": "a", "geometry": box(0, 0, third, third)},
        {"zone_id": "b", "geometry": box(third, 0, 1, third)},
    ]
    found = diff(side(zones=[{"zone_id": "c", "geometry": box(0, 0, 1, third)}]), side(zones=parts))
    assert (found.ground["zones"].added, found.ground["zones"].removed) == (None, None)


# ---------------------------------------------------------------- laws
CORNER = st.integers(0, 6)
FEW = settings(max_examples=max(25, settings().max_examples // 4))
"""An edition is many frames, and each takes its time."""


@st.composite
def shapes(draw: st.DrawFn) -> shapely.Geometry | None:
    """Return no outline, a box, or two boxes apart."""
    kind = draw(st.integers(0, 2))
    west, south, wide, high = draw(CORNER), draw(CORNER), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    first = box(west, south, west + wide, south + high)
    if kind == 2:
        return shapely.MultiPolygon([first, box(west + 20, south, west + 21, south + 1)])
    return first if kind else None


@st.composite
def editions(draw: st.DrawFn) -> Side:
    """Return an edition of some zones, orders and incidents, with cells and outlines that often agree."""
    cell = st.sampled_from([None, "x", "Ə"])
    ids = st.lists(st.sampled_from("abcd"), unique=True)
    zones = [{"zone_id": key, "name": draw(cell), "geometry": draw(shapes())} for key in draw(ids)]
    orders: list[Row] = [
        {"order_id": key, "order_type": draw(st.sampled_from(["ban", "permit_rule", "lifted"])), "authorities": "x"}
        | {"issued_on": draw(st.sampled_from(["2021", "2021-05-01"])), "refers_to": draw(st.sampled_from([None, "a"]))}
        for key in draw(ids)
    ]
    incidents: list[Row] = [
        {"incident_id": key, "note": draw(cell), "killed": draw(st.sampled_from([None, 0, 1])), "place": "point"}
        | {"at": draw(st.sampled_from([None, shapely.Point(46, 40), shapely.Point(46.1, 40)]))}
        for key in draw(ids)
    ]
    return side(draw(st.sampled_from(["a" * 12, "b" * 12])), zones=zones, orders=orders, incidents=incidents)


@FEW
@given(one=editions())
def test_law_nothing_differs_from_itself(one: Side) -> None:
    """Whatever it holds."""
    found = diff(one, one)
    assert found.is_same
    assert not found.records_less


@FEW
@given(one=editions(), other=editions())
def test_law_the_other_way_round_is_the_mirror(one: Side, other: Side) -> None:
    """What one adds the other lacks; old is new, added ground is removed ground."""
    there, back = diff(one, other), diff(other, one)
    for name, table in there.tables.items():
        mirror = back.tables[name]
        assert (table.added, table.removed, table.before) == (mirror.removed, mirror.added, mirror.after)
        for each, opposite in zip(table.changed, mirror.changed, strict=True):
            assert each.id == opposite.id
            assert [(cell.column, cell.new, cell.old) for cell in each.cells] == [
                tuple(cell) for cell in opposite.cells
            ]
            assert (each.outline is None) == (opposite.outline is None)
            if each.outline is not None and opposite.outline is not None:
                assert each.outline.added_km2 == opposite.outline.removed_km2
                assert each.outline.vanished == opposite.outline.appeared
    assert there.orders is not None
    assert back.orders is not None
    both = {
        order
        for side_ in (one, other)
        if "orders" in side_.tables
        for order in side_.tables["orders"].frame["order_id"]
    }
    assert {order.id for order in there.orders.ended} <= both


def records(found: Side, name: str) -> Mapping[Any, dict[Any, Any]]:
    """Return the records of a table by id, null as None."""
    if name not in found.tables:
        return {}
    table = found.tables[name]
    rows = pd.DataFrame(table.frame).to_dict("records")
    plain = [{key: None if key != "geometry" and pd.isna(cell) else cell for key, cell in row.items()} for row in rows]
    return {row[table.id_column]: row for row in plain}


@FEW
@given(one=editions(), other=editions())
def test_law_applied_to_one_it_gives_the_other(one: Side, other: Side) -> None:
    """Take away what is removed, put in what is added, set each cell that changed; places by adding and taking ground."""
    found = diff(one, other)
    for name, id_column in (("zones", "zone_id"), ("orders", "order_id"), ("incidents", "incident_id")):
        if name not in found.tables:
            continue
        table = found.tables[name]
        after = records(other, name)
        made = {key: dict(row) for key, row in records(one, name).items() if key not in table.removed}
        made |= {key: dict(after[key]) for key in table.added}
        for each in table.changed:
            made[each.id] |= {cell.column: cell.new for cell in each.cells}
            if each.outline is not None and name == "zones":
                empty = shapely.Polygon()
                ground = (made[each.id]["geometry"] or empty).difference(each.outline.removed or empty)
                made[each.id]["geometry"] = ground.union(each.outline.added or empty)
            elif each.outline is not None:
                made[each.id]["geometry"] = after[each.id]["geometry"]
        assert made.keys() == after.keys(), id_column
        for key, row in made.items():
            place, expected = row.pop("geometry", None), dict(after[key])
            there = expected.pop("geometry", None)
            assert row == expected
            assert (place is None or place.is_empty) == (there is None)
            assert there is None or place.symmetric_difference(there).area < 1e-12


@FEW
@given(one=editions(), other=editions())
def test_law_ground_is_the_difference_of_the_areas(one: Side, other: Side) -> None:
    """What is added less what is removed is by how much the area grew, of each outline."""
    table = diff(one, other).tables.get("zones")
    before, after = records(one, "zones"), records(other, "zones")
    for each in () if table is None else table.changed:
        if each.outline is not None:
            areas = [
                0.0 if row[each.id]["geometry"] is None else row[each.id]["geometry"].area for row in (before, after)
            ]
            parts = [0.0 if part is None else part.area for part in (each.outline.added, each.outline.removed)]
            assert parts[0] - parts[1] == pytest.approx(areas[1] - areas[0], abs=1e-12)


@FEW
@given(one=editions(), other=editions())
def test_law_every_record_that_differs_is_a_feature(one: Side, other: Side) -> None:
    """None is lost for having no place, and none is there twice."""
    found = diff(one, other)
    expected = [
        f"{name}:{key}:{change}"
        for name, table in found.tables.items()
        for change, keys in (
            ("added", table.added),
            ("removed", table.removed),
            ("changed", [each.id for each in table.changed]),
        )
        for key in keys
    ]
    told = [each["id"] for each in features(found) if not each["properties"]["change"].startswith("ground")]
    assert sorted(told) == sorted(expected)


def test_the_order_of_rows_changes_nothing() -> None:
    """An edition read from its folder has its incidents in another order."""
    turned = whole(incidents=INCIDENTS[::-1], zones=ZONES[::-1], orders=ORDERS[::-1])
    assert diff(whole(), turned).is_same
    after = side("cccccccccccc", zones=ZONES[:1])
    assert diff_geojson(diff(whole(), after)) == diff_geojson(diff(turned, after))


def test_places_are_compared_by_row() -> None:
    """None against none is the same, none against a place is not."""
    here = shapely.Point(46, 40)
    of = pd.Series([None, None, here, here], dtype=object).to_numpy()
    against = pd.Series([None, here, None, here], dtype=object).to_numpy()
    found = compared(of, against)
    assert {row: (outline.appeared, outline.vanished) for row, outline in found.items()} == {
        1: (True, False),
        2: (False, True),
    }
