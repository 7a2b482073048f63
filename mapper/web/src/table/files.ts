/**
 * What is shown, as files: CSV (RFC 4180) and GeoJSON (RFC 7946).
 *
 * Values are those of the data, with the words for a code beside it; a blank stays a blank. Every row says of which edition
 * and day it is, so that a file that was renamed or pasted together still tells it. Text is put out in pieces: a million
 * records are more than one text may hold.
 */
import type { Geometry, LonLat, Ring } from "../geometry.ts";
import type { Kind } from "./kind.ts";

export interface About {
  readonly edition: string;
  readonly data_date: string | null;
  /** What must be said with every record, in the reader's language. */
  readonly caveat: string;
  /** Of a private map: what forbids publication. */
  readonly marking: string | null;
}

export interface Bbox {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

type Value = string | number | null;

const PIECE_ROWS = 5_000;
/** A spreadsheet would run what begins so. */
const FORMULA = /^[=+\-@\t\r]/;
const SIGNED_NUMBER = /^[+-](\d+\.?\d*|\.\d+)$/;

/** One cell: guarded against formulas, quoted where it must be. */
export function csvCell(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  const guarded = typeof value === "string" && FORMULA.test(text) && !SIGNED_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replace(/"/g, '""')}"` : guarded;
}

function csvLine(values: readonly Value[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function facts({ edition, data_date, caveat, marking }: About): Readonly<Record<string, Value>> {
  return { edition, data_date, caveat, ...(marking === null ? {} : { marking }) };
}

function inPieces(rows: Int32Array, write: (row: number, at: number) => string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < rows.length; from += PIECE_ROWS) {
    pieces.push(Array.from(rows.subarray(from, from + PIECE_ROWS), (row, at) => write(row, from + at)).join(""));
  }
  return pieces;
}

/** UTF-8 with the mark that spreadsheets need to see it. */
export function csvParts(kind: Kind, rows: Int32Array, about: About): string[] {
  const said = facts(about);
  const last = Object.values(said);
  const head = csvLine([...kind.fields.map(({ name }) => name), ...Object.keys(said)]);
  return [`\uFEFF${head}`, ...inPieces(rows, (row) => csvLine([...kind.fields.map((field) => field.value(row)), ...last]))];
}

/** The rows that have a geometry. */
export function withGeometry(kind: Kind, rows: Int32Array): Int32Array {
  return kind.hasPlaces ? rows.filter((row) => kind.geometry(row) !== null) : new Int32Array(0);
}

function signedArea(ring: Ring): number {
  return ring.slice(1).reduce((sum, [x, y], at) => sum + (ring[at] as LonLat)[0] * y - x * (ring[at] as LonLat)[1], 0);
}

/** The outer ring runs against the clock and holes with it (RFC 7946, 3.1.6). */
function wound(ring: Ring, isHole: boolean): Ring {
  return signedArea(ring) < 0 === isHole ? ring : [...ring].reverse();
}

export function geometryJson(geometry: Geometry): object {
  if (geometry.kind === "point") return { type: "Point", coordinates: geometry.at };
  if (geometry.kind === "lines") {
    return geometry.lines.length === 1
      ? { type: "LineString", coordinates: geometry.lines[0] }
      : { type: "MultiLineString", coordinates: geometry.lines };
  }
  const polygons = geometry.polygons.map((rings) => rings.map((ring, at) => wound(ring, at > 0)));
  return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0] } : { type: "MultiPolygon", coordinates: polygons };
}

function placesOf(geometry: Geometry): readonly LonLat[] {
  if (geometry.kind === "point") return [geometry.at];
  return geometry.kind === "lines" ? geometry.lines.flat() : geometry.polygons.flat(2);
}

/** The box around all; across the antimeridian its west is greater than its east (RFC 7946, 5.2). Null: nothing in it. */
export class Box {
  private plain: [number, number] = [Infinity, -Infinity];
  private turned: [number, number] = [Infinity, -Infinity];
  private lats: [number, number] = [Infinity, -Infinity];

  add(geometry: Geometry): void {
    for (const [lon, lat] of placesOf(geometry)) {
      const onward = lon < 0 ? lon + 360 : lon;
      this.plain = [Math.min(this.plain[0], lon), Math.max(this.plain[1], lon)];
      this.turned = [Math.min(this.turned[0], onward), Math.max(this.turned[1], onward)];
      this.lats = [Math.min(this.lats[0], lat), Math.max(this.lats[1], lat)];
    }
  }

  get bbox(): Bbox | null {
    const [south, north] = this.lats;
    if (south > north) return null;
    const [[w, e], [tw, te]] = [this.plain, this.turned];
    const crosses = te - tw < e - w;
    const home = (lon: number) => (lon > 180 ? lon - 360 : lon);
    return crosses ? { west: home(tw), south, east: home(te), north } : { west: w, south, east: e, north };
  }
}

/** The records that have a geometry, each with its id; a circle as its middle, with `uncertainty_m`. */
export function geoJsonParts(kind: Kind, rows: Int32Array, about: About): string[] {
  const box = new Box();
  const said = facts(about);
  const placed = withGeometry(kind, rows);
  const features = inPieces(placed, (row, at) => {
    const geometry = kind.geometry(row) as Geometry;
    box.add(geometry);
    const properties = { ...Object.fromEntries(kind.fields.map((field) => [field.name, field.value(row)])), ...said };
    const id = kind.fields[0]?.value(row) ?? undefined;
    const feature = { type: "Feature", id, properties, geometry: geometryJson(geometry) };
    return `${at === 0 ? "" : ",\n"}${JSON.stringify(feature)}`;
  });
  const { bbox } = box;
  const members = {
    type: "FeatureCollection",
    name: kind.name,
    ...said,
    records_without_geometry: rows.length - placed.length,
    ...(bbox === null ? {} : { bbox: [bbox.west, bbox.south, bbox.east, bbox.north] }),
  };
  return [`${JSON.stringify(members).slice(0, -1)},"features":[\n`, ...features, "\n]}\n"];
}

/** "incidents_7beb968f7c13.csv"; what does not belong in a file's name is left out of it. */
export function fileName(kind: Kind, { edition }: About, suffix: string): string {
  return `${kind.name}_${edition.replace(/[^\w-]/g, "")}.${suffix}`;
}
