"""HXL: a row of tags such as `#geo+lat` under the header, which says what each column is in a language that none of them is.

The row is no record. It is taken out of the layer openly: one row less in the frame, one less in the count, and a finding
that names the row. A tag counts as a whole: `#affected+killed+f` is a part of `#affected+killed` and is not read as it. Only
attributes that name a language or a code list change nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from mapper.findings import finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.model import Layer

_TAG = re.compile(r"#[a-z][a-z0-9_]*(?: ?\+ ?[a-z][a-z0-9_]*)*", re.IGNORECASE | re.ASCII)
_SAYS_NOTHING = re.compile(r"i_[a-z]+|v_[a-z0-9_]+|az|ru|en|tr|fr|es|ar|uk|hy|ka", re.ASCII)
_LEAST_TAGS = 2
_PERSONS = frozenset({"#contact", "#respondee", "#beneficiary", "#person"})
_PERSONAL = frozenset({"phone", "email", "birth", "dob", "person"})
_Tag = tuple[str, frozenset[str]]


def untagged(layer: Layer) -> Layer:
    """Take the row of tags out of a layer, if its first record is one.

    Parameters
    ----------
    layer : Layer
        As read.

    Returns
    -------
    Layer
        The same layer where there is none. Else one without that row in `frame` and `counted`, with the finding `hxl_tags`,
        and with the tag of each column in `mapping`. A header that is itself made of tags takes out no row.
    """
    frame = layer.frame
    if isinstance(frame, gpd.GeoDataFrame) or layer.mapping:
        return layer
    header = {str(name): str(name) for name in frame.columns}
    if _are_tags(header):
        told = finding("hxl_tags", "info", "The names of its columns are the tags.", entry=layer.entry)
        return replace(layer, mapping=header, findings=(*layer.findings, told))
    if frame.empty:
        return layer
    first = frame.iloc[0]
    cells = {str(name): str(cell) for name, cell in first.items() if not pd.isna(cell)}
    if not _are_tags(cells):
        return layer
    row = frame.index[0]
    told = finding(
        "hxl_tags", "info", "It was left out of the count.", entry=layer.entry, row=row, value=" ".join(cells.values())
    )
    return replace(
        layer, frame=frame.iloc[1:], counted=layer.counted - 1, mapping=cells, findings=(*layer.findings, told)
    )


def meaning(tag: str, kind: str) -> str | None:
    """Return our column for a tag, None where it is none of a kind's.

    Examples
    --------
    >>> (
    ...     meaning("#geo +lat", "incidents"),
    ...     meaning("#adm2+name+v_pcode", "incidents"),
    ...     meaning("#affected+killed+f", "incidents"),
    ... )
    ('lat', 'district', None)
    """
    return _meanings(kind).get(_parsed(tag))


def is_personal_tag(tag: str) -> bool:
    """Tell whether a tag says that its column names or describes a person.

    Examples
    --------
    >>> is_personal_tag("#contact+name"), is_personal_tag("#loc+name")
    (True, False)
    """
    name, attributes = _parsed(tag)
    return name in _PERSONS or bool(attributes & _PERSONAL)


def _are_tags(cells: Mapping[str, str]) -> bool:
    return len(cells) >= _LEAST_TAGS and all(_TAG.fullmatch(cell.strip()) for cell in cells.values())


def _parsed(tag: str) -> _Tag:
    name, *attributes = (part.strip() for part in tag.strip().lower().split("+"))
    return name, frozenset(each for each in attributes if not _SAYS_NOTHING.fullmatch(each))


@cache
def _meanings(kind: str) -> dict[_Tag, str]:
    table: dict[str, Any] = json.loads((files("mapper.intake") / "column_names.json").read_text("utf-8"))["hxl"]
    every = {**table["any"], **table.get(kind, {})}
    return {_parsed(tag): ours for ours, tags in every.items() for tag in tags}
