"""Is an edition still what it was when it was written? Every file of its folder against the manifest, and its signature.

The answer is strict in both directions: a file that the manifest lists must be there byte for byte, and nothing else may be. A
table that somebody saved again, a journal that a program left beside a GeoPackage (whose content it changes), an empty folder and
a link are all told. Only `MANIFEST.json.sig` belongs to an edition without being listed, and what the systems of desktops drop
into every folder that is looked at (`PASSED_OVER`) is named and passed over: it would teach people to ignore the answer.

The manifest bears a seal over itself (`mapper.output.manifest`). Who means to deceive can make a new one, so without a signature
the answer is that the folder is whole, never that it is genuine.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mapper.errors import DataRefused, Unreadable
from mapper.output.edition_folder import MOST_MANIFEST_BYTES
from mapper.output.manifest import FILE_NAME, SIGNATURE_NAME, Listed, is_sealed, read_manifest
from mapper.output.signatures import Signature, check_signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mapper.output.signatures import Signers

PASSED_OVER = (".DS_Store", "Thumbs.db")
"""What macOS and Windows put into a folder by themselves."""
_JOURNALS = ("-wal", "-shm", "-journal")
_CHUNK_BYTES = 2**20
FileVerdict = Literal["whole", "doubt", "refused"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of an edition's files and its signature.

    `verdict` is `whole` (every file as listed, and the signature, where there is one, valid), `doubt` (the files are, but the
    signature was not checked) or `refused`. `why` has a sentence for each file that is not as it should be, and for each doubt.
    """

    edition: str | None
    files_checked: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    passed_over: tuple[str, ...]
    signature: Signature | None
    why: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> FileVerdict:
        """Say in one word what is to be thought of the edition."""
        refused = self.changed or self.missing or self.added or self.edition is None
        if refused or (self.signature is not None and self.signature.state in {"missing", "not valid"}):
            return "refused"
        return "doubt" if self.why else "whole"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper verify --json`."""
        return {
            "edition": self.edition,
            "files_checked": self.files_checked,
            "changed": list(self.changed),
            "missing": list(self.missing),
            "added": list(self.added),
            "passed_over": list(self.passed_over),
            "signature": None if self.signature is None else self.signature.state,
            "signed_by": None if self.signature is None else self.signature.signed_by,
            "verdict": self.verdict,
            "why": list(self.why),
        }


class _Found(NamedTuple):
    """One entry of a folder: its name from the folder on, with a "/" at the end of a folder's, and what it is."""

    name: str
    mode: int


def verify(folder: Path, signers: Signers | None = None) -> Verified:
    """Check a built edition against its manifest.

    Parameters
    ----------
    folder : Path
        What `mapper build` wrote, or a copy of it.
    signers : Signers, optional
        Whom the reader trusts. With it an edition without a signature is refused too.

    Returns
    -------
    Verified
        Every file that is not as listed, by name, sorted.

    Raises
    ------
    Unreadable
        When the folder, a file in it or the file of signers cannot be opened.
    """
    found = {each.name: each.mode for each in _entries(folder, "")}
    if not stat.S_ISREG(found.get(FILE_NAME, 0)):
        return _without_manifest(found)
    content = _content(folder / FILE_NAME)
    signature = check_signature(content, folder / SIGNATURE_NAME, signers) if SIGNATURE_NAME in found else None
    doubts = [signature.doubt] if signature is not None and signature.doubt is not None else []
    if signature is None and signers is not None:
        signature = Signature("missing")
        doubts = [f"There is no '{SIGNATURE_NAME}': the edition is not signed, or its signature was taken away."]
    try:
        listed = read_manifest(content)
    except DataRefused as refusal:
        return Verified(None, 0, (FILE_NAME,), (), (), (), signature, (str(refusal), *doubts))
    return _against(folder, found, listed, (signature, doubts), is_whole=is_sealed(content))


def _against(
    folder: Path,
    found: Mapping[str, int],
    listed: Listed,
    signed: tuple[Signature | None, list[str]],
    *,
    is_whole: bool,
) -> Verified:
    signature, doubts = signed
    missing = sorted(name for name in listed.files if name not in found)
    told = {
        name: _difference(folder / name, found[name], *listed.files[name]) for name in listed.files if name in found
    }
    if not is_whole:
        told[FILE_NAME] = "it does not bear its own seal, so a part of it was changed, or another program wrote it"
    changed = {name: why for name, why in sorted(told.items()) if why is not None}
    added, passed_over = _others(found, listed)
    return Verified(
        edition=listed.edition,
        files_checked=len(listed.files) - len(missing),
        changed=tuple(changed),
        missing=tuple(missing),
        added=added,
        passed_over=passed_over,
        signature=signature,
        why=(
            *(f"'{name}' was changed: {why}." for name, why in changed.items()),
            *(f"'{name}' is missing: the manifest lists it." for name in missing),
            *(_said_of_added(name, found[name]) for name in added),
            *doubts,
        ),
    )


def _without_manifest(found: Mapping[str, int]) -> Verified:
    what = "is no plain file" if FILE_NAME in found else "is missing"
    why = f"'{FILE_NAME}' {what}: a folder without its manifest is not an edition. Get a whole copy of it."
    return Verified(None, 0, (), (FILE_NAME,), (), (), None, (why,))


def _others(found: Mapping[str, int], listed: Listed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the manifest does not list, apart from what is passed over."""
    above = {
        f"{'/'.join(parts[:end])}/"
        for name in listed.files
        for parts in [name.split("/")]
        for end in range(1, len(parts))
    }
    known = above | set(listed.files) | {FILE_NAME, SIGNATURE_NAME}
    others = [name for name in sorted(found) if name not in known]
    dropped = [name for name in others if name.rsplit("/", 1)[-1] in PASSED_OVER and stat.S_ISREG(found[name])]
    inside = tuple(name for name in others if name.endswith("/"))
    added = [
        name
        for name in others
        if name not in dropped and not any(name != each and name.startswith(each) for each in inside)
    ]
    return tuple(added), tuple(dropped)


def _said_of_added(name: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        what = "is a link, which no edition has"
    elif stat.S_ISDIR(mode):
        what = "is a folder that the manifest does not know"
    elif name.endswith(_JOURNALS):
        what = "was left by a program that has a file of the edition open for writing, and may change what it holds"
    else:
        what = "does not belong to the edition: the manifest does not list it"
    return f"'{name}' {what}."


def _entries(folder: Path, under: str) -> Iterator[_Found]:
    """Return every entry of a folder and the folders in it; links are told and never followed."""
    try:
        with os.scandir(folder) as entries:
            listed = sorted((each.name, each.stat(follow_symlinks=False).st_mode) for each in entries)
    except OSError as exc:
        raise _unreadable(under.rstrip("/") or folder.name or str(folder), exc) from None
    for name, mode in listed:
        if stat.S_ISDIR(mode):
            yield _Found(f"{under}{name}/", mode)
            yield from _entries(folder / name, f"{under}{name}/")
        else:
            yield _Found(f"{under}{name}", mode)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_MANIFEST_BYTES)
    except OSError as exc:
        raise _unreadable(file.name, exc) from None


def _difference(file: Path, mode: int, size: int, sha256: str) -> str | None:
    """Say how a file differs from what is listed; None where it does not. What is no plain file is not opened."""
    if not stat.S_ISREG(mode):
        return "it is a link and no file" if stat.S_ISLNK(mode) else "it is no plain file"
    digest, length = hashlib.sha256(), 0
    try:
        with file.open("rb", buffering=0) as opened:
            while chunk := opened.read(_CHUNK_BYTES):
                digest.update(chunk)
                length += len(chunk)
    except OSError as exc:
        raise _unreadable(file.name, exc) from None
    if length != size:
        return f"it has {length:,} bytes and the manifest lists {size:,}"
    return None if digest.hexdigest() == sha256 else "its SHA-256 is not the one that the manifest lists"


def _unreadable(name: str, exc: OSError) -> Unreadable:
    return Unreadable(
        f"'{name}' cannot be opened: {exc.strerror or exc}",
        advice="Name the folder of an edition that you may read; nothing is known of this one.",
    )
