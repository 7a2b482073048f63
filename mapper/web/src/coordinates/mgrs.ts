/**
 * The letters of MGRS on WGS 84, both ways, by the definition of the scheme.
 *
 * Not the `mgrs` package, for the reason that Python does without it: it takes a wrong band, a square that the zone does not
 * have and a lost digit without a word, and its own UTM is rounded before the figures are cut, so that a cell may be the next one.
 */
import type { LonLat } from "../geometry.ts";
import { utm } from "./systems.ts";

export const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["STUVWXYZ", "ABCDEFGH", "JKLMNPQR"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";
const [SOUTH, NORTH, HEIGHT] = [-80, 84, 8];
const [SQUARE_M, CYCLE_M] = [100_000, 2_000_000];
/** Zone and band to the limits that differ from the rule. */
const WIDER: Readonly<Record<string, readonly [number, number]>> = {
  "31V": [0, 3], "32V": [3, 12], "31X": [0, 9], "33X": [9, 21], "35X": [21, 33], "37X": [33, 42],
};

/** The letter of the band of a latitude; "" in the polar caps. */
export function bandOf(lat: number): string {
  if (!(lat >= SOUTH && lat <= NORTH)) return "";
  return BANDS[Math.min(Math.floor((lat - SOUTH) / HEIGHT), BANDS.length - 1)] as string;
}

export function bandLimits(band: string): readonly [south: number, north: number] {
  const south = SOUTH + HEIGHT * BANDS.indexOf(band);
  return [south, band === "X" ? NORTH : south + HEIGHT];
}

export function zoneLimits(zone: number, band: string): readonly [west: number, east: number] {
  return WIDER[`${zone}${band}`] ?? [zone * 6 - 186, zone * 6 - 180];
}

/** The UTM zone of a place, with the exceptions of Norway and Svalbard; 0 in the polar caps. */
export function zoneOf([lon, lat]: LonLat): number {
  const band = bandOf(lat);
  if (band === "") return 0;
  const east = ((((lon + 180) % 360) + 360) % 360) - 180;
  const special = Object.entries(WIDER).find(([name, [from, to]]) => name.endsWith(band) && east >= from && east < to);
  return special === undefined ? Math.floor((east + 180) / 6) + 1 : parseInt(special[0], 10);
}

function rowShift(zone: number): number {
  return zone % 2 === 0 ? 5 : 0;
}

/** The reference of the cell of `cell_m` (1, 10, … 100,000) that holds the place; null in the polar caps. */
export function squareOf(at: LonLat, cell_m: number): string | null {
  const zone = zoneOf(at);
  if (zone === 0) return null;
  const [x, y] = utm(zone, at[1] < 0).fromLonLat(at);
  const column = (COLUMNS[zone % 3] as string)[Math.floor(x / SQUARE_M) - 1];
  const row = ROWS[(Math.floor(y / SQUARE_M) + rowShift(zone)) % ROWS.length];
  const digits = Math.round(Math.log10(SQUARE_M / cell_m));
  const figures = [x, y].map((value) => (digits === 0 ? "" : String(Math.floor((value % SQUARE_M) / cell_m)).padStart(digits, "0")));
  return column === undefined ? null : `${zone}${bandOf(at[1])}${column}${row}${figures.join("")}`;
}

/** UTM easting and northing of the south-west corner of a 100 km square; null when the zone has no such square. */
export function cornerOf(zone: number, band: string, letters: string): readonly [x: number, y: number] | null {
  if (zone < 1 || zone > 60 || (band === "X" && [32, 34, 36].includes(zone))) return null;
  const column = (COLUMNS[zone % 3] as string).indexOf(letters.charAt(0));
  const row = ROWS.indexOf(letters.charAt(1));
  if (column < 0 || row < 0) return null;
  const [south] = bandLimits(band);
  const [, middle] = utm(zone, band < "N").fromLonLat([zone * 6 - 183, south + HEIGHT / 2]);
  const first = ((row - rowShift(zone) + ROWS.length) % ROWS.length) * SQUARE_M;
  const cycle = Math.round((middle - SQUARE_M / 2 - first) / CYCLE_M);
  return [(column + 1) * SQUARE_M, first + CYCLE_M * cycle];
}
