"""Give every incident its place, and say how well it is known.

A place is one of four (vocabulary `place`): `point` (measured), `disc` (a named settlement or site: somewhere within a
stated radius), `district` (only the district is known: no point at all) and `none`. Nothing is jittered and no centroid
stands in for a district. A name that fits two settlements gets the district and a finding; it is never decided by
distance, by order in a file or by likelihood. A settlement listed under another district than the reported one is taken
only where no outline of the reported district speaks against it (Ağdərə was made from parts of others, and has none).

The gazetteer arrives as a frame, so that this module reads no files and a notebook can hand it its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from geopandas.array import GeometryArray

from mapper import crs, terms
from mapper.errors import DataRefused
from mapper.findings import KEPT, finding
from mapper.model import Finding, Findings, LayerEntry, Located, Severity
from mapper.names import name_key, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Outlines = Mapping[str, shapely.Geometry | None]

PLACES = ("point", "disc", "district", "none")
POINT_LEVELS = ("measured_gnss", "map_reading")
AREA_LEVELS = ("district", "region", "country")
_NO_SHAPE = -1
_DOUBTFUL = ("place_ambiguous", "place_not_found", "point_for_an_area")
_TO_DISTRICT = "Its place is the district; no point is drawn."
_NO_PLACE = "It is listed and counted, and not drawn."
_USUAL_RADIUS = "The usual radius of its level was taken."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one record is: kind of place, geometry, radius, and the rule that tells of a doubt."""

    place: str
    geometry: shapely.Geometry | None
    uncertainty_m: float
    rule: str | None = None
    done: str = KEPT


def locate(
    incidents: gpd.GeoDataFrame,
    *,
    settlements: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    entry: LayerEntry | None = None,
) -> Located:
    """Give each incident its place.

    Parameters
    ----------
    incidents : GeoDataFrame
        Checked incidents in WGS 84; `settlement`, `district`, `location_level`, `uncertainty_m` are used where present.
    settlements : GeoDataFrame, optional
        The gazetteer: `settlement`, `district`, `name_variants`, geometry (None where no coordinates were chosen).
    districts : GeoDataFrame, optional
        `name` and the outline (None where no outline is known).
    entry : LayerEntry, optional
        The incidents' layer, to name its file in findings.

    Returns
    -------
    Located
        The same rows and index, with `place`, `uncertainty_m` and the place as geometry; see `mapper.model.Located`.

    Raises
    ------
    UnknownCRS
        When a frame states no CRS.
    DataRefused
        When an incident's geometry is not a point.

    Notes
    -----
    Where the record states no radius, the vocabulary `location_level` does (2,000 m for a settlement). A point whose
    level and radius are both not stated is taken as exact, with a radius of 0 m: whoever calls this says so.

    Examples
    --------
    >>> given = gpd.GeoDataFrame(
    ...     {"incident_id": ["a"], "district": ["Ağdam"], "settlement": ["Mərzili"], "location_level": ["settlement"]},
    ...     geometry=[None],
    ...     crs="EPSG:4326",
    ... )
    >>> gazetteer = gpd.GeoDataFrame(
    ...     {"settlement": ["Mərzili"], "district": ["Ağdam"]},
    ...     geometry=gpd.points_from_xy([47.05716], [39.93335]),
    ...     crs="EPSG:4326",
    ... )
    >>> located = locate(given, settlements=gazetteer).incidents
    >>> located.loc[0, "place"], float(located.loc[0, "uncertainty_m"])
    ('disc', 2000.0)
    """
    stored = _stored(incidents)
    _require_points(stored)
    gazetteer, outlines = _Gazetteer.of(settlements), district_outlines(districts)
    radii, odd = _stated_radii(stored, entry)
    own = _with_own_point(stored)
    kind, radius_m = _own_points(stored, radii)
    places = {
        number: _place_of(record, gazetteer, outlines)
        for number, record in zip(np.flatnonzero(~own), _records(stored[~own], radii[~own]), strict=True)
    }
    shapes = stored.geometry.to_numpy().copy()
    for number, place in places.items():
        kind[number], radius_m[number], shapes[number] = PLACES.index(place.place), place.uncertainty_m, place.geometry
    doubtful = [number for number, place in places.items() if place.rule]
    doubts = [
        finding(place.rule or "", _severity(place), place.done, entry=entry, row=row, value=what)
        for row, what, place in zip(
            stored.index[doubtful], _names(stored.iloc[doubtful]), (places[number] for number in doubtful), strict=True
        )
    ]
    words = pa.DictionaryArray.from_arrays(kind, pa.array(PLACES, pa.large_string()))
    located = stored.assign(
        place=pd.array(words.cast(pa.large_string()), dtype="str"),
        uncertainty_m=radius_m,
        **{stored.geometry.name: GeometryArray(shapes, crs=crs.STORAGE)},
    )
    return Located(incidents=located, findings=Findings((*odd, *doubts)))


def place_zones(zones: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Give zones that name administrative units the union of those units' outlines.

    Parameters
    ----------
    zones : GeoDataFrame
        With `admin_units`, district names separated by ";". A zone with a geometry of its own keeps it.
    districts : GeoDataFrame or None
        `name` and outline; where present `accuracy_m`.

    Returns
    -------
    GeoDataFrame
        The same rows and index, in WGS 84 where a unit was drawn. A zone stays without geometry where one of its units
        has no outline: a part of the ground drawn as the whole would be a wrong "nothing here" beside it. A zone that takes
        its line from districts is no more accurate than they are: its `accuracy_m`, where there is one, is the larger of the two.

    Raises
    ------
    UnknownCRS
        When a frame states no CRS.

    Examples
    --------
    Of the second zone one district has no outline, so it has none:

    >>> named = {"zone_id": ["a", "b"], "admin_units": ["Laçın", "Laçın; Ağdərə"]}
    >>> zones = gpd.GeoDataFrame(named, geometry=[None, None], crs="EPSG:4326")
    >>> districts = gpd.GeoDataFrame({"name": ["Laçın"]}, geometry=[shapely.box(46, 39, 47, 40)], crs="EPSG:4326")
    >>> place_zones(zones, districts).geometry.isna().tolist()
    [False, True]
    """
    stored, outlines = _stored(zones), district_outlines(districts)
    named = stored.get("admin_units", pd.Series(pd.NA, index=stored.index))
    shapes = [
        shape if _is_there(shape) else _union([outlines.get(name_key(unit)) for unit in units(cell)])
        for shape, cell in zip(stored.geometry, named, strict=True)
    ]
    placed = stored.set_geometry(gpd.GeoSeries(shapes, index=stored.index, crs=crs.STORAGE))
    if districts is None or "accuracy_m" not in districts or "accuracy_m" not in stored:
        return placed
    coarsest = districts["accuracy_m"].groupby([name_key(name) for name in districts["name"]]).max()
    of_units = [
        np.nan if _is_there(shape) else coarsest.reindex([name_key(unit) for unit in units(cell)]).max()
        for shape, cell in zip(stored.geometry, named, strict=True)
    ]
    own = placed["accuracy_m"].astype("float64").to_numpy()
    return placed.assign(accuracy_m=np.fmax(own, np.asarray(of_units, dtype=np.float64)))


def district_outlines(districts: gpd.GeoDataFrame | None) -> Outlines:
    """Return the outline of each district by the key of its name, None where it has none; empty without districts.

    Districts of one name stand together, as nothing tells which of them is meant.
    """
    if districts is None:
        return {}
    stored = _stored(districts)
    shapes: dict[str, list[shapely.Geometry | None]] = {}
    for name, shape in zip(stored["name"], stored.geometry, strict=True):
        shapes.setdefault(name_key(name), []).append(shape)
    return {key: _union(found) for key, found in shapes.items() if key}


def _severity(place: _Place) -> Severity:
    return "warning" if place.place == "none" or place.rule in _DOUBTFUL else "info"


def _is_there(shape: shapely.Geometry | None) -> bool:
    return shape is not None and not shape.is_empty


def _union(shapes: list[shapely.Geometry | None]) -> shapely.Geometry | None:
    if not shapes or not all(_is_there(shape) for shape in shapes):
        return None
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def _stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame if frame.crs == crs.STORAGE else crs.to_storage(frame)


def _require_points(incidents: gpd.GeoDataFrame) -> None:
    shapes = incidents.geometry.to_numpy()
    other = shapes[~np.isin(shapely.get_type_id(shapes), (_NO_SHAPE, shapely.GeometryType.POINT))]
    if len(other):
        raise DataRefused(
            f"{len(other)} incidents have a geometry that is not a point ({other[0].geom_type})",
            advice="Give a point, or none and the name of the district.",
        )


def _stated_radii(frame: gpd.GeoDataFrame, entry: LayerEntry | None) -> tuple[pd.Series, list[Finding]]:
    """Return the stated radii, NaN where none is stated; one that cannot be a radius is a finding.

    There the usual radius is taken, also where no level is stated: the point was not meant as exact.
    """
    given = frame.get("uncertainty_m", pd.Series(np.nan, index=frame.index)).astype("float64")
    odd = given.notna() & ~given.between(0, np.finfo(float).max)
    findings = [
        finding(
            "not_a_number", "warning", _USUAL_RADIUS, entry=entry, row=row, column="uncertainty_m", value=given[row]
        )
        for row in frame.index[odd]
    ]
    levels = frame.get("location_level", pd.Series(pd.NA, index=frame.index))[odd]
    radii = given.copy()
    radii[odd] = np.array([_usual_radius_m(None if pd.isna(level) else level) for level in levels], dtype=float)
    return radii, findings


def _with_own_point(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which records have a point that is their place; the point of a record known as an area is not."""
    in_an_area = _levels(frame).isin(AREA_LEVELS).to_numpy(dtype=bool)
    return np.asarray(_are_there(frame) & ~in_an_area, dtype=bool)


def _own_points(frame: gpd.GeoDataFrame, radii: pd.Series) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return kind (number in `PLACES`) and radius of every record as it would be placed by its own point.

    A column at a time: a million measured points cost no Python call each.
    """
    levels = _levels(frame)
    which, names = pd.factorize(levels)
    usual_m = np.array([*(_usual_radius_m(str(name)) for name in names), np.nan])[which]
    no_level, no_radius = levels.isna().to_numpy(), radii.isna().to_numpy()
    radius_m = np.where(no_radius, np.where(no_level, 0.0, usual_m), radii.to_numpy(dtype=float))
    by_level = levels.isin(POINT_LEVELS).to_numpy(dtype=bool) & (radius_m <= usual_m)
    measured = by_level | (no_level & (radius_m <= _usual_radius_m("map_reading")))
    return np.where(measured, PLACES.index("point"), PLACES.index("disc")).astype(np.int8), radius_m


def _are_there(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    shapes = frame.geometry.to_numpy()
    return np.asarray(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes), dtype=bool)


def _levels(frame: gpd.GeoDataFrame) -> pd.Series:
    return pd.Series(frame.get("location_level", pd.Series(None, index=frame.index, dtype="str")))


def _records(frame: gpd.GeoDataFrame, radii: pd.Series) -> list[dict[str, Any]]:
    columns = ("settlement", "district", "location_level")
    given = pd.DataFrame({name: frame.get(name, pd.Series(pd.NA, index=frame.index)) for name in columns})
    given = given.assign(uncertainty_m=radii).astype(object)
    given = given.where(given.notna(), None).assign(has_point=_are_there(frame))
    return [{str(name): value for name, value in record.items()} for record in given.to_dict("records")]


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    none = pd.Series(pd.NA, index=frame.index)
    columns = (
        frame.get("incident_id", pd.Series(frame.index, index=frame.index)),
        frame.get("settlement", none),
        frame.get("district", none),
    )
    rows: Iterable[tuple[Any, ...]] = zip(*columns, strict=True)
    return ["; ".join(str(part) for part in parts if not pd.isna(part)) for parts in rows]


def _place_of(record: Mapping[str, Any], gazetteer: _Gazetteer, outlines: Outlines) -> _Place:
    """Return the place of a record whose own point, if it has one, is not its place."""
    level = record["location_level"]
    if record["has_point"]:
        return _district(record, outlines, "point_for_an_area")
    if level in AREA_LEVELS:
        return _district(record, outlines, None)
    if record["settlement"] is None:
        rule = None if level is None else "site_without_coordinates" if level == "site_named" else "place_not_found"
        return _district(record, outlines, rule)
    found = gazetteer.find(record["settlement"], record["district"], outlines)
    if found.geometry is None:
        return _district(record, outlines, found.rule)
    return _Place("disc", found.geometry, _radius_by_name(record), found.rule)


def _radius_by_name(record: Mapping[str, Any]) -> float:
    """Radius around a settlement's point: what a lost measurement was good to says nothing about it."""
    level, radius = record["location_level"], record["uncertainty_m"]
    if level in POINT_LEVELS:
        return _usual_radius_m("settlement")
    return _usual_radius_m(level) if radius is None else float(radius)


def _usual_radius_m(level: str | None) -> float:
    levels = terms.vocabulary("location_level")
    stated = levels[level].data.get("uncertainty_m") if level is not None and level in levels else None
    return float(stated or levels["settlement"].data["uncertainty_m"])


def _district(record: Mapping[str, Any], outlines: Outlines, rule: str | None) -> _Place:
    key = name_key(record["district"])
    if not key:
        return _Place("none", None, np.nan, rule or "no_place", _NO_PLACE)
    if key not in outlines:
        return _Place("none", None, np.nan, "unknown_district", _NO_PLACE)
    outline = outlines[key]
    if outline is None:
        return _Place("district", None, np.nan, "no_outline", "It is counted in the district, which cannot be drawn.")
    return _Place("district", outline, np.nan, rule, _TO_DISTRICT if rule else KEPT)


@dataclass(frozen=True, slots=True)
class _Found:
    geometry: shapely.Geometry | None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    """Settlements by name: for each name the district, the point (or None) of every entry that bears it."""

    entries: Mapping[str, tuple[tuple[str, shapely.Geometry | None], ...]]

    @classmethod
    def of(cls, settlements: gpd.GeoDataFrame | None) -> _Gazetteer:
        entries: dict[str, list[tuple[str, shapely.Geometry | None]]] = {}
        if settlements is not None:
            stored = _stored(settlements)
            none = pd.Series(pd.NA, index=stored.index)
            columns = (stored["settlement"], stored.get("name_variants", none), stored.get("district", none))
            for name, variants, district, point in zip(*columns, stored.geometry, strict=True):
                others = [] if pd.isna(variants) else str(variants).split("|")
                for spelling in {name_key(each) for each in (name, *others)} - {""}:
                    entries.setdefault(spelling, []).append((name_key(district), point if _is_there(point) else None))
        return cls({name: tuple(found) for name, found in entries.items()})

    def find(self, settlement: str, district: str | None, outlines: Outlines) -> _Found:
        """Return the one settlement of that name in that district, or else the only one anywhere."""
        named, reported = self.entries.get(name_key(settlement), ()), name_key(district)
        here = [point for listed_under, point in named if listed_under == reported]
        if here:
            return _the_only(here)
        if not named:
            return _Found(None, "place_not_found")
        found = _the_only([point for _, point in named])
        if found.geometry is None:
            return found
        if reported and not _may_hold(outlines, reported, found.geometry):
            return _Found(None, "place_not_found")
        return _Found(found.geometry, "listed_under_other_district")


def _the_only(points: list[shapely.Geometry | None]) -> _Found:
    """Return the point where there is one; a name with two candidates, or none chosen, is ambiguous."""
    return _Found(points[0]) if len(points) == 1 and points[0] is not None else _Found(None, "place_ambiguous")


def _may_hold(outlines: Outlines, district: str, point: shapely.Geometry) -> bool:
    """Tell whether a known district may hold a point: one without an outline may, one that is not known may not."""
    outline = outlines.get(district)
    return district in outlines and (outline is None or bool(outline.intersects(point)))
