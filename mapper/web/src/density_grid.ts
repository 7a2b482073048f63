/**
 * The density at a place: the value in the middle of its grid cell, as `mapper/output/density_grid.py` wrote it.
 *
 * A byte for each cell: 0 is not known, 1 is below the lowest class, 2 + k is `lowest_per_km2` times `ratio` to the k.
 */
import * as laea from "proj4/lib/projections/laea.js";

import { decodeBase64 } from "./base64.ts";
import { EARTH } from "./coordinates/systems.ts";
import type { GridMeta } from "./data.ts";
import type { LonLat } from "./geometry.ts";

const RADIANS = Math.PI / 180;
const LOWEST = 2;

type Metres = readonly [east_m: number, north_m: number];

/** An equal-area plane about its centre, there and back. */
export interface Plane {
  /** Null opposite to the centre. */
  metres(at: LonLat): Metres | null;
  place(metres: Metres): LonLat;
}

export function planeAbout(lon0_deg: number, lat0_deg: number): Plane {
  // proj4 looks for the names of its modes on the projection itself, so the whole module goes in.
  const plane = { ...laea, a: EARTH.a, es: EARTH.es, e: Math.sqrt(EARTH.es), lat0: lat0_deg * RADIANS, long0: lon0_deg * RADIANS, x0: 0, y0: 0 };
  plane.init();
  return {
    metres: ([lon, lat]) => {
      const placed = plane.forward({ x: lon * RADIANS, y: lat * RADIANS });
      return placed && [placed.x, placed.y];
    },
    place: ([x, y]) => {
      const placed = plane.inverse({ x, y });
      return [placed.x / RADIANS, placed.y / RADIANS];
    },
  };
}

/** Metres east and north of the south-west corner of the grid, on its equal-area plane; null opposite to its centre. */
export function metresFromCorner({ lon0_deg, lat0_deg, west_m, south_m }: GridMeta, at: LonLat): Metres | null {
  const metres = planeAbout(lon0_deg, lat0_deg).metres(at);
  return metres && [metres[0] - west_m, metres[1] - south_m];
}

/** Reported accidents per km²; null outside the grid and the window, below the lowest class, and where the frame has no grid. */
export function densityAt(grid: GridMeta, frame: string, at: LonLat): number | null {
  const values = grid.values[frame];
  const metres = metresFromCorner(grid, at);
  if (values === undefined || metres === null) return null;
  const [column, row] = [Math.floor(metres[0] / grid.cell_m), Math.floor(metres[1] / grid.cell_m)];
  if (!(column >= 0 && column < grid.columns && row >= 0)) return null;
  const step = decodeBase64(values)[row * grid.columns + column] ?? 0;
  return step < LOWEST ? null : grid.lowest_per_km2 * grid.ratio ** (step - LOWEST);
}
