/**
 * Rows in the order of a column. Blanks come last both ways: "not stated" is neither the least nor the most.
 *
 * Each distinct text is placed once and rows are then compared as numbers, since a hundred thousand rows hold few names.
 */
import { sortedByName } from "../collation.ts";

/** What a cell is sorted by; null: not stated. */
export type Key = string | number | null;

function ranksOf(texts: ReadonlySet<string>, language: string): ReadonlyMap<string, number> {
  return new Map(sortedByName(language, [...texts], (text) => text).map((text, rank) => [text, rank]));
}

/** The rows in a new order, texts by the alphabet of the language; equal ones stay in the order of the data. */
export function sorted(rows: Int32Array, keyOf: (row: number) => Key, descending: boolean, language: string): Int32Array {
  const keys = Array.from(rows, keyOf);
  const ranks = ranksOf(new Set(keys.filter((key): key is string => typeof key === "string")), language);
  const sign = descending ? -1 : 1;
  const places = keys.map((key) => (key === null ? Infinity : sign * (typeof key === "string" ? (ranks.get(key) as number) : key)));
  const order = keys.map((_, at) => at).sort((a, b) => {
    const [one, other] = [places[a] as number, places[b] as number];
    return one === other ? (rows[a] as number) - (rows[b] as number) : one < other ? -1 : 1;
  });
  return Int32Array.from(order, (at) => rows[at] as number);
}
