"""`MANIFEST.json`: what went into an edition and what came out, with SHA-256 of both.

It holds no clock time, so that two builds of the same input are byte-equal and a reader can tell a changed edition from
a rebuilt one.

Its `seal` is the SHA-256 of the manifest itself, taken with 64 zeros in the seal's place, so that a changed byte of the list is
found as one of a file is. That finds slips and cuts; who means to deceive makes a new seal, and only a signature tells
(`mapper.output.signatures`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from mapper.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition

    File: TypeAlias = bytes | Mapping[str, Any]

FILE_NAME = "MANIFEST.json"
SIGNATURE_NAME = f"{FILE_NAME}.sig"
_PACKAGES = ("hazard-mapper", "geopandas", "shapely", "pyproj", "pyogrio", "scipy", "contourpy")


def described(contents: Mapping[str, File]) -> dict[str, dict[str, Any]]:
    """Return name -> bytes and SHA-256 of each file; of one that is already described, that.

    Examples
    --------
    >>> described({"a": b"x"})["a"]["bytes"]
    1
    """
    return {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if isinstance(content, bytes)
        else dict(content)
        for name, content in contents.items()
    }


def answer(edition: Edition, contents: Mapping[str, File]) -> dict[str, Any]:
    """Return the answer of `mapper build --json`: the edition's account and its files."""
    return {**edition.to_dict(), "files": described(contents)}


def manifest(edition: Edition, contents: Mapping[str, File], basemap: Basemap | None = None) -> bytes:
    """Write the manifest of an edition's files, and of the background map that its page carries or asks for.

    Returns
    -------
    bytes
        UTF-8 JSON, sorted keys, one final line end; the same bytes for the same edition.
    """
    inputs = [
        {
            "layer": entry.name,
            "file": entry.stated,
            "kind": entry.kind,
            "sha256": sha256,
            "counted": ledger.counted,
            "kept": ledger.kept,
            "repaired": ledger.repaired,
            "rejected": ledger.rejected,
            "licence": entry.licence,
            "source": entry.source,
            **(
                {"precision": entry.precision, "precision_reason": entry.precision_reason}
                if entry.kind == "incidents"
                else {}
            ),
        }
        for entry, ledger, sha256 in edition.layers
    ]
    document = {
        **answer(edition, contents),
        "title": edition.title,
        "inputs": inputs,
        "versions": _versions(),
        "seal": _UNSEALED,
    }
    if basemap is not None:
        document["basemap"] = basemap.described()
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return _sealed(f"{text}\n".encode())


@dataclass(frozen=True, slots=True)
class Listed:
    """What a manifest says: the edition, name -> (bytes, SHA-256) of its files, and the whole document."""

    edition: str
    files: Mapping[str, tuple[int, str]]
    document: Mapping[str, Any]


def read_manifest(content: bytes) -> Listed:
    """Read a manifest that somebody handed over, which may be cut or forged.

    Parameters
    ----------
    content : bytes
        The bytes of a `MANIFEST.json`.

    Returns
    -------
    Listed
        Every name in it leads to a place inside the folder of the manifest, and to none but the files of the edition.

    Raises
    ------
    DataRefused
        When it is no manifest, or names a file that no edition has. Its seal is not looked at: `is_sealed`.

    Examples
    --------
    >>> read_manifest(b'{"edition": "a", "files": {"../x": {"bytes": 1, "sha256": "' + b"0" * 64 + b'"}}}')
    Traceback (most recent call last):
    mapper.errors.DataRefused: MANIFEST.json: '../x' is not the name of a file in its folder. Do not use this edition...
    """
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _refused("it is not the JSON of a manifest") from None
    files = document.get("files") if isinstance(document, dict) else None
    edition = document.get("edition") if isinstance(document, dict) else None
    if not isinstance(files, dict) or not files or not isinstance(edition, str):
        raise _refused("it lists no files of an edition")
    listed = {name: _listed(name, told) for name, told in files.items()}
    if len({unicodedata.normalize("NFC", name).casefold() for name in listed}) < len(listed):
        raise _refused("it lists two files whose names some systems take for one")
    return Listed(edition, MappingProxyType(listed), MappingProxyType(document))


def is_sealed(content: bytes) -> bool:
    """Tell whether a manifest is, byte for byte, the one that its seal was made for.

    Examples
    --------
    >>> is_sealed(b'{"seal": "' + b"0" * 64 + b'"}')
    False
    """
    found = _SEAL.findall(content)
    return len(found) == 1 and _SEAL.sub(_UNSEALED_PLACE, content) != content and _seal(content) == found[0].decode()


_UNSEALED = "0" * 64
_UNSEALED_PLACE = f'"seal": "{_UNSEALED}"'.encode()
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"')
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')


def _sealed(content: bytes) -> bytes:
    return content.replace(_UNSEALED_PLACE, f'"seal": "{_seal(content)}"'.encode())


def _seal(content: bytes) -> str:
    return hashlib.sha256(_SEAL.sub(_UNSEALED_PLACE, content)).hexdigest()


def _refused(what: str) -> DataRefused:
    return DataRefused(what, file=FILE_NAME, advice="Do not use this edition; get a whole copy of it.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _listed(name: str, told: object) -> tuple[int, str]:
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts) or _NOT_IN_A_NAME.search(name):
        raise _refused(f"'{name}' is not the name of a file in its folder")
    if name in {FILE_NAME, SIGNATURE_NAME}:
        raise _refused(f"it lists '{name}', which no manifest can hold the hash of")
    size, sha256 = (told.get("bytes"), told.get("sha256")) if isinstance(told, dict) else (None, None)
    if type(size) is not int or size < 0 or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise _refused(f"it does not give the size and the SHA-256 of '{name}'")
    return size, sha256


def listed_files(folder: Path) -> dict[str, str]:
    """Return name and SHA-256 of the files that the manifest in a folder lists; empty where there is none to read."""
    try:
        files = json.loads((folder / FILE_NAME).read_bytes())["files"]
        return {str(name): str(file["sha256"]) for name, file in files.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
