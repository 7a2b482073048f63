/**
 * The last script of the page: unpacks its programs and lets them run, in their order.
 *
 * A program travels as gzip in base64, a third of its size. It runs as an inline script that the content-security policy knows
 * by its hash, so a program that was altered is unpacked but never run, and the page keeps its banner. The browser's own
 * inflater is many times as fast as ours in a page that has just begun, but lets wait; so `window.mapper` is there from the
 * beginning, with what can be said before there is a program.
 */
import type { Answers } from "./answers.ts";
import { decodeBase64 } from "./base64.ts";
import { inflate } from "./inflate.ts";

async function runPrograms(): Promise<void> {
  for (const packed of Array.from(document.querySelectorAll(".mapper-program"))) {
    const program = document.createElement("script");
    program.textContent = new TextDecoder().decode(await inflate(decodeBase64(packed.textContent ?? "")));
    document.body.append(program);
  }
}

const beginning: Answers = {
  ready: runPrograms().then(() => {
    if (window.mapper === undefined || window.mapper === beginning) throw new Error("The page's program was not accepted.");
    return window.mapper.ready;
  }),
  shown: () => ({}),
  verdict: () => {
    throw new Error("There are no data to ask: the page's program has not started.");
  },
};
beginning.ready.catch(() => undefined);
window.mapper = beginning;
