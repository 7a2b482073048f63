"""The background map: what is taken, what is refused, and that a page without one asks nobody."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from pmtiles.tile import TileType

from mapper import build
from mapper.errors import Unreadable, UsageError
from mapper.output.basemap import EmbeddedTiles, OnlineTiles, online, plain_text, read_pmtiles
from mapper.output.page import page_html
from mapper.pipeline import make_edition
from tests.tile_archives import archive, png, water

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.compose import Edition


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


def policy(page: bytes) -> str:
    """Return the page's content-security policy."""
    (found,) = re.findall(rb'http-equiv=Content-Security-Policy content="([^"]*)"', page)
    return bytes(found).decode()


def test_a_raster_and_a_vector_archive(tmp_path: Path) -> None:
    """Kind, name and attribution come from the archive's own description; markup becomes words."""
    for kind, content, media_type in ((TileType.PNG, png(200, 0, 0), "image/png"), (TileType.MVT, water(), "")):
        path = tmp_path / "fon ə.pmtiles"
        path.write_bytes(archive(content, kind, zooms=2))
        read = read_pmtiles(path)
        assert (read.name, read.media_type, read.attribution) == ("Test map", media_type, "Makers & co")
        assert read.content == path.read_bytes()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    """Each refusal says what the file is not and what to do."""
    good = archive(png(1, 2, 3), TileType.PNG, zooms=2)
    brotli = bytearray(good)
    brotli[97] = 3
    unknown = bytearray(good)
    unknown[99] = 0
    for content, sentence in (
        (b"", "no PMTiles archive"),
        (b"PMTiles\x02" + good[8:], "no PMTiles archive"),
        (good[:-10], "it was cut"),
        (bytes(brotli), "cannot unpack"),
        (bytes(unknown), "neither PNG"),
    ):
        path = tmp_path / "x.pmtiles"
        path.write_bytes(content)
        with pytest.raises(Unreadable, match=sentence):
            read_pmtiles(path)
    with pytest.raises(Unreadable, match="cannot be read"):
        read_pmtiles(tmp_path / "absent.pmtiles")


def test_a_provider_by_name() -> None:
    """Names as xyzservices spells them; one that needs a key, or is unknown, is a sentence."""
    tiles = online("opentopomap")
    assert tiles.name == "OpenTopoMap"
    assert tiles.hosts == [f"https://{each}.tile.opentopomap.org" for each in "abc"]
    assert "OpenStreetMap" in tiles.attribution
    assert "<" not in tiles.attribution
    with pytest.raises(UsageError, match="needs a key"):
        online("Thunderforest.Outdoors")
    with pytest.raises(UsageError, match="no provider of online maps"):
        online("Nobody.Nothing")


def test_attribution_is_words() -> None:
    """Markup, entities and scripts become what a reader would see."""
    assert plain_text('<a href="https://x.example">A</a> &copy;\n <b>B</b>') == "A © B"
    assert plain_text("") == ""


def test_the_policy_opens_for_the_one_host_alone(edition: Edition) -> None:
    """Without a background map no network can be asked; with a provider, its host, for pictures only."""
    assert "http" not in policy(page_html(edition))
    tiles = OnlineTiles("Made up", "https://{s}.tiles.example/{z}/{x}/{y}.png", ("a", "b"), 17, "x")
    opened = policy(page_html(edition, tiles))
    directives = dict(each.strip().split(" ", 1) for each in opened.split(";"))
    assert [name for name, sources in directives.items() if "http" in sources] == ["img-src"]
    assert directives["img-src"] == "data: blob: https://a.tiles.example https://b.tiles.example"


def test_hostile_names_stay_inside_their_element(edition: Edition) -> None:
    """The description cannot end its script element."""
    tiles = EmbeddedTiles("</script><img src=x>", b"PMTiles", "image/png", "<!--&")
    page = page_html(edition, tiles)
    (told,) = re.findall(rb"id=mapper-basemap>(.*?)</script>", page)
    assert json.loads(told) == tiles.told()
    assert b"<img src=x>" not in page


def test_the_manifest_names_it(tmp_path: Path) -> None:
    """A build with an embedded map lists its bytes and SHA-256 beside the inputs."""
    path = tmp_path / "fon.pmtiles"
    path.write_bytes(archive(png(9, 9, 9), TileType.PNG, zooms=2))
    build(out=tmp_path / "edition", basemap=read_pmtiles(path))
    manifest = json.loads((tmp_path / "edition" / "MANIFEST.json").read_text("utf-8"))
    assert manifest["basemap"]["bytes"] == path.stat().st_size
    assert len(manifest["basemap"]["sha256"]) == 64
