/**
 * What the block holds, column by column: the page's half of the contract with `mapper/output/page.py`.
 *
 * A test on the Python side compares these names with the ones it writes, and `openTable` refuses a block that differs.
 * Lists are text joined with ";". Dates are text as given. Null is "not stated" and never 0.
 */
import type { Lost } from "./access/ground.ts";
import { openTable, type Block, type Table } from "./block.ts";
import { Failure } from "./failure.ts";
import type { WordList } from "./words.ts";

export const INCIDENTS = {
  at: "position",
  place: "code",
  uncertainty_m: "f64",
  district: "code",
  settlement: "code",
  settlement_as_reported: "text",
  location_level: "code",
  date_start: "text",
  date_end: "text",
  date_precision: "code",
  reported_on: "text",
  accident_type: "code",
  device_category: "code",
  device_as_reported: "text",
  activation: "code",
  activity: "code",
  killed_civilian: "i32",
  killed_military: "i32",
  killed_deminer: "i32",
  killed_unknown: "i32",
  injured_civilian: "i32",
  injured_military: "i32",
  injured_deminer: "i32",
  injured_unknown: "i32",
  killed: "i32",
  injured: "i32",
  source_ids: "text",
  note: "text",
  recorded_on: "text",
  relation: "code",
  zone_ids: "text",
  relations: "text",
  shares: "text",
  order_ids: "text",
  near_districts: "text",
  incident_id: "text",
} as const;

export const ZONES = {
  zone_id: "text",
  name: "text",
  admin_units: "text",
  extent: "code",
  extent_note: "text",
  geometry_basis: "code",
  order_ids: "text",
  accuracy_m: "f64",
  area_km2: "f64",
  geometry: "geometry",
  incidents_inside: "i32",
  incidents_uncertain: "i32",
  killed_inside: "i32",
  injured_inside: "i32",
  incidents_reported: "i32",
  killed_reported: "i32",
  injured_reported: "i32",
} as const;

export const DISTRICTS = {
  district_id: "text",
  name: "text",
  name_source: "text",
  kind: "code",
  geometry: "geometry",
  lon: "f64",
  lat: "f64",
  zone_id: "text",
  incidents_reported: "i32",
  incidents_district_level: "i32",
  killed_reported: "i32",
  injured_reported: "i32",
  note: "text",
} as const;

export const HAZARDS = {
  hazard_id: "text",
  name: "text",
  class: "code",
  status: "code",
  product: "code",
  geometry: "geometry",
  accuracy_m: "f64",
  area_m2: "f64",
  reported_on: "text",
  closed_on: "text",
  recorded_on: "text",
  evidence_direct: "text",
  evidence_indirect: "text",
  contamination: "text",
  marking: "text",
  organisation: "text",
  source_ids: "text",
  note: "text",
} as const;

export const ORDERS = {
  order_id: "text",
  title: "text",
  issued_on: "text",
  effective_from: "text",
  effective_to: "text",
  recorded_on: "text",
  last_confirmed_on: "text",
  authorities: "text",
  legal_ref: "text",
  order_type: "text",
  applies_to: "text",
  exempt: "text",
  who: "text",
  where: "text",
  permit_rule: "text",
  permit_issuer: "text",
  permit_portal: "text",
  permit_valid_days: "text",
  permit_max_persons: "text",
  permit_daily_quota: "text",
  leave_route_allowed: "text",
  checkpoints: "text",
  superseded_by: "text",
  refers_to: "text",
  end_condition: "text",
  geometry_basis: "text",
  key_phrase: "text",
  text_original: "text",
  text_language: "text",
  source_ids: "text",
  note: "text",
  confirmed_on: "text",
} as const;

/** Ground that openings name. */
export const CORRIDORS = {
  corridor_id: "text",
  name: "text",
  order_ids: "text",
  width_m: "f64",
  accuracy_m: "f64",
  geometry: "geometry",
} as const;

/** Of which ground and time the map's makers looked for what. */
export const COVERAGE = {
  coverage_id: "text",
  name: "text",
  orders_state: "code",
  survey_state: "code",
  reporting_state: "code",
  period_start: "text",
  period_end: "text",
  geometry: "geometry",
} as const;

/** Dated context: it closes and opens no ground. */
export const EVENTS = {
  event_id: "text",
  date: "text",
  kind: "code",
  title: "text",
  districts: "text",
  source_ids: "text",
  note: "text",
} as const;

export const SOURCES = {
  source_id: "text",
  publisher: "text",
  title: "text",
  url: "text",
  published_on: "text",
  language: "text",
} as const;

export const CASUALTY_COUNTS = {
  count_id: "text",
  publisher: "text",
  issuing_authority: "text",
  as_of: "text",
  period_start: "text",
  period_end: "text",
  scope: "text",
  killed_total: "i32",
  killed_civilian: "i32",
  killed_military: "i32",
  killed_deminer: "i32",
  injured_total: "i32",
  injured_civilian: "i32",
  injured_military: "i32",
  injured_deminer: "i32",
  victims_total: "i32",
  source_ids: "text",
  note: "text",
} as const;

export const ACTIVITIES = {
  activity_id: "text",
  agency: "text",
  team: "text",
  reported_on: "text",
  period_start: "text",
  period_end: "text",
  district: "text",
  area_hectares: "f64",
  ap_mines: "i32",
  av_mines: "i32",
  mines_unspecified: "i32",
  uxo: "i32",
  other_items: "text",
  personnel: "i32",
  source_ids: "text",
  note: "text",
} as const;

/** What was refused, changed or is in doubt; words in the vocabulary "rule". */
export const FINDINGS = {
  severity: "code",
  rule: "code",
  file: "code",
  layer: "code",
  row: "i32",
  column: "code",
  value: "text",
  done: "code",
} as const;

/** Settlements that can be looked up by name: `sounds` are the keys of their other names (`fold.ts`). */
export const SETTLEMENTS = {
  name: "text",
  district: "code",
  sounds: "text",
  lon: "f64",
  lat: "f64",
  uncertainty_m: "f64",
} as const;

export const CONTEXT = {
  context_id: "text",
  kind: "code",
  name: "text",
  geometry: "geometry",
} as const;

/** Classes of the density: `frame` is "" for that of all dates, else the year. */
export const CONTOURS = {
  frame: "code",
  lower_per_km2: "f64",
  upper_per_km2: "f64",
  area_km2: "f64",
  geometry: "geometry",
} as const;

/** Cells of the hot spots by their column and row on the plane; those that were not analysed have a class and no numbers. */
export const HOTSPOTS = {
  cell_column: "i32",
  cell_row: "i32",
  records: "i32",
  neighbours: "i32",
  z: "f64",
  p: "f64",
  q: "f64",
  hotspot_class: "code",
} as const;

export type Incidents = Table<typeof INCIDENTS>;
export type Zones = Table<typeof ZONES>;
export type Districts = Table<typeof DISTRICTS>;
export type Hazards = Table<typeof HAZARDS>;
export type Orders = Table<typeof ORDERS>;
export type Corridors = Table<typeof CORRIDORS>;
export type Coverage = Table<typeof COVERAGE>;
export type Events = Table<typeof EVENTS>;
export type Sources = Table<typeof SOURCES>;
export type CasualtyCounts = Table<typeof CASUALTY_COUNTS>;
export type Activities = Table<typeof ACTIVITIES>;
export type Findings = Table<typeof FINDINGS>;
export type Settlements = Table<typeof SETTLEMENTS>;
export type Context = Table<typeof CONTEXT>;
export type Contours = Table<typeof CONTOURS>;
export type Hotspots = Table<typeof HOTSPOTS>;

export interface LayerMeta {
  readonly name: string;
  readonly kind: string;
  readonly title: Told;
  readonly source: Told;
  readonly licence: Told;
  readonly date: string | null;
  readonly accuracy_m: number | null;
  readonly sha256: string;
  readonly note: Told;
}

/** A sentence of ours by language; or somebody's text, or one of ours that there is in English only. */
export type Told = string | Readonly<Record<string, string>>;

export interface DensityMeta {
  readonly n: number;
  readonly bandwidth_m: number | null;
  readonly edge: string | null;
  readonly cell_m: number | null;
  readonly window_km2: number | null;
  readonly integral: number | null;
  readonly peak_per_km2: number | null;
  readonly share_area_level: number | null;
  readonly refused: Told | null;
  readonly left_out: Readonly<Record<string, number>>;
  /** Densities of whole years, each in the classes of that of all dates. */
  readonly frames: readonly FrameMeta[];
  /** Null: the page has the classes alone. */
  readonly grid: GridMeta | null;
}

/** The grid of the densities, on an equal-area plane about its centre: `values` by frame, `density_grid.ts` reads them. */
export interface GridMeta {
  readonly lat0_deg: number;
  readonly lon0_deg: number;
  readonly west_m: number;
  readonly south_m: number;
  readonly cell_m: number;
  readonly columns: number;
  readonly lowest_per_km2: number;
  readonly ratio: number;
  readonly values: Readonly<Record<string, string>>;
}

/** The density of one calendar year: `n` accidents certainly of it are in it, `unclear` may be of it and are not. */
export interface FrameMeta {
  readonly from: string;
  readonly to: string;
  readonly n: number;
  readonly unclear: number;
  readonly refused: Told | null;
}

/** How the hot spots were taken, or why they were not; then there is no plane. */
export interface HotspotsMeta {
  readonly n: number;
  readonly units: number;
  readonly cell_m: number | null;
  readonly neighbours_m: number;
  readonly p_from: string | null;
  readonly coarse: number;
  readonly refused: Told | null;
  readonly left_out: Readonly<Record<string, number>>;
  readonly lat0_deg?: number;
  readonly lon0_deg?: number;
}

/** Casualties of a set of accidents as far as stated; null: none of them states a figure. */
export interface MappedMeta {
  readonly accidents: number;
  readonly killed: number | null;
  readonly injured: number | null;
  readonly killed_not_stated: number;
  readonly injured_not_stated: number;
}

/** A count beside what is mapped of its days; `at` is its row of `casualty_counts`, `date` what it is of, as given. */
export interface CountMeta {
  readonly at: number;
  readonly date: string | null;
  /** All victims it speaks of; null where it does not say. */
  readonly official: number | null;
  /** Null: its period is not stated on both ends. */
  readonly mapped: MappedMeta | null;
  readonly uncertain: MappedMeta | null;
  readonly percent: number | null;
}

/** What one agency stated; `statements` are rows of `activities`, the others their ids. */
export interface AgencyMeta {
  readonly agency: string | null;
  readonly statements: readonly number[];
  readonly groups: readonly (readonly string[])[];
  readonly undated: readonly string[];
  readonly sums: readonly { readonly column: string; readonly total: number; readonly statements: readonly string[] }[];
}

/**
 * Counts in order of time and by source, clearance statements by agency. All arithmetic between them was done before the page;
 * `headline` and the `counts` of a source are rows of `casualty_counts`.
 */
export interface LedgerMeta {
  readonly headline: number | null;
  readonly over_time: readonly CountMeta[];
  readonly sources: readonly { readonly source: string | null; readonly counts: readonly number[] }[];
  readonly clearance: readonly AgencyMeta[];
  /** Which rows of `activities` name a row of `districts`. */
  readonly named?: readonly { readonly district: number; readonly statements: readonly number[] }[];
}

export interface Meta {
  readonly title: string;
  readonly organisation: string;
  /** Both by language, where the edition has them so. */
  readonly titles: Readonly<Record<string, string>>;
  readonly organisations: Readonly<Record<string, string>>;
  readonly contacts: readonly string[];
  readonly language: string;
  readonly languages: readonly string[];
  readonly edition: string;
  /** Null: nobody stated it. */
  readonly data_date: string | null;
  readonly stale_after: string | null;
  readonly complete: boolean;
  readonly incomplete_zones: number;
  /** Records that could not be used: zones and orders, hazards and accidents, and the orders by themselves. */
  readonly lost: Lost;
  /** A map of somebody's own files, at their own precision: not for publication. */
  readonly private: boolean;
  readonly caveats: readonly string[];
  readonly counts: {
    readonly incidents: Readonly<Record<"counted" | "drawn" | "district_level" | "unplaced" | "refused", number>> & {
      /** Dated later than the edition and left out; absent where the edition has no such date. */
      readonly later?: number;
    };
    readonly casualties: Readonly<Record<"killed" | "injured", number>>;
    readonly zones: Readonly<Record<"counted" | "drawn" | "without_geometry" | "refused", number>>;
    readonly findings: Readonly<Record<"error" | "warning" | "info", number>>;
  };
  readonly density: DensityMeta | null;
  readonly hotspots?: HotspotsMeta | null;
  readonly bounds: readonly [west: number, south: number, east: number, north: number] | null;
  readonly layers: readonly LayerMeta[];
  readonly assumptions: readonly Told[];
  readonly ledger: LedgerMeta;
}

export interface Data {
  readonly meta: Meta;
  readonly words: WordList;
  readonly incidents: Incidents;
  readonly zones: Zones;
  readonly districts: Districts;
  readonly hazards: Hazards;
  readonly orders: Orders;
  readonly corridors: Corridors;
  readonly coverage: Coverage;
  readonly events: Events;
  readonly sources: Sources;
  readonly casualty_counts: CasualtyCounts;
  readonly activities: Activities;
  readonly findings: Findings;
  readonly settlements: Settlements;
  readonly context: Context;
  readonly contours: Contours;
  readonly hotspots: Hotspots;
}

/** A zone's name; its id where it has none. */
export function zoneName(zones: Zones, row: number): string {
  return zones.text("name", row) || zones.text("zone_id", row);
}

/** The facts of the edition. Those that a mild answer would rest on are never taken for granted. */
function openMeta(block: Block): Meta {
  const meta = block.header.meta as Meta;
  const { lost, private: isPrivate } = meta as { readonly lost?: Partial<Lost>; readonly private?: unknown };
  const isCount = (n: unknown) => typeof n === "number" && Number.isInteger(n) && n >= 0;
  if (![lost?.legal, lost?.physical, lost?.orders].every(isCount)) throw new Failure("failure.unreadable", "The data do not say how many records were lost.");
  if (typeof isPrivate !== "boolean") throw new Failure("failure.unreadable", "The data do not say whether they are private.");
  return meta;
}

/** Open every table of the block. */
export function openData(block: Block): Data {
  return {
    meta: openMeta(block),
    words: block.header.words as WordList,
    incidents: openTable(block, "incidents", INCIDENTS),
    zones: openTable(block, "zones", ZONES),
    districts: openTable(block, "districts", DISTRICTS),
    hazards: openTable(block, "hazards", HAZARDS),
    orders: openTable(block, "orders", ORDERS),
    corridors: openTable(block, "corridors", CORRIDORS),
    coverage: openTable(block, "coverage", COVERAGE),
    events: openTable(block, "events", EVENTS),
    sources: openTable(block, "sources", SOURCES),
    casualty_counts: openTable(block, "casualty_counts", CASUALTY_COUNTS),
    activities: openTable(block, "activities", ACTIVITIES),
    findings: openTable(block, "findings", FINDINGS),
    settlements: openTable(block, "settlements", SETTLEMENTS),
    context: openTable(block, "context", CONTEXT),
    contours: openTable(block, "contours", CONTOURS),
    hotspots: openTable(block, "hotspots", HOTSPOTS),
  };
}
