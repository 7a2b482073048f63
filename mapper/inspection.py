"""What is in this file, and what is in this folder: the answers of `mapper check` and `mapper layers`.

A file that is refused as a whole still gets an answer, with the reason as its one finding, so that a script that checks
many files reads one shape of object for all of them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import geopandas as gpd

from mapper import schema
from mapper.catalogue import FILE_NAME, bundled_layers, checked_area, layer_entry, read_catalogue
from mapper.crs import known_crs
from mapper.errors import DataRefused, MapperError, UnknownCRS, Unreadable, UsageError
from mapper.findings import finding
from mapper.intake import whereabouts
from mapper.intake.checks import examine
from mapper.intake.files import read_bytes, read_content, read_layer
from mapper.intake.places import Gazetteer
from mapper.model import DateOrder, Finding, Kind, Layer, LayerEntry, LonLatBox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHECKED_KINDS: tuple[Kind, ...] = ("incidents", "zones", "hazards", "districts")
DATE_ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)
_WORST_FIRST = ("reject", "repair-with-warning", "accept-with-findings", "accept")
_UNREADABLE = "file_unreadable"
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]*)?")


def inspect(
    path: Path,
    *,
    kind: str | None = None,
    crs: str | None = None,
    area: LonLatBox | None = None,
    date_order: str | None = None,
) -> dict[str, Any]:
    """Check one file and answer as `mapper check --json` does, whatever is wrong with it.

    A file that the `layers.toml` beside it names is checked as that says, unless an option says otherwise.

    Parameters
    ----------
    path : Path
        A file of any format that is read.
    kind : str, optional
        One of `CHECKED_KINDS`; told from the columns when not given, which is then a finding.
    crs : str, optional
        Authority code of the coordinates, where the file does not say.
    area : tuple of float, optional
        West, south, east, north in WGS 84 degrees.
    date_order : {"dmy", "mdy", "ymd"}, optional
        How dates such as 03/04/2021 are meant.

    Raises
    ------
    UsageError
        When the kind, the CRS or the order of dates is none that can be used.
    """
    asked_kind, asked_order = _asked(kind, CHECKED_KINDS), _asked(date_order, DATE_ORDERS)
    if crs is not None:
        _known_crs(crs)
    layer: Layer | None = None
    content: bytes | None = None
    try:
        content = read_bytes(path)
        entry, known_area, catalogued = _entry(path)
        entry = replace(entry, kind=asked_kind or entry.kind, crs=crs or entry.crs)
        layer = read_content(entry, content)
        layer = layer if kind or catalogued else _with_told_kind(layer)
        return examine(layer, area=area or known_area, date_order=asked_order).to_dict()
    except (DataRefused, Unreadable) as refusal:
        return _refused(path, content, kind, layer, refusal)


def exit_code(answers: Sequence[Mapping[str, Any]]) -> int:
    """Return 3 when a file could not be opened, 1 when anything was refused, else 0."""
    if any(found["rule"] == _UNREADABLE for answer in answers for found in answer["findings"]):
        return Unreadable.exit_code
    refused = any(answer["rejected"] or answer["verdict"] == "reject" for answer in answers)
    return DataRefused.exit_code if refused else 0


def together(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the answers for several files into one object; its verdict is the worst of theirs."""
    verdicts = {str(answer["verdict"]) for answer in answers}
    return {
        "verdict": next(verdict for verdict in _WORST_FIRST if verdict in verdicts),
        "rejected": sum(answer["rejected"] for answer in answers),
        "files": list(answers),
    }


def list_layers(folder: Path | None = None) -> dict[str, Any]:
    """Answer what a folder of layers holds, as `mapper layers --json` does."""
    catalogue = read_catalogue(folder or bundled_layers())
    return {
        "title": catalogue.title,
        "organisation": catalogue.organisation,
        "data_date": str(catalogue.data_date),
        "layers": [
            {
                "name": entry.name,
                "kind": entry.kind,
                "file": entry.path.name,
                "title": entry.title,
                "records": read_layer(entry).counted,
                "crs": entry.crs,
                "accuracy_m": entry.accuracy_m,
                "source": entry.source,
                "licence": entry.licence,
                "date": entry.date.isoformat() if entry.date else None,
                "note": entry.note,
            }
            for entry in catalogue.layers
        ],
    }


def locate_text(
    text: str, *, area: LonLatBox | None = None, district: str | None = None, crs: str | None = None
) -> dict[str, Any]:
    """Read a coordinate or a place name and answer as `mapper locate --json` does.

    The gazetteer is that of the bundled layers; without an area, theirs is the area of interest.

    Raises
    ------
    UsageError
        When the CRS is not one that can be used.
    """
    if crs is not None:
        _known_crs(crs)
    catalogue = read_catalogue(bundled_layers())
    entry = next(entry for entry in catalogue.layers if entry.kind == "settlements")
    gazetteer = Gazetteer.bundled().with_settlements(examine(read_layer(entry)).frame)
    return whereabouts.answer(text, area=area or catalogue.area, district=district, gazetteer=gazetteer, crs=crs)


def parse_area(text: str | None) -> LonLatBox | None:
    """Read `W,S,E,N` in degrees as typed on the command line.

    Raises
    ------
    UsageError
        When it is not four numbers that make a box on earth.

    Examples
    --------
    >>> parse_area("44.5,38.2,51,42.1")
    (44.5, 38.2, 51.0, 42.1)
    """
    if text is None:
        return None
    advice = "Write --area W,S,E,N in degrees, for instance 44.5,38.2,51,42.1."
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != len(("w", "s", "e", "n")) or not all(_DEGREES.fullmatch(part) for part in parts):
        raise UsageError(f"'{text}' is not four numbers", advice=advice)
    west, south, east, north = map(float, parts)
    try:
        return checked_area((west, south, east, north), f"'{text}'", advice)
    except DataRefused as exc:
        raise UsageError(exc.what, advice=advice) from None


def _with_told_kind(layer: Layer) -> Layer:
    kind = _told_kind(layer)
    told = finding("assumed_kind", "info", f"It was checked as {kind}.", entry=layer.entry, value=kind)
    return replace(layer, entry=replace(layer.entry, kind=kind), findings=(*layer.findings, told))


def _told_kind(layer: Layer) -> Kind:
    """Tell the kind from the columns; refuse where none or several fit."""
    columns = list(layer.frame.columns)
    fitting = [kind for kind in CHECKED_KINDS if not schema.missing_columns(columns, kind)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and isinstance(layer.frame, gpd.GeoDataFrame):
        types = set(layer.frame.geometry.dropna().geom_type)
        if types and types <= set(schema.GEOMETRY_OF_KIND["zones"]):
            return "zones"
    if not fitting:
        return "incidents"
    raise DataRefused(
        f"it could be {' or '.join(fitting)}", file=layer.entry.path.name, advice="Say which with --kind."
    )


_Choice = TypeVar("_Choice", bound=str)


def _asked(given: str | None, choices: tuple[_Choice, ...]) -> _Choice | None:
    """Return the choice that was typed, None when nothing was."""
    if given is None:
        return None
    found = next((choice for choice in choices if choice == given), None)
    if found is None:
        raise UsageError(f"'{given}' is none of the choices", advice=f"Say {', '.join(choices)}.")
    return found


def _known_crs(text: str) -> None:
    try:
        known_crs(text)
    except UnknownCRS as exc:
        raise UsageError(exc.what, advice=exc.advice) from None


def _entry(path: Path) -> tuple[LayerEntry, LonLatBox | None, bool]:
    """Return what the `layers.toml` beside a file says of it, its area and True; a bare entry where it does not name it."""
    if (path.parent / FILE_NAME).is_file():
        catalogue = read_catalogue(path.parent)
        for entry in catalogue.layers:
            if entry.path.name == path.name:
                return entry, catalogue.area, True
    return layer_entry(path, "incidents"), None, False


def _refused(
    path: Path, content: bytes | None, kind: str | None, layer: Layer | None, refusal: MapperError
) -> dict[str, Any]:
    """Answer for a file of which nothing can be used: all of its records, where they could be counted, are refused."""
    reason = Finding(
        rule=_UNREADABLE if isinstance(refusal, Unreadable) else "file_refused",
        severity="error",
        done="The file was refused.",
        advice=refusal.advice or "Check the file.",
        file=refusal.file or path.name,
        layer=layer.entry.name if layer else None,
        row=refusal.row,
        column=refusal.column,
        value=refusal.what,
    )
    counted = layer.counted if layer else 0
    return {
        "file": path.name,
        "sha256": None if content is None else hashlib.sha256(content).hexdigest(),
        "kind": layer.entry.kind if layer else kind,
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
