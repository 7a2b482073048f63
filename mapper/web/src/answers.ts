/**
 * What `window.mapper` answers to scripts: `ready` resolves when all is drawn and is rejected when the page must not be used;
 * `shown()` counts what is visible now, by layer; `verdict()` answers "may I enter?" as soon as the data are loaded.
 */
import type { Map as LeafletMap } from "leaflet";

import type { Answer, PointQuestion } from "./inquiry.ts";
import type { Shown } from "./layers/layer.ts";
import type { Ready, View } from "./view.ts";

export interface Answers {
  readonly ready: Promise<Ready>;
  shown(): Partial<Shown>;
  /** The answer of `mapper access` for a place. Throws a sentence on nonsense, and while there is nothing to ask. */
  verdict(question: PointQuestion): Answer;
  /** In a document that is not a page of ours: draw into the element. Damage shows the banner; a map comes back anyway. */
  mount?(element: HTMLElement, blockBase64: string, sealJson: string): LeafletMap;
}

declare global {
  interface Window {
    mapper?: Answers;
  }
}

/** The answers of a view that may not be there yet. */
export function answersOf(ready: Promise<Ready>, view: () => View | null): Answers {
  ready.catch(() => undefined);
  return {
    ready,
    shown: () => view()?.shown() ?? {},
    verdict(question) {
      const seen = view();
      if (seen === null) throw new Error("There are no data to ask: the map has not loaded, or must not be used.");
      return seen.inquiry.ask(question);
    },
  };
}
