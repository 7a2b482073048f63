/** The line that stays in sight while something is hidden, or orders are shown as of another day than the data's. */
import type { Data } from "../data.ts";
import { dateInWords } from "../dates.ts";
import { button, el } from "../elements.ts";
import type { RowMask } from "../grouping.ts";
import type { Store, ViewState } from "../state.ts";
import type { Words } from "../words.ts";
import { EVERYTHING } from "./choice.ts";
import { frameInWords, frameOf, type Span } from "./frames.ts";
import { hiddenBy } from "./mask.ts";

export interface SaidNeeds {
  readonly data: Data;
  readonly words: Words;
  readonly store: Store;
  /** The days that can be chosen. */
  readonly span: () => Span;
  /** What is shown before anybody chose anything. */
  readonly first: Pick<ViewState, "on" | "known_by">;
}

/** The sentences; none where all is shown as of the data's own day. */
export function chosenInWords({ data, words, store: { state }, span, first }: SaidNeeds, mask: RowMask): string[] {
  const { incidents, hazards } = hiddenBy(data, state.choice, mask);
  const { on, known_by, choice } = state;
  return [
    on !== first.on || known_by !== first.known_by ? words.say("chosen.as_of", { on: on === "" ? words.say("not_stated") : dateInWords(words, on) }) : "",
    incidents > 0 ? words.say("chosen.incidents", { n: incidents, all: data.incidents.rows }) : "",
    hazards > 0 ? words.say("chosen.hazards", { n: hazards, all: data.hazards.rows }) : "",
    frameInWords(data, words, frameOf(data, choice, span)),
  ].filter((sentence) => sentence !== "");
}

export class ChosenLine {
  readonly element = el("div", { class: "mapper-chosen", role: "status" });

  constructor(private readonly needs: SaidNeeds) {}

  renew(mask: RowMask): void {
    const { words, store, first } = this.needs;
    const sentences = chosenInWords(this.needs, mask);
    this.element.hidden = sentences.length === 0;
    this.element.replaceChildren();
    if (sentences.length === 0) return;
    const all = button({ class: "mapper-small-button" }, () => store.set({ choice: EVERYTHING, on: first.on, known_by: first.known_by }), words.say("chosen.all"));
    this.element.append(el("span", {}, sentences.join(" ")), all);
  }
}
