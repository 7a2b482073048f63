/** The drawer's lists: everything that is not a mark on the map, each with its sources. */
import { districtCard, incidentList, orderCard, sourceLine, sourceList, zoneCard, type Telling } from "./cards.ts";
import { sortedByName } from "./collation.ts";
import { zoneName, type Data, type LayerMeta, type Told } from "./data.ts";
import { dateInWords } from "./dates.ts";
import { data as dataText, el, facts, foldout, paged, type Content } from "./elements.ts";
import type { Grouped } from "./grouping.ts";
import { activitiesSection, countsSection } from "./ledger.ts";
import { latestFirst } from "./order.ts";
import type { Words } from "./words.ts";

export interface SectionNeeds extends Telling {
  readonly grouped: Grouped;
  readonly sha256: string;
}

function more({ words }: Telling): (left: number) => string {
  return (left) => words.say("list.more", { n: left });
}

function ordersSection(tell: SectionNeeds): Content[] {
  const { orders } = tell.data;
  return [paged(orders.indices(), (row) => orderCard(tell, orders.text("order_id", row)), more(tell))];
}

function eventCard(tell: SectionNeeds, row: number): HTMLElement {
  const { words, data: { events } } = tell;
  const [districts, note] = [events.text("districts", row), events.text("note", row)];
  return el(
    "article",
    { class: "mapper-card" },
    el("h4", {}, dateInWords(words, events.text("date", row)), " – ", words.label("event_kind", events.get("kind", row))),
    el("p", {}, dataText(events.text("title", row) || words.say("not_stated"))),
    districts === "" ? null : facts([[words.say("event.districts"), dataText(districts)]]),
    note === "" ? null : el("p", { class: "mapper-note" }, dataText(note)),
    sourceList(tell, events.list("source_ids", row)),
  );
}

/** The earliest first; what has no date comes last. */
function eventsSection(tell: SectionNeeds): Content[] {
  const { events } = tell.data;
  const dates = events.indices().map((row) => events.text("date", row) || "\uffff");
  const earliestFirst = (a: number, b: number) => ((dates[a] ?? "") < (dates[b] ?? "") ? -1 : (dates[a] ?? "") > (dates[b] ?? "") ? 1 : a - b);
  return [
    el("p", { class: "mapper-hint" }, tell.words.say("event.text")),
    paged(events.indices().sort(earliestFirst), (row) => eventCard(tell, row), more(tell)),
  ];
}

/** Rows of the districts that have no outline, and of the zones that have none and belong to no such district. */
function withoutOutline({ districts, zones }: Data, { language }: Words): { readonly missing: readonly number[]; readonly otherZones: readonly number[] } {
  const missing = sortedByName(language, districts.indices().filter((row) => districts.get("geometry", row) === null), (row) => districts.text("name", row));
  const named = new Set(missing.map((row) => districts.text("zone_id", row)));
  const otherZones = zones.indices().filter((row) => zones.get("geometry", row) === null && !named.has(zones.text("zone_id", row)));
  return { missing, otherZones: sortedByName(language, otherZones, (row) => zoneName(zones, row)) };
}

/** Districts and zones that have no outline, by name: named by an order, and not to be seen on the map. */
function withoutOutlineSection(tell: SectionNeeds): Content[] {
  const { zones, districts, incidents } = tell.data;
  const { missing, otherZones } = withoutOutline(tell.data, tell.words);
  const rowsOf = (name: string) => tell.grouped.listed.filter((row) => incidents.get("place", row) === "district" && incidents.get("district", row) === name);
  const districtZone = (id: string) => zones.indices().filter((row) => id !== "" && zones.text("zone_id", row) === id);
  return [
    missing.length > 0 && el("p", { class: "mapper-warning" }, tell.words.say("without_outline.text")),
    ...missing.flatMap((row) => [
      districtCard(tell, row, rowsOf(districts.text("name", row))),
      ...districtZone(districts.text("zone_id", row)).map((zone) => zoneCard(tell, zone)),
    ]),
    ...otherZones.map((row) => zoneCard(tell, row)),
  ];
}

/** Every accident, the latest first; those without a stated day stand by the day they were reported. */
function incidentsSection(tell: SectionNeeds): Content[] {
  const { incidents } = tell.data;
  return [incidentList(tell, latestFirst(incidents))];
}

function notOnMapSection(tell: SectionNeeds): Content[] {
  const { words, data: { incidents }, grouped } = tell;
  const inDistrict = grouped.districtCounts.flatMap((count) => count.rows);
  const noOutline = grouped.listed.filter((row) => incidents.get("place", row) === "district");
  const unplaced = grouped.listed.filter((row) => incidents.get("place", row) !== "district");
  const part = (code: string, rows: readonly number[]): Content[] =>
    rows.length === 0 ? [] : [el("h3", {}, words.say(code, { n: rows.length })), incidentList(tell, rows)];
  return [
    ...part("not_on_map.unplaced", unplaced),
    ...part("not_on_map.no_outline", noOutline),
    ...part("not_on_map.district", inDistrict),
  ];
}

/** One finding: what it is, where, the text given, what was done about it, and what to do. */
function findingCard({ words, data: { findings } }: SectionNeeds, row: number): HTMLElement {
  const rule = findings.text("rule", row);
  const number = findings.get("row", row);
  const where = [findings.text("file", row), number === null ? "" : words.say("findings.row", { n: String(number) }), findings.text("column", row)];
  return el(
    "article",
    { class: "mapper-card" },
    el("h4", {}, `${words.label("severity", findings.text("severity", row))}: ${words.label("rule", rule)}`),
    el("p", {}, dataText([...where, findings.text("value", row)].filter((part) => part !== "").join(", "))),
    el("p", { class: "mapper-hint" }, words.definition("rule", rule) ?? ""),
  );
}

/** Refused records first, then doubts, then facts; within each in the order found. */
function findingList(tell: SectionNeeds): HTMLElement {
  const { findings } = tell.data;
  const rank = (row: number) => ["error", "warning", "info"].indexOf(findings.text("severity", row));
  const rows = findings.indices().sort((a, b) => rank(a) - rank(b) || a - b);
  return paged(rows, (row) => findingCard(tell, row), more(tell));
}

function findingsSection(tell: SectionNeeds): Content[] {
  const { words, data: { meta } } = tell;
  const { findings, incidents, zones } = meta.counts;
  const later = incidents.later ? words.say("findings.later", { n: incidents.later }) : "";
  return [
    el("p", {}, words.say("findings.text")),
    facts((["error", "warning", "info"] as const).map((severity) => [words.label("severity", severity), words.number(findings[severity])] as const)),
    facts([
      [words.say("findings.incidents"), [words.say("findings.incidents_text", { ...incidents }), later].filter((part) => part !== "").join("; ")],
      [words.say("findings.zones"), words.say("findings.zones_text", { ...zones })],
    ]),
    findingList(tell),
  ];
}

function sourcesSection(tell: SectionNeeds): Content[] {
  const { words, data: { sources } } = tell;
  const rows = sortedByName(words.language, sources.indices(), (row) => sources.text("publisher", row));
  return [paged(rows, (row) => el("ul", { class: "mapper-plain" }, sourceLine(tell, sources.text("source_id", row))), more(tell), 100)];
}

function layerCard({ words }: SectionNeeds, layer: LayerMeta): HTMLElement {
  return el(
    "article",
    { class: "mapper-card" },
    el("h4", {}, dataText(words.told(layer.title) || layer.name)),
    facts([
      [words.say("about.kind"), words.label("layer_kind", layer.kind)],
      [words.say("about.source"), dataText(words.told(layer.source) || words.say("not_stated"))],
      [words.say("about.licence"), dataText(words.told(layer.licence) || words.say("not_stated"))],
      [words.say("about.date"), dateInWords(words, layer.date ?? "")],
      [words.say("about.accuracy"), layer.accuracy_m === null ? words.say("not_stated") : words.metres(layer.accuracy_m)],
      ["SHA-256", el("code", { class: "mapper-hash" }, layer.sha256)],
    ]),
    layer.note !== "" && el("p", { class: "mapper-note" }, dataText(words.told(layer.note))),
  );
}

export function assumptionList(words: Words, assumptions: readonly Told[]): HTMLElement {
  const item = (text: Told) => el("li", typeof text === "string" ? { lang: "en" } : {}, dataText(words.told(text)));
  return el("ul", { class: "mapper-assumptions" }, ...assumptions.map(item));
}

function aboutSection(tell: SectionNeeds): Content[] {
  const { words, data: { meta }, sha256 } = tell;
  const contacts = meta.contacts.length === 0 ? words.say("about.no_contacts") : null;
  return [
    ...meta.caveats.map((code) => el("p", { class: "mapper-caveat" }, words.caveat(code, { data_date: meta.data_date === null ? words.say("date.unknown") : dateInWords(words, meta.data_date) }))),
    facts([
      [words.say("about.organisation"), dataText(words.of(meta.organisations, meta.organisation) || words.say("not_stated"))],
      [words.say("about.edition"), el("code", {}, meta.edition)],
      [words.say("about.data_date"), dateInWords(words, meta.data_date ?? "")],
      [words.say("about.stale_after"), dateInWords(words, meta.stale_after ?? "")],
      [words.say("about.sha256"), el("code", { class: "mapper-hash" }, sha256)],
      [words.say("about.contacts"), contacts ?? el("span", {}, ...meta.contacts.map((contact) => el("span", { class: "mapper-contact" }, dataText(contact))))],
    ]),
    meta.assumptions.length > 0 && el("h3", {}, words.say("about.assumptions")),
    meta.assumptions.length > 0 && assumptionList(words, meta.assumptions),
    el("h3", {}, words.say("about.layers")),
    ...meta.layers.map((layer) => layerCard(tell, layer)),
    el("h3", {}, words.say("about.software")),
    el("p", {}, "Leaflet 1.9.4 (BSD-2-Clause), fflate 0.8.3 (MIT), noble-hashes 2.4.0 (MIT), geographiclib-geodesic 2.2.0 (MIT), proj4 2.22.0 (MIT)"),
  ];
}

/** All sections in the order of the drawer; each is built when it is opened. */
export function drawerSections(tell: SectionNeeds): HTMLElement[] {
  const { words, data, grouped } = tell;
  const section = (code: string, n: number | null, build: () => readonly Content[], open = false) =>
    foldout([words.say(code), n === null ? null : el("span", { class: "mapper-tally" }, words.number(n))], build, {
      class: "mapper-section",
      id: `mapper-${code.replace(/[._]/g, "-")}`,
      open,
    });
  const { missing, otherZones } = withoutOutline(data, words);
  const noOutline = missing.length + otherZones.length;
  const noOutlineTitle = missing.length > 0 ? "section.without_outline" : "section.zones_without_outline";
  const districtLevel = grouped.districtCounts.reduce((sum, count) => sum + count.rows.length, 0);
  const parts: HTMLElement[] = [];
  if (noOutline > 0) parts.push(section(noOutlineTitle, noOutline, () => withoutOutlineSection(tell)));
  parts.push(
    section("section.incidents", data.incidents.rows, () => incidentsSection(tell)),
    section("section.orders", data.orders.rows, () => ordersSection(tell)),
    ...(data.events.rows > 0 ? [section("section.events", data.events.rows, () => eventsSection(tell))] : []),
    section("section.counts", data.casualty_counts.rows, () => countsSection(tell)),
    section("section.activities", data.activities.rows, () => activitiesSection(tell)),
    section("section.not_on_map", grouped.listed.length + districtLevel, () => notOnMapSection(tell)),
    section("section.findings", null, () => findingsSection(tell)),
    section("section.sources", data.sources.rows, () => sourcesSection(tell)),
    section("section.about", null, () => aboutSection(tell)),
  );
  return parts;
}
