/**
 * What is the worst of several accidents: one in which somebody was killed, then one in which somebody was injured, then all
 * others, of which nothing is stated or nobody was hurt. It is shown by a sign after the number, and in words.
 */
import type { Incidents } from "./data.ts";

/** From mild to bad; the index is the rank. */
export const WORST = ["none", "injured", "killed"] as const;
export type Worst = (typeof WORST)[number];

/** Filled, hollow, none: told apart without colour. */
export const SIGNS: Readonly<Record<Worst, string>> = { killed: "\u25c6", injured: "\u25c7", none: "" };

/** Whether the count of a row is stated and more than 0, by codes where the column has them. */
function isPositive(incidents: Incidents, column: "killed" | "injured"): (row: number) => boolean {
  const coded = incidents.coded(column);
  if (coded === undefined) return (row) => (incidents.get(column, row) ?? 0) > 0;
  const positive = Array.from({ length: coded.size }, (_, code) => Number(coded.cell(code) ?? 0) > 0);
  return (row) => positive[coded.of(row)] as boolean;
}

/** A reader of each row's rank in `WORST`. */
export function worstRanks(incidents: Incidents): (row: number) => number {
  const [killed, injured] = [isPositive(incidents, "killed"), isPositive(incidents, "injured")];
  return (row) => (killed(row) ? 2 : injured(row) ? 1 : 0);
}

/** The worst of some rows. */
export function worstOf(rankOf: (row: number) => number, rows: readonly number[]): Worst {
  return WORST[rows.reduce((worst, row) => Math.max(worst, rankOf(row)), 0)] as Worst;
}
