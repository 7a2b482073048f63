"""The line from a folder of layers to an edition: editions as of a date, missing and empty layers, and writing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from mapper import pipeline
from mapper.asked import as_date
from mapper.catalogue import bundled_layers
from mapper.errors import DataRefused, MapperError, UsageError
from mapper.output.exports import export_files
from mapper.output.manifest import manifest
from mapper.pipeline import build, make_edition

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mapper.output.compose import Edition

HEAD = """
[edition]
title = "Test"
organisation = "Test"
contacts = []
languages = ["en"]
area = [44.5, 38.2, 51.0, 42.1]
data_date = 2026-11-23
"""
FILES = {
    "incidents": "incident_id,district,settlement,location_level,date_start,lon,lat,killed_civilian\n"
    + "".join(f"i{n},A,,measured_gnss,2021-01-{n + 1:02d},46.{n}5,39.5,1\n" for n in range(9))
    + "i9,B,,district,,,,2\ni10,,,,,,,3\n",
    "zones": "zone_id,name,admin_units,order_ids\nz-a,A,A,o1\nz-b,B,B,o1\n",
    "orders": "order_id,authorities,order_type\no1,Ministry,ban\n",
    "districts": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"district_id": name, "name": name},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[46, 39], [47, 39], [47, 40], [46, 40], [46, 39]]],
                    }
                    if name == "A"
                    else None,
                }
                for name in "AB"
            ],
        }
    ),
}


def folder_of(path: Path, **files: str) -> Path:
    """Write a catalogue of the files given; a kind may be named twice as incidents_2. Incidents are shown as in the file."""
    path.mkdir()
    toml = HEAD
    for name, content in files.items():
        kind, suffix = name.split("_")[0], "geojson" if content.startswith("{") else "csv"
        (path / f"{name}.{suffix}").write_text(content, "utf-8")
        crs = 'crs = "EPSG:4326"\n' if suffix == "csv" and kind == "incidents" else ""
        precision = 'precision = "as-published"\nprecision_reason = "invented"\n' if kind == "incidents" else ""
        toml += f'[[layer]]\nname = "{name}"\nkind = "{kind}"\nfile = "{name}.{suffix}"\n{crs}{precision}'
    (path / "layers.toml").write_text(toml, "utf-8")
    return path


def assert_account(edition: Edition) -> None:
    """Every counted record is in exactly one place of the account."""
    incidents = edition.counts["incidents"]
    assert incidents["counted"] == sum(number for key, number in incidents.items() if key != "counted")
    zones = edition.counts["zones"]
    assert zones["counted"] == zones["drawn"] + zones["without_geometry"] + zones["refused"]
    surface = edition.surface
    assert surface.n + sum(surface.left_out.values()) == len(edition.incidents)
    json.dumps(edition.to_dict(), allow_nan=False)


def test_all_layers_together(tmp_path: Path) -> None:
    """9 points, one in a district without outline, one without a place; B cannot be drawn and is known to be so."""
    edition = make_edition(folder_of(tmp_path / "in", **FILES))
    assert_account(edition)
    assert edition.counts["incidents"] | {"refused": 0} == {
        "counted": 11,
        "drawn": 9,
        "district_level": 1,
        "unplaced": 1,
        "refused": 0,
        "later": 0,
    }
    assert edition.counts["zones"] == {"counted": 2, "drawn": 1, "without_geometry": 1, "refused": 0}
    assert edition.counts["casualties"] == {"killed": 14, "injured": 0}
    assert edition.complete
    assert edition.surface.refused == "only 9 records are located in the window; a density needs 10"


@pytest.mark.parametrize("missing", ["zones", "districts", "incidents", "orders"])
def test_an_edition_without_one_kind_of_layer(tmp_path: Path, missing: str) -> None:
    """The other layers make an edition, and its files can be written."""
    layers = folder_of(tmp_path / "in", **{kind: text for kind, text in FILES.items() if kind != missing})
    edition = make_edition(layers)
    assert_account(edition)
    assert manifest(edition, export_files(edition)) == manifest(make_edition(layers), export_files(edition))
    if missing == "zones":
        assert edition.surface.refused == "no zone is drawn, so there is no window to take it over"
        assert set(edition.incidents["relation"]) == {"outside", "unlocated"}
    if missing == "incidents":
        assert edition.counts["incidents"]["counted"] == 0
        assert edition.surface.refused
    if missing == "districts":
        # No layer knows A or B, so their zones are not drawn, and that is no known lack.
        assert (edition.complete, edition.incomplete_zones) == (False, 2)
    if missing == "orders":
        assert [found.value for found in edition.findings if found.rule == "unknown_order"] == ["o1", "o1"]


def only_head(text: str) -> str:
    """Keep a table's header, or a collection without features."""
    return '{"type": "FeatureCollection", "features": []}' if text.startswith("{") else text.splitlines()[0] + "\n"


@pytest.mark.parametrize("empty", FILES)
def test_a_layer_without_records_is_refused_in_a_sentence(tmp_path: Path, empty: str) -> None:
    """A header and no row, or a collection of nothing: an export that failed looks like this."""
    layers = folder_of(tmp_path / "in", **{k: only_head(text) if k == empty else text for k, text in FILES.items()})
    with pytest.raises(DataRefused, match=rf"^{empty}\.(csv|geojson), layer '{empty}': it holds no records\. .+"):
        make_edition(layers)


def test_an_edition_before_the_first_accident_is_an_edition(tmp_path: Path) -> None:
    """All records with a date are later: two without one stay, of which neither has a point."""
    edition = make_edition(folder_of(tmp_path / "in", **FILES), as_of=dt.date(2000, 1, 1))
    assert_account(edition)
    assert edition.counts["incidents"]["later"] == 9
    assert edition.surface.refused == "only 0 records are located in the window; a density needs 10"
    export_files(edition)


def test_no_incident_at_all_after_leaving_out_the_later_ones(tmp_path: Path) -> None:
    """A table of no rows walks the whole line."""
    rows = "incident_id,lon,lat,date_start\na,46.5,39.5,2021-01-01\n"
    edition = make_edition(folder_of(tmp_path / "in", **FILES | {"incidents": rows}), as_of=dt.date(2000, 1, 1))
    assert_account(edition)
    assert edition.counts["incidents"] == {
        "counted": 1,
        "drawn": 0,
        "district_level": 0,
        "unplaced": 0,
        "refused": 0,
        "later": 1,
    }
    assert edition.counts["casualties"] == {"killed": 0, "injured": 0}
    export_files(edition)


def test_a_zone_that_names_an_unknown_unit_makes_the_edition_incomplete(tmp_path: Path) -> None:
    """A slip in a district's name must not read as "nothing restricted here"."""
    slip = FILES | {"zones": "zone_id,name,admin_units,order_ids\nz-a,A,Aa;B,o1\n"}
    edition = make_edition(folder_of(tmp_path / "in", **slip))
    assert (edition.complete, edition.incomplete_zones) == (False, 1)
    (found,) = (each for each in edition.findings if each.column == "admin_units")
    assert (found.rule, found.value, found.row) == ("unknown_district", "Aa", 2)


def test_findings_of_two_layers_of_one_kind_name_their_own_file_and_row(tmp_path: Path) -> None:
    """The third row of the second file is row 4 of that file, not row 15 of both."""
    second = "incident_id,district,location_level\nj1,A,district\nj2,A,district\nj3,Atlantis,district\n"
    edition = make_edition(folder_of(tmp_path / "in", **FILES, incidents_2=second))
    assert_account(edition)
    assert edition.counts["incidents"]["counted"] == 14
    (found,) = (each for each in edition.findings if each.rule == "unknown_district")
    assert (found.file, found.row) == ("incidents_2.csv", 4)


def test_one_id_in_two_layers_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Two records of one id could not be told apart in any pair."""
    second = "incident_id,district,location_level\ni1,A,district\n"
    with pytest.raises(MapperError, match="one id each"):
        make_edition(folder_of(tmp_path / "in", **FILES, incidents_2=second))


def test_the_id_that_two_layers_share_is_named(tmp_path: Path) -> None:
    """With both places: the second layer's row 2, and row 3 of the first."""
    second = "incident_id,district,location_level\ni1,A,district\n"
    with pytest.raises(DataRefused, match=r"^incidents_2\.csv, .+row 2.+ i1, as row 3 of incidents\.csv\. .+"):
        make_edition(folder_of(tmp_path / "in", **FILES, incidents_2=second))


HAZARDS = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "hazard_id": "h1",
                    "class": "cha",
                    "status": "closed",
                    "product": product,
                    "closed_on": date,
                },
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[46.0, 39.4], [46.2, 39.4], [46.2, 39.6], [46.0, 39.6], [46.0, 39.4]]],
                },
            }
            for product, date in (("cleared", "2021-01-02"),)
        ],
    }
)


def test_accidents_in_released_land_come_before_all_other_findings(tmp_path: Path) -> None:
    """The land holds i0 (1 January, before the release) and i1 (2 January, its very day); i10 has no place, a warning too."""
    edition = make_edition(folder_of(tmp_path / "in", **FILES, hazards=HAZARDS))
    first, *others = edition.findings
    assert (first.rule, first.severity, first.file, first.row) == (
        "accident_in_cleared_land",
        "warning",
        "incidents.csv",
        3,
    )
    assert [(each.row, each.severity) for each in others if each.rule == "accident_before_clearance"] == [(2, "info")]
    assert not any(each.rule == "accident_in_cleared_land" for each in others)
    # Nothing is moved and nothing left out for it.
    assert_account(edition)
    assert edition.counts["incidents"]["drawn"] == 9
    rows = export_files(edition)["findings.csv"].decode().splitlines()
    assert "accident_in_cleared_land" in rows[1]


def test_what_the_layers_show_against_each_other_is_in_the_edition(tmp_path: Path) -> None:
    """A ban of 2021 that nobody confirmed, an accident told by an older page, and one recorded twice."""
    files = {
        "incidents": "incident_id,district,location_level,date_start,device_category,source_ids\n"
        "a,A,district,2021-03-01,ap_mine,s1\nb,A,district,2021-03-01,ap_mine,s2\n",
        "orders": "order_id,authorities,order_type,issued_on,source_ids\no1,Ministry,ban,2021-01-01,s1\n",
        "sources": "source_id,published_on\ns1,2021-02-28\ns2,2021-03-02\n",
        "districts": FILES["districts"],
    }
    edition = make_edition(folder_of(tmp_path / "in", **files))
    told = {(found.rule, found.file, found.row, found.value) for found in edition.findings}
    # From 28 February 2021 to 23 November 2026: five years with one leap day, 1,826 days, and 268 days.
    assert told >= {
        ("unconfirmed_order", "orders.csv", 2, "o1: last named 2021-02-28, 2094 days before"),
        ("dated_after_source", "incidents.csv", 2, "2021-03-01; s1 was published 2021-02-28"),
        ("possible_duplicate", "incidents.csv", 3, "b as a (row 2); no source in common"),
    }


def test_what_the_checks_say_of_the_bundled_layers() -> None:
    """Counted from the files by hand, with a spreadsheet's filter.

    No two of the 114 accidents agree in day, district, device and casualties; no count falls within one source and scope;
    one report (row 20) is dated after two of its four pages; of the 17 orders seven are bans, closures or permits without
    an end. The rules of conduct of 27 December 2025 (331 days before the data) name four of them: or-001, or-010, or-012 and
    or-013. There is no hazard, and no accident has coordinates of its own.
    """
    edition = make_edition()
    of_rule: dict[str, list[int | None]] = {}
    for found in edition.findings:
        of_rule.setdefault(found.rule, []).append(found.row)
    assert of_rule["unconfirmed_order"] == [9, 17, 18]
    assert of_rule["dated_after_source"] == [20]
    assert not set(of_rule) & {
        "accident_in_cleared_land",
        "accident_may_be_in_cleared_land",
        "accident_before_clearance",
        "closed_without_product",
        "count_falls",
        "duplicate_id",
        "on_border",
        "possible_duplicate",
        "suspected_centroid",
    }


def test_what_was_assumed_is_said(tmp_path: Path) -> None:
    """No bandwidth, no window, points of unstated accuracy: four sentences."""
    points = FILES | {"incidents": "incident_id,lon,lat\na,46.5,39.5\nb,46.6,39.5\n"}
    edition = make_edition(folder_of(tmp_path / "in", **points))
    assert edition.assumptions == (
        "The accuracy of the coordinates of 2 incidents is not stated; they count as exact.",
        "The accuracy of the zones' lines is not stated; 0 m is assumed.",
        "No bandwidth is stated; the density uses 10,000 m.",
        "No window is stated; the density is taken over the 1 drawn zone together.",
    )


# ------------------------------------------------------------------------------------------------ as of a date


def test_as_of_leaves_later_accidents_out_and_says_so() -> None:
    """As of 31 December 2020: the six bundled accidents dated before 2021, and those without any date, stay in."""
    edition = make_edition(as_of=dt.date(2020, 12, 31))
    assert_account(edition)
    dated = edition.incidents["date_start"].dropna()
    assert [day for day in dated if not day.startswith("--")] == [
        "2020-11-14",
        "2020-11-14",
        "2020-11-23",
        "2020-11-28",
        "2020-12-13",
        "2020-12-17",
    ]
    later = [found for found in edition.findings if found.rule == "later_than_edition"]
    of_accidents = [found for found in later if found.layer == "accidents"]
    assert len(of_accidents) == edition.counts["incidents"]["later"] == 114 - len(edition.incidents)
    assert all((found.value or "") > "2020-12-31" for found in later)
    assert (edition.data_date, edition.counts["incidents"]["counted"]) == (dt.date(2020, 12, 31), 114)


def test_as_of_leaves_later_openings_counts_and_statements_out_and_keeps_every_ban() -> None:
    """As of 31 December 2020.

    Of the orders the two bans and the site closure stay, and the undated warning or-002; of the counts that of 22 December
    2020 and those without a date of their own; nothing is dated later but bans, and each that is left out is a finding.
    """
    edition = make_edition(as_of=dt.date(2020, 12, 31))
    orders = edition.tables["orders"]
    assert set(orders["order_id"]) == {"or-001", "or-002", "or-016", "or-017"}
    counts = edition.tables["casualty_counts"]
    assert "cc-001" in set(counts["count_id"])
    assert not (counts["as_of"].dropna() > "2020-12-31").any()
    told = [found for found in edition.findings if found.rule == "later_than_edition" and found.layer == "orders"]
    assert len(told) == 17 - len(orders)


@pytest.mark.parametrize(
    ("date", "stays"),
    [
        ("2021-02-15", True),
        ("2021-02-16", False),
        ("2021-02", True),  # some day of February may lie before
        ("2021-03", False),
        ("2021", True),
        ("2022", False),
        ("--12-31", True),  # the year is not stated
        ("", True),
    ],
)
def test_only_what_is_certainly_later_is_left_out(tmp_path: Path, date: str, *, stays: bool) -> None:
    """As of 15 February 2021."""
    rows = f"incident_id,district,location_level,date_start\na,A,district,{date}\nb,A,district,2020-01-01\n"
    edition = make_edition(folder_of(tmp_path / "in", **FILES | {"incidents": rows}), as_of=dt.date(2021, 2, 15))
    assert ("a" in set(edition.incidents["incident_id"])) is stays
    assert_account(edition)


def test_nothing_can_be_said_as_of_a_day_after_the_data() -> None:
    """The layers do not know what happened since."""
    with pytest.raises(UsageError, match="compiled on 2026-11-23"):
        make_edition(as_of=dt.date(2026, 11, 24))


@pytest.mark.parametrize("text", ["01.02.2021", "2021-02-30", "yesterday", "", "2021"])
def test_a_date_in_another_order_is_wrong_usage(text: str) -> None:
    """01.02.2021 may be January or February: exit 2, with the way to write it."""
    with pytest.raises(UsageError, match="Write it as 2021-01-28"):
        as_date(text)


# ------------------------------------------------------------------------------------------------ writing


@pytest.fixture
def without_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a constant for the page, so that these tests need no built front end."""
    monkeypatch.setattr(pipeline, "page_html", lambda *_: b"page")


@pytest.mark.usefixtures("without_page")
def test_two_builds_are_byte_equal(tmp_path: Path) -> None:
    """All files, the manifest with them, from the bundled layers."""
    for name in ("one", "two"):
        build(out=tmp_path / name)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert set(one) == {
        "map.html",
        "incidents.geojson",
        "zones.geojson",
        "districts.geojson",
        "density.geojson",
        "coverage.geojson",
        "hotspots.geojson",
        "context.geojson",
        "orders.csv",
        "events.csv",
        "sources.csv",
        "casualty_counts.csv",
        "activities.csv",
        "settlements.csv",
        "findings.csv",
        "MANIFEST.json",
    }


@pytest.mark.usefixtures("without_page")
def test_files_an_older_edition_had_do_not_survive_as_if_current(tmp_path: Path) -> None:
    """A file that the old manifest lists goes; one of the user's own stays."""
    out = tmp_path / "out"
    build(out=out)
    old = json.loads((out / "MANIFEST.json").read_bytes())
    (out / "hazards.geojson").write_bytes((out / "zones.geojson").read_bytes())
    old["files"]["hazards.geojson"] = old["files"]["zones.geojson"]
    (out / "MANIFEST.json").write_text(json.dumps(old), "utf-8")
    (out / "mine.geojson").write_bytes(b"{}")
    build(out=out)
    assert not (out / "hazards.geojson").exists()
    assert (out / "mine.geojson").exists()


@pytest.mark.usefixtures("without_page")
def test_an_edition_is_never_written_over_its_own_layers(tmp_path: Path) -> None:
    """`settlements.csv`, of which the first is told, and others are names of bundled layers and of exports."""
    layers = tmp_path / "layers"
    shutil.copytree(bundled_layers(), layers)
    before = {path.name: path.read_bytes() for path in layers.iterdir() if path.is_file()}
    with pytest.raises(UsageError, match=r"overwrite the layer 'settlements\.csv'"):
        build(layers, out=layers)
    assert {path.name: path.read_bytes() for path in layers.iterdir() if path.is_file()} == before


def _no_layers(layers: Path) -> None:
    shutil.rmtree(layers)


def _no_crs(layers: Path) -> None:
    _replace(layers / "layers.toml", 'crs = "EPSG:4326"\n', "")


def _no_column(layers: Path) -> None:
    _replace(layers / "incidents.csv", "incident_id", "number")


def _binary(layers: Path) -> None:
    (layers / "incidents.csv").write_bytes(b"PK\x03\x04 not a table")


def _a_point_for_a_district(layers: Path) -> None:
    point = {"type": "Point", "coordinates": [46.5, 39.5]}
    feature = {"type": "Feature", "properties": {"district_id": "A", "name": "A"}, "geometry": point}
    (layers / "districts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.usefixtures("without_page")
@pytest.mark.parametrize("spoil", [_no_layers, _no_crs, _no_column, _binary, _a_point_for_a_district])
def test_bad_input_is_one_sentence_and_no_output(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """What was refused, where, and what to do; the folder of outputs is not even made."""
    layers = folder_of(tmp_path / "in", **FILES)
    spoil(layers)
    with pytest.raises(MapperError) as refused:
        build(layers, out=tmp_path / "out")
    assert refused.value.exit_code in {1, 3}
    assert refused.value.advice
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
