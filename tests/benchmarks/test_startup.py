"""How long `mapper --help` takes beside importing the libraries it must not wait for.

    .venv/bin/pytest tests/benchmarks/test_startup.py --benchmark-enable

prints both; the second should be at least six times the first. Under the ordinary tests each runs once and is not timed.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

COMMANDS = {"mapper --help": ["-m", "mapper", "--help"], "import geopandas, folium": ["-c", "import geopandas, folium"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_startup(benchmark: BenchmarkFixture, name: str) -> None:
    """Start a fresh interpreter for each round."""
    command = [sys.executable, *COMMANDS[name]]
    benchmark.pedantic(  # type: ignore[no-untyped-call] # it ships no types
        subprocess.run, args=(command,), kwargs={"check": True, "capture_output": True}, rounds=5, warmup_rounds=1
    )
