/**
 * The time bar: the days between which accidents are shown, and the day as of which orders are. Its end is the day asked about.
 *
 * Two sliders, so that every day can be reached by keys; buttons go from mark to mark and play through the days.
 */
import type { Data } from "../data.ts";
import { dateInWords } from "../dates.ts";
import { button, el } from "../elements.ts";
import type { Store, ViewState } from "../state.ts";
import type { Words } from "../words.ts";
import { dayNumber, dayOf, type Mark } from "./days.ts";
import { YearChoice } from "./frames.ts";

const STEPS = 60;
const STEP_MS = 350;

export interface TimeNeeds {
  readonly data: Data;
  readonly words: Words;
  readonly store: Store;
  readonly span: readonly [first: string, last: string];
  readonly marks: readonly Mark[];
}

/** The period of a state within the span. */
function periodOf({ choice: { from, to } }: ViewState, [first, last]: TimeNeeds["span"]): readonly [string, string] {
  return [from === "" ? first : from, to === "" ? last : to];
}

/** The state of a period; its whole span is no choice at all. */
export function choosePeriod({ store, span: [first, last] }: TimeNeeds, from: string, to: string): void {
  const choice = { ...store.state.choice, from: from <= first ? "" : from, to: to >= last ? "" : to };
  store.set({ choice, on: to >= last ? last : to });
}

function slider(code: string, { words, span: [first, last] }: TimeNeeds, onMove: (day: string) => void): HTMLInputElement {
  const input = el("input", { type: "range", class: `mapper-slider mapper-slider-${code}`, "aria-label": words.say(`time.${code}`) });
  [input.min, input.max, input.step] = [String(dayNumber(first)), String(dayNumber(last)), "1"];
  input.addEventListener("input", () => onMove(dayOf(Number(input.value))));
  return input;
}

function markLine({ words, span: [first, last], marks }: TimeNeeds): HTMLElement {
  const [start, end] = [dayNumber(first), dayNumber(last)];
  const ticks = marks.filter(({ day }) => day >= first && day <= last).map(({ day, kind, text }) => {
    const tick = el("span", { class: `mapper-tick mapper-tick-${kind}`, title: `${dateInWords(words, day)}: ${text}` });
    tick.style.left = `${(100 * (dayNumber(day) - start)) / (end - start)}%`;
    return tick;
  });
  return el("div", { class: "mapper-ticks", "aria-hidden": "true" }, ...ticks);
}

export class TimeBar {
  readonly element: HTMLElement;
  private readonly sliders: readonly [HTMLInputElement, HTMLInputElement];
  private readonly said = el("p", { class: "mapper-time-said" });
  private readonly play: HTMLButtonElement;
  private readonly years: YearChoice;
  private timer = 0;

  constructor(private readonly needs: TimeNeeds) {
    const { words } = needs;
    const from = slider("from", needs, (day) => this.choose(day, Math.max(dayNumber(this.period[1]), dayNumber(day))));
    const to = slider("to", needs, (day) => this.choose(dayOf(Math.min(dayNumber(this.period[0]), dayNumber(day))), dayNumber(day)));
    this.sliders = [from, to];
    this.play = button({ class: "mapper-small-button" }, () => this.toggle(), words.say("time.play"));
    this.years = new YearChoice(words, needs.data, needs.span, (first, last) => this.choose(first || needs.span[0], dayNumber(last || needs.span[1])));
    const step = (code: string, go: () => void, sign: string) => button({ class: "mapper-small-button", "aria-label": words.say(code), title: words.say(code) }, go, sign);
    this.element = el(
      "section",
      { class: "mapper-time", "aria-label": words.say("time.name") },
      this.said,
      markLine(needs),
      el("div", { class: "mapper-sliders" }, from, to),
      el(
        "div",
        { class: "mapper-group-buttons" },
        step("time.previous", () => this.toMark(-1), "\u25c0"),
        this.play,
        step("time.next", () => this.toMark(1), "\u25b6"),
        button({ class: "mapper-small-button" }, () => this.choose(needs.span[0], dayNumber(needs.span[1])), words.say("time.all")),
      ),
      this.years.element,
    );
    this.renew();
  }

  /** Stand as the state does. */
  renew(): void {
    const { words } = this.needs;
    const [from, to] = this.period;
    [this.sliders[0].value, this.sliders[1].value] = [String(dayNumber(from)), String(dayNumber(to))];
    for (const [at, day] of [from, to].entries()) this.sliders[at]?.setAttribute("aria-valuetext", dateInWords(words, day));
    this.years.renew(this.needs.store.state.choice);
    this.said.textContent = words.say("time.said", { from: dateInWords(words, from), to: dateInWords(words, to), on: dateInWords(words, this.needs.store.state.on) });
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.timer = 0;
    this.play.textContent = this.needs.words.say("time.play");
  }

  private get period(): readonly [string, string] {
    return periodOf(this.needs.store.state, this.needs.span);
  }

  private choose(from: string, to: number): void {
    choosePeriod(this.needs, from, dayOf(to));
  }

  /** The end goes to the mark before or after it. */
  private toMark(direction: 1 | -1): void {
    const [from, to] = this.period;
    const days = this.needs.marks.map(({ day }) => day);
    const next = direction === 1 ? days.find((day) => day > to) : days.reverse().find((day) => day < to);
    const day = next ?? this.needs.span[direction === 1 ? 1 : 0];
    this.choose(from < day ? from : this.needs.span[0], dayNumber(day));
  }

  private toggle(): void {
    if (this.timer !== 0) {
      this.stop();
      return;
    }
    const [first, last] = this.needs.span;
    if (this.period[1] >= last) this.choose(this.period[0], dayNumber(this.period[0]));
    const stride = Math.max(1, Math.ceil((dayNumber(last) - dayNumber(first)) / STEPS));
    this.play.textContent = this.needs.words.say("time.stop");
    this.timer = window.setInterval(() => {
      const next = Math.min(dayNumber(this.period[1]) + stride, dayNumber(last));
      this.choose(this.period[0], next);
      if (next >= dayNumber(last)) this.stop();
    }, STEP_MS);
  }
}
