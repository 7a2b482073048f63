/** Words, numbers and dates. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { dateInWords, isClockWrong, isoDate, isStale, occurrenceInWords, periodInWords } from "../src/dates.ts";
import { fill, Words } from "../src/words.ts";
import { realWords, wordsIn } from "./example.ts";

const en = wordsIn("en");

test("a label falls back to English, then to the code, and nothing is 'not stated'", () => {
  const words = new Words({ page: { not_stated: { label: { en: "not stated" } } }, v: { a: { label: { en: "A" } } } }, "az");
  expect([words.label("v", "a"), words.label("v", "b"), words.label("v", null)]).toEqual(["A", "b", "not stated"]);
});

test("names of JavaScript's own are no terms", () => {
  expect([en.label("page", "constructor"), en.label("__proto__", "toString")]).toEqual(["constructor", "toString"]);
});

test("values are put in once and are never read again", () => {
  expect(fill("{a} {b} {c}", { a: "{b}", b: "$&" }, en)).toBe("{b} $& {c}");
});

test.each([
  ["en", "1,234,567.5"],
  ["az", "1.234.567,5"],
  ["ru", "1\u00a0234\u00a0567,5"],
])("numbers in %s", (language, expected) => {
  expect(wordsIn(language).number(1234567.5, 2)).toBe(expected);
});

test("small densities keep their digits", () => {
  expect([en.significant(0.001), en.significant(0.01234), en.significant(0), en.significant(12.3456)]).toEqual(["0.001", "0.0123", "0", "12.3"]);
});

test("a count of nobody is 0 and an unknown one is told", () => {
  expect([en.count(0), en.count(null)]).toEqual(["0", "not stated"]);
});

test.each([
  ["2021-01-29", "29 January 2021"],
  ["2021-01", "January 2021"],
  ["2021", "2021"],
  ["--12-16", "16 December, year not stated"],
  ["", "not stated"],
  ["spring 2022", "spring 2022"],
])("the date %s", (text, expected) => {
  expect(dateInWords(en, text)).toBe(expected);
});

test("Russian names the month alone in another case than in a date", () => {
  const ru = wordsIn("ru");
  expect([dateInWords(ru, "2021-01-29"), dateInWords(ru, "2021-01")]).toEqual(["29 января 2021", "январь 2021"]);
});

const when = (start: string, end: string, precision: string, reported: string) => occurrenceInWords(en, { start, end, precision, reported });

test("the first report's two accidents, in words", () => {
  expect(when("", "2021-01-29", "unknown", "2021-01-29")).toBe("day not stated; reported 29 January 2021");
  expect(when("2021-01-28", "2021-01-28", "part_of_day", "2021-01-28")).toBe("28 January 2021 (Part of the day); reported 28 January 2021");
});

test("other dates of accidents", () => {
  expect(when("2020-11-14", "2020-11-14", "day", "2020-11-14")).toBe("14 November 2020");
  expect(when("2020-11-14", "2020-11-16", "interval", "")).toBe("between 14 November 2020 and 16 November 2020");
  expect(when("", "2020-12-01", "unknown", "2020-12-05")).toBe("day not stated; no later than 1 December 2020; reported 5 December 2020");
  expect(when("", "", "", "")).toBe("day not stated");
});

test("periods open at either end", () => {
  expect(periodInWords(en, "2020-11-10", "2020-12-22")).toBe("10 November 2020 to 22 December 2020");
  expect(periodInWords(en, "2020-11-10", "")).toBe("from 10 November 2020");
  expect(periodInWords(en, "", "2020-12-22")).toBe("until 22 December 2020");
});

test("the map is out of date from the day after, and when the limit cannot be read", () => {
  expect(isStale("2027-05-22", "2027-05-22")).toBe(false);
  expect(isStale("2027-05-23", "2027-05-22")).toBe(true);
  expect(isStale("2027-05-22", "")).toBe(true);
});

test("a clock before the data cannot be right", () => {
  expect(isClockWrong("2026-11-22", "2026-11-23")).toBe(true);
  expect(isClockWrong("2026-11-23", "2026-11-23")).toBe(false);
  expect(isoDate(new Date(2026, 0, 2))).toBe("2026-01-02");
});

const SRC = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const sources = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((name) => name.endsWith(".ts"))
  .map((name) => [name, readFileSync(join(SRC, name), "utf8")] as const);

test.each(sources)("every word that %s says exists", (_, text) => {
  const page = realWords()["page"] ?? {};
  const said = [...text.matchAll(/\b(?:say|section|part|group|name)\("([a-z_]+(?:\.[a-z_]+)*)"/g)].map((match) => match[1] as string);
  expect(said.filter((code) => !(code in page))).toEqual([]);
});

const MARKUP = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|bindPopup|bindTooltip|setHTML|createContextualFragment|DOMParser/g;
/**
 * A stand-in for jQuery reads a notebook author's own markup; nothing of an edition comes there. A route file is read as XML,
 * into a document that runs nothing, and only its numbers are used.
 */
const ALLOWED: Record<string, string[]> = { "dollar.ts": ["DOMParser"], "route/lines.ts": ["DOMParser"] };

test.each(sources)("%s never writes markup and never runs text", (name, text) => {
  expect(text.match(MARKUP) ?? []).toEqual(ALLOWED[name] ?? []);
});

test("only the notebook's side knows the stand-in that reads markup", () => {
  const users = sources.filter(([, text]) => text.includes('from "./dollar.ts"')).map(([name]) => name);
  expect(users).toEqual(["notebook.ts"]);
});

test("every failure has its sentence in three languages", () => {
  const failures = sources.find(([name]) => name === "failure.ts")?.[1] ?? "";
  const codes = new Set([...failures.matchAll(/"(failure\.[a-z_]+)"/g)].map((match) => match[1] as string));
  const page = realWords()["page"] ?? {};
  expect(codes.size).toBe(6);
  for (const code of codes) expect(Object.keys(page[code]?.label ?? {}).sort()).toEqual(["az", "en", "ru"]);
});
