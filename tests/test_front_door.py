"""The front door: what it offers, and that asking for nothing costs nothing."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import mapper


def test_every_name_is_there_and_has_a_docstring() -> None:
    """`__all__`, the table of homes and what can be asked for are one list, sorted."""
    assert sorted(mapper._HOME) == mapper.__all__ == dir(mapper)
    for name in mapper.__all__:
        assert getattr(mapper, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match="no attribute 'maap'"):
        mapper.maap  # noqa: B018 - asking is the test


@pytest.mark.parametrize("name", mapper.__all__)
def test_every_name_says_what_comes_back_what_is_raised_and_shows_it(name: str) -> None:
    """Parameters (where there are any), what comes back (of functions), errors, and an example that the doctests run."""
    offered = getattr(mapper, name)
    wanted = ["Raises", "Examples"]
    if not inspect.isclass(offered):
        wanted.append("Returns")
    if inspect.signature(offered).parameters:
        wanted.append("Parameters")
    for section in wanted:
        assert re.search(rf"^\s*{section}\n\s*-{{4,}}$", offered.__doc__, re.MULTILINE), section
    assert ">>> " in offered.__doc__


def test_importing_it_loads_no_heavy_library() -> None:
    """So that the command line can answer at once."""
    heavy = ("geopandas", "pandas", "numpy", "shapely", "folium", "matplotlib", "IPython", "rich")
    code = f"import sys, mapper; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
