/**
 * What is recorded at a place: the answer to a click, a tap, or Enter on a label.
 *
 * The page asks its own data rather than the drawn shapes, so that a circle lying on a zone answers with both, and a place
 * just outside a zone is told that the line is uncertain. What it means for entering is `inquiry.ts`.
 */
import { Shape } from "./access/shape.ts";
import type { Data } from "./data.ts";
import { distance, distanceToLine, inGeometry, type Geometry, type LonLat } from "./geometry.ts";
import type { DistrictCount, Group, Grouped } from "./grouping.ts";

export interface NearZone {
  readonly zone: number;
  readonly distance_m: number;
}

export interface Here {
  readonly at: LonLat;
  readonly zones: readonly number[];
  /** Zones whose line is nearer than its own accuracy. */
  readonly nearZones: readonly NearZone[];
  readonly hazards: readonly number[];
  /** Routes and ground of openings within reach. */
  readonly corridors: readonly number[];
  readonly groups: readonly Group[];
  readonly district: number | null;
  readonly districtCount: DistrictCount | null;
  /** The density class, as a row of the contours; null outside all of them. */
  readonly contour: number | null;
}

interface Shapes {
  readonly rows: number;
  get(column: "geometry", row: number): Geometry | null;
}

function containing(table: Shapes, at: LonLat): number[] {
  return Array.from({ length: table.rows }, (_, row) => row).filter((row) => inGeometry(at, table.get("geometry", row)));
}

function nearZones({ zones }: Data, at: LonLat, inside: readonly number[]): NearZone[] {
  return zones
    .indices()
    .filter((zone) => !inside.includes(zone))
    .map((zone) => ({ zone, distance_m: distanceToLine(at, zones.get("geometry", zone)) }))
    .filter(({ zone, distance_m }) => distance_m <= (zones.get("accuracy_m", zone) ?? 0))
    .sort((a, b) => a.distance_m - b.distance_m);
}

function corridorsAt({ corridors }: Data, at: LonLat, reach_m: number): number[] {
  const place = Shape.point(at);
  return corridors.indices().filter((row) => (Shape.of(corridors.get("geometry", row))?.metresTo(place, reach_m) ?? Infinity) <= reach_m);
}

/** The groups whose circle holds the place, or that are within reach of the finger; nearest first. */
function groupsAt(groups: readonly Group[], at: LonLat, reach_m: number): Group[] {
  return groups
    .map((group) => ({ group, far: distance(at, group.at) }))
    .filter(({ group, far }) => far <= Math.max(group.uncertainty_m, reach_m))
    .sort((a, b) => a.far - b.far)
    .map(({ group }) => group);
}

/** Everything recorded at the place; `reach_m` is how far a finger may miss a mark. */
export function whatIsHere(data: Data, grouped: Grouped, at: LonLat, reach_m: number): Here {
  const zones = containing(data.zones, at);
  const district = containing(data.districts, at)[0] ?? null;
  return {
    at,
    zones,
    nearZones: nearZones(data, at, zones),
    hazards: containing(data.hazards, at),
    corridors: corridorsAt(data, at, reach_m),
    groups: groupsAt(grouped.groups, at, reach_m),
    district,
    districtCount: grouped.districtCounts.find((count) => count.district === district) ?? null,
    contour: containing(data.contours, at).pop() ?? null,
  };
}
