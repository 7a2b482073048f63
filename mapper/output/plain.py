"""What a browser without scripts shows in place of the map: a picture, its legend, and lists, in all languages at once.

It cannot check itself and cannot answer for a place, and says so. It ends in words that its beginning names, since nothing else
would tell a reader that the file was cut. With scripts on it is never shown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from mapper import terms
from mapper.markup import escape, tag
from mapper.output.compose import CAVEATS
from mapper.output.picture import Picture, fill_of, outline_of, picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mapper.output.compose import Edition

STYLE = "#mapper-banner,#mapper-root{display:none}"
"""Takes the "not loaded" banner away where scripts are off, and nowhere else; the page's policy names its hash."""

_BETWEEN = " · "
_NAMES_BETWEEN = ", "


def without_scripts(edition: Edition) -> str:
    """Return the content of `<noscript>`: warnings, dates, picture with its legend, lists, caveats, and the mark of its end."""
    drawn = picture(edition)
    return "".join(
        [
            f"<style>{STYLE}</style><div class=mapper-noscript>",
            _warnings(edition),
            *(f"<h1{lang}>{_given(title)}</h1>" for lang, title in _titles(edition)),
            *(f"<p lang={language}>{escape(_age(edition, language))}" for language in terms.LANGUAGES),
            "" if drawn is None else f"<div class=mapper-noscript-picture>{drawn.svg}</div>{_legend(edition, drawn)}",
            _list("noscript.orders", map(_order_line, _records(edition.tables["orders"]))),
            _list("noscript.zones", map(_zone_line, _records(edition.zones))),
            _list("noscript.hazards", map(_hazard_line, _records(edition.tables["hazards"]))),
            _paragraphs(*((code, "caveat", {"data_date": str(edition.data_date or "?")}) for code in CAVEATS)),
            _paragraphs(("noscript.rest", "page", {})),
            f"<p>{_given(edition.organisation)}, {_given(edition.edition_id)}",
            _paragraphs(("noscript.end", "page", {})),
            "</div>",
        ]
    )


def _titles(edition: Edition) -> list[tuple[str, str]]:
    """Return the title as it is given: once, or in each of its languages with its `lang`."""
    return [(f" lang={each}", title) for each, title in edition.titles.items()] or [("", edition.title)]


def _say(code: str, language: str, vocabulary: str = "page", **values: object) -> str:
    return terms.sentence(vocabulary, code, language, **values)


def _paragraphs(*sentences: tuple[str, str, Mapping[str, object]]) -> str:
    """Return all sentences in one language, then in the next."""
    return "".join(
        f"<p lang={language}>{escape(_say(code, language, vocabulary, **values))}"
        for language in terms.LANGUAGES
        for code, vocabulary, values in sentences
    )


def _words(code: str, vocabulary: str = "page", **values: object) -> str:
    """Return a few words in every language, side by side."""
    return _BETWEEN.join(
        f"<span lang={language}>{escape(_say(code, language, vocabulary, **values))}</span>"
        for language in terms.LANGUAGES
    )


def _given(text: object) -> str:
    """Return text of the data, kept apart from the direction of the words around it."""
    return f"<bdi>{escape(text)}</bdi>"


def _warnings(edition: Edition) -> str:
    end = _BETWEEN.join(_say("noscript.end", language) for language in terms.LANGUAGES)
    sentences: list[tuple[str, str, Mapping[str, object]]] = [
        ("noscript.reduced", "page", {}),
        ("noscript.whole", "page", {"end": end}),
    ]
    if edition.private:
        sentences.append(("bar.private", "page", {}))
    if not edition.complete:
        sentences.append(("bar.incomplete", "page", {"n": edition.incomplete_zones}))
    return f"<div class=mapper-noscript-warning>{_paragraphs(*sentences)}</div>"


def _age(edition: Edition, language: str) -> str:
    """Say how old the data are and may become; a date that nobody stated is told so."""
    of, until = edition.data_date, edition.stale_after
    told = _say("head.data_date", language, date=str(of)) if of else _say("head.no_data_date", language)
    limit = _say("head.stale_after", language, date=str(until)) if until else _say("head.no_stale_after", language)
    return f"{told}{_BETWEEN}{limit}"


def _swatch(*marks: str) -> str:
    return tag("svg", *marks, width=34, height=20, viewBox="0 0 34 20", aria_hidden="true")


def _box(**look: Any) -> str:  # noqa: ANN401 - attributes of SVG
    return _swatch(tag("rect", x=2, y=2, width=30, height=16, **look))


def _mark(shape: str, **look: int) -> str:
    return _swatch(tag(shape, **look, fill="#fff3c4" if shape == "rect" else "#fff", stroke="#1f2933", stroke_width=2))


def _row(swatch: str, words: str) -> str:
    return f"<li>{swatch} {words}"


def _or_not_stated(code: str, vocabulary: str) -> str:
    if code == "":
        return _words("not_stated")
    return _words(code, vocabulary) if code in terms.vocabulary(vocabulary) else _given(code)


def _legend(edition: Edition, drawn: Picture) -> str:
    """Return the legend of what is in the picture, and what is missing from it."""
    zones = [
        _row(_box(fill=fill_of("extent", code), **outline_of("extent", code)), _or_not_stated(code, "extent"))
        for code in drawn.extents
    ]
    hazards = [
        *(
            _row(_box(fill=fill_of("hazard_class", code)), _or_not_stated(code, "hazard_class"))
            for code in drawn.classes
        ),
        *(
            _row(_box(fill="none", **outline_of("hazard_status", code)), _or_not_stated(code, "hazard_status"))
            for code in drawn.statuses
        ),
    ]
    others = [
        _row(_mark("circle", cx=17, cy=10, r=8), _words("noscript.accidents")),
        _row(_mark("rect", x=9, y=2, width=16, height=16), _words("noscript.district_accidents")),
        _row(_swatch(tag("path", d="M1 10h32", stroke="#7d776b")), _words("legend.district_line")),
        _row(_box(fill="#f6f4ee", stroke="#8b8577"), _words("legend.blank")),
    ]
    groups = (("noscript.zones", zones), ("noscript.hazards", hazards), ("noscript.others", others))
    missing = edition.zones[edition.zones.geometry.isna()]
    names = _NAMES_BETWEEN.join(missing["name"].fillna(missing["zone_id"]).astype(str))
    return "".join(
        [
            *(
                f"<h3>{_words(heading)}</h3><ul class=mapper-noscript-legend>{''.join(rows)}</ul>"
                for heading, rows in groups
                if rows
            ),
            _paragraphs(("noscript.rough", "page", {"n": _length(drawn.rough_m)}), ("legend.zones_note", "page", {})),
            _paragraphs(("noscript.not_in_picture", "page", {"names": names})) if names else "",
            _paragraphs(("noscript.unplaced", "page", {"n": drawn.unplaced})) if drawn.unplaced else "",
        ]
    )


def _length(metres: float) -> str:
    """Return a length that is no shorter, on two digits."""
    step = 10 ** max(0, math.floor(math.log10(metres)) - 1)
    return f"{math.ceil(metres / step) * step} m"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's records without their blanks."""
    rows = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).to_dict("records")
    return [{str(key): value for key, value in row.items() if not pd.isna(value)} for row in rows]


def _list(heading: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{line}" for line in lines)
    return f"<h2>{_words(heading)}</h2>" + (f"<ul>{items}</ul>" if items else f"<p>{_words('table.empty')}")


def _stated(record: Mapping[str, Any], *columns: str) -> list[str]:
    return [_given(record[column]) for column in columns if column in record]


def _zone_line(zone: Mapping[str, Any]) -> str:
    return "; ".join([_given(zone.get("name", zone["zone_id"])), _or_not_stated(zone.get("extent", ""), "extent")])


def _hazard_line(hazard: Mapping[str, Any]) -> str:
    words = [_or_not_stated(hazard.get(column, ""), f"hazard_{column}") for column in ("class", "status")]
    return "; ".join([*_stated(hazard, "hazard_id", "name"), *words])


def _order_line(order: Mapping[str, Any]) -> str:
    kind = _or_not_stated(order.get("order_type", ""), "order_type")
    columns = ("effective_from", "effective_to", "issued_on", "authorities", "who", "where", "permit_rule")
    return "; ".join([*_stated(order, "order_id"), kind, *_stated(order, *columns)])
