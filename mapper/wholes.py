"""The parts of the incidents put together: what they told of each other first, and the edition in the end.

Whatever parts tell is added up in their order. So an edition is the same as of one machine, save for the last digits of a binned
density. Where a rule needs records of several parts side by side (identifiers, accidents told twice), they come together by what
they must have in common, a slice at a time.

Where the incidents are more than a page can hold, the edition says so, has no file of them, and lets no verdict be the mildest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mapper.analysis import binning
from mapper.analysis.consistency import OfIncidents, compare, folded, told
from mapper.analysis.duplicates import possible_duplicates
from mapper.errors import DataRefused, UsageError
from mapper.intake.partitions import as_one, repeated_rows, require_alike
from mapper.model import Checked, Finding, Findings, Joined, LayerEntry
from mapper.output.identifiers import summed, with_public_ids
from mapper.output.publication import known_places
from mapper.output.tally import added
from mapper.partwise import ZONE_SUMS, Plan, Steps, Walked
from mapper.pipeline import may_have_frames, no_surface
from mapper.terms import Said
from mapper.walk import Found, Made, broken_references, by_layer, edition_from, opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from mapper.analysis.binning import Bins
    from mapper.analysis.density import Setting
    from mapper.model import DensityFrame, Surface
    from mapper.output.compose import Edition
    from mapper.partwise import Folded, Look, Part, Work

MOST_ON_A_PAGE = 1_000_000
"""Incidents that one page can hold; a browser on an old laptop opens no more."""


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
    """Return what some parts together tell the density; None where there is no setting for one."""
    known = [part for part in parts if part is not None]
    return None if setting is None else binning.together(known or [binning.nothing()], setting)


def repeated_keys(keys: Sequence[np.ndarray]) -> np.ndarray:
    """Return the keys that more than one record has, of those of some or all parts."""
    distinct, times = np.unique(np.concatenate(keys), return_counts=True)
    return distinct[times > 1]


def planned(
    work: Work,
    parts: Sequence[Part],
    looks: Sequence[Look],
    density: binning.Part | None,
    alike: np.ndarray,
    *,
    internal: bool,
) -> Plan:
    """Settle what the second look needs; `looks` may have lost their identifiers, keys and places of the density.

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
    return Plan(work, opened(work.around, places), density, alike, records, records > MOST_ON_A_PAGE, internal)


def rows_before_each(parts: Sequence[Part], looks: Sequence[Look]) -> list[int]:
    """Return for each part how many records of its layer come before it."""
    so_far: dict[str, int] = {}
    before: list[int] = []
    for part, seen in zip(parts, looks, strict=True):
        before.append(so_far.get(part.entry.name, 0))
        so_far[part.entry.name] = before[-1] + seen.described.counted
    return before


def with_records(parts: Sequence[Part], looks: Sequence[Look]) -> list[int]:
    """Return the numbers of the parts that are walked: those with records, and the first of a layer that has none at all."""
    held = [number for number, seen in enumerate(looks) if seen.described.counted]
    names = {parts[number].entry.name for number in held}
    first_of = {part.entry.name: number for number, part in reversed(list(enumerate(parts)))}
    return sorted([*held, *(number for name, number in first_of.items() if name not in names)])


def alike(parts: Sequence[Part], compared: Sequence[pd.DataFrame]) -> list[Finding]:
    """Find accidents that may be told twice in any of the parts."""
    rows: dict[str, tuple[LayerEntry, list[pd.DataFrame]]] = {}
    for part, frame in zip(parts, compared, strict=True):
        rows.setdefault(part.entry.name, (part.entry, []))[1].append(frame)
    return possible_duplicates([(entry, pd.concat(frames)) for entry, frames in rows.values()])


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
    surface, frames = _surfaces(plan, parts, sum(each.counted.records for each in every), bins)
    made = Made(
        joined=_joined(plan, parts, walked),
        surface=surface,
        frames=frames,
        found=found,
        later=sum(each.later for each in every),
        counted=added([each.counted for each in every]),
    )
    records = _one_index([(parts[number], each.records) for number, each in walked.items()]) if plan.internal else None
    return edition_from(work.around, public, checked, made, _said(plan)), records


def _said(plan: Plan) -> list[str]:
    """Say in words that the incidents are only counted."""
    return [Said.of("assumed.too_many", n=plan.records, most=MOST_ON_A_PAGE)] if plan.counts_only else []


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
        checked = [replace(each.account, findings=Findings(_listed([each.steps.checked], plan))) for each in of_layer]
        whole = as_one(entry, [looks[number].described for number in numbers], checked)
        if plan.counts_only:
            own = [each for each in whole.findings if each.rule == "empty_layer" and each.row is None]
            listed = _listed([each.steps.checked for each in of_layer], plan)
            whole = replace(whole, findings=Findings((*own, *listed)))
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
    """Put the joins of the parts together.

    Raises
    ------
    DataRefused
        When an identifier that was replaced, because it may tell a person, is now that of a record of another part.
    """
    every = list(walked.values())
    incidents = _one_index([(parts[number], each.incidents) for number, each in walked.items()])
    if (twice := incidents["incident_id"][incidents["incident_id"].duplicated()]).size:
        raise DataRefused(
            f"two records are called {twice.iloc[0]} where identifiers that may tell a person are replaced by layer and row",
            layer=parts[0].entry.name,
            advice="Give the records identifiers that are no names and no row numbers.",
        )
    sums = {name: sum(each.zones[name] for each in every) for name in ZONE_SUMS}
    return Joined(
        pairs=pd.concat([each.pairs for each in every], ignore_index=True),
        incidents=incidents,
        zones=plan.public.zones.assign(**sums),
        accuracy_m=every[0].accuracy_m,
    )


def _one_index(frames: Sequence[tuple[Part, Any]]) -> Any:  # noqa: ANN401 - a GeoDataFrame
    """Put frames of parts together; of several layers the rows are numbered anew, as one machine does."""
    several = len({part.entry.name for part, _ in frames}) > 1
    held = [frame for _, frame in frames]
    filled = [frame for frame in held if len(frame)] or held[:1]
    return pd.concat(filled, ignore_index=several)


def _surfaces(
    plan: Plan, parts: Sequence[Part], incidents: int, bins: Bins | None
) -> tuple[Surface, tuple[DensityFrame, ...]]:
    bandwidth_m, setting = plan.work.around.catalogue.bandwidth_m, plan.work.setting
    if setting is None or plan.density is None:
        return no_surface(incidents, bandwidth_m, plan.work.no_density or ""), ()
    try:
        surface = binning.surface(plan.density, setting, bins)
        has_frames = may_have_frames(part.entry for part in parts)
        return surface, binning.frames(plan.density, setting, surface) if has_frames else ()
    except (DataRefused, UsageError) as exc:
        return no_surface(incidents, bandwidth_m, str(exc)), ()
