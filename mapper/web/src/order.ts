/** Accidents in the order of their dates, for lists: by numbers, so that a million rows are sorted in a breath. */
import type { Incidents } from "./data.ts";

const DATES = ["date_start", "date_end", "reported_on"] as const;

/** A reader of a column's texts as their ranks in `rankOf`; 0 for null. */
function ranks(incidents: Incidents, column: (typeof DATES)[number], rankOf: ReadonlyMap<string, number>): (row: number) => number {
  const coded = incidents.coded(column);
  if (coded === undefined) return (row) => rankOf.get(incidents.text(column, row)) ?? 0;
  const ofCode = Float64Array.from({ length: coded.size }, (_, code) => rankOf.get(String(coded.cell(code) ?? "")) ?? 0);
  return (row) => ofCode[coded.of(row)] as number;
}

/** All rows, the latest first; those without a stated day stand by the day they were reported, those without any come last. */
export function latestFirst(incidents: Incidents): number[] {
  const texts = new Set(DATES.flatMap((column) => [...incidents.distinct(column)]));
  texts.delete("");
  const rankOf = new Map([...texts].sort((a, b) => (a < b ? -1 : 1)).map((text, index) => [text, index + 1] as const));
  const readers = DATES.map((column) => ranks(incidents, column, rankOf));
  const rankOfRow = (row: number) => readers.reduce((rank, read) => rank || read(row), 0);
  const keys = Float64Array.from({ length: incidents.rows }, (_, row) => (rankOf.size - rankOfRow(row)) * incidents.rows + row);
  return Array.from(keys.sort(), (key) => key % incidents.rows);
}
