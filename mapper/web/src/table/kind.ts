/** One kind of record as a table: what its columns say, what is filtered and searched, and where a row is on the map. */
import type { Content } from "../elements.ts";
import type { Geometry, LonLat } from "../geometry.ts";
import type { Bounds } from "../map.ts";
import type { Searchable } from "./selection.ts";
import type { Key } from "./sorting.ts";

export const KINDS = ["incidents", "zones", "hazards", "orders", "districts", "hotspots"] as const;
export type KindName = (typeof KINDS)[number];

export interface Column {
  readonly name: string;
  /** Code of its head. */
  readonly head: string;
  readonly isNumber: boolean;
  key(row: number): Key;
  /** In words; "" is not stated. */
  text(row: number): string;
}

/** A column in files: as in the data, and beside a code what it means. */
export interface Field {
  readonly name: string;
  value(row: number): string | number | null;
}

/** A place to ask about, and what should be in sight around it. */
export interface Lead {
  readonly at: LonLat;
  readonly box: Bounds;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface Kind extends Searchable {
  readonly name: KindName;
  /** Code of its name. */
  readonly title: string;
  readonly columns: readonly Column[];
  readonly fields: readonly Field[];
  /** The order before anybody chose one; null: that of the data. */
  readonly firstSort: Sort | null;
  /** Why it has no records, where that is known. */
  readonly missing?: string | null;
  /** Whether its records can have a geometry at all. */
  readonly hasPlaces: boolean;
  id(row: number): string;
  /** The words for a value of a filter. */
  label(filter: string, value: string): string;
  /** Where it is, or the code of the sentence that says why it has no place. */
  lead(row: number): Lead | string;
  /** A circle is told by its middle: `uncertainty_m` is among the fields. */
  geometry(row: number): Geometry | null;
  /** The whole record. */
  card(row: number): Content;
}
