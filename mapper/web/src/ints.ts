/** Whole numbers as the block packs them: see `mapper/output/packing.py`. They are read where they lie, one by one. */
import { Failure } from "./failure.ts";

/** How the header describes them. */
export interface Ints {
  readonly at: number;
  readonly bits: number;
  readonly low: number;
  readonly n: number;
}

export type Reader = (index: number) => number;

export function unreadable(detail: string): Failure {
  return new Failure("failure.unreadable", detail);
}

const WIDTHS = [0, 1, 2, 4, 8, 16, 24, 32];

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** A part of the body; a Failure when it reaches over its end. */
export function part(body: Uint8Array, at: unknown, length: unknown): Uint8Array {
  if (!isCount(at) || !isCount(length) || at + length > body.length) throw unreadable("A column lies outside the data.");
  return body.subarray(at, at + length);
}

function packed(bytes: Uint8Array, bits: number, low: number): Reader {
  const [perByte, mask] = [Math.log2(8 / bits), (1 << bits) - 1];
  const within = (1 << perByte) - 1;
  return (i) => low + (((bytes[i >> perByte] as number) >> ((i & within) * bits)) & mask);
}

function planes(bytes: Uint8Array, width: number, n: number, low: number): Reader {
  const [one, two, three] = [n, 2 * n, 3 * n];
  if (width === 1) return (i) => low + (bytes[i] as number);
  if (width === 2) return (i) => low + ((bytes[i] as number) | ((bytes[one + i] as number) << 8));
  if (width === 3) return (i) => low + ((bytes[i] as number) | ((bytes[one + i] as number) << 8) | ((bytes[two + i] as number) << 16));
  return (i) => low + (((bytes[i] as number) | ((bytes[one + i] as number) << 8) | ((bytes[two + i] as number) << 16) | ((bytes[three + i] as number) << 24)) >>> 0);
}

/** A reader of the numbers; a Failure when the description does not fit the body, or there are not `n` of them. */
export function readInts(body: Uint8Array, { at, bits, low, n }: Ints, expected = n): Reader {
  if (!isCount(n) || n !== expected || !WIDTHS.includes(bits) || !isCount(low)) throw unreadable("The numbers of a column are not described.");
  const bytes = part(body, at, Math.ceil((n * bits) / 8));
  if (bits === 0) return () => low;
  return bits < 8 ? packed(bytes, bits, low) : planes(bytes, bits / 8, n, low);
}

/** Throw unless all of the numbers are below `limit`; those that cannot reach it are not looked at. */
export function checkBelow(limit: number, read: Reader, { bits, low, n }: Ints): void {
  if (n === 0 || low + 2 ** bits - 1 < limit) return;
  for (let i = 0; i < n; i++) if (read(i) >= limit) throw unreadable("A code has no value.");
}

/** 0, 1, 2, 3, 4 … as 0, -1, 1, -2, 2 … */
export function signed(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Where each of many parts ends; a Failure unless the last one ends at `total`. */
export function endsOf(body: Uint8Array, sizes: Ints, rows: number, total: number): Uint32Array {
  const read = readInts(body, sizes, rows);
  const ends = new Uint32Array(rows);
  let end = 0;
  for (let row = 0; row < rows; row++) ends[row] = end += read(row);
  if (end !== total) throw unreadable("The last end of a column is not its length.");
  return ends;
}
