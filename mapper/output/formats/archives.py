"""ZIP archives whose bytes tell nothing of the day and the machine they were made on."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OLDEST = (1980, 1, 1, 0, 0, 0)
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16
_SMALL_BYTES = 4_000_000
_BEST, _QUICK = 9, 1
"""Levels of compression: what is large would take seconds for some hundredths of its size."""


def write_zip(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write files as an archive: in the order given, dated 1 January 1980, the same bytes for the same contents."""
    level = _BEST if sum(map(len, contents.values())) <= _SMALL_BYTES else _QUICK
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, level)
