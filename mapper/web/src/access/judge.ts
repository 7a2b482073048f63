/**
 * The answer for one place that is judged as a whole: a point, an area, a piece of a route, or a name without an outline.
 *
 * Everything that acts there is an item. Items are gathered first and weighed afterwards, so that answers of several places
 * can be put together and the order of the layers never matters.
 */
import { accidentsNear } from "./accidents.ts";
import { isListed } from "./coverage.ts";
import { firstDay, lastDay } from "./dates.ts";
import {
  BASES, districtsOf, isStricter, strictest, VERDICTS,
  type AccidentEntry, type Basis, type CoverageEntry, type Ground, type HazardEntry, type HazardRow, type IncidentRow, type OpeningEntry, type Relation, type VerdictCode, type ZoneEntry, type ZoneRow,
} from "./ground.ts";
import { Legal, type Act } from "./legal.ts";
import { OpeningGrounds } from "./openings.ts";
import { Orders } from "./orders.ts";
import type { Asked } from "./question.ts";
import { leastMetres, shapeOf, type Shape } from "./shape.ts";
import { isFor } from "./who.ts";

export const NEAR_M = 1000;

export interface Item {
  readonly verdict: VerdictCode;
  readonly axis: "legal" | "physical";
  readonly basis: Basis;
  readonly distance_m: number;
  readonly accuracy_m: number;
}

/** What acts at a place, before it is weighed. */
export interface Judged {
  readonly legal: VerdictCode;
  readonly physical: VerdictCode;
  /** Whether a blank says anything, by axis. */
  readonly covered: boolean;
  readonly items: readonly Item[];
  /** Orders that act here, each with the nearest relation. */
  readonly orders: ReadonlyMap<string, Relation>;
  readonly openings: readonly OpeningEntry[];
  readonly zones: readonly ZoneEntry[];
  readonly hazards: readonly HazardEntry[];
  readonly accidents: readonly AccidentEntry[];
  readonly coverage: readonly CoverageEntry[];
}

/** A zone that restricts the person on the day, wherever it is. */
interface ActiveZone {
  readonly zone: ZoneRow;
  readonly shape: Shape | null;
  readonly acts: readonly Act[];
  readonly accuracy_m: number;
}

export interface Nearest {
  readonly distance_m: number;
  readonly accuracy_m: number;
}

/** A hazard that was known. */
interface Hazard {
  readonly row: HazardRow;
  readonly shape: Shape;
  readonly accuracy_m: number;
  readonly released: boolean;
}

function relationAt(distance_m: number, doubt_m: number): Relation | null {
  if (distance_m === 0) return "inside";
  if (distance_m <= doubt_m) return "within_doubt";
  return distance_m <= doubt_m + NEAR_M ? "near" : null;
}

function zoneBasis(zone: ZoneRow, relation: Relation): Basis {
  return relation === "inside" && (zone.extent === "part" || zone.extent === "interpreted") ? "part_of_district" : relation;
}

function wasRecorded(recorded_on: string | null | undefined, known_by: string | null): boolean {
  if (known_by === null) return true;
  const day = firstDay(recorded_on);
  return day === null || day <= known_by;
}

/** Closed or released by the day and known to be; a closing day that is not stated is the day of the data. */
function isReleased({ status, product, closed_on }: HazardRow, { on, known_by }: Asked, dataDate: string | null): boolean {
  const state = (status ?? "").trim();
  if (state !== "closed" && !(state === "" && (product ?? "").trim() !== "")) return false;
  const closed = lastDay(closed_on) ?? dataDate;
  return closed === null || (closed <= on && (known_by === null || closed <= known_by));
}

/** The relation that counts more: the one that comes first. */
function nearer(a: Relation | undefined, b: Relation): Relation {
  return a === undefined || BASES.indexOf(b) < BASES.indexOf(a) ? b : a;
}

/** The item that decides; undefined when there is none. */
export function deciding(items: readonly Item[]): Item | undefined {
  const keys = ({ verdict, axis, basis, distance_m, accuracy_m }: Item) =>
    [-VERDICTS.indexOf(verdict), axis === "legal" ? 0 : 1, BASES.indexOf(basis), distance_m, -accuracy_m] as const;
  return [...items].sort((a, b) => {
    const [first, second] = [keys(a), keys(b)];
    const differing = first.findIndex((key, i) => key !== second[i]);
    return differing < 0 ? 0 : (first[differing] as number) - (second[differing] as number);
  })[0];
}

/** Asks one ground about one person on one day. */
export class Judge {
  readonly orders: Orders;
  private readonly grounds: OpeningGrounds;
  private readonly legal: Legal;
  private readonly active: readonly ActiveZone[];
  private readonly hazards: readonly Hazard[];
  private readonly coverage: readonly Shape[];

  constructor(private readonly ground: Ground, readonly asked: Asked) {
    this.orders = new Orders(ground);
    this.grounds = new OpeningGrounds(ground);
    this.legal = new Legal(this.orders, this.grounds, asked);
    this.active = ground.zones
      .map((zone) => ({ zone, shape: shapeOf(zone.geometry), acts: this.legal.actsOf(zone), accuracy_m: zone.accuracy_m ?? 0 }))
      .filter(({ acts }) => acts.length > 0);
    this.hazards = ground.hazards.filter((row) => wasRecorded(row.recorded_on, asked.known_by)).flatMap((row) => {
      const shape = shapeOf(row.geometry);
      return shape === null ? [] : [{ row, shape, accuracy_m: row.accuracy_m ?? 0, released: isReleased(row, asked, ground.dataDate) }];
    });
    this.coverage = this.coverageNow();
  }

  private coverageNow(): Shape[] {
    const { ground: { coverage, staleAfter }, asked: { on, known_by } } = this;
    if (staleAfter !== null && on > staleAfter) return [];
    return coverage
      .filter((row) => isListed(row, on, known_by))
      .map(({ geometry }) => shapeOf(geometry))
      .filter((shape): shape is Shape => shape !== null);
  }

  /** Covered ground, where no record is lost: one that might have acted on either axis leaves both unassessed. */
  private coveredAt(place: Shape): boolean {
    const { legal, physical } = this.ground.lost;
    return legal === 0 && physical === 0 && this.coverage.some((shape) => shape.holds(place, this.asked.u));
  }

  /** Every row that holds the place, of whatever state and time. */
  private coverageAt(place: Shape): CoverageEntry[] {
    return this.ground.coverage
      .filter(({ geometry }) => shapeOf(geometry)?.holds(place, 0) ?? false)
      .map(({ coverage_id, name, orders_state, survey_state, reporting_state, period_start, period_end }) => ({
        id: coverage_id,
        name: name || null,
        orders_state: orders_state || null,
        survey_state: survey_state || null,
        reporting_state: reporting_state || null,
        period_start: period_start || null,
        period_end: period_end || null,
      }));
  }

  /** The nearest of some shapes; undefined when there is none. */
  private nearest(place: Shape, shapes: readonly { readonly shape: Shape | null; readonly accuracy_m: number }[]): Nearest | undefined {
    let best: Nearest | undefined;
    const sorted = shapes
      .flatMap(({ shape, accuracy_m }) => (shape === null ? [] : [{ shape, accuracy_m, least: leastMetres(place.box, shape.box) }]))
      .sort((a, b) => a.least - b.least);
    for (const { shape, accuracy_m, least } of sorted) {
      if (best !== undefined && least > best.distance_m) break;
      const distance_m = place.metresTo(shape, best?.distance_m);
      const isNearer = best === undefined || distance_m < best.distance_m || (distance_m === best.distance_m && accuracy_m > best.accuracy_m);
      if (isNearer) best = { distance_m, accuracy_m };
    }
    return best;
  }

  nearestZone(place: Shape): Nearest | undefined {
    return this.nearest(place, this.active);
  }

  nearestHazard(place: Shape): Nearest | undefined {
    return this.nearest(place, this.hazards.filter(({ released }) => !released));
  }

  private relationOf(place: Shape, shape: Shape, accuracy_m: number): { readonly relation: Relation; readonly distance_m: number } | null {
    const doubt_m = accuracy_m + this.asked.u;
    const distance_m = place.metresTo(shape, doubt_m + NEAR_M);
    const relation = relationAt(distance_m, doubt_m);
    return relation === null ? null : { relation, distance_m };
  }

  private zoneItem({ zone, acts, accuracy_m }: ActiveZone, relation: Relation, distance_m: number, place: Shape | null): Item {
    const verdict = relation === "near" ? "near_restricted" : this.legal.strictestAt(acts, place);
    return { verdict, axis: "legal", basis: zoneBasis(zone, relation), distance_m, accuracy_m };
  }

  private openingsAt(place: Shape | null): OpeningEntry[] {
    const { asked, grounds } = this;
    return this.orders.openings
      .filter((order) => isFor(order, asked.person) && this.orders.holds(order, "opening", asked))
      .filter((order) => !grounds.hasGeometry(order) || (place !== null && grounds.isNear(order, place, asked.u, NEAR_M)))
      .map((order) => {
        const why_not = grounds.whyNot(order, place, asked.u, asked.person);
        return { ...this.orders.told(order.order_id, asked), applies: why_not === null, why_not };
      });
  }

  /** Zones with how they lie to the place, put together. */
  private weighLegal(found: readonly { readonly active: ActiveZone; readonly relation: Relation; readonly distance_m: number | null }[], place: Shape | null) {
    const orders = new Map<string, Relation>();
    for (const { active, relation } of found) {
      for (const { order_id } of active.acts) if (order_id !== null) orders.set(order_id, nearer(orders.get(order_id), relation));
    }
    const restricts = found.some(({ relation }) => relation !== "near");
    return {
      orders,
      openings: restricts ? this.openingsAt(place) : [],
      zones: found.map(({ active, relation, distance_m }): ZoneEntry => ({ id: active.zone.zone_id, relation, distance_m })),
      items: found.map(({ active, relation, distance_m }) => this.zoneItem(active, relation, distance_m ?? 0, place)),
    };
  }

  private hazardsAt(place: Shape): { readonly entries: HazardEntry[]; readonly items: Item[] } {
    const [entries, items]: [HazardEntry[], Item[]] = [[], []];
    for (const { row, shape, accuracy_m, released } of this.hazards) {
      const at = this.relationOf(place, shape, accuracy_m);
      if (at === null) continue;
      entries.push({ id: row.hazard_id, ...at, counts: !released });
      const verdict = at.relation === "near" ? "near_restricted" : "hazard_recorded";
      if (!released) items.push({ verdict, axis: "physical", basis: at.relation, distance_m: at.distance_m, accuracy_m });
    }
    return { entries, items };
  }

  private accidentsAt(place: Shape): { readonly entries: AccidentEntry[]; readonly items: Item[] } {
    const [entries, items]: [AccidentEntry[], Item[]] = [[], []];
    for (const { row, distance_m, radius_m } of accidentsNear(this.ground.incidents, place, this.asked.u + NEAR_M)) {
      if (!wasRecorded(row.recorded_on, this.asked.known_by)) continue;
      entries.push({ id: row.incident_id, distance_m });
      items.push({ verdict: "near_restricted", axis: "physical", basis: "near", distance_m, accuracy_m: radius_m });
    }
    return { entries, items };
  }

  /** Everything that acts at a place with an outline; `leftOut` are zones that are told not to act there. */
  at(place: Shape, leftOut: ReadonlySet<ZoneRow> = new Set()): Judged {
    const found = this.active.flatMap((active) => {
      const at = active.shape === null || leftOut.has(active.zone) ? null : this.relationOf(place, active.shape, active.accuracy_m);
      return at === null ? [] : [{ active, ...at }];
    });
    const legal = this.weighLegal(found, place);
    const [hazards, accidents] = [this.hazardsAt(place), this.accidentsAt(place)];
    const physical = [...hazards.items, ...accidents.items];
    const covered = this.coveredAt(place);
    const without = covered ? "no_restriction_recorded" : "not_assessed";
    return {
      ...legal,
      covered,
      items: [...legal.items, ...physical],
      legal: legal.items.length > 0 ? strictest(...legal.items.map(({ verdict }) => verdict)) : without,
      physical: physical.length > 0 ? strictest(...physical.map(({ verdict }) => verdict)) : without,
      hazards: hazards.entries,
      accidents: accidents.entries,
      coverage: this.coverageAt(place),
    };
  }

  private accidentsWhere(isWanted: (row: IncidentRow) => boolean): IncidentRow[] {
    const { incidents } = this.ground;
    const found: IncidentRow[] = [];
    for (let index = 0; index < incidents.length; index++) if (isWanted(incidents.at(index))) found.push(incidents.at(index));
    return found;
  }

  /** What acts where only names are known: zones without an outline, and accidents that name the district. */
  atNames(zones: readonly ZoneRow[], names: ReadonlySet<string>): Judged {
    const found = this.active.filter(({ zone }) => zones.includes(zone)).map((active) => ({ active, relation: "no_geometry" as const, distance_m: null }));
    const legal = this.weighLegal(found, null);
    const isNamed = (name: string) => names.has(name.normalize("NFC").trim());
    const accidents = this.accidentsWhere((row) => wasRecorded(row.recorded_on, this.asked.known_by) && districtsOf(row).some(isNamed));
    const near = accidents.map((): Item => ({ verdict: "near_restricted", axis: "physical", basis: "near", distance_m: 0, accuracy_m: 0 }));
    return {
      ...legal,
      covered: false,
      items: [...legal.items, ...near],
      legal: legal.items.length > 0 ? strictest(...legal.items.map(({ verdict }) => verdict)) : "not_assessed",
      physical: near.length > 0 ? "near_restricted" : "not_assessed",
      hazards: [],
      accidents: accidents.map(({ incident_id }) => ({ id: incident_id, distance_m: null })),
      coverage: [],
    };
  }
}

function nearestById<T extends { readonly id: string; readonly distance_m: number | null }>(entries: readonly T[]): T[] {
  const byId = new Map<string, T>();
  for (const entry of entries) {
    const known = byId.get(entry.id);
    if (known === undefined || (entry.distance_m ?? 0) < (known.distance_m ?? 0)) byId.set(entry.id, entry);
  }
  return [...byId.values()].sort((a, b) => (a.distance_m ?? 0) - (b.distance_m ?? 0));
}

/** An opening applies to the whole only where it applies to every part that it was listed for. */
function mergeOpenings(entries: readonly OpeningEntry[]): OpeningEntry[] {
  const byId = new Map<string, OpeningEntry>();
  for (const entry of entries) if (byId.get(entry.id)?.applies !== false) byId.set(entry.id, entry);
  return [...byId.values()];
}

/** Several places as one: the strictest, and all that acts at any of them. */
export function together(parts: readonly Judged[]): Judged {
  const orders = new Map<string, Relation>();
  for (const part of parts) for (const [id, relation] of part.orders) orders.set(id, nearer(orders.get(id), relation));
  return {
    legal: strictest(...parts.map(({ legal }) => legal)),
    physical: strictest(...parts.map(({ physical }) => physical)),
    covered: parts.every(({ covered }) => covered),
    items: parts.flatMap(({ items }) => items),
    orders,
    openings: mergeOpenings(parts.flatMap(({ openings }) => openings)),
    zones: nearestById(parts.flatMap(({ zones }) => zones)),
    hazards: nearestById(parts.flatMap(({ hazards }) => hazards)),
    accidents: nearestById(parts.flatMap(({ accidents }) => accidents)),
    coverage: [...new Map(parts.flatMap(({ coverage }) => coverage).map((entry) => [entry.id, entry])).values()],
  };
}

/** Both axes as one. */
export function verdictOf({ legal, physical }: Pick<Judged, "legal" | "physical">): VerdictCode {
  return isStricter(physical, legal) ? physical : legal;
}
