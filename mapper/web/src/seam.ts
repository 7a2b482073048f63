/**
 * Where the flat map is cut open.
 *
 * Leaflet's plane ends at the antimeridian, so data on both of its sides would lie at opposite ends of the world. Where the
 * data's box crosses it (its west above its east), the plane is cut in the middle of the empty side instead, and longitudes
 * run on past 180 there. Only drawing knows of it: places that leave the map are brought back by `home`.
 */
import * as L from "leaflet";

export const TURN_DEGREES = 360;
const HALF_TURN_DEGREES = 180;

/** The longitude at which the plane of a map with these bounds begins: -180, unless they cross the antimeridian. */
export function seamOf(bounds: readonly [west: number, south: number, east: number, north: number] | null): number {
  return bounds === null || bounds[0] <= bounds[2] ? -HALF_TURN_DEGREES : (bounds[0] + bounds[2]) / 2;
}

/** The longitude as the plane counts it, from the seam on; `turn` is a whole turn in the unit of both. */
export function onward(lon: number, seam: number, turn = TURN_DEGREES): number {
  return lon < seam ? lon + turn : lon;
}

/** A longitude of any turn in -180 to 180. */
export function home(lon: number): number {
  if (Math.abs(lon) <= HALF_TURN_DEGREES) return lon;
  return ((((lon + HALF_TURN_DEGREES) % TURN_DEGREES) + TURN_DEGREES) % TURN_DEGREES) - HALF_TURN_DEGREES;
}

/** Web Mercator on a plane cut at the seam. Without turns of its own: tiles of a background end at the antimeridian. */
export function planeCutAt(seam: number): L.CRS {
  const plane = L.CRS.EPSG3857;
  if (seam === -HALF_TURN_DEGREES) return plane;
  const { SphericalMercator } = L.Projection;
  const projection: L.Projection = {
    bounds: SphericalMercator.bounds,
    project: ({ lat, lng }) => SphericalMercator.project(L.latLng(lat, onward(lng, seam))),
    unproject: (point) => SphericalMercator.unproject(point),
  };
  return L.Util.extend(Object.create(plane) as L.CRS, { projection, wrapLng: undefined });
}
