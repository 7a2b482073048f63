/**
 * What is recorded at a place: the answer to a click, a tap, or Enter on a label.
 *
 * The page asks its own data rather than the drawn shapes, so that a circle lying on a zone answers with both, and a place
 * just outside a zone is told that the line is uncertain. What it means for entering is `inquiry.ts`.
 */
import { Shape } from "./access/shape.ts";
import type { Data } from "./data.ts";
import { distance, distanceToLine, inGeometry, METRES_PER_DEGREE, type Geometry, type LonLat } from "./geometry.ts";
import type { DistrictCount, Group, Grouped, Groups } from "./grouping.ts";
import { UNITS_PER_DEGREE } from "./places.ts";
import { TURN_DEGREES } from "./seam.ts";

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
  /** The density classes, as rows of the contours, one at most of each frame. */
  readonly contours: readonly number[];
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

/** A place beside the antimeridian is looked for on both of its sides. */
const TURNS = [0, TURN_DEGREES * UNITS_PER_DEGREE, -TURN_DEGREES * UNITS_PER_DEGREE];

/** Cells of the grid that are not farther from the place, on its plane, than their largest circle or the finger reaches. */
function cellsAt({ places: { wests, souths, edge }, cellRadii_m }: Groups, [lon, lat]: LonLat, reach_m: number): number[] {
  const metresPerUnit = METRES_PER_DEGREE / UNITS_PER_DEGREE;
  const [x, y, east] = [lon * UNITS_PER_DEGREE, lat * UNITS_PER_DEGREE, Math.cos((lat * Math.PI) / 180)];
  const found: number[] = [];
  for (let cell = 0; cell < wests.length; cell++) {
    const [west, south] = [wests[cell] as number, souths[cell] as number];
    const most = Math.max(cellRadii_m[cell] as number, reach_m) / metresPerUnit;
    const beside = Math.min(...TURNS.map((turn) => Math.max(west - x - turn, x + turn - west - edge, 0)));
    const [dx, dy] = [beside * east, Math.max(south - y, y - south - edge, 0)];
    if (dx <= most && dy <= most) found.push(cell);
  }
  return found;
}

/** The groups whose circle holds the place, or that are within reach of the finger; nearest first. */
function groupsAt(groups: Groups, at: LonLat, reach_m: number): Group[] {
  const found: { readonly group: number; readonly far: number }[] = [];
  for (const cell of cellsAt(groups, at, reach_m)) {
    for (let group = groups.ofCell[cell] as number; group < (groups.ofCell[cell + 1] as number); group++) {
      const far = distance(at, groups.places.at(groups.starts[group] as number) as LonLat);
      if (far <= Math.max(groups.radii_m[group] as number, reach_m)) found.push({ group, far });
    }
  }
  return found.sort((a, b) => a.far - b.far).map(({ group }) => groups.at(group));
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
    contours: containing(data.contours, at),
  };
}
