"""Draw what `mapper.output.plot` gathered, with matplotlib.

No pyplot and no settings of the user's: a figure is made under matplotlib's own defaults, so that equal layers give equal
pictures in any session, and nobody's current figure changes. Every text is drawn as it is: `$` starts no formula. Hatches,
colours and dashes are those of the vocabularies; an area too small to be seen has a mark, so that none vanishes.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections import Counter
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.backend_bases
import matplotlib.style
import numpy as np
import shapely
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from mapper import crs, terms
from mapper.output.picture import drawn_as, outline_of
from mapper.output.sheet import Sheet, north_of, scale_bar, sheet_around

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from mapper.model import LonLatBox
    from mapper.output.plot import Content

    Entry = tuple[Artist, str]
    Look = dict[str, Any]

HATCHES = {
    "diagonal": "///",
    "back_diagonal": "\\\\\\",
    "cross": "xxx",
    "horizontal": "---",
    "vertical": "|||",
    "grid": "+++",
    "dots": "...",
    "up": "*",
    "up_two": "**",
    "up_three": "***",
    "down": "o",
    "down_two": "oo",
    "down_three": "ooo",
}
"""The hatches of the vocabularies in matplotlib's letters, which have no chevrons: stars stand for more, rings for fewer."""
DENSITY_COLOURS = ("#d3dee6", "#b5c8d5", "#94b1c4", "#7398b1", "#4c7b9a", "#23516f")
"""The page's: ordered in lightness, far from the hues of orders and hazards, without green."""
_PAPER, _INK, _DISTRICT, _DEMINING, _PUBLIC = "#f6f4ee", "#1c2024", "#7d776b", "#0b6fb8", "#1f2933"
_FONT = "DejaVu Sans"
_CM = 1 / 2.54
_SMALL_SHARE = 0.012
_LEGEND_CM, _MARGIN_CM = 8.2, 0.7
_POINTS_PER_CM = 72 / 2.54
_MOST_NAMES = 40
_GLOW = [withStroke(linewidth=2.2, foreground="white")]
_DEMINING_TYPE = "demining_accident"


class StaticMap(Figure):
    """A figure that shows itself in a notebook without pyplot, and saves to the same bytes each time."""

    def savefig(self, fname: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as matplotlib has it
        """Write it as matplotlib does, under matplotlib's own settings and without the time of day.

        Parameters
        ----------
        fname, **kwargs
            As of `matplotlib.figure.Figure.savefig`.
        """
        kind = kwargs.get("format") or str(fname).rpartition(".")[2].lower()
        clock = {"svg": "Date", "pdf": "CreationDate"}.get(kind)
        if clock is not None:
            kwargs["metadata"] = {clock: None, **(kwargs.get("metadata") or {})}
        with _own_settings():
            super().savefig(fname, **kwargs)

    def _repr_png_(self) -> bytes:
        content = io.BytesIO()
        self.savefig(content, format="png", dpi=100)
        return content.getvalue()


@contextmanager
def _own_settings() -> Iterator[None]:
    context: AbstractContextManager[None] = matplotlib.style.context("default")
    with context, mpl.rc_context({"svg.hashsalt": "mapper", "svg.fonttype": "path"}):
        yield


def draw(content: Content, area: LonLatBox | None, width_cm: float) -> StaticMap:
    """Return the figure of a map; errors as of `mapper.plot`."""
    shapes, radii_m = _shown(content)
    sheet = sheet_around(shapes, area, radii_m=radii_m)
    with _own_settings():
        lines = max(int((width_cm - 2 * _MARGIN_CM) / 0.155), 20)
        foot = [part for note in content.notes for part in textwrap.wrap(_clean(note), lines)]
        head = [part for note in content.warnings for part in textwrap.wrap(_clean(note), lines)]
        title = textwrap.wrap(_clean(content.title), max(int(lines * 0.58), 12))
        map_cm = width_cm - _LEGEND_CM - 3 * _MARGIN_CM
        high_cm = map_cm * (1.0 if sheet is None else min(max(sheet.height / sheet.width, 0.5), 1.6))
        head_cm = 0.8 * len(title) + 0.5 + 0.45 * len(head) + 0.4
        foot_cm = 0.42 * (len(foot) + 1) + 0.3
        high = high_cm + head_cm + foot_cm + _MARGIN_CM
        figure = StaticMap(figsize=(width_cm * _CM, high * _CM), facecolor="white")
        figure.set_canvas(mpl.backend_bases.FigureCanvasBase(figure))
        axes = figure.add_axes((_MARGIN_CM / width_cm, foot_cm / high, map_cm / width_cm, high_cm / high))
        top = high - _MARGIN_CM * 0.6
        for row, line in enumerate(title):
            _write(figure, _MARGIN_CM / width_cm, (top - 0.8 * row) / high, line, size=15, weight="bold", va="top")
        top -= 0.8 * len(title)
        _write(figure, _MARGIN_CM / width_cm, top / high, _clean(content.dates), size=9, va="top")
        for row, line in enumerate(head):
            y = (top - 0.5 - 0.45 * row) / high
            _write(figure, _MARGIN_CM / width_cm, y, line, size=9, weight="bold", color="#b00020", va="top")
        entries = _map(axes, content, sheet, map_cm)
        _legend(figure, entries, (_MARGIN_CM * 2 + map_cm) / width_cm, (foot_cm + high_cm) / high)
        projection = "" if sheet is None else _projection(sheet, content.language)
        for row, line in enumerate([*foot, projection]):
            y = (foot_cm - 0.3 - 0.42 * row) / high
            _write(
                figure,
                _MARGIN_CM / width_cm,
                y,
                line,
                size=8,
                va="top",
                color="#3d4852" if line == projection else _INK,
            )
    return figure


def _shown(content: Content) -> tuple[Any, Any]:
    """Return the shapes that a map must hold, and their radii: all but districts, unless there is nothing else."""
    frames = content.frames
    incidents = frames["incidents"]
    located = incidents[incidents["place"].isin(["point", "disc"]) & incidents.geometry.notna()]
    shapes = [*frames["zones"].geometry, *frames["hazards"].geometry]
    shapes += list(shapely.points(content.counts[["lon", "lat"]].to_numpy("float64")))
    shapes += [] if content.surface is None else list(content.surface.contours.geometry)
    shapes += [] if content.hotspots is None else list(content.hotspots.units.geometry)
    there = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not there and located.empty:
        return np.array(list(frames["districts"].geometry), dtype=object), 0.0
    radii_m = np.concatenate([np.zeros(len(there)), located["uncertainty_m"].fillna(0.0).to_numpy("float64")])
    return np.array([*there, *located.geometry], dtype=object), radii_m


# ---------------------------------------------------------------- the map
def _map(axes: Axes, content: Content, sheet: Sheet | None, map_cm: float) -> list[Entry]:
    axes.set_facecolor(_PAPER)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_edgecolor("#8b8577")
    language = content.language
    if sheet is None:
        nothing = "\n".join(textwrap.wrap(terms.label("notebook", "plot.nothing", language), 50))
        _write(axes, 0.5, 0.5, nothing, size=12, ha="center", va="center", transform=axes.transAxes)
        return []
    axes.set_xlim(sheet.west, sheet.east)
    axes.set_ylim(sheet.south, sheet.north)
    axes.set_aspect("equal", adjustable="box")
    smallest = sheet.width * _SMALL_SHARE
    frames = content.frames
    entries = [
        *_areas(axes, sheet, frames["zones"], ("extent", "extent"), "legend.zones", smallest, language),
        *_areas(axes, sheet, frames["hazards"], ("class", "status"), "legend.hazards", smallest, language),
        *_incidents(axes, sheet, frames["incidents"], sheet.width / (map_cm * _POINTS_PER_CM), language),
        *_numbers(axes, sheet, content, language),
        *_density(axes, sheet, content, language),
        *_spots(axes, sheet, content, language),
        *_districts(axes, sheet, frames["districts"], language),
        (Rectangle((0, 0), 1, 1, facecolor=_PAPER, edgecolor="#8b8577"), _page("legend.blank", language)),
    ]
    _names(axes, sheet, frames["zones"])
    _scale(axes, sheet, language)
    _north(axes, sheet, language)
    return entries


def _path(shape: shapely.Geometry) -> Path:
    """Return the rings of an area, holes turned the other way, as one path."""
    parts = shapely.get_parts(shapely.orient_polygons(shapely.get_parts(shape)))
    rings = [ring for part in parts if part.geom_type == "Polygon" for ring in shapely.get_rings(part)]
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _heading(text: str) -> Entry:
    return Line2D([], [], linestyle="none"), text


def _look(vocabularies: tuple[str, str], codes: tuple[str, str]) -> Look:
    """Return the look of an area by the codes of its fill and of its line; what is not known looks like the strictest."""
    fill, line = (drawn_as(name, code) for name, code in zip(vocabularies, codes, strict=True))
    term = terms.vocabulary(vocabularies[0])[fill]
    outline = outline_of(vocabularies[1], line)
    dashes = [float(each) / 2 for each in (outline["stroke_dasharray"] or "").split()]
    return {
        "facecolor": to_rgba(str(term.colour), 0.12 if vocabularies[0] == "extent" else 0.3),
        "edgecolor": str(outline["stroke"]),
        "hatchcolor": str(term.colour),
        "hatch": HATCHES[term.hatch or "diagonal"],
        "linestyle": (0, dashes) if dashes else "solid",
        "linewidth": 1.4,
        "hatch_linewidth": 0.7,
    }


def _areas(
    axes: Axes,
    sheet: Sheet,
    frame: gpd.GeoDataFrame,
    columns: tuple[str, str],
    heading: str,
    smallest: float,
    language: str,
) -> list[Entry]:
    names = ("extent", "extent") if columns[0] == "extent" else ("hazard_class", "hazard_status")
    codes = [frame[column].astype("object").where(frame[column].notna(), "").astype(str) for column in columns]
    seen: dict[tuple[str, str], Look] = {}
    small = False
    for shape, *pair in zip(sheet.place(frame.geometry), *codes, strict=True):
        if shape is None or not shapely.area(shape) > 0:
            continue
        look = seen.setdefault((pair[0], pair[1]), _look(names, (pair[0], pair[1])))
        axes.add_patch(PathPatch(_path(shape), zorder=3 if columns[0] == "extent" else 4, **look))
        west, south, east, north = shapely.bounds(shape)
        if max(east - west, north - south) < smallest:
            small = True
            middle = shapely.point_on_surface(shape)
            axes.add_line(_small_mark([middle.x], [middle.y], look["hatchcolor"]))
    if not seen:
        return []
    order = [*terms.codes(names[0]), ""]
    rows: list[Entry] = [_heading(_page(heading, language))]
    for code in sorted(
        {fill for fill, _ in seen}, key=lambda each: (each not in order, order.index(each) if each in order else 0)
    ):
        look = next(look for (fill, _), look in seen.items() if fill == code)
        plain: Look = {**look, "linestyle": "solid"} if columns[0] != "extent" else look
        rows.append((Rectangle((0, 0), 1, 1, **plain), _stated(names[0], code, language)))
    if columns[0] != "extent":
        for code in sorted({line for _, line in seen}):
            look = next(look for (_, line), look in seen.items() if line == code)
            bare: Look = {key: look[key] for key in ("edgecolor", "linestyle", "linewidth")}
            status = _page("legend.outline", language, status=_stated(names[1], code, language))
            rows.append((Rectangle((0, 0), 1, 1, facecolor="none", **bare), status))
    if small:
        colour = next(iter(seen.values()))["hatchcolor"]
        word = "plot.small_zone" if columns[0] == "extent" else "plot.small"
        rows.append((_small_mark([], [], colour), terms.label("notebook", word, language)))
    return rows


def _small_mark(x: Sequence[float], y: Sequence[float], colour: str) -> Line2D:
    return Line2D(
        x, y, linestyle="none", marker="s", markersize=7, markerfacecolor="white", markeredgecolor=colour,
        markeredgewidth=2, zorder=5,
    )  # fmt: skip


def _stated(vocabulary: str, code: str, language: str) -> str:
    return _page("not_stated", language) if code == "" else terms.label(vocabulary, code, language)


def _incidents(axes: Axes, sheet: Sheet, frame: gpd.GeoDataFrame, units_per_point: float, language: str) -> list[Entry]:
    """Draw circles where the place is only known to lie in one, without a dot in their middle; and points."""
    located = frame[frame["place"].isin(["point", "disc"])]
    entries: dict[str, Artist] = {}
    for shape, place, radius, kind in zip(
        sheet.place(located.geometry), located["place"], located["uncertainty_m"], located["accident_type"], strict=True
    ):
        if shape is None:
            continue
        demining = kind == _DEMINING_TYPE
        colour = _DEMINING if demining else _PUBLIC
        if place == "disc":
            size = max(float(radius), 3 * units_per_point)
            look: Look = {"facecolor": (0, 0, 0, 0.05), "edgecolor": colour, "linestyle": (0, (4, 2)), "linewidth": 1.1}
            axes.add_patch(Circle((shape.x, shape.y), size, zorder=6, **look))
            entries.setdefault(f"legend.disc{'_demining' * demining}", Circle((0, 0), 1, **look))
        else:
            stated = "" if radius == radius else "_not_stated"  # noqa: PLR0124 - a radius that is not stated is NaN
            mark: Look = {"marker": "o", "markersize": 4.5, "markerfacecolor": colour, "markeredgecolor": "white"}
            axes.add_line(Line2D([shape.x], [shape.y], linestyle="none", zorder=7, **mark))
            entries.setdefault(
                f"legend.point{stated}{'_demining' * demining}", Line2D([], [], linestyle="none", **mark)
            )
    if not entries:
        return []
    rows = [
        _heading(_page("legend.incidents", language)),
        *((entries[code], _page(code, language)) for code in sorted(entries)),
    ]
    return [*rows, *_together(axes, sheet, located, language)]


def _together(axes: Axes, sheet: Sheet, located: gpd.GeoDataFrame, language: str) -> list[Entry]:
    """Write how many accidents share one place, which would look like one."""
    shapes = [shape for shape in sheet.place(located.geometry) if shape is not None]
    places = Counter((round(shape.x), round(shape.y)) for shape in shapes)
    shared = {place: number for place, number in places.items() if number > 1}
    for (x, y), number in shared.items():
        _write(axes, x, y, str(number), size=7, ha="center", va="center", zorder=7, path_effects=_GLOW, clip_on=True)
    swatch = Line2D([], [], linestyle="none", marker="$n$", markersize=6, color=_INK)
    return [(swatch, _page("noscript.accidents", language))] if shared else []


def _numbers(axes: Axes, sheet: Sheet, content: Content, language: str) -> list[Entry]:
    counts = content.counts
    points = sheet.place(shapely.points(counts[["lon", "lat"]].to_numpy("float64")))
    box: Look = {"boxstyle": "square,pad=0.25", "facecolor": "#fff3c4", "edgecolor": _PUBLIC, "linewidth": 1}
    drawn = False
    for point, number in zip(points, counts["n"], strict=True):
        if point is not None:
            drawn = True
            _write(
                axes,
                point.x,
                point.y,
                str(int(number)),
                size=7.5,
                ha="center",
                va="center",
                bbox=box,
                zorder=8,
                clip_on=True,
            )
    swatch = Rectangle((0, 0), 1, 1, facecolor="#fff3c4", edgecolor=_PUBLIC)
    return [(swatch, _page("noscript.district_accidents", language))] if drawn else []


def _names(axes: Axes, sheet: Sheet, zones: gpd.GeoDataFrame) -> None:
    """Write the names of zones below a place inside each, where they are few enough to be read."""
    if "name" not in zones or len(zones) > _MOST_NAMES:
        return
    for shape, name in zip(sheet.place(zones.geometry), zones["name"], strict=True):
        if shape is not None and isinstance(name, str):
            at = shapely.point_on_surface(shape)
            look: Look = {"size": 7.5, "weight": "bold", "color": "#4d1259", "ha": "center", "va": "top", "zorder": 9}
            axes.annotate(
                _clean(name), (at.x, at.y), (0, -9), textcoords="offset points", fontfamily=_FONT, parse_math=False,
                path_effects=_GLOW, annotation_clip=True, clip_on=True, **look,
            )  # fmt: skip


def _density(axes: Axes, sheet: Sheet, content: Content, language: str) -> list[Entry]:
    surface = content.surface
    if surface is None or surface.refused is not None or surface.contours.empty:
        return []
    contours = surface.contours.sort_values("lower_per_km2")
    last = len(DENSITY_COLOURS) - 1
    steps = [round(row * last / (len(contours) - 1)) if len(contours) > 1 else last for row in range(len(contours))]
    rows: list[Entry] = [_heading(_page("legend.density", language))]
    for shape, lower, upper, step in zip(
        sheet.place(contours.geometry), contours["lower_per_km2"], contours["upper_per_km2"], steps, strict=True
    ):
        look: Look = {"facecolor": to_rgba(DENSITY_COLOURS[step], 0.75), "edgecolor": "none"}
        if shape is not None:
            axes.add_patch(PathPatch(_path(shape), zorder=1, **look))
        bounded = upper == upper and math.isfinite(upper)  # noqa: PLR0124 - NaN is no bound
        values = {"lower": f"{lower:g}", "upper": f"{upper:g}"}
        words = _page("density.range" if bounded else "density.above", language, **values)
        rows.append((Rectangle((0, 0), 1, 1, **look), words))
    return rows


def _spots(axes: Axes, sheet: Sheet, content: Content, language: str) -> list[Entry]:
    found = content.hotspots
    if found is None or found.units.empty:
        return []
    codes = found.units["class"].astype("object").where(found.units["class"].notna(), "").astype(str)
    for shape, code in zip(sheet.place(found.units.geometry), codes, strict=True):
        if shape is not None and shapely.area(shape) > 0:
            axes.add_patch(PathPatch(_path(shape), zorder=1, **_spot(code)))
    present = [code for code in (*terms.codes("hotspot_class"), "") if code in set(codes)]
    heading = "\n".join(textwrap.wrap(terms.label("notebook", "plot.cells", language), 40))
    return [
        _heading(heading),
        *((Rectangle((0, 0), 1, 1, **_spot(code)), _stated("hotspot_class", code, language)) for code in present),
    ]


def _spot(code: str) -> Look:
    term = terms.vocabulary("hotspot_class").get(code)
    colour = None if term is None else term.colour
    hatch = None if term is None or term.hatch is None else HATCHES[term.hatch]
    fill = "none" if colour is None or hatch else to_rgba(colour, 0.8)
    return {"facecolor": fill, "edgecolor": "#b3aea3", "linewidth": 0.3, "hatch": hatch}


def _districts(axes: Axes, sheet: Sheet, frame: gpd.GeoDataFrame, language: str) -> list[Entry]:
    look: Look = {"facecolor": "none", "edgecolor": _DISTRICT, "linewidth": 0.6}
    drawn = [shape for shape in sheet.place(frame.geometry) if shape is not None and shapely.area(shape) > 0]
    for shape in drawn:
        axes.add_patch(PathPatch(_path(shape), zorder=2, **look))
    return [(Line2D([], [], color=_DISTRICT, linewidth=0.8), _page("legend.district_line", language))] if drawn else []


# ---------------------------------------------------------------- scale, north, words
def _scale(axes: Axes, sheet: Sheet, language: str) -> None:
    """Draw the bar in two halves, lower left, with its length."""
    bar = scale_bar(sheet.plane, sheet.middle, sheet.width)
    x, y = sheet.west + sheet.width * 0.03, sheet.south + sheet.height * 0.035
    thick = sheet.width * 0.006
    unit, length = ("unit.km", bar.length_m / 1_000) if bar.length_m >= 1_000 else ("unit.m", bar.length_m)  # noqa: PLR2004
    words = f"{_page(unit, language, n=length)} ({_page('print.scale_note', language)})"
    for start, colour in ((0.0, _INK), (0.5, "white")):
        half = Rectangle((x + start * bar.units, y), bar.units / 2, thick, facecolor=colour, edgecolor=_INK, zorder=10)
        half.set_gid(f"scale-{start:g}")
        axes.add_patch(half)
    _write(axes, x, y + thick * 1.8, words, size=8, va="bottom", zorder=10, bbox=_halo())


def _north(axes: Axes, sheet: Sheet, language: str) -> None:
    """Draw an arrow, upper right, that points to true north as in the middle of the map."""
    step = sheet.width * 0.035
    east, north = (part * step for part in north_of(sheet.plane, sheet.middle))
    x, y = sheet.east - sheet.width * 0.05, sheet.north - sheet.width * 0.075
    arrow = FancyArrowPatch(
        (x - east, y - north),
        (x + east, y + north),
        arrowstyle="-|>",
        mutation_scale=16,
        color=_INK,
        linewidth=1.6,
        zorder=10,
    )
    axes.add_patch(arrow)
    name = _page("print.north", language)
    _write(
        axes,
        x - east * 1.6,
        y - north * 1.6,
        name,
        size=10,
        weight="bold",
        ha="center",
        va="center",
        zorder=10,
        bbox=_halo(),
    )


def _halo() -> Look:
    return {"boxstyle": "square,pad=0.15", "facecolor": (1, 1, 1, 0.75), "edgecolor": "none"}


def _projection(sheet: Sheet, language: str) -> str:
    (lon,), (lat,) = crs.transform_points([0.0], [0.0], sheet.plane)
    return terms.sentence("notebook", "plot.projection", language, lat=_degrees(lat), lon=_degrees(lon))


def _degrees(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}°"


def _page(code: str, language: str, **values: object) -> str:
    return terms.sentence("page", code, language, **values)


def _clean(text: object) -> str:
    """Return text on one line, without what no font can draw."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))


def _write(target: Any, x: float, y: float, words: str, **look: Any) -> Text:  # noqa: ANN401 - a figure or axes
    """Write words as they are, in a font that has the letters of the three languages."""
    text: Text = target.text(x, y, words, fontfamily=_FONT, parse_math=False, **{"color": _INK, **look})
    return text


def _legend(figure: Figure, entries: Sequence[Entry], left: float, top: float) -> None:
    if not entries:
        return
    labels = ["\n".join(textwrap.wrap(_clean(words), 38 if _is_heading(handle) else 34)) for handle, words in entries]
    legend = figure.legend(
        [handle for handle, _ in entries], [label or " " for label in labels], loc="upper left",
        bbox_to_anchor=(left, top), borderaxespad=0, frameon=False, fontsize=8, handlelength=2.4, handleheight=1.3,
        labelspacing=0.45,
    )  # fmt: skip
    for (handle, _), text in zip(entries, legend.get_texts(), strict=True):
        text.set_parse_math(False)
        text.set_fontfamily(_FONT)
        if _is_heading(handle):
            text.set_fontweight("bold")


def _is_heading(handle: Artist) -> bool:
    return isinstance(handle, Line2D) and handle.get_linestyle() == "None" and handle.get_marker() in ("None", None, "")
