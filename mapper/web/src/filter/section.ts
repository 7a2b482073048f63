/** The filters in the drawer: one switch for each code that occurs, with how many records have it. */
import type { Data } from "../data.ts";
import { button, data as dataText, el, type Content } from "../elements.ts";
import type { Store } from "../state.ts";
import type { Words } from "../words.ts";
import { COLUMNS, HAZARD_STATUS, INCIDENT_COLUMNS, outOf, withOut, type Column } from "./choice.ts";

export interface FilterNeeds {
  readonly data: Data;
  readonly words: Words;
  readonly store: Store;
}

/** How many records have each code of a column; "" is "not stated". */
export function tally({ incidents, hazards }: Data, column: Column): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (code: string, n = 1) => counts.set(code, (counts.get(code) ?? 0) + n);
  if (column === HAZARD_STATUS) {
    for (const row of hazards.indices()) add(hazards.text("status", row));
    return counts;
  }
  const coded = incidents.coded(column);
  if (coded === undefined) {
    for (let row = 0; row < incidents.rows; row++) add(incidents.text(column, row));
    return counts;
  }
  const ofCode = new Uint32Array(coded.size);
  for (let row = 0; row < incidents.rows; row++) ofCode[coded.of(row)] = (ofCode[coded.of(row)] as number) + 1;
  ofCode.forEach((n, code) => n > 0 && add(String(coded.cell(code) ?? ""), n));
  return counts;
}

function label(words: Words, column: Column, code: string): Content {
  const vocabulary = column === HAZARD_STATUS ? "hazard_status" : INCIDENT_COLUMNS[column];
  if (code === "") return words.say("not_stated");
  return vocabulary === null ? dataText(code) : words.label(vocabulary, code);
}

function choice({ words, store }: FilterNeeds, column: Column, code: string, n: number): HTMLElement {
  const box = el("input", { type: "checkbox", "data-filter": column, "data-code": code });
  box.checked = !outOf(store.state.choice, column).includes(code);
  box.addEventListener("change", () => {
    const others = outOf(store.state.choice, column).filter((other) => other !== code);
    store.set({ choice: withOut(store.state.choice, column, box.checked ? others : [...others, code]) });
  });
  return el("label", { class: "mapper-switch" }, box, el("span", {}, label(words, column, code)), el("span", { class: "mapper-tally" }, words.number(n)));
}

function columnPart(needs: FilterNeeds, column: Column): Content {
  const { data, words, store } = needs;
  const counts = [...tally(data, column)].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  if (counts.length < 2) return null;
  const codes = counts.map(([code]) => code);
  const small = (code: string, out: readonly string[]) => button({ class: "mapper-small-button" }, () => store.set({ choice: withOut(store.state.choice, column, out) }), words.say(code));
  return el(
    "fieldset",
    {},
    el("legend", {}, words.say(`filter.${column}`)),
    el("div", { class: "mapper-group-buttons" }, small("layers.all", []), small("layers.none", codes)),
    ...counts.map(([code, n]) => choice(needs, column, code, n)),
  );
}

export function filterSection(needs: FilterNeeds): Content[] {
  return [el("p", { class: "mapper-hint" }, needs.words.say("filter.hint")), ...COLUMNS.map((column) => columnPart(needs, column))];
}

/** Let the switches inside `room` stand as the state does. */
export function setFilters(room: ParentNode, { state }: Store): void {
  for (const box of Array.from(room.querySelectorAll<HTMLInputElement>("input[data-filter]"))) {
    box.checked = !outOf(state.choice, box.dataset["filter"] as Column).includes(box.dataset["code"] ?? "");
  }
}
