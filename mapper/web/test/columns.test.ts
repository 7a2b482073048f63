/** Each way of storing a column, from bytes written out by hand as `mapper/output/columns.py` and `packing.py` describe them. */
import { expect, test } from "vitest";

import { decodeBase64 } from "../src/base64.ts";
import { openTable, type Spec } from "../src/block.ts";
import { Failure } from "../src/failure.ts";
import { readInts, signed } from "../src/ints.ts";

/** Open columns of `rows` rows that lie in a body of these bytes. */
function opened(columns: Readonly<Record<string, { readonly type: string }>>, rows: number, bytes: readonly number[]) {
  const spec = Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type])) as Spec;
  const block = { header: { meta: {}, words: {}, tables: { t: { rows, columns } } } as never, body: Uint8Array.from(bytes) };
  const table = openTable(block, "t", spec);
  return (name: string) => table.indices().map((row) => table.get(name, row));
}

const read = (bytes: readonly number[], bits: number, n: number, low = 0) => {
  const one = readInts(Uint8Array.from(bytes), { at: 0, bits, low, n });
  return Array.from({ length: n }, (_, i) => one(i));
};

test("ints of each width", () => {
  expect(read([], 0, 3, 7)).toEqual([7, 7, 7]);
  expect(read([0b00001101], 1, 4)).toEqual([1, 0, 1, 1]);
  expect(read([0b11100100, 0b01], 2, 5)).toEqual([0, 1, 2, 3, 1]);
  expect(read([0xf1, 0x02], 4, 3, 10)).toEqual([11, 25, 12]);
  expect(read([1, 255], 8, 2)).toEqual([1, 255]);
  expect(read([1, 2, 0, 1], 16, 2)).toEqual([1, 258]); // planes: low bytes 1 and 2, high bytes 0 and 1
  expect(read([1, 2, 0, 1, 0, 1], 24, 2)).toEqual([1, 65_794]);
  expect(read([255, 255, 255, 255], 32, 1)).toEqual([4_294_967_295]);
  expect([0, 1, 2, 3, 4, 4_294_967_295].map(signed)).toEqual([0, -1, 1, -2, 2, -2_147_483_648]);
});

test("words and numbers, 0 for null", () => {
  const codes = { at: 0, bits: 2, low: 0, n: 3 };
  const cells = opened({
    a: { type: "code", as: "words", values: ["x", "y"], codes } as never,
    b: { type: "f64", as: "numbers", values: [0, 2.5], codes } as never,
    c: { type: "i32", as: "numbers", base: -1, scale: 1, codes } as never,
    d: { type: "f64", as: "numbers", base: 30, scale: 100, codes } as never,
    e: { type: "text", as: "words", values: [], codes: {} } as never,
  }, 3, [0b00_00_10_01]);
  expect(["a", "b", "c", "d", "e"].map(cells)).toEqual([["x", "y", null], [0, 2.5, null], [-1, 0, null], [0.3, 0.31, null], [null, null, null]]);
});

test("days, and steps from an earlier day", () => {
  // 2020-11-10 is day 18,576; code 3 is two days later. Steps 1 and 31 with shift -1: the same day, and 30 days after it
  const cells = opened({
    a: { type: "text", as: "days", base: 18_576, codes: { at: 0, bits: 8, low: 0, n: 3 } } as never,
    b: { type: "text", as: "days", base: 18_576, codes: { at: 3, bits: 8, low: 0, n: 3, since: "a", shift: -1 } } as never,
  }, 3, [1, 3, 0, 1, 31, 0]);
  expect(cells("a")).toEqual(["2020-11-10", "2020-11-12", null]);
  expect(cells("b")).toEqual(["2020-11-10", "2020-12-12", null]);
});

test("a column that another settles", () => {
  const cells = opened({
    a: { type: "code", as: "words", values: ["p", "q"], codes: { at: 0, bits: 8, low: 0, n: 4 } } as never,
    b: { type: "text", as: "words", values: ["u", "v"], codes: { at: 4, bits: 8, low: 0, n: 3, by: "a" } } as never,
  }, 4, [1, 2, 0, 2, 0, 2, 1]);
  expect(cells("b")).toEqual(["v", "u", null, "u"]);
});

test("ids: letters, digits with and without leading zeros", () => {
  const parts = [
    { words: ["az-", "ge-"], codes: { at: 0, bits: 8, low: 0, n: 2 } },
    { digits: 4, base: 0, codes: { at: 2, bits: 8, low: 0, n: 2 } },
    { words: ["/"], codes: { at: 0, bits: 0, low: 1, n: 2 } },
    { digits: 0, base: 9, codes: { at: 4, bits: 8, low: 0, n: 2 } },
  ];
  expect(opened({ a: { type: "text", as: "ids", parts } as never }, 2, [1, 2, 8, 201, 1, 92])("a")).toEqual(["az-0007/9", "ge-0200/100"]);
});

test("doubles as eight planes", () => {
  // 1.5 = 3F F8 00 … and NaN = 7F F8 00 …, highest byte last
  const planes = [...Array.from({ length: 12 }, () => 0), 0xf8, 0xf8, 0x3f, 0x7f];
  expect(opened({ a: { type: "f64", as: "doubles", at: 0 } as never }, 2, planes)("a")).toEqual([1.5, null]);
});

test("texts: two-byte letters, an empty text is null", () => {
  const texts = { type: "text", as: "texts", at: 0, bytes: 3, sizes: { at: 3, bits: 8, low: 0, n: 2 } };
  expect(opened({ a: texts as never }, 2, [0xc9, 0x99, 0x61, 0, 3])("a")).toEqual([null, "əa"]);
});

test("shapes: a point at 46.9 E 40.1 S, and none", () => {
  // 1, 46,900,000 and -40,100,000 as signed ints: 2, 93,800,000 = 05 97 46 40 and 80,199,999 = 04 C7 C1 3F, in planes
  const numbers = { at: 0, bits: 32, low: 0, n: 3 };
  const bytes = [2, 0x40, 0x3f, 0, 0x46, 0xc1, 0, 0x97, 0xc7, 0, 0x05, 0x04, 3, 0];
  const shapes = { type: "geometry", as: "shapes", numbers, sizes: { at: 12, bits: 8, low: 0, n: 2 } };
  expect(opened({ a: shapes as never }, 2, bytes)("a")).toEqual([{ kind: "point", at: [46.9, -40.1] }, null]);
});

const GRID = (counts: readonly number[]) => ({
  // two cells of 16 units in one row, the second two columns on; 2 and 1 places, and a row without one
  type: "position", as: "places", cell: 4, west: 46_000_000, south: -40_000_000, rounded_m: 0,
  rows: { at: 0, bits: 8, low: 0, n: 2 }, columns: { at: 2, bits: 8, low: 0, n: 2 }, counts: { at: 4, bits: 8, low: 0, n: counts.length },
  north: { at: 6, bits: 8, low: 0, n: 3 }, east: { at: 9, bits: 8, low: 0, n: 3 },
});
const GRID_BYTES = [1, 0, 0, 2, 2, 1, 3, 4, 5, 15, 0, 7];

test("places: steps to the north within a cell, and none for the last row", () => {
  // the cells' south edge is one row up: -40,000,000 + 16
  expect(opened({ a: GRID([2, 1]) as never }, 4, GRID_BYTES)("a")).toEqual([
    [46.000015, -39.999981], [46, -39.999977], [46.000039, -39.999979], null,
  ]);
});

test.each([[[3, 1]], [[1, 1]]])("cells that hold %j places of three are a failure", (counts) => {
  const bytes = GRID_BYTES.map((byte, i) => (i === 4 ? (counts[0] as number) : byte));
  expect(() => opened({ a: GRID(counts) as never }, 4, bytes)).toThrow(Failure);
});

test("base64 by letters gives what the browser's own gives", () => {
  expect([...decodeBase64("AQL/", undefined)]).toEqual([1, 2, 255]);
  expect([...decodeBase64("AQL/", (text) => Uint8Array.from(Buffer.from(text, "base64")))]).toEqual([1, 2, 255]);
});
