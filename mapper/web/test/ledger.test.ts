/** Counts beside the map and clearance statements by agency: what stands in the data, in words, and nothing added up here. */
import { afterEach, expect, test } from "vitest";

import { telling } from "../src/cards.ts";
import type { Content } from "../src/elements.ts";
import { activitiesSection, countsSection } from "../src/ledger.ts";
import { exampleData, META, tablesWith, wordsIn } from "./example.ts";
import type { Tables } from "./make_block.ts";

afterEach(() => {
  document.body.textContent = "";
});

const COUNTS = tablesWith({
  casualty_counts: [
    { count_id: "c-2", publisher: "Trend", issuing_authority: "not stated (official)", as_of: "2024-01-26", period_start: "2020-11-10", victims_total: 342 },
    { count_id: "c-1", issuing_authority: "MFA", as_of: "2020-12-22", period_start: "2020-11-10", killed_total: 12, injured_total: 21 },
    { count_id: "c-3", issuing_authority: "MFA", victims_total: 5 },
  ],
  activities: [
    { activity_id: "w-1", agency: "ANAMA", area_hectares: 683.5, ap_mines: 64, period_start: "2023-11-20", period_end: "2023-11-26" },
    { activity_id: "m-1", agency: "ANAMA", ap_mines: 70, period_start: "2023-11-01", period_end: "2023-11-30" },
    { activity_id: "u-1", agency: "ANAMA", ap_mines: 9 },
    { activity_id: "p-1", agency: "Army", personnel: 136 },
  ],
});

const none = { accidents: 0, killed: 0, injured: 0, killed_not_stated: 0, injured_not_stated: 0 };
const LEDGER = {
  headline: 0,
  over_time: [
    { at: 1, date: "2020-12-22", official: 33, percent: 51.5, mapped: { accidents: 6, killed: 8, injured: 9, killed_not_stated: 1, injured_not_stated: 1 }, uncertain: none },
    { at: 0, date: "2024-01-26", official: 342, percent: 35.1, mapped: { accidents: 67, killed: null, injured: 82, killed_not_stated: 67, injured_not_stated: 3 }, uncertain: { ...none, accidents: 14, injured: 15, killed: null } },
    { at: 2, date: null, official: 5, percent: null, mapped: null, uncertain: null },
  ],
  sources: [{ source: "MFA", counts: [1, 2] }, { source: "Trend", counts: [0] }],
  clearance: [
    { agency: "ANAMA", statements: [1, 0, 2], groups: [["m-1", "w-1"]], undated: ["u-1"], sums: [{ column: "area_hectares", total: 1009.1, statements: ["w-1", "w-9"] }] },
    { agency: "Army", statements: [3], groups: [], undated: ["p-1"], sums: [] },
  ],
};

function shown(build: (tell: ReturnType<typeof telling>) => Content[], ledger: object = LEDGER, tables: Tables = COUNTS, language = "en"): HTMLElement {
  const root = document.createElement("div");
  for (const part of build(telling(exampleData(tables, { ...META, ledger }), wordsIn(language)))) if (part) root.append(part);
  return root;
}

const texts = (root: HTMLElement, selector: string) => [...root.querySelectorAll(selector)].map((one) => one.textContent);

test("the headline says what is mapped of the newest count, by whom it is, and what is not certain", () => {
  const root = shown(countsSection);
  expect(texts(root, ".mapper-headline")).toEqual([
    "Mapped here: an unstated number of killed, 82 injured of the 342 officially counted as of 26 January 2024 (35.1 %; Trend).",
  ]);
  expect(root.textContent).toContain("14 more accidents whose day is not certain may belong to these days (killed: not stated; injured: 15).");
  expect(root.textContent).toContain("10 November 2020 to 26 January 2024");
  expect(root.textContent).toContain("Accidents compared: 67; of these 67 state no number of killed and 3 no number of injured.");
});

test("the counts stand side by side in order of time; a blank is a dash and no zero", () => {
  const rows = [...shown(countsSection).querySelectorAll<HTMLElement>(".mapper-over-time tbody")].map((body) => texts(body, "th, td"));
  expect(rows).toEqual([
    ["10 November 2020 to 22 December 2020 – MFA", "12", "21", "33", "8", "9", "51.5 %"],
    ["10 November 2020 to 26 January 2024 – Trend", "–", "–", "342", "–", "82", "35.1 %"],
    ["not stated – MFA", "–", "–", "5", "–", "–", "–"],
  ]);
});

test("each count is told once under its source, with what is mapped of its days", () => {
  const root = shown(countsSection);
  expect(texts(root, ".mapper-count-source")).toEqual(["MFA", "Trend"]);
  const told = texts(root, ".mapper-count-text");
  expect(told.length).toBe(3);
  expect(told[0]).toContain("Mapped hereKilled: 8; injured: 9; 51.5 %");
  expect(told[1]).toContain("not compared: the start or the end of the period is not stated");
});

test("without a count to compare with the page says so", () => {
  const root = shown(countsSection, { headline: null, over_time: [], sources: [], clearance: [] });
  expect(texts(root, "p")[0]).toBe("No count that states its period and a total is among the layers, so nothing is compared with the map.");
  expect(root.querySelector(".mapper-headline")).toBeNull();
});

test("clearance stands by agency in order of time; what overlaps is named, and a sum says what it holds", () => {
  const root = shown(activitiesSection);
  expect(texts(root, "h3")).toEqual(["ANAMA", "Army"]);
  expect(texts(root, "h4 code")).toEqual(["m-1", "w-1", "u-1", "p-1"]);
  expect(texts(root, ".mapper-card .mapper-hint")).toEqual([
    "Its period overlaps others of this agency: w-1",
    "Its period overlaps others of this agency: m-1",
    "Its period is not stated whole, so it may overlap with all others of this agency.",
  ]);
  expect(root.textContent).toContain("Area stated1,009.1 ha (w-1, w-9)");
  expect(root.textContent).toContain("they are never added up; neither are those of different agencies, nor people");
  expect(texts(root, ".mapper-card").at(-1)).toContain("Teams or personnel136");
});

test.each([
  ["az", "26 yanvar 2024 tarixinə rəsmi sayılan 342 nəfərdən"],
  ["ru", "из 342 официально учтённых на 26 января 2024"],
])("the sentence is whole in %s", (language, part) => {
  const line = texts(shown(countsSection, LEDGER, COUNTS, language), ".mapper-headline")[0] ?? "";
  expect(line).toContain(part);
  expect(line).not.toMatch(/[{}]/);
});
