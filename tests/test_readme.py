"""README is true: its commands run, its outputs and keys are those of real runs, its reference is the program's own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mapper import wholes
from mapper.intake import archives, cells, decoder, files, folders, repair, tables
from mapper.output.export import FORMATS
from tests import cli_reference
from tests.readme_blocks import (
    LANGUAGES,
    README,
    ROOT,
    Done,
    Step,
    agree,
    answers,
    blocks,
    commands_named,
    prepare,
    run,
    steps,
)

TEXT = README.read_text(encoding="utf-8")
STEPS = tuple(dict.fromkeys(steps(TEXT)))
_ROW = re.compile(
    r"^\| `(?P<command>\w+)(?: (?P<form>\w+))?` \| (?:`(?P<path>[\w.*]+)`)? ?\| (?P<keys>.*) \|$", re.MULTILINE
)


class Row(NamedTuple):
    """A row of the table of answers: a command, where in its answer, and the keys there."""

    command: str
    path: str
    keys: tuple[str, ...]


def rows() -> list[Row]:
    """Return the table of answers."""
    part = TEXT.partition("<!-- answers: compared")[2].partition("<!-- answers: end -->")[0]
    return [
        Row(each["command"], each["path"] or "", tuple(re.findall(r"`(\w+)`", each["keys"])))
        for each in _ROW.finditer(part)
    ]


ROWS = rows()


# ------------------------------------------------------------------ without running anything
def test_the_reference_is_the_programs_own() -> None:
    """`python -m tests.cli_reference` would change nothing."""
    before, after = cli_reference.around(TEXT)
    assert f"{before}{cli_reference.reference()}{after}" == TEXT


def test_every_command_has_its_answer_told_and_is_run_by_some_block() -> None:
    """Of the whole answer, beside what is said of its parts."""
    commands = set(cli_reference.commands())
    assert {row.command for row in ROWS if not row.path} == commands
    assert commands_named(TEXT) == commands


def test_blocks_are_of_known_languages() -> None:
    """A block of another language, or of none, would never be tested."""
    assert {language for language, _ in blocks(TEXT)} <= set(LANGUAGES)


@pytest.mark.parametrize("readme", ["README.md", "layers/README.md"])
def test_links_lead_somewhere(readme: str) -> None:
    """Headings as GitHub names them: lower case, spaces to hyphens, no marks; files beside the README."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        assert target.startswith("#") or (ROOT / readme).parent.joinpath(target).is_file(), target
        assert not target.startswith("#") or target[1:] in anchors, target


def test_the_picture_is_small() -> None:
    """1200 pixels wide (bytes 16 to 19 of a PNG), with a palette (byte 25 is 3), under 150 kB."""
    content = (ROOT / ".readme" / "page.png").read_bytes()
    assert (int.from_bytes(content[16:20], "big"), content[25]) == (1200, 3)
    assert len(content) < 150_000


def test_files_that_are_named_are_there() -> None:
    """Paths of this project in prose; `mapper/web/dist` is built."""
    named = set(re.findall(r"`((?:mapper|layers|notebooks|tests)/[\w./-]+)`", TEXT))
    assert [each for each in sorted(named) if "/dist/" not in each and not (ROOT / each).exists()] == []


def test_every_format_that_is_written_is_told_and_no_other() -> None:
    """The first column of the table of exports."""
    part = TEXT.partition("| `--format` | file |")[2].partition("\n\n")[0]
    first = re.findall(r"^\| (`[^|]*`) \|", part, re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", " ".join(first))) == set(FORMATS)


def test_limits_are_those_of_the_program() -> None:
    """Each row of the table as the constants have it."""
    process, archive = decoder.Limits(), archives.ArchiveLimits()
    gib, megabyte = 1024**3, 1024**2
    rows_told = [
        f"| one file | {files.LARGEST_FILE_BYTES // gib} GiB |",
        f"| {process.cpu_s} s of processor, {process.wall_s:.0f} s by the clock, {process.memory_bytes // gib} GiB of memory",
        f"| {archive.members:,} members, {archive.total_bytes // gib} GiB unpacked, {archive.ratio} bytes unpacked",
        f" in members above {archive.free_bytes // megabyte} MB |",
        f"| a folder | {folders.MOST_FILES:,} files |",
        f"| a table | {tables.MOST_COLUMNS:,} columns; {tables._LARGEST_CELL:,} characters in a cell,",
        f" above {cells.LONGEST_TEXT:,} a warning |",
        f"| a shape | {repair.MOST_CROSSINGS:,} crossings of itself;",
        f"| a page | {wholes.MOST_ON_A_PAGE:,} accidents;",
    ]
    assert [row for row in rows_told if row not in TEXT] == []


def test_no_path_of_a_machine() -> None:
    """Nor a home folder."""
    assert re.findall(r"(?:/work|/home|/root|/tmp|/Users|[A-Z]:\\)\S*", TEXT) == []


# ------------------------------------------------------------------ everything run once, in order
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepare the folder in which README is followed."""
    made = tmp_path_factory.mktemp("readme ə")
    prepare(made)
    return made


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[Step, Done]:
    """Follow README from its first line to its last."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("README IS NOT FOLLOWED: ssh-keygen is not on this machine")
    return {step: run(step, folder) for step in STEPS}


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS, ids=[f"{n} {step.code.splitlines()[0][:60]}" for n, step in enumerate(STEPS)])
def test_a_line_ends_as_readme_says(told: dict[Step, Done], step: Step) -> None:
    """Its exit code, and what it tells where README shows that."""
    done = told[step]
    assert done.exit_code == step.exit_code, done.told
    assert step.told is None or agree(done.told, step.told), done.told


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {row.command} {row.path}".strip() for n, row in enumerate(ROWS)])
def test_keys_of_answers_are_those_of_real_ones(told: dict[Step, Done], folder: Path, row: Row) -> None:
    """Some answer of the command has exactly these keys there, in this order."""
    assert told
    assert row.keys in {keys for answer in _of(row.command, folder) for keys in _keys(answer, row.path)}


@pytest.mark.slow
def test_every_answer_is_told_of(told: dict[Step, Done], folder: Path) -> None:
    """No command answered with keys that the table does not have; a `check` of layers that differ says `parts` too."""
    assert told
    known = {(row.command, row.keys) for row in ROWS if not row.path}
    seen = {(command, tuple(answer)) for command in cli_reference.commands() for answer in _of(command, folder)}
    assert seen - known == set()


@pytest.mark.slow
def test_what_the_density_counts_is_as_told(told: dict[Step, Done], folder: Path) -> None:
    """README's figures of the bundled edition: counted and left out, which sum to all accidents."""
    assert told
    counted = re.search(
        r"(\d+) of the (\d+) count; (\d+) at demining work, (\d+) known by district alone and (\d+) outside the window",
        TEXT,
    )
    assert counted is not None
    used, records, *left_out = map(int, counted.groups())
    bundled = next(each for each in _of("build", folder) if each["incidents"]["counted"] == records)["density"]
    names = ("demining_accident", "place_is_a_district", "outside_window")
    assert (bundled["n"], [bundled["left_out"][name] for name in names]) == (used, left_out)
    assert used + sum(left_out) == records


def _of(command: str, folder: Path) -> list[dict[str, Any]]:
    """Return the answers of one command."""
    return [answer for name, answer in answers(folder) if name.startswith(f"{command}-")]


def _keys(answer: object, path: str) -> set[tuple[str, ...]]:
    """Return the keys of all objects at a path: a key leads into an object, `*` into each value, a list into its items."""
    level = [answer]
    for step in filter(None, path.split(".")):
        inside = [each for each in _flat(level) if isinstance(each, dict)]
        level = [each[key] for each in inside for key in (each if step == "*" else [step]) if key in each]
    return {tuple(each) for each in _flat(level) if isinstance(each, dict)}


def _flat(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]
