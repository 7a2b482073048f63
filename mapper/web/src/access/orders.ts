/**
 * When orders are in force, and what they do.
 *
 * The same order can be read as a restriction or as an opening, and every date that is not a day is read towards the stricter
 * answer: a restriction begins early and ends late, an opening begins late and ends early. A date that is filled and gives no
 * day is stated and unknown: no other date stands in for it, a restriction has always begun and never ends, and no opening holds.
 */
import { dayBefore, daysBetween, firstDay, isUnusable, lastDay } from "./dates.ts";
import { items, type Ground, type OrderRow, type OrderTold, type VerdictCode } from "./ground.ts";
import type { Person } from "./who.ts";

/** The day that is asked for, what was known by then, and who asks. */
export interface Moment {
  readonly on: string;
  readonly known_by: string | null;
  readonly person: Person;
}

/** How an order is read. */
export type As = "restriction" | "opening";

/** The kinds of `mapper/terms/order_type.json`. */
export const TYPE_KIND: Readonly<Record<string, string>> = {
  ban: "total_ban",
  site_closure: "total_ban",
  curfew: "curfew",
  permit_rule: "corridor_only",
  permit_extension: "corridor_only",
  opening_with_limit: "permit_only",
  escorted_only: "escorted_only",
  relaxation: "limit_change",
  warning: "advisory",
  warning_with_sanctions: "advisory",
  conduct_rules: "condition",
  lifted: "lifted",
};
/** The kinds of `mapper/terms/restriction_kind.json` that are openings. */
export const OPENING_VERDICT: Readonly<Record<string, VerdictCode>> = {
  corridor_only: "corridor_only",
  permit_only: "permit_only",
  escorted_only: "corridor_only",
};
const UNCONFIRMED_DAYS = 365;

/** The kind of an order; null when its type is blank or unknown. */
export function knownKind(order: OrderRow): string | null {
  const type = (order.order_type ?? "").trim();
  return Object.prototype.hasOwnProperty.call(TYPE_KIND, type) ? (TYPE_KIND[type] as string) : null;
}

/** The kind of an order, or of no order at all: what is not understood is a total ban. */
export function kindOf(order: OrderRow | undefined): string {
  return (order === undefined ? null : knownKind(order)) ?? "total_ban";
}

/** What an opening lets happen; null for every other order. */
export function openingVerdict(order: OrderRow): VerdictCode | null {
  return OPENING_VERDICT[kindOf(order)] ?? null;
}

export function isRestricting(order: OrderRow): boolean {
  return ["total_ban", "curfew"].includes(kindOf(order));
}

/** Orders of a ground by id, and the later orders that end each. */
export class Orders {
  private readonly rows: ReadonlyMap<string, OrderRow>;
  private readonly places: ReadonlyMap<string, number>;
  readonly openings: readonly OrderRow[];
  /** Ids of the orders that are named as ending each; a `lifted` order names what it ends. */
  private readonly endedBy = new Map<string, readonly string[]>();
  /** Dates on which another order named an order, and so confirmed it. */
  private readonly confirmed = new Map<string, readonly string[]>();

  constructor(private readonly ground: Pick<Ground, "orders" | "dataDate" | "lost">) {
    this.rows = new Map(ground.orders.map((order) => [order.order_id, order]));
    this.places = new Map(ground.orders.map((order, place) => [order.order_id, place]));
    this.openings = ground.orders.filter((order) => openingVerdict(order) !== null);
    for (const order of ground.orders) this.put(this.endedBy, order.order_id, ...items(order.superseded_by));
    for (const order of ground.orders) for (const named of items(order.refers_to)) this.note(order, named);
    this.dropCircles();
  }

  private put(lists: Map<string, readonly string[]>, key: string, ...values: readonly string[]): void {
    lists.set(key, [...(lists.get(key) ?? []), ...values]);
  }

  private note(order: OrderRow, named: string): void {
    if (kindOf(order) === "lifted") this.put(this.endedBy, named, order.order_id);
    else this.put(this.confirmed, named, order.issued_on ?? order.effective_from ?? "");
  }

  /** Whether the order is ended by itself, by way of others. */
  private isCircular(id: string): boolean {
    const reached = new Set<string>();
    const left = [...(this.endedBy.get(id) ?? [])];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      left.push(...(this.endedBy.get(next) ?? []));
    }
    return reached.has(id);
  }

  /** Orders that end each other in a circle end nobody in it: nothing tells which was the last. */
  private dropCircles(): void {
    const circular = new Set([...this.endedBy.keys()].filter((id) => this.isCircular(id)));
    for (const id of circular) this.endedBy.set(id, (this.endedBy.get(id) ?? []).filter((ender) => !circular.has(ender)));
  }

  get(id: string): OrderRow | undefined {
    return this.rows.get(id);
  }

  /** Ids in the order of the table; what the table does not hold comes last. */
  sorted(ids: Iterable<string>): string[] {
    const place = (id: string) => this.places.get(id) ?? Infinity;
    return [...new Set(ids)].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }

  private startText(order: OrderRow): string | null | undefined {
    return (order.effective_from ?? "").trim() === "" ? order.issued_on : order.effective_from;
  }

  /** First or last day of the order's beginning; null when not stated. */
  start(order: OrderRow, edge: typeof firstDay): string | null {
    return edge(this.startText(order));
  }

  /** Whether the map had heard of the order. */
  private wasKnown(order: OrderRow, edge: typeof firstDay, { known_by }: Moment): boolean {
    if (known_by === null) return true;
    const recorded = edge(order.recorded_on);
    if (recorded !== null) return recorded <= known_by;
    return this.ground.dataDate !== null && known_by >= this.ground.dataDate;
  }

  private enders(order: OrderRow): (OrderRow | undefined)[] {
    return (this.endedBy.get(order.order_id) ?? []).map((id) => this.rows.get(id));
  }

  /** Whether the stated end certainly lies before the beginning. */
  private endsBeforeItBegins(order: OrderRow): boolean {
    const [start, end] = [this.start(order, firstDay), lastDay(order.effective_to)];
    return start !== null && end !== null && end < start;
  }

  /** The last day that is stated; an end before the beginning is none. */
  private statedEnd(order: OrderRow): string | null {
    return this.endsBeforeItBegins(order) ? null : lastDay(order.effective_to);
  }

  /** The first day on which a later order has ended this one as a restriction; null when none has a day. */
  private endedOn(order: OrderRow, moment: Moment): string | null {
    const days = this.enders(order)
      .filter((later): later is OrderRow => later !== undefined && this.wasKnown(later, lastDay, moment))
      .map((later) => this.start(later, lastDay))
      .filter((day): day is string => day !== null);
    return days.sort()[0] ?? null;
  }

  /** A later order that is not to be found, or has no day, ends an opening at once. */
  private openingHasEnded(order: OrderRow, moment: Moment): boolean {
    return this.enders(order).some((later) => {
      if (later === undefined) return true;
      const day = this.start(later, firstDay);
      return this.wasKnown(later, firstDay, moment) && (day === null || moment.on >= day);
    });
  }

  private holdsAsRestriction(order: OrderRow, moment: Moment): boolean {
    if (knownKind(order) === null) return true;
    const start = this.start(order, firstDay);
    if (!this.wasKnown(order, firstDay, moment) || (start !== null && start > moment.on)) return false;
    if (isUnusable(order.effective_to)) return true;
    const end = this.statedEnd(order);
    if (end !== null) return moment.on <= end;
    const ended = this.endedOn(order, moment);
    return ended === null || moment.on < ended;
  }

  private holdsAsOpening(order: OrderRow, moment: Moment): boolean {
    const start = this.start(order, lastDay);
    const end = firstDay(order.effective_to);
    return (
      // An order that is lost may have ended any opening.
      this.ground.lost.orders === 0 &&
      !isUnusable(order.effective_from) && !isUnusable(order.effective_to) &&
      !this.endsBeforeItBegins(order) &&
      this.wasKnown(order, lastDay, moment) &&
      start !== null && start <= moment.on &&
      (end === null || moment.on <= end) &&
      !this.openingHasEnded(order, moment)
    );
  }

  /** Whether the order is known and in force, read in one of the two ways. */
  holds(order: OrderRow, as: As, moment: Moment): boolean {
    return as === "opening" ? this.holdsAsOpening(order, moment) : this.holdsAsRestriction(order, moment);
  }

  /** The beginning and the end as they are told; null when not stated. */
  period(order: OrderRow, moment: Moment): { readonly valid_from: string | null; readonly valid_to: string | null } {
    const end = this.statedEnd(order) === null ? null : (order.effective_to as string);
    const ended = isUnusable(order.effective_to) ? null : this.endedOn(order, moment);
    return {
      valid_from: this.start(order, firstDay) === null ? null : (this.startText(order) as string),
      valid_to: end ?? (ended === null ? null : dayBefore(ended)),
    };
  }

  /** The order as it is told; of one that the data do not hold, what is taken for it. */
  told(id: string, moment: Moment): OrderTold {
    const order = this.rows.get(id);
    return {
      id,
      kind: kindOf(order),
      type: order?.order_type || null,
      ...(order === undefined ? { valid_from: null, valid_to: null } : this.period(order, moment)),
      authorities: order?.authorities || null,
      who: order?.who || null,
      permit: order?.permit_rule || null,
      quote: order?.key_phrase || null,
      source: order?.source_ids || null,
    };
  }

  /** It has begun, no end is stated, and it was neither issued nor confirmed within a year before the day. */
  isUnconfirmed(order: OrderRow, moment: Moment): boolean {
    const begun = this.start(order, firstDay);
    if (this.period(order, moment).valid_to !== null || (begun !== null && begun > moment.on)) return false;
    const named = [order.last_confirmed_on, ...items(order.confirmed_on), ...(this.confirmed.get(order.order_id) ?? [])];
    const spans = [[begun, this.start(order, lastDay)], ...named.map((date) => [firstDay(date), lastDay(date)])] as const;
    return !spans.some(([first, last]) => {
      if (first == null || last == null || first > moment.on) return false;
      return daysBetween(last < moment.on ? last : moment.on, moment.on) <= UNCONFIRMED_DAYS;
    });
  }
}
