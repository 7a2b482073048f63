/** Marks in view, worked out by hand on the square of zoom 0: 256 pixels for 360 degrees. */
import * as L from "leaflet";
import { expect, test } from "vitest";

import { Marks, type Mark } from "../src/layers/marks.ts";

const LOOK = { colour: "#000000", dash: [], fill: "#ffffff", fillOpacity: 1 };
const mark = (lon: number, lat: number, radius_m = 0): Mark => ({ at: [lon, lat], radius_m, look: LOOK });
const marks = (...given: Mark[]) => new Marks(given, L.canvas(), "incidents");
const box = (x0: number, y0: number, x1: number, y1: number) => ({ min: L.point(x0, y0), max: L.point(x1, y1) });

test("a mark is in view with its own size around it", () => {
  // 0 E 0 N stands at (128, 128) at zoom 0, at (512, 512) at four times that scale; a point reaches 5 + 1.8 pixels
  const one = marks(mark(0, 0));
  expect(one.inView(box(0, 0, 506, 600), 4, L.point(0, 0))).toEqual([0]);
  expect(one.inView(box(0, 0, 505, 600), 4, L.point(0, 0))).toEqual([]);
  expect(one.inView(box(0, 0, 6, 6), 4, L.point(512, 512))).toEqual([0]);
});

test("a circle reaches as far as its metres", () => {
  // 1,000 km at the equator: 1,000 / 40,030 * 256 = 6.395 pixels at zoom 0, 25.6 at four times; twice as much at 60 N
  const [equator, north] = [marks(mark(0, 0, 1e6)), marks(mark(0, 60, 1e6))];
  expect(equator.inView(box(0, 0, 485, 600), 4, L.point(0, 0))).toEqual([0]);
  expect(equator.inView(box(0, 0, 484, 600), 4, L.point(0, 0))).toEqual([]);
  expect(north.inView(box(0, 0, 460, 600), 4, L.point(0, 0))).toEqual([0]);
});

test("all of 100,000 marks are in a view that holds the world, none in one beside it", () => {
  const many = marks(...Array.from({ length: 100_000 }, (_, index) => mark((index % 360) - 180, (index % 160) - 80)));
  expect(many.inView(box(0, 0, 256, 256), 1, L.point(0, 0)).length).toBe(100_000);
  expect(many.inView(box(1000, 1000, 1100, 1100), 1, L.point(0, 0))).toEqual([]);
});
