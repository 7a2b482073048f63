"""The frozen values that are handed from one step to the next.

    read -> check -> locate -> join -> density -> compose -> page / exports

Each class here is what one arrow of that line carries. They hold frames, counts and findings, and no behaviour beyond
`to_dict()`, the JSON form the commands answer with, and how a notebook shows them (`mapper.cards`). They are frozen so that a
step cannot change what an earlier one said; the frames inside are by convention never mutated (every step makes a new one
with the same index).

This module imports no heavy library: the frame types are named for the type checker only, so the command line can print
its help without loading geopandas.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mapper import cards
from mapper.errors import LedgerBroken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from mapper.databases import Database

Severity = Literal["error", "warning", "info"]
FileVerdict = Literal["accept", "accept-with-findings", "repair-with-warning", "reject"]
Kind = Literal[
    "incidents",
    "zones",
    "hazards",
    "districts",
    "settlements",
    "orders",
    "casualty_counts",
    "activities",
    "coverage",
    "context",
    "sources",
    "corridors",
    "events",
    "routes",
]
OnInvalid = Literal["raise", "reject", "repair"]
DateOrder = Literal["dmy", "mdy", "ymd"]
Precision = Literal["month-district", "as-published"]
Edge = Literal["none", "uniform", "jones-diggle"]
BandwidthRule = Literal["scott", "likelihood", "diggle", "cvl"]
UnitKind = Literal["hex", "square", "districts"]
LonLatBox = tuple[float, float, float, float]
"""West, south, east, north in WGS 84 degrees."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know about one place in the data.

    `error`: the record or layer was refused. `warning`: it was changed or is in doubt. `info`: worth knowing, nothing changed.
    `value` is None wherever it may be personal. `row` counts as in `mapper.errors.MapperError`.
    """

    rule: str
    severity: Severity
    done: str
    advice: str
    file: str | None = None
    layer: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON values; written out, as files with 100,000 findings are told whole."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "done": self.done,
            "advice": self.advice,
            "file": self.file,
            "layer": self.layer,
            "row": self.row,
            "column": self.column,
            "value": self.value,
        }


class Findings(tuple[Finding, ...]):
    """Findings in the order they were made: a tuple, which a notebook shows as a table.

    Examples
    --------
    >>> found = Findings([Finding("cut_value", "info", "Nothing was changed.", "Look at it.", row=3)])
    >>> len(found), found[0].row, found.to_frame()["row"].tolist()
    (1, 3, [3])
    >>> found.of("error")
    Findings()
    """

    __slots__ = ()

    def of(self, severity: Severity) -> Findings:
        """Return those of one severity, in their order."""
        return Findings(found for found in self if found.severity == severity)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding, in order.

        The columns are `rule`, `severity`, `done`, `advice`, `file`, `layer`, `row`, `column` and `value`, which is empty
        wherever it may be personal.
        """
        import pandas as pd  # noqa: PLC0415 - the command line prints its help without pandas

        return pd.DataFrame([found.to_dict() for found in self], columns=[each.name for each in fields(Finding)])

    def __repr__(self) -> str:
        return f"Findings({', '.join(map(repr, self))})"

    def _repr_html_(self) -> str:
        return cards.findings_card([found.to_dict() for found in self])


@dataclass(frozen=True, slots=True)
class Ledger:
    """The row account of one layer: `kept + repaired + rejected` must equal `counted`, a count made without the reader.

    Raises
    ------
    LedgerBroken
        When the sum does not hold: records were lost, and nothing may be built on the rest.

    Examples
    --------
    >>> Ledger(counted=3, kept=2, repaired=0, rejected=1).usable
    2
    """

    counted: int
    kept: int
    repaired: int = 0
    rejected: int = 0

    def __post_init__(self) -> None:
        if self.kept + self.repaired + self.rejected != self.counted:
            raise LedgerBroken(
                f"{self.counted} records were counted but {self.kept} kept, {self.repaired} repaired and "
                f"{self.rejected} refused do not add up to that",
                advice="Please report this; do not use the output.",
            )

    @property
    def usable(self) -> int:
        """How many records go on to the next step."""
        return self.kept + self.repaired


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One `[[layer]]` of `layers.toml`: which file is which kind of layer, and what is known about it.

    `columns` maps our column name to the file's. `accuracy_m` is the positional accuracy of the layer's lines or points
    (None: not stated). `crs` is an authority code such as "EPSG:4326" (None: the file must say, or has no coordinates).
    `numbered` lets records without an id column get their row number as one (files that no catalogue names).
    `part` names the sheet, layer or archive member of the file that is meant (blank: its only one, or all where they are alike).
    `date_order` says how 03/04/2021 is meant.
    `may_be_empty` allows a layer without records: an export that went wrong is empty too, so it must be said.
    `precision` is how exactly incidents are published, with the reason where it is as in the file (`mapper.output.publication`).
    `by_language` holds those of title, source, licence and note that are given by language; the field of that name is then the
    English one, or the first.
    `database` is set where the records are in one; `path` then leads nowhere and only ends in the name of the table.

    Parameters
    ----------
    name, kind, path
        Needed; `kind` is a code of the vocabulary `layer_kind`, `path` a plain local file.
    columns, crs, accuracy_m, date_order, part, numbered, may_be_empty, precision, precision_reason, by_language : optional
        As told above; `accuracy_m` in metres.
    title, source, licence, date, note : optional
        Told on the page and in the files, and used for nothing.

    Raises
    ------
    Nothing by itself: `mapper.read_layer` and `mapper.check` refuse an entry that does not fit its file.

    Examples
    --------
    >>> from pathlib import Path
    >>> entry = LayerEntry("accidents", "incidents", Path("a.csv"), columns={"incident_id": "no"}, crs="EPSG:4326")
    >>> entry.kind, entry.precision
    ('incidents', 'month-district')
    """

    name: str
    kind: Kind
    path: Path
    title: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    accuracy_m: float | None = None
    source: str = ""
    licence: str = ""
    date: dt.date | None = None
    note: str = ""
    part: str = ""
    date_order: DateOrder | None = None
    numbered: bool = False
    may_be_empty: bool = False
    precision: Precision = "month-district"
    precision_reason: str = ""
    by_language: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    database: Database | None = None

    def told(self, name: str) -> str | Mapping[str, str]:
        """Return a text of the layer by language where it is given so, else the one there is."""
        text: str = getattr(self, name)
        return self.by_language.get(name, text)

    @property
    def stated(self) -> str:
        """What is told and stored of where the records are: the file's name, or the database's address without credentials."""
        return self.path.name if self.database is None else self.database.stated


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A whole `layers.toml`: who publishes the edition, for which area, from which layers.

    `titles` and `organisations` hold both texts by language where they are given so; `title` and `organisation` are then the
    English one, or the first. `data_date` is None only for files that no catalogue names and that hold no date;
    `layers.toml` must state it.
    """

    folder: Path
    title: str
    organisation: str
    contacts: tuple[str, ...]
    languages: tuple[str, ...]
    area: LonLatBox | None
    data_date: dt.date | None
    stale_after_days: int
    bandwidth_m: float | None
    layers: tuple[LayerEntry, ...]
    sha256: str
    titles: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)


class FilePart(NamedTuple):
    """One sheet, layer or archive member of a file: its name there, and what was added to its row numbers."""

    name: str
    before: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One file as it was read: every record, nothing judged yet.

    `frame` holds one row per readable record with text columns (and a geometry, where the file has one); its index is the
    record's number in the file. `counted` comes from a count that does not use the reader. Records that could
    not even be read are in `findings` with severity `error`; `unread` is how many. `originals` holds, of records whose shape
    was laid flat or closed on reading, the shape as it stood in the file (same CRS, with its heights). `parts` names the sheets,
    layers or archive members it was read from, none where the format has no such thing; where there are several, their
    records are numbered through.
    """

    entry: LayerEntry
    frame: pd.DataFrame
    counted: int
    unread: int
    sha256: str
    crs: str | None
    mapping: Mapping[str, str]
    findings: tuple[Finding, ...] = ()
    originals: gpd.GeoSeries | None = None
    parts: tuple[FilePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """One layer after its checks: typed, kept rows only, with the account of the others.

    `frame` has our column names and types, the same index as the layer it came from, less the refused rows (their reasons
    are in `findings`). For kinds with a geometry it is a GeoDataFrame in WGS 84 longitude/latitude. `originals` keeps beside it
    the shape as given, in the CRS as given, of each record whose shape was changed: mended, closed or laid flat.
    """

    entry: LayerEntry
    frame: pd.DataFrame
    ledger: Ledger
    sha256: str
    crs: str | None
    mapping: Mapping[str, str]
    findings: Findings
    originals: gpd.GeoSeries | None = None

    @property
    def verdict(self) -> FileVerdict:
        """Say in one word what became of the file, in the words of `mapper check`."""
        if self.ledger.counted and not self.ledger.usable:
            return "reject"
        if self.ledger.rejected or self.ledger.repaired or any(f.severity != "info" for f in self.findings):
            return "repair-with-warning"
        return "accept-with-findings" if self.findings else "accept"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper check --json` for this file."""
        return {
            "file": self.entry.path.name,
            "sha256": self.sha256,
            "kind": self.entry.kind,
            "layers": [self.entry.name],
            "crs": self.crs,
            "verdict": self.verdict,
            "counted": self.ledger.counted,
            "kept": self.ledger.kept,
            "repaired": self.ledger.repaired,
            "rejected": self.ledger.rejected,
            "mapping": dict(self.mapping),
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Located:
    """Incidents with their place.

    `incidents` keeps the index and every row of what was given and adds:
    `place` (`point`, `disc`, `district`, `none`), `uncertainty_m` (radius in metres of the circle that holds the true place;
    NaN where the place is a district or none), and the geometry in WGS 84: a Point for `point` and `disc`, the
    district's polygon for `district` (None where no outline of that district exists), None for `none`.
    """

    incidents: gpd.GeoDataFrame
    findings: Findings


@dataclass(frozen=True, slots=True)
class Joined:
    """Incidents against zones.

    `pairs`: one row per record–zone pair (`incident_id`, `zone_id`, `relation` = `inside` | `uncertain`, `share` 0–1); the
    accuracy of a line counts at the outer line of the zones under the same set of orders.
    `incidents`: one row per record, the given index, with `zone_ids`, `relations` and `relation` (`inside`, `uncertain`,
    `outside`, `unlocated`). `zones`: one row per zone, the given index, with distinct-record counts and casualties.
    """

    pairs: pd.DataFrame
    incidents: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    accuracy_m: float

    def to_dict(self) -> dict[str, Any]:
        """Return the counts `mapper join --json` answers with; the last four sum to `incidents`."""
        relation = self.incidents["relation"]
        return {
            "incidents": len(self.incidents),
            "zones": len(self.zones),
            "pairs": len(self.pairs),
            "inside_any": int((relation == "inside").sum()),
            "uncertain_only": int((relation == "uncertain").sum()),
            "outside": int((relation == "outside").sum()),
            "unlocated": int((relation == "unlocated").sum()),
            "accuracy_m": self.accuracy_m,
        }


@dataclass(frozen=True, slots=True)
class Surface:
    """The density of *reported accidents* (not of mines) on a metric equal-area grid.

    `intensity_per_km2` has shape (rows, columns), row 0 in the south, NaN outside the window. `x_m` and `y_m` are the cell
    centres in `crs_wkt`. `contours` has one row per class (`lower_per_km2`, `upper_per_km2`, `area_km2`, geometry in WGS 84).
    A refusal carries its reason in `refused` and an empty grid. `share_area_level` is the share of the records that would
    count whose place is only a district: d / (located + d), 0 where there are none; `spread` of them are in the surface.

    `bandwidth_rule` is the rule that chose the bandwidth, None where it was stated; the bandwidth is None where a refusal came
    first. `weights` is what a record counts for (`accidents`, `casualties`, `given`), of which `integral` is the total.
    `standard_error_per_km2` is of the same shape, `interval_per_km2` (2, rows, columns) the lower and upper bound of a
    bootstrap, None where none was asked for. `years` is the length of the stated period. `warnings` are sentences.
    """

    n: int
    bandwidth_m: float | None
    edge: Edge
    cell_m: float
    window_km2: float
    integral: float
    peak_per_km2: float
    share_area_level: float
    refused: str | None
    x_m: np.ndarray
    y_m: np.ndarray
    intensity_per_km2: np.ndarray
    contours: gpd.GeoDataFrame
    crs_wkt: str
    left_out: Mapping[str, int]
    bandwidth_rule: BandwidthRule | None = None
    adaptive: bool = False
    weights: str = "accidents"
    spread: int = 0
    years: float | None = None
    warnings: tuple[str, ...] = ()
    peak_standard_error_per_km2: float | None = None
    peak_interval_per_km2: tuple[float, float] | None = None
    standard_error_per_km2: np.ndarray | None = None
    interval_per_km2: np.ndarray | None = None

    @property
    def intensity_per_km2_year(self) -> np.ndarray | None:
        """The intensity per year of the stated period; None where none was."""
        return None if self.years is None else self.intensity_per_km2 / self.years

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper density --json`."""
        return {
            "n": self.n,
            "bandwidth_m": self.bandwidth_m,
            "bandwidth_rule": self.bandwidth_rule,
            "adaptive": self.adaptive,
            "edge": self.edge,
            "cell_m": self.cell_m,
            "window_km2": self.window_km2,
            "weights": self.weights,
            "integral": self.integral,
            "peak_per_km2": self.peak_per_km2,
            "peak_standard_error_per_km2": self.peak_standard_error_per_km2,
            "peak_interval_per_km2": None if self.peak_interval_per_km2 is None else list(self.peak_interval_per_km2),
            "per_year": self._per_year(),
            "share_area_level": self.share_area_level,
            "spread_over_districts": self.spread,
            "refused": self.refused,
            "warnings": list(self.warnings),
            "left_out": dict(self.left_out),
        }

    def _per_year(self) -> dict[str, float] | None:
        if self.years is None:
            return None
        rates = {"integral": self.integral, "peak_per_km2": self.peak_per_km2}
        return {"years": self.years, **{name: value / self.years for name, value in rates.items()}}


@dataclass(frozen=True, slots=True)
class DensityFrame:
    """The density of the accidents that are certainly of one calendar year, in the classes of that of all dates."""

    year: int
    surface: Surface

    def to_dict(self) -> dict[str, Any]:
        """Return what is told of it: its days, the records in it, those that may be of it, and why it has no surface."""
        return {
            "from": f"{self.year:04}-01-01",
            "to": f"{self.year:04}-12-31",
            "n": self.surface.n,
            "unclear": self.surface.left_out.get("uncertain_date", 0),
            "refused": self.surface.refused,
        }


@dataclass(frozen=True, slots=True)
class HotSpots:
    """Where more, or fewer, accidents were reported than chance explains: Gi* on units of ground.

    `units` has one row per unit (`unit_id`, `name` of a district, `records`, `neighbours` with itself included, `z`, two-sided
    `p`, `q` under control of false discovery, `class` as in the vocabulary `hotspot_class`, `share_in_window`, geometry in
    WGS 84). Units outside the window or not surveyed have a class and no number: that is not 0. `analysed` counts the others,
    and `n` their records. With a refusal no unit has a z, and analysed ones have no class. `coarse` is how many of the `n`
    are known to a circle wider than a cell. `p_from` is "exact" or "normal", see `mapper.analysis.getis`. `crs_wkt` is the plane
    of cells, "" where nothing was laid.
    """

    n: int
    analysed: int
    grid: str
    cell_m: float | None
    neighbours_m: float
    alpha: float
    p_from: str | None
    coarse: int
    refused: str | None
    left_out: Mapping[str, int]
    units: gpd.GeoDataFrame
    crs_wkt: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper hotspots --json`."""
        classes = self.units["class"].value_counts()
        significant = self.units["q"] <= self.alpha
        return {
            "n": self.n,
            "units": self.analysed,
            "grid": self.grid,
            "cell_m": self.cell_m,
            "neighbours_m": self.neighbours_m,
            "alpha": self.alpha,
            "p_from": self.p_from,
            "hot": int((significant & (self.units["z"] > 0)).sum()),
            "cold": int((significant & (self.units["z"] < 0)).sum()),
            "classes": {str(code): int(number) for code, number in sorted(classes.items())},
            "coarse": self.coarse,
            "refused": self.refused,
            "left_out": dict(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "may I enter?" for one place, route or area.

    `legal` speaks of orders, `physical` of recorded hazards and accidents, `verdict` is the stricter of the two; all three are
    codes of the vocabulary `verdict`, `basis` of `basis`. `orders`, `openings`, `zones`, `hazards`, `accidents`, `coverage` are
    what it rests on, as plain values with their sources. `doubt_m` is the accuracy of the deciding line plus the position's
    uncertainty `position_m`. `distance_m` is to the nearest ground that an order in force closes (0 inside, None where none is
    drawn), `distance_hazard_m` to the nearest hazard that counts. A route has `segments` with kilometres, its `length_km`, the
    `restricted_km` under permit, hazard or ban, and the place where it first enters such ground.
    """

    verdict: str
    legal: str
    physical: str
    basis: str
    on: dt.date
    known_by: dt.date | None
    who: str
    orders: tuple[Mapping[str, Any], ...] = ()
    openings: tuple[Mapping[str, Any], ...] = ()
    zones: tuple[Mapping[str, Any], ...] = ()
    hazards: tuple[Mapping[str, Any], ...] = ()
    accidents: tuple[Mapping[str, Any], ...] = ()
    coverage: tuple[Mapping[str, Any], ...] = ()
    doubt_m: float = 0.0
    position_m: float = 0.0
    distance_m: float | None = None
    distance_hazard_m: float | None = None
    segments: tuple[Mapping[str, Any], ...] = ()
    length_km: float | None = None
    restricted_km: float | None = None
    entry: Mapping[str, Any] | None = None
    reason: str | None = None
    sentence: str = ""

    @classmethod
    def unresolved(cls, on: dt.date, known_by: dt.date | None, who: str, reason: str) -> Verdict:
        """Return the answer for a place that could not be told."""
        sentence = f"Not assessed: {reason}. Treat it as not known, and ask the authorities."
        same = "not_assessed"
        return cls(same, same, same, "unresolved", on, known_by, who, reason=reason, sentence=sentence)

    @property
    def is_mildest(self) -> bool:
        """Whether nothing is recorded against the place; scripts must stop on everything else."""
        return self.verdict == "no_restriction_recorded"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of `mapper access --json`."""
        return {
            "verdict": self.verdict,
            "legal": self.legal,
            "physical": self.physical,
            "basis": self.basis,
            "on": self.on.isoformat(),
            "known_by": self.known_by.isoformat() if self.known_by else None,
            "who": self.who,
            "openings": [dict(each) for each in self.openings],
            "orders": [dict(each) for each in self.orders],
            "zones": [dict(each) for each in self.zones],
            "hazards": [dict(each) for each in self.hazards],
            "accidents": [dict(each) for each in self.accidents],
            "coverage": [dict(each) for each in self.coverage],
            "doubt_m": self.doubt_m,
            "doubt": {"line_m": self.doubt_m - self.position_m, "position_m": self.position_m},
            "distance_m": self.distance_m,
            "distance_hazard_m": self.distance_hazard_m,
            "segments": [dict(each) for each in self.segments],
            "length_km": self.length_km,
            "restricted_km": self.restricted_km,
            "entry": None if self.entry is None else dict(self.entry),
            "reason": self.reason,
            "sentence": self.sentence,
        }

    def _repr_html_(self) -> str:
        return cards.verdict_card(self.to_dict())
