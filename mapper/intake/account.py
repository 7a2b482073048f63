"""What has been found in one layer so far: findings, refused rows, mended rows. The stages of the checks add to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypedDict, TypeVar

from mapper.findings import KEPT, REFUSED, finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import pandas as pd

    from mapper.model import Finding, Layer, LayerEntry, OnInvalid, Severity


MOST_TOLD = 1_000
"""Doubts of one kind beyond that are told in one finding with their number; a refused record is always named."""
Frame = TypeVar("Frame", bound="pd.DataFrame")


class _Named(TypedDict):
    """Where an error is."""

    file: str
    layer: str


@dataclass
class Account:
    """What has been found in one layer so far; each stage of the checks adds to it.

    `given` holds the shapes as they were before anything was done to them, each series in its own system; `changed` the rows
    whose shape was then changed. Both are for `mapper.model.Checked.originals`.
    """

    entry: LayerEntry
    findings: list[Finding] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    repaired: set[int] = field(default_factory=set)
    on_invalid: OnInvalid = "repair"
    given: list[gpd.GeoSeries] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)

    def refuse(
        self,
        rows: Iterable[int],
        rule: str,
        column: str | None = None,
        values: Iterable[object] = (),
        done: str = REFUSED,
    ) -> None:
        """Refuse records, each with the value found there."""
        for row, value in zip(rows, chain(values, repeat(None)), strict=False):
            self.refused.add(int(row))
            self.findings.append(finding(rule, "error", done, entry=self.entry, row=row, column=column, value=value))

    def note(
        self, rule: str, row: int | None = None, column: str | None = None, value: object = None, done: str = KEPT
    ) -> None:
        """Tell what is worth knowing and changed nothing."""
        self.findings.append(finding(rule, "info", done, entry=self.entry, row=row, column=column, value=value))

    def doubt(
        self, rule: str, row: int | None, column: str | None, value: object = None, done: str | None = None
    ) -> None:
        """Tell what was changed or is in doubt."""
        known = {} if done is None else {"done": done}
        self.findings.append(finding(rule, "warning", entry=self.entry, row=row, column=column, value=value, **known))

    def each(
        self, rule: str, severity: Severity, rows: Sequence[int], values: Sequence[str], column: str | None = "geometry"
    ) -> None:
        """Tell the same of many records that stay as they are: one by one, or all at once where they are too many to read."""
        if len(rows) > MOST_TOLD:
            rows, values = [None], [f"{len(rows):,} times; first in row {rows[0]}: {values[0]}"]  # type: ignore[list-item]
        for row, value in zip(rows, values, strict=True):
            self.findings.append(finding(rule, severity, entry=self.entry, row=row, column=column, value=value))


def without(frame: Frame, rows: list[int] | pd.Index) -> Frame:
    """Leave rows out; a frame that loses none is not copied, which for a million records is half the time of a check."""
    return frame.drop(index=rows) if len(rows) else frame


def named(layer: Layer) -> _Named:
    """Return the file and layer an error is in."""
    return {"file": layer.entry.path.name, "layer": layer.entry.name}
