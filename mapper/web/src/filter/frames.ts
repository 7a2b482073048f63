/**
 * Which density belongs to the chosen days: that of all dates, that of one whole calendar year, or none.
 *
 * Densities are computed before the page, over all dates and over whole years. One of other days is never put in their place.
 */
import type { Data, FrameMeta } from "../data.ts";
import { el } from "../elements.ts";
import type { Words } from "../words.ts";
import type { Choice } from "./choice.ts";

/** The density of all dates by "", of a year by its number, and none by null. */
export type FrameName = string | null;
export const ALL_DATES = "";
/** First and last day that can be chosen; null where nothing is dated. */
export type Span = readonly [first: string, last: string] | null;

export function yearOf({ from }: FrameMeta): string {
  return from.slice(0, 4);
}

function framesOf({ meta }: Data): readonly FrameMeta[] {
  return meta.density?.frames ?? [];
}

/** The years that have a density. */
export function drawnYears(data: Data): string[] {
  return framesOf(data).filter(({ refused }) => refused === null).map(yearOf);
}

/** What is told of the density of a year; null of all dates, and where none is drawn. */
export function metaOf(data: Data, frame: FrameName): FrameMeta | null {
  return framesOf(data).find((one) => yearOf(one) === frame) ?? null;
}

/** The days of a frame that can be chosen; null where none can. */
function daysOf({ from, to }: FrameMeta, span: Span): readonly [from: string, to: string] | null {
  const [first, last] = span ?? [from, to];
  const days = [from < first ? first : from, to > last ? last : to] as const;
  return days[0] <= days[1] ? days : null;
}

/** The years with a density whose days can be chosen, and these days. */
export function choices(data: Data, span: Span): { readonly year: string; readonly from: string; readonly to: string }[] {
  return framesOf(data).filter(({ refused }) => refused === null).flatMap((frame) => {
    const days = daysOf(frame, span);
    return days === null ? [] : [{ year: yearOf(frame), from: days[0], to: days[1] }];
  });
}

/** The density of the chosen days: of a year only where they are all its days that can be chosen. */
export function frameOf(data: Data, { from, to }: Choice, spanOf: () => Span): FrameName {
  if (from === "" && to === "") return ALL_DATES;
  const span = spanOf();
  const [first, last] = [from || (span?.[0] ?? ""), to || (span?.[1] ?? "")];
  const found = framesOf(data).find((frame) => {
    const days = daysOf(frame, span);
    return days !== null && days[0] === first && days[1] === last;
  });
  return found === undefined ? null : yearOf(found);
}

/** Why no density is drawn on the chosen days, and which there are; "" where one is drawn. */
export function frameInWords(data: Data, words: Words, frame: FrameName): string {
  const isDrawn = frame === ALL_DATES || metaOf(data, frame)?.refused === null;
  if (isDrawn || data.meta.density === null || data.meta.density.refused !== null) return "";
  const years = drawnYears(data);
  return years.length === 0 ? words.say("frames.none") : words.say("frames.hidden", { years: years.join(", ") });
}

/** The choice of a whole year; null where no year has a density. `choose` takes "" as an open end. */
export class YearChoice {
  readonly element: HTMLElement | null;
  private readonly select: HTMLSelectElement;
  private readonly other: HTMLOptionElement;

  constructor(words: Words, private readonly data: Data, private readonly span: Span, choose: (from: string, to: string) => void) {
    const option = (value: string, text: string) => {
      const one = el("option", {}, text);
      one.value = value;
      return one;
    };
    const years = choices(data, span);
    this.other = option("other", words.say("frames.other"));
    this.select = el("select", { "data-time": "year" }, option(ALL_DATES, words.say("time.all")), ...years.map(({ year }) => option(year, year)), this.other);
    this.select.addEventListener("change", () => {
      const year = years.find((one) => one.year === this.select.value);
      if (this.select.value !== this.other.value) choose(year?.from ?? "", year?.to ?? "");
    });
    this.element = years.length === 0 ? null : el("label", { class: "mapper-field mapper-years" }, el("span", {}, words.say("frames.choose")), this.select);
  }

  /** Stand as the state does; days that are no year with a density are other days. */
  renew(choice: Choice): void {
    const frame = frameOf(this.data, choice, () => this.span);
    const isKnown = frame === ALL_DATES || metaOf(this.data, frame)?.refused === null;
    this.other.hidden = isKnown;
    this.other.disabled = isKnown;
    this.select.value = isKnown ? (frame ?? ALL_DATES) : this.other.value;
  }
}
