/**
 * Where more marks are in view than can be labelled: one number for each square of the screen that holds any, with the worst of
 * them. The marks themselves stay drawn; a number stands in the middle of those that it counts.
 */
import { countIn } from "../grouping.ts";
import { UNITS_PER_DEGREE } from "../places.ts";
import type { LonLat } from "../geometry.ts";
import type { Field, Part } from "./field.ts";

const SQUARE_PX = 110;

export interface Cluster {
  readonly at: LonLat;
  /** Records, not marks. */
  readonly n: number;
  /** Rank in `WORST`. */
  readonly worst: number;
}

/** Count the records whose centres lie in the part, by squares of the screen at a scale of pixels to those of zoom 0. */
export function clustersIn(field: Field, part: Part, scale: number, rankOf: (row: number) => number): Cluster[] {
  const { groups: { ofCell, starts, places }, xs, ys, mask } = field;
  const edge = SQUARE_PX / scale;
  const [west, north] = [Math.floor(part.left / edge), Math.floor(part.top / edge)];
  const columns = Math.floor(part.right / edge) - west + 1;
  const squares = columns * (Math.floor(part.bottom / edge) - north + 1);
  const [counts, lons, lats, worst] = [new Uint32Array(squares), new Float64Array(squares), new Float64Array(squares), new Uint8Array(squares)];
  for (const cell of field.cellsIn(part, 0)) {
    for (let group = ofCell[cell] as number; group < (ofCell[cell + 1] as number); group++) {
      const [x, y] = [xs[group] as number, ys[group] as number];
      if (x < part.left || x > part.right || y < part.top || y > part.bottom) continue;
      const square = (Math.floor(y / edge) - north) * columns + Math.floor(x / edge) - west;
      const [start, end] = [starts[group] as number, starts[group + 1] as number];
      const n = countIn(mask, start, end);
      counts[square] = (counts[square] as number) + n;
      lons[square] = (lons[square] as number) + n * (places.xs[start] as number);
      lats[square] = (lats[square] as number) + n * (places.ys[start] as number);
      for (let row = start; row < end && (worst[square] as number) < 2; row++) {
        if (mask === null || mask[row] === 1) worst[square] = Math.max(worst[square] as number, rankOf(row));
      }
    }
  }
  return Array.from(counts.keys()).filter((square) => (counts[square] as number) > 0).map((square) => {
    const n = counts[square] as number;
    return { at: [(lons[square] as number) / n / UNITS_PER_DEGREE, (lats[square] as number) / n / UNITS_PER_DEGREE], n, worst: worst[square] as number };
  });
}
