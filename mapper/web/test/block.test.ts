/** The block's bytes, written by hand or by an independent writer, come back as what was put in. */
import { expect, test } from "vitest";

import { decodeBase64 } from "../src/base64.ts";
import { countRecords, openTable, readBlock, type Block, type Spec } from "../src/block.ts";
import { Failure } from "../src/failure.ts";
import { decodeGeometry, type Geometry } from "../src/geometry.ts";
import { META, realWords, TABLES } from "./example.ts";
import { encodeGeometry, makePlain } from "./make_block.ts";

/** A block of one table from numbers written out one by one. */
function byHand(columns: object, rows: number, body: Uint8Array): Block {
  const header = new TextEncoder().encode(JSON.stringify({ meta: {}, words: {}, tables: { t: { rows, columns } } }));
  const bytes = new Uint8Array(4 + header.length + body.length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  bytes.set(body, 4 + header.length);
  return readBlock(bytes);
}

const open = (block: Block, spec: Spec) => openTable(block, "t", spec);

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

const FOUR = { at: 0, bits: 16, low: 0, n: 4 };

test.each([
  ["a column that is not there", { b: { type: "i32", as: "numbers", values: [1], codes: FOUR } }],
  ["a column of another type", { a: { type: "f64", as: "numbers", values: [1], codes: FOUR } }],
  ["a way that is not there", { a: { type: "i32", as: "toString", codes: FOUR } }],
  ["codes without a meaning", { a: { type: "i32", as: "numbers", codes: FOUR } }],
  ["a start outside", { a: { type: "i32", as: "numbers", values: [1], codes: { ...FOUR, at: 1 } } }],
  ["too few numbers", { a: { type: "i32", as: "numbers", values: [1], codes: { ...FOUR, n: 3 } } }],
  ["an odd width", { a: { type: "i32", as: "numbers", values: [1], codes: { ...FOUR, bits: 3 } } }],
  ["a lean on nothing", { a: { type: "i32", as: "numbers", values: [1], codes: { ...FOUR, by: "b" } } }],
])("%s is a failure", (_, columns) => {
  expect(() => open(byHand(columns, 4, new Uint8Array(8)), { a: "i32" })).toThrow(Failure);
});

test("ends that do not meet the length, and a code without a value, are failures", () => {
  const texts = { type: "text", as: "texts", at: 0, bytes: 2, sizes: { at: 2, bits: 8, low: 0, n: 2 } };
  expect(open(byHand({ a: texts }, 2, Uint8Array.from([0x61, 0x62, 2, 0])), { a: "text" }).get("a", 0)).toBe("ab");
  expect(() => open(byHand({ a: texts }, 2, Uint8Array.from([0x61, 0x62, 1, 0])), { a: "text" })).toThrow(Failure);
  expect(() => open(byHand({ a: texts }, 2, Uint8Array.from([0x61, 0x62, 2, 1])), { a: "text" })).toThrow(Failure);
  const code = byHand({ a: { type: "code", as: "words", values: ["x"], codes: { at: 0, bits: 8, low: 0, n: 1 } } }, 1, Uint8Array.from([2]));
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
