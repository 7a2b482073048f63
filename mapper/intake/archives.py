"""Look into a zip archive (also KMZ, XLSX, ODS) without being harmed by it.

Nothing is ever unpacked to a name of the archive's choosing: members are read into memory, after their number, their sizes and
their names were checked against limits. What a directory states is a claim, so each member is also read no further than it
states, and its checksum must hold.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import NamedTuple

from mapper.errors import DataRefused

_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MEGABYTE = 1024**2
_ADVICE = "It may be damaged or made to do harm; ask the sender for the files themselves."


class ArchiveLimits(NamedTuple):
    """How much may be in an archive.

    `ratio` (bytes unpacked per byte packed) counts for members above `free_bytes` only: a small file of zeros is no bomb.
    """

    members: int = 1_000
    total_bytes: int = 1024**3
    ratio: int = 200
    free_bytes: int = 10 * _MEGABYTE


def open_archive(content: bytes, name: str, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    """Return the members of an archive by name, folders left out.

    Parameters
    ----------
    content : bytes
        The archive.
    name : str
        Of its file, for the error.
    limits : ArchiveLimits, optional
        How much may be in it.

    Raises
    ------
    DataRefused
        When it is damaged, encrypted or beyond the limits, or a member is a link, has the name of another one or a name that
        leads out of its folder.

    Examples
    --------
    >>> open_archive(b"PK...", "zones.zip")
    Traceback (most recent call last):
    mapper.errors.DataRefused: zones.zip: it is not a whole zip archive. It may be damaged or made to do harm; ...
    """
    limits = limits or ArchiveLimits()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            _within(infos, name, limits)
            return {info.filename: archive.read(info) for info in infos if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as exc:
        raise DataRefused("it is not a whole zip archive", file=name, advice=_ADVICE) from exc


def unpacked_bytes(content: bytes) -> int:
    """Return how large the files of an archive say they are together; 0 for what is no archive.

    Examples
    --------
    >>> unpacked_bytes(b"no archive")
    0
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError):
        return 0


def _within(infos: list[zipfile.ZipInfo], name: str, limits: ArchiveLimits) -> None:
    """Refuse what cannot be meant well, before a byte is unpacked."""
    if len(infos) > limits.members:
        raise DataRefused(f"it holds more than {limits.members:,} files", file=name, advice=_ADVICE)
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        most = limits.total_bytes // _MEGABYTE
        raise DataRefused(f"it unpacks to more than {most:,} MB", file=name, advice=_ADVICE)
    seen: set[str] = set()
    for info in infos:
        why = _harm(info, limits) or (
            "two of its files have the same name" if info.filename.casefold() in seen else None
        )
        if why:
            raise DataRefused(why, file=name, advice=_ADVICE)
        seen.add(info.filename.casefold())


def _harm(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    parts = info.orig_filename.replace("\\", "/").split("/")
    if info.flag_bits & _ENCRYPTED:
        return "it is locked with a password"
    if not parts[0] or ".." in parts or ":" in parts[0] or any(ord(letter) < ord(" ") for letter in info.orig_filename):
        return "the name of one of its files leads out of its folder"
    if _is_special(info):
        return "one of its files is a link"
    if info.compress_type not in _METHODS:
        return "it is packed in a way that is not read"
    if info.file_size > limits.free_bytes and info.file_size > limits.ratio * max(info.compress_size, 1):
        return f"one of its files unpacks to more than {limits.ratio} times its size"
    return None


def _is_special(info: zipfile.ZipInfo) -> bool:
    mode = info.external_attr >> 16
    return stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}
