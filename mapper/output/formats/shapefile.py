"""Shapefiles, for programs that read nothing newer: one zipped per table with a geometry, a .dbf for each of the others.

The format has no room for much of an edition: 10 letters for a column's name, 254 bytes for a text, one kind of geometry in a
file. Each name that is shortened and each text that is cut is told, by row and column, and what was cut stands whole in a table
beside. Texts are UTF-8 and the .cpg says so; the .prj names the CRS; a record without a geometry stays, with a null shape.
One archive for each Shapefile, since many readers open only the first that an archive holds.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from mapper import terms
from mapper.errors import UsageError
from mapper.output.formats.archives import write_zip
from mapper.output.formats.days import whole_day
from mapper.output.formats.dbf import MOST_BYTES, NAME_LETTERS, TEXT_BYTES, Cut, short_names, table_bytes
from mapper.output.formats.stated import (
    README,
    beside,
    column_title,
    paragraphs,
    say,
    shapes,
    told,
)
from mapper.output.formats.tables_csv import spreadsheet_rows
from mapper.output.published import marked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from mapper.output.published import ExportFacts, PublishedTable

CUT_TEXTS = "whole-texts.csv"

_FORMAT = "shapefile"
_CPG = b"UTF-8"
_OLDEST = dt.date(1980, 1, 1)
_MOST_NAMED = 50
_PARTS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {0: ("points", "MultiPoint"), 1: ("lines", "MultiLineString"), 2: ("areas", "MultiPolygon")}
)
_MULTI = MappingProxyType({0: shapely.multipoints, 1: shapely.multilinestrings})


def write(tables: Sequence[PublishedTable], folder: Path, facts: ExportFacts) -> tuple[str, ...]:
    """Write each table as `NAME.shp.zip`, or `NAME.dbf` with `NAME.cpg` where it has no geometry, and a README.txt for those.

    Parameters
    ----------
    tables : sequence of PublishedTable
        Geometries in the CRS of their frame. A table of lines and areas becomes `NAME_lines.shp.zip` and `NAME_areas.shp.zip`.
    folder : Path
        An empty folder.
    facts : ExportFacts
        What is stated in each README.

    Returns
    -------
    tuple of str
        For each table the names that were shortened, and for each column the rows whose text was cut; those texts stand whole
        in `shapefile-whole-texts.csv` (of a table that is written alone, in `NAME-whole-texts.csv`). Which tables were parted
        by kind of geometry, and which have rows without one.

    Raises
    ------
    UsageError
        When a table needs more than 2 GiB, which Shapefiles cannot hold.
    """
    notices: list[str] = []
    lost: list[tuple[str, Cut]] = []
    for table in marked(tables, facts):
        names = short_names(column.name for column in table.columns)
        attributes, cut = table_bytes(table, names, whole_day(facts.data_date) or _OLDEST)
        told_of = [*_shortened(table, names), *_cut(table, cut)]
        notices += told_of
        lost += [(table.name, each) for each in cut]
        in_words = [_spoken(notice, facts.language) for notice in told_of]
        about = f"{paragraphs([table], facts)}\n\n{_columns(table, names, facts.language)}\n\n" + "\n".join(
            [*in_words, ""]
        )
        if table.geometry is None:
            _require_room(table, attributes)
            (folder / f"{table.name}.dbf").write_bytes(attributes)
            (folder / f"{table.name}.cpg").write_bytes(_CPG)
        else:
            notices += _write_shapes(table, folder, (names, attributes), about, facts)
    if lost:
        rows = [("table", "row", "column", "text"), *((name, cut.row, cut.column, cut.whole) for name, cut in lost)]
        (folder / beside(tables, CUT_TEXTS, _FORMAT)).write_bytes(spreadsheet_rows(rows))
    if any(table.geometry is None for table in tables):  # the archives hold one each
        spoken = (_spoken(each, facts.language) for each in notices)
        (folder / beside(tables, README)).write_text(paragraphs(tables, facts, *spoken) + "\n", "utf-8")
    return tuple(notices)


def _write_shapes(
    table: PublishedTable, folder: Path, written: tuple[Mapping[str, str], bytes], about: str, facts: ExportFacts
) -> list[str]:
    """Write a table in as many files as it has kinds of geometry; `written` is its names of columns and its attributes."""
    names, attributes = written
    geometries = shapes(table)
    parts = _by_dimension(geometries)
    without = shapely.is_missing(geometries)
    notices: list[str] = []
    if without.any():
        notices.append(told("notice.null_shapes", table=table.name, n=int(without.sum())))
    if len(parts) > 1:
        notices.append(
            told("notice.parted", table=table.name, n=len(parts), parts=", ".join(_PARTS[each][0] for each in parts))
        )
    first = min(parts)
    for dimension, of_kind in parts.items():
        plural, kind = _PARTS[dimension]
        # A record without a geometry stands in the first file, one of several kinds in each of theirs.
        chosen = ~shapely.is_missing(of_kind) | (without if dimension == first else False)
        if chosen.all():
            held = attributes
        else:
            rows = replace(table, frame=table.frame[chosen])
            held, _ = table_bytes(rows, names, whole_day(facts.data_date) or _OLDEST)
        stem = table.name if len(parts) == 1 else f"{table.name}_{plural}"
        given = table.frame.crs if isinstance(table.frame, gpd.GeoDataFrame) else None
        files = _shp(gpd.GeoSeries(of_kind[chosen], crs=given), "Point" if table.geometry == "Point" else kind, stem)
        for content in (held, *files.values()):
            _require_room(table, content)
        contents = {**files, f"{stem}.dbf": held, f"{stem}.cpg": _CPG, README: about.encode()}
        write_zip(folder / f"{stem}.shp.zip", contents)
    return notices


def _by_dimension(geometries: npt.NDArray[np.object_]) -> dict[int, npt.NDArray[np.object_]]:
    """Part geometries by dimension, an array of the full length for each that occurs; what is of another one is None."""
    dimensions = shapely.get_dimensions(geometries)
    collected = shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION
    found: dict[int, npt.NDArray[np.object_]] = {}
    for dimension in _PARTS:
        of_kind = geometries.copy()
        of_kind[collected | (dimensions != dimension)] = None
        for at in np.flatnonzero(collected):
            of_kind[at] = _collected(geometries[at], dimension)
        if not shapely.is_missing(of_kind).all():
            found[dimension] = of_kind
    return found or {2: np.full(len(geometries), None, dtype=object)}


def _collected(collection: Any, dimension: int) -> Any:  # noqa: ANN401 - shapely's geometries
    """Return the parts of a collection that are of a dimension, as one geometry; None where there are none."""
    parts = [collection]
    while any(shapely.get_type_id(part) == shapely.GeometryType.GEOMETRYCOLLECTION for part in parts):
        parts = list(shapely.get_parts(parts))
    single = shapely.get_parts([part for part in parts if shapely.get_dimensions(part) == dimension])
    if not len(single):
        return None
    return shapely.union_all(single) if dimension not in _MULTI else _MULTI[dimension](single)


def _shp(geometries: gpd.GeoSeries, kind: str, stem: str) -> dict[str, bytes]:
    """Return .shp, .shx and .prj by name. GDAL turns the rings as the format wants them; its .dbf is not kept."""
    with tempfile.TemporaryDirectory() as aside:
        pyogrio.write_dataframe(
            gpd.GeoDataFrame({"n": pd.Series(0, index=geometries.index, dtype="int32")}, geometry=geometries),
            Path(aside) / f"{stem}.shp",
            driver="ESRI Shapefile",
            use_arrow=True,
            geometry_type=kind,
        )
        return {
            f"{stem}{ending}": (Path(aside) / f"{stem}{ending}").read_bytes() for ending in (".shp", ".shx", ".prj")
        }


def _require_room(table: PublishedTable, content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise UsageError(
            f"the table '{table.name}' needs {len(content):,} bytes, and a Shapefile holds {MOST_BYTES:,}",
            advice="Choose gpkg, geoparquet or flatgeobuf, which have no such limit.",
        )


def _shortened(table: PublishedTable, names: Mapping[str, str]) -> list[str]:
    pairs = [f"{name} → {short}" for name, short in names.items() if name != short]
    if not pairs:
        return []
    return [told("notice.short_names", table=table.name, letters=NAME_LETTERS, pairs=", ".join(pairs))]


def _cut(table: PublishedTable, cut: Sequence[Cut]) -> list[str]:
    """Name every text that was cut; of a column with very many the first, and how many more the table beside holds."""
    notices: list[str] = []
    for column in dict.fromkeys(each.column for each in cut):
        rows = [each.row for each in cut if each.column == column]
        named = ", ".join(rows[:_MOST_NAMED]) + (", …" if len(rows) > _MOST_NAMED else "")
        values = {"table": table.name, "column": column, "n": len(rows), "rows": named, "bytes": TEXT_BYTES}
        notices.append(told("notice.cut_texts", **values, file=f"*-{CUT_TEXTS}"))
    return notices


def _columns(table: PublishedTable, names: Mapping[str, str], language: str) -> str:
    lines = [
        f"{names[column.name]} = {column.name}{f' ({column.unit})' if column.unit else ''}: "
        f"{terms.in_language(column.description, language) or column_title(column, language)}"
        for column in table.columns
    ]
    return "\n".join([say("about.columns", language) + ":", *lines])


def _spoken(notice: str, language: str) -> str:
    spoken = getattr(notice, "in_languages", None)
    return spoken()[language] if spoken is not None else notice
