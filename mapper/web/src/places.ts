/**
 * Points in the order of a grid, as `mapper/output/grid.py` writes them: two typed arrays, and the cells that are the index.
 *
 * Cells are squares of the same edge; each holds the rows from its start to the next one's. There are some tens of thousands of
 * cells for a million places, so that looking at every cell takes a fraction of a millisecond and no tree is needed.
 */
import type { LonLat } from "./geometry.ts";
import { readInts, unreadable, type Ints } from "./ints.ts";

export const UNITS_PER_DEGREE = 1e6;

export interface DescribedPlaces {
  readonly cell: number;
  readonly west: number;
  readonly south: number;
  readonly rounded_m: number;
  readonly rows: Ints;
  readonly columns: Ints;
  readonly counts: Ints;
  readonly north: Ints;
  readonly east: Ints;
}

export class Places {
  /** Longitudes and latitudes in 1e-6 degree; rows from `count` on have no place. */
  readonly xs: Int32Array;
  readonly ys: Int32Array;
  readonly count: number;
  /** How far a place may lie from the one that was given. */
  readonly rounded_m: number;
  /** Edge of a cell in units. */
  readonly edge: number;
  /** South-west corners of the filled cells. */
  readonly wests: Int32Array;
  readonly souths: Int32Array;
  /** First row of each cell; one more that is `count`. */
  readonly starts: Uint32Array;

  constructor(body: Uint8Array, told: DescribedPlaces, rows: number) {
    const [count, cells] = [told.north.n, told.counts.n];
    if (!(count <= rows) || !Number.isFinite(told.rounded_m) || ![told.cell, told.west, told.south].every(Number.isInteger)) throw unreadable("The grid of the places is not described.");
    const [rowSteps, columns, counts] = [readInts(body, told.rows, cells), readInts(body, told.columns, cells), readInts(body, told.counts)];
    const [north, east] = [readInts(body, told.north), readInts(body, told.east, count)];
    this.count = count;
    this.rounded_m = told.rounded_m;
    this.edge = 2 ** told.cell;
    [this.xs, this.ys] = [new Int32Array(count), new Int32Array(count)];
    [this.wests, this.souths, this.starts] = [new Int32Array(cells), new Int32Array(cells), new Uint32Array(cells + 1)];
    let [row, south] = [0, told.south];
    for (let cell = 0; cell < cells; cell++) {
      south += rowSteps(cell) * this.edge;
      const west = told.west + columns(cell) * this.edge;
      const end = row + counts(cell);
      if (end > count) throw unreadable("The cells hold more places than there are.");
      this.wests[cell] = west;
      this.souths[cell] = south;
      this.starts[cell] = row;
      for (let y = south; row < end; row++) {
        y += north(row);
        this.ys[row] = y;
        this.xs[row] = west + east(row);
      }
    }
    if (row !== count) throw unreadable("The cells hold fewer places than there are.");
    this.starts[cells] = count;
  }

  at(row: number): LonLat | null {
    return row < this.count ? [(this.xs[row] as number) / UNITS_PER_DEGREE, (this.ys[row] as number) / UNITS_PER_DEGREE] : null;
  }
}
