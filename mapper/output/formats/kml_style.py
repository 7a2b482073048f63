"""How the tables look in KML: the colours of the vocabularies, see-through fills, and no picture from anywhere.

KML has no hatches, so what a zone or a hazard is stands in its name as well, and the document says so. Icons are the viewer's
own: an address of a picture would be asked for over the network. A code that is not known looks like the strictest.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mapper import terms
from mapper.output.formats.stated import cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mapper.output.published import PublishedTable

_FILL, _PALE, _DENSITY = 0x55, 0x22, 0x9E
_STOPS = ("#d3dee6", "#b5c8d5", "#94b1c4", "#7398b1", "#4c7b9a", "#23516f")
"""The page's palette of densities."""
_CORRIDOR, _COVERAGE, _DISTRICT, _MEASURED, _ROUGH = "#2b1a6b", "#8a8f94", "#7d776b", "#1f2933", "#6b7680"
_STRICTEST: Mapping[str, str] = MappingProxyType({"extent": "whole", "hazard_class": "cha", "hazard_status": "open"})

CIRCLE = "circle"
"""The style of the circle around a place that is known only to a circle."""


def colour(rgb: str, alpha: int = 0xFF) -> str:
    """Return `#rrggbb` in KML's order: alpha, blue, green, red.

    Examples
    --------
    >>> colour("#7B2D8B", 0x55)
    '558b2d7b'
    """
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"{alpha:02x}{blue}{green}{red}".lower()


def style_ids(table: PublishedTable) -> list[str | None]:
    """Return the id of the style of each row; None where a table is not drawn."""
    values = {column.name: cells(table, column) for column in table.columns if column.name in _DECIDING}
    rows = len(table.frame)
    match table.name:
        case "zones":
            return [f"zones-{_known('extent', code)}" for code in values["extent"]]
        case "hazards":
            looks = zip(values["class"], values["status"], strict=True)
            return [f"hazards-{_known('hazard_class', of)}-{_known('hazard_status', now)}" for of, now in looks]
        case "incidents":
            return ["incidents-point" if code == "point" else "incidents-disc" for code in values["place"]]
        case "context":
            return [
                f"context-{code if code in terms.vocabulary('context_kind') else 'other'}" for code in values["kind"]
            ]
        case "density":
            classes = _classes(values["lower_per_km2"])
            return [f"density-{classes[lower]}" for lower in values["lower_per_km2"]]
        case _:
            return [table.name if table.name in _PLAIN else "other" if table.geometry is not None else None] * rows


_DECIDING = frozenset({"extent", "class", "status", "place", "kind", "lower_per_km2"})
_PLAIN = frozenset({"districts", "corridors", "coverage"})


def _known(vocabulary: str, code: object) -> str:
    return str(code) if code in terms.codes(vocabulary) else _STRICTEST[vocabulary]


def _classes(lower: Sequence[float | None]) -> dict[float | None, int]:
    """Return the palette's stop of each class by its lower bound; one that is not known looks like the highest."""
    rising = sorted({bound for bound in lower if bound is not None})
    return {None: len(_STOPS) - 1, **dict(zip(rising, _spread(len(rising)), strict=True))}


def palette(classes: int) -> list[str]:
    """Return the colours of a number of classes of density, from the lowest to the highest.

    Examples
    --------
    >>> palette(2)
    ['#d3dee6', '#23516f']
    """
    return [_STOPS[at] for at in _spread(classes)]


def _spread(classes: int) -> list[int]:
    """Spread classes evenly over the palette, the highest always the darkest, as the page does."""
    last = len(_STOPS) - 1
    return [last] if classes == 1 else [int(at * last / (classes - 1) + 0.5) for at in range(classes)]


def styles() -> Iterator[tuple[str, str]]:
    """Return the id and the content of every style, in the order of the legends."""
    for code, term in terms.vocabulary("extent").items():
        yield f"zones-{code}", _area(term.colour or "#7B2D8B", 2, _FILL)
    for code, term in terms.vocabulary("hazard_class").items():
        for status, of_status in terms.vocabulary("hazard_status").items():
            line, fill = of_status.colour or "#FF0000", term.colour or "#FF0000"
            yield f"hazards-{code}-{status}", _area(line, 2, _FILL, fill)
    yield "districts", _area(_DISTRICT, 1, None)
    yield "corridors", _area(_CORRIDOR, 3, _PALE)
    yield "coverage", _area(_COVERAGE, 2, None)
    yield "other", _area(_MEASURED, 2, None)
    for code, term in terms.vocabulary("context_kind").items():
        yield f"context-{code}", _area(term.colour or "#7A7A7A", 1, None)
    for at, stop in enumerate(_STOPS):
        yield f"density-{at}", _area(stop, 1, _DENSITY)
    yield "incidents-point", _icon(_MEASURED, 0.9)
    yield "incidents-disc", _icon(_ROUGH, 0.7)
    yield CIRCLE, _area(_ROUGH, 1, None)


def _area(line: str, width: int, alpha: int | None, fill: str | None = None) -> str:
    drawn = f"<color>{colour(fill or line, alpha)}</color><fill>1</fill>" if alpha is not None else "<fill>0</fill>"
    return (
        f"<LineStyle><color>{colour(line)}</color><width>{width}</width></LineStyle>"
        f"<PolyStyle>{drawn}<outline>1</outline></PolyStyle>{_BALLOON}"
    )


def _icon(line: str, scale: float) -> str:
    icon = f"<IconStyle><color>{colour(line)}</color><scale>{scale}</scale></IconStyle>"
    return f"{icon}<LabelStyle><scale>0.7</scale></LabelStyle>{_BALLOON}"


_BALLOON = "<BalloonStyle><text>$[description]</text></BalloonStyle>"
"""Only the description, which is escaped for HTML: a viewer's own balloon may show the other fields as markup."""
