/** Where on the map a record is, with the radius that holds it: what the search leads to. */
import { metres } from "../access/geodesy.ts";
import { districtsOf } from "../access/ground.ts";
import type { Data } from "../data.ts";
import { labelPoint, polygonsOf, type Geometry, type LonLat } from "../geometry.ts";

export interface Place {
  readonly at: LonLat;
  readonly uncertainty_m: number;
}

/** A place with no radius of its own is asked about as one that is known to a metre. */
const LEAST_M = 1;

function pointOf(lon: number | null, lat: number | null, uncertainty_m: number | null): Place | null {
  return lon === null || lat === null ? null : { at: [lon, lat], uncertainty_m: Math.max(uncertainty_m ?? 0, LEAST_M) };
}

function corners(geometry: Geometry | null): LonLat[] {
  if (geometry?.kind === "lines") return geometry.lines.flat();
  if (geometry?.kind === "point") return [geometry.at];
  return polygonsOf(geometry).flat(2);
}

/** A point of a shape and the radius around it that holds all of it, its line's accuracy added; null without a shape. */
export function placeOfShape(geometry: Geometry | null, accuracy_m: number | null): Place | null {
  const all = corners(geometry);
  const at = labelPoint(geometry) ?? all[Math.floor(all.length / 2)];
  if (at === undefined) return null;
  const farthest = all.reduce((most, corner) => Math.max(most, metres(at, corner)), 0);
  return { at, uncertainty_m: Math.max(Math.ceil(farthest + (accuracy_m ?? 0)), LEAST_M) };
}

/** What the makers of the districts say of their lines; the coarsest where several layers do. */
function districtAccuracy({ meta }: Data): number {
  return Math.max(0, ...meta.layers.filter(({ kind }) => kind === "districts").map(({ accuracy_m }) => accuracy_m ?? 0));
}

export function placeOfSettlement({ settlements }: Data, row: number): Place | null {
  return pointOf(settlements.get("lon", row), settlements.get("lat", row), settlements.get("uncertainty_m", row));
}

export function placeOfDistrict(data: Data, row: number): Place | null {
  return placeOfShape(data.districts.get("geometry", row), districtAccuracy(data));
}

export function placeOfZone({ zones }: Data, row: number): Place | null {
  return placeOfShape(zones.get("geometry", row), zones.get("accuracy_m", row));
}

export function placeOfHazard({ hazards }: Data, row: number): Place | null {
  return placeOfShape(hazards.get("geometry", row), hazards.get("accuracy_m", row));
}

/** A point or a circle as recorded; the outlines of its districts where only those are known. */
export function placeOfIncident(data: Data, row: number): Place | null {
  const { incidents, districts } = data;
  if (incidents.get("place", row) !== "district") {
    const [lon, lat] = incidents.get("at", row) ?? [null, null];
    return pointOf(lon, lat, incidents.get("uncertainty_m", row));
  }
  const names = districtsOf({ place: "district", district: incidents.text("district", row), near_districts: incidents.text("near_districts", row) });
  const rows = districts.indices().filter((district) => names.includes(districts.text("name", district)));
  const polygons = rows.flatMap((district) => polygonsOf(districts.get("geometry", district)));
  return polygons.length === 0 ? null : placeOfShape({ kind: "polygons", polygons }, districtAccuracy(data));
}
