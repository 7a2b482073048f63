"""A path is a plain local file whose bytes are what its name says, or it is refused before any reader sees it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mapper.catalogue import bundled_layers, layer_entry
from mapper.errors import DataRefused, MapperError, Unreadable
from mapper.intake.files import read_bytes, read_layer, read_layers

if TYPE_CHECKING:
    from mapper.model import Layer

CSV = b"incident_id\na\n"


def read(folder: Path, name: str, content: bytes) -> Layer:
    """Write a file and read it as a layer."""
    (folder / name).write_bytes(content)
    return read_layer(layer_entry(folder / name, "incidents"))


@pytest.mark.parametrize(
    "path",
    [
        "/dev/null",
        "/dev/zero",
        "/vsicurl/http://localhost/a.csv",
        "/vsizip/a.zip/a.csv",
        "https://localhost/a.geojson",
        "CSV:a.csv",
        '{"type":"FeatureCollection","features":[]}',
        "a\x00.csv",
        "missing.csv",
        ".",
        "",
        "a" * 5000,
    ],
)
def test_what_is_no_plain_local_file_cannot_be_opened(path: str) -> None:
    """Devices, addresses, drivers' own names, folders, contents in place of a name."""
    with pytest.raises(Unreadable) as caught:
        read_bytes(Path(path))
    assert str(caught.value).endswith(".")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Reading a named pipe would hang for ever."""
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(Unreadable, match="a pipe"):
        read_bytes(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.geojson", b"\xef\xbb\xbf \r\n\t", "empty"),
        ("a.csv", b"PK\x03\x04rest", "zip archive"),
        ("a.csv", b"SQLite format 3\x00", "GeoPackage"),
        ("a.geojson", b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>", "XML"),
        ("a.geojson", b" \n<OGRVRTDataSource/>", "no JSON"),
        ("a.geojson", b"incident_id,lat\na,1\n", "no JSON"),
        ("a.csv", b'{"type":"FeatureCollection","features":[]}', "holds JSON"),
        ("a", CSV, "not read"),
        ("a.csv.exe", CSV, "not read"),
    ],
)
def test_bytes_that_are_not_what_the_name_says_are_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """The name is only a claim."""
    with pytest.raises(DataRefused, match=said) as caught:
        read(tmp_path, name, content)
    assert caught.value.file == name
    assert caught.value.advice


@pytest.mark.parametrize("header", [b"fgb_id", b"PAR1", b"PK", b"incident_id"])
def test_a_header_that_starts_like_another_format_is_still_a_header(tmp_path: Path, header: bytes) -> None:
    """Only the whole signature of a format counts."""
    assert list(read(tmp_path, "a.csv", header + b",b\n1,2\n").frame.columns) == [header.decode(), "b"]


def test_endings_may_be_capitals(tmp_path: Path) -> None:
    """Old programs write .CSV."""
    assert read(tmp_path, "A.CSV", CSV).counted == 1


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    """The SHA-256 of these two lines, made with sha256sum."""
    assert read(tmp_path, "a.csv", CSV).sha256 == SHA256_OF_CSV


SHA256_OF_CSV = "5a0fb962b90bef999146e06fd3bc0f78c5f1dbc28ac769bc42c69eca257d1df6"


def test_every_bundled_layer_is_read_whole() -> None:
    """Records counted = records read, for each file."""
    for layer in read_layers(bundled_layers()):
        assert (layer.counted, layer.unread) == (len(layer.frame), 0), layer.entry.name


def test_every_error_has_a_sentence(tmp_path: Path) -> None:
    """A file without reading rights is said to be so, where rights mean anything (root may read all)."""
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "a.csv").chmod(0)
    try:
        assert read_bytes(tmp_path / "a.csv") == CSV
    except MapperError as error:
        assert "cannot be opened" in str(error)  # noqa: PT017 - only where the test does not run as root
