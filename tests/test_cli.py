"""The command line as a user meets it: a process of its own, its exit code, one sentence, one JSON object."""

from __future__ import annotations

import json
import os
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
GOOD = "incident_id,lon,lat\na,46.9,40\n"
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
    "wrong columns": ("bad.csv", b"colour,lon,lat\na,46.9,40\n", ["column 'incident_id'", "Rename"]),
    "two lat": ("bad.csv", b"incident_id,lat,lat\na,1,2\n", ["row 1", "column 'lat'", "Rename or remove one"]),
    "unclosed quote": ("bad.csv", b'incident_id,note\na,x\nb,"y\nc,z\n', ["row 3", "quotation mark"]),
    "UTF-16": ("bad.csv", GOOD.encode("utf-16"), ["UTF-16", "Save it again as UTF-8"]),
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


def test_refused_rows_are_told_one_sentence_each(tmp_path: Path) -> None:
    """File, row, column, what became of it and what to do; the good row is kept."""
    (tmp_path / "a.csv").write_text(GOOD + "b,4o.1,40\nc,40,01,46,93\n", encoding="utf-8")
    done = run("check", "a.csv", "--crs", "EPSG:4326", "--area", "44.5,38.2,51,42.1", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[2:] == [
        (
            "  error: a.csv, row 3, column 'lon': this is not a number. The record was refused. "
            "Its text is not shown. Write a plain number with a decimal point."
        ),
        (
            "  error: a.csv, row 4: this row could not be read (5 cells where the header has 3). The record was refused. "
            "Count the separators and the quotation marks of this row."
        ),
    ]


@pytest.mark.parametrize("name", ["missing.csv", ".", "/dev/zero", "https://localhost/a.csv"])
def test_what_cannot_be_opened_exits_with_3(tmp_path: Path, name: str) -> None:
    """One sentence, no traceback, and an object still."""
    done = run("check", name, "--json", cwd=tmp_path)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["verdict"] == "reject"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "a.csv", "--kind", "accidents"],
        ["check", "a.csv", "--crs", "banana"],
        ["check", "a.csv", "--area", "1,2"],
        ["check", "a.csv", "--date-order", "x"],
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
    assert list(answer) == ["verdict", "rejected", "files"]
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
    assert len(json.loads(done.stdout)["layers"]) == 9


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
