/**
 * The inflater that the page brings along, for browsers without their own and for notebooks, which cannot wait. Its tables cost
 * a start's time, so a page loads this module only where it needs it.
 */
import { gunzipSync } from "fflate";

/** Raises whatever the inflater raises at bytes that are no gzip. */
export function gunzip(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return gunzipSync(bytes) as Uint8Array<ArrayBuffer>;
}
