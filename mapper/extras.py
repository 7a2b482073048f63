"""Libraries that come with an extra of this package, loaded when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from mapper.errors import UsageError


def load(module: str, *, library: str, extra: str, cannot: str) -> Any:  # noqa: ANN401 - a module that need not be there
    """Return a module that needs a library of an extra.

    Parameters
    ----------
    module : str
        The library's own, or one of ours that imports it.
    library, extra : str
        What it needs, and the extra that brings it.
    cannot : str
        What cannot be done without it.

    Raises
    ------
    UsageError
        When it is not installed.

    Examples
    --------
    >>> load("no_such_library", library="no_such_library", extra="all", cannot="nothing can be done")
    Traceback (most recent call last):
    mapper.errors.UsageError: nothing can be done: no_such_library is not installed. Install hazard-mapper[all].
    """
    try:
        return importlib.import_module(module)
    except ImportError as exc:
        raise UsageError(f"{cannot}: {library} is not installed", advice=f"Install hazard-mapper[{extra}].") from exc
