"""What the child decoded into a layer: shapes built, records that cannot be used refused by number, the count proved.

Shapes are laid flat, with a finding where there were heights or measures; an open ring is closed, with a finding; both are
kept beside as they were. A shape that cannot be built or is not finite refuses its record. Rows kept + rows refused must be
the rows counted, or nothing is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyproj
import shapely

from mapper.crs import known_crs
from mapper.errors import LedgerBroken, UnknownCRS
from mapper.findings import CLOSED, REFUSED, finding
from mapper.intake.decoder import Decoded, as_finding
from mapper.intake.open_rings import as_lines
from mapper.model import Layer, LayerEntry

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST_TEXT = 1_000_000


def layer_of(entry: LayerEntry, sha256: str, part: Decoded) -> Layer:
    """Make a layer of what the child decoded.

    Raises
    ------
    UnknownCRS
        When the layer has shapes but no known CRS, or another than the caller states.
    LedgerBroken
        When rows kept and refused do not add up to those counted.
    """
    rows = part.table.column("row").to_numpy()
    index = pd.Index(rows, dtype="int64", name="row")
    cells = {_column(name): _trimmed(part.table.column(f"c{at}"), index) for at, name in enumerate(part.columns)}
    frame = pd.DataFrame(cells, index=index)
    refused = {row: (column, why) for row, column, why in part.refused}
    findings = [as_finding(entry, doubt) for doubt in part.doubts if doubt[3] not in refused]
    refused |= _too_long(frame)
    crs_text, originals = None, None
    if "wkb" in part.table.column_names:
        reference, crs_text = _reference(entry, part.crs)
        shapes, bad, closed, given = _shapes(part.table.column("wkb").to_pylist(), rows)
        refused |= bad
        kept = {row: shape for row, shape in given.items() if row not in refused}
        originals = gpd.GeoSeries(kept, crs=reference) if kept else None
        findings += [
            finding("unclosed_ring", "warning", CLOSED, entry=entry, row=row, column="geometry") for row in closed
        ]
        high = len(kept.keys() - set(closed))
        if high:
            done = f"The heights or measures of {high:,} records were kept aside."
            findings.append(as_finding(entry, ("height_left_out", "info", done, None, "geometry", None)))
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=reference))
    frame = frame.loc[[row for row in rows if row not in refused]]
    if len(frame) + len(refused) != part.counted or not frame.index.is_unique:
        raise LedgerBroken(
            f"{part.counted} records were counted but {len(frame)} read and {len(refused)} refused",
            advice="Please report this; do not use the output.",
        )
    findings = [each for each in findings if each.row not in refused]
    findings += [
        finding(_rule(why), "error", REFUSED, entry=entry, row=row, column=column, value=why)
        for row, (column, why) in sorted(refused.items())
    ]
    return Layer(
        entry=entry, frame=frame, counted=part.counted, unread=len(refused), sha256=sha256, crs=crs_text, mapping={},
        findings=tuple(findings), originals=originals,
    )  # fmt: skip


_Reasons = dict[int, tuple[str | None, str]]
_NOT_FINITE = "a coordinate is not a finite number"


def _rule(why: str) -> str:
    return "not_finite" if why == _NOT_FINITE else "unreadable_row"


def _trimmed(column: Any, index: pd.Index[int]) -> pd.Series:  # noqa: ANN401 - pyarrow ships no types
    """Return text cells without white space at their ends, blank ones as NA."""
    text = pc.utf8_trim_whitespace(column)
    text = pc.if_else(pc.equal(text, ""), None, text)
    cells: pd.Series = text.to_pandas().astype("str").set_axis(index)
    return cells


def _column(name: str) -> str:
    return "geometry_property" if name == "geometry" else name


def _too_long(frame: pd.DataFrame) -> _Reasons:
    long = {name: frame[name].str.len().fillna(0) > _LONGEST_TEXT for name in frame}
    why = f"its text is longer than {_LONGEST_TEXT:,} characters"
    return {int(row): (str(name), why) for name, found in long.items() for row in frame.index[found]}


def _reference(entry: LayerEntry, given: str | None) -> tuple[pyproj.CRS, str]:
    """Return the CRS of a file and what names it: the file's own, else the caller's; both must agree."""
    stated = None if entry.crs is None else known_crs(entry.crs)
    if given is None:
        if stated is None or entry.crs is None:
            raise UnknownCRS(
                "it does not say its coordinate reference system",
                layer=entry.name,
                advice="Ask the sender for the EPSG code, then give it with --crs.",
            )
        return stated, entry.crs
    own = known_crs(pyproj.CRS.from_json(given) if given.startswith("{") else given)
    if stated is not None and not own.equals(stated, ignore_axis_order=True) and own.to_epsg() != stated.to_epsg():
        raise UnknownCRS(
            f"it says its CRS is '{own.name}', but the caller says '{entry.crs}'",
            layer=entry.name,
            advice="Find out which is right.",
        )
    authority = own.to_authority(min_confidence=100)
    return own, given if len(given) < len("urn:ogc:def:crs:EPSG::4326") else ":".join(authority or ()) or own.to_wkt()


_Given = dict[int, Any]


def _shapes(wkb: list[bytes | None], rows: NDArray[np.int64]) -> tuple[Any, _Reasons, list[int], _Given]:
    """Build the shapes, flat: with the records that have none, those whose ring had to be closed, and the shapes as given.

    The last are those with heights or measures, and the lines that open rings are.
    """
    given = np.array(wkb, dtype=object)
    here = np.array([each is not None for each in wkb], dtype=bool)
    with np.errstate(invalid="ignore"):  # numbers that are none are looked for below
        shapes = shapely.from_wkb(given, on_invalid="ignore")
        failed = here & (shapes == None)  # noqa: E711 - compared item by item
        mended = shapely.from_wkb(np.where(failed, given, np.array(None, dtype=object)), on_invalid="fix")
    closed = failed & (mended != None)  # noqa: E711 - compared item by item
    shapes = np.where(closed, mended, shapes)
    lost = failed & ~closed
    high = np.flatnonzero(shapely.has_z(shapes) | shapely.has_m(shapes))
    as_given = {int(rows[at]): shapes[at] for at in high}
    as_given |= {int(rows[at]): as_lines(given[at]) or shapes[at] for at in np.flatnonzero(closed)}
    shapes = shapely.force_2d(shapes)
    bounds = shapely.bounds(shapes)
    infinite = here & ~lost & ~shapely.is_empty(shapes) & ~_finite(shapes, bounds)
    bad: _Reasons = {int(rows[at]): ("geometry", "its geometry cannot be read") for at in np.flatnonzero(lost)}
    bad |= {int(rows[at]): ("geometry", _NOT_FINITE) for at in np.flatnonzero(infinite)}
    return shapes, bad, [int(rows[at]) for at in np.flatnonzero(closed)], as_given


def _finite(shapes: Any, bounds: Any) -> Any:  # noqa: ANN401 - arrays of shapes and of numbers
    """Tell for each shape whether all of its coordinates are finite; bounds pass over NaN, so positions are looked at."""
    positions, owners = shapely.get_coordinates(shapes, return_index=True)
    odd = owners[~np.isfinite(positions).all(axis=1)]
    finite = np.isfinite(bounds).all(axis=1)
    finite[odd] = False
    return finite
