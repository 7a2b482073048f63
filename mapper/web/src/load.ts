/**
 * From block and seal to open tables: the only way in, and it is all or nothing.
 *
 * The page waits for the browser's own digest and inflater, in a worker where the block is large.
 */
import { countRecords, readBlock } from "./block.ts";
import { openData, type Data } from "./data.ts";
import { Failure } from "./failure.ts";
import { readSeal, type Seal } from "./seal.ts";
import { unpackAside } from "./unpack.ts";

export interface Loaded {
  readonly data: Data;
  readonly records: number;
  readonly sha256: string;
}

function contentOf(page: Document, id: string): string {
  const text = page.getElementById(id)?.textContent?.trim() ?? "";
  if (text === "") throw new Failure("failure.no_data", `The page has no #${id}.`);
  return text;
}

/** The tables of an inflated block. Raises Failure. */
export function opened(plain: Uint8Array, seal: Seal): Loaded {
  const block = readBlock(plain);
  const records = countRecords(block.header);
  if (records !== seal.records) {
    throw new Failure("failure.count", `The data holds ${records} records, the seal says ${seal.records}.`);
  }
  return { data: openData(block), records, sha256: seal.sha256 };
}

/** Decode the page's elements, check the seal, inflate, open all tables, count the records. Raises Failure. */
export async function load(page: Document): Promise<Loaded> {
  const seal = readSeal(contentOf(page, "mapper-seal"));
  return opened(await unpackAside(contentOf(page, "mapper-block"), seal), seal);
}
