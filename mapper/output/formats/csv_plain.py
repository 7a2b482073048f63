"""CSV for programs: see `mapper.output.formats.tables_csv`, which writes both kinds."""

from __future__ import annotations

from mapper.output.formats.tables_csv import write_plain as write

__all__ = ["write"]
