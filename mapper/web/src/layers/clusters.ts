/**
 * Where more marks are in view than can be labelled: one number for each square of the screen that holds any, with the worst of
 * them. The marks themselves stay drawn; a number stands in the middle of those that it counts.
 *
 * The records are counted once by cells of the grid, again only when others are hidden; a view then adds up cells, each in the
 * square that its middle lies in. Where squares are hardly larger than cells, few are in view, and each mark is looked at.
 */
import { countIn, type RowMask } from "../grouping.ts";
import { UNITS_PER_DEGREE } from "../places.ts";
import type { LonLat } from "../geometry.ts";
import type { Field, Part } from "./field.ts";

const SQUARE_PX = 110;
/** A square of at least so many cells in each direction adds up cells. */
const CELLS_ACROSS = 8;

export interface Cluster {
  readonly at: LonLat;
  /** Records, not marks. */
  readonly n: number;
  /** Rank in `WORST`. */
  readonly worst: number;
}

/** Sums over sets of records: their number, their places, the worst. */
class Sums {
  readonly n: Uint32Array;
  readonly lons: Float64Array;
  readonly lats: Float64Array;
  readonly worst: Uint8Array;

  constructor(size: number) {
    [this.n, this.lons, this.lats, this.worst] = [new Uint32Array(size), new Float64Array(size), new Float64Array(size), new Uint8Array(size)];
  }

  add(set: number, n: number, lon: number, lat: number, worst: number): void {
    this.n[set] = (this.n[set] as number) + n;
    this.lons[set] = (this.lons[set] as number) + lon;
    this.lats[set] = (this.lats[set] as number) + lat;
    if (worst > (this.worst[set] as number)) this.worst[set] = worst;
  }

  clusters(): Cluster[] {
    return Array.from(this.n.keys()).filter((set) => (this.n[set] as number) > 0).map((set) => {
      const n = this.n[set] as number;
      return { at: [(this.lons[set] as number) / n / UNITS_PER_DEGREE, (this.lats[set] as number) / n / UNITS_PER_DEGREE], n, worst: this.worst[set] as number };
    });
  }
}

/** Which square of the screen a place of zoom 0 lies in. */
interface Squares {
  readonly count: number;
  of(x: number, y: number): number;
}

function squaresOf(part: Part, edge: number): Squares {
  const [west, north] = [Math.floor(part.left / edge), Math.floor(part.top / edge)];
  const columns = Math.floor(part.right / edge) - west + 1;
  return { count: columns * (Math.floor(part.bottom / edge) - north + 1), of: (x, y) => (Math.floor(y / edge) - north) * columns + Math.floor(x / edge) - west };
}

function isInside({ left, top, right, bottom }: Part, x: number, y: number): boolean {
  return x >= left && x <= right && y >= top && y <= bottom;
}

export class Clusters {
  private byCell: { readonly mask: RowMask; readonly sums: Sums } | null = null;

  /** `rankOf` gives the rank in `WORST` of a row. */
  constructor(private readonly field: Field, private readonly rankOf: (row: number) => number) {}

  /** The records whose centres lie in the part, by squares of the screen at a scale of pixels to those of zoom 0. */
  in(part: Part, scale: number): Cluster[] {
    const squares = squaresOf(part, SQUARE_PX / scale);
    const sums = new Sums(squares.count);
    if (SQUARE_PX / scale >= CELLS_ACROSS * this.field.cellPx) this.addCells(part, squares, sums);
    else this.addGroups(part, squares, sums);
    return sums.clusters();
  }

  private addCells(part: Part, squares: Squares, sums: Sums): void {
    const cells = this.cellSums();
    for (const cell of this.field.cellsIn(part, 0)) {
      const [x, y] = this.field.middle(cell);
      if (isInside(part, x, y)) sums.add(squares.of(x, y), cells.n[cell] as number, cells.lons[cell] as number, cells.lats[cell] as number, cells.worst[cell] as number);
    }
  }

  private addGroups(part: Part, squares: Squares, sums: Sums): void {
    const { groups: { ofCell }, xs, ys } = this.field;
    for (const cell of this.field.cellsIn(part, 0)) {
      for (let group = ofCell[cell] as number; group < (ofCell[cell + 1] as number); group++) {
        const x = xs[group] as number;
        const y = ys[group] as number;
        if (isInside(part, x, y)) this.addGroup(group, sums, squares.of(x, y));
      }
    }
  }

  private addGroup(group: number, sums: Sums, set: number): void {
    const { groups: { starts, places }, mask } = this.field;
    const start = starts[group] as number;
    const end = starts[group + 1] as number;
    const n = countIn(mask, start, end);
    let worst = 0;
    for (let row = start; row < end && worst < 2; row++) if (mask === null || mask[row] === 1) worst = Math.max(worst, this.rankOf(row));
    sums.add(set, n, n * this.field.lon(start), n * (places.ys[start] as number), worst);
  }

  private cellSums(): Sums {
    const { mask, groups: { ofCell } } = this.field;
    if (this.byCell !== null && this.byCell.mask === mask) return this.byCell.sums;
    const sums = new Sums(ofCell.length - 1);
    for (let cell = 0; cell < ofCell.length - 1; cell++) {
      for (let group = ofCell[cell] as number; group < (ofCell[cell + 1] as number); group++) this.addGroup(group, sums, cell);
    }
    this.byCell = { mask, sums };
    return sums;
  }
}
