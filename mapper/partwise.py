"""The line for incidents that come in parts: what is done with one part, and how the parts are put together.

Each part is looked at twice, and held only meanwhile, so memory is that of one part. The first look (`look`) reads, checks and
places its records and tells what all others must know: identifiers, names of places, places of the density. From that the
repeated identifiers, the gate and the setting of the density are settled for all. The second look (`walk`) takes the part along
the same steps as `mapper.pipeline`, and tells findings, pairs, sums and bins.

What parts tell is added up in their order. So an edition is the same as of one machine, save for the last digits of the density;
where a rule needs records of several parts side by side (identifiers, accidents told twice), they are brought together by what
they must have in common, a slice at a time.

A page draws up to `MOST_ON_A_PAGE` incidents. Of more the edition holds the counts of zones, districts and ledger and the density,
and no record by itself; it says so, and no verdict counts as the mildest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from mapper.analysis import binning
from mapper.analysis.consistency import OfIncidents, compare, dated_records, folded, one_by_one, told
from mapper.analysis.density import prepared
from mapper.analysis.duplicates import COMPARED, possible_duplicates
from mapper.analysis.join import join
from mapper.analysis.ledger import sums_beside
from mapper.errors import DataRefused, UsageError
from mapper.intake.partitions import (
    Description,
    as_one,
    check_part,
    described,
    given_ids,
    numbered,
    part_files,
    read_part,
    repeated_rows,
    require_alike,
)
from mapper.model import Checked, Finding, Joined, LayerEntry
from mapper.output.identifiers import REFERENCES, summed, with_public_ids
from mapper.output.publication import known_places
from mapper.output.tally import Tally, added, tally
from mapper.pipeline import density_places, no_density, no_surface
from mapper.walk import (
    Around,
    Found,
    Made,
    Public,
    as_known,
    broken_references,
    by_layer,
    edition_from,
    full_records,
    layers_of,
    opened,
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
    from mapper.model import Catalogue, Surface
    from mapper.output.compose import Edition

    Folded = list[tuple[Finding, int]]

MOST_ON_A_PAGE = 250_000
"""Incidents that one page can hold; a browser on an old laptop opens no more."""
_ZONE_SUMS = (
    *("incidents_inside", "incidents_uncertain", "killed_inside", "injured_inside"),
    *("incidents_reported", "killed_reported", "injured_reported"),
)


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
    """What the first look at a part tells: of one without records only its description."""

    described: Description
    ids: pd.Series
    places: frozenset[str]
    density: binning.Part | None
    no_density: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled once all parts have been looked at, for the second look."""

    work: Work
    public: Public
    density: binning.Part | None
    records: int
    internal: bool

    @property
    def counts_only(self) -> bool:
        """Whether the incidents are too many for a page."""
        return self.records > MOST_ON_A_PAGE

    @property
    def is_binned(self) -> bool:
        """Whether the density needs bins of each part."""
        return self.density is not None and not self.density.is_exact


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
    counted; `zones` are the sums `_ZONE_SUMS` of the part; `beside` those of each layer of counts before the gate.
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


# ---------------------------------------------------------------- before the parts
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


# ---------------------------------------------------------------- the first look
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
        return Look(about, pd.Series(dtype="str"), frozenset(), None, None)
    checked = check_part(layer, work.around.catalogue.area, repeated or {})
    placed = placed_incidents(*_with_public_ids(checked, work)[0], work.around)
    density, refused = _density_part(placed.frame, part.entry, work)
    places = known_places({"incidents": [(part.entry, placed.frame)]})
    return Look(about, given_ids(layer), places, density, refused)


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


def ids_in_slice(looked: Look, number: int, of: int) -> pd.Series:
    """Return those identifiers of a part that fall into one of so many slices; equal ones fall into one."""
    return looked.ids[pd.util.hash_array(looked.ids.to_numpy(dtype=object)) % of == number]


def repeated_in_slice(parts: Sequence[Part], ids: Sequence[pd.Series]) -> list[dict[int, str]]:
    """Return for each part the rows whose identifier an earlier part of the layer bears, within one slice.

    Raises
    ------
    DataRefused
        When records of two layers bear one identifier: they could not be told apart in any pair.
    """
    found: list[dict[int, str]] = [{} for _ in parts]
    of_layer: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        of_layer.setdefault(part.entry.name, []).append(number)
    first: pd.Series = pd.Series(dtype="str")
    for name, numbers in of_layer.items():
        for number, rows in zip(numbers, repeated_rows([ids[each] for each in numbers]), strict=True):
            found[number] = rows
        own = pd.concat([ids[each] for each in numbers])
        if (twice := own[own.isin(first)]).size:
            raise DataRefused(
                f"records of all layers need one id each, and this one is given twice: {twice.iloc[0]}",
                file=parts[numbers[0]].entry.path.name,
                layer=name,
                advice="Give every record its own id, for instance with a short name of its layer before it.",
            )
        first = pd.concat([first, own])
    return found


def density_of(parts: Sequence[binning.Part | None], setting: Setting | None) -> binning.Part | None:
    """Return what some parts together tell the density; None where none of them has records, or there is no setting."""
    known = [part for part in parts if part is not None]
    return binning.together(known, setting) if known and setting is not None else None


def planned(
    work: Work, parts: Sequence[Part], looks: Sequence[Look], density: binning.Part | None, *, internal: bool
) -> Plan:
    """Settle what the second look needs; `looks` may have lost their identifiers and places of the density.

    Raises
    ------
    DataRefused
        When part files of one layer differ in columns or reference system.
    """
    for entry in dict.fromkeys(part.entry.name for part in parts):
        of_layer = [(part, seen.described) for part, seen in zip(parts, looks, strict=True) if part.entry.name == entry]
        require_alike(of_layer[0][0].entry, [about for _, about in of_layer])
    refused = next((seen.no_density for seen in looks if seen.no_density is not None), work.no_density)
    if refused is not None:
        work, density = replace(work, setting=None, no_density=refused), None
    places = known_places(work.around.layers).union(*(seen.places for seen in looks))
    records = sum(seen.described.counted for seen in looks)
    return Plan(work, opened(work.around, places), density, records, internal)


def rows_before_each(parts: Sequence[Part], looks: Sequence[Look]) -> list[int]:
    """Return for each part how many records of its layer come before it."""
    before: list[int] = []
    for number, part in enumerate(parts):
        earlier = [
            seen.described
            for other, seen in zip(parts[:number], looks[:number], strict=True)
            if other.entry.name == part.entry.name
        ]
        before.append(sum(about.counted for about in earlier))
    return before


def with_records(parts: Sequence[Part], looks: Sequence[Look]) -> list[int]:
    """Return the numbers of the parts that are walked: those with records, and the first of a layer that has none at all."""
    held = [number for number, seen in enumerate(looks) if seen.described.counted]
    names = {parts[number].entry.name for number in held}
    first_of = {part.entry.name: number for number, part in reversed(list(enumerate(parts)))}
    return sorted([*held, *(number for name, number in first_of.items() if name not in names)])


# ---------------------------------------------------------------- the second look
def walk(part: Part, before: int, repeated: Mapping[int, str], plan: Plan) -> tuple[Walked, pd.DataFrame, Bins | None]:
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
    (Walked, DataFrame, Bins or None)
        The account, the records as accidents told twice are looked for, and the bins where the density needs them.

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
        account=replace(checked, frame=checked.frame.iloc[:0], findings=(), originals=None),
        steps=steps,
        later=placed.later,
        counted=tally(joined.incidents, public.tables["casualty_counts"]),
        beside=tuple(sums_beside(placed.frame, each) for each in counts),
        zones=pd.DataFrame(joined.zones[list(_ZONE_SUMS)]),
        accuracy_m=joined.accuracy_m,
        pairs=joined.pairs.iloc[held],
        incidents=joined.incidents.iloc[held],
        records=full_records(checked.frame, placed.frame).iloc[held] if plan.internal else None,
    )
    bins = None
    if plan.is_binned and plan.density is not None and work.setting is not None:
        bins = binning.deposited(_density_places(placed.frame, entry, work), work.setting, plan.density.radii)
    return walked, placed.frame.reindex(columns=[*COMPARED]), bins


def _one_each(findings: Iterable[Finding]) -> Folded:
    return [(each, 1) for each in findings]


def alike_in_slice(compared: pd.DataFrame, number: int, of: int) -> pd.DataFrame:
    """Return those records whose day falls into one of so many slices: accidents told twice have one day."""
    day = compared["date_start"].fillna(compared["date_end"]).astype("str").fillna("")
    return compared[pd.util.hash_array(day.to_numpy(dtype=object)) % of == number]


def alike(parts: Sequence[Part], compared: Sequence[pd.DataFrame]) -> list[Finding]:
    """Find accidents that may be told twice in any of the parts."""
    rows: dict[str, tuple[LayerEntry, list[pd.DataFrame]]] = {}
    for part, frame in zip(parts, compared, strict=True):
        rows.setdefault(part.entry.name, (part.entry, []))[1].append(frame)
    return possible_duplicates([(entry, pd.concat(frames)) for entry, frames in rows.values()])


# ---------------------------------------------------------------- all parts together
def edition_of_parts(
    plan: Plan,
    parts: Sequence[Part],
    looks: Sequence[Look],
    walked: Mapping[int, Walked],
    told_twice: Sequence[Finding],
    bins: Bins | None,
) -> tuple[Edition, gpd.GeoDataFrame | None]:
    """Put together what all parts told; `walked` by the number of the part, in order.

    Returns
    -------
    (Edition, GeoDataFrame or None)
        The edition, and the full records where the plan asks for them.

    Raises
    ------
    DataRefused
        When no record of a layer can be used.
    """
    work, public = plan.work, plan.public
    named = with_public_ids(work.checked)
    accounts = {layer.entry.name: layer for layer in named.checked} | _accounts(plan, parts, looks, walked)
    checked = [accounts[entry.name] for entry in work.around.catalogue.layers]
    every = list(walked.values())
    steps = _by_layer(parts, walked)
    found = Found(
        checked=[each for layer in checked for each in layer.findings],
        placed=[each for of in steps.values() for each in _in_turn([of_part.placed for of_part in of], plan)],
        compared=compare(
            work.around.layers,
            as_of=work.around.as_of or work.around.catalogue.data_date,
            of_incidents=_of_incidents(plan, steps, every, told_twice),
        ),
        references=_references(plan, checked, steps),
        gated=[each for of in steps.values() for each in summed(found for of_part in of for found in of_part.gated)],
        named=by_layer(
            [*named.findings, *(each for of in steps.values() for of_part in of for each in of_part.named)], checked
        ),
    )
    made = Made(
        joined=_joined(plan, parts, walked),
        surface=_surface(plan, sum(each.counted.records for each in every), bins),
        found=found,
        later=sum(each.later for each in every),
        counted=added([each.counted for each in every]),
    )
    records = _one_index([(parts[number], each.records) for number, each in walked.items()]) if plan.internal else None
    return edition_from(work.around, public, checked, made, _said(plan)), records


def _said(plan: Plan) -> list[str]:
    if not plan.counts_only:
        return []
    return [
        f"{plan.records:,} incidents are more than the {MOST_ON_A_PAGE:,} that a page can hold: none is drawn or listed by itself. "
        "They are in the counts of zones and districts, in the ledger and in the density."
    ]


def _by_layer(parts: Sequence[Part], walked: Mapping[int, Walked]) -> dict[str, list[Steps]]:
    steps: dict[str, list[Steps]] = {}
    for number, each in walked.items():
        steps.setdefault(parts[number].entry.name, []).append(each.steps)
    return steps


def _accounts(
    plan: Plan, parts: Sequence[Part], looks: Sequence[Look], walked: Mapping[int, Walked]
) -> dict[str, Checked]:
    """Return the account of each layer of incidents: those of its parts added up."""
    accounts = {}
    for name in dict.fromkeys(part.entry.name for part in parts):
        numbers = [number for number, part in enumerate(parts) if part.entry.name == name]
        entry = parts[numbers[0]].entry
        of_layer = [walked[number] for number in numbers if number in walked]
        checked = [replace(each.account, findings=tuple(_listed([each.steps.checked], plan))) for each in of_layer]
        whole = as_one(entry, [looks[number].described for number in numbers], checked)
        if plan.counts_only:
            own = [each for each in whole.findings if each.rule == "empty_layer" and each.row is None]
            listed = _listed([each.steps.checked for each in of_layer], plan)
            whole = replace(whole, findings=(*own, *listed))
        accounts[name] = whole
    return accounts


def _listed(findings: Sequence[Folded], plan: Plan) -> list[Finding]:
    """List findings of one step of one layer: all of them, or folded where the records are only counted."""
    every = [each for of_part in findings for each in of_part]
    return told(folded(every) if plan.counts_only else every)


def _in_turn(findings: Sequence[tuple[Folded, ...]], plan: Plan) -> list[Finding]:
    """List what several checks found in the parts of a layer, check by check."""
    return [each for of_check in zip(*findings, strict=True) for each in _listed(of_check, plan)]


def _of_incidents(
    plan: Plan, steps: Mapping[str, Sequence[Steps]], every: Sequence[Walked], told_twice: Sequence[Finding]
) -> OfIncidents:
    return OfIncidents(
        one_by_one=[each for of in steps.values() for each in _in_turn([of_part.one_by_one for of_part in of], plan)],
        alike=told_twice,
        dated=[each for of in steps.values() for each in _listed([of_part.dated for of_part in of], plan)],
        beside=[np.sum(sums, axis=0) for sums in zip(*(each.beside for each in every), strict=True)],
    )


def _references(plan: Plan, checked: Sequence[Checked], steps: Mapping[str, Sequence[Steps]]) -> list[Finding]:
    """List broken references layer by layer, in the order of the catalogue."""
    tables = plan.public.tables
    return [
        each
        for layer in checked
        for each in (
            _listed([of_part.references for of_part in steps[layer.entry.name]], plan)
            if layer.entry.kind == "incidents"
            else broken_references(layer, tables)
        )
    ]


def _joined(plan: Plan, parts: Sequence[Part], walked: Mapping[int, Walked]) -> Joined:
    every = list(walked.values())
    sums = {name: sum(each.zones[name] for each in every) for name in _ZONE_SUMS}
    return Joined(
        pairs=pd.concat([each.pairs for each in every], ignore_index=True),
        incidents=_one_index([(parts[number], each.incidents) for number, each in walked.items()]),
        zones=plan.public.zones.assign(**sums),
        accuracy_m=every[0].accuracy_m,
    )


def _one_index(frames: Sequence[tuple[Part, Any]]) -> Any:  # noqa: ANN401 - a GeoDataFrame
    """Put frames of parts together; of several layers the rows are numbered anew, as one machine does."""
    several = len({part.entry.name for part, _ in frames}) > 1
    held = [frame for _, frame in frames]
    filled = [frame for frame in held if len(frame)] or held[:1]
    return pd.concat(filled, ignore_index=several)


def _surface(plan: Plan, incidents: int, bins: Bins | None) -> Surface:
    bandwidth_m, setting = plan.work.around.catalogue.bandwidth_m, plan.work.setting
    if setting is None or plan.density is None:
        return no_surface(incidents, bandwidth_m, plan.work.no_density or "no record is located")
    try:
        return binning.surface(plan.density, setting, bins)
    except (DataRefused, UsageError) as exc:
        return no_surface(incidents, bandwidth_m, str(exc))
