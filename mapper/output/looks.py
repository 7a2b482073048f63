"""How each published table is drawn, said once for every format of style: QML for QGIS, SLD for others, KML.

Colours, hatches, symbols and outlines come from the vocabularies in `mapper.terms`, so an export looks as the page does; what the
page draws by constants of its own (`mapper/web/src/layers`) is repeated here, and a test compares the two. The rules of doubt are
the page's as well: a code that is not known or not stated looks like the strictest one, an accident whose place is known to some
kilometres is a circle of that size without a middle, and ground that no list of orders reaches is dotted, not blank.

Lengths are pixels of a screen of 96 to the inch. A look says nothing of files, so it can be tested without any.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from mapper import terms
from mapper.analysis.days import first_day, last_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from mapper.output.published import ExportFacts, PublishedTable

DENSITY_RAMP = ("#d3dee6", "#b5c8d5", "#94b1c4", "#7398b1", "#4c7b9a", "#23516f")
"""From few to many reported accidents: ordered in lightness, and neither green nor the hue of an order or a hazard."""
DENSITY_OPACITY = 0.62
PUBLIC_COLOUR, DEMINING_COLOUR = "#1f2933", "#0b6fb8"
PUBLIC_DASH, DEMINING_DASH = (6.0, 4.0), (2.0, 3.0)
DISC_OPACITY = 0.07
CORRIDOR_COLOUR, CORRIDOR_DASH = "#2b1a6b", (12.0, 5.0, 3.0, 5.0)
DISTRICT_COLOUR, DISTRICT_DASH = "#7d776b", (7.0, 2.0)
NOT_ASSESSED_COLOUR = "#8a8f94"
SURVEY_COLOUR = "#9a9fa5"
SURVEY_HATCHES = MappingProxyType({"not_surveyed": "dashes", "partly": "sparse_dashes"})
QUIET_HATCHES = ("dashes", "sparse_dashes", "crosses")
"""Of ground where nothing is drawn: small and wide apart, so that they do not mix with the hatches of zones and hazards."""
ZONE_TINT, HAZARD_TINT, _CELL_TINT = 0.12, 0.4, 0.5
_LABEL_COLOUR, _ZONE_LABEL_COLOUR, _HAZARD_LABEL_COLOUR = "#1f2933", "#4d1259", "#7a0000"
_RIVER = "#3b7ea1"
_POINT_PX = 5
_LARGEST_COUNTED = 1_000
"""Most accidents whose labels are counted by place: the number for each place asks every record."""
_DETAIL_SCALE, _DISTRICT_SCALE = 400_000, 3_000_000
_AREA_IDS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LINE_IDS = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)

Dimension = Literal[0, 1, 2]
Operator = Literal["=", "is not", "is null", "is not null", ">=", "<="]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line: `dash_px` are lengths of dashes and gaps in turn, none for a solid line."""

    colour: str
    width_px: float
    dash_px: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A filled area: a colour laid on at `tint` (0 to 1), a hatch in the same colour, and its outline.

    `hatch` is one of `mapper.terms.HATCHES` or `QUIET_HATCHES`; None for none.
    """

    colour: str | None = None
    tint: float = 0.0
    hatch: str | None = None
    outline: Stroke | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A round mark of a size that does not change with the scale, or, with `radius_column`, of metres on the ground."""

    outline: Stroke
    fill: str
    opacity: float
    radius_px: float
    radius_column: str | None = None


Sign = Area | Stroke | Mark


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a column; `value` is None for the two that ask for null. "is not" holds for null as well."""

    column: str
    operator: Operator
    value: str | float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What is drawn for the rows that pass all tests of `where`, or, with `otherwise`, that no other rule of the group takes.

    `any_of` are tests of which one must pass as well, where there are any.
    """

    label: str
    sign: Sign
    where: tuple[Comparison, ...] = ()
    any_of: tuple[Comparison, ...] = ()
    otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rules for one thing, such as the fill or the outline; every row of the table passes through each group.

    `where` bounds the group; `shown` is False for what a reader switches on; `label` is "" where the legend needs no heading.
    """

    rules: tuple[Rule, ...]
    label: str = ""
    where: tuple[Comparison, ...] = ()
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Coded:
    """Words in a label for the code in a column; `other` for what is not in `words`."""

    column: str
    words: Mapping[str, str]
    other: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """In a label, how many rows of the table lie at the same place, and the word for the code that they share.

    One row alone is told by its word; the number is left out. `counted` is False where the table is too long to count.
    """

    coded: Coded
    counted: bool


@dataclass(frozen=True, slots=True)
class Field:
    """The value of a column in a label, or that of another column where it is missing."""

    column: str
    else_column: str | None = None


LabelPart = str | Field | Coded | Alike


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside what is drawn, for the rows that pass `where`.

    `priority` is 0 to 10, the highest stays where there is no room for all. `nearest` and `farthest` are denominators of the
    scales that it is shown between, None where there is no such bound.
    """

    parts: tuple[LabelPart, ...]
    where: tuple[Comparison, ...] = ()
    colour: str = _LABEL_COLOUR
    size_pt: float = 9.0
    is_bold: bool = False
    priority: int = 5
    nearest: int | None = None
    farthest: int | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """How a table is drawn: groups from the lowest to the highest, labels, and the dimensions of the geometries it holds."""

    groups: tuple[Group, ...]
    labels: tuple[Label, ...]
    dimensions: tuple[Dimension, ...]


def looks_of(table: PublishedTable, facts: ExportFacts) -> Looks | None:
    """Return how a table is drawn; None where it has no geometry.

    Parameters
    ----------
    table : PublishedTable
        Any of an edition. One of a kind that is not known here is drawn in plain grey lines.
    facts : ExportFacts
        `language` is that of the legend, `data_date` the day that a list of orders must hold on.
    """
    if table.geometry is None:
        return None
    made = _MAKERS.get(table.name, _plain)(table, facts.language, facts.data_date)
    dimensions = _dimensions(table)
    groups = tuple(_of_dimensions(group, dimensions) for group in made.groups)
    return Looks(tuple(group for group in groups if group.rules), made.labels, dimensions)


def dimension_of(sign: Sign) -> Dimension:
    """Return which geometries a sign draws: 0 points, 1 lines, 2 areas.

    Examples
    --------
    >>> dimension_of(Area("#ff0000", 0.4)), dimension_of(Stroke("#000000", 1))
    (2, 1)
    """
    return 2 if isinstance(sign, Area) else 1 if isinstance(sign, Stroke) else 0


def _of_dimensions(group: Group, dimensions: tuple[Dimension, ...]) -> Group:
    rules = tuple(rule for rule in group.rules if dimension_of(rule.sign) in dimensions)
    return Group(rules, group.label, group.where, group.shown)


def _dimensions(table: PublishedTable) -> tuple[Dimension, ...]:
    """Return the dimensions of the geometries in a table; those that its kind can have where it has none."""
    kinds = set(np.unique(shapely.get_type_id(table.frame.geometry.to_numpy())).tolist()) - {-1}
    found: list[Dimension] = [2 if kind in _AREA_IDS else 1 if kind in _LINE_IDS else 0 for kind in kinds]
    if found:
        return tuple(sorted(set(found), reverse=True))
    by_type: Mapping[str, tuple[Dimension, ...]] = {"Point": (0,), "MultiLineString": (1,), "MultiPolygon": (2,)}
    return by_type.get(str(table.geometry), (2, 1))


# ------------------------------------------------------------ legal


def _zones(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    vocabulary = terms.vocabulary("extent")

    def area(code: str) -> Area:
        term = vocabulary[code]
        return Area(term.colour, ZONE_TINT, term.hatch, _outline(term))

    known = [
        Rule(terms.label("extent", code, language), area(code), (Comparison("extent", "=", code),))
        for code in vocabulary
    ]
    unknown = Rule(terms.label("page", "legend.extent_not_stated", language), area("whole"), otherwise=True)
    bans = {code: terms.label("page", f"zone.label.{code}", language) for code in vocabulary}
    other = terms.label("page", "zone.label.not_stated", language)
    name = Label(
        (Field("name", "zone_id"), "\n", Coded("extent", bans, other)),
        colour=_ZONE_LABEL_COLOUR,
        is_bold=True,
        priority=9,
    )
    return Looks((Group((*known, unknown)),), (name,), (2,))


def _corridors(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    stroke = Stroke(CORRIDOR_COLOUR, 3.5, CORRIDOR_DASH)
    said = terms.label("page", "legend.corridor", language)
    groups = tuple(Group((Rule(said, sign, otherwise=True),)) for sign in (Area(outline=stroke), stroke))
    return Looks(groups, (Label((Field("name"),), colour=CORRIDOR_COLOUR, priority=7),), (2, 1))


def _not_assessed(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    return Looks((Group((_dotted(language),)),), (), (2,))


def _dotted(language: str) -> Rule:
    return Rule(
        terms.label("page", "legend.not_assessed", language), Area(NOT_ASSESSED_COLOUR, 0.0, "dots"), otherwise=True
    )


def _coverage(table: PublishedTable, language: str, day: str | None) -> Looks:
    """Ground whose orders are listed has strokes for its survey; that of a list that does not hold on the day is dotted."""
    is_listed = listed_rows(table.frame, day)
    listed = tuple(Comparison("coverage_id", "=", str(each)) for each in table.frame.loc[is_listed, "coverage_id"])
    if not listed:
        return _not_assessed(table, language, day)
    known = [state for state in terms.codes("survey_state") if state != "unknown"]
    others = tuple(Comparison("survey_state", "is not", state) for state in known)
    rules = [
        *(
            Rule(_surveyed(state, language), _survey_area(state), (Comparison("survey_state", "=", state),), listed)
            for state in known
        ),
        Rule(_surveyed("unknown", language), _survey_area("unknown"), others, listed),
    ]
    return Looks((Group((*rules, _dotted(language))),), (), (2,))


def _surveyed(state: str, language: str) -> str:
    survey = terms.label("page", "access.coverage.survey", language)
    return f"{survey}: {terms.label('survey_state', state, language)}"


def _survey_area(state: str) -> Area:
    hatch = None if state == "surveyed" else SURVEY_HATCHES.get(state, "crosses")
    return Area(SURVEY_COLOUR, 0.0, hatch, Stroke(SURVEY_COLOUR, 1, (2.0, 4.0)))


def listed_rows(coverage: pd.DataFrame, day: str | None) -> NDArray[np.bool_]:
    """Tell for each row of ground whether its list of orders holds on the day, as the page and its answers judge it.

    Parameters
    ----------
    coverage : DataFrame
        `orders_state`, `period_start`, `period_end`.
    day : str or None
        ISO 8601; without a day only a list of all times holds.
    """
    on = first_day(day)
    rows = coverage[["orders_state", "period_start", "period_end"]].itertuples(index=False)
    return np.array([row[0] == "listed" and _holds(row[1], row[2], on) for row in rows], dtype=bool)


def _holds(start: object, end: object, on: dt.date | None) -> bool:
    """Tell whether a day surely lies in a period; without a day only a period without bounds holds."""
    begun, ended = last_day(start), first_day(end)
    if (not pd.isna(start) and begun is None) or (not pd.isna(end) and ended is None):  # type: ignore[call-overload]
        return False
    return (begun is None or (on is not None and begun <= on)) and (ended is None or (on is not None and on <= ended))


# ------------------------------------------------------------ physical


def _hazards(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    classes, statuses = terms.vocabulary("hazard_class"), terms.vocabulary("hazard_status")
    unknown = terms.label("page", "not_stated", language)

    def fill(code: str) -> Area:
        return Area(classes[code].colour, HAZARD_TINT, classes[code].hatch)

    def outlined(status: str) -> str:
        return terms.sentence("page", "legend.outline", language, status=status)

    names, states = _words("hazard_class", language), _words("hazard_status", language)
    fills = [Rule(names[code], fill(code), (Comparison("class", "=", code),)) for code in classes]
    lines = [
        Rule(outlined(states[code]), Area(outline=_outline(statuses[code])), (Comparison("status", "=", code),))
        for code in statuses
    ]
    no_class = Rule(f"{terms.label('layer_kind', 'hazards', language)}: {unknown}", fill("cha"), otherwise=True)
    no_status = Rule(outlined(unknown), Area(outline=_outline(statuses["open"])), otherwise=True)
    signs = {code: term.symbol or code for code, term in classes.items()}
    label = Label((), colour=_HAZARD_LABEL_COLOUR, is_bold=True, priority=10)
    in_full = (Coded("class", names, unknown), "\n", Coded("status", states, unknown))
    return Looks(
        (
            Group((*fills, no_class), terms.label("page", "legend.hazards", language)),
            Group((*lines, no_status), outlined("…")),
        ),
        (
            replace(label, parts=in_full, farthest=_DETAIL_SCALE),
            replace(label, parts=(Coded("class", signs, unknown),), nearest=_DETAIL_SCALE),
        ),
        (2,),
    )


# ------------------------------------------------------------ accidents


def _incidents(table: PublishedTable, language: str, _day: str | None) -> Looks:
    disc = (Comparison("place", "=", "disc"), Comparison("uncertainty_m", ">=", 0.0))
    measured = (Comparison("place", "=", "point"), Comparison("location_level", "is not null"))
    given = (Comparison("place", "=", "point"), Comparison("location_level", "is null"))
    at_work, elsewhere = (Comparison("accident_type", each, "demining_accident") for each in _IS_AND_IS_NOT)

    def rule(code: str, sign: Sign, *where: Comparison) -> Rule:
        return Rule(terms.label("page", f"legend.{code}", language), sign, where)

    points = [
        rule(f"{words}{ending}", _point(colour), *where, kind)
        for words, where in (("point", measured), ("point_not_stated", given))
        for ending, colour, kind in (("", PUBLIC_COLOUR, elsewhere), ("_demining", DEMINING_COLOUR, at_work))
    ]
    # A place that is neither, or a circle of no known size, is a larger ring: it must not look as exact as a point.
    vague = Mark(Stroke(PUBLIC_COLOUR, 1.8, PUBLIC_DASH), "#ffffff", 0.5, 3 * _POINT_PX)
    unknown = Rule(terms.label("page", "legend.point_not_stated", language), vague, otherwise=True)
    rules = (
        rule("disc", _disc(PUBLIC_COLOUR, PUBLIC_DASH), *disc, elsewhere),
        rule("disc_demining", _disc(DEMINING_COLOUR, DEMINING_DASH), *disc, at_work),
        *points,
        unknown,
    )
    devices = {code: term.symbol for code, term in terms.vocabulary("device_category").items() if term.symbol}
    alike = Alike(Coded("device_category", devices), counted=len(table.frame) <= _LARGEST_COUNTED)
    return Looks((Group(rules),), (Label((alike,), is_bold=True, priority=6, size_pt=8.5),), (0,))


_IS_AND_IS_NOT: tuple[Operator, Operator] = ("=", "is not")


def _disc(colour: str, dash: tuple[float, ...]) -> Mark:
    return Mark(Stroke(colour, 1.8, dash), "#000000", DISC_OPACITY, _POINT_PX, "uncertainty_m")


def _point(colour: str) -> Mark:
    return Mark(Stroke(colour, 1.8), "#ffffff", 0.9, _POINT_PX)


def density_classes(lowers: Iterable[float], uppers: Iterable[float]) -> list[tuple[float, float | None, str]]:
    """Return the classes of a density in rising order: lower and upper bound in 1/km², None where open, and the colour.

    Examples
    --------
    >>> density_classes([0.002, 0.001, 0.001], [float("nan"), 0.002, 0.002])
    [(0.001, 0.002, '#d3dee6'), (0.002, None, '#23516f')]
    """
    bounds = {
        float(lower): float(upper) if math.isfinite(upper) else None
        for lower, upper in zip(lowers, uppers, strict=True)
        if math.isfinite(lower)
    }
    rising = sorted(bounds)
    last = len(DENSITY_RAMP) - 1
    # Half up, as the page rounds: Python's own rounding would give other classes to four than the page does.
    at = [last if len(rising) == 1 else math.floor(k * last / (len(rising) - 1) + 0.5) for k in range(len(rising))]
    return [(lower, bounds[lower], DENSITY_RAMP[index]) for lower, index in zip(rising, at, strict=True)]


def _density(table: PublishedTable, language: str, _day: str | None) -> Looks:
    frame = table.frame
    classes = density_classes(frame["lower_per_km2"], frame["upper_per_km2"])
    rules = tuple(
        Rule(_range(lower, upper, language), Area(colour, DENSITY_OPACITY), _about("lower_per_km2", lower))
        for lower, upper, colour in classes
    )
    of_all = Group(rules, terms.label("page", "legend.density", language), (Comparison("frame", "is null"),))
    years = sorted({str(year) for year in frame["frame"].dropna()})
    of_years = (
        Group(
            rules,
            terms.sentence("page", "frames.legend", language, year=year),
            (Comparison("frame", "=", year),),
            shown=False,
        )
        for year in years
    )
    return Looks((of_all, *of_years), (), (2,))


def _about(column: str, value: float) -> tuple[Comparison, Comparison]:
    """Take a number for equal whether it was written with nine digits or with all."""
    return Comparison(column, ">=", value * (1 - 1e-8)), Comparison(column, "<=", value * (1 + 1e-8))


def _range(lower: float, upper: float | None, language: str) -> str:
    if upper is None:
        return terms.sentence("page", "density.above", language, lower=_plain_number(lower, language))
    bounds = {"lower": _plain_number(lower, language), "upper": _plain_number(upper, language)}
    return terms.sentence("page", "density.range", language, **bounds)


def _plain_number(value: float, language: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - it takes a moment, and most tables hold no density

    return str(format_decimal(value, format="#,##0.#########", locale=language))


# ------------------------------------------------------------ context


def _districts(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    line = Area(outline=Stroke(DISTRICT_COLOUR, 0.8, DISTRICT_DASH))
    rule = Rule(terms.label("page", "legend.district_line", language), line, otherwise=True)
    before, _, after = terms.label("page", "district.count.text", language).partition("{n}")
    counted = (before, Field("incidents_district_level"), after)
    count = Label(counted, (Comparison("incidents_district_level", ">=", 1),), priority=8, size_pt=8.5)
    name = Label((Field("name"),), (Comparison("zone_id", "is null"),), "#55504a", priority=2, farthest=_DISTRICT_SCALE)
    return Looks((Group((rule,)),), (name, count), (2,))


def _context(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    kinds = terms.vocabulary("context_kind")

    def stroke(code: str) -> Stroke:
        return Stroke(kinds[code].colour or _RIVER, 1.4, opacity=0.75)

    def rules(made: Callable[[Stroke], Sign]) -> tuple[Rule, ...]:
        known = [
            Rule(terms.label("context_kind", code, language), made(stroke(code)), (Comparison("kind", "=", code),))
            for code in kinds
        ]
        return (*known, Rule(terms.label("page", "not_stated", language), made(stroke("other")), otherwise=True))

    groups = (Group(rules(lambda line: Area(outline=line))), Group(rules(lambda line: line)))
    return Looks(groups, (Label((Field("name"),), colour="#2f6580", priority=1, size_pt=8.0),), (2, 1))


def _hotspots(_table: PublishedTable, language: str, _day: str | None) -> Looks:
    """Cells in the colour of their class, and what it says written in them: a colour alone would not be enough."""
    classes = terms.vocabulary("hotspot_class")
    line = Stroke(DISTRICT_COLOUR, 0.5)
    tints = {code: _CELL_TINT if code.startswith(("hot", "cold")) else 0.0 for code in classes}
    known = [
        Rule(
            terms.label("hotspot_class", code, language),
            Area(term.colour, tints[code], None, line),
            (Comparison("hotspot_class", "=", code),),
        )
        for code, term in classes.items()
    ]
    unknown = Rule(terms.label("page", "not_stated", language), Area(outline=line), otherwise=True)
    signs = {code: f"{'▲' if code.startswith('hot') else '▼'} {code[-2:]} %" for code in classes if tints[code]}
    return Looks((Group((*known, unknown)),), (Label((Coded("hotspot_class", signs),), priority=2),), (2,))


def _plain(table: PublishedTable, language: str, _day: str | None) -> Looks:
    line = Stroke(DISTRICT_COLOUR, 1.4)
    title = terms.in_language(table.title, language) or table.name
    signs: tuple[Sign, ...] = (Area(outline=line), line, Mark(line, "#ffffff", 0.9, _POINT_PX))
    return Looks(tuple(Group((Rule(title, sign, otherwise=True),)) for sign in signs), (), (2, 1, 0))


def _words(vocabulary: str, language: str) -> dict[str, str]:
    return {code: terms.label(vocabulary, code, language) for code in terms.codes(vocabulary)}


def _outline(term: terms.Term) -> Stroke:
    outline = term.data["outline"]
    return Stroke(term.colour or "#000000", outline["width_px"], tuple(map(float, outline["dash_px"])))


_MAKERS: Mapping[str, Callable[[PublishedTable, str, str | None], Looks]] = MappingProxyType(
    {
        "zones": _zones,
        "corridors": _corridors,
        "coverage": _coverage,
        "not_assessed": _not_assessed,
        "hazards": _hazards,
        "incidents": _incidents,
        "density": _density,
        "hotspots": _hotspots,
        "districts": _districts,
        "context": _context,
    }
)
