/**
 * The few sentences the script must know before the data block can be trusted: why the page did not load.
 *
 * Every other word reaches the page inside the block. These cannot, because they are shown exactly when the block is
 * missing or damaged; so the build takes them from the same vocabulary file and puts them into the script.
 */
import { readFileSync } from "node:fs";

const FILE = new URL("../terms/page.json", import.meta.url);
const PREFIX = "failure.";

/** @returns {Record<string, Record<string, string>>} code -> language -> sentence, for the codes `failure.*`. */
export function failureWords() {
  const terms = JSON.parse(readFileSync(FILE, "utf8")).terms;
  return Object.fromEntries(terms.filter((term) => term.code.startsWith(PREFIX)).map((term) => [term.code, term.label]));
}
