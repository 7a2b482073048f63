/** Which density is drawn for the chosen days, and that the legend, the panel and the line on what is hidden say which. */
import { afterEach, beforeAll, expect, test } from "vitest";

import { EVERYTHING } from "../src/filter/choice.ts";
import { choices, drawnYears, frameOf, type Span } from "../src/filter/frames.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, square, TABLES, tablesWith } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

const year = (number: number, n: number, unclear = 0) => ({
  from: `${number}-01-01`, to: `${number}-12-31`, n, unclear, refused: n < 10 ? `only ${n} records are located in the window; a density needs 10` : null,
});
const FRAMED = { ...META, density: { ...META.density, frames: [year(2020, 4), year(2021, 12, 3), year(2025, 9), year(2026, 11)] } };
const CONTOURS = [
  ...(TABLES["contours"] ?? []).map((row) => ({ ...row, frame: "" })),
  { frame: "2021", lower_per_km2: 0.001, upper_per_km2: 0.01, geometry: square(46.8, 40, 0.4) },
  { frame: "2026", lower_per_km2: 0.001, upper_per_km2: 0.01, geometry: square(45, 39, 0.1) },
];
const SPAN: Span = ["2020-11-14", "2026-11-23"];
const data = exampleData(tablesWith({ contours: CONTOURS }), FRAMED);
const chosen = (from: string, to: string, span: Span = SPAN) => frameOf(data, { ...EVERYTHING, from, to }, () => span);

test("a density is of all dates, of a whole year, or of nothing", () => {
  expect(chosen("", "")).toBe("");
  expect(chosen("2021-01-01", "2021-12-31")).toBe("2021");
  expect(chosen("2021-01-01", "2021-12-30")).toBeNull();
  expect(chosen("2021-01-02", "2021-12-31")).toBeNull();
  expect(chosen("2021-01-01", "2022-12-31")).toBeNull(); // two years
  expect(chosen("2022-01-01", "2022-12-31")).toBeNull(); // no accident is certainly of 2022
});

test("of the first and the last year only days that can be chosen are asked for, also by an open end", () => {
  expect(chosen("2026-01-01", "")).toBe("2026");
  expect(chosen("2026-01-01", "2026-11-23")).toBe("2026");
  expect(chosen("", "2020-12-31")).toBe("2020");
  expect(chosen("2026-02-01", "")).toBeNull();
  expect(chosen("2021-01-01", "2021-12-31", null)).toBe("2021");
});

test("years without a surface, and years out of reach, cannot be chosen", () => {
  expect(drawnYears(data)).toEqual(["2021", "2026"]);
  expect(choices(data, SPAN)).toEqual([
    { year: "2021", from: "2021-01-01", to: "2021-12-31" },
    { year: "2026", from: "2026-01-01", to: "2026-11-23" },
  ]);
  expect(choices(data, ["2020-11-14", "2025-12-31"]).map((one) => one.year)).toEqual(["2021"]);
});

function drawn(meta: object = FRAMED) {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(tablesWith({ contours: CONTOURS }), meta), records: 0, sha256: "" }, new Date(2026, 11, 1));
  root.querySelector<HTMLButtonElement>(".mapper-time-button")?.click();
  const text = (where: string) => root.querySelector(where)?.textContent ?? "";
  const select = () => root.querySelector<HTMLSelectElement>('[data-time="year"]');
  const choose = (from: string, to: string) => view.store.set({ choice: { ...EVERYTHING, from, to } });
  return { root, view, text, select, choose };
}

test("a chosen year draws its own density, and the legend and the panel tell its name", () => {
  const { view, text, select } = drawn();
  view.store.set({ asked: { at: [46.9, 40.1], reach_m: 5 } });
  expect(view.shown().contours).toBe(2);
  expect(text("#mapper-details")).toContain("Density here: 0.01 to 0.05 reported accidents per km².");
  const years = select() as HTMLSelectElement;
  expect([...years.options].map((one) => one.textContent)).toEqual(["All days", "2021", "2026", "Other days"]);
  years.value = "2021";
  years.dispatchEvent(new Event("change"));
  expect(view.store.state.choice).toMatchObject({ from: "", to: "2021-12-31" }); // the first dated thing is of 1 January 2021
  expect(view.shown().contours).toBe(1);
  expect(text("#mapper-legend")).toContain("Reported accidents per km² in 2021");
  expect(text("#mapper-legend")).toContain("from 12 accidents certainly of that year. Dates that may lie in that year or in another: 3");
  expect(text("#mapper-legend")).not.toContain("0.01 to 0.05");
  expect(text("#mapper-details")).toContain("Density here in 2021: 0.001 to 0.01 reported accidents per km².");
  expect(text(".mapper-chosen")).not.toContain("No density");
  years.value = "";
  years.dispatchEvent(new Event("change"));
  expect(view.shown().contours).toBe(2);
  expect(text("#mapper-details")).toContain("Density here: 0.01 to 0.05");
});

test("for other days no density is drawn, and the years that have one are named", () => {
  const { view, text, select, choose } = drawn();
  view.store.set({ asked: { at: [46.9, 40.1], reach_m: 5 } });
  choose("2021-01-01", "2021-06-30");
  expect(view.shown().contours).toBe(0);
  expect(text(".mapper-chosen")).toContain("No density is drawn for these days: it is computed for all days together and for whole years – 2021, 2026.");
  expect(text("#mapper-legend")).not.toContain("Reported accidents per km²");
  expect(text("#mapper-details")).not.toContain("Density here");
  expect(select()?.selectedOptions[0]?.textContent).toBe("Other days");
});

test("a year of too few records draws none and says why", () => {
  const { view, text, choose } = drawn();
  choose("2025-01-01", "2025-12-31");
  expect(view.shown().contours).toBe(0);
  expect(text("#mapper-legend")).toContain("No density is drawn: only 9 records are located in the window; a density needs 10");
  expect(text(".mapper-chosen")).toContain("No density is drawn for these days");
});

test("an edition without densities of years says that there is only that of all days", () => {
  const { view, text, select, choose } = drawn(META);
  expect(select()).toBeNull();
  choose("2021-01-01", "2021-12-31");
  expect(view.shown().contours).toBe(0);
  expect(text(".mapper-chosen")).toContain("No density is drawn for these days: it is computed only for all days together.");
});

test("a layer that is put off stays off in every frame, and comes back with the one that is chosen", () => {
  const { view, choose } = drawn();
  view.store.set({ off: ["density"] });
  choose("2021-01-01", "2021-12-31");
  expect(view.shown().contours).toBe(0);
  view.store.set({ off: [] });
  expect(view.shown().contours).toBe(1);
  choose("", "");
  expect(view.shown().contours).toBe(2);
});
