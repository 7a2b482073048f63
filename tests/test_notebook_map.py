"""The notebook's map hands folium nothing but constants, numbers and base64, so a template in the data cannot run."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import folium
import pytest

from mapper.errors import UsageError
from mapper.output.notebook import HazardMap
from mapper.output.page import page_block
from mapper.pipeline import make_edition
from tests.hostile import PAYLOADS, hostile_layers

if TYPE_CHECKING:
    from pathlib import Path

    from mapper.output.compose import Edition

# folium's own layers stand for a user's; no text of an edition is given to them.
Marker, GeoJson, Popup, Icon = folium.Marker, folium.GeoJson, folium.Popup, folium.Icon  # noqa: TID251


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Return the edition of the bundled layers."""
    return make_edition()


def without_base64(html: str) -> str:
    """Leave out the long runs of base64, in which any four letters may stand by chance."""
    return re.sub(r"[A-Za-z0-9+/=]{200,}", "", html)


def test_templates_in_the_data_do_not_run(tmp_path: Path, edition: Edition) -> None:
    """A command in a template mark, in every text of the hostile layers and in the title, leaves no file behind."""
    trace = tmp_path / "trace"
    command = f"{{{{ lipsum.__globals__.os.popen('touch {trace}').read() }}}}"
    layers = hostile_layers(tmp_path)
    for path in layers.glob("*.csv"):
        path.write_text(path.read_text("utf-8").replace("{{ 7*191 }}", command + "{{ 7*191 }}"), "utf-8")
    made = replace(make_edition(layers), title=command, assumptions=(command, *PAYLOADS))
    assert any(command in note for note in made.incidents["note"].dropna())
    shown = HazardMap(made)
    shown.save(tmp_path / "map.html")
    html = shown._repr_html_() + (tmp_path / "map.html").read_text("utf-8")
    assert not trace.exists()
    assert "1337" not in without_base64(html)
    assert "lipsum" not in html
    assert not [payload for payload in PAYLOADS if payload in without_base64(html) and len(payload) > 2]
    # The same marks handed to folium itself do run: the test above would see it if ours did.
    Marker([40, 47], popup="{{ 7*191 }}").add_to(shown)
    assert "1337" in without_base64(shown.get_root().render())
    assert edition.title not in html


def test_what_folium_renders_is_constant_but_for_base64_and_names(edition: Edition) -> None:
    """Two editions give the same document, but for the block, the seal and folium's random names."""

    def skeleton(one: Edition) -> str:
        html = HazardMap(one).get_root().render()
        short_seal = r'atob\("[A-Za-z0-9+/=]+"\)'
        return re.sub(short_seal, "", re.sub(r"map_[0-9a-f]{32}|hazard_map_[0-9a-f]{32}", "NAME", without_base64(html)))

    other = replace(edition, title="{{ 1 }}", organisation="<b>", incidents=edition.incidents.iloc[:3])
    assert skeleton(edition) == skeleton(other)


def test_the_map_carries_block_and_seal_of_the_page(edition: Edition) -> None:
    """The base64 in the document decodes to the very block and seal that `map.html` holds."""
    html = HazardMap(edition).get_root().render()
    block, seal = page_block(edition)
    assert base64.b64encode(block).decode() in html
    (sealed,) = re.findall(r'atob\("([A-Za-z0-9+/=]+)"\)', html)
    assert json.loads(base64.b64decode(sealed)) == seal


def test_no_foreign_address_unless_an_icon_needs_it(edition: Edition) -> None:
    """The map alone names no address; an added `Icon` brings what it is made of, without jQuery and Bootstrap's style."""
    shown = HazardMap(edition)
    GeoJson({"type": "Point", "coordinates": [47, 40]}).add_to(shown)
    Marker([40, 47], popup=Popup("x")).add_to(shown)
    assert "//" not in without_base64(shown.get_root().render())
    Marker([40, 47], icon=Icon(color="red")).add_to(shown)
    html = shown.get_root().render()
    linked = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(linked) == 5
    assert any("awesome-markers" in address for address in linked)
    assert not [address for address in linked if "jquery" in address or "bootstrap.min" in address]
    assert html.index("awesome-markers.js") > html.index('put("script"')


def test_saved_twice_is_the_same(tmp_path: Path, edition: Edition) -> None:
    """One map saved twice gives equal bytes; two maps of one edition differ only in folium's random name."""
    first, second = HazardMap(edition), HazardMap(edition)
    for name, one in (("a", first), ("b", first), ("c", second)):
        one.save(tmp_path / name)
    a, b, c = ((tmp_path / name).read_text("utf-8") for name in "abc")
    assert a == b
    assert a.replace(first.get_name(), "NAME") == c.replace(second.get_name(), "NAME")


def test_the_frame_is_600_pixels_or_as_high_as_asked(edition: Edition) -> None:
    """In a notebook the frame is 600 px high; a height in pixels is taken for the frame too."""
    assert 'height="600px"' in HazardMap(edition)._repr_html_()
    assert 'height="400px"' in HazardMap(edition, height=400)._repr_html_()


def test_location_and_zoom(edition: Edition) -> None:
    """A location opens there, at zoom 10 unless told; a zoom alone keeps the middle; neither leaves the edition's bounds."""

    def script(shown: HazardMap) -> str:
        return shown.get_root().render().rsplit("atob(", 1)[1]

    assert "setView([40.0, 46.9], 10)" in script(HazardMap(edition, location=[40, 46.9]))
    assert "setView([40.0, 46.9], 12.5)" in script(HazardMap(edition, location=[40, 46.9], zoom_start=12.5))
    assert "setZoom(9)" in script(HazardMap(edition, zoom_start=9))
    assert "set" not in script(HazardMap(edition))


@pytest.mark.parametrize("location", [[95, 10], [40], [40, 181]])
def test_a_location_that_is_none_is_refused(edition: Edition, location: list[float]) -> None:
    """A latitude beyond 90 or half a pair is a sentence, not a map of nowhere."""
    with pytest.raises(UsageError, match="latitude first"):
        HazardMap(edition, location=location)


def test_layers_find_the_map(edition: Edition) -> None:
    """Its look-ups in folium accept it: bounds, layer control, keeping a layer in front."""
    shown = HazardMap(edition)
    mine = GeoJson({"type": "Point", "coordinates": [47, 40]}, name="mine")
    mine.add_to(shown)
    shown.keep_in_front(mine)
    shown.fit_bounds([[39, 46], [41, 48]])
    folium.LayerControl().add_to(shown)  # noqa: TID251 - a user's
    html = shown.get_root().render()
    assert f"{mine.get_name()}.bringToFront()" in html
    assert f"{shown.get_name()}.fitBounds" in html
