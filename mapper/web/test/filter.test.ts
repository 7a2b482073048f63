/** What a choice of days and codes shows and hides, and that an answer about a place never leaves a record out. */
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { EVERYTHING, withOut, type Choice } from "../src/filter/choice.ts";
import { hasSpan, marksOf, spanOf } from "../src/filter/days.ts";
import { hazardMask, incidentMask } from "../src/filter/mask.ts";
import { tally } from "../src/filter/section.ts";
import { draw } from "../src/view.ts";
import { exampleData, META, square, TABLES, tablesWith } from "./example.ts";
import { fakeCanvas } from "./fake_canvas.ts";
import type { Row, Tables } from "./make_block.ts";

beforeAll(fakeCanvas);

afterEach(() => {
  document.body.textContent = "";
  history.replaceState(null, "", "#");
  vi.useRealTimers();
});

const DATED: readonly (readonly [start: string, end: string, reported: string])[] = [
  ["2021-01-28", "2021-01-28", "2021-01-28"],
  ["2021-02", "2021-02", "2021-03-05"],
  ["", "", "2021-01-29"],
  ["", "2020-12-01", "2020-12-05"],
  ["2020-11-14", "2020-11-16", ""],
  ["", "", ""],
  ["--05-09", "", "2022-06-01"],
  ["soon", "later", "2022-06-01"],
];

function dated(): Tables {
  const incidents: Row[] = DATED.map(([date_start, date_end, reported_on], i) => ({ incident_id: `d-${i}`, place: "unplaced", date_start, date_end, reported_on }));
  return tablesWith({ incidents });
}

const shownIn = (choice: Partial<Choice>) => [...(incidentMask(exampleData(dated()).incidents, { ...EVERYTHING, ...choice }) ?? [])];

test("an accident is shown for every day on which it may have happened", () => {
  // 28 January; all of February; reported on 29 January, so not after it; by 1 December; 14 to 16 November; never told; no year; no date.
  expect(shownIn({ from: "2021-01-28", to: "2021-01-28" })).toEqual([1, 0, 1, 0, 0, 1, 1, 1]);
  expect(shownIn({ from: "2021-02-28" })).toEqual([0, 1, 0, 0, 0, 1, 1, 1]);
  expect(shownIn({ to: "2021-01-31" })).toEqual([1, 0, 1, 1, 1, 1, 1, 1]);
  expect(shownIn({ from: "2020-11-15", to: "2020-11-15" })).toEqual([0, 0, 1, 1, 1, 1, 1, 1]);
  expect(shownIn({})).toEqual([]);
});

test("codes that are put out hide their records, and not stated is a choice of its own", () => {
  const incidents: Row[] = ["av_mine", "ap_mine", "", "av_mine"].map((device_category, i) => ({ incident_id: `c-${i}`, place: "unplaced", ...(device_category === "" ? {} : { device_category }) }));
  const data = exampleData(tablesWith({ incidents }));
  const mask = (...codes: string[]) => [...(incidentMask(data.incidents, withOut(EVERYTHING, "device_category", codes)) ?? [])];
  expect(mask("av_mine")).toEqual([0, 1, 1, 0]);
  expect(mask("")).toEqual([1, 1, 0, 1]);
  expect(mask("never heard of")).toEqual([1, 1, 1, 1]);
  expect(tally(data, "device_category")).toEqual(new Map([["av_mine", 2], ["ap_mine", 1], ["", 1]]));
});

test("hazard areas by status, and those reported only after the period", () => {
  const hazards: Row[] = [
    { hazard_id: "h-1", status: "open", reported_on: "2021-05", geometry: square(46, 39, 0.1) },
    { hazard_id: "h-2", status: "closed", geometry: square(46, 39, 0.1) },
  ];
  const data = exampleData(tablesWith({ hazards }));
  expect(hazardMask(data, EVERYTHING)).toEqual([true, true]);
  expect(hazardMask(data, { ...EVERYTHING, to: "2021-04-30" })).toEqual([false, true]);
  expect(hazardMask(data, { ...EVERYTHING, to: "2021-05-01" })).toEqual([true, true]);
  expect(hazardMask(data, withOut(EVERYTHING, "hazard_status", ["closed"]))).toEqual([true, false]);
});

test("the bar runs from the first dated thing to the day of the data, with its orders marked", () => {
  const data = exampleData(TABLES, META);
  expect(spanOf(data, "2026-11-23")?.[1]).toBe("2026-11-23");
  expect(marksOf(data).map(({ day, kind }) => `${kind} ${day}`)).toContain("order 2021-01-01");
  const undated = exampleData(tablesWith({ orders: [], incidents: [], events: [] }));
  expect([spanOf(undated, "2026-11-23"), hasSpan(undated, "2026-11-23")]).toEqual([null, false]);
  const unmarked = exampleData(tablesWith({ orders: [], events: [] }));
  expect([hasSpan(data, "2026-11-23"), hasSpan(unmarked, "2026-11-23"), hasSpan(data, "?")]).toEqual([true, true, false]);
});

function drawn(tables: Tables = TABLES) {
  const root = document.createElement("div");
  document.body.append(root);
  const view = draw(root, { data: exampleData(tables, META), records: 0, sha256: "" }, new Date(2026, 11, 1));
  return { root, view, said: () => root.querySelector(".mapper-chosen")?.textContent ?? "" };
}

test("before its order a zone stays in sight without its hatch, its label says so, and one press shows everything again", () => {
  const { root, view, said } = drawn();
  expect(said()).toBe("");
  const fills = () => [...root.querySelectorAll("path.mapper-zone")].map((path) => path.getAttribute("fill-opacity"));
  expect(fills()).toEqual(["1", "1"]);
  view.store.set({ choice: { ...EVERYTHING, to: "2019-06-01" }, on: "2019-06-01" });
  expect(fills()).toEqual(["0", "1"]); // the second names an order that the data do not hold, so it is closed on every day
  expect(said()).toContain("Orders are shown as of 1 June 2019");
  expect(location.hash).toContain("to=2019-06-01");
  root.querySelector<HTMLButtonElement>(".mapper-chosen button")?.click();
  expect(fills()).toEqual(["1", "1"]);
  expect([said(), location.hash]).toEqual(["", ""]);
});

test("the sliders choose a period, the end of which is the day asked about", () => {
  const { root, view } = drawn();
  root.querySelector<HTMLButtonElement>(".mapper-time-button")?.click();
  expect(root.querySelector<HTMLElement>(".mapper-time-room")?.hidden).toBe(false);
  const [from, to] = [...root.querySelectorAll<HTMLInputElement>(".mapper-slider")] as [HTMLInputElement, HTMLInputElement];
  to.value = String(Number(to.max) - 10);
  to.dispatchEvent(new Event("input"));
  expect(view.store.state).toMatchObject({ on: "2026-11-13", choice: { from: "", to: "2026-11-13" } });
  from.value = String(Number(from.min) + 3);
  from.dispatchEvent(new Event("input"));
  expect(view.store.state.choice.from).not.toBe("");
  const all = [...root.querySelectorAll<HTMLButtonElement>(".mapper-time button")].find((one) => one.textContent === "All days");
  all?.click();
  expect(view.store.state).toMatchObject({ on: "2026-11-23", choice: { from: "", to: "" } });
});

test("play goes to the last day and stops there", () => {
  vi.useFakeTimers();
  const { root, view } = drawn();
  root.querySelector<HTMLButtonElement>(".mapper-time-button")?.click();
  const play = [...root.querySelectorAll<HTMLButtonElement>(".mapper-time button")].find((one) => one.textContent === "Play");
  play?.click();
  expect(play?.textContent).toBe("Stop");
  const before = view.store.state.on;
  vi.advanceTimersByTime(1000);
  expect(view.store.state.on > before).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect([view.store.state.on, view.store.state.choice.to, play?.textContent]).toEqual(["2026-11-23", "", "Play"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a filter hides marks and their counts, is told, and changes no answer", () => {
  const { root, view, said } = drawn();
  const ask = () => view.inquiry.ask({ lon: 46.9, lat: 40.1, uncertainty_m: 5 }).accidents.length;
  const [accidents, all] = [ask(), view.shown()];
  const section = root.querySelector("#mapper-filters") as HTMLDetailsElement;
  section.open = true;
  section.dispatchEvent(new Event("toggle"));
  const none = [...section.querySelectorAll<HTMLButtonElement>("button")].find((one) => one.textContent === "None");
  none?.click();
  const { discs, points, district_counts } = view.shown();
  expect([discs, points, district_counts]).toEqual([0, 0, 0]);
  expect(said()).toMatch(/Hidden: \d+ of \d+ accidents/);
  expect(ask()).toBe(accidents);
  root.querySelector<HTMLButtonElement>(".mapper-chosen button")?.click();
  expect(view.shown()).toEqual(all);
  expect([...section.querySelectorAll("input")].every((box) => box.checked)).toBe(true);
});
