"""The program of the child process: it decodes foreign files where a crash, a loop or a leak hurts nobody.

Started by `mapper.intake.decoder` with a clean environment, it takes one request a line on its standard input and answers
on its standard output: one line of JSON, then an Arrow stream for each layer. Nothing is pickled, so an answer is data
even when the child was taken over. It limits itself before the first foreign byte: CPU time per request, address space,
no files written, no core dump. pandas, geopandas, pyproj and shapely are kept from loading, which halves its start, and so
are the certificates for a network it must not use.

Each format is a module with one function `decode(folder, options) -> list[Part]`, loaded when it is first needed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from mapper.errors import DataRefused, UnknownCRS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

JOBS: dict[str, str] = {
    "flatgeobuf": "mapper.intake.decoder_flatgeobuf",
    "geopackage": "mapper.intake.decoder_geopackage",
    "kml": "mapper.intake.decoder_kml",
    "gpx": "mapper.intake.decoder_gpx",
    "parquet": "mapper.intake.decoder_parquet",
    "shapefile": "mapper.intake.decoder_shapefile",
    "ods": "mapper.intake.decoder_ods",
    "xlsx": "mapper.intake.decoder_xlsx",
}
_KEPT_OUT = ("certifi", "geopandas", "pandas", "pyproj", "shapely")
_MEGABYTE = 1024**2


class _NotHere:
    """Says of some packages that they are not installed, as `None` in `sys.modules` would, which pyarrow trips over."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:  # noqa: ARG002 - as Python asks
        if fullname in _KEPT_OUT:
            raise ModuleNotFoundError(fullname)


WITHOUT_FRAMES = _NotHere()
"""Keeps `_KEPT_OUT` from loading while it stands in `sys.meta_path`."""


class Refused(NamedTuple):
    """One record that could not be read: its number, the column and the reason as a clause."""

    row: int
    column: str | None
    why: str


class Doubt(NamedTuple):
    """One thing to tell of a record or column that was read: the parts of a `mapper.model.Finding`."""

    rule: str
    severity: str
    done: str
    row: int | None = None
    column: str | None = None
    value: str | None = None


class Part(NamedTuple):
    """One layer, sheet or document as decoded.

    `table` holds `row` (record number), `wkb` (binary, null where there is no geometry; the column is absent where the layer
    has none) and one text column `c0`, `c1` … for each name in `columns`. `counted` was found without the reader.
    """

    name: str
    table: pa.Table
    columns: Sequence[str]
    counted: int
    crs: str | None = None
    refused: Sequence[Refused] = ()
    doubts: Sequence[Doubt] = ()


def part(
    name: str,
    rows: Any,  # noqa: ANN401 - numbers as a list or an Arrow array
    wkb: Any,  # noqa: ANN401 - the same for bytes; None: no geometry column
    cells: Mapping[str, Any],
    **known: Any,  # noqa: ANN401 - the other fields of Part
) -> Part:
    """Put arrays or lists of equal length together as a `Part`."""
    import pyarrow as pa  # noqa: PLC0415 - the heavy libraries load after the limits are set

    arrays = [pa.array(rows, type=pa.int64())]
    names = ["row"]
    if wkb is not None:
        arrays.append(wkb if isinstance(wkb, pa.Array | pa.ChunkedArray) else pa.array(wkb, type=pa.binary()))
        names.append("wkb")
    for number, values in enumerate(cells.values()):
        arrays.append(values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, type=pa.string()))
        names.append(f"c{number}")
    return Part(name=name, table=pa.table(arrays, names=names), columns=tuple(cells), **known)


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no answer
    sys.meta_path.insert(0, WITHOUT_FRAMES)
    gc.disable()  # looking for circles in a tree of a million elements takes as long as reading it
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "load" in request:
            for job in request["load"]:
                importlib.import_module(JOBS[job])
            continue
        _limit(request["cpu_s"], request["memory_bytes"])
        _answer(request, replies)
        replies.flush()
        gc.collect()
        gc.freeze()  # the libraries stay; the next time only what is new is looked at


def _limit(cpu_s: int, memory_bytes: int) -> None:
    """Set what this process may use; CPU time counts from now."""
    try:
        import resource  # noqa: PLC0415 - Windows has no such module; there only the parent's clock limits
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    for what, most in (
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(request: Mapping[str, Any], replies: BinaryIO) -> None:
    try:
        module = importlib.import_module(JOBS[request["job"]])
        parts: list[Part] = module.decode(Path(request["folder"]), request["options"])
    except (DataRefused, UnknownCRS) as refusal:
        _say(replies, refused=refusal.what, advice=refusal.advice, row=refusal.row, unknown_crs=_is_crs(refusal))
    except MemoryError:
        most = request["memory_bytes"] // _MEGABYTE
        _say(
            replies, refused=f"reading it takes more than {most:,} MB of memory", advice="Split it into smaller files."
        )
    except Exception as exc:  # noqa: BLE001 - whatever a library raises on foreign bytes is a refusal, not a traceback
        _say(replies, refused=f"it cannot be decoded ({_reason(exc)})", advice="It may be damaged; ask for it again.")
    else:
        import pyarrow as pa  # noqa: PLC0415 - see part()

        _say(replies, parts=[{**each._asdict(), "table": None} for each in parts])
        for each in parts:
            with pa.ipc.new_stream(replies, each.table.schema) as stream:
                stream.write_table(each.table)


def _say(replies: BinaryIO, **answer: Any) -> None:  # noqa: ANN401 - JSON values
    replies.write(json.dumps(answer).encode() + b"\n")


def _is_crs(refusal: DataRefused) -> bool:
    return isinstance(refusal, UnknownCRS)


def _reason(exc: Exception) -> str:
    """Name an error in a few words, without the path of the private copy."""
    text = " ".join(str(exc).split()).replace(str(Path.cwd()), "").strip(" .")
    return f"{type(exc).__name__}: {text[:160]}" if text else type(exc).__name__
