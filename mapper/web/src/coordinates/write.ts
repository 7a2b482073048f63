/**
 * A place in the notations of the region, each with no more digits than its uncertainty allows, and with its own accuracy: the
 * uncertainty of the place, half the diagonal of what was written, and for SK-42 the registry's accuracy of the step from WGS 84.
 */
import type { LonLat } from "../geometry.ts";
import { squareOf, zoneOf } from "./mgrs.ts";
import { gaussKruger, halfDiagonal, isThreeDegree, sk42Degrees, utm, type System } from "./systems.ts";

export interface Written {
  /** A code of `coordinates.*`. */
  readonly code: "dd" | "dms" | "utm" | "mgrs" | "gauss_kruger" | "sk42";
  readonly text: string;
  /** Radius of a circle around the written place that holds the true one. */
  readonly accuracy_m: number;
}

const DEGREE_M = 111_320;
const MINUTE_M = DEGREE_M / 60;
const SECOND_M = MINUTE_M / 60;
const PAST_LATITUDE = 1;

function limited(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Decimals of a unit of so many metres, so that the last of them is worth no more than the uncertainty. */
function decimalsOf(unit_m: number, uncertainty_m: number, least: number, most: number): number {
  return limited(Math.ceil(Math.log10(unit_m / Math.max(uncertainty_m, 0.01)) - 1e-9), least, most);
}

/** The largest power of ten of metres, up to `most`, that is not more than the uncertainty; at least a metre. */
function stepOf(uncertainty_m: number, most: number): number {
  return 10 ** limited(Math.floor(Math.log10(Math.max(uncertainty_m, 1)) + 1e-9), 0, Math.log10(most));
}

/** Whole degrees, minutes and seconds with a carry; `seconds` null leaves them out. */
function sexagesimal(value: number, seconds: number | null): string {
  const unit = seconds === null ? 60 : 3600 * 10 ** seconds;
  const total = Math.round(Math.abs(value) * unit);
  const pad = (whole: number, decimals = 0) => whole.toFixed(decimals).padStart(decimals > 0 ? decimals + 3 : 2, "0");
  if (seconds === null) return `${Math.floor(total / 60)}°${pad(total % 60)}′`;
  const scale = 10 ** seconds;
  return `${Math.floor(total / unit)}°${pad(Math.floor(total / (60 * scale)) % 60)}′${pad((total % (60 * scale)) / scale, seconds)}″`;
}

/** The decimals of seconds; null for whole minutes. */
function secondsOf(uncertainty_m: number): number | null {
  return uncertainty_m >= MINUTE_M ? null : decimalsOf(SECOND_M, uncertainty_m, 0, 2);
}

function worth(seconds: number | null): number {
  return seconds === null ? 1 / 60 : 10 ** -seconds / 3600;
}

function decimalDegrees([lon, lat]: LonLat, uncertainty_m: number): Written {
  const decimals = decimalsOf(DEGREE_M, uncertainty_m, 2, 6);
  const cell = 10 ** -decimals;
  return { code: "dd", text: `${lat.toFixed(decimals)}, ${lon.toFixed(decimals)}`, accuracy_m: uncertainty_m + halfDiagonal(lat, cell, cell) };
}

function degreesMinutesSeconds([lon, lat]: LonLat, uncertainty_m: number): Written {
  const seconds = secondsOf(uncertainty_m);
  const text = `${sexagesimal(lat, seconds)}${lat < 0 ? "S" : "N"} ${sexagesimal(lon, seconds)}${lon < 0 ? "W" : "E"}`;
  return { code: "dms", text, accuracy_m: uncertainty_m + halfDiagonal(lat, worth(seconds), worth(seconds)) };
}

function rounded(value: number, step: number): string {
  return (Math.round(value / step) * step).toFixed(0);
}

/** "38N 664546 4428533"; in the south by its code, because a letter S is a band as well. */
function inUtm(at: LonLat, uncertainty_m: number): Written | null {
  const zone = zoneOf(at);
  if (zone === 0) return null;
  const south = at[1] < 0;
  const step = stepOf(uncertainty_m, 1000);
  const system = utm(zone, south);
  const [x, y] = system.fromLonLat(at);
  const name = south ? `EPSG:${system.code}` : `${zone}N`;
  return { code: "utm", text: `${name} ${rounded(x, step)} ${rounded(y, step)}`, accuracy_m: uncertainty_m + step * Math.SQRT1_2 };
}

function inMgrs(at: LonLat, uncertainty_m: number): Written | null {
  const cell_m = stepOf(uncertainty_m, 10_000);
  const text = squareOf(at, cell_m);
  return text === null ? null : { code: "mgrs", text, accuracy_m: uncertainty_m + cell_m * Math.SQRT1_2 };
}

/** The 6-degree zone of a place; null where the page does not know SK-42. */
function zoneOfSk42(at: LonLat): System | null {
  const [lon] = sk42Degrees.fromLonLat(at);
  const number = Math.floor(lon / 6) + 1;
  const isUsed = ({ area }: System) => at[1] >= area[1] - PAST_LATITUDE && at[1] <= area[3] + PAST_LATITUDE;
  return gaussKruger.find((system) => !isThreeDegree(system) && system.zone === number && isUsed(system)) ?? null;
}

/** Zone and geographic form of SK-42; X is the northing, as on its sheets. */
function inSk42(at: LonLat, uncertainty_m: number): Written[] {
  const system = zoneOfSk42(at);
  if (system === null) return [];
  const known_m = uncertainty_m + system.accuracy_m;
  const step = stepOf(known_m, 1000);
  const [y, x] = system.fromLonLat(at);
  const [lon, lat] = sk42Degrees.fromLonLat(at);
  const seconds = secondsOf(known_m);
  return [
    { code: "gauss_kruger", text: `X=${rounded(x, step)} Y=${rounded(y, step)}`, accuracy_m: known_m + step * Math.SQRT1_2 },
    { code: "sk42", text: `B=${sexagesimal(lat, seconds)} L=${sexagesimal(lon, seconds)}`, accuracy_m: known_m + halfDiagonal(lat, worth(seconds), worth(seconds)) },
  ];
}

/** The place in every notation that it has. */
export function write(at: LonLat, uncertainty_m: number): Written[] {
  const plane = [inUtm(at, uncertainty_m), inMgrs(at, uncertainty_m)].filter((each): each is Written => each !== null);
  return [decimalDegrees(at, uncertainty_m), degreesMinutesSeconds(at, uncertainty_m), ...plane, ...inSk42(at, uncertainty_m)];
}
