/** The block's bytes, written by hand or by an independent writer, come back as what was put in. */
import { expect, test } from "vitest";

import { countRecords, decodeBase64, openTable, readBlock, type Block, type Spec } from "../src/block.ts";
import { Failure } from "../src/failure.ts";
import { decodeGeometry, type Geometry } from "../src/geometry.ts";
import { META, realWords, TABLES } from "./example.ts";
import { encodeGeometry, makePlain } from "./make_block.ts";

/** A block of one table from numbers written out one by one. */
function byHand(columns: object, rows: number, binary: Uint8Array): Block {
  const header = new TextEncoder().encode(JSON.stringify({ meta: {}, words: {}, tables: { t: { rows, columns } } }));
  const start = Math.ceil((4 + header.length) / 8) * 8;
  const bytes = new Uint8Array(start + binary.length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  bytes.set(binary, start);
  return readBlock(bytes);
}

const open = (block: Block, spec: Spec) => openTable(block, "t", spec);

test("f64: 1.5 and NaN, which is null", () => {
  // 1.5 = 0x3FF8000000000000, NaN = 0x7FF8000000000000, little-endian
  const bytes = Uint8Array.from([0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  const table = open(byHand({ a: { type: "f64", at: 0 } }, 2, bytes), { a: "f64" });
  expect([table.get("a", 0), table.get("a", 1)]).toEqual([1.5, null]);
});

test("i32: 258, 0 and -2147483648, which is null; zero is not null", () => {
  const bytes = Uint8Array.from([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]);
  const table = open(byHand({ a: { type: "i32", at: 0 } }, 3, bytes), { a: "i32" });
  expect([0, 1, 2].map((row) => table.get("a", row))).toEqual([258, 0, null]);
});

test("code: the second value, then null", () => {
  const bytes = Uint8Array.from([1, 0, 0xff, 0xff]);
  const table = open(byHand({ a: { type: "code", at: 0, values: ["x", "y"] } }, 2, bytes), { a: "code" });
  expect([table.get("a", 0), table.get("a", 1), table.text("a", 1)]).toEqual(["y", null, ""]);
});

test("text: two-byte letters, an empty text is null, a list is split", () => {
  // "ə" is C9 99; then "" ; then "a; b"
  const bytes = Uint8Array.from([0xc9, 0x99, 0x61, 0x3b, 0x20, 0x62, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 6, 0, 0, 0]);
  const table = open(byHand({ a: { type: "text", at: 0, bytes: 6, ends_at: 8 } }, 3, bytes), { a: "text" });
  expect([table.get("a", 0), table.get("a", 1), table.list("a", 2)]).toEqual(["ə", null, ["a", "b"]]);
});

test("geometry: a point at 46.9 E 40.1 N and none", () => {
  const numbers = Int32Array.from([1, 46_900_000, 40_100_000, 0, 3, 3]);
  const block = byHand({ a: { type: "geometry", at: 0, count: 3, ends_at: 16 } }, 2, new Uint8Array(numbers.buffer.slice(0, 12).byteLength + 12));
  new Int32Array(block.binary, 0, 3).set([1, 46_900_000, 40_100_000]);
  new Uint32Array(block.binary, 16, 2).set([3, 3]);
  const table = open(block, { a: "geometry" });
  expect(table.get("a", 0)).toEqual({ kind: "point", at: [46.9, 40.1] });
  expect(table.get("a", 1)).toBeNull();
});

test("geometry: differences run on from part to part", () => {
  // two lines: (1, 2) -> (3, 1), then (3, 5): written in millionths of a degree
  const lines = decodeGeometry(Int32Array.from([2, 2, 2, 1_000_000, 2_000_000, 2_000_000, -1_000_000, 1, 0, 4_000_000]));
  expect(lines).toEqual({ kind: "lines", lines: [[[1, 2], [3, 1]], [[3, 5]]] });
});

test("geometry: polygons with a hole come back as written", () => {
  const ring = (a: number, b: number): [number, number][] => [[a, a], [b, a], [b, b], [a, a]];
  const shape: Geometry = { kind: "polygons", polygons: [[ring(0, 9), ring(2, 3)], [ring(-5.123456, -4)]] };
  expect(decodeGeometry(Int32Array.from(encodeGeometry(shape)))).toEqual(shape);
});

test.each([
  ["too short", [3, 1, 1, 2, 0, 0]],
  ["too long", [1, 0, 0, 7]],
  ["an impossible length", [2, 1, 1_000_000, 0, 0]],
  ["an unknown kind", [4, 0, 0]],
])("geometry: %s is refused", (_, numbers) => {
  expect(() => decodeGeometry(Int32Array.from(numbers))).toThrow(RangeError);
});

test.each([
  ["a column that is not there", { b: { type: "i32", at: 0 } }],
  ["a column of another type", { a: { type: "f64", at: 0 } }],
  ["an offset outside", { a: { type: "i32", at: 8 } }],
  ["an offset between", { a: { type: "i32", at: 4 } }],
])("%s is a failure", (_, columns) => {
  expect(() => open(byHand(columns, 2, new Uint8Array(8)), { a: "i32" })).toThrow(Failure);
});

test("ends that fall, and a code without a value, are failures", () => {
  const falling = Uint8Array.from([0x61, 0x62, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
  expect(() => open(byHand({ a: { type: "text", at: 0, bytes: 2, ends_at: 8 } }, 2, falling), { a: "text" })).toThrow(Failure);
  const code = byHand({ a: { type: "code", at: 0, values: ["x"] } }, 1, Uint8Array.from([1, 0]));
  expect(() => open(code, { a: "code" })).toThrow(Failure);
});

test("a header that is cut, or no header at all, is a failure", () => {
  const whole = makePlain(META, {}, TABLES);
  expect(() => readBlock(whole.subarray(0, 100))).toThrow(Failure);
  expect(() => readBlock(new Uint8Array(2))).toThrow(Failure);
});

test("base64 with a foreign letter is a failure", () => {
  expect([...decodeBase64("AQI=")]).toEqual([1, 2]);
  expect(() => decodeBase64("A*I=")).toThrow(Failure);
});

test("records are the rows of all tables: 5 + 3 + 2 + 1 + 1 + 1 + 2 + 2", () => {
  expect(countRecords(readBlock(makePlain(META, realWords(), TABLES)).header)).toBe(17);
});
