/** The sheet's numbers: degrees at its frame, what lies where, lines of text, strokes of hatches. */
import { describe, expect, test } from "vitest";

import { el, svg } from "../src/elements.ts";
import { graticuleLabel, graticuleLines, graticuleStep, homeLongitude } from "../src/graticule.ts";
import { Hatches } from "../src/hatch.ts";
import { shiftInside } from "../src/print/capture.ts";
import { hatched, movedStrokes, strokesOver, tileOf } from "../src/print/hatching.ts";
import { legendPieces } from "../src/print/legend.ts";
import { flow, pageRule, paperFor, PAPERS, planSheet, type Rect } from "../src/print/paper.ts";
import { pixelsOf } from "../src/print/picture.ts";
import { atMost, forXml, wrap } from "../src/print/text.ts";
import { onPaper } from "../src/print/words.ts";
import { wordsIn } from "./example.ts";

const [DEGREE, MINUTE] = [3600, 60];

describe("degrees", () => {
  test.each([
    [0.3, 20 * MINUTE],
    [0.5, 30 * MINUTE],
    [0.51, DEGREE],
    [7, 10 * DEGREE],
    [0.0001, 1],
    [0.002, 10],
    [100, 90 * DEGREE],
  ])("lines at least %s° apart are %s″ apart", (least, step) => {
    expect(graticuleStep(least)).toBe(step);
  });

  test("lines stand at whole steps, both ends included", () => {
    expect(graticuleLines(45.2, 46.9, 30 * MINUTE)).toEqual([45.5, 46, 46.5].map((degrees) => degrees * DEGREE));
    expect(graticuleLines(45, 47, DEGREE)).toEqual([45, 46, 47].map((degrees) => degrees * DEGREE));
    expect(graticuleLines(-1.2, 1.2, DEGREE)).toEqual([-1, 0, 1].map((degrees) => degrees * DEGREE));
    expect(graticuleLines(45.1, 45.4, 30 * MINUTE)).toEqual([]);
  });

  test("over the antimeridian the lines run on, and what is written turns back", () => {
    const words = wordsIn("en");
    const lines = graticuleLines(179.2, 181.1, 30 * MINUTE);
    expect(lines).toEqual([179.5, 180, 180.5, 181].map((degrees) => degrees * DEGREE));
    expect(lines.map((at) => graticuleLabel(words, "lon", at, 30 * MINUTE))).toEqual(["179°30′ E", "180°00′", "179°30′ W", "179°00′ W"]);
    expect(graticuleLines(-181, -179, DEGREE).map((at) => graticuleLabel(words, "lon", at, DEGREE))).toEqual(["179° E", "180°", "179° W"]);
    expect([361, -361, 540, -180].map((degrees) => homeLongitude(degrees * DEGREE) / DEGREE)).toEqual([1, -1, 180, 180]);
  });

  test.each([
    ["en", "lat", 40 * DEGREE, DEGREE, "40° N"],
    ["en", "lat", -(33 * DEGREE + 5 * MINUTE), MINUTE, "33°05′ S"],
    ["en", "lon", 46 * DEGREE + 30 * MINUTE + 5, 5, "46°30′05″ E"],
    ["en", "lat", 0, DEGREE, "0°"],
    ["az", "lat", 40 * DEGREE, DEGREE, "40° şm. e."],
    ["az", "lon", -DEGREE, DEGREE, "1° q. u."],
    ["ru", "lon", 46 * DEGREE, 30 * MINUTE, "46°00′ в. д."],
  ] as const)("in %s a line of %s at %s″ by %s″ is %s", (language, axis, at, step, label) => {
    expect(graticuleLabel(wordsIn(language), axis, at, step)).toBe(label);
  });
});

describe("where things lie", () => {
  const needs = (pieces: readonly number[]) => ({ head: () => 150, foot: () => 100, strip: 60, pieces: () => pieces.map((height) => ({ height, keep: false })) });
  const paper = (format: "A4" | "A3", landscape: boolean) => PAPERS.find((one) => one.format === format && one.landscape === landscape) as (typeof PAPERS)[number];

  test("A4 landscape: the legend stands beside the map", () => {
    // 80 of margin, 24 between parts, 36 around the map. Width 2970 - 160 = 2810, of which the legend has 20 %: 562.
    // Height from 80 + 150 + 24 = 254 to 2100 - 80 - 100 - 24 = 1896: 1642.
    const plan = planSheet(paper("A4", true), needs([100]));
    expect(plan.map).toEqual({ x: 116, y: 290, width: 2810 - 562 - 24 - 72, height: 1642 - 72 - 60 });
    expect(plan.legend.room).toEqual({ x: 2970 - 80 - 562, y: 254, width: 562, height: 1642 });
    expect([plan.legend.columns, plan.legend.size]).toEqual([1, 26]);
  });

  test("A4 portrait: the legend stands under the map, in three columns, and takes no more than it needs", () => {
    // Height from 254 to 2970 - 80 - 100 - 24 = 2766: 2512, less 100 and 24 for the legend.
    const plan = planSheet(paper("A4", false), needs([100]));
    expect(plan.map).toEqual({ x: 116, y: 290, width: 2100 - 160 - 72, height: 2512 - 100 - 24 - 72 - 60 });
    expect(plan.legend.room).toMatchObject({ x: 80, y: 2666, width: 1940, height: 100 });
    expect(plan.legend.columns).toBe(3);
    expect(plan.legend.columnWidth).toBeCloseTo((1940 - 48) / 3, 6);
  });

  test.each(PAPERS.map((one) => [`${one.format} ${one.landscape ? "landscape" : "portrait"}`, one] as const))("%s: nothing lies on anything else, however long the legend", (_, one) => {
    for (const count of [0, 1, 30, 80, 400]) {
      // Letters half as large need a quarter of the room.
      const pieces = (size: number, width: number) => Array.from({ length: count }, (__, at) => ({ height: (size * size * 60) / width, keep: at % 7 === 0 && at + 1 < count }));
      const { page, head, foot, map, legend } = planSheet(one, { ...needs([]), pieces });
      const strip = { ...map, y: map.y + map.height + 36, height: 60 };
      const rooms: Rect[] = [head, foot, map, strip, legend.room];
      for (const [at, a] of rooms.entries()) {
        expect(Math.min(a.x, a.y)).toBeGreaterThanOrEqual(80);
        expect(a.x + a.width).toBeLessThanOrEqual(page.width - 80 + 1e-6);
        expect(a.y + a.height).toBeLessThanOrEqual(page.height - 80 + 1e-6);
        for (const b of rooms.slice(at + 1)) {
          expect(a.x + a.width <= b.x + 1e-6 || b.x + b.width <= a.x + 1e-6 || a.y + a.height <= b.y + 1e-6 || b.y + b.height <= a.y + 1e-6).toBe(true);
        }
      }
      expect(legend.places).toHaveLength(count);
      const heights = pieces(legend.size, legend.columnWidth);
      for (const [at, { y }] of legend.places.entries()) expect(y + (heights[at]?.height ?? 0)).toBeLessThanOrEqual(legend.room.height + 1e-6);
      expect(map.width * map.height).toBeGreaterThan(0.3 * page.width * page.height);
    }
  });

  test("pieces run down the columns; a heading stays with what follows it", () => {
    const piece = (height: number, keep = false) => ({ height, keep });
    expect(flow([piece(40), piece(50), piece(20)], 2, 100)).toEqual([{ column: 0, y: 0 }, { column: 0, y: 40 }, { column: 1, y: 0 }]);
    expect(flow([piece(60), piece(30, true), piece(30)], 2, 100)).toEqual([{ column: 0, y: 0 }, { column: 1, y: 0 }, { column: 1, y: 30 }]);
    expect(flow([piece(60), piece(60), piece(60)], 2, 100)).toBeNull();
    expect(flow([piece(101)], 3, 100)).toBeNull();
    expect(flow([], 1, 100)).toEqual([]);
  });

  test("the printer is told of the paper, and of no margin that an address could be written into", () => {
    expect(PAPERS.map(pageRule)).toEqual(["A4 landscape", "A4 portrait", "A3 landscape", "A3 portrait"].map((size) => `@page { size: ${size}; margin: 0; }`));
  });

  test("the paper is turned as the screen is", () => {
    expect(paperFor({ x: 900, y: 600 })).toEqual({ format: "A4", landscape: true });
    expect(paperFor({ x: 400, y: 800 })).toEqual({ format: "A4", landscape: false });
    expect(paperFor({ x: 0, y: 0 })).toEqual({ format: "A4", landscape: true });
  });

  test("a picture of A4 has 300 dots to the inch", () => {
    // 297 mm / 25.4 * 300 = 3507.9 and 210 mm / 25.4 * 300 = 2480.3
    expect(pixelsOf({ width: 2970, height: 2100 })).toEqual({ width: 3508, height: 2480 });
    expect(pixelsOf({ width: 2100, height: 2970 })).toEqual({ width: 2480, height: 3508 });
  });
});

describe("text", () => {
  const measure = (text: string, { size }: { size: number }) => Array.from(text).length * size;
  const font = { size: 10 };

  test.each([
    ["one two three", 70, ["one two", "three"]],
    ["one  two\nthree", 200, ["one two", "three"]],
    ["a abcdefgh b", 40, ["a", "abcd", "efgh", "b"]],
    ["ab😀cd", 20, ["ab", "😀c", "d"]],
    ["  ", 40, []],
    ["", 40, []],
  ])("%j in a width of %s", (text, width, lines) => {
    expect(wrap(text, width, font, measure)).toEqual(lines);
  });

  test("what does not fit on the last line is told of", () => {
    expect(atMost(["a", "b"], 2)).toEqual(["a", "b"]);
    expect(atMost(["a", "b", "c"], 2)).toEqual(["a", "b …"]);
  });

  test("signs that XML cannot hold are shown as such", () => {
    expect(forXml("a\u0000b\u001bc\ud800d\uffffe")).toBe("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe");
    expect(forXml("Ağdam 😀 <b>\t\u202e")).toBe("Ağdam 😀 <b>\t\u202e");
  });
});

describe("hatches", () => {
  test("a tile is repeated over every place that the box meets", () => {
    const tile = { size: 10, scale: 1, strokes: "M0,5 h10", colour: "#123456", strokeWidth: 1, tint: "0.1" };
    expect(strokesOver({ x: 0, y: 0, width: 20, height: 10 }, tile)).toBe("M0,5h10M10,5h10".replace(/h/g, " h"));
    expect(strokesOver({ x: -1, y: 12, width: 2, height: 2 }, tile)).toBe("M-10,15 h10M0,15 h10");
    expect(movedStrokes("M1,2.5 h3 M6,7.5 l-3,4", 2, 100, 200)).toBe("M102,205 h6 M112,215 l-6,8");
  });

  test("a hatch of the page is drawn stroke by stroke inside the shape, under its outline, without a pattern", () => {
    const hatches = new Hatches();
    const id = /#(.+)\)/.exec(hatches.fill({ colour: "#7b2d8b", hatch: "diagonal", dash: "" }))?.[1] ?? "";
    const tile = tileOf(hatches.element.querySelector(`#${id}`) as Element);
    expect(tile).toMatchObject({ size: 10, colour: "#7b2d8b", strokeWidth: 1.3, tint: "0.12" });
    expect(tile.strokes.trim()).toBe("M0,10 l10,-10");
    const shape = svg("path", { d: "M0,0 h20 v10 h-20 z", fill: `url(#${id})`, stroke: "#000000" });
    shape.setAttribute("fill-rule", "evenodd");
    const drawn = hatched(shape, { x: 0, y: 0, width: 20, height: 10 }, tile, "clip-1");
    expect(drawn.outerHTML).not.toContain("url(#mapper");
    expect(drawn.querySelector("clipPath#clip-1 > path")?.getAttribute("clip-rule")).toBe("evenodd");
    expect(drawn.querySelector("[clip-path] > path")?.getAttribute("d")).toBe("M0,10 l10,-10M10,10 l10,-10");
    expect(drawn.lastElementChild?.getAttribute("fill")).toBe("none");
    expect(drawn.lastElementChild?.getAttribute("stroke")).toBe("#000000");
  });
});

test("the legend keeps its order: headings stay with what follows, signs with their text, notes smaller", () => {
  const part = el("div", {}, el("h3", {}, "Zones"), el("ul", {}, el("li", {}, el("span", {}, "2"), el("span", {}, "two in district"))), el("p", {}, "A note."));
  const pieces = legendPieces([part], 20, 400, (text, { size }) => text.length * size * 0.5);
  expect(pieces.map(({ keep }) => keep)).toEqual([true, false, false]);
  const drawn = pieces.map((piece) => piece.draw(0, 0, null as never).map((mark) => mark.textContent).filter((text) => text !== ""));
  expect(drawn).toEqual([["Zones"], ["2", "two in district"], ["A note."]]);
});

test("what stands open is printed without anything to press, its fields as what they hold", () => {
  const select = el("select", {}, el("option", {}, "one"), el("option", {}, "two"));
  select.selectedIndex = 1;
  const day = el("input", { type: "text", id: "day" });
  day.value = "2021-03-01";
  const shown = el("section", { id: "mapper-details" }, el("button", {}, "Close"), el("label", {}, "Day", day), el("label", {}, "Who", select), el("label", {}, "File", el("input", { type: "file" })));
  const copy = onPaper(shown);
  expect(copy.textContent).toBe("Day2021-03-01Whotwo");
  expect(copy.querySelector("button, input, select, [id]")).toBeNull();
  expect(copy.id).toBe("");
});

test("a label over the edge moves inside, and one that belongs outside is left out", () => {
  expect(shiftInside(10, 20, 100)).toBe(0);
  expect(shiftInside(-5, 20, 100)).toBe(5);
  expect(shiftInside(88, 20, 100)).toBe(-8);
  expect(shiftInside(-11, 20, 100)).toBeNull();
  expect(shiftInside(91, 20, 100)).toBeNull();
});
