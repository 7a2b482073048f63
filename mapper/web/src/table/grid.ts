/** One page of rows as a table: heads that sort, a button to the map, and a whole record under a row on demand. */
import { button, data as dataText, el } from "../elements.ts";
import type { Words } from "../words.ts";
import type { Column, Kind, Lead, Sort } from "./kind.ts";

export const PAGE_ROWS = 100;

export interface GridNeeds {
  readonly words: Words;
  readonly kind: Kind;
  readonly sort: Sort | null;
  readonly caption: string;
  onSort(column: string): void;
  onLead(lead: Lead): void;
}

function headCell({ words, sort, onSort }: GridNeeds, { name, head, isNumber }: Column): HTMLElement {
  const isSorted = sort?.column === name;
  const order = !isSorted ? "none" : sort.descending ? "descending" : "ascending";
  const arrow = !isSorted ? "" : sort.descending ? " \u25BC" : " \u25B2";
  const press = button({ class: "mapper-sort", "data-sort": name }, () => onSort(name), words.say(head), el("span", { "aria-hidden": "true" }, arrow));
  return el("th", { scope: "col", "aria-sort": order, class: isNumber ? "mapper-number" : "" }, press);
}

function cell(words: Words, { text, isNumber }: Column, row: number): HTMLElement {
  const said = text(row);
  if (said === "") return el("td", { class: "mapper-blank" }, words.say("not_stated"));
  return el("td", { class: isNumber ? "mapper-number" : "" }, dataText(said));
}

function leadCell({ words, kind, onLead }: GridNeeds, row: number): HTMLElement {
  const lead = kind.lead(row);
  if (typeof lead === "string") return el("td", {}, words.say(lead));
  const name = words.say("table.on_map_of", { id: kind.id(row) });
  return el("td", {}, button({ class: "mapper-small-button", "data-lead": row, "aria-label": name }, () => onLead(lead), words.say("table.on_map")));
}

/** The first cell names the row, and opens the whole record under it. */
function rowHead({ words, kind }: GridNeeds, column: Column, row: number, width: number): HTMLElement {
  let opened: HTMLElement | null = null;
  const name = column.text(row) || words.say("not_stated");
  const toggle = button({ class: "mapper-record", "aria-expanded": "false", title: words.say("table.details") }, () => {
    toggle.setAttribute("aria-expanded", String(opened === null));
    if (opened === null) {
      opened = el("tr", { class: "mapper-record-row" }, el("td", { colspan: width }, kind.card(row)));
      toggle.closest("tr")?.after(opened);
    } else {
      opened.remove();
      opened = null;
    }
  }, dataText(name));
  return el("th", { scope: "row" }, toggle);
}

/** The table of these rows, the first of which is number `from` of all that fit. */
export function grid(needs: GridNeeds, rows: Int32Array, from: number, all: number): HTMLElement {
  const { words, kind, caption } = needs;
  const [first, ...others] = kind.columns as [Column, ...Column[]];
  const width = kind.columns.length + 1;
  const line = (row: number, at: number) =>
    el(
      "tr",
      { "aria-rowindex": from + at + 2, "data-row": row },
      rowHead(needs, first, row, width),
      leadCell(needs, row),
      ...others.map((column) => cell(words, column, row)),
    );
  const heads = [headCell(needs, first), el("th", { scope: "col" }, words.say("table.place")), ...others.map((column) => headCell(needs, column))];
  return el(
    "table",
    { class: "mapper-records", "aria-rowcount": all + 1 },
    el("caption", {}, caption),
    el("thead", {}, el("tr", { "aria-rowindex": 1 }, ...heads)),
    el("tbody", {}, ...Array.from(rows, line)),
  );
}
