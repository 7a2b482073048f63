"""Static maps for reports: an edition, or layers, as a matplotlib figure.

matplotlib is an extra and draws only here. What a map must say (caveats, date, what is not drawn) is gathered in this module
without it, from the same words as the page; `mapper.output.static_map` puts it on paper.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from mapper import crs, extras, terms
from mapper.analysis.locate import locate
from mapper.errors import UnknownCRS, UsageError
from mapper.model import HotSpots, Surface
from mapper.output.compose import CAVEATS, Edition
from mapper.output.picture import district_counts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from mapper.model import LonLatBox

    Layers: TypeAlias = Mapping[str, gpd.GeoDataFrame | Surface | HotSpots]

FRAMES = ("districts", "zones", "hazards", "incidents")
"""What is drawn of frames, from below; `density` and `hotspots` are the other names of layers."""
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "districts": {},
    "zones": {"extent": ""},
    "hazards": {"class": "", "status": ""},
    "incidents": {"accident_type": ""},
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a static map shows and says.

    `frames` are in WGS 84, by the names of `FRAMES`; each is there, perhaps without rows. `counts` has one row per district
    whose accidents have no place in it (`n`, `lon`, `lat`). `warnings` stand above the map, `notes` and caveats below it.
    """

    title: str
    language: str
    dates: str
    frames: Mapping[str, gpd.GeoDataFrame]
    counts: pd.DataFrame
    surface: Surface | None = None
    hotspots: HotSpots | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def plot(
    what: Edition | Layers,
    *,
    density: bool = False,
    language: str | None = None,
    title: str | None = None,
    data_date: dt.date | None = None,
    area: LonLatBox | None = None,
    width_cm: float = 28.0,
) -> Figure:
    """Draw a static map for a report: hatched zones, hazards, accidents, districts, with legend, scale, north and caveats.

    Parameters
    ----------
    what : Edition or mapping of str to layer
        An edition; or layers by name: `districts`, `zones`, `hazards`, `incidents` as GeoDataFrames in any CRS they state,
        `density` as `mapper.density` and `hotspots` as `mapper.hotspots` give it. Columns that are used where present: `name`,
        `zone_id`, `extent`, `class`, `status`, `accident_type`, and the `place` and `uncertainty_m` of `mapper.locate`;
        incidents without `place` must be points. An extent or class that is not stated looks like the strictest.
    density : bool
        Draw the edition's density of reported accidents too.
    language : {"en", "az", "ru"}, optional
        Of every word that is not of the data; the edition's by default, else English.
    title : str, optional
        Above the map; the edition's by default.
    data_date : date, optional
        Of which date the layers are. An edition states its own.
    area : tuple of float, optional
        West, south, east, north in WGS 84 degrees: the part that is shown; west > east crosses the antimeridian. By default
        all zones, hazards and accidents, or all districts where there is none of them.
    width_cm : float
        Width of the figure, 12 to 120 cm; the height follows from the map.

    Returns
    -------
    matplotlib.figure.Figure
        In an equal-area projection around what is shown. It is nobody's current figure (no pyplot), shows itself in a
        notebook, and equal layers save to equal bytes as PNG, SVG and PDF. What cannot be drawn is told below the map.

    Raises
    ------
    UsageError
        When matplotlib is not installed, a name of a layer, the language, or the width is not known, or an edition is given
        another date.
    UnknownCRS
        When a layer states no CRS.
    DataRefused
        When an incident without `place` is not a point, or the area is none.

    Examples
    --------
    >>> zone = gpd.GeoDataFrame({"zone_id": ["z"]}, geometry=[shapely.box(46.5, 39.5, 47.0, 40.0)], crs="EPSG:4326")
    >>> figure = plot({"zones": zone}, title="One zone", language="az")
    >>> figure.get_size_inches().round(1).tolist()[0]
    11.0
    """
    static_map = extras.load(
        "mapper.output.static_map", library="matplotlib", extra="plot", cannot="a map cannot be drawn"
    )
    if not 12 <= width_cm <= 120:  # noqa: PLR2004 - the limits that are told
        raise UsageError(f"a map cannot be {width_cm:g} cm wide", advice="Give a width from 12 to 120 cm.")
    if language is not None and language not in terms.LANGUAGES:
        raise UsageError(f"'{language}' is no language of the map", advice=f"Use one of: {', '.join(terms.LANGUAGES)}.")
    if isinstance(what, Edition):
        if data_date is not None:
            raise UsageError("an edition states its own date", advice="Leave data_date out, or plot layers.")
        content = of_edition(what, language or what.language, title, density=density)
    else:
        content = of_layers(what, language or "en", title or "", data_date)
    figure: Figure = static_map.draw(content, area, width_cm)
    return figure


def of_edition(edition: Edition, language: str, title: str | None, *, density: bool) -> Content:
    """Return what a static map of an edition shows and says, in a language."""
    frames = {
        "districts": edition.districts,
        "zones": edition.zones,
        "hazards": gpd.GeoDataFrame(edition.tables["hazards"]),
        "incidents": edition.incidents,
    }
    counts = district_counts(edition)
    notes = _missing(frames, language)
    unplaced = _without_place(edition.incidents) - int(counts["n"].sum())
    if unplaced > 0:
        notes.append(_say("noscript.unplaced", language, n=unplaced))
    if edition.undrawn_incidents:
        notes.append(terms.sentence("notebook", "plot.not_shown", language, n=edition.undrawn_incidents))
    surface = edition.surface if density else None
    return Content(
        title=title or edition.titles.get(language, edition.title),
        language=language,
        dates=_dates(edition.data_date, edition.stale_after, language),
        frames=frames,
        counts=counts,
        surface=surface,
        warnings=edition.warnings_in(language),
        notes=(*notes, *_of_density(surface, language), *_caveats(edition.data_date, language, surface)),
    )


def of_layers(layers: Layers, language: str, title: str, data_date: dt.date | None) -> Content:
    """Return what a static map of layers shows and says, in a language.

    Raises
    ------
    UsageError, UnknownCRS, DataRefused
        As `plot`.
    """
    unknown = sorted(set(layers) - {*FRAMES, "density", "hotspots"})
    if unknown:
        raise UsageError(
            f"'{unknown[0]}' is no layer of a map", advice=f"Use some of: {', '.join(FRAMES)}, density, hotspots."
        )
    frames = {name: _frame(layers.get(name), name) for name in FRAMES}
    surface, hotspots = layers.get("density"), layers.get("hotspots")
    if not (surface is None or isinstance(surface, Surface)) or not (
        hotspots is None or isinstance(hotspots, HotSpots)
    ):
        raise UsageError(
            "'density' and 'hotspots' are not frames", advice="Give what mapper.density and mapper.hotspots return."
        )
    counts = _counts(frames["incidents"])
    notes = _missing(frames, language)
    unplaced = _without_place(frames["incidents"]) - int(counts["n"].sum())
    if unplaced:
        notes.append(_say("noscript.unplaced", language, n=unplaced))
    return Content(
        title=title,
        language=language,
        dates=_dates(data_date, None, language),
        frames=frames,
        counts=counts,
        surface=surface,
        hotspots=hotspots,
        notes=(*notes, *_of_density(surface, language), *_caveats(data_date, language, surface or hotspots)),
    )


# ---------------------------------------------------------------- frames
def _frame(given: object, name: str) -> gpd.GeoDataFrame:
    if given is None:
        given = gpd.GeoDataFrame({}, geometry=[], crs=crs.STORAGE)
    if not isinstance(given, gpd.GeoDataFrame):
        raise UsageError(f"the layer '{name}' is no GeoDataFrame")
    if given.crs is None:
        raise UnknownCRS(f"the {name} state no coordinate reference system", advice="Set the CRS they were made in.")
    stored = crs.to_storage(given)
    blank = {column: value for column, value in _COLUMNS[name].items() if column not in stored}
    stored = stored.assign(**blank)
    return _placed(stored) if name == "incidents" else stored


def _placed(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give incidents that no step has located the place that they state themselves."""
    if "place" in incidents:
        radii = incidents.get("uncertainty_m", pd.Series(float("nan"), index=incidents.index))
        return incidents.assign(uncertainty_m=radii.astype("Float64").astype("float64"))
    return locate(incidents).incidents


def _without_place(incidents: gpd.GeoDataFrame) -> int:
    return int((~incidents["place"].isin(["point", "disc"])).sum())


def _counts(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the incidents that are known by their district only, where that has an outline."""
    known = incidents[(incidents["place"] == "district") & incidents.geometry.notna()]
    shapes = known.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    at = pd.DataFrame({"outline": shapely.to_wkb(shapes), "lon": shapely.get_x(points), "lat": shapely.get_y(points)})
    return at.groupby("outline", as_index=False).agg(n=("lon", "size"), lon=("lon", "first"), lat=("lat", "first"))


# ---------------------------------------------------------------- words
def _say(code: str, language: str, **values: object) -> str:
    return terms.sentence("page", code, language, **values)


def _missing(frames: Mapping[str, gpd.GeoDataFrame], language: str) -> list[str]:
    """Tell what has no outline and so is not drawn: zones by name, hazards by number."""
    zones, hazards = (frames[name][frames[name].geometry.isna()] for name in ("zones", "hazards"))
    notes = [_say("legend.zones_note", language)] if len(frames["zones"]) else []
    if len(zones):
        names = zones.get("name", pd.Series(pd.NA, index=zones.index)).fillna(zones.get("zone_id", "?"))
        notes.append(_say("noscript.not_in_picture", language, names=", ".join(names.astype(str))))
    if len(hazards):
        notes.append(terms.sentence("notebook", "plot.hazards_not_drawn", language, n=len(hazards)))
    return notes


def _dates(of: dt.date | None, until: dt.date | None, language: str) -> str:
    told = _say("head.data_date", language, date=str(of)) if of else _say("head.no_data_date", language)
    limit = _say("head.stale_after", language, date=str(until)) if until else _say("head.no_stale_after", language)
    return f"{told} · {limit}"


def _of_density(surface: Surface | None, language: str) -> list[str]:
    if surface is None:
        return []
    if surface.refused is not None:
        reason = surface.refused
        told = reason.in_languages()[language] if isinstance(reason, terms.Said) else reason
        return [_say("density.refused", language, reason=told)]
    bandwidth = _say("unit.m", language, n=round(surface.bandwidth_m or 0))
    edge = terms.label("edge", surface.edge, language)
    return [_say("density.method", language, n=surface.n, bandwidth=bandwidth, edge=edge)]


def _caveats(data_date: dt.date | None, language: str, smoothed: object) -> list[str]:
    return [
        terms.sentence("caveat", code, language, data_date=str(data_date or "?"))
        for code in CAVEATS
        if code != "caveat.density" or smoothed is not None
    ]
