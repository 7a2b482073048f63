"""`mapper init`: an empty folder of layers that `mapper build` takes at once.

The templates are written from the schema, so that a header can never name a column the reader does not know.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mapper import schema
from mapper.catalogue import FILE_NAME
from mapper.errors import UsageError
from mapper.output.files import write_files

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

_TABLES = ("incidents", "orders", "settlements", "sources")


def init(
    folder: Path,
    *,
    title: str = "Reported accidents and no-entry areas",
    organisation: str = "Not stated",
    contacts: Sequence[str] = (),
    data_date: dt.date,
) -> dict[str, Any]:
    """Write an empty folder of layers: a catalogue, tables with headers, and empty GeoJSON files.

    Parameters
    ----------
    folder : Path
        A folder that does not exist yet or is empty.
    title, organisation, contacts : str and sequence of str
        Who publishes; contacts are shown on every page (for instance whom to call about a find).
    data_date : date
        The date the data will be of.

    Returns
    -------
    dict
        `folder` and `files`.

    Raises
    ------
    UsageError
        When the folder holds anything already.
    Unwritable
        When the folder cannot be written.

    Examples
    --------
    >>> import datetime as dt
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     made = init(Path(parent) / "my-layers", title="My area", data_date=dt.date(2024, 6, 30))
    >>> made["folder"], "incidents.csv" in made["files"], "layers.toml" in made["files"]
    ('my-layers', True, True)
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder.name}' exists and is not an empty folder", advice="Name a new folder.")
    contents = {f"{kind}.csv": _header(kind) for kind in _TABLES}
    contents |= {f"{kind}.geojson": _no_features(kind) for kind in _SHAPES}
    contents[FILE_NAME] = _catalogue(title, organisation, contacts, data_date.isoformat()).encode()
    write_files(folder, contents)
    return {"folder": folder.name, "files": list(contents)}


_SHAPES = ("zones", "hazards", "districts", "coverage", "corridors")
"""Layers of shapes. Outside the coverage no question is answered with the mildest verdict."""


def _header(kind: str) -> bytes:
    return (",".join(column.name for column in schema.COLUMNS[kind] if column.form != "place_text") + "\n").encode()


def _no_features(name: str) -> bytes:
    return f'{{"type":"FeatureCollection","name":"{name}","features":[]}}\n'.encode()


_PRECISION = """\
# Published at the month and the district: day, village and casualties together can tell who a person is. Where the records
# are public already, say so:
# precision = "as-published"
# precision_reason = "Why day and place may be published"
"""


def _catalogue(title: str, organisation: str, contacts: Sequence[str], data_date: str) -> str:
    text = json.dumps  # a JSON string is a TOML string
    layers = [(kind, f"{kind}.csv") for kind in _TABLES]
    layers += [(kind, f"{kind}.geojson") for kind in _SHAPES]
    places = (*schema.GEOMETRY_OF_KIND,)
    head = f"""\
# The catalogue of this folder: which file is which kind of layer. A column is mapped as   ours = "theirs"   in
# [layer.columns] under its layer, where the names differ. State what you know; leave out what nobody knows.

[edition]
title = {text(title, ensure_ascii=False)}
organisation = {text(organisation, ensure_ascii=False)}
contacts = [{", ".join(text(contact, ensure_ascii=False) for contact in contacts)}]
languages = ["az", "ru", "en"]
# The date the data are of, and after how many days the page calls them out of date.
data_date = {data_date}
stale_after_days = 180
# Where the records are expected: west, south, east, north in degrees. Without it swapped coordinates cannot be told.
# area = [44.5, 38.2, 51.0, 42.1]

# [density]
# bandwidth_m = 10000
"""
    return head + "".join(
        f"""
[[layer]]
name = "{kind}"
kind = "{kind}"
file = "{file}"
{'crs = "EPSG:4326"' if kind in places else "# no coordinates"}
source = ""
licence = ""
# date = {data_date}
# accuracy_m = 5000
{_PRECISION if kind == "incidents" else ""}\
# Take the next line out once the file holds records: a layer that lost them all must not pass for an empty one.
may_be_empty = true
"""
        for kind, file in layers
    )
