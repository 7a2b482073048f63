"""An edition against its manifest: every byte that changed, every file more or fewer, and the signature by OpenSSH."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.editions import verify_folder
from mapper.errors import DataRefused, Unreadable, UsageError
from mapper.output.manifest import FILE_NAME, SIGNATURE_NAME, is_sealed, read_manifest
from mapper.output.signatures import NAMESPACE
from mapper.pipeline import build
from tests.editions import box, write_layers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ZEROS = "0" * 64


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an edition once."""
    folder = tmp_path_factory.mktemp("built")
    layers = write_layers(folder / "layers", zones=[{"zone_id": "z", "name": "Ağdərə", "geometry": box(0, 0, 1, 1)}])
    build(layers, out=folder / "edition")
    return folder / "edition"


@pytest.fixture
def edition(built: Path, tmp_path: Path) -> Path:
    """Return a copy of it that a test may spoil, in a folder with a space and an ə."""
    return shutil.copytree(built, tmp_path / "nəşr 1")


def resealed(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Forge a manifest: change it, and give it a seal that fits, as the description of the seal says."""
    document = json.loads((folder / FILE_NAME).read_bytes())
    change(document)
    document["seal"] = ZEROS
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    seal = hashlib.sha256(text.encode()).hexdigest()
    (folder / FILE_NAME).write_text(text.replace(f'"seal": "{ZEROS}"', f'"seal": "{seal}"'), "utf-8")


def test_what_was_built_is_whole(edition: Path) -> None:
    """The keys of the answer, and every file counted but the manifest."""
    told = verify_folder(edition)
    assert list(told)[:4] == ["edition", "files_checked", "changed", "missing"]
    assert {"added", "signature", "verdict"} <= set(told)
    assert (told["verdict"], told["signature"], told["why"]) == ("whole", None, [])
    assert told["files_checked"] == len(list(edition.iterdir())) - 1
    assert told["edition"] == json.loads((edition / FILE_NAME).read_bytes())["edition"]


def test_one_changed_byte_of_any_file_is_refused(edition: Path) -> None:
    """First, middle and last byte of every file, the manifest too; the length stays the same."""
    for file in sorted(edition.iterdir()):
        content = file.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            told = verify_folder(edition)
            assert (told["verdict"], file.name in told["changed"]) == ("refused", True)
            assert (
                len(told["changed"]) == 1 or file.name == FILE_NAME
            )  # whose hash of another file may be the one changed
            assert any(file.name in sentence for sentence in told["why"])
        file.write_bytes(content)
    assert verify_folder(edition)["verdict"] == "whole"


@given(st.data())
def test_law_no_byte_of_a_manifest_changes_unseen(built: Path, data: st.DataObject) -> None:
    """Wherever it is and whatever it becomes."""
    content = (built / FILE_NAME).read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    assert is_sealed(content)
    assert not is_sealed(content[:at] + bytes([other]) + content[at + 1 :])
    assert not is_sealed(content[:at] + content[at + 1 :])


def test_one_removed_file_is_refused(edition: Path) -> None:
    """Any of them; without the manifest nothing else is known."""
    for file in sorted(edition.iterdir()):
        content = file.read_bytes()
        file.unlink()
        told = verify_folder(edition)
        assert (told["verdict"], told["missing"]) == ("refused", [file.name])
        assert len(told["why"]) == 1
        file.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["more.txt", ".hidden", "map.html~", "zones.geojson.bak", "ə.csv", "x.gpkg-wal", "desktop.ini"]
)
def test_one_added_file_is_refused(edition: Path, name: str) -> None:
    """Also one that an editor, a spreadsheet or a database left: somebody has been at the edition."""
    (edition / name).write_bytes(b"")
    told = verify_folder(edition)
    assert (told["verdict"], told["added"], told["changed"]) == ("refused", [name], [])
    assert name in told["why"][0]


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db"])
def test_what_desktops_drop_is_named_and_passed_over(edition: Path, name: str) -> None:
    """As a file; a folder or a link of that name is none of theirs."""
    (edition / name).write_bytes(b"x")
    told = verify_folder(edition)
    assert (told["verdict"], told["passed_over"], told["added"]) == ("whole", [name], [])
    (edition / name).unlink()
    (edition / name).mkdir()
    assert verify_folder(edition)["added"] == [f"{name}/"]


def test_folders_and_links_are_refused(edition: Path, tmp_path: Path) -> None:
    """An empty folder, a link beside the files, and a link in place of a file with the very same bytes."""
    (edition / "sub").mkdir()
    (edition / "sub" / "deep.txt").write_bytes(b"")
    (edition / "loop").symlink_to(edition)
    shutil.move(edition / "map.html", tmp_path / "map.html")
    (edition / "map.html").symlink_to(tmp_path / "map.html")
    told = verify_folder(edition)
    assert told["added"] == ["loop", "sub/"]
    assert told["changed"] == ["map.html"]
    assert "'map.html' was changed: it is a link and no file." in told["why"]


def test_a_pipe_is_never_opened(edition: Path) -> None:
    """Reading one would wait for ever."""
    (edition / "zones.geojson").unlink()
    os.mkfifo(edition / "zones.geojson")
    assert verify_folder(edition)["changed"] == ["zones.geojson"]


def test_a_manifest_that_is_a_link_is_none(edition: Path, tmp_path: Path) -> None:
    """Even to the right bytes."""
    shutil.move(edition / FILE_NAME, tmp_path / "m.json")
    (edition / FILE_NAME).symlink_to(tmp_path / "m.json")
    assert (verify_folder(edition)["verdict"], verify_folder(edition)["missing"]) == ("refused", [FILE_NAME])


@pytest.mark.parametrize(
    "name",
    [
        "../map.html",
        "/etc/hostname",
        "a/../../x",
        "a//b",
        "./map.html",
        "",
        "C:\\x",
        "a\\b",
        "x\n",
        FILE_NAME,
        SIGNATURE_NAME,
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(edition: Path, name: str) -> None:
    """A manifest that fits its seal and lists one is not followed anywhere."""
    resealed(edition, lambda document: document["files"].update({name: {"bytes": 1, "sha256": ZEROS}}))
    told = verify_folder(edition)
    assert (told["verdict"], told["edition"], told["files_checked"], told["changed"]) == (
        "refused",
        None,
        0,
        [FILE_NAME],
    )
    assert len(told["why"]) == 1


BROKEN = {
    "empty": b"",
    "cut": b'{"edition": "a", "files": {"map.html": {"bytes": 1, "sh',
    "no object": b"[]",
    "no files": b'{"edition": "a", "files": {}}',
    "no edition": b'{"files": {"a": {"bytes": 1, "sha256": "' + ZEROS.encode() + b'"}}}',
    "twice": b'{"edition": "a", "edition": "b", "files": {"a": {"bytes": 1, "sha256": "' + ZEROS.encode() + b'"}}}',
    "no number": b'{"edition": "a", "n": NaN, "files": {"a": {"bytes": 1, "sha256": "' + ZEROS.encode() + b'"}}}',
    "half a hash": b'{"edition": "a", "files": {"a": {"bytes": 1, "sha256": "00"}}}',
    "less than nothing": b'{"edition": "a", "files": {"a": {"bytes": -1, "sha256": "' + ZEROS.encode() + b'"}}}',
    "a truth": b'{"edition": "a", "files": {"a": {"bytes": true, "sha256": "' + ZEROS.encode() + b'"}}}',
    "deep": b"[" * 100_000,
    "not UTF-8": b'{"edition": "\xff"}',
    "one name of two": b'{"edition": "a", "files": {"A.b": {"bytes": 1, "sha256": "%s"}, "a.b": {"bytes": 1, "sha256": "%s"}}}'
    % (ZEROS.encode(), ZEROS.encode()),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_manifest_is_one_sentence(edition: Path, content: bytes) -> None:
    """Read alone it is refused, and in its folder it is the file that was changed."""
    with pytest.raises(DataRefused, match=r"MANIFEST\.json: .*Do not use this edition"):
        read_manifest(content)
    (edition / FILE_NAME).write_bytes(content)
    told = verify_folder(edition)
    assert (told["verdict"], told["changed"], len(told["why"])) == ("refused", [FILE_NAME], 1)


def test_a_listed_file_in_a_folder_is_checked_there(edition: Path) -> None:
    """Its folder belongs to the edition, another file in it does not."""
    (edition / "gis").mkdir()
    (edition / "gis" / "a.gpkg").write_bytes(b"a")
    told = {"bytes": 1, "sha256": hashlib.sha256(b"a").hexdigest()}
    resealed(edition, lambda document: document["files"].update({"gis/a.gpkg": told}))
    assert verify_folder(edition)["verdict"] == "whole"
    (edition / "gis" / "a.gpkg-shm").write_bytes(b"")
    assert verify_folder(edition)["added"] == ["gis/a.gpkg-shm"]


@pytest.mark.parametrize("name", ["nowhere", "map.html"])
def test_a_folder_that_cannot_be_opened_is_a_sentence(edition: Path, name: str) -> None:
    """Missing, or a file."""
    with pytest.raises(Unreadable, match="cannot be opened"):
        verify_folder(edition / name)


# ---------------------------------------------------------------- signatures
@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make two keys, and a file that allows the first to sign."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not on this machine")
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    (folder / "signers").write_text(f"office@example.org {(folder / 'ours.pub').read_text()}")
    return folder


def sign(edition: Path, key: Path, namespace: str = NAMESPACE) -> None:
    """Sign as README says."""
    (edition / SIGNATURE_NAME).unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace, str(edition / FILE_NAME)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def test_a_valid_signature_names_its_signer(edition: Path, keys: Path) -> None:
    """With and without an identity."""
    sign(edition, keys / "ours")
    for identity in (None, "office@example.org"):
        told = verify_folder(edition, keys / "signers", identity)
        assert (told["verdict"], told["signature"], told["signed_by"]) == ("whole", "valid", "office@example.org")


def test_a_signature_that_nobody_checked_is_a_doubt(edition: Path, keys: Path) -> None:
    """It may be anybody's."""
    sign(edition, keys / "theirs")
    told = verify_folder(edition)
    assert (told["verdict"], told["signature"], told["signed_by"]) == ("doubt", "present, not checked", None)


def test_signatures_that_do_not_count(edition: Path, keys: Path) -> None:
    """Of another key, for another purpose, of another identity, of another manifest, and no signature at all."""
    sign(edition, keys / "theirs")
    assert verify_folder(edition, keys / "signers")["signature"] == "not valid"
    sign(edition, keys / "ours", namespace="file")
    assert verify_folder(edition, keys / "signers")["signature"] == "not valid"
    sign(edition, keys / "ours")
    assert verify_folder(edition, keys / "signers", "somebody@example.org")["signature"] == "not valid"
    resealed(edition, lambda document: document.update(title="Another"))
    told = verify_folder(edition, keys / "signers")
    assert (told["verdict"], told["signature"], told["changed"]) == ("refused", "not valid", [])
    (edition / SIGNATURE_NAME).write_bytes(b"no signature")
    assert verify_folder(edition, keys / "signers")["verdict"] == "refused"


def test_a_signature_that_was_taken_away_is_refused(edition: Path, keys: Path) -> None:
    """Who names signers expects one."""
    told = verify_folder(edition, keys / "signers")
    assert (told["verdict"], told["signature"]) == ("refused", "missing")
    assert SIGNATURE_NAME in told["why"][0]


def test_without_openssh_it_is_a_sentence(edition: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are checked all the same."""
    sign(edition, keys / "ours")
    monkeypatch.setenv("PATH", "/nonexistent")
    told = verify_folder(edition, keys / "signers")
    assert (told["verdict"], told["signature"], told["changed"]) == ("doubt", "present, not checked", [])
    assert "ssh-keygen is not on this machine" in told["why"][0]


def test_wrong_questions_are_sentences(edition: Path, keys: Path, tmp_path: Path) -> None:
    """An identity without signers, and signers that are not there."""
    sign(edition, keys / "ours")
    with pytest.raises(UsageError, match="Add --signers FILE"):
        verify_folder(edition, identity="office@example.org")
    with pytest.raises(Unreadable, match="no such file of allowed signers"):
        verify_folder(edition, tmp_path / "nobody")
