/**
 * All marks of a layer as typed arrays on the square of zoom 0, with the grid's cells to find those of a part of it.
 */
import { countIn, type Groups, type RowMask } from "../grouping.ts";
import { UNITS_PER_DEGREE } from "../places.ts";
import type { MarkLook } from "./marks.ts";

/** Edge of the whole world at zoom 0, in pixels. */
export const WORLD_PX = 256;
const EARTH_RADIUS_M = 6_371_000;
const RADIANS = Math.PI / 180;
/** Web Mercator ends here. */
const FARTHEST_LAT = 85.0511287798;

/** West, north, east, south in pixels of zoom 0, where y grows to the south. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function mercatorX(units: number): number {
  return WORLD_PX * (units / (360 * UNITS_PER_DEGREE) + 0.5);
}

export function mercatorY(units: number): number {
  const lat = Math.max(-FARTHEST_LAT, Math.min(FARTHEST_LAT, units / UNITS_PER_DEGREE));
  const sin = Math.sin(lat * RADIANS);
  return WORLD_PX * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI));
}

/** Pixels of zoom 0 to a metre at a latitude. */
function pxPerMetre(units: number): number {
  return WORLD_PX / (2 * Math.PI * EARTH_RADIUS_M * Math.cos((units / UNITS_PER_DEGREE) * RADIANS));
}

export class Field {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Radii of circles; 0 for points. */
  readonly radii: Float64Array;
  mask: RowMask = null;
  private readonly cells: Float64Array;

  constructor(
    readonly groups: Groups,
    readonly looks: readonly MarkLook[],
    /** Which of the looks each group has. */
    readonly lookOf: Uint8Array,
  ) {
    const { length, starts, radii_m, places } = groups;
    [this.xs, this.ys, this.radii] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
    for (let group = 0; group < length; group++) {
      const row = starts[group] as number;
      this.xs[group] = mercatorX(places.xs[row] as number);
      this.ys[group] = mercatorY(places.ys[row] as number);
      const radius_m = radii_m[group] as number;
      this.radii[group] = radius_m === 0 ? 0 : radius_m * pxPerMetre(places.ys[row] as number);
    }
    this.cells = this.makeCells();
  }

  /** Left, top, right, bottom and largest radius of each cell. */
  private makeCells(): Float64Array {
    const { places, cellRadii_m } = this.groups;
    const cells = new Float64Array(5 * cellRadii_m.length);
    for (let cell = 0; cell < cellRadii_m.length; cell++) {
      const [west, south] = [places.wests[cell] as number, places.souths[cell] as number];
      const farthest = Math.max(Math.abs(south), Math.abs(south + places.edge));
      const reach = (cellRadii_m[cell] as number) === 0 ? 0 : (cellRadii_m[cell] as number) * pxPerMetre(Math.min(farthest, FARTHEST_LAT * UNITS_PER_DEGREE));
      cells.set([mercatorX(west), mercatorY(south + places.edge), mercatorX(west + places.edge), mercatorY(south), reach], 5 * cell);
    }
    return cells;
  }

  /** How many marks have a place and a radius that are numbers. */
  get drawable(): number {
    let sum = 0;
    for (let group = 0; group < this.xs.length; group++) {
      if (Number.isFinite((this.xs[group] as number) + (this.ys[group] as number) + (this.radii[group] as number))) sum += 1;
    }
    return sum;
  }

  /** Whether the mask lets any record of the group through. */
  isShown(group: number): boolean {
    if (this.mask === null) return true;
    return countIn(this.mask, this.groups.starts[group] as number, this.groups.starts[group + 1] as number) > 0;
  }

  /** Cells whose marks, with `margin` pixels around each, may show in the part. */
  cellsIn({ left, top, right, bottom }: Part, margin: number): number[] {
    const { cells } = this;
    const found: number[] = [];
    for (let cell = 0, at = 0; at < cells.length; cell++, at += 5) {
      const reach = (cells[at + 4] as number) + margin;
      if ((cells[at] as number) - reach <= right && (cells[at + 2] as number) + reach >= left && (cells[at + 1] as number) - reach <= bottom && (cells[at + 3] as number) + reach >= top) found.push(cell);
    }
    return found;
  }

  /** Whether a mark, with `margin` pixels around it, shows in the part. */
  isIn(group: number, { left, top, right, bottom }: Part, margin: number): boolean {
    const [x, y, reach] = [this.xs[group] as number, this.ys[group] as number, (this.radii[group] as number) + margin];
    return x + reach >= left && x - reach <= right && y + reach >= top && y - reach <= bottom;
  }

  /** The groups that show in the part, until `most` are found. */
  groupsIn(part: Part, margin: number, most: number): number[] {
    const found: number[] = [];
    for (const cell of this.cellsIn(part, margin)) {
      for (let group = this.groups.ofCell[cell] as number; group < (this.groups.ofCell[cell + 1] as number); group++) {
        if (!this.isIn(group, part, margin) || !this.isShown(group)) continue;
        found.push(group);
        if (found.length >= most) return found;
      }
    }
    return found;
  }
}
