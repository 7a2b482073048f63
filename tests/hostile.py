"""Hostile layers: every free text, column name and file name carries markup, script, template marks and odd characters.

Used by the browser tests and the tests of the notebook map. Each payload would leave a trace if it ran: script sets
`window.hacked`, a template turns 7*191 into 1337, markup makes an element, an address is asked for.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

from mapper.catalogue import bundled_layers

if TYPE_CHECKING:
    from pathlib import Path

PAYLOADS = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=2</script>",
    "${window.hacked=3}",
    "{{ 7*191 }}",
    "{% for x in (1, 2) %}{{ 7*191 }}{% endfor %}",
    "{#",
    "`+(window.hacked=4)+`",
    "\u2028window.hacked=5\u2029",
    "#}",
    "--><svg onload=window.hacked=6>",
    "\u202ejavascript:window.hacked=7",
    "</noscript><script>window.hacked=8</script></style>",
)
ALL = " ".join(PAYLOADS)
"""All payloads in one text."""

_KEPT = {
    "id", "order_id", "count_id", "clearance_id", "source_id", "zone_id", "admin_units", "district", "settlement",
    "district_reported", "lat", "lon", "geonames_id", "order_ids", "source_ids", "name_variants", "order_type", "extent",
    "geometry_basis", "date_start", "date_end", "date_precision", "reported_on", "location_level", "accident_type",
    "device_category", "activation", "activity", "issued_on", "effective_from", "effective_to", "as_of", "period_start",
    "period_end", "published_on", "area_hectares", "teams_personnel", "ap_mines", "av_mines", "mines_unspecified", "uxo",
    "victims_total",
}  # fmt: skip


def hostile_layers(folder: Path) -> Path:
    """Copy the bundled layers and put every payload into every free text, a column name and a file name.

    Returns
    -------
    Path
        The folder, with a `layers.toml` that names the renamed file.
    """
    layers = folder / "layers"
    shutil.copytree(bundled_layers(), layers)
    for path in layers.glob("*.csv"):
        path.write_bytes(_poisoned_table(path.read_text("utf-8")).encode())
    for path in layers.glob("*.geojson"):
        path.write_text(_poisoned_geojson(path.read_text("utf-8")), "utf-8")
    named = "{{7*191}} ${1} `{#` <img src=x onerror=alert(1)>.csv"
    (layers / "clearance.csv").rename(layers / named)
    catalogue = (layers / "layers.toml").read_text("utf-8")
    catalogue = catalogue.replace('"clearance.csv"', _toml(named)).replace('"clearance"', _toml(PAYLOADS[0]))
    for language in ("az", "ru", "en"):  # title and organisation of the edition
        catalogue = catalogue.replace(f'{language} = "', f"{language} = {_toml(ALL)[:-1]} ")
    catalogue = catalogue.replace("contacts = []", f"contacts = [{_toml(ALL)}]", 1)
    catalogue = catalogue.replace('title = "', f"title = {_toml(ALL)[:-1]} ").replace(
        'source = "', f"source = {_toml(ALL)[:-1]} "
    )
    (layers / "layers.toml").write_text(catalogue.replace('licence = "', f"licence = {_toml(ALL)[:-1]} "), "utf-8")
    return layers


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _poisoned_table(text: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = list(rows[0])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*names, ALL], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**{name: _poisoned(name, value) for name, value in row.items()}, ALL: ALL})
    return out.getvalue()


def _poisoned(name: str, value: str) -> str:
    counts = name.startswith(("killed", "injured", "unknown_status"))
    return value if name in _KEPT or counts else f"{value} {ALL}".strip()


def _poisoned_geojson(text: str) -> str:
    document: dict[str, Any] = json.loads(text)
    for feature in document["features"]:
        properties = feature["properties"]
        for key in ("name_source", "note"):
            if key in properties:
                properties[key] = f"{properties[key]} {ALL}"
        properties[ALL] = ALL
    return json.dumps(document, ensure_ascii=False)
