"""The checks within one layer: from text as given to typed records that later steps can rely on.

    columns -> cells -> dates -> place -> area -> shape

Each stage is a module: `mapping`, `cells`, `placement`, `shapes`. It takes the frame and writes what it found into the
layer's `account`; refused rows leave the frame and are counted, so that `kept + repaired + rejected` is the count taken
before. What cannot be decided from one layer alone (an accident outside its stated district) is checked in
`mapper.analysis.consistency`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from mapper import schema, terms
from mapper.errors import DataRefused
from mapper.findings import CLOSED
from mapper.intake.account import Account, named
from mapper.intake.cells import judge_cells, judge_dates, reordered_dates
from mapper.intake.mapping import our_columns
from mapper.intake.placement import place_records
from mapper.intake.shapes import inside_area, sound_shapes
from mapper.model import Checked, Finding, Layer, Ledger, LonLatBox

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from mapper.model import DateOrder, OnInvalid


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
        no shape to repair, so it is refused. With "raise" the first record that would be refused stops the whole layer.

    Returns
    -------
    Checked
        Typed rows of the kind's columns (a GeoDataFrame in WGS 84 where the kind has a place); one row per usable record,
        the layer's own index; `kept + repaired + rejected == layer.counted`.

    Raises
    ------
    DataRefused
        When a required column is missing, there is no record, or none is usable.
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
    if checked.ledger.counted and not checked.ledger.usable:
        raise _nothing_left(checked)
    return checked


def examine(
    layer: Layer,
    *,
    area: LonLatBox | None = None,
    area_is_stated: bool = True,
    date_order: DateOrder | None = None,
    on_invalid: OnInvalid | None = None,
) -> Checked:
    """Check one layer as `check` does, but return the account also when no record is usable.

    Raises
    ------
    DataRefused, UnknownCRS, LedgerBroken
        As `check`, save for a layer of which every record is refused.
    """
    if not layer.counted and not layer.entry.may_be_empty:
        raise DataRefused("it holds no records", **named(layer), advice="Export it again, or leave the layer out.")
    account = Account(layer.entry, list(layer.findings), on_invalid=on_invalid or "repair", originals=_as_given(layer))
    if not layer.counted:
        account.doubt("empty_layer", None, None)
    account.repaired |= {found.row for found in layer.findings if found.done == CLOSED and found.row is not None}
    kind = layer.entry.kind
    cells, mapping = our_columns(layer, account)
    cells = judge_cells(reordered_dates(cells, kind, date_order or layer.entry.date_order), kind, account)
    frame = schema.typed(cells, kind)
    judge_dates(frame, kind, account)
    if kind in schema.GEOMETRY_OF_KIND:
        placed = place_records(layer, frame, account, area if area_is_stated else None)
        frame = inside_area(placed, area, account, area_is_stated)
        frame = sound_shapes(frame, kind, account)
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
        findings=tuple(sorted(account.findings, key=_place_in_file)),
        originals=_originals(account, layer),
    )


def _as_given(layer: Layer) -> dict[int, BaseGeometry]:
    return {} if layer.originals is None else {int(row): shape for row, shape in layer.originals.items()}


def _originals(account: Account, layer: Layer) -> gpd.GeoSeries | None:
    """Return the shapes as given of the kept records whose shape was changed; None where there are none."""
    kept = {row: shape for row, shape in sorted(account.originals.items()) if row not in account.refused}
    return gpd.GeoSeries(kept, crs=layer.crs, name="as_given") if kept else None


def _raise_if_asked(account: Account) -> None:
    """Stop at the first refused record where the caller wants that."""
    first = next((found for found in account.findings if found.severity == "error"), None)
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
