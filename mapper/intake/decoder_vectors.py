"""What the GDAL formats share, inside the child: look with fiona, read with pyogrio, salvage with fiona, cells as text.

Two readers on purpose. fiona opens the file with a list of one driver and says which layers it holds; pyogrio then reads all
records at once through Arrow, which does not stop at a stored counter. Where pyogrio gives up on a damaged file, fiona
goes on record by record, so that the bad ones are named and the good ones kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyogrio.raw

from mapper.errors import DataRefused
from mapper.findings import BLANKED
from mapper.intake.decoder_child import WITHOUT_FRAMES, Doubt, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_UNKNOWN_CRS = ("Undefined", "Unknown", "Unnamed", "unknown", "undefined")


class Records(NamedTuple):
    """What a reader gave: record numbers, WKB (a list or Arrow; None: no geometry column), text cells, the CRS it names."""

    rows: list[int]
    wkb: Any
    cells: dict[str, Any]
    crs: str | None
    refused: list[Refused]
    doubts: list[Doubt]


def look(path: Path, driver: str) -> list[str]:
    """Return the names of the layers fiona sees.

    Raises
    ------
    DataRefused
        When it cannot be opened as what it says it is.
    """
    import fiona  # noqa: PLC0415 - only these formats need a second GDAL

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


_ASK_AGAIN = "It may be damaged; ask for it again."


def read(path: Path, driver: str, layer: str | None, counted: int, *, geometry: bool = True, **how: Any) -> Records:  # noqa: ANN401 - pyogrio's own options
    """Read all records of a layer with pyogrio; record by record with fiona where pyogrio cannot.

    `counted` is how many records there must be: those a damaged file no longer gives are refused by number.
    """
    try:
        meta, table = pyogrio.raw.read_arrow(
            path, layer=layer, read_geometry=geometry, return_fids=True, datetime_as_string=True, **how
        )
        table.validate(full=True)  # a driver's own Arrow stream has been seen to give offsets beyond its data
    except (pyogrio.errors.DataSourceError, pa.ArrowException, RuntimeError, UnicodeDecodeError):
        return _salvage(path, driver, layer, counted, geometry=geometry)
    shapes = (meta["geometry_name"] or "wkb_geometry") if geometry else None
    names = [str(name) for name in meta["fields"]]
    refused: list[Refused] = []
    doubts: list[Doubt] = []
    columns = {name: table.column(name) for name in names}
    numbers = table.column(meta.get("fid_column") or table.column_names[0])
    cells = as_cells(columns, doubts)
    wkb = None if shapes is None else table.column(shapes).cast(pa.binary())
    return Records(numbers.to_pylist(), wkb, cells, known_crs(meta["crs"]), refused, doubts)


def known_crs(text: str | None) -> str | None:
    """Return what names a CRS; None for the names GDAL gives to what is none."""
    if not text or any(f'"{name}' in text[:60] for name in _UNKNOWN_CRS):
        return None
    return text


def as_cells(columns: Mapping[str, Any], doubts: list[Doubt]) -> dict[str, Any]:
    """Return every column as text, numbers digit for digit; binary columns are left out and told."""
    cells = {}
    for name, column in columns.items():
        text = _text(column)
        if text is None:
            done = "The column was left out: it holds binary data."
            doubts.append(Doubt("unknown_column", "warning", done, column=name))
            continue
        if pa.types.is_floating(column.type):
            text = _finite(text, column, name, doubts)
        cells[name] = text
    return cells


def _text(column: Any) -> Any:  # noqa: ANN401 - pyarrow ships no types
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return None
    if pa.types.is_nested(kind):
        values = [
            None if each is None else json.dumps(each, ensure_ascii=False, default=str) for each in column.to_pylist()
        ]
        return pa.array(values, type=pa.string())
    return column.cast(pa.string())


def _finite(text: Any, column: Any, name: str, doubts: list[Doubt]) -> Any:  # noqa: ANN401 - pyarrow ships no types
    values = column.cast(pa.float64()).to_numpy()  # null becomes NaN
    if int(np.isfinite(values).sum()) + column.null_count == len(values):
        return text
    doubts.append(Doubt("not_finite", "warning", BLANKED, column=name))
    finite = np.isfinite(values)
    return pa.array([each if ok else None for each, ok in zip(text.to_pylist(), finite, strict=True)], type=pa.string())


def _salvage(path: Path, driver: str, layer: str | None, counted: int, *, geometry: bool) -> Records:
    """Read record by record until the file gives no more."""
    import fiona  # noqa: PLC0415 - only these formats need a second GDAL

    records = Records([], [] if geometry else None, {}, None, [], [])
    values: dict[str, list[str | None]] = {}
    try:
        with fiona.open(path, layer=layer, enabled_drivers=[driver]) as source:
            values |= {name: [] for name in source.schema["properties"]}
            records = records._replace(crs=known_crs(source.crs.to_wkt() if source.crs else None))
            for number, feature in _each(source, counted, records.refused):
                wkb = None if feature.geometry is None else _to_wkb(feature.geometry)
                records.rows.append(number)
                if records.wkb is not None:
                    records.wkb.append(wkb)
                for name, column in values.items():
                    column.append(_plain(feature.properties.get(name)))
    except (fiona.errors.FionaError, OSError, ValueError) as exc:
        raise DataRefused("it is damaged, and none of its records can be read", advice=_ASK_AGAIN) from exc
    return records._replace(cells=dict(values))


def _each(source: Any, counted: int, refused: list[Refused]) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - fiona's
    """Give each record with its number, and name those that the reader cannot give."""
    features = iter(source)
    for number in range(1, counted + 1):
        try:
            feature = next(features)
        except StopIteration:
            refused += [Refused(rest, None, "the file is cut off before it") for rest in range(number, counted + 1)]
            return
        except Exception:  # noqa: BLE001 - fiona raises many kinds on damaged bytes; each means this record
            refused.append(Refused(number, None, "it is damaged"))
            continue
        yield number, feature


def shapely_module() -> Any:  # noqa: ANN401 - a module without types
    """Load shapely after all: it is kept from loading for the sake of the start."""
    with contextlib.suppress(ValueError):
        sys.meta_path.remove(WITHOUT_FRAMES)
    return importlib.import_module("shapely")


def _to_wkb(geometry: Any) -> bytes:  # noqa: ANN401 - fiona's
    shapely = shapely_module()
    return bytes(shapely.to_wkb(shapely.geometry.shape(geometry.__geo_interface__)))


def _plain(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value).strip() or None
