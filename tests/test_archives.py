"""An archive is looked at before a byte of it is unpacked; what cannot be meant well is refused in a sentence."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile

import pytest

from mapper.errors import DataRefused
from mapper.intake.archives import ArchiveLimits, open_archive


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make an archive; the same name may come twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


def linked() -> bytes:
    """Make an archive whose one member is a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("zones.shp")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    """Make an archive that says its one member is encrypted: bit 0 of the flags, in both of its headers."""
    content = bytearray(zipped(("a.shp", b"x"), method=zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying() -> bytes:
    """Make an archive whose directory says that 10 MB of zeros are 10 bytes."""
    content = bytearray(zipped(("a.kml", bytes(10_000_000))))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    return bytes(content)


def test_members_come_by_name_without_folders() -> None:
    """Two files and a folder entry: the folder holds nothing."""
    content = zipped(("a/", b""), ("a/x.shp", b"1"), ("b.dbf", b"22"))
    assert open_archive(content, "z.zip") == {"a/x.shp": b"1", "b.dbf": b"22"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and no more", "not a whole zip archive"),
        (zipped(("a.shp", bytes(1000)))[:60], "not a whole zip archive"),
        (lying(), "not a whole zip archive"),
        (zipped(("../a.shp", b"x")), "out of its folder"),
        (zipped(("a/../../b.shp", b"x")), "out of its folder"),
        (zipped(("/etc/a.shp", b"x")), "out of its folder"),
        (zipped(("C:/a.shp", b"x")), "out of its folder"),
        (zipped(("..\\a.shp", b"x")), "out of its folder"),
        (zipped(("a\n.shp", b"x")), "out of its folder"),
        (zipped(("a.shp", b"x"), ("a.shp", b"y")), "same name"),
        (zipped(("a.shp", b"x"), ("A.SHP", b"y")), "same name"),
        (zipped(("a.shp", b"x"), method=zipfile.ZIP_BZIP2), "not read"),
        (linked(), "link"),
        (locked(), "password"),
    ],
)
def test_what_cannot_be_meant_well_is_refused(content: bytes, said: str) -> None:
    """Cut, lying, leading out, twice, packed otherwise, a link, locked: one sentence with the file's name."""
    with pytest.raises(DataRefused, match=said) as caught:
        open_archive(content, "z.zip")
    assert str(caught.value).startswith("z.zip: ")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """50 MB of zeros in 50 kB: about 1000 times."""
    content = zipped(("a.kml", bytes(50_000_000)))
    assert len(content) < 60_000
    with pytest.raises(DataRefused, match="200 times"):
        open_archive(content, "z.kmz")


def test_the_limits_are_on_number_and_sum() -> None:
    """Three files against two; 30 bytes against 20."""
    content = zipped(*((f"{n}.txt", bytes(10)) for n in range(3)))
    with pytest.raises(DataRefused, match="more than 2 files"):
        open_archive(content, "z.zip", ArchiveLimits(members=2))
    with pytest.raises(DataRefused, match="unpacks to more"):
        open_archive(content, "z.zip", ArchiveLimits(total_bytes=20))
    assert len(open_archive(content, "z.zip", ArchiveLimits(members=3, total_bytes=30))) == 3
