"""The front door: what it offers, and that asking for nothing costs nothing."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    "name", ["check", "density", "hotspots", "join", "locate", "read_layer", "read_layers", "place_zones"]
)
def test_public_steps_say_what_comes_back_and_what_is_raised(name: str) -> None:
    """The docstring names parameters, returns and errors."""
    docstring = getattr(mapper, name).__doc__
    for part in ("Parameters", "Returns", "Raises"):
        assert part in docstring, part


def test_importing_it_loads_no_heavy_library() -> None:
    """So that the command line can answer at once."""
    code = "import sys, mapper; print([n for n in ('geopandas', 'pandas', 'numpy', 'shapely', 'folium') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
