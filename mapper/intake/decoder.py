"""Decode foreign binary and XML files in one reusable child process.

A map must not depend on a file's good will: a 200-byte KML can kill the process that opens it, a crafted archive can eat
its memory. So such files are decoded by `mapper.intake.decoder_child` in a process of its own, with limits on time and
memory, a private folder that holds a copy of the one file under a plain name, and no GDAL driver but the three that are
needed. When it dies, the file is refused and the next one gets a new child.

Chosen over a process per file (0.4 s each) and over `multiprocessing` (which unpickles what the child sends). The drivers
are named in `OGR_SKIP`, in the environment, as GDAL reads it only while it loads. What libraries the child may load
follows from `python -I`: no `PYTHONPATH`, no user folder, no current folder.

Windows cannot limit what a process may use; there only the clock ends a child, which is refused all the same. Sessions and
the width of pipes are Unix's as well, and left out there.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

from mapper.errors import DataRefused, UnknownCRS
from mapper.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from mapper.model import Finding, LayerEntry

ALLOWED_DRIVERS = ("ESRI Shapefile", "FlatGeobuf", "GPKG")
_OTHER_DRIVERS = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,Arrow,CAD,CSV,CSW,Carto,DGN,DXF,DWG,EDIGEO,EEDA,ESRIJSON,ESRI JSON,"
    "Elasticsearch,FileGDB,GDALG,GML,GMLAS,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,Geoconcept,HANA,HTTP,Idrisi,"
    "Interlis 1,Interlis 2,JML,JSONFG,KML,LIBKML,LVBAG,MBTiles,MEM,MIRAMONVECTOR,MRSID,MSSQLSpatial,MVT,MapInfo File,"
    "MapML,Memory,MiraMonVector,MongoDBv3,MySQL,NAS,netCDF,NGW,OAPIF,OCI,ODBC,ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,"
    "OpenFileGDB,PCIDSK,PDF,PDS4,PGDUMP,PGeo,PLSCENES,PMTiles,Parquet,PostgreSQL,S57,SOSI,SQLite,SVG,SXF,Selafin,TIGER,"
    "TileDB,TopoJSON,UK .NTF,VDV,VFK,VICAR,WAsP,WFS,WFS3,XLS,XLSX,XODR"
)
JOBS: Mapping[str, str] = MappingProxyType(
    {
        ".fgb": "flatgeobuf",
        ".geoparquet": "parquet",
        ".gpkg": "geopackage",
        ".gpx": "gpx",
        ".kml": "kml",
        ".kmz": "kml",
        ".ods": "ods",
        ".parquet": "parquet",
        ".shp": "shapefile",
        ".xlsm": "xlsx",
        ".xlsx": "xlsx",
    }
)
"""The endings of files that the child decodes, and the format it knows each by."""
_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "OGR_SKIP": _OTHER_DRIVERS,
        "GDAL_SKIP": "WMS,WMTS,WCS,HTTP,VRT,DERIVED,STACIT,STACTA,EEDAI,OGCAPI,DAAS,PLMOSAIC,MBTiles,PDF,Rasterlite",
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",  # should any driver ask all the same, nothing answers there
        "GDAL_NUM_THREADS": "1",
        "GDAL_PAM_ENABLED": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_FLATGEOBUF_STREAM_BASE_IMPL": "YES",  # the driver's own Arrow stream breaks where the last shape is null
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "PROJ_NETWORK": "OFF",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # others set aside address space, which the limit counts
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }
)
_KEPT_VARIABLES = ("SYSTEMROOT", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA")
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from mapper.intake.decoder_child import main; main()"
_PIPE_BYTES = 1024**2
_LARGEST_REPLY_BYTES = 4 * 1024**3
_LONGEST_HEADER_BYTES = 256 * 1024**2
_TRY_ANOTHER = "It may be damaged or made to do harm; ask the sender for GeoJSON or CSV."


class Limits(NamedTuple):
    """What one file may cost: CPU seconds, seconds on the clock, bytes of address space."""

    cpu_s: int = 120
    wall_s: float = 300.0
    memory_bytes: int = 4 * 1024**3


class Decoded(NamedTuple):
    """One layer as it came from the child: the fields of `decoder_child.Part`, its names as they stand in the file."""

    name: str
    table: pa.Table
    columns: tuple[str, ...]
    counted: int
    crs: str | None
    refused: tuple[tuple[int, str | None, str], ...]
    doubts: tuple[tuple[Any, ...], ...]


class Decoder:
    """A child process that decodes one file after another, started when it is first needed.

    Parameters
    ----------
    limits : Limits
        What one file may cost.
    program : sequence of str, optional
        The arguments after `python -I -B`; the tests put a program that misbehaves in its place.

    Examples
    --------
    >>> with Decoder() as decoder:
    ...     decoder.decode("gpx", {"layer.gpx": b"<gpx><wpt lat='40' lon='47'/></gpx>"}, {})[0].counted
    1
    """

    def __init__(self, limits: Limits | None = None, program: Sequence[str] | None = None) -> None:
        self.limits = limits or Limits()
        self.started = 0
        self._program = list(program or ("-c", _PROGRAM, str(Path(__file__).resolve().parents[2])))
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def decode(self, job: str, files: Mapping[str, bytes], options: Mapping[str, Any]) -> tuple[Decoded, ...]:
        """Decode the files of one layer file.

        Parameters
        ----------
        job : str
            The format: a key of `decoder_child.JOBS`.
        files : mapping of str to bytes
            Plain names and contents; they are copied into a private folder, alone.
        options : mapping
            What the format's decoder asks for, as JSON values.

        Raises
        ------
        DataRefused, UnknownCRS
            When the child refuses the file, dies of it, or reaches a limit.
        """
        with self._lock:
            process, private = self._ready()
            folder = Path(tempfile.mkdtemp(dir=private))
            late = threading.Event()
            clock = threading.Timer(self.limits.wall_s, _stop, (process, late))
            try:
                for name, content in files.items():
                    (folder / name).write_bytes(content)
                clock.start()
                return self._ask(process, {"job": job, "folder": folder.name, "options": dict(options)})
            except (OSError, ValueError, TypeError, LookupError, EOFError) as exc:
                self._end()
                raise self._death(process, exc, late=late.is_set()) from None
            except (DataRefused, UnknownCRS):
                raise
            except BaseException:
                self._end()
                raise
            finally:
                clock.cancel()
                shutil.rmtree(folder, ignore_errors=True)

    def start(self, *jobs: str) -> None:
        """Start the child and let it load what some formats need while the caller does something else.

        Nobody needs to call this, but a child that starts while the caller imports pandas costs no time of its own.
        """
        with self._lock, contextlib.suppress(OSError):
            process, _ = self._ready()
            if process.stdin is not None and jobs:
                process.stdin.write(json.dumps({"load": jobs}).encode() + b"\n")
                process.stdin.flush()

    def close(self) -> None:
        """End the child and remove its folder; a later call of `decode` starts a new one."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The number of the child process, None while there is none."""
        return None if self._process is None else self._process.pid

    def _ready(self) -> tuple[subprocess.Popen[bytes], Path]:
        if self._process is not None and self._folder is not None and self._process.poll() is None:
            return self._process, self._folder
        self._end()
        self._folder = Path(tempfile.mkdtemp(prefix="mapper-"))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-B", *self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env={**{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}, **_ENVIRONMENT},
            start_new_session=True,  # Ctrl-C is for the parent, which then ends the child
        )
        self.started += 1
        _widen(self._process.stdout)
        return self._process, self._folder

    def _ask(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[Decoded, ...]:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        limits = {"cpu_s": self.limits.cpu_s, "memory_bytes": self.limits.memory_bytes}
        process.stdin.write(json.dumps({**request, **limits}).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline(_LONGEST_HEADER_BYTES)
        if not line.endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        if "refused" in answer:
            kind = UnknownCRS if answer.get("unknown_crs") else DataRefused
            raise kind(answer["refused"], row=answer.get("row"), advice=answer["advice"])
        pipe = _Bounded(process.stdout, _LARGEST_REPLY_BYTES)
        return tuple(_decoded(each, pipe) for each in answer["parts"])

    def _death(self, process: subprocess.Popen[bytes], exc: Exception, *, late: bool) -> DataRefused:
        """Say in one sentence why there is no answer."""
        if late or process.returncode == -getattr(signal, "SIGXCPU", 0):
            return DataRefused("reading it takes too long", advice="Split it into smaller files, or export it again.")
        if process.returncode in {0, None} and not isinstance(exc, EOFError):
            return DataRefused("its contents could not be handed over", advice=_TRY_ANOTHER)
        return DataRefused("the program that reads such files broke down over it", advice=_TRY_ANOTHER)

    def _end(self) -> None:
        process, folder, self._process, self._folder = self._process, self._folder, None, None
        if process is not None:
            _reap(process)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@lru_cache(maxsize=1)
def shared() -> Decoder:
    """Return the one decoder of this run; it ends with the run."""
    decoder = Decoder()
    atexit.register(decoder.close)
    return decoder


def start_early(names: Iterable[str]) -> None:
    """Start the child for files of these names, if any of them needs it, before the caller loads its own libraries.

    Examples
    --------
    >>> start_early(["accidents.csv"])  # needs no child
    """
    jobs = {JOBS[suffix] for name in names if (suffix := Path(name).suffix.lower()) in JOBS}
    if jobs:
        shared().start(*sorted(jobs))


def as_finding(entry: LayerEntry, doubt: Sequence[Any]) -> Finding:
    """Make a finding of what the child told: rule, severity, what was done, row, column, value."""
    rule, severity, done, row, column, value = doubt
    return finding(rule, severity, done, entry=entry, row=row, column=column, value=value)


class _Bounded:
    """The child's pipe as pyarrow reads it: never more than so many bytes, whatever a length field claims."""

    closed = False

    def __init__(self, pipe: IO[bytes], most_bytes: int) -> None:
        self._pipe = pipe
        self._left = most_bytes

    def read(self, size: int) -> bytes:
        if not 0 <= size <= self._left:
            raise EOFError
        content = self._pipe.read(size)
        self._left -= len(content)
        return content


def _decoded(header: dict[str, Any], pipe: _Bounded) -> Decoded:
    import pyarrow as pa  # noqa: PLC0415 - `mapper --help` answers without it

    with pa.ipc.open_stream(pa.PythonFile(pipe, mode="r")) as stream:
        table = stream.read_all()
    table.validate(full=True)
    return Decoded(
        name=str(header["name"]),
        table=table,
        columns=tuple(map(str, header["columns"])),
        counted=int(header["counted"]),
        crs=header["crs"],
        refused=tuple((int(row), column, str(why)) for row, column, why in header["refused"]),
        doubts=tuple(tuple(doubt) for doubt in header["doubts"]),
    )


def _widen(pipe: Any) -> None:  # noqa: ANN401 - a pipe, or None
    """Let more of an answer wait in the pipe than the system's 64 kB, where that can be asked for."""
    with contextlib.suppress(ImportError, AttributeError, TypeError, OSError):
        import fcntl  # noqa: PLC0415 - only Unix has it, and only Linux this use of it

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes, so that a child that waits ends by itself, and end it."""
    with contextlib.suppress(OSError):
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
