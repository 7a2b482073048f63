/**
 * The ways in which a column may be stored: `mapper/output/columns.py` lists them, and this reads each.
 *
 * A column stays as it lies in the block and a cell is read when it is asked for; opening one costs next to nothing, but for texts
 * and places, whose ends and sums are made at once.
 */
import { decodeGeometry, type Geometry, type LonLat } from "./geometry.ts";
import { checkBelow, endsOf, part, readInts, signed, unreadable, type Ints, type Reader } from "./ints.ts";
import { Places, type DescribedPlaces } from "./places.ts";

export type ColumnType = "f64" | "i32" | "code" | "text" | "geometry" | "position";
export type Cell = number | string | Geometry | LonLat | null;

/** A column whose cells are numbered: code 0 is null, and equal cells have equal codes. */
export interface Coded {
  /** One more than the largest code. */
  readonly size: number;
  readonly of: Reader;
  readonly cell: (code: number) => string | number | null;
  /** What the codes were made of. */
  readonly as: string;
}

export interface Column {
  readonly get: (row: number) => Cell;
  readonly coded?: Coded;
  readonly places?: Places;
}

type Codes = Partial<Ints> & { readonly by?: string; readonly since?: string; readonly shift?: number };

interface IdPart {
  readonly words?: readonly string[];
  readonly digits?: number;
  readonly base?: number;
  readonly codes: Codes;
}

export interface DescribedColumn {
  readonly type: ColumnType;
  readonly as: string;
  readonly codes?: Codes;
  readonly values?: readonly (string | number)[];
  readonly base?: number;
  readonly scale?: number;
  readonly at?: number;
  readonly bytes?: number;
  readonly sizes?: Ints;
  readonly numbers?: Ints;
  readonly parts?: readonly IdPart[];
}

const DAY_MS = 86_400_000;
const BYTES_OF_DOUBLE = 8;

/** 0 is 1970-01-01. */
function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** What one table's columns are opened with; `column` gives those before. */
export interface Opening {
  readonly body: Uint8Array;
  readonly rows: number;
  column(name: string): Column | undefined;
}

function codedBefore({ column }: Opening, name: string): Coded {
  const coded = column(name)?.coded;
  if (coded === undefined) throw unreadable(`A column leans on ${name}, which has no codes.`);
  return coded;
}

/** Codes of a column; all below `size` unless that is not known. */
function openCodes(opening: Opening, told: Codes, size: number): Reader {
  const { body, rows } = opening;
  if (told.bits === undefined) return () => 0;
  const ints = told as Ints;
  if (told.by !== undefined) {
    const other = codedBefore(opening, told.by);
    const read = readInts(body, ints, other.size);
    checkBelow(size, read, ints);
    return (row) => read(other.of(row));
  }
  const read = readInts(body, ints, rows);
  if (told.since === undefined) {
    checkBelow(size, read, ints);
    return read;
  }
  const { of } = codedBefore(opening, told.since);
  const shift = told.shift ?? NaN;
  if (!Number.isInteger(shift)) throw unreadable("A column's steps have no start.");
  return (row) => {
    const step = read(row);
    return step === 0 ? 0 : of(row) + shift + step;
  };
}

/** How codes become cells. */
function cellsOf({ as, values, base, scale }: DescribedColumn): Pick<Coded, "size" | "cell" | "as"> {
  if (values !== undefined) return { as, size: values.length + 1, cell: (code) => (code === 0 ? null : (values[code - 1] as string | number)) };
  if (base === undefined || !Number.isInteger(base)) throw unreadable("A column does not say what its codes are.");
  if (as === "days") return { as, size: Infinity, cell: (code) => (code === 0 ? null : dayText(base + code - 1)) };
  return { as, size: Infinity, cell: (code) => (code === 0 ? null : (base + code - 1) / (scale ?? NaN)) };
}

function codedColumn(opening: Opening, told: DescribedColumn): Column {
  const cells = cellsOf(told);
  const of = openCodes(opening, told.codes ?? {}, cells.size);
  let known: number | null = Number.isFinite(cells.size) ? cells.size : null;
  const coded: Coded = {
    ...cells,
    of,
    get size() {
      return (known ??= largest(of, opening.rows) + 1);
    },
  };
  return { get: (row) => cells.cell(of(row)), coded };
}

function largest(read: Reader, rows: number): number {
  let most = 0;
  for (let row = 0; row < rows; row++) most = Math.max(most, read(row));
  return most;
}

function doubles({ body, rows }: Opening, { at }: DescribedColumn): Column {
  const planes = part(body, at, rows * BYTES_OF_DOUBLE);
  const bytes = new Uint8Array(planes.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = planes[(i % BYTES_OF_DOUBLE) * rows + Math.floor(i / BYTES_OF_DOUBLE)] as number;
  const numbers = new DataView(bytes.buffer);
  return {
    get: (row) => {
      const value = numbers.getFloat64(row * BYTES_OF_DOUBLE, true);
      return Number.isNaN(value) ? null : value;
    },
  };
}

function texts({ body, rows }: Opening, { at, bytes: length, sizes }: DescribedColumn): Column {
  const bytes = part(body, at, length);
  const ends = endsOf(body, sizes as Ints, rows, bytes.length);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    get: (row) => {
      const [from, to] = [row === 0 ? 0 : (ends[row - 1] as number), ends[row] as number];
      return from === to ? null : decoder.decode(bytes.subarray(from, to));
    },
  };
}

function idPart(opening: Opening, { words, digits = 0, base = 0, codes }: IdPart): (row: number) => string {
  const of = openCodes(opening, codes, words === undefined ? Infinity : words.length + 1);
  if (words !== undefined) return (row) => words[of(row) - 1] ?? "";
  return (row) => String(base + of(row) - 1).padStart(digits, "0");
}

function ids(opening: Opening, { parts = [] }: DescribedColumn): Column {
  const readers = parts.map((one) => idPart(opening, one));
  return { get: (row) => readers.map((read) => read(row)).join("") };
}

function shapes({ body, rows }: Opening, { numbers, sizes }: DescribedColumn): Column {
  const read = readInts(body, numbers as Ints);
  const ends = endsOf(body, sizes as Ints, rows, (numbers as Ints).n);
  return {
    get: (row) => {
      const from = row === 0 ? 0 : (ends[row - 1] as number);
      return decodeGeometry(Int32Array.from({ length: (ends[row] as number) - from }, (_, i) => signed(read(from + i))));
    },
  };
}

function placesColumn({ body, rows }: Opening, told: DescribedColumn): Column {
  const places = new Places(body, told as unknown as DescribedPlaces, rows);
  return { get: (row) => places.at(row), places };
}

const WAYS: Readonly<Record<string, (opening: Opening, told: DescribedColumn) => Column>> = {
  words: codedColumn,
  days: codedColumn,
  numbers: codedColumn,
  doubles,
  texts,
  ids,
  shapes,
  places: placesColumn,
};

/** Open one column as it is described. */
export function openColumn(opening: Opening, told: DescribedColumn): Column {
  const way = Object.prototype.hasOwnProperty.call(WAYS, told.as) ? WAYS[told.as] : undefined;
  if (way === undefined) throw unreadable(`There is no way to read "${told.as}".`);
  return way(opening, told);
}
