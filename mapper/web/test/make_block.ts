/**
 * Writes a data block, a seal and a whole page from plain objects: an independent hand of `mapper/output/block.py`, for tests.
 *
 * A table is a list of rows with the names of `data.ts`; what a row leaves out is null. A place is written as `lon` and `lat`; the
 * rows of a table that has places are put in the order of a grid of 2^17 units, those without one last. Columns are stored in the
 * plainest of their ways; `columns.test.ts` has the others, byte by byte.
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
  hotspots: data.HOTSPOTS,
};

const CELL = 17;

class Columns {
  private readonly parts: Buffer[] = [];
  private length = 0;

  add(bytes: Buffer): number {
    const at = this.length;
    this.parts.push(bytes);
    this.length += bytes.length;
    return at;
  }

  /** Numbers as four byte planes. */
  ints(values: readonly number[]): object {
    const planes = [0, 8, 16, 24].map((shift) => Buffer.from(values.map((value) => (value >>> shift) & 255)));
    return { at: this.add(Buffer.concat(planes)), bits: 32, low: 0, n: values.length };
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
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

interface Spot {
  readonly x: number;
  readonly y: number;
}

function spotOf({ lon, lat }: Row): Spot | null {
  return typeof lon === "number" && typeof lat === "number" ? { x: Math.round(lon * 1e6), y: Math.round(lat * 1e6) } : null;
}

function westSouth(spots: readonly Spot[]): readonly [west: number, south: number] {
  return spots.length === 0 ? [0, 0] : [Math.min(...spots.map(({ x }) => x)), Math.min(...spots.map(({ y }) => y))];
}

/** Rows in the order of their cells and places. */
function inOrder(rows: readonly Row[]): readonly Row[] {
  const spots = rows.map(spotOf);
  const [west, south] = westSouth(spots.filter((spot) => spot !== null));
  const keys = spots.map((spot) => (spot === null ? [Infinity] : [(spot.y - south) >> CELL, (spot.x - west) >> CELL, spot.y, spot.x]));
  const compare = (a: readonly number[], b: readonly number[]) => a.map((key, i) => key - (b[i] ?? 0)).find((difference) => difference !== 0 && !Number.isNaN(difference)) ?? 0;
  return rows.map((row, i) => ({ row, key: keys[i] as number[] })).sort((a, b) => compare(a.key, b.key)).map(({ row }) => row);
}

function encodePlaces(columns: Columns, rows: readonly Row[]): object {
  const spots = rows.map(spotOf).filter((spot) => spot !== null);
  const [west, south] = westSouth(spots);
  const cells = new Map<string, { readonly row: number; readonly column: number; readonly spots: Spot[] }>();
  for (const spot of spots) {
    const [row, column] = [(spot.y - south) >> CELL, (spot.x - west) >> CELL];
    const cell = cells.get(`${row} ${column}`) ?? { row, column, spots: [] };
    cell.spots.push(spot);
    cells.set(`${row} ${column}`, cell);
  }
  const filled = [...cells.values()];
  return {
    type: "position", as: "places", cell: CELL, west, south, rounded_m: 0,
    rows: columns.ints(filled.map(({ row }, i) => row - (filled[i - 1]?.row ?? 0))),
    columns: columns.ints(filled.map(({ column }) => column)),
    counts: columns.ints(filled.map((cell) => cell.spots.length)),
    north: columns.ints(filled.flatMap((cell) => cell.spots.map(({ y }, i) => y - (cell.spots[i - 1]?.y ?? south + cell.row * 2 ** CELL)))),
    east: columns.ints(filled.flatMap((cell) => cell.spots.map(({ x }) => x - west - cell.column * 2 ** CELL))),
  };
}

function encodeColumn(columns: Columns, type: ColumnType, values: readonly unknown[]): object {
  const cells = values.map((value) => value ?? null);
  if (type === "f64") {
    const bytes = Buffer.from(Float64Array.from(cells, (cell) => (cell ?? NaN) as number).buffer);
    const planes = Buffer.alloc(bytes.length);
    bytes.forEach((byte, i) => (planes[(i % 8) * cells.length + Math.floor(i / 8)] = byte));
    return { type, as: "doubles", at: columns.add(planes) };
  }
  if (type === "i32" || type === "code") {
    const known = [...new Set<unknown>(cells.filter((cell) => cell !== null))];
    return { type, as: type === "code" ? "words" : "numbers", values: known, codes: columns.ints(cells.map((cell) => known.indexOf(cell) + 1)) };
  }
  if (type === "text") {
    const texts = cells.map((cell) => Buffer.from((cell ?? "") as string, "utf8"));
    const bytes = Buffer.concat(texts);
    return { type, as: "texts", at: columns.add(bytes), bytes: bytes.length, sizes: columns.ints(texts.map((text) => text.length)) };
  }
  const shapes = cells.map((cell) => encodeGeometry(cell as Geometry | null));
  const signed = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
  return { type, as: "shapes", numbers: columns.ints(shapes.flat().map(signed)), sizes: columns.ints(shapes.map((shape) => shape.length)) };
}

/** The inflated block. */
export function makePlain(meta: unknown, words: unknown, tables: Tables): Buffer {
  const columns = new Columns();
  const described: Record<string, object> = {};
  for (const [name, spec] of Object.entries(SPECS)) {
    const given = tables[name] ?? [];
    const rows = Object.values(spec).includes("position") ? inOrder(given) : given;
    const encoded = Object.entries(spec).map(([column, type]) => [column, type === "position" ? encodePlaces(columns, rows) : encodeColumn(columns, type, rows.map((row) => row[column]))]);
    described[name] = { rows: rows.length, columns: Object.fromEntries(encoded) };
  }
  const header = Buffer.from(JSON.stringify({ meta, words, tables: described }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, columns.bytes]);
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
