/**
 * Meridians and parallels at round steps, and what is written at them.
 *
 * Steps and places are whole seconds of arc, so that no line is lost or doubled by rounding. Longitudes may run on past 180, as
 * the map's own do where it shows the antimeridian; only what is written turns back.
 */
import type { Words } from "./words.ts";

const SECONDS = 3600;
const TURN_ARCSEC = 360 * SECONDS;
/** Round in degrees, minutes and seconds, from wide to close. */
const STEPS_ARCSEC = [
  ...[90, 60, 30, 20, 10, 5, 2, 1].map((degrees) => degrees * SECONDS),
  ...[30, 20, 10, 5, 2, 1].map((minutes) => minutes * 60),
  ...[30, 20, 10, 5, 2, 1],
] as const;

export type Axis = "lat" | "lon";

/** The closest round step, in seconds of arc, that is not closer than `least_deg` degrees; the widest there is, if none is. */
export function graticuleStep(least_deg: number): number {
  const fitting = STEPS_ARCSEC.filter((step) => step >= least_deg * SECONDS);
  return fitting[fitting.length - 1] ?? (STEPS_ARCSEC[0] as number);
}

/** The lines of a step from one place to another, in seconds of arc, both ends included. */
export function graticuleLines(from_deg: number, to_deg: number, step_arcsec: number): number[] {
  const first = Math.ceil((from_deg * SECONDS) / step_arcsec);
  const last = Math.floor((to_deg * SECONDS) / step_arcsec);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step_arcsec);
}

/** Seconds of arc as degrees. */
export function degreesOf(arcsec: number): number {
  return arcsec / SECONDS;
}

/** A longitude of any turn, brought to more than -180 and at most 180 degrees. */
export function homeLongitude(arcsec: number): number {
  const turned = ((arcsec % TURN_ARCSEC) + TURN_ARCSEC) % TURN_ARCSEC;
  return turned > TURN_ARCSEC / 2 ? turned - TURN_ARCSEC : turned;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** Degrees, with minutes and seconds where the step needs them: 167400 by 1800 is 46°30′. */
export function dms(arcsec: number, step_arcsec: number): string {
  const whole = Math.abs(arcsec);
  const [degrees, minutes, seconds] = [Math.floor(whole / SECONDS), Math.floor((whole % SECONDS) / 60), whole % 60];
  if (step_arcsec % SECONDS === 0) return `${degrees}°`;
  if (step_arcsec % 60 === 0) return `${degrees}°${two(minutes)}′`;
  return `${degrees}°${two(minutes)}′${two(seconds)}″`;
}

/** What is written at a line: 46°30′ E. The equator, the zero meridian and the antimeridian belong to no side. */
export function graticuleLabel(words: Words, axis: Axis, arcsec: number, step_arcsec: number): string {
  const at = axis === "lon" ? homeLongitude(arcsec) : arcsec;
  const degrees = dms(at, step_arcsec);
  if (at === 0 || at === TURN_ARCSEC / 2) return degrees;
  const side = axis === "lon" ? (at > 0 ? "east" : "west") : at > 0 ? "north" : "south";
  return words.say(`graticule.${side}`, { degrees });
}
