/**
 * Whether all of a place lies within so many metres of a line: a route of a stated width.
 *
 * Between two places the distance to a line changes by no more than the way between them. So a piece is settled by its middle
 * when that leaves room, and is halved when it does not; what stays open at half a metre counts as outside.
 */
import type { LonLat } from "../geometry.ts";
import { metres } from "./geodesy.ts";
import { degrees, type Spot } from "./rings.ts";
import { Shape } from "./shape.ts";

const SMALLEST_M = 0.5;
/** An area of more cells than this is not settled, and counts as outside. */
const MOST_CELLS = 20_000;

type Far = (at: LonLat) => number;

function edgeWithin(far: Far, limit: number, a: LonLat, b: LonLat): boolean {
  const middle: LonLat = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const length = metres(a, b);
  const here = far(middle);
  if (here > limit) return false;
  // An edge is straight in longitude and latitude, so its halves are a little longer than half of the geodesic.
  if (here + length * 0.51 <= limit) return true;
  return length > SMALLEST_M && edgeWithin(far, limit, a, middle) && edgeWithin(far, limit, middle, b);
}

function boundaryWithin(far: Far, limit: number, asked: Shape): boolean {
  return asked.paths.every(({ xs, ys }) => {
    const places = Array.from(xs, (x, i): LonLat => [degrees(x), degrees(ys[i] as number)]);
    return places.every((place, i) => far(place) <= limit && (i === 0 || edgeWithin(far, limit, places[i - 1] as LonLat, place)));
  });
}

/** The inside of an area, by cells of its box: a ring of road around a field must not be taken for the field. */
function insideWithin(far: Far, limit: number, asked: Shape): boolean {
  const cells = [asked.box];
  for (let seen = 0; cells.length > 0; seen++) {
    if (seen > MOST_CELLS) return false;
    const [west, south, east, north] = cells.pop() as Shape["box"];
    const middle: Spot = { x: (west + east) / 2, y: (south + north) / 2 };
    const at: LonLat = [degrees(middle.x), degrees(middle.y)];
    const corner: LonLat = [degrees(west), degrees(Math.abs(south) < Math.abs(north) ? south : north)];
    const reach = metres(at, corner) * 1.02;
    const isIn = asked.contains(middle);
    if (far(at) + reach <= limit || (!isIn && Shape.point(at).metresTo(asked, reach) > reach)) continue;
    if (reach < SMALLEST_M || (isIn && far(at) > limit)) return false;
    cells.push([west, south, middle.x, middle.y], [middle.x, south, east, middle.y], [west, middle.y, middle.x, north], [middle.x, middle.y, east, north]);
  }
  return true;
}

/** Whether every place of `asked` is at most `limit` metres away from `line`. */
export function liesWithin(asked: Shape, line: Shape, limit: number): boolean {
  if (limit < 0) return false;
  const far: Far = (at) => Shape.point(at).metresTo(line);
  return boundaryWithin(far, limit, asked) && (asked.polygons.length === 0 || insideWithin(far, limit, asked));
}
