/** Products on hazard areas and statements by district: told, and never as leave to enter. */
import { afterEach, beforeAll, expect, test } from "vitest";

import { unnamedStatements } from "../src/clearance_card.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, square, tablesWith } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
});

const HAZARDS = [
  { hazard_id: "h-1", class: "cha", status: "closed", product: "cleared", geometry: square(46.9, 40.1, 0.05) },
  { hazard_id: "h-2", class: "sha", status: "open", geometry: square(47, 40.1, 0.05) },
  { hazard_id: "h-3", class: "sha", status: "closed", product: "reduced" },
];
const ACTIVITIES = [
  { activity_id: "cl-1", agency: "ANAMA", district: "Ağdam, Ağdərə", area_hectares: 12.5 },
  { activity_id: "cl-2", agency: "ANAMA", district: "liberated territories" },
  { activity_id: "cl-3", agency: "ANAMA", district: "Ağdam (north)" },
];
const LEDGER = {
  ...META.ledger,
  clearance: [{ agency: "ANAMA", statements: [0, 1, 2], groups: [], undated: ["cl-1", "cl-2", "cl-3"], sums: [] }],
  named: [{ district: 0, statements: [0, 2] }, { district: 1, statements: [0] }],
};
const DATA = exampleData(tablesWith({ hazards: HAZARDS, activities: ACTIVITIES }), { ...META, ledger: LEDGER });

function drawn(data = DATA) {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data, records: 0, sha256: "0".repeat(64) }, new Date(2026, 11, 1));
  return { root, view, box: () => root.querySelector<HTMLInputElement>('[data-layer="clearance"]'), legend: () => root.querySelector("#mapper-legend")?.textContent ?? "" };
}

test("it is off at first; put on, it outlines the product and leaves the hazard area as it was", () => {
  const { root, view, box, legend } = drawn();
  const hazards = () => [...root.querySelectorAll(".leaflet-hazards-pane path")].map((path) => path.outerHTML);
  const before = hazards();
  expect([box()?.checked, root.querySelectorAll(".mapper-product").length, view.map.getPane("clearance")]).toEqual([false, 0, undefined]);
  expect(before.length).toBe(2);
  box()?.click();
  expect([...root.querySelectorAll(".mapper-product")].map((path) => path.getAttribute("fill"))).toEqual(["none", "none"]);
  // one area with a product and an outline, one district with a statement and a place for its number
  expect(view.shown().clearance).toBe(2);
  expect(hazards()).toEqual(before);
  for (const said of ["Cleared", "Not leave to enter", "None of it is leave to enter", "name no district of this map: 1"]) expect(legend()).toContain(said);
  box()?.click();
  expect([view.shown().clearance, root.querySelectorAll(".mapper-product").length]).toEqual([0, 0]);
});

test("its words never call ground harmless", () => {
  const { box, legend } = drawn();
  box()?.click();
  expect(legend()).not.toMatch(/\b(safe|mine-free|low risk|clear)\b/i);
});

test("a district tells the statements that name it, each once, with what they do not say", () => {
  const { root, view } = drawn();
  view.store.set({ asked: { at: [46.85, 40.3], reach_m: 1 } });
  const fold = root.querySelector<HTMLDetailsElement>("#mapper-details .mapper-clearance") as HTMLDetailsElement;
  expect(fold.querySelector("summary")?.textContent).toBe("Clearance statements that name this district: 2");
  fold.open = true;
  fold.dispatchEvent(new Event("toggle"));
  expect([...fold.querySelectorAll("h4 code")].map((code) => code.textContent)).toEqual(["cl-1", "cl-3"]);
  expect(fold.textContent).toContain("None of it is leave to enter");
});

test("a hazard area that is filtered out takes its product with it", () => {
  const { root, view, box } = drawn();
  box()?.click();
  view.store.set({ choice: { ...view.store.state.choice, out: { hazard_status: ["closed"] } } });
  expect(root.querySelectorAll(".leaflet-hazards-pane path").length).toBe(1);
  expect(root.querySelectorAll(".mapper-product").length).toBe(0);
});

test("statements that name no district are counted; without any of both there is no layer", () => {
  expect(unnamedStatements({ data: DATA })).toBe(1);
  expect(drawn(exampleData()).box()).toBeNull();
});
