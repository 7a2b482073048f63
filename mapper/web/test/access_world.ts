/** Worlds and questions as the shared table writes them: rows with GeoJSON, made into a ground and asked. */
import type { CorridorRow, CoverageRow, Ground, HazardRow, IncidentRow, IncidentRows, Lost, OrderRow, Question, Verdict, ZoneRow } from "../src/access/ground.ts";
import { verdict } from "../src/access/verdict.ts";
import type { Geometry, LonLat, Polygon, Ring } from "../src/geometry.ts";

export type GeoJson =
  | { readonly type: "Point"; readonly coordinates: LonLat }
  | { readonly type: "LineString"; readonly coordinates: Ring }
  | { readonly type: "MultiLineString"; readonly coordinates: readonly Ring[] }
  | { readonly type: "Polygon"; readonly coordinates: Polygon }
  | { readonly type: "MultiPolygon"; readonly coordinates: readonly Polygon[] };

type Row<T> = Omit<T, "geometry"> & { readonly geometry?: GeoJson | null };

export interface World {
  readonly data_date: string | null;
  readonly stale_after?: string | null;
  readonly zones?: readonly Row<ZoneRow>[];
  readonly orders?: readonly OrderRow[];
  readonly corridors?: readonly Row<CorridorRow>[];
  readonly hazards?: readonly Row<HazardRow>[];
  readonly incidents?: readonly Row<IncidentRow>[];
  readonly coverage?: readonly Row<CoverageRow>[];
  readonly lost?: Partial<Lost>;
}

export interface Ask {
  readonly at?: LonLat;
  readonly place?: string;
  readonly route?: Ring;
  readonly area?: Polygon | GeoJson;
  readonly uncertainty_m?: number | null;
  readonly on?: string | null;
  readonly known_by?: string | null;
  readonly who?: string | null;
}

export function geometryOf(shape: GeoJson | null | undefined): Geometry | null {
  switch (shape?.type) {
    case undefined:
      return null;
    case "Point":
      return { kind: "point", at: shape.coordinates };
    case "LineString":
      return { kind: "lines", lines: [shape.coordinates] };
    case "MultiLineString":
      return { kind: "lines", lines: shape.coordinates };
    case "Polygon":
      return { kind: "polygons", polygons: [shape.coordinates] };
    case "MultiPolygon":
      return { kind: "polygons", polygons: shape.coordinates };
  }
}

function rows<T>(table: readonly Row<T>[] | undefined): T[] {
  return (table ?? []).map((row) => ({ ...row, geometry: geometryOf(row.geometry) }) as unknown as T);
}

/** Every row is looked at. */
function incidentRows(given: readonly IncidentRow[]): IncidentRows {
  return { length: given.length, at: (index) => given[index] as IncidentRow, near: () => [...given.keys()], rounded_m: 0 };
}

export function groundOf(world: World): Ground {
  return {
    zones: rows<ZoneRow>(world.zones),
    orders: world.orders ?? [],
    corridors: rows<CorridorRow>(world.corridors),
    hazards: rows<HazardRow>(world.hazards),
    incidents: incidentRows(rows<IncidentRow>(world.incidents)),
    coverage: rows<CoverageRow>(world.coverage),
    dataDate: world.data_date,
    staleAfter: world.stale_after ?? null,
    lost: { legal: 0, physical: 0, orders: 0, ...world.lost },
  };
}

function polygonsOfArea(area: Polygon | GeoJson): readonly Polygon[] {
  const geometry = "type" in area ? geometryOf(area) : null;
  return geometry?.kind === "polygons" ? geometry.polygons : [area as Polygon];
}

function questionOf({ at, place, route, area, ...rest }: Ask): Question {
  if (at !== undefined) return { at, ...rest };
  if (route !== undefined) return { route: [route], ...rest };
  if (area !== undefined) return { area: polygonsOfArea(area), ...rest };
  return { place: place ?? "", ...rest };
}

export function ask(world: World, question: Ask): Verdict {
  return verdict(groundOf(world), questionOf(question));
}

/** A square of `size` degrees with its south-west corner at the place. */
export function box(west: number, south: number, size: number): { readonly type: "Polygon"; readonly coordinates: readonly [Ring] } {
  const [east, north] = [west + size, south + size];
  return { type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] };
}
