"""`MANIFEST.json`: what went into an edition and what came out, with SHA-256 of both.

It holds no clock time, so that two builds of the same input are byte-equal and a reader can tell a changed edition from
a rebuilt one.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition

    File: TypeAlias = bytes | Mapping[str, Any]

FILE_NAME = "MANIFEST.json"
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
            "file": entry.path.name,
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
    document = {**answer(edition, contents), "title": edition.title, "inputs": inputs, "versions": _versions()}
    if basemap is not None:
        document["basemap"] = basemap.described()
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


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
