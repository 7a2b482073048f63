/**
 * The reference systems that a place is written in, each by its EPSG code: WGS 84, its UTM zones, and SK-42 (Pulkovo 1942).
 *
 * The arithmetic is proj4's: its extended transverse Mercator and its seven parameters, without the rest of it (definitions
 * by text, grids, forty projections), which would cost twenty times as much. What SK-42 is comes from `sk42.json`, which a
 * Python test holds against the operation and the systems that `mapper/crs.py` finds in the registry.
 */
import { geocentricFromWgs84, geocentricToGeodetic, geocentricToWgs84, geodeticToGeocentric } from "proj4/lib/datumUtils.js";
import * as etmerc from "proj4/lib/projections/etmerc.js";

import type { LonLat } from "../geometry.ts";
import sk42 from "./sk42.json";

export const WGS84 = 4326;
export const SK42 = sk42.geographic;
export type Box = readonly [west: number, south: number, east: number, north: number];
export type Family = "wgs84" | "utm" | "sk42" | "gauss_kruger";

/** A system; `x`, `y` are easting and northing in metres, or longitude and latitude in degrees. */
export interface System {
  readonly code: number;
  readonly family: Family;
  /** The registry's accuracy of the step to WGS 84. */
  readonly accuracy_m: number;
  /** Where the registry says that it is used. */
  readonly area: Box;
  /** The number of its zone; of SK-42 the one that its eastings begin with. */
  readonly zone: number;
  toLonLat(x: number, y: number): LonLat;
  fromLonLat(at: LonLat): readonly [x: number, y: number];
}

interface Ellipsoid {
  readonly a: number;
  readonly b: number;
  readonly es: number;
}

const RADIANS = Math.PI / 180;
const SEVEN_PARAMETERS = 2;
const MILLION = 1e6;

function ellipsoid(a: number, inverseFlattening: number): Ellipsoid {
  const f = 1 / inverseFlattening;
  return { a, b: a * (1 - f), es: f * (2 - f) };
}

export const EARTH = ellipsoid(6_378_137, 298.257223563);
const KRASSOVSKY = ellipsoid(sk42.semi_major_m, sk42.inverse_flattening);

/** proj4 turns the vector where the registry's operation turns the frame, so the rotations change their sign. */
function positionVector(): readonly number[] {
  const { translation_m, rotation_arcsec, scale_ppm } = sk42.coordinate_frame;
  return [...translation_m, ...rotation_arcsec.map((arcsec) => (-arcsec / 3600) * RADIANS), 1 + scale_ppm / MILLION];
}

const PARAMETERS = positionVector();

function inSpace([lon, lat]: LonLat, { a, es }: Ellipsoid) {
  return geodeticToGeocentric({ x: lon * RADIANS, y: lat * RADIANS, z: 0 }, es, a);
}

function onEllipsoid(place: ReturnType<typeof inSpace>, { a, b, es }: Ellipsoid): LonLat {
  const { x, y } = geocentricToGeodetic(place, es, a, b);
  return [x / RADIANS, y / RADIANS];
}

function sk42ToWgs84(at: LonLat): LonLat {
  return onEllipsoid(geocentricToWgs84(inSpace(at, KRASSOVSKY), SEVEN_PARAMETERS, PARAMETERS), EARTH);
}

function wgs84ToSk42(at: LonLat): LonLat {
  return onEllipsoid(geocentricFromWgs84(inSpace(at, EARTH), SEVEN_PARAMETERS, PARAMETERS), KRASSOVSKY);
}

interface TransverseMercator {
  readonly to: (at: LonLat) => readonly [number, number];
  readonly from: (x: number, y: number) => LonLat;
}

function transverseMercator({ a, es }: Ellipsoid, meridian: number, k0: number, x0: number, y0: number): TransverseMercator {
  const plane = { a, es, k0, x0, y0, long0: meridian * RADIANS, lat0: 0 };
  etmerc.init.call(plane);
  return {
    to: ([lon, lat]) => {
      const { x, y } = etmerc.forward.call(plane, { x: lon * RADIANS, y: lat * RADIANS });
      return [x, y];
    },
    from: (x, y) => {
      const place = etmerc.inverse.call(plane, { x, y });
      return [place.x / RADIANS, place.y / RADIANS];
    },
  };
}

const WHOLE_EARTH: Box = [-180, -90, 180, 90];

export const wgs84: System = {
  code: WGS84,
  family: "wgs84",
  accuracy_m: 0,
  area: WHOLE_EARTH,
  zone: 0,
  toLonLat: (x, y) => [x, y],
  fromLonLat: (at) => at,
};

export const sk42Degrees: System = {
  code: SK42,
  family: "sk42",
  accuracy_m: sk42.accuracy_m,
  area: sk42.area as unknown as Box,
  zone: 0,
  toLonLat: (x, y) => sk42ToWgs84([x, y]),
  fromLonLat: wgs84ToSk42,
};

/** A UTM zone on WGS 84. */
export function utm(zone: number, south = false): System {
  const west = zone * 6 - 186;
  const plane = transverseMercator(EARTH, west + 3, 0.9996, 500_000, south ? 10_000_000 : 0);
  return {
    code: (south ? 32_700 : 32_600) + zone,
    family: "utm",
    accuracy_m: 0,
    area: south ? [west, -80, west + 6, 0] : [west, 0, west + 6, 84],
    zone,
    toLonLat: plane.from,
    fromLonLat: plane.to,
  };
}

/** The SK-42 zones of the region: of 6 degrees first, then of 3. Their eastings begin with the number of the zone. */
export const gaussKruger: readonly System[] = Object.entries(sk42.zones)
  .map(([code, { prefix, meridian, area }]): System => {
    const plane = transverseMercator(KRASSOVSKY, meridian, 1, prefix * MILLION + 500_000, 0);
    return {
      code: Number(code),
      family: "gauss_kruger",
      accuracy_m: sk42.accuracy_m,
      area: area as unknown as Box,
      zone: prefix,
      toLonLat: (x, y) => sk42ToWgs84(plane.from(x, y)),
      fromLonLat: (at) => plane.to(wgs84ToSk42(at)),
    };
  })
  .sort((a, b) => Number(isThreeDegree(a)) - Number(isThreeDegree(b)));

/** Whether a Gauss-Krüger zone is 3 degrees wide. */
export function isThreeDegree({ area }: System): boolean {
  return area[2] - area[0] < 5;
}

/** The system of a code; null for one that the page does not read. */
export function systemOf(code: number): System | null {
  if (code === WGS84) return wgs84;
  if (code === SK42) return sk42Degrees;
  const [family, zone] = [Math.floor(code / 100), code % 100];
  if ((family === 326 || family === 327) && zone >= 1 && zone <= 60) return utm(zone, family === 327);
  return gaussKruger.find((each) => each.code === code) ?? null;
}

/** Half the diagonal of a cell of degrees, in metres on the ellipsoid. */
export function halfDiagonal(lat: number, eastDegrees: number, northDegrees: number): number {
  const w = 1 - EARTH.es * Math.sin(lat * RADIANS) ** 2;
  const east = (EARTH.a / Math.sqrt(w)) * Math.cos(lat * RADIANS) * eastDegrees * RADIANS;
  const north = ((EARTH.a * (1 - EARTH.es)) / w ** 1.5) * northDegrees * RADIANS;
  return Math.hypot(east, north) / 2;
}
