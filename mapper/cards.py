"""How a notebook shows a verdict, findings and an edition: small cards of escaped HTML.

A card is made of plain values, the very ones that `to_dict()` answers with, so that it can say nothing else than the commands
do; the types between the steps need nothing but this module for it. Words come from the vocabularies, and everything else
passes `escape`: a card holds no script, no address and no template.

Its colours are those of the notebook. Text takes the colour around it and the background stays what it is, so that a card
can be read on white and on black; only the bar at its edge has a colour of ours, and the words say the same. The style stands
in the elements, because a notebook that is not trusted yet is shown without style sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapper import terms
from mapper.markup import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CAVEATS = ("caveat.blank", "caveat.density", "caveat.navigation")
MOST_ROWS = 12
"""Rows of a table in a card; how many more there are is told."""
_MOST_PLACES = 2

_LINE = "1px solid rgba(128,128,128,.45)"
_CARD = f"max-width:60em;padding:.5em .9em;border:{_LINE};border-left:.5em solid {{colour}};color:inherit"
_CELL = "text-align:left;vertical-align:top;padding:.15em .9em .15em 0;border:0;color:inherit;background:none"
_SMALL = "font-size:.85em;opacity:.85;margin:.3em 0"
_NO_COLOUR = "#808080"


def verdict_card(told: Mapping[str, Any], language: str = "en") -> str:
    """Return the card of a verdict.

    Parameters
    ----------
    told : mapping
        What `Verdict.to_dict()` gives.
    language : {"en", "az", "ru"}
        Of our words; texts of the data stay as they are.

    Returns
    -------
    str
        One HTML element. Whatever the verdict is, it ends in the sentence that the authorities outrank it.

    Examples
    --------
    >>> "Not assessed" in verdict_card({"verdict": "not_assessed"})
    True
    """
    verdict = told["verdict"]
    facts = [
        (_say("access.legal", language), _label("verdict", told.get("legal"), language)),
        (_say("access.physical", language), _label("verdict", told.get("physical"), language)),
        (_say("access.why", language), _label("basis", told.get("basis"), language)),
        (_say("access.doubt", language), _metres(told.get("doubt_m"), language)),
        (_say("access.on", language), told.get("on")),
        (_say("access.known_by", language) if told.get("known_by") else "", told.get("known_by")),
        (_say("access.who", language), _persons(told.get("who"), language)),
        (_say("access.distance", language), _away(told.get("distance_m"), "access.distance_none", language)),
        (
            _say("access.distance_hazard", language),
            _away(told.get("distance_hazard_m"), "access.hazard_none", language),
        ),
    ]
    stretches = [
        (f"{each['from_km']:g}–{each['to_km']:g} km", _label("verdict", each["verdict"], language))
        for each in told.get("segments", ())
    ]
    return _card(
        _colour("verdict", verdict),
        _heading(f"{_say('access.title', language)} {_label('verdict', verdict, language)}"),
        _paragraph(told.get("sentence")),
        _paragraph(told.get("reason")),
        _table([(_strong(name), escape(value)) for name, value in facts if name and value]),
        _titled(_say("route.table", language), [(escape(a), escape(b)) for a, b in stretches], language),
        _titled(_say("access.orders", language), _orders(told.get("orders", ()), language), language),
        _titled(_say("access.openings", language), _openings(told.get("openings", ()), language), language),
        _titled(_say("access.hazards", language), _hazards(told.get("hazards", ()), language), language),
        _paragraph(_say("access.accidents", language, n=len(told["accidents"])) if told.get("accidents") else None),
        _note(_say("access.coverage.blank", language)),
        _note(terms.sentence("caveat", "caveat.navigation", language)),
    )


def findings_card(findings: Sequence[Mapping[str, Any]], language: str = "en") -> str:
    """Return the card of findings: one row for each rule, the gravest first, with its first places.

    Parameters
    ----------
    findings : sequence of mapping
        What `Finding.to_dict()` gives, in order.
    language : {"en", "az", "ru"}
        Of our words.

    Examples
    --------
    >>> "tells nothing of the ground" in findings_card([])
    True
    """
    if not findings:
        return _card(_NO_COLOUR, _paragraph(terms.sentence("notebook", "findings.none", language)))
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for severity in terms.codes("severity"):
        for each in findings:
            if each["severity"] == severity:
                groups.setdefault((severity, each["rule"]), []).append(each)
    gravest = next(iter(groups))[0]
    words = [_notebook(f"findings.{each}", language) for each in ("number", "where", "done", "advice")]
    head = ["", words[0], "", words[1], words[2], words[3]]
    rows = [_finding_row(severity, rule, group, language) for (severity, rule), group in groups.items()]
    return _card(
        _colour("severity", gravest),
        _heading(_notebook("findings.title", language, n=len(findings))),
        _table(rows[:MOST_ROWS], head),
        _more(len(rows), language),
        _note(_notebook("findings.whole", language, call=".to_frame()")),
    )


def edition_card(told: Mapping[str, Any], title: str, notes: Iterable[str] = (), language: str = "en") -> str:
    """Return the card of an edition.

    Parameters
    ----------
    told : mapping
        What `Edition.to_dict()` gives.
    title : str
        As the edition bears it in that language.
    notes : iterable of str
        Sentences that must be read first: that the edition is incomplete, or not for publication.
    language : {"en", "az", "ru"}
        Of our words.

    Returns
    -------
    str
        One HTML element; it ends in the caveats that every output carries.
    """
    date, stale, surface = told["data_date"], told["stale_after"], told["density"]
    facts = [
        (_say("about.edition", language), told["edition"]),
        (_say("about.data_date", language), date or _say("head.no_data_date", language)),
        (_say("about.stale_after", language), stale or _say("head.no_stale_after", language)),
        (_say("findings.incidents", language), _say("findings.incidents_text", language, **told["incidents"])),
        (_say("findings.zones", language), _say("findings.zones_text", language, **told["zones"])),
        (_say("zone.casualties", language), _say("casualties.line", language, **told["casualties"])),
        (_say("legend.density", language), _density(surface, language)),
        (_say("section.findings", language), _severities(told["findings"], language)),
    ]
    assumed = [(escape(_told(sentence, language)),) for sentence in told["assumptions"]]
    return _card(
        _NO_COLOUR if told["complete"] else _colour("severity", "error"),
        _heading(title),
        *(_paragraph(note) for note in notes),
        _table([(_strong(name), escape(value)) for name, value in facts]),
        _titled(_say("about.assumptions", language), assumed, language),
        *(_note(terms.sentence("caveat", code, language, data_date=date or "?")) for code in CAVEATS),
    )


# ---------------------------------------------------------------- what a card is made of
def _card(colour: str, *parts: str) -> str:
    return f'<div style="{_CARD.format(colour=colour)}">{"".join(parts)}</div>'


def _heading(text: object) -> str:
    return f'<p style="margin:.2em 0;font-size:1.15em"><strong>{_given(text)}</strong></p>'


def _paragraph(text: object) -> str:
    return f'<p style="margin:.3em 0">{escape(text)}</p>' if text else ""


def _note(text: str) -> str:
    return f'<p style="{_SMALL}">{escape(text)}</p>'


def _strong(text: object) -> str:
    return f"<strong>{escape(text)}</strong>"


def _given(text: object) -> str:
    """Return text of the data, kept apart from the direction of the words around it."""
    return f"<bdi>{escape('' if text is None else text)}</bdi>"


def _table(rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    """Return rows of cells that are markup already."""
    body = "".join(_row("td", row) for row in rows)
    top = f"<thead>{_row('th', map(escape, head))}</thead>" if head else ""
    return f'<table style="border:0;margin:.3em 0">{top}<tbody>{body}</tbody></table>' if body else ""


def _row(kind: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{kind} style={_CELL!r}>{cell}</{kind}>' for cell in cells)}</tr>"


def _titled(title: str, rows: Sequence[Sequence[str]], language: str) -> str:
    if not rows:
        return ""
    body = _table(rows[:MOST_ROWS])
    return f"<details><summary>{escape(title)} ({len(rows)})</summary>{body}{_more(len(rows), language)}</details>"


def _more(rows: int, language: str) -> str:
    return _note(_notebook("findings.more", language, n=rows - MOST_ROWS)) if rows > MOST_ROWS else ""


# ---------------------------------------------------------------- words
def _say(code: str, language: str, **values: object) -> str:
    return terms.sentence("page", code, language, **values)


def _notebook(code: str, language: str, **values: object) -> str:
    return terms.sentence("notebook", code, language, **values)


def _told(sentence: str, language: str) -> str:
    """Return a sentence of ours in the language; one that was made in English alone as it is."""
    return sentence.in_languages()[language] if isinstance(sentence, terms.Said) else sentence


def _label(vocabulary: str, code: str | None, language: str) -> str:
    return "" if code is None else terms.label(vocabulary, code, language)


def _colour(vocabulary: str, code: str) -> str:
    term = terms.vocabulary(vocabulary).get(code)
    return _NO_COLOUR if term is None or term.colour is None else term.colour


def _metres(metres: float | None, language: str) -> str:
    return "" if metres is None else _say("unit.m", language, n=round(metres))


def _away(metres: float | None, none: str, language: str) -> str:
    if metres is None:
        return _say(none, language)
    if metres == 0:
        return _say("access.here", language)
    return _say("access.away", language, distance=_metres(metres, language))


def _persons(who: str | None, language: str) -> str:
    return ", ".join(_label("applies_to", each, language) for each in (who or "").split("+") if each)


# ---------------------------------------------------------------- rows
def _orders(orders: Iterable[Mapping[str, Any]], language: str) -> list[Sequence[str]]:
    return [
        (
            _given(each.get("id")),
            escape(
                _label("order_type", each.get("type"), language)
                or _label("restriction_kind", each.get("kind"), language)
            ),
            escape(_period(each, language)),
            _given(each.get("authorities")),
            _given(each.get("source")),
        )
        for each in orders
    ]


def _openings(openings: Sequence[Mapping[str, Any]], language: str) -> list[Sequence[str]]:
    def applies(each: Mapping[str, Any]) -> str:
        return _say("access.opening_applies" if each.get("applies") else f"access.why.{each.get('why_not')}", language)

    return [(*row, escape(applies(each))) for each, row in zip(openings, _orders(openings, language), strict=True)]


def _hazards(hazards: Iterable[Mapping[str, Any]], language: str) -> list[Sequence[str]]:
    return [
        (
            _given(each.get("id")),
            escape(_label("hazard_class", each.get("class"), language)),
            escape(_label("hazard_status", each.get("status"), language)),
            escape(_away(each.get("distance_m"), "not_stated", language)),
        )
        for each in hazards
    ]


def _period(each: Mapping[str, Any], language: str) -> str:
    start = each.get("valid_from") or _say("access.start_unknown", language)
    end = each.get("valid_to")
    return _say("period.both", language, start=start, end=end) if end else _say("period.from", language, start=start)


def _finding_row(severity: str, rule: str, group: Sequence[Mapping[str, Any]], language: str) -> Sequence[str]:
    places = list(dict.fromkeys(_place(each, language) for each in group))
    told = [_given(each) for each in places[:_MOST_PLACES] if each]
    if len(places) > _MOST_PLACES:
        told.append(escape(_notebook("findings.more", language, n=len(places) - _MOST_PLACES)))
    done = list(dict.fromkeys(each["done"] for each in group))
    known = terms.vocabulary("rule").get(rule)
    advice = group[0]["advice"] if known is None else known.definition[language]
    bar = f"border-left:.3em solid {_colour('severity', severity)};padding-left:.4em"
    return (
        f'<span style="{bar}">{escape(_label("severity", severity, language))}</span>',
        str(len(group)),
        escape(_label("rule", rule, language)),
        "<br>".join(told),
        escape(" ".join(done[:_MOST_PLACES])),
        escape(advice),
    )


def _place(each: Mapping[str, Any], language: str) -> str:
    layer, row, column = each.get("layer") or each.get("file"), each.get("row"), each.get("column")
    where = layer or ""
    if row is not None:
        where = _notebook("findings.place", language, layer=layer or "–", row=str(row))
    value = "" if each.get("value") is None else f" = {each['value']}"
    return f"{where}: {column}{value}" if column else f"{where}{value}"


def _severities(counts: Mapping[str, int], language: str) -> str:
    return ", ".join(f"{_label('severity', code, language)}: {number}" for code, number in counts.items())


def _density(surface: Mapping[str, Any], language: str) -> str:
    if surface["refused"] is not None:
        return _say("density.refused", language, reason=_told(surface["refused"], language))
    edge = _label("edge", surface["edge"], language)
    return _say(
        "density.method", language, n=surface["n"], bandwidth=_metres(surface["bandwidth_m"], language), edge=edge
    )
