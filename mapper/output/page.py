"""`map.html`: one file, no network, no text from data outside one block and one escaped list.

The parts stand in an order that makes every cut harmless: the banner "not loaded, do not use" first, the data next, then the
program, packed, and last the script that unpacks it, whose closing tag is the last bytes of the file. A browser runs no
script whose closing tag is missing, and the content-security policy lets only these very scripts run, by their hashes; so a
file that was cut or altered keeps its banner. The program takes the banner away only after the block's SHA-256 and row
count fit the seal.

No template engine: the page is a join of constants, base64 and JSON, and all text in `<noscript>` goes through one escape.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from mapper import crs, terms
from mapper.analysis.clearance import naming
from mapper.errors import Unreadable
from mapper.findings import as_frame
from mapper.markup import escape
from mapper.names import name_key
from mapper.output.basemap import Basemap, EmbeddedTiles, OnlineTiles
from mapper.output.block import TABLES, encode
from mapper.output.compose import CAVEATS, Edition
from mapper.output.density_grid import density_grid
from mapper.output.findable import findable_settlements
from mapper.output.hotspot_cells import hotspot_plane, hotspot_table
from mapper.output.plain import STYLE, without_scripts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapper.analysis.ledger import Count
    from mapper.model import LayerEntry

WORDS = (
    "page",
    "caveat",
    "accident_type",
    "activation",
    "activity",
    "applies_to",
    "basis",
    "civil_status",
    "context_kind",
    "date_precision",
    "device_category",
    "district_kind",
    "edge",
    "event_kind",
    "extent",
    "geometry_basis",
    "hazard_class",
    "hazard_status",
    "hotspot_class",
    "land_product",
    "layer_kind",
    "location_level",
    "order_type",
    "orders_state",
    "place",
    "relation",
    "reporting_state",
    "rule",
    "severity",
    "survey_state",
    "verdict",
)
"""The vocabularies that travel with the page."""

_BOUNDS_MARGIN_DEGREES = 0.05


def page_html(edition: Edition, basemap: Basemap | None = None) -> bytes:
    """Write the page of an edition.

    Parameters
    ----------
    edition : Edition
        What is shown.
    basemap : Basemap, optional
        A background map; none by default, and then the page never asks any network.

    Returns
    -------
    bytes
        UTF-8 HTML, the same bytes for the same edition and background.

    Raises
    ------
    Unreadable
        When this installation lacks the built front end.
    """
    front = front_end()
    block, seal = page_block(edition)
    seal_json = json.dumps(seal, separators=(",", ":"), sort_keys=True)
    embedded = isinstance(basemap, EmbeddedTiles)
    programs = [*([front.tiles] if embedded else []), front.program]
    scripts = " ".join(_hash_source(script) for script in (*programs, front.boot))
    pictures = " ".join(["data: blob:", *(basemap.hosts if isinstance(basemap, OnlineTiles) else [])])
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {_hash_source(front.style)} {_hash_source(STYLE)}; "
        f"img-src {pictures}; worker-src blob:; base-uri 'none'; form-action 'none'"
    )
    return "".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8><title>NOT LOADED – DO NOT USE</title>",
            f'<meta http-equiv=Content-Security-Policy content="{policy}">',
            '<meta name=viewport content="width=device-width, initial-scale=1">',
            f"<body>{banner()}<style>{front.style}</style>",
            f"<noscript>{without_scripts(edition)}</noscript><div id=mapper-root></div>",
            f'<script type="application/json" id=mapper-seal>{seal_json}</script>',
            f'<script type="application/octet-stream" id=mapper-block>{_base64(block)}</script>',
            _basemap_parts(basemap),
            *(
                f'<script type="application/octet-stream" class=mapper-program>{_base64(_packed(program))}</script>'
                for program in programs
            ),
            f"<script>{front.boot}</script>",
        ]
    ).encode()


def page_block(edition: Edition) -> tuple[bytes, dict[str, Any]]:
    """Encode an edition for the page: the gzip block and its seal (`records`, `sha256`)."""
    frames = page_tables(edition)
    block = encode(frames, page_meta(edition), _words())
    records = sum(len(frames[name]) for name in TABLES)
    return block, {"records": records, "sha256": hashlib.sha256(block).hexdigest()}


def _basemap_parts(basemap: Basemap | None) -> str:
    """Write what the page needs of a background map; its JSON holds no letter that could end the element."""
    if basemap is None:
        return ""
    told = json.dumps(basemap.told(), separators=(",", ":"), sort_keys=True)
    for letter in "<>&":
        told = told.replace(letter, f"\\u{ord(letter):04x}")
    content = _base64(basemap.content) if isinstance(basemap, EmbeddedTiles) else ""
    return (
        f'<script type="application/json" id=mapper-basemap>{told}</script>'
        f'<script type="application/octet-stream" id=mapper-basemap-tiles>{content}</script>'
    )


class FrontEnd(NamedTuple):
    """The built scripts and style: the page's program, what draws embedded tiles, what unpacks both, and a notebook's program."""

    program: str
    style: str
    boot: str
    tiles: str
    mount: str


@cache
def front_end() -> FrontEnd:
    """Return the page's built scripts and style sheet.

    Raises
    ------
    Unreadable
        When they have not been built.
    """
    dist = files("mapper") / "web" / "dist"
    try:
        return FrontEnd(
            *((dist / name).read_text("utf-8") for name in ("app.js", "app.css", "boot.js", "tiles.js", "mount.js"))
        )
    except OSError:
        raise Unreadable(
            "the page's program is missing from this installation",
            file="mapper/web/dist",
            advice="Install the package again; in a source checkout run `pip install -e .`.",
        ) from None


def page_meta(edition: Edition) -> dict[str, Any]:
    """Return the facts of the edition that the page shows beside its tables, as plain JSON values."""
    facts = edition.to_dict()
    return {
        "title": edition.title,
        "organisation": edition.organisation,
        "titles": dict(edition.titles),
        "organisations": dict(edition.organisations),
        "contacts": list(edition.contacts),
        "language": edition.language,
        "languages": list(edition.languages),
        "edition": edition.edition_id,
        "data_date": facts["data_date"],
        "stale_after": facts["stale_after"],
        "complete": edition.complete,
        "incomplete_zones": edition.incomplete_zones,
        "lost": {"legal": edition.lost.legal, "physical": edition.lost.physical, "orders": edition.lost.orders},
        "private": edition.private,
        "caveats": list(CAVEATS),
        "counts": {key: facts[key] for key in ("incidents", "casualties", "zones", "findings")},
        "density": {
            **facts["density"],
            "refused": _in_languages(edition.surface.refused),
            "frames": [
                {**frame.to_dict(), "refused": _in_languages(frame.surface.refused)} for frame in edition.frames
            ],
            "grid": density_grid(edition),
        },
        "hotspots": _hotspots(edition),
        "bounds": _bounds(edition),
        "layers": [
            {
                "name": entry.name,
                "kind": entry.kind,
                "title": _given(entry, "title") or entry.name,
                "source": _given(entry, "source"),
                "licence": _given(entry, "licence"),
                "date": entry.date.isoformat() if entry.date else None,
                "accuracy_m": entry.accuracy_m,
                "sha256": sha256,
                "note": _given(entry, "note"),
            }
            for entry, _, sha256 in edition.layers
        ],
        "assumptions": [_in_languages(each) for each in edition.assumptions],
        "ledger": _ledger(edition),
    }


def _hotspots(edition: Edition) -> dict[str, Any] | None:
    found = edition.hotspots
    if found is None:
        return None
    return {**found.to_dict(), "refused": _in_languages(found.refused), **hotspot_plane(found)}


def _given(entry: LayerEntry, name: str) -> str | dict[str, str]:
    told = entry.told(name)
    return told if isinstance(told, str) else dict(told)


def _in_languages(text: str | None) -> str | dict[str, str] | None:
    """Return a sentence by language where the vocabulary has it; a text of anybody's stays as it is."""
    return text.in_languages() if isinstance(text, terms.Said) else text


def _ledger(edition: Edition) -> dict[str, Any]:
    """Return the ledger as the page needs it: figures beside positions in its tables, which hold the rest."""
    ledger = edition.ledger
    return {
        "headline": None if ledger.headline is None else ledger.headline.at,
        "over_time": [_beside(count) for count in ledger.over_time],
        "sources": [
            {"source": source.name, "counts": [count.at for count in source.counts]} for source in ledger.sources
        ],
        "clearance": [
            {**agency.to_dict(), "statements": [statement.at for statement in agency.statements]}
            for agency in ledger.clearance
        ],
        "named": _named(edition),
    }


def _named(edition: Edition) -> list[dict[str, Any]]:
    """Return the districts that clearance statements name, by rows of both tables."""
    names = edition.districts["name"]
    statements = naming(edition.tables["activities"], names.dropna())
    keys = [name_key(name) for name in names]
    return [{"district": at, "statements": list(statements[key])} for at, key in enumerate(keys) if key in statements]


def _beside(count: Count) -> dict[str, Any]:
    told = count.to_dict()
    return {
        "at": count.at,
        "date": count.date,
        **{key: told[key] for key in ("official", "mapped", "uncertain", "percent")},
    }


def page_tables(edition: Edition) -> dict[str, pd.DataFrame]:
    """Return the frames of the page's block by table name, each with at least the columns of `TABLES`."""
    incidents = edition.incidents
    points = incidents.geometry.where(incidents["place"].isin(["point", "disc"]), None).to_numpy()
    return {
        "incidents": pd.DataFrame(incidents.drop(columns="geometry")).assign(at=points),
        "zones": edition.zones,
        "districts": edition.districts,
        "contours": _contours(edition),
        "findings": as_frame(edition.findings),
        **{name: edition.tables[name] for name in TABLES if name in edition.tables},
        "settlements": findable_settlements(edition),
        "hotspots": hotspot_table(edition.hotspots),
    }


def _contours(edition: Edition) -> pd.DataFrame:
    """Return the classes of the density of all dates, `frame` "", and then those of each year, named by it."""
    years = [frame.surface.contours.assign(frame=f"{frame.year:04}") for frame in edition.frames]
    drawn = [classes for classes in years if len(classes)]
    contours: pd.DataFrame = pd.concat([edition.surface.contours.assign(frame=""), *drawn], ignore_index=True)
    return contours


def _words() -> dict[str, Any]:
    words = {name: {code: _word(term) for code, term in terms.vocabulary(name).items()} for name in WORDS}
    return {**words, "page": {code: {**word, "definition": {}} for code, word in words["page"].items()}}


def _word(term: terms.Term) -> Mapping[str, Any]:
    return {
        "label": dict(term.label),
        "definition": dict(term.definition),
        "colour": term.colour,
        "hatch": term.hatch,
        "symbol": term.symbol,
    }


def _bounds(edition: Edition) -> list[float] | None:
    """Return the box around zones, hazards and located incidents, where the page opens; west > east: over the antimeridian."""
    located = edition.incidents.geometry[edition.incidents["place"].isin(["point", "disc"])]
    shapes = pd.concat([edition.zones.geometry, located, edition.tables["hazards"].geometry])
    drawn = shapes.dropna().to_numpy()
    if not len(drawn):
        return None
    west, south, east, north = crs.lon_lat_bounds(drawn)
    margin = _BOUNDS_MARGIN_DEGREES
    return [west - margin, south - margin, east + margin, north + margin]


def _packed(program: str) -> bytes:
    return gzip.compress(program.encode(), compresslevel=9, mtime=0)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _hash_source(text: str) -> str:
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"


def banner() -> str:
    """Say in every language that the page is not loaded; constants of the vocabulary, escaped like everything else."""
    sentences = terms.vocabulary("page")["banner.not_loaded"].label
    lines = "".join(f"<p lang={language}>{escape(sentences[language])}" for language in terms.LANGUAGES)
    return f"<div id=mapper-banner role=alert>{lines}</div>"
