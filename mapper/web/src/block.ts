/**
 * The data block: a header in JSON and typed columns behind it.
 *
 * Columns stay as they are in memory and a cell is read when it is asked for (`columns.ts`), so that a million records cost
 * their bytes and no objects. The layout is checked against `data.ts` at once: a missing column, a wrong type or an offset
 * outside the block is a Failure, not a blank.
 */
import { openColumn, type Coded, type Column, type ColumnType, type DescribedColumn } from "./columns.ts";
import type { Geometry, LonLat } from "./geometry.ts";
import { unreadable } from "./ints.ts";
import type { Places } from "./places.ts";

export type { ColumnType } from "./columns.ts";
/** Column name to type: one table as `data.ts` declares it. */
export type Spec = Readonly<Record<string, ColumnType>>;
export type Value<T extends ColumnType> = T extends "f64" | "i32" ? number : T extends "geometry" ? Geometry : T extends "position" ? LonLat : string;

export interface HeaderTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, DescribedColumn>>;
}

export interface Header {
  readonly meta: unknown;
  readonly words: unknown;
  readonly tables: Readonly<Record<string, HeaderTable>>;
}

export interface Block {
  readonly header: Header;
  /** What lies behind the header. */
  readonly body: Uint8Array;
}

type Named<S extends Spec> = keyof S & string;

/** A table whose cells are read one by one; null is "not stated". */
export class Table<S extends Spec> {
  private readonly cells = new Map<string, ReadonlySet<string>>();

  constructor(
    readonly rows: number,
    private readonly columns: ReadonlyMap<string, Column>,
  ) {}

  private column(name: Named<S>): Column {
    return this.columns.get(name) as Column;
  }

  get<K extends Named<S>>(column: K, row: number): Value<S[K]> | null {
    if (row < 0 || row >= this.rows) throw new RangeError(`There is no row ${row} of ${this.rows}.`);
    return this.column(column).get(row) as Value<S[K]> | null;
  }

  /** The text or code as text, "" when not stated. */
  text<K extends Named<S>>(column: K, row: number): string {
    const value = this.get(column, row);
    return value === null ? "" : String(value);
  }

  /** A list that is kept as text joined with ";". */
  list<K extends Named<S>>(column: K, row: number): string[] {
    return this.text(column, row)
      .split(";")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }

  /** 0, 1, … rows - 1. */
  indices(): number[] {
    return Array.from({ length: this.rows }, (_, row) => row);
  }

  /** The cells as numbers from 1, 0 for null, where they are stored so: what loops over many rows should read. */
  coded(column: Named<S>): Coded | undefined {
    return this.column(column).coded;
  }

  /** All places of the table and their grid. */
  places(column: Named<S>): Places {
    const { places } = this.column(column);
    if (places === undefined) throw new RangeError(`The column ${column} holds no places.`);
    return places;
  }

  /** Every different cell, "" for null. */
  distinct(column: Named<S>): ReadonlySet<string> {
    const known = this.cells.get(column) ?? this.findDistinct(column);
    this.cells.set(column, known);
    return known;
  }

  private findDistinct(column: Named<S>): Set<string> {
    const coded = this.coded(column);
    if (coded === undefined) return new Set(this.indices().map((row) => this.text(column, row)));
    const { of, cell } = coded;
    const seen = new Uint8Array(coded.size);
    for (let row = 0; row < this.rows; row++) seen[of(row)] = 1;
    return new Set([...seen.keys()].filter((code) => seen[code] === 1).map((code) => String(cell(code) ?? "")));
  }
}

/** Split the inflated bytes into header and columns. */
export function readBlock(bytes: Uint8Array): Block {
  if (bytes.length < 4) throw unreadable("The data is shorter than its own header.");
  const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (end > bytes.length) throw unreadable("The data's header is cut off.");
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, end))) as Header;
    return { header, body: bytes.subarray(end) };
  } catch {
    throw unreadable("The data's header is not JSON.");
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.prototype.hasOwnProperty.call(record, key) ? record[key] : undefined;
}

/** Open one table; every declared column must be there with its type. */
export function openTable<S extends Spec>({ header, body }: Block, name: string, spec: S): Table<S> {
  const table = own(header.tables, name);
  if (table === undefined || !Number.isInteger(table.rows) || table.rows < 0) throw unreadable(`The data has no table ${name}.`);
  for (const [column, type] of Object.entries(spec)) {
    if (own(table.columns, column)?.type !== type) throw unreadable(`The data has no column ${name}.${column} of type ${type}.`);
  }
  const columns = new Map<string, Column>();
  const opening = { body, rows: table.rows, column: (other: string) => columns.get(other) };
  // In the block's own order: a column leans on those before it.
  for (const [column, told] of Object.entries(table.columns)) columns.set(column, openColumn(opening, told));
  return new Table<S>(table.rows, columns);
}

/** Sum of the rows of all tables: what the seal calls records. */
export function countRecords(header: Header): number {
  return Object.values(header.tables).reduce((sum, table) => sum + table.rows, 0);
}
