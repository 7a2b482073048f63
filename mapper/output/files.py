"""Files appear whole or not at all.

Every file of an output is written beside its place under a temporary name, flushed to the disk, read again and compared,
and only when all of them stand are they renamed, the manifest last. An older file of the same name is replaced in one
step; a run that fails puts back what it had replaced, and one that is killed leaves every file whole, old or new, which
the manifest's hashes tell apart. A folder without its manifest is not an edition.

Runs into one folder wait for each other on a lock the system drops when a run dies, so no stale lock file can be left. Ctrl-C
stops a run up to the first rename and leaves nothing behind; from there on it is not heard, as the end is a moment away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mapper.errors import Unwritable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_ASIDE = ".mapper-writing-"
_MOST_NAMED = 5


class Writing:
    """A folder that is being written to: its lock is held, and `aside` is a private empty folder on the same disk.

    What is not placed is gone at the end.
    """

    def __init__(self, folder: Path, aside: Path, last: contextlib.ExitStack) -> None:
        self.folder = folder
        self.aside = aside
        self._last = last

    def place(
        self,
        contents: Mapping[str, bytes | Path],
        *,
        superseded: Mapping[str, str] | None = None,
        overwrite: bool = True,
    ) -> None:
        """Put files into the folder, all or none; parameters and errors as of `write_files`. To be called once, at the end."""
        if not overwrite:
            refuse_taken(self.folder, contents)
        new = self.aside / "new"
        new.mkdir()
        for name, content in contents.items():
            if isinstance(content, Path):
                _take(content, new / name)
            else:
                _write_and_verify(new / name, content)
        self._last.enter_context(to_the_end())
        _exchange(self.folder, new, list(contents))
        _remove_superseded(self.folder, {} if superseded is None else superseded, contents)


def refuse_taken(folder: Path, names: Iterable[str]) -> None:
    """Refuse names that are taken in a folder.

    Raises
    ------
    Unwritable
        When one is; the sentence names it.
    """
    taken = sorted(name for name in names if (folder / name).exists() or (folder / name).is_symlink())
    if taken:
        raise Unwritable(
            f"{_listed(taken)} would be replaced in '{folder.name or folder}'",
            advice="Say --overwrite to replace what is there, or name another place.",
        )


@contextlib.contextmanager
def writing_into(folder: Path) -> Iterator[Writing]:
    """Hold a folder, which is made when missing, for one run; what a run that was killed had left in it is removed.

    Raises
    ------
    Unwritable
        As `write_files`, also for an `OSError` of what is done meanwhile.
    """
    try:
        with _made(folder), _alone_in(folder), contextlib.ExitStack() as last:
            _clear_leftovers(folder)
            with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=folder) as aside:
                yield Writing(folder, Path(aside), last)
    except OSError as exc:
        raise Unwritable(
            f"the output cannot be written to '{folder.name or folder}': {exc.strerror or exc}",
            advice="What was there before is unchanged. Check the rights and the free space, or name another place.",
        ) from None


def write_files(
    folder: Path,
    contents: Mapping[str, bytes | Path],
    *,
    superseded: Mapping[str, str] | None = None,
    overwrite: bool = True,
) -> None:
    """Write files into a folder, all or none; the last one named is renamed last.

    Parameters
    ----------
    folder : Path
        Made when missing.
    contents : mapping of str to bytes or Path
        File name to content. A path is a file that is already written, on the same disk (in `Writing.aside`): it is moved.
    superseded : mapping of str to str, optional
        Name to SHA-256 of the files of an older edition: those that this one does not have are removed at the end, unless
        somebody has changed them since.
    overwrite : bool
        Whether files of the same names may be replaced.

    Raises
    ------
    Unwritable
        When the folder is a file, may not be written to, a name in it is a folder, or taken without `overwrite`, or the disk
        is full. What was there before is still there.
    """
    with writing_into(folder) as writing:
        writing.place(contents, superseded=superseded, overwrite=overwrite)


def write_file(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all.

    Raises
    ------
    Unwritable
        As `write_files`; also when `path` is a folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(Path(folder) / "a.txt", b"whole")
    ...     (Path(folder) / "a.txt").read_bytes()
    b'whole'
    """
    if path.is_dir():
        raise Unwritable(f"'{path.name}' is a folder", advice="Name a file with --out.")
    write_files(path.parent, {path.name: content})


@contextlib.contextmanager
def to_the_end() -> Iterator[None]:
    """Do not hear Ctrl-C inside: what has begun to appear must appear whole. Other threads than the main one never do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; when the run fails, take away again those that were made and are empty."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise Unwritable(f"'{folder.name}' is a file, not a folder", advice="Name another folder with --out.") from None
    try:
        yield
    except BaseException:
        for each in missing:
            with contextlib.suppress(OSError):
                each.rmdir()
        raise


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock while writing; at the end have the system put the renames on the disk.

    Where a folder cannot be opened or locked (Windows, some network disks) the run goes on without.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ImportError):
            import fcntl  # noqa: PLC0415 - only Unix has it

            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
            stack.callback(_flush, handle)
        yield


def _flush(handle: int) -> None:
    with contextlib.suppress(OSError):
        os.fsync(handle)


def _clear_leftovers(folder: Path) -> None:
    """Remove what a killed run left; the lock says that nobody is using it."""
    for left in folder.glob(f"{_ASIDE}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)


def _write_and_verify(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.read_bytes() != content:
        raise OSError(f"what was read back from '{path.name}' is not what was written")


def _take(file: Path, to: Path) -> None:
    """Move a file that is already written, once the disk has it."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    file.replace(to)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"


def _exchange(folder: Path, aside: Path, names: list[str]) -> None:
    """Rename every file into its place; when one cannot be, put back those that were replaced."""
    kept = aside.parent / "replaced"
    kept.mkdir()
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            _keep(folder / name, kept / name)
    done: list[str] = []
    try:
        for name in names:
            (aside / name).replace(folder / name)
            done.append(name)
    except OSError:
        for name in done:
            if (kept / name).exists():
                (kept / name).replace(folder / name)
            else:
                (folder / name).unlink()
        raise


def _keep(file: Path, copy: Path) -> None:
    """Give a file a second name, or where the disk knows no second names, copy it."""
    try:
        os.link(file, copy)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(file, copy)


def _remove_superseded(folder: Path, superseded: Mapping[str, str], contents: Collection[str]) -> None:
    for name, sha256 in superseded.items():
        file = folder / name
        ours = Path(name).name == name and name not in contents and file.is_file() and not file.is_symlink()
        if ours and hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
            file.unlink()
