"""The answers of `mapper check`, made of what became of each layer: counts, verdict, findings.

Every file gets one object of the same keys. Of a file of several layers the counts add up, each finding says its layer, and
`parts` holds what each layer has of its own. A layer that was refused is answered for too: all of its records are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import findings as findings_table
from mapper.errors import DataRefused, MapperError, Unreadable
from mapper.model import Checked, Finding, Layer, LayerEntry, LonLatBox
from mapper.output.exports import csv_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mapper.databases import Database
    from mapper.intake.folders import Skipped

_WORST_FIRST = ("reject", "repair-with-warning", "accept-with-findings", "accept")
_COUNTS = ("counted", "kept", "repaired", "rejected")
_UNREADABLE = "file_unreadable"


@dataclass(slots=True)
class Piece:
    """One layer on its way: as read, then checked or refused; `area` is that of its catalogue."""

    entry: LayerEntry
    layer: Layer | None = None
    area: LonLatBox | None = None
    checked: Checked | None = None
    refusal: MapperError | None = None


@dataclass(slots=True)
class File:
    """One file, or table of a database, to answer for, the name it is told by, and what was read from it."""

    path: Path | Database
    name: str
    sha256: str | None = None
    pieces: list[Piece] = field(default_factory=list)


def answer_for(file: File, across: Sequence[Finding] = ()) -> dict[str, Any]:
    """Answer for one file as `mapper check --json` does.

    Parameters
    ----------
    file : File
        With at least one piece, each checked or refused.
    across : sequence of Finding
        What its records show only against those of other layers.
    """
    answers = [_of_piece(file, piece) for piece in file.pieces]
    whole = answers[0] if len(answers) == 1 else _of_several(file, answers)
    if across:
        whole["findings"] += [each.to_dict() for each in across]
        doubted = any(each.severity != "info" for each in across)
        worst = "repair-with-warning" if doubted else "accept-with-findings"
        whole["verdict"] = _worse(whole["verdict"], worst)
    for found in whole["findings"]:
        found["file"] = file.name
    return whole


def _worse(one: str, other: str) -> str:
    return min(one, other, key=_WORST_FIRST.index)


def _of_piece(file: File, piece: Piece) -> dict[str, Any]:
    if piece.checked is None:
        return _refused(file, piece)
    several = piece.layer.parts if piece.layer is not None and len(piece.layer.parts) > 1 else ()
    answer = {**piece.checked.to_dict(), "file": file.name}
    return {**answer, "layers": [part.name for part in several]} if several else answer


def _of_several(file: File, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the answers for the layers of one file together: counts add up, `parts` holds what each layer has of its own."""
    verdicts = {answer["verdict"] for answer in answers}
    usable = verdicts - {"reject"}
    verdict = next(each for each in _WORST_FIRST if each in (usable or verdicts))
    kinds, references = ({answer[key] for answer in answers} for key in ("kind", "crs"))
    own = ("kind", "crs", "verdict", *_COUNTS, "mapping")
    return {
        "file": file.name,
        "sha256": file.sha256,
        "kind": kinds.pop() if len(kinds) == 1 else None,
        "layers": [name for answer in answers for name in answer["layers"]],
        "crs": references.pop() if len(references) == 1 else None,
        "verdict": _worse(verdict, "repair-with-warning") if "reject" in verdicts else verdict,
        **{count: sum(answer[count] for answer in answers) for count in _COUNTS},
        "mapping": {theirs: ours for answer in answers for theirs, ours in answer["mapping"].items()},
        "findings": [found for answer in answers for found in answer["findings"]],
        "parts": [{"layer": answer["layers"][0], **{key: answer[key] for key in own}} for answer in answers],
    }


def _refused(file: File, piece: Piece) -> dict[str, Any]:
    """Answer for a layer of which nothing can be used: all of its records, where they could be counted, are refused."""
    layer, refusal = piece.layer, piece.refusal or MapperError("it was not checked")
    several = len(file.pieces) > 1
    reason = Finding(
        rule=_UNREADABLE if isinstance(refusal, Unreadable) else "file_refused",
        severity="error",
        done="The layer was refused." if several else "The file was refused.",
        advice=refusal.advice or "Check the file.",
        file=file.name,
        layer=layer.entry.name if layer else refusal.layer,
        row=refusal.row,
        column=refusal.column,
        value=refusal.what,
    )
    counted = layer.counted if layer else 0
    return {
        "file": file.name,
        "sha256": file.sha256,
        "kind": piece.entry.kind if layer else None,
        "layers": [layer.entry.name] if layer else [],
        "crs": layer.crs if layer else None,
        "verdict": "reject",
        "counted": counted,
        "kept": 0,
        "repaired": 0,
        "rejected": counted,
        "mapping": {},
        "findings": [reason.to_dict()],
    }


def together(answers: Sequence[Mapping[str, Any]], skipped: Sequence[Skipped] = ()) -> dict[str, Any]:
    """Put the answers for several files into one object; its verdict is the worst of theirs."""
    verdicts = {str(answer["verdict"]) for answer in answers}
    return {
        "verdict": next(verdict for verdict in _WORST_FIRST if verdict in verdicts),
        **{count: sum(answer[count] for answer in answers) for count in _COUNTS},
        "files": list(answers),
        "skipped": [{"file": name, "why": why} for name, why in skipped],
    }


def each_file(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the answers for single files, whether the whole answers for one or for several."""
    return list(answer["files"]) if "files" in answer else [answer]


def findings_csv(answer: Mapping[str, Any]) -> bytes:
    """Write all findings of all files as one CSV table: one row per finding, the columns of `mapper.model.Finding`."""
    rows = [found for each in each_file(answer) for found in each["findings"]]
    return csv_table(pd.DataFrame(rows, columns=list(findings_table.COLUMNS), dtype=object))


def exit_code(answers: Sequence[Mapping[str, Any]]) -> int:
    """Return 3 when a file could not be opened, 1 when anything was refused, else 0."""
    if any(found["rule"] == _UNREADABLE for answer in answers for found in answer["findings"]):
        return Unreadable.exit_code
    refused = any(answer["rejected"] or answer["verdict"] == "reject" for answer in answers)
    return DataRefused.exit_code if refused else 0
