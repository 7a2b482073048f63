/**
 * What a question is asked of, what is asked, and what is answered: plain data, the same in the page and in every check.
 *
 * Dates are text as given (`YYYY-MM-DD`, `YYYY-MM`, `YYYY`); "" and null are "not stated", "?" is stated and cannot be used. Lists are text joined with ";",
 * as in the data block. Distances are metres, positions WGS 84 degrees, longitude first.
 */
import type { Geometry, LonLat, Polygon } from "../geometry.ts";
import type { Box } from "./rings.ts";

type Text = string | null | undefined;
type Metres = number | null | undefined;

export interface ZoneRow {
  readonly zone_id: string;
  readonly name?: Text;
  readonly admin_units?: Text;
  readonly extent?: Text;
  readonly order_ids?: Text;
  readonly accuracy_m?: Metres;
  readonly geometry: Geometry | null;
}

export interface OrderRow {
  readonly order_id: string;
  readonly order_type?: Text;
  readonly applies_to?: Text;
  readonly exempt?: Text;
  readonly issued_on?: Text;
  readonly effective_from?: Text;
  readonly effective_to?: Text;
  readonly superseded_by?: Text;
  readonly refers_to?: Text;
  readonly recorded_on?: Text;
  readonly last_confirmed_on?: Text;
  /** Dates of its sources: each time somebody spoke of it. */
  readonly confirmed_on?: Text;
  readonly authorities?: Text;
  readonly who?: Text;
  readonly permit_rule?: Text;
  readonly key_phrase?: Text;
  readonly source_ids?: Text;
}

/** Ground that openings name: a route with its width, or an area. */
export interface CorridorRow {
  readonly corridor_id: string;
  readonly order_ids?: Text;
  readonly width_m?: Metres;
  readonly accuracy_m?: Metres;
  readonly geometry: Geometry | null;
}

export interface HazardRow {
  readonly hazard_id: string;
  readonly status?: Text;
  readonly product?: Text;
  readonly closed_on?: Text;
  readonly recorded_on?: Text;
  readonly accuracy_m?: Metres;
  readonly geometry: Geometry | null;
}

export interface IncidentRow {
  readonly incident_id: string;
  /** point, disc, district or none. */
  readonly place?: Text;
  readonly uncertainty_m?: Metres;
  readonly district?: Text;
  /** Districts that an accident known by its district is near in; where blank, `district`. */
  readonly near_districts?: Text;
  readonly recorded_on?: Text;
  /** The point; the outlines of those districts where no more is known. */
  readonly geometry: Geometry | null;
}

/** The accidents of a ground: any number of rows, read when they are looked at. */
export interface IncidentRows {
  readonly length: number;
  at(index: number): IncidentRow;
  /**
   * Indices of those whose box may lie within `most` metres and their radius of the box: a first cut, in which none that does is
   * missing.
   */
  near(box: Box, most: number): readonly number[];
  /** Added to every radius: what the stored places may have been rounded by. */
  readonly rounded_m: number;
}

export interface CoverageRow {
  readonly coverage_id: string;
  readonly name?: Text;
  readonly orders_state?: Text;
  readonly survey_state?: Text;
  readonly reporting_state?: Text;
  readonly period_start?: Text;
  readonly period_end?: Text;
  readonly geometry: Geometry | null;
}

/** Numbers of records that could not be used, by what they may have forbidden; `legal` counts the orders too. */
export interface Lost {
  readonly legal: number;
  readonly physical: number;
  readonly orders: number;
}

export interface Ground {
  readonly zones: readonly ZoneRow[];
  readonly orders: readonly OrderRow[];
  readonly corridors: readonly CorridorRow[];
  readonly hazards: readonly HazardRow[];
  readonly incidents: IncidentRows;
  readonly coverage: readonly CoverageRow[];
  readonly dataDate: string | null;
  readonly staleAfter: string | null;
  readonly lost: Lost;
}

/** The asked place: exactly one of the four. */
export type Where =
  | { readonly at: LonLat }
  /** The parts of a route follow each other. */
  | { readonly route: readonly (readonly LonLat[])[] }
  | { readonly area: readonly Polygon[] }
  | { readonly place: string };

export type Question = Where & {
  readonly uncertainty_m?: number | null | undefined;
  /** A day; the data date when left out. */
  readonly on?: string | null | undefined;
  readonly known_by?: string | null | undefined;
  /** Kinds of person joined by "+"; all civilians when left out. */
  readonly who?: string | null | undefined;
};

/** From mild to strict; the index is the rank. */
export const VERDICTS = [
  "no_restriction_recorded",
  "not_assessed",
  "near_restricted",
  "permit_only",
  "corridor_only",
  "hazard_recorded",
  "no_entry",
] as const;
export type VerdictCode = (typeof VERDICTS)[number];

/** In the order in which they decide between items of one verdict; then what is said when there is no item. */
export const BASES = ["inside", "part_of_district", "within_doubt", "no_geometry", "near", "outside", "not_covered", "unresolved"] as const;
export type Basis = (typeof BASES)[number];

/** How a restricted shape lies to the asked place, nearest first. */
export const RELATIONS = ["inside", "within_doubt", "no_geometry", "near"] as const;
export type Relation = (typeof RELATIONS)[number];

export type WhyNot = "no_geometry" | "not_for_this_person" | "not_on_its_ground";

/** An order as it is told; null is not stated. */
export interface OrderTold {
  readonly id: string;
  readonly kind: string;
  /** As the data say; null when they do not hold the order, or not its type. */
  readonly type: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly authorities: string | null;
  readonly who: string | null;
  readonly permit: string | null;
  readonly quote: string | null;
  /** Ids of its sources, joined with ";". */
  readonly source: string | null;
}

export interface OrderEntry extends OrderTold {
  readonly relation: Relation;
  /** No end is known and nobody confirmed it in the year before the day that is asked for. */
  readonly unconfirmed: boolean;
}

export interface OpeningEntry extends OrderTold {
  readonly applies: boolean;
  readonly why_not: WhyNot | null;
}

export interface ZoneEntry {
  readonly id: string;
  readonly relation: Relation;
  /** Null where the zone has no outline. */
  readonly distance_m: number | null;
}

export interface HazardEntry {
  readonly id: string;
  readonly relation: Relation;
  readonly distance_m: number;
  /** False for what was cancelled, reduced, cleared or closed: told, and gives nothing. */
  readonly counts: boolean;
}

export interface AccidentEntry {
  readonly id: string;
  /** To the edge of its circle or district; 0 inside; null where only a name ties it to the place. */
  readonly distance_m: number | null;
}

/** What is known of the map's knowledge at the place, whether it bounds the answer or not. */
export interface CoverageEntry {
  readonly id: string;
  readonly name: string | null;
  readonly orders_state: string | null;
  readonly survey_state: string | null;
  readonly reporting_state: string | null;
  readonly period_start: string | null;
  readonly period_end: string | null;
}

export interface Segment {
  readonly from_km: number;
  readonly to_km: number;
  readonly verdict: VerdictCode;
  readonly orders: readonly string[];
  /** Its way, with every place where the route was cut. */
  readonly lines: readonly (readonly LonLat[])[];
}

export interface Verdict {
  readonly verdict: VerdictCode;
  readonly legal: VerdictCode;
  readonly physical: VerdictCode;
  readonly basis: Basis;
  readonly on: string;
  readonly known_by: string | null;
  readonly who: string;
  readonly openings: readonly OpeningEntry[];
  readonly orders: readonly OrderEntry[];
  readonly hazards: readonly HazardEntry[];
  readonly accidents: readonly AccidentEntry[];
  readonly zones: readonly ZoneEntry[];
  readonly coverage: readonly CoverageEntry[];
  /** Accuracy of what decides, and uncertainty of the position. */
  readonly doubt_m: number;
  /** The two apart. */
  readonly doubt: { readonly line_m: number; readonly position_m: number };
  /** To the nearest zone that restricts this person on that day; null when none has an outline. */
  readonly distance_m: number | null;
  readonly distance_hazard_m: number | null;
  /** Of a route; empty for every other place. */
  readonly segments: readonly Segment[];
}

/** The items of a list that is text joined with ";". */
export function items(text: Text): string[] {
  return (text ?? "")
    .split(";")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** Names of the districts that an accident is tied to. */
export function districtsOf({ place, district, near_districts }: Pick<IncidentRow, "place" | "district" | "near_districts">): string[] {
  const near = place === "district" ? items(near_districts) : [];
  return near.length > 0 ? near : [district ?? ""];
}

/** Whether `a` is stricter than `b`. */
export function isStricter(a: VerdictCode, b: VerdictCode): boolean {
  return VERDICTS.indexOf(a) > VERDICTS.indexOf(b);
}

/** The strictest of the verdicts; the mildest of all when there are none. */
export function strictest(...codes: readonly VerdictCode[]): VerdictCode {
  return codes.reduce<VerdictCode>((worst, code) => (isStricter(code, worst) ? code : worst), VERDICTS[0]);
}
