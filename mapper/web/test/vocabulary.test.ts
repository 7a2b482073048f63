/** The kinds of orders that the page decides by are those of the vocabulary, as Python reads them. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { isRestricting, OPENING_VERDICT, TYPE_KIND } from "../src/access/orders.ts";

interface Term<T> {
  readonly code: string;
  readonly data: T;
}

const TERMS = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "terms");

function termsOf<T>(name: string): readonly Term<T>[] {
  return (JSON.parse(readFileSync(join(TERMS, `${name}.json`), "utf8")) as { terms: Term<T>[] }).terms;
}

const types = termsOf<{ kind: string }>("order_type");
const kinds = termsOf<{ verdict: string | null; opening: boolean }>("restriction_kind");

test("every type of order has the kind of the vocabulary", () => {
  expect(TYPE_KIND).toEqual(Object.fromEntries(types.map(({ code, data }) => [code, data.kind])));
});

test("openings let happen what the vocabulary says, and nothing else is one", () => {
  expect(OPENING_VERDICT).toEqual(Object.fromEntries(kinds.filter(({ data }) => data.opening).map(({ code, data }) => [code, data.verdict])));
});

test("what restricts is what has a verdict and opens nothing", () => {
  const restricting = kinds.filter(({ data }) => data.verdict !== null && !data.opening).map(({ code }) => code);
  const verdicts = new Set(kinds.filter(({ code }) => restricting.includes(code)).map(({ data }) => data.verdict));
  expect(verdicts).toEqual(new Set(["no_entry"]));
  for (const { code, data } of types) expect([code, isRestricting({ order_id: "o", order_type: code })]).toEqual([code, restricting.includes(data.kind)]);
});
