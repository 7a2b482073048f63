"""Say on standard error what a long run is doing, and nothing of a quick one.

The command line opens a `Progress`; the edges (reading, checking, making the page) name their steps with `step`. Where no
progress is shown, as in a notebook, a step costs a look-up and says nothing, so no function of the middle needs a callback.
On a terminal one line is kept up to date by rich; anywhere else, where lines stay, one is written every few seconds. rich is
loaded only when there is something to show.
"""

from __future__ import annotations

import contextlib
import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextvars import Token

AFTER_S = 2.0
"""What takes no longer is not spoken of."""
EVERY_S = 5.0
_REFRESHED_S = 0.25

_shown: ContextVar[Progress | None] = ContextVar("progress", default=None)


class Progress:
    """While it is open, tells the innermost step that is going on, from `after_s` seconds after the first one began.

    Parameters
    ----------
    stream : text stream
        Standard error.
    after_s, every_s : float
        Seconds before the first line, and between lines where the stream is no terminal.

    Examples
    --------
    >>> import io
    >>> quick = io.StringIO()
    >>> with Progress(quick), step("reading a.csv"):
    ...     pass
    >>> quick.getvalue()
    ''
    """

    def __init__(self, stream: TextIO, *, after_s: float = AFTER_S, every_s: float = EVERY_S) -> None:
        self.steps: list[str] = []
        self._stream = stream
        self._after_s = after_s
        self._every_s = every_s
        self._started_s = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)
        self._token: Token[Progress | None] | None = None

    def __enter__(self) -> Self:
        self._token = _shown.set(self)
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._token is not None:
            _shown.reset(self._token)

    def begin(self, name: str) -> None:
        """Begin a step; the first one starts the clock, so that loading our libraries is not spoken of."""
        self.steps.append(name)
        if self._thread.ident is None:
            self._started_s = time.monotonic()
            self._thread.start()

    @property
    def sentence(self) -> str:
        """What is going on, and for how long the run has been going."""
        doing = ("working", *self.steps)[-1]
        return printable(f"mapper: {doing} ({time.monotonic() - self._started_s:.0f} s)")

    def _tell(self) -> None:
        if self._done.wait(self._after_s):
            return
        with contextlib.suppress(OSError, ValueError):  # a stream that was closed cannot be told anything
            if self._stream.isatty():
                self._keep_one_line()
            else:
                self._write_lines()

    def _write_lines(self) -> None:
        self._until_done(lambda: self._stream.write(f"{self.sentence}\n"), self._every_s)

    def _keep_one_line(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a long run on a terminal needs it
        from rich.text import Text  # noqa: PLC0415

        with Console(file=self._stream).status(Text(self.sentence)) as status:
            self._until_done(lambda: status.update(Text(self.sentence)), _REFRESHED_S)

    def _until_done(self, tell: Callable[[], object], every_s: float) -> None:
        while True:
            tell()
            self._stream.flush()
            if self._done.wait(every_s):
                return


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Name what is done inside, for the progress that is shown, if any is."""
    progress = _shown.get()
    if progress is None:
        yield
        return
    progress.begin(name)
    try:
        yield
    finally:
        progress.steps.pop()


def printable(text: str) -> str:
    r"""Return words for a person: a control character of a foreign file must not steer the terminal.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\ufffd[2Jb'
    """
    return "".join(letter if letter == "\n" or letter.isprintable() else "\ufffd" for letter in text)
