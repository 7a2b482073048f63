/** When a list of orders holds: asked by the answer, and by the layer that shows what is not assessed. */
import { firstDay, isUnusable, lastDay } from "./dates.ts";
import type { CoverageRow } from "./ground.ts";

/**
 * Whether the row's list of orders holds on the day, for a map that knew what `known_by` says. A period that is stated and
 * gives no day holds never; without a day to ask for, only a list of all times holds.
 */
export function isListed({ orders_state, period_start, period_end }: Omit<CoverageRow, "coverage_id" | "geometry">, on: string | null, known_by: string | null): boolean {
  if (orders_state !== "listed" || isUnusable(period_start) || isUnusable(period_end)) return false;
  const [start, end] = [lastDay(period_start), firstDay(period_end)];
  const begun = start === null || (on !== null && start <= on && (known_by === null || start <= known_by));
  return begun && (end === null || (on !== null && on <= end));
}
