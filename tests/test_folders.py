"""Folders and archives of files: every data file is read or refused aloud, and what is left aside is said."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely

from mapper import report
from mapper.answers import each_file, exit_code
from mapper.asked import Asked
from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, MapperError, Unreadable
from mapper.inspection import inspect, inspect_all
from mapper.intake.files import read_content, read_layer
from mapper.intake.folders import list_folder, sort_out
from tests.test_workbooks import HEADER, xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.model import Layer

TABLE = b"incident_id,lon,lat\na,46.91234,40.02345\nb,46.92345,40.03456\n"
HERE = Asked(crs="EPSG:4326", area=(44.5, 38.2, 51, 42.1))


def squares(kind: str, count: int, west: float = 46.0) -> bytes:
    """Make so many squares of 0.01 degree as GeoJSON, with an id of the kind."""
    features = [
        {
            "type": "Feature",
            "properties": {f"{kind}_id": f"{kind}{n}", "name": f"Ağdam {n}"},
            "geometry": shapely.geometry.mapping(shapely.box(west + n / 10, 39, west + n / 10 + 0.01, 39.01)),
        }
        for n in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def frame(kind: str, count: int, west: float = 46.0) -> gpd.GeoDataFrame:
    """Make the same as a frame."""
    return gpd.GeoDataFrame.from_features(json.loads(squares(kind, count, west)), crs="EPSG:4326")


def shapefile(folder: Path, name: str, kind: str = "zone", count: int = 2) -> dict[str, bytes]:
    """Write a shapefile and return its files by name."""
    folder.mkdir(exist_ok=True)
    frame(kind, count).to_file(folder / f"{name}.shp", driver="ESRI Shapefile", encoding="UTF-8")
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{name}.*"))}


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Make an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def spread(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder and folders in it."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def counts(answer: Mapping[str, Any]) -> tuple[int, ...]:
    """Return counted, kept, repaired, rejected."""
    return tuple(answer[key] for key in ("counted", "kept", "repaired", "rejected"))


def rules(answer: Mapping[str, Any]) -> list[tuple[str, str | None, int | None]]:
    """Return rule, layer and row of each finding."""
    return [(found["rule"], found["layer"], found["row"]) for found in answer["findings"]]


# ------------------------------------------------------------ which files


@pytest.mark.parametrize(
    ("names", "files", "skipped"),
    [
        (["a.csv", "b.geojson", "c.gpkg"], ["a.csv", "b.geojson", "c.gpkg"], []),
        (["a.shp", "a.shx", "a.dbf", "a.prj", "a.cpg", "a.shp.xml", "a.sbn"], ["a.shp"], []),
        (["A.SHP", "a.dbf", "A.Prj"], ["A.SHP"], []),
        (["x/a.shp", "y/a.dbf"], ["x/a.shp", "y/a.dbf"], []),  # of another folder: a table without its shapes
        (["a.shx", "a.prj"], [], ["a.prj", "a.shx"]),
        (["a.gpkg", "a.gpkg-wal", "a.gpkg-shm"], ["a.gpkg"], []),
        (["a.csv", "a.csvt", "a.qml", "README.md", "licence.txt"], ["a.csv"], ["README.md", "a.csvt", "a.qml", "licence.txt"]),
        (["old.xls", "plan.dwg", "list.docx", "noending"], ["list.docx", "noending", "old.xls", "plan.dwg"], []),
        ([".DS_Store", "__MACOSX/._a.csv", "Thumbs.db", "~$a.xlsx", ".git/config"], [], [
            ".DS_Store", ".git/config", "Thumbs.db", "__MACOSX/._a.csv", "~$a.xlsx",
        ]),
        (["sub/deep/ə b.csv"], ["sub/deep/ə b.csv"], []),
    ],
)  # fmt: skip
def test_what_may_hold_records_is_told_from_what_does_not(
    names: list[str], files: list[str], skipped: list[str]
) -> None:
    """By hand: a kind that is not read but may hold records is a data file, so that it is refused aloud."""
    listed = sort_out(map(PurePosixPath, names))
    assert [str(name) for name in listed.files] == files
    assert sorted(name for name, _ in listed.skipped) == sorted(skipped)
    assert all(why for _, why in listed.skipped)


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A folder received from somebody else may point at any file of this machine, or at itself without end."""
    (tmp_path / "outside.csv").write_bytes(TABLE)
    folder = spread(tmp_path / "given", {"a.csv": TABLE})
    (folder / "b.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "round").symlink_to(folder)
    listed = list_folder(folder)
    assert [str(name) for name in listed.files] == ["a.csv"]
    assert sorted(listed.skipped) == [("b.csv", "it is a link"), ("round/", "it is a link")]


def test_a_folder_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files against two: whoever types `/` does not mean it."""
    monkeypatch.setattr("mapper.intake.folders.MOST_FILES", 2)
    with pytest.raises(DataRefused, match="more than 2 files"):
        list_folder(spread(tmp_path, {"a.csv": b"", "b.csv": b"", "c.csv": b""}))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_a_folder_that_may_not_be_opened_is_said(tmp_path: Path) -> None:
    """What is in there would be passed over."""
    folder = spread(tmp_path, {"a.csv": TABLE, "locked/b.csv": TABLE})
    (folder / "locked").chmod(0)
    with pytest.raises(Unreadable, match="locked: the folder cannot be opened"):
        list_folder(folder)


# ------------------------------------------------------------ checking a folder


def test_every_data_file_of_a_folder_is_checked(tmp_path: Path) -> None:
    """A table, squares in a folder within, a shapefile of five files: 2 + 3 + 2 records; what is not read is listed."""
    shapes = shapefile(tmp_path / "made", "zones")
    folder = spread(tmp_path / "given", {"a.csv": TABLE, "sub/h.geojson": squares("hazard", 3), "notes.txt": b"x"})
    spread(folder, {f"sub/{name}": content for name, content in shapes.items()})
    answer = inspect_all([folder], HERE)
    assert [(each["file"], each["kind"], *counts(each)) for each in answer["files"]] == [
        ("a.csv", "incidents", 2, 2, 0, 0),
        ("sub/h.geojson", "hazards", 3, 3, 0, 0),
        ("sub/zones.shp", "zones", 2, 2, 0, 0),
    ]
    assert counts(answer) == (7, 7, 0, 0)
    assert answer["skipped"] == [{"file": "notes.txt", "why": "files of its kind hold no records"}]
    assert {found["file"] for each in answer["files"] for found in each["findings"]} <= {
        e["file"] for e in answer["files"]
    }
    assert report.skipped(answer["skipped"]) == "notes.txt: not read; files of its kind hold no records."


def test_a_file_that_is_not_read_is_refused_not_passed_over(tmp_path: Path) -> None:
    """An old workbook may hold every accident there is: exit code 1, and the good file is checked."""
    answer = inspect_all([spread(tmp_path, {"a.csv": TABLE, "old.xls": b"\xd0\xcf\x11\xe0"})], HERE)
    good, bad = each_file(answer)
    assert (good["kept"], bad["verdict"], bad["findings"][0]["value"]) == (
        2, "reject", "files of the kind '.xls' are not read",
    )  # fmt: skip
    assert (answer["verdict"], exit_code([good, bad])) == ("reject", 1)


@pytest.mark.parametrize("files", [{}, {"a.txt": b"x"}, {".a.csv": TABLE}])
def test_a_folder_without_data_is_one_sentence(tmp_path: Path, files: dict[str, bytes]) -> None:
    """It is not an empty answer: somebody meant something."""
    (tmp_path / "given").mkdir()
    answer = inspect_all([spread(tmp_path / "given", files)])
    (each,) = answer["files"]
    assert report.checked(each) == "given: the folder holds no data file. Name the folder of the files."
    assert (answer["verdict"], exit_code([each])) == ("reject", 1)


CATALOGUE = """[edition]
title = "t"
organisation = "o"
data_date = 2026-11-23
area = [44.5, 38.2, 51, 42.1]
"""
LAYER = '[[layer]]\nname = "{name}"\nkind = "{kind}"\nfile = "{file}"\n{more}\n'


def test_a_folder_with_a_catalogue_is_checked_as_that_says(tmp_path: Path) -> None:
    """Kind, CRS and columns come from it; a data file it does not name is told."""
    named = LAYER.format(name="acc", kind="incidents", file="a.csv", more='crs = "EPSG:4326"')
    folder = spread(tmp_path, {"a.csv": TABLE, "more.csv": TABLE, "layers.toml": (CATALOGUE + named).encode()})
    answer = inspect_all([folder])
    assert [(each["file"], each["layers"], each["verdict"]) for each in answer["files"]] == [
        ("a.csv", ["acc"], "accept")
    ]
    assert {each["file"]: each["why"] for each in answer["skipped"]} == {
        "layers.toml": "it is the catalogue",
        "more.csv": "layers.toml does not name it",
    }


def test_a_broken_catalogue_refuses_its_folder(tmp_path: Path) -> None:
    """Its files could be anything."""
    answer = inspect_all([spread(tmp_path, {"a.csv": TABLE, "layers.toml": b"["})])
    (each,) = answer["files"]
    assert (each["verdict"], "TOML" in report.checked(each)) == ("reject", True)


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    """The wrong row is in `b`, and so says its finding; across the two, the repeated ids are told of both."""
    bad = TABLE + b"c,4o,40\n"
    first, second = (spread(tmp_path / name, {"a.csv": content}) for name, content in (("a", TABLE), ("b", bad)))
    for answer in (inspect_all([tmp_path], HERE), inspect_all([first, second], HERE)):
        assert [each["file"] for each in answer["files"]] == ["a/a.csv", "b/a.csv"]
        assert [each["rejected"] for each in answer["files"]] == [0, 1]
        assert all(found["file"] == each["file"] for each in answer["files"] for found in each["findings"])


def test_the_zones_extent_stands_in_for_the_area(tmp_path: Path) -> None:
    """A swapped point: without an area a swap cannot be told; with the zones' extent it is named."""
    swapped = spread(
        tmp_path, {"a.csv": b"incident_id,lon,lat\na,39.00512,46.00523\n", "z.geojson": squares("zone", 1)}
    )
    crs = Asked(crs="EPSG:4326")
    alone = inspect(swapped / "a.csv", crs="EPSG:4326")
    both = inspect_all([swapped / "z.geojson", swapped / "a.csv"], crs)["files"][1]
    assert "no_area" in {rule for rule, _, _ in rules(alone)}
    assert "no_area" not in {rule for rule, _, _ in rules(both)}
    assert any("swap" in rule for rule, _, _ in rules(both))


# ------------------------------------------------------------ several layers in a file


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a GeoPackage with three zones and two hazards."""
    path = tmp_path / "all.gpkg"
    frame("zone", 3).to_file(path, driver="GPKG", layer="closed", SPATIAL_INDEX="NO")
    frame("hazard", 2, 47).to_file(path, driver="GPKG", layer="mined", SPATIAL_INDEX="NO")
    return path


def test_layers_that_differ_are_each_checked(package: Path) -> None:
    """3 + 2 records, each layer of its kind; the findings say their layer."""
    answer = inspect(package, area=HERE.area)
    assert (answer["layers"], answer["kind"], counts(answer)) == (["closed", "mined"], None, (5, 5, 0, 0))
    assert [(part["layer"], part["kind"], part["counted"]) for part in answer["parts"]] == [
        ("closed", "zones", 3),
        ("mined", "hazards", 2),
    ]
    assert {layer for _, layer, _ in rules(answer)} == {"closed", "mined"}
    assert "layer 'mined': hazards" in report.checked(answer)


def test_one_layer_can_be_named(package: Path) -> None:
    """By --part; a name that is none is answered with the names there are."""
    answer = inspect(package, part="mined", area=HERE.area)
    assert (answer["kind"], counts(answer)) == ("hazards", (2, 2, 0, 0))
    refused = inspect(package, part="mines")
    assert refused["findings"][0]["value"] == "it has no sheet or layer 'mines', but 'closed', 'mined'"
    assert read_layer(layer_entry(package, "zones", part="closed")).counted == 3
    with pytest.raises(DataRefused, match=r"several layers that differ: 'closed', 'mined'.*--part"):
        read_layer(layer_entry(package, "zones"))


def test_one_bad_layer_does_not_hide_the_others(tmp_path: Path) -> None:
    """As districts, the second layer lacks their names: two refused, three kept, exit code 1."""
    package = tmp_path / "all.gpkg"
    frame("district", 3).to_file(package, driver="GPKG", layer="closed", SPATIAL_INDEX="NO")
    frame("district", 2, 47).drop(columns="name").to_file(package, driver="GPKG", layer="mined", SPATIAL_INDEX="NO")
    answer = inspect(package, kind="districts", area=HERE.area)
    assert (answer["verdict"], counts(answer), exit_code([answer])) == ("repair-with-warning", (5, 3, 0, 2), 1)
    (refused,) = [found for found in answer["findings"] if found["severity"] == "error"]
    assert (refused["rule"], refused["layer"], refused["done"]) == ("file_refused", "mined", "The layer was refused.")


def test_rows_of_layers_read_together_are_told_in_their_layer(tmp_path: Path) -> None:
    """Ten squares as two layers; the second layer's third one repeats an id of the first layer: both rows named there."""
    path = tmp_path / "all.gpkg"
    frame("zone", 5).to_file(path, driver="GPKG", layer="north", SPATIAL_INDEX="NO")
    south = frame("zone", 5, 48)
    south["zone_id"] = ["s0", "s1", "zone3", "s3", "s4"]
    south.to_file(path, driver="GPKG", layer="south", SPATIAL_INDEX="NO")
    answer = inspect(path, area=HERE.area)
    assert (answer["layers"], answer["counted"], "parts" in answer) == (["north", "south"], 10, False)
    twice = [(layer, row) for rule, layer, row in rules(answer) if rule == "duplicate_id"]
    assert ("south", 3) in twice
    assert set(twice) <= {("north", 4), ("south", 3)}


def test_an_empty_layer_beside_a_full_one_is_told_and_left(tmp_path: Path) -> None:
    """One layer with data is the one."""
    path = tmp_path / "all.gpkg"
    frame("zone", 2).to_file(path, driver="GPKG", layer="full", SPATIAL_INDEX="NO")
    frame("hazard", 1).iloc[:0].to_file(path, driver="GPKG", layer="empty", SPATIAL_INDEX="NO")
    layer = read_layer(layer_entry(path, "zones"))
    assert (layer.counted, [(found.rule, found.severity, found.value) for found in layer.findings]) == (
        2, [("empty_layer", "info", "empty")],
    )  # fmt: skip


def test_the_rows_of_a_sheet_with_gaps_do_not_run_into_the_next() -> None:
    """Row 9 of the first sheet is its second record; the second sheet starts after it, and its rows keep their numbers."""
    book = sheets(("A", "visible", (2, 9)), ("B", "visible", (2, 3)))
    layer = read_book(book)
    assert list(layer.frame.index) == [2, 9, 11, 12]
    assert [part.before for part in layer.parts] == [0, 9]


def sheets(*named: tuple[str, str, tuple[int, ...]]) -> bytes:
    """Make a workbook of sheets with records in some rows."""

    def row(number: int) -> str:
        return f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}"><v>1</v></c></row>'

    return xlsx(*((name, state, HEADER + "".join(map(row, rows))) for name, state, rows in named))


def read_book(content: bytes, part: str = "") -> Layer:
    """Read a workbook as one layer."""
    return read_content(layer_entry(Path("book.xlsx"), "incidents", part=part), content)


def test_a_hidden_sheet_is_never_mixed_in(tmp_path: Path) -> None:
    """For a map it is asked about; a check reads it as well and says so; named, it is read."""
    book = sheets(("now", "visible", (2,)), ("old", "hidden", (2, 3)))
    with pytest.raises(DataRefused, match=r"'now', 'old' \(hidden\)"):
        read_book(book)
    assert read_book(book, part="old").counted == 2
    (tmp_path / "b.xlsx").write_bytes(book)
    answer = inspect(tmp_path / "b.xlsx", kind="incidents")
    assert (answer["layers"], answer["counted"]) == (["now", "old"], 3)
    assert ("hidden_sheet", "old", None) in rules(answer)


def test_a_sheet_that_is_no_table_is_refused_by_row(tmp_path: Path) -> None:
    """A cover sheet with two cells alike in its first row and one row below; the table is checked."""
    cell = '<c r="{at}" t="inlineStr"><is><t>Report</t></is></c>'
    cover = f'<row r="1">{cell.format(at="A1")}{cell.format(at="B1")}</row><row r="2">{cell.format(at="A2")}</row>'
    table = HEADER.replace(">id<", ">incident_id<") + '<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>1</v></c></row>'
    (tmp_path / "b.xlsx").write_bytes(xlsx(("cover", "visible", cover), ("table", "visible", table)))
    answer = inspect(tmp_path / "b.xlsx", kind="incidents")
    assert counts(answer) == (2, 1, 0, 1)
    assert ("unreadable_row", "cover", 2) in rules(answer)


# ------------------------------------------------------------ archives of data files


def test_every_member_of_an_archive_is_read(tmp_path: Path) -> None:
    """A table, squares, a GeoPackage and a shapefile in folders: each is a layer; counts add up, documents are told."""
    frame("hazard", 2, 47).to_file(tmp_path / "h.gpkg", driver="GPKG", SPATIAL_INDEX="NO")
    members = {
        "a.csv": TABLE,
        "deep/z.geojson": squares("zone", 3),
        "deep/h.gpkg": (tmp_path / "h.gpkg").read_bytes(),
        "licence.txt": b"free",
        "__MACOSX/._a.csv": b"x",
        **{f"shapes/{name}": content for name, content in shapefile(tmp_path / "s", "more").items()},
    }
    (tmp_path / "all.zip").write_bytes(zipped(members))
    answer = inspect(tmp_path / "all.zip", crs="EPSG:4326", area=HERE.area)
    assert {part["layer"]: (part["kind"], part["counted"]) for part in answer["parts"]} == {
        "a": ("incidents", 2),
        "h": ("hazards", 2),
        "more": ("zones", 2),
        "z": ("zones", 3),
    }
    assert counts(answer) == (9, 9, 0, 0)
    assert {found["file"] for found in answer["findings"]} == {"all.zip"}
    assert [found["value"] for found in answer["findings"] if found["rule"] == "file_skipped"] == [
        "licence.txt: files of its kind hold no records"
    ]


@pytest.mark.parametrize(
    ("part", "counted"), [("a", 2), ("z", 3), ("two/closed", 3), ("two/mined", 2), ("b.csv", 2), ("x/b.geojson", 1)]
)
def test_one_member_can_be_named(tmp_path: Path, package: Path, part: str, counted: int) -> None:
    """By its name without folder and ending where that is plain, with a layer of it where it has several."""
    members = {
        "x/a.csv": TABLE, "z.geojson": squares("zone", 3), "x/two.gpkg": package.read_bytes(), "b.csv": TABLE,
        "x/b.geojson": squares("zone", 1),
    }  # fmt: skip
    path = tmp_path / "all.zip"
    path.write_bytes(zipped(members))
    assert read_layer(layer_entry(path, "zones", part=part)).counted == counted


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": TABLE, "inner.zip": zipped({"b.csv": TABLE})}, "also holds 'inner.zip', an archive"),
        ({"a.csv": TABLE, "inner.tar.gz": b"x"}, "also holds 'inner.tar.gz', an archive"),
        ({"readme.txt": b"x"}, "no data file"),
        ({"a.csv": TABLE, "b.xls": b"x"}, "layer 'b': 'b.xls' in it: files of the kind '.xls' are not read"),
        ({"a.csv": TABLE, "b.csv": b"PK\x03\x04"}, "layer 'b': 'b.csv' in it: it is a zip archive"),
        ({"a.csv": TABLE, "b.kmz": zipped({"doc.kml": b"<!DOCTYPE a><kml/>"})}, "layer 'b'.*document type"),
    ],
)
def test_an_archive_is_read_whole_or_refused(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    """An archive in it, nothing in it, a member that is not read or not what it says: the member is named."""
    path = tmp_path / "all.zip"
    path.write_bytes(zipped(members))
    with pytest.raises(MapperError, match=said) as caught:
        read_layer(layer_entry(path, "incidents"))
    assert str(caught.value).startswith("all.zip")


def test_workbooks_in_an_archive_count_against_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of about 2 kB unpacked each, against 3 kB: each alone would do."""
    book = sheets(("A", "visible", (2,)))
    monkeypatch.setattr("mapper.intake.packed.unpacked_bytes", lambda _: 2000)
    monkeypatch.setattr("mapper.intake.packed.MOST_UNPACKED_BYTES", 3000)
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({"a.xlsx": book}))
    assert read_layer(layer_entry(path, "incidents")).counted == 1
    path.write_bytes(zipped({"a.xlsx": book, "b.xlsx": book}))
    with pytest.raises(DataRefused, match="unpack to too much"):
        read_layer(layer_entry(path, "incidents"))


@pytest.mark.filterwarnings("ignore:Column names longer than 10 characters")
@pytest.mark.filterwarnings("ignore:Normalized/laundered field name")
def test_names_cut_by_a_shapefile_are_known(tmp_path: Path) -> None:
    """Ten letters are left of `incident_id` and `killed_civilian`; it is said what they were read as. Not so in a table."""
    points = gpd.GeoDataFrame(
        {"incident_id": ["a"], "killed_civilian": [2], "settlement": ["Ağdam"]},
        geometry=[shapely.Point(46.91234, 40.02345)],
        crs="EPSG:4326",
    )
    points.to_file(tmp_path / "a.shp", driver="ESRI Shapefile", encoding="UTF-8")
    (tmp_path / "a.zip").write_bytes(zipped({each.name: each.read_bytes() for each in tmp_path.glob("a.*")}))
    for name in ("a.shp", "a.zip"):
        answer = inspect(tmp_path / name, kind="incidents", area=HERE.area)
        assert answer["mapping"] == {"incident_i": "incident_id", "killed_civ": "killed_civilian"}
        assert counts(answer) == (1, 1, 0, 0)
    (tmp_path / "a.csv").write_text("incident_i,killed_civ\na,2\n")
    assert inspect(tmp_path / "a.csv", kind="incidents")["verdict"] == "reject"
