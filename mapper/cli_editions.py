"""The commands about whole editions: is one still what was written, and how do two differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mapper.cli_shell import DONE, REFUSED, AsJson, answer, say, typed, working

Lang = Annotated[str, typer.Option("--lang", help="Language of the words: en, az or ru.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(name="verify")(verify)
    app.command(name="diff")(diff)


def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of an edition.")],
    *,
    signers: Annotated[
        Path | None, typer.Option(help="File of allowed signers, as of ssh-keygen; the signature is then checked.")
    ] = None,
    identity: Annotated[str | None, typer.Option(help="Who of them must have signed; any when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every file of an edition against its manifest. Exit code 1 unless all of it is as it was written."""
    with working():
        from mapper import editions

        result = editions.verify_folder(folder, signers, None if identity is None else typed(identity))
    say(_verified(result))
    answer(result, as_json=as_json)
    raise typer.Exit(DONE if result["verdict"] == "whole" else REFUSED)


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of an edition, or of layers.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The same of the one to compare with it.")],
    *,
    to: Annotated[Path | None, typer.Option(help="GeoJSON file to write: what differs, as features.")] = None,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """Tell two editions apart. Exit code 1 when B records less than A, or the two cannot be compared whole."""
    with working():
        from mapper import editions
        from mapper.asked import choice
        from mapper.terms import LANGUAGES

        result = editions.diff_folders(before, after, to=to, language=choice(lang, LANGUAGES) or "en")
    say("\n".join(result["sentences"]))
    answer(result, as_json=as_json)
    raise typer.Exit(REFUSED if result["records_less"] or result["doubts"] else DONE)


def _verified(result: dict[str, object]) -> str:
    """Say what was checked, and everything that is not as it should be."""
    signed = "not signed" if result["signature"] is None else f"signature {result['signature']}"
    by = f" ({result['signed_by']})" if result["signed_by"] else ""
    head = f"Edition {result['edition'] or 'unknown'}: {result['verdict']}; {result['files_checked']} files checked, {signed}{by}"
    passed = result["passed_over"]
    over = [f"  passed over: {', '.join(passed)}"] if isinstance(passed, list) and passed else []
    why = result["why"]
    return "\n".join([head, *(f"  {each}" for each in (why if isinstance(why, list) else ())), *over])
