"""Ask layers "may I enter?": by coordinates, a name, a route or an area.

The rule itself is `mapper.analysis.access`; here its ground is read from a folder of layers, names and files become places, and
what could not be read is told. Layers of which a zone, an order, a hazard or an accident was refused never answer with the
mildest verdict: the record that is missing may be the one that forbids.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import crs, schema, terms
from mapper.analysis.access import access_frame, access_named, access_place, ask
from mapper.analysis.ground import Ground, Lost, lost_records, make_ground
from mapper.analysis.locate import locate, place_zones
from mapper.analysis.orders import ALL_CIVILIANS
from mapper.analysis.reach import on_earth
from mapper.analysis.record_dates import orders_as_known, published, recorded
from mapper.analysis.routes import access_route
from mapper.analysis.telling import unresolved
from mapper.asked import as_date
from mapper.catalogue import bundled_layers, read_catalogue
from mapper.errors import DataRefused, UsageError
from mapper.intake.checks import check
from mapper.intake.files import read_layer
from mapper.intake.partitions import check_layer
from mapper.intake.place_texts import name_and_district, same_district
from mapper.intake.places import SAME_SOUND, Gazetteer, resolve_place
from mapper.model import Checked, Kind, LayerEntry, Verdict
from mapper.names import name_key, units
from mapper.progress import step, step_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mapper.analysis.in_force import Asked
    from mapper.model import LonLatBox

_ANSWERED = ("verdict", "legal", "physical", "basis", "doubt_m")
_LINES = ("LineString", "MultiLineString")


@dataclass(frozen=True, slots=True)
class Known:
    """What questions are asked of: the ground, the names of places, the districts, and the area that the layers are about."""

    ground: Ground
    names: Gazetteer
    districts: gpd.GeoDataFrame
    area: LonLatBox | None


def read_ground(layers: Path | None = None) -> Known:
    """Read a folder of layers for questions.

    Parameters
    ----------
    layers : Path, optional
        A folder with a `layers.toml`; the bundled layers by default.

    Returns
    -------
    Known
        For `access`; reading it once serves any number of questions.

    Raises
    ------
    MapperError
        One of its kinds, as a sentence.

    Examples
    --------
    >>> known = read_ground()
    >>> access("Ağdərə", known).verdict
    'no_entry'
    """
    catalogue = read_catalogue(layers or bundled_layers())
    taking_part = [entry for entry in catalogue.layers if entry.kind in _TAKING_PART]
    checked = [check_layer(entry, catalogue.area) for entry in step_each("reading the layers", taking_part)]
    stale = catalogue.data_date + dt.timedelta(days=catalogue.stale_after_days) if catalogue.data_date else None
    with step("preparing the ground"):
        return _known(checked, catalogue.area, catalogue.data_date, stale)


_TAKING_PART: tuple[Kind, ...] = (
    *("incidents", "zones", "hazards", "districts", "settlements", "orders", "sources", "coverage", "corridors"),
)


def access(
    place: str | tuple[float, float] | shapely.Geometry | gpd.GeoDataFrame,
    known: Known | Ground | None = None,
    *,
    on: dt.date | str | None = None,
    known_by: dt.date | str | None = None,
    who: str = ALL_CIVILIANS,
    uncertainty_m: float = 0.0,
) -> Verdict | gpd.GeoDataFrame:
    """Answer whether one may enter a place, on a day, as a kind of person.

    Parameters
    ----------
    place : str, (lon, lat), geometry in WGS 84, or GeoDataFrame
        The name of a place or district; a point; a line, which is judged as a route; a polygon, of which the strictest point
        counts; or a whole frame, whose rows may state their own `uncertainty_m`.
    known : Known or Ground, optional
        As `read_ground` gives it; the bundled layers by default.
    on : date or str, optional
        The day that is meant (YYYY-MM-DD); the day of the data by default.
    known_by : date or str, optional
        Answer as a map made on that day would have.
    who : str
        A kind of person (vocabulary `applies_to`), or several that hold at once, joined by "+".
    uncertainty_m : float
        How far the true place may be from the given one, in metres; of a frame's rows where they do not say themselves.

    Returns
    -------
    Verdict or GeoDataFrame
        One verdict, or for a frame its rows with `verdict`, `legal`, `physical`, `basis` and `doubt_m`.

    Raises
    ------
    UsageError
        When a date or a kind of person is none, or a name is asked of a ground without names.
    DataRefused, UnknownCRS
        When the place cannot be used as it is.

    Examples
    --------
    >>> verdict = access((46.93, 39.99), on="2021-01-01")
    >>> verdict.verdict, verdict.basis, [order["id"] for order in verdict.orders]
    ('no_entry', 'part_of_district', ['or-001', 'or-017'])
    """
    known = known or read_ground()
    ground = known.ground if isinstance(known, Known) else known
    asked = ask(ground, _day(on), _day(known_by), who)
    if isinstance(place, gpd.GeoDataFrame):
        stated = place["uncertainty_m"] if "uncertainty_m" in place else pd.Series(pd.NA, index=place.index)
        frame = place.assign(uncertainty_m=stated.astype("Float64").fillna(uncertainty_m).astype("float64"))
        answered = access_frame(frame, ground, asked)
        return place.assign(**{name: answered[name] for name in _ANSWERED})
    if isinstance(place, str):
        if not isinstance(known, Known):
            raise UsageError(
                "this ground knows no names", advice="Ask with coordinates, or of what `read_ground` gives."
            )
        verdict = _named(place, known, asked, uncertainty_m)
    else:
        shape = shapely.Point(place) if isinstance(place, tuple) else place
        judged = access_route if shape.geom_type in _LINES else access_place
        verdict = judged(shape, ground, asked, uncertainty_m=uncertainty_m)
    return _with_reason(verdict, ground)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was typed: exactly one of coordinates, a name, a file of a route and a file of an area."""

    at: str | None = None
    place: str | None = None
    route: Path | None = None
    area: Path | None = None
    on: dt.date | None = None
    known_by: dt.date | None = None
    who: str = ALL_CIVILIANS
    uncertainty_m: float = 0.0


def ask_typed(question: Question, known: Known) -> Verdict:
    """Answer a question as it was typed.

    Raises
    ------
    UsageError
        When it does not ask about exactly one place, or the uncertainty is impossible.
    MapperError
        One of its kinds, when a file cannot be used whole.
    """
    given = [each for each in (question.at, question.place, question.route, question.area) if each is not None]
    if len(given) != 1:
        raise UsageError(
            "one place is asked about at a time",
            advice="Give one of --at LON,LAT, --place NAME, --route FILE, --area FILE.",
        )
    if not 0 <= question.uncertainty_m < float("inf"):
        raise UsageError(
            f"an uncertainty of {question.uncertainty_m:g} m is not possible", advice="Give 0 or a length in metres."
        )
    asked = ask(known.ground, question.on, question.known_by, question.who)
    if question.place is not None:
        verdict = _named(question.place, known, asked, question.uncertainty_m)
    elif question.at is not None:
        point = _lon_lat(question.at)
        if point is None:
            return unresolved(asked, f"'{question.at}' is no longitude and latitude in degrees, such as 46.93,39.99")
        verdict = access_place(shapely.Point(point), known.ground, asked, uncertainty_m=question.uncertainty_m)
        verdict = _perhaps_swapped(verdict, point, known.area)
    elif question.route is not None:
        shape = _shape_of_file(question.route, "routes", known.area)
        verdict = access_route(shape, known.ground, asked, uncertainty_m=question.uncertainty_m)
    else:
        shape = _shape_of_file(Path(str(question.area)), "zones", known.area)
        verdict = access_place(shape, known.ground, asked, uncertainty_m=question.uncertainty_m)
    return _with_reason(verdict, known.ground)


def _perhaps_swapped(verdict: Verdict, point: tuple[float, float], area: LonLatBox | None) -> Verdict:
    """Say so where a place lies outside the area of the layers and would lie in it with its numbers exchanged."""
    if area is None or verdict.verdict != "not_assessed":
        return verdict
    west, south, east, north = area
    lat, lon = point
    if west <= lon <= east and south <= lat <= north:
        return replace(verdict, reason="longitude and latitude may be swapped: write the longitude first")
    return verdict


# ------------------------------------------------------------------ from layers to the ground
def _known(
    checked: Sequence[Checked], area: LonLatBox | None, data_date: dt.date | None, stale_after: dt.date | None
) -> Known:
    frames = {kind: _together(checked, kind) for kind in _TAKING_PART}
    districts, settlements = frames["districts"], frames["settlements"]
    dates = {} if frames["sources"] is None else published(frames["sources"])
    placed = {kind: frames[kind] for kind in ("hazards", "coverage", "corridors")}
    incidents, zones = frames["incidents"], frames["zones"]
    placed["zones"] = None if zones is None else place_zones(zones, districts)
    placed["incidents"] = (
        None if incidents is None else locate(incidents, settlements=settlements, districts=districts).incidents
    )
    for kind in ("incidents", "hazards"):
        if placed[kind] is not None:
            placed[kind] = placed[kind].assign(recorded_on=recorded(placed[kind], dates, data_date))
    orders = frames["orders"]
    ground = make_ground(
        {kind: frame for kind, frame in placed.items() if frame is not None},
        None if orders is None else orders_as_known(orders, dates, data_date),
        data_date=data_date,
        stale_after=stale_after,
        lost=lost_records(
            placed["zones"],
            districts,
            placed["hazards"],
            placed["incidents"],
            refused=Lost(*(_rejected(checked, kind) for kind in _LOST)),
        ),
    )
    names = Gazetteer.bundled()
    if settlements is not None:
        names = names.with_settlements(settlements)
    return Known(ground, names, districts, area)


def _together(checked: Sequence[Checked], kind: Kind) -> Any:  # noqa: ANN401 - a GeoDataFrame where the kind has a place
    frames = [
        layer.frame.assign(accuracy_m=layer.entry.accuracy_m).astype({"accuracy_m": "float64"})
        for layer in checked
        if layer.entry.kind == kind
    ]
    return pd.concat(frames, ignore_index=True) if frames else None


_LOST: tuple[Kind, ...] = ("zones", "orders", "hazards", "incidents")
"""In the order of `Lost`."""


def _rejected(checked: Sequence[Checked], kind: Kind) -> int:
    return sum(layer.ledger.rejected for layer in checked if layer.entry.kind == kind)


# ------------------------------------------------------------------ names
def _named(text: str, known: Known, asked: Asked, uncertainty_m: float) -> Verdict:
    """Answer for a name: a zone or one of its districts first, then a settlement, then any district."""
    name, district = name_and_district(text)
    found = known.names.candidates(text)
    zone = _restricted_name(name, district, known, [place.name for place in found if place.score >= SAME_SOUND])
    if zone is not None:
        verdict = access_named(zone, known.ground, asked, uncertainty_m=uncertainty_m)
        others = [place for place in found if place.district and not same_district(zone, place.district)]
        if verdict is not None and (district or not others):
            return verdict
        if verdict is not None:
            named = ", ".join(f"{place.name} ({place.district})" for place in others)
            return replace(verdict, reason=f"the name also fits {named}; name the district to ask about it")
    number, reason = resolve_place(found, known.area, district)
    if number is not None:
        place = found[number]
        radius = max(uncertainty_m, float(terms.vocabulary("location_level")["settlement"].data["uncertainty_m"]))
        point = shapely.Point(float(place.lon or 0.0), float(place.lat or 0.0))
        return access_place(point, known.ground, asked, uncertainty_m=radius)
    outline = _district(name or district or "", known.districts) if not (name and district) else None
    if outline is not None:
        shape, accuracy = outline
        return access_place(shape, known.ground, asked, uncertainty_m=max(uncertainty_m, accuracy))
    return unresolved(asked, reason or "no place of this name is known")


def _restricted_name(name: str, district: str | None, known: Known, official: Iterable[str]) -> str | None:
    """Return the name of a zone or of its unit that a text means; a village that a district is named beside is none."""
    zones = known.ground.zones.records
    listed = [str(zone) for zone in zones["name"].dropna()]
    listed += [unit for cell in zones["admin_units"] for unit in units(cell)]
    if name and district and not same_district(name, district):
        return None
    wanted = [name or district or "", *official]
    for said in wanted:
        for unit in listed:
            if said and (name_key(unit) == name_key(said) or same_district(unit, said)):
                return unit
    return None


def _district(name: str, districts: gpd.GeoDataFrame | None) -> tuple[shapely.Geometry, float] | None:
    """Return the outline of a district by its name, and the accuracy of its line."""
    if districts is None or not name:
        return None
    for row, known in districts["name"].items():
        shape = districts.geometry[row]
        if shape is not None and (name_key(known) == name_key(name) or same_district(str(known), name)):
            accuracy = districts["accuracy_m"].loc[row]
            return shape, 0.0 if pd.isna(accuracy) else float(accuracy)
    return None


# ------------------------------------------------------------------ files
def _shape_of_file(path: Path, kind: Kind, area: LonLatBox | None) -> shapely.Geometry:
    """Read the lines of a route, or the polygons of an area; a file of which a part cannot be used is refused whole."""
    entry = LayerEntry(name=path.stem, kind=kind, path=path, numbered=True)
    try:
        checked = check(read_layer(entry), area=area, area_is_stated=False)
    except DataRefused as exc:
        what = "a line of at least two different points" if kind == "routes" else "a polygon"
        raise DataRefused(exc.what, file=path.name, row=exc.row, column=exc.column, advice=f"Give {what}.") from exc
    allowed = schema.GEOMETRY_OF_KIND[kind]
    # The waypoints of a track are no part of the way; anything else that is not used might be.
    waypoints = path.suffix.lower() == ".gpx" and kind == "routes"
    lost = [
        found
        for found in checked.findings
        if found.severity == "error" and not (waypoints and found.rule == "wrong_geometry" and found.value == "Point")
    ]
    if lost:
        why = terms.label("rule", lost[0].rule).rstrip(".")
        raise DataRefused(
            f"a part of it cannot be used, so nothing is said of the rest: {why[0].lower()}{why[1:]}",
            file=path.name,
            row=lost[0].row,
            column=lost[0].column,
            advice=lost[0].advice,
        )
    shapes = crs.to_storage(gpd.GeoDataFrame(checked.frame)).geometry.dropna()
    if shapes.empty:
        raise DataRefused(
            f"it holds no {' or '.join(allowed)}", file=path.name, advice="Export the line or the area again."
        )
    if kind == "routes":
        return shapely.multilinestrings([part for shape in shapes for part in shapely.get_parts(shape)])
    return shapely.union_all(shapes.to_numpy())


def _lon_lat(text: str) -> tuple[float, float] | None:
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    plain = all(part.isascii() and "_" not in part for part in parts)
    return (lon, lat) if plain and on_earth(np.array([shapely.Point(lon, lat)], dtype=object))[0] else None


def _day(day: dt.date | str | None) -> dt.date | None:
    if day is None or isinstance(day, dt.date):
        return day
    return as_date(day)


# ------------------------------------------------------------------ doubt
def _with_reason(verdict: Verdict, ground: Ground) -> Verdict:
    """Say why a place is not assessed although nothing is recorded against it."""
    if verdict.basis != "not_covered" or verdict.reason:
        return verdict
    reason = None
    if any(ground.lost):
        reason = f"{sum(ground.lost)} records of zones, orders, hazards or accidents could not be used; one may be of this place"
    elif ground.stale_after is not None and verdict.on > ground.stale_after:
        reason = f"the data are out of date after {ground.stale_after}"
    elif any(each["orders_state"] == "listed" for each in verdict.coverage):
        reason = "the list of orders covers this place, and not that day or that state of knowledge"
    return verdict if reason is None else replace(verdict, reason=reason)
