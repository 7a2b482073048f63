"""A background map under ours: a PMTiles file put into the page, or an online provider that the builder names.

Neither is there unless somebody asks for it: the page's own outlines and rivers need no network. A background map is context
alone; nothing of it is read, judged or counted. What is embedded works without a network; an online provider learns which part
of the map is looked at, so its layer starts switched off and the page's policy lets the browser ask that one host.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import xyzservices.providers

from mapper.errors import Unreadable, UsageError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 300_000_000
"""A larger file makes a page that browsers do not open."""
_MAGIC = b"PMTiles"
_VERSION = 3
_HEADER_BYTES = 127
_RASTER = {2: "image/png", 3: "image/jpeg", 4: "image/webp"}
_VECTOR = 1
_NONE, _GZIP = 1, 2
_MOST_ZOOM_ONLINE = 17
_CUT = "Cut it to the area of the map, for instance with `pmtiles extract --bbox`."


@dataclass(frozen=True, slots=True)
class EmbeddedTiles:
    """A PMTiles archive that travels inside the page.

    `media_type` is that of its pictures, empty for vector tiles (drawn with the schema of Protomaps' basemaps).
    """

    name: str
    content: bytes
    media_type: str
    attribution: str

    def told(self) -> dict[str, Any]:
        """Return what the page needs to know besides the bytes."""
        return {"kind": "embedded", "name": self.name, "media_type": self.media_type, "attribution": self.attribution}

    def described(self) -> dict[str, Any]:
        """Return what the manifest holds of it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {**self.told(), "bytes": len(self.content), "sha256": digest}


@dataclass(frozen=True, slots=True)
class OnlineTiles:
    """Pictures from a provider; `url` has `{z}`, `{x}`, `{y}`, and perhaps `{s}` for one of `subdomains`."""

    name: str
    url: str
    subdomains: tuple[str, ...]
    max_zoom: int
    attribution: str

    def told(self) -> dict[str, Any]:
        """Return what the page needs to know."""
        return {
            "kind": "online",
            "name": self.name,
            "url": self.url,
            "subdomains": list(self.subdomains),
            "max_zoom": self.max_zoom,
            "attribution": self.attribution,
        }

    def described(self) -> dict[str, Any]:
        """Return what the manifest holds of it."""
        return self.told()

    @property
    def hosts(self) -> list[str]:
        """The origins that the page may ask for pictures.

        Examples
        --------
        >>> OnlineTiles("x", "https://{s}.example.org/{z}/{x}/{y}.png", ("a", "b"), 17, "x").hosts
        ['https://a.example.org', 'https://b.example.org']
        """
        urls = [self.url.replace("{s}", subdomain) for subdomain in self.subdomains or ("",)]
        return sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls)})


Basemap = EmbeddedTiles | OnlineTiles


def read_pmtiles(path: Path) -> EmbeddedTiles:
    """Read a PMTiles archive (version 3), of raster pictures or vector tiles, for the page.

    Raises
    ------
    Unreadable
        When it cannot be read, is no such archive, is packed in a way that pages cannot unpack, or is too large for a page.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Unreadable(
                f"it has {size / 1e6:,.0f} MB, and a page opens with {MOST_BYTES / 1e6:,.0f} MB at most",
                file=path.name,
                advice=_CUT,
            )
        content = path.read_bytes()
    except OSError as exc:
        raise Unreadable(f"it cannot be read: {exc.strerror}", file=path.name, advice="Look at the path.") from exc
    if content[:7] != _MAGIC or len(content) < _HEADER_BYTES or content[7] != _VERSION:
        raise Unreadable(
            "it is no PMTiles archive of version 3",
            file=path.name,
            advice="Convert it, for instance with `pmtiles convert`.",
        )
    _, _, metadata_at, metadata_length, _, _, tiles_at, tiles_length = struct.unpack_from("<8Q", content, 8)
    internal, packing, tile_type = content[97], content[98], content[99]
    if tiles_at + tiles_length > len(content) or metadata_at + metadata_length > len(content):
        raise Unreadable("it was cut: it ends before its own tiles do", file=path.name, advice="Get the file again.")
    if internal not in (_NONE, _GZIP) or (tile_type == _VECTOR and packing not in (_NONE, _GZIP)):
        raise Unreadable(
            "it is packed in a way that browsers cannot unpack", file=path.name, advice="Write it again with gzip."
        )
    if tile_type != _VECTOR and tile_type not in _RASTER:
        raise Unreadable(
            "its tiles are neither PNG, JPEG, WebP nor vector tiles",
            file=path.name,
            advice="Export it as one of these.",
        )
    metadata = _metadata(content[metadata_at : metadata_at + metadata_length], internal, path.name)
    return EmbeddedTiles(
        name=str(metadata.get("name") or path.stem),
        content=content,
        media_type=_RASTER.get(tile_type, ""),
        attribution=plain_text(str(metadata.get("attribution") or "")),
    )


def _metadata(packed: bytes, packing: int, name: str) -> dict[str, Any]:
    try:
        read = json.loads(gzip.decompress(packed) if packing == _GZIP else packed) if packed else {}
    except (OSError, EOFError, ValueError) as exc:
        raise Unreadable("its own description cannot be read", file=name, advice="Get the file again.") from exc
    return read if isinstance(read, dict) else {}


def online(name: str) -> OnlineTiles:
    """Return the provider of a name as xyzservices spells it (letters and digits alone are compared).

    Raises
    ------
    UsageError
        When no provider has the name, when it needs a key, which a page would hand to everybody, or when it is not asked over
        https.

    Examples
    --------
    >>> online("OpenStreetMap Mapnik").attribution
    '(C) OpenStreetMap contributors'
    """
    try:
        provider = xyzservices.providers.query_name(name)
    except ValueError:
        raise UsageError(
            f"no provider of online maps has the name {name!r}",
            advice="Give a name of xyzservices, such as OpenStreetMap.Mapnik or OpenTopoMap.",
        ) from None
    if provider.requires_token():
        raise UsageError(
            f"{provider.name} needs a key, and a page would give it to everybody who opens it",
            advice="Choose a provider without a key, or embed a PMTiles file.",
        )
    subdomains = tuple(provider.get("subdomains", "abc")) if "{s}" in provider.url else ()
    url = provider.build_url(scale_factor="", fill_subdomain=False)
    if urlsplit(url).scheme != "https":
        raise UsageError(f"{provider.name} is not asked over https", advice="Choose another provider.")
    zoom = min(int(provider.get("max_zoom") or _MOST_ZOOM_ONLINE), _MOST_ZOOM_ONLINE)
    return OnlineTiles(provider.name, url, subdomains, zoom, plain_text(provider.get("attribution", "")))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_text(markup: str) -> str:
    """Return the words of an attribution, which providers write as markup.

    Examples
    --------
    >>> plain_text('&copy; <a href="https://example.org">Makers</a>')
    '© Makers'
    """
    reader = _Text()
    reader.feed(markup)
    reader.close()
    return " ".join("".join(reader.parts).split())


def size_said(basemap: EmbeddedTiles) -> str:
    """Say what an embedded background map adds to the page.

    Examples
    --------
    >>> size_said(EmbeddedTiles("x", bytes(3_000_000), "image/png", ""))
    'the background map adds 4.0 MB to the page (3.0 MB in base64)'
    """
    own = len(basemap.content)
    return f"the background map adds {own * 4 / 3e6:,.1f} MB to the page ({own / 1e6:,.1f} MB in base64)"
