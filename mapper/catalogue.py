"""`layers.toml`: which file is which kind of layer, its columns, licence, accuracy and date.

A folder with a `layers.toml` is all the product needs; a user replaces a layer by pointing the catalogue at a better file.
The catalogue is read strictly: an unknown key is refused, because a misspelt `accuracy_m` would silently become "not
stated". Paths stay inside the folder, so that a catalogue received from somebody else cannot point at other files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from mapper.databases import Database, is_address, parse_address
from mapper.errors import DataRefused, Unreadable, UsageError
from mapper.model import Catalogue, DateOrder, Kind, LayerEntry, LonLatBox, Precision
from mapper.terms import LANGUAGES

FILE_NAME = "layers.toml"
KINDS: tuple[str, ...] = get_args(Kind)
DATE_ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_EDITION_KEYS = {"title", "organisation", "contacts", "languages", "area", "data_date", "stale_after_days"}
_LAYER_KEYS = {
    "name",
    "kind",
    "file",
    "title",
    "columns",
    "crs",
    "accuracy_m",
    "source",
    "licence",
    "date",
    "note",
    "part",
    "date_order",
    "may_be_empty",
    "precision",
    "precision_reason",
    "table",
    "query",
    "parameters",
}
_DENSITY_KEYS = {"bandwidth_m"}
_TOLD = ("title", "source", "licence", "note")
"""Texts of a layer that may be given by language."""
_LONGEST_STALE_AFTER_DAYS = 3650
_LONGEST_M = 20_000_000
"""Half way round the earth: no accuracy or bandwidth is longer."""


def bundled_layers() -> Path:
    """Return the folder of the layers that come with the product.

    An installed package holds them beside its modules; a source checkout has them beside the package.

    Returns
    -------
    Path
        A folder with a `layers.toml`, for `read_catalogue`, `read_layers`, `read_ground`, `make_edition` and `build`.

    Raises
    ------
    Unreadable
        When the installation lacks them.

    Examples
    --------
    >>> (bundled_layers() / "layers.toml").is_file()
    True
    """
    here = Path(__file__).parent
    for folder in (here / "layers", here.parent / "layers"):
        if (folder / FILE_NAME).is_file():
            return folder
    raise Unreadable("the bundled layers are missing from this installation", advice="Install the package again.")


def read_catalogue(folder: Path) -> Catalogue:
    """Read and check the `layers.toml` of a folder.

    Parameters
    ----------
    folder : Path
        A folder that holds `layers.toml`; every `file` in it is relative to this folder and stays inside it.

    Returns
    -------
    Catalogue
        One `LayerEntry` per `[[layer]]`, in the order written.

    Raises
    ------
    Unreadable
        When the folder or its `layers.toml` is missing or cannot be opened, or a layer's file is missing.
    DataRefused
        When it is not TOML, lacks a key, holds an unknown key or a value of the wrong type, names a layer twice, or
        points outside its folder.

    Examples
    --------
    >>> catalogue = read_catalogue(bundled_layers())
    >>> catalogue.layers[0].kind
    'incidents'
    """
    path = folder / FILE_NAME
    if not folder.is_dir():
        raise Unreadable(f"there is no folder '{folder}'", advice="Name a folder that holds a layers.toml.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(
            f"the folder '{folder.name}' holds no {FILE_NAME}",
            advice="Name the folder that has it, or start from a copy of the bundled layers.",
        ) from None
    except OSError as exc:
        raise Unreadable(
            f"it cannot be opened: {exc.strerror}", file=FILE_NAME, advice="Check your rights to it."
        ) from None
    document = _parse(content)
    _no_unknown_keys(document, {"edition", "density", "layer"}, "the file")
    edition = _table(document, "edition")
    _no_unknown_keys(edition, _EDITION_KEYS, "[edition]")
    density = _table(document, "density") if "density" in document else {}
    _no_unknown_keys(density, _DENSITY_KEYS, "[density]")
    title, titles = _in_languages(edition, "title", "[edition]")
    organisation, organisations = _in_languages(edition, "organisation", "[edition]")
    return Catalogue(
        folder=folder,
        title=title,
        organisation=organisation,
        contacts=_texts(edition, "contacts", "[edition]"),
        languages=_texts(edition, "languages", "[edition]") or ("en",),
        area=_area(edition.get("area")),
        data_date=_date(edition, "data_date", "[edition]"),
        stale_after_days=_stale_after(edition),
        bandwidth_m=_metres(density, "bandwidth_m", "[density]"),
        layers=_layers(document.get("layer", []), folder),
        sha256=hashlib.sha256(content).hexdigest(),
        titles=titles,
        organisations=organisations,
    )


def layer_entry(source: Path | Database, kind: Kind, **known: Any) -> LayerEntry:  # noqa: ANN401 - the fields of LayerEntry
    """Make the entry of a single file, or table, that no catalogue names (the command line and notebooks).

    Raises
    ------
    UsageError
        When `part` is neither a table nor a query of the database.
    """
    if isinstance(source, Path):
        return LayerEntry(**{"name": source.stem, **known}, kind=kind, path=source)
    database = source.with_part(known.pop("part", ""))
    return LayerEntry(**{**known, "name": database.name}, kind=kind, path=database.path, database=database)


def _parse(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataRefused("it is not UTF-8 text", file=FILE_NAME, advice="Save it as UTF-8.") from None
    except (ValueError, RecursionError) as exc:  # the reader of TOML lets both through beside its own error
        raise DataRefused(f"it is not valid TOML: {exc}", file=FILE_NAME, advice="Mend that line.") from None


def _refuse(what: str, advice: str) -> DataRefused:
    return DataRefused(what, file=FILE_NAME, advice=advice)


def _no_unknown_keys(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise _refuse(f"{where} holds the unknown key '{key}'", f"Known keys are {', '.join(sorted(known))}.")


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    if not isinstance(value, dict):
        raise _refuse(f"the table [{key}] is missing", f"Add [{key}]; the bundled layers show how.")
    return value


def _text(table: dict[str, Any], key: str, where: str, *, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise _refuse(f"{where} needs a text '{key}'", f'Write {key} = "…".')
    return value


def _in_languages(
    table: dict[str, Any], key: str, within: str, *, default: str | None = None
) -> tuple[str, dict[str, str]]:
    """Return one text, and the text by language: `key = "…"`, or `key = { en = "…", az = "…" }`."""
    value = table.get(key)
    if not isinstance(value, dict):
        return _text(table, key, within, default=default), {}
    where = f"'{key}' in {within}"
    _no_unknown_keys(value, set(LANGUAGES), where)
    texts = {language: _text(value, language, where) for language in value}
    if not texts:
        raise _refuse(f"{where} holds no text", f'Write {key} = "…", or {key} = {{ en = "…", az = "…", ru = "…" }}.')
    return texts.get("en") or next(iter(texts.values())), texts


def _texts(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _refuse(f"'{key}' in {where} is not a list of texts", f'Write {key} = ["…", "…"].')
    return tuple(value)


def _date(table: dict[str, Any], key: str, where: str) -> dt.date:
    value = table.get(key)
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime) or not 1900 <= value.year <= 2100:  # noqa: PLR2004 - years
        raise _refuse(f"{where} needs a date '{key}'", f"Write {key} = 2026-11-23 without quotation marks.")
    return value


def _metres(table: dict[str, Any], key: str, where: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_M:
        raise _refuse(f"'{key}' in {where} is not a length in metres", f"Write {key} = 5000, or leave it out.")
    return float(value)


def _stale_after(edition: dict[str, Any]) -> int:
    value = edition.get("stale_after_days", 180)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LONGEST_STALE_AFTER_DAYS:
        raise _refuse(
            "'stale_after_days' in [edition] is not a number of days",
            f"Write a whole number from 1 to {_LONGEST_STALE_AFTER_DAYS}.",
        )
    return value


def _flag(table: dict[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _refuse(f"'{key}' of {where} is neither true nor false", f"Write {key} = true, or leave it out.")
    return value


def _area(value: object) -> LonLatBox | None:
    if value is None:
        return None
    advice = "Write area = [west, south, east, north] in WGS 84 degrees, or leave it out."
    if not isinstance(value, list) or len(value) != len(("w", "s", "e", "n")):
        raise _refuse("'area' in [edition] is not four numbers", advice)
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in value):
        raise _refuse("'area' in [edition] is not four numbers", advice)
    west, south, east, north = value
    return checked_area((west, south, east, north), "'area' in [edition]", advice, file=FILE_NAME)


def checked_area(area: LonLatBox, name: str, advice: str, *, file: str | None = None) -> LonLatBox:
    """Return the box when it is one on earth (west may exceed east: across the antimeridian).

    Raises
    ------
    DataRefused
        When a number is off the earth or south is not below north.
    """
    west, south, east, north = area
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east):  # noqa: PLR2004 - degrees
        raise DataRefused(f"{name} is not a box on earth", file=file, advice=advice)
    return (float(west), float(south), float(east), float(north))


def _layers(tables: object, folder: Path) -> tuple[LayerEntry, ...]:
    if not isinstance(tables, list) or not tables:
        raise _refuse("no [[layer]] is named", "Add one; the bundled layers show how.")
    entries = [_entry(table, number, folder) for number, table in enumerate(tables, start=1)]
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise _refuse(f"two layers are named '{name}'", "Give each layer its own name.")
    return tuple(entries)


def _entry(table: dict[str, Any], number: int, folder: Path) -> LayerEntry:
    where = f"[[layer]] number {number}"
    _no_unknown_keys(table, _LAYER_KEYS, where)
    name = _text(table, "name", where)
    where = f"layer '{name}'"
    kind = _text(table, "kind", where)
    if kind not in KINDS:
        raise _refuse(f"{where} is of the unknown kind '{kind}'", f"Kinds are {', '.join(KINDS)}.")
    columns = table.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(theirs, str) for theirs in columns.values()):
        raise _refuse(f"'columns' of {where} is not a table of texts", 'Write [layer.columns] with ours = "theirs".')
    precision, reason = _precision(table, kind, where)
    told = {key: _in_languages(table, key, where, default="") for key in _TOLD}
    file = _text(table, "file", where)
    database = _database(file, table, where)
    return LayerEntry(
        name=name,
        kind=kind,  # type: ignore[arg-type] # just compared with the kinds
        path=_path(file, where, folder, may_be_folder=kind == "incidents") if database is None else database.path,
        columns=columns,
        crs=_text(table, "crs", where) if "crs" in table else None,
        accuracy_m=_metres(table, "accuracy_m", where),
        date=_date(table, "date", where) if "date" in table else None,
        part=_text(table, "part", where) if "part" in table else "",
        date_order=_date_order(table, where),
        may_be_empty=_flag(table, "may_be_empty", where),
        precision=precision,
        precision_reason=reason,
        by_language={key: texts for key, (_, texts) in told.items() if texts},
        title=told["title"][0],
        source=told["source"][0],
        licence=told["licence"][0],
        note=told["note"][0],
        database=database,
    )


def _database(file: str, table: dict[str, Any], where: str) -> Database | None:
    """Return the database that a layer's records are in, None where they are in a file."""
    stated = [key for key in ("table", "query", "parameters") if key in table]
    if not is_address(file):
        if stated:
            raise _refuse(
                f"'{stated[0]}' of {where} is for databases, and its file is none", f"Leave `{stated[0]}` out."
            )
        return None
    try:
        database = parse_address(file)
        asked = [_text(table, key, where) for key in ("table", "query") if key in table]
        if len(asked) + bool(database.table or database.query) + ("part" in table) != 1:
            raise _refuse(
                f"{where} is in a database, and needs either a table or a query",
                'Write table = "schema.table", or query = "SELECT …", and no `part`.',
            )
        if "query" in table:
            return replace(database, query=asked[0], parameters=_parameters(table, where))
        if "parameters" in table:
            raise _refuse(f"{where} has parameters and no query to bind them to", "Leave `parameters` out.")
        return database.with_part(*asked) if asked else database
    except UsageError as exc:
        raise _refuse(f"{where}: {exc.what}", exc.advice or "Mend `file`.") from None


def _parameters(table: dict[str, Any], where: str) -> dict[str, Any] | tuple[Any, ...] | None:
    """Return the values that are bound to the placeholders of a query."""
    given = table.get("parameters")
    if given is None:
        return None
    if isinstance(given, dict | list):
        values = list(given.values()) if isinstance(given, dict) else given
        if all(isinstance(each, str | int | float | dt.date) for each in values):
            return dict(given) if isinstance(given, dict) else tuple(given)
    raise _refuse(
        f"'parameters' of {where} is no table of texts, numbers and dates",
        "Write parameters = { since = 2020-11-10 } for %(since)s in the query.",
    )


def _date_order(table: dict[str, Any], where: str) -> DateOrder | None:
    value = table.get("date_order")
    found = next((order for order in DATE_ORDERS if order == value), None)
    if value is not None and found is None:
        raise _refuse(
            f"'date_order' of {where} is none of {', '.join(DATE_ORDERS)}", 'Write date_order = "dmy", or leave it out.'
        )
    return found


def _precision(table: dict[str, Any], kind: str, where: str) -> tuple[Precision, str]:
    """Return how exactly the records are published and why; what the file holds is shown only where somebody says why."""
    stated = next((key for key in ("precision", "precision_reason") if key in table), None)
    if stated and kind != "incidents":
        raise _refuse(
            f"'{stated}' of {where} is for incidents only, and it is of the kind '{kind}'", f"Leave `{stated}` out."
        )
    value = table.get("precision", PRECISIONS[0])
    found = next((precision for precision in PRECISIONS if precision == value), None)
    if found is None:
        raise _refuse(
            f"'precision' of {where} is none of {', '.join(PRECISIONS)}",
            'Write precision = "month-district", or leave it out, which means the same.',
        )
    reason = _text(table, "precision_reason", where, default="").strip()
    if found == "as-published" and not reason:
        raise _refuse(
            f"{where} is to be published as precisely as its file has it, and no reason is given",
            'Write precision_reason = "…", for instance that the reports are public already, or leave `precision` out.',
        )
    return found, reason


def _path(name: str, where: str, folder: Path, *, may_be_folder: bool) -> Path:
    path = folder / name
    if "\x00" in name:
        raise _refuse(f"the file of {where} has a NUL character in its name", "Mend `file`.")
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise _refuse(f"the file of {where} lies outside the folder", "Copy it into the folder of layers.toml.")
    if path.is_dir():
        if may_be_folder:
            return path
        raise _refuse(f"'{name}' of {where} is a folder", "Only incidents may be a folder of part files; name a file.")
    if not path.is_file():
        raise Unreadable(
            f"the file '{name}' of {where} is missing",
            file=FILE_NAME,
            advice="Put it into the folder, or mend `file`.",
        )
    return path
