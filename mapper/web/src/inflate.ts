/** Gzip bytes to plain bytes: the browser's own inflater, or the bundled one where it has none. */
import { gunzipSync } from "fflate";

import { Failure } from "./failure.ts";

async function nativeInflate(bytes: Uint8Array<ArrayBuffer>, native: typeof DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new native("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function refused(cause: unknown): Failure {
  return new Failure("failure.unreadable", `The data cannot be unpacked: ${String(cause)}`);
}

/** Inflate with the bundled inflater, without waiting. */
export function inflateNow(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return gunzipSync(bytes) as Uint8Array<ArrayBuffer>;
  } catch (cause) {
    throw refused(cause);
  }
}

/** Inflate; `native` is a parameter so that the fallback can be tested. */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  native: typeof DecompressionStream | undefined = globalThis.DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  if (native === undefined) return inflateNow(bytes);
  try {
    return await nativeInflate(bytes, native);
  } catch (cause) {
    throw refused(cause);
  }
}
