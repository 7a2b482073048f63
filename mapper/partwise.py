"""One part of the incidents: what is done with it, whatever the others are and wherever it lies.

Each part is looked at twice, and held only meanwhile, so memory is that of one part. The first look (`look`) reads, checks and
places its records and tells what all others must know: identifiers, names of places, places of the density. From that the
repeated identifiers, the gate and the density's way are settled for all (`Plan`). The second look (`walk`) takes the part along
the same steps as `mapper.pipeline`, and tells findings, pairs, sums and bins. `mapper.wholes` puts them together.

Of incidents that are too many for a page (`mapper.wholes`) the parts tell counts, sums and bins, and no record by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from mapper.analysis import binning
from mapper.analysis.consistency import dated_records, folded, one_by_one
from mapper.analysis.density import prepared
from mapper.analysis.duplicates import COMPARED, alike_keys
from mapper.analysis.join import join
from mapper.analysis.ledger import sums_beside
from mapper.errors import DataRefused, UsageError
from mapper.intake.partitions import (
    Description,
    check_part,
    described,
    given_ids,
    numbered,
    part_files,
    read_part,
)
from mapper.model import Findings
from mapper.output.identifiers import REFERENCES, with_public_ids
from mapper.output.publication import known_places
from mapper.output.tally import Tally, tally
from mapper.pipeline import density_places, no_density
from mapper.walk import (
    Around,
    Public,
    as_known,
    broken_references,
    full_records,
    layers_of,
    placed_incidents,
    surroundings,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from mapper.analysis.binning import Bins
    from mapper.analysis.density import Setting
    from mapper.model import Catalogue, Checked, Finding, LayerEntry

    Folded = list[tuple[Finding, int]]

ZONE_SUMS = (
    *("incidents_inside", "incidents_uncertain", "killed_inside", "injured_inside"),
    *("incidents_reported", "killed_reported", "injured_reported"),
)


_NO_KEYS = np.zeros(0, dtype=np.uint64)


class Part(NamedTuple):
    """A file of incidents, and of which layer."""

    entry: LayerEntry
    path: Path


@dataclass(frozen=True, slots=True)
class Work:
    """What every part is looked at beside: the other layers, and the setting of the density or why there is none.

    `references` are the layers whose identifiers incidents refer to, as checked.
    """

    around: Around
    checked: tuple[Checked, ...]
    references: tuple[Checked, ...]
    setting: Setting | None
    no_density: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """What the first look at a part tells: of one without records only its description.

    `keys` are the numbers by which accidents that may be told twice are found (`mapper.analysis.duplicates.alike_keys`).
    """

    described: Description
    ids: pd.Series
    keys: np.ndarray
    places: frozenset[str]
    density: binning.Part | None
    no_density: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled once all parts have been looked at, for the second look.

    `alike` are the keys that several records have, sorted. `records` counts those of all parts; with `counts_only` they are too
    many for a page.
    """

    work: Work
    public: Public
    density: binning.Part | None
    alike: np.ndarray
    records: int
    counts_only: bool
    internal: bool

    @property
    def is_binned(self) -> bool:
        """Whether the density needs bins of each part."""
        return self.density is not None and not self.density.has_places

    def for_parts(self) -> Plan:
        """Return what the parts need of it: places that have been brought together are needed once, not at every part."""
        return self if self.is_binned else replace(self, density=None)


@dataclass(frozen=True, slots=True)
class Steps:
    """What each step found in a part, each finding with the number of those it stands for."""

    checked: Folded
    placed: tuple[Folded, ...]
    one_by_one: tuple[Folded, ...]
    dated: Folded
    references: Folded
    gated: tuple[Finding, ...]
    named: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """What the second look at a part tells.

    `account` is a Checked without rows and findings; `pairs`, `incidents` and `records` are empty where the incidents are only
    counted; `zones` are the sums `ZONE_SUMS` of the part; `beside` those of each layer of counts before the gate.
    """

    account: Checked
    steps: Steps
    later: int
    counted: Tally
    beside: tuple[np.ndarray, ...]
    zones: pd.DataFrame
    accuracy_m: float
    pairs: pd.DataFrame
    incidents: gpd.GeoDataFrame
    records: gpd.GeoDataFrame | None


class Walk(NamedTuple):
    """The second look at a part: `told` goes to whoever puts the parts together, the others are combined where they are.

    `compared` are the records that share their key with others, in the columns that are compared; `bins` those of the density
    where it needs them.
    """

    told: Walked
    compared: pd.DataFrame
    bins: Bins | None


def parts_of(catalogue: Catalogue) -> list[Part]:
    """Return every file of incidents, in the order of the catalogue.

    Raises
    ------
    UsageError
        When the catalogue names no layer of incidents.
    """
    entries = [entry for entry in catalogue.layers if entry.kind == "incidents"]
    if not entries:
        raise UsageError(
            "no layer of incidents is named, so there are no parts", advice="Build with the single engine."
        )
    return [Part(entry, path) for entry in entries for path in part_files(entry)]


def work_beside(catalogue: Catalogue, checked: Sequence[Checked], as_of: Any) -> Work:  # noqa: ANN401 - a date or None
    """Prepare what every part is looked at beside, from all checked layers but the incidents."""
    around = surroundings(catalogue, with_public_ids(checked).checked, as_of)
    window = together(around.layers["zones"]).geometry.dropna()
    entries = [(entry, range(1)) for entry in catalogue.layers if entry.kind == "incidents"]
    refused, setting = no_density({"incidents": entries}, window, catalogue.bandwidth_m), None
    if refused is None:
        try:
            setting = prepared(window, catalogue.bandwidth_m)
        except (DataRefused, UsageError) as exc:
            refused = str(exc)
    references = tuple(layer for layer in checked if layer.entry.kind in set(REFERENCES.values()))
    return Work(around, tuple(checked), references, setting, refused)


def look(part: Part, work: Work, repeated: Mapping[int, str] | None = None) -> Look:
    """Read, check and place the records of a part, and tell what the others must know of them.

    `repeated` are rows whose identifier an earlier part bears.

    Raises
    ------
    MapperError
        As reading and checking one file do.
    """
    layer = read_part(*part)
    about = described(layer, part.path)
    if not layer.counted:
        return Look(about, pd.Series(dtype="str"), _NO_KEYS, frozenset(), None, None)
    checked = check_part(layer, work.around.catalogue.area, repeated or {})
    placed = placed_incidents(*_with_public_ids(checked, work)[0], work.around)
    density, refused = _density_part(placed.frame, part.entry, work)
    places = known_places({"incidents": [(part.entry, placed.frame)]})
    return Look(about, given_ids(layer), alike_keys(placed.frame).to_numpy(), places, density, refused)


def _with_public_ids(checked: Checked, work: Work) -> tuple[tuple[LayerEntry | None, Any], tuple[Finding, ...]]:
    """Return the entry and the frame of checked incidents with public identifiers, and what was done to these."""
    named = with_public_ids([*work.references, checked])
    found = tuple(each for each in named.findings if each.layer == checked.entry.name)
    return layers_of(named.checked, "incidents")[0], found


def _density_part(located: gpd.GeoDataFrame, entry: LayerEntry, work: Work) -> tuple[binning.Part | None, str | None]:
    if work.setting is None:
        return None, work.no_density
    try:
        return binning.gathered(_density_places(located, entry, work), work.setting), None
    except (DataRefused, UsageError) as exc:
        return None, str(exc)


def _density_places(located: gpd.GeoDataFrame, entry: LayerEntry | None, work: Work) -> gpd.GeoDataFrame:
    window = together(work.around.layers["zones"]).geometry.dropna()
    return density_places(located, entry, window, work.around.catalogue.bandwidth_m)


def without_ids(looked: Look) -> Look:
    """Return what a look tells in few words."""
    return replace(looked, ids=looked.ids.iloc[:0], keys=_NO_KEYS, density=None)


def keys_in_slice(looked: Look, number: int, of: int) -> np.ndarray:
    """Return those keys of a part that fall into one of so many slices."""
    return np.asarray(looked.keys[looked.keys % np.uint64(of) == number])


def ids_in_slice(looked: Look, number: int, of: int) -> pd.Series:
    """Return those identifiers of a part that fall into one of so many slices; equal ones fall into one."""
    return pd.Series(looked.ids[pd.util.hash_array(looked.ids.to_numpy(dtype=object)) % of == number])


def walk(part: Part, before: int, repeated: Mapping[int, str], plan: Plan) -> Walk:
    """Take a part along the line.

    Parameters
    ----------
    part : Part
        The file.
    before : int
        Records of its layer in earlier parts.
    repeated : mapping of int to str
        Its rows (from 1) whose identifier an earlier part bears.
    plan : Plan
        What is settled for all parts.

    Returns
    -------
    Walk
        What the part tells.

    Raises
    ------
    MapperError
        As reading and checking one file do.
    """
    work, public = plan.work, plan.public
    layer = numbered(read_part(*part), before)
    checked = check_part(layer, work.around.catalogue.area, {row + before: each for row, each in repeated.items()})
    (entry, frame), named = _with_public_ids(checked, work)
    placed = placed_incidents(entry, frame, work.around)
    gated = public.gate.through(placed.frame, "incidents", entry)
    joined = join(as_known(gated.frame, public, entry), public.zones)
    fold = folded if plan.counts_only else list
    public_frame = replace(checked, frame=frame)
    steps = Steps(
        checked=fold(_one_each(checked.findings)),
        placed=tuple(fold(_one_each(each)) for each in (placed.left_out, placed.doubts)),
        one_by_one=tuple(fold(_one_each(each)) for each in one_by_one(placed.frame, work.around.layers, entry=entry)),
        dated=fold(_one_each(dated_records(placed.frame, public.dates, entry=entry))),
        references=fold(_one_each(broken_references(public_frame, public.tables))),
        gated=gated.findings,
        named=named,
    )
    counts = [frame for _, frame in work.around.layers["casualty_counts"]]
    held = slice(0, 0) if plan.counts_only else slice(None)
    walked = Walked(
        account=replace(checked, frame=checked.frame.iloc[:0], findings=Findings(), originals=None),
        steps=steps,
        later=placed.later,
        counted=tally(joined.incidents, public.tables["casualty_counts"]),
        beside=tuple(sums_beside(placed.frame, each) for each in counts),
        zones=pd.DataFrame(joined.zones[list(ZONE_SUMS)]),
        accuracy_m=joined.accuracy_m,
        pairs=joined.pairs.iloc[held],
        incidents=joined.incidents.iloc[held],
        records=full_records(checked.frame, placed.frame).iloc[held] if plan.internal else None,
    )
    bins = None
    if plan.is_binned and plan.density is not None and work.setting is not None:
        bins = binning.deposited(_density_places(placed.frame, entry, work), work.setting, plan.density.radii)
    keys = alike_keys(placed.frame)
    doubtful = placed.frame.loc[keys.index[np.isin(keys, plan.alike)]]
    return Walk(walked, doubtful.reindex(columns=[*COMPARED]), bins)


def _one_each(findings: Iterable[Finding]) -> Folded:
    return [(each, 1) for each in findings]


def alike_in_slice(compared: pd.DataFrame, number: int, of: int) -> pd.DataFrame:
    """Return those records whose day falls into one of so many slices: accidents told twice have one day."""
    day = compared["date_start"].fillna(compared["date_end"]).astype("str").fillna("")
    chosen: pd.DataFrame = compared.loc[pd.util.hash_array(day.to_numpy(dtype=object)) % of == number]
    return chosen
