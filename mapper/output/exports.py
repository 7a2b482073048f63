"""The edition as files a GIS opens: RFC 7946 GeoJSON and CSV.

Columns are published by an allow-list, so that a column added to a layer is not published by accident. GeoJSON is
written by ourselves: WGS 84 without a `crs` member, six decimals (0.1 m), every feature with every key, the same bytes
for the same edition. No geometry is simplified; one that rounding would make invalid keeps all its decimals. A record
whose place is only a district has a null geometry: a point there would look measured.
"""

from __future__ import annotations

import csv
import io
import json
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry import mapping

from mapper import crs
from mapper.output.antimeridian import cut_at_antimeridian
from mapper.output.formats.rounding import to_decimals
from mapper.output.published import export_facts, marked, marking_column, published_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from mapper.output.compose import Edition
    from mapper.output.published import ExportFacts, PublishedTable

_DECIMALS = 6
_SIGNIFICANT_DIGITS = 9
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")

CONTOUR_COLUMNS = ("lower_per_km2", "upper_per_km2", "area_km2")
HOTSPOT_COLUMNS = ("unit_id", "name", "records", "class", "z", "p", "q", "neighbours", "share_in_window")
ORIGINALS_FILE = "original_shapes.csv"


def export_files(edition: Edition) -> dict[str, bytes]:
    """Write the edition's data files.

    Returns
    -------
    dict of str to bytes
        `table_files` of all that the edition publishes; `original_shapes.csv` (one row per area whose shape was changed, as it
        was given) where there are any.
    """
    files = table_files(published_tables(edition), export_facts(edition))
    return {**files, **({} if edition.originals.empty else {ORIGINALS_FILE: csv_table(edition.originals)})}


def table_files(tables: Iterable[PublishedTable], facts: ExportFacts) -> dict[str, bytes]:
    """Write published tables as the files of an edition.

    Returns
    -------
    dict of str to bytes
        Of a table with places `NAME.geojson`, one feature per record, also of those without a geometry; of any other
        `NAME.csv`, for a spreadsheet.
    """
    return dict(_file_of(table, facts) for table in tables)


def _file_of(table: PublishedTable, facts: ExportFacts) -> tuple[str, bytes]:
    if table.geometry is not None:
        return f"{table.name}.geojson", geojson_table(table, facts)
    return f"{table.name}.csv", csv_table(marked([table], facts)[0].frame)


def geojson_table(table: PublishedTable, facts: ExportFacts) -> bytes:
    """Write a published table with places as GeoJSON.

    Returns
    -------
    bytes
        As of `geojson`. Members that RFC 7946 leaves to the writer (6.1) stand before the features: `title`, `organisation`,
        `edition`, `data_date`, `stale_after`, `licences`, `sources` and `caveats`, and `columns` with the name, type, unit and
        title of each property: a reader that takes the type of a property from its values sees none where all are null.
    """
    return geojson(
        table.frame,
        [column.name for column in table.columns],
        table.id_column,
        table.name,
        marking=facts.marking,
        members={key: value for key, value in stated(table, facts).items() if key != "marking"},
    )


def stated(table: PublishedTable, facts: ExportFacts) -> dict[str, Any]:
    """Return what a file of one table says of itself, as plain JSON values, in the language of the export.

    Returns
    -------
    dict
        `marking` in an internal export; `title`, `edition_title`, `organisation`, `contacts`, `edition`, `data_date`,
        `stale_after`, `licences`, `sources`, `caveats`; and `columns`, of each `name`, `type`, `unit`, `title`, `description`.
    """
    language = facts.language
    return {
        **({} if facts.marking is None else {"marking": facts.marking}),
        "title": _worded(table.title, language),
        "edition_title": _worded(facts.titles, language),
        "organisation": _worded(facts.organisations, language),
        "contacts": list(facts.contacts),
        "edition": facts.edition_id,
        "data_date": facts.data_date,
        "stale_after": facts.stale_after,
        "licences": list(table.licences),
        "sources": list(table.lineage),
        "caveats": list(facts.caveat_texts),
        "columns": [
            {
                "name": column.name,
                "type": _TYPES[column.kind],
                "unit": column.unit or None,
                "title": _worded(column.title, language),
                "description": _worded(column.description, language),
            }
            for column in table.columns
        ],
    }


_TYPES: Mapping[str, str] = MappingProxyType(
    {"count": "integer", "number": "number", "date": "date"} | dict.fromkeys(("text", "code"), "string")
)


def _worded(texts: Mapping[str, str], language: str) -> str:
    """Return a text in a language, or in the first that there is."""
    return texts.get(language) or next(iter(texts.values()), "")


def geojson(
    frame: gpd.GeoDataFrame,
    columns: Iterable[str],
    id_column: str | None,
    name: str,
    *,
    marking: str | None = None,
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """Write a frame in WGS 84 as a GeoJSON FeatureCollection: one feature per row, in order.

    Parameters
    ----------
    frame : GeoDataFrame
        Longitude/latitude, WGS 84.
    columns : iterable of str
        The properties to publish, all of which each feature has; missing values are null.
    id_column : str or None
        The column that becomes the feature's `id`.
    name : str
        A name for the collection.
    marking : str, optional
        A text that the collection bears as its first member and each feature as a property (`marking`, or `export_marking` beside
        a column of that name).
    members : mapping of str to plain JSON values, optional
        What else the collection says of itself, before its features.

    Returns
    -------
    bytes
        UTF-8, one feature per line, outer rings counter-clockwise, coordinates at six decimals, the box around all of
        them as `bbox` (its west above its east where it crosses the antimeridian; left out where nothing has a geometry).
    """
    shapes = to_decimals(shapely.orient_polygons(cut_at_antimeridian(frame.geometry.to_numpy())), _DECIMALS)
    told = {column: _cells(frame[column]) for column in columns}
    features = _features(None if id_column is None else told[id_column], told, _geometries(shapes), marking)
    drawn = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    box = f'"bbox":{_dumps(list(crs.lon_lat_bounds(drawn)))},' if len(drawn) else ""
    first = f'"marking":{_dumps(marking)},' if marking is not None else ""
    others = "".join(f"{_dumps(key)}:{_dumps(value)}," for key, value in (members or {}).items())
    head = f'{{{first}"type":"FeatureCollection","name":{_dumps(name)},{others}{box}"features":['
    return (head + "\n" + ",\n".join(features) + ("\n" if features else "") + "]}\n").encode()


def _features(
    ids: list[str] | None, told: Mapping[str, list[str]], geometries: list[str], marking: str | None
) -> list[str]:
    """Put texts of JSON together, a feature for each row."""
    mark = [] if marking is None else [f"{_literal(marking_column(told))}:{_literal(marking)}"]
    properties = ",".join([*mark, *(f"{_literal(column)}:%s" for column in told)])
    first = '"type":"Feature",' + ("" if ids is None else '"id":%s,')
    pattern = f'{{{first}"properties":{{{properties}}},"geometry":%s}}'
    rows = zip(*([] if ids is None else [ids]), *told.values(), geometries, strict=True)
    return [pattern % row for row in rows]


def _quoted(text: str) -> str:
    """Return the JSON of a text, as `_dumps` does, several times as fast."""
    return encode_basestring(text)


def _literal(text: str) -> str:
    """Return the JSON of a text as a part of a pattern of `%s`."""
    return _dumps(text).replace("%", "%%")


def _cells(column: pd.Series) -> list[str]:
    """Return the JSON of each cell; most columns hold few values, each of which is written once."""
    if column.dtype == object:  # 1 and True are one value to a table of them, and not to JSON
        missing = column.isna().to_numpy()
        return ["null" if gone else _dumps(_plain(cell)) for cell, gone in zip(column, missing, strict=True)]
    which, values = pd.factorize(column)
    cells = values.tolist()
    texts = (
        map(_quoted, cells) if pd.api.types.is_string_dtype(column.dtype) else (_dumps(_plain(cell)) for cell in cells)
    )
    written = np.array([*texts, "null"], dtype=object)  # the last is that of -1, a missing cell
    told: list[str] = written[which].tolist()
    return told


def _geometries(shapes: npt.NDArray[np.object_]) -> list[str]:
    """Return the JSON of each geometry; points, of which there are many, without an object of Python each."""
    texts = np.full(len(shapes), "null", dtype=object)
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    points = drawn & (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    texts[points] = [
        f'{{"type":"Point","coordinates":[{lon!r},{lat!r}]}}'
        for lon, lat in shapely.get_coordinates(shapes[points]).tolist()
    ]
    others = drawn & ~points
    texts[others] = [_dumps(mapping(shape)) for shape in shapes[others]]
    listed: list[str] = texts.tolist()
    return listed


def csv_table(frame: pd.DataFrame, *, mark: bool = True) -> bytes:
    """Write a frame as CSV that a spreadsheet opens without running anything: UTF-8, formulas quoted.

    `mark` puts the byte-order mark in front that spreadsheets need to see UTF-8, and that other programs do not expect.

    Examples
    --------
    >>> csv_table(pd.DataFrame({"value": ["=1+1", None]})).decode("utf-8-sig").splitlines()
    ['value', "'=1+1", '""']
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows([_guarded(value) for value in row] for row in frame.itertuples(index=False))
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _guarded(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload] # a scalar cell
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_MARKS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    """Tell a signed number, which a spreadsheet shows, from a formula, which it runs."""
    return text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit() and text[0] in "+-"


def _dumps(value: Any) -> str:  # noqa: ANN401 - plain JSON values
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Turn numpy scalars into Python's, and numbers into a length that says no more than is known."""
    if isinstance(value, np.generic):
        value = value.item()
    # Plus 0: of a column's 0 and -0, which are one key, neither is written as -0.
    return float(f"{value:.{_SIGNIFICANT_DIGITS}g}") + 0.0 if isinstance(value, float) else value
