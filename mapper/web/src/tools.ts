/** The tools over the map: search, zoom, the device's position, the list of keys, the time bar. */
import type * as L from "leaflet";

import type { Data } from "./data.ts";
import { button, el } from "./elements.ts";
import { TimeBar } from "./filter/bar.ts";
import { marksOf } from "./filter/days.ts";
import type { Span } from "./filter/frames.ts";
import { findBox } from "./find/box.ts";
import { Finder } from "./find/finder.ts";
import type { Place } from "./find/places.ts";
import { keysHelp } from "./keys.ts";
import { locateButton } from "./locate.ts";
import { zoomButtons } from "./map.ts";
import type { Store } from "./state.ts";
import type { Words } from "./words.ts";

export interface ToolNeeds {
  readonly map: L.Map;
  readonly data: Data;
  readonly words: Words;
  readonly store: Store;
  readonly hasSpan: boolean;
  /** The days that can be chosen; going through all that is dated, it waits until somebody asks. */
  readonly span: () => Span;
  /** Show a place that was looked up. */
  readonly go: (place: Place) => void;
}

export class Tools {
  readonly search = el("div", {});
  readonly buttons = el("div", {});
  /** The time bar's place; the bar is made when it is first opened. */
  readonly timeRoom = el("div", { class: "mapper-time-room", hidden: true });
  /** What the keys `/` and `?` do. */
  readonly acts: Record<string, () => void> = {};
  /** Close the list of keys; false where it was not open. */
  closeKeys = (): boolean => false;
  private readonly finder: Finder;
  private bar: TimeBar | null = null;
  private timeButton: HTMLElement | null = null;
  private told: HTMLElement | null = null;

  constructor(private readonly needs: ToolNeeds) {
    this.finder = new Finder(needs.data);
  }

  /** Write every word anew. */
  dress(): void {
    const { map, data, words, hasSpan, go } = this.needs;
    const find = findBox(words, this.finder, go);
    const keys = keysHelp(words);
    const locate = locateButton(words, navigator.geolocation, go);
    this.told = locate.told;
    this.closeKeys = keys.close;
    Object.assign(this.acts, { "/": find.focus, "?": keys.toggle });
    this.search.replaceChildren(find.element, this.told);
    this.bar?.stop();
    this.bar = null;
    this.timeButton = !hasSpan ? null : button({ class: "mapper-time-button" }, () => this.openTime(this.timeRoom.hidden), words.say("time.open"));
    this.buttons.replaceChildren(zoomButtons(map, words, data.meta.bounds, locate.button), keys.element, ...(this.timeButton === null ? [] : [this.timeButton]));
    this.openTime(!this.timeRoom.hidden);
  }

  /** Open or close the time bar, where there is one. */
  openTime(opened: boolean): void {
    const { data, words, store } = this.needs;
    const span = opened && this.bar === null ? this.needs.span() : null;
    if (span !== null) {
      this.bar = new TimeBar({ data, words, store, span, marks: marksOf(data) });
      this.timeRoom.replaceChildren(this.bar.element);
    }
    this.timeRoom.hidden = !opened || this.bar === null;
    this.timeButton?.setAttribute("aria-expanded", String(opened));
  }

  /** Let the time bar stand as the state does. */
  renewTime(): void {
    this.bar?.renew();
  }

  /** Another place is told of: what was said of the device's position is past. */
  forget(): void {
    this.told?.replaceChildren();
  }
}
