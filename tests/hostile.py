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
    from collections.abc import Sequence
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

FORMULAS = tuple(
    f"{sign}{call}"
    for sign in ("=", "+", "-", "@")
    for call in ("cmd|' /C calc'!A1", 'HYPERLINK("https://a.invalid","x")', "SUM(A1)*cmd", "1+window.hacked")
)
"""What a spreadsheet would run where a cell begins with it."""
_ATTACKS = (
    "<script>window.hacked=9</script>",
    "<script src=https://a.invalid/s.js></script>",
    "<img src=x onerror=window.hacked=9>",
    "<img src=https://a.invalid/p.png>",
    "<svg><script>window.hacked=9</script></svg>",
    "<svg/onload=window.hacked=9>",
    "<svg><animate onbegin=window.hacked=9 attributeName=x>",
    "<svg><use href=https://a.invalid/u.svg#x>",
    "<math><mtext><a xlink:href=javascript:window.hacked=9>x</a>",
    "<iframe srcdoc='<script>parent.hacked=9</script>'>",
    "<iframe src=javascript:parent.hacked=9>",
    "<object data=https://a.invalid/o>",
    "<embed src=https://a.invalid/e>",
    "<meta http-equiv=refresh content='0;url=https://a.invalid/'>",
    "<base href=https://a.invalid/>",
    "<link rel=stylesheet href=https://a.invalid/s.css>",
    "<style>@import 'https://a.invalid/s.css';*{display:none}</style>",
    "<div style='background:url(https://a.invalid/b.png)'>",
    "<form action=https://a.invalid/><button formaction=javascript:window.hacked=9>x</button>",
    "<input autofocus onfocus=window.hacked=9>",
    "<details open ontoggle=window.hacked=9>",
    "<video><source onerror=window.hacked=9>",
    "<body onpageshow=window.hacked=9>",
    "<a href=javascript:window.hacked=9>x</a>",
    "<a href=https://a.invalid/ ping=https://a.invalid/ping>x</a>",
    "<template><img src=x onerror=window.hacked=9></template>",
    "<marquee onstart=window.hacked=9>",
    "<foreignObject><p>x</p></foreignObject>",
    "&lt;script&gt;window.hacked=9&lt;/script&gt;",
    "&#60;img src=x onerror=window.hacked=9&#62;",
    "\\u003cscript\\u003ewindow.hacked=9",
    "{{ 7*191 }}",
    "${7*191}",
    "#{7*191}",
    "*{7*191}",
    "<%= 7*191 %>",
    "{{constructor.constructor('window.hacked=9')()}}",
    "{%print(7*191)%}",
    "@(7*191)",
    "$(window.hacked=9)",
    "'+(window.hacked=9)+'",
    '";window.hacked=9;"',
)
"""What would run, load or count if it were markup, a template or a script."""
_BREAKS = ("", '">', "'>", "</title>", "</style>", "</script>", "</textarea>", "</noscript>", "-->", "]]>", "</option>")
"""What would end the place that the text stands in."""
_SCHEMES = (
    *(
        "javascript:window.hacked=9",
        "JaVaScRiPt:window.hacked=9",
        "vbscript:window.hacked=9",
        "data:text/html,<b>x</b>",
    ),
    *("//a.invalid/x", "file:///x.invalid", "blob:https://a.invalid/x", "view-source:https://a.invalid/"),
)
_UNSEEN = {
    "bidi": "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f\u061c",
    "zero_width": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e",
}
"""Letters without a shape: the first turn the order of those that follow, the others part them."""


def _many() -> tuple[str, ...]:
    """Return every attack in every place, addresses, and words with unseen letters in their middle; formulas first."""
    attacks = (f"{end}{attack}" for attack in _ATTACKS for end in _BREAKS)
    unseen = (
        f"{scheme[:4]}{letter}{scheme[4:]}"
        for letters in _UNSEEN.values()
        for letter in letters
        for scheme in _SCHEMES[:4]
    )
    return tuple(dict.fromkeys([*FORMULAS, *PAYLOADS, *attacks, *_SCHEMES, *unseen]))


MANY = _many()
"""More than 500 different payloads."""
EXTRA_ROWS = 20
"""Records added for the columns that the map itself rests on: ids, codes, names of districts and settlements."""


def share(payloads: Sequence[str], row: int, rows: int) -> str:
    """Return the payloads of one row of a column, so that its rows together hold all of them."""
    return " ".join(payloads[row % rows :: rows])


_KEPT = {
    "id", "date", "order_id", "count_id", "clearance_id", "source_id", "zone_id", "admin_units", "district", "settlement",
    "district_reported", "lat", "lon", "geonames_id", "order_ids", "source_ids", "name_variants", "order_type", "extent",
    "geometry_basis", "date_start", "date_end", "date_precision", "reported_on", "location_level", "accident_type",
    "device_category", "activation", "activity", "issued_on", "effective_from", "effective_to", "as_of", "period_start",
    "period_end", "published_on", "area_hectares", "teams_personnel", "ap_mines", "av_mines", "mines_unspecified", "uxo",
    "victims_total",
}  # fmt: skip


def hostile_layers(folder: Path, payloads: Sequence[str] | None = None) -> Path:
    """Copy the bundled layers and put payloads into every free text, a column name and a file name.

    Parameters
    ----------
    folder : Path
        Where the layers are put.
    payloads : sequence of str, optional
        Spread over the rows of every free text, and over records added for all other texts; when not given, every free text
        holds all of `PAYLOADS`.

    Returns
    -------
    Path
        The folder, with a `layers.toml` that names the renamed file.
    """
    layers = folder / "layers"
    shutil.copytree(bundled_layers(), layers)
    for path in layers.glob("*.csv"):
        path.write_bytes(_poisoned_table(path.name, path.read_text("utf-8"), payloads).encode())
    for path in layers.glob("*.geojson"):
        path.write_text(_poisoned_geojson(path.read_text("utf-8"), payloads), "utf-8")
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


def _poisoned_table(file: str, text: str, payloads: Sequence[str] | None) -> str:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    names = list(rows[0])
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [*names, ALL], lineterminator="\n")
    writer.writeheader()
    for at, row in enumerate(rows):
        told = ALL if payloads is None else share(payloads, at, len(rows))
        writer.writerow({**{name: _poisoned(name, value, told) for name, value in row.items()}, ALL: told})
    if payloads is not None and file in _TEXTS:
        for at in range(EXTRA_ROWS):
            told = share(payloads, at, EXTRA_ROWS)
            writer.writerow({**dict.fromkeys(_TEXTS[file], told), **_WHERE.get(file, {}), ALL: told})
    return out.getvalue()


_TEXTS = {
    "accidents.csv": (
        *(
            "id",
            "district",
            "settlement",
            "settlement_as_reported",
            "location_level",
            "accident_type",
            "device_category",
        ),
        *("device_as_reported", "activation", "activity", "date_precision", "note"),
    ),
    "settlements.csv": ("settlement", "note"),
}
"""Columns of added records that hold nothing but payloads."""
_WHERE = {"settlements.csv": {"lat": "40.3", "lon": "47.3"}}


def _poisoned(name: str, value: str, told: str) -> str:
    counts = name.startswith(("killed", "injured", "unknown_status"))
    return value if name in _KEPT or counts else f"{value} {told}".strip()


def _poisoned_geojson(text: str, payloads: Sequence[str] | None) -> str:
    document: dict[str, Any] = json.loads(text)
    features = document["features"]
    for at, feature in enumerate(features):
        told = ALL if payloads is None else share(payloads, at, len(features))
        properties = feature["properties"]
        for key in ("name_source", "note"):
            if key in properties:
                properties[key] = f"{properties[key]} {told}"
        properties[ALL] = told
    return json.dumps(document, ensure_ascii=False)
