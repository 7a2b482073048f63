/** From the two data elements of the page to open tables: the only way in, and it is all or nothing. */
import { countRecords, decodeBase64, readBlock } from "./block.ts";
import { openData, type Data } from "./data.ts";
import { Failure } from "./failure.ts";
import { inflate } from "./inflate.ts";
import { checkSeal, readSeal } from "./seal.ts";

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

/** Decode, check the seal, inflate, open all tables, count the records. Raises Failure. */
export async function load(page: Document): Promise<Loaded> {
  const seal = readSeal(contentOf(page, "mapper-seal"));
  const packed = decodeBase64(contentOf(page, "mapper-block"));
  const sha256 = await checkSeal(packed, seal);
  const block = readBlock(await inflate(packed));
  const records = countRecords(block.header);
  if (records !== seal.records) {
    throw new Failure("failure.count", `The data holds ${records} records, the seal says ${seal.records}.`);
  }
  return { data: openData(block), records, sha256 };
}
