/**
 * The shared table of questions, asked of this half. The same table is asked of `mapper access`; the questions of the bundled
 * layers are asked of the built page, in a browser.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import type { Segment, Verdict } from "../src/access/ground.ts";
import { ask, type Ask, type World } from "./access_world.ts";

type Stretch = Pick<Segment, "from_km" | "to_km" | "verdict">;

interface Answer extends Pick<Verdict, "verdict" | "legal" | "physical" | "basis"> {
  readonly orders: readonly string[];
  readonly openings: readonly string[];
  readonly doubt_m?: number;
  readonly distance_m?: number | null;
  readonly segments?: readonly Stretch[];
}

interface Question {
  readonly id: string;
  readonly world: string;
  readonly about: string;
  readonly ask: Ask;
  readonly answer: Answer;
}

const FILE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "tests", "access_questions.json");
const TABLE = JSON.parse(readFileSync(FILE, "utf8")) as { worlds: Record<string, World>; questions: Question[] };
/** Asked of the page that holds the layers. */
const IN_THE_BROWSER = "bundled";
const SHARE = 0.003;
const SEGMENT_KM = 0.02;

const questions = TABLE.questions.filter(({ world }) => world !== IN_THE_BROWSER).map((one) => [one.id, one] as const);

/** The given number where it is near enough to be the expected one; else itself, so that the comparison shows it. */
function near(given: number | null, expected: number | null, tolerance: number): number | null {
  return given !== null && expected !== null && Math.abs(given - expected) <= tolerance ? expected : given;
}

function nearSegments(given: readonly Segment[], expected: readonly Stretch[]): Stretch[] {
  return given.map(({ from_km, to_km, verdict }, i) => ({
    from_km: near(from_km, expected[i]?.from_km ?? null, SEGMENT_KM) as number,
    to_km: near(to_km, expected[i]?.to_km ?? null, SEGMENT_KM) as number,
    verdict,
  }));
}

test.each(questions)("%s", (_, { world, ask: question, answer }) => {
  const given = ask(TABLE.worlds[world] as World, question);
  const distance = answer.distance_m ?? null;
  expect({
    verdict: given.verdict,
    legal: given.legal,
    physical: given.physical,
    basis: given.basis,
    orders: given.orders.map(({ id }) => id),
    openings: given.openings.map(({ id }) => id),
    ...("doubt_m" in answer ? { doubt_m: given.doubt_m } : {}),
    ...("distance_m" in answer ? { distance_m: near(given.distance_m, distance, SHARE * (distance ?? 0)) } : {}),
    ...(answer.segments === undefined ? {} : { segments: nearSegments(given.segments, answer.segments) }),
  }).toEqual(answer);
});

test("every other world is asked here", () => {
  expect(new Set(questions.map(([, { world }]) => world))).toEqual(new Set(Object.keys(TABLE.worlds).filter((world) => world !== IN_THE_BROWSER)));
});
