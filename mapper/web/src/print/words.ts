/** What stands open in the drawer, for the pages after the map: the answer about a place, and the route with its table. */
import { el } from "../elements.ts";

const FIELDS = "input, select";
/** Has a use on a screen only. */
const SCREEN_ONLY = "button, input[type=file]";

function chosen(field: Element): string {
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.textContent ?? "";
  return field instanceof HTMLInputElement ? field.value : "";
}

/** A copy without anything to press: each field becomes what it holds. */
export function onPaper(shown: HTMLElement): HTMLElement {
  const copy = shown.cloneNode(true) as HTMLElement;
  const [held, fields] = [shown, copy].map((root) => Array.from(root.querySelectorAll(FIELDS))) as [Element[], Element[]];
  for (const file of Array.from(copy.querySelectorAll(SCREEN_ONLY))) (file.closest("label") ?? file).remove();
  fields.forEach((field, at) => field.replaceWith(el("b", {}, chosen(held[at] as Element))));
  for (const element of [copy, ...Array.from(copy.querySelectorAll("[id], [tabindex]"))]) for (const name of ["id", "tabindex", "hidden"]) element.removeAttribute(name);
  return copy;
}

/**
 * Pages after the map. A page has no margin of its own, so head and foot of a table, which come again on every page, make room
 * and tell of what map the page is.
 */
export function wordPages(line: string, parts: readonly HTMLElement[]): HTMLElement {
  const edge = (tag: "thead" | "tfoot", text: string) => el(tag, {}, el("tr", {}, el("td", {}, text)));
  const body = el("tbody", {}, el("tr", {}, el("td", {}, ...parts.map(onPaper))));
  return el("table", { class: "mapper-word-pages", role: "presentation" }, edge("thead", line), body, edge("tfoot", ""));
}
