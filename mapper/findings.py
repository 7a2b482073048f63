"""Make findings and tables of findings.

What a rule means and what a person should do about it is vocabulary (`terms/rule.json`), so that a finding raised in the
intake and one raised across layers speak the same words, and can be said in another language later.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mapper import terms
from mapper.model import Finding, Findings, LayerEntry, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

COLUMNS = tuple(field.name for field in fields(Finding))
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_LONGEST_VALUE = 120

REFUSED = "The record was refused."
BLANKED = "The cell counts as not known; the record was kept."
CLOSED = "The ring was closed with a straight line."
KEPT = "Nothing was changed."


def finding(
    rule: str,
    severity: Severity,
    done: str = KEPT,
    *,
    entry: LayerEntry | None = None,
    row: Any = None,  # noqa: ANN401 - an index label, as pandas types it
    column: str | None = None,
    value: object = None,
) -> Finding:
    """Make one finding, with the advice the vocabulary `rule` holds for it.

    Parameters
    ----------
    rule : str
        A code of the vocabulary `rule`.
    severity : {"error", "warning", "info"}
        See `mapper.model.Finding`.
    done : str
        What became of the record, as a sentence.
    entry : LayerEntry, optional
        The layer it was found in; gives file and layer name.
    row, column, value : optional
        Where, and the text found there, cut at 120 characters; None where it may be personal.

    Raises
    ------
    KeyError
        When the rule is not in the vocabulary: every rule has its words before it is used.
    """
    return Finding(
        rule=rule,
        severity=severity,
        done=done,
        advice=terms.vocabulary("rule")[rule].definition["en"],
        file=entry.path.name if entry else None,
        layer=entry.name if entry else None,
        row=None if row is None else int(row),
        column=column,
        value=None if value is None else _short(str(value)),
    )


def as_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return one row per finding, in the order given, with the columns of `Finding`.

    Examples
    --------
    >>> list(as_frame([]).columns)[:3]
    ['rule', 'severity', 'done']
    """
    return Findings(findings).to_frame()


def severities(findings: Iterable[Finding]) -> dict[str, int]:
    """Count findings by severity; every severity is there, also with 0."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def _short(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
