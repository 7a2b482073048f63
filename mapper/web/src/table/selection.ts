/**
 * Which rows fit a text and filters, and how many each other choice of a filter would leave.
 *
 * Rows are looked at in slices with a rest between them, so that a reader's next letter is heard at once and ends the search
 * for the last one. Nothing is kept by row but the numbers of those that fit.
 */
import { nameKey, soundKey } from "../fold.ts";

/** A slice should not be felt; reading texts costs more than comparing codes. */
const SLICE_ROWS = { codes: 50_000, texts: 2_000 };
/** Many records share few texts, so their keys are kept, up to so many. */
const MOST_KEYS = 20_000;

/** A table as the selection sees it. */
export interface Searchable {
  readonly rows: number;
  /** Names of the columns that have a filter. */
  readonly filters: readonly string[];
  /** The code or name in a filter's column; "": not stated. */
  valueOf(filter: string, row: number): string;
  /** The texts that a search looks into. */
  texts(row: number): readonly string[];
}

export interface Wanted {
  readonly query: string;
  /** Column to value; a column that is absent lets every row through. */
  readonly filters: Readonly<Record<string, string>>;
}

export interface Selected {
  readonly rows: Int32Array;
  /** By filter: how many rows have a value, among those that fit the text and all other filters. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The same function with a memory. */
function remembering(keyOf: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MOST_KEYS) known.clear();
    const key = keyOf(text);
    known.set(text, key);
    return key;
  };
}

/** Whether texts hold every word: names as they sound, so in any alphabet; what holds a digit as it is written. Null: no word. */
export function textTest(query: string): ((texts: readonly string[]) => boolean) | null {
  const words = nameKey(query).split(" ").filter((word) => word !== "");
  if (words.length === 0) return null;
  const [written, heard] = [remembering(nameKey), remembering(soundKey)];
  const tests = words.map((word) => (/\d/.test(word) ? { word, keyOf: written } : { word: soundKey(word), keyOf: heard }));
  return (texts) => tests.every(({ word, keyOf }) => texts.some((text) => keyOf(text).includes(word)));
}

class Tally {
  private readonly fitting: number[] = [];
  private readonly counts: Map<string, Map<string, number>>;
  private readonly hasText: ReturnType<typeof textTest>;

  constructor(private readonly table: Searchable, private readonly wanted: Wanted) {
    this.counts = new Map(table.filters.map((filter) => [filter, new Map<string, number>()]));
    this.hasText = textTest(wanted.query);
  }

  get readsTexts(): boolean {
    return this.hasText !== null;
  }

  private failedBy(row: number): string[] {
    const { filters } = this.wanted;
    return this.table.filters.filter((filter) => filters[filter] !== undefined && filters[filter] !== this.table.valueOf(filter, row));
  }

  /** A row counts for every filter but one that keeps it out; where two keep it out, for none. */
  add(row: number): void {
    const failed = this.failedBy(row);
    if (failed.length > 1 || this.hasText?.(this.table.texts(row)) === false) return;
    if (failed.length === 0) this.fitting.push(row);
    for (const filter of failed.length === 0 ? this.table.filters : failed) {
      const counts = this.counts.get(filter) as Map<string, number>;
      const value = this.table.valueOf(filter, row);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }

  get selected(): Selected {
    return { rows: Int32Array.from(this.fitting), counts: this.counts };
  }
}

export class Selection {
  private turn = 0;

  /** Call `done` with what fits: at once where the table is small. A new call ends the one before. */
  find(table: Searchable, wanted: Wanted, done: (selected: Selected) => void): void {
    const turn = ++this.turn;
    const tally = new Tally(table, wanted);
    const slice = tally.readsTexts ? SLICE_ROWS.texts : SLICE_ROWS.codes;
    const go = (from: number) => {
      if (turn !== this.turn) return;
      const to = Math.min(table.rows, from + slice);
      for (let row = from; row < to; row++) tally.add(row);
      if (to < table.rows) setTimeout(() => go(to), 0);
      else done(tally.selected);
    };
    go(0);
  }

  stop(): void {
    this.turn++;
  }
}
