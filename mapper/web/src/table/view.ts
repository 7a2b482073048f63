/**
 * The twin in words: everything that the map shows, as tables over the whole width.
 *
 * It keeps what a reader chose for each kind, so that another language or another kind and back lose nothing. Rows become
 * elements a page at a time; which rows fit is found by `selection.ts`.
 */
import type { Telling } from "../cards.ts";
import { sortedByName } from "../collation.ts";
import { button, el, foldout } from "../elements.ts";
import { isNarrow } from "../frame.ts";
import { save } from "../save.ts";
import type { Store } from "../state.ts";
import { csvParts, fileName, geoJsonParts, withGeometry, type About } from "./files.ts";
import { grid, PAGE_ROWS } from "./grid.ts";
import { KINDS, type Kind, type KindName, type Lead, type Sort } from "./kind.ts";
import { makeKind } from "./kinds.ts";
import { Selection, type Selected, type Wanted } from "./selection.ts";
import { sorted } from "./sorting.ts";

interface Choice extends Wanted {
  readonly sort: Sort | null;
  readonly page: number;
}

/** A filter's value that lets every row through; others begin with another sign. */
const ALL = "";
const VALUE_MARK = "=";

export interface TableNeeds {
  readonly tell: Telling;
  readonly store: Store;
  /** Leave the table for the map. */
  readonly onLead: (lead: Lead) => void;
}

export function isKind(name: string | null): name is KindName {
  return KINDS.some((kind) => kind === name);
}

export class TableView {
  /** Over the map and the drawer. */
  readonly element = el("section", { id: "mapper-table", hidden: true });
  private readonly choices = new Map<KindName, Choice>();
  private readonly selection = new Selection();
  private opener: HTMLElement | null = null;
  private kind: Kind | null = null;
  private selected: Selected = { rows: new Int32Array(0), counts: new Map() };
  private placed = 0;
  private readonly tools = el("div", { class: "mapper-table-tools" });
  private readonly room = el("div", { class: "mapper-scroll mapper-table-room", role: "region", tabindex: 0 });
  private readonly pages = el("div", { class: "mapper-table-pages" });
  private readonly status = el("p", { role: "status" });
  private readonly files = el("div", { class: "mapper-table-files" });
  private heading = el("h2", {});

  constructor(private readonly needs: TableNeeds) {
    this.element.addEventListener("keydown", (event) => {
      const clears = event.target instanceof HTMLInputElement && event.target.value !== "";
      if (event.key !== "Escape" || clears) return;
      event.stopPropagation();
      this.leave();
    });
  }

  /** The button of the head line. */
  button(): HTMLElement {
    const { tell: { words }, store } = this.needs;
    this.opener = button({ class: "mapper-table-open", "aria-expanded": store.state.table !== null, "aria-controls": this.element.id }, () => {
      store.set({ table: store.state.table === null ? KINDS[0] : null });
    }, words.say("table.open"));
    return this.opener;
  }

  /** Show a kind, or nothing; words are made anew. */
  show(name: KindName | null): void {
    const takesFocus = this.element.hidden || this.element.contains(document.activeElement);
    this.selection.stop();
    this.element.hidden = name === null;
    this.opener?.setAttribute("aria-expanded", String(name !== null));
    if (name === null) {
      this.kind = null;
      this.element.replaceChildren();
      return;
    }
    this.kind = makeKind(name, this.needs.tell);
    this.build(this.kind);
    this.find();
    if (takesFocus) this.heading.focus({ preventScroll: true });
  }

  private leave(): void {
    this.needs.store.set({ table: null });
    this.opener?.focus();
  }

  private choiceOf({ name, firstSort }: Kind): Choice {
    return this.choices.get(name) ?? { query: "", filters: {}, sort: firstSort, page: 0 };
  }

  private choose(kind: Kind, change: Partial<Choice>): void {
    this.choices.set(kind.name, { ...this.choiceOf(kind), page: 0, ...change });
  }

  private build(kind: Kind): void {
    const { words } = this.needs.tell;
    this.heading = el("h2", { tabindex: -1 }, words.say("table.title"));
    this.element.setAttribute("aria-label", words.say("table.title"));
    this.room.setAttribute("aria-label", words.say(kind.title));
    this.files.replaceChildren();
    const narrow = isNarrow();
    this.element.replaceChildren(
      el("div", { class: "mapper-panel-head" }, this.heading, button({ class: "mapper-close" }, () => this.leave(), words.say("table.close"))),
      el("p", { class: "mapper-hint" }, words.say("table.note")),
      el("div", { class: "mapper-table-top" }, this.kindChoice(kind), this.queryField(kind), narrow ? null : this.tools),
      ...(narrow ? [foldout([words.say("table.filters")], () => [this.tools], { class: "mapper-table-filters" })] : []),
      this.status,
      this.room,
      this.pages,
      this.files,
    );
  }

  private kindChoice(kind: Kind): HTMLElement {
    const { tell: { words }, store } = this.needs;
    const options = KINDS.map((name) => {
      const option = el("option", {}, words.say(makeKind(name, this.needs.tell).title));
      option.value = name;
      return option;
    });
    const select = el("select", { "data-table": "kind" }, ...options);
    select.value = kind.name;
    select.addEventListener("change", () => {
      if (!isKind(select.value)) return;
      store.set({ table: select.value });
      this.element.querySelector<HTMLElement>('[data-table="kind"]')?.focus();
    });
    return el("label", { class: "mapper-field" }, el("span", {}, words.say("table.kind")), select);
  }

  private queryField(kind: Kind): HTMLElement {
    const input = el("input", { type: "search", "data-table": "query" });
    input.value = this.choiceOf(kind).query;
    input.addEventListener("input", () => {
      this.choose(kind, { query: input.value });
      this.find();
    });
    return el("label", { class: "mapper-field" }, el("span", {}, this.needs.tell.words.say("table.query")), input);
  }

  private find(): void {
    const { kind } = this;
    if (kind === null) return;
    this.selection.find(kind, this.choiceOf(kind), (selected) => {
      this.selected = selected;
      this.placed = withGeometry(kind, selected.rows).length;
      this.order(kind);
      this.drawFilters(kind);
      this.draw(kind);
    });
  }

  private order(kind: Kind): void {
    const { sort } = this.choiceOf(kind);
    const column = kind.columns.find(({ name }) => name === sort?.column);
    if (sort === null || column === undefined) return;
    this.selected = { ...this.selected, rows: sorted(this.selected.rows, column.key, sort.descending, this.needs.tell.words.language) };
  }

  /** The choices of a filter that leave any row, and the one that is chosen. */
  private filterField(kind: Kind, filter: string): HTMLElement {
    const { words } = this.needs.tell;
    const chosen = this.choiceOf(kind).filters[filter];
    const counts = new Map(this.selected.counts.get(filter));
    if (chosen !== undefined && !counts.has(chosen)) counts.set(chosen, 0);
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    const option = (value: string, text: string, n: number) => {
      const made = el("option", {}, words.say("table.option", { what: text, n: words.number(n) }));
      made.value = value;
      return made;
    };
    const labelled = [...counts].map(([value, n]) => ({ value, n, text: kind.label(filter, value) || words.say("not_stated") }));
    const inOrder = sortedByName(words.language, labelled, ({ text }) => text);
    const unstatedLast = [...inOrder.filter(({ value }) => value !== ""), ...inOrder.filter(({ value }) => value === "")];
    const select = el(
      "select",
      { "data-filter": filter },
      option(ALL, words.say("layers.all"), total),
      ...unstatedLast.map(({ value, n, text }) => option(VALUE_MARK + value, text, n)),
    );
    select.value = chosen === undefined ? ALL : VALUE_MARK + chosen;
    select.addEventListener("change", () => {
      const { [filter]: _, ...others } = this.choiceOf(kind).filters;
      this.choose(kind, { filters: select.value === ALL ? others : { ...others, [filter]: select.value.slice(VALUE_MARK.length) } });
      this.find();
    });
    const head = kind.columns.find(({ name }) => name === filter)?.head ?? "";
    return el("label", { class: "mapper-field" }, el("span", {}, words.say(head)), select);
  }

  private drawFilters(kind: Kind): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset["filter"];
    this.tools.replaceChildren(...kind.filters.map((filter) => this.filterField(kind, filter)));
    if (focused !== undefined) this.tools.querySelector<HTMLElement>(`[data-filter="${focused}"]`)?.focus();
  }

  private draw(kind: Kind): void {
    const { tell: { words }, onLead } = this.needs;
    const { rows } = this.selected;
    const { sort, page } = this.choiceOf(kind);
    const from = page * PAGE_ROWS;
    const values = { n: words.number(rows.length), total: words.number(kind.rows) };
    const onSort = (column: string) => this.sortBy(kind, column);
    const caption = words.say("table.caption", { what: words.say(kind.title) });
    const told = kind.rows === 0 ? "table.empty" : rows.length === 0 ? "table.none" : "table.shown";
    this.status.textContent = [words.say(told, values), kind.rows === 0 && kind.missing].filter(Boolean).join(" ");
    this.room.replaceChildren(grid({ words, kind, sort, caption, onSort, onLead }, rows.subarray(from, from + PAGE_ROWS), from, rows.length));
    this.room.scrollTop = 0;
    this.drawPages(kind);
    this.drawFiles(kind);
  }

  private sortBy(kind: Kind, column: string): void {
    const { sort } = this.choiceOf(kind);
    this.choose(kind, { sort: { column, descending: sort?.column === column && !sort.descending } });
    this.order(kind);
    this.draw(kind);
    this.room.querySelector<HTMLElement>(`[data-sort="${column}"]`)?.focus();
  }

  private drawPages(kind: Kind): void {
    const { words } = this.needs.tell;
    const { rows } = this.selected;
    const { page } = this.choiceOf(kind);
    const last = Math.max(0, Math.ceil(rows.length / PAGE_ROWS) - 1);
    if (last === 0) {
      this.pages.replaceChildren();
      return;
    }
    const turn = (code: string, to: number) => {
      const press = button({ class: "mapper-small-button", "data-page": code }, () => {
        this.choose(kind, { page: to });
        this.draw(kind);
        const again = this.pages.querySelector<HTMLButtonElement>(`[data-page="${code}"]`);
        (again?.disabled === false ? again : this.room).focus();
      }, words.say(`table.page.${code}`));
      press.disabled = to === page;
      return press;
    };
    const said = { from: words.number(page * PAGE_ROWS + 1), to: words.number(Math.min(rows.length, (page + 1) * PAGE_ROWS)), n: words.number(rows.length) };
    this.pages.replaceChildren(
      turn("first", 0),
      turn("previous", Math.max(0, page - 1)),
      el("span", { "aria-live": "polite" }, words.say("table.rows", said)),
      turn("next", Math.min(last, page + 1)),
      turn("last", last),
    );
  }

  private about(): About {
    const { data: { meta }, words } = this.needs.tell;
    const { edition, data_date } = meta;
    return { edition, data_date, caveat: words.say("head.caveat"), marking: meta.private ? words.say("bar.private") : null };
  }

  private drawFiles(kind: Kind): void {
    const { words } = this.needs.tell;
    const { rows } = this.selected;
    const about = this.about();
    const file = (code: string, suffix: string, type: string, parts: typeof csvParts) =>
      button({ class: "mapper-more", "data-save": suffix }, () => save(document, fileName(kind, about, suffix), type, new Blob(parts(kind, rows, about))), words.say(code));
    this.files.replaceChildren(file("table.csv", "csv", "text/csv", csvParts));
    if (kind.hasPlaces) this.files.append(file("table.geojson", "geojson", "application/geo+json", geoJsonParts));
    this.files.append(el("span", { class: "mapper-hint" }, kind.hasPlaces ? words.say("table.without_geometry", { n: words.number(rows.length - this.placed) }) : words.say("table.no_shapes")));
  }
}
