/** The cells of the hot spots on their plane, the layer that draws them, and what is told of a place. */
import { afterEach, beforeAll, expect, test } from "vitest";

import { telling } from "../src/cards.ts";
import type { HotspotsMeta } from "../src/data.ts";
import { inWords } from "../src/hotspot_card.ts";
import { Cells } from "../src/hotspots.ts";
import { makeKind } from "../src/table/kinds.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, tablesWith, wordsIn } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

const TOLD: HotspotsMeta = {
  n: 12, units: 4, cell_m: 10_000, neighbours_m: 15_000, p_from: "exact", coarse: 2, refused: null,
  left_out: { demining_accident: 1, no_place: 0, outside_window: 2, not_surveyed: 3 }, lat0_deg: 40, lon0_deg: 47,
};
/** A cell of each kind in a row, and one beside them that was no part of it. */
const ROWS = [
  { cell_column: 0, cell_row: 0, records: 9, neighbours: 4, z: 5.207, p: 0.000272, q: 0.0169, hotspot_class: "hot_95" },
  { cell_column: 1, cell_row: 0, records: 0, neighbours: 5, z: -0.4, p: 0.9, q: 0.95, hotspot_class: "none" },
  { cell_column: 2, cell_row: 0, hotspot_class: "not_surveyed" },
  { cell_column: -1, cell_row: 0, records: 0, neighbours: 7, z: -3.1, p: 0.00002, q: 0.09, hotspot_class: "cold_90" },
  { cell_column: -2, cell_row: 0, hotspot_class: "outside_window" },
];
const DATA = exampleData(tablesWith({ hotspots: ROWS }), { ...META, hotspots: TOLD });
const cells = Cells.of(TOLD) as Cells;

function drawn(hash = "", data = DATA) {
  history.replaceState(null, "", hash || "#");
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data, records: 0, sha256: "0".repeat(64) }, new Date(2026, 11, 1));
  const box = () => root.querySelector<HTMLInputElement>('[data-layer="hotspots"]');
  const legend = () => root.querySelector("#mapper-legend")?.textContent ?? "";
  const panel = () => root.querySelector("#mapper-details")?.textContent ?? "";
  return { root, view, box, legend, panel };
}

// ------------------------------------------------------------------ cells
test("the corners of a cell are where PROJ has them", () => {
  // pyproj 3.7, +proj=laea +lat_0=40 +lon_0=47 +ellps=WGS84: a hexagon on its tip, 10 km across, about the centre
  const expected = [[47, 39.9480025], [47.0585301, 39.9739866], [47.0585744, 40.0259839], [47, 40.0519971], [46.9414256, 40.0259839], [46.9414699, 39.9739866]];
  const ring = cells.ring([0, 0]);
  expect(ring.length).toBe(7);
  expect(ring[6]).toEqual(ring[0]);
  expected.forEach(([lon, lat], corner) => {
    expect(ring[corner]?.[0]).toBeCloseTo(lon as number, 6);
    expect(ring[corner]?.[1]).toBeCloseTo(lat as number, 6);
  });
});

test("every second row is shifted by half a cell, below the origin too", () => {
  // the same projection of (15000, 8660.254) and of (-5000, -8660.254)
  for (const [cell, lon, lat] of [[[1, 1], 47.1758564, 40.0778627], [[-1, -1], 46.9415142, 39.9219888]] as const) {
    expect(cells.centre(cell)[0]).toBeCloseTo(lon, 6);
    expect(cells.centre(cell)[1]).toBeCloseTo(lat, 6);
  }
});

test("a place is in the cell whose centre is nearest, and the centre of each cell in its own", () => {
  for (let column = -3; column <= 3; column++) for (let row = -3; row <= 3; row++) expect(cells.at(cells.centre([column, row]))).toEqual([column, row]);
  // 4.9 km east of the middle is inside, 5.1 km is not: 5 km is half the way to the next centre
  expect(cells.at([47 + 4900 / 85_395, 40])).toEqual([0, 0]);
  expect(cells.at([47 + 5100 / 85_395, 40])).toEqual([1, 0]);
  expect(cells.at([-133, -40])).toBeNull();
});

test("a cell over the antimeridian is in one piece", () => {
  const far = Cells.of({ ...TOLD, lon0_deg: 179.99, lat0_deg: 60 }) as Cells;
  const lons = far.ring([0, 0]).map(([lon]) => lon);
  expect(Math.max(...lons) - Math.min(...lons)).toBeLessThan(0.3);
});

test("a refused analysis has no cells", () => {
  expect([Cells.of(null), Cells.of({ ...TOLD, cell_m: null })]).toEqual([null, null]);
});

// ------------------------------------------------------------------ layer, legend, panel
test("nothing of it is made before it is put on, and nothing of it is left when it is put out", () => {
  const { root, view, box, legend } = drawn();
  expect([box()?.checked, root.querySelectorAll(".mapper-hotspots").length, view.map.getPane("hotspots")]).toEqual([false, 0, undefined]);
  expect(legend()).not.toContain("Hot spot");
  box()?.click();
  expect(view.shown().hotspots).toBe(4); // the cell outside the window is none
  expect(root.querySelectorAll(".mapper-hotspots").length).toBe(6); // hot and cold with what lies under their outline, and two quiet ones
  box()?.click();
  expect([view.shown().hotspots, root.querySelectorAll(".mapper-hotspots").length]).toEqual([0, 0]);
  expect(legend()).not.toContain("Hot spot");
});

test("marked cells have marks of their own, and one that is neither hot nor cold has its outline alone", () => {
  const { root, box } = drawn();
  box()?.click();
  const fills = [...root.querySelectorAll(".mapper-hotspots")].map((path) => path.getAttribute("fill") ?? "");
  const patterns = fills.filter((fill) => fill.startsWith("url("));
  expect([new Set(patterns).size, fills.filter((fill) => fill === "none").length]).toEqual([3, 3]);
});

test("the short label of a cold cell is another than that of a hot one", async () => {
  const { root, box } = drawn();
  box()?.click();
  await new Promise(requestAnimationFrame);
  const labels = [...root.querySelectorAll(".mapper-hotspot-label")];
  // in a page without a layout every label has room for its fullest form; its name has the class in words whatever it shows
  expect(labels.map((label) => [label.getAttribute("aria-label"), label.classList.contains("mapper-cold")]).sort()).toEqual([
    ["Cold spot (90 %) – hex--1-0", true], ["Hot spot (95 %) – hex-0-0", false],
  ]);
});

test("the legend says what no hot spot is not, and how they were taken", () => {
  const { box, legend } = drawn();
  box()?.click();
  for (const said of [
    "Hot spot (95 %)", "Cold spot (90 %)", "Neither hot nor cold.", "Not surveyed", "No hot spot is not the absence of danger", "It tells of reports, not of mines.",
    "a hot spot may show where people are", "From 12 accidents in 4 cells 10,000 m wide", "within 15,000 m", "exact, every arrangement",
    "at demining work: 1; outside the zones, or in a cell that lies in them by less than half: 2; on ground not surveyed or not reported from: 3", "counted at its middle: 2", "whatever days and filters",
  ]) expect(legend()).toContain(said);
  expect(legend()).not.toContain("Outside the window");
});

test("an address puts the layer on", () => {
  const { view, box } = drawn("#off=graticule");
  expect([view.shown().hotspots, box()?.checked]).toEqual([4, true]);
  box()?.click();
  expect(location.hash).toBe("#off=graticule,hotspots");
});

test.each([
  ["en", "Cell hex-0-0: Hot spot (95 %)", "0.0169"],
  ["ru", "Ячейка hex-0-0: Скопление сообщений (95 %)", "0,0169"],
  ["az", "Xana hex-0-0: Çox bildirilən yer (95 %)", "0,0169"],
])("a press on a cell tells its class and numbers in %s, while the layer is on", (language, title, q) => {
  const { view, box, panel } = drawn(`#lang=${language}`);
  view.store.set({ asked: { at: [47, 40], reach_m: 1 } });
  expect(panel()).not.toContain(title);
  box()?.click();
  const sep = q.replace("0169", "").slice(1);
  for (const said of [title, `5${sep}21`, `0${sep}000272`, q]) expect(panel()).toContain(said);
  box()?.click();
  expect(panel()).not.toContain(title);
});

test("where nothing was looked for, that is said; where nothing was counted, no number is", () => {
  const { view, box, panel, root } = drawn();
  box()?.click();
  view.store.set({ asked: { at: [47.6, 40.5], reach_m: 1 } });
  expect(panel()).toContain("Hot spots were not looked for at this place. That is not 0.");
  view.store.set({ asked: { at: cells.centre([2, 0]), reach_m: 1 } });
  const card = root.querySelector(".mapper-hotspot-card");
  expect(card?.textContent).toContain("that is not 0");
  expect(card?.querySelector("dl")).toBeNull();
});

test("a refused analysis has no switch, and says why where the switch would be, and in the table", () => {
  const told = { ...TOLD, cell_m: null, refused: { en: "no zone is drawn", ru: "нет зон", az: "zona yoxdur" } };
  const data = exampleData(undefined, { ...META, hotspots: told });
  const { root, box } = drawn("#table=hotspots", data);
  expect(box()).toBeNull();
  const group = root.querySelector('[data-layer="density"]')?.closest("fieldset");
  expect(group?.textContent).toContain("No hot spots are drawn: no zone is drawn");
  expect(root.querySelector("#mapper-table [role=status]")?.textContent).toBe("None is recorded in this edition. That does not mean that there is none. No hot spots are drawn: no zone is drawn");
});

// ------------------------------------------------------------------ in words
test("a p is never told as 0", () => {
  const words = wordsIn("en");
  expect([inWords(words, "p", 3e-12), inWords(words, "p", 0.0001), inWords(words, "q", 1), inWords(words, "z", -3.456), inWords(words, "z", null)]).toEqual(["below 0.0001", "0.0001", "1", "-3.46", ""]);
});

test("the table has every cell, the surest first, with the class in words and a place", () => {
  const kind = makeKind("hotspots", telling(DATA, wordsIn("en")));
  expect([kind.rows, kind.firstSort]).toEqual([5, { column: "q", descending: false }]);
  expect(kind.columns.map((column) => column.text(3))).toEqual(["hex--1-0", "Cold spot (90 %)", "0", "7", "-3.1", "below 0.0001", "0.09"]);
  expect(kind.fields.map(({ name, value }) => [name, value(0)])).toEqual([
    ["unit_id", "hex-0-0"], ["cell_column", 0], ["cell_row", 0], ["records", 9], ["neighbours", 4], ["z", 5.207], ["p", 0.000272], ["q", 0.0169],
    ["hotspot_class", "hot_95"], ["hotspot_class_text", "Hot spot (95 %)"],
  ]);
  const lead = kind.lead(0);
  expect(typeof lead === "string" ? lead : cells.at(lead.at)).toEqual([0, 0]);
});
