/** The value of the density at a place: the cell on its plane, and the bytes as numbers. */
import { expect, test } from "vitest";

import type { GridMeta } from "../src/data.ts";
import { densityAt, metresFromCorner } from "../src/density_grid.ts";
import type { LonLat } from "../src/geometry.ts";

const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));
/** Two by two cells of 5 km about 40 N 47 E; south-west not known, south-east below the lowest class. */
const GRID: GridMeta = {
  lat0_deg: 40, lon0_deg: 47, west_m: -5000, south_m: -5000, cell_m: 5000, columns: 2, lowest_per_km2: 0.001, ratio: 1.03,
  values: { "": base64(0, 1, 2, 134), "2021": base64(0, 1, 1, 2) },
};

test("the plane is that of the published example of Lambert's azimuthal equal-area projection", () => {
  // EPSG guidance note 7-2, ETRS89-extended / LAEA Europe: 50 N 5 E is E 3962799.45, N 2999718.85
  const europe = { ...GRID, lat0_deg: 52, lon0_deg: 10, west_m: -4_321_000, south_m: -3_210_000 };
  const [east_m, north_m] = metresFromCorner(europe, [5, 50]) ?? [];
  expect(east_m).toBeCloseTo(3_962_799.45, 2);
  expect(north_m).toBeCloseTo(2_999_718.85, 2);
});

test("each quarter has its own byte, and years have theirs", () => {
  const at: Record<string, LonLat> = { southWest: [46.98, 39.98], southEast: [47.02, 39.98], northWest: [46.98, 40.02], northEast: [47.02, 40.02] };
  const values = (frame: string) => Object.values(at).map((place) => densityAt(GRID, frame, place));
  expect(values("").slice(0, 3)).toEqual([null, null, 0.001]);
  expect(values("")[3]).toBeCloseTo(0.04949, 4); // 0.001 * 1.03^132: exp(132 * 0.0295588) = 49.49
  expect(values("2021")).toEqual([null, null, null, 0.001]);
  expect(values("2022")).toEqual([null, null, null, null]);
});

test("outside the grid nothing is known", () => {
  for (const place of [[46.9, 40.02], [47.1, 40.02], [47.02, 40.1], [47.02, 39.9], [-133, -40]] as const) {
    expect(densityAt(GRID, "", place)).toBeNull();
  }
});
