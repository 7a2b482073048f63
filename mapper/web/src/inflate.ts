/** Gzip bytes to plain bytes: the browser's own inflater, or the bundled one where it has none. */
import { Failure } from "./failure.ts";

async function nativeInflate(bytes: Uint8Array<ArrayBuffer>, native: typeof DecompressionStream): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new native("gzip");
  const writer = writable.getWriter();
  const written = Promise.all([writer.write(bytes), writer.close()]);
  const [plain] = await Promise.all([new Response(readable).arrayBuffer(), written]);
  return new Uint8Array(plain);
}

/** What an inflater said, as a Failure. */
export function notInflated(cause: unknown): Failure {
  return new Failure("failure.unreadable", `The data cannot be unpacked: ${String(cause)}`);
}

/** Inflate; `native` is a parameter so that the fallback can be tested. */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  native: typeof DecompressionStream | undefined = globalThis.DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return native === undefined ? (await import("./bundled_inflater.ts")).gunzip(bytes) : await nativeInflate(bytes, native);
  } catch (cause) {
    throw notInflated(cause);
  }
}
