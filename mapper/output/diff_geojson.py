"""What two editions record otherwise, as GeoJSON: a feature for each record that one alone has or that differs.

`change` says what a feature is: `removed` (with the earlier place), `ground_removed` and `ground_added` (the part of an outline
that one edition alone has), `changed` and `added` (with the later place). What is no longer recorded stands first. A record
without a place, as every order is, has a null geometry and is there all the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from mapper import crs, terms
from mapper.output.compose import CAVEATS
from mapper.output.diff import RESTRICTIONS, by_id, names
from mapper.output.exports import geojson

if TYPE_CHECKING:
    from collections.abc import Iterator

    import shapely

    from mapper.output.diff import Diff, TableDiff
    from mapper.output.outlines import Outline
    from mapper.output.published import PublishedTable

CHANGES = ("removed", "ground_removed", "changed", "ground_added", "added")
COLUMNS = ("feature_id", "change", "table", "record_id", "name", "area_km2", "moved_m", "columns")
_Row = dict[str, Any]


def diff_geojson(found: Diff) -> bytes:
    """Write a difference as a GeoJSON FeatureCollection in WGS 84.

    Returns
    -------
    bytes
        One feature per line, with every one of `COLUMNS`: `area_km2` of the geometry of that feature (null where it has no
        area), `moved_m` of a point, and `columns`, a JSON text of the columns that differ with `old` and `new`. The collection
        bears both editions, the caveats, and the licences of the layers that its geometries come from.
    """
    rows = [row for name, table in found.tables.items() for row in _of_table(found, name, table)]
    rows.sort(key=lambda row: (CHANGES.index(row["change"]), row["rank"]))
    shapes = [row.pop("geometry") for row in rows]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(COLUMNS), dtype=object), geometry=shapes, crs=crs.STORAGE)
    frame["area_km2"] = [_area(shape) for shape in shapes]
    written = geojson(frame, COLUMNS, "feature_id", "differences")
    head = json.dumps(_head(found), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return head[:-1].encode() + b"," + written[1:]


def _head(found: Diff) -> dict[str, Any]:
    sides = (found.a, found.b)
    licences = {licence for side in sides for name in found.tables for licence in _licences(side.tables.get(name))}
    date = found.b.facts.data_date or "?"
    return {
        **{
            letter: {"edition": side.facts.edition_id, "data_date": side.facts.data_date}
            for letter, side in zip("ab", sides, strict=True)
        },
        "licences": sorted(licences),
        "caveats": [terms.sentence("caveat", code, data_date=date) for code in CAVEATS] + [terms.label("diff", "end")],
    }


def _licences(table: PublishedTable | None) -> tuple[str, ...]:
    return () if table is None else table.licences


def _of_table(found: Diff, name: str, table: TableDiff) -> Iterator[_Row]:
    old, new = (_records(side.tables.get(name)) for side in (found.a, found.b))
    rank = (RESTRICTIONS.index(name) if name in RESTRICTIONS else len(RESTRICTIONS), name)
    for change, ids, records in (("removed", table.removed, old), ("added", table.added, new)):
        for each in ids:
            if isinstance(each, str):
                yield _row(change, name, each, rank, *records[each])
    for changed in table.changed:
        told, shape = new[changed.id]
        cells = [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in changed.cells]
        columns = json.dumps(cells, ensure_ascii=False, allow_nan=False) if cells else None
        moved_m = None if changed.outline is None else changed.outline.moved_m
        yield {**_row("changed", name, changed.id, rank, told, shape), "columns": columns, "moved_m": moved_m}
        if changed.outline is not None:
            yield from _ground(name, changed.id, rank, told, changed.outline)


def _ground(table: str, record_id: str, rank: tuple[int, str], name: str | None, outline: Outline) -> Iterator[_Row]:
    for change, shape in (("ground_removed", outline.removed), ("ground_added", outline.added)):
        if shape is not None:
            yield _row(change, table, record_id, rank, name, shape)


def _row(
    change: str, table: str, record_id: str, rank: tuple[int, str], name: str | None, shape: shapely.Geometry | None
) -> _Row:
    return {
        "feature_id": f"{table}:{record_id}:{change}",
        "change": change,
        "table": table,
        "record_id": record_id,
        "name": name,
        "moved_m": None,
        "columns": None,
        "rank": (*rank, record_id),
        "geometry": shape,
    }


def _records(table: PublishedTable | None) -> dict[str, tuple[str | None, shapely.Geometry | None]]:
    """Return name and place of each record by its id."""
    records = by_id(table)
    called = names(table, records)
    shapes = list(records["geometry"]) if "geometry" in records else [None] * len(records)
    return {key: (called.get(key), shape) for key, shape in zip(records.index.tolist(), shapes, strict=True)}


def _area(shape: shapely.Geometry | None) -> float | None:
    if shape is None or "Polygon" not in shape.geom_type:
        return None
    return float(crs.geodesic_area_km2(shape)[0])
