/** Marks in view, worked out by hand on the square of zoom 0 (256 pixels for 360 degrees), what a mask hides, and clusters. */
import { expect, test } from "vitest";

import { groupIncidents, type RowMask } from "../src/grouping.ts";
import { clustersIn } from "../src/layers/clusters.ts";
import { Field } from "../src/layers/field.ts";
import { latestFirst } from "../src/order.ts";
import { SIGNS, WORST, worstOf, worstRanks } from "../src/worst.ts";
import { exampleData, tablesWith } from "./example.ts";
import type { Row } from "./make_block.ts";

const LOOK = { colour: "#000000", dash: [], fill: "#ffffff", fillOpacity: 1 };
const disc = (lon: number, lat: number, uncertainty_m: number): Row => ({ place: "disc", lon, lat, uncertainty_m });
const point = (lon: number, lat: number, others: Row = {}): Row => ({ place: "point", lon, lat, ...others });

function made(incidents: readonly Row[], mask: RowMask = null) {
  const data = exampleData(tablesWith({ incidents }));
  const { groups } = groupIncidents(data.incidents, data.districts);
  const field = new Field(groups, [LOOK], new Uint8Array(groups.length));
  field.mask = mask;
  return { data, groups, field };
}

/** Which groups show in a part given in pixels of a zoom whose scale is `scale`, with points of 5 + 1.8 pixels. */
function shown({ field }: ReturnType<typeof made>, scale: number, [left, top, right, bottom]: readonly number[], most = 1e9): number[] {
  const part = { left: (left as number) / scale, top: (top as number) / scale, right: (right as number) / scale, bottom: (bottom as number) / scale };
  return field.groupsIn(part, 6.8 / scale, most);
}

test("a point is in view with its own size around it", () => {
  // 0 E 0 N stands at (128, 128) at zoom 0, at (512, 512) at four times that scale
  const one = made([point(0, 0)]);
  expect(shown(one, 4, [0, 0, 506, 600])).toEqual([0]);
  expect(shown(one, 4, [0, 0, 505, 600])).toEqual([]);
});

test("a circle reaches as far as its metres", () => {
  // 1,000 km at the equator: 1,000 / 40,030 * 256 = 6.395 pixels at zoom 0, 25.6 at four times; twice as much at 60 N
  const [equator, north] = [made([disc(0, 0, 1e6)]), made([disc(0, 60, 1e6)])];
  expect([shown(equator, 4, [0, 0, 480, 600]), shown(equator, 4, [0, 0, 479, 600])]).toEqual([[0], []]);
  expect(shown(north, 4, [0, 0, 455, 600])).toEqual([0]);
});

test("all of 3,000 marks are in a view that holds the world, none in one beside it, and some when some are enough", () => {
  const many = made(Array.from({ length: 3000 }, (_, index) => point((index % 360) - 180, (index % 161) - 80)));
  expect(shown(many, 1, [0, 0, 256, 256]).length).toBe(many.groups.length);
  expect(shown(many, 1, [1000, 1000, 1100, 1100])).toEqual([]);
  expect(shown(many, 1, [0, 0, 256, 256], 7).length).toBe(7);
  expect(many.field.drawable).toBe(many.groups.length);
});

test("cells give the very marks that a look at each one gives", () => {
  let seed = 1;
  const lot = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const few = made(Array.from({ length: 400 }, () => (lot() < 0.5 ? point(46 + lot(), 39 + lot()) : disc(46 + lot(), 39 + lot(), 5000 * lot()))));
  for (let round = 0; round < 50; round++) {
    const [x, y] = [256 * (0.5 + (46 + lot()) / 360), 97 + 0.5 * lot()];
    const part = { left: x, top: y, right: x + 0.1 * lot(), bottom: y + 0.1 * lot() };
    const looked = Array.from({ length: few.groups.length }, (_, group) => group).filter((group) => few.field.isIn(group, part, 0));
    expect(few.field.groupsIn(part, 0, 1e9)).toEqual(looked);
  }
});

test("a mask hides a group when all of its records are hidden, and counts records", () => {
  // rows in the order of the grid: two at the southern place, then one
  const rows = [point(46, 39), point(46, 39), point(46, 41)];
  const masked = (...mask: number[]) => made(rows, Uint8Array.from(mask));
  const view = [0, 0, 256, 256];
  expect([shown(masked(1, 0, 1), 1, view), shown(masked(0, 0, 1), 1, view)]).toEqual([[0, 1], [1]]);
  expect(masked(1, 0, 1).groups.countRows("point", Uint8Array.from([1, 0, 1]))).toBe(2);
  expect(masked(1, 0, 1).groups.countRows("point", null)).toBe(3);
  expect(masked(1, 0, 1).groups.countRows("disc", null)).toBe(0);
});

test("the worst of several: killed, then injured, then nothing stated or nobody hurt", () => {
  const { data } = made([point(46, 39, { killed: 0 }), point(46, 40, { injured: 2, killed: 0 }), point(46, 41, { killed: 1, injured: 9 }), point(46, 42)]);
  const rankOf = worstRanks(data.incidents);
  expect([0, 1, 2, 3].map((row) => WORST[rankOf(row)])).toEqual(["none", "injured", "killed", "none"]);
  expect([worstOf(rankOf, [0, 1, 3]), worstOf(rankOf, [1, 2]), worstOf(rankOf, [0])]).toEqual(["injured", "killed", "none"]);
  expect(new Set(Object.values(SIGNS)).size).toBe(3);
});

test("a cluster counts the records of its square, stands in their middle, and shows the worst of those not hidden", () => {
  // at a scale of 16 a square of 110 pixels has an edge of 6.875 at zoom 0, 9.7 degrees of longitude: one square holds both places
  const rows = [point(46, 39, { killed: 1 }), point(46, 39), point(47, 40, { injured: 1 })];
  const world = { left: 0, top: 0, right: 256, bottom: 256 };
  const clusters = (mask: RowMask) => {
    const { field, data } = made(rows, mask);
    return clustersIn(field, world, 16, worstRanks(data.incidents)).map(({ at, n, worst }) => [at[0].toFixed(3), at[1].toFixed(3), n, worst]);
  };
  expect(clusters(null)).toEqual([["46.333", "39.333", 3, 2]]);
  expect(clusters(Uint8Array.from([0, 1, 1]))).toEqual([["46.500", "39.500", 2, 1]]);
  expect(clusters(Uint8Array.from([0, 0, 0]))).toEqual([]);
});

test("the latest accident comes first, by what is stated of its date; without any, last", () => {
  const { data } = made([
    point(46, 39, { date_start: "2021-03-04" }), point(46, 40, { date_end: "2021-03" }), point(46, 41), point(46, 42, { reported_on: "2022-01-01" }),
  ]);
  expect(latestFirst(data.incidents)).toEqual([3, 0, 1, 2]);
});
