/** The page around the map: head line, warning bars, and the drawer that is a side panel or, on a phone, a bottom sheet. */
import type { Meta } from "./data.ts";
import { dateInWords, isClockWrong, isoDate, isStale } from "./dates.ts";
import { button, el, type Content } from "./elements.ts";
import type { Words } from "./words.ts";

const NARROW = "(max-width: 760px)";

export function isNarrow(): boolean {
  return window.matchMedia?.(NARROW).matches ?? false;
}

/** Sentences that must stay in sight: an incomplete map, an old one, a clock that cannot be right. */
export function warningBars(words: Words, meta: Meta, now: Date): HTMLElement[] {
  const today = isoDate(now);
  const date = dateInWords(words, meta.stale_after);
  const bars: HTMLElement[] = [];
  const bar = (text: string) => bars.push(el("p", { class: "mapper-bar", role: "alert" }, text));
  if (!meta.complete) bar(words.say("bar.incomplete", { n: meta.incomplete_zones }));
  if (isStale(today, meta.stale_after)) bar(words.say("bar.stale", { date }));
  if (isClockWrong(today, meta.data_date)) bar(words.say("bar.clock", { date: dateInWords(words, meta.data_date) }));
  return bars;
}

export interface Frame {
  readonly element: HTMLElement;
  readonly map: HTMLElement;
  readonly stage: HTMLElement;
  readonly bars: HTMLElement;
  readonly drawer: HTMLElement;
  open(opened: boolean): void;
}

function headLine(words: Words, meta: Meta): Content[] {
  const dates = words.say("head.dates", { date: dateInWords(words, meta.data_date), stale: dateInWords(words, meta.stale_after) });
  return [
    el("div", { class: "mapper-titles" },
      el("h1", {}, meta.title),
      el("p", { class: "mapper-dates" }, dates),
      el("p", { class: "mapper-short-caveat" }, words.say("head.caveat"))),
  ];
}

/** Make the page's frame; `onResize` runs when the map's room changes. */
export function makeFrame(words: Words, meta: Meta, now: Date, onResize: () => void): Frame {
  const map = el("div", { id: "mapper-map", role: "region", "aria-label": words.say("map.name"), tabindex: 0 });
  const drawer = el("aside", { id: "mapper-drawer", "aria-label": words.say("drawer.name") });
  const bars = el("div", { class: "mapper-bars" }, ...warningBars(words, meta, now));
  const open = (opened: boolean) => {
    drawer.hidden = !opened;
    toggle.setAttribute("aria-expanded", String(opened));
    toggle.textContent = words.say(opened ? "drawer.close" : "drawer.open");
    onResize();
  };
  const toggle = button({ class: "mapper-toggle", "aria-controls": "mapper-drawer" }, () => open(drawer.hidden));
  const stage = el("main", { class: "mapper-stage" }, map, toggle);
  const element = el(
    "div",
    { class: "mapper-frame", lang: words.language },
    el("header", { class: "mapper-head" }, ...headLine(words, meta)),
    bars,
    el("div", { class: "mapper-room" }, stage, drawer),
  );
  return { element, map, stage, bars, drawer, open };
}
