"""Say what a long run is doing, and nothing of a quick one.

The command line opens a `Progress` on standard error; the edges (reading, checking, making the page) name their steps with
`step` and `step_each`. Where no progress is shown, a step costs a look-up and says nothing, so no function of the middle needs
a callback. On a terminal one line is kept up to date by rich; anywhere else, where lines stay, one is written every few
seconds. rich is loaded only when there is something to show.

In a notebook nobody opens anything: the outermost step shows a bar below its cell and takes it away at the end. It is the
notebook's own `<progress>`, because rich has a live display in Jupyter only where ipywidgets is installed, and warns elsewhere.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TextIO, TypeVar

from mapper.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextvars import Token

_T = TypeVar("_T")

AFTER_S = 2.0
"""What takes no longer is not spoken of."""
EVERY_S = 5.0
_REFRESHED_S = 0.25

_shown: ContextVar[Progress | None] = ContextVar("progress", default=None)


class Step(NamedTuple):
    """What is going on, and how much of it is done, from 0 to 1, where that is known."""

    name: str
    share: float | None = None


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
        self.steps: list[Step] = []
        self._stream = stream
        self._after_s = after_s
        self._every_s = every_s
        self._started_s = time.monotonic()
        self._done = threading.Event()
        # In the context of now: a notebook finds the cell that is running in it.
        run, tell = copy_context().run, self._tell
        self._thread = threading.Thread(target=lambda: run(tell), name="progress", daemon=True)
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

    def begin(self, name: str, share: float | None = None) -> None:
        """Begin a step; the first one starts the clock, so that loading our libraries is not spoken of."""
        self.steps.append(Step(name, share))
        if self._thread.ident is None:
            self._started_s = time.monotonic()
            self._thread.start()

    @property
    def sentence(self) -> str:
        """What is going on, and for how long the run has been going."""
        doing = (Step("working"), *self.steps)[-1].name
        return printable(f"mapper: {doing} ({time.monotonic() - self._started_s:.0f} s)")

    @property
    def share(self) -> float | None:
        """How much is done of the innermost step that knows it."""
        return next((each.share for each in reversed(self.steps) if each.share is not None), None)

    def _tell(self) -> None:
        if self._done.wait(self._after_s):
            return
        with contextlib.suppress(OSError, ValueError):  # a stream that was closed cannot be told anything
            self._show()

    def _show(self) -> None:
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


class NotebookProgress(Progress):
    """The same below a cell of a notebook: a bar and the sentence, taken away at the end."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def _show(self) -> None:
        from IPython.display import display  # noqa: PLC0415 - there is none but in a notebook

        handle: Any = display(Bar(self.sentence, self.share), display_id=True)  # type: ignore[no-untyped-call] # IPython's
        try:
            self._until_done(lambda: handle.update(Bar(self.sentence, self.share)), _REFRESHED_S)
        finally:
            handle.update(Bar("", None))


class Bar(NamedTuple):
    """A bar and what stands beside it; without a share it only moves.

    Examples
    --------
    >>> Bar("mapper: reading <a>.csv (3 s)", 0.25)._repr_html_()
    '<progress max="1" value="0.25"></progress> mapper: reading &lt;a&gt;.csv (3 s)'
    """

    sentence: str
    share: float | None

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        value = "" if self.share is None else f' value="{self.share:g}"'
        return f'<progress max="1"{value}></progress> {escape(self.sentence)}' if self.sentence else ""


def in_notebook() -> bool:
    """Tell whether a kernel of Jupyter runs this; nothing is imported to find out."""
    find: Callable[[], Any] | None = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return find is not None and getattr(find(), "kernel", None) is not None


@contextlib.contextmanager
def step(name: str, share: float | None = None) -> Iterator[None]:
    """Name what is done inside, for the progress that is shown, if any is; `share` of what is around it is done."""
    with contextlib.ExitStack() as opened:
        progress = _shown.get()
        if progress is None and in_notebook():
            progress = opened.enter_context(NotebookProgress())
        if progress is None:
            yield
            return
        progress.begin(name, share)
        try:
            yield
        finally:
            progress.steps.pop()


def step_each(name: str, items: Sequence[_T]) -> Iterator[_T]:
    """Hand out items one by one, each a step of its own, so that it can be told how many are done.

    Examples
    --------
    >>> list(step_each("adding", [1, 2]))
    [1, 2]
    """
    with step(name):
        for done, item in enumerate(items):
            with step(f"{name} ({done + 1} of {len(items)})", done / len(items)):
                yield item


def printable(text: str) -> str:
    r"""Return words for a person: a control character of a foreign file must not steer the terminal.

    Examples
    --------
    >>> printable("a\x1b[2Jb")
    'a\ufffd[2Jb'
    """
    return "".join(letter if letter == "\n" or letter.isprintable() else "\ufffd" for letter in text)
