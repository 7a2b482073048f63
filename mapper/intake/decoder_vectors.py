"""What the GDAL formats share, inside the child: look with fiona, read with pyogrio, salvage with fiona.

Two readers on purpose. fiona opens the file with a list of one driver and says which layers it holds; pyogrio then reads all
records at once through Arrow, which does not stop at a stored counter. Where pyogrio gives up on a damaged file, fiona
asks for each record by itself, so that the bad ones are named and the good ones kept.
"""

from __future__ import annotations

import contextlib
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import fiona
import pyarrow as pa
import pyogrio.raw

from mapper.errors import DataRefused
from mapper.intake.decoder_cells import as_cells, shapely_module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mapper.intake.decoder_child import Doubt

DAMAGED = "it is damaged"
_ASK_AGAIN = "It may be damaged; ask for it again."
_UNKNOWN_CRS = ("Undefined", "Unknown", "Unnamed", "unknown", "undefined")


class Records(NamedTuple):
    """What a reader gave: the number GDAL has for each record, WKB (None: no geometry column), text cells, the CRS it names.

    `damaged` holds the numbers of the records that no reader could give. `salvaged`: they were asked for one by one, and
    their cells are to be had elsewhere.
    """

    fids: list[int]
    wkb: Any
    cells: dict[str, Any]
    crs: str | None
    doubts: list[Doubt]
    damaged: frozenset[int] = frozenset()
    salvaged: bool = False


class Unread(Exception):
    """pyogrio gave up on the file as a whole."""


def look(path: Path, driver: str) -> list[str]:
    """Return the names of the layers fiona sees.

    Raises
    ------
    DataRefused
        When it cannot be opened as what it says it is.
    """
    try:
        names: list[str] = fiona.listlayers(path)
        for name in names:
            with fiona.open(path, layer=name, enabled_drivers=[driver]) as source:
                found = source.driver
                if found != driver:
                    raise DataRefused(f"it opens as {found}", advice="Give the file its right name.")
    except (fiona.errors.FionaError, OSError, ValueError) as exc:
        raise DataRefused("it cannot be opened as what its name says", advice=_ASK_AGAIN) from exc
    return names


def read(path: Path, driver: str, layer: str | None, fids: Sequence[int], *, geometry: bool = True) -> Records:
    """Read all records of a layer with pyogrio; one by one with fiona where pyogrio cannot.

    Parameters
    ----------
    path : Path
        The file.
    driver : str
        The only one that may open it.
    layer : str, optional
        Its name; None where a file has one.
    fids : sequence of int
        The numbers GDAL has for the records that must be there.
    geometry : bool
        Whether the layer has shapes.

    Raises
    ------
    DataRefused
        When neither reader can read any of it.
    """
    with contextlib.suppress(Unread):
        found = read_whole(path, layer, geometry=geometry)
        if len(found.fids) >= len(fids):  # else GDAL stopped at a damaged record without a word
            return found
    return _salvage(path, driver, layer, fids, geometry=geometry)


def read_whole(source: Path | IO[bytes], layer: str | None = None, *, geometry: bool = True) -> Records:
    """Read all records of a layer at once.

    Raises
    ------
    Unread
        When pyogrio cannot.
    """
    try:
        meta, table = pyogrio.raw.read_arrow(
            source, layer=layer, read_geometry=geometry, return_fids=True, datetime_as_string=True
        )
        table.validate(full=True)  # a driver's own Arrow stream has been seen to give offsets beyond its data
    except (pyogrio.errors.DataSourceError, pa.ArrowException, OSError, RuntimeError, UnicodeDecodeError) as exc:
        raise Unread from exc
    shapes = (meta["geometry_name"] or "wkb_geometry") if geometry else None
    names = [str(name) for name in meta["fields"]]
    doubts: list[Doubt] = []
    numbers = table.column(meta.get("fid_column") or table.column_names[0])
    cells = as_cells({name: table.column(name) for name in names}, doubts)
    wkb = None if shapes is None else table.column(shapes)
    if wkb is not None and wkb.type != pa.binary():
        wkb = wkb.cast(pa.binary())
    return Records(numbers.to_numpy().tolist(), wkb, cells, known_crs(meta["crs"]), doubts)


def known_crs(text: str | None) -> str | None:
    """Return what names a CRS; None for the names GDAL gives to what is none."""
    if not text or any(f'"{name}' in text[:60] for name in _UNKNOWN_CRS):
        return None
    return text


def _salvage(path: Path, driver: str, layer: str | None, fids: Sequence[int], *, geometry: bool) -> Records:
    found: list[tuple[int, Any]] = []
    damaged: set[int] = set()
    try:
        with fiona.open(path, layer=layer, enabled_drivers=[driver]) as source:
            crs = known_crs(source.crs.to_wkt() if source.crs else None)
            for fid in fids:
                feature = _one(source, fid)
                if feature is None:
                    damaged.add(fid)
                else:
                    found.append((fid, feature))
    except (fiona.errors.FionaError, OSError, ValueError) as exc:
        raise DataRefused("it is damaged, and none of its records can be read", advice=_ASK_AGAIN) from exc
    wkb = [_to_wkb(feature.geometry) for _, feature in found] if geometry else None
    return Records([fid for fid, _ in found], wkb, {}, crs, [], frozenset(damaged), salvaged=True)


def _one(source: Any, fid: int) -> Any:  # noqa: ANN401 - fiona's
    try:
        return source.get(fid)
    except Exception:  # noqa: BLE001 - fiona raises many kinds on damaged bytes; each means this record
        return None


def _to_wkb(geometry: Any) -> bytes | None:  # noqa: ANN401 - fiona's
    if geometry is None:
        return None
    shapely = shapely_module()
    return bytes(shapely.to_wkb(shapely.geometry.shape(geometry.__geo_interface__)))
