/** The page's own rules of numbers, dates and plural forms, held against what Babel says (`tests/language_vectors.json`). */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { dateInWords } from "../src/dates.ts";
import { pluralForm } from "../src/plural.ts";
import { wordsIn } from "./example.ts";

interface Vectors {
  readonly plural: readonly [n: number, category: string][];
  readonly numbers: readonly [n: number, most: number, text: string][];
  readonly days: readonly [iso: string, text: string][];
  readonly months: readonly [iso: string, text: string][];
  readonly days_without_year: readonly [iso: string, text: string][];
}

const FILE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "tests", "language_vectors.json");
const VECTORS = Object.entries(JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Vectors>);
/** The forms in the order a sentence has them; a Russian decimal ("other") takes the second. */
const FORMS: Readonly<Record<string, readonly string[]>> = { en: ["one", "other"], az: ["one", "other"], ru: ["one", "few", "many"] };

test("there is a list for each language", () => {
  expect(VECTORS.map(([language]) => language)).toEqual(["en", "az", "ru"]);
});

test.each(VECTORS)("plural forms in %s", (language, { plural }) => {
  const forms = FORMS[language] as readonly string[];
  expect(plural.length).toBeGreaterThan(200);
  const wanted = plural.map(([n, category]) => [n, forms.includes(category) ? category : "few"]);
  expect(plural.map(([n]) => [n, pluralForm(language, forms, n)])).toEqual(wanted);
});

test.each(VECTORS)("numbers in %s", (language, { numbers }) => {
  const words = wordsIn(language);
  expect(numbers.map(([n, most]) => words.number(n, most))).toEqual(numbers.map(([, , text]) => text));
});

test.each(VECTORS)("dates in %s", (language, { days, months, days_without_year }) => {
  const words = wordsIn(language);
  for (const [iso, text] of [...days, ...months]) expect(dateInWords(words, iso)).toBe(text);
  for (const [iso, text] of days_without_year) expect(dateInWords(words, iso).split(",")[0]).toBe(text);
});

test("after what is no number stands the last form", () => {
  expect(pluralForm("ru", ["a", "b", "c"], "many")).toBe("c");
  expect(pluralForm("en", ["a", "b"], "1,000")).toBe("b");
});

test("a sentence takes the word that fits its number", () => {
  const say = (language: string, n: number) => wordsIn(language).say("bar.incomplete", { n });
  expect(say("en", 1)).toContain("1 zone or hazard area could");
  expect(say("en", 1200)).toContain("1,200 zones or hazard areas could");
  expect(say("ru", 1)).toContain("1 зону или опасный район.");
  expect(say("ru", 24)).toContain("24 зоны или опасных района.");
  expect(say("ru", 11)).toContain("11 зон или опасных районов.");
});
