/**
 * The same as `load.ts` without waiting: in a notebook the scripts of a user's layers follow in the same breath and need the map
 * at once.
 */
import { decodeBase64 } from "./base64.ts";
import { digestBytes } from "./bundled_digest.ts";
import { gunzip } from "./bundled_inflater.ts";
import { notInflated } from "./inflate.ts";
import { opened, type Loaded } from "./load.ts";
import { checkSeal, hex, readSeal } from "./seal.ts";

function inflateNow(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return gunzip(bytes);
  } catch (cause) {
    throw notInflated(cause);
  }
}

/** Open a block in base64 under its seal as JSON. Raises Failure. */
export function loadNow(block: string, sealJson: string): Loaded {
  const seal = readSeal(sealJson);
  const packed = decodeBase64(block);
  checkSeal(hex(digestBytes(packed)), seal);
  return opened(inflateNow(packed), seal);
}
