/**
 * Start: load, draw, and only then take the banner away.
 *
 * The answer to scripts is `window.mapper`: `ready` resolves when all is drawn and is rejected when the page must not be used;
 * `shown()` counts what is visible now, by layer; `verdict()` answers "may I enter?" as soon as the data are loaded. A page of ours starts by itself. Any other document (folium's, in a
 * notebook) calls `mount`, which draws without waiting and gives back the Leaflet map.
 */
import "./app.css";

import type { Map as LeafletMap } from "leaflet";

import { asFailure, Banner, checkStyle } from "./failure.ts";
import type { Answer, PointQuestion } from "./inquiry.ts";
import type { Shown } from "./layers/layer.ts";
import { load } from "./load.ts";
import { drawInto, provideGlobals } from "./notebook.ts";
import { draw, type Ready, type View } from "./view.ts";

declare global {
  interface Window {
    mapper?: {
      readonly ready: Promise<Ready>;
      shown(): Partial<Shown>;
      /** The answer of `mapper access` for a place. Throws a sentence on nonsense, and while there is nothing to ask. */
      verdict(question: PointQuestion): Answer;
      /** In a document that is not a page of ours: draw into the element. Damage shows the banner; a map comes back anyway. */
      mount?(element: HTMLElement, blockBase64: string, sealJson: string): LeafletMap;
    };
  }
}

const OWN_PARTS = "#mapper-root, #mapper-seal, #mapper-block";

let view: View | null = null;
const shown = () => view?.shown() ?? {};
const verdict = (question: PointQuestion) => {
  if (view === null) throw new Error("There are no data to ask: the map has not loaded, or must not be used.");
  return view.inquiry.ask(question);
};

function rootOf(page: Document): HTMLElement {
  const root = page.getElementById("mapper-root") ?? page.createElement("div");
  root.id = "mapper-root";
  if (!root.isConnected) page.body.append(root);
  return root;
}

async function start(page: Document): Promise<Ready> {
  const banner = new Banner(page);
  const root = rootOf(page);
  const notLoaded = page.title;
  try {
    checkStyle(page);
    const loaded = await load(page);
    view = draw(root, loaded, new Date());
    banner.remove();
    return view.ready;
  } catch (cause) {
    view = null;
    root.textContent = "";
    page.title = notLoaded;
    banner.show(asFailure(cause));
    throw asFailure(cause);
  }
}

/** `ready` is settled by the first map that is mounted. */
function waitForMount(): void {
  let settle: (outcome: Ready | PromiseLike<Ready>) => void = () => undefined;
  const ready = new Promise<Ready>((resolve) => (settle = resolve));
  ready.catch(() => undefined);
  const mount = (element: HTMLElement, blockBase64: string, sealJson: string) => {
    const mounted = drawInto(element, blockBase64, sealJson);
    view = mounted.view;
    settle(mounted.ready instanceof Error ? Promise.reject(mounted.ready) : mounted.ready);
    return mounted.map;
  };
  provideGlobals(window);
  window.mapper = { ready, shown, verdict, mount };
}

if (document.querySelector(OWN_PARTS) === null) {
  waitForMount();
} else {
  const ready = start(document);
  ready.catch(() => undefined);
  window.mapper = { ready, shown, verdict };
}
