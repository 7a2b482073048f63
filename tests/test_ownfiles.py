"""The line for anyone's files: every record is accounted for, and nothing is assumed in silence."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapper import ownfiles, scaffold
from mapper.errors import DataRefused, UnknownCRS, UsageError
from mapper.ownfiles import (
    DensityChoices,
    Options,
    density_file,
    join_files,
    make_map,
    map_files,
    read_incidents,
    read_zones,
)
from mapper.pipeline import build

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.model import OnInvalid

UTM38 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32638"}}
SIDE_M = 1000


def feature(properties: dict[str, Any], geometry: dict[str, Any] | None) -> dict[str, Any]:
    """Make one GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def square(west_m: float, south_m: float, side_m: float) -> dict[str, Any]:
    """Make a square in metres."""
    east_m, north_m = west_m + side_m, south_m + side_m
    ring = [[west_m, south_m], [east_m, south_m], [east_m, north_m], [west_m, north_m], [west_m, south_m]]
    return {"type": "Polygon", "coordinates": [ring]}


def strangers_files(folder: Path, records: int) -> tuple[Path, Path]:
    """Write a stranger's two files in UTM 38N: a row of points 1 m apart, each 20th without geometry, and three zones.

    Zone A is the square from 0 to 1,000 m east of the first point, B overlaps it from 500 to 1,500 m, and C is a bow-tie
    far away.
    """
    west_m, south_m = 660_000, 4_420_000
    points = [
        feature(
            {"Event ID": f"E{number}", "Date of event": "2023-05-17", "colour": "red"},
            None
            if number % 20 == 19
            else {"type": "Point", "coordinates": [west_m + (number % 2000) + 0.5, south_m + 500 + number // 2000]},
        )
        for number in range(records)
    ]
    bow_tie = [[0, 0], [SIDE_M, SIDE_M], [SIDE_M, 0], [0, SIDE_M], [0, 0]]
    zones = [
        feature({"Zone Code": "A", "Area Name": "first"}, square(west_m, south_m, SIDE_M)),
        feature({"Zone Code": "B", "Area Name": "second"}, square(west_m + 500, south_m, SIDE_M)),
        feature(
            {"Zone Code": "C", "Area Name": "bow-tie"},
            {"type": "Polygon", "coordinates": [[[x + west_m + 9000, y + south_m] for x, y in bow_tie]]},
        ),
    ]
    paths = folder / "events.geojson", folder / "areas.geojson"
    for path, features in zip(paths, (points, zones), strict=True):
        path.write_text(json.dumps({"type": "FeatureCollection", "crs": UTM38, "features": features}), "utf-8")
    return paths


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a stranger's files with 2,000 records: one row of points from 0.5 to 1,999.5 m."""
    return strangers_files(tmp_path, 2000)


def test_the_join_accounts_for_every_record(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Worked out by hand.

    100 of 2,000 records have no geometry. In A lie those at 0.5 … 999.5 m (1,000, less 50), in B those at 500.5 …
    1,499.5 m (950), in both 500.5 … 999.5 m (475). So 950 + 950 pairs for 1,425 records, and 1,900 - 1,425 = 475 outside.
    """
    answer = join_files(*files, out=tmp_path / "pairs.csv", summary=tmp_path / "zones.csv")
    assert answer["incidents"] == 2000
    assert answer["zones"] == 3
    assert answer["pairs"] == 1900
    assert (answer["inside_any"], answer["uncertain_only"]) == (1425, 0)
    assert (answer["outside"], answer["unlocated"]) == (475, 100)
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as pairs:
        rows = list(csv.DictReader(pairs))
    assert len(rows) == 1900
    assert {row["relation"] for row in rows} == {"inside"}
    assert [row["zone_id"] for row in rows if row["incident_id"] == "E700"] == ["A", "B"]
    summary = pd.read_csv(tmp_path / "zones.csv").set_index("zone_id")
    assert summary["incidents_inside"].to_dict() == {"A": 950, "B": 950, "C": 0}


def test_the_page_accounts_for_every_record(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Drawn, counted in a district, without a place, refused: they sum to the records; the bow-tie is repaired."""
    answer = map_files(*files, out=tmp_path / "map.html")
    incidents = answer["incidents"]
    assert incidents["counted"] == 2000
    assert (incidents["drawn"], incidents["unplaced"]) == (1900, 100)
    assert sum(incidents[key] for key in ("drawn", "district_level", "unplaced", "refused", "later")) == 2000
    assert answer["zones"] == {"counted": 3, "drawn": 3, "without_geometry": 0, "refused": 0}
    assert answer["complete"] is True
    assert (tmp_path / "map.html").stat().st_size == answer["files"]["map.html"]["bytes"]


@pytest.mark.slow
def test_a_hundred_thousand_records(tmp_path: Path) -> None:
    """The same at 100,000 records: 5,000 have no geometry."""
    files = strangers_files(tmp_path, 100_000)
    joined = join_files(*files, out=tmp_path / "pairs.csv")
    assert joined["unlocated"] == 5000
    assert joined["inside_any"] + joined["uncertain_only"] + joined["outside"] + joined["unlocated"] == 100_000
    mapped = map_files(*files, out=tmp_path / "map.html")
    assert mapped["incidents"]["drawn"] == 95_000


def test_everything_assumed_is_said(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Columns, CRS, date, accuracy, bandwidth and window each have their sentence, in the answer and in the page."""
    answer = map_files(*files, out=tmp_path / "map.html")
    said = " ".join(answer["assumptions"])
    for words in (
        "'Event ID' → incident_id",
        "EPSG::32638",
        "2023-05-17",
        "No bandwidth is stated",
        "No window is stated",
        "The accuracy of the coordinates of 1,900 incidents is not stated",
        "The accuracy of the zones' lines is not stated; 0 m is assumed.",
    ):
        assert words in said, words
    html = (tmp_path / "map.html").read_text("utf-8")
    (block,) = re.findall(r"id=mapper-block>([^<]+)<", html)
    page = gzip.decompress(base64.b64decode(block)).decode("utf-8", errors="replace")
    for sentence in answer["assumptions"]:
        assert json.dumps(sentence, ensure_ascii=False) in page
    joined = " ".join(join_files(*files, out=tmp_path / "pairs.csv")["assumptions"])
    assert "accuracy of its lines is not stated; 0 m is assumed" in joined
    dense = " ".join(density_file(files[0], out=tmp_path / "d.geojson")["assumptions"])
    assert "convex hull" in dense
    assert "10,000 m is used" in dense


def test_what_is_stated_is_not_called_assumed(files: tuple[Path, Path], tmp_path: Path) -> None:
    """With columns, bandwidth, window and accuracy given, no sentence speaks of them."""
    options = Options(columns={"incident_id": "Event ID", "date_start": "Date of event"})
    dense = density_file(
        files[0], out=tmp_path / "d.geojson", window=files[1], choices=DensityChoices(bandwidth_m=300), options=options
    )
    said = " ".join(dense["assumptions"])
    assert "bandwidth" not in said
    assert "window" not in said
    assert "told by their names" not in said
    joined = join_files(*files, out=tmp_path / "pairs.csv", accuracy_m=30, options=options)
    assert "accuracy" not in " ".join(joined["assumptions"])


def test_a_table_without_a_crs_is_refused(tmp_path: Path) -> None:
    """Coordinates alone do not say what they are; with --crs the same file is read."""
    path = tmp_path / "a.csv"
    path.write_text("id,x,y\na,664546,4428533\n", "utf-8")
    with pytest.raises(UnknownCRS, match=r"a\.csv.*states no coordinate reference system.*--crs"):
        read_incidents(path)
    point = read_incidents(path, crs="EPSG:32638").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((46.92736, 39.99096), abs=1e-5)


def test_a_swap_is_told_from_the_extent_of_the_zones(tmp_path: Path) -> None:
    """A point that lies in the zones' extent only when swapped is refused, not moved and not drawn in Russia."""
    events, areas = tmp_path / "e.csv", tmp_path / "z.geojson"
    events.write_text("id,lon,lat\na,46.9,40.0\nb,40.0,46.9\n", "utf-8")
    box = shapely.geometry.mapping(shapely.box(46.5, 39.5, 47.5, 40.5))
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": [feature({"id": "z"}, box)]}), "utf-8")
    answer = join_files(events, areas, out=tmp_path / "p.csv", options=Options(crs="EPSG:4326"))
    assert (answer["incidents"], answer["inside_any"], answer["refused"]) == (1, 1, 1)


def test_records_without_ids_get_their_row_numbers(tmp_path: Path) -> None:
    """And that is said."""
    path = tmp_path / "a.csv"
    path.write_text("lon,lat\n46.9,40.0\n46.8,40.0\n", "utf-8")
    frame = read_incidents(path, crs="EPSG:4326")
    assert frame["incident_id"].tolist() == ["row-2", "row-3"]
    assert "row numbers" in " ".join(frame.attrs["assumptions"])
    assert frame.attrs["ledger"] == {"counted": 2, "kept": 2, "repaired": 0, "rejected": 0}


def test_an_ambiguous_column_is_refused_and_can_be_stated(tmp_path: Path) -> None:
    """Two ids: the file is refused until the caller says which."""
    path = tmp_path / "a.csv"
    path.write_text("Event ID,Accident ID,lon,lat\na,b,46.9,40.0\n", "utf-8")
    with pytest.raises(DataRefused, match="could each be 'incident_id'"):
        read_incidents(path, crs="EPSG:4326")
    frame = read_incidents(path, crs="EPSG:4326", columns={"incident_id": "Accident ID"})
    assert frame["incident_id"].tolist() == ["b"]


@pytest.mark.parametrize("name", ["pairs.xlsx", "pairs", "pairs.geojson"])
def test_an_output_in_a_format_that_is_not_written_is_a_usage_error(
    files: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    """Said before anything is read or written."""
    with pytest.raises(UsageError, match="cannot be written in that format"):
        join_files(*files, out=tmp_path / name)
    assert not (tmp_path / name).exists()


def test_frames_make_a_map_that_is_folium(files: tuple[Path, Path]) -> None:
    """GeoDataFrames in, a folium.Map out, which takes further layers."""
    shown = make_map(read_incidents(files[0]), read_zones(files[1]), title="A title")
    folium.TileLayer("https://tiles.invalid/{z}/{x}/{y}.png", attr="nobody").add_to(shown)
    assert isinstance(shown, folium.Map)
    assert "tiles.invalid" in shown.get_root().render()


def test_frames_in_any_crs_make_the_same_map() -> None:
    """A frame in UTM and the same frame in WGS 84 show the same marks; a frame without a CRS is refused."""
    stored = gpd.GeoDataFrame({"incident_id": ["a"]}, geometry=[shapely.Point(46.9, 40.0)], crs="EPSG:4326")
    metric = stored.to_crs("EPSG:32638")
    drawn = [ownfiles._from_frame(frame, "incidents").frame.geometry.iloc[0] for frame in (stored, metric)]
    assert drawn[0].distance(drawn[1]) < 1e-7
    with pytest.raises(UnknownCRS):
        make_map(stored.set_crs(None, allow_override=True))


def test_a_new_folder_builds_at_once(tmp_path: Path) -> None:
    """`init`, then `build`: no record, no error, and the publisher's words in the manifest."""
    folder = tmp_path / "mənim"
    started = scaffold.init(
        folder, title='Mənim "xəritəm"', contacts=["112"], data_date=pd.Timestamp("2026-01-02").date()
    )
    assert "layers.toml" in started["files"]
    answer = build(folder, out=tmp_path / "edition")
    assert answer["incidents"]["counted"] == 0
    assert answer["data_date"] == "2026-01-02"
    manifest = json.loads((tmp_path / "edition" / "MANIFEST.json").read_text("utf-8"))
    assert manifest["title"] == 'Mənim "xəritəm"'
    with pytest.raises(UsageError, match="not an empty folder"):
        scaffold.init(folder, data_date=pd.Timestamp("2026-01-02").date())


def test_the_templates_take_records(tmp_path: Path) -> None:
    """A row under the template's header is read; the layer without rows is told as empty. Its point is public, as said."""
    folder = tmp_path / "own"
    scaffold.init(folder, data_date=pd.Timestamp("2026-01-02").date())
    catalogue = folder / "layers.toml"
    catalogue.write_text(catalogue.read_text("utf-8").replace("# precision", "precision"), "utf-8")
    table = folder / "incidents.csv"
    columns = table.read_text("utf-8").strip().split(",")
    row = {"incident_id": "a", "lon": "46.91234", "lat": "40.02345", "killed_civilian": "0", "injured_civilian": "1"}
    table.write_text(f"{','.join(columns)}\n{','.join(row.get(column, '') for column in columns)}\n", "utf-8")
    answer = build(folder, out=tmp_path / "edition")
    assert answer["incidents"]["drawn"] == 1
    assert answer["casualties"] == {"killed": 0, "injured": 1}
    assert answer["findings"]["warning"] == 8


# ------------------------------------------------------------------ each file has its own CRS, and none is overwritten
def degrees_and_metres(folder: Path) -> tuple[Path, Path]:
    """Write a table of points in UTM 38N and a plain GeoJSON zone in degrees around them."""
    table, zone = folder / "utm.csv", folder / "zone.geojson"
    table.write_text("id,x,y\na,664546,4428533\nb,664546.5,4428533\n", "utf-8")
    box = shapely.geometry.mapping(shapely.box(46.9, 39.9, 47.0, 40.1))
    zone.write_text(json.dumps({"type": "FeatureCollection", "features": [feature({"id": "z"}, box)]}), "utf-8")
    return table, zone


def test_the_crs_of_the_incidents_is_not_that_of_the_zones(tmp_path: Path) -> None:
    """Both points lie in the middle of the zone; --crs speaks of the table only."""
    table, zone = degrees_and_metres(tmp_path)
    answer = join_files(table, zone, out=tmp_path / "p.csv", options=Options(crs="EPSG:32638"))
    assert (answer["inside_any"], answer["outside"]) == (2, 0)


@pytest.mark.parametrize("same", ["incidents", "zones", "summary"])
def test_no_output_overwrites_an_input_or_another_output(tmp_path: Path, same: str) -> None:
    """Refused before anything is read, and the files are as they were."""
    table, zone = degrees_and_metres(tmp_path)
    before = table.read_bytes(), zone.read_bytes()
    out = {"incidents": table, "zones": tmp_path / "p.csv", "summary": tmp_path / "s.csv"}[same]
    summary = {"incidents": None, "zones": zone, "summary": tmp_path / "s.csv"}[same]
    with pytest.raises(UsageError, match="would be written over"):
        join_files(table, zone, out=out, summary=summary, options=Options(crs="EPSG:32638"))
    assert (table.read_bytes(), zone.read_bytes()) == before


def test_a_zone_without_geometry_is_told_and_none_at_all_is_refused(tmp_path: Path) -> None:
    """A record may lie in a zone that cannot be drawn: "outside" alone would be a wrong answer."""
    table, _ = degrees_and_metres(tmp_path)
    box = shapely.geometry.mapping(shapely.box(10, 10, 11, 11))
    some, none = tmp_path / "some.geojson", tmp_path / "none.geojson"
    some.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature({"id": "z"}, box), feature({"id": "y"}, None)]})
    )
    none.write_text(json.dumps({"type": "FeatureCollection", "features": [feature({"id": "y"}, None)]}))
    options = Options(crs="EPSG:32638")
    assert join_files(table, some, out=tmp_path / "p.csv", options=options)["zones_without_geometry"] == 1
    with pytest.raises(DataRefused, match="none of its zones has a geometry"):
        join_files(table, none, out=tmp_path / "q.csv", options=options)


def test_refused_records_are_listed_with_their_reasons(tmp_path: Path) -> None:
    """In the answers of map and join, with row and rule."""
    table, zone = tmp_path / "bad.csv", degrees_and_metres(tmp_path)[1]
    table.write_text("id,lon,lat\na,46.95,40.0\na,46.95,40.0\nb,x,40.0\n", "utf-8")
    options = Options(crs="EPSG:4326")
    joined = join_files(table, zone, out=tmp_path / "p.csv", options=options)
    mapped = map_files(table, zone, out=tmp_path / "m.html", options=options)
    for listed in (joined["findings"], mapped["finding_list"]):
        errors = {(found["row"], found["rule"]) for found in listed if found["severity"] == "error"}
        assert errors == {(3, "duplicate_id"), (4, "not_a_number")}
    assert joined["refused"] == mapped["refused"] == 2


@pytest.mark.parametrize("bandwidth_m", [0, -1, float("inf"), float("nan"), 1e12])
def test_an_impossible_bandwidth_is_a_usage_error(files: tuple[Path, Path], tmp_path: Path, bandwidth_m: float) -> None:
    """Before any geometry is made of it."""
    with pytest.raises(UsageError, match="is not possible"):
        density_file(files[0], out=tmp_path / "d.geojson", choices=DensityChoices(bandwidth_m=bandwidth_m))


def test_two_readings_of_one_file_are_two_editions(tmp_path: Path) -> None:
    """The edition's id tells maps apart that lie 500 km from one another."""
    table, _ = degrees_and_metres(tmp_path)
    ids = {
        map_files(table, out=tmp_path / f"{crs[-2:]}.html", options=Options(crs=crs))["edition"]
        for crs in ("EPSG:32638", "EPSG:32639")
    }
    assert len(ids) == 2


def test_frames_are_checked_as_files_are() -> None:
    """A bow-tie is repaired, a point among hazards refused, a wrong count not raised as somebody else's error."""
    incidents = gpd.GeoDataFrame(
        {"incident_id": ["a", "b"], "killed_civilian": ["two", "1"]},
        geometry=gpd.points_from_xy([46, 47], [40, 40]),
        crs=4326,
    )
    hazards = gpd.GeoDataFrame(
        {"hazard_id": ["h", "i"]},
        geometry=[shapely.Polygon([(46, 40), (47, 41), (47, 40), (46, 41), (46, 40)]), shapely.Point(46, 40)],
        crs=4326,
    )
    checked = ownfiles._from_frame(hazards, "hazards")
    assert (checked.ledger.repaired, checked.ledger.rejected) == (1, 1)
    read = ownfiles._from_frame(incidents, "incidents")
    assert read.frame["killed_civilian"].tolist() == [pd.NA, 1]
    with pytest.raises(DataRefused, match="hazard_id"):
        make_map(incidents, hazards=hazards.drop(columns="hazard_id"))


def two_layers(folder: Path) -> Path:
    """Write a GeoPackage with two points (dates written day first) and a square around the first of them."""
    path = folder / "all.gpkg"
    points = gpd.GeoDataFrame(
        {"incident_id": ["a", "b"], "date_start": ["03/04/2021", "13/04/2021"]},
        geometry=gpd.points_from_xy([46.91234, 46.99123], [40.02345, 40.02345]),
        crs=4326,
    )
    square = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[shapely.box(46.9, 40, 46.95, 40.05)], crs=4326)
    points.to_file(path, driver="GPKG", layer="accidents", SPATIAL_INDEX="NO")
    square.to_file(path, driver="GPKG", layer="closed", SPATIAL_INDEX="NO")
    return path


def test_incidents_and_zones_may_lie_in_one_file(tmp_path: Path) -> None:
    """Named by their layers: one of two points lies in the square. Unnamed, the layers are listed, none is taken."""
    path = two_layers(tmp_path)
    options = Options(part="accidents", zones_part="closed", date_order="dmy")
    joined = join_files(path, path, out=tmp_path / "p.csv", options=options)
    assert (joined["incidents"], joined["inside_any"], joined["outside"], joined["zones"]) == (2, 1, 1, 1)
    mapped = map_files(path, path, out=tmp_path / "m.html", options=options)
    assert (mapped["data_date"], mapped["zones"]["drawn"]) == ("2021-04-13", 1)
    assert density_file(path, out=tmp_path / "d.geojson", options=Options(part="accidents"))["n"] <= 2
    for call in (Options(), Options(part="accidents")):
        with pytest.raises(DataRefused, match="several layers that differ: 'accidents', 'closed'"):
            join_files(path, path, out=tmp_path / "q.csv", options=call)
    assert not (tmp_path / "q.csv").exists()


def test_a_notebook_names_the_layer_and_the_order_of_dates(tmp_path: Path) -> None:
    """3 April and 13 April; without the order the first is not known."""
    path = two_layers(tmp_path)
    dates = read_incidents(path, part="accidents", date_order="dmy")["date_start"].tolist()
    assert dates == ["2021-04-03", "2021-04-13"]
    assert read_incidents(path, part="accidents")["date_start"].isna().sum() >= 1
    assert read_zones(path, part="closed")["zone_id"].tolist() == ["z"]


def test_two_parts_of_one_file_are_two_editions(tmp_path: Path) -> None:
    """The same bytes, but not the same records."""
    path = tmp_path / "both.gpkg"
    for name, lon in (("one", 46.91234), ("two", 46.99123)):
        point = gpd.GeoDataFrame(
            {"incident_id": ["a"], name: ["x"]}, geometry=gpd.points_from_xy([lon], [40.02345]), crs=4326
        )
        point.to_file(path, driver="GPKG", layer=name, SPATIAL_INDEX="NO")
    ids = {
        map_files(path, out=tmp_path / f"{part}.html", options=Options(part=part))["edition"] for part in ("one", "two")
    }
    assert len(ids) == 2


@pytest.mark.parametrize("policy", ["reject", "raise"])
def test_a_refused_zone_makes_an_incomplete_map_that_says_so(
    files: tuple[Path, Path], tmp_path: Path, policy: OnInvalid
) -> None:
    """The bow-tie, refused: "1 zones … could not be drawn" stands on the page, and the answer is not complete. Or nothing."""
    out = tmp_path / "map.html"
    if policy == "raise":
        with pytest.raises(DataRefused, match="row 3"):
            map_files(*files, out=out, options=Options(on_invalid=policy))
        assert not out.exists()
        return
    answer = map_files(*files, out=out, options=Options(on_invalid=policy))
    assert (answer["complete"], answer["refused"], answer["zones"]["refused"]) == (False, 1, 1)
    assert "INCOMPLETE MAP: 1 zone or hazard area could not be drawn." in out.read_text("utf-8")


def test_a_hazard_whose_ground_cannot_be_told_makes_an_incomplete_map(files: tuple[Path, Path], tmp_path: Path) -> None:
    """A ring that encloses nothing (there and back) is no area: refused, and the map says that one is missing."""
    line = {
        "type": "Polygon",
        "coordinates": [[[660000, 4420000], [661000, 4421000], [660000, 4420000], [660000, 4420000]]],
    }
    good = square(660_000, 4_420_000, 100)
    path = tmp_path / "h.geojson"
    features = [feature({"hazard_id": name}, shape) for name, shape in (("a", line), ("b", good))]
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": UTM38, "features": features}), "utf-8")
    answer = map_files(*files, hazards=path, out=tmp_path / "map.html")
    assert answer["complete"] is False
    assert "INCOMPLETE MAP: 1 zone or hazard area" in (tmp_path / "map.html").read_text("utf-8")
