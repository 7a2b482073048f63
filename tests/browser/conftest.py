"""Debian's own Chromium with the network cut, and a log of all that a page asks for or complains about.

pytest-playwright would look for the browser that its own command downloads; registries of packages do not hold it, so
the one of the distribution is started by its path. The search is the same as in `tests/run.sh`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mapper import build

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

FLAGS = [
    "--headless",
    "--no-sandbox",  # the tests may run as root, where Chromium's sandbox refuses to start
    "--disable-gpu",
    # No traffic of the browser's own: it would be mistaken for the page's.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class PageLog:
    """All that the pages of one test asked for, wrote to the console as a warning or an error, or failed with.

    `requests` leaves out the opened `file://` documents themselves and `data:` and `blob:` addresses, which stay inside
    the page. A page of ours leaves every list empty.
    """

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Fail the test if a page asked for anything, or complained about anything."""
        assert (self.requests, self.console, self.errors) == ([], [], [])

    def note_request(self, request: Request) -> None:
        """Keep a request, unless it is the page itself or stays inside it."""
        opens_file = request.is_navigation_request() and request.url.startswith("file:")
        if not opens_file and not request.url.startswith(("data:", "blob:")):
            self.requests.append(f"{request.method} {request.url}")

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep a console message that is a warning or an error."""
        if message.type in {"warning", "error"}:
            self.console.append(f"{message.type}: {message.text}")

    def note_error(self, error: WebError) -> None:
        """Keep an exception that nothing in the page caught."""
        self.errors.append(str(error.error))


def find_chromium() -> str:
    """Path of the machine's Chromium; fails the test with what to do when there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None:
        pytest.fail("No Chromium on this machine: `bash tests/run.sh` installs Debian's, or says how.", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's own arguments, with Debian's Chromium and our flags."""
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Every page of every test runs with the network cut."""
    return {**browser_context_args, "offline": True}


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the bundled layers once for all tests, which only read them."""
    folder = tmp_path_factory.mktemp("edition")
    build(out=folder)
    return folder


@pytest.fixture
def page_log(context: BrowserContext) -> PageLog:
    """Log what all pages of this test do; ask for it before opening a page."""
    log = PageLog()
    context.on("request", log.note_request)
    context.on("console", log.note_message)
    context.on("weberror", log.note_error)
    return log


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as `browser`, so that none can be forgotten."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")
