/** A cell of the hot spots in words: its class and what that means, its count, z, p and q. */
import type { Telling } from "./cards.ts";
import { el, facts } from "./elements.ts";
import type { LonLat } from "./geometry.ts";
import { cellName, Cells, rowAt } from "./hotspots.ts";
import type { Words } from "./words.ts";

/** Below it only that is told of a p: more digits would promise more than a count can know. */
const LEAST_P = 0.0001;
const P_DECIMALS = 4;
const Z_DECIMALS = 2;

/** A z, p or q as it is written; "" where the cell was not analysed. */
export function inWords(words: Words, name: "z" | "p" | "q", value: number | null): string {
  if (value === null) return "";
  if (name === "z") return words.number(value, Z_DECIMALS);
  return value < LEAST_P ? words.say("hotspots.below", { value: words.number(LEAST_P, P_DECIMALS) }) : words.significant(value);
}

export function hotspotCard({ data: { hotspots }, words }: Telling, row: number): HTMLElement {
  const code = hotspots.text("hotspot_class", row);
  const figure = (name: "z" | "p" | "q") => [words.say(`hotspots.${name}`), inWords(words, name, hotspots.get(name, row))] as const;
  const isAnalysed = hotspots.get("records", row) !== null;
  return el(
    "article",
    { class: "mapper-card mapper-hotspot-card" },
    el("h3", {}, words.say("hotspots.here", { id: cellName(hotspots, row), class: words.label("hotspot_class", code) })),
    el("p", {}, words.definition("hotspot_class", code) ?? ""),
    isAnalysed && facts([
      [words.say("hotspots.records"), words.count(hotspots.get("records", row))],
      [words.say("hotspots.neighbours"), words.count(hotspots.get("neighbours", row))],
      figure("z"),
      figure("p"),
      figure("q"),
    ]),
    el("p", { class: "mapper-hint" }, words.say("hotspots.not_absence")),
  );
}

/** Why the edition has no hot spots; null where it has, or where nobody told. */
export function whyNone({ data: { meta }, words }: Pick<Telling, "data" | "words">): string | null {
  return meta.hotspots?.refused ? words.say("hotspots.refused", { reason: words.told(meta.hotspots.refused) }) : null;
}

/** What the hot spots say of a place, or that they do not. */
export function hotspotSection(tell: Telling, at: LonLat): HTMLElement | null {
  const { hotspots, meta } = tell.data;
  const cells = Cells.of(meta.hotspots);
  if (cells === null || hotspots.rows === 0) return null;
  const row = rowAt(hotspots, cells, at);
  return row === null ? el("p", { class: "mapper-hint" }, tell.words.say("hotspots.nowhere")) : hotspotCard(tell, row);
}
