/** The twin in words: what fits, in which order, how it is told, and what its files hold. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { telling } from "../src/cards.ts";
import { Box, csvCell, csvParts, fileName, geoJsonParts, geometryJson, type About } from "../src/table/files.ts";
import { makeKind } from "../src/table/kinds.ts";
import { Selection, textTest, type Searchable, type Selected, type Wanted } from "../src/table/selection.ts";
import { sorted } from "../src/table/sorting.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, square, TABLES, tablesWith, wordsIn } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";
import type { Tables } from "./make_block.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

const kindOf = (name: Parameters<typeof makeKind>[0], tables: Tables = TABLES) => makeKind(name, telling(exampleData(tables), wordsIn("en")));
const ABOUT: About = { edition: "abc123", data_date: "2026-11-23", caveat: "Not for planning entry.", marking: null };
const rows = (...numbers: number[]) => Int32Array.from(numbers);
/** The block keeps accidents in an order of its own. */
const at = ({ rows: n, id }: { readonly rows: number; id(row: number): string }, ...ids: string[]) =>
  rows(...ids.map((wanted) => Array.from({ length: n }, (_, row) => id(row)).indexOf(wanted)));

function opened(tables: Tables = TABLES, hash = "#table=incidents") {
  history.replaceState(null, "", hash);
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(tables, META), records: 0, sha256: "0".repeat(64) }, new Date(2026, 11, 1));
  const find = <E extends HTMLElement>(selector: string) => root.querySelector<E>(selector) as E;
  const row = (id: string) => [...root.querySelectorAll<HTMLElement>("#mapper-table tbody tr")].find((each) => each.querySelector(".mapper-record")?.textContent === id) as HTMLElement;
  return { root, view, find, row, shownIds: () => [...root.querySelectorAll(".mapper-record")].map((each) => each.textContent) };
}

function choose(select: HTMLSelectElement, value: string): void {
  select.value = value;
  select.dispatchEvent(new Event("change"));
}

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event("input"));
}

// ------------------------------------------------------------------ text, filters, counts
test.each([
  ["Агдам", ["Ağdam"], true], // Cyrillic
  ["aghdam mine", ["i-4", "Ağdam", "Mine"], true], // another romanisation; every word, in any field
  ["aghdam uxo", ["Ağdam", "Mine"], false],
  ["2022", ["2021-03-04", "i-202"], false], // as it sounds, 2022 would be 202
  ["2021-03", ["2021-03-04"], true],
  ["İKİ", ["iki"], true],
])("looking for %s in %j: %s", (query, texts, expected) => {
  expect(textTest(query)?.(texts)).toBe(expected);
});

test("no word lets everything through", () => {
  expect(textTest("  ")).toBeNull();
});

/** Six rows: device a a a b b blank; district x x y x y x. */
const PLAIN: Searchable = {
  rows: 6,
  filters: ["device", "district"],
  valueOf: (filter, row) => (filter === "device" ? ["a", "a", "a", "b", "b", ""] : ["x", "x", "y", "x", "y", "x"])[row] as string,
  texts: (row) => [`word${row % 2}`],
};

function found(wanted: Wanted, table: Searchable = PLAIN): Selected {
  const done = vi.fn<(selected: Selected) => void>();
  new Selection().find(table, wanted, done);
  return done.mock.calls[0]?.[0] as Selected;
}

test("a filter counts what each of its choices would leave under the other filters", () => {
  const { rows: fitting, counts } = found({ query: "", filters: { device: "a", district: "x" } });
  expect([...fitting]).toEqual([0, 1]);
  expect(Object.fromEntries(counts.get("device") ?? [])).toEqual({ a: 2, b: 1, "": 1 }); // of the four in x
  expect(Object.fromEntries(counts.get("district") ?? [])).toEqual({ x: 2, y: 1 }); // of the three with a
});

test("a blank is a choice of its own, and the text narrows the counts too", () => {
  expect([...found({ query: "", filters: { device: "" } }).rows]).toEqual([5]);
  expect(Object.fromEntries(found({ query: "word0", filters: {} }).counts.get("device") ?? [])).toEqual({ a: 2, b: 1 });
});

test("a search over many rows rests between slices, and a newer one ends it", () => {
  vi.useFakeTimers();
  const many: Searchable = { rows: 5_000, filters: [], valueOf: () => "", texts: () => ["Ağdam"] };
  const [selection, first, second] = [new Selection(), vi.fn(), vi.fn<(selected: Selected) => void>()];
  selection.find(many, { query: "a", filters: {} }, first);
  selection.find(many, { query: "ag", filters: {} }, second);
  expect(second).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(first).not.toHaveBeenCalled();
  expect(second.mock.calls[0]?.[0].rows.length).toBe(5_000);
  vi.useRealTimers();
});

test("rows are sorted as numbers or names, equal ones stay, blanks come last both ways", () => {
  const numbers = [10, null, 9, -1, 10];
  expect([...sorted(rows(0, 1, 2, 3, 4), (row) => numbers[row] ?? null, false, "en")]).toEqual([3, 2, 0, 4, 1]);
  expect([...sorted(rows(0, 1, 2, 3, 4), (row) => numbers[row] ?? null, true, "en")]).toEqual([0, 4, 2, 3, 1]);
  const names = ["b", null, "a", "c", "a"];
  expect([...sorted(rows(4, 3, 2, 1, 0), (row) => names[row] ?? null, false, "en")]).toEqual([2, 4, 0, 3, 1]);
  expect([...sorted(rows(0, 1, 2, 3, 4), (row) => names[row] ?? null, true, "en")]).toEqual([3, 0, 2, 4, 1]);
});

// ------------------------------------------------------------------ the table on the page
test("every kind is a table of all its records, its heads named and its blanks told", () => {
  const { find, row, shownIds } = opened();
  const kinds = [...find<HTMLSelectElement>('[data-table="kind"]').options].map(({ value }) => value);
  const seen = kinds.map((kind) => {
    choose(find<HTMLSelectElement>('[data-table="kind"]'), kind);
    expect(find(".mapper-records caption").textContent).not.toBe("");
    expect(find("#mapper-table").querySelectorAll("thead th:not([scope=col]), tbody tr > th:not([scope=row])").length).toBe(0);
    expect([...find("#mapper-table").querySelectorAll("tbody td")].every((cell) => cell.textContent !== "")).toBe(true);
    const told = find("#mapper-table [role=status]").textContent;
    expect(told).toBe(kind === "hazards" || kind === "hotspots" ? "None is recorded in this edition. That does not mean that there is none." : `${shownIds().length} of ${shownIds().length} records shown`);
    return [kind, shownIds().length];
  });
  expect(seen).toEqual([["incidents", 5], ["zones", 3], ["hazards", 0], ["orders", 1], ["districts", 2], ["hotspots", 0]]);
  choose(find<HTMLSelectElement>('[data-table="kind"]'), "incidents");
  const killed = (id: string) => row(id).querySelectorAll("td")[8]?.textContent;
  expect([killed("i-1"), killed("i-2")]).toEqual(["not stated", "1"]);
  const injured = row("i-2").querySelectorAll("td")[9]?.textContent;
  expect(injured).toBe("0"); // stated as nobody
});

test("a head sorts, again the other way, and says so", () => {
  const { find, shownIds } = opened();
  const order = () => find('[data-sort="incident_id"]').closest("th")?.getAttribute("aria-sort");
  expect(order()).toBe("none");
  expect(shownIds().slice(0, 2)).toEqual(["i-2", "i-1"]); // the latest first: March 2021, then reported in January
  find('[data-sort="incident_id"]').click();
  expect([order(), shownIds()]).toEqual(["ascending", ["i-1", "i-2", "i-3", "i-4", "i-5"]]);
  find('[data-sort="incident_id"]').click();
  expect([order(), shownIds()]).toEqual(["descending", ["i-5", "i-4", "i-3", "i-2", "i-1"]]);
  expect(document.activeElement).toBe(find('[data-sort="incident_id"]'));
});

test("text and filters narrow it, with counts, and another language or kind loses nothing", () => {
  const { find, shownIds, view } = opened();
  type(find<HTMLInputElement>('[data-table="query"]'), "агдам");
  expect(find("#mapper-table [role=status]").textContent).toBe("3 of 5 records shown");
  const device = () => find<HTMLSelectElement>('[data-filter="device_category"]');
  expect([...device().options].map(({ textContent }) => textContent)).toEqual(["All (3)", "Anti-personnel mine (2)", "Anti-vehicle (anti-tank) mine (1)"]);
  choose(device(), "=av_mine");
  expect(shownIds()).toEqual(["i-2"]);
  choose(find<HTMLSelectElement>('[data-table="kind"]'), "zones");
  expect(shownIds().length).toBe(3);
  choose(find<HTMLSelectElement>('[data-table="kind"]'), "incidents");
  view.store.set({ language: "ru" });
  expect([shownIds(), find<HTMLInputElement>('[data-table="query"]').value]).toEqual([["i-2"], "агдам"]);
  type(find<HTMLInputElement>('[data-table="query"]'), "nowhere");
  expect(find("#mapper-table [role=status]").textContent).toContain("О местности");
});

test("pages hold a hundred rows, and nothing is made of the others", () => {
  const many = Array.from({ length: 250 }, (_, i) => ({ incident_id: `n-${i}`, place: "district", district: "Ağdam", accident_type: "mine" }));
  const { find, shownIds } = opened(tablesWith({ incidents: many }));
  expect(shownIds().length).toBe(100);
  expect(find(".mapper-records").getAttribute("aria-rowcount")).toBe("251");
  find('[data-page="last"]').click();
  expect([shownIds().length, shownIds()[0]]).toEqual([50, "n-200"]);
  expect(find("tbody tr").getAttribute("aria-rowindex")).toBe("202"); // the head is row 1
  expect(find(".mapper-table-pages span").textContent).toBe("Rows 201 to 250 of 250");
  find('[data-sort="incident_id"]').click();
  expect(shownIds()[0]).toBe("n-0");
});

test("a row leads to the panel of its place; of a district alone it says that the place is not known", () => {
  const { find, row, view } = opened();
  expect(row("i-4").querySelector("td")?.textContent).toBe("Place in district not known");
  row("i-3").querySelector<HTMLElement>("[data-lead]")?.click();
  expect(view.store.state.table).toBeNull();
  expect(view.store.state.asked?.at).toEqual([47.2, 39.4]);
  expect([find("#mapper-table").hidden, find("#mapper-details").hidden]).toEqual([true, false]);
  view.store.set({ table: "zones" });
  expect(row("Ağdərə").querySelector("td")?.textContent).toBe("No outline");
  row("Ağdam").querySelector<HTMLElement>("[data-lead]")?.click();
  const [lon, lat] = view.store.state.asked?.at ?? [0, 0];
  expect(lon > 46.8 && lon < 47.2 && lat > 40 && lat < 40.4).toBe(true); // inside the square
});

test("a record opens whole under its row and closes again", () => {
  const { find, row } = opened();
  const name = row("i-1").querySelector(".mapper-record") as HTMLElement;
  name.click();
  expect(name.getAttribute("aria-expanded")).toBe("true");
  expect(find(".mapper-record-row").textContent).toContain("Today.az");
  name.click();
  expect([name.getAttribute("aria-expanded"), find(".mapper-record-row")]).toEqual(["false", null]);
});

test("the button opens it, the address keeps it, Escape closes it and gives the focus back", () => {
  const { find, view } = opened(TABLES, "#");
  const open = () => find(".mapper-table-open");
  expect(open().getAttribute("aria-expanded")).toBe("false");
  open().click();
  expect([location.hash, open().getAttribute("aria-expanded"), document.activeElement?.tagName]).toEqual(["#table=incidents", "true", "H2"]);
  find("#mapper-table").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect([view.store.state.table, location.hash, find("#mapper-table").hidden]).toEqual([null, "", true]);
  expect(document.activeElement).toBe(open());
});

// ------------------------------------------------------------------ files
test.each([
  ["=1+1", "'=1+1"],
  ["+a", "'+a"],
  ["-2+3", "'-2+3"],
  ["@x", "'@x"],
  ["\tx", "'\tx"],
  ["\rx", '"\'\rx"'],
  ["-12.5", "-12.5"], // a number that a table kept as text
  [-12.5, "-12.5"],
  [0, "0"],
  [null, ""],
  ['a "b", c', '"a ""b"", c"'],
  ["a\nb", '"a\nb"'],
  ["Ağdam", "Ağdam"],
])("the cell %j is written %j", (value, expected) => {
  expect(csvCell(value)).toBe(expected);
});

test("a CSV holds the rows that are shown, in their order, and on each its edition, day and caveat", () => {
  const kind = kindOf("incidents");
  const [head = "", ...lines] = csvParts(kind, at(kind, "i-4", "i-1"), { ...ABOUT, marking: "Private" }).join("").split("\r\n");
  expect(head.startsWith("\uFEFFincident_id,lon,lat,place,place_text,uncertainty_m,district,")).toBe(true);
  expect(head.endsWith(",edition,data_date,caveat,marking")).toBe(true);
  expect(lines.map((line) => line.slice(0, 4))).toEqual(["i-4,", "i-1,", ""]);
  expect(lines[0]?.endsWith("abc123,2026-11-23,Not for planning entry.,Private")).toBe(true);
  const killed = head.split(",").indexOf("killed");
  expect(lines[1]?.split(",")[killed]).toBe(""); // not stated, never 0
});

test("a GeoJSON holds what has a geometry, counts the rest, and says how far a circle reaches", () => {
  const kind = kindOf("incidents");
  const read = JSON.parse(geoJsonParts(kind, at(kind, "i-4", "i-3", "i-1"), ABOUT).join("")) as {
    features: { id: string; geometry: unknown; properties: Record<string, unknown> }[];
  } & Record<string, unknown>;
  expect(read["records_without_geometry"]).toBe(1);
  expect(read["bbox"]).toEqual([46.9, 39.4, 47.2, 40.1]);
  expect([read["edition"], read["data_date"], read["caveat"], "marking" in read]).toEqual(["abc123", "2026-11-23", "Not for planning entry.", false]);
  expect(read.features.map(({ id, geometry, properties }) => [id, geometry, properties["uncertainty_m"], properties["edition"]])).toEqual([
    ["i-3", { type: "Point", coordinates: [47.2, 39.4] }, 10, "abc123"],
    ["i-1", { type: "Point", coordinates: [46.9, 40.1] }, 2000, "abc123"],
  ]);
  expect(JSON.parse(geoJsonParts(kind, rows(), ABOUT).join(""))).toMatchObject({ type: "FeatureCollection", features: [], records_without_geometry: 0 });
  expect(fileName(kind, { ...ABOUT, edition: "a/../b<1>" }, "csv")).toBe("incidents_ab1.csv");
});

test("rings are wound as RFC 7946 asks, whichever way they came", () => {
  const clockwise = [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]] as const;
  const hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]] as const;
  const made = { type: "Polygon", coordinates: [[...clockwise].reverse(), [...hole].reverse()] };
  expect(geometryJson({ kind: "polygons", polygons: [[clockwise, hole]] })).toEqual(made);
  expect(geometryJson({ kind: "polygons", polygons: [[[...clockwise].reverse(), [...hole].reverse()]] })).toEqual(made);
});

test("a box across the antimeridian has its west greater than its east", () => {
  const box = new Box();
  expect(box.bbox).toBeNull();
  box.add({ kind: "point", at: [179, -17] });
  box.add({ kind: "point", at: [-178, -16] });
  expect(box.bbox).toEqual({ west: 179, south: -17, east: -178, north: -16 });
  const plain = new Box();
  plain.add(square(-1, 50, 3));
  expect(plain.bbox).toEqual({ west: -1, south: 50, east: 2, north: 53 });
});
