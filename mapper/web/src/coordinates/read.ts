/**
 * A coordinate text as a person types it, to every place that it can mean.
 *
 * The rule of `mapper/intake/coordinates.py` holds here too: nothing is chosen by likelihood. A text is resolved when exactly one
 * of its readings lies in the area of the map; latitude and longitude are never exchanged. The page reads fewer notations than
 * Python does, and none of them differently: the two share `tests/coordinate_vectors.json`.
 */
import type { LonLat } from "../geometry.ts";
import { plansOf, type Angle, type AnglePair, type GridPair, type Plan } from "./layouts.ts";
import { bandLimits, BANDS, cornerOf, zoneLimits } from "./mgrs.ts";
import { inOneForm, ways, type Figure } from "./signs.ts";
import { EARTH, gaussKruger, halfDiagonal, isThreeDegree, SK42, sk42Degrees, systemOf, utm, wgs84, WGS84, type Box, type System } from "./systems.ts";

export interface Reading {
  readonly at: LonLat;
  readonly notation: "dd" | "ddm" | "dms" | "mgrs" | "utm" | "gauss_kruger";
  readonly system: System;
  /** Radius of a circle that holds the place: half the diagonal of the written cell and the accuracy of the step to WGS 84. */
  readonly uncertainty_m: number;
  readonly inArea: boolean;
  /** Outside the area, and inside it when latitude and longitude are exchanged. */
  readonly exchanged: boolean;
  /** Its decimals may be minutes and seconds: 39.5945 for 39°59.45′, up to 60 km away. */
  readonly packed: boolean;
}

export interface Interpretation {
  readonly readings: readonly Reading[];
  /** The one reading in the area; null when there is none, or more. */
  readonly resolved: Reading | null;
  /** Why there is no reading, as a code of `find.why.*`; null where there is one, or the text does not look like a coordinate. */
  readonly why: string | null;
}

interface Candidate {
  readonly system: System;
  readonly x: number;
  readonly y: number;
  readonly cellX: number;
  readonly cellY: number;
  readonly notation: Reading["notation"];
  readonly band?: string;
  readonly guessed?: boolean;
  readonly fallback?: boolean;
  readonly ordered?: boolean;
  readonly packed?: boolean;
}

type Found = Candidate | string;

const LONGEST = 160;
/** How far past the registry's limits a place is believed: when the text states the zone, when it does not, and north-south. */
const [PAST_STATED, PAST_GUESSED, PAST_LATITUDE] = [3, 0.25, 1];
const WIDEST_M = 700_000;
const MILLION = 1e6;
/** Where a pair without a zone is read: the ground whose SK-42 zones are known here. */
const HOME: Box = [42, 36, 54, 44];

function datum(names: string, between: string, figures: string): RegExp {
  return new RegExp(`(^|[^\\p{L}])(?:${names})${between}(${figures})(?!\\d)`, "iu");
}

const SYSTEMS = [
  [datum("SK|СК|CK", "[ -]?", "\\d\\d"), SK42, ["42"]],
  [datum("Pulkovo|Пулково", "[ -]?", "\\d{4}|\\d\\d"), SK42, ["42", "1942"]],
  [datum("WGS|ВГС", "[ _-]?", "\\d{4}|\\d\\d"), WGS84, ["84", "1984"]],
] as const;
const EPSG = /(^|[^\p{L}])EPSG\s*:{0,2}\s*(\d{4,6})(?!\d)/iu;
/** One number with a decimal comma, or two whole degrees. */
const LONE_COMMA = /^\s*[+-]?\d+,\d+\s*$/;
const REFERENCE = /^\s*(?:MGRS\s*:?\s*)?(\d\d?)\s*([A-Z])\s*([A-Z]{2})\s*(\d*)(?:\s+(\d+))?\s*$/i;
const LACKING = /^\s*(?:MGRS\s*:?\s*)?(?:[C-X]?[A-Z]{2}\s*\d{2,5} ?\d{2,5}|\d\d?\s*[A-Z]{2}\s*\d{2,5} ?\d{2,5}|\d\d?\s*[A-Z])\s*$/i;

/** All that a text can mean in the area of the map. */
export function interpret(text: string, area: Box): Interpretation {
  const written = inOneForm(text);
  const found = written.length > LONGEST || LONE_COMMA.test(written) ? ["no_notation"] : foundIn(written, area);
  const placed = found.map((one) => (typeof one === "string" ? one : place(one, area)));
  const readings = withoutRepetition(found, placed);
  const there = readings.filter(({ inArea }) => inArea);
  const whys = placed.filter((one): one is string => typeof one === "string");
  const looksLikeOne = (written.match(/\d/g) ?? []).length >= 4 || /\d\s*[\u00b0'"]/.test(written);
  return {
    readings,
    resolved: there.length === 1 ? (there[0] as Reading) : null,
    why: readings.length > 0 || !looksLikeOne ? null : (whys.find((why) => why !== "no_notation") ?? "no_notation"),
  };
}

function foundIn(written: string, area: Box): Found[] {
  const square = squareIn(written);
  if (square !== null && typeof square !== "string") return [square];
  const stated = statedIn(written.replace(/[ /;,.]+$/, ""));
  if (typeof stated === "string") return [stated];
  const every = [...ways(stated.rest)];
  if ((every[0] ?? []).some(({ kind }) => "?!".includes(kind))) return [square ?? "no_notation"];
  const plans = every.flatMap(plansOf);
  const sound = plans.filter(({ kind }) => kind !== "refusal");
  if (sound.length === 0 && square !== null) return [square];
  return (sound.length > 0 ? sound : plans).flatMap((plan) => candidates(plan, stated.system, stated.named, area));
}

interface Stated {
  readonly rest: string;
  readonly system: System | null;
  /** Whether it is named by its code, and not by its datum alone. */
  readonly named: boolean;
}

/** Cut the name of a system out of a text; a code of the reason when the page does not know it. */
function statedIn(written: string): Stated | string {
  let rest = written;
  const codes: number[] = [];
  const code = EPSG.exec(rest);
  const cutOut = (part: RegExpExecArray) => {
    const [start, end] = [part.index + (part[1] as string).length, part.index + part[0].length];
    rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  };
  if (code !== null) {
    codes.push(Number(code[2]));
    cutOut(code);
  }
  for (const [pattern, datum, figures] of SYSTEMS) {
    const name = pattern.exec(rest);
    if (name === null) continue;
    if (!(figures as readonly string[]).includes(name[2] as string)) return "system";
    codes.push(datum);
    cutOut(name);
  }
  if (codes.length > 1) return "system";
  const [only] = codes;
  if (only === undefined) return { rest, system: null, named: false };
  const system = systemOf(only);
  return system === null ? "system" : { rest, system, named: code !== null };
}

function candidates(plan: Plan, stated: System | null, named: boolean, area: Box): Found[] {
  if (plan.kind === "refusal") return [plan.why];
  return plan.kind === "angles" ? [ofAngles(plan, stated)] : ofGrid(plan, stated, named, area);
}

// ---------------------------------------------------------------- degrees
function ofAngles(plan: AnglePair, stated: System | null): Found {
  if (stated !== null && stated !== wgs84 && stated !== sk42Degrees) return "system";
  for (const { figures } of [plan.lat, plan.lon]) {
    if (figures.slice(1).some(({ value }) => value >= 60)) return "sixty";
  }
  const [lat, lon] = [degrees(plan.lat), degrees(plan.lon)];
  if (Math.abs(lat) > 90) return "latitude";
  if (Math.abs(lon) > 180) return "longitude";
  if (lat === 0 && lon === 0) return "null_island";
  return {
    system: stated ?? (plan.geodetic ? sk42Degrees : wgs84),
    x: lon,
    y: lat,
    cellX: cell(plan.lon),
    cellY: cell(plan.lat),
    notation: plan.notation,
    ordered: plan.ordered,
    packed: plan.notation === "dd" && mayBePacked(plan.lat) && mayBePacked(plan.lon),
  };
}

function degrees({ figures, sign }: Angle): number {
  return sign * figures.reduce((sum, { value }, i) => sum + value / 60 ** i, 0);
}

/** The worth of the last written digit in degrees. */
function cell({ figures }: Angle): number {
  return step(figures[figures.length - 1] as Figure) / 60 ** (figures.length - 1);
}

function step({ decimals }: Figure): number {
  return 10 ** -Math.min(decimals, 12);
}

/** Four decimals or more, of which the first two could be minutes. */
function mayBePacked({ figures }: Angle): boolean {
  const { value, decimals } = figures[0] as Figure;
  return decimals >= 4 && Math.floor((value % 1) * 100 + 1e-9) < 60;
}

// ---------------------------------------------------------------- MGRS
function squareIn(written: string): Found | null {
  const found = REFERENCE.exec(written);
  if (found === null) return LACKING.test(written) ? "mgrs_part" : null;
  const [, zone, band, letters, first, second] = found.map((part) => part?.toUpperCase()) as [string, string, string, string, string, string | undefined];
  if (["DEG", "MIN", "SEC"].includes(band + letters)) return null;
  if (!BANDS.includes(band) || /[IO]/.test(letters)) return "mgrs_letters";
  const digits = first + (second ?? "");
  if ((second === undefined ? first.length % 2 !== 0 : first.length !== second.length) || digits.length > 10) return "mgrs_digits";
  const corner = cornerOf(Number(zone), band, letters);
  if (corner === null) return "mgrs_letters";
  const half = digits.length / 2;
  const cell_m = 10 ** (5 - half);
  const [x, y] = [digits.slice(0, half), digits.slice(half)].map((part, i) => (corner[i as 0 | 1]) + Number(part) * cell_m + cell_m / 2) as [number, number];
  return { system: utm(Number(zone), band < "N"), x, y, cellX: cell_m, cellY: cell_m, notation: "mgrs", band, ordered: true };
}

// ---------------------------------------------------------------- plane coordinates
function ofGrid(plan: GridPair, stated: System | null, named: boolean, area: Box): Found[] {
  if (named) {
    const degreesOnly = stated === wgs84 || stated === sk42Degrees;
    return degreesOnly ? ["system"] : inSystem(plan, stated as System);
  }
  const allowed = (system: System) => familyAllows(plan, stated, system);
  if (plan.zone !== null) return zoneSystems(plan).filter(([system]) => allowed(system)).flatMap(([system, band, offset]) => inSystem(plan, system, { band, offset }));
  const prefixed = gaussKruger.filter(allowed).flatMap((system) => inSystem(plan, system));
  const within = area[0] >= HOME[0] && area[2] <= HOME[2] && area[1] >= HOME[1] && area[3] <= HOME[3];
  if (plan.first.leadingZero || plan.second.leadingZero) return prefixed.length > 0 ? prefixed : ["no_zone"];
  const guessed = zonesNear(within ? area : HOME).filter(allowed).flatMap((system) => inSystem(plan, system, { guessed: true, offset: system.family === "utm" ? 0 : system.zone * MILLION }));
  const every = [...prefixed, ...guessed];
  return every.length > 0 ? every : ["no_zone"];
}

function familyAllows({ family }: GridPair, stated: System | null, system: System): boolean {
  const isUtm = system.family === "utm";
  if (stated === sk42Degrees || family === "gauss_kruger") return !isUtm;
  return stated === wgs84 || family === "utm" ? isUtm : true;
}

/** The systems of a zone number, each with the band that its places must lie in and what its eastings lack. */
function zoneSystems({ zone, band }: GridPair): (readonly [System, string, number])[] {
  if (zone === null || zone < 1 || zone > 60) return [];
  const [north, south] = [utm(zone), utm(zone, true)];
  if (band === "S") return [[north, "S", 0], [south, "", 0]];
  if (band === "N") return [[north, "", 0]];
  if (band !== "") return [[band > "N" ? north : south, band, 0]];
  const own = gaussKruger.filter((system) => system.zone === zone);
  return [[north, "", 0], [south, "", 0], ...own.flatMap((system) => [[system, "", 0], [system, "", zone * MILLION]] as const)];
}

/** The systems that a pair without a zone may be in, near an area. A 3-degree zone on the meridian of a 6-degree one is left out. */
function zonesNear([west, , east]: Box): System[] {
  const zones = new Set<number>();
  for (let zone = Math.floor((west - PAST_GUESSED + 180) / 6) + 1; zone <= Math.floor((east + PAST_GUESSED + 180) / 6) + 1; zone++) zones.add(zone);
  const gauss = gaussKruger.filter((system) => (isThreeDegree(system) ? system.zone % 2 === 0 : zones.has(system.zone + 30)));
  return [...[...zones].map((zone) => utm(zone)), ...gauss];
}

interface How {
  readonly band?: string;
  readonly guessed?: boolean;
  /** What is added to an easting that is written without the number of its zone. */
  readonly offset?: number;
}

function inSystem(plan: GridPair, system: System, { band = "", guessed = false, offset = 0 }: How = {}): Candidate[] {
  const notation = system.family === "utm" ? "utm" : "gauss_kruger";
  const one = ([x, y]: readonly [Figure, Figure], fallback: boolean): Candidate => ({
    system, x: x.value + offset, y: y.value, cellX: step(x), cellY: step(y), notation, band, guessed, fallback, ordered: true,
  });
  return orders(plan, system).map(([easting, northing], i) => one([easting, northing], i > 0 && plan.labels[0] !== ""));
}

/** The pair as easting and northing, in each order that its labels allow. On Soviet maps X is the northing. */
function orders({ first, second, labels }: GridPair, system: System): (readonly [Figure, Figure])[] {
  const [straight, turned] = [[first, second] as const, [second, first] as const];
  if (labels[0] === "") return [straight, turned];
  if (labels.includes("E")) return [labels[0] === "E" ? straight : turned];
  return (labels[0] === "X") === (system.family === "gauss_kruger") ? [turned, straight] : [straight, turned];
}

// ---------------------------------------------------------------- places
function within([lon, lat]: LonLat, [west, south, east, north]: Box): boolean {
  return (west <= east ? lon >= west && lon <= east : lon >= west || lon <= east) && lat >= south && lat <= north;
}

/** Degrees that a longitude lies past the limits, on the nearer side of the earth. */
function past(lon: number, west: number, east: number): number {
  const fromMiddle = ((((lon - (west + east) / 2 + 180) % 360) + 360) % 360) - 180;
  return Math.abs(fromMiddle) - (east - west) / 2;
}

/** The reading of a candidate, or why its figures cannot be of its system. */
function place(candidate: Candidate, area: Box): Reading | string {
  const { system, x, y } = candidate;
  const isPlane = system.family === "utm" || system.family === "gauss_kruger";
  const falseEasting = system.family === "utm" ? 500_000 : system.zone * MILLION + 500_000;
  if (isPlane && (Math.abs(x - falseEasting) > WIDEST_M || y < -MILLION || y > 10 * MILLION + MILLION)) return "no_zone";
  const at = system.toLonLat(x, y);
  const [west, south, east, north] = system.area;
  const outside = past(at[0], west, east) > (candidate.guessed ? PAST_GUESSED : PAST_STATED) || at[1] < south - PAST_LATITUDE || at[1] > north + PAST_LATITUDE;
  if (system !== wgs84 && outside) return "no_zone";
  const why = candidate.band ? offBand(candidate, at) : null;
  if (why !== null) return why;
  const inArea = within(at, area);
  const precision = isPlane ? Math.hypot(candidate.cellX, candidate.cellY) / 2 : halfDiagonal(at[1], candidate.cellX, candidate.cellY);
  return {
    at,
    notation: candidate.notation,
    system,
    uncertainty_m: precision + system.accuracy_m,
    inArea,
    exchanged: candidate.ordered !== true && !inArea && within([at[1], at[0]], area),
    packed: candidate.packed === true,
  };
}

/** Why the place does not lie in the band, or the square not in the zone, that is written; a cell counts when any part does. */
function offBand({ band = "", notation, system, cellX, cellY }: Candidate, [lon, lat]: LonLat): string | null {
  const [south, north] = bandLimits(band);
  const slack = cellY / 2 / 110_574 + 1e-9;
  if (lat < south - slack || lat > north + slack) return "mgrs_band";
  if (notation !== "mgrs") return null;
  const [west, east] = zoneLimits(system.zone, band);
  const metresPerDegree = (EARTH.a * Math.PI) / 180 * Math.cos((lat * Math.PI) / 180);
  return past(lon, west, east) > cellX / 2 / metresPerDegree + 1e-9 ? "mgrs_band" : null;
}

/** The readings, without a second choice beside a first one of the same system and without a place found twice. */
function withoutRepetition(found: readonly Found[], placed: readonly (Reading | string)[]): Reading[] {
  const sound = found.flatMap((candidate, i) => {
    const reading = placed[i] as Reading | string;
    return typeof candidate === "string" || typeof reading === "string" ? [] : [{ reading, fallback: candidate.fallback === true }];
  });
  const first = new Set(sound.filter(({ fallback }) => !fallback).map(({ reading }) => reading.system.code));
  const seen = new Set<string>();
  return sound
    .filter(({ reading, fallback }) => !fallback || !first.has(reading.system.code))
    .map(({ reading }) => reading)
    .filter(({ at, system }) => {
      const key = `${system.code} ${at[0].toFixed(9)} ${at[1].toFixed(9)}`;
      return seen.size < seen.add(key).size;
    });
}

