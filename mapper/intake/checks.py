"""The checks within one layer: from text as given to typed records that later steps can rely on.

    columns -> cells -> dates -> place -> area -> shape -> doubts about shapes -> what occurs twice

Each stage is a module: `mapping`, `cells`, `placement`, `shapes`, `geocheck`, `repeats`. It takes the frame and writes what it
found into the layer's `account`; refused rows leave the frame and are counted, so that `kept + repaired + rejected` is the
count taken before. What cannot be decided from one layer alone (an accident outside its stated district) is checked in
`mapper.analysis.consistency`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from mapper import crs, schema, terms
from mapper.errors import DataRefused
from mapper.findings import CLOSED
from mapper.intake.account import Account, named
from mapper.intake.cells import (
    days_of_moments,
    folded_codes,
    judge_cells,
    judge_counts,
    judge_dates,
    refuse_repeated,
    reordered_dates,
)
from mapper.intake.extents import shared_places
from mapper.intake.geocheck import POINTS, geocheck
from mapper.intake.mapping import our_columns
from mapper.intake.mojibake import doubt_names
from mapper.intake.placement import place_records
from mapper.intake.precision import judge_precision
from mapper.intake.repeats import copied_records, similar_ids
from mapper.intake.shapes import inside_area, refuse_closed, sound_shapes
from mapper.model import Checked, Finding, Findings, Layer, Ledger, LonLatBox

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from mapper.model import DateOrder, OnInvalid


_NONE: Mapping[int, str] = MappingProxyType({})


def check(
    layer: Layer,
    *,
    area: LonLatBox | None = None,
    area_is_stated: bool = True,
    date_order: DateOrder | None = None,
    on_invalid: OnInvalid | None = None,
) -> Checked:
    """Check one layer and type its records.

    Parameters
    ----------
    layer : Layer
        As read.
    area : tuple of float, optional
        West, south, east, north in WGS 84 degrees: where the records are expected. Without it a swap of longitude and
        latitude cannot be told, which is then a finding.
    area_is_stated : bool
        False when the area is only the extent of other layers: records outside it are then counted, not doubted.
    date_order : {"dmy", "mdy", "ymd"}, optional
        How dates such as 03/04/2021 are meant; else as the layer's entry says, else they are not read.
    on_invalid : {"raise", "reject", "repair"}, optional
        What becomes of a shape that contradicts itself. Repaired unless said otherwise (ground is never lost); a point has
        no shape to repair, so it is refused. With "reject" nothing is mended or closed: such records are refused. With "raise"
        the first of them stops the whole layer, as any other refused record does.

    Returns
    -------
    Checked
        Typed rows of the kind's columns (a GeoDataFrame in WGS 84 where the kind has a place); one row per usable record,
        the layer's own index; `kept + repaired + rejected == layer.counted`.

    Raises
    ------
    DataRefused
        When a required column is missing, there is no record, or none is usable; with `on_invalid="raise"`, at the first
        record that is refused or would have to be mended.
    UnknownCRS
        When there are coordinates without a known reference system.
    LedgerBroken
        When the counts do not add up.

    Examples
    --------
    >>> from mapper.catalogue import bundled_layers
    >>> from mapper.intake.files import read_layers
    >>> checked = check(read_layers(bundled_layers())[0])
    >>> checked.ledger.kept, checked.ledger.rejected
    (114, 0)
    """
    checked = examine(layer, area=area, area_is_stated=area_is_stated, date_order=date_order, on_invalid=on_invalid)
    require_usable(checked)
    return checked


def require_usable(checked: Checked) -> None:
    """Refuse a layer of which every record is refused.

    Raises
    ------
    DataRefused
        With the reason of the first record.
    """
    if checked.ledger.counted and not checked.ledger.usable:
        raise _nothing_left(checked)


def _policy(kind: str, on_invalid: OnInvalid | None) -> OnInvalid:
    """Mending a shape may add ground: that is strict for what closes ground, and the opposite for what opens it."""
    if kind == "corridors" and on_invalid != "raise":
        return "reject"
    return on_invalid or "repair"


def examine(
    layer: Layer,
    *,
    area: LonLatBox | None = None,
    area_is_stated: bool = True,
    date_order: DateOrder | None = None,
    on_invalid: OnInvalid | None = None,
    repeated: Mapping[int, str] = _NONE,
) -> Checked:
    """Check one layer as `check` does, but return the account also when no record is usable.

    `repeated` are the rows whose identifier a record before this layer bears already, with that identifier: they are refused.

    Raises
    ------
    DataRefused, UnknownCRS, LedgerBroken
        As `check`, save for a layer of which every record is refused.
    """
    if not layer.counted and not layer.entry.may_be_empty:
        raise DataRefused("it holds no records", **named(layer), advice="Export it again, or leave the layer out.")
    account = Account(layer.entry, list(layer.findings), on_invalid=_policy(layer.entry.kind, on_invalid))
    if not layer.counted:
        account.doubt("empty_layer", None, None)
    account.repaired |= {found.row for found in layer.findings if found.done == CLOSED and found.row is not None}
    kind = layer.entry.kind
    doubt_names(layer.frame.columns, account)
    cells, mapping = our_columns(layer, account)
    refuse_repeated(repeated, kind, account)
    cells = folded_codes(days_of_moments(cells, kind, account), kind, account)
    cells = judge_cells(reordered_dates(cells, kind, date_order or layer.entry.date_order), kind, account)
    if not isinstance(layer.frame, gpd.GeoDataFrame):
        cells = judge_precision(cells, kind, account)
    frame = schema.typed(cells, kind)
    judge_dates(frame, kind, account)
    judge_counts(frame, kind, account)
    shared = None
    if kind in schema.GEOMETRY_OF_KIND:
        placed = place_records(layer, frame, account, area if area_is_stated else None)
        frame = inside_area(refuse_closed(placed, account), area, account, area_is_stated)
        frame = sound_shapes(frame, kind, account)
        geocheck(frame, kind, account, shared := _shared(frame, kind))
    similar_ids(frame, kind, account)
    copied_records(layer, frame.index if shared is None else frame.index[shared], mapping, account)
    _raise_if_asked(account)
    repaired = len(account.repaired - account.refused)
    ledger = Ledger(
        counted=layer.counted,
        kept=len(frame) - repaired,
        repaired=repaired,
        rejected=len(account.refused) + layer.unread,
    )
    return Checked(
        entry=layer.entry,
        frame=frame,
        ledger=ledger,
        sha256=layer.sha256,
        crs=layer.crs,
        mapping=mapping,
        findings=Findings(sorted(account.findings, key=_place_in_file)),
        originals=_originals(account, layer, frame.index),
    )


def _shared(frame: gpd.GeoDataFrame, kind: str) -> NDArray[np.bool_] | None:
    """Tell which points are not the only ones at their place; None for kinds whose places are no points."""
    return shared_places(frame.geometry.to_numpy()) if kind in POINTS else None


def _originals(account: Account, layer: Layer, kept: pd.Index[int]) -> gpd.GeoSeries | None:
    """Return the shapes as given of the kept records whose shape was changed; None where there are none.

    They are in the system they were given in; in WGS 84 where a layer held several (columns of text may).
    """
    read = [] if layer.originals is None else [layer.originals]
    changed = kept[kept.isin(account.changed)]
    known = read[0].index if read else kept[:0]
    series = [
        each.loc[each.index.isin(rows)]
        for each, rows in (
            *((each, kept) for each in read),
            *((each, changed.difference(known)) for each in account.given),
        )
    ]
    series = [each for each in series if len(each)]
    if not series:
        return None
    systems = {crs.known_crs(each.crs) for each in series}
    alike = series if len(systems) == 1 else [crs.to_storage(each) for each in series]
    return gpd.GeoSeries(pd.concat(alike).sort_index(), name="as_given")


def _raise_if_asked(account: Account) -> None:
    """Stop at the first refused record where the caller wants that; what would be mended is refused then."""
    refused = sorted((found for found in account.findings if found.severity == "error"), key=_place_in_file)
    first = next(iter(refused), None)
    if account.on_invalid == "raise" and first is not None:
        raise DataRefused(
            terms.label("rule", first.rule).rstrip(".") + (f" ({first.value})" if first.value else ""),
            file=first.file,
            layer=first.layer,
            row=first.row,
            column=first.column,
            advice=first.advice,
        )


def _place_in_file(found: Finding) -> tuple[int, str]:
    return (found.row or 0, found.column or "")


def _nothing_left(checked: Checked) -> DataRefused:
    first = next(found for found in checked.findings if found.severity == "error")
    reason = terms.label("rule", first.rule).rstrip(".")
    return DataRefused(
        f"none of its {checked.ledger.counted} records can be used; the first: {reason}"
        + (f" ({first.value})" if first.value else ""),
        file=checked.entry.path.name,
        layer=checked.entry.name,
        row=first.row,
        column=first.column,
        advice=first.advice,
    )
