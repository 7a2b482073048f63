/**
 * The little of jQuery that folium's own scripts call: `$("<b>text</b>")[0]` for the content of a pop-up, and
 * `$(document).ready(run)`.
 *
 * Only in a notebook, and only where no `$` is there: a map for notebooks brings no jQuery. The markup is the notebook
 * author's own (folium hands it over); nothing of an edition comes this way. It is parsed apart from the page, so scripts in
 * it never run.
 */

export type Dollar = (what: unknown) => ArrayLike<Node> & { ready(run: () => void): void };

function nodesOf(markup: string): Node[] {
  const { body } = new DOMParser().parseFromString(markup.trim(), "text/html");
  return Array.from(body.childNodes, (node) => document.adoptNode(node));
}

function ready(run: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run, { once: true });
  else run();
}

/** Markup becomes its nodes; anything else is held as it is. */
export const dollar: Dollar = (what) => Object.assign(typeof what === "string" ? nodesOf(what) : [what as Node], { ready });
