/**
 * The data block: a header in JSON and typed columns behind it.
 *
 * Columns stay as they are in memory and a cell is read when it is asked for, so that 100,000 records cost four typed
 * arrays and no objects. The layout is checked against `data.ts` at once: a missing column, a wrong type or an offset
 * outside the block is a Failure, not a blank.
 */
import { Failure } from "./failure.ts";
import { decodeGeometry, type Geometry } from "./geometry.ts";

export type ColumnType = "f64" | "i32" | "code" | "text" | "geometry";
/** Column name to type: one table as `data.ts` declares it. */
export type Spec = Readonly<Record<string, ColumnType>>;
export type Value<T extends ColumnType> = T extends "f64" | "i32" ? number : T extends "geometry" ? Geometry : string;

interface HeaderColumn {
  readonly type: ColumnType;
  readonly at: number;
  readonly ends_at?: number;
  readonly bytes?: number;
  readonly count?: number;
  readonly values?: readonly string[];
}

export interface HeaderTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, HeaderColumn>>;
}

export interface Header {
  readonly meta: unknown;
  readonly words: unknown;
  readonly tables: Readonly<Record<string, HeaderTable>>;
}

export interface Block {
  readonly header: Header;
  /** The columns, in memory of their own so that typed arrays start at multiples of 8. */
  readonly binary: ArrayBuffer;
}

type Cell = (row: number) => number | string | Geometry | null;

const NO_I32 = -2147483648;
const NO_CODE = 65535;

/** A table whose cells are read one by one; null is "not stated". */
export class Table<S extends Spec> {
  constructor(
    readonly rows: number,
    private readonly cells: ReadonlyMap<string, Cell>,
  ) {}

  get<K extends keyof S & string>(column: K, row: number): Value<S[K]> | null {
    if (row < 0 || row >= this.rows) throw new RangeError(`There is no row ${row} of ${this.rows}.`);
    return (this.cells.get(column) as Cell)(row) as Value<S[K]> | null;
  }

  /** The text or code as text, "" when not stated. */
  text<K extends keyof S & string>(column: K, row: number): string {
    const value = this.get(column, row);
    return value === null ? "" : String(value);
  }

  /** A list that is kept as text joined with ";". */
  list<K extends keyof S & string>(column: K, row: number): string[] {
    return this.text(column, row)
      .split(";")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }

  /** 0, 1, … rows - 1. */
  indices(): number[] {
    return Array.from({ length: this.rows }, (_, row) => row);
  }
}

function unreadable(detail: string): Failure {
  return new Failure("failure.unreadable", detail);
}

/** Bytes from base64; a Failure when a letter is foreign to that alphabet. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    throw new Failure("failure.altered", "The data is not base64.");
  }
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** Split the inflated bytes into header and columns. */
export function readBlock(bytes: Uint8Array): Block {
  if (bytes.length < 4) throw unreadable("The data is shorter than its own header.");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const start = Math.ceil((4 + length) / 8) * 8;
  if (start > bytes.length) throw unreadable("The data's header is cut off.");
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length))) as Header;
  } catch {
    throw unreadable("The data's header is not JSON.");
  }
  const binary = new ArrayBuffer(bytes.length - start);
  new Uint8Array(binary).set(bytes.subarray(start));
  return { header, binary };
}

type TypedArray = Float64ArrayConstructor | Int32ArrayConstructor | Uint32ArrayConstructor | Uint16ArrayConstructor;

function view<T extends TypedArray>(type: T, binary: ArrayBuffer, at: number | undefined, n: number): InstanceType<T> {
  if (at === undefined || !(at >= 0) || at % 8 !== 0 || !(n >= 0) || at + n * type.BYTES_PER_ELEMENT > binary.byteLength) {
    throw unreadable("A column lies outside the data.");
  }
  return new type(binary, at, n) as InstanceType<T>;
}

function slices(binary: ArrayBuffer, column: HeaderColumn, rows: number, total: number): (row: number) => [number, number] {
  const ends = view(Uint32Array, binary, column.ends_at, rows);
  let before = 0;
  for (const end of ends) {
    if (end < before) throw unreadable("The ends of a column do not rise.");
    before = end;
  }
  if (before !== total) throw unreadable("The last end of a column is not its length.");
  return (row) => [row === 0 ? 0 : (ends[row - 1] as number), ends[row] as number];
}

function textCells(binary: ArrayBuffer, column: HeaderColumn, rows: number): Cell {
  const total = column.bytes ?? -1;
  if (column.at % 8 !== 0 || column.at + total > binary.byteLength || total < 0) throw unreadable("A text column lies outside the data.");
  const bytes = new Uint8Array(binary, column.at, total);
  const slice = slices(binary, column, rows, total);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (row) => {
    const [from, to] = slice(row);
    return from === to ? null : decoder.decode(bytes.subarray(from, to));
  };
}

function geometryCells(binary: ArrayBuffer, column: HeaderColumn, rows: number): Cell {
  const numbers = view(Int32Array, binary, column.at, column.count ?? -1);
  const slice = slices(binary, column, rows, numbers.length);
  return (row) => decodeGeometry(numbers.subarray(...slice(row)));
}

function codeCells(binary: ArrayBuffer, column: HeaderColumn, rows: number): Cell {
  const codes = view(Uint16Array, binary, column.at, rows);
  const values = column.values ?? [];
  if (codes.some((code) => code !== NO_CODE && code >= values.length)) throw unreadable("A code has no value.");
  return (row) => {
    const code = codes[row] as number;
    return code === NO_CODE ? null : (values[code] as string);
  };
}

function numberCells(numbers: Float64Array | Int32Array, isNull: (value: number) => boolean): Cell {
  return (row) => {
    const value = numbers[row] as number;
    return isNull(value) ? null : value;
  };
}

function cells(binary: ArrayBuffer, column: HeaderColumn, rows: number): Cell {
  switch (column.type) {
    case "f64":
      return numberCells(view(Float64Array, binary, column.at, rows), Number.isNaN);
    case "i32":
      return numberCells(view(Int32Array, binary, column.at, rows), (value) => value === NO_I32);
    case "code":
      return codeCells(binary, column, rows);
    case "text":
      return textCells(binary, column, rows);
    case "geometry":
      return geometryCells(binary, column, rows);
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.prototype.hasOwnProperty.call(record, key) ? record[key] : undefined;
}

/** Open one table; every declared column must be there with its type. */
export function openTable<S extends Spec>(block: Block, name: string, spec: S): Table<S> {
  const table = own(block.header.tables, name);
  if (table === undefined || !Number.isInteger(table.rows) || table.rows < 0) throw unreadable(`The data has no table ${name}.`);
  const columns = new Map<string, Cell>();
  for (const [column, type] of Object.entries(spec)) {
    const given = own(table.columns, column);
    if (given?.type !== type) throw unreadable(`The data has no column ${name}.${column} of type ${type}.`);
    columns.set(column, cells(block.binary, given, table.rows));
  }
  return new Table<S>(table.rows, columns);
}

/** Sum of the rows of all tables: what the seal calls records. */
export function countRecords(header: Header): number {
  return Object.values(header.tables).reduce((sum, table) => sum + table.rows, 0);
}
