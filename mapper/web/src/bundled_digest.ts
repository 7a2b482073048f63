/** The digest that the page brings along, for plain http and for notebooks, which cannot wait. */
import { sha256 } from "@noble/hashes/sha2.js";

/** The 32 bytes of the SHA-256. */
export function digestBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return sha256(bytes);
}
