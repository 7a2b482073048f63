"""The command line: parse, call, print, exit code; nothing else.

Words go to standard error and one JSON object, with `--json`, to the last line of standard output, so that a script never
has to tell them apart. Heavy imports happen inside the commands: `mapper --help` must answer at once on an old laptop.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from mapper import report
from mapper.errors import MapperError, UsageError

DONE, REFUSED = 0, 1

app = typer.Typer(
    name="mapper",
    help="Map reported mine and ordnance accidents and no-entry areas. A blank area is not a cleared area.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object on standard output.")]


@app.command()
def build(
    layers: Annotated[
        Path | None, typer.Argument(help="Folder with a layers.toml; the bundled layers when left out.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder to write the edition to.")],
    as_of: Annotated[str | None, typer.Option(help="Date the edition speaks of, as YYYY-MM-DD.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build an edition: map.html, GeoJSON files, findings and manifest."""
    from mapper import pipeline

    result = pipeline.build(layers, out=out, as_of=_date(as_of) if as_of else None)
    _say(report.edition(result, str(out)))
    _answer(result, as_json=as_json)
    refused = result["incidents"]["refused"] + result["zones"]["refused"]
    raise typer.Exit(REFUSED if refused or not result["complete"] else DONE)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="CSV or GeoJSON files.")],
    kind: Annotated[str | None, typer.Option(help="incidents, zones, hazards or districts.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of the coordinates, such as EPSG:32638.")] = None,
    date_order: Annotated[str | None, typer.Option(help="How 03/04/2021 is meant: dmy, mdy or ymd.")] = None,
    area: Annotated[str | None, typer.Option(help="W,S,E,N in degrees: where the records are expected.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check files and tell every doubt; nothing is written."""
    from mapper import inspection

    box = inspection.parse_area(area)
    answers = [inspection.inspect(path, kind=kind, crs=crs, area=box, date_order=date_order) for path in files]
    for each in answers:
        _say(report.checked(each))
    _answer(answers[0] if len(answers) == 1 else inspection.together(answers), as_json=as_json)
    raise typer.Exit(inspection.exit_code(answers))


@app.command()
def layers(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with a layers.toml; the bundled one when left out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the layers of a folder: kind, records, source, licence, date, accuracy."""
    from mapper import inspection

    result = inspection.list_layers(folder)
    _say(report.layers(result))
    _answer(result, as_json=as_json)


def main() -> None:
    """Run the command line; every refusal becomes one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except MapperError as error:
        _say(f"mapper: {error}")
        sys.exit(error.exit_code)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date", advice="Write it as 2021-01-28 (year-month-day).") from None


def _say(text: str) -> None:
    """Write words for a person; a control character of a foreign file must not steer the terminal."""
    sys.stderr.write("".join(letter if letter == "\n" or letter.isprintable() else "\ufffd" for letter in text) + "\n")


def _answer(result: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n")
