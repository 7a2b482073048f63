"""The child process may die, loop, eat memory or lie: the parent says so in a sentence and the next file gets a new child."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mapper
from mapper.catalogue import layer_entry
from mapper.errors import DataRefused, MapperError
from mapper.intake import decoder, decoder_child, workbooks
from mapper.intake.decoder import ALLOWED_DRIVERS, Decoder, Limits
from mapper.intake.files import read_layer
from mapper.intake.geofiles import SUFFIXES

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


def test_a_child_that_loads_ahead_answers_every_format() -> None:
    """What it loads is by format, as the child knows them."""
    with Decoder() as made:
        made.start("geopackage", "kml")
        assert made.decode("gpx", GPX, {})[0].counted == 1
        assert made.started == 1


def test_every_format_that_needs_a_child_can_be_started_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """The formats are those the child knows; a name in capitals counts, and a table needs no child."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Decoder, "start", lambda _, *jobs: asked.append(jobs))
    decoder.start_early(["a.csv", "b.geojson"])
    decoder.start_early(["a.csv", "b.GPKG", "c.xlsx"])
    assert asked == [("geopackage", "xlsx")]
    assert set(decoder.JOBS.values()) == set(decoder_child.JOBS)
    assert set(decoder.JOBS) <= set(SUFFIXES) | set(workbooks.SUFFIXES)


def test_without_limits_of_the_system_the_clock_still_ends_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has neither `resource` nor `fcntl`: files are read there too, and one that takes for ever is refused."""
    root = str(Path(mapper.__file__).parents[1])
    (tmp_path / "misbehaviour.py").write_text(MISBEHAVIOUR, "utf-8")
    program = tmp_path / "program.py"
    without = "import sys\nsys.modules['resource'] = None\n"
    program.write_text(without + PROGRAM.format(root=root, folder=str(tmp_path)), "utf-8")
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with Decoder(Limits(wall_s=20), [str(program)]) as made:
        assert made.decode("gpx", GPX, {})[0].counted == 1
        made.limits = made.limits._replace(wall_s=1.0)
        with pytest.raises(DataRefused, match="takes too long"):
            told(made, "loop")
        assert made.decode("gpx", GPX, {})[0].counted == 1


# ------------------------------------------------------------ what a file may hold


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
LAUGHS = f"<!DOCTYPE kml [{ENTITIES}]><kml><Placemark><name>&e9;</name></Placemark></kml>"
DEEP = 5000


@pytest.mark.parametrize(
    "content",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd ! write a"}',
        '{"type":"GDALG","command_line":"gdal vector concat /etc/passwd"}',
        '{"geometryType":"esriGeometryPoint","spatialReference":{"wkid":4326},"features":[{"attributes":{"a":1}}]}',
        '{"type":"Topology","objects":{"a":{"type":"Point","coordinates":[0,0]}},"arcs":[]}',
        '<?xml version="1.0"?><WFS_Capabilities version="2.0.0"/>',
    ],
)
@pytest.mark.parametrize("name", ["zones.geojson", "zones.json", "zones.geojsonl", "zones.kml", "zones.gpx"])
def test_a_file_does_not_choose_its_own_driver(tmp_path: Path, name: str, content: str) -> None:
    """Virtual files, command lines, other dialects: each opens other files or the network with a plain GDAL."""
    (tmp_path / name).write_text(content, "utf-8")
    try:
        layer = read_layer(layer_entry(tmp_path / name, "zones"))
    except MapperError as refused:
        assert str(refused).startswith(f"{name}: ")  # noqa: PT017 - the file is refused, or its one line is
    else:
        assert (layer.counted, layer.unread, len(layer.frame)) == (1, 1, 0)


@pytest.mark.parametrize("name", ["a.kml", "a.gpx"])
def test_a_billion_laughs_are_refused_before_the_first(tmp_path: Path, name: str) -> None:
    """Ten entities of ten entities each, nine times over: 3 GB from 1 kB."""
    (tmp_path / name).write_text(LAUGHS, "utf-8")
    with pytest.raises(DataRefused, match="document type"):
        read_layer(layer_entry(tmp_path / name, "zones"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.kml", "<kml>" + "<Folder>" * DEEP + "<Placemark/>" + "</Folder>" * DEEP + "</kml>"),
        ("a.kml", "<kml><Placemark>" + "<MultiGeometry>" * DEEP + "</MultiGeometry>" * DEEP + "</Placemark></kml>"),
        ("a.kml", "<kml><Placemark/>" + "<a>" * 200_000 + "</a>" * 200_000 + "</kml>"),
        (
            "a.gpx",
            "<gpx><wpt lat='40' lon='46'><extensions>" + "<a>" * DEEP + "</a>" * DEEP + "</extensions></wpt></gpx>",
        ),
        ("a.gpx", "<gpx>" + "<trk><trkseg>" * DEEP + "</trkseg></trk>" * DEEP + "</gpx>"),
    ],
)
def test_depth_is_a_record_a_layer_or_a_sentence(tmp_path: Path, name: str, content: str) -> None:
    """Five thousand levels of XML never end the run, and no record is lost without a word."""
    (tmp_path / name).write_text(content, "utf-8")
    try:
        layer = read_layer(layer_entry(tmp_path / name, "zones"))
    except MapperError as refused:
        assert str(refused).startswith(f"{name}: ")  # noqa: PT017 - either outcome is right
    else:
        assert layer.counted == len(layer.frame) + layer.unread == 1
    assert decoder.shared().decode("gpx", GPX, {})[0].counted == 1
