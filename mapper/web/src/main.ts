/**
 * Start: load, draw, and only then take the banner away.
 *
 * The answer to scripts is `window.mapper`: `ready` resolves when all is drawn and is rejected when the page must not be used;
 * `shown()` counts what is visible now, by layer.
 */
import "./app.css";

import { asFailure, Banner, Failure } from "./failure.ts";
import type { Shown } from "./layers/layer.ts";
import { load } from "./load.ts";
import { draw, type View } from "./view.ts";

export interface Ready {
  /** False when the edition itself lacks a zone or hazard area; the page then says so in a bar that stays. */
  readonly complete: boolean;
  /** Rows of all tables, as the seal says. */
  readonly records: number;
  /** Rows that are a mark on the map or counted in one. */
  readonly drawn: number;
  readonly sha256: string;
}

declare global {
  interface Window {
    mapper?: { readonly ready: Promise<Ready>; shown(): Partial<Shown> };
  }
}

function rootOf(page: Document): HTMLElement {
  const root = page.getElementById("mapper-root") ?? page.createElement("div");
  root.id = "mapper-root";
  if (!root.isConnected) page.body.append(root);
  return root;
}

/** Without its style sheet (altered, so that the policy refused it) the page would be a map that nobody can read. */
function checkStyle(page: Document): void {
  const mark = getComputedStyle(page.documentElement).getPropertyValue("--mapper-style").trim();
  if (mark !== "loaded") throw new Failure("failure.altered", "The page's style sheet was not accepted.");
}

let view: View | null = null;

async function start(page: Document): Promise<Ready> {
  const banner = new Banner(page);
  const root = rootOf(page);
  const refuse = (cause: unknown) => {
    view = null;
    root.textContent = "";
    banner.show(asFailure(cause));
  };
  try {
    checkStyle(page);
    const loaded = await load(page);
    view = draw(root, loaded, new Date());
    const { meta } = loaded.data;
    page.title = meta.title;
    page.documentElement.lang = meta.language;
    banner.remove();
    return { complete: meta.complete, records: loaded.records, drawn: view.drawn, sha256: loaded.sha256 };
  } catch (cause) {
    refuse(cause);
    throw asFailure(cause);
  }
}

const ready = start(document);
ready.catch(() => undefined);
window.mapper = { ready, shown: () => view?.shown() ?? {} };
