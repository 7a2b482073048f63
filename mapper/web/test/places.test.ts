/** Where things are: grouping, the answer to a click, label places, the legend's classes. */
import { expect, test } from "vitest";

import { exampleData, square, tablesWith } from "./example.ts";
import { Failure } from "../src/failure.ts";
import { distance, distanceToLine, inGeometry, labelPoint, type Geometry } from "../src/geometry.ts";
import { allDemining, groupIncidents, sharedDevice, type Groups } from "../src/grouping.ts";
import { whatIsHere } from "../src/here.ts";
import { boxAt, overlaps } from "../src/labels.ts";
import { classColours, densityClasses } from "../src/layers/density.ts";
import { roundLength } from "../src/map.ts";

const data = exampleData();
const grouped = groupIncidents(data.incidents, data.districts);
const all = (groups: Groups) => Array.from({ length: groups.length }, (_, group) => groups.at(group));

test("records of one place are one circle; each record is counted once", () => {
  // the point lies in the south, so its row comes first
  expect(all(grouped.groups).map(({ place, rows, uncertainty_m }) => [place, rows, uncertainty_m])).toEqual([
    ["point", [0], 0],
    ["disc", [1, 2], 2000],
  ]);
  expect(grouped.districtCounts.map(({ rows }) => rows)).toEqual([[3]]);
  expect(grouped.listed).toEqual([4]); // Ağdərə has no outline, so no place for a number
});

test("the order of the records does not change the groups", () => {
  const turned = exampleData(tablesWith({ incidents: [...(data.incidents.indices().map((row) => row))].reverse().map((row) => ({
    place: data.incidents.get("place", row), lon: data.incidents.get("at", row)?.[0], lat: data.incidents.get("at", row)?.[1],
    uncertainty_m: data.incidents.get("uncertainty_m", row), district: data.incidents.get("district", row),
  })) }));
  const sizes = (groups: Groups) => all(groups).map(({ rows }) => rows.length).sort();
  expect(sizes(groupIncidents(turned.incidents, turned.districts).groups)).toEqual(sizes(grouped.groups));
});

test("a place without position or radius stops the page", () => {
  for (const broken of [{ place: "disc", lon: 46, lat: 40 }, { place: "point", lat: 40 }]) {
    const { incidents, districts } = exampleData(tablesWith({ incidents: [broken] }));
    expect(() => groupIncidents(incidents, districts)).toThrow(Failure);
  }
});

test("a shared device and demining work are told only when all records agree", () => {
  expect([sharedDevice(data.incidents, [1, 2]), sharedDevice(data.incidents, [1])]).toEqual([null, "ap_mine"]);
  expect([allDemining(data.incidents, [1, 2]), allDemining(data.incidents, [1])]).toEqual([false, true]);
});

test("a click inside a zone and a circle answers with both", () => {
  const here = whatIsHere(data, grouped, [46.905, 40.105], 10);
  expect(here.zones).toEqual([0]);
  expect(here.groups.map((group) => group.rows)).toEqual([[1, 2]]);
  expect([here.district, here.districtCount?.rows, here.contours]).toEqual([0, [3], [0, 1]]);
});

test("a click beside a zone's line, within its accuracy, is told of the zone", () => {
  // 0.02 degrees of latitude south of the line: 2,224 m, below 5,000
  const here = whatIsHere(data, grouped, [47, 39.98], 10);
  expect(here.zones).toEqual([]);
  expect(here.nearZones.map(({ zone }) => zone)).toEqual([0]);
  expect(here.nearZones[0]?.distance_m).toBeCloseTo(2223.9, 0);
  // 0.06 degrees: 6,672 m
  expect(whatIsHere(data, grouped, [47, 39.94], 10).nearZones).toEqual([]);
});

test("a hole is outside, and its line is near", () => {
  const ring = (a: number, b: number): [number, number][] => [[a, a], [b, a], [b, b], [a, b], [a, a]];
  const holed: Geometry = { kind: "polygons", polygons: [[ring(0, 10), ring(4, 6)]] };
  expect([inGeometry([5, 5], holed), inGeometry([1, 1], holed), inGeometry([11, 1], holed)]).toEqual([false, true, false]);
  expect(distanceToLine([5, 5], null)).toBe(Infinity);
});

test("one degree of latitude is 111.2 km, one of longitude at 40 N 85.2 km", () => {
  // 6,371.0 km * pi / 180 = 111.195; times cos 40 = 0.766044: 85.18
  expect(distance([46, 39.5], [46, 40.5]) / 1000).toBeCloseTo(111.195, 2);
  expect(distance([46, 40], [47, 40]) / 1000).toBeCloseTo(85.18, 1);
});

test("a label stands inside its shape, also in one that is bent", () => {
  const bent: Geometry = { kind: "polygons", polygons: [[[[0, 0], [9, 0], [9, 9], [8, 9], [8, 1], [0, 1], [0, 0]]]] };
  for (const shape of [bent, square(46, 40, 1)]) expect(inGeometry(labelPoint(shape) ?? [0, 0], shape)).toBe(true);
  expect(labelPoint(null)).toBeNull();
});

test("labels beside each other do not overlap, on each other they do", () => {
  const [above, below] = [boxAt(100, 100, 40, 20, "above"), boxAt(100, 100, 24, 24, "below")];
  expect(overlaps(above, below)).toBe(false);
  expect(overlaps(above, boxAt(110, 95, 40, 20, "middle"))).toBe(true);
});

test("density classes rise, each once, the highest darkest", () => {
  const classes = densityClasses(data.contours);
  expect(classes.map(({ lower, upper }) => [lower, upper])).toEqual([[0.001, 0.01], [0.01, 0.05]]);
  expect(classes.map(({ colour }) => colour)).toEqual(["#d3dee6", "#23516f"]);
  expect([classColours(1), classColours(0), new Set(classColours(6)).size]).toEqual([["#23516f"], [], 6]);
});

test.each([
  [1, 1],
  [1999, 1000],
  [2000, 2000],
  [49999, 20000],
  [75, 50],
])("the longest round length up to %i m is %i m", (most, expected) => {
  expect(roundLength(most)).toBe(expected);
});
