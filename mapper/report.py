"""Answers in words, for a person at a terminal: pure functions from an answer to text."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mapper import terms
from mapper.errors import MapperError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHOLE_FILE = ("file_refused", "file_unreadable")
_MOST_FINDINGS = 20
_WORST_FIRST = ("error", "warning", "info")
_PLACES = MappingProxyType(
    {"district_level": "known only by district", "unplaced": "without a place", "later": "later than the edition"}
)


def edition(answer: Mapping[str, Any], folder: str) -> str:
    """Say what a build made, what could not be drawn, and what was assumed."""
    lines = [
        f"Edition {answer['edition']}, {_age(answer)}: {folder}",
        f"  incidents: {_counted(answer['incidents'], _PLACES)}",
        f"  zones: {_counted(answer['zones'])}",
        f"  casualties: {_counted(answer['casualties'])}",
        f"  density: {_density(answer['density'])}",
        f"  findings: {_counted(answer['findings'])}",
        *_first_findings(answer.get("finding_list", ())),
        *(f"  assumed: {sentence}" for sentence in answer["assumptions"]),
        f"  files: {', '.join(answer['files'])}",
    ]
    if not answer["complete"]:
        lines.append("INCOMPLETE: zones or hazards could not be drawn. Do not use this edition before they are mended.")
    return "\n".join(lines)


def exported(answer: Mapping[str, Any]) -> str:
    """Say what an export wrote, and what its formats could not hold."""
    tables = ", ".join(f"{name} {rows:,}" for name, rows in answer["tables"].items())
    lines = [f"Exported edition {answer['edition']}: {answer['to']}", f"  records: {tables}"]
    lines += [f"  {name}: {file['format']}, {file['bytes']:,} bytes" for name, file in answer["files"].items()]
    return "\n".join([*lines, *(f"  note: {notice}" for notice in answer["notices"])])


def checked(answer: Mapping[str, Any]) -> str:
    """Say what became of one checked file: its account, how its columns were read, and a table of its findings.

    A file that was refused as a whole is one sentence: what is wrong, where, and what to do.
    """
    findings = answer["findings"]
    if len(findings) == 1 and findings[0]["rule"] in _WHOLE_FILE:
        return str(_sentence(findings[0]["value"], findings[0]))
    lines = [f"{answer['file']}: {answer['verdict']} ({_account(answer)})"]
    lines += [
        f"  layer '{part['layer']}': {part['kind']}, {part['verdict']} ({_account(part)})"
        for part in answer.get("parts", ())
    ]
    lines += [f"  column '{theirs}' was read as '{ours}'" for theirs, ours in answer["mapping"].items()]
    return "\n".join([*lines, *_table(findings)])


def skipped(files: Sequence[Mapping[str, Any]]) -> str:
    """Say which files of a folder were not read, one a line."""
    return "\n".join(f"{each['file']}: not read; {each['why']}." for each in files)


def _account(answer: Mapping[str, Any]) -> str:
    return ", ".join(f"{answer[key]} {key}" for key in ("counted", "kept", "repaired", "rejected"))


def _table(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Set findings as a table, the worst first, and below it what each rule means and asks for, once."""
    if not findings:
        return []
    ranked = sorted(findings, key=lambda found: _WORST_FIRST.index(found["severity"]))
    told, others = ranked[:_MOST_FINDINGS], Counter(found["rule"] for found in ranked[_MOST_FINDINGS:])
    several = len({found["layer"] for found in findings}) > 1
    rows = [_HEADING, *(_row(found, several=several) for found in told)]
    widths = [min(max(len(row[at]) for row in rows), _WIDEST) for at in range(len(_HEADING))]
    lines = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if others:
        named = ", ".join(f"{number} {rule}" for rule, number in others.most_common())
        lines.append(f"  … and {others.total()} more ({named}); --csv FILE or --json lists them all.")
    advice = {found["rule"]: found["advice"] for found in told}
    lines += ["  what to do"]
    lines += [f"  {rule}: {terms.label('rule', rule)} {asked}" for rule, asked in advice.items()]
    return lines


_HEADING = ("severity", "rule", "where", "value", "what was done")
_WIDEST = 44
"""Characters of a column of the table; what is longer pushes the rest of its line."""


def _row(found: Mapping[str, Any], *, several: bool) -> tuple[str, ...]:
    place = MapperError("", layer=found["layer"] if several else None, row=found["row"], column=found["column"]).where
    value = " ".join((found["value"] or "").split())
    return (found["severity"], found["rule"], place or "the file", value, found["done"])


def layers(answer: Mapping[str, Any]) -> str:
    """List the layers of a folder."""
    lines = [f"{answer['title']} ({answer['organisation']}), data of {answer['data_date']}"]
    for layer in answer["layers"]:
        accuracy = "not stated" if layer["accuracy_m"] is None else f"{layer['accuracy_m']:,.0f} m"
        lines += [
            f"  {layer['name']}: {layer['kind']}, {layer['records']} records, {layer['file']}, accuracy {accuracy}",
            f"      source: {layer['source']}",
            f"      licence: {layer['licence']}",
        ]
    return "\n".join(lines)


def ledger(answer: Mapping[str, Any]) -> str:
    """Say what is mapped of the newest count, and list counts by source and clearance statements by agency in order of time."""
    lines = [answer["sentence"]]
    if answer["headline"] is not None and answer["headline"]["uncertain"]["accidents"]:
        doubt = answer["headline"]["uncertain"]
        lines.append(f"  {_accidents(doubt)} more, of which the day is not certain: {_casualties(doubt)}")
    lines.append("Counts by source; they are compared with the map one by one and never added:")
    for source in answer["sources"]:
        lines += [f"  {source['source'] or _UNSTATED}", *(f"    {_count(count)}" for count in source["counts"])]
    lines.append("Clearance statements by agency; they are not added where their periods overlap or may:")
    for agency in answer["clearance"]:
        lines += [f"  {agency['agency'] or _UNSTATED}", *(f"    {_statement(each)}" for each in agency["statements"])]
        lines += [f"    {', '.join(group)}: their periods overlap" for group in agency["groups"]]
        lines += (
            [f"    {', '.join(agency['undated'])}: their periods are not stated whole"] if agency["undated"] else []
        )
        lines += [
            f"    {_name(each['column'])} {each['total']:,} in {', '.join(each['statements'])} together, "
            "which certainly do not overlap"
            for each in agency["sums"]
        ]
    return "\n".join([*lines, *_first_findings(answer["findings"])])


_UNSTATED = "not stated"
_LAND = ("area_hectares", "ap_mines", "av_mines", "mines_unspecified", "uxo", "personnel")


def _count(count: Mapping[str, Any]) -> str:
    figures = [f"{outcome} {_figure(count[f'{outcome}_total'])}" for outcome in ("killed", "injured")]
    parts = [f"{_name(key)} {count[key]}" for key in _PARTS if count[key] is not None]
    told = f"{count['count_id']}: {_days(count)}, as of {count['as_of'] or _UNSTATED}: "
    told += ", ".join([*figures, f"in all {_figure(count['official'])}", *parts])
    if count["mapped"] is None:
        return f"{told}; not compared, its period is not stated whole"
    share = "" if count["percent"] is None else f" ({count['percent']} %)"
    return f"{told}; mapped here: {_casualties(count['mapped'])}{share}"


_PARTS = tuple(f"{outcome}_{who}" for outcome in ("killed", "injured") for who in ("civilian", "military", "deminer"))


def _statement(statement: Mapping[str, Any]) -> str:
    figures = [f"{_name(key)} {statement[key]:,}" for key in _LAND if statement[key] is not None]
    told = f"{statement['activity_id']}: {_days(statement)}, reported {statement['reported_on'] or _UNSTATED}"
    return f"{told}: {', '.join(figures) or 'no figure'}"


def _days(record: Mapping[str, Any]) -> str:
    return f"{record['period_start'] or _UNSTATED} to {record['period_end'] or _UNSTATED}"


def _casualties(mapped: Mapping[str, Any]) -> str:
    return f"killed {_figure(mapped['killed'])}, injured {_figure(mapped['injured'])}"


def _accidents(mapped: Mapping[str, Any]) -> str:
    return f"{mapped['accidents']} accident{'' if mapped['accidents'] == 1 else 's'}"


def _figure(figure: int | None) -> str:
    return _UNSTATED if figure is None else f"{figure:,}"


def _name(column: str) -> str:
    return column.replace("_", " ")


def joined(answer: Mapping[str, Any]) -> str:
    """Say how many records lie in how many zones."""
    keys = ("incidents", "zones", "pairs", "inside_any", "uncertain_only", "outside", "unlocated", "refused")
    lines = [_counted({key: answer[key] for key in keys}), *_first_findings(answer["findings"])]
    if answer["zones_without_geometry"]:
        lines.append(
            f"INCOMPLETE: {answer['zones_without_geometry']} zones have no geometry; a record that is outside the others "
            "may lie in one of them."
        )
    return _with_assumptions(lines, answer)


def density(answer: Mapping[str, Any]) -> str:
    """Say what a density was made of."""
    left_out = _counted({key: number for key, number in answer["left_out"].items() if number})
    lines = [
        _density(answer),
        *(f"warning: {sentence}" for sentence in answer["warnings"]),
        *([f"left out: {left_out}"] if left_out else []),
        *_first_findings(answer["findings"]),
    ]
    return _with_assumptions(lines, answer)


def hotspots(answer: Mapping[str, Any]) -> str:
    """Say how many units stand out, and what they were made of; a class tells of reports, never of the ground."""
    lines = [_hotspots(answer)]
    lines += [f"  {number} {terms.label('hotspot_class', code)}" for code, number in answer["classes"].items()]
    left_out = _counted({key: number for key, number in answer["left_out"].items() if number})
    lines += [f"left out: {left_out}"] if left_out else []
    return _with_assumptions([*lines, *_first_findings(answer["findings"])], answer)


def _hotspots(answer: Mapping[str, Any]) -> str:
    what = f"{answer['n']} reported accidents in {answer['units']} units"
    if answer["refused"]:
        return f"none; {answer['refused']}"
    return (
        f"{what}: {answer['hot']} hot and {answer['cold']} cold at a false-discovery rate of {answer['alpha']:g} "
        f"(Gi*, {_LAWS[answer['p_from']]})"
    )


_LAWS = MappingProxyType({"exact": "p over all arrangements, exact", "normal": "p of the normal law"})


def located(answer: Mapping[str, Any]) -> str:
    """Say every reading of a text, or every place of the name, and which one it is if only one can be."""
    lines = [_reading(number, reading) for number, reading in enumerate(answer["readings"])]
    lines += [_candidate(number, place) for number, place in enumerate(answer["places"])]
    told = answer["reason"] if answer["resolved"] is None else f"resolved: {answer['resolved']}"
    return "\n".join([*lines, told])


def verdict(answer: Mapping[str, Any]) -> str:
    """Say a verdict with what it rests on, the strictest first."""
    lines = [answer["sentence"]]
    if answer["reason"] and answer["reason"] not in answer["sentence"]:
        lines.append(f"  note: {answer['reason']}")
    lines += [_order(order) for order in answer["orders"]]
    lines += [_opening(opening) for opening in answer["openings"]]
    lines += [_hazard(hazard) for hazard in answer["hazards"]]
    placed = [each for each in answer["accidents"] if each["distance_m"] is not None]
    lines += [_accident(accident) for accident in placed[:_MOST_FINDINGS]]
    if len(placed) > _MOST_FINDINGS:
        lines.append(f"  … and {len(placed) - _MOST_FINDINGS} more accidents near; --json lists them all.")
    if len(placed) < len(answer["accidents"]):
        lines.append(f"  {len(answer['accidents']) - len(placed)} accidents known only by a district that reaches here")
    for segment in answer["segments"]:
        code, orders = terms.label("verdict", segment["verdict"]), ", ".join(segment["orders"])
        lines.append(
            f"  km {segment['from_km']:.3f} to {segment['to_km']:.3f}: {code}" + (f" ({orders})" if orders else "")
        )
    if answer["distance_m"]:
        lines.append(f"  nearest ground closed by an order: {answer['distance_m']:,.0f} m")
    if answer["distance_hazard_m"]:
        lines.append(f"  nearest recorded hazard: {answer['distance_hazard_m']:,.0f} m")
    return "\n".join(lines)


def _order(order: Mapping[str, Any]) -> str:
    start, end = order["valid_from"] or "start not known", order["valid_to"] or "no end stated"
    old = "; unconfirmed, still in force" if order["unconfirmed"] else ""
    quote = f" “{order['quote']}”" if order["quote"] else ""
    kind = terms.label("restriction_kind", order["kind"]).lower()
    return (
        f"  {order['id']}: {kind}, {order['authorities'] or 'authority not stated'}, {start} to {end}{old}"
        f" [{terms.label('basis', order['relation']).lower()}]{quote} (source: {order['source'] or 'not stated'})"
    )


def _opening(opening: Mapping[str, Any]) -> str:
    why = "applies here" if opening["applies"] else f"does not open this place: {_WHY_NOT[opening['why_not']]}"
    permit = f"; {opening['permit']}" if opening["permit"] else ""
    return f"  opening {opening['id']} ({opening['who'] or 'for whom is not stated'}{permit}): {why}"


_WHY_NOT = MappingProxyType(
    {
        "no_geometry": "its line or ground is in no data",
        "not_for_this_person": "it is not for the person asked about",
        "not_on_its_ground": "the place is not surely on its ground",
    }
)


def _hazard(hazard: Mapping[str, Any]) -> str:
    codes = [
        ("hazard_class", hazard["class"]),
        ("hazard_status", hazard["status"]),
        ("land_product", hazard["product"]),
    ]
    words = ", ".join(terms.label(name, code).lower() for name, code in codes if code)
    counts = "" if hazard["counts"] else " (recorded as released; it says nothing milder)"
    return f"  hazard {hazard['id']}: {words or 'nothing stated'}, {hazard['distance_m']:,.0f} m{counts}"


def _accident(accident: Mapping[str, Any]) -> str:
    radius = f" ± {accident['uncertainty_m']:,.0f} m" if accident["uncertainty_m"] else ""
    return (
        f"  accident {accident['id']}: {accident['distance_m']:,.0f} m{radius} ({accident['date'] or 'day not stated'})"
    )


def _reading(number: int, reading: Mapping[str, Any]) -> str:
    radius = "uncertainty not known" if reading["uncertainty_m"] is None else f"± {reading['uncertainty_m']:,.1f} m"
    inside = {True: "", False: ", outside the area", None: ""}[reading["in_area"]]
    note = f"; {reading['note']}" if reading["note"] else ""
    place = f"lat {reading['lat']:.6f} lon {reading['lon']:.6f}"
    return f"  {number}: {place} ({reading['notation']}, {reading['crs']}, {radius}{inside}){note}"


def _candidate(number: int, place: Mapping[str, Any]) -> str:
    where = "no coordinates" if place["lon"] is None else f"lat {place['lat']:.5f} lon {place['lon']:.5f}"
    return f"  {number}: {place['name']}, {place['district'] or 'district not known'} ({where}; {place['source']})"


def started(answer: Mapping[str, Any]) -> str:
    """Say what to do with a new folder of layers."""
    return (
        f"{answer['folder']}: {', '.join(answer['files'])}\n"
        f"Put your records into these files, state in layers.toml what you know, and run: mapper build {answer['folder']} "
        "--out DIR"
    )


def _with_assumptions(lines: list[str], answer: Mapping[str, Any]) -> str:
    return "\n".join([*lines, *(f"assumed: {sentence}" for sentence in answer["assumptions"])])


def _finding(found: Mapping[str, Any]) -> str:
    label = terms.label("rule", found["rule"]).rstrip(".")
    what = f"{label[0].lower()}{label[1:]}" + (f" ({found['value']})" if found["value"] else "")
    return f"{found['severity']}: {_sentence(f'{what}. ' + found['done'], found)}"


def _sentence(what: str, found: Mapping[str, Any]) -> MapperError:
    return MapperError(what, file=found["file"], row=found["row"], column=found["column"], advice=found["advice"])


def _first_findings(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say the first findings: errors before doubts before facts."""
    told = sorted(findings, key=lambda found: _WORST_FIRST.index(found["severity"]))
    lines = [f"  {_finding(found)}" for found in told[:_MOST_FINDINGS]]
    if len(findings) > _MOST_FINDINGS:
        lines.append(f"  … and {len(findings) - _MOST_FINDINGS} more; --json lists them all.")
    return lines


def _age(answer: Mapping[str, Any]) -> str:
    if answer["data_date"] is None:
        return "date of the data not known"
    return f"data as of {answer['data_date']}, stale after {answer['stale_after']}"


def _density(density: Mapping[str, Any]) -> str:
    if density["refused"]:
        return f"none; {density['refused']}"
    chosen = "" if density["bandwidth_rule"] is None else f" by the rule {density['bandwidth_rule']}"
    bandwidth = f"bandwidth {density['bandwidth_m']:,.0f} m{chosen}, edge correction {density['edge']}"
    return f"{density['n']} reported accidents, {bandwidth}"


def _counted(counts: Mapping[str, int], names: Mapping[str, str] = MappingProxyType({})) -> str:
    return ", ".join(f"{number} {names.get(key, key.replace('_', ' '))}" for key, number in counts.items())
