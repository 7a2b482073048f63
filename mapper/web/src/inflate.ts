/** Gzip bytes to plain bytes: the browser's own inflater, or the bundled one where it has none. */
import { gunzipSync } from "fflate";

import { Failure } from "./failure.ts";

async function nativeInflate(bytes: Uint8Array<ArrayBuffer>, native: typeof DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new native("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Inflate; `native` is a parameter so that the fallback can be tested. */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  native: typeof DecompressionStream | undefined = globalThis.DecompressionStream,
): Promise<Uint8Array> {
  try {
    return native === undefined ? gunzipSync(bytes) : await nativeInflate(bytes, native);
  } catch (cause) {
    throw new Failure("failure.unreadable", `The data cannot be unpacked: ${String(cause)}`);
  }
}
