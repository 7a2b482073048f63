"""The notebooks as they lie in the repository: public names only, nothing of a run left in them, no promise about ground.

That they run is a step of its own: `pytest --nbmake notebooks`.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

import mapper
from tests.test_terms import HARMLESS

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
QUESTIONS = ("tour", "what_is_in_this_file", "where_may_i_not_go", "where_do_accidents_cluster", "my_own_data")


def cells(name: str, kind: str) -> list[dict[str, Any]]:
    """Return the cells of one kind."""
    content = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    return [cell for cell in content["cells"] if cell["cell_type"] == kind]


def sources(name: str, kind: str) -> list[str]:
    """Return their texts."""
    return ["".join(cell["source"]) for cell in cells(name, kind)]


def test_there_is_one_for_each_question() -> None:
    """And none that no test knows."""
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_of_a_run_is_left(name: str) -> None:
    """No output, no number of a run, no metadata of somebody's machine."""
    for cell in cells(name, "code"):
        assert (cell["outputs"], cell["execution_count"], cell["metadata"]) == ([], None, {})
    assert len(cells(name, "code")) > 5


@pytest.mark.parametrize("name", QUESTIONS)
def test_only_public_names_are_used(name: str) -> None:
    """Of ours only what `import mapper` offers, and nothing that begins with an underscore."""
    used: set[str] = set()
    for source in sources(name, "code"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("mapper"), source
            if isinstance(node, ast.Import):
                assert all(each.name == "mapper" or not each.name.startswith("mapper.") for each in node.names)
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), node.attr
                if isinstance(node.value, ast.Name) and node.value.id == "mapper":
                    used.add(node.attr)
    assert used <= set(mapper.__all__)
    assert used


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_words_promise_nothing(name: str) -> None:
    """None of the words that would call a place harmless; letters composed, as everywhere."""
    for text in (*sources(name, "markdown"), *sources(name, "code")):
        assert not re.search(HARMLESS["en"], text, re.IGNORECASE), text
        assert text == unicodedata.normalize("NFC", text)
