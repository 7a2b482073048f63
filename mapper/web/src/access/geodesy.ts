/**
 * Distances on the WGS 84 ellipsoid.
 *
 * The nearest places of two lines are found in space, where a metre is a metre in every direction and neither the antimeridian
 * nor a pole is special; between the two places found, Karney's geodesic is the answer. Edges are straight in longitude and
 * latitude, so they are cut to 0.01 degree first: a chord of that length leaves them by some centimetres.
 */
import geodesic from "geographiclib-geodesic";

import type { LonLat } from "../geometry.ts";
import { degrees, type Path } from "./rings.ts";

const A = 6_378_137;
const E2 = 0.0066943799901413165;
const RADIANS = Math.PI / 180;
const STEP_DEGREES = 0.01;
/** Pieces that share a box. */
const CHUNK = 24;

/** Metres between two places. */
export function metres([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  if (lon1 === lon2 && lat1 === lat2) return 0;
  return geodesic.Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, geodesic.Geodesic.DISTANCE).s12 as number;
}

/** Smallest and largest x, y, z. */
type Room = Float64Array;

/** Lines in space, in pieces: piece i runs from point `from[i]` to the one after it (to itself where it is one place). */
export interface Boundary {
  readonly places: readonly LonLat[];
  readonly points: Float64Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly rooms: readonly Room[];
  readonly room: Room;
}

function inSpace([lon, lat]: LonLat, points: Float64Array, at: number): void {
  const [sin, cos] = [Math.sin(lat * RADIANS), Math.cos(lat * RADIANS)];
  const n = A / Math.sqrt(1 - E2 * sin * sin);
  points[at] = n * cos * Math.cos(lon * RADIANS);
  points[at + 1] = n * cos * Math.sin(lon * RADIANS);
  points[at + 2] = n * (1 - E2) * sin;
}

/** The places of a path, with more between those that lie far apart. */
function densified({ xs, ys }: Path): LonLat[] {
  const places: LonLat[] = [];
  xs.forEach((x, i) => {
    const here: LonLat = [degrees(x), degrees(ys[i] as number)];
    const before = places[places.length - 1];
    if (before !== undefined) {
      const [dx, dy] = [here[0] - before[0], here[1] - before[1]];
      const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / STEP_DEGREES);
      for (let step = 1; step < steps; step++) places.push([before[0] + (dx * step) / steps, before[1] + (dy * step) / steps]);
    }
    places.push(here);
  });
  return places;
}

function roomOf(points: Float64Array, indices: Iterable<number>): Room {
  const room = Float64Array.of(Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity);
  for (const index of indices) {
    for (let axis = 0; axis < 3; axis++) {
      const value = points[3 * index + axis] as number;
      room[axis] = Math.min(room[axis] as number, value);
      room[axis + 3] = Math.max(room[axis + 3] as number, value);
    }
  }
  return room;
}

export function makeBoundary(paths: readonly Path[]): Boundary {
  const places: LonLat[] = [];
  const [from, to]: [number[], number[]] = [[], []];
  for (const path of paths) {
    const start = places.length;
    for (const place of densified(path)) places.push(place);
    if (places.length === start + 1) {
      from.push(start);
      to.push(start);
    }
    for (let i = start + 1; i < places.length; i++) {
      from.push(i - 1);
      to.push(i);
    }
  }
  const points = new Float64Array(3 * places.length);
  places.forEach((place, i) => inSpace(place, points, 3 * i));
  const rooms: Room[] = [];
  for (let at = 0; at < from.length; at += CHUNK) rooms.push(roomOf(points, [...from.slice(at, at + CHUNK), ...to.slice(at, at + CHUNK)]));
  return { places, points, from: Uint32Array.from(from), to: Uint32Array.from(to), rooms, room: roomOf(points, places.keys()) };
}

/** Squared length between two rooms; 0 when they meet. */
function gap2(a: Room, b: Room): number {
  let sum = 0;
  for (let axis = 0; axis < 3; axis++) {
    const gap = Math.max(0, (a[axis] as number) - (b[axis + 3] as number), (b[axis] as number) - (a[axis + 3] as number));
    sum += gap * gap;
  }
  return sum;
}

interface Nearest {
  distance2: number;
  a: LonLat;
  b: LonLat;
}

/** From a point of one boundary to a piece of another: squared length, and the part (0 to 1) of the piece where it is. */
class ToPiece {
  t = 0;
  distance2 = 0;

  measure(p: number, one: Boundary, i: number, other: Boundary): void {
    const [P, Q] = [one.points, other.points];
    const [at, a, b] = [3 * p, 3 * (other.from[i] as number), 3 * (other.to[i] as number)];
    let [along, length2] = [0, 0];
    for (let axis = 0; axis < 3; axis++) {
      const d = (Q[b + axis] as number) - (Q[a + axis] as number);
      length2 += d * d;
      along += d * ((P[at + axis] as number) - (Q[a + axis] as number));
    }
    this.t = length2 === 0 ? 0 : Math.max(0, Math.min(1, along / length2));
    this.distance2 = 0;
    for (let axis = 0; axis < 3; axis++) {
      const d = (P[at + axis] as number) - (Q[a + axis] as number) - this.t * ((Q[b + axis] as number) - (Q[a + axis] as number));
      this.distance2 += d * d;
    }
  }
}

function placeOn(boundary: Boundary, i: number, t: number): LonLat {
  const [a, b] = [boundary.places[boundary.from[i] as number] as LonLat, boundary.places[boundary.to[i] as number] as LonLat];
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

/** The points of a chunk's pieces, each once. */
function chunkPoints({ from, to }: Boundary, chunk: number): number[] {
  const points: number[] = [];
  for (let i = chunk * CHUNK; i < Math.min(from.length, (chunk + 1) * CHUNK); i++) {
    if (points[points.length - 1] !== from[i]) points.push(from[i] as number);
    if (points[points.length - 1] !== to[i]) points.push(to[i] as number);
  }
  return points;
}

/** Bring `nearest` down by the points of one chunk against the pieces of another. */
function comparePoints(one: Boundary, m: number, other: Boundary, n: number, nearest: Nearest): void {
  const found = new ToPiece();
  for (const p of chunkPoints(one, m)) {
    for (let i = n * CHUNK; i < Math.min(other.from.length, (n + 1) * CHUNK); i++) {
      found.measure(p, one, i, other);
      if (found.distance2 < nearest.distance2) {
        Object.assign(nearest, { distance2: found.distance2, a: one.places[p], b: placeOn(other, i, found.t) });
      }
    }
  }
}

/** Metres between the lines of two boundaries that do not cross; Infinity when there is nothing within `most` metres. */
export function metresBetween(one: Boundary, other: Boundary, most: number): number {
  const limit2 = (most + 1) ** 2;
  if (!(gap2(one.room, other.room) <= limit2)) return Infinity;
  const nearest: Nearest = { distance2: limit2, a: [NaN, NaN], b: [NaN, NaN] };
  const pairs: (readonly [number, number, number])[] = [];
  one.rooms.forEach((room, m) => {
    if (gap2(room, other.room) > limit2) return;
    other.rooms.forEach((opposite, n) => {
      const gap = gap2(room, opposite);
      if (gap <= limit2) pairs.push([gap, m, n]);
    });
  });
  for (const [gap, m, n] of pairs.sort((a, b) => a[0] - b[0])) {
    if (gap > nearest.distance2) break;
    comparePoints(one, m, other, n, nearest);
    comparePoints(other, n, one, m, nearest);
  }
  return Number.isNaN(nearest.a[0]) ? Infinity : metres(nearest.a, nearest.b);
}
