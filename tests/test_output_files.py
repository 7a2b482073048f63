"""Outputs appear whole or not at all: every way in which writing can fail, on a folder with an older edition in it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper.errors import Unwritable
from mapper.output import files
from mapper.output.files import write_file, write_files
from mapper.output.manifest import listed_files
from tests.killing import KILLED_AT_A_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = {"map.html": b"old map", "zones.geojson": b"old zones", "MANIFEST.json": b"old manifest"}
NEW = {"map.html": b"new map", "zones.geojson": b"new zones", "more.csv": b"more", "MANIFEST.json": b"new manifest"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds an older edition and a file of the user's own."""
    out = tmp_path / "out"
    write_files(out, OLD)
    (out / "mine.txt").write_bytes(b"mine")
    return out


def content(folder: Path) -> dict[str, bytes]:
    """Return all files and folders in a folder, hidden ones too."""
    return {path.name: path.read_bytes() if path.is_file() else b"<folder>" for path in folder.iterdir()}


UNCHANGED = {**OLD, "mine.txt": b"mine"}


def test_a_new_edition_replaces_the_old_and_leaves_other_files(folder: Path) -> None:
    """Nothing temporary stays behind."""
    write_files(folder, NEW)
    assert content(folder) == {**NEW, "mine.txt": b"mine"}


def test_folders_are_made(tmp_path: Path) -> None:
    """Also those above."""
    write_files(tmp_path / "a" / "b", NEW)
    assert content(tmp_path / "a" / "b") == NEW


def test_superseded_files_go_unless_they_were_changed(folder: Path) -> None:
    """A file that the old manifest lists and the new edition lacks is removed, never one that somebody else wrote."""
    stale, changed, outside = folder / "hazards.geojson", folder / "notes.csv", folder.parent / "outside.txt"
    for path in (stale, changed, outside):
        path.write_bytes(b"as written")
    sha256 = hashlib.sha256(b"as written").hexdigest()
    changed.write_bytes(b"somebody worked on it")
    listed = {
        "hazards.geojson": sha256,
        "notes.csv": sha256,
        "map.html": sha256,
        "../outside.txt": sha256,
        "no": sha256,
    }
    write_files(folder, NEW, superseded=listed)
    assert content(folder) == {**NEW, "mine.txt": b"mine", "notes.csv": b"somebody worked on it"}
    assert outside.exists()


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b'{"files": 3}', b'{"files": {"a": 3}}', b'{"files": {"a": {}}}', b"\xff", b"[" * 100_000],
)
def test_a_broken_manifest_lists_nothing(tmp_path: Path, text: bytes) -> None:
    """What cannot be read supersedes nothing."""
    (tmp_path / "MANIFEST.json").write_bytes(text)
    assert listed_files(tmp_path) == {}
    assert listed_files(tmp_path / "nowhere") == {}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """The sentence names it, and it stays."""
    taken = tmp_path / "taken"
    taken.write_bytes(b"mine")
    with pytest.raises(Unwritable, match="'taken' is a file, not a folder"):
        write_files(taken, NEW)
    with pytest.raises(Unwritable, match="cannot be written"):
        write_files(taken / "below", NEW)
    assert taken.read_bytes() == b"mine"


@pytest.mark.parametrize("name", list(NEW))
def test_a_folder_in_the_place_of_any_file_is_refused(tmp_path: Path, name: str) -> None:
    """Whichever of the names is taken, none of the others is written."""
    out = tmp_path / "out"
    (out / name).mkdir(parents=True)
    with pytest.raises(Unwritable, match="cannot be written"):
        write_files(out, NEW)
    assert content(out) == {name: b"<folder>"}
    with pytest.raises(Unwritable, match="is a folder"):
        write_file(out / name, b"")


def test_what_is_read_back_must_be_what_was_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that loses bytes is found out before anything is renamed."""
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"lost")
    with pytest.raises(Unwritable, match="is not what was written"):
        write_files(folder, NEW)
    monkeypatch.undo()
    assert content(folder) == UNCHANGED


@pytest.mark.parametrize("failing", range(len(NEW)))
@pytest.mark.parametrize("links", [True, False])
def test_a_rename_that_fails_puts_the_old_files_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int, *, links: bool
) -> None:
    """The first, second, third or last rename fails, on disks with and without second names for a file."""
    target, rename = folder / list(NEW)[failing], Path.replace

    def replace(self: Path, to: Path) -> Path:
        if to == target and self.parent.name != "replaced":
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, to)

    def no_links(*_: Any) -> None:  # noqa: ANN401 - as os.link
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "replace", replace)
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(Unwritable, match="Input/output error"):
        write_files(folder, NEW)
    assert content(folder) == UNCHANGED


@contextmanager
def small_disk(tmp_path: Path, option: str) -> Iterator[Path]:
    """Mount a disk of 64 KB in memory, where this user may; skip the test where not."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount") or "", shutil.which("umount") or ""
    command = [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not mount or not umount or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a disk needs root")
    try:
        write_files(disk / "out", OLD)
        if option:
            subprocess.run([mount, "-o", f"remount,{option}", str(disk)], check=True)
        yield disk / "out"
    finally:
        subprocess.run([umount, str(disk)], check=True)


def test_a_full_disk_keeps_the_old_edition(tmp_path: Path) -> None:
    """The first file fits, the second does not."""
    with small_disk(tmp_path, "") as out:
        with pytest.raises(Unwritable, match="No space left on device"):
            write_files(out, {**NEW, "zones.geojson": bytes(200_000)})
        assert content(out) == OLD


def test_a_disk_that_may_not_be_written_keeps_the_old_edition(tmp_path: Path) -> None:
    """A memory stick with its switch on "read only"."""
    with small_disk(tmp_path, "ro") as out:
        with pytest.raises(Unwritable, match="Read-only file system"):
            write_files(out, NEW)
        assert content(out) == OLD


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights bind only a user who is not root")
def test_a_folder_without_the_right_to_write_keeps_the_old_edition(folder: Path) -> None:
    """As on a shared folder of somebody else."""
    folder.chmod(0o500)
    try:
        with pytest.raises(Unwritable, match="Permission denied"):
            write_files(folder, NEW)
    finally:
        folder.chmod(0o700)
    assert content(folder) == UNCHANGED


def test_a_full_disk_without_mounting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where no disk can be mounted: the system says so when the bytes are to be kept."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unwritable, match="No space left on device"):
        write_files(folder, NEW)
    monkeypatch.undo()
    assert content(folder) == UNCHANGED


KILLED_AT = f"""
from mapper.output import files
{KILLED_AT_A_STEP}
names = ("map.html", "zones.geojson", "more.csv", "MANIFEST.json")
files.write_files(Path(sys.argv[1]), {{name: b"new " + name.encode() for name in names}})
"""


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL")
@pytest.mark.parametrize("step", range(9))
def test_a_run_that_is_killed_leaves_every_file_whole(folder: Path, step: int) -> None:
    """Killed at each of the four flushes, four renames and the last flush: each file is old or new, none is half.

    The manifest comes last, so an old one beside new files shows by its hashes that they do not belong together; and the
    next run clears away what the dead one left.
    """
    done = subprocess.run([sys.executable, "-c", KILLED_AT, str(folder), str(step)], check=False)
    assert done.returncode == -signal.SIGKILL
    for name, old in OLD.items():
        assert (folder / name).read_bytes() in {old, b"new " + name.encode()}
    if step <= 4:
        assert {name: (folder / name).read_bytes() for name in OLD} == OLD
    assert ((folder / "MANIFEST.json").read_bytes() == OLD["MANIFEST.json"]) == (step < 8)
    write_files(folder, NEW)
    assert content(folder) == {**NEW, "mine.txt": b"mine"}


WRITER = """
import sys
from pathlib import Path
from mapper.output.files import write_files
for turn in range(20):
    write_files(Path(sys.argv[1]), {name: sys.argv[2].encode() * 100_000 for name in "abcd"})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not locked there")
def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    """Three writers at once: when all are done, the four files are of one of them."""
    out = tmp_path / "out"
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, str(out), letter]) for letter in "xyz"]
    assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
    assert set(content(out)) == set("abcd")
    assert len(set(content(out).values())) == 1


def test_only_folders_of_our_own_are_cleared(folder: Path) -> None:
    """A user's hidden files stay."""
    (folder / ".mapper-settings").mkdir()
    (folder / f"{files._ASIDE}abc").mkdir()
    write_files(folder, NEW)
    assert set(content(folder)) == {*NEW, "mine.txt", ".mapper-settings"}
