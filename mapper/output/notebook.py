"""The map in a notebook: a folium map that carries our page.

branca renders every element of a map and then renders the result again as a template, so any text handed to folium is
run as code on the machine that makes the map. Here no text of an edition is handed to it: the template below is constant
but for sizes, numbers and base64, an alphabet without a brace. The page's own program, its style, the data block and the
seal travel in that alphabet, and the program puts data on the screen as text nodes, exactly as it does in `map.html`.

folium's own frame (jQuery, Bootstrap, Leaflet from other people's servers) is left out: the program brings Leaflet. Only a
coloured `folium.Icon` that a user adds still asks for the files it is made of.

A subclass of `folium.Map` rather than an object beside it, so that folium's layers, controls and plug-ins find the map they
look for. What a user hands to those layers is the user's own; our part neither guards nor changes it.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import folium
from branca.element import CssLink, Figure, JavascriptLink
from folium.features import CustomIcon
from folium.map import Icon
from folium.template import Template

from mapper.errors import UsageError
from mapper.output.page import banner, front_end, page_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from branca.element import Element

    from mapper.output.compose import Edition

_FRAME_HEIGHT = "600px"
_ZOOM_AT_A_LOCATION = 10

_ICON_SCRIPTS = ("awesome_markers",)
_ICON_STYLES = ("glyphicons_css", "awesome_markers_font_css", "awesome_markers_css", "awesome_rotate_css")
"""What a `folium.Icon` is made of, by folium's names. Bootstrap is left out: it would restyle our page."""

_TEMPLATE = """
{% macro header(this, kwargs) %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
html, body { width: 100%; height: 100%; margin: 0; padding: 0; }
#{{ this.get_name() }} {
    position: {{ this.position }};
    width: {{ this.width[0] }}{{ this.width[1] }};
    height: {{ this.height[0] }}{{ this.height[1] }};
    left: {{ this.left[0] }}{{ this.left[1] }};
    top: {{ this.top[0] }}{{ this.top[1] }};
}
</style>
<script>
if (!window.mapper) {
    const put = (name, base64) => {
        const part = document.createElement(name);
        part.textContent = atob(base64);
        document.head.appendChild(part);
    };
    put("style", "{{ this.style_base64 }}");
    put("script", "{{ this.program_base64 }}");
}
</script>
{% endmacro %}

{% macro html(this, kwargs) %}
<div class="folium-map" id="{{ this.get_name() }}">{{ this.banner }}</div>
{% endmacro %}

{% macro script(this, kwargs) %}
var {{ this.get_name() }} = window.mapper.mount(
    document.getElementById("{{ this.get_name() }}"),
    "{{ this.block_base64 }}",
    atob("{{ this.seal_base64 }}")
);
{% if this.view %}
{{ this.get_name() }}.setView({{ this.view[0] | tojson }}, {{ this.view[1] | tojson }});
{% elif this.zoom is not none %}
{{ this.get_name() }}.setZoom({{ this.zoom | tojson }});
{% endif %}
{% if this.objects_to_stay_in_front %}
addEventListener("load", () => {
    const forward = () => {
        {% for each in this.objects_to_stay_in_front %}
        {{ each.get_name() }}.bringToFront();
        {% endfor %}
    };
    {{ this.get_name() }}.on("overlayadd", forward);
    forward();
});
{% endif %}
{% endmacro %}
"""


class HazardMap(folium.Map):
    """The map of an edition, for Jupyter, VS Code and Colab; a `folium.Map` that takes further layers.

    As the last expression of a cell it shows itself in a frame 600 px high. `save(path)` writes one HTML file that asks for
    nothing over any network, unless a layer that was added does. The whole page is there, with legend, lists and sources;
    damage to its data shows the banner "not loaded, do not use" instead of a map.

    Layers that are added lie over the edition's shapes (markers, GeoJSON, pop-ups) or under them (tiles). They are drawn by
    folium, which runs the text it is given as a template and as markup: add only text you trust.

    Parameters
    ----------
    edition : Edition
        What to show, from `mapper.pipeline.make_edition` or `edition_of`.
    location : sequence of two floats, optional
        Latitude and longitude of the middle, WGS 84, in folium's order. By default the map opens on all that the edition
        covers.
    zoom_start : float, optional
        Zoom level to open at; with a location 10 by default.
    width, height : int or str, optional
        Pixels or per cent, as in folium; a height in pixels is also the height of the frame.
    tiles, attr : optional
        A background, as in folium. None by default: the map needs no network.

    Raises
    ------
    Unreadable
        When this installation lacks the built front end.
    UsageError
        When the location is not a latitude and a longitude.

    Examples
    --------
    >>> from mapper.pipeline import make_edition
    >>> shown = HazardMap(make_edition())
    >>> "iframe" in shown._repr_html_()
    True
    """

    _template = Template(_TEMPLATE)
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own name and type for it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        edition: Edition,
        *,
        location: Sequence[float] | None = None,
        zoom_start: float | None = None,
        width: int | str = "100%",
        height: int | str = "100%",
        tiles: str | folium.TileLayer | None = None,
        attr: str | None = None,
    ) -> None:
        super().__init__(location=_checked(location), width=width, height=height, tiles=tiles, attr=attr)
        block, seal = page_block(edition)
        front = front_end()
        self.program_base64 = _base64(front.mount.encode("ascii"))
        self.style_base64 = _base64(front.style.encode("ascii"))
        self.block_base64 = _base64(block)
        self.seal_base64 = _base64(json.dumps(seal, separators=(",", ":"), sort_keys=True).encode())
        self.banner = banner()
        self.zoom = zoom_start
        self.view = None if location is None else (list(self.location), zoom_start or _ZOOM_AT_A_LOCATION)
        self._figure().height = f"{self.height[0]:g}px" if self.height[1] == "px" else _FRAME_HEIGHT

    def render(self, **kwargs: Any) -> None:  # type: ignore[override] # noqa: ANN401 - as in folium, which gives nothing back
        """Write the map into its figure, and after it the links that a user's icons need."""
        super().render(**kwargs)  # type: ignore[no-untyped-call] # folium's
        if not any(isinstance(each, Icon) and not isinstance(each, CustomIcon) for each in _descendants(self)):
            return
        header = self._figure().header
        for name, address in folium.Map.default_js:
            if name in _ICON_SCRIPTS:
                header.add_child(JavascriptLink(address), name=name)
        for name, address in folium.Map.default_css:
            if name in _ICON_STYLES:
                header.add_child(CssLink(address), name=name)

    def _figure(self) -> Figure:
        root = self.get_root()
        if not isinstance(root, Figure):
            raise UsageError("the map stands in no figure", advice="Add it to a `folium.Figure`, or to nothing at all.")
        return root


def _checked(location: Sequence[float] | None) -> Sequence[float] | None:
    if location is not None and not (len(location) == 2 and abs(location[0]) <= 90 and abs(location[1]) <= 180):  # noqa: PLR2004 - degrees
        raise UsageError(
            f"{list(location)} is not a place on the map",
            advice="Give the latitude first and the longitude second, in degrees: [40.1, 46.9].",
        )
    return location


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _descendants(element: Element) -> Iterator[Element]:
    for child in element._children.values():  # noqa: SLF001 - branca has no public name for it
        yield child
        yield from _descendants(child)
