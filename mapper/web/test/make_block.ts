/**
 * Writes a data block, a seal and a whole page from plain objects: an independent hand of `mapper/output/block.py`, for tests.
 *
 * A table is a list of rows with the names of `data.ts`; what a row leaves out is null.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import type { ColumnType, Spec } from "../src/block.ts";
import * as data from "../src/data.ts";
import type { Geometry, LonLat, Ring } from "../src/geometry.ts";

export type Row = Readonly<Record<string, unknown>>;
export type Tables = Readonly<Record<string, readonly Row[]>>;

export const SPECS: Readonly<Record<string, Spec>> = {
  incidents: data.INCIDENTS,
  zones: data.ZONES,
  districts: data.DISTRICTS,
  hazards: data.HAZARDS,
  orders: data.ORDERS,
  corridors: data.CORRIDORS,
  coverage: data.COVERAGE,
  events: data.EVENTS,
  sources: data.SOURCES,
  casualty_counts: data.CASUALTY_COUNTS,
  activities: data.ACTIVITIES,
  findings: data.FINDINGS,
  settlements: data.SETTLEMENTS,
  context: data.CONTEXT,
  contours: data.CONTOURS,
};

class Columns {
  private readonly parts: Buffer[] = [];
  private length = 0;

  add(bytes: Buffer): number {
    const at = this.length;
    const padding = Buffer.alloc((8 - (bytes.length % 8)) % 8);
    this.parts.push(bytes, padding);
    this.length += bytes.length + padding.length;
    return at;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

function buffer(array: Float64Array | Int32Array | Uint32Array | Uint16Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Geometry as the block's integers. */
export function encodeGeometry(geometry: Geometry | null): number[] {
  if (geometry === null) return [];
  const numbers: number[] = [];
  let before: readonly [number, number] = [0, 0];
  const point = ([lon, lat]: LonLat) => {
    const here = [Math.round(lon * 1e6), Math.round(lat * 1e6)] as const;
    numbers.push(here[0] - before[0], here[1] - before[1]);
    before = here;
  };
  const ring = (points: Ring) => {
    numbers.push(points.length);
    points.forEach(point);
  };
  if (geometry.kind === "point") {
    numbers.push(1);
    point(geometry.at);
  } else if (geometry.kind === "lines") {
    numbers.push(2, geometry.lines.length);
    geometry.lines.forEach(ring);
  } else {
    numbers.push(3, geometry.polygons.length);
    geometry.polygons.forEach((polygon) => {
      numbers.push(polygon.length);
      polygon.forEach(ring);
    });
  }
  return numbers;
}

function ends(sizes: readonly number[]): Buffer {
  let sum = 0;
  return buffer(Uint32Array.from(sizes, (size) => (sum += size)));
}

function encodeColumn(columns: Columns, type: ColumnType, values: readonly unknown[]): object {
  if (type === "f64") {
    return { type, at: columns.add(buffer(Float64Array.from(values, (value) => (value ?? NaN) as number))) };
  }
  if (type === "i32") {
    return { type, at: columns.add(buffer(Int32Array.from(values, (value) => (value ?? -2147483648) as number))) };
  }
  if (type === "code") {
    const known = [...new Set(values.filter((value) => value !== null && value !== undefined))];
    const codes = Uint16Array.from(values, (value) => (value === null || value === undefined ? 65535 : known.indexOf(value)));
    return { type, at: columns.add(buffer(codes)), values: known };
  }
  if (type === "text") {
    const texts = values.map((value) => Buffer.from((value ?? "") as string, "utf8"));
    const bytes = Buffer.concat(texts);
    return { type, at: columns.add(bytes), bytes: bytes.length, ends_at: columns.add(ends(texts.map((text) => text.length))) };
  }
  const shapes = values.map((value) => encodeGeometry((value ?? null) as Geometry | null));
  const numbers = Int32Array.from(shapes.flat());
  return { type, at: columns.add(buffer(numbers)), ends_at: columns.add(ends(shapes.map((shape) => shape.length))), count: numbers.length };
}

/** The inflated block. */
export function makePlain(meta: unknown, words: unknown, tables: Tables): Buffer {
  const columns = new Columns();
  const described: Record<string, object> = {};
  for (const [name, spec] of Object.entries(SPECS)) {
    const rows = tables[name] ?? [];
    const encoded = Object.entries(spec).map(([column, type]) => [column, encodeColumn(columns, type, rows.map((row) => row[column]))]);
    described[name] = { rows: rows.length, columns: Object.fromEntries(encoded) };
  }
  const header = Buffer.from(JSON.stringify({ meta, words, tables: described }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const padding = Buffer.alloc((8 - ((4 + header.length) % 8)) % 8);
  return Buffer.concat([length, header, padding, columns.bytes]);
}

export interface Packed {
  readonly base64: string;
  readonly seal: { readonly records: number; readonly sha256: string };
}

/** The block as the page holds it, with its seal. */
export function makeBlock(meta: unknown, words: unknown, tables: Tables): Packed {
  const packed = gzipSync(makePlain(meta, words, tables));
  const records = Object.keys(SPECS).reduce((sum, name) => sum + (tables[name]?.length ?? 0), 0);
  return { base64: packed.toString("base64"), seal: { records, sha256: createHash("sha256").update(packed).digest("hex") } };
}

/** A page like the one Python writes. */
export function makePage({ base64, seal }: Packed, script: string, style: string, banner: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy =
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data: blob:; worker-src blob:; ` +
    "base-uri 'none'; form-action 'none'";
  return [
    "<!doctype html><html lang=en><meta charset=utf-8><title>NOT LOADED – DO NOT USE</title>",
    `<meta http-equiv=Content-Security-Policy content="${policy}">`,
    '<meta name=viewport content="width=device-width, initial-scale=1">',
    `<body><div id=mapper-banner role=alert><p>${banner}</div><style>${style}</style><div id=mapper-root></div>`,
    `<script type="application/json" id=mapper-seal>${JSON.stringify(seal)}</script>`,
    `<script type="application/octet-stream" id=mapper-block>${base64}</script>`,
    `<script>${script}</script>`,
  ].join("");
}
