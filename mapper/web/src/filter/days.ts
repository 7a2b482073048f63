/** The days that the time bar runs over, and what is marked on it. */
import { firstDay, isDay } from "../access/dates.ts";
import type { Data } from "../data.ts";

const DAY_MS = 86_400_000;

export interface Mark {
  readonly day: string;
  readonly kind: "order" | "event";
  readonly text: string;
}

export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
}

export function dayOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** Beginnings of orders, and events, by day; what has no day has no mark. */
export function marksOf({ orders, events }: Data): Mark[] {
  const begun = orders.indices().map((row): Mark => ({
    day: firstDay(orders.text("effective_from", row) || orders.text("issued_on", row)) ?? "", kind: "order", text: orders.text("title", row) || orders.text("order_id", row),
  }));
  const happened = events.indices().map((row): Mark => ({ day: firstDay(events.text("date", row)) ?? "", kind: "event", text: events.text("title", row) }));
  return [...begun, ...happened].filter(({ day }) => day !== "").sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

/** Whether there is any day to choose before the last one; mostly told without going through the accidents. */
export function hasSpan(data: Data, last: string): boolean {
  return (isDay(last) && marksOf(data).some(({ day }) => day < last)) || spanOf(data, last) !== null;
}

/** First and last day of all that is dated, up to the day of the data; null where nothing is. */
export function spanOf(data: Data, last: string): readonly [first: string, last: string] | null {
  const { incidents, hazards } = data;
  const dated = [...incidents.distinct("date_start"), ...incidents.distinct("date_end"), ...incidents.distinct("reported_on"), ...hazards.distinct("reported_on")];
  const days = [...dated.map(firstDay).filter((day): day is string => day !== null), ...marksOf(data).map(({ day }) => day)];
  if (days.length === 0 || !isDay(last)) return null;
  const first = days.reduce((least, day) => (day < least ? day : least));
  return first < last ? [first, last] : null;
}
