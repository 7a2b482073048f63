"""The checks within one layer: from text as given to typed records that later steps can rely on.

    columns -> cells -> dates -> place -> area -> shape

Each stage takes the frame and says what it found; refused rows leave the frame and are counted, so that
`kept + repaired + rejected` is the count taken before. What cannot be decided from one layer alone (an accident outside
its stated district) is checked in `mapper.analysis.consistency`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypedDict

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs, schema, terms
from mapper.errors import DataRefused, UnknownCRS
from mapper.findings import BLANKED, CLOSED, KEPT, REFUSED, finding
from mapper.intake.columns import map_columns
from mapper.intake.personal import is_personal, may_be_shown
from mapper.intake.repair import repair_polygon
from mapper.model import Checked, Finding, Layer, LayerEntry, Ledger, LonLatBox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from mapper.schema import DateOrder

_POINT_KINDS = ("incidents", "settlements")
_DRAWN_KINDS = ("hazards", "coverage")
"""Kinds of which a record without a shape is missing on the map, and a reader must be warned."""
_REPAIRED = "The shape was made valid; it covers all ground it covered before."
_NOT_SHOWN = " Its text is not shown."
_WIDEST_DEGREES = 180
_FARTHEST_APART_M = 100
"""A geometry and coordinate columns that are farther apart are two places, not one place rounded twice."""
_PRECISION_COLUMNS = ("uncertainty_m", "location_level")
_EVERYWHERE: LonLatBox = (-180.0, -90.0, 180.0, 90.0)
_ORDERED_DATES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType(
    {
        "incidents": (
            ("date_start", "date_end", "date_order"),
            ("date_start", "reported_on", "date_after_report"),
            ("date_end", "reported_on", "date_after_report"),
        ),
        "orders": (("effective_from", "effective_to", "date_order"),),
        "casualty_counts": (("period_start", "period_end", "date_order"),),
        "activities": (("period_start", "period_end", "date_order"),),
        "coverage": (("period_start", "period_end", "date_order"),),
    }
)
"""Pairs of dates of which the first must not be later than the second, with the rule that says so."""


class _Named(TypedDict):
    """Where an error is."""

    file: str
    layer: str


@dataclass
class _Account:
    """What has been found in one layer so far; the stages below add to it."""

    entry: LayerEntry
    findings: list[Finding] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    repaired: set[int] = field(default_factory=set)

    def refuse(
        self,
        rows: Iterable[int],
        rule: str,
        column: str | None = None,
        values: Iterable[object] = (),
        done: str = REFUSED,
    ) -> None:
        for row, value in zip(rows, chain(values, repeat(None)), strict=False):
            self.refused.add(int(row))
            self.findings.append(finding(rule, "error", done, entry=self.entry, row=row, column=column, value=value))

    def note(
        self, rule: str, row: int | None = None, column: str | None = None, value: object = None, done: str = KEPT
    ) -> None:
        self.findings.append(finding(rule, "info", done, entry=self.entry, row=row, column=column, value=value))

    def doubt(
        self, rule: str, row: int | None, column: str | None, value: object = None, done: str | None = None
    ) -> None:
        known = {} if done is None else {"done": done}
        self.findings.append(finding(rule, "warning", entry=self.entry, row=row, column=column, value=value, **known))


def check(
    layer: Layer, *, area: LonLatBox | None = None, area_is_stated: bool = True, date_order: DateOrder | None = None
) -> Checked:
    """Check one layer and type its records.

    Parameters
    ----------
    layer : Layer
        As read.
    area : tuple of float, optional
        West, south, east, north in WGS 84 degrees: where the records are expected. Without it a swap of longitude and
        latitude cannot be told, which is then a finding.
    area_is_stated : bool
        False when the area is only the extent of other layers: records outside it are then counted, not doubted.
    date_order : {"dmy", "mdy", "ymd"}, optional
        How dates such as 03/04/2021 are meant; without it they are not read.

    Returns
    -------
    Checked
        Typed rows of the kind's columns (a GeoDataFrame in WGS 84 where the kind has a place); one row per usable record,
        the layer's own index; `kept + repaired + rejected == layer.counted`.

    Raises
    ------
    DataRefused
        When a required column is missing, there is no record, or none is usable.
    UnknownCRS
        When there are coordinates without a known reference system.
    LedgerBroken
        When the counts do not add up.

    Examples
    --------
    >>> from mapper.catalogue import bundled_layers
    >>> from mapper.intake.files import read_layers
    >>> checked = check(read_layers(bundled_layers())[0])
    >>> checked.ledger.kept, checked.ledger.rejected
    (114, 0)
    """
    checked = examine(layer, area=area, area_is_stated=area_is_stated, date_order=date_order)
    if checked.ledger.counted and not checked.ledger.usable:
        raise _nothing_left(checked)
    return checked


def examine(
    layer: Layer, *, area: LonLatBox | None = None, area_is_stated: bool = True, date_order: DateOrder | None = None
) -> Checked:
    """Check one layer as `check` does, but return the account also when no record is usable.

    Raises
    ------
    DataRefused, UnknownCRS, LedgerBroken
        As `check`, save for a layer of which every record is refused.
    """
    if not layer.counted and not layer.entry.may_be_empty:
        raise DataRefused("it holds no records", **_named(layer), advice="Export it again, or leave the layer out.")
    account = _Account(layer.entry, list(layer.findings))
    if not layer.counted:
        account.doubt("empty_layer", None, None)
    account.repaired |= {found.row for found in layer.findings if found.done == CLOSED and found.row is not None}
    kind = layer.entry.kind
    cells, mapping = _our_columns(layer, account)
    cells = _judge_cells(_reordered_dates(cells, kind, date_order), kind, account)
    frame = schema.typed(cells, kind)
    _judge_dates(frame, kind, account)
    if kind in schema.GEOMETRY_OF_KIND:
        placed = _placed(layer, frame, account, area if area_is_stated else None)
        frame = _inside_area(placed, area, account, area_is_stated)
        frame = _sound_shapes(frame, kind, account)
    repaired = len(account.repaired - account.refused)
    ledger = Ledger(
        counted=layer.counted,
        kept=len(frame) - repaired,
        repaired=repaired,
        rejected=len(account.refused) + layer.unread,
    )
    return Checked(
        entry=layer.entry,
        frame=frame,
        ledger=ledger,
        sha256=layer.sha256,
        crs=layer.crs,
        mapping=mapping,
        findings=tuple(sorted(account.findings, key=_place_in_file)),
    )


def _place_in_file(found: Finding) -> tuple[int, str]:
    return (found.row or 0, found.column or "")


def _named(layer: Layer) -> _Named:
    return {"file": layer.entry.path.name, "layer": layer.entry.name}


def _nothing_left(checked: Checked) -> DataRefused:
    first = next(found for found in checked.findings if found.severity == "error")
    reason = terms.label("rule", first.rule).rstrip(".")
    return DataRefused(
        f"none of its {checked.ledger.counted} records can be used; the first: {reason}"
        + (f" ({first.value})" if first.value else ""),
        file=checked.entry.path.name,
        layer=checked.entry.name,
        row=first.row,
        column=first.column,
        advice=first.advice,
    )


def _our_columns(layer: Layer, account: _Account) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Rename the file's columns to ours and leave out those no kind knows; say both."""
    entry = layer.entry
    given = [str(name) for name in layer.frame.columns if name != "geometry"]
    ours_of = map_columns(given, entry.kind, entry.columns, file=entry.path.name, catalogued=not entry.numbered)
    names_places = entry.kind == "settlements" or any(column.name == "name" for column in schema.COLUMNS[entry.kind])
    for name in given:
        told = name in ours_of and (ours_of[name] == name or ours_of[name] in entry.columns)
        if told:
            continue
        if is_personal(name, names_places=names_places):
            ours_of.pop(name, None)
            account.doubt("personal_column", None, name, done="The column was left out.")
        elif name in ours_of:
            account.note("assumed_columns", column=name, value=f"read as {ours_of[name]}")
        else:
            account.note("unknown_column", column=name)
    cells = pd.DataFrame(layer.frame[list(ours_of)]).rename(columns=ours_of)
    cells = _numbered(cells, entry, account) if entry.numbered else cells
    missing = schema.missing_columns(cells.columns, entry.kind)
    if missing and len(layer.frame):
        raise DataRefused(
            f"a layer of {entry.kind} needs this column, and it has none",
            **_named(layer),
            row=1,
            column=missing[0],
            advice=f"Rename one of its columns ({', '.join(given) or 'it has none'}), or map it in layers.toml.",
        )
    return cells, {theirs: ours for theirs, ours in ours_of.items() if theirs != ours}


def _numbered(cells: pd.DataFrame, entry: LayerEntry, account: _Account) -> pd.DataFrame:
    """Give records their row number as an id where the file has no column of ids."""
    key = schema.COLUMNS[entry.kind][0].name
    if key in cells:
        return cells
    account.doubt("assumed_ids", None, key, done="Each record bears its row number.")
    return cells.assign(**{key: pd.Series([f"row-{row}" for row in cells.index], index=cells.index, dtype="str")})


def _reordered_dates(cells: pd.DataFrame, kind: str, order: DateOrder | None) -> pd.DataFrame:
    """Write dates such as 28.01.2021 as 2021-01-28 where the caller told the order; others stay as given."""
    if order is None:
        return cells
    dates = [column.name for column in schema.COLUMNS[kind] if column.form == "date" and column.name in cells]
    told = {name: cells[name].map(lambda text: schema.date_in_order(text, order), na_action="ignore") for name in dates}
    return cells.assign(**told)


def _judge_cells(cells: pd.DataFrame, kind: str, account: _Account) -> pd.DataFrame:
    """Blank the cells that fail, refuse the rows that cannot be used without them.

    A record whose place is known nobody can say how well any more is widened, so that it does not look exact.
    """
    found = schema.failures(cells, kind)
    judged = cells.copy()
    failed_rows: dict[str, list[int]] = {}
    for failed in found:
        failed_rows.setdefault(failed.column.name, []).append(failed.index)
    for name, rows in failed_rows.items():
        judged.loc[rows, name] = pd.NA
    imprecise = {failed.index for failed in found if failed.column.name in _PRECISION_COLUMNS}
    records = judged.loc[sorted(imprecise)].to_dict("index")
    radii = {row: radius for row, record in records.items() if (radius := _widened_m(record)) is not None}
    for row, radius in radii.items():
        judged.loc[row, "uncertainty_m"] = f"{radius:.15g}"
    for failed in found:
        radius = radii.get(failed.index) if failed.column.name in _PRECISION_COLUMNS else None
        _tell(failed, BLANKED if radius is None else f"Its place counts as known to {radius:,.0f} m.", account)
    return judged.drop(index=sorted(account.refused))


def _widened_m(record: Mapping[Any, Any]) -> float | None:
    """Return the radius of a place whose own one cannot be read: at least that of a settlement, never less than stated.

    None where what is stated is an area: it is placed by its outline, which has no radius.
    """
    levels = terms.vocabulary("location_level")
    level, stated = record.get("location_level"), record.get("uncertainty_m")
    of_level = levels["settlement" if pd.isna(level) else str(level)].data.get("uncertainty_m")
    if not pd.isna(level) and of_level is None and level != "unknown":
        return None
    return max(
        float(levels["settlement"].data["uncertainty_m"]), float(of_level or 0), 0 if pd.isna(stated) else float(stated)
    )


def _tell(failed: schema.Failure, done: str, account: _Account) -> None:
    """Say that a cell failed, with its text only where that cannot be a name."""
    shown = failed.value is None or may_be_shown(failed.value, failed.column.form)
    value, more = (failed.value, "") if shown else (None, _NOT_SHOWN)
    if failed.column.fatal:
        account.refuse([failed.index], failed.rule, failed.column.name, [value], REFUSED + more)
    else:
        account.doubt(failed.rule, failed.index, failed.column.name, value, done + more)


def _judge_dates(frame: pd.DataFrame, kind: str, account: _Account) -> None:
    """Doubt pairs of dates in the wrong order; both are kept, because nobody can tell which one is wrong."""
    for first, second, rule in _ORDERED_DATES.get(kind, ()):
        pairs = frame[[first, second]].dropna()
        for row, earlier, later in zip(pairs.index, pairs[first], pairs[second], strict=True):
            if schema.is_later(earlier, later):
                account.doubt(rule, row, first, f"{earlier}; {second} is {later}")


def _placed(layer: Layer, frame: pd.DataFrame, account: _Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Give each record its geometry in WGS 84: the file's own, or a point from its two coordinate columns."""
    if isinstance(layer.frame, gpd.GeoDataFrame):
        shapes = gpd.GeoSeries(layer.frame.geometry).loc[frame.index]
        shapes = _with_points(shapes, frame, account) if "lon" in frame else shapes
    elif "lon" in frame and bool(frame[["lon", "lat"]].notna().any(axis=None)):
        shapes = _points(layer, frame, account)
    else:
        shapes = gpd.GeoSeries([None] * len(frame), index=frame.index, crs=crs.STORAGE)
    frame = frame.drop(columns=["lon", "lat"], errors="ignore").loc[shapes.index]
    placed = gpd.GeoDataFrame(frame, geometry=shapes, crs=shapes.crs)
    placed = _right_types(placed, layer.entry.kind, account)
    return _stored(_on_earth(placed, account), layer, account, area)


def _with_points(shapes: gpd.GeoSeries, frame: pd.DataFrame, account: _Account) -> gpd.GeoSeries:
    """Place records without a shape by their columns lon and lat, and doubt shapes that those contradict.

    The columns are read as WGS 84 degrees only where the shapes are in it: beside a grid nobody says what they are in.
    """
    shapeless = shapes.isna() | shapes.is_empty
    one, both = frame["lon"].notna() ^ frame["lat"].notna(), frame["lon"].notna() & frame["lat"].notna()
    for row in frame.index[shapeless & one]:
        account.doubt("missing_value", row, "lon, lat", done="It was not placed by them; the record was kept.")
    if not crs.known_crs(shapes.crs).equals(crs.known_crs(crs.STORAGE), ignore_axis_order=True):
        for row in frame.index[shapeless & both]:
            done = "Its columns lon and lat were not used, because the layer is not in WGS 84."
            account.doubt("empty_geometry", row, "geometry", done=done)
        return shapes
    by_columns = frame.index[shapeless & both]
    for row in by_columns:
        account.note("empty_geometry", row, "geometry", done="It was placed by its columns lon and lat.")
    _compare(shapes, frame[both & ~shapeless & shapes.geom_type.eq("Point")], account)
    points = shapely.points(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return gpd.GeoSeries(np.where(frame.index.isin(by_columns), points, shapes), index=shapes.index, crs=shapes.crs)


def _compare(shapes: gpd.GeoSeries, frame: pd.DataFrame, account: _Account) -> None:
    points = shapes.loc[frame.index]
    apart_m = crs.geodesic_distance_m(points.x, points.y, frame["lon"], frame["lat"])
    for row, distance_m in zip(frame.index, apart_m, strict=True):
        if not distance_m <= _FARTHEST_APART_M:  # also where it is no number, beyond the earth
            lon, lat = frame.loc[row, ["lon", "lat"]]
            value = f"{points.x[row]:.10g} {points.y[row]:.10g}; lon and lat are {lon:.10g} {lat:.10g}"
            account.doubt("coordinates_disagree", row, "lon, lat", value, "The shape stands.")


def _points(layer: Layer, frame: pd.DataFrame, account: _Account) -> gpd.GeoSeries:
    if layer.crs is None:
        raise UnknownCRS(
            "it has coordinates but states no coordinate reference system",
            **_named(layer),
            advice="Ask the sender, then give it with --crs, or as crs in layers.toml: EPSG:4326 is WGS 84 in degrees.",
        )
    try:
        reference = crs.known_crs(layer.crs)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **_named(layer), advice=exc.advice) from None
    half = frame.index[frame["lon"].isna() != frame["lat"].isna()]
    account.refuse(half, "missing_value", "lon, lat")
    kept = frame.drop(index=half)
    points = shapely.points(kept["lon"].to_numpy(), kept["lat"].to_numpy())
    return gpd.GeoSeries(np.where(kept["lon"].notna(), points, None), index=kept.index, crs=reference)


def _on_earth(frame: gpd.GeoDataFrame, account: _Account) -> gpd.GeoDataFrame:
    """Refuse degrees beyond the earth, and shapes so wide that they must have been cut at the antimeridian."""
    if not frame.crs.is_geographic:
        return frame
    bounds = frame.bounds
    placed = _is_placed(frame.geometry)
    off = frame.index[placed & ~_within(bounds, _EVERYWHERE)]
    wide = frame.index[bounds["maxx"] - bounds["minx"] > _WIDEST_DEGREES].difference(off)
    account.refuse(off, "outside_area", "geometry", _as_text(bounds.loc[off]))
    account.refuse(wide, "invalid_geometry", "geometry", ["wider than 180°: it may cross the antimeridian"] * len(wide))
    return frame.drop(index=off.union(wide))


def _stored(frame: gpd.GeoDataFrame, layer: Layer, account: _Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Bring the shapes to WGS 84, refusing records that have no place there, and say by which operation."""
    if crs.known_crs(frame.crs).equals(crs.known_crs(crs.STORAGE), ignore_axis_order=True):
        return frame.to_crs(crs.STORAGE) if frame.crs != crs.STORAGE else frame
    try:
        how = crs.operation(frame.crs, area=area)
        stored = _without_lost(frame, account, area)
    except UnknownCRS as exc:
        raise UnknownCRS(exc.what, **_named(layer), advice=exc.advice) from None
    accuracy = "accuracy not known" if how.accuracy_m is None else f"accuracy {how.accuracy_m:g} m"
    account.note("reprojected", column="geometry", value=f"{layer.crs}: {how.name}, {accuracy}")
    return stored


def _without_lost(frame: gpd.GeoDataFrame, account: _Account, area: LonLatBox | None) -> gpd.GeoDataFrame:
    """Transform all records at once, and one by one only when some have no place in the target."""
    try:
        return crs.to_storage(frame, area=area)
    except UnknownCRS:
        raise
    except DataRefused:
        lost = [
            row for row, shape in frame.geometry.items() if shape is not None and not _has_place(shape, frame.crs, area)
        ]
    account.refuse(lost, "outside_area", "geometry", _as_text(frame.bounds.loc[lost]))
    return crs.to_storage(frame.drop(index=lost), area=area)


def _has_place(shape: BaseGeometry, source: object, area: LonLatBox | None) -> bool:
    try:
        crs.to_storage(shape, str(source), area=area)
    except DataRefused:
        return False
    return True


def _as_text(bounds: pd.DataFrame) -> list[str]:
    """Write the box of each shape: a point as its two coordinates, else west, south, east, north."""
    return [
        f"{west:.10g} {south:.10g}" if (west, south) == (east, north) else f"{west:g} {south:g} {east:g} {north:g}"
        for west, south, east, north in bounds.itertuples(index=False)
    ]


def _right_types(frame: gpd.GeoDataFrame, kind: str, account: _Account) -> gpd.GeoDataFrame:
    allowed = schema.GEOMETRY_OF_KIND[kind]
    shapes = frame.geometry
    placed, empty = _is_placed(shapes), shapes.is_empty
    if bool(empty.any()):
        frame = frame.set_geometry(shapes.where(~empty, None), crs=frame.crs)
    for row in frame.index[empty | ~(placed | _placed_by_name(frame, kind))]:
        if kind in (*_DRAWN_KINDS, "zones"):
            account.doubt("empty_geometry", row, "geometry")
        else:
            account.note("empty_geometry", row, "geometry")
    wrong = frame.index[placed & ~empty & ~shapes.geom_type.isin(allowed)]
    account.refuse(wrong, "wrong_geometry", "geometry", shapes.loc[wrong].geom_type)
    return frame.drop(index=wrong)


def _is_placed(shapes: gpd.GeoSeries) -> pd.Series:
    """Tell which records have a shape, an empty one included (geopandas' own `notna` warns about those)."""
    return pd.Series(~shapely.is_missing(shapes.to_numpy()), index=shapes.index)


def _placed_by_name(frame: pd.DataFrame, kind: str) -> pd.Series:
    """Tell which records get their place from a name later (`mapper.analysis.locate`), which says what finds none."""
    if kind == "zones":
        return frame["admin_units"].notna()
    return pd.Series(kind == "incidents", index=frame.index)


def _inside_area(
    frame: gpd.GeoDataFrame,
    area: LonLatBox | None,
    account: _Account,
    area_is_stated: bool,  # noqa: FBT001 - passed on
) -> gpd.GeoDataFrame:
    """Refuse null island and swapped axes, doubt what is not within the expected area."""
    bounds = frame.bounds
    placed = _is_placed(frame.geometry)
    null_island = frame.index[placed & (bounds == 0).all(axis=1)]
    account.refuse(null_island, "null_island", "geometry", ["0 0"] * len(null_island))
    if area is None:
        if bool(placed.any()):
            account.note("no_area", column="geometry")
        return frame.drop(index=null_island)
    outside = placed & ~_within(bounds, area) & ~frame.index.isin(null_island)
    swapped = frame.index[outside & _within(_with_swapped_axes(bounds), area)]
    account.refuse(swapped, "swapped_axes", "geometry", _as_text(bounds.loc[swapped]))
    doubtful = frame.index[outside].difference(swapped)
    if area_is_stated:
        for row, value in zip(doubtful, _as_text(bounds.loc[doubtful]), strict=True):
            account.doubt("outside_area", row, "geometry", value)
    elif len(doubtful):
        account.note(
            "outside_area", column="geometry", value=f"{len(doubtful)} records outside the extent of the zones"
        )
    return frame.drop(index=null_island.union(swapped))


def _with_swapped_axes(bounds: pd.DataFrame) -> pd.DataFrame:
    return bounds.set_axis(["miny", "minx", "maxy", "maxx"], axis="columns")


def _within(bounds: pd.DataFrame, area: LonLatBox) -> pd.Series:
    """Tell which boxes lie within the area; its border counts as within."""
    west, south, east, north = area
    if west <= east:
        along = (bounds["minx"] >= west) & (bounds["maxx"] <= east)
    else:
        along = ((bounds[["minx", "maxx"]] >= west) | (bounds[["minx", "maxx"]] <= east)).all(axis=1)
    return along & (bounds["miny"] >= south) & (bounds["maxy"] <= north)


def _sound_shapes(frame: gpd.GeoDataFrame, kind: str, account: _Account) -> gpd.GeoDataFrame:
    """Mend invalid polygons without freeing ground; refuse those that cannot be mended or have no area."""
    shapes = frame.geometry
    if kind == "context" or kind in _POINT_KINDS:
        return frame
    invalid = frame.index[_is_placed(shapes) & ~shapes.is_valid]
    mended = {row: repair_polygon(shapes.loc[row]) for row in invalid}
    broken = [row for row, shape in mended.items() if shape is None]
    account.refuse(broken, "invalid_geometry", "geometry", (shapely.is_valid_reason(shapes.loc[row]) for row in broken))
    for row in invalid.difference(broken):
        account.repaired.add(int(row))
        change = f"{shapely.is_valid_reason(shapes.loc[row])}; area × {_growth(shapes.loc[row], mended[row])}"
        account.doubt("invalid_geometry", row, "geometry", change, _REPAIRED)
    sound = pd.Series(shapes.to_numpy(), index=frame.index, dtype=object)
    for row, shape in mended.items():
        sound.loc[row] = shape
    frame = frame.set_geometry(gpd.GeoSeries(sound, crs=frame.crs), crs=frame.crs).drop(index=broken)
    flat = frame.index[_is_placed(frame.geometry) & (shapely.area(frame.geometry.to_numpy()) == 0)]
    account.refuse(flat, "invalid_geometry", "geometry", ["it has no area"] * len(flat))
    return frame.drop(index=flat)


def _growth(before: shapely.Geometry, after: shapely.Geometry | None) -> str:
    if after is None or not before.area:
        return "?"
    return f"{after.area / abs(before.area):.4g}"
