/** A question made complete, or refused with a sentence. */
import { isDay } from "./dates.ts";
import type { Ground, Question } from "./ground.ts";
import type { LonLat } from "../geometry.ts";
import { ALL, isImpossible, kinds, KINDS } from "./who.ts";
import type { Moment } from "./orders.ts";

/** A question that cannot be understood: an English sentence for scripts, and the code of the page's own sentence. */
export class NotUnderstood extends RangeError {
  constructor(readonly code: string, readonly values: Readonly<Record<string, string>>, message: string) {
    super(message);
    this.name = "RangeError";
  }
}

export interface Asked extends Moment {
  /** Kinds of person as they are told, joined by "+". */
  readonly who: string;
  /** Uncertainty of the position in metres. */
  readonly u: number;
}

function day(text: string, name: string): string {
  if (typeof text !== "string" || !isDay(text)) throw new NotUnderstood("question.day", { name }, `"${name}" must be a day written as YYYY-MM-DD.`);
  return text;
}

function uncertainty(value: number | null | undefined): number {
  const metres = value ?? 0;
  if (typeof metres !== "number" || !Number.isFinite(metres) || metres < 0) throw new NotUnderstood("question.uncertainty", {}, '"uncertainty_m" must be a number of metres, 0 or more.');
  return metres;
}

function persons(text: string | null | undefined): ReadonlySet<string> {
  const person = kinds(String(text ?? ""));
  if (person.size === 0) return new Set([ALL]);
  const unknown = [...person].find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (unknown !== undefined) throw new NotUnderstood("question.who", {}, `"who" must be of ${KINDS.join(", ")}, joined by "+".`);
  if (isImpossible(person)) throw new NotUnderstood("question.nobody", {}, `"who" names kinds that nobody is at once: ${[...person].join("+")}.`);
  return person;
}

/** Whether the place is one on the globe. Throws NotUnderstood when it is no pair of numbers. */
export function isOnGlobe([lon, lat]: LonLat): boolean {
  for (const [name, value] of [["lon", lon], ["lat", lat]] as const) {
    if (typeof value !== "number" || !Number.isFinite(value)) throw new NotUnderstood("question.degrees", { name }, `"${name}" must be a number of degrees.`);
  }
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

/** Fill in what was left out. Throws NotUnderstood, a RangeError, with a sentence about what cannot be understood. */
export function complete(ground: Ground, question: Question): Asked {
  const on = question.on ?? ground.dataDate;
  if (on === null) throw new NotUnderstood("question.no_day", {}, 'The data states no date: state the day as "on".');
  const person = persons(question.who);
  return {
    on: day(on, "on"),
    known_by: question.known_by === null || question.known_by === undefined ? null : day(question.known_by, "known_by"),
    person,
    who: [...person].join("+"),
    u: uncertainty(question.uncertainty_m),
  };
}
