"""The gate before every page and every export: what leaves it tells of accidents, not of persons.

Who a person is can be told from the day, the village and the casualties of an accident. So a layer of incidents is published
at month and district, unless its catalogue says that the file is public already, and why (`precision = "as-published"`).
Everything published is computed from what leaves the gate: a join with a small zone would otherwise give the place away
that was just left out. The checks across layers run before it, on the full records, because an accident in land recorded
as released must be found wherever it lies; what they found is told without its place, except those alarms.

In every layer, texts are scanned for persons (`mapper.output.personal_text`), and so are those of the catalogue
(`mapper.output.catalogue_texts`); identifiers are replaced before (`mapper.output.identifiers`). In a list of names only
those are left as they are that another layer holds: a unit that no layer of districts knows may be anybody. Columns of persons
never come so far: the schema has none (`mapper.intake.personal` leaves them out on reading), so no table of age, sex and place
can be made.

A record that is cut to its district still forbids as much ground as it may lie in: `near_districts`
(`mapper.output.near_districts`) names every district that its full place touches, beside the one it was reported in.

The density is taken from full points, which are an aggregate, but those of a generalised layer stand in the middle of a
cell as wide as the bandwidth: the rings around a lonely accident would otherwise have it in their middle. Such a cell adds a
twelfth of its width squared to a variance of its width squared, which the eye does not see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray

from mapper import crs, schema
from mapper.analysis.consistency import ALARMS
from mapper.analysis.locate import AREA_LEVELS, district_outlines
from mapper.names import SEPARATOR, name_key, units
from mapper.output.identifiers import ID_OF, REFERENCES, Gated, counted, is_generalised, parts_of, summed
from mapper.output.near_districts import near_districts, spelt, with_near_districts
from mapper.output.person_names import place_words
from mapper.output.personal_text import KINDS, Masked, masked_address, masked_texts
from mapper.terms import Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mapper.model import Finding, LayerEntry

    Rows = Sequence[tuple[LayerEntry | None, Any]]
    Layers = Mapping[str, Rows]

DATES = ("date_start", "date_end", "reported_on")
WITHHELD = ("settlement", "settlement_as_reported", "device_as_reported", "note")
"""Columns of incidents that say more than month and district do."""
SMALLEST_BANDWIDTH_M = 2000.0
"""A density with a smaller bandwidth would show single places of a generalised layer."""
_FINER_THAN_MONTH = ("minute", "hour", "part_of_day", "day", "week")
RULE_OF = {
    "age": "generalised_age",
    "birth_date": "withheld_birth_date",
    "name": "withheld_name",
    "number": "withheld_number",
    "address": "withheld_address",
}
_PLACE_NAMES = frozenset({("districts", "name"), ("context", "name")})
"""Texts that are names of places and nothing else."""
_LISTS = frozenset({"admin_units", *REFERENCES})
"""Columns of names and identifiers, several between ";"."""
_NOTHING_KNOWN: Mapping[str, Callable[[str], bool]] = MappingProxyType({})
_NOT_PUBLISHED = frozenset({"settlements"})
_WHY = "Day, place and casualties together can tell who a person is."
MASKED = "It was left out of the text, because persons are not published."
_TOLD_WITHOUT_A_PLACE = frozenset(
    {
        *("later_than_edition", "date_order", "date_after_report", "dated_after_source", "possible_duplicate"),
        *("unknown_source", "unknown_order", "negative_count", "not_an_integer"),
    }
)
"""Rules whose value, with its days cut to the month, names no place and holds no text: all others are told without it."""


@dataclass(frozen=True, slots=True)
class Published:
    """What leaves the gate of all layers, by kind, and what was done to them."""

    layers: Layers
    findings: tuple[Finding, ...]


def generalised(
    incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None, entry: LayerEntry | None = None
) -> Gated:
    """Cut located incidents to month and district.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents (`mapper.analysis.locate.locate`), WGS 84.
    districts : GeoDataFrame or None
        `name` and outline.
    entry : LayerEntry, optional
        Their layer, to name its file.

    Returns
    -------
    Gated
        The same rows and index. Dates end with the month (one without a year is left out), the place is the district as
        `locate` would give it, spelt as the layer of districts does; a record without a district that the layers know is
        given the one whose outline alone holds its point, or has no place. `near_districts` names every district that the
        full place may lie in. `WITHHELD` columns are blank, casualties as they were. One finding for each thing that was
        generalised, with the number of records; doing it again changes nothing and finds nothing.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(
    ...     {"date_start": ["2021-01-28"], "place": ["point"]},
    ...     geometry=gpd.points_from_xy([46.9], [40]),
    ...     crs="EPSG:4326",
    ... )
    >>> generalised(point, None).frame[["date_start", "place"]].values.tolist()
    [['2021-01', 'none']]
    """
    dated, on_dates = _to_months(incidents, entry)
    near = near_districts(incidents, districts)
    placed, on_places = _to_districts(dated, districts, entry)
    blanked = [name for name in WITHHELD if name in placed and placed[name].notna().any()]
    blank = pd.Series(pd.NA, index=placed.index, dtype="str")
    on_cells = [counted("withheld_cell", entry, name, int(placed[name].notna().sum()), _WHY) for name in blanked]
    cut = placed.assign(**dict.fromkeys(blanked, blank), near_districts=near)
    return Gated(cut, (*on_dates, *on_places, *on_cells))


def without_persons(
    frame: pd.DataFrame,
    kind: str,
    entry: LayerEntry | None = None,
    *,
    places: frozenset[str] = frozenset(),
    known: Mapping[str, Callable[[str], bool]] = _NOTHING_KNOWN,
) -> Gated:
    """Take ages, names, birth dates, numbers and addresses out of the texts of a layer.

    Parameters
    ----------
    frame : DataFrame
        Records of a kind; every text column is scanned but those of names of places.
    kind : str
        A kind of layer.
    entry : LayerEntry, optional
        Their layer, to name its file.
    places : frozenset of str
        As for `mapper.output.personal_text.masked`.
    known : mapping of str to function
        By column of names or identifiers between ";", whether another layer holds such a one: it stays as it is.

    Returns
    -------
    Gated
        The same rows and index; one finding for each column and thing found, with the number of records, never the text.
    """
    scanned = {name: _scanned(frame[name], name, places, known.get(name)) for name in _texts(kind, frame)}
    found = [
        counted(RULE_OF[what], entry, name, n, MASKED)
        for name, results in scanned.items()
        for what in KINDS
        if (n := int(frame[name].isin([text for text, result in results.items() if what in result.kinds]).sum()))
    ]
    changed = {
        name: frame[name].replace({text: result.text for text, result in results.items()}).astype("str")
        for name, results in scanned.items()
        if results
    }
    return Gated(frame.assign(**changed) if changed else frame, tuple(found))


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate has to know of all layers before it lets a record through, or a part of the records.

    `places` are the words by which layers name places, `districts` those with their outlines, `units` the keys of their names,
    and `ids` the identifiers that the layers of each column of references hold.
    """

    places: frozenset[str]
    districts: gpd.GeoDataFrame | None
    units: frozenset[str]
    ids: Mapping[str, frozenset[str]]

    def through(self, frame: pd.DataFrame, kind: str, entry: LayerEntry | None) -> Gated:
        """Return records of a kind as they are published: the same rows and index."""
        coarse = _at_its_precision(frame, kind, self.districts, entry)
        if kind in _NOT_PUBLISHED:
            return coarse
        told = without_persons(coarse.frame, kind, entry, places=self.places, known=self._known())
        return Gated(told.frame, summed((*coarse.findings, *told.findings)))

    def _known(self) -> dict[str, Callable[[str], bool]]:
        """Return for each column of names or identifiers a function that tells whether some layer holds such a one."""
        return {
            "admin_units": lambda unit: name_key(unit) in self.units,
            **{column: held.__contains__ for column, held in self.ids.items()},
        }


def gate_of(layers: Layers, places: frozenset[str]) -> Gate:
    """Return the gate of an edition.

    Parameters
    ----------
    layers : mapping of kind to sequence of (entry, frame)
        As of `gate`; incidents need not be among them.
    places : frozenset of str
        `known_places` of all layers, incidents among them.
    """
    frames = [frame for _, frame in layers.get("districts", ()) if len(frame)]
    names = (name for _, frame in layers.get("districts", ()) if "name" in frame for name in frame["name"])
    return Gate(
        places=places,
        districts=pd.concat(frames, ignore_index=True) if frames else None,
        units=frozenset(map(name_key, names)),
        ids={
            column: frozenset(each for _, frame in layers.get(kind, ()) for each in frame[ID_OF[kind]])
            for column, kind in REFERENCES.items()
        },
    )


def gate(layers: Layers, through: Gate | None = None) -> Published:
    """Let every layer through the gate.

    Parameters
    ----------
    layers : mapping of kind to sequence of (entry, frame)
        Incidents located, zones placed, the others as checked; WGS 84.
    through : Gate, optional
        The gate, where it knows more than these layers hold.

    Returns
    -------
    Published
        The same layers and rows, ready to be joined, counted and written.
    """
    opened = through or gate_of(layers, known_places(layers))
    found: list[Finding] = []
    public: dict[str, Rows] = {}
    for kind, rows in layers.items():
        passed = []
        for entry, frame in rows:
            told = opened.through(frame, kind, entry)
            passed.append((entry, told.frame))
            found += told.findings
        public[kind] = passed
    return Published(public, tuple(found))


def public_findings(findings: Iterable[Finding], layers: Layers, places: frozenset[str] | None = None) -> list[Finding]:
    """Leave out of findings what the gate leaves out of records.

    Parameters
    ----------
    findings : iterable of Finding
        Of all layers.
    layers : mapping of kind to sequence of (entry, frame)
        The layers they are about.
    places : frozenset of str, optional
        `known_places` of the layers, where they are more than these hold.

    Returns
    -------
    list of Finding
        As many, in the same order. About incidents of a generalised layer: days are cut to the month, and a value that may
        name a place is None; alarms keep the identifiers of the accident and the area. No value reads like a person.
    """
    places = known_places(layers) if places is None else places
    entries = [entry for entry, _ in layers.get("incidents", ()) if entry is not None and is_generalised(entry)]
    names, files = {entry.name for entry in entries}, [f" of {entry.path.name})" for entry in entries]
    given = list(findings)
    values = [
        None if each.value is None else _public_value(each, each.value, files, coarse=each.layer in names)
        for each in given
    ]
    personal = masked_texts((value for value in values if value is not None), places)
    return [
        found
        if value == found.value and value not in personal
        else replace(found, value=None if value in personal else value)
        for found, value in zip(given, values, strict=True)
    ]


def known_places(layers: Layers) -> frozenset[str]:
    """Return the words by which the layers name settlements and districts: no names of persons."""
    columns: tuple[tuple[str, str, Callable[[str], list[str]]], ...] = (
        ("settlements", "settlement", _one),
        ("settlements", "name_variants", lambda cell: cell.split("|")),
        ("districts", "name", _one),
        ("incidents", "settlement", _one),
        ("incidents", "district", _one),
    )
    return place_words(
        name
        for kind, column, split in columns
        for _, frame in layers.get(kind, ())
        if column in frame
        for cell in frame[column].dropna().unique()
        for name in split(cell)
    )


def density_refusal(layers: Layers, bandwidth_m: float) -> str | None:
    """Say why no density of these incidents may be published, None where it may."""
    named = [
        entry.name for entry, frame in layers.get("incidents", ()) if entry and is_generalised(entry) and len(frame)
    ]
    if not named or bandwidth_m >= SMALLEST_BANDWIDTH_M:
        return None
    return Said.of("refused.narrow", n=bandwidth_m, layers=", ".join(named), least=SMALLEST_BANDWIDTH_M)


def in_cells(incidents: gpd.GeoDataFrame, cell_m: float, window: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Put points into the middle of square cells of the window's plane, so that a surface of them has no single place.

    Parameters
    ----------
    incidents : GeoDataFrame
        Located incidents, WGS 84; those that are no points, and those outside the window, stay as they are.
    cell_m : float
        Side of a cell in metres.
    window : GeoSeries
        Polygons, WGS 84. Their extent decides the plane, so that no record moves the cells of another. Of a cell whose middle
        lies outside them, the middle of its part inside is taken: no record leaves the window.

    Returns
    -------
    GeoDataFrame
        The same rows and index.
    """
    ground = shapely.union_all(window.to_numpy())
    pointed = incidents["place"].isin(["point", "disc"]).to_numpy(dtype=bool)
    pointed = pointed & shapely.intersects(ground, incidents.geometry.to_numpy())
    if not pointed.any():
        return incidents
    plane = crs.working_crs(crs.lon_lat_bounds(window.to_numpy()))
    ground_m = shapely.union_all(crs.to_working(window, plane).to_numpy())
    points_m = crs.to_working(incidents.geometry[pointed], plane)
    corners = np.floor(np.column_stack([points_m.x, points_m.y]) / cell_m)
    distinct, which = np.unique(corners, axis=0, return_inverse=True)
    west, south = distinct.T * cell_m
    parts = shapely.intersection(shapely.box(west, south, west + cell_m, south + cell_m), ground_m)
    middles = shapely.points(west + cell_m / 2, south + cell_m / 2)
    inside = shapely.intersects(ground_m, middles) | shapely.is_empty(parts)
    middles = np.where(inside, middles, shapely.point_on_surface(parts))
    shapes = incidents.geometry.to_numpy().copy()
    shapes[pointed] = crs.to_storage(gpd.GeoSeries(middles[which.ravel()], crs=plane)).to_numpy()
    return incidents.set_geometry(gpd.GeoSeries(shapes, index=incidents.index, crs=crs.STORAGE))


def _one(cell: str) -> list[str]:
    return [cell]


def _at_its_precision(
    frame: pd.DataFrame, kind: str, districts: gpd.GeoDataFrame | None, entry: LayerEntry | None
) -> Gated:
    """Cut incidents as far as their layer says; those published as they are name their district as its layer does."""
    if is_generalised(entry):
        return generalised(frame, districts, entry)
    return Gated(with_near_districts(frame, districts) if kind == "incidents" else frame)


# ------------------------------------------------------------------ dates and places
def _to_months(incidents: gpd.GeoDataFrame, entry: LayerEntry | None) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Cut every day to its month; a day without a year says nothing without the day, and is left out."""
    given = {name: incidents[name].astype("str") for name in DATES if name in incidents}
    cut = {name: cells.str.slice(0, 7).mask(cells.str.startswith("-", na=False)) for name, cells in given.items()}
    shortened = pd.DataFrame({name: cells.ne(cut[name]) & cells.notna() for name, cells in given.items()})
    if "date_precision" in incidents:
        cut["date_precision"] = _precision(incidents["date_precision"], cut, shortened.any(axis=1))
    n = int(shortened.any(axis=1).sum())
    which = ", ".join(str(name) for name in shortened.columns[shortened.any()])
    return incidents.assign(**cut), [counted("generalised_date", entry, which, n, _WHY)] if n else []


def _precision(given: pd.Series, dates: Mapping[str, pd.Series], shortened: pd.Series) -> pd.Series:
    none = pd.Series(pd.NA, index=given.index, dtype="str")
    known = dates.get("date_start", none).fillna(dates.get("date_end", none)).astype("str")
    as_known = pd.Series(np.where(known.str.len() == len("2021"), "year", "month"), index=given.index).where(
        known.notna()
    )
    too_fine = given.isin(_FINER_THAN_MONTH) | (given.isna() & shortened & known.notna())
    return given.mask(too_fine, as_known).astype("str")


def _to_districts(
    incidents: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None, entry: LayerEntry | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Put every record at its district; a name that no layer knows as a district may be a village and is left out."""
    outlines = district_outlines(districts)
    pointed = incidents["place"].isin(["point", "disc"])
    given = incidents.get("district", pd.Series(pd.NA, index=incidents.index, dtype="str")).astype("str")
    known = given.isin([name for name in given.dropna().unique() if not outlines or name_key(name) in outlines])
    by_point = _holding(incidents.geometry[pointed & ~known], districts)
    named = spelt(given.where(known).fillna(by_point).astype("str"), districts)
    keys = [name_key(name) for name in named]
    shapes = np.array([outlines.get(key) for key in keys], dtype=object)
    there = [key in outlines for key in keys]
    coarse = incidents.assign(
        district=named,
        place=pd.array(np.where(there, "district", "none"), dtype="str"),
        location_level=_levels(incidents, named),
        uncertainty_m=np.nan,
        **{incidents.geometry.name: GeometryArray(shapes, crs=crs.STORAGE)},
    )
    lost = given.notna() & ~known
    told = (
        ("generalised_place", "geometry", int(pointed.sum()), _WHY),
        ("district_from_outline", "district", len(by_point), "The district was not stated, or no layer knows it."),
        ("withheld_cell", "district", int(lost.sum()), "No layer knows it as a district; it may name a smaller place."),
    )
    return coarse, [counted(rule, entry, column, n, done) for rule, column, n, done in told if n]


def _holding(points: gpd.GeoSeries, districts: gpd.GeoDataFrame | None) -> pd.Series:
    """Return the name of the district whose outline alone holds each point, borders included; no row where it is not one."""
    if districts is None or points.empty:
        return pd.Series(index=points.index[:0], dtype="str")
    drawn = districts[districts.geometry.notna() & districts["name"].notna()]
    outline, point = shapely.STRtree(points.to_numpy()).query(drawn.geometry.to_numpy(), predicate="intersects")
    held = pd.DataFrame({"point": points.index[point], "name": drawn["name"].to_numpy()[outline]}).drop_duplicates()
    alone = held.drop_duplicates("point", keep=False).sort_values("point")
    return pd.Series(alone["name"].to_numpy(), index=alone["point"].to_numpy(), dtype="str")


def _levels(incidents: gpd.GeoDataFrame, named: pd.Series) -> pd.Series:
    """Return the level of each place: the district, or wider where it was; not known where no district is."""
    given = incidents.get("location_level", pd.Series(pd.NA, index=incidents.index, dtype="str")).astype("str")
    kept = given.isin(AREA_LEVELS)
    levels: pd.Series = given.mask(~kept & named.notna(), "district").mask(
        ~kept & named.isna() & given.notna(), "unknown"
    )
    return levels.astype("str")


# ------------------------------------------------------------------ texts and findings
def _texts(kind: str, frame: pd.DataFrame) -> list[str]:
    return [
        column.name
        for column in schema.COLUMNS[kind]
        if column.form == "text" and column.name in frame and (kind, column.name) not in _PLACE_NAMES
    ]


def _scanned(
    cells: pd.Series, column: str, places: frozenset[str], known: Callable[[str], bool] | None
) -> dict[str, Masked]:
    """Mask the different texts of a column, and return those that held something."""
    if column == "url":
        results = {url: masked_address(url) for url in cells.dropna().unique()}
        return {url: result for url, result in results.items() if result.kinds}
    if column not in _LISTS:
        return masked_texts(cells.dropna().unique(), places)
    parts = masked_texts((part for part in parts_of(cells) if known is None or not known(part)), places)
    return {
        cell: Masked(
            SEPARATOR.join(parts[part].text if part in parts else part for part in units(cell)),
            frozenset[str]().union(*(parts[part].kinds for part in units(cell) if part in parts)),
        )
        for cell in (cells.dropna().unique() if parts else ())
        if not parts.keys().isdisjoint(units(cell))
    }


def _public_value(found: Finding, value: str, files: Sequence[str], *, coarse: bool) -> str | None:
    if found.rule == "possible_duplicate" and not coarse and any(file in value for file in files):
        return None  # a public record's day and district would be those of a record that is not published so
    if coarse:
        if found.rule in ALARMS:
            value = _SHARE.sub("", value)
        elif found.rule not in _TOLD_WITHOUT_A_PLACE:
            return None
        value = _ISO_DAY.sub(r"\1", value)
    return value


_ISO_DAY = re.compile(r"(?<![0-9])([0-9]{4}-[0-9]{2})-[0-9]{2}(?![0-9])")
_SHARE = re.compile(r": (?:the whole place|by the accuracy of its line|[0-9.]+% of the place)")
