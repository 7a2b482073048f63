/** The page around the map: head line, warning bars, and the drawer that is a side panel or, on a phone, a bottom sheet. */
import type { Meta } from "./data.ts";
import { dateInWords, isClockWrong, isoDate, isStale } from "./dates.ts";
import { button, el } from "./elements.ts";
import type { Words } from "./words.ts";

const NARROW = "(max-width: 760px)";
const LOW = "(max-width: 900px), (max-height: 700px)";
/** The drawer's section that the head line leads to. */
export const ASSUMED_ID = "mapper-assumed";

export function isNarrow(): boolean {
  return window.matchMedia?.(NARROW).matches ?? false;
}

/** Whether an open drawer would leave the map little room, as in a notebook's frame. */
export function isLow(): boolean {
  return window.matchMedia?.(LOW).matches ?? false;
}

/** Sentences that must stay in sight: a private map, an incomplete one, an old one, a clock that cannot be right. */
export function warnings(words: Words, meta: Meta, now: Date): string[] {
  const today = isoDate(now);
  const bars: string[] = [];
  const bar = (text: string) => bars.push(text);
  if (meta.private) bar(words.say("bar.private"));
  if (!meta.complete) bar(words.say("bar.incomplete", { n: meta.incomplete_zones }));
  const { data_date, stale_after } = meta;
  if (stale_after !== null && isStale(today, stale_after)) bar(words.say("bar.stale", { date: dateInWords(words, stale_after) }));
  if (data_date !== null && isClockWrong(today, data_date)) bar(words.say("bar.clock", { date: dateInWords(words, data_date) }));
  return bars;
}

export function warningBars(words: Words, meta: Meta, now: Date): HTMLElement[] {
  return warnings(words, meta, now).map((text) => el("p", { class: "mapper-bar", role: "alert" }, text));
}

export interface Frame {
  readonly element: HTMLElement;
  readonly map: HTMLElement;
  readonly stage: HTMLElement;
  /** Holds the stage and the drawer. */
  readonly room: HTMLElement;
  readonly drawer: HTMLElement;
  open(opened: boolean): void;
  /** Write every word of the frame itself anew; `tools` stand at the end of the head line. */
  dress(tools: readonly HTMLElement[]): void;
}

/** How old the map is and may become. */
export function datesText(words: Words, { data_date, stale_after }: Meta): string {
  const of = data_date === null ? words.say("head.no_data_date") : words.say("head.data_date", { date: dateInWords(words, data_date) });
  const until = stale_after === null ? words.say("head.no_stale_after") : words.say("head.stale_after", { date: dateInWords(words, stale_after) });
  return `${of} · ${until}`;
}

/** A date that nobody stated is a doubt, and looks like one. */
function datesLine(words: Words, meta: Meta): HTMLElement {
  const known = meta.data_date !== null && meta.stale_after !== null;
  return el("p", { class: `mapper-dates-line ${known ? "mapper-dates" : "mapper-short-caveat"}` }, datesText(words, meta));
}

function titles(words: Words, meta: Meta, showAssumed: () => void): HTMLElement {
  const assumed = meta.assumptions.length;
  return el(
    "div",
    { class: "mapper-titles" },
    el("h1", {}, words.of(meta.titles, meta.title)),
    datesLine(words, meta),
    el(
      "p",
      { class: "mapper-warnings" },
      el("span", { class: "mapper-short-caveat" }, words.say("head.caveat")),
      assumed > 0 && " ",
      assumed > 0 && button({ class: "mapper-assumed" }, showAssumed, words.say("head.assumed", { n: assumed })),
    ),
  );
}

/** Make the page's frame, without its words yet; `onResize` runs when a closed or opened drawer changes the map's room. */
export function makeFrame(words: Words, meta: Meta, now: Date, closed: boolean, onResize: () => void): Frame {
  const map = el("div", { id: "mapper-map", role: "region", tabindex: 0 });
  const drawer = el("aside", { id: "mapper-drawer", hidden: closed });
  const head = el("header", { class: "mapper-head" });
  const bars = el("div", { class: "mapper-bars" });
  const name = () => {
    toggle.setAttribute("aria-expanded", String(!drawer.hidden));
    toggle.textContent = words.say(drawer.hidden ? "drawer.open" : "drawer.close");
  };
  const open = (opened: boolean) => {
    if (opened !== drawer.hidden) return;
    if (!opened && drawer.contains(drawer.ownerDocument.activeElement)) toggle.focus();
    drawer.hidden = !opened;
    name();
    onResize();
  };
  const showAssumed = () => {
    open(true);
    drawer.querySelector<HTMLDetailsElement>(`#${ASSUMED_ID}`)?.setAttribute("open", "");
    drawer.querySelector(`#${ASSUMED_ID}`)?.scrollIntoView?.({ block: "start" });
  };
  const toggle = button({ class: "mapper-toggle", "aria-controls": "mapper-drawer" }, () => open(drawer.hidden));
  const stage = el("main", { class: "mapper-stage" }, map, toggle);
  const room = el("div", { class: "mapper-room" }, stage, drawer);
  const element = el("div", { class: "mapper-frame" }, head, bars, room);
  const dress = (tools: readonly HTMLElement[]) => {
    element.lang = words.language;
    map.setAttribute("aria-label", words.say("map.name"));
    drawer.setAttribute("aria-label", words.say("drawer.name"));
    head.replaceChildren(titles(words, meta, showAssumed), el("div", { class: "mapper-head-tools" }, ...tools));
    bars.replaceChildren(...warningBars(words, meta, now));
    name();
  };
  return { element, map, stage, room, drawer, open, dress };
}
