/**
 * The seal says how many records the block holds and the SHA-256 of its gzip bytes.
 *
 * It finds cuts and slips, not an attacker, who would write a new seal. `crypto.subtle` is used where the browser has it;
 * it lacks it on plain http, where the bundled implementation gives the same digest.
 */
import { Failure } from "./failure.ts";

export interface Seal {
  readonly records: number;
  readonly sha256: string;
}

/** A digest's bytes as hex digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hex SHA-256 of the bytes; `subtle` is a parameter so that the fallback can be tested. */
export async function digest(
  bytes: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle,
): Promise<string> {
  if (subtle === undefined) return hex((await import("./bundled_digest.ts")).digestBytes(bytes));
  return hex(new Uint8Array(await subtle.digest("SHA-256", bytes)));
}

/** Read the seal's JSON; anything but a whole count and 64 hex digits is a Failure. */
export function readSeal(text: string): Seal {
  let seal: unknown;
  try {
    seal = JSON.parse(text);
  } catch {
    throw new Failure("failure.no_data", "The seal is not JSON.");
  }
  const { records, sha256: sum } = (seal ?? {}) as Record<string, unknown>;
  if (typeof records !== "number" || !Number.isInteger(records) || records < 0) {
    throw new Failure("failure.no_data", "The seal does not say how many records there are.");
  }
  if (typeof sum !== "string" || !/^[0-9a-f]{64}$/.test(sum)) {
    throw new Failure("failure.no_data", "The seal holds no SHA-256.");
  }
  return { records, sha256: sum };
}

/** Throw unless the digest found is the one that was sealed. */
export function checkSeal(found: string, seal: Seal): void {
  if (found !== seal.sha256) {
    throw new Failure("failure.altered", `The data's SHA-256 is ${found}, the seal says ${seal.sha256}.`);
  }
}
