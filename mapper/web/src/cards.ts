/** One thing each, told in full: an order, a source, an accident, a zone, a district, a hazard area. */
import { casualtyLine, casualtyTable } from "./casualties.ts";
import { zoneName, type Data } from "./data.ts";
import { dateInWords, occurrenceInWords } from "./dates.ts";
import { data as dataText, el, facts, foldout, link, paged, type Content } from "./elements.ts";
import { isMeasured } from "./grouping.ts";
import type { Words } from "./words.ts";

/** What every card needs, with rows by id ready. */
export interface Telling {
  readonly data: Data;
  readonly words: Words;
  readonly sourceRow: ReadonlyMap<string, number>;
  readonly orderRow: ReadonlyMap<string, number>;
  readonly zoneRow: ReadonlyMap<string, number>;
}

export function telling(data: Data, words: Words): Telling {
  const { sources, orders, zones } = data;
  return {
    data,
    words,
    sourceRow: new Map(sources.indices().map((row) => [sources.text("source_id", row), row])),
    orderRow: new Map(orders.indices().map((row) => [orders.text("order_id", row), row])),
    zoneRow: new Map(zones.indices().map((row) => [zones.text("zone_id", row), row])),
  };
}

/** Publisher, date, title and link of one source; an unknown id is shown as it is. */
export function sourceLine({ data, words, sourceRow }: Telling, id: string): HTMLElement {
  const row = sourceRow.get(id);
  if (row === undefined) return el("li", {}, dataText(id), " – ", words.say("source.unknown"));
  const { sources } = data;
  const [publisher, title, url] = [sources.text("publisher", row), sources.text("title", row), sources.text("url", row)];
  const published = sources.text("published_on", row);
  const language = sources.text("language", row);
  return el(
    "li",
    {},
    el("b", {}, dataText(publisher || words.say("source.no_publisher"))),
    ", ",
    published === "" ? words.say("source.no_date") : dateInWords(words, published),
    ": ",
    url === "" ? dataText(title || words.say("source.no_title")) : link(url, title || url),
    language === "" ? null : ` [${language}]`,
  );
}

export function sourceList(tell: Telling, ids: readonly string[]): HTMLElement {
  if (ids.length === 0) return el("p", { class: "mapper-sources" }, tell.words.say("source.none"));
  return el(
    "div",
    { class: "mapper-sources" },
    el("span", { class: "mapper-small-head" }, tell.words.say("source.heading")),
    el("ul", {}, ...ids.map((id) => sourceLine(tell, id))),
  );
}

function note(text: string): Content {
  return text === "" ? null : el("p", { class: "mapper-note" }, dataText(text));
}

/** One order in full, its key phrase as a quotation. */
export function orderCard(tell: Telling, id: string): HTMLElement {
  const { data, words, orderRow } = tell;
  const row = orderRow.get(id);
  if (row === undefined) return el("article", { class: "mapper-card" }, dataText(id), " – ", words.say("order.unknown"));
  const text = (column: Parameters<typeof data.orders.text>[0]) => data.orders.text(column, row);
  const given = (value: string) => dataText(value === "" ? words.say("not_stated") : value);
  const phrase = text("key_phrase");
  return el(
    "article",
    { class: "mapper-card mapper-order" },
    el("h4", {}, words.label("order_type", text("order_type")), " ", el("code", {}, id)),
    phrase === "" ? null : el("blockquote", {}, dataText(`“${phrase}”`)),
    facts([
      [words.say("order.authorities"), given(text("authorities"))],
      [words.say("order.issued"), dateInWords(words, text("issued_on"))],
      [words.say("order.from"), dateInWords(words, text("effective_from"))],
      [words.say("order.to"), text("effective_to") === "" ? words.say("order.no_end") : dateInWords(words, text("effective_to"))],
      [words.say("order.who"), given(text("who"))],
      [words.say("order.where"), given(text("where"))],
      [words.say("order.permit"), given(text("permit_rule"))],
      [words.say("order.end"), given(text("end_condition"))],
    ]),
    note(text("note")),
    sourceList(tell, data.orders.list("source_ids", row)),
  );
}

/** What is known of an accident's place; a point whose accuracy nobody stated was only given as one. */
export function placeLevel({ data: { incidents }, words }: Telling, row: number): string {
  const place = incidents.text("place", row);
  return place === "point" && !isMeasured(incidents, [row]) ? words.say("incident.place_given") : words.label("place", place);
}

/** Where an accident was, in words: never more exact than known. */
export function placeInWords(tell: Telling, row: number): string {
  const { data: { incidents }, words } = tell;
  const [district, settlement] = [incidents.text("district", row), incidents.text("settlement", row)];
  const radius = incidents.get("uncertainty_m", row);
  const place = incidents.text("place", row);
  const names = [settlement, district].filter((name) => name !== "").join(", ") || words.say("not_stated");
  const level = placeLevel(tell, row);
  return radius !== null && (place === "disc" || place === "point")
    ? words.say("incident.place_radius", { names, level, radius: words.metres(radius) })
    : words.say("incident.place", { names, level });
}

function relationLines({ data: { incidents, zones }, words, zoneRow }: Telling, row: number): HTMLElement {
  const [relations, shares] = [incidents.list("relations", row), incidents.list("shares", row)];
  const lines = incidents.list("zone_ids", row).map((id, index) => {
    const zone = zoneRow.get(id);
    const share = Number(shares[index] ?? "");
    return words.say(shares[index] === undefined || Number.isNaN(share) ? "incident.relation" : "incident.relation_share", {
      relation: words.label("relation", relations[index] ?? null),
      zone: zone === undefined ? id : zoneName(zones, zone),
      share: words.number(share * 100, 0),
    });
  });
  if (lines.length === 0) lines.push(words.label("relation", incidents.get("relation", row)));
  return el("span", {}, ...lines.flatMap((line, index) => (index === 0 ? [dataText(line)] : [el("br"), dataText(line)])));
}

/** When an accident happened, in words. */
export function whenOf({ data: { incidents }, words }: Telling, row: number): string {
  return occurrenceInWords(words, {
    start: incidents.text("date_start", row),
    end: incidents.text("date_end", row),
    precision: incidents.text("date_precision", row),
    reported: incidents.text("reported_on", row),
  });
}

function incidentBody(tell: Telling, row: number): Content[] {
  const { data, words } = tell;
  const text = (column: Parameters<typeof data.incidents.text>[0]) => data.incidents.text(column, row);
  const reportedPlace = text("settlement_as_reported");
  const device = text("device_as_reported");
  return [
    facts([
      [words.say("incident.date"), whenOf(tell, row)],
      [words.say("incident.place_known"), dataText(placeInWords(tell, row))],
      [words.say("incident.level"), words.label("location_level", text("location_level"))],
      [words.say("incident.place_reported"), reportedPlace === "" ? null : dataText(reportedPlace)],
      [words.say("incident.type"), words.label("accident_type", text("accident_type"))],
      [words.say("incident.device"), words.label("device_category", text("device_category"))],
      [words.say("incident.device_reported"), device === "" ? words.say("not_stated") : dataText(device)],
      [words.say("incident.activity"), words.label("activity", text("activity"))],
      [words.say("incident.activation"), words.label("activation", text("activation"))],
      [words.say("incident.zones"), relationLines(tell, row)],
      [words.say("incident.id"), dataText(text("incident_id"))],
    ]),
    casualtyTable(words, data.incidents, row),
    note(text("note")),
    sourceList(tell, data.incidents.list("source_ids", row)),
  ];
}

function incidentSummary(tell: Telling, row: number): Content[] {
  const { data, words } = tell;
  return [
    el("b", {}, words.label("accident_type", data.incidents.get("accident_type", row))),
    ` – ${whenOf(tell, row)} – `,
    dataText(data.incidents.text("settlement", row) || data.incidents.text("district", row) || words.say("not_stated")),
    el("span", { class: "mapper-summary-line" }, casualtyLine(words, data.incidents.get("killed", row), data.incidents.get("injured", row))),
  ];
}

/** One accident that opens; `open` for the only one at a place. */
export function incidentCard(tell: Telling, row: number, open = false): HTMLElement {
  return foldout(incidentSummary(tell, row), () => incidentBody(tell, row), { class: "mapper-card mapper-incident", open });
}

export function incidentList(tell: Telling, rows: readonly number[], open = false): HTMLElement {
  return paged(rows, (row) => incidentCard(tell, row, open), (left) => tell.words.say("list.more", { n: left }));
}

/** A zone with its extent, basis, doubt, counts and all its orders. */
export function zoneCard(tell: Telling, row: number, distance_m: number | null = null): HTMLElement {
  const { data, words } = tell;
  const { zones } = data;
  const extent = zones.text("extent", row);
  const [accuracy, area] = [zones.get("accuracy_m", row), zones.get("area_km2", row)];
  const orders = zones.list("order_ids", row);
  return el(
    "article",
    { class: "mapper-card mapper-zone-card" },
    el("h3", {}, dataText(zoneName(zones, row)), ` – ${words.ban(extent)}`),
    distance_m === null ? null : el("p", { class: "mapper-warning" }, words.say("zone.near", { distance: words.metres(Math.round(distance_m / 100) * 100), accuracy: words.metres(accuracy ?? 0) })),
    el("p", {}, extent === "" ? words.say("zone.extent_not_stated") : `${words.label("extent", extent)}.`),
    note(zones.text("extent_note", row)),
    zones.get("geometry", row) === null ? el("p", { class: "mapper-warning" }, words.say(orders.length > 0 ? "zone.no_outline" : "zone.no_outline_no_order")) : null,
    orders.length === 0 ? el("p", { class: "mapper-warning" }, words.say("zone.no_order")) : null,
    facts([
      [words.say("zone.basis"), words.label("geometry_basis", zones.get("geometry_basis", row))],
      [words.say("zone.accuracy"), accuracy === null ? words.say("not_stated") : words.say("zone.uncertain_by", { n: words.metres(accuracy) })],
      [words.say("zone.area"), area === null ? null : words.say("unit.km2", { n: words.number(area) })],
      [words.say("zone.incidents_reported"), words.count(zones.get("incidents_reported", row))],
      [words.say("zone.incidents_inside"), words.count(zones.get("incidents_inside", row))],
      [words.say("zone.incidents_uncertain"), words.count(zones.get("incidents_uncertain", row))],
      [words.say("zone.casualties"), casualtyLine(words, zones.get("killed_reported", row), zones.get("injured_reported", row))],
    ]),
    orders.length > 0 && el("h4", { class: "mapper-small-head" }, words.say("zone.orders", { n: orders.length })),
    ...orders.map((id) => orderCard(tell, id)),
  );
}

/** A district with its counts; the rows known only to be in it can be opened. */
export function districtCard(tell: Telling, row: number, rows: readonly number[]): HTMLElement {
  const { data, words } = tell;
  const { districts } = data;
  return el(
    "article",
    { class: "mapper-card mapper-district-card" },
    el("h3", {}, dataText(districts.text("name", row)), ` – ${words.label("district_kind", districts.get("kind", row))}`),
    districts.get("geometry", row) === null ? el("p", { class: "mapper-warning" }, words.say("district.no_outline")) : null,
    facts([
      [words.say("district.incidents_reported"), words.count(districts.get("incidents_reported", row))],
      [words.say("district.casualties"), casualtyLine(words, districts.get("killed_reported", row), districts.get("injured_reported", row))],
      [words.say("district.district_level"), words.count(districts.get("incidents_district_level", row))],
    ]),
    rows.length === 0 ? null : incidentList(tell, rows),
  );
}

/** A route or ground that openings name, with its orders. */
export function corridorCard(tell: Telling, row: number): HTMLElement {
  const { data: { corridors }, words } = tell;
  const [width, accuracy, orders] = [corridors.get("width_m", row), corridors.get("accuracy_m", row), corridors.list("order_ids", row)];
  return el(
    "article",
    { class: "mapper-card mapper-corridor-card" },
    el("h3", {}, dataText(corridors.text("name", row) || corridors.text("corridor_id", row))),
    el("p", { class: "mapper-hint" }, words.say("legend.corridor")),
    facts([
      [words.say("corridor.width"), width === null ? words.say("not_stated") : words.metres(width)],
      [words.say("zone.accuracy"), accuracy === null ? words.say("not_stated") : words.say("zone.uncertain_by", { n: words.metres(accuracy) })],
    ]),
    ...orders.map((id) => orderCard(tell, id)),
  );
}

const HAZARD_TEXTS = ["evidence_direct", "evidence_indirect", "contamination", "marking", "organisation"] as const;

export function hazardCard(tell: Telling, row: number): HTMLElement {
  const { data, words } = tell;
  const { hazards } = data;
  const [area, accuracy] = [hazards.get("area_m2", row), hazards.get("accuracy_m", row)];
  const [name, product, closed] = [hazards.text("name", row), hazards.text("product", row), hazards.text("closed_on", row)];
  return el(
    "article",
    { class: "mapper-card mapper-hazard-card" },
    el("h3", {}, words.label("hazard_class", hazards.get("class", row)), ` – ${words.label("hazard_status", hazards.get("status", row))}`),
    facts([
      [words.say("hazard.id"), dataText([name, hazards.text("hazard_id", row)].filter((part) => part !== "").join(", "))],
      [words.say("hazard.product"), product === "" ? null : words.say("legend.product", { product: words.label("land_product", product) })],
      [words.say("hazard.closed"), closed === "" ? null : dateInWords(words, closed)],
      [words.say("zone.accuracy"), accuracy === null ? words.say("not_stated") : words.say("zone.uncertain_by", { n: words.metres(accuracy) })],
      [words.say("hazard.area"), area === null ? null : words.say("unit.m2", { n: words.number(area) })],
      [words.say("hazard.reported"), dateInWords(words, hazards.text("reported_on", row))],
      ...HAZARD_TEXTS.map((column) => {
        const text = hazards.text(column, row);
        return [words.say(`hazard.${column}`), text === "" ? null : dataText(text)] as const;
      }),
    ]),
    note(hazards.text("note", row)),
    sourceList(tell, hazards.list("source_ids", row)),
  );
}
