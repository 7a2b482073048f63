"""A PostgreSQL server with PostGIS for the tests: started on a free port in a temporary folder, stopped at the end.

It listens on 127.0.0.1 alone and asks every user for a password. PostgreSQL refuses to run as root, so there it runs as the
user that its Debian package makes.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

Connection = Any
"""A psycopg connection: the tests write statements that its types would want to be literals."""
SUPERUSER, PASSWORD = "postgres", "s3cret-of-the-tests"
_SYSTEM_USER = "postgres"
_INSTALL = "apt-get install -y --no-install-recommends postgresql-15 postgresql-15-postgis-3"


class NoServer(Exception):
    """No server can be started here, and why."""


def programs() -> Path:
    """Return the folder of the newest PostgreSQL that has PostGIS.

    Raises
    ------
    NoServer
        When there is none.
    """
    on_path = shutil.which("pg_ctl")
    found = [*Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), *([Path(on_path).resolve()] if on_path else [])]
    found.sort(key=lambda path: [int(each) for each in re.findall(r"\d+", str(path))], reverse=True)
    for program in found:
        shared = subprocess.run(
            [program.with_name("pg_config"), "--sharedir"], capture_output=True, text=True, check=False
        ).stdout.strip()
        shared_folders = [Path(shared or "/nowhere"), Path("/usr/share/postgresql") / program.parts[-3]]
        if any((folder / "extension" / "postgis.control").is_file() for folder in shared_folders):
            return program.parent
    raise NoServer(f"PostgreSQL with PostGIS is not installed ({_INSTALL})")


class Server:
    """A running server; `close` stops it and removes its folder.

    Raises
    ------
    NoServer
        When it cannot be started.
    """

    def __init__(self) -> None:
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="mapper-postgres-"))
        self.port = _free_port()
        self._as_user = _as_user(self.folder)
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if self._as_user:
            shutil.chown(secret, _SYSTEM_USER)
        try:
            self._run(
                "initdb", "-D", str(self.data), "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", str(secret),
                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            )  # fmt: skip
            # Nothing here has to survive the machine.
            options = (
                f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
            )
            self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "60", "-l", str(self.log), "-o", options, "start")
        except NoServer:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server wrote."""
        return self.folder / "log"

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = PASSWORD) -> str:
        """Return the address of a database."""
        who = user if password is None else f"{user}:{password}"
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    def close(self) -> None:
        """Stop it at once, without waiting for those who are connected."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self.bin / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server keeps these streams, so a pipe would never end
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            cwd=self.folder,
            timeout=120,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or b"").decode(errors="replace").strip()
            raise NoServer(
                f"{program} failed: {said or (self.log.read_text() if self.log.exists() else 'no reason given')}"
            )


def _as_user(folder: Path) -> list[str]:
    """Return what to put before a command so that it does not run as root, and give the folder to that user."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    try:
        shutil.chown(folder, _SYSTEM_USER, _SYSTEM_USER)
    except LookupError:
        raise NoServer(
            f"there is no user '{_SYSTEM_USER}' to run it as, and PostgreSQL refuses to run as root"
        ) from None
    if setpriv is None:
        raise NoServer("setpriv is missing, and PostgreSQL refuses to run as root")
    return [setpriv, f"--reuid={_SYSTEM_USER}", f"--regid={_SYSTEM_USER}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
