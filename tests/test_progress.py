"""A long run says what it is doing, a quick one nothing; Ctrl-C ends a run in one sentence and leaves nothing behind."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from mapper.progress import Progress, printable, step, step_each

ROOT = Path(__file__).resolve().parent.parent
POINTS = "incident_id,lon,lat\na,46.9,40\n"
SQUARE = [[46, 39], [47, 39], [47, 40], [46, 40], [46, 39]]
ZONES = json.dumps({
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"zone_id": "z"}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
    ],
})  # fmt: skip
LONG_S = 60
"""How long a test waits for what must come at once; reached only when it fails."""


class Told(io.StringIO):
    """A stream that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = threading.Semaphore(0)

    def write(self, text: str) -> int:
        """Take a line."""
        written = super().write(text)
        self.lines.release()
        return written

    def wait_for(self, line: str, after: int = 0) -> int:
        """Wait until a line is told after so many others; return how many there are."""
        while line not in self.getvalue().splitlines()[after:]:
            assert self.lines.acquire(timeout=LONG_S)
        return len(self.getvalue().splitlines())


def test_the_innermost_step_is_told_line_by_line() -> None:
    """The inner step while it lasts, then the outer one; the clock is at 0 seconds throughout."""
    stream = Told()
    with Progress(stream, after_s=0, every_s=0), step("building"):
        with step("reading a.csv"):
            told = stream.wait_for("mapper: reading a.csv (0 s)")
        stream.wait_for("mapper: building (0 s)", after=told)
    assert set(stream.getvalue().splitlines()) == {"mapper: reading a.csv (0 s)", "mapper: building (0 s)"}


def test_a_quick_run_says_nothing_and_starts_no_thread() -> None:
    """Also when a step was named; without one there is nothing to wait for."""
    stream = io.StringIO()
    with Progress(stream) as progress:
        assert threading.active_count() == 1 or progress._thread.ident is None
        with step("reading a.csv"):
            pass
    assert stream.getvalue() == ""
    assert not progress._thread.is_alive()


def test_a_step_without_progress_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """In a script or a test nobody has asked for lines."""
    with step("reading"):
        assert list(step_each("reading", "ab")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_of_several_it_is_told_how_many_are_done() -> None:
    """The second of four: one of them is done, a quarter; a step inside it knows no share and leaves that standing."""
    stream = Told()
    seen = []
    with Progress(stream) as progress:
        for _ in step_each("checking", "abcd"):
            with step("reading a.csv"):
                seen.append((progress.share, progress.sentence))
            seen.append((progress.share, progress.sentence))
    assert seen[2:4] == [(0.25, "mapper: reading a.csv (0 s)"), (0.25, "mapper: checking (2 of 4) (0 s)")]
    assert progress.steps == []


NOTEBOOK = """
import threading, time
import mapper.progress as progress
progress.AFTER_S = 0
seen = threading.Event()
class Watched(progress.Bar):
    def _repr_html_(self):
        html = super()._repr_html_()
        if "value" in html:
            seen.set()
        return html
progress.Bar = Watched
original = progress.Progress.__init__
progress.Progress.__init__ = lambda self, stream, **_: original(self, stream, after_s=0)
for item in progress.step_each("reading <layers>", [1, 2]):
    assert seen.wait(60)
print("done")
"""


CELL: dict[str, Any] = {
    "cell_type": "code",
    "id": "a",
    "source": NOTEBOOK,
    "outputs": [],
    "execution_count": None,
    "metadata": {},
}


def test_in_a_notebook_a_bar_is_shown_and_taken_away() -> None:
    """A real kernel: the display was a bar with a share, its text escaped, and is empty at the end; nothing on stderr."""
    make: Any = nbformat.from_dict
    notebook = make({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    shown = []
    client: Any = NotebookClient(notebook, timeout=120)
    original = client.process_message

    def watched(msg: dict[str, Any], cell: object, cell_index: int) -> object:
        if msg["msg_type"] in {"display_data", "update_display_data"}:
            shown.append(msg["content"]["data"]["text/html"])
        return original(msg, cell, cell_index)

    client.process_message = watched
    client.execute()
    assert '<progress max="1" value="0"></progress> mapper: reading &lt;layers&gt; (1 of 2) (0 s)' in shown
    assert shown[-1] == ""
    outputs = notebook.cells[0].outputs
    assert [each.get("text") for each in outputs if each["output_type"] == "stream"] == ["done\n"]
    assert [each["data"]["text/html"] for each in outputs if each["output_type"] == "display_data"] == [""]


def test_a_closed_stream_does_no_harm() -> None:
    """The reader of a pipe may have gone."""
    stream = io.StringIO()
    stream.close()
    with Progress(stream, after_s=0) as progress, step("reading"):
        progress._thread.join(LONG_S)
    assert not progress._thread.is_alive()


def test_a_terminal_has_one_line_that_is_taken_away() -> None:
    """Rich keeps it up to date; at the end the line is erased (CSI 2K)."""
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal, os.fdopen(leader, "rb", buffering=0) as screen:
        seen = b""
        with Progress(terminal, after_s=0), step("reading a\x1b[31m.csv"):
            while b"reading" not in seen:
                seen += screen.read(1000)
        terminal.flush()
        seen += screen.read(100_000)
    assert b"\x1b[31m" not in seen
    assert b"\x1b[2K" in seen


@pytest.mark.parametrize(("text", "shown"), [("a\nb", "a\nb"), ("a\x1b[2Jə", "a\ufffd[2Jə"), ("\x07", "\ufffd")])
def test_control_characters_do_not_reach_a_terminal(text: str, shown: str) -> None:
    """A line end does; letters of any language do."""
    assert printable(text) == shown


# ------------------------------------------------------------ Ctrl-C

STUCK = """
import os, signal, sys
def stuck(*_, **__):
    os.write({marker}, b"here\\n")
    signal.pause()
"""
CHILD = (
    "import os, sys; open(os.path.join({folder!r}, 'pid'), 'w').write(str(os.getpid()))\n"
    "os.write({marker}, b'here\\n'); sys.stdin.read()"
)


def interrupted(folder: Path, patch: str, arguments: list[str], times: int = 1) -> tuple[int, str, str]:
    """Run the command with a line of Python that makes it stop and tell; press Ctrl-C there; return code and words."""
    own = folder / "tmp"
    own.mkdir()
    reader, writer = os.pipe()
    code = (
        STUCK.format(marker=writer)
        + patch.format(marker=writer, folder=str(folder))
        + "\nfrom mapper.cli import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(own), "PYTHONDONTWRITEBYTECODE": "1"},
        pass_fds=(writer,),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        os.close(writer)
        with os.fdopen(reader) as marker:
            assert marker.readline() == "here\n", process.communicate()[1]
            for _ in range(times):
                process.send_signal(signal.SIGINT)
            out, words = process.communicate(timeout=LONG_S)
    assert list(own.iterdir()) == []
    own.rmdir()
    told = [line for line in words.splitlines() if not re.search(r"\(\d+ s\)$", line)]  # a slow machine tells its steps
    return process.returncode, out, "\n".join(told)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a table of points and a square."""
    (tmp_path / "a.csv").write_text(POINTS)
    (tmp_path / "z.geojson").write_text(ZONES)
    return tmp_path


STEPS = {
    "check": ("import mapper.inspection as m; m.examine = stuck", ["check", "a.csv", "--json", "--csv", "f.csv"]),
    "map": (
        "import mapper.ownfiles as m; m.page_html = stuck",
        ["map", "a.csv", "z.geojson", "--crs", "EPSG:4326", "--out", "new/deep/map.html"],
    ),
    "join, while it is written": (
        "import mapper.output.files as m; m._write_and_verify = stuck",
        ["map", "a.csv", "z.geojson", "--crs", "EPSG:4326", "--out", "new/map.html"],
    ),
    "density": (
        "import mapper.ownfiles as m; m.density = stuck",
        ["density", "a.csv", "--crs", "EPSG:4326", "--out", "d.geojson"],
    ),
    "build": ("import mapper.pipeline as m; m.join = stuck", ["build", "--out", "edition"]),
    "build, while it is written": (
        "import mapper.output.files as m; m._write_and_verify = stuck",
        ["build", "--out", "edition"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", STEPS)
def test_a_stopped_run_is_one_sentence_and_leaves_nothing(folder: Path, where: str) -> None:
    """Code 130, no traceback, no file, no folder, nothing in the folder of temporary files; twice pressed is once."""
    patch, arguments = STEPS[where]
    code, out, words = interrupted(folder, patch, arguments, times=2)
    assert (code, out, words) == (130, "", "mapper: stopped; nothing was written.")
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "z.geojson"]


def test_the_child_process_ends_with_a_stopped_run(folder: Path) -> None:
    """A child that never answers: it is gone, and so is its private folder."""
    (folder / "z.gpkg").write_bytes(b"SQLite format 3\x00" + bytes(100))
    patch = f"import mapper.intake.decoder as m; m._PROGRAM = {CHILD!r}"
    patch += "\nimport subprocess; popen = subprocess.Popen\n"
    patch += "m.subprocess.Popen = lambda *a, **k: popen(*a, pass_fds=({marker},), **k)"
    code, out, words = interrupted(folder, patch, ["check", "z.gpkg", "--kind", "zones"])
    assert (code, out, words) == (130, "", "mapper: stopped; nothing was written.")
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


def test_what_has_begun_to_appear_appears_whole(folder: Path) -> None:
    """Ctrl-C between two renames is not heard: the edition is whole and the command says so."""
    patch = (
        "import pathlib; real = pathlib.Path.replace\n"
        "def replace(self, target):\n"
        "    if self.name == 'zones.geojson':\n"
        "        os.write({marker}, b'here\\n'); os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(self, target)\n"
        "pathlib.Path.replace = replace"
    )
    code, out, words = interrupted(folder, patch, ["build", "--out", "edition", "--json"])
    assert code == 0, words
    told = json.loads(out)
    assert {path.name for path in (folder / "edition").iterdir()} == {*told["files"], "MANIFEST.json"}


def test_an_old_edition_is_untouched_by_a_stopped_run(folder: Path) -> None:
    """Every byte of the folder is as it was."""
    (folder / "edition").mkdir()
    (folder / "edition" / "map.html").write_text("old")
    patch, arguments = STEPS["build, while it is written"]
    code, _, _ = interrupted(folder, patch, arguments)
    assert code == 130
    assert [(path.name, path.read_text()) for path in (folder / "edition").iterdir()] == [("map.html", "old")]
