/**
 * Accidents by what is known of their place.
 *
 * Records of one settlement have the same centre and radius: they are one circle with a number, not a pile of circles.
 * A record of which only the district is known has no place on the map and is a number in the district; one with no place
 * at all, or whose district has no outline, is listed. Every record is in exactly one of the three.
 */
import type { Districts, Incidents } from "./data.ts";
import type { LonLat } from "./geometry.ts";
import { Failure } from "./failure.ts";

export interface Group {
  readonly place: "disc" | "point";
  readonly at: LonLat;
  /** Radius of the circle that holds the true place; 0 for a measured point. */
  readonly uncertainty_m: number;
  readonly rows: number[];
}

export interface DistrictCount {
  readonly district: number;
  readonly at: LonLat;
  readonly rows: number[];
}

export interface Grouped {
  readonly groups: readonly Group[];
  readonly districtCounts: readonly DistrictCount[];
  /** Rows that have no mark on the map. */
  readonly listed: readonly number[];
}

function groupOf(incidents: Incidents, row: number, place: "disc" | "point"): Omit<Group, "rows"> {
  const [lon, lat] = [incidents.get("lon", row), incidents.get("lat", row)];
  const uncertainty_m = place === "point" ? 0 : incidents.get("uncertainty_m", row);
  if (lon === null || lat === null || uncertainty_m === null || !(uncertainty_m >= 0)) {
    throw new Failure("failure.not_drawn", `The accident in row ${row} has a place but no position or radius.`);
  }
  return { place, at: [lon, lat], uncertainty_m };
}

function put<K, G extends { rows: number[] }>(groups: Map<K, G>, key: K, row: number, make: () => Omit<G, "rows">): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { ...make(), rows: [row] } as unknown as G);
  else group.rows.push(row);
}

function labelPoints(districts: Districts): Map<string, readonly [number, LonLat]> {
  const points = new Map<string, readonly [number, LonLat]>();
  for (const row of districts.indices()) {
    const [lon, lat] = [districts.get("lon", row), districts.get("lat", row)];
    const name = districts.text("name", row);
    if (lon !== null && lat !== null && !points.has(name)) points.set(name, [row, [lon, lat]]);
  }
  return points;
}

/** Sort all accidents into circles and points, counts of districts, and the list. */
export function groupIncidents(incidents: Incidents, districts: Districts): Grouped {
  const groups = new Map<string, Group>();
  const counts = new Map<number, DistrictCount>();
  const listed: number[] = [];
  const points = labelPoints(districts);
  for (let row = 0; row < incidents.rows; row++) {
    const place = incidents.get("place", row);
    const district = place === "district" ? points.get(incidents.text("district", row)) : undefined;
    if (place === "disc" || place === "point") {
      const group = groupOf(incidents, row, place);
      put(groups, `${place} ${group.at[0]} ${group.at[1]} ${group.uncertainty_m}`, row, () => group);
    } else if (district !== undefined) {
      put(counts, district[0], row, () => ({ district: district[0], at: district[1] }));
    } else {
      listed.push(row);
    }
  }
  return { groups: [...groups.values()], districtCounts: [...counts.values()], listed };
}

/** The device code shared by all rows, or null when they differ. */
export function sharedDevice(incidents: Incidents, rows: readonly number[]): string | null {
  const devices = new Set(rows.map((row) => incidents.text("device_category", row)));
  return devices.size === 1 ? ([...devices][0] as string) : null;
}

/** Whether every record says how exactly its place is known; a point from a table that does not is only given as a point. */
export function isMeasured(incidents: Incidents, rows: readonly number[]): boolean {
  return rows.every((row) => incidents.get("location_level", row) !== null);
}

/** Whether every record of the group happened at demining work; those are drawn apart from accidents of the public. */
export function allDemining(incidents: Incidents, rows: readonly number[]): boolean {
  return rows.every((row) => incidents.get("accident_type", row) === "demining_accident");
}
