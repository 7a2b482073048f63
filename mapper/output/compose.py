"""Put the results of all steps together as one edition: what the page shows and the exports hold.

Nothing is computed here but sums, areas, label points and the ledger; nothing is written. The edition's id is a hash of the
inputs, so that two maps on two machines can be told to be the same without a clock.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mapper import cards, crs, schema, terms
from mapper.analysis.ground import Lost, lost_records
from mapper.analysis.join import casualties
from mapper.analysis.ledger import PublishedLedger, ledger_of
from mapper.findings import severities
from mapper.model import Findings
from mapper.names import name_key, units
from mapper.output.tally import Tally, tally
from mapper.schema import INJURED, KILLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.model import Catalogue, Checked, DensityFrame, Finding, HotSpots, Joined, LayerEntry, Ledger, Surface

CAVEATS = cards.CAVEATS
_EDITION_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition, ready to be written.

    Frames are in WGS 84. `incidents` and `zones` are those of the join with casualties and areas added; `districts` has
    label points and counts; `tables` holds the other kinds by name (`orders`, `sources`, `casualty_counts`, `activities`,
    `context`, `hazards`, `coverage`, `corridors`, `events`, `settlements`: `TABLES`), each with all columns of its kind, also
    when the edition has no such layer. `incidents` has `near_districts`: of each record known only by its district, or by
    less, the names of the districts it may lie in, as `districts` spells them. `originals` keeps the shape as given of each
    area that was changed on its way here: `ORIGINALS`, the shape as well-known text in the CRS as given. `ledger` sets the
    counts and clearance statements of `tables` side by side, each count beside the incidents of its days. `tally` counts the
    incidents; where they are too many for a page, `incidents` is empty, and they are in the counts alone (`counts_only`).
    `frames` are the densities of single years, `hotspots` cells with their classes, or why there are none. `private` says that it
    shows somebody's own files as they are and is not for publication. `titles` and `organisations` hold both texts by language,
    where they are given so.
    """

    title: str
    organisation: str
    contacts: tuple[str, ...]
    language: str
    languages: tuple[str, ...]
    edition_id: str
    data_date: dt.date | None
    stale_after: dt.date | None
    incidents: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    pairs: pd.DataFrame
    surface: Surface
    findings: Findings
    layers: tuple[tuple[LayerEntry, Ledger, str], ...]
    left_out_later: int
    undrawn_zones: int
    assumptions: tuple[str, ...]
    originals: pd.DataFrame
    ledger: PublishedLedger
    tally: Tally
    frames: tuple[DensityFrame, ...] = ()
    hotspots: HotSpots | None = None
    private: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts_only(self) -> bool:
        """Whether the incidents are too many for a page, so that they are counted and not held one by one."""
        return self.tally.records > len(self.incidents)

    @property
    def undrawn_incidents(self) -> int:
        """How many incidents with a point or a disc are not drawn, because they are only counted."""
        return self.tally.pointed if self.counts_only else 0

    @property
    def counts(self) -> dict[str, Any]:
        """Count incidents, zones, casualties and findings, in the words of `mapper build --json`."""
        zones_drawn = int(self.zones.geometry.notna().sum())
        refused_zones = self._refused("zones")
        return {
            "incidents": {
                "counted": self._counted("incidents"),
                "drawn": self.tally.pointed - self.undrawn_incidents,
                "district_level": self.tally.district_level,
                "unplaced": self.tally.unplaced,
                "refused": self._refused("incidents"),
                "later": self.left_out_later,
                **({"not_drawn": self.undrawn_incidents} if self.undrawn_incidents else {}),
            },
            "zones": {
                "counted": self._counted("zones"),
                "drawn": zones_drawn,
                "without_geometry": len(self.zones) - zones_drawn,
                "refused": refused_zones,
            },
            "casualties": {
                "killed": self.tally.killed,
                "injured": self.tally.injured,
            },
            "findings": severities(self.findings),
        }

    @property
    def incomplete_zones(self) -> int:
        """How many zones and hazards could not be drawn although the files hold them, or name units nobody knows."""
        return self._refused("zones") + self._refused("hazards") + self.undrawn_zones

    @property
    def lost(self) -> Lost:
        """How many records that a verdict may rest on could not be used, or have no place."""
        kinds = ("zones", "orders", "hazards", "incidents")
        refused = Lost(*(self._refused(kind) for kind in kinds))
        if self.counts_only:  # a verdict cannot look at a record that is not there
            refused = refused._replace(incidents=refused.incidents + self.tally.records)
        return lost_records(self.zones, self.districts, self.tables["hazards"], self.incidents, refused=refused)

    @property
    def complete(self) -> bool:
        """Whether every zone and hazard that has a geometry is in the edition."""
        return self.incomplete_zones == 0

    @property
    def refused(self) -> int:
        """How many records of all layers were refused."""
        return sum(ledger.rejected for _, ledger, _ in self.layers)

    def _counted(self, kind: str) -> int:
        return sum(ledger.counted for entry, ledger, _ in self.layers if entry.kind == kind)

    def _refused(self, kind: str) -> int:
        return sum(ledger.rejected for entry, ledger, _ in self.layers if entry.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper build --json`, without the files."""
        return {
            "edition": self.edition_id,
            "data_date": self.data_date.isoformat() if self.data_date else None,
            "stale_after": self.stale_after.isoformat() if self.stale_after else None,
            **self.counts,
            "complete": self.complete,
            "refused": self.refused,
            "density": self.surface.to_dict(),
            "hotspots": None if self.hotspots is None else self.hotspots.to_dict(),
            "assumptions": list(self.assumptions),
        }

    def warnings_in(self, language: str) -> tuple[str, ...]:
        """Return what must be read before anything else: that it is incomplete, lacks records, or is not for publication."""
        said = []
        if not self.complete:
            said.append(terms.sentence("page", "bar.incomplete", language, n=self.incomplete_zones))
        if any(self.lost):
            said.append(terms.sentence("notebook", "edition.lost", language, n=sum(self.lost)))
        if self.private:
            said.append(terms.sentence("page", "bar.private", language))
        return tuple(said)

    def _repr_html_(self) -> str:
        title = self.titles.get(self.language, self.title)
        return cards.edition_card(self.to_dict(), title, self.warnings_in(self.language), self.language)


@dataclass(frozen=True, slots=True)
class Results:
    """What the steps made of the checked layers.

    `districts` are the checked districts (may be empty), `tables` the other kinds by name (a missing one becomes an empty
    table), `findings` everything found on the way, in order. `later` counts the incidents left out because they lie after
    the edition's date, `undrawn_zones` the zones that name a unit no layer of districts knows. `tally` counts the incidents
    where they are not in `joined`.
    """

    joined: Joined
    districts: gpd.GeoDataFrame
    tables: Mapping[str, pd.DataFrame]
    surface: Surface
    findings: tuple[Finding, ...]
    frames: tuple[DensityFrame, ...] = ()
    hotspots: HotSpots | None = None
    later: int = 0
    undrawn_zones: int = 0
    tally: Tally | None = None


def compose(
    catalogue: Catalogue,
    checked: Sequence[Checked],
    results: Results,
    *,
    as_of: dt.date | None = None,
    assumptions: Sequence[str] = (),
) -> Edition:
    """Put an edition together.

    Parameters
    ----------
    catalogue : Catalogue
        Title, publisher, languages, dates.
    checked : sequence of Checked
        All layers, for the account of records and the inputs' hashes.
    results : Results
        What the steps made of them.
    as_of : date, optional
        The date the edition speaks of; the catalogue's data date by default.
    assumptions : sequence of str
        What was assumed because nobody stated it, as sentences.

    Returns
    -------
    Edition
        One row per located incident, zone and district, each the index of its frame in `results`.
    """
    data_date = as_of or catalogue.data_date
    joined = results.joined
    incidents = joined.incidents.assign(
        killed=casualties(joined.incidents, KILLED), injured=casualties(joined.incidents, INJURED)
    )
    zones = joined.zones.assign(area_km2=_areas(joined.zones.geometry))
    tables = {kind: _table(results.tables, kind) for kind in TABLES}
    counted = results.tally or tally(incidents, tables["casualty_counts"])
    return Edition(
        title=catalogue.title,
        organisation=catalogue.organisation,
        contacts=catalogue.contacts,
        language="en",
        languages=catalogue.languages,
        edition_id=_edition_id(catalogue, checked, data_date),
        data_date=data_date,
        stale_after=data_date + dt.timedelta(days=catalogue.stale_after_days) if data_date else None,
        incidents=incidents,
        zones=zones,
        districts=_with_counts(results.districts, counted, zones),
        tables=tables,
        pairs=joined.pairs,
        surface=results.surface,
        frames=results.frames,
        hotspots=results.hotspots,
        findings=Findings(results.findings),
        layers=tuple((layer.entry, layer.ledger, layer.sha256) for layer in checked),
        left_out_later=results.later,
        undrawn_zones=results.undrawn_zones,
        assumptions=tuple(assumptions),
        originals=_originals(checked),
        ledger=ledger_of(counted.beside, tables["casualty_counts"], tables["activities"], as_of=data_date),
        tally=counted,
        titles=catalogue.titles,
        organisations=catalogue.organisations,
    )


def _originals(checked: Sequence[Checked]) -> pd.DataFrame:
    """Return one row per area whose shape was mended, closed or laid flat: what it was before, with its heights."""
    rows = [
        (layer.entry.name, row, layer.frame.loc[row].iloc[0], str(layer.originals.crs), shapely.to_wkt(shape, 17))
        for layer in checked
        if layer.originals is not None and layer.entry.kind not in _POINT_KINDS
        for row, shape in layer.originals.items()
        if row in layer.frame.index
    ]
    return pd.DataFrame(rows, columns=list(ORIGINALS))


ORIGINALS = ("layer", "row", "id", "crs", "shape_as_given")
_POINT_KINDS = ("incidents", "settlements")
"""Kinds whose shapes as given are not published: a point's own digits say more of a person's place than its record."""
TABLES = (
    "orders",
    "sources",
    "casualty_counts",
    "activities",
    "context",
    "hazards",
    "coverage",
    "corridors",
    "events",
    "settlements",
)
"""The kinds of `Edition.tables`: all that an edition holds beside incidents, zones and districts."""


def empty_table(kind: str) -> pd.DataFrame:
    """Return a frame without rows that has every column of a kind (a GeoDataFrame where the kind has a place)."""
    frame = schema.typed(pd.DataFrame(index=pd.RangeIndex(0)), kind).drop(columns=["lon", "lat"], errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=[], crs=crs.STORAGE) if kind in schema.GEOMETRY_OF_KIND else frame


def _table(tables: Mapping[str, pd.DataFrame], kind: str) -> pd.DataFrame:
    frame = tables.get(kind, empty_table(kind))
    if kind == "hazards":
        return frame.assign(area_m2=_areas(frame.geometry) * 1e6)
    return frame


def _areas(shapes: gpd.GeoSeries) -> np.ndarray:
    """Geodesic areas in km²; NaN where there is no geometry."""
    areas = crs.geodesic_area_km2(shapes) if len(shapes) else np.zeros(0)
    return np.where(shapes.notna().to_numpy(), areas, np.nan)


def _with_counts(districts: gpd.GeoDataFrame, counted: Tally, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add label points, the (first) zone each district belongs to, and what was reported in it by name."""
    points = shapely.point_on_surface(districts.geometry.to_numpy())
    keys = [name_key(name) for name in districts["name"]]
    totals = counted.by_district.reindex(keys, fill_value=0)
    zone_of = {
        name_key(unit): zone_id
        for zone_id, cell in reversed(list(zip(zones["zone_id"], zones["admin_units"], strict=True)))
        for unit in units(cell)
    }
    return districts.assign(
        lon=shapely.get_x(points),
        lat=shapely.get_y(points),
        zone_id=pd.array([zone_of.get(key, "") for key in keys], dtype="str"),
        **{column: totals[column].to_numpy() for column in totals.columns},
    )


def _edition_id(catalogue: Catalogue, checked: Sequence[Checked], data_date: dt.date | None) -> str:
    """Hash all that decides what an edition shows: the catalogue as read, the date, and each layer's bytes and entry."""
    how = repr((catalogue.title, catalogue.area, catalogue.bandwidth_m, catalogue.sha256, str(data_date)))
    entries = [
        repr((entry.kind, entry.part, dict(entry.columns), layer.crs, entry.accuracy_m, entry.date_order, layer.ledger))
        + (f" {entry.precision}" if entry.kind == "incidents" else "")
        for layer in checked
        for entry in (layer.entry,)
    ]
    parts = [how, *entries, *(layer.sha256 for layer in checked)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_EDITION_ID_LENGTH]
