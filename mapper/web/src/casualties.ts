/** Tables of killed and injured. A blank is "not stated" and a 0 is 0; nothing is added up that the data does not add up. */
import type { Incidents } from "./data.ts";
import { el } from "./elements.ts";
import type { Words } from "./words.ts";

const STATUSES = ["civilian", "military", "deminer", "unknown"] as const;
const OUTCOMES = ["killed", "injured"] as const;

/** One accident's casualties by outcome and status. */
export function casualtyTable(words: Words, incidents: Incidents, row: number): HTMLElement {
  const head = (text: string) => el("th", { scope: "col" }, text);
  const cell = (value: number | null) => el("td", { class: value === null ? "mapper-blank" : "mapper-number" }, words.count(value));
  return el(
    "table",
    { class: "mapper-casualties" },
    el("caption", {}, words.say("incident.casualties")),
    el("thead", {}, el("tr", {}, el("td"), ...OUTCOMES.map((outcome) => head(words.say(`casualties.${outcome}`))))),
    el(
      "tbody",
      {},
      ...STATUSES.map((status) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, words.say(`casualties.${status}`)),
          ...OUTCOMES.map((outcome) => cell(incidents.get(`${outcome}_${status}`, row))),
        ),
      ),
    ),
  );
}

/** "Killed 1, injured not stated". */
export function casualtyLine(words: Words, killed: number | null, injured: number | null): string {
  return words.say("casualties.line", { killed: words.count(killed), injured: words.count(injured) });
}
