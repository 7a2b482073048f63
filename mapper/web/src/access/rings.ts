/**
 * Inside, on the line, touching: exact questions in longitude and latitude.
 *
 * Coordinates are counted in units of 1e-6 degree, which stored ones are whole numbers of: their products stay below 2^53, so
 * the sign of a cross product is exact and a place on a line, or on a corner, is never missed. A computed place (where a route
 * was cut) is no whole number; it counts as on the line when it lies within a tenth of a millimetre of it.
 *
 * Longitudes run on along a path, so that a ring over the antimeridian is one piece; boxes are compared a turn east and west.
 */
import type { LonLat } from "../geometry.ts";

const UNITS = 1e6;
export const TURN = 360 * UNITS;
/** About 0.1 mm. */
const HAIR = 1e-3;
const WHOLE = 1e-6;

/** West, south, east, north in units. */
export type Box = readonly [number, number, number, number];

/** A line or ring: places in units, longitudes running on. */
export interface Path {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly box: Box;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export type Side = "in" | "on" | "out";

/** Degrees to units; stored coordinates become whole numbers. */
export function units(degrees: number): number {
  const value = degrees * UNITS;
  const whole = Math.round(value);
  return Math.abs(value - whole) < WHOLE ? whole : value;
}

export function degrees(value: number): number {
  return value / UNITS;
}

/** The difference of two longitudes, half a turn at most. */
export function wrap(difference: number): number {
  if (difference > TURN / 2) return difference - TURN;
  return difference < -TURN / 2 ? difference + TURN : difference;
}

export function boxOf(xs: ArrayLike<number>, ys: ArrayLike<number>): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) {
    west = Math.min(west, xs[i] as number);
    east = Math.max(east, xs[i] as number);
    south = Math.min(south, ys[i] as number);
    north = Math.max(north, ys[i] as number);
  }
  return [west, south, east, north];
}

/** The path through the places. */
export function makePath(places: readonly LonLat[]): Path {
  const xs = new Float64Array(places.length);
  const ys = new Float64Array(places.length);
  places.forEach(([lon, lat], i) => {
    xs[i] = i === 0 ? units(lon) : (xs[i - 1] as number) + wrap(units(lon) - units((places[i - 1] as LonLat)[0]));
    ys[i] = units(lat);
  });
  return { xs, ys, box: boxOf(xs, ys) };
}

/** How far `a` must be moved east so that the two boxes meet: no, one or two ways of 0, one turn, one turn back. */
export function shifts(a: Box, b: Box): number[] {
  if (a[1] > b[3] + HAIR || a[3] < b[1] - HAIR) return [];
  return [0, TURN, -TURN].filter((shift) => a[0] + shift <= b[2] + HAIR && a[2] + shift >= b[0] - HAIR);
}

function cross(ax: number, ay: number, bx: number, by: number, px: number, py: number): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

function areWhole(...values: readonly number[]): boolean {
  return values.every(Number.isInteger);
}

/** Whether the place lies on the edge, its ends included. */
function onEdge(ax: number, ay: number, bx: number, by: number, px: number, py: number): boolean {
  if (px < Math.min(ax, bx) - HAIR || px > Math.max(ax, bx) + HAIR || py < Math.min(ay, by) - HAIR || py > Math.max(ay, by) + HAIR) return false;
  const hair = areWhole(ax, ay, bx, by, px, py) ? 0 : HAIR;
  return Math.abs(cross(ax, ay, bx, by, px, py)) <= hair * Math.hypot(bx - ax, by - ay);
}

/** How often the ring runs around the place, or "on". */
function winding({ xs, ys }: Path, x: number, y: number): number | "on" {
  let turns = 0;
  for (let i = 1; i < xs.length; i++) {
    const [ax, ay, bx, by] = [xs[i - 1] as number, ys[i - 1] as number, xs[i] as number, ys[i] as number];
    if (onEdge(ax, ay, bx, by, x, y)) return "on";
    if (ay <= y !== by <= y) {
      const side = cross(ax, ay, bx, by, x, y);
      if (by > ay ? side > 0 : side < 0) turns += by > ay ? 1 : -1;
    }
  }
  return turns;
}

function sideOfRing(ring: Path, { x, y }: Spot): Side {
  const here: Box = [x, y, x, y];
  let found: Side = "out";
  for (const shift of shifts(here, ring.box)) {
    const turns = winding(ring, x + shift, y);
    if (turns === "on") return "on";
    if (turns !== 0) found = "in";
  }
  return found;
}

/** Where the place lies to a polygon: its first ring, the others being holes. A line around a hole is a line. */
export function sideOf([outer, ...holes]: readonly Path[], spot: Spot): Side {
  const side = outer === undefined ? "out" : sideOfRing(outer, spot);
  if (side !== "in") return side;
  const inHoles = holes.map((hole) => sideOfRing(hole, spot));
  if (inHoles.includes("on")) return "on";
  return inHoles.includes("in") ? "out" : "in";
}

type Edge = readonly [ax: number, ay: number, bx: number, by: number];

function edgesMeet([ax, ay, bx, by]: Edge, [cx, cy, dx, dy]: Edge): boolean {
  const [c, d] = [cross(ax, ay, bx, by, cx, cy), cross(ax, ay, bx, by, dx, dy)];
  const [a, b] = [cross(cx, cy, dx, dy, ax, ay), cross(cx, cy, dx, dy, bx, by)];
  if (((c > 0 && d < 0) || (c < 0 && d > 0)) && ((a > 0 && b < 0) || (a < 0 && b > 0))) return true;
  return (
    onEdge(ax, ay, bx, by, cx, cy) || onEdge(ax, ay, bx, by, dx, dy) || onEdge(cx, cy, dx, dy, ax, ay) || onEdge(cx, cy, dx, dy, bx, by)
  );
}

function overlap([ax, ay, bx, by]: Edge, box: Box): boolean {
  return Math.min(ax, bx) <= box[2] + HAIR && Math.max(ax, bx) >= box[0] - HAIR && Math.min(ay, by) <= box[3] + HAIR && Math.max(ay, by) >= box[1] - HAIR;
}

/** The edges of a path that may reach into a box; a path of one place is an edge without length. */
function edgesIn({ xs, ys }: Path, box: Box, shift: number): Edge[] {
  const found: Edge[] = [];
  const single = xs.length === 1;
  for (let i = single ? 0 : 1; i < xs.length; i++) {
    const from = single ? i : i - 1;
    const edge: Edge = [(xs[from] as number) + shift, ys[from] as number, (xs[i] as number) + shift, ys[i] as number];
    if (overlap(edge, box)) found.push(edge);
  }
  return found;
}

function edgeBox([ax, ay, bx, by]: Edge): Box {
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** Whether the lines of two paths meet or touch. */
export function pathsMeet(a: Path, b: Path): boolean {
  return shifts(a.box, b.box).some((shift) => {
    const moved: Box = [a.box[0] + shift, a.box[1], a.box[2] + shift, a.box[3]];
    const others = edgesIn(b, moved, 0);
    return others.length > 0 && edgesIn(a, b.box, shift).some((edge) => others.some((other) => overlap(other, edgeBox(edge)) && edgesMeet(edge, other)));
  });
}

/** A spot inside the polygon, half-way between its line's crossings of a parallel; null when it has no inside. */
export function insideSpot(rings: readonly Path[]): Spot | null {
  const outer = rings[0];
  if (outer === undefined) return null;
  const corners = [...new Set(outer.ys)].sort((a, b) => a - b);
  for (let i = 1; i < corners.length; i++) {
    const y = ((corners[i - 1] as number) + (corners[i] as number)) / 2;
    const xs: number[] = [];
    for (const { xs: ringXs, ys } of rings) {
      for (let j = 1; j < ys.length; j++) {
        const [ax, ay, bx, by] = [ringXs[j - 1] as number, ys[j - 1] as number, ringXs[j] as number, ys[j] as number];
        if (ay > y !== by > y) xs.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
      }
    }
    xs.sort((a, b) => a - b);
    const middles = xs.slice(1).map((x, j): Spot => ({ x: (x + (xs[j] as number)) / 2, y }));
    const found = middles.find((spot) => sideOf(rings, spot) === "in");
    if (found !== undefined) return found;
  }
  return null;
}

/** Parts (0 to 1) of the edge at which it crosses the other, or at which their ends touch. */
function crossings([ax, ay, bx, by]: Edge, [cx, cy, dx, dy]: Edge): number[] {
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
  const part = (x: number, y: number) => ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2;
  const [c, d] = [cross(ax, ay, bx, by, cx, cy), cross(ax, ay, bx, by, dx, dy)];
  const between = c !== d ? [part(cx + (c / (c - d)) * (dx - cx), cy + (c / (c - d)) * (dy - cy))] : [];
  return [part(cx, cy), part(dx, dy), ...between].filter((t) => t > 0 && t < 1);
}

/**
 * Places that tell whether a path lies within polygons whose line it may touch: its corners, and the middles between all
 * crossings with that line.
 */
export function witnesses(path: Path, lines: readonly Path[]): Spot[] {
  const spots: Spot[] = Array.from(path.xs, (x, i) => ({ x, y: path.ys[i] as number }));
  for (const edge of edgesIn(path, path.box, 0)) {
    const [ax, ay, bx, by] = edge;
    const box = edgeBox(edge);
    const parts = lines.flatMap((line) => shifts(line.box, box).flatMap((shift) => edgesIn(line, box, shift).flatMap((other) => crossings(edge, other))));
    const sorted = [0, ...parts.sort((a, b) => a - b), 1];
    for (let i = 1; i < sorted.length; i++) {
      const middle = ((sorted[i - 1] as number) + (sorted[i] as number)) / 2;
      spots.push({ x: ax + middle * (bx - ax), y: ay + middle * (by - ay) });
    }
  }
  return spots;
}
