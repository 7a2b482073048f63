/**
 * "May I enter?" asked of the loaded data, by the panel and by scripts.
 *
 * The data are turned into the plain ground of `access/` once, at the first question; accidents stay where they are
 * (`recorded.ts`).
 */
import { isDay } from "./access/dates.ts";
import type { CorridorRow, CoverageRow, Ground, HazardRow, OrderRow, Question, Verdict, ZoneRow } from "./access/ground.ts";
import { Legal } from "./access/legal.ts";
import { OpeningGrounds } from "./access/openings.ts";
import { Orders } from "./access/orders.ts";
import { complete } from "./access/question.ts";
import { verdict } from "./access/verdict.ts";
import type { Data, Meta } from "./data.ts";
import type { LonLat } from "./geometry.ts";
import { RecordedIncidents } from "./recorded.ts";
import type { Words } from "./words.ts";

/** What `window.mapper.verdict` takes. */
export interface PointQuestion {
  readonly lon: number;
  readonly lat: number;
  readonly uncertainty_m?: number | null;
  readonly on?: string | null;
  readonly known_by?: string | null;
  readonly who?: string | null;
}

/** What a route is asked with besides its line. */
export type Terms = Pick<PointQuestion, "uncertainty_m" | "on" | "known_by" | "who">;

/** What it gives: the answer of `mapper access`, its sentence in the page's language. */
export interface Answer extends Verdict {
  readonly sentence: string;
}

const LONG_PAST = "0001-01-01";
const QUESTION_KEYS = ["lon", "lat", "uncertainty_m", "on", "known_by", "who"];

type Cells = { readonly rows: number; get(column: never, row: number): unknown; indices(): number[] };

/** Rows of a table as plain objects of the named columns. */
function plain<T>(table: Cells, columns: readonly (keyof T & string)[]): T[] {
  return table.indices().map((row) => Object.fromEntries(columns.map((column) => [column, table.get(column as never, row)])) as unknown as T);
}

/** The day of the data; null when it is not stated, or not a day. */
export function dayOfData({ data_date }: Meta): string | null {
  return data_date !== null && isDay(data_date) ? data_date : null;
}

/** The ground of the loaded data. A limit of their age that cannot be read has passed. */
export function groundOf(data: Data): Ground {
  const staleAfter = data.meta.stale_after;
  return {
    zones: plain<ZoneRow>(data.zones, ["zone_id", "name", "admin_units", "extent", "order_ids", "accuracy_m", "geometry"]),
    orders: plain<OrderRow>(data.orders, [
      "order_id", "order_type", "applies_to", "exempt", "issued_on", "effective_from", "effective_to", "superseded_by", "refers_to",
      "recorded_on", "last_confirmed_on", "confirmed_on", "authorities", "who", "permit_rule", "key_phrase", "source_ids",
    ]),
    corridors: plain<CorridorRow>(data.corridors, ["corridor_id", "order_ids", "width_m", "accuracy_m", "geometry"]),
    hazards: plain<HazardRow>(data.hazards, ["hazard_id", "status", "product", "closed_on", "recorded_on", "accuracy_m", "geometry"]),
    incidents: new RecordedIncidents(data),
    coverage: plain<CoverageRow>(data.coverage, ["coverage_id", "name", "orders_state", "survey_state", "reporting_state", "period_start", "period_end", "geometry"]),
    dataDate: dayOfData(data.meta),
    staleAfter: staleAfter === null || isDay(staleAfter) ? staleAfter : LONG_PAST,
    lost: data.meta.lost,
  };
}

/** The verdict and what it means, and why. */
export function sentenceOf(words: Words, { verdict: code, basis, doubt_m }: Verdict): string {
  const why = words.say("access.because", { basis: words.label("basis", basis), doubt: words.metres(Math.ceil(doubt_m)) });
  return [`${words.label("verdict", code)}.`, words.definition("verdict", code) ?? "", why].filter((part) => part !== "").join(" ");
}

function checked(question: unknown): PointQuestion {
  if (typeof question !== "object" || question === null) throw new TypeError(`Ask with an object of ${QUESTION_KEYS.join(", ")}.`);
  const unknown = Object.keys(question).find((key) => !QUESTION_KEYS.includes(key));
  if (unknown !== undefined) throw new TypeError(`A question has no "${unknown}"; it has ${QUESTION_KEYS.join(", ")}.`);
  return question as PointQuestion;
}

export class Inquiry {
  private made: Ground | null = null;
  private closed: { readonly on: string; readonly known_by: string; readonly zones: readonly boolean[] } | null = null;

  constructor(private readonly data: Data, private readonly words: Words) {}

  /** Answer one question. Throws with a sentence about a question that cannot be understood. */
  ask(question: PointQuestion): Answer {
    const { lon, lat, ...rest } = checked(question);
    return this.answer({ at: [lon, lat], ...rest });
  }

  /** Which zones keep somebody out on a day, row by row. Where an order is lost, or the day is none, all do. */
  closedZones(on: string, known_by: string): readonly boolean[] {
    if (this.closed?.on !== on || this.closed.known_by !== known_by) this.closed = { on, known_by, zones: this.findClosed(on, known_by) };
    return this.closed.zones;
  }

  private findClosed(on: string, known_by: string): boolean[] {
    const ground = this.ground();
    const closed = ground.zones.map(() => true);
    if (ground.lost.orders > 0 || !isDay(on) || (known_by !== "" && !isDay(known_by))) return closed;
    const asked = complete(ground, { place: "", on, known_by: known_by || null });
    const legal = new Legal(new Orders(ground), new OpeningGrounds(ground), asked);
    return ground.zones.map((zone) => legal.actsOf(zone).length > 0);
  }

  /** Answer for a route, whose parts follow each other. Throws like `ask`. */
  along(route: readonly (readonly LonLat[])[], terms: Terms): Answer {
    return this.answer({ route, ...terms });
  }

  private ground(): Ground {
    this.made ??= groundOf(this.data);
    return this.made;
  }

  private answer(question: Question): Answer {
    const answer = verdict(this.ground(), question);
    return { ...answer, sentence: sentenceOf(this.words, answer) };
  }
}
