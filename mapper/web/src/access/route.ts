/**
 * A route, judged piece by piece. Each piece is a line of its own and not a row of sample points, so that a zone's corner
 * between two samples is met; where the verdict changes, the pieces are halved down to about a metre.
 */
import type { LonLat } from "../geometry.ts";
import { metres } from "./geodesy.ts";
import { isStricter, type Segment } from "./ground.ts";
import { verdictOf, type Judge, type Judged } from "./judge.ts";
import { degrees, makePath } from "./rings.ts";
import { Shape } from "./shape.ts";

const PIECE_M = 50;
const FINEST_M = 1;
const HALVINGS = Math.ceil(Math.log2(PIECE_M / FINEST_M));

interface Piece {
  readonly a: LonLat;
  readonly b: LonLat;
  readonly from_m: number;
  readonly to_m: number;
  readonly judged: Judged;
}

function lineOf(a: LonLat, b: LonLat): Shape {
  return a[0] === b[0] && a[1] === b[1] ? Shape.point(a) : Shape.line([a, b]);
}

function part(a: LonLat, b: LonLat, t: number): LonLat {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

/** The route's corners, longitudes running on over the antimeridian. */
function corners(route: readonly LonLat[]): LonLat[] {
  const { xs, ys } = makePath(route);
  return Array.from(xs, (x, i): LonLat => [degrees(x), degrees(ys[i] as number)]);
}

/** The pieces of one part, the first of them `start_m` along the route. */
function cut(judge: Judge, line: readonly LonLat[], start_m: number): Piece[] {
  const places = corners(line);
  if (places.length === 1) places.push(places[0] as LonLat);
  const pieces: Piece[] = [];
  let from_m = start_m;
  for (let i = 1; i < places.length; i++) {
    const [start, end] = [places[i - 1] as LonLat, places[i] as LonLat];
    const count = Math.max(1, Math.ceil(metres(start, end) / PIECE_M));
    for (let n = 0; n < count; n++) {
      const [a, b] = [n === 0 ? start : part(start, end, n / count), n + 1 === count ? end : part(start, end, (n + 1) / count)];
      const to_m = from_m + metres(a, b);
      pieces.push({ a, b, from_m, to_m, judged: judge.at(lineOf(a, b)) });
      from_m = to_m;
    }
  }
  return pieces;
}

/** Both halves; the piece itself when no half is as strict as the whole (two grounds of openings that meet in it). */
function halves(judge: Judge, piece: Piece): readonly Piece[] {
  const { a, b, from_m, to_m, judged } = piece;
  const middle = part(a, b, 0.5);
  const middle_m = (from_m + to_m) / 2;
  const both = [
    { a, b: middle, from_m, to_m: middle_m, judged: judge.at(lineOf(a, middle)) },
    { a: middle, b, from_m: middle_m, to_m, judged: judge.at(lineOf(middle, b)) },
  ];
  return both.some((half) => verdictOf(half.judged) === verdictOf(judged)) ? both : [piece];
}

function refine(judge: Judge, pieces: readonly Piece[]): readonly Piece[] {
  const milderThan = (one: Piece, other: Piece | undefined) => other !== undefined && isStricter(verdictOf(one.judged), verdictOf(other.judged));
  return pieces.flatMap((piece, i) => {
    const isEdge = milderThan(piece, pieces[i - 1]) || milderThan(piece, pieces[i + 1]);
    return isEdge && piece.to_m - piece.from_m > FINEST_M ? halves(judge, piece) : [piece];
  });
}

function cutAll(judge: Judge, parts: readonly (readonly LonLat[])[]): Piece[] {
  const pieces: Piece[] = [];
  for (const one of parts) pieces.push(...cut(judge, one, pieces[pieces.length - 1]?.to_m ?? 0));
  return pieces;
}

/** The way of a run of pieces: one line for each part of the route that it is of. */
function linesOf(run: readonly Piece[]): LonLat[][] {
  const lines: LonLat[][] = [];
  for (const { a, b } of run) {
    const line = lines[lines.length - 1];
    const last = line?.[line.length - 1];
    if (line !== undefined && last?.[0] === a[0] && last[1] === a[1]) line.push(b);
    else lines.push([a, b]);
  }
  return lines;
}

function segments(judge: Judge, pieces: readonly Piece[]): Segment[] {
  const runs: Piece[][] = [];
  for (const piece of pieces) {
    const run = runs[runs.length - 1];
    if (run !== undefined && verdictOf((run[0] as Piece).judged) === verdictOf(piece.judged)) run.push(piece);
    else runs.push([piece]);
  }
  return runs.map((run) => {
    const [first, last] = [run[0] as Piece, run[run.length - 1] as Piece];
    const orders = judge.orders.sorted(run.flatMap(({ judged }) => [...judged.orders.keys()]));
    return { from_km: first.from_m / 1000, to_km: last.to_m / 1000, verdict: verdictOf(first.judged), orders, lines: linesOf(run) };
  });
}

/** The answers of all pieces, and the stretches of one verdict. The parts follow each other; a gap between two has no length. */
export function alongRoute(judge: Judge, parts: readonly (readonly LonLat[])[]): { readonly parts: readonly Judged[]; readonly segments: readonly Segment[] } {
  const whole = cutAll(judge, parts);
  let pieces: readonly Piece[] = whole;
  for (let round = 0; round < HALVINGS; round++) pieces = refine(judge, pieces);
  return { parts: whole.map(({ judged }) => judged), segments: segments(judge, pieces) };
}
