"""The manifest: what went in and came out, with hashes anybody can check."""

from __future__ import annotations

import hashlib
import json

from mapper.catalogue import bundled_layers
from mapper.output.manifest import answer, described, manifest
from mapper.pipeline import make_edition

CONTENTS = {"map.html": b"<!doctype html>", "zones.geojson": "ə".encode()}


def test_files_are_described_by_size_and_sha256() -> None:
    """SHA-256 of the empty text is a published constant."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert described({"a": b""}) == {"a": {"bytes": 0, "sha256": empty}}
    assert described(CONTENTS)["zones.geojson"] == {"bytes": 2, "sha256": hashlib.sha256(b"\xc9\x99").hexdigest()}


def test_the_answer_has_the_keys_of_the_contract() -> None:
    """`mapper build --json`, as CONTRACT.md gives it; keys may be added, never renamed."""
    told = answer(make_edition(), CONTENTS)
    assert set(told) >= {
        "edition",
        "data_date",
        "stale_after",
        "files",
        "incidents",
        "zones",
        "casualties",
        "findings",
        "complete",
    }
    assert set(told["incidents"]) >= {"counted", "drawn", "district_level", "unplaced", "refused"}
    assert set(told["zones"]) >= {"counted", "drawn", "without_geometry", "refused"}
    assert set(told["casualties"]) == {"killed", "injured"}
    assert set(told["findings"]) == {"error", "warning", "info"}
    # 180 days after 23 November 2026: 7 + 31 + 31 + 28 + 31 + 30 days to 30 April, and 22 more.
    assert (told["data_date"], told["stale_after"]) == ("2026-11-23", "2027-05-22")


def test_inputs_are_named_with_the_hash_of_their_bytes() -> None:
    """Each layer's file as it lies on the disk, by its name and without any path of this machine."""
    text = manifest(make_edition(), CONTENTS)
    document = json.loads(text)
    assert len(document["inputs"]) == 11
    for layer in document["inputs"]:
        content = (bundled_layers() / layer["file"]).read_bytes()
        assert layer["sha256"] == hashlib.sha256(content).hexdigest()
        assert layer["kept"] + layer["repaired"] + layer["rejected"] == layer["counted"]
    assert str(bundled_layers().parent) not in text.decode()


def test_the_same_edition_has_the_same_manifest() -> None:
    """No clock, no order of chance: byte for byte."""
    assert manifest(make_edition(), CONTENTS) == manifest(make_edition(), CONTENTS)
