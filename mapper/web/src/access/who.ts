/**
 * Whom an order is for. A person is a set of kinds, a token of an order a set of kinds that are meant all at once.
 *
 * A ban counts for everyone it may mean, an opening only for those it certainly means: "all civilians" holds foreigners, so
 * a ban for foreigners binds somebody there, and an opening for citizens does not cover everybody there.
 */
import { items, type OrderRow } from "./ground.ts";

export const ALL = "all_civilians";
export const KINDS = [ALL, "residents", "citizens", "foreigners", "private_vehicles", "media", "aid_workers", "contractors", "mine_action_operator"] as const;
const DEMINER = "mine_action_operator";
/** On one axis nobody is two kinds. */
const AXES = [["citizens", "foreigners"], ["media", "aid_workers", "contractors", DEMINER]] as const;

export type Person = ReadonlySet<string>;

/** The kinds of a text like "foreigners+media". */
export function kinds(text: string): Person {
  return new Set(text.split("+").map((kind) => kind.trim()).filter((kind) => kind !== ""));
}

function disjoint(a: string, b: string): boolean {
  return a !== b && AXES.some((axis: readonly string[]) => axis.includes(a) && axis.includes(b));
}

/** Whether nobody can be all of these at once. */
export function isImpossible(person: Person): boolean {
  return [...person].some((one) => [...person].some((other) => disjoint(one, other)));
}

function every(token: string, fits: (kind: string) => boolean): boolean {
  return [...kinds(token)].every(fits);
}

/** Whether the token may mean this person. */
export function concerns(token: string, person: Person): boolean {
  return every(token, (kind) => ![...person].some((own) => disjoint(kind, own)));
}

/** Whether the token means everyone who is like this person. */
export function certainlyCovers(token: string, person: Person): boolean {
  return kinds(token).size > 0 && every(token, (kind) => person.has(kind) || (kind === ALL && !person.has(DEMINER)));
}

/** Whether all kinds of a token are the person's; a token of none, such as "+", means nobody. */
function isExempt(order: OrderRow, person: Person): boolean {
  return items(order.exempt).some((token) => kinds(token).size > 0 && every(token, (kind) => person.has(kind)));
}

/** Whether a restricting order counts for the person. */
export function binds(order: OrderRow, person: Person): boolean {
  const tokens = items(order.applies_to);
  return (tokens.length === 0 || tokens.some((token) => concerns(token, person))) && !isExempt(order, person);
}

/** Whether an opening may mean the person. */
export function isFor(order: OrderRow, person: Person): boolean {
  return items(order.applies_to).some((token) => concerns(token, person));
}

/** Whether an opening certainly means the person. */
export function covers(order: OrderRow, person: Person): boolean {
  return items(order.applies_to).some((token) => certainlyCovers(token, person)) && !isExempt(order, person);
}
