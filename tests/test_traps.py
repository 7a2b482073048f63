"""For every trap a minimal file, with the verdict the texts demand: accept, accept with findings, repair, reject.

The cases stand in tests/traps, one module a subject. Whatever the file, the same laws hold: no traceback, every record is
in the account, a refused record is named by its row, nothing that may be personal is printed, and the answer is JSON.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from mapper import report, terms
from mapper.asked import Asked
from mapper.inspection import inspect, inspect_all
from mapper.intake.checks import examine
from tests.traps import coordinates, formats, hostile, shapes, tables
from tests.traps.hostile import HIDDEN, NAME, PHONE
from tests.traps.makers import Sheet, collection, feature, gpx, kml, kml_point, ods, xlsx, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mapper.model import Checked, Layer
    from tests.traps.trap import Trap

LONGEST_S = 20
KEYS = (
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
WHOLE_FILE = ("file_refused", "file_unreadable")
PROMISES = re.compile(r"\b(safe|clear of mines|mine-free|low risk|no mines)\b", re.IGNORECASE)
ROOT = Path(__file__).parent.parent


GROUPS: dict[str, Sequence[Trap]] = {
    "delimited": tables.DELIMITED,
    "encoding": tables.ENCODINGS,
    "columns": tables.COLUMNS,
    "records": tables.RECORDS,
    "dates": tables.DATES,
    "workbook": tables.WORKBOOKS,
    "coordinates": coordinates.COLUMNS,
    "system": coordinates.SYSTEMS,
    "text": coordinates.TEXTS,
    "polygon": shapes.POLYGONS,
    "geojson": shapes.GEOJSON,
    "geojsonl": shapes.LINES,
    "shapefile": formats.SHAPEFILES,
    "geopackage": formats.GEOPACKAGES,
    "kml": formats.KML,
    "gpx": formats.GPX,
    "binary": formats.OTHERS,
    "archive": formats.ARCHIVES,
    "person": hostile.PERSONS,
    "hostile": hostile.HOSTILE,
}
SLOW = ("more than a million corners", "4,000 columns")
CASES = [
    pytest.param(each, id=f"{group}: {each.name}", marks=pytest.mark.slow if each.name in SLOW else ())
    for group, traps in GROUPS.items()
    for each in traps
]


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Stop what hangs: a file must not be able to hold a run."""

    def stop(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"it took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("trap", CASES)
def test_trap(trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file gets the verdict the texts demand, and the laws of every answer hold."""
    path = trap.write(tmp_path)
    kept = _kept_records(monkeypatch)
    before = path.read_bytes()
    with no_longer_than(LONGEST_S):
        answer = _answer_for(path, trap)
    assert path.read_bytes() == before, "checking writes nothing"
    _hold_laws(answer)
    said = _words([*answer["findings"], *answer.pop("beside", [])]) + f"\nlayers {answer['layers']}"
    assert answer["verdict"] in trap.verdicts, said
    _hold_account(trap, answer)
    for pattern in trap.told:
        assert re.search(pattern, said, re.IGNORECASE), f"nothing says {pattern!r}:\n{said}"
    refused = {found["row"] for found in answer["findings"] if found["severity"] == "error"}
    assert set(trap.rows) <= refused or any(found["rule"] in WHOLE_FILE for found in answer["findings"])
    assert trap.mapped.items() <= answer["mapping"].items()
    _hold_silence(trap.hidden, json.dumps(answer, ensure_ascii=False), report.checked(answer))
    if answer["kept"] + answer["repaired"] and (trap.look or trap.hidden):
        frame = gpd.GeoDataFrame(pd.concat(kept))
        assert len(frame) == answer["kept"] + answer["repaired"]
        assert trap.look is None or trap.look(frame), f"the kept records are not what they must be:\n{frame.T}"
        _hold_silence(trap.hidden, frame.to_csv())


def _answer_for(path: Path, trap: Trap) -> dict[str, Any]:
    """Check the file, together with those beside it where the trap is between them."""
    if not trap.beside:
        return inspect(path, **trap.how)
    together = inspect_all([path, *(path.with_name(name) for name in trap.beside)], Asked(**trap.how))
    answer: dict[str, Any] = next(each for each in together["files"] if each["file"] == path.name)
    others = [each for each in together["files"] if each is not answer]
    return {**answer, "beside": [found for each in others for found in each["findings"]]}


def _kept_records(monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """Keep the records that `inspect` would hand to the next step."""
    kept: list[pd.DataFrame] = []

    def examined(layer: Layer, **how: Any) -> Checked:  # noqa: ANN401 - the options of `examine`
        checked = examine(layer, **how)
        kept.append(checked.frame)
        return checked

    monkeypatch.setattr("mapper.inspection.examine", examined)
    return kept


def _hold_laws(answer: dict[str, Any]) -> None:
    assert tuple(key for key in answer if key in KEYS) == KEYS
    json.dumps(answer, allow_nan=False)
    findings = answer["findings"]
    account = answer["kept"] + answer["repaired"] + answer["rejected"]
    assert account == answer["counted"], "kept + repaired + rejected == counted"
    for found in findings:
        assert found["rule"] in terms.codes("rule")
        assert found["severity"] in {"error", "warning", "info"}
        assert found["done"]
        assert found["advice"]
        assert not PROMISES.search(found["done"] + found["advice"])
    whole = any(found["rule"] in WHOLE_FILE for found in findings)
    rows = {found["row"] for found in findings if found["severity"] == "error"} - {None}
    assert whole or len(rows) >= answer["rejected"], "a refused record is named by its row"
    severities = {found["severity"] for found in findings}
    changed = answer["repaired"] or answer["rejected"] or severities & {"error", "warning"}
    allowed = {
        "accept": not findings and not changed,
        "accept-with-findings": bool(findings) and not changed,
        "repair-with-warning": bool(changed) and answer["kept"] + answer["repaired"] > 0,
        "reject": answer["kept"] + answer["repaired"] == 0 and "error" in severities,
    }
    assert allowed[answer["verdict"]], f"{answer['verdict']} does not fit {sorted(severities)} and the account"
    assert all(len(found["value"] or "") < 1_000 for found in findings), "an answer is read by a person"


def _hold_account(trap: Trap, answer: dict[str, Any]) -> None:
    account = (answer["kept"], answer["repaired"], answer["rejected"])
    whole = any(found["rule"] in WHOLE_FILE for found in answer["findings"])
    if whole and answer["verdict"] == "reject":
        assert account == (0, 0, answer["counted"])
        assert trap.counted is None or answer["counted"] in {0, trap.counted}
        return
    assert trap.counted is None or answer["counted"] == trap.counted
    assert not trap.account or account in trap.account


def _hold_silence(hidden: Sequence[str], *printed: str) -> None:
    for text in printed:
        assert not [value for value in hidden if value in text], "a value that must not be printed stands in the answer"


def _words(findings: Sequence[dict[str, Any]]) -> str:
    keys = ("severity", "rule", "row", "column", "value", "done", "advice")
    return "\n".join(
        " ".join(f"{key} {found[key]}" if key in {"row", "column"} else str(found[key]) for key in keys)
        for found in findings
    )


# ------------------------------------------------------------ the command itself

FORMATS_READ = (
    *(
        ".csv",
        ".tsv",
        ".xlsx",
        ".ods",
        ".geojson",
        ".geojsonl",
        ".gpkg",
        ".shp",
        ".zip",
        ".kml",
        ".kmz",
        ".gpx",
        ".fgb",
    ),
    ".parquet",
)

_IDS, _LON, _LAT = ("a", "b", "c"), (46.91234, 46.92345, 46.93456), (40.01234, 40.02345, 40.03456)
_ROWS: Sequence[Sequence[object]] = (
    ["id", "lon", "lat"],
    *([key, lon, lat] for key, lon, lat in zip(_IDS, _LON, _LAT, strict=True)),
)
_TABLE = "\n".join(",".join(map(str, row)) for row in _ROWS) + "\n"


def _points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": list(_IDS)}, geometry=shapely.points(_LON, _LAT), crs="EPSG:4326")


def _good_files(folder: Path) -> dict[str, Path]:
    """Write three accidents in every format."""
    made = {suffix: folder / f"good{suffix}" for suffix in FORMATS_READ}
    frame = _points()
    features = [
        feature(json.loads(shapely.to_geojson(shape)), id=key) for key, shape in zip(_IDS, frame.geometry, strict=True)
    ]
    document = kml(*(kml_point(f"{lon},{lat}", key) for key, lon, lat in zip(_IDS, _LON, _LAT, strict=True)))
    texts: dict[str, str | bytes] = {
        ".csv": _TABLE,
        ".tsv": _TABLE.replace(",", "\t"),
        ".xlsx": xlsx(Sheet("a", *_ROWS)),
        ".ods": ods(Sheet("a", *_ROWS)),
        ".geojson": collection(*features),
        ".geojsonl": "\n".join(map(json.dumps, features)) + "\n",
        ".kml": document,
        ".kmz": zipped({"doc.kml": document}),
        ".gpx": gpx(*(f'<wpt lat="{lat}" lon="{lon}"/>' for lon, lat in zip(_LON, _LAT, strict=True))),
    }
    for suffix, text in texts.items():
        made[suffix].write_bytes(text.encode() if isinstance(text, str) else text)
    frame.to_file(made[".gpkg"], driver="GPKG")
    frame.to_file(made[".shp"], driver="ESRI Shapefile", encoding="UTF-8")
    frame.to_file(made[".fgb"], driver="FlatGeobuf")
    frame.to_parquet(made[".parquet"])
    sides = {
        f"good{suffix}": made[".shp"].with_suffix(suffix).read_bytes() for suffix in (".shp", ".shx", ".dbf", ".prj")
    }
    made[".zip"].write_bytes(zipped(sides))
    return made


def _bad_files(folder: Path) -> dict[str, Path]:
    """Write what must be refused, by name of the case."""
    folder.joinpath("twice.csv").write_text("id,lat,lat\na,1,2\n", "utf-8")
    folder.joinpath("part.csv").write_text(
        f"id,lon,lat,Name,Phone\na,46.91234,40.01234,{NAME},{PHONE}\nb,40.02345,46.92345,{NAME},{PHONE}\n", "utf-8"
    )
    folder.joinpath("virtual.geojson").write_text("<OGRVRTDataSource></OGRVRTDataSource>", "utf-8")
    folder.joinpath("empty.gpkg").write_bytes(b"")
    return {
        "two latitudes": folder / "twice.csv",
        "one swapped": folder / "part.csv",
        "virtual": folder / "virtual.geojson",
        "empty": folder / "empty.gpkg",
        "missing": folder / "none.csv",
    }


def _no_files(folder: Path) -> list[str]:
    """Name what is no plain local file: a pipe, a device, addresses, and what GDAL would take for a path."""
    os.mkfifo(folder / "pipe.csv")
    return [
        str(folder / "pipe.csv"),
        "/dev/zero",
        "http://127.0.0.1:9/zones.geojson",
        "/vsicurl/http://127.0.0.1:9/zones.geojson",
        f"/vsizip/{folder}/good.zip/good.shp",
        f"CSV:{folder}/good.csv",
        f"GPKG:{folder}/good.gpkg:good",
        '{"type":"FeatureCollection","features":[]}',
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    ]


EXIT_CODES = {"two latitudes": {1}, "one swapped": {1}, "virtual": {1}, "empty": {1, 3}, "missing": {3}}


def _run(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mapper", "check", *arguments]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, cwd=folder, env=surroundings
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run the command for every good and every bad file, two at a time."""
    folder = tmp_path_factory.mktemp("command")
    good, bad = _good_files(folder), _bad_files(folder)
    (folder / "folder").mkdir()
    for name in ("one.csv", "two.csv"):
        (folder / "folder" / name).write_text(_TABLE.replace("a,", f"{name[0]},"), "utf-8")
    options = ["--kind", "incidents", "--area", "44.5,38.2,51,42.1", "--json"]
    with_crs = {".csv", ".tsv", ".xlsx", ".ods", "one swapped", "two latitudes"}
    asked: dict[str, list[str]] = {
        **{
            name: [str(path), *options, *(["--crs", "EPSG:4326"] if name in with_crs else [])]
            for name, path in {**good, **bad}.items()
        },
        "three files": [
            str(good[".csv"]),
            str(bad["one swapped"]),
            str(bad["missing"]),
            *options,
            "--crs",
            "EPSG:4326",
        ],
        "no files": [*_no_files(folder), *options],
        "folder": [str(folder / "folder"), *options, "--crs", "EPSG:4326"],
        "wrong option": [str(good[".csv"]), "--kind", "banana", "--json"],
        "proj4": [str(good[".csv"]), "--crs", "+proj=longlat +ellps=krass", "--json"],
        "words": [str(bad["one swapped"]), *options[:-1], "--crs", "EPSG:4326"],
    }
    with ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda each: _run(each, folder), asked.values())
        return dict(zip(asked, done, strict=True))


def _answer(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one JSON object on the last line, and hold that nothing else went wrong."""
    assert "Traceback" not in run.stderr + run.stdout
    (line,) = run.stdout.splitlines()
    answer: dict[str, Any] = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS_READ)
def test_the_command_reads_every_format(runs: dict[str, subprocess.CompletedProcess[str]], suffix: str) -> None:
    """Three accidents, exit 0, one object on the last line, the words on the other stream."""
    answer = _answer(runs[suffix])
    assert runs[suffix].returncode == 0
    assert (answer["counted"], answer["kept"] + answer["repaired"], answer["rejected"]) == (3, 3, 0)
    _hold_laws(answer)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXIT_CODES)
def test_the_command_refuses_in_words(runs: dict[str, subprocess.CompletedProcess[str]], name: str) -> None:
    """Refused 1, not to be opened 3; never a traceback, never a name or a number of a person."""
    answer = _answer(runs[name])
    assert runs[name].returncode in EXIT_CODES[name], runs[name].stderr
    assert answer["verdict"] == ("repair-with-warning" if name == "one swapped" else "reject")
    assert runs[name].stderr.strip()
    _hold_laws(answer)
    _hold_silence(HIDDEN, runs[name].stdout, runs[name].stderr)


@pytest.mark.slow
def test_the_command_answers_for_several_files(runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    """One object; the worst exit code of the three."""
    answer = _answer(runs["three files"])
    assert runs["three files"].returncode == 3
    text = json.dumps(answer)
    assert all(name in text for name in ("good.csv", "part.csv", "none.csv"))


@pytest.mark.slow
def test_only_plain_local_files_are_opened(runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    """A pipe, a device, an address, a prefix of GDAL, a document for a path: each is refused, none is waited for."""
    answer = _answer(runs["no files"])
    assert runs["no files"].returncode == 3
    assert [each["verdict"] for each in answer["files"]] == ["reject"] * 9
    assert "root:" not in runs["no files"].stdout + runs["no files"].stderr


@pytest.mark.slow
def test_the_command_reads_a_folder(runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    """Every file of it, or it says that it does not."""
    answer = _answer(runs["folder"])
    text = json.dumps(answer)
    assert runs["folder"].returncode == 0
    assert "one.csv" in text
    assert "two.csv" in text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wrong option", "proj4"])
def test_wrong_usage_is_told_apart(runs: dict[str, subprocess.CompletedProcess[str]], name: str) -> None:
    """Exit 2, a sentence and no object."""
    assert runs[name].returncode == 2
    assert "Traceback" not in runs[name].stderr
    assert runs[name].stderr.strip()


@pytest.mark.slow
def test_words_hide_persons_too(runs: dict[str, subprocess.CompletedProcess[str]]) -> None:
    """Without --json nothing is on the first stream, and no name on either."""
    run = runs["words"]
    assert (run.returncode, run.stdout) == (1, "")
    assert "swap" in run.stderr
    _hold_silence(HIDDEN, run.stdout, run.stderr)
