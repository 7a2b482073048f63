"""An edition past one machine: the parts of `mapper.partwise`, each a task that dask runs on whatever worker is free.

    files -> look -> plan -> walk -> edition
             each part       each part

The tasks are pure and read their part themselves, so one that was lost with its worker is run again and tells the same. What is
handed between machines is what parts tell, not the parts; what grows with their number is added up in a tree (`_tree`), and
what has to be seen side by side is cut into slices (`_slices`). Results are always combined in the order of the parts, whoever
was first, so the same parts give the same bytes.

Without the address of a scheduler one is started here, with a process for each processor and one part in each: so a layer larger
than memory is a layer of parts that are not. This is the only module that knows dask, which is loaded when it is asked for.
"""

from __future__ import annotations

import contextlib
import os
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mapper import partwise, wholes
from mapper.analysis import binning
from mapper.errors import Unreadable, UsageError
from mapper.intake.partitions import check_layer
from mapper.pipeline import catalogue_for, write_edition
from mapper.progress import step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from distributed import Client, Future

    from mapper.model import Catalogue
    from mapper.output.basemap import Basemap
    from mapper.output.compose import Edition
    from mapper.output.export import Format
    from mapper.partwise import Look, Part, Plan, Work

    Told = TypeVar("Told")

CONNECT_S = 30
"""How long a scheduler, or its first worker, is waited for."""
SLICE_RECORDS = 5_000_000
"""How many records' identifiers are looked at side by side."""
_TREE_WIDTH = 8


def build(
    layers: Path | None = None,
    *,
    out: Path,
    scheduler: str | None = None,
    as_of: dt.date | None = None,
    internal: bool = False,
    basemap: Basemap | None = None,
    exports: Sequence[Format] = (),
) -> dict[str, Any]:
    """Build an edition as `mapper.pipeline.build` does, part by part on the workers of a dask scheduler.

    Parameters
    ----------
    layers, out, as_of, internal, basemap, exports
        As of `mapper.pipeline.build`. A layer of incidents may be a folder of part files; every file is a part.
    scheduler : str, optional
        The address of a running scheduler, such as "tcp://10.0.0.1:8786". Each of its workers has this package and sees the
        layers under the same path. Without it a scheduler and workers are started on this machine.

    Returns
    -------
    dict
        The answer of `mapper build --json`.

    Raises
    ------
    UsageError
        When dask is not installed, no scheduler or worker answers, or no layer of incidents is named.
    Unreadable
        When workers die over a part again and again.
    MapperError
        As `mapper.pipeline.build`.
    """
    catalogue = catalogue_for(None if layers is None else layers.resolve(), as_of)
    with workers(scheduler) as client:
        edition, records = _edition(client, catalogue, as_of, internal=internal)
    return write_edition(edition, out, records, basemap, exports)


@contextlib.contextmanager
def workers(scheduler: str | None = None, *, processes: int | None = None) -> Iterator[Client]:
    """Join a scheduler, or start one with workers here, and leave it, or end it, afterwards.

    Parameters
    ----------
    scheduler : str, optional
        The address of a running one.
    processes : int, optional
        How many workers are started here, by default one for each processor.

    Raises
    ------
    UsageError
        When dask is not installed, or nobody answers.
    Unreadable
        When workers die over a part again and again.
    """
    try:
        import dask  # noqa: PLC0415 - an extra, loaded when it is asked for
        from distributed import Client, KilledWorker, LocalCluster  # noqa: PLC0415 - the same
    except ImportError:
        raise UsageError(
            "dask is not installed",
            advice="Install it with `pip install 'hazard-mapper[dask]'`, or leave --engine out.",
        ) from None
    # The other layers are sent to the scheduler once, however large they are: a lost worker's successor asks for them again.
    quiet = {
        "distributed.admin.large-graph-warning-threshold": "1GB",
        "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
    }
    with dask.config.set(quiet), contextlib.ExitStack() as opened:
        try:
            if scheduler is None:
                cluster = LocalCluster(
                    host="127.0.0.1",
                    threads_per_worker=1,
                    n_workers=processes or os.cpu_count() or 1,
                    dashboard_address="127.0.0.1:0",
                )
                scheduler = opened.enter_context(cluster).scheduler_address
            client = opened.enter_context(Client(scheduler, timeout=CONNECT_S, set_as_default=False))
            client.wait_for_workers(1, timeout=CONNECT_S)
        except (OSError, TimeoutError, ValueError) as exc:
            raise UsageError(
                f"no dask scheduler with a worker answers at {scheduler}",
                advice="Start `dask scheduler` and `dask worker`, and give the address that the scheduler tells.",
            ) from exc
        try:
            yield client
        except KilledWorker as exc:
            raise Unreadable(
                "workers died over a part of the layers again and again",
                advice="Write smaller part files, or give the workers more memory.",
            ) from exc


def _edition(
    client: Client, catalogue: Catalogue, as_of: dt.date | None, *, internal: bool
) -> tuple[Edition, gpd.GeoDataFrame | None]:
    """Walk all parts to an edition; return the full records too where they are asked for."""
    with step("checking the layers beside the incidents"):
        parts = partwise.parts_of(catalogue)
        others = [check_layer(entry, catalogue.area) for entry in catalogue.layers if entry.kind != "incidents"]
        work = partwise.work_beside(catalogue, others, as_of)
        held = client.submit(_held, work, pure=False)
    with step(f"looking at {len(parts):,} parts"):
        looked, looks, repeated = _looked(client, parts, held)
        plan = _plan(client, work, parts, looked, looks, internal=internal)
        del looked, held
    walking = wholes.with_records(parts, looks)
    with step(f"joining and counting {len(walking):,} parts"):
        before = wholes.rows_before_each(parts, looks)
        settled = client.submit(_held, plan.for_parts(), pure=False)
        walked = [
            client.submit(partwise.walk, parts[each], before[each], repeated[each], settled, pure=False)
            for each in walking
        ]
        told = client.gather(client.map(attrgetter("told"), walked, pure=False))
        twice = _told_twice(client, [parts[each] for each in walking], walked, plan)
        laid = client.map(attrgetter("bins"), walked, pure=False) if plan.is_binned else []
        bins = _tree(client, binning.added, laid).result() if laid else None
    with step("putting the parts together"):
        return wholes.edition_of_parts(plan, parts, looks, dict(zip(walking, told, strict=True)), twice, bins)


def _looked(
    client: Client, parts: Sequence[Part], work: Future[Any]
) -> tuple[list[Future[Any]], list[Look], list[Mapping[int, str]]]:
    """Look at every part; once more at those that hold a repeated identifier, without those records."""
    looked = client.map(partwise.look, parts, work=work, pure=False)
    looks = client.gather(client.map(partwise.without_ids, looked, pure=False))
    slices = _slices(sum(seen.described.counted for seen in looks))
    repeated: list[dict[int, str]] = [{} for _ in parts]
    for number in range(slices):
        ids = client.map(partwise.ids_in_slice, looked, number=number, of=slices, pure=False)
        for rows, found in zip(
            repeated, client.submit(wholes.repeated_in_slice, parts, ids, pure=False).result(), strict=True
        ):
            rows.update(found)
    again = [number for number, rows in enumerate(repeated) if rows]
    for number in again:
        looked[number] = client.submit(partwise.look, parts[number], work, repeated[number], pure=False)
    fresh = client.gather([client.submit(partwise.without_ids, looked[number], pure=False) for number in again])
    for number, seen in zip(again, fresh, strict=True):
        looks[number] = seen
    return looked, looks, [dict(sorted(rows.items())) for rows in repeated]


def _plan(
    client: Client,
    work: Work,
    parts: Sequence[Part],
    looked: Sequence[Future[Any]],
    looks: Sequence[Look],
    *,
    internal: bool,
) -> Plan:
    setting = work.setting
    densities = client.map(attrgetter("density"), looked, pure=False)
    density = _tree(client, lambda some: wholes.density_of(some, setting), densities).result()
    slices = _slices(sum(seen.described.counted for seen in looks))
    keys = [
        client.submit(
            wholes.repeated_keys,
            client.map(partwise.keys_in_slice, looked, number=number, of=slices, pure=False),
            pure=False,
        )
        for number in range(slices)
    ]
    alike = np.sort(np.concatenate(client.gather(keys)))
    return wholes.planned(work, parts, looks, density, alike, internal=internal)


def _told_twice(client: Client, parts: Sequence[Part], walked: Sequence[Future[Any]], plan: Plan) -> list[Any]:
    """Find accidents told twice, those of some days at a time; in the order of the layers and rows."""
    slices = _slices(plan.records)
    compared = client.map(attrgetter("compared"), walked, pure=False)
    found = []
    for number in range(slices):
        some = client.map(partwise.alike_in_slice, compared, number=number, of=slices, pure=False)
        found += client.submit(wholes.alike, parts, some, pure=False).result()
    order = {part.entry.name: at for at, part in reversed(list(enumerate(parts)))}
    return sorted(found, key=lambda each: (order[each.layer], each.row))


def _tree(client: Client, combine: Callable[[list[Any]], Any], futures: Sequence[Future[Any]]) -> Future[Any]:
    """Combine results in their order, a few at a time, so that no machine holds them all."""
    level = list(futures)
    while len(level) > 1:
        level = [
            client.submit(combine, level[start : start + _TREE_WIDTH], pure=False)
            for start in range(0, len(level), _TREE_WIDTH)
        ]
    return client.submit(combine, level, pure=False)


def _slices(records: int) -> int:
    return records // SLICE_RECORDS + 1


def _held(value: Told) -> Told:
    """Return what is sent to the workers once for all tasks that need it."""
    return value
