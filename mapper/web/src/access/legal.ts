/** What the orders of a zone do to somebody on a day. */
import { isStricter, items, strictest, type OrderRow, type VerdictCode, type ZoneRow } from "./ground.ts";
import type { OpeningGrounds } from "./openings.ts";
import { isRestricting, knownKind, openingVerdict, type Orders } from "./orders.ts";
import type { Asked } from "./question.ts";
import { firstDay, lastDay } from "./dates.ts";
import type { Shape } from "./shape.ts";
import { binds, covers } from "./who.ts";

/** One order acting through a zone; null is a zone that names none. */
export interface Act {
  readonly order_id: string | null;
  /** An opening that is read as a restriction. */
  readonly opening: boolean;
  /** What it is before any opening replaces it. */
  readonly verdict: VerdictCode;
}

export class Legal {
  private readonly acts = new Map<string, Act | null>();

  constructor(
    private readonly orders: Orders,
    private readonly grounds: OpeningGrounds,
    private readonly asked: Asked,
  ) {}

  private actOf(id: string): Act | null {
    const known = this.acts.get(id);
    const act = known === undefined ? this.findAct(id) : known;
    this.acts.set(id, act);
    return act;
  }

  private findAct(id: string): Act | null {
    const order = this.orders.get(id);
    if (order === undefined) return { order_id: id, opening: false, verdict: "no_entry" };
    const { orders, asked } = this;
    const own = openingVerdict(order);
    if (own === null && !isRestricting(order)) return null;
    if (!orders.holds(order, "restriction", asked)) return null;
    if (own === null) return knownKind(order) === null || binds(order, asked.person) ? { order_id: id, opening: false, verdict: "no_entry" } : null;
    const open = orders.holds(order, "opening", asked) && covers(order, asked.person);
    return { order_id: id, opening: true, verdict: open ? own : "no_entry" };
  }

  /** The acts of a zone: none when it restricts nothing for this person on this day. */
  actsOf(zone: ZoneRow): readonly Act[] {
    const ids = [...new Set(items(zone.order_ids))];
    if (ids.length === 0) return [{ order_id: null, opening: false, verdict: "no_entry" }];
    return ids.map((id) => this.actOf(id)).filter((act): act is Act => act !== null);
  }

  private replaces(opening: OrderRow, ban: OrderRow): boolean {
    const [begun, banned] = [this.orders.start(opening, firstDay), this.orders.start(ban, lastDay)];
    return begun !== null && banned !== null && begun >= banned;
  }

  /** What the act amounts to at the asked place: a ban may be replaced by openings on whose ground the place lies. */
  at(act: Act, place: Shape | null): VerdictCode {
    const ban = act.order_id === null || act.opening ? undefined : this.orders.get(act.order_id);
    if (ban === undefined || (ban.order_type ?? "").trim() !== "ban" || place === null) return act.verdict;
    const replacing = this.orders.openings.filter(
      (opening) =>
        this.replaces(opening, ban) &&
        covers(opening, this.asked.person) &&
        this.orders.holds(opening, "opening", this.asked) &&
        this.grounds.holds(opening, place, this.asked.u),
    );
    return replacing.length === 0 ? act.verdict : strictest(...replacing.map((opening) => openingVerdict(opening) as VerdictCode));
  }

  /** The strictest of all that acts at the place. */
  strictestAt(acts: readonly Act[], place: Shape | null): VerdictCode {
    return acts.reduce<VerdictCode>((worst, act) => {
      const here = this.at(act, place);
      return isStricter(here, worst) ? here : worst;
    }, "no_restriction_recorded");
  }
}
