"""The child process may die, loop, eat memory or lie: the parent says so in a sentence and the next file gets a new child."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mapper
from mapper.errors import DataRefused
from mapper.intake import decoder
from mapper.intake.decoder import ALLOWED_DRIVERS, Decoder, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

GPX = {"layer.gpx": b"<gpx><wpt lat='40' lon='47'/></gpx>"}
PROGRAM = """
import sys
sys.path[:0] = [{root!r}, {folder!r}]
from mapper.intake import decoder_child
decoder_child.JOBS["misbehave"] = "misbehaviour"
decoder_child.main()
"""
MISBEHAVIOUR = """
import os, signal, sys, threading
from pathlib import Path
from mapper.intake.decoder_child import Refused, part

def answer(*texts):
    return [part("a", list(range(1, len(texts) + 1)), None, {"text": list(texts)}, counted=len(texts))]

def decode(folder, options):
    match options["act"]:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "leave":
            os._exit(0)
        case "loop":
            while True:
                pass
        case "wait":
            threading.Event().wait()
        case "eat":
            return answer(*(bytes(10**9) for _ in range(100)))
        case "write":
            Path("written").write_bytes(bytes(10))
        case "raise":
            raise KeyError("what a library says")
        case "lie":
            reply = next(fd for fd in range(3, 20) if is_reply(fd))
            os.write(reply, options["reply"].encode("latin-1"))
            os._exit(0)
        case "print":
            os.write(1, b"no answer")
            return answer("printed")
        case "environment":
            return answer(*sorted(os.environ), os.getcwd())
        case "drivers":
            import fiona.env
            import pyogrio
            with fiona.Env() as env:
                return answer(*pyogrio.list_drivers(), *env.drivers())
        case "modules":
            import pyogrio.raw
            return answer(*(name for name in ("pandas", "geopandas", "shapely") if name in sys.modules))

def is_reply(fd):
    import stat
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:
        return False
"""


@pytest.fixture
def misbehaving(tmp_path: Path) -> Iterator[Decoder]:
    """Give a decoder whose child also knows a job that does what no decoder should."""
    root = str(Path(mapper.__file__).parents[1])
    (tmp_path / "misbehaviour.py").write_text(MISBEHAVIOUR, "utf-8")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(root=root, folder=str(tmp_path)), "utf-8")
    with Decoder(Limits(cpu_s=2, wall_s=20, memory_bytes=2 * 1024**3), [str(program)]) as made:
        yield made


def told(made: Decoder, act: str, **options: str) -> list[str]:
    """Return the texts that the child answers with."""
    (part,) = made.decode("misbehave", {}, {"act": act, **options})
    texts: list[str] = part.table.column("c0").to_pylist()
    return texts


def test_one_child_serves_many_files() -> None:
    """The same process, started once."""
    with Decoder() as made:
        pids = {(made.decode("gpx", GPX, {})[0].counted, made.pid) for _ in range(3)}
        assert len(pids) == 1
        assert made.started == 1
    assert made.pid is None


@pytest.mark.parametrize(
    ("act", "said"),
    [("crash", "broke down"), ("leave", "broke down"), ("loop", "takes too long")],
)
def test_a_child_that_dies_costs_one_file(misbehaving: Decoder, act: str, said: str) -> None:
    """A crash, an exit, a loop past the CPU limit: refused in a sentence; the next file gets a new child."""
    with pytest.raises(DataRefused, match=said):
        told(misbehaving, act)
    assert misbehaving.decode("gpx", GPX, {})[0].counted == 1
    assert misbehaving.started == 2


def test_a_child_killed_from_outside_is_replaced(misbehaving: Decoder) -> None:
    """As the kernel does when memory runs out."""
    misbehaving.decode("gpx", GPX, {})
    assert misbehaving.pid is not None
    os.kill(misbehaving.pid, signal.SIGKILL)
    os.waitid(os.P_PID, misbehaving.pid, os.WEXITED | os.WNOWAIT)
    assert misbehaving.decode("gpx", GPX, {})[0].counted == 1


def test_a_child_that_waits_is_ended_by_the_clock(misbehaving: Decoder) -> None:
    """Waiting costs no CPU time, so only the parent's clock can tell."""
    misbehaving.limits = misbehaving.limits._replace(wall_s=1.0)
    with pytest.raises(DataRefused, match="takes too long"):
        told(misbehaving, "wait")


def test_memory_is_limited(misbehaving: Decoder) -> None:
    """100 GB against 2 GB: refused, and the child lives on."""
    with pytest.raises(DataRefused, match="more than 2,048 MB"):
        told(misbehaving, "eat")
    assert told(misbehaving, "print") == ["printed"]
    assert misbehaving.started == 1


def test_the_child_writes_no_file(misbehaving: Decoder) -> None:
    """Its limit on file size is zero bytes."""
    with pytest.raises(DataRefused, match="cannot be decoded"):
        told(misbehaving, "write")


def test_what_a_library_raises_is_a_sentence(misbehaving: Decoder) -> None:
    """No traceback crosses the pipe."""
    with pytest.raises(DataRefused, match=r"it cannot be decoded \(KeyError: 'what a library says'\)\. It may"):
        told(misbehaving, "raise")


@pytest.mark.parametrize(
    "reply",
    [
        "no JSON\n",
        '{"parts": [{"name": "a"}]}\n',
        '{"parts": 7}\n',
        '{"parts": [{"name": "a"}]}\n\xff\xff\xff\xff\xff\xff\xff\x7f',
        '{"parts": [{"name": "a"}]}\n\xff\xff\xff\xff\x10\x00\x00\x00' + "A" * 64,
        "{}\n",
        "",
    ],
)
def test_an_answer_that_is_none_is_refused(misbehaving: Decoder, reply: str) -> None:
    """A child that was taken over may say anything; what it says is data, never trusted lengths or objects."""
    with pytest.raises(DataRefused):
        told(misbehaving, "lie", reply=reply)
    assert misbehaving.decode("gpx", GPX, {})[0].counted == 1


def test_what_a_library_prints_is_no_answer(misbehaving: Decoder) -> None:
    """Standard output of the child leads nowhere; answers have a pipe of their own."""
    assert told(misbehaving, "print") == ["printed"]


def test_only_three_drivers_are_there(misbehaving: Decoder) -> None:
    """In both copies of GDAL: nothing that follows links, runs SQL or asks the network."""
    assert set(told(misbehaving, "drivers")) <= set(ALLOWED_DRIVERS)


def test_the_environment_is_ours(misbehaving: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of the user's is handed on, and the child stands in a private folder."""
    monkeypatch.setenv("MY_SECRET", "1")
    *names, folder = told(misbehaving, "environment")
    assert "MY_SECRET" not in names
    assert {"OGR_SKIP", "PROJ_NETWORK"} <= set(names)
    assert not Path(folder).is_relative_to(Path.cwd())
    assert Path(folder).stat().st_mode & 0o077 == 0


def test_the_heavy_libraries_stay_out(misbehaving: Decoder) -> None:
    """They would double the time a child takes to start."""
    assert told(misbehaving, "modules") == []


def test_the_private_folder_goes_with_the_child() -> None:
    """Nothing of a foreign file stays on the disk."""
    with Decoder() as made:
        made.decode("gpx", GPX, {})
        folder = made._folder
        assert folder is not None
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_the_shared_decoder_is_one() -> None:
    """All readers use the same child."""
    assert decoder.shared() is decoder.shared()


def test_a_child_started_early_is_the_one_that_answers() -> None:
    """It loads its libraries meanwhile; a second start changes nothing."""
    with Decoder() as made:
        made.start()
        pid = made.pid
        made.start()
        assert made.decode("gpx", GPX, {})[0].counted == 1
        assert (made.pid, made.started) == (pid, 1)
