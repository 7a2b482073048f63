"""What every command does around its work: progress, Ctrl-C, words to one stream and the answer to the other."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mapper.errors import Stopped
from mapper.progress import Progress, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mapper.databases import Database

DONE, REFUSED = 0, 1
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object on standard output.")]
_UNREAD_BYTES = re.compile("[\udc80-\udcff]+")


@contextlib.contextmanager
def working(*files: Path | Database | None) -> Iterator[None]:
    """Show progress while a command works, and turn Ctrl-C into a refusal; afterwards there is nothing left to stop.

    The process that decodes foreign files starts first, where one of these needs it: it loads while our own libraries do.
    """
    signal.signal(signal.SIGINT, _interrupt)
    try:
        from mapper.intake.decoder import start_early

        start_early(path.name for path in files if isinstance(path, Path))
        with Progress(sys.stderr):
            yield
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing was written") from None
    finally:
        signal.signal(signal.SIGINT, _unheard)


def _unheard(number: int, frame: object) -> None:
    """Do nothing. A function and not the system's own "ignore": a second press that is under way would be told as an error."""


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001 - as Python calls it
    """Stop once: a second Ctrl-C must not disturb the clearing up."""
    signal.signal(signal.SIGINT, _unheard)
    raise KeyboardInterrupt


def typed(text: str) -> str:
    """Return a typed word as UTF-8 also where the machine's locale could not read it (a path is left to the system)."""
    return os.fsencode(text).decode("utf-8", errors="replace")


def say(text: str) -> None:
    """Write words for a person."""
    sys.stderr.write(printable(_readable(text)) + "\n")


def answer(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Write the answer as one JSON object on a line of its own, where that was asked for."""
    if as_json:
        sys.stdout.write(_readable(json.dumps(result, ensure_ascii=False, allow_nan=False)) + "\n")


def _readable(text: str) -> str:
    """Return words with names of files in them as UTF-8 where the machine's locale could not read the names."""
    return _UNREAD_BYTES.sub(lambda found: found[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), text)
