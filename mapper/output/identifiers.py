"""Identifiers that would tell what the gate leaves out (`mapper.output.publication`).

Identifiers are kept, because a record must be found again, unless they read like the name, the telephone, the mail address, the
age or the birth of a person; of incidents of a layer that is published at month and district also those that hold a day or the
name of the record's own settlement. Such a record is called by its layer and row, and what refers to it (`REFERENCES`) follows.
A figure of nine digits alone stays: field forms number their records so.

They are replaced before anything else is done, so that no finding, pair or count can hold what no record does. A source or an
order of one identifier in two layers keeps one identifier, as nothing tells which of them is referred to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from mapper import schema
from mapper.findings import finding
from mapper.intake.fold import sound_key
from mapper.names import SEPARATOR, units
from mapper.output.person_names import MARK, names_a_person
from mapper.output.personal_text import MAY_TELL_AN_AGE, masked_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mapper.model import Checked, Finding, LayerEntry

REFERENCES: Mapping[str, str] = MappingProxyType(
    {"source_ids": "sources", "order_ids": "orders", "superseded_by": "orders", "refers_to": "orders"}
)
"""Columns that name records of another kind, several between ";"."""
ID_OF: Mapping[str, str] = MappingProxyType(
    {kind: column.name for kind, columns in schema.COLUMNS.items() for column in columns if column.form == "id"}
)
"""The column of identifiers of each kind that has one."""


@dataclass(frozen=True, slots=True)
class Gated:
    """What leaves the gate of one layer: its rows with the same index, and what was done to them."""

    frame: Any
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Layers whose identifiers tell nobody, the same layers and rows, and what was done to them."""

    checked: tuple[Checked, ...]
    findings: tuple[Finding, ...]


def is_generalised(entry: LayerEntry | None) -> bool:
    """Tell whether the incidents of a layer are published at month and district."""
    return entry is not None and entry.kind == "incidents" and entry.precision != "as-published"


def with_public_ids(checked: Sequence[Checked]) -> Named:
    """Replace the identifiers of all layers that may tell a person, and follow the references to them.

    Parameters
    ----------
    checked : sequence of Checked
        All layers of an edition.

    Returns
    -------
    Named
        The same layers in the same order. A reference that reads like a person and that no layer holds is "[…]". One finding
        for each layer and column, with the number of records.
    """
    names: dict[str, dict[str, str]] = {kind: {} for kind in REFERENCES.values()}
    renamed: list[Checked] = []
    found: list[Finding] = []
    for layer in checked:
        kind = layer.entry.kind
        others = [each.frame for each in (*renamed, *checked) if each.entry.kind == kind]
        gated = public_ids(layer.frame, layer.entry, others=others, names=names.get(kind))
        if gated.findings and kind in names:
            pairs = zip(layer.frame[ID_OF[kind]], gated.frame[ID_OF[kind]], strict=True)
            names[kind] |= {old: new for old, new in pairs if old != new}
        renamed.append(replace(layer, frame=gated.frame))
        found += gated.findings
    known = {
        kind: frozenset(each for layer in renamed if layer.entry.kind == kind for each in layer.frame[ID_OF[kind]])
        for kind in names
    }
    followed = [_followed(layer.frame, layer.entry, names, known) for layer in renamed]
    return Named(
        tuple(replace(layer, frame=gated.frame) for layer, gated in zip(renamed, followed, strict=True)),
        (*found, *(each for gated in followed for each in gated.findings)),
    )


def public_ids(
    frame: pd.DataFrame,
    entry: LayerEntry | None,
    *,
    others: Sequence[pd.DataFrame] = (),
    names: Mapping[str, str] | None = None,
) -> Gated:
    """Replace identifiers that may tell a person; of generalised incidents also those that tell a day or a settlement.

    Parameters
    ----------
    frame : DataFrame
        Checked records, indexed by their row in the file.
    entry : LayerEntry or None
        Their layer; nothing is replaced without one.
    others : sequence of DataFrame
        Records of the same kind, whose identifiers are taken.
    names : mapping of str to str, optional
        What identifiers of another layer of the kind were replaced by: the same ones here are replaced by the same.

    Returns
    -------
    Gated
        The same rows, such identifiers as "LAYER-row-7"; one finding with their number.
    """
    key = None if entry is None else ID_OF.get(entry.kind)
    if entry is None or key is None or frame.empty:
        return Gated(frame)
    ids = frame[key]
    telling = tells_a_person(ids)
    if is_generalised(entry):
        telling |= _matches(ids, _DAY_IN_ID) | _name_their_settlement(ids, frame["settlement"])
    if not telling.any():
        return Gated(frame)
    taken = set(ids[~telling]).union(*(other[key] for other in others))
    given = names or {}
    new = ids.copy()
    new[telling] = [
        given[old] if old in given else _free(f"{entry.name}-row-{row}", taken) for row, old in ids[telling].items()
    ]
    done = "They are called by their layer and row."
    return Gated(frame.assign(**{key: new}), (counted("replaced_id", entry, key, int(telling.sum()), done),))


def tells_a_person(ids: pd.Series) -> pd.Series:
    """Tell which identifiers read like the name, the telephone, the mail address, the age or the birth of a person.

    Examples
    --------
    >>> tells_a_person(pd.Series(["filankes_uydurmayev_1", "0501234567", "az-37-yasli-1", "trend-3370041"])).tolist()
    [True, True, True, False]
    """
    doubtful = ids[_matches(ids, MAY_TELL_AN_AGE)]
    aged = {each for each in doubtful.unique() if masked_address(each).kinds}
    return _matches(ids, _TELEPHONE) | _matches(ids, _MAIL) | _by_shape(ids, names_a_person) | ids.isin(aged)


def parts_of(cells: pd.Series) -> list[str]:
    """Return the different parts of ";"-separated cells, in order.

    Examples
    --------
    >>> parts_of(pd.Series(["a; b", None, "b;c;"]))
    ['a', 'b', 'c']
    """
    lists = pc.split_pattern(schema.arrow_text(cells).combine_chunks(), SEPARATOR)
    return [part for part in pc.unique(pc.utf8_trim_whitespace(pc.list_flatten(lists))).to_pylist() if part]


def with_parts(cells: pd.Series, new: Mapping[str, str]) -> pd.Series:
    """Return ";"-separated cells with parts of them replaced; a cell without such a part stays as it was written.

    Examples
    --------
    >>> with_parts(pd.Series(["a; b", "c; a2"], dtype="str"), {"a": "x"}).tolist()
    ['x;b', 'c; a2']
    """
    written = {
        cell: SEPARATOR.join(new.get(part, part) for part in units(cell))
        for cell in cells.dropna().unique()
        if not new.keys().isdisjoint(units(cell))
    }
    return cells.replace(written).astype("str") if written else cells


def counted(rule: str, entry: LayerEntry | None, column: str, n: int, done: str) -> Finding:
    """Tell of one thing that was left out of a layer, with the number of records."""
    return finding(rule, "info", done, entry=entry, column=column, value=_records(n))


def summed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Add up findings of `counted` that tell of one thing in one layer, in parts of it: by rule and column.

    Days that were cut in several columns are told together, with all the columns in which some part had any.

    Examples
    --------
    >>> parts = [counted("withheld_name", None, "note", n, "Left out.") for n in (2, 1)]
    >>> [each.value for each in summed(parts)]
    ['3 records']
    """
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        column = "" if each.rule == "generalised_date" else each.column or ""
        alike.setdefault((each.rule, column, each.done), []).append(each)
    return tuple(_sum(alike[key]) for key in sorted(alike))


def _sum(alike: Sequence[Finding]) -> Finding:
    n = sum(int((each.value or "0").split()[0]) for each in alike)
    columns = dict.fromkeys(name for each in alike for name in (each.column or "").split(", "))
    known = [column.name for column in schema.COLUMNS["incidents"] if column.name in columns]
    column = ", ".join(known) if len(columns) > 1 else alike[0].column
    return replace(alike[0], column=column, value=_records(n))


def _records(n: int) -> str:
    return f"{n} record{'s' if n > 1 else ''}"


def _followed(
    frame: pd.DataFrame, entry: LayerEntry, names: Mapping[str, Mapping[str, str]], known: Mapping[str, frozenset[str]]
) -> Gated:
    """Write the new identifiers where the old ones are referred to; what nobody holds and reads like a person is left out."""
    changed: dict[str, pd.Series] = {}
    found: list[Finding] = []
    for column, kind in REFERENCES.items():
        if column not in frame:
            continue
        new, parts = names[kind], parts_of(frame[column])
        unknown = pd.Series([part for part in parts if part not in new and part not in known[kind]], dtype="str")
        withheld = dict.fromkeys(unknown[tells_a_person(unknown)], MARK)
        if withheld:
            n = int(with_parts(frame[column], withheld).ne(frame[column]).sum())
            found.append(counted("replaced_id", entry, column, n, "No layer holds what they name."))
        if withheld or not new.keys().isdisjoint(parts):
            changed[column] = with_parts(frame[column], {**new, **withheld})
    return Gated(frame.assign(**changed) if changed else frame, tuple(found))


_TELEPHONE = r"\+[0-9]{8}|(?:^|[^0-9])(?:994[0-9]{9}|0[0-9]{9})(?:$|[^0-9])"
_MAIL = r"[^\s@]@[^\s@]+\.[^\s@]"
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_DAY_IN_ID = (
    rf"(?:^|[^0-9])(?:(?:19|20)[0-9]{{2}}[-_./ ]?{_MONTH}[-_./ ]?{_DAY}|{_DAY}[-_./ ]?{_MONTH}[-_./ ]?(?:19|20)[0-9]{{2}})"
    r"(?:$|[^0-9])"
)
_SHORTEST_NAME = 3


def _matches(ids: pd.Series, pattern: str) -> pd.Series:
    return pd.Series(pc.match_substring_regex(schema.arrow_text(ids), pattern).to_numpy(), index=ids.index, dtype=bool)


def _by_shape(ids: pd.Series, judge: Callable[[str], bool]) -> pd.Series:
    """Judge identifiers by their letters alone: a million numbered records have one shape."""
    shapes = _shapes(ids)
    return pd.Series(shapes.isin([shape for shape in shapes.dropna().unique() if judge(shape)]))


def _shapes(ids: pd.Series) -> pd.Series:
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(schema.arrow_text(ids), r"[^\p{L}]+", " "))
    return pd.Series(pd.array(words, dtype="str"), index=ids.index)


def _name_their_settlement(ids: pd.Series, settlements: pd.Series) -> pd.Series:
    """Tell which identifiers hold the name of their own record's settlement, however it is spelt."""
    named = pd.DataFrame({"shape": _shapes(ids), "settlement": settlements})
    pairs = named.dropna().drop_duplicates()
    telling = {
        (shape, settlement)
        for shape, settlement in zip(pairs["shape"], pairs["settlement"], strict=True)
        if len(key := sound_key(settlement).replace(" ", "")) >= _SHORTEST_NAME
        and key in sound_key(shape).replace(" ", "")
    }
    each = zip(named["shape"], named["settlement"], strict=True)
    return pd.Series([pair in telling for pair in each], index=ids.index, dtype=bool)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-"
    taken.add(name)
    return name
