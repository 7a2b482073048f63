/**
 * Dates as words. They arrive as text, as given: `YYYY-MM-DD`, `YYYY-MM`, `YYYY`, `--MM-DD` (no year) or blank.
 *
 * Nothing is completed: a month stays a month, and a blank day is told as "day not stated" with the day of the report.
 */
import type { Words } from "./words.ts";

export interface Occurrence {
  readonly start: string;
  readonly end: string;
  readonly precision: string;
  readonly reported: string;
}

/** "2021-01-29" -> "29 January 2021"; unknown forms are shown as given. */
export function dateInWords(words: Words, text: string): string {
  const match = /^(\d{4}|-)(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (text === "") return words.say("not_stated");
  if (match === null) return text;
  const [, year = "", month, day] = match;
  if (month === undefined) return text;
  const name = words.say(day === undefined ? `month.alone.${Number(month)}` : `month.${Number(month)}`);
  const values = { day: Number(day), month: name, year };
  if (year === "-") return day === undefined ? text : words.say("date.no_year", values);
  return words.say(day === undefined ? "date.month" : "date.day", values);
}

function span(words: Words, { start, end, precision }: Occurrence): string {
  if (end !== "" && end !== start) {
    return words.say("date.between", { start: dateInWords(words, start), end: dateInWords(words, end) });
  }
  const day = dateInWords(words, start);
  return precision === "" || precision === "day" || precision === "month" || precision === "year"
    ? day
    : words.say("date.with_precision", { date: day, precision: words.label("date_precision", precision) });
}

/** When an accident happened, as far as the report says, and when it was reported. */
export function occurrenceInWords(words: Words, when: Occurrence): string {
  const known = when.start === when.reported && when.precision === "day";
  const reported = when.reported === "" || known ? "" : words.say("date.reported", { date: dateInWords(words, when.reported) });
  if (when.start !== "") return [span(words, when), reported].filter((part) => part !== "").join("; ");
  const latest = when.end === "" || when.end === when.reported ? "" : words.say("date.no_later", { date: dateInWords(words, when.end) });
  return [words.say("date.day_not_stated"), latest, reported].filter((part) => part !== "").join("; ");
}

/** "2020-11-10 to 2020-12-22" in words; what is missing is left open. */
export function periodInWords(words: Words, start: string, end: string): string {
  if (start === "" && end === "") return words.say("not_stated");
  if (start === end) return dateInWords(words, start);
  if (start === "") return words.say("period.until", { end: dateInWords(words, end) });
  if (end === "") return words.say("period.from", { start: dateInWords(words, start) });
  return words.say("period.both", { start: dateInWords(words, start), end: dateInWords(words, end) });
}

/** The device's own date as `YYYY-MM-DD`. */
export function isoDate(now: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Whether the map is older than its maker allows; an unreadable limit counts as passed. */
export function isStale(today: string, staleAfter: string): boolean {
  return !/^\d{4}-\d{2}-\d{2}$/.test(staleAfter) || today > staleAfter;
}

/** Whether the device's clock is before the day the data was compiled, so that it cannot be right. */
export function isClockWrong(today: string, dataDate: string): boolean {
  return today < dataDate;
}
