/**
 * The last script of the page: unpacks its programs and lets them run, in their order.
 *
 * A program travels as gzip in base64, a third of its size. It runs as an inline script that the content-security policy knows
 * by its hash, so a program that was altered is unpacked but never run, and the page keeps its banner.
 */
import { gunzipSync, strFromU8, strToU8 } from "fflate";

for (const packed of Array.from(document.querySelectorAll(".mapper-program"))) {
  const program = document.createElement("script");
  program.textContent = strFromU8(gunzipSync(strToU8(atob(packed.textContent ?? ""), true)));
  document.body.append(program);
}
