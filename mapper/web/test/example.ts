/** A small edition in objects: two zones, three accidents at two places, one district without an outline. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { readBlock } from "../src/block.ts";
import { openData, type Data } from "../src/data.ts";
import type { Geometry } from "../src/geometry.ts";
import { Words, type WordList } from "../src/words.ts";
import { makePlain, type Row, type Tables } from "./make_block.ts";

const VOCABULARIES = ["page", "caveat", "applies_to", "basis", "event_kind", "land_product", "orders_state", "reporting_state", "survey_state", "verdict", "extent", "device_category", "accident_type", "date_precision", "hazard_class", "hazard_status", "hotspot_class", "order_type", "place", "relation", "edge", "severity", "location_level", "layer_kind", "rule", "district_kind", "geometry_basis", "activation", "activity", "civil_status", "context_kind"];

const TERMS = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "terms");

/** The real words of `mapper/terms`. */
export function realWords(): WordList {
  const read = (name: string) => JSON.parse(readFileSync(join(TERMS, `${name}.json`), "utf8")) as { terms: { code: string }[] };
  return Object.fromEntries(VOCABULARIES.map((name) => [name, Object.fromEntries(read(name).terms.map((term) => [term.code, term]))])) as unknown as WordList;
}

export function wordsIn(language: string): Words {
  return new Words(realWords(), language);
}

/** A square of `size` degrees with its south-west corner at the place. */
export function square(lon: number, lat: number, size: number): Geometry {
  return { kind: "polygons", polygons: [[[[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]]] };
}

export const META = {
  title: "Example",
  organisation: "Example office",
  titles: { az: "Nümunə", en: "Example" },
  organisations: { ru: "Пример" },
  contacts: ["102"],
  language: "en",
  languages: ["az", "ru", "en"],
  edition: "abc123",
  data_date: "2026-11-23",
  stale_after: "2027-05-22",
  complete: true,
  incomplete_zones: 0,
  lost: { legal: 0, physical: 0, orders: 0 },
  private: false,
  caveats: ["caveat.blank"],
  counts: {
    incidents: { counted: 5, drawn: 3, district_level: 2, unplaced: 0, refused: 0 },
    casualties: { killed: 1, injured: 2 },
    zones: { counted: 3, drawn: 2, without_geometry: 1, refused: 0 },
    findings: { error: 0, warning: 1, info: 2 },
  },
  density: {
    n: 3, bandwidth_m: 10000, edge: "jones-diggle", cell_m: 2500, window_km2: 100, integral: 3, peak_per_km2: 0.02,
    share_area_level: 0, refused: null, left_out: { demining_accident: 1, no_place: 0 }, frames: [], grid: null,
  },
  bounds: [46, 39, 48, 41],
  layers: [{ name: "zones", kind: "zones", title: "Zones", source: "s", licence: "l", date: null, accuracy_m: 5000, sha256: "00", note: "" }],
  assumptions: [],
  ledger: {
    headline: 0,
    over_time: [{
      at: 0, date: "2020-12-22", official: 33, percent: 51.5,
      mapped: { accidents: 6, killed: 8, injured: 9, killed_not_stated: 1, injured_not_stated: 2 },
      uncertain: { accidents: 14, killed: 1, injured: 15, killed_not_stated: 10, injured_not_stated: 1 },
    }],
    sources: [{ source: "MFA", counts: [0] }],
    clearance: [],
  },
};

const DISC = { place: "disc", lon: 46.9, lat: 40.1, uncertainty_m: 2000, district: "Ağdam", settlement: "Tağıbəyli", location_level: "settlement" };

export const TABLES: Tables = {
  incidents: [
    { incident_id: "i-1", ...DISC, accident_type: "demining_accident", device_category: "ap_mine", injured_deminer: 1, injured: 1, reported_on: "2021-01-29", date_precision: "unknown", source_ids: "s-1" },
    { incident_id: "i-2", ...DISC, accident_type: "mine", device_category: "av_mine", killed_civilian: 1, killed: 1, injured: 0, date_start: "2021-03-04", date_end: "2021-03-04", date_precision: "day" },
    { incident_id: "i-3", place: "point", lon: 47.2, lat: 39.4, uncertainty_m: 10, district: "Füzuli", accident_type: "mine", device_category: "uxo" },
    { incident_id: "i-4", place: "district", district: "Ağdam", accident_type: "mine", device_category: "ap_mine" },
    { incident_id: "i-5", place: "district", district: "Ağdərə", accident_type: "mine", device_category: "ap_mine" },
  ],
  zones: [
    { zone_id: "z-1", name: "Ağdam", extent: "part", extent_note: "Only a part.", order_ids: "or-1", accuracy_m: 5000, geometry: square(46.8, 40, 0.4) },
    { zone_id: "z-2", name: "Füzuli", extent: "whole", order_ids: "or-1;or-9", accuracy_m: 5000, geometry: square(47, 39.2, 0.5) },
    { zone_id: "z-3", name: "Ağdərə", extent: "interpreted", order_ids: "or-1", accuracy_m: 5000 },
  ],
  districts: [
    { district_id: "d-1", name: "Ağdam", kind: "district", zone_id: "z-1", lon: 47, lat: 40.2, geometry: square(46.8, 40, 0.4) },
    { district_id: "d-2", name: "Ağdərə", kind: "district", zone_id: "z-3" },
  ],
  orders: [{ order_id: "or-1", order_type: "ban", authorities: "ANAMA", key_phrase: "temporarily prohibited", issued_on: "2021-01-01", source_ids: "s-1" }],
  sources: [{ source_id: "s-1", publisher: "Today.az", title: "A report", url: "https://example.org/a", published_on: "2021-01-29" }],
  casualty_counts: [{ count_id: "c-1", issuing_authority: "MFA", as_of: "2020-12-22", killed_total: 12, killed_civilian: 6, killed_military: 6, injured_total: 21, killed_deminer: null }],
  findings: [
    { severity: "info", rule: "no_outline", file: "zones.csv", layer: "zones", row: 4, column: "geometry", value: "Ağdərə", done: "Said." },
    { severity: "error", rule: "duplicate_id", file: "a.csv", layer: "a", row: 3, column: "incident_id", done: "Refused." },
  ],
  contours: [
    { lower_per_km2: 0.001, upper_per_km2: 0.01, geometry: square(46.8, 40, 0.4) },
    { lower_per_km2: 0.01, upper_per_km2: 0.05, geometry: square(46.9, 40.1, 0.2) },
  ],
};

/** Tables with some replaced. */
export function tablesWith(changes: Readonly<Record<string, readonly Row[]>>): Tables {
  return { ...TABLES, ...changes };
}

/** The example as the page opens it. */
export function exampleData(tables: Tables = TABLES, meta: object = META): Data {
  return openData(readBlock(makePlain(meta, realWords(), tables)));
}
