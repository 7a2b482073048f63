"""The command reference of README, written from the commands of the Typer program.

    python -m tests.cli_reference

writes it anew between the two marks in README.md; `tests/test_readme.py` fails while the two differ. It reads the functions
behind the commands and their annotations, not Typer's inner parts, which change from version to version.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from mapper.cli import app

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- commands: written by `python -m tests.cli_reference` -->"
END = "<!-- commands: end -->"
_WORDS = {int: "N", float: "N", str: "TEXT", Path: "PATH"}


class Parameter(NamedTuple):
    """A parameter of a command as it is typed, and what it means."""

    typed: str
    help: str
    is_option: bool
    is_required: bool
    default: object


def commands() -> dict[str, tuple[str, tuple[Parameter, ...]]]:
    """Return name -> what the command does, and its parameters; in the order of `mapper --help`."""
    known = {}
    for each in app.registered_commands:
        assert each.callback is not None
        name = each.name or each.callback.__name__.replace("_", "-")
        known[name] = (inspect.getdoc(each.callback) or "", tuple(_parameters(each.callback)))
    return known


def reference() -> str:
    """Return the reference as Markdown, marks included."""
    return "\n\n".join([BEGIN, *(_section(name, *told) for name, told in commands().items()), END]) + "\n"


def around(readme: str) -> tuple[str, str]:
    """Return what stands before and after the reference."""
    before, _, rest = readme.partition(BEGIN)
    return before, rest.partition(f"{END}\n")[2]


def _parameters(command: Any) -> Iterator[Parameter]:  # noqa: ANN401 - a function behind a command
    hints = get_type_hints(command, include_extras=True)
    for name, given in inspect.signature(command).parameters.items():
        inner, info = get_args(hints[name])
        is_option, is_required = isinstance(info, OptionInfo), given.default is inspect.Parameter.empty
        if isinstance(info, OptionInfo):
            typed = _option(name, inner, info)
        else:
            assert isinstance(info, ArgumentInfo), name
            typed = _argument(name, inner, info, is_required=is_required)
        yield Parameter(typed, info.help or "", is_option, is_required, None if is_required else given.default)


def _argument(name: str, inner: object, info: ArgumentInfo, *, is_required: bool) -> str:
    """Write an argument in capitals, in brackets where it may be left out, with dots where there may be several."""
    word = (info.metavar or name).strip("[].").upper() + ("..." if _is_list(inner) else "")
    return word if is_required else f"[{word}]"


def _option(name: str, inner: object, info: OptionInfo) -> str:
    """Write the spellings of an option, and what kind of word it takes."""
    first = (
        [info.default] if isinstance(info.default, str) else []
    )  # where Typer keeps the first spelling of an annotation
    spellings = ", ".join([*first, *(info.param_decls or ())]) or f"--{name.replace('_', '-')}"
    kind = _single(inner)
    return spellings if kind is bool else f"{spellings} {info.metavar or _WORDS[kind]}"


def _single(inner: object) -> type:
    """Return the type of one value: `list[X] | None` and `X | None` are X."""
    while get_origin(inner) is not None:
        assert get_origin(inner) in (Union, types.UnionType, list), inner
        inner = next(each for each in get_args(inner) if each is not type(None))
    assert isinstance(inner, type)
    return inner


def _is_list(inner: object) -> bool:
    return get_origin(inner) is list or any(get_origin(each) is list for each in get_args(inner))


def _section(name: str, does: str, parameters: tuple[Parameter, ...]) -> str:
    always = [each.typed for each in parameters if not each.is_option]
    needed = [each.typed for each in parameters if each.is_option and each.is_required]
    usage = " ".join(["mapper", name, *always, *needed, "[OPTIONS]"])
    rows = [f"| `{each.typed}` | {_cell(each.help)}{_default(each.default)} |" for each in parameters]
    return "\n".join([f"#### `{usage}`", "", _cell(does), "", "| given | meaning |", "|---|---|", *rows])


def _default(value: object) -> str:
    """Say what holds when a parameter is left out, where that is a value."""
    return "" if value is None or value is False or value == "" else f" Default: `{value}`."


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", r"\|")


if __name__ == "__main__":
    before, after = around(README.read_text(encoding="utf-8"))
    README.write_text(f"{before}{reference()}{after}", encoding="utf-8")
