"""The command line as a user meets it: a process of its own, its exit code, one sentence, one JSON object."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEYS = [
    *(
        "file",
        "sha256",
        "kind",
        "layers",
        "crs",
        "verdict",
        "counted",
        "kept",
        "repaired",
        "rejected",
        "mapping",
        "findings",
    )
]
GOOD = "incident_id,lon,lat\na,46.91234,40.02345\n"
POINT = '{"type":"Feature","properties":{"incident_id":"a"},"geometry":{"type":"Point","coordinates":[46.9,40]}}'


def run(*arguments: str, cwd: Path, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `python -m mapper` (or a line of Python) with this folder's package, in a locale without UTF-8."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    start = ["-c", code] if code else ["-m", "mapper"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


BAD: dict[str, tuple[str, bytes, list[str]]] = {
    "empty": ("bad.csv", b"", ["empty"]),
    "header only": ("bad.csv", b"incident_id,lon,lat\n", ["no records"]),
    "no CRS": ("bad.csv", GOOD.encode(), ["no coordinate reference system", "--crs"]),
    "wrong columns": ("bad.csv", b"colour,shape\na,round\n", ["column 'incident_id'", "Rename"]),
    "two lat": ("bad.csv", b"incident_id,lat,lat\na,1,2\n", ["row 1", "column 'lat'", "Rename or remove one"]),
    "unclosed quote": ("bad.csv", b'incident_id,note\na,x\nb,"y\nc,z\n', ["row 3", "quotation mark"]),
    "Latin-1": ("bad.csv", "incident_id,note\na,café\n".encode("latin-1"), ["row 2", "UTF-8"]),
    "a zip": ("bad.csv", b"PK\x03\x04\x00\x00", ["zip archive", "convert"]),
    "XML in GeoJSON": ("bad.geojson", b"<OGRVRTDataSource/>", ["XML"]),
    "cut GeoJSON": ("bad.geojson", b'{"type":"FeatureCollection","features":[', ["line 1", "cut short"]),
    "ESRI JSON": ("bad.geojson", b'{"geometryType":"esriGeometryPoint","features":[]}', ["no", "FeatureCollection"]),
    "crs null": ("bad.geojson", b'{"type":"FeatureCollection","crs":null,"features":[]}', ["'crs' member", "EPSG"]),
    "metres": (
        "bad.geojson",
        POINT.replace("46.9,40", "493000,4427000").encode(),
        ["too large to be degrees", "--crs"],
    ),
    "unknown format": ("bad.dwg", b"AC1032", [".dwg", ".geojson"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_sentence_and_one_object(tmp_path: Path, case: str) -> None:
    """What is wrong, where, and what to do, on standard error; the contract's keys on standard output; exit code 1."""
    name, content, said = BAD[case]
    (tmp_path / name).write_bytes(content)
    done = run("check", name, "--kind", "incidents", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{name}")
    assert done.stderr.endswith(".\n")
    assert "Traceback" not in done.stderr
    assert all(part in done.stderr for part in said), done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert list(answer) == KEYS
    assert answer["verdict"] == "reject"


def test_refused_rows_are_told_in_a_table(tmp_path: Path) -> None:
    """Severity, rule, where, value and what was done of each, what to do of each rule; the good row is kept."""
    (tmp_path / "a.csv").write_text(GOOD + "b,4o.1,40\nc,40,01,46,93\n", encoding="utf-8")
    done = run(
        "check", "a.csv", "--kind", "incidents", "--crs", "EPSG:4326", "--area", "44.5,38.2,51,42.1", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert [re.split(" {2,}", line.strip()) for line in done.stderr.splitlines()] == [
        ["a.csv: repair-with-warning (3 counted, 1 kept, 0 repaired, 2 rejected)"],
        ["severity", "rule", "where", "value", "what was done"],
        ["error", "not_a_number", "row 3, column 'lon'", "The record was refused. Its text is not shown."],
        ["error", "unreadable_row", "row 4", "5 cells where the header has 3", "The record was refused."],
        ["what to do"],
        ["not_a_number: This is not a number. Write a plain number with a decimal point."],
        ["unreadable_row: This row could not be read. Count the separators and the quotation marks of this row."],
    ]
    heading, first, second = done.stderr.splitlines()[1:4]
    assert heading.index("what was done") == first.index("The record") == second.index("The record")


def test_what_is_not_shown_is_counted_by_rule(tmp_path: Path) -> None:
    """25 records without a number: 20 are shown, 5 counted."""
    rows = "".join(f"r{n},4o.1,40.02345\n" for n in range(25))
    (tmp_path / "a.csv").write_text(GOOD + rows, encoding="utf-8")
    done = run(
        "check", "a.csv", "--kind", "incidents", "--crs", "EPSG:4326", "--area", "44.5,38.2,51,42.1", cwd=tmp_path
    )
    assert done.stderr.count("error  ") == 20
    assert "… and 5 more (5 not_a_number); --csv FILE or --json lists them all." in done.stderr


WRONG_PATHS = {
    "missing.csv": "missing.csv: there is no such file.",
    "no folder/ə b.csv": "ə b.csv: there is no such file.",
    "/dev/zero": "zero: it is a device, a pipe or a socket, not a file.",
    "pipe.csv": "pipe.csv: it is a device, a pipe or a socket, not a file.",
    "https://localhost/a.geojson": "a.geojson: it is an address, not a file on this machine.",
    "s3://bucket/a.parquet": "a.parquet: it is an address, not a file on this machine.",
    "/vsicurl/http://localhost/a.csv": "a.csv: it is a name inside GDAL, not a file on this machine.",
    "/vsizip/a.zip/a.shp": "a.shp: it is a name inside GDAL, not a file on this machine.",
    "CSV:a.csv": "CSV:a.csv: there is no file of that name.",
    "GPKG:a.gpkg:layer": "GPKG:a.gpkg:layer: there is no file of that name.",
    "huge.csv": "huge.csv: it is larger than 2 GiB.",
    "a.csv/b.csv": "b.csv: it cannot be opened: Not a directory.",
}


@pytest.mark.parametrize("name", WRONG_PATHS)
def test_what_cannot_be_opened_exits_with_3(tmp_path: Path, name: str) -> None:
    """One sentence, no traceback, and an object still."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "a.csv").write_text(GOOD)
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(2 * 1024**3 + 1)  # no byte of it is on the disk
    done = run("check", name, "--json", cwd=tmp_path)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(WRONG_PATHS[name])
    assert json.loads(done.stdout)["verdict"] == "reject"


def test_a_name_with_letters_and_spaces_is_a_name(tmp_path: Path) -> None:
    """In any locale."""
    (tmp_path / "Ağdam və ə.csv").write_text("incident_id\na\n", encoding="utf-8")
    done = run("check", "Ağdam və ə.csv", "--kind", "incidents", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["file"]) == (0, "Ağdam və ə.csv")


def test_a_folder_is_checked_and_its_findings_written_as_a_table(tmp_path: Path) -> None:
    """Two files, one of them bad: exit code 1, one row per finding; nothing is written among the files."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("incident_id\na\n")
    (tmp_path / "data" / "b.csv").write_text("")
    done = run("check", "data", "--kind", "incidents", "--csv", "found.csv", "--json", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert (done.returncode, [each["file"] for each in answer["files"]]) == (1, ["a.csv", "b.csv"])
    rows = (tmp_path / "found.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + sum(len(each["findings"]) for each in answer["files"])
    for bad in ("data/f.csv", "found.txt"):
        assert run("check", "data", "--csv", bad, cwd=tmp_path).returncode == 2
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "a.csv", "--kind", "accidents"],
        ["check", "a.csv", "--crs", "banana"],
        ["check", "a.csv", "--area", "1,2"],
        ["check", "a.csv", "--date-order", "x"],
        ["check", "a.csv", "--on-invalid", "ignore"],
        ["check", "a.csv", "--csv", "a.csv"],
        ["density", "a.csv", "--out", "d.geojson", "--date-order", "x"],
        ["check", "a.csv", "--colour"],
        ["build", "--out", "x", "--as-of", "01.02.2021"],
        ["build"],
        ["chekc"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(tmp_path: Path, arguments: list[str]) -> None:
    """Whoever typed it can mend it; nothing is written."""
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_several_files_are_one_object(tmp_path: Path) -> None:
    """Also when the name of one is mistyped: the others are still checked."""
    (tmp_path / "a.csv").write_text("incident_id\na\n", encoding="utf-8")
    done = run("check", "a.csv", "b.csv", "--kind", "incidents", "--json", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert list(answer) == ["verdict", "counted", "kept", "repaired", "rejected", "files", "skipped"]
    assert (answer["verdict"], [file["verdict"] for file in answer["files"]]) == ("reject", ["accept", "reject"])
    assert done.returncode == 3


def test_hostile_names_and_texts_come_out_as_text(tmp_path: Path) -> None:
    """Control characters do not reach the terminal; the object holds every text as it was, in UTF-8 in any locale."""
    name, column = "a\x1b[2J.csv", "\x1b[31m<b>{{7*7}}</b>ə"
    (tmp_path / name).write_text(f"incident_id,{column}\na,x\n", encoding="utf-8")
    done = run("check", name, "--json", cwd=tmp_path)
    assert "\x1b" not in done.stderr
    answer = json.loads(done.stdout)
    assert (answer["file"], answer["findings"][-1]["column"]) == (name, column)


def test_a_file_name_that_is_no_text_does_no_harm(tmp_path: Path) -> None:
    """On Linux a name may be any bytes."""
    (tmp_path / os.fsdecode(b"\xff.csv")).write_text("incident_id\na\n", encoding="utf-8")
    done = run("check", os.fsdecode(b"\xff.csv"), "--kind", "incidents", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counted"] == 1


def test_the_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """It must answer at once on an old laptop."""
    code = (
        "import sys; sys.argv = ['mapper', '--help']\n"
        "try:\n    from mapper.cli import main; main()\n"
        "except SystemExit as end:\n    code = end.code\n"
        "heavy = {'geopandas', 'pandas', 'numpy', 'shapely', 'pyproj', 'pandera', 'scipy', 'rich'} & set(sys.modules)\n"
        "print('CODE', code, 'HEAVY', sorted(heavy))"
    )
    done = run(cwd=tmp_path, code=code)
    assert done.stdout.splitlines()[-1] == "CODE 0 HEAVY []"
    assert all(command in done.stdout for command in ("build", "check", "layers"))


def test_the_layers_are_listed(tmp_path: Path) -> None:
    """From any folder; words on standard error, one object on standard output."""
    done = run("layers", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert "accidents: incidents, 114 records" in done.stderr
    assert len(json.loads(done.stdout)["layers"]) == 11


def test_a_folder_without_a_catalogue_is_said(tmp_path: Path) -> None:
    """Exit code 3 and what to do."""
    done = run("layers", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 3
    assert "layers.toml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "code", "resolved", "said"),
    [
        ("38SPK6454628532", 0, 0, None),
        ("46.92736, 39.99096", 1, None, "exchanged"),
        ("38TPK6454628533", 1, None, "band"),
        ("Tagibayli", 0, 0, None),
        ("Qərvənd", 1, None, "2 places"),
    ],
)
def test_locate_resolves_only_what_is_plain(
    tmp_path: Path, text: str, code: int, resolved: int | None, said: str | None
) -> None:
    """A cell of 1 m; a swapped pair; a wrong band; a known variant; a name of two places (they are listed, none chosen)."""
    done = run("locate", text, "--json", cwd=tmp_path)
    answer = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == code
    assert set(answer) == {"text", "readings", "places", "resolved", "reason"}
    assert answer["resolved"] == resolved
    assert (answer["reason"] is None) if said is None else said in answer["reason"]
