"""`mapper export`: formats by name, files placed whole or not at all, and every way in which that can fail."""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from mapper import exporting
from mapper.cli import app
from mapper.errors import Unwritable, UsageError
from mapper.exporting import Wishes, export
from mapper.output.export import FORMATS, export_tables, formats_named, target
from mapper.output.internal import MARKING
from mapper.output.published import ExportFacts, PublishedTable, columns_of, table_names, table_of
from mapper.terms import LANGUAGES, Said
from tests.killing import KILLED_AT_A_STEP
from tests.rfc7946 import faults

if TYPE_CHECKING:
    from collections.abc import Sequence

FACTS = ExportFacts(
    titles={"en": "Title"},
    organisations={"en": "Agency"},
    contacts=(),
    edition_id="0123456789ab",
    data_date="2026-11-23",
    stale_after=None,
    caveats=("caveat.blank",),
)
TOML = """\
[edition]
title = "Tiny"
organisation = "Agency"
data_date = 2026-11-23
stale_after_days = 180
languages = ["en", "az", "ru"]
area = [44.5, 38.2, 51.0, 42.1]

[[layer]]
name = "zones"
kind = "zones"
file = "zones.geojson"

[[layer]]
name = "incidents"
kind = "incidents"
file = "incidents.csv"
crs = "EPSG:4326"
"""
ROWS = "incident_id,date_start,settlement,lon,lat\nsecret-1,2021-01-28,Adkənd,46.50512,39.50512\n"


def zones(*names: str) -> PublishedTable:
    """Return a table of squares."""
    frame = gpd.GeoDataFrame(
        {column.name: [None] * len(names) for column in columns_of("zones")},
        geometry=[shapely.box(46 + at, 39, 46.5 + at, 40) for at in range(len(names))],
        crs="EPSG:4326",
    )
    return table_of("zones", frame.assign(zone_id=list(names), name=list(names)))


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """Return a folder of a zone and an accident that may be published by month and district only."""
    folder = tmp_path / "layers"
    folder.mkdir()
    (folder / "layers.toml").write_text(TOML, "utf-8")
    (folder / "incidents.csv").write_text(ROWS, "utf-8")
    ring = [[46, 39], [47, 39], [47, 40], [46, 40], [46, 39]]
    feature = {
        "type": "Feature",
        "properties": {"zone_id": "z"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Return all files and folders in a folder, hidden ones too."""
    return {path.name: path.read_bytes() if path.is_file() else b"<folder>" for path in folder.iterdir()}


# ------------------------------------------------------------------ columns
@pytest.mark.parametrize("name", table_names())
def test_every_column_has_a_title_and_a_description_in_each_language(name: str) -> None:
    """So has the mark of internal exports; a number with a unit says it in words too."""
    for column in columns_of(name):
        assert set(column.title) == set(column.description) == set(LANGUAGES), column.name
        assert column.title["en"] != column.name
        if column.unit:
            words = {"m": "metres", "km²": "square kilometre", "m²": "square metres", "ha": "hectares"}
            words |= {"°": "egrees", "1/km²": "per square kilometre"}
            assert words[column.unit] in column.description["en"], column.name


# ------------------------------------------------------------------ formats
def test_formats_are_named_once_and_unknown_ones_refused() -> None:
    """Commas and repetition."""
    assert [each.name for each in formats_named(["gpkg, kml", "gpkg"])] == ["gpkg", "kml"]
    with pytest.raises(UsageError, match=r"'dwg' is not a format\. Use one of geojson, gpkg"):
        formats_named(["gpkg,dwg"])


def test_only_the_format_that_is_asked_for_is_loaded() -> None:
    """A format costs nothing, and needs no library, until it is named."""
    program = (
        "import sys, mapper.output.export as e\n"
        "print([n for n in sys.modules if n.startswith('mapper.output.formats.')], 'xlsxwriter' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[] False"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("rasterio", r"the format geotiff needs 'rasterio', which is not installed.*hazard-mapper\[raster\]"),
        ("mapper.output.formats.geotiff", "the format geotiff is not part of this installation"),
    ],
)
def test_what_a_format_lacks_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str, told: str) -> None:
    """Its library, or the format itself; before any layer is read, and nothing is made."""

    def imported(_: str) -> None:
        raise ModuleNotFoundError(name=missing)

    monkeypatch.setattr(importlib, "import_module", imported)
    with pytest.raises(UsageError, match=told):
        target(tmp_path / "out", [FORMATS["geotiff"]])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["geojson", "kml", "kmz", "gpx"])
def test_formats_bound_to_wgs84_refuse_another_crs(tmp_path: Path, name: str) -> None:
    """In a sentence that says which could take it."""
    with pytest.raises(UsageError, match=f"{name} is always in WGS 84 .EPSG:4326., and EPSG:32638 is asked for"):
        target(tmp_path, [FORMATS[name]], to_crs="EPSG:32638")


def fake(monkeypatch: pytest.MonkeyPatch, name: str, write: Any) -> None:  # noqa: ANN401 - a function of a test
    """Put a writer in the place of a format's module."""
    real = importlib.import_module
    module = types.SimpleNamespace(write=write)
    at = f"mapper.output.formats.{FORMATS[name].module}"
    monkeypatch.setattr(importlib, "import_module", lambda asked: module if asked == at else real(asked))


def writes(files: dict[str, bytes], *notices: str) -> Any:  # noqa: ANN401 - a function of a test
    """Return a writer of files."""

    def write(_: Sequence[PublishedTable], folder: Path, __: ExportFacts) -> tuple[str, ...]:
        for name, each in files.items():
            (folder / name).write_bytes(each)
        return notices

    return write


def test_files_of_one_name_are_one_or_bear_their_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Equal bytes are written once; others are kept apart; notices are told once, in the language of the export."""
    said = Said.of("notice.no_density", vocabulary="export")
    fake(monkeypatch, "kml", writes({"zones.geojson": b"other", "doc.kml": b"k"}, said, said))
    facts = replace(FACTS, language="ru")
    where = target(tmp_path / "out", formats_named(["geojson,contours,kml"]))
    density = table_of(
        "density",
        gpd.GeoDataFrame(
            {column.name: [None] for column in columns_of("density")}, geometry=[shapely.box(46, 39, 47, 40)], crs=4326
        ),
    )
    told = export_tables([zones("z"), density], facts, where)
    styled = {f"{name}.{ending}" for name in ("zones", "density", "not_assessed") for ending in ("geojson", "qml")}
    assert set(told["files"]) == {*styled, "zones-kml.geojson", "doc.kml"}
    assert told["files"]["zones-kml.geojson"]["format"] == "kml"
    assert told["notices"] == ["В выпуске нет плотности, поэтому нет и её контуров."]
    for name, each in content(tmp_path / "out").items():
        assert told["files"][name]["sha256"] == hashlib.sha256(each).hexdigest()
        assert told["files"][name]["bytes"] == len(each)
    assert (told["edition"], told["tables"]) == ("0123456789ab", {"zones": 1, "density": 1})


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), shapely.errors.GEOSException("a defect of ours")]
)
def test_a_format_that_fails_leaves_what_was_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    """After another format of the same run has been written; a defect of ours is not dressed as a full disk."""

    def write(_: Sequence[PublishedTable], folder: Path, __: ExportFacts) -> tuple[str, ...]:
        (folder / "half.kml").write_bytes(b"<kml")
        raise error

    fake(monkeypatch, "kml", write)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "zones.geojson").write_bytes(b"old")
    where = target(tmp_path / "out", formats_named(["geojson,kml"]), overwrite=True)
    with pytest.raises(Unwritable if isinstance(error, OSError) else type(error)):
        export_tables([zones("z")], FACTS, where)
    assert content(tmp_path / "out") == {"zones.geojson": b"old"}


# ------------------------------------------------------------------ files and folders
def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    """The sentence names it; the other files of the run are not written either."""
    out = tmp_path / "ə b"
    export_tables([zones("a")], FACTS, target(out / "zones.geojson"))
    before = content(out)
    with pytest.raises(Unwritable, match=r"'zones\.geojson', 'zones\.qml' would be replaced in 'ə b'. Say --overw"):
        export_tables([zones("b")], FACTS, target(out, formats_named(["flatgeobuf,geojson"])))
    with pytest.raises(Unwritable, match=r"'zones\.geojson' would be replaced"):
        target(out / "zones.geojson")
    assert content(out) == before
    export_tables([zones("b")], FACTS, target(out, formats_named(["flatgeobuf,geojson"]), overwrite=True))
    assert set(content(out)) == {"zones.geojson", "zones.qml", "zones.fgb"}
    assert json.loads((out / "zones.geojson").read_bytes())["features"][0]["id"] == "b"


def test_a_file_says_its_format_and_its_table(tmp_path: Path) -> None:
    """By its ending and its name; what it cannot mean is refused, and nothing is made."""
    export_tables([zones("a")], FACTS, target(tmp_path / "zones.fgb"))
    assert set(content(tmp_path)) == {"zones.fgb"}
    with pytest.raises(UsageError, match=r"'areas\.fgb' is none of the tables.*Name one of zones\.fgb"):
        export_tables([zones("a")], FACTS, target(tmp_path / "areas.fgb"))
    with pytest.raises(UsageError, match="is a file of flatgeobuf, and another format is asked for"):
        target(tmp_path / "areas.fgb", formats_named(["kml"]))
    (tmp_path / "zones.geojson").mkdir()
    with pytest.raises(Unwritable, match=r"'zones\.geojson' is a folder"):
        target(tmp_path / "zones.geojson")
    with pytest.raises(Unwritable, match="cannot be written"):
        export_tables([zones("a")], FACTS, target(tmp_path, overwrite=True))
    (tmp_path / "zones.txt").write_bytes(b"mine")
    with pytest.raises(Unwritable, match=r"'zones\.txt' is a file, not a folder"):
        export_tables([zones("a")], FACTS, target(tmp_path / "zones.txt"))
    assert set(content(tmp_path)) == {"zones.fgb", "zones.geojson", "zones.txt"}


def test_what_a_format_writes_beside_its_file_begins_alike(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A format of one file gives it the name that is asked for."""
    fake(monkeypatch, "kml", writes({"map.kml": b"k", "map-left-out.csv": b"c", "README.txt": b"r"}))
    told = export_tables([zones("a")], FACTS, target(tmp_path / "Ağdam 1.kml"))
    assert set(told["files"]) == {"Ağdam 1.kml", "Ağdam 1-left-out.csv", "README.txt"} == set(content(tmp_path))


@pytest.mark.parametrize("name", ["geojson", "flatgeobuf", "geoparquet"])
@pytest.mark.parametrize("size", [64, 256])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, name: str, size: int) -> None:
    """A disk in memory that holds a first, small export; the next is a megabyte."""
    disk, (mount, umount) = tmp_path / "disk", (shutil.which(each) or "" for each in ("mount", "umount"))
    disk.mkdir()
    command = [mount, "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
    if not mount or not umount or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk needs root")
    try:
        old = {"zones." + name: b"old"}
        (disk / f"zones.{name}").write_bytes(b"old")
        ring = shapely.Point(46, 39).buffer(0.5, quad_segs=20_000)
        frame = gpd.GeoDataFrame(zones("a").frame, geometry=[ring], crs="EPSG:4326")
        where = target(disk, [FORMATS[name]], overwrite=True)
        with pytest.raises(Unwritable):
            export_tables([replace(zones("a"), frame=frame)], FACTS, where)
        assert content(disk) == old
    finally:
        subprocess.run([umount, str(disk)], check=True)


LIMITED = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
from mapper.errors import Unwritable
from mapper.output.export import FORMATS, export_tables, target
from tests.test_export import FACTS, zones
try:
    export_tables([zones(*map(str, range(3000)))], FACTS, target(Path(sys.argv[1]), [FORMATS[sys.argv[2]]], overwrite=True))
except Unwritable as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no limit of a file's size")
@pytest.mark.parametrize(("name", "ending"), [("geojson", "geojson"), ("flatgeobuf", "fgb"), ("geoparquet", "parquet")])
def test_a_limit_of_a_files_size_leaves_the_old_file_whole(tmp_path: Path, name: str, ending: str) -> None:
    """A quota: the file ends in the middle, whatever the library thinks of it."""
    (tmp_path / f"zones.{ending}").write_bytes(b"old")
    command = [sys.executable, "-c", LIMITED, str(tmp_path), name, "20000"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.stdout.strip(), done.stderr
    assert content(tmp_path) == {f"zones.{ending}": b"old"}


KILLED = f"""
from mapper.output.export import export_tables, formats_named, target
from tests.test_export import FACTS, zones
{KILLED_AT_A_STEP}where = target(Path(sys.argv[1]), formats_named(["geojson,flatgeobuf"]), overwrite=True)
export_tables([zones("new")], FACTS, where)
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
@pytest.mark.parametrize("step", [0, 1, 2, 4, 6, 7])
def test_an_export_that_is_killed_leaves_every_file_whole(tmp_path: Path, step: int) -> None:
    """Killed at a flush or a rename, early and late: each file is the old or the new one; the next run clears up."""
    out, new = tmp_path / "out", tmp_path / "new"
    where = formats_named(["geojson,flatgeobuf"])
    export_tables([zones("old")], FACTS, target(out, where))
    export_tables([zones("new")], FACTS, target(new, where))
    old = content(out)
    command = [sys.executable, "-c", KILLED, str(out), str(step)]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parent.parent)
    assert done.returncode == -signal.SIGKILL
    for name, each in old.items():
        assert (out / name).read_bytes() in {each, (new / name).read_bytes()}
    if step == 0:
        assert {name: (out / name).read_bytes() for name in old} == old
    export_tables([zones("new")], FACTS, target(out, where, overwrite=True))
    assert content(out) == content(new)


WRITER = """
import sys
from pathlib import Path
from mapper.errors import Unwritable
from mapper.output.export import export_tables, formats_named, target
from tests.test_export import FACTS, zones
where = target(Path(sys.argv[1]), formats_named(["geojson,flatgeobuf,geoparquet"]), overwrite=sys.argv[3] == "yes")
try:
    for turn in range(5):
        export_tables([zones(sys.argv[2] * 1000)], FACTS, where)
except Unwritable as error:
    print(error)
"""


def test_a_name_with_the_ending_of_no_format_is_no_folder(tmp_path: Path) -> None:
    """A slip of the pen would make a folder of that name; a folder that is there may be named anyhow, and so may numbers."""
    with pytest.raises(UsageError, match=r"'zones.dwg' ends as a file, and '.dwg' is the ending of no format"):
        target(tmp_path / "zones.dwg")
    (tmp_path / "zones.new").mkdir()
    assert target(tmp_path / "zones.new").file is None
    assert target(tmp_path / "2026.11").file is None


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
@pytest.mark.parametrize("overwrite", ["yes", "no"])
def test_two_exports_into_one_folder_do_not_mix(tmp_path: Path, overwrite: str) -> None:
    """When both are done, all files are of one of them; without --overwrite the later one is told what it would replace."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "out"), letter, overwrite],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        for letter in "xy"
    ]
    told = [run.communicate(timeout=300)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    found = content(tmp_path / "out")
    assert set(found) == {"zones.geojson", "zones.qml", "zones.fgb", "zones.parquet"}
    of = {letter for letter in "xy" if letter.encode() * 1000 in found["zones.geojson"]}
    assert len(of) == 1
    (letter,) = of
    export_tables(
        [zones(letter * 1000)], FACTS, target(tmp_path / "one", formats_named(["geojson,flatgeobuf,geoparquet"]))
    )
    assert content(tmp_path / "one") == found
    assert all(("would be replaced" in each) == (overwrite == "no") for each in told)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights bind only a user who is not root")
def test_a_folder_without_the_right_to_write_stays_as_it_is(tmp_path: Path) -> None:
    """As on a shared folder of somebody else."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(Unwritable, match="Permission denied"):
            export_tables([zones("a")], FACTS, target(tmp_path))
    finally:
        tmp_path.chmod(0o700)
    assert content(tmp_path) == {}


# ------------------------------------------------------------------ the command
def test_layers_are_exported_as_they_are_published(layers: Path, tmp_path: Path) -> None:
    """The answer has the keys that scripts rely on; what only the full records hold is in no file."""
    done = CliRunner().invoke(
        app,
        [
            "export",
            str(layers),
            "--to",
            str(tmp_path / "out"),
            "--format",
            "geojson,geoparquet",
            "--lang",
            "az",
            "--json",
        ],
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"edition", "to", "files", "notices", "tables"}
    assert told["tables"]["incidents"] == 1
    files = content(tmp_path / "out")
    assert set(files) == set(told["files"])
    assert all(set(each) == {"bytes", "sha256", "format"} for each in told["files"].values())
    assert not any(
        secret in each for each in files.values() for secret in (b"46.50512", b"2021-01-28", "Adkənd".encode())
    )
    assert json.loads(files["zones.geojson"])["title"] == "Girişi qadağan olunmuş zonalar"


def test_full_records_are_marked_in_name_file_and_record(layers: Path, tmp_path: Path) -> None:
    """Each file of an internal export begins with INTERNAL, and so must the name of one that is asked for."""
    export(layers, tmp_path / "out", Wishes(formats=("geojson", "flatgeobuf"), internal=True))
    files = content(tmp_path / "out")
    assert all(name.startswith("INTERNAL-") for name in files)
    collection = json.loads(files["INTERNAL-incidents.geojson"])
    assert faults(files["INTERNAL-incidents.geojson"]) == []
    assert collection["marking"] == MARKING
    (record,) = (feature["properties"] for feature in collection["features"])
    assert (record["marking"], record["incident_id"], record["date_start"]) == (MARKING, "secret-1", "2021-01-28")
    assert json.loads(files["INTERNAL-zones.geojson"])["features"][0]["properties"]["marking"] == MARKING
    with pytest.raises(UsageError, match=r"its name does not say so. Name it INTERNAL-incidents\.geojson"):
        export(layers, tmp_path / "incidents.geojson", Wishes(internal=True))


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (Wishes(formats=("dwg",)), "'dwg' is not a format"),
        (Wishes(language="de"), "'de' is not a language"),
        (Wishes(crs="EPSG:99999"), "EPSG:99999"),
        (Wishes(crs="EPSG:32638"), "geojson is always in WGS 84"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wishes: Wishes, told: str
) -> None:
    """In a sentence, and no folder is made."""
    monkeypatch.setattr(exporting, "_read", None)
    with pytest.raises(UsageError, match=told):
        export(None, tmp_path / "out", wishes)
    assert not (tmp_path / "out").exists()


def test_an_edition_has_no_full_records(layers: Path, tmp_path: Path) -> None:
    """They are asked for of the layers."""
    (layers / "MANIFEST.json").write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="is an edition, which holds no full records"):
        export(layers, tmp_path / "out", Wishes(internal=True))
