/**
 * All marks of a layer as typed arrays on the square of zoom 0, with the grid's cells to find those of a part of it.
 */
import { countIn, type Groups, type RowMask } from "../grouping.ts";
import { UNITS_PER_DEGREE } from "../places.ts";
import { onward, TURN_DEGREES } from "../seam.ts";
import type { MarkLook } from "./marks.ts";

/** Edge of the whole world at zoom 0, in pixels. */
export const WORLD_PX = 256;
const EARTH_RADIUS_M = 6_371_000;
const RADIANS = Math.PI / 180;
const TURN = TURN_DEGREES * UNITS_PER_DEGREE;
/** Left, top, right, bottom, largest radius. */
const FIELDS = 5;
/** Cells up to this edge, 0.13 degree, are projected by a parabola. */
const SMALL_CELL = 2 ** 17;
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
  private readonly seam: number;

  constructor(
    readonly groups: Groups,
    readonly looks: readonly MarkLook[],
    /** Which of the looks each group has. */
    readonly lookOf: Uint8Array,
    /** Where the plane begins, see `seam.ts`. */
    seam_deg = -180,
  ) {
    this.seam = seam_deg * UNITS_PER_DEGREE;
    const { length, ofCell, cellRadii_m } = groups;
    [this.xs, this.ys, this.radii] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
    this.cells = new Float64Array(FIELDS * cellRadii_m.length);
    for (let cell = 0; cell < cellRadii_m.length; cell++) {
      this.makeCell(cell);
      this.project(cell, ofCell[cell] as number, ofCell[cell + 1] as number);
    }
  }

  /** Left, top, right, bottom and largest radius of a cell. */
  private makeCell(cell: number): void {
    const { places: { wests, souths, edge }, cellRadii_m } = this.groups;
    const { cells } = this;
    const west = wests[cell] as number;
    const south = souths[cell] as number;
    const radius_m = cellRadii_m[cell] as number;
    const farthest = Math.min(Math.max(Math.abs(south), Math.abs(south + edge)), FARTHEST_LAT * UNITS_PER_DEGREE);
    const at = FIELDS * cell;
    const east = west + edge;
    // A cell over the seam has marks at both ends of the plane.
    const isCut = west < this.seam && east >= this.seam;
    cells[at] = mercatorX(isCut ? west : onward(west, this.seam, TURN));
    cells[at + 1] = mercatorY(south + edge);
    cells[at + 2] = mercatorX(isCut ? east + TURN : onward(west, this.seam, TURN) + edge);
    cells[at + 3] = mercatorY(south);
    cells[at + 4] = radius_m === 0 ? 0 : radius_m * pxPerMetre(farthest);
  }

  /**
   * Project the groups of a cell. In a small cell the curve of Mercator is a parabola, to 1e-9 of a pixel at zoom 0 (a
   * thousandth of one at zoom 17), which spares a million logarithms.
   */
  private project(cell: number, first: number, end: number): void {
    const { places, starts, radii_m } = this.groups;
    const { xs, ys, radii } = this;
    const south = places.souths[cell] as number;
    const half = places.edge / 2;
    const [low, middle, high] = [mercatorY(south), mercatorY(south + half), mercatorY(south + places.edge)];
    const isSmall = places.edge <= SMALL_CELL;
    for (let group = first; group < end; group++) {
      const row = starts[group] as number;
      const units = places.ys[row] as number;
      const t = (units - south) / half - 1;
      xs[group] = mercatorX(this.lon(row));
      ys[group] = isSmall ? middle + (t * (high - low)) / 2 + (t * t * (high + low - 2 * middle)) / 2 : mercatorY(units);
      const radius_m = radii_m[group] as number;
      radii[group] = radius_m === 0 ? 0 : radius_m * pxPerMetre(units);
    }
  }

  /** Longitude of a row as the plane counts it, in 1e-6 degree. */
  lon(row: number): number {
    return onward(this.groups.places.xs[row] as number, this.seam, TURN);
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
    for (let cell = 0, at = 0; at < cells.length; cell++, at += FIELDS) {
      const reach = (cells[at + 4] as number) + margin;
      if ((cells[at] as number) - reach <= right && (cells[at + 2] as number) + reach >= left && (cells[at + 1] as number) - reach <= bottom && (cells[at + 3] as number) + reach >= top) found.push(cell);
    }
    return found;
  }

  /** Edge of a cell in pixels of zoom 0. */
  get cellPx(): number {
    return mercatorX(this.groups.places.edge) - mercatorX(0);
  }

  /** The middle of a cell. */
  middle(cell: number): readonly [x: number, y: number] {
    const { cells } = this;
    const at = FIELDS * cell;
    return [((cells[at] as number) + (cells[at + 2] as number)) / 2, ((cells[at + 1] as number) + (cells[at + 3] as number)) / 2];
  }

  /** Whether more than `most` marks show in the part; found out without counting them all. */
  hasMoreIn(part: Part, margin: number, most: number): boolean {
    const { ofCell } = this.groups;
    let sum = 0;
    for (const cell of this.cellsIn(part, margin)) {
      const [first, end] = [ofCell[cell] as number, ofCell[cell + 1] as number];
      if (this.mask === null && this.isWithin(cell, part)) sum += end - first;
      else for (let group = first; group < end; group++) if (this.isIn(group, part, margin) && this.isShown(group)) sum += 1;
      if (sum > most) return true;
    }
    return false;
  }

  /** Whether all centres of a cell lie in the part, so that each of its marks shows. */
  isWithin(cell: number, { left, top, right, bottom }: Part): boolean {
    const { cells } = this;
    const at = FIELDS * cell;
    return (cells[at] as number) >= left && (cells[at + 2] as number) <= right && (cells[at + 1] as number) >= top && (cells[at + 3] as number) <= bottom;
  }

  /** Whether a mark, with `margin` pixels around it, shows in the part. */
  isIn(group: number, { left, top, right, bottom }: Part, margin: number): boolean {
    const x = this.xs[group] as number;
    const y = this.ys[group] as number;
    const reach = (this.radii[group] as number) + margin;
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
