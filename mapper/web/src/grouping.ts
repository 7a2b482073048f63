/**
 * Accidents by what is known of their place.
 *
 * Records of one settlement have the same centre and radius: they are one circle with a number, not a pile of circles.
 * A record of which only the district is known has no place on the map and is a number in the district; one with no place
 * at all, or whose district has no outline, is listed. Every record is in exactly one of the three.
 *
 * The records stand in the order of their places (`places.ts`), so a group is a run of rows: a million of them are a few typed
 * arrays, and a group becomes an object when it is asked for.
 */
import type { Districts, Incidents } from "./data.ts";
import type { LonLat } from "./geometry.ts";
import { Failure } from "./failure.ts";
import type { Places } from "./places.ts";

export interface Group {
  readonly place: "disc" | "point";
  readonly at: LonLat;
  /** Radius of the circle that holds the true place; 0 for a measured point. */
  readonly uncertainty_m: number;
  readonly rows: readonly number[];
}

export interface DistrictCount {
  readonly district: number;
  readonly at: LonLat;
  readonly rows: readonly number[];
}

/** Runs of rows with one place, kind and radius, in the order of the grid. */
export class Groups {
  constructor(
    readonly places: Places,
    /** First row of each group; one more that is the number of rows with a place. */
    readonly starts: Uint32Array,
    /** Radius of each group; 0 for points. */
    readonly radii_m: Float64Array,
    readonly isDisc: Uint8Array,
    /** First group of each cell; one more that is the number of groups. */
    readonly ofCell: Uint32Array,
    /** Largest radius in each cell. */
    readonly cellRadii_m: Float64Array,
  ) {}

  get length(): number {
    return this.radii_m.length;
  }

  at(group: number): Group {
    const [start, end] = [this.starts[group] as number, this.starts[group + 1] as number];
    return {
      place: this.isDisc[group] === 1 ? "disc" : "point",
      at: this.places.at(start) as LonLat,
      uncertainty_m: this.radii_m[group] as number,
      rows: Array.from({ length: end - start }, (_, i) => start + i),
    };
  }

  /** How many rows the discs, or the points, hold; of those that the mask lets through. */
  countRows(place: Group["place"], mask: RowMask): number {
    const wanted = place === "disc" ? 1 : 0;
    let sum = 0;
    for (let group = 0; group < this.length; group++) {
      if (this.isDisc[group] === wanted) sum += countIn(mask, this.starts[group] as number, this.starts[group + 1] as number);
    }
    return sum;
  }
}

/** 1 for each row of accidents that is shown; null shows all. What filters and the time slider set. */
export type RowMask = Uint8Array | null;

/** How many rows from `start` to before `end` the mask lets through. */
export function countIn(mask: RowMask, start: number, end: number): number {
  if (mask === null) return end - start;
  let sum = 0;
  for (let row = start; row < end; row++) sum += mask[row] as number;
  return sum;
}

/** The rows that the mask lets through. */
export function masked(rows: readonly number[], mask: RowMask): readonly number[] {
  return mask === null ? rows : rows.filter((row) => mask[row] === 1);
}

export interface Grouped {
  readonly groups: Groups;
  readonly districtCounts: readonly DistrictCount[];
  /** Rows that have no mark on the map. */
  readonly listed: readonly number[];
}

function notDrawn(row: number, what: string): Failure {
  return new Failure("failure.not_drawn", `The accident in row ${row} has ${what}.`);
}

/** A reader of the place's kind that keeps to numbers: 1 for a disc, 0 for a point, -1 for all else. */
function kinds(incidents: Incidents): (row: number) => number {
  const coded = incidents.coded("place");
  if (coded === undefined) throw new Failure("failure.unreadable", "The places of accidents have no codes.");
  const meaning = Array.from({ length: coded.size }, (_, code) => ["point", "disc"].indexOf(String(coded.cell(code))));
  return (row) => meaning[coded.of(row)] as number;
}

function radius(incidents: Incidents, row: number): number {
  const uncertainty_m = incidents.get("uncertainty_m", row);
  if (uncertainty_m === null || !(uncertainty_m >= 0)) throw notDrawn(row, "a place but no position or radius");
  return uncertainty_m;
}

function groupsOf(incidents: Incidents, kindOf: (row: number) => number): Groups {
  const places = incidents.places("at");
  const { xs, ys, count, starts: cells } = places;
  const [starts, radii, discs] = [new Uint32Array(count + 1), new Float64Array(count), new Uint8Array(count)];
  const [ofCell, cellRadii] = [new Uint32Array(cells.length), new Float64Array(cells.length - 1)];
  let [groups, cell] = [0, 0];
  for (let row = 0; row < count; row++) {
    const kind = kindOf(row);
    if (kind < 0) throw notDrawn(row, "a position but is not to be drawn");
    const radius_m = kind === 1 ? radius(incidents, row) : 0;
    const last = groups - 1;
    const isSame = groups > 0 && xs[row] === xs[row - 1] && ys[row] === ys[row - 1] && discs[last] === kind && radii[last] === radius_m;
    for (; row === cells[cell]; cell++) ofCell[cell] = groups;
    if (isSame) continue;
    [starts[groups], radii[groups], discs[groups]] = [row, radius_m, kind];
    cellRadii[cell - 1] = Math.max(cellRadii[cell - 1] as number, radius_m);
    groups += 1;
  }
  starts[groups] = count;
  ofCell.fill(groups, cell);
  return new Groups(places, starts.slice(0, groups + 1), radii.slice(0, groups), discs.slice(0, groups), ofCell, cellRadii);
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
  const kindOf = kinds(incidents);
  const groups = groupsOf(incidents, kindOf);
  const counts = new Map<number, DistrictCount & { readonly rows: number[] }>();
  const listed: number[] = [];
  const points = labelPoints(districts);
  for (let row = groups.places.count; row < incidents.rows; row++) {
    if (kindOf(row) >= 0) throw notDrawn(row, "a place but no position or radius");
    const district = incidents.get("place", row) === "district" ? points.get(incidents.text("district", row)) : undefined;
    if (district === undefined) {
      listed.push(row);
      continue;
    }
    const count = counts.get(district[0]) ?? { district: district[0], at: district[1], rows: [] };
    count.rows.push(row);
    counts.set(district[0], count);
  }
  return { groups, districtCounts: [...counts.values()], listed };
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

/** The same of all points of the map. */
export function areMeasured(incidents: Incidents, { isDisc, starts }: Groups): boolean {
  if (incidents.distinct("location_level").has("") === false) return true;
  return isDisc.every((disc, group) => {
    if (disc === 1) return true;
    for (let row = starts[group] as number; row < (starts[group + 1] as number); row++) if (incidents.get("location_level", row) === null) return false;
    return true;
  });
}

/** Whether every record of the group happened at demining work; those are drawn apart from accidents of the public. */
export function allDemining(incidents: Incidents, rows: readonly number[]): boolean {
  return rows.every((row) => incidents.get("accident_type", row) === "demining_accident");
}
