/**
 * The cells of the hot spots: hexagons on an equal-area plane, told by column and row, as `mapper/analysis/tiles.py` lays them.
 *
 * A hexagon stands on its tip, every second row is shifted by half a cell, and `cell_m` is the way between the centres of
 * neighbours. Their corners are not in the data: they are worked out when somebody looks.
 */
import type { Hotspots, HotspotsMeta } from "./data.ts";
import { planeAbout, type Plane } from "./density_grid.ts";
import type { Geometry, LonLat, Ring } from "./geometry.ts";
import { TURN_DEGREES } from "./seam.ts";

/** Rows lie so many cells apart. */
const ROW = Math.sqrt(3) / 2;
const CORNERS = Array.from({ length: 6 }, (_, index) => {
  const turn = ((-90 + 60 * index) * Math.PI) / 180;
  return [Math.cos(turn) / Math.sqrt(3), Math.sin(turn) / Math.sqrt(3)] as const;
});

export type Cell = readonly [column: number, row: number];

/** Where a row's first centre lies to that of row 0, in cells. */
function shiftOf(row: number): number {
  return row % 2 === 0 ? 0 : 0.5;
}

/** The longitude, by whole turns beside another, so that a cell over the antimeridian is in one piece. */
function beside(lon: number, other: number): number {
  return lon - other > TURN_DEGREES / 2 ? lon - TURN_DEGREES : other - lon > TURN_DEGREES / 2 ? lon + TURN_DEGREES : lon;
}

export class Cells {
  private constructor(
    private readonly plane: Plane,
    private readonly cell_m: number,
  ) {}

  /** The cells of an edition; null where it has none. */
  static of(told: HotspotsMeta | null | undefined): Cells | null {
    if (!told || told.cell_m === null || told.lon0_deg === undefined || told.lat0_deg === undefined) return null;
    return new Cells(planeAbout(told.lon0_deg, told.lat0_deg), told.cell_m);
  }

  private middle([column, row]: Cell): readonly [x: number, y: number] {
    return [(column + shiftOf(row)) * this.cell_m, row * ROW * this.cell_m];
  }

  /** The centre of a cell. */
  centre(cell: Cell): LonLat {
    return this.plane.place(this.middle(cell));
  }

  /** Its corners counter-clockwise, the first again at the end. */
  ring(cell: Cell): Ring {
    const [x, y] = this.middle(cell);
    const [lon] = this.centre(cell);
    const corners = CORNERS.map(([east, north]) => {
      const [cornerLon, lat] = this.plane.place([x + east * this.cell_m, y + north * this.cell_m]);
      return [beside(cornerLon, lon), lat] as const;
    });
    return [...corners, corners[0] as LonLat];
  }

  /** The cell of a row of the table as a shape. */
  shape(hotspots: Hotspots, row: number): Geometry {
    return { kind: "polygons", polygons: [[this.ring(cellOf(hotspots, row))]] };
  }

  /** The cell that a place lies in: the nearest centre is less than a row away. Null opposite to the plane's centre. */
  at(place: LonLat): Cell | null {
    const metres = this.plane.metres(place);
    if (metres === null) return null;
    const [x, y] = [metres[0] / this.cell_m, metres[1] / this.cell_m];
    const below = Math.floor(y / ROW);
    const [lower, upper] = [below, below + 1].map((row) => {
      const column = Math.ceil(x - shiftOf(row) - 0.5) + 0; // no -0
      return { cell: [column, row] as Cell, far: Math.hypot(x - column - shiftOf(row), y - row * ROW) };
    }) as [{ cell: Cell; far: number }, { cell: Cell; far: number }];
    return upper.far < lower.far ? upper.cell : lower.cell;
  }
}

export function cellOf(hotspots: Hotspots, row: number): Cell {
  return [hotspots.get("cell_column", row) ?? NaN, hotspots.get("cell_row", row) ?? NaN];
}

/** The cell's name, as in a file of `mapper hotspots`. */
export function cellName(hotspots: Hotspots, row: number): string {
  return `hex-${cellOf(hotspots, row).join("-")}`;
}

/** Rows by their cell's name, gathered when a place is first asked about. */
const rowsByName = new WeakMap<Hotspots, ReadonlyMap<string, number>>();

/** The row of the table whose cell holds the place; null where hot spots were not looked for. */
export function rowAt(hotspots: Hotspots, cells: Cells, place: LonLat): number | null {
  const cell = cells.at(place);
  if (cell === null) return null;
  const rows = rowsByName.get(hotspots) ?? new Map(hotspots.indices().map((row) => [cellOf(hotspots, row).join(), row]));
  rowsByName.set(hotspots, rows);
  return rows.get(cell.join()) ?? null;
}
