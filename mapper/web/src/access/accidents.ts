/**
 * Accidents near a place, out of any number of them: a first cut by boxes, which the rows make themselves (the page by the grid of
 * its places), and the distance on the ellipsoid for what is left.
 */
import type { IncidentRow, IncidentRows } from "./ground.ts";
import { mayReach, shapeOf, type Shape } from "./shape.ts";

export interface Accident {
  readonly row: IncidentRow;
  readonly distance_m: number;
  /** Radius of its circle; 0 for a district. */
  readonly radius_m: number;
}

/** Radius of an accident's circle; 0 for a district, whose outline is its place. */
export function radiusOf({ place, uncertainty_m }: Pick<IncidentRow, "place" | "uncertainty_m">): number {
  return place === "district" ? 0 : (uncertainty_m ?? 0);
}

/** The accidents whose circle or district is within `most` metres of the place. */
export function accidentsNear(incidents: IncidentRows, place: Shape, most: number): Accident[] {
  const toDistrict = new Map<Shape, number>();
  const found: Accident[] = [];
  for (const index of incidents.near(place.box, most)) {
    const row = incidents.at(index);
    const shape = shapeOf(row.geometry);
    if (row.place === "none" || shape === null) continue;
    const around_m = row.place === "district" ? 0 : radiusOf(row) + incidents.rounded_m;
    if (!mayReach(place.box, shape.box, most + around_m)) continue;
    const far = toDistrict.get(shape) ?? place.metresTo(shape, most + around_m);
    if (row.place === "district") toDistrict.set(shape, far);
    const distance_m = Math.max(0, far - around_m);
    if (distance_m <= most) found.push({ row, distance_m, radius_m: radiusOf(row) });
  }
  return found;
}
