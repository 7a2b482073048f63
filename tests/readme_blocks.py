"""The blocks of code in README, run in order in one folder, as a reader would type them.

In a `bash` block each line is run by bash. A comment behind it may say how it ends: `# exit 1` is its exit code, 0 without one,
and `# not run here` (with a reason after a colon, where it is not plain) leaves it out. A `python` block is a program of its own.
A `text` block after either is what the last line, or the program, told; `…` stands for anything there.

`mapper` is a program in the folder `bin` that asks for `--json` too and keeps what it answered: so every answer that README
names can be compared with one that was really given, and nothing is run twice.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
LANGUAGES = ("bash", "python", "text", "toml")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDING = re.compile(r"\s+# (?:exit (?P<code>\d+)|(?P<left_out>not run here.*))$")
_COMMAND = re.compile(r"(?:^|&& )mapper (\w+)")
_SHIM = """#!/bin/bash
log=$(mktemp "$ANSWERS/$1-XXXXXX")
{python} -m mapper "$@" --json >"$log"
"""


class Step(NamedTuple):
    """A line of bash, or a whole Python program: what it is, how it must end, what it must tell (None: anything)."""

    language: str
    code: str
    exit_code: int = 0
    told: str | None = None


@dataclass(frozen=True)
class Done:
    """How a step ended."""

    exit_code: int
    told: str


def blocks(text: str) -> list[tuple[str, str]]:
    """Return language and content of every fenced block."""
    return _BLOCK.findall(text)


def steps(text: str) -> list[Step]:
    """Return what is to be run, in order."""
    found: list[Step] = []
    for language, content in blocks(text):
        if language == "bash":
            found += [step for line in content.splitlines() if (step := _step(line)) is not None]
        elif language == "python":
            found.append(Step("python", content))
        elif language == "text":
            found[-1] = found[-1]._replace(told=content)
    return found


def _step(line: str) -> Step | None:
    ending = _ENDING.search(line)
    if ending is None:
        return Step("bash", line) if line.strip() else None
    if ending["left_out"]:
        return None
    return Step("bash", line[: ending.start()], int(ending["code"]))


def commands_named(text: str) -> set[str]:
    """Return the commands of `mapper` that lines of bash run."""
    return {name for step in steps(text) if step.language == "bash" for name in _COMMAND.findall(step.code)}


def agree(told: str, wanted: str) -> bool:
    """Tell whether a program told what README says; `…` in it is anything, also nothing."""
    pattern = ".*".join(re.escape(part.strip("\n")) for part in wanted.split("…"))
    return re.fullmatch(pattern, told.strip("\n"), re.DOTALL) is not None


def run(step: Step, folder: Path) -> Done:
    """Run one step in a folder whose `bin` holds `mapper`; of bash what went to standard error counts, as words go there."""
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ANSWERS": str(folder / "answers"),
    }
    program = ["bash", "-c", step.code] if step.language == "bash" else [sys.executable, "-c", step.code]
    done = subprocess.run(
        program, cwd=folder / "work", env=environment, capture_output=True, encoding="utf-8", check=False, timeout=600
    )
    told = done.stderr if step.language == "bash" else done.stdout
    kept = [line for line in told.splitlines(keepends=True) if not re.match(r"mapper: .* \(\d+ s\)$", line)]
    return Done(done.returncode, "".join(kept) if done.returncode in (0, 1) else told)


def answers(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the name of the file and the object of every answer that was kept; a command that refused kept none."""
    kept = [(each.name, each.read_text(encoding="utf-8")) for each in sorted((folder / "answers").iterdir())]
    return [(name, json.loads(text.splitlines()[-1])) for name, text in kept if text.strip()]


def prepare(folder: Path) -> None:
    """Lay out a folder: `bin/mapper`, the answers, and in `work` the files that README speaks of."""
    for name in ("bin", "answers", "work"):
        (folder / name).mkdir()
    shim = folder / "bin" / "mapper"
    shim.write_text(_SHIM.format(python=sys.executable), encoding="utf-8")
    shim.chmod(0o755)
    work = folder / "work"
    _write_json(work / "events.geojson", [_event(n) for n in range(40)])
    _write_json(work / "areas.geojson", [_area("a", 46.6), _area("b", 47.0)])
    _write_json(work / "field.geojson", [_area("field", 46.9)])
    (work / "events.csv").write_text(_table(), encoding="utf-8")
    (work / "incidents.csv").write_text("incident_id,lon,lat\nnew-1,46.91234,39.98765\n", encoding="utf-8")
    (work / "track.gpx").write_text(_track(), encoding="utf-8")
    delivery = work / "delivery"
    delivery.mkdir()
    for name in ("events.geojson", "areas.geojson"):
        (delivery / name).write_bytes((work / name).read_bytes())


def _event(n: int) -> dict[str, Any]:
    """Make the n-th of accidents that stand in no order over 0.5 by 0.4 degrees, one a day of 2021."""
    lon, lat = round(46.70001 + 0.5 * (n * 37 % 101) / 101, 5), round(39.80001 + 0.4 * (n * 61 % 97) / 97, 5)
    known = {"incident_id": f"e{n:02}", "date": f"2021-{n % 12 + 1:02}-{n % 27 + 1:02}", "killed": 0, "injured": 1}
    return {"type": "Feature", "properties": known, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


def _area(name: str, west: float) -> dict[str, Any]:
    """Make an area of 0.4 by 0.6 degrees."""
    east, south, north = round(west + 0.4, 1), 39.7, 40.3
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"zone_id": name, "name": name.upper()}, "geometry": shape}


def _write_json(file: Path, features: list[dict[str, Any]]) -> None:
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _table() -> str:
    """Make a table of 30 accidents in metres of UTM zone 38, whose identifiers stand under a name of their own."""
    rows = [f"t{n:02},{500_000 + 1_300 * (n * 7 % 31)}.5,{4_420_000 + 1_100 * (n * 11 % 29)}.5" for n in range(30)]
    return "\n".join(["ID_NO,easting,northing", *rows]) + "\n"


def _track() -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        '<trk><trkseg><trkpt lat="40.37" lon="47.13"/><trkpt lat="39.99" lon="46.93"/></trkseg></trk></gpx>\n'
    )
