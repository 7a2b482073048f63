/**
 * Nothing on the map is told by its hue alone: what two signs differ by beside it, and how far apart they are where a colour
 * alone tells them, for usual eyes, three kinds of colour blindness, and in grey.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { surveyLook } from "../src/hatch.ts";
import { CORRIDOR_DASH } from "../src/layers/corridors.ts";
import { DENSITY_OPACITY, STOPS } from "../src/layers/density.ts";
import { DISTRICT_DASH } from "../src/layers/districts.ts";
import { DEMINING_COLOUR, DEMINING_DASH, PUBLIC_COLOUR, PUBLIC_DASH } from "../src/layers/incidents.ts";
import { onDark } from "../src/tones.ts";
import { apart, lab, over, SIGHTS } from "./colour_vision.ts";
import { realWords } from "./example.ts";

/** Twice what is told apart side by side at a glance; for signs that lie apart on the map. */
const TOLD_APART = 15;
/** Neighbours of one ramp, which lie side by side. */
const NEXT_TO_EACH_OTHER = 4;

const SIGHT_NAMES = Object.keys(SIGHTS);
/** Paper and how a colour looks on it, light and dark (`app.css`). */
const CSS = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "..", "src", "app.css"), "utf8");
const PAPERS = [...CSS.matchAll(/--paper: (#[0-9a-f]{6});/g)].map((match) => match[1] as string);
const THEMES = [
  ["light", PAPERS[0] as string, (colour: string) => colour],
  ["dark", PAPERS[1] as string, onDark],
] as const;

const words = realWords();
const terms = (name: string) => Object.entries(words[name] ?? {}).map(([code, term]) => ({ code, colour: term.colour ?? "", hatch: term.hatch ?? null }));
const pairs = <T>(items: readonly T[]) => items.flatMap((one, at) => items.slice(at + 1).map((other) => [one, other] as const));

test("the distance is the published one, and the simulations leave grey as it is", () => {
  const white = lab("#ffffff");
  expect(white[0]).toBeCloseTo(100, 3);
  expect(lab("#ff0000").map((part) => Number(part.toFixed(1)))).toEqual([53.2, 80.1, 67.2]); // sRGB red in CIELAB, D65
  for (const sight of SIGHT_NAMES) expect(apart("#808080", "#808080", sight)).toBe(0);
  for (const sight of SIGHT_NAMES) expect(Math.abs(lab("#808080", sight)[0] - 53.585)).toBeLessThan(0.5);
  expect(apart("#ff0000", "#6b5c00", "protan")).toBeLessThan(apart("#ff0000", "#6b5c00") / 2);
});

test("there is one paper for each theme", () => {
  expect(PAPERS.length).toBe(2);
});

test.each(["extent", "hazard_class"])("areas of %s differ by their hatch", (name) => {
  const hatches = terms(name).map(({ hatch }) => hatch).filter((hatch) => hatch !== null);
  expect(new Set(hatches).size).toBe(hatches.length);
});

test("an order never has the hatch of a hazard, nor either that of blank ground", () => {
  const of = (name: string) => terms(name).flatMap(({ hatch }) => hatch ?? []);
  const quiet = ["not_surveyed", "partly", "unknown"].map((state) => surveyLook(state).hatch);
  const all = [...of("extent"), ...of("hazard_class"), ...quiet];
  expect(new Set(all).size).toBe(all.length);
});

test("lines differ by their dashes: accidents, those at demining work, routes, districts, rivers", () => {
  const dashes = [PUBLIC_DASH, DEMINING_DASH, CORRIDOR_DASH, DISTRICT_DASH, ""];
  expect(new Set(dashes).size).toBe(dashes.length);
});

test("every verdict has its own words, so that its colour only repeats them", () => {
  for (const language of ["en", "az", "ru"]) {
    const labels = Object.values(words["verdict"] ?? {}).map(({ label }) => label[language]);
    expect(new Set(labels).size).toBe(labels.length);
  }
});

for (const [theme, paper, shown] of THEMES) {
  test.each(SIGHT_NAMES)(`${theme}: measured points at demining work, told by colour alone, stand apart to %s eyes`, (sight) => {
    expect(apart(shown(PUBLIC_COLOUR), shown(DEMINING_COLOUR), sight)).toBeGreaterThanOrEqual(TOLD_APART);
  });

  test.each(SIGHT_NAMES)(`${theme}: the ramp of the density is ordered in lightness, step by step, to %s eyes`, (sight) => {
    const seen = STOPS.map((colour) => over(shown(colour), paper, DENSITY_OPACITY));
    const lightness = [paper, ...seen].map((colour) => lab(colour, sight)[0]);
    const steps = lightness.slice(1).map((light, at) => (theme === "light" ? -1 : 1) * (light - (lightness[at] as number)));
    for (const step of steps) expect(step).toBeGreaterThanOrEqual(NEXT_TO_EACH_OTHER);
  });

  test.each(SIGHT_NAMES)(`${theme}: zones, hazards and accidents stand out from the paper to %s eyes`, (sight) => {
    const colours = [...terms("extent"), ...terms("hazard_class")].map(({ colour }) => colour).filter((colour) => colour !== "");
    for (const colour of [...colours, PUBLIC_COLOUR, DEMINING_COLOUR]) expect(apart(shown(colour), paper, sight)).toBeGreaterThanOrEqual(TOLD_APART);
  });

  test(`${theme}: extents and hazards also differ in colour to usual eyes`, () => {
    const colours = [...terms("extent"), ...terms("hazard_class")].map(({ colour }) => colour).filter((colour) => colour !== "");
    for (const [one, other] of pairs(colours)) expect([one, other, apart(shown(one), shown(other)) >= TOLD_APART]).toEqual([one, other, true]);
  });
}
