/** The drawn page in jsdom: what a reader sees, and that text from data is only ever text. */
import * as L from "leaflet";
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { Banner, Failure } from "../src/failure.ts";
import { groundOf } from "../src/inquiry.ts";
import type { Loaded } from "../src/load.ts";
import { checkDrawn } from "../src/layers/all.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, square, TABLES, tablesWith } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";
import { SPECS, type Row, type Tables } from "./make_block.ts";

const NOW = new Date(2026, 11, 1);

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

function drawn(tables: Tables = TABLES, meta: object = META, now = NOW) {
  const root = document.createElement("div");
  document.body.append(root);
  const loaded: Loaded = { data: exampleData(tables, meta), records: 0, sha256: "0".repeat(64) };
  return { root, view: draw(root, loaded, now) };
}

function openAll(root: HTMLElement): void {
  for (let round = 0; round < 3; round++) {
    root.querySelectorAll("details").forEach((details) => {
      details.open = true;
      details.dispatchEvent(new Event("toggle"));
    });
  }
}

test("what is shown is what the data holds, by layer", () => {
  const { view } = drawn();
  expect(view.shown()).toEqual({ zones: 2, corridors: 0, coverage: 0, hazards: 0, clearance: 0, districts: 1, discs: 2, points: 1, district_counts: 1, contours: 2, hotspots: 0, context: 0 });
  expect(view.ready.drawn).toBe(9);
});

test("a switch takes a layer, its count and its legend away, and brings them back", () => {
  const { root, view } = drawn();
  const box = root.querySelector<HTMLInputElement>('[data-layer="zones"]') as HTMLInputElement;
  const legend = () => root.querySelector("#mapper-legend")?.textContent ?? "";
  expect(legend()).toContain("No-entry zones");
  box.click();
  expect(view.shown().zones).toBe(0);
  expect(legend()).not.toContain("No-entry zones");
  box.click();
  expect([view.shown().zones, root.querySelectorAll("path.mapper-zone").length]).toEqual([2, 2]);
});

test("zones are hatched apart by extent", () => {
  const { root } = drawn();
  const zones = [...root.querySelectorAll("path.mapper-zone")];
  expect(new Set(zones.map((zone) => zone.getAttribute("fill"))).size).toBe(2);
  expect(zones.map((zone) => zone.getAttribute("stroke-dasharray"))).toEqual(["8 5", null]);
  for (const zone of zones) {
    const id = /^url\(#(.+)\)$/.exec(zone.getAttribute("fill") ?? "")?.[1] ?? "";
    expect(root.querySelector(`pattern#${id} path`)?.getAttribute("d")).toBeTruthy();
  }
});

test("the lists hold the order with its quotation, the counts, and the district without an outline", () => {
  const { root } = drawn();
  openAll(root);
  expect(root.querySelector("blockquote")?.textContent).toBe("“temporarily prohibited”");
  const counts = [...root.querySelectorAll(".mapper-counts tbody tr:nth-child(2) td")].map((cell) => cell.textContent);
  expect(counts).toEqual(["12", "6", "6", "–", "21", "–", "–", "–", "–"]);
  const outline = root.querySelector("#mapper-section-without-outline")?.textContent ?? "";
  expect(outline).toContain("Ağdərə");
  expect(outline).toContain("entry is banned there as elsewhere under their orders");
  const link = root.querySelector<HTMLAnchorElement>("#mapper-section-orders a");
  expect([link?.href, link?.rel, link?.textContent]).toEqual(["https://example.org/a", "noreferrer noopener", "A report"]);
});

test("the findings are listed with file and row, refusals first", () => {
  const { root } = drawn();
  openAll(root);
  const cards = [...root.querySelectorAll("#mapper-section-findings .mapper-card")].map((card) => card.textContent ?? "");
  expect(cards.length).toBe(2);
  expect(cards[0]).toContain("a.csv, row 3, incident_id");
  expect(cards[1]).toContain("zones.csv, row 4, geometry, Ağdərə");
});

test("Enter on the map asks about its middle, and blank casualties are told apart from none", () => {
  const { root } = drawn(TABLES, { ...META, bounds: [46.8, 40, 47, 40.2] });
  const map = root.querySelector("#mapper-map") as HTMLElement;
  map.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  openAll(root);
  const panel = root.querySelector("#mapper-details") as HTMLElement;
  expect(panel.hidden).toBe(false);
  expect(panel.textContent).toContain("Ağdam – no entry (part, see note)");
  const cards = [...panel.querySelectorAll(".mapper-incident")];
  expect(cards.map((card) => card.querySelector(".mapper-summary-line")?.textContent).slice(0, 2)).toEqual([
    "Killed: not stated; injured: 1",
    "Killed: 1; injured: 0",
  ]);
});

test("an incomplete, an old and an impossible date each keep a bar in sight", () => {
  const bars = (root: HTMLElement) => [...root.querySelectorAll(".mapper-bar")].map((bar) => bar.textContent?.split(":")[0]);
  expect(bars(drawn().root)).toEqual([]);
  expect(bars(drawn(TABLES, { ...META, complete: false, incomplete_zones: 2 }).root)).toEqual(["INCOMPLETE MAP"]);
  expect(bars(drawn(TABLES, META, new Date(2027, 4, 23)).root)).toEqual(["OUT OF DATE"]);
  expect(drawn(TABLES, META, new Date(2020, 0, 1)).root.querySelector(".mapper-bar")?.textContent).toContain("clock");
  for (const [language, start] of [["en", "Working map of your own files"], ["az", "Öz fayllarınızın"], ["ru", "Рабочая карта"]] as const) {
    const { root } = drawn(TABLES, { ...META, private: true, language, languages: [language] });
    expect(root.querySelector(".mapper-bars > .mapper-bar")?.textContent).toMatch(new RegExp(`^${start}`));
  }
});

test("a date that nobody stated is said in words, without a bar", () => {
  const { root } = drawn(TABLES, { ...META, data_date: null, stale_after: null });
  openAll(root);
  expect(root.querySelector(".mapper-head")?.textContent).toContain("The date of the data is not stated · so the map cannot tell");
  expect(root.querySelectorAll(".mapper-bar").length).toBe(0);
  expect(root.querySelector(".mapper-caveat")?.textContent).toContain("as of an unknown date");
  const half = drawn(TABLES, { ...META, stale_after: null }).root.querySelector(".mapper-head")?.textContent;
  expect(half).toContain("Data as of 23 November 2026 · so the map cannot tell");
});

test("what was assumed stands open as the first part of the drawer, and the head line leads there", () => {
  const { root } = drawn(TABLES, { ...META, assumptions: [{ en: "No CRS is stated; WGS 84 was taken.", az: "…" }] });
  const sections = [...root.querySelectorAll<HTMLDetailsElement>("#mapper-drawer > details")];
  expect([sections[0]?.id, sections[0]?.open]).toEqual(["mapper-assumed", true]);
  expect(sections[0]?.textContent).toContain("No CRS is stated");
  const drawer = root.querySelector("#mapper-drawer") as HTMLElement;
  root.querySelector<HTMLButtonElement>(".mapper-toggle")?.click();
  expect(drawer.hidden).toBe(true);
  root.querySelector<HTMLButtonElement>(".mapper-assumed")?.click();
  expect(drawer.hidden).toBe(false);
  expect(drawn().root.querySelector(".mapper-assumed")).toBeNull();
});

test("a user's own zone, without name, order and extent, is told as no entry", () => {
  const zones = [{ zone_id: "z-9", geometry: square(46.8, 40, 0.4) }, { zone_id: "z-10" }];
  const { root } = drawn(tablesWith({ zones, districts: [], orders: [] }), { ...META, bounds: [46.8, 40, 47, 40.2] });
  (root.querySelector("#mapper-map") as HTMLElement).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  openAll(root);
  const card = root.querySelector("#mapper-details .mapper-zone-card")?.textContent;
  expect(card).toContain("z-9 – no entry (extent not stated)");
  expect(card).toContain("No order is named for this zone; treat it as no entry.");
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("Extent not stated");
  expect(root.querySelector("#mapper-section-zones-without-outline")?.textContent).toContain("z-10");
});

test("a point whose accuracy nobody stated is not called measured", () => {
  const { root } = drawn(tablesWith({ incidents: [{ incident_id: "p", place: "point", lon: 47, lat: 40 }] }));
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("how exact it is, is not stated");
  expect(root.textContent).not.toContain("Measured place");
});

test("a refused density gives its reason in the legend", () => {
  const density = { ...META.density, refused: "only 3 records are located in the window; a density needs 10" };
  const { root } = drawn(tablesWith({ contours: [] }), { ...META, density });
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("No density is drawn: only 3 records");
});

test("hazard areas are drawn, named and counted", () => {
  const hazards = [{ hazard_id: "h-1", class: "sha", status: "worked_on", geometry: square(46.5, 39.5, 0.1) }];
  const { root, view } = drawn(tablesWith({ hazards }));
  expect(view.shown().hazards).toBe(1);
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("Suspected hazardous area");
});

function askMiddle(root: HTMLElement): HTMLElement {
  root.querySelector("#mapper-map")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  return root.querySelector("#mapper-details") as HTMLElement;
}

const factsOf = (card: Element | null) =>
  Object.fromEntries([...(card?.querySelectorAll(":scope > .mapper-facts > dt") ?? [])].map((term) => [term.textContent, term.nextElementSibling?.textContent]));

test("the panel opens with the verdict, legal and physical apart, and its order as a quotation", () => {
  const { root } = drawn(TABLES, { ...META, bounds: [46.8, 40, 47.2, 40.4] });
  const card = askMiddle(root).querySelector(".mapper-verdict");
  expect(card?.getAttribute("data-verdict")).toBe("no_entry");
  expect(card?.querySelector("h3")?.textContent).toBe("No entry");
  const facts = factsOf(card);
  expect([facts["By the orders"], facts["Why"]]).toEqual(["No entry", "In a district the order meant in part"]);
  expect(facts["Doubt"]).toMatch(/^[\d,]+ m: line 5,000 m, position [\d,]+ m$/);
  expect(facts["Nearest restricted ground"]).toBe("here");
  expect(facts["Nearest recorded hazard area"]).toBe("none is recorded; that does not mean that there are no mines");
  expect(card?.querySelector("blockquote")?.textContent).toBe("“temporarily prohibited”");
  expect(card?.textContent).toContain("Unconfirmed: no end is stated");
  expect(card?.textContent).toContain("no list of orders covers this place");
});

test("another day or person is asked for in the panel", () => {
  const { root } = drawn(TABLES, { ...META, bounds: [46.8, 40, 47.2, 40.4] });
  const panel = askMiddle(root);
  const change = (input: HTMLInputElement | HTMLSelectElement | null, value: string) => {
    if (input === null) throw new Error("There is no such control.");
    input.value = value;
    input.dispatchEvent(new Event("change"));
  };
  const [on, knownBy] = [...panel.querySelectorAll<HTMLInputElement>(".mapper-ask input")];
  const verdict = () => panel.querySelector(".mapper-verdict")?.getAttribute("data-verdict");
  expect([on?.value, knownBy?.value]).toEqual(["2026-11-23", ""]);
  // the only order begins on 1 January 2021; the accident near by counts on every day
  change(on ?? null, "2020-12-31");
  expect([verdict(), panel.querySelector(".mapper-verdict")?.textContent]).toEqual(["near_restricted", expect.stringContaining("Asked for 31 December 2020")]);
  change(on ?? null, "2021-01-01");
  expect(verdict()).toBe("no_entry");
  change(panel.querySelector("select"), "foreigners");
  expect(panel.querySelector(".mapper-verdict")?.textContent).toContain("for: Foreigners");
  // an order without a recorded day was known on the day of the data and not before
  change(knownBy ?? null, "2026-11-22");
  expect(verdict()).not.toBe("no_entry");
  change(knownBy ?? null, "2026-11-23");
  expect(verdict()).toBe("no_entry");
});

test("a question that cannot be understood leaves no older answer standing", () => {
  const { root } = drawn(TABLES, { ...META, data_date: null, bounds: [46.8, 40, 47.2, 40.4] });
  const panel = askMiddle(root);
  const [on] = [...panel.querySelectorAll<HTMLInputElement>(".mapper-ask input")];
  const change = (value: string) => {
    if (on === undefined) throw new Error("There is no such control.");
    on.value = value;
    on.dispatchEvent(new Event("change"));
    return [panel.querySelectorAll(".mapper-verdict").length, panel.querySelector(".mapper-enter .mapper-warning[role=alert]")?.textContent];
  };
  expect(change("2026-11-23")).toEqual([1, undefined]);
  expect(change("")).toEqual([0, expect.stringMatching(/^The data states no date/)]);
  expect(change("2026-11-23")).toEqual([1, undefined]);
});

const SURROUND = { coverage_id: "c-1", orders_state: "listed", survey_state: "not_surveyed", geometry: square(46, 39, 2) };

test("a map that lost records is not assessed, and says so in its own words", () => {
  const bounds = [47.9, 40.9, 47.94, 40.94];
  const { root, view } = drawn(tablesWith({ coverage: [SURROUND] }), { ...META, bounds, lost: { legal: 2, physical: 1, orders: 1 } });
  expect([view.shown().coverage, root.querySelectorAll(".mapper-survey").length]).toEqual([0, 0]);
  const legend = root.querySelector("#mapper-legend")?.textContent;
  expect(legend).toContain("2 of the map’s records could not be used and may forbid entry");
  expect(legend).not.toContain("no list of orders");
  const card = askMiddle(root).querySelector(".mapper-verdict");
  expect(card?.getAttribute("data-verdict")).toBe("not_assessed");
  expect(card?.textContent).toContain("3 of the map’s records could not be used and may forbid entry");
  expect(card?.textContent).not.toContain("list of orders covers");
  // the coverage itself is still told
  expect(card?.textContent).toContain("Not surveyed");
});

test.each([undefined, 0, {}, { legal: 0, physical: 0 }, { legal: 0, physical: 0, orders: null }, { legal: 0, physical: -1, orders: 0 }])(
  "data that do not say what was lost are not opened: %j",
  (lost) => {
    expect(() => exampleData(TABLES, { ...META, lost })).toThrow(Failure);
  },
);

test("data that do not say whether they are private are not opened", () => {
  expect(() => exampleData(TABLES, { ...META, private: undefined })).toThrow(Failure);
});

test("assessed ground is hatched by its state of survey, and plain only where it was surveyed", () => {
  const states = ["not_surveyed", "partly", "", "surveyed"];
  const coverage = states.map((survey_state, i) => ({ ...SURROUND, coverage_id: `c-${i}`, survey_state, geometry: square(44 + 2 * i, 39, 2) }));
  const { root, view } = drawn(tablesWith({ coverage }));
  expect(view.shown().coverage).toBe(4);
  const fills = [...root.querySelectorAll("path.mapper-survey")].map((one) => one.getAttribute("fill"));
  expect([fills.length, new Set(fills).size]).toEqual([3, 3]);
  const part = [...root.querySelectorAll(".mapper-legend-part")].find((one) => one.querySelector("h3")?.textContent === "What the map covers");
  expect([...(part?.querySelectorAll("li") ?? [])].map((one) => one.textContent)).toEqual([
    "Not assessed: no list of orders covers this ground", "Surveyed", "Partly surveyed", "Not surveyed", "Not known",
  ]);
  const [alone] = [drawn(tablesWith({ coverage: [{ ...SURROUND, period_start: "?" }] }))];
  expect(alone?.view.shown().coverage).toBe(0);
});

test("an accident known by its district is near in every district that the name may mean", () => {
  const incident = { incident_id: "i-1", place: "district", district: "Ağdam" };
  const districts = [
    { district_id: "d-1", name: "Ağdam", geometry: square(46, 39, 0.1) },
    { district_id: "d-2", name: "Füzuli", geometry: square(47, 39, 0.1) },
    { district_id: "d-3", name: "Füzuli", geometry: square(47.5, 39, 0.1) },
  ];
  const shape = (near_districts: string) => groundOf(exampleData(tablesWith({ districts, incidents: [{ ...incident, near_districts }] }))).incidents.at(0).geometry;
  const polygons = (...squares: ReturnType<typeof square>[]) => ({ kind: "polygons", polygons: squares.flatMap((one) => (one.kind === "polygons" ? one.polygons : [])) });
  expect(shape("")).toEqual(polygons(square(46, 39, 0.1)));
  expect(shape("Füzuli; Ağdərə")).toEqual(polygons(square(47, 39, 0.1), square(47.5, 39, 0.1)));
  expect(shape("Ağdərə")).toBeNull();
});

test("scripts get the same answer with a sentence, and a sentence for nonsense", () => {
  const { view: { inquiry } } = drawn();
  const answer = inquiry.ask({ lon: 47.2, lat: 39.4 });
  expect([answer.verdict, answer.basis, answer.on, answer.who]).toEqual(["no_entry", "inside", "2026-11-23", "all_civilians"]);
  expect(answer.orders.map(({ id }) => id)).toEqual(["or-1", "or-9"]);
  expect(answer.sentence).toMatch(/^No entry\. An order in force forbids entry .* Why: Inside the zone\. Doubt: 5,000 m\.$/);
  expect(answer.accidents[0]).toEqual({ id: "i-3", distance_m: 0 });
  for (const [question, message] of [
    [undefined, /Ask with an object/],
    [{ lon: 47 }, /"lat" must be a number/],
    [{ lon: 47, lat: 39, uncertainty: 5 }, /no "uncertainty"/],
    [{ lon: 47, lat: 39, on: "soon" }, /YYYY-MM-DD/],
    [{ lon: 47, lat: 39, who: "tourists" }, /"who" must be/],
  ] as const) expect(() => inquiry.ask(question as never)).toThrow(message);
});

test("what the map covers stands in the legend, blank ground with a meaning of its own", () => {
  const coverage = [
    { coverage_id: "c-1", orders_state: "listed", survey_state: "not_surveyed", reporting_state: "partly", period_start: "2020-11", geometry: square(46, 39, 2) },
    { coverage_id: "c-2", orders_state: "partly", geometry: square(40, 39, 2) },
  ];
  const { root, view } = drawn(tablesWith({ coverage }), { ...META, bounds: [47.9, 40.9, 47.94, 40.94] });
  expect(view.shown().coverage).toBe(1);
  const legend = root.querySelector("#mapper-legend")?.textContent;
  expect(legend).toContain("Not assessed: no list of orders covers this ground");
  expect(legend).toContain("Blank ground: not surveyed / not known");
  const card = askMiddle(root).querySelector(".mapper-verdict");
  expect(card?.getAttribute("data-verdict")).toBe("no_restriction_recorded");
  expect(card?.textContent).toContain("Not surveyed");
});

test("routes of openings are dashed lines, and the openings say why they do not apply", () => {
  const orders = [
    ...(TABLES["orders"] ?? []),
    { order_id: "or-2", order_type: "permit_rule", applies_to: "citizens", who: "bus passengers", effective_from: "2022-01-24" },
  ];
  const line = { kind: "lines", lines: [[[46.9, 40.2], [47.1, 40.2]]] } as const;
  const corridors = [
    { corridor_id: "k-1", name: "A road", order_ids: "or-2", width_m: 20, geometry: line },
    { corridor_id: "k-2", name: "A town", order_ids: "or-2", geometry: square(46.9, 40.1, 0.2) },
  ];
  const { root, view } = drawn(tablesWith({ orders, corridors }), { ...META, bounds: [46.8, 40, 47.2, 40.4] });
  expect(view.shown().corridors).toBe(2);
  expect(root.querySelectorAll('#mapper-map path[stroke*="#2b1a6b"]').length).toBe(2);
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("Route or ground that an opening names");
  const panel = askMiddle(root);
  expect(panel.querySelector(".mapper-verdict")?.textContent).toContain("bus passengersIt softens nothing here: it does not certainly cover this person.");
  expect(panel.querySelector(".mapper-corridor-card")?.textContent).toContain("A town");
});

test("a hazard area tells its product, which is no leave to enter", () => {
  const hazards = [{ hazard_id: "h-1", name: "Field 7", class: "sha", status: "closed", product: "reduced", closed_on: "2024-05", accuracy_m: 30, geometry: square(46.8, 40, 0.4) }];
  const { root } = drawn(tablesWith({ hazards }), { ...META, bounds: [46.8, 40, 47.2, 40.4] });
  expect(root.querySelector("#mapper-legend")?.textContent).toContain("Recorded product: Reduced. That is not leave to enter.");
  const panel = askMiddle(root);
  const card = panel.querySelector(".mapper-hazard-card")?.textContent;
  for (const told of ["Field 7, h-1", "Recorded product: Reduced", "May 2024", "30 m"]) expect(card).toContain(told);
  expect(panel.querySelector(".mapper-verdict")?.textContent).toContain("Recorded as released. That is not leave to enter.");
});

test("events are listed by date with their sources", () => {
  const events = [
    { event_id: "e-2", date: "2021-01-01", kind: "order", title: "A ban", source_ids: "s-1" },
    { event_id: "e-1", date: "2020-11-10", kind: "ceasefire", title: "A ceasefire", districts: "Ağdam", note: "As reported." },
  ];
  const { root } = drawn(tablesWith({ events }));
  openAll(root);
  const cards = [...root.querySelectorAll("#mapper-section-events .mapper-card")].map((card) => card.textContent ?? "");
  expect(cards.map((text) => text.slice(0, 16))).toEqual(["10 November 2020", "1 January 2021 –"]);
  expect(cards[0]).toContain("Ceasefire");
  expect(cards[1]).toContain("Today.az");
  expect(drawn().root.querySelector("#mapper-section-events")).toBeNull();
});

test("no data at all is a page, not a blank one", () => {
  const { root, view } = drawn({}, { ...META, bounds: null, density: null, layers: [] });
  expect(view.ready.drawn).toBe(0);
  expect(root.querySelector("#mapper-map")).not.toBeNull();
});

test("a layer that drew less than it had to stops the page", () => {
  const layer = (n: number) => [{ name: "zones", drawn: () => ({ drawn: n, due: 2 }) }];
  expect(() => checkDrawn(layer(1))).toThrow(Failure);
  expect(() => checkDrawn(layer(2))).not.toThrow();
});

const HOSTILE = [
  "<img src=x onerror=\"globalThis.ran=1\">",
  "</script><script>globalThis.ran=1</script>",
  "${globalThis.ran=1}",
  "`;globalThis.ran=1;`",
  "{{ 7*191 }}{% raw %}{#",
  "javascript:globalThis.ran=1",
  "\u2028\u202e\u200b",
  "$& $1 {n} {date}",
];

test.each(HOSTILE)("%j is text wherever it stands", (text) => {
  const fillText = (table: string, row: Row): Row => ({
    ...row,
    ...Object.fromEntries(Object.entries(SPECS[table] ?? {}).map(([column, type]) => {
      const kept = /^(place|zone_id|zone_ids|order_id|order_ids|source_id|source_ids|extent)$/.test(column);
      return [column, (type === "text" || type === "code") && !kept ? text : row[column]];
    })),
  });
  const tables = Object.fromEntries(Object.entries(TABLES).map(([name, rows]) => [name, rows.map((row) => fillText(name, row))]));
  const layers = META.layers.map((layer) => ({ ...layer, name: text, title: text, source: text, licence: text, note: text }));
  const meta = { ...META, title: text, titles: { en: text }, organisations: { en: text }, organisation: text, contacts: [text], layers, assumptions: [text], data_date: text };
  const alert = vi.fn();
  vi.stubGlobal("alert", alert);
  const { root } = drawn(tables, meta);
  root.querySelector("#mapper-map")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  openAll(root);
  expect((globalThis as { ran?: number }).ran).toBeUndefined();
  expect(root.querySelectorAll("img, script, iframe, object, embed, [onerror], [onclick], [style*=expression]").length).toBe(0);
  expect([...root.querySelectorAll("a")].filter((a) => !/^https?:/.test(a.href))).toEqual([]);
  expect(root.querySelector("h1")?.textContent).toBe(text);
  expect(root.textContent?.split(text).length).toBeGreaterThan(20);
});

test("a failure puts the banner back with its cause in three languages", () => {
  const element = document.createElement("div");
  element.id = "mapper-banner";
  document.body.append(element);
  const banner = new Banner(document);
  banner.remove();
  expect(document.getElementById("mapper-banner")).toBeNull();
  banner.show(new Failure("failure.altered", "<b>detail</b>"));
  const cause = document.querySelector("#mapper-banner #mapper-banner-cause");
  expect([...(cause?.querySelectorAll("[lang]") ?? [])].map((line) => line.getAttribute("lang"))).toEqual(["en", "az", "ru"]);
  expect(cause?.textContent).toContain("cut or altered");
  expect(cause?.querySelector("b")).toBeNull();
});

test("a click and a long press ask about the place under them, the menu's key about none", () => {
  const { view } = drawn();
  const menu = (pointerType: string) => view.map.fire("contextmenu", { latlng: L.latLng(40.1, 46.9), originalEvent: Object.assign(new MouseEvent("contextmenu"), { pointerType }) });
  menu("");
  expect(view.store.state.asked).toBeNull();
  menu("touch");
  expect(view.store.state.asked?.at).toEqual([46.9, 40.1]);
  view.store.set({ asked: null });
  view.map.fire("click", { latlng: L.latLng(40, 47) });
  expect(view.store.state.asked?.at).toEqual([47, 40]);
});
