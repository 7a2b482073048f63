"""The keys by which layers are matched, where the analysis looks for them: they are `mapper.names`, shared with reading."""

from __future__ import annotations

from mapper.names import SEPARATOR, name_key, units

__all__ = ["SEPARATOR", "name_key", "units"]
