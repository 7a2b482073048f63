"""What has been found in one layer so far: findings, refused rows, mended rows. The stages of the checks add to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, TypedDict

from mapper.findings import KEPT, REFUSED, finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from mapper.model import Finding, Layer, LayerEntry, OnInvalid


class _Named(TypedDict):
    """Where an error is."""

    file: str
    layer: str


@dataclass
class Account:
    """What has been found in one layer so far; each stage of the checks adds to it.

    `originals` holds the shape as given of each record whose shape is changed, by row.
    """

    entry: LayerEntry
    findings: list[Finding] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    repaired: set[int] = field(default_factory=set)
    on_invalid: OnInvalid = "repair"
    originals: dict[int, BaseGeometry] = field(default_factory=dict)

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


def named(layer: Layer) -> _Named:
    """Return the file and layer an error is in."""
    return {"file": layer.entry.path.name, "layer": layer.entry.name}
