"""The signature of an edition: made and checked by OpenSSH, never by us.

    ssh-keygen -Y sign -f KEY -n hazard-mapper MANIFEST.json

writes `MANIFEST.json.sig` beside the manifest, whose hashes hold all other files. Who may sign stands in a file of *allowed
signers* (`ssh-keygen(1)`, ALLOWED SIGNERS), which comes to the reader by another way than the edition. The namespace keeps a
signature that somebody gave for something else from counting here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mapper.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMESPACE = "hazard-mapper"
State = Literal["valid", "not valid", "missing", "present, not checked"]
_WAIT_S = 60
_PATTERNS = frozenset("*?!")


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a signature: its state, who made it where that is certain, and a sentence where there is a doubt."""

    state: State
    signed_by: str | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Signers:
    """Whom the reader trusts: a file of allowed signers, and the one that must have signed (None: any of them)."""

    file: Path
    identity: str | None = None


def check_signature(content: bytes, signature: Path, signers: Signers | None) -> Signature:
    """Check the signature of a manifest.

    Parameters
    ----------
    content : bytes
        The manifest, byte for byte.
    signature : Path
        The signature beside it.
    signers : Signers or None
        Whom the reader trusts; None when nobody was named, and then nothing is checked.

    Returns
    -------
    Signature
        `valid` only when `ssh-keygen -Y verify` says so of one of the signers.

    Raises
    ------
    Unreadable
        When the file of allowed signers cannot be opened.
    """
    if signers is None:
        return Signature(
            "present, not checked",
            doubt="It is signed, and nobody said who may sign it: the signature was not checked. "
            "Name the allowed signers with --signers.",
        )
    if not signers.file.is_file():
        raise Unreadable(
            "there is no such file of allowed signers",
            file=signers.file.name,
            advice="Name one with --signers; see ssh-keygen(1), ALLOWED SIGNERS.",
        )
    program = shutil.which("ssh-keygen")
    if program is None:
        return Signature(
            "present, not checked",
            doubt="ssh-keygen is not on this machine, so the signature was not checked. Install OpenSSH, or check it elsewhere.",
        )
    if signature.is_symlink() or not signature.is_file():
        return Signature("not valid", doubt=f"'{signature.name}' is no plain file.")
    return _checked(program, content, signature, signers)


def _checked(program: str, content: bytes, signature: Path, signers: Signers) -> Signature:
    places = ["-s", os.path.abspath(signature), "-f", os.path.abspath(signers.file)]  # noqa: PTH100 - links stay as they are
    identities = [signers.identity] if signers.identity is not None else _principals(program, places)
    for identity in identities:
        if _run([program, "-Y", "verify", "-n", NAMESPACE, "-I", identity, *places], content) is not None:
            return Signature("valid", signed_by=identity)
    whom = "any of the allowed signers" if signers.identity is None else f"'{signers.identity}'"
    return Signature(
        "not valid",
        doubt=f"The signature is not one of {whom} for this manifest. Do not use this edition before its sender has told why.",
    )


def _principals(program: str, places: Sequence[str]) -> list[str]:
    """Return the names under which the key of a signature is allowed; a pattern is the name of nobody."""
    found = _run([program, "-Y", "find-principals", *places], b"")
    named = [name.strip() for line in (found or "").splitlines() for name in line.split(",")]
    return [name for name in dict.fromkeys(named) if name and not _PATTERNS & set(name)]


def _run(command: Sequence[str], content: bytes) -> str | None:
    """Return what a command of OpenSSH said, None where it refused."""
    try:
        done = subprocess.run(  # noqa: S603 - the program found above, with arguments written here, and no shell
            command, input=content, capture_output=True, check=False, timeout=_WAIT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else None
