/**
 * Days of dates that may be a month or a year. They are compared as text, which sorts as days do.
 *
 * A month begins on its first day and ends on its last; which of the two counts is decided by what is stricter. A date
 * without a year, a blank and anything unreadable give no day: null. Where it matters, `isUnusable` tells the filled ones apart.
 */

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const DAY_MS = 86_400_000;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function edge(text: string | null | undefined, last: boolean): string | null {
  const match = FORM.exec((text ?? "").trim());
  if (match === null) return null;
  const [, year = "", month = last ? "12" : "01", day] = match;
  const most = daysIn(Number(year), Number(month));
  if (Number(month) < 1 || Number(month) > 12 || (day !== undefined && (Number(day) < 1 || Number(day) > most))) return null;
  return `${year}-${month}-${day ?? (last ? String(most) : "01")}`;
}

/** "2021-02" -> "2021-02-01"; null when not stated. */
export function firstDay(text: string | null | undefined): string | null {
  return edge(text, false);
}

/** "2021-02" -> "2021-02-28"; null when not stated. */
export function lastDay(text: string | null | undefined): string | null {
  return edge(text, true);
}

/** Whether something is stated that gives no day: "?" for a cell that was blanked, a date without a year, anything unreadable. */
export function isUnusable(text: string | null | undefined): boolean {
  return (text ?? "").trim() !== "" && firstDay(text) === null;
}

/** Whether the text is one whole day of the calendar. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && edge(text, false) !== null;
}

function number(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

/** Days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return number(to) - number(from);
}

/** The day before. */
export function dayBefore(day: string): string {
  return new Date((number(day) - 1) * DAY_MS).toISOString().slice(0, 10);
}
